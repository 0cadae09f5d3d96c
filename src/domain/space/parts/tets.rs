//! Meshes of tetrahedra.
//!
//! A point is covered by so many tetrahedra; that number changes only where one crosses a facet,
//! and not across a facet that two tetrahedra on opposite sides have in common. So if any point is
//! covered twice, then on the way from there to infinity the number falls to 1 at a facet that only
//! one tetrahedron has: behind that facet another tetrahedron is, on both of its sides. It is
//! enough to look for tetrahedra whose inside meets such a facet.

use super::boxes::{Boxes, around};
use super::flat::{Plane, within};
use crate::domain::DomainError;
use crate::exact::predicates::orient3d_sign;
use rayon::prelude::*;

/// The corners of the facet opposite each corner, counter-clockwise as seen from that.
pub(super) const FACETS: [[usize; 3]; 4] = [[1, 3, 2], [0, 2, 3], [0, 3, 1], [0, 1, 2]];

/// No tetrahedron.
pub(super) const NONE: u32 = u32::MAX;

/// Facets are numbered by 32 bits.
const MOST: usize = 1 << 29;

/// A mesh of tetrahedra that cover no point twice. Its facets need not fit: what matters is the
/// union.
///
/// ```
/// use brenier::domain::TetMesh;
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// let mesh = TetMesh::new(corners.clone(), vec![[0, 2, 1, 3]]).unwrap();
/// assert_eq!(mesh.tets(), [[0, 1, 2, 3]]); // turned
/// assert!(TetMesh::new(corners, vec![[0, 1, 2, 3], [0, 2, 1, 3]]).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct TetMesh {
    pub(super) vertices: Vec<[f64; 3]>,
    /// With positive volume, or flat.
    pub(super) tets: Vec<[u32; 4]>,
    /// Those without volume.
    flat: Vec<u32>,
    /// What lies beyond each facet, four a tetrahedron.
    pub(super) beyond: Vec<u32>,
}

impl PartialEq for TetMesh {
    fn eq(&self, other: &TetMesh) -> bool {
        self.vertices == other.vertices && self.tets == other.tets
    }
}

impl TetMesh {
    /// Checks a mesh, exactly. Tetrahedra that are turned inside out are turned back; flat ones are
    /// left out of the domain. Cost: O(n log n).
    ///
    /// # Errors
    /// A number that is not finite, a corner that is no vertex, none with volume, or tetrahedra
    /// that overlap.
    pub fn new(vertices: Vec<[f64; 3]>, mut tets: Vec<[u32; 4]>) -> Result<TetMesh, DomainError> {
        if tets.is_empty() {
            return Err(DomainError::NoTets);
        }
        if tets.len() >= MOST || vertices.len() >= MOST {
            return Err(DomainError::TooManyTets { found: tets.len().max(vertices.len()) });
        }
        let vertices: Vec<[f64; 3]> = vertices.into_iter().map(|v| v.map(|x| x + 0.0)).collect();
        for (tet, t) in tets.iter().enumerate() {
            for (corner, &vertex) in t.iter().enumerate() {
                let Some(v) = vertices.get(vertex as usize) else {
                    return Err(DomainError::UnknownCorner { tet, corner, vertex, vertices: vertices.len() });
                };
                if let Some(axis) = v.iter().position(|x| !(x.abs() <= 1e140)) {
                    return Err(DomainError::NonFiniteVertex { vertex: vertex as usize, axis, value: v[axis] });
                }
            }
        }
        let at = |v: u32| vertices[v as usize];
        let turn = |t: &mut [u32; 4]| {
            let sign = orient3d_sign(at(t[0]), at(t[1]), at(t[2]), at(t[3]));
            if sign < 0 {
                t.swap(1, 2);
            }
            sign == 0
        };
        let flags: Vec<bool> = tets.par_iter_mut().with_min_len(4096).map(turn).collect();
        let flat: Vec<u32> = (0..).zip(&flags).filter(|f| *f.1).map(|f| f.0).collect();
        if flat.len() == tets.len() {
            return Err(DomainError::FlatBody);
        }
        let beyond = facing(&tets, &flags)?;
        let mesh = TetMesh { vertices, tets, flat, beyond };
        mesh.overlap()?;
        Ok(mesh)
    }

    /// Vertices.
    pub fn vertices(&self) -> &[[f64; 3]] {
        &self.vertices
    }

    /// Corners of the tetrahedra, turned so that their volumes are positive.
    pub fn tets(&self) -> &[[u32; 4]] {
        &self.tets
    }

    /// Tetrahedra without volume, ascending: they are left out.
    pub fn flat(&self) -> &[u32] {
        &self.flat
    }

    /// In other units of length; the caller knows that to be exact.
    pub(super) fn scaled(&self, e: i32) -> TetMesh {
        let each = |v: &[f64; 3]| v.map(|x| crate::exact::power::scaled(x, e));
        TetMesh { vertices: self.vertices.iter().map(each).collect(), ..self.clone() }
    }

    pub(super) fn corners(&self, t: u32) -> [[f64; 3]; 4] {
        self.tets[t as usize].map(|v| self.vertices[v as usize])
    }

    /// A facet by number, `4 t + k` opposite corner `k` of `t`, counter-clockwise from inside.
    pub(super) fn facet(&self, number: u32) -> [[f64; 3]; 3] {
        let corners = self.corners(number / 4);
        FACETS[(number % 4) as usize].map(|k| corners[k])
    }

    fn overlap(&self) -> Result<(), DomainError> {
        let solid = |t: &u32| self.flat.binary_search(t).is_err();
        let all = 0..self.tets.len() as u32;
        let boxes = Boxes::new(all.clone().filter(solid).map(|t| (around(&self.corners(t)), t)));
        let rim: Vec<u32> = (0..4 * all.end).filter(|&f| self.beyond[f as usize] == NONE && solid(&(f / 4))).collect();
        let wrong = rim.par_iter().with_min_len(256).find_map_first(|&f| {
            let facet = self.facet(f);
            let mut found = Vec::new();
            boxes.meeting(around(&facet), &mut found);
            let other = found.into_iter().find(|&t| t != f / 4 && meets(&self.corners(t), facet))?;
            Some((f / 4, other))
        });
        match wrong {
            Some((a, b)) => Err(DomainError::TetOverlap { first: a.min(b), second: a.max(b) }),
            None => Ok(()),
        }
    }
}

/// Does the inside of a tetrahedron meet a triangle?
fn meets(tet: &[[f64; 3]; 4], triangle: [[f64; 3]; 3]) -> bool {
    let facet = |f: [usize; 3]| f.map(|k| tet[k]);
    let apart = |f: &[usize; 3]| {
        let [a, b, c] = facet(*f);
        triangle.iter().all(|&v| orient3d_sign(a, b, c, v) <= 0)
    };
    if FACETS.iter().any(apart) {
        return false;
    }
    let planes = FACETS.map(|f| Plane::through(facet(f)));
    within(triangle, &planes).is_some()
}

/// Which tetrahedron lies beyond each facet.
fn facing(tets: &[[u32; 4]], flat: &[bool]) -> Result<Vec<u32>, DomainError> {
    let mut facets: Vec<([u32; 3], u32)> = Vec::with_capacity(4 * tets.len());
    for (t, corners) in tets.iter().enumerate().filter(|t| !flat[t.0]) {
        for (k, facet) in FACETS.iter().enumerate() {
            let mut name = facet.map(|c| corners[c]);
            name.sort_unstable();
            facets.push((name, 4 * t as u32 + k as u32));
        }
    }
    facets.par_sort_unstable();
    let mut beyond = vec![NONE; 4 * tets.len()];
    for group in facets.chunk_by(|a, b| a.0 == b.0) {
        match *group {
            [_] => {}
            [(_, a), (facet, b)] => {
                let (first, second) = (a / 4, b / 4);
                // Seen from inside both, it turns in opposite ways.
                if even(tets, a) == even(tets, b) {
                    return Err(DomainError::SameSide { first, second, facet });
                }
                (beyond[a as usize], beyond[b as usize]) = (second, first);
            }
            _ => return Err(DomainError::CrowdedFacet { facet: group[0].0, tets: group.len() }),
        }
    }
    Ok(beyond)
}

/// Is the facet an even permutation of its sorted vertices?
fn even(tets: &[[u32; 4]], number: u32) -> bool {
    let [a, b, c] = FACETS[(number % 4) as usize].map(|k| tets[(number / 4) as usize][k]);
    (u32::from(a > b) + u32::from(b > c) + u32::from(a > c)).is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cube() -> Vec<[f64; 3]> {
        (0..8).map(|k| [0, 1, 2].map(|a| f64::from((k >> a) & 1))).collect()
    }

    #[test]
    fn a_cube_of_five_is_sound_and_its_flaws_are_named() {
        let five = vec![[0, 1, 2, 4], [3, 1, 2, 7], [5, 1, 4, 7], [6, 2, 4, 7], [1, 2, 4, 7]];
        let mesh = TetMesh::new(cube(), five.clone()).unwrap();
        assert_eq!(mesh.beyond.iter().filter(|b| **b == NONE).count(), 12);
        let mut twice = five.clone();
        twice.push([0, 1, 2, 7]);
        assert!(matches!(
            TetMesh::new(cube(), twice),
            Err(DomainError::CrowdedFacet { tets: 3, .. } | DomainError::SameSide { .. })
        ));
        // One inside the others, with vertices of its own.
        let mut inner = cube();
        inner.extend([[0.4, 0.4, 0.4], [0.6, 0.4, 0.4], [0.4, 0.6, 0.4], [0.4, 0.4, 0.6]]);
        let mut more = five.clone();
        more.push([8, 9, 10, 11]);
        assert!(matches!(TetMesh::new(inner, more), Err(DomainError::TetOverlap { second: 5, .. })));
        // Beside each other without common vertices.
        let mut beside = cube();
        beside.extend([[1.0, 0.5, 0.5], [2.0, 0.5, 0.5], [1.0, 0.75, 0.5], [1.0, 0.5, 0.75]]);
        let mut more = five;
        more.push([8, 9, 10, 11]);
        assert!(TetMesh::new(beside, more).is_ok());
    }
}
