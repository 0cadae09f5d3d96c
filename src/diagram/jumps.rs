//! Where masses jump: walls that pass over a whole flat part of the source at once
//! (theory/kinks.md).
//!
//! In the plane a wall has no area and masses are continuous. On a surface
//! `s_ij(x) = <y_i - y_j, x> + h_i - h_j` is constant on a triangle to which `y_i - y_j` is normal.
//! Where that constant is zero the two sites are *tied* there: the part of the triangle that they
//! win may go to either.

use super::measures::Measures;
use crate::exact::Heights;
use crate::exact::big::Rational;

/// Heights at which two sites are equally high on a whole plane of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The sites, `i < j`.
    pub sites: [u32; 2],
    /// `h_i - h_j` there, exactly.
    pub constant: Rational,
}

/// A part of the source that several sites win together.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// These sites, ascending.
    pub sites: Vec<u32>,
    /// Its mass.
    pub mass: f64,
    /// The facets that it lies in, ascending, with its mass in each.
    pub facets: Vec<(u32, f64)>,
}

/// The diagram at heights that may tie sites.
#[derive(Clone, Debug, Default)]
pub struct Tied {
    /// The heights, rounded.
    pub heights: Heights,
    /// Measures, each region given to one of its sites.
    pub measures: Measures,
    /// Masses of the cells without the regions.
    pub base: Vec<f64>,
    /// What several sites win together, by its sites.
    pub regions: Vec<Region>,
}

/// The ability of a diagram to tell where its masses jump.
pub trait Jumps {
    /// All ties that there may be, by sites and constant; `None` if there are too many to look for.
    fn ties(&self) -> Option<&[Tie]>;
    /// The diagram at exactly these heights.
    fn tied(&mut self, heights: &[Rational]) -> Tied;
}
