//! Construction in parts: runs of positions are triangulated side by side and joined.
//!
//! The parts depend on sites and their order alone, never on the number of threads. The sites of
//! positions `a .. b` own the slots `2 a .. 2 b`: `v` vertices make `2 v - 2` triangles, ghosts
//! included, so that is enough for every part, and leaves the two slots that a join needs. So parts
//! are joined where they lie.
//!
//! **A join is right:** what one side says of a site it has hidden stays true, since a site below
//! the upper hull of some sites is below that of more. What is left is a triangulation of all sites
//! that are vertices on either side, with edges that were regular before everywhere but along the
//! gap; flips from there restore it (`flip.rs`). The result is the regular triangulation of these
//! vertices with none of the other sites above it: that of all sites, which is unique.
//!
//! A side whose sites are collinear has no triangles: its sites are inserted into the other one,
//! one by one. If both have none, or if something does not go as proved, the run is triangulated as
//! one part.

use super::corners::Corners;
use super::cut::{Cut, Cuts};
use super::flip::{Queue, Stuck};
use super::glue::Side;
use super::mesh::{Mesh, Spare, Triangle};
use super::order;
use super::part::{Face, Part, Sites, Stretch, Work};
use super::plane::Extent;
use crate::exact::Counters;
use crate::exact::predicates::{Lifted, orient2d};
use rayon::prelude::*;
use std::ops::Range;

/// Runs are cut at most so often: a depth of 2^20 even parts, and some for uneven cuts.
const DEEPEST: u32 = 48;

/// Flips of a join beyond this many for each of its sites: a new start costs less.
const FLIPS: usize = 8;

/// What all parts have in common.
struct Common<'a> {
    sites: Sites<'a>,
    cuts: Cuts<'a>,
    extent: Extent,
    /// Runs up to this length are not cut.
    part: usize,
}

/// A run of positions with its slots.
struct Plot<'a> {
    run: Range<usize>,
    triangles: &'a mut [Triangle],
    faces: &'a mut [Face],
}

/// Triangulates all sites in parts of at most `part` sites where cuts are found. `None` if they are
/// collinear.
pub fn triangulate(sites: Sites<'_>, part: usize) -> Option<(Mesh, Work)> {
    let n = sites.points.len();
    let extent = Extent::of(sites.points);
    let common = Common { sites, cuts: Cuts::of(sites.points), extent, part };
    // Filled by all threads: the first touch of so much memory takes time.
    let (mut triangles, mut faces) = (Vec::new(), Vec::new());
    (0..2 * n).into_par_iter().with_min_len(1 << 14).map(|_| Triangle::DEAD).collect_into_vec(&mut triangles);
    (0..2 * n).into_par_iter().with_min_len(1 << 14).map(|_| Face::UNKNOWN).collect_into_vec(&mut faces);
    let plot = Plot { run: 0..n, triangles: &mut triangles, faces: &mut faces };
    let mut work = common.build(plot, 0)?;
    let spare = std::mem::take(&mut work.spare);
    Some((Mesh { triangles, spare }, work))
}

impl Common<'_> {
    /// Triangulates a run; `None` if its sites are collinear. Then its slots were not touched.
    fn build(&self, plot: Plot<'_>, depth: u32) -> Option<Work> {
        let small = plot.run.len() <= self.part || depth >= DEEPEST;
        let cut = if small { None } else { self.cuts.nearest(plot.run.clone()) };
        let Some(cut) = cut else { return self.insert_all(plot, Counters::default()) };
        let slots = 2 * (cut.at - plot.run.start);
        let (triangles, more_triangles) = plot.triangles.split_at_mut(slots);
        let (faces, more_faces) = plot.faces.split_at_mut(slots);
        let first = Plot { run: plot.run.start..cut.at, triangles, faces };
        let second = Plot { run: cut.at..plot.run.end, triangles: more_triangles, faces: more_faces };
        let sides = rayon::join(|| self.build(first, depth + 1), || self.build(second, depth + 1));
        self.join(plot, cut, sides)
    }

    fn join(&self, plot: Plot<'_>, cut: Cut, sides: (Option<Work>, Option<Work>)) -> Option<Work> {
        let (first, second) = (plot.run.start..cut.at, cut.at..plot.run.end);
        let slots = |run: &Range<usize>| 2 * run.start..2 * run.end;
        match sides {
            (None, None) => self.insert_all(plot, Counters::default()),
            (Some(work), None) => Some(self.insert_more(plot, work, second.clone(), slots(&second))),
            (None, Some(work)) => Some(self.insert_more(plot, work, first.clone(), slots(&first))),
            (Some(a), Some(b)) => {
                let mut ends = [
                    Side { start: a.hint, beyond: cut.at as u32 },
                    Side { start: b.hint, beyond: plot.run.start as u32 },
                ];
                if cut.reversed {
                    ends.reverse();
                }
                let (triangles, faces) = (&mut *plot.triangles, &mut *plot.faces);
                let mut part = self.part(Plot { run: plot.run.clone(), triangles, faces }, a.and(b));
                match seam(&mut part, cut.axis, ends, FLIPS * plot.run.len()) {
                    Ok(()) => Some(part.work),
                    Err(Stuck) => {
                        let counters = part.work.counters;
                        part.mesh.triangles.fill(Triangle::DEAD);
                        self.insert_all(plot, counters)
                    }
                }
            }
        }
    }

    fn part<'a>(&'a self, plot: Plot<'a>, work: Work) -> Part<'a> {
        let base = 2 * plot.run.start;
        let (triangles, faces) = (plot.triangles, plot.faces);
        Part { mesh: Stretch { sites: self.sites, triangles, faces, base, extent: self.extent }, work }
    }

    /// Triangulates a run as one part.
    fn insert_all(&self, plot: Plot<'_>, counters: Counters) -> Option<Work> {
        let run = plot.run.clone();
        let order = order::rounds(run.clone());
        let first = first_triangle(self.sites.points, &order)?;
        let spare = Spare::of(2 * run.start..2 * run.end);
        let mut part = self.part(plot, Work { spare, counters, ..Work::default() });
        part.start(first);
        for &p in &order {
            if !first.contains(&p) {
                part.insert(p);
            }
        }
        Some(part.work)
    }

    /// Inserts collinear sites into the triangulation beside them; `slots` are the ones they own.
    fn insert_more(&self, plot: Plot<'_>, mut work: Work, run: Range<usize>, slots: Range<usize>) -> Work {
        work.spare.append(Spare::of(slots));
        let mut part = self.part(plot, work);
        for p in order::rounds(run) {
            part.insert(p);
        }
        part.work
    }
}

/// Joins two sides that lie in one part.
fn seam(part: &mut Part<'_>, axis: usize, [a, b]: [Side; 2], budget: usize) -> Result<(), Stuck> {
    let mut queue = Queue::default();
    part.glue_gap(axis, a, b, &mut queue.edges)?;
    part.relax(&mut queue, &mut Corners::not_kept(), budget)?;
    // The walks that follow start at a triangle that there is.
    let start = part.work.hint;
    if part.mesh.triangle(start).is_dead() {
        let base = part.mesh.base;
        part.work.hint = base + part.mesh.triangles.iter().position(|t| !t.is_dead()).ok_or(Stuck)?;
    }
    if queue.deferred.is_empty() { Ok(()) } else { Err(Stuck) }
}

/// The first three sites in insertion order that are not collinear, counter-clockwise.
fn first_triangle(points: &[Lifted], order: &[u32]) -> Option<[u32; 3]> {
    let at = |i: u32| points[i as usize].site();
    let (&a, rest) = order.split_first()?;
    let &b = rest.iter().find(|&&b| at(b) != at(a))?;
    let mut counters = Counters::default();
    rest.iter().find_map(|&c| match orient2d(at(a), at(b), at(c), &mut counters) {
        0 => None,
        o if o > 0 => Some([a, b, c]),
        _ => Some([a, c, b]),
    })
}
