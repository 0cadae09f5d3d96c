//! The diagram on a surface as one among all families. Files hold what this very diagram says.

use super::super::ladder::Invalid;
use super::super::outlines::Outlines;
use super::super::record::{CellRecord, neighbor};
use super::super::still::{Cells, sizes};
use super::snapshot::{SurfaceDiagram, SurfacePiece};
use crate::exact::Counters;

impl SurfaceDiagram {
    /// The pieces of all cells as files list them.
    pub fn records(&self) -> Vec<CellRecord<[f64; 3]>> {
        let record = |p: SurfacePiece<'_>| CellRecord {
            site: p.site,
            face: Some(p.face),
            neighbors: p.labels.iter().map(neighbor).collect(),
            vertices: p.vertices.into_owned(),
        };
        self.all_pieces().map(record).collect()
    }
}

impl Cells<3> for SurfaceDiagram {
    fn sites(&self) -> &[[f64; 3]] {
        self.problem().sites()
    }
    fn masses(&self) -> &[f64] {
        self.masses()
    }
    fn mass_errors(&self) -> &[f64] {
        self.mass_errors()
    }
    fn centroids(&self) -> &[Option<[f64; 3]>] {
        self.centroids()
    }
    fn rests(&self) -> &[[f64; 3]] {
        self.rests()
    }
    fn spreads(&self) -> &[f64] {
        self.spreads()
    }
    fn hidden(&self) -> Vec<u32> {
        self.hidden()
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.hessian()
    }
    fn each_polygon(&self, i: usize, f: &mut dyn FnMut(&[[f64; 3]])) {
        self.pieces(i).for_each(|piece| f(&piece.vertices));
    }
    fn areas(&self, whole: bool) -> Option<Outlines<3>> {
        Some(self.areas(whole))
    }
    fn records(&self) -> Option<Vec<CellRecord<[f64; 3]>>> {
        Some(self.records())
    }
    fn counters(&self) -> Counters {
        self.counters()
    }
    fn validate(&self, level: u8) -> Result<(), Invalid> {
        self.validate(level)
    }
    fn sizes(&self) -> [f64; 3] {
        sizes(self.problem().surface().bounds())
    }
    fn parts(&self) -> Option<Vec<usize>> {
        Some((0..self.len()).map(|i| self.parts(i)).collect())
    }
}
