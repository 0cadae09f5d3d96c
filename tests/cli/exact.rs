//! Rational numbers of a check, and the potential.

use crate::support::{Folder, square};
use serde_json::Value;

#[test]
fn masses_areas_and_residuals_are_rationals() {
    let f = Folder::new();
    // The wall of these weights is x = 1/3; the source has density 2, the masses sum to 3.
    f.write(
        "p.json",
        square(
            "\"density\": {\"type\": \"affine\", \"g\": [0, 0], \"c\": 2},
            \"sites\": [[0, 0.5], [3, 0.5]], \"masses\": [1, 2], \"heights\": [1, 0]",
        ),
    );
    f.expect(0, "diagram p.json -o d.json");
    let run = f.expect(0, "check d.json --exact");
    for line in [
        "EXACT source    multiplied by 3/2",
        "EXACT site 0    mass 1, area 1/3, residual 0",
        "EXACT site 1    mass 2, area 2/3, residual 0",
        "EXACT residual  at most 0 of the mass, at site 0",
        "verified: d.json (it does not claim to have converged)",
    ] {
        assert!(run.out.lines().any(|l| l == line), "{line} is not in\n{}", run.out);
    }
    // A third has no double: what a solve leaves is told to the last digit.
    f.write("p.json", square("\"sites\": [[0, 0.5], [1, 0.5], [2, 0.5]], \"masses\": [1, 1, 1]"));
    f.expect(0, "solve p.json -o s.json");
    let run = f.expect(0, "check s.json --exact --json");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let exact = &report["exact"];
    let fraction = |v: &Value| -> brenier::Ratio { v.as_str().unwrap().parse().unwrap() };
    let sum: brenier::Ratio = exact["masses"].as_array().unwrap().iter().map(fraction).sum();
    assert_eq!(sum.to_string(), "3");
    let residuals: brenier::Ratio = exact["residuals"].as_array().unwrap().iter().map(fraction).sum();
    assert!(residuals.is_zero());
    let most = fraction(&exact["max_relative_error"]).enclosure();
    let claimed: Vec<f64> = serde_json::from_value(report["max_relative_error"].clone()).unwrap();
    assert!(claimed[0] <= most[1] && most[0] <= claimed[1], "{most:?} and {claimed:?}");
    // Of a mesh, too; not of arcs.
    f.write("t.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3\nf 1 3 4\n");
    f.write("y.csv", "0,0.5\n3,0.5\n");
    f.expect(0, "solve --domain t.obj --points y.csv -o m.json");
    assert!(f.expect(0, "check m.json --exact").out.contains("EXACT site 0    mass 1/2, area 1/2, residual 0"));
    f.write("m.txt", "0.1\n0.1\n");
    f.expect(0, "solve --domain t.obj --points y.csv --masses m.txt --partial -o b.json");
    assert!(f.error(2, "check b.json --exact").contains("have no rational areas"));
}

#[test]
fn the_potential_is_that_of_the_heights() {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[-1, 0], [1, 0]], \"masses\": [1, 1]"));
    f.expect(0, "solve p.json -o s.json");
    // The wall is x = 1/2: heights are 1/2 and -1/2, and u = |x - 1/2|.
    f.write("x.csv", "0,0\n0.5,7\n0.75,0.1\n2,0\n");
    f.expect(0, "map s.json --points x.csv -o u.csv --kind potential");
    let values: Vec<f64> = f.read("u.csv").lines().map(|l| l.parse().unwrap()).collect();
    assert_eq!(values, [0.5, 0.0, 0.25, 1.5]);
    f.expect(0, "map s.json --points x.csv -o g.csv --kind gradient");
    f.expect(0, "map s.json --points x.csv -o i.csv");
    assert_eq!(f.read("g.csv"), f.read("i.csv"));
    f.expect(0, "map s.json --points x.csv -o u.npy --kind potential");
    // In space it is <x, y> + h of the highest, too.
    f.write("o.obj", "v 1 0 0\nv -1 0 0\nv 0 1 0\nv 0 -1 0\nv 0 0 1\nv 0 0 -1\nf 1 3 5\nf 3 2 5\nf 2 4 5\nf 4 1 5\nf 3 1 6\nf 2 3 6\nf 4 2 6\nf 1 4 6\n");
    f.write("y.csv", "2,0,0\n-2,0,0\n");
    f.expect(0, "solve --domain o.obj --points y.csv -o o.json");
    f.write("x3.csv", "0.5,0,0\n-1,3,3\n");
    f.expect(0, "map o.json --points x3.csv -o u.csv --kind potential");
    let values: Vec<f64> = f.read("u.csv").lines().map(|l| l.parse().unwrap()).collect();
    assert!((values[0] - 1.0).abs() < 1e-9 && (values[1] - 2.0).abs() < 1e-9, "{values:?}");
}
