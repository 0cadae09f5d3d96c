//! `brenier check` of solutions on surfaces: the validity ladder up to level 4, the proof of masses and optimum at level 5.

use crate::args::{CheckArgs, Common};
use crate::check::{
    CENTROID_CLAIM, Line, MASS_CLAIM, Proof, conclude, cost_lines, problem_line, residual_line, weights_line,
    worst_claim, wrong_cell, wrong_facet,
};
use crate::console::count;
use crate::diagram_surface::cells;
use crate::failure::{Failure, code};
use crate::input;
use crate::picture::surface_of;
use brenier::diagram::SurfaceDiagram;
use brenier::io::SolutionFile;
use brenier::newton::CellParts;
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use brenier::transport::{SurfaceCertificate, certify_surface};

pub fn run(solution: &SolutionFile<SurfaceProblemData>, args: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let name = args.solution.display().to_string();
    let mut lines = vec![problem_line(&loaded)];
    let mut proof = Proof {
        level: args.level,
        proved: false,
        max_relative_error: [0.0, f64::INFINITY],
        w2_squared: [0.0, f64::INFINITY],
        map_cost: [0.0, f64::INFINITY],
        exact_cells: 0,
        cells: 0,
        hidden: 0,
        adjacencies: 0,
        total_is_domain: false,
    };
    let diagram = surface_of(&loaded.problem, &solution.heights)?;
    let (line, valid) = ladder(&diagram, args.level);
    lines.push(line);
    if valid {
        proof.hidden = diagram.hidden().len();
        proof.cells = diagram.len() - proof.hidden;
        proof.adjacencies = diagram.hessian().len();
        lines.push(cells_line(proof.cells, proof.hidden, solution.hidden.len()));
        if args.level == 5 {
            let truth = certify_surface(&loaded.problem, &solution.heights)
                .map_err(|e| Failure::new(code::INPUT, format!("{name}: {e}")))?;
            lines.push(proof_line(&truth));
            if truth.sound() {
                lines.extend(compare(solution, &truth, &loaded.problem));
            }
            proof.proved = truth.sound();
            proof.max_relative_error = truth.max_relative_error;
            proof.w2_squared = truth.w2_squared;
            proof.map_cost = truth.map_cost;
            proof.exact_cells = truth.cells;
            proof.total_is_domain = truth.sound();
        }
        lines.extend(compare_lists(solution, &diagram));
    }
    if solution.site_of_input.as_deref() != loaded.problem.site_of_input() {
        let text = "site_of_input is not the map from the sites given to those left after merging";
        lines.push(Line { what: "merged", pass: false, text: text.into() });
    }
    conclude(common, &name.clone(), name, &lines, &proof, solution.report.converged)
}

/// What the levels of the validity ladder say, and whether it was climbed.
fn ladder(diagram: &SurfaceDiagram, level: u8) -> (Line, bool) {
    let steps = ["numbers finite", "adjacency symmetric", "every vertex in exactly its cells", "geometry exact"];
    let climbed = level.min(4);
    for step in 1..=climbed {
        if let Err(defect) = diagram.validate(step) {
            return (Line { what: "diagram", pass: false, text: format!("level {step} fails: {defect}") }, false);
        }
    }
    let (pieces, walls) = (count(diagram.all_pieces().count(), "polygon"), count(diagram.hessian().len(), "wall"));
    let text = format!("{pieces} in cells, {walls} between cells; {}", steps[..usize::from(climbed)].join(", "));
    (Line { what: "diagram", pass: true, text }, true)
}

fn cells_line(cells: usize, hidden: usize, claimed: usize) -> Line {
    let text = format!("{}, {} without a cell (claimed {claimed})", count(cells, "cell"), count(hidden, "site"));
    Line { what: "cells", pass: hidden == claimed, text }
}

fn proof_line(truth: &SurfaceCertificate) -> Line {
    let text = match (truth.gap, truth.defect) {
        (Some(face), _) => format!("face {face} is not filled by its polygons"),
        (None, Some((face, site))) => format!("cell {site} in face {face} is not what its walls say"),
        (None, None) => format!("{} in cells; those of every face fill it exactly", count(truth.polygons, "polygon")),
    };
    Line { what: "area", pass: truth.sound(), text }
}

/// Compares what only some solutions carry: the facet integrals, the cells, their parts.
fn compare_lists(solution: &SolutionFile<SurfaceProblemData>, diagram: &SurfaceDiagram) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(claimed) = &solution.hessian {
        let wrong = wrong_facet(claimed, &diagram.hessian());
        let text = match &wrong {
            None => format!("the {} claimed are those of the cells", count(claimed.len(), "facet integral")),
            Some(wrong) => wrong.clone(),
        };
        lines.push(Line { what: "hessian", pass: wrong.is_none(), text });
    }
    if let Some(claimed) = &solution.cells {
        let slack = slack(diagram.problem());
        let wrong = wrong_cell(claimed, &cells(diagram), |a, b| (0..3).all(|k| (a[k] - b[k]).abs() <= slack[k]));
        let text = match &wrong {
            None => format!("the vertices and neighbours of {} are right", count(claimed.len(), "polygon")),
            Some(k) => format!("cells[{k}] is not what the heights make of it"),
        };
        lines.push(Line { what: "polygons", pass: wrong.is_none(), text });
    }
    if let Some(claimed) = &solution.report.parts {
        let found = CellParts::of((0..diagram.len()).map(|i| diagram.parts(i)));
        let pass = *claimed == found;
        let cells = |n: usize| if n == 1 { "1 cell is".into() } else { format!("{n} cells are") };
        let text = match pass {
            true => format!("{} in more than one part", cells(found.disconnected)),
            false => format!(
                "report.parts is claimed to be {:?} of {}, it is {:?} of {}",
                claimed.most, claimed.disconnected, found.most, found.disconnected
            ),
        };
        lines.push(Line { what: "parts", pass, text });
    }
    lines
}

/// How far coordinates may be off. Far from the origin neighbouring doubles may be further apart than a share of the size.
fn slack(problem: &SurfaceProblem) -> [f64; 3] {
    let (low, high) = problem.surface().bounds();
    let extent = (0..3).map(|k| high[k] - low[k]).fold(0.0, f64::max);
    [0, 1, 2].map(|k| CENTROID_CLAIM * extent + 4.0 * f64::EPSILON * low[k].abs().max(high[k].abs()))
}

fn compare(
    solution: &SolutionFile<SurfaceProblemData>,
    truth: &SurfaceCertificate,
    problem: &SurfaceProblem,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let (worst, at) = worst_claim(&solution.masses, &truth.masses, problem.masses());
    let text = match worst <= MASS_CLAIM {
        true => format!("claimed masses differ from the exact ones by at most {worst:.1e} (relative)"),
        false => format!("masses[{at}] is claimed to be {}, it is {}", solution.masses[at], truth.masses[at]),
    };
    lines.push(Line { what: "masses", pass: worst <= MASS_CLAIM, text });
    let slack = slack(problem);
    let far = |a: &[f64; 3], b: &[f64; 3]| (0..3).any(|k| !((a[k] - b[k]).abs() <= slack[k]));
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
