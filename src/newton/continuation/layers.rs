//! A start from coarser problems, where the first state is far off: the heavy sites first, then
//! layer by layer the lighter ones, each where it belongs; or of sites with nearly equal masses a
//! sample first, then the others. See `docs/theory/start.md`.
//!
//! Where the masses span many decades, a start that knows nothing of the cells gives some light
//! cells 1e11 times their mass, and Newton must bring every one of them down by itself. But the
//! light cells hardly matter to the heavy ones: solve for these alone, and a light site belongs at
//! the vertex of their diagram where it would appear first, raised by the closed formula until it
//! has its mass. Most land within a fraction of it.

use super::super::report::{IterationReport, Outcome};
use super::super::revive;
use super::super::state::{Budget, NewtonOptions, NewtonState, Solve, Start};
use crate::diagram::{Coarsen, Laguerre, Measures, Want};
use crate::exact::{Dd, Heights};

/// A start with a relative mass error beyond this is worth the layers, in the plane; where cells
/// have other dimensions, one with such an error of the square of its width.
pub(in crate::newton) const FAR_OFF: f64 = 50.0;

/// A class of sites: their masses are within this factor of the largest one in it.
const CLASS: f64 = 1000.0;

/// Sites enter at most so many to one that is there: more would compete for the same vertices.
const GROWTH: usize = 4;

/// Fewer sites than this are no layer of their own.
const LEAST: usize = 4;

/// Fewer sites of nearly equal masses are solved at once.
pub(in crate::newton) const COARSEST: usize = 500;

/// The same where the start leaves cells empty: that is cured more easily with few of them.
pub(in crate::newton) const COARSEST_WITH_GAPS: usize = 100;

/// Relative mass error to which a layer is solved before the next enters.
const LOOSE: f64 = 0.3;

/// Most steps in a layer.
const STEPS: usize = 30;

/// Are the masses spread so widely that layers differ?
fn worthwhile(target: &[f64]) -> bool {
    let (least, most) = target.iter().fold((f64::INFINITY, 0.0f64), |(l, m), &nu| (l.min(nu), m.max(nu)));
    most > CLASS * least
}

/// What the layers led to.
pub(in crate::newton) struct Layered {
    /// Heights of all sites, no cell empty.
    pub heights: Heights,
    /// Their measures.
    pub measures: Measures,
    /// What it took: layers, steps, trials and seconds in the parts.
    pub cost: IterationReport,
}

/// One coarser problem: the first `end` sites of the order, those from `fresh` on (all of them in
/// the first class) standing in for their whole class.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layer {
    fresh: usize,
    end: usize,
    /// Factor on the masses of the fresh sites.
    share: f64,
    /// How well to solve it.
    tolerance: f64,
}

/// Solves layer after layer, starting from the given heights of the heaviest sites. Of sites of
/// equal masses the first sample has at least `coarsest`. Each is solved by `solve`.
///
/// `None`: some layer failed, or a cell stayed empty in the end; the caller then stays with the
/// start it has, so nothing that is proved of that one is lost.
///
/// # Errors
/// The outcome, if the callback or the clock ended the run.
pub(in crate::newton) fn layered(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: &Heights,
    coarsest: usize,
    (budget, solve): (Budget, Solve),
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<Option<Layered>, Outcome> {
    let spread = worthwhile(target);
    // Where masses differ widely, the first class may be far off for another reason, and has layers
    // of its own then.
    let (order, layers) = plan(target, if spread { usize::MAX } else { coarsest });
    if layers.is_empty() {
        return Ok(None);
    }
    let total: f64 = target.iter().sum();
    let mut known: Vec<Option<Dd>> = vec![None; target.len()];
    let mut before: Option<(Vec<u32>, Heights)> = None;
    // Between sites of about equal masses heights can be interpolated; lighter ones are better
    // raised where they belong.
    let interpolate = |to: &dyn Coarsen, before: &Option<(Vec<u32>, Heights)>, inside: &[u32]| {
        let (sites, heights) = before.as_ref().filter(|_| !spread)?;
        to.interpolated(sites, heights, inside)
    };
    let mut cost = IterationReport::default();
    for (level, layer) in layers.iter().enumerate() {
        let mut inside = order[..layer.end].to_vec();
        // In the numbering of the diagram, which runs along a curve.
        let mut mass = vec![0.0; target.len()];
        for (k, &i) in inside.iter().enumerate() {
            mass[i as usize] = target[i as usize] * if k < layer.fresh { 1.0 } else { layer.share };
        }
        inside.sort_unstable();
        let wanted: Vec<f64> = inside.iter().map(|&i| mass[i as usize]).collect();
        let factor = total / wanted.iter().sum::<f64>();
        let wanted: Vec<f64> = wanted.iter().map(|m| m * factor).collect();
        let Some(coarsen) = diagram.coarsen() else { return Ok(None) };
        let mut coarse = coarsen.of_sites(&inside);
        let heights = match level {
            0 => Heights::new(inside.iter().map(|&i| start.get(i as usize))),
            _ => {
                let sunk = || {
                    let known: Vec<Option<Dd>> = inside.iter().map(|&i| known[i as usize]).collect();
                    Some(coarse.coarsen()?.sunk(&known))
                };
                let Some(heights) = interpolate(coarsen, &before, &inside).or_else(sunk) else { return Ok(None) };
                let measures = coarse.measures(&heights, Want::Feasible)?;
                revive::fill_empty(&mut *coarse, &wanted, heights, measures, revive::GENEROUS)?.0
            }
        };
        let options = NewtonOptions { tolerance: layer.tolerance, max_iterations: STEPS, time_limit: budget.left() };
        let mut step = |_: &NewtonState| keep_going();
        let result = solve(&mut *coarse, &wanted, Start::Fresh(heights), &options, &mut step, spread && level == 0);
        cost.count_in(&result.state.iterations);
        match result.outcome {
            Outcome::Converged => {}
            Outcome::Interrupted | Outcome::TimeLimit => return Err(result.outcome),
            _ => return Ok(None),
        }
        inside.iter().zip(result.state.heights.as_slice()).for_each(|(&i, &h)| known[i as usize] = Some(h));
        before = Some((inside, result.state.heights));
    }
    let all: Vec<u32> = (0..target.len() as u32).collect();
    let Some(coarsen) = diagram.coarsen() else { return Ok(None) };
    let heights = interpolate(coarsen, &before, &all).unwrap_or_else(|| coarsen.sunk(&known));
    let measures = diagram.measures(&heights, Want::Feasible)?;
    let (heights, measures) = revive::fill_empty(diagram, target, heights, measures, revive::GENEROUS)?;
    cost.hull += measures.hull_seconds;
    cost.cells += measures.cells_seconds;
    let sound = !revive::has_empty(&measures) && heights.first_non_finite().is_none();
    Ok(sound.then_some(Layered { heights, measures, cost }))
}

/// The sites, heaviest class first and evenly spread along the curve in each class; and the coarser
/// problems. The first class is sampled if a sample has at least `coarsest` sites.
fn plan(target: &[f64], coarsest: usize) -> (Vec<u32>, Vec<Layer>) {
    let n = target.len();
    let heaviest = target.iter().copied().fold(0.0, f64::max);
    // By multiplication, not by logarithms, whose last bits differ between systems.
    let class = |nu: f64| {
        let (mut class, mut scaled) = (0u32, nu);
        while scaled * CLASS < heaviest && class < 1000 {
            (class, scaled) = (class + 1, scaled * CLASS);
        }
        class
    };
    let classes: Vec<u32> = target.iter().map(|&nu| class(nu)).collect();
    let mut order: Vec<u32> = (0..n as u32).collect();
    // Bit reversal: the first few of a class are spread over the whole curve.
    order.sort_unstable_by_key(|&i| (classes[i as usize], i.reverse_bits()));
    let mut ends: Vec<usize> = Vec::new();
    for k in 1..=n {
        let last = k == n || classes[order[k - 1] as usize] != classes[order[k] as usize];
        // A class that adds little enters with the next one.
        if last && (k == n || k >= LEAST && k >= ends.last().map_or(0, |e| e + e / 10)) {
            ends.push(k);
        }
    }
    let nu = |k: usize| target[order[k] as usize];
    let mut layers: Vec<Layer> = Vec::new();
    let mut fresh = 0;
    for &end in &ends {
        let mut parts = vec![end];
        let mut part = end / GROWTH;
        let least = if fresh > 0 { fresh.max(LEAST) } else { coarsest };
        while part > least && part >= fresh + fresh / GROWTH {
            parts.push(part);
            part /= GROWTH;
        }
        let whole: f64 = (fresh..end).map(nu).sum();
        for &part in parts.iter().rev() {
            let share = whole / (fresh..part).map(nu).sum::<f64>();
            layers.push(Layer { fresh, end: part, share, tolerance: LOOSE });
        }
        // Heavy cells that are off by a share `e` of their mass shift the vertices by `e` times
        // their own width, and the light cells' width is smaller by the root of the ratio of
        // masses: solve better before a gap.
        if let Some(layer) = layers.last_mut()
            && end < n
        {
            let lightest = (0..end).map(nu).fold(f64::INFINITY, f64::min);
            let next = (end..n).map(nu).fold(0.0, f64::max);
            layer.tolerance = LOOSE * (next / lightest).min(1.0).sqrt();
        }
        fresh = end;
    }
    // The last one is the problem itself.
    layers.pop();
    (order, layers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_grow_slowly_and_have_the_mass_of_their_classes() {
        let target: Vec<f64> = (0..10_000).map(|k| if k % 100 == 0 { 1.0 } else { 1e-12 }).collect();
        let (order, layers) = plan(&target, usize::MAX);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().enumerate().all(|(k, &i)| k == i as usize));
        let ends: Vec<usize> = layers.iter().map(|l| l.end).collect();
        assert_eq!(ends, [100, 156, 625, 2500]);
        for l in &layers {
            let nu = |k: usize| target[order[k] as usize];
            let mass: f64 = (0..l.end).map(|k| nu(k) * if k < l.fresh { 1.0 } else { l.share }).sum();
            // All of the classes that are there.
            let expected = if l.fresh == 0 { 100.0 } else { target.iter().sum::<f64>() };
            assert!((mass - expected).abs() < 1e-10, "{l:?} {mass}");
        }
    }

    #[test]
    fn sites_of_equal_masses_are_sampled() {
        let (_, layers) = plan(&[1.0; 10_000], COARSEST);
        let expected = [(0, 625, 16.0), (0, 2500, 4.0)];
        assert_eq!(layers.iter().map(|l| (l.fresh, l.end, l.share)).collect::<Vec<_>>(), expected);
        assert!(plan(&[1.0; 1000], COARSEST).1.is_empty(), "too few");
    }

    #[test]
    fn a_gap_between_masses_asks_for_accuracy() {
        let target: Vec<f64> = (0..1000).map(|k| if k % 2 == 0 { 1.0 } else { 1e-8 }).collect();
        let (_, layers) = plan(&target, usize::MAX);
        assert_eq!(layers.len(), 1);
        assert_eq!((layers[0].fresh, layers[0].end), (0, 500));
        assert!((layers[0].tolerance / (LOOSE * 1e-4) - 1.0).abs() < 1e-12);
    }
}
