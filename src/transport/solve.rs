//! From a problem to its solution.

use super::drive::{Driven, drive, hessian, settle};
use super::solution::{Control, Progress, Solution, SolveOptions};
use crate::diagram::{Laguerre, PlaneLaguerre, Want};
use crate::exact::Heights;
use crate::newton;
use crate::problem::Problem;
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
    if let Some(refused) = Solution::refused(problem.sites(), options) {
        return refused;
    }
    let clock = Instant::now();
    let mut diagram = PlaneLaguerre::new(problem);
    let order = diagram.order();
    let target: Vec<f64> = order.iter().map(|&i| problem.masses()[i as usize]).collect();
    let fresh = |diagram: &mut PlaneLaguerre<'_>| fresh_start(problem, diagram, &order, &target);
    let Driven { heights, positions, mut report } =
        drive(&mut diagram, &order, problem.masses(), options, fresh, on_progress);
    report.source_factor = problem.source_factor();
    // Of a source in patches the walls tell whether the cells hang together.
    let walls = options.hessian || problem.patches().is_some();
    let want = if walls { Want::Everything } else { Want::Moments };
    let measures = diagram.measures(&positions, want);
    if walls {
        report.notes.extend(super::components::remarks(problem, &order, &measures.row, &measures.column));
    }
    let mut solution = Solution { weights: heights.to_weights(problem.sites()), heights, ..Solution::default() };
    let n = problem.len();
    let mut place = vec![0u32; n];
    (0..).zip(order.iter()).for_each(|(k, &i)| place[i as usize] = k);
    let cell = |i: usize| &measures.moments[place[i] as usize];
    solution.masses = (0..n).into_par_iter().map(|i| cell(i).mass).collect();
    solution.centroids =
        (0..n).into_par_iter().map(|i| Some(cell(i)).filter(|m| m.mass > 0.0).map(|m| m.centroid)).collect();
    solution.hidden = (0..n).filter(|&i| solution.centroids[i].is_none()).map(|i| i as u32).collect();
    // Summed part by part: the same bits for any number of threads.
    let part = |part: usize| {
        let (mut cost, mut error) = (0.0, 0f64);
        for i in part * PART..((part + 1) * PART).min(n) {
            let (m, nu) = (cell(i), problem.masses()[i]);
            error = error.max(if m.mass > 0.0 { (m.mass - nu).abs() / nu } else { 1.0 });
            if m.mass > 0.0 {
                let y = problem.sites()[i];
                let d = [m.centroid[0] - y[0], m.centroid[1] - y[1]];
                cost += m.spread + m.mass * (d[0] * d[0] + d[1] * d[1]);
            }
        }
        (cost, error)
    };
    let parts: Vec<(f64, f64)> = (0..n.div_ceil(PART)).into_par_iter().map(part).collect();
    solution.cost += parts.iter().map(|p| p.0).sum::<f64>();
    report.max_relative_error = parts.iter().fold(report.max_relative_error, |most, p| most.max(p.1));
    solution.hessian = options.hessian.then(|| hessian(&order, &measures));
    report.predicates = measures.counters;
    settle(&mut report, &solution.masses, problem.masses());
    report.seconds = clock.elapsed().as_secs_f64();
    solution.report = report;
    solution
}

/// The problem's own heights, revived where they leave cells empty, else the quantile start.
fn fresh_start(problem: &Problem, diagram: &mut PlaneLaguerre<'_>, order: &[u32], target: &[f64]) -> Heights {
    let given = problem.heights().and_then(|given| newton::revived(diagram, target, given.permuted(order)));
    if let Some(heights) = given {
        return heights;
    }
    let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
    newton::quantile_start(problem.frame(), &sites, target)
}
