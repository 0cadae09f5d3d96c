//! Starting heights on a surface.
//!
//! With `dist` the distance to the surface `S`,
//! `Phi(y) = (|y|^2 - dist(y, S)^2) / 2 = sup_{s in S} <y, s> - |s|^2 / 2` is convex for any closed
//! set, and the points of `S` nearest to `y` are subgradients of it at `y`. So (the lemma of
//! docs/theory/start.md) with `h_i = -Phi(y_i)`, which is the weight `w_i = dist(y_i, S)^2`, every
//! cell holds the points nearest to its site. Its mass is positive unless such a point is as near,
//! in power, to another site: where two sites have the same nearest point, say a corner.

use super::laguerre::SurfaceLaguerre;
use crate::domain::surface::Nearest;
use crate::exact::{Dd, Heights};

impl SurfaceLaguerre<'_> {
    /// The start of this file, in the diagram's order. Cost: O((triangles + n) log triangles).
    pub fn projection_start(&self) -> Heights {
        let facets = &self.ground().facets;
        let near = Nearest::new((0..facets.len() as u32).map(|k| (k, facets.corners(k))));
        let n = self.order().len();
        Heights::new((0..n).map(|i| {
            let y = self.site(i);
            let found = near.to(&y).map_or(y, |n| n.0);
            // h = (dist^2 - |y|^2) / 2 = <s, s - 2 y> / 2
            (0..3)
                .fold(Dd::ZERO, |h, k| h + (Dd::from_f64(found[k]) * (Dd::difference(found[k], 2.0 * y[k]))).scale(0.5))
        }))
    }
}
