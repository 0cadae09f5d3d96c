//! Alexandrov's polytope: the graph of `u` over the domain, whose facets project onto the cells.

use super::BrenierMap;
use std::collections::HashMap;

/// A convex polyhedral surface over the domain. Facet `i` lies in the plane `z = <x, y_i> + h_i`,
/// its projection is cell `i`: at the heights of a solution with constant density its area is the
/// prescribed mass (Alexandrov's theorem).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConvexGraph {
    /// Points `(x, u(x))`: `x` a vertex of the diagram as a double, good to an ulp of the domain;
    /// `u(x)` at that very double, correct to half an ulp. So all lie on the graph of the convex
    /// function `u` up to half an ulp of their heights.
    pub vertices: Vec<[f64; 3]>,
    /// The facets, cut into triangles, counter-clockwise as seen from above.
    pub triangles: Vec<[u32; 3]>,
    /// The site of each triangle.
    pub sites: Vec<u32>,
}

impl BrenierMap {
    /// The graph of `u` over the domain. Vertices with the same doubles are one. Cost: O(n).
    pub fn alexandrov(&self) -> ConvexGraph {
        let mut graph = ConvexGraph::default();
        let mut number: HashMap<[u64; 2], u32> = HashMap::new();
        let mut corners = Vec::new();
        for i in 0..self.diagram.len() {
            for polygon in self.polygons(i) {
                corners.clear();
                for x in polygon {
                    // Zeros of either sign are one number.
                    let x = [x[0] + 0.0, x[1] + 0.0];
                    let id = *number.entry(x.map(f64::to_bits)).or_insert_with(|| {
                        graph.vertices.push([x[0], x[1], self.potential(x)]);
                        graph.vertices.len() as u32 - 1
                    });
                    if corners.last() != Some(&id) {
                        corners.push(id);
                    }
                }
                if corners.len() > 1 && corners.first() == corners.last() {
                    corners.pop();
                }
                for k in 1..corners.len().saturating_sub(1) {
                    graph.triangles.push([corners[0], corners[k], corners[k + 1]]);
                    graph.sites.push(i as u32);
                }
            }
        }
        graph
    }
}
