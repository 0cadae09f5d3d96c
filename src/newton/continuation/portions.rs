//! Which part of a source a site has its mass from, and how much: a transport from few parts to
//! many sites.
//!
//! If site `i` needs the height `a_ik` in part `k`, the heights in all parts can be shifted by
//! levels `g_k` so that every site is where it needs least: `f_ik > 0` only where `a_ik + g_k` is
//! least. That is the optimality of
//!
//! ```text
//! min sum f_ik a_ik      with  sum_k f_ik = nu_i,  sum_i f_ik = M_k,
//! ```
//!
//! whose prices are the levels. It is solved by cheapest augmenting paths in the graph of the parts
//! (Busacker, Gowen 1961): first each site goes where it needs least, and then what is too much in
//! a part moves on, site by site, along the path that costs least. An arc from `k` to `l` costs
//! what the cheapest site in `k` loses by it.

use crate::exact::Dd;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Parts whose masses are right to this share of the whole are full: sums of as many rounded masses
/// as there are parts differ by less.
const ROUNDING: f64 = 1e-14;

/// Less than this share of a site's mass stays with its others: a cell so small would be all
/// rounding.
const LEAST: f64 = 1e-6;

/// What goes where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Portions {
    /// For every part its sites, ascending, with the mass that each has there.
    pub of: Vec<Vec<(u32, f64)>>,
    /// What to add to the heights of each part. Where they may lie between bounds, in the middle.
    pub level: Vec<f64>,
}

/// What a site loses that moves to another part; the least loss is the greatest.
#[derive(Clone, Copy, PartialEq)]
struct Move {
    loss: f64,
    site: u32,
}

impl Eq for Move {}

impl PartialOrd for Move {
    fn partial_cmp(&self, o: &Move) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}

impl Ord for Move {
    fn cmp(&self, o: &Move) -> Ordering {
        o.loss.total_cmp(&self.loss).then(o.site.cmp(&self.site))
    }
}

/// The parts with what is in them.
struct Network<'a> {
    cost: &'a [Vec<f64>],
    flow: Vec<Vec<f64>>,
    /// From part `k` to part `l`, at `k m + l`; with sites that have left.
    moves: Vec<BinaryHeap<Move>>,
}

impl Network<'_> {
    fn parts(&self) -> usize {
        self.cost.len()
    }

    fn enter(&mut self, k: usize, site: u32) {
        let m = self.parts();
        for l in (0..m).filter(|&l| l != k) {
            let loss = self.cost[l][site as usize] - self.cost[k][site as usize];
            self.moves[k * m + l].push(Move { loss, site });
        }
    }

    /// The site that leaves part `k` for part `l` at the least loss.
    fn cheapest(&mut self, k: usize, l: usize) -> Option<Move> {
        let m = self.parts();
        let heap = &mut self.moves[k * m + l];
        while heap.peek().is_some_and(|top| self.flow[k][top.site as usize] <= 0.0) {
            heap.pop();
        }
        heap.peek().copied()
    }

    /// The cheapest moves between all parts, at `k m + l`.
    fn all(&mut self) -> Vec<Option<Move>> {
        let m = self.parts();
        (0..m * m).map(|e| if e / m == e % m { None } else { self.cheapest(e / m, e % m) }).collect()
    }
}

/// Shares the sites' masses out. `cost` has a list of all sites for each part, `room` is the mass
/// of each part; in sum it is that of the sites, up to rounding.
///
/// `None` if a part is left without sites, or numbers are out of range. Cost: for each site that
/// moves about the square of the number of parts.
pub(super) fn portioned(cost: &[Vec<f64>], masses: &[f64], room: &[f64]) -> Option<Portions> {
    let (m, n) = (room.len(), masses.len());
    // In double-double: what is left over would be a crumb of a site that need not move.
    let sum = |v: &[f64]| v.iter().fold(Dd::ZERO, |s, &x| s + Dd::from_f64(x));
    let (total, all) = (sum(masses), sum(room));
    if !cost.iter().flatten().all(|c| c.is_finite()) {
        return None;
    }
    let moves = (0..m * m).map(|_| BinaryHeap::new()).collect();
    let mut net = Network { cost, flow: vec![vec![0.0; n]; m], moves };
    let factor = total.over(all);
    let mut excess: Vec<Dd> = room.iter().map(|&r| -(Dd::from_f64(r) * factor)).collect();
    for (i, &nu) in masses.iter().enumerate() {
        let k = (0..m).min_by(|&k, &l| cost[k][i].total_cmp(&cost[l][i]))?;
        net.flow[k][i] = nu;
        excess[k] = excess[k] + Dd::from_f64(nu);
        net.enter(k, i as u32);
    }
    let full = ROUNDING * total.to_f64();
    for _ in 0..100 * m * (n + m) {
        if excess.iter().all(|e| e.to_f64() <= full) {
            return finished(net, masses);
        }
        augment(&mut net, masses, &mut excess, full)?;
    }
    None
}

/// Moves as much as one path lets through. `None` if there is none, by rounding.
fn augment(net: &mut Network<'_>, masses: &[f64], excess: &mut [Dd], full: f64) -> Option<()> {
    let m = net.parts();
    let moves = net.all();
    let over: Vec<f64> = excess.iter().map(|e| e.to_f64()).collect();
    let mut dist: Vec<f64> = over.iter().map(|&e| if e > full { 0.0 } else { f64::INFINITY }).collect();
    let mut from: Vec<Option<(usize, u32)>> = vec![None; m];
    // Bellman and Ford: losses along a path may be negative one by one.
    for _ in 0..m {
        let mut changed = false;
        for k in 0..m {
            for l in 0..m {
                let Some(step) = moves[k * m + l] else { continue };
                let way = dist[k] + step.loss;
                // Rounding makes no circle.
                if way < dist[l] - 1e-15 * (way.abs() + step.loss.abs()) {
                    (dist[l], from[l], changed) = (way, Some((k, step.site)), true);
                }
            }
        }
        if !changed {
            break;
        }
    }
    let wants = (0..m).filter(|&k| over[k] < -full / m as f64 && dist[k].is_finite());
    let end = wants.min_by(|&k, &l| dist[k].total_cmp(&dist[l]))?;
    let (mut path, mut at, mut amount) = (Vec::new(), end, -over[end]);
    while let Some((k, site)) = from[at] {
        path.push((k, at, site as usize));
        amount = amount.min(net.flow[k][site as usize]);
        at = k;
        if path.len() > m {
            return None;
        }
    }
    amount = amount.min(over[at]);
    for (k, l, site) in path {
        let left = net.flow[k][site] - amount;
        net.flow[k][site] = if left <= f64::EPSILON * masses[site] { 0.0 } else { left };
        let new = net.flow[l][site] <= 0.0;
        net.flow[l][site] += amount;
        if new {
            net.enter(l, site as u32);
        }
    }
    excess[at] = excess[at] - Dd::from_f64(amount);
    excess[end] = excess[end] + Dd::from_f64(amount);
    Some(())
}

/// Levels, by least distances between all parts (Floyd, Warshall), and lists.
fn finished(mut net: Network<'_>, masses: &[f64]) -> Option<Portions> {
    let m = net.parts();
    // Crumbs would tie the levels of two parts that only rounding joins.
    for flow in &mut net.flow {
        flow.iter_mut().zip(masses).filter(|(f, nu)| **f <= LEAST * **nu).for_each(|(f, _)| *f = 0.0);
    }
    let mut dist: Vec<f64> = net.all().iter().map(|step| step.map_or(f64::INFINITY, |s| s.loss)).collect();
    (0..m).for_each(|k| dist[k * m + k] = 0.0);
    for by in 0..m {
        for k in 0..m {
            for l in 0..m {
                dist[k * m + l] = dist[k * m + l].min(dist[k * m + by] + dist[by * m + l]);
            }
        }
    }
    // `g_k <= g_l + dist(k, l)` is all that is asked: it holds for the distances to any part, for
    // those from it with the other sign, and for every mean of such.
    let mean = |k: usize| (0..m).map(|r| dist[k * m + r] - dist[r * m + k]).sum::<f64>() / (2 * m) as f64;
    let level: Vec<f64> = (0..m).map(mean).collect();
    let list =
        |flow: &Vec<f64>| flow.iter().zip(0u32..).filter(|(f, _)| **f > 0.0).map(|(f, i)| (i, *f)).collect::<Vec<_>>();
    let of: Vec<Vec<(u32, f64)>> = net.flow.iter().map(list).collect();
    (level.iter().all(|g| g.is_finite()) && of.iter().all(|sites| !sites.is_empty())).then_some(Portions { of, level })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in [0, 1).
    fn draws(mut seed: u64) -> impl FnMut() -> f64 {
        move || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    /// What is shared out is what there is, and no site would be better off elsewhere: by duality
    /// no other portions cost less.
    #[test]
    fn every_site_is_where_it_needs_least() {
        for (seed, (n, m)) in (1..).zip([(2, 2), (7, 3), (40, 2), (300, 7), (100, 40), (3000, 4)]) {
            let mut draw = draws(seed);
            let masses: Vec<f64> = (0..n).map(|_| draw() + 0.01).collect();
            let room: Vec<f64> = (0..m).map(|_| draw() + 0.01).collect();
            let factor = masses.iter().sum::<f64>() / room.iter().sum::<f64>();
            let room: Vec<f64> = room.iter().map(|r| r * factor).collect();
            let cost: Vec<Vec<f64>> = (0..m).map(|_| (0..n).map(|_| draw()).collect()).collect();
            let found = portioned(&cost, &masses, &room).unwrap();
            let mut got = vec![0.0; n];
            for (k, sites) in found.of.iter().enumerate() {
                let sum: f64 = sites.iter().map(|s| s.1).sum();
                assert!((sum - room[k]).abs() < 1e-6 * factor, "{n} sites, {m} parts: {sum} of {}", room[k]);
                for &(i, share) in sites {
                    let i = i as usize;
                    got[i] += share;
                    let needs = |l: usize| cost[l][i] + found.level[l];
                    assert!((0..m).all(|l| needs(k) <= needs(l) + 1e-12), "{n} sites, {m} parts: site {i}");
                }
            }
            assert!(got.iter().zip(&masses).all(|(g, nu)| (g - nu).abs() <= 1e-5 * nu), "{n} sites, {m} parts");
        }
    }

    /// Equal masses that fit: nothing is torn, and the levels leave room to both sides.
    #[test]
    fn levels_lie_between_their_bounds() {
        let n = 3000;
        let cost = [(0..n).map(|i| f64::from(i * 37 % n)).collect(), vec![0.0; n as usize]];
        let found = portioned(&cost, &vec![1.0 / f64::from(n); n as usize], &[0.25, 0.75]).unwrap();
        assert_eq!([found.of[0].len(), found.of[1].len()], [750, 2250]);
        // The last one in needs 749, the first one out 750.
        assert!((found.level[1] - found.level[0] - 749.5).abs() < 1e-9, "{:?}", found.level);
    }
}
