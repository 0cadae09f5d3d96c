//! Raising empty cells on a surface.
//!
//! Site `i` first touches the diagram at height `min_x u(x) - <x, y_i>` over the surface. In a
//! polygon of the diagram that is affine, so the minimum is attained at a vertex: the vertices `x`,
//! lifted to `-u(x)`, are the sites of an upper envelope of their own, asked at `y_i`. Raised `s`
//! beyond, the cell takes from a polygon with the edges `e`, `f` at that vertex, along which
//! `u - <., y_i>` grows by `a` and `b`, a triangle of the area `|e x f| s^2 / (2 a b)`.

use super::finder::{Finder, Found};
use super::laguerre::SurfaceLaguerre;
use super::vertex::in_space;
use crate::domain::vector::{Vector3, bounds, side};
use crate::exact::predicates::Lifted3;
use crate::exact::{Dd, Heights};

/// A vertex is met by about so many polygons, of which one is looked at.
const POLYGONS: f64 = 3.0;

/// A function grows along an edge at least by this share of its growth along the other.
const LEAST_GROWTH: f64 = 0.01;

/// If more cells than one in so many are empty, this is another diagram than that in which their
/// neighbours were seen: where those are now says nothing, and raised there a cell hides others.
const MOST_LOST: usize = 64;

/// A vertex of a polygon.
#[derive(Clone, Copy)]
struct Corner {
    at: [f64; 3],
    cell: u32,
    edges: [Vector3<f64>; 2],
    rho: f64,
}

/// See [`crate::diagram::Laguerre::raise_empty`]. Where a lost cell had neighbours that are still
/// there, only the vertices of these are looked at: the cell appears there, if not first of all.
/// Cost: a diagram, and a question for each empty cell that has no such neighbours.
pub fn raise_empty(
    diagram: &mut SurfaceLaguerre<'_>,
    heights: &Heights,
    mass: &[f64],
    wanted: &[f64],
) -> Option<Heights> {
    let empty: Vec<usize> = (0..mass.len()).filter(|&i| mass[i] <= 0.0).collect();
    if empty.is_empty() {
        return None;
    }
    let mut near = vec![false; mass.len()];
    let mut lonely = Vec::new();
    let elsewhere = empty.len() > mass.len() / MOST_LOST;
    if elsewhere {
        lonely.clone_from(&empty);
    }
    for &i in empty.iter().filter(|_| !elsewhere) {
        let mut found = false;
        for &j in diagram.neighbors(i).iter().filter(|&&j| mass[j as usize] > 0.0) {
            (near[j as usize], found) = (true, true);
        }
        if !found {
            lonely.push(i);
        }
    }
    if !lonely.is_empty() {
        near.fill(true);
    }
    let parts = diagram.polygons(heights, |corners: &mut Vec<Corner>, ground, _, polygon| {
        if !near[polygon.cell as usize] || mass[polygon.cell as usize] <= 0.0 {
            return;
        }
        let facet = ground.facet(polygon.facet);
        let points: Vec<[f64; 3]> = polygon.sides.iter().map(|s| in_space(&facet, &s.start.coordinates())).collect();
        let rho = (facet.rho[0] + facet.rho[1] + facet.rho[2]) / 3.0;
        let n = points.len();
        for k in 0..n {
            let to = |j: usize| side(points[k], points[j]);
            let edges = [to((k + 1) % n), to((k + n - 1) % n)];
            // Of a sliver all of whose corners are one in doubles nothing can be told.
            if edges[0].cross(&edges[1]).norm() > 0.0 {
                corners.push(Corner { at: points[k], cell: polygon.cell, edges, rho });
            }
        }
    });
    let mut corners: Vec<Corner> = parts.into_iter().flatten().collect();
    if corners.is_empty() {
        return None;
    }
    // By cell; in the order of the facets within.
    corners.sort_by_key(|c| c.cell);
    let mut start = vec![0usize; mass.len() + 1];
    corners.iter().for_each(|c| start[c.cell as usize + 1] += 1);
    (0..mass.len()).for_each(|i| start[i + 1] += start[i]);
    let everywhere = (!lonely.is_empty()).then(|| Everywhere::new(diagram, heights, &corners, &lonely));
    let mut found = Found::default();
    let (mut raised, mut any) = (heights.clone(), false);
    for &i in &empty {
        let y = diagram.site(i);
        // u(x) - <x, y_i>, up to what is the same for all x.
        let touch = |c: &Corner| {
            let k = diagram.site(c.cell as usize);
            Vector3::from(c.at).dot(&side(y, k)) + (heights.get(c.cell as usize) - heights.get(i)).to_f64()
        };
        let neighbors = if elsewhere { &[][..] } else { diagram.neighbors(i) };
        let around = neighbors.iter().flat_map(|&j| &corners[start[j as usize]..start[j as usize + 1]]);
        let corner = match around.min_by(|a, b| touch(a).total_cmp(&touch(b))) {
            Some(corner) => corner,
            None => &corners[everywhere.as_ref()?.nearest(&y, &mut found)],
        };
        // A place that tells nothing of one cell is no reason to leave the others empty.
        if let Some(height) = height_at(diagram, heights, corner, &y, wanted[i]) {
            raised.set(i, height);
            any = true;
        }
    }
    any.then_some(raised)
}

/// All vertices of the diagram as an envelope to be asked at sites.
struct Everywhere {
    tree: Finder,
    order: Vec<u32>,
}

impl Everywhere {
    fn new(diagram: &SurfaceLaguerre<'_>, heights: &Heights, corners: &[Corner], asked: &[usize]) -> Everywhere {
        let points: Vec<[f64; 3]> = corners.iter().map(|c| c.at).collect();
        let (low, high) = bounds(asked.iter().map(|&i| diagram.site(i)));
        let (mut tree, order) = Finder::new(&points, low, high);
        let lifted: Vec<Lifted3> = order
            .iter()
            .map(|&c| {
                let corner = &corners[c as usize];
                let u = value(&diagram.site(corner.cell as usize), &corner.at) + heights.get(corner.cell as usize);
                Lifted3 { y: corner.at, h: -u }
            })
            .collect();
        tree.set(&lifted);
        Everywhere { tree, order }
    }

    /// The corner where a site first touches the diagram.
    fn nearest(&self, y: &[f64; 3], found: &mut Found) -> usize {
        self.order[self.tree.highest(y, 0, found) as usize] as usize
    }
}

/// The height at which the cell of a site `y` has about the wanted mass at a corner.
fn height_at(
    diagram: &SurfaceLaguerre<'_>,
    heights: &Heights,
    corner: &Corner,
    y: &[f64; 3],
    wanted: f64,
) -> Option<Dd> {
    let own = diagram.site(corner.cell as usize);
    let growth = corner.edges.map(|e| e.dot(&side(*y, own)).max(0.0));
    let most = growth[0].max(growth[1]);
    let [a, b] = growth.map(|g| g.max(LEAST_GROWTH * most));
    let [e, f] = corner.edges;
    let twice_area = e.cross(&f).norm();
    let s = (2.0 * a * b * wanted / POLYGONS / (twice_area * corner.rho)).sqrt();
    // Not beyond the edges: there the polygon knows no more.
    let s = s.min(a.min(b));
    let touch = heights.get(corner.cell as usize) + value(&own, &corner.at) - value(y, &corner.at);
    let height = touch + Dd::from_f64(s);
    (height.is_finite() && s > 0.0).then_some(height)
}

fn value(y: &[f64; 3], x: &[f64; 3]) -> Dd {
    let terms = [0, 1, 2].map(|k| Dd::product(y[k], x[k]));
    (terms[0] + terms[1]) + terms[2]
}
