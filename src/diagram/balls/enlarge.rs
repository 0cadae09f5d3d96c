//! Weights for cells that their balls miss.

use super::super::plane::cells::{Cell, Duals, Region};
use super::super::plane::even::even_law;
use super::super::plane::patched::Ground;
use super::super::plane::point::Point;
use super::super::plane::restrict::{Part, Restriction};
use super::source::Source;
use crate::exact::Dd;
use crate::hull::Hull;
use crate::problem::Problem;

/// The nearest point of a cell, as far as a ball cares.
struct Touch {
    distance: f64,
    /// `|x|^2 / 2 - <x, y>` there: half the difference of the squares of the distance and of `y`,
    /// without forming these.
    height: Dd,
    /// Density there.
    density: f64,
    /// About how wide the cell is there.
    width: f64,
}

/// For each of the cells the height at which its ball reaches far enough into it for about the
/// wanted mass: a disc, if the site is inside; else the segment beyond a chord as long as the cell
/// (its nearest piece, in a source of patches) is wide, or as the circle has it, whichever is
/// shorter. `shift` is the height of the rest.
pub fn enlarged(
    hull: &Hull,
    problem: &Problem,
    ground: Option<&Ground>,
    shift: Dd,
    missed: &[usize],
    wanted: &[f64],
) -> Vec<(usize, Dd)> {
    if missed.is_empty() {
        return Vec::new();
    }
    let region = Region::new(problem.frame());
    let (duals, factor) = (Duals::new(hull, &region), problem.source_factor());
    let site = |i: usize| hull.point(i).site();
    let touches: Vec<Option<Touch>> = match ground {
        None => {
            let (mut cell, source) = (Cell::default(), Source::new(even_law(problem), factor));
            let density = |at: &Point| source.local().mean(at, at);
            let mut touch = |&i: &usize| {
                cell.compute(hull, &duals, &region, i as u32);
                touch(&cell.vertices, site(i), density)
            };
            missed.iter().map(&mut touch).collect()
        }
        Some(ground) => {
            let all = Restriction::new(hull, &duals, &ground.patches, ground.order());
            let mut part = Part::default();
            let mut nearest = |&i: &usize| {
                let mut best: Option<Touch> = None;
                for &(k, meeting) in all.of(i) {
                    let patch = ground.patches.get(k as usize);
                    part.compute(hull, &duals, &all, i as u32, patch.outline(), meeting);
                    let found = touch(&part.vertices, site(i), |at| ground.density(k, at, factor));
                    let nearer = |t: &Touch| best.as_ref().is_none_or(|b| t.distance < b.distance);
                    best = found.filter(nearer).or(best);
                }
                best
            };
            missed.iter().map(&mut nearest).collect()
        }
    };
    let height = |(&i, touch): (&usize, Option<Touch>)| {
        let Touch { distance, height, density, width } = touch?;
        let area = wanted[i] / density.max(f64::MIN_POSITIVE);
        // Half of what the weight is beyond the square of the distance.
        let more = if distance == 0.0 {
            0.5 * area / std::f64::consts::PI
        } else {
            let round = (0.75 * area / (2.0 * distance).sqrt()).powf(2.0 / 3.0);
            let depth = round.max(area / width);
            depth * (distance + 0.5 * depth)
        };
        let height = height + Dd::from_f64(more) + shift;
        (more > 0.0 && height.is_finite()).then_some((i, height))
    };
    missed.iter().zip(touches).filter_map(height).collect()
}

/// Where a polygon is nearest to `y`.
fn touch(vertices: &[Point], y: [f64; 2], density: impl Fn(&Point) -> f64) -> Option<Touch> {
    let centre = Point::from_f64(y);
    let corners: Vec<[f64; 2]> = vertices.iter().map(|v| v.minus(&centre)).collect();
    let (mut inside, mut least, mut most) = (true, f64::INFINITY, 0.0f64);
    let mut nearest = (0, 0.0);
    for (k, p) in corners.iter().enumerate() {
        let q = corners[if k + 1 == corners.len() { 0 } else { k + 1 }];
        let e = [q[0] - p[0], q[1] - p[1]];
        inside &= p[0] * e[1] - p[1] * e[0] >= 0.0;
        let t = (-(p[0] * e[0] + p[1] * e[1]) / (e[0] * e[0] + e[1] * e[1])).clamp(0.0, 1.0);
        let at = if t.is_finite() { [p[0] + t * e[0], p[1] + t * e[1]] } else { *p };
        let distance = at[0].hypot(at[1]);
        if distance < least {
            least = distance;
            nearest = (k, if t.is_finite() { t } else { 0.0 });
        }
        most = most.max((p[0] - corners[0][0]).hypot(p[1] - corners[0][1]));
    }
    let p = vertices.get(nearest.0)?;
    let q = vertices.get(nearest.0 + 1).unwrap_or(&vertices[0]);
    let (distance, at) = if inside {
        (0.0, centre)
    } else {
        // On the polygon, not by way of a site that may be very far from it.
        (least, Point { x: p.x + (q.x - p.x).times(nearest.1), y: p.y + (q.y - p.y).times(nearest.1) })
    };
    let square = at.x * at.x + at.y * at.y;
    let height = square.scale(0.5) - (at.x.times(y[0]) + at.y.times(y[1]));
    Some(Touch { distance, height, density: density(&at), width: most })
}
