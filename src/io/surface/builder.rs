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
    /// Points of a plane that corners have (`vt`, `texcoord`, TEXCOORD_0).
    pub points: CornerList<2>,
    /// Normals that corners have (`vn`); only of .obj.
    pub normals: CornerList<3>,
    /// Lines of an .obj that stand between faces (`o`, `g`, `usemtl`, `mtllib`, `s`), as they are,
    /// with the number of triangles before each.
    pub lines: Vec<(u32, String)>,
    /// Remarks for the report.
    pub notes: Vec<String>,
}

/// Values that corners of triangles name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CornerList<const D: usize> {
    /// The values.
    pub values: Vec<[f64; D]>,
    /// For the corners of each triangle the numbers of their values, [`NO_VALUE`] for corners
    /// without; empty if no corner has one.
    pub corners: Vec<[u32; 3]>,
}

/// Marks a corner without value.
pub const NO_VALUE: u32 = u32::MAX;

impl<const D: usize> CornerList<D> {
    /// The values that corners of a polygon name, whose first triangle has this number.
    pub(super) fn push(&mut self, triangle: usize, corners: &[u32]) {
        if self.corners.is_empty() && corners.iter().all(|&c| c == NO_VALUE) {
            return;
        }
        self.corners.resize(triangle, [NO_VALUE; 3]);
        self.corners.extend(corners.windows(2).skip(1).map(|w| [corners[0], w[0], w[1]]));
    }

    /// Forgets corners that name none of the values there are, and those after the last triangle.
    fn finish(&mut self, triangles: usize) {
        if !self.corners.is_empty() {
            self.corners.resize(triangles, [NO_VALUE; 3]);
        }
        let n = self.values.len();
        self.corners.iter_mut().flatten().filter(|c| **c as usize >= n).for_each(|c| *c = NO_VALUE);
    }
}

/// As a polygon was cut into a fan, so are the lists that go along with it.
fn recut(list: &mut [[u32; 3]], triangles: &[[u32; 3]]) {
    let Some(first) = list.first() else { return };
    let mut corners = first[..2].to_vec();
    corners.extend(list.iter().map(|t| t[2]));
    for (slot, t) in list.iter_mut().zip(triangles) {
        *slot = t.map(|c| corners[c as usize]);
    }
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
        let mut points = Vec::new();
        for (k, &first) in self.polygons.iter().enumerate() {
            let range = first as usize..self.polygons.get(k + 1).copied().unwrap_or(end) as usize;
            if range.len() < 2 {
                continue;
            }
            // So far all are fans: the corners can be read off.
            let fan = &self.triangles[range.clone()];
            points.clear();
            points.extend(fan[0][..2].iter().chain(fan.iter().map(|t| &t[2])).map(|&v| self.vertices[v as usize]));
            if let Some(triangles) = polygon::cut(&points).map_err(|e| (k as u32, e))? {
                recut(&mut self.triangles[range.clone()], &triangles);
                for list in [&mut self.points.corners, &mut self.normals.corners] {
                    recut(list.get_mut(range.clone()).unwrap_or_default(), &triangles);
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

    /// Ends the lists of what corners name.
    pub(super) fn finish_corners(&mut self) {
        self.points.finish(self.triangles.len());
        self.normals.finish(self.triangles.len());
    }

    /// Notes a line that stands between faces; of several that say the same thing before the same
    /// face only the last counts.
    pub(super) fn push_line(&mut self, word: &[u8], line: &[u8]) {
        let first = self.triangles.len() as u32;
        let text = String::from_utf8_lossy(line.trim_ascii()).into_owned();
        let same =
            |l: &(u32, String)| word != b"mtllib" && l.1.as_bytes().split(u8::is_ascii_whitespace).next() == Some(word);
        let late = self.lines.iter().rposition(|l| l.0 != first).map_or(0, |k| k + 1);
        if let Some(k) = self.lines[late..].iter().position(same) {
            self.lines.remove(late + k);
        }
        self.lines.push((first, text));
    }

    /// Edges at which the points of the triangles on both sides differ: where the plane they lie in
    /// was cut. Edges of triangles with a vertex twice are left out. Cost: O(n log n).
    pub fn point_seams(&self) -> Vec<[u32; 2]> {
        let value = |f: usize, k: usize| {
            let point = self.points.corners.get(f).and_then(|c| self.points.values.get(c[k] as usize));
            // Both zeros are one.
            point.map(|p| p.map(|x| (x + 0.0).to_bits()))
        };
        let mut edges = Vec::with_capacity(3 * self.triangles.len());
        for (f, t) in self.triangles.iter().enumerate() {
            if t[0] == t[1] || t[1] == t[2] || t[2] == t[0] {
                continue;
            }
            for k in 0..3 {
                let (a, b) = if t[k] < t[(k + 1) % 3] { (k, (k + 1) % 3) } else { ((k + 1) % 3, k) };
                edges.push(([t[a], t[b]], f, [a, b]));
            }
        }
        edges.sort_unstable();
        let differ = |e: &&[([u32; 2], usize, [usize; 2])]| {
            let ends = |&(_, f, ends): &([u32; 2], usize, [usize; 2])| ends.map(|k| value(f, k));
            e.iter().any(|other| ends(other) != ends(&e[0]))
        };
        edges.chunk_by(|a, b| a.0 == b.0).filter(differ).map(|e| e[0].0).collect()
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
