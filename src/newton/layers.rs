//! Prototype.
use super::solver::{NewtonOptions, Start, fill_empty, has_empty, maximize};
use super::report::Outcome;
use crate::diagram::{Laguerre, Want};
use crate::exact::{Dd, Heights};
use std::time::{Duration, Instant};

/// What the layers cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layers {
    /// Layers solved before the whole.
    pub layers: usize,
    /// Newton steps in them.
    pub steps: usize,
    /// Heights tried in them.
    pub trials: u32,
    /// Seconds.
    pub seconds: f64,
}

fn knob(name: &str, default: f64) -> f64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Start.
pub fn layered_start(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Heights,
    _time_limit: Option<Duration>,
) -> (Heights, Layers) {
    let clock = Instant::now();
    let mut report = Layers::default();
    let verbose = std::env::var_os("STEPS").is_some();
    let n = target.len();
    let largest = target.iter().copied().fold(0.0, f64::max);
    let smallest = target.iter().copied().fold(f64::INFINITY, f64::min);
    let ratio = knob("RATIO", 10.0);
    let loose = knob("LOOSE", 0.3);
    if largest < knob("SPREAD", 1000.0) * smallest {
        return (start, report);
    }
    let total: f64 = target.iter().sum();
    let mut cut = largest / ratio;
    let mut known: Vec<Option<Dd>> = vec![None; n];
    let mut count = 0;
    loop {
        let sites: Vec<u32> = (0..n as u32).filter(|&i| target[i as usize] >= cut).collect();
        let whole = sites.len() == n;
        let small = sites.len() < 100 || sites.len() < count + count / 10;
        cut /= ratio;
        if small && !whole {
            continue;
        }
        let part: f64 = sites.iter().map(|&i| target[i as usize]).sum();
        let wanted: Vec<f64> = sites.iter().map(|&i| target[i as usize] * (total / part)).collect();
        let mut sub = diagram.of_sites(&sites);
        let mut heights = if count == 0 {
            Heights::new(sites.iter().map(|&i| start.get(i as usize)))
        } else {
            sub.sunk(&sites.iter().map(|&i| known[i as usize]).collect::<Vec<_>>())
        };
        if count > 0 {
            let c = Instant::now();
            let measures = sub.measures(&heights, Want::Feasible);
            let full: Vec<f64> = wanted.iter().map(|w| w * knob("RAISED", 0.5) / 0.5).collect();
            let (filled, measures) = fill_empty(&mut *sub, &full, heights, measures);
            heights = filled;
            if has_empty(&measures) {
                if verbose { println!("layer fails: {} hidden", measures.hidden); }
                return (start, report);
            }
            if verbose { println!("  insert {:.3} s", c.elapsed().as_secs_f64()); }
        }
        if whole {
            report.seconds = clock.elapsed().as_secs_f64();
            if verbose { println!("{report:?}"); }
            return (heights, report);
        }
        let options = NewtonOptions { tolerance: loose, max_iterations: 30, time_limit: None };
        let result = maximize(&mut *sub, &wanted, Start::Fresh(heights), &options, &mut |_| true);
        report.layers += 1;
        report.steps += result.state.iterations.len() - 1;
        report.trials += result.state.iterations.iter().map(|i| i.trials).sum::<u32>();
        if verbose {
            println!("layer {} sites, cut {:.1e}: {:?}", sites.len(), cut * ratio, result.outcome);
            for i in &result.state.iterations {
                println!("    residual {:8.1e} min {:8.1e} step {:6.1e} trials {} of {:.3} s", i.residual, i.min_mass_ratio, i.step, i.trials, i.seconds);
            }
        }
        if result.outcome != Outcome::Converged {
            return (start, report);
        }
        for (k, &i) in sites.iter().enumerate() {
            known[i as usize] = Some(result.state.heights.get(k));
        }
        count = sites.len();
    }
}
