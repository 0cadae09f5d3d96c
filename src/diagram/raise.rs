//! Raising empty cells: the cure for sites that a Newton step has lost, and for sites that enter a coarse diagram.
//!
//! With `u(x) = max_k <x,y_k> + h_k`, site `i` first touches the diagram at height `min_{x in X} u(x) - <x,y_i>`. The minimum
//! of a convex piecewise linear function sits at a vertex `v` of the clipped diagram: inside, the dual vertex of the triangle that
//! covers `y_i`; else a vertex on the boundary. Raised `s` beyond, cell `i` is near `v` a triangle with half-planes
//! `<x - v, n_k> <= o_k`: a site `k` tied at `v` gives `n_k = y_k - y_i, o_k = s`, a domain edge its outward normal and `o_k = 0`. With
//! `l_1 = n_2 x n_3`, cyclically (so `sum l_k n_k = 0`), its area is `(sum l_k o_k)^2 / (2 l_1 l_2 l_3)`: solve for `s`.

use super::cells::{Cell, Duals, Region, dual_inside, touching, vertex};
use super::clip::Label;
use super::integrate::LocalDensity;
use super::point::Point;
use crate::domain::{ConvexPolygon, Law};
use crate::exact::{Dd, Heights};
use crate::hull::Hull;
use crate::problem::Problem;

/// A vertex of the diagram: where it is, and what meets there.
#[derive(Clone, Copy)]
struct Corner {
    at: Point,
    sites: [u32; 3],
    edges: [u32; 2],
    site_count: usize,
}

/// The segments of one domain edge in the order of the edge, each with its first vertex and the slope of `u` along it.
///
/// `u` is convex, so slopes increase along the edge, and `u - <., y_i>` is least where they pass the slope of `y_i`.
#[derive(Default)]
struct Side {
    segments: Vec<(f64, Corner)>,
}

/// Empty cells times domain edges beyond which the search is not worth its time.
const MOST_SEARCHES: usize = 50_000_000;

/// Walls are taken to meet at least at an angle of this sine.
const LEAST_SINE: f64 = 0.01;

/// See [`super::laguerre::Laguerre::raise_empty`]. Cost: a walk per empty cell, or a binary
/// search per domain edge.
pub fn raise_empty(
    hull: &mut Hull,
    problem: &Problem,
    heights: &Heights,
    mass: &[f64],
    wanted: &[f64],
) -> Option<Heights> {
    let region = Region::new(problem.frame());
    let density = match problem.patches() {
        None => LocalDensity::new(problem.density().law(), problem.source_factor()),
        // Nobody looks which patch it is: the mean will do.
        Some(_) => {
            let total = problem.masses().iter().sum::<f64>();
            LocalDensity::new(Law::constant(total / problem.frame().area()), 1.0)
        }
    };
    let duals = Duals::new(hull, &region);
    let boundary = sides(hull, &duals, &region);
    let empty = |i: &usize| hull.is_hidden_position(*i) || mass.get(*i).is_some_and(|&m| m <= 0.0);
    // Those that are empty now: what they hide in turn waits for the next pass, when the boundary is known again.
    let empty: Vec<usize> = (0..hull.len()).filter(empty).collect();
    let mut raised = heights.clone();
    let mut searched = 0;
    let mut raise = |i: usize| -> Option<()> {
        let covering = hull.is_hidden_position(i).then(|| hull.covering(i)).flatten().and_then(|t| hull.slot(t));
        let inner = covering.and_then(|sites| Some((sites, dual_inside(hull, &region, sites)?)));
        let corner = match inner {
            Some((sites, at)) => Corner { at, sites, edges: [0; 2], site_count: 3 },
            None => {
                searched += boundary.len();
                if searched > MOST_SEARCHES {
                    return None;
                }
                nearest(hull, problem, &boundary, i)?
            }
        };
        let height = height_for(hull, problem, &corner, i, wanted[i], &density)?;
        raised.set(i, height);
        if inner.is_some() {
            // At once: the next one shall find this cell where it is.
            hull.raise(i, height);
        }
        Some(())
    };
    let done = empty.into_iter().try_for_each(&mut raise);
    hull.settle();
    done.map(|()| raised)
}

/// What the diagram leaves on each domain edge.
fn sides(hull: &Hull, duals: &Duals, region: &Region<'_>) -> Vec<Side> {
    let mut sides: Vec<Side> = (0..region.polygon.len()).map(|_| Side::default()).collect();
    let mut cell = Cell::default();
    for i in touching(hull, duals) {
        cell.compute(hull, duals, region, i);
        let labels = &cell.labels;
        for k in 0..labels.len() {
            let Label::Domain(e) = labels[k] else { continue };
            let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
            let (sites, edges, site_count) = match before {
                Label::Domain(f) => ([i; 3], [e, f], 1),
                Label::Bisector(j) => ([i, j, j], [e, e], 2),
            };
            let corner = Corner { at: vertex(hull, region.polygon.outline(), i, before, labels[k]), sites, edges, site_count };
            let slope = slope(hull, region.polygon, i, e as usize);
            sides[e as usize].segments.push((slope, corner));
        }
    }
    sides.iter_mut().for_each(|s| s.segments.sort_by(|a, b| a.0.total_cmp(&b.0)));
    sides
}

/// `<y_i, direction of edge e>`.
fn slope(hull: &Hull, polygon: &ConvexPolygon, i: u32, e: usize) -> f64 {
    let (u, v) = (polygon.vertex(e), polygon.vertex(e + 1));
    let y = hull.point(i as usize);
    y.x * (v[0] - u[0]) + y.y * (v[1] - u[1])
}

/// The boundary vertex where site `i` would touch the diagram first (the last vertex of an edge is the first of the next).
fn nearest(hull: &Hull, problem: &Problem, boundary: &[Side], i: usize) -> Option<Corner> {
    let y = hull.point(i);
    let value = |c: &Corner| {
        let k = hull.point(c.sites[0] as usize);
        (k.h - y.h).to_f64() + (c.at.x.hi * (k.x - y.x) + c.at.y.hi * (k.y - y.y))
    };
    let candidates = boundary.iter().enumerate().filter_map(|(e, side)| {
        let own = slope(hull, problem.frame(), i as u32, e);
        let at = side.segments.partition_point(|s| s.0 < own);
        side.segments.get(at).map(|s| &s.1)
    });
    candidates.min_by(|a, b| value(a).total_cmp(&value(b))).copied()
}

/// The height that gives cell `i` about the wanted mass at this corner.
fn height_for(
    hull: &Hull,
    problem: &Problem,
    corner: &Corner,
    i: usize,
    wanted: f64,
    density: &LocalDensity,
) -> Option<Dd> {
    let y = hull.point(i);
    let mut normals = [[0.0; 2]; 3];
    for (k, normal) in normals.iter_mut().enumerate() {
        *normal = if k < corner.site_count {
            let p = hull.point(corner.sites[k] as usize);
            [p.x - y.x, p.y - y.y]
        } else {
            let e = corner.edges[k - corner.site_count] as usize;
            let (u, v) = (problem.frame().vertex(e), problem.frame().vertex(e + 1));
            [v[1] - u[1], u[0] - v[0]]
        };
    }
    // Where two normals are parallel the triangle is open and its neighbours bound it: bound it here, too. Angles are
    // compared, not the products themselves: beside a very near site two of these are small, and the triangle is a good one.
    let cross = |a: [f64; 2], b: [f64; 2]| {
        let product = (a[0] * b[1] - a[1] * b[0]).abs();
        product.max(LEAST_SINE * (a[0].hypot(a[1]) * b[0].hypot(b[1])))
    };
    let l = [cross(normals[1], normals[2]), cross(normals[2], normals[0]), cross(normals[0], normals[1])];
    let slope: f64 = l[..corner.site_count].iter().sum();
    let rho = density.mean(&corner.at, &corner.at).max(1e-9 * problem.source_factor());
    let s = (2.0 * l[0] * l[1] * l[2] * wanted / rho).sqrt() / slope;
    let k = hull.point(corner.sites[0] as usize);
    let (dx, dy) = (Dd::difference(k.x, y.x), Dd::difference(k.y, y.y));
    let height = k.h + (corner.at.x * dx + corner.at.y * dy) + Dd::from_f64(s);
    (height.is_finite() && s > 0.0).then_some(height)
}
