use super::{MinkowskiError, MinkowskiOptions, MinkowskiProblem, MinkowskiSolution, minkowski, prove_areas};
use crate::exact::Dd;
use crate::exact::predicates::Pole;
use crate::hull::solid::{Rings, SolidHull};
use crate::polytope::DirectionError;

fn solved(normals: &[[f64; 3]], areas: &[f64]) -> (MinkowskiProblem, MinkowskiSolution) {
    let problem = MinkowskiProblem::new(normals, areas, false).unwrap();
    let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
    assert!(found.outcome.converged(), "{:?} {:?}", found.outcome, found.iterations);
    let first = |k: usize| problem.directions().first[k] as usize;
    let normals: Vec<[f64; 3]> = (0..problem.directions().len()).map(|k| normals[first(k)]).collect();
    let proof = prove_areas(&normals, &found.offsets, problem.areas()).unwrap();
    assert!(proof.max_relative_error[1] <= 1e-12, "{proof:?}");
    assert!(proof.max_relative_error[0] <= found.max_relative_error + 1e-15);
    assert_eq!(proof.missing, 0);
    assert!((proof.volume[0] - found.volume).abs() <= 1e-12 * found.volume);
    (problem, found)
}

/// Areas of `{<n, x> <= s}` by a way of its own: every three planes, in doubles.
fn areas_by_force(normals: &[[f64; 3]], offsets: &[f64]) -> Vec<f64> {
    let rows: Vec<Pole> = normals.iter().zip(offsets).map(|(&n, &s)| Pole { n, s: Dd::from_f64(s) }).collect();
    let hull = SolidHull::new(&rows).unwrap();
    let rings = Rings::new(&rows, &hull, &mut Default::default());
    let solve = |p: [u32; 3]| {
        let [a, b, c] = p.map(|k| normals[k as usize]);
        let m = nalgebra::Matrix3::from_rows(&[a.into(), b.into(), c.into()].map(|v: nalgebra::RowVector3<f64>| v));
        let s = nalgebra::Vector3::from(p.map(|k| offsets[k as usize]));
        m.lu().solve(&s).unwrap()
    };
    (0..normals.len())
        .map(|i| {
            let corners: Vec<_> = rings.ring(i).map(|r| solve(rings.planes[r.1 as usize])).collect();
            let Some(&apex) = corners.first() else { return 0.0 };
            let mut sum = nalgebra::Vector3::zeros();
            for pair in corners.windows(2) {
                sum += (pair[0] - apex).cross(&(pair[1] - apex));
            }
            0.5 * sum.norm()
        })
        .collect()
}

fn draws(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(99);
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A polytope about a ball with all its facets: normals and offsets.
fn random_polytope(n: usize, seed: u64, bumps: f64) -> (Vec<[f64; 3]>, Vec<f64>) {
    let mut draw = draws(seed);
    let (mut normals, mut offsets) = (Vec::new(), Vec::new());
    while normals.len() < n {
        let v = [draw(), draw(), draw()];
        let size = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if size > 0.1 && size < 1.0 {
            normals.push(v);
            offsets.push(size * (1.0 + bumps * draw()));
        }
    }
    let areas = areas_by_force(&normals, &offsets);
    let keep: Vec<usize> = (0..n).filter(|&i| areas[i] > 0.0).collect();
    (keep.iter().map(|&i| normals[i]).collect(), keep.iter().map(|&i| offsets[i]).collect())
}

#[test]
fn a_box() {
    let normals =
        [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -0.25]];
    let (_, found) = solved(&normals, &[15.0, 15.0, 10.0, 10.0, 6.0, 6.0]);
    let expected = [1.0, 1.0, 1.5, 1.5, 2.5, 2.5];
    assert!(found.support.iter().zip(expected).all(|(h, e)| (h - e).abs() < 1e-13), "{:?}", found.support);
    assert!((found.offsets[2].hi - 3.0).abs() < 1e-13 && (found.offsets[5].hi - 0.625).abs() < 1e-13);
    assert!((found.volume - 30.0).abs() < 1e-11);
    assert_eq!((found.solid.vertices.len(), found.solid.faces.len()), (8, 6));
    assert!(found.solid.faces.iter().all(|f| f.len() == 4));
}

#[test]
fn any_units() {
    let normals =
        [[1e-9, 0.0, 0.0], [-1e9, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    for unit in [1e-120, 1.0, 1e130] {
        let areas = [15.0, 15.0, 10.0, 10.0, 6.0, 6.0].map(|a| a * unit * unit);
        let problem = MinkowskiProblem::new(&normals, &areas, false).unwrap();
        let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
        assert!(found.outcome.converged());
        assert!((found.support[4] / unit - 2.5).abs() < 1e-12);
    }
}

#[test]
fn random_polytopes_come_back() {
    for (n, seed, bumps) in
        [(4, 1, 0.1), (8, 2, 0.3), (12, 3, 0.3), (20, 4, 0.2), (40, 5, 0.1), (80, 6, 0.05), (15, 7, 0.9)]
    {
        let (mut normals, mut offsets) = random_polytope(n, seed, bumps);
        while normals.len() < 4 || MinkowskiProblem::new(&normals, &vec![1.0; normals.len()], true).is_err() {
            (normals, offsets) = random_polytope(n + 4, seed + 1000, bumps);
        }
        let areas = areas_by_force(&normals, &offsets);
        let (_, found) = solved(&normals, &areas);
        // Up to a translation: the support numbers differ by <n, v>, which vertices tell.
        let rows = nalgebra::DMatrix::from_fn(normals.len(), 3, |i, k| normals[i][k]);
        let gap = nalgebra::DVector::from_fn(normals.len(), |i, _| found.offsets[i].hi - offsets[i]);
        let svd = rows.clone().svd(true, true);
        let v = svd.solve(&gap, 1e-12).unwrap();
        let rest = gap - rows * v;
        assert!(rest.amax() < 1e-10, "n {n} seed {seed}: {}", rest.amax());
    }
}

/// More facets than are solved for directly.
#[test]
fn conjugate_gradients_do_as_well() {
    let (normals, offsets) = random_polytope(330, 11, 0.004);
    assert!(normals.len() > 256);
    let (_, found) = solved(&normals, &areas_by_force(&normals, &offsets));
    assert!(found.iterations.len() < 25, "{:?}", found.iterations);
}

#[test]
fn tiny_facets_and_near_antipodal_normals() {
    // A cube with a corner cut off by 1e-6 of its edge: areas over twelve decades.
    let mut normals =
        vec![[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    normals.push([1.0, 1.0, 1.0]);
    let cut = 1e-6f64;
    let side = 1.0 - 0.5 * cut * cut;
    let areas = [side, 1.0, side, 1.0, side, 1.0, 3f64.sqrt() / 2.0 * cut * cut];
    let (_, found) = solved(&normals, &areas);
    // The plane x + y + z = s is cut / sqrt 3 from the corner of the three planes.
    let corner = found.support[0] + found.support[2] + found.support[4];
    assert!(((corner - found.offsets[6].to_f64()) - cut).abs() < 1e-9 * cut.sqrt());
    // A blade: two normals that are opposite but for 1e-4.
    let e = 1e-4;
    let blade = [[1.0, e, 0.0], [-1.0, e, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let side = (1.0f64 + e * e).sqrt();
    let (_, found) = solved(&blade, &[side, side, 2.0 * e, e, e]);
    // A triangle of base 2 e and height 1, of length 1.
    assert!((found.volume - e).abs() < 1e-9 * e, "{}", found.volume);
}

#[test]
fn areas_that_do_not_close_are_refused_or_adjusted() {
    let normals =
        [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let areas = [1.0, 1.25, 1.0, 1.0, 1.0, 1.0];
    let MinkowskiError::Open { sum, relative } = MinkowskiProblem::new(&normals, &areas, false).unwrap_err() else {
        panic!("closed?")
    };
    assert!((sum[0] + 0.25).abs() < 1e-15 && sum[1] == 0.0 && (relative - 0.04).abs() < 1e-15);
    let problem = MinkowskiProblem::new(&normals, &areas, true).unwrap();
    // The least change weighs squares by the areas: both become 2 * 1 * 1.25 / 2.25.
    assert!((problem.areas()[0] - 10.0 / 9.0).abs() < 1e-15 && (problem.areas()[1] - 10.0 / 9.0).abs() < 1e-15);
    assert!((problem.adjusted() - 1.0 / 9.0).abs() < 1e-15);
    let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
    assert!(found.outcome.converged() && found.max_relative_error < 1e-12);
}

#[test]
fn bad_data_are_named() {
    let cube =
        [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let new = |n: &[[f64; 3]], a: &[f64]| MinkowskiProblem::new(n, a, false).unwrap_err();
    assert_eq!(new(&cube, &[1.0; 5]), MinkowskiError::Lengths { normals: 6, areas: 5 });
    assert_eq!(new(&cube, &[1.0, 1.0, 0.0, 1.0, 1.0, 1.0]), MinkowskiError::Area { index: 2, value: 0.0 });
    assert!(matches!(new(&cube, &[1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0]), MinkowskiError::Area { index: 2, .. }));
    let half = new(&cube[..5], &[1.0; 5]);
    assert!(matches!(half, MinkowskiError::Normals(DirectionError::HalfSpace { .. })), "{half}");
}

/// Two parts of one facet are one facet.
#[test]
fn equal_normals_are_merged() {
    let normals = [
        [1.0, 0.0, 0.0],
        [-1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, -1.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 0.0, -1.0],
        [0.0, 0.0, 3.0],
    ];
    let (problem, found) = solved(&normals, &[15.0, 15.0, 10.0, 10.0, 2.0, 6.0, 4.0]);
    assert_eq!(problem.directions().of_input, [0, 1, 2, 3, 4, 5, 4]);
    assert!((found.support[4] - 2.5).abs() < 1e-13);
}
