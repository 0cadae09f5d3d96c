//! Newton steps and times on easy and hard data: `cargo run --release --example hard -- [n] [kind ...]`;
//! `STEPS=1` prints each step, `SEED=3` draws other data.

#[path = "../tests/common/hard.rs"]
mod hard;

use brenier::transport::{SolveOptions, solve};

fn main() {
    let mut args = std::env::args().skip(1);
    let n = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut kinds: Vec<String> = args.collect();
    if kinds.is_empty() {
        kinds = hard::ALL.map(String::from).to_vec();
    }
    let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
    println!("{:10} {:>8} {:>6} {:>7} {:>10} {:>8}", "kind", "n", "steps", "trials", "error", "seconds");
    for kind in kinds {
        let problem = hard::seeded(&kind, n, seed);
        let s = solve(&problem, &SolveOptions::default());
        let trials: u32 = s.report.iterations.iter().map(|i| i.trials).sum();
        let (steps, error, seconds) = (s.report.iterations.len() - 1, s.report.max_relative_error, s.report.seconds);
        println!("{kind:10} {n:8} {steps:6} {trials:7} {error:10.1e} {seconds:8.2}");
        if std::env::var_os("STEPS").is_some() {
            s.report.notes.iter().for_each(|note| println!("  {note}"));
            for (k, i) in s.report.iterations.iter().enumerate() {
                println!(
                    "  {k:3} residual {:8.1e} min {:8.1e} step {:6.1e} trials {} hull {:.3} cells {:.3} linear {:.3} ({} iterations) of {:.3} s, {} remain",
                    i.residual,
                    i.min_mass_ratio,
                    i.step,
                    i.trials,
                    i.hull,
                    i.cells,
                    i.linear,
                    i.linear_iterations,
                    i.seconds,
                    i.remaining
                );
            }
        }
    }
}
