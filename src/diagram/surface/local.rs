//! The sites that may be highest somewhere in a triangle, in one list: its vertices' questions are answered by running through it.
//!
//! Let `b` be high at the middle `c` of a box around the triangle, with the half-lengths `r`. For `x` in the box
//!
//! ```text
//! s_ib(x) = <x - c, y_i - y_b> + s_ib(c) <= sum_k r_k |y_i - y_b|_k + s_ib(c)
//! ```
//!
//! so sites for which the right-hand side is below the margin are below `b` everywhere in it, and whole nodes of the tree are if that holds with the
//! node's bound for `s_ib(c)` and the farthest corner of its box. What is asked of the list is the same as of the tree ([`Finder::find`]): all sites
//! within the margin of one, or the highest of those beyond. A site that is missing is nowhere the highest: where it beats the site asked about,
//! `b` does so by more, and `b` is in the list.

use super::finder::{Finder, Found};

/// Longer lists are not worth it: then the tree is asked.
const MOST: usize = 160;

/// A list for a box; scratch to be used again.
#[derive(Clone, Debug, Default)]
pub struct Local {
    sites: Vec<u32>,
    /// `x`, `y`, `z` and height of each, as the finder has them.
    values: Vec<[f64; 4]>,
    middle: [f64; 3],
    half: [f64; 3],
    usable: bool,
}

impl Local {
    /// Begins the list of the box around these corners.
    fn enter(&mut self, finder: &Finder, corners: impl Iterator<Item = [f64; 3]>) {
        self.sites.clear();
        self.values.clear();
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for x in corners {
            for k in 0..3 {
                (low[k], high[k]) = (low[k].min(x[k]), high[k].max(x[k]));
            }
        }
        self.middle = [0, 1, 2].map(|k| 0.5 * low[k] + 0.5 * high[k]);
        // A little more for points that rounding has moved; and never nothing.
        self.half = [0, 1, 2].map(|k| 0.501 * (high[k] - low[k]) + 1e-12 * finder.reach[k]);
    }
}

/// Greatest value of `<x - c, y - y_b>` in the box for the farthest `y` in a box of sites.
#[inline(always)]
fn across(half: &[f64; 3], own: &[f64; 3], low: &[f64; 3], high: &[f64; 3]) -> f64 {
    let part = |k: usize| half[k] * (high[k] - own[k]).max(own[k] - low[k]);
    part(0) + part(1) + part(2)
}

impl Finder {
    /// Fills the list for the box around some corners; `near` is a site that is high there. Cost: about that of a few questions.
    pub fn gather(&self, corners: impl Iterator<Item = [f64; 3]>, near: u32, found: &mut Found, local: &mut Local) {
        local.enter(self, corners);
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

    /// The same for a triangle inside a box that has a list. Cost: once through that list.
    pub fn narrow(&self, wide: &Local, corners: &[[f64; 3]; 3], found: &mut Found, local: &mut Local) {
        if !wide.usable {
            self.gather(corners.iter().copied(), 0, found, local);
            return;
        }
        local.enter(self, corners.iter().copied());
        local.usable = true;
        let x = [0, 1, 2].map(|k| local.middle[k] - self.origin[k]);
        let value = |y: &[f64; 4]| (x[0] * y[0] + x[1] * y[1]) + x[2] * y[2] + y[3];
        let mut best = (f64::NEG_INFINITY, [0.0; 3]);
        for y in &wide.values {
            let v = value(y);
            if v > best.0 {
                best = (v, [y[0], y[1], y[2]]);
            }
        }
        let (least, own) = (best.0 - 32.0 * self.margin, best.1);
        for (y, &i) in wide.values.iter().zip(&wide.sites) {
            let at = [y[0], y[1], y[2]];
            if value(y) + across(&local.half, &own, &at, &at) >= least {
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
    fn the_list_of_a_triangle_answers_as_the_tree_does() {
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
            let (mut found, mut again) = (Found::default(), Found::default());
            let (mut wide, mut local) = (Local::default(), Local::default());
            let mut lists = 0;
            for _ in 0..200 {
                let middle = [draw(), draw(), 0.2 * draw()];
                let size = 0.1 * draw();
                let corners = [0; 3].map(|_| middle.map(|m| m + size * (draw() - 0.5)));
                let around = corners.iter().flat_map(|c| [*c, c.map(|x| x + 0.03)]);
                finder.gather(around, 7, &mut found, &mut wide);
                finder.narrow(&wide, &corners, &mut found, &mut local);
                lists += usize::from(local.usable && local.sites.len() < sites.len() / 4);
                for _ in 0..20 {
                    let l = [draw(), draw(), draw()];
                    let sum = l[0] + l[1] + l[2];
                    let point = [0, 1, 2].map(|k| (0..3).map(|c| l[c] / sum * corners[c][k]).sum());
                    let from = (draw() * 800.0) as u32;
                    finder.find(&point, 1e-15, from, &mut found);
                    finder.find_in(&local, &point, 1e-15, from, &mut again);
                    found.sites.sort_unstable();
                    again.sites.sort_unstable();
                    assert_eq!(found.sites, again.sites, "kind {kind}");
                }
            }
            assert!(lists > 100, "kind {kind}: only {lists} short lists");
        }
    }
}
