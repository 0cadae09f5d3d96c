//! Triangles made fit for a purpose, with a log of all that was done.
//!
//! Nothing is guessed: vertices merge only where coordinates are equal, a triangle is flat only if
//! its corners lie exactly on one line, and no vertex ever moves. What cannot be mended so is
//! refused by name.

use super::edges::Edges;
use super::flatten::remove_flat;
pub use super::log::{Mend, RepairLog};
use super::topology::{Topology, Winding, collapsed, equal_faces, equal_vertices, fans};
use super::work::Work;
use super::{Surface, SurfaceError, check, is_flat};
use crate::setters::setters;

/// What the triangles are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Need {
    /// Transport: everything that has area is fine, however it meets. Faces given twice count
    /// twice, with a warning.
    #[default]
    Soup,
    /// Parameterization: an oriented 2-manifold, with or without boundary, of any number of
    /// components.
    Manifold,
}

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RepairOptions {
    /// What the triangles are for.
    pub need: Need,
    /// Vertices at exactly the same place become one.
    pub merge_vertices: bool,
    /// For [`Need::Manifold`]: the surface is cut open along edges with more than two faces and at
    /// vertices whose faces form several fans (vertices are doubled there). Else such are refused.
    pub cut: bool,
}

setters!(RepairOptions {
    need: value Need,
    merge_vertices: value bool,
    cut: value bool,
});

/// Triangles that meet the need.
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired {
    /// Coordinates of vertices; each has a face.
    pub vertices: Vec<[f64; 3]>,
    /// Vertices of each triangle.
    pub triangles: Vec<[u32; 3]>,
    /// For each vertex the one of the input that it was (of merged ones the lowest).
    pub vertex_of: Vec<u32>,
    /// For each triangle the one of the input that it was, or that it is a part of.
    pub face_of: Vec<u32>,
    /// What was done.
    pub log: RepairLog,
}

impl Repaired {
    /// The triangles as a surface for transport.
    ///
    /// # Errors
    /// [`SurfaceError::ExtentOutOfRange`]; nothing else for triangles as [`repair`] returns them.
    pub fn into_surface(self) -> Result<Surface, SurfaceError> {
        Surface::new(self.vertices, self.triangles)
    }
}

/// Makes triangles fit for what they are needed for. Cost: O(n log n).
///
/// In this order: vertices merge (if asked), flat faces go, and for a manifold also faces given
/// twice; the surface is cut open (if asked), neighbours are wound alike, vertices without faces
/// go. A flat face in the middle of a manifold leaves no slit behind: its middle corner becomes a
/// corner of the triangle across its long side.
///
/// # Errors
/// As [`Surface::new`]; for a manifold also [`SurfaceError`] naming the edge with more than two
/// faces, the vertex that joins several fans, the faces where a one-sided surface closes, or the
/// flat face that cannot go. Numbers are those of the input.
///
/// ```
/// use brenier::domain::surface::repair::{Need, RepairOptions, repair};
/// let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [1., 1., 0.], [0., 1., 0.], [9., 9., 9.]];
/// let options = RepairOptions::default().need(Need::Manifold).merge_vertices(true);
/// let mesh = repair(&v, &[[0, 1, 2], [4, 1, 3], [2, 4, 0]], options).unwrap();
/// assert_eq!((mesh.vertices.len(), mesh.triangles), (4, vec![[0, 1, 2], [2, 1, 3]]));
/// assert_eq!(mesh.log.to_string(), "vertex 4 is at the place of vertex 2 and was merged with it
/// face 2 has zero area and was left out
/// vertex 5 has no face and was left out");
/// ```
pub fn repair(vertices: &[[f64; 3]], triangles: &[[u32; 3]], options: RepairOptions) -> Result<Repaired, SurfaceError> {
    check(vertices, triangles)?;
    let face_of = (0..triangles.len() as u32).collect();
    let mut work = Work { vertices, triangles: triangles.to_vec(), face_of, log: RepairLog::default() };
    if options.merge_vertices {
        let equal = equal_vertices(vertices);
        let mut kept: Vec<u32> = (0..vertices.len() as u32).collect();
        equal.iter().for_each(|&[copy, first]| kept[copy as usize] = first);
        work.triangles.iter_mut().for_each(|t| *t = t.map(|v| kept[v as usize]));
        work.note(equal, Mend::MergedVertices);
    }
    let mut added = Vec::new();
    match options.need {
        Need::Soup => {
            let flat: Vec<u32> =
                (0..work.triangles.len() as u32).filter(|&f| is_flat(vertices, work.triangles[f as usize])).collect();
            work.drop_faces(&flat);
            work.note(flat, Mend::DroppedFlat);
            let equal = equal_faces(&work.triangles, |_| true);
            let equal = equal.iter().map(|e| e.map(|f| work.face_of[f as usize])).collect();
            work.note(equal, Mend::EqualFaces);
        }
        Need::Manifold => make_manifold(&mut work, &mut added, options.cut)?,
    }
    finish(work, &added, options.merge_vertices)
}

fn make_manifold(work: &mut Work, added: &mut Vec<u32>, cut: bool) -> Result<(), SurfaceError> {
    let twice = collapsed(&work.triangles);
    let mut dropped = work.originals(&twice);
    work.drop_faces(&twice);
    let equal = equal_faces(&work.triangles, |_| true);
    let copies: Vec<u32> = equal.iter().map(|e| e[0]).collect();
    let named = equal.iter().map(|e| e.map(|f| work.face_of[f as usize])).collect();
    work.drop_faces(&copies);
    work.note(named, Mend::DroppedEqual);
    let (flat, split) = remove_flat(work)?;
    dropped.extend(work.originals(&flat));
    dropped.sort_unstable();
    work.drop_faces(&flat);
    work.note(dropped, Mend::DroppedFlat);
    work.note(split, Mend::SplitNeighbours);
    if work.triangles.is_empty() {
        return Err(SurfaceError::ZeroArea);
    }
    if cut {
        cut_open(work, added);
    }
    let edges = Edges::new(&work.triangles, |_| true);
    let winding = Winding::new(&work.triangles, &edges);
    drop(edges);
    for &f in &winding.turned {
        work.triangles[f as usize].swap(1, 2);
    }
    let turned = work.originals(&winding.turned);
    let report = Topology::new(&[], &work.triangles);
    match report.obstacle() {
        Some(error) => Err(in_input(error, work, added)),
        None => {
            work.note(turned, Mend::TurnedFaces);
            Ok(())
        }
    }
}

/// Gives each fan its own vertex, where fans are connected by edges of two faces only.
fn cut_open(work: &mut Work, added: &mut Vec<u32>) {
    let edges = Edges::new(&work.triangles, |_| true);
    let fans = fans(&work.triangles, &edges, |sides| sides.len() == 2);
    drop(edges);
    let n = work.vertices.len() as u32;
    // The vertex that a fan got, by its root; the first fan of a vertex keeps it.
    let mut own = vec![u32::MAX; 3 * work.triangles.len()];
    let mut taken = vec![false; n as usize];
    for half in 0..own.len() {
        let (f, k) = (half / 3, half % 3);
        let v = work.triangles[f][k];
        let own = &mut own[fans.find(half as u32) as usize];
        if *own == u32::MAX {
            let free = !std::mem::replace(&mut taken[v as usize], true);
            *own = if free { v } else { n + added.len() as u32 };
            if !free {
                added.push(v);
            }
        }
        work.triangles[f][k] = *own;
    }
    let mut doubled = added.clone();
    doubled.sort_unstable();
    work.note(doubled, Mend::DoubledVertices);
}

/// The same error with the numbers of the input.
fn in_input(error: SurfaceError, work: &Work, added: &[u32]) -> SurfaceError {
    let n = work.vertices.len();
    let vertex = |v: u32| added.get((v as usize).wrapping_sub(n)).copied().unwrap_or(v);
    let edge = |e: (u32, u32)| {
        let (a, b) = (vertex(e.0), vertex(e.1));
        (a.min(b), a.max(b))
    };
    let faces = |f: [u32; 2]| f.map(|f| work.face_of[f as usize]);
    match error {
        SurfaceError::CrowdedEdge { edge: e, faces } => SurfaceError::CrowdedEdge { edge: edge(e), faces },
        SurfaceError::PinchedVertex { vertex: v, fans } => SurfaceError::PinchedVertex { vertex: vertex(v), fans },
        SurfaceError::OneSided { edge: e, faces: f } => SurfaceError::OneSided { edge: edge(e), faces: faces(f) },
        SurfaceError::Misoriented { edge: e, faces: f } => SurfaceError::Misoriented { edge: edge(e), faces: faces(f) },
        other => other,
    }
}

/// Leaves out vertices without faces and numbers the others in the order of the input, those that a
/// cut added last.
fn finish(mut work: Work, added: &[u32], merged: bool) -> Result<Repaired, SurfaceError> {
    if work.triangles.is_empty() {
        return Err(SurfaceError::ZeroArea);
    }
    let n = work.vertices.len();
    let mut number = vec![u32::MAX; n + added.len()];
    work.triangles.iter().flatten().for_each(|&v| number[v as usize] = 0);
    let used: Vec<u32> = (0..number.len() as u32).filter(|&v| number[v as usize] == 0).collect();
    for (k, &v) in used.iter().enumerate() {
        number[v as usize] = k as u32;
    }
    work.triangles.iter_mut().for_each(|t| *t = t.map(|v| number[v as usize]));
    let vertex_of: Vec<u32> =
        used.iter().map(|&v| added.get((v as usize).wrapping_sub(n)).copied().unwrap_or(v)).collect();
    // Merged vertices are gone for another reason, which is in the log already.
    let copies = match work.log.steps.first() {
        Some(Mend::MergedVertices(pairs)) if merged => pairs.iter().map(|p| p[0]).collect(),
        _ => Vec::new(),
    };
    let unused = |v: &u32| number[*v as usize] == u32::MAX && copies.binary_search(v).is_err();
    let dropped = (0..n as u32).filter(unused).collect();
    work.note(dropped, Mend::DroppedVertices);
    let vertices = vertex_of.iter().map(|&v| work.vertices[v as usize]).collect();
    Ok(Repaired { vertices, triangles: work.triangles, vertex_of, face_of: work.face_of, log: work.log })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFOLD: RepairOptions = RepairOptions { need: Need::Manifold, merge_vertices: true, cut: false };

    fn corners(n: u32) -> Vec<[f64; 3]> {
        // Points of a curve no four of which are in a plane.
        (0..n).map(f64::from).map(|t| [t, t * t, t * t * t]).collect()
    }

    #[test]
    fn soups_keep_all_that_has_area() {
        let mut v = corners(7);
        v[5] = v[0];
        let t = [[0, 1, 2], [2, 1, 0], [5, 1, 2], [0, 5, 2], [3, 3, 4], [1, 2, 4]];
        let soup = repair(&v, &t, RepairOptions::default()).unwrap();
        assert_eq!(soup.triangles, [[0, 1, 2], [2, 1, 0], [4, 1, 2], [1, 2, 3]]);
        assert_eq!((&soup.face_of[..], &soup.vertex_of[..]), (&[0, 1, 2, 5][..], &[0, 1, 2, 4, 5][..]));
        let steps = [Mend::DroppedFlat(vec![3, 4]), Mend::EqualFaces(vec![[1, 0]]), Mend::DroppedVertices(vec![3, 6])];
        assert_eq!(soup.log.steps, steps);
        let soup = repair(&v, &t, RepairOptions { merge_vertices: true, ..Default::default() }).unwrap();
        let steps = [
            Mend::MergedVertices(vec![[5, 0]]),
            Mend::DroppedFlat(vec![3, 4]),
            Mend::EqualFaces(vec![[1, 0], [2, 0]]),
            Mend::DroppedVertices(vec![3, 6]),
        ];
        assert_eq!(soup.log.steps, steps);
        assert_eq!(soup.log.steps.iter().map(Mend::is_warning).collect::<Vec<_>>(), [false, false, true, false]);
        assert_eq!(repair(&v, &[[0, 5, 1]], RepairOptions::default()), Err(SurfaceError::ZeroArea));
        assert_eq!(repair(&v, &[[0, 5, 1]], MANIFOLD), Err(SurfaceError::ZeroArea));
    }

    #[test]
    fn manifolds_are_oriented_or_refused() {
        let v = corners(9);
        let fixed = repair(&v, &[[0, 1, 2], [1, 2, 3], [2, 4, 3], [5, 6, 7], [2, 1, 0]], MANIFOLD).unwrap();
        assert_eq!(fixed.triangles, [[0, 2, 1], [1, 2, 3], [2, 4, 3], [5, 6, 7]]);
        let text = "face 4 has the vertices of face 0 and was left out\nvertex 8 has no face and was left out\n";
        let lines = fixed.log.to_string();
        assert!(
            lines.contains(text.lines().next().unwrap()) && lines.contains(text.lines().nth(1).unwrap()),
            "{lines}"
        );
        assert!(lines.contains("face 0 was turned to agree with its neighbours"), "{lines}");
        let refused = |t: &[[u32; 3]]| repair(&v, t, MANIFOLD).unwrap_err().to_string();
        assert_eq!(
            refused(&[[0, 1, 2], [1, 0, 3], [0, 1, 4]]),
            "edge (0, 1) has 3 faces; surface must be an oriented 2-manifold"
        );
        let text = "vertex 2 joins 2 separate fans of faces; surface must be an oriented 2-manifold";
        assert_eq!(refused(&[[0, 1, 2], [2, 3, 4]]), text);
        let moebius = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 0], [4, 0, 1]];
        assert!(refused(&moebius).starts_with("surface is one-sided: going around, faces "), "{}", refused(&moebius));
    }

    #[test]
    fn a_cut_doubles_vertices() {
        let v = corners(7);
        let cut = RepairOptions { cut: true, ..MANIFOLD };
        let book = [[0, 1, 2], [1, 0, 3], [0, 1, 4], [4, 5, 6]];
        let open = repair(&v, &book, cut).unwrap();
        assert_eq!(open.triangles, [[0, 1, 2], [7, 8, 3], [9, 10, 4], [11, 5, 6]]);
        assert_eq!(open.vertex_of[7..], [1, 0, 0, 1, 4]);
        assert_eq!(open.log.steps, [Mend::DoubledVertices(vec![0, 0, 1, 1, 4])]);
        for (t, &f) in open.triangles.iter().zip(&open.face_of) {
            assert_eq!(t.map(|v| open.vertex_of[v as usize]), book[f as usize]);
        }
    }

    #[test]
    fn flat_faces_leave_no_slit() {
        // A square with a vertex on its diagonal: the upper triangle does not use it, a flat one
        // fills the gap.
        let v = [[0.0, 0.0, 0.0], [3.0, 0.0, 3.0], [3.0, 3.0, 0.0], [0.0, 3.0, 0.0], [1.0, 1.0, 0.0], [4.0, -4.0, 0.0]];
        let t = [[0, 1, 4], [1, 2, 4], [0, 4, 2], [0, 2, 3]];
        let mesh = repair(&v, &t, MANIFOLD).unwrap();
        assert_eq!(mesh.log.steps[0], Mend::SplitNeighbours(vec![[2, 3]]));
        assert_eq!((mesh.triangles.len(), &mesh.face_of[..]), (4, &[0, 1, 3, 3][..]));
        let r = Topology::new(&mesh.vertices, &mesh.triangles);
        assert_eq!((r.euler(), r.loops(), r.obstacle()), (1, 1, None));
        assert!(mesh.triangles.iter().all(|&t| !is_flat(&mesh.vertices, t)));
        // The same at the boundary: the flat face just goes.
        let mesh = repair(&v, &t[..3], MANIFOLD).unwrap();
        assert_eq!((&mesh.log.steps[0], mesh.triangles.len()), (&Mend::DroppedFlat(vec![2]), 2));
        // Where the middle vertex and the far one are joined already there is no way.
        let joined = [t[0], t[1], t[2], t[3], [3, 4, 5]];
        assert_eq!(repair(&v, &joined, MANIFOLD), Err(SurfaceError::FlatFace { face: 2 }));
    }
}
