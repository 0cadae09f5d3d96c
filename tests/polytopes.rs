//! Polytopes with given areas or curvatures: closed forms, and polytopes made forward that must
//! come back.

#[path = "common/bodies.rs"]
mod bodies;
mod common;

use brenier::exact::Dd;
use brenier::polytope::{
    CurvatureOptions, CurvatureProblem, MinkowskiOptions, MinkowskiProblem, curvature, measured_curvatures, minkowski,
    prove_areas, prove_curvatures, verify_curvature, verify_minkowski,
};
use common::expr::evaluate;
use serde_json::Value;

fn numbers(list: &Value) -> Vec<f64> {
    let text = |v: &Value| v.as_str().expect("numbers are strings").to_string();
    list.as_array().expect("a list").iter().map(|v| evaluate(&text(v)).value.to_f64()).collect()
}

fn vectors(list: &Value) -> Vec<[f64; 3]> {
    list.as_array().expect("a list").iter().map(|v| numbers(v).try_into().expect("three coordinates")).collect()
}

/// Largest difference after the best translation: support numbers are told up to `<n, v>`.
fn gap_of_supports(normals: &[[f64; 3]], found: &[f64], expected: &[f64]) -> f64 {
    let units = nalgebra::DMatrix::from_fn(normals.len(), 3, |i, k| {
        normals[i][k] / normals[i].iter().map(|x| x * x).sum::<f64>().sqrt()
    });
    let gap = nalgebra::DVector::from_fn(normals.len(), |i, _| found[i] - expected[i]);
    let v = units.clone().svd(true, true).solve(&gap, 1e-12).expect("solvable");
    (gap - units * v).amax()
}

fn check_minkowski(id: &str, case: &Value) {
    let (normals, areas) = (vectors(&case["problem"]["normals"]), numbers(&case["problem"]["areas"]));
    let problem = MinkowskiProblem::new(&normals, &areas, false).unwrap_or_else(|e| panic!("{id}: {e}"));
    let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
    assert!(found.outcome.converged(), "{id}: {:?}", found.outcome);
    let expected = numbers(&case["expected"]["support"]);
    let scale = expected.iter().fold(0.0f64, |m, h| m.max(h.abs()));
    let gap = gap_of_supports(&normals, &found.support, &expected);
    assert!(gap <= 1e-12 * scale, "{id}: support off by {gap:e}");
    let volume = evaluate(case["expected"]["volume"].as_str().unwrap()).value.to_f64();
    assert!((found.volume - volume).abs() <= 1e-12 * volume, "{id}: {} is not {volume}", found.volume);
    for (a, wanted) in found.areas.iter().zip(&areas) {
        assert!((a - wanted).abs() <= 1e-12 * wanted, "{id}");
    }
    let lines = verify_minkowski(&found.claims(&problem, &normals, 1e-12));
    assert!(lines.iter().all(|l| l.pass), "{id}: {lines:#?}");
}

fn check_curvature(id: &str, case: &Value) {
    let rays = vectors(&case["problem"]["directions"]);
    let wanted = numbers(&case["problem"]["curvatures"]);
    let problem = CurvatureProblem::new(&rays, &wanted, false).unwrap_or_else(|e| panic!("{id}: {e}"));
    let found =
        curvature(&problem, &CurvatureOptions::default(), &mut |_| true).unwrap_or_else(|e| panic!("{id}: {e}"));
    assert!(found.outcome.converged(), "{id}: {:?}", found.outcome);
    let expected = numbers(&case["expected"]["radii"]);
    let mean = |v: &[f64]| v.iter().map(|r| r.ln()).sum::<f64>() / v.len() as f64;
    let factor = (mean(&found.radii) - mean(&expected)).exp();
    for (r, e) in found.radii.iter().zip(&expected) {
        assert!((r - e * factor).abs() <= 1e-12 * r, "{id}: {:?}", found.radii);
    }
    let lines = verify_curvature(&found.claims(&problem, &rays, 1e-12));
    assert!(lines.iter().all(|l| l.pass), "{id}: {lines:#?}");
}

fn check(case: &Value) {
    let id = case["id"].as_str().expect("an id");
    match case["kind"].as_str() {
        Some("minkowski") => check_minkowski(id, case),
        Some("sphere") => check_curvature(id, case),
        other => panic!("{id}: {other:?}"),
    }
}

#[test]
fn closed_forms() {
    let text: Value = serde_json::from_str(include_str!("data/polytope_cases.json")).unwrap();
    let cases = text["cases"].as_array().unwrap();
    assert!(cases.len() >= 7);
    cases.iter().for_each(check);
}

/// The cases that the theory page derives.
#[test]
fn documented_closed_forms() {
    let text = include_str!("../docs/theory/polytopes.md");
    let blocks: Vec<&str> = text.split("```polytope\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5, "{}", blocks.len());
    blocks.iter().for_each(|b| check(&serde_json::from_str(b).unwrap_or_else(|e| panic!("{e} in {b}"))));
}

fn draws(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(17);
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// Small integers: vectors many of which share planes, and offsets that make facets meet in one
/// point.
fn lattice(n: usize, seed: u64) -> (Vec<[f64; 3]>, Vec<Dd>) {
    let mut draw = draws(seed);
    let mut whole = |k: f64| (draw() * k).round();
    let mut found: Vec<([f64; 3], Dd)> = Vec::new();
    while found.len() < n {
        let v = [whole(3.4), whole(3.4), whole(3.4)];
        let size = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if size > 0.0 && !found.iter().any(|(w, _)| *w == v) {
            // Quarters: many fourfold corners.
            found.push((v, Dd::from_f64((size * 4.0).round() / 4.0)));
        }
    }
    found.into_iter().unzip()
}

fn generic(n: usize, seed: u64) -> (Vec<[f64; 3]>, Vec<Dd>) {
    let mut draw = draws(seed);
    let mut one = || {
        let v = [draw(), draw(), draw()];
        let size = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        (v, Dd::from_f64(size * (1.0 + 0.3 / n as f64 * draw())))
    };
    (0..n).map(|_| one()).unzip()
}

/// Nearly degenerate: planes that all but meet in a point, off by `2^-20` of the size or less.
fn nearly(n: usize, seed: u64) -> (Vec<[f64; 3]>, Vec<Dd>) {
    let (vectors, offsets) = lattice(n, seed);
    let mut draw = draws(!seed);
    let moved = offsets.iter().map(|o| Dd::from_f64(o.hi * (1.0 + draw() * 2f64.powi(-20 - (seed % 8) as i32))));
    (vectors, moved.collect())
}

/// Bodies of 8 to 200 directions, of which those count that bound or carry something.
fn bodies(most: usize) -> impl Iterator<Item = (usize, Vec<[f64; 3]>, Vec<Dd>)> {
    (0..most).map(move |k| {
        // Few are large: 200 for one in twenty.
        let n = if k.is_multiple_of(20) { 50 + 150 * k / most } else { 8 + k % 40 };
        let (vectors, offsets) = match k % 3 {
            0 => lattice(n, k as u64),
            1 => generic(n, k as u64),
            _ => nearly(n, k as u64),
        };
        (k, vectors, offsets)
    })
}

/// Every so many are proved, too.
const PROVED: usize = 40;

/// Areas in doubles from the exact ones: the error that the proof finds against 1 tells them.
fn areas_of(normals: &[[f64; 3]], offsets: &[Dd]) -> Option<Vec<f64>> {
    brenier::polytope::measured_areas(normals, offsets)
}

#[test]
fn polytopes_made_forward_come_back_from_their_areas() {
    let mut done = 0;
    for (number, normals, offsets) in bodies(1450) {
        let Some(areas) = areas_of(&normals, &offsets) else { continue };
        let keep: Vec<usize> = (0..normals.len()).filter(|&i| areas[i] > 0.0).collect();
        let normals: Vec<[f64; 3]> = keep.iter().map(|&i| normals[i]).collect();
        let areas: Vec<f64> = keep.iter().map(|&i| areas[i]).collect();
        let Ok(problem) = MinkowskiProblem::new(&normals, &areas, false) else { continue };
        if problem.directions().merged() > 0 {
            continue;
        }
        let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
        assert!(found.outcome.converged(), "{number}: {} facets: {:?}", areas.len(), found.outcome);
        let sizes = normals.iter().map(|n| n.iter().map(|x| x * x).sum::<f64>().sqrt());
        let expected: Vec<f64> = keep.iter().zip(sizes).map(|(&i, l)| offsets[i].hi / l).collect();
        let gap = gap_of_supports(&normals, &found.support, &expected);
        assert!(gap < 1e-10, "{number}: {} facets: {gap:e}", areas.len());
        if number.is_multiple_of(PROVED) {
            let proof = prove_areas(&normals, &found.offsets, &areas).unwrap();
            assert!(proof.max_relative_error[1] <= 1e-12 && proof.missing == 0);
        }
        done += 1;
    }
    assert!(done >= 1000, "{done}");
}

#[test]
fn polytopes_made_forward_come_back_from_their_curvatures() {
    let mut done = 0;
    for (number, rays, divisors) in bodies(1040) {
        let Some(k) = measured_curvatures(&rays, &divisors) else { continue };
        let keep: Vec<usize> = (0..rays.len()).filter(|&i| k[i] > 0.0).collect();
        let rays: Vec<[f64; 3]> = keep.iter().map(|&i| rays[i]).collect();
        let wanted: Vec<f64> = keep.iter().map(|&i| k[i]).collect();
        let Ok(problem) = CurvatureProblem::new(&rays, &wanted, false) else { continue };
        if problem.directions().merged() > 0 {
            continue;
        }
        let found = curvature(&problem, &CurvatureOptions::default(), &mut |_| true).unwrap();
        assert!(found.outcome.converged(), "{number}: {} rays: {:?}", rays.len(), found.outcome);
        let ratio = |i: usize| found.divisors[i].hi / divisors[keep[i]].hi;
        assert!((0..rays.len()).all(|i| (ratio(i) / ratio(0) - 1.0).abs() < 1e-10), "{number}: {} rays", rays.len());
        if number.is_multiple_of(PROVED) {
            let proof = prove_curvatures(&rays, &found.divisors, &wanted).unwrap();
            assert!(proof.max_relative_error[1] <= 1e-12 && proof.missing == 0 && proof.surrounds);
        }
        done += 1;
    }
    assert!(done >= 1000, "{done}");
}

/// Three normals 1e-11 apart, whose largest coordinates are negative, and the mirror image: areas
/// are doubted whatever the signs are.
#[test]
fn areas_of_nearly_parallel_facets_are_doubted() {
    let normals = [
        [-0.971396809318034, -0.1744397291648287, -0.1611180304486232],
        [0.2171106488419702, -0.9272551938332218, -0.3050586364434435],
        [0.0961831846427928, 0.33131342622865656, -0.9386054594943496],
        [0.0961831846264850, 0.331313426233458, -0.9386054594943258],
        [0.0961831846306616, 0.3313134262177819, -0.9386054594994313],
        [0.6532938166119009, 0.7538158254598466, 1.4517123993629029],
    ];
    let areas = [1.0, 1.0, 0.3, 0.4, 0.35, 1.7613914953811518];
    for sign in [1.0, -1.0] {
        let normals = normals.map(|n| n.map(|x| sign * x));
        let problem = MinkowskiProblem::new(&normals, &areas, true).unwrap();
        let found = minkowski(&problem, &MinkowskiOptions::default().tolerance(1e-8), &mut |_| true);
        let lines = verify_minkowski(&found.claims(&problem, &normals, 1e-8));
        assert!(lines.iter().all(|l| l.pass), "{sign}: {lines:?}");
    }
}

/// A check that passes everything proves nothing.
#[test]
fn false_claims_are_found() {
    let (normals, offsets) = generic(20, 3);
    let areas = areas_of(&normals, &offsets).unwrap();
    let problem = MinkowskiProblem::new(&normals, &areas, false).unwrap();
    let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
    let claims = found.claims(&problem, &normals, 1e-12);
    let failing = |change: &dyn Fn(&mut brenier::polytope::PolytopeClaims)| -> Vec<&'static str> {
        let mut claims = claims.clone();
        change(&mut claims);
        verify_minkowski(&claims).iter().filter(|l| !l.pass).map(|l| l.what).collect()
    };
    assert!(failing(&|_| {}).is_empty());
    assert!(failing(&|c| c.exact[3] = c.exact[3].times(1.0 + 1e-9)).contains(&"areas"));
    assert!(failing(&|c| c.exact[3] = c.exact[3].times(3.0)).contains(&"polytope"));
    assert!(failing(&|c| c.exact[3] = Dd::from_f64(-1.0)).contains(&"polytope"));
    assert_eq!(failing(&|c| c.sizes[3] *= 1.0 + 1e-11), ["support"]);
    assert_eq!(failing(&|c| c.values[3] *= 1.0 + 1e-11), ["values"]);
    assert_eq!(failing(&|c| c.volume = c.volume.map(|v| v * (1.0 + 1e-11))), ["volume"]);
    assert!(failing(&|c| c.prescribed[3] *= 1.0 + 1e-9).contains(&"converged"));
    assert!(failing(&|c| c.max_relative_error = 1e-3).contains(&"areas"));
    assert!(failing(&|c| c.vectors[3] = c.vectors[4]).contains(&"problem"));
}

/// Bytes at random, as the fuzz target of the same name has them.
#[test]
fn hostile_directions_are_solved_or_refused() {
    use bodies::Fate;
    let most = std::env::var("BRENIER_BODIES").ok().and_then(|n| n.parse().ok()).unwrap_or(400u64);
    let mut fates = [0; 3];
    for seed in 0..most {
        let mut draw = draws(seed);
        let bytes: Vec<u8> = (0..120).map(|_| ((draw() + 1.0) * 128.0) as u8).collect();
        let fate = std::panic::catch_unwind(|| bodies::hold(&bytes)).unwrap_or_else(|_| panic!("seed {seed}"));
        fates[[Fate::Refused, Fate::Solved, Fate::Stopped].iter().position(|f| *f == fate).unwrap()] += 1;
    }
    println!("refused, solved, stopped: {fates:?}");
    assert!(fates[1] > most / 4, "{fates:?}");
}

/// A run that stops far from its curvatures tells an error of 1,376, to roundings of that.
#[test]
fn a_large_error_is_told() {
    let bytes = [
        0x36, 0x36, 0, 0, 0x8f, 0x0d, 0x5d, 1, 0, 0, 3, 0, 0x8f, 0x0d, 0xff, 0, 0x0d, 0xff, 0, 0, 0xff, 0xac, 0xff,
        0x28, 0xff, 0xff, 0xff, 0xf7,
    ];
    assert_eq!(bodies::hold(&bytes), bodies::Fate::Stopped);
    // Radii run apart by 36 decades, where double-doubles tell no curvatures.
    let bytes = [
        0x26, 0x9f, 0x5d, 0xeb, 0x5d, 0xeb, 0xf7, 0x2a, 0xff, 0xff, 0xf7, 0x27, 0x28, 0x27, 0x27, 0x2f, 0x27, 0x27,
        0x27, 0xaa, 0xbd, 0x7a, 0x63, 0xf2, 0x46, 0xa0, 0xf4, 0x7a, 0x55, 0x27, 0x27, 0x2f, 0x27, 0x27, 0x27, 0xaa,
        0xbd, 0x7a, 0x63, 0xf2, 0x46, 0xa0, 0xf4, 0x7a, 0x55, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff,
        0x76, 0x76, 0x76,
    ];
    assert_ne!(bodies::hold(&bytes), bodies::Fate::Solved);
    // A flat vertex that the rounding of the radii takes away, in a state that has not converged.
    let bytes = [
        0x26, 0x9f, 0x5d, 0xeb, 0x5d, 0xcb, 0xf7, 0x22, 0xff, 0xff, 0xf7, 0x27, 0x28, 0x27, 0x27, 0x2f, 0x27, 0x27,
        0x27, 0xaa, 0xbd, 0x7a, 0xcb, 0xf7, 0x22, 0xff, 0xff, 0xf7, 0x27, 0x28, 0x27, 0x27, 0x2f, 0x27, 0x27, 0x27,
        0xaa, 0xbd, 0x7a, 0x63, 0xf2, 0x46, 0xa0, 0xf4, 0x7a, 0x27, 0x27, 0x27, 0x55, 0x2f, 0x27, 0x63, 0xf2, 0x46,
        0xa0, 0x2f, 0x27, 0x29, 0x27, 0xaa,
    ];
    assert_eq!(bodies::hold(&bytes), bodies::Fate::Stopped);
    // Two pairs of normals 1e-12 apart: in double-doubles areas were off by 3e-11.
    let mut bytes = vec![0x3d, 0x36];
    bytes.extend([0xff; 9]);
    bytes.push(0xf7);
    bytes.extend([0xff; 5]);
    bytes.extend([0x3f, 0x8f]);
    bytes.extend([0x7d; 12]);
    bytes.extend([0, 0xff, 0x28, 0xff, 0xff, 0x6d, 0x77]);
    assert_ne!(bodies::hold(&bytes), bodies::Fate::Refused);
}

/// Three normals of a flat tetrahedron lie near one great circle, two of them nearly opposite: in
/// doubles its curvatures were off by 1e-12, and the error that was told with them.
#[test]
fn a_flat_tetrahedron_is_solved() {
    let bytes = [0x26, 0, 0, 0, 0x0e, 0x5d, 0x9c, 0x44, 0xa3, 0x6f, 0xc2, 0x26, 0xca, 0xa3, 0x6f, 0x26];
    assert_eq!(bodies::hold(&bytes), bodies::Fate::Solved);
    // Not solved, from heights far apart.
    let bytes = [
        0x26, 0x9f, 0x5d, 0xeb, 0x5d, 0xeb, 0xf7, 0x2a, 0xff, 0xff, 0xf7, 0x27, 0x28, 0x27, 0x27, 0x2f, 0x27, 0x27,
        0x27, 0xaa, 0xbd, 0x7a, 0x63, 0xe8, 0x21, 0xa0, 0xf4, 0x55, 0x7e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
    ];
    assert_ne!(bodies::hold(&bytes), bodies::Fate::Solved);
}
