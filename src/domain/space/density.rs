//! Densities of sources in space.

use super::domain::SpaceDomain;
use super::integrals::ExactAffine;
use super::parts::Parts;
use crate::domain::fits::{length, some_positive, sound};
use crate::domain::{Density, DomainError};
use crate::exact::Dd;
use crate::exact::big::{self, Rational};
use crate::exact::power::scaled;
use std::sync::Arc;

/// Density of a source in space with respect to volume (on a torus of the plane: area).
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum SpaceDensity {
    /// `rho = 1`.
    #[default]
    Constant,
    /// `rho(x) = <g, x> + c`, at least 0 on the domain; `g` is 0 along periodic axes.
    Affine {
        /// Gradient; the third entry is 0 in the plane.
        g: [f64; 3],
        /// Value at the origin.
        c: f64,
    },
    /// Values at the vertices of a mesh of tetrahedra, affine on each.
    Vertex(Arc<[f64]>),
    /// One value for each tetrahedron of a mesh.
    Cell(Arc<[f64]>),
}

/// An affine density: `<g, x - about> + c`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpaceLaw {
    /// Gradient.
    pub g: [f64; 3],
    /// Value at `about`.
    pub c: f64,
    /// Where `c` is the value.
    pub about: [f64; 3],
}

impl SpaceLaw {
    /// The value at a point, at least 0.
    #[inline]
    pub fn at(&self, x: &[f64; 3]) -> f64 {
        if self.g == [0.0; 3] {
            return self.c;
        }
        let d = [0, 1, 2].map(|k| x[k] - self.about[k]);
        (self.g[0] * d[0] + self.g[1] * d[1] + self.g[2] * d[2] + self.c).max(0.0)
    }
}

impl SpaceDensity {
    /// Checks a density on its domain, exactly.
    ///
    /// # Errors
    /// A number that is not finite, a slope along a periodic axis, a negative or vanishing density,
    /// values that are not those of a mesh of tetrahedra.
    pub fn validate<const D: usize>(&self, domain: &SpaceDomain<D>) -> Result<(), DomainError> {
        let tets = domain.parts().and_then(|parts| parts.tets());
        match self {
            SpaceDensity::Constant => Ok(()),
            SpaceDensity::Affine { g, c } => self.affine(*g, *c, domain),
            SpaceDensity::Vertex(values) | SpaceDensity::Cell(values) => {
                let vertex = matches!(self, SpaceDensity::Vertex(_));
                let kind = if vertex { "vertex" } else { "cell" };
                let Some(mesh) = tets else { return Err(DomainError::Unfit { density: kind }) };
                length(kind, values.len(), if vertex { mesh.vertices().len() } else { mesh.tets().len() })?;
                sound(values, |k| (k, None))?;
                let parts = domain.parts();
                some_positive(parts.is_some_and(|p| (0..p.len() as u32).any(|t| self.counts(p, t))))
            }
        }
    }

    fn affine<const D: usize>(&self, g: [f64; 3], c: f64, domain: &SpaceDomain<D>) -> Result<(), DomainError> {
        let names = ["g[0]", "g[1]", "g[2]"];
        for (value, name) in g.iter().zip(names).chain([(&c, "c")]) {
            if !value.is_finite() {
                return Err(DomainError::NonFiniteDensity { name, value: *value });
            }
        }
        if let Some(axis) = (0..D).find(|&k| domain.periodic()[k] && g[k] != 0.0) {
            return Err(DomainError::TiltedTorus { axis, value: g[axis] });
        }
        let exact = ExactAffine::new(g, c);
        let mut any = false;
        for (vertex, x) in domain.corners() {
            match exact.value(&x).cmp0() {
                std::cmp::Ordering::Less => return Err(DomainError::NegativeDensity { vertex }),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => any = true,
            }
        }
        some_positive(any)
    }

    /// Has a part of the domain mass? One that has none is no part of the source.
    pub(crate) fn counts(&self, parts: &Parts, part: u32) -> bool {
        if parts.tets().is_some_and(|mesh| mesh.flat().binary_search(&part).is_ok()) {
            return false;
        }
        match (self, parts.tet(part)) {
            (SpaceDensity::Vertex(values), Some(t)) => t.iter().any(|&v| values[v as usize] > 0.0),
            (SpaceDensity::Cell(values), Some(_)) => values[part as usize] > 0.0,
            _ => true,
        }
    }

    /// The density times a factor, on a part of the domain where there are parts.
    pub(crate) fn law(&self, parts: Option<&Parts>, part: u32, factor: f64) -> SpaceLaw {
        let constant = |c: f64| SpaceLaw { g: [0.0; 3], c: c * factor, about: [0.0; 3] };
        match (self, parts.and_then(|p| Some((p.tets()?, p.tet(part)?)))) {
            (SpaceDensity::Affine { g, c }, _) => SpaceLaw { g: g.map(|g| g * factor), c: c * factor, about: [0.0; 3] },
            (SpaceDensity::Vertex(values), Some((mesh, t))) => {
                let r = t.map(|v| values[v as usize]);
                let v = t.map(|v| mesh.vertices()[v as usize]);
                SpaceLaw { g: slope(&v, &r).map(|g| g * factor), c: r[0] * factor, about: v[0] }
            }
            (SpaceDensity::Cell(values), Some(_)) => constant(values[part as usize]),
            _ => constant(1.0),
        }
    }

    /// The density on a part of the domain, exactly.
    pub(crate) fn exact(&self, parts: Option<&Parts>, part: u32) -> ExactAffine {
        match (self, parts.and_then(|p| Some((p.tets()?, p.tet(part)?)))) {
            (SpaceDensity::Affine { g, c }, _) => ExactAffine::new(*g, *c),
            (SpaceDensity::Vertex(values), Some((mesh, t))) => {
                ExactAffine::through(t.map(|v| mesh.vertices()[v as usize]), t.map(|v| values[v as usize]))
            }
            (SpaceDensity::Cell(values), Some(_)) => ExactAffine::new([0.0; 3], values[part as usize]),
            _ => ExactAffine::new([0.0; 3], 1.0),
        }
    }

    /// Four times the mean over a tetrahedron of a mesh, told by its vertices; `None` of one that
    /// does not count.
    pub(crate) fn sum_over(&self, parts: &Parts, tet: u32, corners: [u32; 4]) -> Option<Rational> {
        if parts.tets().is_some() && !self.counts(parts, tet) {
            return None;
        }
        Some(match self {
            SpaceDensity::Constant => Rational::from(4),
            SpaceDensity::Affine { g, c } => {
                let law = ExactAffine::new(*g, *c);
                corners.iter().map(|&v| law.value(&parts.vertices()[v as usize].map(big::rational))).sum()
            }
            SpaceDensity::Vertex(values) => corners.iter().map(|&v| big::rational(values[v as usize])).sum(),
            SpaceDensity::Cell(values) => big::rational(values[tet as usize]) * 4u32,
        })
    }

    /// A bound of its terms where coordinates are at most this.
    pub(crate) fn greatest(&self, far: f64) -> f64 {
        match self {
            SpaceDensity::Constant => 1.0,
            SpaceDensity::Affine { g, c } => g.iter().fold(c.abs(), |m, g| m.max(g.abs() * far)).min(f64::MAX),
            SpaceDensity::Vertex(values) | SpaceDensity::Cell(values) => values.iter().fold(0.0, |m: f64, v| m.max(*v)),
        }
    }

    /// In other units: coordinates times `2^length`, values times `2^density`. The caller knows
    /// that to be exact.
    pub(crate) fn scaled(&self, length: i32, density: i32) -> SpaceDensity {
        let each = |values: &Arc<[f64]>| values.iter().map(|v| scaled(*v, density)).collect();
        match self {
            SpaceDensity::Constant => SpaceDensity::Constant,
            SpaceDensity::Affine { g, c } => {
                SpaceDensity::Affine { g: g.map(|g| scaled(g, density - length)), c: scaled(*c, density) }
            }
            SpaceDensity::Vertex(values) => SpaceDensity::Vertex(each(values)),
            SpaceDensity::Cell(values) => SpaceDensity::Cell(each(values)),
        }
    }
}

/// The gradient of the affine function with these values at the corners of a tetrahedron. In
/// double-doubles, since those of thin ones cancel.
fn slope(v: &[[f64; 3]; 4], r: &[f64; 4]) -> [f64; 3] {
    let [a, b, c] = [1, 2, 3].map(|k| [0, 1, 2].map(|axis| Dd::difference(v[k][axis], v[0][axis])));
    let cross = |p: &[Dd; 3], q: &[Dd; 3]| [(1, 2), (2, 0), (0, 1)].map(|(i, j)| p[i] * q[j] - p[j] * q[i]);
    let (bc, ca, ab) = (cross(&b, &c), cross(&c, &a), cross(&a, &b));
    let det = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2];
    let [p, q, s] = [1, 2, 3].map(|k| Dd::difference(r[k], r[0]));
    [0, 1, 2].map(|k| (p * bc[k] + q * ca[k] + s * ab[k]).over(det).to_f64())
}

impl TryFrom<Density> for SpaceDensity {
    type Error = DomainError;
    fn try_from(density: Density) -> Result<SpaceDensity, DomainError> {
        match density {
            Density::Constant => Ok(SpaceDensity::Constant),
            Density::Affine { g, c } => Ok(SpaceDensity::Affine { g: [g[0], g[1], 0.0], c }),
            Density::InSpace { g, c } => Ok(SpaceDensity::Affine { g, c }),
            Density::Vertex(values) => Ok(SpaceDensity::Vertex(values)),
            Density::Cell(values) => Ok(SpaceDensity::Cell(values)),
            Density::Image(_) => Err(DomainError::Unfit { density: "image" }),
            other => Err(DomainError::Unfit { density: other.kind() }),
        }
    }
}

impl From<&SpaceDensity> for Density {
    fn from(density: &SpaceDensity) -> Density {
        match density {
            SpaceDensity::Constant => Density::Constant,
            SpaceDensity::Affine { g, c } => Density::InSpace { g: *g, c: *c },
            SpaceDensity::Vertex(values) => Density::Vertex(values.clone()),
            SpaceDensity::Cell(values) => Density::Cell(values.clone()),
        }
    }
}
