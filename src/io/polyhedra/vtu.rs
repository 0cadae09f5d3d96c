//! VTK's unstructured grid: cells of type 42, each with a stream of its faces.
//!
//! Cells come by the number of their vertices: meshio makes a block of those with as many, and
//! gives blocks their data in that order, whichever the file has. Whose a cell is, `site` tells;
//! one that does not hang together is several with one site, each with its own volume.

use super::appended::Appended;
use super::cells::Polyhedra;
use super::lists::{Body, Lists};
use std::io::{self, Write};

impl Lists {
    /// The cells with their sites, masses and volumes; hidden sites are left out.
    pub fn vtu(&self, w: &mut dyn Write, cells: &Polyhedra<'_>) -> io::Result<()> {
        let masses = cells.diagram.masses();
        let mut alive: Vec<&Body> = self.bodies.iter().collect();
        alive.sort_by_key(|body| body.points.len());
        let (mut connectivity, mut offsets, mut faces, mut ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for body in &alive {
            connectivity.extend(body.points.clone().map(|k| k as i64));
            offsets.push(connectivity.len() as i64);
            faces.push(body.faces.len() as i64);
            for range in body.faces.clone().map(|f| self.corners_of(f)) {
                faces.push(range.len() as i64);
                faces.extend_from_slice(&self.corners[range]);
            }
            ends.push(faces.len() as i64);
        }
        let of = |values: &[f64]| alive.iter().map(|body| values[body.cell]).collect::<Vec<f64>>();
        let site: Vec<i64> = alive.iter().map(|body| body.cell as i64).collect();
        let volume: Vec<f64> = alive.iter().map(|body| body.volume).collect();
        let mut arrays = Appended::default();
        Appended::begin(w, "UnstructuredGrid", "")?;
        writeln!(w, "<Piece NumberOfPoints=\"{}\" NumberOfCells=\"{}\">", self.vertices.len(), alive.len())?;
        let points = arrays.doubles("Points", 3, self.vertices.as_flattened());
        write!(w, "<Points>\n{points}</Points>\n<Cells>\n")?;
        for (name, list) in
            [("connectivity", &connectivity), ("offsets", &offsets), ("faces", &faces), ("faceoffsets", &ends)]
        {
            w.write_all(arrays.integers(name, list).as_bytes())?;
        }
        w.write_all(arrays.bytes("types", vec![42; alive.len()]).as_bytes())?;
        w.write_all(b"</Cells>\n<CellData>\n")?;
        w.write_all(arrays.integers("site", &site).as_bytes())?;
        for (name, values) in [("mass", of(masses)), ("prescribed", of(cells.masses)), ("volume", volume)] {
            w.write_all(arrays.doubles(name, 1, &values).as_bytes())?;
        }
        w.write_all(b"</CellData>\n</Piece>\n")?;
        arrays.end(w, "UnstructuredGrid")
    }
}
