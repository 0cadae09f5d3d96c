//! Cells of the plane as SVG, one path each, for other programs and for hands: with a number, a
//! title, and arcs as arcs.

use super::colors::{PALETTE, hex, tints};
use crate::diagram::Outlines;
use std::fmt::Write;
use svg::Document;
use svg::node::element::{Group, Path, Title};

/// Pixels of the longer side.
const SIZE: f64 = 900.0;
const MARGIN: f64 = 24.0;
/// Drawn units per pixel.
const UNITS: f64 = 100.0;
/// Arcs of more than this angle are drawn as several: where an arc's ends are near each other its
/// centre would be lost.
const MOST: f64 = 2.0;

/// The map from the plane to the drawing; y points down.
struct Sheet {
    low: [f64; 2],
    high: [f64; 2],
    scale: f64,
}

impl Sheet {
    fn of(cells: &Outlines) -> Sheet {
        let (low, high) = cells.bounds().unwrap_or(([0.0; 2], [1.0; 2]));
        // Arcs reach beyond their ends; to a fraction of a pixel chords do, too.
        let widest = cells.circles.iter().fold((high[0] - low[0]).max(high[1] - low[1]), |w, c| w.max(c.radius));
        let (low, high) = match cells.angles.is_empty() {
            true => (low, high),
            false => cells.clone().flattened(1e-4 * widest).bounds().unwrap_or((low, high)),
        };
        let extent = (high[0] - low[0]).max(high[1] - low[1]);
        Sheet { low, high, scale: if extent > 0.0 { SIZE / extent } else { 1.0 } }
    }

    fn size(&self) -> [f64; 2] {
        [0, 1].map(|k| ((self.high[k] - self.low[k]) * self.scale).max(2.0) + 2.0 * MARGIN)
    }

    fn point(&self, p: [f64; 2]) -> [i64; 2] {
        let x = (p[0] - self.low[0]) * self.scale + MARGIN;
        let y = (self.high[1] - p[1]) * self.scale + MARGIN;
        [(x * UNITS).round() as i64, (y * UNITS).round() as i64]
    }
}

/// The picture as the text of an SVG file: for each cell a path `cell-I` with a title, in a colour
/// that its neighbours do not have; no path where there is no cell. Vertices that cells have in
/// common get the same coordinates, so there are no gaps. Cost: O(corners).
pub fn cells_svg(cells: &Outlines, titles: &[String]) -> String {
    let sheet = Sheet::of(cells);
    let pairs: Vec<(u32, u32)> = {
        let (start, all) = cells.neighbors();
        (0..cells.len()).flat_map(|i| all[start[i]..start[i + 1]].iter().map(move |&j| (i as u32, j))).collect()
    };
    let tints = tints(cells.len(), &pairs);
    let shown = (0..cells.len()).filter(|&i| !cells.parts_of(i).is_empty());
    let side = sheet.scale * (cells.areas.iter().sum::<f64>() / shown.clone().count().max(1) as f64).sqrt();
    let mut group = Group::new()
        .set("transform", format!("scale({})", 1.0 / UNITS))
        .set("fill-rule", "evenodd")
        .set("stroke", "#ffffff")
        .set("stroke-width", ((0.04 * side).clamp(0.1, 1.2) * UNITS).round())
        .set("stroke-linejoin", "round");
    for i in shown {
        let d: String = cells.parts_of(i).flat_map(|p| cells.rings_of(p)).map(|r| ring(cells, &sheet, i, r)).collect();
        let mut path =
            Path::new().set("id", format!("cell-{i}")).set("fill", hex(PALETTE[tints[i] as usize])).set("d", d);
        if let Some(title) = titles.get(i) {
            path = path.add(Title::new(title.as_str()));
        }
        group = group.add(path);
    }
    let [width, height] = sheet.size();
    Document::new()
        .set("viewBox", format!("0 0 {width:.2} {height:.2}"))
        .set("width", format!("{width:.2}"))
        .set("height", format!("{height:.2}"))
        .add(group)
        .to_string()
}

/// One ring of a cell, in relative coordinates.
fn ring(cells: &Outlines, sheet: &Sheet, cell: usize, ring: usize) -> String {
    let (mut d, mut at) = (String::new(), [0i64; 2]);
    let (corners, circle) = (cells.corners_of(ring), cells.circle(cell));
    let radius = circle.radius * sheet.scale * UNITS;
    for c in corners.clone() {
        let from = cells.place(c);
        if c == corners.start {
            at = sheet.point(from);
            let _ = write!(d, "M{} {}", at[0], at[1]); // writing to a String cannot fail
        }
        let next = if c + 1 == corners.end { corners.start } else { c + 1 };
        let angle = cells.angle(c);
        if angle == 0.0 {
            if next != corners.start {
                let to = sheet.point(cells.place(next));
                let _ = write!(d, "l{} {}", to[0] - at[0], to[1] - at[1]);
                at = to;
            }
            continue;
        }
        let first = (from[1] - circle.centre[1]).atan2(from[0] - circle.centre[0]);
        let pieces = (angle / MOST).ceil().max(1.0) as usize;
        for k in 1..=pieces {
            let t = first + angle * (k as f64 / pieces as f64);
            let end = [circle.centre[0] + circle.radius * t.cos(), circle.centre[1] + circle.radius * t.sin()];
            let to = sheet.point(if k == pieces { cells.place(next) } else { end });
            // Counter-clockwise, seen with y upwards.
            let _ = write!(d, "a{radius:.2} {radius:.2} 0 0 0 {} {}", to[0] - at[0], to[1] - at[1]);
            at = to;
        }
    }
    d.push('z');
    d
}
