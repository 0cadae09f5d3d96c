//! Cells as meshes: a group a cell in .obj, a solid a cell in .stl, sites and masses on the faces
//! of .ply.

use super::super::ending::has_ending;
use super::super::error::IoError;
use super::super::surface::{Encoding, Field, Group, MeshData, write_surface};
use super::cells::Polyhedra;
use super::lists::Lists;
use std::io::{self, Write};
use std::path::Path;

impl Lists {
    /// Polygons, cell after cell.
    pub fn mesh(&self, path: &Path, cells: &Polyhedra<'_>) -> Result<(), IoError> {
        let masses = cells.diagram.masses();
        let mut polygons: Vec<Vec<u32>> = Vec::new();
        let (mut site, mut mass, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &m) in masses.iter().enumerate() {
            let first = polygons.len();
            for (f, range) in self.faces_of(i) {
                if self.area[f] > 0.0 {
                    polygons.push(self.corners[range].iter().map(|&k| k as u32).collect());
                    site.push(i as f64);
                    mass.push(m);
                }
            }
            if polygons.len() > first {
                groups.push(Group { name: format!("cell_{i}"), first: first as u32 });
            }
        }
        let polygons: Vec<&[u32]> = polygons.iter().map(Vec::as_slice).collect();
        let fields =
            [Field { name: "site", columns: 1, values: &site }, Field { name: "mass", columns: 1, values: &mass }];
        let plain = has_ending(path, "obj");
        let data = MeshData {
            vertices: &self.vertices,
            polygons: &polygons,
            face_fields: if plain { &[] } else { &fields },
            groups: if plain { &groups } else { &[] },
            ..MeshData::default()
        };
        write_surface(path, &data, Encoding::Binary)
    }

    /// Triangles as text, since only text holds more than one solid; the normal of a triangle is
    /// that of its face.
    pub fn stl(&self, w: &mut dyn Write, cells: &Polyhedra<'_>) -> io::Result<()> {
        for i in 0..cells.diagram.masses().len() {
            let sound: Vec<_> = self.faces_of(i).filter(|f| self.area[f.0] > 0.0).collect();
            if sound.is_empty() {
                continue;
            }
            writeln!(w, "solid cell_{i}")?;
            for (f, range) in sound {
                let corner = |k: usize| self.vertices[self.corners[range.start + k] as usize];
                let [x, y, z] = [0, 1, 2].map(|k| self.normal[3 * f + k]);
                for k in 1..range.len() - 1 {
                    writeln!(w, "facet normal {x:?} {y:?} {z:?}\nouter loop")?;
                    for [x, y, z] in [corner(0), corner(k), corner(k + 1)] {
                        writeln!(w, "vertex {x:?} {y:?} {z:?}")?;
                    }
                    writeln!(w, "endloop\nendfacet")?;
                }
            }
            writeln!(w, "endsolid cell_{i}")?;
        }
        Ok(())
    }
}
