//! `brenier quantize` from outside.

use crate::support::{Folder, csv, ended, points, without_times};
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn a_quantization_is_a_solution_that_can_be_checked() {
    let f = Folder::new();
    let run = f.expect(0, "quantize --domain disk:40 -n 60 -o s.json --plot s.svg --tol 0.01");
    assert_eq!(run.err, "");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(lines[0], @"problem    disk:40: 60 sites in a convex polygon of 40 vertices, constant density");
    assert!(
        lines[1].starts_with("result     stationary after ") && lines[1].ends_with("(tolerance 1e-2)"),
        "{}",
        run.out
    );
    assert!(lines[2].starts_with("cost       W2^2 = "), "{}", run.out);
    assert_eq!(lines[5..], ["written    s.json", "written    s.svg"]);
    assert!(f.expect(0, "check s.json").out.ends_with("verified: s.json\n"));
    f.expect(0, "plot s.json -o again.svg --color cells");
    assert!(f.read("again.svg") == f.read("s.svg"));
    let s = f.json("s.json");
    assert_eq!(s["report"]["converged"], true);
    assert_eq!(s["problem"]["data"]["masses"], Value::Null);
    assert!(s["report"]["notes"][0].as_str().unwrap().starts_with("quantize: stationary after "));
    // Every site is about in its centroid.
    let sites = s["problem"]["data"]["sites"].as_array().unwrap();
    for (y, c) in sites.iter().zip(s["centroids"].as_array().unwrap()) {
        let d = [0, 1].map(|k| y[k].as_f64().unwrap() - c[k].as_f64().unwrap());
        assert!(d[0].hypot(d[1]) < 0.02, "{y} {c}");
    }
}

#[test]
fn sites_alone_are_written_as_points() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(40)));
    f.write("m.txt", (0..40).map(|k| format!("{}\n", 1 + k % 3)).collect::<String>());
    let args = "quantize --domain square --density affine:2,0,1 --points y.csv --masses m.txt --steps";
    // Going on from the sites is going on.
    f.expect(0, &format!("{args} 4 -o four.csv"));
    for ending in ["csv", "txt", "npy"] {
        f.expect(0, &format!("{args} 2 -o two.{ending}"));
        f.expect(0, &format!("{args} 2 -o both.csv").replace("y.csv", &format!("two.{ending}")));
        let places =
            |name: &str| -> Vec<f64> { f.read(name).split(['\n', ',']).filter_map(|v| v.parse().ok()).collect() };
        let (four, both) = (places("four.csv"), places("both.csv"));
        assert_eq!(both.len(), 80);
        assert!(four.iter().zip(&both).all(|(a, b)| (a - b).abs() < 1e-5), "{ending}");
    }
    // The order is that of the input, and masses belong to sites.
    f.expect(0, &format!("{args} 4 -o s.json"));
    let s = f.json("s.json");
    assert_eq!(s["problem"]["data"]["masses"][2], json!(3.0));
    f.expect(0, "check s.json");
}

#[test]
fn exit_codes_tell_what_was_asked() {
    let f = Folder::new();
    let args = "quantize --domain square -n 30 -o s.json";
    f.expect(0, &format!("{args} --steps 2"));
    let run = f.expect(1, &format!("{args} --steps 2 --tol 1e-6"));
    assert!(run.out.contains("steps done after 2 steps"), "{}", run.out);
    assert!(f.expect(0, "check s.json").out.ends_with("verified: s.json\n"));
    let run = f.expect(4, &format!("{args} --time-limit 0s"));
    assert!(run.out.contains("time limit reached after 0 steps"), "{}", run.out);
    f.expect(0, "check s.json");
    let run = f.expect(0, &format!("{args} --quiet"));
    assert_eq!((run.out, run.err), (String::new(), String::new()));
    let report: Value = serde_json::from_str(&f.expect(0, &format!("{args} --steps 5 --json")).out).unwrap();
    assert_eq!(
        (&report["command"], &report["output"], &report["sites"]),
        (&json!("quantize"), &json!("s.json"), &json!(30))
    );
    let costs: Vec<f64> = report["costs"].as_array().unwrap().iter().map(|c| c.as_f64().unwrap()).collect();
    assert!(costs.len() == 6 && costs.windows(2).all(|c| c[1] < c[0]), "{costs:?}");
}

#[test]
fn wrong_quantizations_are_told_in_one_line() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(5)));
    f.write("m.txt", "1\n2\n");
    assert_snapshot!(f.error(2, "quantize --domain square -o s.json"), @"the following required arguments were not provided: --sites <N>; see brenier quantize --help");
    assert_snapshot!(f.error(2, "quantize -n 5 -o s.json"), @"the following required arguments were not provided: --domain <DOMAIN>; see brenier quantize --help");
    assert_snapshot!(f.error(2, "quantize --domain square -n 0 -o s.json"), @"invalid value '0' for '--sites <N>': 0 is not in 1..=500000000; see brenier quantize --help");
    f.error(2, "quantize --domain square -n 5 --points y.csv -o s.json");
    f.error(2, "quantize --domain square --points y.csv --seed 1 -o s.json");
    f.error(2, "quantize --domain square -n 5 --tol 0 -o s.json");
    f.error(2, "quantize --domain disc -n 5 -o s.json");
    f.error(2, "quantize --domain square -n 5 -o s.json --plot s.gif");
    assert_snapshot!(f.error(3, "quantize --domain square -n 5 --masses m.txt -o s.json"), @"m.txt: masses has 2 entries, sites has 5; give one per site");
    assert_snapshot!(f.error(3, "quantize --domain square -n 5 --density affine:1,0,-1 -o s.json"), @"--density affine:1,0,-1: density is negative at domain vertex 0; it must be at least 0 on the whole domain");
    assert_snapshot!(f.error(4, "quantize --domain square -n 5000000 --max-memory 1MB -o s.json"), @"-n: needs about 2.3 GiB, limit 1000 kB; raise --max-memory if that is meant");
    assert_snapshot!(f.error(5, "quantize --domain square -n 5 -o no/s.csv"), @"no/s.csv: cannot write: no such file or folder; check the path");
    assert_snapshot!(f.error(5, "quantize --domain square --points z.csv -o s.json"), @"z.csv: cannot read: no such file or folder; check the path");
    assert_eq!(f.names(), ["m.txt", "y.csv"], "nothing was written");
}

/// Sites that coincide to begin with are one site from then on, with the sum of their masses.
#[test]
fn sites_that_coincide_move_as_one() {
    let f = Folder::new();
    f.write("y.csv", "0.1,0.5\n0.2,0.5\n0.1,0.5\n");
    let run = f.expect(0, "quantize --domain square --points y.csv -o s.json");
    assert_snapshot!(run.err, @"warning: y.csv: sites 0 and 2 coincide; merged (mass 0.6666666666666666)");
    let s = f.json("s.json");
    let x = |i: usize| s["problem"]["data"]["sites"][i][0].as_f64().unwrap();
    assert!((x(0) - 1.0 / 3.0).abs() < 1e-6 && (x(1) - 5.0 / 6.0).abs() < 1e-6, "{} {}", x(0), x(1));
    f.expect(0, "check s.json");
}

#[test]
fn neither_threads_nor_anything_but_the_seed_matters() {
    let f = Folder::new();
    let result = |more: &str| {
        f.expect(0, &format!("quantize --domain disk:24 -n 700 --steps 3 -o s.json {more}"));
        without_times(f.json("s.json")).to_string()
    };
    let one = result("--threads 1");
    assert!(one == result("--threads 4"));
    assert!(one == result("--seed 0"));
    assert!(one != result("--seed 1"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_best_state() {
    use std::process::{Command, Stdio};
    let f = Folder::new();
    let args = "quantize --domain square -n 1000 --tol 1e-12 --steps 1000000 -o s.json";
    let child = f.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let run = ended(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.out.as_str()), (130, ""));
    assert!(
        run.err.starts_with("interrupted after ") && run.err.ends_with("; the best state is in s.json\n"),
        "{}",
        run.err
    );
    assert!(f.expect(0, "check s.json --level 4").out.contains("verified: s.json"));
}
