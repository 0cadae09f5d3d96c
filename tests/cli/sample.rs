//! `brenier sample` from outside.

use crate::support::{Folder, csv, points};
use brenier::io::{NpzReader, parse_npy};
use insta::assert_snapshot;
use serde_json::{Value, json};

fn solved() -> Folder {
    let f = Folder::new();
    f.write("y.csv", csv(&points(40)));
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    f
}

fn npy(f: &Folder, name: &str) -> Vec<f64> {
    parse_npy(&std::fs::read(f.path(name)).unwrap()).unwrap().values
}

#[test]
fn every_format_holds_the_same_samples() {
    let f = solved();
    let run = f.expect(0, "sample s.json -n 1000 -o a.npz --seed 7");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(lines[1], @"samples    1000, iid, seed 7");
    assert_snapshot!(lines[3], @"written    a.npz");
    let npz = NpzReader::new(std::fs::read(f.path("a.npz")).unwrap()).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["points", "cells", "images"]);
    let [x, i, y] = ["points", "cells", "images"].map(|name| npz.array(name).unwrap().values);
    assert_eq!([x.len(), i.len(), y.len()], [2000, 1000, 2000]);
    for (what, values) in [("points", &x), ("ids", &i), ("images", &y)] {
        f.expect(0, &format!("sample s.json -n 1000 -o a.npy --seed 7 --what {what}"));
        assert!(npy(&f, "a.npy") == **values, "{what}");
    }
    f.expect(0, "sample s.json -n 1000 -o a.csv --seed 7");
    let text = f.read("a.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("x,y,cell,image_x,image_y"));
    let sites = points(40);
    for (k, line) in lines.enumerate() {
        let v: Vec<f64> = line.split(',').map(|v| v.parse().unwrap()).collect();
        assert_eq!(v, [x[2 * k], x[2 * k + 1], i[k], y[2 * k], y[2 * k + 1]]);
        assert_eq!(v[3..], sites[v[2] as usize]);
    }
    assert_eq!(text.lines().count(), 1001);
}

#[test]
fn a_run_can_be_cut_anywhere() {
    let f = solved();
    for (method, more) in [("iid", ""), ("alias", ""), ("r2", ""), ("stratified", " --total 3000")] {
        let run = |range: &str, threads: usize| {
            f.expect(0, &format!("sample s.json {range} --method {method}{more} -o a.npy --threads {threads}"));
            npy(&f, "a.npy")
        };
        let whole = run("-n 3000", 1);
        assert!(whole == run("-n 3000", 4), "{method}");
        let mut parts = run("-n 1234", 2);
        parts.extend(run("-n 1766 --offset 1234", 3));
        assert!(whole == parts, "{method}");
    }
}

#[test]
fn the_report_has_seed_and_rate() {
    let f = solved();
    let args = "sample s.json -n 2e3 --cell 3 --method stratified --offset 1 --seed 9 -o a.csv --json";
    let report: Value = serde_json::from_str(&f.expect(0, args).out).unwrap();
    for (key, value) in [
        ("command", json!("sample")),
        ("output", json!("a.csv")),
        ("samples", json!(2000)),
        ("method", json!("stratified")),
        ("seed", json!(9)),
        ("offset", json!(1)),
        ("total", json!(2001)),
        ("cell", json!(3)),
        ("sites", json!(40)),
    ] {
        assert_eq!(report[key], value, "{key}");
    }
    assert!(report["rate"].as_f64().unwrap() > 0.0 && report["seconds"].as_f64().unwrap() > 0.0);
    assert!(f.read("a.csv").lines().skip(1).all(|l| l.split(',').nth(2) == Some("3")));
    let quiet = f.expect(0, "sample s.json -n 5 -o a.csv --quiet");
    assert_eq!((quiet.out, quiet.err), (String::new(), String::new()));
}

/// On a surface points have three coordinates, and `map` finds the same cells.
#[test]
fn surfaces_are_sampled() {
    let f = Folder::new();
    f.write("m.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n");
    f.write("y.csv", "0.1,0.1,0.1\n0.7,0.1,0.1\n0.1,0.7,0.1\n0.1,0.1,0.7\n");
    f.expect(0, "solve --domain m.obj --points y.csv -o s.json");
    f.expect(0, "sample s.json -n 2000 --seed 3 -o a.csv");
    let text = f.read("a.csv");
    assert_eq!(text.lines().next(), Some("x,y,z,cell,image_x,image_y,image_z"));
    assert_eq!(text.lines().count(), 2001);
    f.expect(0, "sample s.json -n 2000 --seed 3 --what points -o x.npy");
    assert_eq!(npy(&f, "x.npy").len(), 6000);
    f.expect(0, "sample s.json -n 2000 --seed 3 --what ids -o i.csv");
    f.expect(0, "map s.json --points x.npy --kind cell -o c.csv");
    assert_eq!(f.read("i.csv").strip_prefix("cell\n"), Some(&f.read("c.csv")[..]));
    // Equal masses: a quarter each, exactly so if stratified.
    f.expect(0, "sample s.json -n 2000 --method stratified --what ids -o i.csv");
    for i in 0..4 {
        let hit = f.read("i.csv").lines().filter(|l| *l == i.to_string()).count();
        assert!(hit.abs_diff(500) <= 1, "{i}: {hit}");
    }
    assert_snapshot!(f.error(2, "sample s.json -n 5 -o a.csv --cell 4"), @"--cell: cell 4 does not exist; there are 4 sites, from 0");
}

/// Run with `cargo test --features parquet` this writes a file, otherwise it is told that this
/// build cannot.
#[test]
fn parquet_is_a_feature() {
    let f = solved();
    if cfg!(feature = "parquet") {
        f.expect(0, "sample s.json -n 1000 --seed 7 -o a.parquet");
        let bytes = std::fs::read(f.path("a.parquet")).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1") && bytes.len() > 36_000);
    } else {
        assert_snapshot!(f.error(2, "sample s.json -n 5 -o a.parquet"), @"a.parquet: this build does not write .parquet; build brenier with --features parquet, or write .npz or .csv");
    }
}

#[test]
fn wrong_samples_are_told_in_one_line() {
    let f = solved();
    let before = f.names();
    assert_snapshot!(f.error(2, "sample s.json -n 5 -o a.txt"), @"a.txt: samples are written as .npy, .npz, .csv or .parquet; choose one of these");
    assert_snapshot!(f.error(2, "sample s.json -n 5 -o a.npy --what all"), @"a.npy: a .npy file holds one array; use --what points, ids or images, or write .npz or .csv");
    assert_snapshot!(f.error(2, "sample s.json -n 5 -o a.csv --cell 40"), @"--cell: cell 40 does not exist; there are 40 sites, from 0");
    assert_snapshot!(f.error(2, "sample s.json -n 5 -o a.csv --total 9"), @"--total is for --method stratified; other samples depend on their number alone");
    assert_snapshot!(f.error(2, "sample s.json -n 5 --offset 5 -o a.csv --total 9 --method stratified"), @"--total 9: samples up to 10 are asked for; give at least that");
    assert_snapshot!(f.error(2, "sample s.json -n 0 -o a.csv"), @"invalid value '0' for '--samples <N>': give at least 1; see brenier sample --help");
    assert_snapshot!(f.error(2, "sample s.json -n 1.5 -o a.csv"), @"invalid value '1.5' for '--samples <N>': give a whole number such as 1000 or 1e3; see brenier sample --help");
    assert_snapshot!(f.error(2, "sample s.json -n 5 -o s.json"), @"s.json: samples are written as .npy, .npz, .csv or .parquet; choose one of these");
    assert_snapshot!(f.error(4, "sample s.json -n 1e12 -o a.npy --time-limit 1s"), @"time limit reached; nothing was written, since files appear whole");
    assert_snapshot!(f.error(5, "sample s.json -n 5 -o no/a.csv"), @"no/a.csv: cannot write: no such file or folder; check the path");
    assert_snapshot!(f.error(5, "sample z.json -n 5 -o a.csv"), @"z.json: cannot read: no such file or folder; check the path");
    f.write("h.csv", "0.25,0.5\n0.75,0.5\n");
    f.write("m.txt", "0.1\n0.2\n");
    f.expect(0, "solve --domain square --points h.csv --masses m.txt --partial -o part.json");
    assert_snapshot!(f.error(3, "sample part.json -n 5 -o a.csv"), @"part.json: part of the source stays; sample needs cells that fill the source in this version");
    let mut after = f.names();
    after.retain(|n| !["h.csv", "m.txt", "part.json"].contains(&n.as_str()));
    assert_eq!(after, before, "nothing was written");
}
