//! `brenier latent`: transport in high dimension, by samples.

use crate::args::Common;
use crate::console::{self, LatentBar};
use crate::failure::{Failure, code};
use crate::latent_args::{LatentArgs, LatentCheckArgs, LatentCommand, LatentSolveArgs};
use crate::latent_report as report;
use crate::latent_source::{source, source_of, wrong};
use crate::limits::read_limit;
use crate::{deadline, interrupt, latent_sample, outputs};
use brenier::io::{
    IoError, LatentFile, Role, is_file, latent_fingerprint, read_latent, read_latent_state, read_masses, read_matrix,
    write_latent, write_latent_state,
};
use brenier::latent::{
    CheckOptions, Codes, LatentControl, LatentError, LatentOptions, LatentOutcome, LatentState, check_latent,
    solve_latent,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub fn run(args: &LatentArgs, common: &Common) -> Result<u8, Failure> {
    match &args.command {
        LatentCommand::Solve(args) => solve(args, common),
        LatentCommand::Sample(args) => latent_sample::run(args, common),
        LatentCommand::Check(args) => check(args, common),
    }
}

fn solve(args: &LatentSolveArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let limit = read_limit(common);
    if args.checkpoint.is_none() {
        outputs::also(&[state_of(args)], Role::State)?;
    }
    let (matrix, notes) = read_matrix(&args.codes, limit, "codes")?;
    console::warn(common, &notes);
    let masses = args.masses.as_ref().map(|path| read_masses(path, limit)).transpose()?.map(|m| m.0);
    // What is wrong with masses is wrong in their file.
    let codes = Codes::new(matrix.columns, matrix.values, masses).map_err(|e| match (&e, &args.masses) {
        (
            LatentError::Mass { .. } | LatentError::Total { .. } | LatentError::Length { what: "masses", .. },
            Some(path),
        ) => wrong(path)(e),
        _ => wrong(&args.codes)(e),
    })?;
    console::warn(common, codes.remarks());
    let (source, text, notes) = source(&args.source, codes.dimension(), limit)?;
    console::warn(common, &notes);
    let fingerprint = latent_fingerprint(&codes, &text, args.tol, args.confidence);
    let resume = args.resume.as_ref().map(|path| read_latent_state(path, &fingerprint, limit)).transpose()?;
    let options = LatentOptions::default()
        .tol(args.tol)
        .confidence(args.confidence)
        .seed(args.seed)
        .time_limit(common.time_limit.map(|t| t.saturating_sub(start.elapsed())))
        .max_points(args.max_points)
        .resume(resume);
    let mut keeper = Keeper::new(args, fingerprint);
    if common.time_limit.is_some() {
        deadline::be_polite(Some(keeper.shared()));
    }
    interrupt::be_polite();
    let bar = LatentBar::new(common);
    let found = solve_latent(&codes, &source, &options, &mut |progress| {
        bar.show(progress);
        keeper.see(progress.state)
    });
    bar.finish();
    let found = found.map_err(wrong(&args.codes))?;
    let interrupted = found.report.outcome == LatentOutcome::Interrupted;
    let at = keeper.finish(interrupted)?;
    if interrupted {
        let at = at.display();
        let what = format!("interrupted; the state is in {at}, go on with --resume {at}");
        return Err(Failure::new(code::INTERRUPTED, what));
    }
    deadline::be_written();
    let mut file = LatentFile::of(&found, text);
    file.report.seconds = start.elapsed().as_secs_f64();
    write_latent(&args.output, &file)?;
    report::solved(common, &file, &args.output)?;
    Ok(if file.report.outcome == LatentOutcome::Converged { code::DONE } else { code::NOT_CONVERGED })
}

fn check(args: &LatentCheckArgs, common: &Common) -> Result<u8, Failure> {
    let limit = read_limit(common);
    let file = read_latent(&args.solution, limit)?;
    let source = source_of(&file, &args.solution, args.source.as_deref(), limit)?;
    let options = CheckOptions {
        solved_with: file.seed,
        learned: file.report.stars + file.report.learned,
        validated: file.report.validated,
        tol: file.report.tol,
        confidence: args.confidence,
        seed: args.seed,
        points: args.points,
    };
    let seen = check_latent(&file.codes, &source, &file.heights, &options).map_err(wrong(&args.solution))?;
    let good = seen.is_within(file.report.tol);
    report::checked(common, &file, &seen, good)?;
    Ok(if good { code::DONE } else { code::NOT_CONVERGED })
}

/// Where the state goes when a run is interrupted.
fn state_of(args: &LatentSolveArgs) -> PathBuf {
    let output: &Path = if is_file(&args.output) { &args.output } else { Path::new("latent") };
    let mut name = output.as_os_str().to_os_string();
    name.push(".checkpoint");
    name.into()
}

/// Keeps the state of a run on disk.
struct Keeper {
    path: PathBuf,
    fingerprint: String,
    regularly: bool,
    last_write: Option<Instant>,
    pause: Duration,
    last: Arc<Mutex<Option<LatentState>>>,
    trouble: Option<IoError>,
}

impl Keeper {
    fn new(args: &LatentSolveArgs, fingerprint: String) -> Keeper {
        let path = args.checkpoint.as_deref().map(Path::to_path_buf);
        Keeper {
            regularly: path.is_some(),
            path: path.unwrap_or_else(|| state_of(args)),
            fingerprint,
            last_write: None,
            pause: Duration::from_secs(1),
            last: Arc::default(),
            trouble: None,
        }
    }

    /// Writes the last state that was seen, from another thread.
    fn shared(&self) -> deadline::Keep {
        let (last, path, fingerprint) = (self.last.clone(), self.path.clone(), self.fingerprint.clone());
        Box::new(move || {
            let state = last.lock().ok()?.take()?;
            let at = path.display();
            Some(match write_latent_state(&path, &fingerprint, &state) {
                Ok(()) => format!("the state before it is in {at}, go on with --resume {at}"),
                Err(e) => e.to_string(),
            })
        })
    }

    fn see(&mut self, state: &LatentState) -> LatentControl {
        if let Ok(mut last) = self.last.lock() {
            *last = Some(state.clone());
        }
        let due = self.last_write.is_none_or(|t| t.elapsed() >= self.pause);
        if self.regularly && due {
            let begun = Instant::now();
            if let Err(e) = write_latent_state(&self.path, &self.fingerprint, state) {
                self.trouble = Some(e);
                return LatentControl::Stop;
            }
            self.pause = Duration::from_secs(1).max(begun.elapsed() * 20);
            self.last_write = Some(Instant::now());
        }
        if interrupt::requested() { LatentControl::Stop } else { LatentControl::Continue }
    }

    /// Writes what is not yet on disk, and returns where it is.
    fn finish(self, interrupted: bool) -> Result<PathBuf, IoError> {
        if let Some(e) = self.trouble {
            return Err(e);
        }
        let state = self.last.lock().ok().and_then(|mut last| last.take());
        if let Some(state) = state.filter(|_| self.regularly || interrupted) {
            write_latent_state(&self.path, &self.fingerprint, &state)?;
        }
        Ok(self.path)
    }
}
