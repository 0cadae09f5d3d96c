//! Starting heights for which no cell is empty.
//!
//! Let `v` be a point and `p_i` the point of the sphere in the direction of `y_i - v` from the
//! centre. With heights `h_i = -<c, y_i> - r |y_i - v|` site `i` has the value
//!
//! ```text
//! <x, y_i> + h_i = r <u, v> - r |y_i - v| (1 - cos(u, y_i - v)),    x = c + r u,
//! ```
//!
//! which is greatest possible, `r <u, v>`, at `p_i`. So the cell of `i` holds a neighbourhood of
//! `p_i`, unless another site is seen from `v` in the same direction, or `y_i = v` or another site
//! lies there. Moving all sites by one vector changes no cell, so any `v` will do: the centre,
//! where sites lie around it; the middle of the sites; or a point beside, from where no site hides
//! another, as with sites on a line. The first with whose cells all is well is taken, else the
//! best.

use super::laguerre::SphereLaguerre;
use crate::exact::{Dd, Heights};

/// Cells of this share of their target mass are no reason to look for a better start.
const FAIR: f64 = 1e-3;

/// Points to look from, in units of the sites' spread about their middle: none in a plane or on a
/// line that anybody would choose.
const BESIDE: [[f64; 3]; 6] = [
    [0.137, -0.093, 0.119],
    [-0.311, 0.257, 0.383],
    [0.613, 0.421, -0.547],
    [-0.071, -0.877, -0.919],
    [1.433, -1.129, 0.787],
    [0.011, 0.017, -0.013],
];

/// Up to so many sites every start is tried.
const MANY: usize = 1 << 16;

impl SphereLaguerre {
    /// The start of this file, in the diagram's order. Cost: that of a few diagrams.
    pub fn start(&mut self, target: &[f64]) -> Heights {
        let n = self.points().len();
        let sphere = *self.ground().sphere();
        let share = 1.0 / n.max(1) as f64;
        let mean = [0, 1, 2].map(|k| self.points().iter().map(|y| y[k] * share).sum::<f64>());
        let apart = |y: &[f64; 3]| (0..3).map(|k| (y[k] - mean[k]).powi(2)).sum::<f64>() * share;
        let spread = self.points().iter().map(apart).sum::<f64>().sqrt();
        let beside = BESIDE.iter().map(|b| [0, 1, 2].map(|k| mean[k] + spread * b[k]));
        let center = sphere.center();
        // The centre only where sites lie around it.
        let off = (0..3).map(|k| (mean[k] - center[k]).powi(2)).sum::<f64>().sqrt();
        let first = if off < 0.5 * spread { vec![center, mean] } else { vec![mean] };
        let mut best: Option<(usize, f64, Heights)> = None;
        for v in first.into_iter().chain(beside) {
            let heights = Heights::new(self.points().iter().map(|y| seen_from(&v, y, &center, sphere.radius())));
            let (measures, _) = self.integrals(&heights, false);
            let masses = measures.masses();
            let empty = masses.iter().filter(|m| !(**m > 0.0)).count();
            let least = masses.iter().zip(target).map(|(m, t)| m / t).fold(f64::INFINITY, f64::min);
            if best.as_ref().is_none_or(|b| (empty, -least) < (b.0, -b.1)) {
                best = Some((empty, least, heights));
            }
            if empty == 0 && (least > FAIR || n > MANY) {
                break;
            }
        }
        best.map_or_else(|| Heights::zeros(n), |b| b.2)
    }
}

/// `-<c, y> - r |y - v|`, the root in double-double so that near directions are told apart.
fn seen_from(v: &[f64; 3], y: &[f64; 3], center: &[f64; 3], radius: f64) -> Dd {
    let d = [0, 1, 2].map(|k| Dd::difference(y[k], v[k]));
    let square = d.iter().fold(Dd::ZERO, |s, &d| s + d * d);
    let near = square.hi.sqrt();
    let root = match near > 0.0 && near.is_finite() {
        true => Dd::from_f64(near) + Dd::from_f64((square - Dd::product(near, near)).to_f64() / (2.0 * near)),
        false => Dd::ZERO,
    };
    let slope = (0..3).fold(Dd::ZERO, |s, k| s + Dd::product(center[k], y[k]));
    -(slope + root.times(radius))
}
