//! Models of convex polyhedra.

use super::look::Look;
use super::model::{Model, Polygons, Side};
use crate::domain::vector::{normal, unit};
use crate::polytope::Polyhedron;
use std::collections::HashMap;

impl<'a> Model<'a> {
    /// A convex polyhedron, a colour for each face; `areas` are those of the faces, as
    /// [`Polyhedron::areas`] gives them. Cost: O(corners).
    pub fn of_polyhedron(solid: &Polyhedron, areas: &'a [f64]) -> Model<'a> {
        let mut across: HashMap<(u32, u32), u32> = HashMap::new();
        let sides = |face: &[u32]| -> Vec<(u32, u32)> {
            (0..face.len()).map(|k| (face[k], face[(k + 1) % face.len()])).collect()
        };
        for (i, face) in solid.faces.iter().enumerate() {
            across.extend(sides(face).into_iter().map(|side| (side, i as u32)));
        }
        let (mut polygons, mut adjacent, mut middles) = (Polygons::default(), Vec::new(), Vec::new());
        for (i, face) in solid.faces.iter().enumerate() {
            let at = |v: u32| solid.vertices[v as usize];
            let sum = face.windows(2).skip(1).map(|w| normal([at(face[0]), at(w[0]), at(w[1])])).sum();
            let outward = unit(&sum).map(|c| c as f32).into();
            let corners = sides(face).into_iter().map(|(a, b)| {
                let neighbor = across.get(&(b, a)).copied();
                adjacent.extend(neighbor.filter(|&j| j > i as u32).map(|j| (i as u32, j)));
                let side = if neighbor.is_some_and(|j| j < i as u32) { Side::Drawn } else { Side::Wall };
                (at(a), outward, side)
            });
            polygons.push(i as u32, corners);
            let share = 1.0 / face.len() as f64;
            middles.push([0, 1, 2].map(|k| face.iter().map(|&v| at(v)[k]).sum::<f64>() * share));
        }
        let model = Model {
            flat: false,
            centroids: middles.iter().copied().map(Some).collect(),
            sites: middles,
            masses: areas,
            prescribed: areas,
            areas: Vec::new(),
            polygons,
            adjacent,
            palette: None,
            look: Look::default(),
        };
        model.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Color, Up, View};

    #[test]
    fn a_cube_shows_three_faces() {
        let vertices = (0..8).map(|k| [f64::from(k & 1), f64::from(k >> 1 & 1), f64::from(k >> 2)]).collect();
        let faces = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        let solid = Polyhedron { vertices, faces: faces.iter().map(|f| f.to_vec()).collect(), of: (0..6).collect() };
        let areas = solid.areas();
        assert_eq!(areas, [1.0; 6]);
        let model = Model::of_polyhedron(&solid, &areas);
        assert_eq!(model.areas, [1.0; 6]);
        assert_eq!(model.adjacent.len(), 12);
        for p in 0..6 {
            // Outward: away from the middle.
            let n = model.polygons.normals[model.polygons.range(p).start];
            let middle = model.sites[p];
            assert!((0..3).map(|k| (middle[k] - 0.5) * f64::from(n[k])).sum::<f64>() > 0.49);
        }
        assert!(model.svg(Color::Cells, View { azimuth: 30.0, elevation: 30.0, up: Up::Z }).is_ok());
    }
}
