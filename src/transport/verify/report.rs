//! Claims of the report: the largest error, what stays, how the run ended, what the heights are.

use super::super::family::Family;
use super::super::report::{CellParts, Report};
use super::bounds::AGAIN;
use super::bounds::{FAN, ROUNDED};
use super::claims::Claims;
use super::line::{Line, count};
use super::truth::Found;
use crate::diagram::Cells;
use crate::exact::Dd;
use crate::newton::{IterationReport, Outcome};
use crate::problem::WithSites;

/// A mass cannot be expected to be nearer to its target than this, relatively, whatever the
/// tolerance says.
const ROUNDING: f64 = 1e-14;

/// Cells and rest of partial transport sum to the source up to this share of it.
const TOTAL: f64 = 1e-9;

/// A solver may aim a little beyond the tolerance it was given; its steps are told apart from those
/// of another tolerance by more.
const AIM: f64 = 16.0;

/// Heights are gauged in double-doubles: `sum nu_i h_i` is 0 up to their rounding, `2^-100`, with
/// room for sums over many sites.
const GAUGED: f64 = 1.0 / (1u128 << 90) as f64;

/// Largest relative error of masses.
fn error(masses: &[f64], targets: &[f64]) -> f64 {
    masses.iter().zip(targets).map(|(m, nu)| (m - nu).abs() / nu).fold(0.0, f64::max)
}

fn near(a: f64, b: f64, slack: f64) -> bool {
    a == b || (a - b).abs() <= slack
}

/// Is the claimed error true, and the tolerance kept? If the claimed masses are right it is theirs,
/// to the last bits, up to the relative rounding of these masses.
pub(super) fn residual<const D: usize>(
    claims: &Claims<'_, D>,
    targets: &[f64],
    found: &Found<D>,
    (masses_right, rounding): (bool, f64),
) -> Line {
    let (report, [low, high]) = (claims.report, found.error);
    let claimed = report.max_relative_error;
    let slack = found.slack.relative(targets) + ROUNDED * claimed.abs();
    let own = error(claims.masses, targets);
    let honest = claimed >= low - slack && claimed <= high + slack;
    let honest = honest && (!masses_right || near(claimed, own, ROUNDED * own + rounding));
    let most = 1.001 * report.tolerance + ROUNDING;
    let kept = !report.converged || claimed <= most && high <= most;
    let promise = match report.converged {
        true if high > report.tolerance => {
            format!(" (tolerance {:e}, and {ROUNDING:e} for rounding)", report.tolerance)
        }
        true => format!(" (tolerance {:e})", report.tolerance),
        false => String::new(),
    };
    Line::new(
        "residual",
        honest && kept,
        match found.proved {
            true => {
                format!("every relative mass error is at most {}, claimed {claimed:.2e}{promise}", rounded_up(high))
            }
            false => {
                format!("the largest relative mass error is {high:.2e}, claimed {claimed:.2e}{promise}; not proved")
            }
        },
    )
}

/// What stays, of partial transport.
pub(super) fn rest<const D: usize>(claims: &Claims<'_, D>, family: &impl Family<D>, found: &Found<D>) -> Option<Line> {
    let rest = found.rest?;
    let total: f64 = family.masses().iter().sum::<f64>() + family.stays().unwrap_or(0.0);
    let sum = found.masses.iter().sum::<f64>() + rest;
    let claimed = claims.report.rest;
    let right = claimed.is_some_and(|r| near(r, rest, FAN * rest.abs() + ROUNDED * total));
    let all = (sum - total).abs() <= TOTAL * total;
    Some(Line::new(
        "rest",
        right && all,
        match (claimed, right, all) {
            (None, ..) => "report.rest is missing; it is the mass that stays".into(),
            (Some(r), false, _) => format!("report.rest is claimed to be {r}, it is {rest}"),
            (.., false) => format!("cells and rest sum to {sum}, the source has {total}"),
            (Some(r), ..) => format!("{r} stays; cells and rest sum to the source, {AGAIN}"),
        },
    ))
}

/// What can be said without integrals, and of the last step with those that are as claimed.
pub(super) fn lines<const D: usize>(
    claims: &Claims<'_, D>,
    family: &impl Family<D>,
    still: &dyn Cells<D>,
    found: Option<&Found<D>>,
) -> Vec<Line> {
    let report = claims.report;
    let mut lines = Vec::new();
    let (claimed, factor) = (report.source_factor, family.problem().source_factor());
    if !near(claimed, factor, 4.0 * f64::EPSILON * factor) {
        lines.push(Line::fail("source", format!("report.source_factor is claimed to be {claimed}, it is {factor}")));
    }
    if family.stays().is_none() && report.rest.is_some() {
        lines.push(Line::fail("rest", "report.rest is of partial transport, and this is none"));
    }
    lines.extend(parts(claims, still));
    lines.extend(heights(claims, family));
    lines.push(Line::unless(
        "report",
        wrong(report, family.masses(), claims.masses, found),
        match &report.outcome {
            None => "it is that of a diagram: nothing was solved".to_string(),
            Some(_) => format!("its outcome, tolerance and {} agree", count(report.iterations.len(), "step")),
        },
    ));
    lines
}

/// Cells of several parts.
fn parts<const D: usize>(claims: &Claims<'_, D>, still: &dyn Cells<D>) -> Option<Line> {
    let found = still.parts().map(|parts| CellParts::of(parts.into_iter()));
    let claimed = claims.report.parts.as_ref();
    let cells = |n: usize| if n == 1 { "1 cell is".into() } else { format!("{n} cells are") };
    let text = match (claimed, &found) {
        (None, None) => return None,
        (Some(_), None) => "report.parts is of surfaces, and this is none".to_string(),
        (None, Some(_)) => "report.parts is missing; it counts the cells of several parts".to_string(),
        (Some(claimed), Some(found)) if claimed == found => {
            format!("{} in more than one part", cells(found.disconnected))
        }
        (Some(claimed), Some(found)) => format!(
            "report.parts is claimed to be {:?} of {}, it is {:?} of {}",
            claimed.most, claimed.disconnected, found.most, found.disconnected
        ),
    };
    Some(Line::new("parts", claimed == found.as_ref(), text))
}

/// A diagram is that of the problem's heights; a solution's heights are gauged, if a constant may
/// be added.
fn heights<const D: usize>(claims: &Claims<'_, D>, family: &impl Family<D>) -> Option<Line> {
    let heights = claims.heights.as_slice();
    if claims.report.outcome.is_none() {
        let given = family.problem().heights().map(|h| h.as_slice()).unwrap_or_default();
        let wrong = (0..heights.len()).find(|&i| given.get(i) != Some(&heights[i]));
        let text = |i: usize| match given.get(i) {
            Some(h) => format!(
                "heights[{i}] is {:e} + {:e}, the problem gives {:e} + {:e}",
                heights[i].hi, heights[i].lo, h.hi, h.lo
            ),
            None => "nothing was solved (report.outcome is null), and the problem gives no heights".to_string(),
        };
        return Some(Line::unless("heights", wrong.map(text), "heights are those the problem gives"));
    }
    if family.stays().is_some() {
        return None;
    }
    let (mut sum, mut total, mut scale) = (Dd::ZERO, 0.0, 0.0f64);
    for ((h, nu), y) in heights.iter().zip(family.masses()).zip(family.sites()) {
        (sum, total) = (sum + h.times(*nu), total + nu);
        let far = y.iter().fold(0.0f64, |far, c| far.max(c.abs()));
        scale = scale.max(h.hi.abs() + far * far);
    }
    // And what is lost for want of exponents, below which no double-double is rounded finer.
    let tiny = 16.0 * 5e-324;
    let pass = sum.hi.abs() <= (GAUGED * scale + tiny) * total + tiny;
    Some(Line::new(
        "heights",
        pass,
        match pass {
            true => "heights sum to 0, each times its mass".to_string(),
            false => format!("heights sum to {:e}, each times its mass; of a solution they sum to 0", sum.hi),
        },
    ))
}

/// What of a report contradicts itself, or the masses.
fn wrong<const D: usize>(report: &Report, targets: &[f64], masses: &[f64], found: Option<&Found<D>>) -> Option<String> {
    let ended = report.outcome == Some(Outcome::Converged);
    if ended != report.converged {
        return Some(format!("report.converged is {}, report.outcome says otherwise", report.converged));
    }
    if report.outcome.is_none() && (report.tolerance != 0.0 || !report.iterations.is_empty()) {
        return Some("report.outcome is null, so nothing was solved: no tolerance but 0, and no iterations".into());
    }
    if report.outcome.is_some() && !(report.tolerance > 0.0 && report.tolerance < 1.0) {
        return Some(format!("report.tolerance is {}; it lies between 0 and 1", report.tolerance));
    }
    if ended && report.iterations.is_empty() {
        return Some("report.iterations is empty, and yet it converged".into());
    }
    if !(report.seconds >= 0.0 && report.seconds.is_finite()) {
        return Some(format!("report.seconds is {}", report.seconds));
    }
    if report.threads == 0 {
        return Some("report.threads is 0".into());
    }
    let step = report.iterations.iter().enumerate().find_map(|(k, step)| {
        let what = impossible(step, report.tolerance, targets.len())?;
        Some(format!("report.iterations[{k}].{what}"))
    });
    step.or_else(|| last(report, targets, masses, found?))
}

/// A field of a step that cannot be.
fn impossible(step: &IterationReport, tolerance: f64, sites: usize) -> Option<String> {
    let amounts = [
        ("residual", step.residual),
        ("min_mass_ratio", step.min_mass_ratio),
        ("step", step.step),
        ("seconds", step.seconds),
        ("hull", step.hull),
        ("cells", step.cells),
        ("linear", step.linear),
    ];
    if let Some((name, amount)) = amounts.into_iter().find(|a| !(a.1 >= 0.0 && a.1.is_finite())) {
        return Some(format!("{name} is {amount}"));
    }
    // What stays counts as one cell more.
    if step.remaining > sites as u64 + 1 {
        return Some(format!("remaining is {}, of {}", step.remaining, count(sites, "site")));
    }
    let (residual, left) = (step.residual, step.remaining);
    let agrees = if left == 0 { residual <= AIM * tolerance } else { AIM * residual >= tolerance };
    (!agrees).then(|| format!("residual is {residual:e} with {left} cells beyond the tolerance of {tolerance:e}"))
}

/// The last step left the masses that are claimed.
fn last<const D: usize>(report: &Report, targets: &[f64], masses: &[f64], found: &Found<D>) -> Option<String> {
    let step = report.iterations.last()?;
    let k = report.iterations.len() - 1;
    let own = error(masses, targets);
    let slack = found.slack.relative(targets) + ROUNDED * own;
    if !near(step.residual, own, slack) {
        return Some(format!("report.iterations[{k}].residual is {:e}, that of the masses is {own:e}", step.residual));
    }
    let least = masses.iter().zip(targets).map(|(m, nu)| m / nu).fold(f64::INFINITY, f64::min);
    if !near(step.min_mass_ratio, least, slack + ROUNDED * least) {
        let claimed = step.min_mass_ratio;
        return Some(format!("report.iterations[{k}].min_mass_ratio is {claimed:e}, that of the masses is {least:e}"));
    }
    let beyond =
        |bound: f64| masses.iter().zip(targets).filter(|(m, nu)| (*m - *nu).abs() / *nu > bound).count() as u64;
    let (few, many) = (beyond(report.tolerance + slack), beyond(report.tolerance - slack));
    // What stays counts as one cell more.
    if !(few..=many + u64::from(found.rest.is_some())).contains(&step.remaining) {
        let claimed = step.remaining;
        return Some(format!("report.iterations[{k}].remaining is {claimed}, of the masses it is {few}"));
    }
    None
}

/// A bound in four digits, never below it.
fn rounded_up(bound: f64) -> String {
    let text = format!("{bound:.3e}");
    match text.parse::<f64>() {
        Ok(shown) if shown < bound => {
            let step = 10f64.powf(bound.abs().log10().floor() - 3.0);
            format!("{:.3e}", bound + step)
        }
        _ => text,
    }
}
