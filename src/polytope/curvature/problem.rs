//! Rays and curvatures, checked.

use super::super::directions::{DirectionError, Directions};
use super::witness::{Violation, violation};
use std::f64::consts::PI;

/// Why there is no polytope, or none can be sought.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CurvatureError {
    /// The rays.
    #[error(transparent)]
    Rays(#[from] DirectionError),
    /// Lists of different lengths.
    #[error("{rays} rays and {curvatures} curvatures; give one curvature for each ray")]
    Lengths {
        /// Rays.
        rays: usize,
        /// Curvatures.
        curvatures: usize,
    },
    /// A curvature that no vertex of a convex polytope has.
    #[error("curvatures[{index}] is {value}; every curvature must be positive and finite")]
    Curvature {
        /// The entry.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// The sum is not that of a closed convex surface.
    #[error(
        "the curvatures sum to {sum:?}, and must sum to 4 pi = {:?}; correct them, or have them scaled (--adjust)",
        4.0 * PI
    )]
    Sum {
        /// Their sum.
        sum: f64,
    },
    /// A condition of Alexandrov's is violated.
    #[error("{0}")]
    Violated(Violation),
}

/// What counts as rounding of curvatures that sum to `4 pi`.
const ROUNDING: f64 = 1e-12;

/// Rays and curvatures of a polytope: by Alexandrov's theorem there is exactly one, up to its size,
/// if the rays surround the origin and every set of them that can be cut off by planes through the
/// origin has less curvature than the normals that it may have ([`Violation`]).
#[derive(Clone, Debug)]
pub struct CurvatureProblem {
    pub(super) directions: Directions,
    pub(super) curvatures: Vec<f64>,
    adjusted: f64,
}

impl CurvatureProblem {
    /// Checks the data. Rays may have any lengths; equal ones are merged and their curvatures
    /// added. Sums other than `4 pi` are refused, or scaled if `adjust`.
    ///
    /// # Errors
    /// [`CurvatureError`].
    pub fn new(rays: &[[f64; 3]], curvatures: &[f64], adjust: bool) -> Result<CurvatureProblem, CurvatureError> {
        if rays.len() != curvatures.len() {
            return Err(CurvatureError::Lengths { rays: rays.len(), curvatures: curvatures.len() });
        }
        if let Some(index) = curvatures.iter().position(|k| !(*k > 0.0 && k.is_finite())) {
            return Err(CurvatureError::Curvature { index, value: curvatures[index] });
        }
        let directions = Directions::new(rays, "rays")?;
        let mut curvatures = directions.sums(curvatures);
        let sum: f64 = curvatures.iter().sum();
        let off = (sum / (4.0 * PI) - 1.0).abs();
        let mut adjusted = 0.0;
        if off.is_nan() || off > ROUNDING {
            if !adjust || !sum.is_finite() {
                return Err(CurvatureError::Sum { sum });
            }
            adjusted = off;
            curvatures.iter_mut().for_each(|k| *k *= 4.0 * PI / sum);
        }
        // The conditions of single rays.
        let excess = (0..curvatures.len() as u32).find_map(|i| violation(&directions, &curvatures, &[i]));
        match excess {
            Some(violation) => Err(CurvatureError::Violated(violation)),
            None => Ok(CurvatureProblem { directions, curvatures, adjusted }),
        }
    }

    /// The rays' directions.
    pub fn directions(&self) -> &Directions {
        &self.directions
    }

    /// The curvatures asked for, of each direction; scaled ones if they were.
    pub fn curvatures(&self) -> &[f64] {
        &self.curvatures
    }

    /// By how much they were scaled, relatively; 0 if they were not.
    pub fn adjusted(&self) -> f64 {
        self.adjusted
    }
}
