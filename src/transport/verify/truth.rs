//! What is true of some heights, whatever the family.

use super::Line;
use super::still::Still;
use crate::diagram::DiagramError;
use crate::exact::Heights;
use crate::problem::WithSites;
use serde::Serialize;

/// Why nothing could be verified.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The heights do not define a diagram.
    #[error(transparent)]
    Diagram(#[from] DiagramError),
    /// A list does not have one entry for each site.
    #[error("{what} has {found} entries, the problem has {sites} sites; give one per site")]
    Length {
        /// The list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Number of sites.
        sites: usize,
    },
}

/// What was proved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// The level of the validity ladder that was reached.
    pub level: u8,
    /// Whether masses and optimum were proved, in exact arithmetic.
    pub proved: bool,
    /// Bounds of the largest relative mass error.
    pub max_relative_error: [f64; 2],
    /// Bounds of `W2^2`.
    pub w2_squared: [f64; 2],
    /// Bounds of the cost of the map.
    pub map_cost: [f64; 2],
    /// Cells whose mass is exact.
    pub exact_cells: usize,
    /// Cells.
    pub cells: usize,
    /// Sites without a cell.
    pub hidden: usize,
    /// Walls between cells.
    pub adjacencies: usize,
    /// Whether the cells' measures sum to the domain's.
    pub total_is_domain: bool,
}

impl Proof {
    /// Nothing is known yet.
    pub(super) fn nothing(level: u8) -> Proof {
        let unknown = [0.0, f64::INFINITY];
        Proof {
            level,
            proved: false,
            max_relative_error: unknown,
            w2_squared: unknown,
            map_cost: unknown,
            exact_cells: 0,
            cells: 0,
            hidden: 0,
            adjacencies: 0,
            total_is_domain: false,
        }
    }
}

/// The truth about some heights.
pub struct Truth<const D: usize> {
    /// What the validity ladder says.
    pub(super) lines: Vec<Line>,
    /// The diagram, if it climbed the ladder.
    pub(super) still: Option<Box<dyn Still<D>>>,
    /// Whether the cells fill the source, where that was proved.
    pub(super) whole: Option<Line>,
    /// Integrals, at level 5.
    pub(super) found: Option<Found<D>>,
    /// For programs.
    pub(super) proof: Proof,
}

/// Integrals over the cells, with the most that a claim computed in doubles may differ.
pub(super) struct Found<const D: usize> {
    pub masses: Vec<f64>,
    pub centroids: Vec<Option<[f64; D]>>,
    /// Bounds of the largest relative mass error; the same number twice where it is not proved.
    pub error: [f64; 2],
    /// Bounds of the cost of the map.
    pub cost: [f64; 2],
    /// Bounds of the optimum, if they are proved.
    pub optimum: Option<[f64; 2]>,
    /// The mass that stays, of partial transport.
    pub rest: Option<f64>,
    /// The value of the dual, where it says more than nothing.
    pub dual: Option<f64>,
    /// Whether these numbers are proved.
    pub proved: bool,
    /// How far off claims may be.
    pub slack: super::bounds::Slack<D>,
}

/// A problem whose solutions can be verified: each family of sources.
pub trait Verifiable<const D: usize>: WithSites<Point = [f64; D]> + Sync {
    /// The truth about these heights. Levels as in [`super::verify`].
    ///
    /// # Errors
    /// The heights define no diagram.
    fn truth(&self, heights: &Heights, level: u8) -> Result<Truth<D>, VerifyError>;

    /// Heights that the problem gives: a diagram is that of these.
    fn given(&self) -> Option<&Heights>;

    /// What stays of the source, of partial transport.
    fn stays(&self) -> Option<f64>;
}
