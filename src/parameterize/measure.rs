//! Sums over a layout.

use super::chart::Chart;
use crate::domain::vector::twice_area;

/// Area of all triangles in the plane.
pub(super) fn area(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    (0..chart.triangles.len()).map(|f| twice_area(chart.corners(uv, f)).abs() / 2.0).sum()
}

/// Sum of the errors of all shares of the area, between 0 and 2.
pub(super) fn area_error(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let all = area(chart, uv);
    (0..chart.triangles.len()).map(|f| (twice_area(chart.corners(uv, f)) / 2.0 / all - chart.share[f]).abs()).sum()
}

/// Root of the weighted mean square of the logarithm of the area ratio.
pub(super) fn log_spread(chart: &Chart, uv: &[[f64; 2]]) -> f64 {
    let all = area(chart, uv);
    let log = |f: usize| (twice_area(chart.corners(uv, f)).abs() / 2.0 / all / chart.share[f]).max(1e-300).ln();
    (0..chart.triangles.len()).map(|f| chart.share[f] * log(f).powi(2)).sum::<f64>().sqrt()
}
