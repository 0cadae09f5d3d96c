//! Random points of the source with their cells: independent, stratified, by the masses of the sites, evenly spread.
//!
//! Sample `k` is a function of the seed and `k` (stratified: and of the number of all): no state, so any stretch of a run can be made by
//! itself, by any number of threads. A point is drawn as a triangle of a cell and a place in it (`pieces.rs`), so that its cell is known
//! without search. The point is rounded, though, and its cell is the exact one of the rounded point: near a wall neighbours are
//! asked by the predicate, and where that does not settle it (a tie, or a point outside the domain by rounding) all sites.
//!
//! Words are Philox blocks of the counter `(k, part, method)`. A coordinate has 52 random bits; in a triangle with share `p` of the mass one
//! of them takes about `2^52 p` values.

use super::alias::Alias;
use super::philox::{LANES, blocks, unit};
use super::pieces::Pieces;
use super::simd::{Instructions, widely};
use crate::diagram::{Diagram, Label};
use crate::exact::Counters;
use crate::exact::predicates::{orient2d_sign, side_v_sign};
use rayon::prelude::*;

/// Samples that a thread makes at once.
const CHUNK: usize = 1 << 14;

/// Steps of Roberts' additive recurrence R2, `1/g` and `1/g^2` with `g^3 = g + 1`, in units of `2^-64`.
const R2: [u64; 2] = [0xc13f_a9a9_02a6_328f, 0x91e1_0da5_c79e_7b1d];

/// How samples are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Independent points of the source.
    Independent,
    /// A site with the probability of its mass (by an alias table), then a point of its cell: differs from the first by what the
    /// masses of the cells are off.
    Alias,
    /// In the order of the cells. The mass of the source, laid out along a line, is cut into as many equal parts as there are samples, and each
    /// gives one: every cell gets the right number, up to less than one at each end. The union is distributed as the source.
    Stratified,
    /// Roberts' low-discrepancy sequence R2 carried onto the source, shifted by the seed: not independent, for integrals.
    Even,
}

/// Why samples cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// There is no such cell.
    #[error("cell {cell} does not exist; there are {count} sites, from 0")]
    NoCell {
        /// Index asked for.
        cell: usize,
        /// Number of sites.
        count: usize,
    },
    /// The cell is empty.
    #[error("cell {cell} has no mass; nothing can be drawn from it")]
    EmptyCell {
        /// Index of the site.
        cell: usize,
    },
    /// A site that is to be drawn by its mass has no cell.
    #[error("site {site} has mass, but its cell has none; solve to a smaller tolerance, or draw points of the source")]
    NotSolved {
        /// Index of the site.
        site: usize,
    },
}

/// Draws points from the cells of a diagram.
///
/// About 72 bytes a triangle beside the diagram, in the plane four triangles a cell.
///
/// ```
/// use brenier::{diagram::Diagram, domain::ConvexPolygon, exact::Heights, problem::{Problem, ProblemData}, sample::{Method, Sampler}};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.25, 0.5], [0.75, 0.5]])).unwrap();
/// let diagram = Diagram::new(&problem, &Heights::from_weights(problem.sites(), &[0.0, 0.0]).0).unwrap();
/// let sampler = Sampler::new(&diagram);
/// let draw = sampler.draw(Method::Stratified, None, 7, 1000).unwrap();
/// let (mut points, mut cells) = (vec![[0.0; 2]; 1000], vec![0; 1000]);
/// draw.fill(0, &mut points, &mut cells);
/// assert!(cells[..500].iter().all(|&i| i == 0) && cells[500..].iter().all(|&i| i == 1));
/// assert!(points.iter().zip(&cells).all(|(x, &i)| (x[0] < 0.5) == (i == 0)));
/// // Sample 600 alone is the same.
/// let mut one = ([[0.0; 2]], [0]);
/// draw.fill(600, &mut one.0, &mut one.1);
/// assert_eq!((one.0[0], one.1[0]), (points[600], cells[600]));
/// ```
#[derive(Clone, Debug)]
pub struct Sampler<'d> {
    diagram: &'d Diagram,
    pieces: Pieces,
    instructions: Instructions,
}

impl<'d> Sampler<'d> {
    /// Cuts the cells into triangles. Cost: O(number of their vertices).
    pub fn new(diagram: &'d Diagram) -> Sampler<'d> {
        Sampler { diagram, pieces: Pieces::of(diagram), instructions: Instructions::widest() }
    }

    /// The same with other instructions: for tests and measurements, since results do not depend on them.
    pub fn with_instructions(mut self, instructions: Instructions) -> Sampler<'d> {
        self.instructions = instructions;
        self
    }

    /// Prepares to draw `count` samples of the source, or of one cell. Only stratified samples depend on `count`. Cost: O(sites).
    ///
    /// # Errors
    /// The cell does not exist or has no mass; a site to be drawn by its mass has no cell.
    pub fn draw(&self, method: Method, cell: Option<usize>, seed: u64, count: u64) -> Result<Draw<'_>, SampleError> {
        let n = self.diagram.len();
        if let Some(cell) = cell.filter(|&i| i >= n) {
            return Err(SampleError::NoCell { cell, count: n });
        }
        let range = self.pieces.range(cell);
        if range.is_empty() {
            return Err(SampleError::EmptyCell { cell: cell.unwrap_or(0) });
        }
        let (first, last) = (range.start, range.end - 1);
        let (before, after) = (self.pieces.below[first], self.pieces.below[last + 1]);
        let mut draw = Draw {
            sampler: self,
            method,
            seed,
            first,
            last,
            before,
            mass: after - before,
            count: count as f64,
            guide: Vec::new(),
            alias: None,
        };
        match (method, cell) {
            (Method::Alias, None) => {
                let masses = self.diagram.problem().masses();
                if let Some(site) = (0..n).find(|&i| masses[i] > 0.0 && self.pieces.range(Some(i)).is_empty()) {
                    return Err(SampleError::NotSolved { site });
                }
                draw.alias = Some(Alias::new(masses));
            }
            (Method::Stratified, _) => {}
            _ => draw.guide = draw.guide(),
        }
        Ok(draw)
    }

    /// The cell of a point near cell `hint`, exactly; of cells that tie the lowest.
    #[cold]
    #[inline(never)]
    fn locate(&self, x: [f64; 2], hint: u32) -> u32 {
        let lifted = self.diagram.lifted();
        let mut counters = Counters::default();
        let mut at = hint;
        // Each step goes to a higher site, so it ends; a point inside the domain that beats all neighbours is in the cell.
        'walk: loop {
            for label in self.diagram.labels(at as usize) {
                let certain = match *label {
                    Label::Bisector(j) => {
                        let sign = side_v_sign(&lifted[at as usize], &lifted[j as usize], x, &mut counters);
                        if sign < 0 {
                            at = j;
                            continue 'walk;
                        }
                        sign > 0
                    }
                    Label::Domain(k) => {
                        let frame = self.diagram.problem().frame();
                        orient2d_sign(frame.vertex(k as usize), frame.vertex(k as usize + 1), x) >= 0
                    }
                };
                if !certain {
                    return self.highest(x);
                }
            }
            return at;
        }
    }

    /// The same by asking all sites.
    fn highest(&self, x: [f64; 2]) -> u32 {
        let lifted = self.diagram.lifted();
        let mut counters = Counters::default();
        let wins = |j: &u32, i: &u32| {
            let sign = side_v_sign(&lifted[*j as usize], &lifted[*i as usize], x, &mut counters);
            // Ascending, so that of sites that tie the first stays.
            sign > 0
        };
        let mut wins = wins;
        (1..lifted.len() as u32).fold(0, |i, j| if wins(&j, &i) { j } else { i })
    }
}

/// Samples that can be had by their numbers.
#[derive(Clone, Debug)]
pub struct Draw<'s> {
    sampler: &'s Sampler<'s>,
    method: Method,
    seed: u64,
    /// First and last triangle.
    first: usize,
    last: usize,
    /// Mass before the first triangle, and of all.
    before: f64,
    mass: f64,
    count: f64,
    /// Of every stretch of the mass, the triangle in which it begins; a power of two of them.
    guide: Vec<u32>,
    alias: Option<Alias>,
}

impl Draw<'_> {
    /// Makes the samples with numbers `first`, `first + 1`, ...: points and their cells. Of a stratified draw, numbers from its count on
    /// mean nothing and give points of the last triangle. Parallel; the same bits for any number of threads, any cut of the run, any instruction set.
    ///
    /// Panics if the lists have different lengths.
    pub fn fill(&self, first: u64, points: &mut [[f64; 2]], cells: &mut [u32]) {
        assert_eq!(points.len(), cells.len(), "one cell for each point");
        points.par_chunks_mut(CHUNK).zip(cells.par_chunks_mut(CHUNK)).enumerate().for_each(|(c, (points, cells))| {
            let first = first.wrapping_add((c * CHUNK) as u64);
            widely(self.sampler.instructions, || match self.method {
                Method::Stratified => self.stratified(first, points, cells),
                Method::Alias if self.alias.is_some() => self.by_mass(first, points, cells),
                Method::Even => self.even(first, points, cells),
                _ => self.independent(first, points, cells),
            });
        });
    }

    /// What distinguishes the random numbers of the methods.
    fn stream(&self) -> u32 {
        match self.method {
            Method::Independent => 1,
            Method::Alias => 2,
            Method::Stratified => 3,
            Method::Even => 4,
        }
    }

    /// The first triangle that ends behind each of equal stretches of the mass.
    fn guide(&self) -> Vec<u32> {
        let size = (self.last - self.first + 1).next_power_of_two();
        let below = &self.sampler.pieces.below;
        let mut t = self.first;
        let start = |b: usize| {
            let place = self.before + b as f64 / size as f64 * self.mass;
            while t < self.last && below[t + 1] <= place {
                t += 1;
            }
            t as u32
        };
        (0..size).map(start).collect()
    }

    /// The triangle at the share `u` of the mass, and the share of its own mass before that.
    #[inline(always)]
    fn triangle(&self, u: f64) -> (usize, f64) {
        let pieces = &self.sampler.pieces;
        let place = self.before + u * self.mass;
        let mut t = self.guide[(u * self.guide.len() as f64) as usize] as usize;
        while t < self.last && pieces.below[t + 1] <= place {
            t += 1;
        }
        (t, self.share(t, place))
    }

    #[inline(always)]
    fn share(&self, t: usize, place: f64) -> f64 {
        let pieces = &self.sampler.pieces;
        ((place - pieces.below[t]) * pieces.triangles[t].rate).clamp(0.0, 1.0)
    }

    /// The sample of triangle `t` at `a, v`.
    #[inline(always)]
    fn sample(&self, t: usize, a: f64, v: f64) -> ([f64; 2], u32) {
        let pieces = &self.sampler.pieces;
        let (x, inside) = pieces.point(t, a, v);
        let site = pieces.triangles[t].site;
        (x, if inside { site } else { self.sampler.locate(x, site) })
    }

    #[inline(always)]
    fn independent(&self, first: u64, points: &mut [[f64; 2]], cells: &mut [u32]) {
        let stream = self.stream();
        for (c, (points, cells)) in points.chunks_mut(LANES).zip(cells.chunks_mut(LANES)).enumerate() {
            let words = blocks(self.seed, stream, 0, first.wrapping_add((c * LANES) as u64));
            let (u, v) = (words[0].map(unit), words[1].map(unit));
            for (l, (x, i)) in points.iter_mut().zip(cells).enumerate() {
                let (t, a) = self.triangle(u[l]);
                (*x, *i) = self.sample(t, a, v[l]);
            }
        }
    }

    #[inline(always)]
    fn by_mass(&self, first: u64, points: &mut [[f64; 2]], cells: &mut [u32]) {
        let Some(alias) = &self.alias else { return };
        let pieces = &self.sampler.pieces;
        let stream = self.stream();
        for (c, (points, cells)) in points.chunks_mut(LANES).zip(cells.chunks_mut(LANES)).enumerate() {
            let first = first.wrapping_add((c * LANES) as u64);
            let (which, where_to) = (blocks(self.seed, stream, 0, first), blocks(self.seed, stream, 1, first));
            let (u, v) = (which[1].map(unit), where_to[0].map(unit));
            for (l, (x, i)) in points.iter_mut().zip(cells).enumerate() {
                let range = pieces.range(Some(alias.index(which[0][l])));
                let (before, after) = (pieces.below[range.start], pieces.below[range.end]);
                let place = before + u[l] * (after - before);
                let mut t = range.start;
                while t + 1 < range.end && pieces.below[t + 1] <= place {
                    t += 1;
                }
                (*x, *i) = self.sample(t, self.share(t, place), v[l]);
            }
        }
    }

    #[inline(always)]
    fn even(&self, first: u64, points: &mut [[f64; 2]], cells: &mut [u32]) {
        // One block for the whole run: the shift.
        let words = blocks(self.seed, self.stream(), 0, 0);
        for (k, (x, i)) in points.iter_mut().zip(cells).enumerate() {
            let number = first.wrapping_add(k as u64);
            let at = |c: usize| unit(words[c][0].wrapping_add(number.wrapping_mul(R2[c])));
            let (t, a) = self.triangle(at(0));
            (*x, *i) = self.sample(t, a, at(1));
        }
    }

    /// Where triangle `t` begins, in samples.
    #[inline(always)]
    fn begin(&self, t: usize) -> f64 {
        let pieces = &self.sampler.pieces;
        if t > self.last { f64::INFINITY } else { (pieces.below[t] - self.before) / self.mass * self.count }
    }

    #[inline(always)]
    fn stratified(&self, first: u64, points: &mut [[f64; 2]], cells: &mut [u32]) {
        let (pieces, stream) = (&self.sampler.pieces, self.stream());
        let seed = self.seed;
        // The last triangle that begins at or before the first sample.
        let (mut low, mut high) = (self.first, self.last);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.begin(middle) <= first as f64 { low = middle } else { high = middle - 1 }
        }
        let mut t = low;
        let mut k = 0;
        while k < points.len() {
            let number = first.wrapping_add(k as u64);
            let at = number as f64;
            while self.begin(t + 1) <= at {
                t += 1;
            }
            let (begin, end) = (self.begin(t), self.begin(t + 1));
            // Samples per share of the triangle's mass, inverted.
            let rate = self.mass / self.count * pieces.triangles[t].rate;
            // Whole parts inside the triangle, eight at a time; the rest one by one. Both ways take a place by the same operations, or
            // the bits would depend on where the run is cut.
            let mut whole = ((end - at) as usize).min(points.len() - k);
            if whole > 0 && end - (at + (whole - 1) as f64) < 1.0 {
                whole -= 1;
            }
            if whole >= LANES / 2 && pieces.laws.is_empty() {
                let triangle = pieces.triangles[t];
                let run = points[k..k + whole].chunks_mut(LANES).zip(cells[k..k + whole].chunks_mut(LANES));
                for (c, (points, cells)) in run.enumerate() {
                    let place = at + (c * LANES) as f64;
                    let words = blocks(seed, stream, 0, number.wrapping_add((c * LANES) as u64));
                    let mut made = [[0.0; 2]; LANES];
                    let mut least = f64::INFINITY;
                    for l in 0..LANES {
                        let (u, v) = (unit(words[0][l]), unit(words[1][l]));
                        let a = ((((place + l as f64) - begin) + u) * rate).min(1.0);
                        let r = a.sqrt();
                        made[l] = [0, 1].map(|k| triangle.o[k] + r * (triangle.e[k] + v * triangle.f[k]));
                        least = least.min((1.0 - r).min((r * (1.0 - v)).min(r * v)));
                    }
                    points.copy_from_slice(&made[..points.len()]);
                    cells.fill(triangle.site);
                    if least <= f64::from(triangle.margin) {
                        for (l, (x, i)) in points.iter().zip(cells).enumerate() {
                            let a = ((((place + l as f64) - begin) + unit(words[0][l])) * rate).min(1.0);
                            if !triangle.at(a.sqrt(), unit(words[1][l])).1 {
                                *i = self.sampler.locate(*x, triangle.site);
                            }
                        }
                    }
                }
                k += whole;
                continue;
            }
            let words = blocks(seed, stream, 0, number);
            let (u, v) = (unit(words[0][0]), unit(words[1][0]));
            // Its part may reach into the triangles behind.
            let mut s = t;
            while self.begin(s + 1) - at <= u {
                s += 1;
            }
            let rate = self.mass / self.count * pieces.triangles[s].rate;
            let a = (((at - self.begin(s)) + u) * rate).clamp(0.0, 1.0);
            (points[k], cells[k]) = self.sample(s, a, v);
            k += 1;
        }
    }
}
