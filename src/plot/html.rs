//! Models as pages: one file with everything in it, a viewer and the data, that asks nothing of any network.
//!
//! The viewer is bundled from `viewer/src` by `scripts/viewer.sh`; it reads what is written here. The data are streams, one after the
//! other, deflated and in base64. Corners of polygons are numbers of vertices, counted back from the next new one; vertices are steps on a grid of
//! 2^-21 of the radius. Integers take seven bits a byte, lowest first; floating-point numbers come as planes of bytes.

use super::colors::{self, PALETTE, STEPS, hex};
use super::model::{Model, norm};
use super::scene::Color;
use super::view::View;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, write::ZlibEncoder};
use serde_json::json;
use std::collections::HashMap;
use std::io::Write;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const VIEWER: &str = include_str!("html/viewer.js");

/// Steps of the grid of vertices in a radius.
const GRID: f64 = (1u32 << 21) as f64;
/// Sites are shown from the beginning up to this many cells, walls up to `WALLS`.
const DOTS: usize = 2_000;
const WALLS: usize = 200_000;

impl Model<'_> {
    /// The picture as a page to look around in. The title may be any text, such as the name of the file. Cost: O(polygons); about 10 bytes a corner and 60 a cell, and 0.6 MB.
    pub fn html(&self, shown: Color, view: View, title: &str) -> String {
        let (center, radius) = self.ball();
        let mut streams = Streams::default();
        let counts = self.geometry(center, radius, &mut streams);
        let n = self.sites.len();
        streams.floats("mass", self.masses.iter().copied());
        streams.floats("prescribed", self.prescribed.iter().copied());
        streams.floats("area", self.areas.iter().copied());
        streams.floats("distance", self.distances().into_iter());
        streams.floats("centroid", self.centroids.iter().flat_map(|c| c.unwrap_or([f64::NAN; 3])));
        streams.floats("site", self.sites.iter().flatten().copied());
        streams.put("tint", self.tints());
        let color = match self.paint(shown).0 {
            Color::Mass | Color::Sites => "mass",
            Color::Area => "area",
            Color::Distance => "distance",
            Color::Cells => "cells",
        };
        let reach = |y: &[f64; 3]| norm([y[0] - center[0], y[1] - center[1], y[2] - center[2]]) / radius;
        // Sites that are farther away cannot be seen from where one sees the rest.
        let reach = self.sites.iter().map(reach).filter(|r| *r < 4.0).fold(1.05, f64::max);
        let area: f64 = self.areas.iter().sum::<f64>() / (radius * radius);
        let (low, high) = super::model::bounds(self.polygons.corners.iter());
        let page = json!({
            "kind": if self.flat { "plane" } else { "surface" },
            "counts": {"cells": n, "pieces": counts[0], "corners": counts[1], "vertices": counts[2]},
            "streams": streams.names,
            "step": 1.0 / GRID,
            "color": color,
            "ramp": (0..STEPS).map(colors::color).collect::<Vec<_>>(),
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
        filled(|name| match name {
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

    /// Writes polygons; returns how many polygons, corners and vertices there are.
    fn geometry(&self, center: [f64; 3], radius: f64, streams: &mut Streams) -> [usize; 3] {
        let polygons = &self.polygons;
        let (mut count, mut owner, mut index) = (Vec::new(), Vec::new(), Vec::new());
        let (mut position, mut normal) = (Vec::new(), Vec::new());
        let mut known: HashMap<([i32; 3], [u8; 2]), u32> = HashMap::new();
        let (mut last_owner, mut last, mut last_normal) = (0i64, [0i32; 3], [0u8; 2]);
        for p in 0..polygons.len() {
            let range = polygons.range(p);
            integer(&mut count, range.len() as u32);
            let site = i64::from(polygons.owner[p]);
            integer(&mut owner, zigzag((site - last_owner) as i32));
            last_owner = site;
            for c in range {
                let x = polygons.corners[c];
                let at: [i32; 3] = std::array::from_fn(|k| ((x[k] - center[k]) / radius * GRID).round() as i32);
                let n = if self.flat { [127, 127] } else { octahedral(polygons.normals[c]) };
                let next = known.len() as u32;
                let v = *known.entry((at, n)).or_insert(next);
                integer(&mut index, next - v);
                if v == next {
                    (0..3).for_each(|k| integer(&mut position, zigzag(at[k].wrapping_sub(last[k]))));
                    normal.extend([0, 1].map(|k| n[k].wrapping_sub(last_normal[k])));
                    (last, last_normal) = (at, n);
                }
            }
        }
        streams.put("count", count);
        streams.put("owner", owner);
        streams.put("index", index);
        streams.put("position", position);
        streams.put("normal", normal);
        streams.put("side", polygons.sides.iter().map(|s| *s as u8).collect());
        [polygons.len(), polygons.corners.len(), known.len()]
    }
}

/// Named bytes, one after the other.
#[derive(Default)]
struct Streams {
    names: Vec<(&'static str, usize)>,
    bytes: Vec<u8>,
}

impl Streams {
    fn put(&mut self, name: &'static str, bytes: Vec<u8>) {
        self.names.push((name, bytes.len()));
        self.bytes.extend(bytes);
    }

    fn floats(&mut self, name: &'static str, values: impl Iterator<Item = f64>) {
        let values: Vec<[u8; 8]> = values.map(f64::to_le_bytes).collect();
        let planes = (0..8).flat_map(|k| values.iter().map(move |v| v[k]));
        self.put(name, planes.collect());
    }

    fn base64(&self) -> String {
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::new(6));
        // Writing to memory cannot fail; were it to, the page would say that its data are damaged.
        let packed = deflate.write_all(&self.bytes).and_then(|()| deflate.finish()).unwrap_or_default();
        STANDARD.encode(packed)
    }
}

fn zigzag(v: i32) -> u32 {
    ((v << 1) ^ (v >> 31)) as u32
}

fn integer(out: &mut Vec<u8>, mut v: u32) {
    while v >= 128 {
        out.push(v as u8 | 128);
        v >>= 7;
    }
    out.push(v as u8);
}

/// A direction in two bytes: the octahedron around it unfolded into a square (Meyer et al. 2010, "On floating-point normal vectors").
fn octahedral(n: [f32; 3]) -> [u8; 2] {
    let sum = n[0].abs() + n[1].abs() + n[2].abs();
    if !(sum > 0.0 && sum.is_finite()) {
        return [127, 127];
    }
    let (x, y) = (n[0] / sum, n[1] / sum);
    let sign = |v: f32| if v < 0.0 { -1.0 } else { 1.0 };
    let (u, v) = if n[2] < 0.0 { ((1.0 - y.abs()) * sign(x), (1.0 - x.abs()) * sign(y)) } else { (x, y) };
    [u, v].map(|c| ((c + 1.0) * 127.0).round() as u8)
}

/// Text between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !c.is_whitespace() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// JSON inside a script element: nothing in it can end the element.
fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// The template with its `{{names}}` replaced, in one pass: what is put in is not looked at again.
fn filled(value: impl Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, tail) = after.split_once("}}").unwrap_or((after, ""));
        page.push_str(before);
        page.push_str(&value(name));
        rest = tail;
    }
    page.push_str(rest);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_put_in_is_code() {
        let name = "</script><b onclick='x'>&{{data}}\u{7}";
        assert_eq!(escaped(name), "&lt;/script&gt;&lt;b onclick=&#39;x&#39;&gt;&amp;{{data}}\u{fffd}");
        let page = filled(|key| match key {
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
        filled(|key| {
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

    #[test]
    fn directions_survive_two_bytes() {
        let back = |[a, b]: [u8; 2]| {
            let (x, y) = (f64::from(a) / 127.0 - 1.0, f64::from(b) / 127.0 - 1.0);
            let z = 1.0 - x.abs() - y.abs();
            let sign = |v: f64| if v < 0.0 { -1.0 } else { 1.0 };
            let (u, v) = if z < 0.0 { ((1.0 - y.abs()) * sign(x), (1.0 - x.abs()) * sign(y)) } else { (x, y) };
            super::super::model::unit([u, v, z])
        };
        for k in 0..500 {
            let (z, f) = (1.0 - 2.0 * (f64::from(k) + 0.5) / 500.0, 2.4 * f64::from(k));
            let r = (1.0 - z * z).sqrt();
            let n = [r * f.cos(), r * f.sin(), z];
            let found = back(octahedral(n.map(|c| c as f32)));
            assert!(super::super::model::dot(n, found) > 0.9998, "{n:?} {found:?}");
        }
        assert_eq!(octahedral([0.0; 3]), [127, 127]);
        assert_eq!(octahedral([f32::NAN, 0.0, 1.0]), [127, 127]);
    }

    #[test]
    fn integers_and_planes() {
        let mut bytes = Vec::new();
        [0, 127, 128, u32::MAX].iter().for_each(|&v| integer(&mut bytes, v));
        assert_eq!(bytes, [0, 127, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!([0, -1, 1, -2, i32::MIN].map(zigzag), [0, 1, 2, 3, u32::MAX]);
        let mut streams = Streams::default();
        streams.floats("x", [1.0f64, -2.0].into_iter());
        assert_eq!(streams.names, [("x", 16)]);
        assert_eq!(streams.bytes[12..], [0xf0, 0x00, 0x3f, 0xc0]);
    }
}
