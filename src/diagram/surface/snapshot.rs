//! The whole diagram on a surface at given heights, for output, pictures and proofs.
//!
//! A cell and a triangle meet in one polygon, a *piece* of the cell. Pieces are kept as labels with
//! coordinates, by site and triangle, in flat lists. What exists only by the perturbation is told
//! apart exactly: pieces without area, sides without length.

use super::super::label::Label;
use super::super::moments::{Moments, joined};
use super::super::still::{Cells, DiagramError};
use super::envelope::Envelope;
use super::ground::SurfaceGround;
use super::laguerre::SurfaceLaguerre;
use super::piece::Found;
use super::vertex::exact_vertex;
use crate::domain::surface::nearest_in_triangle;
use crate::domain::vector::side;
use crate::exact::big::Rational;
use crate::exact::predicates::Lifted3;
use crate::exact::{Counters, Heights};
use crate::problem::{SurfaceProblem, Units};
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The Laguerre diagram of a surface problem's sites at given heights, restricted to the surface.
/// Everything is in the order of `problem.sites()`.
///
/// Labels are exact: those of the diagram of `h_i + eps^(i+1)`, except that sites whose exact cell
/// has no area are taken out. In one triangle a cell may still have a piece without area, where a
/// wall lies on the triangle's edge; such pieces are not listed, nor are sides without length.
/// About 50 bytes a side of a piece.
///
/// ```
/// use brenier::{Heights, Label, Surface, SurfaceDiagram, SurfaceProblem, SurfaceProblemData};
/// let v = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
/// let square = Surface::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
/// let problem = SurfaceProblem::new(SurfaceProblemData::new(square, vec![[0.25, 0.5, 0.0], [0.75, 0.5, 0.0]])).unwrap();
/// let (heights, _) = Heights::from_weights(problem.sites(), &[0.0, 0.0]);
/// let diagram = SurfaceDiagram::new(&problem, &heights).unwrap();
/// assert_eq!(diagram.masses(), [0.5, 0.5]);
/// assert_eq!(diagram.hessian(), [(0, 1, 1.0)]); // length 1 / (2 * 1/2)
/// let first = diagram.pieces(0).next().unwrap();
/// assert_eq!((first.face, &first.labels[..]), (0, &[Label::Domain(0), Label::Bisector(1), Label::Domain(2)][..]));
/// assert_eq!(diagram.parts(0), 1);
/// ```
#[derive(Clone, Debug)]
pub struct SurfaceDiagram {
    problem: SurfaceProblem,
    lifted: Vec<Lifted3>,
    /// Start of each site's pieces.
    start: Vec<u32>,
    /// Facet of each piece.
    facet: Vec<u32>,
    /// Start of each piece's sides.
    side_start: Vec<usize>,
    labels: Vec<Label>,
    vertices: Vec<[f64; 3]>,
    /// Pieces without area, ascending.
    thin: Vec<u32>,
    /// Sides without length, ascending.
    short: Vec<usize>,
    masses: Vec<f64>,
    /// Bounds of their errors.
    off: Vec<f64>,
    centroids: Vec<Option<[f64; 3]>>,
    rests: Vec<[f64; 3]>,
    spreads: Vec<f64>,
    hessian: Vec<(u32, u32, f64)>,
    parts: Vec<u32>,
    counters: Counters,
}

/// The polygon in which a cell meets a triangle.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfacePiece<'d> {
    /// The site.
    pub site: u32,
    /// Index of the triangle in the surface.
    pub face: u32,
    /// Vertices, in the order of the triangle's corners, within about an ulp of the surface's size.
    pub vertices: Cow<'d, [[f64; 3]]>,
    /// Label `k` belongs to the side from vertex `k` to `k + 1`; `Domain(k)` is the edge from
    /// corner `k` of the triangle to `k + 1`. A wall may name a site that has no piece in this
    /// triangle: then it lies on an edge.
    pub labels: Cow<'d, [Label]>,
}

impl SurfaceDiagram {
    /// Computes the diagram. Cost: O(n log n) and O(pieces); parallel, bit-identical for any number
    /// of threads.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    pub fn new(problem: &SurfaceProblem, heights: &Heights) -> Result<SurfaceDiagram, DiagramError> {
        if heights.len() != problem.len() {
            return Err(DiagramError::LengthMismatch { found: heights.len(), expected: problem.len() });
        }
        if let Some(site) = heights.first_non_finite() {
            return Err(DiagramError::NonFiniteHeight { site });
        }
        let all: Vec<u32> = (0..problem.len() as u32).collect();
        let mut diagram = SurfaceDiagram::of(problem, heights, &all);
        // Cells without area: take their sites out, and those that show no cell, and compute the
        // rest again, as in the plane. What is left has area whoever is taken out, and stays.
        let shows = |i: u32| !diagram.range(i as usize).is_empty();
        let solid = |i: u32| diagram.solid(i as usize).next().is_some();
        if all.iter().any(|&i| shows(i) && !solid(i)) {
            let keep: Vec<u32> = all.iter().copied().filter(|&i| solid(i)).collect();
            let counters = diagram.counters;
            diagram = SurfaceDiagram::of(problem, heights, &keep);
            diagram.counters += counters;
        }
        diagram.parts = diagram.count_parts();
        Ok(diagram)
    }

    /// The diagram of the sites `keep` (ascending), indexed as the whole problem.
    fn of(problem: &SurfaceProblem, heights: &Heights, keep: &[u32]) -> SurfaceDiagram {
        let units = problem.units(Some(heights));
        let (inner, inner_heights) = (problem.in_units(&units), units.heights_in(heights));
        let ground = Arc::new(SurfaceGround::new(inner.facets(), inner.source_factor()));
        let sites: Vec<[f64; 3]> = keep.iter().map(|&i| inner.sites()[i as usize]).collect();
        let mut laguerre = SurfaceLaguerre::new(ground, sites);
        let name: Vec<u32> = laguerre.order().iter().map(|&k| keep[k as usize]).collect();
        let (low, high) = inner.surface().bounds();
        let size = (0..3).fold(0.0, |s: f64, k| s.max(high[k] - low[k]));
        let found = laguerre.polygons(&inner_heights.permuted(&name), |found: &mut Found, ground, points, p| {
            found.add(ground, points, &p, size)
        });
        let n = problem.len();
        let mut diagram = SurfaceDiagram {
            problem: problem.clone(),
            lifted: (0..n).map(|i| Lifted3 { y: problem.sites()[i], h: heights.get(i) }).collect(),
            start: vec![0; n + 1],
            facet: Vec::new(),
            side_start: vec![0],
            labels: Vec::new(),
            vertices: Vec::new(),
            thin: Vec::new(),
            short: Vec::new(),
            masses: vec![0.0; n],
            off: vec![0.0; n],
            centroids: vec![None; n],
            rests: vec![[0.0; 3]; n],
            spreads: vec![0.0; n],
            hessian: Vec::new(),
            parts: vec![0; n],
            counters: laguerre.counters(),
        };
        diagram.lay_out(&found, &name);
        diagram.sum_up(&found, &name);
        if !units.are_its_own() {
            diagram.take_back(&units);
        }
        diagram
    }

    /// From the units in which it was measured to the problem's own.
    fn take_back(&mut self, units: &Units) {
        self.vertices.iter_mut().for_each(|v| *v = units.point(*v));
        self.masses.iter_mut().chain(&mut self.off).for_each(|m| *m = units.mass(*m));
        self.centroids.iter_mut().flatten().chain(&mut self.rests).for_each(|c| *c = units.point(*c));
        self.spreads.iter_mut().for_each(|s| *s = units.cost(*s));
        self.hessian = units.walls(std::mem::take(&mut self.hessian));
    }

    /// Pieces arrive in the order of a curve; they are kept by site and facet.
    fn lay_out(&mut self, found: &[Found], name: &[u32]) {
        // Site, facet, task, piece of the task.
        let mut rows: Vec<(u32, u32, u32, u32)> = Vec::new();
        for (t, part) in found.iter().enumerate() {
            let row = |(k, p): (usize, &(u32, u32, u32, bool))| (name[p.1 as usize], p.0, t as u32, k as u32);
            rows.extend(part.pieces.iter().enumerate().map(row));
        }
        rows.par_sort_unstable();
        let begins: Vec<Vec<usize>> = found
            .iter()
            .map(|part| {
                let add = |at: &mut usize, p: &(u32, u32, u32, bool)| Some(std::mem::replace(at, *at + p.2 as usize));
                part.pieces.iter().scan(0, add).collect()
            })
            .collect();
        let sides = found.iter().map(|f| f.labels.len()).sum();
        self.labels.reserve_exact(sides);
        self.vertices.reserve_exact(sides);
        for &(site, facet, t, k) in &rows {
            let part = &found[t as usize];
            let (_, _, count, solid) = part.pieces[k as usize];
            let from = begins[t as usize][k as usize];
            let ring = from..from + count as usize;
            // The list starts at its lowest label: how it was cut does not show.
            let named = |s: usize| match part.labels[s] {
                Label::Bisector(j) => Label::Bisector(name[j as usize]),
                edge => edge,
            };
            let first = ring.clone().min_by_key(|&s| named(s)).unwrap_or(from);
            for s in (first..ring.end).chain(from..first) {
                if part.short.binary_search(&s).is_ok() {
                    self.short.push(self.labels.len());
                }
                self.labels.push(named(s));
                self.vertices.push(part.vertices[s]);
            }
            if !solid {
                self.thin.push(self.facet.len() as u32);
            }
            self.start[site as usize + 1] += 1;
            self.facet.push(facet);
            self.side_start.push(self.labels.len());
        }
        (0..self.masses.len()).for_each(|i| self.start[i + 1] += self.start[i]);
    }

    /// Integrals over cells from those over pieces, in the order of the curve.
    fn sum_up(&mut self, found: &[Found], name: &[u32]) {
        let n = self.masses.len();
        let lumps = || found.iter().flat_map(|part| &part.lumps).map(|l| (name[l.cell as usize] as usize, l.of));
        // By cell, each in the order of the curve.
        let mut end = vec![0usize; n + 1];
        lumps().for_each(|(i, _)| end[i + 1] += 1);
        (0..n).for_each(|i| end[i + 1] += end[i]);
        let mut sorted = vec![Moments::default(); end[n]];
        let mut next = end.clone();
        for (i, lump) in lumps() {
            sorted[next[i]] = lump;
            next[i] += 1;
        }
        for i in 0..n {
            let all = joined(&sorted[end[i]..end[i + 1]]);
            (self.masses[i], self.off[i], self.spreads[i]) = (all.mass, all.off, all.spread);
            (self.centroids[i], self.rests[i]) = ((all.mass > 0.0).then_some(all.centroid), all.rest);
        }
        let walls = found.iter().flat_map(|part| &part.walls).map(|&(i, j, k)| {
            let (i, j) = (name[i as usize], name[j as usize]);
            (i.min(j), i.max(j), k)
        });
        let mut walls: Vec<(u32, u32, f64)> = walls.collect();
        // Stable: equal walls are summed in the order of the curve.
        walls.sort_by_key(|w| (w.0, w.1));
        let sum = |g: &[(u32, u32, f64)]| (g[0].0, g[0].1, 0.5 * g.iter().map(|w| w.2).sum::<f64>());
        self.hessian = walls.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(sum).collect();
    }

    /// The problem.
    pub fn problem(&self) -> &SurfaceProblem {
        &self.problem
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.masses.len()
    }

    /// Never true: a problem has at least one site.
    pub fn is_empty(&self) -> bool {
        self.masses.is_empty()
    }

    /// Masses of the cells in the normalized source.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// Bounds of the errors of the masses.
    pub fn mass_errors(&self) -> &[f64] {
        &self.off
    }

    /// Centroids of the cells, points in space; `None` for a cell without mass.
    pub fn centroids(&self) -> &[Option<[f64; 3]>] {
        &self.centroids
    }

    /// What doubles leave out of the centroids.
    pub(super) fn rests(&self) -> &[[f64; 3]] {
        &self.rests
    }

    /// `int_cell |x - centroid|^2 rho` of each cell in the normalized source.
    pub fn spreads(&self) -> &[f64] {
        &self.spreads
    }

    /// `sum_i int_cell_i |x - y_i|^2` in the normalized source: the cost of the map that sends cell
    /// `i` to site `i`.
    pub fn cost(&self) -> f64 {
        Cells::cost(self)
    }

    /// `(i, j, H_ij)` with `i < j` for all walls of positive length, sorted;
    /// `H_ij = int rho / (2 |P(y_i - y_j)|)` over the wall, with the projection `P` onto the
    /// triangle, in the normalized source. A wall on an edge between triangles counts in one of
    /// them.
    pub fn hessian(&self) -> Vec<(u32, u32, f64)> {
        self.hessian.clone()
    }

    /// Sites whose cell has no area, ascending.
    pub fn hidden(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|&i| self.solid(i as usize).next().is_none()).collect()
    }

    /// How the signs were decided.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The polygons of cell `i`, by triangle; none if the site is hidden.
    pub fn pieces(&self, i: usize) -> impl Iterator<Item = SurfacePiece<'_>> {
        self.solid(i).map(move |k| self.piece(i as u32, k))
    }

    /// The polygons of all cells, by site and triangle.
    pub fn all_pieces(&self) -> impl Iterator<Item = SurfacePiece<'_>> {
        (0..self.len()).flat_map(|i| self.pieces(i))
    }

    /// Of how many parts cell `i` consists; 0 if the site is hidden.
    ///
    /// A cell in space is convex, so it meets an edge of the mesh in one segment, and every
    /// triangle at the edge asks the identical question for its ends. Two pieces of a cell with
    /// sides of positive length on one edge thus share that segment, and only such pieces hang
    /// together: a common point does not join them, nor do edges between vertices that merely
    /// coincide.
    pub fn parts(&self, i: usize) -> usize {
        self.parts[i] as usize
    }

    /// Who is highest at any point of space. Cost: O(n log n).
    pub fn envelope(&self) -> Envelope {
        let heights = Heights::new(self.lifted.iter().map(|site| site.h));
        Envelope::new(self.problem.sites(), &heights)
    }

    /// The lifted sites.
    pub(super) fn lifted(&self) -> &[Lifted3] {
        &self.lifted
    }

    /// Number of pieces, those without area included.
    pub(super) fn count(&self) -> usize {
        self.facet.len()
    }

    /// Facet of piece `k`.
    pub(super) fn facet_of(&self, k: usize) -> u32 {
        self.facet[k]
    }

    /// Labels of piece `k`, those of sides without length included.
    pub(super) fn ring(&self, k: usize) -> &[Label] {
        &self.labels[self.sides(k)]
    }

    /// Coordinates of the begins of all sides.
    pub(super) fn begins(&self) -> &[[f64; 3]] {
        &self.vertices
    }

    /// Numbers of the pieces of site `i`, those without area included.
    pub(super) fn range(&self, i: usize) -> Range<usize> {
        self.start[i] as usize..self.start[i + 1] as usize
    }

    /// Numbers of its pieces with area.
    pub(super) fn solid(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        self.range(i).filter(|&k| self.thin.binary_search(&(k as u32)).is_err())
    }

    /// The sides of piece `k`, those without length included.
    pub(super) fn sides(&self, k: usize) -> Range<usize> {
        self.side_start[k]..self.side_start[k + 1]
    }

    /// Has side `s` no length?
    pub(super) fn is_short(&self, s: usize) -> bool {
        self.short.binary_search(&s).is_ok()
    }

    /// Exact barycentric coordinates, in the triangle of piece `k` of site `i`, of the begins of
    /// its sides, those without length included.
    pub(super) fn exact_ring(&self, i: usize, k: usize) -> Vec<Option<[Rational; 3]>> {
        let corners = self.problem.facets().corners(self.facet[k]);
        let labels = self.ring(k);
        (0..labels.len()).map(|s| exact_vertex(&self.lifted[i], &self.lifted, labels, s, &corners)).collect()
    }

    fn piece(&self, site: u32, k: usize) -> SurfacePiece<'_> {
        let face = self.problem.facets().name(self.facet[k]);
        let sides = self.sides(k);
        let at = self.short.partition_point(|&s| s < sides.start);
        if self.short.get(at).is_none_or(|&s| s >= sides.end) {
            let (vertices, labels) = (&self.vertices[sides.clone()], &self.labels[sides]);
            return SurfacePiece { site, face, vertices: vertices.into(), labels: labels.into() };
        }
        let mut long: Vec<usize> = sides.filter(|&s| !self.is_short(s)).collect();
        // The lowest label may be gone.
        let first = (0..long.len()).min_by_key(|&k| self.labels[long[k]]).unwrap_or(0);
        long.rotate_left(first);
        let vertices: Vec<[f64; 3]> = long.iter().map(|&s| self.vertices[s]).collect();
        let labels: Vec<Label> = long.iter().map(|&s| self.labels[s]).collect();
        SurfacePiece { site, face, vertices: vertices.into(), labels: labels.into() }
    }

    /// See [`SurfaceDiagram::parts`]. Cost: a sort of each cell's edges.
    fn count_parts(&self) -> Vec<u32> {
        let solid = |i: usize| self.parts_of(i, self.solid(i), |s| !self.is_short(s));
        (0..self.len()).into_par_iter().map(solid).collect()
    }

    /// The same of the perturbed diagram, whose pieces all have area and whose sides all have
    /// length.
    pub(super) fn raw_parts(&self, i: usize) -> u32 {
        self.parts_of(i, self.range(i), |_| true)
    }

    /// Of how many parts some pieces of cell `i` consist that are joined by these sides.
    fn parts_of(&self, i: usize, pieces: impl Iterator<Item = usize>, joins: impl Fn(usize) -> bool) -> u32 {
        let facets = self.problem.facets();
        let first = self.range(i).start;
        let mut sets = UnionFind::<u32>::new(self.range(i).len());
        let mut edges: Vec<(u32, u32, u32)> = Vec::new();
        let mut parts = 0;
        for k in pieces {
            parts += 1;
            let t = facets.vertices(self.facet[k]);
            for s in self.sides(k).filter(|&s| joins(s)) {
                if let Label::Domain(e) = self.labels[s] {
                    let (a, b) = (t[e as usize], t[(e as usize + 1) % 3]);
                    edges.push((a.min(b), a.max(b), (k - first) as u32));
                }
            }
        }
        edges.sort_unstable();
        for pair in edges.windows(2).filter(|w| (w[0].0, w[0].1) == (w[1].0, w[1].1)) {
            parts -= u32::from(sets.union(pair[0].2, pair[1].2));
        }
        parts
    }

    /// For every site the point of its cell that is nearest to a given one; that one itself if
    /// there is no cell. Where there are fewer points than sites, the sites that have one are
    /// looked at. Cost: O(pieces).
    ///
    /// A point nearest in the whole surface may lie on another sheet, and be nearest for several
    /// sites; these points do not.
    pub fn nearest_in_cells(&self, points: &[[f64; 3]]) -> Vec<[f64; 3]> {
        let nearest = |i: usize| {
            let mut best = (f64::INFINITY, points[i]);
            for piece in self.pieces(i) {
                for pair in piece.vertices[1..].windows(2) {
                    let q = nearest_in_triangle(&[piece.vertices[0], pair[0], pair[1]], &points[i]);
                    let distance = side(points[i], q).norm_squared();
                    if distance < best.0 {
                        best = (distance, q);
                    }
                }
            }
            best.1
        };
        (0..self.len().min(points.len())).into_par_iter().map(nearest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Surface;
    use crate::problem::SurfaceProblemData;

    fn voronoi(vertices: Vec<[f64; 3]>, triangles: Vec<[u32; 3]>, sites: Vec<[f64; 3]>) -> SurfaceDiagram {
        let surface = Surface::new(vertices, triangles).unwrap();
        let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, sites)).unwrap();
        let (heights, _) = Heights::from_weights(problem.sites(), &vec![0.0; problem.len()]);
        SurfaceDiagram::new(&problem, &heights).unwrap()
    }

    /// Two squares side by side, each of two triangles.
    fn strip() -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        let v = vec![[0., 0., 0.], [1., 0., 0.], [2., 0., 0.], [0., 1., 0.], [1., 1., 0.], [2., 1., 0.]];
        (v, vec![[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]])
    }

    #[test]
    fn a_wall_on_an_edge_leaves_whole_triangles_and_counts_once() {
        let (v, t) = strip();
        let diagram = voronoi(v, t, vec![[0.5, 0.5, 0.0], [1.5, 0.5, 0.0]]);
        let faces = |i: usize| diagram.pieces(i).map(|p| (p.face, p.labels.len())).collect::<Vec<_>>();
        assert_eq!((faces(0), faces(1)), (vec![(0, 3), (1, 3)], vec![(2, 3), (3, 3)]));
        assert_eq!(diagram.hessian(), [(0, 1, 0.25)]);
        assert_eq!((diagram.parts(0), diagram.parts(1)), (1, 1));
        assert_eq!(diagram.all_pieces().count(), 4);
        assert_eq!(diagram.centroids()[0], Some([0.5, 0.5, 0.0]));
    }

    #[test]
    fn cells_without_area_are_hidden_and_their_walls_are_those_of_the_others() {
        let (v, t) = strip();
        // The middle site ties with both others along x = 1 and wins nowhere else at its weight.
        let surface = Surface::new(v, t).unwrap();
        let sites = vec![[0.5, 0.5, 0.0], [1.0, 0.5, 0.0], [1.5, 0.5, 0.0]];
        let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, sites)).unwrap();
        let (heights, _) = Heights::from_weights(problem.sites(), &[0.0, -0.25, 0.0]);
        let diagram = SurfaceDiagram::new(&problem, &heights).unwrap();
        assert_eq!(diagram.hidden(), [1]);
        assert_eq!((diagram.parts(1), diagram.pieces(1).count()), (0, 0));
        assert_eq!(diagram.hessian().iter().map(|h| (h.0, h.1)).collect::<Vec<_>>(), [(0, 2)]);
    }

    #[test]
    fn parts_of_a_cell_are_counted() {
        // Two sheets one above the other, joined by a wall at x = 0. The cell of the site between
        // them far from the wall has a part on each; the other reaches over the wall.
        let v = [[0., 0.], [4., 0.], [4., 1.], [0., 1.]];
        let sheet = |z: f64| v.map(|[x, y]| [x, y, z]).to_vec();
        let vertices = [sheet(0.0), sheet(1.0)].concat();
        let t = vec![[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7], [0, 3, 7], [0, 7, 4]];
        let diagram = voronoi(vertices, t, vec![[3.0, 0.5, 0.5], [1.0, 0.5, 0.5]]);
        assert_eq!((diagram.parts(0), diagram.parts(1)), (2, 1));
    }
}
