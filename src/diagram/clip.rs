//! Cells as cyclic lists of labels, clipped exactly.
//!
//! A cell is the domain polygon cut by the bisectors to the site's hull neighbours. A vertex is two consecutive labels;
//! the one question asked is whether the site still beats a new neighbour there (predicates V, E, B2). No coordinate is ever
//! constructed. The perturbation makes the arrangement simple: no bisector passes through a domain vertex, no three
//! bisectors through a point, so the result does not depend on the order of cutting.

use crate::domain::Outline;
use crate::exact::Counters;
use crate::exact::predicates::{EdgePoint, Lifted, above, side_e, side_v};

/// What an edge of a cell lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Edge `k` of the domain polygon, from its vertex `k` to `k + 1`.
    Domain(u32),
    /// The bisector with this site.
    Bisector(u32),
}

/// Lifted sites and their ranks, by position.
#[derive(Clone, Copy)]
pub struct Sites<'a> {
    /// Lifted sites.
    pub points: &'a [Lifted],
    /// Ranks for ties.
    pub rank: &'a [u32],
}

/// Scratch for clipping one cell: a doubly linked ring of labels in an arena. Node `k` stands for its label's edge and for
/// the vertex where that edge begins.
#[derive(Clone, Debug, Default)]
pub struct Clipper {
    label: Vec<Label>,
    next: Vec<u32>,
    previous: Vec<u32>,
    head: u32,
    alive: bool,
    /// How the signs were decided.
    pub counters: Counters,
}

impl Clipper {
    /// Clips the cell of `site` by the bisectors with `neighbors` and writes its labels, counter-clockwise, to `out`
    /// (empty if nothing is left). The list starts at the lowest domain edge, or else the lowest bisector: a canonical form.
    ///
    /// Cost: O(domain vertices) plus, for each neighbour that cuts next to the previous one (the normal case when they come
    /// in angular order), a constant; else one pass over the present polygon.
    pub fn clip(
        &mut self,
        sites: Sites<'_>,
        domain: Outline<'_>,
        site: u32,
        neighbors: impl Iterator<Item = u32>,
        out: &mut Vec<Label>,
    ) {
        out.clear();
        self.start(domain.len());
        for m in neighbors {
            self.cut(sites, domain, site, m);
            if !self.alive {
                return;
            }
        }
        let start = self.nodes().min_by_key(|&k| self.label[k as usize]).unwrap_or(self.head);
        self.head = start;
        out.extend(self.nodes().map(|k| self.label[k as usize]));
    }

    fn start(&mut self, edges: usize) {
        self.label.clear();
        self.label.extend((0..edges as u32).map(Label::Domain));
        self.next.clear();
        self.next.extend((1..edges as u32).chain([0]));
        self.previous.clear();
        self.previous.extend([edges as u32 - 1].into_iter().chain(0..edges as u32 - 1));
        self.head = 0;
        self.alive = true;
    }

    fn nodes(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(self.head), |&k| Some(self.next[k as usize]).filter(|&k| k != self.head))
    }

    /// Does the site beat `m` where edge `node` begins?
    fn inside(&mut self, sites: Sites<'_>, domain: Outline<'_>, site: u32, m: u32, node: u32) -> bool {
        let labels = (self.label[self.previous[node as usize] as usize], self.label[node as usize]);
        let at = |k: u32| &sites.points[k as usize];
        let rank = |k: u32| sites.rank[k as usize];
        let counters = &mut self.counters;
        match labels {
            (Label::Domain(_), Label::Domain(k)) => {
                let v = domain.vertex(k as usize);
                side_v(at(site), at(m), v, [rank(site), rank(m)], counters)
            }
            (Label::Domain(k), Label::Bisector(j)) => {
                let edge = EdgePoint { p: domain.vertex(k as usize), q: domain.vertex(k as usize + 1) };
                side_e(at(site), at(j), at(m), edge, [rank(site), rank(j), rank(m)], counters)
            }
            (Label::Bisector(j), Label::Domain(k)) => {
                let edge = EdgePoint { p: domain.vertex(k as usize + 1), q: domain.vertex(k as usize) };
                side_e(at(site), at(j), at(m), edge, [rank(site), rank(j), rank(m)], counters)
            }
            // Walls to j, then l, in counter-clockwise order: the sites turn counter-clockwise too.
            (Label::Bisector(j), Label::Bisector(l)) => {
                let ranks = || [rank(site), rank(j), rank(l), rank(m)];
                !above([at(site), at(j), at(l), at(m)], ranks, counters)
            }
        }
    }

    /// Cuts by the bisector with `m`.
    fn cut(&mut self, sites: Sites<'_>, domain: Outline<'_>, site: u32, m: u32) {
        // A vertex that is lost: near the last cut if possible, else by going around.
        let head = self.head;
        let after = self.next[head as usize];
        let mut lost = None;
        let mut kept = None;
        for node in [after, head] {
            if self.inside(sites, domain, site, m, node) { kept = Some(node) } else { lost = Some(node) }
        }
        if lost.is_none() {
            let mut node = self.next[after as usize];
            while node != head {
                if !self.inside(sites, domain, site, m, node) {
                    lost = Some(node);
                    break;
                }
                node = self.next[node as usize];
            }
        }
        let Some(lost) = lost else { return };
        // The lost vertices are consecutive (the cell is convex and the signs are those of one perturbed instance).
        let mut first = lost;
        loop {
            let before = self.previous[first as usize];
            if before == lost {
                if kept.is_none() {
                    self.alive = false;
                }
                break;
            }
            if kept == Some(before) || self.inside(sites, domain, site, m, before) {
                break;
            }
            first = before;
        }
        if !self.alive {
            return;
        }
        let mut last = lost;
        loop {
            let after = self.next[last as usize];
            if kept == Some(after) || after == first || self.inside(sites, domain, site, m, after) {
                break;
            }
            last = after;
        }
        // Edge before `first` is shortened, the edges from `first` up to `last` vanish, `last`'s edge begins later.
        let (before, new) = (self.previous[first as usize], self.label.len() as u32);
        self.label.push(Label::Bisector(m));
        self.next.push(last);
        self.previous.push(before);
        self.next[before as usize] = new;
        self.previous[last as usize] = new;
        self.head = new;
    }
}
