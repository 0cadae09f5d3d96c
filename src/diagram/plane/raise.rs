//! Raising empty cells: the cure for sites that a Newton step has lost, and for sites that enter a
//! coarse diagram.
//!
//! With `u(x) = max_k <x,y_k> + h_k`, site `i` first touches the diagram at height
//! `min_{x in X} u(x) - <x,y_i>`. The minimum of a convex piecewise linear function sits at a
//! vertex `v` of the clipped diagram: inside, the dual vertex of the triangle that covers `y_i`;
//! else a vertex on the boundary. Raised `s` beyond, cell `i` is near `v` a triangle with
//! half-planes `<x - v, n_k> <= o_k`: a site `k` tied at `v` gives `n_k = y_k - y_i, o_k = s`, a
//! domain edge its outward normal and `o_k = 0`. With `l_1 = n_2 x n_3`, cyclically (so
//! `sum l_k n_k = 0`), its area is `(sum l_k o_k)^2 / (2 l_1 l_2 l_3)`: solve for `s`.

use super::super::label::Label;
use super::cells::{Cell, Duals, Region, dual, dual_inside, touching, vertex};
use super::integrate::LocalDensity;
use super::patched::Ground;
use super::point::Point;
use super::restrict::{Meeting, Part, Restriction};
use crate::domain::Outline;
use crate::exact::{Dd, Heights};
use crate::hull::Hull;
use crate::problem::Problem;
use std::collections::BTreeMap;

/// A vertex of the diagram: where it is, what meets there, and how dense the source is.
#[derive(Clone, Copy)]
struct Corner {
    at: Point,
    sites: [u32; 3],
    site_count: usize,
    /// Outward normals of the domain's edges there, as many as are missing to three.
    normals: [[f64; 2]; 2],
    density: f64,
}

/// The segments of one domain edge in the order of the edge, each with its first vertex and the
/// slope of `u` along it.
///
/// `u` is convex, so slopes increase along the edge, and `u - <., y_i>` is least where they pass
/// the slope of `y_i`.
#[derive(Default)]
struct Side {
    direction: [f64; 2],
    segments: Vec<(f64, Corner)>,
}

/// Empty cells times domain edges beyond which the search is not worth its time.
const MOST_SEARCHES: usize = 200_000_000;

/// Walls are taken to meet at least at an angle of this sine.
const LEAST_SINE: f64 = 0.01;

/// Where the source is thinner than this share of its mean in the patch, it is taken to be so
/// dense.
const LEAST_DENSITY: f64 = 0.25;

/// Where the source lives, as far as a raised cell cares.
enum Place<'a> {
    /// In a convex polygon.
    Frame(Region<'a>, LocalDensity),
    /// In patches.
    Patches(&'a Ground),
}

/// See [`crate::diagram::Laguerre::raise_empty`]; `ground` for a source of patches without
/// background. Cost: a walk per empty cell, or a binary search per domain edge.
pub fn raise_empty(
    hull: &mut Hull,
    problem: &Problem,
    ground: Option<&Ground>,
    heights: &Heights,
    mass: &[f64],
    wanted: &[f64],
) -> Option<Heights> {
    let region = Region::new(problem.frame());
    let duals = Duals::new(hull, &region);
    let (place, boundary) = match ground {
        None => {
            let density = LocalDensity::new(super::even::even_law(problem), problem.source_factor());
            let sides = sides(hull, &duals, &region, &density);
            (Place::Frame(region, density), sides)
        }
        Some(ground) => {
            let restriction = Restriction::new(hull, &duals, &ground.patches, ground.order());
            let sides = sides_of_patches(hull, &duals, ground, &restriction, problem.source_factor());
            (Place::Patches(ground), sides)
        }
    };
    let empty = |i: &usize| hull.is_hidden_position(*i) || mass.get(*i).is_some_and(|&m| m <= 0.0);
    // Those that are empty now: what they hide in turn waits for the next pass, when the boundary
    // is known again.
    let empty: Vec<usize> = (0..hull.len()).filter(empty).collect();
    let mut raised = heights.clone();
    let mut searched = 0;
    let mut raise = |i: usize| -> Option<()> {
        let covering = hull.is_hidden_position(i).then(|| hull.covering(i)).flatten().and_then(|t| hull.slot(t));
        let inner = covering.and_then(|sites| {
            let (at, density) = place.inside(hull, sites, problem.source_factor())?;
            // From the lowest on: where a triangle begins depends on the history of the
            // triangulation.
            let mut sites = sites;
            let lowest = (0..3).min_by_key(|&k| sites[k]).unwrap_or(0);
            sites.rotate_left(lowest);
            Some(Corner { at, sites, site_count: 3, normals: [[0.0; 2]; 2], density })
        });
        let corner = match inner {
            Some(corner) => corner,
            None => {
                searched += boundary.len();
                if searched > MOST_SEARCHES {
                    return None;
                }
                nearest(hull, &boundary, i)?
            }
        };
        let height = height_for(hull, &corner, i, wanted[i])?;
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

impl Place<'_> {
    /// The dual vertex of a triangle and the density there, if the source lives there.
    fn inside(&self, hull: &Hull, sites: [u32; 3], factor: f64) -> Option<(Point, f64)> {
        match self {
            Place::Frame(region, density) => {
                let at = dual_inside(hull, region, sites)?;
                Some((at, density.mean(&at, &at).max(1e-9 * factor)))
            }
            Place::Patches(ground) => {
                let at = dual(hull, sites);
                let patch = ground.locate(at.rounded())?;
                Some((at, ground.density(patch, &at, factor)))
            }
        }
    }
}

impl Ground {
    /// Density at a point of a patch, not less than a share of its mean.
    pub(crate) fn density(&self, patch: u32, at: &Point, factor: f64) -> f64 {
        let patch = self.patches.get(patch as usize);
        let here = LocalDensity::new(patch.law(), factor).mean(at, at);
        here.max(LEAST_DENSITY * factor * patch.mass().to_f64() / patch.area())
    }
}

/// The outward normal of an edge of a counter-clockwise polygon.
fn normal(outline: Outline<'_>, e: usize) -> [f64; 2] {
    let [u, v] = outline.edge(e);
    [v[1] - u[1], u[0] - v[0]]
}

/// The corner at the begin of edge `e`, of a cell of site `i`, after the edge or wall with the
/// label `before`.
fn corner(hull: &Hull, outline: Outline<'_>, i: u32, before: Label, e: u32) -> Corner {
    let own = normal(outline, e as usize);
    let (sites, site_count, normals) = match before {
        Label::Domain(f) => ([i; 3], 1, [normal(outline, f as usize), own]),
        Label::Bisector(j) => ([i, j, j], 2, [own; 2]),
    };
    Corner { at: vertex(hull, outline, i, before, Label::Domain(e)), sites, site_count, normals, density: 0.0 }
}

fn direction(outline: Outline<'_>, e: usize) -> [f64; 2] {
    let [u, v] = outline.edge(e);
    [v[0] - u[0], v[1] - u[1]]
}

/// What the diagram leaves on each domain edge.
fn sides(hull: &Hull, duals: &Duals, region: &Region<'_>, density: &LocalDensity) -> Vec<Side> {
    let outline = region.polygon.outline();
    let mut sides: Vec<Side> =
        (0..outline.len()).map(|e| Side { direction: direction(outline, e), segments: Vec::new() }).collect();
    let mut cell = Cell::default();
    for i in touching(hull, duals) {
        cell.compute(hull, duals, region, i);
        let labels = &cell.labels;
        for k in 0..labels.len() {
            let Label::Domain(e) = labels[k] else { continue };
            let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
            let mut corner = corner(hull, outline, i, before, e);
            corner.density = density.mean(&corner.at, &corner.at);
            let side = &mut sides[e as usize];
            side.segments.push((slope(hull, side.direction, i), corner));
        }
    }
    sides.iter_mut().for_each(Side::sort);
    sides
}

/// What the diagram leaves on each edge at the boundary of the source.
fn sides_of_patches(hull: &Hull, duals: &Duals, ground: &Ground, all: &Restriction, factor: f64) -> Vec<Side> {
    let mut sides: BTreeMap<(u32, u32), Side> = BTreeMap::new();
    let mut part = Part::default();
    for i in 0..hull.len() as u32 {
        for &(k, meeting) in all.of(i as usize) {
            let rim = ground.rims()[k as usize];
            if rim == 0 || meeting == Meeting::Inside {
                continue;
            }
            let patch = ground.patches.get(k as usize);
            let outline = patch.outline();
            part.compute(hull, duals, all, i, outline, meeting);
            let labels = &part.labels;
            for j in 0..labels.len() {
                let Label::Domain(e) = labels[j] else { continue };
                if rim >> e & 1 == 0 {
                    continue;
                }
                let before = labels[if j == 0 { labels.len() - 1 } else { j - 1 }];
                let mut corner = corner(hull, outline, i, before, e);
                corner.density = ground.density(k, &corner.at, factor);
                let side = sides.entry((k, e)).or_default();
                side.direction = direction(outline, e as usize);
                side.segments.push((slope(hull, side.direction, i), corner));
            }
        }
    }
    let mut sides: Vec<Side> = sides.into_values().collect();
    sides.iter_mut().for_each(Side::sort);
    sides
}

impl Side {
    fn sort(&mut self) {
        self.segments.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
}

/// `<y_i, direction>`.
fn slope(hull: &Hull, direction: [f64; 2], i: u32) -> f64 {
    let y = hull.point(i as usize);
    y.x * direction[0] + y.y * direction[1]
}

/// The boundary vertex where site `i` would touch the diagram first (the last vertex of an edge is
/// the first of the next).
fn nearest(hull: &Hull, boundary: &[Side], i: usize) -> Option<Corner> {
    let y = hull.point(i);
    let value = |c: &Corner| {
        let k = hull.point(c.sites[0] as usize);
        (k.h - y.h).to_f64() + (c.at.x.hi * (k.x - y.x) + c.at.y.hi * (k.y - y.y))
    };
    let candidates = boundary.iter().filter_map(|side| {
        let own = slope(hull, side.direction, i as u32);
        let at = side.segments.partition_point(|s| s.0 < own);
        side.segments.get(at).map(|s| &s.1)
    });
    candidates.min_by(|a, b| value(a).total_cmp(&value(b))).copied()
}

/// The height that gives cell `i` about the wanted mass at this corner.
fn height_for(hull: &Hull, corner: &Corner, i: usize, wanted: f64) -> Option<Dd> {
    let y = hull.point(i);
    let mut normals = [[0.0; 2]; 3];
    for (k, normal) in normals.iter_mut().enumerate() {
        *normal = if k < corner.site_count {
            let p = hull.point(corner.sites[k] as usize);
            [p.x - y.x, p.y - y.y]
        } else {
            corner.normals[k - corner.site_count]
        };
    }
    // Where two normals are parallel the triangle is open and its neighbours bound it: bound it
    // here, too. Angles are compared, not the products themselves: beside a very near site two of
    // these are small, and the triangle is a good one.
    let cross = |a: [f64; 2], b: [f64; 2]| {
        let product = (a[0] * b[1] - a[1] * b[0]).abs();
        product.max(LEAST_SINE * (a[0].hypot(a[1]) * b[0].hypot(b[1])))
    };
    let l = [cross(normals[1], normals[2]), cross(normals[2], normals[0]), cross(normals[0], normals[1])];
    let slope: f64 = l[..corner.site_count].iter().sum();
    let s = (2.0 * l[0] * l[1] * l[2] * wanted / corner.density).sqrt() / slope;
    let k = hull.point(corner.sites[0] as usize);
    let (dx, dy) = (Dd::difference(k.x, y.x), Dd::difference(k.y, y.y));
    let height = k.h + (corner.at.x * dx + corner.at.y * dy) + Dd::from_f64(s);
    (height.is_finite() && s > 0.0).then_some(height)
}
