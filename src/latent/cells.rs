//! Centroids and covariances of cells, by points.

use super::counts::search;
use super::draw::Use;
use super::error::LatentError;
use super::units::Units;
use rayon::prelude::*;

/// Points for each code, in the mean.
const EACH: u64 = 64;

/// Most numbers that points may have.
const MOST: u64 = 1 << 26;

/// First and second moments of a cell, in the caller's coordinates.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    pub count: usize,
    pub centroid: Vec<f64>,
    /// Lower triangle, row after row: `k (k + 1) / 2 + l`. Empty where nobody asked for it.
    pub covariance: Vec<f64>,
}

/// Moments of all cells. The points of a cell are summed in their order, by one thread, so that
/// bits depend on nothing else. Cells without points have the mean of the source for their
/// centroid.
pub(super) fn moments(units: &Units, heights: &[f64], covariances: bool) -> Result<Vec<Moments>, LatentError> {
    let (d, n) = (units.dimension, units.len());
    let count = (EACH * n as u64).clamp(1 << 14, (MOST / d as u64).max(1 << 10)) as usize;
    let mut points = vec![0.0; count * d];
    const BLOCK: usize = 2048;
    points
        .par_chunks_mut(BLOCK * d)
        .enumerate()
        .try_for_each(|(b, rows)| units.drawer.fill(Use::Ask, (b * BLOCK) as u64 | 1 << 50, rows))?;
    let cells = search(units, heights)?.cells_of(&points).map_err(|e| LatentError::State(e.to_string()))?.0;
    units.points_out(&mut points);
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.par_sort_unstable_by_key(|k| (cells[*k as usize], *k));
    let mut mean = vec![0.0; d];
    points.chunks_exact(d).for_each(|x| mean.iter_mut().zip(x).for_each(|(m, x)| *m += x / count as f64));
    let begin = |i: u32| order.partition_point(|k| cells[*k as usize] < i);
    let of = |i: u32| {
        let own = &order[begin(i)..begin(i + 1)];
        let row = |k: &u32| &points[*k as usize * d..(*k as usize + 1) * d];
        let by = 1.0 / own.len().max(1) as f64;
        let mut centroid = vec![0.0; d];
        own.iter().for_each(|k| centroid.iter_mut().zip(row(k)).for_each(|(c, x)| *c += by * x));
        if own.is_empty() {
            centroid.copy_from_slice(&mean);
        }
        let mut covariance = vec![0.0; if covariances { d * (d + 1) / 2 } else { 0 }];
        if covariances {
            let by = 1.0 / (own.len().max(2) - 1) as f64;
            for k in own {
                let off: Vec<f64> = row(k).iter().zip(&centroid).map(|(x, c)| x - c).collect();
                let mut at = 0;
                for a in 0..d {
                    for b in 0..=a {
                        covariance[at] += by * off[a] * off[b];
                        at += 1;
                    }
                }
            }
        }
        Moments { count: own.len(), centroid, covariance }
    };
    Ok((0..n as u32).into_par_iter().map(of).collect())
}
