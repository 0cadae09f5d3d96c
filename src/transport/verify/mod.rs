//! Is a solution what it claims to be? One list of claims for all families, behind `brenier check`.
//!
//! Of a solution only the heights are believed. Everything else it says is computed anew from them and compared, claim by
//! claim; each comparison is a [`Line`]. What no recomputation can tell is listed in [`Verdict::unverified`].
//!
//! A family (plane, partial transport, surface) brings the truth about some heights ([`Verifiable`]): its diagram, what its
//! certificate proves, and how far rounding may carry a claim away from it ([`bounds`]). The lines are made of that in one
//! place, so what is looked at in one family is looked at in all.

mod bounds;
mod claims;
mod lists;
mod numbers;
mod plane;
mod report;
mod still;
mod surface;
mod truth;
mod unverified;

pub use claims::Claims;
pub use truth::{Proof, Verifiable, VerifyError};

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
    fn new(what: &'static str, pass: bool, text: impl Into<String>) -> Line {
        Line { what, pass, text: text.into() }
    }

    fn pass(what: &'static str, text: impl Into<String>) -> Line {
        Line::new(what, true, text)
    }

    fn fail(what: &'static str, text: impl Into<String>) -> Line {
        Line::new(what, false, text)
    }

    /// Passes if nothing is wrong.
    fn unless(what: &'static str, wrong: Option<String>, right: impl Into<String>) -> Line {
        match wrong {
            Some(text) => Line::fail(what, text),
            None => Line::pass(what, right),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The statements, in the order in which they are made.
    pub lines: Vec<Line>,
    /// What was proved.
    pub proof: Proof,
    /// Fields of the solution that were not verified, as paths in its file.
    pub unverified: Vec<&'static str>,
}

impl Verdict {
    /// Is every statement true?
    pub fn verified(&self) -> bool {
        self.lines.iter().all(|line| line.pass)
    }

    /// Names of the statements that are false.
    pub fn failures(&self) -> Vec<&'static str> {
        self.lines.iter().filter(|line| !line.pass).map(|line| line.what).collect()
    }
}

/// Verifies a solution. Levels 1 to 4 climb the validity ladder of the diagram and compare what follows from its
/// combinatorics; level 5 integrates too, in exact arithmetic where the family can.
///
/// # Errors
/// The claims do not fit the problem, as lists of other lengths. A false claim is no error: its line fails.
///
/// ```
/// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}};
/// use brenier::transport::{Claims, Control, SolveOptions, solve, verify};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.0, 0.5], [1.0, 0.5]])).unwrap();
/// let mut solution = solve(&problem, &SolveOptions::default(), &mut |_| Control::Continue);
/// assert!(verify(&problem, &Claims::of(&solution), 5).unwrap().verified());
/// solution.masses[1] += 1e-9;
/// assert_eq!(verify(&problem, &Claims::of(&solution), 5).unwrap().failures(), ["masses"]);
/// ```
pub fn verify<const D: usize>(
    problem: &impl Verifiable<D>,
    claims: &Claims<'_, D>,
    level: u8,
) -> Result<Verdict, VerifyError> {
    claims.fit(problem.sites().len())?;
    let truth = problem.truth(claims.heights, level)?;
    let mut lines = truth.lines;
    if let Some(still) = &truth.still {
        let still = still.as_ref();
        lines.push(lists::cells(claims, still));
        lines.extend(truth.whole);
        // What the last step says is compared with masses that are right.
        let mut integrals = None;
        match &truth.found {
            Some(found) => {
                lines.extend(numbers::lines(claims, problem, still, found));
                integrals = Some(found).filter(|_| lines.iter().all(|line| line.pass || line.what != "masses"));
            }
            None => lines.push(numbers::weights(claims, problem.sites())),
        }
        lines.extend(lists::lines(claims, problem, still));
        lines.extend(report::lines(claims, problem, still, integrals));
    }
    let unverified = unverified::fields(claims, truth.found.is_some(), truth.still.is_some());
    Ok(Verdict { lines, proof: truth.proof, unverified })
}

/// `1 site`, `2 sites`.
fn count(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        _ => format!("{n} {noun}s"),
    }
}
