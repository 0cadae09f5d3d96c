//! Cells on a surface as areas: their pieces in triangles, united where triangles share an edge.

use super::super::outlines::Outlines;
use super::super::unite::{Line, Pieces, Side, apart, united};
use super::mesh::name;
use super::snapshot::SurfaceDiagram;
use crate::exact::big::{Rational, rational};

impl SurfaceDiagram {
    /// The cells as areas: one part where a cell hangs together through edges of triangles
    /// ([`SurfaceDiagram::parts`]), with its boundary as rings; `whole` false: each polygon in a
    /// triangle by itself. Cost: a sort of the sides.
    ///
    /// An edge at which more than two pieces of a cell meet bounds each of them. Vertices of the
    /// surface that merely coincide stay apart.
    ///
    /// ```
    /// use brenier::{Heights, Surface, SurfaceDiagram, SurfaceProblem, SurfaceProblemData};
    /// let v = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
    /// let square = Surface::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
    /// let problem = SurfaceProblem::new(SurfaceProblemData::new(square, vec![[0.25, 0.5, 0.0], [0.75, 0.5, 0.0]])).unwrap();
    /// let (heights, _) = Heights::from_weights(problem.sites(), &[0.0, 0.0]);
    /// let diagram = SurfaceDiagram::new(&problem, &heights).unwrap();
    /// let (cells, pieces) = (diagram.areas(true), diagram.areas(false));
    /// assert_eq!((&cells.rings[..], &cells.areas[..]), (&[0, 5, 10][..], &[0.5, 0.5][..])); // the wall bends where it crosses the diagonal
    /// assert_eq!(pieces.cells, [0, 2, 4]);
    /// ```
    pub fn areas(&self, whole: bool) -> Outlines<3> {
        let facets = self.problem().facets();
        let mut pieces = Pieces::new();
        for i in 0..self.len() {
            let mut solid = self.solid(i).peekable();
            for k in self.range(i) {
                let (ring, sides, facet) = (self.ring(k), self.sides(k), self.facet_of(k));
                for (v, s) in sides.enumerate() {
                    let before = ring[if v == 0 { ring.len() - 1 } else { v - 1 }];
                    pieces.sides.push(Side {
                        name: name(i as u32, facet, facets.vertices(facet), [before, ring[v]]),
                        at: self.begins()[s],
                        line: Line::Wall,
                        short: self.is_short(s),
                        angle: 0.0,
                    });
                }
                pieces.end(i as u32, solid.next_if_eq(&k).is_none());
            }
        }
        let exact = |side: usize| self.exact_begin(&pieces, side);
        let unite = if whole { united } else { apart };
        unite(&pieces, self.len(), Vec::new(), &exact).0
    }

    /// Exact coordinates of the begin of a side; pieces are numbered as here.
    fn exact_begin(&self, pieces: &Pieces<3>, side: usize) -> [Rational; 3] {
        let k = pieces.start.partition_point(|&s| s <= side) - 1;
        let ring = self.exact_ring(pieces.owner[k] as usize, k);
        let corners = self.problem().facets().corners(self.facet_of(k));
        match &ring[side - pieces.start[k]] {
            Some(l) => [0, 1, 2].map(|a| (0..3).map(|c| Rational::from(&l[c] * &rational(corners[c][a]))).sum()),
            None => pieces.sides[side].at.map(rational),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Surface;
    use crate::exact::Heights;
    use crate::problem::{SurfaceProblem, SurfaceProblemData};

    fn voronoi(vertices: Vec<[f64; 3]>, triangles: Vec<[u32; 3]>, sites: Vec<[f64; 3]>) -> SurfaceDiagram {
        let surface = Surface::new(vertices, triangles).unwrap();
        let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, sites)).unwrap();
        let (heights, _) = Heights::from_weights(problem.sites(), &vec![0.0; problem.len()]);
        SurfaceDiagram::new(&problem, &heights).unwrap()
    }

    fn tetrahedron() -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        let v = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
        (v, vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    }

    #[test]
    fn closed_surfaces_and_what_cells_leave_of_them() {
        let (v, t) = tetrahedron();
        let area = 1.5 + 0.75f64.sqrt();
        let one = voronoi(v.clone(), t.clone(), vec![[0.1; 3]]).areas(true);
        assert_eq!((one.cells, one.parts, one.rings), (vec![0, 1], vec![0, 0], vec![0]), "one part without boundary");
        assert!((one.areas[0] - area).abs() < 1e-14);
        let four = voronoi(v.clone(), t, v).areas(true);
        let neighbors = four.neighbors();
        // The corner at the origin is nearest to the middle of the face across, too.
        assert_eq!((four.cells, four.parts), (vec![0, 2, 3, 4, 5], vec![0, 1, 2, 3, 4, 5]));
        assert!((four.areas.iter().sum::<f64>() - area).abs() < 1e-14);
        // The other three meet in points only.
        assert_eq!(neighbors, (vec![0, 3, 4, 5, 6], vec![1, 2, 3, 0, 0, 0]));
    }

    /// Orientation does not matter, nor does a band that is twisted.
    #[test]
    fn parts_are_those_of_the_diagram_however_triangles_turn() {
        let (v, t) = tetrahedron();
        for turned in 0..16u32 {
            let t: Vec<[u32; 3]> = t
                .iter()
                .enumerate()
                .map(|(k, &[a, b, c])| if turned >> k & 1 == 1 { [a, c, b] } else { [a, b, c] })
                .collect();
            let diagram = voronoi(v.clone(), t, v.clone());
            let all = diagram.areas(true);
            assert!((0..4).all(|i| all.parts_of(i).len() == diagram.parts(i)));
            assert_eq!((all.parts.len(), all.rings.len()), (6, 6));
        }
        // A Moebius band of five squares: one boundary.
        let n = 5;
        let at = |k: u32, side: f64| {
            let (a, r) = (f64::from(k) * std::f64::consts::TAU / f64::from(n), 0.3 * side);
            let half = 0.5 * a;
            [(2.0 + r * half.cos()) * a.cos(), (2.0 + r * half.cos()) * a.sin(), r * half.sin()]
        };
        let v: Vec<[f64; 3]> = (0..n).flat_map(|k| [at(k, -1.0), at(k, 1.0)]).collect();
        let mut t = Vec::new();
        for k in 0..n {
            let (a, b) = (2 * k, 2 * k + 1);
            let (c, d) = if k + 1 == n { (1, 0) } else { (2 * k + 2, 2 * k + 3) };
            t.extend([[a, c, b], [b, c, d]]);
        }
        let one = voronoi(v.clone(), t.clone(), vec![[0.0; 3]]).areas(true);
        assert_eq!((one.parts.len(), one.rings.len(), one.corners.len()), (2, 2, 10));
        let two = voronoi(v, t, vec![[2.0, 0.0, 0.0], [-2.0, 0.0, 0.0]]).areas(true);
        assert_eq!((two.parts.len(), two.neighbors().1.len()), (3, 2));
    }

    /// Three sheets at one edge bound each other; the cell is still one.
    #[test]
    fn crowded_edges_bound() {
        let v = vec![[0., 0., 0.], [0., 1., 0.], [1., 0., 0.], [-1., 0.5, 0.], [0., 0.5, 1.]];
        let diagram = voronoi(v, vec![[0, 1, 2], [0, 1, 3], [0, 1, 4]], vec![[0.0; 3]]);
        let all = diagram.areas(true);
        assert_eq!((diagram.parts(0), all.parts.len(), all.rings.len()), (1, 2, 4));
    }
}
