//! The truth in the plane: proved of balanced transport, computed again of partial transport.

use super::super::certificate::{self, Certificate};
use super::bounds::Slack;
use super::truth::{Found, Proof, Truth, Verifiable, VerifyError};
use super::{Line, count};
use crate::diagram::{Diagram, PartialDiagram};
use crate::exact::Heights;
use crate::problem::Problem;

impl Verifiable<2> for Problem {
    fn truth(&self, heights: &Heights, level: u8) -> Result<Truth<2>, VerifyError> {
        if self.rest().is_some() { partial(self, heights, level) } else { balanced(self, heights, level) }
    }

    fn given(&self) -> Option<&Heights> {
        self.heights()
    }

    fn stays(&self) -> Option<f64> {
        self.rest()
    }
}

fn balanced(problem: &Problem, heights: &Heights, level: u8) -> Result<Truth<2>, VerifyError> {
    let diagram = Diagram::new(problem, heights)?;
    if let Some(line) = defect(&diagram, level) {
        return Ok(invalid(line, level));
    }
    let c = certificate::of(problem, heights, &diagram, level);
    let proof = Proof { proved: level == 5, ..proof(&c) };
    let (lines, whole) = (vec![Line::pass("diagram", diagram_text(&c))], (level >= 5).then(|| area(&c)));
    let found = (level >= 5).then(|| {
        let slack = Slack::of(&diagram, &c.masses);
        Found {
            masses: c.masses,
            centroids: c.centroids,
            error: c.max_relative_error,
            cost: c.map_cost,
            optimum: Some(c.w2_squared),
            rest: None,
            dual: None,
            proved: true,
            slack,
        }
    });
    Ok(Truth { lines, still: Some(Box::new(diagram)), whole, found, proof })
}

/// Cells of partial transport are bounded by arcs, so masses are not rational: they are computed again in floating point. The
/// polygons are checked exactly, as always.
fn partial(problem: &Problem, heights: &Heights, level: u8) -> Result<Truth<2>, VerifyError> {
    let diagram = PartialDiagram::new(problem, heights)?;
    let climbed = level.min(4);
    if let Some(line) = defect(diagram.polygons(), climbed) {
        return Ok(invalid(line, climbed));
    }
    let c = certificate::of(problem, heights, diagram.polygons(), climbed);
    let text = format!("of the cells before they are cut by balls: {}", diagram_text(&c));
    let found = (level >= 5).then(|| {
        let (masses, centroids) = (diagram.masses().to_vec(), diagram.centroids().to_vec());
        let pairs = masses.iter().zip(problem.masses());
        let worst = pairs.map(|(m, nu)| (m - nu).abs() / nu).fold(0.0, f64::max);
        Found {
            error: [worst; 2],
            cost: [diagram.cost(); 2],
            optimum: None,
            rest: Some(diagram.rest()),
            dual: Some(diagram.dual_value()),
            proved: false,
            slack: Slack::of(&diagram, &masses),
            masses,
            centroids,
        }
    });
    let lines = vec![Line::pass("diagram", text)];
    Ok(Truth { lines, still: Some(Box::new(diagram)), whole: None, found, proof: proof(&c) })
}

/// The first level of the ladder that fails.
fn defect(diagram: &Diagram, level: u8) -> Option<Line> {
    let failed = (1..=level.min(4)).find_map(|step| Some((step, diagram.validate(step).err()?)));
    failed.map(|(step, defect)| Line::fail("diagram", format!("level {step} fails: {defect}")))
}

fn invalid<const D: usize>(line: Line, level: u8) -> Truth<D> {
    Truth { lines: vec![line], still: None, whole: None, found: None, proof: Proof::nothing(level) }
}

fn proof(c: &Certificate) -> Proof {
    Proof {
        level: c.level,
        proved: false,
        max_relative_error: c.max_relative_error,
        w2_squared: c.w2_squared,
        map_cost: c.map_cost,
        exact_cells: c.exact_cells,
        cells: c.cells,
        hidden: c.hidden,
        adjacencies: c.adjacencies,
        total_is_domain: c.total_is_domain,
    }
}

/// What the levels of the validity ladder that were climbed say.
fn diagram_text(truth: &Certificate) -> String {
    let steps = ["numbers finite", "adjacency symmetric", "every vertex in exactly 3 cells", "geometry exact"];
    let climbed = usize::from(truth.level).min(steps.len());
    let facets = count(truth.adjacencies, "facet");
    format!("{facets} between cells; {}", steps[..climbed].join(", "))
}

/// Do the cells fill the domain? Of many of them the sum is enclosed to a relative 2^-300: [`Certificate::total_is_domain`].
fn area(truth: &Certificate) -> Line {
    let cells = count(truth.cells, "cell");
    Line::new(
        "area",
        truth.total_is_domain,
        match truth.total_is_domain {
            true if truth.exact_cells <= Certificate::EXACT_SUM => {
                format!("the exact measures of {cells} sum to exactly the domain's")
            }
            true => format!("the exact measures of {cells} sum to the domain's, to 90 digits"),
            false => "the exact measures of the cells do not sum to the domain's".into(),
        },
    )
}
