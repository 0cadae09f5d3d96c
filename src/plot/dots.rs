//! Dots of sites over a model: how large they are, and which are seen.

use super::colors::hex;
use super::look::Radius;
use super::model::Model;
use super::raster::Buffer;
use super::scene::Color;
use super::screen::Screen;
use super::view::View;
use svg::node::element::{Circle, Group};

/// Dots of sites are drawn in the plane up to this many cells.
const DOTS: usize = 5_000;

/// What lies behind a surface by no more than this share of the picture's size is drawn over it:
/// lines and sites lie on surfaces up to roundings.
pub(super) const SLACK: f64 = 0.002;

impl Model<'_> {
    /// Radius of a dot in pixels, 0 where none are drawn. `scale` is pixels per length, `side` that
    /// of a typical cell in pixels.
    pub(super) fn dot(&self, shown: Color, scale: f64, side: f64) -> f64 {
        if let Some(Radius::Pixels(r) | Radius::ByMass(r)) = self.look.radius {
            return r;
        }
        if shown == Color::Sites {
            // As much ink as a printer would take; see the same in SVG.
            let mut areas: Vec<f64> = self.areas.iter().copied().filter(|a| *a > 0.0).collect();
            areas.sort_by(f64::total_cmp);
            let small = areas.get(areas.len() / 10).copied().unwrap_or(1.0);
            return ((small / (3.0 * std::f64::consts::PI)).sqrt() * scale).clamp(0.3, 6.0);
        }
        // Words take the place of dots.
        let are_few = self.flat && self.sites.len() <= DOTS && self.look.labels.is_none();
        if are_few { (0.09 * side).clamp(0.6, 4.0) } else { 0.0 }
    }

    /// Radii of dots as shares of that; none: all the same.
    pub(super) fn dot_shares(&self) -> Vec<f64> {
        let Some(Radius::ByMass(_)) = self.look.radius else { return Vec::new() };
        let mean = self.masses.iter().sum::<f64>() / self.masses.len().max(1) as f64;
        self.masses.iter().map(|m| (m / mean).max(0.0).sqrt()).collect()
    }

    /// The dots that are seen, as circles.
    pub(super) fn dots(&self, shown: Color, view: View, size: [usize; 2], margin: f64) -> Option<Group> {
        let screen = Screen::new(self, &view, size.map(|n| n as f64), 4.0);
        let area: f64 = self.areas.iter().sum();
        let side = screen.scale * (area / self.shown().max(1) as f64).sqrt();
        let radius = self.dot(shown, screen.scale, side);
        if radius <= 0.0 {
            return None;
        }
        let points: Vec<[f64; 3]> = self.polygons.corners.iter().map(|c| screen.point(*c)).collect();
        let mut buffer = Buffer::new(size[0], 0, size[1]);
        for p in 0..self.polygons.len() {
            buffer.fill(&points[self.polygons.range(p)], self.polygons.owner[p]);
        }
        let slack = SLACK * size[0].min(size[1]) as f64;
        let inks = self.look.inks(self.sites.len()).filter(|_| shown == Color::Sites);
        let shares = self.dot_shares();
        let mut group = Group::new().set("transform", format!("translate({margin} {margin})")).set("fill", "#111111");
        if shown != Color::Sites {
            group = group.set("stroke", "#ffffff").set("stroke-width", 0.5);
        }
        for (i, y) in self.sites.iter().enumerate() {
            let at = screen.point(*y);
            if !buffer.is_in_front(at, slack) {
                continue;
            }
            let r = radius * shares.get(i).copied().unwrap_or(1.0);
            let [x, y] = [at[0], at[1]].map(|v| format!("{v:.2}"));
            let dot = Circle::new().set("cx", x).set("cy", y).set("r", format!("{r:.2}"));
            group = group.add(match inks {
                Some(inks) => dot.set("fill", hex(inks[i])),
                None => dot,
            });
        }
        Some(group)
    }
}
