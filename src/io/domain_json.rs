//! The domain of a problem file.

use super::domain_shapes::{
    AnyDomain, Told, doubled_note, flat_note, mesh_from_bytes, polygons, solid_fits, solid_from_bytes, tets_from_bytes,
};
use super::domain_space::{self, Fault};
use super::error::{IoError, quoted};
use super::json::{
    Context, Number, Pairs, Place, Reference, Rows, Scalars, Source, Triples, Tuples, set, unknown_field,
};
use super::loader::Loader;
use super::tets::fits;
use super::{domain_geojson, domain_svg};
use crate::domain::planar::Polygon;
use crate::domain::{ConvexPolygon, DomainError, PlanarMesh, Surface};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The domain as it stands in the file.
#[derive(Default)]
pub(super) struct RawDomain {
    kind: Option<String>,
    min: Option<Vec<f64>>,
    max: Option<Vec<f64>>,
    periodic: Option<Vec<bool>>,
    halfspaces: Option<Vec<[f64; 4]>>,
    center: Option<Vec<f64>>,
    radius: Option<f64>,
    vertices: Option<Rows>,
    holes: Option<Vec<Rows>>,
    parts: Option<Vec<RawPart>>,
    triangles: Option<Vec<[u32; 3]>>,
    tets: Option<Vec<[u32; 4]>>,
    path: Option<String>,
    features: Option<Vec<String>>,
}

/// A part of a multipolygon.
#[derive(Default)]
struct RawPart {
    vertices: Option<Rows>,
    holes: Option<Vec<Rows>>,
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
                "type" => set(&mut raw.kind, &key, cx.plain("domain.type", &mut map)?)?,
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
                "holes" => {
                    let holes = map.next_value_seed(Holes { cx, of: "domain".into() })?;
                    set(&mut raw.holes, &key, holes)?;
                }
                "parts" => set(&mut raw.parts, &key, map.next_value_seed(Parts(cx))?)?,
                "triangles" => {
                    let list = Triples { cx, list: "domain.triangles" };
                    set(&mut raw.triangles, &key, map.next_value_seed(list)?)?;
                }
                "path" => set(&mut raw.path, &key, cx.plain("domain.path", &mut map)?)?,
                "feature" => set(&mut raw.features, &key, map.next_value::<OneOrMore>()?.into())?,
                "periodic" => set(&mut raw.periodic, &key, cx.plain("domain.periodic", &mut map)?)?,
                "halfspaces" => {
                    let rows = map.next_value_seed(Halfspaces(cx))?;
                    set(&mut raw.halfspaces, &key, rows)?;
                }
                "center" => {
                    let list = Scalars { cx, list: "domain.center" };
                    let center = inline(map.next_value_seed(list)?, &key)?;
                    set(&mut raw.center, &key, center)?;
                }
                "radius" => {
                    cx.at(Some(Place::of(RADIUS)));
                    set(&mut raw.radius, &key, map.next_value_seed(Number(cx))?)?;
                    cx.at(None);
                }
                "tets" => {
                    let list = Tuples::<4> { cx, list: "domain.tets" };
                    set(&mut raw.tets, &key, map.next_value_seed(list)?)?;
                }
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        // The unit sphere of a multiple has another radius.
        if raw.is_sphere() && raw.radius.is_none() {
            raw.radius = Some(cx.usual(RADIUS, 1.0));
        }
        Ok(raw)
    }
}

const RADIUS: &str = "domain.radius";

/// Reads rows of four numbers.
struct Halfspaces<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for Halfspaces<'_> {
    type Value = Vec<[f64; 4]>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<[f64; 4]>, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Halfspaces<'_> {
    type Value = Vec<[f64; 4]>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of half-spaces [a, b, c, d], a x + b y + c z <= d")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<[f64; 4]>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element_seed(Scalars { cx: self.0, list: "domain.halfspaces" })? {
            let row: Vec<f64> = inline(row, "halfspaces")?;
            let (k, n) = (rows.len(), row.len());
            let four = row.try_into();
            rows.push(
                four.map_err(|_| A::Error::custom(format!("halfspaces[{k}] has {n} numbers; give [a, b, c, d]")))?,
            );
        }
        Ok(rows)
    }
}

/// A name, or a list of them.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Vec<String> {
    fn from(names: OneOrMore) -> Vec<String> {
        match names {
            OneOrMore::One(name) => vec![name],
            OneOrMore::More(names) => names,
        }
    }
}

/// Reads a list of rings.
struct Holes<'c> {
    cx: &'c Context<'c>,
    /// What has them: `domain`, or `domain.parts[2]`.
    of: String,
}

impl<'de> DeserializeSeed<'de> for Holes<'_> {
    type Value = Vec<Rows>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<Rows>, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Holes<'_> {
    type Value = Vec<Rows>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of holes, each a list of [x, y]")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Rows>, A::Error> {
        let Holes { cx, of } = self;
        let mut holes = Vec::new();
        loop {
            cx.within(format!("{of}.holes[{}]", holes.len()));
            match seq.next_element_seed(Pairs { cx, list: "", gaps: false })? {
                Some(ring) => holes.push(inline(ring, "holes")?),
                None => break,
            }
        }
        cx.within(String::new());
        Ok(holes)
    }
}

/// Reads the parts of a multipolygon.
struct Parts<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for Parts<'_> {
    type Value = Vec<RawPart>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<RawPart>, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Parts<'_> {
    type Value = Vec<RawPart>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of {\"vertices\": [...], \"holes\": [...]}")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<RawPart>, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = seq.next_element_seed(Part { cx: self.0, index: parts.len() })? {
            parts.push(part);
        }
        Ok(parts)
    }
}

struct Part<'c> {
    cx: &'c Context<'c>,
    index: usize,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = RawPart;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawPart, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = RawPart;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part such as {\"vertices\": [[x, y], ...], \"holes\": [...]}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawPart, A::Error> {
        let Part { cx, index } = self;
        let of = format!("domain.parts[{index}]");
        let mut part = RawPart::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "vertices" => {
                    cx.within(format!("{of}.vertices"));
                    let ring = map.next_value_seed(Pairs { cx, list: "", gaps: false })?;
                    cx.within(String::new());
                    set(&mut part.vertices, &key, inline(ring, &key)?)?;
                }
                "holes" => {
                    let holes = map.next_value_seed(Holes { cx, of: of.clone() })?;
                    set(&mut part.holes, &key, holes)?;
                }
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(part)
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
const KINDS: &str = "\"box\", \"torus\", \"polyhedron\", \"sphere\", \"polygon\", \"multipolygon\", \"mesh\", \
                     \"tetmesh\", \"solid\", \"geojson\" or \"svg\"";

impl RawDomain {
    /// Is the source a sphere?
    pub(super) fn is_sphere(&self) -> bool {
        self.kind.as_deref() == Some("sphere")
    }

    pub(super) fn build(self, loader: &mut Loader<'_>) -> Result<AnyDomain, IoError> {
        let file = loader.file;
        let fail = |what: String| IoError::content(file, format!("domain: {what}"));
        let kind = self.kind.as_deref().ok_or_else(|| fail(format!("\"type\" is missing; use {KINDS}")))?;
        let allowed: &[&str] = match kind {
            "box" => &["min", "max"],
            "torus" => &["min", "max", "periodic"],
            "polyhedron" => &["vertices", "halfspaces"],
            "sphere" => &["center", "radius"],
            "polygon" => &["vertices", "holes"],
            "multipolygon" => &["parts"],
            "mesh" => &["vertices", "triangles", "path"],
            "geojson" | "svg" => &["path", "feature"],
            "tetmesh" => &["vertices", "tets", "path"],
            "solid" => &["vertices", "triangles", "path"],
            "Polygon" | "MultiPolygon" | "Feature" | "FeatureCollection" | "GeometryCollection" => {
                return Err(fail(format!(
                    "type \"{kind}\" is GeoJSON; put it into a file of its own and give {{\"type\": \"geojson\", \
                     \"path\": ...}}"
                )));
            }
            _ => return Err(fail(format!("unknown type {}; use {KINDS}", quoted(kind)))),
        };
        let given = [
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("periodic", self.periodic.is_some()),
            ("halfspaces", self.halfspaces.is_some()),
            ("center", self.center.is_some()),
            ("radius", self.radius.is_some()),
            ("vertices", self.vertices.is_some()),
            ("holes", self.holes.is_some()),
            ("parts", self.parts.is_some()),
            ("triangles", self.triangles.is_some()),
            ("tets", self.tets.is_some()),
            ("path", self.path.is_some()),
            ("feature", self.features.is_some()),
        ];
        let mut given = given.iter().filter(|g| g.1).map(|g| g.0);
        if let Some(name) = given.find(|name| !allowed.contains(name)) {
            return Err(fail(format!("a {kind} has no field \"{name}\"; drop it")));
        }
        let problem = |e: DomainError| IoError::Problem { file: file.to_path_buf(), source: e.into() };
        let rows = |rows: Rows, list: &str| match rows.misfit {
            Some((k, found)) if kind == "mesh" => {
                Err(fail(format!("{list}[{k}] has {found} coordinates; give [x, y] each, or [x, y, z] each")))
            }
            Some((k, found)) => Err(fail(format!("{list}[{k}] has {found} coordinates; give [x, y]"))),
            None => Ok(rows.rows),
        };
        let part = |vertices: Option<Rows>, holes: Option<Vec<Rows>>, of: &str| {
            let what = || fail(format!("{of}a polygon needs \"vertices\": [[x, y], ...]"));
            let outer = rows(vertices.ok_or_else(what)?, &format!("{of}vertices"))?;
            let hole = |(k, ring)| rows(ring, &format!("{of}holes[{k}]"));
            let holes: Result<Vec<_>, IoError> = holes.unwrap_or_default().into_iter().enumerate().map(hole).collect();
            Ok::<_, IoError>(Polygon { outer, holes: holes? })
        };
        let in_space = |found: Result<Told, Fault>| {
            found.map_err(|fault| match fault {
                Fault::Domain(e) => problem(e),
                Fault::Told(what) => fail(what),
            })
        };
        let plain = |found: Result<AnyDomain, Fault>| Ok(in_space(found.map(|domain| (domain, Vec::new())))?.0);
        match kind {
            "sphere" => plain(domain_space::sphere(self.center.as_deref(), self.radius)),
            "tetmesh" | "solid" if self.path.is_some() => {
                if self.vertices.is_some() || self.triangles.is_some() || self.tets.is_some() {
                    return Err(fail(format!("a {kind} needs its lists, or \"path\" alone")));
                }
                let path = self.path.unwrap_or_default();
                let (path, bytes) = loader.load(Reference { path, ..Reference::default() })?;
                let read = if kind == "solid" { solid_from_bytes } else { tets_from_bytes };
                let (domain, notes) = read(&path, &bytes, loader.limit())?;
                loader.notes.extend(notes);
                Ok(domain)
            }
            "tetmesh" => {
                fits(file, self.tets.as_ref().map_or(0, Vec::len), loader.limit())?;
                let (domain, notes) = in_space(domain_space::tetmesh(self.vertices, self.tets))?;
                loader.notes.extend(notes);
                Ok(domain)
            }
            "solid" => {
                solid_fits(file, self.triangles.as_ref().map_or(0, Vec::len), loader.limit())?;
                let (domain, notes) = in_space(domain_space::solid(self.vertices, self.triangles))?;
                loader.notes.extend(notes);
                Ok(domain)
            }
            "polyhedron" => plain(domain_space::polyhedron(self.vertices, self.halfspaces)),
            "torus" => match (&self.min, &self.max) {
                (Some(min), Some(max)) => plain(domain_space::torus(min, max, self.periodic.as_deref())),
                _ => Err(fail("a torus needs \"min\": [x, y] and \"max\": [x, y], or three coordinates each".into())),
            },
            "polygon" | "multipolygon" => {
                let (parts, names) = if kind == "polygon" {
                    (vec![part(self.vertices, self.holes, "")?], None)
                } else {
                    let what = || fail("a multipolygon needs \"parts\": [{\"vertices\": [[x, y], ...]}, ...]".into());
                    let parts = self.parts.ok_or_else(what)?.into_iter().enumerate();
                    let parts: Result<Vec<_>, _> =
                        parts.map(|(k, p)| part(p.vertices, p.holes, &format!("parts[{k}]: "))).collect();
                    (parts?, Some(()))
                };
                let name = |k: usize| names.map(|()| format!("part {k}"));
                let (domain, notes) = polygons(file, &parts, &name, loader.limit())?;
                loader.notes.extend(notes);
                Ok(AnyDomain::Plane(domain))
            }
            "geojson" | "svg" => {
                let path = self.path.ok_or_else(|| fail(format!("a {kind} needs \"path\"")))?;
                let (path, bytes) = loader.load(Reference { path, ..Reference::default() })?;
                let features = self.features.unwrap_or_default();
                let read = if kind == "svg" { domain_svg::domain } else { domain_geojson::domain };
                let (domain, notes) = read(&path, &bytes, &features, loader.limit())?;
                loader.notes.extend(notes);
                Ok(domain)
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
                        let mesh = PlanarMesh::new(rows(v, "vertices")?, t).map_err(problem)?;
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
                    ([_, _, _], [_, _, _]) => plain(domain_space::solid_box(&min, &max)),
                    _ => {
                        let (a, b) = (min.len(), max.len());
                        Err(fail(format!("min has {a} coordinates and max has {b}; give [x, y] or [x, y, z] each")))
                    }
                }
            }
        }
    }
}
