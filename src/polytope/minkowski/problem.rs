//! Normals and areas, checked.

use super::super::directions::{DirectionError, Directions};
use crate::exact::{Dd, power};
use nalgebra::{Matrix3, Vector3};

/// Why there is no polytope, or none can be sought.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MinkowskiError {
    /// The normals.
    #[error(transparent)]
    Normals(#[from] DirectionError),
    /// Lists of different lengths.
    #[error("{normals} normals and {areas} areas; give one area for each normal")]
    Lengths {
        /// Normals.
        normals: usize,
        /// Areas.
        areas: usize,
    },
    /// An area that is none.
    #[error("areas[{index}] is {value}; every area must be positive and finite")]
    Area {
        /// The entry.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// Areas that differ by too much.
    #[error("the areas range over {ratio:.1e}, doubles over less; drop the smallest facets")]
    TooUneven {
        /// The largest over the smallest.
        ratio: f64,
    },
    /// The areas are not those of a closed surface.
    #[error(
        "the areas do not close: the sum of area times unit normal is ({:.6e}, {:.6e}, {:.6e}), {relative:.2e} of \
         all areas, and must be 0; correct them, or adjust them to the nearest that do (--adjust)",
        sum[0], sum[1], sum[2]
    )]
    Open {
        /// `sum A_i n_i`.
        sum: [f64; 3],
        /// Its length over the sum of all areas.
        relative: f64,
    },
    /// No small change closes the surface.
    #[error(
        "no change of the areas by less than themselves closes the surface: the sum of area times unit normal is \
         {relative:.2e} of all areas; correct them"
    )]
    CannotClose {
        /// `|sum A_i n_i|` over the sum of all areas.
        relative: f64,
    },
}

/// What counts as rounding of areas that close: each is off by half an ulp at most, their sum by
/// less than this.
const ROUNDING: f64 = 1e-12;

/// Normals and areas of a polytope: by Minkowski's theorem there is exactly one, up to
/// translations.
#[derive(Clone, Debug)]
pub struct MinkowskiProblem {
    pub(super) directions: Directions,
    /// Areas over lengths of normals, in units in which the areas' sum is in `[1, 4)`, made to
    /// close to the last bit.
    pub(super) target: Vec<Dd>,
    /// Lengths in those units are the caller's times `2^-unit`.
    pub(super) unit: i32,
    areas: Vec<f64>,
    imbalance: f64,
    adjusted: f64,
}

impl MinkowskiProblem {
    /// Checks the data. Normals may have any lengths; equal directions are merged and their areas
    /// added. Areas that do not close are refused, or changed if `adjust`: by the least
    /// `sum (A'_i - A_i)^2 / A_i`.
    ///
    /// # Errors
    /// [`MinkowskiError`].
    pub fn new(normals: &[[f64; 3]], areas: &[f64], adjust: bool) -> Result<MinkowskiProblem, MinkowskiError> {
        if normals.len() != areas.len() {
            return Err(MinkowskiError::Lengths { normals: normals.len(), areas: areas.len() });
        }
        if let Some(index) = areas.iter().position(|a| !(*a > 0.0 && a.is_finite())) {
            return Err(MinkowskiError::Area { index, value: areas[index] });
        }
        let directions = Directions::new(normals, "normals")?;
        let (least, most) = areas.iter().fold((f64::INFINITY, 0.0f64), |(l, m), a| (l.min(*a), m.max(*a)));
        if most / least > 1e60 {
            return Err(MinkowskiError::TooUneven { ratio: most / least });
        }
        // Powers of four, so that lengths are scaled by powers of two.
        let unit = (power::exponent(most) + areas.len().ilog2() as i32 + 1).div_euclid(2);
        let scaled: Vec<f64> = areas.iter().map(|a| power::scaled(*a, -2 * unit)).collect();
        let merged = directions.sums(&scaled);
        let mut target: Vec<Dd> =
            merged.iter().zip(&directions.lengths).map(|(a, l)| Dd::from_f64(*a).over(*l)).collect();
        let total: f64 = merged.iter().sum();
        let sum = open(&directions, &target);
        let imbalance = sum.norm() / total;
        if imbalance > ROUNDING && !adjust {
            let sum = [0, 1, 2].map(|k| power::scaled(sum[k], 2 * unit));
            return Err(MinkowskiError::Open { sum, relative: imbalance });
        }
        close(&directions, &mut target).ok_or(MinkowskiError::CannotClose { relative: imbalance })?;
        let mut problem = MinkowskiProblem { directions, target, unit, areas: Vec::new(), imbalance, adjusted: 0.0 };
        // What was only rounding is no change: the areas asked for stay as they were given.
        let closed: Vec<f64> = problem.closed_areas().collect();
        if imbalance > ROUNDING {
            let change = closed.iter().zip(&merged).map(|(c, a)| (c - a).abs() / a);
            problem.adjusted = change.fold(0.0, f64::max);
            problem.areas = closed;
        } else {
            problem.areas = merged;
        }
        problem.areas.iter_mut().for_each(|a| *a = power::scaled(*a, 2 * unit));
        Ok(problem)
    }

    fn closed_areas(&self) -> impl Iterator<Item = f64> + '_ {
        self.target.iter().zip(&self.directions.lengths).map(|(t, l)| (*t * *l).to_f64())
    }

    /// The normals' directions.
    pub fn directions(&self) -> &Directions {
        &self.directions
    }

    /// The areas asked for, of each direction; adjusted ones if they were.
    pub fn areas(&self) -> &[f64] {
        &self.areas
    }

    /// `|sum A_i n_i| / sum A_i` of the areas as they were given.
    pub fn imbalance(&self) -> f64 {
        self.imbalance
    }

    /// The largest relative change that closing them made, 0 if that was rounding.
    pub fn adjusted(&self) -> f64 {
        self.adjusted
    }
}

/// `sum A_i n_i` for areas over lengths of normals.
fn open(directions: &Directions, target: &[Dd]) -> Vector3<f64> {
    let mut sum = [Dd::ZERO; 3];
    for (n, t) in directions.vectors.iter().zip(target) {
        (0..3).for_each(|k| sum[k] = sum[k] + t.times(n[k]));
    }
    Vector3::from(sum.map(Dd::to_f64))
}

/// Multiplies areas by `1 - <m, n_i>` with the `m` for which they close: the least change, as said
/// at [`MinkowskiProblem::new`]. `None` if an area would not stay positive.
fn close(directions: &Directions, target: &mut [Dd]) -> Option<()> {
    // Each pass leaves the rounding of doubles of what the one before left.
    for _ in 0..3 {
        let sum = open(directions, target);
        let mut matrix = Matrix3::zeros();
        for ((n, t), l) in directions.vectors.iter().zip(&*target).zip(&directions.lengths) {
            let n = Vector3::from(*n);
            matrix += n * n.transpose() * (t.hi / l.hi);
        }
        let m = matrix.lu().solve(&sum)?;
        for ((n, t), l) in directions.vectors.iter().zip(&mut *target).zip(&directions.lengths) {
            let share = Vector3::from(*n).dot(&m) / l.hi;
            if share >= 1.0 || share.is_nan() {
                return None;
            }
            *t = *t - t.times(share);
        }
    }
    Some(())
}
