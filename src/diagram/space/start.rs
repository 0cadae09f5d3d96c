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
use crate::domain::space::Parts;
use crate::exact::{Dd, Heights};
use rayon::prelude::*;

/// Parts that are tried for the middle of a box: so many large ones, and as many along all.
const EVENLY: usize = 24;

/// How far a box may be scaled until it may meet a triangle.
fn scale_to(t: &[[f64; 3]; 3], c: &[f64; 3], half: &[f64; 3]) -> f64 {
    let z = t.map(|v| [0, 1, 2].map(|k| v[k] - c[k]));
    let along = |k: usize| {
        let low = z[0][k].min(z[1][k]).min(z[2][k]);
        let high = z[0][k].max(z[1][k]).max(z[2][k]);
        low.max(-high).max(0.0) / half[k]
    };
    let (u, v) = ([0, 1, 2].map(|k| z[1][k] - z[0][k]), [0, 1, 2].map(|k| z[2][k] - z[0][k]));
    let n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    let reach: f64 = (0..3).map(|k| n[k].abs() * half[k]).sum();
    let apart = (n[0] * z[0][0] + n[1] * z[0][1] + n[2] * z[0][2]).abs();
    let across = if reach > 0.0 { apart / reach } else { 0.0 };
    along(0).max(along(1)).max(along(2)).max(across)
}

impl SpaceGround {
    /// The middle and half the sides of a box inside the domain along the axes that are not
    /// periodic.
    fn inner_box(&self) -> ([f64; 3], [f64; 3]) {
        let axes = [0, 1, 2];
        let half = axes.map(|k| 0.5 * (self.high[k] - self.low[k]));
        if let Some(parts) = &self.parts {
            return self.box_among_parts(parts);
        }
        let Some(body) = &self.body else { return (self.centre, half) };
        let mut scale = f64::INFINITY;
        for face in 0..body.faces() as u32 {
            let (n, d, off) = body.near(face, self.centre.map(Dd::from_f64));
            let reach: f64 = axes.iter().map(|&k| n[k].abs() * half[k]).sum();
            scale = scale.min((d - off) / reach);
        }
        (self.centre, half.map(|h| h * scale.max(0.0) * (1.0 - 1e-9)))
    }

    /// A box inside the union of the parts that count, shaped as that about all: as large as one
    /// about the middle of one of them may be, of some that are tried.
    ///
    /// A box about `c` with half the sides `s half` meets no triangle whose box is farther than
    /// that along some axis, or whose plane is: `|<n, a - c>| > s sum |n_k| half_k`. It lies inside
    /// then, as its middle does.
    fn box_among_parts(&self, parts: &Parts) -> ([f64; 3], [f64; 3]) {
        let (low, high) = parts.bounds();
        let half = [0, 1, 2].map(|k| 0.5 * (high[k] - low[k]).max(f64::MIN_POSITIVE));
        let size = |p: &u32| {
            let (low, high) = parts.bounds_of(*p);
            (0..3).map(|k| (high[k] - low[k]) / half[k]).product::<f64>()
        };
        let mut tried: Vec<u32> = (0..parts.len() as u32).filter(|&p| self.counts(p)).collect();
        let evenly: Vec<u32> = tried.iter().copied().step_by(tried.len().div_ceil(EVENLY).max(1)).collect();
        tried.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
        tried.truncate(EVENLY);
        tried.extend(evenly);
        let rim = parts.rim(|p| self.counts(p));
        let room = |&p: &u32| {
            let (mut sum, mut count) = ([0.0; 3], 0.0);
            parts.each_simplex(p, &mut |corners| {
                corners.iter().for_each(|x| (0..3).for_each(|k| sum[k] += x[k]));
                count += 4.0;
            });
            let c = sum.map(|s| s / count);
            let free = rim.iter().fold(f64::INFINITY, |least: f64, t| least.min(scale_to(t, &c, &half)));
            let own = parts.sides(p).fold(f64::INFINITY, |least: f64, side| {
                let row = parts.near(side, &c).v;
                let reach: f64 = (0..3).map(|k| row[k].abs() * half[k]).sum();
                least.min(row[3] / reach)
            });
            // Beside a triangle a middle may be rounded to its other side.
            if own > 0.0 { (free.max(own), c) } else { (0.0, c) }
        };
        let all: Vec<(f64, [f64; 3])> = tried.par_iter().map(room).collect();
        let best = all.iter().fold((0.0, self.centre), |best, one| if one.0 > best.0 { *one } else { best });
        (best.1, half.map(|h| h * best.0 * (1.0 - 1e-9)))
    }

    /// The start of this file for sites with masses in any common order. `axes` of them count: on a
    /// torus of the plane two. Cost: a sort an axis.
    pub fn start(&self, sites: &[[f64; 3]], masses: &[f64], axes: usize) -> Heights {
        let (middle, half) = self.inner_box();
        let mut phi = vec![Dd::ZERO; sites.len()];
        // Of no weight along periodic axes; the others are by themselves.
        let product = |y: &[f64; 3], k: usize, l: usize| match &self.metric {
            Some(metric) => Dd::product(y[k], y[l]).times(metric.rows()[k][l]),
            None => Dd::product(y[k], y[l]),
        };
        for k in (0..axes.min(3)).filter(|&k| self.periodic[k]) {
            for l in (0..axes.min(3)).filter(|&l| l == k || self.metric.is_some() && self.periodic[l]) {
                phi.iter_mut().zip(sites).for_each(|(p, y)| *p = *p + product(y, k, l).scale(0.5));
            }
        }
        for k in (0..axes.min(3)).filter(|&k| !self.periodic[k]) {
            // Walls are those of the sites `M y`.
            let at = |y: &[f64; 3]| match &self.metric {
                Some(metric) => metric.rows()[k].iter().zip(y).map(|(m, y)| m * y).sum(),
                None => y[k],
            };
            let along = sites.iter().map(|y| Dd::product(half[k], at(y)));
            let values = quantile_potential(along, sites.len(), masses);
            for ((p, y), value) in phi.iter_mut().zip(sites).zip(values) {
                *p = *p + Dd::product(middle[k], at(y)) + value;
            }
        }
        Heights::new(phi.into_iter().map(|p| -p))
    }
}
