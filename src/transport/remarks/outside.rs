//! What to say of sites that are all elsewhere: in other units, with axes swapped, or just far.

use crate::problem::Problem;

/// A remark for the report, if every site lies outside the box around the domain. The map is right
/// all the same.
pub fn all_outside(problem: &Problem) -> Option<String> {
    let (low, high) = problem.frame().bounds();
    let inside = |y: &[f64; 2]| (0..2).all(|k| (low[k]..=high[k]).contains(&y[k]));
    let sites = match problem.len() {
        1 => "the site lies".to_string(),
        n => format!("all {n} sites lie"),
    };
    let told = || format!("{sites} outside the box around the domain; are they in the same units?");
    (!problem.sites().iter().any(inside)).then(told)
}
