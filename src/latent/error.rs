//! What is wrong with the data of a latent problem.

/// Most coordinates of a code: beyond it the search for the highest site has no proved bound.
pub const MAX_DIMENSION: usize = crate::dense::MAX_DIMENSION;

/// Why codes, masses and a source are no problem. Texts are what the command line prints.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LatentError {
    /// No codes at all.
    #[error("codes is empty; at least one code is needed")]
    NoCodes,
    /// More codes than numbers of 32 bits.
    #[error("{found} codes; at most 4294967295 are supported")]
    TooManyCodes {
        /// Codes given.
        found: usize,
    },
    /// No coordinates, or too many.
    #[error("codes have {dimension} coordinates; give between 1 and {MAX_DIMENSION}")]
    Dimension {
        /// Coordinates of a code.
        dimension: usize,
    },
    /// A number is NaN or infinite.
    #[error("{what}[{row}][{axis}] is {value}; every number must be finite")]
    NonFinite {
        /// Which list.
        what: &'static str,
        /// Row of the list.
        row: usize,
        /// Coordinate.
        axis: usize,
        /// What stands there.
        value: f64,
    },
    /// A number whose square is not sound.
    #[error("{what}[{row}][{axis}] = {value:e} exceeds 1e140 in absolute value; rescale")]
    OutOfRange {
        /// Which list.
        what: &'static str,
        /// Row of the list.
        row: usize,
        /// Coordinate.
        axis: usize,
        /// What stands there.
        value: f64,
    },
    /// A list of another length.
    #[error("{what} has {found} entries; {expected} are needed")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its entries.
        found: usize,
        /// What it must have.
        expected: usize,
    },
    /// A mass that is none.
    #[error("masses[{row}] is {value}; masses must be positive and finite, drop the code")]
    Mass {
        /// Which one.
        row: usize,
        /// What stands there.
        value: f64,
    },
    /// The masses do not add up to an ordinary number.
    #[error("masses sum to {total:e}; the total must lie between 1e-200 and 1e200, rescale the masses")]
    Total {
        /// Their sum.
        total: f64,
    },
    /// A source that has no inside.
    #[error("{what}; {cure}")]
    Source {
        /// What is wrong.
        what: String,
        /// What to do.
        cure: &'static str,
    },
    /// A sampler that gives no samples.
    #[error("the sampler {what}")]
    Sampler {
        /// What it did, and what to do.
        what: String,
    },
    /// An option that asks for nothing that can be.
    #[error("{0}")]
    Option(String),
    /// A state that is not of this problem.
    #[error("the state to go on from {0}; give the one of this problem and these options")]
    State(String),
    /// The time is over in the middle of a step. A run ends there, with the state before it.
    #[error("the time is over")]
    Late,
    /// A work that would need too much memory.
    #[error("{what} needs {bytes} bytes, more than is allowed; {cure}")]
    Memory {
        /// What.
        what: &'static str,
        /// How many.
        bytes: u64,
        /// What to do.
        cure: &'static str,
    },
}

/// The result of a step, or nothing where its time was over.
pub(super) fn in_time<T>(step: Result<T, LatentError>) -> Result<Option<T>, LatentError> {
    match step {
        Ok(found) => Ok(Some(found)),
        Err(LatentError::Late) => Ok(None),
        Err(e) => Err(e),
    }
}
