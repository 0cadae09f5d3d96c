//! No output takes the place of an input or of another output: all commands, all flags that name
//! outputs, all files a run reads, however they are spelled. Which flags there are, the program's
//! own help says.

use crate::support::{Folder, csv, points, square};
use brenier::io::{NpzWriter, write_npy};
use std::collections::BTreeSet;

/// Outputs of each command and an ending that fits; `!` marks those that must be given.
const OUTPUTS: &[(&str, &[(&str, &str)])] = &[
    ("solve", &[("--output!", "json"), ("--plot", "svg"), ("--checkpoint", "state"), ("--cells", "npz")]),
    ("quantize", &[("--output!", "json"), ("--plot", "png")]),
    ("parameterize", &[("--output!", "obj"), ("--report", "json"), ("--html", "html"), ("--plot", "png")]),
    ("diagram", &[("--output!", "json"), ("--plot", "svg"), ("--mesh", "ply")]),
    ("cells", &[("--output!", "geojson")]),
    ("check", &[]),
    ("map", &[("--output!", "csv")]),
    ("interpolate", &[("--output!", "json"), ("--plot", "svg")]),
    ("singular", &[("--output!", "json"), ("--plot", "svg")]),
    ("alexandrov", &[("--output!", "obj"), ("--plot", "html")]),
    ("sample", &[("--output!", "npz")]),
    ("plot", &[("--output!", "svg")]),
    ("remesh", &[("--output!", "ply")]),
    ("minkowski", &[("--output!", "obj"), ("--solution", "json"), ("--plot", "svg")]),
    ("curvature", &[("--output!", "ply"), ("--solution", "json"), ("--plot", "png")]),
    ("lens", &[("--output!", "stl"), ("--preview", "png")]),
    // Of its commands that write: `latent.rs`.
    ("latent", &[]),
    // Its own output is a folder.
    ("batch", &[("--report", "json")]),
];

/// What else is given a value: inputs, and values that are no files.
const INPUTS: &[&str] = &[
    "PROBLEM",
    "SOLUTION",
    "FILE",
    "MESH",
    "--domain",
    "--points",
    "--masses",
    "--density",
    "--resume",
    "--problem",
    "--boundary",
    "--seams",
    "--landmarks",
    "--start",
    "--values",
    "--ink",
    "--fit",
];
const VALUES: &[&str] = &[
    "--feature",
    "--periodic",
    "--facets",
    "--thickness",
    "--columns",
    "--threads",
    "--max-memory",
    "--time-limit",
    "--tol",
    "--max-iterations",
    "--sites",
    "--steps",
    "--seed",
    "--area-weight",
    "--landmark-weight",
    "--view",
    "--up",
    "--size",
    "--level",
    "--kind",
    "--temperature",
    "--t",
    "--frames",
    "--deviations",
    "--factor",
    "--ratio",
    "--color",
    "--positions",
    "--samples",
    "--method",
    "--cell",
    "--what",
    "--offset",
    "--total",
    "--tolerance",
    "--format",
    "--jobs",
    "--output",
    "--palette",
    "--legend",
    "--title",
    "--label",
    "--stroke",
    "--radius",
    "--levels",
    "--width",
    "--max-stretch",
    "--charts",
    "--padding",
    "--texture",
    "--fill-holes",
    "--voxels",
    "--explode",
];

/// Runs and every file they read, those that other files name included.
const RUNS: &[(&str, &str)] = &[
    ("solve p.json", "p.json m.obj y.csv w.csv h.csv"),
    ("solve q.json", "q.json i.npy"),
    ("solve p.json --resume c", "p.json c"),
    ("solve p.json --start e.json", "p.json e.json"),
    ("batch p.json q.json -o out", "p.json q.json"),
    ("solve --domain d.json --points y.csv --masses w.csv", "d.json m.obj y.csv w.csv"),
    ("solve --domain b.json --points y.csv --density image:i.npy", "b.json y.csv i.npy"),
    ("solve --domain o.obj --points z.csv", "o.obj z.csv"),
    ("quantize --domain d.json --points y.csv --masses w.csv --steps 1", "d.json m.obj y.csv w.csv"),
    ("quantize --domain b.json --density image:i.npy -n 4 --steps 1", "b.json i.npy"),
    ("quantize --domain o.obj -n 4 --steps 1", "o.obj"),
    ("quantize --domain b.json --points y.csv --fit y.csv --steps 1", "b.json y.csv"),
    (
        "parameterize hill.obj --boundary poly.csv --seams seams.csv --landmarks marks.csv --density dens.txt",
        "hill.obj poly.csv seams.csv marks.csv dens.txt",
    ),
    ("diagram p.json", "p.json m.obj y.csv w.csv h.csv"),
    ("diagram a.json", "a.json a.npz p.json m.obj y.csv w.csv"),
    ("diagram u.json", "u.json o.obj z.csv"),
    ("cells a.json --values w.csv", "a.json a.npz p.json m.obj y.csv w.csv"),
    ("cells p.json", "p.json m.obj y.csv w.csv h.csv"),
    ("cells v.json", "v.json u.json o.obj z.csv"),
    ("check a.json", ""),
    ("map a.json --points x.csv", "a.json a.npz p.json m.obj y.csv w.csv x.csv"),
    ("map a.json --points x.csv --problem copy.json", "a.json a.npz copy.json p.json m.obj y.csv x.csv"),
    ("map v.json --points z.csv", "v.json u.json o.obj z.csv"),
    ("interpolate a.json --t 0.5", "a.json a.npz p.json m.obj y.csv w.csv"),
    ("singular a.json", "a.json a.npz p.json m.obj y.csv w.csv"),
    ("alexandrov e.json", "e.json q0.json"),
    ("sample a.json -n 9", "a.json a.npz p.json m.obj y.csv w.csv"),
    ("sample v.json -n 9", "v.json u.json o.obj z.csv"),
    ("plot a.json", "a.json a.npz p.json m.obj y.csv w.csv"),
    ("plot a.json --values w.csv", "a.json w.csv"),
    ("plot a.json --ink still.png", "a.json still.png"),
    ("plot p.json", "p.json m.obj y.csv w.csv h.csv"),
    ("plot a.json --problem copy.json", "a.json a.npz copy.json p.json m.obj y.csv"),
    ("minkowski crystal.csv --adjust", "crystal.csv"),
    ("curvature rays.csv --adjust", "rays.csv"),
    ("lens lens.json --facets 99", "lens.json still.png"),
    ("latent check codes.json --points 1000", ""),
    ("remesh v.json", "v.json u.json o.obj z.csv"),
    ("remesh v.json --problem ucopy.json", "v.json ucopy.json u.json o.obj z.csv"),
];

/// Every kind of input.
fn inputs() -> Folder {
    let f = Folder::new();
    f.write("m.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3\nf 1 3 4\n");
    f.write("y.csv", csv(&points(4)));
    f.write("x.csv", csv(&points(3)));
    f.write("w.csv", "1\n2\n1\n1\n");
    f.write("h.csv", "0\n0\n0.01\n0\n");
    f.write("z.csv", "1,1.01,1\n1,-1,-1.02\n-1.01,1,-1\n-1,-1.03,1\n");
    f.write(
        "o.obj",
        "v 1 0 0\nv -1 0 0\nv 0 1 0\nv 0 -1 0\nv 0 0 1\nv 0 0 -1\nf 1 3 5\nf 3 2 5\nf 2 4 5\nf 4 1 5\nf 3 1 6\nf 2 3 6\nf 4 2 6\nf 1 4 6\n",
    );
    for name in ["crystal.csv", "rays.csv", "lens.json", "still.png"] {
        let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        f.write(name, std::fs::read(data).unwrap());
    }
    f.write("codes.csv", "0,0,0,1\n0,0,1,0\n0,1,0,0\n1,0,0,0\n");
    f.expect(0, "latent solve codes.csv -o codes.json --tol 0.3");
    f.write("d.json", r#"{"type": "mesh", "path": "m.obj"}"#);
    f.write("b.json", r#"{"type": "box", "min": [0, 0], "max": [1, 1]}"#);
    let mut npy = Vec::new();
    write_npy(&mut npy, 2, &[1.0, 2.0, 3.0, 4.0]).unwrap();
    f.write("i.npy", npy);
    let head = r#"{"format": "brenier/problem", "version": 1,"#;
    let plane = format!(
        r#"{head} "domain": {{"type": "mesh", "path": "m.obj"}}, "sites": {{"path": "y.csv"}}, "masses": {{"path": "w.csv"}}, "weights": {{"path": "h.csv"}}}}"#
    );
    f.write("p.json", &plane);
    f.write("copy.json", plane);
    let space = format!(
        r#"{head} "domain": {{"type": "mesh", "path": "o.obj"}}, "sites": {{"path": "z.csv"}}, "weights": [0, 0, 0, 0]}}"#
    );
    f.write("u.json", &space);
    f.write("ucopy.json", space);
    f.write("q.json", square(r#""density": {"type": "image", "path": "i.npy"}, "sites": [[0.25, 0.5], [0.75, 0.5]]"#));
    f.write("q0.json", square(r#""sites": [[0.25, 0.5], [0.75, 0.5]]"#));
    f.write(
        "hill.obj",
        "v 0 0 0\nv 1 0 0\nv 2 0 0\nv 0 1 0\nv 1 1 1\nv 2 1 0\nv 0 2 0\nv 1 2 0\nv 2 2 0\n\
         f 1 2 5\nf 1 5 4\nf 2 3 6\nf 2 6 5\nf 4 5 8\nf 4 8 7\nf 5 6 9\nf 5 9 8\n",
    );
    f.write("poly.csv", "0,0\n1,0\n1,1\n0,1\n");
    f.write("seams.csv", "0,1\n");
    f.write("marks.csv", "4,0.5,0.5\n");
    f.write("dens.txt", "1\n".repeat(9));
    f.expect(0, "solve p.json -o s.json --checkpoint c");
    f.expect(0, "solve q0.json -o e.json");
    f.expect(0, "solve u.json -o v.json");
    // The same solution with its lists in an archive, as large ones have them.
    let mut solution = f.json("s.json");
    let mut npz = NpzWriter::new(Vec::new());
    for key in ["heights", "heights_lo", "weights", "masses"] {
        let values: Vec<f64> = serde_json::from_value(solution[key].take()).unwrap();
        npz.add(key, 0, &values).unwrap();
        solution[key] = serde_json::json!({"path": "a.npz", "array": key});
    }
    f.write("a.npz", npz.finish().unwrap());
    f.write("a.json", solution.to_string());
    f
}

fn outputs(command: &str) -> &'static [(&'static str, &'static str)] {
    OUTPUTS.iter().find(|o| o.0 == command).unwrap_or_else(|| panic!("{command}: name its outputs here")).1
}

/// Arguments that take values, of a command's help: flags by their long names, others by what
/// stands for them.
fn arguments(help: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in help.lines().map(str::trim) {
        let words: Vec<&str> = line.split([' ', ',']).filter(|w| !w.is_empty()).take(3).collect();
        let long = words.iter().take(2).find(|w| w.starts_with("--"));
        match (long, words.first()) {
            (Some(flag), _) if words.iter().any(|w| w.starts_with('<')) => found.insert(flag.to_string()),
            (None, Some(w)) if (w.starts_with('<') || w.starts_with('[')) && w.ends_with(['>', ']']) => {
                found.insert(w.trim_matches(['<', '>', '[', ']']).to_string())
            }
            _ => false,
        };
    }
    found
}

#[test]
fn every_argument_of_every_command_is_known_here() {
    let f = Folder::new();
    let help = f.expect(0, "--help").out;
    let list = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let commands: Vec<&str> = list.lines().filter_map(|l| l.strip_prefix("  ")?.split(' ').next()).collect();
    let commands: Vec<&str> = commands.into_iter().filter(|c| !c.is_empty() && *c != "help").collect();
    assert!(commands.len() >= 12, "{commands:?}");
    for command in commands {
        let outputs: Vec<&str> = outputs(command).iter().map(|o| o.0.trim_end_matches('!')).collect();
        let found = arguments(&f.expect(0, &format!("{command} --help")).out);
        for argument in &found {
            let known = [&outputs[..], INPUTS, VALUES].iter().any(|list| list.contains(&argument.as_str()));
            assert!(
                known,
                "{command} {argument}: name it among the outputs, the inputs or the values, and try it below"
            );
        }
        assert!(outputs.iter().all(|o| found.contains(*o)), "{command}: {outputs:?} in {found:?}");
        let runs: Vec<&str> = RUNS.iter().map(|r| r.0).filter(|r| r.split(' ').next() == Some(command)).collect();
        let text = runs.join(" ");
        for argument in found.iter().filter(|a| a.starts_with("--") && INPUTS.contains(&a.as_str())) {
            let short = runs.iter().any(|r| r.contains(argument.as_str()));
            // One solution with another problem, values, or colours of a picture, stands for all:
            // the same function reads them.
            assert!(
                short || ["--problem", "--values", "--ink"].contains(&argument.as_str()),
                "{command} {argument}: no run below uses it: {text}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn no_output_takes_the_place_of_an_input() {
    use std::os::unix::fs::symlink;
    let f = inputs();
    for (run, read) in RUNS {
        let command = run.split(' ').next().unwrap();
        let given = |tested: &str, name: &str| {
            let all = outputs(command).iter().map(|(flag, ending)| match flag.strip_suffix('!') {
                _ if *flag == tested => format!(" {} {name}", flag.trim_end_matches('!')),
                Some(needed) => format!(" {needed} free.{ending}"),
                None => String::new(),
            });
            format!("{run}{}", all.collect::<String>())
        };
        // The run itself is sound.
        let sound = f.run(&given("", ""));
        assert!(sound.code <= 1, "{run}: {}", sound.err);
        for (flag, ending) in outputs(command) {
            // A mesh of cells is for surfaces.
            if (run.starts_with("diagram p.json") || run.starts_with("diagram a.json")) && *flag == "--mesh" {
                continue;
            }
            for input in read.split_whitespace() {
                let before = f.read_bytes(input);
                let link = format!("link.{ending}");
                for hard in [false, true] {
                    let _ = std::fs::remove_file(f.path(&link));
                    if hard {
                        std::fs::hard_link(f.path(input), f.path(&link)).unwrap();
                    } else {
                        symlink(input, f.path(&link)).unwrap();
                    }
                    let args = given(flag, &link);
                    if *flag == "--checkpoint" && input == "c" {
                        // Going on from a checkpoint and keeping the next one in its place is the
                        // usual way.
                        continue;
                    }
                    let text = f.error(2, &args);
                    // Of a state it is told before anything is read that something else is there.
                    let why = match *flag {
                        "--checkpoint" => "holds something that is no state of the solver",
                        _ => "is an input and would be overwritten",
                    };
                    let lost = format!("{link}: {why}; give the output another name");
                    assert_eq!(text, lost, "{args} over {input}");
                    assert!(f.read_bytes(input) == before, "{args} over {input}");
                }
                std::fs::remove_file(f.path(&link)).unwrap();
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn no_output_takes_the_place_of_another() {
    use std::os::unix::fs::symlink;
    let f = inputs();
    for (command, all) in OUTPUTS {
        let run = RUNS.iter().map(|r| r.0).rfind(|r| r.split(' ').next() == Some(command)).unwrap();
        for (k, (a, first)) in all.iter().enumerate() {
            for (b, second) in &all[k + 1..] {
                // One file that is not there yet, by two links.
                for ending in [first, second] {
                    let _ = std::fs::remove_file(f.path(&format!("link.{ending}")));
                    symlink("both", f.path(&format!("link.{ending}"))).unwrap();
                }
                let mut args = format!("{run} {} link.{first} {b} link.{second}", a.trim_end_matches('!'));
                let needed = all.iter().filter(|o| o.0.ends_with('!') && o.0 != *a && o.0 != *b);
                needed.for_each(|(flag, ending)| args += &format!(" {} free.{ending}", flag.trim_end_matches('!')));
                let text = f.error(2, &args);
                assert!(text.ends_with("is named for two outputs; give the output another name"), "{args}: {text}");
                assert!(!f.path("both").exists());
            }
        }
    }
}

/// Names that follow from others: pictures with numbers, the state of an interrupted solve.
#[test]
fn names_that_follow_from_others_are_outputs_too() {
    let f = inputs();
    let lost = "is an input and would be overwritten; give the output another name";
    f.write("way-1.svg", r#"<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>"#);
    f.write(
        "drawn.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "svg", "path": "way-1.svg"}, "sites": [[0.2, 0.5], [0.7, 0.4]]}"#,
    );
    f.expect(0, "solve drawn.json -o drawn-solved.json");
    assert_eq!(f.error(2, "interpolate drawn-solved.json --frames 3 --plot way.svg"), format!("way-1.svg: {lost}"));
    f.write("s.json.checkpoint", f.read("p.json"));
    let other = "holds something that is no state of the solver; give the output another name";
    assert_eq!(f.error(2, "solve s.json.checkpoint -o s.json"), format!("s.json.checkpoint: {other}"));
}

/// A name that promises another format than is written.
#[test]
fn endings_that_do_not_fit_are_refused_with_those_that_do() {
    let f = inputs();
    let before = f.names();
    for (command, all) in OUTPUTS {
        let run = RUNS.iter().map(|r| r.0).rfind(|r| r.split(' ').next() == Some(command)).unwrap();
        for (flag, ending) in *all {
            for name in ["bad.xlsx", "bad.json.gz", "bad.svg", "bad.csv", "bad.json", "-"] {
                // Any name fits a state; these fit other flags.
                let fits = *flag == "--checkpoint" && name != "-"
                    || name.ends_with(&format!(".{ending}"))
                    || *command == "quantize" && name == "bad.csv"
                    || *command == "sample" && name == "bad.csv"
                    || ["minkowski", "curvature"].contains(command) && name == "bad.json"
                    || (*command == "cells" || *flag == "--cells") && ["bad.csv", "bad.svg"].contains(&name)
                    || name == "bad.svg" && flag.starts_with("--plot")
                    || name == "-" && *ending == "json";
                if fits {
                    continue;
                }
                let mut args = format!("{run} {} {name}", flag.trim_end_matches('!'));
                let needed = all.iter().filter(|o| o.0.ends_with('!') && o.0 != *flag);
                needed.for_each(|(flag, ending)| args += &format!(" {} free.{ending}", flag.trim_end_matches('!')));
                let text = f.error(2, &args);
                let asks = name == "-" && text.starts_with("/dev/stdout: a st");
                assert!(asks || text.starts_with(&format!("{name}: ")), "{args}: {text}");
                assert!(name == "-" || text.contains(&format!(".{ending}")), "{args}: {text}");
            }
        }
    }
    assert!(f.error(2, "quantize --domain b.json -n 4 -o bad.obj").contains(".csv, .txt or .npy"));
    assert_eq!(f.names(), before, "nothing was written");
}

/// A state of the solver takes no name under which people keep other things.
#[test]
fn checkpoints_have_no_names_of_other_files() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(5)));
    f.write("photo.png", "not lost");
    for name in ["photo.png", "m.OBJ", "a.npz", "t.csv"] {
        let text = f.error(2, &format!("solve --domain square --points y.csv -o s.json --checkpoint {name}"));
        assert!(text.contains("a state of the solver is no table, mesh, picture or array"), "{name}: {text}");
    }
    assert_eq!(f.read("photo.png"), "not lost");
    f.write("empty", "");
    for name in ["c", "c.json", "c.checkpoint", "c.state", "empty"] {
        f.expect(0, &format!("solve --domain square --points y.csv -o s.json --checkpoint {name}"));
    }
    // Nor the place of a document that the run has nothing to do with; of an older state it does.
    f.write("notes.json", "{\"format\": \"my/notes\"}");
    f.write("old.checkpoint", "{\"format\": \"brenier/checkpoint\",\n \"version\": 1}");
    let text = f.error(2, "solve --domain square --points y.csv -o s.json --checkpoint notes.json");
    assert_eq!(text, "notes.json: holds something that is no state of the solver; give the output another name");
    assert_eq!(f.read("notes.json"), "{\"format\": \"my/notes\"}");
    f.expect(0, "solve --domain square --points y.csv -o s.json --checkpoint old.checkpoint");
}
