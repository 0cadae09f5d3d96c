//! A convex polyhedron to be written.

use super::corners::{corner, rounded};
use crate::exact::predicates::Pole;
use crate::hull::solid::Rings;

/// A convex polyhedron: vertices, and faces of any number of corners, counter-clockwise as seen
/// from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polyhedron {
    /// Coordinates, rounded to doubles.
    pub vertices: Vec<[f64; 3]>,
    /// Corners of each face.
    pub faces: Vec<Vec<u32>>,
    /// Of each face or vertex (whichever was given) its number in the input.
    pub of: Vec<u32>,
}

impl Polyhedron {
    /// Areas of the faces, in doubles.
    pub fn areas(&self) -> Vec<f64> {
        let minus = |a: [f64; 3], b: [f64; 3]| [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
        let of = |face: &Vec<u32>| {
            let mut sum = [0.0; 3];
            for w in face.windows(2).skip(1) {
                let [a, b, c] = [face[0], w[0], w[1]].map(|v| self.vertices[v as usize]);
                let (u, v) = (minus(b, a), minus(c, a));
                sum[0] += u[1] * v[2] - u[2] * v[1];
                sum[1] += u[2] * v[0] - u[0] * v[2];
                sum[2] += u[0] * v[1] - u[1] * v[0];
            }
            0.5 * sum.iter().map(|x| x * x).sum::<f64>().sqrt()
        };
        self.faces.iter().map(of).collect()
    }

    /// The polytope `{x : <n_i, x> <= s_i}`; `of` has the facet of each face.
    pub(super) fn of_facets(rows: &[Pole], rings: &Rings) -> Polyhedron {
        let at = |plane: &[u32; 3]| rounded(&corner(plane.map(|k| &rows[k as usize])).at);
        let mut solid = Polyhedron { vertices: rings.planes.iter().map(at).collect(), ..Polyhedron::default() };
        for i in (0..rings.len()).filter(|&i| rings.degree(i) > 0) {
            solid.faces.push(rings.ring(i).map(|r| r.1).collect());
            solid.of.push(i as u32);
        }
        solid
    }

    /// The hull of the points `n_i / s_i`; `of` has the point of each vertex.
    pub(super) fn of_points(rows: &[Pole], rings: &Rings) -> Polyhedron {
        let mut solid = Polyhedron::default();
        let mut number = vec![0u32; rows.len()];
        for i in (0..rings.len()).filter(|&i| rings.degree(i) > 0) {
            number[i] = solid.of.len() as u32;
            solid.of.push(i as u32);
            solid.vertices.push(rows[i].n.map(|x| crate::exact::Dd::from_f64(x).over(rows[i].s).to_f64()));
        }
        // From each corner of a facet to the next: its edge that comes before the facet.
        let mut next: Vec<(u32, u32, u32)> = Vec::with_capacity(rings.neighbor.len());
        for i in 0..rings.len() {
            next.extend(rings.ring(i).map(|(j, facet)| (facet, i as u32, j)));
        }
        next.sort_unstable();
        for facet in next.chunk_by(|a, b| a.0 == b.0) {
            let mut corners = Vec::with_capacity(facet.len());
            let mut at = facet[0].1;
            for _ in 0..facet.len() {
                corners.push(number[at as usize]);
                let Ok(k) = facet.binary_search_by_key(&at, |e| e.1) else { break };
                at = facet[k].2;
            }
            solid.faces.push(corners);
        }
        solid
    }
}
