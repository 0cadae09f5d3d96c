//! Points of many samples at once: the loops that compilers make vectors of.
//!
//! Two shapes. In a run, samples that follow each other lie in one triangle. In a batch each has
//! its own, fetched from memory beforehand: a loop that does nothing else keeps many fetches on
//! their way, where one sample after the other would wait for each.
//!
//! Every step is one operation rounded once, in the same order for every set of instructions and
//! for a sample alone, so all give the same bits.

// Lanes are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

use super::triangle::Triangle;
use super::triangle::least;
use super::triangle::point;
use crate::dense::halves;
use crate::dense::{Instructions, Task, widely};

/// Samples in a batch.
pub(super) const BATCH: usize = 64;
/// Samples in a vector, or two.
const WIDTH: usize = 8;

/// Samples in triangles of their own.
#[derive(Clone, Debug)]
pub(super) struct Batch<const D: usize> {
    pub triangles: [Triangle<D>; BATCH],
    /// Shares of the triangle's mass before the sample.
    pub a: [f64; BATCH],
    /// Places across: shares of the opposite side.
    pub v: [f64; BATCH],
}

/// Points, and which of them are surely inside their cells.
pub(super) struct Points<const D: usize> {
    pub x: [[f64; D]; BATCH],
    pub sure: [bool; BATCH],
}

impl<const D: usize> Batch<D> {
    pub const EMPTY: Batch<D> = Batch { triangles: [Triangle::EMPTY; BATCH], a: [0.0; BATCH], v: [0.0; BATCH] };
}

impl<const D: usize> Points<D> {
    pub const EMPTY: Points<D> = Points { x: [[0.0; D]; BATCH], sure: [false; BATCH] };
}

impl<const D: usize> Batch<D> {
    /// The points where the density is constant in each triangle: `r = sqrt(a)`, `s = v`. One after
    /// the other: to bring eight triangles into the shape of vectors takes longer than it saves.
    pub fn points(&self, out: &mut Points<D>) {
        for l in 0..BATCH {
            let t = &self.triangles[l];
            let (x, least) = point(t.o, t.e, t.f, self.a[l].sqrt(), self.v[l]);
            (out.x[l], out.sure[l]) = (x, least > f64::from(t.margin));
        }
    }
}

/// Where the samples of a stratified run are in their triangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip {
    /// Where the triangle begins, in samples.
    pub begin: f64,
    /// Share of its mass that belongs to one.
    pub rate: f64,
}

impl Strip {
    /// `r, s` of the sample number `at` with its random word, in a triangle of constant density.
    #[inline(always)]
    pub fn place(self, at: f64, word: u64) -> (f64, f64) {
        let (a, v) = self.shares(at, word);
        (a.sqrt(), v)
    }

    /// The share of the mass before it, and across.
    #[inline(always)]
    pub fn shares(self, at: f64, word: u64) -> (f64, f64) {
        let [u, v] = halves(word);
        (least(((at - self.begin) + u) * self.rate, 1.0), v)
    }
}

/// Samples with numbers from `first` on, all in one triangle. Returns the least barycentric
/// coordinate of all points.
pub(super) struct Run<'a, const D: usize> {
    pub triangle: &'a Triangle<D>,
    pub strip: Strip,
    pub first: f64,
    pub words: &'a [u64],
    pub points: &'a mut [[f64; D]],
}

impl<const D: usize> Task for Run<'_, D> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut lowest = [f64::INFINITY; WIDTH];
        let mut at = [0.0; WIDTH];
        for l in 0..WIDTH {
            at[l] = self.first + l as f64;
        }
        let (words, rest) = self.words.as_chunks::<WIDTH>();
        let (points, left) = self.points.as_chunks_mut::<WIDTH>();
        for (words, points) in words.iter().zip(points) {
            let inside = eight(self.triangle, self.strip, &at, words, points);
            for l in 0..WIDTH {
                lowest[l] = least(lowest[l], inside[l]);
                at[l] += WIDTH as f64;
            }
        }
        if !rest.is_empty() {
            let (mut more, mut made) = ([0; WIDTH], [[0.0; D]; WIDTH]);
            more[..rest.len()].copy_from_slice(rest);
            let inside = eight(self.triangle, self.strip, &at, &more, &mut made);
            left.copy_from_slice(&made[..left.len()]);
            for l in 0..rest.len() {
                lowest[l] = least(lowest[l], inside[l]);
            }
        }
        lowest.iter().fold(f64::INFINITY, |m, &v| least(m, v))
    }
}

/// Samples that follow each other, and their least barycentric coordinates.
#[inline(always)]
fn eight<const D: usize>(
    triangle: &Triangle<D>,
    strip: Strip,
    at: &[f64; WIDTH],
    words: &[u64; WIDTH],
    points: &mut [[f64; D]; WIDTH],
) -> [f64; WIDTH] {
    let Triangle { o, e, f, .. } = *triangle;
    // Coordinate by coordinate: written as points, this would not become vectors.
    let (mut inside, mut x) = ([0.0; WIDTH], [[0.0; WIDTH]; D]);
    for l in 0..WIDTH {
        let (r, s) = strip.place(at[l], words[l]);
        for c in 0..D {
            x[c][l] = o[c] + r * (e[c] + s * f[c]);
        }
        let rs = r * s;
        inside[l] = least(1.0 - r, least(r - rs, rs));
    }
    for l in 0..WIDTH {
        for c in 0..D {
            points[l][c] = x[c][l];
        }
    }
    inside
}

/// A run by the given instructions.
pub(super) fn run<const D: usize>(set: Instructions, run: Run<'_, D>) -> f64 {
    widely(set, run)
}
