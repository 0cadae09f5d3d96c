//! What people read: reports on standard output, warnings, errors and the progress bar on standard
//! error.

use crate::args::Common;
use crate::scarcity;
use brenier::io::printable;
use brenier::latent::LatentProgress;
use brenier::parameterize::{ParameterizeProgress, ParameterizeStage};
use brenier::transport::{Progress, QuantizeProgress};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::time::Duration;

/// Prints the line that explains a failure.
pub fn error(text: &str) {
    tell(&format!("error: {text}"));
}

/// Prints a line on standard error. If that is closed nobody can be told.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(line));
}

/// Prints warnings, a few of them in full.
pub fn warn(common: &Common, warnings: &[String]) {
    const SHOWN: usize = 5;
    if common.quiet {
        return;
    }
    let mut err = std::io::stderr().lock();
    for w in warnings.iter().take(SHOWN) {
        let _ = writeln!(err, "warning: {}", printable(w));
    }
    if warnings.len() > SHOWN {
        let _ = writeln!(err, "warning: ... and {} more", warnings.len() - SHOWN);
    }
}

/// Two columns: what, and its value.
pub fn table(rows: &[(&str, String)]) -> String {
    rows.iter().fold(String::new(), |mut text, (key, value)| {
        text.push_str(&format!("{key:<11}{}\n", printable(value)));
        text
    })
}

/// `1 site`, `2 sites`.
pub fn count(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        _ => format!("{n} {noun}s"),
    }
}

/// Shows on a terminal that something goes on whose end nobody knows; removed when it is dropped.
pub struct Busy(ProgressBar);

impl Busy {
    /// Shows nothing if standard error is not a terminal, with `--quiet`, or without threads.
    pub fn new(common: &Common, what: &'static str) -> Busy {
        let bar = if common.quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} [{elapsed}]") {
            bar.set_style(style);
        }
        if !bar.is_hidden() && !scarcity::are_scarce() {
            bar.set_message(what);
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Busy(bar)
    }

    /// Says how far it is.
    pub fn say(&self, what: String) {
        if !self.0.is_hidden() {
            self.0.set_message(what);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A bar that counts what is done.
pub struct Tally {
    bar: ProgressBar,
    bad: std::sync::atomic::AtomicUsize,
}

impl Tally {
    /// Shows nothing if standard error is not a terminal, or with `--quiet`.
    pub fn new(common: &Common, all: usize) -> Tally {
        let bar = if common.quiet { ProgressBar::hidden() } else { ProgressBar::new(all as u64) };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:16} {pos} of {len} {wide_msg} [{elapsed}]") {
            bar.set_style(style);
        }
        Tally { bar, bad: Default::default() }
    }

    /// One more is done, well or badly.
    pub fn one(&self, bad: bool) {
        let count = self.bad.fetch_add(usize::from(bad), std::sync::atomic::Ordering::Relaxed) + usize::from(bad);
        if count > 0 {
            self.bar.set_message(format!("{count} not solved"));
        }
        self.bar.inc(1);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar that fills as the residual falls from its first value to the tolerance, on a logarithmic
/// scale.
pub struct Bar {
    bar: ProgressBar,
    tolerance: f64,
    first: Option<f64>,
}

impl Bar {
    const LENGTH: u64 = 1000;

    /// Shows nothing if standard error is not a terminal, or with `--quiet`.
    pub fn new(common: &Common, tolerance: f64) -> Bar {
        let bar = if common.quiet { ProgressBar::hidden() } else { ProgressBar::new(Self::LENGTH) };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:16} {wide_msg} [{elapsed}]") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.set_message("preparing");
        }
        // The bar moves by itself by a thread of its own.
        if !bar.is_hidden() && !scarcity::are_scarce() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Bar { bar, tolerance, first: None }
    }

    /// Shows the state after a step.
    pub fn show(&mut self, progress: &Progress<'_>) {
        let last = progress.last;
        if last.residual.is_infinite() {
            self.bar.set_message("seeking a start");
            return;
        }
        let first = *self.first.get_or_insert(last.residual);
        let done = (first / last.residual).ln() / (first / self.tolerance).ln();
        let done = if done.is_finite() { done.clamp(0.0, 1.0) } else { 0.0 };
        self.bar.set_position((done * Self::LENGTH as f64) as u64);
        self.bar.set_message(format!(
            "iteration {}, residual {:.1e}, {} remaining",
            progress.iteration,
            last.residual,
            count(last.remaining as usize, "cell")
        ));
    }

    /// Shows a position of a quantization: how far the sites are from their centroids, on a
    /// logarithmic scale.
    pub fn show_quantize(&mut self, progress: &QuantizeProgress<'_>) {
        let Some(last) = progress.steps.last() else {
            if let Some(solving) = progress.solving {
                self.bar.set_message(format!("first solve, iteration {}", solving.iteration));
            }
            return;
        };
        let first = *self.first.get_or_insert(last.movement());
        let done = (first / last.movement()).ln() / (first / self.tolerance).ln();
        let done = if done.is_finite() { done.clamp(0.0, 1.0) } else { 0.0 };
        self.bar.set_position((done * Self::LENGTH as f64) as u64);
        let moves = progress.steps.len() - 1;
        self.bar.set_message(format!("step {moves}, cost {:.6e}, off centroids {:.1e}", last.cost, last.movement()));
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar that fills as charts are laid out.
pub struct ChartBar(ProgressBar);

impl ChartBar {
    /// Shows nothing if standard error is not a terminal, or with `--quiet`.
    pub fn new(common: &Common) -> ChartBar {
        ChartBar(Bar::new(common, 1.0).bar)
    }

    /// Shows where a layout is.
    pub fn show(&self, progress: &ParameterizeProgress) {
        self.0.set_position((progress.done.clamp(0.0, 1.0) * Bar::LENGTH as f64) as u64);
        let chart = match progress.charts {
            charts if [ParameterizeStage::Division, ParameterizeStage::Merging].contains(&progress.stage) => {
                self.0.set_message(format!("{}, {charts} of them", progress.stage));
                return;
            }
            1 => String::new(),
            charts => format!("chart {} of {charts}, ", progress.chart + 1),
        };
        self.0.set_message(format!("{chart}{}, step {}", progress.stage, progress.steps));
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// A bar that fills as samples are drawn.
pub struct LatentBar(ProgressBar);

impl LatentBar {
    /// Shows nothing if standard error is not a terminal, or with `--quiet`.
    pub fn new(common: &Common) -> LatentBar {
        LatentBar(Bar::new(common, 1.0).bar)
    }

    /// Shows where a run is.
    pub fn show(&self, progress: &LatentProgress<'_>) {
        let done = progress.samples as f64 / progress.needed;
        self.0.set_position((done.clamp(0.0, 1.0) * Bar::LENGTH as f64) as u64);
        let error = match progress.expected.is_finite() {
            true => format!(", mass error about {:.2} %", 100.0 * progress.expected),
            false => String::new(),
        };
        self.0.set_message(format!("{}, {} samples{error}", progress.next, progress.samples));
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
