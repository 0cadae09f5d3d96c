//! Cells as lists of polygons: what files hold and `check` compares.

use super::label::Label;
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
    /// Entry `k` is across the edge from vertex `k` to vertex `k + 1`: a site `j`, or `-k-1` for
    /// edge `k` of the domain or triangle.
    pub neighbors: Vec<i64>,
}

/// What a file calls the other side of an edge.
pub(super) fn neighbor(label: &Label) -> i64 {
    match *label {
        Label::Domain(k) => -i64::from(k) - 1,
        Label::Bisector(j) => i64::from(j),
    }
}
