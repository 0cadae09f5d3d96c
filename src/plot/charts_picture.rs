//! Pictures of parameterized surfaces: the surface on the left, its layout on the right.

use super::charts::{Charts, SQUARES, WRONG, square};
use super::colors::hex;
use super::image::Pixels;
use super::model::Side;
use super::painter::{TooMany, UNITS};
use super::scene::Color;
use super::svg::text;
use super::view::{Up, View};
use std::fmt::Write;
use svg::Document;
use svg::node::Blob;
use svg::node::element::{ClipPath, Definitions, Group, Path, Rectangle};

/// Pixels of a side of each half of an SVG picture.
const SIDE: usize = 600;
const MARGIN: f64 = 20.0;
/// Line for a caption.
const CAPTION: f64 = 24.0;
/// Edges are drawn in layouts of up to this many triangles.
const EDGES: usize = 20_000;

/// From above.
const DOWN: View = View { azimuth: -90.0, elevation: 90.0, up: Up::Z };

impl Charts<'_> {
    /// The picture in pixels, each half as wide as the other. Triangles that are flipped or flat
    /// are red. The same bits for any number of threads. Cost: O(n + pixels).
    pub fn pixels(&self, view: View, width: usize, height: usize) -> Pixels {
        let half = (width / 2).max(1);
        let left = self.model(false, true).pixels(Color::Cells, view, half, height);
        let right = self.model(true, true).pixels(Color::Cells, DOWN, width.max(2) - half, height);
        let rows = left.rgb.chunks_exact(3 * left.width).zip(right.rgb.chunks_exact(3 * right.width));
        let rgb = rows.flat_map(|(l, r)| l.iter().chain(r)).copied().collect();
        Pixels { width: left.width + right.width, height: left.height, rgb }
    }

    /// The picture as the text of an SVG file. Cost: O(n + samples).
    ///
    /// # Errors
    /// [`TooMany`] pieces of the surface are visible.
    pub fn svg(&self, view: View) -> Result<String, TooMany> {
        let model = self.model(false, true);
        let drawn = model.drawn(Color::Cells, view, SIDE)?;
        let side = SIDE as f64;
        let (width, height) = (2.0 * side + 3.0 * MARGIN, side + 2.0 * MARGIN + CAPTION);
        // In the middle of its half.
        let [dx, dy] = drawn.size.map(|s| MARGIN + 0.5 * (side - s as f64));
        let surface = drawn.body.set("transform", format!("translate({dx} {dy}) scale({})", 1.0 / UNITS));
        let right = 2.0 * MARGIN + side;
        let layout = self.layout().set("transform", format!("translate({right} {MARGIN}) scale({})", 1.0 / UNITS));
        let d = &self.found.distortion;
        let charts = self.found.charts.len();
        let about = format!(
            "layout: {}, area error {:.1e} of 2, stretch {:.2} at 95 % of the area, {charts} {}",
            if self.proof.bijective() { "one to one" } else { "not one to one (red: flipped or flat)" },
            d.area_error,
            d.stretch[1],
            if charts == 1 { "chart" } else { "charts" },
        );
        let base = height - MARGIN + 4.0;
        let document = Document::new()
            .set("viewBox", format!("0 0 {width:.0} {height:.0}"))
            .set("width", format!("{width:.0}"))
            .set("height", format!("{height:.0}"))
            .set("font-family", "Helvetica, Arial, sans-serif")
            .set("font-size", 13)
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", "#ffffff"))
            .add(surface)
            .add(layout)
            .add(text(MARGIN, base, "surface with the pattern of the layout"))
            .add(text(right, base, &about));
        Ok(document.to_string())
    }

    /// The layout in [`UNITS`] of a pixel: squares inside the outlines of charts, edges, and what
    /// is wrong.
    fn layout(&self) -> Group {
        let units = |p: [f64; 2]| {
            let scale = SIDE as f64 * UNITS;
            [(p[0] * scale).round() as i64, ((1.0 - p[1]) * scale).round() as i64]
        };
        let (mut outline, mut edges, mut wrong) = (String::new(), String::new(), String::new());
        let loops = self.outlines();
        for l in &loops {
            for (k, &p) in l.iter().enumerate() {
                let [x, y] = units(self.found.points[p as usize]);
                let _ = write!(outline, "{}{x} {y}", if k == 0 { "M" } else { "L" }); // writing to a String cannot fail
            }
            outline.push('z');
        }
        let few = self.found.triangles.len() <= EDGES;
        for f in 0..self.found.triangles.len() {
            let [a, b, c] = self.flat(f).map(units);
            if few {
                for (k, (p, q)) in [(a, b), (b, c), (c, a)].into_iter().enumerate() {
                    if self.side(f, k) == Side::Wall {
                        let _ = write!(edges, "M{} {}l{} {}", p[0], p[1], q[0] - p[0], q[1] - p[1]);
                    }
                }
            }
            if self.is_wrong(f) {
                let _ = write!(wrong, "M{} {}L{} {}L{} {}z", a[0], a[1], b[0], b[1], c[0], c[1]);
            }
        }
        let mut squares = String::new();
        for k in 0..SQUARES * SQUARES {
            let [i, j] = [k % SQUARES, k / SQUARES].map(|i| i as f64 / SQUARES as f64);
            let step = 1.0 / SQUARES as f64;
            let ([x, y], [r, t]) = (units([i, j]), units([i + step, j + step]));
            let color = hex(square(k % SQUARES, k / SQUARES));
            let _ = write!(squares, "<path fill=\"{color}\" d=\"M{x} {y}H{r}V{t}H{x}z\"/>");
        }
        let line = |d: String, width: f64, opacity: f64| {
            Path::new()
                .set("fill", "none")
                .set("stroke", "#10121a")
                .set("stroke-opacity", opacity)
                .set("stroke-width", (width * UNITS).round())
                .set("d", d)
        };
        let clip = ClipPath::new().set("id", "charts").add(Path::new().set("d", outline.clone()));
        Group::new()
            .set("stroke-linejoin", "round")
            .add(Definitions::new().add(clip))
            .add(Group::new().set("clip-path", "url(#charts)").add(Blob::new(squares)))
            .add(line(edges, 0.3, 0.5))
            .add(
                Path::new()
                    .set("fill", hex(WRONG))
                    .set("stroke", hex(WRONG))
                    .set("stroke-width", UNITS)
                    .set("d", wrong),
            )
            .add(line(outline, 1.2, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameterize::{Boundary, Parameterization, ParameterizeOptions, parameterize};

    /// A square of 8 by 8 squares, flat.
    fn sheet() -> (Vec<[f64; 3]>, Parameterization) {
        let n = 8;
        let v = (0..=n).flat_map(|j| (0..=n).map(move |i| [f64::from(i), f64::from(j), 0.0])).collect::<Vec<_>>();
        let mut t = Vec::new();
        for j in 0..n as u32 {
            for i in 0..n as u32 {
                let a = j * (n as u32 + 1) + i;
                t.extend([[a, a + 1, a + 10], [a, a + 10, a + 9]]);
            }
        }
        let options = ParameterizeOptions { boundary: Boundary::Square, ..Default::default() };
        let found = parameterize(&v, &t, &options).unwrap();
        (v, found)
    }

    /// Seen from straight above, a flat sheet looks like its layout up to a turn: the same colours,
    /// as often, in both halves.
    #[test]
    fn both_halves_have_the_pattern() {
        let (v, mut found) = sheet();
        let side = 480;
        let count = |p: &Pixels, half: usize, color: [u8; 3], near: u8| {
            let seen = |k: usize| (0..3).all(|c| p.rgb[3 * k + c].abs_diff(color[c]) <= near);
            (0..p.width * p.height).filter(|&k| (k % p.width >= side) == (half == 1) && seen(k)).count()
        };
        let view = View { azimuth: 0.0, elevation: 90.0, up: Up::Z };
        let before = Charts::new(&v, &found).pixels(view, 2 * side, side);
        assert_eq!((before.width, before.height, before.rgb.len()), (2 * side, side, 6 * side * side));
        for (i, j) in [(1, 0), (0, 1), (12, 11), (23, 22)] {
            // The light is on in space only.
            let color = square(i, j);
            let (left, right) = (count(&before, 0, color, 24), count(&before, 1, color, 4));
            assert!(left > 150 && right > 150, "{i} {j}: {left} {right}");
        }
        assert_eq!(count(&before, 1, WRONG, 0), 0);
        // A flipped triangle is red on both sides.
        let [a, b, c] = found.corners[64];
        found.points.push([0, 1].map(|k| {
            let at = |p: u32| found.points[p as usize][k];
            at(b) + at(c) - at(a)
        }));
        found.corners[64][0] = found.points.len() as u32 - 1;
        let charts = Charts::new(&v, &found);
        let after = charts.pixels(view, 2 * side, side);
        assert!(count(&after, 1, WRONG, 0) > 500 && count(&after, 0, WRONG, 40) > 500);
        let svg = charts.svg(view).unwrap();
        assert!(svg.contains("not one to one") && svg.contains(&hex(WRONG)));
    }

    #[test]
    fn svg_has_all_squares_and_edges() {
        let (v, found) = sheet();
        let svg = Charts::new(&v, &found).svg(View { azimuth: 0.0, elevation: 90.0, up: Up::Z }).unwrap();
        assert_eq!(svg.matches("<path fill=\"#faf7ee\" d=").count(), SQUARES * SQUARES / 2);
        assert!(svg.contains("layout: one to one") && svg.contains("url(#charts)"));
        // 8 x 8 diagonals and 2 x 7 x 8 sides inside.
        let path = svg.split("<path").find(|p| p.contains("stroke-opacity=\"0.5\"")).unwrap();
        assert_eq!(path.matches('M').count(), 64 + 112);
    }
}
