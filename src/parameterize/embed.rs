//! The first embedding: Tutte's, with weights that are balanced until no triangle is lost.

use super::chart::{Chart, NONE};
use super::rim::Rim;
use super::system::System;
use super::watch::Watch;
use crate::domain::vector::{side, twice_area};
use crate::exact::predicates::orient2d_sign;

/// Rounds of balancing at most.
const ROUNDS: usize = 60;
/// Rounds after which balancing ends as soon as every triangle is positive.
const ENOUGH: f64 = 1.5;

/// An embedding of a chart.
pub(super) struct Embedding {
    pub uv: Vec<[f64; 2]>,
    /// Rounds of balancing.
    pub rounds: usize,
    /// Triangles that are not positive.
    pub flipped: usize,
}

/// Puts every vertex inside into the weighted mean of its neighbours. All weights are positive and
/// symmetric, so by Tutte's theorem all triangles are positive, if coordinates were real numbers.
/// Limbs shrink exponentially with their length, though, to under what doubles can tell. So the
/// weights are balanced and the system solved again: each edge's weight is multiplied by how much
/// smaller than wanted its triangles are, raised to a power, which lets the limbs grow.
pub(super) fn embed(chart: &Chart, rim: &Rim, watch: &mut Watch<'_>) -> Option<Embedding> {
    let n = chart.points.len();
    let mut unknowns = vec![[NONE; 2]; n];
    let mut inside = Vec::new();
    for v in (0..n as u32).filter(|&v| !chart.is_rim(v)) {
        unknowns[v as usize][0] = inside.len() as u32;
        inside.push(v);
    }
    let mut uv = vec![[0.0; 2]; n];
    for (k, &v) in chart.outline.iter().enumerate() {
        uv[v as usize] = rim.point(rim.at[k]);
    }
    if inside.is_empty() {
        let flipped = flips(chart, &uv);
        return Some(Embedding { uv, rounds: 0, flipped });
    }
    let mut system = System::new(&chart.triangles, &unknowns, inside.len())?;
    let base: Vec<[f64; 3]> = (0..chart.triangles.len()).map(|f| mean_value(chart.corners_in_space(f))).collect();
    let mut stretch = vec![1.0f64; chart.triangles.len()];
    let mut best: Option<Embedding> = None;
    for round in 0..ROUNDS {
        system.clear();
        let mut b = vec![0.0; 2 * inside.len()];
        for (f, t) in chart.triangles.iter().enumerate() {
            let mut local = [[0.0; 6]; 6];
            for k in 0..3 {
                let w = base[f][k] * stretch[f];
                let (i, j) = (k, (k + 1) % 3);
                local[2 * i][2 * i] += w;
                local[2 * j][2 * j] += w;
                local[2 * i][2 * j] -= w;
                local[2 * j][2 * i] -= w;
                for (from, to) in [(t[i], t[j]), (t[j], t[i])] {
                    let (row, at) = (unknowns[from as usize][0], uv[to as usize]);
                    if row != NONE && unknowns[to as usize][0] == NONE {
                        b[row as usize] += w * (at[0] - 0.5);
                        b[inside.len() + row as usize] += w * (at[1] - 0.5);
                    }
                }
            }
            system.add(f, &local);
        }
        let factor = system.factor(0.0)?;
        factor.solve(&mut b);
        for (k, &v) in inside.iter().enumerate() {
            uv[v as usize] = [0.5 + b[k], 0.5 + b[inside.len() + k]];
        }
        let flipped = flips(chart, &uv);
        if best.as_ref().is_none_or(|e| flipped <= e.flipped) {
            best = Some(Embedding { uv: uv.clone(), rounds: round + 1, flipped });
        }
        let twice: Vec<f64> = (0..chart.triangles.len()).map(|f| twice_area(chart.corners(&uv, f))).collect();
        let total: f64 = twice.iter().map(|a| a.abs()).sum();
        let ratio = |f: usize| (twice[f].abs() / total / chart.share[f]).max(1e-30);
        let spread = (0..twice.len()).map(|f| chart.share[f] * ratio(f).ln().powi(2)).sum::<f64>().sqrt();
        // Even where nobody waits any more, this goes on until there is something to return.
        if (!watch.goes_on() || spread < ENOUGH) && flipped == 0 {
            break;
        }
        for f in 0..twice.len() {
            stretch[f] *= ratio(f).clamp(1e-12, 1e12).powf(0.5);
        }
        let most = stretch.iter().copied().fold(0.0, f64::max);
        stretch.iter_mut().for_each(|s| *s = (*s / most).max(1e-60));
    }
    best
}

/// Triangles that are not counter-clockwise, exactly.
pub(super) fn flips(chart: &Chart, uv: &[[f64; 2]]) -> usize {
    let positive = |f: usize| {
        let [a, b, c] = chart.corners(uv, f);
        orient2d_sign(a, b, c) > 0
    };
    (0..chart.triangles.len()).filter(|&f| !positive(f)).count()
}

/// A triangle's part of the symmetric mean value weights of its three edges:
/// `(tan(a/2) + tan(b/2)) / length` with the angles at both ends. Positive for every triangle;
/// those of slivers are kept in bounds.
fn mean_value(p: [[f64; 3]; 3]) -> [f64; 3] {
    let half = |k: usize| {
        let (d, e) = (side(p[k], p[(k + 1) % 3]), side(p[k], p[(k + 2) % 3]));
        let (cross, dot) = (d.cross(&e).norm(), d.dot(&e));
        // tan(a/2) = sin / (1 + cos)
        let length = d.norm() * e.norm();
        (cross / (length + dot).max(1e-3 * length).max(f64::MIN_POSITIVE)).clamp(1e-3, 1e3)
    };
    let tan = [half(0), half(1), half(2)];
    let lengths = [0, 1, 2].map(|k| side(p[k], p[(k + 1) % 3]).norm());
    let longest = lengths.into_iter().fold(f64::MIN_POSITIVE, f64::max);
    [0, 1, 2].map(|k| {
        let length = lengths[k].max(1e-3 * longest);
        (tan[k] + tan[(k + 1) % 3]) * (longest / length)
    })
}
