//! `brenier sample`: random points of the source, their cells and images.

use crate::args::{self, Common, SampleArgs};
use crate::console::{count, table};
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::limits::{peak_bytes, read_limit};
use crate::picture::unmade;
use crate::reports::say;
use crate::{input, interrupt, output, outputs};
use brenier::io::{Columns, NOT_BUILT, SampleFormat, read_any_solution, write_samples};
use brenier::problem::WithSites;
use brenier::sample::{Fill, Method, SampleError, Sampled};
use brenier::visit;
use serde::Serialize;
use std::time::Instant;

pub fn run(args: &SampleArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let columns = columns(args)?;
    let method = match args.method {
        args::Method::Iid => Method::Independent,
        args::Method::Alias => Method::Alias,
        args::Method::Stratified => Method::Stratified,
        args::Method::R2 => Method::Even,
    };
    let total = total(args)?;
    let wrong = |what: String| Failure::new(code::INPUT, format!("{}: {what}", args.solution.display()));
    let draw_error = |e: SampleError| match e {
        SampleError::NoCell { .. } => Failure::new(code::USAGE, format!("--cell: {e}")),
        other => wrong(other.to_string()),
    };
    let (line, sites, seconds) = visit!(documents::read(&args.solution, Want::Solution, || read_any_solution(&args.solution, read_limit(common)))?, solution => {
        let loaded = input::of_solution(&args.solution, &solution, args.problem.as_deref(), common)?;
        if loaded.problem.stays().is_some() {
            let what = "part of the source stays; sample needs cells that fill the source in this version";
            return Err(wrong(what.into()));
        }
        let sites = loaded.problem.sites();
        let drawn = loaded.problem.with_sampler(&solution.heights, |sampler| {
            let draw = sampler(method, args.cell, args.seed, total).map_err(draw_error)?;
            write(args, common, start, columns, sites, &*draw)
        });
        let seconds = drawn.map_err(unmade)??;
        (output::problem_line(&loaded), sites.len(), seconds)
    });
    report(args, common, line, sites, total, seconds)?;
    Ok(code::DONE)
}

/// Writes the samples; returns the seconds it took.
fn write<const D: usize>(
    args: &SampleArgs,
    common: &Common,
    start: Instant,
    columns: Columns,
    sites: &[[f64; D]],
    draw: &dyn Fill<D>,
) -> Result<f64, Failure> {
    interrupt::be_polite();
    let mut late = false;
    let clock = Instant::now();
    let done = write_samples(&args.output, args.samples, columns, sites, &mut |first, x, i| {
        late = common.time_limit.is_some_and(|t| start.elapsed() >= t);
        if late || interrupt::requested() {
            return false;
        }
        draw.fill(args.offset + first, x, i);
        true
    })?;
    if !done {
        let (code, why) = if late { (code::LIMIT, "time limit reached") } else { (code::INTERRUPTED, "interrupted") };
        return Err(Failure::new(code, format!("{why}; {}, since files appear whole", outputs::told())));
    }
    Ok(clock.elapsed().as_secs_f64())
}

/// What to write, if the format can hold it.
fn columns(args: &SampleArgs) -> Result<Columns, Failure> {
    let usage = |what: &str| Err(Failure::new(code::USAGE, format!("{}: {what}", args.output.display())));
    let Some(format) = SampleFormat::of(&args.output) else {
        return usage("samples are written as .npy, .npz, .csv or .parquet; choose one of these");
    };
    if !format.is_built() {
        return usage(NOT_BUILT);
    }
    match (args.what, format) {
        (Some(args::What::All), SampleFormat::Npy) => {
            usage("a .npy file holds one array; use --what points, ids or images, or write .npz or .csv")
        }
        (Some(args::What::Points), _) | (None, SampleFormat::Npy) => Ok(Columns::Points),
        (Some(args::What::Ids), _) => Ok(Columns::Cells),
        (Some(args::What::Images), _) => Ok(Columns::Images),
        (Some(args::What::All) | None, _) => Ok(Columns::All),
    }
}

/// Length of the whole run that the samples belong to.
fn total(args: &SampleArgs) -> Result<u64, Failure> {
    let usage = |what: String| Err(Failure::new(code::USAGE, what));
    let Some(end) = args.offset.checked_add(args.samples) else {
        return usage(format!("--offset {}: too large", args.offset));
    };
    match args.total {
        Some(_) if args.method != args::Method::Stratified => {
            usage("--total is for --method stratified; other samples depend on their number alone".into())
        }
        Some(total) if total < end => {
            usage(format!("--total {total}: samples up to {end} are asked for; give at least that"))
        }
        Some(total) => Ok(total),
        None => Ok(end),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    command: &'a str,
    output: String,
    samples: u64,
    method: &'a str,
    seed: u64,
    offset: u64,
    /// Only stratified samples depend on it.
    total: Option<u64>,
    cell: Option<usize>,
    sites: usize,
    threads: usize,
    seconds: f64,
    rate: f64,
    peak_bytes: u64,
}

fn report(
    args: &SampleArgs,
    common: &Common,
    line: String,
    sites: usize,
    total: u64,
    seconds: f64,
) -> Result<(), Failure> {
    let method = match args.method {
        args::Method::Iid => "iid",
        args::Method::Alias => "alias",
        args::Method::Stratified => "stratified",
        args::Method::R2 => "r2",
    };
    let rate = args.samples as f64 / seconds.max(1e-9);
    let threads = rayon::current_num_threads();
    if common.json {
        let text = serde_json::to_string(&Json {
            command: "sample",
            output: args.output.display().to_string(),
            samples: args.samples,
            method,
            seed: args.seed,
            offset: args.offset,
            total: (args.method == args::Method::Stratified).then_some(total),
            cell: args.cell,
            sites,
            threads,
            seconds,
            rate,
            peak_bytes: peak_bytes(),
        })
        .map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
        return say(&format!("{text}\n"));
    }
    if common.quiet {
        return Ok(());
    }
    let within = args.cell.map_or(String::new(), |i| format!(" in cell {i}"));
    let from = match args.offset {
        0 => String::new(),
        k => format!(", from number {k}"),
    };
    say(&table(&[
        ("problem", line),
        ("samples", format!("{}{within}, {method}, seed {}{from}", args.samples, args.seed)),
        ("time", format!("{seconds:.2} s on {}, {rate:.2e} samples/s with writing", count(threads, "thread"))),
        ("written", args.output.display().to_string()),
    ]))
}
