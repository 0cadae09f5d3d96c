//! A source on a triangulated domain with a hole, its density given at the vertices.

use brenier::domain::{Density, PlanarMesh};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{SolveOptions, certify, solve};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A ring between two squares: eight vertices, eight triangles.
    let outer = [[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]];
    let inner = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]];
    let triangles = (0..4).flat_map(|k: u32| {
        let next = (k + 1) % 4;
        [[k, next, 4 + next], [k, 4 + next, 4 + k]]
    });
    let mesh = PlanarMesh::new([outer, inner].concat(), triangles.collect())?;
    println!("{} edges on the boundary", mesh.boundary().len());

    let sites = (0..12).map(|k| f64::from(k).to_radians() * 30.0).map(|a| [1.5 + a.cos(), 1.5 + a.sin()]);
    let mut data = ProblemData::new(mesh, sites.collect());
    data.density = Density::Vertex([1.0, 1.0, 2.0, 2.0, 0.5, 0.5, 0.5, 0.5].into());
    let problem = Problem::new(data)?;
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged);

    // Masses are exact for this source, hole and densities included.
    let proof = certify(&problem, &solution.heights, 5)?;
    assert!(proof.total_is_domain && proof.max_relative_error[1] < 1e-9);
    println!("{} cells, W2^2 in {:?}", proof.cells, proof.w2_squared);
    Ok(())
}
