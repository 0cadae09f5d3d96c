//! Polytopes that bytes describe: what is solved is proved, what is refused says why, and what was
//! made forward comes back.

use brenier::exact::Dd;
use brenier::polytope::{
    CurvatureOptions, CurvatureProblem, MinkowskiOptions, MinkowskiProblem, curvature, measured_areas,
    measured_curvatures, minkowski, verify_curvature, verify_minkowski,
};

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Data that describe no polytope, with a reason.
    Refused,
    /// Solved, and the check agrees.
    Solved,
    /// Not to the tolerance, and said so.
    Stopped,
}

/// At most sixteen directions of few or of many bits, with sizes over up to twelve decades.
pub fn hold(data: &[u8]) -> Fate {
    let mut bytes = data.iter().copied();
    let mut next = || bytes.next().unwrap_or(0);
    let kind = next();
    let n = 4 + usize::from(next() % 13);
    let (forward, curved) = (kind & 1 == 1, kind & 2 == 2);
    let mut number = || match kind >> 2 & 3 {
        0 => f64::from(next() as i8 >> 5),
        1 => f64::from(next() as i8),
        2 => f64::from(i16::from_le_bytes([next(), next()])) / 4096.0,
        // Nearly parallel ones.
        _ => f64::from(next() as i8 >> 5) + f64::from(next() as i8) * 2f64.powi(-40),
    };
    let vectors: Vec<[f64; 3]> = (0..n).map(|_| [number(), number(), number()]).collect();
    let decades = if kind & 16 == 16 { 12.0 } else { 1.0 };
    let sizes: Vec<f64> = (0..n).map(|_| 10f64.powf(f64::from(next()) / 255.0 * decades)).collect();
    let given = if forward { made_forward(&vectors, &sizes, curved) } else { Some((vectors, sizes)) };
    let Some((vectors, sizes)) = given else { return Fate::Refused };
    let told = || format!("{curved} {vectors:?} {sizes:?}");
    let (claims, lines) = if curved {
        let Ok(problem) = CurvatureProblem::new(&vectors, &sizes, true) else { return Fate::Refused };
        let Ok(found) = curvature(&problem, &CurvatureOptions::default(), &mut |_| true) else {
            // Where a curvature is less than the roundings of the others these may violate it.
            let rounded = sizes.iter().any(|s| *s < 1e-14);
            assert!(!forward || rounded, "a violation where there is a polytope: {}", told());
            return Fate::Refused;
        };
        let claims = found.claims(&problem, &vectors, 1e-12);
        let lines = verify_curvature(&claims);
        (claims, lines)
    } else {
        let Ok(problem) = MinkowskiProblem::new(&vectors, &sizes, true) else { return Fate::Refused };
        let found = minkowski(&problem, &MinkowskiOptions::default(), &mut |_| true);
        let claims = found.claims(&problem, &vectors, 1e-12);
        let lines = verify_minkowski(&claims);
        (claims, lines)
    };
    let failed: Vec<_> = lines.iter().filter(|l| !l.pass).collect();
    assert!(failed.is_empty(), "{failed:?} of {}", told());
    if claims.converged { Fate::Solved } else { Fate::Stopped }
}

type Given = (Vec<[f64; 3]>, Vec<f64>);

/// The areas or curvatures of the polytope with these offsets, of those that have one.
fn made_forward(vectors: &[[f64; 3]], sizes: &[f64], curved: bool) -> Option<Given> {
    let length = |v: &[f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let offsets = vectors.iter().zip(sizes).map(|(v, s)| Dd::from_f64(length(v) * (1.0 + 0.1 * s.log10().fract())));
    let offsets: Vec<Dd> = offsets.collect();
    let found = if curved { measured_curvatures(vectors, &offsets) } else { measured_areas(vectors, &offsets) }?;
    Some(vectors.iter().zip(found).filter(|(_, a)| *a > 0.0).map(|(v, a)| (*v, a)).unzip())
}
