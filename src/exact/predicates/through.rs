//! The plane through three points of space: as a row for [`super::corner_inside`], and on which
//! side of it a point lies.
//!
//! # Error of a row
//! Edges are exact as double-doubles; the normal is two products of them and a difference, so an
//! entry is off by less than `2^-98` of the sum `S` of the sizes of its products, beside its
//! rounding. The constant is three products of these with a difference that is exact: off by less
//! than `2^-96` of the sum of `S` times that. What underflows is off by less than `2^-1000`.
//!
//! Points are taken in the order of their coordinates, and the sign is set afterwards: seen from
//! both of its sides a plane has the same bits.

use super::super::{Dd, big};
use super::{ExactRow, PlaneRow};
use crate::exact::power::{exponent, scaled};
use big::Integer;

/// Points in the order of their coordinates, and whether that turns the triangle.
fn sorted(mut p: [[f64; 3]; 3]) -> ([[f64; 3]; 3], bool) {
    let mut turned = false;
    let less = |a: &[f64; 3], b: &[f64; 3]| a.partial_cmp(b) == Some(std::cmp::Ordering::Less);
    for (i, j) in [(0, 1), (1, 2), (0, 1)] {
        if less(&p[j], &p[i]) {
            p.swap(i, j);
            turned = !turned;
        }
    }
    (p, turned)
}

/// The plane through three points about an origin, positive where they turn counter-clockwise as
/// seen from there, in units in which its normal is about 1.
pub fn plane_near(p: [[f64; 3]; 3], about: &[f64; 3]) -> PlaneRow {
    let ([a, b, c], turned) = sorted(p);
    let from_a = |x: &[f64; 3]| [0, 1, 2].map(|k| Dd::difference(x[k], a[k]));
    let (u, v, m) = (from_a(&b), from_a(&c), from_a(about));
    let (mut n, mut sizes) = ([Dd::ZERO; 3], [0.0; 3]);
    for k in 0..3 {
        let (i, j) = ((k + 1) % 3, (k + 2) % 3);
        let (l, r) = (u[i] * v[j], u[j] * v[i]);
        n[k] = l - r;
        sizes[k] = l.hi.abs() + r.hi.abs();
    }
    let (mut d, mut size) = (Dd::ZERO, 0.0);
    for k in 0..3 {
        d = d + n[k] * m[k];
        size += sizes[k] * m[k].hi.abs();
    }
    let tiny = 2f64.powi(-1000);
    let n = n.map(|n| n.hi);
    let e = exponent(n[0].abs().max(n[1].abs()).max(n[2].abs()));
    let sign = if turned { -1.0 } else { 1.0 };
    let to = |x: f64| scaled(x, -e);
    let d = sign * to(d.to_f64());
    let off = to(2f64.powi(-96) * size + tiny) + d.abs() * f64::EPSILON;
    PlaneRow::skewed(n.map(|n| sign * to(n)), sizes.map(|s| to(2f64.powi(-98) * s + tiny)), d, off)
}

/// [`plane_near`] in integers: a positive multiple of the row.
pub fn plane_exact(p: [[f64; 3]; 3], about: &[f64; 3]) -> ExactRow {
    let flat: Vec<f64> = p.iter().chain([about]).flatten().copied().collect();
    let (x, e) = big::integers_and_unit(&flat);
    let from_a = |at: usize| [0, 1, 2].map(|k| Integer::from(&x[3 * at + k] - &x[k]));
    let (u, v, m) = (from_a(1), from_a(2), from_a(3));
    let n = [0, 1, 2].map(|k| {
        let (i, j) = ((k + 1) % 3, (k + 2) % 3);
        Integer::from(&u[i] * &v[j]) - Integer::from(&u[j] * &v[i])
    });
    let d: Integer = n.iter().zip(&m).map(|(n, m)| Integer::from(n * m)).sum();
    // Coordinates are in units of 2^e, the origin of the row is not.
    let [x, y, z] = n;
    let row = match e {
        0.. => [x, y, z, d << e as u32],
        _ => {
            let s = e.unsigned_abs();
            [x << s, y << s, z << s, d]
        }
    };
    let zeros = row.iter().filter_map(|v| v.find_one(0)).min().unwrap_or(0);
    ExactRow::new(row.map(|v| v >> zeros))
}

/// The sign of `det[b - a; c - a; d - a]`: 1 if `a, b, c` turn counter-clockwise as seen from `d`,
/// 0 in one plane. Exact for all finite doubles: `robust` (Shewchuk's expansions) where nothing of
/// it leaves the doubles, else integers.
pub fn orient3d_sign(a: [f64; 3], b: [f64; 3], c: [f64; 3], d: [f64; 3]) -> i32 {
    // Products of three differences and their tails stay between 2^-(3 (100 + 53)) and 2^303.
    let in_range = |v: f64| v == 0.0 || (2f64.powi(-100)..2f64.powi(100)).contains(&v.abs());
    if [a, b, c, d].as_flattened().iter().all(|v| in_range(*v)) {
        let at = |p: [f64; 3]| robust::Coord3D { x: p[0], y: p[1], z: p[2] };
        let det = robust::orient3d(at(a), at(b), at(c), at(d));
        return i32::from(det < 0.0) - i32::from(det > 0.0);
    }
    orient3d_exact(a, b, c, d)
}

fn orient3d_exact(a: [f64; 3], b: [f64; 3], c: [f64; 3], d: [f64; 3]) -> i32 {
    big::sign(&plane_exact([a, b, c], &d).v[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientations_agree_with_integers() {
        let (a, b, c) = ([0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]);
        assert_eq!(orient3d_sign(a, b, c, [0.1, 0.2, 1e-30]), 1);
        assert_eq!(orient3d_sign(a, b, c, [0.1, 0.2, -1e-300]), -1);
        let mut state = 7u64;
        let mut next = |noise: bool| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 60) as f64 - 8.0) + if noise { (state >> 11) as f64 * 2f64.powi(-80) } else { 0.0 }
        };
        let (mut zeros, mut plane) = (0, 0);
        for k in 0..3000 {
            let p: [[f64; 3]; 4] = std::array::from_fn(|_| std::array::from_fn(|_| next(k % 3 == 0)));
            let sign = orient3d_sign(p[0], p[1], p[2], p[3]);
            assert_eq!(sign, orient3d_exact(p[0], p[1], p[2], p[3]));
            zeros += usize::from(sign == 0);
            // The row about any point says the same of a box of one point.
            let row = plane_near([p[0], p[1], p[2]], &[0.5; 3]);
            let z = [0, 1, 2].map(|k| p[3][k] - 0.5);
            if let Some(inside) = row.side_of(&z, &z) {
                plane += 1;
                assert_eq!(inside, sign > 0);
            }
        }
        assert!(zeros > 10 && plane > 1000, "{zeros} {plane}");
    }
}
