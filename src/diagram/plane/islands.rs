//! The parts of a source without a common edge, each with the diagram of some sites on it alone.

use super::super::seam::{Islands, Laguerre};
use super::cells::{Duals, Region};
use super::patched::Ground;
use super::restrict::{Part, Restriction};
use super::start::quantile_start;
use crate::domain::{ConvexPolygon, Patches};
use crate::exact::{Dd, Heights};
use crate::hull::Hull;
use crate::problem::Problem;
use rayon::prelude::*;
use std::sync::Arc;

/// More parts than this are not taken apart: what is done for each pair of them would tell.
const MOST_PARTS: usize = 64;

/// Sites times vertices of a diagram beyond which it is not asked where the sites would touch it:
/// about a second.
const MOST_WORK: usize = 1_000_000_000;

/// The diagram of a problem on its patches.
pub(super) type Diagram = fn(Problem, Arc<Ground>) -> Box<dyn Laguerre>;

/// A source in parts.
pub(super) struct PlaneIslands<'a> {
    problem: &'a Problem,
    /// Along a curve.
    sites: Vec<[f64; 2]>,
    parts: Vec<Island>,
    diagram: Diagram,
}

struct Island {
    ground: Arc<Ground>,
    /// Its convex hull.
    around: ConvexPolygon,
    mass: f64,
    centre: [f64; 2],
}

impl<'a> PlaneIslands<'a> {
    /// The parts of a source. `None` if it is one part, or falls into very many. Cost: O(patches)
    /// for each part.
    pub(super) fn of(
        problem: &'a Problem,
        ground: &Ground,
        sites: Vec<[f64; 2]>,
        diagram: Diagram,
    ) -> Option<PlaneIslands<'a>> {
        let (part, count) = ground.patches.components();
        if !(2..=MOST_PARTS).contains(&count) {
            return None;
        }
        let island = |k: usize| {
            let patches = Arc::new(ground.patches.some(|p| part[p] as usize == k));
            let (mass, centre) = weighed(&patches);
            let around = patches.hull().unwrap_or_else(|| problem.frame().clone());
            Island { ground: Arc::new(Ground::new(&patches)), around, mass: mass * problem.source_factor(), centre }
        };
        Some(PlaneIslands { problem, sites, parts: (0..count).map(island).collect(), diagram })
    }
}

/// The mass of some patches and about where its centre is.
fn weighed(patches: &Patches) -> (f64, [f64; 2]) {
    let some = patches.get(0).centre();
    let (mut mass, mut moment) = (0.0, [0.0; 2]);
    for patch in patches.iter() {
        let (m, c) = (patch.mass().to_f64(), patch.centre());
        mass += m;
        moment = [0, 1].map(|k| moment[k] + m * (c[k] - some[k]));
    }
    (mass, [0, 1].map(|k| some[k] + moment[k] / mass))
}

fn inner(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

impl Islands for PlaneIslands<'_> {
    fn masses(&self) -> Vec<f64> {
        self.parts.iter().map(|part| part.mass).collect()
    }

    /// In a point `c` the site with the greatest `<c, y_i> + h_i` wins.
    fn seen_from_afar(&self, part: usize) -> Vec<f64> {
        self.sites.iter().map(|&y| -inner(self.parts[part].centre, y)).collect()
    }

    fn on_part(&self, part: usize, sites: &[u32], masses: &[f64]) -> (Box<dyn Laguerre + '_>, Heights) {
        let Island { ground, around, .. } = &self.parts[part];
        let sites: Vec<[f64; 2]> = sites.iter().map(|&i| self.sites[i as usize]).collect();
        let problem = self.problem.on_patches(ground.patches.clone(), sites, masses.to_vec());
        let start = quantile_start(around, problem.sites(), masses);
        ((self.diagram)(problem, ground.clone()), start)
    }

    /// `u(x) = max_j <x, y_j> + h_j` over the sites of the diagram is linear on each cell, so
    /// `u - <., y_i>` is least at a vertex of the diagram: there site `i` touches it.
    fn touching(&self, part: usize, sites: &[u32], heights: &Heights) -> Option<Vec<f64>> {
        let Island { ground, centre, .. } = &self.parts[part];
        let own: Vec<[f64; 2]> = sites.iter().map(|&i| self.sites[i as usize]).collect();
        let order: Arc<[u32]> = (0..own.len() as u32).collect();
        let mut hull = Hull::along(&own, order, heights.as_slice());
        hull.arrange();
        let hull = &hull;
        let region = Region::new(self.problem.frame());
        let duals = Duals::new(hull, &region);
        let all = Restriction::new(hull, &duals, &ground.patches, ground.order());
        // About the centre: the values are then as small as the part.
        let from_centre = |y: [f64; 2]| Dd::product(centre[0], y[0]) + Dd::product(centre[1], y[1]);
        let level: Vec<f64> =
            own.iter().zip(heights.as_slice()).map(|(&y, &h)| (h + from_centre(y)).to_f64()).collect();
        let (mut cut, mut corners) = (Part::default(), Vec::new());
        for j in 0..own.len() {
            for &(k, meeting) in all.of(j) {
                let patch = ground.patches.get(k as usize);
                cut.compute(hull, &duals, &all, j as u32, patch.outline(), meeting);
                let from = |k: usize, v: Dd| (v - Dd::from_f64(centre[k])).to_f64();
                corners.extend(cut.vertices.iter().map(|v| ([from(0, v.x), from(1, v.y)], j)));
            }
        }
        // Cells that meet at a vertex have it with the same bits, and the same `u`.
        corners.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]).then(a.0[1].total_cmp(&b.0[1])));
        corners.dedup_by_key(|c| c.0.map(f64::to_bits));
        if corners.len().saturating_mul(self.sites.len()) > MOST_WORK {
            return None;
        }
        let touches = |&y: &[f64; 2]| {
            let value = |&(v, j): &([f64; 2], usize)| level[j] + inner(v, [own[j][0] - y[0], own[j][1] - y[1]]);
            let least = corners.iter().map(value).fold(f64::INFINITY, f64::min);
            (Dd::from_f64(least) - from_centre(y)).to_f64()
        };
        Some(self.sites.par_iter().with_min_len(64).map(touches).collect())
    }
}
