//! Claims about integrals: masses, centroids, errors, cost, and the weights.

use super::super::family::Family;
use super::bounds::{self, AGAIN, ROUNDED};
use super::claims::Claims;
use super::line::Line;
use super::report;
use super::truth::Found;
use crate::diagram::Cells;
use crate::domain::space::{Metric, weights_of};
use crate::problem::Scales;

/// Everything about integrals, and the weights among it.
pub(super) fn lines<const D: usize>(
    claims: &Claims<'_, D>,
    family: &impl Family<D>,
    still: &dyn Cells<D>,
    (found, scales): (&Found<D>, Option<&Scales>),
) -> Vec<Line> {
    let masses = masses(claims, still, found);
    let own = masses.pass;
    let mut lines = vec![masses];
    lines.extend(report::rest(claims, family, found));
    lines.push(centroids(claims, still, found));
    // Masses of a multiple are rounded on their way there.
    let rounding = if scales.is_some() { 2.0 * ROUNDED } else { 0.0 };
    lines.push(report::residual(claims, family.masses(), found, (own, rounding)));
    lines.push(weights(claims, family.sites(), family.metric()));
    lines.extend(cost(claims, still, found, scales));
    lines
}

/// The index of the worst number, by the share of what it may be off; what is no number is worst of
/// all.
fn worst(n: usize, share: impl Fn(usize) -> f64) -> Option<(usize, f64)> {
    let shares = (0..n).map(|i| (i, share(i)));
    let worse = |a: (usize, f64), b: (usize, f64)| {
        if a.1.is_nan() || b.1 <= a.1 { a } else { b }
    };
    shares.reduce(worse)
}

fn masses<const D: usize>(claims: &Claims<'_, D>, still: &dyn Cells<D>, found: &Found<D>) -> Line {
    let off = |i: usize| (claims.masses[i] - found.masses[i]).abs();
    let share = |i: usize| {
        let (claimed, doubles) = (claims.masses[i], still.masses()[i]);
        // Equal numbers are right, infinite ones too; and what doubles make of the cell is no false
        // claim.
        let right = claimed == found.masses[i] || (claimed - doubles).abs() <= ROUNDED * doubles;
        if right { 0.0 } else { off(i) / found.slack.mass[i] }
    };
    match worst(claims.masses.len(), share) {
        Some((i, share)) if !(share <= 1.0) => Line::fail(
            "masses",
            format!("masses[{i}] is claimed to be {:?}, it is {:?}", claims.masses[i], found.masses[i]),
        ),
        _ => {
            let relative = |i: usize| if off(i) == 0.0 { 0.0 } else { off(i) / found.masses[i].abs() };
            let most = (0..claims.masses.len()).map(relative).fold(0.0, f64::max);
            Line::pass(
                "masses",
                match found.proved {
                    true => format!("claimed masses differ from the exact ones by at most {most:.1e} (relative)"),
                    false => format!("claimed masses differ by at most {most:.1e} (relative) from those {AGAIN}"),
                },
            )
        }
    }
}

fn centroids<const D: usize>(claims: &Claims<'_, D>, still: &dyn Cells<D>, found: &Found<D>) -> Line {
    // Not `>`: what is no number is near nothing.
    let near = |a: &Option<[f64; D]>, b: &Option<[f64; D]>, slack: &dyn Fn(usize, f64) -> f64| match (a, b) {
        (Some(a), Some(b)) => (0..D).all(|k| (a[k] - b[k]).abs() <= slack(k, b[k])),
        (a, b) => a.is_none() == b.is_none(),
    };
    let wrong = (0..claims.centroids.len()).find(|&i| {
        let claimed = &claims.centroids[i];
        let right = near(claimed, &found.centroids[i], &|k, _| found.slack.centroid[i][k]);
        // In doubles a cell of hardly any mass may have none, and one of none some point.
        !right && !near(claimed, &still.centroids()[i], &|_, x| ROUNDED * x.abs())
    });
    if let Some(i) = wrong {
        let text = |c: &Option<[f64; D]>| c.map_or("none".into(), |c| format!("{c:?}"));
        let (claimed, exact) = (text(&claims.centroids[i]), text(&found.centroids[i]));
        return Line::fail("centroids", format!("centroids[{i}] is claimed to be {claimed}, it is {exact}"));
    }
    let sizes = still.sizes();
    // Along an axis in which the source has no size nothing differs.
    let share = |d: f64, k: usize| if d == 0.0 { 0.0 } else { d / sizes[k] };
    let off = |a: &[f64; D], b: &[f64; D]| (0..D).map(|k| share((a[k] - b[k]).abs(), k)).fold(0.0, f64::max);
    let pairs = claims.centroids.iter().zip(&found.centroids);
    let most = pairs.filter_map(|(a, b)| Some(off(a.as_ref()?, b.as_ref()?))).fold(0.0, f64::max);
    Line::pass(
        "centroids",
        match found.proved {
            true => format!("claimed centroids differ from the exact ones by at most {most:.1e} of the source's size"),
            false => format!("claimed centroids differ by at most {most:.1e} of the source's size from those {AGAIN}"),
        },
    )
}

/// Are the claimed weights those of the heights?
pub(super) fn weights<const D: usize>(claims: &Claims<'_, D>, sites: &[[f64; D]], metric: Option<&Metric>) -> Line {
    let weights = weights_of(claims.heights, sites, metric);
    let near = |a: f64, b: f64| a == b || (a - b).abs() <= ROUNDED * b.abs();
    let wrong = (0..weights.len()).find(|&i| !near(claims.weights[i], weights[i]));
    let text = |i: usize| format!("weights[{i}] is claimed to be {:?}, it is {:?}", claims.weights[i], weights[i]);
    Line::unless("weights", wrong.map(text), "claimed weights are those of the heights")
}

/// Is the claimed cost that of the map, and what is the optimum? Of a multiple it is told what they
/// are of the problem itself.
fn cost<const D: usize>(
    claims: &Claims<'_, D>,
    still: &dyn Cells<D>,
    found: &Found<D>,
    scales: Option<&Scales>,
) -> Vec<Line> {
    let ([low, high], claimed) = (found.cost, claims.cost);
    let [slack, last] = bounds::cost(high, claims.masses.len());
    let right = claimed >= low - slack && claimed <= high + slack;
    let pass = right || (claimed - still.cost()).abs() <= last;
    let (own, between) = (
        |c: f64| scales.map_or(c, |s| s.cost(c)),
        |bounds: [f64; 2]| scales.map_or(bounds, |s| s.costs_between(bounds)),
    );
    let off = (claimed - low).abs().max((high - claimed).abs());
    let relative = if high > 0.0 { off / high } else { 0.0 };
    let (claimed, [low, high], dual) = (own(claimed), between([low, high]), found.dual.map(own));
    let text = match (pass, found.proved) {
        (true, true) => match right {
            true => format!("claimed {claimed:?} is the cost of this map to a relative {relative:.0e}"),
            false => format!(
                "claimed {claimed:?} is what doubles make of these cells; the cost of this map is in [{low:?}, \
                     {high:?}], a relative {relative:.0e} off"
            ),
        },
        (true, false) => match dual {
            Some(dual) => format!("claimed {claimed:?}; the dual value is {dual:?}, {AGAIN}"),
            None => format!("claimed {claimed:?}, {AGAIN}"),
        },
        (false, true) => format!("claimed {claimed:?}, the cost of this map is in [{low:?}, {high:?}]"),
        (false, false) => format!("claimed {claimed:?}, the cost of what moves is {high:?}"),
    };
    let mut lines = vec![Line::new("cost", pass, text)];
    if let Some([least, most]) = found.optimum.map(between) {
        lines.push(Line::new("optimum", least <= most, format!("W2^2 in [{least:?}, {most:?}], proved")));
    }
    lines
}
