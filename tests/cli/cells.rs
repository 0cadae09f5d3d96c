//! `brenier cells`: every family in every format, read back; what is refused; solutions in one
//! archive.

use crate::support::{Folder, csv, points};
use brenier::io::NpzReader;
use geojson::{FeatureCollection, GeometryValue};
use insta::assert_snapshot;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A solution, its area, and what kind it is for the reader in Python.
struct Case {
    name: &'static str,
    area: f64,
    kind: &'static str,
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)).unwrap()
}

/// Solutions of all families: `NAME.json`.
fn families(f: &Folder) -> Vec<Case> {
    f.write("plate.obj", data("plate.obj"));
    f.write("spot.obj", data("spot.obj"));
    let sites = points(40);
    f.write("y.csv", csv(&sites));
    f.write("wide.csv", csv(&sites.iter().map(|p| p.map(|c| 2.0 * c)).collect::<Vec<_>>()));
    f.write("few.csv", csv(&points(5)));
    f.write("space.csv", "0.1,0.1,0.1\n-0.3,0.5,0.2\n0.2,-0.4,-0.3\n0,0.8,0.4\n0.3,0.2,-0.5\n-0.2,-0.5,0.4\n");
    f.expect(0, "solve --domain square --points y.csv -o square.json");
    f.expect(0, "solve --domain disk:7 --points wide.csv -o disk.json");
    f.expect(0, "solve --domain plate.obj --points wide.csv -o sheet.json");
    let image = r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "box", "min": [0, 0], "max": [4, 3]},
        "density": {"type": "image", "width": 4, "values": [1, 2, 0, 1, 1, 0, 0, 3, 2, 1, 1, 1]}, "sites": SITES}"#;
    let list: Vec<[f64; 2]> = sites.iter().take(9).map(|p| [4.0 * p[0], 3.0 * p[1]]).collect();
    f.write("image_problem.json", image.replace("SITES", &serde_json::to_string(&list).unwrap()));
    f.expect(0, "solve image_problem.json -o image.json");
    f.write("wells.csv", data("wells.csv"));
    f.expect(0, "solve --domain square --points wells.csv --partial -o wells.json");
    let partial = r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "plate.obj"},
        "partial": true, "masses": MASSES, "sites": SITES}"#;
    let sites: Vec<[f64; 2]> = sites.iter().take(7).map(|p| p.map(|c| 2.0 * c)).collect();
    let masses: Vec<f64> = (0..7).map(|k| 0.1 + 0.05 * f64::from(k)).collect();
    let text = partial.replace("MASSES", &serde_json::to_string(&masses).unwrap());
    f.write("discs_problem.json", text.replace("SITES", &serde_json::to_string(&sites).unwrap()));
    f.expect(0, "solve discs_problem.json -o discs.json");
    f.expect(0, "solve --domain spot.obj --points space.csv -o cow.json");
    let mass = |text: &str| text.lines().skip(1).filter_map(|l| l.rsplit(',').next()?.parse::<f64>().ok()).sum::<f64>();
    let (corner, turn) = (0.5 * 7.0, std::f64::consts::TAU / 7.0);
    vec![
        Case { name: "square", area: 1.0, kind: "flat" },
        Case { name: "disk", area: corner * turn.sin(), kind: "flat" },
        Case { name: "sheet", area: area_of(&f.read("plate.obj")), kind: "flat" },
        Case { name: "image", area: 9.0, kind: "flat" },
        Case { name: "wells", area: mass(&f.read("wells.csv")), kind: "arcs" },
        Case { name: "discs", area: masses.iter().sum(), kind: "arcs" },
        Case { name: "cow", area: area_of(&f.read("spot.obj")), kind: "space" },
    ]
}

/// The area of an .obj.
fn area_of(text: &str) -> f64 {
    let words = |key: &'static str| {
        text.lines().filter(move |l| l.starts_with(key)).map(|l| l.split_whitespace().skip(1).collect::<Vec<_>>())
    };
    let v: Vec<[f64; 3]> = words("v ").map(|w| [0, 1, 2].map(|k| w[k].parse().unwrap())).collect();
    let face = |w: Vec<&str>| {
        let [a, b, c] = [0, 1, 2].map(|k| v[w[k].split('/').next().unwrap().parse::<usize>().unwrap() - 1]);
        let (p, q) = ([0, 1, 2].map(|k| b[k] - a[k]), [0, 1, 2].map(|k| c[k] - a[k]));
        let n = [(1, 2), (2, 0), (0, 1)].map(|(i, j)| p[i] * q[j] - p[j] * q[i]);
        0.5 * n.iter().map(|x| x * x).sum::<f64>().sqrt()
    };
    words("f ").map(face).sum()
}

fn shoelace(ring: &[Vec<f64>]) -> f64 {
    let o = &ring[0];
    ring.windows(2).map(|w| 0.5 * ((w[0][0] - o[0]) * (w[1][1] - o[1]) - (w[0][1] - o[1]) * (w[1][0] - o[0]))).sum()
}

/// Every feature: closed rings, outlines counter-clockwise, holes clockwise, and the area that it
/// claims.
#[track_caller]
fn check_geojson(f: &Folder, case: &Case) -> f64 {
    let text = f.read(&format!("{}.geojson", case.name));
    let all: FeatureCollection = text.parse::<geojson::GeoJson>().unwrap().try_into().unwrap();
    let mut total = 0.0;
    for (i, feature) in all.features.iter().enumerate() {
        let told = |key: &str| feature.property(key).unwrap();
        assert_eq!(told("site").as_u64(), Some(i as u64));
        let area = told("area").as_f64().unwrap();
        total += area;
        let Some(geometry) = &feature.geometry else {
            assert_eq!(area, 0.0);
            continue;
        };
        let list = |polygon: &[Vec<geojson::Position>]| -> Vec<Vec<Vec<f64>>> {
            polygon.iter().map(|ring| ring.iter().map(|p| p.as_slice().to_vec()).collect()).collect()
        };
        let parts = match &geometry.value {
            GeometryValue::Polygon { coordinates } => vec![list(coordinates)],
            GeometryValue::MultiPolygon { coordinates } => coordinates.iter().map(|p| list(p)).collect(),
            other => panic!("{other:?}"),
        };
        let mut own = 0.0;
        for ring in parts.iter().flatten() {
            assert!(ring.len() >= 4 && ring.first() == ring.last(), "{} {i}", case.name);
        }
        if case.kind == "space" {
            continue;
        }
        for part in &parts {
            assert!(shoelace(&part[0]) > 0.0 && part[1..].iter().all(|hole| shoelace(hole) < 0.0));
            own += part.iter().map(|r| shoelace(r)).sum::<f64>();
        }
        let off = if case.kind == "arcs" { 1e-3 } else { 1e-12 };
        assert!((own - area).abs() <= off * area, "{} {i}: {own} {area}", case.name);
    }
    total
}

/// Both sides of every wall have the same two vertices.
#[track_caller]
fn check_arrays(f: &Folder, case: &Case) {
    let npz = NpzReader::new(f.read_bytes(&format!("{}.npz", case.name))).unwrap();
    let whole = |name: &str| npz.array(name).unwrap().values.iter().map(|&v| v as i64).collect::<Vec<_>>();
    let (cells, parts, rings) = (whole("cells"), whole("parts"), whole("rings"));
    let (corners, beyond) = (whole("corners"), whole("beyond"));
    assert_eq!((parts.len() as i64 - 1, rings.len() as i64 - 1), (cells[cells.len() - 1], parts[parts.len() - 1]));
    let mut walls = BTreeMap::new();
    for i in 0..cells.len() - 1 {
        for part in cells[i]..cells[i + 1] {
            for ring in parts[part as usize]..parts[part as usize + 1] {
                let range = rings[ring as usize] as usize..rings[ring as usize + 1] as usize;
                for c in range.clone() {
                    let next = if c + 1 == range.end { range.start } else { c + 1 };
                    let mut ends = [corners[c], corners[next]];
                    if case.kind == "space" {
                        ends.sort_unstable();
                    } else if beyond[c] < i as i64 {
                        ends.reverse();
                    }
                    if beyond[c] >= 0 {
                        walls
                            .entry((ends, (i as i64).min(beyond[c]), (i as i64).max(beyond[c])))
                            .and_modify(|n| *n += 1)
                            .or_insert(1);
                    }
                }
            }
        }
    }
    assert!(!walls.is_empty() && walls.values().all(|&n| n == 2), "{}: a wall has one side", case.name);
    let neighbors = whole("neighbors").len();
    assert!(neighbors > 0 && neighbors.is_multiple_of(2));
}

/// One path a cell, with its number and a title; arcs where there are any.
#[track_caller]
fn check_svg(f: &Folder, case: &Case, cells: usize) {
    let text = f.read(&format!("{}.svg", case.name));
    let (mut paths, mut titles, mut arcs) = (Vec::new(), 0, 0);
    for event in svg::read(&text).unwrap() {
        match event {
            svg::parser::Event::Tag("path", kind, attributes) if kind != svg::node::element::tag::Type::End => {
                let d = svg::node::element::path::Data::parse(&attributes["d"]).unwrap();
                arcs += d.iter().filter(|c| matches!(c, svg::node::element::path::Command::EllipticalArc(..))).count();
                paths.extend(attributes.get("id").map(|id| id.to_string()));
            }
            svg::parser::Event::Tag("title", svg::node::element::tag::Type::Start, _) => titles += 1,
            svg::parser::Event::Error(e) => panic!("{e}"),
            _ => {}
        }
    }
    paths.sort();
    let count = paths.len();
    paths.dedup();
    assert_eq!((paths.len(), titles), (count, count), "{}", case.name);
    assert!(paths.iter().all(|id| id.starts_with("cell-")));
    assert!(if case.kind == "space" { count > cells / 3 } else { count == cells }, "{}: {count} of {cells}", case.name);
    assert_eq!(arcs > 0, case.kind == "arcs");
}

#[test]
fn every_family_in_every_format() {
    let f = Folder::new();
    let cases = families(&f);
    for case in &cases {
        for ending in ["geojson", "csv", "npz", "svg", "ply", "vtp", "vtk", "obj"] {
            let out = f.expect(0, &format!("cells {0}.json -o {0}.{ending}", case.name)).out;
            assert!(out.contains(&format!("written    {}.{ending}", case.name)), "{out}");
        }
        let report = f.expect(0, &format!("cells {0}.json -o {0}.svg --json", case.name)).out;
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let told = report["area"].as_f64().unwrap();
        let total = check_geojson(&f, case);
        assert!((total - told).abs() <= 1e-15 * told && (total - case.area).abs() <= 1e-9 * case.area, "{report}");
        check_arrays(&f, case);
        check_svg(&f, case, report["cells"].as_u64().unwrap() as usize);
        let mesh = brenier::io::read_surface(&f.path(&format!("{}.ply", case.name)), Default::default()).unwrap();
        assert!(mesh.triangles.len() >= report["cells"].as_u64().unwrap() as usize);
        let groups = f.read(&format!("{}.obj", case.name)).lines().filter(|l| l.starts_with("g cell_")).count();
        assert_eq!(groups as u64, report["cells"].as_u64().unwrap(), "{}", case.name);
    }
    other_people_read_them(&f, &cases);
}

/// Python with shapely, numpy, plyfile, trimesh and vtk: that of BRENIER_READERS, or the usual one.
/// Without it this part is not tested, which is told.
fn other_people_read_them(f: &Folder, cases: &[Case]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers/cells.py");
    let named = std::env::var("BRENIER_READERS").ok();
    let able = |name: &String| {
        let asked = Command::new(name).args(["-c", "import shapely, numpy, plyfile, trimesh, vtkmodules"]).output();
        asked.is_ok_and(|ran| ran.status.success())
    };
    let found = named.clone().into_iter().chain(["python3".to_string()]).find(able);
    let Some(python) = found else {
        println!(
            "NOT TESTED: no Python with shapely, numpy, plyfile, trimesh and vtk, so tests/data/readers/cells.py did not run"
        );
        assert!(named.is_none(), "BRENIER_READERS names no Python that has them");
        return;
    };
    let kinds = cases.iter().map(|c| format!("{}:{}", c.kind, c.name));
    let ran = Command::new(python).arg(script).arg(f.path("")).args(kinds).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}{said}", String::from_utf8_lossy(&ran.stdout));
}

#[test]
fn values_are_told_of_each_cell() {
    let f = Folder::new();
    f.write("y.csv", "x,y,mass,town\n0.2,0.3,1,Bern\n0.7,0.4,2,\"Uri, <old>\"\n0.5,0.9,1,Chur\n");
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    for ending in ["geojson", "csv", "svg", "npz", "ply", "obj"] {
        let run = f.expect(0, &format!("cells s.json -o c.{ending} --values y.csv"));
        assert_eq!(run.out.contains("1 column of words left out"), ["ply", "obj"].contains(&ending), "{}", run.out);
    }
    let all = f.json("c.geojson");
    let second = &all["features"][1]["properties"];
    assert_eq!(
        (&second["town"], &second["values_mass"], &second["x"]),
        (&"Uri, <old>".into(), &2.0.into(), &0.7.into())
    );
    assert_eq!(second["neighbors"], serde_json::json!([0, 2]));
    assert_snapshot!(f.read("c.csv").lines().next().unwrap(), @"site,mass,area,centroid_x,centroid_y,neighbors,x,y,values_mass,town,wkt");
    assert!(f.read("c.svg").contains("Uri, &lt;old&gt;"), "{}", f.read("c.svg"));
    let npz = NpzReader::new(f.read_bytes("c.npz")).unwrap();
    assert_eq!(npz.array("values_mass").unwrap().values, [1.0, 2.0, 1.0]);
    assert!(String::from_utf8_lossy(&f.read_bytes("c.ply")).contains("property double values_mass"));
    f.write("short.csv", "a\n1\n2\n");
    assert_snapshot!(f.error(3, "cells s.json -o d.geojson --values short.csv"), @"short.csv: has 2 rows, the problem has 3 sites; give one row for each site");
    // Sites that were merged: the row of the first.
    f.write("twice.csv", "0.2,0.3\n0.7,0.4\n0.2,0.3\n");
    f.write("names.csv", "name\na\nb\nc\n");
    f.expect(0, "solve --domain square --points twice.csv -o t.json");
    let run = f.expect(0, "cells t.json -o t.geojson --values names.csv");
    assert!(run.out.contains("the row of the first"), "{}", run.out);
    assert_eq!(f.json("t.geojson")["features"][1]["properties"]["name"], "b");
}

#[test]
fn empty_cells_are_told_and_have_no_geometry() {
    let f = Folder::new();
    let problem = r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "box", "min": [0, 0], "max": [1, 1]},
        "sites": [[0.2, 0.5], [0.5, 0.5], [0.8, 0.5]], "weights": [0, -1, 0]}"#;
    f.write("p.json", problem);
    let run = f.expect(0, "cells p.json -o c.geojson");
    assert!(run.out.contains("empty      1 site without a cell, written without area: 1"), "{}", run.out);
    let all = f.json("c.geojson");
    assert_eq!(
        (&all["features"][1]["geometry"], &all["features"][1]["properties"]["centroid"]),
        (&().into(), &().into())
    );
    assert_eq!(
        all["features"][0]["geometry"]["coordinates"],
        serde_json::json!([[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0], [0.0, 0.0]]])
    );
    f.expect(0, "cells p.json -o c.csv");
    assert!(f.read("c.csv").lines().nth(2).unwrap().ends_with(",POLYGON EMPTY"));
    // A surface that is one cell has no boundary.
    f.write("t.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n");
    f.write("one.csv", "0.1,0.1,0.1\n");
    f.expect(0, "solve --domain t.obj --points one.csv -o one.json");
    let run = f.expect(0, "cells one.json -o one.geojson");
    assert!(run.out.contains("1 part closed, without a boundary"), "{}", run.out);
}

#[test]
fn arcs_are_chords_within_the_tolerance() {
    let f = Folder::new();
    f.write("wells.csv", data("wells.csv"));
    f.expect(0, "solve --domain square --points wells.csv --partial -o w.json");
    let corners = |tolerance: &str| {
        let run = f.expect(0, &format!("cells w.json -o w.npz --tolerance {tolerance}"));
        assert!(run.out.contains("as chords within"), "{}", run.out);
        NpzReader::new(f.read_bytes("w.npz")).unwrap().array("corners").unwrap().rows
    };
    let (few, many) = (corners("1e-2"), corners("1e-6"));
    assert!(many > 20 * few, "{few} {many}");
    assert!(
        f.error(4, "cells w.json -o w.csv --tolerance 1e-13 --max-memory 100MB").contains("give a larger --tolerance")
    );
    assert!(f.expect(0, "cells w.json -o w.svg").out.contains("as arcs"));
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_read() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(3)));
    f.expect(0, "solve --domain square --points y.csv -o s.json");
    assert_snapshot!(f.error(2, "cells none.json -o c.gif"), @"c.gif: cells are written as .geojson, .csv, .svg, .npz, .ply, .vtp, .vtk or .obj, in space as .vtu, .tess, .npz, .stl, .obj or .ply, their voxels as .vti or .npy; choose one of these");
    assert_snapshot!(f.error(2, "cells none.json -o c"), @"c: cells are written as .geojson, .csv, .svg, .npz, .ply, .vtp, .vtk or .obj, in space as .vtu, .tess, .npz, .stl, .obj or .ply, their voxels as .vti or .npy; choose one of these");
    assert_snapshot!(f.error(2, "cells s.json -o -"), @"/dev/stdout: a stream has no ending; say its format with --format, one of geojson, csv, svg, npz, ply, vtp, vtk, obj, vtu, tess, stl, vti, npy");
    assert_snapshot!(f.error(2, "cells s.json -o c.svg --view 10,20"), @"s.json: --view and --up are for .svg pictures of surfaces; leave them out");
    assert_snapshot!(f.error(2, "cells s.json -o c.csv --tolerance 0"), @"invalid value '0' for '--tolerance <DISTANCE>': give a positive number such as 1e-10; see brenier cells --help");
    assert_snapshot!(f.error(2, "cells s.json -o y.csv --values y.csv"), @"y.csv: is an input and would be overwritten; give the output another name");
    let small = f.error(4, "cells s.json -o c.csv --max-memory 2kB");
    assert!(small.ends_with("raise --max-memory if that is meant"), "{small}");
    assert_eq!(f.names(), ["s.json", "y.csv"]);
}

/// One file with the document and the arrays: everything reads it.
#[test]
fn solutions_in_one_archive() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(30)));
    f.expect(0, "solve --domain square --points y.csv -o s.json --hessian");
    f.expect(0, "solve --domain square --points y.csv -o s.npz --hessian");
    let npz = NpzReader::new(f.read_bytes("s.npz")).unwrap();
    let list = |name: &str| npz.array(name).unwrap();
    let numbers =
        |key: &str| f.json("s.json")[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>();
    for key in ["heights", "heights_lo", "weights", "masses"] {
        assert_eq!(list(key).values, numbers(key), "{key}");
    }
    assert_eq!((list("problem_sites").rows, list("centroids").columns, list("hessian").columns), (30, 2, 3));
    // Wherever it goes, it goes as one.
    std::fs::rename(f.path("s.npz"), f.path("moved.npz")).unwrap();
    assert!(f.expect(0, "check moved.npz").out.contains("verified: moved.npz"));
    for (name, other) in [("a", "s.json"), ("b", "moved.npz")] {
        f.expect(0, &format!("plot {other} -o {name}.svg"));
        f.expect(0, &format!("cells {other} -o {name}.geojson"));
        f.expect(0, &format!("sample {other} -n 50 -o {name}.csv"));
        f.expect(0, &format!("diagram {other} -o {name}.json --cells"));
        f.expect(0, &format!("check {name}.json"));
    }
    for ending in ["svg", "geojson", "csv"] {
        assert_eq!(f.read(&format!("a.{ending}")), f.read(&format!("b.{ending}")), "{ending}");
    }
    // The problem of a file stays where it is.
    f.write("p.json", crate::support::square("\"sites\": {\"path\": \"y.csv\"}"));
    f.expect(0, "solve p.json -o p.npz");
    f.expect(0, "check p.npz");
    f.expect(0, "quantize --domain square -n 5 --steps 2 -o q.npz");
    f.expect(0, "cells q.npz -o q.svg");
    f.expect(0, "sample moved.npz -n 5 -o plain.npz");
    assert_snapshot!(f.error(3, "check plain.npz"), @"plain.npz: has no solution.json among its arrays; give the .npz that solve -o x.npz wrote");
    assert_snapshot!(f.error(2, "check moved.npz -o x"), @"unexpected argument '-o' found tip: to pass '-o' as a value, use '-- -o'; see brenier check --help");
    let whole = f.read_bytes("moved.npz");
    for n in (0..whole.len()).step_by(97) {
        f.write("cut.npz", &whole[..n]);
        f.error(3, "check cut.npz");
    }
}

/// `diagram` takes a solution for its heights, wherever the new file goes.
#[test]
fn diagrams_of_solutions() {
    let f = Folder::new();
    std::fs::create_dir(f.path("sub")).unwrap();
    f.write("y.csv", "0.2,0.3\n0.7,0.4\n0.2,0.3\n");
    f.write("p.json", crate::support::square("\"sites\": {\"path\": \"y.csv\"}"));
    f.expect(0, "solve p.json -o s.json");
    f.expect(0, "diagram s.json -o sub/d.json --cells --hessian");
    assert_eq!(f.json("sub/d.json")["problem"]["path"], "../p.json");
    assert_eq!(f.json("sub/d.json")["site_of_input"], f.json("s.json")["site_of_input"]);
    assert!(f.expect(0, "check sub/d.json").out.contains("verified"));
}
