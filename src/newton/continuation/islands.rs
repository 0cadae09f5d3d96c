//! A start for sources in parts that lie apart: each part for itself, and their levels.
//!
//! Between parts that are small beside the gaps no wall leads a Newton step: a site that changes
//! parts leaves one at a height far from that at which it appears in the other, and in between no
//! mass depends on it. Which site belongs to which part is a transport between few and many
//! ([`portioned`]), told the height that each site needs in each part. Given that, every part is
//! a problem of its own, on a source that hangs together, and its solution says better what sites
//! need there: its own sites their heights, the others the height at which they would touch its
//! diagram and the rise until they have their mass. So both are solved in turn until no site
//! changes parts. The levels from the transport then put the heights of the parts together: sites
//! that have mass in two parts have one height, and no site shows where it has none. Theory:
//! docs/theory/patches.md.

use super::super::report::{IterationReport, Outcome};
use super::super::state::{Budget, NewtonOptions, NewtonState, Solve, Start};
use super::portions::portioned;
use crate::diagram::{Islands, Laguerre, Want};
use crate::exact::{Dd, Heights};

/// Relative mass error to which a part is solved.
const LOOSE: f64 = 0.03;

/// Most steps in a part.
const STEPS: usize = 60;

/// So often it is asked which site belongs to which part; then what is known must do.
const ROUNDS: usize = 12;

/// Masses that differ by less than this share of them are the same.
const SAME: f64 = 1e-9;

/// What the parts led to.
pub(in crate::newton) struct Apart {
    pub heights: Heights,
    /// Problems (as `layers`), steps, trials and seconds in the parts.
    pub cost: IterationReport,
}

/// A part with its sites and the mass that each has there; solved.
struct Solved {
    shares: Vec<(u32, f64)>,
    heights: Heights,
}

/// Heights put together from those of the parts. `None` if the source is no such, or a part is not
/// solved.
///
/// # Errors
/// The outcome, if the callback or the clock ended the run.
pub(in crate::newton) fn apart(
    diagram: &dyn Laguerre,
    target: &[f64],
    limits: (Budget, Solve),
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<Option<Apart>, Outcome> {
    let Some(islands) = diagram.islands() else { return Ok(None) };
    let room = islands.masses();
    let mut cost = IterationReport::default();
    let mut needs: Vec<Vec<f64>> = (0..room.len()).map(|k| islands.seen_from_afar(k)).collect();
    let mut solved: Vec<Option<Solved>> = room.iter().map(|_| None).collect();
    let Some(mut portions) = portioned(&needs, target, &room) else { return Ok(None) };
    let mut last: Option<usize> = None;
    for _ in 0..ROUNDS {
        for (k, before) in solved.iter_mut().enumerate() {
            let shares = &portions.of[k];
            if before.as_ref().is_some_and(|b| alike(&b.shares, shares)) {
                continue;
            }
            let found = on_part(&*islands, k, (shares, room[k]), limits, (&mut cost, keep_going))?;
            let Some((heights, rise)) = found else { return Ok(None) };
            let sites: Vec<u32> = shares.iter().map(|s| s.0).collect();
            let Some(touching) = islands.touching(k, &sites, &heights) else { return Ok(None) };
            needs[k] = touching.into_iter().map(|h| h + rise).collect();
            sites.iter().zip(heights.as_slice()).for_each(|(&i, h)| needs[k][i as usize] = h.to_f64());
            *before = Some(Solved { shares: shares.clone(), heights });
        }
        let Some(next) = portioned(&needs, target, &room) else { return Ok(None) };
        let moved = next.of.iter().zip(&portions.of).map(|(a, b)| moved(a, b)).sum();
        portions = next;
        // Sites that change places for ever are few: they are left to what follows.
        if moved == 0 || last.is_some_and(|last| moved >= last) {
            break;
        }
        last = Some(moved);
    }
    Ok(together(&solved, &portions.level, target.len()).map(|heights| Apart { heights, cost }))
}

/// The same sites with the same masses, up to rounding.
fn alike(a: &[(u32, f64)], b: &[(u32, f64)]) -> bool {
    a.len() == b.len() && moved(a, b) == 0
}

/// How many sites of `a` are not in `b` with the same mass, up to rounding.
fn moved(a: &[(u32, f64)], b: &[(u32, f64)]) -> usize {
    let known =
        |a: &&(u32, f64)| b.binary_search_by_key(&a.0, |b| b.0).is_ok_and(|k| (a.1 - b[k].1).abs() <= SAME * a.1);
    a.iter().filter(|a| !known(a)).count()
}

/// Solves for the sites of one part: their heights, and by how much a cell rises from where it
/// touches the diagram until it has its mass. `None` if that does not succeed.
///
/// Always from the start in closed form: from the heights of the last time, a new site touching the
/// diagram, it takes ten times as long, since bold steps lose the cells around.
fn on_part(
    islands: &dyn Islands,
    part: usize,
    (shares, room): (&[(u32, f64)], f64),
    (budget, solve): (Budget, Solve),
    (cost, keep_going): (&mut IterationReport, &mut dyn FnMut() -> bool),
) -> Result<Option<(Heights, f64)>, Outcome> {
    let sites: Vec<u32> = shares.iter().map(|s| s.0).collect();
    let factor = room / shares.iter().map(|s| s.1).sum::<f64>();
    let masses: Vec<f64> = shares.iter().map(|s| factor * s.1).collect();
    let (mut diagram, start) = islands.on_part(part, &sites, &masses);
    let options = NewtonOptions { tolerance: LOOSE, max_iterations: STEPS, time_limit: budget.left() };
    let mut step = |_: &NewtonState| keep_going();
    let result = solve(&mut *diagram, &masses, Start::Fresh(start), &options, &mut step, true);
    cost.count_in(&result.state.iterations);
    match result.outcome {
        Outcome::Converged => {}
        Outcome::Interrupted | Outcome::TimeLimit => return Err(result.outcome),
        _ => return Ok(None),
    }
    let heights = result.state.heights;
    // A cell among others that stay has mass in proportion to the square of its rise, of which the
    // sum of its conductances is the derivative.
    let measures = diagram.measures(&heights, Want::Newton)?;
    let graph = &measures.graph;
    let rises = measures.masses().iter().zip(graph.row.windows(2)).map(|(m, ends)| {
        let slope: f64 = graph.weight[ends[0] as usize..ends[1] as usize].iter().sum();
        if slope > 0.0 { 2.0 * m / slope } else { 0.0 }
    });
    let rise = rises.sum::<f64>() / sites.len() as f64;
    Ok(Some((heights, rise)))
}

/// Every site at the height of the part where it has most of its mass.
fn together(solved: &[Option<Solved>], level: &[f64], n: usize) -> Option<Heights> {
    let mut most: Vec<(f64, Option<Dd>)> = vec![(0.0, None); n];
    for (part, &level) in solved.iter().zip(level) {
        let part = part.as_ref()?;
        for (&(i, share), &h) in part.shares.iter().zip(part.heights.as_slice()) {
            if share > most[i as usize].0 {
                most[i as usize] = (share, Some(h + Dd::from_f64(level)));
            }
        }
    }
    Some(Heights::new(most.into_iter().map(|(_, h)| h).collect::<Option<Vec<Dd>>>()?))
}
