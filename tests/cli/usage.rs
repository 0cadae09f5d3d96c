//! Help, usage errors, exit codes.

use crate::support::{Folder, csv, points, square};
use insta::assert_snapshot;

#[test]
fn help_shows_examples_everywhere() {
    let f = Folder::new();
    for command in [
        "",
        "solve",
        "quantize",
        "diagram",
        "cells",
        "check",
        "map",
        "interpolate",
        "singular",
        "alexandrov",
        "plot",
        "batch",
    ] {
        let help = f.expect(0, &format!("{command} --help")).out;
        assert!(help.contains("Example"), "{command}");
        assert!(help.contains(&format!("brenier {command}")), "{command}");
        assert!(help.contains("--max-memory"), "{command}");
    }
    assert!(f.expect(0, "--version").out.starts_with("brenier "));
}

#[test]
fn wrong_command_lines_are_told_in_one_line() {
    let f = Folder::new();
    assert_eq!(f.expect(2, "").out, "");
    assert_snapshot!(f.error(2, "slove"), @"unrecognized subcommand 'slove' tip: a similar subcommand exists: 'solve'; see brenier --help");
    assert_snapshot!(f.error(2, "solve p.json"), @"the following required arguments were not provided: --output <SOLUTION>; see brenier solve --help");
    assert_snapshot!(f.error(2, "solve -o s.json"), @"the following required arguments were not provided: <PROBLEM>; see brenier solve --help");
    assert_snapshot!(f.error(2, "solve p.json -o s --tol 0"), @"invalid value '0' for '--tol <TOL>': give a positive number such as 1e-10; see brenier solve --help");
    assert_snapshot!(f.error(2, "solve p.json -o s --tol 1"), @"invalid value '1' for '--tol <TOL>': masses off by 1 or more are no result; give less, such as 1e-10; see brenier solve --help");
    assert_snapshot!(f.error(2, "solve p.json -o s --max-memory lots"), @"invalid value 'lots' for '--max-memory <SIZE>': give a size such as 500MB or 16GiB; see brenier solve --help");
    assert_snapshot!(f.error(2, "solve p.json -o s --time-limit 5x"), @"invalid value '5x' for '--time-limit <TIME>': give a time such as 90s, 5m or 2h; see brenier solve --help");
    assert_snapshot!(f.error(2, "check s.json --level 6"), @"invalid value '6' for '--level <LEVEL>': 6 is not in 1..=5; see brenier check --help");
    f.error(2, "solve p.json --points y.csv --domain square -o s");
    f.error(2, "solve --points y.csv -o s");
    f.error(2, "solve p.json -o s --threads 0");
    f.write("y.csv", csv(&points(3)));
    assert_snapshot!(f.error(2, "solve --domain disk:2 --points y.csv -o s"), @"--domain disk:2: give a number of vertices from 3 to 1000000");
    assert_snapshot!(f.error(2, "solve --domain square --points y.csv --density affine:1,2 -o s"), @"--density affine:1,2: use constant, image:FILE, or affine:GX,GY,C such as affine:1,0,0.5; in space affine:GX,GY,GZ,C");
    f.write("p.json", square("\"sites\": [[0.5, 0.5]]"));
    assert_snapshot!(f.error(2, "solve p.json -o s.json --plot a.gif"), @"a.gif: pictures are .svg, .pdf, .png or .html");
    assert_eq!(f.names(), ["p.json", "y.csv"], "nothing was written");
}

#[test]
fn the_system_refusing_is_exit_5() {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0.5, 0.5]]"));
    assert_snapshot!(f.error(5, "solve q.json -o s.json"), @"q.json: cannot read: no such file or folder; check the path");
    assert_snapshot!(f.error(5, "solve p.json -o no/s.json"), @"no/s.json: cannot write: no such file or folder; check the path");
    assert_snapshot!(f.error(5, "solve . -o s.json"), @".: cannot read: it is a folder; name a file");
    assert_snapshot!(f.error(5, "solve p.json -o ."), @".: cannot write: it is a folder; name a file");
    f.write("p.json", square("\"sites\": [[0.5, 0.5], [0.25, 0.75], [0.125, 0.125]]"));
    assert_snapshot!(f.error(5, "solve p.json -o s.json --checkpoint no/c"), @"no/c: cannot write: no such file or folder; check the path");
    assert_eq!(f.names(), ["p.json"]);
}

#[test]
fn limits_are_exit_4() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(3000)));
    assert_snapshot!(f.error(4, "solve --domain square --points y.csv -o s.json --max-memory 1MB"), @"y.csv: needs about 1.4 MiB, limit 1000 kB; raise --max-memory if that is meant");
    assert_snapshot!(f.error(4, "solve --domain square --points y.csv -o s.json --max-memory 1kB"), @"y.csv: needs about 116 kB, limit 1 kB; raise --max-memory if that is meant");
    f.expect(0, "solve --domain square --points y.csv -o s.json --max-memory 1GiB");
    let run = f.expect(4, "solve --domain square --points y.csv -o late.json --time-limit 0s");
    assert!(run.out.contains("time limit reached"), "{}", run.out);
    let best = f.json("late.json");
    assert_eq!(best["report"]["converged"], false);
    assert_eq!(best["heights"].as_array().unwrap().len(), 3000);
    // The certificate of 3000 cells takes longer than a millisecond.
    assert_snapshot!(f.error(4, "check s.json --time-limit 1ms"), @"time limit reached; nothing was written (--time-limit)");
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_gone_is_no_failure() {
    use std::process::Stdio;
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0.5, 0.5]]"));
    for args in ["solve p.json -o s.json", "solve p.json -o s.json --json", "--help"] {
        let mut child = f.command(args).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args}");
    }
}

#[test]
fn quiet_is_quiet() {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0.25, 0.5], [0.25, 0.5], [0.75, 0.5]]"));
    let run = f.expect(0, "solve p.json -o s.json --quiet");
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    let run = f.expect(0, "check s.json -q");
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
}
