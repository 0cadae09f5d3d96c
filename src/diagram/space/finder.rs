//! Which site wins at a point, of a box, a polyhedron or a torus: exactly.
//!
//! `|x - y|^2 - W` is least among all sites and images. The k-d tree gives those whose power is the
//! least up to all roundings; where these are several, they are compared in rationals, and of equal
//! ones the lower rank wins, as everywhere.

use super::ground::SpaceGround;
use super::prepared::Prepared;
use super::sites::Sites;
use super::tree::Tree;
use super::wall::Shift;
use crate::exact::Heights;
use crate::exact::big::{self, Rational};
use crate::problem::SpaceProblem;
use std::sync::Arc;

/// Finds the site of any point.
#[derive(Clone, Debug)]
pub struct SpaceFinder {
    pub(super) ground: Arc<SpaceGround>,
    pub(super) sites: Sites,
    pub(super) tree: Tree,
    pub(super) shifts: Vec<Shift>,
}

/// Share of the size of its terms that a computed power is certainly right to.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

impl SpaceFinder {
    /// Of sites at some heights, one a site. Cost: O(n log n).
    pub fn new<const D: usize>(problem: &SpaceProblem<D>, heights: &Heights) -> SpaceFinder {
        let Prepared { ground, sites, tree, shifts, .. } = Prepared::new(problem, heights);
        SpaceFinder { ground, sites, tree, shifts }
    }

    /// The problem's number of the site that wins at a finite point, which is wrapped along
    /// periodic axes. About O(log n).
    pub fn site_of<const D: usize>(&self, x: &[f64; D]) -> u32 {
        let x = self.ground.wrapped([0, 1, 2].map(|k| x.get(k).copied().unwrap_or(0.0)));
        let mut stack: Vec<(u32, Shift)> = self.shifts.iter().rev().map(|&s| (0, s)).collect();
        // The least upper bound of a power, and what may be below it.
        let mut best = f64::INFINITY;
        let mut found: Vec<(u32, Shift, f64)> = Vec::new();
        let (seen, rounding) = (self.ground.stretched(&x), ROUNDING * self.ground.looseness());
        while let Some((at, shift)) = stack.pop() {
            let branch = &self.tree.branches[at as usize];
            let moved = self.ground.seen_from(&seen, shift).map(|x| -x);
            let (mut apart, mut size) = (0.0, 0.0f64);
            for k in 0..3 {
                let gap = (branch.low[k] - moved[k]).max(moved[k] - branch.high[k]).max(0.0);
                apart += gap * gap;
                size = size.max(moved[k].abs()).max(branch.low[k].abs()).max(branch.high[k].abs());
            }
            let least = apart - branch.most;
            if least - rounding * (size * size + apart + branch.most.abs()) > best {
                continue;
            }
            if branch.second == 0 {
                for j in branch.begin..branch.end {
                    let (y, w) = (&self.sites.seen[j as usize], self.sites.w[j as usize].hi);
                    let (mut square, mut size) = (0.0, 0.0f64);
                    for k in 0..3 {
                        let d = moved[k] - y[k];
                        square += d * d;
                        size = size.max(moved[k].abs()).max(y[k].abs());
                    }
                    let (power, off) = (square - w, rounding * (size * size + square + w.abs()));
                    if !(power - off > best) {
                        best = best.min(power + off);
                        found.push((j, shift, power - off));
                    }
                }
                continue;
            }
            let (a, b) = (at + 1, branch.second);
            let far = |b: u32| {
                let b = &self.tree.branches[b as usize];
                (0..3).map(|k| (b.low[k] - moved[k]).max(moved[k] - b.high[k]).max(0.0).powi(2)).sum::<f64>() - b.most
            };
            let (near, other) = if far(b) < far(a) { (b, a) } else { (a, b) };
            stack.push((other, shift));
            stack.push((near, shift));
        }
        found.retain(|f| !(f.2 > best));
        if let [one] = found[..] {
            return self.sites.rank[one.0 as usize];
        }
        let exact = |&(j, shift, _): &(u32, Shift, f64)| (self.power(&x, j, shift), self.sites.rank[j as usize]);
        found.iter().map(exact).min().map_or(u32::MAX, |f| f.1)
    }

    /// Does the domain hold a finite point? Exactly.
    pub fn holds<const D: usize>(&self, x: &[f64; D]) -> bool {
        self.ground.holds(&[0, 1, 2].map(|k| x.get(k).copied().unwrap_or(0.0)))
    }

    /// A point in the box of a torus.
    pub fn wrapped<const D: usize>(&self, x: [f64; D]) -> [f64; D] {
        let at = self.ground.wrapped([0, 1, 2].map(|k| x.get(k).copied().unwrap_or(0.0)));
        std::array::from_fn(|k| at[k])
    }

    /// Up to what is the same for all sites.
    fn power(&self, x: &[f64; 3], j: u32, shift: Shift) -> Rational {
        let periods = shift.periods();
        let y = &self.sites.y[j as usize];
        let own = y.map(big::rational);
        let d = [0, 1, 2].map(|k| {
            let period = big::rational(self.ground.high[k]) - big::rational(self.ground.low[k]);
            big::rational(x[k]) - &own[k] - period * i32::from(periods[k])
        });
        let square = |x: &[Rational; 3]| -> Rational {
            match &self.ground.metric {
                Some(metric) => metric.times(x).into_iter().zip(x).map(|(a, b)| a * b).sum(),
                None => x.iter().map(|x| Rational::from(x * x)).sum(),
            }
        };
        square(&d) - square(&own) - big::rational_dd(self.sites.h[j as usize]) * 2u32
    }
}

impl SpaceGround {
    /// The point of the box that is the same along periodic axes.
    pub(super) fn wrapped(&self, mut x: [f64; 3]) -> [f64; 3] {
        for k in 0..3 {
            if self.periodic[k] && !(self.low[k]..self.high[k]).contains(&x[k]) {
                let (low, period) = (self.low[k], self.high[k] - self.low[k]);
                let turns = ((x[k] - low) / period).floor();
                let at = x[k] - turns * period;
                x[k] = if (low..self.high[k]).contains(&at) { at } else { low };
            }
        }
        x
    }
}
