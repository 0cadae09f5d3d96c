//! What `brenier check` says about partial transport. Its cells are bounded by arcs, so masses are not rational: they are computed again in floating
//! point and compared, and every line says that this is no proof. The polygons are checked exactly, as always.

use crate::check::{
    CENTROID_CLAIM, COST_CLAIM, Line, MASS_CLAIM, RESIDUAL_CLAIM, ROUNDING, weights_line, worst_claim, wrong_facet,
};
use crate::console::count;
use crate::failure::Failure;
use crate::picture;
use brenier::io::SolutionFile;
use brenier::problem::Problem;

/// Compares what the solution claims with what is computed from its heights. Masses and the rest only above level 4.
pub fn compare(solution: &SolutionFile, problem: &Problem, level: u8) -> Result<Vec<Line>, Failure> {
    let found = picture::partial_of(problem, &solution.heights)?;
    let hidden = found.hidden();
    let mut lines = vec![Line {
        what: "cells",
        pass: hidden == solution.hidden,
        text: format!("{}, {} without a cell", count(found.len() - hidden.len(), "cell"), count(hidden.len(), "site")),
    }];
    if level < 5 {
        return Ok(lines);
    }
    let again = "computed again in floating point, not proved";
    let (worst, at) = worst_claim(&solution.masses, found.masses(), problem.masses());
    lines.push(Line {
        what: "masses",
        pass: worst <= MASS_CLAIM,
        text: match worst <= MASS_CLAIM {
            true => format!("claimed masses differ by at most {worst:.1e} (relative) from those {again}"),
            false => format!("masses[{at}] is claimed to be {}, it is {}", solution.masses[at], found.masses()[at]),
        },
    });
    let total: f64 = problem.masses().iter().sum::<f64>() + problem.rest().unwrap_or(0.0);
    let sum = found.masses().iter().sum::<f64>() + found.rest();
    let claimed = solution.report.rest;
    let right = claimed.is_some_and(|r| (r - found.rest()).abs() <= MASS_CLAIM * total);
    let all = (sum - total).abs() <= MASS_CLAIM * total;
    lines.push(Line {
        what: "rest",
        pass: right && all,
        text: match (claimed, right, all) {
            (None, ..) => "report.rest is missing; it is the mass that stays".into(),
            (Some(r), false, _) => format!("report.rest is claimed to be {r}, it is {}", found.rest()),
            (.., false) => format!("cells and rest sum to {sum}, the source has {total}"),
            (Some(r), ..) => format!("{r} stays; cells and rest sum to the source, {again}"),
        },
    });
    let slack = CENTROID_CLAIM * problem.frame().extent();
    let wrong = (0..found.len()).find(|&i| match (solution.centroids[i], found.centroids()[i]) {
        (Some(a), Some(b)) => !((a[0] - b[0]).hypot(a[1] - b[1]) <= slack),
        (a, b) => a.is_some() != b.is_some(),
    });
    lines.push(Line {
        what: "centroids",
        pass: wrong.is_none(),
        text: match wrong {
            None => format!("claimed centroids are within {CENTROID_CLAIM:e} of the domain's size of those {again}"),
            Some(i) => {
                format!("centroids[{i}] is claimed to be {:?}, it is {:?}", solution.centroids[i], found.centroids()[i])
            }
        },
    });
    lines.push(residual(solution, problem, found.masses()));
    lines.push(weights_line(&solution.heights, &solution.weights, problem.sites()));
    let cost = found.cost();
    let pass = (solution.cost - cost).abs() <= COST_CLAIM * cost.abs();
    lines.push(Line {
        what: "cost",
        pass,
        text: match pass {
            true => format!("claimed {}; the dual value is {:?}, {again}", solution.cost, found.dual_value()),
            false => format!("claimed {}, the cost of what moves is {cost}", solution.cost),
        },
    });
    let factor = problem.source_factor();
    if solution.report.source_factor != factor {
        let text = format!("report.source_factor is claimed to be {}, it is {factor}", solution.report.source_factor);
        lines.push(Line { what: "source", pass: false, text });
    }
    if solution.site_of_input.as_deref() != problem.site_of_input() {
        let text = "site_of_input is not the map from the sites given to those left after merging".into();
        lines.push(Line { what: "merged", pass: false, text });
    }
    if let Some(claimed) = &solution.hessian {
        let wrong = wrong_facet(claimed, found.walls());
        let text = wrong
            .clone()
            .unwrap_or_else(|| format!("the {} claimed are right, {again}", count(claimed.len(), "facet integral")));
        lines.push(Line { what: "hessian", pass: wrong.is_none(), text });
    }
    if solution.cells.is_some() {
        let text = "cells are polygons, but those of partial transport are bounded by arcs".into();
        lines.push(Line { what: "polygons", pass: false, text });
    }
    Ok(lines)
}

fn residual(solution: &SolutionFile, problem: &Problem, masses: &[f64]) -> Line {
    let pairs = masses.iter().zip(problem.masses());
    let worst = pairs.map(|(m, nu)| (m - nu).abs() / nu).fold(0.0, f64::max);
    let report = &solution.report;
    let claimed = report.max_relative_error;
    let honest = (claimed - worst).abs() <= RESIDUAL_CLAIM;
    let kept = !report.converged || worst.max(claimed) <= 2.0 * report.tolerance + ROUNDING;
    let tolerance = if report.converged { format!(" (tolerance {:e})", report.tolerance) } else { String::new() };
    let text = format!("the largest relative mass error is {worst:.2e}, claimed {claimed:.2e}{tolerance}; not proved");
    Line { what: "residual", pass: honest && kept, text }
}
