//! `check` notices false claims: every leaf of every file of every family is edited, one at a time
//! and in several ways. What is written unedited passes, whatever the outcome.

use brenier::io::{AnySolution, FileData, NpzWriter, ProblemSource, ReadLimit, SolutionFile};
use brenier::io::{read_any_solution, read_problem};
use brenier::problem::{Duplicates, WithSites};
use brenier::transport::{Claims, Transport, Verdict, verify};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What became of a file.
enum Seen {
    /// It was not read, or is of another problem.
    Refused,
    /// What `check` says of it.
    Checked(Verdict),
}

impl Seen {
    fn verdict(self) -> Verdict {
        match self {
            Seen::Checked(verdict) => verdict,
            Seen::Refused => panic!("refused"),
        }
    }
}

fn check(path: &Path, level: u8) -> Seen {
    match read_any_solution(path, ReadLimit::default()) {
        Err(_) => Seen::Refused,
        Ok(AnySolution::Plane(solution)) => check_of(path, &solution, level),
        Ok(AnySolution::Surface(solution)) => check_of(path, &solution, level),
        Ok(AnySolution::Space(solution)) => check_of(path, &solution, level),
        Ok(AnySolution::Torus(solution)) => check_of(path, &solution, level),
        Ok(AnySolution::Sphere(solution)) => check_of(path, &solution, level),
    }
}

fn check_of<T: FileData<Point = [f64; D]>, const D: usize>(path: &Path, s: &SolutionFile<T>, level: u8) -> Seen
where
    T::Problem: Transport<D>,
{
    let mut data = match &s.problem {
        ProblemSource::Embedded(file) => file.data.clone(),
        ProblemSource::File { path: None, .. } => return Seen::Refused,
        ProblemSource::File { path: Some(name), id } => {
            match read_problem::<T>(&path.with_file_name(name), ReadLimit::default()) {
                Ok(file) if file.id == *id => file.data,
                _ => return Seen::Refused,
            }
        }
    };
    let kept = s.site_of_input.is_none() && s.heights.len() == data.sites().len();
    data.set_duplicates(if kept { Duplicates::Keep } else { Duplicates::Merge });
    let Ok(problem) = data.problem() else { return Seen::Refused };
    if problem.sites().len() != s.heights.len() {
        return Seen::Refused;
    }
    verify(&problem, &s.claims(), level).map_or(Seen::Refused, Seen::Checked)
}

/// A folder with the files of all families.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Files {
        Files { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// Runs the program, which may end without convergence.
    fn brenier(&self, args: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brenier"));
        let run = command.current_dir(self.folder.path()).args(args.split_whitespace()).output().unwrap();
        assert!(matches!(run.status.code(), Some(0 | 1)), "{args}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8_lossy(&run.stdout).into_owned()
    }
}

/// The files of all families: solutions, one that did not converge, diagrams.
fn families() -> (Files, Vec<&'static str>) {
    let f = Files::new();
    let head = r#"{"format": "brenier/problem", "version": 1, "domain":"#;
    let square = r#"{"type": "box", "min": [0, 0], "max": [1, 1]}"#;
    f.write("y.csv", "0.2,0.3\n0.7,0.2\n0.55,0.8\n0.2,0.3\n0.9,0.65\n");
    f.write("y3.csv", "0.2,0.3,0.5\n0.8,0.2,0.1\n0.6,0.75,0.9\n");
    f.write("roof.obj", "v 0 0 0\nv 1 0 0.25\nv 1 1 0\nv 0 1 0.5\nf 1 2 3\nf 1 3 4\n");
    f.write("wedge.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n");
    f.write(
        "skew.json",
        &format!(
            r#"{head} {{"type": "torus", "min": [0, 0, 0], "max": [1, 1, 1]}}, "metric": [2, 1, 1.5, 0.25, 0, 0.5],
        "sites": [[0.2, 0.3, 0.5], [0.8, 0.2, 0.1], [0.6, 0.75, 0.9]], "weights": [0.1, 0, -3]}}"#
        ),
    );
    f.write("m.txt", "0.1\n0.05\n0.12\n0.03\n0.08\n");
    let flat = |name: &str, fields: &str| f.write(name, &format!("{head} {square}, {fields}}}\n"));
    flat(
        "hidden.json",
        r#""sites": [[0.25, 0.5], [0.75, 0.45], [0.5, 0.5], [0.1, 0.1]], "weights": [0.01, 0, -1, -2]"#,
    );
    flat(
        "image.json",
        r#""density": {"type": "image", "width": 3, "values": [1, 0.5, 0, 2, 1, 3]},
        "sites": [[0.25, 0.5], [0.75, 0.45], [0.4, 0.9]]"#,
    );
    flat(
        "partial.json",
        r#""partial": true, "sites": [[0.25, 0.5], [0.75, 0.45]], "masses": [0.1, 0.1], "weights": [0.1, 0.05]"#,
    );
    f.write("sheet.json", &format!(
        r#"{head} {{"type": "mesh", "path": "roof.obj"}}, "sites": [[0.2, 0.3, 0.5], [0.8, 0.2, 0.1], [0.5, 0.5, 9]], "weights": [0.1, 0, 1]}}"#
    ));
    f.brenier("solve --domain square --points y.csv --hessian --gradients -o plane.json");
    f.brenier(
        "solve --domain disk:5 --points y.csv --density affine:1,0.5,2 --max-iterations 1 --hessian -o early.json",
    );
    f.brenier("solve image.json --hessian -o patches.json");
    f.brenier("solve --domain square --points y.csv --masses m.txt --partial --hessian --gradients -o partly.json");
    f.brenier("solve --domain roof.obj --points y3.csv --hessian --gradients -o surface.json");
    f.brenier("diagram hidden.json --cells --hessian -o diagram.json");
    f.brenier("diagram partial.json --hessian -o balls.json");
    f.brenier("diagram sheet.json --cells --hessian -o pieces.json");
    f.brenier("quantize --domain square -n 3 --steps 2 -o quantized.json");
    f.brenier("solve --domain cube --points y3.csv --hessian --gradients -o cube.json");
    f.brenier("solve --domain torus3 --points y3.csv --max-iterations 1 --hessian -o torus3.json");
    f.brenier("solve --domain torus --points y.csv --hessian -o torus.json");
    f.brenier("solve --domain solid:wedge.obj --points y3.csv --hessian -o solid.json");
    f.brenier("diagram skew.json --hessian -o skewed.json");
    f.brenier("solve --domain sphere --points y3.csv --hessian -o sphere.json");
    (
        f,
        vec![
            "plane.json",
            "early.json",
            "patches.json",
            "partly.json",
            "surface.json",
            "diagram.json",
            "balls.json",
            "pieces.json",
            "quantized.json",
            "cube.json",
            "torus3.json",
            "torus.json",
            "solid.json",
            "skewed.json",
            "sphere.json",
        ],
    )
}

/// One edit of a document: where, how, and the document.
type Edit = (String, &'static str, Value);

/// All documents with one leaf, list or object changed. `path` has no indices: `centroids[]`.
fn edits(whole: &Value) -> Vec<Edit> {
    let mut all = Vec::new();
    walk(whole, &mut Vec::new(), &mut |pointer, value| {
        for (how, changed) in changes(value) {
            let mut copy = whole.clone();
            *at(&mut copy, pointer) = changed;
            all.push((name(pointer), how, copy));
        }
    });
    all
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn at<'v>(value: &'v mut Value, pointer: &[Step]) -> &'v mut Value {
    pointer.iter().fold(value, |v, step| match step {
        Step::Key(key) => &mut v[key.as_str()],
        Step::Index(k) => &mut v[*k],
    })
}

fn name(pointer: &[Step]) -> String {
    pointer.iter().fold(String::new(), |name, step| match step {
        Step::Key(key) if name.is_empty() => key.clone(),
        Step::Key(key) => format!("{name}.{key}"),
        Step::Index(_) => name + "[]",
    })
}

fn walk(value: &Value, pointer: &mut Vec<Step>, visit: &mut dyn FnMut(&[Step], &Value)) {
    visit(pointer, value);
    let mut inside = |step: Step, v: &Value| {
        pointer.push(step);
        walk(v, pointer, visit);
        pointer.pop();
    };
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(k, v)| inside(Step::Index(k), v)),
        Value::Object(map) => map.iter().for_each(|(k, v)| inside(Step::Key(k.clone()), v)),
        _ => {}
    }
}

fn changes(value: &Value) -> Vec<(&'static str, Value)> {
    let mut all: Vec<(&'static str, Value)> = match value {
        Value::Null => {
            vec![("0", json!(0)), ("a point", json!([0.5, 0.5])), ("a point in space", json!([0.5, 0.5, 0.5]))]
        }
        Value::Bool(b) => vec![("not", json!(!b))],
        Value::Number(n) => {
            let v = n.as_f64().unwrap();
            let mut to = vec![
                ("+1", json!(v + 1.0)),
                ("a bit more", json!(v * (1.0 + 1e-6))),
                ("-", json!(-v)),
                ("0", json!(0.0)),
                ("1e300", json!(1e300)),
            ];
            if let Some(k) = n.as_i64() {
                to = vec![
                    ("+1", json!(k + 1)),
                    ("-", json!(-k)),
                    ("0", json!(0)),
                    ("1e300", json!(1e300)),
                    ("much", json!(u32::MAX)),
                ];
            }
            to.retain(|(_, new)| new.as_f64() != Some(v));
            to
        }
        Value::String(s) => vec![("longer", json!(format!("{s}x"))), ("empty", json!(""))],
        Value::Array(list) => {
            let mut to = Vec::new();
            if let Some(last) = list.last() {
                to.push(("drop one", json!(list[..list.len() - 1])));
                to.push(("add one", json!([&list[..], std::slice::from_ref(last)].concat())));
            }
            // Equal masses differ by rounding, and so may the claim.
            let differ = |a: &Value, b: &Value| match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => (a - b).abs() > 1e-6 * b.abs(),
                _ => a != b,
            };
            if let Some(k) = (1..list.len()).find(|&k| differ(&list[k], &list[0])) {
                let mut swapped = list.clone();
                swapped.swap(0, k);
                to.push(("swap two", json!(swapped)));
            }
            to
        }
        Value::Object(map) => {
            let mut more: Map<String, Value> = map.clone();
            more.insert("extra".into(), json!(1));
            vec![("a field more", json!(more))]
        }
    };
    all.push(("null", Value::Null));
    all.push(("an object", json!({"a": 1})));
    all.retain(|(_, new)| new != value);
    all
}

/// The statement that must fail where a field is false.
fn line_of(path: &str) -> &'static [&'static str] {
    match path.split(['.', '[']).next().unwrap_or("") {
        "hidden" => &["cells"],
        "cells" => &["polygons"],
        "site_of_input" => &["merged"],
        "weights" => &["weights"],
        "masses" => &["masses"],
        "centroids" => &["centroids"],
        "cost" => &["cost"],
        "hessian" => &["hessian"],
        "gradient_sites" | "gradient_masses" => &["gradient"],
        "heights" => &["heights", "weights", "masses", "cells"],
        "heights_lo" => &["heights", "weights", "masses", "cells"],
        "report" => match path.split(['.', '[']).nth(1).unwrap_or("") {
            "max_relative_error" => &["residual"],
            "source_factor" => &["source"],
            "rest" => &["rest"],
            "parts" => &["parts"],
            _ => &["report", "residual"],
        },
        _ => &[],
    }
}

#[test]
fn every_leaf_of_every_file_is_verified_or_said_not_to_be() {
    let (f, names) = families();
    let mut missed: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        let whole = f.json(name);
        let right = check(&f.path(name), 5).verdict();
        assert!(right.verified(), "{name}: {:?}", right.lines);
        let all = edits(&whole);
        assert!(all.len() > 200, "{name}: {} edits", all.len());
        for (path, how, edited) in all {
            // Dropping what a solution need not carry is no false claim.
            if how == "null" && ["cells", "site_of_input"].contains(&path.as_str()) && whole[&path].is_null() {
                continue;
            }
            f.write("edited.json", &edited.to_string());
            let Seen::Checked(verdict) = check(&f.path("edited.json"), 5) else { continue };
            // Another text of the same problem: what is left out has a value, a vertex given twice
            // is one.
            if path.starts_with("problem.data.") && verdict.verified() {
                continue;
            }
            let told = right.unverified.iter().any(|field| path.starts_with(field));
            let found = verdict.failures();
            let right_line = found.iter().any(|what| line_of(&path).contains(what));
            if !(right_line || told && found.is_empty() || told && found == ["report"]) {
                *missed.entry(format!("{name}: {path}, {how}: {found:?}")).or_default() += 1;
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Fields that are not verified have values that cannot be.
#[test]
fn what_cannot_be_fails() {
    let (f, _) = families();
    let fails = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut s = f.json(name);
        change(&mut s);
        f.write("edited.json", &s.to_string());
        check(&f.path("edited.json"), 5).verdict().failures()
    };
    for name in ["plane.json", "patches.json", "partly.json", "surface.json"] {
        for tolerance in [1e300, 0.0, -1e-10, 1e-30] {
            let found = fails(name, &|s| s["report"]["tolerance"] = json!(tolerance));
            assert!(found.contains(&"report"), "{name} {tolerance}: {found:?}");
        }
        for time in ["seconds", "hull", "cells", "linear"] {
            assert_eq!(fails(name, &|s| s["report"]["iterations"][0][time] = json!(-1e-9)), ["report"], "{name}");
        }
        assert_eq!(fails(name, &|s| s["report"]["seconds"] = json!(-1)), ["report"]);
        for outcome in [json!({"kind": "interrupted"}), json!({"kind": "not_converged", "why": "x"}), Value::Null] {
            assert!(fails(name, &|s| s["report"]["outcome"] = outcome.clone()).contains(&"report"), "{name} {outcome}");
        }
        let last = |s: &Value| s["report"]["iterations"].as_array().unwrap().len() - 1;
        let change = |field: &'static str, to: Value| {
            move |s: &mut Value| {
                let k = last(s);
                s["report"]["iterations"][k][field] = to.clone();
            }
        };
        assert_eq!(fails(name, &change("residual", json!(1e-11))), ["report"], "{name}");
        assert_eq!(fails(name, &change("min_mass_ratio", json!(0.9))), ["report"], "{name}");
        assert_eq!(fails(name, &change("remaining", json!(1))), ["report"], "{name}");
        assert_eq!(fails(name, &|s| s["report"]["threads"] = json!(0)), ["report"], "{name}");
        assert!(fails(name, &|s| s["report"]["iterations"] = json!([])).contains(&"report"), "{name}");
        // More than there are sites.
        assert_eq!(
            fails(name, &|s| s["report"]["iterations"][0]["remaining"] = json!(1_000_000)),
            ["report"],
            "{name}"
        );
    }
    // Fewer than the masses say.
    let fewer = |s: &mut Value| {
        let all = s["report"]["iterations"].as_array_mut().unwrap();
        let last = all.last_mut().unwrap();
        assert!(last["remaining"].as_u64().unwrap() > 1, "{last}");
        last["remaining"] = json!(1);
    };
    assert_eq!(fails("early.json", &fewer), ["report"]);
    assert_eq!(fails("early.json", &|s| s["report"]["converged"] = json!(true)), ["residual", "report"]);
    assert_eq!(fails("surface.json", &|s| s["report"]["rest"] = json!(0.0)), ["rest"]);
    assert_eq!(fails("plane.json", &|s| s["report"]["parts"] = json!({"disconnected": 0, "most": []})), ["parts"]);
}

/// What is written in an .npz can be no number; that hides neither itself nor what stands before
/// it.
#[test]
fn what_is_no_number_hides_nothing() {
    let (f, _) = families();
    for name in ["plane.json", "surface.json", "partly.json"] {
        let s = f.json(name);
        let columns = |key: &str| if key == "centroids" { s[key][0].as_array().unwrap().len() } else { 0 };
        for key in ["masses", "weights", "heights", "heights_lo", "centroids"] {
            let list = s[key].as_array().unwrap();
            let values: Vec<f64> = list
                .iter()
                .flat_map(|v| match v {
                    Value::Array(point) => point.iter().map(|x| x.as_f64().unwrap()).collect(),
                    v => vec![v.as_f64().unwrap()],
                })
                .collect();
            let seen = |values: &[f64]| {
                let mut npz = NpzWriter::new(Vec::new());
                npz.add(key, columns(key), values).unwrap();
                std::fs::write(f.path("arr.npz"), npz.finish().unwrap()).unwrap();
                let mut t = s.clone();
                t[key] = json!({"path": "arr.npz"});
                f.write("edited.json", &t.to_string());
                check(&f.path("edited.json"), 5)
            };
            assert!(seen(&values).verdict().verified(), "{name} {key}");
            for k in 0..values.len() {
                for (first, bad) in [(0.0, f64::NAN), (1.0, f64::NAN), (0.0, f64::INFINITY), (0.0, f64::NEG_INFINITY)] {
                    let mut edited = values.clone();
                    (edited[0], edited[k]) = (edited[0] + first, bad);
                    let noticed = match seen(&edited) {
                        Seen::Refused => true,
                        Seen::Checked(verdict) => verdict.failures().iter().any(|what| line_of(key).contains(what)),
                    };
                    assert!(noticed, "{name} {key}[{k}] {first} {bad}");
                }
            }
        }
    }
}

/// The command says the same, and what it does not verify.
#[test]
fn the_command_prints_what_the_library_finds() {
    let (f, names) = families();
    for name in names {
        let verdict = check(&f.path(name), 5).verdict();
        let out = f.brenier(&format!("check {name}"));
        for line in &verdict.lines {
            let text = format!("PASS  {:<9} {}\n", line.what, line.text);
            assert!(out.contains(&text), "{name}: {text} is not in\n{out}");
        }
        assert!(out.contains(&format!("NOTE  fields    not verified: {}\n", verdict.unverified.join(", "))), "{out}");
        for level in 1..=4 {
            let verdict = check(&f.path(name), level).verdict();
            assert!(verdict.verified(), "{name} at level {level}: {:?}", verdict.lines);
            assert!(verdict.unverified.contains(&"masses"));
        }
    }
    let mut s = f.json("plane.json");
    s["masses"][1] = json!(0.5);
    f.write("edited.json", &s.to_string());
    let out = f.brenier("check edited.json");
    assert!(
        out.contains("FAIL  masses    masses[1] is claimed to be 0.5, it is 0.")
            && out.contains("not verified: edited")
    );
}

/// Problems whose files used to fail by one unit in the last place: masses are 1e10 times their
/// targets, or hardly numbers.
#[test]
fn masses_far_from_their_targets_pass() {
    let f = Files::new();
    for name in ["mass_far_above_target.json", "mass_far_below_size.json"] {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/claims").join(name);
        std::fs::copy(data, f.path("p.json")).unwrap();
        for run in [
            "diagram p.json -o s.json --hessian",
            "solve p.json -o s.json --max-iterations 1",
            "solve p.json -o s.json",
        ] {
            f.brenier(run);
            let verdict = check(&f.path("s.json"), 5).verdict();
            assert!(verdict.verified(), "{name}: {run}: {:?}", verdict.lines);
        }
    }
}

/// Lists of the wrong length are told, whichever it is.
#[test]
fn lists_have_an_entry_for_each_site() {
    let square = brenier::ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
    let problem = brenier::Problem::new(brenier::ProblemData::new(square, vec![[0.25, 0.5], [0.75, 0.25]])).unwrap();
    let found = brenier::solve(&problem, &brenier::SolveOptions::default());
    let right = Claims::of(&found);
    assert!(verify(&problem, &right, 5).is_ok());
    let none = brenier::Heights::zeros(0);
    let wrong = [
        ("heights", Claims { heights: &none, ..right }),
        ("weights", Claims { weights: &found.weights[1..], ..right }),
        ("masses", Claims { masses: &found.masses[1..], ..right }),
        ("centroids", Claims { centroids: &[], ..right }),
        ("gradient_masses", Claims { gradient: Some((&found.centroids, &found.masses[1..])), ..right }),
    ];
    for (name, claims) in wrong {
        let told = verify(&problem, &claims, 5).unwrap_err().to_string();
        assert!(told.contains(name), "{name}: {told}");
    }
}
