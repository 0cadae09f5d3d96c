//! probe
use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{Control, SolveOptions, solve};
use rand::{RngExt, SeedableRng};
#[test]
fn probe() {
    let n: usize = std::env::var("N").ok().and_then(|s| s.parse().ok()).unwrap_or(1000);
    let total: f64 = std::env::var("T").ok().and_then(|s| s.parse().ok()).unwrap_or(0.5);
    let kind = std::env::var("K").unwrap_or_default();
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut r = || rng.random::<f64>();
    let sites: Vec<[f64; 2]> = (0..n).map(|_| match kind.as_str() {
        "cluster" => [0.3 + 1e-3 * r(), 0.4 + 1e-3 * r()],
        "outside" => [2.0 + 3.0*r(), 5.0 * r()-2.0],
        "far" => [1e5 + r(), r()],
        _ => [r(), r()],
    }).collect();
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    let mut data = ProblemData::new(square, sites);
    let spread: f64 = std::env::var("S").ok().and_then(|s| s.parse().ok()).unwrap_or(1.0);
    let m: Vec<f64> = (0..n).map(|_| spread.powf(r())).collect();
    let s: f64 = m.iter().sum();
    data.masses = Some(m.iter().map(|m| m / s * total).collect());
    data.partial = true;
    let problem = Problem::new(data).unwrap();
    let s = solve(&problem, &SolveOptions::default(), &mut |p| {
        println!("{:3} res {:.2e} minratio {:.2e} step {:.3} trials {} lin {} {:.3}s (lin {:.3} cells {:.3} hull {:.3}) left {}", p.iteration, p.last.residual, p.last.min_mass_ratio, p.last.step, p.last.trials, p.last.linear_iterations, p.last.seconds, p.last.linear, p.last.cells, p.last.hull, p.last.remaining);
        Control::Continue });
    println!("{:?} err {:.2e} rest {:?} cost {} in {:.2}s", s.report.outcome, s.report.max_relative_error, s.report.rest, s.cost, s.report.seconds);
}
