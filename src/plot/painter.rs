//! Models as SVG: the polygons that are seen, from the back to the front.
//!
//! Which ones are seen, and who is in front of whom, is read from a raster of three samples a
//! pixel. So the picture is right wherever a sample lies; polygons that fall between all samples
//! are left out. Two visible polygons that each hide a part of the other have no right order; they
//! are drawn by their depth.

use super::colors::{Scale, hex};
use super::light::shade;
use super::model::{Model, Side};
use super::raster::{Buffer, NOTHING};
use super::scene::Color;
use super::screen::Screen;
use super::svg::{label_group, legend, text};
use super::view::View;
use crate::domain::vector::Vector3;
use std::collections::BinaryHeap;
use std::fmt::Write;
use svg::Node;
use svg::node::Blob;
use svg::node::element::{Group, Text};

/// Samples along each side of a pixel.
pub(super) const SAMPLES: f64 = 3.0;
/// Pixels of the longer side.
pub(super) const SIZE: usize = 900;
pub(super) const MARGIN: f64 = 24.0;
const LEGEND: f64 = 150.0;
/// Drawn units per pixel.
pub(super) const UNITS: f64 = 100.0;
/// More visible polygons than this make files that few programs open.
pub(super) const MOST: usize = 120_000;

/// More polygons are visible than an SVG file should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{visible} polygons are visible, more than the {MOST} that .svg is good for; use .png or .html")]
pub struct TooMany {
    /// Polygons that are visible.
    pub visible: usize,
}

/// What is seen of a model.
pub(super) struct Seen {
    /// Polygons, ascending.
    pub(super) polygons: Vec<u32>,
    /// Pairs of them (behind, in front), by their places in the list.
    pub(super) pairs: Vec<(u32, u32)>,
    /// How near each is to the eye.
    pub(super) depth: Vec<f64>,
}

/// A part of an SVG picture.
pub(super) struct Drawn {
    pub(super) body: Group,
    /// Pixels.
    pub(super) size: [usize; 2],
    color: Color,
    scale: Option<Scale>,
}

impl Model<'_> {
    /// The picture as the text of an SVG file. Every polygon has one colour, and the light that
    /// falls on its middle. Cost: O(polygons + samples).
    ///
    /// # Errors
    /// [`TooMany`] polygons are visible.
    pub fn svg(&self, shown: Color, view: View) -> Result<String, TooMany> {
        let Drawn { body, size: [width, height], color, scale } = self.drawn(shown, view, SIZE)?;
        let beside = if self.look.legend { MARGIN + LEGEND } else { 0.0 };
        let full = [width as f64 + 2.0 * MARGIN + beside, (height as f64).max(260.0) + 2.0 * MARGIN];
        let body = body.set("transform", format!("translate({MARGIN} {MARGIN}) scale({})", 1.0 / UNITS));
        let mut parts: Vec<Box<dyn Node>> = vec![Box::new(body)];
        if let Some(dots) = self.dots(shown, view, [width, height], MARGIN) {
            parts.push(Box::new(dots));
        }
        if self.look.labels.is_some() {
            parts.push(Box::new(self.labels(view, [width, height])));
        }
        if let Some((title, values)) = self.legend_of(color).filter(|_| self.look.legend) {
            let legend = legend(width as f64 + 2.0 * MARGIN, &title, (scale.as_ref(), self.look.ramp), &values);
            parts.extend(legend.into_iter().map(|part| Box::new(part) as _));
        }
        let caption = format!("{} sites, {} cells", self.sites.len(), self.shown());
        parts.push(Box::new(text(MARGIN, full[1] - 8.0, &caption)));
        Ok(self.look.page(full, parts))
    }

    /// A word in each cell that is seen.
    fn labels(&self, view: View, size: [usize; 2]) -> Group {
        let screen = Screen::new(self, &view, size.map(|n| n as f64), 4.0);
        let area: f64 = self.areas.iter().sum();
        let side = screen.scale * (area / self.shown().max(1) as f64).sqrt();
        let words = self.words(&screen, size);
        let longest = words.iter().map(|w| w.0.chars().count()).max().unwrap_or(1).max(1);
        let group = label_group(side, longest).set("transform", format!("translate({MARGIN} {MARGIN})"));
        words.into_iter().fold(group, |group, (word, [x, y])| {
            group.add(Text::new(word).set("x", format!("{x:.1}")).set("y", format!("{y:.1}")))
        })
    }

    /// What is seen, in [`UNITS`] of a pixel, its longer side as many pixels as given.
    pub(super) fn drawn(&self, shown: Color, view: View, longer: usize) -> Result<Drawn, TooMany> {
        let (width, height) = self.size(view, longer);
        let size = [width, height].map(|n| n as f64 * SAMPLES);
        let screen = Screen::new(self, &view, size, SAMPLES * 4.0);
        let points: Vec<[f64; 3]> = self.polygons.corners.iter().map(|c| screen.point(*c)).collect();
        let order = self.order(&points, size.map(|s| s as usize));
        if order.len() > MOST {
            return Err(TooMany { visible: order.len() });
        }
        let (color, scale, paint) = self.paint(shown);
        let area: f64 = self.areas.iter().sum();
        let side = screen.scale / SAMPLES * (area / self.shown().max(1) as f64).sqrt();
        let wall = self.look.stroke.unwrap_or((0.045 * side).clamp(0.1, 1.5));
        let wall = if shown == Color::Sites { 0.0 } else { wall };
        let body = self.paths(&screen, &points, &order, &paint, wall);
        let body = Group::new()
            .set("stroke-linejoin", "round")
            .set("stroke-linecap", "round")
            // Covers the seams between neighbours.
            .set("stroke-width", (0.8 * UNITS).round())
            .add(Blob::new(body));
        Ok(Drawn { body, size: [width, height], color, scale })
    }

    /// The polygons that are seen, in an order in which none that is in front at some sample comes
    /// before what it hides there.
    fn order(&self, points: &[[f64; 3]], size: [usize; 2]) -> Vec<u32> {
        let Seen { polygons, pairs, depth } = self.seen(points, size);
        sorted(&depth, &pairs).into_iter().map(|k| polygons[k as usize]).collect()
    }

    /// The polygons that are seen at some sample, and who hides whom.
    pub(super) fn seen(&self, points: &[[f64; 3]], size: [usize; 2]) -> Seen {
        let mut buffer = Buffer::new(size[0], 0, size[1]);
        let of = |p: usize| &points[self.polygons.range(p)];
        (0..self.polygons.len()).for_each(|p| buffer.fill(of(p), p as u32));
        let mut number = vec![NOTHING; self.polygons.len()];
        let mut kept = Vec::new();
        for &p in buffer.seen.iter().filter(|&&p| p != NOTHING) {
            if number[p as usize] == NOTHING {
                number[p as usize] = 0;
                kept.push(p);
            }
        }
        kept.sort_unstable();
        kept.iter().enumerate().for_each(|(k, &p)| number[p as usize] = k as u32);
        // Pairs (behind, in front).
        let mut pairs = Vec::new();
        for (k, &p) in kept.iter().enumerate() {
            let first = pairs.len();
            buffer.under(of(p as usize), |seen| {
                if seen != p && seen != NOTHING {
                    pairs.push((k as u32, number[seen as usize]));
                }
            });
            pairs[first..].sort_unstable();
            let mut rest = pairs.split_off(first);
            rest.dedup();
            pairs.append(&mut rest);
        }
        let depth: Vec<f64> = kept
            .iter()
            .map(|&p| of(p as usize).iter().map(|c| c[2]).sum::<f64>() / of(p as usize).len() as f64)
            .collect();
        Seen { polygons: kept, pairs, depth }
    }

    fn paths(&self, screen: &Screen, points: &[[f64; 3]], order: &[u32], paint: &[[u8; 3]], wall: f64) -> String {
        let mut out = String::new();
        let units = |c: usize| [0, 1].map(|k| (points[c][k] / SAMPLES * UNITS).round() as i64);
        for &p in order {
            let range = self.polygons.range(p as usize);
            let mut normal = Vector3::zeros();
            for n in &self.polygons.normals[range.clone()] {
                let n = screen.turned(*n);
                // Turned to the eye: the mesh may be wound either way.
                normal += if n.z < 0.0 { -n } else { n };
            }
            let light = shade(normal);
            let base = paint[self.polygons.owner[p as usize] as usize];
            let fill = hex(base.map(|c| (f64::from(c) * light).round().min(255.0) as u8));
            let _ = write!(out, "<path fill=\"{fill}\" stroke=\"{fill}\" d=\""); // writing to a String cannot fail
            let mut at = [0; 2];
            for (k, c) in range.clone().enumerate() {
                let q = units(c);
                let _ = match k {
                    0 => write!(out, "M{} {}l", q[0], q[1]),
                    _ => write!(out, "{} {} ", q[0] - at[0], q[1] - at[1]),
                };
                at = q;
            }
            out.push_str("z\"/>\n");
            let mut lines = [const { String::new() }; 3];
            for c in range.clone() {
                let d = if c + 1 < range.end { c + 1 } else { range.start };
                let line = match self.polygons.sides[c] {
                    Side::Inner => continue,
                    Side::Wall | Side::Drawn => 0,
                    Side::Border => 1,
                    Side::Curve => 2,
                };
                let (a, b) = (units(c), units(d));
                let _ = write!(lines[line], "M{} {}l{} {}", a[0], a[1], b[0] - a[0], b[1] - a[1]);
            }
            let pens = [(wall, "#2a2d36"), (1.2, "#2a2d36"), (2.4, "#b3261e")];
            for (d, (width, ink)) in lines.iter().zip(pens).filter(|(d, pen)| !d.is_empty() && pen.0 > 0.0) {
                let width = (width * UNITS).round();
                let _ = writeln!(out, "<path fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\" d=\"{d}\"/>");
            }
        }
        out
    }
}

/// Numbers such that of every pair `(behind, in front)` the first comes first, the farthest (of
/// least depth) early. In a circle the farthest goes first.
pub(super) fn sorted(depth: &[f64], pairs: &[(u32, u32)]) -> Vec<u32> {
    let n = depth.len();
    let mut waiting = vec![0u32; n];
    pairs.iter().for_each(|p| waiting[p.1 as usize] += 1);
    let mut far: Vec<u32> = (0..n as u32).collect();
    far.sort_by(|&a, &b| depth[a as usize].total_cmp(&depth[b as usize]).then(a.cmp(&b)));
    let mut rank = vec![0u32; n];
    far.iter().enumerate().for_each(|(r, &k)| rank[k as usize] = r as u32);
    let mut ready: BinaryHeap<std::cmp::Reverse<u32>> =
        far.iter().filter(|&&k| waiting[k as usize] == 0).map(|&k| std::cmp::Reverse(rank[k as usize])).collect();
    let (mut order, mut done, mut next) = (Vec::with_capacity(n), vec![false; n], 0);
    while order.len() < n {
        let k = match ready.pop() {
            Some(r) => far[r.0 as usize],
            None => {
                while done[far[next] as usize] {
                    next += 1;
                }
                far[next]
            }
        };
        if std::mem::replace(&mut done[k as usize], true) {
            continue;
        }
        order.push(k);
        let first = pairs.partition_point(|p| p.0 < k);
        for p in pairs[first..].iter().take_while(|p| p.0 == k) {
            let w = &mut waiting[p.1 as usize];
            *w -= 1;
            if *w == 0 && !done[p.1 as usize] {
                ready.push(std::cmp::Reverse(rank[p.1 as usize]));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_obeys_pairs_and_survives_circles() {
        assert_eq!(sorted(&[3.0, 2.0, 1.0], &[]), [2, 1, 0]);
        assert_eq!(sorted(&[3.0, 2.0, 1.0], &[(0, 1), (0, 2), (1, 2)]), [0, 1, 2]);
        assert_eq!(sorted(&[1.0, 2.0, 3.0, 0.0], &[(0, 1), (1, 2), (2, 0)]), [3, 0, 1, 2]);
    }
}
