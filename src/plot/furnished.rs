//! Pictures of pixels with what stands beside them: a scale of colours, a title, words in cells.

use super::colors::{STEPS, Scale, number, numbers};
use super::image::Pixels;
use super::letters::Letters;
use super::model::Model;
use super::raster::{Buffer, NOTHING};
use super::scene::Color;
use super::screen::Screen;
use super::view::View;

/// Pixels of a legend, from left to right.
const LEGEND: usize = 190;
/// Pixels above and below words.
const ROOM: usize = 10;
/// From this side of a typical cell on, in pixels, words in cells are large.
const WIDE: f64 = 75.0;
/// Width and height of a scale.
const BAR: [usize; 2] = [20, 240];

impl Model<'_> {
    /// Width and height of the picture with a title, if there is one, and a legend, if it is
    /// wanted, around a drawing of this size.
    pub fn furnished(&self, shown: Color, legend: bool, [width, height]: [usize; 2]) -> [usize; 2] {
        let [beside, above] = self.furniture(shown, legend);
        let low = if beside > 0 { BAR[1] + 5 * Letters::Small.height() } else { 0 };
        [width + beside, height.max(low) + above]
    }

    /// What a legend takes beside the drawing, and a title above it.
    fn furniture(&self, shown: Color, legend: bool) -> [usize; 2] {
        let scale = legend && !matches!(self.paint(shown).0, Color::Cells | Color::Sites);
        let above = if self.look.title.is_some() { Letters::Large.height() + 2 * ROOM } else { 0 };
        [if scale { LEGEND } else { 0 }, above]
    }

    /// As [`Model::pixels`], with the words of the look: a title above, a word in each cell, and
    /// beside it a legend if it is wanted. The size is that of all. Where too little would be left
    /// for the drawing there is nothing else.
    pub fn picture(&self, shown: Color, view: View, [width, height]: [usize; 2], legend: bool) -> Pixels {
        let [beside, above] = self.furniture(shown, legend);
        let fits = 2 * beside <= width && 2 * above <= height;
        let [beside, above] = if fits { [beside, above] } else { [0; 2] };
        let size = [(width - beside).max(1), (height - above).max(1)];
        let mut drawn = self.pixels(shown, view, size[0], size[1]);
        if self.look.labels.is_some() {
            let samples = size.map(|n| n as f64);
            let screen = Screen::new(self, &view, samples, 0.03 * samples[0].min(samples[1]));
            let area: f64 = self.areas.iter().sum();
            let cell = screen.scale * (area / self.shown().max(1) as f64).sqrt();
            let letters = if cell > WIDE { Letters::Large } else { Letters::Small };
            for (word, [x, y]) in self.words(&screen, size) {
                let corner = [x - 0.5 * letters.width(word) as f64, y - 0.5 * letters.height() as f64];
                drawn.write(word, corner.map(|c| c.round() as i64), letters, true);
            }
        }
        if [beside, above] == [0; 2] {
            return drawn;
        }
        let mut page = Pixels::blank(width, height);
        page.lay(&drawn, [0, above]);
        if above > 0 {
            let title = self.look.title.as_deref().unwrap_or_default();
            let left = (width as i64 - Letters::Large.width(title) as i64) / 2;
            page.write(title, [left.max(0), ROOM as i64], Letters::Large, false);
        }
        if beside > 0 {
            self.legend(shown, &mut page, [width - beside, above + ROOM]);
        }
        page
    }

    /// Words for cells, each with a place where its cell is seen.
    pub(super) fn words(&self, screen: &Screen, size: [usize; 2]) -> Vec<(&str, [f64; 2])> {
        let Some(labels) = self.look.labels.as_ref().filter(|l| l.len() == self.sites.len()) else {
            return Vec::new();
        };
        let points: Vec<[f64; 3]> = self.polygons.corners.iter().map(|c| screen.point(*c)).collect();
        let mut buffer = Buffer::new(size[0], 0, size[1]);
        for p in 0..self.polygons.len() {
            buffer.fill(&points[self.polygons.range(p)], self.polygons.owner[p]);
        }
        let at = |k: usize| [(k % size[0]) as f64 + 0.5, (k / size[0]) as f64 + 0.5];
        let seen = || buffer.seen.iter().enumerate().filter(|s| *s.1 != NOTHING && (*s.1 as usize) < labels.len());
        // The middle of what is seen of each cell, and the sample of it that is nearest to that.
        let mut sums = vec![[0.0; 3]; labels.len()];
        for (k, &cell) in seen() {
            let [x, y] = at(k);
            let sum = &mut sums[cell as usize];
            *sum = [sum[0] + x, sum[1] + y, sum[2] + 1.0];
        }
        let mut best = vec![(f64::INFINITY, [0.0; 2]); labels.len()];
        for (k, &cell) in seen() {
            let (p, sum) = (at(k), sums[cell as usize]);
            let away = (0..2).map(|k| (p[k] - sum[k] / sum[2]).powi(2)).sum::<f64>();
            if away < best[cell as usize].0 {
                best[cell as usize] = (away, p);
            }
        }
        let shown = labels.iter().zip(best).filter(|(_, b)| b.0.is_finite());
        shown.map(|(label, b)| (label.as_str(), b.1)).collect()
    }

    /// Draws the scale of colours with its numbers, its upper left corner here.
    fn legend(&self, shown: Color, page: &mut Pixels, [left, top]: [usize; 2]) {
        let (color, scale, _) = self.paint(shown);
        let Some((title, values)) = self.legend_of(color) else { return };
        let line = Letters::Small.height();
        let write = |page: &mut Pixels, text: &str, [x, y]: [usize; 2]| {
            page.write(text, [x as i64, y as i64], Letters::Small, false);
        };
        write(page, &title, [left, top]);
        let top = top + line + ROOM;
        let Some(scale) = scale else {
            page.fill([left, top], [BAR[0], BAR[0]], self.look.ramp.rgb(STEPS / 2));
            let all = values.first().map_or_else(|| "no cells".into(), |v| format!("all {}", number(*v)));
            return write(page, &all, [left + BAR[0] + ROOM, top + 2]);
        };
        for y in 0..BAR[1] {
            let step = (BAR[1] - 1 - y) * STEPS / BAR[1];
            page.fill([left, top + y], [BAR[0], 1], self.look.ramp.rgb(step));
        }
        let ticks = ticks(&scale);
        for (k, label) in ticks.iter().enumerate() {
            let y = top + (BAR[1] - 1) * (ticks.len() - 1 - k) / (ticks.len() - 1);
            page.fill([left + BAR[0], y], [5, 1], [34; 3]);
            write(page, label, [left + BAR[0] + ROOM, y - line / 2]);
        }
        if scale.is_logarithmic() {
            write(page, "logarithmic", [left, top + BAR[1] + ROOM]);
        }
    }
}

/// Numbers at equal steps of a scale, from below.
fn ticks(scale: &Scale) -> Vec<String> {
    numbers(&[0.0, 0.25, 0.5, 0.75, 1.0].map(|t| scale.value(t)))
}
