//! From a problem to its solution.

use super::claim::Claim;
use super::drive::{Way, drive, hessian, unpermuted};
use super::solution::{Control, Progress, Solution, SolveOptions};
use crate::diagram::{Diagram, Laguerre, Measures, PlaneLaguerre, Want};
use crate::exact::Heights;
use crate::newton;
use crate::problem::{Problem, Units};
use rayon::prelude::*;
use std::time::Instant;

/// Cells whose costs are summed up in one go.
const PART: usize = 8192;

/// Solves a problem: finds heights for which every cell has its site's mass.
///
/// Starts from the options' state, else from the problem's heights (their empty cells raised, if they are few), else from the
/// quantile start. For sites that have moved since they were solved see [`Heights::moved`].
/// Of a partial problem see [`super::solve_partial`], which this calls. The result carries the best state also when it did not converge; look at `report.outcome`. About 10 Newton steps of
/// O(n) each for well-spread sites.
///
/// ```
/// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}, transport::{Control, SolveOptions, solve}};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let mut data = ProblemData::new(square, vec![[0.0, 0.5], [1.0, 0.5]]);
/// data.masses = Some(vec![0.25, 0.75]);
/// let problem = Problem::new(data).unwrap();
/// let solution = solve(&problem, &SolveOptions::default(), &mut |_| Control::Continue);
/// // The wall is x = 1/4: w_1 - w_0 = |y_1|^2 - |y_0|^2 - 2 * 1/4.
/// assert!((solution.weights[1] - solution.weights[0] - 0.5).abs() < 1e-14);
/// ```
pub fn solve(
    problem: &Problem,
    options: &SolveOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Solution {
    if problem.rest().is_some() {
        return super::solve_partial(problem, options, on_progress);
    }
    let clock = Instant::now();
    let units = problem.units(options.resume.as_ref().map(|state| &state.heights));
    let inner = problem.in_units(&units);
    let mut diagram = PlaneLaguerre::new(&inner);
    let order = diagram.order();
    let target: Vec<f64> = order.iter().map(|&i| inner.masses()[i as usize]).collect();
    // Of a source in patches the walls tell whether the cells hang together.
    let walls = options.hessian || problem.patches().is_some();
    let way = Way {
        sites: problem.sites(),
        bounds: problem.frame().bounds(),
        masses: problem.masses(),
        units: &units,
        target: &target,
        enter: &|heights| units.heights_in(heights).permuted(&order),
        leave: &|heights| units.heights(&unpermuted(heights, &order)).into_owned(),
        balanced: true,
        fresh: &|diagram: &mut PlaneLaguerre<'_>, _| fresh_start(&inner, diagram, &order, &target),
        prepare: &|_, _, _| 0.0,
        claim: &|diagram: &mut PlaneLaguerre<'_>, heights| claimed((problem, &units), diagram, &order, heights, walls),
        exact: &|heights, some| super::certificate::sure(problem, heights, some),
        // In the plane masses do not jump.
        jump: &|_, _| (newton::BEYOND.to_string(), Vec::new()),
        source_factor: problem.source_factor(),
    };
    let mut solution = drive(&mut diagram, &way, options, on_progress);
    solution.report.seconds = clock.elapsed().as_secs_f64();
    solution
}

/// What is to be said of heights: from the cells themselves if each of them certainly has mass; else from the diagram in which
/// it is decided exactly which sites have none, the one that a check makes.
fn claimed(
    (problem, units): (&Problem, &Units),
    diagram: &mut PlaneLaguerre<'_>,
    order: &[u32],
    heights: &Heights,
    walls: bool,
) -> Claim<2> {
    let want = if walls { Want::Everything } else { Want::Moments };
    let measures = diagram.measures(&units.heights_in(heights).permuted(order), want);
    let mut claim = match measures.hidden == 0 && measures.moments.iter().all(|m| m.mass > m.off) {
        true => of_cells((problem, units), order, &measures, walls),
        false => of_diagram(problem, heights, walls),
    };
    claim.predicates += measures.counters;
    if walls {
        claim.notes = super::components::in_plane(problem, &claim.walls);
    }
    claim
}

/// The claim when no cell is empty.
fn of_cells((problem, units): (&Problem, &Units), order: &[u32], measures: &Measures, walls: bool) -> Claim<2> {
    let n = problem.len();
    let mut place = vec![0u32; n];
    (0..).zip(order.iter()).for_each(|(k, &i)| place[i as usize] = k);
    let cell = |i: usize| measures.moments[place[i] as usize].in_own(units);
    // Summed part by part: the same bits for any number of threads.
    let part = |part: usize| -> f64 {
        (part * PART..((part + 1) * PART).min(n)).map(|i| cell(i).cost(problem.sites()[i])).sum()
    };
    let parts: Vec<f64> = (0..n.div_ceil(PART)).into_par_iter().map(part).collect();
    Claim {
        masses: (0..n).into_par_iter().map(|i| cell(i).mass).collect(),
        off: (0..n).into_par_iter().map(|i| cell(i).off).collect(),
        centroids: (0..n).into_par_iter().map(|i| Some(cell(i).centroid)).collect(),
        cost: parts.iter().sum(),
        walls: if walls { units.walls(hessian(order, measures)) } else { Vec::new() },
        ..Claim::default()
    }
}

/// The claim when some site has no cell, or hardly one.
fn of_diagram(problem: &Problem, heights: &Heights, walls: bool) -> Claim<2> {
    // Heights that are not finite have no diagram; then nothing has a cell.
    let Ok(diagram) = Diagram::new(problem, heights) else { return Claim::nothing(problem.len()) };
    Claim {
        masses: diagram.masses().to_vec(),
        centroids: diagram.centroids().to_vec(),
        cost: diagram.cost(),
        hidden: diagram.hidden(),
        walls: if walls { diagram.hessian() } else { Vec::new() },
        ..Claim::default()
    }
}

/// The problem's own heights, revived where they leave cells empty, else the quantile start.
fn fresh_start(problem: &Problem, diagram: &mut PlaneLaguerre<'_>, order: &[u32], target: &[f64]) -> Heights {
    let given = problem.heights().and_then(|given| newton::revived(diagram, target, given.permuted(order)));
    if let Some(heights) = given {
        return heights;
    }
    let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
    newton::quantile_start(&problem.around(), &sites, target)
}
