//! Flat faces are taken out of a surface without tearing it.

use super::edges::Edges;
use super::work::Work;
use super::{SurfaceError, is_flat};

/// Rounds before giving up: each takes out flat faces that do not touch, so this is the longest
/// chain of flat faces that is undone.
const ROUNDS: usize = 64;

/// Takes flat faces (of three different vertices, none twice) out. A flat face whose long side is
/// boundary may be dropped: those are returned first, by their present numbers, ascending. Else the
/// triangle across the long side is divided at the middle corner, in place of both: returned are
/// `[flat, neighbour]`, numbered as in the input.
///
/// The union of all faces stays the same set of points, exactly: the middle corner lies on the long
/// side.
pub(super) fn remove_flat(work: &mut Work) -> Result<(Vec<u32>, Vec<[u32; 2]>), SurfaceError> {
    let mut dropped: Vec<u32> = Vec::new();
    let mut split = Vec::new();
    let mut flat: Vec<u32> = (0..work.triangles.len() as u32).filter(|&f| flat_face(work, f)).collect();
    for _ in 0..ROUNDS {
        let Some(&first) = flat.first() else { break };
        let edges = Edges::new(&work.triangles, |f| dropped.binary_search(&f).is_err());
        // Edges are those of the beginning of the round: what has a vertex in common with a change
        // waits for the next one.
        let mut touched = vec![false; work.vertices.len()];
        let mut stuck = Vec::new();
        let mut next = Vec::new();
        for &f in &flat {
            let t = work.triangles[f as usize];
            if t.iter().any(|&v| touched[v as usize]) {
                next.push(f);
                continue;
            }
            let middle = middle_corner(t.map(|v| work.vertices[v as usize]));
            let Some(k) = middle else {
                // Two corners at one place: merging would have made it collapse.
                return Err(SurfaceError::FlatFace { face: work.face_of[f as usize] });
            };
            let (m, p, q) = (t[k], t[(k + 1) % 3], t[(k + 2) % 3]);
            let sides = edges.sides(p, q);
            let Some(g) = sides.iter().map(|s| s.face()).find(|&g| g != f) else {
                dropped.push(f);
                t.iter().for_each(|&v| touched[v as usize] = true);
                continue;
            };
            let Some(&d) = work.triangles[g as usize].iter().find(|v| **v != p && **v != q) else { continue };
            let around = [m, p, q, d];
            if touched[d as usize] {
                next.push(f);
                continue;
            }
            if sides.len() > 2 || d == m || !edges.sides(m, d).is_empty() {
                stuck.push(f);
                continue;
            }
            around.iter().for_each(|&v| touched[v as usize] = true);
            let parent = work.triangles[g as usize];
            let with = |old: u32| parent.map(|v| if v == old { m } else { v });
            split.push([work.face_of[f as usize], work.face_of[g as usize]]);
            (work.triangles[f as usize], work.triangles[g as usize]) = (with(p), with(q));
            work.face_of[f as usize] = work.face_of[g as usize];
            next.extend([f, g]);
        }
        dropped.sort_unstable();
        if stuck.len() == flat.len() {
            return Err(SurfaceError::FlatFace { face: work.face_of[first as usize] });
        }
        next.extend(stuck);
        next.sort_unstable();
        next.dedup();
        next.retain(|&f| flat_face(work, f));
        flat = next;
    }
    match flat.first() {
        Some(&f) => Err(SurfaceError::FlatFace { face: work.face_of[f as usize] }),
        None => Ok((dropped, split)),
    }
}

fn flat_face(work: &Work, face: u32) -> bool {
    is_flat(work.vertices, work.triangles[face as usize])
}

/// Which of three points on a line is strictly between the others; none if two are at one place.
fn middle_corner(p: [[f64; 3]; 3]) -> Option<usize> {
    // Along an axis that tells two of them apart, all three that differ differ.
    let axis = (0..3).find(|&k| p[0][k] != p[1][k])?;
    let between = |a: f64, b: f64, c: f64| (a < b && b < c) || (c < b && b < a);
    (0..3).find(|&k| between(p[(k + 1) % 3][axis], p[k][axis], p[(k + 2) % 3][axis]))
}
