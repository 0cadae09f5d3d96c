//! The command lines of the README and the guide are run, and print what is shown there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect("readable")
}

/// A command line, and the lines of its output that are shown.
#[derive(Debug, PartialEq)]
struct Shown {
    arguments: String,
    output: Vec<String>,
}

/// Command lines of blocks marked `console`: `$ brenier ARGUMENTS`, which a backslash at the end
/// continues.
fn shown(text: &str) -> Vec<Shown> {
    let (mut all, mut inside, mut goes_on) = (Vec::<Shown>::new(), false, false);
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && goes_on {
            let command = all.last_mut().expect("what goes on has begun");
            goes_on = line.ends_with('\\');
            command.arguments += &format!(" {}", line.trim_end_matches('\\').trim());
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let arguments = command.strip_prefix("brenier ").unwrap_or_else(|| panic!("not run here: {command}"));
            goes_on = line.ends_with('\\');
            let arguments = arguments.trim_end_matches('\\').trim().to_string();
            all.push(Shown { arguments, output: Vec::new() });
        } else if inside {
            all.last_mut().expect("a command comes first").output.push(line.to_string());
        }
    }
    all
}

/// A folder with a copy of `data/`, but for the mountain.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    for entry in std::fs::read_dir(root().join("data")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if name != "disk_mountain.obj" {
            std::fs::copy(&path, folder.path().join("data").join(name)).unwrap();
        }
    }
    folder
}

fn brenier(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brenier"));
    command.current_dir(folder).args(arguments.split_whitespace()).output().unwrap()
}

/// Numbers may differ in digits that another machine's logarithms may change; words may not.
fn alike(shown: &str, printed: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (shown.split_whitespace().collect(), printed.split_whitespace().collect());
    let number = |w: &str| w.trim_matches(|c: char| "[](),;:".contains(c)).parse::<f64>().ok();
    let near = |(a, b): (&&str, &&str)| {
        a == b
            || matches!((number(a), number(b)), (Some(a), Some(b)) if (a - b).abs() <= 1e-3 * a.abs() || a.abs().max(b.abs()) < 1e-9)
    };
    a.len() == b.len() && a.iter().zip(&b).all(near)
}

#[track_caller]
fn run_all(document: &str) -> Vec<Shown> {
    let folder = folder();
    let commands = shown(&read(document));
    for command in &commands {
        let ran = brenier(folder.path(), &command.arguments);
        let printed = String::from_utf8_lossy(&ran.stdout);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{document}: brenier {}\n{printed}{said}", command.arguments);
        let missing: Vec<&String> =
            command.output.iter().filter(|line| !printed.lines().any(|p| alike(line, p))).collect();
        assert!(
            missing.is_empty(),
            "{document}: brenier {}\nshows {missing:#?}, but prints\n{printed}",
            command.arguments
        );
    }
    // What a command draws is what is shown.
    for picture in
        read(document).lines().filter_map(|l| l.split_once("(img/guide/")?.1.strip_suffix(')').map(String::from))
    {
        assert!(folder.path().join(&picture).exists(), "{document}: no command writes {picture}");
    }
    commands
}

#[test]
fn the_readme_runs() {
    let commands = run_all("README.md");
    assert!(commands.len() >= 5, "three recipes");
}

#[test]
fn the_guide_runs() {
    let commands = run_all("docs/guide.md");
    let help = String::from_utf8(brenier(root(), "--help").stdout).unwrap();
    let list = help.split_once("Commands:").unwrap().1.split_once("Options:").unwrap().0;
    let names: Vec<&str> = list.lines().filter_map(|l| l.split_whitespace().next()).filter(|n| *n != "help").collect();
    assert!(names.len() >= 12, "{names:?}");
    let guide = read("docs/guide.md");
    for name in names {
        assert!(commands.iter().any(|c| c.arguments.split(' ').next() == Some(name)), "the guide runs no {name}");
        assert!(guide.contains(&format!("\n## {name}\n")), "the guide has no section for {name}");
        assert!(guide.contains(&format!("(#{name})")), "the guide's table has no {name}");
    }
}

/// What the README's table says of every pair of a command and a source.
#[test]
fn the_table_of_the_readme_is_true() {
    let folder = folder();
    let at = folder.path();
    let points = "x,y,mass\n0.3,0.4,0.125\n0.7,0.2,0.25\n0.5,0.8,0.125\n";
    std::fs::write(at.join("three.csv"), points).unwrap();
    let surface = r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "data/spot.obj"},
        "sites": [[0, 0, 0], [0.4, 0.2, 0.1], [0, 0.6, 0.3]]"#;
    let plane = r#"{"format": "brenier/problem", "version": 1, "sites": [[0.3, 0.4], [0.7, 0.2], [0.5, 0.8]]"#;
    let mesh = r#""domain": {"type": "mesh", "path": "data/plate.obj"}"#;
    let square = r#""domain": {"type": "box", "min": [0, 0], "max": [1, 1]}"#;
    let image = format!(r#"{square}, "density": {{"type": "image", "path": "data/still.png"}}"#);
    let partial = format!(r#"{square}, "masses": [0.125, 0.25, 0.125], "partial": true"#);
    let sources = BTreeMap::from([
        ("polygon", (format!("{plane}, {square}"), "square", "")),
        ("mesh", (format!("{plane}, {mesh}"), "data/plate.obj", "")),
        ("image", (format!("{plane}, {image}"), "image", "--density image:data/still.png")),
        ("partial", (format!("{plane}, {partial}"), "square", "--partial")),
        ("surface", (surface.to_string(), "data/spot.obj", "")),
    ]);
    let text = read("README.md");
    let mut rows =
        text.lines().filter(|l| l.starts_with("| ")).map(|l| l.split('|').map(str::trim).collect::<Vec<_>>());
    let head = rows.next().expect("a table");
    let mut pairs = 0;
    for (k, source) in head.iter().enumerate().filter(|(k, cell)| *k > 2 && !cell.is_empty()) {
        let (problem, domain, flags) = &sources[source];
        std::fs::write(at.join("p.json"), format!("{problem}}}")).unwrap();
        std::fs::write(at.join("h.json"), format!(r#"{problem}, "heights": [0, 0, 0]}}"#)).unwrap();
        let solved = brenier(at, "solve p.json -o s.json");
        let spatial = *source == "surface";
        std::fs::write(at.join("x.csv"), if spatial { "0.1,0.1,0.1\n" } else { "0.5,0.5\n" }).unwrap();
        for row in
            text.lines().filter(|l| l.starts_with("| <img")).map(|l| l.split('|').map(str::trim).collect::<Vec<_>>())
        {
            let name = row[2].trim_start_matches('[').split(']').next().unwrap();
            let ran = match name {
                "solve" => solved.clone(),
                "quantize" => brenier(at, &format!("quantize --domain {domain} {flags} -n 6 --steps 1 -o q.json")),
                "parameterize" if *source == "mesh" || spatial => {
                    brenier(at, &format!("parameterize {domain} -o uv.obj"))
                }
                "parameterize" => brenier(at, "parameterize p.json -o uv.obj"),
                "diagram" => brenier(at, "diagram h.json -o d.json"),
                "check" => brenier(at, "check s.json"),
                "map" => brenier(at, "map s.json --points x.csv -o y.csv"),
                "interpolate" => brenier(at, "interpolate s.json --t 0.5 -o o.json"),
                "alexandrov" => brenier(at, "alexandrov s.json -o o.obj"),
                "sample" => brenier(at, "sample s.json -n 5 -o o.csv"),
                "cells" => brenier(at, "cells s.json -o o.geojson"),
                "plot" => brenier(at, "plot s.json -o o.svg"),
                "remesh" => brenier(at, "remesh s.json -o o.ply"),
                name => brenier(at, &format!("{name} s.json -o o.json")),
            };
            // A parameterization may miss an aim, and three sites may be too few for a mesh: there
            // a result is an answer.
            let does = matches!(ran.status.code(), Some(0 | 1));
            let said = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(!row[k].is_empty(), does, "{name}, {source}: the table says {}\n{said}", row[k]);
            pairs += 1;
        }
    }
    assert_eq!(pairs, 13 * 5);
}

#[test]
fn command_lines_are_found() {
    let text = "```sh\n$ no\n```\n```console\n$ brenier a \\\n    b\nline\n$ brenier c\n```\n";
    let found: Vec<(String, usize)> = shown(text).into_iter().map(|s| (s.arguments, s.output.len())).collect();
    assert_eq!(found, [("a b".to_string(), 1), ("c".to_string(), 0)]);
    assert!(alike("cost  1.0000001, so", "cost 1.0000002, so") && !alike("2 cells", "3 cells") && !alike("a", "a b"));
}
