//! Points by their number. Point `k` of a run is a function of the seed and `k` alone.

use super::error::LatentError;
use super::normal;
use super::source::{Rows, Sampler};
use crate::dense::{Instructions, LANES, Stream, WORDS, unit};
use std::sync::Arc;
use std::time::Instant;

/// What points are for: each use has points of its own, so that what validates was never learned
/// from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Learning.
    Learn,
    /// Validation.
    Validate,
    /// Everything that is asked of a solution.
    Ask,
}

/// Streams of random words, besides those of points.
const FRAMES: u32 = 11;
const ORDER: u32 = 12;
const LOOK: u32 = 13;

/// Points that a sampler gives in a call.
const BLOCK: u64 = 1024;

/// The law of a point in units of its problem.
#[derive(Clone)]
pub(super) enum Law {
    Cube,
    Ball,
    Gaussian,
    /// In the order in which they are used.
    Rows(Arc<Vec<f64>>),
    Sampler {
        sampler: Arc<dyn Sampler>,
        origin: Vec<f64>,
        by: f64,
    },
}

impl std::fmt::Debug for Law {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Law::Cube => "cube",
            Law::Ball => "ball",
            Law::Gaussian => "gaussian",
            Law::Rows(_) => "rows",
            Law::Sampler { .. } => "sampler",
        })
    }
}

impl Law {
    /// Rows in a random order, in units.
    pub(super) fn rows(rows: &Rows, seed: u64, origin: &[f64], spread: f64) -> Law {
        let d = rows.dimension;
        let count = rows.rows.len() / d;
        let mut order: Vec<usize> = (0..count).collect();
        let words = Stream { seed, stream: ORDER, part: 0 };
        for k in (1..count).rev() {
            // A product of 64 by 64 bits: the bias is below 2^-32.
            let other = ((u128::from(words.block(k as u64)[0]) * (k as u128 + 1)) >> 64) as usize;
            order.swap(k, other);
        }
        let row = |i: usize| rows.rows[i * d..(i + 1) * d].iter().zip(origin).map(|(v, o)| (v - o) / spread);
        Law::Rows(Arc::new(order.into_iter().flat_map(row).collect()))
    }
}

/// Draws points.
#[derive(Clone, Debug)]
pub(super) struct Drawer {
    pub law: Law,
    pub dimension: usize,
    /// After this no points are drawn: all work is made of blocks of them.
    pub until: Option<Instant>,
    seed: u64,
    instructions: Instructions,
}

impl Drawer {
    pub(super) fn new(law: Law, dimension: usize, seed: u64) -> Drawer {
        Drawer { law, dimension, until: None, seed, instructions: Instructions::widest() }
    }

    /// The same law with other points.
    pub(super) fn reseeded(&self, seed: u64) -> Drawer {
        Drawer { seed, ..self.clone() }
    }

    /// How many points there are for learning and validation together.
    pub(super) fn most(&self) -> Option<u64> {
        match &self.law {
            Law::Rows(rows) => Some((rows.len() / self.dimension) as u64),
            _ => None,
        }
    }

    /// The number about which any coordinates may be reflected without a change of the law; the
    /// reflections of the points that are drawn are doubles.
    pub(super) fn center(&self) -> Option<f64> {
        match self.law {
            Law::Cube => Some(0.5),
            Law::Ball | Law::Gaussian => Some(0.0),
            _ => None,
        }
    }

    /// The points `first`, `first + 1`, ... of a use. Of rows those for learning are the first
    /// ones, those for validation the last ones.
    ///
    /// # Errors
    /// What a sampler does wrong; [`LatentError::Late`] after the time of this drawer.
    pub(super) fn fill(&self, what: Use, first: u64, out: &mut [f64]) -> Result<(), LatentError> {
        if self.until.is_some_and(|t| Instant::now() >= t) {
            return Err(LatentError::Late);
        }
        let d = self.dimension;
        match &self.law {
            Law::Rows(rows) => {
                let all = (rows.len() / d) as u64;
                for (k, to) in (first..).zip(out.chunks_exact_mut(d)) {
                    let at = if what == Use::Validate { all - 1 - k % all } else { k % all } as usize;
                    to.copy_from_slice(&rows[at * d..(at + 1) * d]);
                }
                Ok(())
            }
            Law::Sampler { .. } => self.sampled(what as u64, first, out),
            _ => {
                self.random(what as u32, first, out);
                Ok(())
            }
        }
    }

    /// Points of a sampler that are used for nothing else.
    pub(super) fn look(&self, out: &mut [f64]) -> Result<(), LatentError> {
        self.sampled(u64::from(LOOK), 0, out)
    }

    /// Random words, transformed, in groups of [`LANES`] points.
    fn random(&self, stream: u32, first: u64, out: &mut [f64]) {
        let d = self.dimension;
        let begin = first % LANES as u64;
        let groups = (begin as usize + out.len() / d).div_ceil(LANES);
        let mut words = vec![[0u64; WORDS]; groups];
        let mut rows: Vec<&mut [f64]> = out.chunks_exact_mut(d).collect();
        let number = |k: usize| {
            let lane = k + begin as usize;
            (lane / LANES, lane % LANES)
        };
        let mut fill = |part: usize, rows: &mut Vec<&mut [f64]>, set: &dyn Fn(&mut [f64], [u64; 2])| {
            let stream = Stream { seed: self.seed, stream, part: part as u32 };
            stream.fill(self.instructions, first - begin, &mut words);
            for (k, row) in rows.iter_mut().enumerate() {
                let (group, lane) = number(k);
                set(row, [words[group][lane], words[group][lane + LANES]]);
            }
        };
        for part in 0..d.div_ceil(2) {
            let at = 2 * part;
            let normal = !matches!(self.law, Law::Cube);
            fill(part, &mut rows, &|row, [a, b]| {
                let pair = if normal { normal::pair(unit(a), unit(b)) } else { [unit(a), unit(b)] };
                row[at..].iter_mut().zip(pair).for_each(|(to, v)| *to = v);
            });
        }
        if matches!(self.law, Law::Ball) {
            // A direction, and a radius whose d-th power is even.
            fill(d.div_ceil(2), &mut rows, &|row, [a, _]| {
                let length = row.iter().map(|v| v * v).sum::<f64>().sqrt();
                let radius = libm::pow(unit(a), 1.0 / row.len() as f64);
                let by = if length > 0.0 { radius / length } else { 0.0 };
                row.iter_mut().for_each(|v| *v *= by);
            });
        }
    }

    /// Whole blocks of a sampler, of which what is wanted is taken.
    fn sampled(&self, stream: u64, first: u64, out: &mut [f64]) -> Result<(), LatentError> {
        let Law::Sampler { sampler, origin, by } = &self.law else { return Ok(()) };
        let (d, count) = (self.dimension, BLOCK as usize);
        let wrong = |what: String| LatentError::Sampler { what };
        let (mut at, mut rest) = (first, &mut out[..]);
        while !rest.is_empty() {
            let (block, skip) = (at / BLOCK, (at % BLOCK) as usize);
            let drawn = sampler.draw(self.seed, stream << 48 | block, count).map_err(wrong)?;
            if drawn.len() != count * d {
                let found = drawn.len();
                return Err(wrong(format!(
                    "gave {found} numbers where {count} points of {d} coordinates were asked for; give just these"
                )));
            }
            if let Some(k) = drawn.iter().position(|v| !(v.abs() <= 1e140)) {
                let (row, axis) = (k / d, k % d);
                return Err(wrong(format!(
                    "gave {} as coordinate {axis} of point {row}; every number must be finite and below 1e140",
                    drawn[k]
                )));
            }
            let take = rest.len().min((count - skip) * d);
            let (now, later) = std::mem::take(&mut rest).split_at_mut(take);
            for (to, from) in now.chunks_exact_mut(d).zip(drawn[skip * d..].chunks_exact(d)) {
                for k in 0..d {
                    to[k] = (from[k] - origin[k]) * by;
                }
            }
            (at, rest) = (at + (take / d) as u64, later);
        }
        Ok(())
    }

    /// A random orthonormal frame, row after row: the orthonormalized rows of a normal matrix,
    /// whose law no rotation changes. Twice, so that what rounding left of the first time goes.
    pub(super) fn frame(&self, number: u64) -> Vec<f64> {
        let d = self.dimension;
        let mut rows = vec![0.0; d * d];
        for (k, pair) in rows.chunks_mut(2).enumerate() {
            let [a, b] = Stream { seed: self.seed, stream: FRAMES, part: k as u32 }.block(number);
            pair.iter_mut().zip(normal::pair(unit(a), unit(b))).for_each(|(to, v)| *to = v);
        }
        for _ in 0..2 {
            for k in 0..d {
                let (before, rest) = rows.split_at_mut(k * d);
                let row = &mut rest[..d];
                for other in before.chunks_exact(d) {
                    let along: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
                    row.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
                }
                let length = row.iter().map(|v| v * v).sum::<f64>().sqrt();
                row.iter_mut().for_each(|v| *v /= length);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(law: Law, d: usize, what: Use, first: u64, count: usize) -> Vec<f64> {
        let mut out = vec![0.0; count * d];
        Drawer::new(law, d, 5).fill(what, first, &mut out).unwrap();
        out
    }

    #[test]
    fn a_point_depends_on_its_number_alone() {
        for law in [Law::Cube, Law::Ball, Law::Gaussian] {
            let all = drawn(law.clone(), 3, Use::Learn, 0, 100);
            assert_eq!(drawn(law.clone(), 3, Use::Learn, 37, 40), all[111..231]);
            assert_ne!(drawn(law, 3, Use::Validate, 0, 100), all);
        }
    }

    #[test]
    fn moments_are_those_of_the_laws() {
        for (law, mean, variance) in
            [(Law::Cube, 0.5, 1.0 / 12.0), (Law::Ball, 0.0, 1.0 / 5.0), (Law::Gaussian, 0.0, 1.0)]
        {
            let x = drawn(law, 3, Use::Learn, 0, 20_000);
            let n = x.len() as f64;
            let m = x.iter().sum::<f64>() / n;
            let v = x.iter().map(|x| (x - m).powi(2)).sum::<f64>() / n;
            assert!((m - mean).abs() < 0.02 && (v / variance - 1.0).abs() < 0.03, "{m} {v}");
        }
    }

    #[test]
    fn frames_are_orthonormal() {
        let d = 7;
        let u = Drawer::new(Law::Gaussian, d, 1).frame(3);
        for i in 0..d {
            for j in 0..d {
                let dot: f64 = (0..d).map(|k| u[i * d + k] * u[j * d + k]).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn rows_are_used_from_both_ends() {
        let rows = Rows { dimension: 1, rows: (0..20).map(f64::from).collect() };
        let law = Law::rows(&rows, 3, &[0.0], 1.0);
        let mut learn = drawn(law.clone(), 1, Use::Learn, 0, 12);
        learn.extend(drawn(law, 1, Use::Validate, 0, 8));
        assert_ne!(learn, rows.rows);
        learn.sort_by(f64::total_cmp);
        assert_eq!(learn, rows.rows);
    }
}
