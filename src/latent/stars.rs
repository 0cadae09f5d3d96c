//! Star samples: all lines of a frame through a random point, cut exactly by the upper envelope of
//! the codes along each.
//!
//! For `x` of the source, the axes `e_k` of the box, or a random orthonormal frame where no
//! rotation changes the source, let `len_k(i)` be the mass of cell `i` along the line `x + t e_k`
//! under the law of the source on that line. Then `E len_k(i) = m_i`, and with the density
//! `rho_k(t)` along the line `E sum_k sum_t rho_k(t) = D_ij K_ij` over the points `t` at which the
//! line goes from `i` to `j`, where `K_ij = -dm_i/dh_j` and `D_ij = |y_i - y_j|_1`, or for a random
//! frame `d E|u_1| |y_i - y_j|` (docs/theory/latent.md). So masses are estimated with no bias and
//! smoothly in the heights, and walls with them.

use super::draw::{Law, Use};
use super::envelope::Envelope;
use super::error::LatentError;
use super::estimate::{Estimate, Meeting, Sums, wall};
use super::fixed;
use super::lines::Along;
use super::units::Units;
use super::visible::{Lines, Sight};
use crate::dense::{Instructions, Task, widely};
use rayon::prelude::*;

/// Stars that are made together; for a source without directions they share a frame.
const CHUNK: u64 = 64;

/// The mean of `|u_1|` over directions of dimension `d`: `G(d/2) / (sqrt(pi) G((d+1)/2))`.
fn mean_coordinate(d: usize) -> f64 {
    let half = 0.5 * d as f64;
    libm::exp(libm::lgamma(half) - libm::lgamma(half + 0.5)) / std::f64::consts::PI.sqrt()
}

/// What the stars `first .. first + count` say of the cells at these heights. Cost: a star costs
/// the values of all codes at a point, and two passes over all codes for each line.
pub(super) fn stars(units: &Units, heights: &[f64], first: u64, count: u64) -> Result<Estimate, LatentError> {
    let n = units.len();
    let turned = !matches!(units.drawer.law, Law::Cube) && units.dimension > 1;
    let reach = reach(units);
    let chunks: Vec<u64> = (0..count.div_ceil(CHUNK)).collect();
    let sums = chunks
        .into_par_iter()
        .try_fold(
            || (Sums::of(n), Work::default()),
            |(mut sums, mut work), chunk| {
                let begin = first + chunk * CHUNK;
                let these = CHUNK.min(first + count - begin) as usize;
                let star = Star { units, heights, reach, turned };
                star.chunk(begin, these, &mut work, &mut sums)?;
                Ok((sums, work))
            },
        )
        .map(|part| part.map(|(sums, _)| sums))
        .try_reduce(Sums::default, |a, b| Ok(a.merged(b)))?
        .settled();
    let d = units.dimension;
    let factor = d as f64 * mean_coordinate(d);
    Ok(Estimate::of(sums, count, |i, j| {
        let (y, z) = (i as usize * d, j as usize * d);
        let pairs = units.codes[y..y + d].iter().zip(&units.codes[z..z + d]);
        match turned {
            false => 1.0 / pairs.map(|(a, b)| (a - b).abs()).sum::<f64>(),
            true => 1.0 / (factor * pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()),
        }
    }))
}

/// No slope of a code along a line is greater than the longest code.
fn reach(units: &Units) -> f64 {
    let rows = units.codes.chunks_exact(units.dimension);
    rows.map(|y| y.iter().map(|v| v * v).sum::<f64>()).fold(0.0f64, f64::max).sqrt()
}

/// Memory of a thread.
#[derive(Default)]
struct Work {
    points: Vec<f64>,
    turned: Vec<f64>,
    values: Vec<f64>,
    sight: Sight,
    envelope: Envelope,
    shares: Vec<(u32, u64)>,
    met: Vec<Meeting>,
}

struct Star<'a> {
    units: &'a Units,
    heights: &'a [f64],
    reach: f64,
    turned: bool,
}

impl Star<'_> {
    fn chunk(&self, first: u64, count: usize, work: &mut Work, sums: &mut Sums) -> Result<(), LatentError> {
        let (units, d, n) = (self.units, self.units.dimension, self.units.len());
        work.points.resize(count * d, 0.0);
        units.drawer.fill(Use::Learn, first, &mut work.points)?;
        // Slopes along the lines, and the coordinates of the points along them.
        let mut points = std::mem::take(&mut work.points);
        let mut turned = std::mem::take(&mut work.turned);
        let columns: &[f64] = if self.turned {
            let frame = units.drawer.frame(first);
            turned.resize(n * d, 0.0);
            turn_columns(&frame, &units.columns, d, n, &mut turned);
            for x in points.chunks_exact_mut(d) {
                let y: Vec<f64> = frame.chunks_exact(d).map(|u| u.iter().zip(&*x).map(|(u, x)| u * x).sum()).collect();
                x.copy_from_slice(&y);
            }
            &turned
        } else {
            &units.columns
        };
        for x in points.chunks_exact(d) {
            self.star(columns, x, work, sums);
        }
        (work.points, work.turned) = (points, turned);
        Ok(())
    }

    /// One star about `x`.
    fn star(&self, columns: &[f64], x: &[f64], work: &mut Work, sums: &mut Sums) {
        let (d, n) = (x.len(), self.heights.len());
        work.values.resize(n, 0.0);
        values(columns, self.heights, x, &mut work.values);
        let most = work.values.iter().fold(f64::NEG_INFINITY, |m, v| if *v > m { *v } else { m });
        let top = work.values.iter().position(|v| *v == most).unwrap_or(0);
        let alongs: Vec<Along> = (0..d).map(|k| self.along(x, k)).collect();
        let longest = alongs.iter().flat_map(|a| a.ends()).fold(0.0f64, |m, t| m.max(t.abs()));
        // Values near the largest are at most so large; rounding makes some 1e-16 of them.
        let margin = 1e-12 * (most.abs() + self.reach * longest);
        work.shares.clear();
        let part = 1.0 / d as f64;
        let mut value = 0.0;
        for (k, along) in alongs.into_iter().enumerate() {
            let slopes = &columns[k * n..(k + 1) * n];
            let [low, high] = along.ends();
            work.sight.look((&work.values, slopes), top, &along.places(), margin);
            let Lines { ids, a, b } = &work.sight.seen;
            let pieces = work.envelope.of(a, b, low, high);
            for (s, piece) in pieces.iter().enumerate() {
                let at = piece.line as usize;
                let [mass, integral] = along.integrals(a[at], b[at], piece.from, piece.to);
                value += integral * part;
                work.shares.push((ids[at], fixed::share(mass * part)));
                if let Some(next) = pieces.get(s + 1) {
                    let other = ids[next.line as usize];
                    work.met.push((wall(ids[at], other), fixed::share(along.density(piece.to))));
                }
            }
        }
        sums.value += fixed::value(value);
        for &(i, share) in &work.shares {
            sums.masses[i as usize] += share;
        }
        work.shares.sort_unstable();
        let square = |group: &[(u32, u64)]| {
            let m = fixed::of_shares(group.iter().map(|s| s.1).sum());
            m * m / self.units.masses[group[0].0 as usize]
        };
        let squares: f64 = work.shares.chunk_by(|a, b| a.0 == b.0).map(square).sum();
        sums.squares += fixed::value(squares);
        sums.walls.append(&mut work.met);
    }

    /// The line through `x` in direction `k`.
    fn along(&self, x: &[f64], k: usize) -> Along {
        match self.units.drawer.law {
            Law::Gaussian => Along::Normal { at: x[k] },
            Law::Ball => {
                let others = x.iter().map(|v| v * v).sum::<f64>() - x[k] * x[k];
                let half = (1.0 - others).max(1e-300).sqrt();
                Along::Even { low: (-half - x[k]).min(0.0), high: (half - x[k]).max(0.0) }
            }
            _ => Along::Even { low: -x[k], high: 1.0 - x[k] },
        }
    }
}

/// `g_i + <x, z_i>` of all codes, by columns.
pub(super) fn values(columns: &[f64], heights: &[f64], x: &[f64], out: &mut [f64]) {
    struct Values<'a> {
        columns: &'a [f64],
        heights: &'a [f64],
        x: &'a [f64],
        out: &'a mut [f64],
    }
    impl Task for Values<'_> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            let n = self.heights.len();
            self.out.copy_from_slice(self.heights);
            for (k, &x) in self.x.iter().enumerate() {
                for (o, y) in self.out.iter_mut().zip(&self.columns[k * n..(k + 1) * n]) {
                    *o += x * y;
                }
            }
        }
    }
    widely(Instructions::widest(), Values { columns, heights, x, out });
}

/// Codes in another frame.
fn turn_columns(frame: &[f64], columns: &[f64], d: usize, n: usize, out: &mut [f64]) {
    let zeros = vec![0.0; n];
    for (u, out) in frame.chunks_exact(d).zip(out.chunks_exact_mut(n)) {
        values(columns, &zeros, u, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::super::source::Source;
    use super::*;

    fn units(d: usize, rows: Vec<f64>, source: Source) -> Units {
        Units::new(&Codes::new(d, rows, None).unwrap(), &source, 3).unwrap()
    }

    /// In one dimension every star is the whole line: masses and walls are exact.
    #[test]
    fn one_dimension_is_exact() {
        let rows = vec![0.0, 1.0, 3.0];
        let u = units(1, rows.clone(), Source::Cube(1));
        // Walls at 1/4 and 3/4: h1 - h0 = -1/4, h2 - h1 = -3/2.
        let g = u.heights_in(&[0.0, -0.25, -1.75]);
        let e = stars(&u, &g, 0, 10).unwrap();
        assert!(e.masses.iter().zip([0.25, 0.5, 0.25]).all(|(m, w)| (m - w).abs() < 1e-10), "{:?}", e.masses);
        assert_eq!(e.walls.iter().map(|w| (w.0, w.1)).collect::<Vec<_>>(), [(0, 1), (1, 2)]);
        // K = rho / |y_i - y_j|, in units.
        assert!((e.walls[0].2 - u.scale).abs() < 1e-9 && (e.walls[1].2 - 0.5 * u.scale).abs() < 1e-9);
        // int max = 0 + int_{1/4}^{3/4} (x - 1/4) + int_{3/4}^1 (3x - 7/4)
        let value = 0.125 + (1.5 * (1.0 - 0.5625) - 1.75 * 0.25);
        let shift = u.scale * e.value - value;
        // The units subtract the term <x, c>, whose mean is c / 2.
        assert!((shift + 0.5 * 1.5).abs() < 1e-9, "{shift}");
        let normal = units(1, rows, Source::Gaussian(vec![0.0], 1.0));
        let e = stars(&normal, &normal.heights_in(&[0.0, 0.0, 0.0]), 0, 4).unwrap();
        assert!((e.masses[0] - 0.5).abs() < 1e-10 && e.masses[1] == 0.0);
    }

    /// Two codes: the wall is a plane through the cube or ball whose area is known.
    #[test]
    fn walls_and_masses_are_unbiased() {
        let pi = std::f64::consts::PI;
        let cases: [(Source, f64, f64, f64); 3] = [
            // Plane x + y = 1 in the cube: half the mass; area sqrt 2, distance of the codes sqrt
            // 2.
            (Source::Cube(3), -1.0, 0.5, 1.0),
            // x + y = 0 in the ball: disc of area pi, density 3/(4 pi).
            (Source::Ball(vec![0.0; 3], 1.0), 0.0, 0.5, 0.75 / 2f64.sqrt()),
            // x + y = 1: at distance 1/sqrt 2 from the middle of the normal law.
            (
                Source::Gaussian(vec![0.0; 3], 1.0),
                -1.0,
                super::super::normal::below(1.0 / 2f64.sqrt()),
                super::super::normal::density(1.0 / 2f64.sqrt()) / 2f64.sqrt(),
            ),
        ];
        for (source, h, mass, wall) in cases {
            let u = units(3, vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0], source);
            let g = u.heights_in(&[0.0, h]);
            let e = stars(&u, &g, 0, 4096).unwrap();
            let off = 5.0 * (e.noise * 0.25).sqrt() + 1e-9;
            assert!((e.masses[0] - mass).abs() < off.max(0.01), "{} {mass}", e.masses[0]);
            let k = e.walls[0].2 / u.scale;
            assert!((k / wall - 1.0).abs() < 0.06, "{k} {wall} {pi}");
        }
    }

    /// Bits do not depend on how stars are split.
    #[test]
    fn sums_do_not_depend_on_threads() {
        let rows: Vec<f64> = (0..60).map(|k| f64::from(k * 37 % 61) / 61.0).collect();
        let u = units(4, rows, Source::Gaussian(vec![0.0; 4], 1.0));
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| stars(&u, &vec![0.0; u.len()], 64, 300).unwrap())
        };
        let (a, b) = (run(1), run(3));
        assert_eq!(a.masses, b.masses);
        assert_eq!((a.value, a.noise, a.walls), (b.value, b.noise, b.walls));
    }
}
