//! Models of diagrams on a sphere: as on a surface of fine triangles, with the masses and centroids
//! of the sphere itself.

use super::model::Model;
use crate::diagram::{Cells, SphereDiagram, SurfaceDiagram};
use crate::domain::Surface;
use crate::exact::Heights;
use crate::problem::{Duplicates, SphereProblem, SurfaceProblem, SurfaceProblemData};
use std::collections::HashMap;

/// How often the twenty triangles of an icosahedron are cut into four.
const LEVELS: usize = 5;

/// A sphere of triangles, cut into cells.
#[derive(Debug)]
pub struct Globe {
    problem: SurfaceProblem,
    diagram: SurfaceDiagram,
}

impl Globe {
    /// Of a problem and its heights. Cost: about that of 20,480 triangles and their sites.
    ///
    /// # Errors
    /// Heights without a diagram, in words.
    pub fn new(problem: &SphereProblem, heights: &Heights) -> Result<Globe, String> {
        let (directions, triangles) = icosphere(LEVELS);
        let sphere = problem.sphere();
        let vertices: Vec<[f64; 3]> = directions.iter().map(|u| sphere.at(u)).collect();
        let surface = Surface::new(vertices, triangles).map_err(|e| e.to_string())?;
        let data = SurfaceProblemData::new(surface, problem.sites().to_vec()).duplicates(Duplicates::Keep);
        let problem = SurfaceProblem::new(data).map_err(|e| e.to_string())?;
        let diagram = SurfaceDiagram::new(&problem, heights).map_err(|e| e.to_string())?;
        Ok(Globe { problem, diagram })
    }

    /// The picture, with what the diagram on the sphere says of its cells.
    pub fn model<'a>(&'a self, problem: &'a SphereProblem, diagram: &'a SphereDiagram) -> Model<'a> {
        let model = Model::of_surface(&self.problem, &self.diagram);
        Model {
            masses: Cells::masses(diagram),
            prescribed: problem.masses(),
            centroids: Cells::centroids(diagram).to_vec(),
            ..model
        }
    }
}

/// Directions and triangles, counter-clockwise seen from outside.
fn icosphere(levels: usize) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let g = 0.5 * (1.0 + 5f64.sqrt());
    let unit = |v: [f64; 3]| {
        let size = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.map(|x| x / size)
    };
    let mut vertices: Vec<[f64; 3]> = Vec::new();
    for k in 0..3 {
        for (a, b) in [(1.0, g), (-1.0, g), (1.0, -g), (-1.0, -g)] {
            let mut v = [0.0; 3];
            (v[(k + 1) % 3], v[(k + 2) % 3]) = (a, b);
            vertices.push(unit(v));
        }
    }
    // Faces are three vertices next to each other.
    let dot = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let near = |a: usize, b: usize| dot(&vertices[a], &vertices[b]) > 0.4;
    let mut triangles = Vec::new();
    for a in 0..12 {
        for b in a + 1..12 {
            for c in b + 1..12 {
                if near(a, b) && near(b, c) && near(c, a) {
                    let [p, q, r] = [a, b, c].map(|k| vertices[k]);
                    let cross = [q[1] * r[2] - q[2] * r[1], q[2] * r[0] - q[0] * r[2], q[0] * r[1] - q[1] * r[0]];
                    let outwards = dot(&p, &cross) > 0.0;
                    triangles.push(if outwards {
                        [a as u32, b as u32, c as u32]
                    } else {
                        [a as u32, c as u32, b as u32]
                    });
                }
            }
        }
    }
    for _ in 0..levels {
        let mut halves: HashMap<(u32, u32), u32> = HashMap::new();
        let mut finer = Vec::with_capacity(4 * triangles.len());
        for &[a, b, c] in &triangles {
            let mut half = |p: u32, q: u32| {
                *halves.entry((p.min(q), p.max(q))).or_insert_with(|| {
                    let (v, w) = (vertices[p as usize], vertices[q as usize]);
                    vertices.push(unit([v[0] + w[0], v[1] + w[1], v[2] + w[2]]));
                    vertices.len() as u32 - 1
                })
            };
            let (d, e, f) = (half(a, b), half(b, c), half(c, a));
            finer.extend([[a, d, f], [d, b, e], [f, e, c], [d, e, f]]);
        }
        triangles = finer;
    }
    (vertices, triangles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icosphere_is_closed() {
        let (vertices, triangles) = icosphere(2);
        assert_eq!((vertices.len(), triangles.len()), (162, 320));
        let surface = Surface::new(vertices, triangles).unwrap();
        assert_eq!(surface.triangles().len(), 320);
    }
}
