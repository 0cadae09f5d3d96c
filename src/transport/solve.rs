//! From a problem to its solution.

use super::drive::{Driven, drive, hessian};
use super::solution::{Control, Progress, Solution, SolveOptions};
use crate::diagram::{Laguerre, PlaneLaguerre, Want};
use crate::exact::Heights;
use crate::newton;
use crate::problem::Problem;
use std::time::Instant;

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
    solution.masses = vec![0.0; n];
    solution.centroids = vec![None; n];
    for (k, &i) in order.iter().enumerate() {
        let (i, m) = (i as usize, &measures.moments[k]);
        solution.masses[i] = m.mass;
        if m.mass > 0.0 {
            solution.centroids[i] = Some(m.centroid);
            let y = problem.sites()[i];
            let d = [m.centroid[0] - y[0], m.centroid[1] - y[1]];
            solution.cost += m.spread + m.mass * (d[0] * d[0] + d[1] * d[1]);
            report.max_relative_error =
                report.max_relative_error.max((m.mass - problem.masses()[i]).abs() / problem.masses()[i]);
        } else {
            solution.hidden.push(i as u32);
            report.max_relative_error = report.max_relative_error.max(1.0);
        }
    }
    solution.hidden.sort_unstable();
    solution.hessian = options.hessian.then(|| hessian(&order, &measures));
    report.predicates = measures.counters;
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
