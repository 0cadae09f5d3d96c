//! From a start to the maximum of the dual: damped steps, and where these find none, the climb.

use super::damped::run;
use super::dual::{Climbed, climb};
use super::report::Outcome;
use super::state::{Budget, NewtonOptions, NewtonResult, NewtonState, Start};
use crate::diagram::Laguerre;

/// Runs Newton's method from `start`. The callback sees every accepted state and may stop the run.
///
/// If the start is far off and the masses are spread widely, coarser problems are solved for a
/// better one, where the diagram can tell them; meanwhile the callback sees the old one, with no
/// iterations. From such a state [`Start::Fresh`] does the same again. Where damped steps find no
/// progress the dual is climbed as what it is, concave (`newton/dual/`). Such states have no
/// floor.
///
/// Cost per step: one or a few diagrams and one linear solve, each about O(n).
pub fn maximize(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> NewtonResult {
    let budget = Budget::new(options);
    let (mut result, climbing) = match start {
        Start::Resume(state) if state.mass_floor == 0.0 => {
            (NewtonResult { state, outcome: Outcome::Interrupted, jump: None }, true)
        }
        start => (run(diagram, target, start, options, keep_going, true), false),
    };
    let limited = result.state.iterations.len() > options.max_iterations;
    if climbing || matches!(result.outcome, Outcome::NotConverged { .. }) && !limited {
        let Climbed { outcome, jump } = climb(diagram, target, &mut result.state, (budget, options), keep_going);
        (result.outcome, result.jump) = (outcome, jump);
    }
    result
}
