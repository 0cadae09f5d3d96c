//! Problems that are solved and verified as multiples of themselves ([`Scales`]): what is said of
//! the multiple, said of the problem.

use super::exactly::ExactCells;
use super::family::{Family, Transport, Visit};
use super::report::Report;
use super::solution::Solution;
use super::verify::{Claims, Verdict, VerifyError, verify_multiple};
use crate::exact::Heights;
use crate::problem::{Scales, WithSites};

/// A solution of a multiple as one of the problem itself. Numbers are divided, and rounded once.
pub fn in_own<const D: usize>(solution: Solution<D>, scales: &Scales) -> Solution<D> {
    let numbers = |list: Vec<f64>, own: &dyn Fn(f64) -> f64| list.into_iter().map(own).collect();
    let wall = |(i, j, h): (u32, u32, f64)| (i, j, scales.wall(h));
    Solution {
        heights: scales.heights(&solution.heights),
        weights: numbers(solution.weights, &|w| scales.weight(w)),
        masses: numbers(solution.masses, &|m| scales.mass(m)),
        centroids: solution.centroids.into_iter().map(|c| c.map(|c| scales.point(c))).collect(),
        cost: scales.cost(solution.cost),
        hessian: solution.hessian.map(|walls| walls.into_iter().map(wall).collect()),
        hidden: solution.hidden,
        report: Report { rest: solution.report.rest.map(|m| scales.mass(m)), ..solution.report },
    }
}

/// Rational masses of a multiple as those of the problem itself.
pub fn exactly_in_own(cells: ExactCells, scales: &Scales) -> ExactCells {
    let masses = |list: Vec<_>| list.into_iter().map(|m| scales.exact_mass(m)).collect();
    ExactCells {
        factor: scales.exact_factor(cells.factor),
        masses: masses(cells.masses),
        areas: cells.areas.map(|areas| areas.into_iter().map(|a| scales.exact_area(a)).collect()),
        residuals: masses(cells.residuals),
        ..cells
    }
}

/// Heights of a multiple that are those of the problem itself; where its file gives these, exactly.
pub fn heights_of_multiple<const D: usize>(multiple: &impl Transport<D>, scales: &Scales, own: &Heights) -> Heights {
    scales.heights_in(own, given_heights(multiple).as_ref())
}

/// Heights that a problem gives.
pub fn given_heights<const D: usize>(problem: &impl Transport<D>) -> Option<Heights> {
    struct Given;
    impl<const D: usize> Visit<D> for Given {
        type Output = Option<Heights>;
        fn visit<F: Family<D>>(self, family: &F) -> Option<Heights> {
            family.problem().heights().cloned()
        }
    }
    problem.visit(Given)
}

/// Verifies a solution against the problem as it is written, by way of a multiple of it. `factor`
/// is that of the source of the problem itself, as its rounded numbers have it.
///
/// # Errors
/// As [`verify`](super::verify()).
pub fn verify_as_written<const D: usize>(
    (multiple, scales): (&impl Transport<D>, &Scales),
    factor: f64,
    claims: &Claims<'_, D>,
    level: u8,
) -> Result<Verdict, VerifyError> {
    let numbers = |list: &[f64], by: &dyn Fn(f64) -> f64| list.iter().copied().map(by).collect::<Vec<f64>>();
    let heights = heights_of_multiple(multiple, scales, claims.heights);
    let weights = numbers(claims.weights, &|w| scales.weight_in(w));
    let masses = numbers(claims.masses, &|m| scales.mass_in(m));
    let centroids: Vec<_> = claims.centroids.iter().map(|c| c.map(|c| scales.point_in(c))).collect();
    let wall = |&(i, j, h): &(u32, u32, f64)| (i, j, scales.wall_in(h));
    let hessian: Option<Vec<_>> = claims.hessian.map(|walls| walls.iter().map(wall).collect());
    let gradient = claims.gradient.map(|(sites, masses)| {
        let pulled: Vec<_> = sites.iter().map(|g| g.map(|g| scales.pull_in(g))).collect();
        (pulled, numbers(masses, &|w| scales.weight_in(w)))
    });
    // The factor that is claimed is compared as a ratio.
    let source_factor = claims.report.source_factor / factor * multiple.source_factor();
    let report = Report { source_factor, ..claims.report.clone() };
    let claims = Claims {
        heights: &heights,
        weights: &weights,
        masses: &masses,
        centroids: &centroids,
        cost: scales.cost_in(claims.cost),
        hessian: hessian.as_deref(),
        gradient: gradient.as_ref().map(|(sites, masses)| (sites.as_slice(), masses.as_slice())),
        report: &report,
        ..*claims
    };
    verify_multiple(multiple, scales, &claims, level)
}
