//! The regular triangulation of sites in space.

use super::super::lifted::Hull;
use super::build::{Axes, Flat, triangulate};
use super::cell::{GHOST, NONE, ghost};
use super::lists::Lists;
use super::net::Net;
use super::order::curve;
use super::sites::Sites;
use super::walk::locate;
use crate::exact::predicates::Lifted3;
use crate::exact::{Counters, Dd, Heights};
use rayon::prelude::*;
use std::sync::Arc;

/// The regular triangulation of sites in space with heights: the dual of their Laguerre cells.
///
/// The site's index is its rank, which breaks ties: the result is a function of sites and heights
/// alone. Sites are numbered along a Hilbert curve inside; all methods speak of the caller's
/// indices.
///
/// Sites need not span space. Of sites in one plane or on one line it is the triangulation of that
/// plane or line: an affine map of them onto coordinates changes no lifted hull.
///
/// ```
/// use brenier::{Heights, internals::hull::space::SpaceHull};
/// let mut sites = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// sites.push([0.25; 3]);
/// // Power weights; the last site is so light that its cell is empty.
/// let (heights, _) = Heights::from_weights(&sites, &[0.0, 0.0, 0.0, 0.0, -1.0]);
/// let hull = SpaceHull::build(&sites, &heights);
/// assert_eq!(hull.tetrahedra(), [[0, 1, 2, 3]]);
/// assert!(hull.is_hidden(4) && hull.neighbors(0) == [1, 2, 3]);
/// ```
#[derive(Clone, Debug)]
pub struct SpaceHull {
    pub(super) points: Vec<Lifted3>,
    pub(super) rank: Arc<[u32]>,
    /// The position of each of the caller's indices.
    pub(super) position: Vec<u32>,
    pub(super) shape: Shape,
    counters: Counters,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// All sites in one plane: their triangulation there.
    Flat(Flat, Box<Hull>),
    /// A triangulation of space.
    Solid(Box<Net>),
}

impl SpaceHull {
    /// Builds the triangulation. Expected O(n log n) for well-spread sites, O(n^2) at worst, which
    /// is then the number of tetrahedra. 65 bytes a tetrahedron while it is built, 32 afterwards;
    /// uniform sites have 6.8 each.
    ///
    /// Sites and heights must be finite and as many of the one as of the other; at most 2^30
    /// tetrahedra. Of equal sites the highest, then the one of lowest index, is the vertex.
    pub fn build(sites: &[[f64; 3]], heights: &Heights) -> SpaceHull {
        assert_eq!(sites.len(), heights.len(), "one height per site");
        let order = curve(sites);
        let heights: Vec<Dd> = order.iter().map(|&i| heights.get(i as usize)).collect();
        SpaceHull::along(sites, order, &heights)
    }

    /// Builds with positions in the given order (a permutation of the sites); heights by position.
    pub fn along(sites: &[[f64; 3]], order: impl Into<Arc<[u32]>>, heights: &[Dd]) -> SpaceHull {
        let rank: Arc<[u32]> = order.into();
        assert_eq!(sites.len(), rank.len(), "one position per site");
        assert_eq!(sites.len(), heights.len(), "one height per site");
        let lift = |(&i, &h): (&u32, &Dd)| Lifted3 { y: sites[i as usize].map(|v| v + 0.0), h };
        let points: Vec<Lifted3> = rank.par_iter().zip(heights).with_min_len(4096).map(lift).collect();
        let mut position = vec![0; rank.len()];
        rank.iter().enumerate().for_each(|(k, &i)| position[i as usize] = k as u32);
        let (shape, counters) = match triangulate(Sites::new(&points, &rank)) {
            Ok((net, counters)) => (Shape::Solid(Box::new(net)), counters),
            Err(flat) => {
                let hull = flat_hull(sites, rank.clone(), heights, flat.axes);
                let counters = hull.counters();
                (Shape::Flat(flat, Box::new(hull)), counters)
            }
        };
        SpaceHull { points, rank, position, shape, counters }
    }

    /// The dimension of the space that the sites span; -1 if there are none.
    pub fn dimension(&self) -> i32 {
        match &self.shape {
            Shape::Flat(flat, _) => flat.dimension,
            Shape::Solid(_) => 3,
        }
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// No sites at all.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Is the site's cell empty?
    pub fn is_hidden(&self, i: usize) -> bool {
        match &self.shape {
            Shape::Flat(_, hull) => hull.is_hidden(i),
            Shape::Solid(net) => net.home[self.position[i] as usize] == NONE,
        }
    }

    /// The hidden sites, ascending.
    pub fn hidden(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|&i| self.is_hidden(i as usize)).collect()
    }

    /// Number of tetrahedra; 0 if the sites do not span space.
    pub fn count(&self) -> usize {
        match &self.shape {
            Shape::Flat(..) => 0,
            Shape::Solid(net) => net.v.iter().filter(|v| ghost(v).is_none()).count(),
        }
    }

    /// All tetrahedra in a canonical form: each turned positively (`det[b - a; c - a; d - a] > 0`),
    /// from its two lowest indices, the lowest first; sorted.
    pub fn tetrahedra(&self) -> Vec<[u32; 4]> {
        let Shape::Solid(net) = &self.shape else { return Vec::new() };
        let real = net.v.par_iter().filter(|v| ghost(v).is_none());
        let mut all: Vec<[u32; 4]> = real.map(|v| canonical(v.map(|k| self.rank[k as usize]))).collect();
        all.par_sort_unstable();
        all
    }

    /// The facets of the convex hull of the sites, counter-clockwise seen from outside, the lowest
    /// index first; sorted. Facets in one plane are triangulated as the sites in it are.
    pub fn outline(&self) -> Vec<[u32; 3]> {
        let Shape::Solid(net) = &self.shape else { return Vec::new() };
        let facet = |v: &[u32; 4]| {
            let facet = super::cell::FACET[ghost(v)?].map(|j| self.rank[v[j] as usize]);
            let k = (0..3).min_by_key(|&k| facet[k])?;
            Some([facet[k], facet[(k + 1) % 3], facet[(k + 2) % 3]])
        };
        let mut all: Vec<[u32; 3]> = net.v.iter().filter_map(facet).collect();
        all.sort_unstable();
        all
    }

    /// The neighbours of a site, ascending: the sites with whose cells its cell has a wall in
    /// common, up to walls without area. None of a hidden one. Cost: about the number of its
    /// tetrahedra; for all sites [`SpaceHull::neighbor_lists`] is quicker.
    pub fn neighbors(&self, i: usize) -> Vec<u32> {
        let mut all = match &self.shape {
            Shape::Flat(_, hull) => hull.neighbors(i),
            Shape::Solid(net) => {
                let (at, mut star) = (self.position[i], Vec::new());
                net.star(at, &mut star);
                let around = star.iter().flat_map(|&t| net.v[t as usize]);
                around.filter(|&v| v != at && v != GHOST).map(|v| self.rank[v as usize]).collect()
            }
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The neighbours of all sites, each list ascending: for every cell exactly the walls that it
    /// has (and perhaps some without area). Cut by these and by its domain, a cell is complete,
    /// with no search for more: at the heights that the triangulation was built for.
    ///
    /// Cost: O(n + tetrahedra), most of it in parallel; a third of the construction. 8 bytes a site
    /// and 4 a neighbour, of which uniform sites have 15.5; 180 bytes a site more on the way.
    pub fn neighbor_lists(&self) -> Lists {
        match &self.shape {
            Shape::Flat(..) => Lists::joined((0..self.len()).map(|i| self.neighbors(i))),
            Shape::Solid(net) => Lists::of_net(net, &self.rank, &self.position),
        }
    }

    /// The tetrahedra at a site, each in the canonical form of [`SpaceHull::tetrahedra`], and
    /// whether there is nothing else around it: then its cell is bounded, and the corners of the
    /// tetrahedra ([`SpaceHull::corner`]) are the corners of the cell in space.
    pub fn star(&self, i: usize) -> (Vec<[u32; 4]>, bool) {
        let Shape::Solid(net) = &self.shape else { return (Vec::new(), false) };
        let mut star = Vec::new();
        net.star(self.position[i], &mut star);
        let real = star.iter().filter(|&&t| !net.is_ghost(t as usize));
        let mut all: Vec<[u32; 4]> =
            real.map(|&t| canonical(net.v[t as usize].map(|k| self.rank[k as usize]))).collect();
        all.sort_unstable();
        let bounded = !star.is_empty() && all.len() == star.len();
        (all, bounded)
    }

    /// Where the cells of the four sites of a tetrahedron meet, rounded: `<x, y> + h` is the same
    /// of all four. `None` if they lie in one plane up to rounding. Of the sites of a sliver the
    /// error may be large; whatever is decided by corners is decided by signs instead.
    pub fn corner(&self, tetrahedron: [u32; 4]) -> Option<[f64; 3]> {
        let at = tetrahedron.map(|i| &self.points[self.position[i as usize] as usize]);
        let from = |k: usize| [0, 1, 2].map(|a| Dd::difference(at[k].y[a], at[0].y[a]));
        let rows = [from(1), from(2), from(3)];
        let right = [1, 2, 3].map(|k| at[0].h - at[k].h);
        let det = |m: &[[Dd; 3]; 3]| {
            let minor = |p: usize, q: usize| m[1][p] * m[2][q] - m[1][q] * m[2][p];
            m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
        };
        let whole = det(&rows);
        let x = [0, 1, 2].map(|a| {
            let mut m = rows;
            (0..3).for_each(|k| m[k][a] = right[k]);
            det(&m).over(whole).to_f64()
        });
        x.iter().all(|v| v.is_finite()).then_some(x)
    }

    /// The tetrahedron whose closure holds a point, in canonical form; `None` outside of all. Of
    /// several the walk's end is given. About O(n^(1/3)), exact.
    pub fn locate(&self, y: [f64; 3]) -> Option<[u32; 4]> {
        let Shape::Solid(net) = &self.shape else { return None };
        let sites = Sites::new(&self.points, &self.rank);
        let start = net.v.iter().position(|v| ghost(v).is_none())?;
        let v = net.v[locate(&**net, sites, start, &y, &mut Counters::default())];
        ghost(&v).is_none().then(|| canonical(v.map(|k| self.rank[k as usize])))
    }

    /// How the signs were decided.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

/// From the two lowest, with the same turn.
fn canonical(mut v: [u32; 4]) -> [u32; 4] {
    let mut turned = false;
    for k in 0..2 {
        let least = (k..4).min_by_key(|&j| v[j]).unwrap_or(k);
        if least != k {
            v.swap(k, least);
            turned = !turned;
        }
    }
    if turned {
        v.swap(2, 3);
    }
    v
}

/// The triangulation of sites in one plane, by a projection that keeps it.
fn flat_hull(sites: &[[f64; 3]], order: Arc<[u32]>, heights: &[Dd], [k, l]: Axes) -> Hull {
    let projected: Vec<[f64; 2]> = sites.iter().map(|y| [y[k], y[l]]).collect();
    Hull::along(&projected, order, heights)
}
