//! `brenier batch`: many problems, each solved by a process of its own.
//!
//! A process ends whatever happens in it: one that fails, is killed or runs out of memory is a line
//! of the report, and the others go on. The solutions are those of `brenier solve`, to the bit.

use crate::args::{BatchArgs, Common};
use crate::batch_list::{Job, jobs_of};
use crate::console::{Tally, count, table};
use crate::failure::{Failure, code};
use crate::limits::read_limit;
use crate::reports::say;
use crate::{deadline, interrupt};
use brenier::io::{
    FileData, Loaded, ProblemFile, SolutionFile, folder_of, parse_any_problem, read_any_solution, write_atomically,
};
use brenier::visit;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How one problem ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Solved,
    /// Solved before (`--resume`).
    Skipped,
    /// The best state is written.
    NotConverged,
    Failed,
    /// Not begun, or cut off.
    Left,
}

/// A line of the report.
#[derive(Clone, Debug, Serialize)]
struct Line {
    problem: String,
    output: String,
    status: Status,
    /// Exit code of its process; `null` if it was killed.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i32>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct Report<'a> {
    command: &'static str,
    output: String,
    problems: usize,
    solved: usize,
    skipped: usize,
    not_converged: usize,
    failed: usize,
    left: usize,
    jobs: usize,
    seconds: f64,
    results: &'a [Line],
}

pub fn run(args: &BatchArgs, common: &Common) -> Result<u8, Failure> {
    let clock = Instant::now();
    let jobs = jobs_of(args, read_limit(common))?;
    std::fs::create_dir_all(&args.output).map_err(|e| {
        let why = brenier::io::system_text(&e);
        Failure::new(code::IO, format!("{}: cannot make the folder: {why}", args.output.display()))
    })?;
    keep_inputs(&jobs, args)?;
    let workers = args.jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from);
    let workers = workers.min(jobs.len()).max(1);
    interrupt::be_polite();
    let bar = Tally::new(common, jobs.len());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![None; jobs.len()]));
    let work = || {
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(k) else { return };
            let line = if stop(common, clock) { left(job) } else { one(job, args, common, (clock, workers)) };
            bar.one(line.status == Status::Failed || line.status == Status::NotConverged);
            if let Ok(mut done) = done.lock() {
                done[k] = Some(line);
            }
        }
    };
    thread::scope(|scope| {
        // The first worker is this thread, so that there is one whatever the system refuses.
        (1..workers).for_each(|_| drop(thread::Builder::new().spawn_scoped(scope, work)));
        work();
    });
    bar.finish();
    let lines = done.into_inner().unwrap_or_default();
    let lines: Vec<Line> = lines.into_iter().zip(&jobs).map(|(line, job)| line.unwrap_or_else(|| left(job))).collect();
    deadline::be_written();
    report(args, common, &lines, (workers, clock.elapsed().as_secs_f64()))
}

/// No solution takes the place of a problem or of the report. Solutions are read again on a
/// restart, so that they are no outputs like others.
fn keep_inputs(jobs: &[Job], args: &BatchArgs) -> Result<(), Failure> {
    let folder = args.output.canonicalize().unwrap_or_else(|_| args.output.clone());
    let full = |path: &Path| path.canonicalize().ok();
    let inputs: HashSet<_> = jobs.iter().filter_map(|job| full(&job.file)).collect();
    let report = args.report.as_ref().and_then(|path| {
        let parent = folder_of(path).canonicalize().ok()?;
        Some(parent.join(path.file_name()?))
    });
    for job in jobs {
        let output = job.output.file_name().map(|name| folder.join(name)).unwrap_or_default();
        let what = if inputs.contains(&output) {
            "is an input and would be overwritten"
        } else if report.as_ref() == Some(&output) {
            "is named for two outputs"
        } else {
            continue;
        };
        let file = job.output.display();
        return Err(Failure::new(code::USAGE, format!("{file}: {what}; give the output another name")));
    }
    Ok(())
}

/// Whether no more is to be begun.
fn stop(common: &Common, clock: Instant) -> bool {
    interrupt::requested() || common.time_limit.is_some_and(|limit| clock.elapsed() >= limit)
}

fn line(job: &Job, status: Status) -> Line {
    Line {
        problem: job.name.clone(),
        output: job.output.display().to_string(),
        status,
        code: None,
        error: None,
        sites: None,
        cost: None,
        seconds: None,
    }
}

fn left(job: &Job) -> Line {
    line(job, Status::Left)
}

/// Solves one problem, unless that is done.
fn one(job: &Job, args: &BatchArgs, common: &Common, (clock, workers): (Instant, usize)) -> Line {
    if args.resume && is_done(job, args.tol, common) {
        return line(job, Status::Skipped);
    }
    match process(job, args, common, (clock, workers)) {
        Ok(line) => line,
        Err(e) => Line {
            error: Some(format!("cannot start a process: {}", brenier::io::system_text(&e))),
            ..line(job, Status::Failed)
        },
    }
}

/// How long a process may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(3);

fn process(job: &Job, args: &BatchArgs, common: &Common, (clock, workers): (Instant, usize)) -> std::io::Result<Line> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("solve").arg(job.path()).arg("-o").arg(&job.output).arg("--json");
    command.args(["--tol", &format!("{:e}", args.tol), "--max-iterations", &args.max_iterations.to_string()]);
    let threads = common.threads.map_or(usize::from(workers > 1), usize::from);
    if threads > 0 {
        command.args(["--threads", &threads.to_string()]);
    }
    if let Some(limit) = common.time_limit {
        let left = limit.saturating_sub(clock.elapsed()).as_secs_f64();
        command.args(["--time-limit", &format!("{left:.3}s")]);
    }
    if let Some(bytes) = common.max_memory {
        command.args(["--max-memory", &(bytes / workers as u64).max(1).to_string()]);
    }
    if common.no_sync {
        command.arg("--no-sync");
    }
    let stdin = if job.text.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let input = child.stdin.take();
    let (out, err) = (child.stdout.take(), child.stderr.take());
    // Pipes are emptied while the process runs, or it would wait for us.
    let (status, out, err) = thread::scope(|scope| {
        let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
            scope.spawn(move || {
                let mut text = Vec::new();
                let _ = pipe.map(|mut p| p.read_to_end(&mut text)); // what came is what there is
                String::from_utf8_lossy(&text).into_owned()
            })
        };
        let (out, err) = (read(out.map(|p| Box::new(p) as _)), read(err.map(|p| Box::new(p) as _)));
        if let (Some(mut input), Some(text)) = (input, &job.text) {
            let _ = input.write_all(text); // one that has ended says why
        }
        let status = ended(&mut child);
        (status, out.join().unwrap_or_default(), err.join().unwrap_or_default())
    });
    let code = status?.code();
    let report: Value = serde_json::from_str(&out).unwrap_or_default();
    let status = match code {
        Some(0) => Status::Solved,
        Some(1) => Status::NotConverged,
        Some(130) => Status::Left,
        // The best state of a solve that had not enough time is written.
        Some(4) if report["outcome"].is_object() => Status::NotConverged,
        None if interrupt::requested() => Status::Left,
        _ => Status::Failed,
    };
    // A line of a list comes to its process as standard input.
    let said = err.lines().find_map(|l| l.strip_prefix("error: "));
    let said = said.map(|l| l.strip_prefix("-: ").filter(|_| job.text.is_some()).unwrap_or(l).to_string());
    let error = match status {
        Status::Failed => {
            Some(said.unwrap_or_else(|| "its process was killed; see the limits of memory and time".into()))
        }
        Status::NotConverged => report["outcome"]["why"].as_str().map(str::to_string).or(said),
        _ => None,
    };
    Ok(Line {
        code,
        error,
        sites: report["sites"].as_u64(),
        cost: report["cost"].as_f64(),
        seconds: report["seconds"].as_f64(),
        ..line(job, status)
    })
}

/// Waits for a process. When somebody asks to stop it has a while to end by itself.
fn ended(child: &mut Child) -> std::io::Result<std::process::ExitStatus> {
    let mut asked: Option<Instant> = None;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt::requested() && asked.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            child.kill()?;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Whether a converged solution of this very problem stands there, to this tolerance.
fn is_done(job: &Job, tolerance: f64, common: &Common) -> bool {
    let limit = read_limit(common);
    if !job.output.exists() {
        return false;
    }
    let Ok(solution) = read_any_solution(&job.output, limit) else { return false };
    let bytes = match &job.text {
        Some(text) => Ok(text.clone()),
        None => std::fs::read(&job.file),
    };
    let Ok(problem) = bytes.map_err(drop).and_then(|b| parse_any_problem(&job.file, &b, limit).map_err(drop)) else {
        return false;
    };
    visit!(&solution, s => fits(s, FileData::of(problem).ok(), job, tolerance))
}

/// Whether a solution is a good one of this problem.
fn fits<T: FileData>(solution: &SolutionFile<T>, problem: Option<ProblemFile<T>>, job: &Job, tolerance: f64) -> bool {
    let report = &solution.report;
    let good = report.converged && report.tolerance <= tolerance;
    good && problem.is_some_and(|p| Loaded::of_solution(p, &job.file, solution, &job.output).is_ok())
}

/// Failures told one by one.
const TOLD: usize = 8;

fn report(args: &BatchArgs, common: &Common, lines: &[Line], (jobs, seconds): (usize, f64)) -> Result<u8, Failure> {
    let number = |status: Status| lines.iter().filter(|l| l.status == status).count();
    let report = Report {
        command: "batch",
        output: args.output.display().to_string(),
        problems: lines.len(),
        solved: number(Status::Solved),
        skipped: number(Status::Skipped),
        not_converged: number(Status::NotConverged),
        failed: number(Status::Failed),
        left: number(Status::Left),
        jobs,
        seconds,
        results: lines,
    };
    let text = serde_json::to_string(&report).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))? + "\n";
    if let Some(path) = &args.report {
        write_atomically(path, |w| w.write_all(text.as_bytes()))?;
    }
    if common.json {
        say(&text)?;
    } else if !common.quiet {
        say(&table(&rows(&report, args.report.as_deref())))?;
    }
    if report.left > 0 {
        let (code, why) = match interrupt::requested() {
            true => (code::INTERRUPTED, "interrupted"),
            false => (code::LIMIT, "time limit reached"),
        };
        let left = count(report.left, "problem");
        return Err(Failure::new(code, format!("{why}; {left} left, go on with --resume")));
    }
    Ok(if report.failed + report.not_converged > 0 { code::NOT_CONVERGED } else { code::DONE })
}

fn rows(report: &Report<'_>, file: Option<&Path>) -> Vec<(&'static str, String)> {
    let mut parts = vec![format!("{} solved", report.solved)];
    for (n, what) in [
        (report.skipped, "skipped, solved before"),
        (report.not_converged, "not converged"),
        (report.failed, "failed"),
        (report.left, "left"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    }
    let mut rows = vec![("result", format!("{}: {}", count(report.problems, "problem"), parts.join(", ")))];
    let bad = || report.results.iter().filter(|l| l.error.is_some());
    for l in bad().take(TOLD) {
        let what = if l.status == Status::Failed { "failed" } else { "missed" };
        let why = l.error.as_deref().unwrap_or_default();
        // Errors of files begin with their names.
        let named = if why.starts_with(&l.problem) { why.to_string() } else { format!("{}: {why}", l.problem) };
        rows.push((what, named));
    }
    let more = bad().count().saturating_sub(TOLD);
    if more > 0 {
        rows.push(("", format!("... and {more} more; --report FILE.json has all of them")));
    }
    rows.push(("time", format!("{:.2} s, {} at once", report.seconds, processes(report.jobs))));
    rows.push(("written", report.output.clone()));
    rows.extend(file.map(|f| ("", f.display().to_string())));
    rows
}

fn processes(n: usize) -> String {
    if n == 1 { "1 process".into() } else { format!("{n} processes") }
}
