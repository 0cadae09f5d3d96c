//! What a solution says of heights that nobody solved for.

use super::claim::Claim;
use super::family::{Family, Transport, Visit};
use super::report::Report;
use super::solution::Solution;
use crate::diagram::{CellRecord, Cells, DiagramError};
use crate::domain::space::weights_of;
use crate::exact::Heights;
use crate::problem::WithSites;

/// The cells of a problem at given heights.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Description<const D: usize = 2> {
    /// Masses, centroids, cost and so on of these heights; its report has no outcome.
    pub solution: Solution<D>,
    /// The cells as polygons, if they were asked for and are some.
    pub cells: Option<Vec<CellRecord<[f64; D]>>>,
}

/// What there is to say of the cells at given heights. Cost: that of the diagram.
///
/// # Errors
/// Heights that are not finite or not one per site.
///
/// ```
/// use brenier::{ConvexPolygon, Heights, Problem, ProblemData, describe};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.0, 0.5], [1.0, 0.5]])).unwrap();
/// let found = describe(&problem, &Heights::from_f64(&[0.25, 0.0]), true, false).unwrap();
/// assert_eq!(found.solution.masses, [0.25, 0.75]); // the wall is x = h_0 - h_1
/// ```
pub fn describe<const D: usize>(
    problem: &impl Transport<D>,
    heights: &Heights,
    hessian: bool,
    cells: bool,
) -> Result<Description<D>, DiagramError> {
    problem.visit(Describe { heights, hessian, cells })
}

struct Describe<'h> {
    heights: &'h Heights,
    hessian: bool,
    cells: bool,
}

impl<const D: usize> Visit<D> for Describe<'_> {
    type Output = Result<Description<D>, DiagramError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        let still = family.still(self.heights)?;
        let mut claim = Claim::of(&still, self.hessian);
        let mut report = Report {
            threads: rayon::current_num_threads(),
            source_factor: family.problem().source_factor(),
            ..Report::default()
        };
        claim.report(family.masses(), &mut report);
        let solution = Solution {
            heights: self.heights.clone(),
            weights: weights_of(self.heights, family.sites(), family.metric()),
            masses: claim.masses,
            centroids: claim.centroids,
            cost: claim.cost,
            hessian: self.hessian.then_some(claim.walls),
            hidden: claim.hidden,
            report,
        };
        let cells = if self.cells { still.records() } else { None };
        Ok(Description { solution, cells })
    }
}
