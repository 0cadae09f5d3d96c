//! What `brenier latent` prints. Estimates are called so, and come with their interval.

use crate::args::Common;
use crate::console::{count, table, warn};
use crate::failure::{Failure, code};
use crate::reports::say;
use brenier::io::{LatentFile, SourceText};
use brenier::latent::{LatentOutcome, LatentReport, Validation};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Json<'a> {
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    codes: usize,
    dimension: usize,
    validation: Option<&'a Validation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within_tolerance: Option<bool>,
    report: &'a LatentReport,
}

fn json(value: &Json<'_>) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
    say(&format!("{text}\n"))
}

/// A relative error in percent.
fn percent(v: f64) -> String {
    match v {
        v if v >= 10.0 => format!("{:.3e} %", 100.0 * v),
        v if v >= 0.1 => format!("{:.0} %", 100.0 * v),
        // Two digits that are not 0, where two decimals are too few.
        v if v > 0.0 && v < 1e-3 => {
            let places = 1.0 - libm::floor(libm::log10(100.0 * v));
            format!("{:.*} %", places.min(12.0) as usize, 100.0 * v)
        }
        v => format!("{:.2} %", 100.0 * v),
    }
}

fn problem(file: &LatentFile) -> String {
    let source = match &file.source {
        SourceText::Cube => "unit cube".to_string(),
        SourceText::Box { .. } => "box".to_string(),
        SourceText::Ball { radius, .. } => format!("ball of radius {radius}"),
        SourceText::Gaussian { deviation, .. } => format!("Gaussian of deviation {deviation}"),
        SourceText::Points { path, .. } => format!("points of {path}"),
        SourceText::Sampler => "sampler".to_string(),
    };
    format!("{} of {} coordinates, {source}", count(file.codes.len(), "code"), file.codes.dimension())
}

/// The lines of a validation.
fn estimates(seen: &Validation) -> Vec<(&'static str, String)> {
    let sure = format!("{:.4} %", 100.0 * seen.confidence);
    let sure = sure.trim_end_matches(" %").trim_end_matches('0').trim_end_matches('.').to_string();
    let between = |[low, high]: [f64; 2]| format!("{} to {}", percent(low), percent(high));
    let mut rows = vec![
        (
            "estimate",
            format!(
                "relative mass error {} (rms; {} at {sure} %, by {} independent points)",
                percent(seen.rms_error),
                between(seen.rms_interval),
                seen.points
            ),
        ),
        (
            "largest",
            format!(
                "{} seen at code {}; {}",
                percent(seen.largest_error),
                seen.largest_at,
                between(seen.largest_interval)
            ),
        ),
        ("W2^2", format!("about {:.6} ({:.6} to {:.6})", seen.value, seen.value_interval[0], seen.value_interval[1])),
    ];
    if !seen.empty.is_empty() {
        let names: Vec<String> = seen.empty.iter().take(8).map(u32::to_string).collect();
        let more = if seen.empty.len() > 8 { ", ..." } else { "" };
        rows.push(("empty", format!("no point in {}: {}{more}", count(seen.empty.len(), "cell"), names.join(", "))));
    }
    if seen.unseen > 0 {
        rows.push(("unseen", format!("{}, too light for these points to tell", count(seen.unseen as usize, "cell"))));
    }
    rows
}

/// Prints the report of `latent solve`.
pub fn solved(common: &Common, file: &LatentFile, output: &Path) -> Result<(), Failure> {
    let report = &file.report;
    warn(common, &report.remarks.iter().filter(|r| !file.codes.remarks().contains(r)).cloned().collect::<Vec<_>>());
    if common.json {
        return json(&Json {
            command: "latent solve",
            output: Some(output.display().to_string()),
            codes: file.codes.len(),
            dimension: file.codes.dimension(),
            validation: file.validation.as_ref(),
            within_tolerance: None,
            report,
        });
    }
    if common.quiet {
        return Ok(());
    }
    let mut rows = vec![("problem", problem(file))];
    let used = report.stars + report.learned + report.validated;
    let result = match report.outcome {
        LatentOutcome::Converged => format!("converged to {} ", percent(report.tol)),
        other => format!("not converged to {}: {} ", percent(report.tol), other.words()),
    };
    let looks = count(report.looks as usize, "look");
    rows.push(("result", format!("{result}after {used} samples and {looks}")));
    match &file.validation {
        Some(seen) => rows.extend(estimates(seen)),
        None => rows.push(("estimate", "none: it was stopped before these heights were validated".into())),
    }
    if let Some(needed) = report.needed {
        let more = match needed / used as f64 {
            by if by < 1e4 => format!(", {by:.1} times those drawn"),
            by if by.is_finite() => format!(", {by:.1e} times those drawn"),
            _ => String::new(),
        };
        rows.push(("needed", format!("about {needed:.1e} samples in all{more}")));
    }
    rows.push(("time", format!("{:.2} s on {}", report.seconds, count(rayon::current_num_threads(), "thread"))));
    rows.push(("written", output.display().to_string()));
    say(&table(&rows))
}

/// Prints the report of `latent check`.
pub fn checked(common: &Common, file: &LatentFile, seen: &Validation, good: bool) -> Result<(), Failure> {
    if common.json {
        return json(&Json {
            command: "latent check",
            output: None,
            codes: file.codes.len(),
            dimension: file.codes.dimension(),
            validation: Some(seen),
            within_tolerance: Some(good),
            report: &file.report,
        });
    }
    if common.quiet {
        return Ok(());
    }
    let tol = percent(file.report.tol);
    let mut rows = vec![("problem", problem(file))];
    rows.extend(estimates(seen));
    rows.push((
        "result",
        match (good, seen.rms_interval[0] > file.report.tol) {
            (true, _) => format!("agrees with its tolerance of {tol}"),
            (false, true) => format!("is beyond its tolerance of {tol}"),
            (false, false) => format!("these points do not settle its tolerance of {tol}; give more with --points"),
        },
    ));
    say(&table(&rows))
}
