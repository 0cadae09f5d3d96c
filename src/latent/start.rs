//! Heights to begin with: cells of the affine map that gives the source the codes' covariance.
//!
//! For any symmetric positive `A` the heights `g_i = -(<z_i, A z_i>/2 + <b, z_i>)` give cell `i`
//! the point `A z_i + b`: there `<x, z> + g(z) - ...` is a strictly concave function of `z` with
//! its maximum at `z_i`. With `A = (C_u)^(1/2) (C_z)^(-1/2)` and matching means the codes are
//! spread over the source as it is spread itself. Directions in which codes hardly differ are not
//! stretched beyond a tenth of the mean deviation.

use super::draw::{Law, Use};
use super::error::LatentError;
use super::units::Units;
use nalgebra::{DMatrix, SymmetricEigen};

/// Deviations below this share of the greatest are rounding.
const FLAT: f64 = 1e-10;

/// Points by which the spread of a sampled source is known.
const PROBES: usize = 512;

/// Start heights, and the number of dimensions that the codes span.
pub(super) fn start(units: &Units, first: u64) -> Result<(Vec<f64>, usize), LatentError> {
    let (d, n) = (units.dimension, units.len());
    let (mean, deviation) = source(units, first)?;
    let mut middle = vec![0.0; d];
    for (z, nu) in units.codes.chunks_exact(d).zip(&units.masses) {
        middle.iter_mut().zip(z).for_each(|(m, z)| *m += nu * z);
    }
    let mut covariance = DMatrix::<f64>::zeros(d, d);
    for (z, nu) in units.codes.chunks_exact(d).zip(&units.masses) {
        for k in 0..d {
            let v = nu * (z[k] - middle[k]);
            for l in 0..=k {
                covariance[(k, l)] += v * (z[l] - middle[l]);
            }
        }
    }
    for k in 0..d {
        for l in 0..k {
            covariance[(l, k)] = covariance[(k, l)];
        }
    }
    let ridge = 1e-2 * covariance.trace() / d as f64;
    let eigen = SymmetricEigen::new(covariance);
    let most = eigen.eigenvalues.iter().fold(0.0f64, |m, v| m.max(*v));
    let rank = eigen.eigenvalues.iter().filter(|v| **v > FLAT * FLAT * most).count();
    if !(most > 0.0) {
        return Ok((vec![0.0; n], rank));
    }
    let stretch: Vec<f64> = eigen.eigenvalues.iter().map(|v| deviation / (v.max(0.0) + ridge).sqrt()).collect();
    let mut heights = Vec::with_capacity(n);
    for z in units.codes.chunks_exact(d) {
        let mut g = 0.0;
        for (k, by) in stretch.iter().enumerate() {
            let along: f64 = (0..d).map(|l| eigen.eigenvectors[(l, k)] * (z[l] - middle[l])).sum();
            g -= 0.5 * by * along * along;
        }
        g -= mean.iter().zip(z).zip(&middle).map(|((b, z), m)| b * (z - m)).sum::<f64>();
        heights.push(g);
    }
    Ok((heights, rank))
}

/// Mean of the source in units, and the deviation of a coordinate.
fn source(units: &Units, first: u64) -> Result<(Vec<f64>, f64), LatentError> {
    let d = units.dimension;
    Ok(match units.drawer.law {
        Law::Cube => (vec![0.5; d], (1.0f64 / 12.0).sqrt()),
        Law::Ball => (vec![0.0; d], 1.0 / (d as f64 + 2.0).sqrt()),
        Law::Gaussian => (vec![0.0; d], 1.0),
        _ => {
            let mut points = vec![0.0; PROBES * d];
            units.drawer.fill(Use::Learn, first, &mut points)?;
            let mut mean = vec![0.0; d];
            let count = PROBES as f64;
            for x in points.chunks_exact(d) {
                mean.iter_mut().zip(x).for_each(|(m, x)| *m += x / count);
            }
            let squares: f64 =
                points.chunks_exact(d).flat_map(|x| x.iter().zip(&mean)).map(|(x, m)| (x - m).powi(2)).sum();
            (mean, (squares / (count * d as f64)).sqrt())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::super::source::Source;
    use super::super::stars::values;
    use super::*;

    #[test]
    fn every_cell_has_its_point() {
        let rows: Vec<f64> = (0..40).map(|k| f64::from(k * 7 % 13) * 0.3 + f64::from(k) * 0.01).collect();
        let codes = Codes::new(4, rows, None).unwrap();
        let units = Units::new(&codes, &Source::Gaussian(vec![0.0; 4], 1.0), 1).unwrap();
        let (g, rank) = start(&units, 0).unwrap();
        assert_eq!(rank, 4);
        // The gradient of the quadratic at a code is a point where it is highest.
        for i in 0..units.len() {
            let z = &units.codes[4 * i..4 * i + 4];
            let step = 1e-4;
            let mut best = 0;
            // By random search near: some point lies in the cell.
            for seed in 0..40u64 {
                let mut x = vec![0.0; 64 * 4];
                units.drawer.reseeded(seed).fill(Use::Ask, 0, &mut x).unwrap();
                for x in x.chunks_exact(4) {
                    let mut v = vec![0.0; units.len()];
                    values(&units.columns, &g, x, &mut v);
                    let top = (0..v.len()).fold(0, |m, k| if v[k] > v[m] { k } else { m });
                    best += usize::from(top == i);
                }
            }
            assert!(best > 0 && step > 0.0 && z.len() == 4, "cell {i}");
        }
    }

    #[test]
    fn flat_codes_have_their_rank() {
        let rows: Vec<f64> = (0..10).flat_map(|k| [f64::from(k), 2.0 * f64::from(k), 5.0]).collect();
        let codes = Codes::new(3, rows, None).unwrap();
        let units = Units::new(&codes, &Source::Cube(3), 1).unwrap();
        assert_eq!(start(&units, 0).unwrap().1, 1);
        let one = Units::new(&Codes::new(2, vec![1.0, 2.0], None).unwrap(), &Source::Cube(2), 1).unwrap();
        assert_eq!(start(&one, 0).unwrap(), (vec![0.0], 0));
    }
}
