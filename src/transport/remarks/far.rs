//! What is to be said of a solve that failed because no double-double holds its heights finely
//! enough: for sites far away, or so near each other, or of so little mass, that the last bits of a
//! height move more of it than the tolerance allows.
//!
//! The wall between a site at distance `d` and one near the source is where `<x, y_i - y_j>` equals
//! `h_j - h_i`. That number is about `d` times the source's extent `e`, and a wall moves by `1/d`
//! of what it changes. Heights have one common gauge, so all of them are held to about
//! `2^-104 d e`: walls between near sites, at distances of the order of `e`, are off by `2^-104 d`
//! then, and their cells by a share of `2^-104 d / e`, times what a cell is smaller than the
//! source. With partial transport weights are absolute, of the size of `d^2`, and the ball about a
//! far site is off by `2^-104 d` in the same way.
//!
//! The cell of a far site is a matter of its direction: moved nearer along the ray from the source,
//! to distance `r`, its walls turn by `e / r` at most and its cell changes by that share, while
//! nothing but its cost depends on the distance.

use crate::exact::Heights;

/// Bits of a height that are left for cells, the others going to what a cell is smaller than the
/// source and to sums.
const BITS: i32 = 90;

/// Sites within this many extents of the source are never called far.
const NEAR: f64 = 1e12;

/// Where a tolerance can be met at any rate: so many extents from the source.
fn reach(tolerance: f64) -> f64 {
    (tolerance * 2f64.powi(BITS)).max(NEAR)
}

/// What to say of heights whose last bits move masses by more than the tolerance, by the walls
/// `(i, j, H_ij)` at them: a mass changes by `2 H_ij` times what the difference of two heights
/// does.
pub fn coarse(heights: &Heights, walls: &[(u32, u32, f64)], masses: &[f64], tolerance: f64) -> Option<String> {
    let mut moved = vec![0.0f64; masses.len()];
    for &(i, j, h) in walls {
        let (i, j) = (i as usize, j as usize);
        let step = 2f64.powi(-105) * heights.get(i).hi.abs().max(heights.get(j).hi.abs());
        moved[i] += 2.0 * h * step;
        moved[j] += 2.0 * h * step;
    }
    let shares = moved.iter().zip(masses).map(|(moved, nu)| moved / nu).enumerate();
    let (site, share) = shares.reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let height = heights.get(site).hi;
    (share > tolerance).then(|| {
        format!(
            "the height of site {site} is {height:.0e}, and the last bit of a double-double of that size moves {share:.0e} of its \
             mass; bring sites nearer to the source, give site {site} more mass, or ask for a larger tolerance"
        )
    })
}

/// What to say of the farthest site, if it is too far for the tolerance while others are near;
/// `alone`: also if there is no other.
pub fn too_far<const D: usize>(
    sites: &[[f64; D]],
    (low, high): ([f64; D], [f64; D]),
    tolerance: f64,
    alone: bool,
) -> Option<String> {
    let extent = (0..D).map(|k| high[k] - low[k]).fold(0.0, f64::max);
    // In the largest coordinate: squares might overflow, and a factor does not matter.
    let away = |y: &[f64; D]| (0..D).map(|k| (low[k] - y[k]).max(y[k] - high[k])).fold(0.0, f64::max);
    let all = || sites.iter().map(away);
    let (site, most) = all().enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let least = if alone { 0.0 } else { all().fold(f64::INFINITY, f64::min) };
    let reach = reach(tolerance);
    (most > reach * least.max(extent)).then(|| {
        format!(
            "site {site} lies {:.0e} times the source's extent away, too far for heights of double-double to hold cells to \
             {tolerance:e}; bring it to within {:.0e} in the same direction, which changes its cell by a share of {:.0e}",
            most / extent,
            reach * extent,
            1.0 / reach
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_site_is_told_if_others_are_near() {
        let square = ([0.0; 2], [2.0; 2]);
        let near = [0.5, 0.5];
        assert_eq!(too_far(&[near, [1e10, 0.0]], square, 1e-10, false), None);
        assert_eq!(too_far(&[[1e50, 0.0], [3e50, 0.0]], square, 1e-10, false), None);
        let text = too_far(&[near, [0.0, -1e50]], square, 1e-10, false).unwrap();
        assert!(text.starts_with("site 1 lies 5e49 times the source's extent away"), "{text}");
        assert!(text.contains("; bring it to within 2e17 in the same direction"), "{text}");
        assert!(too_far(&[[1e50, 0.0]], square, 1e-10, true).is_some());
    }
}
