//! The whole diagram at given heights, cell by cell, for output, pictures and proofs.

use super::super::label::Label;
use super::super::moments::Moments;
use super::super::still::{Cells, DiagramError};
use super::cells::{CHUNK, Cell, Duals, Region};
use super::integrate::{self, LocalDensity};
use super::parts::{self, Parts};
use super::point::{self, Point};
use super::proof::{ExactMoments, Integrals};
use crate::domain::{ExactLaw, Law, Outline};
use crate::exact::big::Rational;
use crate::exact::predicates::Lifted;
use crate::exact::{Counters, Heights, Ratio};
use crate::hull::Hull;
use crate::problem::{Problem, Units};
use rayon::prelude::*;

/// The Laguerre diagram of a problem's sites at given heights, clipped to the domain. Everything is
/// in the order of `problem.sites()`.
///
/// Where the domain is a mesh the cells are clipped to its bounding box, and [`Diagram::pieces`]
/// gives what is left of each cell in each triangle; masses, centroids, the Hessian and the cost
/// are those of the source.
///
/// Labels are exact: those of the diagram of `h_i + eps^(i+1)`, except that sites whose exact cell
/// has no interior are taken out (they have no facets), so what is reported is the diagram of the
/// heights as given. About 250 bytes a site.
///
/// ```
/// use brenier::{ConvexPolygon, Diagram, Heights, Label, Problem, ProblemData};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.25, 0.5], [0.75, 0.5]])).unwrap();
/// let (heights, _) = Heights::from_weights(problem.sites(), &[0.0, 0.0]);
/// let diagram = Diagram::new(&problem, &heights).unwrap();
/// assert_eq!(diagram.masses(), [0.5, 0.5]);
/// assert_eq!(diagram.labels(0), [Label::Domain(0), Label::Bisector(1), Label::Domain(2), Label::Domain(3)]);
/// assert_eq!(diagram.hessian(), [(0, 1, 1.0)]); // length 1 / (2 * 1/2)
/// diagram.validate(4).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Diagram {
    problem: Problem,
    /// Units in which integrals are taken.
    units: Units,
    lifted: Vec<Lifted>,
    start: Vec<u32>,
    labels: Vec<Label>,
    points: Vec<Point>,
    vertices: Vec<[f64; 2]>,
    masses: Vec<f64>,
    centroids: Vec<Option<[f64; 2]>>,
    /// What doubles leave out of them.
    rests: Vec<[f64; 2]>,
    spreads: Vec<f64>,
    hidden: Vec<u32>,
    parts: Option<Parts>,
    counters: Counters,
}

impl Diagram {
    /// Computes the diagram. Cost: O(n log n); parallel, bit-identical for any number of threads.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    pub fn new(problem: &Problem, heights: &Heights) -> Result<Diagram, DiagramError> {
        if heights.len() != problem.len() {
            return Err(DiagramError::LengthMismatch { found: heights.len(), expected: problem.len() });
        }
        if let Some(site) = heights.first_non_finite() {
            return Err(DiagramError::NonFiniteHeight { site });
        }
        let all: Vec<u32> = (0..problem.len() as u32).collect();
        let mut diagram = Diagram::of(problem, heights, &all);
        // Cells without interior have no facets: take their sites out and compute the rest again.
        // Also the sites that show no cell: they may have been hidden only by the slivers just
        // taken out. (A cell with interior shows, whatever the perturbation.)
        let degenerate = diagram.degenerate_cells();
        if !degenerate.is_empty() {
            let solid = |i: &u32| !diagram.labels(*i as usize).is_empty() && degenerate.binary_search(i).is_err();
            let keep: Vec<u32> = all.into_iter().filter(solid).collect();
            let counters = diagram.counters;
            diagram = Diagram::of(problem, heights, &keep);
            diagram.counters += counters;
        }
        diagram.hidden = (0..problem.len() as u32).filter(|&i| diagram.labels(i as usize).is_empty()).collect();
        if let Some(beside) = diagram.beside_the_patches() {
            // What rounding left of them is nothing.
            for &i in &beside {
                (diagram.masses[i as usize], diagram.spreads[i as usize]) = (0.0, 0.0);
                diagram.centroids[i as usize] = None;
            }
            diagram.hidden = beside;
        }
        Ok(diagram)
    }

    /// The diagram of the sites `keep` (ascending), indexed as the whole problem.
    fn of(problem: &Problem, heights: &Heights, keep: &[u32]) -> Diagram {
        let units = problem.units(Some(heights));
        let (inner, inner_heights) = (problem.in_units(&units), units.heights_in(heights));
        let sites: Vec<[f64; 2]> = keep.iter().map(|&i| inner.sites()[i as usize]).collect();
        let order = Hull::curve(&sites);
        let by_position: Vec<_> = order.iter().map(|&k| inner_heights.get(keep[k as usize] as usize)).collect();
        let hull = Hull::along(&sites, order, &by_position);
        let region = Region::new(inner.frame());
        // Of a source in patches only the polygons count here, not what is integrated.
        let law = inner.law().unwrap_or(Law::constant(1.0));
        let density = LocalDensity::new(law, inner.source_factor());
        let duals = Duals::new(&hull, &region);
        type Part = (Vec<(u32, u32, Moments)>, Vec<Label>, Vec<Point>, Counters);
        let parts: Vec<Part> = (0..hull.len().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut cell = Cell::default();
                let (mut rows, mut labels, mut points) = (Vec::new(), Vec::new(), Vec::new());
                for p in chunk * CHUNK..((chunk + 1) * CHUNK).min(hull.len()) {
                    cell.compute(&hull, &duals, &region, p as u32);
                    let site = keep[hull.rank(p) as usize];
                    let name = |l: &Label| match *l {
                        Label::Bisector(j) => Label::Bisector(keep[hull.rank(j as usize) as usize]),
                        domain => domain,
                    };
                    rows.push((site, cell.labels.len() as u32, integrate::moments(&cell.vertices, &density)));
                    labels.extend(cell.labels.iter().map(name));
                    points.extend_from_slice(&cell.vertices);
                }
                (rows, labels, points, cell.counters())
            })
            .collect();
        // Rows arrive in the order of the curve; lay them out in the order of the sites.
        let n = problem.len();
        let mut diagram = Diagram {
            problem: problem.clone(),
            units,
            lifted: (0..n).map(|i| Lifted::new(problem.sites()[i], heights.get(i))).collect(),
            start: vec![0; n + 1],
            labels: Vec::new(),
            points: Vec::new(),
            vertices: Vec::new(),
            masses: vec![0.0; n],
            centroids: vec![None; n],
            rests: vec![[0.0; 2]; n],
            spreads: vec![0.0; n],
            hidden: Vec::new(),
            parts: None,
            counters: hull.counters(),
        };
        for (rows, ..) in &parts {
            rows.iter().for_each(|&(site, count, _)| diagram.start[site as usize + 1] = count);
        }
        (0..n).for_each(|i| diagram.start[i + 1] += diagram.start[i]);
        let total = diagram.start[n] as usize;
        diagram.labels = vec![Label::Domain(0); total];
        diagram.points = vec![Point::default(); total];
        for (rows, labels, points, counters) in parts {
            let mut from = 0;
            for (site, count, m) in rows {
                let m = m.in_own(&units);
                let (site, count) = (site as usize, count as usize);
                let to = diagram.start[site] as usize;
                diagram.labels[to..to + count].copy_from_slice(&labels[from..from + count]);
                diagram.points[to..to + count].copy_from_slice(&points[from..from + count]);
                from += count;
                diagram.masses[site] = m.mass;
                diagram.spreads[site] = m.spread;
                (diagram.centroids[site], diagram.rests[site]) = ((m.mass > 0.0).then_some(m.centroid), m.rest);
            }
            diagram.counters += counters;
        }
        diagram.points.iter_mut().for_each(|p| *p = p.in_own(&units));
        diagram.vertices = diagram.points.iter().map(Point::rounded).collect();
        if let Some(patches) = inner.patches() {
            let (parts, moments, counters) = parts::of(&hull, &duals, patches, keep, &inner);
            diagram.counters += counters;
            for (k, m) in moments.into_iter().enumerate() {
                let (site, m) = (keep[hull.rank(k) as usize] as usize, m.in_own(&units));
                diagram.masses[site] = m.mass;
                diagram.spreads[site] = m.spread;
                (diagram.centroids[site], diagram.rests[site]) = ((m.mass > 0.0).then_some(m.centroid), m.rest);
            }
            diagram.parts = Some(parts);
        }
        diagram
    }

    /// Sites with labels whose exact cell has zero area, ascending.
    fn degenerate_cells(&self) -> Vec<u32> {
        // The computed area of a cell is good to 2^-40 of its bounding box (integrate.rs), so only
        // cells far thinner than that need the exact test.
        let suspicious = |i: usize| {
            let v = self.vertices(i);
            let (mut lo, mut hi) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
            for p in v {
                for k in 0..2 {
                    lo[k] = lo[k].min(p[k]);
                    hi[k] = hi[k].max(p[k]);
                }
            }
            let side = (hi[0] - lo[0]).max(hi[1] - lo[1]);
            let size = v.iter().flatten().fold(0.0f64, |m, c| m.max(c.abs()));
            let area = integrate::mass(self.points(i), &LocalDensity::new(Law::constant(1.0), 1.0));
            let thick = area > 1e-12 * side * side && side > 1e-12 * size;
            !v.is_empty() && !thick
        };
        let candidates: Vec<u32> =
            (0..self.len()).into_par_iter().filter(|&i| suspicious(i)).map(|i| i as u32).collect();
        candidates.into_par_iter().filter(|&i| self.rational_area(i as usize).cmp0().is_eq()).collect()
    }

    /// The problem.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The problem in the units in which integrals are taken, and these.
    pub(crate) fn inner(&self) -> (std::borrow::Cow<'_, Problem>, &Units) {
        (self.problem.in_units(&self.units), &self.units)
    }

    /// What doubles leave out of the centroids.
    pub(crate) fn rests(&self) -> &[[f64; 2]] {
        &self.rests
    }

    /// The lifted sites.
    pub(crate) fn lifted(&self) -> &[Lifted] {
        &self.lifted
    }

    /// The parts of the cells in the patches of the source, if it has patches.
    pub(super) fn parts(&self) -> Option<&Parts> {
        self.parts.as_ref()
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.masses.len()
    }

    /// Never true: a problem has at least one site.
    pub fn is_empty(&self) -> bool {
        self.masses.is_empty()
    }

    fn range(&self, i: usize) -> std::ops::Range<usize> {
        self.start[i] as usize..self.start[i + 1] as usize
    }

    /// Labels of cell `i`, counter-clockwise, starting with its lowest domain edge or else some
    /// bisector; empty if the site has no cell. Edge `k` runs from vertex `k` to vertex `k + 1`.
    pub fn labels(&self, i: usize) -> &[Label] {
        &self.labels[self.range(i)]
    }

    /// Vertices of cell `i`; vertex `k` is where edges `k - 1` and `k` meet. Within an ulp of the
    /// domain's diameter. Consecutive vertices coincide where more than three cells meet in a
    /// point.
    pub fn vertices(&self, i: usize) -> &[[f64; 2]] {
        &self.vertices[self.range(i)]
    }

    /// Vertices of cell `i` to about 100 bits.
    pub(crate) fn points(&self, i: usize) -> &[Point] {
        &self.points[self.range(i)]
    }

    /// Masses of the cells in the normalized source; relative error as in
    /// `docs/theory/integrals.md`.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// Centroids of the cells; `None` for a cell without mass.
    pub fn centroids(&self) -> &[Option<[f64; 2]>] {
        &self.centroids
    }

    /// `int_cell |x - centroid|^2 rho` of each cell in the normalized source.
    pub fn spreads(&self) -> &[f64] {
        &self.spreads
    }

    /// Sites without a cell in the source, ascending: their cells, if the frame shows any, meet it
    /// in no area. Decided exactly.
    pub fn hidden(&self) -> Vec<u32> {
        self.hidden.clone()
    }

    /// `(i, j, H_ij)` with `i < j` for all facets of positive length, sorted;
    /// `H_ij = int_facet rho / (2 |y_i - y_j|)` in the normalized source.
    ///
    /// Facets that the perturbation opened in a point (more than three cells meeting) are
    /// recognised exactly and left out.
    pub fn hessian(&self) -> Vec<(u32, u32, f64)> {
        if self.parts.is_some() {
            return self.hessian_of_parts();
        }
        let (inner, units) = self.inner();
        let Some(law) = inner.law() else { return Vec::new() };
        let density = LocalDensity::new(law, inner.source_factor());
        let row = |i: usize| {
            let mut row = Vec::new();
            let (labels, points) = (self.labels(i), self.points(i));
            for (k, label) in labels.iter().enumerate() {
                let Label::Bisector(j) = *label else { continue };
                let next = if k + 1 == labels.len() { 0 } else { k + 1 };
                if j as usize <= i || self.is_point(i, k) {
                    continue;
                }
                let [yi, yj] = [i, j as usize].map(|i| inner.sites()[i]);
                let [a, b] = [k, next].map(|k| points[k].entering(units));
                let c = integrate::conductance(&a, &b, yi, yj, &density);
                row.push((i as u32, j, units.wall(0.5 * c)));
            }
            row.sort_unstable_by_key(|e| e.1);
            row
        };
        (0..self.len()).into_par_iter().flat_map_iter(row).collect()
    }

    /// Does edge `k` of cell `i` have zero length, exactly?
    pub(super) fn is_point(&self, i: usize, k: usize) -> bool {
        let points = self.points(i);
        let next = if k + 1 == points.len() { 0 } else { k + 1 };
        self.is_short(&points[k], &points[next]) && self.rational_vertex(i, k) == self.rational_vertex(i, next)
    }

    /// Are two vertices so near to each other that they may be one? Vertices are good to 2^-60 of
    /// the size (point.rs).
    pub(super) fn is_short(&self, a: &Point, b: &Point) -> bool {
        let d = b.minus(a);
        let p = a.rounded();
        let size = p[0].abs().max(p[1].abs()).max(self.problem.frame().extent());
        // Not `<=`: what is no number is not known to be long.
        !(d[0].abs().max(d[1].abs()) > 2f64.powi(-55) * size)
    }

    /// `sum_i int_cell_i |x - y_i|^2` in the normalized source: the cost of the map that sends cell
    /// `i` to site `i`.
    pub fn cost(&self) -> f64 {
        Cells::cost(self)
    }

    /// How the signs were decided.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Exact coordinates of vertex `k` of cell `i`.
    pub fn exact_vertex(&self, i: usize, k: usize) -> [Ratio; 2] {
        self.rational_vertex(i, k).map(Ratio::from)
    }

    /// Exact area of cell `i`.
    pub fn exact_area(&self, i: usize) -> Ratio {
        self.rational_area(i).into()
    }

    /// Exact mass of cell `i` in the source as given (before normalization).
    pub fn exact_mass(&self, i: usize) -> Ratio {
        self.rational_mass(i).into()
    }

    /// Exact coordinates of vertex `k` of cell `i`.
    #[doc(hidden)]
    pub fn rational_vertex(&self, i: usize, k: usize) -> [Rational; 2] {
        self.exact_vertex_between(self.problem.frame().outline(), i, self.labels(i), k)
    }

    /// Exact coordinates of vertex `k` of a cell of site `i` with these labels.
    pub(super) fn exact_vertex_between(
        &self,
        domain: Outline<'_>,
        i: usize,
        labels: &[Label],
        k: usize,
    ) -> [Rational; 2] {
        let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
        let at = |j: u32| &self.lifted[j as usize];
        match (before, labels[k]) {
            (Label::Domain(_), Label::Domain(e)) => domain.corner(e as usize).exact(),
            (Label::Domain(e), Label::Bisector(j)) | (Label::Bisector(j), Label::Domain(e)) => {
                let [u, v] = domain.edge(e as usize);
                point::crossing_exact(at(i as u32), at(j), u, v)
            }
            (Label::Bisector(j), Label::Bisector(l)) => point::centre_exact(at(i as u32), at(j), at(l)),
        }
    }

    /// Exact coordinates of all vertices of cell `i`.
    #[doc(hidden)]
    pub fn rational_vertices(&self, i: usize) -> Vec<[Rational; 2]> {
        (0..self.labels(i).len()).map(|k| self.rational_vertex(i, k)).collect()
    }

    /// Exact area of cell `i`.
    #[doc(hidden)]
    pub fn rational_area(&self, i: usize) -> Rational {
        Integrals::of(&self.rational_vertices(i), &ExactLaw::affine([0.0; 2], 1.0)).mass.reduced()
    }

    /// Exact mass of cell `i` in the source as given (before normalization).
    #[doc(hidden)]
    pub fn rational_mass(&self, i: usize) -> Rational {
        self.exact_integrals(i).mass.reduced()
    }

    /// Exact mass and moments of cell `i` in the source as given (before normalization).
    #[doc(hidden)]
    pub fn exact_moments(&self, i: usize) -> ExactMoments {
        match &self.parts {
            Some(_) => self.exact_moments_of_parts(i),
            None => {
                let law = self.problem.exact_law();
                law.map_or_else(ExactMoments::default, |law| ExactMoments::of(&self.rational_vertices(i), &law))
            }
        }
    }

    /// Mass and first moment of [`Diagram::exact_moments`], faster by an order of magnitude where
    /// the density is constant and the source is one polygon.
    #[doc(hidden)]
    pub fn exact_integrals(&self, i: usize) -> Integrals {
        match &self.parts {
            Some(_) => self.exact_integrals_of_parts(i),
            None => {
                let law = self.problem.exact_law();
                law.map_or_else(Integrals::default, |law| Integrals::of(&self.rational_vertices(i), &law))
            }
        }
    }
}
