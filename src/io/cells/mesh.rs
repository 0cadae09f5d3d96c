//! Cells as a mesh of polygons in space, cell after cell; in the plane at height zero.

use super::super::ending::has_ending;
use super::super::error::IoError;
use super::super::surface::{Encoding, Field, Group, MeshData, write_surface};
use super::columns::ColumnValues;
use super::file::CellFile;
use std::path::Path;

pub(super) fn write<const D: usize>(path: &Path, file: &CellFile<'_, D>) -> Result<(), IoError> {
    let table = file.table;
    let pieces = file.pieces.unwrap_or(&table.outlines);
    let lift = |v: &[f64; D]| std::array::from_fn(|k| v.get(k).copied().unwrap_or(0.0));
    let vertices: Vec<[f64; 3]> = pieces.vertices.iter().map(lift).collect();
    let (mut polygons, mut sites, mut groups): (Vec<&[u32]>, Vec<usize>, Vec<Group>) = Default::default();
    for i in 0..pieces.len() {
        let first = polygons.len();
        let rings = pieces.parts_of(i).filter_map(|p| pieces.rings_of(p).next());
        polygons.extend(rings.map(|r| &pieces.corners[pieces.corners_of(r)]).filter(|c| c.len() > 2));
        sites.resize(polygons.len(), i);
        if polygons.len() > first {
            groups.push(Group { name: format!("cell_{i}"), first: first as u32 });
        }
    }
    let by_face = |values: &[f64]| sites.iter().map(|&i| values[i]).collect::<Vec<f64>>();
    let own: Vec<f64> = sites.iter().map(|&i| i as f64).collect();
    let mut numbers: Vec<(String, Vec<f64>)> = vec![
        ("site".into(), own),
        ("mass".into(), by_face(&table.masses)),
        ("area".into(), by_face(&table.outlines.areas)),
    ];
    for (name, column) in file.named() {
        // Such files have no place for words.
        if let ColumnValues::Numbers(values) = &column.values {
            let name: String =
                name.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }).collect();
            numbers.push((name, by_face(values)));
        }
    }
    let fields: Vec<Field> = numbers.iter().map(|(name, values)| Field { name, columns: 1, values }).collect();
    // An .obj holds groups and no numbers.
    let plain = has_ending(path, "obj");
    let data = MeshData {
        vertices: &vertices,
        polygons: &polygons,
        face_fields: if plain { &[] } else { &fields },
        groups: if plain { &groups } else { &[] },
        ..MeshData::default()
    };
    write_surface(path, &data, Encoding::Binary)
}
