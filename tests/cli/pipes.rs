//! Standard input and output, names without endings, and what scripts want: whole numbers in short,
//! derivatives, starts, writes that nobody waits for.

use crate::support::{Folder, Run, csv, ended, points, square};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

/// Runs with some bytes on standard input.
fn fed(f: &Folder, args: &str, input: &[u8]) -> (Run, Vec<u8>) {
    let mut child =
        f.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let out = output.stdout.clone();
    (ended(std::process::Output { stdout: Vec::new(), ..output }), out)
}

#[track_caller]
fn right(f: &Folder, args: &str, input: &[u8]) -> Vec<u8> {
    let (run, out) = fed(f, args, input);
    assert_eq!(run.code, 0, "{args}: {}", run.err);
    out
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_command_reads_and_writes_streams() {
    let f = Folder::new();
    let sites = csv(&points(12));
    f.write("y.csv", &sites);
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    let by_file = f.json("s.json")["heights"].clone();
    // Sites, masses, domains and problems in; the solution out.
    let document = right(&f, "solve --domain square --points - -o -", sites.as_bytes());
    let solved: Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(solved["heights"], by_file);
    right(&f, "solve --domain - --points y.csv -o a.json", b"0,0\n1,0\n1,1\n0,1\n");
    right(&f, "solve --domain square --points y.csv --masses - -o a.json", &b"1\n".repeat(12));
    let problem = square(&format!("\"sites\": {}", json!(points(12))));
    right(&f, "solve - -o a.json", problem.as_bytes());
    assert_eq!(f.json("a.json")["heights"], by_file);
    assert!(f.json("a.json")["problem"]["data"].is_object(), "what came through a stream is kept");
    // A solution goes on through pipes.
    for args in
        ["check -", "diagram - -o d.json", "plot - -o a.svg", "cells - -o c.geojson", "sample - -n 1e2 -o x.npy"]
    {
        right(&f, args, &document);
    }
    for (args, begins) in [
        ("plot - -o - --format svg", "<svg"),
        ("plot - -o - --format html", "<!doctype html>"),
        ("cells - -o - --format geojson", "{"),
        ("cells - -o - --format .CSV", "site"),
        ("map - --points y.csv -o - --format csv", ""),
        ("sample - -n 10 -o - --format csv", "x,y"),
        ("interpolate - --t 0.5 -o -", "{"),
        ("singular - -o -", "{"),
        ("alexandrov - -o - --format obj", ""),
        ("diagram - -o -", "{"),
        ("quantize --domain square -n 1e1 --steps 2 -o - --format csv", ""),
    ] {
        let out = text(right(&f, args, &document));
        let start = out.trim_start().to_ascii_lowercase();
        assert!(out.len() > 50 && start.starts_with(begins), "{args}: {}", &out[..out.len().min(60)]);
        assert!(!out.contains("written"), "{args}: the report goes elsewhere");
    }
    let archive = right(&f, "solve --domain square --points - -o - --format npz", sites.as_bytes());
    assert_eq!(&archive[..2], b"PK");
    right(&f, "check -", &archive);
    let picture = right(&f, "plot - -o - --format png --size 8x8", &archive);
    assert_eq!(&picture[1..4], b"PNG");
    // A mesh, and an image.
    let mesh = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0.5\nf 1 2 3\nf 1 3 4\n";
    let laid = text(right(&f, "parameterize - -o - --format obj", mesh.as_bytes()));
    assert!(laid.contains("\nvt "), "{laid}");
    right(&f, "quantize --domain image --density image:- -n 9 --steps 2 -o q.json", &picture);
    right(&f, "quantize --domain - -n 9 --steps 2 -o q.json", mesh.as_bytes());
    let names = f.names();
    assert!(!names.iter().any(|n| n == "-" || n.ends_with(".checkpoint")), "{names:?}");
}

#[test]
fn formats_of_streams_are_told_or_asked_for() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(5)));
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    let told = |args: &str, code: i32, what: &str| {
        let (run, _) = fed(&f, args, b"0.5 0.25\n0.25 0.5\n");
        assert_eq!(run.code, code, "{args}: {}", run.err);
        assert!(run.err.contains(what), "{args}: {}", run.err);
    };
    told("plot s.json -o -", 2, "say its format with --format, one of svg, pdf, png");
    told("plot s.json -o - --format csv", 2, "pictures are");
    told("plot s.json -o a.svg --format svg", 2, "--format svg: every input has an ending");
    told("map s.json --points - -o a.csv --format csv,npy", 2, "--format npy: every output has an ending");
    told("map s.json --points - -o - --format txt,csv", 0, "2 points");
    told("map s.json --points - -o - --format json,csv", 3, "files that are \"json\" are not read; use .csv");
    told("solve --domain - --points - -o s.json", 2, "standard input is named twice, as domain and as points");
    told("solve --domain square --points y.csv -o a.json --checkpoint -", 2, "goes into a file");
    told("solve --domain square --points y.csv -o - --plot -", 2, "say its format with --format");
    told("solve - -o a.json", 3, "-: is a table, not a problem; give it by flags");
    // Names without an ending are files like others.
    f.write("sites", "0.5;0.25\n0.25;0.75\n");
    f.expect(0, "solve --domain square --points sites -o a.json");
    f.write("blanks", "0.5 0.25\n0.25 0.75\n");
    f.expect(0, "solve --domain square --points blanks -o a.json");
    f.write("nothing", [0u8, 1, 2, 3, 0, 7, 8]);
    let error = f.error(3, "solve --domain square --points nothing -o a.json");
    assert!(error.contains("say it with --format"), "{error}");
    // An empty stream is no list of sites.
    let (run, _) = fed(&f, "solve --domain square --points - -o a.json", b"");
    assert_eq!(run.code, 3, "{}", run.err);
}

#[cfg(unix)]
#[test]
fn process_substitution_and_here_documents_work() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(8)));
    if std::process::Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let bash = |script: &str| {
        let mut command = std::process::Command::new("bash");
        command.args(["-c", script]).env("B", env!("CARGO_BIN_EXE_brenier")).current_dir(f.path(""));
        ended(command.output().unwrap())
    };
    for script in [
        "\"$B\" solve --domain square --points <(cat y.csv) -o s.json && \"$B\" check s.json",
        "\"$B\" solve --domain <(printf '0,0\\n1,0\\n1,1\\n0,1\\n') --points <(cat y.csv) -o s.json",
        "\"$B\" solve --domain square --points y.csv -o >(cat > t.json) && sleep 0.3 && \"$B\" check t.json",
        "\"$B\" check <(cat s.json)",
        "\"$B\" solve --domain square --points y.csv -o - 2> err | \"$B\" check -",
        "\"$B\" solve --domain square --points - -o s.json < y.csv",
        "\"$B\" solve --domain square --points /dev/stdin -o s.json <<< $'0.5,0.5\\n0.1,0.2'",
    ] {
        let run = bash(script);
        assert_eq!(run.code, 0, "{script}: {}{}", run.out, run.err);
    }
    // An input that a stream leads to is kept.
    let before = f.read("y.csv");
    let run = bash("\"$B\" quantize --domain square --points - --steps 1 -o y.csv < y.csv");
    assert_eq!((run.code, f.read("y.csv")), (2, before), "{}", run.err);
}

#[test]
fn counts_are_numbers_like_1e3() {
    let f = Folder::new();
    f.expect(0, "quantize --domain disk:1e2 -n 1e1 --steps 2e0 --seed 1e6 -o s.json --threads 1e0");
    assert_eq!(f.json("s.json")["heights"].as_array().unwrap().len(), 10);
    f.expect(0, "sample s.json -n 1e3 --offset 5e1 --total 2e3 --method stratified --seed 1e1 -o x.csv");
    assert_eq!(f.read("x.csv").lines().count(), 1001);
    f.expect(0, "sample s.json -n 1e1 --cell 2e0 -o x.csv");
    f.expect(0, "check s.json --level 5e0");
    f.write("y.csv", csv(&points(5)));
    f.expect(0, "solve --domain square --points y.csv -o a.json --max-iterations 1e3");
    for (args, what) in [
        ("-n 1.5", "'1.5' for '--sites <N>': give a whole number such as 1000 or 1e3"),
        ("-n 0", "0 is not in 1..=500000000"),
        ("-n 1e300", "give a whole number"),
        ("-n 5 --steps -1", "'-1' for '--steps <K>': give a whole number"),
        ("-n 5 --threads 1e9", "1e9 is not in 1..=1024"),
    ] {
        let error = f.error(2, &format!("quantize --domain square {args} -o s.json"));
        assert!(error.contains(what), "{args}: {error}");
    }
}

#[test]
fn gradients_are_those_of_the_value() {
    let f = Folder::new();
    let solved = |sites: &[[f64; 2]], masses: &[f64], more: &str| {
        f.write("y.csv", csv(sites));
        f.write("m.csv", masses.iter().map(|m| format!("{m:?}\n")).collect::<String>());
        f.expect(0, &format!("solve --domain square --points y.csv --masses m.csv -o s.json --tol 1e-12 {more}"));
        f.json("s.json")
    };
    let (sites, masses) = (points(6), [0.1, 0.2, 0.15, 0.15, 0.3, 0.1]);
    let s = solved(&sites, &masses, "--gradients --no-sync");
    f.expect(0, "check s.json");
    let number = |v: &Value| v.as_f64().unwrap();
    let e = 1e-5;
    for i in [0, 3, 5] {
        for k in 0..2 {
            let at = |d: f64| {
                let mut moved = sites.clone();
                moved[i][k] += d;
                number(&solved(&moved, &masses, "")["cost"])
            };
            let quotient = (at(e) - at(-e)) / (2.0 * e);
            assert!((quotient - number(&s["gradient_sites"][i][k])).abs() < 1e-8, "{i} {k}");
        }
        let at = |d: f64| {
            let mut moved = masses;
            (moved[i], moved[1]) = (moved[i] + d, moved[1] - d);
            number(&solved(&sites, &moved, "")["cost"])
        };
        let quotient = (at(e) - at(-e)) / (2.0 * e);
        let g = |i: usize| number(&s["gradient_masses"][i]);
        assert!((quotient - (g(i) - g(1))).abs() < 1e-8, "{i}");
    }
    let sum: f64 = s["gradient_masses"].as_array().unwrap().iter().map(number).sum();
    assert!(sum.abs() < 1e-15);
    // They are written into arrays, too, and a false one is found.
    solved(&sites, &masses, "--gradients");
    f.expect(0, "solve --domain square --points y.csv --masses m.csv -o s.npz --gradients");
    f.expect(0, "check s.npz");
    for (field, k) in [("gradient_sites", json!([0.1, 0.2])), ("gradient_masses", json!(0.5))] {
        let mut wrong = f.json("s.json");
        wrong[field][2] = k;
        f.write("w.json", wrong.to_string());
        let out = f.expect(1, "check w.json").out;
        assert!(out.contains(&format!("FAIL  gradient  {field}[2] is claimed to be")), "{out}");
    }
    let mut wrong = f.json("s.json");
    wrong.as_object_mut().unwrap().remove("gradient_masses");
    f.write("w.json", wrong.to_string());
    assert_eq!(f.error(3, "check w.json"), "w.json: \"gradient_masses\" is missing");
}

#[test]
fn an_old_solution_is_a_start() {
    let f = Folder::new();
    let sites = points(300);
    let moved = |d: f64| -> Vec<[f64; 2]> {
        sites
            .iter()
            .enumerate()
            .map(|(k, y)| [y[0] + d * (k as f64).sin(), y[1] + d * (3.0 * k as f64).cos()])
            .collect()
    };
    f.write("y.csv", csv(&sites));
    f.expect(0, "solve --domain square --points y.csv -o old.json");
    f.write("z.csv", csv(&moved(1e-4)));
    let steps = |args: &str| {
        f.expect(0, &format!("solve --domain square -o new.json {args}"));
        f.expect(0, "check new.json");
        let report = f.json("new.json")["report"].clone();
        (report["iterations"].as_array().unwrap().len() - 1, report["notes"].to_string())
    };
    let (cold, _) = steps("--points z.csv");
    let (warm, told) = steps("--points z.csv --start old.json");
    assert!(warm < cold && warm <= 3, "{warm} of {cold}");
    assert!(told.contains("start: old.json, its heights carried along"), "{told}");
    let (same, told) = steps("--points y.csv --start old.json");
    assert!(same == 0 && told.contains("no site has moved"), "{same}: {told}");
    // Without the old sites the weights serve.
    let mut lone = f.json("old.json");
    lone["problem"] = json!({"sha256": "0".repeat(64), "path": "gone.json"});
    f.write("lone.json", lone.to_string());
    let (warm, told) = steps("--points z.csv --start lone.json");
    assert!(warm < cold && told.contains("its weights"), "{warm} of {cold}: {told}");
    let (same, told) = steps("--points y.csv --start lone.json");
    assert!(same == 0 && told.contains("no site has moved"), "{same}: {told}");
    // What does not fit is dropped, and told.
    f.write("few.csv", csv(&points(20)));
    let run = f.expect(0, "solve --domain square --points few.csv -o new.json --start old.json");
    let told = "start: afresh, old.json has 300 heights, and there are 20 sites";
    assert!(run.out.contains(told) && run.err.contains(told), "{}{}", run.out, run.err);
    f.write("far.csv", csv(&sites.iter().rev().map(|y| [y[1], 1.0 - y[0]]).collect::<Vec<_>>()));
    let (_, told) = steps("--points far.csv --start old.json");
    assert!(told.contains("start: "), "{told}");
    let error = f.error(3, "solve --domain square --points few.csv -o new.json --start y.csv");
    assert!(error.starts_with("y.csv: "), "{error}");
    f.error(2, "solve --domain square --points few.csv -o new.json --start old.json --resume old.json");
}
