//! Matrices of the hierarchy: off-diagonal weights by rows in single precision.

use super::vector::CHUNK;

/// One off-diagonal entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Column.
    pub(super) col: u32,
    /// Weight.
    pub(super) weight: f32,
}

/// Off-diagonal entries by rows, each row in three parts: columns before the row in its chunk, columns
/// after it in its chunk, columns of other chunks.
pub(super) struct Rows {
    start: Vec<u32>,
    /// Ends of the first and of the second part.
    split: Vec<[u32; 2]>,
    entries: Vec<Entry>,
}

impl Rows {
    /// No rows yet, with room for the given numbers.
    pub(super) fn with_capacity(rows: usize, entries: usize) -> Self {
        let mut start = Vec::with_capacity(rows + 1);
        start.push(0);
        Self { start, split: Vec::with_capacity(rows), entries: Vec::with_capacity(entries) }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.split.len()
    }

    /// Appends a row given by columns and weights.
    pub(super) fn push(&mut self, row: impl Iterator<Item = Entry> + Clone) {
        let i = self.len();
        let chunk = i / CHUNK;
        let part = |e: &Entry| match e.col as usize {
            j if j / CHUNK != chunk => 2,
            j => usize::from(j > i),
        };
        self.entries.extend(row.clone().filter(|e| part(e) == 0));
        let lower = self.entries.len() as u32;
        self.entries.extend(row.clone().filter(|e| part(e) == 1));
        let inner = self.entries.len() as u32;
        self.entries.extend(row.filter(|e| part(e) == 2));
        self.split.push([lower, inner]);
        self.start.push(self.entries.len() as u32);
    }

    /// All entries of row `i`.
    #[inline]
    pub(super) fn row(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.start[i + 1] as usize]
    }

    /// Entries of row `i` with columns before it in its chunk.
    #[inline]
    pub(super) fn lower(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.split[i][0] as usize]
    }

    /// Entries of row `i` with columns after it in its chunk.
    #[inline]
    pub(super) fn upper(&self, i: usize) -> &[Entry] {
        &self.entries[self.split[i][0] as usize..self.split[i][1] as usize]
    }

    /// Entries of row `i` with columns in its chunk.
    #[inline]
    pub(super) fn inner(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.split[i][1] as usize]
    }

    /// Entries of row `i` with columns in other chunks.
    #[inline]
    pub(super) fn outer(&self, i: usize) -> &[Entry] {
        &self.entries[self.split[i][1] as usize..self.start[i + 1] as usize]
    }

    /// Number of entries.
    pub(super) fn entries(&self) -> usize {
        self.entries.len()
    }
}
