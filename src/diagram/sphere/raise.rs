//! Raising empty cells where the source is an image.
//!
//! There a cell may be empty although it has points of the sphere, none of which the source has. So
//! it is looked for at points spread over the source: with `u(x)` the height of the diagram at `x`,
//! site `i` wins `x` from the height `u(x) - <x, y_i>` on. Raised to where it wins as many points
//! as suit its mass it has about that, and the next site finds it there.

use super::super::seam::Revive;
use super::super::tree::Tree;
use super::laguerre::SphereLaguerre;
use super::sites::Sites;
use crate::domain::{SphereDensity, spread_on_sphere};
use crate::exact::{Dd, Heights};
use rayon::prelude::*;
use std::f64::consts::PI;

/// Points for a site, and at least so many.
const POINTS: usize = 16;
const LEAST: usize = 4096;

/// Points times empty cells beyond which the search is not worth its time: some seconds.
const MOST: usize = 4_000_000_000;

impl Revive for SphereLaguerre {
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        let sites = self.sites_at(heights);
        let n = wanted.len();
        let empty: Vec<usize> = match mass.len() == n {
            true => (0..n).filter(|&i| !(mass[i] > 0.0)).collect(),
            false => return None,
        };
        let count = (POINTS * n).max(LEAST);
        if count.saturating_mul(empty.len()) > MOST {
            return None;
        }
        let points = self.spread(count);
        let mut top: Vec<f64> = points.par_iter().map(|x| highest(&self.tree, &sites, x)).collect();
        let each = 4.0 * PI * self.ground().law.1 / points.len() as f64;
        let mut raised = heights.clone();
        let mut needs = Vec::with_capacity(points.len());
        for i in empty {
            let y = &sites.y[i];
            let value = |x: &[f64; 3]| x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
            needs.clear();
            needs.extend(points.iter().zip(&top).map(|(x, u)| u - value(x)));
            let share = (wanted[i] / each).round().max(1.0) as usize;
            if share >= needs.len() {
                return None;
            }
            let (below, &mut next, _) = needs.select_nth_unstable_by(share, f64::total_cmp);
            let last = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let height = 0.5 * (last + next);
            if !height.is_finite() {
                return None;
            }
            raised.set(i, Dd::from_f64(height));
            top.iter_mut().zip(&points).for_each(|(u, x)| *u = u.max(value(x) + height));
        }
        Some(raised)
    }

    /// Where bold steps lose cells shorter ones are better: of raised ones others are robbed.
    fn raises_well(&self) -> bool {
        false
    }
}

impl SphereLaguerre {
    /// Points spread over the source, with its background.
    fn spread(&self, count: usize) -> Vec<[f64; 3]> {
        let (sphere, picture) = (self.ground().sphere(), self.ground().picture.as_ref());
        let share = picture.map_or(1.0, |p| p.background);
        let even = (share * count as f64).round() as usize;
        let mut points = spread_on_sphere(sphere, &SphereDensity::Constant, even, 0);
        if let Some(picture) = picture {
            points.extend(spread_on_sphere(sphere, &SphereDensity::Image(picture.image.clone()), count - even, 0));
        }
        points
    }
}

/// `max <x, y> + h`: the site of least power, in whose branch the box less the greatest weight says
/// that nothing is lower elsewhere.
fn highest(tree: &Tree, sites: &Sites, x: &[f64; 3]) -> f64 {
    let moved = x.map(|x| -x);
    let (mut least, mut best) = (f64::INFINITY, 0.0);
    let mut stack = vec![0u32];
    while let Some(at) = stack.pop() {
        let branch = &tree.branches[at as usize];
        if branch.apart(&moved) - branch.most >= least {
            continue;
        }
        if branch.second == 0 {
            for j in branch.begin as usize..branch.end as usize {
                let y = &sites.y[j];
                let power = (0..3).map(|k| (x[k] - y[k]).powi(2)).sum::<f64>() - sites.w[j].hi;
                if power < least {
                    let value = x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
                    (least, best) = (power, value + sites.h[j].hi);
                }
            }
            continue;
        }
        let (a, b) = (at + 1, branch.second);
        let apart = |b: u32| tree.branches[b as usize].apart(&moved);
        let (near, far) = if apart(b) < apart(a) { (b, a) } else { (a, b) };
        stack.extend([far, near]);
    }
    best
}
