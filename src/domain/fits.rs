//! Whether a density fits its domain.

use super::{ConvexPolygon, Density, Domain, DomainError, ExactLaw, Image, Patches, PlanarMesh};

impl Density {
    /// Checks, exactly, that the density fits the domain, is finite, non-negative on it and not
    /// zero everywhere.
    ///
    /// # Errors
    /// [`DomainError`] naming the coefficient, value or vertex.
    pub fn validate(&self, domain: &Domain) -> Result<(), DomainError> {
        match (self, domain) {
            (Density::Constant, _) => Ok(()),
            (Density::Affine { g, c }, Domain::Convex(polygon)) => {
                affine(*g, *c, polygon.vertices().iter().copied().zip(0..))
            }
            (Density::Affine { g, c }, Domain::Mesh(mesh)) => affine(*g, *c, used(mesh)),
            (Density::InSpace { .. }, _) => Err(DomainError::Slopes { found: 3, needed: 2 }),
            (Density::Cell(_), _) => Err(DomainError::Unfit { density: "cell" }),
            (Density::Image(image), _) => {
                covers(image, domain.frame())?;
                some_positive(Patches::of(domain, self).is_some_and(|p| !p.is_empty()))
            }
            // The triangles of a polygon are not those of the caller.
            (Density::Vertex(_) | Density::Face(_) | Density::Corner(_), Domain::Mesh(mesh))
                if mesh.polygons().is_some() =>
            {
                Err(DomainError::Unfit { density: self.kind() })
            }
            (Density::Vertex(values), Domain::Mesh(mesh)) => {
                length("vertex", values.len(), mesh.vertices().len())?;
                sound(values, |k| (k, None))?;
                some_positive(used(mesh).any(|(_, v)| values[v] > 0.0))
            }
            (Density::Face(values), Domain::Mesh(mesh)) => {
                length("face", values.len(), mesh.triangles().len())?;
                sound(values, |k| (k, None))?;
                some_positive(mesh.solid().any(|f| values[f] > 0.0))
            }
            (Density::Corner(values), Domain::Mesh(mesh)) => {
                length("corner", values.len(), mesh.triangles().len())?;
                sound(values.as_flattened(), |k| (k / 3, Some(k % 3)))?;
                some_positive(mesh.solid().any(|f| values[f].iter().any(|&r| r > 0.0)))
            }
            (Density::Vertex(_) | Density::Face(_) | Density::Corner(_), Domain::Convex(_)) => {
                Err(DomainError::Unfit { density: self.kind() })
            }
        }
    }
}

/// Vertices of triangles with area, again and again, with their numbers.
pub(super) fn used(mesh: &PlanarMesh) -> impl Iterator<Item = ([f64; 2], usize)> + '_ {
    let corners = mesh.solid().flat_map(|f| mesh.triangles()[f]);
    corners.map(|v| (mesh.vertices()[v as usize], v as usize))
}

pub(super) fn affine(
    g: [f64; 2],
    c: f64,
    vertices: impl Iterator<Item = ([f64; 2], usize)>,
) -> Result<(), DomainError> {
    for (name, value) in [("g[0]", g[0]), ("g[1]", g[1]), ("c", c)] {
        if !value.is_finite() {
            return Err(DomainError::NonFiniteDensity { name, value });
        }
    }
    let law = ExactLaw::affine(g, c);
    let mut positive = false;
    for (v, vertex) in vertices {
        match law.value_at(v).cmp0() {
            std::cmp::Ordering::Less => return Err(DomainError::NegativeDensity { vertex }),
            std::cmp::Ordering::Greater => positive = true,
            std::cmp::Ordering::Equal => {}
        }
    }
    some_positive(positive)
}

pub(super) fn some_positive(positive: bool) -> Result<(), DomainError> {
    if positive { Ok(()) } else { Err(DomainError::ZeroDensity) }
}

pub(super) fn length(kind: &'static str, found: usize, expected: usize) -> Result<(), DomainError> {
    if found == expected { Ok(()) } else { Err(DomainError::DensityLength { kind, found, expected }) }
}

/// Are all values finite and at least 0?
pub(super) fn sound(values: &[f64], place: impl Fn(usize) -> (usize, Option<usize>)) -> Result<(), DomainError> {
    match values.iter().position(|v| !(v.is_finite() && *v >= 0.0)) {
        None => Ok(()),
        Some(k) => {
            let (index, corner) = place(k);
            Err(DomainError::DensityValue { index, corner, value: values[k] })
        }
    }
}

/// Does the image cover the polygon?
pub(super) fn covers(image: &Image, polygon: &ConvexPolygon) -> Result<(), DomainError> {
    let (lo, hi) = polygon.bounds();
    if (0..2).any(|k| lo[k] < image.min()[k] || hi[k] > image.max()[k]) {
        return Err(DomainError::ImageTooSmall { min: image.min(), max: image.max() });
    }
    Ok(())
}
