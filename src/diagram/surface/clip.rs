//! One cell in one triangle: a ring of labels, cut by walls.
//!
//! As in the plane a vertex is two consecutive labels and nothing is decided by coordinates; all
//! signs are those of [`Meet::inside`]. The perturbation makes the arrangement in every triangle
//! simple, so the vertices that a wall takes away follow each other.

use super::super::label::Label;
use crate::exact::Counters;
use crate::exact::predicates::{Lifted3, Line, Meet, Row, Values, wins_on_triangle};

/// Sites with their heights by position, and their ranks for ties.
#[derive(Clone, Copy)]
pub struct Sites3<'a> {
    /// Lifted sites.
    pub points: &'a [Lifted3],
    /// Ranks.
    pub rank: &'a [u32],
}

impl<'a> Sites3<'a> {
    #[inline(always)]
    fn get(&self, i: u32) -> (&'a Lifted3, u32) {
        (&self.points[i as usize], self.rank[i as usize])
    }
}

/// An edge of the polygon with the vertex where it begins.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// What the edge lies on; `Domain(k)` is the edge from corner `k` to `k + 1`.
    pub label: Label,
    /// Its row.
    pub row: Row,
    /// Where it begins.
    pub start: Meet,
    /// Is its begin known to be a vertex of the diagram?
    pub known: bool,
}

/// Values of sites on the present triangle, kept while they are not displaced.
pub struct Cache {
    slots: Vec<(u32, Values)>,
}

const SLOTS: usize = 64;

impl Default for Cache {
    fn default() -> Cache {
        Cache { slots: vec![(u32::MAX, Values::default()); SLOTS] }
    }
}

impl Cache {
    fn clear(&mut self) {
        self.slots.iter_mut().for_each(|s| s.0 = u32::MAX);
    }

    fn get(&mut self, sites: Sites3<'_>, i: u32, corners: &[[f64; 3]; 3]) -> Values {
        let slot = &mut self.slots[(i ^ (i >> 6)) as usize % SLOTS];
        if slot.0 != i {
            *slot = (i, Values::new(&sites.points[i as usize], corners));
        }
        slot.1
    }
}

/// The polygon of one cell in one triangle.
#[derive(Default)]
pub struct FacetCell {
    /// Edges in the order of the corners; empty if nothing is left.
    pub sides: Vec<Side>,
    /// The cell.
    pub site: u32,
    own: Values,
    corners: [[f64; 3]; 3],
    spare: Vec<Side>,
    inside: Vec<bool>,
    cache: Cache,
    /// How the signs were decided.
    pub counters: Counters,
}

fn line<'a>(sites: Sites3<'a>, label: Label) -> Line<'a> {
    match label {
        Label::Domain(k) => Line::Edge((k as usize + 2) % 3),
        Label::Bisector(j) => {
            let (site, rank) = sites.get(j);
            Line::Wall(site, rank)
        }
    }
}

impl FacetCell {
    /// Goes to another triangle.
    pub fn enter(&mut self, corners: [[f64; 3]; 3]) {
        self.corners = corners;
        self.cache.clear();
    }

    /// The values of a site on the present triangle.
    pub fn values(&self, sites: Sites3<'_>, site: u32) -> Values {
        Values::new(&sites.points[site as usize], &self.corners)
    }

    /// Begins the cell of a site, whose values are given, with the whole triangle.
    pub fn begin(&mut self, site: u32, own: Values) {
        self.site = site;
        self.own = own;
        self.whole(site);
    }

    /// The whole triangle as the polygon of a cell that has all of it: nothing is to be cut.
    pub fn whole(&mut self, site: u32) {
        self.site = site;
        self.sides.clear();
        self.sides.extend((0..3u32).map(|k| Side {
            label: Label::Domain(k),
            row: Row::edge((k as usize + 2) % 3),
            start: Meet::corner(k as usize),
            known: false,
        }));
    }

    /// The values of a site, kept from question to question.
    pub fn kept_values(&mut self, sites: Sites3<'_>, site: u32) -> Values {
        self.cache.get(sites, site, &self.corners)
    }

    /// Cuts off what the site `m` wins; says whether that was anything.
    pub fn cut(&mut self, sites: Sites3<'_>, m: u32) -> bool {
        let (site, rival) = (sites.get(self.site), sites.get(m));
        // Most neighbours of a cell are far from a small triangle.
        if wins_on_triangle(site.0, rival.0, &self.corners) {
            return false;
        }
        let other = self.kept_values(sites, m);
        self.cut_by(sites, m, &other)
    }

    /// The same for a site whose values are known.
    #[inline]
    pub fn cut_by(&mut self, sites: Sites3<'_>, m: u32, other: &Values) -> bool {
        if self.own.above(other) {
            return false;
        }
        let corners = &self.corners;
        let (site, rival) = (sites.get(self.site), sites.get(m));
        let row = Row::wall((site.0, &self.own), (rival.0, other), corners, &mut self.counters);
        if row.0.iter().all(|s| *s > 0.0) {
            return false;
        }
        if row.0.iter().all(|s| *s < 0.0) {
            self.sides.clear();
            return true;
        }
        let n = self.sides.len();
        self.inside.clear();
        for k in 0..n {
            let before = if k == 0 { n - 1 } else { k - 1 };
            let lines = || [line(sites, self.sides[before].label), line(sites, self.sides[k].label)];
            let start = &self.sides[k].start;
            self.inside.push(start.inside(&row, site, rival, lines, corners, &mut self.counters));
        }
        let Some(first) = (0..n).find(|&k| !self.inside[k] && self.inside[(k + n - 1) % n]) else {
            // All vertices are on one side.
            let lost = self.inside.first() == Some(&false);
            if lost {
                self.sides.clear();
            }
            return lost;
        };
        let mut last = first;
        while !self.inside[(last + 1) % n] {
            last = (last + 1) % n;
        }
        // The edge before `first` is shortened, those from `first` up to `last` vanish, that of
        // `last` begins later.
        self.spare.clear();
        let mut k = (last + 1) % n;
        while k != first {
            self.spare.push(self.sides[k]);
            k = (k + 1) % n;
        }
        let before = self.sides[(first + n - 1) % n];
        let after = self.sides[last];
        let wall = Line::Wall(rival.0, rival.1);
        let lines = || [line(sites, before.label), wall];
        let start = Meet::of([&before.row, &row], site.0, lines, corners, &mut self.counters);
        self.spare.push(Side { label: Label::Bisector(m), row, start, known: false });
        let lines = || [wall, line(sites, after.label)];
        let start = Meet::of([&row, &after.row], site.0, lines, corners, &mut self.counters);
        self.spare.push(Side { start, known: false, ..after });
        std::mem::swap(&mut self.sides, &mut self.spare);
        true
    }

    /// Lets the list start at its lowest label, so that the order of the cuts does not show: sums
    /// over a polygon start where it does.
    pub fn settle(&mut self) {
        let first = (0..self.sides.len()).min_by_key(|&k| self.sides[k].label).unwrap_or(0);
        self.sides.rotate_left(first);
    }

    /// A vertex in space, and how far each of its coordinates may be off.
    pub fn place(&self, start: &Meet) -> ([f64; 3], f64) {
        let [v, w, x] = &self.corners;
        let l = start.coordinates();
        let (mut point, mut size, mut span) = ([0.0; 3], 0.0f64, 0.0f64);
        for k in 0..3 {
            let (a, b) = (w[k] - v[k], x[k] - v[k]);
            point[k] = v[k] + (l[1] * a + l[2] * b);
            size = size.max(v[k].abs().max(w[k].abs()).max(x[k].abs()));
            span = span.max(a.abs() + b.abs());
        }
        (point, start.error() * span + 2f64.powi(-50) * size)
    }
}
