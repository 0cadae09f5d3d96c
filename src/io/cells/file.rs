//! What is written of cells, in any format.

use super::columns::CellColumn;
use crate::diagram::Outlines;
use crate::transport::CellTable;

/// What is written of cells. Arcs are chords by now ([`Outlines::flattened`]).
#[derive(Clone, Copy, Debug)]
pub struct CellFile<'a, const D: usize> {
    /// The cells.
    pub table: &'a CellTable<D>,
    /// Their convex pieces; only meshes have them ([`super::writes_cell_pieces`]).
    pub pieces: Option<&'a Outlines<D>>,
    /// What else is told of each.
    pub columns: &'a [CellColumn],
}

/// Names that cells have anyway: a column called so becomes `values_NAME`.
pub(super) const OWN: [&str; 12] = [
    "site",
    "mass",
    "area",
    "centroid",
    "centroid_x",
    "centroid_y",
    "centroid_z",
    "neighbors",
    "wkt",
    "vertices",
    "hidden",
    "id",
];

impl<const D: usize> CellFile<'_, D> {
    /// The columns with the names that they get.
    pub(super) fn named(&self) -> Vec<(String, &CellColumn)> {
        let name = |c: &CellColumn| match OWN.contains(&c.name.as_str()) {
            true => format!("values_{}", c.name),
            false => c.name.clone(),
        };
        self.columns.iter().map(|c| (name(c), c)).collect()
    }

    /// The rings of each part of a cell as polygons; parts without any are left out, and so are
    /// holes that doubles cannot tell from a point.
    pub(super) fn polygons(&self, cell: usize) -> Vec<Vec<Vec<[f64; D]>>> {
        let all = &self.table.outlines;
        let part = |p: usize| {
            let mut rings = all.rings_of(p).map(|r| all.polygon(r));
            let outline = rings.next().filter(|o| !o.is_empty())?;
            Some(std::iter::once(outline).chain(rings.filter(|r| !r.is_empty())).collect())
        };
        all.parts_of(cell).filter_map(part).collect()
    }
}
