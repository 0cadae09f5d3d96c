//! Cells of given mass in a polygon, their transport cost, and a picture:
//! `cargo run --example plane [cells.svg]`.

use brenier::diagram::Diagram;
use brenier::domain::{ConvexPolygon, Density};
use brenier::plot::{Color, Scene};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{Control, SolveOptions, solve_with};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let domain = ConvexPolygon::new(vec![[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.5], [0.0, 1.0]])?;
    let sites = vec![[0.2, 0.3], [1.1, 0.2], [1.8, 0.9], [0.9, 0.9], [0.4, 0.8], [1.4, 0.5]];
    let mut data = ProblemData::new(domain, sites);
    data.density = Density::Affine { g: [1.0, 0.0], c: 0.5 }; // x + 1/2, at least 0 on the domain
    data.masses = Some(vec![1.0, 1.0, 2.0, 1.0, 1.0, 3.0]); // the source is scaled to the same total
    let problem = Problem::new(data)?;

    // The callback sees every step and may stop the run.
    let solution = solve_with(&problem, &SolveOptions::default(), &mut |progress| {
        println!("largest relative mass error {:.1e}", progress.last.residual);
        Control::Continue
    });
    assert!(solution.report.converged);
    println!("W2^2 = {}", solution.cost);
    for (mass, centroid) in solution.masses.iter().zip(&solution.centroids) {
        println!("mass {mass:.12}, centroid {centroid:?}");
    }
    if let Some(path) = std::env::args().nth(1).filter(|path| path.ends_with(".svg")) {
        let diagram = Diagram::new(&problem, &solution.heights)?;
        std::fs::write(path, Scene::new(&problem, &diagram).svg(Color::Mass))?;
    }
    Ok(())
}
