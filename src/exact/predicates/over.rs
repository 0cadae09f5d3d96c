//! Is a lifted site of space above the hyperplane through four others? The hull test in four
//! dimensions, the power test of five sites, predicate B3.
//!
//! Algebra: with rows relative to `e`, `D = det [x y z h]`. If `e` lies `t` above the hyperplane of
//! `a, b, c, d`, subtracting the hyperplane from the `h` column (a column operation) leaves `-t`
//! everywhere, so `D = -t det [x y z 1] = t det[b - a; c - a; d - a]`: where `a, b, c, d` are
//! turned such that the last is positive, **`e` is above iff `D > 0`**.
//!
//! At the vertex where four cells meet, `<x, y_e> + h_e` minus the common value is that height `t`:
//! so this is also the sign of `s_ei` there.

use super::super::{Counters, big, wide};
use super::facet::Lifted3;
use super::{U, UNDERFLOW, height_difference, orient3d};
use big::Integer;

/// Sign of the height of the last site above the hyperplane through the first four, which must be
/// turned such that [`orient3d`] of them is positive: 1 above, 0 on, -1 below. Exact for all finite
/// doubles.
///
/// Filter: coordinate differences have relative error `u`; minors of two columns are off by `(4u +
/// 8u^2) (|p| + |q|)`; a third difference and the product add `2u`, the sum of three `2u`: a minor
/// of three columns is off by `8u` of its permanent. A height difference is off by `2u` of `g`, the
/// product adds `u`, the sum of four products `3u`. Total below `(14u + O(u^2))` of the permanent,
/// which is computed to `(1 + u)^12`; `16u` covers all.
///
/// Underflow: minors of two columns lose at most `2 2^-1075`, times a third difference, times `g`;
/// those of three lose three products more, times `g`; and four products are lost at the end. With
/// `s` the sum of the third differences and `g` that of the `g`, that is below `2^-1070 (1 + g)
/// (1 + s)`.
#[inline]
pub fn over_sign(p: [&Lifted3; 5], counters: &mut Counters) -> i32 {
    over_sign_of(p, Grain::NONE, counters)
}

/// A power of two by which the volumes of all lifted sites can be divided: then of few bits they
/// are exact in doubles. Grids are so, and there most signs are zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain(f64);

impl Grain {
    /// Nothing is known.
    pub const NONE: Grain = Grain(0.0);

    /// Of these sites: the product of the greatest powers of two of which all coordinates, all
    /// second ones, all third ones, all heights are multiples, if no difference of these is beyond
    /// `2^52` times that and none has a second part. Cost: O(n).
    pub fn of(points: &[Lifted3]) -> Grain {
        let mut product = 1.0;
        let columns: [fn(&Lifted3) -> f64; 4] = [|p| p.y[0], |p| p.y[1], |p| p.y[2], |p| p.h.hi];
        for column in columns {
            let (mut unit, mut most) = (i32::MAX, 0.0f64);
            for p in points {
                let x = column(p);
                if p.h.lo != 0.0 {
                    return Grain::NONE;
                }
                if x != 0.0 {
                    unit = unit.min(big::decompose(x).1);
                    most = most.max(x.abs());
                }
            }
            if unit == i32::MAX {
                continue; // all are 0
            }
            // No product of four units or fewer underflows.
            if unit.abs() > 200 || most > 2f64.powi(51 + unit) {
                return Grain::NONE;
            }
            product *= 2f64.powi(unit);
        }
        Grain(product)
    }
}

/// [`over_sign`] of sites of this grain.
///
/// Differences are exact (multiples of a unit below `2^52` of them). Let all products be at most
/// `2^53` grains together. A height difference that is not 0 is at least its unit, so the minors
/// that it multiplies, and all partial sums of them, are multiples of the product of the other
/// three units below `2^53` of that: exact, and so are, likewise, the minors in these. What is
/// multiplied by 0 need not be. So the whole sum is exact.
#[inline]
pub fn over_sign_of(p: [&Lifted3; 5], grain: Grain, counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let e = p[4];
    let d = |k: usize| [p[k].y[0] - e.y[0], p[k].y[1] - e.y[1], p[k].y[2] - e.y[2]];
    let rows = [d(0), d(1), d(2), d(3)];
    let minor = |i: usize, j: usize| {
        let (p, q) = (rows[i][0] * rows[j][1], rows[i][1] * rows[j][0]);
        (p - q, p.abs() + q.abs())
    };
    let [m01, m02, m03, m12, m13, m23] = [minor(0, 1), minor(0, 2), minor(0, 3), minor(1, 2), minor(1, 3), minor(2, 3)];
    let z = [rows[0][2], rows[1][2], rows[2][2], rows[3][2]];
    let three = |pq: (f64, f64), pr: (f64, f64), qr: (f64, f64), [p, q, r]: [usize; 3]| {
        let value = pq.0 * z[r] - pr.0 * z[q] + qr.0 * z[p];
        (value, pq.1 * z[r].abs() + pr.1 * z[q].abs() + qr.1 * z[p].abs())
    };
    let (a, b) = (three(m12, m13, m23, [1, 2, 3]), three(m02, m03, m23, [0, 2, 3]));
    let (c, d) = (three(m01, m03, m13, [0, 1, 3]), three(m01, m02, m12, [0, 1, 2]));
    let h = [0, 1, 2, 3].map(|k| height_difference(p[k].h, e.h));
    let det = (h[1].0 * b.0 - h[0].0 * a.0) + (h[3].0 * d.0 - h[2].0 * c.0);
    let permanent = h[0].1 * a.1 + h[1].1 * b.1 + h[2].1 * c.1 + h[3].1 * d.1;
    let (g, s) = (h[0].1 + h[1].1 + h[2].1 + h[3].1, z[0].abs() + z[1].abs() + z[2].abs() + z[3].abs());
    let bound = 16.0 * U * permanent + UNDERFLOW * (1.0 + g) * (1.0 + s);
    if det > bound {
        return 1;
    }
    if -det > bound {
        return -1;
    }
    counters.filter_failures += 1;
    if permanent < 4_503_599_627_370_496.0 * grain.0 {
        counters.exact_zeros += u64::from(det == 0.0);
        return i32::from(det > 0.0) - i32::from(det < 0.0);
    }
    over_careful(p, counters)
}

#[cold]
#[inline(never)]
fn over_careful(p: [&Lifted3; 5], counters: &mut Counters) -> i32 {
    let fixed = || {
        let along = |k: usize| wide::differences([p[0].y[k], p[1].y[k], p[2].y[k], p[3].y[k]], p[4].y[k]);
        let (x, y, z) = (along(0)?, along(1)?, along(2)?);
        let h = wide::differences_dd([p[0].h, p[1].h, p[2].h, p[3].h], p[4].h)?;
        wide::determinant4_sign(&x, &y, &z, &h)
    };
    let sign = fixed().unwrap_or_else(|| {
        counters.big += 1;
        over_exact(p)
    });
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`over_sign`] by big integers only: its twin for tests, and its last stage.
pub fn over_exact(p: [&Lifted3; 5]) -> i32 {
    let along = |k: usize| {
        let v = big::common_integers(&p.map(|p| p.y[k]));
        [0, 1, 2, 3].map(|i| Integer::from(&v[i] - &v[4]))
    };
    let (x, y, z) = (along(0), along(1), along(2));
    let parts: Vec<f64> = p.iter().map(|p| p.h.hi).chain(p.iter().map(|p| p.h.lo)).collect();
    let v = big::common_integers(&parts);
    let h = [0, 1, 2, 3].map(|i| Integer::from(&v[i] - &v[4]) + &v[i + 5] - &v[9]);
    // By pairs of rows (Laplace): minors of x, y in two rows times those of z, h in the others.
    let minor = |u: &[Integer; 4], v: &[Integer; 4], i: usize, j: usize| {
        let mut m = Integer::from(&u[i] * &v[j]);
        m -= &u[j] * &v[i];
        m
    };
    let mut det = Integer::new();
    for (i, j, k, l, minus) in [
        (0, 1, 2, 3, false),
        (0, 2, 1, 3, true),
        (0, 3, 1, 2, false),
        (1, 2, 0, 3, false),
        (1, 3, 0, 2, true),
        (2, 3, 0, 1, false),
    ] {
        let term = minor(&x, &y, i, j) * minor(&z, &h, k, l);
        if minus { det -= term } else { det += term }
    }
    big::sign(&det)
}

/// Is the last site above the hyperplane through the first four after the perturbation? These are
/// turned as for [`over_sign`]; ranks in the same order.
///
/// Tie: the height is `h_e - sum l_k h_k` with the barycentric coordinates of `e`, e.g. `l_a =
/// orient3d(e, b, c, d) / orient3d(a, b, c, d)`; the coefficient of `h_e` is 1, so a non-zero
/// coefficient exists.
#[inline]
pub fn over(p: [&Lifted3; 5], rank: impl Fn() -> [u32; 5], grain: Grain, counters: &mut Counters) -> bool {
    match over_sign_of(p, grain, counters) {
        0 => break_tie(p.map(|p| &p.y), rank(), counters),
        s => s > 0,
    }
}

#[cold]
#[inline(never)]
fn break_tie(y: [&[f64; 3]; 5], rank: [u32; 5], counters: &mut Counters) -> bool {
    let mut order = [0usize, 1, 2, 3, 4];
    order.sort_unstable_by_key(|&k| rank[k]);
    for k in order {
        if k == 4 {
            return true;
        }
        let mut at = [y[0], y[1], y[2], y[3]];
        at[k] = y[4];
        let coefficient = -orient3d(at[0], at[1], at[2], at[3], counters);
        if coefficient != 0 {
            return coefficient > 0;
        }
    }
    true // not reached: the last site has a rank
}

#[cfg(test)]
mod tests {
    use super::super::orient3d_sign;
    use super::*;
    use crate::exact::Dd;

    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *state >> 33
    }

    /// Sites of several kinds and sizes, with heights near those of equal weights.
    fn sites(state: &mut u64) -> [Lifted3; 5] {
        let kind = next(state) % 5;
        let size = [1.0, 0.1, 2f64.powi(-400), 2f64.powi(300), 1e-3][(next(state) % 5) as usize];
        let mut one = || {
            let y = [(); 3].map(|()| {
                let whole = (next(state) % 4) as f64;
                if kind == 4 && whole == 0.0 {
                    return size * 2f64.powi(-100);
                }
                size * if kind == 0 { whole + next(state) as f64 * 2f64.powi(-40) } else { whole }
            });
            let square = y.iter().fold(Dd::ZERO, |s, v| s + Dd::product(*v, *v)).scale(-0.5);
            let off = (next(state) % 3) as f64 * size * size * [0.0, 1.0, 2f64.powi(-60)][(kind % 3) as usize];
            Lifted3 { y, h: square + Dd::from_f64(off) }
        };
        [(); 5].map(|()| one())
    }

    /// Turned such that the first four are positive; `None` in one plane.
    fn turned(mut p: [Lifted3; 5]) -> Option<[Lifted3; 5]> {
        match orient3d_sign(p[0].y, p[1].y, p[2].y, p[3].y) {
            0 => None,
            s => {
                if s < 0 {
                    p.swap(0, 1);
                }
                Some(p)
            }
        }
    }

    #[test]
    fn filter_and_fixed_width_agree_with_integers() {
        let (mut state, mut counters, mut asked) = (1, Counters::default(), 0);
        for _ in 0..30_000 {
            let Some(p) = turned(sites(&mut state)) else { continue };
            let sign = over_sign(p.each_ref(), &mut counters);
            assert_eq!(sign, over_exact(p.each_ref()), "{p:?}");
            // An even permutation of the first four changes nothing.
            assert_eq!(sign, over_sign([&p[1], &p[2], &p[0], &p[3], &p[4]], &mut counters));
            asked += 2;
        }
        let decided = asked - counters.filter_failures;
        let fixed = counters.filter_failures - counters.big;
        assert!(decided > 1000 && fixed > 1000 && counters.big > 100 && counters.exact_zeros > 1000, "{counters:?}");
    }

    /// Sites on grids of all sizes: exact in doubles, or told that they are not.
    #[test]
    fn grains_are_exact() {
        let (mut state, mut counters, mut exact) = (9, Counters::default(), 0);
        for round in 0..20_000 {
            let (unit, across) = (2f64.powi(round % 41 - 20), 1u64 << [1, 1, 2, 3, 12, 26][(round / 41 % 6) as usize]);
            let mut one = || {
                let y = [1.0, 4.0, 0.5].map(|scale| scale * unit * (next(&mut state) % across) as f64);
                let square = y.iter().map(|v| v * v).sum::<f64>();
                let off = unit * unit * (next(&mut state) % 2) as f64;
                Lifted3 { y, h: Dd::sum(-0.5 * square, off) }
            };
            let Some(p) = turned([(); 5].map(|()| one())) else { continue };
            let grain = Grain::of(&p);
            let before = counters.filter_failures;
            assert_eq!(over_sign_of(p.each_ref(), grain, &mut counters), over_exact(p.each_ref()), "{p:?} {grain:?}");
            exact += usize::from(grain != Grain::NONE && counters.filter_failures > before);
        }
        assert!(exact > 300, "{exact}");
        let one = |x: f64, h: Dd| Lifted3 { y: [x, 0.0, 0.0], h };
        assert_eq!(Grain::of(&[one(1.0, Dd::ZERO), one(3.0, Dd::sum(1.0, 1e-30))]), Grain::NONE);
        assert_eq!(Grain::of(&[one(1.0, Dd::ZERO), one(1e-16, Dd::ZERO)]), Grain::NONE);
        assert_eq!(Grain::of(&[one(12.0, Dd::ZERO), one(4.0, Dd::from_f64(0.5))]), Grain(2.0));
    }

    /// The sign is that of the height itself, found by solving in rationals.
    #[test]
    fn the_sign_is_that_of_the_height_above() {
        let r = big::rational;
        let (mut state, mut counters, mut seen) = (2, Counters::default(), [0; 3]);
        for _ in 0..4000 {
            let Some(p) = turned(sites(&mut state)) else { continue };
            // Barycentric coordinates of the last by Cramer's rule.
            let det = |q: [&Lifted3; 4]| {
                let e = |k: usize, a: usize| r(q[k].y[a]) - r(q[0].y[a]);
                let m = |a: usize, b: usize| e(2, a) * e(3, b) - e(2, b) * e(3, a);
                e(1, 0) * m(1, 2) - e(1, 1) * m(0, 2) + e(1, 2) * m(0, 1)
            };
            let whole = det([&p[0], &p[1], &p[2], &p[3]]);
            let mut height = big::rational_dd(p[4].h);
            for k in 0..4 {
                let mut q = [&p[0], &p[1], &p[2], &p[3]];
                q[k] = &p[4];
                height -= det(q) / &whole * big::rational_dd(p[k].h);
            }
            let sign = over_sign(p.each_ref(), &mut counters);
            assert_eq!(sign, height.cmp0() as i32, "{p:?}");
            seen[(sign + 1) as usize] += 1;
        }
        assert!(seen.iter().all(|s| *s > 100), "{seen:?}");
    }

    /// Ties as with heights that are moved by powers of a small number, written out.
    #[test]
    fn ties_are_those_of_explicit_perturbations() {
        let (mut state, mut counters, mut ties) = (3, Counters::default(), 0);
        for _ in 0..20_000 {
            let one = |state: &mut u64| {
                let y = [(); 3].map(|()| (next(state) % 3) as f64);
                Lifted3 { y, h: Dd::from_f64(-0.5 * y.iter().map(|v| v * v).sum::<f64>()) }
            };
            let Some(p) = turned([(); 5].map(|()| one(&mut state))) else { continue };
            if over_sign(p.each_ref(), &mut counters) != 0 {
                continue;
            }
            let mut rank = [0, 1, 2, 3, 4];
            (0..4).for_each(|k| rank.swap(k, k + (next(&mut state) % (5 - k as u64)) as usize));
            // Cofactors of small sites are at most 48, so steps of 2^8 outweigh all that follow.
            let moved =
                [0, 1, 2, 3, 4].map(|k| Lifted3 { h: p[k].h + Dd::from_f64(2f64.powi(-8 * rank[k] - 8)), ..p[k] });
            let sign = over_exact(moved.each_ref());
            assert_ne!(sign, 0);
            assert_eq!(
                over(p.each_ref(), || rank.map(|r| r as u32), Grain::NONE, &mut counters),
                sign > 0,
                "{p:?} {rank:?}"
            );
            ties += 1;
        }
        assert!(ties > 1000, "{ties}");
    }

    /// Where things underflow and overflow the filter tells nothing wrong.
    #[test]
    fn extreme_magnitudes() {
        let mut counters = Counters::default();
        for size in [5e-324, 1e-310, 1e-160, 1e-108, 1e-81, 1e77, 1e102, 1e154, 1e300] {
            let at = |y: [f64; 3], h: f64| Lifted3 { y: y.map(|v| v * size), h: Dd::from_f64(h) };
            let base =
                [at([0.0; 3], 0.0), at([1.0, 0.0, 0.0], 0.0), at([0.0, 1.0, 0.0], 0.0), at([0.0, 0.0, 1.0], 0.0)];
            for h in [0.0, size, -size, f64::from_bits(1), -f64::from_bits(1), 1e300, -1e300] {
                let e = at([3.0, 5.0, -7.0], h);
                let sign = over_sign([&base[0], &base[1], &base[2], &base[3], &e], &mut counters);
                assert_eq!(sign, i32::from(h > 0.0) - i32::from(h < 0.0), "{size:e} {h:e}");
            }
        }
    }

    #[test]
    fn orientations_behind_the_filter_are_those_without() {
        let (mut state, mut counters) = (4, Counters::default());
        for _ in 0..20_000 {
            let p = sites(&mut state);
            let [a, b, c, d] = [p[0].y, p[1].y, p[2].y, p[3].y];
            assert_eq!(orient3d(&a, &b, &c, &d, &mut counters), orient3d_sign(a, b, c, d));
        }
        assert!(counters.exact_zeros > 100 && counters.calls > 2 * counters.filter_failures, "{counters:?}");
    }
}
