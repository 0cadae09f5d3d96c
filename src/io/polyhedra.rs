//! Cells in space for other programs: polyhedra as .vtu, as meshes of polygons (.obj, .ply), as
//! arrays (.npz).
//!
//! Each cell has vertices of its own: on a torus neighbours need not lie side by side, since a cell
//! lies where its site is. Faces are counter-clockwise seen from outside. In the arrays face `f`
//! has the corners `corners[faces[f]:faces[f + 1]]`, cell `i` the faces `cells[i]:cells[i + 1]` and
//! the vertices `vertices[points[i]:points[i + 1]]`.

use super::atomic::write_atomically;
use super::error::IoError;
use super::npz::NpzWriter;
use super::surface::{Encoding, Field, Group, MeshData, write_surface};
use crate::diagram::SpaceDiagram;
use crate::diagram::space::{SpaceFace, Wall};
use std::io::{self, Write};
use std::path::Path;

/// Cells in flat lists.
#[derive(Default)]
struct Lists {
    vertices: Vec<[f64; 3]>,
    points: Vec<i64>,
    cells: Vec<i64>,
    faces: Vec<i64>,
    corners: Vec<i64>,
    /// Cell, what lies beyond, and the image of it.
    owner: Vec<i64>,
    neighbor: Vec<i64>,
    shift: Vec<f64>,
    area: Vec<f64>,
    normal: Vec<f64>,
    volume: Vec<f64>,
    centroid: Vec<f64>,
    second: Vec<f64>,
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Whether [`write_polyhedra`] writes files of this name.
pub fn writes_polyhedra(path: &Path) -> bool {
    matches!(ending(path).as_str(), "vtu" | "obj" | "ply" | "npz")
}

/// Writes the cells of a diagram in space, atomically; `masses` are those asked for. Faces without
/// area are left out of meshes. Cost: O(vertices).
///
/// # Errors
/// [`IoError::Content`] for other endings; the system's.
pub fn write_polyhedra(path: &Path, diagram: &SpaceDiagram, masses: &[f64]) -> Result<(), IoError> {
    let lists = Lists::of(diagram);
    match ending(path).as_str() {
        "vtu" => write_atomically(path, |w| lists.vtu(w, diagram, masses)),
        "npz" => write_atomically(path, |w| lists.npz(w, diagram)),
        "obj" | "ply" => lists.mesh(path, diagram),
        _ => Err(IoError::content(path, "cells in space are written as .vtu, .npz, .obj or .ply")),
    }
}

impl Lists {
    fn of(diagram: &SpaceDiagram) -> Lists {
        let mut all = Lists { points: vec![0], cells: vec![0], faces: vec![0], ..Lists::default() };
        for i in 0..diagram.masses().len() {
            all.add(diagram, i);
        }
        all
    }

    fn add(&mut self, diagram: &SpaceDiagram, i: usize) {
        let base = self.vertices.len() as i64;
        self.vertices.extend(diagram.vertices(i));
        for face in diagram.faces(i) {
            let SpaceFace { wall, vertices, normal, area, .. } = face;
            self.corners.extend(vertices.iter().map(|&k| base + i64::from(k)));
            self.faces.push(self.corners.len() as i64);
            self.owner.push(i as i64);
            let (beyond, periods) = match wall {
                Wall::Domain(k) => (-i64::from(k) - 1, [0; 3]),
                Wall::Site(j, shift) => (i64::from(j), shift.periods()),
            };
            self.neighbor.push(beyond);
            self.shift.extend(periods.map(f64::from));
            self.area.push(area);
            self.normal.extend(normal);
        }
        self.points.push(self.vertices.len() as i64);
        self.cells.push(self.faces.len() as i64 - 1);
        let (volume, centroid, m) = diagram.body_moments(i).unwrap_or((0.0, [f64::NAN; 3], [[0.0; 3]; 3]));
        self.volume.push(volume);
        self.centroid.extend(centroid);
        self.second.extend([m[0][0], m[1][1], m[2][2], m[0][1], m[0][2], m[1][2]]);
    }

    fn npz(&self, w: &mut dyn Write, diagram: &SpaceDiagram) -> io::Result<()> {
        let mut out = NpzWriter::new(w);
        out.add("vertices", 3, self.vertices.as_flattened())?;
        for (name, list) in [
            ("points", &self.points),
            ("cells", &self.cells),
            ("faces", &self.faces),
            ("corners", &self.corners),
            ("face_cell", &self.owner),
            ("face_neighbor", &self.neighbor),
        ] {
            out.add_integers(name, list)?;
        }
        out.add("face_shift", 3, &self.shift)?;
        out.add("face_area", 0, &self.area)?;
        out.add("face_normal", 3, &self.normal)?;
        out.add("mass", 0, diagram.masses())?;
        out.add("volume", 0, &self.volume)?;
        out.add("centroid", 3, &self.centroid)?;
        out.add("second_moment", 6, &self.second)?;
        out.finish().map(drop)
    }

    /// The faces of cell `i`, as ranges of `corners`.
    fn faces_of(&self, i: usize) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> + '_ {
        let range = self.cells[i] as usize..self.cells[i + 1] as usize;
        range.map(|f| (f, self.faces[f] as usize..self.faces[f + 1] as usize))
    }

    fn mesh(&self, path: &Path, diagram: &SpaceDiagram) -> Result<(), IoError> {
        let mut polygons: Vec<Vec<u32>> = Vec::new();
        let (mut site, mut mass, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..diagram.masses().len() {
            let first = polygons.len();
            for (f, range) in self.faces_of(i) {
                if self.area[f] > 0.0 {
                    polygons.push(self.corners[range].iter().map(|&k| k as u32).collect());
                    site.push(i as f64);
                    mass.push(diagram.masses()[i]);
                }
            }
            groups.push((i, first, polygons.len()));
        }
        let polygons: Vec<&[u32]> = polygons.iter().map(Vec::as_slice).collect();
        let fields =
            [Field { name: "site", columns: 1, values: &site }, Field { name: "mass", columns: 1, values: &mass }];
        let plain = ending(path) == "obj";
        let groups: Vec<Group> = groups
            .into_iter()
            .filter(|g| g.2 > g.1)
            .map(|(i, first, _)| Group { name: format!("cell_{i}"), first: first as u32 })
            .collect();
        let data = MeshData {
            vertices: &self.vertices,
            polygons: &polygons,
            face_fields: if plain { &[] } else { &fields },
            groups: if plain { &groups } else { &[] },
            ..MeshData::default()
        };
        write_surface(path, &data, Encoding::Binary)
    }

    /// VTK's unstructured grid: cells of type 42, with a stream of faces. Arrays are appended raw,
    /// each after its length in bytes.
    fn vtu(&self, w: &mut dyn Write, diagram: &SpaceDiagram, masses: &[f64]) -> io::Result<()> {
        let alive: Vec<usize> = (0..diagram.masses().len()).filter(|&i| self.cells[i] < self.cells[i + 1]).collect();
        let (mut connectivity, mut offsets, mut faces, mut ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &i in &alive {
            connectivity.extend(self.points[i]..self.points[i + 1]);
            offsets.push(connectivity.len() as i64);
            faces.push(self.cells[i + 1] - self.cells[i]);
            for (_, range) in self.faces_of(i) {
                faces.push(range.len() as i64);
                faces.extend_from_slice(&self.corners[range]);
            }
            ends.push(faces.len() as i64);
        }
        let of = |values: &[f64]| alive.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        let site: Vec<i64> = alive.iter().map(|&i| i as i64).collect();
        let fields = [("mass", of(diagram.masses())), ("prescribed", of(masses)), ("volume", of(&self.volume))];
        let (points, cells) = (self.vertices.len(), alive.len());
        let mut blobs: Vec<Vec<u8>> = Vec::new();
        let mut at = 0;
        let mut declare = |kind: &str, name: &str, columns: usize, bytes: Vec<u8>| {
            let text = format!(
                "<DataArray type=\"{kind}\" Name=\"{name}\" NumberOfComponents=\"{columns}\" format=\"appended\" \
                 offset=\"{at}\"/>\n"
            );
            at += 8 + bytes.len();
            blobs.push(bytes);
            text
        };
        let doubles = |v: &[f64]| v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let integers = |v: &[i64]| v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        w.write_all(b"<?xml version=\"1.0\"?>\n<!-- written by brenier -->\n")?;
        w.write_all(b"<VTKFile type=\"UnstructuredGrid\" version=\"1.0\" byte_order=\"LittleEndian\" ")?;
        w.write_all(b"header_type=\"UInt64\">\n<UnstructuredGrid>\n")?;
        writeln!(w, "<Piece NumberOfPoints=\"{points}\" NumberOfCells=\"{cells}\">")?;
        let at_points = declare("Float64", "Points", 3, doubles(self.vertices.as_flattened()));
        write!(w, "<Points>\n{at_points}</Points>\n<Cells>\n")?;
        for (name, list) in
            [("connectivity", &connectivity), ("offsets", &offsets), ("faces", &faces), ("faceoffsets", &ends)]
        {
            w.write_all(declare("Int64", name, 1, integers(list)).as_bytes())?;
        }
        w.write_all(declare("UInt8", "types", 1, vec![42; cells]).as_bytes())?;
        w.write_all(b"</Cells>\n<CellData>\n")?;
        w.write_all(declare("Int64", "site", 1, integers(&site)).as_bytes())?;
        for (name, values) in &fields {
            w.write_all(declare("Float64", name, 1, doubles(values)).as_bytes())?;
        }
        w.write_all(b"</CellData>\n</Piece>\n</UnstructuredGrid>\n<AppendedData encoding=\"raw\">\n_")?;
        for blob in &blobs {
            w.write_all(&(blob.len() as u64).to_le_bytes())?;
            w.write_all(blob)?;
        }
        w.write_all(b"\n</AppendedData>\n</VTKFile>\n")
    }
}
