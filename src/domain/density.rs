//! Densities of the source measure.

use super::{ExactLaw, Image};
use crate::exact::power::scaled;
use std::sync::Arc;

/// Density of a source in the plane with respect to area.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum Density {
    /// `rho = 1`.
    #[default]
    Constant,
    /// `rho(x) = <g, x> + c`, at least 0 on the domain.
    Affine {
        /// Gradient.
        g: [f64; 2],
        /// Value at the origin.
        c: f64,
    },
    /// `rho(x) = <g, x> + c` of sources in space, at least 0 on the domain.
    InSpace {
        /// Gradient.
        g: [f64; 3],
        /// Value at the origin.
        c: f64,
    },
    /// Values at the vertices of a mesh, affine on each triangle.
    Vertex(Arc<[f64]>),
    /// One value for each triangle of a mesh.
    Face(Arc<[f64]>),
    /// One value for each tetrahedron of a mesh in space.
    Cell(Arc<[f64]>),
    /// Values at the corners of each triangle of a mesh, in the order of its vertices; may jump
    /// across edges.
    Corner(Arc<[[f64; 3]]>),
    /// An image over a box.
    Image(Arc<Image>),
}

/// A value of a list, 0 where it is too short: densities are checked by [`Density::validate`].
#[inline]
pub(super) fn value<T: Copy + Default>(values: &[T], k: usize) -> T {
    values.get(k).copied().unwrap_or_default()
}

impl Density {
    /// The density in other units: coordinates times `2^length`, values times `2^density`. The
    /// caller knows that to be exact.
    pub(crate) fn scaled(&self, length: i32, density: i32) -> Density {
        let each = |v: &f64| scaled(*v, density);
        match self {
            // A density of 1 is never far from ordinary.
            Density::Constant => Density::Constant,
            Density::Affine { g, c } => {
                Density::Affine { g: g.map(|g| scaled(g, density - length)), c: scaled(*c, density) }
            }
            Density::InSpace { g, c } => {
                Density::InSpace { g: g.map(|g| scaled(g, density - length)), c: scaled(*c, density) }
            }
            Density::Vertex(values) => Density::Vertex(values.iter().map(each).collect()),
            Density::Face(values) => Density::Face(values.iter().map(each).collect()),
            Density::Cell(values) => Density::Cell(values.iter().map(each).collect()),
            Density::Corner(values) => Density::Corner(values.iter().map(|r| r.map(|v| scaled(v, density))).collect()),
            Density::Image(image) => Density::Image(Arc::new(image.scaled(length, density))),
        }
    }

    /// What kind it is, as problem files call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Density::Constant => "constant",
            Density::Affine { .. } | Density::InSpace { .. } => "affine",
            Density::Vertex(_) => "vertex",
            Density::Face(_) => "face",
            Density::Cell(_) => "cell",
            Density::Corner(_) => "corner",
            Density::Image(_) => "image",
        }
    }

    /// The density on a convex polygon; `None` for the kinds that live on patches.
    pub fn law(&self) -> Option<super::Law> {
        match *self {
            Density::Constant => Some(super::Law::constant(1.0)),
            Density::Affine { g, c } => Some(super::Law::affine(g, c)),
            Density::InSpace { .. }
            | Density::Vertex(_)
            | Density::Face(_)
            | Density::Cell(_)
            | Density::Corner(_)
            | Density::Image(_) => None,
        }
    }

    /// [`Density::law`], exact.
    pub fn exact_law(&self) -> Option<ExactLaw> {
        match *self {
            Density::Constant => Some(ExactLaw::affine([0.0; 2], 1.0)),
            Density::Affine { g, c } => Some(ExactLaw::affine(g, c)),
            Density::InSpace { .. }
            | Density::Vertex(_)
            | Density::Face(_)
            | Density::Cell(_)
            | Density::Corner(_)
            | Density::Image(_) => None,
        }
    }
}
