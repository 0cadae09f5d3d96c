//! A solid with the surface on top and a flat foot.

use crate::transport::ConvexGraph;
use std::collections::HashMap;

/// A closed mesh: triangles counter-clockwise as seen from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plate {
    /// Coordinates; the foot at height 0.
    pub vertices: Vec<[f64; 3]>,
    /// Triangles: those of the surface come first, in its order.
    pub triangles: Vec<[u32; 3]>,
    /// Number of triangles of the surface.
    pub top: usize,
}

/// Puts the surface on a foot, its lowest point at this height. Sides go straight down from the
/// surface's boundary. Cost: O(n).
pub fn plate(surface: &ConvexGraph, thickness: f64) -> Plate {
    let n = surface.vertices.len() as u32;
    let mut vertices: Vec<[f64; 3]> = surface.vertices.iter().map(|v| [v[0], v[1], v[2] + thickness]).collect();
    vertices.extend(surface.vertices.iter().map(|v| [v[0], v[1], 0.0]));
    let mut triangles = surface.triangles.clone();
    triangles.extend(surface.triangles.iter().map(|t| [t[0] + n, t[2] + n, t[1] + n]));
    let mut sides: HashMap<[u32; 2], u32> = HashMap::new();
    let edges = |t: &[u32; 3]| [[t[0], t[1]], [t[1], t[2]], [t[2], t[0]]];
    for edge in surface.triangles.iter().flat_map(edges) {
        *sides.entry(edge).or_default() += 1;
    }
    // In the order of the triangles, not of the map.
    for [a, b] in surface.triangles.iter().flat_map(edges) {
        if !sides.contains_key(&[b, a]) {
            triangles.extend([[a + n, b + n, b], [a + n, b, a]]);
        }
    }
    Plate { vertices, triangles, top: surface.triangles.len() }
}

impl Plate {
    /// Whether each side of a triangle is a side of one other, the other way round.
    pub fn is_closed(&self) -> bool {
        let mut sides: HashMap<[u32; 2], u32> = HashMap::new();
        for t in &self.triangles {
            for edge in [[t[0], t[1]], [t[1], t[2]], [t[2], t[0]]] {
                *sides.entry(edge).or_default() += 1;
            }
        }
        sides.iter().all(|([a, b], count)| *count == 1 && sides.get(&[*b, *a]) == Some(&1))
    }
}
