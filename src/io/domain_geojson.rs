//! Polygons of GeoJSON (RFC 7946) as a domain.
//!
//! Longitudes and latitudes, or whatever the coordinates are, count as `x` and `y` of the plane:
//! nothing is projected.

use super::domain_shapes::{AnyDomain, polygons};
use super::error::{IoError, quoted};
use super::foreign::decoded;
use super::read::{ReadLimit, refuse_utf16};
use super::text::Name;
use crate::domain::planar::Polygon;
use geojson::{Feature, GeoJson, Geometry, GeometryValue, feature::Id};
use std::path::Path;

/// Bytes that a document takes in memory for each of its text: `[0,0],` becomes a list with room
/// for two numbers, read twice, because the fields of an object come in any order.
const GROWTH: u64 = 24;

/// Most names that an error lists.
const MOST_NAMES: usize = 12;

/// Names of properties that say what a feature is called, the best first; case does not matter.
const LABELS: [&str; 8] = ["name", "admin", "title", "name_en", "name_long", "label", "nuts_name", "id"];

/// Whether a text of JSON is GeoJSON, by its `type`.
pub(super) fn is_geojson(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        r#type: String,
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let kinds = ["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection", "Topology"];
    serde_json::from_slice::<Head>(bytes).is_ok_and(|head| kinds.contains(&head.r#type.as_str()))
}

/// The union of the polygons of a document, and remarks; only those of some features, if any are
/// named. A name is an `id`, the value of a property such as `name`, `KEY=VALUE` for another
/// property, or `#k` for feature `k`, from 0.
pub(super) fn domain(
    path: &Path,
    bytes: &[u8],
    wanted: &[String],
    limit: ReadLimit,
) -> Result<(AnyDomain, Vec<String>), IoError> {
    let (parts, mut notes) = parts(path, bytes, wanted, limit)?;
    let (shapes, names): (Vec<Polygon>, Vec<String>) = parts.into_iter().unzip();
    let name = |k: usize| names.get(k).filter(|n| !n.is_empty()).cloned();
    let (domain, remarks) = polygons(path, &shapes, &name, limit)?;
    notes.extend(remarks);
    Ok((AnyDomain::Plane(domain), notes))
}

/// Polygons with their names, and remarks.
type Named = (Vec<(Polygon, String)>, Vec<String>);

fn parts(path: &Path, bytes: &[u8], wanted: &[String], limit: ReadLimit) -> Result<Named, IoError> {
    let needs = (bytes.len() as u64).saturating_mul(GROWTH);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    refuse_utf16(path, bytes)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| IoError::content(path, "is not text in UTF-8; convert it"))?;
    let document: GeoJson = decoded(path, || {
        text.parse().map_err(|e: geojson::Error| {
            IoError::content(
                path,
                format!("is not sound GeoJSON ({e}); give Polygon, MultiPolygon or features of such"),
            )
        })
    })?;
    let mut read = Read::default();
    match document {
        GeoJson::Geometry(geometry) => {
            refuse_names(path, wanted)?;
            read.geometry(path, &geometry, "")?;
        }
        GeoJson::Feature(feature) => {
            let chosen = chosen(path, std::slice::from_ref(&feature), wanted)?;
            chosen.iter().try_for_each(|(_, f)| read.feature(path, f, ""))?;
        }
        GeoJson::FeatureCollection(all) => {
            let chosen = chosen(path, &all.features, wanted)?;
            for (k, feature) in &chosen {
                let label = label(feature).map_or(format!("feature {k}"), |l| format!("feature {}", quoted(&l)));
                read.feature(path, feature, if chosen.len() > 1 { &label } else { "" })?;
            }
            let others = all.features.len() - chosen.len();
            if wanted.is_empty() && chosen.len() > 1 {
                read.notes.push(format!("{} features of {} united", chosen.len(), Name(path)));
            }
            if !wanted.is_empty() && chosen.len() > 1 {
                read.notes.push(format!("{} features united, {others} left out", chosen.len()));
            }
        }
    }
    if read.parts.is_empty() {
        let what = if read.others == 0 { "nothing" } else { "only points or lines" };
        return Err(IoError::content(path, format!("holds {what}; a domain needs a Polygon or MultiPolygon")));
    }
    if read.others > 0 {
        let n = read.others;
        let are = if n == 1 {
            "1 geometry that is no polygon was".into()
        } else {
            format!("{n} geometries that are no polygons were")
        };
        read.notes.push(format!("{are} left out"));
    }
    if read.third {
        read.notes.push(format!("the third coordinates of {} were left out", Name(path)));
    }
    Ok((read.parts, read.notes))
}

fn refuse_names(path: &Path, wanted: &[String]) -> Result<(), IoError> {
    match wanted.first() {
        None => Ok(()),
        Some(name) => {
            Err(IoError::content(path, format!("has no features, so none is {}; drop the name", quoted(name))))
        }
    }
}

/// The features meant, with their numbers; all if none is named.
fn chosen<'f>(path: &Path, all: &'f [Feature], wanted: &[String]) -> Result<Vec<(usize, &'f Feature)>, IoError> {
    if wanted.is_empty() {
        return Ok(all.iter().enumerate().collect());
    }
    let mut is_meant = vec![false; all.len()];
    for name in wanted {
        let by = |test: &dyn Fn(usize, &Feature) -> bool| -> Vec<usize> {
            (0..all.len()).filter(|&k| test(k, &all[k])).collect()
        };
        // Names first, then anything else that is so.
        let mut found = by(&|_, f| label(f).as_deref() == Some(name));
        if found.is_empty() {
            found = by(&|k, f| is_called(f, name) || name.strip_prefix('#') == Some(&k.to_string()));
        }
        if found.is_empty() {
            let known: Vec<String> = all.iter().filter_map(label).collect();
            let shown: Vec<String> = known.iter().take(MOST_NAMES).map(|n| quoted(n)).collect();
            let what = match known.len().saturating_sub(shown.len()) {
                _ if known.is_empty() => format!("its {} have no names; use #0, #1, ...", all.len()),
                0 => format!("use {}", shown.join(", ")),
                more => format!("use {}, or one of {more} more", shown.join(", ")),
            };
            return Err(IoError::content(path, format!("has no feature {}; {what}", quoted(name))));
        }
        found.into_iter().for_each(|k| is_meant[k] = true);
    }
    Ok((0..all.len()).filter(|&k| is_meant[k]).map(|k| (k, &all[k])).collect())
}

fn text_of(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn id_of(feature: &Feature) -> Option<String> {
    match feature.id.as_ref()? {
        Id::String(text) => Some(text.clone()),
        Id::Number(number) => Some(number.to_string()),
    }
}

/// What a feature is called.
fn label(feature: &Feature) -> Option<String> {
    let named = |key: &&str| {
        let properties = feature.properties.as_ref()?;
        let (_, value) = properties.iter().find(|(k, _)| k.eq_ignore_ascii_case(key))?;
        text_of(value).filter(|text| !text.is_empty())
    };
    LABELS.iter().find_map(named).or_else(|| id_of(feature))
}

/// Is this its id, the value of a property, or `KEY=VALUE` of one?
fn is_called(feature: &Feature, name: &str) -> bool {
    let is = |value: &serde_json::Value, text: &str| text_of(value).as_deref() == Some(text);
    let properties = || feature.properties.iter().flatten();
    id_of(feature).as_deref() == Some(name)
        || properties().any(|(_, value)| value.is_string() && is(value, name))
        || name.split_once('=').is_some_and(|(key, text)| properties().any(|(k, value)| k == key && is(value, text)))
}

/// What has been read.
#[derive(Default)]
struct Read {
    parts: Vec<(Polygon, String)>,
    notes: Vec<String>,
    /// Geometries that are no polygons.
    others: usize,
    /// Was there a third coordinate?
    third: bool,
}

impl Read {
    fn feature(&mut self, path: &Path, feature: &Feature, name: &str) -> Result<(), IoError> {
        match &feature.geometry {
            Some(geometry) => self.geometry(path, geometry, name),
            None => Ok(()),
        }
    }

    fn geometry(&mut self, path: &Path, geometry: &Geometry, name: &str) -> Result<(), IoError> {
        match &geometry.value {
            GeometryValue::Polygon { coordinates } => self.polygon(path, coordinates, name.to_string()),
            GeometryValue::MultiPolygon { coordinates } => {
                let of = |k: usize| match name {
                    "" => format!("part {k}"),
                    name => format!("part {k} of {name}"),
                };
                coordinates.iter().enumerate().try_for_each(|(k, polygon)| self.polygon(path, polygon, of(k)))
            }
            GeometryValue::GeometryCollection { geometries } => {
                // The parser goes no deeper than 128 levels.
                geometries.iter().enumerate().try_for_each(|(k, inner)| {
                    let of = if name.is_empty() { String::new() } else { format!(" of {name}") };
                    self.geometry(path, inner, &format!("geometry {k}{of}"))
                })
            }
            _ => {
                self.others += 1;
                Ok(())
            }
        }
    }

    fn polygon(&mut self, path: &Path, rings: &[Vec<geojson::Position>], name: String) -> Result<(), IoError> {
        let mut ring = |positions: &Vec<geojson::Position>| {
            let each = positions.iter().map(|p| match p.as_slice() {
                [x, y] => Ok([*x, *y]),
                [x, y, ..] => {
                    self.third = true;
                    Ok([*x, *y])
                }
                _ => {
                    let of = if name.is_empty() { String::new() } else { format!("{name}: ") };
                    Err(IoError::content(path, format!("{of}a position has fewer than two numbers; give [x, y]")))
                }
            });
            each.collect::<Result<Vec<[f64; 2]>, IoError>>()
        };
        let mut rings = rings.iter();
        // A polygon may be empty.
        let Some(outer) = rings.next() else { return Ok(()) };
        let polygon = Polygon { outer: ring(outer)?, holes: rings.map(ring).collect::<Result<_, _>>()? };
        self.parts.push((polygon, name));
        Ok(())
    }
}
