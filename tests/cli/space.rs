//! Space and tori from the command line.

use super::support::Folder;
use serde_json::Value;

fn sites(n: usize, d: usize) -> String {
    let mut state = 3u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 11) as f64 / (1u64 << 53) as f64).to_string()
    };
    (0..n).map(|_| (0..d).map(|_| draw()).collect::<Vec<_>>().join(",") + "\n").collect()
}

#[test]
fn the_whole_way_in_the_cube() {
    let f = Folder::new();
    f.write("y.csv", sites(30, 3));
    f.expect(0, "solve --domain cube --points y.csv -o s.json --hessian");
    let run = f.expect(0, "check s.json");
    assert!(run.out.contains("the exact measures of 30 cells sum to exactly the domain's"), "{}", run.out);
    assert!(run.out.contains("every vertex in exactly 4 cells"), "{}", run.out);
    for ending in ["vtu", "npz", "obj", "ply"] {
        f.expect(0, &format!("cells s.json -o c.{ending}"));
        assert!(std::fs::metadata(f.path(&format!("c.{ending}"))).unwrap().len() > 1000);
    }
    f.expect(0, "sample s.json -n 2000 -o x.csv --seed 4");
    f.write("x3.csv", "0.1,0.2,0.3\n0.9,0.9,0.1\n");
    f.expect(0, "map s.json --points x3.csv -o i.csv --kind cell");
    assert_eq!(f.read("i.csv").lines().count(), 2);
    f.expect(0, "plot s.json -o p.html --view 30,20");
    f.expect(0, "plot s.json -o p.png --view 30,20 --size 200x150");
    f.expect(0, "quantize --domain cube -n 8 --steps 3 -o q.json");
    f.expect(0, "check q.json");
    f.expect(0, "solve --domain cube --points y.csv --density affine:0,0,2,0 -o a.json");
    f.expect(0, "check a.json");
}

#[test]
fn the_whole_way_on_tori() {
    let f = Folder::new();
    f.write("y2.csv", sites(20, 2));
    f.write("y3.csv", sites(20, 3));
    f.expect(0, "solve --domain torus --points y2.csv -o s2.json --plot cells.svg");
    f.expect(0, "check s2.json");
    f.expect(0, "cells s2.json -o c.geojson");
    f.expect(0, "cells s2.json -o c.svg");
    f.expect(0, "sample s2.json -n 100 -o x.npy");
    f.expect(0, "quantize --domain torus -n 6 --steps 4 -o q.json");
    f.expect(0, "check q.json");
    f.expect(0, "solve --domain torus3 --points y3.csv -o s3.json");
    f.expect(0, "check s3.json");
    f.expect(0, "solve --domain cube --periodic xy --points y3.csv -o sxy.json");
    f.expect(0, "check sxy.json");
    f.expect(0, "solve --domain square --periodic x --points y2.csv -o sx.json");
    f.expect(0, "check sx.json");
    // In a pipe, and in one archive.
    f.expect(0, "solve --domain torus3 --points y3.csv -o s.npz");
    f.expect(0, "check s.npz");
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "torus", "min": [0, 0], "max": [1, 2]},
            "sites": [[0.5, 0.5], [1.25, -0.5]], "weights": [0.25, 0]}"#,
    );
    let run = f.expect(0, "diagram p.json -o d.json --cells");
    assert!(run.out.contains("1 site lay outside of the box and was wrapped into it"), "{}", run.out);
    let d: Value = f.json("d.json");
    assert_eq!(d["weights"], serde_json::json!([0.25, 0.0]));
    assert_eq!(d["cells"].as_array().unwrap().len(), 2);
    f.expect(0, "check d.json");
    f.expect(0, "solve p.json -o w.json");
    f.expect(0, "check w.json");
}

#[test]
fn wrong_arguments() {
    let f = Folder::new();
    f.write("y2.csv", sites(4, 2));
    f.write("y3.csv", sites(4, 3));
    f.error(2, "solve --domain cube --periodic w --points y3.csv -o s.json");
    f.error(2, "solve --domain disk --periodic x --points y2.csv -o s.json");
    f.error(2, "solve --domain square --periodic z --points y2.csv -o s.json");
    f.error(3, "solve --domain cube --points y2.csv -o s.json");
    f.error(2, "solve --domain torus --points y2.csv --partial -o s.json");
    f.error(3, "solve --domain torus --points y2.csv --density affine:1,0,1 -o s.json");
    f.expect(0, "solve --domain cube --points y3.csv -o s.json");
    f.error(2, "cells s.json -o c.geojson");
    f.error(2, "interpolate s.json -t 0.5 -o c.csv");
    f.error(2, "map s.json --points y3.csv --kind smooth -o c.csv");
}
