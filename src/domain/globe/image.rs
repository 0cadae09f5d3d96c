//! An image on the sphere.

use super::super::{Between, DomainError, Image};
use super::bands::{Band, sinc};
use super::blocks::{Block, Blocks, Sums};
use super::degrees::cos_sin;
use crate::exact::Dd;
use std::f64::consts::{FRAC_PI_2, TAU};
use std::sync::Arc;

/// An image whose columns are longitudes, ascending from the left, and whose rows are latitudes,
/// north on top, in degrees: the whole sphere, or a part of it outside of which nothing is.
///
/// The density is constant on every pixel. It is *defined* by the sines and cosines of the lines
/// between pixels, rounded to doubles: a meridian is half of the circle in the plane through the
/// axis with the normal `(-s, c, 0)`, a parallel lies at the height `s`. All that follows is exact
/// for these.
///
/// ```
/// use brenier::domain::{Between, Image, SphereImage};
/// // The north is twice as dense as the south.
/// let image = Image::new(1, vec![2.0, 1.0], [-180.0, -90.0], [180.0, 90.0], Between::Constant).unwrap();
/// let world = SphereImage::new(image.into()).unwrap();
/// assert!((world.measure() - 6.0 * std::f64::consts::PI).abs() < 1e-14);
/// assert_eq!(world.value(&[0.6, 0.0, 0.8]), 2.0);
/// ```
#[derive(Clone, Debug)]
pub struct SphereImage {
    image: Arc<Image>,
    /// Columns of blocks that a column of pixels is: wide ones are divided, so that a block is
    /// narrower than half of the sphere.
    split: u32,
    /// Cosines and sines of meridians.
    meridians: Vec<[f64; 2]>,
    /// Heights of parallels, ascending.
    parallels: Vec<f64>,
    /// Angle, direction of the middle, and the means of cosine and sine about it, of each column.
    columns: Vec<Column>,
    bands: Vec<Band>,
    blocks: Blocks,
}

/// A column of blocks.
#[derive(Clone, Copy, Debug)]
struct Column {
    angle: f64,
    middle: [f64; 2],
    sinc: f64,
    less: f64,
}

impl PartialEq for SphereImage {
    fn eq(&self, other: &SphereImage) -> bool {
        self.image == other.image
    }
}

impl SphereImage {
    /// Of an image whose place is given in degrees. Cost: O(pixels).
    ///
    /// # Errors
    /// Degrees beyond the sphere, pixels too thin for doubles, values between pixels, or no
    /// positive one.
    pub fn new(image: Arc<Image>) -> Result<SphereImage, DomainError> {
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
        let mut found = SphereImage { image, split, meridians, parallels, columns, bands, blocks: Blocks::default() };
        found.blocks = Blocks::of(&found);
        if !(found.measure() > 0.0) {
            return Err(DomainError::ZeroDensity);
        }
        Ok(found)
    }

    /// With its pixels and its place in degrees.
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// All values times `2^density`, which the caller knows to be exact.
    pub(crate) fn scaled(&self, density: i32) -> SphereImage {
        let image = Arc::new(self.image.scaled(0, density));
        let mut found = SphereImage { image, blocks: Blocks::default(), ..self.clone() };
        found.blocks = Blocks::of(&found);
        found
    }

    /// Columns and rows of blocks.
    pub(super) fn grid(&self) -> [u32; 2] {
        [self.columns.len() as u32, self.bands.len() as u32]
    }

    /// Columns of blocks that are less than a right angle together.
    pub(super) fn sector(&self) -> u32 {
        let widest = self.columns.iter().map(|c| c.angle).fold(0.0, f64::max);
        (FRAC_PI_2 / widest + 1e-9).floor().max(1.0) as u32
    }

    /// Direction of a meridian.
    pub fn meridian(&self, line: u32) -> [f64; 2] {
        self.meridians[line as usize]
    }

    /// Height of a parallel.
    pub fn parallel(&self, line: u32) -> f64 {
        self.parallels[line as usize]
    }

    /// The density in a column and row of blocks, from the south.
    pub(super) fn pixel(&self, column: u32, row: u32) -> f64 {
        self.image.pixel((column / self.split) as usize, row as usize)
    }

    /// Mass and moments of a pixel.
    pub(super) fn sums_of(&self, column: u32, row: u32) -> Sums {
        let value = self.pixel(column, row);
        let (c, b) = (&self.columns[column as usize], &self.bands[row as usize]);
        let mean = [b.r * c.sinc * c.middle[0], b.r * c.sinc * c.middle[1], b.z];
        let mass = value * c.angle * b.height;
        Sums { mass, mean, spread: mass * (b.varies + b.r * b.r * c.less), most: value, least: value }
    }

    /// The mass of the image on the unit sphere.
    pub fn measure(&self) -> f64 {
        self.roots().map(|b| self.sums(&b).mass).sum()
    }

    /// The greatest value.
    pub fn most(&self) -> f64 {
        self.roots().map(|b| self.sums(&b).most).fold(0.0, f64::max)
    }

    /// Are there places without density?
    pub fn has_gaps(&self) -> bool {
        let (min, max) = (self.image.min(), self.image.max());
        let whole = max[0] - min[0] == 360.0 && min[1] == -90.0 && max[1] == 90.0;
        !whole || self.roots().any(|b| self.sums(&b).least == 0.0)
    }

    /// The blocks that the image consists of, each less than half of the sphere wide.
    pub fn roots(&self) -> impl Iterator<Item = Block> + '_ {
        self.blocks.roots()
    }

    /// What a block holds.
    pub fn sums(&self, block: &Block) -> Sums {
        self.blocks.sums(self, block)
    }

    /// The two halves of a block of more than one value.
    pub fn halves(&self, block: &Block) -> [Block; 2] {
        self.blocks.halves(block)
    }

    /// The column and row in which a direction lies, by doubles; `None` beside the image.
    fn place(&self, u: &[f64; 3]) -> Option<[u32; 2]> {
        let row = self.parallels.partition_point(|&z| z <= u[2]);
        let last = self.parallels.len();
        let row = if row == last && u[2] >= 1.0 && self.parallels[last - 1] == 1.0 { row - 1 } else { row };
        if row == 0 || row == last {
            return None;
        }
        let turned = u[1].atan2(u[0]).to_degrees() - self.image.min()[0];
        let wide = turned.rem_euclid(360.0);
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

    /// The density in a direction, which need not be of length 1 exactly.
    pub fn value(&self, u: &[f64; 3]) -> f64 {
        self.place(u).map_or(0.0, |[column, row]| self.pixel(column, row))
    }

    /// A point of a block of one pixel, at shares of its angle and its height.
    fn within(&self, block: &Block, [u, v]: [f64; 2]) -> [f64; 3] {
        let (column, row) = (block.columns[0] as usize, block.rows[0] as usize);
        let (low, high) = (self.parallels[row], self.parallels[row + 1]);
        let z = low + v * (high - low);
        let r = ((1.0 - z) * (1.0 + z)).max(0.0).sqrt();
        let Column { angle, middle: [c, s], .. } = self.columns[column];
        let (sin, cos) = ((u - 0.5) * angle).sin_cos();
        [r * (c * cos - s * sin), r * (s * cos + c * sin), z]
    }

    /// The point at a share of the mass, along the blocks, and two shares more of its pixel. Cost:
    /// O(log pixels).
    pub fn at(&self, share: f64, within: [f64; 2]) -> [f64; 3] {
        let mut left = share * self.measure();
        let mut chosen = None;
        for block in self.roots() {
            let mass = self.sums(&block).mass;
            if mass > 0.0 {
                chosen = Some(block);
                if left < mass {
                    break;
                }
            }
            left -= mass;
        }
        let Some(mut block) = chosen else { return [0.0, 0.0, 1.0] };
        while !block.is_pixel() {
            let [a, b] = self.halves(&block);
            let mass = self.sums(&a).mass;
            let second = mass <= left && self.sums(&b).mass > 0.0 || !(mass > 0.0);
            if second {
                left -= mass;
            }
            block = if second { b } else { a };
        }
        self.within(&block, within)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn of(width: usize, values: Vec<f64>, min: [f64; 2], max: [f64; 2]) -> Result<SphereImage, DomainError> {
        SphereImage::new(Image::new(width, values, min, max, Between::Constant)?.into())
    }

    const ALL: ([f64; 2], [f64; 2]) = ([-180.0, -90.0], [180.0, 90.0]);

    #[test]
    fn an_even_image_is_the_sphere() {
        for (w, h) in [(1, 1), (2, 1), (3, 2), (5, 7), (64, 32)] {
            let image = of(w, vec![1.0; w * h], ALL.0, ALL.1).unwrap();
            assert!((image.measure() - 4.0 * PI).abs() < 1e-13, "{w} {h} {}", image.measure());
            assert!(!image.has_gaps() && image.most() == 1.0);
            let sums = image.roots().map(|b| image.sums(&b)).reduce(|a, b| a.with(&b)).unwrap();
            assert!(sums.mean.iter().all(|m| m.abs() < 1e-15), "{sums:?}");
            assert!((sums.spread - 4.0 * PI).abs() < 1e-13);
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let pixel = || vec![1.0];
        assert!(matches!(of(1, pixel(), [-180.0, -91.0], [180.0, 90.0]), Err(DomainError::OffTheSphere { .. })));
        assert!(matches!(of(1, pixel(), [-200.0, -90.0], [180.0, 90.0]), Err(DomainError::OffTheSphere { .. })));
        assert!(matches!(of(1, vec![0.0], ALL.0, ALL.1), Err(DomainError::ZeroDensity)));
        let thin = of(1, pixel(), [0.0, 89.999_999_999], [1.0, 90.0]);
        assert!(matches!(thin, Err(DomainError::ThinPixels { axis: 1, .. })), "{thin:?}");
        let between = Image::new(1, pixel(), ALL.0, ALL.1, Between::Bilinear).unwrap();
        assert!(matches!(SphereImage::new(between.into()), Err(DomainError::BilinearOnSphere)));
    }

    /// Rows from the north, columns from the west; beside a part of the sphere there is nothing.
    #[test]
    fn pixels_lie_where_maps_have_them() {
        let world = of(4, (1..=8).map(f64::from).collect(), ALL.0, ALL.1).unwrap();
        let at = |lon: f64, lat: f64| {
            let ([c, s], [r, z]) = (cos_sin(lon), cos_sin(lat));
            world.value(&[r * c, r * s, z])
        };
        let found =
            [at(-135.0, 45.0), at(-45.0, 45.0), at(45.0, 45.0), at(135.0, 45.0), at(-135.0, -1.0), at(170.0, -80.0)];
        assert_eq!(found, [1.0, 2.0, 3.0, 4.0, 5.0, 8.0]);
        let part = of(1, vec![3.0], [10.0, 0.0], [40.0, 30.0]).unwrap();
        assert!(part.has_gaps());
        // 30 degrees in longitude, heights from 0 to 1/2.
        assert!((part.measure() - 3.0 * PI / 6.0 * 0.5).abs() < 1e-15);
        let value = |lon: f64, lat: f64| {
            let ([c, s], [r, z]) = (cos_sin(lon), cos_sin(lat));
            part.value(&[r * c, r * s, z])
        };
        assert_eq!(
            [value(11.0, 1.0), value(9.0, 1.0), value(41.0, 1.0), value(20.0, 31.0), value(20.0, -1.0)],
            [3.0, 0.0, 0.0, 0.0, 0.0]
        );
        // Points at shares of the mass lie where there is mass.
        for k in 0..100 {
            let x = part.at(f64::from(k) / 100.0, [0.3, 0.9]);
            assert_eq!(part.value(&x), 3.0);
            let y = world.at(f64::from(k) / 100.0, [0.5; 2]);
            assert!(world.value(&y) > 0.0);
        }
    }
}
