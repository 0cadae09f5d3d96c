//! Files: formats of points, large arrays beside the solution, and writes that are whole or
//! nothing.

use crate::support::{Folder, csv, points, square, without_times};
use brenier::io::{NpzReader, write_npy};

#[test]
fn inputs_are_not_overwritten() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(5)));
    f.write("p.json", square(r#""sites": [[0.25, 0.5], [0.75, 0.5]], "weights": [0, 0]"#));
    let lost = "p.json: is an input and would be overwritten; give the output another name";
    for arguments in ["solve p.json -o p.json", "diagram p.json -o p.json"] {
        assert_eq!(f.error(2, arguments), lost, "{arguments}");
    }
    // Told before anything is read, so not that it is an input.
    let other = "p.json: holds something that is no state of the solver; give the output another name";
    assert_eq!(f.error(2, "solve p.json -o s.json --checkpoint p.json"), other);
    assert_eq!(f.error(2, "solve p.json -o ./p.json"), format!("./{lost}"));
    // A table under another name, for a state of the solver is not written over what ends like a
    // table.
    std::fs::hard_link(f.path("y.csv"), f.path("y.state")).unwrap();
    assert_eq!(
        f.error(2, "solve --domain square --points y.csv -o s.json --checkpoint y.state"),
        other.replace("p.json", "y.state")
    );
    let twice = "c.json: is named for two outputs; give the output another name";
    assert_eq!(f.error(2, "solve p.json -o c.json --checkpoint c.json"), twice);
    f.expect(0, "solve p.json -o s.json");
    // Nor what a problem refers to.
    f.write("r.json", square(r#""sites": {"path": "y.csv"}"#));
    assert_eq!(f.error(2, "solve r.json -o s.json --checkpoint y.state"), other.replace("p.json", "y.state"));
    // What is there may be replaced.
    f.expect(0, "solve p.json -o s.json");
}

#[test]
fn every_format_of_points_gives_the_same_solution() {
    let f = Folder::new();
    let y = points(30);
    let lines = |line: &dyn Fn(&[f64; 2]) -> String| y.iter().map(line).collect::<String>();
    f.write("y.csv", "x,y\n".to_string() + &csv(&y));
    f.write("y.txt", lines(&|p| format!("{:e} {:e}\n", p[0], p[1])));
    f.write("y.xyz", lines(&|p| format!("{:?} {:?} 0.5\n", p[0], p[1])));
    f.write("y.obj", lines(&|p| format!("v {:?} {:?} 0.5\n", p[0], p[1])) + "f 1 2 3\n");
    let mut npy = Vec::new();
    write_npy(&mut npy, 2, y.as_flattened()).unwrap();
    f.write("y.npy", npy);
    let m: Vec<f64> = (0..30).map(|k| 1.0 + f64::from(k % 7)).collect();
    f.write("m.txt", m.iter().map(|v| format!("{v}\n")).collect::<String>());
    f.write("m.csv", m.iter().map(|v| format!("{v}\n")).collect::<String>());
    let mut npy = Vec::new();
    write_npy(&mut npy, 1, &m).unwrap();
    f.write("m.npy", npy);
    let mut seen = Vec::new();
    for (points, masses) in [("csv", "txt"), ("txt", "csv"), ("xyz", "npy"), ("obj", "npy"), ("npy", "txt")] {
        let run = f.expect(0, &format!("solve --domain square --points y.{points} --masses m.{masses} -o s.json"));
        let flat = points == "xyz" || points == "obj";
        assert_eq!(run.out.contains("has 3 numbers per point; x and y are used"), flat, "{points}");
        f.expect(0, "check s.json");
        let s = f.json("s.json");
        seen.push((s["heights"].to_string(), s["problem"]["sha256"].to_string()));
    }
    assert!(seen.iter().all(|s| *s == seen[0]));
    // The same again through a problem file that refers to them.
    f.write("p.json", square("\"sites\": {\"path\": \"y.npy\"}, \"masses\": {\"path\": \"m.csv\"}"));
    f.expect(0, "solve p.json -o s.json");
    assert_eq!(f.json("s.json")["heights"].to_string(), seen[0].0);
    assert!(f.json("s.json")["problem"]["files"]["m.csv"].is_string());
    f.expect(0, "check s.json");
}

#[test]
fn domains_from_files() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(10)));
    f.write("hexagon.txt", "2 0\n1 1.5\n-1 1.5\n-2 0\n-1 -1.5\n1 -1.5\n");
    f.write("box.json", "{\"type\": \"box\", \"min\": [0, 0], \"max\": [2, 1]}");
    for domain in ["hexagon.txt", "box.json"] {
        f.expect(0, &format!("solve --domain {domain} --points y.csv -o s.json --density affine:0,0.25,1"));
        f.expect(0, "check s.json");
    }
    f.write("dart.csv", "0,0\n4,0\n1,1\n0,4\n");
    let run = f.expect(0, "solve --domain dart.csv --points y.csv -o s.json");
    assert!(run.out.contains("a polygon of 4 vertices"), "{}", run.out);
    f.expect(0, "check s.json");
    f.write("bow.csv", "0,0\n4,4\n4,0\n0,4\n");
    let text = f.error(3, "solve --domain bow.csv --points y.csv -o s.json");
    let edges = "edge 0 of the outer ring ([0.0, 0.0] to [4.0, 4.0]) crosses edge 2 of the outer ring ([4.0, 0.0] to [0.0, 4.0])";
    assert_eq!(text, format!("bow.csv: {edges}; rings may touch, but not cross"));
}

#[test]
fn paths_are_relative_to_the_file_that_names_them() {
    let f = Folder::new();
    for folder in ["data", "out", "data/sites"] {
        std::fs::create_dir(f.path(folder)).unwrap();
    }
    f.write("data/sites/y.csv", csv(&points(5)));
    f.write("data/p.json", square("\"sites\": {\"path\": \"sites/y.csv\"}"));
    f.expect(0, "solve data/p.json -o out/s.json");
    assert_eq!(f.json("out/s.json")["problem"]["path"], "../data/p.json");
    f.expect(0, "check out/s.json");
    f.expect(0, "plot out/s.json -o out/s.svg");
    let moved = f.command("check s.json").current_dir(f.path("out")).status().unwrap();
    assert!(moved.success());
}

#[test]
fn large_arrays_stand_beside_the_solution() {
    let f = Folder::new();
    let n = 100_000;
    f.write("y.csv", csv(&points(n)));
    f.expect(1, "solve --domain square --points y.csv -o s.json --max-iterations 0 --hessian");
    let s = f.json("s.json");
    let name = s["heights"]["path"].as_str().unwrap().to_string();
    assert_eq!(f.names(), [name.as_str(), "s.json", "y.csv"]);
    assert!(name.starts_with("s-") && name.ends_with(".npz"));
    let bytes = std::fs::read(f.path(&name)).unwrap();
    assert_eq!(s["heights"]["sha256"], brenier::io::sha256_hex(&bytes));
    let npz = NpzReader::new(bytes.clone()).unwrap();
    let names: Vec<&str> = npz.names().collect();
    assert_eq!(
        names,
        ["heights", "heights_lo", "weights", "masses", "centroids", "hessian", "hidden", "problem_sites"]
    );
    assert_eq!(npz.array("centroids").unwrap().rows, n);
    assert!(f.path("s.json").metadata().unwrap().len() < 100_000);
    // Levels below 5 are quick; the arrays and the problem inside are read back.
    f.expect(0, "check s.json --level 3");
    f.expect(0, "plot s.json -o s.svg");
    assert!(f.path("s.svg").metadata().unwrap().len() < 8_000_000);
    // A later solution replaces the arrays of the earlier one.
    f.expect(1, "solve --domain square --points y.csv -o s.json --max-iterations 1");
    let later = f.json("s.json")["heights"]["path"].as_str().unwrap().to_string();
    assert_ne!(later, name);
    assert_eq!(f.names(), [later.as_str(), "s.json", "s.svg", "y.csv"]);
    // One changed bit in the arrays is noticed.
    let mut bytes = std::fs::read(f.path(&later)).unwrap();
    bytes[5000] ^= 1;
    f.write(&later, bytes);
    let text = f.error(3, "check s.json");
    assert!(text.starts_with(&format!("{later}: has sha256 ")) && text.contains("but s.json means"), "{text}");
    // A small solution of the same name leaves no arrays behind.
    f.write("y.csv", csv(&points(10)));
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    assert_eq!(f.names(), ["s.json", "s.svg", "y.csv"]);
}

#[cfg(unix)]
#[test]
fn kill_9_during_a_write_never_leaves_a_torn_file() {
    use std::process::Stdio;
    let f = Folder::new();
    let n = 2000;
    let problem = |weight: f64| {
        let weights = vec![weight.to_string(); n].join(",");
        square(&format!("\"sites\": {:?}, \"weights\": [{weights}]", points(n)))
    };
    f.write("a.json", problem(0.0));
    f.write("b.json", problem(1.0));
    let diagram = |name: &str| f.command(&format!("diagram {name}.json -o d.json --cells --quiet"));
    let begun = std::time::Instant::now();
    assert!(diagram("a").status().unwrap().success());
    let whole = begun.elapsed();
    let content = || without_times(f.json("d.json")).to_string();
    let a = content();
    assert!(diagram("b").status().unwrap().success());
    let b = content();
    assert!(a != b);
    // Each run is hit a little later than the last one that was hit, and a little earlier than one
    // that had ended: the instants draw near to the end of a run, where it writes, however fast the
    // machine is from one run to the next.
    let mut pause = whole / 2;
    let mut killed = 0;
    for k in 0..24 {
        let name = if k % 2 == 0 { "a" } else { "b" };
        let mut child = diagram(name).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(pause);
        let _ = child.kill(); // fails if it has ended, which is as good
        let hit = !child.wait().unwrap().success();
        let now = content(); // parses, or panics
        assert!(now == a || now == b, "neither the old nor the new file after {pause:?}");
        killed += u32::from(hit);
        pause = if hit { pause * 21 / 20 } else { pause * 9 / 10 };
    }
    assert!(killed > 0, "no run was hit");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_exit_5_and_leaves_the_old_file() {
    use std::process::Command;
    let f = Folder::new();
    f.write("y.csv", csv(&points(2000)));
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    let before = f.read("s.json");
    let brenier = env!("CARGO_BIN_EXE_brenier");
    // A limit on the size of files, in blocks of 512 bytes or more, stands for a disk that is full.
    // Its signal does not end the program.
    let script = format!("ulimit -f 20; exec '{brenier}' solve --domain square --points y.csv -o s.json");
    let output = Command::new("sh").args(["-c", &script]).current_dir(f.path("")).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{err}");
    assert!(err.starts_with("error: s.json: cannot write: "), "{err}");
    assert_eq!(f.read("s.json"), before);
    assert!(err.contains("see the limit of the shell"), "{err}");
    assert_eq!(f.names(), ["s.json", "y.csv"], "no litter");
    let said = f.command("check s.json").stdout(std::fs::File::create("/dev/full").unwrap()).output().unwrap();
    let err = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(5), "{err}");
    assert!(err.contains("standard output: cannot write: no space left on the disk; free some"), "{err}");
    let full = f.run("solve --domain square --points y.csv -o /dev/full");
    assert_eq!(full.code, 5, "{}", full.err);
}

/// An encoder between the program and the disk must not lose what the disk said.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_its_cure_whatever_is_written() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(20)));
    f.write("m.obj", "v 0 0 0\nv 1 0 0\nv 1 1 .2\nv 0 1 0\nv .5 .5 .3\nf 1 2 5\nf 2 3 5\nf 3 4 5\nf 4 1 5\n");
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    let outputs = [
        ("plot s.json -o", &["png", "svg", "html"][..]),
        ("map s.json --points y.csv -o", &["csv", "txt", "npy"]),
        ("sample s.json -n 9 -o", &["csv", "npy"]),
        ("parameterize m.obj -o", &["obj", "ply", "glb", "gltf"]),
        ("alexandrov s.json -o", &["obj", "ply"]),
    ];
    for (command, endings) in outputs {
        for ending in endings {
            let out = format!("full.{ending}");
            if !f.path(&out).is_symlink() {
                std::os::unix::fs::symlink("/dev/full", f.path(&out)).unwrap();
            }
            let told = f.run(&format!("{command} {out}"));
            assert_eq!(told.code, 5, "{command} {out}: {}", told.err);
            assert!(told.err.contains("cannot write: no space left on the disk; free some"), "{command}: {}", told.err);
        }
    }
}
