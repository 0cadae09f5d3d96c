//! The diagram restricted to the patches of a source: which cell meets which patch, and in what
//! polygon.
//!
//! A patch is convex, so on it the diagram is that of a convex domain: the cells that meet it are
//! connected through walls inside it. One of them is found by walking on the regular triangulation
//! towards a corner of the patch: there `<v, y_i> + h_i` is a linear functional of the lifted site,
//! and on a convex polytope a vertex that beats its neighbours is the highest. The rest is found by
//! clipping and following the bisector labels. All signs are those of predicates V, E and B2 on the
//! patch's own edges.
//!
//! Where a wall lies on an edge between two patches, the perturbation moves it to one side: exactly
//! one of the two patches sees the wall, the other one none. So the wall counts once in the
//! Hessian, with the density on that side.

use super::super::label::Label;
use super::cells::{Duals, vertex};
use super::clip::{Clipper, Sites, side_at};
use super::point::{Point, corner};
use crate::domain::{Corner, Outline, Patches};
use crate::exact::Counters;
use crate::exact::predicates::{BoxAbout, wins_on_box};
use crate::hull::{Hull, Wedge};
use rayon::prelude::*;

/// Most patches a parallel task takes. Tasks only share out work: what they find does not depend on
/// them.
const TASK: usize = 256;

/// How a cell meets a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meeting {
    /// The cell lies inside the patch.
    Inside,
    /// The patch lies inside the cell.
    Around,
    /// They cut each other: so many labels from this place on.
    Cut(usize, u32),
}

/// Cells and patches that meet.
#[derive(Clone, Debug, Default)]
pub struct Restriction {
    /// Start of each position's meetings.
    pub start: Vec<u32>,
    /// Patch and meeting, ascending for each position.
    pub meetings: Vec<(u32, Meeting)>,
    /// Labels of the polygons that are cut; edges of the patch are `Domain`.
    pub labels: Vec<Label>,
    /// Predicates asked.
    pub counters: Counters,
}

/// What a task found: position, patch, meeting.
#[derive(Default)]
struct Found {
    meetings: Vec<(u32, u32, Meeting)>,
    labels: Vec<Label>,
    counters: Counters,
}

impl Restriction {
    /// Which cells meet which patches; `order` lists the patches along a curve, so that neighbours
    /// come together. Cost: O(meetings) walks and clips; parallel over patches.
    pub fn new(hull: &Hull, duals: &Duals, patches: &Patches, order: &[u32]) -> Restriction {
        let n = hull.len();
        let task = order.len().div_ceil(1024).clamp(1, TASK);
        let work = |seen: &mut Vec<u32>, part: &[u32]| {
            seen.resize(n, u32::MAX);
            let mut walk = Walk::new(hull, duals, seen);
            part.iter().for_each(|&k| walk.patch(patches.get(k as usize).outline(), k));
            walk.found.counters += walk.clipper.counters;
            walk.found
        };
        let found: Vec<Found> = order.par_chunks(task).map_init(Vec::new, work).collect();
        let mut all = Restriction { start: vec![0; n + 1], ..Restriction::default() };
        let total = found.iter().map(|f| f.meetings.len()).sum();
        for f in &found {
            f.meetings.iter().for_each(|m| all.start[m.0 as usize + 1] += 1);
            all.counters += f.counters;
        }
        (0..n).for_each(|i| all.start[i + 1] += all.start[i]);
        all.meetings = vec![(0, Meeting::Inside); total];
        all.labels.reserve_exact(found.iter().map(|f| f.labels.len()).sum());
        let mut next = all.start.clone();
        for f in found {
            let shift = all.labels.len();
            all.labels.extend_from_slice(&f.labels);
            for (cell, patch, meeting) in f.meetings {
                let slot = &mut next[cell as usize];
                let meeting = match meeting {
                    Meeting::Cut(from, count) => Meeting::Cut(from + shift, count),
                    whole => whole,
                };
                all.meetings[*slot as usize] = (patch, meeting);
                *slot += 1;
            }
        }
        // Along the curve so far; sums are to run in the order of the patches.
        let mut rows: Vec<&mut [(u32, Meeting)]> = Vec::with_capacity(n);
        let mut rest = &mut all.meetings[..];
        for w in all.start.windows(2) {
            let (row, after) = rest.split_at_mut((w[1] - w[0]) as usize);
            rows.push(row);
            rest = after;
        }
        rows.into_par_iter().for_each(|row| row.sort_unstable_by_key(|m| m.0));
        all
    }

    /// Meetings of a position.
    pub fn of(&self, position: usize) -> &[(u32, Meeting)] {
        &self.meetings[self.start[position] as usize..self.start[position + 1] as usize]
    }
}

/// The polygon in which a cell meets a patch.
#[derive(Default)]
pub struct Part {
    /// Labels, counter-clockwise; edge `k` runs from vertex `k` to `k + 1`.
    pub labels: Vec<Label>,
    /// Vertices.
    pub vertices: Vec<Point>,
    ring: Vec<Wedge>,
}

impl Part {
    /// Computes it. Cost: O(vertices).
    pub fn compute(
        &mut self,
        hull: &Hull,
        duals: &Duals,
        all: &Restriction,
        position: u32,
        patch: Outline<'_>,
        meeting: Meeting,
    ) {
        self.labels.clear();
        self.vertices.clear();
        match meeting {
            Meeting::Inside => duals.cell(hull, position, &mut self.ring, &mut self.labels, &mut self.vertices),
            Meeting::Around => {
                self.labels.extend((0..patch.len() as u32).map(Label::Domain));
                self.vertices.extend((0..patch.len()).map(|k| corner(patch.corner(k))));
            }
            Meeting::Cut(from, count) => {
                self.labels.extend_from_slice(&all.labels[from..from + count as usize]);
                let count = self.labels.len();
                for k in 0..count {
                    let before = self.labels[if k == 0 { count - 1 } else { k - 1 }];
                    self.vertices.push(vertex(hull, patch, position, before, self.labels[k]));
                }
            }
        }
    }
}

/// Going from patch to patch.
struct Walk<'a> {
    hull: &'a Hull,
    duals: &'a Duals,
    /// For every position the last patch that met it.
    seen: &'a mut Vec<u32>,
    /// Where the walk stands.
    at: Option<u32>,
    clipper: Clipper,
    ring: Vec<Wedge>,
    queue: Vec<u32>,
    labels: Vec<Label>,
    found: Found,
}

impl<'a> Walk<'a> {
    fn new(hull: &'a Hull, duals: &'a Duals, seen: &'a mut Vec<u32>) -> Walk<'a> {
        Walk {
            hull,
            duals,
            seen,
            at: None,
            clipper: Clipper::default(),
            ring: Vec::new(),
            queue: Vec::new(),
            labels: Vec::new(),
            found: Found::default(),
        }
    }

    /// Finds the cells that meet a patch.
    fn patch(&mut self, outline: Outline<'_>, patch: u32) {
        let Some(first) = self.owner(outline.corner(0), outline.vertex(0)) else { return };
        let (inner, around) = (Inner::new(outline), BoxAbout::of(&outline.bounds()));
        self.queue.clear();
        self.queue.push(first);
        self.seen[first as usize] = patch;
        let mut done = 0;
        while let Some(&cell) = self.queue.get(done) {
            done += 1;
            self.hull.ring(cell as usize, &mut self.ring);
            if self.duals.all(&self.ring, |p| inner.contains(p)) {
                self.found.meetings.push((cell, patch, Meeting::Inside));
                for w in &self.ring {
                    enqueue(&mut self.queue, self.seen, patch, w.to);
                }
                continue;
            }
            let sites = Sites { points: self.hull.points(), rank: self.hull.order() };
            // Most neighbours of a cell are far from a small patch.
            let own = self.hull.point(cell as usize);
            let near = |m: &u32| !wins_on_box(own, self.hull.point(*m as usize), &around);
            let neighbors = self.ring.iter().filter_map(|w| w.to).filter(near);
            self.clipper.clip(sites, (outline, None), cell, neighbors, &mut self.labels);
            if self.labels.is_empty() {
                continue;
            }
            let walls = self.labels.iter().filter_map(|l| match *l {
                Label::Bisector(j) => Some(j),
                Label::Domain(_) => None,
            });
            let mut uncut = true;
            for j in walls {
                uncut = false;
                enqueue(&mut self.queue, self.seen, patch, Some(j));
            }
            let meeting = if uncut {
                Meeting::Around
            } else {
                let from = self.found.labels.len();
                self.found.labels.extend_from_slice(&self.labels);
                Meeting::Cut(from, self.labels.len() as u32)
            };
            self.found.meetings.push((cell, patch, meeting));
        }
    }

    /// The position whose cell contains a corner, after the perturbation; `v` is about there.
    fn owner(&mut self, corner: Corner, v: [f64; 2]) -> Option<u32> {
        let hull = self.hull;
        let mut at = match self.at {
            Some(at) => at,
            None => {
                // The best of a few spread over the curve.
                let n = hull.len();
                let step = (n as f64).sqrt() as usize / 4 + 1;
                let value = |i: usize| {
                    let p = hull.point(i);
                    p.x * v[0] + p.y * v[1] + p.h.hi
                };
                let shown = (0..n).step_by(step).filter(|&i| !hull.is_hidden_position(i));
                let best = shown.max_by(|&a, &b| value(a).total_cmp(&value(b)));
                best.or_else(|| (0..n).find(|&i| !hull.is_hidden_position(i)))? as u32
            }
        };
        loop {
            hull.ring(at as usize, &mut self.ring);
            let own = hull.point(at as usize);
            let better = self.ring.iter().filter_map(|w| w.to).find(|&j| {
                let ranks = [hull.rank(at as usize), hull.rank(j as usize)];
                !side_at(own, hull.point(j as usize), corner, ranks, &mut self.clipper.counters)
            });
            match better {
                Some(j) => at = j,
                None => break,
            }
        }
        self.at = Some(at);
        Some(at)
    }
}

fn enqueue(queue: &mut Vec<u32>, seen: &mut [u32], patch: u32, cell: Option<u32>) {
    if let Some(j) = cell
        && seen[j as usize] != patch
    {
        seen[j as usize] = patch;
        queue.push(j);
    }
}

/// Sides of a patch that are along no axis: those of a triangle.
const MOST_SIDES: usize = 3;

/// Half-planes of a patch, moved inwards by more than any error of a dual vertex
/// ([`super::cells::Region`] has the margins).
struct Inner {
    low: [f64; 2],
    high: [f64; 2],
    sides: [[f64; 3]; MOST_SIDES],
    count: usize,
}

impl Inner {
    fn new(outline: Outline<'_>) -> Inner {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        // Edges are told by points that may lie far away.
        let size = outline.reach();
        for v in outline.vertices() {
            for k in 0..2 {
                low[k] = low[k].min(v[k]);
                high[k] = high[k].max(v[k]);
            }
        }
        let margin = size.max(high[0] - low[0]).max(high[1] - low[1]) * 2f64.powi(-40);
        let mut sides = [[0.0, 0.0, f64::INFINITY]; MOST_SIDES];
        // Sides along the axes are those of the bounding box. Only of edges that are long beside
        // their coordinates the margin covers the rounding of the normal: it has the ends of the
        // line, not the corners.
        let mut count = 0;
        for k in 0..outline.len() {
            let [u, v] = outline.edge(k);
            if u[0] == v[0] || u[1] == v[1] {
                continue;
            }
            let side = &mut sides[count];
            count += 1;
            let (nx, ny) = (v[1] - u[1], u[0] - v[0]);
            *side = [nx, ny, (nx * u[0] + ny * u[1]) - 4.0 * margin * (nx.abs() + ny.abs())];
        }
        let (low, high) = ([low[0] + margin, low[1] + margin], [high[0] - margin, high[1] - margin]);
        Inner { low, high, sides, count }
    }

    /// Certainly strictly inside.
    fn contains(&self, p: &Point) -> bool {
        let (x, y) = (p.x.hi, p.y.hi);
        x > self.low[0]
            && x < self.high[0]
            && y > self.low[1]
            && y < self.high[1]
            && self.sides[..self.count].iter().all(|s| s[0] * x + s[1] * y < s[2])
    }
}
