//! What a check prints.

use super::text::printable;
use crate::transport::{Line, Verdict};

/// One statement as a line of text, without its end.
fn line_text(line: &Line) -> String {
    let verdict = if line.pass { "PASS" } else { "FAIL" };
    format!("{verdict}  {:<9} {}", line.what, printable(&line.text))
}

/// The lines of a check, what it leaves unverified, and its verdict on what is called `name`.
/// `note` stands behind the name.
pub fn check_text(verdict: &Verdict, name: &str, note: &str, converged: bool) -> String {
    let mut text: String = verdict.lines.iter().map(|line| line_text(line) + "\n").collect();
    text.push_str(&format!("NOTE  {:<9} not verified: {}\n", "fields", verdict.unverified.join(", ")));
    let shown = printable(&format!("{name}{note}"));
    text.push_str(&match (verdict.verified(), converged) {
        (true, true) => format!("verified: {shown}\n"),
        (true, false) => format!("verified: {shown} (it does not claim to have converged)\n"),
        (false, _) => format!("not verified: {shown}\n"),
    });
    text
}
