//! What the edges of cells are called.

/// What an edge of a cell lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Edge `k` of the domain polygon, from its vertex `k` to `k + 1`.
    Domain(u32),
    /// The bisector with this site.
    Bisector(u32),
}
