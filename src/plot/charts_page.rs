//! Parameterized surfaces as pages: the surface and its layout side by side, with the figures of
//! the report. One file with everything in it.

use super::charts::{Charts, DARK, LIGHT, SQUARES, WRONG};
use super::colors::{self, PALETTE, STEPS, hex, number};
use super::page::{GRID, STYLE, Streams, VIEWER, escaped, filled, integer, script_safe, zigzag};
use super::view::View;
use crate::parameterize::{BINS, FaceError};
use serde_json::json;
use std::fmt::Write;

const TEMPLATE: &str = include_str!("html/charts.html");

/// Edges of triangles are shown from the beginning in meshes of up to this many.
const EDGES: usize = 4_000;
/// Numbers of triangles in a list, of charts in the table, of sentences on the repair.
const LISTED: usize = 1_000;
const TABLE: usize = 12;
const SENTENCES: usize = 20;
/// Share of the area that the scales of histograms and colours take in.
const MOST: f64 = 0.995;
/// Colours of the area ratio from below to above what is wanted.
const DIVERGING: usize = 65;

/// A figure: its id, which is for scripts, its name, and what it is.
pub(super) type Figure = (&'static str, &'static str, String);

/// What a page says in words.
pub(super) struct Words {
    /// A class of the style sheet, and the sentence.
    pub verdict: (&'static str, String),
    pub figures: Vec<Figure>,
    /// A section on the parts.
    pub charts: String,
    /// What the second picture is, shortly and for those who do not see it.
    pub layout: &'static str,
    pub layout_label: &'static str,
    /// What the histogram of areas shows.
    pub areas: &'static str,
}

/// Rows of a list of figures.
fn rows(figures: &[Figure]) -> String {
    let mut out = String::new();
    for (id, name, text) in figures {
        let _ = write!(out, "<div><dt>{name}</dt><dd id=\"fig-{id}\">{}</dd></div>", escaped(text));
    }
    out
}

impl Charts<'_> {
    /// The page. The title may be any text, such as the name of the file. Cost: O(n log n); about
    /// 50 bytes a triangle, and 0.6 MB.
    pub fn html(&self, view: View, title: &str) -> String {
        self.page(view, title, &self.words())
    }

    /// What the page says of a layout in the plane.
    fn words(&self) -> Words {
        Words {
            verdict: self.verdict(),
            figures: self.figures(),
            charts: format!("<h2>Charts</h2>{}", self.table()),
            layout: "layout",
            layout_label: "The layout in the plane; drag to move, wheel to zoom.",
            areas: "Area in the plane over area wanted",
        }
    }

    /// The page with these words.
    pub(super) fn page(&self, view: View, title: &str, words: &Words) -> String {
        let model = self.model(false, false);
        let (center, radius) = model.ball();
        let mut streams = Streams::default();
        let counts = model.polygons.put(false, center, radius, &mut streams);
        let points = self.put_points(&mut streams);
        let faces = &self.found.distortion.faces;
        let mut last = -1i64;
        let mut integers = |name, list: &[u32]| {
            let mut bytes = Vec::new();
            for &k in list {
                integer(&mut bytes, zigzag((i64::from(k) - last) as i32));
                last = i64::from(k);
            }
            last = -1;
            streams.put(name, bytes);
        };
        integers("face", &self.found.face_of);
        integers("chart", &self.found.chart_of);
        streams.singles("ratio", faces.iter().map(|f| f.area_ratio));
        streams.singles("stretch", faces.iter().map(|f| f.stretch));
        streams.singles("angle", faces.iter().map(|f| f.angle));
        let n = self.found.triangles.len();
        let area: f64 = model.areas.iter().sum::<f64>() / (radius * radius);
        let spread = self.spread();
        let d = &self.found.distortion;
        let diverging = |k: usize| {
            let c = colorous::RED_BLUE.eval_continuous(1.0 - k as f64 / (DIVERGING - 1) as f64);
            hex([c.r, c.g, c.b])
        };
        let listed = |list: &[u32]| list.iter().copied().take(LISTED).collect::<Vec<_>>();
        let page = json!({
            "kind": "charts",
            "counts": {"cells": n, "pieces": counts[0], "corners": counts[1], "vertices": counts[2], "points": points},
            "streams": streams.names,
            "step": 1.0 / GRID,
            "ramp": (0..STEPS).map(colors::color).collect::<Vec<_>>(),
            "diverging": (0..DIVERGING).map(diverging).collect::<Vec<_>>(),
            "palette": PALETTE.map(hex),
            "pattern": {"squares": SQUARES, "light": hex(LIGHT), "dark": DARK.map(hex), "wrong": hex(WRONG)},
            "show": {"edges": n <= EDGES},
            // Ends of the scales: area ratios by their logarithm, both ways; stretch; degrees.
            "scales": {"area": spread[0].exp2(), "stretch": spread[1].exp2(), "angle": spread[2]},
            "flipped": listed(&self.proof.flipped),
            "flat": listed(&self.proof.flat),
            "worst": d.worst.iter().map(|w| w.face).collect::<Vec<_>>(),
            "view": {
                "direction": view.direction(),
                "up": view.up(),
                "scale": 1.0 / radius,
                "side": (area / n.max(1) as f64).sqrt(),
            },
        });
        let (class, verdict) = &words.verdict;
        filled(TEMPLATE, |name| match name {
            "title" => escaped(title),
            "class" => class.to_string(),
            "verdict" => escaped(verdict),
            "figures" => rows(&words.figures),
            "layout" => words.layout.to_string(),
            "layout-label" => words.layout_label.to_string(),
            "areas" => words.areas.to_string(),
            "area-histogram" => {
                let s = spread[0];
                let label = |x: f64| number(x.exp2());
                histogram("area-histogram", faces, |f| f.area_ratio.log2(), [-s, s], label)
            }
            "stretch-histogram" => {
                let label = |x: f64| number(x.exp2());
                histogram("stretch-histogram", faces, |f| f.stretch.log2(), [0.0, spread[1]], label)
            }
            "angle-histogram" => {
                let label = |x: f64| format!("{}°", number(x));
                histogram("angle-histogram", faces, |f| f.angle, [0.0, spread[2]], label)
            }
            "charts" => words.charts.clone(),
            "repair" => self.repair(),
            "style" => STYLE.to_string(),
            "page" => script_safe(&page.to_string()),
            "data" => streams.base64(),
            "viewer" => VIEWER.to_string(),
            _ => String::new(),
        })
    }

    /// Writes the points of the layout in the order in which corners use them, on a grid of the
    /// unit square; returns how many there are.
    fn put_points(&self, streams: &mut Streams) -> usize {
        let (mut index, mut position) = (Vec::new(), Vec::new());
        let mut number = vec![u32::MAX; self.found.points.len()];
        let (mut next, mut last) = (0u32, [0i32; 2]);
        for &p in self.found.corners.iter().flatten() {
            let known = &mut number[p as usize];
            if *known != u32::MAX {
                integer(&mut index, next - *known);
                continue;
            }
            integer(&mut index, 0);
            *known = next;
            next += 1;
            let at = self.found.points[p as usize].map(|x| (x * GRID).round() as i32);
            (0..2).for_each(|k| integer(&mut position, zigzag(at[k].wrapping_sub(last[k]))));
            last = at;
        }
        streams.put("corner", index);
        streams.put("point", position);
        next as usize
    }

    /// How far scales reach so that they take in most of the area: logarithm of base two of area
    /// ratios and stretch, degrees.
    fn spread(&self) -> [f64; 3] {
        let faces = &self.found.distortion.faces;
        let reach = |of: fn(&FaceError) -> f64| {
            let mut list: Vec<(f64, f64)> = faces.iter().map(|f| (of(f), f.share)).collect();
            list.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut sum = 0.0;
            let enough = |f: &&(f64, f64)| {
                sum += f.1;
                sum >= MOST
            };
            list.iter().find(enough).or(list.last()).map_or(1.0, |f| f.0)
        };
        let round = |x: f64, low: f64, high: f64| {
            // A round number: one digit and a power of ten.
            let x = if x.is_finite() { x.clamp(low, high) } else { high };
            let ten = 10f64.powf(x.log10().floor());
            [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0]
                .map(|k| k * ten)
                .into_iter()
                .find(|&y| y >= x * (1.0 - 1e-9))
                .unwrap_or(x)
        };
        [
            round(reach(|f| f.area_ratio.log2().abs()), 1e-6, 5.0),
            round(reach(|f| f.stretch.log2()), 0.1, 10.0),
            round(reach(|f| f.angle), 1.0, 180.0).min(180.0),
        ]
    }

    fn verdict(&self) -> (&'static str, String) {
        let p = &self.proof;
        let n = self.found.triangles.len();
        if p.bijective() {
            return ("good", format!("One to one: all {n} triangles positive, outlines simple, decided exactly"));
        }
        let told = [(p.flipped.len(), "flipped"), (p.flat.len(), "flat"), (p.crossings, "crossings of outlines")];
        let told = told.iter().filter(|t| t.0 > 0).map(|(n, what)| format!("{n} {what}"));
        let told: Vec<String> = told.chain((!p.apart).then(|| "charts that overlap or are no disks".into())).collect();
        ("bad", format!("Not one to one: {}", told.join(", ")))
    }

    fn figures(&self) -> Vec<Figure> {
        let (d, p) = (&self.found.distortion, &self.proof);
        let three = |v: [f64; 3]| v.map(number).join(", ");
        let cut: usize = self.found.charts.iter().map(|c| c.cut_edges).sum();
        let (n, m) = (self.found.triangles.len(), self.found.points.len());
        let charts = match self.found.charts.len() {
            1 => "1 chart".to_string(),
            n => format!("{n} charts"),
        };
        let mut rows = vec![
            ("triangles", "triangles", n.to_string()),
            ("points", "points", format!("{m} in {charts}, {cut} edges cut")),
            ("flipped", "flipped, flat", format!("{}, {}", p.flipped.len(), p.flat.len())),
            ("crossings", "crossings", p.crossings.to_string()),
            ("area", "area error", format!("{:.2e} of 2 (L1)", d.area_error)),
            ("star", "of stars", format!("{:.2e} of 2", d.star_error)),
            ("ratio", "area ratios", format!("{} to {}", number(d.area_ratio[0]), number(d.area_ratio[1]))),
            ("stretch", "stretch", format!("{} at 50, 95, 99 %", three(d.stretch))),
            ("angle", "angle error", format!("{} degrees at 50, 95, 99 %", three(d.angle))),
        ];
        let cells: Vec<_> = self.found.charts.iter().filter_map(|c| c.cells).collect();
        let (count, low) = (cells.iter().map(|c| c.cells).sum::<usize>(), |k: usize| {
            cells.iter().map(|c| c.max_relative_error[k]).fold(0.0, f64::max)
        });
        rows.push(match cells.len() {
            0 => ("cells", "cells", "masses not proved (--certify)".into()),
            _ => ("cells", "cells", format!("{count}, masses right to {:.1e}, proved in rationals", low(1))),
        });
        rows
    }

    fn table(&self) -> String {
        let mut out = String::from(
            "<table class=\"table\" id=\"charts\"><tr><th>triangles</th><th>genus</th><th>loops</th><th>cut</th><th>area error</th></tr>",
        );
        for c in self.found.charts.iter().take(TABLE) {
            let _ = write!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1e}</td></tr>",
                c.faces, c.genus, c.loops, c.cut_edges, c.area_errors[2]
            );
        }
        out.push_str("</table>");
        if let more @ 1.. = self.found.charts.len().saturating_sub(TABLE) {
            let _ = write!(out, "<p>and {more} more</p>");
        }
        out
    }

    /// What the repair did.
    fn repair(&self) -> String {
        let steps = &self.found.log.steps;
        if steps.is_empty() {
            return String::new();
        }
        let items = steps.iter().take(SENTENCES).map(|s| format!("<li>{}</li>", escaped(&s.to_string())));
        let more = steps.len().saturating_sub(SENTENCES);
        let more = if more > 0 { format!("<li>and {more} more</li>") } else { String::new() };
        format!("<h2>Repair</h2><ul id=\"repair\">{}{more}</ul>", items.collect::<String>())
    }
}

/// Bars over even bins; what lies outside is in the first or last one, in another colour if it is
/// more than a part of a bin. Heights are shares of the area.
fn histogram(
    id: &str,
    faces: &[FaceError],
    of: impl Fn(&FaceError) -> f64,
    [low, high]: [f64; 2],
    label: impl Fn(f64) -> String,
) -> String {
    let mut share = vec![0.0; BINS];
    let mut out = [0.0; 2];
    for f in faces {
        let t = (of(f) - low) / (high - low);
        // What has no value, as the ratio of no area, lies beyond the end.
        let t = if t.is_nan() { 2.0 } else { t };
        share[(t * BINS as f64).clamp(0.0, BINS as f64 - 1.0) as usize] += f.share;
        out[0] += if t < 0.0 { f.share } else { 0.0 };
        out[1] += if t > 1.0 { f.share } else { 0.0 };
    }
    let most = share.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let (width, height) = (232.0, 60.0);
    let step = width / BINS as f64;
    let mut text = format!(
        "<svg class=\"histogram\" id=\"{id}\" viewBox=\"0 0 236 76\" role=\"img\" aria-label=\"Histogram, shares of the area, highest bar {:.1} %\">",
        100.0 * most
    );
    for (k, s) in share.iter().enumerate().filter(|(_, s)| **s > 0.0) {
        // What is there can be seen.
        let h = (height * s / most).max(0.7);
        let beyond = (k == 0 && out[0] > 0.5 * s) || (k == BINS - 1 && out[1] > 0.5 * s);
        let class = if beyond { " class=\"out\"" } else { "" };
        let _ = write!(
            text,
            "<rect{class} x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{h:.1}\"><title>{:.3} %</title></rect>",
            2.0 + step * k as f64,
            64.0 - h,
            step - 0.6,
            100.0 * s
        );
    }
    for (x, anchor, v) in
        [(2.0, "start", low), (2.0 + width / 2.0, "middle", 0.5 * (low + high)), (2.0 + width, "end", high)]
    {
        let _ = write!(text, "<text x=\"{x}\" y=\"74\" text-anchor=\"{anchor}\">{}</text>", label(v));
    }
    text + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_template_are_known_and_nothing_is_asked_for() {
        assert!(TEMPLATE.contains("default-src 'none'"));
        for word in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!TEMPLATE.contains(word) && !STYLE.contains(word), "{word}");
        }
        let names = std::cell::RefCell::new(Vec::new());
        filled(TEMPLATE, |key| {
            names.borrow_mut().push(key.to_string());
            String::new()
        });
        let known = "title style class verdict figures area-histogram stretch-histogram angle-histogram charts repair page data viewer layout layout-label areas";
        assert!(names.borrow().iter().all(|n| known.split(' ').any(|k| k == n)), "{names:?}");
    }

    #[test]
    fn histograms_count_shares() {
        let face = |share, angle| FaceError { share, angle, ..FaceError::default() };
        let faces = [face(0.5, 1.0), face(0.25, 20.0), face(0.125, 300.0), face(0.125, f64::NAN)];
        let text = histogram("h", &faces, |f| f.angle, [0.0, 40.0], number);
        // Bins 1, 20 and the last one, which is beyond the end.
        assert_eq!(text.matches("<rect").count(), 3);
        assert!(text.contains("<title>50.000 %") && text.contains("<rect class=\"out\" x=\"228.2\""), "{text}");
        assert!(text.contains("highest bar 50.0 %") && text.ends_with(">40</text></svg>"), "{text}");
    }
}
