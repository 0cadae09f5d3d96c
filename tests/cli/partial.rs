//! Partial transport from outside.

use crate::support::{Folder, csv, points, square, without_times};
use insta::assert_snapshot;
use serde_json::{Value, json};

fn masses(n: usize, total: f64) -> String {
    (0..n).map(|_| format!("{:?}\n", total / n as f64)).collect()
}

#[test]
fn a_partial_solution_is_solved_checked_and_drawn() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(50)));
    f.write("m.txt", masses(50, 0.4));
    let solve = "solve --domain square --points y.csv --masses m.txt --partial -o s.json --plot s.svg --hessian";
    let run = f.expect(0, solve);
    assert_eq!(run.err, "");
    assert!(run.out.lines().any(|l| l.starts_with("stays ") && l.contains("of the source, in no cell")), "{}", run.out);
    let s = f.json("s.json");
    assert_eq!(s["problem"]["data"]["partial"], json!(true));
    assert!((s["report"]["rest"].as_f64().unwrap() - 0.6).abs() < 1e-10);
    assert_eq!(s["report"]["source_factor"], json!(1.0));
    // The arcs are there: paths with many corners, and no cell covers the square.
    assert!(f.read("s.svg").len() > 20_000);
    let check = f.expect(0, "check s.json");
    assert!(check.out.contains("not proved") && !check.out.contains(", proved"), "{}", check.out);
    let last = check.out.lines().last().unwrap();
    assert_snapshot!(last, @"verified: s.json (partial transport: masses and cost not proved)");
    let report: Value = serde_json::from_str(&f.expect(0, "check s.json --json").out).unwrap();
    assert_eq!((&report["proved"], &report["level"], &report["verified"]), (&json!(false), &json!(4), &json!(true)));
    f.expect(0, "check s.json --level 4");
    f.expect(0, "plot s.json -o again.svg");
    assert!(f.read("again.svg") == f.read("s.svg"));
    f.expect(0, &format!("{} --threads 1", solve.replace("s.json", "t.json")));
    let (a, b) = (without_times(f.json("s.json")), without_times(f.json("t.json")));
    assert!(a == b, "other results on one thread");
}

#[test]
fn a_false_claim_is_found() {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0.3, 0.5], [0.6, 0.5]], \"masses\": [0.2, 0.1], \"partial\": true"));
    f.expect(0, "solve p.json -o s.json --hessian");
    let truth = f.json("s.json");
    let fails = |what: &str, change: &dyn Fn(&mut Value)| {
        let mut s = truth.clone();
        change(&mut s);
        f.write("t.json", s.to_string());
        let run = f.expect(1, "check t.json");
        assert!(run.out.lines().any(|l| l.starts_with(&format!("FAIL  {what}"))), "{what}\n{}", run.out);
    };
    fails("masses", &|s| s["masses"][0] = json!(0.21));
    fails("rest", &|s| s["report"]["rest"] = json!(0.5));
    fails("centroids", &|s| s["centroids"][1] = json!([0.5, 0.5]));
    fails("weights", &|s| s["weights"][1] = json!(0.5));
    fails("cost", &|s| s["cost"] = json!(0.5));
    fails("source", &|s| s["report"]["source_factor"] = json!(2));
    fails("hessian", &|s| s["hessian"][0][2] = json!(9));
    fails("residual", &|s| {
        let lower = s["heights"][0].as_f64().unwrap() - 0.001;
        s["heights"][0] = json!(lower);
    });
}

#[test]
fn wrong_problems_are_refused() {
    let f = Folder::new();
    let text = f.refused(3, &square("\"sites\": [[0.5, 0.5]], \"masses\": [1.5], \"partial\": true"));
    assert_snapshot!(text, @r#"p.json: masses sum to 1.5, domain has measure 1: with "partial" the masses must not exceed it; lower them or set "partial": false"#);
    let text = f.refused(3, &square("\"sites\": [[0.5, 0.5]], \"partial\": 1"));
    assert!(text.contains("p.json: line 3") && text.contains("boolean"), "{text}");
    let text = f.error(2, "solve p.json -o s.json --partial");
    assert!(text.contains("--partial"), "{text}");
    let p = square("\"sites\": [[0.5, 0.5]], \"masses\": [0.5], \"weights\": [0.1], \"partial\": true");
    f.write("p.json", p);
    assert!(f.error(2, "diagram p.json -o d.json --cells").contains("bounded by arcs"));
    // Without it the source is scaled, as ever.
    f.write("q.json", square("\"sites\": [[0.5, 0.5]], \"masses\": [0.5]"));
    f.expect(0, "solve q.json -o s.json");
    assert_eq!(f.json("s.json")["report"]["source_factor"], json!(0.5));
    assert_eq!(f.json("s.json")["report"]["rest"], Value::Null);
}

#[test]
fn a_diagram_at_given_weights_and_equal_totals() {
    let f = Folder::new();
    let p = square("\"sites\": [[0.5, 0.5]], \"masses\": [0.5], \"weights\": [0.0625], \"partial\": true");
    f.write("p.json", p);
    f.expect(0, "diagram p.json -o d.json --plot d.svg");
    let m = f.json("d.json")["masses"][0].as_f64().unwrap();
    assert!((m - std::f64::consts::PI / 16.0).abs() < 1e-15);
    f.expect(0, "check d.json");
    f.expect(0, "plot p.json -o p.svg");
    // All of the source: the balanced problem, with its proof.
    f.write("e.json", square("\"sites\": [[0.2, 0.5], [0.5, 0.1]], \"masses\": [0.5, 0.5], \"partial\": true"));
    f.expect(0, "solve e.json -o e-s.json");
    assert!(f.expect(0, "check e-s.json").out.contains(", proved"));
}

#[test]
fn interrupted_runs_go_on() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(300)));
    f.write("m.txt", masses(300, 0.7));
    let solve = "solve --domain square --points y.csv --masses m.txt --partial";
    f.expect(0, &format!("{solve} -o whole.json"));
    f.expect(1, &format!("{solve} -o part.json --max-iterations 2 --checkpoint c.json"));
    f.expect(0, &format!("{solve} -o rest.json --resume c.json"));
    assert!(f.json("whole.json")["heights"] == f.json("rest.json")["heights"], "other bits");
}

/// An L of three unit squares, its vertices and triangles.
const L: &str = "v 0 0 0\nv 1 0 0\nv 2 0 0\nv 0 1 0\nv 1 1 0\nv 2 1 0\nv 0 2 0\nv 1 2 0\n\
                 f 1 2 5\nf 1 5 4\nf 2 3 6\nf 6 2 5\nf 4 5 8\nf 4 8 7\n";

#[test]
fn meshes_are_solved_checked_and_drawn() {
    let f = Folder::new();
    f.write("l.obj", L);
    f.write("y.csv", csv(&points(60).iter().map(|p| [2.0 * p[0], 2.0 * p[1]]).collect::<Vec<_>>()));
    f.write("m.txt", masses(60, 1.2));
    let solve = "solve --domain l.obj --points y.csv --masses m.txt --partial -o s.json --plot s.svg --hessian";
    assert_eq!(f.expect(0, solve).err, "");
    let s = f.json("s.json");
    assert!((s["report"]["rest"].as_f64().unwrap() - 1.8).abs() < 1e-9);
    let svg = f.read("s.svg");
    assert!(svg.contains("url(#domain)") && svg.len() > 20_000);
    let check = f.expect(0, "check s.json");
    assert!(check.out.contains("not proved") && !check.out.contains(", proved"), "{}", check.out);
    assert_snapshot!(check.out.lines().last().unwrap(), @"verified: s.json (partial transport: masses and cost not proved)");
    f.expect(0, "check s.json --level 4");
    let mut wrong = s.clone();
    wrong["masses"][7] = json!(0.03);
    f.write("w.json", wrong.to_string());
    assert!(f.expect(1, "check w.json").out.contains("FAIL  masses"));
    f.expect(0, &format!("{} --threads 3", solve.replace("s.json", "t.json")));
    let (a, b) = (without_times(f.json("s.json")), without_times(f.json("t.json")));
    assert!(a == b, "other results on three threads");
    f.expect(0, "plot s.json -o s.png");
    f.expect(0, "plot s.json -o s.html");
    // What needs whole cells says so.
    assert!(f.error(3, "sample s.json -n 5 -o a.csv").contains("part of the source stays"));
    assert!(f.error(3, "map s.json --points y.csv -o a.csv").contains("partial transport"));
    f.write("m.txt", masses(60, 3.5));
    assert_snapshot!(f.error(3, solve), @r#"y.csv: masses sum to 3.5, domain has measure 3: with "partial" the masses must not exceed it; lower them or set "partial": false"#);
}

#[test]
fn images_are_solved_and_checked() {
    let f = Folder::new();
    let gray: Vec<f64> = (0..48).map(|k| if k % 7 == 0 { 0.0 } else { f64::from(k % 5) }).collect();
    let mut npy = Vec::new();
    brenier::io::write_npy(&mut npy, 8, &gray).unwrap();
    f.write("g.npy", npy);
    f.write("y.csv", csv(&points(40)));
    f.write("m.txt", masses(40, 0.5));
    for flag in ["", " --bilinear"] {
        let solve = format!("solve --domain image --density image:g.npy{flag} --points y.csv --masses m.txt --partial");
        f.expect(0, &format!("{solve} -o s.json --hessian"));
        let check = f.expect(0, "check s.json");
        assert!(check.out.contains("stays; cells and rest sum to the source"), "{}", check.out);
        f.expect(0, "plot s.json -o s.svg");
        f.expect(1, &format!("{solve} -o part.json --max-iterations 2 --checkpoint c.json"));
        f.expect(0, &format!("{solve} -o rest.json --resume c.json"));
        assert!(f.json("s.json")["heights"] == f.json("rest.json")["heights"], "other bits");
    }
}

#[test]
fn an_island_that_is_taken_whole_is_told() {
    let f = Folder::new();
    let p = |masses: &str| {
        format!(
            r#"{{"format": "brenier/problem", "version": 1, "partial": true,
            "domain": {{"type": "mesh", "vertices": [[0,0],[1,0],[1,1],[0,1],[2,0],[3,0],[3,1],[2,1]], "triangles": [[0,1,2],[0,2,3],[4,5,6],[4,6,7]]}},
            "density": {{"type": "face", "values": [1,1,2,2]}},
            "sites": [[0.25,0.5],[0.75,0.5],[2.5,0.5]], "masses": {masses}}}"#
        )
    };
    f.write("p.json", p("[0.5,0.5,0.5]"));
    f.expect(0, "solve p.json -o s.json");
    let s = f.json("s.json");
    // The disc has density 2.
    let w = s["weights"][2].as_f64().unwrap();
    assert!((w - 0.25 / std::f64::consts::PI).abs() < 1e-10, "{w}");
    let notes = s["report"]["notes"].to_string();
    assert!(notes.contains("one group of cells takes all of the components it reaches (site 0 and 1 more"), "{notes}");
    f.expect(0, "check s.json");
    f.write("d.json", p("[0.5,0.5,0.5], \"weights\": [0.04, 0.04, 0.04]"));
    f.expect(0, "diagram d.json -o d-s.json --plot d.svg");
    assert!((f.json("d-s.json")["masses"][2].as_f64().unwrap() - 0.08 * std::f64::consts::PI).abs() < 1e-15);
    assert!(f.error(2, "diagram d.json -o d-s.json --cells").contains("bounded by arcs"));
}
