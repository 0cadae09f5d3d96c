//! McCann's interpolation: at time `t` every point has gone the share `t` of its way.

use super::BrenierMap;
use crate::domain::Law;
use crate::exact::Dd;
use rayon::prelude::*;

/// What has become of a cell, or of its part in one triangle or pixel of the source:
/// `(1 - t) cell + t y`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ShrunkenCell {
    /// The site it shrinks to.
    pub site: u32,
    /// Its vertices, counter-clockwise.
    pub vertices: Vec<[f64; 2]>,
    /// Density at each vertex, `rho / (1 - t)^2` in the normalized source; in between it is affine,
    /// or bilinear where the source is.
    pub density: Vec<f64>,
}

impl BrenierMap {
    /// The interpolation at `t`, `0 <= t < 1`, sorted by site; `None` for other `t`. At `t = 1`
    /// there are only atoms, the sites with their masses.
    ///
    /// The pieces of two cells are apart: those of neighbours `i`, `j` by exactly `t |y_i - y_j|`
    /// across their wall. `W2` of the interpolations at `s` and `t` is `|s - t|` times that of the
    /// map. Cost: O(n).
    pub fn interpolate(&self, t: f64) -> Option<Vec<ShrunkenCell>> {
        if !(0.0..1.0).contains(&t) {
            return None;
        }
        let problem = self.problem();
        let scale = problem.source_factor() / ((1.0 - t) * (1.0 - t));
        let shrunken = |i: usize, vertices: &[[f64; 2]], law: Law| {
            let y = problem.sites()[i];
            let at = |v: &[f64; 2]| [0, 1].map(|k| (1.0 - t) * v[k] + t * y[k]);
            let density = |v: &[f64; 2]| scale * law.at(Dd::from_f64(v[0]), Dd::from_f64(v[1]));
            ShrunkenCell {
                site: i as u32,
                vertices: vertices.iter().map(at).collect(),
                density: vertices.iter().map(density).collect(),
            }
        };
        let cells = |i: usize| match problem.patches() {
            Some(patches) => {
                let pieces = self.diagram.pieces(i).into_iter();
                pieces.map(|p| shrunken(i, &p.vertices, patches.get(p.patch).law())).collect()
            }
            None if self.diagram.labels(i).is_empty() => Vec::new(),
            None => problem.law().map(|law| shrunken(i, self.diagram.vertices(i), law)).into_iter().collect(),
        };
        Some((0..self.diagram.len()).into_par_iter().flat_map_iter(cells).collect())
    }
}
