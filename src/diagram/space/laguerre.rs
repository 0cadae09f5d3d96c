//! The live diagram in space: measured at one set of heights after another.
//!
//! Every cell is cut for itself: first by the neighbours that it had at the last heights, then by
//! whatever the tree of sites does not exclude. So each of them is complete, whatever the first
//! guesses were, and cells do not wait for each other.

use super::super::graph::Graph;
use super::super::measures::{MeasureError, Measures, Want};
use super::super::moments::{Moments, joined};
use super::super::seam::{Coarsen, Laguerre, Live, sunk};
use super::cut::{Room, Warm};
use super::cutter::Cutter;
use super::ground::SpaceGround;
use super::group::GROUP;
use super::prepared::{lifted, planted};
use super::shape::{Shape, Shaping};
use super::sites::Sites;
use super::tree::Tree;
use super::wall::{Shift, Wall};
use crate::domain::space::{Knot, Polytope};
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
    /// The same as bounds see them.
    seen: Arc<[[f64; 3]]>,
    order: Arc<[u32]>,
    tree: Tree,
    shifts: Vec<Shift>,
    last: Last,
    counters: Counters,
}

/// The cells at the last heights.
#[derive(Default)]
struct Last {
    /// Walls, cell after cell.
    start: Vec<u32>,
    walls: Vec<Wall>,
    /// Corners, cell after cell.
    begin: Vec<u32>,
    knots: Vec<Knot>,
    /// How far each reaches.
    radius: Vec<f64>,
}

impl Last {
    fn of(&self, i: usize) -> Warm<'_> {
        match (self.start.get(i..i + 2), self.begin.get(i..i + 2)) {
            (Some(&[a, b]), Some(&[c, d])) => {
                Warm { walls: &self.walls[a as usize..b as usize], knots: &self.knots[c as usize..d as usize] }
            }
            _ => Warm::default(),
        }
    }

    /// What the next cell is.
    fn push(&mut self, walls: &[Wall]) {
        self.walls.extend_from_slice(walls);
        self.end();
    }

    fn end(&mut self) {
        self.start.push(self.walls.len() as u32);
        self.begin.push(self.knots.len() as u32);
    }

    /// Of parts, each of which ends cells only.
    fn joined<'a>(parts: impl Iterator<Item = &'a Last>) -> Last {
        let mut all = Last { start: vec![0], begin: vec![0], ..Last::default() };
        for part in parts {
            let (a, b) = (all.walls.len() as u32, all.knots.len() as u32);
            all.start.extend(part.start.iter().map(|k| k + a));
            all.begin.extend(part.begin.iter().map(|k| k + b));
            all.walls.extend_from_slice(&part.walls);
            all.knots.extend_from_slice(&part.knots);
            all.radius.extend_from_slice(&part.radius);
        }
        all
    }
}

/// What a task found.
#[derive(Default)]
struct Part<const D: usize> {
    mass: Vec<f64>,
    moments: Vec<Moments<D>>,
    hidden: usize,
    /// Walls, `i < j`, with conductance.
    conductance: Vec<(u32, u32, f64)>,
    last: Last,
    counters: Counters,
}

impl<const D: usize> SpaceLaguerre<D> {
    /// Prepares the diagram. Cost: O(n log n).
    pub fn new(ground: Arc<SpaceGround>, sites: &[[f64; D]]) -> SpaceLaguerre<D> {
        SpaceLaguerre::of_points(ground, lifted(sites))
    }

    fn of_points(ground: Arc<SpaceGround>, points: Vec<[f64; 3]>) -> SpaceLaguerre<D> {
        let (tree, [y, seen], order) = planted(&ground, &points);
        let shifts = Shift::all(ground.images);
        let (last, counters) = (Last::default(), Counters::default());
        SpaceLaguerre { ground, y, seen, order, tree, shifts, last, counters }
    }

    fn sites_at(&self, heights: &Heights) -> Sites {
        Sites::new(&self.ground, [self.y.clone(), self.seen.clone()], self.order.clone(), heights)
    }

    /// The sites, in the diagram's numbering.
    pub fn points(&self) -> &[[f64; 3]] {
        &self.y
    }

    /// The domain.
    pub fn ground(&self) -> &Arc<SpaceGround> {
        &self.ground
    }

    /// Masses and walls at these heights, and moments if they are wanted.
    pub fn integrals(&mut self, heights: &Heights, moments: bool) -> (Measures, Vec<Moments<D>>) {
        let clock = Instant::now();
        let sites = self.sites_at(heights);
        self.tree.set_weights(&sites.w);
        let (ground, tree, shifts) = (&*self.ground, &self.tree, &self.shifts[..]);
        let cutter = Cutter { ground, sites: &sites, tree, shifts };
        let n = sites.len();
        let part = |chunk: usize| {
            let (mut part, mut room) = (Part::<D>::default(), Room::default());
            let end = ((chunk + 1) * CHUNK).min(n);
            for first in (chunk * CHUNK..end).step_by(GROUP) {
                let group = first..(first + GROUP).min(end);
                if let Some(radii) = self.last.radius.get(group.clone()) {
                    cutter.gather(group.clone(), radii, &mut room.group);
                }
                group.for_each(|i| self.measure(&cutter, i, moments, &mut part, &mut room));
            }
            part.counters = room.counters;
            part
        };
        let parts: Vec<Part<D>> = (0..n.div_ceil(CHUNK)).into_par_iter().map(part).collect();
        let (mut mass, mut all) = (Vec::with_capacity(n), Vec::new());
        let mut hidden = 0;
        for part in &parts {
            mass.extend_from_slice(&part.mass);
            all.extend_from_slice(&part.moments);
            hidden += part.hidden;
            self.counters += part.counters;
        }
        let graph = Graph::of_walls(n, parts.iter().flat_map(|p| &p.conductance));
        self.last = Last::joined(parts.iter().map(|p| &p.last));
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
        let warm = self.last.of(i);
        let cell = cutter.cell(i as u32, warm, room);
        part.last.radius.push(if cell.is_empty() { 0.0 } else { room.reach.radius });
        if self.ground.parts.is_some() {
            return self.measure_pieces(cutter, i, moments, part, (cell, room));
        }
        if !cutter.shaped(i as u32, 0, &cell, &mut room.shaping) {
            room.spare(cell);
            part.hidden += 1;
            part.mass.push(0.0);
            // A cell that is lost keeps the neighbours it had.
            part.last.knots.extend_from_slice(warm.knots);
            part.last.push(warm.walls);
            if moments {
                part.moments.push(Moments::default());
            }
            return;
        }
        let Shaping { shape, naming, .. } = &room.shaping;
        naming.knots(&cell, &mut part.last.knots);
        part.last.push(&shape.skeleton.labels);
        if moments {
            let found = shape.moments::<D>(self.ground.metric.as_deref());
            part.mass.push(found.mass);
            part.moments.push(found);
        } else {
            part.mass.push(shape.mass());
        }
        conduct(cutter, i, shape, &mut part.conductance);
        room.spare(cell);
    }

    /// A cell of a domain in parts, in its pieces.
    fn measure_pieces(
        &self,
        cutter: &Cutter<'_>,
        i: usize,
        moments: bool,
        part: &mut Part<D>,
        (cell, room): (Polytope<Wall>, &mut Room),
    ) {
        let pieces = cutter.pieces(i as u32, &cell, room);
        if cell.is_empty() {
            // A cell that is lost keeps the neighbours it had.
            let warm = self.last.of(i);
            part.last.knots.extend_from_slice(warm.knots);
            part.last.push(warm.walls);
        } else {
            let Shaping { shape, naming, .. } = &mut room.shaping;
            shape.skeleton.fill(&cell, naming);
            naming.knots(&cell, &mut part.last.knots);
            part.last.push(&shape.skeleton.labels);
        }
        room.spare(cell);
        let metric = self.ground.metric.as_deref();
        let of_pieces: Vec<Moments<D>> = pieces.iter().map(|p| p.shape.moments(metric)).collect();
        let found = if of_pieces.is_empty() { Moments::default() } else { joined(&of_pieces) };
        part.hidden += usize::from(pieces.is_empty());
        part.mass.push(found.mass);
        if moments {
            part.moments.push(found);
        }
        pieces.iter().for_each(|p| conduct(cutter, i, &p.shape, &mut part.conductance));
    }
}

/// Walls of a cell, or of a piece of it, with conductance. Both cells see a wall; the lower one
/// counts it. That to an own image moves with none.
fn conduct(cutter: &Cutter<'_>, i: usize, shape: &Shape, out: &mut Vec<(u32, u32, f64)>) {
    for (face, &label) in shape.skeleton.labels.iter().enumerate() {
        let Wall::Site(j, shift) = label else { continue };
        if i < j as usize {
            let apart = cutter.sites.apart(cutter.ground, (i as u32, j), shift);
            let mass = shape.face(face).mass;
            if mass > 0.0 && apart > 0.0 {
                out.push((i as u32, j, mass / apart));
            }
        }
    }
}

impl<const D: usize> Laguerre for SpaceLaguerre<D> {
    fn len(&self) -> usize {
        self.y.len()
    }

    /// All masses in any case: those of hidden sites are 0.
    fn measures(&mut self, heights: &Heights, _: Want) -> Result<Measures, MeasureError> {
        let (measures, _) = self.integrals(heights, false);
        Ok(Measures { hidden: 0, ..measures })
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
        // No square is greater in a metric than this times that.
        let most = self.ground.metric.as_ref().map_or(1.0, |m| m.greatest() * m.greatest());
        sunk(heights, 0.5 * (most * square + self.ground.farthest(&low, &high)) * (1.0 + 1e-9))
    }
}
