//! The pixels of an image on the sphere, and the lines between them.

use super::super::{Between, DomainError, Image};
use super::bands::{Band, sinc};
use super::degrees::cos_sin;
use super::sums::Sums;
use crate::exact::Dd;
use std::f64::consts::{FRAC_PI_2, TAU};
use std::sync::Arc;

/// Pixels between meridians and parallels.
#[derive(Clone, Debug)]
pub(super) struct Pixels {
    pub image: Arc<Image>,
    /// Columns of blocks that a column of pixels is: wide ones are divided, so that a block is
    /// narrower than half of the sphere.
    split: u32,
    /// Cosines and sines of meridians.
    pub meridians: Vec<[f64; 2]>,
    /// Heights of parallels, ascending.
    pub parallels: Vec<f64>,
    /// Angle, direction of the middle, and the means of cosine and sine about it, of each column.
    columns: Vec<Column>,
    bands: Vec<Band>,
}

/// A column of blocks.
#[derive(Clone, Copy, Debug)]
struct Column {
    angle: f64,
    middle: [f64; 2],
    sinc: f64,
    less: f64,
}

impl Pixels {
    /// Of an image whose place is given in degrees.
    ///
    /// # Errors
    /// Degrees beyond the sphere, pixels too thin for doubles, values between pixels.
    pub fn new(image: Arc<Image>) -> Result<Pixels, DomainError> {
        let (min, max) = (image.min(), image.max());
        let sound = [-360.0, -90.0].iter().zip(&min).all(|(a, b)| a <= b)
            && max[0] <= 360.0
            && max[1] <= 90.0
            && max[0] - min[0] <= 360.0;
        if !sound {
            return Err(DomainError::OffTheSphere { min, max });
        }
        if image.between() == Between::Bilinear {
            return Err(DomainError::BilinearOnSphere);
        }
        let [lon, lat] = image.lines();
        let widest = lon.windows(2).map(|w| w[1] - w[0]).fold(0.0, f64::max);
        let split = (widest / 90.0).ceil().max(1.0) as u32;
        let mut meridians = Vec::with_capacity((lon.len() - 1) * split as usize + 1);
        for w in lon.windows(2) {
            let step = (w[1] - w[0]) / f64::from(split);
            meridians.extend((0..split).map(|k| cos_sin(w[0] + f64::from(k) * step)));
        }
        meridians.push(cos_sin(max[0]));
        let parallels: Vec<f64> = lat.iter().map(|&b| cos_sin(b)[1]).collect();
        let thin = |axis: usize| DomainError::ThinPixels { axis, min: min[axis], max: max[axis] };
        if parallels.windows(2).any(|w| w[0] >= w[1]) {
            return Err(thin(1));
        }
        let columns: Vec<Column> = meridians.windows(2).map(Column::between).collect();
        if columns.iter().any(|c| !(c.angle > 0.0)) {
            return Err(thin(0));
        }
        let bands: Vec<Band> = parallels.windows(2).map(|w| Band::between(w[0], w[1])).collect();
        Ok(Pixels { image, split, meridians, parallels, columns, bands })
    }

    /// With other values in the same places.
    pub fn with(&self, image: Image) -> Pixels {
        Pixels { image: Arc::new(image), ..self.clone() }
    }

    /// Columns and rows of blocks.
    pub fn grid(&self) -> [u32; 2] {
        [self.columns.len() as u32, self.bands.len() as u32]
    }

    /// Columns of blocks that are less than a right angle together.
    pub fn sector(&self) -> u32 {
        let widest = self.columns.iter().map(|c| c.angle).fold(0.0, f64::max);
        (FRAC_PI_2 / widest + 1e-9).floor().max(1.0) as u32
    }

    /// The density in a column and row of blocks, from the south.
    pub fn pixel(&self, column: u32, row: u32) -> f64 {
        self.image.pixel((column / self.split) as usize, row as usize)
    }

    /// Mass and moments of a pixel.
    pub fn sums_of(&self, column: u32, row: u32) -> Sums {
        let value = self.pixel(column, row);
        let (c, b) = (&self.columns[column as usize], &self.bands[row as usize]);
        let mean = [b.r * c.sinc * c.middle[0], b.r * c.sinc * c.middle[1], b.z];
        let mass = value * c.angle * b.height;
        Sums { mass, mean, spread: mass * (b.varies + b.r * b.r * c.less), most: value, least: value }
    }

    /// The column and row in which a direction lies, by doubles; `None` beside the image.
    pub fn place(&self, u: &[f64; 3]) -> Option<[u32; 2]> {
        let row = self.parallels.partition_point(|&z| z <= u[2]);
        let last = self.parallels.len();
        let row = if row == last && u[2] >= 1.0 && self.parallels[last - 1] == 1.0 { row - 1 } else { row };
        if row == 0 || row == last {
            return None;
        }
        let turned = u[1].atan2(u[0]).to_degrees() - self.image.min()[0];
        // The remainder of a hair below 0 is rounded to the whole circle.
        let wide = turned.rem_euclid(360.0) % 360.0;
        let width = self.image.max()[0] - self.image.min()[0];
        if wide >= width {
            return None;
        }
        // Lines lie evenly but for roundings.
        let n = self.columns.len();
        let mut column = ((wide / width * n as f64) as usize).min(n - 1);
        let east = |k: usize| self.meridians[k][0] * u[1] - self.meridians[k][1] * u[0] >= 0.0;
        if !east(column) && column > 0 {
            column -= 1;
        } else if column + 1 < n && east(column + 1) {
            column += 1;
        }
        Some([column as u32, row as u32 - 1])
    }

    /// A point of a pixel, at shares of its angle and its height.
    pub fn within(&self, [column, row]: [u32; 2], [u, v]: [f64; 2]) -> [f64; 3] {
        let (column, row) = (column as usize, row as usize);
        let (low, high) = (self.parallels[row], self.parallels[row + 1]);
        let z = low + v * (high - low);
        let r = ((1.0 - z) * (1.0 + z)).max(0.0).sqrt();
        let Column { angle, middle: [c, s], .. } = self.columns[column];
        let (sin, cos) = ((u - 0.5) * angle).sin_cos();
        [r * (c * cos - s * sin), r * (s * cos + c * sin), z]
    }
}

impl Column {
    /// Between two directions.
    fn between(w: &[[f64; 2]]) -> Column {
        let [[a, b], [c, d]] = [w[0], w[1]];
        let cross = (Dd::product(a, d) - Dd::product(b, c)).to_f64();
        let angle = cross.atan2(a * c + b * d);
        let (x, y) = (a + c, b + d);
        let size = x.hypot(y);
        let (sinc, less) = sinc(0.5 * angle);
        Column { angle: if angle.abs() < TAU { angle } else { 0.0 }, middle: [x / size, y / size], sinc, less }
    }
}
