//! All cells in their balls, measured: over a convex source, over the patches of one that has
//! patches, and over its mixture with an even background.

use super::super::graph::summed;
use super::super::label::Label;
use super::super::measures::Integrate;
use super::super::moments::{Moments, joined};
use super::super::plane::cells::{CHUNK, Cell, CellMeasures, Duals, Region};
use super::super::plane::even::even_law;
use super::super::plane::integrate;
use super::super::plane::patched::{self, Ground};
use super::super::plane::point::Point;
use super::super::plane::restrict::{Part, Restriction};
use super::ball::BallCell;
use super::disc::{Disc, Ruler};
use super::source::Source;
use crate::exact::{Counters, Dd};
use crate::hull::Hull;
use crate::problem::Problem;
use rayon::prelude::*;

/// How the problem's domain is measured.
pub fn ruler_of(problem: &Problem) -> Ruler {
    Ruler::new(problem.frame().extent(), problem.frame().vertex(0))
}

/// What there is to know of the cells in their balls.
pub struct InBalls {
    /// The measures, by position; last those of the rest, which has no moments.
    pub cells: CellMeasures,
    /// Masses of the cells before balls cut them.
    pub polygons: Vec<f64>,
}

/// Measures at the height `shift` of the rest. A `background` replaces that share of a source of
/// patches. Cost: O(n) plus clipping, over patches O(meetings); bit-identical for any number of
/// threads.
pub fn measure(
    hull: &Hull,
    problem: &Problem,
    ground: Option<&Ground>,
    background: f64,
    shift: Dd,
    what: Integrate,
) -> InBalls {
    let region = Region::new(problem.frame());
    let (duals, factor) = (Duals::new(hull, &region), problem.source_factor());
    let ruler = ruler_of(problem);
    let disc = |i: u32| Disc::new(hull.point(i as usize), shift, ruler);
    let even = || {
        let source = Source::new(even_law(problem), factor);
        let chunk = |range: std::ops::Range<usize>| {
            let (mut cell, mut rows) = (Cell::default(), Rows::new(hull, what));
            for i in range {
                cell.compute(hull, &duals, &region, i as u32);
                rows.add(i as u32, &cell.labels, &cell.vertices, &source, disc);
                rows.end_of_cell();
            }
            rows.counters = cell.counters();
            rows
        };
        collected(hull.len(), chunk)
    };
    let Some(ground) = ground.filter(|_| background < 1.0) else { return even() };
    let all = Restriction::new(hull, &duals, &ground.patches, ground.order());
    let chunk = |range: std::ops::Range<usize>| {
        let (mut part, mut rows) = (Part::default(), Rows::new(hull, what));
        for i in range {
            for &(k, meeting) in all.of(i) {
                let patch = ground.patches.get(k as usize);
                part.compute(hull, &duals, &all, i as u32, patch.outline(), meeting);
                rows.add(i as u32, &part.labels, &part.vertices, &Source::new(patch.law(), factor), disc);
            }
            rows.end_of_cell();
        }
        rows
    };
    let mut own = collected(hull.len(), chunk);
    own.cells.counters += all.counters;
    if background > 0.0 {
        let even = even();
        own.cells = patched::mixed(&own.cells, &even.cells, background);
        let pairs = own.polygons.iter_mut().zip(&even.polygons);
        pairs.for_each(|(a, b)| *a = (1.0 - background) * *a + background * b);
    }
    own
}

/// What a chunk of positions contributes.
struct Rows<'a> {
    hull: &'a Hull,
    what: Integrate,
    ball: BallCell,
    // The cell in the making.
    walls: Vec<(u32, f64)>,
    pieces: Vec<Moments>,
    sums: [f64; 3],
    // Those that are done.
    mass: Vec<f64>,
    outside: Vec<f64>,
    free: Vec<f64>,
    length: Vec<u32>,
    entries: Vec<(u32, f64)>,
    moments: Vec<Moments>,
    counters: Counters,
}

impl<'a> Rows<'a> {
    fn new(hull: &'a Hull, what: Integrate) -> Rows<'a> {
        Rows {
            hull,
            what,
            ball: BallCell::default(),
            walls: Vec::new(),
            pieces: Vec::new(),
            sums: [0.0; 3],
            mass: Vec::new(),
            outside: Vec::new(),
            free: Vec::new(),
            length: Vec::new(),
            entries: Vec::new(),
            moments: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// Adds a polygon of cell `i`: all of it, or its part in a patch.
    fn add(&mut self, i: u32, labels: &[Label], points: &[Point], source: &Source, disc: impl Fn(u32) -> Disc) {
        self.ball.compute(i, labels, points, disc);
        let masses = self.ball.masses(points, source);
        self.sums.iter_mut().zip(masses).for_each(|(s, m)| *s += m);
        if self.what.moments {
            self.pieces.push(self.ball.moments(source));
        }
        if self.what.walls {
            self.walls.extend(walls(&self.ball, labels, |j| self.hull.point(j as usize).site(), i, source));
        }
    }

    fn end_of_cell(&mut self) {
        let [mass, outside, free] = std::mem::take(&mut self.sums);
        self.mass.push(mass);
        self.outside.push(outside);
        self.free.push(free);
        if self.what.moments {
            self.moments.push(joined(&self.pieces));
            self.pieces.clear();
        }
        let before = self.entries.len();
        if self.what.walls {
            merge(&mut self.walls, &mut self.entries);
            if free > 0.0 {
                self.entries.push((self.hull.len() as u32, free));
            }
        }
        self.length.push((self.entries.len() - before) as u32);
    }
}

/// `K_ij` of what lies in the ball of the walls of a polygon of cell `i`.
pub fn walls(
    ball: &BallCell,
    labels: &[Label],
    site: impl Fn(u32) -> [f64; 2],
    i: u32,
    source: &Source,
) -> impl Iterator<Item = (u32, f64)> {
    labels.iter().enumerate().filter_map(move |(k, label)| {
        let (Label::Bisector(j), Some((a, b))) = (*label, ball.part(k)) else { return None };
        let c = integrate::conductance(a, b, site(i), site(j), source.local());
        (c > 0.0).then_some((j, c))
    })
}

/// Moves the walls over, one entry for each neighbour. (A cell in one piece has one wall for each,
/// in the order around it.)
fn merge(walls: &mut Vec<(u32, f64)>, entries: &mut Vec<(u32, f64)>) {
    let mut several = walls.len() > 1;
    if several {
        let mut columns: Vec<u32> = walls.iter().map(|w| w.0).collect();
        columns.sort_unstable();
        several = columns.windows(2).any(|w| w[0] == w[1]);
    }
    if !several {
        entries.append(walls);
        return;
    }
    // For each neighbour in the order of the patches.
    summed(walls, |j, sum| entries.push((j, sum)));
    walls.clear();
}

/// All chunks, and the row of the rest.
fn collected<'a>(n: usize, chunk: impl Fn(std::ops::Range<usize>) -> Rows<'a> + Sync) -> InBalls {
    let parts: Vec<Rows<'_>> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .with_max_len(1)
        .map(|c| chunk(c * CHUNK..((c + 1) * CHUNK).min(n)))
        .collect();
    let mut all = CellMeasures::default();
    let mut polygons = Vec::with_capacity(n);
    let mut rest = Dd::ZERO;
    let mut last: Vec<(u32, f64)> = Vec::new();
    for part in parts {
        let first = all.mass.len();
        polygons.extend(part.mass.iter().zip(&part.outside).map(|(a, b)| a + b));
        all.mass.extend_from_slice(&part.mass);
        all.graph.append(&part.length, part.entries.into_iter());
        all.moments.extend_from_slice(&part.moments);
        for (k, (&outside, &free)) in part.outside.iter().zip(&part.free).enumerate() {
            rest = rest + Dd::from_f64(outside);
            if free > 0.0 && part.what.walls {
                last.push(((first + k) as u32, free));
            }
        }
        all.counters += part.counters;
    }
    all.mass.push(rest.to_f64());
    all.graph.append(&[last.len() as u32], last.into_iter());
    InBalls { cells: all, polygons }
}
