//! An image on a box as rows of numbers: for integrals that go over it pixel by pixel.

use super::{Between, ConvexPolygon, Image};
use std::sync::Arc;

/// Pixels with a constant density each, whole or cut along the sides of a box. Columns are counted
/// from the left, rows from below.
#[derive(Clone, Debug)]
pub struct Raster {
    image: Arc<Image>,
    /// The first column and row of the image that the box meets.
    first: [usize; 2],
    /// The lines between the pixels along both axes, the sides of the box among them.
    lines: [Vec<f64>; 2],
    /// Columns and rows in a unit of length, about.
    rate: [f64; 2],
    /// The greatest density of each pixel and those around it.
    around: Vec<f64>,
    reach: f64,
}

/// Pixels are at least so wide, as a share of the largest coordinate. A polygon is placed among
/// them to some `2^-47` of that, so what is misplaced lies in a pixel next to its own.
const WIDEST_ERROR: f64 = 1.0 / (1u64 << 36) as f64;

impl Raster {
    /// The image on a box that it covers; `None` if the density is not constant on each pixel, or
    /// pixels are thin beside their coordinates. Cost: O(pixels).
    pub fn new(image: &Arc<Image>, polygon: &ConvexPolygon) -> Option<Raster> {
        if image.between() != Between::Constant || !polygon.is_box() {
            return None;
        }
        let (low, high) = polygon.bounds();
        let reach = low.iter().chain(&high).fold(0.0, |m: f64, c| m.max(c.abs()));
        let mut first = [0; 2];
        let lines = [0, 1].map(|axis| {
            let all = &image.lines()[axis];
            first[axis] = all.partition_point(|l| *l <= low[axis]).saturating_sub(1);
            let inner = all.iter().copied().filter(|l| *l > low[axis] && *l < high[axis]);
            [low[axis]].into_iter().chain(inner).chain([high[axis]]).collect::<Vec<f64>>()
        });
        // Not `<`: what is no number is not wide.
        if lines.iter().any(|lines| lines.windows(2).any(|w| !(w[1] - w[0] >= WIDEST_ERROR * reach))) {
            return None;
        }
        let rate = [0, 1].map(|axis| (lines[axis].len() - 1) as f64 / (high[axis] - low[axis]));
        let mut raster = Raster { image: image.clone(), first, lines, rate, around: Vec::new(), reach };
        raster.around = raster.greatest();
        Some(raster)
    }

    /// Number of columns and rows.
    pub fn size(&self) -> [usize; 2] {
        self.lines.each_ref().map(|lines| lines.len() - 1)
    }

    /// The lines along an axis, ascending.
    pub fn lines(&self, axis: usize) -> &[f64] {
        &self.lines[axis]
    }

    /// The largest coordinate.
    pub fn reach(&self) -> f64 {
        self.reach
    }

    /// About where a coordinate lies: the number of a column or row.
    #[inline(always)]
    pub fn near(&self, axis: usize, x: f64) -> usize {
        let last = self.lines[axis].len() - 2;
        // Negative numbers become 0.
        (((x - self.lines[axis][0]) * self.rate[axis]) as usize).min(last)
    }

    /// The densities of a row.
    #[inline(always)]
    pub fn row(&self, row: usize) -> &[f64] {
        let (width, height) = (self.image.width(), self.image.height());
        let from = (height - 1 - (self.first[1] + row)) * width + self.first[0];
        &self.image.values()[from..from + self.lines[0].len() - 1]
    }

    /// For each pixel of a row the greatest density of it and its eight neighbours.
    #[inline(always)]
    pub fn around(&self, row: usize) -> &[f64] {
        let columns = self.lines[0].len() - 1;
        &self.around[row * columns..(row + 1) * columns]
    }

    /// A pixel as a polygon, counter-clockwise from its lower left corner.
    pub fn corners(&self, column: usize, row: usize) -> [[f64; 2]; 4] {
        let [x, y] = [(0, column), (1, row)].map(|(axis, k)| [self.lines[axis][k], self.lines[axis][k + 1]]);
        [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]]
    }

    fn greatest(&self) -> Vec<f64> {
        let [columns, rows] = self.size();
        let mut all = Vec::new();
        all.reserve_exact(columns * rows);
        let mut tall = vec![0.0f64; columns];
        for row in 0..rows {
            tall.fill(0.0);
            for near in row.saturating_sub(1)..(row + 2).min(rows) {
                tall.iter_mut().zip(self.row(near)).for_each(|(t, v)| *t = t.max(*v));
            }
            all.extend((0..columns).map(|c| {
                let near = &tall[c.saturating_sub(1)..(c + 2).min(columns)];
                near.iter().fold(0.0, |m: f64, v| m.max(*v))
            }));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window on an image: its pixels are those of the image, cut, and what is greatest around
    /// each is found by looking.
    #[test]
    fn a_window_has_the_pixels_of_its_image() {
        let values: Vec<f64> = (0..35).map(|k| f64::from(k * k % 11)).collect();
        let image = Arc::new(Image::new(7, values, [-1.0, 0.0], [6.0, 5.0], Between::Constant).unwrap());
        for (low, high) in [([-1.0, 0.0], [6.0, 5.0]), ([0.5, 1.0], [4.0, 4.25]), ([2.25, 2.25], [2.5, 2.75])] {
            let raster = Raster::new(&image, &ConvexPolygon::rectangle(low, high).unwrap()).unwrap();
            let [columns, rows] = raster.size();
            let mut area = 0.0;
            for r in 0..rows {
                for c in 0..columns {
                    let corners = raster.corners(c, r);
                    let centre = [0, 1].map(|k| 0.5 * (corners[0][k] + corners[2][k]));
                    let own = [(centre[0] + 1.0) as usize, centre[1] as usize];
                    assert_eq!(raster.row(r)[c], image.pixel(own[0], own[1]));
                    area += (corners[2][0] - corners[0][0]) * (corners[2][1] - corners[0][1]);
                    let near = |k: usize, n: usize| k.saturating_sub(1)..(k + 2).min(n);
                    let greatest = near(r, rows).flat_map(|r| near(c, columns).map(move |c| (c, r)));
                    let greatest = greatest.fold(0.0, |m: f64, (c, r)| m.max(raster.row(r)[c]));
                    assert_eq!(raster.around(r)[c], greatest);
                    assert!(raster.near(0, centre[0]).abs_diff(c) <= 1 && raster.near(1, centre[1]).abs_diff(r) <= 1);
                }
            }
            assert_eq!(area, (high[0] - low[0]) * (high[1] - low[1]));
        }
    }

    #[test]
    fn other_densities_and_thin_pixels_have_none() {
        let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
        let of = |between| Arc::new(Image::new(2, vec![1.0; 4], [0.0; 2], [1.0; 2], between).unwrap());
        assert!(Raster::new(&of(Between::Constant), &square).is_some());
        assert!(Raster::new(&of(Between::Bilinear), &square).is_none());
        let far = [[1e12, 0.0], [1e12 + 1.0, 1.0]];
        let image = Image::new(2, vec![1.0; 4], far[0], far[1], Between::Constant).unwrap();
        assert!(Raster::new(&Arc::new(image), &ConvexPolygon::rectangle(far[0], far[1]).unwrap()).is_none());
    }
}
