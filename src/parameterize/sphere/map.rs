//! A closed surface on the sphere.

use super::super::distort::Distortion;
use super::check::SphereProof;
use crate::domain::surface::repair::RepairLog;
use std::fmt;

/// A closed mesh with a point of the unit sphere for each vertex.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SphereMap {
    /// For each vertex of the input its point on the unit sphere, rounded; of one that was merged
    /// with another the other's; of one without triangles the origin. The sphere is turned so that
    /// places lie as nearly as they can in the directions in which they are seen from the surface's
    /// middle.
    pub points: Vec<[f64; 3]>,
    /// Triangles by the input's vertices, in their order, unless the repair left some out, turned,
    /// or divided them. All are counter-clockwise as seen from outside.
    pub triangles: Vec<[u32; 3]>,
    /// For each triangle the one of the input that it is, or is a part of.
    pub face_of: Vec<u32>,
    /// Errors of areas and angles. Areas are those of the spherical triangles; angles, those of the
    /// plane ones between the points.
    pub distortion: Distortion,
    /// What was done.
    pub report: SphereReport,
    /// What the repair did.
    pub log: RepairLog,
    /// Proof that it is one to one, on the points as they are.
    pub proof: SphereProof,
}

/// What was done, and how well.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SphereReport {
    /// Vertices that have triangles.
    pub vertices: usize,
    /// Levels of coarser meshes, with the mesh itself.
    pub levels: usize,
    /// Newton steps of the whole mesh.
    pub steps: usize,
    /// Error of areas (between 0 and 2) once all vertices were on the sphere, and after refinement.
    pub area_errors: [f64; 2],
    /// Whether all triangles were turned, as the mesh was inside out: its volume was negative.
    pub turned: bool,
    /// Aims that it misses.
    pub misses: Vec<SphereMiss>,
    /// Wall seconds.
    pub seconds: f64,
}

/// An aim that was missed. Displays as a sentence with what can be done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SphereMiss {
    /// It is not one to one.
    NotOneToOne {
        /// Triangles that are flipped.
        flipped: usize,
        /// Triangles that are flat.
        flat: usize,
        /// How often the sphere is covered.
        degree: Option<i64>,
    },
    /// Areas are off although they count most.
    Areas {
        /// Sum of the errors of all shares of the sphere, between 0 and 2.
        error: f64,
    },
    /// Triangles are long and narrow.
    Stretch {
        /// Ratio of singular values that 95 per cent of the area keep to.
        stretch: f64,
    },
}

impl fmt::Display for SphereMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SphereMiss::NotOneToOne { flipped, flat, degree } => {
                write!(f, "is not one to one: {flipped} flipped, {flat} flat, ")?;
                match degree {
                    Some(degree) => write!(f, "the sphere covered {degree} times")?,
                    None => write!(f, "no ray that meets no edge")?,
                }
                write!(f, "; divide its largest triangles, or lay it into the plane")
            }
            SphereMiss::Areas { error } => {
                write!(f, "misses its areas: L1 error {error:.2} (of 2); divide its triangles in four")
            }
            SphereMiss::Stretch { stretch } => write!(
                f,
                "is stretched {stretch:.0} times or more on a twentieth of its area; give angles more weight (`--area-weight 1e3`, or less), or lay it into the plane"
            ),
        }
    }
}

impl SphereMap {
    /// Decides whether the same triangles are on the sphere one to one by other points, such as
    /// these ones rounded to fewer digits: exactly, by nothing but the triangles and the points.
    ///
    /// # Panics
    /// If there are fewer points than the triangles name.
    pub fn prove(&self, points: &[[f64; 3]]) -> SphereProof {
        SphereProof::new(&self.triangles, points)
    }
}
