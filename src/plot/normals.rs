//! Normals of a mesh for the light: smooth across its edges, but for sharp ones.

use crate::domain::Surface;
use crate::domain::surface::Places;
use crate::domain::vector::{Vector3, length, side, unit};

/// Cosine of the largest angle between two faces that the light takes for one smooth surface.
const CREASE: f64 = 0.7;
/// Vertices of more faces take one mean of all.
const MANY: usize = 64;

/// Normals at the corners of the triangles of a surface.
pub(super) struct Smooth {
    corners: Vec<[[f32; 3]; 3]>,
}

impl Smooth {
    /// The normal at a corner is the mean of those of the faces there that are bent against it by
    /// less than [`CREASE`], weighted by their angles. Faces need not be wound alike, nor share
    /// vertices where they touch. Cost: O(triangles).
    pub(super) fn new(vertices: &[[f64; 3]], triangles: &[[u32; 3]]) -> Smooth {
        let face: Vec<Vector3<f64>> = triangles
            .iter()
            .map(|t| {
                let [a, b, c] = t.map(|v| vertices[v as usize]);
                // Edges in units of the longest: no overflow, and no underflow of what is not thin.
                let (e, f) = (side(a, b), side(a, c));
                let l = length(&e).max(length(&f));
                if l > 0.0 { unit(&(e / l).cross(&(f / l))) } else { Vector3::zeros() }
            })
            .collect();
        // Corners by their places: those of place `v` are at `start[v] .. start[v + 1]`.
        let mut places = Places::default();
        let number: Vec<u32> = triangles.iter().flatten().map(|&v| places.number(vertices[v as usize])).collect();
        let mut start = vec![0u32; number.iter().max().map_or(1, |&m| m as usize + 2)];
        number.iter().for_each(|&v| start[v as usize + 1] += 1);
        (1..start.len()).for_each(|v| start[v] += start[v - 1]);
        let (mut next, mut around) = (start.clone(), vec![0u32; number.len()]);
        for (c, &v) in number.iter().enumerate() {
            around[next[v as usize] as usize] = c as u32;
            next[v as usize] += 1;
        }
        let mut corners = vec![[[0.0; 3]; 3]; triangles.len()];
        for ends in start.windows(2) {
            let group = &around[ends[0] as usize..ends[1] as usize];
            let weighted: Vec<(Vector3<f64>, f64)> = group
                .iter()
                .map(|&c| (face[c as usize / 3], angle(vertices, triangles[c as usize / 3], c as usize % 3)))
                .collect();
            for &c in group {
                let own = face[c as usize / 3];
                corners[c as usize / 3][c as usize % 3] = mean(own, &weighted).map(|x| x as f32).into();
            }
        }
        Smooth { corners }
    }

    /// The normals at the corners of a triangle.
    pub(super) fn of(&self, face: usize) -> [[f32; 3]; 3] {
        self.corners[face]
    }

    /// The normal at a point of a triangle, which need not have length one.
    pub(super) fn at(&self, surface: &Surface, face: usize, point: [f64; 3]) -> [f32; 3] {
        let t = surface.triangles()[face].map(|v| surface.vertices()[v as usize]);
        let (e, f, p) = (side(t[0], t[1]), side(t[0], t[2]), side(t[0], point));
        let n = e.cross(&f);
        let nn = n.norm_squared();
        let (b, c) = (p.cross(&f).dot(&n) / nn, e.cross(&p).dot(&n) / nn);
        if !(b.is_finite() && c.is_finite()) {
            return self.corners[face][0];
        }
        let [l, m, r] = self.corners[face].map(|n| Vector3::from(n.map(f64::from)));
        (l * (1.0 - b - c) + m * b + r * c).map(|x| x as f32).into()
    }
}

fn angle(vertices: &[[f64; 3]], t: [u32; 3], corner: usize) -> f64 {
    let at = |k: usize| vertices[t[(corner + k) % 3] as usize];
    let (e, f) = (unit(&side(at(0), at(1))), unit(&side(at(0), at(2))));
    length(&e.cross(&f)).atan2(e.dot(&f))
}

fn mean(own: Vector3<f64>, all: &[(Vector3<f64>, f64)]) -> Vector3<f64> {
    let mut sum = Vector3::zeros();
    for &(n, weight) in all {
        let d = own.dot(&n);
        let w = if all.len() > MANY || d >= CREASE {
            weight
        } else if d <= -CREASE {
            -weight
        } else {
            continue;
        };
        sum += n * w;
    }
    let mean = unit(&sum);
    if mean.dot(&own).abs() < CREASE { own } else { mean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubes_are_sharp_and_gentle_roofs_are_smooth() {
        // Two faces over an edge from (0, 0, 0) to (0, 1, 0), bent by twice the slope.
        let roof = |slope: f64, flipped: bool| {
            let v = vec![[0., 0., 0.], [0., 1., 0.], [-1., 0.5, -slope], [1., 0.5, -slope]];
            let other = if flipped { [0, 1, 3] } else { [0, 3, 1] };
            Surface::new(v, vec![[0, 1, 2], other]).unwrap()
        };
        for flipped in [false, true] {
            let gentle = roof(0.3, flipped);
            let n = Smooth::new(gentle.vertices(), gentle.triangles()).at(&gentle, 0, [0.0, 0.5, 0.0]);
            assert!(n[0].abs() < 1e-6 && (n[2].abs() - 1.0).abs() < 1e-6, "{n:?}");
            let sharp = roof(2.0, flipped);
            let n = Smooth::new(sharp.vertices(), sharp.triangles()).at(&sharp, 0, [0.0, 0.5, 0.0]);
            assert!((n[0].abs() - 2.0 / 5f32.sqrt()).abs() < 1e-6, "{n:?}");
        }
    }

    #[test]
    fn normals_vary_linearly_inside_a_face_and_soups_are_joined() {
        let v = [[0., 0., 0.], [0., 1., 0.], [-1., 0.5, -0.3], [1., 0.5, -0.3]];
        let soup: Vec<[f64; 3]> = [0, 1, 2, 0, 3, 1].map(|k: usize| v[k]).to_vec();
        let surface = Surface::new(soup, vec![[0, 1, 2], [3, 4, 5]]).unwrap();
        let smooth = Smooth::new(surface.vertices(), surface.triangles());
        let (edge, tip) = (smooth.at(&surface, 0, v[0]), smooth.at(&surface, 0, v[2]));
        assert!(edge[0].abs() < 1e-6 && tip[0] < -0.2, "{edge:?} {tip:?}");
        let middle = smooth.at(&surface, 0, [-0.5, 0.5, -0.15]);
        assert!((middle[0] - 0.5 * tip[0]).abs() < 1e-6);
    }
}
