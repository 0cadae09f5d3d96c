//! The diagrams of all families, as far as claims are about them.

use crate::diagram::{CellRecord, Diagram, PartialDiagram, SurfaceDiagram};
use crate::domain::Law;
use crate::newton::CellParts;

/// Where a cell lies: what its rounding depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<const D: usize> {
    pub low: [f64; D],
    pub high: [f64; D],
}

impl<const D: usize> Reach<D> {
    fn nowhere() -> Reach<D> {
        Reach { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D] }
    }

    fn add(&mut self, ring: &[[f64; D]]) {
        for v in ring {
            self.low = std::array::from_fn(|c| self.low[c].min(v[c]));
            self.high = std::array::from_fn(|c| self.high[c].max(v[c]));
        }
    }

    /// Its side along an axis.
    pub fn side(&self, k: usize) -> f64 {
        self.high[k] - self.low[k]
    }

    /// Its largest coordinate along an axis.
    pub fn far(&self, k: usize) -> f64 {
        self.low[k].abs().max(self.high[k].abs())
    }
}

/// A diagram of any family.
pub(super) trait Still<const D: usize>: Sync {
    /// Number of sites.
    fn len(&self) -> usize;
    /// Sites without a cell.
    fn hidden(&self) -> Vec<u32>;
    /// Masses and centroids in doubles.
    fn masses(&self) -> &[f64];
    fn centroids(&self) -> &[Option<[f64; D]>];
    /// The cost of the map in doubles.
    fn cost(&self) -> f64;
    /// Where cell `i` lies; not used of sites without a cell.
    fn reach(&self, i: usize) -> Reach<D>;
    /// Facet integrals.
    fn walls(&self) -> Vec<(u32, u32, f64)>;
    /// The cells as files list them; `None` if they are no polygons.
    fn records(&self) -> Option<Vec<CellRecord<[f64; D]>>>;
    /// Cells of several parts, where that is reported.
    fn parts(&self) -> Option<CellParts> {
        None
    }
    /// The largest coordinate or extent of the domain, along each axis.
    fn sizes(&self) -> [f64; D];
    /// How far apart two computations of one vertex may lie, and the greatest density there; 0 where all that is written comes
    /// from this very diagram.
    fn blur(&self) -> (f64, f64) {
        (0.0, 0.0)
    }
    /// What a record is called.
    fn noun(&self) -> &'static str {
        "cell"
    }
}

/// Vertices of the plane are good to `2^-60` of the largest coordinate (`diagram/point.rs`), so two computations of one lie
/// within twice that of each other, and a square's diagonal is below twice its side.
const APART: f64 = 1.0 / (1u64 << 58) as f64;

fn sizes<const D: usize>((low, high): ([f64; D], [f64; D])) -> [f64; D] {
    std::array::from_fn(|k| (high[k] - low[k]).max(low[k].abs()).max(high[k].abs()))
}

impl Still<2> for Diagram {
    fn len(&self) -> usize {
        self.len()
    }
    fn hidden(&self) -> Vec<u32> {
        self.hidden()
    }
    fn masses(&self) -> &[f64] {
        self.masses()
    }
    fn centroids(&self) -> &[Option<[f64; 2]>] {
        self.centroids()
    }
    fn cost(&self) -> f64 {
        self.cost()
    }
    fn reach(&self, i: usize) -> Reach<2> {
        let mut reach = Reach::nowhere();
        match self.problem().patches() {
            Some(_) => self.pieces(i).iter().for_each(|piece| reach.add(&piece.vertices)),
            None => reach.add(self.vertices(i)),
        }
        reach
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.hessian()
    }
    fn records(&self) -> Option<Vec<CellRecord>> {
        Some(self.records())
    }
    fn sizes(&self) -> [f64; 2] {
        sizes(self.problem().frame().bounds())
    }
    fn blur(&self) -> (f64, f64) {
        // The terms of a density, of which its rounding is a share (`domain/law.rs`).
        let terms = |law: &Law, corners: &[[f64; 2]]| {
            let at = |x: &[f64; 2]| {
                let d = [x[0] - law.o[0], x[1] - law.o[1]];
                law.c.abs() + (law.g[0] * d[0]).abs() + (law.g[1] * d[1]).abs() + (law.d * d[0] * d[1]).abs()
            };
            corners.iter().map(at).fold(0.0, f64::max)
        };
        let (problem, units) = self.inner();
        let most = match problem.patches() {
            Some(patches) => patches.iter().map(|p| terms(&p.law(), p.corners())).fold(0.0, f64::max),
            None => terms(&problem.density().law(), problem.frame().vertices()),
        };
        let size = Still::sizes(self).into_iter().fold(0.0, f64::max);
        (APART * size, units.density(most * problem.source_factor()))
    }
}

/// Partial transport writes what this very diagram says.
impl Still<2> for PartialDiagram {
    fn len(&self) -> usize {
        self.len()
    }
    fn hidden(&self) -> Vec<u32> {
        self.hidden()
    }
    fn masses(&self) -> &[f64] {
        self.masses()
    }
    fn centroids(&self) -> &[Option<[f64; 2]>] {
        self.centroids()
    }
    fn cost(&self) -> f64 {
        self.cost()
    }
    fn reach(&self, i: usize) -> Reach<2> {
        Still::reach(self.polygons(), i)
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.walls().to_vec()
    }
    fn records(&self) -> Option<Vec<CellRecord>> {
        None
    }
    fn sizes(&self) -> [f64; 2] {
        Still::sizes(self.polygons())
    }
}

/// So do surfaces.
impl Still<3> for SurfaceDiagram {
    fn len(&self) -> usize {
        self.len()
    }
    fn hidden(&self) -> Vec<u32> {
        self.hidden()
    }
    fn masses(&self) -> &[f64] {
        self.masses()
    }
    fn centroids(&self) -> &[Option<[f64; 3]>] {
        self.centroids()
    }
    fn cost(&self) -> f64 {
        self.cost()
    }
    fn reach(&self, i: usize) -> Reach<3> {
        let mut reach = Reach::nowhere();
        self.pieces(i).for_each(|piece| reach.add(&piece.vertices));
        reach
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.hessian()
    }
    fn records(&self) -> Option<Vec<CellRecord<[f64; 3]>>> {
        Some(self.records())
    }
    fn parts(&self) -> Option<CellParts> {
        Some(CellParts::of((0..self.len()).map(|i| self.parts(i))))
    }
    fn sizes(&self) -> [f64; 3] {
        sizes(self.problem().surface().bounds())
    }
    fn noun(&self) -> &'static str {
        "polygon"
    }
}
