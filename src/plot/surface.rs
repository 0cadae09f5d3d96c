//! Models of diagrams on surfaces.

use super::look::Look;
use super::model::{Model, Polygons, Side};
use super::normals::Smooth;
use crate::diagram::{Label, SurfaceDiagram};
use crate::domain::Surface;
use crate::domain::surface::Places;
use crate::problem::SurfaceProblem;

impl<'a> Model<'a> {
    /// A diagram on a surface. Triangles without mass are shown too, in grey. Cost: O(pieces), and
    /// two sorts of the triangles.
    pub fn of_surface(problem: &'a SurfaceProblem, diagram: &'a SurfaceDiagram) -> Model<'a> {
        let surface = problem.surface();
        let (smooth, borders) = (Smooth::new(surface.vertices(), surface.triangles()), borders(surface));
        let is_border = |face: u32, edge: u32| borders.binary_search(&(face, edge)).is_ok();
        // Who has a piece in which triangle.
        let mut tenants: Vec<(u32, u32)> = diagram.all_pieces().map(|p| (p.face, p.site)).collect();
        tenants.sort_unstable();
        let (mut polygons, mut adjacent) = (Polygons::default(), Vec::new());
        for piece in diagram.all_pieces() {
            let side = |l: &Label| match *l {
                // A wall on an edge of the triangle is named from one side only.
                Label::Bisector(j) if j > piece.site || tenants.binary_search(&(piece.face, j)).is_err() => Side::Wall,
                Label::Bisector(_) => Side::Drawn,
                Label::Domain(k) if is_border(piece.face, k) => Side::Border,
                Label::Domain(_) => Side::Inner,
            };
            adjacent.extend(piece.labels.iter().filter_map(|l| match *l {
                Label::Bisector(j) => Some((piece.site.min(j), piece.site.max(j))),
                Label::Domain(_) => None,
            }));
            let normal = |v: [f64; 3]| smooth.at(surface, piece.face as usize, v);
            let corners = piece.vertices.iter().zip(piece.labels.iter()).map(|(&v, l)| (v, normal(v), side(l)));
            polygons.push(piece.site, corners);
        }
        for face in 0..surface.triangles().len() as u32 {
            let empty = tenants.partition_point(|t| t.0 < face) == tenants.partition_point(|t| t.0 <= face);
            if empty && surface.flat().binary_search(&face).is_err() {
                let corners = (0..3).map(|k| {
                    let v = surface.vertices()[surface.triangles()[face as usize][k] as usize];
                    let side = if is_border(face, k as u32) { Side::Border } else { Side::Inner };
                    (v, smooth.at(surface, face as usize, v), side)
                });
                polygons.push(problem.len() as u32, corners);
            }
        }
        let model = Model {
            flat: false,
            sites: problem.sites().to_vec(),
            masses: diagram.masses(),
            prescribed: problem.masses(),
            centroids: diagram.centroids().to_vec(),
            areas: Vec::new(),
            polygons,
            adjacent,
            palette: None,
            look: Look::default(),
        };
        model.finish()
    }
}

/// Edges of one triangle only, as (triangle, number of the edge), ascending. Vertices are the same
/// if they are at one place.
fn borders(surface: &Surface) -> Vec<(u32, u32)> {
    let mut places = Places::default();
    let number: Vec<u32> = surface.vertices().iter().map(|v| places.number(*v)).collect();
    let mut edges = Vec::with_capacity(3 * surface.triangles().len());
    for (face, t) in surface.triangles().iter().enumerate() {
        for k in 0..3 {
            let [a, b] = [t[k], t[(k + 1) % 3]].map(|v| number[v as usize]);
            edges.push((a.min(b), a.max(b), face as u32, k as u32));
        }
    }
    edges.sort_unstable();
    let alone = edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|g| g.len() == 1);
    let mut borders: Vec<(u32, u32)> = alone.map(|g| (g[0].2, g[0].3)).collect();
    borders.sort_unstable();
    borders
}
