//! Mass, centroid and spread of cells and of their parts, in the plane and on surfaces.

use crate::exact::Dd;
use crate::exact::power::{exponent, scaled};
use crate::problem::Units;

/// Mass, first and second moments of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments<const D: usize = 2> {
    /// `int rho`.
    pub mass: f64,
    /// Centroid; meaningful when the mass is positive.
    pub centroid: [f64; D],
    /// What a double leaves out of the centroid: far from the origin, where a source is small
    /// beside its coordinates, much of a cost.
    pub rest: [f64; D],
    /// `int |x - centroid|^2 rho`.
    pub spread: f64,
    /// A bound of the error of the mass. Not told of parts that are bounded by arcs.
    pub off: f64,
}

impl<const D: usize> Default for Moments<D> {
    fn default() -> Moments<D> {
        Moments { mass: 0.0, centroid: [0.0; D], rest: [0.0; D], spread: 0.0, off: 0.0 }
    }
}

impl<const D: usize> Moments<D> {
    /// With this centroid.
    pub(super) fn centred(self, centre: [Dd; D]) -> Moments<D> {
        Moments { centroid: centre.map(Dd::to_f64), rest: centre.map(|c| c.lo), ..self }
    }

    /// In the units of the problem as given.
    pub fn in_own(self, units: &Units) -> Moments<D> {
        if units.are_its_own() {
            return self;
        }
        Moments {
            mass: units.mass(self.mass),
            centroid: units.point(self.centroid),
            rest: units.point(self.rest),
            spread: units.cost(self.spread),
            off: units.mass(self.off),
        }
    }

    /// `int |x - y|^2 rho`.
    pub fn cost(&self, y: [f64; D]) -> f64 {
        cost(self.mass, self.spread, (self.centroid, self.rest), y)
    }
}

/// `int |x - y|^2 rho` from mass, spread and centroid of a cell, this with what a double leaves out
/// of it.
pub(super) fn cost<const D: usize>(mass: f64, spread: f64, (centroid, rest): ([f64; D], [f64; D]), y: [f64; D]) -> f64 {
    let square = |k: usize| {
        let d = (centroid[k] - y[k]) + rest[k];
        d * d
    };
    spread + mass * (0..D).map(square).sum::<f64>()
}

/// Exponents up to this are left alone: products of four of them are doubles, with room for those
/// of densities.
const FAR: i32 = 128;

/// An exponent that is far from 0, else 0.
pub(super) fn far(e: i32) -> i32 {
    if e.abs() <= FAR { 0 } else { e }
}

/// The moments of a cell from those of its parts.
///
/// Spreads about the parts' own centroids are moved to the common one (parallel axes): no
/// cancellation.
pub(super) fn joined<const D: usize>(parts: &[Moments<D>]) -> Moments<D> {
    let mass: f64 = parts.iter().map(|p| p.mass).sum();
    let off = parts.iter().map(|p| p.off).sum::<f64>() + parts.len() as f64 * f64::EPSILON * mass;
    if let [one] = parts {
        return *one;
    }
    if mass <= 0.0 {
        return Moments { mass: 0.0, ..parts.first().copied().unwrap_or_default() };
    }
    // Relative to one of them, so that a far origin costs no digits.
    let o = parts.iter().find(|p| p.mass > 0.0).copied().unwrap_or_default();
    let seen = |p: &Moments<D>, k: usize| (p.centroid[k] - o.centroid[k]) + (p.rest[k] - o.rest[k]);
    // In units in which masses and lengths are ordinary, so that no product of them leaves the
    // doubles.
    let heavy = far(exponent(mass));
    let c: [f64; D] = std::array::from_fn(|k| {
        let long = far(exponent(parts.iter().fold(0.0, |long: f64, p| long.max(seen(p, k).abs()))));
        let part = |p: &Moments<D>| scaled(p.mass, -heavy) * scaled(seen(p, k), -long);
        scaled(parts.iter().map(part).sum::<f64>() / scaled(mass, -heavy), long)
    });
    let spread = parts.iter().map(|p| {
        let square = |k: usize| {
            let d = seen(p, k) - c[k];
            d * d
        };
        p.spread + p.mass * (0..D).map(square).sum::<f64>()
    });
    let centre = std::array::from_fn(|k| Dd::sum(o.centroid[k], o.rest[k]) + Dd::from_f64(c[k]));
    Moments { mass, spread: spread.sum(), off, ..Moments::default() }.centred(centre)
}
