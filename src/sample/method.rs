//! How points are drawn, and what may be wrong with that.

/// How samples are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Independent points of the source.
    Independent,
    /// A site with the probability of its mass (by an alias table), then a point of its cell:
    /// differs from the first by what the masses of the cells are off.
    Alias,
    /// In the order of the cells. The mass of the source, laid out along a line, is cut into as
    /// many equal parts as there are samples, and each gives one: every cell gets the right number,
    /// up to less than one at each end. The union is distributed as the source.
    Stratified,
    /// Roberts' low-discrepancy sequence R2 carried onto the source, shifted by the seed: not
    /// independent, for integrals.
    Even,
}

/// Why samples cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// There is no such cell.
    #[error("cell {cell} does not exist; there are {count} sites, from 0")]
    NoCell {
        /// Index asked for.
        cell: usize,
        /// Number of sites.
        count: usize,
    },
    /// The cell is empty.
    #[error("cell {cell} has no mass; nothing can be drawn from it")]
    EmptyCell {
        /// Index of the site.
        cell: usize,
    },
    /// A site that is to be drawn by its mass has no cell.
    #[error("site {site} has mass, but its cell has none; solve to a smaller tolerance, or draw points of the source")]
    NotSolved {
        /// Index of the site.
        site: usize,
    },
}
