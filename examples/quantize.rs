//! Sites that represent a source best (blue noise, stippling): each in the centroid of its cell.

use brenier::domain::{ConvexPolygon, Density, Domain, spread};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{QuantizeOptions, QuantizeOutcome, quantize};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let domain = Domain::from(ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0])?);
    let density = Density::Affine { g: [2.0, 0.0], c: 0.0 };
    // Fifty points, spread over the source to begin with.
    let mut data = ProblemData::new(domain.clone(), spread(&domain, &density, 50, 7));
    data.density = density;
    let problem = Problem::new(data)?;

    let options = QuantizeOptions::default().tolerance(1e-2);
    let found = quantize(&problem, &options);
    assert_eq!(found.outcome, QuantizeOutcome::Stationary);

    // Every step makes the cost smaller.
    let costs: Vec<f64> = found.steps.iter().map(|step| step.cost).collect();
    assert!(costs.windows(2).all(|pair| pair[1] < pair[0]));
    println!("{} moves, cost from {} to {}", costs.len() - 1, costs[0], found.solution.cost);
    for (site, centroid) in found.problem.sites().iter().zip(&found.solution.centroids).take(3) {
        println!("site {site:?}, centroid {centroid:?}");
    }
    Ok(())
}
