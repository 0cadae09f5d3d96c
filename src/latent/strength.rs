//! How strongly the local map draws codes together and spreads cells: by codes that are held out.
//!
//! Half of the codes make new ones, the other half judges them, as it judges the codes themselves:
//!
//! - *astray*: each judge has a ball that reaches to the fifth judge about it. Where new codes lie
//!   off the others, more of them than of the codes lie in no ball. The difference is the precision
//!   that is lost (Kynkaanniemi and others, 2019); copies do not show in it.
//! - *copied*: let `E` be the distance of a new code to the nearest code that it may be made of,
//!   `E'` that of a judge. `P(E < E')` is 1 for copies, 1/2 for new codes of the same law (Meehan,
//!   Chaudhuri, Dasgupta, 2020).
//!
//! The more strength, the less is copied and the more goes astray. The strength is taken at which
//! the worse of both is least; [`SERIOUS`] says how serious one is beside the other. Only distances
//! are compared, so neither scale nor place matters, and no density is asked for: codes may lie on
//! thin sets. (The likelihood of held-out codes is no such judge: it is ruined by one code in a
//! thin place and hardly notices new ones where no code is. Nor are few judges: where they lie
//! farther apart than a neighbourhood is wide, nothing seems astray.)

use super::about::{ABOUT, About};
use super::codes::Codes;
use super::local::members;
use super::neighbours::nearest_of;
use super::normal;
use crate::dense::{Stream, unit};
use rayon::prelude::*;

/// Times that other codes judge.
const ROUNDS: usize = 4;

/// Codes that judge, at most half of them; the others that make new ones; and of these the ones
/// that are asked whether they copy, which costs a comparison with all codes.
const JUDGES: usize = 2000;
const MAKERS: usize = 1000;
const COPIERS: usize = 200;

/// The judge to whom a ball reaches.
const BALL: usize = 5;

/// What goes astray is so much more serious than what is copied: 0.02 of precision, as much as is
/// tolerable, is as bad as a quarter of copies above one half.
const SERIOUS: f64 = 12.5;

/// Strengths that are tried: this part of 1, and its multiples.
const STEPS: usize = 20;

const ORDER: u32 = 14;
const NORMAL: u32 = 15;

/// A round: some codes judge.
struct Round<'a> {
    codes: &'a Codes,
    judges: &'a [u32],
    /// The squares of the radii of their balls.
    balls: Vec<f64>,
    /// All others.
    rest: Vec<u32>,
    /// Some of them, and what is about each among the others.
    makers: Vec<(u32, About)>,
    /// The makers of each component, by their place in the list.
    components: Vec<Vec<u32>>,
    /// What the cell of each adds at strength 1, one random vector.
    added: Vec<Vec<f64>>,
    /// The share of the makers' codes that lie in no ball.
    outside: f64,
    /// Squares of distances of the judges to the nearest other code, sorted.
    to_rest: Vec<f64>,
}

/// The square of the distance of a code.
fn square(codes: &Codes, i: u32, x: &[f64]) -> f64 {
    codes.row(i as usize).iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum()
}

/// The square of the distance to the nearest of some codes.
fn nearest_square(codes: &Codes, these: &[u32], x: &[f64]) -> f64 {
    these.iter().map(|i| square(codes, *i, x)).fold(f64::INFINITY, f64::min)
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
        let many = (n / 2).min(JUDGES);
        // Every other round the judges are those who made.
        let (first, last) = if round.is_multiple_of(2) { (0, many) } else { (n - many, n) };
        let judges = &order[first..last];
        let mut wanted = vec![true; n];
        judges.iter().for_each(|i| wanted[*i as usize] = false);
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
        let judging: Vec<bool> = wanted.iter().map(|w| !w).collect();
        let radius = |near: &Vec<(u32, f64)>| near.last().map_or(0.0, |e| e.1 * e.1);
        let balls = nearest_of(codes, BALL, &judging, judges).iter().map(radius).collect();
        let far = |i: &u32| nearest_square(codes, &rest, codes.row(*i as usize));
        let to_rest = sorted(judges.par_iter().map(far).collect());
        let parts: Vec<u32> = chosen.iter().map(|i| part[*i as usize]).collect();
        let components = members(&parts);
        let mut round = Round { codes, judges, balls, makers, components, added, outside: 0.0, to_rest, rest };
        let own: Vec<&[f64]> = round.makers.iter().map(|(i, _)| codes.row(*i as usize)).collect();
        round.outside = round.outside_of(&own);
        round
    }

    /// The share of these that lie in no ball.
    fn outside_of(&self, these: &[&[f64]]) -> f64 {
        let lies = |x: &&[f64]| self.judges.iter().zip(&self.balls).any(|(j, r)| square(self.codes, *j, x) <= *r);
        these.par_iter().filter(|x| !lies(x)).count() as f64 / these.len().max(1) as f64
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

    /// How many are astray, and how many are copied beyond one half.
    fn says(&self, s: f64) -> [f64; 2] {
        let new = self.new_codes(s);
        let all: Vec<&[f64]> = new.iter().map(Vec::as_slice).collect();
        let step = new.len().div_ceil(COPIERS).max(1);
        let some: Vec<&[f64]> = all.iter().step_by(step).copied().collect();
        let near: Vec<f64> = some.par_iter().map(|x| nearest_square(self.codes, &self.rest, x)).collect();
        [self.outside_of(&all) - self.outside, less(&near, &self.to_rest) - 0.5]
    }
}

/// The strength of these codes.
pub(super) fn strength(codes: &Codes, part: &[u32], seed: u64) -> f64 {
    let n = codes.len();
    if n < 10 {
        return 0.5;
    }
    let rounds: Vec<(Vec<u32>, usize)> = (0..ROUNDS).map(|r| (shuffled(n, seed, r / 2), r)).collect();
    let rounds: Vec<Round<'_>> = rounds.iter().map(|(order, r)| Round::new(codes, part, order, *r, seed)).collect();
    let said = |k: usize| {
        let s = k as f64 / STEPS as f64;
        let sums = rounds.iter().map(|r| r.says(s)).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
        [SERIOUS * sums[0], sums[1]]
    };
    // One grows and one falls: the worse of them is least where they meet.
    let (mut below, mut above) = ((0, f64::INFINITY), (STEPS, f64::INFINITY));
    let [astray, copied] = said(STEPS);
    if astray <= copied {
        return 1.0;
    }
    above.1 = astray;
    while above.0 - below.0 > 1 {
        let k = usize::midpoint(below.0, above.0);
        let [astray, copied] = said(k);
        if astray <= copied { below = (k, copied) } else { above = (k, astray) }
    }
    let best = if below.1 < above.1 { below.0 } else { above.0 };
    best as f64 / STEPS as f64
}

/// All codes in an order of chance.
fn shuffled(n: usize, seed: u64, part: usize) -> Vec<u32> {
    let words = Stream { seed, stream: ORDER, part: part as u32 };
    let mut order: Vec<(u64, u32)> = (0..n as u32).map(|i| (words.block(u64::from(i))[0], i)).collect();
    order.sort_unstable();
    order.into_iter().map(|e| e.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normals(count: usize, seed: u64) -> Vec<f64> {
        let words = Stream { seed, stream: 77, part: 0 };
        (0..count as u64).map(|k| normal::pair(unit(words.block(k)[0]), unit(words.block(k)[1]))[0]).collect()
    }

    /// Copies are never astray, and all of them are copied; far away everything is astray. Every
    /// code judges in one of two rounds.
    #[test]
    fn copies_are_copied_and_strays_stray() {
        let codes = Codes::new(3, normals(300, 3), None).unwrap();
        let order = shuffled(100, 5, 0);
        let rounds = [0, 1].map(|r| Round::new(&codes, &[0; 100], &order, r, 5));
        for round in &rounds {
            let [astray, copied] = round.says(0.0);
            assert_eq!((astray, copied), (0.0, 0.5));
            let far = [1e3, 0.0, 0.0];
            assert_eq!(round.outside_of(&[&far, codes.row(round.judges[0] as usize)]), 0.5);
            assert!(round.outside < 0.5 && round.says(1.0)[1] < 0.25);
        }
        let mut judges: Vec<u32> = rounds.iter().flat_map(|r| r.judges.iter().copied()).collect();
        judges.sort_unstable();
        assert_eq!(judges, (0..100).collect::<Vec<u32>>());
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
