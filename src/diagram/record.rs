//! Cells as lists of polygons: what files hold and `check` compares.

use super::clip::Label;
use super::parts::Piece;
use super::snapshot::Diagram;
use super::surface::{SurfaceDiagram, SurfacePiece};
use serde::{Deserialize, Serialize};

/// One cell, for `diagram --cells`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord<P = [f64; 2]> {
    /// Index of the site.
    pub site: u32,
    /// In a mesh the triangle in which this part of the cell lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<u32>,
    /// Vertices, counter-clockwise; on a surface in the order of the triangle's corners.
    pub vertices: Vec<P>,
    /// Entry `k` is across the edge from vertex `k` to vertex `k + 1`: a site `j`, or `-k-1` for edge `k` of the domain or triangle.
    pub neighbors: Vec<i64>,
}

fn neighbor(label: &Label) -> i64 {
    match *label {
        Label::Domain(k) => -i64::from(k) - 1,
        Label::Bisector(j) => i64::from(j),
    }
}

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
