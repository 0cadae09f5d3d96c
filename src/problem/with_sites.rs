//! What problems of every kind tell of their sites.

use super::{Merge, Problem, SurfaceProblem};

/// What problems of every kind tell of their sites.
pub trait WithSites {
    /// A site.
    type Point: Copy;
    /// Sites after merging.
    fn sites(&self) -> &[Self::Point];
    /// Masses after merging.
    fn masses(&self) -> &[f64];
    /// Groups of input sites that were merged.
    fn merges(&self) -> &[Merge];
    /// For every input site the index of its site; `None` when nothing was merged.
    fn site_of_input(&self) -> Option<&[u32]>;
    /// The normalized source is this times the density.
    fn source_factor(&self) -> f64;
    /// With partial transport the mass of the source that stays; `None` if the problem is balanced.
    fn stays(&self) -> Option<f64>;
}

/// [`WithSites`] by the methods of the same names.
macro_rules! with_sites {
    ($problem:ty, $point:ty, $stays:expr) => {
        impl WithSites for $problem {
            type Point = $point;
            fn sites(&self) -> &[$point] {
                self.sites()
            }
            fn masses(&self) -> &[f64] {
                self.masses()
            }
            fn merges(&self) -> &[Merge] {
                self.merges()
            }
            fn site_of_input(&self) -> Option<&[u32]> {
                self.site_of_input()
            }
            fn source_factor(&self) -> f64 {
                self.source_factor()
            }
            fn stays(&self) -> Option<f64> {
                let stays: fn(&$problem) -> Option<f64> = $stays;
                stays(self)
            }
        }
    };
}
with_sites!(Problem, [f64; 2], Problem::rest);
with_sites!(SurfaceProblem, [f64; 3], |_| None);
