//! The order in which the rows of a matrix are stored for the sweeps: by colour within chunks.
//!
//! Rows of one colour are not adjacent, so a Gauss-Seidel sweep through them waits for nothing.
//! Within a colour, rows with as many entries of earlier and of later colours stand together, so
//! that [`LANES`] of them go together with hardly a gap, and loops over entries end after as many
//! turns as the one before did, which the processor foresees. Only speed depends on all this:
//! whatever the order, an entry counts as earlier or later by where its column is stored.

use super::laplacian::Laplacian;
use super::vector::{CHUNK, in_parallel};
use rayon::prelude::*;

/// Rows that go together.
pub(super) const LANES: usize = 8;

/// Colours. Only nodes that see so many others at once would need more; those share the last one.
const COLOURS: usize = 64;

/// Numbers of entries from here on are not told apart.
const MANY: usize = 16;

const _: () = assert!(CHUNK <= 1 << 16 && CHUNK.is_multiple_of(LANES), "places within a chunk are 16 bits");

/// Where rows are stored. The rows of a chunk are stored in the same range, so a vector in stored
/// order is as long as in any other, but for padding to a multiple of [`LANES`].
pub(super) struct Order {
    /// Stored place of each row.
    pub(super) place: Vec<u32>,
    /// Row at each place.
    pub(super) row: Vec<u32>,
    /// For each place the number of entries of its row that are stored before and after it in the
    /// chunk; one too many where a group of rows has entries in itself.
    pub(super) entries: Vec<[u16; 2]>,
}

impl Order {
    /// The order of the rows themselves.
    pub(super) fn as_is(n: usize) -> Self {
        let same: Vec<u32> = (0..n as u32).collect();
        Order { place: same.clone(), row: same, entries: Vec::new() }
    }

    /// Cost `O(nnz)`, in parallel over chunks. Weights that are not positive count as none.
    pub(super) fn of(l: &Laplacian) -> Self {
        let n = l.len();
        let mut order = Order { place: vec![0; n], row: vec![0; n], entries: vec![[0; 2]; n] };
        let one = |(c, ((place, row), entries)): (usize, Lists<'_>)| sort_chunk(l, c * CHUNK, place, row, entries);
        if in_parallel(n) {
            let rows = order.place.par_chunks_mut(CHUNK).zip(order.row.par_chunks_mut(CHUNK));
            rows.zip(order.entries.par_chunks_mut(CHUNK)).with_max_len(1).enumerate().for_each(one);
        } else {
            let rows = order.place.chunks_mut(CHUNK).zip(order.row.chunks_mut(CHUNK));
            rows.zip(order.entries.chunks_mut(CHUNK)).enumerate().for_each(one);
        }
        order
    }
}

/// What one chunk has of the three lists.
type Lists<'a> = ((&'a mut [u32], &'a mut [u32]), &'a mut [[u16; 2]]);

/// A row: its colour, and the numbers of its entries of earlier and of later colours.
#[derive(Clone, Copy, Default)]
struct Kind {
    colour: u8,
    entries: [u16; 2],
}

impl Kind {
    fn key(&self) -> usize {
        let [before, after] = self.entries.map(|count| usize::from(count).min(MANY - 1));
        (usize::from(self.colour) * MANY + before) * MANY + after
    }
}

fn sort_chunk(l: &Laplacian, first: usize, place: &mut [u32], row: &mut [u32], entries: &mut [[u16; 2]]) {
    let mut kinds = vec![Kind::default(); place.len()];
    for i in 0..kinds.len() {
        let (col, weight) = l.row(first + i);
        // Columns that have a colour already; row `i` itself, which counts 0, stands for the
        // others: half of the entries, at random, so that branches would be foreseen wrongly.
        let coloured = || {
            col.iter().zip(weight).map(|(&col, &weight)| {
                let j = (col as usize).wrapping_sub(first);
                let counts = j < i && weight > 0.0;
                (if counts { j } else { i }, counts)
            })
        };
        let taken = coloured().fold(0u64, |taken, (j, counts)| taken | u64::from(counts) << kinds[j].colour);
        let colour = taken.trailing_ones().min(COLOURS as u32 - 1) as u8;
        for (j, counts) in coloured() {
            let after = usize::from(kinds[j].colour > colour);
            kinds[j].entries[1 - after] += u16::from(counts);
            kinds[i].entries[after] += u16::from(counts);
        }
        kinds[i].colour = colour;
    }
    // Sorted by counting.
    let mut next = vec![0u32; COLOURS * MANY * MANY];
    kinds.iter().for_each(|kind| next[kind.key()] += 1);
    let mut sum = 0;
    next.iter_mut().for_each(|next| sum += std::mem::replace(next, sum));
    for (i, kind) in kinds.iter().enumerate() {
        let next = &mut next[kind.key()];
        let at = *next as usize;
        *next += 1;
        place[i] = (first + at) as u32;
        row[at] = (first + i) as u32;
        entries[at] = kind.entries;
    }
}
