//! A parameterized mesh as .obj, as the one that was read: its polygons, normals and the lines
//! between its faces; only the points are new.

use super::super::atomic::write_atomically;
use super::super::error::IoError;
use super::SurfaceFile;
use super::builder::NO_VALUE;
use crate::parameterize::Parameterization;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// A face to write: vertices and points of its corners, and the triangle of the input whose normals
/// it has.
struct Face {
    corners: Vec<[u32; 2]>,
    /// First and last triangle of the input.
    from: [u32; 2],
}

/// Writes vertices, points, normals and faces, atomically. Triangles that were one polygon of the
/// input, and still are, become one again. Cost: O(n log n).
///
/// # Errors
/// The system's.
pub fn write_obj_like(path: &Path, file: &SurfaceFile, found: &Parameterization) -> Result<(), IoError> {
    let faces = faces(file, found);
    write_atomically(path, |w| {
        for [x, y, z] in &file.vertices {
            writeln!(w, "v {x:?} {y:?} {z:?}")?;
        }
        for [u, v] in &found.points {
            writeln!(w, "vt {u:?} {v:?}")?;
        }
        for [x, y, z] in &file.normals.values {
            writeln!(w, "vn {x:?} {y:?} {z:?}")?;
        }
        let mut lines = lines(file).into_iter().peekable();
        for face in &faces {
            while let Some((_, line)) = lines.next_if(|l| l.0 <= face.from[0]) {
                writeln!(w, "{line}")?;
            }
            write_face(w, file, face)?;
        }
        Ok(())
    })
}

/// Lines between faces with the triangle before which they stand; of a mesh that was no .obj the
/// names of its parts.
fn lines(file: &SurfaceFile) -> Vec<(u32, String)> {
    // What would end the line is not written.
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    if file.lines.is_empty() {
        return file.groups.iter().map(|g| (g.first, format!("g {}", clean(&g.name)))).collect();
    }
    file.lines.iter().map(|(first, line)| (*first, clean(line))).collect()
}

fn write_face(w: &mut dyn Write, file: &SurfaceFile, face: &Face) -> io::Result<()> {
    let normals: Option<Vec<u32>> = face.corners.iter().map(|c| normal(file, face.from, c[0])).collect();
    w.write_all(b"f")?;
    for (k, [v, p]) in face.corners.iter().enumerate() {
        write!(w, " {}/{}", u64::from(*v) + 1, u64::from(*p) + 1)?;
        if let Some(n) = &normals {
            write!(w, "/{}", u64::from(n[k]) + 1)?;
        }
    }
    w.write_all(b"\n")
}

/// The normal that a vertex has in some triangles of the input, by its number or else its place.
fn normal(file: &SurfaceFile, [first, last]: [u32; 2], v: u32) -> Option<u32> {
    let range = first as usize..=last as usize;
    let (named, triangles) = (file.normals.corners.get(range.clone())?, file.triangles.get(range)?);
    let place = |w: u32| file.vertices[w as usize];
    let find = |same: &dyn Fn(u32) -> bool| {
        triangles.iter().zip(named).find_map(|(t, n)| (0..3).find(|&k| same(t[k])).map(|k| n[k]))
    };
    find(&|w| w == v).or_else(|| find(&|w| place(w) == place(v))).filter(|&n| n != NO_VALUE)
}

/// All faces in their order.
fn faces(file: &SurfaceFile, found: &Parameterization) -> Vec<Face> {
    let n = found.triangles.len();
    let polygon = |f: usize| file.polygon(found.face_of[f]);
    let mut list = Vec::with_capacity(n);
    let mut f = 0;
    while f < n {
        let end = (f + 1..n).find(|&g| polygon(g) != polygon(f)).unwrap_or(n);
        let from = [f, end - 1].map(|g| found.face_of[g]);
        match (end - f > 1).then(|| outline(file, found, f..end)).flatten() {
            Some(corners) => list.push(Face { corners, from }),
            None => {
                let one = |g: usize| Face {
                    corners: (0..3).map(|k| [found.triangles[g][k], found.corners[g][k]]).collect(),
                    from: [found.face_of[g]; 2],
                };
                list.extend((f..end).map(one));
            }
        }
        f = end;
    }
    list
}

/// The outline of some triangles, if they are a whole polygon of the input without a cut in it,
/// from the corner with which that begins.
fn outline(file: &SurfaceFile, found: &Parameterization, range: std::ops::Range<usize>) -> Option<Vec<[u32; 2]>> {
    let count = range.len();
    let (first, last) = (found.face_of[range.start], found.face_of[range.end - 1]);
    // All of its triangles, and each once.
    let whole = file.polygon(last) == file.polygon(first)
        && (last - first) as usize + 1 == count
        && first.checked_sub(1).is_none_or(|f| file.polygon(f) != file.polygon(first))
        && (last as usize + 1 == file.triangles.len() || file.polygon(last + 1) != file.polygon(first))
        && range.clone().all(|g| found.face_of[g] as usize == first as usize + g - range.start);
    if !whole {
        return None;
    }
    let mut next: BTreeMap<[[u32; 2]; 2], ()> = BTreeMap::new();
    for g in range {
        let corner = |k: usize| [found.triangles[g][k % 3], found.corners[g][k % 3]];
        for k in 0..3 {
            let (a, b) = (corner(k), corner(k + 1));
            if next.remove(&[b, a]).is_none() {
                next.insert([a, b], ());
            }
        }
    }
    let start = file.triangles[first as usize][0];
    let after: BTreeMap<[u32; 2], [u32; 2]> = next.keys().map(|e| (e[0], e[1])).collect();
    let begin = *after.keys().find(|c| c[0] == start).or(after.keys().next())?;
    let (mut corners, mut at) = (vec![begin], *after.get(&begin)?);
    while at != begin && corners.len() <= count + 2 {
        corners.push(at);
        at = *after.get(&at)?;
    }
    (corners.len() == count + 2 && after.len() == count + 2).then_some(corners)
}
