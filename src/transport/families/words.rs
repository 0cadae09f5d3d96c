//! What families do and say alike.

use super::super::certificate::Certificate;
use crate::diagram::Diagram;
use crate::problem::{Units, WithSites};
use std::borrow::Cow;

/// `n noun`, or `n nouns`.
pub(super) fn count(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        _ => format!("{n} {noun}s"),
    }
}

/// A problem in other units.
pub(super) fn scaled<'p, P: WithSites>(problem: &Cow<'p, P>, units: &Units) -> Cow<'p, P> {
    match problem {
        Cow::Borrowed(problem) => problem.in_units(units),
        Cow::Owned(problem) => Cow::Owned(problem.in_units(units).into_owned()),
    }
}

/// What lies between the cells.
pub(super) fn facets_in_words(diagram: &Diagram) -> String {
    format!("{} between cells", count(diagram.hessian().len(), "facet"))
}

/// Do the cells fill the domain? Of many of them the sum is enclosed to a relative 2^-300:
/// [`Certificate::total_is_domain`].
pub(super) fn area_in_words(certificate: &Certificate<2>) -> String {
    filled(certificate)
}

/// The same in any dimension.
pub(super) fn filled<const D: usize>(certificate: &Certificate<D>) -> String {
    let cells = count(certificate.cells, "cell");
    match certificate.total_is_domain {
        true if certificate.summed_exactly => {
            format!("the exact measures of {cells} sum to exactly the domain's")
        }
        true => format!("the exact measures of {cells} sum to the domain's, to 90 digits"),
        false => "the exact measures of the cells do not sum to the domain's".into(),
    }
}
