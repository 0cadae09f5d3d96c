//! Small holes of a surface that stay holes in the plane.
//!
//! A scan has pinholes. A cut to each of them would join them to the boundary, and stretch all that
//! lies on the way. So while a chart is laid out such holes are closed by fans of triangles that
//! count little; what is written, measured and proved are the surface's own triangles, around the
//! holes.

use super::chart::Chart;
use crate::domain::vector::{area_in_space, side};
use std::f64::consts::PI;

/// A hole is small if a circle as long as it has less than this share of the surface's area.
const SMALL: f64 = 0.005;
/// Areas of filling triangles are raised to this share of a mean one.
const LEAST: f64 = 1e-3;

/// Which boundary loops of a connected surface stay holes: those of at most `edges` edges, or the
/// small ones. `vertex_of` tells copies of a vertex apart from others: loops along seams, which
/// have copies, are no holes. The longest loop is the boundary, unless it is small.
pub(super) fn kept(
    points: &[[f64; 3]],
    triangles: &[[u32; 3]],
    vertex_of: &[u32],
    loops: &[Vec<u32>],
    edges: Option<usize>,
) -> Vec<bool> {
    let area: f64 = triangles.iter().map(|t| area_in_space(t.map(|v| points[v as usize]))).sum();
    let length = |around: &Vec<u32>| -> f64 {
        let at = |k: usize| points[around[k % around.len()] as usize];
        (0..around.len()).map(|k| side(at(k), at(k + 1)).norm()).sum()
    };
    let lengths: Vec<f64> = loops.iter().map(length).collect();
    let small = |l: f64| l * l < 4.0 * PI * SMALL * area;
    let longest = (0..loops.len()).max_by(|&i, &j| lengths[i].total_cmp(&lengths[j]).then(j.cmp(&i)));
    let whole = |around: &Vec<u32>| {
        let mut own: Vec<u32> = around.iter().map(|&v| vertex_of[v as usize]).collect();
        own.sort_unstable();
        own.windows(2).all(|w| w[0] != w[1])
    };
    let one = |g: usize| {
        let wanted = match edges {
            None => small(lengths[g]),
            Some(most) => loops[g].len() <= most && (Some(g) != longest || small(lengths[g])),
        };
        wanted && whole(&loops[g])
    };
    (0..loops.len()).map(one).collect()
}

/// The chart with its holes closed: for each one a vertex in its middle, after all others, and a
/// fan of triangles, after all others.
pub(super) fn filled(chart: &Chart, holes: &[Vec<u32>]) -> Chart {
    let mut full = chart.clone();
    if holes.is_empty() {
        return full;
    }
    let surface: f64 = (0..chart.triangles.len()).map(|f| area_in_space(chart.corners_in_space(f))).sum();
    let least = LEAST / chart.triangles.len() as f64;
    for around in holes {
        let middle = full.points.len() as u32;
        let n = around.len() as f64;
        let mean = |c: usize| around.iter().map(|&v| chart.points[v as usize][c]).sum::<f64>() / n;
        full.points.push([0, 1, 2].map(mean));
        full.place.push(super::chart::NONE);
        for (k, &v) in around.iter().enumerate() {
            // Against the direction of the surface's triangles.
            let t = [around[(k + 1) % around.len()], v, middle];
            full.triangles.push(t);
            full.filling += 1;
            let area = area_in_space(t.map(|v| full.points[v as usize]));
            full.share.push((area / surface).max(least));
        }
    }
    let total: f64 = full.share.iter().sum();
    full.share.iter_mut().for_each(|s| *s /= total);
    full
}

#[cfg(test)]
mod tests {
    use super::super::chart::{boundary_loops, opposites};
    use super::*;

    /// A square of `n` by `n` squares without some of its vertices inside.
    fn punched(n: u32, without: &[u32]) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        let at = |k: u32| [f64::from(k % (n + 1)), f64::from(k / (n + 1)), 0.0];
        let points = (0..(n + 1) * (n + 1)).map(at).collect();
        let corner = |j: u32, i: u32| j * (n + 1) + i;
        let cell = |k: u32| {
            let (i, j) = (k % n, k / n);
            let [a, b, c, d] = [corner(j, i), corner(j, i + 1), corner(j + 1, i + 1), corner(j + 1, i)];
            [[a, b, c], [a, c, d]]
        };
        let triangles = (0..n * n).flat_map(cell).filter(|t| !t.iter().any(|v| without.contains(v))).collect();
        (points, triangles)
    }

    #[test]
    fn small_loops_are_holes_and_are_filled() {
        let (points, triangles) = punched(40, &[41 * 10 + 10, 41 * 20 + 30]);
        let loops = boundary_loops(&triangles, &opposites(&triangles));
        let own: Vec<u32> = (0..points.len() as u32).collect();
        let with = |edges| kept(&points, &triangles, &own, &loops, edges);
        assert_eq!(loops.iter().map(Vec::len).collect::<Vec<_>>(), [160, 6, 6]);
        assert_eq!(with(None), [false, true, true]);
        assert_eq!(with(Some(5)), [false; 3]);
        assert_eq!(with(Some(6)), [false, true, true]);
        // The longest one is the boundary, however many edges are allowed.
        assert_eq!(with(Some(1000)), [false, true, true]);
        // Copies of a vertex are two sides of a seam.
        let mut seam = own.clone();
        seam[loops[1][2] as usize] = loops[1][0];
        assert_eq!(kept(&points, &triangles, &seam, &loops, None), [false, false, true]);
        let mut chart = Chart { points, triangles, outline: loops[0].clone(), ..Chart::default() };
        chart.share = vec![1.0 / chart.triangles.len() as f64; chart.triangles.len()];
        chart.place = vec![super::super::chart::NONE; chart.points.len()];
        let full = filled(&chart, &loops[1..]);
        assert_eq!((full.filling, full.points.len()), (12, chart.points.len() + 2));
        let closed = boundary_loops(&full.triangles, &opposites(&full.triangles));
        assert_eq!(closed, loops[..1]);
        // Of 3200 triangles 12 went, and as many came: all have the same share.
        assert!(full.share.iter().all(|s| (s * 3200.0 - 1.0).abs() < 1e-12));
        // A small hole in a closed surface is no boundary: a cube's surface with one triangle less.
        let (points, triangles) = punched(2, &[]);
        let disk = boundary_loops(&triangles, &opposites(&triangles));
        let own: Vec<u32> = (0..9).collect();
        assert_eq!(kept(&points, &triangles, &own, &disk, Some(100)), [false]);
    }
}
