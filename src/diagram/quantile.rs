//! The convex function of one coordinate from which starts are made.

use crate::exact::Dd;
use rayon::prelude::*;

/// `Phi` at each of some numbers, with `Phi' = F` their mass-weighted distribution function, mapped
/// onto `[-1, 1]`: strictly increasing and piecewise linear between them, so `Phi` is strictly
/// convex. Cost: a sort.
pub(super) fn quantile_potential(along: impl Iterator<Item = Dd>, n: usize, masses: &[f64]) -> Vec<Dd> {
    // Keys beside the indices: a sort that looks up its keys waits for memory.
    let mut order: Vec<(Dd, u32)> = along.zip(0..).collect();
    order.par_sort_unstable_by(|(p, a), (q, b)| {
        p.hi.total_cmp(&q.hi).then_with(|| p.lo.total_cmp(&q.lo)).then_with(|| a.cmp(b))
    });
    let mass = |i: u32| Dd::from_f64(masses.get(i as usize).copied().unwrap_or(0.0));
    let total = order.iter().fold(Dd::ZERO, |s, e| s + mass(e.1));
    // Values of F at the coordinates: the middle of each group's share of [-1, 1]. Phi by the
    // trapezoid rule, exact for a piecewise linear F.
    let mut values = vec![Dd::ZERO; n];
    let (mut phi, mut below) = (Dd::ZERO, Dd::ZERO);
    let mut last: Option<(Dd, Dd)> = None;
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let t = group[0].0;
        let share = group.iter().fold(Dd::ZERO, |s, e| s + mass(e.1));
        let f = (below.scale(2.0) + share).over(total) - Dd::from_f64(1.0);
        below = below + share;
        if let Some((t0, f0)) = last {
            phi = phi + ((f + f0) * (t - t0)).scale(0.5);
        }
        last = Some((t, f));
        group.iter().for_each(|e| values[e.1 as usize] = phi);
    }
    values
}
