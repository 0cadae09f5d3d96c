//! What problems of every kind tell of their sites.

use super::{Merge, Problem, SpaceProblem, SphereProblem, SurfaceProblem};
use crate::domain::space::Metric;

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
    /// The metric of the cost; `None`: the euclidean one.
    fn metric(&self) -> Option<&Metric> {
        None
    }
    /// The period along an axis; `None` if the source does not close there.
    fn period(&self, _axis: usize) -> Option<f64> {
        None
    }
    /// What is worth telling of how the data became a problem.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
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
with_sites!(SphereProblem, [f64; 3], |_| None);

impl<const D: usize> WithSites for SpaceProblem<D> {
    type Point = [f64; D];
    fn sites(&self) -> &[[f64; D]] {
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
        None
    }
    fn metric(&self) -> Option<&Metric> {
        self.domain().metric()
    }
    fn period(&self, axis: usize) -> Option<f64> {
        let (low, high) = self.domain().bounds();
        self.domain().periodic()[axis].then(|| high[axis] - low[axis])
    }
    fn notes(&self) -> Vec<String> {
        match self.wrapped() {
            0 => Vec::new(),
            1 => vec!["1 site lay outside of the box and was wrapped into it".into()],
            n => vec![format!("{n} sites lay outside of the box and were wrapped into it")],
        }
    }
}
