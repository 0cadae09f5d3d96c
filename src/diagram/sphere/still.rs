//! The diagram on the sphere as one among all families.

use super::super::ladder::Invalid;
use super::super::outlines::Outlines;
use super::super::record::CellRecord;
use super::super::still::{Cells, sizes};
use super::snapshot::SphereDiagram;
use crate::exact::Counters;

impl Cells<3> for SphereDiagram {
    fn sites(&self) -> &[[f64; 3]] {
        &self.sites
    }
    fn masses(&self) -> &[f64] {
        &self.masses
    }
    fn mass_errors(&self) -> &[f64] {
        &self.errors
    }
    fn centroids(&self) -> &[Option<[f64; 3]>] {
        &self.centroids
    }
    fn rests(&self) -> &[[f64; 3]] {
        &self.rests
    }
    fn spreads(&self) -> &[f64] {
        &self.spreads
    }
    fn hidden(&self) -> Vec<u32> {
        (0..self.sites.len() as u32).filter(|&i| self.is_hidden(i as usize)).collect()
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.graph().hessian(&self.order)
    }
    fn each_polygon(&self, i: usize, f: &mut dyn FnMut(&[[f64; 3]])) {
        self.polygons(i).iter().for_each(|ring| f(ring));
    }
    fn areas(&self, _: bool) -> Option<Outlines<3>> {
        Some(self.outlines())
    }
    /// Cells are bounded by arcs.
    fn records(&self) -> Option<Vec<CellRecord<[f64; 3]>>> {
        None
    }
    fn counters(&self) -> Counters {
        self.counters
    }
    fn validate(&self, level: u8) -> Result<(), Invalid> {
        self.check(level)
    }
    fn sizes(&self) -> [f64; 3] {
        sizes(self.ground.sphere.bounds())
    }
}
