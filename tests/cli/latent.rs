//! `brenier latent` from outside.

use crate::support::Folder;
use brenier::io::{NpzReader, parse_npy};
use serde_json::Value;

/// Rows of numbers.
fn rows(count: usize, d: usize, seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let row = |_| (0..d).map(|_| format!("{:?}", next())).collect::<Vec<_>>().join(",") + "\n";
    (0..count).map(row).collect()
}

fn folder() -> Folder {
    let f = Folder::new();
    f.write("codes.csv", rows(30, 5, 1));
    f
}

#[test]
fn solve_sample_and_check() {
    let f = folder();
    let run = f.expect(0, "latent solve codes.csv --source cube --tol 0.15 -o a.npz");
    assert!(run.out.contains("converged to 15 %") && run.out.contains("estimate"), "{}", run.out);
    let npz = NpzReader::new(f.read_bytes("a.npz")).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["codes", "target_masses", "heights"]);
    assert_eq!(npz.array("codes").unwrap().columns, 5);
    // The same as one document, with the same numbers.
    let json = f.expect(0, "latent solve codes.csv --source cube --tol 0.15 -o a.json --json --threads 1");
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(report["report"]["outcome"], "converged");
    assert!(report["validation"]["rms_interval"][1].as_f64().unwrap() <= 0.15);
    let heights: Vec<f64> = serde_json::from_value(f.json("a.json")["heights"].clone()).unwrap();
    assert_eq!(heights, npz.array("heights").unwrap().values);
    let check = f.expect(0, "latent check a.npz");
    assert!(check.out.contains("agrees with its tolerance of 15 %"), "{}", check.out);
    f.expect(0, "latent sample a.npz -n 200 -o s.npz --extension hard");
    let s = NpzReader::new(f.read_bytes("s.npz")).unwrap();
    let [x, i, y] = ["points", "cells", "images"].map(|name| s.array(name).unwrap());
    assert_eq!([x.rows, i.rows, y.columns], [200, 200, 5]);
    assert!(x.values.iter().all(|v| (0.0..1.0).contains(v)));
    f.expect(0, "latent sample a.json -n 100 --offset 100 -o s.npy --extension hard");
    assert_eq!(parse_npy(&f.read_bytes("s.npy")).unwrap().values, y.values[500..]);
    let local = f.expect(0, "latent sample a.npz -n 50 -o s.csv");
    assert!(local.out.contains("components") && f.read("s.csv").lines().count() == 50);
}

#[test]
fn tables_may_have_names() {
    let f = folder();
    f.expect(0, "latent solve codes.csv --tol 0.3 -o a.json");
    let heights = f.json("a.json")["heights"].clone();
    let plain = f.read("codes.csv");
    f.write("named.csv", format!("sepal length,sepal width,c,d,e\n{plain}"));
    f.expect(0, "latent solve named.csv --tol 0.3 -o b.json");
    assert_eq!(f.json("b.json")["heights"], heights);
    // As pandas writes them, with an index.
    let rows: String = plain.lines().enumerate().map(|(k, l)| format!("{k},{l}\n")).collect();
    f.write("index.csv", format!(",0,1,2,3,4\n{rows}"));
    let run = f.expect(0, "latent solve index.csv --tol 0.3 -o c.json");
    assert!(run.err.contains("only counts or names rows; it is not used"), "{}", run.err);
    assert_eq!(f.json("c.json")["heights"], heights);
    // The kind of each row in words, with names above and without.
    let rows_of = |head: &str| {
        let rows: String = plain.lines().map(|l| format!("{l},iris setosa\n")).collect();
        format!("{head}{rows}")
    };
    for (head, told) in [("a,b,c,d,e,species\n", "column \"species\" has words"), ("", "column 6 has words")] {
        f.write("kinds.csv", rows_of(head));
        let run = f.expect(0, "latent solve kinds.csv --tol 0.3 -o c.json");
        assert!(run.err.contains(told), "{}", run.err);
        assert_eq!(f.json("c.json")["heights"], heights);
    }
    f.write("missing.csv", "a,b\nNA,1\n2,3\n");
    assert!(f.expect(3, "latent solve missing.csv -o c.json").err.contains("\"NA\" is not a number"));
    f.write("bare.csv", rows);
    let run = f.expect(0, "latent solve bare.csv --tol 0.5 -o d.json");
    assert!(run.err.contains("the first column only counts the rows"), "{}", run.err);
    f.write("mass.csv", format!("a,b,c,d,mass\n{plain}"));
    let run = f.expect(3, "latent solve mass.csv -o e.json");
    assert!(run.err.contains("--masses"), "{}", run.err);
}

#[test]
fn the_strength_may_be_given() {
    let f = folder();
    f.expect(0, "latent solve codes.csv --tol 0.3 -o a.npz");
    let run = f.expect(0, "latent sample a.npz -n 20 --strength 0 -o s.csv");
    assert!(run.out.contains("0, as given"), "{}", run.out);
    f.expect(0, "latent sample a.npz -n 20 --extension hard -o h.csv");
    let numbers = |name: &str| -> Vec<f64> {
        f.read(name).lines().flat_map(|l| l.split(',').map(|w| w.parse().unwrap()).collect::<Vec<f64>>()).collect()
    };
    assert!(numbers("s.csv").iter().zip(numbers("h.csv")).all(|(a, b)| (a - b).abs() < 1e-9));
    f.expect(2, "latent sample a.npz -n 20 --strength 2 -o s.csv");
    let run = f.expect(2, "latent sample a.npz -n 20 --strength 0.5 --extension pair -o s.csv");
    assert!(run.err.contains("--extension local"), "{}", run.err);
}

#[test]
fn what_does_not_converge_says_how_far() {
    let f = folder();
    let run = f.expect(1, "latent solve codes.csv --tol 0.001 --max-points 6000 -o a.npz");
    assert!(run.out.contains("not converged to 0.10 %: no more points are allowed"), "{}", run.out);
    assert!(run.out.contains("samples in all"), "{}", run.out);
    f.expect(1, "latent check a.npz --points 4000");
    let run = f.expect(1, "latent solve codes.csv --tol 0.0001 --time-limit 500ms -o a.npz");
    assert!(run.out.contains("time limit reached"), "{}", run.out);
}

#[test]
fn a_file_of_points_is_a_source() {
    let f = folder();
    f.write("points.csv", rows(8000, 5, 9));
    f.expect(0, "latent solve codes.csv --source points.csv --tol 0.3 -o a.npz");
    f.expect(0, "latent check a.npz");
    f.expect(0, "latent sample a.npz -n 10 -o s.csv");
    f.write("points.csv", rows(8000, 5, 10));
    let run = f.expect(3, "latent check a.npz");
    assert!(run.err.contains("is not the file of points"), "{}", run.err);
}

#[test]
fn wrong_use_is_told() {
    let f = folder();
    f.write("nan.csv", "1,2\n3,nan\n");
    f.write("flat.csv", "1,2\n3\n");
    f.write("m.csv", "1\n-2\n");
    f.expect(0, "latent solve codes.csv --tol 0.3 -o good.npz");
    for (code, args, text) in [
        (2, "latent", ""),
        (2, "latent solve codes.csv", "--output"),
        (2, "latent solve codes.csv -o a.svg", "solutions are written"),
        (2, "latent solve codes.csv -o a.npz --source torus", "no such source"),
        (2, "latent solve codes.csv -o a.npz --source gaussian:0", "deviation 0"),
        (2, "latent solve codes.csv -o a.npz --source cube:1", "use gaussian:DEVIATION"),
        (2, "latent solve codes.csv -o a.npz --confidence 2", "probability"),
        (2, "latent solve codes.csv -o a.npz --tol 1e-9", "a relative mass error from 1e-6"),
        (3, "latent solve nan.csv -o a.npz", "nan.csv: codes[1][1] is NaN"),
        (3, "latent solve flat.csv -o a.npz", "flat.csv: line 2"),
        (3, "latent solve codes.csv --masses m.csv -o a.npz", "m.csv: masses has 2 entries; 30 are needed"),
        (5, "latent solve none.npy -o a.npz", "none.npy"),
        (3, "latent check codes.csv", "codes.csv"),
        (2, "latent sample good.npz -n 10 -o a.parquet", "written as .npy, .npz or .csv"),
        (2, "latent sample good.npz -n 10 -o a.npy --what all", "one array"),
        (2, "latent sample good.npz -n 10 -o a.npy --source codes.csv", "--source is for"),
        (2, "latent sample good.npz -n 10 -o good.npz", "good.npz"),
    ] {
        let run = f.run(args);
        assert_eq!(run.code, code, "{args}: {}", run.err);
        assert!(run.err.contains(text), "{args}: {}", run.err);
    }
}

#[test]
fn a_run_goes_on_from_its_checkpoint() {
    let f = folder();
    f.expect(0, "latent solve codes.csv --tol 0.1 -o whole.npz");
    f.expect(1, "latent solve codes.csv --tol 0.1 --max-points 2000 --checkpoint c.checkpoint -o part.npz");
    f.expect(0, "latent solve codes.csv --tol 0.1 --resume c.checkpoint -o rest.npz");
    let heights = |name: &str| NpzReader::new(f.read_bytes(name)).unwrap().array("heights").unwrap().values;
    assert_eq!(heights("rest.npz").len(), heights("whole.npz").len());
    let run = f.expect(3, "latent solve codes.csv --tol 0.2 --resume c.checkpoint -o rest.npz");
    assert!(run.err.contains("other codes, masses, source, --tol"), "{}", run.err);
    let run = f.expect(3, "latent solve codes.csv --tol 0.1 --seed 5 --resume c.checkpoint -o rest.npz");
    assert!(run.err.contains("seed"), "{}", run.err);
}
