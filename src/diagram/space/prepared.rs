//! A problem at some heights, ready for cutting cells.

use super::cutter::Cutter;
use super::ground::SpaceGround;
use super::sites::Sites;
use super::tree::Tree;
use super::wall::Shift;
use crate::exact::Heights;
use crate::problem::SpaceProblem;
use std::sync::Arc;

/// Sites in the numbering of their tree, with all that cells are cut with.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub ground: Arc<SpaceGround>,
    pub sites: Sites,
    pub tree: Tree,
    pub shifts: Vec<Shift>,
    /// The problem's index of each position.
    pub order: Arc<[u32]>,
}

/// Sites as points of space.
pub(super) fn lifted<const D: usize>(sites: &[[f64; D]]) -> Vec<[f64; 3]> {
    sites.iter().map(|y| [0, 1, 2].map(|k| y.get(k).copied().unwrap_or(0.0))).collect()
}

/// What [`planted`] tells.
type Planted = (Tree, [Arc<[[f64; 3]]>; 2], Arc<[u32]>);

/// The tree of points as bounds see them, the points in its numbering, also as bounds see them, and
/// their indices.
pub(super) fn planted(ground: &SpaceGround, points: &[[f64; 3]]) -> Planted {
    let Some(metric) = &ground.metric else {
        let (tree, order) = Tree::new(points);
        let y: Arc<[[f64; 3]]> = order.iter().map(|&i| points[i as usize]).collect();
        return (tree, [y.clone(), y], order.into());
    };
    let seen: Vec<[f64; 3]> = points.iter().map(|x| metric.stretched(x)).collect();
    let (tree, order) = Tree::new(&seen);
    let along = |x: &[[f64; 3]]| -> Arc<[[f64; 3]]> { order.iter().map(|&i| x[i as usize]).collect() };
    (tree, [along(points), along(&seen)], order.into())
}

impl Prepared {
    /// Heights are one a site. Cost: O(n log n).
    pub fn new<const D: usize>(problem: &SpaceProblem<D>, heights: &Heights) -> Prepared {
        let ground = Arc::new(SpaceGround::new(problem.domain(), problem.density(), problem.source_factor()));
        let (mut tree, points, order) = planted(&ground, &lifted(problem.sites()));
        let sites = Sites::new(&ground, points, order.clone(), &heights.permuted(&order));
        tree.set_weights(&sites.w);
        let shifts = Shift::all(ground.images);
        Prepared { ground, sites, tree, shifts, order }
    }

    /// What cuts its cells.
    pub fn cutter(&self) -> Cutter<'_> {
        Cutter { ground: &self.ground, sites: &self.sites, tree: &self.tree, shifts: &self.shifts, neighbors: None }
    }
}
