//! Densities on triangulated surfaces.

use super::super::density::{Density, value};
use super::super::error::DomainError;
use super::super::fits::{length, sound};
use super::mesh::Surface;
use crate::exact::power::scaled;
use std::sync::Arc;

/// Density of a source on a surface with respect to area.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum SurfaceDensity {
    /// `rho = 1`.
    #[default]
    Constant,
    /// Values at the vertices, affine on each triangle.
    Vertex(Arc<[f64]>),
    /// One value for each triangle.
    Face(Arc<[f64]>),
    /// Values at the corners of each triangle, in the order of its vertices; may jump across edges.
    Corner(Arc<[[f64; 3]]>),
}

impl SurfaceDensity {
    /// Checks that there is one value for each vertex, triangle or corner, finite and at least 0.
    ///
    /// # Errors
    /// [`DomainError`] naming the value.
    pub fn validate(&self, surface: &Surface) -> Result<(), DomainError> {
        match self {
            SurfaceDensity::Constant => Ok(()),
            SurfaceDensity::Vertex(values) => {
                length("vertex", values.len(), surface.vertices().len())?;
                sound(values, |k| (k, None))
            }
            SurfaceDensity::Face(values) => {
                length("face", values.len(), surface.triangles().len())?;
                sound(values, |k| (k, None))
            }
            SurfaceDensity::Corner(values) => {
                length("corner", values.len(), surface.triangles().len())?;
                sound(values.as_flattened(), |k| (k / 3, Some(k % 3)))
            }
        }
    }

    /// Densities at the corners of a triangle; 0 where values are missing
    /// ([`SurfaceDensity::validate`] names them).
    pub(in crate::domain) fn at(&self, face: usize, corners: [u32; 3]) -> [f64; 3] {
        match self {
            SurfaceDensity::Constant => [1.0; 3],
            SurfaceDensity::Vertex(values) => corners.map(|v| value(values, v as usize)),
            SurfaceDensity::Face(values) => [value(values, face); 3],
            SurfaceDensity::Corner(values) => value(values, face),
        }
    }

    /// Values times `2^e`. The caller knows that to be exact.
    pub(crate) fn scaled(&self, e: i32) -> SurfaceDensity {
        let each = |v: &f64| scaled(*v, e);
        match self {
            // A density of 1 is never far from ordinary.
            SurfaceDensity::Constant => SurfaceDensity::Constant,
            SurfaceDensity::Vertex(values) => SurfaceDensity::Vertex(values.iter().map(each).collect()),
            SurfaceDensity::Face(values) => SurfaceDensity::Face(values.iter().map(each).collect()),
            SurfaceDensity::Corner(values) => {
                SurfaceDensity::Corner(values.iter().map(|r| r.map(|v| scaled(v, e))).collect())
            }
        }
    }

    /// The greatest of the values; 1 if there are none.
    pub(crate) fn greatest(&self) -> f64 {
        let most = |values: &[f64]| values.iter().fold(0.0, |m: f64, v| m.max(*v));
        match self {
            SurfaceDensity::Constant => 1.0,
            SurfaceDensity::Vertex(values) | SurfaceDensity::Face(values) => most(values),
            SurfaceDensity::Corner(values) => most(values.as_flattened()),
        }
    }
}

/// The kinds that surfaces have in common with meshes of the plane.
impl TryFrom<Density> for SurfaceDensity {
    type Error = DomainError;
    fn try_from(density: Density) -> Result<SurfaceDensity, DomainError> {
        match density {
            Density::Constant => Ok(SurfaceDensity::Constant),
            Density::Vertex(values) => Ok(SurfaceDensity::Vertex(values)),
            Density::Face(values) => Ok(SurfaceDensity::Face(values)),
            Density::Corner(values) => Ok(SurfaceDensity::Corner(values)),
            Density::Affine { .. } | Density::InSpace { .. } => Err(DomainError::Unfit { density: "affine" }),
            Density::Cell(_) => Err(DomainError::Unfit { density: "cell" }),
            Density::Image(_) => Err(DomainError::Unfit { density: "image" }),
        }
    }
}

impl From<SurfaceDensity> for Density {
    fn from(density: SurfaceDensity) -> Density {
        match density {
            SurfaceDensity::Constant => Density::Constant,
            SurfaceDensity::Vertex(values) => Density::Vertex(values),
            SurfaceDensity::Face(values) => Density::Face(values),
            SurfaceDensity::Corner(values) => Density::Corner(values),
        }
    }
}
