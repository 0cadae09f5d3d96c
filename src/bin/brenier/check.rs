//! `brenier check`: a solution is what it claims to be, verified independently of the solver in exact arithmetic.

use crate::args::{CheckArgs, Common};
use crate::check_partial;
use crate::check_surface;
use crate::console::{count, say};
use crate::diagram::cells;
use crate::failure::{Failure, code};
use crate::input::{self, Loaded};
use crate::limits::read_limit;
use brenier::diagram::Diagram;
use brenier::exact::Heights;
use brenier::io::{AnySolution, CellRecord, FileData, SolutionFile, read_any_solution};
use brenier::newton::Report;
use brenier::problem::Problem;
use brenier::transport::{Certificate, CertifyError, certify};
use serde::Serialize;
use std::collections::BTreeMap;

/// A claimed mass may differ from the exact one by this relative error: claims are computed in doubles.
pub const MASS_CLAIM: f64 = 1e-9;
/// The same for the claimed largest relative error of a mass, absolutely.
pub const RESIDUAL_CLAIM: f64 = 1e-9;
/// The same for claimed centroids, relative to the domain.
pub const CENTROID_CLAIM: f64 = 1e-9;
/// The same for claimed weights, relative to `|w| + |y|^2`.
const WEIGHT_CLAIM: f64 = 1e-12;
/// The same for the claimed cost, relative.
pub const COST_CLAIM: f64 = 1e-11;
/// The same for claimed facet integrals, relative to the largest.
const HESSIAN_CLAIM: f64 = 1e-9;
/// A mass cannot be expected to be nearer to its target than this, relatively, whatever the tolerance says.
pub const ROUNDING: f64 = 1e-14;

/// One verified statement.
#[derive(Serialize)]
pub struct Line {
    pub what: &'static str,
    pub pass: bool,
    pub text: String,
}

/// The result of `check --json`.
#[derive(Serialize)]
struct JsonCheck<'a> {
    command: &'static str,
    solution: String,
    verified: bool,
    lines: &'a [Line],
    #[serde(flatten)]
    proof: &'a Proof,
}

/// What was proved.
#[derive(Serialize)]
pub struct Proof {
    pub level: u8,
    /// Whether masses and optimum were proved, in exact arithmetic (level 5).
    pub proved: bool,
    pub max_relative_error: [f64; 2],
    pub w2_squared: [f64; 2],
    pub map_cost: [f64; 2],
    pub exact_cells: usize,
    pub cells: usize,
    pub hidden: usize,
    pub adjacencies: usize,
    pub total_is_domain: bool,
}

pub fn run(args: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    match read_any_solution(&args.solution, read_limit(common))? {
        AnySolution::Plane(solution) => plane(&solution, args, common),
        AnySolution::Surface(solution) => check_surface::run(&solution, args, common),
    }
}

/// The first line: which problem it is.
pub fn problem_line<T: FileData>(loaded: &Loaded<T>) -> Line {
    let fingerprint = loaded.fingerprint();
    let text = format!(
        "{} is the problem it belongs to ({}…)",
        loaded.name.display(),
        fingerprint.chars().take(8).collect::<String>()
    );
    Line { what: "problem", pass: true, text }
}

fn plane(solution: &SolutionFile, args: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let name = args.solution.display().to_string();
    let mut lines = vec![problem_line(&loaded)];
    let partial = loaded.problem.rest().is_some();
    // What level 5 proves is about polygons.
    let level = if partial { args.level.min(4) } else { args.level };
    let certificate = match certify(&loaded.problem, &solution.heights, level) {
        Ok(certificate) if partial => {
            let text = format!("of the cells before they are cut by balls: {}", diagram_text(&certificate));
            lines.push(Line { what: "diagram", pass: true, text });
            lines.extend(check_partial::compare(solution, &loaded.problem, args.level)?);
            certificate
        }
        Ok(certificate) => {
            lines.extend(compare(solution, &certificate, &loaded.problem));
            lines.extend(compare_lists(solution, &loaded.problem));
            certificate
        }
        Err(CertifyError::Invalid { level, defect }) => {
            lines.push(Line { what: "diagram", pass: false, text: format!("level {level} fails: {defect}") });
            Certificate::default()
        }
        Err(e) => return Err(Failure::new(code::INPUT, format!("{name}: {e}"))),
    };
    let note = if partial { " (partial transport: masses and cost not proved)" } else { "" };
    let proof = Proof {
        level,
        proved: level == 5,
        max_relative_error: certificate.max_relative_error,
        w2_squared: certificate.w2_squared,
        map_cost: certificate.map_cost,
        exact_cells: certificate.exact_cells,
        cells: certificate.cells,
        hidden: certificate.hidden,
        adjacencies: certificate.adjacencies,
        total_is_domain: certificate.total_is_domain,
    };
    conclude(common, &format!("{name}{note}"), name, &lines, &proof, solution.report.converged)
}

/// Prints what was found; the exit code.
pub fn conclude(
    common: &Common,
    shown: &str,
    name: String,
    lines: &[Line],
    proof: &Proof,
    converged: bool,
) -> Result<u8, Failure> {
    let verified = lines.iter().all(|l| l.pass);
    if common.json {
        let report = JsonCheck { command: "check", solution: name, verified, lines, proof };
        let text = serde_json::to_string(&report).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
        say(&format!("{text}\n"))?;
    } else if !common.quiet {
        let mut text = String::new();
        for l in lines {
            let verdict = if l.pass { "PASS" } else { "FAIL" };
            text.push_str(&format!("{verdict}  {:<9} {}\n", l.what, l.text));
        }
        text.push_str(&match (verified, converged) {
            (true, true) => format!("verified: {shown}\n"),
            (true, false) => format!("verified: {shown} (it does not claim to have converged)\n"),
            (false, _) => format!("not verified: {shown}\n"),
        });
        say(&text)?;
    }
    Ok(if verified { code::DONE } else { code::NOT_CONVERGED })
}

/// Compares what the solution claims with what is true.
fn compare(solution: &SolutionFile, truth: &Certificate, problem: &Problem) -> Vec<Line> {
    let mut lines = vec![
        Line { what: "diagram", pass: true, text: diagram_text(truth) },
        Line {
            what: "cells",
            pass: truth.hidden == solution.hidden.len(),
            text: format!(
                "{}, {} without a cell (claimed {})",
                count(truth.cells, "cell"),
                count(truth.hidden, "site"),
                solution.hidden.len()
            ),
        },
    ];
    if truth.level < 5 {
        return lines;
    }
    lines.push(Line {
        what: "area",
        pass: truth.total_is_domain,
        text: match truth.total_is_domain {
            // Beyond that the sum is enclosed to a relative 2^-300: `Certificate::total_is_domain`.
            true => {
                let cells = count(truth.cells, "cell");
                match truth.exact_cells <= Certificate::EXACT_SUM {
                    true => format!("the exact measures of {cells} sum to exactly the domain's"),
                    false => format!("the exact measures of {cells} sum to the domain's, to 90 digits"),
                }
            }
            false => "the exact measures of the cells do not sum to the domain's".into(),
        },
    });
    let (worst, at) = worst_claim(&solution.masses, &truth.masses, problem.masses());
    lines.push(Line {
        what: "masses",
        pass: worst <= MASS_CLAIM,
        text: match worst <= MASS_CLAIM {
            true => format!("claimed masses differ from the exact ones by at most {worst:.1e} (relative)"),
            false => format!("masses[{at}] is claimed to be {}, it is {}", solution.masses[at], truth.masses[at]),
        },
    });
    let wrong = wrong_centroid(solution, truth, problem);
    lines.push(Line {
        what: "centroids",
        pass: wrong.is_none(),
        text: match wrong {
            None => format!("claimed centroids are within {CENTROID_CLAIM:e} of the domain's size of the exact ones"),
            Some(i) => {
                let text = |c: Option<[f64; 2]>| c.map_or("none".into(), |c| format!("{c:?}"));
                let (claimed, exact) = (text(solution.centroids[i]), text(truth.centroids[i]));
                format!("centroids[{i}] is claimed to be {claimed}, it is {exact}")
            }
        },
    });
    lines.push(residual_line(&solution.report, truth.max_relative_error));
    lines.push(weights_line(&solution.heights, &solution.weights, problem.sites()));
    lines.extend(cost_lines(solution.cost, truth.map_cost, truth.w2_squared));
    lines
}

/// Is the claimed error true, and the tolerance kept?
pub fn residual_line(report: &Report, [low, high]: [f64; 2]) -> Line {
    let claimed = report.max_relative_error;
    let honest = claimed >= low - RESIDUAL_CLAIM && claimed <= high + RESIDUAL_CLAIM;
    let promised = 2.0 * report.tolerance + ROUNDING;
    let kept = !report.converged || claimed <= promised && high <= report.tolerance.max(claimed) * 1.001 + ROUNDING;
    let promise = match report.converged {
        true if high > report.tolerance => {
            format!(" (tolerance {:e}, and {ROUNDING:e} for rounding)", report.tolerance)
        }
        true => format!(" (tolerance {:e})", report.tolerance),
        false => String::new(),
    };
    let text = format!("every relative mass error is at most {}, claimed {claimed:.2e}{promise}", rounded_up(high));
    Line { what: "residual", pass: honest && kept, text }
}

/// Are the claimed weights those of the heights?
pub fn weights_line<const D: usize>(heights: &Heights, claimed: &[f64], sites: &[[f64; D]]) -> Line {
    let weights = heights.to_weights(sites);
    let wrong = (0..weights.len()).find(|&i| {
        let size = sites[i].iter().fold(weights[i].abs(), |s, y| s + y * y);
        !((claimed[i] - weights[i]).abs() <= WEIGHT_CLAIM * size)
    });
    Line {
        what: "weights",
        pass: wrong.is_none(),
        text: match wrong {
            None => "claimed weights are those of the heights".into(),
            Some(i) => format!("weights[{i}] is claimed to be {}, it is {}", claimed[i], weights[i]),
        },
    }
}

/// Is the claimed cost that of the map, and what is the optimum?
pub fn cost_lines(claimed: f64, [low, high]: [f64; 2], [least, most]: [f64; 2]) -> [Line; 2] {
    let slack = COST_CLAIM * high.abs();
    let pass = claimed >= low - slack && claimed <= high + slack;
    let text = match pass {
        true => format!("claimed {claimed} is the cost of this map to a relative {COST_CLAIM:e}"),
        false => format!("claimed {claimed}, the cost of this map is in [{low:?}, {high:?}]"),
    };
    let optimum = format!("W2^2 in [{least:?}, {most:?}], proved");
    [Line { what: "cost", pass, text }, Line { what: "optimum", pass: least <= most, text: optimum }]
}

/// Compares what only some solutions carry: the facet integrals, the cells, the map of merged sites.
fn compare_lists(solution: &SolutionFile, problem: &Problem) -> Vec<Line> {
    let mut lines = Vec::new();
    if solution.site_of_input.is_some() || problem.site_of_input().is_some() {
        let same = solution.site_of_input.as_deref() == problem.site_of_input();
        let text = match same {
            true => "site_of_input maps the sites given to those left after merging",
            false => "site_of_input is not the map from the sites given to those left after merging",
        };
        lines.push(Line { what: "merged", pass: same, text: text.into() });
    }
    let factor = problem.source_factor();
    let claimed = solution.report.source_factor;
    if !((claimed - factor).abs() <= 4.0 * f64::EPSILON * factor) {
        let text = format!("report.source_factor is claimed to be {claimed}, it is {factor}");
        lines.push(Line { what: "source", pass: false, text });
    }
    if solution.hessian.is_none() && solution.cells.is_none() {
        return lines;
    }
    let Ok(diagram) = Diagram::new(problem, &solution.heights) else { return lines };
    if let Some(claimed) = &solution.hessian {
        let wrong = wrong_facet(claimed, &diagram.hessian());
        let text = match &wrong {
            None => format!("the {} claimed are those of the cells", count(claimed.len(), "facet integral")),
            Some(wrong) => wrong.clone(),
        };
        lines.push(Line { what: "hessian", pass: wrong.is_none(), text });
    }
    if let Some(claimed) = &solution.cells {
        let slack = CENTROID_CLAIM * problem.frame().extent();
        let near = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) <= slack;
        let wrong = wrong_cell(claimed, &cells(&diagram), near);
        let text = match &wrong {
            None => format!("the vertices and neighbours of {} are right", count(claimed.len(), "cell")),
            Some(k) => format!("cells[{k}] is not what the heights make of it"),
        };
        lines.push(Line { what: "polygons", pass: wrong.is_none(), text });
    }
    lines
}

/// The first claimed facet integral that is not one, in words. What is not listed counts as 0: where more than three cells meet,
/// the solver may list a facet of no length with an integral of rounding errors.
pub fn wrong_facet(claimed: &[(u32, u32, f64)], truth: &[(u32, u32, f64)]) -> Option<String> {
    let slack = HESSIAN_CLAIM * truth.iter().fold(0.0f64, |m, e| m.max(e.2));
    let mut left: BTreeMap<(u32, u32), f64> = truth.iter().map(|&(i, j, h)| ((i, j), h)).collect();
    for &(i, j, h) in claimed {
        let exact = left.remove(&(i.min(j), i.max(j))).unwrap_or(0.0);
        if !((h - exact).abs() <= slack) {
            return Some(format!("hessian: the facet of {i} and {j} is claimed to have {h}, it has {exact}"));
        }
    }
    let lost = left.into_iter().find(|(_, h)| *h > slack);
    lost.map(|((i, j), h)| format!("hessian: the facet of {i} and {j} is missing, it has {h}"))
}

/// The first claimed cell that is not one.
pub fn wrong_cell<P>(
    claimed: &[CellRecord<P>],
    truth: &[CellRecord<P>],
    near: impl Fn(&P, &P) -> bool,
) -> Option<usize> {
    if claimed.len() != truth.len() {
        return Some(claimed.len().min(truth.len()));
    }
    let same = |(a, b): (&CellRecord<P>, &CellRecord<P>)| {
        a.site == b.site
            && a.face == b.face
            && a.neighbors == b.neighbors
            && a.vertices.len() == b.vertices.len()
            && a.vertices.iter().zip(&b.vertices).all(|(a, b)| near(a, b))
    };
    claimed.iter().zip(truth).position(|pair| !same(pair))
}

/// What the levels of the validity ladder that were climbed say.
fn diagram_text(truth: &Certificate) -> String {
    let steps = ["numbers finite", "adjacency symmetric", "every vertex in exactly 3 cells", "geometry exact"];
    let climbed = usize::from(truth.level).min(steps.len());
    let facets = count(truth.adjacencies, "facet");
    format!("{facets} between cells; {}", steps[..climbed].join(", "))
}

/// The first cell whose claimed centroid is not its centroid.
fn wrong_centroid(solution: &SolutionFile, truth: &Certificate, problem: &Problem) -> Option<usize> {
    let slack = CENTROID_CLAIM * problem.frame().extent();
    (0..truth.centroids.len()).find(|&i| match (solution.centroids[i], truth.centroids[i]) {
        (Some(a), Some(b)) => !((a[0] - b[0]).hypot(a[1] - b[1]) <= slack),
        (a, b) => a.is_some() != b.is_some(),
    })
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

/// The largest relative difference between claimed and exact masses, and where.
pub fn worst_claim(claimed: &[f64], exact: &[f64], targets: &[f64]) -> (f64, usize) {
    let mut worst = (0.0, 0);
    for (k, ((c, e), nu)) in claimed.iter().zip(exact).zip(targets).enumerate() {
        let d = (c - e).abs() / nu;
        if !(d <= worst.0) {
            worst = (d, k); // also when d is not a number
        }
    }
    worst
}
