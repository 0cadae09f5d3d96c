//! The diagram on the triangles of a surface: which cell meets which triangle, and in what polygon.
//!
//! A cell in space is convex. So a polygon whose vertices all lie in the cell lies in it, and the
//! polygon in which a cell meets a triangle is found when no other site is higher at any of its
//! vertices. Therefore:
//!
//! 1. For every vertex of the mesh its owner is found, the site that is highest there. Triangles
//!    whose corners have one owner are done.
//! 2. In other triangles the cells of the owners are clipped, by the sites that beat them at some
//!    vertex, until there is none ([`Finder`] tells who may, with a proved margin, and the
//!    predicates decide). Their walls tell the next cells.
//!
//! Cells that were neighbours at the last heights are tried first. That saves questions and cannot
//! change an answer: the polygon of a cell is what the exact signs say, in whatever order it is
//! cut, and its list starts at its lowest label.

use super::super::label::Label;
use super::clip::{FacetCell, Sites3};
use super::finder::{Finder, Found};
use super::local::Local;
use crate::domain::Facets;
use crate::exact::Counters;
use crate::exact::predicates::{Row, Values};
use rayon::prelude::*;

/// Vertices or triangles a parallel task takes. Tasks only share out work: what they find does not
/// depend on them.
const TASK: usize = 256;

/// Triangles along the curve that share a list of sites.
const GROUP: usize = 8;

/// Lists of up to so many sites cut every cell as a whole; measured.
const SHORT: usize = 12;

/// Neighbours at other heights, by position.
#[derive(Clone, Copy, Default)]
pub struct Neighbors<'a> {
    /// Start of each row, and the end; empty if nothing is known.
    pub row: &'a [u32],
    /// Neighbours.
    pub column: &'a [u32],
}

impl<'a> Neighbors<'a> {
    fn of(&self, i: u32) -> &'a [u32] {
        match self.row.get(i as usize..i as usize + 2) {
            Some(&[a, b]) => &self.column[a as usize..b as usize],
            _ => &[],
        }
    }
}

/// What is traced.
#[derive(Clone, Copy)]
pub struct Trace<'a> {
    /// The triangles.
    pub facets: &'a Facets,
    /// They along a curve.
    pub order: &'a [u32],
    /// Sites with heights.
    pub sites: Sites3<'a>,
    /// Finder with the same heights.
    pub finder: &'a Finder,
    /// Neighbours at other heights.
    pub hints: Neighbors<'a>,
}

/// A polygon in which a cell meets a triangle.
pub struct Polygon<'a> {
    /// The triangle.
    pub facet: u32,
    /// Position of the cell's site.
    pub cell: u32,
    /// Its sides, in the order of the corners.
    pub sides: &'a [super::clip::Side],
}

impl Trace<'_> {
    /// The position of the site that is highest at each vertex of the mesh that a facet uses,
    /// `u32::MAX` for others. Guesses only save time.
    pub fn owners(&self, guess: &[u32]) -> (Vec<u32>, Counters) {
        let vertices = self.facets.surface().vertices();
        let mut all = vec![u32::MAX; vertices.len()];
        let counters = self.owners_of(self.facets.used(), guess, |v, owner| all[v as usize] = owner);
        (all, counters)
    }

    /// The same for some vertices of the mesh.
    pub fn owners_of(&self, used: &[u32], guess: &[u32], mut tell: impl FnMut(u32, u32)) -> Counters {
        let vertices = self.facets.surface().vertices();
        let task = |found: &mut Found, part: &[u32]| {
            let mut counters = Counters::default();
            let mut near = 0;
            let owners: Vec<u32> = part
                .iter()
                .map(|&v| {
                    near = guess.get(v as usize).copied().filter(|&g| g != u32::MAX).unwrap_or(near);
                    near = self.owner(&vertices[v as usize], near, found, &mut counters);
                    near
                })
                .collect();
            (owners, counters)
        };
        let parts: Vec<_> = used.par_chunks(TASK).map_init(Found::default, task).collect();
        let mut counters = Counters::default();
        for (part, used) in parts.iter().zip(used.chunks(TASK)) {
            part.0.iter().zip(used).for_each(|(&owner, &v)| tell(v, owner));
            counters += part.1;
        }
        counters
    }

    /// The highest site at a point after the perturbation.
    fn owner(&self, v: &[f64; 3], near: u32, found: &mut Found, counters: &mut Counters) -> u32 {
        let mut best = near;
        self.finder.find(v, 0.0, near, found);
        if !found.sites.contains(&near) {
            // Beyond: the highest is known, not who is within its margin.
            best = found.sites.last().copied().unwrap_or(near);
            self.finder.find(v, 0.0, best, found);
        }
        let (points, rank) = (self.sites.points, self.sites.rank);
        // A triangle shrunk to the point: every entry of the row is the value there.
        let corners = [*v; 3];
        let mut at = best;
        for &m in &found.sites {
            if m == at {
                continue;
            }
            let (i, j) = (&points[at as usize], &points[m as usize]);
            let row = Row::wall((i, &Values::new(i, &corners)), (j, &Values::new(j, &corners)), &corners, counters);
            counters.calls += 1;
            let value = row.0[0];
            counters.exact_zeros += u64::from(value == 0.0);
            if value < 0.0 || value == 0.0 && rank[m as usize] < rank[at as usize] {
                at = m;
            }
        }
        at
    }

    /// Calls `visit(result, polygon, corners)` for every polygon; results come in the order of
    /// tasks along the curve.
    pub fn polygons<R: Send + Default>(
        &self,
        owners: &[u32],
        visit: impl Fn(&mut R, Polygon<'_>) + Sync,
    ) -> (Vec<R>, Counters) {
        let n = self.sites.points.len();
        let work = |walk: &mut Walk, part: &[u32]| {
            walk.resize(n);
            let mut result = R::default();
            for group in part.chunks(GROUP) {
                walk.gathered = false;
                group.iter().for_each(|&f| walk.facet(self, owners, f, group, &mut |p| visit(&mut result, p)));
            }
            (result, std::mem::take(&mut walk.cell.counters))
        };
        let parts: Vec<_> = self.order.par_chunks(TASK).map_init(Walk::default, work).collect();
        let mut counters = Counters::default();
        let results = parts
            .into_iter()
            .map(|(result, c)| {
                counters += c;
                result
            })
            .collect();
        (results, counters)
    }
}

/// Scratch of a thread that goes from triangle to triangle.
#[derive(Default)]
struct Walk {
    cell: FacetCell,
    found: Found,
    /// Who may be highest in the present triangle, and in a few along the curve, if that was asked.
    local: Local,
    wide: Local,
    gathered: bool,
    /// Is the first list short, and what are its values on the triangle?
    short: bool,
    values: Vec<Values>,
    /// Cells to be clipped, each with the one that led there.
    queue: Vec<(u32, u32)>,
    /// For every position the number of the last triangle that queued it, and the piece it got.
    seen: Vec<u32>,
    piece: Vec<u32>,
    stamp: u32,
    /// For every position its place in the list, if it is there.
    place: Vec<u32>,
    /// Rings of the present triangle that are done, one after the other.
    start: Vec<u32>,
    rings: Vec<Label>,
    /// Sites by which the present cell was cut.
    tried: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Walk {
    fn resize(&mut self, n: usize) {
        self.seen.resize(n, 0);
        self.piece.resize(n, NONE);
        self.place.resize(n, NONE);
    }

    fn enqueue(&mut self, cell: u32, from: u32) {
        if self.seen[cell as usize] != self.stamp {
            self.seen[cell as usize] = self.stamp;
            self.piece[cell as usize] = NONE;
            self.queue.push((cell, from));
        }
    }

    fn facet(
        &mut self,
        trace: &Trace<'_>,
        owners: &[u32],
        facet: u32,
        group: &[u32],
        visit: &mut dyn FnMut(Polygon<'_>),
    ) {
        let own = trace.facets.vertices(facet).map(|v| owners[v as usize]);
        if own[0] == own[1] && own[1] == own[2] {
            // The cell is convex.
            self.cell.whole(own[0]);
            visit(Polygon { facet, cell: own[0], sides: &self.cell.sides });
            return;
        }
        let corners = trace.facets.corners(facet);
        self.cell.enter(corners);
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.seen.fill(0);
            self.stamp = 1;
        }
        self.queue.clear();
        self.start.clear();
        self.start.push(0);
        self.rings.clear();
        own.iter().for_each(|&i| self.enqueue(i, NONE));
        self.list(trace, &corners, own, group);
        let mut done = 0;
        while let Some(&(cell, from)) = self.queue.get(done) {
            done += 1;
            if self.short {
                self.clip_by_list(trace, cell, from);
            } else {
                self.clip(trace, cell, from, own);
            }
            if self.cell.sides.is_empty() {
                continue;
            }
            self.piece[cell as usize] = self.start.len() as u32 - 1;
            for k in 0..self.cell.sides.len() {
                let label = self.cell.sides[k].label;
                self.rings.push(label);
                if let Label::Bisector(j) = label {
                    self.enqueue(j, cell);
                }
            }
            self.start.push(self.rings.len() as u32);
            self.cell.settle();
            visit(Polygon { facet, cell, sides: &self.cell.sides });
        }
    }

    /// Fills the list of the triangle.
    fn list(&mut self, trace: &Trace<'_>, corners: &[[f64; 3]; 3], own: [u32; 3], group: &[u32]) {
        for &i in &self.local.sites {
            self.place[i as usize] = NONE;
        }
        if !std::mem::replace(&mut self.gathered, true) {
            let all = group.iter().flat_map(|&f| trace.facets.corners(f));
            trace.finder.gather(all, own[0], &mut self.found, &mut self.wide);
        }
        if !self.wide.usable {
            let mut alone = Local::default();
            trace.finder.gather(corners.iter().copied(), own[0], &mut self.found, &mut alone);
            self.local.clear();
            if alone.usable {
                trace.finder.narrow(&alone, corners, own, &mut self.local);
            }
        } else {
            trace.finder.narrow(&self.wide, corners, own, &mut self.local);
        }
        self.short = self.local.usable && self.local.sites.len() <= SHORT;
        if !self.short {
            return;
        }
        self.values.clear();
        for (place, &i) in self.local.sites.iter().enumerate() {
            self.place[i as usize] = place as u32;
            self.values.push(self.cell.values(trace.sites, i));
        }
        // They are always there.
        self.short = own.iter().all(|&i| self.place[i as usize] != NONE);
    }

    /// The polygon of a cell in the present triangle: what all sites of the list leave of it. First
    /// come those who are likely to cut it.
    fn clip_by_list(&mut self, trace: &Trace<'_>, cell: u32, from: u32) {
        let sites = trace.sites;
        let own = self.place[cell as usize];
        self.cell.begin(cell, self.values[own as usize]);
        self.tried.clear();
        self.tried.resize(self.local.sites.len(), 0);
        self.tried[own as usize] = 1;
        for &m in [from].iter().filter(|&&m| m != NONE).chain(trace.hints.of(cell)) {
            let place = self.place[m as usize];
            if place == NONE || std::mem::replace(&mut self.tried[place as usize], 1) == 1 {
                continue;
            }
            self.cell.cut_by(sites, m, &self.values[place as usize]);
            if self.cell.sides.is_empty() {
                return;
            }
        }
        for (place, &m) in self.local.sites.iter().enumerate() {
            if self.tried[place] == 0 {
                self.cell.cut_by(sites, m, &self.values[place]);
                if self.cell.sides.is_empty() {
                    return;
                }
            }
        }
    }

    /// The same, but only those cut who are higher at a vertex, until nobody is.
    fn clip(&mut self, trace: &Trace<'_>, cell: u32, from: u32, owners: [u32; 3]) {
        let sites = trace.sites;
        let own = self.cell.kept_values(sites, cell);
        self.cell.begin(cell, own);
        self.tried.clear();
        self.tried.push(cell);
        let first = owners.into_iter().chain([from]).filter(|&m| m != NONE);
        for m in first.chain(trace.hints.of(cell).iter().copied()) {
            self.cut(sites, m);
            if self.cell.sides.is_empty() {
                return;
            }
        }
        // Each vertex is asked about once; a cut leaves new ones.
        while let Some(k) = (0..self.cell.sides.len()).find(|&k| !self.cell.sides[k].known && !self.is_done(k)) {
            let (point, error) = self.cell.place(&self.cell.sides[k].start);
            let mut found = std::mem::take(&mut self.found);
            trace.finder.find_in(&self.local, &point, error, cell, &mut found);
            let cut = found.sites.iter().any(|&m| self.cut(sites, m));
            self.found = found;
            if self.cell.sides.is_empty() {
                return;
            }
            if !cut {
                self.cell.sides[k].known = true;
            }
        }
    }

    /// Cuts by a site that was not tried yet.
    fn cut(&mut self, sites: Sites3<'_>, m: u32) -> bool {
        if self.tried.contains(&m) {
            return false;
        }
        self.tried.push(m);
        self.cell.cut(sites, m)
    }

    /// Is vertex `k` known to be one of the diagram: as a corner, where the owner was tried, or
    /// from the ring of a cell that is done?
    fn is_done(&self, k: usize) -> bool {
        let sides = &self.cell.sides;
        let before = if k == 0 { sides.len() - 1 } else { k - 1 };
        let labels = [sides[before].label, sides[k].label];
        let walls = labels.map(|l| match l {
            Label::Bisector(j) => Some(j),
            Label::Domain(_) => None,
        });
        if walls == [None, None] {
            return true;
        }
        let own = Label::Bisector(self.cell.site);
        (0..2).any(|w| {
            let Some(j) = walls[w] else { return false };
            let piece = self.piece[j as usize];
            if self.seen[j as usize] != self.stamp || piece == NONE {
                return false;
            }
            let range = self.start[piece as usize] as usize..self.start[piece as usize + 1] as usize;
            let ring = &self.rings[range];
            let other = labels[1 - w];
            ring.iter().enumerate().any(|(k, &label)| {
                let after = ring[if k + 1 == ring.len() { 0 } else { k + 1 }];
                (label, after) == (own, other) || (label, after) == (other, own)
            })
        })
    }
}
