//! How a picture is made, whatever it shows: colours, lines, dots, words, and its size on paper.

use super::colors::Ramp;
use svg::node::element::{Group, Rectangle, Text};
use svg::{Document, Node};

/// A number for each site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// What they are, for the legend.
    pub name: String,
    /// In the order of the problem's sites; NaN where there is none.
    pub numbers: Vec<f64>,
}

/// How large the dots of sites are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Radius {
    /// All of this radius, in pixels.
    Pixels(f64),
    /// Areas of dots are as masses; this radius, in pixels, is that of the mean mass.
    ByMass(f64),
}

/// How a picture is made. The default is what is drawn where nobody asks for anything.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Look {
    /// Colours of scales.
    pub ramp: Ramp,
    /// What [`Color::Values`](super::Color::Values) shows.
    pub values: Option<Values>,
    /// Whether there is a legend.
    pub legend: bool,
    /// Words above the picture.
    pub title: Option<String>,
    /// A word for each cell.
    pub labels: Option<Vec<String>>,
    /// Width of the borders of cells, in pixels; 0: none.
    pub stroke: Option<f64>,
    /// Dots of sites, as circles.
    pub radius: Option<Radius>,
    /// A colour for each site: of its cell, or of its dot where only these are drawn.
    pub inks: Option<Vec<[u8; 3]>>,
    /// Width on paper in millimetres.
    pub width: Option<f64>,
    /// Segments drawn over the cells: level lines.
    pub lines: Vec<[[f64; 2]; 2]>,
}

impl Default for Look {
    fn default() -> Look {
        Look {
            ramp: Ramp::default(),
            values: None,
            legend: true,
            title: None,
            labels: None,
            stroke: None,
            radius: None,
            inks: None,
            width: None,
            lines: Vec::new(),
        }
    }
}

/// What a title takes, in pixels.
const TITLE: f64 = 34.0;

impl Look {
    /// The numbers to colour by, if there is one for each of `n` sites.
    pub(super) fn numbers(&self, n: usize) -> Option<&Values> {
        self.values.as_ref().filter(|v| v.numbers.len() == n)
    }

    /// The colours of cells or dots, if there is one for each of `n` sites.
    pub(super) fn inks(&self, n: usize) -> Option<&[[u8; 3]]> {
        self.inks.as_deref().filter(|inks| inks.len() == n)
    }

    /// A document of a size in pixels, with its parts, on white.
    pub(super) fn page(&self, [width, height]: [f64; 2], parts: Vec<Box<dyn Node>>) -> String {
        let top = if self.title.is_some() { TITLE } else { 0.0 };
        let height = height + top;
        let mut document = Document::new().set("viewBox", format!("0 0 {width:.0} {height:.0}"));
        document = match self.width {
            // Both sides, so that every program has the same size.
            Some(mm) => document.set("width", millimetres(mm)).set("height", millimetres(mm * height / width)),
            None => document.set("width", format!("{width:.0}")).set("height", format!("{height:.0}")),
        };
        document = document
            .set("font-family", "Helvetica, Arial, sans-serif")
            .set("font-size", 13)
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", "#ffffff"));
        let Some(title) = &self.title else {
            return parts.into_iter().fold(document, |document, part| document.add(part)).to_string();
        };
        let words = Text::new(title.as_str())
            .set("x", format!("{:.0}", 0.5 * width))
            .set("y", 26)
            .set("text-anchor", "middle")
            .set("font-size", 18)
            .set("fill", "#222222");
        let moved = Group::new().set("transform", format!("translate(0 {top})"));
        document.add(words).add(parts.into_iter().fold(moved, |group, part| group.add(part))).to_string()
    }
}

fn millimetres(length: f64) -> String {
    format!("{}mm", (length * 1000.0).round() / 1000.0)
}
