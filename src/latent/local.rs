//! The local map: an affine map on each cell that keeps the variance of the codes about it.
//!
//! On cell `i` it is `T(x) = mu_i + sqrt(1 - s^2) (y_i - mu_i) + s A_i (x - c_i)`: `c_i` and `C_i`
//! are centroid and covariance of the cell, `mu_i` and `S_i` mean and covariance of the codes about
//! `y_i` within its component, and `A_i` is the symmetric map with `A_i C_i A_i = b S_i`. So each
//! piece is the gradient of a convex function, cell `i` keeps its mass (the law of classes is
//! exact), and nothing lies between components. One factor `b` for each component gives the whole
//! of it the variance that its codes have; it is near 1, since a neighbourhood has the covariance
//! `(1 - s^2) S + s^2 S = S` (docs/theory/latent.md). `s` is the one at which codes that were held
//! out are likeliest. Where a cell has fewer points than twice the dimension, its covariance is
//! drawn towards a multiple of the identity.

use super::cells::Moments;
use super::codes::Codes;
use super::error::LatentError;
use super::neighbours::nearest;
use crate::dense::Stream;
use nalgebra::{Cholesky, DMatrix, DVector, SymmetricEigen};
use rayon::prelude::*;

/// Codes about one, itself not counted.
pub(super) const ABOUT: usize = 20;

/// Most numbers that the maps of all cells may have: 2 GiB.
const MOST: u64 = 1 << 28;

/// Codes that are held out, at most, and nearest ones that make their density.
const HELD: usize = 200;
const MIXED: usize = 16;

const STREAM: u32 = 14;

/// The affine map of a cell: where it sends the centroid, and its matrix, row after row.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    pub centroid: Vec<f64>,
    pub image: Vec<f64>,
    pub matrix: Vec<f64>,
}

/// The maps of all cells, and the strength.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub cells: Vec<Affine>,
    pub strength: f64,
}

/// Mean and covariance of some codes.
fn about(codes: &Codes, these: &[u32]) -> (DVector<f64>, DMatrix<f64>) {
    let d = codes.dimension();
    let by = 1.0 / these.len() as f64;
    let mut mean = DVector::zeros(d);
    for &j in these {
        (0..d).for_each(|k| mean[k] += by * codes.row(j as usize)[k]);
    }
    let mut covariance = DMatrix::zeros(d, d);
    let by = 1.0 / (these.len().max(2) - 1) as f64;
    for &j in these {
        let off: Vec<f64> = codes.row(j as usize).iter().zip(&mean).map(|(y, m)| y - m).collect();
        for a in 0..d {
            for b in 0..=a {
                covariance[(a, b)] += by * off[a] * off[b];
            }
        }
    }
    (0..d).for_each(|a| (0..a).for_each(|b| covariance[(b, a)] = covariance[(a, b)]));
    (mean, covariance)
}

/// A code with those about it, in its component.
fn group(i: usize, near: &[(u32, f64)], part: &[u32]) -> Vec<u32> {
    let own = near.iter().map(|e| e.0).filter(|j| part[*j as usize] == part[i]).take(ABOUT);
    std::iter::once(i as u32).chain(own).collect()
}

/// The root of a symmetric matrix, and of its inverse where it has one.
fn roots(m: DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
    let eigen = SymmetricEigen::new(m);
    let most = eigen.eigenvalues.iter().fold(0.0f64, |a, v| a.max(*v));
    let of = |f: &dyn Fn(f64) -> f64| {
        let values = eigen.eigenvalues.map(|v| if v > 1e-14 * most { f(v) } else { 0.0 });
        &eigen.eigenvectors * DMatrix::from_diagonal(&values) * eigen.eigenvectors.transpose()
    };
    (of(&|v| v.sqrt()), of(&|v| 1.0 / v.sqrt()))
}

/// The symmetric `A` with `A C A = S`.
fn bures(c: DMatrix<f64>, s: &DMatrix<f64>) -> DMatrix<f64> {
    let (root, inverse) = roots(c);
    let (middle, _) = roots(&root * s * &root);
    &inverse * middle * &inverse
}

/// The covariance of a cell of which `count` points are known.
fn shrunk(moments: &Moments, d: usize) -> DMatrix<f64> {
    let mut c = DMatrix::zeros(d, d);
    let mut at = 0;
    for a in 0..d {
        for b in 0..=a {
            c[(a, b)] = moments.covariance[at];
            c[(b, a)] = moments.covariance[at];
            at += 1;
        }
    }
    let even = c.trace() / d as f64;
    let share = (d as f64 / (2.0 * moments.count.max(1) as f64)).min(1.0);
    c *= 1.0 - share;
    (0..d).for_each(|k| c[(k, k)] += share * even);
    c
}

/// Makes the maps.
///
/// # Errors
/// [`LatentError::Memory`] where all matrices together would be too large.
pub(super) fn local(
    codes: &Codes,
    near: &[Vec<(u32, f64)>],
    part: &[u32],
    cells: &[Moments],
    seed: u64,
) -> Result<Local, LatentError> {
    let (d, n) = (codes.dimension(), codes.len());
    let numbers = (n as u64).saturating_mul((d * d) as u64);
    if numbers > MOST {
        let cure = "choose the extension hard, soft or pair, or codes of fewer coordinates";
        return Err(LatentError::Memory { what: "the local map", bytes: 8 * numbers, cure });
    }
    let strength = strength(codes, part, seed);
    let keep = (1.0 - strength * strength).max(0.0).sqrt();
    let place = |i: usize| {
        let these = group(i, &near[i], part);
        let (mean, s) = about(codes, &these);
        // Alone, or with one other: the site itself.
        let spread = these.len() > 2 && cells[i].count > 2 && s.trace() > 0.0;
        let keep = if spread { keep } else { 1.0 };
        let image = (0..d).map(|k| mean[k] + keep * (codes.row(i)[k] - mean[k])).collect();
        (image, spread.then_some(s))
    };
    let places: Vec<(Vec<f64>, Option<DMatrix<f64>>)> = (0..n).into_par_iter().map(place).collect();
    let factors = factors(codes, part, &places, strength);
    let of = |i: usize| {
        let (image, s) = &places[i];
        let matrix = match s {
            Some(s) => bures(shrunk(&cells[i], d), s) * (strength * factors[part[i] as usize].sqrt()),
            None => DMatrix::zeros(d, d),
        };
        let matrix = matrix.transpose().as_slice().to_vec();
        Affine { centroid: cells[i].centroid.clone(), image: image.clone(), matrix }
    };
    Ok(Local { cells: (0..n).into_par_iter().map(of).collect(), strength })
}

/// For each component the factor of its covariances that gives it the variance of its codes.
fn factors(codes: &Codes, part: &[u32], places: &[(Vec<f64>, Option<DMatrix<f64>>)], strength: f64) -> Vec<f64> {
    let (d, count) = (codes.dimension(), part.iter().max().map_or(0, |m| *m as usize + 1));
    let mut sums = vec![(0.0, vec![0.0; d], vec![0.0; d]); count];
    for (i, &p) in part.iter().enumerate() {
        let (total, mean, middle) = &mut sums[p as usize];
        let nu = codes.masses()[i];
        *total += nu;
        for k in 0..d {
            mean[k] += nu * codes.row(i)[k];
            middle[k] += nu * places[i].0[k];
        }
    }
    // Of the codes, of the images of centroids, and what the cells add.
    let mut variances = vec![[0.0; 3]; count];
    for (i, &p) in part.iter().enumerate() {
        let ((total, mean, middle), nu) = (&sums[p as usize], codes.masses()[i]);
        let v = &mut variances[p as usize];
        for k in 0..d {
            v[0] += nu * (codes.row(i)[k] - mean[k] / total).powi(2);
            v[1] += nu * (places[i].0[k] - middle[k] / total).powi(2);
        }
        v[2] += nu * strength * strength * places[i].1.as_ref().map_or(0.0, |s| s.trace());
    }
    let factor = |v: [f64; 3]| if v[2] > 0.0 { ((v[0] - v[1]) / v[2]).clamp(0.25, 4.0) } else { 1.0 };
    variances.into_iter().map(factor).collect()
}

/// The strength at which held-out codes are likeliest under the mixture of the pieces' laws, each
/// taken for normal.
fn strength(codes: &Codes, part: &[u32], seed: u64) -> f64 {
    let (d, n) = (codes.dimension(), codes.len());
    let grid: Vec<f64> = (1..=10).map(|k| f64::from(k) / 10.0).collect();
    if n < 10 {
        return 0.5;
    }
    let words = Stream { seed, stream: STREAM, part: 0 };
    let mut order: Vec<(u64, u32)> = (0..n as u32).map(|i| (words.block(u64::from(i))[0], i)).collect();
    order.sort_unstable();
    let held: Vec<u32> = order.iter().map(|e| e.1).take((n / 5).clamp(2, HELD)).collect();
    let mut wanted = vec![true; n];
    held.iter().for_each(|i| wanted[*i as usize] = false);
    let near = nearest(codes, ABOUT + 4, &wanted);
    let mut used: Vec<u32> = held.iter().flat_map(|i| near[*i as usize].iter().take(MIXED).map(|e| e.0)).collect();
    used.sort_unstable();
    used.dedup();
    // A tenth of the variance is spread evenly: neighbours fewer than dimensions span no space.
    let piece = |j: &u32| {
        let these = group(*j as usize, &near[*j as usize], part);
        let (mean, mut s) = about(codes, &these);
        let even = (s.trace() / d as f64).max(f64::MIN_POSITIVE);
        s *= 0.9;
        (0..d).for_each(|k| s[(k, k)] += 0.1 * even);
        Cholesky::new(s).map(|root| {
            let log = (0..d).map(|k| root.l_dirty()[(k, k)].ln()).sum::<f64>();
            (mean, root, log)
        })
    };
    let pieces: Vec<_> = used.par_iter().map(piece).collect();
    let likelihood = |s: f64| -> f64 {
        let keep = (1.0 - s * s).sqrt();
        let of = |i: &u32| {
            let logs = near[*i as usize].iter().take(MIXED).filter_map(|(j, _)| {
                let at = used.binary_search(j).ok()?;
                let (mean, root, log) = pieces[at].as_ref()?;
                let (x, y) = (codes.row(*i as usize), codes.row(*j as usize));
                let off = DVector::from_fn(d, |k, _| x[k] - mean[k] - keep * (y[k] - mean[k]));
                let square = root.l_dirty().solve_lower_triangular(&off)?.norm_squared();
                Some(codes.masses()[*j as usize].ln() - log - d as f64 * s.ln() - 0.5 * square / (s * s))
            });
            let logs: Vec<f64> = logs.collect();
            let most = logs.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
            if most.is_finite() { most + logs.iter().map(|l| (l - most).exp()).sum::<f64>().ln() } else { -1e6 }
        };
        held.iter().map(of).sum()
    };
    let scores: Vec<f64> = grid.par_iter().map(|s| likelihood(*s)).collect();
    (0..grid.len()).fold((grid[0], f64::NEG_INFINITY), |b, k| if scores[k] > b.1 { (grid[k], scores[k]) } else { b }).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_carry_one_covariance_to_the_other() {
        let c = DMatrix::from_row_slice(2, 2, &[2.0, 0.3, 0.3, 0.5]);
        let s = DMatrix::from_row_slice(2, 2, &[1.0, -0.4, -0.4, 0.7]);
        let a = bures(c.clone(), &s);
        assert!((&a * c * &a - s).norm() < 1e-12 && (a.transpose() - &a).norm() < 1e-12);
        assert!(a[(0, 0)] > 0.0 && a.determinant() > 0.0);
        // A neighbourhood on a line: the image has its rank.
        let flat = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 1.0]);
        let b = bures(DMatrix::identity(2, 2), &flat);
        assert!((&b * &b - flat).norm() < 1e-12);
    }
}
