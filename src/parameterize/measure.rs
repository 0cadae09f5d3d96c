//! Sums over a layout: over the surface's own triangles, not over those that fill its holes.

use super::chart::Chart;
use crate::domain::vector::twice_area;

/// The surface's triangles.
fn faces(chart: &Chart) -> std::ops::Range<usize> {
    0..chart.triangles.len() - chart.filling
}

/// What the shares of the surface's triangles sum to.
fn whole(chart: &Chart) -> f64 {
    if chart.filling == 0 { 1.0 } else { faces(chart).map(|f| chart.share[f]).sum() }
}

/// Area of all triangles in the plane.
pub(super) fn area(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    faces(chart).map(|f| twice_area(chart.corners(uv, f)).abs() / 2.0).sum()
}

/// Sum of the errors of all shares of the area, between 0 and 2.
pub(super) fn area_error(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let (all, whole) = (area(chart, uv), whole(chart));
    faces(chart).map(|f| (twice_area(chart.corners(uv, f)) / 2.0 / all - chart.share[f] / whole).abs()).sum()
}

/// Root of the weighted mean square of the logarithm of the area ratio.
pub(super) fn log_spread(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let (all, whole) = (area(chart, uv), whole(chart));
    let log = |f: usize| {
        let ratio = twice_area(chart.corners(uv, f)).abs() / 2.0 / all / (chart.share[f] / whole);
        ratio.max(1e-300).ln()
    };
    faces(chart).map(|f| chart.share[f] * log(f).powi(2)).sum::<f64>().sqrt()
}
