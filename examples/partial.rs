//! Partial transport: the masses are less than what the source has, and the rest of it stays.

use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{SolveOptions, solve};
use std::f64::consts::PI;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0])?;
    let mut data = ProblemData::new(square, vec![[0.25, 0.3], [0.7, 0.3], [0.75, 0.35], [0.5, 0.8]]);
    data.masses = Some(vec![0.05, 0.1, 0.1, 0.2]); // of the square's 1
    data.partial = true;
    let problem = Problem::new(data)?;
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged);

    // Each cell is clipped by the ball of squared radius `weight` about its site.
    for (site, weight) in problem.sites().iter().zip(&solution.weights) {
        println!("{site:?}: radius {:.4}", weight.sqrt());
    }
    // The first one touches nothing: its cell is a whole disc.
    assert!((PI * solution.weights[0] - 0.05).abs() < 1e-9);
    let rest = solution.report.rest.ok_or("partial transport has a rest")?;
    println!("{rest} stays, moving the others costs {}", solution.cost);
    assert!((rest - 0.55).abs() < 1e-9);
    Ok(())
}
