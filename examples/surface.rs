//! A source on a surface in space, sites anywhere in space, and the proof.

use brenier::diagram::SurfaceDiagram;
use brenier::io::{ReadLimit, read_surface};
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use brenier::transport::{SolveOptions, certify, solve};
use std::path::Path;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/spot.obj");
    let surface = read_surface(&path, ReadLimit::default())?.into_surface(&path)?;
    println!("{} triangles", surface.triangles().len());

    // Every tenth vertex wants the same share of the area.
    let sites = surface.vertices().iter().step_by(10).copied().collect();
    let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, sites))?;
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged);

    // A cell may hang together in several parts, as on both sides of an ear.
    let diagram = SurfaceDiagram::new(&problem, &solution.heights)?;
    let split = (0..diagram.len()).filter(|&i| diagram.parts(i) > 1).count();
    println!("{} cells, {split} of them in several parts", diagram.len());

    let proof = certify(&problem, &solution.heights, 5)?;
    assert!(proof.sound() && proof.max_relative_error[1] < 1e-9);
    println!("W2^2 in {:?}, from {} polygons", proof.w2_squared, proof.polygons);
    Ok(())
}
