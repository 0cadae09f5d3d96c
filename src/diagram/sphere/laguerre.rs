//! The live diagram on the sphere: measured at one set of heights after another.
//!
//! Every cell is cut for itself: first by the neighbours that it had at the last heights, then by
//! whatever the tree of sites does not exclude. So each of them is complete, and cells do not wait
//! for each other.

use super::super::graph::Graph;
use super::super::matched;
use super::super::measures::{MeasureError, Measures, Want};
use super::super::moments::Moments;
use super::super::seam::{Background, Coarsen, Laguerre, Live, Revive, sunk};
use super::super::subset::Subset;
use super::super::tree::Tree;
use super::cut::{Cutter, Room};
use super::ground::SphereGround;
use super::shape::Shape;
use super::sites::Sites;
use crate::domain::{SphereDensity, spread_on_sphere};
use crate::exact::{Counters, Dd, Heights};
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// Cells of one task.
const CHUNK: usize = 32;

/// The diagram of sites about a sphere, numbered along a k-d tree ([`Live::order`]).
pub struct SphereLaguerre {
    ground: Arc<SphereGround>,
    y: Arc<[[f64; 3]]>,
    order: Arc<[u32]>,
    pub(super) tree: Tree,
    /// Neighbours at the last heights, cell after cell; around it if each has one arc.
    start: Vec<u32>,
    near: Vec<u32>,
    counters: Counters,
}

/// What a task found.
#[derive(Default)]
struct Part {
    mass: Vec<f64>,
    moments: Vec<Moments<3>>,
    hidden: usize,
    /// Walls, `i < j`, with conductance.
    walls: Vec<(u32, u32, f64)>,
    lengths: Vec<u32>,
    near: Vec<u32>,
    counters: Counters,
}

impl SphereLaguerre {
    /// Prepares the diagram. Cost: O(n log n).
    pub fn new(ground: Arc<SphereGround>, sites: &[[f64; 3]]) -> SphereLaguerre {
        let (tree, order) = Tree::new(sites);
        let y = order.iter().map(|&i| sites[i as usize]).collect();
        let counters = Counters::default();
        SphereLaguerre { ground, y, order: order.into(), tree, start: Vec::new(), near: Vec::new(), counters }
    }

    /// The sites, in the diagram's numbering.
    pub fn points(&self) -> &[[f64; 3]] {
        &self.y
    }

    /// The sphere.
    pub fn ground(&self) -> &Arc<SphereGround> {
        &self.ground
    }

    fn last(&self, i: usize) -> &[u32] {
        match self.start.get(i..i + 2) {
            Some(&[a, b]) => &self.near[a as usize..b as usize],
            _ => &[],
        }
    }

    /// The sites at these heights, whose weights the tree takes.
    pub(super) fn sites_at(&mut self, heights: &Heights) -> Sites {
        let sites = Sites::new(&self.ground, self.y.clone(), self.order.clone(), heights);
        self.tree.set_weights(&sites.w);
        sites
    }

    /// Masses and walls at these heights, and moments if they are wanted.
    pub fn integrals(&mut self, heights: &Heights, moments: bool) -> (Measures, Vec<Moments<3>>) {
        let clock = Instant::now();
        let sites = self.sites_at(heights);
        let cutter = Cutter { ground: &self.ground, sites: &sites, tree: &self.tree };
        let n = sites.len();
        let part = |chunk: usize| {
            let (mut part, mut room) = (Part::default(), Room::default());
            for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(n) {
                self.measure(&cutter, i, moments, &mut part, &mut room);
            }
            part.counters = room.work.counters;
            part
        };
        let parts: Vec<Part> = (0..n.div_ceil(CHUNK)).into_par_iter().map(part).collect();
        let (mut mass, mut all) = (Vec::with_capacity(n), Vec::new());
        let (mut start, mut near, mut hidden) = (vec![0u32], Vec::new(), 0);
        for part in &parts {
            mass.extend_from_slice(&part.mass);
            all.extend_from_slice(&part.moments);
            hidden += part.hidden;
            self.counters += part.counters;
            for length in &part.lengths {
                start.push(start[start.len() - 1] + length);
            }
            near.extend_from_slice(&part.near);
        }
        let graph = Graph::of_walls(n, parts.iter().flat_map(|p| &p.walls));
        (self.start, self.near) = (start, near);
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

    fn measure(&self, cutter: &Cutter<'_>, i: usize, moments: bool, part: &mut Part, room: &mut Room) {
        let warm = self.last(i);
        cutter.cell(i as u32, warm, room);
        let Some(shape) = Shape::bare(&room.cell, &cutter.walls(i as u32)) else {
            part.hidden += 1;
            part.mass.push(0.0);
            // A cell that is lost keeps the neighbours it had.
            part.lengths.push(warm.len() as u32);
            part.near.extend_from_slice(warm);
            if moments {
                part.moments.push(Moments::default());
            }
            return;
        };
        let (found, _) = cutter.weigh(i as u32, &shape, room);
        part.mass.push(found.mass);
        if moments {
            part.moments.push(found);
        }
        // Both cells see a wall; the lower one counts it.
        let own = room.found.iter().filter(|&&(j, weight)| i < j as usize && weight > 0.0);
        part.walls.extend(own.map(|&(j, weight)| (i as u32, j, weight)));
        let before = part.near.len();
        if !room.cell.as_ring(&mut part.near) {
            for arc in &shape.arcs {
                if part.near[before..].last() != Some(&arc.site) {
                    part.near.push(arc.site);
                }
            }
        }
        part.lengths.push((part.near.len() - before) as u32);
    }
}

impl Laguerre for SphereLaguerre {
    fn len(&self) -> usize {
        self.y.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        let (mut measures, _) = self.integrals(heights, false);
        // Where empty cells are raised it is asked which they are.
        if want == Want::Feasible && measures.hidden > 0 && !self.ground.is_picture() {
            measures.mass = None;
            measures.graph = Graph::default();
        }
        Ok(measures)
    }

    fn revive(&mut self) -> Option<&mut dyn Revive> {
        if self.ground.is_picture() { Some(self) } else { None }
    }

    fn coarsen(&self) -> Option<&dyn Coarsen> {
        Some(self)
    }

    fn background(&mut self) -> Option<&mut dyn Background> {
        if self.ground.is_picture() { Some(self) } else { None }
    }
}

impl Background for SphereLaguerre {
    fn set_share(&mut self, share: f64) {
        self.ground = Arc::new(self.ground.with_background(share));
    }

    fn has_gaps(&self) -> bool {
        self.ground.picture.as_ref().is_some_and(|p| p.background == 0.0 && p.image.has_gaps())
    }

    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        let density = SphereDensity::Image(self.ground.picture.as_ref()?.image.clone());
        let points = |count| spread_on_sphere(self.ground.sphere(), &density, count, 0);
        Some(Heights::from_f64(&matched::heights(&self.y, wanted, points)?))
    }
}

impl Live for SphereLaguerre {
    fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    fn counters(&self) -> Counters {
        self.counters
    }
}

impl Coarsen for SphereLaguerre {
    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_> {
        let points: Vec<[f64; 3]> = sites.iter().map(|&i| self.y[i as usize]).collect();
        Box::new(Subset { inner: SphereLaguerre::new(self.ground.clone(), &points) })
    }

    /// `<y, x>` is `<y, c>` and at most `r |y|` more or less.
    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        let center = self.ground.sphere.center();
        let far = center.iter().map(|c| c * c).sum::<f64>().sqrt() + self.ground.sphere.radius();
        let reach = self.y.iter().map(|y| y.iter().map(|x| x * x).sum::<f64>()).fold(0.0, f64::max).sqrt();
        sunk(heights, 2.0 * far * reach * (1.0 + 1e-9))
    }
}
