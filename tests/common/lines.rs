//! Lines through a point of the cube, cut by codes of few bits: against rationals.

use brenier::exact::big::{Rational, rational};
use brenier::latent::Envelope;

/// Cuts the lines of a star that the bytes describe, in up to three dimensions: which codes, in
/// which order, and where from. Returns the number of pieces.
pub fn hold(data: &[u8]) -> usize {
    let mut bytes = data.iter().copied();
    let mut next = || bytes.next().unwrap_or(0);
    let d = 1 + usize::from(next() % 3);
    let n = 1 + usize::from(next() % 9);
    // Eighths of small numbers tie all the time; others hardly ever do.
    let fine = next() % 2 == 1;
    let mut number = |scale: f64| {
        let word = if fine { i32::from(next()) * 256 + i32::from(next()) - 32768 } else { i32::from(next() % 17) - 8 };
        f64::from(word) * scale
    };
    let unit = if fine { 2f64.powi(-15) } else { 0.125 };
    let codes: Vec<Vec<f64>> = (0..n).map(|_| (0..d).map(|_| number(unit)).collect()).collect();
    let heights: Vec<f64> = (0..n).map(|_| number(unit)).collect();
    let point: Vec<f64> = (0..d).map(|_| (0.5 + 0.5 * number(unit)).clamp(0.0, 1.0)).collect();
    // Sums of few products of 16 bits each: exact in doubles.
    let values: Vec<f64> = (0..n).map(|i| heights[i] + (0..d).map(|k| codes[i][k] * point[k]).sum::<f64>()).collect();
    let along = |k: usize| {
        let slopes: Vec<f64> = codes.iter().map(|y| y[k]).collect();
        held(&values, &slopes, -point[k], 1.0 - point[k])
    };
    (0..d).map(along).sum()
}

/// Compares the envelope of `a + b t` over `[low, high]` with that of rationals; returns the number
/// of its pieces.
pub fn held(a: &[f64], b: &[f64], low: f64, high: f64) -> usize {
    let mut envelope = Envelope::default();
    let found: Vec<_> = envelope.of(a, b, low, high).to_vec();
    let wanted = cut(a, b, low, high);
    let seen: Vec<_> = found.iter().filter(|p| p.to > p.from).collect();
    let lines: Vec<usize> = seen.iter().map(|p| p.line as usize).collect();
    assert_eq!(lines, wanted.iter().map(|w| w.0).collect::<Vec<_>>(), "{a:?} {b:?} {low} {high}");
    for (piece, (_, from)) in seen.iter().zip(&wanted) {
        let from = from.to_f64();
        assert!((piece.from - from).abs() <= 4.0 * f64::EPSILON * from.abs().max(1e-3), "{piece:?} {from}");
    }
    // Nothing is left out.
    assert!(found.windows(2).all(|p| p[0].to == p[1].from));
    assert!(found[0].from == low && found[found.len() - 1].to == high);
    lines.len()
}

/// The envelope by rationals: the largest line between any two places where lines meet; of equal
/// lines the first.
fn cut(a: &[f64], b: &[f64], low: f64, high: f64) -> Vec<(usize, Rational)> {
    let at = |i: usize, t: &Rational| rational(a[i]) + rational(b[i]) * t;
    let mut cuts = vec![rational(low), rational(high)];
    for i in 0..a.len() {
        for j in 0..i {
            if b[i] != b[j] {
                let t = (rational(a[i]) - rational(a[j])) / (rational(b[j]) - rational(b[i]));
                if t > rational(low) && t < rational(high) {
                    cuts.push(t);
                }
            }
        }
    }
    cuts.sort();
    cuts.dedup();
    let mut wanted: Vec<(usize, Rational)> = Vec::new();
    for pair in cuts.windows(2) {
        let middle = Rational::from(&pair[0] + &pair[1]) / 2;
        let top = (0..a.len()).fold(0, |m, i| if at(i, &middle) > at(m, &middle) { i } else { m });
        if wanted.last().is_none_or(|w| w.0 != top) {
            wanted.push((top, pair[0].clone()));
        }
    }
    wanted
}
