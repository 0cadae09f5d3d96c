//! The outline of a convex piece of the source: corners, and the lines of its edges.
//!
//! Mostly corners are points of doubles, and an edge runs between two of them. A pixel that is cut
//! by the boundary of the domain has corners where a line of that crosses a line of the grid. Such
//! a corner has no coordinates to decide by: it is what it is made of, and its edges are told by
//! two points of doubles on their lines.

use crate::exact::big::{self, Rational};
use crate::exact::predicates::CutPoint;

/// A corner of an outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Corner {
    /// A point.
    At([f64; 2]),
    /// Where a line crosses a line of a grid.
    Crossing(CutPoint),
}

impl Corner {
    /// Exact coordinates.
    pub fn exact(&self) -> [Rational; 2] {
        match self {
            Corner::At(p) => p.map(big::rational),
            Corner::Crossing(p) => p.exact(),
        }
    }
}

/// A convex polygon, counter-clockwise; edge `k` runs from corner `k` to `k + 1`.
#[derive(Clone, Copy, Debug)]
pub struct Outline<'a> {
    vertices: &'a [[f64; 2]],
    cut: Option<Cut<'a>>,
}

/// What the corners of a pixel that is cut are made of, and two points on each edge.
#[derive(Clone, Copy, Debug)]
struct Cut<'a> {
    corners: &'a [Corner],
    edges: &'a [[[f64; 2]; 2]],
}

impl<'a> Outline<'a> {
    /// One whose corners are these points.
    #[inline(always)]
    pub fn of(vertices: &'a [[f64; 2]]) -> Outline<'a> {
        Outline { vertices, cut: None }
    }

    /// That of a pixel that is cut: its corners and these rounded, and two points on the line of
    /// each edge.
    pub(super) fn of_cut(corners: &'a [Corner], vertices: &'a [[f64; 2]], edges: &'a [[[f64; 2]; 2]]) -> Outline<'a> {
        Outline { vertices, cut: Some(Cut { corners, edges }) }
    }

    /// The nearest doubles to corner `k`, for `k` up to the number of corners, which is corner 0
    /// again. Not to decide by, unless the outline is known to have no crossings.
    #[inline(always)]
    pub fn vertex(self, k: usize) -> [f64; 2] {
        self.vertices[if k >= self.vertices.len() { k - self.vertices.len() } else { k }]
    }

    /// Corner `k`, cyclically as for [`Outline::vertex`].
    #[inline(always)]
    pub fn corner(self, k: usize) -> Corner {
        match self.cut {
            None => Corner::At(self.vertex(k)),
            Some(cut) => cut.corners[if k >= cut.corners.len() { k - cut.corners.len() } else { k }],
        }
    }

    /// Two points on the line of edge `k`, in its direction; the edge lies between them.
    #[inline(always)]
    pub fn edge(self, k: usize) -> [[f64; 2]; 2] {
        match self.cut {
            None => [self.vertex(k), self.vertex(k + 1)],
            Some(cut) => cut.edges[k],
        }
    }

    /// All corners, rounded.
    pub fn vertices(self) -> &'a [[f64; 2]] {
        self.vertices
    }

    /// Lower left and upper right corner of a box that contains the outline.
    pub fn bounds(self) -> [[f64; 2]; 2] {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for (k, v) in self.vertices.iter().enumerate() {
            let crossing = self.cut.is_some_and(|cut| matches!(cut.corners[k], Corner::Crossing(_)));
            for a in 0..2 {
                let [least, most] = if crossing { [v[a].next_down(), v[a].next_up()] } else { [v[a]; 2] };
                (low[a], high[a]) = (low[a].min(least), high[a].max(most));
            }
        }
        [low, high]
    }

    /// The largest coordinate of the points by which corners and edges are told.
    pub fn reach(self) -> f64 {
        let most = |points: &[[f64; 2]]| points.iter().flatten().fold(0.0, |m: f64, c| m.max(c.abs()));
        self.cut.map_or(0.0, |cut| most(cut.edges.as_flattened())).max(most(self.vertices))
    }

    /// Number of corners, which is the number of edges.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.vertices.len()
    }

    /// No corners at all.
    pub fn is_empty(self) -> bool {
        self.vertices.is_empty()
    }
}
