//! What people and programs read: reports, verdicts, diagrams, pictures.

use crate::support::{Folder, csv, points, square, without_times};
use insta::assert_snapshot;
use serde_json::{Value, json};

/// Two sites with the wall at x = 1/4.
const TWO: &str = r#""sites": [[0, 0.5], [1, 0.5]], "masses": [0.25, 0.75]"#;

/// The text without the line that depends on the clock.
fn timeless(text: &str) -> String {
    text.lines().filter(|l| !l.starts_with("time ")).map(|l| format!("{l}\n")).collect()
}

#[test]
fn solve_and_check_in_words() {
    let f = Folder::new();
    f.write("p.json", square(TWO));
    let run = f.expect(0, "solve p.json -o s.json --plot s.svg --tol 1e-9");
    assert_eq!(run.err, "", "no progress bar where there is no terminal");
    let text = timeless(&run.out);
    let lines: Vec<&str> = text.lines().collect();
    assert_snapshot!(lines[0], @"problem    p.json: 2 sites in a convex polygon of 4 vertices, constant density");
    assert!(lines[1].starts_with("result     converged after ") && lines[1].ends_with("(tolerance 1e-9)"), "{text}");
    assert!(lines[2].starts_with("cost       W2^2 = 0.229"), "{text}");
    assert_snapshot!(lines[3..].join("\n"), @r"
    cells      2 cells
    written    s.json
    written    s.svg
    ");
    let check = f.expect(0, "check s.json").out;
    let verdicts: Vec<&str> = check.lines().map(|l| l.get(..16).unwrap_or(l).trim_end()).collect();
    assert_snapshot!(verdicts.join("\n"), @r"
    PASS  problem
    PASS  diagram
    PASS  cells
    PASS  area
    PASS  masses
    PASS  centroids
    PASS  residual
    PASS  weights
    PASS  cost
    PASS  optimum
    PASS  heights
    PASS  report
    NOTE  fields
    verified: s.json
    ");
    assert_snapshot!(check.lines().nth(1).unwrap(), @"PASS  diagram   1 facet between cells; numbers finite, adjacency symmetric, every vertex in exactly 3 cells, geometry exact");
    assert_snapshot!(check.lines().nth(3).unwrap(), @"PASS  area      the exact measures of 2 cells sum to exactly the domain's");
}

#[test]
fn the_solution_file_has_the_fields_of_the_contract() {
    let f = Folder::new();
    f.write("p.json", square(TWO));
    f.expect(0, "solve p.json -o s.json --hessian");
    let s = f.json("s.json");
    let keys: Vec<&str> = s.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = [
        "format",
        "version",
        "problem",
        "heights",
        "heights_lo",
        "weights",
        "masses",
        "centroids",
        "cost",
        "hessian",
        "hidden",
        "report",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!((&s["format"], &s["version"]), (&json!("brenier/solution"), &json!(1)));
    assert_eq!(s["problem"]["path"], "p.json");
    assert_eq!(s["problem"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(s["hidden"], json!([]));
    let close = |v: &Value, x: f64| (v.as_f64().unwrap() - x).abs() < 1e-12;
    // The wall x = 1/4: w1 - w0 = |y1|^2 - |y0|^2 - 2/4 = 1/2; centroids in the middle of the
    // strips; H = 1 / (2 * 1).
    assert!(close(&json!(s["weights"][1].as_f64().unwrap() - s["weights"][0].as_f64().unwrap()), 0.5));
    assert!(close(&s["masses"][0], 0.25) && close(&s["masses"][1], 0.75));
    assert!(close(&s["centroids"][0][0], 0.125) && close(&s["centroids"][1][0], 0.625));
    assert_eq!((&s["hessian"][0][0], &s["hessian"][0][1]), (&json!(0), &json!(1)));
    assert!(close(&s["hessian"][0][2], 0.5));
    // int_0^{1/4} x^2 + int_{1/4}^1 (1-x)^2 + 1/12 = 1/192 + 9/64 + 1/12
    assert!(close(&s["cost"], 1.0 / 192.0 + 9.0 / 64.0 + 1.0 / 12.0));
    let report = s["report"].as_object().unwrap();
    for key in ["converged", "iterations", "max_relative_error", "predicates", "threads", "seconds", "peak_bytes"] {
        assert!(report.contains_key(key), "{key}");
    }
    let step = s["report"]["iterations"][0].as_object().unwrap();
    for key in ["residual", "min_mass_ratio", "step", "seconds", "hull", "cells", "linear"] {
        assert!(step.contains_key(key), "{key}");
    }
    assert_eq!(report["converged"], true);
    if cfg!(target_os = "linux") {
        assert!(report["peak_bytes"].as_u64().unwrap() > 1_000_000);
    }
}

#[test]
fn json_reports_are_one_object() {
    let f = Folder::new();
    f.write("p.json", square(TWO));
    let report: Value = serde_json::from_str(&f.expect(0, "solve p.json -o s.json --json").out).unwrap();
    assert_eq!((&report["command"], &report["output"]), (&json!("solve"), &json!("s.json")));
    assert_eq!((&report["converged"], &report["sites"]), (&json!(true), &json!(2)));
    let check: Value = serde_json::from_str(&f.expect(0, "--json check s.json").out).unwrap();
    assert_eq!((&check["verified"], &check["exact_cells"]), (&json!(true), &json!(2)));
    let w2 = 1.0 / 192.0 + 9.0 / 64.0 + 1.0 / 12.0;
    let [low, high] = [0, 1].map(|k| check["w2_squared"][k].as_f64().unwrap());
    assert!(low <= high && (low - w2).abs() < 1e-9 && (high - w2).abs() < 1e-9, "[{low}, {high}] {w2}");
    let plot: Value = serde_json::from_str(&f.expect(0, "plot s.json -o s.svg --json").out).unwrap();
    assert_eq!(plot, json!({"command": "plot", "output": "s.svg"}));
}

#[test]
fn exact_literals_are_taken_as_written_and_say_so() {
    let f = Folder::new();
    f.write("p.json", square(r#""sites": [["1/3", "0x1p-1"], ["0.75", 0.5]], "masses": ["0.1", "9/10"]"#));
    let run = f.expect(0, "solve p.json -o s.json");
    let note = run.out.lines().find(|l| l.starts_with("note ")).unwrap();
    assert_snapshot!(note, @"note       3 numbers written as strings are not doubles; the problem is taken as written, since with lengths times 3 and masses times 5 all are");
    f.write("q.json", square(&format!(r#""sites": [[{:?}, 0.5], [0.75, 0.5]], "masses": [0.1, 0.9]"#, 1.0 / 3.0)));
    f.expect(0, "solve q.json -o t.json");
    // The problem of the nearest doubles has another solution, by an ulp or two.
    let heights = |name: &str| f.json(name)["heights"].as_array().unwrap().clone();
    for (a, b) in heights("s.json").iter().zip(&heights("t.json")) {
        assert!((a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-16, "{a} {b}");
    }
}

#[test]
fn false_claims_are_found() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(12)));
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    let fails = |change: &dyn Fn(&mut Value)| {
        let mut s = f.json("s.json");
        change(&mut s);
        f.write("f.json", s.to_string());
        let out = f.expect(1, "check f.json").out;
        assert!(out.ends_with("not verified: f.json\n"), "{out}");
        out.lines().filter_map(|l| l.strip_prefix("FAIL  ")?.split(' ').next()).collect::<Vec<_>>().join(" ")
    };
    let bump = |v: &mut Value, d: f64| *v = json!(v.as_f64().unwrap() + d);
    assert_eq!(fails(&|s| bump(&mut s["heights"][3], 1e-6)), "masses centroids residual weights cost heights");
    assert_eq!(fails(&|s| bump(&mut s["masses"][3], 1e-8)), "masses");
    assert_eq!(fails(&|s| bump(&mut s["report"]["max_relative_error"], 1e-6)), "residual");
    assert_eq!(fails(&|s| bump(&mut s["cost"], 1e-7)), "cost");
    assert_eq!(fails(&|s| s["hidden"] = json!([2])), "cells");
    assert_eq!(fails(&|s| s["centroids"][4] = json!([0.5, 0.5])), "centroids");
    assert_eq!(fails(&|s| s["weights"][1] = json!(7)), "weights");
    // A height so low that the site loses its cell.
    assert_eq!(fails(&|s| bump(&mut s["heights"][3], -5.0)), "cells masses centroids residual weights cost heights");
    // Not within a thousand times the interval, but far within nine digits.
    assert_eq!(fails(&|s| bump(&mut s["cost"], 1e-11)), "cost");
    assert_eq!(fails(&|s| s["report"]["source_factor"] = json!(77)), "source");
    assert_eq!(fails(&|s| s["report"]["max_relative_error"] = json!(1e-8)), "residual");
    assert_eq!(fails(&|s| s["site_of_input"] = json!([0])), "merged");
    let mut s = f.json("s.json");
    s["problem"]["data"]["sites"][0][0] = json!(0.5);
    f.write("f.json", s.to_string());
    let text = f.error(3, "check f.json");
    assert!(
        text.starts_with("f.json: the problem inside has sha256 ") && text.ends_with("the file was changed"),
        "{text}"
    );
}

/// The lists that only some solutions carry.
#[test]
fn false_lists_are_found() {
    let f = Folder::new();
    f.write("y.csv", format!("{}{}", csv(&points(9)), "0.5,0.5\n0.5,0.5\n"));
    f.expect(0, "solve --domain square --points y.csv -o s.json --hessian");
    let fails = |file: &str, change: &dyn Fn(&mut Value)| {
        let mut s = f.json(file);
        change(&mut s);
        f.write("f.json", s.to_string());
        let out = f.expect(1, "check f.json --level 5").out;
        out.lines().filter_map(|l| l.strip_prefix("FAIL  ")?.split(' ').next()).collect::<Vec<_>>().join(" ")
    };
    let out = f.expect(0, "check s.json").out;
    assert!(out.contains("PASS  merged") && out.contains("PASS  hessian"), "{out}");
    assert_eq!(fails("s.json", &|s| s["hessian"][2][2] = json!(99)), "hessian");
    assert_eq!(fails("s.json", &|s| s["hessian"][2][1] = json!(9)), "hessian");
    assert_eq!(fails("s.json", &|s| drop(s["hessian"].as_array_mut().unwrap().remove(2))), "hessian");
    assert_eq!(fails("s.json", &|s| s["site_of_input"][10] = json!(3)), "merged");
    assert_eq!(fails("s.json", &|s| drop(s.as_object_mut().unwrap().remove("site_of_input"))), "merged");
    f.write("p.json", square(r#""sites": [[0.25, 0.5], [0.75, 0.5], [0.5, 0.25]], "weights": [0, 0, 0]"#));
    f.expect(0, "diagram p.json -o d.json --cells");
    assert!(f.expect(0, "check d.json").out.contains("PASS  polygons"));
    assert_eq!(fails("d.json", &|s| s["cells"][1]["vertices"][0][0] = json!(0.9)), "polygons");
    assert_eq!(fails("d.json", &|s| s["cells"][1]["neighbors"][0] = json!(2)), "polygons");
    assert_eq!(fails("d.json", &|s| s["report"]["converged"] = json!(true)), "residual report");
}

#[test]
fn a_solution_belongs_to_one_problem() {
    let f = Folder::new();
    f.write("p.json", square(TWO));
    f.write("q.json", square(&TWO.replace("0.25", "0.5")));
    f.expect(0, "solve p.json -o s.json");
    let text = f.error(3, "check s.json --problem q.json");
    let start = "s.json: belongs to problem ";
    assert!(text.starts_with(start) && text.contains("but q.json is") && text.ends_with("with --problem"), "{text}");
    f.write("p.json", square(&TWO.replace("0.25", "0.5")));
    assert!(f.error(3, "check s.json").starts_with(start));
    assert_snapshot!(f.error(3, "check p.json"), @r#"p.json: is a problem, not a solution; solve it first: brenier solve p.json -o solution.json"#);
}

#[test]
fn diagrams_at_given_weights() {
    let f = Folder::new();
    // Duplicates stay; of equals the first owns the cell. The last site is hidden behind its low
    // weight.
    f.write(
        "p.json",
        square(r#""sites": [[0.25, 0.5], [0.75, 0.5], [0.25, 0.5], [0.5, 0.5]], "weights": [0, 0, 0, -1]"#),
    );
    let run = f.expect(0, "diagram p.json -o d.json --cells");
    assert_snapshot!(timeless(&run.out), @r"
    problem    p.json: 4 sites in a convex polygon of 4 vertices, constant density
    result     max relative mass error 1.00e0
    cost       0.10416666666666667 at these heights
    cells      2 cells, 2 sites without a cell
    written    d.json
    ");
    let d = f.json("d.json");
    assert_eq!(d["masses"], json!([0.5, 0.5, 0.0, 0.0]));
    assert_eq!(d["centroids"], json!([[0.25, 0.5], [0.75, 0.5], null, null]));
    assert_eq!(d["hidden"], json!([2, 3]));
    assert_eq!(d["weights"], json!([0.0, 0.0, 0.0, -1.0]));
    let cell = &d["cells"][0];
    assert_eq!(cell["site"], 0);
    let sides: Vec<(String, i64)> =
        (0..4).map(|k| (cell["vertices"][k].to_string(), cell["neighbors"][k].as_i64().unwrap())).collect();
    assert!(sides.contains(&("[0.0,0.0]".into(), -1)), "bottom is domain edge 0: {sides:?}");
    assert!(sides.contains(&("[0.5,0.0]".into(), 1)), "the wall to site 1: {sides:?}");
    let check = f.expect(0, "check d.json").out;
    assert!(check.ends_with("verified: d.json (it does not claim to have converged)\n"), "{check}");
    f.write("q.json", square(TWO));
    assert_snapshot!(f.error(3, "diagram q.json -o d.json"), @r#"q.json: neither "heights" nor "weights" is given; give one number per site, or solve it first: brenier solve q.json -o solution.json"#);
    f.write("q.json", square(r#""sites": [["0.1", "0.7"], [1e-30, 0.5]], "weights": ["1/3", 0]"#));
    let notes = f.expect(0, "diagram q.json -o d.json").out;
    assert!(notes.contains("1 of 2 weights do not convert to heights exactly"), "{notes}");
}

#[test]
fn not_converged_is_exit_1_with_the_best_state() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(200).map_to_corner()));
    let run = f.expect(1, "solve --domain square --points y.csv -o s.json --max-iterations 1");
    assert!(run.out.contains("not converged ("), "{}", run.out);
    assert_eq!(f.json("s.json")["report"]["converged"], false);
    let check = f.expect(0, "check s.json").out;
    assert!(check.ends_with("verified: s.json (it does not claim to have converged)\n"), "{check}");
}

trait Crowd {
    fn map_to_corner(self) -> Self;
}

impl Crowd for Vec<[f64; 2]> {
    /// Crowds points near the origin, so that solving takes several steps.
    fn map_to_corner(self) -> Self {
        self.into_iter().map(|p| p.map(|v| v * v * v)).collect()
    }
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(2500).map_to_corner()));
    let solve = |threads: usize| {
        f.expect(
            0,
            &format!("solve --domain disk:24 --points y.csv -o s.json --hessian --plot s.svg --threads {threads}"),
        );
        (without_times(f.json("s.json")).to_string(), f.read("s.svg"))
    };
    let one = solve(1);
    assert!(one == solve(3), "1 and 3 threads differ");
    assert!(one == solve(2), "1 and 2 threads differ");
}

#[test]
fn pictures_show_what_they_say() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(40)));
    f.write("m.csv", (0..40).map(|k| format!("{}\n", 1 + k % 4)).collect::<String>());
    f.expect(0, "solve --domain disk:12 --points y.csv --masses m.csv -o s.json");
    f.expect(0, "plot s.json -o mass.svg");
    f.expect(0, "plot s.json -o area.svg --color area");
    let (mass, area) = (f.read("mass.svg"), f.read("area.svg"));
    assert!(mass.contains("mass of the cell") && area.contains("area of the cell"));
    assert!(mass.contains("40 sites, 40 cells"));
    // Four masses are four colours: one path each, whatever the number of cells; and five ticks of
    // the legend.
    let fills = |svg: &str| svg.matches("<path").count() - svg.matches("fill=\"none\"").count();
    assert_eq!(fills(&mass), 4 + 5);
    // Equal masses: the colours tell distances instead.
    f.expect(0, "solve --domain square --points y.csv -o t.json --plot t.svg");
    assert!(f.read("t.svg").contains("distance to site"));
    // A problem with heights is as good as a solution; sites far away leave the picture and are
    // counted.
    f.write("p.json", square(r#""sites": [[0.5, 0.5], [0, 9]], "weights": [0, 72]"#));
    f.expect(0, "plot p.json -o p.svg");
    assert!(f.read("p.svg").contains("1 sites lie outside the picture"));
    assert_snapshot!(f.error(3, "plot y.csv -o y.svg"), @"y.csv: is a table, not a solution; solve first: brenier solve --domain square --points y.csv -o solution.json");
}
