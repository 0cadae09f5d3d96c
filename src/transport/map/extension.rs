//! A continuous map from the centroids: `c_i` goes to `y_i`, and in between the map is affine on
//! the triangles of the dual triangulation.
//!
//! Where three cells meet, their centroids span a triangle. Three things can go wrong with these
//! triangles, and each is handled here and told:
//!
//! - The centroids need not be an embedding of the triangulation: a triangle can be flipped over,
//!   or flat. Orientation is decided exactly for the centroids as doubles; such triangles are left
//!   out. The map there is that of "outside" below. Where two triangles overlap, the first counts.
//! - The triangles do not fill the domain: near its boundary, and where triangles are left out, a
//!   point lies in none of them. It gets the value at the nearest point of the triangulation, which
//!   is continuous wherever that point is unique.
//! - Where more than three cells meet in a point, the perturbation that breaks ties chooses how
//!   their polygon is cut into triangles.
//!
//! The map is monotone along the edges of the triangulation, `<c_i - c_j, y_i - y_j> > 0`, but in
//! general it is no gradient; see [`super::SmoothMap`] for one that is.

use super::BrenierMap;
use crate::diagram::Label;
use crate::exact::predicates::orient2d_sign;
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Line, Rectangle};
use rstar::{AABB, RTree};

/// Where the value at a point comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// From the triangle of these sites, which contains the point.
    Triangle([u32; 3]),
    /// From the nearest point of the triangulation, which lies on the edge of these sites (twice
    /// the same if there is one cell only).
    Outside([u32; 2]),
}

type Box2 = GeomWithData<Rectangle<[f64; 2]>, u32>;
type Edge = GeomWithData<Line<[f64; 2]>, [u32; 2]>;

/// The continuous piecewise affine extension of `c_i -> y_i`.
#[derive(Clone, Debug)]
pub struct Extension {
    centroids: Vec<Option<[f64; 2]>>,
    sites: Vec<[f64; 2]>,
    triangles: Vec<[u32; 3]>,
    flipped: Vec<[u32; 3]>,
    dropped: usize,
    boxes: RTree<Box2>,
    /// Edges that do not have a triangle on both sides.
    rim: RTree<Edge>,
    /// A cell, if there is no edge at all.
    alone: u32,
    /// Middle and size of the centroids' box.
    middle: [f64; 2],
    extent: f64,
}

impl BrenierMap {
    /// The extension. Triangles with an edge across a wall in `torn`, pairs of sites with the lower
    /// one first, sorted, are left out, too: they would spread points over the gap between sites
    /// that a singular wall parts. Cost: O(n log n).
    pub fn extension(&self, torn: &[[u32; 2]]) -> Extension {
        let centroids = self.diagram.centroids().to_vec();
        let sites = self.problem().sites().to_vec();
        let has = |i: u32| centroids[i as usize].is_some();
        let edge = |a: u32, b: u32| [a.min(b), a.max(b)];
        let is_torn = |a: u32, b: u32| torn.binary_search(&edge(a, b)).is_ok();
        let (mut triangles, mut flipped, mut dropped) = (Vec::new(), Vec::new(), 0);
        for i in 0..self.diagram.len() as u32 {
            let labels = self.diagram.labels(i as usize);
            for (k, label) in labels.iter().enumerate() {
                let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
                let (Label::Bisector(j), Label::Bisector(l)) = (before, *label) else { continue };
                if j < i || l < i || !(has(i) && has(j) && has(l)) {
                    continue;
                }
                // The cells i, j, l lie counter-clockwise around their vertex.
                let at = |i: u32| centroids[i as usize].unwrap_or_default();
                if orient2d_sign(at(i), at(j), at(l)) <= 0 {
                    flipped.push([i, j, l]);
                } else if is_torn(i, j) || is_torn(j, l) || is_torn(i, l) {
                    dropped += 1;
                } else {
                    triangles.push([i, j, l]);
                }
            }
        }
        let mut sides: Vec<[u32; 2]> =
            triangles.iter().flat_map(|&[i, j, l]| [edge(i, j), edge(j, l), edge(i, l)]).collect();
        sides.sort_unstable();
        let both = |e: &[u32; 2]| {
            let from = sides.partition_point(|s| s < e);
            sides[from..].iter().take(2).filter(|s| *s == e).count() == 2
        };
        let line = |[i, j]: [u32; 2]| {
            let (a, b) = (centroids[i as usize]?, centroids[j as usize]?);
            Some(GeomWithData::new(Line::new(a, b), [i, j]))
        };
        // Edges are walls, and those that the perturbation opened where more than three cells meet.
        let mut edges: Vec<[u32; 2]> = self.diagram.hessian().into_iter().map(|(i, j, _)| [i, j]).collect();
        edges.extend(&sides);
        edges.sort_unstable();
        edges.dedup();
        edges.retain(|e| !both(e) && !is_torn(e[0], e[1]));
        let mut rim: Vec<Edge> = edges.into_iter().filter_map(line).collect();
        // Cells that only torn walls surround stand for themselves.
        let mut joined = vec![false; sites.len()];
        rim.iter().map(|e| &e.data).chain(&sides).flatten().for_each(|&i| joined[i as usize] = true);
        let single = (0..sites.len() as u32).filter(|&i| has(i) && !joined[i as usize]);
        rim.extend(single.filter_map(|i| line([i, i])));
        let alone = (0..sites.len() as u32).find(|&i| has(i)).unwrap_or(0);
        let corner = |i: u32| centroids[i as usize].unwrap_or_default();
        let boxes = triangles.iter().enumerate().map(|(k, t)| {
            let points = t.map(corner);
            let low = [0, 1].map(|a| points.iter().map(|p| p[a]).fold(f64::INFINITY, f64::min));
            let high = [0, 1].map(|a| points.iter().map(|p| p[a]).fold(f64::NEG_INFINITY, f64::max));
            GeomWithData::new(Rectangle::from_corners(low, high), k as u32)
        });
        let boxes = RTree::bulk_load(boxes.collect());
        let mut span = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for c in centroids.iter().flatten() {
            (0..2).for_each(|k| (span.0[k], span.1[k]) = (span.0[k].min(c[k]), span.1[k].max(c[k])));
        }
        let middle = [0, 1].map(|k| 0.5 * (span.0[k] + span.1[k]));
        let extent = (span.1[0] - span.0[0]).max(span.1[1] - span.0[1]);
        Extension {
            middle,
            extent,
            triangles,
            flipped,
            dropped,
            boxes,
            rim: RTree::bulk_load(rim),
            alone,
            centroids,
            sites,
        }
    }
}

impl Extension {
    /// The triangles in use, as sites, counter-clockwise from the lowest.
    pub fn triangles(&self) -> &[[u32; 3]] {
        &self.triangles
    }

    /// Triangles of the dual triangulation whose centroids lie clockwise or on a line; they are not
    /// used.
    pub fn flipped(&self) -> &[[u32; 3]] {
        &self.flipped
    }

    /// Number of triangles left out because of torn walls.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Value at a point, and where it comes from; `None` if the point is not finite. Which triangle
    /// contains the point is decided exactly. About O(log n).
    pub fn at(&self, x: [f64; 2]) -> Option<([f64; 2], Place)> {
        if !(x[0].is_finite() && x[1].is_finite()) {
            return None;
        }
        let corner = |i: u32| self.centroids[i as usize].unwrap_or_default();
        let contains = |k: &u32| {
            let [a, b, c] = self.triangles[*k as usize].map(corner);
            orient2d_sign(a, b, x) >= 0 && orient2d_sign(b, c, x) >= 0 && orient2d_sign(c, a, x) >= 0
        };
        let around = AABB::from_point(x);
        if let Some(k) = self.boxes.locate_in_envelope_intersecting(around).map(|b| b.data).filter(contains).min() {
            let t = self.triangles[k as usize];
            return Some((self.in_triangle(t, x), Place::Triangle(t)));
        }
        let near = self.nearer(x);
        let Some(edge) = self.rim.nearest_neighbor(near) else {
            return Some((self.sites[self.alone as usize], Place::Outside([self.alone; 2])));
        };
        let [i, j] = edge.data;
        let (a, b) = (corner(i), corner(j));
        let d = [b[0] - a[0], b[1] - a[1]];
        let length = d[0] * d[0] + d[1] * d[1];
        let s = ((near[0] - a[0]) * d[0] + (near[1] - a[1]) * d[1]) / length;
        let s = if s.is_finite() { s.clamp(0.0, 1.0) } else { 0.0 };
        let (y, z) = (self.sites[i as usize], self.sites[j as usize]);
        Some(([0, 1].map(|k| (1.0 - s) * y[k] + s * z[k]), Place::Outside([i, j])))
    }

    /// A point in the same direction from the middle, at most a million extents away: of farther
    /// points the distances to all edges are one double.
    fn nearer(&self, x: [f64; 2]) -> [f64; 2] {
        // Halved, so that the difference of the greatest doubles is one.
        let away = [0, 1].map(|k| 0.5 * x[k] - 0.5 * self.middle[k]);
        let (far, most) = (away[0].abs().max(away[1].abs()), 5e5 * self.extent);
        if far <= most || far == 0.0 {
            return x;
        }
        [0, 1].map(|k| self.middle[k] + 2.0 * (away[k] / far * most))
    }

    fn in_triangle(&self, t: [u32; 3], x: [f64; 2]) -> [f64; 2] {
        let corner = |i: u32| self.centroids[i as usize].unwrap_or_default();
        let [a, b, c] = t.map(corner);
        let area = |p: [f64; 2], q: [f64; 2]| ((p[0] - x[0]) * (q[1] - x[1]) - (p[1] - x[1]) * (q[0] - x[0])).max(0.0);
        let share = [area(b, c), area(c, a), area(a, b)];
        let sum = share[0] + share[1] + share[2];
        let y = t.map(|i| self.sites[i as usize]);
        let mean = |k: usize| (0..3).map(|v| share[v] / sum * y[v][k]).sum::<f64>();
        let value = [mean(0), mean(1)];
        // A triangle too small for doubles: any of its values serves.
        if value[0].is_finite() && value[1].is_finite() { value } else { y[0] }
    }

    /// Values at many points, in parallel, with NaN for points that are not finite; and how many of
    /// the points lie in no triangle.
    pub fn images(&self, points: &[[f64; 2]], images: &mut [[f64; 2]]) -> usize {
        let chunks = points.par_chunks(super::CHUNK).zip(images.par_chunks_mut(super::CHUNK));
        let one = |(points, images): (&[[f64; 2]], &mut [[f64; 2]])| {
            let mut outside = 0;
            for (x, y) in points.iter().zip(images) {
                *y = match self.at(*x) {
                    Some((value, place)) => {
                        outside += usize::from(matches!(place, Place::Outside(_)));
                        value
                    }
                    None => [f64::NAN; 2],
                };
            }
            outside
        };
        chunks.map(one).sum()
    }
}
