//! Integrals over cells on the unit sphere that know no arcs: by slices of equal height, which are
//! equal areas. Along a slice every site's value is a cosine, so the crossings of any two are in
//! closed form.

use std::f64::consts::TAU;

/// Mass and first moments of the cells of sites at heights about the origin, as shares of the
/// whole, for a density at points of the sphere that changes along a slice only at `columns`
/// meridians that divide it evenly.
pub fn slices(
    sites: &[[f64; 3]],
    heights: &[f64],
    steps: usize,
    columns: usize,
    density: impl Fn(&[f64; 3]) -> f64,
) -> Vec<(f64, [f64; 3])> {
    let n = sites.len();
    let mut found = vec![(0.0, [0.0; 3]); n];
    let mut all = 0.0;
    for k in 0..steps {
        let z = -1.0 + (2.0 * k as f64 + 1.0) / steps as f64;
        let r = (1.0 - z * z).sqrt();
        let at = |i: usize, a: f64| r * (sites[i][0] * a.cos() + sites[i][1] * a.sin()) + sites[i][2] * z + heights[i];
        let mut cuts: Vec<f64> = (0..=columns).map(|c| TAU * c as f64 / columns as f64).collect();
        for i in 0..n {
            for j in 0..i {
                let (x, y) = (r * (sites[i][0] - sites[j][0]), r * (sites[i][1] - sites[j][1]));
                let c = (sites[i][2] - sites[j][2]) * z + heights[i] - heights[j];
                let size = x.hypot(y);
                if c.abs() < size {
                    let (middle, half) = (y.atan2(x), (-c / size).acos());
                    cuts.extend([(middle - half).rem_euclid(TAU), (middle + half).rem_euclid(TAU)]);
                }
            }
        }
        cuts.sort_by(f64::total_cmp);
        for w in cuts.windows(2).filter(|w| w[1] - w[0] > 1e-14) {
            let (a, b) = (w[0], w[1]);
            let m = 0.5 * (a + b);
            let best = (0..n).fold(0, |best, i| if at(i, m) > at(best, m) { i } else { best });
            let rho = density(&[r * m.cos(), r * m.sin(), z]);
            all += rho * (b - a);
            found[best].0 += rho * (b - a);
            found[best].1[0] += rho * r * (b.sin() - a.sin());
            found[best].1[1] += rho * r * (a.cos() - b.cos());
            found[best].1[2] += rho * z * (b - a);
        }
    }
    found.iter_mut().for_each(|(m, f)| {
        *m /= all;
        f.iter_mut().for_each(|f| *f /= all);
    });
    found
}
