//! Models of Alexandrov's surface: the graph of the potential, facet by facet.

use super::model::{Model, unit};
use crate::transport::BrenierMap;

impl<'a> Model<'a> {
    /// The graph of `u` over the domain, in its true proportions: each cell lifted to its facet. Colours are those of the cells; distances are measured in the
    /// plane. Cost: that of [`Model::of_plane`], and one evaluation of `u` a corner.
    pub fn of_graph(map: &'a BrenierMap) -> Model<'a> {
        let mut model = Model::of_plane(map.problem(), map.diagram());
        model.flat = false;
        for p in 0..model.polygons.len() {
            // What belongs to nobody is the boundary, a line.
            let site = model.sites.get(model.polygons.owner[p] as usize).copied().unwrap_or_default();
            let normal = unit([-site[0], -site[1], 1.0]).map(|c| c as f32);
            for k in model.polygons.range(p) {
                let corner = &mut model.polygons.corners[k];
                corner[2] = map.potential([corner[0], corner[1]]);
                model.polygons.normals[k] = normal;
            }
        }
        model.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConvexPolygon;
    use crate::exact::Heights;
    use crate::plot::{Color, Up, View};
    use crate::problem::{Problem, ProblemData};

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
