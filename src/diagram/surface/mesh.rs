//! The cells on a surface as one mesh of polygons, its vertices told apart by labels.

use super::super::label::Label;
use super::snapshot::SurfaceDiagram;
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

/// What a vertex is, whichever piece looks: a vertex of the surface; an edge of it and two sites; a
/// facet and three sites.
///
/// A wall crosses an edge once and meets another wall of its cell in a facet once, so this names
/// one point.
pub(super) type Name = [u32; 5];

/// Cells as polygons with common vertices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellMesh {
    /// Vertices.
    pub vertices: Vec<[f64; 3]>,
    /// Start of each polygon's corners, and the end.
    pub start: Vec<usize>,
    /// Vertices of the polygons, each in the order of its triangle.
    pub corners: Vec<u32>,
    /// Site of each polygon.
    pub site: Vec<u32>,
    /// Triangle of the surface in which it lies.
    pub face: Vec<u32>,
}

impl CellMesh {
    /// Number of polygons.
    pub fn len(&self) -> usize {
        self.site.len()
    }

    /// Are there no polygons?
    pub fn is_empty(&self) -> bool {
        self.site.is_empty()
    }

    /// The corners of polygon `k`.
    pub fn polygon(&self, k: usize) -> &[u32] {
        &self.corners[self.start[k]..self.start[k + 1]]
    }
}

impl SurfaceDiagram {
    /// The pieces of all cells as one mesh, by site and triangle. Polygons have a vertex in common
    /// if it is the same vertex of the surface, or the same sites meet there, exactly: vertices of
    /// the surface that merely coincide stay apart. Cost: a sort of the sides.
    ///
    /// Where a vertex of one piece lies within a side of the next there is no vertex: this happens
    /// only where a cell touches a triangle in a segment.
    pub fn mesh(&self) -> CellMesh {
        let begin = self.begins_by_name();
        // Ends of sides without length are one point.
        let mut sets = UnionFind::<u32>::new(begin.count);
        for k in 0..self.count() {
            let sides = self.sides(k);
            for s in sides.clone().filter(|&s| self.is_short(s)) {
                let next = if s + 1 == sides.end { sides.start } else { s + 1 };
                sets.union(begin.of_side[s], begin.of_side[next]);
            }
        }
        let mut mesh = CellMesh { start: vec![0], ..CellMesh::default() };
        let mut number = vec![u32::MAX; begin.count];
        for i in 0..self.len() {
            for k in self.solid(i) {
                for s in self.sides(k).filter(|&s| !self.is_short(s)) {
                    let slot = &mut number[sets.find_mut(begin.of_side[s]) as usize];
                    if *slot == u32::MAX {
                        *slot = mesh.vertices.len() as u32;
                        mesh.vertices.push(self.begins()[s]);
                    }
                    mesh.corners.push(*slot);
                }
                mesh.start.push(mesh.corners.len());
                mesh.site.push(i as u32);
                mesh.face.push(self.problem().facets().name(self.facet_of(k)));
            }
        }
        mesh
    }

    /// For every side, those without length included, the number of the vertex where it begins, by
    /// name.
    pub(super) fn begins_by_name(&self) -> Begins {
        let facets = self.problem().facets();
        let mut named: Vec<(Name, usize)> = Vec::with_capacity(self.begins().len());
        for i in 0..self.len() {
            for k in self.range(i) {
                let (ring, first) = (self.ring(k), self.sides(k).start);
                let facet = self.facet_of(k);
                let corners = facets.vertices(facet);
                for v in 0..ring.len() {
                    let before = ring[if v == 0 { ring.len() - 1 } else { v - 1 }];
                    named.push((name(i as u32, facet, corners, [before, ring[v]]), first + v));
                }
            }
        }
        named.par_sort_unstable();
        let mut begins = Begins { of_side: vec![0; named.len()], names: Vec::new(), count: 0 };
        for group in named.chunk_by(|a, b| a.0 == b.0) {
            group.iter().for_each(|&(_, s)| begins.of_side[s] = begins.count as u32);
            begins.names.push(group[0].0);
            begins.count += 1;
        }
        begins
    }
}

/// Vertices by name.
pub(super) struct Begins {
    /// For every side the number of the vertex where it begins.
    pub of_side: Vec<u32>,
    /// Names, ascending.
    pub names: Vec<Name>,
    /// How many there are.
    pub count: usize,
}

/// The name of the vertex of cell `i` between two labels in a facet with these vertices.
pub(super) fn name(i: u32, facet: u32, corners: [u32; 3], labels: [Label; 2]) -> Name {
    match labels {
        [Label::Domain(_), Label::Domain(e)] => [0, corners[e as usize], 0, 0, 0],
        [Label::Domain(e), Label::Bisector(j)] | [Label::Bisector(j), Label::Domain(e)] => {
            let (a, b) = (corners[e as usize], corners[(e as usize + 1) % 3]);
            [1, a.min(b), a.max(b), i.min(j), i.max(j)]
        }
        [Label::Bisector(j), Label::Bisector(l)] => {
            let mut sites = [i, j, l];
            sites.sort_unstable();
            [2, facet, sites[0], sites[1], sites[2]]
        }
    }
}
