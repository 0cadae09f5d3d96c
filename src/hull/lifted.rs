//! The regular triangulation.

use super::mesh::{GHOST, NONE, next, previous, split};
use super::net::Net;
use super::part::Sites;
use super::{build, line, order, repair};
use crate::exact::predicates::{Lifted, orient2d};
use crate::exact::{Counters, Dd, Heights};
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// The regular triangulation of sites with heights.
///
/// Inside, sites are numbered along a Hilbert curve ("positions"); [`Hull::order`] maps positions
/// to the caller's indices, which are also the ranks that break ties. Methods say which numbering
/// they use.
///
/// ```
/// use brenier::{exact::Heights, hull::Hull};
/// let sites = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.2, 0.2]];
/// let hull = Hull::build(&sites, &Heights::from_f64(&[0.0, 0.0, 0.0, -1.0]));
/// assert!(hull.is_hidden(3)); // it lies below the triangle of the others
/// assert_eq!(hull.triangles(), [[0, 1, 2]]);
/// ```
#[derive(Clone, Debug)]
pub struct Hull {
    points: Vec<Lifted>,
    rank: Arc<[u32]>,
    /// Position of each of the caller's indices, when first asked for.
    position: OnceLock<Vec<u32>>,
    pub(super) shape: Shape,
    grain: Grain,
}

/// How work is shared. It decides about time alone, and about the slots that triangles get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grain {
    /// Most sites of a part that is built by one thread.
    pub(super) part: usize,
    /// Slots of a region that is repaired by one thread.
    pub(super) region: usize,
}

impl Grain {
    /// A part and its planes shall fit into the cache of a core. Fixed: the machine must not show.
    const USUAL: Grain = Grain { part: 1 << 14, region: 1 << 16 };
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// All sites on one line: the upper chain.
    Line { chain: Vec<u32>, place: Vec<u32>, counters: Counters },
    /// A triangulation.
    Plane(Box<Net>),
}

/// What an update did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Flips sufficed.
    Flipped,
    /// Flips would have been too many, the triangulation was built anew.
    Rebuilt,
}

/// Where a point lies in a triangulation, by positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In this triangle.
    In([u32; 3]),
    /// Outside, beyond this edge.
    Beyond([u32; 2]),
}

/// A triangle of the dual walk around a site, by positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wedge {
    /// Slot of the triangle; its dual vertex separates the walls to `from` and `to`.
    pub triangle: u32,
    /// Neighbour before, counter-clockwise; `None` is the outside.
    pub from: Option<u32>,
    /// Neighbour after; `None` is the outside.
    pub to: Option<u32>,
}

impl Hull {
    /// Builds the triangulation; the index of a site is its rank. Expected O(n log n); 64 bytes a
    /// triangle, afterwards 24.
    ///
    /// Sites and heights must be finite and as many of the one as of the other; at most 5e8.
    /// Duplicates are allowed: the higher one, then the one of lower index, is the vertex.
    pub fn build(sites: &[[f64; 2]], heights: &Heights) -> Hull {
        assert_eq!(sites.len(), heights.len(), "one height per site");
        let order = Hull::curve(sites);
        let heights: Vec<Dd> = order.iter().map(|&i| heights.get(i as usize)).collect();
        Hull::along(sites, order, &heights)
    }

    /// Site indices along a Hilbert curve: the order in which [`Hull::build`] numbers positions.
    pub fn curve(sites: &[[f64; 2]]) -> Vec<u32> {
        order::hilbert_order(sites)
    }

    /// Builds with positions in the given order (a permutation of the sites); heights by position.
    pub fn along(sites: &[[f64; 2]], order: impl Into<Arc<[u32]>>, heights: &[Dd]) -> Hull {
        Hull::shared(sites, order.into(), heights, Grain::USUAL)
    }

    pub(super) fn shared(sites: &[[f64; 2]], order: Arc<[u32]>, heights: &[Dd], grain: Grain) -> Hull {
        assert_eq!(sites.len(), order.len(), "one position per site");
        assert_eq!(sites.len(), heights.len(), "one height per site");
        let lift = |(&i, &h): (&u32, &Dd)| {
            let y = sites[i as usize];
            Lifted::new([y[0] + 0.0, y[1] + 0.0], h)
        };
        let points: Vec<Lifted> = order.par_iter().zip(heights).with_min_len(4096).map(lift).collect();
        let mut hull = Hull {
            points,
            rank: order,
            position: OnceLock::new(),
            shape: Shape::Line { chain: Vec::new(), place: Vec::new(), counters: Counters::default() },
            grain,
        };
        hull.rebuild();
        hull
    }

    /// Builds anew for the present heights.
    fn rebuild(&mut self) {
        let mut counters = self.counters();
        let line = Shape::Line { chain: Vec::new(), place: Vec::new(), counters };
        drop(std::mem::replace(&mut self.shape, line)); // its memory first
        let (points, rank) = (&self.points[..], &self.rank[..]);
        let Some((mesh, mut work)) = build::triangulate(Sites { points, rank }, self.grain.part) else {
            let chain = line::chain(points, rank, &mut counters);
            let mut place = vec![NONE; points.len()];
            chain.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k as u32);
            self.shape = Shape::Line { chain, place, counters };
            return;
        };
        work.counters += counters;
        self.shape = Shape::Plane(Box::new(Net::new(mesh, work, points.len())));
    }

    /// Moves to new heights (caller's order) by flips, or by a rebuild when these are many; the
    /// result is the same.
    pub fn update(&mut self, heights: &Heights) -> Update {
        assert_eq!(heights.len(), self.len(), "one height per site");
        for (p, &i) in self.points.iter_mut().zip(&*self.rank) {
            p.h = heights.get(i as usize);
        }
        self.repair()
    }

    /// Moves to new heights given by position.
    pub fn update_positions(&mut self, heights: &[Dd]) -> Update {
        assert_eq!(heights.len(), self.len(), "one height per site");
        if self.points.iter().zip(heights).all(|(p, h)| p.h == *h) {
            return Update::Flipped;
        }
        for (p, &h) in self.points.iter_mut().zip(heights) {
            p.h = h;
        }
        self.repair()
    }

    fn repair(&mut self) -> Update {
        if let Shape::Plane(net) = &mut self.shape {
            let sites = Sites { points: &self.points, rank: &self.rank };
            if repair::repair(net, sites, self.grain.region).is_ok() {
                return Update::Flipped;
            }
        }
        self.rebuild();
        Update::Rebuilt
    }

    /// Renumbers the triangle slots along the curve: worth its O(n) before the diagram is asked for
    /// more than once.
    pub fn arrange(&mut self) {
        if let Shape::Plane(net) = &mut self.shape {
            net.arrange();
        }
    }

    /// The slot of the triangle that covers a hidden position; `None` if the sites are collinear.
    ///
    /// Walks from a visible neighbour along the curve, or from where the last call ended.
    pub fn covering(&mut self, position: usize) -> Option<usize> {
        let Shape::Plane(net) = &mut self.shape else { return None };
        net.aim(position);
        let site = self.points[position].site();
        let t = walk(net, Sites { points: &self.points, rank: &self.rank }, site);
        let triangles = &net.mesh.triangles;
        let triangle = &triangles[t];
        if triangle.ghost().is_some() {
            return None;
        }
        // On an edge two triangles cover it, and which of them a walk finds depends on where it
        // came from.
        let at = |k: usize| self.points[triangle.v[k] as usize].site();
        let on = |k: &usize| orient2d(at(next(*k)), at(previous(*k)), site, &mut net.work.counters) == 0;
        let across = (0..3).find(on).map(|k| split(triangle.n[k]).0).filter(|&s| triangles[s].ghost().is_none());
        let sites = |t: &usize| {
            let mut v = triangles[*t].v;
            v.sort_unstable();
            v
        };
        [Some(t), across].into_iter().flatten().min_by_key(sites)
    }

    /// Where a point lies: the positions of the triangle that contains it, counter-clockwise, or of
    /// an edge of the outline that it lies beyond. `None` if the sites are collinear. Walks from
    /// where the last call ended.
    pub fn locate(&mut self, p: [f64; 2]) -> Option<Spot> {
        let Shape::Plane(net) = &mut self.shape else { return None };
        let t = walk(net, Sites { points: &self.points, rank: &self.rank }, p);
        let triangle = &net.mesh.triangles[t];
        Some(match triangle.ghost() {
            None => Spot::In(triangle.v),
            Some(k) => Spot::Beyond([triangle.v[next(k)], triangle.v[previous(k)]]),
        })
    }

    /// Raises a hidden position to a height at which it may show. Cost: a walk and an insertion;
    /// O(n) for the first of a row of such calls, which [`Hull::settle`] ends.
    pub fn raise(&mut self, position: usize, height: Dd) {
        self.points[position].h = height;
        if let Shape::Plane(net) = &mut self.shape {
            net.enter(Sites { points: &self.points, rank: &self.rank }, position as u32);
        }
    }

    /// Frees what [`Hull::raise`] works with.
    pub fn settle(&mut self) {
        if let Shape::Plane(net) = &mut self.shape {
            net.settle();
        }
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// No sites at all.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The caller's index of each position.
    pub fn order(&self) -> &[u32] {
        &self.rank
    }

    /// Lifted site at a position.
    #[inline(always)]
    pub fn point(&self, position: usize) -> &Lifted {
        &self.points[position]
    }

    /// All lifted sites by position.
    pub fn points(&self) -> &[Lifted] {
        &self.points
    }

    /// Rank (the caller's index) of a position.
    #[inline(always)]
    pub fn rank(&self, position: usize) -> u32 {
        self.rank[position]
    }

    fn position(&self, i: usize) -> usize {
        let positions = self.position.get_or_init(|| {
            let mut position = vec![0; self.rank.len()];
            self.rank.iter().enumerate().for_each(|(k, &i)| position[i as usize] = k as u32);
            position
        });
        positions[i] as usize
    }

    /// Is the site (caller's index) hidden?
    pub fn is_hidden(&self, i: usize) -> bool {
        self.is_hidden_position(self.position(i))
    }

    /// Is the site at this position hidden?
    #[inline(always)]
    pub fn is_hidden_position(&self, position: usize) -> bool {
        match &self.shape {
            Shape::Line { place, .. } => place[position] == NONE,
            Shape::Plane(net) => net.corner[position] == NONE,
        }
    }

    /// Neighbours of a site (caller's indices), counter-clockwise; empty for a hidden site.
    pub fn neighbors(&self, i: usize) -> Vec<u32> {
        let mut ring = Vec::new();
        self.ring(self.position(i), &mut ring);
        ring.iter().filter_map(|w| w.to).map(|k| self.rank[k as usize]).collect()
    }

    /// The wedges around a position, counter-clockwise; positions inside. A hidden site has none;
    /// collinear sites have wedges without triangle (slot `u32::MAX`). Cost: O(degree).
    #[inline]
    pub fn ring(&self, position: usize, ring: &mut Vec<Wedge>) {
        ring.clear();
        match &self.shape {
            Shape::Line { chain, place, .. } => {
                let at = place[position];
                if at == NONE {
                    return;
                }
                let at = at as usize;
                let sides = [at.checked_sub(1), Some(at + 1)];
                for k in sides.into_iter().flatten().filter_map(|k| chain.get(k)) {
                    ring.push(Wedge { triangle: NONE, from: None, to: Some(*k) });
                }
            }
            Shape::Plane(net) => {
                if net.corner[position] == NONE {
                    return;
                }
                let real = |v: u32| (v != GHOST).then_some(v);
                for code in net.mesh.around(net.corner[position]) {
                    let (t, k) = split(code);
                    let v = net.mesh.triangles[t].v;
                    ring.push(Wedge { triangle: t as u32, from: real(v[next(k)]), to: real(v[previous(k)]) });
                }
            }
        }
    }

    /// Triangle slots; a slot holds positions, or `None` if it is free or a ghost.
    pub fn slots(&self) -> usize {
        match &self.shape {
            Shape::Line { .. } => 0,
            Shape::Plane(net) => net.mesh.triangles.len(),
        }
    }

    /// The triangle in a slot, counter-clockwise, by positions.
    #[inline(always)]
    pub fn slot(&self, t: usize) -> Option<[u32; 3]> {
        match &self.shape {
            Shape::Line { .. } => None,
            Shape::Plane(net) => {
                let triangle = &net.mesh.triangles[t];
                (triangle.ghost().is_none() && !triangle.is_dead()).then_some(triangle.v)
            }
        }
    }

    /// Positions on the outside of the triangulation, each at least once; all that show if the
    /// sites are collinear.
    pub fn rim(&self) -> Vec<u32> {
        match &self.shape {
            Shape::Line { chain, .. } => chain.clone(),
            Shape::Plane(net) => {
                let live = net.mesh.triangles.iter().filter(|t| !t.is_dead());
                live.filter_map(|t| t.ghost().map(|k| t.v[next(k)])).collect()
            }
        }
    }

    /// All triangles as the caller's indices, counter-clockwise from the lowest index, sorted: a
    /// canonical form.
    pub fn triangles(&self) -> Vec<[u32; 3]> {
        let canonical = |v: [u32; 3]| {
            let v = v.map(|k| self.rank[k as usize]);
            let k = (0..3).min_by_key(|&k| v[k]).unwrap_or(0);
            [v[k], v[next(k)], v[previous(k)]]
        };
        let mut all: Vec<[u32; 3]> = (0..self.slots()).filter_map(|t| self.slot(t)).map(canonical).collect();
        all.sort_unstable();
        all
    }

    /// For collinear sites the visible ones in order along the line (caller's indices).
    pub fn line(&self) -> Option<Vec<u32>> {
        match &self.shape {
            Shape::Line { chain, .. } => Some(chain.iter().map(|&k| self.rank[k as usize]).collect()),
            Shape::Plane(_) => None,
        }
    }

    /// How the signs were decided so far.
    pub fn counters(&self) -> Counters {
        match &self.shape {
            Shape::Line { counters, .. } => *counters,
            Shape::Plane(net) => net.work.counters,
        }
    }
}

/// The slot of the triangle or ghost triangle where a point lies, from where the last walk ended.
pub(super) fn walk(net: &mut Net, sites: Sites<'_>, p: [f64; 2]) -> usize {
    net.with(sites, |part, _| {
        part.work.hint = part.mesh.locate(part.work.hint, p, &mut part.work.counters);
        part.work.hint
    })
}
