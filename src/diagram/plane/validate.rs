//! The validity ladder of a diagram.

use super::super::label::Label;
use super::super::ladder::{Invalid, adjacency, vertices_shared};
use super::clip::{Clipper, Sites, side_at};
use super::proof::Integrals;
use super::snapshot::Diagram;
use crate::domain::{Chains, ExactLaw, Outline, Patch};
use crate::exact::big::Rational;
use crate::exact::predicates::{EdgePoint, Lifted, above, orient2d_sign, side_e};
use crate::exact::{Counters, Dd};
use crate::hull::Hull;
use crate::problem::exact_measure;
use rayon::prelude::*;

/// A check of the cells that meet a patch, as sites with labels.
type PatchCheck<'c> = dyn Fn(&Patch, &[(u32, &[Label])]) -> Result<(), Invalid> + Sync + 'c;

/// Most cells for which level 4 sums exact areas; beyond, shared vertices (level 3) telescope them
/// anyway.
const EXACT_SUM: usize = 2000;

impl Diagram {
    /// Checks the diagram up to `level`: 1 numbers; 2 labels well-formed, adjacency symmetric; 3
    /// every vertex seen by exactly the cells that define it (3 inside, 2 on a domain edge, 1 at a
    /// domain vertex), Euler; 4 geometry, exactly: each vertex on the right side of the bisectors
    /// with all neighbours of the cell and of its neighbours, sites without a cell proved to have
    /// none, exact areas summing to the domain's.
    ///
    /// Cost: O(n log n) for 1-3; level 4 exact predicates, and rationals up to 2000 cells.
    ///
    /// # Errors
    /// The first defect found, lowest level first.
    pub fn validate(&self, level: u8) -> Result<(), Invalid> {
        if level >= 1 {
            self.numbers()?;
        }
        if level >= 2 {
            self.adjacency()?;
        }
        if level >= 3 {
            self.vertices_shared()?;
        }
        if level >= 4 {
            self.geometry()?;
        }
        Ok(())
    }

    fn numbers(&self) -> Result<(), Invalid> {
        for cell in 0..self.len() {
            let vertices = self.vertices(cell).iter().flatten().all(|c| c.is_finite());
            let (m, s) = (self.masses()[cell], self.spreads()[cell]);
            let centroid = self.centroids()[cell].is_none_or(|c| c[0].is_finite() && c[1].is_finite());
            if !(vertices && centroid && m.is_finite() && m >= 0.0 && s.is_finite() && s >= 0.0) {
                return Err(Invalid::Number { cell });
            }
        }
        Ok(())
    }

    fn adjacency(&self) -> Result<(), Invalid> {
        adjacency(self.len(), self.problem().frame().len() as u32, || self.all_cells())?;
        self.each_patch(&|patch, cells| adjacency(self.len(), patch.corners().len() as u32, || cells.iter().copied()))
    }

    fn vertices_shared(&self) -> Result<(), Invalid> {
        vertices_shared(self.problem().frame().len() as u32, self.all_cells())?;
        self.each_patch(&|patch, cells| vertices_shared(patch.corners().len() as u32, cells.iter().copied()))
    }

    /// All cells with their labels.
    fn all_cells(&self) -> impl Iterator<Item = (u32, &[Label])> {
        (0..self.len()).map(|i| (i as u32, self.labels(i)))
    }

    /// Does something for each patch of the source and the cells that meet it: there the diagram is
    /// that of a convex domain.
    fn each_patch(&self, check: &PatchCheck<'_>) -> Result<(), Invalid> {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else { return Ok(()) };
        let cells = parts.by_patch(patches.len());
        (0..patches.len()).into_par_iter().map(|k| check(&patches.get(k), &cells[k])).collect()
    }

    fn geometry(&self) -> Result<(), Invalid> {
        let check = |i: usize| -> Result<(), Invalid> {
            let neighbors = |i: usize| {
                self.labels(i).iter().filter_map(|l| match *l {
                    Label::Bisector(j) => Some(j as usize),
                    Label::Domain(_) => None,
                })
            };
            // Neighbours of neighbours, so that a missing neighbour is noticed.
            let mut rivals: Vec<usize> = neighbors(i).collect();
            if rivals.len() <= 64 {
                let second: Vec<usize> = rivals.iter().flat_map(|&j| neighbors(j).take(64)).collect();
                rivals.extend(second);
            }
            rivals.sort_unstable();
            rivals.dedup();
            self.wins_over(self.problem().frame().outline(), i, self.labels(i), &rivals)?;
            let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else { return Ok(()) };
            // In a patch the neighbours of the cell suffice: whether they are all of them has just
            // been seen.
            let own: Vec<usize> = neighbors(i).collect();
            for (patch, labels) in parts.of_site(i) {
                self.wins_over(patches.get(patch as usize).outline(), i, labels, &own)?;
            }
            Ok(())
        };
        (0..self.len()).into_par_iter().map(check).collect::<Result<(), Invalid>>()?;
        self.absent()?;
        if self.len() <= EXACT_SUM {
            let areas: Vec<Rational> = (0..self.len()).into_par_iter().map(|i| self.rational_area(i)).collect();
            let total: Rational = areas.iter().sum();
            if total != exact_measure(self.problem().frame(), &ExactLaw::affine([0.0; 2], 1.0)) {
                return Err(Invalid::Area);
            }
        }
        if self.parts().is_none_or(|p| p.len() > EXACT_SUM) {
            return Ok(());
        }
        self.each_patch(&|patch, cells| {
            let even = ExactLaw::affine([0.0; 2], 1.0);
            let area = |&(i, labels): &(u32, &[Label])| {
                Integrals::of(&self.exact_part(patch, i as usize, labels), &even).mass.reduced()
            };
            let corners = patch.exact_corners();
            let total: Rational = cells.iter().map(area).sum();
            if total == Integrals::of(&corners, &even).mass.reduced() { Ok(()) } else { Err(Invalid::Area) }
        })
    }

    /// Does site `i` beat the rivals at every vertex of the polygon with these labels?
    fn wins_over(&self, domain: Outline<'_>, i: usize, labels: &[Label], rivals: &[usize]) -> Result<(), Invalid> {
        for vertex in 0..labels.len() {
            for &other in rivals.iter().filter(|&&m| m != i) {
                if !self.wins(domain, i, labels, vertex, other) {
                    return Err(Invalid::WrongSide { cell: i, vertex, other });
                }
            }
        }
        Ok(())
    }

    /// Every site without a cell has none, proved without trusting how it lost it: a hidden site
    /// lies below a triangle of three others that covers it; the half-planes of some others leave
    /// nothing of the domain, or a set of exactly zero area.
    fn absent(&self) -> Result<(), Invalid> {
        if (0..self.len()).all(|i| !self.labels(i).is_empty()) {
            return Ok(());
        }
        let sites = self.problem().sites();
        let order = Hull::curve(sites);
        let heights: Vec<Dd> = order.iter().map(|&i| self.lifted()[i as usize].h).collect();
        let mut hull = Hull::along(sites, order, &heights);
        let (mut clipper, mut counters) = (Clipper::default(), Counters::default());
        let (mut labels, mut ring) = (Vec::new(), Vec::new());
        let rank: Vec<u32> = (0..self.len() as u32).collect();
        let frame = self.problem().frame().outline();
        let chains = Chains::of_many(frame);
        for p in 0..hull.len() {
            let i = hull.rank(p);
            if !self.labels(i as usize).is_empty() {
                continue;
            }
            if let Some(t) = hull.is_hidden_position(p).then(|| hull.covering(p)).flatten().and_then(|t| hull.slot(t)) {
                let v = t.map(|k| hull.rank(k as usize));
                let at = |k: usize| &self.lifted()[v[k] as usize];
                let y = sites[i as usize];
                let covers = (0..3).all(|k| orient2d_sign(at(k).site(), at((k + 1) % 3).site(), y) >= 0);
                let ranks = || [v[0], v[1], v[2], i];
                let below = !above([at(0), at(1), at(2), &self.lifted()[i as usize]], ranks, &mut counters);
                if !(covers && below && orient2d_sign(at(0).site(), at(1).site(), at(2).site()) > 0) {
                    return Err(Invalid::Lost { site: i as usize });
                }
                continue;
            }
            hull.ring(p, &mut ring);
            let mut rivals: Vec<u32> = ring.iter().filter_map(|w| w.to).map(|k| hull.rank(k as usize)).collect();
            if rivals.is_empty() {
                // Hidden among collinear sites: all that show are rivals.
                rivals = hull.line().unwrap_or_default().into_iter().filter(|&j| j != i).collect();
            }
            let all = Sites { points: self.lifted(), rank: &rank };
            clipper.clip(all, (frame, chains.as_ref()), i, rivals.into_iter(), &mut labels);
            let vertex = |k: usize| self.exact_vertex_between(frame, i as usize, &labels, k);
            let exact: Vec<_> = (0..labels.len()).map(vertex).collect();
            let area = Integrals::of(&exact, &ExactLaw::affine([0.0; 2], 1.0)).mass.reduced();
            if !area.cmp0().is_eq() {
                return Err(Invalid::Lost { site: i as usize });
            }
        }
        Ok(())
    }

    /// Does site `i` beat `m` at vertex `k` of the polygon with these labels (or share the vertex
    /// with it)?
    fn wins(&self, domain: Outline<'_>, i: usize, labels: &[Label], k: usize, m: usize) -> bool {
        let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
        let after = labels[k];
        if [before, after].contains(&Label::Bisector(m as u32)) {
            return true;
        }
        let at = |j: u32| -> &Lifted { &self.lifted()[j as usize] };
        let (a, b, mut counters) = (i as u32, m as u32, Counters::default());
        match (before, after) {
            (Label::Domain(_), Label::Domain(e)) => {
                side_at(at(a), at(b), domain.corner(e as usize), [a, b], &mut counters)
            }
            (Label::Domain(e), Label::Bisector(j)) => {
                let [p, q] = domain.edge(e as usize);
                let ends = EdgePoint { p, q };
                side_e(at(a), at(j), at(b), ends, [a, j, b], &mut counters)
            }
            (Label::Bisector(j), Label::Domain(e)) => {
                let [q, p] = domain.edge(e as usize);
                let ends = EdgePoint { p, q };
                side_e(at(a), at(j), at(b), ends, [a, j, b], &mut counters)
            }
            (Label::Bisector(j), Label::Bisector(l)) => {
                orient2d_sign(at(a).site(), at(j).site(), at(l).site()) > 0
                    && !above([at(a), at(j), at(l), at(b)], || [a, j, l, b], &mut counters)
            }
        }
    }
}
