//! Outlines of the shapes of an .svg picture as a domain.
//!
//! The y axis of a picture points down, that of the plane up: `y` is taken as `-y`, which rounds
//! nothing. Curves become polylines that are off by at most [`TOLERANCE`] of the larger side of the
//! shapes' box; lines keep their points, but for the rounding of `transform`s.

use super::domain_shapes::{AnyDomain, polygons};
use super::error::{IoError, quoted};
use super::foreign::decoded;
use super::read::ReadLimit;
use crate::domain::planar::{FillRule, parts_of_loops};
use kurbo::{Affine, BezPath, PathEl, Shape};
use roxmltree::{Document, Node, ParsingOptions};
use std::path::Path;

/// How far a polyline may be from its curve, as a share of the larger side of the box of all
/// control points.
const TOLERANCE: f64 = 1e-4;

/// Bytes in memory for each byte of the file: an element of four letters is a node of 80; a curve
/// of a dozen is a hundred points of 16 at this tolerance, twice.
const GROWTH: u64 = 300;

/// The union of the shapes of a picture, and remarks; only those with one of the `wanted` ids (or
/// in a group with it), if there are any.
pub(super) fn domain(
    path: &Path,
    bytes: &[u8],
    wanted: &[String],
    limit: ReadLimit,
) -> Result<(AnyDomain, Vec<String>), IoError> {
    let needs = (bytes.len() as u64).saturating_mul(GROWTH);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    let content = |what: String| IoError::content(path, what);
    let text = std::str::from_utf8(bytes).map_err(|_| content("is not text in UTF-8; convert it".into()))?;
    let (outlines, curved) = decoded(path, || outlines(text, wanted).map_err(content))?;
    let (mut parts, mut names) = (Vec::new(), Vec::new());
    for outline in &outlines {
        let found =
            parts_of_loops(&outline.loops, outline.rule).map_err(|e| content(format!("{}: {e}", outline.name)))?;
        let several = found.len() > 1;
        for (k, part) in found.into_iter().enumerate() {
            names.push(if several { format!("part {k} of {}", outline.name) } else { outline.name.clone() });
            parts.push(part);
        }
    }
    if parts.is_empty() {
        return Err(content("no shape of it encloses anything; draw a closed path".into()));
    }
    let mut notes = vec!["the y axis of an .svg points down; every y was taken as -y".to_string()];
    if curved {
        notes.push(format!("curves became polylines, off by at most {TOLERANCE:e} of the picture's larger side"));
    }
    if outlines.len() > 1 {
        notes.push(format!("{} shapes united", outlines.len()));
    }
    let (domain, remarks) = polygons(path, &parts, &|k| names.get(k).cloned(), limit)?;
    notes.extend(remarks);
    Ok((AnyDomain::Plane(domain), notes))
}

/// A shape as loops of points, the y axis upwards.
struct Outline {
    name: String,
    loops: Vec<Vec<[f64; 2]>>,
    rule: FillRule,
}

/// A shape as it stands in the file, transformed.
struct Drawn {
    name: String,
    path: BezPath,
    rule: FillRule,
}

fn outlines(text: &str, wanted: &[String]) -> Result<(Vec<Outline>, bool), String> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|e| format!("is not sound XML ({e}); save the picture again as plain SVG"))?;
    if document.root_element().tag_name().name() != "svg" {
        return Err("is no SVG: its root is no <svg>; save the picture again".into());
    }
    // Arcs become curves before the size of the picture is known, so everything is drawn twice.
    let coarse = drawn(&document, wanted, f64::INFINITY)?;
    let size = size_of(&coarse)?;
    let tolerance = TOLERANCE * size;
    let shapes = drawn(&document, wanted, 0.5 * tolerance)?;
    let mut curved = false;
    let outlines = shapes.into_iter().map(|shape| {
        let mut loops: Vec<Vec<[f64; 2]>> = Vec::new();
        curved |= shape.path.elements().iter().any(|e| matches!(e, PathEl::QuadTo(..) | PathEl::CurveTo(..)));
        kurbo::flatten(shape.path.iter(), 0.5 * tolerance, |element| match element {
            PathEl::MoveTo(p) => loops.push(vec![[p.x, -p.y]]),
            PathEl::LineTo(p) => loops.last_mut().into_iter().for_each(|l| l.push([p.x, -p.y])),
            _ => {}
        });
        // A line or a point encloses nothing.
        loops.retain(|l| l.len() > 2);
        Outline { name: shape.name, loops, rule: shape.rule }
    });
    let outlines: Vec<Outline> = outlines.filter(|o| !o.loops.is_empty()).collect();
    Ok((outlines, curved))
}

/// The larger side of the box of all control points.
fn size_of(shapes: &[Drawn]) -> Result<f64, String> {
    let boxes = shapes.iter().map(|s| s.path.control_box());
    let Some(all) = boxes.reduce(|a, b| a.union(b)) else {
        return Err("has no path, polygon, rect, circle or ellipse; draw the outline as one".into());
    };
    let size = all.width().max(all.height());
    let far = [all.x0, all.x1, all.y0, all.y1].iter().all(|c| c.abs() <= 1e140);
    if far && size > 1e-140 { Ok(size) } else { Err(format!("its shapes extend over {size:e}; rescale the picture")) }
}

/// Elements whose content is not drawn where it stands.
const UNDRAWN: [&str; 7] = ["defs", "clipPath", "mask", "symbol", "pattern", "marker", "metadata"];

/// All shapes meant, in the order of the file.
fn drawn(document: &Document<'_>, wanted: &[String], tolerance: f64) -> Result<Vec<Drawn>, String> {
    struct At<'a, 'i> {
        node: Node<'a, 'i>,
        to: Affine,
        rule: FillRule,
        is_meant: bool,
    }
    let root = document.root_element();
    let mut stack = vec![At { node: root, to: Affine::IDENTITY, rule: FillRule::NonZero, is_meant: wanted.is_empty() }];
    let (mut shapes, mut ids, mut met) = (Vec::new(), Vec::new(), vec![false; wanted.len()]);
    while let Some(At { node, to, rule, is_meant }) = stack.pop() {
        let tag = node.tag_name().name();
        if UNDRAWN.contains(&tag) || property(&node, "display") == Some("none") {
            continue;
        }
        let id = node.attribute("id");
        let mut is_meant = is_meant;
        for (k, name) in wanted.iter().enumerate() {
            if id == Some(name) {
                (is_meant, met[k]) = (true, true);
            }
        }
        let to = match node.attribute("transform") {
            None => to,
            Some(text) => {
                let t: svgtypes::Transform =
                    text.parse().map_err(|e| format!("transform {} is not understood ({e})", quoted(text)))?;
                to * Affine::new([t.a, t.b, t.c, t.d, t.e, t.f])
            }
        };
        let rule = match property(&node, "fill-rule") {
            Some("evenodd") => FillRule::EvenOdd,
            Some("nonzero") => FillRule::NonZero,
            _ => rule,
        };
        let line = || document.text_pos_at(node.range().start).row;
        let name = || id.map_or(format!("<{tag}> in line {}", line()), |id| format!("shape {}", quoted(id)));
        let path = shape(&node, tag, tolerance).map_err(|e| format!("{}: {e}", name()))?;
        if let Some(path) = path {
            ids.extend(id.map(str::to_string));
            if is_meant {
                shapes.push(Drawn { name: name(), path: to * path, rule });
            }
        }
        // Last in, first out.
        stack.extend(node.children().rev().filter(Node::is_element).map(|node| At { node, to, rule, is_meant }));
    }
    if let Some(k) = met.iter().position(|met| !met) {
        let shown: Vec<String> = ids.iter().take(12).map(|i| quoted(i)).collect();
        let known =
            if shown.is_empty() { "no shape has one".into() } else { format!("shapes are {}", shown.join(", ")) };
        return Err(format!("has no element with the id {}; {known}", quoted(&wanted[k])));
    }
    Ok(shapes)
}

/// An attribute, or the property of that name in `style`, which wins.
fn property<'a>(node: &Node<'a, '_>, name: &str) -> Option<&'a str> {
    let styled = node.attribute("style").and_then(|style| {
        let mut pairs = style.split(';').filter_map(|p| p.split_once(':'));
        pairs.rfind(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
    });
    styled.or_else(|| node.attribute(name))
}

/// The outline of an element that is a shape.
fn shape(node: &Node<'_, '_>, tag: &str, tolerance: f64) -> Result<Option<BezPath>, String> {
    let number = |name: &str, absent: f64| match node.attribute(name) {
        None => Ok(absent),
        Some(text) => {
            let plain = text.trim().trim_end_matches("px").trim();
            let value = plain.parse::<f64>().ok().filter(|v| v.is_finite());
            value.ok_or_else(|| format!("{name} is {}; give a number without a unit", quoted(text)))
        }
    };
    // `Shape::to_path` wants a positive tolerance; at first any will do.
    let fine = if tolerance.is_finite() { tolerance } else { 0.1 };
    Ok(Some(match tag {
        "path" => match node.attribute("d") {
            None => return Ok(None),
            Some(d) => path(d, tolerance)?,
        },
        "polygon" | "polyline" => {
            let mut path = BezPath::new();
            for (k, p) in svgtypes::PointsParser::from(node.attribute("points").unwrap_or_default()).enumerate() {
                if k == 0 { path.move_to(p) } else { path.line_to(p) }
            }
            if path.elements().is_empty() {
                return Ok(None);
            }
            path.close_path();
            path
        }
        "rect" => {
            let [x, y, w, h] = [number("x", 0.0)?, number("y", 0.0)?, number("width", 0.0)?, number("height", 0.0)?];
            let rx = node
                .attribute("rx")
                .or(node.attribute("ry"))
                .map(|_| Ok::<_, String>([number("rx", 0.0)?, number("ry", 0.0)?]));
            if w <= 0.0 || h <= 0.0 {
                return Ok(None);
            }
            let rect = kurbo::Rect::new(x, y, x + w, y + h);
            match rx.transpose()? {
                Some([rx, ry]) if rx > 0.0 || ry > 0.0 => {
                    // An absent one is the other; both are equal in nearly all pictures.
                    let r = if rx > 0.0 && ry > 0.0 { rx.min(ry) } else { rx.max(ry) };
                    rect.to_rounded_rect(r).to_path(fine)
                }
                _ => rect.to_path(fine),
            }
        }
        "circle" => match number("r", 0.0)? {
            r if r > 0.0 => kurbo::Circle::new((number("cx", 0.0)?, number("cy", 0.0)?), r).to_path(fine),
            _ => return Ok(None),
        },
        "ellipse" => match [number("rx", 0.0)?, number("ry", 0.0)?] {
            [rx, ry] if rx > 0.0 && ry > 0.0 => {
                kurbo::Ellipse::new((number("cx", 0.0)?, number("cy", 0.0)?), (rx, ry), 0.0).to_path(fine)
            }
            _ => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// The outline of path data.
fn path(d: &str, tolerance: f64) -> Result<BezPath, String> {
    use kurbo::Point;
    use svgtypes::PathSegment as P;
    let mut out = BezPath::new();
    let (mut at, mut start, mut control) = (Point::ORIGIN, Point::ORIGIN, None::<(bool, Point)>);
    for segment in svgtypes::PathParser::from(d) {
        let segment = segment.map_err(|e| format!("its path data are not understood ({e})"))?;
        let from = |abs: bool| if abs { Point::ORIGIN } else { at };
        let to = |abs: bool, x: f64, y: f64| Point::new(from(abs).x + x, from(abs).y + y);
        // After a closed loop the next one begins where that did.
        if !matches!(segment, P::MoveTo { .. } | P::ClosePath { .. })
            && matches!(out.elements().last(), None | Some(PathEl::ClosePath))
        {
            out.move_to(at);
            start = at;
        }
        let mirrored = |cubic: bool| control.filter(|c| c.0 == cubic).map_or(at, |(_, c)| at + (at - c));
        let mut next = None;
        match segment {
            P::MoveTo { abs, x, y } => {
                at = to(abs, x, y);
                start = at;
                out.move_to(at);
            }
            P::LineTo { abs, x, y } => {
                at = to(abs, x, y);
                out.line_to(at);
            }
            P::HorizontalLineTo { abs, x } => {
                at = Point::new(from(abs).x + x, at.y);
                out.line_to(at);
            }
            P::VerticalLineTo { abs, y } => {
                at = Point::new(at.x, from(abs).y + y);
                out.line_to(at);
            }
            P::CurveTo { abs, x1, y1, x2, y2, x, y } => {
                let (c, e, p) = (to(abs, x1, y1), to(abs, x2, y2), to(abs, x, y));
                out.curve_to(c, e, p);
                (next, at) = (Some((true, e)), p);
            }
            P::SmoothCurveTo { abs, x2, y2, x, y } => {
                let (c, e, p) = (mirrored(true), to(abs, x2, y2), to(abs, x, y));
                out.curve_to(c, e, p);
                (next, at) = (Some((true, e)), p);
            }
            P::Quadratic { abs, x1, y1, x, y } => {
                let (c, p) = (to(abs, x1, y1), to(abs, x, y));
                out.quad_to(c, p);
                (next, at) = (Some((false, c)), p);
            }
            P::SmoothQuadratic { abs, x, y } => {
                let (c, p) = (mirrored(false), to(abs, x, y));
                out.quad_to(c, p);
                (next, at) = (Some((false, c)), p);
            }
            P::EllipticalArc { abs, rx, ry, x_axis_rotation, large_arc, sweep, x, y } => {
                let p = to(abs, x, y);
                let arc = kurbo::SvgArc {
                    from: at,
                    to: p,
                    radii: kurbo::Vec2::new(rx, ry),
                    x_rotation: x_axis_rotation.to_radians(),
                    large_arc,
                    sweep,
                };
                match kurbo::Arc::from_svg_arc(&arc) {
                    Some(arc) if tolerance.is_finite() => {
                        arc.to_cubic_beziers(tolerance, |c, e, p| out.curve_to(c, e, p));
                        // The end is the one written, not the one computed.
                        if let Some(PathEl::CurveTo(_, _, end)) = out.elements_mut().last_mut() {
                            *end = p;
                        }
                    }
                    _ => out.line_to(p),
                }
                at = p;
            }
            P::ClosePath { .. } => {
                if !out.elements().is_empty() {
                    out.close_path();
                }
                at = start;
            }
        }
        control = next;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(loops: &[Vec<[f64; 2]>]) -> f64 {
        let one = |l: &Vec<[f64; 2]>| {
            let next = |k: usize| l[(k + 1) % l.len()];
            0.5 * (0..l.len()).map(|k| l[k][0] * next(k)[1] - next(k)[0] * l[k][1]).sum::<f64>()
        };
        loops.iter().map(one).sum::<f64>().abs()
    }

    /// Areas of shapes in closed form, to the stated tolerance; commands of paths in both forms.
    #[test]
    fn shapes_have_their_areas() {
        let of = |body: &str| {
            let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>");
            let (outlines, _) = outlines(&text, &[]).unwrap();
            outlines.iter().map(|o| area(&o.loops)).sum::<f64>()
        };
        let pi = std::f64::consts::PI;
        for (body, expected, off) in [
            ("<rect x='1' y='2' width='3' height='4'/>", 12.0, 0.0),
            ("<polygon points='0,0 4,0 0,4'/>", 8.0, 0.0),
            ("<circle r='2'/>", 4.0 * pi, 4e-3),
            ("<ellipse rx='2' ry='1' transform='rotate(30) scale(2)'/>", 8.0 * pi, 1e-2),
            ("<path d='M0 0H4V3H0z'/>", 12.0, 0.0),
            ("<path d='m1 1h4v3h-4z m10 0 l2 0 0 2 -2 0z'/>", 16.0, 0.0),
            ("<path d='M-1 0A1 1 0 0 1 1 0A1 1 0 0 1 -1 0z'/>", pi, 1e-3),
            // A half disc by an arc, and the region under y = x (1 - x) by a quadratic.
            ("<path d='M-1000 0a1000 1000 0 0 1 2000 0z'/>", 5e5 * pi, 400.0),
            ("<path d='M0 0Q.5 1 1 0z'/>", 1.0 / 3.0, 1e-3),
            ("<path d='M0 0q.5 1 1 0t1 0'/>", 0.0, 1e-3),
            // int of the cubic through (0,0), (0,1), (1,1), (1,0) over its chord: 3/5.
            ("<path d='M0 0C0 1 1 1 1 0z'/>", 0.6, 1e-3),
            ("<path d='M0 0C0 1 1 1 1 0S2 -1 2 0z'/>", 0.0, 0.2),
        ] {
            let found = of(body);
            assert!((found - expected).abs() <= off, "{body}: {found}, not {expected}");
        }
    }

    #[test]
    fn ids_choose_and_what_is_not_drawn_is_left_out() {
        let text = "<svg><defs><rect id='d' width='9' height='9'/></defs><g id='g' transform='translate(1,1)'>\
                    <rect id='a' width='1' height='1'/></g><rect id='b' width='2' height='2' style='display:none'/>\
                    <rect id='c' width='3' height='3'/></svg>";
        let areas = |ids: &[&str]| {
            let wanted: Vec<String> = ids.iter().map(|s| s.to_string()).collect();
            outlines(text, &wanted).map(|(o, _)| o.iter().map(|o| area(&o.loops)).collect::<Vec<_>>())
        };
        assert_eq!(areas(&[]).unwrap(), [1.0, 9.0]);
        assert_eq!(areas(&["g"]).unwrap(), [1.0]);
        let error = areas(&["zz"]).unwrap_err();
        assert_eq!(error, "has no element with the id \"zz\"; shapes are \"a\", \"c\"");
    }

    #[test]
    fn hostile_pictures_end_in_words() {
        for text in [
            "",
            "<svg",
            "<html/>",
            "<svg/>",
            "<svg><path/></svg>",
            "<svg><path d='M0 0'/></svg>",
            "<svg><path d='L L'/></svg>",
            "<svg><rect width='1em' height='2'/></svg>",
            "<svg><path d='M0 0H1e300V1e300z'/></svg>",
            "<svg><path d='M0 0h1v1z' transform='turn(3)'/></svg>",
            "<svg><path d='M0 0A0 0 0 0 0 1 1z'/></svg>",
            "<svg><circle r='nan'/></svg>",
        ] {
            let read = domain(Path::new("a.svg"), text.as_bytes(), &[], ReadLimit::default());
            assert!(read.is_err_and(|e| e.to_string().starts_with("a.svg: ")), "{text}");
        }
    }
}
