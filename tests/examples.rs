//! The examples run, and each is one topic on one page.

use std::path::Path;

/// Lines of an example.
const LONGEST: usize = 40;

#[path = "../examples/grains.rs"]
mod grains;
#[path = "../examples/image.rs"]
mod image;
#[path = "../examples/map_and_sample.rs"]
mod map_and_sample;
#[path = "../examples/mesh_with_holes.rs"]
mod mesh_with_holes;
#[path = "../examples/mountain_problem.rs"]
#[allow(dead_code)]
mod mountain_problem;
#[path = "../examples/parameterize.rs"]
mod parameterize;
#[path = "../examples/partial.rs"]
mod partial;
#[path = "../examples/plane.rs"]
mod plane;
#[path = "../examples/quantize.rs"]
mod quantize;
#[path = "../examples/surface.rs"]
mod surface;
#[path = "../examples/verify.rs"]
mod verify;

#[test]
fn a_polygon() {
    plane::main().unwrap();
}

#[test]
fn an_image() {
    image::main().unwrap();
}

#[test]
fn grains_of_given_volumes() {
    grains::main().unwrap();
}

#[test]
fn a_mesh_with_a_hole() {
    mesh_with_holes::main().unwrap();
}

#[test]
fn partial_transport() {
    partial::main().unwrap();
}

#[test]
fn a_surface() {
    surface::main().unwrap();
}

#[test]
fn a_quantization() {
    quantize::main().unwrap();
}

#[test]
fn a_parameterization() {
    parameterize::main().unwrap();
}

#[test]
fn a_map_and_its_samples() {
    map_and_sample::main().unwrap();
}

#[test]
fn a_verification() {
    verify::main().unwrap();
}

/// A 2 x 1 rectangle folded along z, seen from above: its right half rises by 3 over a width of 1.
#[test]
fn the_demo_keeps_the_area_of_slopes() {
    let folder = tempfile::tempdir().unwrap();
    let (mesh, problem) = (folder.path().join("tent.obj"), folder.path().join("tent.json"));
    let tent = "v 0 0 0\nv 1 0 0\nv 2 3 0\nv 0 0 1\nv 1 0 1\nv 2 3 1\nf 1 4 5 2\nf 2 5 6 3\n";
    std::fs::write(&mesh, tent).unwrap();
    mountain_problem::write(&mesh, &problem).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&problem).unwrap()).unwrap();
    assert_eq!(written["sites"][0], serde_json::json!([0.0, 0.75]));
    assert_eq!(written["sites"][5], serde_json::json!([1.0, 0.25]));
    let mass = |k: usize| written["masses"][k].as_f64().unwrap();
    assert!(((0..6).map(mass).sum::<f64>() - 1.0).abs() < 1e-15);
    let (flat, steep) = (1.0, 10f64.sqrt());
    // Vertex 1 has both triangles of the flat square's fan, vertex 3 one of the steep one.
    assert!((mass(0) - flat / 3.0 / (flat + steep)).abs() < 1e-15, "{written}");
    assert!((mass(2) - steep / 6.0 / (flat + steep)).abs() < 1e-15, "{written}");
    let lost = mountain_problem::write(&folder.path().join("none.obj"), &problem);
    assert!(lost.unwrap_err().to_string().contains("none.obj"));
}

#[test]
fn each_is_short_and_is_run_here() {
    let tests = include_str!("examples.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        let name = path.file_stem().and_then(|n| n.to_str()).unwrap();
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LONGEST, "{name} has {lines} lines, at most {LONGEST} are meant");
        assert!(tests.contains(&format!("    {name}::")), "{name} is not run");
        seen += 1;
    }
    assert!(seen >= 10, "{seen} examples");
}
