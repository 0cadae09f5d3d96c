//! Random points in space, and on tori of the plane, with their cells.
//!
//! Cells are cut into tetrahedra about one of their corners. A tetrahedron is picked by its mass
//! with an alias table, or along the sum of all masses; three uniform numbers in ascending order
//! cut the unit interval into barycentric coordinates of a uniform point (Devroye, Non-Uniform
//! Random Variate Generation, 1986, V.2). With an affine density a point is kept with a probability
//! proportional to the density there, else drawn anew from further words: exact in law.
//!
//! The low-discrepancy sequence must not reject. There an affine density `sum rho_k l_k` is a
//! mixture, with weights `rho_k`, of the densities that are proportional to `l_k`. Of such a one
//! `l_k` has the law Beta(2, 3), with the distribution function `6 x^2 - 8 x^3 + 3 x^4`, and the
//! other three coordinates are uniform in what is left. What the share of the mass says within the
//! tetrahedron chooses the corner.
//!
//! A point is rounded, so it may lie beside its cell: its cell is that of the site that wins there,
//! exactly. On a torus points lie in its box.

use super::alias::Alias;
use super::draw::Fill;
use super::method::{Method, SampleError};
use crate::dense::{Stream, unit};
use crate::diagram::SpaceDiagram;
use crate::diagram::space::SpaceFinder;
use rayon::prelude::*;

/// Points of one task.
const CHUNK: usize = 1 << 10;

/// So often a point is drawn anew; a density that is 0 at three corners of four keeps a quarter.
const TRIES: u32 = 1000;

/// Steps of Roberts' additive recurrence in four dimensions, `g^-1` to `g^-4` with `g^5 = g + 1`.
const R4: [f64; 4] = [0.856_674_883_854_502_9, 0.733_891_856_627_126, 0.628_706_721_037_808_6, 0.538_597_257_223_61];

/// A tetrahedron of a cell.
#[derive(Clone, Copy, Debug)]
struct Simplex {
    corners: [[f64; 3]; 4],
    rho: [f64; 4],
}

/// Draws points from the cells of a diagram in space, in proportion to volume times density.
///
/// ```
/// use brenier::{Heights, SpaceDiagram, SpaceDomain, SpaceProblem, SpaceProblemData};
/// use brenier::sample::{Fill, Method, SpaceSampler};
/// let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
/// let sites = vec![[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]];
/// let problem = SpaceProblem::new(SpaceProblemData::new(cube, sites)).unwrap();
/// let heights = Heights::from_weights(problem.sites(), &[0.0, 0.0]).0;
/// let sampler = SpaceSampler::new(&SpaceDiagram::new(&problem, &heights).unwrap());
/// let (mut points, mut cells) = (vec![[0.0; 3]; 1000], vec![0; 1000]);
/// sampler.draw(Method::Independent, None, 7, 1000).unwrap().fill(0, &mut points, &mut cells);
/// assert!(points.iter().zip(&cells).all(|(x, &i)| (x[0] < 0.5) == (i == 0)));
/// ```
#[derive(Clone, Debug)]
pub struct SpaceSampler<const D: usize> {
    finder: SpaceFinder,
    simplices: Vec<Simplex>,
    /// Mass before each; one more entry.
    below: Vec<f64>,
    /// First of each site; one more entry.
    start: Vec<u32>,
    masses: Vec<f64>,
    constant: bool,
}

impl<const D: usize> SpaceSampler<D> {
    /// Cuts the cells into tetrahedra. Cost: O(number of their vertices), 136 bytes a tetrahedron.
    pub fn new(diagram: &SpaceDiagram<D>) -> SpaceSampler<D> {
        let (mut simplices, mut below, mut start) = (Vec::new(), vec![0.0], vec![0]);
        let mut constant = true;
        for i in 0..diagram.masses().len() {
            diagram.each_simplex(i, &mut |corners, rho, mass| {
                constant &= rho.iter().all(|r| *r == rho[0]);
                simplices.push(Simplex { corners, rho });
                below.push(below[below.len() - 1] + mass);
            });
            start.push(simplices.len() as u32);
        }
        SpaceSampler { finder: diagram.finder(), simplices, below, start, masses: diagram.masses().to_vec(), constant }
    }

    /// Samples of the whole source or of one cell, by their numbers below `count`.
    ///
    /// # Errors
    /// The cell does not exist or has no mass; a site to be drawn by its mass has no cell.
    pub fn draw(
        &self,
        method: Method,
        cell: Option<usize>,
        seed: u64,
        count: u64,
    ) -> Result<SpaceDraw<'_, D>, SampleError> {
        let n = self.masses.len();
        if let Some(cell) = cell.filter(|&i| i >= n) {
            return Err(SampleError::NoCell { cell, count: n });
        }
        let range = match cell {
            Some(i) => self.start[i] as usize..self.start[i + 1] as usize,
            None => 0..self.simplices.len(),
        };
        if range.is_empty() {
            return Err(SampleError::EmptyCell { cell: cell.unwrap_or(0) });
        }
        let mass = |t: usize| self.below[t + 1] - self.below[t];
        let alias = match method {
            Method::Stratified | Method::Even => None,
            _ => Some(Alias::new(&range.clone().map(mass).collect::<Vec<_>>())),
        };
        Ok(SpaceDraw { of: self, method, seed, count: count as f64, range, alias })
    }
}

/// Samples that can be had by their numbers.
#[derive(Debug)]
pub struct SpaceDraw<'s, const D: usize> {
    of: &'s SpaceSampler<D>,
    method: Method,
    seed: u64,
    count: f64,
    range: std::ops::Range<usize>,
    alias: Option<Alias>,
}

impl<const D: usize> SpaceDraw<'_, D> {
    fn words(&self, number: u64, part: u32) -> [u64; 4] {
        let stream = match self.method {
            Method::Independent => 11,
            Method::Alias => 12,
            Method::Stratified => 13,
            Method::Even => 14,
        };
        let block = |half: u32| Stream { seed: self.seed, stream: stream + 16 * half, part }.block(number);
        let ([a, b], [c, d]) = (block(0), block(1));
        [a, b, c, d]
    }

    /// The tetrahedron at a share of the mass, and which share of its own that is.
    fn at(&self, share: f64) -> (usize, f64) {
        let below = &self.of.below[self.range.start..=self.range.end];
        let place = below[0] + share * (below[below.len() - 1] - below[0]);
        let k = below[1..].partition_point(|&b| b <= place);
        let k = k.min(self.range.len() - 1);
        let within = (place - below[k]) / (below[k + 1] - below[k]);
        (self.range.start + k, within.clamp(0.0, 1.0))
    }

    fn point(&self, number: u64) -> [f64; D] {
        let words = self.words(number, 0);
        let mut uniform = [unit(words[1]), unit(words[2]), unit(words[3])];
        let (simplex, within) = match (&self.alias, self.method) {
            (Some(alias), _) => (self.range.start + alias.pick(words[0]).index as usize, 0.0),
            (None, Method::Even) => {
                let shift = Stream { seed: self.seed, stream: 14, part: 0 };
                let ([a, b], [c, d]) = (shift.block(0), shift.block(1));
                let even = |k: usize, word: u64| (unit(word) + (number as f64 * R4[k]).fract()).fract();
                uniform = [even(1, b), even(2, c), even(3, d)];
                self.at(even(0, a))
            }
            (None, _) => self.at(((number as f64 + unit(words[0])) / self.count).min(1.0)),
        };
        let Simplex { corners, rho } = &self.of.simplices[simplex];
        let most = rho.iter().fold(0.0, |m: f64, r| m.max(*r));
        let mut share = shares(uniform);
        if !self.of.constant && self.method == Method::Even {
            share = affine_shares(within, uniform, rho);
        } else if !self.of.constant {
            for part in 1..TRIES {
                let [coin, a, b, c] = self.words(number, part);
                let here: f64 = share.iter().zip(rho).map(|(s, r)| s * r).sum();
                if unit(coin) * most < here {
                    break;
                }
                share = shares([unit(a), unit(b), unit(c)]);
            }
        }
        std::array::from_fn(|k| share.iter().zip(corners).map(|(s, v)| s * v[k]).sum())
    }
}

/// Barycentric coordinates of a uniform point.
fn shares(mut u: [f64; 3]) -> [f64; 4] {
    u.sort_unstable_by(f64::total_cmp);
    [u[0], u[1] - u[0], u[2] - u[1], 1.0 - u[2]]
}

/// Barycentric coordinates of a point with an affine density, from a number for the corner and
/// three more.
fn affine_shares(corner: f64, [along, a, b]: [f64; 3], rho: &[f64; 4]) -> [f64; 4] {
    let mut place = corner * rho.iter().sum::<f64>();
    let mut k = 0;
    while k < 3 && place >= rho[k] {
        place -= rho[k];
        k += 1;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..53 {
        let x: f64 = 0.5 * (low + high);
        if x * x * (6.0 - 8.0 * x + 3.0 * x * x) < along { low = x } else { high = x }
    }
    let (l, a, b) = (low, a.min(b), a.max(b));
    let rest = [a, b - a, 1.0 - b].map(|s| (1.0 - l) * s);
    let mut shares = [0.0; 4];
    for (j, share) in shares.iter_mut().enumerate() {
        *share = if j == k { l } else { rest[j - usize::from(j > k)] };
    }
    shares
}

impl<const D: usize> Fill<D> for SpaceDraw<'_, D> {
    fn fill(&self, first: u64, points: &mut [[f64; D]], cells: &mut [u32]) {
        assert_eq!(points.len(), cells.len(), "one cell for each point");
        points.par_chunks_mut(CHUNK).zip(cells.par_chunks_mut(CHUNK)).enumerate().for_each(|(c, (points, cells))| {
            let first = first.wrapping_add((c * CHUNK) as u64);
            for (l, (x, cell)) in points.iter_mut().zip(cells).enumerate() {
                *x = self.of.finder.wrapped(self.point(first.wrapping_add(l as u64)));
                *cell = self.of.finder.site_of(x);
            }
        });
    }
}
