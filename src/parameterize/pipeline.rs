//! The stages in their order.

use super::build::{Piece, Pieces, pieces};
use super::chart::{Chart, NONE, twice_area};
use super::check::{Proof, prove};
use super::distort::distortion;
use super::embed::{self, Embedding};
use super::energy::Weights;
use super::options::{Boundary, ParameterizeError, ParameterizeOptions};
use super::pack::packed;
use super::refine::Refinement;
use super::remesh::{RemeshReport, Remeshed, remeshed};
use super::rim::{Curve, Rim};
use super::{Parameterization, morph, transport};
use crate::domain::ConvexPolygon;
use crate::exact::big::{Rational, nearest_f64, rational};
use crate::transport::certify;
use std::time::Instant;

/// What was done to one component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartReport {
    /// Its first triangle, as numbered in the parameterization.
    pub first: u32,
    /// Number of its triangles.
    pub faces: usize,
    /// Number of its vertices, after cutting.
    pub vertices: usize,
    /// Handles before cutting.
    pub genus: usize,
    /// Boundary loops before cutting.
    pub loops: usize,
    /// Edges that were cut.
    pub cut_edges: usize,
    /// By how much straight sides of the boundary bend outwards, in lengths of a side: not 0 if an edge inside would lie on one.
    pub bulge: f64,
    /// Rounds of balancing weights in the first embedding.
    pub rounds: usize,
    /// Mean share of the way to the centroids of transport's cells that vertices could go.
    pub moved: f64,
    /// Error of areas (between 0 and 2) after the first embedding, after transport, after refinement.
    pub area_errors: [f64; 3],
    /// What remeshing did, if asked for.
    pub remeshed: Option<RemeshReport>,
    /// Newton steps of the refinement.
    pub steps: usize,
    /// Wall seconds.
    pub seconds: f64,
    /// Proof that it is one to one.
    pub proof: Proof,
    /// Proof of the cells' masses, if asked for.
    pub cells: Option<CellProof>,
}

/// What is proved of the Laguerre cells at the final places of the vertices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CellProof {
    /// Bounds of the largest relative error of a cell's mass, from rational numbers.
    pub max_relative_error: [f64; 2],
    /// Bounds of the squared distance `W2^2` between the even measure and the vertices with their areas.
    pub w2_squared: [f64; 2],
    /// Cells.
    pub cells: usize,
    /// Largest relative error of the area of a vertex's star, as a share of all, computed in rationals and rounded once.
    pub star_error: f64,
}

/// Angle weights of the stages of refinement, from the first; the last is one over the area weight.
const STAGES: [f64; 8] = [1.0, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];
/// Times that transport is solved at most, each from where the last one led.
const TRANSPORTS: usize = 3;
/// No more transport once the spread of log areas is under this.
const SETTLED: f64 = 0.5;
/// Relative error of cells' masses on the way.
const CELL_TOLERANCE: f64 = 1e-2;
/// Newton steps of a transport at most.
const CELL_STEPS: usize = 60;
/// Relative error of cells' masses that are proved.
const PROVED_TOLERANCE: f64 = 1e-10;
/// The stage before which vertices are shaken, by this share of their edges.
const SHAKEN: f64 = 1e-4;
const SHAKE: f64 = 0.18;
/// By how much sides bend outwards where straight ones will not do.
const BULGE: f64 = 0.05;
/// Angle weight from which on the area term is taken for a square of linear functions.
const GAUSS: f64 = 1e-2;
/// Angle weight with which a boundary is set free.
const FREE: f64 = 0.03;
/// Newton steps of each stage at most; a third of it in charts of more than `LARGE` triangles, four times as many in those of up to `SMALL`.
const STEPS: usize = 30;
const LARGE: usize = 50_000;
const SMALL: usize = 5_000;
/// From this number of triangles on, where a factorization takes seconds: steps of each stage, and no stage whose angles would spoil the areas
/// that transport has found.
const HUGE: usize = 300_000;
const STEPS_HUGE: usize = 4;
/// A stage ends when a step gains less than this share; late ones go on longer.
const ENOUGH: f64 = 0.03;
const ENOUGH_LATE: f64 = 1e-3;

pub(super) fn run(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &ParameterizeOptions,
) -> Result<Parameterization, ParameterizeError> {
    if !(options.area_weight > 0.0 && options.area_weight.is_finite()) {
        return Err(ParameterizeError::AreaWeight { value: options.area_weight });
    }
    let curve = curve(&options.boundary)?;
    let Pieces { mut list, triangles: mut by_input, face_of, mut wanted, log } = pieces(vertices, triangles, options)?;
    for l in &options.landmarks {
        let there = list.iter().any(|p| p.vertex_of.contains(&l.vertex));
        let sound = (l.at[0] + l.at[1]).is_finite() && l.weight >= 0.0 && l.weight.is_finite();
        if !(there && sound) {
            return Err(ParameterizeError::Landmark { vertex: l.vertex });
        }
    }
    let mut flat = Vec::with_capacity(list.len());
    let mut reports = Vec::with_capacity(list.len());
    for piece in &mut list {
        let (uv, report) = laid_flat(piece, &mut wanted, &curve, options)?;
        flat.push(uv);
        reports.push(report);
    }
    // Side by side, areas in proportion to what is wanted of each chart.
    let whole = |r: &ChartReport| options.boundary != Boundary::Free && r.bulge == 0.0;
    let unit = ([0.0; 2], [1.0; 2]);
    // The disk and the square have the unit square for a box, so that one chart alone stays as it is.
    let boxes: Vec<_> = flat.iter().zip(&reports).map(|(uv, r)| if whole(r) { unit } else { extent(uv) }).collect();
    let factor: Vec<f64> = list.iter().zip(&flat).map(|(p, uv)| (p.size / area(&p.chart, uv)).sqrt()).collect();
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
        ends.push(extent(uv));
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
    })
}

/// Whether no two boxes meet. Cost: O(n log n) and the number of pairs that meet along the first axis.
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

pub(super) fn extent(uv: &[[f64; 2]]) -> ([f64; 2], [f64; 2]) {
    let start = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    uv.iter().fold(start, |(l, h), p| ([l[0].min(p[0]), l[1].min(p[1])], [h[0].max(p[0]), h[1].max(p[1])]))
}

fn area(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    (0..chart.triangles.len()).map(|f| twice_area(chart.corners(uv, f)).abs() / 2.0).sum()
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
            Ok(fitted) => Ok(Curve::Polygon(fitted.vertices().to_vec())),
            Err(e) => fail(e.to_string()),
        }
    };
    match boundary {
        Boundary::Disk | Boundary::Free => Ok(Curve::Circle),
        Boundary::Square => Ok(Curve::Polygon(vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])),
        Boundary::Polygon(vertices) => polygon(vertices.clone()),
    }
}

/// One chart through all stages; with remeshing its triangles and what is `wanted` of them change on the way.
fn laid_flat(
    piece: &mut Piece,
    wanted: &mut [f64],
    curve: &Curve,
    options: &ParameterizeOptions,
) -> Result<(Vec<[f64; 2]>, ChartReport), ParameterizeError> {
    let clock = Instant::now();
    let mut chart = &piece.chart;
    let mut report = ChartReport {
        first: piece.faces.first().copied().unwrap_or(0),
        faces: piece.faces.len(),
        vertices: chart.points.len(),
        genus: piece.genus,
        loops: piece.loops,
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
    let vertices = chart.points.len();
    let memory = || ParameterizeError::Memory { vertices };
    let first = report.first;
    let not_remeshed = |why: &str| ParameterizeError::Remesh { triangle: first, why: why.into() };
    let mut rim = Rim::spread(chart, curve.clone());
    if has_chord(chart, &rim) {
        // On a straight side it would flatten the triangles behind it.
        rim.bulge = BULGE;
        report.bulge = BULGE;
    }
    let Embedding { mut uv, rounds, flipped } = embed::embed(chart, &rim).ok_or_else(memory)?;
    report.rounds = rounds;
    report.area_errors[0] = area_error(chart, &uv);
    if flipped > 0 {
        if options.remesh {
            return Err(not_remeshed("its first embedding has triangles that are not positive"));
        }
        report.seconds = clock.elapsed().as_secs_f64();
        return Ok((uv, report));
    }
    let mut spread = log_spread(chart, &uv);
    for _ in 0..TRANSPORTS {
        let mut before = spread;
        let Some(cells) = transport::cells(chart, &uv, &rim, CELL_TOLERANCE, CELL_STEPS) else { break };
        if options.remesh && report.remeshed.is_none() {
            let own: Vec<f64> = piece.faces.iter().map(|&f| wanted[f as usize]).collect();
            let new = remeshed(piece, &own, &uv, &cells, &options.target)?;
            report.remeshed = Some(new.report);
            replace(piece, wanted, new);
            chart = &piece.chart;
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
    if options.remesh && report.remeshed.is_none() {
        return Err(not_remeshed("transport found no cells with mass for all of its vertices"));
    }
    report.area_errors[1] = area_error(chart, &uv);
    let mut refinement = Refinement::new(chart, uv, Some(rim)).ok_or_else(memory)?;
    refinement.draw_to(landmarks(piece, options));
    let last = 1.0 / options.area_weight;
    // From a start with the right areas there is no need to begin with angles.
    let first = match spread * spread {
        square if chart.triangles.len() > HUGE => square,
        square if square < STAGES[1] => STAGES[1],
        _ => STAGES[0],
    };
    let most = match chart.triangles.len() {
        n if n > HUGE => STEPS_HUGE,
        n if n > LARGE => STEPS / 3,
        n if n > SMALL => STEPS,
        _ => 4 * STEPS,
    };
    for angle in STAGES.into_iter().filter(|&a| a > last && a <= first).chain([last]) {
        if angle == SHAKEN {
            refinement.shake(SHAKE);
        }
        let enough = if angle <= SHAKEN { ENOUGH_LATE } else { ENOUGH };
        let taken = refinement.run(weights(angle), most, enough).taken;
        report.steps += taken;
        // What has not settled here will not further down: there only angles would be lost.
        if angle <= SHAKEN && taken == most {
            break;
        }
    }
    if options.certify
        && let Some(rim) = &refinement.rim
    {
        report.cells = cell_proof(chart, &refinement.uv, rim);
    }
    let mut uv = refinement.uv;
    if options.boundary == Boundary::Free {
        let mut free = Refinement::new(chart, uv, None).ok_or_else(memory)?;
        free.draw_to(landmarks(piece, options));
        for angle in [FREE, 0.03 * FREE].into_iter().filter(|&a| a > last).chain([last]) {
            report.steps += free.run(weights(angle), STEPS, ENOUGH_LATE).taken;
        }
        uv = free.uv;
    }
    report.area_errors[2] = area_error(chart, &uv);
    report.seconds = clock.elapsed().as_secs_f64();
    Ok((uv, report))
}

/// Puts the new triangles in the place of the old ones.
fn replace(piece: &mut Piece, wanted: &mut [f64], new: Remeshed) {
    piece.size = new.wanted.iter().sum();
    piece.chart = new.chart;
    piece.faces.iter().zip(new.wanted).for_each(|(&f, w)| wanted[f as usize] = w);
}

/// Solves transport to the final places and proves the masses of the cells.
fn cell_proof(chart: &Chart, uv: &[[f64; 2]], rim: &Rim) -> Option<CellProof> {
    let cells = transport::cells(chart, uv, rim, PROVED_TOLERANCE, CELL_STEPS)?;
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

/// Weights of a stage. Late stages begin near the wanted areas.
fn weights(angle: f64) -> Weights {
    Weights { area: 1.0, angle, gauss: angle <= GAUSS }
}

fn area_error(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let all = area(chart, uv);
    (0..chart.triangles.len()).map(|f| (twice_area(chart.corners(uv, f)) / 2.0 / all - chart.share[f]).abs()).sum()
}

/// Root of the weighted mean square of the logarithm of the area ratio.
pub(super) fn log_spread(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let all = area(chart, uv);
    let log = |f: usize| (twice_area(chart.corners(uv, f)).abs() / 2.0 / all / chart.share[f]).max(1e-300).ln();
    (0..chart.triangles.len()).map(|f| chart.share[f] * log(f).powi(2)).sum::<f64>().sqrt()
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
