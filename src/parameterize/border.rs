//! Borders between charts made shorter, triangle by triangle.
//!
//! A triangle goes over to a neighbouring chart if borders cost less then, both charts stay disks,
//! and the other one does not bend more than it may. Two moves keep disks what they are: a triangle
//! with two edges on the border has its third corner where nothing but the other chart is; or it
//! has one edge there, and its third corner lies inside its own chart.

use super::chart::NONE;
use super::ground::Ground;
use super::segment::bend;
use crate::domain::vector::Vector3;
use nalgebra::Matrix3;

/// Sweeps over all triangles at most.
const SWEEPS: usize = 12;
/// A border must become cheaper by this share of a triangle's outline.
const WORTH: f64 = 1e-6;

/// What is known of the normals of a chart.
#[derive(Clone, Default)]
struct Sums {
    faces: usize,
    area: f64,
    first: Vector3<f64>,
    second: Matrix3<f64>,
}

impl Sums {
    fn changed(&self, ground: &Ground, f: usize, sign: f64) -> Sums {
        let (area, normal) = (sign * ground.area[f], ground.normal[f]);
        Sums {
            faces: if sign > 0.0 { self.faces + 1 } else { self.faces - 1 },
            area: self.area + area,
            first: self.first + normal * area,
            second: self.second + normal * normal.transpose() * area,
        }
    }

    fn bend(&self) -> f64 {
        bend(self.area, &self.first, &self.second)
    }
}

/// Moves triangles between charts, given by labels (numbers from 0, [`NONE`] outside), so that
/// borders cost less. Charts bend by `most`, or as they do already.
pub(super) fn straighten(ground: &Ground, label: &mut [u32], most: f64) {
    let faces: Vec<usize> = (0..label.len()).filter(|&f| label[f] != NONE).collect();
    let count = faces.iter().map(|&f| label[f] as usize + 1).max().unwrap_or(0);
    let mut sums = vec![Sums::default(); count];
    for &f in &faces {
        let new = sums[label[f] as usize].changed(ground, f, 1.0);
        sums[label[f] as usize] = new;
    }
    for _ in 0..SWEEPS {
        let mut moved = false;
        for &f in &faces {
            let a = label[f];
            if sums[a as usize].faces < 2 {
                continue;
            }
            let Some(b) = better(ground, label, f) else { continue };
            let grown = sums[b as usize].changed(ground, f, 1.0);
            if grown.bend() > most.max(sums[b as usize].bend()) {
                continue;
            }
            sums[b as usize] = grown;
            sums[a as usize] = sums[a as usize].changed(ground, f, -1.0);
            label[f] = b;
            moved = true;
        }
        if !moved {
            break;
        }
    }
}

/// The chart to which a triangle would better belong.
fn better(ground: &Ground, label: &[u32], f: usize) -> Option<u32> {
    let a = label[f];
    let across = [0, 1, 2].map(|k| match ground.opposite[3 * f + k] {
        NONE => (NONE, NONE),
        o => (label[o as usize / 3], ground.polygon[o as usize / 3]),
    });
    if across.iter().any(|&(_, polygon)| polygon == ground.polygon[f]) {
        return None;
    }
    let cost = |k: usize| ground.cost[3 * f + k];
    let worth = WORTH * (cost(0) + cost(1) + cost(2));
    let all = |v: u32, chart: u32| {
        let belongs = |&g: &u32| g as usize == f || label[g as usize] == chart;
        !ground.rim[v as usize] && ground.star(v).iter().all(belongs)
    };
    (0..3).find_map(|k| {
        let (next, last) = ((k + 1) % 3, (k + 2) % 3);
        // Edge k runs from corner k to the next one; the corner before them is opposite to it.
        let apex = ground.triangles[f][last];
        let (own, left, right) = (across[k].0, across[next].0, across[last].0);
        let (one, two) = (cost(k), cost(next) + cost(last));
        if own == a && left == right && left != a && left != NONE && two - one > worth && all(apex, left) {
            return Some(left);
        }
        let inwards = left == a && right == a && own != a && own != NONE;
        (inwards && one - two > worth && all(apex, a)).then_some(own)
    })
}
