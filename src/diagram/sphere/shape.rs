//! A finished cell: its arcs with places and angles, and what it weighs.

use super::arcs::{self, Arc, Region, cross, dot, minus};
use super::cell::{Cell, Exact, NONE, Node, Rim, Side};
use super::ground::most;
use super::portion::Portion;
use super::reach::frame;
use crate::exact::Dd;
use crate::exact::predicates::{Crossing, turn_exact};
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
    /// The radius of its circle.
    pub radius: f64,
    /// Its angle about the axis; a whole circle has `2 pi`, and 0 has an arc whose ends no doubles
    /// tell apart.
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
    /// What its ends are called.
    pub names: Vec<[NodeName; 2]>,
    /// A point of the sphere near the cell.
    pub near: [f64; 3],
    /// Where no one point sees all of the boundary well: one for each arc, the same along a ring.
    poles: Vec<[f64; 3]>,
    /// Distances of arcs from where they are said to be, times their lengths.
    off: f64,
    /// What it holds of an image.
    pub held: Option<Box<Held>>,
}

/// What a cell holds of an image, where that is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Held {
    /// The greatest value in it.
    pub most: f64,
    /// `int rho / |y_i - y_j|` over its walls, each site perhaps more than once.
    pub walls: Vec<(u32, f64)>,
}

/// The point where three cells meet, as any of them calls it: their positions, ascending, and which
/// of the two points on their circles it is. Of a whole circle: its two cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct NodeName {
    pub sites: [u32; 3],
    /// Is it the one where the wall of the first and second leaves the first's side of that of the
    /// first and third?
    pub even: bool,
}

impl NodeName {
    /// The triangle of the sites turns one way or the other: `(y_i - y_j) x (y_i - y_k)` is the
    /// same for all even permutations, and so is the point.
    fn of(i: u32, ends: Option<(u32, u32)>, j: u32) -> NodeName {
        let Some((j, k)) = ends else { return NodeName { sites: [i.min(j), i.max(j), u32::MAX], even: true } };
        let mut sites = [i, j, k];
        sites.sort_unstable();
        let at = |s: u32| sites.iter().position(|&t| t == s).unwrap_or(0);
        let even = matches!([at(i), at(j), at(k)], [0, 1, 2] | [1, 2, 0] | [2, 0, 1]);
        NodeName { sites, even }
    }
}

impl SphereArc {
    /// The point at a share of its angle.
    pub fn at(&self, share: f64) -> [f64; 3] {
        self.inner().at(share)
    }

    /// Is it a whole circle?
    pub fn is_whole(&self) -> bool {
        self.ends[0] == self.ends[1] && self.angle > 3.0
    }

    pub(super) fn inner(&self) -> Arc {
        Arc { a: self.ends[0], b: self.ends[1], n: self.axis, c: self.height, radius: self.radius, angle: self.angle }
    }
}

impl Shape {
    /// The cell as it was cut; `None` if it is empty.
    pub fn of(cell: &Cell, exact: &dyn Exact) -> Option<Shape> {
        let mut shape = Shape::bare(cell, exact)?;
        let own = exact.own();
        let order = sorted(cell);
        let site = |rim: u32| cell.rims[rim as usize].j;
        for side in &order {
            let name = |node: u32| cell.nodes.get(node as usize).map(|n| (site(n.from), site(n.to)));
            shape.names.push([side.from, side.to].map(|k| NodeName::of(own, name(k), site(side.rim))));
        }
        if shape.next.is_empty() {
            shape.next = super::rings::next(cell, &order, exact);
        }
        Some(shape)
    }

    /// The same without names, and without the order of arcs unless its boundary is around the
    /// sphere.
    pub fn bare(cell: &Cell, exact: &dyn Exact) -> Option<Shape> {
        if cell.empty {
            return None;
        }
        let mut shape = Shape::default();
        let order = sorted(cell);
        // Most nodes are an end of two arcs.
        let mut fine: Vec<Option<Crossing>> = vec![None; cell.nodes.len()];
        let mut place = |node: u32| match fine.get_mut(node as usize) {
            Some(known) => *known.get_or_insert_with(|| refined(cell, node, exact)),
            None => Crossing::default(),
        };
        for side in &order {
            let ends = [place(side.from), place(side.to)];
            let (arc, off) = arc_of(cell, side, ends, exact);
            shape.off += off * arc.radius * arc.angle;
            let Rim { j, length, .. } = cell.rims[side.rim as usize];
            let Arc { a, b, n, c, radius, angle } = arc;
            shape.arcs.push(SphereArc { site: j, ends: [a, b], axis: n, height: c, radius, angle });
            shape.lengths.push(length);
        }
        let all: Vec<u32> = (0..shape.arcs.len() as u32).collect();
        let (near, least) = shape.middle(&all);
        shape.near = near;
        if least <= FAR {
            shape.next = super::rings::next(cell, &order, exact);
            shape.poles = vec![near; shape.arcs.len()];
            for ring in shape.rings() {
                let (pole, _) = shape.middle(&ring);
                ring.iter().for_each(|&k| shape.poles[k as usize] = pole);
            }
        }
        Some(shape)
    }

    /// The closed curves of its boundary, once the order of arcs is known: their arcs.
    pub fn rings(&self) -> Vec<Vec<u32>> {
        let mut seen = vec![false; self.next.len()];
        let mut rings = Vec::new();
        for first in 0..self.next.len() {
            let (mut ring, mut at) = (Vec::new(), first);
            while !seen[at] {
                seen[at] = true;
                ring.push(at as u32);
                at = self.next[at] as usize;
            }
            if !ring.is_empty() {
                rings.push(ring);
            }
        }
        rings
    }

    /// A direction near some arcs, whose opposite is far from them, and the least height of these
    /// along it: the direction of their middle, or where they reach around the sphere the best of a
    /// few.
    fn middle(&self, some: &[u32]) -> ([f64; 3], f64) {
        let arcs = || some.iter().map(|&k| &self.arcs[k as usize]);
        let mut sum = [0.0; 3];
        for arc in arcs() {
            let moment = arc.inner().moment();
            (0..3).for_each(|k| sum[k] += moment[k]);
        }
        let size = dot(&sum, &sum).sqrt();
        let unit = |v: [f64; 3]| {
            let size = dot(&v, &v).sqrt();
            v.map(|v| v / size)
        };
        let least = |z: &[f64; 3]| {
            let mut least = 1.0f64;
            arcs().for_each(|a| a.inner().each_piece(|p| least = least.min(dot(&p.a, z)).min(dot(&p.at(0.5), z))));
            least
        };
        if size > 1e-9 {
            let z = unit(sum);
            // An arc of less than a radian is less than that from its end.
            if arcs().all(|a| a.angle < 1.0 && dot(&a.ends[0], &z) > 0.0) {
                return (z, -0.5);
            }
            let found = least(&z);
            if found > FAR {
                return (z, found);
            }
        }
        let signs = |k: usize| [0, 1, 2].map(|l| if (k >> l) & 1 == 0 { 0.9 } else { -1.1 });
        let axes = arcs().map(|a| a.axis).take(8);
        let tries = axes.chain((0..8).map(|k| unit(signs(k))));
        let mut best = ([0.0, 0.0, 1.0], f64::NEG_INFINITY);
        for z in tries {
            let found = least(&z);
            if found > best.1 {
                best = (z, found);
            }
        }
        best
    }

    /// Integrals over the cell; second moments if they are wanted.
    pub fn region(&self, second: bool) -> Region {
        if self.arcs.is_empty() {
            let mut whole = Region { area: 4.0 * PI, below: 4.0 * PI, ..Region::default() };
            (0..3).for_each(|k| whole.second[k][k] = 4.0 * PI / 3.0);
            return whole;
        }
        let inner: Vec<Arc> = self.arcs.iter().map(SphereArc::inner).collect();
        let circles = self.arcs.chunk_by(|a, b| a.site == b.site).map(|group| TAU * (1.0 + group[0].height));
        let mut region = arcs::region(&inner, (&self.near, &self.poles), circles.sum(), second);
        region.off += self.off;
        region
    }

    /// What the cell holds of the density `<g, x> + c`, about the point near it.
    pub fn portion(&self, law: &([f64; 3], f64)) -> Portion {
        let (g, c) = law;
        let even = *g == [0.0; 3];
        let region = self.region(!even);
        let along = |m: &[[f64; 3]; 3], v: &[f64; 3]| m.map(|row| dot(&row, v));
        let tilt = if even { 0.0 } else { dot(g, &region.first) };
        let mass = c * region.area + tilt;
        let z = &self.near;
        // int (x - z) rho, and int |x - z|^2 rho = 2 int (1 - <x, z>) rho.
        let mut moved = [0, 1, 2].map(|k| c * (region.first[k] - region.area * z[k]));
        let mut apart = c * region.below;
        if !even {
            let slope = along(&region.second, g);
            (0..3).for_each(|k| moved[k] += slope[k] - tilt * z[k]);
            apart += tilt - dot(g, &along(&region.second, z));
        }
        Portion { mass, off: region.off * most(law), moved, apart }
    }

    /// A cap of the unit sphere that holds the cell: the point near it, and the least height of the
    /// cell along it.
    pub fn cap(&self) -> ([f64; 3], f64) {
        let z = self.near;
        let along = |x: &[f64; 3]| dot(x, &z);
        let mut low = 1.0f64;
        for arc in &self.arcs {
            // On the circle the height is c <n, z> and a wave of the amplitude p sin.
            let lean = along(&arc.axis);
            let whole = arc.height * lean - arc.radius * (1.0 - lean * lean).max(0.0).sqrt();
            let least = if arc.angle < 1.0 {
                // Between the ends no lower than a bow below them.
                along(&arc.ends[0]).min(along(&arc.ends[1])) - arc.radius * (1.0 - (0.5 * arc.angle).cos())
            } else {
                whole
            };
            low = low.min(least.max(whole));
        }
        // Where the point opposite lies in the cell, so may everything.
        let other = z.map(|z| -z);
        let outside = self.arcs.iter().any(|arc| dot(&arc.axis, &other) < arc.height - 1e-9);
        (z, if outside { (low - 1e-12).max(-1.0) } else { -1.0 })
    }

    /// `int_wall rho / |y_i - y_j|` of each arc, of the density `<g, x> + c`: along it the wall
    /// moves by `dh / (|n| rho)`, `rho` its circle's radius and `ds = rho da`, so it is the
    /// integral of the density over the angle, over `|n|`.
    pub fn walls(&self, law: &([f64; 3], f64)) -> impl Iterator<Item = (u32, f64)> {
        let law = *law;
        let each = move |(arc, length): (&SphereArc, &f64)| (arc.site, arc.inner().along(&law) / length);
        self.arcs.iter().zip(&self.lengths).map(each)
    }
}

/// The sides of a cell by the sites beyond, then by their ends.
fn sorted(cell: &Cell) -> Vec<&Side> {
    let site = |rim: u32| cell.rims[rim as usize].j;
    let name = |node: u32| cell.nodes.get(node as usize).map(|n| (site(n.from), site(n.to)));
    let mut order: Vec<&Side> = cell.sides.iter().collect();
    order.sort_by_key(|s| (site(s.rim), name(s.from), name(s.to)));
    order
}

/// An arc between points, none of a whole circle, and how far it may be from its place.
fn arc_of(cell: &Cell, side: &Side, [p, q]: [Crossing; 2], exact: &dyn Exact) -> (Arc, f64) {
    let row = &cell.rims[side.rim as usize].row;
    let (n, c, [e, _]) = frame(row);
    let mut radius = (1.0 - c * c).max(0.0).sqrt();
    let size = dot(&row.normal(), &row.normal()).sqrt();
    let mut aside = row.off / size / radius.max(1e-300) + 4.0 * f64::EPSILON;
    if radius < FINE {
        // The radius of a small circle is all that c does not tell.
        radius = radius_of(&exact.precise(cell.rims[side.rim as usize].j));
        aside = 4.0 * f64::EPSILON;
    }
    if side.from == NONE {
        let a = [0, 1, 2].map(|k| c * n[k] + radius * e[k]);
        return (Arc { a, b: a, n, c, radius, angle: TAU }, aside);
    }
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
    (Arc { a, b, n, c, radius, angle }, off + aside)
}

/// A boundary that comes nearer to the point opposite is seen from several points: there a triangle
/// of three points on the sphere has its angle from a sum that is only so much above 0.
const FAR: f64 = -0.8;

/// Circles of a smaller radius are measured in double-doubles.
const FINE: f64 = 0.05;

/// Points that may be off by more than this are improved.
const COARSE: f64 = 2e-15;

/// `p^2 = (N - d^2) / N`, `N = |n|^2`.
fn radius_of((n, d): &([Dd; 3], Dd)) -> f64 {
    let square = n.iter().fold(Dd::ZERO, |s, &n| s + n * n);
    (square - *d * *d).over(square).to_f64().max(0.0).sqrt()
}

/// A node as near as a double can be, or nearly: one step of Newton's with residuals in
/// double-double, after which the square of the error is left, and rounding.
fn refined(cell: &Cell, node: u32, exact: &dyn Exact) -> Crossing {
    let Node { from, to, at } = cell.nodes[node as usize];
    if at.off <= COARSE {
        return at;
    }
    let rows = [from, to].map(|rim| exact.precise(cell.rims[rim as usize].j));
    let [a, b] = rows.map(|(n, d)| {
        let size = n[0].hi.abs().max(n[1].hi.abs()).max(n[2].hi.abs());
        let by = 2f64.powi(-crate::exact::power::exponent(size));
        (n.map(|n| n.scale(by)), d.scale(by))
    });
    let residual = |(n, d): &([Dd; 3], Dd)| (0..3).fold(*d, |s, k| s + n[k].times(at.x[k])).to_f64();
    let (p, q) = (a.0.map(|n| n.hi), b.0.map(|n| n.hi));
    let t = cross(&p, &q);
    let along = dot(&t, &at.x);
    let length = at.x.iter().fold(Dd::from_f64(-1.0), |s, &x| s + Dd::product(x, x)).to_f64();
    let (u, v) = (cross(&q, &at.x), cross(&at.x, &p));
    let (ra, rb) = (residual(&a), residual(&b));
    let step = [0, 1, 2].map(|k| -(u[k] * ra + v[k] * rb + 0.5 * t[k] * length) / along);
    let size = dot(&step, &step).sqrt();
    let bend = dot(&t, &t).sqrt() / along.abs();
    let off = 2.0 * size * size * bend + 8.0 * f64::EPSILON * size * bend + 2.0 * f64::EPSILON;
    if !(size <= 2.0 * at.off && off < at.off) {
        return at;
    }
    Crossing { x: [0, 1, 2].map(|k| at.x[k] + step[k]), off }
}
