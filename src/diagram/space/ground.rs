//! The domain as cells are clipped to it: planes seen from a cell's origin, and the polyhedron that
//! every cell begins with.
//!
//! Coordinates of a cell are those from its *origin*: in a box the site, or the point of the box
//! next to it, so that small cells are known the better; in a polyhedron and among parts
//! the middle of the domain, from where their planes are known. A cell begins with the domain,
//! bounded along periodic axes by the walls to the site's own images half a period away.

use super::super::moments::Moments;
use super::wall::{Shift, Wall};
use crate::domain::space::{Body, ExactAffine, Face, Metric, Parts, Polytope, SpaceLaw};
use crate::domain::{SpaceDensity, SpaceDomain};
use crate::exact::Dd;
use crate::exact::big::{self, Integer, Rational};
use crate::exact::power::{exponent, scaled};
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
    /// Convex parts; then the box is one that none of them reaches the sides of.
    pub(super) parts: Option<Arc<Parts>>,
    /// The metric of the cost, if it is not the euclidean one.
    pub(super) metric: Option<Arc<Metric>>,
    /// By how many periods images that matter are moved at most.
    pub(super) images: [i8; 3],
    /// Periods as bounds see them ([`SpaceGround::stretched`]).
    steps: [[f64; 3]; 3],
    /// No coordinate is greater that bounds see.
    far: f64,
    base: Polytope<Wall>,
    /// The normalized density, where it is one for the whole domain.
    law: SpaceLaw,
    /// Before normalization, and by what this multiplies it.
    density: SpaceDensity,
    factor: f64,
}

/// The site of a cell that nobody has named yet.
const OWN: u32 = u32::MAX;

/// Sides of the box about parts are numbered from here.
const BOX: u32 = u32::MAX - 6;

impl SpaceGround {
    /// Of a domain and its density times a factor.
    pub fn new<const D: usize>(domain: &SpaceDomain<D>, density: &SpaceDensity, factor: f64) -> SpaceGround {
        let (mut low, mut high, periodic) = domain.in_space();
        let axes = [0, 1, 2];
        let parts = domain.parts().cloned();
        if let Some(parts) = &parts {
            (low, high) = parts.frame();
        }
        let period = axes.map(|k| Dd::difference(high[k], low[k]));
        let body = domain.body().cloned();
        let centre = match (&body, &parts) {
            (Some(body), _) => body.centre(),
            (None, Some(parts)) => parts.centre(),
            _ => axes.map(|k| low[k] + 0.5 * (high[k] - low[k])),
        };
        let law = density.law(None, 0, factor);
        let first = if parts.is_some() { BOX } else { 0 };
        let metric = domain.metric().cloned().map(Arc::new);
        let stretched = |x: [f64; 3]| metric.as_ref().map_or(x, |m| m.stretched(&x));
        let steps = axes.map(|k| stretched(axes.map(|l| if k == l { period[k].hi } else { 0.0 })));
        let most = low.iter().chain(&high).fold(0.0, |m: f64, x| m.max(x.abs()));
        let far = most * metric.as_ref().map_or(1.0, |m| m.greatest());
        let images = domain.images().unwrap_or([1; 3]);
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
                    side(first, k - 1, (low, high), centre, (periodic, metric.as_deref()))
                });
                Polytope::boxed(sides)
            }
        };
        let density = density.clone();
        SpaceGround {
            low,
            high,
            periodic,
            period,
            centre,
            body,
            parts,
            metric,
            images,
            steps,
            far,
            base,
            law,
            density,
            factor,
        }
    }

    /// Where the coordinates of a cell begin.
    pub(super) fn origin(&self, site: &[f64; 3]) -> [f64; 3] {
        if !self.is_box() {
            return self.centre;
        }
        [0, 1, 2].map(|k| if self.periodic[k] { site[k] } else { site[k].min(self.high[k]).max(self.low[k]) })
    }

    /// Is it a box, of which any axes may be periodic, and nothing else?
    fn is_box(&self) -> bool {
        self.body.is_none() && self.parts.is_none()
    }

    /// A point moved by some periods.
    pub(super) fn moved(&self, x: &[f64; 3], periods: [i8; 3]) -> [f64; 3] {
        [0, 1, 2].map(|k| x[k] + f64::from(periods[k]) * self.period[k].hi)
    }

    /// A point as bounds see it: in coordinates in which the square of the metric is about the sum
    /// of squares.
    #[inline]
    pub(super) fn stretched(&self, x: &[f64; 3]) -> [f64; 3] {
        self.metric.as_ref().map_or(*x, |m| m.stretched(x))
    }

    /// The cost of sending a cell to a site.
    pub(crate) fn cost<const D: usize>(&self, m: &Moments<D>, y: [f64; D]) -> f64 {
        let Some(metric) = &self.metric else { return m.cost(y) };
        let way = |k: usize| y.get(k).map_or(0.0, |y| (m.centroid[k] - y) + m.rest[k]);
        m.spread + m.mass * metric.length_squared(&[way(0), way(1), way(2)])
    }

    /// By how much bounds are wider than those of the euclidean metric.
    pub(super) fn looseness(&self) -> f64 {
        self.metric.as_ref().map_or(1.0, |m| m.condition())
    }

    /// What is added to a point for its image as seen from a site, as bounds see them.
    pub(super) fn seen_from(&self, site: &[f64; 3], shift: Shift) -> [f64; 3] {
        let periods = shift.periods();
        let mut moved = [-site[0], -site[1], -site[2]];
        for (k, &p) in periods.iter().enumerate().filter(|(_, p)| **p != 0) {
            for (m, step) in moved.iter_mut().zip(&self.steps[k]) {
                *m += f64::from(p) * step;
            }
        }
        moved
    }

    /// Does the domain hold a point? Along periodic axes everything is inside.
    pub(super) fn holds(&self, x: &[f64; 3]) -> bool {
        if let Some(parts) = &self.parts {
            let mut found = Vec::new();
            parts.meeting((*x, *x), &mut found);
            return found.iter().any(|&part| self.counts(part) && self.part_holds(parts, part, x));
        }
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

    fn part_holds(&self, parts: &Parts, part: u32, x: &[f64; 3]) -> bool {
        parts.sides(part).all(|side| {
            // At the point itself only the constant of a row counts.
            if let Some(inside) = parts.near(side, x).side_of(&[0.0; 3], &[0.0; 3]) {
                return inside;
            }
            let [a, b, c, mut value] = parts.exact(side).v.map(Rational::from);
            for (n, k) in [a, b, c].into_iter().zip(0..) {
                value += n * (big::rational(x[k]) - big::rational(self.centre[k]));
            }
            value.cmp0().is_ge()
        })
    }

    /// The planes that the cell of a site begins with, about its origin.
    pub(super) fn base_faces<'a>(
        &'a self,
        (site, rank): (u32, u32),
        origin: &'a [f64; 3],
    ) -> impl Iterator<Item = Face<Wall>> + 'a {
        let is_box = self.is_box();
        self.base.faces.iter().map(move |face| match face.label {
            Wall::Site(OWN, shift) => Face::new(Wall::Site(site, shift), face.row, Yield::Ranks(rank, rank)),
            Wall::Domain(k) if is_box => Face::new(face.label, self.side_row(k, origin), face.yields),
            label => Face::new(label, face.row, face.yields),
        })
    }

    /// The corners between all these planes, and nothing else.
    pub(super) fn base_nodes(&self, cell: &mut Polytope<Wall>) {
        match self.is_box() {
            true => cell.box_up(),
            false => cell.nodes.clone_from(&self.base.nodes),
        }
    }

    /// The normalized density on a part.
    pub(super) fn law(&self, part: u32) -> SpaceLaw {
        match &self.parts {
            Some(parts) => self.density.law(Some(parts), part, self.factor),
            None => self.law,
        }
    }

    /// The density before normalization on a part, exactly.
    pub(super) fn exact_law(&self, part: u32) -> ExactAffine {
        self.density.exact(self.parts.as_deref(), part)
    }

    /// Has a part mass?
    pub(super) fn counts(&self, part: u32) -> bool {
        self.parts.as_ref().is_none_or(|parts| self.density.counts(parts, part))
    }

    /// Does another part with mass certainly lie behind a face?
    pub(super) fn is_between(&self, face: u32) -> bool {
        let beyond = self.parts.as_ref().filter(|_| face < BOX).and_then(|parts| parts.beyond(face));
        beyond.is_some_and(|part| self.counts(part))
    }

    /// A face of the domain from any point, in units in which its normal is about 1.
    pub(super) fn row(&self, face: u32, origin: &[f64; 3]) -> PlaneRow {
        if let Some(parts) = self.parts.as_ref().filter(|_| face < BOX) {
            return parts.near(face, origin);
        }
        let Some(body) = &self.body else { return self.side_row(face, origin) };
        let (n, d, off) = body.near(face, origin.map(Dd::from_f64));
        let e = exponent(n[0].abs().max(n[1].abs()).max(n[2].abs()));
        PlaneRow::new(n.map(|n| scaled(n, -e)), scaled(d, -e), scaled(off, -e))
    }

    /// A side of the box from any point.
    fn side_row(&self, face: u32, origin: &[f64; 3]) -> PlaneRow {
        let face = if self.parts.is_some() { face - BOX } else { face };
        let k = (face / 2) as usize;
        let (sign, d) = match face % 2 {
            0 => (1.0, origin[k] - self.low[k]),
            _ => (-1.0, self.high[k] - origin[k]),
        };
        let mut n = [0.0; 3];
        n[k] = sign;
        PlaneRow::new(n, d, d.abs() * f64::EPSILON)
    }

    /// A face of the domain about the origin of a cell, in integers.
    pub(super) fn exact(&self, face: u32, origin: &[f64; 3]) -> ExactRow {
        if let Some(body) = &self.body {
            return body.exact(face);
        }
        let face = match &self.parts {
            Some(parts) if face < BOX => return parts.exact(face),
            Some(_) => face - BOX,
            None => face,
        };
        let k = (face / 2) as usize;
        let [low, middle, high] = [self.low[k], origin[k], self.high[k]].map(big::rational);
        let (sign, d): (i32, Rational) = if face.is_multiple_of(2) { (1, middle - low) } else { (-1, high - middle) };
        let mut v: [Integer; 4] = Default::default();
        v[k] = d.denom().clone() * sign;
        v[3] = d.numer().clone();
        ExactRow::new(v)
    }

    /// The largest coordinate or period that bounds see.
    pub(super) fn far(&self) -> f64 {
        self.far
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
        let most = self.metric.as_ref().map_or(1.0, |m| m.greatest());
        (along(0) + along(1) + along(2)) * most * most
    }
}

/// A side of the box that cells begin with, about its middle; `first` is the number of the first.
fn side(
    first: u32,
    k: u32,
    (low, high): ([f64; 3], [f64; 3]),
    centre: [f64; 3],
    (periodic, metric): ([bool; 3], Option<&Metric>),
) -> Face<Wall> {
    let (axis, upper) = ((k / 2) as usize, k % 2 == 1);
    let sign = if upper { -1.0 } else { 1.0 };
    let mut n = [0.0; 3];
    n[axis] = sign;
    if periodic[axis] {
        // <-L M e, z> + L^2 e'M e / 2, divided by L and a power of two.
        let mut periods = [0i8; 3];
        periods[axis] = if upper { 1 } else { -1 };
        let mut half = 0.5 * (high[axis] - low[axis]);
        if let Some(metric) = metric {
            n = metric.rows()[axis].map(|m| sign * m);
            half *= metric.rows()[axis][axis];
            let by = scaled(1.0, -exponent(n[0].abs().max(n[1].abs()).max(n[2].abs())));
            (n, half) = (n.map(|n| n * by), half * by);
        }
        let row = PlaneRow::new(n, half, 2.0 * half * f64::EPSILON);
        return Face::new(Wall::Site(OWN, Shift::of(periods)), row, Yield::Ranks(0, 0));
    }
    let d = if upper { high[axis] - centre[axis] } else { centre[axis] - low[axis] };
    Face::new(Wall::Domain(first + k), PlaneRow::new(n, d, d.abs() * f64::EPSILON), Yield::Never)
}
