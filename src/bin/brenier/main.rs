//! The command line of brenier. Thin: parse, call the library, print. One file per command.

mod alexandrov;
mod allocator;
mod args;
mod args_of_atlas;
mod args_of_pictures;
mod args_of_solutions;
mod batch;
mod batch_list;
mod cells;
mod check;
mod console;
mod deadline;
mod diagram;
mod distortion;
mod documents;
mod failure;
mod fit;
mod heights;
mod input;
mod interpolate;
mod interrupt;
mod latent;
mod latent_args;
mod latent_report;
mod latent_sample;
mod latent_source;
mod lens;
mod limits;
mod map;
mod mapped;
mod output;
mod outputs;
mod parameterize;
mod parameterize_files;
mod parameterize_sphere;
mod parameterize_tables;
mod picture;
mod polytope;
mod polytope_args;
mod quantize;
mod remesh;
mod reports;
mod sample;
mod scarcity;
mod singular;
mod site_values;
mod solve;
mod start;
mod style;
mod threads;
mod values;
mod voxels;

use args::{Cli, Command};
use clap::{CommandFactory, FromArgMatches};
use failure::{Failure, code};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

#[global_allocator]
static MEMORY: allocator::LargePages = allocator::LargePages;

/// Where and why the first panic happened, for the one line that is printed instead of a trace.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

fn main() -> ExitCode {
    allocator::keep_little();
    allocator::serve_numbers();
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut first) = PANIC.lock() {
            first.get_or_insert_with(|| info.to_string().replace('\n', " "));
        }
    }));
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let what = PANIC.lock().ok().and_then(|mut p| p.take());
        let what = what.unwrap_or_else(|| "unknown".into());
        Err(Failure::new(code::INTERNAL, format!("internal error: {what}; please report it with the input")))
    });
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // Whoever reads our output has gone: nothing is wrong with that.
            match failure.code {
                code::DONE => {}
                code::INTERRUPTED => console::tell(&failure.text),
                _ => console::error(&failure.text),
            }
            ExitCode::from(failure.code)
        }
    }
}

fn run() -> Result<u8, Failure> {
    let parsed = values::with_negative_numbers(Cli::command())
        .try_get_matches_from(values::command_line())
        .and_then(|m| Ok((Cli::from_arg_matches(&m)?, m)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(e) => return failure::of_arguments(&e, &Cli::command()),
    };
    limits::begin(&cli.command);
    interrupt::install();
    if let Some(bytes) = cli.common.max_memory {
        allocator::limit_to(bytes);
    }
    brenier::io::sync_files(!cli.common.no_sync);
    outputs::declare(&matches, cli.common.format.as_ref())?;
    threads::start(&cli.common)?;
    let polite = matches!(
        cli.command,
        Command::Solve(_) | Command::Quantize(_) | Command::Sample(_) | Command::Batch(_) | Command::Parameterize(_)
    );
    if polite {
        deadline::be_polite(None);
    }
    deadline::end_after(cli.common.time_limit)?;
    match &cli.command {
        Command::Solve(args) => solve::run(args, &cli.common),
        Command::Quantize(args) => quantize::run(args, &cli.common),
        Command::Parameterize(args) => parameterize::run(args, &cli.common),
        Command::Diagram(args) => diagram::run(args, &cli.common),
        Command::Cells(args) => cells::run(args, &cli.common),
        Command::Check(args) => check::run(args, &cli.common),
        Command::Map(args) => map::run(args, &cli.common),
        Command::Interpolate(args) => interpolate::run(args, &cli.common),
        Command::Singular(args) => singular::run(args, &cli.common),
        Command::Alexandrov(args) => alexandrov::run(args, &cli.common),
        Command::Minkowski(args) => polytope::run_minkowski(args, &cli.common),
        Command::Curvature(args) => polytope::run_curvature(args, &cli.common),
        Command::Lens(args) => lens::run(args, &cli.common),
        Command::Sample(args) => sample::run(args, &cli.common),
        Command::Plot(args) => picture::run(args, &cli.common),
        Command::Batch(args) => batch::run(args, &cli.common),
        Command::Remesh(args) => remesh::run(args, &cli.common),
        Command::Latent(args) => latent::run(args, &cli.common),
    }
}
