//! The edges of a source.

/// Edges of a source of one density in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rim {
    /// The sum of their lengths.
    pub length: f64,
    /// How many there are.
    pub edges: usize,
    /// The greatest density at the vertices, and how much it grows with each unit of length.
    pub density: (f64, f64),
}
