//! Cells on a surface as SVG, one path each: what is seen of them from one side.

use super::colors::{PALETTE, hex};
use super::model::{BARE, Model};
use super::painter::{MARGIN, MOST, SAMPLES, SIZE, Seen, TooMany, UNITS, sorted};
use super::screen::Screen;
use super::view::View;
use std::fmt::Write;
use svg::Document;
use svg::node::element::{Group, Path, Title};

impl Model<'_> {
    /// The cells as the text of an SVG file: for each of which something is seen a path `cell-I`
    /// with a title, from the back to the front. Two cells that each hide a part of the other have
    /// no right order; they are drawn by their depth. Cost: O(polygons + samples).
    ///
    /// # Errors
    /// [`TooMany`] polygons are visible.
    pub fn cells_svg(&self, view: View, titles: &[String]) -> Result<String, TooMany> {
        let (width, height) = self.size(view, SIZE);
        let size = [width, height].map(|n| n as f64 * SAMPLES);
        let screen = Screen::new(self, &view, size, SAMPLES * 4.0);
        let points: Vec<[f64; 3]> = self.polygons.corners.iter().map(|c| screen.point(*c)).collect();
        let Seen { polygons, pairs, depth } = self.seen(&points, size.map(|s| s as usize));
        if polygons.len() > MOST {
            return Err(TooMany { visible: polygons.len() });
        }
        // The same of cells: their polygons are drawn together.
        let n = self.sites.len();
        let owner = |k: usize| self.polygons.owner[polygons[k] as usize] as usize;
        let (mut own, mut depths) = (vec![Vec::new(); n + 1], vec![0.0; n + 1]);
        for k in 0..polygons.len() {
            own[owner(k)].push(polygons[k] as usize);
            depths[owner(k)] += depth[k];
        }
        (0..=n).filter(|&i| !own[i].is_empty()).for_each(|i| depths[i] /= own[i].len() as f64);
        let mut hides: Vec<(u32, u32)> =
            pairs.iter().map(|p| (owner(p.0 as usize) as u32, owner(p.1 as usize) as u32)).collect();
        hides.retain(|p| p.0 != p.1);
        hides.sort_unstable();
        hides.dedup();
        let tints = self.tints();
        let mut group = Group::new()
            .set("transform", format!("translate({MARGIN} {MARGIN}) scale({})", 1.0 / UNITS))
            // Covers the seams between polygons of a cell, and between cells.
            .set("stroke-width", (0.8 * UNITS).round())
            .set("stroke-linejoin", "round");
        for i in sorted(&depths, &hides).into_iter().map(|i| i as usize).filter(|&i| !own[i].is_empty()) {
            let color = hex(if i < n { PALETTE[tints[i] as usize] } else { BARE });
            let d: String = own[i].iter().map(|&p| self.outline(&points, p)).collect();
            let mut path = Path::new().set("fill", color.as_str()).set("stroke", color.as_str()).set("d", d);
            if i < n {
                path = path.set("id", format!("cell-{i}"));
            }
            if let Some(title) = titles.get(i) {
                path = path.add(Title::new(title.as_str()));
            }
            group = group.add(path);
        }
        let full = [width, height].map(|s| s as f64 + 2.0 * MARGIN);
        Ok(Document::new()
            .set("viewBox", format!("0 0 {:.0} {:.0}", full[0], full[1]))
            .set("width", format!("{:.0}", full[0]))
            .set("height", format!("{:.0}", full[1]))
            .add(group)
            .to_string())
    }

    fn outline(&self, points: &[[f64; 3]], polygon: usize) -> String {
        let mut d = String::new();
        let mut at = [0i64; 2];
        for (k, c) in self.polygons.range(polygon).enumerate() {
            let q = [0, 1].map(|a| (points[c][a] / SAMPLES * UNITS).round() as i64);
            let _ = match k {
                0 => write!(d, "M{} {}l", q[0], q[1]),
                _ => write!(d, "{} {} ", q[0] - at[0], q[1] - at[1]),
            };
            at = q;
        }
        d.push('z');
        d
    }
}
