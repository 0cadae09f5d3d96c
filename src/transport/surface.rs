//! From a problem on a surface to its solution.

use super::drive::{Driven, drive, settle};
use super::solution::{Control, Progress, Solution, SolveOptions};
use super::unattainable;
use crate::diagram::SurfaceDiagram;
use crate::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use crate::newton::{self, CellParts, Outcome, Report};
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
    if let Some(refused) = Solution::refused(problem.sites(), options) {
        return refused;
    }
    let clock = Instant::now();
    let ground = Arc::new(SurfaceGround::new(problem.facets(), problem.source_factor()));
    let mut diagram = SurfaceLaguerre::new(ground, problem.sites());
    let order = diagram.order();
    let fresh = |diagram: &mut SurfaceLaguerre<'_>| {
        let target: Vec<f64> = order.iter().map(|&i| problem.masses()[i as usize]).collect();
        let given = problem.heights().and_then(|given| newton::revived(diagram, &target, given.permuted(&order)));
        given.unwrap_or_else(|| diagram.projection_start())
    };
    let Driven { heights, mut report, .. } = drive(&mut diagram, &order, problem.masses(), options, fresh, on_progress);
    report.source_factor = problem.source_factor();
    let asked = diagram.counters();
    drop(diagram);
    let n = problem.len();
    let mut solution = Solution { weights: heights.to_weights(problem.sites()), heights, ..Solution::default() };
    // Heights that are not finite have no diagram; then nothing has a cell.
    match SurfaceDiagram::new(problem, &solution.heights) {
        Ok(diagram) => describe(problem, &diagram, options, &mut solution, &mut report),
        Err(_) => {
            (solution.masses, solution.centroids) = (vec![0.0; n], vec![None; n]);
            solution.hidden = (0..n as u32).collect();
            report.max_relative_error = 1.0;
        }
    }
    report.predicates += asked;
    settle(&mut report, &solution.masses, problem.masses());
    if matches!(report.outcome, Some(Outcome::NotConverged { .. }))
        && let Some(why) = unattainable::told(&unattainable::jumps(problem, &solution))
    {
        report.outcome = Some(Outcome::NotConverged { why });
    }
    report.seconds = clock.elapsed().as_secs_f64();
    solution.report = report;
    solution
}

/// What the diagram at the heights found says of them.
fn describe(
    problem: &SurfaceProblem,
    diagram: &SurfaceDiagram,
    options: &SolveOptions,
    solution: &mut Solution<3>,
    report: &mut Report,
) {
    solution.masses = diagram.masses().to_vec();
    solution.centroids = diagram.centroids().to_vec();
    solution.cost = diagram.cost();
    solution.hidden = diagram.hidden();
    let pairs = solution.masses.iter().zip(problem.masses());
    report.max_relative_error = pairs.fold(0.0, |worst, (m, nu)| f64::max(worst, (m - nu).abs() / nu));
    report.predicates = diagram.counters();
    report.parts = Some(CellParts::of((0..diagram.len()).map(|i| diagram.parts(i))));
    let walls = diagram.hessian();
    report.notes.extend(super::components::on_surface(problem, &walls));
    solution.hessian = options.hessian.then_some(walls);
}
