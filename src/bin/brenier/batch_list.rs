//! Which problems a batch has, and where their solutions go.

use crate::args::BatchArgs;
use crate::failure::{Failure, code};
use brenier::io::{ReadLimit, ending, read_bytes, will_be_read};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A problem to solve.
pub struct Job {
    /// What it is called in the report: its file, or the file and line of a list.
    pub name: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// Its text, if it is a line of that file.
    pub text: Option<Vec<u8>>,
    /// Where its solution goes.
    pub output: PathBuf,
}

impl Job {
    /// What `solve` is to read.
    pub fn path(&self) -> &Path {
        if self.text.is_some() { Path::new("-") } else { &self.file }
    }
}

/// All problems, in order.
pub fn jobs_of(args: &BatchArgs, limit: ReadLimit) -> Result<Vec<Job>, Failure> {
    let mut jobs = Vec::new();
    for path in &args.problems {
        match &*ending(path) {
            "jsonl" | "ndjson" => lines_of(path, args, limit, &mut jobs)?,
            "txt" => {
                let text = read_bytes(path, limit)?;
                for line in String::from_utf8_lossy(&text).lines().map(str::trim) {
                    if !line.is_empty() && !line.starts_with('#') {
                        // Names are meant from where the list stands.
                        jobs.push(of_file(&path.parent().unwrap_or(Path::new("")).join(line), args)?);
                    }
                }
            }
            "" if path.as_os_str() == "-" => lines_of(path, args, limit, &mut jobs)?,
            "json" => jobs.push(of_file(path, args)?),
            _ => {
                let what = "batch takes problems (.json), lists of their names (.txt), and files with one problem a line (.jsonl)";
                return Err(Failure::new(code::USAGE, format!("{}: {what}", path.display())));
            }
        }
    }
    if jobs.is_empty() {
        let names: Vec<String> = args.problems.iter().map(|p| p.display().to_string()).collect();
        return Err(Failure::new(
            code::INPUT,
            format!("{}: there are no problems; give at least one", names.join(", ")),
        ));
    }
    let mut seen: HashMap<&Path, &str> = HashMap::new();
    for job in &jobs {
        if let Some(first) = seen.insert(&job.output, &job.name) {
            let what = format!(
                "{}: its solution would be {}, as that of {first}; give one of them another name",
                job.name,
                job.output.display()
            );
            return Err(Failure::new(code::USAGE, what));
        }
    }
    Ok(jobs)
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    if stem == "-" { "problem".into() } else { stem }
}

fn of_file(path: &Path, args: &BatchArgs) -> Result<Job, Failure> {
    will_be_read(path)?;
    let output = args.output.join(stem(path) + ".json");
    Ok(Job { name: path.display().to_string(), file: path.to_path_buf(), text: None, output })
}

/// A problem a line. Their numbers have as many digits as the last one.
fn lines_of(path: &Path, args: &BatchArgs, limit: ReadLimit, jobs: &mut Vec<Job>) -> Result<(), Failure> {
    let bytes = read_bytes(path, limit)?;
    let lines: Vec<(usize, &[u8])> =
        bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.trim_ascii().is_empty()).collect();
    let digits = lines.last().map_or(1, |(k, _)| (k + 1).to_string().len());
    for (k, text) in lines {
        let line = k + 1;
        jobs.push(Job {
            name: format!("{}: line {line}", path.display()),
            file: path.to_path_buf(),
            text: Some(text.to_vec()),
            output: args.output.join(format!("{}-{line:0digits$}.json", stem(path))),
        });
    }
    Ok(())
}
