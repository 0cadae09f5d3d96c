//! Interpolation from the next level, and the Laplacian of the next level.
//!
//! The rows of the interpolation `P` sum to one *exactly*: its entries are multiples of 2^-20, so that each of
//! them and their sum fit an `f32`. Constants are then reproduced without rounding, and the next level
//! `P^T L P` has zero row sums, so that it is held like every Laplacian here by its off-diagonal weights alone.
//! Both matter when strongly bound clusters hang together by weak edges:
//! rounding at the scale of the strong weights would hide the weak ones. The few negative weights that arise,
//! and those that a path around them makes negligible, are left out, so that all levels are Laplacians of
//! sparse graphs with positive weights.

use super::rows::{Entry, Rows, Table};
use super::splitting::{FINE, NONE, split};

/// Entries of a row of `P` below this share of its greatest are left out. It keeps the next levels sparse.
const TRUNCATE: f64 = 0.4;

/// Share of the smaller diagonal below which a weight may be left out.
const NEGLIGIBLE: f64 = 0.01;

/// How many times heavier the edges of a path must be to stand for an edge that is left out.
const DETOUR: f32 = 10.0;

/// The unit of the entries of `P` is one over this.
const UNITS: f64 = 1_048_576.0;

/// Transfer between a level and the next.
pub(super) struct Transfer {
    /// Interpolation `P`; the greatest entry of each row is first. Rows of nodes without edges are empty.
    prolongation: Table,
    /// Transpose of `P`.
    restriction: Table,
}

impl Transfer {
    /// Interpolation for the level `rows`.
    ///
    /// A fine node is first the mean of the chosen nodes beside it, by weights. Then one Jacobi step on the
    /// fine nodes replaces it by the mean of its neighbours, chosen or fine: this reaches chosen nodes at
    /// distance two, as the "extended" interpolation of De Sterck et al. (2008) does. Only positive weights
    /// take part, so all entries are positive.
    pub(super) fn new(rows: &Rows) -> Self {
        let (number, count) = split(rows);
        let n = rows.len();
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
        let prolongation = Table::build(n, count, |i, sums, out| match number[i] {
            NONE => {}
            FINE => {
                for e in rows.row(i).iter().filter(|e| e.weight > 0.0) {
                    let weight = f64::from(e.weight);
                    match number[e.col as usize] {
                        FINE => {
                            for p in direct.row(e.col as usize) {
                                sums.add(p.col, weight * f64::from(p.weight));
                            }
                        }
                        j => sums.add(j, weight),
                    }
                }
                round(&mut sums.list, out);
            }
            j => out.push(Entry { col: j, weight: 1.0 }),
        });
        let restriction = prolongation.transpose(count);
        Self { prolongation, restriction }
    }

    /// Transfer from `n` nodes to none.
    pub(super) fn empty(n: usize) -> Self {
        Self { prolongation: Table::build(n, 0, |_, _, _| {}), restriction: Table::build(0, 0, |_, _, _| {}) }
    }

    /// Number of nodes of the next level.
    pub(super) fn count(&self) -> usize {
        self.restriction.len()
    }

    /// `(P^T r)` at node `k` of the next level.
    #[inline]
    pub(super) fn restrict_to(&self, k: usize, r: &[f64]) -> f64 {
        self.restriction.row(k).iter().map(|e| f64::from(e.weight) * r[e.col as usize]).sum()
    }

    /// `(P X)_i`, summed as a difference to the main entry so that constants stay exact.
    #[inline]
    pub(super) fn prolong_at(&self, i: usize, coarse: &[f64]) -> f64 {
        let Some((main, others)) = self.prolongation.row(i).split_first() else { return 0.0 };
        let main = coarse[main.col as usize];
        main + others.iter().map(|e| f64::from(e.weight) * (coarse[e.col as usize] - main)).sum::<f64>()
    }

    /// Laplacian `P^T L P` of the next level, made symmetric by computing each weight once.
    pub(super) fn galerkin(&self, rows: &Rows) -> Rows {
        let count = self.count();
        // Rows of -L P without the entry of the main node, which follows from the zero row sum.
        let image = Table::build(rows.len(), count, |i, sums, out| {
            let Some((main, others)) = self.prolongation.row(i).split_first() else { return };
            let mut diagonal = 0.0;
            for e in rows.row(i) {
                let weight = f64::from(e.weight);
                diagonal += weight;
                for p in self.prolongation.row(e.col as usize).iter().filter(|p| p.col != main.col) {
                    sums.add(p.col, weight * f64::from(p.weight));
                }
            }
            others.iter().for_each(|p| sums.add(p.col, -diagonal * f64::from(p.weight)));
            out.extend(sums.list.iter().map(|&(col, value)| Entry { col, weight: value as f32 }));
        });
        let upper = Table::build(count, count, |k, sums, out| {
            for p in self.restriction.row(k) {
                let share = f64::from(p.weight);
                let mut rest = 0.0;
                for e in image.row(p.col as usize) {
                    let value = f64::from(e.weight);
                    rest -= value;
                    if e.col as usize > k {
                        sums.add(e.col, share * value);
                    }
                }
                match self.prolongation.row(p.col as usize).first() {
                    Some(main) if main.col as usize > k => sums.add(main.col, share * rest),
                    _ => {}
                }
            }
            let entries = sums.list.iter().map(|&(col, value)| Entry { col, weight: value as f32 });
            out.extend(entries.filter(|e| e.weight > 0.0));
        });
        drop(image);
        let lower = upper.transpose(count);
        let full = Table::build(count, 0, |k, _, out| {
            out.extend_from_slice(lower.row(k));
            out.extend_from_slice(upper.row(k));
        });
        drop((lower, upper));
        Rows::new(sparsified(&full))
    }
}

/// Leaves out edges that are negligible beside a path around them.
///
/// The edge `ij` goes if its weight is small beside both diagonals and there is a node `k` with both `ik` and
/// `jk` at least [`DETOUR`] times as heavy: then its energy is at most `2 / DETOUR` of that of the path, as
/// `(x_i - x_j)^2 <= 2 (x_i - x_k)^2 + 2 (x_k - x_j)^2`. A weak edge without such a path may be all that
/// holds two parts of the graph together and stays. The rule is symmetric in `i` and `j`.
fn sparsified(full: &Table) -> Table {
    let count = full.len();
    let sum = |k| full.row(k).iter().map(|e| f64::from(e.weight)).sum::<f64>();
    let bound: Vec<f32> = (0..count).map(|k| (NEGLIGIBLE * sum(k)) as f32).collect();
    Table::build(count, count, |k, sums, out| {
        let row = full.row(k);
        let mut marked = false;
        for e in row {
            let j = e.col as usize;
            if e.weight >= bound[k].min(bound[j]) {
                out.push(*e);
                continue;
            }
            if !marked {
                row.iter().for_each(|e| sums.add(e.col, f64::from(e.weight)));
                marked = true;
            }
            let least = DETOUR * e.weight;
            let detour = |a: &Entry| a.weight >= least && sums.get(a.col) >= f64::from(least);
            if !full.row(j).iter().any(detour) {
                out.push(*e);
            }
        }
    })
}

/// Writes a row of `P` in proportion to `list`: truncated, rounded to the unit, of sum one.
fn round(list: &mut [(u32, f64)], out: &mut Vec<Entry>) {
    let mut best = 0;
    for (k, e) in list.iter().enumerate() {
        if e.1 > list[best].1 {
            best = k;
        }
    }
    if list.is_empty() {
        return;
    }
    list.swap(0, best);
    let least = TRUNCATE * list[0].1;
    let kept: f64 = list.iter().map(|e| e.1).filter(|&v| v >= least).sum();
    let main = out.len();
    out.push(Entry { col: list[0].0, weight: 1.0 });
    for &(col, value) in list[1..].iter().filter(|e| e.1 >= least) {
        let weight = ((UNITS * value / kept).round() / UNITS) as f32;
        if weight > 0.0 {
            out.push(Entry { col, weight });
            out[main].weight -= weight;
        }
    }
}
