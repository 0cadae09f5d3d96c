//! Models as pictures of pixels.

use super::dots::SLACK;
use super::light::shade;
use super::model::{Model, Side};
use super::raster::{Buffer, Mark, NOTHING};
use super::scene::Color;
use super::screen::Screen;
use super::view::View;
use crate::domain::vector::{Vector3, side};
use rayon::prelude::*;
use std::io::Write;

/// Samples along each side of a pixel.
const SAMPLES: usize = 3;
/// Rows of pixels that are drawn at once.
const BAND: usize = 16;
/// Ink of walls and borders.
const INK: [f64; 3] = [16.0, 18.0, 26.0];

/// Ink of curves.
const RED: [f64; 3] = [179.0, 38.0, 30.0];

/// A picture: rows of pixels from the top, red, green, blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

impl Pixels {
    /// Writes the picture as PNG.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_png(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut encoder = png::Encoder::new(out, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().map_err(of_writing)?;
        writer.write_image_data(&self.rgb).map_err(of_writing)?;
        writer.finish().map_err(of_writing)
    }
}

/// What the system said, as it said it: the encoder's own conversion keeps the text and loses the
/// kind, and with it the cure.
fn of_writing(e: png::EncodingError) -> std::io::Error {
    match e {
        png::EncodingError::IoError(e) => e,
        other => other.into(),
    }
}

/// Everything that does not depend on the band.
struct Drawing<'m> {
    model: &'m Model<'m>,
    paint: Vec<[u8; 3]>,
    points: Vec<[f64; 3]>,
    normals: Vec<Vector3<f64>>,
    width: usize,
    /// Widths in samples: walls, borders, radius of dots; zero for none.
    wall: f64,
    border: f64,
    dot: f64,
    sites: Vec<[f64; 3]>,
    /// Radii of dots as shares of [`Drawing::dot`]; none: all the same.
    shares: Vec<f64>,
    /// Colours of dots, where they are all that is drawn.
    inks: Option<&'m [[u8; 3]]>,
    slack: f64,
    wall_alpha: f64,
}

impl Model<'_> {
    /// Width and height of a picture that this view fills, the larger of them as given; the smaller
    /// one is at least a third of it.
    pub fn size(&self, view: View, larger: usize) -> (usize, usize) {
        let frame = view.frame();
        let extent = |k: usize| {
            let along = self.polygons.corners.iter().map(|c| frame[k].dot(&Vector3::from(*c)));
            let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
            high - low
        };
        let (w, h) = (extent(0), extent(1));
        let smaller = |r: f64| ((larger as f64 * r.clamp(1.0 / 3.0, 1.0)).round() as usize).max(1);
        if w >= h { (larger, smaller(h / w)) } else { (smaller(w / h), larger) }
    }

    /// The picture in pixels, at least one: shaded if it is a surface, seen from far away
    /// (orthographic). The same bits for any number of threads. Cost: O(polygons + pixels).
    pub fn pixels(&self, shown: Color, view: View, width: usize, height: usize) -> Pixels {
        let (width, height) = (width.max(1), height.max(1));
        let s = SAMPLES as f64;
        let size = [width as f64 * s, height as f64 * s];
        let screen = Screen::new(self, &view, size, s * 0.03 * (width.min(height) as f64));
        let area: f64 = self.areas.iter().sum();
        // Side of a typical cell in pixels.
        let side = screen.scale / s * (area / self.shown().max(1) as f64).sqrt();
        let wall = self.look.stroke.unwrap_or((0.045 * side).clamp(0.05, 1.5));
        let sites = shown == Color::Sites;
        let radius = self.dot(shown, screen.scale / s, side);
        let drawing = Drawing {
            model: self,
            paint: self.paint(shown).2,
            points: self.polygons.corners.iter().map(|c| screen.point(*c)).collect(),
            normals: self.polygons.normals.iter().map(|n| screen.turned(*n)).collect(),
            width: width * SAMPLES,
            wall: if sites || wall == 0.0 { 0.0 } else { wall.max(0.5) * s },
            border: if sites && self.flat { 0.0 } else { 1.2 * s },
            dot: radius * s,
            sites: self.sites.iter().map(|y| screen.point(*y)).collect(),
            shares: self.dot_shares(),
            inks: self.look.inks(self.sites.len()).filter(|_| sites),
            slack: SLACK * size[0].min(size[1]),
            wall_alpha: 0.75 * (wall / 0.5).min(1.0),
        };
        let bands = height.div_ceil(BAND);
        let bins = drawing.bins(bands);
        let rows = |b: usize| drawing.band(&bins[b], b * BAND, BAND.min(height - b * BAND));
        let rgb: Vec<Vec<u8>> = (0..bands).into_par_iter().map(rows).collect();
        Pixels { width, height, rgb: rgb.concat() }
    }
}

impl Drawing<'_> {
    /// The polygons that each band sees.
    fn bins(&self, bands: usize) -> Vec<Vec<u32>> {
        let mut bins = vec![Vec::new(); bands];
        let rows = (BAND * SAMPLES) as f64;
        let reach = self.wall.max(self.border).max(2.4 * SAMPLES as f64);
        for p in 0..self.model.polygons.len() {
            let ys = self.points[self.model.polygons.range(p)].iter().map(|c| c[1]);
            let (low, high) = ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
            let band = |y: f64| (y / rows).floor().clamp(0.0, bands as f64 - 1.0) as usize;
            bins[band(low - reach)..=band(high + reach)].iter_mut().for_each(|b| b.push(p as u32));
        }
        bins
    }

    fn band(&self, bin: &[u32], top: usize, rows: usize) -> Vec<u8> {
        let mut buffer = Buffer::new(self.width, top * SAMPLES, rows * SAMPLES);
        let polygons = &self.model.polygons;
        for &p in bin {
            let range = polygons.range(p as usize);
            buffer.fan(&self.points[range.clone()], range.start as u32);
        }
        for &p in bin {
            let range = polygons.range(p as usize);
            for c in range.clone() {
                let d = if c + 1 < range.end { c + 1 } else { range.start };
                let (width, mark) = match polygons.sides[c] {
                    Side::Wall if self.wall > 0.0 => (self.wall, Mark::Wall),
                    Side::Border if self.border > 0.0 => (self.border, Mark::Border),
                    Side::Curve => (2.4 * SAMPLES as f64, Mark::Curve),
                    _ => continue,
                };
                buffer.line(self.points[c], self.points[d], width, self.slack, mark);
            }
        }
        if self.dot > 0.0 {
            // Sites may lie a little below their surface.
            let slack = 6.0 * self.slack;
            if self.inks.is_some() {
                buffer.keep_owners();
            }
            for (i, y) in self.sites.iter().enumerate() {
                buffer.pen = i as u32;
                let dot = self.dot * self.shares.get(i).copied().unwrap_or(1.0);
                if !self.model.flat || self.wall > 0.0 {
                    buffer.disk(*y, dot + 0.5 * SAMPLES as f64, slack, Mark::Rim);
                }
                buffer.disk(*y, dot, slack, Mark::Dot);
            }
        }
        self.resolve(&buffer, rows)
    }

    /// The mean of the samples of each pixel.
    fn resolve(&self, buffer: &Buffer, rows: usize) -> Vec<u8> {
        let width = self.width / SAMPLES;
        let mut out = Vec::with_capacity(3 * width * rows);
        let polygons = &self.model.polygons;
        // The fan triangle of the last sample, its polygon's first corner and colour: neighbours
        // mostly have the same.
        let mut last = (NOTHING, 0, [255.0; 3]);
        for row in 0..rows {
            let mut sums = vec![[0.0; 3]; width];
            for k in 0..SAMPLES {
                let y = row * SAMPLES + k;
                for x in 0..self.width {
                    let at = y * self.width + x;
                    let seen = buffer.seen[at];
                    if seen != last.0 {
                        last = (seen, 0, [255.0; 3]);
                        if seen != NOTHING {
                            let p = polygons.of_corner(seen as usize);
                            last.1 = polygons.range(p).start;
                            last.2 = self.paint[polygons.owner[p] as usize].map(f64::from);
                        }
                    }
                    let mut color = last.2;
                    if seen != NOTHING && !self.model.flat {
                        let (px, py) = (x as f64 + 0.5, (buffer.first_row() + y) as f64 + 0.5);
                        let light = shade(self.normal(last.1, seen as usize, px, py));
                        color = color.map(|c| (c * light).min(255.0));
                    }
                    let color = match (buffer.mark[at], self.inks) {
                        (Mark::Dot, Some(inks)) => inks[buffer.whose[at] as usize].map(f64::from),
                        (mark, _) => self.marked(color, mark),
                    };
                    (0..3).for_each(|c| sums[x / SAMPLES][c] += color[c]);
                }
            }
            let mean = |v: f64| (v / (SAMPLES * SAMPLES) as f64).round().clamp(0.0, 255.0) as u8;
            out.extend(sums.iter().flatten().map(|&v| mean(v)));
        }
        out
    }

    /// What a mark makes of a colour.
    fn marked(&self, color: [f64; 3], mark: Mark) -> [f64; 3] {
        match mark {
            Mark::None => color,
            Mark::Wall => std::array::from_fn(|k| color[k] + self.wall_alpha * (INK[k] - color[k])),
            Mark::Border | Mark::Dot => INK,
            Mark::Curve => RED,
            Mark::Rim => [255.0; 3],
        }
    }

    /// The normal at a sample of the fan triangle with number `c` of the polygon whose first corner
    /// is `first`, turned to the eye by the triangle's own.
    fn normal(&self, first: usize, c: usize, x: f64, y: f64) -> Vector3<f64> {
        let [p, q, r] = [first, c, c + 1].map(|k| self.points[k]);
        let (u, v) = (side(p, q), side(p, r));
        let n = u.cross(&v);
        let to = side([p[0], p[1]], [x, y]);
        let b = (to.perp(&v.xy()) / n.z).clamp(0.0, 1.0);
        let d = (u.xy().perp(&to) / n.z).clamp(0.0, 1.0);
        let a = (1.0 - b - d).max(0.0);
        let [l, m, r] = [first, c, c + 1].map(|k| self.normals[k]);
        let smooth = l * a + m * b + r * d;
        // The picture's y points down, that of normals up.
        let own = Vector3::new(n.x, -n.y, n.z) * if n.z < 0.0 { -1.0 } else { 1.0 };
        if smooth.dot(&own) < 0.0 { -smooth } else { smooth }
    }
}
