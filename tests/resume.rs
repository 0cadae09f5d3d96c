//! A run that is stopped anywhere and goes on ends with the bits of one that was never stopped, on
//! every kind of source.

use brenier::domain::{ConvexPolygon, Density, Image, PlanarMesh};
use brenier::exact::Counters;
use brenier::io::{AnyProblem, ReadLimit, read_any_problem, read_checkpoint, write_checkpoint};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{Control, Progress, Solution, SolveOptions, SolverState, solve_with};
use std::path::Path;
use std::sync::Arc;

/// Numbers in [0, 1).
fn draws(mut seed: u64) -> impl FnMut() -> f64 {
    move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn sites(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut draw = draws(seed);
    (0..n).map(|_| [draw(), draw()]).collect()
}

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap()
}

/// Everything but times and counters, to the bit (a double's `Debug` text is its own).
fn bits<const D: usize>(mut solution: Solution<D>) -> String {
    let report = &mut solution.report;
    (report.seconds, report.predicates) = (0.0, Counters::default());
    for i in &mut report.iterations {
        (i.seconds, i.hull, i.cells, i.linear) = (0.0, 0.0, 0.0, 0.0);
    }
    format!("{solution:?}")
}

/// Stops at every state that the callback sees, while the start is sought and after every step, by
/// way of a file.
fn every_stop<const D: usize>(
    name: &str,
    n: usize,
    solve: impl Fn(&SolveOptions, &mut dyn FnMut(&Progress<'_>) -> Control) -> Solution<D>,
) {
    let mut states: Vec<SolverState> = Vec::new();
    let whole = solve(&SolveOptions::default(), &mut |p| {
        let state = (p.state)();
        if states.last() != Some(&state) {
            states.push(state);
        }
        Control::Continue
    });
    assert!(whole.report.converged, "{name}: {:?}", whole.report.outcome);
    let steps = whole.report.iterations.len() - 1;
    assert!(steps >= 2, "{name} is too easy to be stopped: {steps} steps");
    let whole = bits(whole);
    // The limit on steps stops as well as anything.
    let mut last = None;
    let limited = SolveOptions::default().max_iterations(1);
    solve(&limited, &mut |p| {
        last = Some((p.state)());
        Control::Continue
    });
    states.extend(last);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    for (k, state) in states.iter().enumerate() {
        write_checkpoint(&path, "3fa9", state).unwrap();
        let back = read_checkpoint(&path, "3fa9", n, ReadLimit::default()).unwrap();
        assert_eq!(&back, state);
        let options = SolveOptions::default().resume(Some(back));
        let rest = bits(solve(&options, &mut |_| Control::Continue));
        assert!(rest == whole, "{name}: stopped at state {k} of {} ({} steps)", states.len(), state.iterations.len());
    }
}

fn plane(name: &str, data: ProblemData) {
    let problem = Problem::new(data).unwrap();
    every_stop(name, problem.len(), |options, see| solve_with(&problem, options, see));
}

#[test]
fn in_a_polygon() {
    let crowd = sites(80, 1).into_iter().map(|p| p.map(|c| c * c * c)).collect();
    plane("crowd", ProblemData::new(square(), crowd));
    let mut data = ProblemData::new(square(), sites(40, 2));
    data.masses = Some((0..40).map(|k| 10f64.powi(-(k % 8))).collect());
    plane("decades", data);
}

/// Squares side by side, each of two triangles.
fn squares(at: &[[f64; 2]]) -> PlanarMesh {
    let mut vertices = Vec::new();
    let mut triangles = Vec::new();
    for (k, [x, y]) in at.iter().enumerate() {
        let v = 4 * k as u32;
        vertices.extend([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[a, b]| [x + a, y + b]));
        triangles.extend([[v, v + 1, v + 2], [v, v + 2, v + 3]]);
    }
    PlanarMesh::new(vertices, triangles).unwrap()
}

#[test]
fn on_meshes_in_parts() {
    // Equal masses whose parts do and do not fit to those of the components.
    for (name, n, seed) in [("fitting parts", 30, 3), ("parts that share a cell", 31, 4), ("the same", 25, 5)] {
        let mesh = squares(&[[0.0, 0.0], [3.0, 0.5]]);
        plane(name, ProblemData::new(mesh, sites(n, seed)));
    }
    let mesh = squares(&[[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]);
    plane("three parts", ProblemData::new(mesh, sites(28, 6)));
}

fn image(values: &[f64], width: usize) -> Density {
    let between = brenier::domain::Between::Constant;
    Density::Image(Arc::new(Image::new(width, values.to_vec(), [0.0, 0.0], [1.0, 1.0], between).unwrap()))
}

#[test]
fn on_images_with_gaps() {
    let stripes: Vec<f64> = (0..64).map(|k| f64::from(u8::from(k % 8 % 3 != 1))).collect();
    let data = ProblemData::new(square(), sites(50, 7)).density(image(&stripes, 8));
    plane("stripes", data);
    let corners: Vec<f64> = (0..36).map(|k| f64::from(u8::from([0, 5, 30, 35].contains(&k)))).collect();
    let data = ProblemData::new(square(), sites(27, 8)).density(image(&corners, 6));
    plane("corners", data);
}

#[test]
fn of_partial_transport() {
    let partial = |density: Density, n: usize, seed: u64, share: f64| {
        ProblemData::new(square(), sites(n, seed))
            .density(density)
            .masses(Some(vec![share / n as f64; n]))
            .partial(true)
    };
    plane("partial", partial(Density::Constant, 30, 9, 0.6));
    plane("hardly anything stays", partial(Density::Constant, 30, 10, 0.9999999));
    let stripes: Vec<f64> = (0..64).map(|k| f64::from(u8::from(k % 8 % 3 != 1))).collect();
    plane("stripes in part", partial(image(&stripes, 8), 30, 11, 0.3));
}

fn surface(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let AnyProblem::Surface(file) = read_any_problem(&path, ReadLimit::default()).unwrap() else {
        panic!("a surface");
    };
    let problem = file.problem().unwrap();
    every_stop("surface", problem.len(), |options, see| solve_with(&problem, options, see));
}

#[test]
fn on_surfaces() {
    surface("truth/surface-resume.json");
}

/// Most of this run climbs on the dual.
#[test]
fn of_a_climb() {
    surface("kinks/light_cad_attained.json");
}
