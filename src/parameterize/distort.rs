//! How far a parameterization is from keeping areas and angles.

use super::chart::Chart;
use super::scale::unit_sides;
use crate::domain::vector::{side, twice_area};

/// Triangles listed as the worst.
const WORST: usize = 20;
/// Bins of a histogram.
pub const BINS: usize = 40;

/// A histogram over even bins from `low` to `high`; what lies outside counts in the first or last
/// one. Counts are shares of the area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Lower end of the first bin.
    pub low: f64,
    /// Upper end of the last bin.
    pub high: f64,
    /// Share of the surface's area in each bin.
    pub share: Vec<f64>,
}

/// One of the worst triangles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// The triangle, as numbered in the parameterization.
    pub face: u32,
    /// Its area in the plane over the wanted one.
    pub area_ratio: f64,
    /// Ratio of the singular values of its map.
    pub stretch: f64,
}

/// Errors of one triangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FaceError {
    /// Its wanted share of all areas.
    pub share: f64,
    /// Its share of the area in the plane over the wanted one.
    pub area_ratio: f64,
    /// Ratio of the singular values of its map, infinite if it is flat.
    pub stretch: f64,
    /// Largest error of its angles, in degrees.
    pub angle: f64,
}

/// Errors of areas and angles of all triangles. "Weighted" means by wanted area; quantiles are at
/// 50, 95 and 99 per cent.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Distortion {
    /// `sum_t |a_t / sum a - A_t / sum A|`, between 0 and 2.
    pub area_error: f64,
    /// The same for the stars of vertices, a third of each triangle at each corner.
    pub star_error: f64,
    /// Least and greatest ratio of area in the plane to wanted area, both as shares.
    pub area_ratio: [f64; 2],
    /// Weighted quantiles of the ratio of singular values (quasi-conformal distortion).
    pub stretch: [f64; 3],
    /// Weighted mean of it.
    pub stretch_mean: f64,
    /// Weighted quantiles of the largest error of a triangle's angles, in degrees.
    pub angle: [f64; 3],
    /// Histogram of `log2` of the area ratio, from -1 to 1.
    pub area_histogram: Histogram,
    /// Histogram of the largest angle error of each triangle, 0 to 90 degrees.
    pub angle_histogram: Histogram,
    /// Triangles with the largest share of the area error, worst first.
    pub worst: Vec<Worst>,
    /// Errors of each triangle.
    pub faces: Vec<FaceError>,
}

/// Looks at all triangles; `wanted` are their wanted areas, up to a factor. Cost: O(n log n).
pub(super) fn distortion(
    points: &[[f64; 3]],
    triangles: &[[u32; 3]],
    uv: &[[f64; 2]],
    corners: &[[u32; 3]],
    wanted: &[f64],
) -> Distortion {
    let flat: Vec<[[f64; 2]; 3]> = corners.iter().map(|t| t.map(|v| uv[v as usize])).collect();
    let area: Vec<f64> = flat.iter().map(|&p| twice_area(p).abs() / 2.0).collect();
    errors(points, triangles, &flat, &area, wanted)
}

/// The same for triangles that were flattened each for itself, with their areas.
pub(super) fn errors(
    points: &[[f64; 3]],
    triangles: &[[u32; 3]],
    flat: &[[[f64; 2]; 3]],
    area: &[f64],
    wanted: &[f64],
) -> Distortion {
    let n = triangles.len();
    let space = |f: usize| triangles[f].map(|v| points[v as usize]);
    let (all, all_wanted): (f64, f64) = (area.iter().sum(), wanted.iter().sum());
    let share: Vec<f64> = wanted.iter().map(|w| w / all_wanted).collect();
    let ratio: Vec<f64> = (0..n).map(|f| area[f] / all / share[f]).collect();
    let error = |f: usize| (area[f] / all - share[f]).abs();
    let mut star = vec![[0.0f64; 2]; points.len()];
    for (f, t) in triangles.iter().enumerate() {
        for &v in t {
            star[v as usize][0] += area[f] / all / 3.0;
            star[v as usize][1] += share[f] / 3.0;
        }
    }
    let stretch: Vec<f64> = (0..n).map(|f| stretch(space(f), flat[f])).collect();
    let angle: Vec<f64> = (0..n).map(|f| angle_error(space(f), flat[f])).collect();
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_by(|&i, &j| error(j as usize).total_cmp(&error(i as usize)).then(i.cmp(&j)));
    let worst = |&f: &u32| Worst { face: f, area_ratio: ratio[f as usize], stretch: stretch[f as usize] };
    Distortion {
        area_error: (0..n).map(error).sum(),
        star_error: star.iter().map(|s| (s[0] - s[1]).abs()).sum(),
        area_ratio: [ratio.iter().copied().fold(f64::INFINITY, f64::min), ratio.iter().copied().fold(0.0, f64::max)],
        stretch: quantiles(&stretch, &share),
        stretch_mean: stretch.iter().zip(&share).map(|(k, s)| k * s).sum(),
        angle: quantiles(&angle, &share),
        area_histogram: histogram(ratio.iter().map(|r| r.log2()), &share, -1.0, 1.0),
        angle_histogram: histogram(angle.iter().copied(), &share, 0.0, 90.0),
        worst: order.iter().take(WORST).map(worst).collect(),
        faces: (0..n)
            .map(|f| FaceError { share: share[f], area_ratio: ratio[f], stretch: stretch[f], angle: angle[f] })
            .collect(),
    }
}

/// The ratio of singular values that 95 per cent of a chart's area keep to.
pub(super) fn stretch_of(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    stretches_of(chart, uv)[1]
}

/// The same for 50, 95 and 99 per cent.
pub(super) fn stretches_of(chart: &Chart, uv: &[[f64; 2]]) -> [f64; 3] {
    let one = |f: usize| stretch(chart.corners_in_space(f), chart.corners(uv, f));
    let all: Vec<f64> = (0..chart.triangles.len()).map(one).collect();
    quantiles(&all, &chart.share)
}

fn quantiles(values: &[f64], weight: &[f64]) -> [f64; 3] {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    [0.5, 0.95, 0.99].map(|q| {
        let mut sum = 0.0;
        let at = order.iter().find(|&&i| {
            sum += weight[i];
            sum >= q
        });
        at.or(order.last()).map_or(0.0, |&i| values[i])
    })
}

fn histogram(values: impl Iterator<Item = f64>, weight: &[f64], low: f64, high: f64) -> Histogram {
    let mut share = vec![0.0; BINS];
    for (v, w) in values.zip(weight) {
        let bin = ((v - low) / (high - low) * BINS as f64).clamp(0.0, BINS as f64 - 1.0);
        share[bin as usize] += w;
    }
    Histogram { low, high, share }
}

/// Ratio of the singular values of the map of a triangle.
pub(super) fn stretch(p: [[f64; 3]; 3], q: [[f64; 2]; 3]) -> f64 {
    let (d, e) = unit_sides(p);
    let l = d.norm();
    let along = d.dot(&e) / l;
    let height = d.cross(&e).norm() / l;
    let first = side(q[0], q[1]) / l;
    let second = (side(q[0], q[2]) - first * along) / height;
    // One after the other: the norm of a matrix adds columns, and would round otherwise.
    let square = first.norm_squared() + second.x * second.x + second.y * second.y;
    let det = first.perp(&second).abs();
    // K + 1/K = |J|^2 / det
    let t = (square / (2.0 * det)).max(1.0);
    // Scales cancel in the quotient, but singular values 1e154 times apart do not.
    if t.is_finite() { t + (t * t - 1.0).sqrt() } else { f64::INFINITY }
}

fn angle_error(p: [[f64; 3]; 3], q: [[f64; 2]; 3]) -> f64 {
    let flat = |k: usize| {
        let (a, b, c) = (q[k], q[(k + 1) % 3], q[(k + 2) % 3]);
        let (d, e) = (side(a, b), side(a, c));
        d.perp(&e).abs().atan2(d.dot(&e))
    };
    let space = |k: usize| {
        let (d, e) = unit_sides([p[k], p[(k + 1) % 3], p[(k + 2) % 3]]);
        d.cross(&e).norm().atan2(d.dot(&e))
    };
    (0..3).map(|k| (flat(k) - space(k)).abs().to_degrees()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two right triangles of a unit square, stretched by 2 along one axis, one of them made half
    /// as large.
    #[test]
    fn known_distortion() {
        let p = [[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
        let t = [[0, 1, 2], [0, 2, 3]];
        let stretched: Vec<[f64; 2]> = p.iter().map(|v| [2.0 * v[0], v[1]]).collect();
        let d = distortion(&p, &t, &stretched, &t, &[1.0, 1.0]);
        assert!(d.area_error < 1e-15 && d.star_error < 1e-15);
        assert!(d.stretch.iter().all(|k| (k - 2.0).abs() < 1e-12));
        let angle = 2.0f64.atan().to_degrees() - 45.0;
        assert!((d.angle[2] - angle.abs()).abs() < 1e-9, "{:?}", d.angle);
        let d = distortion(&p, &t, &stretched, &t, &[3.0, 1.0]);
        assert_eq!(d.faces[0].share, 0.75);
        assert!((d.faces[1].area_ratio - 2.0).abs() < 1e-15 && (d.faces[1].stretch - 2.0).abs() < 1e-12);
        assert!((d.area_error - 0.5).abs() < 1e-15);
        assert!((d.area_ratio[0] - 2.0 / 3.0).abs() < 1e-15 && (d.area_ratio[1] - 2.0).abs() < 1e-15);
        assert!((d.area_histogram.share.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    }
}
