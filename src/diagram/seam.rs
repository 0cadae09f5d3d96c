//! The narrow seam between geometry and optimization.
//!
//! A family of sources brings a [`Laguerre`]: how many sites there are, and what their cells
//! measure at given heights. What only some diagrams can do is an *ability*: a trait of its own,
//! which the others do not have.

use super::jumps::Jumps;
use super::measures::{MeasureError, Measures, Want};
use crate::exact::{Counters, Dd, Heights};
use std::sync::Arc;

/// A Laguerre diagram that can be asked for its measures at any heights. The optimization sees
/// nothing else.
pub trait Laguerre {
    /// Number of sites.
    fn len(&self) -> usize;
    /// No sites.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Moves to these heights and integrates.
    ///
    /// # Errors
    /// The diagram cannot tell: for estimates, which may fail. Diagrams that are decided exactly
    /// always can.
    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError>;
    /// The width of a cell is its mass to this power: one over the dimension of the cells.
    fn width_exponent(&self) -> f64 {
        0.5
    }
    /// The site whose height stays, where masses depend on the heights themselves. `None`: on their
    /// differences alone, so that a constant may be added to all of them.
    fn fixed(&self) -> Option<usize> {
        None
    }
    /// Saves cells that are empty.
    fn revive(&mut self) -> Option<&mut dyn Revive> {
        None
    }
    /// Would all of these cells have mass at other heights? Asked where lost cells are not raised,
    /// before a diagram is measured there, for cells that were lost farther on. A cheap guess:
    /// `true` if the diagram cannot tell.
    fn would_live(&mut self, _heights: &Heights, _cells: &[u32]) -> bool {
        true
    }
    /// Tells coarser problems.
    fn coarsen(&self) -> Option<&dyn Coarsen> {
        None
    }
    /// Fills the gaps of a source.
    fn background(&mut self) -> Option<&mut dyn Background> {
        None
    }
    /// Takes apart a source that falls into a few parts without a common edge. `None` if it does
    /// not, or the diagram cannot.
    fn islands(&self) -> Option<Box<dyn Islands + '_>> {
        None
    }
    /// Tells where masses jump. `None` if they never do.
    fn jumps(&mut self) -> Option<&mut dyn Jumps> {
        None
    }
}

/// A diagram of a whole problem, in a numbering of its own.
pub trait Live: Laguerre {
    /// The problem's index of each site of this numbering.
    fn order(&self) -> Arc<[u32]>;
    /// How the signs were decided so far.
    fn counters(&self) -> Counters;
}

/// The ability to raise cells that are empty.
pub trait Revive {
    /// For the heights last measured, with the masses found there (empty if not known: then hidden
    /// sites only): heights in which every empty cell is raised until it has about the wanted mass.
    /// `None` if the diagram cannot tell how.
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights>;
    /// When a bold step loses cells: is it better to save them than to take a shorter one?
    fn raises_well(&self) -> bool {
        true
    }
}

/// The ability to tell the diagram of some of the sites.
pub trait Coarsen {
    /// The diagram of these sites alone, numbered in the given order, on the same domain and
    /// source.
    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_>;
    /// The given heights where there is one; elsewhere heights so low that the cell is empty.
    fn sunk(&self, heights: &[Option<Dd>]) -> Heights;
    /// Heights of the sites `wanted` (ascending) that go with those of the sites `known`
    /// (ascending; some of the others), at which the diagram of these has masses that suit:
    /// interpolated. `None` if the diagram cannot tell how.
    fn interpolated(&self, known: &[u32], heights: &Heights, wanted: &[u32]) -> Option<Heights> {
        let _ = (known, heights, wanted);
        None
    }
}

/// The ability to mix the source with an even density on a convex set around it, so that every cell
/// that shows there has mass.
pub trait Background {
    /// Replaces this share of the source by an even density of the same mass.
    fn set_share(&mut self, share: f64);
    /// Are there places in the frame without source? Not while a background fills them.
    fn has_gaps(&self) -> bool;
    /// Heights at which the cells have about the wanted masses, found without them: where a start
    /// in closed form leaves cells empty. `None` if the diagram cannot tell how, or that would take
    /// long. Nothing is promised of the cells there.
    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        let _ = wanted;
        None
    }
}

/// The ability to solve on one part of a source at a time.
pub trait Islands {
    /// The masses of the parts, at least two.
    fn masses(&self) -> Vec<f64>;
    /// For every site the height at which it would win its mass in a part, up to a constant, were
    /// the part a point.
    fn seen_from_afar(&self, part: usize) -> Vec<f64>;
    /// The diagram of some sites (ascending) on one part alone, numbered in the given order, and
    /// heights to start from there for these masses, whose sum is that of the part.
    fn on_part(&self, part: usize, sites: &[u32], masses: &[f64]) -> (Box<dyn Laguerre + '_>, Heights);
    /// For every site the height at which it would touch the diagram of some sites with the given
    /// heights on one part. `None` if that would take long.
    fn touching(&self, part: usize, sites: &[u32], heights: &Heights) -> Option<Vec<f64>>;
}

/// `least` less a depth at which a cell is surely empty, where no height is given.
pub(super) fn sunk(heights: &[Option<Dd>], depth: f64) -> Heights {
    let least = heights.iter().flatten().fold(f64::INFINITY, |l, h| l.min(h.hi));
    let deep = Dd::from_f64(least - depth - f64::MIN_POSITIVE);
    Heights::new(heights.iter().map(|h| h.unwrap_or(deep)))
}
