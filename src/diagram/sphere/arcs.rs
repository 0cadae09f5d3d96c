//! Integrals over a region of the unit sphere from the arcs around it, in closed form
//! (docs/theory/sphere.md).
//!
//! All are sums over arcs about a point `z` of the sphere, which is near the boundary: so small
//! regions are as precise as large ones, and so are those that lack little of the sphere. What
//! counts is that `-z` is far from the boundary; where that is so of no point, every ring of the
//! boundary has one of its own.

use std::f64::consts::{FRAC_PI_2, PI};

/// An arc of the circle `<n, x> = c` from `a` to `b`, walked with `n` on the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arc {
    pub a: [f64; 3],
    pub b: [f64; 3],
    pub n: [f64; 3],
    pub c: f64,
    /// Radius of its circle; of small ones more precise than what `c` says.
    pub radius: f64,
    /// Its angle about the axis `n`.
    pub angle: f64,
}

/// Integrals over a region.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Region {
    /// Area.
    pub area: f64,
    /// `int x`.
    pub first: [f64; 3],
    /// `int (1 - <x, z>)`.
    pub below: f64,
    /// `int x x'`.
    pub second: [[f64; 3]; 3],
    /// How much all rounding may have changed the area.
    pub off: f64,
}

#[inline]
pub(super) fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[inline]
pub(super) fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline]
pub(super) fn minus(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Up to this tangent of half an angle the series are used.
const SMALL: f64 = 0.25;

/// Terms of the series: `(1/16)^14 < 2^-55`.
const TERMS: usize = 14;

/// Up to this tangent a few terms do: `(2^-12)^5 < 2^-55`.
const TINY: f64 = 1.0 / 64.0;
const FEW: usize = 5;

/// With the angle `f` of an arc at the height `c` of a circle of the radius `p`: the area between
/// it and the geodesic with the same ends, `2 atan(c tan(f / 2)) - c f`; `f - sin f`; and the first
/// less `c p^2 / 2` times the second, which is of the fifth order.
///
/// The area is odd in `c`, and with `t = tan(f / 2)` it is `(1 - c) f - 2 atan((1 - c) t / (1 + c
/// t^2))`, where `1 - c = p^2 / (1 + c)` is as precise as the radius.
fn segment(c: f64, radius: f64, angle: f64) -> (f64, f64, f64) {
    let t = (0.5 * angle).tan();
    let square = radius * radius;
    if t > SMALL {
        let high = c.abs();
        let rest = square / (1.0 + high);
        let area = (rest * angle - 2.0 * (rest * t / (1.0 + high * t * t)).atan()).copysign(c);
        let chord = angle - angle.sin();
        return (area, chord, area - 0.5 * c * square * chord);
    }
    // Atan and sin as series in t; 1 - c^2k = p^2 (1 + c^2 + .. + c^(2k - 2)).
    let terms = if t > TINY { TERMS } else { FEW };
    let (mut sums, mut sum, mut power) = ([0.0; TERMS], 0.0, 1.0);
    for s in &mut sums[..terms] {
        sum += power;
        power *= c * c;
        *s = sum;
    }
    // Of t^3, by Horner's rule.
    let (mut area, mut chord, mut rest) = (0.0, 0.0, 0.0);
    let s = -t * t;
    for k in (1..=terms).rev() {
        let share = 1.0 / (2 * k + 1) as f64;
        area = area * s + share * sums[k - 1];
        chord = chord * s + share * (4 * k) as f64;
        rest = rest * s + share * (k as f64 - sums[k - 1]);
    }
    let cube = t * t * t;
    let (area, chord, rest) = (area * cube, chord * cube, -rest * cube);
    (2.0 * c * square * area, chord, 2.0 * c * square * rest)
}

/// The area of the spherical triangle of `z`, `a`, `b`, with its sign, and that less half the
/// determinant of the three: with `den = 1 + <z,a> + <a,b> + <b,z>`, `4 - den` is half the sum of
/// the squared sides.
fn triangle(z: &[f64; 3], a: &[f64; 3], b: &[f64; 3]) -> (f64, f64) {
    let (p, q, r) = (minus(a, z), minus(b, z), minus(b, a));
    let det = dot(z, &cross(&p, &q));
    let short = 0.5 * (dot(&p, &p) + dot(&q, &q) + dot(&r, &r));
    let den = 4.0 - short;
    let area = 2.0 * det.atan2(den);
    let t = det / den;
    if den < 2.0 || t.abs() > 0.05 {
        return (area, area - 0.5 * det);
    }
    // 2 (atan t - t), as a series.
    let s = t * t;
    let cubic = -2.0 * t * s * (1.0 / 3.0 - s * (1.0 / 5.0 - s * (1.0 / 7.0 - s * (1.0 / 9.0 - s * (1.0 / 11.0)))));
    (area, 0.5 * det * short / den + cubic)
}

impl Arc {
    /// The point at a share of its angle.
    pub fn at(&self, share: f64) -> [f64; 3] {
        let foot = self.n.map(|n| n * self.c);
        let w = minus(&self.a, &foot);
        let v = cross(&self.n, &w);
        let (sin, cos) = (self.angle * share).sin_cos();
        [0, 1, 2].map(|k| foot[k] + cos * w[k] + sin * v[k])
    }

    /// `int f` over the angle of an affine function `<g, x> + c` of the place.
    pub fn along(&self, (g, c): &([f64; 3], f64)) -> f64 {
        // int w = (w_b - w_a) x n.
        let turn = cross(&minus(&self.b, &self.a), &self.n);
        (c + self.c * dot(g, &self.n)) * self.angle + dot(g, &turn)
    }

    /// `int x ds`.
    pub fn moment(&self) -> [f64; 3] {
        let turn = cross(&minus(&self.b, &self.a), &self.n);
        [0, 1, 2].map(|k| self.radius * (self.c * self.angle * self.n[k] + turn[k]))
    }

    /// Hands on pieces of at most a right angle.
    pub fn each_piece(&self, mut f: impl FnMut(&Arc)) {
        let pieces = (self.angle / FRAC_PI_2).ceil().max(1.0);
        if pieces == 1.0 {
            return f(self);
        }
        let mut from = self.a;
        for k in 1..=pieces as usize {
            let to = if k == pieces as usize { self.b } else { self.at(k as f64 / pieces) };
            f(&Arc { a: from, b: to, angle: self.angle / pieces, ..*self });
            from = to;
        }
    }
}

/// Integrals over the region on the left of arcs, about a point `z` near it. `poles`: none, or for
/// each arc a point to see it from, the same along a ring. `covered`: the circles on the boundary
/// leave out so much area at most. `second`: also the second moments.
///
/// Along a closed ring the area on its left is known up to multiples of `4 pi` from wherever it is
/// seen, and the area of the region is the sum of these, up to such multiples; `int x` is the same
/// from all points. `1 - <x, z>` is summed up about `z` alone: with poles the region reaches around
/// the sphere, and its integral is the area less `<int x, z>`, of the size of the whole.
pub(super) fn region(arcs: &[Arc], (near, poles): (&[f64; 3], &[[f64; 3]]), covered: f64, second: bool) -> Region {
    let mut sum = Region::default();
    let mut tensor = [[0.0; 3]; 3];
    for (k, arc) in arcs.iter().enumerate() {
        let z = poles.get(k).unwrap_or(near);
        arc.each_piece(|piece| {
            let (p, q) = (minus(&piece.a, z), minus(&piece.b, z));
            let across = cross(&p, &q);
            let (flat, flat_rest) = triangle(z, &piece.a, &piece.b);
            let (bow, chord, bow_rest) = segment(piece.c, piece.radius, piece.angle);
            let bent = 0.5 * piece.radius * piece.radius * chord;
            sum.area += flat + bow;
            sum.off += flat.abs() + bow.abs();
            // The bow's part is its area less `bent <n, z>`, and `<n, z> = c - <n, a - z>`.
            sum.below += flat_rest + bow_rest + bent * dot(&piece.n, &p);
            (0..3).for_each(|k| sum.first[k] += 0.5 * across[k] + bent * piece.n[k]);
        });
        if second {
            quadratic(arc, &mut tensor);
        }
    }
    sum.off *= 16.0 * f64::EPSILON;
    let area = settled(sum.area, covered);
    if area != sum.area {
        sum.off += 2.0 * f64::EPSILON * area;
    }
    sum.below += area - sum.area;
    sum.area = area;
    if !poles.is_empty() {
        sum.below = area - dot(&sum.first, near);
    }
    for (k, row) in tensor.iter().enumerate().filter(|_| second) {
        for (l, t) in row.iter().enumerate() {
            sum.second[k][l] = t + if k == l { sum.area / 3.0 } else { 0.0 };
        }
    }
    sum
}

/// An area that is known up to multiples of `4 pi`. It is between 0 and `4 pi`; near these, it is
/// near the whole only if the circles leave out little.
fn settled(area: f64, covered: f64) -> f64 {
    let whole = 4.0 * PI;
    let turned = area - whole * (area / whole).round();
    if turned.abs() < 1e-6 {
        return if covered < 2.0 * PI { (whole + turned).min(whole) } else { turned.max(0.0) };
    }
    if turned < 0.0 { turned + whole } else { turned }
}

/// Adds `-1/6 oint (v x' + x v')` of an arc, `v` pointing out of the region: harmonics of degree 2
/// are eigenfunctions of the Laplacian with the eigenvalue -6.
fn quadratic(arc: &Arc, tensor: &mut [[f64; 3]; 3]) {
    let (n, c, rho, angle) = (&arc.n, arc.c, arc.radius, arc.angle);
    if rho == 0.0 {
        return;
    }
    let foot = n.map(|n| n * c);
    let [u, w] = [&arc.a, &arc.b].map(|x| minus(x, &foot).map(|v| v / rho));
    let [du, dw] = [cross(n, &u), cross(n, &w)];
    let mean = cross(&minus(&w, &u), n);
    for k in 0..3 {
        for l in 0..3 {
            let along = n[k] * n[l];
            let mixed = n[k] * mean[l] + mean[k] * n[l];
            let plane = if k == l { 1.0 - along } else { -along };
            let turn = (w[k] * dw[l] + dw[k] * w[l]) - (u[k] * du[l] + du[k] * u[l]);
            let squares = 0.5 * plane * angle - 0.25 * turn;
            let value = -2.0 * c * rho * along * angle + (c * c - rho * rho) * mixed + 2.0 * c * rho * squares;
            tensor[k][l] -= rho * value / 6.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} {b}");
    }

    /// The cap of angular radius `t` about the third axis.
    fn cap(t: f64) -> Arc {
        let a = [t.sin(), 0.0, t.cos()];
        Arc { a, b: a, n: [0.0, 0.0, 1.0], c: t.cos(), radius: t.sin(), angle: 2.0 * PI }
    }

    /// Seen from the middle of the circle, whichever of the two areas is the small one: a few
    /// roundings of `4 pi` for large caps, and of the area for small ones.
    #[test]
    fn caps_are_those_of_archimedes() {
        for t in [1e-6, 1e-3, 0.3, 1.0, FRAC_PI_2, 2.0, 3.0, PI - 1e-3, PI - 1e-5, PI - 1e-7] {
            let arc = cap(t);
            let z = [0.0, 0.0, if t > FRAC_PI_2 { -1.0 } else { 1.0 }];
            let covered = 2.0 * PI * (1.0 + t.cos());
            let found = region(&[arc], (&z, &[]), covered, true);
            // 2 pi (1 - cos t) without cancellation.
            let area = 4.0 * PI * (0.5 * t).sin().powi(2);
            near(found.area, area, 32.0 * f64::EPSILON * area);
            near(found.area, area, found.off + 2.0 * f64::EPSILON * area);
            let first = PI * t.sin().powi(2);
            near(found.first[2], first, 1e-12 * first);
            // 2 pi int_c^1 (1 - s) ds = pi (1 - c)^2; about the other pole pi (1 - c) (3 + c).
            let depth = 2.0 * (0.5 * t).sin().powi(2);
            let below = if z[2] > 0.0 { PI * depth * depth } else { PI * depth * (4.0 - depth) };
            // Points are off the sphere by a rounding, which of small circles' depth is much.
            let share = if z[2] > 0.0 { (1e-15 / (t * t)).max(1e-13) } else { 1e-14 };
            near(found.below, below, share * below);
            // int z^2 = 2 pi (1 - c^3) / 3.
            near(found.second[2][2], 2.0 * PI * (1.0 - t.cos().powi(3)) / 3.0, 3e-14);
            near(found.second[0][0], 0.5 * (area - found.second[2][2]), 3e-14);
            // From another point, and with a pole of its own.
            let aside = [0.6, 0.0, 0.8f64.copysign(z[2])];
            let other = region(&[arc], (&aside, &[]), covered, true);
            near(other.area, area, 1e-14 * area.max(1.0));
            (0..3).for_each(|k| near(other.first[k], found.first[k], 3e-14));
            near(other.below, area - aside[2] * first, 3e-14);
            let own = region(&[arc], (&aside, &[z]), covered, true);
            assert_eq!((own.area, own.first), (found.area, found.first));
            near(own.below, area - aside[2] * first, 3e-14);
        }
    }

    /// An octant: three great arcs; and a lens of two small circles by summing thin strips.
    #[test]
    fn octants_and_lenses() {
        let e = |k: usize| [0, 1, 2].map(|l| if k % 3 == l { 1.0 } else { 0.0 });
        let side = |k: usize| Arc { a: e(k), b: e(k + 1), n: e(k + 2), c: 0.0, radius: 1.0, angle: FRAC_PI_2 };
        let third = 1.0 / 3f64.sqrt();
        let octant = region(&[side(0), side(1), side(2)], (&[third; 3], &[]), 6.0 * PI, true);
        near(octant.area, FRAC_PI_2, 1e-15);
        (0..3).for_each(|k| near(octant.first[k], PI / 4.0, 1e-15));
        near(octant.second[0][0], PI / 6.0, 1e-15);
        near(octant.second[0][1], 1.0 / 3.0, 1e-15);

        // x > c and y > c.
        let c = 0.4;
        let z = f64::sqrt(1.0 - 2.0 * c * c);
        let (p, q) = ([c, c, z], [c, c, -z]);
        // On x = c with x on the left: y from c upwards, that is from q to p or p to q.
        let (radius, angle) = ((1.0 - c * c).sqrt(), 2.0 * z.atan2(c));
        let lens = region(
            &[
                Arc { a: q, b: p, n: [1.0, 0.0, 0.0], c, radius, angle },
                Arc { a: p, b: q, n: [0.0, 1.0, 0.0], c, radius, angle },
            ],
            (&[0.5f64.sqrt(), 0.5f64.sqrt(), 0.0], &[]),
            4.0 * PI * (1.0 + c),
            true,
        );
        let steps = 200_000;
        let (mut area, mut first) = (0.0, 0.0);
        for k in 0..steps {
            // Strips of equal height in x are equal areas: the share of y > c there.
            let x = c + (1.0 - c) * (k as f64 + 0.5) / steps as f64;
            let r = (1.0 - x * x).sqrt();
            if r > c {
                let strip = 2.0 * (c / r).acos() * (1.0 - c) / steps as f64;
                area += strip;
                first += strip * x;
            }
        }
        near(lens.area, area, 1e-7);
        near(lens.first[0], first, 1e-7);
    }

    /// The series and the formulas are one.
    #[test]
    fn series_meet_the_formulas() {
        for (c, t) in [-0.9, -0.1, 0.0, 0.5, 0.99].into_iter().flat_map(|c| [(c, SMALL * 0.9999), (c, TINY * 0.9999)]) {
            let angle = 2.0 * f64::atan(t);
            let (area, chord, rest) = segment(c, f64::sqrt(1.0 - c * c), angle);
            near(area, 2.0 * (c * t).atan() - c * angle, 1e-16);
            near(chord, angle - angle.sin(), 1e-16);
            near(rest, area - 0.5 * c * (1.0 - c * c) * chord, 1e-16);
        }
        let z = [0.0, 0.0, 1.0];
        let (a, b) = ([0.28, 0.0, 0.96], [0.0, 0.28, 0.96]);
        let (area, rest) = triangle(&z, &a, &b);
        near(rest, area - 0.5 * 0.28 * 0.28, 1e-16);
    }
}
