//! Grains of a polycrystal: periodic cells with log-normal volumes, and back from what is measured.

use brenier::transport::{Control, FitOptions, FitOutcome, fit};
use brenier::{SolveOptions, SpaceDomain, SpaceProblem, SpaceProblemData, solve};

/// Numbers in the unit interval, spread evenly.
fn spread(k: usize, step: f64) -> f64 {
    (0.5 + step * k as f64).fract()
}

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let torus = SpaceDomain::torus([0.0; 3], [1.0; 3], [true; 3])?;
    let seeds: Vec<[f64; 3]> =
        (0..40).map(|k| [spread(k, 0.819_172_5), spread(k, 0.671_043_6), spread(k, 0.549_700_5)]).collect();
    // Log-normal by Box and Muller, sigma 0.35.
    let normal = |k: usize| {
        (-2.0 * spread(k, 0.618_034).max(1e-9).ln()).sqrt() * (std::f64::consts::TAU * spread(k, 0.754_878)).cos()
    };
    let volumes: Vec<f64> = (0..40).map(|k| (0.35 * normal(k)).exp()).collect();
    let problem = SpaceProblem::new(SpaceProblemData::new(torus.clone(), seeds).masses(volumes.clone()))?;
    let grains = solve(&problem, &SolveOptions::default());
    assert!(grains.report.converged);
    println!("volumes right to {:e}", grains.report.max_relative_error);

    // A map of grains tells volumes and centroids only: which seeds have such cells?
    let centroids: Vec<[f64; 3]> = grains.centroids.iter().flatten().copied().collect();
    let known = SpaceProblem::new(SpaceProblemData::new(torus, centroids.clone()).masses(volumes))?;
    let found = fit(&known, &centroids, &FitOptions::default().tolerance(1e-3), &mut |_| Control::Continue);
    assert_eq!(found.outcome, FitOutcome::Fitted);
    println!("centroids right to {:.1e} after {} steps", found.steps[found.best].off, found.steps.len() - 1);
    Ok(())
}
