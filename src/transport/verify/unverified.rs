//! What no recomputation can tell.

use super::claims::Claims;
use crate::newton::Outcome;

/// Fields that are not verified, as paths in the file. Of these, values that cannot be fail all the
/// same (a negative time, a tolerance of 0 or 1e300, a last residual other than that of the
/// masses).
pub(super) fn fields<const D: usize>(claims: &Claims<'_, D>, integrated: bool, valid: bool) -> Vec<&'static str> {
    let report = claims.report;
    let mut fields = Vec::new();
    if !valid {
        fields.extend([
            "hidden",
            "weights",
            "hessian",
            "gradient_masses",
            "cells",
            "site_of_input",
            "report.source_factor",
            "report.parts",
        ]);
    }
    if !integrated {
        fields.extend(["masses", "centroids", "gradient_sites", "cost", "report.max_relative_error", "report.rest"]);
    }
    match &report.outcome {
        None => {}
        Some(outcome) => {
            // They move no mass by as much as its rounding. Of balanced transport their sum is
            // verified.
            fields.push("heights_lo");
            if *outcome != Outcome::Converged {
                fields.push("report.outcome");
            }
            fields.extend(["report.tolerance", "report.iterations"]);
        }
    }
    fields.extend(["report.predicates", "report.threads", "report.seconds", "report.peak_bytes", "report.notes"]);
    fields
}
