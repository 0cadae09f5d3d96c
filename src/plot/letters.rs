//! Words in pictures of pixels.

use super::image::Pixels;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, RasterizedChar, get_raster};

/// How large letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    Small,
    Large,
}

impl Letters {
    fn raster(self) -> RasterHeight {
        match self {
            Letters::Small => RasterHeight::Size16,
            Letters::Large => RasterHeight::Size24,
        }
    }

    /// Pixels of a line.
    pub(super) fn height(self) -> usize {
        self.raster().val()
    }

    fn glyphs(self, text: &str) -> Vec<RasterizedChar> {
        let one = |c| get_raster(c, FontWeight::Regular, self.raster());
        text.chars().filter_map(|c| one(c).or_else(|| one('?'))).collect()
    }

    /// Pixels of a word.
    pub(super) fn width(self, text: &str) -> usize {
        self.glyphs(text).iter().map(RasterizedChar::width).sum()
    }
}

/// What letters are drawn with.
const INK: f64 = 34.0;

impl Pixels {
    /// White.
    pub(super) fn blank(width: usize, height: usize) -> Pixels {
        Pixels { width, height, rgb: vec![255; 3 * width * height] }
    }

    /// Lays another picture over this one, its upper left corner here.
    pub(super) fn lay(&mut self, other: &Pixels, [left, top]: [usize; 2]) {
        for y in 0..other.height.min(self.height.saturating_sub(top)) {
            let n = 3 * other.width.min(self.width.saturating_sub(left));
            let (to, from) = (3 * ((top + y) * self.width + left), 3 * y * other.width);
            self.rgb[to..to + n].copy_from_slice(&other.rgb[from..from + n]);
        }
    }

    /// Fills a rectangle, as far as it lies in the picture.
    pub(super) fn fill(&mut self, [left, top]: [usize; 2], [width, height]: [usize; 2], color: [u8; 3]) {
        for y in top..(top + height).min(self.height) {
            for x in left..(left + width).min(self.width) {
                let at = 3 * (y * self.width + x);
                self.rgb[at..at + 3].copy_from_slice(&color);
            }
        }
    }

    /// Writes a word, its upper left corner here. With a `rim` it is white around the letters, so
    /// that they are seen on any colour.
    pub(super) fn write(&mut self, text: &str, [left, top]: [i64; 2], letters: Letters, rim: bool) {
        let glyphs = letters.glyphs(text);
        let moves: &[[i64; 2]] = if rim {
            &[[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1], [0, 0]]
        } else {
            &[[0, 0]]
        };
        for (k, [dx, dy]) in moves.iter().enumerate() {
            let ink = if k + 1 == moves.len() { INK } else { 255.0 };
            let mut x = left + dx;
            for glyph in &glyphs {
                for (row, y) in glyph.rows().zip(top + dy..) {
                    row.iter().zip(x..).for_each(|(&cover, x)| self.touch([x, y], cover, ink));
                }
                x += glyph.width() as i64;
            }
        }
    }

    /// Covers a pixel with ink, so much of 255.
    fn touch(&mut self, [x, y]: [i64; 2], cover: u8, ink: f64) {
        let inside = |v: i64, n: usize| usize::try_from(v).ok().filter(|v| *v < n);
        let (Some(x), Some(y)) = (inside(x, self.width), inside(y, self.height)) else { return };
        if cover == 0 {
            return;
        }
        let at = 3 * (y * self.width + x);
        for v in &mut self.rgb[at..at + 3] {
            let base = f64::from(*v);
            *v = (base + f64::from(cover) / 255.0 * (ink - base)).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_in_the_picture() {
        let mut page = Pixels::blank(40, 20);
        page.write("mass π", [-3, -3], Letters::Small, true);
        page.write("far away", [35, 12], Letters::Large, false);
        let dark = page.rgb.chunks(3).filter(|p| p[0] < 100).count();
        assert!((30..400).contains(&dark), "{dark}");
        assert_eq!(Letters::Small.width("0.25"), 4 * Letters::Small.width("0"));
        let mut other = Pixels::blank(10, 10);
        other.fill([8, 8], [100, 100], [1, 2, 3]);
        assert_eq!(other.rgb.chunks(3).filter(|p| *p == [1, 2, 3]).count(), 4);
        page.lay(&other, [35, 15]);
        assert_eq!((page.rgb.len(), page.height), (3 * 40 * 20, 20));
    }
}
