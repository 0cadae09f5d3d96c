//! The diagram in space at given heights.

use super::super::graph::Graph;
use super::super::moments::{Moments, joined};
use super::super::still::DiagramError;
use super::cut::{Room, Warm};
use super::cutter::Cutter;
use super::finder::SpaceFinder;
use super::ground::SpaceGround;
use super::neighbors::Neighbors;
use super::pieces::Piece;
use super::prepared::Prepared;
use super::shape::Shape;
use super::sites::Sites;
use super::tree::Tree;
use super::wall::{Shift, Wall};
use crate::domain::space::{Enclosed, Integrals};
use crate::exact::big::Rational;
use crate::exact::{Counters, Heights};
use crate::problem::SpaceProblem;
use rayon::prelude::*;
use std::sync::Arc;

/// Cells of one task.
const CHUNK: usize = 32;

/// The cells of sites in space, or on a torus of the plane, at given heights. Everything is in the
/// order of the problem's sites.
///
/// ```
/// use brenier::{Heights, SpaceDiagram, SpaceDomain, SpaceProblem, SpaceProblemData};
/// // One site on a torus: its cell is a cube, and its six neighbours are itself.
/// let torus = SpaceDomain::torus([0.0; 3], [1.0; 3], [true; 3]).unwrap();
/// let problem = SpaceProblem::new(SpaceProblemData::new(torus, vec![[0.25; 3]])).unwrap();
/// let diagram = SpaceDiagram::new(&problem, &Heights::zeros(1)).unwrap();
/// assert_eq!(diagram.faces(0).filter(|face| face.area > 0.0).count(), 6);
/// assert_eq!(diagram.vertices(0).iter().map(|v| v[0]).fold(f64::INFINITY, f64::min), -0.25);
/// ```
#[derive(Clone, Debug)]
pub struct SpaceDiagram<const D: usize = 3> {
    pub(super) sites: Vec<[f64; D]>,
    pub(super) bounds: ([f64; D], [f64; D]),
    pub(super) ground: Arc<SpaceGround>,
    /// In the numbering of the tree.
    pub(super) inner: Sites,
    pub(super) tree: Tree,
    pub(super) shifts: Vec<Shift>,
    /// The problem's index of each position, and back.
    pub(super) order: Arc<[u32]>,
    pub(super) place: Vec<u32>,
    /// Pieces of cells by position, and where those of each begin; one entry more.
    pub(super) pieces: Vec<Piece>,
    pub(super) start: Vec<usize>,
    pub(super) masses: Vec<f64>,
    pub(super) errors: Vec<f64>,
    pub(super) centroids: Vec<Option<[f64; D]>>,
    pub(super) rests: Vec<[f64; D]>,
    pub(super) spreads: Vec<f64>,
    /// Cells without volume, which only the perturbation makes.
    pub(super) flat: Vec<bool>,
    pub(super) counters: Counters,
    factor: f64,
}

/// A face of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceFace {
    /// What it lies on; sites are the problem's.
    pub wall: Wall,
    /// Its corners among the cell's vertices, counter-clockwise seen from outside.
    pub vertices: Vec<u32>,
    /// The outward normal, of length 1; 0 for a face without area.
    pub normal: [f64; 3],
    /// Its area.
    pub area: f64,
}

impl<const D: usize> SpaceDiagram<D> {
    /// Builds the diagram. Cost: O(n log n) for well-spread sites.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    pub fn new(problem: &SpaceProblem<D>, heights: &Heights) -> Result<SpaceDiagram<D>, DiagramError> {
        let n = problem.len();
        if heights.len() != n {
            return Err(DiagramError::LengthMismatch { found: heights.len(), expected: n });
        }
        if let Some(site) = heights.first_non_finite() {
            return Err(DiagramError::NonFiniteHeight { site });
        }
        let prepared = Prepared::new(problem, heights);
        let neighbors = Neighbors::of(&prepared.ground, &prepared.sites);
        let cutter = Cutter { neighbors: neighbors.as_ref(), ..prepared.cutter() };
        let metric = prepared.ground.metric.as_deref();
        let part = |chunk: usize| {
            let mut room = Room::default();
            let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
            let cells: Vec<(Vec<Piece>, Moments<D>)> = range
                .map(|i| {
                    let cell = cutter.cell(i as u32, Warm::default(), &mut room);
                    let pieces = cutter.pieces(i as u32, &cell, &mut room);
                    room.spare(cell);
                    let moments: Vec<Moments<D>> = pieces.iter().map(|p| p.shape.moments(metric)).collect();
                    (pieces, if moments.is_empty() { Moments::default() } else { joined(&moments) })
                })
                .collect();
            (cells, room.counters)
        };
        let parts: Vec<_> = (0..n.div_ceil(CHUNK)).into_par_iter().map(part).collect();
        let mut diagram = SpaceDiagram {
            sites: problem.sites().to_vec(),
            bounds: problem.domain().bounds(),
            place: vec![0; n],
            pieces: Vec::with_capacity(n),
            start: vec![0],
            masses: vec![0.0; n],
            errors: vec![0.0; n],
            centroids: vec![None; n],
            rests: vec![[0.0; D]; n],
            spreads: vec![0.0; n],
            flat: vec![false; n],
            counters: Counters::default(),
            factor: problem.source_factor(),
            order: prepared.order,
            ground: prepared.ground,
            tree: prepared.tree,
            shifts: prepared.shifts,
            inner: prepared.sites,
        };
        for (cells, counters) in parts {
            diagram.counters += counters;
            for (pieces, m) in cells {
                let position = diagram.start.len() - 1;
                let i = diagram.order[position] as usize;
                diagram.place[i] = position as u32;
                diagram.pieces.extend(pieces);
                diagram.start.push(diagram.pieces.len());
                (diagram.masses[i], diagram.errors[i], diagram.spreads[i]) = (m.mass, m.off, m.spread);
                if m.mass > 0.0 {
                    (diagram.centroids[i], diagram.rests[i]) = (Some(m.centroid), m.rest);
                }
            }
        }
        diagram.flatten();
        Ok(diagram)
    }

    /// Finds cells without volume among those that may have none, exactly.
    fn flatten(&mut self) {
        let small = |&i: &usize| !self.of_cell(i).is_empty() && self.masses[i] <= self.errors[i];
        let doubtful: Vec<usize> = (0..self.masses.len()).filter(small).collect();
        let none = |i: &usize| self.exact_integrals(*i).is_some_and(|f| f.volume.cmp0().is_eq());
        let flat: Vec<bool> = doubtful.par_iter().map(none).collect();
        for (i, _) in doubtful.into_iter().zip(flat).filter(|f| f.1) {
            self.flat[i] = true;
            (self.masses[i], self.errors[i], self.spreads[i]) = (0.0, 0.0, 0.0);
            (self.centroids[i], self.rests[i]) = (None, [0.0; D]);
        }
    }

    /// Convex pieces of all cells.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Is there a cell with volume at this position?
    pub(super) fn is_solid(&self, position: usize) -> bool {
        !self.at(position).is_empty() && !self.flat[self.order[position] as usize]
    }

    pub(super) fn cutter(&self) -> Cutter<'_> {
        Cutter { ground: &self.ground, sites: &self.inner, tree: &self.tree, shifts: &self.shifts, neighbors: None }
    }

    /// The pieces of the cell at a position.
    pub(super) fn at(&self, position: usize) -> &[Piece] {
        &self.pieces[self.start[position]..self.start[position + 1]]
    }

    /// The pieces of the cell of a site.
    pub(super) fn of_cell(&self, i: usize) -> &[Piece] {
        self.at(self.place[i] as usize)
    }

    /// A label with the problem's number.
    pub(super) fn named(&self, wall: Wall) -> Wall {
        match wall {
            Wall::Site(j, shift) => Wall::Site(self.order[j as usize], shift),
            domain => domain,
        }
    }

    /// The vertices of a cell; on a torus near its site. None of a hidden site. A cell in pieces
    /// has those of each piece, one after the other.
    pub fn vertices(&self, i: usize) -> Vec<[f64; 3]> {
        let of = |p: &Piece| (0..p.shape.points.len() as u32).map(|k| p.shape.corner(k)).collect::<Vec<_>>();
        self.of_cell(i).iter().flat_map(of).collect()
    }

    /// The faces of a cell. Faces and vertices of no size are kept: every vertex lies on three. Of
    /// a cell in pieces, those between two of its own pieces are left out where the parts of the
    /// domain are tetrahedra.
    pub fn faces(&self, i: usize) -> impl Iterator<Item = SpaceFace> + '_ {
        let mut first = 0;
        self.of_cell(i).iter().flat_map(move |Piece { shape, .. }| {
            let base = first;
            first += shape.points.len() as u32;
            let between = |label: &Wall| matches!(*label, Wall::Domain(k) if self.ground.is_between(k));
            let shown = (0..shape.skeleton.labels.len()).filter(move |&k| !between(&shape.skeleton.labels[k]));
            shown.map(move |k| SpaceFace {
                wall: self.named(shape.skeleton.labels[k]),
                vertices: shape.skeleton.ring(k).iter().map(|v| v + base).collect(),
                normal: shape.normal(k),
                area: shape.face(k).area,
            })
        })
    }

    /// Masses of the cells.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// The sites.
    pub fn sites(&self) -> &[[f64; D]] {
        &self.sites
    }

    /// Volume, centroid and `int (x - c)(x - c)'` of a cell without density; `None` of a hidden
    /// site.
    pub fn body_moments(&self, i: usize) -> Option<(f64, [f64; 3], [[f64; 3]; 3])> {
        match self.of_cell(i) {
            [] => None,
            [one] => Some(one.shape.tensor()),
            many => {
                let all: Vec<_> = many.iter().map(|p| p.shape.tensor()).collect();
                let volume: f64 = all.iter().map(|a| a.0).sum();
                let share = |a: &(f64, [f64; 3], [[f64; 3]; 3])| if volume > 0.0 { a.0 / volume } else { 0.0 };
                let mean = [0, 1, 2].map(|k| all.iter().map(|a| share(a) * a.1[k]).sum::<f64>());
                let about = |k: usize, l: usize| {
                    all.iter().map(|a| a.2[k][l] + a.0 * (a.1[k] - mean[k]) * (a.1[l] - mean[l])).sum::<f64>()
                };
                Some((volume, mean, [0, 1, 2].map(|k| [0, 1, 2].map(|l| about(k, l)))))
            }
        }
    }

    /// `int_wall rho / |y_i - y_j|` of every wall between different sites, by position.
    pub(super) fn graph(&self) -> Graph {
        let mut walls = Vec::new();
        for i in (0..self.sites.len()).filter(|&i| self.is_solid(i)) {
            for shape in self.at(i).iter().map(|p| &p.shape) {
                for (face, &label) in shape.skeleton.labels.iter().enumerate() {
                    let Wall::Site(j, shift) = label else { continue };
                    if i < j as usize && self.is_solid(j as usize) {
                        let apart = self.inner.apart(&self.ground, (i as u32, j), shift);
                        let mass = shape.face(face).mass;
                        if mass > 0.0 && apart > 0.0 {
                            walls.push((i as u32, j, mass / apart));
                        }
                    }
                }
            }
        }
        Graph::of_walls(self.sites.len(), walls.iter())
    }

    /// Exact integrals of the density before normalization over a cell, from its labels; `None` if
    /// these are not those of convex polyhedra.
    pub(crate) fn exact_integrals(&self, i: usize) -> Option<Integrals> {
        let position = self.place[i];
        self.cutter().exact_integrals(position, self.at(position as usize))
    }

    /// The same in fixed point with bounds, by piece.
    pub(crate) fn enclosed_integrals(&self, i: usize, bits: u32) -> Option<Vec<Enclosed>> {
        let position = self.place[i];
        self.cutter().enclosed_integrals(position, self.at(position as usize), bits)
    }

    /// The corners of a piece of a cell in rationals; `None` if its labels are not those of a
    /// polyhedron.
    pub(super) fn exact_corners(&self, i: usize, shape: &Shape) -> Option<Vec<[Rational; 3]>> {
        self.cutter().exact_corners(self.place[i], shape)
    }

    /// What finds the site of any point.
    pub fn finder(&self) -> SpaceFinder {
        SpaceFinder {
            ground: self.ground.clone(),
            sites: self.inner.clone(),
            tree: self.tree.clone(),
            shifts: self.shifts.clone(),
        }
    }

    /// Hands on the tetrahedra of a cell, with the density at their corners and their mass.
    pub fn each_simplex(&self, i: usize, f: &mut dyn FnMut([[f64; 3]; 4], [f64; 4], f64)) {
        self.of_cell(i).iter().for_each(|p| p.shape.each_simplex(f));
    }

    /// The factor of the density.
    pub fn source_factor(&self) -> f64 {
        self.factor
    }

    /// The problem's sites along the k-d tree: near ones come together.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The domain.
    pub fn ground(&self) -> &Arc<SpaceGround> {
        &self.ground
    }

    /// How the signs were decided.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}
