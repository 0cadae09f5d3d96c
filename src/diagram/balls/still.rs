//! The diagram of partial transport as one among all families. Files hold what this very diagram
//! says.

use super::super::ladder::Invalid;
use super::super::outlines::Outlines;
use super::super::record::CellRecord;
use super::super::still::Cells;
use super::snapshot::PartialDiagram;
use crate::exact::Counters;

impl Cells<2> for PartialDiagram {
    fn sites(&self) -> &[[f64; 2]] {
        self.polygons().problem().sites()
    }
    fn masses(&self) -> &[f64] {
        self.masses()
    }
    fn centroids(&self) -> &[Option<[f64; 2]>] {
        self.centroids()
    }
    fn rests(&self) -> &[[f64; 2]] {
        self.rests()
    }
    fn spreads(&self) -> &[f64] {
        self.spreads()
    }
    fn hidden(&self) -> Vec<u32> {
        self.hidden()
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.walls().to_vec()
    }
    fn each_polygon(&self, i: usize, f: &mut dyn FnMut(&[[f64; 2]])) {
        self.polygons().each_polygon(i, f);
    }
    fn areas(&self, whole: bool) -> Option<Outlines> {
        Some(self.areas(whole))
    }
    fn records(&self) -> Option<Vec<CellRecord>> {
        None
    }
    fn counters(&self) -> Counters {
        self.polygons().counters()
    }
    /// That of the polygons, before balls cut them.
    fn validate(&self, level: u8) -> Result<(), Invalid> {
        self.polygons().validate(level)
    }
    fn sizes(&self) -> [f64; 2] {
        Cells::sizes(self.polygons())
    }
    fn rest(&self) -> Option<f64> {
        Some(self.rest())
    }
    fn dual(&self) -> Option<f64> {
        Some(self.dual_value())
    }
}
