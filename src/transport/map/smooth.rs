//! A smooth convex function near `u`, and its gradient: a map without jumps that is monotone like
//! the map itself.

use super::super::locate::NOWHERE;
use super::{BrenierMap, SingularOptions};
use rayon::prelude::*;

/// Terms below `e^-40` of the greatest are left out: with a million sites they are less than
/// `2^-37` of the sum, and of the gradient's digits.
const DEPTH: f64 = 40.0;

/// The gradient of the soft maximum `u_s(x) = s log sum_i exp((<x, y_i> + h_i) / s)` over the sites
/// that have a cell in the plane.
///
/// `u <= u_s <= u + s log n`. `u_s` is convex and smooth, its gradient `sum_i p_i y_i` is the mean
/// of the sites with weights `p_i ~ exp((<x, y_i> + h_i) / s)`, so it maps into their convex hull
/// and tends to the map, off the walls, as `s` tends to 0. A wall between `y_i` and `y_j` becomes a
/// layer of width about `s / |y_i - y_j|`.
#[derive(Clone, Copy, Debug)]
pub struct SmoothMap<'a> {
    map: &'a BrenierMap,
    temperature: f64,
}

impl BrenierMap {
    /// The temperature where layers are as wide as a cell: a quarter of the spacing of the sites
    /// times that of the cells.
    pub fn usual_temperature(&self) -> f64 {
        let jumps = self.singular(&SingularOptions::default());
        let n = self.diagram().len() as f64;
        let cell = (self.problem().frame().area() / n).sqrt();
        let usual = 0.25 * cell * (jumps.threshold.median * cell);
        if usual > 0.0 && usual.is_finite() { usual } else { cell * cell }
    }

    /// The smoothed map at a temperature `s > 0`, in units of `u` (length squared); `None` if that
    /// is not a positive number.
    pub fn smooth(&self, temperature: f64) -> Option<SmoothMap<'_>> {
        (temperature > 0.0 && temperature.is_finite()).then_some(SmoothMap { map: self, temperature })
    }
}

impl SmoothMap<'_> {
    /// `u_s(x)`, and its gradient; `None` if the point is not finite. Cost: O(number of sites
    /// within `40 s` of the highest).
    pub fn at(&self, x: [f64; 2]) -> Option<(f64, [f64; 2])> {
        let top = self.map.cell_of(x);
        if top == NOWHERE {
            return None;
        }
        let sites = self.map.problem().sites();
        let (mut sum, mut pull) = (0.0, [0.0; 2]);
        let origin = sites[top as usize];
        self.map.locator.near(x, DEPTH * self.temperature, |i, below| {
            let weight = (below / self.temperature).exp();
            let y = sites[i as usize];
            sum += weight;
            (0..2).for_each(|k| pull[k] += weight * (y[k] - origin[k]));
        });
        let value = self.map.potential(x) + self.temperature * sum.ln();
        Some((value, [0, 1].map(|k| origin[k] + pull[k] / sum)))
    }

    /// Gradients at many points, in parallel, with NaN for points that are not finite.
    pub fn images(&self, points: &[[f64; 2]], images: &mut [[f64; 2]]) {
        points.par_chunks(super::CHUNK).zip(images.par_chunks_mut(super::CHUNK)).for_each(|(points, images)| {
            points.iter().zip(images).for_each(|(x, y)| *y = self.at(*x).map_or([f64::NAN; 2], |v| v.1));
        });
    }
}
