//! The cells of given heights as areas, with what is known of each.

use super::family::{Family, Transport, Visit};
use crate::diagram::{Cells, DiagramError, Outlines};
use crate::exact::Heights;

/// All cells as areas, in the order of the problem's sites.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CellTable<const D: usize = 2> {
    /// Their rings, with vertices in common. A site without a cell has no part.
    pub outlines: Outlines<D>,
    /// Masses in the normalized source.
    pub masses: Vec<f64>,
    /// Centres of mass; `None` for a cell without mass.
    pub centroids: Vec<Option<[f64; D]>>,
    /// First neighbour of each cell, and the end.
    pub neighbor_start: Vec<usize>,
    /// Cells that share a side with each, ascending.
    pub neighbors: Vec<u32>,
    /// Sites without a cell, ascending.
    pub hidden: Vec<u32>,
    /// Of partial transport the mass that is in no cell.
    pub rest: Option<f64>,
}

impl<const D: usize> CellTable<D> {
    /// Number of sites.
    pub fn len(&self) -> usize {
        self.masses.len()
    }

    /// No sites.
    pub fn is_empty(&self) -> bool {
        self.masses.is_empty()
    }

    /// The neighbours of a cell, ascending.
    pub fn neighbors_of(&self, cell: usize) -> &[u32] {
        &self.neighbors[self.neighbor_start[cell]..self.neighbor_start[cell + 1]]
    }
}

/// The cells at given heights as areas: one polygon a part, united over the triangles or pixels of
/// the source, holes as holes. Cells that meet name the same vertices, so there are neither gaps
/// nor overlaps. Arcs of partial transport stay arcs ([`Outlines::flattened`] makes chords of
/// them). Cost: that of the diagram, and a sort.
///
/// # Errors
/// Heights that are not finite or not one per site; sources whose cells are no areas.
///
/// ```
/// use brenier::{ConvexPolygon, Heights, Problem, ProblemData, cells};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.0, 0.5], [1.0, 0.5]])).unwrap();
/// let found = cells(&problem, &Heights::from_f64(&[0.25, 0.0])).unwrap();
/// assert_eq!((&found.outlines.areas[..], found.neighbors_of(0)), (&[0.25, 0.75][..], &[1][..]));
/// assert_eq!(found.outlines.polygon(1), [[0.25, 0.0], [1.0, 0.0], [1.0, 1.0], [0.25, 1.0]]);
/// ```
pub fn cells<const D: usize>(problem: &impl Transport<D>, heights: &Heights) -> Result<CellTable<D>, DiagramError> {
    problem.visit(Table { heights })
}

/// The convex pieces of the cells at given heights in the triangles or pixels of the source, each a
/// part of its own: what meshes of polygons are made of.
///
/// # Errors
/// As [`cells`].
pub fn cell_pieces<const D: usize>(
    problem: &impl Transport<D>,
    heights: &Heights,
) -> Result<Outlines<D>, DiagramError> {
    problem.visit(Apart { heights })
}

struct Table<'h> {
    heights: &'h Heights,
}

impl<const D: usize> Visit<D> for Table<'_> {
    type Output = Result<CellTable<D>, DiagramError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        let still = family.still(self.heights)?;
        let outlines = still.areas(true).ok_or(DiagramError::NoAreas)?;
        let (neighbor_start, neighbors) = outlines.neighbors();
        Ok(CellTable {
            masses: still.masses().to_vec(),
            centroids: still.centroids().to_vec(),
            neighbor_start,
            neighbors,
            hidden: still.hidden(),
            rest: still.rest(),
            outlines,
        })
    }
}

struct Apart<'h> {
    heights: &'h Heights,
}

impl<const D: usize> Visit<D> for Apart<'_> {
    type Output = Result<Outlines<D>, DiagramError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        family.still(self.heights)?.areas(false).ok_or(DiagramError::NoAreas)
    }
}
