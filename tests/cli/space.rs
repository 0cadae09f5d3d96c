//! Space and tori from the command line.

use super::support::Folder;
use serde_json::Value;

fn sites(n: usize, d: usize) -> String {
    let mut state = 3u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 11) as f64 / (1u64 << 53) as f64).to_string()
    };
    (0..n).map(|_| (0..d).map(|_| draw()).collect::<Vec<_>>().join(",") + "\n").collect()
}

#[test]
fn the_whole_way_in_the_cube() {
    let f = Folder::new();
    f.write("y.csv", sites(30, 3));
    f.expect(0, "solve --domain cube --points y.csv -o s.json --hessian");
    let run = f.expect(0, "check s.json");
    assert!(run.out.contains("the exact measures of 30 cells sum to exactly the domain's"), "{}", run.out);
    assert!(run.out.contains("every vertex in exactly 4 cells"), "{}", run.out);
    for ending in ["vtu", "npz", "obj", "ply"] {
        f.expect(0, &format!("cells s.json -o c.{ending}"));
        assert!(std::fs::metadata(f.path(&format!("c.{ending}"))).unwrap().len() > 1000);
    }
    f.expect(0, "sample s.json -n 2000 -o x.csv --seed 4");
    f.write("x3.csv", "0.1,0.2,0.3\n0.9,0.9,0.1\n");
    f.expect(0, "map s.json --points x3.csv -o i.csv --kind cell");
    assert_eq!(f.read("i.csv").lines().count(), 2);
    f.expect(0, "plot s.json -o p.html --view 30,20");
    f.expect(0, "plot s.json -o p.png --view 30,20 --size 200x150");
    f.expect(0, "quantize --domain cube -n 8 --steps 3 -o q.json");
    f.expect(0, "check q.json");
    f.expect(0, "solve --domain cube --points y.csv --density affine:0,0,2,0 -o a.json");
    f.expect(0, "check a.json");
}

#[test]
fn the_whole_way_on_tori() {
    let f = Folder::new();
    f.write("y2.csv", sites(20, 2));
    f.write("y3.csv", sites(20, 3));
    f.expect(0, "solve --domain torus --points y2.csv -o s2.json --plot cells.svg");
    f.expect(0, "check s2.json");
    f.expect(0, "cells s2.json -o c.geojson");
    f.expect(0, "cells s2.json -o c.svg");
    f.expect(0, "sample s2.json -n 100 -o x.npy");
    f.expect(0, "quantize --domain torus -n 6 --steps 4 -o q.json");
    f.expect(0, "check q.json");
    f.expect(0, "solve --domain torus3 --points y3.csv -o s3.json");
    f.expect(0, "check s3.json");
    f.expect(0, "solve --domain cube --periodic xy --points y3.csv -o sxy.json");
    f.expect(0, "check sxy.json");
    f.expect(0, "solve --domain square --periodic x --points y2.csv -o sx.json");
    f.expect(0, "check sx.json");
    // In a pipe, and in one archive.
    f.expect(0, "solve --domain torus3 --points y3.csv -o s.npz");
    f.expect(0, "check s.npz");
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "torus", "min": [0, 0], "max": [1, 2]},
            "sites": [[0.5, 0.5], [1.25, -0.5]], "weights": [0.25, 0]}"#,
    );
    let run = f.expect(0, "diagram p.json -o d.json --cells");
    assert!(run.out.contains("1 site lay outside of the box and was wrapped into it"), "{}", run.out);
    let d: Value = f.json("d.json");
    assert_eq!(d["weights"], serde_json::json!([0.25, 0.0]));
    assert_eq!(d["cells"].as_array().unwrap().len(), 2);
    f.expect(0, "check d.json");
    f.expect(0, "solve p.json -o w.json");
    f.expect(0, "check w.json");
}

#[test]
fn wrong_arguments() {
    let f = Folder::new();
    f.write("y2.csv", sites(4, 2));
    f.write("y3.csv", sites(4, 3));
    f.error(2, "solve --domain cube --periodic w --points y3.csv -o s.json");
    f.error(2, "solve --domain disk --periodic x --points y2.csv -o s.json");
    f.error(2, "solve --domain square --periodic z --points y2.csv -o s.json");
    f.error(3, "solve --domain cube --points y2.csv -o s.json");
    f.error(2, "solve --domain torus --points y2.csv --partial -o s.json");
    f.error(3, "solve --domain torus --points y2.csv --density affine:1,0,1 -o s.json");
    f.expect(0, "solve --domain cube --points y3.csv -o s.json");
    f.error(2, "cells s.json -o c.geojson");
    f.error(2, "interpolate s.json -t 0.5 -o c.csv");
    f.error(2, "map s.json --points y3.csv --kind smooth -o c.csv");
}

/// The numbers of a section of a file of Neper, line by line.
fn section<'t>(text: &'t str, name: &str) -> Vec<Vec<&'t str>> {
    let lines = text.lines().skip_while(|l| l.trim() != name).skip(1);
    let own = lines.take_while(|l| !l.trim_start().starts_with('*'));
    own.map(|l| l.split_whitespace().collect()).collect()
}

/// Every format of cells in space, from all commands that write them.
#[test]
fn files_of_cells_in_space() {
    let f = Folder::new();
    f.write("y.csv", sites(25, 3));
    for (domain, torus) in [("cube", false), ("torus3", true)] {
        f.expect(0, &format!("solve --domain {domain} --points y.csv -o s.json --cells s.vtu"));
        for ending in ["vtu", "npz", "obj", "ply", "stl", "tess", "vti", "npy"] {
            let voxels = if ["vti", "npy"].contains(&ending) { "--voxels 16" } else { "" };
            f.expect(0, &format!("cells s.json -o c.{ending} {voxels}"));
            assert!(std::fs::metadata(f.path(&format!("c.{ending}"))).unwrap().len() > 1000);
        }
        assert_eq!(std::fs::read(f.path("s.vtu")).unwrap(), std::fs::read(f.path("c.vtu")).unwrap());
        f.expect(0, "diagram s.json -o d.json --cells d.tess");
        let text = f.read("c.tess");
        assert_eq!(text, f.read("d.tess"));
        assert!(text.starts_with("***tess\n **format\n   3.5\n") && text.ends_with("***end\n"));
        let count = |name: &str| -> usize { section(&text, name)[0][0].parse().unwrap() };
        let all = ["**vertex", "**edge", "**face", "**polyhedron"].map(count);
        let copies = match torus {
            true => {
                let at = text.find("**periodicity").unwrap();
                ["*vertex", "*edge", "*face"].map(|name| section(&text[at..], name)[0][0].parse::<usize>().unwrap())
            }
            false => [0; 3],
        };
        let [v, e, faces] = [0, 1, 2].map(|k| all[k] - copies[k]);
        assert_eq!((v + faces, all[3]), (e + 25 + usize::from(!torus), 25));
        // Each edge of a face runs to where the next one begins.
        let edges: Vec<[i64; 2]> =
            section(&text, "**edge")[1..].iter().map(|l| [l[1].parse().unwrap(), l[2].parse().unwrap()]).collect();
        let lines = section(&text, "**face");
        for four in lines[1..].chunks(4) {
            let numbers = |l: &[&str]| l.iter().map(|n| n.parse::<i64>().unwrap()).collect::<Vec<_>>();
            let (corners, sides) = (numbers(&four[0][2..]), numbers(&four[1][1..]));
            for (k, side) in sides.iter().enumerate() {
                let [a, b] = edges[side.unsigned_abs() as usize - 1];
                let ends = if *side > 0 { [a, b] } else { [b, a] };
                assert_eq!(ends, [corners[k], corners[(k + 1) % corners.len()]]);
            }
        }
        if !torus {
            // The corners of the cube are vertices of cells.
            let at = text.find("**domain").unwrap();
            let own = section(&text[at..], "*vertex");
            assert!(own[1..].chunks(2).all(|pair| pair[1][0] == "1" && pair[1][1] != "0"), "{own:?}");
            assert_eq!(own[1][4], "x0y0z0");
        }
    }
    f.expect(0, "cells s.json -o e.stl --explode 0.5");
    f.expect(0, "cells s.json -o v.npy --voxels 4x5x6");
    assert_eq!(std::fs::read(f.path("v.npy")).unwrap().len(), 128 + 4 * 120);
    f.write("y2.csv", sites(9, 2));
    f.expect(0, "solve --domain torus --points y2.csv -o s2.json --cells flat.csv");
    f.expect(0, "cells s2.json -o flat.vti --voxels 20");
    f.expect(0, "solve --domain square --points y2.csv -o p.json --cells p.geojson");
    for (code, line) in [
        (2, "cells s.json -o c.geojson"),
        (2, "cells s.json -o c.vti --explode 1"),
        (2, "cells s.json -o c.vti --voxels 4x4"),
        (2, "cells s.json -o c.vtu --voxels 4"),
        (2, "cells s.json -o c.vti --voxels 0"),
        (2, "cells p.json -o p.tess"),
        (2, "cells p.json -o p.vti"),
        (2, "cells p.json -o p.csv --explode 1"),
        (2, "solve --domain square --points y2.csv -o q.json --cells q.stl"),
        (4, "cells s.json -o c.npy --voxels 4000"),
    ] {
        f.expect(code, line);
    }
}

/// Volumes and centroids of grains give seeds with such cells; where there are none it says so.
#[test]
fn a_map_of_grains() {
    let f = Folder::new();
    f.write("y.csv", sites(15, 3));
    let masses: Vec<f64> = (0..15).map(|k| 1.0 + 0.1 * f64::from(k)).collect();
    f.write("m.txt", masses.iter().map(|m| format!("{m}\n")).collect::<String>());
    f.expect(0, "solve --domain torus3 --points y.csv --masses m.txt -o s.json");
    let solved: Value = serde_json::from_str(&f.read("s.json")).unwrap();
    let row = |c: &Value| c.as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>().join(",") + "\n";
    f.write("c.csv", solved["centroids"].as_array().unwrap().iter().map(row).collect::<String>());
    let run = f.expect(0, "quantize --domain torus3 --fit c.csv --masses m.txt -o g.json --json");
    let told: Value = serde_json::from_str(&run.out).unwrap();
    assert!(told["fitted"] == true && told["off"].as_f64().unwrap() <= 1e-4, "{told}");
    f.expect(0, "check g.json");
    f.write("none.csv", "0.5,0.5,0.5\n0.5,0.5,0.51\n0.5,0.51,0.5\n");
    f.expect(1, "quantize --domain cube --fit none.csv --steps 4 --tol 1e-3 -o n.json");
    f.expect(0, "quantize --domain cube --fit none.csv --steps 2 -o n.json");
    f.expect(3, "quantize --domain cube --fit none.csv --points y.csv -o n.json");
    f.expect(2, "quantize --domain cube --fit none.csv -n 3 -o n.json");
}

/// Cells on their way to the sites, as polyhedra.
#[test]
fn half_way_in_space() {
    let f = Folder::new();
    f.write("y.csv", sites(8, 3));
    f.expect(0, "solve --domain cube --points y.csv -o s.json");
    let run = f.expect(0, "interpolate s.json --t 0.5 -o h.vtu");
    assert!(run.out.contains("8 polyhedra"), "{}", run.out);
    f.expect(0, "interpolate s.json --t 0.9 -o h.stl");
    f.expect(2, "interpolate s.json --t 1 -o h.vtu");
    f.expect(2, "interpolate s.json --t 0.5 -o h.json");
    f.expect(2, "interpolate s.json --t 0.5 -o h.vtu --plot h.svg");
}

/// A metric goes the whole way, and is refused where there is none.
#[test]
fn a_metric_goes_the_whole_way() {
    let f = Folder::new();
    f.write("y.csv", sites(20, 3));
    let rows: Vec<String> = sites(20, 3).lines().map(|l| format!("[{l}]")).collect();
    let text = |domain: &str, metric: &str| {
        let (format, sites) = ("\"format\":\"brenier/problem\",\"version\":1", rows.join(","));
        format!("{{{format},\"domain\":{domain},\"metric\":{metric},\"sites\":[{sites}]}}")
    };
    let torus = "{\"type\":\"torus\",\"min\":[0,0,0],\"max\":[1,1,1]}";
    f.write("p.json", text(torus, "[2,2,2,1,1,1]"));
    f.expect(0, "solve p.json -o s.json --hessian");
    let run = f.expect(0, "check s.json");
    assert!(run.out.contains("the exact measures of 20 cells sum to exactly the domain's"), "{}", run.out);
    let weights = format!("\"weights\":[{}],\"sites\"", ["0"; 20].join(","));
    f.write("w.json", text(torus, "[2,2,2,1,1,1]").replace("\"sites\"", &weights));
    f.expect(0, "diagram w.json -o d.json");
    f.expect(0, "check d.json");
    for ending in ["vtu", "npz", "tess", "obj"] {
        f.expect(0, &format!("cells s.json -o c.{ending}"));
    }
    f.expect(0, "map s.json --points y.csv -o i.csv --kind cell");
    f.expect(0, "solve p.json --start s.json -o t.json");
    f.write("flat.json", text(torus, "[1,1,1,2,0,0]"));
    assert!(f.expect(3, "solve flat.json -o s.json").err.contains("positive definite"));
    f.write("few.json", text(torus, "[1,1,1]"));
    assert!(f.expect(3, "solve few.json -o s.json").err.contains("xx, yy, zz, yz, xz, xy"));
    let square = "{\"type\":\"box\",\"min\":[0,0],\"max\":[1,1]}";
    let two = text(square, "[1,1,0]").replace(&rows.join(","), "[0.5,0.5]");
    f.write("plane.json", two);
    assert!(f.expect(3, "solve plane.json -o s.json").err.contains("\"metric\" needs"));
}

/// Three large cells share an edge that grows while few other cells change: they have too many
/// corners for these to be told, so the two cells at its ends are asked for because all cells
/// beside such ones are. (They were not: two cells overlapped, and the climb ended there.)
#[test]
fn cells_of_many_corners_change_too() {
    let f = Folder::new();
    let sites = include_str!("../data/three_large_cells.csv");
    f.write("sites.csv", sites);
    // The start has less mass at the ends of the edge.
    let large = [("0.07204", "0.07305"), ("0.07427", "0.07531"), ("0.07655", "0.07762"), ("0.00209", "0.00053")];
    let ends = ["0.50009,0.50001,0.1,", "0.49997,0.49995,0.9,"];
    let line = |line: &str| {
        let (place, mass) = line.rsplit_once(',').unwrap();
        let is_end = ends.iter().any(|e| line.starts_with(e));
        let other = large.iter().find(|(m, _)| *m == mass && (*m != "0.00209" || is_end));
        format!("{place},{}\n", other.map_or(mass, |o| o.1))
    };
    f.write("before.csv", sites.lines().map(line).collect::<String>());
    f.expect(0, "solve --domain cube --points before.csv -o before.json --tol 1e-12");
    f.expect(0, "solve --domain cube --points sites.csv --start before.json -o after.json");
    f.expect(0, "check after.json");
}

/// Sites on a sphere about one: of each outer cell the walls to all others meet in one point but
/// for the centre's. The triangulation tells the centre first, on any number of threads, and in a
/// metric; without it each clip was decided in big integers.
#[test]
fn sites_about_one() {
    let f = Folder::new();
    let turn = |k: usize| {
        let (z, a) = (1.0 - (2 * k + 1) as f64 / 400.0, k as f64 * 2.399963);
        let r = 0.25 * (1.0 - z * z).sqrt();
        [0.5 + r * a.cos(), 0.5 + r * a.sin(), 0.5 + 0.25 * z]
    };
    let sites: Vec<[f64; 3]> = (0..400).map(turn).chain([[0.5; 3]]).collect();
    let problem = |narrow: f64, more: &str| {
        let sites: Vec<[f64; 3]> = sites.iter().map(|y| [0.5 + narrow * (y[0] - 0.5), y[1], y[2]]).collect();
        format!(
            r#"{{"format": "brenier/problem", "version": 1, "domain": {{"type": "box", "min": [0, 0, 0], "max": [1, 1, 1]}},
            "sites": {}, "weights": {}{more}}}"#,
            serde_json::to_string(&sites).unwrap(),
            serde_json::to_string(&vec![0.0; sites.len()]).unwrap()
        )
    };
    for (narrow, more) in [(1.0, ""), (0.5, r#", "metric": [4, 1, 1, 0, 0, 0]"#)] {
        f.write("p.json", problem(narrow, more));
        let mut bits = Vec::new();
        for threads in [2, 8] {
            let run = f.expect(0, &format!("diagram p.json -o d.json --threads {threads} --json"));
            let found: Value = serde_json::from_str(&run.out).unwrap();
            let big = found["predicates"]["big"].as_u64().unwrap();
            assert!(big < 20_000, "{more} {threads}: {big}");
            let d: Value = serde_json::from_str(&f.read("d.json")).unwrap();
            bits.push(d["masses"].to_string());
        }
        assert_eq!(bits[0], bits[1]);
    }
}
