//! What is integrated over whole cells.

use super::super::moments::Moments;
use super::integrate::{self, LocalDensity};
use super::point::Point;
use crate::exact::Counters;
use crate::hull::Hull;

/// A cell of a triangulation in the frame.
#[derive(Clone, Copy)]
pub struct CellAt<'a> {
    /// The triangulation.
    pub hull: &'a Hull,
    /// Where in it.
    pub position: u32,
    /// Vertices, counter-clockwise. Empty: no cell.
    pub vertices: &'a [Point],
}

/// A source on the frame.
pub trait Source: Sync {
    /// What a task keeps from cell to cell.
    type Scratch: Default;
    /// The mass of a cell.
    fn mass(&self, cell: &CellAt<'_>, scratch: &mut Self::Scratch) -> f64;
    /// Mass, centroid and spread.
    fn moments(&self, cell: &CellAt<'_>, scratch: &mut Self::Scratch) -> Moments;
    /// `int rho / |y_i - y_j|` over the wall from vertex `a` to `b` of a cell, to position `j`: the
    /// same bits from both sides, and at least 0.
    fn conductance(&self, cell: &CellAt<'_>, j: u32, ends: [&Point; 2], scratch: &mut Self::Scratch) -> f64;
    /// Predicates asked.
    fn counters(_scratch: &Self::Scratch) -> Counters {
        Counters::default()
    }
}

/// One density on the whole frame.
impl Source for LocalDensity {
    type Scratch = ();

    #[inline(always)]
    fn mass(&self, cell: &CellAt<'_>, (): &mut ()) -> f64 {
        integrate::mass(cell.vertices, self)
    }

    #[inline(always)]
    fn moments(&self, cell: &CellAt<'_>, (): &mut ()) -> Moments {
        integrate::moments(cell.vertices, self)
    }

    #[inline(always)]
    fn conductance(&self, cell: &CellAt<'_>, j: u32, [a, b]: [&Point; 2], (): &mut ()) -> f64 {
        let [yi, yj] = [cell.position, j].map(|i| cell.hull.point(i as usize).site());
        integrate::conductance(a, b, yi, yj, self)
    }
}
