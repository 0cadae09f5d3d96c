//! What is left of each cell in each patch of the source.

use super::super::label::Label;
use super::cells::labelled;
use super::integrate::{self, LocalDensity};
use super::point::Point;
use super::proof::{ExactMoments, Integrals};
use super::snapshot::Diagram;
use crate::domain::{ExactLaw, Law, Patch};
use crate::exact::Fraction;
use crate::exact::big::Rational;
use rayon::prelude::*;

/// A polygon in which a cell meets a patch of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece<'d> {
    /// Index of the patch in [`Problem::patches`](crate::problem::Problem::patches).
    pub patch: usize,
    /// Labels, counter-clockwise; `Domain(k)` is edge `k` of the patch. Edge `k` runs from vertex
    /// `k` to vertex `k + 1`.
    pub labels: &'d [Label],
    /// Vertices.
    pub vertices: Vec<[f64; 2]>,
}

impl Diagram {
    /// Sites whose cell has no area in the patches of the source, ascending; `None` if it has no
    /// patches.
    pub(super) fn beside_the_patches(&self) -> Option<Vec<u32>> {
        let (parts, patches) = (self.parts()?, self.problem().patches()?);
        // Vertices are off by at most 2^-59 of the frame's size (point.rs), so what is no area at
        // all, in a convex polygon in the frame, is told as at most 2^-54 of its square, times the
        // highest density: that is at most four times the mean of its patch.
        let (low, high) = self.problem().frame().bounds();
        let size = low.iter().chain(&high).fold(0.0, |s: f64, c| s.max(c.abs()));
        let dense = patches.iter().map(|p| p.mass().to_f64() / p.area()).fold(0.0, f64::max);
        let noise = 2f64.powi(-50) * (size * size) * dense * self.problem().source_factor();
        let is_beside = |i: &u32| {
            let i = *i as usize;
            // Not `>`: what is no number is not known to be a mass.
            let certain = self.masses()[i] > noise;
            let solid = |(patch, labels): (u32, &[Label])| {
                let vertices = self.exact_part(&patches.get(patch as usize), i, labels);
                Integrals::of(&vertices, &ExactLaw::affine([0.0; 2], 1.0)).mass.cmp0().is_gt()
            };
            !certain && !parts.of_site(i).any(solid)
        };
        Some((0..self.len() as u32).into_par_iter().filter(is_beside).collect())
    }

    /// The polygons in which cell `i` meets the patches of the source, ascending; none if the
    /// source is one density on one polygon. A wall along an edge between patches belongs to one of
    /// them, by the perturbation: the other cell has a piece of zero area there.
    pub fn pieces(&self, i: usize) -> Vec<Piece<'_>> {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else { return Vec::new() };
        let piece = |(patch, labels)| {
            let vertices = self.points_of(&patches.get(patch as usize), i, labels);
            Piece { patch: patch as usize, labels, vertices: vertices.iter().map(Point::rounded).collect() }
        };
        parts.of_site(i).map(piece).collect()
    }

    /// Calls `f` with labels, vertices and density of cell `i`, or of its part in each patch of the
    /// source, ascending.
    pub(crate) fn each_part(&self, i: usize, mut f: impl FnMut(&[Label], &[Point], Law)) {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else {
            if let Some(law) = self.problem().law() {
                f(self.labels(i), self.points(i), law);
            }
            return;
        };
        for (patch, labels) in parts.of_site(i) {
            let patch = patches.get(patch as usize);
            f(labels, &self.points_of(&patch, i, labels), patch.law());
        }
    }

    pub(super) fn points_of(&self, patch: &Patch, i: usize, labels: &[Label]) -> Vec<Point> {
        let outline = patch.outline();
        let at = |j: u32| &self.lifted()[j as usize];
        let before = |k: usize| labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
        (0..labels.len()).map(|k| labelled(&at, outline, i as u32, before(k), labels[k])).collect()
    }

    /// Exact vertices of a part.
    pub(crate) fn exact_part(&self, patch: &Patch, i: usize, labels: &[Label]) -> Vec<[Rational; 2]> {
        let outline = patch.outline();
        (0..labels.len()).map(|k| self.exact_vertex_between(outline, i, labels, k)).collect()
    }

    pub(super) fn exact_moments_of_parts(&self, i: usize) -> ExactMoments {
        let mut all = ExactMoments::default();
        if let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) {
            for (patch, labels) in parts.of_site(i) {
                let patch = patches.get(patch as usize);
                all.add(ExactMoments::of(&self.exact_part(&patch, i, labels), &patch.exact_law()));
            }
        }
        all
    }

    /// The sum is reduced as it grows: a cell may have thousands of parts, and a product of all
    /// their denominators no end.
    pub(super) fn exact_integrals_of_parts(&self, i: usize) -> Integrals {
        let (mut mass, mut first) = (Rational::new(), [Rational::new(), Rational::new()]);
        if let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) {
            for (patch, labels) in parts.of_site(i) {
                let patch = patches.get(patch as usize);
                let part = Integrals::of(&self.exact_part(&patch, i, labels), &patch.exact_law());
                mass += part.mass.reduced();
                for (all, one) in first.iter_mut().zip(&part.first) {
                    *all += one.reduced();
                }
            }
        }
        Integrals { mass: mass.into(), first: first.map(Fraction::from) }
    }

    pub(super) fn hessian_of_parts(&self) -> Vec<(u32, u32, f64)> {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else { return Vec::new() };
        // A density may be a double where its derivatives are none.
        let (inner, units) = self.inner();
        let Some(inner_patches) = inner.patches() else { return Vec::new() };
        let row = |i: usize| {
            let mut row: Vec<(u32, u32, f64)> = Vec::new();
            for (index, labels) in parts.of_site(i) {
                let patch = patches.get(index as usize);
                let law = inner_patches.get(index as usize).law();
                let density = LocalDensity::new(law, inner.source_factor());
                let points = self.points_of(&patch, i, labels);
                for (k, label) in labels.iter().enumerate() {
                    let Label::Bisector(j) = *label else { continue };
                    let next = if k + 1 == labels.len() { 0 } else { k + 1 };
                    if j as usize <= i || self.is_point_of_part(&patch, i, labels, &points, (k, next)) {
                        continue;
                    }
                    let [yi, yj] = [i, j as usize].map(|i| inner.sites()[i]);
                    let [a, b] = [k, next].map(|k| points[k].entering(units));
                    let c = integrate::conductance(&a, &b, yi, yj, &density);
                    if c > 0.0 {
                        row.push((i as u32, j, units.wall(0.5 * c)));
                    }
                }
            }
            row.sort_by_key(|e| e.1);
            let sum = |g: &[(u32, u32, f64)]| (g[0].0, g[0].1, g.iter().map(|e| e.2).sum());
            row.chunk_by(|a, b| a.1 == b.1).map(sum).collect::<Vec<_>>()
        };
        (0..self.len()).into_par_iter().flat_map_iter(row).collect()
    }

    /// Has an edge of a part zero length, exactly?
    fn is_point_of_part(
        &self,
        patch: &Patch,
        i: usize,
        labels: &[Label],
        points: &[Point],
        (k, next): (usize, usize),
    ) -> bool {
        let outline = patch.outline();
        self.is_short(&points[k], &points[next])
            && self.exact_vertex_between(outline, i, labels, k) == self.exact_vertex_between(outline, i, labels, next)
    }
}
