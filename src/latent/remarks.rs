//! What people should know of a run.

use super::codes::Codes;
use super::source::Source;
use super::state::LatentState;

/// Sentences on codes, source and what was drawn.
pub(super) fn remarks(codes: &Codes, source: &Source, rank: usize, state: &LatentState) -> Vec<String> {
    let mut remarks = codes.remarks().to_vec();
    let (d, n) = (codes.dimension(), codes.len());
    if d <= 2 {
        remarks.push(format!("codes of {d} coordinates: brenier solve finds the exact answer, with a proof"));
    } else if d == 3 {
        remarks.push("codes of 3 coordinates: exact answers need no samples there".into());
    }
    if rank < d.min(n.saturating_sub(1)) {
        remarks.push(format!("the codes span {rank} of {d} dimensions; the others change no cell"));
    }
    let lightest = codes.masses().iter().fold(1.0f64, |m, v| m.min(*v));
    let points = state.plain.max(state.stars) as f64;
    if n > 1 && points >= 1.0 && lightest * points < 1.0 {
        remarks.push(format!(
            "the lightest code has a share of {lightest:.1e}, less than one point of those drawn: such masses count in the \
             mean, and nothing is known of each of them"
        ));
    }
    if let Source::Rows(_) = source {
        remarks
            .push("the points of the file are taken for independent ones of an unknown law; each was used once".into());
    }
    remarks
}
