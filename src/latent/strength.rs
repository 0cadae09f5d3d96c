//! How strongly the local map draws codes together and spreads cells: by codes that are held out.
//!
//! The likelihood of held-out codes alone asks for too much: it is ruined by one code in a thin
//! place and hardly notices many new ones where no code is. So a second question comes first: is a
//! new code as near to held-out ones as a code is? Let `D` be the distance of a new code to the
//! nearest held-out one, `D'` that of a code. If both have one law `P(D < D') = 1/2`; new codes off
//! the others make it less, and copies leave it as it is. Only strengths at which it is no less
//! than [`NO_LESS`] are allowed, and of these the likeliest is taken. Only distances are compared,
//! so neither scale nor place matters.

use super::about::{ABOUT, About};
use super::codes::Codes;
use super::neighbours::nearest_of;
use super::normal;
use crate::dense::{Stream, unit};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use rayon::prelude::*;

/// Times that other codes are held out.
const ROUNDS: usize = 4;

/// Codes that are held out, at most, and the others that are asked about.
const HELD: usize = 200;
const ASKED: usize = 1000;

/// Pieces nearest to a held-out code that make its density.
const MIXED: usize = 16;

/// Half, less what chance makes: in four rounds with some hundreds of codes the deviation is half a
/// hundredth.
const NO_LESS: f64 = 0.5 - 0.01;

const ORDER: u32 = 14;
const NORMAL: u32 = 15;

/// A round: some codes are held out.
struct Round<'a> {
    codes: &'a Codes,
    part: &'a [u32],
    held: &'a [u32],
    /// Codes that were not, and what is about them among those that were not.
    asked: Vec<(u32, About)>,
    /// What the cell of each adds at strength 1, one random vector.
    added: Vec<Vec<f64>>,
    /// Distances of the codes themselves to the nearest held-out one, sorted.
    own: Vec<f64>,
    /// Root of covariance, and logarithm of the root's determinant; of those that mix.
    pieces: Vec<(usize, Cholesky<f64, Dyn>, f64)>,
    /// For each held-out code the pieces that mix.
    mixed: Vec<Vec<usize>>,
}

impl<'a> Round<'a> {
    fn new(codes: &'a Codes, part: &'a [u32], order: &'a [u32], round: usize, seed: u64) -> Round<'a> {
        let (d, n) = (codes.dimension(), codes.len());
        let many = (n / 5).clamp(2, HELD);
        let held = &order[round * many..(round + 1) * many];
        let mut wanted = vec![true; n];
        held.iter().for_each(|i| wanted[*i as usize] = false);
        let mut asked: Vec<u32> = order.iter().copied().filter(|i| wanted[*i as usize]).take(ASKED).collect();
        asked.sort_unstable();
        let near_held = nearest_of(codes, MIXED, &wanted, held);
        let near = nearest_of(codes, ABOUT + 4, &wanted, &asked);
        let asked: Vec<(u32, About)> =
            asked.into_iter().zip(&near).map(|(i, near)| (i, About::of(codes, i as usize, near, part))).collect();
        let random = |(k, (_, about)): (usize, &(u32, About))| {
            let words = Stream { seed, stream: NORMAL, part: round as u32 };
            let mut at = (k * (ABOUT + 1)) as u64;
            about.random(codes, || {
                let [a, b] = words.block(at);
                at += 1;
                normal::pair(unit(a), unit(b))[0]
            })
        };
        let added = asked.par_iter().enumerate().map(random).collect();
        let mut mixed: Vec<Vec<usize>> = near_held
            .iter()
            .map(|near| near.iter().filter_map(|e| asked.binary_search_by_key(&e.0, |a| a.0).ok()).collect())
            .collect();
        let mut used: Vec<usize> = mixed.concat();
        used.sort_unstable();
        used.dedup();
        let piece = |&k: &usize| {
            // A tenth of the variance is spread evenly: neighbours fewer than dimensions span no
            // space.
            let mut s: DMatrix<f64> = asked[k].1.covariance(codes);
            let even = (s.trace() / d as f64).max(f64::MIN_POSITIVE);
            s *= 0.9;
            (0..d).for_each(|k| s[(k, k)] += 0.1 * even);
            let root = Cholesky::new(s)?;
            let log = (0..d).map(|k| root.l_dirty()[(k, k)].ln()).sum::<f64>();
            Some((k, root, log))
        };
        let pieces: Vec<_> = used.par_iter().filter_map(piece).collect();
        for list in &mut mixed {
            *list = list.iter().filter_map(|k| pieces.binary_search_by_key(k, |p| p.0).ok()).collect();
        }
        let mut own: Vec<f64> =
            asked.par_iter().map(|(i, _)| nearest_held(codes, held, codes.row(*i as usize))).collect();
        own.sort_unstable_by(f64::total_cmp);
        Round { codes, part, held, asked, added, own, pieces, mixed }
    }

    /// Where a strength draws the codes, and the factor of what cells add, for each component: with
    /// it the variance is that of the codes.
    fn drawn(&self, s: f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let (codes, d) = (self.codes, self.codes.dimension());
        let keep = (1.0 - s * s).max(0.0).sqrt();
        let places: Vec<Vec<f64>> =
            self.asked.iter().map(|(i, about)| about.drawn(codes.row(*i as usize), keep)).collect();
        let count = self.part.iter().max().map_or(0, |m| *m as usize + 1);
        let mut sums = vec![(0.0, vec![0.0; d], vec![0.0; d], 0.0, 0.0); count];
        for ((i, about), place) in self.asked.iter().zip(&places) {
            let (nu, row) = (codes.masses()[*i as usize], codes.row(*i as usize));
            let sum = &mut sums[self.part[*i as usize] as usize];
            sum.0 += nu;
            for k in 0..d {
                sum.1[k] += nu * row[k];
                sum.2[k] += nu * place[k];
            }
            sum.4 += nu * s * s * about.spread;
        }
        for ((i, _), place) in self.asked.iter().zip(&places) {
            let (nu, row) = (codes.masses()[*i as usize], codes.row(*i as usize));
            let sum = &mut sums[self.part[*i as usize] as usize];
            for k in 0..d {
                sum.3 += nu * ((row[k] - sum.1[k] / sum.0).powi(2) - (place[k] - sum.2[k] / sum.0).powi(2));
            }
        }
        let factor = |s: &(f64, Vec<f64>, Vec<f64>, f64, f64)| if s.4 > 0.0 { (s.3 / s.4).max(0.0) } else { 0.0 };
        (places, sums.iter().map(factor).collect())
    }

    /// `P(D < D')`, and the likelihood of the held-out codes, at a strength.
    fn says(&self, s: f64) -> [f64; 2] {
        let codes = self.codes;
        let (places, factors) = self.drawn(s);
        let factor = |i: u32| factors[self.part[i as usize] as usize];
        let new = |(((i, _), place), added): ((&(u32, About), &Vec<f64>), &Vec<f64>)| {
            let by = s * factor(*i).sqrt();
            let x: Vec<f64> = place.iter().zip(added).map(|(p, a)| p + by * a).collect();
            nearest_held(codes, self.held, &x)
        };
        let mut far: Vec<f64> = self.asked.par_iter().zip(&places).zip(&self.added).map(new).collect();
        far.sort_unstable_by(f64::total_cmp);
        let own = &self.own;
        let nearer = |d: &f64| own.len() - own.partition_point(|o| o <= d);
        let as_near = |d: &f64| own.partition_point(|o| o <= d) - own.partition_point(|o| o < d);
        let pairs = (own.len() * far.len()).max(1) as f64;
        let share = far.iter().map(|d| nearer(d) as f64 + 0.5 * as_near(d) as f64).sum::<f64>() / pairs;
        let d = codes.dimension() as f64;
        let density = |(h, mixed): (&u32, &Vec<usize>)| {
            let x = codes.row(*h as usize);
            let logs: Vec<f64> = mixed
                .iter()
                .filter_map(|&m| {
                    let (k, root, log) = &self.pieces[m];
                    let i = self.asked[*k].0;
                    let by = s * factor(i).sqrt();
                    let off = DVector::from_iterator(x.len(), x.iter().zip(&places[*k]).map(|(x, p)| x - p));
                    let square = root.l_dirty().solve_lower_triangular(&off)?.norm_squared();
                    let value = codes.masses()[i as usize].ln() - log - d * by.ln() - 0.5 * square / (by * by);
                    value.is_finite().then_some(value)
                })
                .collect();
            let most = logs.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
            if most.is_finite() { most + logs.iter().map(|l| (l - most).exp()).sum::<f64>().ln() } else { -1e6 }
        };
        [share, self.held.iter().zip(&self.mixed).map(density).sum()]
    }
}

/// The square of the distance to the nearest held-out code.
fn nearest_held(codes: &Codes, held: &[u32], x: &[f64]) -> f64 {
    let far = |h: &u32| codes.row(*h as usize).iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    held.iter().map(far).fold(f64::INFINITY, f64::min)
}

/// The strength of these codes.
pub(super) fn strength(codes: &Codes, part: &[u32], seed: u64) -> f64 {
    let n = codes.len();
    if n < 10 {
        return 0.5;
    }
    let words = Stream { seed, stream: ORDER, part: 0 };
    let mut order: Vec<(u64, u32)> = (0..n as u32).map(|i| (words.block(u64::from(i))[0], i)).collect();
    order.sort_unstable();
    let order: Vec<u32> = order.into_iter().map(|e| e.1).collect();
    let rounds: Vec<Round<'_>> = (0..ROUNDS).map(|r| Round::new(codes, part, &order, r, seed)).collect();
    let mut best = (0.1, f64::NEG_INFINITY);
    for k in 1..=10 {
        let s = f64::from(k) / 10.0;
        let sums = rounds.iter().map(|r| r.says(s)).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
        if sums[0] / ROUNDS as f64 >= NO_LESS && sums[1] > best.1 {
            best = (s, sums[1]);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normals(count: usize, seed: u64) -> Vec<f64> {
        let words = Stream { seed, stream: 77, part: 0 };
        (0..count as u64).map(|k| normal::pair(unit(words.block(k)[0]), unit(words.block(k)[1]))[0]).collect()
    }

    /// A cloud of normal codes may be spread as far as it goes; codes on a thin curve must not.
    #[test]
    fn clouds_are_spread_more_than_curves() {
        let cloud = Codes::new(4, normals(400 * 4, 1), None).unwrap();
        let wide = strength(&cloud, &[0; 400], 1);
        let noise = normals(400 * 6, 2);
        let turn = |k: usize| k as f64 * 0.618_034 * std::f64::consts::TAU % std::f64::consts::TAU;
        let curve: Vec<f64> = (0..400)
            .flat_map(|k| {
                let mut y: Vec<f64> = noise[6 * k..6 * k + 6].iter().map(|v| 1e-3 * v).collect();
                y[0] += turn(k).cos();
                y[1] += turn(k).sin();
                y[2] += (3.0 * turn(k)).sin();
                y
            })
            .collect();
        let curve = Codes::new(6, curve, None).unwrap();
        let s = strength(&curve, &[0; 400], 1);
        assert!(s < 1.0 && s <= wide && wide >= 0.7, "{s} {wide}");
        // Neither scale nor place matters.
        let moved = curve.rows().iter().map(|v| 50.0 + 64.0 * v).collect();
        assert_eq!(strength(&Codes::new(6, moved, None).unwrap(), &[0; 400], 1), s);
    }
}
