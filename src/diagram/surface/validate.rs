//! The validity ladder of a diagram on a surface.
//!
//! In a triangle the cells are those of a convex domain, so levels 2 and 3 are the plane's,
//! triangle by triangle; along edges the triangles must agree. Everything is asked of the perturbed
//! diagram, which is simple: pieces without area and sides without length included.

use super::super::label::Label;
use super::super::ladder::{Invalid, adjacency, vertices_shared};
use super::snapshot::SurfaceDiagram;
use crate::exact::Counters;
use crate::exact::big::Rational;
use crate::exact::predicates::{Line, Meet, Row, Values, meet_exact, wall_value, wins_on_triangle};
use rayon::prelude::*;

/// Most pairs of a site without a cell and a polygon for which level 4 asks whether the site wins
/// there.
const ABSENT_PAIRS: usize = 1 << 28;

/// Rivals of a cell beyond which neighbours of neighbours are left out.
const MANY: usize = 64;

/// A piece with its site.
type Owned = (u32, u32, u32);

/// A cell along an edge: site, and who is next to it towards the lower and the higher vertex
/// (`None`: it has that vertex).
type Stretch = (u32, Option<u32>, Option<u32>);

impl SurfaceDiagram {
    /// Checks the diagram up to `level`: 1 numbers; 2 labels well-formed, adjacency symmetric in
    /// every triangle; 3 every triangle has cells, every vertex is seen by exactly the cells that
    /// define it (3 inside, 2 on an edge, 1 at a corner), Euler's relation holds, and triangles see
    /// the same cells along a common edge; 4 geometry, exactly: each vertex on the right side of
    /// the bisectors with all neighbours of the cell and of its neighbours, sites without a cell
    /// nowhere higher (as long as there are few), shares of each triangle that sum to 1 in
    /// rationals.
    ///
    /// Cost: O(pieces log pieces) for 1-3; level 4 exact predicates, and rationals for triangles
    /// with several cells.
    ///
    /// # Errors
    /// The first defect found, lowest level first.
    pub fn validate(&self, level: u8) -> Result<(), Invalid> {
        if level >= 1 {
            self.numbers()?;
        }
        if level < 2 {
            return Ok(());
        }
        let by_facet = self.by_facet();
        let groups: Vec<&[Owned]> = by_facet.chunk_by(|a, b| a.0 == b.0).collect();
        let cells = |group: &[Owned]| -> Vec<(u32, &[Label])> {
            group.iter().map(|&(_, site, k)| (site, self.ring(k as usize))).collect()
        };
        self.in_each(&groups, |group| {
            let cells = cells(group);
            adjacency(self.len(), 3, || cells.iter().copied())
        })?;
        if level >= 3 {
            self.in_each(&groups, |group| vertices_shared(3, cells(group).into_iter()))?;
            self.all_met(&groups)?;
            self.edges_agree(&groups)?;
        }
        if level >= 4 {
            self.right_sides()?;
            self.absent()?;
            self.in_each(&groups, |group| self.filled(group))?;
        }
        Ok(())
    }

    /// Pieces by facet and site.
    fn by_facet(&self) -> Vec<Owned> {
        let of = |i: usize| self.range(i).map(move |k| (self.facet_of(k), i as u32, k as u32));
        let mut all: Vec<Owned> = (0..self.len()).flat_map(of).collect();
        all.par_sort_unstable();
        all
    }

    fn in_each(
        &self,
        groups: &[&[Owned]],
        check: impl Fn(&[Owned]) -> Result<(), Invalid> + Sync,
    ) -> Result<(), Invalid> {
        groups.par_iter().with_min_len(64).map(|group| check(group).map_err(|e| self.in_face(group[0].0, e))).collect()
    }

    fn in_face(&self, facet: u32, defect: Invalid) -> Invalid {
        Invalid::InFace { face: self.problem().facets().name(facet), defect: Box::new(defect) }
    }

    fn numbers(&self) -> Result<(), Invalid> {
        for cell in 0..self.len() {
            let vertices =
                self.range(cell).all(|k| self.begins()[self.sides(k)].as_flattened().iter().all(|c| c.is_finite()));
            let (m, s) = (self.masses()[cell], self.spreads()[cell]);
            let centroid = self.centroids()[cell].is_none_or(|c| c.iter().all(|c| c.is_finite()));
            if !(vertices && centroid && m.is_finite() && m >= 0.0 && s.is_finite() && s >= 0.0) {
                return Err(Invalid::Number { cell });
            }
        }
        Ok(())
    }

    /// Every facet has cells.
    fn all_met(&self, groups: &[&[Owned]]) -> Result<(), Invalid> {
        let facets = self.problem().facets().len();
        let missed = (0..facets as u32).find(|&f| groups.get(f as usize).is_none_or(|g| g[0].0 != f));
        let nothing = Invalid::Euler { vertices: 0, edges: 0, cells: 0 };
        missed.map_or(Ok(()), |f| Err(self.in_face(f, nothing)))
    }

    /// The cells along an edge of a facet, from the lower vertex to the higher one, in any order.
    fn along(&self, group: &[Owned], e: u32, upwards: bool) -> Vec<Stretch> {
        let mut all = Vec::new();
        for &(_, site, k) in group {
            let ring = self.ring(k as usize);
            let Some(at) = ring.iter().position(|&l| l == Label::Domain(e)) else { continue };
            let to = |label: Label| if let Label::Bisector(j) = label { Some(j) } else { None };
            let (before, after) = (to(ring[(at + ring.len() - 1) % ring.len()]), to(ring[(at + 1) % ring.len()]));
            all.push(if upwards { (site, before, after) } else { (site, after, before) });
        }
        all.sort_unstable();
        all
    }

    fn edges_agree(&self, groups: &[&[Owned]]) -> Result<(), Invalid> {
        let facets = self.problem().facets();
        let mut edges: Vec<((u32, u32), u32, u32, bool)> = Vec::with_capacity(3 * groups.len());
        for f in 0..groups.len() as u32 {
            let t = facets.vertices(f);
            for e in 0..3u32 {
                let (a, b) = (t[e as usize], t[(e as usize + 1) % 3]);
                edges.push(((a.min(b), a.max(b)), f, e, a < b));
            }
        }
        edges.par_sort_unstable();
        let pairs: Vec<_> = edges.windows(2).filter(|w| w[0].0 == w[1].0).collect();
        let check = |pair: &&[((u32, u32), u32, u32, bool)]| {
            let [a, b] = [0, 1].map(|s| {
                let (_, f, e, upwards) = pair[s];
                self.along(groups[f as usize], e, upwards)
            });
            let faces = [0, 1].map(|s| facets.name(pair[s].1));
            if a == b { Ok(()) } else { Err(Invalid::Edge { edge: pair[0].0, faces }) }
        };
        pairs.par_iter().with_min_len(64).map(check).collect()
    }

    /// Does every cell beat its neighbours and theirs at all its vertices?
    fn right_sides(&self) -> Result<(), Invalid> {
        let neighbors = |i: usize| {
            let mut all: Vec<u32> = self.range(i).flat_map(|k| self.ring(k)).filter_map(|l| site(*l)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let around: Vec<Vec<u32>> = (0..self.len()).into_par_iter().map(neighbors).collect();
        let check = |i: usize| {
            let mut rivals = around[i].clone();
            if rivals.len() <= MANY {
                let second = around[i].iter().flat_map(|&j| around[j as usize].iter().take(MANY));
                rivals.extend(second);
                rivals.sort_unstable();
                rivals.dedup();
            }
            rivals.retain(|&m| m as usize != i);
            self.range(i).try_for_each(|k| self.beats(i, k, &rivals))
        };
        (0..self.len()).into_par_iter().map(check).collect()
    }

    /// Does site `i` beat the rivals at every vertex of its piece `k`, after the perturbation?
    fn beats(&self, i: usize, k: usize, rivals: &[u32]) -> Result<(), Invalid> {
        let corners = self.problem().facets().corners(self.facet_of(k));
        let (own, ring) = (&self.lifted()[i], self.ring(k));
        let own_values = Values::new(own, &corners);
        let mut counters = Counters::default();
        for &m in rivals {
            let rival = &self.lifted()[m as usize];
            if wins_on_triangle(own, rival, &corners) {
                continue;
            }
            let values = |j: u32| Values::new(&self.lifted()[j as usize], &corners);
            let wall = |j: u32, counters: &mut Counters| {
                Row::wall((own, &own_values), (&self.lifted()[j as usize], &values(j)), &corners, counters)
            };
            let row = wall(m, &mut counters);
            for (v, &label) in ring.iter().enumerate() {
                let labels = [ring[(v + ring.len() - 1) % ring.len()], label];
                if labels.contains(&Label::Bisector(m)) {
                    continue;
                }
                let rows = labels.map(|l| match l {
                    Label::Domain(e) => Row::edge((e as usize + 2) % 3),
                    Label::Bisector(j) => wall(j, &mut counters),
                });
                let lines = || labels.map(|l| self.line(l));
                let meet = Meet::of([&rows[0], &rows[1]], own, lines, &corners, &mut counters);
                if !meet.inside(&row, (own, i as u32), (rival, m), lines, &corners, &mut counters) {
                    let face = self.facet_of(k);
                    return Err(self.in_face(face, Invalid::WrongSide { cell: i, vertex: v, other: m as usize }));
                }
            }
        }
        Ok(())
    }

    fn line(&self, label: Label) -> Line<'_> {
        match label {
            Label::Domain(e) => Line::Edge((e as usize + 2) % 3),
            Label::Bisector(j) => Line::Wall(&self.lifted()[j as usize], j),
        }
    }

    /// Is no site without a cell higher than the others at any vertex, strictly? Then it has no
    /// area.
    fn absent(&self) -> Result<(), Invalid> {
        let hidden = self.hidden();
        if hidden.len().saturating_mul(self.count()) > ABSENT_PAIRS {
            return Ok(());
        }
        let check = |&m: &u32| {
            let rival = &self.lifted()[m as usize];
            for i in 0..self.len() {
                let own = &self.lifted()[i];
                for k in self.solid(i) {
                    let corners = self.problem().facets().corners(self.facet_of(k));
                    if wins_on_triangle(own, rival, &corners) {
                        continue;
                    }
                    let at = corners.each_ref().map(|v| wall_value(own, rival, v));
                    let value =
                        |l: [Rational; 3]| l.iter().zip(&at).map(|(l, s)| Rational::from(l * s)).sum::<Rational>();
                    if self.exact_ring(i, k).into_iter().flatten().any(|l| value(l).cmp0().is_lt()) {
                        return Err(Invalid::Lost { site: m as usize });
                    }
                }
            }
            Ok(())
        };
        hidden.par_iter().map(check).collect()
    }

    /// Do the polygons of a facet lie in it, go around, keep to their side of their walls, and fill
    /// it exactly?
    fn filled(&self, group: &[Owned]) -> Result<(), Invalid> {
        if let [(_, _, k)] = group
            && self.ring(*k as usize).iter().all(|l| matches!(l, Label::Domain(_)))
        {
            return Ok(());
        }
        let corners = self.problem().facets().corners(group[0].0);
        let mut whole = Rational::new();
        for &(_, i, k) in group {
            let (own, ring) = (&self.lifted()[i as usize], self.ring(k as usize));
            let walls: Vec<(u32, [Rational; 3])> = ring
                .iter()
                .filter_map(|l| site(*l))
                .map(|j| (j, corners.each_ref().map(|v| wall_value(own, &self.lifted()[j as usize], v))))
                .collect();
            let mut vertices = Vec::with_capacity(ring.len());
            for v in 0..ring.len() {
                let lines = [ring[(v + ring.len() - 1) % ring.len()], ring[v]].map(|l| self.line(l));
                let l = meet_exact(own, lines, &corners).ok_or(Invalid::Labels { cell: i as usize })?;
                let value = |s: &[Rational; 3]| l.iter().zip(s).map(|(l, s)| Rational::from(l * s)).sum::<Rational>();
                if let Some((j, _)) = walls.iter().find(|(_, s)| value(s).cmp0().is_lt()) {
                    return Err(Invalid::WrongSide { cell: i as usize, vertex: v, other: *j as usize });
                }
                if l.iter().any(|l| l.cmp0().is_lt()) {
                    return Err(Invalid::Area);
                }
                vertices.push(l);
            }
            for pair in vertices[1..].windows(2) {
                let d = |p: &[Rational; 3], k: usize| Rational::from(&p[k] - &vertices[0][k]);
                let twice = d(&pair[0], 1) * d(&pair[1], 2) - d(&pair[0], 2) * d(&pair[1], 1);
                if twice.cmp0().is_lt() {
                    return Err(Invalid::Area);
                }
                whole += twice;
            }
        }
        if whole == 1 { Ok(()) } else { Err(Invalid::Area) }
    }
}

fn site(label: Label) -> Option<u32> {
    match label {
        Label::Bisector(j) => Some(j),
        Label::Domain(_) => None,
    }
}
