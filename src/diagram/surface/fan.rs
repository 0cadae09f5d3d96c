//! A polygon of a cell in a triangle as a fan of triangles from its first vertex, as precise as its
//! mass needs.
//!
//! In doubles a vertex is off by [`Meet::error`], some `2^-48` of the triangle. A cell that is
//! smaller than its triangle by as much as sites `1e-9` apart or masses of a ratio of `1e12` make
//! it would have few digits left. So the sides of the fan are kept as differences of vertices, with
//! a bound of their error, and are taken from vertices in double-double where that bound leaves
//! less than [`ENOUGH`] of the mass, from rationals where that is still not enough.
//!
//! [`Meet::error`]: crate::exact::predicates::Meet::error

use super::super::label::Label;
use super::integrate::Facet;
use super::trace::Polygon;
use super::vertex::{exact_vertex, meeting};
use crate::domain::vector::{Vector3, side};
use crate::exact::big::{Rational, nearest_f64};
use crate::exact::predicates::{Lifted3, meet_near};

const U: f64 = 0.5 * f64::EPSILON;

/// A mass is good enough if it is off by less than this share of itself.
const ENOUGH: f64 = 1.0 / (1u64 << 42) as f64;

/// Or by less than this share of the triangle's: polygons without area are never off by less of
/// themselves.
const NOTHING: f64 = 1.0 / (1u128 << 80) as f64;

/// The fan of a polygon, to be used again and again.
#[derive(Default)]
pub struct Fan {
    /// Barycentric coordinates of the vertices, rounded.
    pub vertices: Vec<[f64; 3]>,
    /// `(l_1, l_2)` of each vertex less those of the first one.
    sides: Vec<[f64; 2]>,
    /// How far each entry may be off, beside a relative `2u`.
    error: f64,
    /// The mass, 0 where it is not certainly positive.
    pub mass: f64,
    /// A bound of its error.
    pub off: f64,
    labels: Vec<Label>,
}

impl Fan {
    /// Takes over a polygon.
    pub fn set(&mut self, facet: &Facet, points: &[Lifted3], polygon: &Polygon<'_>) {
        self.vertices.clear();
        self.vertices.extend(polygon.sides.iter().map(|side| side.start.coordinates()));
        let first = self.vertices[0];
        self.sides.clear();
        self.sides.extend(self.vertices.iter().map(|l| [l[1] - first[1], l[2] - first[2]]));
        self.error = 2.0 * polygon.sides.iter().fold(0.0, |e: f64, side| e.max(side.start.error()));
        self.weigh(facet);
        if self.is_enough(facet) {
            return;
        }
        self.labels.clear();
        self.labels.extend(polygon.sides.iter().map(|side| side.label));
        let own = &points[polygon.cell as usize];
        if !(self.refine(facet, own, points) && self.is_enough(facet)) {
            self.take_exact(facet, own, points);
        }
        if !(self.mass > self.off) {
            self.mass = 0.0;
        }
    }

    fn is_enough(&self, facet: &Facet) -> bool {
        self.off <= ENOUGH * self.mass || self.off <= NOTHING * facet.area * facet.most()
    }

    /// Takes the sides from vertices in double-double; `false` if some are not known well even so.
    fn refine(&mut self, facet: &Facet, own: &Lifted3, points: &[Lifted3]) -> bool {
        let mut first = None;
        self.error = 0.0;
        for k in 0..self.labels.len() {
            let (l, error) = meet_near(own, meeting(points, &self.labels, k), &facet.corners);
            if !(error < ENOUGH) {
                return false;
            }
            let o = *first.get_or_insert(l);
            self.sides[k] = [1, 2].map(|c| (l[c] - o[c]).to_f64());
            self.vertices[k] = l.map(|l| l.to_f64());
            self.error = self.error.max(2.0 * error + 2f64.powi(-100));
        }
        self.weigh(facet);
        true
    }

    /// Takes the sides from rational vertices.
    fn take_exact(&mut self, facet: &Facet, own: &Lifted3, points: &[Lifted3]) {
        let exact = |k: usize| exact_vertex(own, points, &self.labels, k, &facet.corners);
        // Around a cell all lines meet; else what there is must do.
        let Some(all) = (0..self.labels.len()).map(exact).collect::<Option<Vec<[Rational; 3]>>>() else { return };
        for (k, l) in all.iter().enumerate() {
            self.sides[k] = [1, 2].map(|c| nearest_f64(&Rational::from(&l[c] - &all[0][c])));
            self.vertices[k] = l.each_ref().map(nearest_f64);
        }
        self.error = 0.0;
        self.weigh(facet);
    }

    /// Mass and bound. The doubled area of a triangle of the fan with the sides `a`, `b` is off by
    /// `8u` of its two products and by `e (|a| + |b|) + 2 e^2` in the norm of the sum; the density
    /// by `4u` of its largest value and, where it is not constant, by `2 e` of its range. The sum,
    /// the area of the triangle and the source's factor come in with `(n + 16) u`.
    fn weigh(&mut self, facet: &Facet) {
        let (e, most, range) = (self.error, facet.most(), facet.range());
        let ro = facet.rho_at(&self.vertices[0]);
        let (mut mass, mut off) = (0.0, 0.0);
        let mut last = ro;
        for k in 1..self.sides.len() {
            let r = facet.rho_at(&self.vertices[k]);
            if k > 1 {
                let (a, b) = (&self.sides[k - 1], &self.sides[k]);
                let (p, q) = (a[0] * b[1], a[1] * b[0]);
                let (twice, sum) = ((p - q).max(0.0), ro + last + r);
                let moved = e * (a[0].abs() + a[1].abs() + b[0].abs() + b[1].abs()) + 2.0 * e * e;
                let bound = 8.0 * U * (p.abs() + q.abs()) + moved;
                mass += twice * sum;
                off += bound * sum + 3.0 * (twice + bound) * (4.0 * U * most + 2.0 * e * range);
            }
            last = r;
        }
        let unit = facet.area / 3.0;
        self.mass = unit * mass;
        self.off = unit * off + (self.sides.len() as f64 + 16.0) * U * self.mass;
    }

    /// First moment and `int |x - o|^2 rho` about the first vertex `o` of the polygon.
    pub fn moments(&self, facet: &Facet) -> (Vector3<f64>, f64) {
        let [u, v, w] = facet.corners;
        let (along, across) = (side(u, v), side(u, w));
        let place = |k: usize| {
            let d = &self.sides[k];
            (along * d[0] + across * d[1], facet.rho_at(&self.vertices[k]))
        };
        let (mut first, mut second) = (Vector3::zeros(), 0.0);
        let ro = facet.rho_at(&self.vertices[0]);
        for k in 2..self.sides.len() {
            let (p, q) = (&self.sides[k - 1], &self.sides[k]);
            let area = facet.area * (p[0] * q[1] - p[1] * q[0]).max(0.0);
            let ((b, rb), (c, rc)) = (place(k - 1), place(k));
            let r = ro + rb + rc;
            let (x, weighted) = (b + c, b * rb + c * rc);
            first += (x * r + weighted) * area / 12.0;
            let (bb, cc) = (b.norm_squared(), c.norm_squared());
            let own = rb * bb + rc * cc;
            second += area * (r * (x.norm_squared() + bb + cc) + 2.0 * weighted.dot(&x) + 2.0 * own) / 60.0;
        }
        (first, second)
    }
}
