//! The local map: an affine map on each cell that keeps mean and covariance of every component.
//!
//! On cell `i` it is `T(x) = p_i + A_i (x - c_i)` with `p_i = mu_i + sqrt(1 - s^2) (y_i - mu_i)`:
//! `c_i` and `C_i` are centroid and covariance of the cell, `mu_i` and `S_i` mean and covariance of
//! the codes about `y_i` within its component. Codes are drawn towards their neighbours by just as
//! much as the cells then add. What is missing of the covariance of a component is
//! `R = Cov(y) - Cov(p)`; the `S_i` have the mean `M`, and with the symmetric `B` of `B M B = R`
//! the cell adds `B S_i B`, by the symmetric `A_i` with `A_i C_i A_i = B S_i B`. So each piece is
//! the gradient of a convex function, cell `i` keeps its mass (the law of classes is exact), and
//! nothing lies between components (docs/theory/latent.md).
//!
//! `C_i` is known from some points, and the inverse of what they say is too large: in 16 dimensions
//! 64 points make it a third too large. So the covariance is drawn towards a multiple of the
//! identity, and what the maps then add is measured by points that they were not made of. One
//! factor for each component sets it right.

use super::about::About;
use super::cells::{Moments, Sorted, Why, moments};
use super::codes::Codes;
use super::error::LatentError;
use super::units::Units;
use nalgebra::{DMatrix, SymmetricEigen};
use rayon::prelude::*;

/// Most numbers that the maps of all cells may have: 2 GiB.
const MOST: u64 = 1 << 28;

/// The affine map of a cell: where it sends the centroid, and its matrix, row after row.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    pub centroid: Vec<f64>,
    pub image: Vec<f64>,
    pub matrix: Vec<f64>,
}

impl Affine {
    /// `A (x - c)`, squared.
    fn square(&self, x: &[f64]) -> f64 {
        let row = |a: &[f64]| a.iter().zip(x).zip(&self.centroid).map(|((a, x), c)| a * (x - c)).sum::<f64>();
        self.matrix.chunks_exact(x.len()).map(|a| row(a).powi(2)).sum()
    }
}

/// The maps of all cells, and the strength.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub cells: Vec<Affine>,
    pub strength: f64,
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

/// The symmetric `A` with `A C A = S`, as far as both have a part in common.
fn bures(c: DMatrix<f64>, s: &DMatrix<f64>) -> DMatrix<f64> {
    let (root, inverse) = roots(c);
    let (middle, _) = roots(&root * s * &root);
    &inverse * middle * &inverse
}

/// The symmetric `A` with `A C A = L L'`, for an `L` of a column each member: for fewer members
/// than coordinates it is `L (L' C L)^(-1/2) L'`, of matrices as small as these are few.
fn carried(c: DMatrix<f64>, l: &DMatrix<f64>) -> DMatrix<f64> {
    if l.ncols() >= l.nrows() {
        return bures(c, &(l * l.transpose()));
    }
    let (_, inverse) = roots(l.transpose() * c * l);
    l * inverse * l.transpose()
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

/// The codes of each component.
pub(super) fn members(part: &[u32]) -> Vec<Vec<u32>> {
    let mut of = vec![Vec::new(); part.iter().max().map_or(0, |m| *m as usize + 1)];
    part.iter().zip(0..).for_each(|(&p, i)| of[p as usize].push(i));
    of
}

/// Mean of the rows of some codes, weighted by their masses.
fn mean<'r>(codes: &Codes, own: &[u32], row: impl Fn(usize) -> &'r [f64]) -> Vec<f64> {
    let total: f64 = own.iter().map(|&i| codes.masses()[i as usize]).sum();
    let mut mean = vec![0.0; codes.dimension()];
    for &i in own {
        let by = codes.masses()[i as usize] / total;
        mean.iter_mut().zip(row(i as usize)).for_each(|(m, v)| *m += by * v);
    }
    mean
}

/// Covariance of the same, about their mean.
fn covariance<'r>(codes: &Codes, own: &[u32], row: impl Fn(usize) -> &'r [f64]) -> DMatrix<f64> {
    let (d, middle) = (codes.dimension(), mean(codes, own, &row));
    let total: f64 = own.iter().map(|&i| codes.masses()[i as usize]).sum();
    let mut sum = DMatrix::zeros(d, d);
    for &i in own {
        let by = codes.masses()[i as usize] / total;
        let off: Vec<f64> = row(i as usize).iter().zip(&middle).map(|(v, m)| v - m).collect();
        for a in 0..d {
            for b in 0..=a {
                sum[(a, b)] += by * off[a] * off[b];
            }
        }
    }
    (0..d).for_each(|a| (0..a).for_each(|b| sum[(b, a)] = sum[(a, b)]));
    sum
}

/// Makes the maps.
///
/// # Errors
/// [`LatentError::Memory`] where all matrices together would be too large.
pub(super) fn local(
    codes: &Codes,
    near: &[Vec<(u32, f64)>],
    part: &[u32],
    (units, heights): (&Units, &[f64]),
    strength: f64,
) -> Result<Local, LatentError> {
    let (d, n) = (codes.dimension(), codes.len());
    let numbers = (n as u64).saturating_mul((d * d) as u64);
    if numbers > MOST {
        let cure = "choose the extension hard, soft or pair, or codes of fewer coordinates";
        return Err(LatentError::Memory { what: "the local map", bytes: 8 * numbers, cure });
    }
    let cells = moments(units, heights, true)?;
    let keep = (1.0 - strength * strength).max(0.0).sqrt();
    let about: Vec<About> = (0..n).into_par_iter().map(|i| About::of(codes, i, &near[i], part)).collect();
    // Alone, or with one other: the site itself.
    let spreads = |i: usize| about[i].count() > 2 && cells[i].count > 2 && about[i].spread > 0.0 && strength > 0.0;
    let mut images: Vec<Vec<f64>> =
        (0..n).into_par_iter().map(|i| about[i].drawn(codes.row(i), if spreads(i) { keep } else { 1.0 })).collect();
    let members = members(part);
    for own in &members {
        let (was, is) = (mean(codes, own, |i| codes.row(i)), mean(codes, own, |i| &images[i]));
        for &i in own {
            let pairs = was.iter().zip(&is);
            images[i as usize].iter_mut().zip(pairs).for_each(|(v, (a, b))| *v += a - b);
        }
    }
    // What each component misses, and the map of the mean covariance to it.
    let missing: Vec<(f64, DMatrix<f64>)> = members
        .par_iter()
        .map(|own| {
            let wanted = covariance(codes, own, |i| codes.row(i)) - covariance(codes, own, |i| &images[i]);
            let total: f64 = own.iter().map(|&i| codes.masses()[i as usize]).sum();
            let mut there = DMatrix::zeros(d, d);
            for &i in own.iter().filter(|i| spreads(**i as usize)) {
                there += about[i as usize].covariance(codes) * (codes.masses()[i as usize] / total);
            }
            let missing = wanted.trace();
            // Only what is positive of it can be added.
            let root = roots(wanted).0;
            (missing, bures(there, &(&root * &root)))
        })
        .collect();
    let matrix = |i: usize| {
        if !spreads(i) {
            return vec![0.0; d * d];
        }
        let b = &missing[part[i] as usize].1;
        // It is symmetric: columns are rows.
        carried(shrunk(&cells[i], d), &(b * about[i].root(codes))).as_slice().to_vec()
    };
    let of = |(i, image): (usize, Vec<f64>)| Affine { centroid: cells[i].centroid.clone(), image, matrix: matrix(i) };
    let mut maps: Vec<Affine> = images.into_par_iter().enumerate().map(of).collect();
    let fresh = Sorted::of(units, heights, Why::Measure)?;
    let measured = |i: usize| {
        let points = fresh.of_cell(i as u32);
        let count = points.clone().count();
        (count > 0).then(|| points.map(|x| maps[i].square(x)).sum::<f64>() / count as f64)
    };
    let added: Vec<Option<f64>> = (0..n).into_par_iter().map(measured).collect();
    for (own, (missing, _)) in members.iter().zip(&missing) {
        // Cells without fresh points are as those with some.
        let sums = own.iter().fold((0.0, 0.0), |(sum, total), &i| match added[i as usize] {
            Some(v) => (sum + codes.masses()[i as usize] * v, total + codes.masses()[i as usize]),
            None => (sum, total),
        });
        let factor = if sums.0 > 0.0 { (missing.max(0.0) * sums.1 / sums.0).sqrt() } else { 0.0 };
        own.iter().for_each(|&i| maps[i as usize].matrix.iter_mut().for_each(|a| *a *= factor));
    }
    Ok(Local { cells: maps, strength })
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
        // Few members in many dimensions.
        let wide = DMatrix::from_fn(6, 6, |i, j| f64::from(u8::from(i == j)) + 0.1 * ((i * j) as f64).cos());
        let c = &wide * wide.transpose();
        let l = DMatrix::from_fn(6, 3, |i, j| ((i + 2 * j) as f64).sin());
        let (a, b) = (carried(c.clone(), &l), bures(c.clone(), &(&l * l.transpose())));
        assert!(
            (&a * &c * &a - &l * l.transpose()).norm() < 1e-9
                && (&a - b).norm() < 1e-5
                && (&a - a.transpose()).norm() < 1e-12
        );
    }
}
