//! The nearest codes of each code, by comparing all.

use super::codes::Codes;
use super::stars::values;
use rayon::prelude::*;

/// As [`nearest_of`], for all codes. Cost: O(n^2 d), parallel.
pub(super) fn nearest(codes: &Codes, k: usize, wanted: &[bool]) -> Vec<Vec<(u32, f64)>> {
    nearest_of(codes, k, wanted, &(0..codes.len() as u32).collect::<Vec<_>>())
}

/// The `k` nearest of the codes that are `wanted` to each of `these`, with their distances,
/// ascending; of those as near the lower one first.
pub(super) fn nearest_of(codes: &Codes, k: usize, wanted: &[bool], these: &[u32]) -> Vec<Vec<(u32, f64)>> {
    let (d, n) = (codes.dimension(), codes.len());
    // About the first code, so that an offset costs no digits.
    let rows = codes.rows();
    let columns: Vec<f64> = (0..d).flat_map(|a| rows.iter().skip(a).step_by(d).map(move |v| v - rows[a])).collect();
    let square = |i: usize| (0..d).map(|a| columns[a * n + i].powi(2)).sum::<f64>();
    let half: Vec<f64> = (0..n).map(|i| -0.5 * square(i)).collect();
    let of = |i: usize| {
        let x: Vec<f64> = (0..d).map(|a| columns[a * n + i]).collect();
        let mut near = vec![0.0; n];
        values(&columns, &half, &x, &mut near);
        // The largest of <x, y> - |y|^2 / 2 are nearest.
        let mut order: Vec<u32> = (0..n as u32).filter(|j| *j as usize != i && wanted[*j as usize]).collect();
        let by = |a: &u32, b: &u32| near[*b as usize].total_cmp(&near[*a as usize]).then(a.cmp(b));
        if order.len() > k {
            order.select_nth_unstable_by(k, by);
            order.truncate(k);
        }
        let mut found: Vec<(u32, f64)> = order.into_iter().map(|j| (j, distance(codes, i, j as usize))).collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found
    };
    these.par_iter().map(|i| of(*i as usize)).collect()
}

/// Distance of two codes.
pub(super) fn distance(codes: &Codes, i: usize, j: usize) -> f64 {
    codes.row(i).iter().zip(codes.row(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}
