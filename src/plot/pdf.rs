//! Our SVG as PDF: one page of the same size, the same paths and words.
//!
//! A picture is made once, as SVG, and what a page of paper needs of it is read from there: groups,
//! paths, rectangles, circles, words, clips and the scale of colours, no more than what this
//! library draws. Words are set in Helvetica, which every reader of PDF brings along, so no font is
//! looked for and the same picture has the same bytes everywhere.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{LineCapStyle, LineJoinStyle, TextRenderingMode};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::io::Write;
use std::str::FromStr;
use svgtypes::SimplifyingPathParser;

/// A picture that is no SVG of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the picture cannot be made a .pdf ({0}); use .svg")]
pub struct NoPdf(String);

/// Points of a pixel.
const POINTS: f64 = 0.75;

/// How things are drawn, inherited from group to group.
#[derive(Clone)]
struct Style<'d> {
    fill: Paint<'d>,
    stroke: Paint<'d>,
    width: f64,
    round_caps: bool,
    round_joins: bool,
    /// Of strokes.
    opacity: f64,
    size: f64,
    /// Words begin here, or have their middle here.
    centred: bool,
    /// Their line runs through their middle.
    central: bool,
}

#[derive(Clone)]
enum Paint<'d> {
    None,
    Rgb([f32; 3]),
    /// The gradient of a scale, with its stops from the bottom to the top.
    Scale(&'d [[f32; 3]]),
}

/// What is referred to by name.
#[derive(Default)]
struct Named<'d, 'i> {
    clips: BTreeMap<&'d str, Node<'d, 'i>>,
    scales: BTreeMap<&'d str, Vec<[f32; 3]>>,
}

/// A picture of this library as PDF.
///
/// # Errors
/// It is no SVG. (All that this library draws is.)
pub fn pdf_of_svg(svg: &str) -> Result<Vec<u8>, NoPdf> {
    let document = Document::parse(svg).map_err(|e| NoPdf(e.to_string()))?;
    let root = document.root_element();
    let missing = |what: &str| NoPdf(format!("it has no {what}"));
    let view: Vec<f64> =
        root.attribute("viewBox").unwrap_or_default().split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let &[_, _, width, height] = &view[..] else { return Err(missing("viewBox")) };
    let paper = points(root.attribute("width").unwrap_or_default()).ok_or_else(|| missing("width"))?;
    let scale = paper / width;
    let mut named = Named::default();
    for node in root.descendants() {
        let Some(id) = node.attribute("id") else { continue };
        match node.tag_name().name() {
            "clipPath" => drop(named.clips.insert(id, node)),
            "linearGradient" => {
                let stops = node.children().filter_map(|s| rgb(s.attribute("stop-color")?));
                named.scales.insert(id, stops.collect());
            }
            _ => {}
        }
    }
    let mut page = Page { content: Content::new(), opacities: Vec::new(), size: [width, height] };
    page.content.transform([scale, 0.0, 0.0, -scale, 0.0, height * scale].map(|v| v as f32));
    let style = Style {
        fill: Paint::Rgb([0.0; 3]),
        stroke: Paint::None,
        width: 1.0,
        round_caps: false,
        round_joins: false,
        opacity: 1.0,
        size: 13.0,
        centred: false,
        central: false,
    };
    let style = style.with(root, &named);
    root.children().for_each(|node| page.draw(node, &style, &named));
    Ok(page.finish([paper, height * scale]))
}

/// A length in points.
fn points(length: &str) -> Option<f64> {
    let l = svgtypes::Length::from_str(length).ok()?;
    let unit = match l.unit {
        svgtypes::LengthUnit::Mm => 72.0 / 25.4,
        svgtypes::LengthUnit::Cm => 720.0 / 25.4,
        svgtypes::LengthUnit::In => 72.0,
        svgtypes::LengthUnit::Pt => 1.0,
        _ => POINTS,
    };
    Some(l.number * unit).filter(|p| p.is_finite() && *p > 0.0)
}

fn rgb(text: &str) -> Option<[f32; 3]> {
    let c = svgtypes::Color::from_str(text).ok()?;
    Some([c.red, c.green, c.blue].map(|v| f32::from(v) / 255.0))
}

fn number(node: Node<'_, '_>, key: &str) -> Option<f64> {
    node.attribute(key)?.parse().ok()
}

impl<'d> Style<'d> {
    /// The same, with what a node says.
    fn with(&self, node: Node<'_, '_>, named: &'d Named<'_, '_>) -> Style<'d> {
        let paint = |key: &str, usual: &Paint<'d>| match node.attribute(key) {
            None => usual.clone(),
            Some("none") => Paint::None,
            Some(text) => match text.strip_prefix("url(#").and_then(|t| t.strip_suffix(')')) {
                Some(name) => named.scales.get(name).map_or(Paint::None, |s| Paint::Scale(s)),
                None => rgb(text).map_or(Paint::None, Paint::Rgb),
            },
        };
        let is = |key: &str, value: &str, usual: bool| node.attribute(key).map_or(usual, |v| v == value);
        Style {
            fill: paint("fill", &self.fill),
            stroke: paint("stroke", &self.stroke),
            width: number(node, "stroke-width").unwrap_or(self.width),
            round_caps: is("stroke-linecap", "round", self.round_caps),
            round_joins: is("stroke-linejoin", "round", self.round_joins),
            opacity: number(node, "stroke-opacity").unwrap_or(self.opacity),
            size: number(node, "font-size").unwrap_or(self.size),
            centred: is("text-anchor", "middle", self.centred),
            central: is("dominant-baseline", "central", self.central),
        }
    }
}

/// A page being drawn.
struct Page {
    content: Content,
    /// Opacities of strokes that are used.
    opacities: Vec<f64>,
    size: [f64; 2],
}

impl Page {
    fn draw<'d>(&mut self, node: Node<'d, '_>, outer: &Style<'d>, named: &'d Named<'d, '_>) {
        if !node.is_element() {
            return;
        }
        let style = outer.with(node, named);
        let moved = node.attribute("transform").and_then(|t| svgtypes::Transform::from_str(t).ok());
        let clip = node.attribute("clip-path").and_then(|t| t.strip_prefix("url(#")?.strip_suffix(')'));
        let clip = clip.and_then(|name| named.clips.get(name));
        let apart = moved.is_some() || clip.is_some();
        if apart {
            self.content.save_state();
        }
        if let Some(t) = moved {
            self.content.transform([t.a, t.b, t.c, t.d, t.e, t.f].map(|v| v as f32));
        }
        if let Some(clip) = clip {
            self.clip(*clip);
        }
        match node.tag_name().name() {
            "g" => node.children().for_each(|child| self.draw(child, &style, named)),
            "path" => {
                self.path(node.attribute("d").unwrap_or_default());
                self.paint(&style, node.attribute("fill-rule") == Some("evenodd"));
            }
            "rect" => self.rectangle(node, &style),
            "circle" => {
                let at = ["cx", "cy", "r"].map(|key| number(node, key).unwrap_or(0.0));
                self.circle(at);
                self.paint(&style, false);
            }
            "text" => self.words(node, &style),
            _ => {}
        }
        if apart {
            self.content.restore_state();
        }
    }

    /// From now on only what lies inside is drawn.
    fn clip(&mut self, clip: Node<'_, '_>) {
        let mut even_odd = false;
        for shape in clip.children().filter(|c| c.tag_name().name() == "path") {
            self.path(shape.attribute("d").unwrap_or_default());
            even_odd |= shape.attribute("clip-rule") == Some("evenodd");
        }
        if even_odd {
            self.content.clip_even_odd();
        } else {
            self.content.clip_nonzero();
        }
        self.content.end_path();
    }

    /// A path that is not painted yet.
    fn path(&mut self, d: &str) {
        // Absolute segments, without shorthands.
        for segment in SimplifyingPathParser::from(d) {
            use svgtypes::SimplePathSegment as S;
            let Ok(segment) = segment else { return };
            let _ = match segment {
                S::MoveTo { x, y } => self.content.move_to(x as f32, y as f32),
                S::LineTo { x, y } => self.content.line_to(x as f32, y as f32),
                S::CurveTo { x1, y1, x2, y2, x, y } => {
                    let [x1, y1, x2, y2, x, y] = [x1, y1, x2, y2, x, y].map(|v| v as f32);
                    self.content.cubic_to(x1, y1, x2, y2, x, y)
                }
                S::Quadratic { x, y, .. } => self.content.line_to(x as f32, y as f32),
                S::ClosePath => self.content.close_path(),
            };
        }
    }

    fn circle(&mut self, [x, y, r]: [f64; 3]) {
        // Four Bézier curves are off by 3e-4 of the radius.
        const K: f64 = 0.552_284_749_830_793_4;
        let at = |a: f64, b: f64| ((x + a * r) as f32, (y + b * r) as f32);
        let (x0, y0) = at(1.0, 0.0);
        self.content.move_to(x0, y0);
        for [a, b] in [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]] {
            // A quarter turn later.
            let [c, d] = [-b, a];
            let ((x1, y1), (x2, y2), (x3, y3)) = (at(a + K * c, b + K * d), at(c + K * a, d + K * b), at(c, d));
            self.content.cubic_to(x1, y1, x2, y2, x3, y3);
        }
        self.content.close_path();
    }

    fn rectangle(&mut self, node: Node<'_, '_>, style: &Style<'_>) {
        let side = |key: &str, all: f64| match node.attribute(key) {
            Some("100%") => all,
            _ => number(node, key).unwrap_or(0.0),
        };
        let [x, y] = ["x", "y"].map(|key| number(node, key).unwrap_or(0.0));
        let [width, height] = [side("width", self.size[0]), side("height", self.size[1])];
        if let Paint::Scale(stops) = style.fill {
            self.scale([x, y, width, height], stops);
        }
        self.content.rect(x as f32, y as f32, width as f32, height as f32);
        self.paint(style, false);
    }

    /// A scale of colours in steps, from the bottom to the top.
    fn scale(&mut self, [x, y, width, height]: [f64; 4], stops: &[[f32; 3]]) {
        const STEPS: usize = 128;
        let last = stops.len().saturating_sub(1);
        for k in 0..STEPS {
            let at = (k as f32 + 0.5) / STEPS as f32 * last as f32;
            let (a, t) = ((at as usize).min(last), at.fract());
            let b = (a + 1).min(last);
            let color: [f32; 3] = std::array::from_fn(|c| stops[a][c] + t * (stops[b][c] - stops[a][c]));
            let step = height / STEPS as f64;
            // Steps reach a little under the next, so that no seam shows.
            let reach = if k + 1 < STEPS { 1.3 * step } else { step };
            let bottom = y + height - k as f64 * step;
            self.content.set_fill_rgb(color[0], color[1], color[2]);
            self.content.rect(x as f32, (bottom - reach) as f32, width as f32, reach as f32);
            self.content.fill_nonzero();
        }
    }

    /// Paints the path that was made.
    fn paint(&mut self, style: &Style<'_>, even_odd: bool) {
        let fill = match style.fill {
            Paint::Rgb([r, g, b]) => {
                self.content.set_fill_rgb(r, g, b);
                true
            }
            _ => false,
        };
        let stroke = self.pen(style);
        match (fill, stroke) {
            (true, true) if even_odd => self.content.fill_even_odd_and_stroke(),
            (true, true) => self.content.fill_nonzero_and_stroke(),
            (true, false) if even_odd => self.content.fill_even_odd(),
            (true, false) => self.content.fill_nonzero(),
            (false, true) => self.content.stroke(),
            (false, false) => self.content.end_path(),
        };
    }

    /// Makes strokes what they are to be, if there are any.
    fn pen(&mut self, style: &Style<'_>) -> bool {
        let Paint::Rgb([r, g, b]) = style.stroke else { return false };
        if style.width <= 0.0 {
            return false;
        }
        let caps = if style.round_caps { LineCapStyle::RoundCap } else { LineCapStyle::ButtCap };
        let joins = if style.round_joins { LineJoinStyle::RoundJoin } else { LineJoinStyle::MiterJoin };
        let known = self.opacities.iter().position(|o| *o == style.opacity);
        let k = known.unwrap_or_else(|| {
            self.opacities.push(style.opacity);
            self.opacities.len() - 1
        });
        self.content
            .set_stroke_rgb(r, g, b)
            .set_line_width(style.width as f32)
            .set_line_cap(caps)
            .set_line_join(joins)
            .set_parameters(Name(format!("A{k}").as_bytes()));
        true
    }

    fn words(&mut self, node: Node<'_, '_>, style: &Style<'_>) {
        let text: Vec<u8> = node.text().unwrap_or_default().trim().chars().map(windows).collect();
        let [mut x, mut y] = ["x", "y"].map(|key| number(node, key).unwrap_or(0.0));
        if style.centred {
            x -= 0.5 * style.size * text.iter().map(|&c| width_of(c)).sum::<f64>();
        }
        if style.central {
            y += 0.35 * style.size;
        }
        if let Paint::Rgb([r, g, b]) = style.fill {
            self.content.set_fill_rgb(r, g, b);
        }
        let stroked = self.pen(style);
        // A border lies under the letters.
        let modes = [(stroked, TextRenderingMode::Stroke), (true, TextRenderingMode::Fill)];
        for (_, mode) in modes.into_iter().filter(|m| m.0) {
            self.content
                .begin_text()
                .set_font(Name(b"F"), style.size as f32)
                .set_text_rendering_mode(mode)
                .set_text_matrix([1.0, 0.0, 0.0, -1.0, x as f32, y as f32])
                .show(Str(&text))
                .end_text();
        }
    }

    /// The document.
    fn finish(self, [width, height]: [f64; 2]) -> Vec<u8> {
        let [catalog, pages, page, font, content] = [1, 2, 3, 4, 5].map(Ref::new);
        let opacity = |k: usize| Ref::new(6 + k as i32);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.pages(pages).kids([page]).count(1);
        let mut it = pdf.page(page);
        it.media_box(Rect::new(0.0, 0.0, width as f32, height as f32)).parent(pages).contents(content);
        let mut resources = it.resources();
        resources.fonts().pair(Name(b"F"), font);
        let mut states = resources.ext_g_states();
        for k in 0..self.opacities.len() {
            states.pair(Name(format!("A{k}").as_bytes()), opacity(k));
        }
        states.finish();
        resources.finish();
        it.finish();
        pdf.type1_font(font).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
        for (k, alpha) in self.opacities.iter().enumerate() {
            pdf.ext_graphics(opacity(k)).stroking_alpha(*alpha as f32);
        }
        let drawn = self.content.finish();
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::new(6));
        // Writing to memory cannot fail; were it to, the page would be left as it is.
        match deflate.write_all(&drawn).and_then(|()| deflate.finish()) {
            Ok(packed) => drop(pdf.stream(content, &packed).filter(Filter::FlateDecode)),
            Err(_) => drop(pdf.stream(content, &drawn)),
        }
        pdf.finish()
    }
}

/// A letter in the encoding of Windows, which the fonts that readers bring have; `?` for others.
fn windows(c: char) -> u8 {
    match c {
        '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{ff}' => c as u32 as u8,
        '€' => 0x80,
        '…' => 0x85,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        _ => b'?',
    }
}

/// Widths of letters from the blank to the tilde, in thousandths of their size (Adobe's metrics of
/// Helvetica).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of a letter for size 1.
fn width_of(c: u8) -> f64 {
    let width = WIDTHS.get(usize::from(c).wrapping_sub(32)).copied();
    f64::from(width.unwrap_or(556)) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_size_asked_for() {
        let svg = r##"<svg viewBox="0 0 200 100" width="80mm" height="40mm" xmlns="http://www.w3.org/2000/svg">
            <g transform="scale(0.01)" stroke="#ff0000" stroke-opacity="0.5"><path d="M100 100l50 0 0 50z" fill="none"/></g>
            <text x="10" y="20" text-anchor="middle">π &amp; é</text><circle cx="5" cy="5" r="2"/></svg>"##;
        let pdf = pdf_of_svg(svg).unwrap();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-") && text.trim_end().ends_with("%%EOF"), "{text}");
        // 80 mm are 226.77 points.
        assert!(text.contains("226.77") && text.contains("113.38"), "{text}");
        assert!(text.contains("/CA 0.5") && text.contains("Helvetica"), "{text}");
        assert_eq!(pdf, pdf_of_svg(svg).unwrap());
        assert!(pdf_of_svg("<svg/>").is_err() && pdf_of_svg("<svg").is_err());
        assert_eq!("aé–π".chars().map(windows).collect::<Vec<_>>(), [b'a', 0xe9, 0x96, b'?']);
        assert!((width_of(b'W') - 0.944).abs() < 1e-12 && (width_of(b'~') - 0.584).abs() < 1e-12);
    }
}
