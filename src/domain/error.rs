//! What may be wrong with a domain or a density.

/// What is wrong with a domain or a density. Messages name the place and the cure.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainError {
    /// Fewer than three vertices.
    #[error("domain has {found} vertices; a polygon needs at least 3")]
    TooFewVertices {
        /// Number of vertices given.
        found: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("domain vertex {vertex} has coordinate {axis} = {value}; every coordinate must be finite")]
    NonFiniteVertex {
        /// Index of the vertex as given.
        vertex: usize,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// The polygon is not convex at this vertex.
    #[error("domain vertex {vertex} is reflex; convex polygon or planar mesh required")]
    Reflex {
        /// Index of the vertex as given.
        vertex: usize,
    },
    /// Locally convex but not simple: winds around more than once or turns back on itself.
    #[error("domain boundary crosses or folds back on itself at vertex {vertex}; list the vertices once around")]
    NotSimple {
        /// Index of the vertex as given.
        vertex: usize,
    },
    /// Too few points for a polyhedron.
    #[error("domain has {found} vertices; a polyhedron needs at least 4")]
    TooFewCorners {
        /// Number of vertices given.
        found: usize,
    },
    /// A polyhedron without volume.
    #[error("domain has no volume; the corners of a polyhedron must not all lie in one plane")]
    FlatBody,
    /// A mesh without tetrahedra.
    #[error("a mesh of tetrahedra needs at least one")]
    NoTets,
    /// More than can be numbered.
    #[error("the mesh has {found} vertices or cells; at most 536870911 fit")]
    TooManyTets {
        /// How many.
        found: usize,
    },
    /// A tetrahedron names a vertex that is not there.
    #[error("tets[{tet}][{corner}] = {vertex}, but there are {vertices} vertices; count from 0")]
    UnknownCorner {
        /// The tetrahedron.
        tet: usize,
        /// Its corner.
        corner: usize,
        /// What it says.
        vertex: u32,
        /// Number of vertices.
        vertices: usize,
    },
    /// More than two tetrahedra at a facet.
    #[error("facet ({}, {}, {}) has {tets} tetrahedra; in space it has at most 2", facet[0], facet[1], facet[2])]
    CrowdedFacet {
        /// Its vertices, ascending.
        facet: [u32; 3],
        /// How many.
        tets: usize,
    },
    /// Two tetrahedra on one side of their common facet.
    #[error(
        "tets {first} and {second} lie on the same side of their facet ({}, {}, {}); each point may be covered once",
        facet[0], facet[1], facet[2]
    )]
    SameSide {
        /// Lower tetrahedron.
        first: u32,
        /// Higher tetrahedron.
        second: u32,
        /// Vertices of the facet, ascending.
        facet: [u32; 3],
    },
    /// Two tetrahedra overlap.
    #[error("tets {first} and {second} overlap; a mesh of tetrahedra covers every point at most once")]
    TetOverlap {
        /// Lower tetrahedron.
        first: u32,
        /// Higher tetrahedron.
        second: u32,
    },
    /// A surface with a rim.
    #[error(
        "the surface is not closed: edge ({}, {}) of face {face} has {faces} {}; fill the hole, or give its triangles \
         as a mesh",
        edge.0, edge.1, if *faces == 1 { "face" } else { "faces" }
    )]
    NotClosed {
        /// Vertices of the edge, ascending.
        edge: (u32, u32),
        /// One of its faces.
        face: u32,
        /// How many faces it has.
        faces: usize,
    },
    /// Neighbours that are wound in different ways.
    #[error(
        "faces {first} and {second} run through their edge ({}, {}) in the same direction; wind all faces \
         counter-clockwise as seen from outside",
        edge.0, edge.1
    )]
    WoundBothWays {
        /// Vertices of the edge, ascending.
        edge: (u32, u32),
        /// One face.
        first: u32,
        /// The other one.
        second: u32,
    },
    /// Faces that meet where they should not.
    #[error(
        "faces {first} and {second} meet elsewhere than in common vertices and edges; a solid needs a surface that does not cross or touch itself"
    )]
    Crossing {
        /// Lower face.
        first: u32,
        /// Higher face.
        second: u32,
    },
    /// A part of a surface that is wound the wrong way.
    #[error(
        "the part of the surface with face {face} is wound the wrong way; solids are counter-clockwise as seen from \
         outside, hollows in them clockwise"
    )]
    WoundWrongly {
        /// Its lowest face.
        face: u32,
    },
    /// Half-spaces with nothing in common.
    #[error("no point lies inside of all half-spaces; each row [a, b, c, d] says a x + b y + c z <= d")]
    NothingInside,
    /// Half-spaces that bound nothing.
    #[error("the half-spaces leave an unbounded domain; add rows [a, b, c, d] that bound it on all sides")]
    Unbounded,
    /// A number of a half-space.
    #[error("domain halfspaces[{index}][{entry}] is {value}; every number must be finite and at most 1e140")]
    HalfspaceNumber {
        /// The row.
        index: usize,
        /// The number in it.
        entry: usize,
        /// The offending value.
        value: f64,
    },
    /// A half-space without a normal.
    #[error("domain halfspaces[{index}] starts with three zeros; give the normal of its plane")]
    NoDirection {
        /// The row.
        index: usize,
    },
    /// A density that jumps at the seam of a torus.
    #[error("density g[{axis}] is {value}, but the domain is periodic along axis {axis}; it must be 0 there")]
    TiltedTorus {
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// All vertices on one line.
    #[error("domain has zero area; its vertices must not all lie on one line")]
    ZeroArea,
    /// A box whose corners are in the wrong order.
    #[error("domain box has min[{axis}] = {min} and max[{axis}] = {max}; min must be less than max")]
    EmptyBox {
        /// Coordinate index.
        axis: usize,
        /// Lower corner.
        min: f64,
        /// Upper corner.
        max: f64,
    },
    /// No metric of a cost.
    #[error("metric: {why}")]
    Metric {
        /// In words.
        why: String,
    },
    /// The extent or area of the domain is not representable.
    #[error("domain extends over {extent:e}, outside 1e-140 to 1e140 where areas are doubles; rescale it")]
    ExtentOutOfRange {
        /// Larger side of the bounding box.
        extent: f64,
    },
    /// The radius of a sphere is no sound number.
    #[error("domain radius is {radius}; give a positive number from 1e-140 to 1e140")]
    Radius {
        /// The offending value.
        radius: f64,
    },
    /// An affine density is negative somewhere on the sphere.
    #[error("density is negative on a part of the sphere; raise c to at least radius |g| - <g, center>")]
    NegativeOnSphere,
    /// The place of an image on a sphere is not one.
    #[error(
        "image from ({}, {}) to ({}, {}): on a sphere these are degrees, longitudes from -360 to 360 and no more than \
         360 of them, latitudes from -90 to 90",
        min[0], min[1], max[0], max[1]
    )]
    OffTheSphere {
        /// Least longitude and latitude.
        min: [f64; 2],
        /// Greatest ones.
        max: [f64; 2],
    },
    /// A bilinear image on a sphere.
    #[error(
        "a bilinear image needs a domain in the plane; on a sphere give pixels their values, without interpolation"
    )]
    BilinearOnSphere,
    /// The rings of a polygon that is not convex.
    #[error("{0}")]
    Rings(Box<super::planar::RingError>),
    /// A density parameter is NaN or infinite.
    #[error("density {name} is {value}; every coefficient must be finite")]
    NonFiniteDensity {
        /// Which coefficient, for example `g[0]`.
        name: &'static str,
        /// The offending value.
        value: f64,
    },
    /// The affine density is negative somewhere.
    #[error("density is negative at domain vertex {vertex}; it must be at least 0 on the whole domain")]
    NegativeDensity {
        /// Index of the vertex, in the polygon's own order or in the mesh.
        vertex: usize,
    },
    /// A mesh without triangles.
    #[error("a mesh needs at least one triangle")]
    NoFaces,
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
    /// More triangles at an edge than fit in the plane.
    #[error("edge ({}, {}) has 3 faces; in the plane it has at most 2", edge.0, edge.1)]
    CrowdedEdge {
        /// Its vertices, ascending.
        edge: (u32, u32),
    },
    /// Two triangles overlap.
    #[error("faces {first} and {second} overlap; a planar domain covers every point once")]
    Overlap {
        /// Lower triangle.
        first: u32,
        /// Higher triangle.
        second: u32,
    },
    /// The pixels do not fill the rows of an image.
    #[error("an image of {pixels} pixels does not have rows of {width}; give full rows")]
    ImageSize {
        /// Pixels a row.
        width: usize,
        /// Pixels in all.
        pixels: usize,
    },
    /// A pixel is negative or not finite.
    #[error("pixel in row {row}, column {column} is {value}; every pixel must be finite and at least 0")]
    Pixel {
        /// Row from the top.
        row: usize,
        /// Column.
        column: usize,
        /// The offending value.
        value: f64,
    },
    /// Pixels so thin that doubles do not tell their borders apart.
    #[error(
        "pixels between {min} and {max} along axis {axis} are too thin for doubles; move the image nearer to the origin"
    )]
    ThinPixels {
        /// Coordinate index.
        axis: usize,
        /// Begin of the image.
        min: f64,
        /// End of the image.
        max: f64,
    },
    /// The domain reaches beyond the image.
    #[error("the image covers {min:?} to {max:?} only; it must cover the whole domain")]
    ImageTooSmall {
        /// Lower left corner of the image.
        min: [f64; 2],
        /// Upper right corner.
        max: [f64; 2],
    },
    /// A kind of density that another kind of domain is for.
    #[error("a density of type \"{density}\" needs {}", homes(density))]
    Unfit {
        /// Kind of density.
        density: &'static str,
    },
    /// An affine density of the plane in space, or of space in the plane.
    #[error(
        "density has {found} slopes and a constant, this domain has {needed} coordinates; give {needed} slopes and a \
         constant"
    )]
    Slopes {
        /// Slopes given.
        found: usize,
        /// Coordinates of the domain.
        needed: usize,
    },
    /// Not one value for each vertex or triangle.
    #[error("density has {found} values of type \"{kind}\", the mesh needs {expected}")]
    DensityLength {
        /// Kind of density.
        kind: &'static str,
        /// Values given.
        found: usize,
        /// Values needed.
        expected: usize,
    },
    /// A value of a density is negative or not finite.
    #[error(
        "density values[{index}]{} is {value}; every value must be finite and at least 0",
        corner.map_or(String::new(), |c| format!("[{c}]"))
    )]
    DensityValue {
        /// Vertex or triangle.
        index: usize,
        /// Corner of the triangle, if there is one value for each.
        corner: Option<usize>,
        /// The offending value.
        value: f64,
    },
    /// The density vanishes identically.
    #[error("density is zero on the whole domain; there is no mass to transport")]
    ZeroDensity,
}

/// The domains that a kind of density fits.
fn homes(density: &str) -> &'static str {
    match density {
        "vertex" => "a domain of type \"mesh\" or \"tetmesh\"",
        "cell" => "a domain of type \"tetmesh\"",
        "affine" => "a domain in the plane or in space, or a sphere",
        "image" => "a domain in the plane, or a sphere",
        _ => "a domain of type \"mesh\"",
    }
}

impl DomainError {
    /// Is it the density that is wrong, not the domain?
    pub fn is_of_density(&self) -> bool {
        matches!(
            self,
            DomainError::NonFiniteDensity { .. }
                | DomainError::NegativeDensity { .. }
                | DomainError::ImageSize { .. }
                | DomainError::Pixel { .. }
                | DomainError::ThinPixels { .. }
                | DomainError::ImageTooSmall { .. }
                | DomainError::OffTheSphere { .. }
                | DomainError::BilinearOnSphere
                | DomainError::Unfit { .. }
                | DomainError::Slopes { .. }
                | DomainError::DensityLength { .. }
                | DomainError::DensityValue { .. }
                | DomainError::ZeroDensity
        )
    }
}

impl DomainError {
    /// The same with other numbers for faces: those of a file whose polygons were cut into
    /// triangles.
    pub fn with_faces(self, name: impl Fn(u32) -> u32) -> DomainError {
        match self {
            DomainError::Overlap { first, second } => {
                let (a, b) = (name(first), name(second));
                DomainError::Overlap { first: a.min(b), second: a.max(b) }
            }
            DomainError::Crossing { first, second } => {
                DomainError::Crossing { first: name(first), second: name(second) }
            }
            DomainError::WoundBothWays { edge, first, second } => {
                DomainError::WoundBothWays { edge, first: name(first), second: name(second) }
            }
            DomainError::NotClosed { edge, face, faces } => DomainError::NotClosed { edge, face: name(face), faces },
            DomainError::WoundWrongly { face } => DomainError::WoundWrongly { face: name(face) },
            other => other,
        }
    }
}
