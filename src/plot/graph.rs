//! Models of Alexandrov's surface: the graph of the potential, facet by facet.

use super::model::Model;
use crate::domain::vector::{Vector2, Vector3, side, unit};
use crate::transport::BrenierMap;

impl<'a> Model<'a> {
    /// The graph of `u` over the domain, in its true proportions: each cell lifted to its facet.
    /// Colours are those of the cells; distances are measured in the plane. Cost: that of
    /// [`Model::of_plane`], and one evaluation of `u` a corner.
    pub fn of_graph(map: &'a BrenierMap) -> Model<'a> {
        let mut model = Model::of_plane_along(map.problem(), map.diagram(), |a, b| bends(map, a, b));
        model.flat = false;
        for p in 0..model.polygons.len() {
            // What belongs to nobody is the boundary, a line.
            let site = model.sites.get(model.polygons.owner[p] as usize).copied().unwrap_or_default();
            let normal = unit(&Vector3::new(-site[0], -site[1], 1.0)).map(|c| c as f32).into();
            for k in model.polygons.range(p) {
                let corner = &mut model.polygons.corners[k];
                corner[2] = map.potential([corner[0], corner[1]]);
                model.polygons.normals[k] = normal;
            }
        }
        model.finish()
    }
}

/// Where the graph bends over a segment, in order: its boundary follows the facets, not the chord.
/// Between two points of one facet there is none. Else the planes of both are equally high
/// somewhere between; if a third is higher there, it is asked for both halves. Cost: a point
/// location or two for each bend.
fn bends(map: &BrenierMap, a: [f64; 2], b: [f64; 2]) -> Vec<[f64; 2]> {
    let mut found = Vec::new();
    let mut open = vec![(a, map.cell_of(a), b, map.cell_of(b))];
    while let Some((a, i, b, j)) = open.pop() {
        let sites = map.problem().sites();
        let (Some(y), Some(z)) = (sites.get(i as usize), sites.get(j as usize)) else { continue };
        if i == j {
            continue;
        }
        let (h, k) = (map.heights().get(i as usize), map.heights().get(j as usize));
        // How much higher the plane of i is, at both ends.
        let above = |x: [f64; 2]| Vector2::from(x).dot(&side(*z, *y)) + (h - k).to_f64();
        let (start, end) = (above(a), above(b));
        let t = start / (start - end);
        let x = (Vector2::from(a) + side(a, b) * t).into();
        // Rounding may leave nothing between.
        if !(t > 0.0 && t < 1.0) || x == a || x == b {
            continue;
        }
        let cell = map.cell_of(x);
        if cell == i || cell == j {
            found.push(x);
        } else {
            open.extend([(a, i, x, cell), (x, cell, b, j)]);
        }
    }
    let along = |x: [f64; 2]| side(a, x).dot(&side(a, b));
    found.sort_by(|p, q| along(*p).total_cmp(&along(*q)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConvexPolygon;
    use crate::exact::Heights;
    use crate::plot::{Color, Up, View};
    use crate::problem::{Problem, ProblemData};

    /// The boundary of a mesh bends with the facets: nowhere is it off the surface.
    #[test]
    fn the_outline_follows_the_surface() {
        use crate::domain::{Domain, PlanarMesh};
        let v = vec![[0., 0.], [2., 0.], [2., 1.], [0., 1.]];
        let mesh = PlanarMesh::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
        let sites: Vec<[f64; 2]> = (0..5).map(|k| [0.2 + 0.4 * f64::from(k), 0.5]).collect();
        let problem = Problem::new(ProblemData::new(Domain::Mesh(mesh.into()), sites.clone())).unwrap();
        let heights: Vec<f64> = sites.iter().map(|y| -0.5 * (y[0] * y[0] + y[1] * y[1])).collect();
        let map = BrenierMap::new(&problem, &Heights::from_f64(&heights)).unwrap();
        let found = bends(&map, [0.0, 0.0], [2.0, 0.0]);
        assert_eq!(found.len(), 4);
        for (k, x) in found.iter().enumerate() {
            assert!((x[0] - 0.4 * (k as f64 + 1.0)).abs() < 1e-12 && x[1] == 0.0);
        }
        assert!(bends(&map, [2.0, 0.0], [2.0, 1.0]).is_empty());
        let model = Model::of_graph(&map);
        let lines = (0..model.polygons.len()).filter(|&p| model.polygons.owner[p] as usize == sites.len());
        let mut pieces = 0;
        for p in lines {
            let [a, b] = [0, 1].map(|k| model.polygons.corners[model.polygons.range(p).start + k]);
            let middle = map.potential([0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]);
            assert!((0.5 * (a[2] + b[2]) - middle).abs() < 1e-12, "{a:?} {b:?}");
            pieces += 1;
        }
        assert_eq!(pieces, 5 + 5 + 2);
    }

    /// Two sites on the square: two facets, tilted against each other, meet over the wall.
    #[test]
    fn facets_lie_in_their_planes() {
        let domain = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
        let sites = vec![[-1.0, 0.0], [1.0, 0.0]];
        let problem = Problem::new(ProblemData::new(domain, sites.clone())).unwrap();
        let heights = Heights::from_f64(&[0.5, -0.5]);
        let map = BrenierMap::new(&problem, &heights).unwrap();
        let model = Model::of_graph(&map);
        let facets: Vec<usize> = (0..model.polygons.len()).filter(|&p| model.polygons.owner[p] < 2).collect();
        assert_eq!(facets.len(), 2);
        for p in facets {
            let i = model.polygons.owner[p] as usize;
            for k in model.polygons.range(p) {
                let x = model.polygons.corners[k];
                assert_eq!(x[2], sites[i][0] * x[0] + [0.5, -0.5][i]);
                let n = model.polygons.normals[k];
                assert!((f64::from(n[0]) + sites[i][0] / 2f64.sqrt()).abs() < 1e-6 && n[2] > 0.0);
            }
            // A slope of one stretches the area by the root of two.
            assert!((model.areas[i] - 0.5 * 2f64.sqrt()).abs() < 1e-12);
        }
        let svg = model.svg(Color::Cells, View { azimuth: 30.0, elevation: 30.0, up: Up::Z }).unwrap();
        assert!(svg.matches("<path").count() + svg.matches("<polygon").count() >= 2, "{svg}");
    }
}
