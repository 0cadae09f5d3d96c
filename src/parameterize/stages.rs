//! One chart through all stages, from the first embedding to the refined layout.

use super::build::Piece;
use super::chart::{Chart, NONE};
use super::embed::{self, Embedding};
use super::holes::filled;
use super::measure::{area_error, log_spread};
use super::options::{Boundary, ParameterizeError, ParameterizeOptions};
use super::refine::Refinement;
use super::remesh::{Remeshed, remeshed};
use super::report::{CellProof, ChartReport};
use super::rim::{Curve, Rim};
use super::schedule::Course;
use super::transport::Effort;
use super::watch::{ParameterizeStage, Watch};
use super::{morph, transport};
use crate::exact::big::{Rational, nearest_f64, rational};
use crate::transport::certify;
use std::time::Instant;

/// Times that transport is solved at most, each from where the last one led.
const TRANSPORTS: usize = 3;
/// No more transport once the spread of log areas is under this.
const SETTLED: f64 = 0.5;
/// Transport on the way, and for cells whose masses are proved.
const ON_THE_WAY: Effort = Effort { tolerance: 1e-2, steps: 60, needed: false };
const PROVED: Effort = Effort { tolerance: 1e-10, steps: 60, needed: true };
/// By how much sides bend outwards where straight ones will not do.
const BULGE: f64 = 0.05;
/// A chart in the plane.
pub(super) struct Laid {
    pub uv: Vec<[f64; 2]>,
    pub report: ChartReport,
    /// The chart with other triangles, if it was remeshed.
    pub fresh: Option<Remeshed>,
}

/// One chart through all stages; `wanted` are the wanted areas of its triangles.
pub(super) fn laid_flat(
    piece: &Piece,
    wanted: &[f64],
    curve: &Curve,
    options: &ParameterizeOptions,
    watch: &mut Watch<'_>,
) -> Result<Laid, ParameterizeError> {
    let clock = Instant::now();
    let mut fresh: Option<Remeshed> = None;
    // Holes are closed as long as there is something to lay out.
    let full = filled(&piece.chart, &piece.holes);
    let mut chart = &full;
    let mut report = ChartReport {
        first: piece.faces.first().copied().unwrap_or(0),
        faces: piece.faces.len(),
        vertices: piece.chart.points.len(),
        genus: piece.genus,
        loops: piece.loops,
        holes: piece.holes.len(),
        hole_edges: piece.holes.iter().map(Vec::len).max().unwrap_or(0),
        cut_edges: piece.cut_edges,
        ..ChartReport::default()
    };
    if let Curve::Polygon(corners) = curve
        && chart.outline.len() < corners.len()
    {
        let (found, wanted) = (chart.outline.len(), corners.len());
        let why = format!("it has {wanted} corners, but a boundary has only {found} vertices; choose a disk");
        return Err(ParameterizeError::Polygon { why });
    }
    let vertices = piece.chart.points.len();
    let memory = || ParameterizeError::Memory { vertices };
    let first = report.first;
    let not_remeshed = |why: &str| ParameterizeError::Remesh { face: first, why: why.into() };
    let mut rim = Rim::spread(chart, curve.clone());
    if has_chord(chart, &rim) {
        // On a straight side it would flatten the triangles behind it.
        rim.bulge = rim.most_bulge(BULGE);
        report.bulge = rim.bulge;
    }
    watch.enters(ParameterizeStage::Embedding);
    let Embedding { mut uv, rounds, flipped } = embed::embed(chart, &rim, watch).ok_or_else(memory)?;
    report.rounds = rounds;
    report.area_errors[0] = area_error(chart, &uv);
    if flipped > 0 {
        if options.remesh {
            return Err(not_remeshed("its first embedding has triangles that are not positive"));
        }
        report.area_errors = [report.area_errors[0]; 3];
        report.seconds = clock.elapsed().as_secs_f64();
        uv.truncate(vertices);
        return Ok(Laid { uv, report, fresh });
    }
    let mut spread = log_spread(chart, &uv);
    let effort = Effort { needed: options.remesh, ..ON_THE_WAY };
    watch.enters(ParameterizeStage::Transport);
    for _ in 0..TRANSPORTS {
        let mut before = spread;
        let Some(cells) = transport::cells(chart, &uv, &rim, effort, watch) else { break };
        if options.remesh && report.remeshed.is_none() && !watch.has_ended() {
            let new = remeshed(piece, wanted, &uv, &cells, &options.target)?;
            report.remeshed = Some(new.report);
            chart = &fresh.insert(new).chart;
            if has_chord(chart, &rim) && rim.bulge == 0.0 {
                return Err(not_remeshed("an edge inside lies on a straight side of the boundary"));
            }
            spread = log_spread(chart, &uv);
            before = spread;
        }
        let Some(there) = morph::towards(chart, &uv, &rim, &cells.centroids, &mut spread) else { break };
        report.moved = report.moved.max(there.share);
        (uv, rim) = (there.uv, there.rim);
        let gained = spread < 0.7 * before;
        if !gained || spread < SETTLED {
            break;
        }
    }
    if options.remesh && report.remeshed.is_none() && !watch.has_ended() {
        return Err(not_remeshed("transport found no cells with mass for all of its vertices"));
    }
    report.area_errors[1] = area_error(chart, &uv);
    watch.enters(ParameterizeStage::Refinement);
    let mut refinement = Refinement::new(chart, uv, Some(rim)).ok_or_else(memory)?;
    refinement.draw_to(landmarks(piece, options));
    let course = Course::of(chart, options, spread);
    report.steps += course.settle(&mut refinement, watch);
    if options.certify
        && !watch.has_ended()
        && let Some(rim) = &refinement.rim
    {
        report.cells = cell_proof(chart, &refinement.uv, rim, watch);
    }
    let mut uv = refinement.into_places();
    if options.boundary == Boundary::Free {
        watch.enters(ParameterizeStage::FreeBoundary);
        let mut free = Refinement::new(chart, uv, None).ok_or_else(memory)?;
        free.draw_to(landmarks(piece, options));
        report.steps += course.set_free(&mut free, watch);
        uv = free.into_places();
    }
    report.area_errors[2] = area_error(chart, &uv);
    uv.truncate(vertices);
    (report.stopped, report.seconds) = (watch.stopped(), clock.elapsed().as_secs_f64());
    Ok(Laid { uv, report, fresh })
}

/// Solves transport to the final places and proves the masses of the cells.
fn cell_proof(chart: &Chart, uv: &[[f64; 2]], rim: &Rim, watch: &mut Watch<'_>) -> Option<CellProof> {
    let cells = transport::cells(chart, uv, rim, PROVED, watch)?;
    let proof = certify(&cells.problem, &cells.heights, 5).ok()?;
    Some(CellProof {
        max_relative_error: proof.max_relative_error,
        w2_squared: proof.w2_squared,
        cells: proof.cells,
        star_error: star_error(chart, uv),
    })
}

/// The largest relative error of a star's share of the area, exact up to the final rounding.
fn star_error(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let mut star = vec![[Rational::new(), Rational::new()]; uv.len()];
    let (mut all, mut wanted) = (Rational::new(), Rational::new());
    for (f, t) in chart.triangles.iter().enumerate() {
        let [a, b, c] = chart.corners(uv, f).map(|p| p.map(rational));
        let d = |p: &[Rational; 2], k: usize| Rational::from(&p[k] - &a[k]);
        let twice = d(&b, 0) * d(&c, 1) - d(&b, 1) * d(&c, 0);
        let share = rational(chart.share[f]);
        for &v in t {
            star[v as usize][0] += &twice;
            star[v as usize][1] += &share;
        }
        all += twice;
        wanted += share;
    }
    let factor = wanted / all;
    let error = |[s, w]: &[Rational; 2]| {
        let relative = Rational::from(s * &factor) / w - 1u32;
        nearest_f64(&relative).abs()
    };
    star.iter().filter(|s| s[1].cmp0().is_gt()).map(error).fold(0.0, f64::max)
}

/// Landmarks of a chart, by its vertices. Of a vertex that was cut only the first part is drawn.
fn landmarks(piece: &Piece, options: &ParameterizeOptions) -> Vec<(u32, [f64; 2], f64)> {
    let find = |v: u32| piece.vertex_of.iter().position(|&w| w == v);
    options.landmarks.iter().filter_map(|l| find(l.vertex).map(|v| (v as u32, l.at, l.weight))).collect()
}

/// Whether both ends of an edge inside lie on one straight side.
fn has_chord(chart: &Chart, rim: &Rim) -> bool {
    let Curve::Polygon(corners) = &rim.curve else { return false };
    let (sides, m) = (corners.len(), chart.outline.len());
    let on = |place: u32, side: usize| {
        let k = place as usize;
        let own = rim.at[k].floor() as usize % sides;
        own == side || (rim.fixed[k] && (own + sides - 1) % sides == side)
    };
    chart.triangles.iter().flat_map(|t| [[t[0], t[1]], [t[1], t[2]], [t[2], t[0]]]).any(|e| {
        let [a, b] = e.map(|v| chart.place[v as usize]);
        if a == NONE || b == NONE || (a as usize + 1) % m == b as usize || (b as usize + 1) % m == a as usize {
            return false;
        }
        (0..sides).any(|s| on(a, s) && on(b, s))
    })
}
