//! What a caller may choose.

use super::super::options::{Merge, Target};
use crate::setters::setters;

/// Options of [`super::parameterize_sphere`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SphereOptions {
    /// How much more areas count than angles. 1: about alike; 1e3: areas to about a per cent; 1e7:
    /// as far as they go.
    pub area_weight: f64,
    /// How large triangles shall be.
    pub target: Target,
    /// When vertices at the same place are one.
    pub merge: Merge,
}

setters!(SphereOptions {
    area_weight: value f64,
    target: value Target,
    merge: value Merge,
});

impl Default for SphereOptions {
    fn default() -> SphereOptions {
        SphereOptions { area_weight: 1e7, target: Target::Area, merge: Merge::Soup }
    }
}
