//! Cells as cyclic lists of labels, clipped exactly.
//!
//! A cell is the domain polygon cut by the bisectors to the site's hull neighbours. A vertex is two
//! consecutive labels; the one question asked is whether the site still beats a new neighbour there
//! (predicates V, E, B2). No coordinate is ever constructed. The perturbation makes the arrangement
//! simple: no bisector passes through a domain vertex, no three bisectors through a point, so the
//! result does not depend on the order of cutting.
//!
//! A domain of many vertices is not gone through: consecutive domain edges are one node, a *run*.
//! Along a convex polygon an affine function falls to its least value and rises to its greatest, so
//! the lost vertices of a run are found by bisection, and the edges of a cell are written once, at
//! the end.

use super::super::label::Label;
use crate::domain::{Chains, Corner, Outline};
use crate::exact::Counters;
use crate::exact::predicates::{EdgePoint, Lifted, above, side_c, side_e, side_v};

/// Does site `i` beat `m` at a corner of the domain, after the perturbation? V, or C where it is a
/// crossing.
#[inline(always)]
pub fn side_at(i: &Lifted, m: &Lifted, corner: Corner, rank: [u32; 2], counters: &mut Counters) -> bool {
    match corner {
        Corner::At(v) => side_v(i, m, v, rank, counters),
        Corner::Crossing(p) => side_c(i, m, &p, rank, counters),
    }
}

/// Lifted sites and their ranks, by position.
#[derive(Clone, Copy)]
pub struct Sites<'a> {
    /// Lifted sites.
    pub points: &'a [Lifted],
    /// Ranks for ties.
    pub rank: &'a [u32],
}

/// Scratch for clipping one cell: a doubly linked ring of labels in an arena. Node `k` stands for
/// its label's edge and for the vertex where that edge begins; a run stands for its edges and for
/// the vertices where they begin.
#[derive(Clone, Debug, Default)]
pub struct Clipper {
    /// The label; of a run that of its first edge.
    pub(super) label: Vec<Label>,
    /// Edges of the node: 1, except for runs.
    pub(super) count: Vec<u32>,
    pub(super) next: Vec<u32>,
    previous: Vec<u32>,
    pub(super) head: u32,
    alive: bool,
    /// How the signs were decided.
    pub counters: Counters,
}

/// What is asked: cells of which sites on which domain, and of which site the cell is cut by which
/// other.
#[derive(Clone, Copy)]
pub(super) struct Cut<'a> {
    pub sites: Sites<'a>,
    pub domain: Outline<'a>,
    pub chains: Option<&'a Chains>,
    pub site: u32,
    pub m: u32,
}

impl Clipper {
    /// Clips the cell of `site` by the bisectors with `neighbors` and writes its labels,
    /// counter-clockwise, to `out` (empty if nothing is left). The list starts at the lowest domain
    /// edge, or else the lowest bisector: a canonical form. A domain of many vertices comes with
    /// its chains.
    ///
    /// Cost: O(domain vertices), or O(labels) with chains, plus, for each neighbour that cuts next
    /// to the previous one (the normal case when they come in angular order), a constant, or the
    /// logarithm of the domain vertices; else one pass over the nodes of the present polygon.
    pub fn clip(
        &mut self,
        sites: Sites<'_>,
        (domain, chains): (Outline<'_>, Option<&Chains>),
        site: u32,
        neighbors: impl Iterator<Item = u32>,
        out: &mut Vec<Label>,
    ) {
        out.clear();
        self.start(domain.len() as u32, chains.is_some());
        for m in neighbors {
            self.cut(&Cut { sites, domain, chains, site, m });
            if !self.alive {
                return;
            }
        }
        let start = self.nodes().min_by_key(|&k| self.label[k as usize]).unwrap_or(self.head);
        self.head = start;
        for node in self.nodes() {
            match self.label[node as usize] {
                Label::Domain(first) => out.extend((first..first + self.count[node as usize]).map(Label::Domain)),
                bisector => out.push(bisector),
            }
        }
    }

    /// The whole domain: a node for each edge, or one run of all edges, numbered from 0 on. Parts
    /// of that run never go around past the last edge.
    fn start(&mut self, edges: u32, as_run: bool) {
        let (nodes, count) = if as_run { (1, edges) } else { (edges, 1) };
        self.label.clear();
        self.label.extend((0..nodes).map(Label::Domain));
        self.count.clear();
        self.count.extend((0..nodes).map(|_| count));
        self.next.clear();
        self.next.extend((1..nodes).chain([0]));
        self.previous.clear();
        self.previous.extend([nodes - 1].into_iter().chain(0..nodes - 1));
        self.head = 0;
        self.alive = true;
    }

    fn nodes(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(self.head), |&k| Some(self.next[k as usize]).filter(|&k| k != self.head))
    }

    /// The label of the last edge of a node.
    fn last_label(&self, node: u32) -> Label {
        match self.label[node as usize] {
            Label::Domain(first) => Label::Domain(first + self.count[node as usize] - 1),
            bisector => bisector,
        }
    }

    /// Does the site beat `m` where edge `node` begins?
    fn inside(&mut self, cut: &Cut<'_>, node: u32) -> bool {
        let &Cut { sites, domain, site, m, .. } = cut;
        let labels = (self.last_label(self.previous[node as usize]), self.label[node as usize]);
        let at = |k: u32| &sites.points[k as usize];
        let rank = |k: u32| sites.rank[k as usize];
        let counters = &mut self.counters;
        match labels {
            (Label::Domain(_), Label::Domain(k)) => {
                side_at(at(site), at(m), domain.corner(k as usize), [rank(site), rank(m)], counters)
            }
            (Label::Domain(k), Label::Bisector(j)) => {
                let [p, q] = domain.edge(k as usize);
                let edge = EdgePoint { p, q };
                side_e(at(site), at(j), at(m), edge, [rank(site), rank(j), rank(m)], counters)
            }
            (Label::Bisector(j), Label::Domain(k)) => {
                let [q, p] = domain.edge(k as usize);
                let edge = EdgePoint { p, q };
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
    fn cut(&mut self, cut: &Cut<'_>) {
        // A vertex that is lost: near the last cut if possible, else by going around.
        let head = self.head;
        let after = self.next[head as usize];
        let mut lost = None;
        let mut kept = None;
        for node in [after, head] {
            if self.inside(cut, node) { kept = Some(node) } else { lost = Some(node) }
        }
        if lost.is_none() {
            let mut node = self.next[after as usize];
            while node != head {
                if !self.inside(cut, node) {
                    lost = Some(node);
                    break;
                }
                node = self.next[node as usize];
            }
        }
        if lost.is_none() {
            lost = self.lost_in_a_run(cut);
        }
        let Some(lost) = lost else { return };
        // The lost vertices are consecutive (the cell is convex and the signs are those of one
        // perturbed instance).
        let mut first = lost;
        loop {
            let before = self.previous[first as usize];
            let inner = self.lost_at_the_end(cut, before);
            if inner + 1 < self.count[before as usize] {
                if inner > 0 {
                    first = self.split(before, self.count[before as usize] - inner);
                }
                break;
            }
            if before == lost {
                if kept.is_none() {
                    self.alive = false;
                }
                break;
            }
            if kept == Some(before) || self.inside(cut, before) {
                if inner > 0 {
                    first = self.split(before, 1);
                }
                break;
            }
            first = before;
        }
        if !self.alive {
            return;
        }
        let mut last = lost;
        loop {
            let inner = self.lost_at_the_begin(cut, last);
            let goes_on = inner + 1 == self.count[last as usize];
            if inner > 0 {
                last = self.split(last, inner);
            }
            let after = self.next[last as usize];
            if !goes_on || kept == Some(after) || after == first || self.inside(cut, after) {
                break;
            }
            last = after;
        }
        // Edge before `first` is shortened, the edges from `first` up to `last` vanish, `last`'s
        // edge begins later.
        let before = self.previous[first as usize];
        self.head = self.insert(Label::Bisector(cut.m), 1, before, last);
    }

    /// A new node between two others.
    pub(super) fn insert(&mut self, label: Label, count: u32, before: u32, after: u32) -> u32 {
        let new = self.label.len() as u32;
        self.label.push(label);
        self.count.push(count);
        self.next.push(after);
        self.previous.push(before);
        self.next[before as usize] = new;
        self.previous[after as usize] = new;
        new
    }
}
