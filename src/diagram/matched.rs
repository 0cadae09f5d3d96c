//! Heights for a source with gaps, from points spread over it: every site is to get as many of them as suits its mass.
//!
//! Where the source does not fill a convex set a start in closed form leaves cells empty, because it knows nothing of the gaps.
//! The transport of points in the source to the sites does, and its prices are heights: point `x` goes to the site
//! with the greatest `<x, y_i> - p_i`. So each cell contains its points, up to the accuracy of the prices, and has about its mass.
//! Nothing is claimed of these heights: whether a cell is empty there, the diagram tells.
//!
//! The prices are found by an auction (Bertsekas 1988, with several equal copies of each object: Bertsekas, Castanon 1989): a
//! point that has no site bids for the best one so much that it would be as content with the second best, and `e`
//! more; the cheapest holder of a copy there is without a site again. The result is right to `e` a point; `e` falls in stages. It depends on the
//! input alone.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Points for a site of mean mass.
const POINTS: f64 = 8.0;

/// Bids times sites beyond which the auction is given up: about a second or two.
const MOST_WORK: usize = 1_500_000_000;

/// The last `e`, as a share of the distance of points times that of sites.
const FINE: f64 = 0.05;

/// From one stage to the next.
const STAGE: f64 = 0.2;

/// A copy of a site: what was paid for it, and by whom.
#[derive(Clone, Copy, PartialEq)]
struct Copy {
    price: f64,
    holder: u32,
}

impl Eq for Copy {}

impl PartialOrd for Copy {
    fn partial_cmp(&self, o: &Copy) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}

impl Ord for Copy {
    fn cmp(&self, o: &Copy) -> Ordering {
        self.price.total_cmp(&o.price).then(self.holder.cmp(&o.holder))
    }
}

const NOBODY: u32 = u32::MAX;

/// How many points each site gets.
pub fn shares(masses: &[f64]) -> Vec<usize> {
    let mean = masses.iter().sum::<f64>() / masses.len() as f64;
    masses.iter().map(|m| ((POINTS * m / mean).round() as usize).max(1)).collect()
}

/// Heights at which site `i` is the highest at about `shares[i]` of the points, of which there are as many as the sum of the shares.
/// `None` if that takes too long, or numbers are out of range. Cost: bids times sites.
pub fn heights(sites: &[[f64; 2]], shares: &[usize], points: &[[f64; 2]]) -> Option<Vec<f64>> {
    let n = sites.len();
    if n == 1 {
        return Some(vec![0.0]);
    }
    let middle = |all: &[[f64; 2]]| [0, 1].map(|k| all.iter().map(|p| p[k] / all.len() as f64).sum::<f64>());
    let (c, o) = (middle(points), middle(sites));
    let from = |p: &[f64; 2], o: [f64; 2]| [p[0] - o[0], p[1] - o[1]];
    let sites: Vec<[f64; 2]> = sites.iter().map(|y| from(y, o)).collect();
    let points: Vec<[f64; 2]> = points.iter().map(|x| from(x, c)).collect();
    // Root of the mean square, and how far apart neighbours are if they fill a square of that size.
    let size =
        |all: &[[f64; 2]]| (all.iter().map(|p| p[0] * p[0] + p[1] * p[1]).sum::<f64>() / all.len() as f64).sqrt();
    let (wide, broad) = (size(&points), size(&sites));
    let last = FINE * (wide / (points.len() as f64).sqrt()) * (broad / (n as f64).sqrt());
    let mut e = wide * broad;
    if !(last > 0.0 && e.is_finite()) {
        return None;
    }
    let mut prices = vec![0.0; n];
    let mut work = 0;
    while e > last {
        e = (e * STAGE).max(last);
        let copies = |(i, &count): (usize, &usize)| vec![Reverse(Copy { price: prices[i], holder: NOBODY }); count];
        let mut held: Vec<BinaryHeap<Reverse<Copy>>> =
            shares.iter().enumerate().map(copies).map(BinaryHeap::from).collect();
        let mut waiting: Vec<u32> = (0..points.len() as u32).rev().collect();
        while let Some(j) = waiting.pop() {
            work += n;
            if work > MOST_WORK {
                return None;
            }
            let x = points[j as usize];
            let (mut best, mut first, mut second) = (0, f64::NEG_INFINITY, f64::NEG_INFINITY);
            for (i, (y, p)) in sites.iter().zip(&prices).enumerate() {
                let value = (x[0] * y[0] + x[1] * y[1]) - p;
                if value > first {
                    (best, second, first) = (i, first, value);
                } else if value > second {
                    second = value;
                }
            }
            let bid = Copy { price: prices[best] + (first - second) + e, holder: j };
            let heap = &mut held[best];
            if let Some(Reverse(before)) = heap.pop()
                && before.holder != NOBODY
            {
                waiting.push(before.holder);
            }
            heap.push(Reverse(bid));
            prices[best] = heap.peek().map_or(bid.price, |c| c.0.price);
        }
    }
    // <x, y> of the points and sites as given: the rest is the same for all sites.
    let height = |(y, p): (&[f64; 2], &f64)| -p - (c[0] * y[0] + c[1] * y[1]);
    let found: Vec<f64> = sites.iter().zip(&prices).map(height).collect();
    found.iter().all(|h| h.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of points far apart, sites all over: each site is highest at about its share of the points.
    #[test]
    fn every_site_gets_its_share() {
        let mut state = 5u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let sites: Vec<[f64; 2]> = (0..40).map(|_| [draw(), draw()]).collect();
        let masses: Vec<f64> = (0..40).map(|k| if k % 4 == 0 { 3.0 } else { 1.0 }).collect();
        let shares = shares(&masses);
        let count = shares.iter().sum();
        let points: Vec<[f64; 2]> =
            (0..count).map(|k| [if k % 3 == 0 { 10.0 } else { 0.0 } + 0.1 * draw(), 0.1 * draw()]).collect();
        let heights = heights(&sites, &shares, &points).unwrap();
        let mut got = vec![0; 40];
        for x in &points {
            let value = |i: &usize| x[0] * sites[*i][0] + x[1] * sites[*i][1] + heights[*i];
            got[(0..40).max_by(|a, b| value(a).total_cmp(&value(b))).unwrap()] += 1;
        }
        let wrong: usize = got.iter().zip(&shares).map(|(g, s): (&usize, &usize)| g.abs_diff(*s)).sum();
        assert!(got.iter().all(|&g| g > 0) && 10 * wrong < count, "{wrong} of {count}: {got:?}");
    }
}
