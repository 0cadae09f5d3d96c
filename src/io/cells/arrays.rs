//! Cells as arrays with offsets: cell `i` has the parts `cells[i]:cells[i+1]`, a part the rings
//! `parts[p]:parts[p+1]`, a ring the vertices `corners[rings[r]:rings[r+1]]`.

use super::super::npz::NpzWriter;
use super::columns::ColumnValues;
use super::file::CellFile;
use crate::diagram::NOBODY;
use std::io::{self, Write};

/// Names of arrays.
const ARRAYS: [&str; 7] = ["cells", "parts", "rings", "corners", "beyond", "neighbor_offsets", "masses"];

pub(super) fn write<const D: usize>(w: &mut dyn Write, file: &CellFile<'_, D>) -> io::Result<()> {
    let (table, all) = (file.table, &file.table.outlines);
    let mut out = NpzWriter::new(w);
    out.add("vertices", D, all.vertices.as_flattened())?;
    let offsets = |list: &[usize]| list.iter().map(|&k| k as i64).collect::<Vec<_>>();
    for (name, list) in [("cells", &all.cells), ("parts", &all.parts), ("rings", &all.rings)] {
        out.add_integers(name, &offsets(list))?;
    }
    let numbers = |list: &[u32]| list.iter().map(|&k| if k == NOBODY { -1 } else { i64::from(k) }).collect::<Vec<_>>();
    out.add_integers("corners", &numbers(&all.corners))?;
    out.add_integers("beyond", &numbers(&all.beyond))?;
    out.add("mass", 0, &table.masses)?;
    out.add("area", 0, &all.areas)?;
    let centroids: Vec<f64> = table.centroids.iter().flat_map(|c| c.unwrap_or([f64::NAN; D])).collect();
    out.add("centroid", D, &centroids)?;
    out.add_integers("neighbor_offsets", &offsets(&table.neighbor_start))?;
    out.add_integers("neighbors", &numbers(&table.neighbors))?;
    out.add_integers("hidden", &numbers(&table.hidden))?;
    for (name, column) in file.named() {
        let name = if ARRAYS.contains(&name.as_str()) { format!("values_{name}") } else { name };
        match &column.values {
            ColumnValues::Numbers(values) => out.add(&name, 0, values)?,
            ColumnValues::Words(values) => out.add_words(&name, values)?,
        }
    }
    out.finish().map(drop)
}
