//! Cells as GeoJSON (RFC 7946): a feature each, with a polygon, several, or none. Outlines run
//! counter-clockwise, holes clockwise, and rings repeat their first position at the end.

use super::columns::ColumnValues;
use super::file::CellFile;
use geojson::feature::Id;
use geojson::{Feature, FeatureWriter, Geometry, GeometryValue, JsonObject, JsonValue};
use std::io::{self, Write};

pub(super) fn write<const D: usize>(w: &mut dyn Write, file: &CellFile<'_, D>) -> io::Result<()> {
    let mut out = FeatureWriter::from_writer(w);
    let columns = file.named();
    for i in 0..file.table.len() {
        let mut properties = properties(file, i);
        for (name, column) in &columns {
            let value = match &column.values {
                // What is no number is null.
                ColumnValues::Numbers(values) => values[i].into(),
                ColumnValues::Words(values) => values[i].clone().into(),
            };
            properties.insert(name.clone(), value);
        }
        let feature = Feature {
            bbox: None,
            geometry: geometry(file, i),
            id: Some(Id::Number((i as u64).into())),
            properties: Some(properties),
            foreign_members: None,
        };
        out.write_feature(&feature).map_err(of_writing)?;
    }
    out.finish().map_err(of_writing)
}

/// What the system said.
fn of_writing(e: geojson::Error) -> io::Error {
    match e {
        geojson::Error::Io(e) => e,
        geojson::Error::MalformedGeoJson(e) => e.into(),
        other => io::Error::other(other),
    }
}

fn properties<const D: usize>(file: &CellFile<'_, D>, i: usize) -> JsonObject {
    let table = file.table;
    let centroid = table.centroids[i].map_or(JsonValue::Null, |c| c.to_vec().into());
    let own: [(&str, JsonValue); 5] = [
        ("site", i.into()),
        ("mass", table.masses[i].into()),
        ("area", table.outlines.areas[i].into()),
        ("centroid", centroid),
        ("neighbors", table.neighbors_of(i).into()),
    ];
    own.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

fn geometry<const D: usize>(file: &CellFile<'_, D>, i: usize) -> Option<Geometry> {
    let closed = |ring: Vec<[f64; D]>| {
        let first = ring[0];
        ring.into_iter().chain([first]).map(|p| p.to_vec()).collect::<Vec<_>>()
    };
    let mut parts: Vec<Vec<Vec<Vec<f64>>>> =
        file.polygons(i).into_iter().map(|part| part.into_iter().map(closed).collect()).collect();
    let value = match parts.len() {
        0 => return None,
        1 => GeometryValue::new_polygon(parts.remove(0)),
        _ => GeometryValue::new_multi_polygon(parts),
    };
    Some(Geometry::new(value))
}
