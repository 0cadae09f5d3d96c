//! Problems written in rationals are solved and proved as they are written, by the program itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("brenier-rationals-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } =
            Command::new(env!("CARGO_BIN_EXE_brenier")).args(args).current_dir(&self.0).output().unwrap();
        let text = [stdout, stderr].map(|t| String::from_utf8(t).unwrap()).concat();
        (status.code().unwrap(), text)
    }

    fn done(&self, args: &[&str]) -> String {
        let (code, text) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {text}");
        text
    }

    fn check(&self, args: &[&str]) -> serde_json::Value {
        let (_, text) = self.run(&[&["check", "--json"], args].concat());
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all::<&Path>(&self.0);
    }
}

fn problem(rest: &str) -> String {
    format!(r#"{{"format": "brenier/problem", "version": 1, {rest}}}"#)
}

/// Three strips of the unit square, with walls at 1/3 and 2/3.
const THIRDS: &str = r#""domain": {"type": "box", "min": [0, 0], "max": [1, 1]},
    "sites": [["1/6", "1/2"], ["1/2", "1/2"], ["5/6", "1/2"]]"#;

/// Compares a bracket with a true value p/q: `low q <= p <= high q`, in integers by way of
/// rationals.
fn contains(check: &serde_json::Value, truth: &str) -> f64 {
    let of = |k: usize| check["w2_squared"][k].as_f64().unwrap();
    let ratio = |x: f64| brenier::Ratio::of(x).unwrap();
    let truth: brenier::Ratio = truth.parse().unwrap();
    assert!(ratio(of(0)) <= truth && truth <= ratio(of(1)), "{truth} is not in [{}, {}]", of(0), of(1));
    of(1) - of(0)
}

fn line<'c>(check: &'c serde_json::Value, what: &str) -> &'c str {
    let lines = check["lines"].as_array().unwrap();
    lines.iter().find(|l| l["what"] == what).unwrap_or_else(|| panic!("{what}: {check}"))["text"].as_str().unwrap()
}

#[test]
fn masses_are_thirds_exactly() {
    let f = Folder::new("thirds");
    let heights = r#", "heights": ["0", "-1/9", "-1/3"]"#;
    f.write("p.json", &problem(&format!("{THIRDS}{heights}")));
    f.done(&["diagram", "p.json", "-o", "d.json", "--cells", "--hessian"]);
    let found = f.check(&["d.json", "--exact"]);
    assert_eq!(found["verified"], true, "{found}");
    assert_eq!(found["exact"]["masses"], serde_json::json!(["1/3", "1/3", "1/3"]));
    assert_eq!(found["exact"]["areas"], serde_json::json!(["1/3", "1/3", "1/3"]));
    assert_eq!(found["exact"]["residuals"], serde_json::json!(["0", "0", "0"]));
    assert_eq!(found["exact"]["source_factor"], "1");
    // Each strip costs 1/108 + 1/12 per unit of mass.
    assert!(contains(&found, "5/54") < 1e-15);
    // As doubles the sites lie elsewhere, and the masses are no thirds.
    let [a, b, c, h] = [1.0 / 6.0, 0.5, 5.0 / 6.0, -1.0 / 9.0];
    let third = 1.0 / 3.0;
    let rounded = format!(
        r#""domain": {{"type": "box", "min": [0, 0], "max": [1, 1]}}, "sites": [[{a:?}, 0.5], [{b:?}, 0.5], [{c:?}, 0.5]],
        "heights": [0, {h:?}, {:?}]"#,
        -third
    );
    f.write("r.json", &problem(&rounded));
    f.done(&["diagram", "r.json", "-o", "e.json"]);
    let other = f.check(&["e.json", "--exact"]);
    assert_eq!(other["verified"], true, "{other}");
    assert_ne!(other["exact"]["masses"][0], "1/3");
}

#[test]
fn a_solve_is_of_the_problem_as_written() {
    let f = Folder::new("solve");
    f.write("p.json", &problem(THIRDS));
    let told = f.done(&["solve", "p.json", "-o", "s.json", "--hessian", "--gradients"]);
    let note = "note       2 numbers written as strings are not doubles; the problem is taken as written, since with \
                lengths times 3 and masses times 3 all are\n";
    assert!(told.contains(note), "{told}");
    let found = f.check(&["s.json", "--exact"]);
    assert_eq!(found["verified"], true, "{found}");
    assert!(line(&found, "written").contains("the problem as written"), "{found}");
    assert!(contains(&found, "5/54") < 1e-15);
    // Costs, masses and heights are in the file's own units.
    let solution: serde_json::Value = serde_json::from_str(&f.read("s.json")).unwrap();
    let number = |v: &serde_json::Value| v.as_f64().unwrap();
    assert!((number(&solution["cost"]) - 5.0 / 54.0).abs() < 1e-15);
    assert!((number(&solution["masses"][2]) - 1.0 / 3.0).abs() < 1e-15);
    assert!((number(&solution["heights"][0]) - 4.0 / 27.0).abs() < 1e-15, "{}", solution["heights"]);
    assert!((number(&solution["centroids"][0][0]) - 1.0 / 6.0).abs() < 1e-15);
    // An old solution is a start.
    let told = f.done(&["solve", "p.json", "-o", "t.json", "--start", "s.json"]);
    assert!(told.contains("start: from the heights given"), "{told}");
}

/// Masses 1/7, 2/7, 4/7 on a triangle with vertices in thirds and an affine density, in the plane;
/// thirds in space, on a torus and on a surface.
#[test]
fn every_kind_of_source() {
    let f = Folder::new("kinds");
    let cases = [
        (
            "affine",
            r#""domain": {"type": "polygon", "vertices": [["1/3", 0], ["4/3", "1/3"], [0, "2/3"]]},
            "density": {"type": "affine", "g": ["1/5", "0.3"], "c": "1/7"},
            "sites": [["1/3", "1/3"], ["2/3", "1/3"], ["0.5", "0.7"]], "masses": ["1/7", "2/7", "4/7"]"#,
            None,
        ),
        (
            "image",
            r#""domain": {"type": "box", "min": [0, 0], "max": ["2/3", 1]},
            "density": {"type": "image", "width": 2, "values": ["1/3", "2/3", 1, "1/9"]},
            "sites": [["1/9", "1/3"], ["2/9", "2/3"], ["5/9", "1/2"]]"#,
            None,
        ),
        // Two halves of a cube of volume 1/27: walls at 1/6, cost (1/36 + 2/9) / 12 per unit of
        // mass.
        (
            "space",
            r#""domain": {"type": "box", "min": [0, 0, 0], "max": ["1/3", "1/3", "1/3"]},
            "sites": [["1/12", "1/6", "1/6"], ["1/4", "1/6", "1/6"]]"#,
            Some("1/48"),
        ),
        // Two bands of a circle of length 2/3, each 1/3 wide and 1 high.
        (
            "torus",
            r#""domain": {"type": "torus", "min": [0, 0], "max": ["2/3", 1], "periodic": [true, false]},
            "sites": [["1/6", "1/2"], ["1/2", "1/2"]]"#,
            Some("5/54"),
        ),
        // Two halves of a rectangle of sides 2/3 and 1 in the plane z = 1/3, seen from sites on z =
        // 0.
        (
            "surface",
            r#""domain": {"type": "mesh", "vertices": [[0, 0, "1/3"], ["2/3", 0, "1/3"], ["2/3", 1, "1/3"], [0, 1, "1/3"]],
            "triangles": [[0, 1, 2], [0, 2, 3]]}, "sites": [["1/6", "1/2", 0], ["1/2", "1/2", 0]]"#,
            Some("11/54"),
        ),
    ];
    for (name, text, truth) in cases {
        f.write("p.json", &problem(text));
        f.done(&["solve", "p.json", "-o", "s.json", "--hessian"]);
        let found = f.check(&["s.json"]);
        assert_eq!(found["verified"], true, "{name}: {found}");
        assert!(line(&found, "written").starts_with("all is of the problem as written"), "{name}: {found}");
        if let Some(truth) = truth {
            assert!(contains(&found, truth) < 1e-14, "{name}");
        }
    }
}

/// Where no multiple of 53 bits will do, numbers are rounded, and the bracket is widened by what
/// that may do: to about as much as an ulp of the largest cost there is.
#[test]
fn too_many_bits() {
    let f = Folder::new("bits");
    let far = r#""sites": [["1/6000000000000000000000000001", "1/2"], ["1/2", "1/2"], ["5/6", "1/2"]]"#;
    let box_of = |max: &str| format!(r#""domain": {{"type": "box", "min": [0, 0], "max": [{max}, 1]}}"#);
    f.write("p.json", &problem(&format!(r#"{}, {far}, "masses": ["1/3", "1/3", "1/3"]"#, box_of("1"))));
    let told = f.done(&["solve", "p.json", "-o", "s.json"]);
    assert!(told.contains("each was rounded once, since no multiple of 53 bits has doubles only"), "{told}");
    let found = f.check(&["s.json"]);
    assert_eq!(found["verified"], true, "{found}");
    let text = line(&found, "written");
    assert!(text.starts_with("W2^2 of the numbers as written in [") && text.contains("rounded: sites by"), "{text}");
    assert!(text.contains("masses by at most a relative 5.6e-17"), "{text}");
    // The true value, with the first site at e: strips of 1/3, each 1/12 across plus along.
    // (1/27 - e/9 + e^2/3) + 1/324 + 1/324 + 1/12 with the sites where they are in exact numbers.
    let e: brenier::Ratio = "1/6000000000000000000000000001".parse().unwrap();
    let of = |t: &str| t.parse::<brenier::Ratio>().unwrap();
    let first = of("1/81") - e.clone() * of("1/9") + e.clone() * e * of("1/3");
    let truth = first + of("1/324") + of("1/324") + of("1/12");
    let width = contains(&found, &truth.to_string());
    assert!((1e-17..1e-14).contains(&width), "{width}");
    // A domain of many bits: its rim is what moves.
    f.write("q.json", &problem(&format!("{}, {far}", box_of("\"1.000000000000000000000000001\""))));
    f.done(&["solve", "q.json", "-o", "q.solution.json"]);
    let found = f.check(&["q.solution.json"]);
    let text = line(&found, "written");
    assert!(text.contains("the domain by at most") && text.contains("proved"), "{text}");
    contains(&found, &truth.to_string());
}

/// A solution that holds its problem holds it as written, and no leaf of it may be touched.
#[test]
fn round_trip_and_forgeries() {
    let f = Folder::new("trip");
    f.write("p.json", &problem(THIRDS));
    let args = ["solve", "-", "-o", "s.json"];
    let piped = Command::new(env!("CARGO_BIN_EXE_brenier"))
        .args(args)
        .current_dir(&f.0)
        .stdin(std::fs::File::open(f.0.join("p.json")).unwrap())
        .output()
        .unwrap();
    assert!(piped.status.success(), "{piped:?}");
    let text = f.read("s.json");
    assert!(text.contains(r#""sites":[["1/6","1/2"],["1/2","1/2"],["5/6","1/2"]]"#), "{text}");
    assert_eq!(f.check(&["s.json"])["verified"], true);
    // The file it came from is the same problem.
    assert_eq!(f.check(&["s.json", "--problem", "p.json"])["verified"], true);
    // Another rational that rounds to the same double is another problem.
    for (from, to) in [("5/6", "50000000000000000000/60000000000000000001"), ("1/6", "1/7"), ("1/2", "0.5")] {
        let edited = text.replacen(&format!("\"{from}\""), &format!("\"{to}\""), 1);
        assert_ne!(edited, text);
        f.write("t.json", &edited);
        let (code, told) = f.run(&["check", "t.json"]);
        assert!(code == 3 && told.contains("the file was changed"), "{to}: {code} {told}");
    }
    // So is a file with one.
    f.write("q.json", &f.read("p.json").replace("5/6", "50000000000000000000/60000000000000000001"));
    let (code, told) = f.run(&["check", "s.json", "--problem", "q.json"]);
    assert!(code == 3 && told.contains("belongs to problem"), "{code} {told}");
    // What a solution claims is compared with the problem as written.
    for (key, by) in
        [("\"cost\": 0.0925925925", "\"cost\": 0.0925925926"), ("\"masses\": [0.333", "\"masses\": [0.334")]
    {
        let edited = text.replacen(key, by, 1);
        assert_ne!(edited, text, "{key}");
        f.write("t.json", &edited);
        assert_eq!(f.check(&["t.json"])["verified"], false, "{key}");
    }
}

/// Sites that differ as written and coincide as doubles are solved as doubles, merged; and numbers
/// of other files stay what they are.
#[test]
fn what_cannot_be_taken_as_written() {
    let f = Folder::new("not");
    let twins = r#""domain": {"type": "box", "min": [0, 0], "max": [3, 3]},
        "sites": [["1/3", 1], ["33333333333333333/100000000000000000", 1], [2, 1]]"#;
    f.write("p.json", &problem(twins));
    let told = f.done(&["solve", "p.json", "-o", "s.json"]);
    assert!(told.contains("each was rounded once, since"), "{told}");
    assert_eq!(f.check(&["s.json"])["verified"], true);
    f.write("y.csv", "0.1,0.2\n0.7,0.4\n");
    let files = r#""domain": {"type": "box", "min": [0, 0], "max": ["1/3", 1]}, "sites": {"path": "y.csv"}"#;
    f.write("p.json", &problem(files));
    let told = f.done(&["solve", "p.json", "-o", "s.json"]);
    assert!(told.contains("1 number written as a string is no double; it was rounded once, since others"), "{told}");
    assert_eq!(f.check(&["s.json"])["verified"], true);
    // Partial transport has no rational masses.
    f.write("p.json", &problem(&format!("{THIRDS}, \"masses\": [\"0.1\", \"0.1\", \"0.1\"], \"partial\": true")));
    let told = f.done(&["solve", "p.json", "-o", "s.json"]);
    assert!(told.contains("partial transport has no rational masses"), "{told}");
}

/// A sphere is multiplied whole, also where its radius is not told: the same as with doubles, which
/// are as near as doubles are. Pixels in degrees are no lengths, so there numbers are rounded.
#[test]
fn spheres_are_multiplied_whole() {
    let f = Folder::new("spheres");
    let solved = |name: &str, text: &str| -> (f64, String) {
        f.write("p.json", &problem(text));
        let told = f.done(&["solve", "p.json", "-o", name, "--json"]);
        let cost = serde_json::from_str::<serde_json::Value>(&told).unwrap()["cost"].as_f64().unwrap();
        let (code, text) = f.run(&["check", name]);
        assert_eq!(code, 0, "{text}");
        (cost, text)
    };
    let image = r#""density": {"type": "image", "width": 2, "values": [1, 2, 3, 5], "min": [0, 0], "max": [30, 20]},"#;
    for (more, as_written) in [
        (r#""domain": {"type": "sphere"},"#, true),
        (r#""domain": {"type": "sphere", "radius": 1, "center": ["1/3", 0, 0]},"#, true),
        (r#""domain": {"type": "sphere", "radius": "4/3"},"#, true),
        (r#""domain": {"type": "sphere"}, "density": {"type": "affine", "g": ["1/3", 0, 0], "c": 1},"#, true),
        (&format!(r#""domain": {{"type": "sphere"}}, {image}"#), false),
    ] {
        let text = format!(r#"{more} "sites": [["1/3", 0, 0], [0, "1/3", 0.25]], "masses": [1, 2]"#);
        let doubles = text.replace(r#""1/3""#, "0.3333333333333333").replace(r#""4/3""#, "1.3333333333333333");
        let (rational, told) = solved("r.json", &text);
        let (double, _) = solved("d.json", &doubles);
        assert!((rational - double).abs() <= 1e-9 * double, "{more}: {rational} {double}");
        assert_eq!(told.contains("as written, in rationals") || told.contains("lengths times 3"), as_written, "{told}");
    }
}

/// Masses of a multiple are rounded on their way to it and back: `check` knows.
#[test]
fn rational_masses_are_solved_and_checked() {
    let f = Folder::new("masses");
    let domains = [
        (r#"{"type": "box", "min": [0, 0, 0], "max": [1, 1, 1]}"#, 3),
        (r#"{"type": "box", "min": [0, 0], "max": [1, 1]}"#, 2),
        (r#"{"type": "torus", "min": [0, 0], "max": [1, 1]}"#, 2),
        (r#"{"type": "sphere"}"#, 3),
    ];
    let mut state = 5u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    for round in 0..48 {
        let (domain, d) = domains[round % 4];
        let point =
            |draw: &mut dyn FnMut() -> usize| -> Vec<f64> { (0..d).map(|_| (draw() % 1000) as f64 / 1000.0).collect() };
        let sites: Vec<Vec<f64>> = (0..4).map(|_| point(&mut draw)).collect();
        let masses: Vec<String> = (0..4).map(|_| format!("\"{}/{}\"", 1 + draw() % 9, [3, 7][draw() % 2])).collect();
        let masses = masses.join(", ");
        f.write(
            "p.json",
            &problem(&format!(r#""domain": {domain}, "sites": {sites:?}, "masses": [{masses}], "normalize": true"#)),
        );
        f.done(&["solve", "p.json", "-o", "s.json"]);
        let (code, text) = f.run(&["check", "s.json"]);
        assert_eq!(code, 0, "{round}: {text}");
    }
}
