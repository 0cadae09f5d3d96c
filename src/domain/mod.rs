//! Layer 1: where the source lives. Convex polygons and densities on them.

mod density;
mod polygon;
mod spread;

pub use density::Density;
pub use polygon::ConvexPolygon;
pub use spread::spread;

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
    /// The extent or area of the domain is not representable.
    #[error("domain extends over {extent:e}, outside 1e-140 to 1e140 where areas are doubles; rescale it")]
    ExtentOutOfRange {
        /// Larger side of the bounding box.
        extent: f64,
    },
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
        /// Index of the vertex in the polygon's own order.
        vertex: usize,
    },
    /// The density vanishes identically.
    #[error("density is zero on the whole domain; there is no mass to transport")]
    ZeroDensity,
}
