//! Meshes of tetrahedra of every format: no bytes panic or make room for more than they hold; what
//! is accepted as a mesh fills exactly the sum of its volumes.

#![no_main]

use brenier::ReadLimit;
use brenier::internals::io::parse_tets;
use brenier::{SpaceDomain, SpaceProblem, SpaceProblemData, certify};
use libfuzzer_sys::fuzz_target;
use std::path::Path;

const FORMATS: [&str; 3] = ["m.msh", "m.mesh", "m.vtu"];

/// Tetrahedra up to which a diagram is affordable.
const FEW: usize = 40;

fuzz_target!(|data: &[u8]| {
    // The first byte tells the format.
    let Some((&kind, bytes)) = data.split_first() else { return };
    let name = Path::new(FORMATS[usize::from(kind) % FORMATS.len()]);
    let Ok(file) = parse_tets(name, bytes, ReadLimit { bytes: 1 << 26 }) else { return };
    if file.tets.len() > FEW || file.vertices.len() > 4 * FEW {
        return;
    }
    let Ok((mesh, _)) = file.into_mesh(name) else { return };
    let middle = mesh.tets()[0].map(|v| mesh.vertices()[v as usize]);
    let Ok(domain) = SpaceDomain::of_parts(mesh) else { return };
    // Of a box thinner than the rounding of its coordinates sums say nothing, and need be no
    // numbers: the writers refuse those.
    let (low, high) = domain.bounds();
    let sides = [0, 1, 2].map(|k| high[k] - low[k]);
    let far = low.iter().chain(&high).fold(0.0, |m: f64, x| m.max(x.abs()));
    if sides.iter().any(|s| *s < 1e-12 * far) {
        return;
    }
    let Ok(problem) = SpaceProblem::new(SpaceProblemData::new(domain, middle.to_vec())) else { return };
    let heights = brenier::Heights::zeros(problem.len());
    let certificate = certify(&problem, &heights, 5).expect("a diagram");
    assert!(certificate.total_is_domain);
});
