//! Densities given by the pixels of an image.

use super::{ConvexPolygon, DomainError};
use crate::exact::power::scaled;

/// How the density goes between the pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// Constant on each pixel.
    #[default]
    Constant,
    /// Bilinear between the centres of the pixels, constant beyond the outermost ones along each
    /// axis.
    Bilinear,
}

/// An image over the rectangle `[min, max]`: rows of pixels from the top (largest `y`) down, each
/// from the left, as pictures are stored.
///
/// The density is *defined* by the grid lines rounded to doubles: column `k` of `w` begins at the
/// double nearest to about `min + (max - min) k / w`. All that follows is exact for that grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    width: usize,
    values: Vec<f64>,
    min: [f64; 2],
    max: [f64; 2],
    between: Between,
    /// Grid lines of the patches: pixel borders, or for bilinear ones the centres between the outer
    /// borders.
    lines: [Vec<f64>; 2],
}

/// Most pixels along a side.
const LONGEST_SIDE: usize = 1 << 20;

/// Most pixels: patches are numbered by 32 bits.
const MOST_PIXELS: usize = 1 << 30;

impl Image {
    /// Checks an image of `width` columns; `values` row by row.
    ///
    /// # Errors
    /// [`DomainError`] naming the pixel that is negative or not finite, or a size that does not
    /// fit.
    ///
    /// ```
    /// use brenier::domain::{Between, Image};
    /// let image = Image::new(2, vec![1.0, 0.0, 0.5, 0.25], [0.0, 0.0], [1.0, 1.0], Between::Constant).unwrap();
    /// assert_eq!(image.pixel(0, 0), 0.5); // the lower left one
    /// assert!(Image::new(2, vec![1.0, -1.0], [0.0, 0.0], [1.0, 1.0], Between::Constant).is_err());
    /// ```
    pub fn new(
        width: usize,
        values: Vec<f64>,
        min: [f64; 2],
        max: [f64; 2],
        between: Between,
    ) -> Result<Image, DomainError> {
        let height = values.len().checked_div(width).unwrap_or(0);
        let pixels = values.len();
        if height == 0 || width * height != pixels || width.max(height) > LONGEST_SIDE || pixels > MOST_PIXELS {
            return Err(DomainError::ImageSize { width, pixels });
        }
        if let Some(k) = values.iter().position(|v| !(v.is_finite() && *v >= 0.0)) {
            return Err(DomainError::Pixel { row: k / width, column: k % width, value: values[k] });
        }
        // Checks the corners, too.
        ConvexPolygon::rectangle(min, max)?;
        let lines = [0, 1].map(|axis| lines(min[axis], max[axis], [width, height][axis], between));
        if let Some(axis) = (0..2).find(|&axis| lines[axis].windows(2).any(|w| w[0] >= w[1])) {
            return Err(DomainError::ThinPixels { axis, min: min[axis], max: max[axis] });
        }
        Ok(Image { width, values, min, max, between, lines })
    }

    /// All coordinates times `2^length` and all values times `2^density`, which the caller knows to
    /// be exact.
    pub(crate) fn scaled(&self, length: i32, density: i32) -> Image {
        Image {
            width: self.width,
            // Only pixels beyond the frame ([`Image::values_within`]) may leave the doubles.
            values: self.values.iter().map(|v| scaled(*v, density).min(f64::MAX)).collect(),
            min: self.min.map(|x| scaled(x, length)),
            max: self.max.map(|x| scaled(x, length)),
            between: self.between,
            lines: self.lines.each_ref().map(|lines| lines.iter().map(|x| scaled(*x, length)).collect()),
        }
    }

    /// The values that the density is made of on the patches with a part of their inside in a box.
    pub(crate) fn values_within(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = f64> + '_ {
        let along = |k: usize| {
            let lines = &self.lines[k];
            let begin = lines.partition_point(|x| *x <= low[k]).saturating_sub(1);
            begin..lines.partition_point(|x| *x < high[k]).min(lines.len() - 1)
        };
        let columns = along(0);
        along(1).flat_map(move |row| columns.clone().flat_map(move |column| self.patch(column, row).1))
    }

    /// The lines between patches, along both axes.
    pub(crate) fn lines(&self) -> &[Vec<f64>; 2] {
        &self.lines
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.values.len() / self.width
    }

    /// Pixels row by row from the top.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Lower left corner.
    pub fn min(&self) -> [f64; 2] {
        self.min
    }

    /// Upper right corner.
    pub fn max(&self) -> [f64; 2] {
        self.max
    }

    /// What is between pixels.
    pub fn between(&self) -> Between {
        self.between
    }

    /// The pixel in a column from the left and a row from the *bottom*.
    pub fn pixel(&self, column: usize, row: usize) -> f64 {
        self.values[(self.height() - 1 - row) * self.width + column]
    }

    /// Columns and rows of patches, rectangles on which the density is one polynomial.
    pub fn grid(&self) -> [usize; 2] {
        [self.lines[0].len() - 1, self.lines[1].len() - 1]
    }

    /// A patch: its lower left and upper right corner, and the density at its corners,
    /// counter-clockwise from the lower left.
    pub fn patch(&self, column: usize, row: usize) -> ([[f64; 2]; 2], [f64; 4]) {
        let [x, y] = &self.lines;
        let corners = [[x[column], y[row]], [x[column + 1], y[row + 1]]];
        let rho = match self.between {
            Between::Constant => [self.pixel(column, row); 4],
            Between::Bilinear => {
                // Grid line k > 0 goes through the centres of pixels k - 1.
                let at = |c: usize, r: usize| {
                    let inside = |k: usize, n: usize| k.saturating_sub(1).min(n - 1);
                    self.pixel(inside(c, self.width), inside(r, self.height()))
                };
                [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)]
            }
        };
        (corners, rho)
    }
}

/// Ends of the patches along one axis of `n` pixels.
fn lines(min: f64, max: f64, n: usize, between: Between) -> Vec<f64> {
    // The ends are met exactly, and between them rounding is monotone.
    let at = |t: f64| min * (1.0 - t) + max * t;
    let inner: Vec<f64> = match between {
        Between::Constant => (1..n).map(|k| at(k as f64 / n as f64)).collect(),
        Between::Bilinear => (0..n).map(|k| at((k as f64 + 0.5) / n as f64)).collect(),
    };
    [vec![min], inner, vec![max]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bilinear_patches_fit_together() {
        let values: Vec<f64> = (0..12).map(|k| f64::from(k * k % 7)).collect();
        let image = Image::new(4, values, [-1.0, 0.0], [1.0, 3.0], Between::Bilinear).unwrap();
        assert_eq!(image.grid(), [5, 4]);
        for row in 0..4 {
            for column in 0..5 {
                let (corners, rho) = image.patch(column, row);
                if column < 4 {
                    let (next, other) = image.patch(column + 1, row);
                    assert_eq!((corners[1][0], rho[1], rho[2]), (next[0][0], other[0], other[3]));
                }
                if row < 3 {
                    let (next, other) = image.patch(column, row + 1);
                    assert_eq!((corners[1][1], rho[3], rho[2]), (next[0][1], other[0], other[1]));
                }
            }
        }
        // Constant beyond the centres of the outer pixels.
        assert_eq!(image.patch(0, 0).1, [image.pixel(0, 0); 4]);
        assert_eq!(image.patch(0, 0).0, [[-1.0, 0.0], [-0.75, 0.5]]);
    }

    #[test]
    fn refusals_name_the_place() {
        let new = |width, values: &[f64], max| Image::new(width, values.to_vec(), [0.0; 2], max, Between::Constant);
        let text = |width, values: &[f64], max| new(width, values, max).unwrap_err().to_string();
        assert_eq!(text(3, &[1.0; 4], [1.0; 2]), "an image of 4 pixels does not have rows of 3; give full rows");
        let negative = text(2, &[1.0, 1.0, 1.0, -2.0], [1.0; 2]);
        assert_eq!(negative, "pixel in row 1, column 1 is -2; every pixel must be finite and at least 0");
        // Between two neighbouring doubles there is no border for two pixels.
        let far = Image::new(2, vec![1.0; 2], [1e16, 0.0], [1e16f64.next_up(), 1.0], Between::Constant);
        assert!(matches!(far, Err(DomainError::ThinPixels { axis: 0, .. })), "{far:?}");
    }
}
