//! From a picture to the surface.

use super::optics::Optic;
use super::picture::Light;
use crate::domain::Domain;
use crate::exact::Heights;
use crate::newton::Outcome;
use crate::problem::{Problem, ProblemData, ProblemError};
use crate::setters::setters;
use crate::transport::{BrenierMap, ConvexGraph, MapError, SolveOptions, solve};

/// Where the picture shall be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LensTarget {
    /// Far away, with these full angles of its width and height, in radians.
    Angle([f64; 2]),
    /// On a screen above the lowest point of the surface, with this width; lengths as those of
    /// the aperture.
    Screen {
        /// Height above the lowest point of the surface.
        distance: f64,
        /// Width of the picture there.
        width: f64,
    },
}

/// Which way the surface bends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Highest in the middle: a plano-convex lens. Rays that cross are those of a lens.
    Dome,
    /// Lowest in the middle: a concave mirror.
    Bowl,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct LensData {
    /// Mirror or lens.
    pub optic: Optic,
    /// Dome or bowl.
    pub shape: Shape,
    /// Where light comes through; the axis is the middle of its bounding box.
    pub aperture: Domain,
    /// The picture.
    pub picture: Light,
    /// Where it shall be.
    pub target: LensTarget,
}

/// How it is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LensOptions {
    /// About so many facets at most: a picture of more pixels is made coarser.
    pub facets: usize,
    /// Energies are right to this relative error.
    pub tolerance: f64,
    /// Most times that facets are aimed anew at a screen.
    pub aims: usize,
}

impl Default for LensOptions {
    /// 20000 facets, 1e-8, 30 aims.
    fn default() -> LensOptions {
        LensOptions { facets: 20_000, tolerance: 1e-8, aims: 30 }
    }
}

setters!(LensOptions {
    facets: value usize,
    tolerance: value f64,
    aims: value usize,
});

/// Facets are aimed anew until they hit their pixels to this share of one.
const AIMED: f64 = 0.01;

/// Misses that shrink by less are answered by shorter ways.
const SLOW: f64 = 0.8;

/// The shortest.
const LEAST_SHARE: f64 = 1.0 / 16.0;

/// Why there is no such surface.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LensError {
    /// The picture is black.
    #[error("the picture has {lit} pixels with light; a surface needs at least 2")]
    Dark {
        /// Pixels with light.
        lit: usize,
    },
    /// The index.
    #[error("the index is {index}; a lens bends light with an index above 1, such as 1.5")]
    Index {
        /// What it is.
        index: f64,
    },
    /// The target.
    #[error("{what} is {value}; it must be {must}")]
    Target {
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        must: &'static str,
    },
    /// Light cannot be bent so far.
    #[error(
        "pixel {column}, {row} is {angle:.1} degrees from the axis, and this surface sends light to {limit:.1} at \
         most; make the picture narrower"
    )]
    TooFar {
        /// Column, from 0.
        column: usize,
        /// Row, from 0.
        row: usize,
        /// Its angle in degrees.
        angle: f64,
        /// The largest one.
        limit: f64,
    },
    /// The mesh of a smooth surface.
    #[error("the aperture could not be meshed: parts of its outline are closer than rounding")]
    Ground,
    /// The transport problem.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// The map.
    #[error(transparent)]
    Map(#[from] MapError),
}

/// A surface over the aperture, with the axis at the origin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LensDesign {
    /// The surface; the lowest point has height 0, sites are facets.
    pub surface: ConvexGraph,
    /// The picture that it makes, as it was reduced.
    pub picture: Light,
    /// The pixel of each facet.
    pub pixels: Vec<u32>,
    /// Half width and half height of the picture: tangents of angles, or lengths on the screen.
    pub half: [f64; 2],
    /// Largest relative error of a facet's energy.
    pub max_relative_error: f64,
    /// Whether the energies are right to the tolerance, and facets hit their pixels
    /// ([`LensDesign::settles`]).
    pub converged: bool,
    /// How far facets miss their pixels' middles on a screen, in pixels: after each aim. Empty if
    /// the picture is far away.
    pub misses: Vec<f64>,
    /// Largest slope.
    pub steepest: f64,
    /// The map whose convex function the surface is.
    pub(super) map: BrenierMap,
    /// The axis.
    pub(super) middle: [f64; 2],
}

impl LensDesign {
    /// Whether every facet hits its pixel on a screen. Always, where the picture is far away.
    pub fn settles(&self) -> bool {
        settles(&self.misses)
    }
}

/// Half a pixel from the middle is its border.
fn settles(misses: &[f64]) -> bool {
    misses.last().is_none_or(|miss| *miss <= 0.5)
}

fn positive(what: &'static str, value: f64, below: f64, must: &'static str) -> Result<(), LensError> {
    if value > 0.0 && value < below { Ok(()) } else { Err(LensError::Target { what, value, must }) }
}

/// Designs the surface. Cost: that of one transport problem with a site for each pixel with light;
/// for a screen of one for each aim.
///
/// # Errors
/// [`LensError`].
pub fn design_lens(data: &LensData, options: &LensOptions) -> Result<LensDesign, LensError> {
    if let Optic::Lens { index } = data.optic
        && !(index > 1.0 && index.is_finite())
    {
        return Err(LensError::Index { index });
    }
    let picture = data.picture.reduced(options.facets.max(2));
    let pixels: Vec<u32> = (0..picture.values.len() as u32).filter(|&k| picture.values[k as usize] > 0.0).collect();
    if pixels.len() < 2 {
        return Err(LensError::Dark { lit: pixels.len() });
    }
    let half = half_sizes(data.target, &picture)?;
    let [low, high] = corners(&data.aperture);
    let middle = [0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])];
    let width = picture.width;
    let aim = Aim { data, half, middle, size: [width, picture.height()] };
    let masses: Vec<f64> = pixels.iter().map(|&k| picture.values[k as usize]).collect();
    let mut sites = aim.sites(&pixels, None)?;
    let solved = SolveOptions::default().tolerance(options.tolerance);
    let mut start: Option<(Heights, Vec<[f64; 2]>)> = None;
    let mut misses: Vec<f64> = Vec::new();
    // Where facets are aimed from, and by how much of the way to their middles that moves.
    let (mut from, mut share) = (vec![[0.0; 3]; pixels.len()], 1.0f64);
    loop {
        let problem = Problem::new(ProblemData::new(data.aperture.clone(), sites.clone()).masses(masses.clone()))?;
        // Sites that were merged would be pixels in one direction: there are none.
        let warm = start.as_ref().filter(|(h, _)| h.len() == problem.len());
        let heights = warm.map(|(h, before)| h.moved(before, problem.sites()));
        let solution = solve(&problem, &solved.clone().start(heights));
        let map = BrenierMap::new(&problem, &solution.heights)?;
        let converged = solution.report.outcome == Some(Outcome::Converged);
        if matches!(data.target, LensTarget::Screen { .. }) && problem.len() == pixels.len() {
            let hits = aim.hits(&map);
            let miss = aim.miss(&pixels, problem.sites(), &hits);
            // Light that spreads little for the width of the aperture: a facet aimed anew takes
            // the place of its neighbour, and both go too far.
            if misses.last().is_some_and(|before| miss > SLOW * before) {
                share = (0.5 * share).max(LEAST_SHARE);
            }
            misses.push(miss);
            let aimed = misses.last().is_some_and(|m| *m <= AIMED);
            if !aimed && misses.len() <= options.aims && converged {
                start = Some((solution.heights.clone(), sites));
                for (from, hit) in from.iter_mut().zip(&hits) {
                    (0..3).for_each(|k| from[k] += share * (hit[k] - from[k]));
                }
                sites = aim.sites(&pixels, Some(&from))?;
                continue;
            }
        }
        let steepest = sites.iter().map(|p| p[0].hypot(p[1])).fold(0.0, f64::max);
        return Ok(LensDesign {
            surface: aim.placed(map.alexandrov()),
            pixels,
            half,
            max_relative_error: solution.report.max_relative_error,
            converged: converged && settles(&misses),
            misses,
            steepest,
            picture,
            map,
            middle,
        });
    }
}

/// The bounding box.
fn corners(domain: &Domain) -> [[f64; 2]; 2] {
    let frame = domain.frame();
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for v in frame.vertices() {
        for k in 0..2 {
            low[k] = low[k].min(v[k]);
            high[k] = high[k].max(v[k]);
        }
    }
    [low, high]
}

fn half_sizes(target: LensTarget, picture: &Light) -> Result<[f64; 2], LensError> {
    match target {
        LensTarget::Angle(full) => {
            for (what, angle) in ["angle[0]", "angle[1]"].into_iter().zip(full) {
                positive(what, angle, std::f64::consts::PI, "an angle in radians between 0 and pi")?;
            }
            Ok(full.map(|a| (0.5 * a).tan()))
        }
        LensTarget::Screen { distance, width } => {
            positive("screen.distance", distance, f64::INFINITY, "a positive length")?;
            positive("screen.width", width, f64::INFINITY, "a positive length")?;
            Ok([0.5 * width, 0.5 * width * picture.height() as f64 / picture.width as f64])
        }
    }
}

/// From pixels to slopes.
struct Aim<'a> {
    data: &'a LensData,
    half: [f64; 2],
    /// The axis.
    middle: [f64; 2],
    /// Columns and rows.
    size: [usize; 2],
}

impl Aim<'_> {
    /// The middle of a pixel, in the units of `half`.
    fn middle_of(&self, pixel: u32) -> [f64; 2] {
        let (column, row) = (pixel as usize % self.size[0], pixel as usize / self.size[0]);
        let at = |k: usize, n: usize| 2.0 * (k as f64 + 0.5) / n as f64 - 1.0;
        [self.half[0] * at(column, self.size[0]), -self.half[1] * at(row, self.size[1])]
    }

    /// The sites: slopes, or their opposites for a dome, whose height is minus the potential.
    /// `from`: where the light of each facet starts, relative to the axis; none: far away, or from
    /// the axis.
    fn sites(&self, pixels: &[u32], from: Option<&[[f64; 3]]>) -> Result<Vec<[f64; 2]>, LensError> {
        let sign = if self.data.shape == Shape::Dome { -1.0 } else { 1.0 };
        let one = |(k, &pixel): (usize, &u32)| {
            let [x, y] = self.middle_of(pixel);
            let way = match (self.data.target, from.map_or([0.0; 3], |f| f[k])) {
                (LensTarget::Angle(_), _) => [x, y, 1.0],
                (LensTarget::Screen { distance, .. }, [a, b, c]) => [x - a, y - b, distance - c],
            };
            let size = (way[0] * way[0] + way[1] * way[1] + way[2] * way[2]).sqrt();
            let direction = way.map(|w| w / size);
            let slope = self.data.optic.slope(direction).ok_or_else(|| LensError::TooFar {
                column: pixel as usize % self.size[0],
                row: pixel as usize / self.size[0],
                angle: direction[2].clamp(-1.0, 1.0).acos().to_degrees(),
                limit: self.data.optic.limit().to_degrees(),
            })?;
            Ok(slope.map(|p| sign * p))
        };
        pixels.iter().enumerate().map(one).collect()
    }

    fn height(&self, u: f64) -> f64 {
        if self.data.shape == Shape::Dome { -u } else { u }
    }

    /// The middles of the facets, relative to the axis and to the lowest point of the surface.
    fn hits(&self, map: &BrenierMap) -> Vec<[f64; 3]> {
        let least = self.placed_by(&map.alexandrov());
        let centroids = map.diagram().centroids();
        let at = |c: &Option<[f64; 2]>| {
            let x = c.unwrap_or(self.middle);
            [x[0] - self.middle[0], x[1] - self.middle[1], self.height(map.potential(x)) - least]
        };
        centroids.iter().map(at).collect()
    }

    /// How far light from the middles of the facets lands from the middles of their pixels, in
    /// pixels.
    fn miss(&self, pixels: &[u32], sites: &[[f64; 2]], hits: &[[f64; 3]]) -> f64 {
        let LensTarget::Screen { distance, .. } = self.data.target else { return 0.0 };
        let sign = if self.data.shape == Shape::Dome { -1.0 } else { 1.0 };
        let pixel = 2.0 * self.half[0] / self.size[0] as f64;
        let mut worst = 0.0f64;
        for ((&p, site), hit) in pixels.iter().zip(sites).zip(hits) {
            let [x, y] = self.middle_of(p);
            let Some(way) = self.data.optic.deflected([-sign * site[0], -sign * site[1], 1.0]) else {
                return f64::INFINITY;
            };
            let t = (distance - hit[2]) / way[2];
            worst = worst.max((hit[0] + t * way[0] - x).hypot(hit[1] + t * way[1] - y) / pixel);
        }
        worst
    }

    fn placed_by(&self, graph: &ConvexGraph) -> f64 {
        graph.vertices.iter().map(|v| self.height(v[2])).fold(f64::INFINITY, f64::min)
    }

    /// With the axis at the origin and the lowest point at height 0.
    fn placed(&self, mut graph: ConvexGraph) -> ConvexGraph {
        let least = self.placed_by(&graph);
        let middle = self.middle;
        for v in &mut graph.vertices {
            *v = [v[0] - middle[0], v[1] - middle[1], self.height(v[2]) - least];
        }
        graph
    }
}
