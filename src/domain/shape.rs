//! Shapes of planar domains, and what may be wrong with them.

use super::{ConvexPolygon, PlanarMesh};
use std::sync::Arc;

/// Where the source lives in the plane.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// A convex polygon.
    Convex(ConvexPolygon),
    /// A triangulated domain of any shape.
    Mesh(Arc<PlanarMesh>),
}

impl Domain {
    /// The convex polygon that the diagram is clipped to: the domain itself if it is convex, else
    /// its bounding box.
    pub fn frame(&self) -> &ConvexPolygon {
        match self {
            Domain::Convex(polygon) => polygon,
            Domain::Mesh(mesh) => mesh.bounding_box(),
        }
    }

    /// All coordinates times `2^e`, which the caller knows to be exact.
    pub(crate) fn scaled(&self, e: i32) -> Domain {
        match self {
            Domain::Convex(polygon) => Domain::Convex(polygon.scaled(e)),
            Domain::Mesh(mesh) => Domain::Mesh(Arc::new(mesh.scaled(e))),
        }
    }

    /// The polygon, if the domain is given as one.
    pub fn convex(&self) -> Option<&ConvexPolygon> {
        match self {
            Domain::Convex(polygon) => Some(polygon),
            Domain::Mesh(_) => None,
        }
    }

    /// The mesh, if the domain is given as one.
    pub fn mesh(&self) -> Option<&PlanarMesh> {
        match self {
            Domain::Convex(_) => None,
            Domain::Mesh(mesh) => Some(mesh),
        }
    }
}

impl From<ConvexPolygon> for Domain {
    fn from(polygon: ConvexPolygon) -> Domain {
        Domain::Convex(polygon)
    }
}

impl From<PlanarMesh> for Domain {
    fn from(mesh: PlanarMesh) -> Domain {
        Domain::Mesh(Arc::new(mesh))
    }
}
