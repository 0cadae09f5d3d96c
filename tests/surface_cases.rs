//! Closed forms on surfaces: the shipped cases of meshes in space, and some of
//! docs/theory/surfaces.md.

use brenier::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use brenier::domain::{Facets, Surface, SurfaceDensity};
use brenier::exact::Heights;
use brenier::exact::big;
use brenier::newton::Outcome;
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use brenier::transport::{Solution, SolveOptions, certify, solve};
use serde_json::Value;
use std::sync::Arc;

fn number(v: &Value) -> f64 {
    match v {
        Value::String(text) => big::nearest_f64(&big::parse_rational(text).unwrap_or_else(|| panic!("{text}"))),
        _ => v.as_f64().unwrap(),
    }
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(number).collect()
}

fn points(v: &Value) -> Vec<[f64; 3]> {
    v.as_array().unwrap().iter().map(|p| numbers(p).try_into().unwrap()).collect()
}

fn cases() -> Vec<Value> {
    let text = include_str!("data/surface_cases.json");
    let file: Value = serde_json::from_str(text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn data(case: &Value) -> SurfaceProblemData {
    let domain = &case["problem"]["domain"];
    let triangles = domain["triangles"].as_array().unwrap();
    let triangles =
        triangles.iter().map(|t| numbers(t).iter().map(|&v| v as u32).collect::<Vec<_>>().try_into().unwrap());
    let surface = Surface::new(points(&domain["vertices"]), triangles.collect()).unwrap();
    let mut data = SurfaceProblemData::new(surface, points(&case["problem"]["sites"]));
    if let Some(masses) = case["problem"].get("masses") {
        data.masses = Some(numbers(masses));
    }
    data
}

fn solved(problem: &SurfaceProblem) -> Solution<3> {
    let options = SolveOptions::default().tolerance(1e-13).hessian(true);
    solve(problem, &options)
}

fn near(id: &str, what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()), "{id} {what}: {found}, not {expected}");
}

#[test]
fn surfaces_of_the_shipped_cases_have_their_closed_forms() {
    let mut done = 0;
    for case in cases().iter().filter(|c| c["kind"] == "ot") {
        let id = case["id"].as_str().unwrap();
        let problem = SurfaceProblem::new(data(case)).unwrap();
        let solution = solved(&problem);
        assert!(solution.report.converged, "{id}: {:?}", solution.report);
        let expected = &case["expected"];
        let weights = numbers(&expected["weights"]);
        for (i, (w, e)) in solution.weights.iter().zip(&weights).enumerate() {
            near(id, &format!("weight {i}"), w - solution.weights[0], e - weights[0]);
        }
        for (i, (m, e)) in solution.masses.iter().zip(numbers(&expected["masses"])).enumerate() {
            near(id, &format!("mass {i}"), *m, e);
        }
        if let Some(centroids) = expected.get("centroids") {
            for (i, (c, e)) in solution.centroids.iter().zip(points(centroids)).enumerate() {
                (0..3).for_each(|k| near(id, &format!("centroid {i}"), c.unwrap()[k], e[k]));
            }
        }
        if let Some(cost) = expected.get("cost") {
            near(id, "cost", solution.cost, number(cost));
        }
        let hessian = solution.hessian.as_ref().unwrap();
        for (pair, h) in expected.get("hessian").and_then(Value::as_object).into_iter().flatten() {
            let (i, j) = pair.split_once(',').unwrap();
            let (i, j): (u32, u32) = (i.parse().unwrap(), j.parse().unwrap());
            let found = hessian.iter().find(|e| (e.0, e.1) == (i.min(j), i.max(j))).map_or(0.0, |e| e.2);
            // A wall that lies on an edge of the mesh has a value on each side.
            let (low, high) = (number(h) - 1e-11, number(h) + 1e-11);
            assert!((low..=high).contains(&found), "{id}: H_{pair} = {found}, not {h}");
        }
        let proof = certify(&problem, &solution.heights, 5).unwrap();
        assert!(proof.sound() && proof.max_relative_error[1] < 1e-12, "{id}: {proof:?}");
        let [low, high] = proof.w2_squared;
        let slack = 1e-12 * (1.0 + solution.cost);
        assert!(low <= solution.cost + slack && solution.cost <= high + slack && high - low < 1e-10, "{id}: {proof:?}");
        done += 1;
    }
    assert_eq!(done, 5);
}

#[test]
fn a_diagram_on_two_components_has_no_walls_between_them() {
    let all = cases();
    let case = all.iter().find(|c| c["id"] == "I11").unwrap();
    let data = data(case);
    let facets = Facets::of(&data.surface, &SurfaceDensity::Constant);
    let (heights, _) = Heights::from_weights(&data.sites, &numbers(&case["problem"]["weights"]));
    let mut diagram = SurfaceLaguerre::new(Arc::new(SurfaceGround::new(&facets, 0.5)), &data.sites[..]);
    let order = diagram.order();
    let all = diagram.integrals(&heights.permuted(&order), true);
    assert_eq!(all.plain.masses(), [0.5, 0.5]);
    assert!(all.plain.graph.column.is_empty());
    let cost: f64 = all.moments.iter().map(|m| m.cost).sum();
    near("I11", "cost", cost, number(&case["expected"]["cost"]));
    let problem = SurfaceProblem::new(data).unwrap();
    let notes = solved(&problem).report.notes;
    assert!(notes[0].starts_with("the source falls into 2 components: 0 (face 0 and 1 more, mass 0.5"), "{notes:?}");
}

/// Sites one above the other: the square goes to one of them as a whole.
#[test]
fn masses_inside_a_jump_are_reported_with_the_faces() {
    let all = cases();
    let case = all.iter().find(|c| c["id"] == "I07").unwrap();
    let problem = SurfaceProblem::new(data(case)).unwrap();
    let solution = solved(&problem);
    let Some(Outcome::NotConverged { why }) = &solution.report.outcome else { panic!("{:?}", solution.report) };
    let start = "these masses cannot be attained: faces 0, 1 lie in a bisector, as that of sites 0 and 1, and would have to be split";
    assert!(why.starts_with(start) && why.ends_with("; move a site along the surface, or change the masses"), "{why}");
    // The dual still attains its maximum, at the kink.
    let (heights, _) = Heights::from_weights(problem.sites(), &numbers(&case["expected"]["dual_max_weights"]));
    let proof = certify(&problem, &heights, 5).unwrap();
    near("I07", "W2^2", proof.w2_squared[0], number(&case["expected"]["w2_squared"]));
}

/// Sites off a plane by `d_i` only shift the weights, `w_i' = w_i + d_i^2` (case I02 of the closed
/// forms), and a surface may be bent along walls.
#[test]
fn sites_above_a_plane_shift_their_weights() {
    let vertices = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
    let surface = Arc::new(Surface::new(vertices, vec![[0, 1, 2], [0, 2, 3]]).unwrap());
    let flat = [[0.2, 0.3, 0.0], [0.7, 0.1, 0.0], [0.6, 0.9, 0.0], [0.1, 0.8, 0.0]];
    let lifts = [0.0, 3.0, -2.0, 0.5];
    let weights = |sites: Vec<[f64; 3]>| {
        let mut data = SurfaceProblemData::new(surface.clone(), sites);
        data.masses = Some(vec![0.1, 0.4, 0.3, 0.2]);
        let solution = solved(&SurfaceProblem::new(data).unwrap());
        assert!(solution.report.converged);
        solution.weights.iter().map(|w| w - solution.weights[0]).collect::<Vec<_>>()
    };
    let low = weights(flat.to_vec());
    let high = weights(flat.iter().zip(lifts).map(|(y, d)| [y[0], y[1], d]).collect());
    for k in 0..4 {
        near("lifted", "weight", high[k], low[k] + lifts[k] * lifts[k]);
    }
}

/// The same bits from one thread and from three.
#[test]
fn threads_do_not_change_a_bit() {
    let n = 40u32;
    let at = |i: u32, j: u32| i * (n + 1) + j;
    let bump = |x: f64, y: f64| 0.2 * (7.0 * x).sin() * (5.0 * y).cos();
    let grid = |k: u32| f64::from(k) / f64::from(n);
    let mut vertices = Vec::new();
    let mut triangles = Vec::new();
    for i in 0..=n {
        for j in 0..=n {
            vertices.push([grid(i), grid(j), bump(grid(i), grid(j))]);
            if i < n && j < n {
                triangles.push([at(i, j), at(i + 1, j), at(i + 1, j + 1)]);
                triangles.push([at(i, j), at(i + 1, j + 1), at(i, j + 1)]);
            }
        }
    }
    let sites: Vec<[f64; 3]> = (0..300)
        .map(|k| {
            let (x, y) = ((0.61803398875 * f64::from(k)).fract(), (0.7548776662 * f64::from(k)).fract());
            [x, y, bump(x, y) + 0.01 * (f64::from(k)).sin()]
        })
        .collect();
    let surface = Arc::new(Surface::new(vertices, triangles).unwrap());
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let problem = SurfaceProblem::new(SurfaceProblemData::new(surface.clone(), sites.clone())).unwrap();
        pool.install(|| solved(&problem))
    };
    let (one, three) = (run(1), run(3));
    assert!(one.report.converged);
    assert_eq!((one.heights, one.masses, one.hessian), (three.heights, three.masses, three.hessian));
}

/// Far from the origin the masses are as good as near it, and so is the proof: rows of walls are
/// differences in double-double.
#[test]
fn a_surface_far_from_the_origin_is_solved_as_well() {
    let far = 1e7;
    let vertices = [[0., 0., 0.], [1., 0., 0.25], [1., 1., 0.], [0., 1., 0.5]].map(|v: [f64; 3]| v.map(|x| x + far));
    let surface = Surface::new(vertices.to_vec(), vec![[0, 1, 2], [0, 2, 3]]).unwrap();
    let site = |k: u32| [0.61803398875 * f64::from(k), 0.7548776662 * f64::from(k), 0.5].map(|x: f64| x.fract() + far);
    let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, (0..30).map(site).collect())).unwrap();
    let solution = solved(&problem);
    assert!(solution.report.converged, "{:?}", solution.report);
    let proof = certify(&problem, &solution.heights, 5).unwrap();
    assert!(proof.sound() && proof.max_relative_error[1] < 2e-13, "{proof:?}");
    let [low, high] = proof.w2_squared;
    assert!(low > 0.0 && high - low < 1e-9 * low, "{low} {high}");
}

/// Sites all over space: most of them are nearest to a corner or an edge, dozens to the same one,
/// so that the start by projection leaves many cells empty, and those raised side by side hide each
/// other.
#[test]
fn sites_all_about_a_tetrahedron() {
    let corners = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
    let surface = Surface::new(corners, vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]).unwrap();
    let place = |k: u32| {
        [0.819_172_513_4, 0.671_043_606_7, 0.549_700_477_9].map(|a: f64| 4.0 * (f64::from(k) * a).fract() - 1.5)
    };
    let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, (1..=300).map(place).collect())).unwrap();
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged, "{:?}", solution.report.outcome);
    assert!(certify(&problem, &solution.heights, 5).unwrap().max_relative_error[1] < 2e-10);
}

/// A unit square with the wall `x = 1/4`, far from the origin, where doubles are 2e-6 apart, and so
/// is what a double can say of a centroid. Left of the wall a site sees `int (x - 1/4)^2 = 1/192`,
/// right of it another one `9/192`; `int (y - 1/2)^2 = 1/12`.
#[test]
fn costs_far_from_the_origin() {
    for far in [0.0, 1e6, 1e10] {
        let at = |x: f64, y: f64, z: f64| [far + x, far + y, far + z];
        let corners = vec![at(0.0, 0.0, 0.0), at(1.0, 0.0, 0.0), at(1.0, 1.0, 0.0), at(0.0, 1.0, 0.0)];
        let square = Surface::new(corners, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
        let mut data = SurfaceProblemData::new(square, vec![at(0.25, 0.5, 0.25), at(0.75, 0.5, 0.5)]);
        data.masses = Some(vec![0.25, 0.75]);
        let solution = solve(&SurfaceProblem::new(data).unwrap(), &SolveOptions::default());
        assert!(solution.report.converged, "{far}: {:?}", solution.report.outcome);
        let expected = 10.0 / 192.0 + 1.0 / 12.0 + 0.25 / 16.0 + 0.75 / 4.0;
        assert!((solution.cost - expected).abs() <= 2e-10, "{far}: {} is not {expected}", solution.cost);
    }
}
