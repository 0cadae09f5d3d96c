//! The matrix of one level, packed for the smoother.
//!
//! Where the time goes: a pass over a matrix of six entries a row is bound by mispredicted ends of rows and by waiting for the
//! entries, not by arithmetic. So entries come in blocks of four, padded with weight zero: most rows are one block of columns before
//! the row and one of columns after it, and the loops end where the processor expects it. An entry takes four bytes:
//! a column within the chunk of 4096 rows, and a weight of eight binary digits and eight bits of exponent. Entries
//! between chunks, a few percent along a space-filling curve, are kept apart in full.
//!
//! Rounding a weight changes it by a relative 2^-9, equally on both sides, and the diagonal is summed from the rounded
//! weights. So what is stored is a Laplacian with `(1 - 2^-9) L <= L' <= (1 + 2^-9) L` in the sense of quadratic forms: as a
//! preconditioner it is as good as `L`.

use super::vector::{CHUNK, for_chunks, for_chunks_of_two, in_parallel};
use rayon::prelude::*;

/// Share of the weight to other chunks that the smoother adds to the diagonal. Edges between chunks are
/// treated as in a Jacobi sweep, which needs damping where a node has few other edges.
pub(super) const DAMPING: f64 = 0.25;

/// Rows with entries to other chunks carry this bit.
const FAR: u32 = 1 << 31;

const _: () = assert!(CHUNK <= 1 << 16, "columns within a chunk are 16 bits");

/// A positive weight as the upper bits of an `f32` without its sign, rounded to nearest. The least normal number keeps
/// the graph whole where the weight would underflow.
fn pack(weight: f64) -> u16 {
    let weight = (weight as f32).clamp(f32::MIN_POSITIVE, f32::MAX / 2.0);
    ((weight.to_bits() + (1 << 14)) >> 15) as u16
}

#[inline(always)]
fn unpack(weight: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(weight) << 15))
}

/// Four entries of a row; an unused one has weight 0 and the row itself as column.
#[derive(Clone, Copy)]
struct Block {
    col: [u16; 4],
    weight: [u16; 4],
}

impl Block {
    /// `sum w_j x_j`.
    #[inline(always)]
    fn dot(&self, x: &[f64]) -> f64 {
        let term = |k: usize| unpack(self.weight[k]) * x[self.col[k] as usize];
        (term(0) + term(1)) + (term(2) + term(3))
    }

    /// `sum w_j (x_j - own)`.
    #[inline(always)]
    fn pull(&self, x: &[f64], own: f64) -> f64 {
        let term = |k: usize| unpack(self.weight[k]) * (x[self.col[k] as usize] - own);
        (term(0) + term(1)) + (term(2) + term(3))
    }
}

/// Off-diagonal entries by rows.
pub(super) struct Rows {
    /// First block of columns before the row and first block of columns after it, the latter with the bit [`FAR`]. One more
    /// row at the end.
    start: Vec<[u32; 2]>,
    blocks: Vec<Block>,
    /// Rows with entries in other chunks, increasing; the start of their entries, and the total at the end.
    far_row: Vec<u32>,
    far_start: Vec<u32>,
    far: Vec<(u32, f32)>,
    /// First of `far_row` in each chunk, and the total at the end.
    far_chunk: Vec<u32>,
}

/// The rows of one chunk, offsets relative.
#[derive(Default)]
struct Part {
    start: Vec<[u32; 2]>,
    blocks: Vec<Block>,
    far_row: Vec<u32>,
    far_start: Vec<u32>,
    far: Vec<(u32, f32)>,
}

impl Part {
    fn push(&mut self, i: usize, row: &[(u32, f64)]) {
        let first = i / CHUNK * CHUNK;
        let near = |col: u32| (first..first + CHUNK).contains(&(col as usize));
        let lower = self.blocks.len() as u32;
        self.push_blocks(i - first, row.iter().filter(|e| near(e.0) && (e.0 as usize) < i), first);
        let mut upper = self.blocks.len() as u32;
        self.push_blocks(i - first, row.iter().filter(|e| near(e.0) && (e.0 as usize) > i), first);
        let before = self.far.len();
        self.far.extend(row.iter().filter(|e| !near(e.0)).map(|e| (e.0, unpack(pack(e.1)) as f32)));
        if self.far.len() > before {
            self.far_row.push(i as u32);
            self.far_start.push(before as u32);
            upper |= FAR;
        }
        self.start.push([lower, upper]);
    }

    fn push_blocks<'a>(&mut self, own: usize, entries: impl Iterator<Item = &'a (u32, f64)>, first: usize) {
        let mut filled = 4;
        for &(col, weight) in entries {
            if filled == 4 {
                self.blocks.push(Block { col: [own as u16; 4], weight: [0; 4] });
                filled = 0;
            }
            if let Some(block) = self.blocks.last_mut() {
                block.col[filled] = (col as usize - first) as u16;
                block.weight[filled] = pack(weight);
            }
            filled += 1;
        }
    }
}

impl Rows {
    /// `n` rows, each appended by `fill(scratch, row, entries)` to an empty list; columns differ within a row and from it, weights are
    /// positive. Parallel over chunks; `scratch` makes what a thread wants to keep between rows.
    pub(super) fn build<S>(
        n: usize,
        scratch: impl Fn() -> S + Sync + Send,
        fill: impl Fn(&mut S, usize, &mut Vec<(u32, f64)>) + Sync + Send,
    ) -> Self {
        let chunk = |scratch: &mut S, c: usize| {
            let rows = c * CHUNK..((c + 1) * CHUNK).min(n);
            let mut part = Part::default();
            part.start.reserve_exact(rows.len());
            part.blocks.reserve(2 * rows.len() + rows.len() / 2);
            let mut list = Vec::new();
            for i in rows {
                list.clear();
                fill(scratch, i, &mut list);
                part.push(i, &list);
            }
            part
        };
        let count = n.div_ceil(CHUNK);
        let parts: Vec<Part> = if in_parallel(n) {
            (0..count).into_par_iter().map_init(&scratch, chunk).collect()
        } else {
            let mut scratch = scratch();
            (0..count).map(|c| chunk(&mut scratch, c)).collect()
        };
        let sum = |size: fn(&Part) -> usize| parts.iter().map(size).sum();
        let mut rows = Self {
            start: Vec::with_capacity(n + 1),
            blocks: Vec::with_capacity(sum(|p| p.blocks.len())),
            far_row: Vec::with_capacity(sum(|p| p.far_row.len())),
            far_start: Vec::with_capacity(sum(|p| p.far_row.len()) + 1),
            far: Vec::with_capacity(sum(|p| p.far.len())),
            far_chunk: vec![0],
        };
        for part in parts {
            let (block, entry) = (rows.blocks.len() as u32, rows.far.len() as u32);
            rows.start.extend(part.start.iter().map(|s| [s[0] + block, s[1] + block]));
            rows.blocks.extend_from_slice(&part.blocks);
            rows.far_row.extend_from_slice(&part.far_row);
            rows.far_start.extend(part.far_start.iter().map(|s| s + entry));
            rows.far.extend_from_slice(&part.far);
            rows.far_chunk.push(rows.far_row.len() as u32);
        }
        rows.start.push([rows.blocks.len() as u32; 2]);
        rows.far_start.push(rows.far.len() as u32);
        rows
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// Number of rows with entries in other chunks.
    pub(super) fn far_len(&self) -> usize {
        self.far_row.len()
    }

    /// Blocks with columns before row `i`.
    #[inline(always)]
    fn lower(&self, i: usize) -> &[Block] {
        let [lower, upper] = self.start[i];
        &self.blocks[lower as usize..(upper & !FAR) as usize]
    }

    /// Blocks with columns after row `i`.
    #[inline(always)]
    fn upper(&self, i: usize) -> &[Block] {
        &self.blocks[(self.start[i][1] & !FAR) as usize..self.start[i + 1][0] as usize]
    }

    /// All blocks of row `i`.
    #[inline(always)]
    fn inner(&self, i: usize) -> &[Block] {
        &self.blocks[self.start[i][0] as usize..self.start[i + 1][0] as usize]
    }

    /// Number of row `i` among those with entries in other chunks.
    #[inline(always)]
    fn far_index(&self, i: usize) -> Option<usize> {
        if self.start[i][1] & FAR == 0 {
            return None;
        }
        let range = self.far_rows(i);
        self.far_row[range.clone()].binary_search(&(i as u32)).ok().map(|k| range.start + k)
    }

    /// Entries of the `k`-th row with entries in other chunks.
    #[inline(always)]
    fn far(&self, k: usize) -> &[(u32, f32)] {
        &self.far[self.far_start[k] as usize..self.far_start[k + 1] as usize]
    }

    /// Calls `f(column, weight)` for every entry of row `i`.
    #[inline(always)]
    pub(super) fn for_each(&self, i: usize, mut f: impl FnMut(u32, f64)) {
        let first = (i / CHUNK * CHUNK) as u32;
        for block in self.inner(i) {
            for k in 0..4 {
                if block.weight[k] != 0 {
                    f(first + u32::from(block.col[k]), unpack(block.weight[k]));
                }
            }
        }
        if let Some(k) = self.far_index(i) {
            self.far(k).iter().for_each(|e| f(e.0, f64::from(e.1)));
        }
    }

    /// Sum of the weights of row `i`, and of those to other chunks.
    pub(super) fn sums(&self, i: usize) -> [f64; 2] {
        let inner: f64 = self.inner(i).iter().flat_map(|b| b.weight).map(unpack).sum();
        let outer = self.far_index(i).map_or(0.0, |k| self.far(k).iter().map(|e| f64::from(e.1)).sum());
        [inner + outer, outer]
    }

    /// Entry `i` of `L x`.
    #[inline(always)]
    pub(super) fn apply_row(&self, i: usize, x: &[f64]) -> f64 {
        let own = x[i];
        let first = i / CHUNK * CHUNK;
        let near = &x[first..(first + CHUNK).min(x.len())];
        let mut sum = 0.0;
        for block in self.inner(i) {
            sum -= block.pull(near, own);
        }
        if let Some(k) = self.far_index(i) {
            self.far(k).iter().for_each(|e| sum += f64::from(e.1) * (own - x[e.0 as usize]));
        }
        sum
    }

    /// Gauss-Seidel sweep in increasing order within each chunk, from `x = 0`, and the residual it leaves; what `x` holds must be
    /// finite. As the sweep solves with the lower part exactly, only entries of the other two parts contribute to the
    /// residual; the chunk is still in the cache when it is formed.
    pub(super) fn sweep_forward(&self, inverse: &[f64], r: &[f64], x: &mut [f64], residual: &mut [f64]) {
        for_chunks_of_two(x, residual, |first, x, residual| -> [f64; 0] {
            for k in 0..x.len() {
                let mut sum = r[first + k];
                for block in self.lower(first + k) {
                    sum += block.dot(x);
                }
                x[k] = sum * inverse[first + k];
            }
            for (k, residual) in residual.iter_mut().enumerate() {
                *residual = self.upper(first + k).iter().map(|block| block.dot(x)).sum();
            }
            []
        });
        let x = &*x;
        for_chunks(residual, |first, residual| -> [f64; 0] {
            for k in self.far_rows(first) {
                let i = self.far_row[k] as usize;
                let own = DAMPING * x[i];
                residual[i - first] +=
                    self.far(k).iter().map(|e| f64::from(e.1) * (x[e.0 as usize] + own)).sum::<f64>();
            }
            []
        });
    }

    /// The rows with entries in other chunks in the chunk that begins with row `first`.
    fn far_rows(&self, first: usize) -> std::ops::Range<usize> {
        let chunk = first / CHUNK;
        self.far_chunk[chunk] as usize..self.far_chunk[chunk + 1] as usize
    }

    /// Gauss-Seidel sweep in decreasing order within each chunk from `x_i + add(i)`; other chunks enter with the values
    /// before the sweep. `across` (length [`Self::far_len`]) is scratch.
    pub(super) fn sweep_backward(
        &self,
        inverse: &[f64],
        r: &[f64],
        x: &mut [f64],
        across: &mut [f64],
        add: impl Fn(usize) -> f64 + Sync,
    ) {
        let old = &*x;
        for_chunks(across, |start, across| -> [f64; 0] {
            for (k, across) in across.iter_mut().enumerate() {
                let i = self.far_row[start + k] as usize;
                let own = old[i] + add(i);
                let pull = |e: &(u32, f32)| f64::from(e.1) * (old[e.0 as usize] + add(e.0 as usize) - own);
                *across = self.far(start + k).iter().map(pull).sum();
            }
            []
        });
        let across = &*across;
        for_chunks(x, |first, x| -> [f64; 0] {
            x.iter_mut().enumerate().for_each(|(k, x)| *x += add(first + k));
            let mut far = self.far_rows(first).end;
            for k in (0..x.len()).rev() {
                let i = first + k;
                let own = x[k];
                let mut sum = r[i];
                for block in self.inner(i) {
                    sum += block.pull(x, own);
                }
                if self.start[i][1] & FAR != 0 {
                    far -= 1;
                    sum += across[far];
                }
                x[k] = own + sum * inverse[i];
            }
            []
        });
    }
}
