//! Units in which a problem is ordinary: the one place that scales, before any geometry, and scales
//! results back.
//!
//! Integrals over cells have the fourth order in lengths before they are divided by anything,
//! conductances have masses over squares of lengths: domains of 1e140 or 1e-140 would leave the
//! doubles on the way to results that do not. So a problem whose source is far from 1 in extent,
//! density or mass is taken in units of its own. Units are powers of two, so nothing is rounded:
//! cells are the same to the bit, and results are those of the problem as given whenever doubles
//! hold these.
//!
//! With lengths in units of `2^L`, masses of `2^M` and densities of `2^D`, heights are in units of
//! `2^(2L)`, walls (`dm/dh`) of `2^(M-2L)`, costs of `2^(M+2L)`, and the factor of the source of
//! `2^(M-D-2L)`.

use super::targets::Targets;
use super::{Problem, SpaceProblem, SphereProblem, SurfaceProblem};
use crate::domain::{Density, Domain, Facets, Patches, SphereDensity};
use crate::exact::big::Rational;
use crate::exact::power::{exponent, is_exact, scaled, scaled_dd};
use crate::exact::{Dd, Heights};
use std::borrow::Cow;
use std::sync::Arc;

/// Extents, densities and masses of `2^-64` to `2^64` are left alone: their fourth powers are far
/// from the ends of the doubles.
const FAR: i32 = 64;

/// Powers of two by which a problem is divided. All zero for ordinary problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    length: i32,
    mass: i32,
    density: i32,
}

impl Units {
    /// Those of the problem as given.
    pub fn are_its_own(&self) -> bool {
        *self == Units::default()
    }

    /// A mass in the problem's own units.
    pub fn mass(&self, m: f64) -> f64 {
        scaled(m, self.mass)
    }

    /// A mass of the problem in these units.
    pub fn mass_in(&self, m: f64) -> f64 {
        scaled(m, -self.mass)
    }

    /// A coordinate in the problem's own units.
    pub fn length(&self, x: f64) -> f64 {
        scaled(x, self.length)
    }

    /// The same of a double-double.
    pub fn length_dd(&self, x: Dd) -> Dd {
        scaled_dd(x, self.length)
    }

    /// A double-double of the problem in these units.
    pub fn length_dd_in(&self, x: Dd) -> Dd {
        scaled_dd(x, -self.length)
    }

    /// A point in the problem's own units.
    pub fn point<const D: usize>(&self, x: [f64; D]) -> [f64; D] {
        x.map(|x| self.length(x))
    }

    /// A point of the problem in these units.
    pub fn point_in<const D: usize>(&self, x: [f64; D]) -> [f64; D] {
        x.map(|x| scaled(x, -self.length))
    }

    /// A mass times a squared length in the problem's own units.
    pub fn cost(&self, c: f64) -> f64 {
        scaled(c, self.mass + 2 * self.length)
    }

    /// Bounds of a cost in the problem's own units, still bounds where doubles end.
    pub fn costs_between(&self, [low, high]: [f64; 2]) -> [f64; 2] {
        if self.are_its_own() {
            return [low, high];
        }
        let (below, above) = (self.cost(low), self.cost(high));
        let rounded = |inner: f64, own: f64| !is_exact(inner, self.mass + 2 * self.length) || own.is_infinite();
        [
            if rounded(low, below) { below.next_down().max(0.0) } else { below },
            if rounded(high, above) { above.next_up() } else { above },
        ]
    }

    /// A density of the normalized source, masses over squared lengths, in the problem's own units.
    pub fn density(&self, rho: f64) -> f64 {
        scaled(rho, self.mass - 2 * self.length)
    }

    /// An entry of the Hessian in the problem's own units.
    pub fn wall(&self, h: f64) -> f64 {
        scaled(h, self.mass - 2 * self.length)
    }

    /// Entries of the Hessian in the problem's own units.
    pub fn walls(&self, walls: Vec<(u32, u32, f64)>) -> Vec<(u32, u32, f64)> {
        walls.into_iter().map(|(i, j, h)| (i, j, self.wall(h))).collect()
    }

    /// Heights in the problem's own units.
    pub fn heights<'h>(&self, heights: &'h Heights) -> Cow<'h, Heights> {
        self.times(heights, 2 * self.length)
    }

    /// Heights of the problem in these units.
    pub fn heights_in<'h>(&self, heights: &'h Heights) -> Cow<'h, Heights> {
        self.times(heights, -2 * self.length)
    }

    fn times<'h>(&self, heights: &'h Heights, e: i32) -> Cow<'h, Heights> {
        match e {
            0 => Cow::Borrowed(heights),
            _ => Cow::Owned(Heights::new(heights.as_slice().iter().map(|&h| scaled_dd(h, e)))),
        }
    }

    /// Units of length that keep every digit of these heights.
    fn fit(length: i32, heights: &Heights) -> bool {
        heights.as_slice().iter().all(|h| is_exact(h.hi, -2 * length) && is_exact(h.lo, -2 * length))
    }

    /// The measure of the source in the problem's own units, rounded.
    pub(super) fn measure(&self, measure: f64) -> f64 {
        scaled(measure, 2 * self.length + self.density)
    }

    /// The measure of the source in the problem's own units.
    pub(super) fn exact_measure(&self, measure: Rational) -> Rational {
        let e = 2 * self.length + self.density;
        if e >= 0 { measure << e as u32 } else { measure >> e.unsigned_abs() }
    }

    fn factor(&self, factor: f64) -> f64 {
        scaled(factor, 2 * self.length + self.density - self.mass)
    }
}

/// The exponent of a size, if that is far from 1, or so much of it as keeps all digits. (Halved
/// until it does: a problem that spans all the doubles has no better units than its own.)
fn fitting(size: f64, exact: impl Fn(i32) -> bool) -> i32 {
    let mut e = exponent(size);
    if e.abs() <= FAR {
        return 0;
    }
    while e != 0 && !exact(e) {
        e /= 2;
    }
    e
}

impl<const D: usize> Targets<D> {
    fn fit(&self, length: i32) -> bool {
        let sites = self.sites.as_flattened().iter().all(|&y| is_exact(y, -length));
        sites && self.heights.as_ref().is_none_or(|h| Units::fit(length, h))
    }

    fn mass_unit(&self) -> i32 {
        fitting(self.total().hi, |e| self.masses.iter().all(|&m| is_exact(m, -e)))
    }

    fn scaled(&self, units: &Units) -> Targets<D> {
        let mut merges = self.merges.clone();
        merges.iter_mut().for_each(|m| m.mass = units.mass_in(m.mass));
        Targets {
            sites: self.sites.iter().map(|&y| units.point_in(y)).collect(),
            masses: self.masses.iter().map(|&m| units.mass_in(m)).collect(),
            heights: self.heights.as_ref().map(|h| units.heights_in(h).into_owned()),
            site_of_input: self.site_of_input.clone(),
            merges,
        }
    }
}

impl Problem {
    /// The units in which this problem is ordinary; `heights` are to be taken in them, too. Cost:
    /// O(1) for problems that are.
    pub fn units(&self, heights: Option<&Heights>) -> Units {
        let extent = self.frame().extent();
        let length = fitting(extent, |e| {
            let image = match &self.density {
                Density::Image(image) => image.lines().iter().flatten().all(|&x| is_exact(x, -e)),
                _ => true,
            };
            let domain = || self.domain.scaled(-e).scaled(e) == self.domain;
            image && domain() && self.target.fit(e) && heights.is_none_or(|h| Units::fit(e, h))
        });
        let greatest = greatest(&self.density, &self.domain);
        let density = fitting(greatest, |e| match &self.density {
            Density::Image(image) => {
                let (low, high) = self.frame().bounds();
                image.values_within(low, high).all(|v| is_exact(v, -e))
            }
            other => other.scaled(-length, -e).scaled(length, e) == self.density,
        });
        Units { length, density, mass: self.target.mass_unit() }
    }

    /// This problem in the given units.
    pub fn in_units(&self, units: &Units) -> Cow<'_, Problem> {
        if units.are_its_own() {
            return Cow::Borrowed(self);
        }
        let domain = self.domain.scaled(-units.length);
        let density = self.density.scaled(-units.length, -units.density);
        Cow::Owned(Problem {
            patches: Patches::of(&domain, &density).map(Arc::new),
            domain,
            density,
            target: self.target.scaled(units),
            source_factor: units.factor(self.source_factor),
            partial: self.partial,
            rest: self.rest.map(|m| units.mass_in(m)),
        })
    }
}

impl SurfaceProblem {
    /// The units in which this problem is ordinary; `heights` are to be taken in them, too. Cost:
    /// O(1) for problems that are.
    pub fn units(&self, heights: Option<&Heights>) -> Units {
        let (low, high) = self.surface().bounds();
        let extent = (0..3).fold(0.0, |s: f64, k| s.max(high[k] - low[k]));
        let length = fitting(extent, |e| {
            let vertices = self.surface().vertices().as_flattened();
            let domain = vertices.iter().all(|&x| is_exact(x, -e));
            domain && self.target.fit(e) && heights.is_none_or(|h| Units::fit(e, h))
        });
        let exact = |e: i32| self.density.scaled(-e).scaled(e) == self.density;
        let density = fitting(self.density.greatest(), exact);
        Units { length, density, mass: self.target.mass_unit() }
    }

    /// This problem in the given units.
    pub fn in_units(&self, units: &Units) -> Cow<'_, SurfaceProblem> {
        if units.are_its_own() {
            return Cow::Borrowed(self);
        }
        let density = self.density.scaled(-units.density);
        Cow::Owned(SurfaceProblem {
            facets: Facets::of(&Arc::new(self.surface().scaled(-units.length)), &density),
            density,
            target: self.target.scaled(units),
            source_factor: units.factor(self.source_factor),
        })
    }
}

impl<const D: usize> SpaceProblem<D> {
    /// The units in which this problem is ordinary; `heights` are to be taken in them, too. Cost:
    /// O(1) for problems that are.
    ///
    /// Densities are masses over volumes: in space their unit has one power of the length more than
    /// [`Units`] has beside it.
    pub fn units(&self, heights: Option<&Heights>) -> Units {
        let (low, high) = self.domain.bounds();
        let far = low.iter().chain(&high).fold(0.0, |m: f64, v| m.max(v.abs()));
        let length = fitting(self.domain.extent(), |e| {
            let domain = || self.domain.scaled(-e).is_some_and(|d| d.scaled(e).as_ref() == Some(&self.domain));
            domain() && self.target.fit(e) && heights.is_none_or(|h| Units::fit(e, h))
        });
        let exact = |e: i32| self.density.scaled(-length, -e).scaled(length, e) == self.density;
        let density = fitting(self.density.greatest(far), exact);
        let further = if D == 3 { length } else { 0 };
        Units { length, density: density + further, mass: self.target.mass_unit() }
    }

    /// This problem in the given units.
    pub fn in_units(&self, units: &Units) -> Cow<'_, SpaceProblem<D>> {
        if units.are_its_own() {
            return Cow::Borrowed(self);
        }
        let Some(domain) = self.domain.scaled(-units.length) else { return Cow::Borrowed(self) };
        let further = if D == 3 { units.length } else { 0 };
        Cow::Owned(SpaceProblem {
            domain,
            density: self.density.scaled(-units.length, further - units.density),
            target: self.target.scaled(units),
            source_factor: units.factor(self.source_factor),
            wrapped: self.wrapped,
        })
    }
}

impl SphereProblem {
    /// The units in which this problem is ordinary; `heights` are to be taken in them, too. Cost:
    /// O(1) for problems that are.
    pub fn units(&self, heights: Option<&Heights>) -> Units {
        let (low, high) = self.sphere.bounds();
        let far = low.iter().chain(&high).fold(0.0, |m: f64, v| m.max(v.abs()));
        let length = fitting(self.sphere.radius(), |e| {
            let domain = || self.sphere.scaled(-e).is_some_and(|s| s.scaled(e) == Some(self.sphere));
            domain() && self.target.fit(e) && heights.is_none_or(|h| Units::fit(e, h))
        });
        let steepest = match (self.density.law(), &self.density) {
            (None, SphereDensity::Image(image)) => image.most(),
            (law, _) => {
                let (g, c) = law.unwrap_or(([0.0; 3], 1.0));
                g.iter().fold(c.abs(), |m, g| m.max(g.abs() * far)).min(f64::MAX)
            }
        };
        let exact = |e: i32| self.density.scaled(-length, -e).scaled(length, e) == self.density;
        Units { length, density: fitting(steepest, exact), mass: self.target.mass_unit() }
    }

    /// This problem in the given units.
    pub fn in_units(&self, units: &Units) -> Cow<'_, SphereProblem> {
        if units.are_its_own() {
            return Cow::Borrowed(self);
        }
        let Some(sphere) = self.sphere.scaled(-units.length) else { return Cow::Borrowed(self) };
        Cow::Owned(SphereProblem {
            sphere,
            density: self.density.scaled(-units.length, -units.density),
            target: self.target.scaled(units),
            source_factor: units.factor(self.source_factor),
        })
    }
}

/// The greatest density, or the greatest of the terms that it is made of.
fn greatest(density: &Density, domain: &Domain) -> f64 {
    let (low, high) = domain.frame().bounds();
    match density {
        Density::Affine { g, c } => {
            let term = |k: usize| g[k].abs() * low[k].abs().max(high[k].abs());
            term(0).max(term(1)).max(c.abs()).min(f64::MAX)
        }
        // Pixels beyond the frame are no part of the source: beside one of 1e308 what is there
        // would underflow.
        Density::Image(image) => image.values_within(low, high).fold(0.0, f64::max),
        _ => values(density),
    }
}

/// The greatest of the values of a density; 1 if it has none.
fn values(density: &Density) -> f64 {
    let most = |values: &[f64]| values.iter().fold(0.0, |m: f64, v| m.max(*v));
    match density {
        Density::Constant | Density::Affine { .. } | Density::InSpace { .. } => 1.0,
        Density::Vertex(values) | Density::Face(values) | Density::Cell(values) => most(values),
        Density::Corner(values) => most(values.as_flattened()),
        // Asked of the pixels within a frame.
        Density::Image(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Between, ConvexPolygon, Image};
    use crate::problem::ProblemData;

    fn problem(size: f64, sites: Vec<[f64; 2]>) -> Problem {
        let domain = ConvexPolygon::rectangle([0.0; 2], [size, 0.75 * size]).unwrap();
        Problem::new(ProblemData::new(domain, sites)).unwrap()
    }

    #[test]
    fn ordinary_problems_stay() {
        let one = problem(1e10, vec![[1.0, 2.0], [3.0, 1e100]]);
        assert!(one.units(None).are_its_own());
        assert!(matches!(one.in_units(&one.units(None)), Cow::Borrowed(_)));
    }

    #[test]
    fn pixels_beyond_the_frame_do_not_matter() {
        let image = |values: Vec<f64>| Image::new(1, values, [0.0; 2], [1.0, 4.0], Between::Constant).unwrap();
        let told = |values: Vec<f64>| {
            let frame = ConvexPolygon::rectangle([0.25, 0.0], [0.25 + f64::EPSILON, 1.5]).unwrap();
            let density = Density::Image(Arc::new(image(values)));
            let problem = Problem::new(ProblemData::new(frame, vec![[0.25, 0.0]]).density(density)).unwrap();
            problem.source_factor() * f64::EPSILON
        };
        // Rows from the top: the last two are met.
        for (beyond, scale) in [(1.0, 1.0), (f64::MAX, 1.0), (f64::MAX, 1e-220), (5e-324, 1e220)] {
            let factor = told(vec![beyond, beyond, 6.0 * scale, 3.0 * scale]) * scale;
            assert!((factor - 1.0 / 6.0).abs() < 1e-15, "{beyond:e} {scale:e}: {factor}");
        }
    }

    #[test]
    fn far_sizes_become_ordinary_and_lose_nothing() {
        for e in [-460, -300, 100, 464] {
            let s = 2f64.powi(e);
            let given = problem(s, vec![[0.1 * s, 0.2 * s], [0.9 * s, 0.3 * s]]);
            let plain = problem(1.0, vec![[0.1, 0.2], [0.9, 0.3]]);
            let units = given.units(None);
            let inner = given.in_units(&units);
            assert_eq!(inner.sites(), plain.sites());
            assert_eq!(inner.frame(), plain.frame());
            assert_eq!(inner.masses(), plain.masses());
            assert!((inner.source_factor() / plain.source_factor() - 1.0).abs() < 1e-15);
            assert_eq!(units.point(inner.sites()[1]), given.sites()[1]);
        }
    }

    /// A coordinate that would lose digits is not scaled so far.
    #[test]
    fn digits_come_first() {
        let given = problem(1e140, vec![[1e-300, 1e139], [1e-301, 0.0]]);
        let units = given.units(None);
        let inner = given.in_units(&units);
        let back: Vec<[f64; 2]> = inner.sites().iter().map(|&y| units.point(y)).collect();
        assert_eq!(back, given.sites());
        assert!(inner.frame().extent() < 1e139, "{units:?}");
        let span = problem(1e140, vec![[5e-324, 1e139], [1.0, 0.0]]);
        assert!(span.units(None).are_its_own());
    }
}
