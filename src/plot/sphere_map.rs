//! A closed surface and its map to the sphere, to be drawn with a checker pattern.
//!
//! The pattern is that of two disks, to which the front and the back of the sphere are laid by
//! Lambert's azimuthal map, which keeps areas: all squares are alike in area on the sphere, and so
//! on the surface, where the map keeps them. The page shows these disks, the pictures the sphere.

use super::charts::Charts;
use super::charts_page::{Figure, Words};
use super::colors::number;
use super::image::Pixels;
use super::painter::{TooMany, UNITS};
use super::scene::Color;
use super::svg::text;
use super::view::{Up, View};
use crate::parameterize::{LayoutProof, Parameterization, SphereMap, SphereProof};
use svg::Document;
use svg::node::element::Rectangle;

/// Radius of a disk in the unit square; what crosses the equator reaches out of it.
const RADIUS: f64 = 0.235;
/// The cosine of how far from the middle of a disk a triangle is followed, plus one.
const FARTHEST: f64 = 0.2;
/// Pixels of a side of each half of an SVG picture, and what is around it.
const SIDE: usize = 600;
const MARGIN: f64 = 20.0;
const CAPTION: f64 = 24.0;

/// A closed surface on the sphere: pictures of both, and a page with the surface and the two halves
/// of the sphere laid flat, under one checker pattern.
///
/// ```
/// use brenier::parameterize::{SphereOptions, parameterize_sphere};
/// use brenier::plot::{SphereCharts, Up};
/// let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
/// let t = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
/// let found = parameterize_sphere(&v, &t, &SphereOptions::default()).unwrap();
/// let charts = SphereCharts::new(&v, &found);
/// let picture = charts.pixels(charts.best_view(Up::Z), 200, 100);
/// assert_eq!((picture.width, picture.height), (200, 100));
/// assert!(charts.html(charts.best_view(Up::Z), "tetrahedron").contains("One to one: all 4 triangles positive"));
/// ```
pub struct SphereCharts<'a> {
    vertices: &'a [[f64; 3]],
    found: &'a SphereMap,
    proof: SphereProof,
    disks: Parameterization,
}

impl<'a> SphereCharts<'a> {
    /// Looks at the map of a mesh with these vertices. Cost: O(n).
    ///
    /// # Panics
    /// If the map is not of a mesh with as many vertices.
    pub fn new(vertices: &'a [[f64; 3]], found: &'a SphereMap) -> SphereCharts<'a> {
        SphereCharts { vertices, found, proof: found.proof.clone(), disks: disks(found) }
    }

    /// With another proof: of points that were rounded when they were written.
    #[must_use]
    pub fn judged(self, proof: SphereProof) -> SphereCharts<'a> {
        SphereCharts { proof, ..self }
    }

    /// The pattern on triangles at these places.
    fn charts<'b>(&'b self, places: &'b [[f64; 3]]) -> Charts<'b> {
        let proof = LayoutProof {
            flipped: self.proof.flipped.clone(),
            flat: self.proof.flat.clone(),
            crossings: 0,
            apart: self.proof.one_to_one(),
        };
        Charts::new(places, &self.disks).judged(proof)
    }

    /// The view of the surface that shows most.
    pub fn best_view(&self, up: Up) -> View {
        self.charts(self.vertices).best_view(up)
    }

    /// The picture in pixels: the surface on the left, the sphere on the right, both seen from the
    /// same side. Triangles that are flipped or flat are red. Cost: O(n + pixels).
    pub fn pixels(&self, view: View, width: usize, height: usize) -> Pixels {
        let half = (width / 2).max(1);
        let draw = |places: &[[f64; 3]], width: usize| {
            self.charts(places).model(false, true).pixels(Color::Cells, view, width, height)
        };
        let (left, right) = (draw(self.vertices, half), draw(&self.found.points, width.max(2) - half));
        let rows = left.rgb.chunks_exact(3 * left.width).zip(right.rgb.chunks_exact(3 * right.width));
        let rgb = rows.flat_map(|(l, r)| l.iter().chain(r)).copied().collect();
        Pixels { width: left.width + right.width, height: left.height, rgb }
    }

    /// The picture as the text of an SVG file. Cost: O(n + samples).
    ///
    /// # Errors
    /// [`TooMany`] pieces are visible.
    pub fn svg(&self, view: View) -> Result<String, TooMany> {
        let side = SIDE as f64;
        let (width, height) = (2.0 * side + 3.0 * MARGIN, side + 2.0 * MARGIN + CAPTION);
        let mut document = Document::new()
            .set("viewBox", format!("0 0 {width:.0} {height:.0}"))
            .set("width", format!("{width:.0}"))
            .set("height", format!("{height:.0}"))
            .set("font-family", "Helvetica, Arial, sans-serif")
            .set("font-size", 13)
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", "#ffffff"));
        let d = &self.found.distortion;
        let about = format!(
            "sphere: {}, area error {:.1e} of 2, stretch {:.2} at 95 % of the area",
            if self.proof.one_to_one() { "one to one" } else { "not one to one (red: flipped or flat)" },
            d.area_error,
            d.stretch[1],
        );
        let halves = [(self.vertices, "surface with the pattern of the sphere"), (&self.found.points[..], &*about)];
        for (k, (places, caption)) in halves.into_iter().enumerate() {
            let drawn = self.charts(places).model(false, true).drawn(Color::Cells, view, SIDE)?;
            let left = MARGIN + k as f64 * (side + MARGIN);
            // In the middle of its half.
            let [dx, dy] = drawn.size.map(|s| 0.5 * (side - s as f64));
            let place = format!("translate({} {}) scale({})", left + dx, MARGIN + dy, 1.0 / UNITS);
            document = document.add(drawn.body.set("transform", place)).add(text(left, height - MARGIN + 4.0, caption));
        }
        Ok(document.to_string())
    }

    /// The page. The title may be any text, such as the name of the file. Cost: O(n log n); about
    /// 50 bytes a triangle, and 0.6 MB.
    pub fn html(&self, view: View, title: &str) -> String {
        let words = Words {
            verdict: self.verdict(),
            figures: self.figures(),
            charts: String::new(),
            layout: "the sphere, front and back, areas kept",
            layout_label: "The two halves of the sphere laid flat; drag to move, wheel to zoom.",
            areas: "Area on the sphere over area wanted",
        };
        self.charts(self.vertices).page(view, title, &words)
    }

    fn verdict(&self) -> (&'static str, String) {
        let (p, n) = (&self.proof, self.found.triangles.len());
        if p.one_to_one() {
            return (
                "good",
                format!("One to one: all {n} triangles positive, the sphere covered once, decided exactly"),
            );
        }
        let degree = p.degree.map_or("unknown".into(), |d| d.to_string());
        let told = format!("{} flipped, {} flat, degree {degree}", p.flipped.len(), p.flat.len());
        ("bad", format!("Not one to one: {told}"))
    }

    fn figures(&self) -> Vec<Figure> {
        let (d, p, r) = (&self.found.distortion, &self.proof, &self.found.report);
        let three = |v: [f64; 3]| v.map(number).join(", ");
        vec![
            ("triangles", "triangles", self.found.triangles.len().to_string()),
            ("points", "points", r.vertices.to_string()),
            ("flipped", "flipped, flat", format!("{}, {}", p.flipped.len(), p.flat.len())),
            ("degree", "degree", p.degree.map_or("unknown".into(), |d| d.to_string())),
            ("area", "area error", format!("{:.2e} of 2 (L1)", d.area_error)),
            ("star", "of stars", format!("{:.2e} of 2", d.star_error)),
            ("ratio", "area ratios", format!("{} to {}", number(d.area_ratio[0]), number(d.area_ratio[1]))),
            ("stretch", "stretch", format!("{} at 50, 95, 99 %", three(d.stretch))),
            ("angle", "angle error", format!("{} degrees at 50, 95, 99 %", three(d.angle))),
        ]
    }
}

/// Both halves of the sphere, each laid to a disk of the unit square; triangles on the equator go
/// where most of them is.
fn disks(found: &SphereMap) -> Parameterization {
    let mut flat = Parameterization {
        triangles: found.triangles.clone(),
        face_of: found.face_of.clone(),
        distortion: found.distortion.clone(),
        log: found.log.clone(),
        ..Parameterization::default()
    };
    let none = u32::MAX;
    let mut number = vec![[none; 2]; found.points.len()];
    for t in &found.triangles {
        let front: f64 = t.iter().map(|&v| found.points[v as usize][2]).sum();
        let half = usize::from(front < 0.0);
        flat.chart_of.push(half as u32);
        flat.corners.push(t.map(|v| {
            let known = &mut number[v as usize][half];
            if *known == none {
                *known = flat.points.len() as u32;
                flat.points.push(on_disk(found.points[v as usize], half));
            }
            *known
        }));
    }
    flat
}

/// Where a point of the front (0) or the back (1) lies, each seen from outside.
fn on_disk([x, y, z]: [f64; 3], half: usize) -> [f64; 2] {
    let (x, z) = if half == 0 { (x, z) } else { (-x, -z) };
    let scale = RADIUS / (1.0 + z).max(FARTHEST).sqrt();
    [0.25 + 0.5 * half as f64 + scale * x, 0.5 + scale * y]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vector::twice_area;

    /// Lambert's map of a small triangle has half of its area, times the radius squared, wherever
    /// it is, and its orientation.
    #[test]
    fn disks_keep_areas_and_orientation() {
        for (z, turn) in [(1.0, 0.0), (0.6, 0.4), (0.1, 2.0), (-0.1, 1.0), (-0.7, 3.0), (-1.0, 0.0f64)] {
            let half = usize::from(z < 0.0);
            let r = (1.0f64 - z * z).sqrt();
            let p = [r * turn.cos(), r * turn.sin(), z];
            let (first, second) = if r > 0.0 {
                ([-turn.sin(), turn.cos(), 0.0], [-z * turn.cos(), -z * turn.sin(), r])
            } else {
                ([1.0, 0.0, 0.0], [0.0, z, 0.0])
            };
            let h = 1e-4;
            let at = |d: [f64; 3]| on_disk([0, 1, 2].map(|k| p[k] + h * d[k]), half);
            let area = twice_area([on_disk(p, half), at(first), at(second)]);
            let wanted = 0.5 * h * h * RADIUS * RADIUS;
            assert!((area / wanted - 1.0).abs() < 1e-2, "{z}: {}", area / wanted);
        }
    }
}
