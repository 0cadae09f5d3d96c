//! An image on the sphere.

use super::super::{DomainError, Image};
use super::blocks::{Block, Blocks};
use super::pixels::Pixels;
use super::sums::Sums;
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
    pixels: Pixels,
    blocks: Blocks,
}

impl PartialEq for SphereImage {
    fn eq(&self, other: &SphereImage) -> bool {
        self.pixels.image == other.pixels.image
    }
}

impl SphereImage {
    /// Of an image whose place is given in degrees. Cost: O(pixels).
    ///
    /// # Errors
    /// Degrees beyond the sphere, pixels too thin for doubles, values between pixels, or no
    /// positive one.
    pub fn new(image: Arc<Image>) -> Result<SphereImage, DomainError> {
        let pixels = Pixels::new(image)?;
        let found = SphereImage { blocks: Blocks::of(&pixels), pixels };
        if found.measure() > 0.0 { Ok(found) } else { Err(DomainError::ZeroDensity) }
    }

    /// With its pixels and its place in degrees.
    pub fn image(&self) -> &Arc<Image> {
        &self.pixels.image
    }

    /// All values times `2^density`, which the caller knows to be exact.
    pub(crate) fn scaled(&self, density: i32) -> SphereImage {
        let pixels = self.pixels.with(self.pixels.image.scaled(0, density));
        SphereImage { blocks: Blocks::of(&pixels), pixels }
    }

    /// Direction of a meridian.
    pub fn meridian(&self, line: u32) -> [f64; 2] {
        self.pixels.meridians[line as usize]
    }

    /// Height of a parallel.
    pub fn parallel(&self, line: u32) -> f64 {
        self.pixels.parallels[line as usize]
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
        let (min, max) = (self.image().min(), self.image().max());
        let whole = max[0] - min[0] == 360.0 && min[1] == -90.0 && max[1] == 90.0;
        !whole || self.roots().any(|b| self.sums(&b).least == 0.0)
    }

    /// The blocks that the image consists of, each less than half of the sphere wide.
    pub fn roots(&self) -> impl Iterator<Item = Block> + '_ {
        self.blocks.roots()
    }

    /// What a block holds.
    pub fn sums(&self, block: &Block) -> Sums {
        self.blocks.sums(&self.pixels, block)
    }

    /// The two halves of a block of more than one value.
    pub fn halves(&self, block: &Block) -> [Block; 2] {
        self.blocks.halves(block)
    }

    /// The density in a direction, which need not be of length 1 exactly.
    pub fn value(&self, u: &[f64; 3]) -> f64 {
        self.pixels.place(u).map_or(0.0, |[column, row]| self.pixels.pixel(column, row))
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
        self.pixels.within([block.columns[0], block.rows[0]], within)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Between;
    use super::super::degrees::cos_sin;
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
