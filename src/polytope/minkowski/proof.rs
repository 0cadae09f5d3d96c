//! The areas of a polytope's facets, proved in rationals from normals and offsets.

use crate::exact::big::{Rational, enclose, rational, rational_dd};
use crate::exact::predicates::Pole;
use crate::exact::{Counters, Dd, power};
use crate::hull::solid::{Rings, SolidHull};

/// What is true of the polytope `{x : <n_i, x> <= s_i}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvedAreas {
    /// The areas, to a few ulps.
    pub areas: Vec<f64>,
    /// Enclosure of `max |A_i - wanted_i| / wanted_i`.
    pub max_relative_error: [f64; 2],
    /// The facet where it is largest.
    pub worst: usize,
    /// Enclosure of the volume.
    pub volume: [f64; 2],
    /// Normals without a facet.
    pub missing: usize,
    /// Vertices, edges and facets.
    pub counts: [usize; 3],
}

type Point = [Rational; 3];

/// Measures a polytope exactly and compares its areas with wanted ones. `None` if the half-spaces
/// do not meet in a bounded set with the origin inside. Cost: O(n) operations on rationals of some
/// hundred digits, about 0.1 ms a facet.
pub fn prove_areas(normals: &[[f64; 3]], offsets: &[Dd], wanted: &[f64]) -> Option<ProvedAreas> {
    if normals.len() != offsets.len() || normals.len() != wanted.len() || !wanted.iter().all(|a| *a > 0.0) {
        return None;
    }
    // Powers of two change nothing: rows are scaled, and lengths.
    let rows: Vec<Pole> = normals.iter().zip(offsets).map(|(n, s)| ordinary(n, *s)).collect::<Option<_>>()?;
    let unit = rows.iter().map(|r| power::exponent(r.s.hi)).max()?;
    let rows: Vec<Pole> = rows.into_iter().map(|r| Pole { s: power::scaled_dd(r.s, -unit), ..r }).collect();
    if !rows.iter().all(|r| (2f64.powi(-200)..2f64.powi(200)).contains(&r.s.hi)) {
        return None;
    }
    let hull = SolidHull::new(&rows).ok()?;
    let rings = Rings::new(&rows, &hull, &mut Counters::default());
    let corners: Vec<Point> =
        rings.planes.iter().map(|p| corner(p.map(|k| &rows[k as usize]))).collect::<Option<_>>()?;
    let mut proof = ProvedAreas {
        areas: Vec::with_capacity(rows.len()),
        max_relative_error: [0.0; 2],
        worst: 0,
        volume: [0.0; 2],
        missing: 0,
        counts: [rings.planes.len(), rings.neighbor.len() / 2, 0],
    };
    let mut volume = Rational::new();
    for i in 0..rows.len() {
        if rings.degree(i) == 0 {
            proof.missing += 1;
        } else {
            proof.counts[2] += 1;
        }
        let share = area_share(&rows[i].n, rings.ring(i).map(|r| &corners[r.1 as usize]));
        volume += Rational::from(&share * &rational_dd(rows[i].s));
        proof.areas.push(power::scaled(size(&share, &rows[i].n).to_f64().max(0.0).sqrt(), 2 * unit));
        let [low, high] = relative_error(&share, &rows[i].n, power::scaled(wanted[i], -2 * unit));
        if high > proof.max_relative_error[1] {
            proof.worst = i;
        }
        let [l, h] = proof.max_relative_error;
        proof.max_relative_error = [l.max(low), h.max(high)];
    }
    let (low, high) = enclose(&(volume / 3u32));
    proof.volume = [low, high].map(|v| power::scaled(v, 3 * unit));
    Some(proof)
}

/// A half-space times a power of two, its normal's largest coordinate in `[1, 2)`. `None` if that
/// is not exact.
fn ordinary(n: &[f64; 3], s: Dd) -> Option<Pole> {
    let largest = n.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let e = -power::exponent(largest);
    let scaled = n.map(|x| power::scaled(x, e));
    let fits = n.iter().zip(scaled).all(|(x, y)| *x == 0.0 || y.abs() >= 2f64.powi(-200));
    let exact = power::is_exact(s.hi, e) && power::is_exact(s.lo, e);
    (largest > 0.0 && largest.is_finite() && s.is_finite() && fits && exact)
        .then(|| Pole { n: scaled, s: power::scaled_dd(s, e) })
}

/// The corner of three half-spaces' planes. `None` if the origin is not below their polars' plane.
fn corner(rows: [&Pole; 3]) -> Option<Point> {
    let row = |r: &Pole| [rational(r.n[0]), rational(r.n[1]), rational(r.n[2]), rational_dd(r.s)];
    let [a, b, c] = rows.map(row);
    let minor = |i: usize, j: usize, k: usize| {
        let pair = |p: usize, q: usize| Rational::from(&b[p] * &c[q]) - Rational::from(&b[q] * &c[p]);
        Rational::from(&a[i] * &pair(j, k)) - Rational::from(&a[j] * &pair(i, k)) + Rational::from(&a[k] * &pair(i, j))
    };
    let det = minor(0, 1, 2);
    if det <= 0 {
        return None;
    }
    Some([minor(1, 2, 3) / &det, -minor(0, 2, 3) / &det, minor(0, 1, 3) / &det])
}

/// Area over length of the normal.
fn area_share<'a>(normal: &[f64; 3], mut ring: impl Iterator<Item = &'a Point>) -> Rational {
    let axis = (1..3).fold(0, |m, k| if normal[k].abs() > normal[m].abs() { k } else { m });
    let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
    let mut sum = Rational::new();
    let Some(apex) = ring.next() else { return sum };
    let mut before: Option<(Rational, Rational)> = None;
    for x in ring {
        let v = (Rational::from(&x[a] - &apex[a]), Rational::from(&x[b] - &apex[b]));
        if let Some(u) = before {
            sum += Rational::from(&u.0 * &v.1) - Rational::from(&u.1 * &v.0);
        }
        before = Some(v);
    }
    sum / (rational(normal[axis]) * 2u32)
}

/// The square of an area.
fn size(share: &Rational, n: &[f64; 3]) -> Rational {
    let square = n.iter().fold(Rational::new(), |s, x| s + Rational::from(&rational(*x) * &rational(*x)));
    Rational::from(share * share) * square
}

/// Enclosure of `|A - w| / w` for `A = share |n|`: with `q = A^2 / w^2`, a rational,
/// `|sqrt(q) - 1| = |q - 1| / (1 + sqrt(q))`.
fn relative_error(share: &Rational, n: &[f64; 3], wanted: f64) -> [f64; 2] {
    let q = size(&Rational::from(share / &rational(wanted)), n);
    let root = q.to_f64().max(0.0).sqrt();
    let (low, high) = enclose(&(q - 1u32).abs());
    // The root is off by less than three ulps, the quotient by one more of each.
    let slack = 8.0 * f64::EPSILON;
    [(low / (1.0 + root)) * (1.0 - slack), (high / (1.0 + root)) * (1.0 + slack)]
}
