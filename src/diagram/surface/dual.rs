//! The dual of a diagram on a surface, and whether it is a surface of the same kind.
//!
//! Where three cells meet there is a triangle of the dual. After the perturbation no more than
//! three cells meet anywhere, and three only inside triangles of the surface, so every vertex of
//! the diagram between three cells is found once, and labels alone tell.
//!
//! Edelsbrunner and Shah ("Triangulating topological spaces", 1997): if the intersections of cells
//! with the surface are closed balls of the right dimension, the dual is homeomorphic to it. That
//! is: every cell is a disk that meets the boundary of the surface in an arc or not at all; two
//! cells share an arc that meets the boundary in a point at most, or nothing; three cells share a
//! point at most.

use super::super::label::Label;
use super::mesh::Begins;
use super::snapshot::SurfaceDiagram;
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

/// The restricted regular triangulation: the dual of a diagram on a surface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dual {
    /// Sites of each triangle, turning as the triangle of the surface in which their cells meet;
    /// the lowest site first.
    pub triangles: Vec<[u32; 3]>,
    /// That triangle of the surface.
    pub faces: Vec<u32>,
    /// Where the closed ball property fails.
    pub defects: BallDefects,
}

/// Where cells, walls and vertices are not closed balls; all ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BallDefects {
    /// Cells of several parts.
    pub parts: Vec<u32>,
    /// Cells of one part that are no disks: their Euler characteristic is not 1.
    pub holes: Vec<u32>,
    /// Cells that meet the boundary of the surface in several arcs.
    pub boundary: Vec<u32>,
    /// Pairs of cells whose wall is not one arc, or has both ends on the boundary.
    pub walls: Vec<[u32; 2]>,
    /// Triples of cells that meet in several points.
    pub points: Vec<[u32; 3]>,
}

impl BallDefects {
    /// Is every intersection a closed ball?
    pub fn is_empty(&self) -> bool {
        *self == BallDefects::default()
    }
}

/// A side of a piece: what it lies on (cell and its rival, or edge of the surface), and where it
/// begins and ends.
type Stretch = ([u32; 2], u32, u32);

impl SurfaceDiagram {
    /// The dual, and where the closed ball property fails. Sites without a cell are in no triangle.
    /// Cost: a sort of the sides.
    ///
    /// The perturbed diagram is looked at: four cells in a point make two triangles, cut along the
    /// diagonal that the perturbation chooses.
    pub fn dual(&self) -> Dual {
        let begins = self.begins_by_name();
        let mut dual = Dual::default();
        for i in 0..self.len() {
            for k in self.range(i) {
                let ring = self.ring(k);
                for v in 0..ring.len() {
                    let before = ring[if v == 0 { ring.len() - 1 } else { v - 1 }];
                    // Three cells see the vertex; the lowest tells.
                    if let (Label::Bisector(j), Label::Bisector(l)) = (before, ring[v])
                        && (i as u32) < j.min(l)
                    {
                        dual.triangles.push([i as u32, j, l]);
                        dual.faces.push(self.problem().facets().name(self.facet_of(k)));
                    }
                }
            }
        }
        dual.defects = self.ball_defects(&begins);
        let mut triples: Vec<[u32; 3]> = dual.triangles.clone();
        triples.iter_mut().for_each(|t| t.sort_unstable());
        triples.sort_unstable();
        let repeated = triples.chunk_by(|a, b| a == b).filter(|g| g.len() > 1);
        dual.defects.points = repeated.map(|g| g[0]).collect();
        dual
    }

    fn ball_defects(&self, begins: &Begins) -> BallDefects {
        let facets = self.problem().facets();
        let mut edges: Vec<[u32; 2]> = Vec::with_capacity(3 * facets.len());
        for f in 0..facets.len() as u32 {
            let t = facets.vertices(f);
            edges.extend((0..3).map(|e| [t[e].min(t[(e + 1) % 3]), t[e].max(t[(e + 1) % 3])]));
        }
        edges.par_sort_unstable();
        let border: Vec<[u32; 2]> = edges.chunk_by(|a, b| a == b).filter(|g| g.len() == 1).map(|g| g[0]).collect();
        drop(edges);
        let mut defects = BallDefects::default();
        let mut walls: Vec<Stretch> = Vec::new();
        let (mut inner, mut vertices) = (Vec::new(), Vec::new());
        for i in 0..self.len() {
            inner.clear();
            vertices.clear();
            // Every wall side belongs to one piece of the cell; a side on an edge to as many as
            // triangles are there.
            let mut sides = 0;
            for k in self.range(i) {
                let corners = facets.vertices(self.facet_of(k));
                let range = self.sides(k);
                for s in range.clone() {
                    let next = if s + 1 == range.end { range.start } else { s + 1 };
                    let (from, to) = (begins.of_side[s], begins.of_side[next]);
                    vertices.push(from);
                    match self.ring(k)[s - range.start] {
                        Label::Bisector(j) => {
                            sides += 1;
                            if (i as u32) < j {
                                walls.push(([i as u32, j], from, to));
                            }
                        }
                        Label::Domain(e) => {
                            let (a, b) = (corners[e as usize], corners[(e as usize + 1) % 3]);
                            inner.push(([a.min(b), a.max(b)], from, to));
                        }
                    }
                }
            }
            if vertices.is_empty() {
                continue;
            }
            inner.sort_unstable_by_key(|s: &Stretch| s.0);
            inner.dedup_by_key(|s| s.0);
            vertices.sort_unstable();
            vertices.dedup();
            let euler = vertices.len() as i64 - (sides + inner.len()) as i64 + self.range(i).len() as i64;
            let at_border: Vec<Stretch> =
                inner.iter().filter(|s| border.binary_search(&s.0).is_ok()).copied().collect();
            if self.raw_parts(i) > 1 {
                defects.parts.push(i as u32);
            } else if euler != 1 {
                defects.holes.push(i as u32);
            }
            if !at_border.is_empty() && arcs(&at_border) != (1, 0) {
                defects.boundary.push(i as u32);
            }
        }
        walls.par_sort_unstable();
        let border_crossing = |name: u32| {
            let [kind, a, b, ..] = begins.names[name as usize];
            kind == 1 && border.binary_search(&[a, b]).is_ok()
        };
        let bad = |group: &&[Stretch]| {
            let ends = group.iter().flat_map(|s| [s.1, s.2]).filter(|&v| border_crossing(v)).count();
            arcs(group) != (1, 0) || ends > 1
        };
        let groups: Vec<&[Stretch]> = walls.chunk_by(|a, b| a.0 == b.0).collect();
        defects.walls = groups.par_iter().filter(|g| bad(g)).map(|g| g[0].0).collect();
        defects
    }
}

/// How many arcs and how many circles some segments make, that meet in their ends, two in each at
/// most.
fn arcs(segments: &[Stretch]) -> (usize, usize) {
    let mut ends: Vec<(u32, u32)> =
        segments.iter().enumerate().flat_map(|(k, s)| [(s.1, k as u32), (s.2, k as u32)]).collect();
    ends.sort_unstable();
    let mut sets = UnionFind::<u32>::new(segments.len());
    let mut free = 0;
    for group in ends.chunk_by(|a, b| a.0 == b.0) {
        free += usize::from(group.len() == 1);
        group.windows(2).for_each(|w| _ = sets.union(w[0].1, w[1].1));
    }
    let mut roots: Vec<u32> = (0..segments.len() as u32).map(|k| sets.find_mut(k)).collect();
    roots.sort_unstable();
    roots.dedup();
    // An arc has two free ends, a circle none.
    (free / 2, roots.len() - (free / 2).min(roots.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_and_circles_are_told_apart() {
        let s = |a: u32, b: u32| ([0, 1], a, b);
        assert_eq!(arcs(&[s(4, 5)]), (1, 0));
        assert_eq!(arcs(&[s(7, 5), s(1, 2), s(5, 1)]), (1, 0));
        assert_eq!(arcs(&[s(0, 1), s(1, 2), s(2, 0), s(4, 5)]), (1, 1));
        assert_eq!(arcs(&[s(0, 1), s(2, 3)]), (2, 0));
        assert_eq!(arcs(&[s(0, 1), s(1, 2), s(2, 0)]), (0, 1));
    }
}
