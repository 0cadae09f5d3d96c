//! The sites that may be highest somewhere in a triangle, in one list: the polygon of a cell is
//! what these leave of the triangle.
//!
//! Let `b` be high at the middle `c` of a box around the triangle, with the half-lengths `r`. For
//! `x` in the box
//!
//! ```text
//! s_ib(x) = <x - c, y_i - y_b> + s_ib(c) <= sum_k r_k |y_i - y_b|_k + s_ib(c)
//! ```
//!
//! so sites for which the right-hand side is below the margin are below `b` everywhere in it, and
//! whole nodes of the tree are if that holds with the node's bound for `s_ib(c)` and the farthest
//! corner of its box. A site that one owner of a corner beats at all three corners by more than the
//! margin is below that owner in the whole triangle. A site `m` that is missing cuts nothing off
//! that the list does not cut off, too: where it beats a site `i`, whatever keeps `m` off the list
//! beats `i` by more, and if that is itself missing, what keeps it off does, and so on to a site in
//! the list.
//!
//! A short list cuts every cell as a whole. Of a longer one only those cut who are higher at a
//! vertex of the polygon.

use super::finder::{Finder, Found};
use crate::domain::vector::bounds;

/// Longer lists are not worth it: then the tree is asked.
const MOST: usize = 160;

/// A list for a box; scratch to be used again.
#[derive(Clone, Debug, Default)]
pub struct Local {
    /// Positions.
    pub sites: Vec<u32>,
    /// `x`, `y`, `z` and height of each, as the finder has them.
    values: Vec<[f64; 4]>,
    middle: [f64; 3],
    half: [f64; 3],
    /// Does the list hold all? Otherwise there are too many.
    pub usable: bool,
}

impl Local {
    /// Nothing, and of no use.
    pub fn clear(&mut self) {
        self.sites.clear();
        self.values.clear();
        self.usable = false;
    }

    /// Begins the list of the box around these corners.
    fn enter(&mut self, finder: &Finder, corners: impl Iterator<Item = [f64; 3]>) {
        self.sites.clear();
        self.values.clear();
        let (low, high) = bounds(corners);
        self.middle = [0, 1, 2].map(|k| 0.5 * low[k] + 0.5 * high[k]);
        // A little more for points that rounding has moved; and never nothing. From the middle as
        // it is: of a box of some ulps it may be rounded to its border.
        let half = |k: usize| (high[k] - self.middle[k]).max(self.middle[k] - low[k]);
        self.half = [0, 1, 2].map(|k| 1.002 * half(k) + 1e-12 * finder.reach[k]);
    }
}

/// Greatest value of `<x - c, y - y_b>` in the box for the farthest `y` in a box of sites.
#[inline(always)]
fn across(half: &[f64; 3], own: &[f64; 3], low: &[f64; 3], high: &[f64; 3]) -> f64 {
    let part = |k: usize| half[k] * (high[k] - own[k]).max(own[k] - low[k]);
    part(0) + part(1) + part(2)
}

impl Finder {
    /// Fills the list for the box around some corners; `near` is a site that is high there. Cost:
    /// about that of a few questions.
    pub fn gather(&self, corners: impl Iterator<Item = [f64; 3]>, near: u32, found: &mut Found, local: &mut Local) {
        local.enter(self, corners);
        if !self.usable {
            local.usable = false;
            return;
        }
        let best = self.highest(&local.middle, near, found);
        let x = [0, 1, 2].map(|k| local.middle[k] - self.origin[k]);
        let pull = [0, 1, 2].map(|k| x[k] - self.shift[k]);
        let peak = [0, 1, 2].map(|k| pull[k] / self.curvature[k]);
        let own = self.site[best as usize];
        let least = self.value(best as usize, &x) - 32.0 * self.margin;
        found.stack.clear();
        found.stack.push((0, f64::INFINITY));
        while let Some((at, _)) = found.stack.pop() {
            let node = &self.nodes[at as usize];
            if self.bound(node, &pull, &peak) + across(&local.half, &own, &node.low, &node.high) < least {
                continue;
            }
            if node.right != 0 {
                found.stack.push((node.right, f64::INFINITY));
                found.stack.push((at + 1, f64::INFINITY));
                continue;
            }
            for i in node.start..node.end {
                let y = &self.site[i as usize];
                if self.value(i as usize, &x) + across(&local.half, &own, y, y) >= least {
                    local.sites.push(i);
                    local.values.push([y[0], y[1], y[2], self.height[i as usize]]);
                }
            }
            if local.sites.len() > MOST {
                local.usable = false;
                return;
            }
        }
        local.usable = true;
    }

    /// The same for a triangle inside a box that has a usable list. `owners` are highest at its
    /// corners. Cost: once through that list.
    pub fn narrow(&self, wide: &Local, corners: &[[f64; 3]; 3], owners: [u32; 3], local: &mut Local) {
        local.enter(self, corners.iter().copied());
        local.usable = true;
        let value = |x: &[f64; 3], y: &[f64; 4]| (x[0] * y[0] + x[1] * y[1]) + x[2] * y[2] + y[3];
        let from_origin = |x: &[f64; 3]| [x[0] - self.origin[0], x[1] - self.origin[1], x[2] - self.origin[2]];
        let middle = from_origin(&local.middle);
        let corner = [from_origin(&corners[0]), from_origin(&corners[1]), from_origin(&corners[2])];
        let mut best = (f64::NEG_INFINITY, [0.0; 3]);
        for y in &wide.values {
            let v = value(&middle, y);
            if v > best.0 {
                best = (v, [y[0], y[1], y[2]]);
            }
        }
        let (margin, own) = (32.0 * self.margin, best.1);
        let least = best.0 - margin;
        // What must be reached at some corner, for each owner.
        let mut bars = [[0.0; 3]; 3];
        for (bar, &owner) in bars.iter_mut().zip(&owners) {
            for (b, x) in bar.iter_mut().zip(&corner) {
                *b = self.value(owner as usize, x) - margin;
            }
        }
        for (y, &i) in wide.values.iter().zip(&wide.sites) {
            let at = [y[0], y[1], y[2]];
            if value(&middle, y) + across(&local.half, &own, &at, &at) < least {
                continue;
            }
            let v = [value(&corner[0], y), value(&corner[1], y), value(&corner[2], y)];
            if bars.iter().all(|b| v[0] >= b[0] || v[1] >= b[1] || v[2] >= b[2]) {
                local.sites.push(i);
                local.values.push(*y);
            }
        }
    }

    /// As [`Finder::find`], of a point in the list's triangle.
    pub fn find_in(&self, local: &Local, point: &[f64; 3], error: f64, from: u32, found: &mut Found) {
        let inside = (0..3).all(|k| (point[k] - local.middle[k]).abs() + error <= local.half[k]);
        if !local.usable || !inside {
            self.find(point, error, from, found);
            return;
        }
        let slack = self.slack(error);
        let x = [0, 1, 2].map(|k| point[k] - self.origin[k]);
        let own = self.value(from as usize, &x);
        let (mut least, high) = (own - 4.0 * slack, own + 4.0 * slack);
        found.sites.clear();
        for (y, &i) in local.values.iter().zip(&local.sites) {
            let value = (x[0] * y[0] + x[1] * y[1]) + x[2] * y[2] + y[3];
            if value < least {
                continue;
            }
            if value > high {
                found.sites.clear();
                least = value;
            }
            found.sites.push(i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Dd;
    use crate::exact::predicates::Lifted3;

    #[test]
    fn the_list_of_a_triangle_has_whoever_is_highest_there() {
        let mut state = 11u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for kind in 0..3 {
            let sites: Vec<[f64; 3]> = (0..800).map(|_| [draw(), draw(), 0.2 * draw()]).collect();
            let (mut finder, order) = Finder::new(&sites, [0.0; 3], [1.0; 3]);
            let lifted = |&i: &u32| {
                let y = sites[i as usize];
                let square: f64 = y.iter().map(|y| y * y).sum();
                let noise = [0.0, 1e-3, 0.1][kind] * y[0].sin();
                Lifted3 { y, h: Dd::from_f64(noise - 0.5 * square) }
            };
            finder.set(&order.iter().map(lifted).collect::<Vec<_>>());
            let mut found = Found::default();
            let (mut wide, mut local) = (Local::default(), Local::default());
            let (mut gathered, mut listed) = (0, 0);
            for _ in 0..200 {
                let middle = [draw(), draw(), 0.2 * draw()];
                let size = 0.1 * draw();
                let corners = [0; 3].map(|_| middle.map(|m| m + size * (draw() - 0.5)));
                let around = corners.iter().flat_map(|c| [*c, c.map(|x| x + 0.03)]);
                finder.gather(around, 7, &mut found, &mut wide);
                assert!(wide.usable);
                let owners = corners.map(|c| finder.highest(&c, 7, &mut found));
                finder.narrow(&wide, &corners, owners, &mut local);
                assert!(owners.iter().all(|o| local.sites.contains(o)));
                (gathered, listed) = (gathered + wide.sites.len(), listed + local.sites.len());
                for _ in 0..20 {
                    let l = [draw(), draw(), draw()];
                    let sum = l[0] + l[1] + l[2];
                    let point = [0, 1, 2].map(|k| (0..3).map(|c| l[c] / sum * corners[c][k]).sum());
                    let from = (draw() * 800.0) as u32;
                    let highest = finder.highest(&point, from, &mut found);
                    assert!(local.sites.contains(&highest), "kind {kind}");
                }
            }
            assert!(2 * listed < gathered && gathered < 200 * 100, "kind {kind}: {gathered} {listed}");
        }
    }
}
