//! Interpolation from the next level, and the Laplacian of the next level.
//!
//! The rows of the interpolation `P` sum to one, so a row is held by what it takes from other nodes than its
//! main one: `(P X)_i = X_main + sum_J P_iJ (X_J - X_main)`. Constants are then reproduced exactly whatever
//! the rounding of `P_iJ`, and the next level `P^T L P` has zero row sums, so that it is held like every
//! Laplacian here by its off-diagonal weights alone. (A few of them may be negative.) Both matter when
//! strongly bound clusters hang together by weak edges: rounding at the scale of the strong weights would
//! hide the weak ones.

use super::rows::{Entry, Rows, Table};
use super::splitting::{FINE, NONE, split};

/// Entries of a row of `P` below this share of its greatest are left out. It keeps the next levels sparse.
const TRUNCATE: f64 = 0.4;

/// Transfer between a level and the next.
pub(super) struct Transfer {
    /// Main node on the next level of each node, [`NONE`] for a node without edges.
    main: Vec<u32>,
    /// Share of the main node: one less the sum of the row of `away`.
    keep: Vec<f64>,
    /// What each node takes from other nodes of the next level.
    away: Table,
    /// Nodes by main node, with the weight unused.
    members: Table,
    /// Transpose of `away`.
    visitors: Table,
}

impl Transfer {
    /// Interpolation for the level `rows`.
    ///
    /// A fine node is first the mean of the chosen nodes beside it, by weights. Then one Jacobi step on the
    /// fine nodes replaces it by the mean of its neighbours, chosen or fine: this reaches chosen nodes at
    /// distance two, as the "extended" interpolation of De Sterck et al. (2008) does. Only positive weights
    /// take part, so all entries are positive.
    pub(super) fn new(rows: &Rows) -> Self {
        let n = rows.len();
        let (number, count) = split(rows);
        let tr: f64 = std::env::var("TR").ok().and_then(|s| s.parse().ok()).unwrap_or(TRUNCATE);
        let direct = Table::build(n, 0, |i, _, out| {
            if number[i] != FINE {
                return;
            }
            let first = out.len();
            let chosen = |e: &&Entry| e.weight > 0.0 && number[e.col as usize] < FINE;
            out.extend(rows.row(i).iter().filter(chosen).map(|e| Entry { col: number[e.col as usize], ..*e }));
            let sum: f32 = out[first..].iter().map(|e| e.weight).sum();
            out[first..].iter_mut().for_each(|e| e.weight /= sum);
        });
        // The greatest entry of each row goes first; the main node is read off it afterwards.
        let full = Table::build(n, count, |i, sums, out| {
            if number[i] != FINE {
                if number[i] != NONE {
                    out.push(Entry { col: number[i], weight: 1.0 });
                }
                return;
            }
            for e in rows.row(i).iter().filter(|e| e.weight > 0.0) {
                let weight = f64::from(e.weight);
                match number[e.col as usize] {
                    FINE => direct.row(e.col as usize).iter().for_each(|p| sums.add(p.col, weight * f64::from(p.weight))),
                    j => sums.add(j, weight),
                }
            }
            let mut best = 0;
            for (k, e) in sums.list.iter().enumerate() {
                if e.1 > sums.list[best].1 {
                    best = k;
                }
            }
            if sums.list.is_empty() {
                return;
            }
            sums.list.swap(0, best);
            let least = tr * sums.list[0].1;
            let kept: f64 = sums.list.iter().map(|e| e.1).filter(|&v| v >= least).sum();
            let entries = sums.list.iter().filter(|e| e.1 >= least);
            out.extend(entries.map(|&(col, value)| Entry { col, weight: (value / kept) as f32 }));
        });
        drop(direct);
        let main: Vec<u32> = (0..n).map(|i| full.row(i).first().map_or(NONE, |e| e.col)).collect();
        let away = Table::build(n, 0, |i, _, out| out.extend(full.row(i).iter().skip(1)));
        drop(full);
        let keep = (0..n).map(|i| 1.0 - away.row(i).iter().map(|e| f64::from(e.weight)).sum::<f64>()).collect();
        let mains = Table::build(n, 0, |i, _, out| {
            if main[i] != NONE {
                out.push(Entry { col: main[i], weight: 0.0 });
            }
        });
        let members = mains.transpose(count);
        let visitors = away.transpose(count);
        Self { main, keep, away, members, visitors }
    }

    /// `(P^T r)` at node `k` of the next level.
    #[inline]
    pub(super) fn restrict_to(&self, k: usize, r: &[f64]) -> f64 {
        let members = self.members.row(k).iter();
        let own: f64 = members.map(|e| self.keep[e.col as usize] * r[e.col as usize]).sum();
        let visitors = self.visitors.row(k).iter();
        own + visitors.map(|e| f64::from(e.weight) * r[e.col as usize]).sum::<f64>()
    }

    /// `(P X)_i`; 0 for a node without edges.
    #[inline]
    pub(super) fn prolong_at(&self, i: usize, coarse: &[f64]) -> f64 {
        let Some(&main) = coarse.get(self.main[i] as usize) else { return 0.0 };
        let away = self.away.row(i).iter();
        main + away.map(|e| f64::from(e.weight) * (coarse[e.col as usize] - main)).sum::<f64>()
    }

    /// Laplacian `P^T L P` of the next level, made symmetric by computing each weight once.
    pub(super) fn galerkin(&self, rows: &Rows) -> Rows {
        let count = self.members.len();
        // Rows of -L P without the entry at the main node, which follows from the zero row sum.
        let image = Table::build(rows.len(), count, |i, sums, out| {
            let own = self.main[i];
            for e in rows.row(i) {
                let weight = f64::from(e.weight);
                let j = e.col as usize;
                if self.main[j] != own && self.main[j] != NONE {
                    sums.add(self.main[j], weight * self.keep[j]);
                }
                for a in self.away.row(j).iter().filter(|a| a.col != own) {
                    sums.add(a.col, weight * f64::from(a.weight));
                }
            }
            let away = self.away.row(i);
            if !away.is_empty() {
                let diagonal = rows.diagonal(i);
                away.iter().for_each(|a| sums.add(a.col, -diagonal * f64::from(a.weight)));
            }
            out.extend(sums.list.iter().map(|&(col, value)| Entry { col, weight: value as f32 }));
        });
        let upper = Table::build(count, count, |k, sums, out| {
            let members = self.members.row(k).iter().map(|e| (e.col as usize, self.keep[e.col as usize]));
            let visitors = self.visitors.row(k).iter().map(|e| (e.col as usize, f64::from(e.weight)));
            for (i, share) in members.chain(visitors) {
                let mut rest = 0.0;
                for e in image.row(i) {
                    let value = f64::from(e.weight);
                    rest -= value;
                    if e.col as usize > k {
                        sums.add(e.col, share * value);
                    }
                }
                if self.main[i] as usize > k {
                    sums.add(self.main[i], share * rest);
                }
            }
            let entries = sums.list.iter().map(|&(col, value)| Entry { col, weight: value as f32 });
            out.extend(entries.filter(|e| e.weight != 0.0));
        });
        drop(image);
        let lower = upper.transpose(count);
        Rows::new(Table::build(count, 0, |k, _, out| {
            out.extend_from_slice(lower.row(k));
            out.extend_from_slice(upper.row(k));
        }))
    }
}
