//! A proof of masses and cost on a surface.
//!
//! The polygons are taken as lists of labels, and everything else is computed anew from the heights
//! as given, in rationals: vertices in barycentric coordinates, shares of the triangles' areas,
//! moments. In every triangle the shares of its polygons must sum to exactly 1. That, and that no
//! polygon has a vertex outside of the triangle or outside of its cell's walls, proves that they
//! are the cells of those sites that were found: every polygon goes around once (no label comes
//! twice, no triangle of its fan is turned around), so it is at least its cell among those sites,
//! every site has one polygon in a triangle and the cells fill it. That no site is missing rests on
//! the bound of the envelope tree ([`crate::diagram::surface`]), which returns every site that may
//! win.
//!
//! The only irrational numbers are the areas `|n| / 2` of the triangles, square roots of rationals.
//! They are enclosed to a relative `2^-200`, so masses, the source's measure and cost are enclosed,
//! too. Bracket of `W2^2` as in [`super::plane`]: with the exact residuals `r_i` and
//! `C_i = int |x - y_i|^2` over cell `i`,
//!
//! ```text
//! lower = sum_i C_i - sum_i w_i r_i,        upper = lower + sum_i max(r_i, 0) S
//! ```
//!
//! where `S` bounds the slack `2 (<c, y_i - y_j> + h_i - h_j)` at any point of the surface's box
//! for any two sites: mass is sent anywhere.

use super::super::claim::Sure;
use super::proved::{Certificate, Flaw};
use crate::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use crate::diagram::{DiagramError, Label};
use crate::exact::big::{self, Integer, Rational};
use crate::exact::{Counters, Heights};
use crate::problem::SurfaceProblem;
use rayon::prelude::*;
use std::sync::Arc;

/// Bits of the enclosures.
const BITS: u32 = 256;

/// A number between two rationals, as multiples of `2^-BITS` times a scale kept by the caller.
#[derive(Clone, Debug, Default)]
struct Between {
    low: Integer,
    high: Integer,
}

impl Between {
    fn add(&mut self, o: &Between) {
        self.low += &o.low;
        self.high += &o.high;
    }

    /// `r` times a non-negative enclosure.
    fn scaled(r: &Rational, by: &Between) -> Between {
        let floor = |x: &Integer| Integer::from(x * r.numer()).div_rem_floor(r.denom().clone()).0;
        // Rounded up: minus the floor of minus it.
        let ceil = |x: &Integer| -(-Integer::from(x * r.numer())).div_rem_floor(r.denom().clone()).0;
        if r.cmp0().is_lt() {
            Between { low: floor(&by.high), high: ceil(&by.low) }
        } else {
            Between { low: floor(&by.low), high: ceil(&by.high) }
        }
    }

    fn bounds(&self) -> [Rational; 2] {
        [&self.low, &self.high].map(|x| Rational::from(x) >> BITS)
    }
}

/// What a task found: for each polygon its facet, cell and labels.
type Rings = Vec<(u32, u32, Vec<Label>)>;

/// Exact integrals of one polygon as shares of the area of its triangle.
struct Share {
    area: Rational,
    mass: Rational,
    first: [Rational; 3],
    cost: Rational,
}

/// The polygons of the diagram as labels, by facet and site.
fn rings(problem: &SurfaceProblem, heights: &Heights) -> (Rings, Counters) {
    let ground = Arc::new(SurfaceGround::new(problem.facets(), problem.source_factor()));
    let mut diagram = SurfaceLaguerre::new(ground, problem.sites());
    let order = diagram.order();
    let rings = diagram.polygons(&heights.permuted(&order), |rings: &mut Rings, _, _, p| {
        rings.push((p.facet, p.cell, p.sides.iter().map(|s| s.label).collect()));
    });
    let predicates = diagram.counters();
    drop(diagram);
    let mut rings: Rings = rings.into_iter().flatten().collect();
    let named = |l: Label| match l {
        Label::Bisector(j) => Label::Bisector(order[j as usize]),
        edge => edge,
    };
    for ring in &mut rings {
        ring.1 = order[ring.1 as usize];
        ring.2.iter_mut().for_each(|l| *l = named(*l));
    }
    rings.sort_by_key(|r| (r.0, r.1));
    (rings, predicates)
}

/// The mass of every polygon (facet, site, mass) in the normalized source, to about an ulp; `None`
/// if they are not proved to fill the surface. Cost: as [`prove_on_surface`].
pub fn polygon_masses(problem: &SurfaceProblem, heights: &Heights) -> Option<Vec<(u32, u32, f64)>> {
    let (rings, _) = rings(problem, heights);
    let exact = Exact::new(problem, heights);
    let unit = exact.unit();
    let facet = |group: &[(u32, u32, Vec<Label>)]| {
        let facet = Facet::new(&exact, group[0].0, &unit);
        let shares: Option<Vec<Share>> = facet.shares(&exact, group).into_iter().collect();
        let shares = shares.filter(|s| s.iter().map(|s| &s.area).sum::<Rational>() == 1)?;
        Some(shares.iter().map(|s| Between::scaled(&s.mass, &facet.area)).collect::<Vec<_>>())
    };
    let groups: Vec<&[(u32, u32, Vec<Label>)]> = rings.chunk_by(|a, b| a.0 == b.0).collect();
    let found: Option<Vec<Vec<Between>>> = groups.par_iter().map(|group| facet(group)).collect();
    let found = found.filter(|f| f.len() == problem.facets().len())?;
    let middle = |m: &Between| Rational::from(&m.low + &m.high);
    let measure: Rational = found.iter().flatten().map(middle).sum();
    let total: Rational = problem.masses().iter().map(|&m| big::rational(m)).sum();
    if measure.cmp0().is_le() {
        return None;
    }
    let factor = total / measure;
    let masses = found.iter().flatten().map(|m| big::nearest_f64(&(middle(m) * &factor)));
    Some(rings.iter().zip(masses).map(|(r, m)| (r.0, r.1, m)).collect())
}

/// Adds to a certificate what is proved of heights on a surface. Cost: some 50 microseconds a
/// polygon, in rationals.
///
/// # Errors
/// Heights that are not finite or not one per site.
pub fn prove_on_surface(
    problem: &SurfaceProblem,
    heights: &Heights,
    certificate: &mut Certificate<3>,
) -> Result<(), DiagramError> {
    if heights.len() != problem.len() {
        return Err(DiagramError::LengthMismatch { found: heights.len(), expected: problem.len() });
    }
    if let Some(site) = heights.first_non_finite() {
        return Err(DiagramError::NonFiniteHeight { site });
    }
    // Integrals are kept as fixed-point numbers, so they want units in which they are about 1.
    let units = problem.units(Some(heights));
    prove(&problem.in_units(&units), &units.heights_in(heights), certificate);
    certificate.masses.iter_mut().for_each(|m| *m = units.mass(*m));
    certificate.centroids.iter_mut().flatten().for_each(|c| *c = units.point(*c));
    certificate.map_cost = units.costs_between(certificate.map_cost);
    certificate.w2_squared = units.costs_between(certificate.w2_squared);
    certificate.total_is_domain = certificate.sound();
    Ok(())
}

fn prove(problem: &SurfaceProblem, heights: &Heights, certificate: &mut Certificate<3>) {
    let (rings, predicates) = rings(problem, heights);
    certificate.polygons = rings.len();
    certificate.predicates += predicates;
    weigh(problem, heights, &rings, certificate);
}

/// What these polygons prove.
fn weigh(problem: &SurfaceProblem, heights: &Heights, rings: &Rings, certificate: &mut Certificate<3>) {
    let n = problem.len();
    let (mut gap, mut defect) = (None, None);
    let exact = Exact::new(problem, heights);
    let groups: Vec<&[(u32, u32, Vec<Label>)]> = rings.chunk_by(|a, b| a.0 == b.0).collect();
    let unit = exact.unit();
    let facet = |group: &[(u32, u32, Vec<Label>)]| {
        let facet = Facet::new(&exact, group[0].0, &unit);
        let shares = facet.shares(&exact, group);
        let whole: Rational = shares.iter().flatten().map(|s| &s.area).sum();
        (facet.area, facet.whole, shares, whole == 1)
    };
    let facets: Vec<_> = groups.par_iter().map(|group| facet(group)).collect();
    let mut masses = vec![Between::default(); n];
    let mut first = vec![[Integer::new(), Integer::new(), Integer::new()]; n];
    let (mut cost, mut measure) = (Between::default(), Between::default());
    let covered: usize = groups.len();
    if covered < problem.facets().len() {
        let met: Vec<u32> = groups.iter().map(|g| g[0].0).collect();
        let missed = (0..problem.facets().len() as u32).find(|k| met.binary_search(k).is_err());
        gap = missed.map(|k| problem.facets().name(k));
    }
    for (group, (area, whole, shares, full)) in groups.iter().zip(&facets) {
        measure.add(&Between::scaled(whole, area));
        if !full && gap.is_none() {
            gap = Some(problem.facets().name(group[0].0));
        }
        for (ring, share) in group.iter().zip(shares) {
            let Some(share) = share else {
                defect.get_or_insert((problem.facets().name(ring.0), ring.1));
                continue;
            };
            let i = ring.1 as usize;
            masses[i].add(&Between::scaled(&share.mass, area));
            cost.add(&Between::scaled(&share.cost, area));
            // Centroids are rounded anyway.
            first[i].iter_mut().zip(&share.first).for_each(|(sum, f)| *sum += Between::scaled(f, area).low);
        }
    }
    let gap = gap.map(|face| Flaw::Gap { face });
    certificate.flaw = gap.or(defect.map(|(face, site)| Flaw::Polygon { face, site }));
    exact.conclude(problem, certificate, &masses, &first, &cost, &measure);
}

/// Masses of some sites, each with an upper bound of its relative error (that of the worst of all).
pub fn sure_on_surface(problem: &SurfaceProblem, heights: &Heights, some: &[u32]) -> Vec<Sure> {
    let mut certificate = Certificate::default();
    match prove_on_surface(problem, heights, &mut certificate) {
        Ok(()) if certificate.sound() => {
            some.iter().map(|&i| (certificate.masses[i as usize], certificate.max_relative_error[1])).collect()
        }
        _ => Vec::new(),
    }
}

/// The problem in rationals.
struct Exact<'p> {
    problem: &'p SurfaceProblem,
    sites: Vec<[Rational; 3]>,
    h: Vec<Rational>,
}

impl<'p> Exact<'p> {
    fn new(problem: &'p SurfaceProblem, heights: &'p Heights) -> Exact<'p> {
        let sites = problem.sites().iter().map(|y| y.map(big::rational)).collect();
        let h = heights.as_slice().iter().map(|&h| big::rational_dd(h)).collect();
        Exact { problem, sites, h }
    }

    /// A power of four near the greatest squared double area: areas are kept in units of its root.
    fn unit(&self) -> i32 {
        let most = (0..self.problem.facets().len() as u32).fold(0.0, |m: f64, k| m.max(self.problem.facets().area(k)));
        if most > 0.0 { most.log2().ceil() as i32 } else { 0 }
    }

    fn conclude(
        &self,
        problem: &SurfaceProblem,
        certificate: &mut Certificate<3>,
        masses: &[Between],
        first: &[[Integer; 3]],
        cost: &Between,
        measure: &Between,
    ) {
        let nu: Vec<Rational> = problem.masses().iter().map(|&m| big::rational(m)).collect();
        let total: Rational = nu.iter().sum();
        let [mu_low, mu_high] = measure.bounds();
        if mu_low.cmp0().is_le() {
            certificate.flaw.get_or_insert(Flaw::Gap { face: 0 });
            return;
        }
        // The factor of the source lies between these (units cancel).
        let factor = [Rational::from(&total / &mu_high), Rational::from(&total / &mu_low)];
        let normalized = |b: &Between| {
            let [low, high] = b.bounds();
            // Masses and costs are not negative.
            [low * &factor[0], high * &factor[1]]
        };
        let (mut worst, mut surplus) = ([Rational::new(), Rational::new()], Rational::new());
        let mut weighted = [Rational::new(), Rational::new()];
        for (i, mass) in masses.iter().enumerate() {
            let m = normalized(mass);
            let r = [Rational::from(&m[0] - &nu[i]), Rational::from(&m[1] - &nu[i])];
            let (a, b) = (Rational::from(r[0].abs_ref()), Rational::from(r[1].abs_ref()));
            let straddles = r[0].cmp0().is_le() && r[1].cmp0().is_ge();
            let least = if straddles { Rational::new() } else { a.clone().min(b.clone()) };
            worst[0] = worst[0].clone().max(least / &nu[i]);
            worst[1] = worst[1].clone().max(a.max(b) / &nu[i]);
            surplus += r[1].clone().max(Rational::new());
            // w_i r_i
            let mut w = Rational::from(&self.h[i] * 2u32);
            for y in &self.sites[i] {
                w += Rational::from(y * y);
            }
            let ends = [Rational::from(&w * &r[0]), Rational::from(&w * &r[1])];
            weighted[0] += ends[0].clone().min(ends[1].clone());
            weighted[1] += ends[0].clone().max(ends[1].clone());
            let middle = Rational::from(&m[0] + &m[1]) / 2u32;
            certificate.masses.push(big::nearest_f64(&middle));
            let has_mass = mass.high.cmp0().is_gt();
            certificate.exact_cells += usize::from(has_mass);
            certificate.centroids.push(has_mass.then(|| {
                let whole = Rational::from(&mass.low + &mass.high) / 2u32;
                [0, 1, 2].map(|k| big::nearest_f64(&(Rational::from(&first[i][k]) / &whole)))
            }));
        }
        certificate.max_relative_error = [big::enclose(&worst[0]).0, big::enclose(&worst[1]).1];
        let cost = normalized(cost);
        certificate.map_cost = [big::enclose(&cost[0]).0, big::enclose(&cost[1]).1];
        let low = Rational::from(&cost[0] - &weighted[1]);
        let high = Rational::from(&cost[1] - &weighted[0]) + surplus * self.most_slack();
        certificate.w2_squared = [big::enclose(&low).0.max(0.0), big::enclose(&high).1];
    }

    /// A bound of `2 (<x, y_i - y_j> + h_i - h_j)` over the surface's box and all sites: with its
    /// middle `c` and half sides `b` the value of site `j` less `<x, y_0>` is
    /// `<c, y_j - y_0> + h_j`, up to `sum_k b_k |(y_j - y_0)_k|`. (Less `y_0`: a box far from the
    /// origin is no worse.)
    fn most_slack(&self) -> Rational {
        let (low, high) = self.problem.surface().bounds();
        let (low, high) = (low.map(big::rational), high.map(big::rational));
        let middle = [0, 1, 2].map(|k| Rational::from(&low[k] + &high[k]) / 2u32);
        let half = [0, 1, 2].map(|k| Rational::from(&high[k] - &low[k]) / 2u32);
        let ends = self.sites.iter().zip(&self.h).map(|(y, h)| {
            let d = [0, 1, 2].map(|k| Rational::from(&y[k] - &self.sites[0][k]));
            let across = dot(&half, &d.each_ref().map(|d| Rational::from(d.abs_ref())));
            let value = dot(&middle, &d) + h;
            (Rational::from(&value - &across), value + across)
        });
        let both = |(a, b): (Rational, Rational), (c, d): (Rational, Rational)| (a.min(c), b.max(d));
        let (least, most) = ends.reduce(both).unwrap_or_default();
        (most - least) * 2u32
    }
}

/// A triangle in rationals.
struct Facet {
    corners: [[Rational; 3]; 3],
    rho: [Rational; 3],
    /// Its area.
    area: Between,
    /// The mean of its density: its mass as a share of its area.
    whole: Rational,
}

impl Facet {
    fn new(exact: &Exact<'_>, k: u32, unit: &i32) -> Facet {
        let facets = exact.problem.facets();
        let corners = facets.corners(k).map(|v| v.map(big::rational));
        let rho = facets.rho(k).map(big::rational);
        let side = |a: usize| [0, 1, 2].map(|k| Rational::from(&corners[a][k] - &corners[0][k]));
        let n = cross(&side(1), &side(2));
        let squared: Rational = n.iter().map(|n| Rational::from(n * n)).sum();
        // Half the root, in units of 2^unit: sqrt(squared / 4 / 4^unit * 4^BITS).
        let shift = 2 * (BITS as i32 - unit) - 2;
        let scaled = if shift >= 0 { squared << shift as u32 } else { squared >> (-shift) as u32 };
        let floor = Integer::from(scaled.numer() / scaled.denom());
        let low = floor.sqrt();
        let high = Integer::from(&low + 1u32);
        let whole = rho.iter().sum::<Rational>() / 3u32;
        Facet { corners, rho, area: Between { low, high }, whole }
    }

    /// The integrals of all polygons of this triangle, sorted by site; `None` for what is no
    /// polygon, a second one of its site, or has a wall to a site without one.
    fn shares(&self, exact: &Exact<'_>, group: &[(u32, u32, Vec<Label>)]) -> Vec<Option<Share>> {
        let sites: Vec<u32> = group.iter().map(|ring| ring.1).collect();
        let known = |label: &Label| match label {
            Label::Domain(_) => true,
            Label::Bisector(j) => sites.binary_search(j).is_ok(),
        };
        let one = |(k, (_, site, labels)): (usize, &(u32, u32, Vec<Label>))| {
            let first = k == 0 || sites[k - 1] != *site;
            let mut sorted = labels.clone();
            sorted.sort_unstable();
            let once = sorted.windows(2).all(|pair| pair[0] != pair[1]);
            (first && once && labels.iter().all(known)).then(|| self.share(exact, *site, labels))?
        };
        group.iter().enumerate().map(one).collect()
    }

    /// The integrals of a polygon with these labels; `None` if it is not one: a vertex outside, or
    /// vertices that do not go around.
    fn share(&self, exact: &Exact<'_>, cell: u32, labels: &[Label]) -> Option<Share> {
        if labels.len() < 3 {
            return None;
        }
        let own = &exact.sites[cell as usize];
        let row = |label: &Label| match *label {
            Label::Domain(k) => [0, 1, 2].map(|c| Rational::from(u32::from(c == (k + 2) % 3))),
            Label::Bisector(j) => {
                let other = &exact.sites[j as usize];
                let d = [0, 1, 2].map(|k| Rational::from(&own[k] - &other[k]));
                let h = Rational::from(&exact.h[cell as usize] - &exact.h[j as usize]);
                [0, 1, 2].map(|c| dot(&d, &self.corners[c]) + &h)
            }
        };
        let rows: Vec<[Rational; 3]> = labels.iter().map(row).collect();
        let n = labels.len();
        let mut vertices = Vec::with_capacity(n);
        for k in 0..n {
            let c = cross(&rows[if k == 0 { n - 1 } else { k - 1 }], &rows[k]);
            let sum: Rational = c.iter().sum();
            if sum.cmp0().is_eq() {
                return None;
            }
            let l = c.map(|c| c / &sum);
            // In the triangle, and on the right side of every wall.
            let inside = l.iter().all(|l| l.cmp0().is_ge()) && rows.iter().all(|r| dot(r, &l).cmp0().is_ge());
            if !inside {
                return None;
            }
            vertices.push(l);
        }
        let mut share = Share {
            area: Rational::new(),
            mass: Rational::new(),
            first: [Rational::new(), Rational::new(), Rational::new()],
            cost: Rational::new(),
        };
        let in_space = |l: &[Rational; 3]| {
            [0, 1, 2].map(|k| (0..3).map(|c| Rational::from(&l[c] * &self.corners[c][k])).sum::<Rational>())
        };
        let points: Vec<[Rational; 3]> = vertices.iter().map(in_space).collect();
        for k in 1..n - 1 {
            let (a, b, c) = (&vertices[0], &vertices[k], &vertices[k + 1]);
            let d = |p: &[Rational; 3], k: usize| Rational::from(&p[k] - &a[k]);
            let area = d(b, 1) * d(c, 2) - d(b, 2) * d(c, 1);
            if area.cmp0().is_lt() {
                return None;
            }
            let rho = [a, b, c].map(|l| dot(l, &self.rho));
            let x = [0, k, k + 1].map(|k| &points[k]);
            let sum: Rational = rho.iter().sum();
            share.mass += Rational::from(&area * &sum) / 3u32;
            for k in 0..3 {
                let whole: Rational = x.iter().map(|x| &x[k]).sum();
                let own: Rational = (0..3).map(|c| Rational::from(&rho[c] * &x[c][k])).sum();
                share.first[k] += (whole * &sum + own) * &area / 12u32;
            }
            let to = x.map(|x| [0, 1, 2].map(|k| Rational::from(&x[k] - &own[k])));
            let all = [0, 1, 2].map(|k| (0..3).map(|c| &to[c][k]).sum::<Rational>());
            let heavy = [0, 1, 2].map(|k| (0..3).map(|c| Rational::from(&rho[c] * &to[c][k])).sum::<Rational>());
            let squares = to.each_ref().map(|t| dot(t, t));
            let plain: Rational = squares.iter().sum();
            let own_squares: Rational = (0..3).map(|c| Rational::from(&rho[c] * &squares[c])).sum();
            let cost = sum * (dot(&all, &all) + plain) + (dot(&heavy, &all) + own_squares) * 2u32;
            share.cost += cost * &area / 60u32;
            share.area += area;
        }
        Some(share)
    }
}

fn dot(a: &[Rational; 3], b: &[Rational; 3]) -> Rational {
    (0..3).map(|k| Rational::from(&a[k] * &b[k])).sum()
}

fn cross(a: &[Rational; 3], b: &[Rational; 3]) -> [Rational; 3] {
    [(1, 2), (2, 0), (0, 1)].map(|(p, q)| Rational::from(&a[p] * &b[q]) - Rational::from(&a[q] * &b[p]))
}

#[cfg(test)]
mod tests;
