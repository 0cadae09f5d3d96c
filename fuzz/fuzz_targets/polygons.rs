//! Polygons with corners on a small grid: what is simple is cut, and what is cut is covered once.

#![no_main]

use brenier::io::parse_surface;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

type Point = [i64; 2];

fn cross(a: Point, b: Point, c: Point) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Does `c` lie on the segment `ab`?
fn on(a: Point, b: Point, c: Point) -> bool {
    cross(a, b, c) == 0 && (0..2).all(|k| a[k].min(b[k]) <= c[k] && c[k] <= a[k].max(b[k]))
}

fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let proper =
        cross(a, b, c).signum() * cross(a, b, d).signum() < 0 && cross(c, d, a).signum() * cross(c, d, b).signum() < 0;
    proper || on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b)
}

/// Sides that do not follow each other have no point in common, those that do have only their
/// corner.
fn is_simple(p: &[Point]) -> bool {
    let n = p.len();
    (0..n).all(|i| {
        let (a, b) = (p[i], p[(i + 1) % n]);
        a != b
            && !on(a, b, p[(i + 2) % n])
            && !on(b, p[(i + 2) % n], a)
            && (i + 2..n).filter(|&j| (j + 1) % n != i).all(|j| !meet(a, b, p[j], p[(j + 1) % n]))
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let (n, side) = (bytes.len().min(16), [4, 8, 16, 16][usize::from(kind % 4)]);
    if n < 3 {
        return;
    }
    let p: Vec<Point> = bytes[..n].iter().map(|&b| [i64::from(b) % side, i64::from(b) / 16 % side]).collect();
    // Tilted, the axes in any order.
    let slope = [[0, 0], [3, -5], [-7, 2]][usize::from(kind / 4) % 3];
    let turn = usize::from(kind / 16) % 3;
    let vertex = |p: &Point| {
        let mut v = [p[0], p[1], slope[0] * p[0] + slope[1] * p[1]];
        v.rotate_left(turn);
        format!("v {} {} {}\n", v[0], v[1], v[2])
    };
    let face: String = (1..=n).map(|k| format!(" {k}")).collect();
    let text = p.iter().map(vertex).collect::<String>() + "f" + &face + "\n";
    let file = match parse_surface(Path::new("p.obj"), text.as_bytes()) {
        Ok(file) => file,
        Err(e) => {
            assert!(!is_simple(&p), "{e}\n{text}");
            assert!(e.to_string().contains("face 0 crosses itself"), "{e}");
            return;
        }
    };
    assert_eq!(file.triangles.len(), n - 2);
    let areas: Vec<i64> =
        file.triangles.iter().map(|t| cross(p[t[0] as usize], p[t[1] as usize], p[t[2] as usize])).collect();
    let outline: i64 = (0..n).map(|k| cross([0, 0], p[k], p[(k + 1) % n])).sum();
    assert_eq!(areas.iter().map(|a| a.abs()).sum::<i64>(), outline.abs(), "{text}{:?}", file.triangles);
    assert_eq!(areas.iter().sum::<i64>(), outline);
});
