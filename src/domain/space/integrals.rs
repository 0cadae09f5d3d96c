//! Exact integrals over convex polyhedra.
//!
//! A polyhedron is a fan of tetrahedra about one of its corners: of a triangle of each face that
//! does not have it. Over a tetrahedron with corners `v_a`, values `r_a` of an affine density,
//! `R = sum r_a` and `V = sum v_a` (docs/theory/space.md),
//!
//! ```text
//! int rho     = |S| R / 4
//! int rho x   = |S| (R V + sum r_a v_a) / 20
//! int rho x^2 = |S| (R V^2 + 2 V sum r_a v_a + R sum v_a^2 + 2 sum r_a v_a^2) / 120
//! ```
//!
//! and the same with two axes in place of one.

use super::skeleton::Skeleton;
use crate::exact::big::{self, Integer, Rational};
use crate::exact::predicates::{ExactRow, corner_exact};

/// A point in rationals.
pub(crate) type Point = [Rational; 3];

/// Where a corner is: numerators and their common denominator, which is positive.
pub(crate) type Homogeneous = [Integer; 4];

/// Axes of second moments, in their order.
pub(crate) const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];

/// An affine density, exactly.
#[derive(Clone, Debug)]
pub(crate) struct ExactAffine {
    /// Gradient; `None`: the density is the constant.
    pub g: Option<Point>,
    /// Value at the origin.
    pub c: Rational,
}

impl ExactAffine {
    /// Of a gradient and a value.
    pub fn new(g: [f64; 3], c: f64) -> ExactAffine {
        ExactAffine { g: (g != [0.0; 3]).then(|| g.map(big::rational)), c: big::rational(c) }
    }

    /// With these values at the corners of a tetrahedron with volume.
    pub fn through(v: [[f64; 3]; 4], r: [f64; 4]) -> ExactAffine {
        let v = v.map(|x| x.map(big::rational));
        let [a, b, c] = [1, 2, 3].map(|k| minus(&v[k], &v[0]));
        let [p, q, s] = [1, 2, 3].map(|k| big::rational(r[k]) - big::rational(r[0]));
        let cross = |p: &Point, q: &Point| {
            [(1, 2), (2, 0), (0, 1)].map(|(i, j)| Rational::from(&p[i] * &q[j]) - Rational::from(&p[j] * &q[i]))
        };
        let (bc, ca, ab) = (cross(&b, &c), cross(&c, &a), cross(&a, &b));
        let volume = det(&a, &b, &c);
        let g = [0, 1, 2].map(|k| {
            let sum = Rational::from(&p * &bc[k]) + Rational::from(&q * &ca[k]) + Rational::from(&s * &ab[k]);
            sum / &volume
        });
        let inner: Rational = g.iter().zip(&v[0]).map(|(g, x)| Rational::from(g * x)).sum();
        let c = big::rational(r[0]) - inner;
        let level = g.iter().all(|g| g.cmp0().is_eq());
        ExactAffine { g: (!level).then_some(g), c }
    }

    /// The value at a point.
    pub fn value(&self, x: &Point) -> Rational {
        let mut sum = self.c.clone();
        for (g, x) in self.g.iter().flatten().zip(x) {
            sum += Rational::from(g * x);
        }
        sum
    }
}

/// Integrals over a polyhedron.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Integrals {
    /// Its volume.
    pub volume: Rational,
    /// `int rho`.
    pub mass: Rational,
    /// `int rho x`.
    pub first: [Rational; 3],
    /// `int rho x_k x_l`: the squares along each axis, then yz, xz, xy.
    pub second: [Rational; 6],
}

impl std::ops::AddAssign for Integrals {
    fn add_assign(&mut self, other: Integrals) {
        self.volume += other.volume;
        self.mass += other.mass;
        self.first.iter_mut().zip(other.first).for_each(|(a, b)| *a += b);
        self.second.iter_mut().zip(other.second).for_each(|(a, b)| *a += b);
    }
}

/// The corners of a polyhedron; `None` if some planes do not meet in a point.
pub(crate) fn joints<L>(skeleton: &Skeleton<L>, rows: &[ExactRow]) -> Option<Vec<Homogeneous>> {
    let joint = |faces: &[u32; 3]| {
        let [x, y, z, w] = corner_exact(faces.map(|f| &rows[f as usize]));
        w.cmp0().is_gt().then_some([x, y, z, w])
    };
    skeleton.corners.iter().map(joint).collect()
}

/// The same in rationals, moved by `about`.
pub(crate) fn corners(joints: &[Homogeneous], about: &Point) -> Vec<Point> {
    let corner = |[x, y, z, w]: &Homogeneous| {
        // Powers of two first: they are most of what is common.
        let zeros = [x, y, z, w].iter().filter_map(|v| v.find_one(0)).min().unwrap_or(0);
        let reduced = |v: &Integer| Integer::from(v >> zeros);
        let w = reduced(w);
        let mut k = 0;
        [x, y, z].map(|x| {
            k += 1;
            Rational::from((reduced(x), w.clone())) + &about[k - 1]
        })
    };
    joints.iter().map(corner).collect()
}

/// Integrals over the polyhedron with these corners; `None` if a tetrahedron of its fan is turned
/// inside out: then it is no convex polyhedron.
pub(crate) fn integrals<L>(skeleton: &Skeleton<L>, corners: &[Point], density: &ExactAffine) -> Option<Integrals> {
    let mut all = Integrals::default();
    let Some(apex) = corners.first() else { return Some(all) };
    let from_apex: Vec<Point> = corners.iter().map(|x| minus(x, apex)).collect();
    let rho: Option<Vec<Rational>> = density.g.is_some().then(|| corners.iter().map(|x| density.value(x)).collect());
    for face in 0..skeleton.labels.len() {
        let ring = &skeleton.ring[skeleton.start[face] as usize..skeleton.start[face + 1] as usize];
        // The apex is corner 0.
        if ring.contains(&0) {
            continue;
        }
        for pair in ring[1..].windows(2) {
            let at = [ring[0], pair[0], pair[1]].map(|k| k as usize);
            let [p, q, r] = at.map(|k| &from_apex[k]);
            let six = det(p, q, r);
            match six.cmp0() {
                std::cmp::Ordering::Less => return None,
                std::cmp::Ordering::Equal => continue,
                std::cmp::Ordering::Greater => {}
            }
            let volume = six / 6u32;
            match &rho {
                None => constant(&mut all, &volume, [p, q, r]),
                Some(rho) => affine(&mut all, &volume, [p, q, r], [&rho[0], &rho[at[0]], &rho[at[1]], &rho[at[2]]]),
            }
            all.volume += volume;
        }
    }
    if rho.is_none() {
        all.mass = Rational::from(&all.volume * &density.c);
        all.first.iter_mut().chain(&mut all.second).for_each(|x| *x *= &density.c);
    }
    // About the origin.
    for (second, (k, l)) in all.second.iter_mut().zip(PAIRS) {
        let (a, b) = (&apex[k], &apex[l]);
        *second += Rational::from(a * &all.first[l]) + Rational::from(b * &all.first[k]);
        *second += Rational::from(a * b) * &all.mass;
    }
    for (first, a) in all.first.iter_mut().zip(apex) {
        *first += Rational::from(a * &all.mass);
    }
    Some(all)
}

/// A tetrahedron from the origin with density 1: moments only.
fn constant(all: &mut Integrals, volume: &Rational, v: [&Point; 3]) {
    let sums = [0, 1, 2].map(|k| Rational::from(&v[0][k] + &v[1][k]) + &v[2][k]);
    for (first, sum) in all.first.iter_mut().zip(&sums) {
        *first += Rational::from(sum * volume) / 4u32;
    }
    for (second, (k, l)) in all.second.iter_mut().zip(PAIRS) {
        let mut products = Rational::from(&sums[k] * &sums[l]);
        v.iter().for_each(|v| products += Rational::from(&v[k] * &v[l]));
        *second += products * volume / 20u32;
    }
}

fn affine(all: &mut Integrals, volume: &Rational, v: [&Point; 3], r: [&Rational; 4]) {
    let total: Rational = r.iter().map(|r| Rational::from(*r)).sum();
    let sums = [0, 1, 2].map(|k| Rational::from(&v[0][k] + &v[1][k]) + &v[2][k]);
    let heavy = [0, 1, 2].map(|k| v.iter().zip(&r[1..]).map(|(v, r)| Rational::from(&v[k] * *r)).sum::<Rational>());
    for k in 0..3 {
        let first = Rational::from(&total * &sums[k]) + &heavy[k];
        all.first[k] += first * volume / 20u32;
    }
    for (second, (k, l)) in all.second.iter_mut().zip(PAIRS) {
        let (mut products, mut heavy_products) = (Rational::from(&sums[k] * &sums[l]), Rational::new());
        for (v, r) in v.iter().zip(&r[1..]) {
            let product = Rational::from(&v[k] * &v[l]);
            heavy_products += Rational::from(&product * *r);
            products += product;
        }
        let mixed = Rational::from(&sums[k] * &heavy[l]) + Rational::from(&sums[l] * &heavy[k]);
        *second += (products * &total + mixed + heavy_products * 2u32) * volume / 120u32;
    }
    all.mass += Rational::from(volume * &total) / 4u32;
}

/// `a - b`.
pub(crate) fn minus(a: &Point, b: &Point) -> Point {
    [0, 1, 2].map(|k| Rational::from(&a[k] - &b[k]))
}

/// Determinant of three vectors.
pub(crate) fn det(p: &Point, q: &Point, r: &Point) -> Rational {
    let minor = |i: usize, j: usize| Rational::from(&p[i] * &q[j]) - Rational::from(&p[j] * &q[i]);
    minor(0, 1) * &r[2] - minor(0, 2) * &r[1] + minor(1, 2) * &r[0]
}
