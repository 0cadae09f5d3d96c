//! A folder to run the binary in.

use std::path::PathBuf;
use std::process::{Command, Output};

/// How a run ended.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A temporary folder; names in it are relative, so that messages do not depend on where it is.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Folder {
        Folder { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn read_bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Names of the files, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brenier"));
        command.current_dir(self.folder.path()).args(args.split_whitespace());
        command
    }

    /// Runs `brenier ARGS` in the folder.
    pub fn run(&self, args: &str) -> Run {
        ended(self.command(args).output().unwrap())
    }

    /// Runs, expects this exit code, and returns what was printed.
    #[track_caller]
    pub fn expect(&self, code: i32, args: &str) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, code, "brenier {args}\n{}{}", run.out, run.err);
        run
    }

    /// Runs a solve of a problem file with this content, expects an error, and returns its text
    /// after `error: `.
    #[track_caller]
    pub fn refused(&self, code: i32, problem: &str) -> String {
        self.write("p.json", problem);
        self.error(code, "solve p.json -o s.json")
    }

    #[track_caller]
    pub fn error(&self, code: i32, args: &str) -> String {
        let run = self.expect(code, args);
        assert_eq!(run.out, "", "nothing on standard output");
        let mut lines = run.err.lines().filter(|l| l.starts_with("error: "));
        let line = lines.next().unwrap_or_default();
        line.strip_prefix("error: ").expect("one line that starts with error:").to_string()
    }
}

pub fn ended(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A problem in the unit square with further fields.
pub fn square(fields: &str) -> String {
    format!(
        "{{\"format\": \"brenier/problem\", \"version\": 1,\n \"domain\": {{\"type\": \"box\", \"min\": [0, 0], \"max\": [1, 1]}},\n {fields}}}\n"
    )
}

/// `n` points of the additive recurrence with the plastic number, which fill the unit square
/// evenly.
pub fn points(n: usize) -> Vec<[f64; 2]> {
    let step = [0.754_877_666_246_692_7, 0.569_840_290_998_053_3];
    (1..=n).map(|k| step.map(|s| (k as f64 * s).fract())).collect()
}

pub fn csv(points: &[[f64; 2]]) -> String {
    points.iter().map(|p| format!("{:?},{:?}\n", p[0], p[1])).collect()
}

/// The solution file without what depends on the clock and the machine.
pub fn without_times(mut solution: serde_json::Value) -> serde_json::Value {
    let report = solution["report"].as_object_mut().unwrap();
    for key in ["seconds", "threads", "peak_bytes"] {
        report.remove(key).unwrap();
    }
    for step in report["iterations"].as_array_mut().unwrap() {
        for key in ["seconds", "hull", "cells", "linear"] {
            step.as_object_mut().unwrap().remove(key).unwrap();
        }
    }
    solution
}
