//! The map of given heights: to the code of the cell, or to what the code and its neighbours span.

use super::about::ABOUT;
use super::cells::{Moments, moments};
use super::codes::Codes;
use super::components::{Components, components};
use super::counts::search;
use super::draw::Use;
use super::envelope::Envelope;
use super::error::LatentError;
use super::lines::Along;
use super::local::{Local, local};
use super::neighbours::{distance, nearest};
use super::ray::simplex;
use super::soft::temperature;
use super::source::Source;
use super::stage::Samples;
use super::stars::values;
use super::strength::strength;
use super::units::Units;
use rayon::prelude::*;
use std::sync::OnceLock;

/// How codes are filled in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extension {
    /// Nothing between: the code of the cell.
    Hard,
    /// The mean of codes, weighted by `exp(value / eps)`; mixes what lies on both sides of a wall.
    Soft,
    /// Between the code and the next highest one, if both are of one component.
    Pair,
    /// Among the codes of the dual simplex that a ray from the point ends at, those of one
    /// component.
    Simplex,
    /// The affine map on the cell that keeps the variance of the codes about it.
    Local,
}

impl Extension {
    /// All, by name.
    pub const ALL: [(&'static str, Extension); 5] = [
        ("hard", Extension::Hard),
        ("soft", Extension::Soft),
        ("pair", Extension::Pair),
        ("simplex", Extension::Simplex),
        ("local", Extension::Local),
    ];

    /// The one of this name.
    pub fn of(name: &str) -> Option<Extension> {
        Extension::ALL.iter().find(|e| e.0 == name).map(|e| e.1)
    }
}

/// A wall that lines have crossed, and how far the map jumps there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JumpWall {
    /// Its cells, the lower one first.
    pub cells: [u32; 2],
    /// `|y_i - y_j| / |c_i - c_j|` over the median of all walls: neither scale nor place of the
    /// codes changes it.
    pub ratio: f64,
    /// Lies it between two components?
    pub singular: bool,
}

/// A wall that a straight way through the source crosses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// Where, from 0 to 1.
    pub at: f64,
    /// From which cell to which.
    pub cells: [u32; 2],
    /// Jumps the map to another component there?
    pub singular: bool,
}

/// Points that were sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Points of the source, row after row.
    pub points: Vec<f64>,
    /// Their cells.
    pub cells: Vec<u32>,
    /// Where they were sent.
    pub images: Vec<f64>,
}

/// The map of heights. What an extension needs is made when it is first asked for.
#[derive(Debug)]
pub struct LatentMap {
    codes: Codes,
    units: Units,
    heights: Vec<f64>,
    seed: u64,
    strength: Option<f64>,
    lines: bool,
    eps: OnceLock<Result<f64, LatentError>>,
    shape: OnceLock<Result<Shape, LatentError>>,
    local: OnceLock<Result<Local, LatentError>>,
}

#[derive(Debug)]
struct Shape {
    near: Vec<Vec<(u32, f64)>>,
    walls: Vec<(u32, u32, f64)>,
    components: Components,
    centroids: Vec<Moments>,
}

impl LatentMap {
    /// The map of these heights, one a distinct code.
    ///
    /// # Errors
    /// Heights that do not fit, a sampler that fails.
    pub fn new(codes: &Codes, source: &Source, heights: &[f64], seed: u64) -> Result<LatentMap, LatentError> {
        if heights.len() != codes.len() {
            let (found, expected) = (heights.len(), codes.len());
            return Err(LatentError::Length { what: "heights", found, expected });
        }
        super::codes::check_rows("heights", 1, heights)?;
        let units = Units::new(codes, source, seed)?;
        let heights = units.heights_in(heights);
        let lines = source.has_lines();
        let (eps, shape, local) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(LatentMap { codes: codes.clone(), units, heights, seed, strength: None, lines, eps, shape, local })
    }

    /// The same map with this strength of [`Extension::Local`]: 0 copies the codes, 1 forgets where
    /// among its neighbours a code was.
    ///
    /// # Errors
    /// A strength that is not of 0 to 1.
    pub fn with_strength(mut self, strength: f64) -> Result<LatentMap, LatentError> {
        if !(0.0..=1.0).contains(&strength) {
            return Err(LatentError::Option(format!("strength is {strength}; give a number from 0 to 1")));
        }
        (self.strength, self.local) = (Some(strength), OnceLock::new());
        Ok(self)
    }

    /// The codes.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// The cell of each point, exactly, for the codes in the units of the problem.
    ///
    /// # Errors
    /// Points that are not finite, or not whole.
    pub fn cells(&self, points: &[f64]) -> Result<Vec<u32>, LatentError> {
        Ok(self.found(points)?.1)
    }

    /// Points in units, and their cells.
    fn found(&self, points: &[f64]) -> Result<(Vec<f64>, Vec<u32>), LatentError> {
        let d = self.units.dimension;
        if !points.len().is_multiple_of(d) {
            let expected = points.len().next_multiple_of(d);
            return Err(LatentError::Length { what: "points", found: points.len(), expected });
        }
        super::codes::check_rows("points", d, points)?;
        let mut inside = points.to_vec();
        self.units.points_in(&mut inside);
        let cells = search(&self.units, &self.heights)?.cells_of(&inside);
        Ok((inside, cells.map_err(|e| LatentError::State(e.to_string()))?.0))
    }

    /// Where points are sent, and their cells.
    ///
    /// # Errors
    /// As [`LatentMap::cells`]; where the local map needs too much memory.
    pub fn transport(&self, points: &[f64], how: Extension) -> Result<Moved, LatentError> {
        let d = self.units.dimension;
        let (inside, cells) = self.found(points)?;
        let mut images = vec![0.0; points.len()];
        // What is needed is made before threads ask for it all at once.
        let parts: &[u32] = match how {
            Extension::Pair | Extension::Simplex => &self.shape()?.components.of,
            _ => &[],
        };
        let eps = if matches!(how, Extension::Hard | Extension::Local) { 1.0 } else { self.eps()? };
        let affine = if how == Extension::Local { Some(self.local()?) } else { None };
        let rows = images.par_chunks_mut(d).zip(inside.par_chunks(d)).zip(points.par_chunks(d)).zip(&cells);
        rows.for_each_init(
            || vec![0.0; self.codes.len()],
            |work, (((to, u), x), &i)| match (how, affine) {
                (Extension::Hard, _) => to.copy_from_slice(self.codes.row(i as usize)),
                (_, Some(local)) => {
                    let cell = &local.cells[i as usize];
                    for (k, to) in to.iter_mut().enumerate() {
                        let row = cell.matrix[k * d..(k + 1) * d].iter().zip(x).zip(&cell.centroid);
                        *to = cell.image[k] + row.map(|((a, x), c)| a * (x - c)).sum::<f64>();
                    }
                }
                _ => {
                    values(&self.units.columns, &self.heights, u, work);
                    let weights = self.weights(how, u, i, work, eps, parts);
                    self.mean(&weights, to);
                }
            },
        );
        Ok(Moved { points: points.to_vec(), cells, images })
    }

    /// Weights of codes for a point of cell `i`, not normalized.
    fn weights(&self, how: Extension, u: &[f64], i: u32, values: &[f64], eps: f64, parts: &[u32]) -> Vec<(u32, f64)> {
        let top = values[i as usize];
        let weight = |j: u32| (j, libm::exp(((values[j as usize] - top) / eps).min(0.0)));
        let with = |j: &u32| parts[*j as usize] == parts[i as usize];
        match how {
            Extension::Soft => (0..values.len() as u32).map(weight).filter(|w| w.1 > 1e-16).collect(),
            Extension::Pair => {
                let others = (0..values.len() as u32).filter(|j| *j != i);
                let next = others.max_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]).then(b.cmp(a)));
                std::iter::once(i).chain(next.filter(with)).map(weight).collect()
            }
            _ => {
                let middle = self.shape.get().and_then(|s| s.as_ref().ok()).map(|s| &s.centroids[i as usize].centroid);
                let mut middle = middle.cloned().unwrap_or_default();
                self.units.points_in(&mut middle);
                let corners = simplex(&self.units, values, u, &middle, i);
                corners.into_iter().filter(with).map(weight).collect()
            }
        }
    }

    /// The weighted mean of codes, as a mean of differences to the first: an offset costs nothing.
    fn mean(&self, weights: &[(u32, f64)], to: &mut [f64]) {
        let total: f64 = weights.iter().map(|w| w.1).sum();
        let first = self.codes.row(weights[0].0 as usize);
        to.copy_from_slice(first);
        for &(j, w) in weights {
            let row = self.codes.row(j as usize).iter().zip(first);
            to.iter_mut().zip(row).for_each(|(to, (y, f))| *to += w / total * (y - f));
        }
    }

    /// Draws the points `first .. first + count` of a seed, and sends them.
    ///
    /// # Errors
    /// As [`LatentMap::transport`]; what a sampler does wrong; more samples than memory holds.
    pub fn sample(&self, first: u64, count: usize, seed: u64, how: Extension) -> Result<Moved, LatentError> {
        let d = self.units.dimension;
        // Points and images, and the cells.
        let bytes = (count as u64).saturating_mul(16 * d as u64 + 8);
        let room = usize::try_from(bytes).is_ok_and(|b| Vec::<u8>::new().try_reserve_exact(b).is_ok());
        if !room {
            let cure = "draw fewer, in blocks: sample k depends on the seed and k alone";
            return Err(LatentError::Memory { what: "so many samples", bytes, cure });
        }
        let mut points = vec![0.0; count * d];
        self.units.drawer.reseeded(seed).fill(Use::Ask, first, &mut points)?;
        self.units.points_out(&mut points);
        self.transport(&points, how)
    }

    /// The temperature of [`Extension::Soft`], in units of the caller's heights.
    ///
    /// # Errors
    /// What a sampler does wrong.
    pub fn temperature(&self) -> Result<f64, LatentError> {
        Ok(self.units.scale * self.eps()?)
    }

    fn eps(&self) -> Result<f64, LatentError> {
        self.eps.get_or_init(|| temperature(&self.units, &self.heights, Use::Ask, 1 << 51)).clone()
    }

    fn shape(&self) -> Result<&Shape, LatentError> {
        let made = self.shape.get_or_init(|| {
            let n = self.codes.len();
            let count = (2 * n as u64).clamp(2048, 1 << 16);
            let samples = Samples::of(&self.units, &self.heights, self.lines, 0, count)?;
            let walls = samples.say(&self.units, &self.heights)?.walls;
            let near = nearest(&self.codes, ABOUT + 4, &vec![true; n]);
            let components = components(&self.codes, &near, &walls);
            let centroids = moments(&self.units, &self.heights, false)?;
            Ok(Shape { near, walls, components, centroids })
        });
        made.as_ref().map_err(Clone::clone)
    }

    fn local(&self) -> Result<&Local, LatentError> {
        let made = self.local.get_or_init(|| {
            let shape = self.shape()?;
            let part = &shape.components.of;
            let s = self.strength.unwrap_or_else(|| strength(&self.codes, part, self.seed));
            local(&self.codes, &shape.near, part, (&self.units, &self.heights), s)
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The strength of [`Extension::Local`]: as given, or by codes that were held out.
    ///
    /// # Errors
    /// As [`LatentMap::transport`].
    pub fn strength(&self) -> Result<f64, LatentError> {
        Ok(self.local()?.strength)
    }

    /// The components of the codes.
    ///
    /// # Errors
    /// What a sampler does wrong.
    pub fn components(&self) -> Result<&Components, LatentError> {
        Ok(&self.shape()?.components)
    }

    /// Walls that sampled lines have crossed, by the jump: the longest first.
    ///
    /// # Errors
    /// What a sampler does wrong.
    pub fn walls(&self) -> Result<Vec<JumpWall>, LatentError> {
        let shape = self.shape()?;
        let center = |i: u32| &shape.centroids[i as usize].centroid;
        let ratio = |i: u32, j: u32| {
            let apart = center(i).iter().zip(center(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
            distance(&self.codes, i as usize, j as usize) / apart.max(f64::MIN_POSITIVE)
        };
        let mut walls: Vec<JumpWall> = shape
            .walls
            .iter()
            .map(|&(i, j, _)| JumpWall {
                cells: [i, j],
                ratio: ratio(i, j),
                singular: shape.components.of[i as usize] != shape.components.of[j as usize],
            })
            .collect();
        walls.sort_by(|a, b| b.ratio.total_cmp(&a.ratio).then(a.cells.cmp(&b.cells)));
        let median = walls.get(walls.len() / 2).map_or(1.0, |w| w.ratio);
        walls.iter_mut().for_each(|w| w.ratio /= median);
        Ok(walls)
    }

    /// The walls that the straight way from one point to another crosses, in order: where a curve
    /// of images is continuous within a component, and where it jumps over the singular set.
    ///
    /// # Errors
    /// Points that are not two of the source's dimension.
    pub fn curve(&self, from: &[f64], to: &[f64]) -> Result<Vec<Crossing>, LatentError> {
        let (inside, _) = self.found(&[from, to].concat())?;
        let d = self.units.dimension;
        if inside.len() != 2 * d {
            return Err(LatentError::Length { what: "the ends of a way", found: inside.len(), expected: 2 * d });
        }
        let parts = &self.shape()?.components.of;
        let (x, y) = inside.split_at(d);
        let way: Vec<f64> = x.iter().zip(y).map(|(a, b)| b - a).collect();
        let n = self.codes.len();
        let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
        values(&self.units.columns, &self.heights, x, &mut a);
        values(&self.units.columns, &vec![0.0; n], &way, &mut b);
        let [low, high] = (Along::Even { low: 0.0, high: 1.0 }).ends();
        let mut envelope = Envelope::default();
        let pieces = envelope.of(&a, &b, low, high);
        let crossing = |pair: &[super::envelope::Piece]| {
            let cells = [pair[0].line, pair[1].line];
            Crossing { at: pair[0].to, cells, singular: parts[cells[0] as usize] != parts[cells[1] as usize] }
        };
        Ok(pieces.windows(2).map(crossing).collect())
    }
}
