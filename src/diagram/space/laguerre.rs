//! The live diagram in space: measured at one set of heights after another.
//!
//! Every cell is cut for itself: first by the neighbours that it had at the last heights, then by
//! whatever the tree of sites does not exclude. So each of them is complete, whatever the first
//! guesses were, and cells do not wait for each other.

use super::super::graph::Graph;
use super::super::measures::{MeasureError, Measures, Want};
use super::super::moments::{Moments, joined};
use super::super::seam::{Coarsen, Laguerre, Live, sunk};
use super::cut::{Cutter, Room};
use super::ground::SpaceGround;
use super::sites::Sites;
use super::tree::Tree;
use super::wall::{Shift, Wall};
use crate::exact::{Counters, Dd, Heights};
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// Cells of one task.
const CHUNK: usize = 32;

/// The diagram of sites in space, numbered along a k-d tree ([`Live::order`]); `D` is the dimension
/// of its cells.
pub struct SpaceLaguerre<const D: usize> {
    ground: Arc<SpaceGround>,
    y: Arc<[[f64; 3]]>,
    order: Arc<[u32]>,
    tree: Tree,
    shifts: Vec<Shift>,
    /// Neighbours at the last heights, cell after cell.
    start: Vec<u32>,
    walls: Vec<Wall>,
    counters: Counters,
}

/// What a task found.
#[derive(Default)]
struct Part<const D: usize> {
    mass: Vec<f64>,
    moments: Vec<Moments<D>>,
    hidden: usize,
    /// Walls, `i < j`, with conductance.
    conductance: Vec<(u32, u32, f64)>,
    lengths: Vec<u32>,
    walls: Vec<Wall>,
    counters: Counters,
}

/// Sites as points of space.
pub(super) fn lifted<const D: usize>(sites: &[[f64; D]]) -> Vec<[f64; 3]> {
    sites.iter().map(|y| [0, 1, 2].map(|k| y.get(k).copied().unwrap_or(0.0))).collect()
}

impl<const D: usize> SpaceLaguerre<D> {
    /// Prepares the diagram. Cost: O(n log n).
    pub fn new(ground: Arc<SpaceGround>, sites: &[[f64; D]]) -> SpaceLaguerre<D> {
        SpaceLaguerre::of_points(ground, lifted(sites))
    }

    fn of_points(ground: Arc<SpaceGround>, points: Vec<[f64; 3]>) -> SpaceLaguerre<D> {
        let (tree, order) = Tree::new(&points);
        let y = order.iter().map(|&i| points[i as usize]).collect();
        let shifts = Shift::all(ground.periodic);
        let counters = Counters::default();
        SpaceLaguerre { ground, y, order: order.into(), tree, shifts, start: Vec::new(), walls: Vec::new(), counters }
    }

    /// The sites, in the diagram's numbering.
    pub fn points(&self) -> &[[f64; 3]] {
        &self.y
    }

    /// The domain.
    pub fn ground(&self) -> &Arc<SpaceGround> {
        &self.ground
    }

    fn last(&self, i: usize) -> &[Wall] {
        match self.start.get(i..i + 2) {
            Some(&[a, b]) => &self.walls[a as usize..b as usize],
            _ => &[],
        }
    }

    /// Masses and walls at these heights, and moments if they are wanted.
    pub fn integrals(&mut self, heights: &Heights, moments: bool) -> (Measures, Vec<Moments<D>>) {
        let clock = Instant::now();
        let sites = Sites::new(&self.ground, self.y.clone(), self.order.clone(), heights);
        self.tree.set_weights(&sites.w);
        let (ground, tree, shifts) = (&*self.ground, &self.tree, &self.shifts[..]);
        let cutter = Cutter { ground, sites: &sites, tree, shifts };
        let n = sites.len();
        let part = |chunk: usize| {
            let (mut part, mut room) = (Part::<D>::default(), Room::default());
            for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(n) {
                self.measure(&cutter, i, moments, &mut part, &mut room);
            }
            part.counters = room.counters;
            part
        };
        let parts: Vec<Part<D>> = (0..n.div_ceil(CHUNK)).into_par_iter().map(part).collect();
        let (mut mass, mut all) = (Vec::with_capacity(n), Vec::new());
        let (mut start, mut walls, mut hidden) = (vec![0u32], Vec::new(), 0);
        for part in &parts {
            mass.extend_from_slice(&part.mass);
            all.extend_from_slice(&part.moments);
            hidden += part.hidden;
            self.counters += part.counters;
            for length in &part.lengths {
                start.push(start[start.len() - 1] + length);
            }
            walls.extend_from_slice(&part.walls);
        }
        let graph = Graph::of_walls(n, parts.iter().flat_map(|p| &p.conductance));
        (self.start, self.walls) = (start, walls);
        let measures = Measures {
            mass: Some(mass),
            graph,
            hidden,
            hull_seconds: 0.0,
            cells_seconds: clock.elapsed().as_secs_f64(),
            counters: self.counters,
        };
        (measures, all)
    }

    fn measure(&self, cutter: &Cutter<'_>, i: usize, moments: bool, part: &mut Part<D>, room: &mut Room) {
        let warm = self.last(i);
        let cell = cutter.cell(i as u32, warm, room);
        let pieces = cutter.pieces(i as u32, &cell, room);
        let before = part.walls.len();
        match &pieces[..] {
            // A cell that is lost keeps the neighbours it had.
            [] if cell.is_empty() || self.ground.parts.is_none() => part.walls.extend_from_slice(warm),
            [one] if self.ground.parts.is_none() => {
                part.walls.extend(one.shape.skeleton.labels.iter().filter(|l| matches!(l, Wall::Site(..))));
            }
            _ => {
                let labels = cell.nodes.iter().flat_map(|n| n.faces).map(|f| cell.faces[f as usize].label);
                part.walls.extend(labels.filter(|l| matches!(l, Wall::Site(..))));
                part.walls[before..].sort_unstable();
                let mut kept = before;
                for k in before..part.walls.len() {
                    if kept == before || part.walls[kept - 1] != part.walls[k] {
                        part.walls[kept] = part.walls[k];
                        kept += 1;
                    }
                }
                part.walls.truncate(kept);
            }
        }
        part.lengths.push((part.walls.len() - before) as u32);
        let of_pieces: Vec<Moments<D>> = pieces.iter().map(|p| p.shape.moments()).collect();
        let found = if of_pieces.is_empty() { Moments::default() } else { joined(&of_pieces) };
        part.hidden += usize::from(pieces.is_empty());
        part.mass.push(found.mass);
        if moments {
            part.moments.push(found);
        }
        for shape in pieces.iter().map(|p| &p.shape) {
            for (face, &label) in shape.skeleton.labels.iter().enumerate() {
                let Wall::Site(j, shift) = label else { continue };
                // Both cells see the wall; the lower one counts it. That to an own image moves with
                // none.
                if i < j as usize {
                    let n = cutter.sites.wall(cutter.ground, (i as u32, j), shift, &shape.middle).0;
                    let apart = n.iter().map(|n| n.hi * n.hi).sum::<f64>().sqrt();
                    let mass = shape.face(face).mass;
                    if mass > 0.0 && apart > 0.0 {
                        part.conductance.push((i as u32, j, mass / apart));
                    }
                }
            }
        }
    }
}

impl<const D: usize> Laguerre for SpaceLaguerre<D> {
    fn len(&self) -> usize {
        self.y.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        let (mut measures, _) = self.integrals(heights, false);
        if want == Want::Feasible && measures.hidden > 0 {
            measures.mass = None;
            measures.graph = Graph::default();
        }
        Ok(measures)
    }

    fn width_exponent(&self) -> f64 {
        1.0 / D as f64
    }

    fn coarsen(&self) -> Option<&dyn Coarsen> {
        Some(self)
    }
}

impl<const D: usize> Live for SpaceLaguerre<D> {
    fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    fn counters(&self) -> Counters {
        self.counters
    }
}

/// The diagram of some sites, in the order in which they were named.
struct Subset<const D: usize> {
    inner: SpaceLaguerre<D>,
}

impl<const D: usize> Subset<D> {
    /// Heights in the tree's numbering.
    fn inward(&self, heights: &Heights) -> Heights {
        heights.permuted(&self.inner.order)
    }
}

impl<const D: usize> Laguerre for Subset<D> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        let inward = self.inward(heights);
        let found = self.inner.measures(&inward, want)?;
        let Some(inner) = &found.mass else { return Ok(found) };
        let order = &self.inner.order;
        let mut mass = vec![0.0; inner.len()];
        let mut walls = Vec::new();
        for (k, &i) in order.iter().enumerate() {
            mass[i as usize] = inner[k];
            for (l, weight) in found.graph.entries(k).filter(|e| e.0 as usize > k) {
                let j = order[l as usize];
                walls.push((i.min(j), i.max(j), weight));
            }
        }
        let graph = Graph::of_walls(inner.len(), walls.iter());
        Ok(Measures { mass: Some(mass), graph, ..found })
    }

    fn width_exponent(&self) -> f64 {
        self.inner.width_exponent()
    }
}

impl<const D: usize> Coarsen for SpaceLaguerre<D> {
    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_> {
        let points = sites.iter().map(|&i| self.y[i as usize]).collect();
        Box::new(Subset::<D> { inner: SpaceLaguerre::of_points(self.ground.clone(), points) })
    }

    /// A weight that is below another one by more than the largest squared distance of a point from
    /// its site wins nowhere.
    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        let (mut low, mut high, mut square) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3], 0.0f64);
        for y in self.y.iter() {
            for k in 0..3 {
                (low[k], high[k]) = (low[k].min(y[k]), high[k].max(y[k]));
            }
            square = square.max(y.iter().map(|x| x * x).sum());
        }
        sunk(heights, 0.5 * (square + self.ground.farthest(&low, &high)) * (1.0 + 1e-9))
    }
}
