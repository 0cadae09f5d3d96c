//! Smoothed prolongation and the Laplacian of the next level.
//!
//! The prolongation is `P = (1 - w) T + w D^-1 K T`, a damped Jacobi step on the piecewise constant one `T`
//! (Vanek, Mandel, Brezina 1996). Its rows sum to one, so it is held by what leaves the node's own aggregate:
//! `(P X)_i = X_own + sum_J P_iJ (X_J - X_own)`. Constants are then reproduced exactly whatever the rounding
//! of `P_iJ`, and the next level `P^T L P` has zero row sums, so that it is held like every Laplacian here
//! by its off-diagonal weights alone. (A few of them may be negative.) Both matter when strongly bound
//! clusters hang together by weak edges: rounding at the scale of the strong weights would hide the weak.

use super::aggregate::NONE;
use super::rows::{Entry, Rows};

/// Damping `w` of the Jacobi step: `4/3` over the bound 2 of the spectrum of `D^-1 L`.
const DAMPING: f64 = 2.0 / 3.0;

/// Entries of `P` below this are left to the own aggregate. It keeps the next level as sparse as this one,
/// and bounds the entries of a row: a node with 1e5 neighbours must not couple all their aggregates.
const TRUNCATE: f64 = 0.06;

/// Transfer between a level and the next.
pub(super) struct Transfer {
    /// Aggregate of each node.
    pub(super) own: Vec<u32>,
    /// Start of each node's entries in `away`.
    start: Vec<u32>,
    /// Other aggregates that a node interpolates from.
    away: Vec<Entry>,
    /// `1 - sum_J P_iJ`, the share of the own aggregate.
    keep: Vec<f64>,
    /// Start of each aggregate's nodes in `members`.
    member_start: Vec<u32>,
    /// Nodes by own aggregate.
    members: Vec<u32>,
    /// Start of each aggregate's entries in `visitors`.
    visitor_start: Vec<u32>,
    /// Nodes by the other aggregates that they interpolate from: the transpose of `away`.
    visitors: Vec<Entry>,
}

/// Sums by column for one row, in order of first appearance.
struct Accumulator {
    place: Vec<u32>,
    list: Vec<(u32, f64)>,
}

impl Accumulator {
    fn new(columns: usize) -> Self {
        Self { place: vec![0; columns], list: Vec::new() }
    }

    #[inline]
    fn add(&mut self, col: u32, value: f64) {
        let place = &mut self.place[col as usize];
        match self.list.get_mut(*place as usize) {
            Some(known) if known.0 == col => known.1 += value,
            _ => {
                *place = self.list.len() as u32;
                self.list.push((col, value));
            }
        }
    }
}

impl Transfer {
    /// Prolongation from `count` aggregates, `own[i]` being that of node `i`, for the level `rows` with
    /// inverse diagonal `inverse`.
    pub(super) fn new(rows: &Rows, inverse: &[f64], own: Vec<u32>, count: usize) -> Self {
        let n = rows.len();
        let mut start = Vec::with_capacity(n + 1);
        start.push(0);
        let mut away: Vec<Entry> = Vec::with_capacity(2 * n);
        let mut keep = Vec::with_capacity(n);
        let mut sums = Accumulator::new(count);
        for i in 0..n {
            sums.list.clear();
            for e in rows.row(i) {
                let to = own[e.col as usize];
                if to != own[i] {
                    sums.add(to, f64::from(e.weight));
                }
            }
            let mut left = 1.0;
            for &(col, sum) in &sums.list {
                let value = DAMPING * sum * inverse[i];
                if value >= TRUNCATE {
                    let entry = Entry { col, weight: value as f32 };
                    left -= f64::from(entry.weight);
                    away.push(entry);
                }
            }
            keep.push(left);
            start.push(away.len() as u32);
        }
        let (member_start, members) = sort_by(count, own.iter().zip(0..).map(|(&own, i)| (own, i)), 0);
        let nodes = start.windows(2).zip(0..).flat_map(|(w, i)| (w[0]..w[1]).map(move |_| i));
        let pairs = away.iter().zip(nodes).map(|(e, col)| (e.col, Entry { col, weight: e.weight }));
        let (visitor_start, visitors) = sort_by(count, pairs, Entry { col: 0, weight: 0.0 });
        Self { own, start, away, keep, member_start, members, visitor_start, visitors }
    }

    /// Entries of row `i` of `P` outside its own aggregate.
    #[inline]
    fn away(&self, i: usize) -> &[Entry] {
        &self.away[self.start[i] as usize..self.start[i + 1] as usize]
    }

    /// Number of aggregates.
    pub(super) fn count(&self) -> usize {
        self.member_start.len() - 1
    }

    #[inline]
    fn members(&self, aggregate: usize) -> &[u32] {
        &self.members[self.member_start[aggregate] as usize..self.member_start[aggregate + 1] as usize]
    }

    #[inline]
    fn visitors(&self, aggregate: usize) -> &[Entry] {
        &self.visitors[self.visitor_start[aggregate] as usize..self.visitor_start[aggregate + 1] as usize]
    }

    /// `(P^T r)` at one aggregate.
    #[inline]
    pub(super) fn restrict_to(&self, aggregate: usize, r: &[f64]) -> f64 {
        let own: f64 = self.members(aggregate).iter().map(|&i| self.keep[i as usize] * r[i as usize]).sum();
        let visiting: f64 =
            self.visitors(aggregate).iter().map(|e| f64::from(e.weight) * r[e.col as usize]).sum();
        own + visiting
    }

    /// `(P X)_i`; 0 for a node without aggregate.
    #[inline]
    pub(super) fn prolong_at(&self, i: usize, coarse: &[f64]) -> f64 {
        if self.own[i] == NONE {
            return 0.0;
        }
        let own = coarse[self.own[i] as usize];
        let mut value = own;
        for e in self.away(i) {
            value += f64::from(e.weight) * (coarse[e.col as usize] - own);
        }
        value
    }

    /// Off-diagonal weights of `P^T L P`, made symmetric by computing each once.
    pub(super) fn galerkin(&self, rows: &Rows) -> Rows {
        let n = rows.len();
        let count = self.count();
        // Rows of -L P, without the entry at the own aggregate, which follows from the zero row sum.
        let mut start = Vec::with_capacity(n + 1);
        start.push(0u32);
        let mut image: Vec<(u32, f64)> = Vec::with_capacity(5 * n);
        let mut sums = Accumulator::new(count);
        for i in 0..n {
            sums.list.clear();
            let own = self.own[i];
            let mut diagonal = 0.0;
            for e in rows.row(i) {
                let weight = f64::from(e.weight);
                diagonal += weight;
                let j = e.col as usize;
                if self.own[j] != own {
                    sums.add(self.own[j], weight * self.keep[j]);
                }
                for a in self.away(j).iter().filter(|a| a.col != own) {
                    sums.add(a.col, weight * f64::from(a.weight));
                }
            }
            for a in self.away(i) {
                sums.add(a.col, -diagonal * f64::from(a.weight));
            }
            image.extend_from_slice(&sums.list);
            start.push(image.len() as u32);
        }
        let image = |i: u32| &image[start[i as usize] as usize..start[i as usize + 1] as usize];
        // Upper part by rows, then the lower part by transposing it.
        let mut upper_start = Vec::with_capacity(count + 1);
        upper_start.push(0u32);
        let mut upper: Vec<Entry> = Vec::with_capacity(4 * count);
        for aggregate in 0..count {
            sums.list.clear();
            let members = self.members(aggregate).iter().map(|&i| (i, self.keep[i as usize]));
            let visitors = self.visitors(aggregate).iter().map(|e| (e.col, f64::from(e.weight)));
            for (i, share) in members.chain(visitors) {
                let mut rest = 0.0;
                for &(to, value) in image(i) {
                    rest -= value;
                    if to as usize > aggregate {
                        sums.add(to, share * value);
                    }
                }
                let own = self.own[i as usize];
                if own as usize > aggregate {
                    sums.add(own, share * rest);
                }
            }
            let entries = sums.list.iter().map(|&(col, value)| Entry { col, weight: value as f32 });
            upper.extend(entries.filter(|e| e.weight != 0.0));
            upper_start.push(upper.len() as u32);
        }
        let nodes = upper_start.windows(2).zip(0..).flat_map(|(w, i)| (w[0]..w[1]).map(move |_| i));
        let pairs = upper.iter().zip(nodes).map(|(e, col)| (e.col, Entry { col, weight: e.weight }));
        let (lower_start, lower) = sort_by(count, pairs, Entry { col: 0, weight: 0.0 });
        let mut next = Rows::with_capacity(count, 2 * upper.len());
        for i in 0..count {
            let below = &lower[lower_start[i] as usize..lower_start[i + 1] as usize];
            let above = &upper[upper_start[i] as usize..upper_start[i + 1] as usize];
            next.push(below.iter().chain(above).copied());
        }
        next
    }
}

/// Values sorted by key below `count`, keeping their order, and where each key starts. Key [`NONE`] is left out.
fn sort_by<T: Copy>(count: usize, pairs: impl Iterator<Item = (u32, T)> + Clone, blank: T) -> (Vec<u32>, Vec<T>) {
    let mut start = vec![0u32; count + 1];
    for (key, _) in pairs.clone().filter(|p| p.0 != NONE) {
        start[key as usize + 1] += 1;
    }
    for k in 0..count {
        start[k + 1] += start[k];
    }
    let mut values = vec![blank; start[count] as usize];
    let mut at = start.clone();
    for (key, value) in pairs.filter(|p| p.0 != NONE) {
        let at = &mut at[key as usize];
        values[*at as usize] = value;
        *at += 1;
    }
    (start, values)
}
