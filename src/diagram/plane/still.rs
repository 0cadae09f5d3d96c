//! The diagram in the plane as one among all families.

use super::super::label::Label;
use super::super::ladder::Invalid;
use super::super::outlines::Outlines;
use super::super::record::{CellRecord, neighbor};
use super::super::still::{Cells, sizes};
use super::super::wall_moments::{WallMoments, merged};
use super::pieces::Piece;
use super::snapshot::Diagram;
use crate::domain::Law;
use crate::exact::{Counters, Dd};
use rayon::prelude::*;

/// Vertices of the plane are good to `2^-60` of the largest coordinate (`point.rs`), so two
/// computations of one lie within twice that of each other, and a square's diagonal is below twice
/// its side.
const APART: f64 = 1.0 / (1u64 << 58) as f64;

impl Diagram {
    /// The cells that exist as files list them: convex polygons, in a mesh one for each triangle.
    pub fn records(&self) -> Vec<CellRecord> {
        let in_mesh = self.problem().patches().filter(|p| p.mesh().is_some());
        let parts = |i: usize| match in_mesh {
            Some(patches) => {
                let record = |p: Piece<'_>| CellRecord {
                    site: i as u32,
                    face: Some(patches.name(p.patch)),
                    neighbors: p.labels.iter().map(neighbor).collect(),
                    vertices: p.vertices,
                };
                self.pieces(i).into_iter().map(record).collect()
            }
            None if self.labels(i).is_empty() => Vec::new(),
            None => vec![CellRecord {
                site: i as u32,
                face: None,
                vertices: self.vertices(i).to_vec(),
                neighbors: self.labels(i).iter().map(neighbor).collect(),
            }],
        };
        (0..self.len()).flat_map(parts).collect()
    }
}

impl Cells<2> for Diagram {
    fn sites(&self) -> &[[f64; 2]] {
        self.problem().sites()
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
        self.hessian()
    }
    fn each_polygon(&self, i: usize, f: &mut dyn FnMut(&[[f64; 2]])) {
        match self.problem().patches() {
            Some(_) => self.pieces(i).iter().for_each(|piece| f(&piece.vertices)),
            None => f(self.vertices(i)),
        }
    }
    fn areas(&self, whole: bool) -> Option<Outlines> {
        Some(self.areas(whole))
    }
    fn records(&self) -> Option<Vec<CellRecord>> {
        Some(self.records())
    }
    fn wall_moments(&self) -> Option<Vec<WallMoments<2>>> {
        let (sites, factor) = (self.problem().sites(), self.problem().source_factor());
        let of_cell = |i: usize| {
            let mut pieces = Vec::new();
            self.each_part(i, |labels, points, law| {
                for (k, label) in labels.iter().enumerate() {
                    let Label::Bisector(j) = *label else { continue };
                    if j as usize <= i {
                        continue;
                    }
                    let (y, z) = (sites[i], sites[j as usize]);
                    let scale = factor / (y[0] - z[0]).hypot(y[1] - z[1]);
                    let (a, b) = (points[k].rounded(), points[(k + 1) % points.len()].rounded());
                    let at = |t: f64| [0, 1].map(|k| Dd::from_f64(a[k] + t * (b[k] - a[k])));
                    let weight = |t: f64| {
                        let [x, y] = at(t);
                        scale * law.at(x, y)
                    };
                    pieces.push(WallMoments::of_segment([i as u32, j], &a, &b, weight));
                }
            });
            merged(pieces)
        };
        Some((0..self.len()).into_par_iter().flat_map_iter(of_cell).collect())
    }
    fn counters(&self) -> Counters {
        self.counters()
    }
    fn validate(&self, level: u8) -> Result<(), Invalid> {
        self.validate(level)
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
            None => problem.law().map_or(0.0, |law| terms(&law, problem.frame().vertices())),
        };
        let size = Cells::sizes(self).into_iter().fold(0.0, f64::max);
        (APART * size, units.density(most * problem.source_factor()))
    }
}
