//! Samples by their numbers.
//!
//! Words are Philox blocks of the counter `(k, part, method)`. Independent samples and those by
//! alias table take block `k`: its first word chooses a triangle by an alias table over all
//! triangles, and what that choice leaves open of it is the share `a` of the triangle's mass before
//! the sample, with 64 bits less those of the number of triangles; the second word gives `v` with
//! 52. The two methods differ in the masses of the table only.
//!
//! A stratified sample whose part of the mass lies in one triangle needs less of a random number,
//! since its part is small already: half a block, 32 bits for each coordinate. Of each 16 blocks
//! the first halves go to 16 samples, the second ones to the next 16. A sample whose part reaches
//! over the end of a triangle takes a block of its own, with 52 bits, and so do all parts if there
//! are more triangles than samples.

use super::alias::Alias;
use super::batch::{BATCH, Batch, Points, Run, Strip, run};
use super::method::{Method, SampleError};
use super::pieces::Pieces;
use crate::dense::{Instructions, fetch};
use crate::dense::{LANES, Stream, WORDS, unit};
use rayon::prelude::*;

/// Samples that a thread makes at once.
const CHUNK: usize = 1 << 14;

/// Groups of words made ahead for a stratified draw: 8 KB, which stay in the first cache.
const AHEAD: usize = 32;

/// Steps of Roberts' additive recurrence R2, `1/g` and `1/g^2` with `g^3 = g + 1`, in units of
/// `2^-64`.
const R2: [u64; 2] = [0xc13f_a9a9_02a6_328f, 0x91e1_0da5_c79e_7b1d];

/// Finds the cell of a point, exactly, given one that it is in or near.
pub(super) trait Find<const D: usize>: Sync + std::fmt::Debug {
    fn locate(&self, x: [f64; D], hint: u32) -> u32;
}

/// Samples by their numbers, of any kind of source.
pub trait Fill<const D: usize> {
    /// Makes the samples with numbers `first`, `first + 1`, ...: points and their cells. The same
    /// bits for any number of threads and any cut of the run.
    ///
    /// Panics if the lists have different lengths.
    fn fill(&self, first: u64, points: &mut [[f64; D]], cells: &mut [u32]);
}

impl<const D: usize> Fill<D> for Draw<'_, D> {
    fn fill(&self, first: u64, points: &mut [[f64; D]], cells: &mut [u32]) {
        Draw::fill(self, first, points, cells);
    }
}

/// Samples that can be had by their numbers.
#[derive(Clone, Debug)]
pub struct Draw<'s, const D: usize = 2> {
    find: &'s dyn Find<D>,
    pieces: &'s Pieces<D>,
    instructions: Instructions,
    method: Method,
    seed: u64,
    /// First and last triangle.
    first: usize,
    last: usize,
    /// Mass before the first triangle, and of all.
    before: f64,
    mass: f64,
    count: f64,
    /// Of every stretch of the mass, the triangle in which it begins; a power of two of them.
    guide: Vec<u32>,
    alias: Option<Alias>,
}

impl<'s, const D: usize> Draw<'s, D> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn new(
        find: &'s dyn Find<D>,
        pieces: &'s Pieces<D>,
        instructions: Instructions,
        masses: &[f64],
        method: Method,
        cell: Option<usize>,
        seed: u64,
        count: u64,
    ) -> Result<Draw<'s, D>, SampleError> {
        let n = masses.len();
        if let Some(cell) = cell.filter(|&i| i >= n) {
            return Err(SampleError::NoCell { cell, count: n });
        }
        let range = pieces.range(cell);
        if range.is_empty() {
            return Err(SampleError::EmptyCell { cell: cell.unwrap_or(0) });
        }
        let (first, last) = (range.start, range.end - 1);
        let before = pieces.below[first];
        let mass = pieces.below[last + 1] - before;
        let (guide, alias) = (Vec::new(), None);
        let count = count as f64;
        let mut draw =
            Draw { find, pieces, instructions, method, seed, first, last, before, mass, count, guide, alias };
        match method {
            Method::Alias if cell.is_none() => {
                if let Some(site) = (0..n).find(|&i| masses[i] > 0.0 && pieces.range(Some(i)).is_empty()) {
                    return Err(SampleError::NotSolved { site });
                }
                // In each cell its triangles share the mass that was asked for.
                let triangle = |t: usize| pieces.triangles[t].rate.recip();
                let shares = |i: usize| {
                    let sum: f64 = pieces.range(Some(i)).map(triangle).sum();
                    pieces.range(Some(i)).map(move |t| masses[i] * (triangle(t) / sum))
                };
                draw.alias = Some(Alias::new(&(0..n).flat_map(shares).collect::<Vec<_>>()));
            }
            Method::Independent | Method::Alias => {
                let masses: Vec<f64> = pieces.triangles[range].iter().map(|t| t.rate.recip()).collect();
                draw.alias = Some(Alias::new(&masses));
            }
            Method::Even => draw.guide = draw.guide(),
            Method::Stratified => {}
        }
        Ok(draw)
    }

    /// Makes the samples with numbers `first`, `first + 1`, ...: points and their cells. Of a
    /// stratified draw, numbers from its count on mean nothing and give points of the last
    /// triangle. Parallel; the same bits for any number of threads, any cut of the run, any
    /// instruction set.
    ///
    /// Panics if the lists have different lengths.
    pub fn fill(&self, first: u64, points: &mut [[f64; D]], cells: &mut [u32]) {
        assert_eq!(points.len(), cells.len(), "one cell for each point");
        points.par_chunks_mut(CHUNK).zip(cells.par_chunks_mut(CHUNK)).enumerate().for_each(|(c, (points, cells))| {
            let first = first.wrapping_add((c * CHUNK) as u64);
            match (&self.alias, self.method) {
                (Some(alias), _) => self.independent(alias, first, points, cells),
                (None, Method::Even) => self.even(first, points, cells),
                (None, _) => self.stratified(first, points, cells),
            }
        });
    }

    /// The random numbers of this method.
    fn stream(&self, part: u32) -> Stream {
        let stream = match self.method {
            Method::Independent => 1,
            Method::Alias => 2,
            Method::Stratified => 3,
            Method::Even => 4,
        };
        Stream { seed: self.seed, stream, part }
    }

    /// The first triangle that ends behind each of equal stretches of the mass.
    fn guide(&self) -> Vec<u32> {
        let size = (self.last - self.first + 1).next_power_of_two();
        let below = &self.pieces.below;
        let mut t = self.first;
        let start = |b: usize| {
            let place = self.before + b as f64 / size as f64 * self.mass;
            while t < self.last && below[t + 1] <= place {
                t += 1;
            }
            t as u32
        };
        (0..size).map(start).collect()
    }

    /// Points of a batch, of which triangles and shares are set; `names` are the indices of the
    /// triangles.
    fn finish(
        &self,
        batch: &Batch<D>,
        names: &[u32],
        made: &mut Points<D>,
        points: &mut [[f64; D]],
        cells: &mut [u32],
    ) {
        if self.pieces.laws.is_empty() {
            batch.points(made);
        } else {
            for (l, &t) in names.iter().enumerate() {
                let (r, s) = self.pieces.place(t as usize, batch.a[l], batch.v[l]);
                (made.x[l], made.sure[l]) = batch.triangles[l].at(r, s);
            }
        }
        points.copy_from_slice(&made.x[..points.len()]);
        for (cell, triangle) in cells.iter_mut().zip(&batch.triangles) {
            *cell = triangle.site;
        }
        if made.sure[..points.len()].contains(&false) {
            for (l, cell) in cells.iter_mut().enumerate().filter(|(l, _)| !made.sure[*l]) {
                *cell = self.find.locate(points[l], *cell);
            }
        }
    }

    /// Both tables are far larger than a cache, so three batches are under way at once: the columns
    /// of one are sent for, those of the one before have come and their triangles are sent for, and
    /// of the one before that the triangles have come.
    fn independent(&self, alias: &Alias, first: u64, points: &mut [[f64; D]], cells: &mut [u32]) {
        let stream = self.stream(0);
        let batches = points.len().div_ceil(BATCH);
        let mut words = [[[0; WORDS]; BATCH / LANES]; 2];
        let mut picks = [([0; BATCH], [0.0; BATCH], [0.0; BATCH]); 2];
        let (mut batch, mut made) = (Batch::EMPTY, Points::EMPTY);
        let triangles = &self.pieces.triangles;
        let both = |words: &[[u64; WORDS]; BATCH / LANES], l: usize| {
            let group = &words[l / LANES];
            (group[l % LANES], group[LANES + l % LANES])
        };
        for step in 0..batches + 2 {
            let (now, before) = (step % 2, (step + 1) % 2);
            if step < batches {
                stream.fill(self.instructions, first.wrapping_add((step * BATCH) as u64), &mut words[now]);
                for l in 0..BATCH {
                    alias.fetch(both(&words[now], l).0);
                }
            }
            let mut names = [0; BATCH];
            if step >= 2 {
                // Taken before the next picks take their place.
                (names, batch.a, batch.v) = picks[now];
            }
            if (1..=batches).contains(&step) {
                let (names, a, v) = &mut picks[before];
                for l in 0..BATCH {
                    let (word, across) = both(&words[before], l);
                    let pick = alias.pick(word);
                    names[l] = self.first as u32 + pick.index;
                    fetch(triangles, names[l] as usize);
                    (a[l], v[l]) = (pick.share(), unit(across));
                }
            }
            if step >= 2 {
                for (to, &t) in batch.triangles.iter_mut().zip(&names) {
                    *to = triangles[t as usize];
                }
                let at = (step - 2) * BATCH;
                let n = BATCH.min(points.len() - at);
                self.finish(&batch, &names[..n], &mut made, &mut points[at..at + n], &mut cells[at..at + n]);
            }
        }
    }

    fn even(&self, first: u64, points: &mut [[f64; D]], cells: &mut [u32]) {
        // One block for the whole run: the shift.
        let words = self.stream(0).block(0);
        let (mut batch, mut made) = (Batch::EMPTY, Points::EMPTY);
        let mut names = [0; BATCH];
        let below = &self.pieces.below;
        for (c, (points, cells)) in points.chunks_mut(BATCH).zip(cells.chunks_mut(BATCH)).enumerate() {
            for (l, name) in names[..points.len()].iter_mut().enumerate() {
                let number = first.wrapping_add((c * BATCH + l) as u64);
                let [u, v] = [0, 1].map(|c| unit(words[c].wrapping_add(number.wrapping_mul(R2[c]))));
                // The triangle at the share `u` of the mass, and the share of its own mass before
                // that.
                let place = self.before + u * self.mass;
                let mut t = self.guide[(u * self.guide.len() as f64) as usize] as usize;
                while t < self.last && below[t + 1] <= place {
                    t += 1;
                }
                *name = t as u32;
                (batch.a[l], batch.v[l]) = (place, v);
            }
            for (l, &t) in names[..points.len()].iter().enumerate() {
                batch.triangles[l] = self.pieces.triangles[t as usize];
                batch.a[l] = ((batch.a[l] - below[t as usize]) * batch.triangles[l].rate).clamp(0.0, 1.0);
            }
            self.finish(&batch, &names[..points.len()], &mut made, points, cells);
        }
    }

    /// Where triangle `t` begins, in samples.
    fn begin(&self, t: usize) -> f64 {
        if t > self.last { f64::INFINITY } else { (self.pieces.below[t] - self.before) / self.mass * self.count }
    }

    fn strip(&self, t: usize) -> Strip {
        Strip { begin: self.begin(t), rate: self.mass / self.count * self.pieces.triangles[t].rate }
    }

    fn stratified(&self, first: u64, points: &mut [[f64; D]], cells: &mut [u32]) {
        let stream = self.stream(0);
        let mut t = self.triangle_before(first);
        let mut buffer = [[0; WORDS]; AHEAD];
        let mut done = 0;
        while done < points.len() {
            // Groups of words begin at multiples of their size, whatever the first sample is.
            let number = first.wrapping_add(done as u64);
            let skip = (number % WORDS as u64) as usize;
            let n = (AHEAD * WORDS - skip).min(points.len() - done);
            let groups = &mut buffer[..(skip + n).div_ceil(WORDS)];
            stream.fill(self.instructions, number / WORDS as u64 * LANES as u64, groups);
            let words = &groups.as_flattened()[skip..skip + n];
            t = self.stretch(t, number, words, &mut points[done..done + n], &mut cells[done..done + n]);
            done += n;
        }
    }

    /// The last triangle that begins at or before a sample.
    fn triangle_before(&self, number: u64) -> usize {
        let (mut low, mut high) = (self.first, self.last);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.begin(middle) <= number as f64 { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// Stratified samples with a word each, from a triangle that begins at or before the first on;
    /// returns where to go on.
    fn stretch(&self, mut t: usize, first: u64, words: &[u64], points: &mut [[f64; D]], cells: &mut [u32]) -> usize {
        let pieces = self.pieces;
        let mut k = 0;
        while k < points.len() {
            let number = first.wrapping_add(k as u64);
            let at = number as f64;
            while self.begin(t + 1) <= at {
                t += 1;
            }
            // Parts that end in the triangle.
            let whole = ((self.begin(t + 1).floor() - at) as usize).min(points.len() - k);
            if whole == 0 {
                (points[k], cells[k]) = self.across(t, number);
                k += 1;
                continue;
            }
            let (strip, triangle) = (self.strip(t), &pieces.triangles[t]);
            let (words, points) = (&words[k..k + whole], &mut points[k..k + whole]);
            let cells = &mut cells[k..k + whole];
            cells.fill(triangle.site);
            let numbers = (0..whole).map(|l| at + l as f64);
            let unsure = if pieces.laws.is_empty() {
                let least = run(self.instructions, Run { triangle, strip, first: at, words, points });
                least <= f64::from(triangle.margin)
            } else {
                for ((at, &word), x) in numbers.clone().zip(words).zip(&mut *points) {
                    let (a, v) = strip.shares(at, word);
                    let (r, s) = pieces.place(t, a, v);
                    *x = triangle.at(r, s).0;
                }
                true
            };
            if unsure {
                for (((at, &word), x), cell) in numbers.zip(words).zip(points).zip(cells) {
                    let (a, v) = strip.shares(at, word);
                    let (r, s) = pieces.place(t, a, v);
                    if !triangle.at(r, s).1 {
                        *cell = self.find.locate(*x, triangle.site);
                    }
                }
            }
            k += whole;
        }
        t
    }

    /// A stratified sample whose part begins in triangle `t` and reaches into those behind.
    fn across(&self, mut t: usize, number: u64) -> ([f64; D], u32) {
        let [u, v] = self.stream(1).block(number).map(unit);
        let at = number as f64;
        while self.begin(t + 1) - at <= u {
            t += 1;
        }
        let strip = self.strip(t);
        let a = (((at - strip.begin) + u) * strip.rate).clamp(0.0, 1.0);
        let (r, s) = self.pieces.place(t, a, v);
        let triangle = &self.pieces.triangles[t];
        let (x, sure) = triangle.at(r, s);
        (x, if sure { triangle.site } else { self.find.locate(x, triangle.site) })
    }
}
