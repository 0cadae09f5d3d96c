//! Exit codes, and what ends a command early.

use brenier::io::{IoError, system_text};
use std::io;

/// Exit codes of the command line.
pub mod code {
    /// Everything went well.
    pub const DONE: u8 = 0;
    /// Not converged (the best state is written), or a solution that is not what it claims.
    pub const NOT_CONVERGED: u8 = 1;
    /// The command line is wrong.
    pub const USAGE: u8 = 2;
    /// The input is wrong.
    pub const INPUT: u8 = 3;
    /// A limit on memory or time was reached.
    pub const LIMIT: u8 = 4;
    /// The operating system refused to read or write.
    pub const IO: u8 = 5;
    /// A defect of this program.
    pub const INTERNAL: u8 = 70;
    /// Interrupted; a checkpoint is written.
    pub const INTERRUPTED: u8 = 130;
}

/// Why a command ends early: its exit code and the line after `error: `.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub text: String,
}

impl Failure {
    pub fn new(code: u8, text: impl Into<String>) -> Failure {
        Failure { code, text: text.into() }
    }
}

impl From<IoError> for Failure {
    fn from(e: IoError) -> Failure {
        let code = match e {
            // Whoever read our output has gone: nothing is wrong with that.
            IoError::System { doing: "write", ref source, .. } if source.kind() == io::ErrorKind::BrokenPipe => {
                code::DONE
            }
            IoError::System { .. } => code::IO,
            IoError::Taken { .. } => code::USAGE,
            IoError::TooLarge { .. } | IoError::NotFinite { .. } => code::LIMIT,
            _ => code::INPUT,
        };
        Failure::new(code, e.to_string())
    }
}

/// An error of standard output. A reader that has gone (`brenier ... | head`) is not a failure.
pub fn of_stdout(e: &io::Error) -> Failure {
    match e.kind() {
        io::ErrorKind::BrokenPipe => Failure::new(code::DONE, ""),
        _ => Failure::new(code::IO, format!("standard output: cannot write: {}", system_text(e))),
    }
}

/// The subcommands on the command line, each with a blank behind it.
fn subcommands(of: &clap::Command) -> String {
    let (mut at, mut names) = (of, String::new());
    for word in std::env::args_os().skip(1) {
        if let Some(next) = at.find_subcommand(&word) {
            names += next.get_name();
            names.push(' ');
            at = next;
        }
    }
    names
}

/// What clap stopped at: help and version are printed and fine, all else is a wrong command line,
/// told in one line.
pub fn of_arguments(e: &clap::Error, command: &clap::Command) -> Result<u8, Failure> {
    use clap::error::ErrorKind as K;
    match e.kind() {
        K::DisplayHelp | K::DisplayVersion => {
            e.print().map_err(|e| of_stdout(&e))?;
            Ok(code::DONE)
        }
        K::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", e.render());
            Ok(code::USAGE)
        }
        _ => {
            let text = e.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            let lines: Vec<&str> = text
                .lines()
                .map(str::trim)
                .take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more information"))
                .filter(|l| !l.is_empty())
                .collect();
            let stray = e.kind() == K::UnknownArgument && lines[0].contains(" argument '") && !lines[0].contains("'-");
            let what = lines.join(" ") + if stray { "; other files are named by flags" } else { "" };
            Err(Failure::new(code::USAGE, format!("{what}; see brenier {}--help", subcommands(command))))
        }
    }
}
