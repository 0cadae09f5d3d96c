//! Cells in boxes and on tori of any axes, at hostile sites and weights: all levels hold, and exact
//! volumes sum to exactly the domain's.
#![no_main]

use brenier::problem::Duplicates;
use brenier::{Heights, SpaceDomain, SpaceProblem, SpaceProblemData, certify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [axes, grid, rest @ ..] = bytes else { return };
    let periodic = [0, 1, 2].map(|k| axes >> k & 1 == 1);
    let unit = [0.25, 1.0 / 3.0, 1e-3, 1.0 + f64::EPSILON][usize::from(grid & 3)];
    let number = |b: u8| f64::from(b & 15) * unit + if b > 200 { 1e-16 } else { 0.0 };
    let rows: Vec<&[u8]> = rest.chunks_exact(4).take(8).collect();
    let sites: Vec<[f64; 3]> = rows.iter().map(|r| [0, 1, 2].map(|k| number(r[k]))).collect();
    let Ok(domain) = SpaceDomain::torus([0.0; 3], [4.0 * unit, 3.0 * unit, 4.0 * unit], periodic) else { return };
    let data = SpaceProblemData::new(domain, sites).duplicates(Duplicates::Keep);
    let Ok(problem) = SpaceProblem::new(data) else { return };
    let weights: Vec<f64> = rows.iter().map(|r| f64::from(r[3] as i8) * unit * unit / 16.0).collect();
    let heights = Heights::from_weights(problem.sites(), &weights).0;
    let certificate = certify(&problem, &heights, 5).expect("a diagram of any heights");
    assert!(certificate.total_is_domain);
});
