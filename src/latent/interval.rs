//! Intervals for what is estimated from counts.
//!
//! Let `c_i` of `V` independent points lie in cell `i` of mass `m_i`, and
//! `theta = sum (m_i - nu_i)^2 / nu_i`. Then `U = sum c_i (c_i - 1) / (V (V - 1) nu_i) - 1` has
//! mean `theta`, and variance `2 z / (V (V-1)) + 4 (V-2) t / (V (V-1))` with `z = Var k(X, X')` and
//! `t = Var E k(X, .)` for the kernel `k(i, j) = [i = j] / nu_i - 1` (Hoeffding;
//! docs/theory/latent.md). Near `m = nu` these are `n - 1` and `theta`; where light cells have far
//! more than their mass `t` is greater, and is estimated from triples. `V U + n - 1` is a quadratic
//! form in nearly normal numbers; it is taken for a multiple of a chi-square number with its mean
//! and variance, which for equal masses and `theta = 0` is the classical law, and the quantiles are
//! those of Wilson and Hilferty.
//!
//! *Light cells.* A cell that holds `1/V` may be missed by all points, and adds `1 / (V^2 nu_i)`.
//! Where that is no small part of the deviation of `U` no law of large numbers helps. Such cells
//! are left out of the sums, and bounded by themselves: with all their mass at most `M`, and that
//! of each at most `M_i` (Chernoff), `sum (m_i - nu_i)^2 / nu_i <= M max min(M, M_i) / nu_i +
//! sum nu_i`.

use super::normal;

/// What counts say of `theta`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Theta {
    /// The unbiased estimate; may be negative.
    pub estimate: f64,
    /// An interval that contains the truth with the probability asked for.
    pub interval: [f64; 2],
}

/// Estimate and interval from counts; `alpha` is the probability to err. Counts that are no whole
/// numbers are those of as many independent points as would say as much.
pub(super) fn theta(counts: &[f64], target: &[f64], alpha: f64) -> Theta {
    let v: f64 = counts.iter().sum();
    let n = counts.len() as f64;
    if counts.len() < 2 || v < 2.0 {
        let interval = if counts.len() < 2 { [0.0; 2] } else { [0.0, f64::INFINITY] };
        return Theta { estimate: 0.0, interval };
    }
    let pairs = |c: f64| c * (c - 1.0) / (v * (v - 1.0));
    let triples = |c: f64| pairs(c) * (c - 2.0).max(0.0) / (v - 2.0).max(1.0);
    let estimate = counts.iter().zip(target).map(|(c, nu)| pairs(*c) / nu).sum::<f64>() - 1.0;
    let light = least_mass(counts.len(), v);
    let few = |nu: f64| nu < light;
    let heavy = counts.iter().zip(target).filter(|(_, nu)| !few(**nu)).map(|(c, nu)| (*c, *nu));
    let [mut first, mut second, mut third, mut count, mut kept, mut wanted, mut noise] = [0.0; 7];
    for (c, nu) in heavy {
        first += pairs(c) / nu;
        second += pairs(c) / (nu * nu);
        third += triples(c) / (nu * nu);
        noise += 6.0 / (nu * v * v * v);
        (count, kept, wanted) = (count + 1.0, kept + c / v, wanted + nu);
    }
    let all = count == n;
    // What is left of the sum without the light cells.
    let part = if all { estimate } else { first - 2.0 * kept + wanted };
    let freedom = if count > 1.0 { count - 1.0 } else { 1.0 };
    // Where counts are small the estimate of `z` is no better than what it is near the target.
    let z = (second - first * first).max(freedom);
    // Near the target triples are noise, of this deviation.
    let skew = (third - first * first - part - noise.sqrt()).max(0.0);
    let (alpha, rest) =
        if all { (alpha, 0.0) } else { (0.75 * alpha, bound_of_light(counts, target, light, 0.25 * alpha)) };
    let tail = normal::exceeded(0.5 * alpha);
    let score = |theta: f64| {
        // If the errors are greater than it seems all sums of them are: squares of masses about as
        // `theta`, cubes as its power 3/2. Few points underrate them all together.
        let grown = if part > 0.0 { (theta / part).clamp(1.0, 4.0) } else { 1.0 };
        let mean = freedom + v * theta;
        let variance = 2.0 * (freedom + (z - freedom) * grown) + 4.0 * v * (theta + skew * grown * grown.sqrt());
        let freedom_of = 2.0 * mean * mean / variance;
        let seen = ((v * part + freedom) / mean).max(0.0);
        let spread = 2.0 / (9.0 * freedom_of);
        (seen.cbrt() - (1.0 - spread)) / spread.sqrt()
    };
    // The score falls as theta grows.
    let solve = |level: f64| {
        if score(0.0) <= level {
            return 0.0;
        }
        let mut high = 1.0 / v;
        while score(high) > level && high < 1e300 {
            high *= 2.0;
        }
        let mut low = 0.0;
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if score(middle) > level { low = middle } else { high = middle }
        }
        high
    };
    Theta { estimate, interval: [solve(tail), solve(-tail) + rest] }
}

/// What a cell must weigh for `points` to tell of it: `(8 / points)^2 / nu`, what eight points say,
/// is then at most the deviation of the estimate. For equal masses that are about `45 sqrt(n)`
/// points, for two cells 45 points in each.
fn least_mass(n: usize, points: f64) -> f64 {
    64.0 / (points * (2.0 * (n as f64 - 1.0)).sqrt())
}

/// A bound of what lighter cells add, wrong with probability at most `alpha`.
fn bound_of_light(counts: &[f64], target: &[f64], light: f64, alpha: f64) -> f64 {
    let points = counts.iter().sum::<f64>().floor() as u64;
    let whole = |c: f64| (c.ceil() as u64).min(points);
    let cells = || counts.iter().zip(target).filter(|(_, nu)| **nu < light);
    let (number, sum) = (cells().count() as f64, whole(cells().map(|(c, _)| *c).sum()));
    // Upper ends alone: Chernoff's bound holds for each side.
    let most = chernoff(sum, points, 0.5 * alpha)[1];
    let each = |(c, nu): (&f64, &f64)| chernoff(whole(*c), points, 0.5 * alpha / number)[1].min(most) / nu;
    most * cells().map(each).fold(0.0, f64::max) + cells().map(|(_, nu)| nu).sum::<f64>()
}

/// Points after which light cells of the right masses will add at most a quarter of `tol^2`, or
/// none is light.
pub(super) fn enough_for_light(target: &[f64], tol: f64, alpha: f64) -> f64 {
    let least = target.iter().fold(1.0f64, |m, nu| m.min(*nu));
    if target.len() < 2 || !(least > 0.0) {
        return 0.0;
    }
    let all = 1.01 * least_mass(target.len(), 1.0) / least;
    // So many where no point falls into them.
    let mut v = 2.0 * -(0.125 * alpha).ln() / (tol * least.sqrt());
    while v < all {
        let light = least_mass(target.len(), v);
        let (number, sum) = target.iter().filter(|nu| **nu < light).fold((0.0, 0.0), |(n, s), nu| (n + 1.0, s + nu));
        // Points that fall into them, with two deviations, and into one of them.
        let (in_all, in_one) = (v * sum + 2.0 * (v * sum).sqrt(), 2.0 + 2.0 * v * light.min(sum));
        let most = chernoff(in_all.ceil() as u64, v as u64, 0.125 * alpha)[1];
        let one = chernoff(in_one.min(in_all).ceil() as u64, v as u64, 0.125 * alpha / number)[1].min(most);
        if most * one / least + sum <= 0.25 * tol * tol {
            return v;
        }
        v *= 1.5;
    }
    all
}

/// Points after which, where `theta` is this share of `tol^2`, the upper end will very likely be at
/// most `tol^2`: the distance is as long as both tails, that of the interval and one of one in ten.
pub(super) fn enough(n: usize, tol: f64, share: f64, alpha: f64) -> f64 {
    let tails = normal::exceeded(0.5 * alpha) + 1.28;
    let (room, theta) = ((1.0 - share) * tol * tol, share * tol * tol);
    let mut v = 16.0;
    for _ in 0..60 {
        v = (tails * (2.0 * (n as f64 - 1.0) + 4.0 * v * theta).sqrt() / room).max(16.0);
    }
    v
}

/// The share of `tol^2` at which learning and validation cost least together, where what a point
/// says costs `price` to learn of the price of a point that validates.
pub(super) fn best_share(n: usize, tol: f64, alpha: f64, price: f64) -> f64 {
    let cost = |share: f64| price * (n as f64 - 1.0) / (share * tol * tol) + enough(n, tol, share, alpha);
    let shares = (2..=19).map(|k| f64::from(k) / 20.0);
    shares.fold(0.5, |best, s| if cost(s) < cost(best) { s } else { best })
}

/// Bounds of a probability of which `count` of `points` trials spoke, each wrong with probability
/// at most `alpha`: Chernoff's, `P(c/V >= q) <= exp(-V KL(q, m))` for `q >= m`, for all counts.
pub(super) fn chernoff(count: u64, points: u64, alpha: f64) -> [f64; 2] {
    let (v, q) = (points as f64, count as f64 / points as f64);
    let limit = -alpha.ln() / v;
    let term = |a: f64, b: f64| if a > 0.0 { a * (a / b).ln() } else { 0.0 };
    let kl = |m: f64| term(q, m) + term(1.0 - q, 1.0 - m);
    let solve = |mut inside: f64, mut outside: f64| {
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if kl(middle) <= limit { inside = middle } else { outside = middle }
        }
        outside
    };
    [if count == 0 { 0.0 } else { solve(q, 0.0) }, if count == points { 1.0 } else { solve(q, 1.0) }]
}

/// The largest relative error, an interval for it that all cells together keep, and where it is.
pub(super) fn largest(counts: &[u64], target: &[f64], alpha: f64) -> (f64, [f64; 2], usize) {
    let points: u64 = counts.iter().sum();
    if points == 0 || counts.len() < 2 {
        return (0.0, [0.0, if counts.len() < 2 { 0.0 } else { f64::INFINITY }], 0);
    }
    let each = alpha / (2.0 * counts.len() as f64);
    let (mut seen, mut at, mut low, mut high) = (-1.0, 0, 0.0f64, 0.0f64);
    for (i, (&c, &nu)) in counts.iter().zip(target).enumerate() {
        let error = (c as f64 / points as f64 - nu).abs() / nu;
        if error > seen {
            (seen, at) = (error, i);
        }
        let [a, b] = chernoff(c, points, each);
        low = low.max((a - nu) / nu).max((nu - b) / nu);
        high = high.max((b - nu) / nu).max((nu - a) / nu);
    }
    (seen, [low.max(0.0), high], at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::Stream;

    /// Counts of `points` draws from these masses, as a function of the run.
    fn draw(masses: &[f64], points: usize, run: u64) -> Vec<f64> {
        let mut edges: Vec<f64> = Vec::new();
        masses.iter().for_each(|m| edges.push(edges.last().unwrap_or(&0.0) + m));
        let words = Stream { seed: run, stream: 99, part: 0 };
        let mut counts = vec![0.0; masses.len()];
        for k in 0..points {
            let u = crate::dense::unit(words.block(k as u64)[0]);
            counts[edges.partition_point(|e| *e <= u).min(masses.len() - 1)] += 1.0;
        }
        counts
    }

    /// How often the interval contains the truth, over runs.
    fn coverage(n: usize, points: usize, off: f64, runs: u64, alpha: f64) -> f64 {
        let target: Vec<f64> =
            (0..n).map(|i| (1.0 + (i % 3) as f64) / (0..n).map(|i| 1.0 + (i % 3) as f64).sum::<f64>()).collect();
        let mut masses: Vec<f64> =
            target.iter().enumerate().map(|(i, nu)| nu * (1.0 + if i % 2 == 0 { off } else { -off })).collect();
        let total: f64 = masses.iter().sum();
        masses.iter_mut().for_each(|m| *m /= total);
        let truth: f64 = masses.iter().zip(&target).map(|(m, nu)| (m - nu).powi(2) / nu).sum();
        let hits = (0..runs).filter(|&run| {
            let [low, high] = theta(&draw(&masses, points, run), &target, alpha).interval;
            low <= truth && truth <= high
        });
        hits.count() as f64 / runs as f64
    }

    /// 95 % intervals, 600 runs each: the count of hits has deviation 5.3, 0.9 %.
    #[test]
    fn intervals_contain_the_truth_as_often_as_they_say() {
        for (n, points, off) in
            [(40, 2000, 0.0), (40, 2000, 0.1), (40, 2000, 0.3), (6, 300, 0.0), (6, 300, 0.2), (2, 200, 0.1)]
        {
            let share = coverage(n, points, off, 600, 0.05);
            assert!((0.92..=0.985).contains(&share), "n {n}, points {points}, off {off}: {share}");
        }
    }

    /// Light cells beside heavy ones, with far more than their mass and with none of it: hardly
    /// ever is the truth above the interval.
    #[test]
    fn light_cells_are_not_forgotten() {
        for (light, has, points) in
            [(1e-4, 5e-3, 2048), (1e-4, 1e-3, 2048), (1e-6, 1e-3, 2048), (1e-3, 2e-3, 2048), (1e-5, 0.0, 4096)]
        {
            let n = 40;
            let of = |each: f64| -> Vec<f64> {
                (0..n).map(|i| if i < n / 2 { each } else { 2.0 / n as f64 - each }).collect()
            };
            let (target, masses) = (of(light), of(has));
            let truth: f64 = masses.iter().zip(&target).map(|(m, nu)| (m - nu).powi(2) / nu).sum();
            let above = (0..400).filter(|&run| theta(&draw(&masses, points, run), &target, 0.05).interval[1] < truth);
            let above = above.count();
            assert!(above <= 20, "{light} {has}: {above} of 400");
        }
        // One cell holds all that is missed.
        let (target, masses) = ([1.0 - 1e-4, 1e-4], [1.0 - 5e-3, 5e-3]);
        let truth = 4.9e-3f64.powi(2) * (1.0 / target[0] + 1.0 / target[1]);
        let inside = |run| {
            let [low, high] = theta(&draw(&masses, 2048, run), &target, 0.05).interval;
            low <= truth && truth <= high
        };
        let missed = (0..400).filter(|&run| !inside(run)).count();
        assert!(missed <= 28, "{missed}");
    }

    #[test]
    fn points_that_light_cells_need() {
        assert!(enough_for_light(&[0.01; 100], 0.05, 0.05) < enough(100, 0.05, 0.7, 0.05));
        let mut target = vec![0.01; 101];
        target[100] = 1e-9;
        let points = enough_for_light(&target, 0.05, 0.04);
        let counts: Vec<f64> = target.iter().map(|nu| (nu * points).floor()).collect();
        let high = theta(&counts, &target, 0.04).interval[1];
        assert!(high < 0.5 * 0.05f64.powi(2), "{points:e} {high:e}");
    }

    /// The test above would notice intervals of 80 %.
    #[test]
    fn narrow_intervals_are_noticed() {
        assert!(coverage(40, 2000, 0.1, 600, 0.2) < 0.9);
    }

    #[test]
    fn estimates_have_no_bias() {
        let target = [0.2, 0.3, 0.5];
        let masses = [0.25, 0.25, 0.5];
        let truth = 0.05f64.powi(2) / 0.2 + 0.05f64.powi(2) / 0.3;
        let runs = 4000;
        let mean =
            (0..runs).map(|run| theta(&draw(&masses, 50, run), &target, 0.05).estimate).sum::<f64>() / runs as f64;
        // Deviation of a mean: sqrt(2 * 2 / 50^2 + 4 theta / 50) / sqrt(4000).
        let deviation = (4.0 / 2500.0 + 4.0 * truth / 50.0f64).sqrt() / (runs as f64).sqrt();
        assert!((mean - truth).abs() < 4.0 * deviation, "{mean} {truth} {deviation}");
    }

    #[test]
    fn chernoff_is_wider_than_what_is_seen() {
        let [low, high] = chernoff(30, 100, 0.01);
        assert!(low < 0.2 && low > 0.12 && high > 0.42 && high < 0.5, "{low} {high}");
        assert_eq!(chernoff(0, 50, 0.01)[0], 0.0);
        // P(no hit) = (1 - m)^50 = 0.01.
        assert!((chernoff(0, 50, 0.01)[1] - (1.0 - 0.01f64.powf(0.02))).abs() < 1e-9);
        let (seen, [low, high], at) = largest(&[900, 100], &[0.5, 0.5], 0.05);
        assert!((seen - 0.8).abs() < 1e-12 && at == 0 && low > 0.7 && high < 0.9);
    }

    #[test]
    fn samples_are_planned() {
        let share = best_share(2000, 0.05, 0.04, 1.0);
        assert!((0.6..0.95).contains(&share), "{share}");
        assert!(best_share(2000, 0.05, 0.04, 0.2) < share - 0.1);
        let v = enough(2000, 0.05, share, 0.04);
        assert!(v > 1e4 && v < 1e6, "{v}");
    }
}
