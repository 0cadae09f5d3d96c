//! Random points of a sphere, with their cells.
//!
//! Heights along an axis are uniform on a sphere (Archimedes), so two uniform numbers make a point,
//! in the whole sphere or in a cap. A point of one cell is drawn from a cap that holds it until one
//! lies in the cell; where the density is not constant a point is kept with a probability
//! proportional to the density there, else drawn anew: exact in law. A point of a whole image is
//! drawn by its pixel's share. (The low-discrepancy sequence gives the first two numbers.)
//!
//! A point is rounded, so it lies a little beside the sphere: its cell is that of the site that
//! wins there, exactly.

use super::alias::Alias;
use super::draw::Fill;
use super::method::{Method, SampleError};
use crate::dense::{Stream, unit};
use crate::diagram::surface::{Envelope, Scratch};
use crate::diagram::{Cells, SphereDiagram, SphereGround};
use crate::domain::{Sphere, direction};
use crate::exact::Heights;
use rayon::prelude::*;
use std::sync::Arc;

/// Points of one task.
const CHUNK: usize = 1 << 10;

/// So often a point is drawn anew. A cell that is a thin ring fills little of its cap.
const TRIES: u32 = 1 << 20;

/// Steps of Roberts' additive recurrence in two dimensions.
const R2: [f64; 2] = [0.754_877_666_246_692_7, 0.569_840_290_998_053_2];

/// Draws points from the cells of a diagram on a sphere, in proportion to area times density.
///
/// ```
/// use brenier::{Heights, Sphere, SphereDiagram, SphereProblem, SphereProblemData};
/// use brenier::sample::{Fill, Method, SphereSampler};
/// let poles = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
/// let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, poles)).unwrap();
/// let heights = Heights::zeros(2);
/// let sampler = SphereSampler::new(&SphereDiagram::new(&problem, &heights).unwrap(), &heights);
/// let (mut points, mut cells) = (vec![[0.0; 3]; 1000], vec![0; 1000]);
/// sampler.draw(Method::Independent, None, 7, 1000).unwrap().fill(0, &mut points, &mut cells);
/// assert!(points.iter().zip(&cells).all(|(x, &i)| (x[2] > 0.0) == (i == 0)));
/// ```
#[derive(Clone, Debug)]
pub struct SphereSampler {
    sphere: Sphere,
    envelope: Envelope,
    ground: Arc<SphereGround>,
    /// A bound of the density on the sphere; of an image also one in each cell.
    most: f64,
    most_in: Vec<f64>,
    masses: Vec<f64>,
    /// Mass before each cell; one more entry.
    below: Vec<f64>,
    /// Of each cell: the middle of a cap that holds it, and its least height; `None`: it is empty.
    caps: Vec<Option<([f64; 3], f64)>>,
}

impl SphereSampler {
    /// Of a diagram and the heights that it was made of. Cost: O(n log n).
    pub fn new(diagram: &SphereDiagram, heights: &Heights) -> SphereSampler {
        let ground = diagram.ground();
        let sites = Cells::sites(diagram);
        let mut below = vec![0.0];
        diagram.masses().iter().for_each(|m| below.push(below[below.len() - 1] + m));
        let full = |i: &usize| diagram.masses()[*i] > 0.0;
        SphereSampler {
            sphere: *ground.sphere(),
            envelope: Envelope::new(sites, heights),
            ground: ground.clone(),
            most: ground.most(),
            most_in: if ground.is_picture() { (0..sites.len()).map(|i| diagram.most(i)).collect() } else { Vec::new() },
            masses: diagram.masses().to_vec(),
            below,
            caps: (0..sites.len()).map(|i| Some(i).filter(full).and_then(|i| diagram.cap(i))).collect(),
        }
    }

    /// Samples of the whole source or of one cell, by their numbers below `count`.
    ///
    /// # Errors
    /// The cell does not exist or has no mass.
    pub fn draw(
        &self,
        method: Method,
        cell: Option<usize>,
        seed: u64,
        count: u64,
    ) -> Result<SphereDraw<'_>, SampleError> {
        let n = self.masses.len();
        if let Some(cell) = cell.filter(|&i| i >= n) {
            return Err(SampleError::NoCell { cell, count: n });
        }
        if let Some(cell) = cell.filter(|&i| self.caps[i].is_none()) {
            return Err(SampleError::EmptyCell { cell });
        }
        let alias = (method == Method::Alias && cell.is_none()).then(|| Alias::new(&self.masses));
        Ok(SphereDraw { of: self, method, seed, count: count as f64, cell, alias })
    }
}

/// Samples that can be had by their numbers.
#[derive(Debug)]
pub struct SphereDraw<'s> {
    of: &'s SphereSampler,
    method: Method,
    seed: u64,
    count: f64,
    cell: Option<usize>,
    alias: Option<Alias>,
}

impl SphereDraw<'_> {
    fn words(&self, number: u64, part: u32) -> [u64; 4] {
        let stream = match self.method {
            Method::Independent => 21,
            Method::Alias => 22,
            Method::Stratified => 23,
            Method::Even => 24,
        };
        let block = |half: u32| Stream { seed: self.seed, stream: stream + 16 * half, part }.block(number);
        let ([a, b], [c, d]) = (block(0), block(1));
        [a, b, c, d]
    }

    /// The point of two uniform numbers in a cap.
    fn in_cap(&self, cap: Option<&([f64; 3], f64)>, u: f64, v: f64) -> [f64; 3] {
        let Some((z, low)) = cap else { return direction(u, v) };
        // Down from the middle by the share of the cap's height; 1 - h without cancellation.
        let x = direction(0.5 * u * (1.0 - low), v);
        // Turned so that the third axis becomes z: a reflection at the middle of both.
        let m = [z[0], z[1], z[2] + 1.0];
        let square: f64 = m.iter().map(|m| m * m).sum();
        if square < 1e-12 {
            return [x[0], -x[1], -x[2]];
        }
        let along = 2.0 * (x[0] * m[0] + x[1] * m[1] + x[2] * m[2]) / square;
        [0, 1, 2].map(|k| along * m[k] - x[k])
    }

    /// The cell at a share of the mass.
    fn at(&self, share: f64) -> usize {
        let below = &self.of.below;
        let last = below.len() - 1;
        let place = share.min(1.0) * below[last];
        below[1..].partition_point(|&b| b <= place).min(last - 1)
    }

    /// A point with its cell.
    fn point(&self, number: u64, scratch: &mut Scratch) -> ([f64; 3], u32) {
        let first = self.words(number, 0);
        let cell = match &self.alias {
            Some(alias) => Some(alias.pick(first[0]).index as usize),
            None if self.method == Method::Stratified && self.cell.is_none() => {
                Some(self.at((number as f64 + unit(first[0])) / self.count))
            }
            None => self.cell,
        };
        let most = cell.and_then(|i| self.of.most_in.get(i)).unwrap_or(&self.of.most);
        let cap = cell.and_then(|i| self.of.caps[i].as_ref());
        let even = self.of.ground.is_even();
        let mut found = ([0.0; 3], 0);
        for part in 0..TRIES {
            let words = if part == 0 { first } else { self.words(number, part) };
            let (mut u, mut v) = (unit(words[1]), unit(words[2]));
            if part == 0 && self.method == Method::Even {
                let shift = Stream { seed: self.seed, stream: 24, part: 0 }.block(0);
                u = (unit(shift[0]) + (number as f64 * R2[0]).fract()).fract();
                v = (unit(shift[1]) + (number as f64 * R2[1]).fract()).fract();
            }
            // All of an image is drawn from as it is, with no point in vain.
            let drawn = if cell.is_none() { self.of.ground.at(u, [v, unit(words[3])]) } else { None };
            let u = drawn.unwrap_or_else(|| self.in_cap(cap, u, v));
            let kept = drawn.is_some() || even || unit(words[3]) * most < self.of.ground.rho(&u);
            if !kept && part + 1 < TRIES {
                continue;
            }
            let x = self.of.sphere.at(&u);
            let won = self.of.envelope.highest(x, scratch);
            found = (x, won);
            if cell.is_none_or(|i| i == won as usize) {
                break;
            }
        }
        found
    }
}

impl Fill<3> for SphereDraw<'_> {
    fn fill(&self, first: u64, points: &mut [[f64; 3]], cells: &mut [u32]) {
        assert_eq!(points.len(), cells.len(), "one cell for each point");
        points.par_chunks_mut(CHUNK).zip(cells.par_chunks_mut(CHUNK)).enumerate().for_each(|(c, (points, cells))| {
            let first = first.wrapping_add((c * CHUNK) as u64);
            let mut scratch = Default::default();
            for (l, (x, cell)) in points.iter_mut().zip(cells).enumerate() {
                (*x, *cell) = self.point(first.wrapping_add(l as u64), &mut scratch);
            }
        });
    }
}
