//! From a problem as it was read to one that is sound as its file writes it.

use super::problem_file::FileData;
use super::written::{AsWritten, Written, scales_in_words};
use crate::problem::{Duplicates, WithSites};
use crate::transport::{Line, Proof, Transport};

/// The problem as it is written, beside that of rounded numbers. A multiple serves if its sites
/// are those of the rounded problem.
pub(super) fn sound<T: FileData>(
    written: Written<T>,
    rounded: &T::Problem,
    duplicates: Duplicates,
) -> AsWritten<T::Problem> {
    let Written { count, multiple, mut rounding, .. } = written;
    let made = multiple.map(|(mut data, scales)| {
        if rounded.stays().is_some() {
            return Err("partial transport has no rational masses");
        }
        data.set_duplicates(duplicates);
        match data.problem() {
            Ok(p) if p.site_of_input() == rounded.site_of_input() => Ok((p, scales)),
            Ok(_) => Err("sites that differ as written coincide as doubles"),
            Err(_) => Err("a multiple of it is no problem"),
        }
    });
    let multiple = match made {
        Some(Err(why)) => {
            rounding.why = why.into();
            None
        }
        made => made.and_then(Result::ok),
    };
    AsWritten { count, multiple, rounding }
}
/// What a check says of the rationals of a problem, beside what it says of doubles: of a multiple
/// everything holds as written, else bounds are widened.
pub(super) fn line<P: Transport<D>, const D: usize>(written: &AsWritten<P>, rounded: &P, proof: &mut Proof) -> Line {
    let rounding = &written.rounding;
    let (what, pass) = ("written", true);
    let text = match (&written.multiple, proof.proved) {
        (Some((_, scales)), _) => {
            format!("all is of the problem as written, whose numbers are doubles {}", scales_in_words(scales))
        }
        (None, true) => match rounding.bounds(rounded, proof.w2_squared) {
            Ok([low, high]) => {
                let masses = match rounding.off.domain == 0.0 {
                    true => {
                        let [low, high] = proof.max_relative_error;
                        proof.max_relative_error = [rounding.least(low), rounding.residual(high)];
                        format!(", relative mass errors at most {:.2e}", proof.max_relative_error[1])
                    }
                    false => String::new(),
                };
                proof.w2_squared = [low, high];
                let off = rounding.in_words();
                format!("W2^2 of the numbers as written in [{low:?}, {high:?}]{masses}, proved; rounded: {off}")
            }
            Err(why) => format!("all is of the numbers rounded to doubles ({}); {why}", rounding.in_words()),
        },
        (None, false) => format!("all is of the numbers rounded to doubles: {}", rounding.in_words()),
    };
    Line { what, pass, text }
}
