use super::{
    CurvatureError, CurvatureOptions, CurvatureProblem, CurvatureSolution, curvature, measured_curvatures,
    prove_curvatures,
};
use crate::exact::Dd;
use std::f64::consts::PI;

fn solved(rays: &[[f64; 3]], wanted: &[f64]) -> CurvatureSolution {
    let problem = CurvatureProblem::new(rays, wanted, false).unwrap();
    let found = curvature(&problem, &CurvatureOptions::default(), &mut |_| true).unwrap();
    assert!(found.outcome.converged(), "{:?} {:?}", found.outcome, found.iterations);
    assert!(found.max_relative_error <= 1e-12, "{}", found.max_relative_error);
    let again = measured_curvatures(rays, &found.divisors).unwrap();
    assert!(again.iter().zip(wanted).all(|(k, w)| (k - w).abs() <= 2e-12 * w));
    let proof = prove_curvatures(rays, &found.divisors, wanted).unwrap();
    assert!(proof.surrounds && proof.missing == 0 && proof.max_relative_error[1] <= 1e-12, "{proof:?}");
    assert!((proof.max_relative_error[0] - found.max_relative_error).abs() < 1e-14, "{proof:?}");
    let product: f64 = found.radii.iter().map(|r| r.ln()).sum();
    assert!(product.abs() < 1e-12 * found.radii.len() as f64);
    found
}

fn draws(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(5);
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

const AXES: [[f64; 3]; 6] =
    [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];

/// Curvatures at vertices as `2 pi` less the angles of faces there: a way of its own.
fn by_angles(found: &CurvatureSolution) -> Vec<f64> {
    let v = &found.solid.vertices;
    let mut k = vec![2.0 * PI; v.len()];
    let minus = |a: [f64; 3], b: [f64; 3]| nalgebra::Vector3::from([a[0] - b[0], a[1] - b[1], a[2] - b[2]]);
    for face in &found.solid.faces {
        let m = face.len();
        for c in 0..m {
            let [p, q, r] = [face[(c + m - 1) % m], face[c], face[(c + 1) % m]].map(|i| v[i as usize]);
            let (a, b) = (minus(p, q), minus(r, q));
            k[face[c] as usize] -= a.cross(&b).norm().atan2(a.dot(&b));
        }
    }
    k
}

#[test]
fn a_bipyramid() {
    let apex = 2.0 * PI - 4.0 * (0.8f64).acos();
    let side = (4.0 * PI - 2.0 * apex) / 4.0;
    let found = solved(&AXES, &[side, side, side, side, apex, apex]);
    assert!(
        (found.radii[4] / found.radii[0] - 2.0).abs() < 1e-12 && (found.radii[5] / found.radii[4] - 1.0).abs() < 1e-12
    );
    assert!((found.radii[1] / found.radii[0] - 1.0).abs() < 1e-12);
    assert_eq!((found.solid.vertices.len(), found.solid.faces.len()), (6, 8));
}

#[test]
fn a_cube_has_square_faces() {
    let rays: Vec<[f64; 3]> = (0..8).map(|k| [0, 1, 2].map(|b| if k >> b & 1 == 1 { 1.0 } else { -1.0 })).collect();
    let found = solved(&rays, &[PI / 2.0; 8]);
    assert!(found.solid.faces.len() >= 6);
    assert!(by_angles(&found).iter().all(|k| (k - PI / 2.0).abs() < 1e-12));
}

#[test]
fn random_polytopes_come_back() {
    for (n, seed, bumps) in [(8, 1, 0.2), (12, 2, 0.1), (30, 3, 0.05), (60, 4, 0.02), (9, 5, 0.5)] {
        let mut draw = draws(seed);
        let (rays, divisors): (Vec<[f64; 3]>, Vec<Dd>) = std::iter::repeat_with(|| {
            let v = [draw(), draw(), draw()];
            let size = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            (v, Dd::from_f64(size * (1.0 + bumps * draw())))
        })
        .take(n)
        .unzip();
        let Some(k) = measured_curvatures(&rays, &divisors) else { continue };
        let keep: Vec<usize> = (0..n).filter(|&i| k[i] > 0.0).collect();
        let rays: Vec<[f64; 3]> = keep.iter().map(|&i| rays[i]).collect();
        let wanted: Vec<f64> = keep.iter().map(|&i| k[i]).collect();
        assert!((wanted.iter().sum::<f64>() - 4.0 * PI).abs() < 1e-12, "Gauss and Bonnet");
        let found = solved(&rays, &wanted);
        let ratio = |i: usize| found.divisors[i].hi / divisors[keep[i]].hi;
        assert!((0..rays.len()).all(|i| (ratio(i) / ratio(0) - 1.0).abs() < 1e-10), "n {n} seed {seed}");
        let angles = by_angles(&found);
        for (v, &i) in angles.iter().zip(&found.solid.of) {
            assert!((v - wanted[i as usize]).abs() < 1e-11);
        }
    }
}

/// Sets that want too much are named with their figures; the same with a little less is solved.
#[test]
fn violated_conditions_are_named() {
    let violated = |rays: &[[f64; 3]], k: &[f64]| {
        let problem = match CurvatureProblem::new(rays, k, true) {
            Ok(problem) => problem,
            Err(CurvatureError::Violated(v)) => return v,
            Err(other) => panic!("{other}"),
        };
        match curvature(&problem, &CurvatureOptions::default(), &mut |_| true) {
            Err(CurvatureError::Violated(v)) => v,
            Err(other) => panic!("{other}"),
            Ok(found) => panic!("{:?} {:?}", found.outcome, found.iterations),
        }
    };
    // One ray wants half the sphere.
    let v = violated(&AXES, &[2.0 * PI, 0.4 * PI, 0.4 * PI, 0.4 * PI, 0.4 * PI, 0.4 * PI]);
    assert_eq!((v.rays.as_slice(), v.available), (&[0][..], 2.0 * PI));
    // Two at a right angle may have 2 pi + 2 pi/2 = 3 pi.
    let two = |share: f64| {
        [share, 0.0, share, 0.0, 0.0, 0.0].map(|k| if k > 0.0 { k } else { (4.0 * PI - 2.0 * share) / 4.0 })
    };
    let v = violated(&AXES, &two(1.52 * PI));
    assert_eq!(v.rays, [0, 2]);
    assert!((v.available - 3.0 * PI).abs() < 1e-14 && v.curvature > v.available);
    solved(&AXES, &two(1.45 * PI));
    // Three, an octant: 2 pi + 3 pi/2.
    let three = |share: f64| [0, 1, 0, 1, 0, 1].map(|k| if k == 0 { share } else { (4.0 * PI - 3.0 * share) / 3.0 });
    let v = violated(&AXES, &three(1.18 * PI));
    assert_eq!(v.rays, [0, 2, 4]);
    assert!((v.available - 3.5 * PI).abs() < 1e-14);
    solved(&AXES, &three(1.15 * PI));
}

#[test]
fn bad_data_are_named() {
    let new = |k: &[f64]| CurvatureProblem::new(&AXES, k, false).unwrap_err();
    assert!(matches!(new(&[1.0; 6]), CurvatureError::Sum { sum: 6.0 }));
    assert!(matches!(new(&[1.0; 5]), CurvatureError::Lengths { .. }));
    assert!(matches!(new(&[1.0, -1.0, 1.0, 1.0, 1.0, 1.0]), CurvatureError::Curvature { index: 1, .. }));
    assert!(matches!(CurvatureProblem::new(&AXES[..5], &[1.0; 5], true), Err(CurvatureError::Rays(_))));
    assert!((CurvatureProblem::new(&AXES, &[1.0; 6], true).unwrap().curvatures()[3] - 2.0 * PI / 3.0).abs() < 1e-15);
}

/// Two rays want more than the lune of hemispheres leaves them, by far: the climb ran through
/// radii of ten and more decades to where there is no shape at all, and ended with NaN.
#[test]
fn radii_that_run_away_show_who_wants_too_much() {
    let rays = [
        [-4.0, 0.0, 2.0],
        [2.0, 3.0, 0.0],
        [3.0, 3.0, -2.0],
        [-4.0, -4.0, -4.0],
        [0.0, 3.0, -4.0],
        [-2.0, -3.0, -4.0],
        [1.0, 2.0, 1.0],
        [-2.0, -2.0, 2.0],
        [-4.0, -4.0, 3.0],
    ];
    let wanted = [481.0, 42e6, 288e3, 409e6, 20e6, 1422.0, 2876e6, 2876e6, 108e3];
    let problem = CurvatureProblem::new(&rays, &wanted, true).unwrap();
    let found = curvature(&problem, &CurvatureOptions::default(), &mut |_| true);
    let Err(CurvatureError::Violated(violation)) = found else { panic!("{found:?}") };
    assert!(violation.rays.contains(&6) && violation.rays.contains(&7), "{violation}");
    assert!(violation.curvature > violation.available);
}
