//! A nearly flat chart laid into the plane, its boundary free: from the nearest start there is.

use super::build::Piece;
use super::chart::Chart;
use super::check::crossings;
use super::distort::stretches_of;
use super::embed::{embed, flips};
use super::energy::Weights;
use super::measure::area_error;
use super::refine::Refinement;
use super::report::ChartReport;
use super::rim::{Curve, Rim};
use super::stitch::{Shape, own_shapes, stitched};
use super::watch::{ParameterizeProgress, ParameterizeStage, Stop, Watch};
use crate::domain::vector::{Vector3, bounds, normal, side, unit};
use crate::transport::Control;

/// Newton steps of each stage at most, and the share that one must gain.
const STEPS: usize = 30;
const ENOUGH: f64 = 1e-3;
/// Angle weight of the first stage, by where it begins: on a circle, or with triangles that have
/// nearly their shapes; and from one stage to the next.
const FROM_CIRCLE: f64 = 1.0;
const FROM_SHAPES: f64 = 0.1;
const TO_NEXT: f64 = 0.1;
/// Steps in which shapes are put together: from a shadow or a circle, from two parts.
const STITCHES: usize = 10;
const STITCHES_OF_PARTS: usize = 3;
/// Stretch less one grows from stage to stage, as angles count less; where it fell after a stage
/// that had come to rest, it was by up to 0.044 of it (twelve of 600 layouts). So what has more
/// than this many times the bound's after an early one will not keep to it.
const BEYOND: f64 = 1.05;
/// Lines of the grid on which outlines must be simple, too: what is nearer to itself touches in
/// single precision.
const GRID: f64 = (1 << 22) as f64;
/// Angle weight from which on the area term is taken for a square of linear functions.
const GAUSS: f64 = 1e-2;

/// A chart in the plane.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    pub uv: Vec<[f64; 2]>,
    /// Ratio of singular values that 50, 95 and 99 per cent of the area keep to.
    pub stretch: [f64; 3],
    pub area_error: f64,
    pub steps: usize,
    /// Whether somebody asked to stop before it was done.
    pub stopped: bool,
}

impl Flat {
    /// What is told of a chart that was laid so.
    pub fn report(&self, piece: &Piece) -> ChartReport {
        ChartReport {
            first: piece.faces.first().copied().unwrap_or(0),
            faces: piece.faces.len(),
            vertices: piece.chart.points.len(),
            genus: piece.genus,
            loops: piece.loops,
            cut_edges: piece.cut_edges,
            area_errors: [self.area_error; 3],
            steps: self.steps,
            tries: 1,
            stretch: self.stretch[1],
            stopped: self.stopped.then_some(ParameterizeStage::FreeBoundary),
            ..ChartReport::default()
        }
    }
}

/// What is known of a chart before it is laid down.
#[derive(Default)]
pub(super) struct Known {
    /// Where two parts of it lie.
    pub parts: Option<Joined>,
    /// Nobody wants it if it is stretched by more.
    pub bound: Option<f64>,
}

/// Two parts put together.
pub(super) struct Joined {
    /// Places of all vertices, halfway between the parts where they meet.
    places: Vec<[f64; 2]>,
    /// Corners of all triangles, as they lie in the parts.
    shapes: Vec<Shape>,
}

/// Lays a chart down with the given weight of angles at the end: from two parts of it, if there are
/// some, whose triangles keep their shapes as well as they can; else from its shadow along its mean
/// normal; else from a circle. `None` if none of them leads to a layout that is one to one, or if
/// that is stretched far beyond the bound. Where somebody asks to stop it is what there is then.
pub(super) fn flat(chart: &Chart, last: f64, known: Known, stop: &Stop) -> Option<Flat> {
    let one_to_one = |uv: &Vec<[f64; 2]>| {
        let outline: Vec<[f64; 2]> = chart.outline.iter().map(|&v| uv[v as usize]).collect();
        flips(chart, uv) == 0 && crossings(&[outline]) == 0
    };
    // Who may end all looks elsewhere.
    let mut look = |_: &ParameterizeProgress| if stop.is_set() { Control::Stop } else { Control::Continue };
    let watch = &mut Watch::new(None, &mut look);
    let mut steps = 0;
    let parts = known.parts.and_then(|Joined { places, shapes }| {
        if one_to_one(&places) { Some(places) } else { stitched(chart, shapes, None, STITCHES_OF_PARTS, one_to_one) }
    });
    let own = |near: &[[f64; 2]]| stitched(chart, own_shapes(chart), Some(near), STITCHES, one_to_one);
    let from_shadow = || {
        let places = shadow(chart)?;
        own(&places).or(Some(places).filter(one_to_one))
    };
    let (uv, first) = if let Some(uv) = parts.or_else(from_shadow) {
        (uv, FROM_SHAPES)
    } else {
        let rim = Rim::spread(chart, Curve::Circle);
        let start = embed(chart, &rim, watch)?;
        if start.flipped > 0 {
            return None;
        }
        if let Some(uv) = own(&start.uv) {
            (uv, FROM_SHAPES)
        } else {
            let mut round = Refinement::new(chart, start.uv, Some(rim))?;
            steps += round.run(weights(FROM_CIRCLE), STEPS, ENOUGH, watch);
            (round.uv, FROM_CIRCLE)
        }
    };
    let mut free = Refinement::new(chart, uv, None)?;
    let mut angle = first.max(last);
    loop {
        let taken = free.run(weights(angle), STEPS, ENOUGH, watch);
        steps += taken;
        if angle <= last {
            break;
        }
        let beyond = |bound: f64| stretches_of(chart, &free.uv)[2] - 1.0 > BEYOND * (bound - 1.0);
        if taken < STEPS && !watch.has_ended() && known.bound.is_some_and(beyond) {
            return None;
        }
        angle = if angle * TO_NEXT < 2.0 * last { last } else { angle * TO_NEXT };
    }
    let stopped = watch.has_ended();
    let uv = upright(free.uv);
    let (stretch, area_error) = (stretches_of(chart, &uv), area_error(chart, &uv));
    (one_to_one(&uv) && is_clear(chart, &uv)).then_some(Flat { uv, stretch, area_error, steps, stopped })
}

/// Whether the outline does not even nearly touch itself: not on a grid either. A net of squares
/// can come to touch itself exactly, and then rounding decides what is left of it.
fn is_clear(chart: &Chart, uv: &[[f64; 2]]) -> bool {
    let (low, high) = bounds(uv.iter().copied());
    let step = (high[0] - low[0]).max(high[1] - low[1]) / GRID;
    let coarse = |&v: &u32| [0, 1].map(|k| ((uv[v as usize][k] - low[k]) / step).round());
    let outline: Vec<[f64; 2]> = chart.outline.iter().map(coarse).collect();
    crossings(&[outline]) == 0
}

fn weights(angle: f64) -> Weights {
    Weights { area: 1.0, share: 0.0, angle, gauss: angle <= GAUSS }
}

/// The shadow on the plane across the mean normal.
fn shadow(chart: &Chart) -> Option<Vec<[f64; 2]>> {
    let sum: Vector3<f64> = (0..chart.triangles.len()).map(|f| normal(chart.corners_in_space(f))).sum();
    let up = unit(&sum);
    // Nothing is lost where there is no direction: all triangles would be flat.
    let axis = if up.z.abs() < 0.9 { Vector3::z() } else { Vector3::x() };
    let right = unit(&axis.cross(&up));
    let ahead = up.cross(&right);
    let origin = *chart.points.first()?;
    let at = |&p: &[f64; 3]| {
        let d = side(origin, p);
        [d.dot(&right), d.dot(&ahead)]
    };
    Some(chart.points.iter().map(at).collect())
}

/// Two parts put together, of which each has the corners of some triangles. `None` if they do not
/// meet in two vertices.
pub(super) fn joined(chart: &Chart, parts: [Vec<Option<Shape>>; 2]) -> Option<Joined> {
    let [a, b] = [0, 1].map(|k: usize| {
        let mut places: Vec<Option<[f64; 2]>> = vec![None; chart.points.len()];
        for (t, shape) in chart.triangles.iter().zip(&parts[k]) {
            for (&v, p) in t.iter().zip(shape.iter().flatten()) {
                places[v as usize] = Some(*p);
            }
        }
        places
    });
    let both: Vec<[[f64; 2]; 2]> = a.iter().zip(&b).filter_map(|(p, q)| Some([(*p)?, (*q)?])).collect();
    if both.len() < 2 {
        return None;
    }
    let n = both.len() as f64;
    let middle = |part: usize| {
        let sum = both.iter().map(|m| m[part]).fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
        sum.map(|x| x / n)
    };
    let (from, to) = (middle(1), middle(0));
    // The turn that brings b's places nearest to a's (squares of distances).
    let (mut along, mut across) = (0.0, 0.0);
    for [p, q] in &both {
        let (d, e) = (side(to, *p), side(from, *q));
        along += e.dot(&d);
        across += e.perp(&d);
    }
    let length = f64::hypot(along, across);
    let (c, s) = if length > 0.0 { (along / length, across / length) } else { (1.0, 0.0) };
    let moved = |q: [f64; 2]| {
        let d = side(from, q);
        [to[0] + c * d.x - s * d.y, to[1] + s * d.x + c * d.y]
    };
    let place = |(p, q): (&Option<[f64; 2]>, &Option<[f64; 2]>)| match (*p, q.map(moved)) {
        (Some(p), Some(q)) => Some([0, 1].map(|k| 0.5 * (p[k] + q[k]))),
        (p, q) => p.or(q),
    };
    let shape = |(p, q): (&Option<Shape>, &Option<Shape>)| p.or(q.map(|q| q.map(moved)));
    Some(Joined {
        places: a.iter().zip(&b).map(place).collect::<Option<_>>()?,
        shapes: parts[0].iter().zip(&parts[1]).map(shape).collect::<Option<_>>()?,
    })
}

/// Turned so that the box around it has the least area, and stands upright.
pub(super) fn upright(uv: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let hull = hull(&uv);
    let turned = |p: [f64; 2], c: f64, s: f64| [c * p[0] + s * p[1], c * p[1] - s * p[0]];
    let mut best = (f64::INFINITY, [1.0, 0.0]);
    for k in 0..hull.len() {
        let d = side(hull[k], hull[(k + 1) % hull.len()]);
        let length = d.norm();
        if !(length > 0.0) {
            continue;
        }
        let (c, s) = (d.x / length, d.y / length);
        let (low, high) = bounds(hull.iter().map(|&p| turned(p, c, s)));
        let (width, height) = (high[0] - low[0], high[1] - low[1]);
        if width * height < best.0 {
            // A quarter more if it lies.
            best = (width * height, if width <= height { [c, s] } else { [-s, c] });
        }
    }
    let [c, s] = best.1;
    uv.into_iter().map(|p| turned(p, c, s)).collect()
}

/// Corners of the convex hull, counter-clockwise; rounded, which does for boxes.
fn hull(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut order = points.to_vec();
    order.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
    order.dedup();
    let mut chain: Vec<[f64; 2]> = Vec::new();
    let turns_left = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| side(a, b).perp(&side(a, c)) > 0.0;
    let half = |points: &mut dyn Iterator<Item = [f64; 2]>, chain: &mut Vec<[f64; 2]>| {
        let start = chain.len();
        for p in points {
            while chain.len() >= start + 2 && !turns_left(chain[chain.len() - 2], chain[chain.len() - 1], p) {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
    };
    half(&mut order.iter().copied(), &mut chain);
    half(&mut order.iter().rev().copied(), &mut chain);
    if chain.is_empty() { order } else { chain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_least_and_upright() {
        // A rectangle of 3 by 1, turned by 30 degrees, with a point inside.
        let (s, c) = 30f64.to_radians().sin_cos();
        let at = |x: f64, y: f64| [c * x - s * y, s * x + c * y];
        let uv = upright(vec![at(0.0, 0.0), at(3.0, 0.0), at(3.0, 1.0), at(0.0, 1.0), at(1.0, 0.5)]);
        let (low, high) = bounds(uv.iter().copied());
        assert!((high[0] - low[0] - 1.0).abs() < 1e-12 && (high[1] - low[1] - 3.0).abs() < 1e-12, "{uv:?}");
        // Not mirrored.
        assert!(side(uv[0], uv[1]).perp(&side(uv[0], uv[3])) > 0.0);
    }

    /// The square from 0 to 2 in two halves; the right one was turned by a quarter and moved.
    #[test]
    fn parts_are_put_together() {
        let all: Vec<[f64; 2]> = vec![[0., 0.], [1., 0.], [2., 0.], [0., 2.], [1., 2.], [2., 2.]];
        let triangles = vec![[0, 1, 3], [1, 4, 3], [1, 2, 4], [2, 5, 4]];
        let points = all.iter().map(|p| [p[0], p[1], 0.0]).collect();
        let chart = Chart { points, triangles, ..Chart::default() };
        let corners = |f: usize| chart.corners(&all, f);
        let left: Vec<Option<Shape>> = (0..4).map(|f| (f < 2).then(|| corners(f))).collect();
        let turned = |p: [f64; 2]| [7.0 - p[1], p[0] - 4.0];
        let right: Vec<Option<Shape>> = (0..4).map(|f| (f > 1).then(|| corners(f).map(turned))).collect();
        let found = joined(&chart, [left.clone(), right]).unwrap();
        let shapes = (0..4).flat_map(corners).zip(found.shapes.iter().copied().flatten());
        for (p, q) in found.places.iter().copied().zip(all.iter().copied()).chain(shapes) {
            assert!((0..2).all(|k| (p[k] - q[k]).abs() < 1e-12), "{:?}", found.places);
        }
        assert!(joined(&chart, [left, vec![None; 4]]).is_none());
    }
}
