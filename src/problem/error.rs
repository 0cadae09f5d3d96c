//! What is wrong with the data of a problem.

use crate::domain::DomainError;

/// Largest number of sites (30-bit triangle indices in the hull).
pub(super) const MAX_SITES: usize = 500_000_000;

/// Why data is not a problem. Messages are the contract of the command line
/// (`error: FILE: <message>`).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// The domain or density is refused.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// No sites at all.
    #[error("sites is empty; at least one site is needed")]
    NoSites,
    /// More sites than 32-bit indices hold.
    #[error("{found} sites; at most {limit} are supported", limit = MAX_SITES)]
    TooManySites {
        /// Number of sites given.
        found: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("sites[{site}][{axis}] is {value}; every coordinate must be finite")]
    NonFiniteSite {
        /// Index of the site.
        site: usize,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// Site coordinates too large for their squares and differences to be doubles.
    #[error("sites[{site}][{axis}] = {value:e} exceeds 1e140 in absolute value; rescale the sites")]
    SiteOutOfRange {
        /// Index of the site.
        site: usize,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// Lists of different lengths.
    #[error("{what} has {found} entries, sites has {expected}; give one per site")]
    LengthMismatch {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// A mass is NaN or infinite.
    #[error("masses[{site}] is {value}; every mass must be finite")]
    NonFiniteMass {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
    },
    /// A mass is zero or negative.
    #[error("masses[{site}] = {value}; masses must be positive, drop the site")]
    NonPositiveMass {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
    },
    /// A mass so small that doubles lose its digits.
    #[error(
        "masses[{site}] = {value:e} is below 2.3e-308, where doubles lose digits; rescale the masses or drop the site"
    )]
    MassTooSmall {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
    },
    /// A mass so small beside the others that its relative error would not be a double.
    #[error(
        "masses[{site}] = {value:e} is less than 1e-290 of their sum, {total:e}; no cell is that small, drop the site"
    )]
    MassRatio {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
        /// The sum.
        total: f64,
    },
    /// The total mass is not a double.
    #[error("masses sum to {total:e}; the total must lie between 1e-200 and 1e200, rescale the masses")]
    TotalOutOfRange {
        /// The sum.
        total: f64,
    },
    /// The source's measure, or the factor between it and the masses, is not a sound double: a
    /// needle of a domain.
    #[error(
        "domain has measure {measure:e}, masses sum to {total:e}; the measure and the ratio of the two must lie between \
         1e-280 and 1e280, rescale"
    )]
    MeasureOutOfRange {
        /// Measure of the source.
        measure: f64,
        /// Sum of the masses.
        total: f64,
    },
    /// Costs or walls would not be doubles.
    #[error(
        "masses sum to {total:e}, and domain and sites extend over {extent:e}: costs and walls, the mass times and over the \
         square of lengths, would leave the range of doubles; rescale one of them"
    )]
    CostOutOfRange {
        /// Sum of the masses.
        total: f64,
        /// The length in question.
        extent: f64,
    },
    /// Source and target differ in mass and normalization is off.
    #[error(
        "masses sum to {total}, domain has measure {measure} (relative gap {gap:.1e}); \
         make them equal or set \"normalize\": true"
    )]
    MassMismatch {
        /// Sum of the masses.
        total: f64,
        /// Measure of the domain.
        measure: f64,
        /// `|total - measure| / measure`.
        gap: f64,
    },
    /// Partial transport of more than there is.
    #[error(
        "masses sum to {total}, domain has measure {measure}: with \"partial\" the masses must not exceed it; lower them or \
         set \"partial\": false"
    )]
    MoreThanSource {
        /// Sum of the masses.
        total: f64,
        /// Measure of the source.
        measure: f64,
    },
    /// Two sites coincide and duplicates are refused.
    #[error("sites {first} and {second} coincide; drop one or merge them")]
    DuplicateSites {
        /// Lower index.
        first: usize,
        /// Higher index.
        second: usize,
    },
    /// A height whose weight, or whose difference to others, may not be a double.
    #[error(
        "heights[{site}] = {value:e} exceeds 1e300 in absolute value; subtract a constant from all heights, or rescale"
    )]
    HeightOutOfRange {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
    },
    /// A starting height is not finite.
    #[error("heights[{site}] is not finite; every height must be finite")]
    NonFiniteHeight {
        /// Index of the site.
        site: usize,
    },
}
