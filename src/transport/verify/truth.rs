//! What is true of some heights, whatever the family.

use super::super::certificate::Certificate;
use super::super::certify::certified;
use super::super::family::Family;
use super::bounds::Slack;
use super::line::Line;
use crate::diagram::{Cells, DiagramError};
use crate::exact::Heights;
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
#[non_exhaustive]
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
    /// What a certificate says.
    fn of<const D: usize>(c: &Certificate<D>, proved: bool) -> Proof {
        Proof {
            level: c.level,
            proved,
            max_relative_error: c.max_relative_error,
            w2_squared: c.w2_squared,
            map_cost: c.map_cost,
            exact_cells: c.exact_cells,
            cells: c.cells,
            hidden: c.hidden,
            adjacencies: c.adjacencies,
            total_is_domain: c.total_is_domain,
        }
    }

    /// Nothing is known yet.
    fn nothing(level: u8) -> Proof {
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
pub(super) struct Truth<S, const D: usize> {
    /// What the validity ladder says.
    pub ladder: Line,
    /// The diagram, if it climbed the ladder.
    pub still: Option<S>,
    /// Whether the cells fill the source, where that was proved.
    pub whole: Option<Line>,
    /// Integrals, at level 5.
    pub found: Option<Found<D>>,
    /// For programs.
    pub proof: Proof,
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
    pub slack: Slack<D>,
}

/// Climbs the ladder, and at level 5 integrates: exactly where the family can, else in doubles.
///
/// # Errors
/// The heights define no diagram.
pub(super) fn truth<F: Family<D>, const D: usize>(
    family: &F,
    heights: &Heights,
    level: u8,
) -> Result<Truth<F::Still, D>, VerifyError> {
    let still = family.still(heights)?;
    let reached = if family.proves() { level } else { level.min(4) };
    for step in 1..=level.min(4) {
        if let Err(defect) = still.validate(step) {
            let ladder = Line::fail("diagram", format!("level {step} fails: {defect}"));
            return Ok(Truth { ladder, still: None, whole: None, found: None, proof: Proof::nothing(reached) });
        }
    }
    let c = certified(family, heights, &still, reached)?;
    let steps = ["numbers finite", "adjacency symmetric", family.vertices_in_words(), "geometry exact"];
    let climbed = usize::from(level).min(steps.len());
    let ladder = Line::pass("diagram", format!("{}; {}", family.cells_in_words(&still), steps[..climbed].join(", ")));
    let proved = c.level == 5 && c.sound();
    let proof = Proof::of(&c, proved);
    let whole = (c.level == 5).then(|| Line::new("area", c.sound() && c.total_is_domain, family.filled_in_words(&c)));
    let found = match level >= 5 {
        true if proved => Some(exact(&still, c)),
        true if !family.proves() => Some(again(family, &still)),
        _ => None,
    };
    Ok(Truth { ladder, still: Some(still), whole, found, proof })
}

/// What was proved.
fn exact<const D: usize>(still: &impl Cells<D>, c: Certificate<D>) -> Found<D> {
    Found {
        slack: Slack::of(still, &c.masses),
        masses: c.masses,
        centroids: c.centroids,
        error: c.max_relative_error,
        cost: c.map_cost,
        optimum: Some(c.w2_squared),
        rest: None,
        dual: None,
        proved: true,
    }
}

/// What is computed again in floating point: where cells are no polygons, so that masses are not
/// rational.
fn again<F: Family<D>, const D: usize>(family: &F, still: &F::Still) -> Found<D> {
    let (masses, centroids) = (still.masses().to_vec(), still.centroids().to_vec());
    let pairs = masses.iter().zip(family.masses());
    let worst = pairs.map(|(m, nu)| (m - nu).abs() / nu).fold(0.0, f64::max);
    Found {
        error: [worst; 2],
        cost: [still.cost(); 2],
        optimum: None,
        rest: still.rest(),
        dual: still.dual(),
        proved: false,
        slack: Slack::of(still, &masses),
        masses,
        centroids,
    }
}
