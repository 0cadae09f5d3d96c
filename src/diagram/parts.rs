//! What is left of each cell in each patch of the source.

use super::cells::{Duals, labelled};
use super::clip::Label;
use super::integrate::{self, LocalDensity, Moments};
use super::laguerre::Want;
use super::patched;
use super::point::Point;
use super::proof::{ExactMoments, Integrals};
use super::restrict::{Part, Restriction};
use super::snapshot::Diagram;
use crate::domain::{ExactLaw, Law, Outline, Patch, Patches};
use crate::exact::big::Rational;
use crate::exact::{Counters, Fraction};
use crate::hull::Hull;
use crate::problem::Problem;
use rayon::prelude::*;

/// The polygons in which cells meet patches, by site and patch.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Start of each site's parts.
    start: Vec<u32>,
    patch: Vec<u32>,
    /// Start of each part's labels.
    label_start: Vec<usize>,
    labels: Vec<Label>,
}

impl Parts {
    /// Parts of site `i`, each with its patch and labels, ascending by patch.
    pub(super) fn of_site(&self, i: usize) -> impl Iterator<Item = (u32, &[Label])> {
        (self.start[i] as usize..self.start[i + 1] as usize).map(|k| self.part(k))
    }

    fn part(&self, k: usize) -> (u32, &[Label]) {
        (self.patch[k], &self.labels[self.label_start[k]..self.label_start[k + 1]])
    }

    /// The parts in each patch, as sites with labels.
    pub(super) fn by_patch(&self, patches: usize) -> Vec<Vec<(u32, &[Label])>> {
        let mut all = vec![Vec::new(); patches];
        for i in 0..self.start.len() - 1 {
            self.of_site(i).for_each(|(patch, labels)| all[patch as usize].push((i as u32, labels)));
        }
        all
    }

    /// Number of parts.
    pub(super) fn len(&self) -> usize {
        self.patch.len()
    }
}

/// The parts of a hull's cells, named by the sites `keep`; their moments by position.
pub(super) fn of(
    hull: &Hull,
    duals: &Duals,
    patches: &Patches,
    keep: &[u32],
    problem: &Problem,
) -> (Parts, Vec<Moments>, Counters) {
    let restriction = Restriction::new(hull, duals, patches, &patched::along_curve(patches));
    let measures = patched::measure(hull, duals, patches, &restriction, problem.source_factor(), Want::Moments);
    let mut position = vec![u32::MAX; problem.len()];
    (0..hull.len()).for_each(|p| position[keep[hull.rank(p) as usize] as usize] = p as u32);
    let mut parts = Parts { start: vec![0], label_start: vec![0], ..Parts::default() };
    let mut part = Part::default();
    for &p in &position {
        let meetings = if p == u32::MAX { &[][..] } else { restriction.of(p as usize) };
        for &(k, meeting) in meetings {
            let patch = patches.get(k as usize);
            part.compute(hull, duals, &restriction, p, Outline(patch.corners()), meeting);
            parts.patch.push(k);
            parts.labels.extend(part.labels.iter().map(|l| match *l {
                Label::Bisector(j) => Label::Bisector(keep[hull.rank(j as usize) as usize]),
                domain => domain,
            }));
            parts.label_start.push(parts.labels.len());
        }
        parts.start.push(parts.patch.len() as u32);
    }
    (parts, measures.moments, measures.counters)
}

/// A polygon in which a cell meets a patch of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece<'d> {
    /// Index of the patch in [`Problem::patches`].
    pub patch: usize,
    /// Labels, counter-clockwise; `Domain(k)` is edge `k` of the patch. Edge `k` runs from vertex `k` to vertex `k + 1`.
    pub labels: &'d [Label],
    /// Vertices.
    pub vertices: Vec<[f64; 2]>,
}

impl Diagram {
    /// Sites whose cell has no area in the patches of the source, ascending; `None` if it has no patches.
    pub(super) fn beside_the_patches(&self) -> Option<Vec<u32>> {
        let (parts, patches) = (self.parts()?, self.problem().patches()?);
        // Vertices are off by at most 2^-59 of the frame's size (point.rs), so what is no area at all, in a convex polygon
        // in the frame, is told as at most 2^-54 of its square, times the highest density: that is at most four times the
        // mean of its patch.
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

    /// The polygons in which cell `i` meets the patches of the source, ascending; none if the source is one density on one polygon.
    /// A wall along an edge between patches belongs to one of them, by the perturbation: the other cell has a piece of zero area there.
    pub fn pieces(&self, i: usize) -> Vec<Piece<'_>> {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else { return Vec::new() };
        let piece = |(patch, labels)| {
            let vertices = self.points_of(&patches.get(patch as usize), i, labels);
            Piece { patch: patch as usize, labels, vertices: vertices.iter().map(Point::rounded).collect() }
        };
        parts.of_site(i).map(piece).collect()
    }

    /// Calls `f` with labels, vertices and density of cell `i`, or of its part in each patch of the source, ascending.
    pub(super) fn each_part(&self, i: usize, mut f: impl FnMut(&[Label], &[Point], Law)) {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else {
            return f(self.labels(i), self.points(i), self.problem().density().law());
        };
        for (patch, labels) in parts.of_site(i) {
            let patch = patches.get(patch as usize);
            f(labels, &self.points_of(&patch, i, labels), patch.law());
        }
    }

    fn points_of(&self, patch: &Patch, i: usize, labels: &[Label]) -> Vec<Point> {
        let outline = Outline(patch.corners());
        let at = |j: u32| &self.lifted()[j as usize];
        let before = |k: usize| labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
        (0..labels.len()).map(|k| labelled(&at, outline, i as u32, before(k), labels[k])).collect()
    }

    /// Exact vertices of a part.
    pub(super) fn exact_part(&self, patch: &Patch, i: usize, labels: &[Label]) -> Vec<[Rational; 2]> {
        let outline = Outline(patch.corners());
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

    /// The sum is reduced as it grows: a cell may have thousands of parts, and a product of all their denominators no end.
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
        let outline = Outline(patch.corners());
        self.is_short(&points[k], &points[next])
            && self.exact_vertex_between(outline, i, labels, k) == self.exact_vertex_between(outline, i, labels, next)
    }
}
