//! What problems of every kind tell of their sites, written once.

use super::{Merge, Problem, SpaceProblem, SphereProblem, SurfaceProblem, Units};
use crate::domain::space::Metric;
use crate::exact::Heights;
use std::borrow::Cow;

/// What problems of every kind tell of their sites.
pub trait WithSites: Clone {
    /// A site.
    type Point: Copy;
    /// Sites after merging.
    fn sites(&self) -> &[Self::Point];
    /// Masses after merging.
    fn masses(&self) -> &[f64];
    /// Heights to start from, after merging.
    fn heights(&self) -> Option<&Heights>;
    /// Groups of input sites that were merged.
    fn merges(&self) -> &[Merge];
    /// For every input site the index of its site; `None` when nothing was merged.
    fn site_of_input(&self) -> Option<&[u32]>;
    /// The normalized source is this times the density.
    fn source_factor(&self) -> f64;
    /// The box around the source: its least and greatest coordinates.
    fn bounds(&self) -> (Self::Point, Self::Point);
    /// The units in which the problem is ordinary, these heights among it.
    fn units(&self, heights: Option<&Heights>) -> Units;
    /// The same problem in the given units.
    fn in_units(&self, units: &Units) -> Cow<'_, Self>;
    /// The metric of the cost; `None`: the euclidean one.
    fn metric(&self) -> Option<&Metric> {
        None
    }
    /// With partial transport the mass of the source that stays; `None` if the problem is balanced.
    fn stays(&self) -> Option<f64> {
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

/// The methods that problems of every kind have, and [`WithSites`] by them; in braces how the box
/// around the source is found, and what differs from the trait's defaults.
macro_rules! with_sites {
    ([$($generic:tt)*] $problem:ty, $d:tt, |$of:ident| $bounds:expr $(, $more:item)*) => {
        impl $($generic)* $problem {
            /// Sites after merging.
            pub fn sites(&self) -> &[[f64; $d]] {
                &self.target.sites
            }

            /// Masses after merging, all positive.
            pub fn masses(&self) -> &[f64] {
                &self.target.masses
            }

            /// Heights to start from, after merging.
            pub fn heights(&self) -> Option<&Heights> {
                self.target.heights.as_ref()
            }

            /// Groups of input sites that were merged.
            pub fn merges(&self) -> &[Merge] {
                &self.target.merges
            }

            /// For every input site the index of its site; `None` when nothing was merged.
            pub fn site_of_input(&self) -> Option<&[u32]> {
                self.target.site_of_input.as_deref()
            }

            /// Number of sites.
            pub fn len(&self) -> usize {
                self.target.sites.len()
            }

            /// Never true: a problem has at least one site.
            pub fn is_empty(&self) -> bool {
                self.target.sites.is_empty()
            }
        }

        impl $($generic)* WithSites for $problem {
            type Point = [f64; $d];
            fn sites(&self) -> &[[f64; $d]] {
                self.sites()
            }
            fn masses(&self) -> &[f64] {
                self.masses()
            }
            fn heights(&self) -> Option<&Heights> {
                self.heights()
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
            fn bounds(&self) -> ([f64; $d], [f64; $d]) {
                let $of = self;
                $bounds
            }
            fn units(&self, heights: Option<&Heights>) -> Units {
                self.units(heights)
            }
            fn in_units(&self, units: &Units) -> Cow<'_, Self> {
                self.in_units(units)
            }
            $($more)*
        }
    };
}

with_sites!([] Problem, 2, |p| p.frame().bounds(), fn stays(&self) -> Option<f64> {
    self.rest()
});
with_sites!([] SurfaceProblem, 3, |p| p.surface().bounds());
with_sites!([] SphereProblem, 3, |p| p.sphere().bounds());
with_sites!(
    [<const D: usize>] SpaceProblem<D>, D, |p| p.domain().bounds(),
    fn metric(&self) -> Option<&Metric> {
        self.domain().metric()
    },
    fn period(&self, axis: usize) -> Option<f64> {
        let (low, high) = self.domain().bounds();
        self.domain().periodic()[axis].then(|| high[axis] - low[axis])
    },
    fn notes(&self) -> Vec<String> {
        match self.wrapped() {
            0 => Vec::new(),
            1 => vec!["1 site lay outside of the box and was wrapped into it".into()],
            n => vec![format!("{n} sites lay outside of the box and were wrapped into it")],
        }
    }
);
