//! The stages in their order.

use super::Parameterization;
use super::atlas::charts;
use super::build::{Piece, Pieces, pieces, polygons};
use super::check::prove;
use super::distort::{distortion, stretches_of};
use super::measure::area;
use super::options::{Boundary, ParameterizeError, ParameterizeOptions};
use super::pack::{Room, packed};
use super::report::ChartReport;
use super::rim::Curve;
use super::tries::{laid_best, misses};
use super::watch::{ParameterizeProgress, Watch};
use crate::domain::ConvexPolygon;
use crate::domain::vector::{bounds, side};
use crate::transport::Control;

/// Charts of less than this share of all areas get it all the same: what is smaller loses its last
/// digits beside the others.
const LEAST_CHART: f64 = 1e-22;

pub(super) fn run(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &ParameterizeOptions,
    callback: &mut dyn FnMut(&ParameterizeProgress) -> Control,
) -> Result<Parameterization, ParameterizeError> {
    options.check()?;
    let mut watch = Watch::new(options.time_limit, callback);
    let curve = curve(&options.boundary)?;
    let mut normalized = ParameterizeOptions { target: options.target.normalized(), ..options.clone() };
    if options.is_atlas() {
        normalized.boundary = Boundary::Free;
    }
    let options = &normalized;
    let Pieces { mut list, triangles: mut by_input, face_of, mut wanted, log, size } =
        pieces(vertices, triangles, options)?;
    for l in &options.landmarks {
        let there = list.iter().any(|p| p.vertex_of.contains(&l.vertex));
        let sound = (l.at[0] + l.at[1]).is_finite() && l.weight >= 0.0 && l.weight.is_finite();
        if !(there && sound) {
            return Err(ParameterizeError::Landmark { vertex: l.vertex });
        }
    }
    let mut ready = Vec::new();
    if options.is_atlas()
        && let Some(whole) = list.pop()
    {
        (list, ready) = charts(&whole, polygons(&options.polygons, &face_of), options, &mut watch).into_iter().unzip();
    }
    ready.resize_with(list.len(), || None);
    let mut flat = Vec::with_capacity(list.len());
    let mut reports = Vec::with_capacity(list.len());
    watch.expects(list.len(), by_input.len());
    for (number, (piece, ready)) in list.iter_mut().zip(ready).enumerate() {
        watch.next(number, piece.faces.len());
        if let Some(laid) = ready {
            reports.push(laid.report(piece));
            flat.push(laid.uv);
            continue;
        }
        // Triangles are counted as they were given, before the repair.
        let given = |e| match e {
            ParameterizeError::Remesh { face, why } => ParameterizeError::Remesh { face: face_of[face as usize], why },
            other => other,
        };
        let (uv, report) = laid_best(piece, &mut wanted, &curve, options, &mut watch).map_err(given)?;
        flat.push(uv);
        reports.push(report);
    }
    // Side by side, areas in proportion to what is wanted of each chart.
    let is_free = options.boundary == Boundary::Free;
    let whole = |r: &ChartReport| !is_free && r.bulge == 0.0;
    let unit = ([0.0; 2], [1.0; 2]);
    // The disk and the square have the unit square for a box, so that one chart alone stays as it
    // is.
    let boxes: Vec<_> =
        flat.iter().zip(&reports).map(|(uv, r)| if whole(r) { unit } else { bounds(uv.iter().copied()) }).collect();
    let least = LEAST_CHART * list.iter().map(|p| p.size).sum::<f64>();
    let scale = |(p, uv): (&Piece, &Vec<[f64; 2]>)| (p.size.max(least) / area(&p.chart, uv)).sqrt();
    let factor: Vec<f64> = list.iter().zip(&flat).map(scale).collect();
    let room = Room { padding: options.padding / f64::from(options.texture), turn: options.is_atlas() };
    let Some(placed) = packed(&boxes, &factor, room) else {
        let (charts, padding, texture) = (boxes.len(), options.padding, options.texture);
        let why = format!(
            "{charts} charts with {padding} texels between them have no room in {texture} x {texture}; take a larger texture or less padding"
        );
        return Err(ParameterizeError::Atlas { why });
    };
    let mut points = Vec::new();
    let mut corners = vec![[0; 3]; by_input.len()];
    let mut chart_of = vec![0; by_input.len()];
    let mut ends = Vec::new();
    for (c, (piece, uv)) in list.iter().zip(&mut flat).enumerate() {
        if list.len() > 1 || is_free || room.padding > 0.0 || reports.iter().any(|r| r.bulge > 0.0) {
            uv.iter_mut().for_each(|p| *p = placed[c].apply(*p));
        }
        let offset = points.len() as u32;
        for (&f, t) in piece.faces.iter().zip(&piece.chart.triangles) {
            corners[f as usize] = t.map(|v| v + offset);
            by_input[f as usize] = t.map(|v| piece.vertex_of[v as usize]);
            chart_of[f as usize] = c as u32;
        }
        points.extend_from_slice(uv);
        reports[c].stretches = stretches_of(&piece.chart, uv);
        reports[c].proof = prove(&piece.chart, uv);
        reports[c].misses = misses(piece, &reports[c], options);
        if let Some(r) = &mut reports[c].remeshed {
            r.area = r.area.map(|a| a / size / size);
        }
        ends.push(bounds(uv.iter().copied()));
    }
    let apart = apart(&ends);
    let bijective = apart && reports.iter().all(|r| r.proof.bijective());
    let fill = list.iter().zip(&flat).map(|(piece, uv)| area(&piece.chart, uv)).sum();
    let distortion = distortion(vertices, &by_input, &points, &corners, &wanted);
    Ok(Parameterization {
        triangles: by_input,
        face_of,
        points,
        corners,
        charts: reports,
        chart_of,
        fill,
        distortion,
        log,
        bijective,
        outcome: watch.outcome(),
    })
}

/// Whether no two boxes meet. Cost: O(n log n) and the number of pairs that meet along the first
/// axis.
pub(super) fn apart(ends: &[([f64; 2], [f64; 2])]) -> bool {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|&i, &j| ends[i].0[0].total_cmp(&ends[j].0[0]));
    let mut active: Vec<usize> = Vec::new();
    for &i in &order {
        active.retain(|&j| ends[j].1[0] >= ends[i].0[0]);
        if active.iter().any(|&j| ends[j].0[1] <= ends[i].1[1] && ends[i].0[1] <= ends[j].1[1]) {
            return false;
        }
        active.push(i);
    }
    true
}

/// A corner that turns by less, in radians, is none: what the polygon loses there is less than this
/// share of its sides. The sides beside it could not bend outwards (`Rim::most_bulge`) where an
/// edge inside joins them.
const STRAIGHT: f64 = 1e-9;

/// The corners at which the polygon turns; all of them where fewer than three do.
fn turning(corners: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let n = corners.len();
    let turns = |k: usize| {
        let [a, b, c] = [k + n - 1, k, k + 1].map(|i| corners[i % n]);
        let (d, e) = (side(a, b), side(b, c));
        d.perp(&e).atan2(d.dot(&e)) > STRAIGHT
    };
    let kept: Vec<[f64; 2]> = (0..n).filter(|&k| turns(k)).map(|k| corners[k]).collect();
    if kept.len() < 3 { corners.to_vec() } else { kept }
}

fn curve(boundary: &Boundary) -> Result<Curve, ParameterizeError> {
    let polygon = |vertices: Vec<[f64; 2]>| {
        let fail = |why: String| Err(ParameterizeError::Polygon { why });
        let checked = match ConvexPolygon::new(vertices) {
            Ok(checked) => checked,
            Err(e) => return fail(e.to_string()),
        };
        // Into the unit square.
        let (low, high) = checked.bounds();
        let longest = (high[0] - low[0]).max(high[1] - low[1]);
        let fitted = checked.vertices().iter().map(|v| [0, 1].map(|c| (v[c] - low[c]) / longest)).collect();
        match ConvexPolygon::new(fitted) {
            Ok(fitted) => Ok(Curve::Polygon(turning(fitted.vertices()))),
            Err(e) => fail(e.to_string()),
        }
    };
    match boundary {
        Boundary::Disk | Boundary::Free => Ok(Curve::Circle),
        Boundary::Square => Ok(Curve::Polygon(vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])),
        Boundary::Polygon(vertices) => polygon(vertices.clone()),
    }
}
