//! What is wrong with a surface.

/// Why triangles are no surface, or not the kind of surface that is needed. Messages name the
/// element and the cure; vertices and faces are numbered from 0, as given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SurfaceError {
    /// No triangles.
    #[error("a surface needs at least one triangle")]
    NoFaces,
    /// More triangles than can be numbered.
    #[error("surface has {found} triangles; at most {} can be numbered, split it", MOST_FACES)]
    TooManyFaces {
        /// Number of triangles given.
        found: usize,
    },
    /// A triangle names a vertex that is not there.
    #[error("triangles[{face}][{corner}] = {vertex}, but there are {vertices} vertices; count from 0")]
    UnknownVertex {
        /// The triangle.
        face: usize,
        /// Its corner.
        corner: usize,
        /// What it says.
        vertex: u32,
        /// Number of vertices.
        vertices: usize,
    },
    /// A coordinate of a vertex with faces is NaN or infinite.
    #[error("vertices[{vertex}][{axis}] is {value}; every coordinate must be finite")]
    NonFinite {
        /// The vertex.
        vertex: u32,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// All triangles are flat.
    #[error("surface has zero area; at least one triangle must have corners that are not on one line")]
    ZeroArea,
    /// The extent is such that areas are not representable.
    #[error("surface extends over {extent:e}, outside 1e-140 to 1e140 where areas are doubles; rescale it")]
    ExtentOutOfRange {
        /// Largest side of the bounding box.
        extent: f64,
    },
    /// More than two faces at an edge.
    #[error("edge ({}, {}) has {faces} faces; surface must be an oriented 2-manifold", edge.0, edge.1)]
    CrowdedEdge {
        /// Its vertices, ascending.
        edge: (u32, u32),
        /// How many faces.
        faces: usize,
    },
    /// Faces that meet in a vertex only.
    #[error("vertex {vertex} joins {fans} separate fans of faces; surface must be an oriented 2-manifold")]
    PinchedVertex {
        /// The vertex.
        vertex: u32,
        /// How many fans.
        fans: usize,
    },
    /// Two neighbours that are wound against each other, though they need not be.
    #[error("faces {} and {} orient edge ({}, {}) alike; neighbours must run through it in opposite directions",
        faces[0], faces[1], edge.0, edge.1)]
    Misoriented {
        /// Its vertices, ascending.
        edge: (u32, u32),
        /// Its faces, ascending.
        faces: [u32; 2],
    },
    /// A Möbius strip is inside.
    #[error("surface is one-sided: going around, faces {} and {} orient edge ({}, {}) alike; cut it open there",
        faces[0], faces[1], edge.0, edge.1)]
    OneSided {
        /// An edge where orientations cannot agree; its vertices, ascending.
        edge: (u32, u32),
        /// Its faces, ascending.
        faces: [u32; 2],
    },
    /// A triangle without area in a place from where it cannot be taken.
    #[error("face {face} has zero area and cannot be removed without tearing the surface; remesh it")]
    FlatFace {
        /// The face.
        face: u32,
    },
}

impl SurfaceError {
    /// The same with other numbers for faces: those of a file whose polygons were cut into
    /// triangles.
    pub fn with_faces(self, name: impl Fn(u32) -> u32) -> SurfaceError {
        use SurfaceError as E;
        match self {
            E::Misoriented { edge, faces } => E::Misoriented { edge, faces: faces.map(name) },
            E::OneSided { edge, faces } => E::OneSided { edge, faces: faces.map(name) },
            E::FlatFace { face } => E::FlatFace { face: name(face) },
            other => other,
        }
    }
}

/// Triangles that can be numbered: three sides each have to fit 32 bits.
pub(crate) const MOST_FACES: usize = (u32::MAX / 3) as usize;
