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

/// The area weight that suits an atlas: charts that are nearly flat have areas to a per cent, and
/// angles are hardly touched.
pub const ATLAS_WEIGHT: f64 = 100.0;

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
    /// An atlas: each component in several charts with free boundaries, as few as keep the ratio
    /// of singular values to this on 99 per cent of the area of each.
    pub max_stretch: Option<f64>,
    /// An atlas of at most so many charts, which stretch as little as they can; closed components
    /// and those with handles may need more. With `max_stretch` too: no more than so many, even if
    /// they stretch more.
    pub charts: Option<usize>,
    /// Least distance between two charts, in texels: pixels of a square picture of `texture` times
    /// `texture`. 0 leaves some room in proportion to their size.
    pub padding: f64,
    /// Texels along each side of the unit square.
    pub texture: u32,
    /// The first triangle of each polygon, ascending, from 0; empty if all are triangles. Cuts go
    /// around polygons where they can.
    pub polygons: Vec<u32>,
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
    max_stretch: option f64,
    charts: option usize,
    padding: value f64,
    texture: value u32,
    polygons: value Vec<u32>,
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
            max_stretch: None,
            charts: None,
            padding: 0.0,
            texture: 1024,
            polygons: Vec::new(),
            landmarks: Vec::new(),
            merge: Merge::Soup,
            certify: false,
            remesh: false,
            fill_holes: None,
            time_limit: None,
        }
    }
}

impl ParameterizeOptions {
    /// Whether charts are made by their stretch or number.
    pub(super) fn is_atlas(&self) -> bool {
        self.max_stretch.is_some() || self.charts.is_some()
    }

    /// What does not go together.
    pub(super) fn check(&self) -> Result<(), ParameterizeError> {
        let fail = |why: &str| Err(ParameterizeError::Atlas { why: why.into() });
        if !(self.area_weight > 0.0 && self.area_weight.is_finite()) {
            return Err(ParameterizeError::AreaWeight { value: self.area_weight });
        }
        if let Some(stretch) = self.max_stretch.filter(|s| !(*s > 1.0 && s.is_finite())) {
            return fail(&format!("the largest stretch is {stretch}; give a number above 1, such as 1.2"));
        }
        if self.charts == Some(0) {
            return fail("there are to be 0 charts; give at least 1");
        }
        if !(self.padding >= 0.0 && self.padding.is_finite()) || self.texture == 0 {
            let (padding, texture) = (self.padding, self.texture);
            return fail(&format!("padding is {padding} of {texture} texels; give numbers from 0 and from 1"));
        }
        if !self.is_atlas() {
            return Ok(());
        }
        if !matches!(self.boundary, Boundary::Free) {
            return fail("boundaries of its charts are free; leave their shape out");
        }
        for (wanted, what) in [
            (self.remesh, "remeshing"),
            (self.certify, "the proof of cells"),
            (!self.landmarks.is_empty(), "landmarks"),
        ] {
            if wanted {
                return fail(&format!("{what} is for charts with a given boundary; leave out one of the two"));
            }
        }
        Ok(())
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
    /// What is asked of an atlas does not go together.
    #[error("an atlas is not possible so: {why}")]
    Atlas {
        /// What stands against it.
        why: String,
    },
    /// Not closed, so no sphere.
    #[error(
        "the surface is not closed (boundary loops: {loops}; one has the edge ({}, {})), so it is no sphere; fill its holes, merge vertices that should be one (`--merge`), or lay it into the plane (without `--sphere`)",
        edge[0], edge[1]
    )]
    Open {
        /// Boundary loops.
        loops: usize,
        /// An edge of one triangle only.
        edge: [u32; 2],
    },
    /// Handles, so no sphere.
    #[error(
        "the surface has genus {genus}, so nothing lays it onto a sphere one to one; cut its handles and close the cuts, or lay it into the plane (without `--sphere`)"
    )]
    Handles {
        /// Number of handles.
        genus: usize,
    },
    /// Several surfaces, where one is wanted.
    #[error(
        "the mesh is {count} surfaces that do not hang together (faces {} and {} are in different ones), and a sphere takes one; split the file, or lay it into the plane (without `--sphere`)",
        faces[0], faces[1]
    )]
    Parts {
        /// How many.
        count: usize,
        /// Faces of two of them.
        faces: [u32; 2],
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
