//! What a family of sources must bring, and nothing else does: solve, certificate, verifier,
//! quantization are written once for all of them.
//!
//! A problem is data; its *family* is what the geometry makes of it. A problem of the plane is of
//! one of two families: balanced, or partial. [`Transport::visit`] is where that is decided, once.

use super::certificate::Certificate;
use super::claim::{Claim, Sure};
use crate::diagram::{Cells, DiagramError, Live};
use crate::domain::space::Metric;
use crate::exact::Heights;
use crate::newton::{self, BEYOND, Jump};
use crate::problem::{Units, WithSites};
use std::time::Duration;

/// Why masses cannot be attained, and notes.
pub type Told = (String, Vec<String>);

/// A family of sources. Heights are in the order of the problem's sites, unless it is said that
/// they are a diagram's.
pub trait Family<const D: usize>: Sync + Sized {
    /// The diagram that moves: what Newton's method sees.
    type Live<'l>: Live
    where
        Self: 'l;
    /// The diagram at given heights: what everything else sees.
    type Still: Cells<D>;

    /// The problem's own type.
    type Problem: WithSites<Point = [f64; D]>;

    /// The problem.
    fn problem(&self) -> &Self::Problem;
    /// The same problem in these units.
    fn in_units(&self, units: &Units) -> Self;
    /// Sites.
    fn sites(&self) -> &[[f64; D]] {
        self.problem().sites()
    }
    /// Their masses.
    fn masses(&self) -> &[f64] {
        self.problem().masses()
    }
    /// The metric of the cost; `None`: the euclidean one.
    fn metric(&self) -> Option<&Metric> {
        self.problem().metric()
    }
    /// The mass of the source that stays, of partial transport.
    fn stays(&self) -> Option<f64> {
        None
    }

    /// The diagram to be moved.
    fn live(&self) -> Self::Live<'_>;
    /// The target of a diagram's further site, where it has one
    /// ([`crate::diagram::Laguerre::fixed`]).
    fn further_target(&self, _live: &Self::Live<'_>) -> Option<f64> {
        None
    }
    /// A start from given heights, in the diagram's order, their empty cells raised if they are
    /// few; `None` if they do not serve.
    fn warm(&self, live: &mut Self::Live<'_>, given: &Heights, target: &[f64]) -> Option<Heights> {
        let own = given.permuted(&live.order());
        newton::revived(live, target, own)
    }
    /// A start where none is given, or none of those given serves, in the diagram's order; the time
    /// that is left for it.
    fn start(&self, live: &mut Self::Live<'_>, target: &[f64], left: Option<Duration>) -> Heights;
    /// Told where a run starts, and what a checkpoint kept of it
    /// ([`super::SolverState::least_rest`]), in the diagram's units.
    fn prepare(&self, _live: &mut Self::Live<'_>, _heights: &Heights, _kept: Option<f64>) -> f64 {
        0.0
    }

    /// The diagram at given heights.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    fn still(&self, heights: &Heights) -> Result<Self::Still, DiagramError>;
    /// Do remarks need walls, whether or not they are asked for?
    fn remarks_on_walls(&self) -> bool {
        true
    }
    /// The claim about heights (the diagram's, in its units) from the live diagram, where that is
    /// as good as [`Family::still`].
    fn measured(
        &self,
        _units: &Units,
        _live: &mut Self::Live<'_>,
        _heights: &Heights,
        _walls: bool,
    ) -> Option<Claim<D>> {
        None
    }
    /// Remarks for the report, from the walls, and from the diagram if it was made.
    fn remarks(&self, walls: &[(u32, u32, f64)], still: Option<&Self::Still>, tolerance: f64) -> Vec<String>;
    /// What is to be said where no heights attain the masses. Called of the problem in the
    /// diagram's units, with that in its own, and heights in those units.
    fn unattainable(&self, _own: &Self, _units: &Units, _order: &[u32], _jump: &Jump, _heights: &Heights) -> Told {
        (BEYOND.to_string(), Vec::new())
    }

    /// True masses of some sites, each with a bound of its true relative error; none where masses
    /// are not rational.
    fn sure(&self, _heights: &Heights, _some: &[u32]) -> Vec<Sure> {
        Vec::new()
    }
    /// Are masses and costs proved at level 5?
    fn proves(&self) -> bool {
        true
    }
    /// Adds to a certificate what exact integration proves.
    ///
    /// # Errors
    /// Heights without a diagram.
    fn prove(
        &self,
        heights: &Heights,
        still: &Self::Still,
        certificate: &mut Certificate<D>,
    ) -> Result<(), DiagramError>;
    /// What the cells of a diagram are made of, in words.
    fn cells_in_words(&self, still: &Self::Still) -> String;
    /// By how many cells a vertex is seen, in words.
    fn vertices_in_words(&self) -> &'static str {
        "every vertex in exactly 3 cells"
    }
    /// That cells fill the source, in words, as a certificate has it.
    fn filled_in_words(&self, certificate: &Certificate<D>) -> String;
    /// What a record of a cell is called.
    fn record(&self) -> &'static str {
        "cell"
    }
}

/// What is done with a problem, whatever its family.
pub trait Visit<const D: usize> {
    /// What comes of it.
    type Output;
    /// Does it.
    fn visit<F: Family<D>>(self, family: &F) -> Self::Output;
}

/// A problem of optimal transport, of any family.
pub trait Transport<const D: usize>: WithSites<Point = [f64; D]> + Sync {
    /// Shows the problem as one of its family.
    fn visit<V: Visit<D>>(&self, visitor: V) -> V::Output;
}
