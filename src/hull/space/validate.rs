//! Is a triangulation the regular one? Looked at from nothing but its tetrahedra.
//!
//! Tetrahedra that fit together side by side, turned positively, with a sphere of tetrahedra around
//! each vertex, the ghost among them, cover space once if their sphere is connected (a covering of
//! a simply connected space). If each facet is convex upwards there, the whole surface is the hull
//! of its vertices. What is not a vertex must be below it.

use super::cell::{Cells, FACET, GHOST, NONE, ghost, split};
use super::lifted::{Shape, SpaceHull};
use super::net::Net;
use super::sites::Sites;
use super::walk::locate;
use crate::exact::Counters;

/// What is wrong with a triangulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The sides of this tetrahedron do not belong to its neighbours.
    Sides(usize),
    /// This tetrahedron is turned over, or flat, or has a corner twice.
    Turned(usize),
    /// The vertex across a facet of this tetrahedron is above it.
    Irregular(usize),
    /// What surrounds the site is not a sphere.
    Star(u32),
    /// The tetrahedra do not hang together.
    Apart,
    /// Vertices, edges, facets and tetrahedra do not count as those of a sphere.
    Euler,
    /// The site is no vertex, but above the surface.
    Missed(u32),
}

impl SpaceHull {
    /// Checks that this is the regular triangulation of its sites and heights. Cost: that of a
    /// construction; a triangulation in one plane is not looked at.
    ///
    /// # Errors
    /// The first fault that is found; tetrahedra by slot.
    pub fn validate(&self) -> Result<(), Fault> {
        let Shape::Solid(net) = &self.shape else { return Ok(()) };
        let sites = Sites::new(&self.points, &self.rank);
        check(net, sites, &self.rank)
    }
}

pub(super) fn check(net: &Net, sites: Sites<'_>, rank: &[u32]) -> Result<(), Fault> {
    let mut counters = Counters::default();
    for t in 0..net.v.len() {
        fits(net, t)?;
    }
    for t in 0..net.v.len() {
        let v = net.v[t];
        // A ghost is turned rightly if its neighbour inside is, with which it has a facet.
        if ghost(&v).is_none() && sites.side(&v, 0, &sites.at(v[0]).y, &mut counters) <= 0 {
            return Err(Fault::Turned(t));
        }
    }
    for t in 0..net.v.len() {
        for k in 0..4 {
            let (s, j) = split(net.n[t][k]);
            let opposite = net.v[s][j];
            if opposite != GHOST && sites.conflict(&net.v[t], |k| net.v[split(net.n[t][k]).0], opposite, &mut counters)
            {
                return Err(Fault::Irregular(t));
            }
        }
    }
    stars(net, rank)?;
    let mut hint = net.v.iter().position(|v| ghost(v).is_none()).unwrap_or(0);
    for i in (0..rank.len() as u32).filter(|&i| net.home[i as usize] == NONE) {
        hint = locate(net, sites, hint, &sites.at(i).y, &mut counters);
        if sites.conflict(&net.corners(hint), |k| net.v[split(net.n[hint][k]).0], i, &mut counters) {
            return Err(Fault::Missed(rank[i as usize]));
        }
    }
    Ok(())
}

/// Four different corners; neighbours that know this one, across the same facet run the other way.
fn fits(net: &Net, t: usize) -> Result<(), Fault> {
    let (v, n) = (net.v[t], net.n[t]);
    let positions = net.home.len();
    if v.iter().any(|&i| i != GHOST && i as usize >= positions) || (0..4).any(|k| v[..k].contains(&v[k])) {
        return Err(Fault::Turned(t));
    }
    for k in 0..4 {
        let (s, j) = split(n[k]);
        if s >= net.v.len() || net.n[s][j] != (t << 2 | k) as u32 {
            return Err(Fault::Sides(t));
        }
        let (facet, other) = (FACET[k].map(|i| v[i]), FACET[j].map(|i| net.v[s][i]));
        if !(0..3).any(|r| (0..3).all(|i| facet[i] == other[(3 + r - i) % 3])) {
            return Err(Fault::Sides(t));
        }
    }
    Ok(())
}

/// Around each vertex one sphere, together one sphere of three dimensions.
fn stars(net: &Net, rank: &[u32]) -> Result<(), Fault> {
    let n = rank.len();
    let slot = |v: u32| if v == GHOST { n } else { v as usize };
    // Tetrahedra at each vertex, by counting; those that hang together are met from one.
    let (mut count, mut home) = (vec![0usize; n + 1], vec![NONE; n + 1]);
    for (t, v) in net.v.iter().enumerate() {
        for &v in v {
            count[slot(v)] += 1;
            home[slot(v)] = t as u32;
        }
    }
    if (0..n).any(|i| (net.home[i] == NONE) != (count[i] == 0)) {
        return Err(Fault::Apart);
    }
    let (mut vertices, mut edges) = (0, 0);
    let mut met = vec![NONE; net.v.len()];
    for i in (0..=n).filter(|&i| count[i] > 0) {
        let at = if i == n { GHOST } else { i as u32 };
        let name = if i == n { NONE } else { rank[i] };
        let mut star = vec![home[i]];
        met[home[i] as usize] = i as u32;
        let mut around = Vec::new();
        let mut next = 0;
        while let Some(&t) = star.get(next) {
            next += 1;
            let v = net.v[t as usize];
            for k in (0..4).filter(|&k| v[k] != at) {
                around.push(v[k]);
                let s = split(net.n[t as usize][k]).0;
                if met[s] != i as u32 {
                    met[s] = i as u32;
                    star.push(s as u32);
                }
            }
        }
        around.sort_unstable();
        around.dedup();
        // Triangles of a closed surface have 3/2 as many edges: V - F / 2 = 2 on a sphere.
        if star.len() != count[i] || 2 * around.len() != star.len() + 4 {
            return Err(Fault::Star(name));
        }
        vertices += 1;
        edges += around.len();
    }
    connected(net)?;
    // V - E + F - T = 0, with F = 2 T.
    if vertices + net.v.len() == edges / 2 { Ok(()) } else { Err(Fault::Euler) }
}

fn connected(net: &Net) -> Result<(), Fault> {
    let mut met = vec![false; net.v.len()];
    let mut open = vec![0];
    let mut count = 0;
    while let Some(t) = open.pop() {
        if !std::mem::replace(&mut met[t], true) {
            count += 1;
            open.extend(net.n[t].map(|side| split(side).0));
        }
    }
    if count == net.v.len() { Ok(()) } else { Err(Fault::Apart) }
}
