//! The source of a problem file: domain and density.

use super::error::{IoError, quoted};
use super::image::decode;
use super::json::{Context, Number, Pairs, Place, Reference, Rows, Scalars, Source, Triples, set, unknown_field};
use super::loader::Loader;
use super::read::{ReadLimit, lines, read_file};
use super::surface::{parse_surface, reads_surface};
use crate::domain::{Between, ConvexPolygon, Density, Domain, DomainError, Image, PlanarMesh, Surface};
use crate::problem::Kind;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where a source lives: in the plane, or on a surface in space.
pub type AnyDomain = Kind<Domain, Arc<Surface>>;

/// The domain as it stands in the file.
#[derive(Default)]
pub(super) struct RawDomain {
    kind: Option<String>,
    min: Option<Vec<f64>>,
    max: Option<Vec<f64>>,
    vertices: Option<Rows>,
    triangles: Option<Vec<[u32; 3]>>,
    path: Option<String>,
    /// Fields of kinds of domain this version does not read.
    others: Vec<String>,
}

pub(super) struct DomainSeed<'c>(pub(super) &'c Context<'c>);

impl<'de> DeserializeSeed<'de> for DomainSeed<'_> {
    type Value = RawDomain;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawDomain, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DomainSeed<'_> {
    type Value = RawDomain;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a domain such as {\"type\": \"box\", \"min\": [0, 0], \"max\": [1, 1]}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawDomain, A::Error> {
        let cx = self.0;
        let mut raw = RawDomain::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => set(&mut raw.kind, &key, map.next_value()?)?,
                "min" | "max" => {
                    let (slot, list) =
                        if key == "min" { (&mut raw.min, "domain.min") } else { (&mut raw.max, "domain.max") };
                    let list = Scalars { cx, list };
                    let corner = inline(map.next_value_seed(list)?, &key)?;
                    set(slot, &key, corner)?;
                }
                "vertices" => {
                    let pairs = Pairs { cx, list: "domain.vertices", gaps: false };
                    let vertices = inline(map.next_value_seed(pairs)?, &key)?;
                    set(&mut raw.vertices, &key, vertices)?;
                }
                "triangles" => {
                    let list = Triples { cx, list: "domain.triangles" };
                    set(&mut raw.triangles, &key, map.next_value_seed(list)?)?;
                }
                "path" => set(&mut raw.path, &key, map.next_value()?)?,
                "halfspaces" | "tets" => {
                    map.next_value::<IgnoredAny>()?;
                    raw.others.push(key);
                }
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// Lists of a domain stand in the file itself.
fn inline<T, E: Error>(source: Source<T>, key: &str) -> Result<T, E> {
    match source {
        Source::Inline(value) => Ok(value),
        Source::Elsewhere(_) => Err(E::custom(format!("domain.{key} must be a list in this file"))),
    }
}

/// Kinds of domain that are read.
const KINDS: &str = "\"box\", \"polygon\" or \"mesh\"";

impl RawDomain {
    pub(super) fn build(self, loader: &mut Loader<'_>) -> Result<AnyDomain, IoError> {
        let file = loader.file;
        let fail = |what: String| IoError::content(file, format!("domain: {what}"));
        let kind = self.kind.as_deref().ok_or_else(|| fail(format!("\"type\" is missing; use {KINDS}")))?;
        let allowed: &[&str] = match kind {
            "box" => &["min", "max"],
            "polygon" => &["vertices"],
            "mesh" => &["vertices", "triangles", "path"],
            "polyhedron" | "tetmesh" | "sphere" => {
                return Err(fail(format!("type \"{kind}\" is not supported by this version; use {KINDS}")));
            }
            _ => return Err(fail(format!("unknown type {}; use {KINDS}", quoted(kind)))),
        };
        let given = [
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("vertices", self.vertices.is_some()),
            ("triangles", self.triangles.is_some()),
            ("path", self.path.is_some()),
        ];
        let given = given.iter().filter(|g| g.1).map(|g| g.0);
        if let Some(name) = given.chain(self.others.iter().map(String::as_str)).find(|name| !allowed.contains(name)) {
            return Err(fail(format!("a {kind} has no field \"{name}\"; drop it")));
        }
        let problem = |e: DomainError| IoError::Problem { file: file.to_path_buf(), source: e.into() };
        let rows = |rows: Rows| match rows.misfit {
            Some((k, found)) if kind == "mesh" => {
                Err(fail(format!("vertices[{k}] has {found} coordinates; give [x, y] each, or [x, y, z] each")))
            }
            Some((k, found)) => Err(fail(format!("vertices[{k}] has {found} coordinates; give [x, y]"))),
            None => Ok(rows.rows),
        };
        match kind {
            "polygon" => {
                let vertices =
                    self.vertices.ok_or_else(|| fail("a polygon needs \"vertices\": [[x, y], ...]".into()))?;
                Ok(AnyDomain::Plane(ConvexPolygon::new(rows(vertices)?).map_err(problem)?.into()))
            }
            "mesh" => {
                match (self.vertices, self.triangles, self.path) {
                    (Some(v), Some(t), None) if v.in_space() => {
                        // All rows have three.
                        let vertices = v.into_space().unwrap_or_default();
                        let surface = Surface::new(vertices, t)
                            .map_err(|source| IoError::Surface { file: file.to_path_buf(), source })?;
                        loader.notes.extend(flat_note(surface.flat()));
                        Ok(AnyDomain::Surface(surface.into()))
                    }
                    (Some(v), Some(t), None) => {
                        let mesh = PlanarMesh::new(rows(v)?, t).map_err(problem)?;
                        loader.notes.extend(flat_note(mesh.flat()));
                        loader.notes.extend(doubled_note(&mesh));
                        Ok(AnyDomain::Plane(mesh.into()))
                    }
                    (None, None, Some(path)) => {
                        let (path, bytes) = loader.load(Reference { path, ..Reference::default() })?;
                        let (mesh, notes) = mesh_from_bytes(&path, &bytes)?;
                        loader.notes.extend(notes);
                        Ok(mesh)
                    }
                    _ => Err(fail("a mesh needs \"vertices\" and \"triangles\", or \"path\" alone".into())),
                }
            }
            _ => {
                let (Some(min), Some(max)) = (self.min, self.max) else {
                    return Err(fail("a box needs \"min\": [x, y] and \"max\": [x, y]".into()));
                };
                match (&min[..], &max[..]) {
                    (&[a, b], &[c, d]) => {
                        let polygon = ConvexPolygon::rectangle([a, b], [c, d]).map_err(problem)?;
                        Ok(AnyDomain::Plane(polygon.into()))
                    }
                    ([_, _, _], [_, _, _]) => Err(fail(
                        "type \"box\" in 3 dimensions is not supported by this version; use a box in the plane".into(),
                    )),
                    _ => {
                        let (a, b) = (min.len(), max.len());
                        Err(fail(format!("min has {a} coordinates and max has {b}; give [x, y]")))
                    }
                }
            }
        }
    }
}

/// What to say about triangles that were left out.
fn flat_note(flat: &[u32]) -> Option<String> {
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
fn doubled_note(mesh: &PlanarMesh) -> Option<String> {
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
fn mesh_from_bytes(path: &Path, bytes: &[u8]) -> Result<(AnyDomain, Vec<String>), IoError> {
    let file = parse_surface(path, bytes)?;
    let mut notes = file.notes.clone();
    let flat = file.vertices.iter().all(|v| v[2] == file.vertices[0][2]);
    if !flat {
        let name = file.namer();
        let surface = file.into_surface(path)?;
        notes.extend(flat_note(&named(surface.flat(), name)));
        return Ok((AnyDomain::Surface(surface.into()), notes));
    }
    if file.vertices.first().is_some_and(|v| v[2] != 0.0) {
        notes.push(format!("{} lies in the plane z = {}; x and y are used", path.display(), file.vertices[0][2]));
    }
    let vertices = file.vertices.iter().map(|v| [v[0], v[1]]).collect();
    let name = file.namer();
    let mesh = PlanarMesh::new(vertices, file.triangles)
        .map_err(|e| IoError::Problem { file: path.to_path_buf(), source: e.with_faces(&name).into() })?;
    notes.extend(flat_note(&named(mesh.flat(), name)));
    notes.extend(doubled_note(&mesh));
    Ok((AnyDomain::Plane(mesh.into()), notes))
}

/// The density as it stands in the file.
#[derive(Default)]
pub(super) struct RawDensity {
    kind: Option<String>,
    g: Option<Vec<f64>>,
    c: Option<f64>,
    values: Option<Values>,
    path: Option<String>,
    min: Option<Vec<f64>>,
    max: Option<Vec<f64>>,
    width: Option<u64>,
    interpolation: Option<String>,
    invert: Option<bool>,
}

/// Numbers one by one, or three for each triangle.
enum Values {
    Flat(Source<Vec<f64>>),
    Corners(Vec<[f64; 3]>),
}

pub(super) struct DensitySeed<'c>(pub(super) &'c Context<'c>);

impl<'de> DeserializeSeed<'de> for DensitySeed<'_> {
    type Value = RawDensity;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawDensity, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DensitySeed<'_> {
    type Value = RawDensity;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a density such as {\"type\": \"constant\"}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawDensity, A::Error> {
        let cx = self.0;
        let mut raw = RawDensity::default();
        while let Some(key) = map.next_key::<String>()? {
            let corner = |map: &mut A, list| -> Result<Vec<f64>, A::Error> {
                match map.next_value_seed(Scalars { cx, list })? {
                    Source::Inline(g) => Ok(g),
                    Source::Elsewhere(_) => Err(A::Error::custom(format!("{list} must be two numbers"))),
                }
            };
            match key.as_str() {
                "type" => set(&mut raw.kind, &key, map.next_value()?)?,
                "g" => set(&mut raw.g, &key, corner(&mut map, "density.g")?)?,
                "min" => set(&mut raw.min, &key, corner(&mut map, "density.min")?)?,
                "max" => set(&mut raw.max, &key, corner(&mut map, "density.max")?)?,
                "c" => {
                    cx.at(Some(Place::of("density.c")));
                    set(&mut raw.c, &key, map.next_value_seed(Number(cx))?)?;
                    cx.at(None);
                }
                "values" => {
                    let values = map.next_value_seed(CornerValues(Scalars { cx, list: "density.values" }))?;
                    set(&mut raw.values, &key, values)?;
                }
                "path" => set(&mut raw.path, &key, map.next_value()?)?,
                "width" => set(&mut raw.width, &key, map.next_value()?)?,
                "interpolation" => set(&mut raw.interpolation, &key, map.next_value()?)?,
                "invert" => set(&mut raw.invert, &key, map.next_value()?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// Reads numbers, or rows of three of them, here or elsewhere.
struct CornerValues<'c>(Scalars<'c>);

impl<'de> DeserializeSeed<'de> for CornerValues<'_> {
    type Value = Values;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Values, D::Error> {
        self.0.cx.at(Some(Place::of(self.0.list)));
        let values = d.deserialize_any(self)?;
        Ok(values)
    }
}

impl<'de> Visitor<'de> for CornerValues<'_> {
    type Value = Values;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers, a list of [a, b, c] for each triangle, or {\"path\": ...}")
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
        let Scalars { cx, list } = self.0;
        let (mut flat, mut rows) = (Vec::new(), Vec::new());
        loop {
            let index = flat.len() + rows.len();
            cx.at(Some(Place { index: Some(index), ..Place::of(list) }));
            match seq.next_element_seed(super::json::NumberOrTriple { cx, list, index })? {
                Some(Ok(v)) if rows.is_empty() => flat.push(v),
                Some(Err(row)) if flat.is_empty() => rows.push(row),
                Some(_) => return Err(A::Error::custom("numbers and lists are mixed; give one kind")),
                None => break,
            }
        }
        cx.at(None);
        Ok(if rows.is_empty() { Values::Flat(Source::Inline(flat)) } else { Values::Corners(rows) })
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Values, A::Error> {
        self.0.cx.at(None);
        Ok(Values::Flat(Source::Elsewhere(super::json::reference(self.0.list, map)?)))
    }
}

impl RawDensity {
    /// With a list of values that is at hand.
    pub(super) fn with_values(self, values: Vec<f64>) -> RawDensity {
        RawDensity { values: Some(Values::Flat(Source::Inline(values))), ..self }
    }

    pub(super) fn build(self, domain: &AnyDomain, loader: &mut Loader<'_>) -> Result<Density, IoError> {
        let file = loader.file;
        let fail = |what: String| IoError::content(file, format!("density: {what}"));
        let kinds = "\"constant\", \"affine\", \"vertex\", \"face\", \"corner\" or \"image\"";
        let kind = self.kind.as_deref().ok_or_else(|| fail(format!("\"type\" is missing; use {kinds}")))?;
        let allowed: &[&str] = match kind {
            "constant" => &[],
            "affine" => &["g", "c"],
            "vertex" | "face" | "corner" => &["values"],
            "image" => &["path", "values", "width", "min", "max", "interpolation", "invert"],
            _ => return Err(fail(format!("unknown type {}; use {kinds}", quoted(kind)))),
        };
        let given = [
            ("g", self.g.is_some()),
            ("c", self.c.is_some()),
            ("values", self.values.is_some()),
            ("path", self.path.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("width", self.width.is_some()),
            ("interpolation", self.interpolation.is_some()),
            ("invert", self.invert.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(name, given)| *given && !allowed.contains(name)) {
            return Err(fail(format!("type \"{kind}\" has no field \"{name}\"; drop it")));
        }
        match kind {
            "constant" => Ok(Density::Constant),
            "affine" => match (self.g.as_deref(), self.c) {
                (Some(&[a, b]), c) => Ok(Density::Affine { g: [a, b], c: c.unwrap_or(0.0) }),
                (Some(g), _) => Err(fail(format!("g has {} coordinates, the domain has 2; give [gx, gy]", g.len()))),
                (None, _) => Err(fail("an affine density needs \"g\": [gx, gy]".into())),
            },
            "image" => match domain {
                AnyDomain::Plane(domain) => self.image(domain, loader),
                AnyDomain::Surface(_) => Err(fail("type \"image\" needs a box in the plane".into())),
            },
            _ => {
                let values = self.values.ok_or_else(|| fail(format!("type \"{kind}\" needs \"values\"")))?;
                let flat = match values {
                    Values::Corners(rows) if kind == "corner" => return Ok(Density::Corner(rows.into())),
                    Values::Corners(_) => {
                        return Err(fail(format!("type \"{kind}\" needs one number each, not lists")));
                    }
                    Values::Flat(source) => loader.scalars(source, "values")?.0,
                };
                match kind {
                    "vertex" => Ok(Density::Vertex(flat.into())),
                    "face" => Ok(Density::Face(flat.into())),
                    _ => {
                        let (rows, rest) = flat.as_chunks::<3>();
                        if !rest.is_empty() {
                            let n = flat.len();
                            return Err(fail(format!(
                                "{n} values are not three for each triangle; give [a, b, c] each"
                            )));
                        }
                        Ok(Density::Corner(rows.to_vec().into()))
                    }
                }
            }
        }
    }

    fn image(self, domain: &Domain, loader: &mut Loader<'_>) -> Result<Density, IoError> {
        let file = loader.file;
        let fail = |what: String| IoError::content(file, format!("density: {what}"));
        let between = match self.interpolation.as_deref() {
            None | Some("constant") => Between::Constant,
            Some("bilinear") => Between::Bilinear,
            Some(other) => {
                return Err(fail(format!("unknown interpolation {}; use \"constant\" or \"bilinear\"", quoted(other))));
            }
        };
        let (lo, hi) = domain.frame().bounds();
        let corner = |given: Option<Vec<f64>>, name: &str, default: [f64; 2]| match given.as_deref() {
            None => Ok(default),
            Some(&[x, y]) => Ok([x, y]),
            Some(list) => Err(fail(format!("{name} has {} coordinates; give [x, y]", list.len()))),
        };
        let (min, max) = (corner(self.min, "min", lo)?, corner(self.max, "max", hi)?);
        let (owner, width, mut values) = match (self.path, self.values) {
            (Some(path), None) if self.width.is_none() => {
                let (path, bytes) = loader.load(Reference { path, ..Reference::default() })?;
                let (width, values) = decode(&path, &bytes, loader.limit())?;
                (path, width, values)
            }
            (None, Some(Values::Flat(source))) => {
                let width = self.width.ok_or_else(|| fail("\"values\" of an image need their \"width\"".into()))?;
                let (values, _) = loader.scalars(source, "values")?;
                (file.to_path_buf(), usize::try_from(width).unwrap_or(usize::MAX), values)
            }
            _ => return Err(fail("an image needs \"path\", or \"values\" (numbers) with \"width\"".into())),
        };
        if self.invert == Some(true) {
            invert(&owner, &mut values)?;
        }
        let image = Image::new(width, values, min, max, between)
            .map_err(|e| IoError::Problem { file: owner, source: e.into() })?;
        Ok(Density::Image(image.into()))
    }
}

/// Dark becomes dense: `1 - v`, for values up to 1.
fn invert(file: &Path, values: &mut [f64]) -> Result<(), IoError> {
    if let Some(v) = values.iter().find(|v| !(**v <= 1.0)) {
        let what = format!("has a pixel of {v}; only images with values from 0 to 1 can be inverted, scale it");
        return Err(IoError::content(file, what));
    }
    values.iter_mut().for_each(|v| *v = 1.0 - *v);
    Ok(())
}

/// Reads an image as a density on the rectangle from `min` to `max`; `None`: pixels are squares,
/// the height is 1, and the lower left corner is the origin. With `inverted`, dark pixels are the
/// dense ones: `1 - v`.
///
/// # Errors
/// [`IoError`] for files that are no images, and for densities that are negative.
pub fn read_image(
    path: &Path,
    limit: ReadLimit,
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
) -> Result<Image, IoError> {
    image_of(path, &read_file(path, limit)?, place, between, inverted, limit)
}

/// As [`read_image`] for bytes already in memory; the name tells the format.
///
/// # Errors
/// As [`read_image`].
pub fn parse_image(
    path: &Path,
    bytes: &[u8],
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
) -> Result<Image, IoError> {
    image_of(path, bytes, place, between, inverted, ReadLimit::default())
}

fn image_of(
    path: &Path,
    bytes: &[u8],
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
    limit: ReadLimit,
) -> Result<Image, IoError> {
    let (width, values) = decode(path, bytes, limit)?;
    image_of_pixels(path, width, values, place, between, inverted)
}

/// As [`read_image`] for pixels already in memory, row by row from the top; `path` names them in
/// errors.
///
/// # Errors
/// As [`read_image`].
pub fn image_of_pixels(
    path: &Path,
    width: usize,
    mut values: Vec<f64>,
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
) -> Result<Image, IoError> {
    if inverted {
        invert(path, &mut values)?;
    }
    let height = values.len().checked_div(width).unwrap_or(0);
    let (min, max) = place.unwrap_or(([0.0; 2], [width as f64 / height as f64, 1.0]));
    Image::new(width, values, min, max, between)
        .map_err(|e| IoError::Problem { file: path.to_path_buf(), source: e.into() })
}

/// Reads a domain: from .json an object such as `{"type": "polygon", ...}`; from an .obj with
/// faces, .ply, .off or .stl a mesh; from any other format of points the vertices of a convex
/// polygon in order. The second value are remarks.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_domain(path: &Path, limit: ReadLimit) -> Result<(AnyDomain, Vec<String>), IoError> {
    parse_domain(path, read_file(path, limit)?, limit)
}

/// As [`read_domain`] for bytes already in memory; the name tells the format. Files that they refer
/// to are still read.
///
/// # Errors
/// As [`read_domain`].
pub fn parse_domain(path: &Path, bytes: Vec<u8>, limit: ReadLimit) -> Result<(AnyDomain, Vec<String>), IoError> {
    let is = |name: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(name));
    if is("json") {
        let cx = Context::new(path);
        let mut loader = Loader::new(path, limit);
        let domain = cx.parse(&bytes, DomainSeed(&cx))?.build(&mut loader)?;
        return Ok((domain, loader.notes));
    }
    let is_face = |l: &[u8]| {
        l.trim_ascii_start().strip_prefix(b"f").is_some_and(|r| r.first().is_some_and(u8::is_ascii_whitespace))
    };
    let has_faces = || lines(&bytes).any(is_face);
    if reads_surface(path) && (!is("obj") || has_faces()) {
        return mesh_from_bytes(path, &bytes);
    }
    let read = super::points::parse_points(path, bytes, None)?;
    let polygon =
        ConvexPolygon::new(read.points).map_err(|e| IoError::Problem { file: path.to_path_buf(), source: e.into() })?;
    Ok((AnyDomain::Plane(polygon.into()), read.notes))
}
