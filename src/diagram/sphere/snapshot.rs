//! The diagram on the sphere at given heights.

use super::super::graph::Graph;
use super::super::moments::Moments;
use super::super::still::DiagramError;
use super::super::tree::Tree;
use super::cut::{Cutter, Room};
use super::ground::SphereGround;
use super::shape::{Shape, SphereArc};
use super::sites::Sites;
use crate::exact::{Counters, Heights};
use crate::problem::SphereProblem;
use rayon::prelude::*;
use std::sync::Arc;

/// Cells of one task.
const CHUNK: usize = 32;

/// The cells of sites on a sphere at given heights. Everything is in the order of the problem's
/// sites.
///
/// ```
/// use brenier::{Heights, Sphere, SphereDiagram, SphereProblem, SphereProblemData};
/// let poles = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
/// let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, poles)).unwrap();
/// let diagram = SphereDiagram::new(&problem, &Heights::zeros(2)).unwrap();
/// // Each has a hemisphere, whose boundary is one circle.
/// assert!((diagram.masses()[0] - 0.5).abs() < 1e-15);
/// assert_eq!(diagram.arcs(0).count(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct SphereDiagram {
    pub(super) sites: Vec<[f64; 3]>,
    pub(super) ground: Arc<SphereGround>,
    /// In the numbering of the tree.
    pub(super) inner: Sites,
    pub(super) tree: Tree,
    /// The problem's index of each position, and back.
    pub(super) order: Arc<[u32]>,
    pub(super) place: Vec<u32>,
    /// Cells by position.
    pub(super) shapes: Vec<Option<Shape>>,
    pub(super) masses: Vec<f64>,
    pub(super) errors: Vec<f64>,
    pub(super) centroids: Vec<Option<[f64; 3]>>,
    pub(super) rests: Vec<[f64; 3]>,
    pub(super) spreads: Vec<f64>,
    pub(super) counters: Counters,
}

impl SphereDiagram {
    /// Builds the diagram. Cost: O(n log n) for well-spread sites.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    pub fn new(problem: &SphereProblem, heights: &Heights) -> Result<SphereDiagram, DiagramError> {
        SphereDiagram::of(problem, heights, None)
    }

    /// The cells of some sites only; all others are as if they were empty. Cost: O(n) and those
    /// cells.
    pub(crate) fn of_some(
        problem: &SphereProblem,
        heights: &Heights,
        some: &[u32],
    ) -> Result<SphereDiagram, DiagramError> {
        let mut wanted = vec![false; problem.len()];
        some.iter().for_each(|&i| wanted[i as usize] = true);
        SphereDiagram::of(problem, heights, Some(&wanted))
    }

    fn of(problem: &SphereProblem, heights: &Heights, wanted: Option<&[bool]>) -> Result<SphereDiagram, DiagramError> {
        let n = problem.len();
        if heights.len() != n {
            return Err(DiagramError::LengthMismatch { found: heights.len(), expected: n });
        }
        if let Some(site) = heights.first_non_finite() {
            return Err(DiagramError::NonFiniteHeight { site });
        }
        let ground = Arc::new(SphereGround::new(problem.sphere(), problem.density(), problem.source_factor()));
        let (mut tree, order) = Tree::new(problem.sites());
        let y: Arc<[[f64; 3]]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
        let order: Arc<[u32]> = order.into();
        let inner = Sites::new(&ground, y, order.clone(), &heights.permuted(&order));
        tree.set_weights(&inner.w);
        let cutter = Cutter { ground: &ground, sites: &inner, tree: &tree };
        let part = |chunk: usize| {
            let mut room = Room::default();
            let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
            let cell = |i: usize| match wanted.is_none_or(|w| w[order[i] as usize]) {
                true => cutter.finished(i as u32, &mut room),
                false => (None, Moments::default()),
            };
            let cells: Vec<(Option<Shape>, Moments<3>)> = range.map(cell).collect();
            (cells, room.work.counters)
        };
        let parts: Vec<_> = (0..n.div_ceil(CHUNK)).into_par_iter().map(part).collect();
        let mut diagram = SphereDiagram {
            sites: problem.sites().to_vec(),
            place: vec![0; n],
            shapes: Vec::with_capacity(n),
            masses: vec![0.0; n],
            errors: vec![0.0; n],
            centroids: vec![None; n],
            rests: vec![[0.0; 3]; n],
            spreads: vec![0.0; n],
            counters: Counters::default(),
            order: order.clone(),
            ground: ground.clone(),
            tree: Tree::default(),
            inner: inner.clone(),
        };
        for (cells, counters) in parts {
            diagram.counters += counters;
            for (shape, m) in cells {
                let i = order[diagram.shapes.len()] as usize;
                diagram.place[i] = diagram.shapes.len() as u32;
                diagram.shapes.push(shape);
                (diagram.masses[i], diagram.errors[i], diagram.spreads[i]) = (m.mass, m.off, m.spread);
                if m.mass > 0.0 {
                    (diagram.centroids[i], diagram.rests[i]) = (Some(m.centroid), m.rest);
                }
            }
        }
        diagram.tree = tree;
        Ok(diagram)
    }

    pub(super) fn cutter(&self) -> Cutter<'_> {
        Cutter { ground: &self.ground, sites: &self.inner, tree: &self.tree }
    }

    /// The finished cell of a site.
    pub(super) fn shape(&self, i: usize) -> Option<&Shape> {
        self.shapes[self.place[i] as usize].as_ref()
    }

    /// The arcs around a cell, on the unit sphere about the origin; none around a cell that is
    /// empty, or all of the sphere.
    pub fn arcs(&self, i: usize) -> impl Iterator<Item = SphereArc> + '_ {
        let arcs = self.shape(i).map_or(&[][..], |s| &s.arcs);
        arcs.iter().map(|arc| SphereArc { site: self.order[arc.site as usize], ..*arc })
    }

    /// The closed curves around a cell: for each the numbers of its arcs, in their order with the
    /// cell on the left.
    pub fn rings(&self, i: usize) -> Vec<Vec<u32>> {
        self.shape(i).map_or_else(Vec::new, Shape::rings)
    }

    /// Masses of the cells.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// The sites.
    pub fn sites(&self) -> &[[f64; 3]] {
        &self.sites
    }

    /// Is a site's cell empty?
    pub fn is_hidden(&self, i: usize) -> bool {
        self.shape(i).is_none()
    }

    /// A cap of the unit sphere that holds a cell: its middle, and the least height of the cell
    /// along it.
    pub fn cap(&self, i: usize) -> Option<([f64; 3], f64)> {
        self.shape(i).map(Shape::cap)
    }

    /// A bound above of the density in a cell, with respect to areas of the unit sphere.
    pub fn most(&self, i: usize) -> f64 {
        let held = self.shape(i).and_then(|s| s.held.as_ref());
        held.map_or_else(|| self.ground.most(), |h| h.most)
    }

    /// `int_wall rho / |y_i - y_j|` of every wall, by position.
    pub(super) fn graph(&self) -> Graph {
        let mut walls = Vec::new();
        for (i, shape) in self.shapes.iter().enumerate() {
            let Some(shape) = shape else { continue };
            let mut add = |(j, k): (u32, f64)| {
                if (i as u32) < j {
                    walls.push((i as u32, j, k));
                }
            };
            match &shape.held {
                Some(held) => held.walls.iter().copied().for_each(&mut add),
                None => shape.walls(&self.ground.law).for_each(&mut add),
            }
        }
        Graph::of_walls(self.shapes.len(), walls.iter())
    }

    /// The problem's sites along the k-d tree: near ones come together.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The sphere with its density.
    pub fn ground(&self) -> &Arc<SphereGround> {
        &self.ground
    }

    /// How the signs were decided.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}
