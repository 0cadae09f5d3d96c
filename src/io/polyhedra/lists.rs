//! Cells in space in flat lists, and as arrays (.npz).
//!
//! Each cell has vertices of its own: on a torus neighbours need not lie side by side, since a cell
//! lies where its site is. Faces are counter-clockwise seen from outside. In the arrays face `f`
//! has the corners `corners[faces[f]:faces[f + 1]]`, cell `i` the faces `cells[i]:cells[i + 1]` and
//! the vertices `vertices[points[i]:points[i + 1]]`. A cell that does not hang together is several
//! bodies, one after the other.

use super::super::npz::NpzWriter;
use super::cells::{Placed, Polyhedra};
use crate::diagram::SpaceDiagram;
use crate::diagram::space::{SpaceBody, SpaceFace, Wall};
use rayon::prelude::*;
use std::io::{self, Write};
use std::ops::Range;

/// Cells in flat lists.
#[derive(Default)]
pub(super) struct Lists {
    pub vertices: Vec<[f64; 3]>,
    pub points: Vec<i64>,
    pub cells: Vec<i64>,
    pub faces: Vec<i64>,
    pub corners: Vec<i64>,
    /// Cell, what lies beyond, and the image of it.
    owner: Vec<i64>,
    neighbor: Vec<i64>,
    shift: Vec<f64>,
    pub area: Vec<f64>,
    pub normal: Vec<f64>,
    pub volume: Vec<f64>,
    pub bodies: Vec<Body>,
    centroid: Vec<f64>,
    second: Vec<f64>,
}

/// A cell, or what of it hangs together: ranges of faces and vertices.
pub(super) struct Body {
    pub cell: usize,
    pub faces: Range<usize>,
    pub points: Range<usize>,
    pub volume: f64,
}

impl Lists {
    /// Of all cells.
    pub fn of(cells: &Polyhedra<'_>) -> Lists {
        let mut all = Lists { points: vec![0], cells: vec![0], faces: vec![0], ..Lists::default() };
        let n = cells.diagram.masses().len();
        let bodies: Vec<Vec<SpaceBody>> = (0..n).into_par_iter().map(|i| cells.diagram.bodies(i)).collect();
        for (i, bodies) in bodies.into_iter().enumerate() {
            bodies.into_iter().for_each(|body| all.add_body(body, i));
            all.end(cells.diagram, i);
        }
        match cells.placed {
            Placed::Here => {}
            Placed::Apart(by) => {
                let (low, high) = cells.domain.bounds();
                all.explode([0, 1, 2].map(|k| 0.5 * (low[k] + high[k])), by);
            }
            Placed::OnTheWay(t) => all.shrink(cells.diagram.sites(), t),
        }
        all
    }

    fn add_body(&mut self, body: SpaceBody, cell: usize) {
        let (base, first) = (self.vertices.len(), self.faces.len() - 1);
        self.vertices.extend(body.vertices);
        for face in body.faces {
            let SpaceFace { wall, vertices, normal, area, .. } = face;
            self.corners.extend(vertices.iter().map(|&k| base as i64 + i64::from(k)));
            self.faces.push(self.corners.len() as i64);
            self.owner.push(cell as i64);
            let (beyond, periods) = match wall {
                Wall::Domain(k) => (-i64::from(k) - 1, [0; 3]),
                Wall::Site(j, shift) => (i64::from(j), shift.periods()),
            };
            self.neighbor.push(beyond);
            self.shift.extend(periods.map(f64::from));
            self.area.push(area);
            self.normal.extend(normal);
        }
        let (faces, points) = (first..self.faces.len() - 1, base..self.vertices.len());
        self.bodies.push(Body { cell, faces, points, volume: body.volume });
    }

    /// After the bodies of a cell.
    fn end(&mut self, diagram: &SpaceDiagram, i: usize) {
        self.points.push(self.vertices.len() as i64);
        self.cells.push(self.faces.len() as i64 - 1);
        let (volume, centroid, m) = diagram.body_moments(i).unwrap_or((0.0, [f64::NAN; 3], [[0.0; 3]; 3]));
        self.volume.push(volume);
        self.centroid.extend(centroid);
        self.second.extend([m[0][0], m[1][1], m[2][2], m[0][1], m[0][2], m[1][2]]);
    }

    /// Moves cells apart.
    fn explode(&mut self, middle: [f64; 3], by: f64) {
        for i in 0..self.volume.len() {
            let away = [0, 1, 2].map(|k| by * (self.centroid[3 * i + k] - middle[k]));
            for x in &mut self.vertices[self.points[i] as usize..self.points[i + 1] as usize] {
                (0..3).for_each(|k| x[k] += away[k]);
            }
        }
    }

    /// Takes cells with their sites.
    fn shrink(&mut self, sites: &[[f64; 3]], t: f64) {
        let s = 1.0 - t;
        for (i, y) in sites.iter().enumerate() {
            for x in &mut self.vertices[self.points[i] as usize..self.points[i + 1] as usize] {
                (0..3).for_each(|k| x[k] = s * x[k] + t * y[k]);
            }
            (0..3).for_each(|k| self.centroid[3 * i + k] = s * self.centroid[3 * i + k] + t * y[k]);
        }
        self.area.iter_mut().for_each(|a| *a *= s * s);
        self.volume.iter_mut().for_each(|v| *v *= s * s * s);
        self.bodies.iter_mut().for_each(|b| b.volume *= s * s * s);
        self.second.iter_mut().for_each(|m| *m *= s.powi(5));
    }

    /// The faces of cell `i`, as ranges of `corners`.
    pub fn faces_of(&self, i: usize) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let range = self.cells[i] as usize..self.cells[i + 1] as usize;
        range.map(|f| (f, self.corners_of(f)))
    }

    /// A face as a range of `corners`.
    pub fn corners_of(&self, f: usize) -> Range<usize> {
        self.faces[f] as usize..self.faces[f + 1] as usize
    }

    /// All of it as arrays.
    pub fn npz(&self, w: &mut dyn Write, cells: &Polyhedra<'_>) -> io::Result<()> {
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
        out.add("site", 3, cells.diagram.sites().as_flattened())?;
        out.add("weight", 0, cells.weights)?;
        out.add("mass", 0, cells.diagram.masses())?;
        out.add("volume", 0, &self.volume)?;
        out.add("centroid", 3, &self.centroid)?;
        out.add("second_moment", 6, &self.second)?;
        out.finish().map(drop)
    }
}
