//! What a picture shows.

use super::colors;
use super::look::Look;
use crate::diagram::{Diagram, Label, PartialDiagram};
use crate::domain::PlanarMesh;
use crate::domain::vector::{side, twice_area};
use crate::problem::Problem;

/// What the colours of the cells mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Mass of the cell. If all masses are equal: how far the map moves the centroid.
    #[default]
    Mass,
    /// Area of the cell. If all areas are equal: how far the map moves the centroid.
    Area,
    /// How far the map moves the centroid.
    Distance,
    /// Colours that only tell neighbours apart.
    Cells,
    /// No colours, no cells: the sites as black dots.
    Sites,
    /// A number for each site ([`Look::values`]).
    Values,
}

/// A diagram with its problem, to be drawn.
pub struct Scene<'a> {
    pub(super) domain: &'a [[f64; 2]],
    /// The domain, if it is a mesh: then `domain` is its bounding box.
    pub(super) mesh: Option<&'a PlanarMesh>,
    pub(super) sites: &'a [[f64; 2]],
    /// Vertices of each cell, counter-clockwise; empty where there is none.
    pub(super) cells: Vec<&'a [[f64; 2]]>,
    pub(super) masses: &'a [f64],
    pub(super) centroids: &'a [Option<[f64; 2]>],
    areas: Vec<f64>,
    /// Whose walls are known.
    diagram: Option<&'a Diagram>,
    pub(super) look: Look,
}

impl<'a> Scene<'a> {
    /// The picture of a diagram.
    pub fn new(problem: &'a Problem, diagram: &'a Diagram) -> Scene<'a> {
        let mesh = problem.domain().mesh();
        let cells: Vec<&[[f64; 2]]> = (0..diagram.len()).map(|i| diagram.vertices(i)).collect();
        // In a mesh the cell is what lies in it.
        let in_mesh = |i: usize| diagram.pieces(i).iter().map(|p| area(&p.vertices)).sum::<f64>();
        let areas = match mesh {
            Some(_) => (0..diagram.len()).map(in_mesh).collect(),
            None => cells.iter().map(|c| area(c)).collect(),
        };
        Scene {
            domain: problem.frame().vertices(),
            mesh,
            sites: problem.sites(),
            cells,
            masses: diagram.masses(),
            centroids: diagram.centroids(),
            areas,
            diagram: Some(diagram),
            look: Look::default(),
        }
    }

    /// The same, made otherwise.
    #[must_use]
    pub fn with(mut self, look: Look) -> Scene<'a> {
        self.look = look;
        self
    }

    /// The picture of cells given by their outlines, one for each site, empty where there is none.
    pub fn of_outlines(
        problem: &'a Problem,
        outlines: &'a [Vec<[f64; 2]>],
        masses: &'a [f64],
        centroids: &'a [Option<[f64; 2]>],
    ) -> Scene<'a> {
        Scene {
            domain: problem.frame().vertices(),
            mesh: problem.domain().mesh(),
            sites: problem.sites(),
            cells: outlines.iter().map(Vec::as_slice).collect(),
            masses,
            centroids,
            areas: outlines.iter().map(|o| area(o)).collect(),
            diagram: None,
            look: Look::default(),
        }
    }

    /// The picture of a partial diagram's outlines (arcs in steps of at most `step`): cells have
    /// neighbours, and in a mesh the area of what lies in it.
    pub fn of_partial(
        problem: &'a Problem,
        diagram: &'a PartialDiagram,
        outlines: &'a [Vec<[f64; 2]>],
        step: f64,
    ) -> Scene<'a> {
        let mut scene = Scene::of_outlines(problem, outlines, diagram.masses(), diagram.centroids());
        scene.diagram = Some(diagram.polygons());
        if scene.mesh.is_some() {
            let corners = |piece: Vec<([f64; 2], bool)>| area(&piece.iter().map(|c| c.0).collect::<Vec<_>>());
            let in_mesh = |i: usize| diagram.pieces(i, step).into_iter().map(corners).sum();
            scene.areas = (0..diagram.len()).map(in_mesh).collect();
        }
        scene
    }

    /// Numbers of colours such that neighbours differ, as far as it is known who they are.
    pub(super) fn tints(&self) -> Vec<u8> {
        let of = |i: usize| self.diagram.map_or(&[][..], |d| d.labels(i));
        let pairs = (0..self.cells.len()).flat_map(|i| {
            of(i).iter().filter_map(move |l| match *l {
                Label::Bisector(j) => Some((i as u32, j)),
                Label::Domain(_) => None,
            })
        });
        colors::tints(self.cells.len(), &pairs.collect::<Vec<_>>())
    }

    /// Area of cell `i`.
    pub(super) fn area(&self, i: usize) -> f64 {
        self.areas[i]
    }

    /// Distance from the centroid of cell `i` to its site.
    pub(super) fn distance(&self, i: usize) -> f64 {
        match self.centroids[i] {
            Some(c) => {
                let d = side(self.sites[i], c);
                d.x.hypot(d.y)
            }
            None => f64::NAN,
        }
    }
}

fn area(polygon: &[[f64; 2]]) -> f64 {
    let Some((o, rest)) = polygon.split_first() else {
        return 0.0;
    };
    rest.windows(2).map(|w| 0.5 * twice_area([*o, w[0], w[1]])).sum()
}
