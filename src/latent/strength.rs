//! How strongly the local map draws codes together and spreads cells: by codes that are held out.
//!
//! Two tests, each a probability that is 1/2 where new codes have the law of the codes:
//!
//! - *astray*: let `D` be the distance of a new code to the nearest held-out one, `D'` that of a
//!   code. Where new codes lie off the others, `P(D < D')` is less than 1/2; copies do not show.
//! - *copied*: let `E` be the distance of a new code to the nearest code that it may be made of,
//!   `E'` that of a held-out one. `P(E < E')` is 1 for copies (Meehan, Chaudhuri, Dasgupta, 2020).
//!
//! The more strength, the less is copied and the more goes astray. The strength is taken at which
//! the worse of both is least; [`SERIOUS`] says how serious one is beside the other. Only distances
//! are compared, so neither scale nor place matters, and no density is asked for: codes may lie on
//! thin sets. (The likelihood of held-out codes is no such judge: it is ruined by one code in a
//! thin place and hardly notices new ones where no code is.)

use super::about::{ABOUT, About};
use super::codes::Codes;
use super::local::members;
use super::neighbours::nearest_of;
use super::normal;
use crate::dense::{Stream, unit};
use rayon::prelude::*;

/// Times that other codes are held out.
const ROUNDS: usize = 4;

/// Codes that are held out, at most; the others that make new ones; and of these the ones that are
/// asked whether they copy, which costs a comparison with all codes.
const HELD: usize = 200;
const MAKERS: usize = 1000;
const COPIERS: usize = 200;

/// What goes astray is so much more serious than what is copied. A share of 0.02 less of codes that
/// are nearer costs about 0.02 of precision, as much as is tolerable; so is a quarter of copies
/// above one half.
const SERIOUS: f64 = 12.5;

const ORDER: u32 = 14;
const NORMAL: u32 = 15;

/// A round: some codes are held out.
struct Round<'a> {
    codes: &'a Codes,
    held: &'a [u32],
    /// All others.
    rest: Vec<u32>,
    /// Some of them, and what is about each among the others.
    makers: Vec<(u32, About)>,
    /// The makers of each component, by their place in the list.
    components: Vec<Vec<u32>>,
    /// What the cell of each adds at strength 1, one random vector.
    added: Vec<Vec<f64>>,
    /// Squares of distances, sorted: of the makers to the nearest held-out code, and of these to
    /// the nearest other one.
    to_held: Vec<f64>,
    to_rest: Vec<f64>,
}

/// The square of the distance to the nearest of some codes.
fn nearest_square(codes: &Codes, these: &[u32], x: &[f64]) -> f64 {
    let far = |h: &u32| codes.row(*h as usize).iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    these.iter().map(far).fold(f64::INFINITY, f64::min)
}

fn sorted(mut list: Vec<f64>) -> Vec<f64> {
    list.sort_unstable_by(f64::total_cmp);
    list
}

/// `P(a < b)` for one of each list, ties counted half; `b` is sorted.
fn less(a: &[f64], b: &[f64]) -> f64 {
    let above = |v: &f64| {
        let (first, end) = (b.partition_point(|o| o < v), b.partition_point(|o| o <= v));
        (b.len() - end) as f64 + 0.5 * (end - first) as f64
    };
    a.iter().map(above).sum::<f64>() / (a.len() * b.len()).max(1) as f64
}

impl<'a> Round<'a> {
    fn new(codes: &'a Codes, part: &[u32], order: &'a [u32], round: usize, seed: u64) -> Round<'a> {
        let n = codes.len();
        let many = (n / 5).clamp(2, HELD);
        let held = &order[round * many..(round + 1) * many];
        let mut wanted = vec![true; n];
        held.iter().for_each(|i| wanted[*i as usize] = false);
        let rest: Vec<u32> = order.iter().copied().filter(|i| wanted[*i as usize]).collect();
        let chosen = &rest[..rest.len().min(MAKERS)];
        let near = nearest_of(codes, ABOUT + 4, &wanted, chosen);
        let makers: Vec<(u32, About)> =
            chosen.iter().zip(&near).map(|(&i, near)| (i, About::of(codes, i as usize, near, part))).collect();
        let random = |(k, (_, about)): (usize, &(u32, About))| {
            let words = Stream { seed, stream: NORMAL, part: round as u32 };
            let mut at = (k * (ABOUT + 1)) as u64;
            about.random(codes, || {
                let [a, b] = words.block(at);
                at += 1;
                normal::pair(unit(a), unit(b))[0]
            })
        };
        let added = makers.par_iter().enumerate().map(random).collect();
        let far = |these: &[u32], from: &[u32]| {
            let of = |i: &u32| nearest_square(codes, these, codes.row(*i as usize));
            sorted(from.par_iter().map(of).collect())
        };
        let (to_held, to_rest) = (far(held, chosen), far(&rest, held));
        let parts: Vec<u32> = chosen.iter().map(|i| part[*i as usize]).collect();
        Round { codes, held, makers, components: members(&parts), added, to_held, to_rest, rest }
    }

    /// One new code of each maker, at a strength: each component has the variance of its codes.
    fn new_codes(&self, s: f64) -> Vec<Vec<f64>> {
        let keep = (1.0 - s * s).max(0.0).sqrt();
        let row = |k: u32| self.codes.row(self.makers[k as usize].0 as usize);
        let nu = |k: u32| self.codes.masses()[self.makers[k as usize].0 as usize];
        let mut new: Vec<Vec<f64>> =
            self.makers.iter().map(|(i, about)| about.drawn(self.codes.row(*i as usize), keep)).collect();
        for own in &self.components {
            let variance = |of: &dyn Fn(u32, usize) -> f64| -> f64 {
                let total: f64 = own.iter().map(|&k| nu(k)).sum();
                let along = |a: usize| {
                    let mean = own.iter().map(|&k| nu(k) * of(k, a)).sum::<f64>() / total;
                    own.iter().map(|&k| nu(k) * (of(k, a) - mean).powi(2)).sum::<f64>() / total
                };
                (0..self.codes.dimension()).map(along).sum()
            };
            let missing = variance(&|k, a| row(k)[a]) - variance(&|k, a| new[k as usize][a]);
            let (sum, total) = own
                .iter()
                .fold((0.0, 0.0), |(sum, total), &k| (sum + nu(k) * self.makers[k as usize].1.spread, total + nu(k)));
            let by = if sum > 0.0 { (missing.max(0.0) * total / sum).sqrt() } else { 0.0 };
            for &k in own {
                let added = &self.added[k as usize];
                new[k as usize].iter_mut().zip(added).for_each(|(v, a)| *v += by * a);
            }
        }
        new
    }

    /// How many are astray, and copied, beyond one half.
    fn says(&self, s: f64) -> [f64; 2] {
        let new = self.new_codes(s);
        let step = new.len().div_ceil(COPIERS).max(1);
        let far: Vec<f64> = new.par_iter().map(|x| nearest_square(self.codes, self.held, x)).collect();
        let some: Vec<&Vec<f64>> = new.iter().step_by(step).collect();
        let near: Vec<f64> = some.par_iter().map(|x| nearest_square(self.codes, &self.rest, x)).collect();
        [0.5 - less(&far, &self.to_held), less(&near, &self.to_rest) - 0.5]
    }
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
    let mut best = (0.5, f64::INFINITY);
    for k in 1..=10 {
        let s = f64::from(k) / 10.0;
        let sums = rounds.iter().map(|r| r.says(s)).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
        let worse = (SERIOUS * sums[0]).max(sums[1]);
        if worse < best.1 {
            best = (s, worse);
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
