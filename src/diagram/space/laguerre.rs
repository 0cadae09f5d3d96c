//! The live diagram in space: measured at one set of heights after another.
//!
//! Every cell is cut for itself: first by the neighbours that it had at the last heights, then by
//! whatever the tree of sites does not exclude. So each of them is complete, whatever the first
//! guesses were, and cells do not wait for each other. Where few cells change any more, those are
//! found by their corners, and the tree is asked for them alone (`last.rs`).

use super::super::graph::Graph;
use super::super::measures::{MeasureError, Measures, Want};
use super::super::moments::{Moments, joined};
use super::super::seam::{Coarsen, Laguerre, Live, sunk};
use super::super::subset::measures_of;
use super::cut::Room;
use super::cutter::Cutter;
use super::ground::SpaceGround;
use super::group::GROUP;
use super::last::{CHUNK, Chunk, Last, Seen};
use super::neighbors::Neighbors;
use super::prepared::{lifted, planted};
use super::shape::{Shape, Shaping};
use super::sites::Sites;
use super::tree::Tree;
use super::wall::{Shift, Wall};
use crate::domain::space::Polytope;
use crate::exact::{Counters, Dd, Heights};
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

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

/// What a task found.
#[derive(Default)]
struct Part<const D: usize> {
    mass: Vec<f64>,
    moments: Vec<Moments<D>>,
    hidden: usize,
    /// Walls, `i < j`, with conductance.
    conductance: Vec<(u32, u32, f64)>,
    cells: Chunk,
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

    /// So many cells have other corners than at the heights before, or may have.
    pub fn changed(&self) -> usize {
        self.last.changed
    }

    /// Masses and walls at these heights, and moments if they are wanted.
    pub fn integrals(&mut self, heights: &Heights, moments: bool) -> (Measures, Vec<Moments<D>>) {
        let clock = Instant::now();
        let sites = self.sites_at(heights);
        self.tree.set_weights(&sites.w);
        let (ground, tree, shifts) = (&*self.ground, &self.tree, &self.shifts[..]);
        let neighbors = if self.last.is_empty() { Neighbors::of(ground, &sites) } else { None };
        let hull_seconds = clock.elapsed().as_secs_f64();
        let cutter = Cutter { ground, sites: &sites, tree, shifts, neighbors: neighbors.as_ref() };
        let n = sites.len();
        let part = |chunk: usize, asked: &[bool]| {
            let (mut part, mut room) = (Part::<D>::default(), Room::default());
            let end = ((chunk + 1) * CHUNK).min(n);
            for first in (chunk * CHUNK..end).step_by(GROUP) {
                let group = first..(first + GROUP).min(end);
                if let Some(radii) = self.last.radii(group.clone()) {
                    room.group.begin(group.clone(), radii);
                }
                group.for_each(|i| self.measure(&cutter, (i, asked[i]), moments, &mut part, &mut room));
            }
            part.counters = room.counters;
            // Of a million cells what lists have grown too far is a hundred megabytes.
            part.cells = part.cells.fit();
            part.conductance.shrink_to_fit();
            part
        };
        let (parts, changed) = self.complete(n, &part);
        let (mut mass, mut all) = (Vec::with_capacity(n), Vec::new());
        let mut hidden = 0;
        for part in &parts {
            mass.extend_from_slice(&part.mass);
            all.extend_from_slice(&part.moments);
            hidden += part.hidden;
            self.counters += part.counters;
        }
        let graph = Graph::of_walls(n, parts.iter().flat_map(|p| &p.conductance));
        self.last = Last::new(parts.into_iter().map(|p| p.cells).collect(), changed, mass.iter().sum());
        let measures = Measures {
            mass: Some(mass),
            graph,
            hidden,
            hull_seconds,
            cells_seconds: clock.elapsed().as_secs_f64() - hull_seconds,
            counters: self.counters,
        };
        (measures, all)
    }

    /// All cells, by chunks, and how many have changed. `part` measures a chunk; it asks the tree
    /// for the cells that are marked, and for those that have changed.
    fn complete(&self, n: usize, part: &(impl Fn(usize, &[bool]) -> Part<D> + Sync)) -> (Vec<Part<D>>, usize) {
        let last = &self.last;
        let mut asked = vec![!last.is_calm(); n];
        let all = |asked: &[bool]| (0..n.div_ceil(CHUNK)).into_par_iter().map(|chunk| part(chunk, asked)).collect();
        let mut parts: Vec<Part<D>> = all(&asked);
        if last.is_empty() {
            return (parts, n);
        }
        if !last.is_calm() {
            let changes = |c: usize| last.changes(c, &parts[c].cells);
            let changed = (0..parts.len()).map(changes).sum();
            return (parts, changed);
        }
        // Cells beside those that have changed, until none is left.
        let mut changes = vec![0; parts.len()];
        let mut news: Vec<usize> = (0..parts.len()).collect();
        while !news.is_empty() {
            let beside = |&c: &usize| last.beside(c, &parts[c].cells);
            let found: Vec<(usize, Vec<u32>)> = news.par_iter().map(beside).collect();
            news.iter().zip(&found).for_each(|(&c, f)| changes[c] = f.0);
            news.clear();
            for j in found.into_iter().flat_map(|f| f.1).map(|j| j as usize) {
                if parts[j / CHUNK].cells.seen[j % CHUNK] == Seen::Trusted && !std::mem::replace(&mut asked[j], true) {
                    news.push(j / CHUNK);
                }
            }
            news.sort_unstable();
            news.dedup();
            let again: Vec<Part<D>> = news.par_iter().map(|&chunk| part(chunk, &asked)).collect();
            news.iter().zip(again).for_each(|(&chunk, new)| parts[chunk] = new);
        }
        let total: f64 = parts.iter().flat_map(|p| &p.mass).sum();
        if last.holds(total) {
            return (parts, changes.iter().sum());
        }
        asked.fill(true);
        (all(&asked), n)
    }

    fn measure(
        &self,
        cutter: &Cutter<'_>,
        (i, asked): (usize, bool),
        moments: bool,
        part: &mut Part<D>,
        room: &mut Room,
    ) {
        let warm = self.last.of(i);
        // A cell that was lost keeps corners of a time before that.
        let known = self.last.is_there(i);
        let (cell, same) = cutter.cell_or_same(i as u32, warm, known && !asked, room);
        part.cells.seen.push(match same && known {
            true if asked => Seen::Same,
            true => Seen::Trusted,
            false => Seen::Changed,
        });
        part.cells.radius.push(if cell.is_empty() { 0.0 } else { room.reach.radius });
        if self.ground.parts.is_some() {
            return self.measure_pieces(cutter, i, moments, part, (cell, room));
        }
        if !cutter.shaped(i as u32, 0, &cell, &mut room.shaping) {
            room.spare(cell);
            part.hidden += 1;
            part.mass.push(0.0);
            // A cell that is lost keeps the neighbours it had.
            part.cells.knots.extend_from_slice(warm.knots);
            part.cells.push(warm.walls);
            if moments {
                part.moments.push(Moments::default());
            }
            return;
        }
        let Shaping { shape, naming, .. } = &room.shaping;
        naming.knots(&cell, &mut part.cells.knots);
        part.cells.push(&shape.skeleton.labels);
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
            part.cells.knots.extend_from_slice(warm.knots);
            part.cells.push(warm.walls);
        } else {
            let Shaping { shape, naming, .. } = &mut room.shaping;
            shape.skeleton.fill(&cell, naming);
            naming.knots(&cell, &mut part.cells.knots);
            part.cells.push(&shape.skeleton.labels);
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

    /// Looks at these cells alone, up to the first one that is empty. Cost: O(n) for the heights of
    /// all, and these cells.
    fn would_live(&mut self, heights: &Heights, cells: &[u32]) -> bool {
        let sites = self.sites_at(heights);
        self.tree.set_weights(&sites.w);
        let cutter =
            Cutter { ground: &self.ground, sites: &sites, tree: &self.tree, shifts: &self.shifts, neighbors: None };
        let lives = |i: &u32| !cutter.cell(*i, self.last.of(*i as usize), &mut Room::default()).is_empty();
        cells.par_iter().all(lives)
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

impl<const D: usize> Laguerre for Subset<D> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        measures_of(&mut self.inner, heights, want)
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
