//! `scripts/verify.py`, which shares nothing with the library but the file, says what
//! `brenier check` says.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Python 3.9 or later. Without it nothing is tested here, which is told; `BRENIER_PYTHON=required`
/// makes that a failure.
fn python() -> Option<&'static str> {
    let able = |name: &&str| {
        let asked = Command::new(name).args(["-c", "import math; math.nextafter"]).output();
        asked.is_ok_and(|ran| ran.status.success())
    };
    let found = ["python3", "python"].into_iter().find(able);
    if found.is_none() {
        println!("NOT TESTED: no Python 3.9 or later, so scripts/verify.py did not run");
        let required = std::env::var("BRENIER_PYTHON").is_ok_and(|v| v == "required");
        assert!(!required, "BRENIER_PYTHON=required, and there is none");
    }
    found
}

fn brenier(folder: &Path, args: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_brenier")).current_dir(folder).args(args.split_whitespace()).output().unwrap()
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn pair(value: &Value, name: &str) -> [f64; 2] {
    let at = |k: usize| value[name][k].as_f64().unwrap_or_else(|| panic!("{name} in {value}"));
    [at(0), at(1)]
}

/// What both say of one solution.
struct Both {
    python: Value,
    accepted: bool,
    brenier: Value,
}

impl Both {
    fn of(python: &str, folder: &Path, solution: &str) -> Both {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/verify.py");
        let ran = Command::new(python).current_dir(folder).arg(script).arg(solution).output().unwrap();
        let check = brenier(folder, &format!("check {solution} --json"));
        Both { python: json(&ran), accepted: ran.status.success(), brenier: json(&check) }
    }

    /// The same numbers to the last bit; the upper bounds are those of two plans, and each is one.
    fn agree(&self, name: &str) {
        // Of a problem in fractions `check` proves a multiple, and divides: an ulp wider.
        let fractions = name.contains('/');
        let alike = |[low, high]: [f64; 2], [least, most]: [f64; 2]| {
            let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
            let wider = fractions && least <= low && high <= most && near(low, least) && near(high, most);
            wider || (low, high) == (least, most)
        };
        for field in ["max_relative_error", "map_cost"] {
            let (own, other) = (pair(&self.python, field), pair(&self.brenier, field));
            assert!(alike(own, other), "{name}: {field} {own:?} {other:?}");
        }
        let ([low, high], [least, most]) = (pair(&self.python, "w2_squared"), pair(&self.brenier, "w2_squared"));
        assert!(alike([low; 2], [least; 2]) || fractions && least <= low, "{name}: the dual value {low} {least}");
        assert!(low <= most && least <= high, "{name}: [{low}, {high}] and [{least}, {most}] have no point in common");
        assert_eq!(self.python["whole"], self.brenier["total_is_domain"], "{name}");
        assert!(self.python["masses_off"].as_f64().unwrap() < 1e-12, "{name}: {}", self.python);
        assert_eq!(self.accepted, self.brenier["verified"] == true, "{name}: {}", self.brenier);
    }

    /// Where there is one plan only, as where one site alone has too much, the upper bounds are
    /// one, up to a rounding.
    fn agree_to_the_top(&self, name: &str) {
        self.agree(name);
        let (high, most) = (pair(&self.python, "w2_squared")[1], pair(&self.brenier, "w2_squared")[1]);
        assert!(most >= high && most <= high.next_up(), "{name}: {high} and {most}");
    }
}

/// Points that look random, the same ever again.
fn scattered(n: u32) -> String {
    let part = |k: u32, step: f64| (f64::from(k) * step + 0.37).fract();
    (1..=n).map(|k| format!("{},{}\n", part(k, 0.754_877_666_246_692_8), part(k, 0.569_840_290_998_053_3))).collect()
}

#[test]
fn solutions() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let write = |name: &str, text: &str| std::fs::write(at.join(name), text).unwrap();
    write("five.csv", "0.1,0.1\n0.9,0.2\n0.5,0.5\n0.2,0.8\n0.8,0.9\n");
    write("masses.csv", "1\n1\n2\n1\n1\n");
    write("forty.csv", &scattered(40));
    write("light.csv", &(0..40).map(|k| format!("{}\n", 10f64.powi(-(k % 4)))).collect::<String>());
    write("grid.csv", &(0..16).map(|k| format!("{},{}\n", 0.25 * f64::from(k % 4), k / 4)).collect::<String>());
    let ring =
        r#""vertices": [[0,0],[4,0],[4,4],[2,1.5],[0,4]], "holes": [[[1,0.5],[1.5,1],[1,1]],[[3,1],[3,2],[2.5,1]]]"#;
    write("ring.json", &format!(r#"{{"type": "polygon", {ring}}}"#));
    write(
        "parts.json",
        &format!(r#"{{"type": "multipolygon", "parts": [{{{ring}}}, {{"vertices": [[4,4],[5,4],[5,6]]}}]}}"#),
    );
    let isles = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/isles.geojson");
    std::fs::copy(isles, at.join("isles.geojson")).unwrap();
    write("clockwise.csv", "0,0\n0,4\n1,5\n3,4\n4,0\n");
    let runs = [
        "solve --domain square --points five.csv --masses masses.csv",
        "solve --domain square --points forty.csv --masses light.csv --max-iterations 3",
        "solve --domain disk:7 --points forty.csv",
        "solve --domain clockwise.csv --points grid.csv --tol 1e-4",
        "quantize --domain disk:20 -n 30 --steps 2",
        "solve --domain ring.json --points forty.csv",
        "solve --domain parts.json --points five.csv --masses masses.csv",
        "solve --domain isles.geojson --points grid.csv",
    ];
    for (k, run) in runs.into_iter().enumerate() {
        let ran = brenier(at, &format!("{run} -o {k}.json"));
        assert!(matches!(ran.status.code(), Some(0 | 1)), "{run}: {}", String::from_utf8_lossy(&ran.stderr));
        Both::of(python, at, &format!("{k}.json")).agree(run);
    }
}

/// Diagrams are far from solved: cells are empty, masses are off, problems lie beside.
#[test]
fn diagrams() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let problems = [
        // docs/theory/certificate.md: 7/96 <= W2^2 <= 16/96.
        r#""sites": [["1/4", "1/2"], ["3/4", 0.5]], "masses": [0.5, 0.5], "weights": [0, "1/4"]"#,
        r#""sites": [[0, 0], [1, 1]], "masses": [0.125, 0.875], "weights": [0, 0]"#,
        r#""sites": [[0, 0], [1, 0], [0, 1], ["1/3", "0x1p-2"]], "heights": [0, -0.5, -0.5, -0.25]"#,
        r#""sites": [[0, 0], [3, 1], [-1, 2]], "heights": [5, -0.5, 0]"#,
    ];
    for (k, problem) in problems.into_iter().enumerate() {
        let head =
            r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "box", "min": [0, 0], "max": [1, 1]}"#;
        std::fs::write(at.join("p.json"), format!("{head}, {problem}}}")).unwrap();
        assert!(brenier(at, "diagram p.json -o d.json").status.success());
        let both = Both::of(python, at, "d.json");
        match k {
            0 | 1 => both.agree_to_the_top(problem),
            _ => both.agree(problem),
        }
    }
    let slabs = r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "box", "min": [0, 0], "max": [1, 1]},
        "sites": [[0.25, 0.5], [0.75, 0.5]], "masses": [0.5, 0.5], "weights": [0, 0.25]}"#;
    std::fs::write(at.join("p.json"), slabs).unwrap();
    brenier(at, "diagram p.json -o d.json");
    let [low, high] = pair(&Both::of(python, at, "d.json").python, "w2_squared");
    assert!(low <= 7.0 / 96.0 && low.next_up() >= 7.0 / 96.0 && high >= 1.0 / 6.0 && high.next_down() <= 1.0 / 6.0);
}

/// A false claim is seen by both; what the script does not know it refuses.
#[test]
fn false_claims_and_other_problems() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("five.csv"), "0.1,0.1\n0.9,0.2\n0.5,0.5\n0.2,0.8\n0.8,0.9\n").unwrap();
    assert!(brenier(at, "solve --domain square --points five.csv -o s.json").status.success());
    let solution: Value = serde_json::from_slice(&std::fs::read(at.join("s.json")).unwrap()).unwrap();
    for field in ["heights", "masses"] {
        let mut changed = solution.clone();
        changed[field][1] = (changed[field][1].as_f64().unwrap() + 1e-6).into();
        std::fs::write(at.join("changed.json"), changed.to_string()).unwrap();
        let both = Both::of(python, at, "changed.json");
        assert!(!both.accepted && both.brenier["verified"] == false, "{field}");
        assert_eq!(both.python["kept"], field == "masses", "{field}");
    }
    assert!(brenier(at, "solve --domain square --density affine:1,0,1 --points five.csv -o a.json").status.success());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/verify.py");
    let ran = Command::new(python).current_dir(at).arg(script).arg("a.json").output().unwrap();
    assert!(ran.status.code() == Some(1) && ran.stdout.is_empty(), "it proves nothing about affine densities");
}
