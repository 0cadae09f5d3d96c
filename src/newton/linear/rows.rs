//! Sparse tables of the hierarchy, built row by row in parallel.

use super::vector::{CHUNK, in_parallel};
use rayon::prelude::*;

/// One entry of a matrix of the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    /// Column.
    pub(super) col: u32,
    /// Value, in a [`Rows`] an off-diagonal weight.
    pub(super) weight: f32,
}

/// Rows of entries, one after the other.
pub(super) struct Table {
    /// Start of each row in `entries`, and the total at the end.
    start: Vec<u32>,
    entries: Vec<Entry>,
}

/// Sums by column for one row, in order of first appearance.
pub(super) struct Accumulator {
    /// Position of a column in the list, valid if the column is found there.
    place: Vec<u32>,
    /// Columns with their sums.
    pub(super) list: Vec<(u32, f64)>,
}

impl Accumulator {
    fn new(columns: usize) -> Self {
        Self { place: vec![0; columns], list: Vec::new() }
    }

    /// Adds `value` to the sum of column `col`.
    #[inline]
    pub(super) fn add(&mut self, col: u32, value: f64) {
        let place = &mut self.place[col as usize];
        match self.list.get_mut(*place as usize) {
            Some(known) if known.0 == col => known.1 += value,
            _ => {
                *place = self.list.len() as u32;
                self.list.push((col, value));
            }
        }
    }

    /// Sum of column `col`, 0 if nothing was added.
    #[inline]
    pub(super) fn get(&self, col: u32) -> f64 {
        match self.list.get(self.place[col as usize] as usize) {
            Some(known) if known.0 == col => known.1,
            _ => 0.0,
        }
    }
}

impl Table {
    /// Table of `n` rows, `row(i, sums, out)` appending row `i` to `out`. `sums` is an empty accumulator for
    /// columns below `columns`. Rows are computed in parallel, each from `i` alone.
    pub(super) fn build(
        n: usize,
        columns: usize,
        row: impl Fn(usize, &mut Accumulator, &mut Vec<Entry>) + Sync,
    ) -> Self {
        let block = |sums: &mut Accumulator, rows: std::ops::Range<usize>, room: usize| {
            let mut part = Self { start: Vec::with_capacity(rows.len() + 1), entries: Vec::with_capacity(room) };
            part.start.push(0);
            for i in rows {
                sums.list.clear();
                row(i, sums, &mut part.entries);
                part.start.push(part.entries.len() as u32);
            }
            part
        };
        if !in_parallel(n) {
            let mut all = block(&mut Accumulator::new(columns), 0..n, 4 * n);
            all.entries.shrink_to_fit();
            return all;
        }
        let chunk = |sums: &mut Accumulator, c: usize| block(sums, c * CHUNK..((c + 1) * CHUNK).min(n), 6 * CHUNK);
        let parts: Vec<Self> =
            (0..n.div_ceil(CHUNK)).into_par_iter().map_init(|| Accumulator::new(columns), chunk).collect();
        let mut all = Self { start: Vec::with_capacity(n + 1), entries: Vec::new() };
        all.entries.reserve_exact(parts.iter().map(|p| p.entries.len()).sum());
        all.start.push(0);
        for part in parts {
            let offset = all.entries.len() as u32;
            all.entries.extend_from_slice(&part.entries);
            all.start.extend(part.start[1..].iter().map(|s| s + offset));
        }
        all
    }

    /// The transpose, of `columns` rows, with increasing columns.
    pub(super) fn transpose(&self, columns: usize) -> Self {
        let mut start = vec![0u32; columns + 1];
        for e in &self.entries {
            start[e.col as usize + 1] += 1;
        }
        for k in 0..columns {
            start[k + 1] += start[k];
        }
        let mut entries = vec![Entry { col: 0, weight: 0.0 }; self.entries.len()];
        let mut at = start.clone();
        for (bounds, i) in self.start.windows(2).zip(0..) {
            for e in &self.entries[bounds[0] as usize..bounds[1] as usize] {
                let at = &mut at[e.col as usize];
                entries[*at as usize] = Entry { col: i, weight: e.weight };
                *at += 1;
            }
        }
        Self { start, entries }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// Entries of row `i`.
    #[inline]
    pub(super) fn row(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.start[i + 1] as usize]
    }
}

/// Off-diagonal weights of a Laplacian, each row in three parts: columns before the row in its chunk,
/// columns after it in its chunk, columns of other chunks.
pub(super) struct Rows {
    table: Table,
    /// Ends of the first and of the second part of each row.
    split: Vec<[u32; 2]>,
}

impl Rows {
    /// Sorts each row of a table into its parts.
    pub(super) fn new(mut table: Table) -> Self {
        let mut split = Vec::with_capacity(table.len());
        for i in 0..table.len() {
            let start = table.start[i] as usize;
            let row = &mut table.entries[start..table.start[i + 1] as usize];
            let lower = gather(row, |j| j < i && j / CHUNK == i / CHUNK);
            let inner = lower + gather(&mut row[lower..], |j| j / CHUNK == i / CHUNK);
            split.push([(start + lower) as u32, (start + inner) as u32]);
        }
        Self { table, split }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.split.len()
    }

    /// All entries of row `i`.
    #[inline]
    pub(super) fn row(&self, i: usize) -> &[Entry] {
        self.table.row(i)
    }

    /// Entries of row `i` with columns before it in its chunk.
    #[inline]
    pub(super) fn lower(&self, i: usize) -> &[Entry] {
        &self.table.entries[self.table.start[i] as usize..self.split[i][0] as usize]
    }

    /// Entries of row `i` with columns after it in its chunk.
    #[inline]
    pub(super) fn upper(&self, i: usize) -> &[Entry] {
        &self.table.entries[self.split[i][0] as usize..self.split[i][1] as usize]
    }

    /// Entries of row `i` with columns in its chunk.
    #[inline]
    pub(super) fn inner(&self, i: usize) -> &[Entry] {
        &self.table.entries[self.table.start[i] as usize..self.split[i][1] as usize]
    }

    /// Entries of row `i` with columns in other chunks.
    #[inline]
    pub(super) fn outer(&self, i: usize) -> &[Entry] {
        &self.table.entries[self.split[i][1] as usize..self.table.start[i + 1] as usize]
    }

    /// Sum of the weights of row `i`: the diagonal of the Laplacian.
    pub(super) fn diagonal(&self, i: usize) -> f64 {
        self.row(i).iter().map(|e| f64::from(e.weight)).sum()
    }
}

/// Brings the entries whose column satisfies the condition to the front; returns their number.
fn gather(row: &mut [Entry], condition: impl Fn(usize) -> bool) -> usize {
    let mut front = 0;
    for k in 0..row.len() {
        if condition(row[k].col as usize) {
            row.swap(front, k);
            front += 1;
        }
    }
    front
}
