//! The stages in their order.

use super::Parameterization;
use super::build::{Piece, Pieces, pieces};
use super::check::prove;
use super::distort::distortion;
use super::measure::area;
use super::options::{Boundary, ParameterizeError, ParameterizeOptions};
use super::pack::packed;
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
    let mut watch = Watch::new(options.time_limit, callback);
    if !(options.area_weight > 0.0 && options.area_weight.is_finite()) {
        return Err(ParameterizeError::AreaWeight { value: options.area_weight });
    }
    let curve = curve(&options.boundary)?;
    let normalized = ParameterizeOptions { target: options.target.normalized(), ..options.clone() };
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
    let mut flat = Vec::with_capacity(list.len());
    let mut reports = Vec::with_capacity(list.len());
    watch.expects(list.len(), by_input.len());
    for (number, piece) in list.iter_mut().enumerate() {
        watch.next(number, piece.faces.len());
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
    let whole = |r: &ChartReport| options.boundary != Boundary::Free && r.bulge == 0.0;
    let unit = ([0.0; 2], [1.0; 2]);
    // The disk and the square have the unit square for a box, so that one chart alone stays as it
    // is.
    let boxes: Vec<_> =
        flat.iter().zip(&reports).map(|(uv, r)| if whole(r) { unit } else { bounds(uv.iter().copied()) }).collect();
    let least = LEAST_CHART * list.iter().map(|p| p.size).sum::<f64>();
    let scale = |(p, uv): (&Piece, &Vec<[f64; 2]>)| (p.size.max(least) / area(&p.chart, uv)).sqrt();
    let factor: Vec<f64> = list.iter().zip(&flat).map(scale).collect();
    let placed = packed(&boxes, &factor);
    let mut points = Vec::new();
    let mut corners = vec![[0; 3]; by_input.len()];
    let mut chart_of = vec![0; by_input.len()];
    let mut ends = Vec::new();
    for (c, (piece, uv)) in list.iter().zip(&mut flat).enumerate() {
        if list.len() > 1 || options.boundary == Boundary::Free || reports.iter().any(|r| r.bulge > 0.0) {
            uv.iter_mut().for_each(|p| *p = placed[c].apply(*p));
        }
        let offset = points.len() as u32;
        for (&f, t) in piece.faces.iter().zip(&piece.chart.triangles) {
            corners[f as usize] = t.map(|v| v + offset);
            by_input[f as usize] = t.map(|v| piece.vertex_of[v as usize]);
            chart_of[f as usize] = c as u32;
        }
        points.extend_from_slice(uv);
        reports[c].proof = prove(&piece.chart, uv);
        reports[c].misses = misses(piece, &reports[c], options);
        if let Some(r) = &mut reports[c].remeshed {
            r.area = r.area.map(|a| a / size / size);
        }
        ends.push(bounds(uv.iter().copied()));
    }
    let apart = apart(&ends);
    let bijective = apart && reports.iter().all(|r| r.proof.bijective());
    let distortion = distortion(vertices, &by_input, &points, &corners, &wanted);
    Ok(Parameterization {
        triangles: by_input,
        face_of,
        points,
        corners,
        charts: reports,
        chart_of,
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
