//! Models of diagrams in space: cells as bodies, a little apart, with a corner of the domain taken
//! away so that one looks inside. On a torus of the plane: cells where their sites are.

use super::look::Look;
use super::model::{Model, Polygons, Side};
use crate::diagram::space::Wall;
use crate::diagram::{Cells, SpaceDiagram};
use crate::problem::SpaceProblem;

/// What is left of each cell about its centroid.
const SHRUNK: f64 = 0.9;

/// Up to so many cells nothing is taken away.
const FEW: usize = 27;

/// A point of the plane in space.
fn lift<const D: usize>(x: &[f64; D]) -> [f64; 3] {
    [0, 1, 2].map(|k| x.get(k).copied().unwrap_or(0.0))
}

impl<'a> Model<'a> {
    /// A diagram in space or on a torus of the plane. Cost: O(vertices).
    pub fn of_space<const D: usize>(problem: &'a SpaceProblem<D>, diagram: &'a SpaceDiagram<D>) -> Model<'a> {
        let (low, high) = problem.domain().bounds();
        let (low, high) = (lift(&low), lift(&high));
        let n = problem.len();
        let (mut polygons, mut adjacent) = (Polygons::default(), Vec::new());
        for i in 0..n {
            let vertices = diagram.vertices(i);
            let Some(centre) = mean(&vertices) else { continue };
            // The octant towards positive coordinates is cut away.
            let shown = D == 2 || n <= FEW || (0..3).any(|k| centre[k] <= 0.5 * (low[k] + high[k]));
            if !shown {
                continue;
            }
            for face in diagram.faces(i) {
                match face.wall {
                    Wall::Site(j, _) if j > i as u32 => adjacent.push((i as u32, j)),
                    _ => {}
                }
                if D == 2 && face.wall != Wall::Domain(5) {
                    continue;
                }
                let normal = if D == 2 { [0.0, 0.0, 1.0] } else { face.normal.map(|x| x as f32) };
                let share = if D == 2 { 1.0 } else { SHRUNK };
                // Pieces of one cell are not told apart.
                let cut = problem.domain().parts().is_some();
                let side = if cut { Side::Inner } else { Side::Wall };
                let corner = |&k: &u32| {
                    let v = vertices[k as usize];
                    let mut at = [0, 1, 2].map(|k| centre[k] + share * (v[k] - centre[k]));
                    if D == 2 {
                        at[2] = 0.0;
                    }
                    (at, normal, side)
                };
                if face.area > 0.0 {
                    polygons.push(i as u32, face.vertices.iter().map(corner));
                }
            }
        }
        let model = Model {
            flat: D == 2,
            sites: problem.sites().iter().map(lift).collect(),
            masses: diagram.masses(),
            prescribed: problem.masses(),
            centroids: diagram.centroids().iter().map(|c| c.as_ref().map(lift)).collect(),
            areas: Vec::new(),
            polygons,
            adjacent,
            palette: None,
            look: Look::default(),
        };
        model.finish()
    }
}

fn mean(points: &[[f64; 3]]) -> Option<[f64; 3]> {
    let share = 1.0 / points.len() as f64;
    (!points.is_empty()).then(|| [0, 1, 2].map(|k| points.iter().map(|p| p[k] * share).sum()))
}
