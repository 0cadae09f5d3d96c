//! The lines, and what they sum up to.

use super::super::family::{Family, Transport, Visit};
use super::claims::Claims;
use super::line::Line;
use super::truth::{Proof, VerifyError, truth};
use super::{lists, numbers, report, unverified};
use crate::problem::Scales;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
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

/// Verifies a solution. Levels 1 to 4 climb the validity ladder of the diagram and compare what
/// follows from its combinatorics; level 5 integrates too, in exact arithmetic where the family
/// can.
///
/// # Errors
/// The claims do not fit the problem, as lists of other lengths. A false claim is no error: its
/// line fails.
///
/// ```
/// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}};
/// use brenier::transport::{Claims, SolveOptions, solve, verify};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.0, 0.5], [1.0, 0.5]])).unwrap();
/// let mut solution = solve(&problem, &SolveOptions::default());
/// assert!(verify(&problem, &Claims::of(&solution), 5).unwrap().verified());
/// solution.masses[1] += 1e-9;
/// assert_eq!(verify(&problem, &Claims::of(&solution), 5).unwrap().failures(), ["masses"]);
/// ```
pub fn verify<const D: usize>(
    problem: &impl Transport<D>,
    claims: &Claims<'_, D>,
    level: u8,
) -> Result<Verdict, VerifyError> {
    problem.visit(Verify { claims, level, scales: None })
}

/// Verifies claims about a multiple of a problem, the cells among them in the problem's own units,
/// and tells costs in these.
///
/// # Errors
/// As [`verify`].
pub(in super::super) fn verify_multiple<const D: usize>(
    multiple: &impl Transport<D>,
    scales: &Scales,
    claims: &Claims<'_, D>,
    level: u8,
) -> Result<Verdict, VerifyError> {
    multiple.visit(Verify { claims, level, scales: Some(scales) })
}

struct Verify<'v, const D: usize> {
    claims: &'v Claims<'v, D>,
    level: u8,
    /// Of what the problem is a multiple, if it is not the problem itself.
    scales: Option<&'v Scales>,
}

impl<const D: usize> Visit<D> for Verify<'_, D> {
    type Output = Result<Verdict, VerifyError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        let claims = self.claims;
        claims.fit(family.sites().len())?;
        let mut truth = truth(family, claims.heights, self.level)?;
        let mut lines = vec![truth.ladder];
        if let Some(still) = &truth.still {
            lines.push(lists::cells(claims, still));
            lines.extend(truth.whole);
            // What the last step says is compared with masses that are right.
            let mut integrals = None;
            match &truth.found {
                Some(found) => {
                    lines.extend(numbers::lines(claims, family, still, (found, self.scales)));
                    integrals = Some(found).filter(|_| lines.iter().all(|line| line.pass || line.what != "masses"));
                }
                None => lines.push(numbers::weights(claims, family.sites(), family.metric())),
            }
            lines.extend(lists::lines(claims, family, still, self.scales));
            lines.extend(report::lines(claims, family, still, integrals));
        }
        if let Some(scales) = self.scales {
            let proof = &mut truth.proof;
            proof.w2_squared = scales.costs_between(proof.w2_squared);
            proof.map_cost = scales.costs_between(proof.map_cost);
        }
        let unverified = unverified::fields(claims, truth.found.is_some(), truth.still.is_some());
        Ok(Verdict { lines, proof: truth.proof, unverified })
    }
}
