//! Points by their cells: centroids, covariances, and what a map makes of fresh points.

use super::counts::search;
use super::draw::Use;
use super::error::LatentError;
use super::units::Units;
use rayon::prelude::*;

/// Points for each code, in the mean: so many for each coordinate, of these bounds. Of a covariance
/// that `32 d` points tell, the eigenvalues are off by up to a third (Marchenko and Pastur), where
/// `4 d` would let them be off by a factor of two; what is added in the directions that are wrong
/// lies off the codes.
const EACH: u64 = 32;
const BOUNDS: [u64; 2] = [64, 512];

/// Most numbers that points may have.
const MOST: u64 = 1 << 26;

/// What points are for. What is measured of a map needs points that it was not made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Make,
    Measure,
}

impl Why {
    /// Where the points begin, and how many there are. A file of points is cut in half.
    fn range(self, units: &Units) -> (u64, usize) {
        let (d, n) = (units.dimension as u64, units.len() as u64);
        // Sums over coordinates tell more, the more of them there are.
        let each = if self == Why::Make { (EACH * d).clamp(BOUNDS[0], BOUNDS[1]) } else { (256 / d).clamp(16, 64) };
        let count = (each * n).clamp(1 << 14, (MOST / d).max(1 << 10));
        let (first, count) = match (self, units.drawer.most()) {
            (Why::Make, None) => (1 << 50, count),
            (Why::Measure, None) => (3 << 50, count),
            (Why::Make, Some(all)) => (0, count.min(all / 2)),
            (Why::Measure, Some(all)) => (all / 2, count.min(all - all / 2)),
        };
        (first, count as usize)
    }
}

/// Points of the source, in the caller's coordinates, by their cells.
pub(super) struct Sorted {
    dimension: usize,
    points: Vec<f64>,
    cells: Vec<u32>,
    order: Vec<u32>,
}

impl Sorted {
    pub(super) fn of(units: &Units, heights: &[f64], why: Why) -> Result<Sorted, LatentError> {
        const BLOCK: usize = 2048;
        let d = units.dimension;
        let (first, count) = why.range(units);
        let mut points = vec![0.0; count * d];
        points
            .par_chunks_mut(BLOCK * d)
            .enumerate()
            .try_for_each(|(b, rows)| units.drawer.fill(Use::Ask, first + (b * BLOCK) as u64, rows))?;
        let cells = search(units, heights)?.cells_of(&points).map_err(|e| LatentError::State(e.to_string()))?.0;
        units.points_out(&mut points);
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.par_sort_unstable_by_key(|k| (cells[*k as usize], *k));
        Ok(Sorted { dimension: d, points, cells, order })
    }

    /// The points of a cell, in the order of their numbers.
    pub(super) fn of_cell(&self, i: u32) -> impl Iterator<Item = &[f64]> + Clone {
        let d = self.dimension;
        let begin = |i: u32| self.order.partition_point(|k| self.cells[*k as usize] < i);
        self.order[begin(i)..begin(i + 1)].iter().map(move |k| &self.points[*k as usize * d..(*k as usize + 1) * d])
    }

    /// The mean of all.
    fn mean(&self) -> Vec<f64> {
        let by = 1.0 / self.order.len().max(1) as f64;
        let mut mean = vec![0.0; self.dimension];
        self.points.chunks_exact(self.dimension).for_each(|x| mean.iter_mut().zip(x).for_each(|(m, x)| *m += by * x));
        mean
    }
}

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
    let sorted = Sorted::of(units, heights, Why::Make)?;
    let mean = sorted.mean();
    let of = |i: u32| {
        let own = sorted.of_cell(i);
        let count = own.clone().count();
        let by = 1.0 / count.max(1) as f64;
        let mut centroid = vec![0.0; d];
        own.clone().for_each(|x| centroid.iter_mut().zip(x).for_each(|(c, x)| *c += by * x));
        if count == 0 {
            centroid.copy_from_slice(&mean);
        }
        let mut covariance = vec![0.0; if covariances { d * (d + 1) / 2 } else { 0 }];
        if covariances {
            let by = 1.0 / (count.max(2) - 1) as f64;
            for x in own {
                let off: Vec<f64> = x.iter().zip(&centroid).map(|(x, c)| x - c).collect();
                let mut at = 0;
                for a in 0..d {
                    for b in 0..=a {
                        covariance[at] += by * off[a] * off[b];
                        at += 1;
                    }
                }
            }
        }
        Moments { count, centroid, covariance }
    };
    Ok((0..n as u32).into_par_iter().map(of).collect())
}
