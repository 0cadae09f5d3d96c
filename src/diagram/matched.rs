//! Heights for a source with gaps, from points spread over it: every site is to get as many of them
//! as suits its mass.
//!
//! Where the source does not fill a convex set a start in closed form leaves cells empty, because
//! it knows nothing of the gaps. The transport of points in the source to the sites does, and its
//! prices are heights: point `x` goes to the site with the greatest `<x, y_i> - p_i`. So each cell
//! contains its points, up to the accuracy of the prices, and has about its mass. Nothing is
//! claimed of these heights: whether a cell is empty there, the diagram tells.
//!
//! The prices are found by an auction (Bertsekas 1988, with several equal copies of each object:
//! Bertsekas, Castanon 1989): a point that has no site bids for the best one so much that it would
//! be as content with the second best, and `e` more; the cheapest holder of a copy there is without
//! a site again. The result is right to `e` a point; `e` falls in stages. It depends on the input
//! alone.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Points for a site of mean mass, if sites are few, and if they are many.
const POINTS: [f64; 2] = [8.0, 4.0];

/// From so many on they are many.
const MANY: usize = 1000;

/// For more sites it would take too long.
const MOST_SITES: usize = 6000;

/// Bids times sites beyond which the auction is given up: about a second. Where masses of
/// parts of the source fit those of some sites exactly, it would go on for long: sites of two parts
/// outbid each other by `e` until the prices have crossed the gap.
const MOST_WORK: usize = 1_000_000_000;

/// At most so many sites are matched without knowing the prices of fewer; then four times as many.
const FEW: usize = 100;
const GROWTH: usize = 4;

/// The last `e`, as a share of the distance of points times that of sites, were both spread evenly:
/// in clusters they are nearer.
const FINE: f64 = 0.01;

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

fn dot<const D: usize>(x: &[f64; D], y: &[f64; D]) -> f64 {
    // From the first product on: no zero is added.
    (1..D).fold(x[0] * y[0], |sum, k| sum + x[k] * y[k])
}

/// How many points each of some sites gets.
fn shares(masses: &[f64], points: f64) -> Vec<usize> {
    let mean = masses.iter().sum::<f64>() / masses.len() as f64;
    masses.iter().map(|m| ((points * m / mean).round() as usize).max(1)).collect()
}

/// Heights at which each site is the highest at as many of the points as suit its mass, about;
/// `points` spreads some over the source. Sites come along a curve. First some that are spread
/// along it are matched; then more, each of which begins at the price at which it would win its
/// first point.
///
/// `None` if there are too many, that takes too long, or numbers are out of range. Cost: bids times
/// sites.
pub fn heights<const D: usize>(
    sites: &[[f64; D]],
    masses: &[f64],
    points: impl Fn(usize) -> Vec<[f64; D]>,
) -> Option<Vec<f64>> {
    let n = sites.len();
    if n > MOST_SITES {
        return None;
    }
    let count = POINTS[usize::from(n > MANY)];
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_by_key(|i| i.reverse_bits());
    let mut ends = vec![n];
    while let Some(&end) = ends.last().filter(|&&end| end > FEW) {
        ends.push(end.div_ceil(GROWTH));
    }
    let middle = |all: &[[f64; D]]| -> [f64; D] {
        std::array::from_fn(|k| all.iter().map(|p| p[k] / all.len() as f64).sum::<f64>())
    };
    let from = |p: &[f64; D], o: [f64; D]| -> [f64; D] { std::array::from_fn(|k| p[k] - o[k]) };
    // About their middles, so that a far origin costs no digits.
    let (o, c) = (middle(sites), middle(&points((count * n as f64) as usize)));
    let sites: Vec<[f64; D]> = order.iter().map(|&i| from(&sites[i as usize], o)).collect();
    let masses: Vec<f64> = order.iter().map(|&i| masses[i as usize]).collect();
    let mut prices: Vec<f64> = Vec::new();
    let mut work = 0;
    for &end in ends.iter().rev() {
        let (sites, shares) = (&sites[..end], shares(&masses[..end], count));
        let points: Vec<[f64; D]> = points(shares.iter().sum()).iter().map(|x| from(x, c)).collect();
        if points.len() != shares.iter().sum::<usize>() {
            return None;
        }
        // The root of the mean square, and how far apart neighbours are if they fill a square of
        // that size.
        let size = |all: &[[f64; D]]| (all.iter().map(|p| dot(p, p)).sum::<f64>() / all.len() as f64).sqrt();
        let (wide, broad) = (size(&points), size(sites));
        let last = FINE * (wide / (points.len() as f64).sqrt()) * (broad / (end as f64).sqrt());
        let mut e = if prices.is_empty() { wide * broad } else { GROWTH as f64 * last };
        if !(last > 0.0 && e.is_finite()) {
            // One site, or one point.
            prices.resize(end, 0.0);
            continue;
        }
        enter(sites, &points, &mut prices);
        let mut rounds = 0;
        while e > last {
            e = (e * STAGE).max(last);
            let coarser = prices.clone();
            if auction(sites, &shares, &points, e, &mut prices, &mut work).is_none() {
                // The prices of the stage before will do.
                prices = Some(coarser).filter(|_| end == n && rounds > 0)?;
                break;
            }
            rounds += 1;
        }
    }
    let mut found = vec![0.0; n];
    for ((&i, y), p) in order.iter().zip(&sites).zip(&prices) {
        // <x, y> of points and sites as given: the rest is the same for all sites.
        found[i as usize] = -p - dot(&c, y);
    }
    found.iter().all(|h| h.is_finite()).then_some(found)
}

/// Prices of the sites that have none yet: the highest at which some point would go there.
fn enter<const D: usize>(sites: &[[f64; D]], points: &[[f64; D]], prices: &mut Vec<f64>) {
    let known = prices.len();
    if known == 0 {
        prices.resize(sites.len(), 0.0);
        return;
    }
    let best = |x: &[f64; D]| {
        let values = sites.iter().zip(&prices[..]).map(|(y, p)| dot(x, y) - p);
        values.fold(f64::NEG_INFINITY, f64::max)
    };
    let values: Vec<f64> = points.iter().map(best).collect();
    let price = |y: &[f64; D]| points.iter().zip(&values).map(|(x, v)| dot(x, y) - v).fold(f64::NEG_INFINITY, f64::max);
    let fresh: Vec<f64> = sites[known..].iter().map(price).collect();
    prices.extend(fresh);
}

/// One stage. `None` if it takes too long.
fn auction<const D: usize>(
    sites: &[[f64; D]],
    shares: &[usize],
    points: &[[f64; D]],
    e: f64,
    prices: &mut [f64],
    work: &mut usize,
) -> Option<()> {
    let copies = |(&price, &count): (&f64, &usize)| vec![Reverse(Copy { price, holder: NOBODY }); count];
    let mut held: Vec<BinaryHeap<Reverse<Copy>>> =
        prices.iter().zip(shares).map(copies).map(BinaryHeap::from).collect();
    let mut waiting: Vec<u32> = (0..points.len() as u32).rev().collect();
    while let Some(j) = waiting.pop() {
        *work += sites.len();
        if *work > MOST_WORK {
            return None;
        }
        let x = points[j as usize];
        let (mut best, mut first, mut second) = (0, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (i, (y, p)) in sites.iter().zip(&*prices).enumerate() {
            let value = dot(&x, y) - p;
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
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of points far apart, sites all over: each site is highest at about its share of
    /// the points.
    #[test]
    fn every_site_gets_its_share() {
        let mut state = 5u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let sites: Vec<[f64; 2]> = (0..40).map(|_| [draw(), draw()]).collect();
        let masses: Vec<f64> = (0..40).map(|k| if k % 4 == 0 { 3.0 } else { 1.0 }).collect();
        let shares = shares(&masses, POINTS[0]);
        let count = shares.iter().sum();
        let all: Vec<[f64; 2]> =
            (0..400).map(|k| [if k % 3 == 0 { 10.0 } else { 0.0 } + 0.1 * draw(), 0.1 * draw()]).collect();
        let points = |count: usize| all[..count].to_vec();
        let heights = heights(&sites, &masses, points).unwrap();
        let mut got = vec![0; 40];
        for x in &all[..count] {
            let value = |i: &usize| x[0] * sites[*i][0] + x[1] * sites[*i][1] + heights[*i];
            got[(0..40).max_by(|a, b| value(a).total_cmp(&value(b))).unwrap()] += 1;
        }
        // A point that is elsewhere counts at both sites.
        let wrong = got.iter().zip(&shares).map(|(g, s): (&usize, &usize)| g.abs_diff(*s)).sum::<usize>() / 2;
        assert!(got.iter().all(|&g| g > 0) && 10 * wrong < count, "{wrong} of {count}: {got:?}");
    }
}
