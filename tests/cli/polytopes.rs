//! `minkowski`, `curvature` and `lens`.

use super::support::Folder;

const CUBE: &str = "nx,ny,nz,area\n1,0,0,4\n-1,0,0,4\n0,1,0,4\n0,-1,0,4\n0,0,1,4\n0,0,-2,4\n";

#[test]
fn a_cube_from_a_table() {
    let f = Folder::new();
    f.write("cube.csv", CUBE);
    let run = f.expect(0, "minkowski cube.csv -o cube.obj --solution cube.json");
    assert!(run.out.contains("8 vertices, 12 edges, 6 facets"), "{}", run.out);
    let obj = f.read("cube.obj");
    assert_eq!(obj.lines().filter(|l| l.starts_with("v ")).count(), 8);
    for v in obj.lines().filter_map(|l| l.strip_prefix("v ")) {
        assert!(v.split(' ').all(|x| (x.parse::<f64>().unwrap().abs() - 1.0).abs() < 1e-12), "{v}");
    }
    assert_eq!(obj.lines().filter(|l| l.starts_with("f ") && l.split(' ').count() == 5).count(), 6);
    let check = f.expect(0, "check cube.json");
    assert!(check.out.contains("PASS  areas") && check.out.contains("verified: cube.json"), "{}", check.out);
    // Every ending, and the report as JSON.
    for ending in ["ply", "off", "stl", "vtk", "vtp", "json"] {
        f.expect(0, &format!("minkowski cube.csv -o b.{ending} --quiet"));
    }
    let run = f.expect(0, "minkowski cube.csv -o c.off --json");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["converged"], true);
    assert!((report["volume"].as_f64().unwrap() - 8.0).abs() < 1e-12);
    assert!((report["support"][5].as_f64().unwrap() - 1.0).abs() < 1e-12);
    // A polytope is an ordinary mesh for the others.
    f.expect(0, "parameterize b.off -o uv.obj");
    // A claim that is false.
    let text =
        f.read("cube.json").replace("\"volume\": 8", "\"volume\": 9").replace("\"volume\": 7.99", "\"volume\": 9.99");
    f.write("false.json", text);
    let run = f.expect(1, "check false.json");
    assert!(run.out.contains("FAIL  volume") && run.out.contains("not verified: false.json"), "{}", run.out);
}

#[test]
fn areas_that_do_not_close() {
    let f = Folder::new();
    f.write("open.csv", CUBE.replace("1,0,0,4\n-1", "1,0,0,4.5\n-1"));
    let e = f.error(3, "minkowski open.csv -o a.obj");
    assert!(e.contains("the sum of area times unit normal is (5.000000e-1, 0.000000e0, 0.000000e0)"), "{e}");
    assert!(e.contains("--adjust"), "{e}");
    assert_eq!(f.names(), ["open.csv"]);
    let run = f.expect(0, "minkowski open.csv --adjust -o a.obj --solution a.json");
    assert!(run.out.contains("adjusted by at most 5.88e-2"), "{}", run.out);
    f.expect(0, "check a.json");
    f.write("half.csv", CUBE.replace("0,0,-2,4\n", ""));
    let e = f.error(3, "minkowski half.csv -o a.obj");
    assert!(
        e.contains("all normals lie in the half-space of the v with <(0.000000, 0.000000, 1.000000), v> >= 0"),
        "{e}"
    );
}

#[test]
fn an_octahedron_of_curvatures() {
    let f = Folder::new();
    let rays = "[[1,0,0],[-1,0,0],[0,1,0],[0,-1,0],[0,0,1],[0,0,-3]]";
    let file = |k: &str| {
        format!(r#"{{"format": "brenier/curvature", "version": 1, "directions": {rays}, "curvatures": {k}}}"#)
    };
    f.write("o.json", file("[1,1,1,1,1,1]"));
    let e = f.error(3, "curvature o.json -o o.obj");
    assert!(e.contains("the curvatures sum to 6.0, and must sum to 4 pi = 12.566370614359172"), "{e}");
    f.expect(0, "curvature o.json --adjust -o o.ply --solution s.json");
    assert!(f.expect(0, "check s.json").out.contains("PASS  curvatures"));
    let s = f.json("s.json");
    assert!((0..6).all(|k| (s["radii"][k].as_f64().unwrap() - 1.0).abs() < 1e-12));
    f.write("v.json", file("[6,1,6,1,1,1]"));
    let e = f.error(3, "curvature v.json --adjust -o o.obj");
    assert!(e.contains("Alexandrov's condition fails for rays 0, 2: curvature 9.42"), "{e}");
    // Files of the other kind, and endings that are none.
    let e = f.error(3, "minkowski o.json -o o.obj");
    assert!(e.contains("format is \"brenier/curvature\", expected \"brenier/minkowski\""), "{e}");
    assert!(f.error(2, "curvature o.json -o o.step").contains("polytopes are written as"));
    f.expect(2, "curvature o.json -o o.json --adjust");
}

#[test]
fn a_lens_and_its_light() {
    let f = Folder::new();
    // Columns of 1, 2, .. and a black one.
    let rows: String = (0..6).map(|r| format!("[{r}.5, 1, 2, 0, 3, 4, 1]")).collect::<Vec<_>>().join(",");
    let values: Vec<f64> = serde_json::from_str::<Vec<Vec<f64>>>(&format!("[{rows}]")).unwrap().concat();
    let mut npy = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    let head = "{'descr': '<f8', 'fortran_order': False, 'shape': (6, 7), }";
    npy.extend(format!("{head:<117}\n").bytes());
    npy.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    f.write("p.npy", npy);
    let lens = |more: &str| {
        let aperture = r#"{"type": "polygon", "vertices": [[0, 0], [30, 0], [30, 20], [10, 20], [10, 30], [0, 30]]}"#;
        format!(r#"{{"format": "brenier/lens", "version": 1, "aperture": {aperture}, "picture": "p.npy", {more}}}"#)
    };
    f.write("lens.json", lens(r#""kind": "lens", "index": 1.5, "angle": [0.3, 0.25]"#));
    let run = f.expect(0, "lens lens.json -o a.stl --preview light.png --json");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["facets"], 36);
    assert!(report["correlation"].as_f64().unwrap() > 0.999999, "{report}");
    assert!((report["landed"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    assert!(f.read_bytes("light.png").starts_with(b"\x89PNG"));
    // Milled smooth: the whole aperture, an L of area 700, is covered.
    let run = f.expect(0, "lens lens.json -o s.obj --smooth 0.5 --json");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&report["smooth"], &report["closed"]), (&true.into(), &true.into()));
    assert!((report["landed"].as_f64().unwrap() - 1.0).abs() < 1e-9, "{report}");
    assert!(report["triangles"].as_u64().unwrap() > 2 * 2 * 700 * 4, "{report}");
    f.expect(0, "lens lens.json -o s.stl --smooth");
    assert!(f.error(2, "lens lens.json -o s.stl --smooth 0").contains("--smooth"));
    assert!(f.error(3, "lens lens.json -o s.stl --smooth 1e-6").contains("10 million nodes"));
    f.write("mirror.json", lens(r#""kind": "mirror", "screen": {"distance": 200, "width": 80}"#));
    let run = f.expect(0, "lens mirror.json -o m.obj --thickness 3");
    assert!(run.out.contains("facets miss their pixels by"), "{}", run.out);
    let low = f
        .read("m.obj")
        .lines()
        .filter_map(|l| l.strip_prefix("v ")?.split(' ').nth(2)?.parse::<f64>().ok())
        .fold(9.0, f64::min);
    assert_eq!(low, 0.0);
    for (more, what) in [
        (r#""kind": "mirror", "index": 1.5, "angle": [0.3, 0.2]"#, "a mirror has no \"index\""),
        (r#""kind": "lens", "angle": [0.3, 0.2]"#, "a lens needs its \"index\""),
        (r#""kind": "lens", "index": 1.5, "angle": [2.9, 0.2]"#, "sends light to 48.2 at most"),
        (r#""kind": "lens", "index": 1.5"#, "give either \"angle\""),
        (r#""kind": "lens", "index": 1.5, "angle": [0, 0.2]"#, "angle[0] is 0"),
    ] {
        f.write("bad.json", lens(more));
        let e = f.error(3, "lens bad.json -o a.obj");
        assert!(e.contains(what), "{e}");
    }
}
