//! A domain from a file of its own.

use super::domain_geojson;
use super::domain_json::DomainSeed;
use super::domain_shapes::{AnyDomain, mesh_from_bytes, polygons, solid_from_bytes, tets_from_bytes};
use super::domain_svg;
use super::ending::has_ending;
use super::error::IoError;
use super::header::wrong_kind;
use super::json::Context;
use super::lines::lines;
use super::loader::Loader;
use super::read::{ReadLimit, read_file};
use super::surface::reads_surface;
use super::tets::reads_tets;
use crate::domain::planar::Polygon;
use std::path::Path;

/// Reads a domain: from .json an object such as `{"type": "polygon", ...}`, or GeoJSON; from
/// .geojson the polygons of it; from .svg the outlines of shapes; from an .obj with faces, .ply,
/// .off or .stl a mesh; from .msh, .mesh or .vtu a mesh of tetrahedra; from any other format of
/// points the vertices of a polygon in order. `features` names what is meant in .geojson and .svg;
/// none: all. The second value are remarks.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_domain(path: &Path, limit: ReadLimit, features: &[String]) -> Result<(AnyDomain, Vec<String>), IoError> {
    parse_domain(path, read_file(path, limit)?, limit, features)
}

/// Reads the inside of a closed surface from an .obj, .ply, .off or .stl, and remarks.
///
/// # Errors
/// [`IoError`]; a surface that is not closed, or crosses itself.
pub fn read_solid(path: &Path, limit: ReadLimit) -> Result<(AnyDomain, Vec<String>), IoError> {
    solid_from_bytes(path, &read_file(path, limit)?, limit)
}

/// As [`read_domain`] for bytes already in memory; the name tells the format. Files that they refer
/// to are still read.
///
/// # Errors
/// As [`read_domain`].
pub fn parse_domain(
    path: &Path,
    bytes: Vec<u8>,
    limit: ReadLimit,
    features: &[String],
) -> Result<(AnyDomain, Vec<String>), IoError> {
    let is = |name: &str| has_ending(path, name);
    if is("geojson") || is("json") && domain_geojson::is_geojson(&bytes) {
        return domain_geojson::domain(path, &bytes, features, limit);
    }
    if is("svg") {
        return domain_svg::domain(path, &bytes, features, limit);
    }
    if !features.is_empty() {
        return Err(IoError::content(path, "has no features; names choose among those of a .geojson or .svg"));
    }
    if is("json") {
        let cx = Context::new(path);
        let mut loader = Loader::new(path, limit);
        let parsed =
            cx.parse(&bytes, DomainSeed(&cx)).map_err(|e| wrong_kind(path, &bytes, "a domain").unwrap_or(e))?;
        let domain = parsed.build(&mut loader)?;
        return Ok((domain, loader.notes));
    }
    if reads_tets(path) {
        return tets_from_bytes(path, &bytes, limit);
    }
    let is_face = |l: &[u8]| {
        l.trim_ascii_start().strip_prefix(b"f").is_some_and(|r| r.first().is_some_and(u8::is_ascii_whitespace))
    };
    let has_faces = || lines(&bytes).any(is_face);
    if reads_surface(path) && (!is("obj") || has_faces()) {
        return mesh_from_bytes(path, &bytes);
    }
    let read = super::points::parse_points(path, bytes, None)?;
    let ring = Polygon { outer: read.points, holes: Vec::new() };
    let (domain, mut notes) = polygons(path, &[ring], &|_| None, limit)?;
    notes.splice(0..0, read.notes);
    Ok((AnyDomain::Plane(domain), notes))
}
