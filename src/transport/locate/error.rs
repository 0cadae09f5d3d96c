//! What locators share.

use crate::exact::Heights;

/// Points per parallel task.
pub(super) const CHUNK: usize = 4096;

/// The number of a cell that stands for "none": the answer for a point that is not finite.
pub const NOWHERE: u32 = u32::MAX;

/// Why points cannot be located.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocatorError {
    /// There is nothing to find.
    #[error("there are no sites; give at least one")]
    NoSites,
    /// The heights are not one per site.
    #[error("heights has {found} entries, sites has {expected}; give one per site")]
    LengthMismatch {
        /// Number of heights.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// A height is NaN or infinite.
    #[error("heights[{site}] is not finite; every height must be finite")]
    NonFiniteHeight {
        /// Index of the site.
        site: usize,
    },
    /// A coordinate of a site is NaN or infinite.
    #[error("sites[{site}] is not finite; every coordinate must be finite")]
    NonFiniteSite {
        /// Index of the site.
        site: usize,
    },
}

pub(super) fn sound<const D: usize>(sites: &[[f64; D]], heights: &Heights) -> Result<(), LocatorError> {
    if sites.is_empty() {
        return Err(LocatorError::NoSites);
    }
    if heights.len() != sites.len() {
        return Err(LocatorError::LengthMismatch { found: heights.len(), expected: sites.len() });
    }
    if let Some(site) = heights.first_non_finite() {
        return Err(LocatorError::NonFiniteHeight { site });
    }
    match sites.iter().position(|y| !y.iter().all(|c| c.is_finite())) {
        Some(site) => Err(LocatorError::NonFiniteSite { site }),
        None => Ok(()),
    }
}
