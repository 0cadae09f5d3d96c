//! A mesh as it is read.

use super::super::error::IoError;
use super::polygon::{self, Uncut};
use crate::domain::surface::SurfaceError;
use std::path::Path;

/// A mesh in space as a file has it: vertices and faces in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SurfaceFile {
    /// Coordinates of each vertex; finite for those that triangles name.
    pub vertices: Vec<[f64; 3]>,
    /// Vertices of each triangle, counted from 0. A polygon of `k` corners is cut into `k - 2`
    /// triangles: from its first corner if they cover it once, else by cutting off ears.
    pub triangles: Vec<[u32; 3]>,
    /// The first triangle of each polygon; empty if all polygons are triangles. See
    /// [`SurfaceFile::polygon`].
    pub polygons: Vec<u32>,
    /// Parts that the file names (`o`, `g`; `solid`), those with faces, in their order.
    pub groups: Vec<Group>,
    /// Remarks for the report.
    pub notes: Vec<String>,
}

/// A named part of a mesh: the triangles from `first` up to the next part's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name as it stands in the file.
    pub name: String,
    /// Its first triangle.
    pub first: u32,
}

impl SurfaceFile {
    /// Number of the polygon (from 0, in the order of the file) that a triangle is part of. Cost:
    /// O(log n).
    pub fn polygon(&self, face: u32) -> u32 {
        crate::domain::polygon_of(&self.polygons, face)
    }

    /// Adds a polygon of at least three corners.
    pub(super) fn push(&mut self, path: &Path, corners: &[u32]) -> Result<(), IoError> {
        let first = self.triangles.len();
        if first + corners.len() > crate::domain::surface::MOST_FACES {
            let source = SurfaceError::TooManyFaces { found: first + corners.len() };
            return Err(IoError::Surface { file: path.to_path_buf(), source });
        }
        if corners.len() > 3 && self.polygons.is_empty() {
            self.polygons.extend(0..first as u32);
            self.polygons.push(first as u32);
        } else if !self.polygons.is_empty() {
            self.polygons.push(first as u32);
        }
        self.triangles.extend(corners.windows(2).skip(1).map(|w| [corners[0], w[0], w[1]]));
        Ok(())
    }

    /// Cuts polygons where a fan from the first corner is wrong. All vertices must be there, those
    /// of faces finite.
    pub(super) fn cut_polygons(&mut self) -> Result<(), (u32, Uncut)> {
        let end = self.triangles.len() as u32;
        let (mut corners, mut points) = (Vec::new(), Vec::new());
        for (k, &first) in self.polygons.iter().enumerate() {
            let range = first as usize..self.polygons.get(k + 1).copied().unwrap_or(end) as usize;
            if range.len() < 2 {
                continue;
            }
            // So far all are fans: the corners can be read off.
            corners.clear();
            corners.extend(&self.triangles[range.start][..2]);
            corners.extend(self.triangles[range.clone()].iter().map(|t| t[2]));
            points.clear();
            points.extend(corners.iter().map(|&v| self.vertices[v as usize]));
            if let Some(triangles) = polygon::cut(&points).map_err(|e| (k as u32, e))? {
                for (slot, t) in self.triangles[range].iter_mut().zip(triangles) {
                    *slot = t.map(|c| corners[c as usize]);
                }
            }
        }
        Ok(())
    }

    /// Puts vertices that are not finite, and have no face, where one with a face is: nothing may
    /// be computed from them, but files that are written hold them. All others must be finite.
    pub(super) fn tame_unused(&mut self, path: &Path) {
        let Some(&[home, ..]) = self.triangles.first() else { return };
        let place = self.vertices[home as usize];
        let wild = self.vertices.iter_mut().enumerate().filter(|(_, v)| v.iter().any(|c| !c.is_finite()));
        let mut numbers = Vec::new();
        for (k, v) in wild {
            *v = place;
            numbers.push(k);
        }
        let path = path.display();
        self.notes.extend(match numbers[..] {
            [] => None,
            [one] => {
                Some(format!("{path}: vertex {one} is not finite and has no face; it was put where vertex {home} is"))
            }
            [first, ..] => {
                let more = numbers.len() - 1;
                let what = "are not finite and have no face; they were put where vertex";
                Some(format!("{path}: vertex {first} and {more} more {what} {home} is"))
            }
        });
    }

    /// Says how many polygons were cut.
    pub(super) fn note_polygons(&mut self, path: &Path) {
        let ends = self.polygons.iter().skip(1).copied().chain([self.triangles.len() as u32]);
        let cut = self.polygons.iter().zip(ends).filter(|(first, end)| *first + 1 < *end).count();
        if cut > 0 {
            let what = match cut {
                1 => "1 face of more than three corners; it was cut".to_string(),
                _ => format!("{cut} faces of more than three corners; they were cut"),
            };
            self.notes.push(format!("{} has {what} into triangles", path.display()));
        }
    }

    /// Begins a named part; one without faces is forgotten.
    pub(super) fn begin_group(&mut self, name: &[u8]) {
        let first = self.triangles.len() as u32;
        self.groups.pop_if(|g| g.first == first);
        self.groups.push(Group { name: String::from_utf8_lossy(name.trim_ascii()).into_owned(), first });
    }

    /// Forgets a last part without faces.
    pub(super) fn end_groups(&mut self) {
        let end = self.triangles.len() as u32;
        self.groups.pop_if(|g| g.first == end);
    }

    /// The first triangle with a corner that names no vertex: `(face, what it says)`.
    pub(super) fn unknown_vertex(&self) -> Option<(usize, u32)> {
        let n = self.vertices.len();
        // All at once first: the search is for the few files that are wrong.
        let highest = self.triangles.iter().flatten().copied().max();
        highest.filter(|&v| v as usize >= n)?;
        let wrong = |t: &[u32; 3]| t.iter().copied().find(|&v| v as usize >= n);
        self.triangles.iter().enumerate().find_map(|(f, t)| wrong(t).map(|v| (f, v)))
    }
}
