//! `brenier check` of solutions on surfaces.

use crate::args::{CheckArgs, Common};
use crate::check::{
    CENTROID_CLAIM, Line, MASS_CLAIM, Proof, conclude, cost_lines, problem_line, residual_line, weights_line,
    worst_claim,
};
use crate::console::count;
use crate::failure::{Failure, code};
use crate::input;
use brenier::io::SolutionFile;
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use brenier::transport::{SurfaceCertificate, certify_surface};

pub fn run(solution: &SolutionFile<SurfaceProblemData>, args: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let name = args.solution.display().to_string();
    if args.level < 5 {
        let what =
            format!("--level {}: on surfaces everything is checked at once in this version; leave it out", args.level);
        return Err(Failure::new(code::USAGE, what));
    }
    let truth = certify_surface(&loaded.problem, &solution.heights);
    let mut lines = vec![problem_line(&loaded), diagram_line(&truth)];
    if truth.sound() {
        lines.extend(compare(solution, &truth, &loaded.problem));
    }
    if solution.site_of_input.as_deref() != loaded.problem.site_of_input() {
        let text = "site_of_input is not the map from the sites given to those left after merging";
        lines.push(Line { what: "merged", pass: false, text: text.into() });
    }
    let proof = Proof {
        level: 5,
        proved: truth.sound(),
        max_relative_error: truth.max_relative_error,
        w2_squared: truth.w2_squared,
        map_cost: truth.map_cost,
        exact_cells: truth.cells,
        cells: truth.cells,
        hidden: truth.hidden,
        adjacencies: 0,
        total_is_domain: truth.sound(),
    };
    conclude(common, &name.clone(), name, &lines, &proof, solution.report.converged)
}

fn diagram_line(truth: &SurfaceCertificate) -> Line {
    let text = match (truth.gap, truth.defect) {
        (Some(face), _) => format!("face {face} is not filled by its polygons"),
        (None, Some((face, site))) => format!("cell {site} in face {face} is not what its walls say"),
        (None, None) => {
            format!("{} in cells; those of every face fill it exactly", count(truth.polygons, "polygon"))
        }
    };
    Line { what: "diagram", pass: truth.sound(), text }
}

fn compare(
    solution: &SolutionFile<SurfaceProblemData>,
    truth: &SurfaceCertificate,
    problem: &SurfaceProblem,
) -> Vec<Line> {
    let claimed = solution.hidden.len();
    let mut lines = vec![Line {
        what: "cells",
        pass: truth.hidden == claimed,
        text: format!(
            "{}, {} without a cell (claimed {claimed})",
            count(truth.cells, "cell"),
            count(truth.hidden, "site")
        ),
    }];
    let (worst, at) = worst_claim(&solution.masses, &truth.masses, problem.masses());
    let text = match worst <= MASS_CLAIM {
        true => format!("claimed masses differ from the exact ones by at most {worst:.1e} (relative)"),
        false => format!("masses[{at}] is claimed to be {}, it is {}", solution.masses[at], truth.masses[at]),
    };
    lines.push(Line { what: "masses", pass: worst <= MASS_CLAIM, text });
    let (low, high) = problem.surface().bounds();
    let extent = (0..3).map(|k| high[k] - low[k]).fold(0.0, f64::max);
    // Far from the origin neighbouring doubles may be further apart than that.
    let slack = |k: usize| CENTROID_CLAIM * extent + 4.0 * f64::EPSILON * low[k].abs().max(high[k].abs());
    let far = |a: &[f64; 3], b: &[f64; 3]| (0..3).any(|k| !((a[k] - b[k]).abs() <= slack(k)));
    let wrong = (0..truth.centroids.len()).find(|&i| match (&solution.centroids[i], &truth.centroids[i]) {
        (Some(a), Some(b)) => far(a, b),
        (a, b) => a.is_some() != b.is_some(),
    });
    let text = match wrong {
        None => format!("claimed centroids are within {CENTROID_CLAIM:e} of the surface's size of the exact ones"),
        Some(i) => {
            let text = |c: Option<[f64; 3]>| c.map_or("none".into(), |c| format!("{c:?}"));
            let (claimed, exact) = (text(solution.centroids[i]), text(truth.centroids[i]));
            format!("centroids[{i}] is claimed to be {claimed}, it is {exact}")
        }
    };
    lines.push(Line { what: "centroids", pass: wrong.is_none(), text });
    lines.push(residual_line(&solution.report, truth.max_relative_error));
    lines.push(weights_line(&solution.heights, &solution.weights, problem.sites()));
    lines.extend(cost_lines(solution.cost, truth.map_cost, truth.w2_squared));
    lines
}
