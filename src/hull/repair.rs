//! Repair after a change of heights: flips until every edge is regular, then the hidden sites are
//! offered again.
//!
//! With every edge regular and no hidden site above it, it is the regular triangulation of all
//! sites, which is unique after the perturbation.
//!
//! Threads share the work by *regions*, stretches of slots of a fixed length. A region looks for
//! its irregular edges while nothing changes. Then it flips those of which all slots and all
//! vertices are its own, so that no two regions ever touch the same triangle or the same site; the
//! rest, along the borders, is flipped afterwards by one thread. Regions depend on the slots alone:
//! the same flips are done in the same order by any number of threads.

use super::corners::Corners;
use super::flip::{Queue, Stuck};
use super::mesh::{GHOST, NONE, Triangle, join, split};
use super::net::Net;
use super::part::{Part, Sites, Stretch, Work};
use super::plane::{Extent, Plane};
use crate::exact::Counters;
use rayon::prelude::*;
use std::ops::Range;

/// Flips beyond this many for each slot: a new triangulation costs less.
const FLIPS: usize = 4;

/// Hidden sites to a task.
const OFFERS: usize = 256;

/// Repairs a triangulation for changed heights.
///
/// Cost: one predicate an edge, plus a constant a flip, plus a walk for each hidden site.
pub fn repair(net: &mut Net, sites: Sites<'_>, region: usize) -> Result<(), Stuck> {
    let hidden: Vec<u32> = (0..net.corner.len() as u32).filter(|&i| net.corner[i as usize] == NONE).collect();
    net.settle();
    let queues = irregular_edges(net, sites, region);
    let deferred = flip_regions(net, sites, region, queues)?;
    let budget = FLIPS * net.mesh.triangles.len();
    let mut queue = Queue { edges: deferred, deferred: Vec::new() };
    net.with(sites, |part, corners| part.relax(&mut queue, corners, budget))?;
    for i in awake(net, sites, &hidden) {
        net.enter(sites, i);
    }
    net.settle();
    Ok(())
}

/// The triangulation without planes kept: few questions are asked of each triangle, and most of
/// them while it is looked at.
fn bare<'a>(sites: Sites<'a>, triangles: &'a mut [Triangle], base: usize) -> Stretch<'a> {
    Stretch { sites, triangles, faces: &mut [], base, extent: Extent::default() }
}

/// The edges of each region that are not locally regular.
fn irregular_edges(net: &mut Net, sites: Sites<'_>, region: usize) -> Vec<Vec<u32>> {
    let extent = Extent::of(sites.points);
    let mesh = bare(sites, &mut net.mesh.triangles, 0);
    let slots = mesh.triangles.len();
    let scan = |r: usize| {
        let (mut edges, mut counters) = (Vec::new(), Counters::default());
        for t in r * region..slots.min((r + 1) * region) {
            let triangle = mesh.triangle(t);
            if triangle.is_dead() {
                continue;
            }
            let plane = Plane::of(triangle.v, sites.points, &extent);
            for k in 0..3 {
                if split(triangle.n[k]).0 > t && mesh.irregular_beside(&plane, t, k, &mut counters) {
                    edges.push(join(t, k));
                }
            }
        }
        (edges, counters)
    };
    let found: Vec<(Vec<u32>, Counters)> =
        (0..slots.div_ceil(region)).into_par_iter().with_max_len(1).map(scan).collect();
    let add = |(edges, counters)| {
        net.work.counters += counters;
        edges
    };
    found.into_iter().map(add).collect()
}

/// Flips inside the regions; returns the edges that are left, which reach across borders.
fn flip_regions(net: &mut Net, sites: Sites<'_>, region: usize, queues: Vec<Vec<u32>>) -> Result<Vec<u32>, Stuck> {
    let positions = positions(&net.mesh.triangles, region, net.corner.len());
    let mut corner = &mut net.corner[..];
    let mut tasks = Vec::new();
    for ((r, triangles), edges) in net.mesh.triangles.chunks_mut(region).enumerate().zip(queues) {
        let (own, rest) = std::mem::take(&mut corner).split_at_mut(positions[r].len());
        corner = rest;
        if !edges.is_empty() {
            let part = Part { mesh: bare(sites, triangles, r * region), work: Work::default() };
            tasks.push((part, Corners::of(positions[r].start, own), edges));
        }
    }
    let flip = |(mut part, mut corners, edges): (Part<'_>, Corners<'_>, Vec<u32>)| {
        let mut queue = Queue { edges, deferred: Vec::new() };
        let done = part.relax(&mut queue, &mut corners, FLIPS * region);
        (done, queue.deferred, part.work.spare, part.work.counters)
    };
    let results: Vec<_> = tasks.into_par_iter().with_max_len(1).map(flip).collect();
    let mut left = Vec::new();
    let mut all = Ok(());
    for (done, mut deferred, spare, counters) in results {
        all = all.and(done);
        left.append(&mut deferred);
        net.mesh.spare.append(spare);
        net.work.counters += counters;
    }
    all.map(|()| left)
}

/// The positions of which each region owns the corners: a partition. Any would be right; after
/// [`Net::arrange`] slots are numbered by the least vertex, and with this one nearly all flips
/// belong to some region.
fn positions(triangles: &[Triangle], region: usize, sites: usize) -> Vec<Range<usize>> {
    let least = |slots: &[Triangle]| {
        let first = slots.iter().find(|t| !t.is_dead())?;
        first.v.iter().copied().filter(|&v| v != GHOST).min()
    };
    let mut starts = vec![0];
    for slots in triangles.chunks(region).skip(1) {
        let before = starts[starts.len() - 1];
        starts.push(least(slots).map_or(before, |v| before.max(v as usize)));
    }
    starts.push(sites);
    starts.windows(2).map(|w| w[0]..w[1]).collect()
}

/// Those of the hidden sites that lie above the triangulation, which is regular now. Sites that
/// enter raise it only, so the others stay hidden.
fn awake(net: &mut Net, sites: Sites<'_>, hidden: &[u32]) -> Vec<u32> {
    if hidden.is_empty() {
        return Vec::new();
    }
    let mut triangles = std::mem::take(&mut net.mesh.triangles);
    let mesh = bare(sites, &mut triangles, 0);
    let start = net.anywhere();
    let offer = |run: &[u32]| {
        let (mut above, mut counters, mut hint) = (Vec::new(), Counters::default(), start);
        for &i in run {
            hint = net.beside(i as usize).map_or(hint, |c| split(c).0);
            hint = mesh.locate(hint, sites.at(i).site(), &mut counters);
            if mesh.conflict(hint, i, &mut counters) {
                above.push(i);
            }
        }
        (above, counters)
    };
    let found: Vec<(Vec<u32>, Counters)> = hidden.par_chunks(OFFERS).map(offer).collect();
    net.mesh.triangles = triangles;
    let mut all = Vec::new();
    for (mut above, counters) in found {
        all.append(&mut above);
        net.work.counters += counters;
    }
    all
}
