//! Damaged and hostile files: an error or a result, never a panic.

use crate::support::{Folder, square};
use brenier::diagram::Diagram;
use brenier::io::{self, ReadLimit};
use brenier::problem::{Duplicates, ProblemData};
use brenier::transport::{SolveOptions, solve};
use std::path::Path;

const PROBLEM: &str = r#"{"format": "brenier/problem", "version": 1,
 "domain": {"type": "polygon", "vertices": [[0, 0], [2, 0.5], ["3/2", 1], [0, 1.25]]},
 "density": {"type": "affine", "g": [0.5, 0.25], "c": 1},
 "sites": [[0.25, 0.5], ["0x1p-1", 0.5], [1e0, -0.75]],
 "masses": [1, 2, 0.5], "weights": [0, 0.125, -0.5], "normalize": true}"#;

/// All prefixes and all files with one bit changed.
fn damaged(good: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let prefixes = (0..good.len()).map(|n| good[..n].to_vec());
    let flips = (0..8 * good.len()).map(|bit| {
        let mut bytes = good.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    prefixes.chain(flips)
}

/// Reads a problem and does with it what the commands do. Returns whether it is sound.
fn use_problem(bytes: &[u8]) -> bool {
    let limit = ReadLimit { bytes: 1 << 20 };
    let mut file = match io::parse_problem::<ProblemData>(Path::new("p.json"), bytes, limit) {
        Ok(file) => file,
        Err(e) => {
            assert!(!e.to_string().contains('\n'), "{e}");
            return false;
        }
    };
    file.data.duplicates = Duplicates::Keep;
    if let Ok(problem) = file.clone().problem()
        && let Some(heights) = problem.heights()
    {
        let diagram = Diagram::new(&problem, heights).unwrap();
        diagram.validate(3).unwrap();
    }
    file.data.duplicates = Duplicates::Merge;
    let Ok(problem) = file.problem() else { return false };
    let options = SolveOptions { max_iterations: 30, ..SolveOptions::default() };
    let solution = solve(&problem, &options);
    assert_eq!(solution.heights.len(), problem.len());
    true
}

#[test]
fn damaged_problems_never_panic() {
    assert!(use_problem(PROBLEM.as_bytes()));
    let sound = damaged(PROBLEM.as_bytes()).filter(|bytes| use_problem(bytes)).count();
    assert!(sound > 100, "some changed digits still make a problem: {sound}");
}

#[test]
fn damaged_points_never_panic() {
    let mut npy = Vec::new();
    io::write_npy(&mut npy, 2, &[0.25, 0.5, 0.75, 0.125]).unwrap();
    let mut npz = io::NpzWriter::new(Vec::new());
    npz.add("sites", 2, &[0.25, 0.5, 0.75, 0.125]).unwrap();
    let npz = npz.finish().unwrap();
    let files: [(&str, &[u8]); 6] = [
        ("y.npy", &npy),
        ("y.npz", &npz),
        ("y.csv", b"x,y\n0.25,0.5\n\"0.75\",1/8\n"),
        ("y.txt", b"0.25 0.5 # a\n75e-2 0x1p-3\n"),
        ("y.xyz", b"2\n0.25 0.5 1\n0.75 0.125 2\n"),
        ("y.obj", b"v 0.25 0.5 1\nv 0.75 0.125 2\nf 1 2 2\n"),
    ];
    for (name, good) in files {
        let path = Path::new(name);
        let points = io::parse_points(path, good.to_vec(), None).unwrap().points;
        assert_eq!(points, [[0.25, 0.5], [0.75, 0.125]], "{name}");
        for bytes in damaged(good) {
            if let Err(e) = io::parse_points(path, bytes, None) {
                let text = e.to_string();
                assert!(text.starts_with(name) && !text.contains('\n'), "{text}");
            }
        }
    }
}

#[test]
fn damaged_solutions_and_checkpoints_never_panic() {
    let f = Folder::new();
    f.write("y.csv", "0.25,0.5\n0.125,0.75\n0.5,0.25\n");
    f.expect(0, "solve --domain square --points y.csv -o s.json --hessian --checkpoint c");
    let limit = ReadLimit { bytes: 1 << 20 };
    let path = f.path("damaged");
    let solution = std::fs::read(f.path("s.json")).unwrap();
    let mut read = 0;
    for bytes in damaged(&solution).step_by(3) {
        std::fs::write(&path, bytes).unwrap();
        if let Ok(s) = io::read_solution(&path, limit) {
            assert_eq!(s.heights.len(), s.masses.len());
            read += 1;
        }
    }
    assert!(read > 100, "changed digits are still solutions: {read}");
    let checkpoint = std::fs::read(f.path("c")).unwrap();
    let fingerprint = f.json("c")["problem"].as_str().unwrap().to_string();
    for bytes in damaged(&checkpoint).step_by(3) {
        std::fs::write(&path, bytes).unwrap();
        if let Ok(state) = io::read_checkpoint(&path, &fingerprint, 3, limit) {
            assert_eq!(state.heights.first_non_finite(), None);
        }
    }
}

#[test]
fn the_binary_ends_with_a_code_of_the_table() {
    let f = Folder::new();
    let mut codes = std::collections::BTreeMap::new();
    let mut run = |f: &Folder, args: &str| {
        let run = f.run(args);
        assert!([0, 1, 3, 5].contains(&run.code), "{args}: {} {}", run.code, run.err);
        *codes.entry(run.code).or_insert(0) += 1;
    };
    for bytes in damaged(PROBLEM.as_bytes()).step_by(61) {
        f.write("p.json", bytes);
        run(&f, "solve p.json -o s.json --max-iterations 20");
        run(&f, "diagram p.json -o d.json --cells --plot d.svg");
    }
    f.write("p.json", PROBLEM);
    f.expect(0, "solve p.json -o s.json");
    let solution = std::fs::read(f.path("s.json")).unwrap();
    for bytes in damaged(&solution).step_by(211) {
        f.write("t.json", bytes);
        run(&f, "check t.json");
        run(&f, "plot t.json -o t.svg");
    }
    assert!(codes[&0] > 5 && codes[&3] > 20, "{codes:?}");
}

#[test]
fn depth_and_length_are_bounded() {
    let f = Folder::new();
    let deep = "[".repeat(200_000);
    for text in [deep.clone(), square(&format!("\"sites\": {deep}")), square(&format!("\"x\": {deep}"))] {
        f.refused(3, &text);
    }
    let long = "9".repeat(100_000);
    f.refused(3, &square(&format!("\"sites\": [[0.5, {long}]]")));
    f.refused(3, &square(&format!("\"sites\": [[0.5, \"{long}\"]]")));
    f.refused(3, &square(&format!("\"{long}\": 1")));
    f.refused(3, &square("\"sites\": [[\"1e5000/1e-5000\", 0]]"));
}

/// Whatever a file says, its messages are one short line without anything that draws on a terminal.
#[test]
fn nothing_from_a_file_draws_on_the_terminal() {
    let f = Folder::new();
    f.write("p.json", square(r#""sites": [[0.25, 0.5], [0.75, 0.5]]"#));
    f.expect(0, "solve p.json -o s.json");
    let esc = "\u{1b}[2J\u{9b}31m\r\n\u{202e}";
    let long = "x".repeat(100_000);
    let seen = |text: String| {
        f.write("t.json", text);
        let run = f.run("check t.json");
        assert!(run.code == 3 || run.code == 5 || run.code == 1, "{}: {}", run.code, run.err);
        for text in [&run.err, &run.out] {
            let loud = text.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
            assert!(loud.is_none() && text.len() < 3000, "{loud:?} in {} bytes: {:.300}", text.len(), text);
        }
        assert!(run.err.lines().count() <= 1, "{}", run.err);
    };
    let solution = f.json("s.json");
    for foreign in [format!("a{esc}b"), format!("{esc}{long}"), long.clone()] {
        for pointer in [
            "/problem/path",
            "/problem/sha256",
            "/report/outcome/kind",
            "/report/seconds",
            "/hidden",
            "/format",
            "/version",
            "/cost",
            "/masses",
            "/masses/0",
            "/report/notes",
        ] {
            let mut s = solution.clone();
            *s.pointer_mut(pointer).unwrap() = foreign.clone().into();
            seen(s.to_string());
        }
        for object in ["", "/report", "/report/outcome", "/report/iterations/0", "/report/predicates", "/problem"] {
            let mut s = solution.clone();
            s.pointer_mut(object).unwrap()[foreign.as_str()] = 1.into();
            seen(s.to_string());
        }
        for field in ["path", "array", "sha256"] {
            let mut s = solution.clone();
            s["masses"] = serde_json::json!({"path": "p.json"});
            s["masses"][field] = foreign.clone().into();
            seen(s.to_string());
        }
    }
    // A checkpoint's iterations have no fields but ours.
    f.write("p.json", square(r#""sites": [[0.25, 0.5], [0.75, 0.5], [0.6, 0.9]], "masses": [0.1, 0.6, 0.3]"#));
    f.expect(0, "solve p.json -o s.json --checkpoint c.json");
    let mut c = f.json("c.json");
    f.expect(0, "solve p.json -o s.json --resume c.json");
    c["iterations"][0]["more"] = 1.into();
    f.write("c.json", c.to_string());
    let text = f.error(3, "solve p.json -o s.json --resume c.json");
    assert!(text.starts_with("c.json: line ") && text.contains("unknown field"), "{text}");
}
