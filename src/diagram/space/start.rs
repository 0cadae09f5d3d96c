//! Starting heights in space for which no cell is empty.
//!
//! By the lemma of docs/theory/start.md heights `h_i = -Phi(y_i)` with `Phi` strictly convex leave
//! no cell empty whose gradient of `Phi` lies inside the domain. Here `Phi` is a sum over axes:
//! `y_k^2 / 2` along periodic ones, with the gradient `y_k`, so that all weights are 0 there; and
//! the quantile start of the plane along the others, with its gradient in a box inside the domain.
//! On a torus the lemma holds for all images together: with weights the same for all images,
//! heights at an image are `-Phi` there, too.

use super::super::quantile::quantile_potential;
use super::ground::SpaceGround;
use crate::exact::{Dd, Heights};

impl SpaceGround {
    /// The middle and half the sides of a box inside the domain along the axes that are not
    /// periodic.
    fn inner_box(&self) -> ([f64; 3], [f64; 3]) {
        let axes = [0, 1, 2];
        let half = axes.map(|k| 0.5 * (self.high[k] - self.low[k]));
        let Some(body) = &self.body else { return (self.centre, half) };
        let mut scale = f64::INFINITY;
        for face in 0..body.faces() as u32 {
            let (n, d, off) = body.near(face, self.centre.map(Dd::from_f64));
            let reach: f64 = axes.iter().map(|&k| n[k].abs() * half[k]).sum();
            scale = scale.min((d - off) / reach);
        }
        (self.centre, half.map(|h| h * scale.max(0.0) * (1.0 - 1e-9)))
    }

    /// The start of this file for sites with masses in any common order. `axes` of them count: on a
    /// torus of the plane two. Cost: a sort an axis.
    pub fn start(&self, sites: &[[f64; 3]], masses: &[f64], axes: usize) -> Heights {
        let (middle, half) = self.inner_box();
        let mut phi = vec![Dd::ZERO; sites.len()];
        for k in 0..axes.min(3) {
            if self.periodic[k] {
                phi.iter_mut().zip(sites).for_each(|(p, y)| *p = *p + Dd::product(y[k], y[k]).scale(0.5));
                continue;
            }
            let along = sites.iter().map(|y| Dd::product(half[k], y[k]));
            let values = quantile_potential(along, sites.len(), masses);
            for ((p, y), value) in phi.iter_mut().zip(sites).zip(values) {
                *p = *p + Dd::product(middle[k], y[k]) + value;
            }
        }
        Heights::new(phi.into_iter().map(|p| -p))
    }
}
