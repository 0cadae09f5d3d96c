//! Domains in space and tori, as problem files say them.

use super::domain_shapes::AnyDomain;
use super::json::Rows;
use crate::domain::{Body, DomainError, SpaceDomain, Sphere};

/// What is wrong with a domain: with its numbers, or with how they are told.
pub(super) enum Fault {
    Domain(DomainError),
    Told(String),
}

impl From<DomainError> for Fault {
    fn from(e: DomainError) -> Fault {
        Fault::Domain(e)
    }
}

/// A box in space.
pub(super) fn solid_box(min: &[f64], max: &[f64]) -> Result<AnyDomain, Fault> {
    torus(min, max, Some(&[false; 3]))
}

/// A box some of whose axes are periodic; all of them if that is not told.
pub(super) fn torus(min: &[f64], max: &[f64], periodic: Option<&[bool]>) -> Result<AnyDomain, Fault> {
    let told = |what: &str| Fault::Told(what.into());
    if !(min.len() == max.len() && (2..=3).contains(&min.len())) {
        let (a, b) = (min.len(), max.len());
        return Err(told(&format!("min has {a} coordinates and max has {b}; give [x, y] or [x, y, z] each")));
    }
    if let Some(p) = periodic
        && p.len() != min.len()
    {
        let (a, b) = (p.len(), min.len());
        return Err(told(&format!("periodic has {a} entries, min has {b}; give true or false for each axis")));
    }
    let axis = |k: usize| periodic.is_none_or(|p| p[k]);
    match (min, max) {
        (&[a, b], &[c, d]) => Ok(AnyDomain::Torus(SpaceDomain::torus([a, b], [c, d], [axis(0), axis(1)])?)),
        (&[a, b, c], &[d, e, f]) => {
            Ok(AnyDomain::Space(SpaceDomain::torus([a, b, c], [d, e, f], [axis(0), axis(1), axis(2)])?))
        }
        _ => Err(told("give [x, y] or [x, y, z]")),
    }
}

/// A sphere; the unit sphere if nothing is told.
pub(super) fn sphere(center: Option<&[f64]>, radius: Option<f64>) -> Result<AnyDomain, Fault> {
    let center = match center {
        None => [0.0; 3],
        Some(&[x, y, z]) => [x, y, z],
        Some(other) => {
            let what = format!("center has {} coordinates; give [x, y, z]", other.len());
            return Err(Fault::Told(what));
        }
    };
    Ok(AnyDomain::Sphere(Sphere::new(center, radius.unwrap_or(1.0))?))
}

/// A convex polyhedron from one of its two descriptions.
pub(super) fn polyhedron(vertices: Option<Rows>, halfspaces: Option<Vec<[f64; 4]>>) -> Result<AnyDomain, Fault> {
    let body = match (vertices, halfspaces) {
        (Some(rows), None) => {
            let misfit = |(k, found)| Fault::Told(format!("vertices[{k}] has {found} coordinates; give [x, y, z]"));
            Body::hull(rows.into_space().map_err(misfit)?)?
        }
        (None, Some(rows)) => Body::of_halfspaces(rows)?,
        _ => {
            let what =
                "a polyhedron needs \"vertices\": [[x, y, z], ...], or \"halfspaces\": [[a, b, c, d], ...] alone";
            return Err(Fault::Told(what.into()));
        }
    };
    Ok(AnyDomain::Space(SpaceDomain::of_body(body)))
}
