//! A solution is verified claim by claim, as `brenier check` does; a false claim fails its line.

use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{Claims, SolveOptions, certify, solve, verify};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let disk = ConvexPolygon::disk(24)?;
    let sites = (0..30).map(f64::from).map(|k| [0.03 * k * (2.4 * k).cos(), 0.03 * k * (2.4 * k).sin()]);
    let problem = Problem::new(ProblemData::new(disk, sites.collect()))?;
    let mut solution = solve(&problem, &SolveOptions::default());

    let verdict = verify(&problem, &Claims::of(&solution), 5)?;
    for line in &verdict.lines {
        println!("{} {:<9} {}", if line.pass { "PASS" } else { "FAIL" }, line.what, line.text);
    }
    assert!(verdict.verified() && verdict.proof.proved);

    // Exact masses and an interval for W2^2, from the heights alone.
    let [low, high] = certify(&problem, &solution.heights, 5)?.w2_squared;
    assert!(low <= solution.cost + 1e-9 && solution.cost <= high + 1e-9);

    solution.masses[3] *= 1.0 + 1e-11;
    let verdict = verify(&problem, &Claims::of(&solution), 5)?;
    assert_eq!(verdict.failures(), ["masses"]);
    println!("a mass that is off by a part in 1e11 is noticed");
    Ok(())
}
