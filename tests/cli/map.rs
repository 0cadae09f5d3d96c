//! `brenier map`, `interpolate`, `singular` and `alexandrov` from outside.

use crate::support::{Folder, csv, points, square};
use insta::assert_snapshot;
use serde_json::Value;

/// A folder with the solution of two sites in the unit square, the wall at x = 1/4.
fn two_slabs() -> Folder {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0, 0.5], [1, 0.5]], \"masses\": [0.25, 0.75]"));
    f.expect(0, "solve p.json -o s.json --quiet");
    f
}

#[test]
fn points_are_sent_to_cells_and_sites() {
    let f = two_slabs();
    f.write("x.csv", "x,y\n0.1,0.5\n0.3,0.9\n-7,0\n1e300,0\n");
    let run = f.expect(0, "map s.json --points x.csv -o cells.csv --kind cell");
    assert_snapshot!(run.out, @r"
    problem    p.json: 2 sites in a convex polygon of 4 vertices, constant density
    points     4 points, 2 outside the domain
    cells      2 of 2 hit
    written    cells.csv
    ");
    assert_eq!(f.read("cells.csv"), "0\n1\n0\n1\n");
    f.expect(0, "map s.json --points x.csv -o y.csv");
    assert_eq!(f.read("y.csv"), "0.0,0.5\n1.0,0.5\n0.0,0.5\n1.0,0.5\n");
    f.expect(0, "map s.json --points x.csv -o y.txt --kind image --threads 1");
    assert_eq!(f.read("y.txt"), f.read("y.csv").replace(',', " "));
    // What is written can be read again.
    f.expect(0, "map s.json --points x.csv -o y.npy -q");
    f.expect(0, "map s.json --points y.npy -o c.npy --kind cell -q");
    // Centroids at 1/8 and 5/8.
    f.write("x.csv", "0.375,0.5\n0.05,0.1\n");
    let run = f.expect(0, "map s.json --points x.csv -o z.csv --kind extension --json");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&report["in_no_triangle"], &report["flipped"]), (&2.into(), &0.into()));
    let z: Vec<f64> = f.read("z.csv").split([',', '\n']).filter_map(|v| v.parse().ok()).collect();
    assert!((z[0] - 0.5).abs() < 1e-9 && z[2] == 0.0, "{z:?}");
    f.expect(0, "map s.json --points x.csv -o z.csv --kind smooth --temperature 1e-5");
    let z: Vec<f64> = f.read("z.csv").split([',', '\n']).filter_map(|v| v.parse().ok()).collect();
    assert!((z[0] - 1.0).abs() < 1e-9 && z[2].abs() < 1e-9, "{z:?}");
    f.expect(0, "map s.json --points x.csv -o z.csv --kind smooth");
}

#[test]
fn points_of_a_surface_are_sent() {
    let f = Folder::new();
    f.write("m.obj", "v 0 0 0\nv 1 0 1\nv 1 1 1\nv 0 1 0\nf 1 2 3\nf 1 3 4\n");
    f.write("y.txt", "0 0.5 0\n1 0.5 1\n");
    f.write("m.txt", "1\n3\n");
    f.expect(0, "solve --domain m.obj --points y.txt --masses m.txt -o s.json -q");
    f.write("x.csv", "0.1,0.5,0.1\n0.9,0.1,0.9\n");
    f.expect(0, "map s.json --points x.csv -o c.csv --kind cell");
    assert_eq!(f.read("c.csv"), "0\n1\n");
    f.expect(0, "map s.json --points x.csv -o i.csv");
    assert_eq!(f.read("i.csv"), "0.0,0.5,0.0\n1.0,0.5,1.0\n");
    assert_snapshot!(f.error(2, "map s.json --points x.csv -o i.csv --kind extension"), @"s.json: --kind extension works in the plane in this version, this is a surface; choose cell, image, potential or gradient");
    assert_snapshot!(f.error(2, "alexandrov s.json -o a.obj"), @"s.json: alexandrov works in the plane in this version, this is a surface");
}

#[test]
fn an_interpolation_is_cells_with_densities() {
    let f = two_slabs();
    f.expect(0, "interpolate s.json --t 0.5 -o half.json --plot half.svg");
    let half = f.json("half.json");
    assert_eq!((&half["format"], &half["t"]), (&"brenier/interpolation".into(), &0.5.into()));
    assert_eq!(half["problem"]["sha256"], f.json("s.json")["problem"]["sha256"]);
    let cells = half["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 2);
    for c in cells {
        assert!(c["density"].as_array().unwrap().iter().all(|d| (d.as_f64().unwrap() - 4.0).abs() < 1e-12));
    }
    assert!(f.read("half.svg").starts_with("<svg"));
    f.expect(0, "interpolate s.json --t 0 -o zero.json");
    assert_snapshot!(f.error(2, "interpolate s.json --t 1 -o one.json"), @"--t: give a number from 0 to less than 1; at 1 there are only the sites");
    f.error(2, "interpolate s.json --t -1 -o one.json");
    f.error(2, "interpolate s.json --t nan -o one.json");
}

#[test]
fn an_interpolation_is_a_row_of_pictures() {
    let f = two_slabs();
    f.expect(0, "interpolate s.json --t 0.5 -o half.json --plot half.svg");
    let run = f.expect(0, "interpolate s.json --frames 13 --plot way.svg");
    assert!(run.out.contains("way-00.svg") && run.out.contains("way-12.svg"), "{}", run.out);
    // Frame 6 of 13 is that at one half, and all have the same view.
    assert_eq!(f.read("way-06.svg"), f.read("half.svg"));
    let view = |name: &str| f.read(name).split("viewBox=\"").nth(1).unwrap().split('"').next().unwrap().to_string();
    assert!((0..13).all(|k| view(&format!("way-{k:02}.svg")) == view("half.svg")));
    // At the end there are sites alone.
    assert!(f.read("way-12.svg").contains("2 sites, 0 cells") && f.read("way-11.svg").contains("2 sites, 2 cells"));
    let before = f.names();
    f.error(2, "interpolate s.json --frames 12");
    f.error(2, "interpolate s.json --frames 0 --plot a.svg");
    f.error(2, "interpolate s.json --frames 3 --t 0.5 --plot a.svg");
    f.error(2, "interpolate s.json --frames 3 --plot a.svg -o a.json");
    f.error(2, "interpolate s.json");
    assert_eq!(f.names(), before);
}

#[test]
fn a_jump_is_found_and_drawn() {
    let f = Folder::new();
    let grid = (0..128).map(|k| [(f64::from(k % 16) + 0.5) / 8.0 - 1.0, (f64::from(k / 16) + 0.5) / 8.0]);
    let sites: Vec<[f64; 2]> = grid.map(|c| [c[0] + c[0].signum(), c[1]]).collect();
    f.write("y.csv", csv(&sites));
    f.write("d.json", r#"{"type": "box", "min": [-1, 0], "max": [1, 1]}"#);
    f.expect(0, "solve --domain d.json --points y.csv -o s.json -q");
    let run = f.expect(0, "singular s.json -o j.json --plot j.svg");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(lines[2], @"singular   8 of 232 walls above the ratio 3.000e0");
    assert_snapshot!(lines[3], @"curves     1 strand in 1 component");
    assert_snapshot!(lines[4], @"           length 1.0000, jump up to 2.1250, from the boundary to the boundary");
    let j = f.json("j.json");
    assert_eq!(j["strands"][0]["ends"], serde_json::json!(["boundary", "boundary"]));
    assert_eq!(j["walls"].as_array().unwrap().len(), 8);
    assert!(f.read("j.svg").contains("#b3261e"));
    let none = f.expect(0, "singular s.json -o k.json --ratio 100");
    assert!(none.out.contains("0 of 232 walls"), "{}", none.out);
    // Torn, nothing lands in the gap; whole, something does.
    f.write("x.csv", csv(&(0..99).map(|k| [f64::from(k) / 49.5 - 1.0, 0.4]).collect::<Vec<_>>()));
    let in_gap = |more: &str| {
        f.expect(0, &format!("map s.json --points x.csv -o z.csv --kind extension {more}"));
        f.read("z.csv").lines().filter(|l| l.split(',').next().unwrap().parse::<f64>().unwrap().abs() < 1.0).count()
    };
    assert!(in_gap("") > 2);
    assert_eq!(in_gap("--tear"), 0);
}

#[test]
fn the_surface_of_alexandrov_is_written() {
    let f = two_slabs();
    let run = f.expect(0, "alexandrov s.json -o a.obj");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(lines[1], @"surface    6 vertices, 2 facets in 4 triangles");
    assert_eq!(f.read("a.obj").lines().filter(|l| l.starts_with("f ")).count(), 4);
    f.expect(0, "alexandrov s.json -o a.ply");
    f.expect(0, "alexandrov s.json -o a.vtk --quiet");
    f.expect(0, "alexandrov s.json -o a.obj --plot a.svg");
    assert!(f.read("a.svg").starts_with("<svg"));
    f.expect(0, "alexandrov s.json -o a.obj --plot a.html");
    assert_snapshot!(f.error(2, "alexandrov s.json -o a.obj --plot a.gif"), @"a.gif: pictures are .svg, .pdf, .png or .html");
    assert_snapshot!(f.error(2, "alexandrov s.json -o a.stl"), @"a.stl: meshes are written as .obj, .ply, .vtk or .vtp");
}

#[test]
fn wrong_maps_are_told_in_one_line() {
    let f = two_slabs();
    f.write("x.csv", "0,0\n1,nan\n");
    assert_snapshot!(f.error(3, "map s.json --points x.csv -o y.csv"), @"x.csv: points[1][1] is NaN; every coordinate must be finite");
    f.write("x.csv", "0.5\n");
    assert_snapshot!(f.error(3, "map s.json --points x.csv -o y.csv"), @"x.csv: has 1 number per point; give x and y");
    assert_snapshot!(f.error(2, "map s.json --points x.csv -o y.json"), @"y.json: points are written as .csv, .txt or .npy; choose one of these");
    assert_snapshot!(f.error(2, "map s.json --points x.csv -o x.csv"), @"x.csv: is an input and would be overwritten; give the output another name");
    assert_snapshot!(f.error(5, "map s.json --points z.csv -o y.csv"), @"z.csv: cannot read: no such file or folder; check the path");
    f.error(2, "map s.json --points x.csv -o y.csv --kind nearest");
    f.error(2, "map s.json --points x.csv -o y.csv --temperature 0.1");
    f.error(2, "singular s.json -o j.json --ratio 0");
    f.error(2, "interpolate s.json -o h.json");
    f.error(3, "map p.json --points x.csv -o y.csv");
    // Partial transport has no such map.
    f.write("q.json", square("\"sites\": [[0.5, 0.5]], \"masses\": [0.5], \"partial\": true"));
    f.expect(0, "solve q.json -o t.json -q");
    assert_snapshot!(f.error(3, "alexandrov t.json -o a.obj"), @r#"t.json: the map of partial transport is not the gradient of one convex function on the whole source; solve without "partial""#);
    assert_eq!(f.names(), ["p.json", "q.json", "s.json", "t.json", "x.csv"], "nothing was written");
}

/// No points are as good as many; a solution that has not converged has a map, too, with a remark.
#[test]
fn remarks_are_made_where_they_are_due() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(50)));
    f.expect(1, "solve --domain square --points y.csv -o s.json --max-iterations 0");
    f.write("x.csv", "");
    let run = f.expect(0, "map s.json --points x.csv -o c.csv --kind cell");
    assert!(run.out.contains("note       the solution has not converged"), "{}", run.out);
    assert_eq!(f.read("c.csv"), "");
    f.write("y.csv", "0,0\n1,1\n0,0\n");
    f.expect(0, "solve --domain square --points y.csv -o s.json -q");
    assert!(f.expect(0, "singular s.json -o j.json").out.contains("sites were merged"));
}
