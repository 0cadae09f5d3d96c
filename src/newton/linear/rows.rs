//! The matrix of one level, packed for the smoother, and its sweeps.
//!
//! Where the time goes: a pass over a matrix of six entries a row is bound by mispredicted ends of rows, by the chain from one
//! row of a Gauss-Seidel sweep to the next, and by waiting for entries, not by arithmetic. So four rows go together, one in
//! each lane of a vector: the rows of a chunk are dealt to the lanes in four runs, and step `k` treats row `k` of each run.
//! Vectors are in the order of the steps ("stored" order). Entries between chunks, a few percent along a
//! space-filling curve, and between the four rows of a step are kept apart in full.
//!
//! An entry takes four bytes: a column within the chunk, and a weight of eight binary digits. Rounding one changes it by a
//! relative 2^-9, equally on both sides, and the diagonal is summed from the rounded weights. So what is stored is a
//! Laplacian with `(1 - 2^-9) L <= L' <= (1 + 2^-9) L` in the sense of quadratic forms: as a
//! preconditioner it is as good as `L`. Vectors are `f64`: clusters of heavy edges on light ones have large `x_i` with
//! small differences, and the energy `2^-48 sum D_ii x_i^2` of a rounding to `f32` can be more than `x' L x`.

use super::vector::{CHUNK, for_chunks, for_chunks_of_two, in_parallel};
use rayon::prelude::*;

/// Rows that go together.
pub(super) const LANES: usize = 4;

/// Share of the weight of the entries kept apart that the smoother adds to the diagonal. They are
/// treated as in a Jacobi sweep, which needs damping where a node has few other edges.
pub(super) const DAMPING: f64 = 0.25;

const _: () = assert!(CHUNK <= 1 << 16 && CHUNK.is_multiple_of(LANES), "columns within a chunk are 16 bits");

/// Greatest weight of the first level: 200 binary orders of magnitude below it and 2^31 summands of its size fit an `f32`.
pub(super) const GREATEST: f64 = (1u128 << 96) as f64;

/// A weight as it is stored: the upper half of an `f32`, rounded to nearest. Underflow would cut the graph; the least normal
/// number keeps it whole.
fn pack(weight: f64) -> u16 {
    let bits = (weight as f32).clamp(f32::MIN_POSITIVE, f32::MAX / 2.0).to_bits();
    ((bits + (1 << 15)) >> 16) as u16
}

#[inline(always)]
fn unpack(weight: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(weight) << 16))
}

/// One entry in each of four rows; an unused one has weight 0 and the row itself as column.
#[derive(Clone, Copy)]
struct Slot {
    col: [u16; LANES],
    weight: [u16; LANES],
}

impl Slot {
    #[inline(always)]
    fn set(&mut self, lane: usize, col: u16, weight: u16) {
        self.col[lane] = col;
        self.weight[lane] = weight;
    }

    /// `sum += w x`.
    #[inline(always)]
    fn add(&self, x: &[f64], sum: &mut [f64; LANES]) {
        let x = [0, 1, 2, 3].map(|l: usize| x[usize::from(self.col[l])]);
        for l in 0..LANES {
            sum[l] += unpack(self.weight[l]) * x[l];
        }
    }

    /// `sum += w (x - own)`.
    #[inline(always)]
    fn pull(&self, x: &[f64], own: &[f64; LANES], sum: &mut [f64; LANES]) {
        let x = [0, 1, 2, 3].map(|l: usize| x[usize::from(self.col[l])]);
        for l in 0..LANES {
            sum[l] += unpack(self.weight[l]) * (x[l] - own[l]);
        }
    }
}

/// Where rows are stored.
#[derive(Clone, Copy)]
pub(super) struct Deal {
    rows: usize,
}

impl Deal {
    /// Of so many rows.
    pub(super) fn new(rows: usize) -> Self {
        Self { rows }
    }

    /// Steps of the chunk that begins with row `first`.
    #[inline(always)]
    fn steps(self, first: usize) -> usize {
        (self.rows - first).min(CHUNK).div_ceil(LANES)
    }

    /// Stored place of row `i`.
    #[inline(always)]
    pub(super) fn place(self, i: usize) -> usize {
        let first = i / CHUNK * CHUNK;
        let steps = self.steps(first);
        let own = i - first;
        let lane = if steps == CHUNK / LANES { own / (CHUNK / LANES) } else { own / steps };
        first + (own - lane * steps) * LANES + lane
    }

    /// Row stored at a place; `None` for padding.
    #[inline(always)]
    pub(super) fn row(self, place: usize) -> Option<usize> {
        let first = place / CHUNK * CHUNK;
        let (step, lane) = ((place - first) / LANES, place % LANES);
        let i = first + lane * self.steps(first) + step;
        (i < (first + CHUNK).min(self.rows)).then_some(i)
    }

    /// Length of a stored vector: the number of rows, padded.
    pub(super) fn width(self) -> usize {
        self.rows.next_multiple_of(LANES)
    }
}

/// Steps with an entry apart in some row carry this bit.
const FAR: u32 = 1 << 31;

/// Off-diagonal entries by rows.
pub(super) struct Rows {
    deal: Deal,
    chunks: Vec<Chunk>,
}

/// The rows of one chunk.
struct Chunk {
    /// First slot of earlier steps, and first slot of later steps with the bit [`FAR`]. One more step at the end.
    start: Vec<[u32; 2]>,
    slots: Vec<Slot>,
    /// Places with entries apart, relative to the chunk; the start of their entries, and the total at the end.
    far_row: Vec<u32>,
    far_start: Vec<u32>,
    /// Places and weights.
    far: Vec<(u32, u16)>,
}

/// Takes the entries of one row after the other.
pub(super) struct Filler {
    deal: Deal,
    chunk: Chunk,
    /// First row of the chunk.
    first: usize,
    /// Steps of the chunk.
    steps: usize,
    /// Place of the step, relative to the chunk, and the row's lane.
    own: u32,
    lane: usize,
    /// First slot of the step, and the next one for the row.
    begin: usize,
    used: usize,
    /// Entries of later steps: lane, column, weight.
    later: Vec<(u8, u16, u16)>,
}

impl Filler {
    fn new(deal: Deal, first: usize) -> Self {
        let steps = deal.steps(first);
        let chunk = Chunk {
            start: Vec::with_capacity(steps + 1),
            slots: Vec::with_capacity(9 * steps),
            far_row: Vec::new(),
            far_start: vec![0],
            far: Vec::new(),
        };
        Self { deal, chunk, first, steps, own: 0, lane: 0, begin: 0, used: 0, later: Vec::new() }
    }

    fn empty(&self) -> Slot {
        Slot { col: std::array::from_fn(|lane| (self.own as usize + lane) as u16), weight: [0; LANES] }
    }

    /// Adds an entry to the present row; columns differ within a row and from it, weights are positive.
    #[inline(always)]
    pub(super) fn push(&mut self, column: u32, weight: f64) {
        let weight = pack(weight);
        let relative = (column as usize).wrapping_sub(self.first);
        if relative < CHUNK {
            // Division is slow and nearly all chunks are full.
            let lane = if self.steps == CHUNK / LANES { relative / (CHUNK / LANES) } else { relative / self.steps };
            let step = relative - lane * self.steps;
            let col = (step * LANES + lane) as u16;
            if step * LANES < self.own as usize {
                if self.used == self.chunk.slots.len() {
                    let empty = self.empty();
                    self.chunk.slots.push(empty);
                }
                self.chunk.slots[self.used].set(self.lane, col, weight);
                self.used += 1;
                return;
            }
            if step * LANES > self.own as usize {
                self.later.push((self.lane as u8, col, weight));
                return;
            }
        }
        self.chunk.far.push((self.deal.place(column as usize) as u32, weight));
    }

    fn finish_row(&mut self) {
        let before = self.chunk.far_start.last().copied().unwrap_or(0) as usize;
        if self.chunk.far.len() > before {
            self.chunk.far_row.push(self.own + self.lane as u32);
            self.chunk.far_start.push(self.chunk.far.len() as u32);
        }
        self.used = self.begin;
        self.lane += 1;
    }

    fn finish_step(&mut self, far_rows: usize) {
        let middle = self.chunk.slots.len();
        let flag = if self.chunk.far_row.len() > far_rows { FAR } else { 0 };
        self.chunk.start.push([self.begin as u32, middle as u32 | flag]);
        let mut used = [middle; LANES];
        for k in 0..self.later.len() {
            let (lane, col, weight) = self.later[k];
            let at = &mut used[usize::from(lane)];
            if *at == self.chunk.slots.len() {
                let empty = self.empty();
                self.chunk.slots.push(empty);
            }
            self.chunk.slots[*at].set(usize::from(lane), col, weight);
            *at += 1;
        }
        self.later.clear();
        self.begin = self.chunk.slots.len();
        self.used = self.begin;
        self.own += LANES as u32;
        self.lane = 0;
    }
}

impl Chunk {
    /// Slots of a step: of earlier steps and of later ones.
    #[inline(always)]
    fn slots(&self, step: usize) -> [&[Slot]; 2] {
        let ([lower, upper], end) = (self.start[step], self.start[step + 1][0]);
        let upper = (upper & !FAR) as usize;
        [&self.slots[lower as usize..upper], &self.slots[upper..end as usize]]
    }

    /// All slots of a step.
    #[inline(always)]
    fn all_slots(&self, step: usize) -> &[Slot] {
        &self.slots[self.start[step][0] as usize..self.start[step + 1][0] as usize]
    }

    /// Places with entries apart, and these.
    fn far_rows(&self) -> impl Iterator<Item = (usize, &[(u32, u16)])> {
        let entries = |k: usize| &self.far[self.far_start[k] as usize..self.far_start[k + 1] as usize];
        self.far_row.iter().enumerate().map(move |(k, &row)| (row as usize, entries(k)))
    }

    /// Entries apart of a place.
    #[inline(always)]
    fn far_of(&self, place: usize) -> &[(u32, u16)] {
        if self.start[place / LANES][1] & FAR == 0 {
            return &[];
        }
        match self.far_row.binary_search(&(place as u32)) {
            Ok(k) => &self.far[self.far_start[k] as usize..self.far_start[k + 1] as usize],
            Err(_) => &[],
        }
    }
}

impl Rows {
    /// `n` rows, each given by `fill(scratch, row, filler)`. Parallel over chunks; `scratch` makes what a thread wants to keep
    /// between rows.
    pub(super) fn build<S>(
        n: usize,
        scratch: impl Fn() -> S + Sync + Send,
        fill: impl Fn(&mut S, usize, &mut Filler) + Sync + Send,
    ) -> Self {
        let deal = Deal::new(n);
        let chunk = |scratch: &mut S, c: usize| {
            let first = c * CHUNK;
            let mut filler = Filler::new(deal, first);
            for step in 0..filler.steps {
                let far_rows = filler.chunk.far_row.len();
                for lane in 0..LANES {
                    if let Some(i) = deal.row(first + step * LANES + lane) {
                        fill(scratch, i, &mut filler);
                    }
                    filler.finish_row();
                }
                filler.finish_step(far_rows);
            }
            filler.chunk.start.push([filler.begin as u32; 2]);
            filler.chunk.slots.shrink_to_fit();
            filler.chunk
        };
        let count = n.div_ceil(CHUNK);
        let chunks = if in_parallel(n) {
            (0..count).into_par_iter().map_init(&scratch, chunk).collect()
        } else {
            let mut scratch = scratch();
            (0..count).map(|c| chunk(&mut scratch, c)).collect()
        };
        Self { deal, chunks }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.deal.rows
    }

    /// Where rows are stored.
    pub(super) fn deal(&self) -> Deal {
        self.deal
    }

    /// Calls `f(column, weight)` for every entry of the row at a place; columns are places, too.
    #[inline(always)]
    pub(super) fn for_each(&self, place: usize, mut f: impl FnMut(usize, f64)) {
        let (chunk, own, lane) = (&self.chunks[place / CHUNK], place % CHUNK, place % LANES);
        for slot in chunk.all_slots(own / LANES) {
            if slot.weight[lane] != 0 {
                f(place - own + usize::from(slot.col[lane]), unpack(slot.weight[lane]));
            }
        }
        chunk.far_of(own).iter().for_each(|e| f(e.0 as usize, unpack(e.1)));
    }

    /// Sum of the weights at a place, and of those apart.
    pub(super) fn sums(&self, place: usize) -> [f64; 2] {
        let (chunk, own, lane) = (&self.chunks[place / CHUNK], place % CHUNK, place % LANES);
        let near: f64 = chunk.all_slots(own / LANES).iter().map(|s| unpack(s.weight[lane])).sum();
        let far: f64 = chunk.far_of(own).iter().map(|e| unpack(e.1)).sum();
        [near + far, far]
    }

    /// `y = L x`.
    pub(super) fn apply(&self, x: &[f64], y: &mut [f64]) {
        for_chunks(y, |first, y| -> [f64; 0] {
            let near = &x[first..first + y.len()];
            let (steps, _) = y.as_chunks_mut::<LANES>();
            let (own, _) = near.as_chunks::<LANES>();
            let chunk = &self.chunks[first / CHUNK];
            for (step, (y, own)) in steps.iter_mut().zip(own).enumerate() {
                let mut sum = [0.0; LANES];
                chunk.all_slots(step).iter().for_each(|slot| slot.pull(near, own, &mut sum));
                *y = sum.map(|s| -s);
            }
            for (i, far) in chunk.far_rows() {
                y[i] -= far.iter().map(|e| unpack(e.1) * (x[e.0 as usize] - near[i])).sum::<f64>();
            }
            []
        });
    }

    /// Gauss-Seidel sweep in the order of the steps within each chunk, from `x = 0`, and the residual it leaves; what `x`
    /// holds must be finite. As the sweep solves with the earlier steps exactly, only other entries
    /// contribute to the residual; the chunk is still in the cache when it is formed.
    pub(super) fn sweep_forward(&self, inverse: &[f64], r: &[f64], x: &mut [f64], residual: &mut [f64]) {
        for_chunks_of_two(x, residual, |first, x, residual| -> [f64; 0] {
            let (r, _) = r[first..first + x.len()].as_chunks::<LANES>();
            let (inverse, _) = inverse[first..first + x.len()].as_chunks::<LANES>();
            let chunk = &self.chunks[first / CHUNK];
            for (k, (r, inverse)) in r.iter().zip(inverse).enumerate() {
                let mut sum = *r;
                chunk.slots(k)[0].iter().for_each(|slot| slot.add(x, &mut sum));
                x[k * LANES..(k + 1) * LANES].copy_from_slice(&times(&sum, inverse));
            }
            let (residual, _) = residual.as_chunks_mut::<LANES>();
            for (k, residual) in residual.iter_mut().enumerate() {
                let mut sum = [0.0; LANES];
                chunk.slots(k)[1].iter().for_each(|slot| slot.add(x, &mut sum));
                *residual = sum;
            }
            []
        });
        let x = &*x;
        for_chunks(residual, |first, residual| -> [f64; 0] {
            for (i, far) in self.chunks[first / CHUNK].far_rows() {
                let own = DAMPING * x[first + i];
                residual[i] += far.iter().map(|e| unpack(e.1) * (x[e.0 as usize] + own)).sum::<f64>();
            }
            []
        });
    }

    /// Gauss-Seidel sweep against the order of the steps within each chunk; entries apart enter with the values before the sweep.
    /// `scratch` is as long as `x`.
    pub(super) fn sweep_backward(&self, inverse: &[f64], r: &[f64], x: &mut [f64], scratch: &mut [f64]) {
        let old = &*x;
        for_chunks(scratch, |first, sum| -> [f64; 0] {
            sum.copy_from_slice(&r[first..first + sum.len()]);
            for (i, far) in self.chunks[first / CHUNK].far_rows() {
                sum[i] += far.iter().map(|e| unpack(e.1) * (old[e.0 as usize] - old[first + i])).sum::<f64>();
            }
            []
        });
        let sums = &*scratch;
        for_chunks(x, |first, x| -> [f64; 0] {
            let (sums, _) = sums[first..first + x.len()].as_chunks::<LANES>();
            let (inverse, _) = inverse[first..first + x.len()].as_chunks::<LANES>();
            let chunk = &self.chunks[first / CHUNK];
            for (k, (sum, inverse)) in sums.iter().zip(inverse).enumerate().rev() {
                let own: [f64; LANES] = std::array::from_fn(|l| x[k * LANES + l]);
                let mut sum = *sum;
                chunk.all_slots(k).iter().for_each(|slot| slot.pull(x, &own, &mut sum));
                let step = times(&sum, inverse);
                for l in 0..LANES {
                    x[k * LANES + l] = own[l] + step[l];
                }
            }
            []
        });
    }
}

#[inline(always)]
fn times(a: &[f64; LANES], b: &[f64; LANES]) -> [f64; LANES] {
    std::array::from_fn(|l| a[l] * b[l])
}
