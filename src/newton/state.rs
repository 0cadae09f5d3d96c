//! What a run starts from, what it may take, and what it ends with.

use super::dual::Jump;
use super::report::{IterationReport, Outcome};
use crate::diagram::Laguerre;
use crate::exact::Heights;
use std::time::{Duration, Instant};

/// The share of a background with which a source that has come apart is bridged first, and its
/// factor from one attempt to the next.
pub(super) const BRIDGE: f64 = 0.1;

/// When to stop.
#[derive(Clone, Debug)]
pub struct NewtonOptions {
    /// Largest relative mass error accepted.
    pub tolerance: f64,
    /// Most steps.
    pub max_iterations: usize,
    /// Most wall time.
    pub time_limit: Option<Duration>,
}

/// Everything a step depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct NewtonState {
    /// Heights.
    pub heights: Heights,
    /// Least mass a cell may have.
    pub mass_floor: f64,
    /// Start and steps so far.
    pub iterations: Vec<IterationReport>,
    /// Share of the background that the next step without progress is tried with
    /// (`continuation::bridged`).
    pub bridge: f64,
    /// Start and steps before the dual was climbed; 0 while it is not.
    pub climb: usize,
}

impl NewtonState {
    /// Before the start.
    pub fn new(heights: Heights) -> NewtonState {
        NewtonState { heights, mass_floor: 0.0, iterations: Vec::new(), bridge: BRIDGE, climb: 0 }
    }
}

/// What a run ended with.
pub struct NewtonResult {
    /// The best state: the last accepted one.
    pub state: NewtonState,
    /// Why it ended.
    pub outcome: Outcome,
    /// Why no heights attain the masses, if that is proved.
    pub jump: Option<Jump>,
}

/// Where to start.
pub enum Start {
    /// From heights with no empty cell.
    Fresh(Heights),
    /// From a checkpoint.
    Resume(NewtonState),
}

/// The time that a run may take, of which the runs inside of it take their share.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    since: Instant,
    limit: Option<Duration>,
}

impl Budget {
    pub fn new(options: &NewtonOptions) -> Budget {
        Budget { since: Instant::now(), limit: options.time_limit }
    }

    /// What is left of it.
    pub fn left(&self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.since.elapsed()))
    }

    /// Is nothing left?
    pub fn spent(&self) -> bool {
        self.limit.is_some_and(|limit| self.since.elapsed() >= limit)
    }
}

/// Newton's method from a start, the last argument saying whether by way of coarser problems: what
/// continuations solve their easier problems with.
pub(super) type Solve =
    fn(&mut dyn Laguerre, &[f64], Start, &NewtonOptions, &mut dyn FnMut(&NewtonState) -> bool, bool) -> NewtonResult;
