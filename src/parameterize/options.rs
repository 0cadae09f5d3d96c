//! What a caller may choose, and what can go wrong.

use super::scale::to_one;
use crate::domain::surface::SurfaceError;
use crate::setters::setters;
use std::time::Duration;

/// The shape that the boundary of each chart takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Boundary {
    /// A circle.
    Disk,
    /// A square.
    Square,
    /// A strictly convex polygon, counter-clockwise.
    Polygon(Vec<[f64; 2]>),
    /// Whatever suits areas and angles best, as long as it does not cross itself.
    #[default]
    Free,
}

/// From this area weight on areas are the aim.
pub(super) const AREAS: f64 = 10.0;

/// How large triangles shall be.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Target {
    /// As they are on the surface.
    #[default]
    Area,
    /// In proportion to a density on the input's vertices, times the area; positive.
    Vertex(Vec<f64>),
    /// In proportion to a density on the input's triangles, times the area; positive.
    Face(Vec<f64>),
}

impl Target {
    /// The same proportions with densities of at most 1, by an exact factor: sums of them are
    /// doubles. What is no density stays as it is.
    pub(super) fn normalized(&self) -> Target {
        let scaled = |list: &[f64]| {
            let factor = to_one(list.iter().copied().fold(0.0, f64::max));
            // What would become 0 is as small as doubles go.
            list.iter().map(|&d| if d > 0.0 { (d * factor).max(f64::MIN_POSITIVE) } else { d }).collect()
        };
        match self {
            Target::Area => Target::Area,
            Target::Vertex(list) => Target::Vertex(scaled(list)),
            Target::Face(list) => Target::Face(scaled(list)),
        }
    }
}

/// A vertex that is drawn to a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landmark {
    /// The vertex, as numbered in the input.
    pub vertex: u32,
    /// Its place, in the unit square of the chart.
    pub at: [f64; 2],
    /// How strongly: the cost is this times the square of the distance. 1 moves it visibly, 1000
    /// nearly all the way.
    pub weight: f64,
}

/// When vertices at the same place are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    /// When they have to be: the triangles are a soup, most of them without neighbour, or a face
    /// without area cannot go otherwise.
    #[default]
    Soup,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Options of [`super::parameterize`].
///
/// By default the boundary is free and areas count a thousand times as much as angles: on all
/// meshes that were measured areas are then right to under a per cent, and where a surface has to
/// be cut it is stretched a fraction of what a disk would be (`docs/performance.md`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParameterizeOptions {
    /// The boundary's shape.
    pub boundary: Boundary,
    /// How much more areas count than angles. 1: about alike; 1e3: areas to about a per cent; 1e7:
    /// as far as they go.
    pub area_weight: f64,
    /// How large triangles shall be.
    pub target: Target,
    /// Edges (vertices of the input) to cut along, before what else has to be cut.
    pub seams: Vec<[u32; 2]>,
    /// Vertices that are drawn to places.
    pub landmarks: Vec<Landmark>,
    /// When vertices at the same place are one.
    pub merge: Merge,
    /// Prove the masses of cells and stars in rational numbers.
    pub certify: bool,
    /// Replace the triangles by those dual to the cells of transport: where three cells meet, their
    /// vertices have a triangle.
    pub remesh: bool,
    /// Boundary loops of at most so many edges stay holes: no cut joins them to the boundary.
    /// `None`: the small ones, whose length as a circle's would enclose less than 0.5 per cent of
    /// their component's area. `Some(0)`: none. Of an open surface the longest loop is the
    /// boundary. With `remesh` there are none.
    pub fill_holes: Option<usize>,
    /// End after this time, with the layout that there is by then.
    pub time_limit: Option<Duration>,
}

setters!(ParameterizeOptions {
    boundary: value Boundary,
    area_weight: value f64,
    target: value Target,
    seams: value Vec<[u32; 2]>,
    landmarks: value Vec<Landmark>,
    merge: value Merge,
    certify: value bool,
    remesh: value bool,
    fill_holes: option usize,
    time_limit: option Duration,
});

impl Default for ParameterizeOptions {
    fn default() -> ParameterizeOptions {
        ParameterizeOptions {
            boundary: Boundary::default(),
            area_weight: 1e3,
            target: Target::Area,
            seams: Vec::new(),
            landmarks: Vec::new(),
            merge: Merge::Soup,
            certify: false,
            remesh: false,
            fill_holes: None,
            time_limit: None,
        }
    }
}

/// Why a surface was not parameterized.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterizeError {
    /// It is no oriented manifold and cannot be made one.
    #[error(transparent)]
    Surface(#[from] SurfaceError),
    /// A density is not positive, or there is not one for each element.
    #[error("density[{index}] is {value}; every density must be positive and finite")]
    Density {
        /// The element.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A list of the wrong length.
    #[error("{found} densities for {wanted} {things}; give one each")]
    DensityCount {
        /// Given.
        found: usize,
        /// Needed.
        wanted: usize,
        /// What has densities.
        things: &'static str,
    },
    /// A seam is no edge.
    #[error("seam ({}, {}) is no edge of the mesh; name two vertices of a triangle", edge[0], edge[1])]
    Seam {
        /// What was given.
        edge: [u32; 2],
    },
    /// A landmark is no vertex of the mesh, or its place or weight is not finite.
    #[error(
        "landmark at vertex {vertex} is not possible; name a vertex with faces, a finite place and a weight that is not negative"
    )]
    Landmark {
        /// What was given.
        vertex: u32,
    },
    /// The polygon for the boundary is not strictly convex, or has more corners than the boundary
    /// vertices.
    #[error("the boundary polygon does not suit: {why}")]
    Polygon {
        /// What is wrong.
        why: String,
    },
    /// The area weight is not a positive number.
    #[error("area weight is {value}; give a positive number")]
    AreaWeight {
        /// What was given.
        value: f64,
    },
    /// A chart's triangles cannot be replaced by those dual to transport's cells.
    #[error("the chart of face {face} cannot be remeshed: {why}")]
    Remesh {
        /// The first triangle of the chart.
        face: u32,
        /// What stands against it.
        why: String,
    },
    /// Memory does not suffice, or lengths are no doubles.
    #[error(
        "the linear systems of a chart with {vertices} vertices cannot be solved: memory is short, or lengths are too \
         large or too small for doubles; simplify the mesh, or scale it"
    )]
    Memory {
        /// Vertices of the chart.
        vertices: usize,
    },
}
