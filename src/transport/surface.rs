//! From a problem on a surface to its solution.

use super::drive::{Driven, drive, hessian};
use super::solution::{Control, Progress, Solution, SolveOptions};
use super::unattainable;
use crate::diagram::Want;
use crate::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use crate::newton::{self, Outcome};
use crate::problem::SurfaceProblem;
use std::sync::Arc;
use std::time::Instant;

/// Solves a problem on a surface: finds heights for which every cell has its site's mass.
///
/// Starts from the options' state, else from the problem's heights (their empty cells raised, if they are few), else from heights at which
/// every cell holds the point of the surface nearest to its site ([`SurfaceLaguerre::projection_start`]). The result carries the best state also
/// when it did not converge; look at `report.outcome`. Cost per Newton step: O(polygons), the pairs of a cell and a triangle that meet.
/// Reference: Merigot, Meyron, Thibert, An algorithm for optimal transport between a simplex soup and a point cloud (2018).
///
/// ```
/// use brenier::{domain::Surface, problem::{SurfaceProblem, SurfaceProblemData}, transport::{Control, SolveOptions, solve_surface}};
/// let v = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
/// let square = Surface::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
/// let mut data = SurfaceProblemData::new(square, vec![[0.0, 0.5, 2.0], [1.0, 0.5, 0.0]]);
/// data.masses = Some(vec![0.25, 0.75]);
/// let problem = SurfaceProblem::new(data).unwrap();
/// let solution = solve_surface(&problem, &SolveOptions::default(), &mut |_| Control::Continue);
/// // The wall is x = 1/4, and the first site is 2 above the plane: w_1 - w_0 = 1/2 - 4.
/// assert!((solution.weights[1] - solution.weights[0] + 3.5).abs() < 1e-13);
/// ```
pub fn solve_surface(
    problem: &SurfaceProblem,
    options: &SolveOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Solution<3> {
    let clock = Instant::now();
    let ground = Arc::new(SurfaceGround::new(problem.facets(), problem.source_factor()));
    let mut diagram = SurfaceLaguerre::new(ground, problem.sites());
    let order = diagram.order();
    let fresh = |diagram: &mut SurfaceLaguerre<'_>| {
        let target: Vec<f64> = order.iter().map(|&i| problem.masses()[i as usize]).collect();
        let given = problem.heights().and_then(|given| newton::revived(diagram, &target, given.permuted(&order)));
        given.unwrap_or_else(|| diagram.projection_start())
    };
    let Driven { heights, positions, mut report } =
        drive(&mut diagram, &order, problem.masses(), options, fresh, on_progress);
    report.source_factor = problem.source_factor();
    let all = diagram.integrals(&positions, Want::Everything);
    let n = problem.len();
    let mut solution = Solution { weights: heights.to_weights(problem.sites()), heights, ..Solution::default() };
    solution.masses = vec![0.0; n];
    solution.centroids = vec![None; n];
    for (&i, m) in order.iter().zip(&all.moments) {
        let i = i as usize;
        solution.masses[i] = m.mass;
        let error = if m.mass > 0.0 {
            solution.centroids[i] = Some(m.first.map(|f| f / m.mass));
            solution.cost += m.cost;
            (m.mass - problem.masses()[i]).abs() / problem.masses()[i]
        } else {
            solution.hidden.push(i as u32);
            1.0
        };
        report.max_relative_error = report.max_relative_error.max(error);
    }
    solution.hidden.sort_unstable();
    solution.hessian = options.hessian.then(|| hessian(&order, &all.plain));
    report.predicates = all.plain.counters;
    report.notes.extend(super::components::on_surface(problem, &order, &all.plain.row, &all.plain.column));
    drop(diagram);
    if matches!(report.outcome, Some(Outcome::NotConverged { .. }))
        && let Some(why) = unattainable::told(&unattainable::jumps(problem, &solution))
    {
        report.outcome = Some(Outcome::NotConverged { why });
    }
    report.seconds = clock.elapsed().as_secs_f64();
    solution.report = report;
    solution
}
