//! The density that stands for a whole source.

use crate::domain::Law;
use crate::problem::Problem;

/// The density of a source in one polygon; of one in patches that of an even background with the
/// same mass (before the source factor).
pub fn even_law(problem: &Problem) -> Law {
    if let Some(law) = problem.law() {
        return law;
    }
    let total = problem.masses().iter().sum::<f64>() + problem.rest().unwrap_or(0.0);
    Law::constant(total / problem.frame().area() / problem.source_factor())
}
