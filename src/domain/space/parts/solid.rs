//! The inside of a closed surface.

use super::boxes::{around, round_centre};
use super::carve::carve;
use super::convex::{Convex, Mesh};
use super::crossing::crossing;
use super::winding::Winding;
use crate::domain::DomainError;
use crate::domain::surface::weld;
use crate::exact::big::{self, Integer};
use petgraph::unionfind::UnionFind;

/// The inside of a triangulated surface that is closed, wound one way and does not cross itself. It
/// may have any number of parts, handles and hollows.
///
/// ```
/// use brenier::domain::Solid;
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
/// assert!(Solid::new(corners.clone(), faces.clone()).is_ok());
/// let open = Solid::new(corners, faces[..3].to_vec()).unwrap_err();
/// assert!(open.to_string().contains("not closed"));
/// ```
#[derive(Clone, Debug)]
pub struct Solid {
    vertices: Vec<[f64; 3]>,
    triangles: Vec<[u32; 3]>,
    turned: bool,
    collapsed: usize,
    pub(super) centre: [f64; 3],
    pub(super) convex: Convex,
}

impl PartialEq for Solid {
    fn eq(&self, other: &Solid) -> bool {
        self.vertices == other.vertices && self.triangles == other.triangles
    }
}

/// Faces are numbered by 32 bits, three times.
const MOST: usize = 1 << 29;

impl Solid {
    /// Checks a surface, exactly, and cuts its inside into convex parts. Vertices at one place are
    /// one; faces that name a vertex twice are left out; a surface that is wound inwards everywhere
    /// is turned. Cost: O(n log n) where triangles are spread.
    ///
    /// # Errors
    /// A number that is not finite, a corner that is no vertex, an edge that faces do not run
    /// through equally often in both directions, faces that meet elsewhere than in common vertices
    /// and edges, or a part of the surface that is wound the wrong way.
    pub fn new(vertices: Vec<[f64; 3]>, triangles: Vec<[u32; 3]>) -> Result<Solid, DomainError> {
        if triangles.is_empty() {
            return Err(DomainError::NoFaces);
        }
        if triangles.len() >= MOST || vertices.len() >= MOST {
            return Err(DomainError::TooManyTets { found: triangles.len().max(vertices.len()) });
        }
        let vertices: Vec<[f64; 3]> = vertices.into_iter().map(|v| v.map(|x| x + 0.0)).collect();
        for (face, t) in triangles.iter().enumerate() {
            for (corner, &vertex) in t.iter().enumerate() {
                let Some(v) = vertices.get(vertex as usize) else {
                    return Err(DomainError::UnknownVertex { face, corner, vertex, vertices: vertices.len() });
                };
                if let Some(axis) = v.iter().position(|x| !(x.abs() <= 1e140)) {
                    return Err(DomainError::NonFiniteVertex { vertex: vertex as usize, axis, value: v[axis] });
                }
            }
        }
        let one = weld(&vertices, 0.0);
        let given: Vec<[u32; 3]> = triangles.iter().map(|t| t.map(|v| one[v as usize])).collect();
        let whole = |t: &[u32; 3]| t[0] != t[1] && t[1] != t[2] && t[2] != t[0];
        let numbers: Vec<u32> = (0..).zip(&given).filter(|t| whole(t.1)).map(|t| t.0).collect();
        let mut triangles: Vec<[u32; 3]> = numbers.iter().map(|&t| given[t as usize]).collect();
        let collapsed = given.len() - triangles.len();
        if triangles.is_empty() {
            return Err(DomainError::FlatBody);
        }
        let name = |t: u32| numbers[t as usize];
        let parts = closed(&triangles, name)?;
        let used = triangles.iter().flatten().map(|&v| &vertices[v as usize]);
        let (low, high) = around(used);
        if (0..3).any(|k| low[k] >= high[k]) {
            return Err(DomainError::FlatBody);
        }
        let mut winding = Winding::new(&vertices, &triangles);
        if let Some((first, second)) = crossing(&vertices, &triangles, winding.boxes()) {
            return Err(DomainError::Crossing { first: name(first), second: name(second) });
        }
        let mut volumes = volumes(&vertices, &triangles, &parts);
        let turned = volumes.iter().map(|v| &v.1).sum::<Integer>().cmp0().is_lt();
        if turned {
            triangles.iter_mut().for_each(|t| t.swap(1, 2));
            volumes.iter_mut().for_each(|v| v.1 = -std::mem::take(&mut v.1));
            winding = Winding::new(&vertices, &triangles);
        }
        for (part, volume) in &volumes {
            let first = parts.iter().position(|p| p == part).unwrap_or(0);
            let own = |v: u32| triangles.iter().zip(&parts).all(|(t, p)| p == part || !t.contains(&v));
            let probe = triangles.iter().zip(&parts).filter(|t| t.1 == part).flat_map(|t| *t.0);
            let probe =
                if volumes.len() == 1 { Some(triangles[first][0]) } else { probe.into_iter().find(|&v| own(v)) };
            let Some(probe) = probe else { continue };
            let others = winding.around(&vertices[probe as usize], |t| parts[t as usize] != *part);
            // Solids lie outside of all else; hollows inside of one solid.
            let expected = i32::from(volume.cmp0().is_lt());
            if others != expected {
                return Err(DomainError::WoundWrongly { face: name(first as u32) });
            }
        }
        let centre = round_centre(&(low, high));
        let convex = carve(Mesh { vertices: &vertices, triangles: &triangles, centre: &centre }, &winding);
        if convex.bounds.is_empty() {
            return Err(DomainError::FlatBody);
        }
        Ok(Solid { vertices, triangles, turned, collapsed, centre, convex })
    }

    /// Vertices, as given.
    pub fn vertices(&self) -> &[[f64; 3]] {
        &self.vertices
    }

    /// Triangles, counter-clockwise seen from outside, by the first of the vertices at each place.
    pub fn triangles(&self) -> &[[u32; 3]] {
        &self.triangles
    }

    /// Whether the surface was wound inwards and has been turned.
    pub fn turned(&self) -> bool {
        self.turned
    }

    /// Number of faces that named a vertex twice.
    pub fn collapsed(&self) -> usize {
        self.collapsed
    }

    pub(super) fn mesh(&self) -> Mesh<'_> {
        Mesh { vertices: &self.vertices, triangles: &self.triangles, centre: &self.centre }
    }

    /// In other units of length; the caller knows that to be exact.
    pub(super) fn scaled(&self, e: i32) -> Option<Solid> {
        let each = |v: &[f64; 3]| v.map(|x| crate::exact::power::scaled(x, e));
        Solid::new(self.vertices.iter().map(each).collect(), self.triangles.clone()).ok()
    }
}

/// Which part of the surface, connected by edges, each triangle belongs to; or an edge that is not
/// closed.
fn closed(triangles: &[[u32; 3]], name: impl Fn(u32) -> u32) -> Result<Vec<u32>, DomainError> {
    let mut sides: Vec<(u32, u32, u32, bool)> = Vec::with_capacity(3 * triangles.len());
    for (t, corners) in (0..).zip(triangles) {
        for k in 0..3 {
            let (a, b) = (corners[k], corners[(k + 1) % 3]);
            sides.push((a.min(b), a.max(b), t, a < b));
        }
    }
    sides.sort_unstable();
    let mut union = UnionFind::<u32>::new(triangles.len());
    for group in sides.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let up = group.iter().filter(|s| s.3).count();
        let (edge, first) = ((group[0].0, group[0].1), name(group[0].2));
        if 2 * up != group.len() {
            return Err(match group {
                [a, b] => DomainError::WoundBothWays { edge, first: name(a.2), second: name(b.2) },
                _ => DomainError::NotClosed { edge, face: first, faces: group.len() },
            });
        }
        group.windows(2).for_each(|pair| {
            union.union(pair[0].2, pair[1].2);
        });
    }
    Ok((0..triangles.len() as u32).map(|t| union.find(t)).collect())
}

/// Parts of a surface with six times their signed volumes in common units, exactly.
fn volumes(vertices: &[[f64; 3]], triangles: &[[u32; 3]], parts: &[u32]) -> Vec<(u32, Integer)> {
    let flat = big::common_integers(vertices.as_flattened());
    let mut all: Vec<(u32, Integer)> = Vec::new();
    let mut order: Vec<u32> = (0..triangles.len() as u32).collect();
    order.sort_by_key(|&t| parts[t as usize]);
    for group in order.chunk_by(|&a, &b| parts[a as usize] == parts[b as usize]) {
        let o = triangles[group[0] as usize][0] as usize;
        let from = |v: u32| [0, 1, 2].map(|k| Integer::from(&flat[3 * v as usize + k] - &flat[3 * o + k]));
        let six = group.iter().map(|&t| det(&triangles[t as usize].map(from))).sum();
        all.push((parts[group[0] as usize], six));
    }
    all
}

/// Determinant of three vectors.
pub(super) fn det([a, b, c]: &[[Integer; 3]; 3]) -> Integer {
    let minor = |p: usize, q: usize| Integer::from(&a[p] * &b[q]) - Integer::from(&a[q] * &b[p]);
    minor(0, 1) * &c[2] - minor(0, 2) * &c[1] + minor(1, 2) * &c[0]
}
