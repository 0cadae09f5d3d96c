//! Scenes as SVG.
//!
//! Cells of one colour share one path with integer coordinates (hundredths of a pixel), so 1e5
//! cells take a few MB. Up to some thousand cells have visible borders and sites; beyond, a border
//! would be all one sees.

use super::colors::{PALETTE, Ramp, STEPS, Scale, hex, number, numbers};
use super::look::{Look, Radius};
use super::scene::{Color, Scene};
use crate::domain::PlanarMesh;
use crate::domain::vector::bounds;
use std::fmt::Write;
use svg::node::element::{Circle, ClipPath, Definitions, Group, LinearGradient, Path, Rectangle, Stop, Text};
use svg::{Document, Node};

/// Width or height of the drawing, whichever is larger, in pixels.
const SIZE: f64 = 900.0;
const MARGIN: f64 = 24.0;
/// Width of the legend.
const LEGEND: f64 = 150.0;
/// Drawn units per pixel.
const UNITS: f64 = 100.0;
/// Arrows are drawn up to this many sites, sites up to `DOTS`, borders up to `BORDERS`.
const ARROWS: usize = 60;
const DOTS: usize = 5_000;
const BORDERS: usize = 30_000;

/// The map from the plane to the drawing.
struct Frame {
    low: [f64; 2],
    high: [f64; 2],
    /// Pixels per unit length.
    scale: f64,
}

impl Frame {
    /// Covers the domain, and the sites that are no farther from it than three quarters of its
    /// extent.
    fn of(scene: &Scene<'_>) -> Frame {
        let (mut low, mut high) = bounds(scene.domain.iter().copied());
        let reach = 0.75 * (high[0] - low[0]).max(high[1] - low[1]);
        let (a, b) = (low, high);
        let near = |p: &[f64; 2]| (0..2).all(|k| p[k] >= a[k] - reach && p[k] <= b[k] + reach);
        let (l, h) = bounds(scene.sites.iter().copied().filter(near));
        for k in 0..2 {
            low[k] = low[k].min(l[k]);
            high[k] = high[k].max(h[k]);
        }
        let extent = (high[0] - low[0]).max(high[1] - low[1]);
        Frame { low, high, scale: SIZE / extent }
    }

    fn size(&self) -> [f64; 2] {
        // A needle of a domain still gets a strip one can see.
        [0, 1].map(|k| ((self.high[k] - self.low[k]) * self.scale).max(2.0))
    }

    fn contains(&self, p: [f64; 2]) -> bool {
        (0..2).all(|k| p[k] >= self.low[k] && p[k] <= self.high[k])
    }

    /// Drawn units of a point; y points down.
    fn units(&self, p: [f64; 2]) -> [i64; 2] {
        let x = (p[0] - self.low[0]) * self.scale + MARGIN;
        let y = (self.high[1] - p[1]) * self.scale + MARGIN;
        [(x * UNITS).round() as i64, (y * UNITS).round() as i64]
    }
}

impl Scene<'_> {
    /// The picture as the text of an SVG file. Cost: O(number of vertices).
    pub fn svg(&self, shown: Color) -> String {
        self.svg_with(shown, &[], &[])
    }

    /// The same with curves drawn over the cells, and points where they end.
    pub fn svg_with(&self, shown: Color, curves: &[&[[f64; 2]]], ends: &[[f64; 2]]) -> String {
        if shown == Color::Sites {
            return self.dots();
        }
        let frame = Frame::of(self);
        let shows = |&i: &usize| self.cells[i].len() > 2 && (self.mesh.is_none() || self.area(i) > 0.0);
        let cells: Vec<usize> = (0..self.cells.len()).filter(shows).collect();
        let (title, values, scale) = self.values(shown, &cells);
        let [width, height] = frame.size();
        let inner = height.max(260.0);
        let beside = if self.look.legend { MARGIN + LEGEND } else { 0.0 };
        let full = [width + 2.0 * MARGIN + beside, inner + 2.0 * MARGIN + 22.0];
        // Side of a typical cell in pixels.
        let area = frame.scale.powi(2) * cells.iter().map(|&i| self.area(i)).sum::<f64>();
        let side = (area / cells.len().max(1) as f64).sqrt();
        let mut drawing = Group::new().set("transform", format!("scale({})", 1.0 / UNITS));
        let mut painted = Group::new();
        if let Some(mesh) = self.mesh {
            // Cells are clipped to the bounding box: of them the mesh shows what is its own.
            let shape = ClipPath::new().set("id", "domain").add(shape(mesh, &frame));
            drawing = drawing.add(Definitions::new().add(shape));
            painted = painted.set("clip-path", "url(#domain)");
        }
        // Cells of one colour share a path.
        let inks = self.look.inks(self.sites.len());
        let (fills, which): (Vec<String>, Vec<usize>) = if let Some(inks) = inks {
            let mut kinds: Vec<[u8; 3]> = cells.iter().map(|&i| inks[i]).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let which = |&i: &usize| kinds.binary_search(&inks[i]).unwrap_or_default();
            (kinds.iter().copied().map(hex).collect(), cells.iter().map(which).collect())
        } else if shown == Color::Cells {
            let tints = self.tints();
            (PALETTE.map(hex).to_vec(), cells.iter().map(|&i| tints[i] as usize).collect())
        } else {
            let step = |v: &f64| scale.as_ref().map_or(STEPS / 2, |s| s.step(*v));
            ((0..STEPS).map(|k| hex(self.look.ramp.rgb(k))).collect(), values.iter().map(step).collect())
        };
        for path in self.cell_paths(&frame, &cells, &fills, &which, side) {
            painted = painted.add(path);
        }
        drawing = drawing.add(painted);
        drawing = drawing.add(self.outline(&frame));
        for path in self.marks(&frame, &cells, side).into_iter().chain(overlay(&frame, curves, ends, side)) {
            drawing = drawing.add(path);
        }
        let mut parts: Vec<Box<dyn Node>> = vec![Box::new(drawing)];
        parts.extend(self.words(&frame, side).map(|group| Box::new(group) as _));
        if shown != Color::Cells && inks.is_none() && self.look.legend {
            let legend = legend(width + 2.0 * MARGIN, &title, (scale.as_ref(), self.look.ramp), &values);
            parts.extend(legend.into_iter().map(|part| Box::new(part) as _));
        }
        let caption = self.caption(&frame, cells.len());
        parts.push(Box::new(text(MARGIN, inner + 2.0 * MARGIN + 6.0, &caption)));
        self.look.page(full, parts)
    }

    /// What the colours show, the value of each of the listed cells, and the scale; `None` if all
    /// values are equal.
    fn values(&self, shown: Color, cells: &[usize]) -> (String, Vec<f64>, Option<Scale>) {
        if let (Color::Values, Some(own)) = (shown, self.look.numbers(self.cells.len())) {
            let values: Vec<f64> = cells.iter().map(|&i| own.numbers[i]).collect();
            let scale = Scale::of(&values);
            return (own.name.clone(), values, scale);
        }
        let (title, values, scale) = self.usual_values(shown, cells);
        (title.to_string(), values, scale)
    }

    fn usual_values(&self, shown: Color, cells: &[usize]) -> (&'static str, Vec<f64>, Option<Scale>) {
        let distances: Vec<f64> = cells.iter().map(|&i| self.distance(i)).collect();
        let (title, values): (_, Vec<f64>) = match shown {
            Color::Mass | Color::Cells | Color::Values => {
                ("mass of the cell", cells.iter().map(|&i| self.masses[i]).collect())
            }
            Color::Area | Color::Sites => ("area of the cell", cells.iter().map(|&i| self.area(i)).collect()),
            Color::Distance => {
                let scale = Scale::linear(&distances);
                return ("distance to site", distances, scale);
            }
        };
        if let Some(scale) = Scale::of(&values) {
            return (title, values, Some(scale));
        }
        // Equal values would paint one colour; the distance moved tells more.
        match Scale::linear(&distances) {
            Some(scale) if cells.len() > 1 => ("distance to site", distances, Some(scale)),
            _ => (title, values, None),
        }
    }

    fn cell_paths(&self, frame: &Frame, cells: &[usize], fills: &[String], which: &[usize], side: f64) -> Vec<Path> {
        let mut data = vec![String::new(); fills.len()];
        for (&i, &fill) in cells.iter().zip(which) {
            polygon(&mut data[fill], frame, self.cells[i]);
        }
        let with_borders = self.look.stroke.map_or(cells.len() <= BORDERS, |width| width > 0.0);
        let used = data.into_iter().enumerate().filter(|(_, d)| !d.is_empty());
        let path = |(k, d): (usize, String)| {
            let fill = fills[k].clone();
            // Without a border, a stroke in the colour itself covers the hairlines between
            // neighbours.
            let (stroke, width) = if with_borders {
                ("#ffffff".to_string(), self.look.stroke.unwrap_or((0.04 * side).clamp(0.12, 1.2)))
            } else {
                (fill.clone(), 0.4)
            };
            Path::new()
                .set("d", d)
                .set("fill", fill)
                .set("stroke", stroke)
                .set("stroke-width", (width * UNITS).round())
                .set("stroke-linejoin", "round")
        };
        used.map(path).collect()
    }

    fn outline(&self, frame: &Frame) -> Path {
        let mut d = String::new();
        match self.mesh {
            None => polygon(&mut d, frame, self.domain),
            Some(mesh) => {
                for [[a, b], [x, y]] in mesh.boundary().iter().map(|side| side.map(|v| frame.units(v))) {
                    let _ = write!(d, "M{a} {b}L{x} {y}"); // writing to a String cannot fail
                }
            }
        }
        Path::new()
            .set("d", d)
            .set("fill", "none")
            .set("stroke", "#222222")
            .set("stroke-width", 1.2 * UNITS)
            .set("stroke-linejoin", "round")
    }

    /// The sites alone, as dots of one size that cover about a third of the area where cells are
    /// smallest: what a printer would do.
    fn dots(&self) -> String {
        let frame = Frame::of(self);
        let mut areas: Vec<f64> = (0..self.cells.len()).map(|i| self.area(i)).filter(|a| *a > 0.0).collect();
        areas.sort_by(f64::total_cmp);
        // A tenth of the cells are smaller.
        let small = areas.get(areas.len() / 10).copied().unwrap_or(1.0);
        let diameter = (2.0 * (small / (3.0 * std::f64::consts::PI)).sqrt() * frame.scale).clamp(0.4, 12.0);
        let [width, height] = frame.size().map(|s| s + 2.0 * MARGIN);
        let inks = self.look.inks.as_ref().map(|_| Radius::Pixels(0.5 * diameter));
        if let Some(radius) = self.look.radius.or(inks) {
            return self.look.page([width, height], vec![Box::new(self.circles(&frame, radius))]);
        }
        let mut d = String::new();
        for [x, y] in self.sites.iter().filter(|y| frame.contains(**y)).map(|y| frame.units(*y)) {
            let _ = write!(d, "M{x} {y}h0"); // writing to a String cannot fail
        }
        let drawing =
            Group::new().set("transform", format!("scale({})", 1.0 / UNITS)).add(stroked(&d, "#111111", diameter));
        if self.look != Look::default() {
            return self.look.page([width, height], vec![Box::new(drawing)]);
        }
        Document::new()
            .set("viewBox", format!("0 0 {width:.0} {height:.0}"))
            .set("width", format!("{width:.0}"))
            .set("height", format!("{height:.0}"))
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", "#ffffff"))
            .add(drawing)
            .to_string()
    }

    /// Sites as circles, which plotters and other programs take as such.
    fn circles(&self, frame: &Frame, radius: Radius) -> Group {
        let mean = self.masses.iter().sum::<f64>() / self.masses.len().max(1) as f64;
        let size = |i: usize| match radius {
            Radius::Pixels(r) => r,
            Radius::ByMass(r) => r * (self.masses[i] / mean).max(0.0).sqrt(),
        };
        let scaled = Group::new().set("transform", format!("scale({})", 1.0 / UNITS)).set("fill", "#111111");
        let inside = self.sites.iter().enumerate().filter(|y| frame.contains(*y.1));
        inside.fold(scaled, |group, (i, y)| {
            let [x, y] = frame.units(*y);
            let dot = Circle::new().set("cx", x).set("cy", y).set("r", (size(i) * UNITS).round());
            group.add(match self.look.inks(self.sites.len()) {
                Some(inks) => dot.set("fill", hex(inks[i])),
                None => dot,
            })
        })
    }

    /// A word for each cell, at its centroid.
    fn words(&self, frame: &Frame, side: f64) -> Option<Group> {
        let labels = self.look.labels.as_ref().filter(|l| l.len() == self.cells.len())?;
        let longest = labels.iter().map(|l| l.chars().count()).max().unwrap_or(1).max(1);
        let group = label_group(side, longest);
        let shown = labels.iter().zip(self.centroids.iter()).filter_map(|(label, c)| Some((label, (*c)?)));
        Some(shown.fold(group, |group, (label, c)| {
            let [x, y] = frame.units(c).map(|v| v as f64 / UNITS);
            group.add(Text::new(label.as_str()).set("x", format!("{x:.1}")).set("y", format!("{y:.1}")))
        }))
    }

    /// Sites, and arrows from sites to centroids.
    fn marks(&self, frame: &Frame, cells: &[usize], side: f64) -> Vec<Path> {
        let mut paths = Vec::new();
        if !self.look.lines.is_empty() {
            let mut d = String::new();
            for [[a, b], [x, y]] in self.look.lines.iter().map(|line| line.map(|p| frame.units(p))) {
                let _ = write!(d, "M{a} {b}L{x} {y}"); // writing to a String cannot fail
            }
            // To be seen on dark and light.
            let width = (0.05 * side).clamp(0.6, 1.2);
            paths.extend([stroked(&d, "#ffffff", 2.0 * width), stroked(&d, "#222222", width)]);
        }
        if self.sites.len() <= ARROWS && self.look.labels.is_none() {
            let mut d = String::new();
            for &i in cells {
                if let Some(c) = self.centroids[i].filter(|_| frame.contains(self.sites[i])) {
                    arrow(&mut d, frame.units(self.sites[i]), frame.units(c), side);
                }
            }
            for (stroke, width) in [("#ffffff", 3.2), ("#b3261e", 1.6)] {
                paths.push(stroked(&d, stroke, width));
            }
        }
        let radius = match self.look.radius {
            Some(Radius::Pixels(r) | Radius::ByMass(r)) => r,
            None => (0.09 * side).clamp(0.6, 4.0),
        };
        if self.look.radius.map_or(self.sites.len() <= DOTS && self.look.labels.is_none(), |_| radius > 0.0) {
            let mut d = String::new();
            let inside = self.sites.iter().filter(|y| frame.contains(**y));
            for [x, y] in inside.map(|y| frame.units(*y)) {
                let _ = write!(d, "M{x} {y}h0"); // writing to a String cannot fail
            }
            for (stroke, width) in [("#ffffff", 2.0 * radius + 1.0), ("#111111", 2.0 * radius)] {
                paths.push(stroked(&d, stroke, width));
            }
        }
        paths.retain(|_| !self.sites.is_empty());
        paths
    }

    fn caption(&self, frame: &Frame, cells: usize) -> String {
        let n = self.sites.len();
        let mut text = format!("{n} sites, {cells} cells");
        let outside = self.sites.iter().filter(|y| !frame.contains(**y)).count();
        if outside > 0 {
            let _ = write!(text, "; {outside} sites lie outside the picture");
        }
        // Labels take the place of both.
        match (self.look.labels.is_some(), self.look.radius.is_some()) {
            (false, _) if n <= ARROWS => text.push_str("; dots: sites, arrows: to the centroid of the cell"),
            (true, false) => {}
            (_, sized) if sized || n <= DOTS => text.push_str("; dots: sites"),
            _ => {}
        }
        text
    }
}

/// The group of the words in cells of a typical side, in pixels, the longest of so many letters.
pub(super) fn label_group(side: f64, longest: usize) -> Group {
    // So that the longest fits into a typical cell.
    let size = (1.2 * side / longest as f64).clamp(2.0, (0.4 * side).clamp(2.0, 20.0));
    Group::new()
        .set("font-size", format!("{size:.1}"))
        .set("text-anchor", "middle")
        .set("dominant-baseline", "central")
        .set("fill", "#111111")
        .set("stroke", "#ffffff")
        .set("stroke-width", format!("{:.2}", 0.18 * size))
        .set("paint-order", "stroke")
}

/// Curves in red, and their ends as dots, no coarser than the cells.
fn overlay(frame: &Frame, curves: &[&[[f64; 2]]], ends: &[[f64; 2]], side: f64) -> Vec<Path> {
    let (mut lines, mut dots) = (String::new(), String::new());
    for curve in curves {
        for (k, [x, y]) in curve.iter().map(|p| frame.units(*p)).enumerate() {
            let _ = write!(lines, "{}{x} {y}", if k == 0 { "M" } else { "L" }); // writing to a String cannot fail
        }
    }
    for [x, y] in ends.iter().map(|p| frame.units(*p)) {
        let _ = write!(dots, "M{x} {y}h0");
    }
    let width = (0.15 * side).clamp(1.0, 3.6);
    let (line, dot) = (width, 2.5 * width);
    let parts = [
        (&lines, "#ffffff", line + 0.6 * width),
        (&lines, "#b3261e", line),
        (&dots, "#ffffff", dot + 0.8 * width),
        (&dots, "#b3261e", dot),
    ];
    parts.into_iter().filter(|p| !p.0.is_empty()).map(|(d, stroke, width)| stroked(d, stroke, width)).collect()
}

/// Where the domain is, as a path to clip by: of polygons their rings, so that no hairline runs
/// along our triangles.
fn shape(mesh: &PlanarMesh, frame: &Frame) -> Path {
    let Some(parts) = mesh.polygons() else { return Path::new().set("d", triangles(mesh, frame)) };
    let mut d = String::new();
    parts.iter().flat_map(|p| p.rings()).for_each(|ring| polygon(&mut d, frame, ring));
    Path::new().set("d", d).set("clip-rule", "evenodd")
}

/// All triangles of a mesh as one path.
fn triangles(mesh: &PlanarMesh, frame: &Frame) -> String {
    let mut d = String::new();
    let solid = |f: &usize| mesh.flat().binary_search(&(*f as u32)).is_err();
    (0..mesh.triangles().len()).filter(solid).for_each(|f| polygon(&mut d, frame, &mesh.corners(f).0));
    d
}

/// Appends a closed polygon in relative integer coordinates.
fn polygon(d: &mut String, frame: &Frame, vertices: &[[f64; 2]]) {
    let mut at = [0i64; 2];
    for (k, v) in vertices.iter().enumerate() {
        let p = frame.units(*v);
        let _ = match k {
            0 => write!(d, "M{} {}l", p[0], p[1]),
            _ if p == at => Ok(()),
            _ => write!(d, "{} {} ", p[0] - at[0], p[1] - at[1]),
        };
        at = p;
    }
    if d.ends_with('l') {
        d.push_str("0 0"); // smaller than a hundredth of a pixel, but a path must not end in a command
    }
    d.push('z');
}

/// Appends an arrow, unless it would be shorter than its head.
fn arrow(d: &mut String, from: [i64; 2], to: [i64; 2], side: f64) {
    let (dx, dy) = ((to[0] - from[0]) as f64, (to[1] - from[1]) as f64);
    let length = dx.hypot(dy);
    let head = (0.12 * side).clamp(3.0, 8.0) * UNITS;
    if length < 1.5 * head {
        return;
    }
    let (ux, uy) = (dx / length * head, dy / length * head);
    let barb = |s: f64| {
        let x = to[0] as f64 - 0.87 * ux + s * 0.5 * uy;
        let y = to[1] as f64 - 0.87 * uy - s * 0.5 * ux;
        [x.round() as i64, y.round() as i64]
    };
    let (a, b) = (barb(1.0), barb(-1.0));
    let _ = write!(
        d,
        "M{} {}L{} {}M{} {}L{} {}L{} {}",
        from[0], from[1], to[0], to[1], a[0], a[1], to[0], to[1], b[0], b[1]
    );
}

fn stroked(d: &str, stroke: &str, width: f64) -> Path {
    Path::new()
        .set("d", d)
        .set("fill", "none")
        .set("stroke", stroke)
        .set("stroke-width", (width * UNITS).round())
        .set("stroke-linecap", "round")
        .set("stroke-linejoin", "round")
}

pub(super) fn text(x: f64, y: f64, content: &str) -> Text {
    Text::new(content).set("x", format!("{x:.0}")).set("y", format!("{y:.0}")).set("fill", "#222222")
}

/// The bar of colours with its numbers.
pub(super) fn legend(x: f64, title: &str, (scale, ramp): (Option<&Scale>, Ramp), values: &[f64]) -> Vec<Group> {
    const TOP: f64 = MARGIN + 26.0;
    const HEIGHT: f64 = 200.0;
    let mut group = Group::new().add(text(x, MARGIN + 8.0, title));
    let Some(scale) = scale else {
        let all = match values.first() {
            Some(v) => format!("all {}", number(*v)),
            None => "no cells".into(),
        };
        let sample = Rectangle::new()
            .set("x", x)
            .set("y", TOP)
            .set("width", 18)
            .set("height", 18)
            .set("fill", hex(ramp.rgb(STEPS / 2)));
        return vec![group.add(sample).add(text(x + 26.0, TOP + 14.0, &all))];
    };
    if scale.is_logarithmic() {
        group = group.add(text(x, TOP + HEIGHT + 22.0, "logarithmic scale"));
    }
    let mut gradient = LinearGradient::new().set("id", "scale").set("x1", 0).set("x2", 0).set("y1", 1).set("y2", 0);
    for k in 0..=16 {
        let stop = Stop::new()
            .set("offset", k as f64 / 16.0)
            .set("stop-color", hex(ramp.rgb((k * STEPS / 16).min(STEPS - 1))));
        gradient = gradient.add(stop);
    }
    let bar = Rectangle::new()
        .set("x", x)
        .set("y", TOP)
        .set("width", 18)
        .set("height", HEIGHT)
        .set("fill", "url(#scale)")
        .set("stroke", "#222222")
        .set("stroke-width", 0.6);
    group = group.add(Definitions::new().add(gradient)).add(bar);
    let ticks: Vec<f64> = (0..=4).map(|k| f64::from(k) / 4.0).collect();
    let labels = numbers(&ticks.iter().map(|&t| scale.value(t)).collect::<Vec<_>>());
    for (t, label) in ticks.into_iter().zip(labels) {
        let y = TOP + HEIGHT * (1.0 - t);
        let tick =
            Path::new().set("d", format!("M{} {y}h5", x + 18.0)).set("stroke", "#222222").set("stroke-width", 0.6);
        group = group.add(tick).add(text(x + 28.0, y + 4.5, &label));
    }
    vec![group]
}
