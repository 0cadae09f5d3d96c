//! A finished cell: its arcs with places and angles, and what it weighs.

use super::super::moments::Moments;
use super::arcs::{self, Arc, Region, cross, dot, minus};
use super::cell::{Cell, Exact, NONE, Side};
use super::ground::SphereGround;
use super::reach::frame;
use crate::exact::Dd;
use crate::exact::predicates::turn_exact;
use std::f64::consts::{PI, TAU};

/// An arc between two cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SphereArc {
    /// The site beyond it.
    pub site: u32,
    /// Where it begins and ends, with the cell on its left seen from outside.
    pub ends: [[f64; 3]; 2],
    /// The axis of its circle, of length 1; the cell lies on the side to which it points.
    pub axis: [f64; 3],
    /// The middle of its circle is this times the axis, from the centre of the sphere.
    pub height: f64,
    /// Its angle about the axis, more than 0; a whole circle has `2 pi`.
    pub angle: f64,
}

/// A cell on the unit sphere.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// By sites beyond, then by their ends; `site` is a position.
    pub arcs: Vec<SphereArc>,
    /// Length of the normal of the wall that each lies on.
    pub lengths: Vec<f64>,
    /// The arc that follows each along the boundary.
    pub next: Vec<u32>,
    /// A point of the sphere near the cell.
    pub near: [f64; 3],
    /// Distances of arcs from where they are said to be, times their lengths.
    off: f64,
}

impl SphereArc {
    /// The point at a share of its angle.
    pub fn at(&self, share: f64) -> [f64; 3] {
        self.inner().at(share)
    }

    /// The radius of its circle.
    pub fn radius(&self) -> f64 {
        self.inner().radius()
    }

    pub(super) fn inner(&self) -> Arc {
        Arc { a: self.ends[0], b: self.ends[1], n: self.axis, c: self.height, angle: self.angle }
    }
}

impl Shape {
    /// The cell as it was cut; `None` if it is empty.
    pub fn of(cell: &Cell, exact: &dyn Exact) -> Option<Shape> {
        if cell.empty {
            return None;
        }
        let mut order: Vec<&Side> = cell.sides.iter().collect();
        let site = |rim: u32| cell.rims[rim as usize].j;
        let name = |node: u32| match cell.nodes.get(node as usize) {
            Some(n) => (site(n.from), site(n.to)),
            None => (0, 0),
        };
        order.sort_by_key(|s| (site(s.rim), name(s.from), name(s.to)));
        let mut shape = Shape::default();
        let mut sum = [0.0; 3];
        for side in &order {
            let (arc, off) = arc_of(cell, side, exact);
            let length = arc.radius() * arc.angle;
            let middle = arc.at(0.5);
            (0..3).for_each(|k| sum[k] += length * middle[k]);
            shape.off += off * length;
            let Arc { a, b, n, c, angle } = arc;
            shape.arcs.push(SphereArc { site: site(side.rim), ends: [a, b], axis: n, height: c, angle });
            shape.lengths.push(cell.rims[side.rim as usize].length);
        }
        let size = dot(&sum, &sum).sqrt();
        shape.near = match shape.arcs.first() {
            _ if size > 1e-6 * f64::MIN_POSITIVE.max(shape.arcs.iter().map(|a| a.angle * a.radius()).sum()) => {
                sum.map(|s| s / size)
            }
            Some(arc) => arc.axis,
            None => [0.0, 0.0, 1.0],
        };
        shape.next = super::rings::next(cell, &order, exact);
        Some(shape)
    }

    /// Integrals over the cell.
    pub fn region(&self) -> Region {
        if self.arcs.is_empty() {
            let mut whole = Region { area: 4.0 * PI, below: 4.0 * PI, ..Region::default() };
            (0..3).for_each(|k| whole.second[k][k] = 4.0 * PI / 3.0);
            return whole;
        }
        let inner: Vec<Arc> = self.arcs.iter().map(SphereArc::inner).collect();
        let circles = self.arcs.chunk_by(|a, b| a.site == b.site).map(|group| TAU * (1.0 + group[0].height));
        let mut region = arcs::region(&inner, &self.near, circles.sum());
        region.off += self.off;
        region
    }

    /// Mass, centroid and spread of the cell, in space.
    pub fn moments(&self, ground: &SphereGround) -> Moments<3> {
        let region = self.region();
        let (g, c) = &ground.law;
        let along = |m: &[[f64; 3]; 3], v: &[f64; 3]| m.map(|row| dot(&row, v));
        let even = ground.is_even();
        let tilt = if even { 0.0 } else { dot(g, &region.first) };
        let mass = c * region.area + tilt;
        let off = region.off * ground.most() + 4.0 * f64::EPSILON * mass.abs();
        if !(mass > 0.0) {
            return Moments { off, ..Moments::default() };
        }
        let z = &self.near;
        // int (x - z) rho, and int |x - z|^2 rho = 2 int (1 - <x, z>) rho.
        let mut moved = [0, 1, 2].map(|k| c * (region.first[k] - region.area * z[k]));
        let mut apart = c * region.below;
        if !even {
            let slope = along(&region.second, g);
            (0..3).for_each(|k| moved[k] += slope[k] - tilt * z[k]);
            apart += tilt - dot(g, &along(&region.second, z));
        }
        let shift = moved.map(|m| m / mass);
        let radius = ground.sphere.radius();
        let spread = (2.0 * apart - dot(&moved, &shift)).max(0.0) * radius * radius;
        let center = ground.sphere.center();
        let centre = [0, 1, 2].map(|k| {
            Dd::from_f64(center[k]) + Dd::product(radius, z[k]) + Dd::from_f64(radius * shift[k])
        });
        Moments { mass, spread, off, ..Moments::default() }.centred(centre)
    }

    /// `int_wall rho / |y_i - y_j|` of each arc: along it the wall moves by `dh / (|n| rho)`, `rho`
    /// its circle's radius and `ds = rho da`, so it is the integral of the density over the angle,
    /// over `|n|`.
    pub fn walls(&self, ground: &SphereGround) -> impl Iterator<Item = (u32, f64)> {
        let each = |(arc, length): (&SphereArc, &f64)| (arc.site, arc.inner().along(&ground.law) / length);
        self.arcs.iter().zip(&self.lengths).map(each)
    }
}

/// An arc, and how far it may be from its place.
fn arc_of(cell: &Cell, side: &Side, exact: &dyn Exact) -> (Arc, f64) {
    let row = &cell.rims[side.rim as usize].row;
    let (n, c, [e, _]) = frame(row);
    let radius = (1.0 - c * c).max(0.0).sqrt();
    let size = dot(&row.normal(), &row.normal()).sqrt();
    let aside = row.off / size / radius.max(1e-300) + 4.0 * f64::EPSILON;
    if side.from == NONE {
        let a = [0, 1, 2].map(|k| c * n[k] + radius * e[k]);
        return (Arc { a, b: a, n, c, angle: TAU }, aside);
    }
    let (p, q) = (cell.place(side.from), cell.place(side.to));
    let (a, b) = (p.x, q.x);
    let foot = n.map(|n| n * c);
    let (u, v) = (minus(&a, &foot), minus(&b, &foot));
    let (sin, cos) = (dot(&n, &cross(&u, &minus(&b, &a))), dot(&u, &v));
    let mut angle = sin.atan2(cos);
    let off = p.off + q.off;
    if cos > 0.0 && sin.abs() <= radius * (8.0 * off + 64.0 * f64::EPSILON + 8.0 * aside) {
        let ends = [side.from, side.to].map(|k| cell.exact_node(k, exact));
        let less = match &ends {
            [Some(p), Some(q)] => turn_exact(&cell.exact(side.rim, exact), p, q),
            _ => true,
        };
        // Between 0 and a hair, or between a hair less than a turn and that.
        angle = if less { angle.abs() } else { TAU - angle.abs() };
    } else if angle < 0.0 {
        angle += TAU;
    }
    (Arc { a, b, n, c, angle }, off + aside)
}
