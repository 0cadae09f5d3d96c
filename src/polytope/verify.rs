//! Whether what a solution claims is true.

use super::claims::PolytopeClaims;
use super::curvature::prove_curvatures;
use super::directions::{Directions, length};
use super::minkowski::prove_areas;
use crate::exact::{Dd, power};
use crate::transport::Line;

/// What claimed doubles may differ by from proved ones, relatively: some roundings.
const ROUNDING: f64 = 1e-13;

fn line(what: &'static str, pass: bool, text: String) -> Line {
    Line { what, pass, text }
}

/// Checks directions, and that the sizes told go with the exact numbers; the line of the problem
/// and that of the sizes.
fn begin(claims: &PolytopeClaims, what: &'static str, sizes: &'static str, of: fn(Dd, Dd) -> f64) -> [Line; 2] {
    let n = claims.vectors.len();
    let (problem, sound) = match Directions::new(&claims.vectors, what) {
        Ok(d) if d.merged() > 0 => (format!("{} {what} stand for others, too", d.merged()), false),
        Ok(_) => (format!("{n} different {what}, which surround the origin"), true),
        Err(e) => (e.to_string(), false),
    };
    let gap = |k: usize| {
        let v = claims.vectors[k];
        let e = -power::exponent(v.iter().fold(0.0, |m: f64, x| m.max(x.abs())));
        let length = length(&v.map(|x| power::scaled(x, e)));
        let told = of(power::scaled_dd(claims.exact[k], e), length);
        (claims.sizes[k] - told).abs() / told.abs()
    };
    let worst = (0..n).map(gap).fold(0.0, |m: f64, g| if g.is_nan() { f64::INFINITY } else { m.max(g) });
    let text = format!("{sizes} are those of the exact numbers to {worst:.1e}");
    [line("problem", sound, problem), line(sizes, worst <= ROUNDING, text)]
}

/// The lines on what was proved of the errors.
fn errors(claims: &PolytopeClaims, [low, high]: [f64; 2], worst: usize, what: &'static str) -> Vec<Line> {
    let claimed = claims.max_relative_error;
    let text = format!("largest relative error in [{low:.3e}, {high:.3e}], at entry {worst}; {claimed:.3e} is claimed");
    // Doubles near the ones asked for say errors to some roundings only, and large errors are
    // rounded themselves.
    let slack = ROUNDING * claimed.max(1.0);
    let mut lines = vec![line(what, high <= claimed + slack && low >= claimed - slack, text)];
    let relative = claims.values.iter().zip(&claims.prescribed).map(|(v, w)| (v - w).abs() / w);
    let told = relative.fold(0.0, |m: f64, g| if g.is_nan() { f64::INFINITY } else { m.max(g) });
    lines.push(line("values", told <= high + slack, format!("{what} told are off by at most {told:.3e}")));
    if claims.converged {
        let pass = high <= claims.tolerance * (1.0 + 1e-9) + 4.0 * f64::EPSILON;
        lines.push(line("converged", pass, format!("the error is at most the tolerance {:e}", claims.tolerance)));
    }
    lines
}

/// Has each direction its facet or vertex? A state that has not converged may lack some: a flat
/// vertex is lost by the rounding of the radii, and its curvature is told as 0.
fn is_whole(claims: &PolytopeClaims, missing: usize) -> bool {
    missing == 0 || !claims.converged
}

/// Verifies a solution of Minkowski's problem from its normals and offsets alone, in rationals.
pub fn verify_minkowski(claims: &PolytopeClaims) -> Vec<Line> {
    let mut lines = begin(claims, "normals", "support", |s, l| s.over(l).to_f64()).to_vec();
    let Some(proof) = prove_areas(&claims.vectors, &claims.exact, &claims.prescribed) else {
        let text = "the half-spaces do not meet in a bounded set with the origin inside".to_string();
        lines.push(line("polytope", false, text));
        return lines;
    };
    let [v, e, f] = proof.counts;
    let text = format!("{v} vertices, {e} edges, {f} facets, decided exactly; {} normals without", proof.missing);
    lines.push(line("polytope", is_whole(claims, proof.missing) && v + f == e + 2, text));
    lines.extend(errors(claims, proof.max_relative_error, proof.worst, "areas"));
    if let Some(volume) = claims.volume {
        let [low, high] = proof.volume;
        let pass = volume >= low * (1.0 - ROUNDING) && volume <= high * (1.0 + ROUNDING);
        lines.push(line("volume", pass, format!("in [{low:?}, {high:?}]")));
    }
    lines
}

/// Verifies a solution of Alexandrov's problem from its rays and divisors alone: vertices in
/// rationals, angles enclosed to `2^-200`.
pub fn verify_curvature(claims: &PolytopeClaims) -> Vec<Line> {
    let mut lines = begin(claims, "rays", "radii", |s, l| l.over(s).to_f64()).to_vec();
    let Some(proof) = prove_curvatures(&claims.vectors, &claims.exact, &claims.prescribed) else {
        lines.push(line("polytope", false, "the points have no hull".to_string()));
        return lines;
    };
    let [v, e, f] = proof.counts;
    let text = format!("{v} vertices, {e} edges, {f} facets, decided exactly; {} rays without", proof.missing);
    lines.push(line("polytope", proof.surrounds && is_whole(claims, proof.missing) && v + f == e + 2, text));
    lines.extend(errors(claims, proof.max_relative_error, proof.worst, "curvatures"));
    lines
}
