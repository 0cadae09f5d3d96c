//! Integrals over the cells of a source made of patches, and its mixture with an even background.

use super::super::graph::summed;
use super::super::label::Label;
use super::super::measures::Integrate;
use super::super::moments::{Moments, joined};
use super::cells::{CHUNK, CellMeasures, Duals};
use super::integrate::{self, LocalDensity};
use super::restrict::{Part, Restriction};
use crate::domain::{Patch, Patches, Raster, Touching, touching};
use crate::exact::Counters;
use crate::hull::Hull;
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::sync::{Arc, OnceLock};

/// The patches of a source, and what is worth knowing of them once.
pub struct Ground {
    /// The patches.
    pub patches: Arc<Patches>,
    /// The rest when first asked for.
    order: OnceLock<Vec<u32>>,
    rims: OnceLock<Vec<u8>>,
    raster: OnceLock<Option<Raster>>,
    /// By their bounding boxes.
    tree: OnceLock<RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>>,
}

impl Ground {
    /// Cost: O(1).
    pub fn new(patches: &Arc<Patches>) -> Ground {
        let (order, rims, raster, tree) = (OnceLock::new(), OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ground { patches: patches.clone(), order, rims, raster, tree }
    }

    /// The patches along a curve, so that neighbours come together. Cost: a sort, the first time.
    pub fn order(&self) -> &[u32] {
        self.order.get_or_init(|| along_curve(&self.patches))
    }

    /// Edges at the boundary of the source, as bits for each patch. Cost: that of
    /// [`Patches::rims`], the first time.
    pub fn rims(&self) -> &[u8] {
        self.rims.get_or_init(|| self.patches.rims())
    }

    /// The patches as rows of pixels, where they are that. Cost: O(pixels), the first time.
    pub fn raster(&self) -> Option<&Raster> {
        self.raster.get_or_init(|| self.patches.raster()).as_ref()
    }

    fn tree(&self) -> &RTree<GeomWithData<Rectangle<[f64; 2]>, u32>> {
        let entry = |(patch, k): (Patch, u32)| {
            let b = AABB::from_points(patch.corners());
            GeomWithData::new(Rectangle::from_corners(b.lower(), b.upper()), k)
        };
        self.tree.get_or_init(|| RTree::bulk_load(self.patches.iter().zip(0..).map(entry).collect()))
    }

    /// Where the nearest patch is nearest to a point. Cost: O(log n) and the patches whose bounding
    /// boxes are nearer than that.
    pub fn touching(&self, y: [f64; 2]) -> Option<Touching> {
        let mut least: Option<Touching> = None;
        for (entry, reach) in self.tree().nearest_neighbor_iter_with_distance_2(y) {
            // Boxes come by distance; that is rounded, so those a little nearer are looked at, too.
            if least.is_some_and(|l| reach * (1.0 - 1e-12) > l.square) {
                break;
            }
            let found = touching(self.patches.get(entry.data as usize).outline(), y);
            least = Some(least.filter(|l| !(found.height < l.height)).unwrap_or(found));
            if found.square == 0.0 {
                break;
            }
        }
        least
    }

    /// A patch that contains the point, up to rounding. Cost: O(log n), and O(n log n) for the
    /// first call.
    pub fn locate(&self, p: [f64; 2]) -> Option<u32> {
        let tree = self.tree();
        let inside = |k: &u32| {
            let patch = self.patches.get(*k as usize);
            let outline = patch.outline();
            (0..outline.len()).all(|e| {
                let (u, v) = (outline.vertex(e), outline.vertex(e + 1));
                (v[0] - u[0]) * (p[1] - u[1]) >= (v[1] - u[1]) * (p[0] - u[0])
            })
        };
        if !(p[0].is_finite() && p[1].is_finite()) {
            return None;
        }
        tree.locate_all_at_point(p).map(|e| e.data).filter(inside).min()
    }
}

/// The order of the patches along a curve through their centres.
pub fn along_curve(patches: &Patches) -> Vec<u32> {
    let centres: Vec<[f64; 2]> = patches.iter().map(|p| p.centre()).collect();
    Hull::curve(&centres)
}

/// Computes masses and conductances (and moments) over the patches. Sums run over the patches in
/// their own order, so both cells at a wall see the same bits. Cost: O(meetings); bit-identical for
/// any number of threads.
pub fn measure(
    hull: &Hull,
    duals: &Duals,
    patches: &Patches,
    all: &Restriction,
    factor: f64,
    what: Integrate,
) -> CellMeasures {
    struct Rows {
        mass: Vec<f64>,
        moments: Vec<Moments>,
        length: Vec<u32>,
        entries: Vec<(u32, f64)>,
    }
    let compute = |chunk: usize| {
        let mut rows = Rows { mass: Vec::new(), moments: Vec::new(), length: Vec::new(), entries: Vec::new() };
        let (mut part, mut pieces, mut walls) = (Part::default(), Vec::new(), Vec::new());
        for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(hull.len()) {
            pieces.clear();
            walls.clear();
            let mut mass = 0.0;
            for &(k, meeting) in all.of(i) {
                let patch = patches.get(k as usize);
                let density = LocalDensity::new(patch.law(), factor).within(patch.outline().reach());
                part.compute(hull, duals, all, i as u32, patch.outline(), meeting);
                if what.moments {
                    pieces.push(integrate::moments(&part.vertices, &density));
                } else {
                    mass += integrate::mass(&part.vertices, &density);
                }
                if what.walls {
                    conductances(hull, &part, i, &density, &mut walls);
                }
            }
            if what.moments {
                let m = joined(&pieces);
                mass = m.mass;
                rows.moments.push(m);
            }
            rows.mass.push(mass);
            let before = rows.entries.len();
            // For each neighbour in the order of the patches.
            summed(&mut walls, |j, sum| rows.entries.push((j, sum)));
            rows.length.push((rows.entries.len() - before) as u32);
        }
        rows
    };
    let parts: Vec<Rows> = (0..hull.len().div_ceil(CHUNK)).into_par_iter().with_max_len(1).map(compute).collect();
    let mut measures = CellMeasures { counters: all.counters, ..CellMeasures::default() };
    for rows in parts {
        measures.mass.extend_from_slice(&rows.mass);
        measures.moments.extend_from_slice(&rows.moments);
        measures.graph.append(&rows.length, rows.entries.into_iter());
    }
    measures
}

/// Adds what a part contributes to the row of its cell.
fn conductances(hull: &Hull, part: &Part, i: usize, density: &LocalDensity, walls: &mut Vec<(u32, f64)>) {
    for (k, label) in part.labels.iter().enumerate() {
        let Label::Bisector(j) = *label else { continue };
        let next = if k + 1 == part.vertices.len() { 0 } else { k + 1 };
        let (yi, yj) = (hull.point(i).site(), hull.point(j as usize).site());
        let c = integrate::conductance(&part.vertices[k], &part.vertices[next], yi, yj, density);
        if c > 0.0 {
            walls.push((j, c));
        }
    }
}

/// `(1 - share) a + share b`, where `b` is the measure of an even background.
pub fn mixed(a: &CellMeasures, b: &CellMeasures, share: f64) -> CellMeasures {
    let rest = 1.0 - share;
    let mut all = CellMeasures::default();
    let mut counters = Counters::default();
    counters += a.counters;
    counters += b.counters;
    all.counters = counters;
    all.mass = a.mass.iter().zip(&b.mass).map(|(p, q)| rest * p + share * q).collect();
    let mut row: Vec<(u32, f64)> = Vec::new();
    for i in 0..all.mass.len() {
        row.clear();
        for (m, factor) in [(a, rest), (b, share)] {
            row.extend(m.graph.entries(i).map(|(j, k)| (j, factor * k)));
        }
        all.graph.add_row(&mut row);
    }
    all
}
