//! From an embedding towards wanted places, as far as no triangle flips.

use super::chart::Chart;
use super::rim::Rim;
use crate::exact::predicates::orient2d_sign;

/// Halvings of a vertex's way before it stays where it is.
const HALVINGS: u32 = 12;

/// Moves every vertex towards its target; those on the boundary along it. A vertex of a triangle that would not be counter-clockwise
/// goes half as far, again and again; at the latest when nobody moves all is well. Returns the mean share of the way.
///
/// Along the whole way of an optimal map, `(1 - s) x + s T(x)`, no two points ever meet (McCann 1997); for vertices with straight edges between
/// them this holds in the limit of fine meshes only, hence the test.
pub(super) fn towards(chart: &Chart, uv: &mut Vec<[f64; 2]>, rim: &mut Rim, target: &[[f64; 2]]) -> f64 {
    let n = uv.len();
    let mut halved = vec![0u32; n];
    let share = |h: u32| if h > HALVINGS { 0.0 } else { 0.5f64.powi(h as i32) };
    let goal: Vec<f64> = chart.outline.iter().enumerate().map(|(k, &v)| rim.nearest(rim.at[k], target[v as usize])).collect();
    loop {
        let mut next = uv.clone();
        let mut at = rim.at.clone();
        for v in 0..n {
            let s = share(halved[v]);
            if s == 0.0 {
                continue;
            }
            match chart.place[v] {
                super::chart::NONE => {
                    next[v] = [0, 1].map(|c| uv[v][c] + s * (target[v][c] - uv[v][c]));
                }
                k if !rim.fixed[k as usize] => {
                    let k = k as usize;
                    at[k] = rim.slid(rim.at[k], s * (goal[k] - rim.at[k]));
                    next[v] = rim.point(at[k]);
                }
                _ => {}
            }
        }
        let mut stuck = vec![false; n];
        for (f, t) in chart.triangles.iter().enumerate() {
            let [a, b, c] = chart.corners(&next, f);
            if orient2d_sign(a, b, c) <= 0 {
                t.iter().for_each(|&v| stuck[v as usize] = true);
            }
        }
        if stuck.iter().all(|s| !s) {
            *uv = next;
            rim.at = at;
            return halved.iter().map(|&h| share(h)).sum::<f64>() / n as f64;
        }
        for v in (0..n).filter(|&v| stuck[v]) {
            halved[v] += 1;
        }
    }
}
