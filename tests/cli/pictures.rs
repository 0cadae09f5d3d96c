//! Pictures: formats, sizes, colours, and what is refused. What pages do in a browser is in
//! `tests/browser`.

use crate::support::{Folder, csv, points};
use insta::assert_snapshot;

/// Two triangles in the plane z = 1, side by side, the left one with all the mass.
const PAIR: &str = r#"{"format": "brenier/problem", "version": 1,
 "domain": {"type": "mesh", "vertices": [[0, 0, 1], [1, 0, 1], [1, 1, 1], [2, 0, 1]], "triangles": [[0, 1, 2], [1, 3, 2]]},
 "density": {"type": "face", "values": [1, 0]},
 "sites": [[0.9, 0.1, 1], [0.6, 0.4, 1]], "weights": [0, 0]}"#;

/// A tetrahedron and points near it.
const TETRAHEDRON: &str = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
const NEAR: &str = "0.1,0.1,0.1\n0.7,0.1,0.1\n0.1,0.7,0.1\n0.1,0.1,0.7\n0.4,0.4,0.4\n0,0.5,0.4\n";

/// Width, height and pixels.
fn png(f: &Folder, name: &str) -> (usize, usize, Vec<[u8; 3]>) {
    let mut reader =
        png::Decoder::new(std::io::BufReader::new(std::fs::File::open(f.path(name)).unwrap())).read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width as usize, info.height as usize, buffer.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect())
}

fn is_grey(c: [u8; 3]) -> bool {
    c.iter().max().unwrap() - c.iter().min().unwrap() < 12
}

#[test]
fn surfaces_are_drawn_in_every_format() {
    let f = Folder::new();
    f.write("t.obj", TETRAHEDRON);
    f.write("y.csv", NEAR);
    let run = f.expect(0, "solve --domain t.obj --points y.csv -o s.json --plot s.html");
    assert!(run.out.contains("written    s.html"), "{}", run.out);
    let page = f.read("s.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("6 sites, 6 cells") && page.contains("MIT License"));
    f.expect(0, "plot s.json -o s.svg --color cells");
    let svg = f.read("s.svg");
    assert!(svg.starts_with("<svg") && svg.contains("6 sites, 6 cells") && svg.matches("<path").count() > 10);
    f.expect(0, "plot s.json -o s.png --size 320x200");
    let (w, h, pixels) = png(&f, "s.png");
    assert_eq!((w, h), (320, 200));
    assert_eq!((pixels[0], pixels[w * h - 1]), ([255; 3], [255; 3]));
    assert_ne!(pixels[w * (h / 2) + w / 2], [255; 3]);
    // By default the longer side has 1200 pixels.
    f.expect(0, "plot s.json -o big.PNG --view 30,20 --up z");
    let (w, h, _) = png(&f, "big.PNG");
    assert!(w.max(h) == 1200 && w.min(h) >= 400, "{w} {h}");
    // Another view is another picture; the same view is the same one.
    f.expect(0, "plot s.json -o a.png --view 30,20 --up z");
    f.expect(0, "plot s.json -o b.png --view -30,20 --up z");
    assert_eq!(std::fs::read(f.path("a.png")).unwrap(), std::fs::read(f.path("big.PNG")).unwrap());
    assert_ne!(std::fs::read(f.path("a.png")).unwrap(), std::fs::read(f.path("b.png")).unwrap());
}

#[test]
fn what_carries_no_mass_is_grey() {
    let f = Folder::new();
    f.write("p.json", PAIR);
    // From straight above: azimuth -90 has x to the right.
    f.expect(0, "plot p.json -o p.png --view -90,90 --up z --size 600x320 --color cells");
    let (w, h, pixels) = png(&f, "p.png");
    let at = |x: f64, y: f64| {
        // A margin of 3% of the smaller side; the width decides.
        let margin = 0.03 * h as f64;
        let scale = (w as f64 - 2.0 * margin) / 2.0;
        let (px, py) = (margin + x * scale, 0.5 * h as f64 - (y - 0.5) * scale);
        pixels[py as usize * w + px as usize]
    };
    assert!(is_grey(at(1.3, 0.3)) && at(1.3, 0.3) != [255; 3], "{:?}", at(1.3, 0.3));
    // The wall runs where x - y = 1/2 ... the cells on its sides have colours of their own.
    let (a, b) = (at(0.9, 0.15), at(0.6, 0.45));
    assert!(!is_grey(a) && !is_grey(b) && a != b, "{a:?} {b:?}");
    assert_eq!(at(0.1, 0.9), [255; 3]);
    let page = f.expect(0, "plot p.json -o p.html");
    assert!(page.out.contains("p.html"));
}

#[test]
fn the_plane_is_drawn_in_every_format() {
    let f = Folder::new();
    f.write("y.csv", "0.25,0.5\n0.75,0.5\n");
    f.expect(0, "solve --domain square --points y.csv -o s.json --plot s.png");
    let (w, h, pixels) = png(&f, "s.png");
    assert_eq!((w, h), (1200, 1200));
    f.expect(0, "plot s.json -o c.png --color cells --size 400x400");
    let (w, _, small) = png(&f, "c.png");
    let (left, right) = (small[w * 100 + 100], small[w * 100 + 300]);
    assert!(left != right && !is_grey(left) && !is_grey(right), "{left:?} {right:?}");
    let sum = |c: [u8; 3]| c.iter().map(|&v| u32::from(v)).sum::<u32>();
    let wall = sum(small[w * 100 + 199]).min(sum(small[w * 100 + 200]));
    assert!(4 * wall < 3 * sum(left).min(sum(right)), "the wall is dark: {wall}");
    assert_ne!(pixels[1200 * 600 + 300], [255; 3]);
    f.expect(0, "plot s.json -o s.html");
    assert!(f.read("s.html").contains("Drag to move"));
    // Partial transport and meshes have pages and pixels too.
    f.write("many.csv", csv(&points(12)));
    f.write("m.txt", "0.04\n".repeat(12));
    f.expect(0, "solve --domain square --points many.csv --masses m.txt --partial -o part.json --plot part.png");
    let (_, _, part) = png(&f, "part.png");
    let white = part.iter().filter(|p| **p == [255; 3]).count() as f64 / part.len() as f64;
    assert!((0.4..0.65).contains(&white), "what stays is blank: {white}");
    f.expect(0, "plot part.json -o part.html");
    f.write("l.obj", "v 0 0 0\nv 2 0 0\nv 2 1 0\nv 1 1 0\nv 1 2 0\nv 0 2 0\nf 1 2 3\nf 1 3 4\nf 1 4 5\nf 1 5 6\n");
    f.expect(0, "solve --domain l.obj --points many.csv -o l.json --plot l.png");
    let (w, h, l) = png(&f, "l.png");
    assert_eq!(l[w * (h / 4) + 3 * w / 4], [255; 3], "outside the L");
    assert_ne!(l[w * (h / 4) + w / 4], [255; 3]);
}

#[test]
fn every_color_is_drawn() {
    let f = Folder::new();
    f.write("t.obj", TETRAHEDRON);
    f.write("y.csv", NEAR);
    f.write("m.txt", "1\n2\n3\n4\n5\n6\n");
    f.write("flat.csv", csv(&points(30)));
    f.expect(0, "solve --domain t.obj --points y.csv --masses m.txt -o s.json");
    f.expect(0, "solve --domain square --points flat.csv -o p.json");
    for problem in ["s", "p"] {
        for format in ["svg", "png", "html"] {
            let mut seen = std::collections::BTreeSet::new();
            for color in ["mass", "distance", "cells", "sites"] {
                let size = if format == "png" { "--size 200x200" } else { "" };
                f.expect(0, &format!("plot {problem}.json -o {problem}.{format} --color {color} {size}"));
                seen.insert(std::fs::read(f.path(&format!("{problem}.{format}"))).unwrap());
            }
            // Equal masses are drawn as distances, and a page always has all.
            assert!(seen.len() >= 3 || format == "html", "{problem}.{format}: {}", seen.len());
        }
    }
}

#[test]
fn pictures_do_not_depend_on_threads() {
    let f = Folder::new();
    f.write("t.obj", TETRAHEDRON);
    f.write("y.csv", NEAR);
    f.expect(0, "solve --domain t.obj --points y.csv -o s.json");
    for format in ["svg", "png", "html"] {
        let mut first = None;
        for threads in [1, 2, 7] {
            f.expect(0, &format!("plot s.json -o s.{format} --threads {threads}"));
            let bytes = std::fs::read(f.path(&format!("s.{format}"))).unwrap();
            assert_eq!(first.get_or_insert_with(|| bytes.clone()), &bytes, "{format} with {threads} threads");
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let f = Folder::new();
    f.write("t.obj", TETRAHEDRON);
    f.write("y.csv", NEAR);
    f.expect(0, "solve --domain t.obj --points y.csv -o s.json");
    f.write("flat.csv", csv(&points(5)));
    f.expect(0, "solve --domain square --points flat.csv -o p.json");
    let before = f.names();
    assert_snapshot!(f.error(2, "plot s.json -o s.gif"), @"s.gif: pictures are .svg, .pdf, .png or .html");
    assert_snapshot!(f.error(2, "plot s.json -o picture"), @"picture: pictures are .svg, .pdf, .png or .html");
    assert_snapshot!(f.error(2, "solve --domain t.obj --points y.csv -o u.json --plot u.jpg"), @"u.jpg: pictures are .svg, .pdf, .png or .html");
    assert_snapshot!(f.error(2, "plot s.json -o s.svg --size 100x100"), @"--size is for .png; s.svg fits its window, leave it out");
    assert_snapshot!(f.error(2, "plot s.json -o s.png --size 100"), @"invalid value '100' for '--size <WxH>': give width and height in pixels, each from 1 to 20000, such as 1600x1200; see brenier plot --help");
    assert_snapshot!(f.error(2, "plot s.json -o s.png --size 0x100"), @"invalid value '0x100' for '--size <WxH>': give width and height in pixels, each from 1 to 20000, such as 1600x1200; see brenier plot --help");
    assert_snapshot!(f.error(2, "plot s.json -o s.png --view 30"), @"invalid value '30' for '--view <AZIMUTH,ELEVATION>': give two angles in degrees, the second from -90 to 90, such as 30,20; see brenier plot --help");
    assert_snapshot!(f.error(2, "plot s.json -o s.png --view 0,91"), @"invalid value '0,91' for '--view <AZIMUTH,ELEVATION>': give two angles in degrees, the second from -90 to 90, such as 30,20; see brenier plot --help");
    assert_snapshot!(f.error(2, "plot p.json -o p.png --view 0,30"), @"p.json: is a diagram in the plane, seen from above; leave out --view and --up");
    assert_snapshot!(f.error(2, "plot p.json -o p.html --up z"), @"p.json: is a diagram in the plane, seen from above; leave out --view and --up");
    f.write("bare.json", r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "t.obj"}, "sites": {"path": "y.csv"}}"#);
    assert_snapshot!(f.error(3, "plot bare.json -o bare.png"), @r#"bare.json: neither "heights" nor "weights" is given; give one number per site, or solve it first: brenier solve bare.json -o solution.json"#);
    let mut after = f.names();
    after.retain(|n| n != "bare.json");
    assert_eq!(before, after, "nothing was written");
}
