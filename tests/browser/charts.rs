//! The page of a parameterized surface: both halves show the pattern, and tell the truth about the
//! triangles under the pointer.

use crate::driver::{Browser, Shot};
use crate::{PANEL, brenier, is_white, json, open};
use std::collections::BTreeSet;
use std::path::Path;

/// Squares of the pattern along a side.
const SQUARES: usize = 24;

/// A lopsided hill over a square of `n` by `n` squares: vertices and triangles, counted from 0.
fn hill(n: usize) -> (Vec<[f64; 3]>, Vec<[usize; 3]>) {
    let (mut vertices, mut triangles) = (Vec::new(), Vec::new());
    for j in 0..=n {
        for i in 0..=n {
            let (x, y) = (i as f64 / n as f64, j as f64 / n as f64);
            vertices.push([x, y, 0.4 * (-9.0 * ((x - 0.4) * (x - 0.4) + (y - 0.55) * (y - 0.55))).exp()]);
            if i < n && j < n {
                let a = j * (n + 1) + i;
                triangles.extend([[a, a + 1, a + n + 2], [a, a + n + 2, a + n + 1]]);
            }
        }
    }
    (vertices, triangles)
}

fn obj((vertices, triangles): &(Vec<[f64; 3]>, Vec<[usize; 3]>)) -> String {
    let v = vertices.iter().map(|v| format!("v {:?} {:?} {:?}\n", v[0], v[1], v[2]));
    v.chain(triangles.iter().map(|t| format!("f {} {} {}\n", t[0] + 1, t[1] + 1, t[2] + 1))).collect()
}

/// Points of the corners of each triangle of an .obj.
fn layout(path: &Path) -> Vec<[[f64; 2]; 3]> {
    let text = std::fs::read_to_string(path).expect("a file");
    let words = |word: &'static str| {
        text.lines().filter_map(move |l| l.strip_prefix(word)).map(|l| l.split_whitespace().collect::<Vec<_>>())
    };
    let points: Vec<[f64; 2]> = words("vt ").map(|w| [0, 1].map(|k| w[k].parse().expect("a number"))).collect();
    let corner = |w: &str| points[w.split('/').nth(1).expect("a point").parse::<usize>().expect("a number") - 1];
    words("f ").map(|w| [0, 1, 2].map(|k| corner(w[k]))).collect()
}

/// Box of a canvas: left, top, width, height.
fn place(b: &Browser, id: &str) -> [f64; 4] {
    let script = format!(
        "const b = document.getElementById('{id}').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]"
    );
    let list = b.script(&script);
    [0, 1, 2, 3].map(|k| list[k].as_f64().expect("a number"))
}

fn middle(b: &Browser, id: &str) -> [i64; 2] {
    let [x, y, w, h] = place(b, id);
    [(x + w / 2.0) as i64, (y + h / 2.0) as i64]
}

/// Share of the pixels of one canvas for which this holds.
fn share(shot: &Shot, [x, y, w, h]: [f64; 4], holds: impl Fn([u8; 3]) -> bool) -> f64 {
    let (mut yes, mut all) = (0u32, 0u32);
    for j in y as usize..(y + h) as usize {
        for i in x as usize..(x + w) as usize {
            all += 1;
            yes += u32::from(holds(shot.at(i.min(shot.width - 1), j.min(shot.height - 1))));
        }
    }
    f64::from(yes) / f64::from(all)
}

/// Share of the pixels of one canvas that differ between two pictures.
fn change(a: &Shot, b: &Shot, [x, y, w, h]: [f64; 4]) -> f64 {
    let (mut yes, mut all) = (0u32, 0u32);
    for j in y as usize..((y + h) as usize).min(a.height) {
        for i in x as usize..((x + w) as usize).min(a.width) {
            all += 1;
            yes += u32::from((0..3).any(|k| a.at(i, j)[k].abs_diff(b.at(i, j)[k]) > 8));
        }
    }
    f64::from(yes) / f64::from(all)
}

/// The colour of the chosen triangle, in any light.
fn is_orange([r, g, b]: [u8; 3]) -> bool {
    let [r, g, b] = [r, g, b].map(f64::from);
    r > 90.0 && r > 1.45 * g && g > 1.2 * b
}

fn face(b: &Browser) -> String {
    b.script("return document.getElementById('info').dataset.face").as_str().unwrap_or_default().to_string()
}

/// Moves the pointer to a point and waits until the page has looked there.
fn hover(b: &Browser, [x, y]: [i64; 2]) {
    b.pointer(&[[x + 2, y], [x, y]], false);
    b.settle();
}

pub fn charts(b: &Browser, f: &Path) {
    std::fs::write(f.join("hill.obj"), obj(&hill(14))).expect("written");
    brenier(f, "parameterize hill.obj -o uv.obj --boundary square --html uv.html --report r.json --view 20,35 --up z");
    let (report, flat) = (json(f.join("r.json")), layout(&f.join("uv.obj")));
    b.requests();
    open(b, &f.join("uv.html"));
    let requests = b.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].starts_with("file://") && requests[0].ends_with("/uv.html"), "{requests:?}");

    // The figures are those of the report.
    assert_eq!(b.script("return document.getElementById('verdict').className"), "good");
    assert!(b.text("verdict").contains("all 392 triangles"), "{}", b.text("verdict"));
    let first = |id: &str| b.text(id).split_whitespace().next().and_then(|w| w.parse::<f64>().ok()).expect("a number");
    for (id, key) in [("fig-area", "area_error"), ("fig-star", "star_error")] {
        let value = report[key].as_f64().expect("a number");
        assert!((first(id) - value).abs() <= 0.01 * value, "{id} {} {value}", first(id));
    }
    assert_eq!(b.text("fig-flipped"), "0, 0");
    for id in ["area-histogram", "stretch-histogram", "angle-histogram"] {
        let titles = b.script(&format!(
            "return [...document.querySelectorAll('#{id} title')].map((t) => parseFloat(t.textContent))"
        ));
        let sum: f64 = titles.as_array().expect("a list").iter().filter_map(serde_json::Value::as_f64).sum();
        assert!((sum - 100.0).abs() < 0.1, "{id} {sum}");
    }

    // Both halves show the surface under the pattern.
    let (surface, plane) = (place(b, "surface"), place(b, "layout"));
    let plain = "for (const id of ['show-edges', 'show-marks']) if (document.getElementById(id).checked) document.getElementById(id).click()";
    b.script(plain);
    let shot = b.shot("charts");
    let shape = |s: &Shot| share(s, surface, |c| !is_white(c));
    assert!((0.1..0.8).contains(&shape(&shot)), "{}", shape(&shot));
    // In the layout, every square has the colour of its place.
    let row = (plane[1] + plane[3] / 2.0) as usize;
    let ink = |x: &usize| !is_white(shot.at(*x, row));
    let columns = plane[0] as usize + 2..shot.width - 2;
    let left = columns.clone().find(ink).expect("a side") as f64;
    let side = columns.rev().find(ink).expect("a side") as f64 + 1.0 - left;
    assert!(side > 0.8 * plane[2], "{side} of {}", plane[2]);
    let bottom = plane[1] + plane[3] / 2.0 + side / 2.0;
    let pixel = |u: f64, v: f64| [(left + u * side) as usize, (bottom - v * side) as usize];
    let center = |k: usize| (k as f64 + 0.5) / SQUARES as f64;
    for (i, j) in (1..SQUARES - 1).flat_map(|i| (1..SQUARES - 1).map(move |j| (i, j))) {
        let [x, y] = pixel(center(i), center(j));
        let c = shot.at(x, y);
        let light = c.iter().all(|&v| v > 190);
        assert_eq!(light, (i + j) % 2 == 0, "square {i} {j} at {x} {y}: {c:?}");
    }
    // On the surface there is as much of the light as of the dark, and their border goes with the
    // box that draws it.
    let light = |s: &Shot| share(s, surface, |c| !is_white(c) && c[0] > c[2] && c.iter().all(|&v| v > 110));
    let part = light(&shot) / shape(&shot);
    assert!((0.3..0.7).contains(&part), "{part}");
    b.keys("surface", "k");
    let smooth = b.shot("charts-plain");
    assert!(light(&smooth) > 1.5 * light(&shot), "{} {}", light(&smooth), light(&shot));
    b.keys("surface", "k");

    // The triangle under the pointer in the layout is the one whose points surround it.
    let mut seen = BTreeSet::new();
    for k in [40, 137, 250, 311] {
        let [u, v] = [0, 1].map(|c| (flat[k][0][c] + flat[k][1][c] + flat[k][2][c]) / 3.0);
        let [x, y] = pixel(u, v);
        hover(b, [x as i64, y as i64]);
        b.wait("return !document.getElementById('info').hidden");
        assert_eq!(face(b), k.to_string());
        seen.insert(b.text("face-ratio"));
    }
    assert!(seen.len() > 1);

    // A click on one of the worst marks it on both sides, in the middle of both.
    let worst = |k: usize, key: &str| report["worst"][k][key].as_f64().expect("a number");
    assert_eq!(b.script("return document.querySelectorAll('#worst button').length"), 20);
    assert!(share(&shot, surface, is_orange) < 0.001 && share(&shot, plane, is_orange) < 0.03);
    b.script("document.querySelectorAll('#worst button')[1].click()");
    b.settle();
    let name = (worst(1, "triangle") as usize).to_string();
    assert_eq!((face(b), b.text("face-number")), (name.clone(), name.clone()));
    let near = |id: &str, value: f64| {
        let text = b.text(id);
        let shown: f64 = text.parse().expect("a number");
        assert!((shown - value).abs() < 1e-4 * value, "{id} {text} {value}");
    };
    near("face-ratio", worst(1, "area_ratio"));
    near("face-stretch", worst(1, "stretch"));
    assert_eq!(b.script("return document.querySelectorAll('#worst [aria-pressed=true]').length"), 1);
    let chosen = b.shot("charts-chosen");
    for id in ["surface", "layout"] {
        let [x, y] = middle(b, id);
        let c = chosen.at(x as usize, y as usize);
        assert!(is_orange(c), "{id} {c:?}");
        hover(b, [x, y]);
        b.keys(id, "\u{e00c}");
        b.settle();
        assert_eq!(face(b), name, "{id}: under the pointer once it is let go");
        b.script("document.querySelectorAll('#worst button')[1].click()");
        b.settle();
    }
    assert!(change(&chosen, &shot, surface) > 0.05 && change(&chosen, &shot, plane) > 0.05);
    // Another list, by a figure that its first one has the most of.
    b.script(
        "const s = document.getElementById('worst-by'); s.value = 'stretch'; s.dispatchEvent(new Event('change'))",
    );
    b.script("document.querySelector('#worst button').click()");
    b.settle();
    let most: f64 = b.text("face-stretch").parse().expect("a number");
    assert!(most >= report["stretch_50_95_99"][2].as_f64().expect("a number") * 0.999);
    b.keys("surface", "\u{e00c}0");

    // Dragging turns the surface and leaves the layout as it is; the wheel moves the layout nearer.
    b.pointer(&[[PANEL as i64 + 4, 4]], false);
    let before = b.shot("charts-before");
    let [x, y] = middle(b, "surface");
    b.pointer(&[[x, y], [x + 40, y + 10], [x + 90, y + 20], [PANEL as i64 + 4, 4]], true);
    let turned = b.shot("charts-turned");
    assert!(change(&turned, &before, surface) > 0.1, "{}", change(&turned, &before, surface));
    assert!(change(&turned, &before, plane) < 0.001, "{}", change(&turned, &before, plane));
    b.wheel(middle(b, "layout"), -400);
    let closer = b.shot("charts-closer");
    assert!(change(&closer, &turned, plane) > 0.1 && change(&closer, &turned, surface) < 0.01);
    // Colours by a figure have a scale.
    b.keys("layout", "0c");
    assert_eq!(b.script("return document.getElementById('color').value"), "area");
    assert_eq!(b.script("return document.getElementById('legend-ticks').childElementCount"), 3);
    assert_eq!(b.errors(), Vec::<String>::new());
    assert_eq!(b.requests(), Vec::<String>::new());
    wrong(b, f);
}

/// The page of a map onto the sphere: the verdict is the report's, surface and sphere are drawn,
/// and nothing is asked of a network.
pub fn ball(b: &Browser, f: &Path) {
    let corners = (0..8).map(|k| format!("v {} {} {}\n", k & 1, k >> 1 & 1, k >> 2));
    let faces = ["1 3 4 2", "5 6 8 7", "1 2 6 5", "3 7 8 4", "1 5 7 3", "2 4 8 6"];
    let text: String = corners.chain(faces.iter().map(|q| format!("f {q}\n"))).collect();
    std::fs::write(f.join("box.obj"), text).expect("written");
    brenier(f, "parameterize box.obj -o ball.obj --sphere --html ball.html --report ball.json");
    let report = json(f.join("ball.json"));
    b.requests();
    open(b, &f.join("ball.html"));
    let requests = b.requests();
    assert!(requests.len() == 1 && requests[0].ends_with("/ball.html"), "{requests:?}");
    assert_eq!((&report["bijective"], &report["triangles"]), (&true.into(), &12.into()), "{report}");
    assert_eq!(b.script("return document.getElementById('verdict').className"), "good");
    assert!(b.text("verdict").contains("all 12 triangles"), "{}", b.text("verdict"));
    let plain = "for (const id of ['show-edges', 'show-marks']) if (document.getElementById(id).checked) document.getElementById(id).click()";
    b.script(plain);
    let shot = b.shot("ball");
    for id in ["surface", "layout"] {
        let inked = share(&shot, place(b, id), |c| !is_white(c));
        assert!((0.1..0.95).contains(&inked), "{id} {inked}");
    }
    assert_eq!(b.errors(), Vec::<String>::new());
}

/// What is not one to one is red, named first, and said so: beside two hills lies a crumb, so small
/// that single precision lays all of it into some points.
fn wrong(b: &Browser, f: &Path) {
    let (mut mesh, part) = (hill(6), hill(4));
    for size in [0.5, 1e-8] {
        let n = mesh.0.len();
        mesh.0.extend(part.0.iter().map(|v| [2.0 + size * v[0], size * v[1], size * v[2]]));
        mesh.1.extend(part.1.iter().map(|t| t.map(|v| v + n)));
    }
    std::fs::write(f.join("crumb.obj"), obj(&mesh)).expect("written");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_brenier"))
        .current_dir(f)
        .args(["parameterize", "crumb.obj", "-o", "crumb.glb", "--html", "crumb.html", "--report", "crumb.json"])
        .output()
        .expect("brenier runs");
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let report = json(f.join("crumb.json"));
    let count = report["flipped"].as_u64().expect("a number") + report["flat"].as_u64().expect("a number");
    assert!(report["bijective"] == false && count > 0, "{report}");
    open(b, &f.join("crumb.html"));
    assert_eq!(b.script("return document.getElementById('verdict').className"), "bad");
    assert_eq!(b.script("return document.getElementById('worst-by').value"), "wrong");
    assert_eq!(b.script("return document.querySelectorAll('#worst button').length"), count);
    assert!(b.text("fig-points").contains("3 charts"), "{}", b.text("fig-points"));
    b.script("document.querySelector('#worst button').click()");
    b.settle();
    assert!(["flipped", "flat"].contains(&b.text("face-note").as_str()), "{}", b.text("face-note"));
    b.keys("surface", "\u{e00c}");
    // A crumb has no pixels, its rings have.
    let red = |c: [u8; 3]| c[0] > 180 && c[1] < 70 && c[2] < 90;
    let shot = b.shot("charts-wrong");
    b.keys("surface", "m");
    let bare = b.shot("charts-unmarked");
    for id in ["surface", "layout"] {
        let [marked, unmarked] = [&shot, &bare].map(|s| share(s, place(b, id), red));
        assert!(marked > 1e-4 && unmarked == 0.0, "{id} {marked} {unmarked}");
    }
    assert_eq!(b.errors(), Vec::<String>::new());
}
