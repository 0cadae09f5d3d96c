//! From an embedding to wanted places by weights: an embedding near places that may fold.
//!
//! Floater's mean value weights of a star in the plane are positive if its triangles are, and then
//! give its centre back as a weighted mean of the corners (Floater 2003). Taken from the wanted
//! places, and kept positive where those fold, they define an embedding by Tutte's theorem (which
//! needs no symmetry) that is where it was wanted wherever nothing folds nearby. Weights between
//! those of two embeddings give embeddings on the whole way (Floater, Gotsman 1999).

use super::chart::{Chart, NONE};
use super::embed::flips;
use super::measure::log_spread;
use super::rim::Rim;
use crate::domain::vector::side;
use faer::linalg::solvers::SolveCore;
use faer::sparse::{SparseColMat, Triplet};
use faer::{Conj, MatMut};

/// Half-angle tangents are kept in this range.
const LEAST: f64 = 1e-3;
/// Ways that are tried, as shares.
const SHARES: [f64; 3] = [1.0, 0.5, 0.25];

/// Where a way led.
pub(super) struct There {
    pub uv: Vec<[f64; 2]>,
    pub rim: Rim,
    /// Share of the way.
    pub share: f64,
}

/// Goes from an embedding towards wanted places; the boundary slides. Of the ways that lose no
/// triangle to rounding the first is taken that lowers `spread` ([`log_spread`]); `None` if there
/// is none.
pub(super) fn towards(
    chart: &Chart,
    uv: &[[f64; 2]],
    rim: &Rim,
    target: &[[f64; 2]],
    spread: &mut f64,
) -> Option<There> {
    let (from, to) = (weights(chart, uv), weights(chart, target));
    for share in SHARES {
        let Some(at) = slid(chart, rim, target, share) else { continue };
        let mut next = uv.to_vec();
        for (k, &v) in chart.outline.iter().enumerate() {
            next[v as usize] = rim.point(at[k]);
        }
        let mixed: Vec<[[f64; 2]; 3]> = from
            .iter()
            .zip(&to)
            .map(|(a, b)| [0, 1, 2].map(|k| [0, 1].map(|s| (1.0 - share) * a[k][s] + share * b[k][s])))
            .collect();
        if solve(chart, &mixed, &mut next).is_none() || flips(chart, &next) > 0 {
            continue;
        }
        let found = log_spread(chart, &next);
        if found < *spread {
            *spread = found;
            return Some(There { uv: next, rim: Rim { at, ..rim.clone() }, share });
        }
    }
    None
}

/// Parameters of the boundary after a share of the way; `None` if vertices would change their
/// order.
fn slid(chart: &Chart, rim: &Rim, target: &[[f64; 2]], share: f64) -> Option<Vec<f64>> {
    let one = |(k, &v): (usize, &u32)| {
        let s = rim.at[k];
        if rim.fixed[k] { s } else { rim.slid(s, share * (rim.nearest(s, target[v as usize]) - s)) }
    };
    let at: Vec<f64> = chart.outline.iter().enumerate().map(one).collect();
    let turn = rim.turn();
    let ordered = (0..at.len()).all(|k| {
        let next = if k + 1 < at.len() { at[k + 1] } else { at[0] + turn };
        // Corners of polygons begin anew.
        at[k] < next || rim.at[(k + 1) % at.len()] < rim.at[k] && at[k] < next + turn
    });
    ordered.then_some(at)
}

/// For each corner of each triangle the weights that it gives to the next and to the one after,
/// relative to the sum at its vertex.
fn weights(chart: &Chart, p: &[[f64; 2]]) -> Vec<[[f64; 2]; 3]> {
    let mut sum = vec![0.0f64; p.len()];
    let mut all: Vec<[[f64; 2]; 3]> = chart
        .triangles
        .iter()
        .map(|t| {
            [0, 1, 2].map(|k| {
                let [a, b, c] = [t[k], t[(k + 1) % 3], t[(k + 2) % 3]].map(|v| p[v as usize]);
                let (d, e) = (side(a, b), side(a, c));
                // Limbs shrink to lengths whose squares would vanish.
                let (l, m) = (d.x.hypot(d.y).max(1e-30), e.x.hypot(e.y).max(1e-30));
                let (cross, dot) = (d.perp(&e), d.dot(&e));
                let tan = cross / (l * m + dot).max(1e-6 * l * m);
                let tan = tan.clamp(LEAST, 1.0 / LEAST);
                let w = [tan / l, tan / m];
                sum[t[k] as usize] += w[0] + w[1];
                w
            })
        })
        .collect();
    for (t, w) in chart.triangles.iter().zip(&mut all) {
        for k in 0..3 {
            w[k] = w[k].map(|w| w / sum[t[k] as usize]);
        }
    }
    all
}

/// Puts vertices inside into the weighted means of their neighbours.
fn solve(chart: &Chart, weights: &[[[f64; 2]; 3]], uv: &mut [[f64; 2]]) -> Option<()> {
    let mut number = vec![NONE; uv.len()];
    let mut inside = Vec::new();
    for v in (0..uv.len()).filter(|&v| chart.place[v] == NONE) {
        number[v] = inside.len() as u32;
        inside.push(v);
    }
    let n = inside.len();
    if n == 0 {
        return Some(());
    }
    let mut entries: Vec<Triplet<usize, usize, f64>> = (0..n).map(|i| Triplet::new(i, i, 1.0)).collect();
    let mut b = vec![0.0; 2 * n];
    for (t, w) in chart.triangles.iter().zip(weights) {
        for k in 0..3 {
            let row = number[t[k] as usize];
            if row == NONE {
                continue;
            }
            let row = row as usize;
            for s in 0..2 {
                let to = t[(k + 1 + s) % 3] as usize;
                match number[to] {
                    NONE => {
                        b[row] += w[k][s] * uv[to][0];
                        b[n + row] += w[k][s] * uv[to][1];
                    }
                    column => entries.push(Triplet::new(row, column as usize, -w[k][s])),
                }
            }
        }
    }
    let matrix = SparseColMat::<usize, f64>::try_new_from_triplets(n, n, &entries).ok()?;
    let lu = matrix.sp_lu().ok()?;
    lu.solve_in_place_with_conj(Conj::No, MatMut::from_column_major_slice_mut(&mut b, n, 2));
    if b.iter().any(|x| !x.is_finite()) {
        return None;
    }
    for (i, &v) in inside.iter().enumerate() {
        uv[v] = [b[i], b[n + i]];
    }
    Some(())
}
