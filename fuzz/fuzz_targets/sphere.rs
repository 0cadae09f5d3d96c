//! Cells on a sphere, at hostile sites and weights: all levels hold, and enclosed areas sum to the
//! sphere's.
#![no_main]

use brenier::problem::Duplicates;
use brenier::{Heights, Sphere, SphereProblem, SphereProblemData, certify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [place, grid, rest @ ..] = bytes else { return };
    let unit = [0.25, 1.0 / 3.0, 1e-3, 1.0 + f64::EPSILON][usize::from(grid & 3)];
    let radius = [1.0, 5.0, unit, 3.0 * unit][usize::from(place & 3)];
    let center = [0, 1, 2].map(|k| if place >> (2 + k) & 1 == 1 { 4.0 * unit } else { 0.0 });
    let number = |b: u8| f64::from(b & 15) * unit + if b > 200 { 1e-16 } else { 0.0 };
    let rows: Vec<&[u8]> = rest.chunks_exact(4).take(10).collect();
    let sites: Vec<[f64; 3]> = rows.iter().map(|r| [0, 1, 2].map(|k| number(r[k]) - 4.0 * unit)).collect();
    let Ok(sphere) = Sphere::new(center, radius) else { return };
    let data = SphereProblemData::new(sphere, sites).duplicates(Duplicates::Keep);
    let Ok(problem) = SphereProblem::new(data) else { return };
    let heights: Vec<f64> = rows.iter().map(|r| f64::from(r[3] as i8) * radius * unit / 16.0).collect();
    let certificate = certify(&problem, &Heights::from_f64(&heights), 5).expect("a diagram of any heights");
    assert!(certificate.flaw.is_some() || certificate.total_is_domain);
});
