//! Ties on a surface: which sites can be equally high on a whole triangle, and who is at given
//! heights.
//!
//! Triangles in one plane tie the same sites at the same heights, so planes are looked at, not
//! triangles. Pairs whose difference may be normal to a plane agree in their projections onto it;
//! one coordinate there sorts them. Whether a difference is normal, and the constant, is exact.

use super::super::jumps::Tie;
use crate::domain::Facets;
use crate::domain::vector::{Vector3, side};
use crate::exact::big::{self, Rational};
use std::collections::BTreeMap;

/// Most sites times planes that are looked at: some seconds, where nothing else helps.
const MOST: usize = 1 << 25;

/// Most pairs: each is kept with its constant, about 200 bytes.
const MOST_PAIRS: usize = 1 << 18;

/// Projections that differ by less than this share of the sites' size may agree: far above the
/// rounding of a projection.
const NEAR: f64 = 1e-9;

/// All ties of a diagram.
#[derive(Clone, Debug, Default)]
pub struct Ties {
    /// Plane of each facet.
    plane: Vec<u32>,
    /// For each plane the pairs that it may tie, both ways: at `h_i - h_j = c`.
    partners: Vec<BTreeMap<u32, Vec<(u32, Rational)>>>,
    /// By sites and constant.
    pub list: Vec<Tie>,
}

impl Ties {
    /// Looks for them. `None` if that would take too long. Cost: O(facets log facets + planes n log
    /// n), and rationals for each pair.
    pub fn of(facets: &Facets, sites: &[[f64; 3]]) -> Option<Ties> {
        let (plane, corners) = planes(facets);
        if corners.len().saturating_mul(sites.len()) > MOST {
            return None;
        }
        let (mut partners, mut list, mut pairs) = (Vec::with_capacity(corners.len()), Vec::new(), 0usize);
        for corners in &corners {
            let mut of: BTreeMap<u32, Vec<(u32, Rational)>> = BTreeMap::new();
            for [i, j] in candidates(corners, sites) {
                pairs += 1;
                if pairs > MOST_PAIRS {
                    return None;
                }
                let Some(c) = constant(&sites[i as usize], &sites[j as usize], corners) else { continue };
                of.entry(i).or_default().push((j, c.clone()));
                of.entry(j).or_default().push((i, Rational::from(-&c)));
                let (sites, constant) = if i < j { ([i, j], c) } else { ([j, i], -c) };
                list.push(Tie { sites, constant });
            }
            partners.push(of);
        }
        list.sort_by(|a, b| a.sites.cmp(&b.sites).then_with(|| a.constant.cmp(&b.constant)));
        list.dedup();
        Some(Ties { plane, partners, list })
    }

    /// The sites that are as high as a cell on a facet, itself included, ascending.
    pub fn with(&self, facet: u32, cell: u32, heights: &[Rational]) -> Vec<u32> {
        let mut all = vec![cell];
        if let Some(others) = self.partners[self.plane[facet as usize] as usize].get(&cell) {
            let own = &heights[cell as usize];
            let tied = others.iter().filter(|(j, c)| Rational::from(own - &heights[*j as usize]) == *c);
            all.extend(tied.map(|(j, _)| *j));
            all.sort_unstable();
        }
        all
    }
}

/// The number of each facet's plane, and the corners of a facet in each.
fn planes(facets: &Facets) -> (Vec<u32>, Vec<[[f64; 3]; 3]>) {
    // Planes that are one have rounded normals and offsets that are near; neighbours in that order
    // are compared exactly. Rounding may keep equal ones apart, which costs time only.
    let key = |k: u32| {
        let corners = facets.corners(k);
        let n = unit_normal(&corners);
        let offset = n.dot(&Vector3::from(corners[0]));
        let round = |x: f64| (x * f64::from(1u32 << 24)).round();
        ([round(n[0]), round(n[1]), round(n[2]), offset], k)
    };
    let mut order: Vec<([f64; 4], u32)> = (0..facets.len() as u32).map(key).collect();
    order.sort_by(|a, b| {
        let by = |k: usize| a.0[k].total_cmp(&b.0[k]);
        by(0).then(by(1)).then(by(2)).then(by(3)).then(a.1.cmp(&b.1))
    });
    let mut plane = vec![0u32; facets.len()];
    let mut all: Vec<[[f64; 3]; 3]> = Vec::new();
    for (_, k) in order {
        let corners = facets.corners(k);
        if !all.last().is_some_and(|last| coplanar(last, &corners)) {
            all.push(corners);
        }
        plane[k as usize] = all.len() as u32 - 1;
    }
    (plane, all)
}

/// The normal of length 1, turned so that its first entry that is not zero is positive.
fn unit_normal(corners: &[[f64; 3]; 3]) -> Vector3<f64> {
    let scaled = |v: Vector3<f64>| {
        let s = v.amax();
        if s > 0.0 { v / s } else { v }
    };
    let [e, f] = [1, 2].map(|c| scaled(side(corners[0], corners[c])));
    let n = scaled(e.cross(&f));
    let length = n.norm();
    let sign = n.iter().find(|x| x.abs() > 1e-6).map_or(1.0, |x| x.signum());
    if length > 0.0 { n.map(|x| x * sign / length + 0.0) } else { n }
}

fn minus(a: &[f64; 3], b: &[f64; 3]) -> [Rational; 3] {
    [0, 1, 2].map(|k| big::rational(a[k]) - big::rational(b[k]))
}

fn dot(a: &[Rational; 3], b: &[Rational; 3]) -> Rational {
    (0..3).map(|k| Rational::from(&a[k] * &b[k])).sum()
}

/// Do two triangles lie in one plane?
fn coplanar(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> bool {
    let (e, f) = (minus(&a[1], &a[0]), minus(&a[2], &a[0]));
    let n = [(1, 2), (2, 0), (0, 1)].map(|(p, q)| Rational::from(&e[p] * &f[q]) - Rational::from(&e[q] * &f[p]));
    b.iter().all(|p| dot(&n, &minus(p, &a[0])).cmp0().is_eq())
}

/// Pairs of sites whose projections onto the plane may agree.
fn candidates(corners: &[[f64; 3]; 3], sites: &[[f64; 3]]) -> Vec<[u32; 2]> {
    let n = unit_normal(corners);
    let least = (0..3).min_by(|&a, &b| n[a].abs().total_cmp(&n[b].abs())).unwrap_or(0);
    // Two directions in the plane: what the axis least like the normal leaves there, and across.
    let mut u = n.map(|x| -x * n[least]);
    u[least] += 1.0;
    let v = n.cross(&u);
    let from = |y: &[f64; 3]| side(sites[0], *y);
    let size = sites.iter().map(|y| from(y).amax()).fold(0.0, f64::max);
    let near = NEAR * size;
    let along = |(y, i): (&[f64; 3], u32)| (from(y).dot(&u), from(y).dot(&v), i);
    let mut order: Vec<(f64, f64, u32)> = sites.iter().zip(0..).map(along).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    let mut found = Vec::new();
    for (k, a) in order.iter().enumerate() {
        for b in order[k + 1..].iter().take_while(|b| b.0 - a.0 <= near) {
            if (b.1 - a.1).abs() <= near {
                found.push([a.2, b.2]);
            }
        }
        if found.len() > MOST_PAIRS {
            break;
        }
    }
    found
}

/// `h_i - h_j` at which two sites are tied in a plane, if their difference is normal to it.
fn constant(a: &[f64; 3], b: &[f64; 3], corners: &[[f64; 3]; 3]) -> Option<Rational> {
    let d = minus(a, b);
    let normal = (1..3).all(|c| dot(&d, &minus(&corners[c], &corners[0])).cmp0().is_eq());
    normal.then(|| -dot(&d, &corners[0].map(big::rational)))
}
