//! What a division into charts knows of the ground it divides: normals, curvature, and where a
//! seam costs little.

use super::chart::{NONE, ends, opposites};
use super::scale::unit_sides;
use super::sight::sight;
use crate::domain::vector::{Vector3, area_in_space, side, unit};
use std::f64::consts::{FRAC_PI_4, TAU};

/// Rounds in which normals are averaged with those of the neighbours: noise is no curvature.
const SMOOTHINGS: usize = 3;
/// What a seam in a sharp crease costs, as a share of its length; what one costs that nobody sees.
const IN_CREASE: f64 = 0.3;
const UNSEEN: f64 = 0.4;
/// Angle between two triangles from which on their edge is a sharp crease.
const SHARP: f64 = FRAC_PI_4;

/// An oriented manifold, and what counts in a division of it.
pub(super) struct Ground<'a> {
    pub triangles: &'a [[u32; 3]],
    pub opposite: Vec<u32>,
    pub area: Vec<f64>,
    /// Normals of length one, smoothed.
    pub normal: Vec<Vector3<f64>>,
    /// Vertices on the boundary.
    pub rim: Vec<bool>,
    /// What angles around a vertex lack to a full turn: the curvature there.
    pub defect: Vec<f64>,
    /// What a seam along a half-edge costs: its length, less in creases and where few look.
    pub cost: Vec<f64>,
    /// For each triangle the polygon that it is a part of.
    pub polygon: Vec<u32>,
    first: Vec<u32>,
    around: Vec<u32>,
}

impl<'a> Ground<'a> {
    /// Looks at all triangles. `polygon` has those that stay together; empty if each is one. Cost:
    /// O(n log n), and the pictures that tell what is seen.
    pub fn new(points: &[[f64; 3]], triangles: &'a [[u32; 3]], polygon: Vec<u32>) -> Ground<'a> {
        let opposite = opposites(triangles);
        let corners = |f: usize| triangles[f].map(|v| points[v as usize]);
        let n = triangles.len();
        let area: Vec<f64> = (0..n).map(|f| area_in_space(corners(f))).collect();
        let raw: Vec<Vector3<f64>> = (0..n)
            .map(|f| {
                let (d, e) = unit_sides(corners(f));
                unit(&d.cross(&e))
            })
            .collect();
        let (first, around) = stars(triangles, points.len());
        let mut rim = vec![false; points.len()];
        let mut defect = vec![TAU; points.len()];
        for f in 0..n {
            let p = corners(f);
            for k in 0..3 {
                defect[triangles[f][k] as usize] -= angle([p[k], p[(k + 1) % 3], p[(k + 2) % 3]]);
                if opposite[3 * f + k] == NONE {
                    let (a, b) = ends(triangles, (3 * f + k) as u32);
                    (rim[a as usize], rim[b as usize]) = (true, true);
                }
            }
        }
        let seen = sight(points, triangles, &raw);
        let cost = |h: usize| {
            let (a, b) = ends(triangles, h as u32);
            let length = side(points[a as usize], points[b as usize]).norm();
            let o = opposite[h];
            if o == NONE {
                return length;
            }
            let (f, g) = (h / 3, o as usize / 3);
            let bend = raw[f].cross(&raw[g]).norm().atan2(raw[f].dot(&raw[g]));
            let crease = (bend / SHARP).min(1.0).powi(2);
            let eye = 0.5 * (seen[f] + seen[g]);
            length * (1.0 - (1.0 - IN_CREASE) * crease) * (UNSEEN + (1.0 - UNSEEN) * eye)
        };
        let cost = (0..3 * n).map(cost).collect();
        let normal = smoothed(raw, &area, &opposite);
        let polygon = if polygon.is_empty() { (0..n as u32).collect() } else { polygon };
        Ground { triangles, opposite, area, normal, rim, defect, cost, polygon, first, around }
    }

    /// Triangles around a vertex.
    pub fn star(&self, v: u32) -> &[u32] {
        &self.around[self.first[v as usize] as usize..self.first[v as usize + 1] as usize]
    }
}

/// Triangles at each vertex, one list after the other, with the beginnings.
fn stars(triangles: &[[u32; 3]], vertices: usize) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0u32; vertices + 1];
    triangles.iter().flatten().for_each(|&v| first[v as usize + 1] += 1);
    (0..vertices).for_each(|v| first[v + 1] += first[v]);
    let mut next = first.clone();
    let mut around = vec![0; 3 * triangles.len()];
    for (f, t) in triangles.iter().enumerate() {
        for &v in t {
            around[next[v as usize] as usize] = f as u32;
            next[v as usize] += 1;
        }
    }
    (first, around)
}

/// The angle at the first corner.
fn angle(p: [[f64; 3]; 3]) -> f64 {
    let (d, e) = unit_sides(p);
    d.cross(&e).norm().atan2(d.dot(&e))
}

/// Normals averaged with those of neighbours, by area; across sharp creases they are not.
fn smoothed(raw: Vec<Vector3<f64>>, area: &[f64], opposite: &[u32]) -> Vec<Vector3<f64>> {
    let mut normal = raw;
    for _ in 0..SMOOTHINGS {
        let mean = |f: usize| {
            let mut sum = normal[f] * area[f];
            for o in (0..3).map(|k| opposite[3 * f + k]).filter(|&o| o != NONE) {
                let g = o as usize / 3;
                if normal[f].dot(&normal[g]) > SHARP.cos() {
                    sum += normal[g] * area[g];
                }
            }
            if sum.norm() > 0.0 { unit(&sum) } else { normal[f] }
        };
        normal = (0..normal.len()).map(mean).collect();
    }
    normal
}
