//! From the triangulation to cells: vertices, masses, conductances. Parallel over fixed chunks of
//! positions.
//!
//! Most cells lie inside the domain: their vertices are the dual vertices of the triangles around
//! the site, computed once per triangle and shared. A cell with a dual vertex that is not certified
//! to lie inside is clipped exactly ([`super::clip`]). Both ways give the same labels and the same
//! bits where they overlap, because each vertex is computed from the same sites in a canonical
//! order.

use super::super::graph::Graph;
use super::super::label::Label;
use super::super::measures::Integrate;
use super::super::moments::Moments;
use super::clip::{Clipper, Sites};
use super::point::{Point, centre, corner, crossing};
use super::source::{CellAt, Source};
use crate::domain::{Chains, ConvexPolygon, Outline};
use crate::exact::Counters;
use crate::exact::predicates::Lifted;
use crate::hull::{Hull, Wedge};
use rayon::prelude::*;

/// Positions per parallel task. Fixed, so that sums and rows do not depend on the number of
/// threads.
pub const CHUNK: usize = 1024;

/// Dual vertices of the triangles by slot, each with the certificate that it lies strictly inside
/// the domain.
pub struct Duals {
    points: Vec<Point>,
    inside: Vec<bool>,
}

/// A domain with what the inside test needs.
pub struct Region<'a> {
    /// The polygon.
    pub polygon: &'a ConvexPolygon,
    /// Its chains, where bisection pays.
    pub chains: Option<Chains>,
    /// Half-planes `<n, x> <= c`, shrunk by a margin that exceeds every error of a dual vertex.
    shrunk: Vec<[f64; 3]>,
    bounds: ([f64; 2], [f64; 2]),
    margin: f64,
    is_box: bool,
}

impl<'a> Region<'a> {
    /// Prepares the inside test. The margin is 2^-40 of the largest coordinate or extent: dual
    /// vertices are good to 2^-60 of it ([`super::point`]), the evaluation of a half-plane to
    /// 2^-50; the few vertices nearer to the boundary are simply clipped.
    pub fn new(polygon: &'a ConvexPolygon) -> Region<'a> {
        let (lo, hi) = polygon.bounds();
        let size = lo.iter().chain(&hi).fold(polygon.extent(), |m, v| m.max(v.abs()));
        let margin = size * 2f64.powi(-40);
        let n = polygon.len();
        let shrunk: Vec<[f64; 3]> = (0..n)
            .map(|k| {
                let (u, v) = (polygon.vertex(k), polygon.vertex(k + 1));
                let (nx, ny) = (v[1] - u[1], u[0] - v[0]);
                let length = nx.abs() + ny.abs();
                [nx, ny, (nx * u[0] + ny * u[1]) - 4.0 * margin * length]
            })
            .collect();
        let is_box = n == 4
            && polygon.vertices().iter().all(|v| (v[0] == lo[0] || v[0] == hi[0]) && (v[1] == lo[1] || v[1] == hi[1]));
        let bounds = ([lo[0] + margin, lo[1] + margin], [hi[0] - margin, hi[1] - margin]);
        let chains = Chains::of_many(polygon.outline());
        Region { polygon, chains, shrunk, bounds, margin, is_box }
    }

    /// Certainly strictly inside.
    ///
    /// Among many edges four suffice: a square about the point with sides of two margins lies
    /// inside the polygon if its corners do. A corner does if it lies between the edges of the two
    /// chains over it, and a point inside a shrunk half-plane has the whole square inside that of
    /// the edge.
    #[inline(always)]
    fn contains(&self, p: &Point) -> bool {
        let (x, y) = (p.x.hi, p.y.hi);
        let (lo, hi) = &self.bounds;
        let within = |h: &[f64; 3]| h[0] * x + h[1] * y < h[2];
        x > lo[0]
            && x < hi[0]
            && y > lo[1]
            && y < hi[1]
            && match &self.chains {
                _ if self.is_box => true,
                None => self.shrunk.iter().all(within),
                Some(chains) => [x - self.margin, x + self.margin]
                    .iter()
                    .all(|&x| chains.edges_at(self.polygon.outline(), x).iter().all(|&k| within(&self.shrunk[k]))),
            }
    }
}

impl Duals {
    /// Dual vertices of all triangles. Cost: O(triangles), times the logarithm of the domain's
    /// edges if it is not a box.
    pub fn new(hull: &Hull, region: &Region<'_>) -> Duals {
        let dual_of = |k| {
            hull.slot(k).map_or_else(
                || (Point::default(), false),
                |v| {
                    let p = dual(hull, v);
                    let inside = region.contains(&p);
                    (p, inside)
                },
            )
        };
        let (points, inside) = (0..hull.slots()).into_par_iter().with_min_len(CHUNK).map(dual_of).unzip();
        Duals { points, inside }
    }
}

impl Duals {
    /// Do all dual vertices of a ring certainly lie inside the domain? Not those of an unbounded
    /// cell.
    fn all_inside(&self, ring: &[Wedge]) -> bool {
        let inside = |w: &Wedge| self.inside.get(w.triangle as usize) == Some(&true);
        !ring.is_empty() && ring.iter().all(|w| w.from.is_some() && w.to.is_some() && inside(w))
    }

    /// Do all dual vertices of a ring exist and satisfy this?
    pub fn all(&self, ring: &[Wedge], satisfy: impl Fn(&Point) -> bool) -> bool {
        let good = |w: &Wedge| self.points.get(w.triangle as usize).is_some_and(&satisfy);
        !ring.is_empty() && ring.iter().all(|w| w.from.is_some() && w.to.is_some() && good(w))
    }

    /// The bounded cell at a position with all its vertices.
    pub fn cell(
        &self,
        hull: &Hull,
        position: u32,
        ring: &mut Vec<Wedge>,
        labels: &mut Vec<Label>,
        to: &mut Vec<Point>,
    ) {
        hull.ring(position as usize, ring);
        self.cell_of(ring, labels, to);
    }

    fn cell_of(&self, ring: &[Wedge], labels: &mut Vec<Label>, vertices: &mut Vec<Point>) {
        // Start at the lowest neighbour: the ring's own start depends on the history of the
        // triangulation.
        let count = ring.len();
        let start = (0..count).min_by_key(|&k| ring[k].to).unwrap_or(0);
        for k in (start..count).chain(0..start) {
            let w = ring[k];
            labels.extend(w.to.map(Label::Bisector));
            vertices.push(self.points[w.triangle as usize]);
        }
    }
}

/// Positions whose cells may reach the boundary of the domain, ascending. Cost: O(n).
pub fn touching(hull: &Hull, duals: &Duals) -> Vec<u32> {
    let mut touches = vec![false; hull.len()];
    hull.rim().into_iter().for_each(|i| touches[i as usize] = true);
    let outside = (0..hull.slots()).filter(|&t| !duals.inside[t]).filter_map(|t| hull.slot(t));
    outside.flatten().for_each(|i| touches[i as usize] = true);
    (0..hull.len() as u32).filter(|&i| touches[i as usize]).collect()
}

/// The dual vertex of a triangle of the hull, if it certainly lies strictly inside the domain.
pub fn dual_inside(hull: &Hull, region: &Region<'_>, triangle: [u32; 3]) -> Option<Point> {
    let p = dual(hull, triangle);
    region.contains(&p).then_some(p)
}

/// The dual vertex of three sites in counter-clockwise order, computed from the lowest position on.
pub fn dual(hull: &Hull, v: [u32; 3]) -> Point {
    tie(&|i| hull.point(i as usize), v)
}

/// The point where three sites in counter-clockwise order are tied, computed from the lowest number
/// on.
fn tie<'a>(lifted: &impl Fn(u32) -> &'a Lifted, v: [u32; 3]) -> Point {
    let k = if v[0] < v[1] && v[0] < v[2] {
        0
    } else if v[1] < v[2] {
        1
    } else {
        2
    };
    let at = |j: usize| lifted(v[(k + j) % 3]);
    centre(at(0), at(1), at(2))
}

/// The vertex between two labels of a cell.
pub fn vertex(hull: &Hull, domain: Outline<'_>, site: u32, before: Label, after: Label) -> Point {
    labelled(&|i| hull.point(i as usize), domain, site, before, after)
}

/// [`vertex`], for lifted sites numbered in any way.
pub fn labelled<'a>(
    lifted: &impl Fn(u32) -> &'a Lifted,
    domain: Outline<'_>,
    site: u32,
    before: Label,
    after: Label,
) -> Point {
    match (before, after) {
        (Label::Domain(_), Label::Domain(k)) => corner(domain.corner(k as usize)),
        (Label::Domain(k), Label::Bisector(j)) | (Label::Bisector(j), Label::Domain(k)) => {
            let [u, v] = domain.edge(k as usize);
            crossing(lifted(site.min(j)), lifted(site.max(j)), u, v)
        }
        (Label::Bisector(j), Label::Bisector(l)) => tie(lifted, [site, j, l]),
    }
}

/// Scratch and result for one cell.
#[derive(Default)]
pub struct Cell {
    /// Labels, counter-clockwise; edge `k` runs from vertex `k` to `k + 1`. Empty: no cell.
    pub labels: Vec<Label>,
    /// Vertices.
    pub vertices: Vec<Point>,
    ring: Vec<Wedge>,
    clipper: Clipper,
}

impl Cell {
    /// Computes the cell at a position. Cost: O(degree) inside the domain, see [`Clipper::clip`] at
    /// its boundary.
    pub fn compute(&mut self, hull: &Hull, duals: &Duals, region: &Region<'_>, position: u32) {
        self.labels.clear();
        self.vertices.clear();
        if hull.is_hidden_position(position as usize) {
            return;
        }
        hull.ring(position as usize, &mut self.ring);
        if duals.all_inside(&self.ring) {
            duals.cell_of(&self.ring, &mut self.labels, &mut self.vertices);
            return;
        }
        let sites = Sites { points: hull.points(), rank: hull.order() };
        let neighbors = self.ring.iter().filter_map(|w| w.to);
        let domain = (region.polygon.outline(), region.chains.as_ref());
        self.clipper.clip(sites, domain, position, neighbors, &mut self.labels);
        let count = self.labels.len();
        for k in 0..count {
            let before = self.labels[if k == 0 { count - 1 } else { k - 1 }];
            self.vertices.push(vertex(hull, region.polygon.outline(), position, before, self.labels[k]));
        }
    }

    /// Predicates asked so far.
    pub fn counters(&self) -> Counters {
        self.clipper.counters
    }
}

/// Masses of all cells and the conductances of their facets, by position.
#[derive(Clone, Debug, Default)]
pub struct CellMeasures {
    /// `m_i`.
    pub mass: Vec<f64>,
    /// Walls, with `K_ij = int_facet rho / |y_i - y_j| = 2 H_ij`.
    pub graph: Graph,
    /// Centroid and spread, when asked for.
    pub moments: Vec<Moments>,
    /// Sites hidden by the others, where they were counted.
    pub hidden: usize,
    /// How the signs of clipping were decided.
    pub counters: Counters,
}

/// Computes masses and conductances (and moments). Cost: O(n) plus clipping; bit-identical for any
/// number of threads.
pub fn measure<S: Source>(hull: &Hull, region: &Region<'_>, source: &S, what: Integrate) -> CellMeasures {
    let n = hull.len();
    let duals = Duals::new(hull, region);
    struct Part {
        mass: Vec<f64>,
        length: Vec<u32>,
        column: Vec<u32>,
        conductance: Vec<f64>,
        moments: Vec<Moments>,
        counters: Counters,
    }
    let compute = |chunk: usize| {
        let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
        let (mut cell, mut scratch) = (Cell::default(), S::Scratch::default());
        let mut part = Part {
            mass: Vec::with_capacity(range.len()),
            length: Vec::with_capacity(range.len()),
            column: Vec::with_capacity(6 * range.len()),
            conductance: Vec::with_capacity(6 * range.len()),
            moments: Vec::new(),
            counters: Counters::default(),
        };
        for i in range {
            cell.compute(hull, &duals, region, i as u32);
            let at = CellAt { hull, position: i as u32, vertices: &cell.vertices };
            if what.moments {
                let m = source.moments(&at, &mut scratch);
                part.mass.push(m.mass);
                part.moments.push(m);
            } else {
                part.mass.push(source.mass(&at, &mut scratch));
            }
            let before = part.column.len();
            let facets = if what.walls { cell.labels.len() } else { 0 };
            for (k, label) in cell.labels[..facets].iter().enumerate() {
                let Label::Bisector(j) = *label else { continue };
                let a = &cell.vertices[k];
                let b = &cell.vertices[if k + 1 == cell.vertices.len() { 0 } else { k + 1 }];
                let c = source.conductance(&at, j, [a, b], &mut scratch);
                if c > 0.0 {
                    part.column.push(j);
                    part.conductance.push(c);
                }
            }
            part.length.push((part.column.len() - before) as u32);
        }
        part.counters = cell.counters();
        part.counters += S::counters(&scratch);
        part
    };
    // A planar graph has less than six entries a row on average.
    let entries = if what.walls { 6 * n } else { 0 };
    let mut all = CellMeasures { graph: Graph::with_capacity(n, entries), ..CellMeasures::default() };
    all.mass.reserve_exact(n);
    let chunks = n.div_ceil(CHUNK);
    let mut append = |parts: Vec<Part>| {
        for part in parts {
            all.mass.extend_from_slice(&part.mass);
            all.graph.append(&part.length, part.column.into_iter().zip(part.conductance));
            all.moments.extend_from_slice(&part.moments);
            all.counters += part.counters;
        }
    };
    // Not all at once: the parts of a batch take as much memory again as its rows. One batch is put
    // in place while the next is computed.
    let batch = (chunks / 16).max(8 * rayon::current_num_threads());
    let mut ready = Vec::new();
    for first in (0..chunks).step_by(batch) {
        let next = || (first..(first + batch).min(chunks)).into_par_iter().with_max_len(1).map(compute).collect();
        (_, ready) = rayon::join(|| append(ready), next);
    }
    append(ready);
    all
}

#[cfg(test)]
mod tests {
    use super::super::point::centre_exact;
    use super::*;
    use crate::exact::big::{self, Rational};

    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 33) % n
        }

        /// In `-1 .. 1`.
        fn real(&mut self) -> f64 {
            self.below(1 << 30) as f64 / (1u64 << 29) as f64 - 1.0
        }
    }

    fn is_inside(polygon: &ConvexPolygon, x: &[Rational; 2]) -> bool {
        (0..polygon.len()).all(|k| {
            let [u, v] = [polygon.vertex(k), polygon.vertex(k + 1)].map(|p| p.map(big::rational));
            let d = |a: &Rational, b: &Rational| Rational::from(a - b);
            d(&v[0], &u[0]) * d(&x[1], &u[1]) > d(&v[1], &u[1]) * d(&x[0], &u[0])
        })
    }

    /// Dual vertices an ulp and much less beside the edges of domains with few edges and with many:
    /// none counts as inside that is not.
    #[test]
    fn what_counts_as_inside_is() {
        let mut d = Dice(1);
        let (mut outside, mut clear) = (0, 0);
        for round in 0..300 {
            let (offset, size) = ([0.0, 1.0, 1e5, 1e9][round % 4], [1.0, 1e-3, 1e4][round / 4 % 3]);
            let corners = [3, 4, 5, 400][round / 12 % 4];
            let turn = d.real();
            let corner = |k: usize| {
                let angle = turn + std::f64::consts::TAU * k as f64 / corners as f64;
                [offset + size * angle.cos(), offset - 0.5 * size * angle.sin()]
            };
            let Ok(polygon) = ConvexPolygon::new((0..corners).rev().map(corner).collect()) else { continue };
            let region = Region::new(&polygon);
            for _ in 0..40 {
                let k = d.below(polygon.len() as u64) as usize;
                let (u, v, t) = (polygon.vertex(k), polygon.vertex(k + 1), d.below(1000) as f64 / 999.0);
                let mut x = [0, 1].map(|c| u[c] + t * (v[c] - u[c]));
                for x in &mut x {
                    *x = [*x, x.next_up(), x.next_down()][d.below(3) as usize];
                }
                let sites: [Lifted; 3] = [0, 1, 2].map(|m| {
                    let angle = 2.1 * f64::from(m) + 0.5 * d.real();
                    let y = [x[0] + size * angle.cos(), x[1] + size * angle.sin()];
                    let value: Rational = (0..2).map(|c| big::rational(y[c]) * big::rational(x[c])).sum();
                    let tiny = big::rational(size * size * 2f64.powi(-(50 + d.below(40) as i32)) * d.real());
                    Lifted::new(y, big::nearest_dd(&(tiny - value)).0)
                });
                let [a, b, c] = &sites;
                let exact = centre_exact(a, b, c);
                let truth = is_inside(&polygon, &exact);
                let told = region.contains(&centre(a, b, c));
                assert!(truth || !told, "{x:?} {sites:?} {:?}", polygon.vertices());
                outside += usize::from(!truth);
            }
            // And well inside everything does.
            let middle = Point::from_f64([offset + 0.1 * size * d.real(), offset + 0.1 * size * d.real()]);
            clear += usize::from(offset < 1e9 && region.contains(&middle));
        }
        assert!(outside > 2000 && clear > 150, "{outside} {clear}");
    }
}
