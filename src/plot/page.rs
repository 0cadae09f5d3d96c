//! What pages are made of: a template with names, and data in streams.
//!
//! The viewer is bundled from `viewer/src` by `scripts/viewer.sh`; it reads what is written here.
//! The data are streams, one after the other, deflated and in base64. Corners of polygons are
//! numbers of vertices, counted back from the next new one; vertices are steps on a grid of 2^-21
//! of the radius. Integers take seven bits a byte, lowest first; floating-point numbers come as
//! planes of bytes.

use super::model::{Polygons, Side};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, write::ZlibEncoder};
use std::collections::HashMap;
use std::io::Write;

pub(super) const STYLE: &str = include_str!("html/page.css");
pub(super) const VIEWER: &str = include_str!("html/viewer.js");

/// Steps of the grid of vertices in a radius.
pub(super) const GRID: f64 = (1u32 << 21) as f64;

impl Polygons {
    /// Writes all polygons, inside the ball of this middle and radius; returns how many polygons,
    /// corners and vertices there are. Normals of what is `flat` point upwards.
    pub(super) fn put(&self, flat: bool, center: [f64; 3], radius: f64, streams: &mut Streams) -> [usize; 3] {
        let (mut count, mut owner, mut index) = (Vec::new(), Vec::new(), Vec::new());
        let (mut position, mut normal) = (Vec::new(), Vec::new());
        let mut known: HashMap<([i32; 3], [u8; 2]), u32> = HashMap::new();
        let (mut last_owner, mut last, mut last_normal) = (0i64, [0i32; 3], [0u8; 2]);
        for p in 0..self.len() {
            let range = self.range(p);
            integer(&mut count, range.len() as u32);
            let site = i64::from(self.owner[p]);
            integer(&mut owner, zigzag((site - last_owner) as i32));
            last_owner = site;
            for c in range {
                let x = self.corners[c];
                let at: [i32; 3] = std::array::from_fn(|k| ((x[k] - center[k]) / radius * GRID).round() as i32);
                let n = if flat { [127, 127] } else { octahedral(self.normals[c]) };
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
        // A page knows no curves: they are as borders.
        let kind = |s: &Side| if *s == Side::Curve { Side::Border as u8 } else { *s as u8 };
        streams.put("side", self.sides.iter().map(kind).collect());
        [self.len(), self.corners.len(), known.len()]
    }
}

/// Named bytes, one after the other.
#[derive(Default)]
pub(super) struct Streams {
    pub(super) names: Vec<(&'static str, usize)>,
    bytes: Vec<u8>,
}

impl Streams {
    pub(super) fn put(&mut self, name: &'static str, bytes: Vec<u8>) {
        self.names.push((name, bytes.len()));
        self.bytes.extend(bytes);
    }

    pub(super) fn floats(&mut self, name: &'static str, values: impl Iterator<Item = f64>) {
        let values: Vec<[u8; 8]> = values.map(f64::to_le_bytes).collect();
        let planes = (0..8).flat_map(|k| values.iter().map(move |v| v[k]));
        self.put(name, planes.collect());
    }

    /// Single precision: six digits.
    pub(super) fn singles(&mut self, name: &'static str, values: impl Iterator<Item = f64>) {
        let values: Vec<[u8; 4]> = values.map(|v| (v as f32).to_le_bytes()).collect();
        let planes = (0..4).flat_map(|k| values.iter().map(move |v| v[k]));
        self.put(name, planes.collect());
    }

    pub(super) fn base64(&self) -> String {
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::new(6));
        // Writing to memory cannot fail; were it to, the page would say that its data are damaged.
        let packed = deflate.write_all(&self.bytes).and_then(|()| deflate.finish()).unwrap_or_default();
        STANDARD.encode(packed)
    }
}

pub(super) fn zigzag(v: i32) -> u32 {
    ((v << 1) ^ (v >> 31)) as u32
}

pub(super) fn integer(out: &mut Vec<u8>, mut v: u32) {
    while v >= 128 {
        out.push(v as u8 | 128);
        v >>= 7;
    }
    out.push(v as u8);
}

/// A direction in two bytes: the octahedron around it unfolded into a square (Meyer et al. 2010,
/// "On floating-point normal vectors").
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
pub(super) fn escaped(text: &str) -> String {
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
pub(super) fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// The template with its `{{names}}` replaced, in one pass: what is put in is not looked at again.
pub(super) fn filled(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut rest = template;
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
    use crate::domain::vector::{Vector3, unit};

    #[test]
    fn directions_survive_two_bytes() {
        let back = |[a, b]: [u8; 2]| {
            let (x, y) = (f64::from(a) / 127.0 - 1.0, f64::from(b) / 127.0 - 1.0);
            let z = 1.0 - x.abs() - y.abs();
            let sign = |v: f64| if v < 0.0 { -1.0 } else { 1.0 };
            let (u, v) = if z < 0.0 { ((1.0 - y.abs()) * sign(x), (1.0 - x.abs()) * sign(y)) } else { (x, y) };
            unit(&Vector3::new(u, v, z))
        };
        for k in 0..500 {
            let (z, f) = (1.0 - 2.0 * (f64::from(k) + 0.5) / 500.0, 2.4 * f64::from(k));
            let r = (1.0 - z * z).sqrt();
            let n = [r * f.cos(), r * f.sin(), z];
            let found = back(octahedral(n.map(|c| c as f32)));
            assert!(Vector3::from(n).dot(&found) > 0.9998, "{n:?} {found:?}");
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
