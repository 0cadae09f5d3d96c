//! The diagrams of all families, as far as claims are about them.

use crate::diagram::{CellRecord, Diagram, PartialDiagram, SurfaceDiagram};
use crate::domain::Law;
use crate::newton::CellParts;

/// Where a cell lies, and how long its boundary is: what its rounding depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<const D: usize> {
    pub low: [f64; D],
    pub high: [f64; D],
    /// Sum of the lengths of the boundaries of its parts.
    pub girth: f64,
    /// Sum of their squares, more than 12 times the area.
    pub square: f64,
}

impl<const D: usize> Reach<D> {
    fn nowhere() -> Reach<D> {
        Reach { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D], girth: 0.0, square: 0.0 }
    }

    fn add(&mut self, ring: &[[f64; D]]) {
        let mut girth = 0.0;
        for (k, v) in ring.iter().enumerate() {
            let w = &ring[if k + 1 == ring.len() { 0 } else { k + 1 }];
            girth += (0..D).map(|c| (w[c] - v[c]).abs()).sum::<f64>();
            self.low = std::array::from_fn(|c| self.low[c].min(v[c]));
            self.high = std::array::from_fn(|c| self.high[c].max(v[c]));
        }
        self.girth += girth;
        self.square += girth * girth;
    }

    /// Its longest side.
    pub fn size(&self) -> f64 {
        (0..D).map(|c| self.high[c] - self.low[c]).fold(0.0, f64::max)
    }

    /// Its largest coordinate.
    pub fn far(&self) -> f64 {
        (0..D).map(|c| self.low[c].abs().max(self.high[c].abs())).fold(0.0, f64::max)
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
    /// The largest coordinate or extent of the domain.
    fn size(&self) -> f64;
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
    fn size(&self) -> f64 {
        let frame = self.problem().frame();
        frame.vertices().iter().flatten().fold(frame.extent(), |size, c| size.max(c.abs()))
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
        let problem = self.problem();
        let most = match problem.patches() {
            Some(patches) => patches.iter().map(|p| terms(&p.law(), p.corners())).fold(0.0, f64::max),
            None => terms(&problem.density().law(), problem.frame().vertices()),
        };
        (APART * Still::size(self), most * problem.source_factor())
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
    fn reach(&self, i: usize) -> Reach<2> {
        Still::reach(self.polygons(), i)
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.walls().to_vec()
    }
    fn records(&self) -> Option<Vec<CellRecord>> {
        None
    }
    fn size(&self) -> f64 {
        Still::size(self.polygons())
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
    fn size(&self) -> f64 {
        let (low, high) = self.problem().surface().bounds();
        let along = |k: usize| (high[k] - low[k]).max(low[k].abs()).max(high[k].abs());
        (0..3).map(along).fold(0.0, f64::max)
    }
    fn noun(&self) -> &'static str {
        "polygon"
    }
}
