//! One statement.

use serde::Serialize;

/// One verified statement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What it is about, in a word.
    pub what: &'static str,
    /// Whether it is true.
    pub pass: bool,
    /// The statement; if it fails, what is claimed and what is true.
    pub text: String,
}

impl Line {
    pub(super) fn new(what: &'static str, pass: bool, text: impl Into<String>) -> Line {
        Line { what, pass, text: text.into() }
    }

    pub(super) fn pass(what: &'static str, text: impl Into<String>) -> Line {
        Line::new(what, true, text)
    }

    pub(super) fn fail(what: &'static str, text: impl Into<String>) -> Line {
        Line::new(what, false, text)
    }

    /// Passes if nothing is wrong.
    pub(super) fn unless(what: &'static str, wrong: Option<String>, right: impl Into<String>) -> Line {
        match wrong {
            Some(text) => Line::fail(what, text),
            None => Line::pass(what, right),
        }
    }
}

/// `1 site`, `2 sites`.
pub(super) fn count(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        _ => format!("{n} {noun}s"),
    }
}
