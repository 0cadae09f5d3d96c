//! Domains from the shapes that files hold: triangles, rings.

use super::error::IoError;
use super::read::ReadLimit;
use super::surface::parse_surface;
use super::tets::parse_tets;
use crate::domain::planar::{Polygon, planar_domain};
use crate::domain::{Domain, PlanarMesh, Solid, SpaceDomain, Sphere, Surface, polygon_of};
use crate::problem::Kind;
use std::path::Path;
use std::sync::Arc;

/// Where a source lives: in the plane, on a surface in space, in a part of space, on a torus, or on
/// a sphere.
pub type AnyDomain = Kind<Domain, Arc<Surface>, SpaceDomain<3>, SpaceDomain<2>, Sphere>;

/// A domain, and remarks.
pub(super) type Told = (AnyDomain, Vec<String>);

/// Bytes that a solid takes for each triangle at its peak: its boxes (112), checks of edges (48),
/// and one or two parts of a dozen sides and twenty corners (16 and 24 each), with room to grow.
const FACE: u64 = 2500;

/// Bytes that the triangulation takes for each vertex of a polygon, at its peak: the structure of
/// the crate with room to grow, what is kept of it, and the mesh.
const VERTEX: u64 = 500;

/// The domain that polygons of a file are, and remarks. `name` says what a part is called.
pub(super) fn polygons(
    file: &Path,
    parts: &[Polygon],
    name: &dyn Fn(usize) -> Option<String>,
    limit: ReadLimit,
) -> Result<(Domain, Vec<String>), IoError> {
    let vertices: usize = parts.iter().map(Polygon::vertices).sum();
    let needs = (vertices as u64).saturating_mul(VERTEX);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: file.to_path_buf(), needs, limit: limit.bytes });
    }
    planar_domain(parts, name).map_err(|e| IoError::Problem { file: file.to_path_buf(), source: e.into() })
}

/// What to say about triangles that were left out.
pub(super) fn flat_note(flat: &[u32]) -> Option<String> {
    match flat {
        [] => None,
        [one] => Some(format!("face {one} of the mesh has zero area and was left out")),
        [first, rest @ ..] => {
            let n = rest.len();
            Some(format!("face {first} of the mesh and {n} more have zero area and were left out"))
        }
    }
}

/// Numbers of faces as a file has them, each once.
fn named(faces: &[u32], name: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut faces: Vec<u32> = faces.iter().map(|&f| name(f)).collect();
    faces.dedup();
    faces
}

/// What to say about corners inside neighbours.
pub(super) fn doubled_note(mesh: &PlanarMesh) -> Option<String> {
    let (pairs, area) = mesh.doubled();
    let pairs = match pairs {
        0 => return None,
        1 => "1 pair of triangles overlaps".to_string(),
        n => format!("{n} pairs of triangles overlap"),
    };
    Some(format!("{pairs} by a rounding error of a corner; an area of at most {area:.1e} counts twice"))
}

/// A mesh from the bytes of a file, and remarks: in the plane if all third coordinates are equal,
/// else a surface.
pub(super) fn mesh_from_bytes(path: &Path, bytes: &[u8]) -> Result<(AnyDomain, Vec<String>), IoError> {
    let file = parse_surface(path, bytes)?;
    let mut notes = file.notes.clone();
    let flat = file.vertices.iter().all(|v| v[2] == file.vertices[0][2]);
    if !flat {
        let surface = file.into_surface(path)?;
        notes.extend(flat_note(&named(surface.flat(), |f| surface.face(f))));
        return Ok((AnyDomain::Surface(surface.into()), notes));
    }
    if file.vertices.first().is_some_and(|v| v[2] != 0.0) {
        notes.push(format!("{} lies in the plane z = {}; x and y are used", path.display(), file.vertices[0][2]));
    }
    let vertices = file.vertices.iter().map(|v| [v[0], v[1]]).collect();
    let name = |f| polygon_of(&file.polygons, f);
    let mesh = PlanarMesh::new(vertices, file.triangles)
        .map_err(|e| IoError::Problem { file: path.to_path_buf(), source: e.with_faces(name).into() })?;
    let mesh = mesh.with_faces(file.polygons);
    notes.extend(flat_note(&named(mesh.flat(), |f| mesh.face(f))));
    notes.extend(doubled_note(&mesh));
    Ok((AnyDomain::Plane(mesh.into()), notes))
}

/// A mesh of tetrahedra from the bytes of a file, and remarks.
pub(super) fn tets_from_bytes(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<Told, IoError> {
    let (mesh, notes) = parse_tets(path, bytes, limit)?.into_mesh(path)?;
    let wrong = |e: crate::domain::DomainError| IoError::Problem { file: path.to_path_buf(), source: e.into() };
    Ok((AnyDomain::Space(SpaceDomain::of_parts(mesh).map_err(wrong)?), notes))
}

/// Whether a solid within so many triangles may be made.
pub(super) fn solid_fits(path: &Path, triangles: usize, limit: ReadLimit) -> Result<(), IoError> {
    let needs = FACE.saturating_mul(triangles as u64);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    Ok(())
}

/// The inside of a surface from the bytes of a file, and remarks.
pub(super) fn solid_from_bytes(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<Told, IoError> {
    let file = parse_surface(path, bytes)?;
    solid_fits(path, file.triangles.len(), limit)?;
    let mut notes = file.notes;
    let polygons = file.polygons;
    let wrong = |e: crate::domain::DomainError| IoError::Problem {
        file: path.to_path_buf(),
        source: e.with_faces(|f| polygon_of(&polygons, f)).into(),
    };
    let solid = Solid::new(file.vertices, file.triangles).map_err(wrong)?;
    notes.extend(solid_notes(&solid));
    Ok((AnyDomain::Space(SpaceDomain::of_parts(solid).map_err(wrong)?), notes))
}

/// What to say about a solid.
pub(super) fn solid_notes(solid: &Solid) -> Vec<String> {
    let turned = solid.turned().then(|| "the surface is wound inwards and was turned".to_string());
    let collapsed = match solid.collapsed() {
        0 => None,
        1 => Some("1 face names a vertex twice and was left out".to_string()),
        n => Some(format!("{n} faces name a vertex twice and were left out")),
    };
    turned.into_iter().chain(collapsed).collect()
}
