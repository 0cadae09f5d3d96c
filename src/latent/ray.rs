//! The dual simplex that a walk from a point ends at, in any dimension.
//!
//! From a point of cell `i` the walk goes away from the cell's centroid to the first wall, then
//! within this wall to the next one, and so on: after `r` turns `r + 1` codes are as high as each
//! other and higher than all others, a face of the dual (weighted Delaunay) complex. After `d`
//! turns it is a simplex with `d + 1` corners. In a direction in which no other code ever catches
//! up the walk ends at the face that it has. Each turn is one comparison of all codes.

use super::stars::values;
use super::units::Units;

/// Directions shorter than this share of what they were are rounding: the walk ends.
const SHORT: f64 = 1e-9;

/// The corners of the face, the code of the cell first. `at` has the values of all codes at `u`.
pub(super) fn simplex(units: &Units, at: &[f64], u: &[f64], middle: &[f64], i: u32) -> Vec<u32> {
    let (d, n) = (units.dimension, units.len());
    let code = |j: u32| &units.codes[j as usize * d..(j as usize + 1) * d];
    let mut corners = vec![i];
    // Orthonormal differences of the corners.
    let mut span: Vec<Vec<f64>> = Vec::new();
    let mut height = at.to_vec();
    let mut slope = vec![0.0; n];
    let zeros = vec![0.0; n];
    let away: Vec<f64> = u.iter().zip(middle).map(|(a, b)| a - b).collect();
    let long = norm(&away);
    if !(long > 0.0) {
        return corners;
    }
    while corners.len() <= d {
        let mut way = away.clone();
        for _ in 0..2 {
            span.iter().for_each(|e| remove(&mut way, e));
        }
        if norm(&way) <= SHORT * long {
            break;
        }
        values(&units.columns, &zeros, &way, &mut slope);
        let (top, rise) = (height[i as usize], slope[i as usize]);
        let steep = norm(&way) * 1e-12;
        let mut next: Option<(f64, u32)> = None;
        for j in 0..n as u32 {
            let gain = slope[j as usize] - rise;
            if gain <= steep || corners.contains(&j) {
                continue;
            }
            let t = ((top - height[j as usize]) / gain).max(0.0);
            if next.is_none_or(|best| t < best.0) {
                next = Some((t, j));
            }
        }
        let Some((t, j)) = next else { break };
        height.iter_mut().zip(&slope).for_each(|(h, s)| *h += t * s);
        let mut apart: Vec<f64> = code(j).iter().zip(code(i)).map(|(a, b)| a - b).collect();
        let before = norm(&apart);
        for _ in 0..2 {
            span.iter().for_each(|e| remove(&mut apart, e));
        }
        let after = norm(&apart);
        corners.push(j);
        if after <= SHORT * before {
            break;
        }
        apart.iter_mut().for_each(|v| *v /= after);
        span.push(apart);
    }
    corners
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Takes the part along a unit vector away.
fn remove(v: &mut [f64], e: &[f64]) {
    let along: f64 = v.iter().zip(e).map(|(a, b)| a * b).sum();
    v.iter_mut().zip(e).for_each(|(v, e)| *v -= along * e);
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::super::source::Source;
    use super::*;

    /// Voronoi cells of few points in the plane: the corners are a triangle whose circumscribed
    /// circle contains no other point.
    #[test]
    fn corners_are_a_delaunay_triangle() {
        let rows = vec![0.1, 0.1, 0.9, 0.15, 0.5, 0.55, 0.2, 0.8, 0.85, 0.9, 0.4, 0.2];
        let codes = Codes::new(2, rows.clone(), None).unwrap();
        let units = Units::new(&codes, &Source::Cube(2), 1).unwrap();
        let heights: Vec<f64> = rows.chunks(2).map(|y| -0.5 * (y[0] * y[0] + y[1] * y[1])).collect();
        let g = units.heights_in(&heights);
        let mut triangles = 0;
        for k in 0..100 {
            let u = [(f64::from(k) * 0.618).fract(), (f64::from(k) * 0.414).fract()];
            let mut at = vec![0.0; 6];
            values(&units.columns, &g, &u, &mut at);
            let i = (0..6).fold(0, |m, j| if at[j] > at[m] { j } else { m });
            let corners = simplex(&units, &at, &u, codes.row(i), i as u32);
            // One where the walk leaves between all others.
            assert!((1..=3).contains(&corners.len()));
            if let [a, b, c] = corners[..] {
                triangles += 1;
                let p = |j: u32| [rows[2 * j as usize], rows[2 * j as usize + 1]];
                let ccw = crate::exact::predicates::orient2d_sign(p(a), p(b), p(c));
                assert_ne!(ccw, 0);
                for j in (0..6).filter(|j| !corners.contains(j)) {
                    let inside = robust::incircle(
                        robust::Coord { x: p(a)[0], y: p(a)[1] },
                        robust::Coord { x: p(b)[0], y: p(b)[1] },
                        robust::Coord { x: p(c)[0], y: p(c)[1] },
                        robust::Coord { x: p(j)[0], y: p(j)[1] },
                    );
                    assert!(inside * f64::from(ccw) <= 1e-12, "{corners:?} {j}");
                }
            }
        }
        assert!(triangles > 30, "{triangles}");
    }
}
