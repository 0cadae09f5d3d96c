//! `brenier solve`: masses in, heights out.

use crate::args::{Common, SolveArgs};
use crate::cells::{self as cells_of, Painted};
use crate::console::{self, Bar};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::{peak_bytes, read_limit};
use crate::picture::{self, Drawn};
use crate::start::{self, Kinds};
use crate::{deadline, interrupt, output, outputs};
use brenier::exact::Heights;
use brenier::io::{
    FileData, IoError, Loaded, Role, SolutionFile, is_file, read_checkpoint, write_checkpoint, write_solution,
};
use brenier::newton::Outcome;
use brenier::plot::Color;
use brenier::problem::WithSites;
use brenier::transport::{CellParts, Control, Progress, Solution, SolveOptions, SolverState, Transport, cells};
use brenier::visit;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub fn run(args: &SolveArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    crate::style::check(&args.picture, args.plot.as_deref(), Color::Mass)?;
    if args.checkpoint.is_none() {
        outputs::also(&[state_of(args)], Role::State)?;
    }
    visit!(input::of_solve(args, common)?, loaded => solved(args, common, start, loaded))
}

/// From a problem to the files.
fn solved<T: Kinds + FileData<Point = [f64; D]>, const D: usize>(
    args: &SolveArgs,
    common: &Common,
    clock: Instant,
    mut loaded: Loaded<T>,
) -> Result<u8, Failure>
where
    T::Problem: Transport<D> + Drawn + Painted<D>,
{
    if args.plot.is_some() {
        picture::fits(&loaded.problem, &args.picture, &loaded.name)?;
    }
    console::warn(common, &loaded.warnings);
    let named = args.resume.is_some() || args.checkpoint.is_some() || common.time_limit.is_some();
    if named || rayon::current_num_threads() == 1 {
        loaded.identify(loaded.sha256());
    }
    let resume = match &args.resume {
        None => None,
        Some(path) => {
            let limit = read_limit(common);
            Some(read_checkpoint(path, &loaded.fingerprint(), loaded.problem.sites().len(), limit)?)
        }
    };
    let begin = start::of_args(args, &loaded, common)?;
    let dropped = args.start.is_some() && begin.heights.is_none();
    if dropped {
        console::warn(common, &begin.notes);
    }
    loaded.notes.extend(begin.notes);
    let options = SolveOptions::default()
        .tolerance(args.tol)
        .max_iterations(args.max_iterations)
        .time_limit(common.time_limit.map(|t| t.saturating_sub(clock.elapsed())))
        .hessian(args.hessian)
        .start(begin.heights)
        .resume(resume);
    let mut keeper = Keeper::new(args, loaded.fingerprint());
    if common.time_limit.is_some() {
        deadline::be_polite(Some(keeper.shared()));
    }
    let mut bar = Bar::new(common, args.tol);
    interrupt::be_polite();
    let (solution, sha256) = std::thread::scope(|scope| {
        // A system that refuses the thread has the work done afterwards.
        let thread = std::thread::Builder::new().spawn_scoped(scope, || loaded.sha256()).ok();
        let solution = loaded.solved(options, &mut |progress| {
            bar.show(progress);
            keeper.see(progress)
        });
        (solution, thread.map_or_else(|| Ok(loaded.sha256()), |t| t.join()))
    });
    let sha256 = sha256.map_err(|_| Failure::new(code::INTERNAL, "the problem's hash could not be computed"))?;
    loaded.identify(sha256);
    keeper.fingerprint = loaded.fingerprint();
    bar.finish();
    let interrupted = solution.report.outcome == Some(Outcome::Interrupted);
    let checkpoint = keeper.finish(interrupted)?;
    if interrupted {
        let at = checkpoint.display();
        return Err(Failure::new(
            code::INTERRUPTED,
            format!("interrupted; the state is in {at}, go on with --resume {at}"),
        ));
    }
    let mut file = solution_file(&loaded, solution, clock);
    file.report.notes.extend(parts_note(&loaded.problem, &file.heights));
    file.gradient = args.gradients.then(|| loaded.gradient(&file));
    deadline::be_written();
    write_solution(&args.output, &file)?;
    let mut written: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.cells {
        cells_of::beside(&loaded, &file.heights, path, common)?;
        written.push(path);
    }
    if let Some(path) = &args.plot {
        picture::beside(&loaded.problem, &file.heights, (&loaded.name, path), (&args.picture, Color::Mass), common)?;
        written.push(path);
    }
    output::report(common, "solve", &loaded, &file, &written)?;
    Ok(output::exit_code(&file.report))
}

/// Sites up to which it is looked whether cells in the plane hang together: beyond, that would take
/// seconds.
const FEW: usize = 100_000;

/// A note about cells in several parts, of sources in the plane that are not convex.
fn parts_note<P: Transport<D> + Drawn, const D: usize>(problem: &P, heights: &Heights) -> Option<String> {
    if !problem.may_fall_apart() || heights.len() > FEW {
        return None;
    }
    let outlines = cells(problem, heights).ok()?.outlines;
    let parts = CellParts::of((0..heights.len()).map(|i| outlines.parts_of(i).len()));
    (parts.disconnected > 0).then(|| output::parts_text(&parts))
}

/// The solution as a file tells it; the report gets the time since `start` and what is known of the
/// process.
pub fn solution_file<T: FileData<Point = [f64; D]>, const D: usize>(
    loaded: &Loaded<T>,
    solution: Solution<D>,
    start: Instant,
) -> SolutionFile<T> {
    let mut file = loaded.solution_file(solution);
    file.report.threads = rayon::current_num_threads();
    file.report.seconds = start.elapsed().as_secs_f64();
    file.report.peak_bytes = peak_bytes();
    file
}

/// Where the state goes when a solve is interrupted: beside the solution, or here if that goes into
/// a stream.
fn state_of(args: &SolveArgs) -> PathBuf {
    let output: &Path = if is_file(&args.output) { &args.output } else { Path::new("solution") };
    let mut name = output.as_os_str().to_os_string();
    name.push(".checkpoint");
    name.into()
}

/// Keeps the solver's state on disk while it runs.
struct Keeper {
    /// Where to write regularly; `None` without `--checkpoint`.
    regularly: Option<PathBuf>,
    /// Where to write when interrupted.
    path: PathBuf,
    fingerprint: String,
    last_write: Option<Instant>,
    /// Writing takes at most a twentieth of the time.
    pause: Duration,
    unwritten: Option<SolverState>,
    trouble: Option<IoError>,
    /// The last state, for the end of the time.
    last: Option<Arc<Mutex<Option<SolverState>>>>,
}

impl Keeper {
    fn new(args: &SolveArgs, fingerprint: String) -> Keeper {
        let regularly = args.checkpoint.as_deref().map(Path::to_path_buf);
        Keeper {
            path: regularly.clone().unwrap_or_else(|| state_of(args)),
            regularly,
            fingerprint,
            last_write: None,
            pause: Duration::from_secs(1),
            unwritten: None,
            trouble: None,
            last: None,
        }
    }

    /// Writes the last state that was seen, from another thread while the solver is busy.
    fn shared(&mut self) -> deadline::Keep {
        let (last, path) = (Arc::<Mutex<Option<SolverState>>>::default(), self.path.clone());
        self.last = Some(last.clone());
        let fingerprint = self.fingerprint.clone();
        Box::new(move || {
            let state = last.lock().ok()?.take()?;
            let at = path.display();
            Some(match write_checkpoint(&path, &fingerprint, &state) {
                Ok(()) => format!("the state before it is in {at}, go on with --resume {at}"),
                Err(e) => e.to_string(),
            })
        })
    }

    /// Called after every step: writes a checkpoint when it is time, and stops when somebody asked
    /// to.
    fn see(&mut self, progress: &Progress<'_>) -> Control {
        let stop = interrupt::requested();
        if let Some(last) = self.last.as_ref().filter(|_| progress.last.residual.is_finite())
            && let Ok(mut last) = last.lock()
        {
            *last = Some((progress.state)());
        }
        if self.regularly.is_some() || stop {
            let due = self.last_write.is_none_or(|t| t.elapsed() >= self.pause);
            self.unwritten = Some((progress.state)());
            if due && !stop {
                let begun = Instant::now();
                if let Err(e) = self.write() {
                    // Better to stop now than to find out after the crash.
                    self.trouble = Some(e);
                    return Control::Stop;
                }
                self.pause = Duration::from_secs(1).max(begun.elapsed() * 20);
                self.last_write = Some(Instant::now());
            }
        }
        if stop { Control::Stop } else { Control::Continue }
    }

    fn write(&mut self) -> Result<(), IoError> {
        match self.unwritten.take() {
            Some(state) => write_checkpoint(&self.path, &self.fingerprint, &state),
            None => Ok(()),
        }
    }

    /// Writes what is not yet on disk, and returns where it is.
    fn finish(mut self, interrupted: bool) -> Result<PathBuf, IoError> {
        if let Some(e) = self.trouble.take() {
            return Err(e);
        }
        if self.regularly.is_some() || interrupted {
            self.write()?;
        }
        Ok(self.path)
    }
}
