//! Models as pages: one file with everything in it, a viewer and the data, that asks nothing of any
//! network.

use super::colors::{PALETTE, STEPS, hex};
use super::model::Model;
use super::page::{GRID, STYLE, Streams, VIEWER, escaped, filled, script_safe};
use super::scene::Color;
use super::view::View;
use crate::domain::vector::{bounds, length, side};
use serde_json::json;

const TEMPLATE: &str = include_str!("html/page.html");

/// Sites are shown from the beginning up to this many cells, walls up to `WALLS`.
const DOTS: usize = 2_000;
const WALLS: usize = 200_000;

impl Model<'_> {
    /// The picture as a page to look around in. The title may be any text, such as the name of the
    /// file. Cost: O(polygons); about 10 bytes a corner and 60 a cell, and 0.6 MB.
    pub fn html(&self, shown: Color, view: View, title: &str) -> String {
        let (center, radius) = self.ball();
        let mut streams = Streams::default();
        let counts = self.polygons.put(self.flat, center, radius, &mut streams);
        let n = self.sites.len();
        streams.floats("mass", self.masses.iter().copied());
        streams.floats("prescribed", self.prescribed.iter().copied());
        streams.floats("area", self.areas.iter().copied());
        streams.floats("distance", self.distances().into_iter());
        streams.floats("centroid", self.centroids.iter().flat_map(|c| c.unwrap_or([f64::NAN; 3])));
        streams.floats("site", self.sites.iter().flatten().copied());
        streams.put("tint", self.tints());
        let color = match self.paint(shown).0 {
            Color::Mass | Color::Sites | Color::Values => "mass",
            Color::Area => "area",
            Color::Distance => "distance",
            Color::Cells => "cells",
        };
        let reach = |y: &[f64; 3]| length(&side(center, *y)) / radius;
        // Sites that are farther away cannot be seen from where one sees the rest.
        let reach = self.sites.iter().map(reach).filter(|r| *r < 4.0).fold(1.05, f64::max);
        let area: f64 = self.areas.iter().sum::<f64>() / (radius * radius);
        let (low, high) = bounds(self.polygons.corners.iter().copied());
        let page = json!({
            "kind": if self.flat { "plane" } else { "surface" },
            "counts": {"cells": n, "pieces": counts[0], "corners": counts[1], "vertices": counts[2]},
            "streams": streams.names,
            "step": 1.0 / GRID,
            "color": color,
            "ramp": (0..STEPS).map(|k| hex(self.look.ramp.rgb(k))).collect::<Vec<_>>(),
            "palette": PALETTE.map(hex),
            "bare": hex(super::model::BARE),
            "show": {"walls": self.shown() <= WALLS, "sites": self.flat && self.shown() <= DOTS || shown == Color::Sites},
            "view": {
                "flat": self.flat,
                "direction": if self.flat { [0.0, 0.0, 1.0] } else { view.direction() },
                "up": if self.flat { [0.0, 1.0, 0.0] } else { view.up() },
                "center": center,
                "scale": 1.0 / radius,
                "room": [0.5 * (high[0] - low[0]) / radius, 0.5 * (high[1] - low[1]) / radius],
                "side": (area / self.shown().max(1) as f64).sqrt(),
                "reach": reach,
            },
        });
        let (mouse, arrows) = if self.flat {
            ("Drag to move, wheel to zoom, right button to tilt.", "move")
        } else {
            ("Drag to turn, wheel to zoom, right button to move.", "turn")
        };
        let label = format!("Picture of a diagram of {n} cells; {mouse}");
        filled(TEMPLATE, |name| match name {
            "title" => escaped(title),
            "summary" => escaped(&self.summary()),
            "label" => escaped(&label),
            "style" => STYLE.to_string(),
            "page" => script_safe(&page.to_string()),
            "data" => streams.base64(),
            "viewer" => VIEWER.to_string(),
            "mouse" => mouse.to_string(),
            "arrows" => arrows.to_string(),
            _ => String::new(),
        })
    }

    /// What is said of the whole.
    fn summary(&self) -> String {
        let error = self.masses.iter().zip(self.prescribed).map(|(m, nu)| (m - nu).abs() / nu).fold(0.0, f64::max);
        let (n, shown) = (self.sites.len(), self.shown());
        format!("{n} sites, {shown} cells, masses within {error:.1e} of those prescribed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_put_in_is_code() {
        let name = "</script><b onclick='x'>&{{data}}\u{7}";
        assert_eq!(escaped(name), "&lt;/script&gt;&lt;b onclick=&#39;x&#39;&gt;&amp;{{data}}\u{fffd}");
        let page = filled(TEMPLATE, |key| match key {
            "title" => escaped(name),
            "data" => "DATA".into(),
            _ => String::new(),
        });
        assert_eq!(page.matches("DATA").count(), 1, "what is put in is not looked at again");
        assert_eq!(page.matches("&lt;/script&gt;").count(), 2);
        assert_eq!(script_safe(r#"{"a":"</script>"}"#), r#"{"a":"\u003c/script>"}"#);
        assert!(!VIEWER.contains("</script") && !VIEWER.contains("<!--") && !STYLE.contains('<'));
        // Every name of the template is known: none is left when all are given.
        let names = std::cell::RefCell::new(Vec::new());
        filled(TEMPLATE, |key| {
            names.borrow_mut().push(key.to_string());
            String::new()
        });
        let known = ["title", "style", "label", "summary", "mouse", "arrows", "page", "data", "viewer"];
        assert!(names.borrow().iter().all(|n| known.contains(&n.as_str())), "{names:?}");
    }

    /// The page asks for nothing: addresses stand in comments and texts of the library only.
    #[test]
    fn the_template_refers_to_nothing_outside() {
        assert!(TEMPLATE.contains("default-src 'none'"));
        for word in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!TEMPLATE.contains(word) && !STYLE.contains(word), "{word}");
        }
    }
}
