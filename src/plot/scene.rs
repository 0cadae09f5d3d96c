//! What a picture shows.

use crate::diagram::Diagram;
use crate::problem::Problem;

/// What the colours of the cells mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Mass of the cell. If all masses are equal: how far the map moves the centroid.
    #[default]
    Mass,
    /// Area of the cell. If all areas are equal: how far the map moves the centroid.
    Area,
}

/// A diagram with its problem, to be drawn.
pub struct Scene<'a> {
    pub(super) domain: &'a [[f64; 2]],
    pub(super) sites: &'a [[f64; 2]],
    /// Vertices of each cell, counter-clockwise; empty where there is none.
    pub(super) cells: Vec<&'a [[f64; 2]]>,
    pub(super) masses: &'a [f64],
    pub(super) centroids: &'a [Option<[f64; 2]>],
}

impl<'a> Scene<'a> {
    /// The picture of a diagram.
    pub fn new(problem: &'a Problem, diagram: &'a Diagram) -> Scene<'a> {
        Scene {
            domain: problem.domain().vertices(),
            sites: problem.sites(),
            cells: (0..diagram.len()).map(|i| diagram.vertices(i)).collect(),
            masses: diagram.masses(),
            centroids: diagram.centroids(),
        }
    }

    /// The picture of cells given by their outlines, one for each site, empty where there is none: of partial transport, where balls bound
    /// them.
    pub fn of_outlines(
        problem: &'a Problem,
        outlines: &'a [Vec<[f64; 2]>],
        masses: &'a [f64],
        centroids: &'a [Option<[f64; 2]>],
    ) -> Scene<'a> {
        Scene {
            domain: problem.domain().vertices(),
            sites: problem.sites(),
            cells: outlines.iter().map(Vec::as_slice).collect(),
            masses,
            centroids,
        }
    }

    /// Area of cell `i`.
    pub(super) fn area(&self, i: usize) -> f64 {
        let Some((o, rest)) = self.cells[i].split_first() else {
            return 0.0;
        };
        let cross = |a: [f64; 2], b: [f64; 2]| (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
        rest.windows(2).map(|w| 0.5 * cross(w[0], w[1])).sum()
    }

    /// Distance from the centroid of cell `i` to its site.
    pub(super) fn distance(&self, i: usize) -> f64 {
        match self.centroids[i] {
            Some(c) => (c[0] - self.sites[i][0]).hypot(c[1] - self.sites[i][1]),
            None => f64::NAN,
        }
    }
}
