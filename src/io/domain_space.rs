//! Domains in space and tori, as problem files say them.

use super::domain_shapes::{AnyDomain, Told, solid_notes};
use super::json::Rows;
use super::tets::flat_note;
use crate::domain::{Body, DomainError, Solid, SpaceDomain, Sphere, TetMesh};

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
pub(super) fn polyhedron(corners: Option<Rows>, halfspaces: Option<Vec<[f64; 4]>>) -> Result<AnyDomain, Fault> {
    let body = match (corners, halfspaces) {
        (Some(rows), None) => Body::hull(vertices(rows)?)?,
        (None, Some(rows)) => Body::of_halfspaces(rows)?,
        _ => {
            let what =
                "a polyhedron needs \"vertices\": [[x, y, z], ...], or \"halfspaces\": [[a, b, c, d], ...] alone";
            return Err(Fault::Told(what.into()));
        }
    };
    Ok(AnyDomain::Space(SpaceDomain::of_body(body)))
}

fn vertices(rows: Rows) -> Result<Vec<[f64; 3]>, Fault> {
    let misfit = |(k, found)| Fault::Told(format!("vertices[{k}] has {found} coordinates; give [x, y, z]"));
    rows.into_space().map_err(misfit)
}

/// A mesh of tetrahedra, and remarks.
pub(super) fn tetmesh(rows: Option<Rows>, tets: Option<Vec<[u32; 4]>>) -> Result<Told, Fault> {
    let (Some(rows), Some(tets)) = (rows, tets) else {
        let what =
            "a tetmesh needs \"vertices\": [[x, y, z], ...] and \"tets\": [[a, b, c, d], ...], or \"path\" alone";
        return Err(Fault::Told(what.into()));
    };
    let mesh = TetMesh::new(vertices(rows)?, tets)?;
    let notes = flat_note(&mesh).into_iter().collect();
    Ok((AnyDomain::Space(SpaceDomain::of_parts(mesh)?), notes))
}

/// The inside of a closed surface, and remarks.
pub(super) fn solid(rows: Option<Rows>, triangles: Option<Vec<[u32; 3]>>) -> Result<Told, Fault> {
    let (Some(rows), Some(triangles)) = (rows, triangles) else {
        let what =
            "a solid needs \"vertices\": [[x, y, z], ...] and \"triangles\": [[a, b, c], ...], or \"path\" alone";
        return Err(Fault::Told(what.into()));
    };
    let solid = Solid::new(vertices(rows)?, triangles)?;
    let notes = solid_notes(&solid);
    Ok((AnyDomain::Space(SpaceDomain::of_parts(solid)?), notes))
}
