//! The domain as cells are clipped to it: planes seen from a cell's origin, and the polyhedron that
//! every cell begins with.
//!
//! Coordinates of a cell are those from its *origin*: its site along periodic axes, the middle of
//! the domain along the others. So the polyhedron that a cell begins with is the same for all: the
//! domain, bounded along periodic axes by the walls to the site's own images half a period away.

use super::wall::{Shift, Wall};
use crate::domain::space::{Body, Face, Polytope};
use crate::domain::{SpaceDensity, SpaceDomain};
use crate::exact::Dd;
use crate::exact::big::{self, Integer, Rational};
use crate::exact::predicates::{ExactRow, PlaneRow, Yield};
use std::sync::Arc;

/// A domain in space with its density. The torus of the plane is one with a third axis from 0 to 1,
/// and sites at 0: cells are prisms, volumes are areas.
#[derive(Clone, Debug)]
pub struct SpaceGround {
    pub(super) low: [f64; 3],
    pub(super) high: [f64; 3],
    pub(super) periodic: [bool; 3],
    /// `high - low`, exactly.
    pub(super) period: [Dd; 3],
    pub(super) centre: [f64; 3],
    pub(super) body: Option<Arc<Body>>,
    base: Polytope<Wall>,
    /// Gradient and constant of the normalized density.
    pub(super) law: ([f64; 3], f64),
}

/// The site of a cell that nobody has named yet.
const OWN: u32 = u32::MAX;

impl SpaceGround {
    /// Of a domain and its density times a factor.
    pub fn new<const D: usize>(domain: &SpaceDomain<D>, density: &SpaceDensity, factor: f64) -> SpaceGround {
        let (low, high, periodic) = domain.in_space();
        let axes = [0, 1, 2];
        let period = axes.map(|k| Dd::difference(high[k], low[k]));
        let body = domain.body().cloned();
        let centre = match &body {
            Some(body) => body.centre(),
            None => axes.map(|k| low[k] + 0.5 * (high[k] - low[k])),
        };
        let (g, c) = density.law();
        let law = (g.map(|g| g * factor), c * factor);
        let base = match &body {
            Some(body) => {
                let inner = body.polytope();
                let faces = inner.faces.iter().map(|f| Face::new(Wall::Domain(f.label), f.row, f.yields));
                Polytope { faces: faces.collect(), nodes: inner.nodes.clone() }
            }
            None => {
                let mut k = 0u32;
                let sides = [(); 6].map(|()| {
                    k += 1;
                    side(k - 1, (low, high), centre, periodic)
                });
                Polytope::boxed(sides)
            }
        };
        SpaceGround { low, high, periodic, period, centre, body, base, law }
    }

    /// Where the coordinates of a cell begin.
    pub(super) fn origin(&self, site: &[f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|k| if self.periodic[k] { site[k] } else { self.centre[k] })
    }

    /// A point moved by some periods.
    pub(super) fn moved(&self, x: &[f64; 3], periods: [i8; 3]) -> [f64; 3] {
        [0, 1, 2].map(|k| x[k] + f64::from(periods[k]) * self.period[k].hi)
    }

    /// Does the domain hold a point? Along periodic axes everything is inside.
    pub(super) fn holds(&self, x: &[f64; 3]) -> bool {
        let Some(body) = &self.body else {
            return (0..3).all(|k| self.periodic[k] || (self.low[k]..=self.high[k]).contains(&x[k]));
        };
        (0..body.faces() as u32).all(|face| {
            let (_, d, off) = body.near(face, x.map(Dd::from_f64));
            if d.abs() > off {
                return d > 0.0;
            }
            let [a, b, c, mut value] = body.exact(face).v.map(Rational::from);
            for (n, k) in [a, b, c].into_iter().zip(0..) {
                value += n * (big::rational(x[k]) - big::rational(self.centre[k]));
            }
            value.cmp0().is_ge()
        })
    }

    /// What the cell of a site begins with, about its origin.
    pub(super) fn begin(&self, site: u32, rank: u32, cell: &mut Polytope<Wall>) {
        cell.faces.clear();
        cell.faces.extend(self.base_faces(site, rank));
        cell.nodes.clone_from(&self.base.nodes);
    }

    /// The planes of that.
    pub(super) fn base_faces(&self, site: u32, rank: u32) -> impl Iterator<Item = Face<Wall>> + '_ {
        self.base.faces.iter().map(move |face| match face.label {
            Wall::Site(OWN, shift) => Face::new(Wall::Site(site, shift), face.row, Yield::Ranks(rank, rank)),
            label => Face::new(label, face.row, face.yields),
        })
    }

    /// A face of the domain from any point: normal, constant, and a bound of the error of this.
    pub(super) fn row(&self, face: u32, origin: &[f64; 3]) -> ([f64; 3], f64, f64) {
        if let Some(body) = &self.body {
            return body.near(face, origin.map(Dd::from_f64));
        }
        let k = (face / 2) as usize;
        let (sign, d) = match face % 2 {
            0 => (1.0, origin[k] - self.low[k]),
            _ => (-1.0, self.high[k] - origin[k]),
        };
        let mut n = [0.0; 3];
        n[k] = sign;
        (n, d, d.abs() * f64::EPSILON)
    }

    /// A face of the domain about the middle, in integers.
    pub(super) fn exact(&self, face: u32) -> ExactRow {
        if let Some(body) = &self.body {
            return body.exact(face);
        }
        let k = (face / 2) as usize;
        let [low, middle, high] = [self.low[k], self.centre[k], self.high[k]].map(big::rational);
        let (sign, d): (i32, Rational) = if face.is_multiple_of(2) { (1, middle - low) } else { (-1, high - middle) };
        let mut v: [Integer; 4] = Default::default();
        v[k] = d.denom().clone() * sign;
        v[3] = d.numer().clone();
        ExactRow::new(v)
    }

    /// The largest coordinate or period.
    pub(super) fn far(&self) -> f64 {
        let all = self.low.iter().chain(&self.high);
        all.fold(0.0, |m: f64, x| m.max(x.abs()))
    }

    /// The largest squared distance between a point of the domain and a point of a box, along
    /// periodic axes that of nearest images.
    pub(super) fn farthest(&self, low: &[f64; 3], high: &[f64; 3]) -> f64 {
        let along = |k: usize| {
            let reach = match self.periodic[k] {
                true => 0.5 * self.period[k].hi,
                false => (self.high[k] - low[k]).abs().max((high[k] - self.low[k]).abs()),
            };
            reach * reach
        };
        along(0) + along(1) + along(2)
    }
}

/// A side of the box that cells begin with, about its middle.
fn side(k: u32, (low, high): ([f64; 3], [f64; 3]), centre: [f64; 3], periodic: [bool; 3]) -> Face<Wall> {
    let (axis, upper) = ((k / 2) as usize, k % 2 == 1);
    let mut n = [0.0; 3];
    n[axis] = if upper { -1.0 } else { 1.0 };
    if periodic[axis] {
        // <-L e, z> + L^2 / 2, divided by L.
        let mut periods = [0i8; 3];
        periods[axis] = if upper { 1 } else { -1 };
        let half = 0.5 * (high[axis] - low[axis]);
        let row = PlaneRow::new(n, half, half * f64::EPSILON);
        return Face::new(Wall::Site(OWN, Shift::of(periods)), row, Yield::Ranks(0, 0));
    }
    let d = if upper { high[axis] - centre[axis] } else { centre[axis] - low[axis] };
    Face::new(Wall::Domain(k), PlaneRow::new(n, d, d.abs() * f64::EPSILON), Yield::Never)
}
