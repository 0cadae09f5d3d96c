//! From a problem on a surface to its solution.

use super::claim::Claim;
use super::drive::{Way, drive, unpermuted};
use super::solution::{Control, Progress, Solution, SolveOptions};
use super::unattainable;
use crate::diagram::SurfaceDiagram;
use crate::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use crate::exact::Heights;
use crate::newton::{self, CellParts};
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
    let units = problem.units(options.resume.as_ref().map(|state| &state.heights));
    let inner = problem.in_units(&units);
    let ground = Arc::new(SurfaceGround::new(inner.facets(), inner.source_factor()));
    let mut diagram = SurfaceLaguerre::new(ground, inner.sites());
    let order = diagram.order();
    let target: Vec<f64> = order.iter().map(|&i| inner.masses()[i as usize]).collect();
    let way = Way {
        sites: problem.sites(),
        bounds: problem.surface().bounds(),
        masses: problem.masses(),
        units: &units,
        target: &target,
        enter: &|heights| units.heights_in(heights).permuted(&order),
        leave: &|heights| units.heights(&unpermuted(heights, &order)).into_owned(),
        balanced: true,
        fresh: &|diagram: &mut SurfaceLaguerre<'_>, _| {
            let given = inner.heights().and_then(|given| newton::revived(diagram, &target, given.permuted(&order)));
            given.unwrap_or_else(|| diagram.projection_start())
        },
        prepare: &|_, _, _| 0.0,
        claim: &|diagram: &mut SurfaceLaguerre<'_>, heights| {
            let mut claim = claimed(problem, heights);
            claim.predicates += diagram.counters();
            claim
        },
        exact: &|heights, some| super::surface_certificate::sure(problem, heights, some),
        jump: &|heights, jump| match unattainable::confirmed(&inner, &order, jump, &units.heights_in(heights)) {
            true => unattainable::told(problem, &order, &unattainable::in_own(jump, &units)),
            false => (newton::BEYOND.to_string(), Vec::new()),
        },
        source_factor: problem.source_factor(),
    };
    let mut solution = drive(&mut diagram, &way, options, on_progress);
    solution.report.seconds = clock.elapsed().as_secs_f64();
    solution
}

/// What is to be said of heights: what the diagram says that a check makes.
fn claimed(problem: &SurfaceProblem, heights: &Heights) -> Claim<3> {
    // Heights that are not finite have no diagram; then nothing has a cell.
    let Ok(diagram) = SurfaceDiagram::new(problem, heights) else { return Claim::nothing(problem.len()) };
    let walls = diagram.hessian();
    Claim {
        masses: diagram.masses().to_vec(),
        off: diagram.mass_errors().to_vec(),
        centroids: diagram.centroids().to_vec(),
        cost: diagram.cost(),
        hidden: diagram.hidden(),
        notes: super::components::on_surface(problem, &walls),
        walls,
        parts: Some(CellParts::of((0..diagram.len()).map(|i| diagram.parts(i)))),
        predicates: diagram.counters(),
        ..Claim::default()
    }
}
