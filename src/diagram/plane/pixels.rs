//! An image on a box as a source on whole cells.
//!
//! A cell is scanned row by row ([`super::scan`]), which tells its mass with a bound of the error.
//! Where the bound is not small beside the mass, for needles, for cells that reach into light by a
//! hair or lie in the dark altogether, the cell is cut exactly by every pixel that it may meet, as
//! a source in patches is ([`super::restrict`]), with the same labels and the same sums. So no cell
//! has mass by rounding alone, and masses have the accuracy that a check expects.

use super::super::label::Label;
use super::super::moments::{Moments, joined};
use super::across;
use super::cells::vertex;
use super::clip::{Clipper, Sites};
use super::integrate::{self, LocalDensity};
use super::point::Point;
use super::scan::{Scan, Sums};
use super::source::{CellAt, Source};
use crate::domain::{Law, Outline, Raster};
use crate::exact::predicates::{BoxAbout, wins_on_box};
use crate::exact::{Counters, Dd};
use crate::hull::Wedge;

/// Masses by scanning are good to this share, a quarter of what is promised of all
/// (`integrate.rs`), or the cell is cut exactly.
const FINE: f64 = 1.0 / (1u64 << 42) as f64;

/// The same of spreads, which are squares: a claim of the cost has four times as much.
const FINE_SPREAD: f64 = 8.0 * FINE;

/// Pixels this near to a cell, as a share of the largest coordinate, are cut by it: vertices are
/// good to `2^-60`, and where a side meets a row is told in doubles.
const NEAR: f64 = 1.0 / (1u64 << 40) as f64;

/// An image times the source factor.
pub struct Pixels<'r> {
    raster: &'r Raster,
    factor: f64,
}

/// What a task keeps.
#[derive(Default)]
pub struct Scratch {
    scan: Scan,
    clipper: Clipper,
    ring: Vec<Wedge>,
    labels: Vec<Label>,
    vertices: Vec<Point>,
    parts: Vec<Moments>,
    counters: Counters,
}

impl<'r> Pixels<'r> {
    /// The image times `factor`.
    pub fn new(raster: &'r Raster, factor: f64) -> Pixels<'r> {
        Pixels { raster, factor }
    }

    /// Hands on what a cell and the pixels with mass have in common, by rows from below. Cost:
    /// O(vertices) a row and a clip for each pixel that is near.
    fn each_part(&self, cell: &CellAt<'_>, scratch: &mut Scratch, mut part: impl FnMut(&[Point], &LocalDensity)) {
        if cell.vertices.is_empty() {
            return;
        }
        let Scratch { clipper, ring, labels, vertices, .. } = scratch;
        let (hull, raster) = (cell.hull, self.raster);
        hull.ring(cell.position as usize, ring);
        let own = hull.point(cell.position as usize);
        let sites = Sites { points: hull.points(), rank: hull.order() };
        let margin = NEAR * raster.reach();
        let (low, high) = cell
            .vertices
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p.y.hi), high.max(p.y.hi)));
        for row in range(raster, 1, low - margin, high + margin) {
            let strip = [raster.lines(1)[row] - margin, raster.lines(1)[row + 1] + margin];
            let [left, right] = extent(cell.vertices, strip);
            for column in range(raster, 0, left - margin, right + margin) {
                let rho = raster.row(row)[column];
                if !(rho > 0.0) {
                    continue;
                }
                let corners = raster.corners(column, row);
                let (outline, around) = (Outline::of(&corners), BoxAbout::of(&corners));
                let near = |m: &u32| !wins_on_box(own, hull.point(*m as usize), &around);
                let neighbors = ring.iter().filter_map(|w| w.to).filter(near);
                clipper.clip(sites, (outline, None), cell.position, neighbors, labels);
                if labels.is_empty() {
                    continue;
                }
                vertices.clear();
                for k in 0..labels.len() {
                    let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
                    vertices.push(vertex(hull, outline, cell.position, before, labels[k]));
                }
                part(vertices, &LocalDensity::new(Law::constant(rho), self.factor).within(outline.reach()));
            }
        }
    }

    /// Moments from sums, if they are good enough.
    fn moments_of(&self, sums: &Sums) -> Option<Moments> {
        if !is_fine(sums) {
            return None;
        }
        let zero = || Moments { centroid: sums.origin, ..Moments::default() };
        if sums.mass == 0.0 {
            return Some(zero());
        }
        let c = sums.first.map(|f| f / sums.mass);
        let spread = sums.second - (sums.first[0] * c[0] + sums.first[1] * c[1]);
        // What is uncertain may lie anywhere in the cell.
        if !(4.0 * sums.off * sums.far <= FINE_SPREAD * spread) {
            return None;
        }
        let (mass, off, spread) = (self.factor * sums.mass, self.factor * sums.off, self.factor * spread);
        let centre = [0, 1].map(|k| Dd::from_f64(sums.origin[k]) + Dd::from_f64(c[k]));
        Some(Moments { mass, spread, off, ..Moments::default() }.centred(centre))
    }
}

/// Is the mass good enough? What is 0 must be so without doubt.
fn is_fine(sums: &Sums) -> bool {
    sums.off <= FINE * sums.mass
}

/// Columns or rows that meet `[low, high]`.
fn range(raster: &Raster, axis: usize, low: f64, high: f64) -> std::ops::Range<usize> {
    let lines = raster.lines(axis);
    let first = lines.partition_point(|l| *l < low).saturating_sub(1);
    first..lines.partition_point(|l| *l <= high).min(lines.len() - 1).max(first)
}

/// How far a polygon extends in a strip between two heights.
fn extent(vertices: &[Point], [bottom, top]: [f64; 2]) -> [f64; 2] {
    let (mut left, mut right) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut see = |x: f64| (left, right) = (left.min(x), right.max(x));
    for (k, p) in vertices.iter().enumerate() {
        let q = &vertices[if k + 1 == vertices.len() { 0 } else { k + 1 }];
        if (bottom..=top).contains(&p.y.hi) {
            see(p.x.hi);
        }
        let (a, b) = if p.y.hi <= q.y.hi { (p, q) } else { (q, p) };
        for y in [bottom, top] {
            if a.y.hi < y && y < b.y.hi {
                let t = (y - a.y.hi) / (b.y.hi - a.y.hi);
                see(a.x.hi * (1.0 - t) + b.x.hi * t);
            }
        }
    }
    [left, right]
}

impl Source for Pixels<'_> {
    type Scratch = Scratch;

    fn mass(&self, cell: &CellAt<'_>, scratch: &mut Scratch) -> f64 {
        match scratch.scan.sums::<false>(cell.vertices, self.raster) {
            Some(sums) if is_fine(&sums) => self.factor * sums.mass,
            _ => {
                let mut mass = 0.0;
                self.each_part(cell, scratch, |vertices, density| mass += integrate::mass(vertices, density));
                mass
            }
        }
    }

    fn moments(&self, cell: &CellAt<'_>, scratch: &mut Scratch) -> Moments {
        let sums = scratch.scan.sums::<true>(cell.vertices, self.raster);
        sums.and_then(|sums| self.moments_of(&sums)).unwrap_or_else(|| {
            let mut parts = std::mem::take(&mut scratch.parts);
            parts.clear();
            self.each_part(cell, scratch, |vertices, density| parts.push(integrate::moments(vertices, density)));
            let all = joined(&parts);
            scratch.parts = parts;
            all
        })
    }

    fn conductance(&self, cell: &CellAt<'_>, j: u32, [a, b]: [&Point; 2], scratch: &mut Scratch) -> f64 {
        let (hull, i) = (cell.hull, cell.position);
        let [own, other] = [i, j].map(|i| hull.point(i as usize));
        let length = integrate::length(a, b, own.site(), other.site());
        if !(length > 0.0) {
            return 0.0;
        }
        let ranks = [i, j].map(|i| hull.rank(i as usize));
        // The lower position says which way it is gone along.
        let wall = match i < j {
            true => ([a, b], ([own, other], ranks)),
            false => ([b, a], ([other, own], [ranks[1], ranks[0]])),
        };
        length * (self.factor * across::mean(self.raster, wall.0, wall.1, &mut scratch.counters))
    }

    fn counters(scratch: &Scratch) -> Counters {
        let mut all = scratch.clipper.counters;
        all += scratch.counters;
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::{self, CellMeasures, Duals, Region};
    use super::super::patched;
    use super::super::restrict::Restriction;
    use super::*;
    use crate::diagram::Integrate;
    use crate::domain::{Between, ConvexPolygon, Density, Image};
    use crate::exact::Heights;
    use crate::hull::Hull;
    use crate::problem::{Problem, ProblemData};
    use std::sync::Arc;

    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }

        /// In `0 .. 1`.
        fn real(&mut self) -> f64 {
            self.below(1 << 30) as f64 / (1u64 << 30) as f64
        }
    }

    /// Pixel by pixel, with exact labels, and by scanning.
    fn both(problem: &Problem, heights: &Heights, what: Integrate) -> [CellMeasures; 2] {
        let order = Hull::curve(problem.sites());
        let by_position: Vec<Dd> = order.iter().map(|&i| heights.get(i as usize)).collect();
        let hull = Hull::along(problem.sites(), order, &by_position);
        let (region, patches) = (Region::new(problem.frame()), problem.patches().unwrap());
        let (duals, factor) = (Duals::new(&hull, &region), problem.source_factor());
        let restriction = Restriction::new(&hull, &duals, patches, &patched::along_curve(patches));
        let raster = patches.raster().expect("an image on a box");
        [
            patched::measure(&hull, &duals, patches, &restriction, factor, what),
            cells::measure(&hull, &region, &Pixels::new(&raster, factor), what),
        ]
    }

    /// Random pixels: of one size or of very different ones, some of them black.
    fn image(d: &mut Dice, most: u64, low: [f64; 2], side: [f64; 2]) -> (Image, [f64; 2]) {
        let [width, height] = [1 + d.below(most), 1 + d.below(most)];
        let kind = d.below(4);
        let value = |_| match kind {
            0 => 1.0,
            1 => d.below(3) as f64,
            2 => d.real(),
            _ => 2f64.powi(-(d.below(60) as i32)) * d.below(2) as f64,
        };
        let mut values: Vec<f64> = (0..width * height).map(value).collect();
        values[0] = 1.0;
        let high = [low[0] + side[0] * width as f64, low[1] + side[1] * height as f64];
        (Image::new(width as usize, values, low, high, Between::Constant).unwrap(), high)
    }

    fn problem(image: Image, box_of: [[f64; 2]; 2], mut sites: Vec<[f64; 2]>) -> Option<Problem> {
        sites.sort_by(|a, b| a.partial_cmp(b).unwrap());
        sites.dedup();
        let domain = ConvexPolygon::rectangle(box_of[0], box_of[1]).unwrap();
        Problem::new(ProblemData::new(domain, sites).density(Density::Image(Arc::new(image)))).ok()
    }

    /// Everything that is told of cells agrees: with each other to the accuracy that is promised,
    /// from both sides of a wall to the bit.
    fn compare(problem: &Problem, heights: &Heights) -> usize {
        let [slow, fast] = both(problem, heights, Integrate::ALL);
        let [_, again] = both(problem, heights, Integrate::WALLS);
        let (low, high) = problem.frame().bounds();
        let size = (high[0] - low[0]).max(high[1] - low[1]);
        // A wall that the perturbation opened in a point has no length but rounding.
        let dense = problem.patches().unwrap().iter().map(|p| p.law().c).fold(0.0, f64::max);
        let rounding = 1e-15 * size * dense * problem.source_factor();
        let mut told = 0;
        for (k, (s, f)) in slow.moments.iter().zip(&fast.moments).enumerate() {
            let near = |a: f64, b: f64, share: f64| (a - b).abs() <= share * b.abs();
            assert!(near(f.mass, s.mass, 2.0 * FINE), "{k}: {f:?} {s:?}");
            assert!(near(again.mass[k], s.mass, 2.0 * FINE), "{k}: {} {s:?}", again.mass[k]);
            assert!((f.mass - s.mass).abs() <= 1.01 * (f.off + s.off), "{k}: {f:?} {s:?}");
            assert_eq!(f.mass == 0.0, s.mass == 0.0, "{k}: {f:?} {s:?}");
            if s.mass > 0.0 {
                let off = (0..2).map(|a| (f.centroid[a] - s.centroid[a]).abs()).fold(0.0, f64::max);
                assert!(off <= 1e-12 * size, "{k}: {f:?} {s:?}");
                assert!(near(f.spread, s.spread, 16.0 * FINE), "{k}: {f:?} {s:?}");
                told += 1;
            }
            let row = |m: &CellMeasures| {
                let mut row: Vec<(u32, f64)> = m.graph.entries(k).collect();
                row.sort_by_key(|e| e.0);
                row
            };
            let (a, b) = (row(&slow), row(&fast));
            assert_eq!(b, row(&again));
            let of = |row: &[(u32, f64)], j: u32| row.iter().find(|e| e.0 == j).map_or(0.0, |e| e.1);
            for &(j, w) in a.iter().chain(&b) {
                let off = (of(&a, j) - of(&b, j)).abs();
                assert!(off <= 1e-9 * w || off <= rounding, "{k}, {j}: {a:?} {b:?}");
                assert_eq!(of(&b, j), fast.graph.entries(j as usize).find(|e| e.0 == k as u32).map_or(0.0, |e| e.1));
            }
        }
        told
    }

    #[test]
    fn scanned_cells_are_those_of_the_pixels() {
        let (mut d, mut told) = (Dice(1), 0);
        for round in 0..400 {
            let (side, low) = ([1.0, 0.01, 30.0][round % 3], [[0.0; 2], [-3.0, 5.0], [100.0, 0.0]][round / 3 % 3]);
            let flat = 0.2 + d.real();
            let (image, high) = image(&mut d, 14, low, [side, side * flat]);
            let inside = |d: &mut Dice| [0, 1].map(|k| low[k] + (high[k] - low[k]) * d.real());
            let n = 1 + d.below([4, 40, 400][round / 9 % 3]) as usize;
            let sites: Vec<[f64; 2]> = (0..n).map(|_| inside(&mut d)).collect();
            // A window cuts the pixels at its sides.
            let (p, q) = (inside(&mut d), inside(&mut d));
            let window = [[p[0].min(q[0]), p[1].min(q[1])], [p[0].max(q[0]), p[1].max(q[1])]];
            let window = if round % 2 == 0 { [low, high] } else { window };
            let Some(problem) = problem(image, window, sites) else { continue };
            let square = (high[0] - low[0]).powi(2) / n as f64;
            let heights = Heights::new(
                problem
                    .sites()
                    .iter()
                    .map(|y| Dd::from_f64(-0.5 * (y[0] * y[0] + y[1] * y[1]) + 0.3 * square * d.real())),
            );
            told += compare(&problem, &heights);
        }
        assert!(told > 10_000, "{told}");
    }

    /// Sites on a lattice of halves of pixels: walls along lines, vertices on lines and on corners.
    #[test]
    fn walls_along_lines_count_once_and_where_the_perturbation_puts_them() {
        let (mut d, mut told) = (Dice(2), 0);
        for round in 0..600 {
            let (image, high) = image(&mut d, 6, [-2.0, -2.0], [1.0, 1.0]);
            let n = 1 + d.below(14) as usize;
            let places = |k: usize| 2 * (high[k] + 2.0) as u64 + 5;
            let sites = (0..n).map(|_| [0, 1].map(|k| -3.0 + 0.5 * d.below(places(k)) as f64)).collect();
            let Some(problem) = problem(image, [[-2.0; 2], high], sites) else { continue };
            let shifts = [1, 3][round % 2];
            let heights = Heights::new(
                problem
                    .sites()
                    .iter()
                    .map(|y| Dd::from_f64(-0.5 * (y[0] * y[0] + y[1] * y[1]) + 0.25 * d.below(shifts) as f64)),
            );
            told += compare(&problem, &heights);
        }
        assert!(told > 2000, "{told}");
    }

    /// What is scanned and what is not: nothing of an ordinary picture is cut, but a hair of light
    /// and needles are.
    #[test]
    fn bounds_tell_which_cells_need_to_be_cut() {
        let square = ConvexPolygon::rectangle([0.0; 2], [4.0, 4.0]).unwrap();
        let mut values = vec![0.0; 16];
        // The pixel in the upper right corner.
        values[3] = 1.0;
        let image = Image::new(4, values, [0.0; 2], [4.0, 4.0], Between::Constant).unwrap();
        let raster = Raster::new(&Arc::new(image), &square).unwrap();
        let at = |p: [f64; 2]| Point::from_f64(p);
        let mut scan = Scan::default();
        let mut sums = |polygon: &[[f64; 2]]| {
            let points: Vec<Point> = polygon.iter().map(|&p| at(p)).collect();
            scan.sums::<true>(&points, &raster).unwrap()
        };
        let dark = sums(&[[0.5, 0.5], [2.0, 0.25], [1.0, 1.75]]);
        assert!(dark.mass == 0.0 && dark.off == 0.0 && is_fine(&dark), "{dark:?}");
        let beside = sums(&[[1.0, 3.0], [3.0, 3.0], [3.0, 3.5]]);
        assert!(!is_fine(&beside), "{beside:?}");
        let hair = sums(&[[1.0, 3.0], [3.0 + 1e-9, 3.25], [1.0, 3.5]]);
        assert!(hair.off > 0.0 && !is_fine(&hair), "{hair:?}");
        let light = sums(&[[2.5, 2.5], [4.0, 3.0], [4.0, 4.0], [3.0, 4.0]]);
        assert!(is_fine(&light) && light.off > 0.0, "{light:?}");
        // By hand: the polygon is the whole pixel.
        assert!((light.mass - 1.0).abs() <= light.off, "{light:?}");
        let needle = sums(&[[3.0, 3.0], [4.0, 4.0], [3.5, 3.5 + 1e-13]]);
        assert!(!is_fine(&needle), "{needle:?}");
    }
}
