//! The diagram on a surface as one among all families. Files hold what this very diagram says.

use super::super::label::Label;
use super::super::ladder::Invalid;
use super::super::outlines::Outlines;
use super::super::record::{CellRecord, neighbor};
use super::super::still::{Cells, sizes};
use super::super::wall_moments::{WallMoments, merged};
use super::snapshot::{SurfaceDiagram, SurfacePiece};
use crate::exact::Counters;

fn minus(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|k| a[k] - b[k])
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

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

    /// The sides of a polygon that lie on walls to higher sites.
    fn wall_pieces(&self, piece: &SurfacePiece<'_>) -> Vec<WallMoments<3>> {
        let (facets, sites) = (self.problem().facets(), self.problem().sites());
        let Some(number) = facets.number(piece.face) else { return Vec::new() };
        let ([u, v, w], rho) = (facets.corners(number), facets.rho(number));
        let (e, f) = (minus(&v, &u), minus(&w, &u));
        let [ee, ef, ff] = [dot(&e, &e), dot(&e, &f), dot(&f, &f)];
        let det = ee * ff - ef * ef;
        // Its coordinates along the two sides, solved for by least squares.
        let along = |x: &[f64; 3]| {
            let (p, q) = (dot(x, &e), dot(x, &f));
            [(ff * p - ef * q) / det, (ee * q - ef * p) / det]
        };
        let density = |x: &[f64; 3]| {
            let [s, t] = along(&minus(x, &u));
            self.problem().source_factor() * (rho[0] + s * (rho[1] - rho[0]) + t * (rho[2] - rho[0])).max(0.0)
        };
        let n = piece.vertices.len();
        let wall = |k: usize| {
            let Label::Bisector(j) = piece.labels[k] else { return None };
            let (a, b) = (&piece.vertices[k], &piece.vertices[(k + 1) % n]);
            // In the plane of the triangle: the rest of the difference does not move the wall.
            let [s, t] = along(&minus(&sites[piece.site as usize], &sites[j as usize]));
            let flat = [0, 1, 2].map(|k| s * e[k] + t * f[k]);
            let scale = 1.0 / dot(&flat, &flat).sqrt();
            let ends = [density(a), density(b)];
            let weight = |t: f64| scale * (ends[0] + t * (ends[1] - ends[0]));
            (piece.site < j).then(|| WallMoments::of_segment([piece.site, j], a, b, weight))
        };
        (0..n).filter_map(wall).collect()
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
    fn wall_moments(&self) -> Option<Vec<WallMoments<3>>> {
        Some(merged(self.all_pieces().flat_map(|piece| self.wall_pieces(&piece)).collect()))
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
