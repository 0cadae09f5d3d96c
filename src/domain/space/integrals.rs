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

use super::polytope::Skeleton;
use crate::exact::big::{self, Integer, Rational};
use crate::exact::predicates::{ExactRow, corner_exact};

/// A point in rationals.
pub(crate) type Point = [Rational; 3];

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
    /// `int rho x_k^2` along each axis.
    pub second: [Rational; 3],
}

impl std::ops::AddAssign for Integrals {
    fn add_assign(&mut self, other: Integrals) {
        self.volume += other.volume;
        self.mass += other.mass;
        for (own, other) in [(&mut self.first, other.first), (&mut self.second, other.second)] {
            own.iter_mut().zip(other).for_each(|(a, b)| *a += b);
        }
    }
}

/// The corners of a polyhedron, moved by `about`; `None` if some planes do not meet in a point.
pub(crate) fn corners<L>(skeleton: &Skeleton<L>, rows: &[ExactRow], about: &Point) -> Option<Vec<Point>> {
    let corner = |faces: &[u32; 3]| {
        let [x, y, z, w] = corner_exact(faces.map(|f| &rows[f as usize]));
        if w.cmp0().is_le() {
            return None;
        }
        // Powers of two first: they are most of what is common.
        let zeros = [&x, &y, &z, &w].iter().filter_map(|v| v.find_one(0)).min().unwrap_or(0);
        let reduced = |v: Integer| v >> zeros;
        let w = reduced(w);
        let mut k = 0;
        Some([x, y, z].map(|x| {
            k += 1;
            Rational::from((reduced(x), w.clone())) + &about[k - 1]
        }))
    };
    skeleton.corners.iter().map(corner).collect()
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
    for k in 0..3 {
        let (a, f) = (&apex[k], all.first[k].clone());
        all.first[k] += Rational::from(a * &all.mass);
        all.second[k] += Rational::from(a * &f) * 2u32 + Rational::from(a * a) * &all.mass;
    }
    Some(all)
}

/// A tetrahedron from the origin with density 1: moments only.
fn constant(all: &mut Integrals, volume: &Rational, v: [&Point; 3]) {
    for k in 0..3 {
        let (mut sum, mut squares) = (Rational::new(), Rational::new());
        for v in v {
            sum += &v[k];
            squares += Rational::from(&v[k] * &v[k]);
        }
        squares += Rational::from(&sum * &sum);
        all.first[k] += sum * volume / 4u32;
        all.second[k] += squares * volume / 20u32;
    }
}

fn affine(all: &mut Integrals, volume: &Rational, v: [&Point; 3], r: [&Rational; 4]) {
    let total: Rational = r.iter().map(|r| Rational::from(*r)).sum();
    for k in 0..3 {
        let (mut sum, mut squares) = (Rational::new(), Rational::new());
        let (mut heavy, mut heavy_squares) = (Rational::new(), Rational::new());
        for (v, r) in v.iter().zip(&r[1..]) {
            let square = Rational::from(&v[k] * &v[k]);
            sum += &v[k];
            heavy += Rational::from(&v[k] * *r);
            heavy_squares += Rational::from(&square * *r);
            squares += square;
        }
        let first = Rational::from(&total * &sum) + &heavy;
        let own = (Rational::from(&sum * &sum) + squares) * &total;
        let second = own + (Rational::from(&sum * &heavy) + heavy_squares) * 2u32;
        all.first[k] += first * volume / 20u32;
        all.second[k] += second * volume / 120u32;
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
