//! Heights for many sites from those of a few, smoothed: how the solution for a sample of sites
//! starts the problem of all.
//!
//! The cells of the sample have equal masses because its heights are not smooth: from one site to
//! the next the potential `phi = -h` bends as the irregular places of the sites ask for. New sites
//! have places of their own, and a function that passes through all known values
//! ([`super::prolong`]) hands them bends that are not theirs: masses off by factors of a thousand,
//! one cell in a few empty. What they can use is the trend. So around every site `y` a quadratic
//! function is fitted to the values and the gradients (centroids `c_k`) of the known sites `k`
//! nearby, by least squares with the weights `(1 - |y_k - y|^2 / R^2)^2`:
//!
//! ```text
//! q(y_k) = phi_k,   s grad q(y_k) = s c_k   (s: spacing of the known sites, R: a multiple of it)
//! ```
//!
//! and `phi(y) = q(y)`. Sites of other clusters are beyond `R` and do not count.

use crate::exact::Dd;
use crate::hull::{Hull, Spot};
use rayon::prelude::*;

/// `R` in spacings.
const REACH: f64 = 2.0;

/// Known sites that a fit needs; with fewer in reach it is made wider.
const ENOUGH: usize = 6;

/// Most times that the reach is doubled.
const WIDER: usize = 3;

/// Weight of the gradients beside the values.
const GRADIENTS: f64 = 0.5;

/// Heights at `sites`, which should come along a curve. `None` if the known ones are collinear.
/// Cost: a walk and a small fit each.
pub fn fitted(hull: &mut Hull, centroids: &[[f64; 2]], sites: &[[f64; 2]]) -> Option<Vec<Dd>> {
    let spots = sites.iter().map(|&y| hull.locate(y)).collect::<Option<Vec<Spot>>>()?;
    let known = Known::new(hull, centroids);
    Some(spots.par_iter().zip(sites).map_init(Vec::new, |near, (spot, &y)| known.height(spot, y, near)).collect())
}

/// The known sites, with their neighbours.
struct Known<'a> {
    hull: &'a Hull,
    centroids: &'a [[f64; 2]],
    start: Vec<usize>,
    neighbours: Vec<u32>,
    /// Mean distance to the nearer half of the neighbours.
    spacing: Vec<f64>,
}

impl<'a> Known<'a> {
    fn new(hull: &'a Hull, centroids: &'a [[f64; 2]]) -> Known<'a> {
        let mut known = Known { hull, centroids, start: vec![0], neighbours: Vec::new(), spacing: Vec::new() };
        let (mut ring, mut lengths) = (Vec::new(), Vec::new());
        for k in 0..hull.len() {
            hull.ring(k, &mut ring);
            let before = known.neighbours.len();
            known.neighbours.extend(ring.iter().filter_map(|w| w.to));
            let own = hull.point(k).site();
            lengths.clear();
            lengths.extend(known.neighbours[before..].iter().map(|&j| distance_squared(own, known.site(j)).sqrt()));
            lengths.sort_unstable_by(f64::total_cmp);
            let half = lengths.len().div_ceil(2);
            known.spacing.push(lengths[..half].iter().sum::<f64>() / half.max(1) as f64);
            known.start.push(known.neighbours.len());
        }
        known
    }

    fn site(&self, k: u32) -> [f64; 2] {
        self.hull.point(k as usize).site()
    }

    fn around(&self, k: u32) -> &[u32] {
        &self.neighbours[self.start[k as usize]..self.start[k as usize + 1]]
    }

    /// The fitted height at `y`; `near` is scratch.
    fn height(&self, spot: &Spot, y: [f64; 2], near: &mut Vec<u32>) -> Dd {
        let corners: &[u32] = match spot {
            Spot::In(corners) => corners,
            Spot::Beyond(edge) => edge,
        };
        let nearest =
            |a: &&u32, b: &&u32| distance_squared(y, self.site(**a)).total_cmp(&distance_squared(y, self.site(**b)));
        let Some(&base) = corners.iter().min_by(nearest) else { return Dd::ZERO };
        near.clear();
        near.extend_from_slice(corners);
        for _ in 0..2 {
            for at in 0..near.len() {
                near.extend_from_slice(self.around(near[at]));
            }
            near.sort_unstable();
            near.dedup();
        }
        let origin = self.hull.point(base as usize);
        let (slope, o) = (self.centroids[base as usize], origin.site());
        let along =
            |to: [f64; 2]| Dd::difference(to[0], o[0]).times(slope[0]) + Dd::difference(to[1], o[1]).times(slope[1]);
        let spacing = self.spacing[base as usize].max(distance_squared(y, o).sqrt() / REACH);
        let mut reach = REACH * spacing;
        let mut bend = None;
        for _ in 0..=WIDER {
            let inside = near.iter().filter(|&&k| distance_squared(y, self.site(k)) < reach * reach).count();
            if inside >= ENOUGH {
                let mut fit = Fit::default();
                for &k in near.iter() {
                    let (p, c) = (self.hull.point(k as usize), self.centroids[k as usize]);
                    let share = 1.0 - distance_squared(y, p.site()) / (reach * reach);
                    if share > 0.0 && !self.hull.is_hidden_position(k as usize) {
                        let u = [0, 1].map(|a| (p.site()[a] - y[a]) / spacing);
                        // Beyond the tangent at the base.
                        let value = (origin.h - p.h - along(p.site())).to_f64();
                        let gradient = [0, 1].map(|a| spacing * (c[a] - slope[a]));
                        fit.add(u, value, gradient, share * share);
                    }
                }
                bend = fit.value();
            }
            if bend.is_some() {
                break;
            }
            reach *= 2.0;
        }
        // phi(y) = phi_base + <slope, y - o> + bend.
        origin.h - along(y) - Dd::from_f64(bend.unwrap_or(0.0))
    }
}

/// Normal equations of `a + <g, u> + (B_11 u_1^2 + 2 B_12 u_1 u_2 + B_22 u_2^2) / 2`.
#[derive(Default)]
struct Fit {
    matrix: [[f64; 6]; 6],
    right: [f64; 6],
}

impl Fit {
    fn add(&mut self, u: [f64; 2], value: f64, gradient: [f64; 2], weight: f64) {
        self.row([1.0, u[0], u[1], 0.5 * u[0] * u[0], u[0] * u[1], 0.5 * u[1] * u[1]], value, weight);
        self.row([0.0, 1.0, 0.0, u[0], u[1], 0.0], gradient[0], GRADIENTS * weight);
        self.row([0.0, 0.0, 1.0, 0.0, u[0], u[1]], gradient[1], GRADIENTS * weight);
    }

    fn row(&mut self, row: [f64; 6], value: f64, weight: f64) {
        for i in 0..6 {
            let w = weight * row[i];
            self.right[i] += w * value;
            for (j, r) in row.iter().enumerate().take(i + 1) {
                self.matrix[i][j] += w * r;
            }
        }
    }

    /// The first coefficient. `None` if the known sites do not determine it.
    fn value(mut self) -> Option<f64> {
        // Cholesky's factors, the first unknown last: it is then what the last row says.
        let order = [5, 4, 3, 2, 1, 0];
        let at = |m: &[[f64; 6]; 6], i: usize, j: usize| {
            let (i, j) = (order[i], order[j]);
            m[i.max(j)][i.min(j)]
        };
        let mut l = [[0.0; 6]; 6];
        let mut z = [0.0; 6];
        for i in 0..6 {
            for j in 0..=i {
                let sum: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
                let rest = at(&self.matrix, i, j) - sum;
                if i > j {
                    l[i][j] = rest / l[j][j];
                } else if rest > 1e-9 * at(&self.matrix, i, i) {
                    l[i][i] = rest.sqrt();
                } else {
                    return None;
                }
            }
            let sum: f64 = (0..i).map(|k| l[i][k] * z[k]).sum();
            z[i] = (self.right[order[i]] - sum) / l[i][i];
        }
        self.right[0] = z[5] / l[5][5];
        Some(self.right[0]).filter(|v| v.is_finite())
    }
}

fn distance_squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Heights;

    /// Scattered over the unit square (Roberts's R2 sequence).
    fn scattered(n: u32, first: u32) -> Vec<[f64; 2]> {
        (first..first + n).map(|k| [0.754_877_666_2, 0.569_840_291_0].map(|a| (a * f64::from(k)).fract())).collect()
    }

    fn phi(y: [f64; 2]) -> f64 {
        0.3 - y[0] + 2.0 * y[1] + y[0] * y[0] - 0.5 * y[0] * y[1] + 0.75 * y[1] * y[1]
    }

    /// A quadratic function is its own fit, inside and beyond the outline.
    #[test]
    fn a_quadratic_function_is_reproduced() {
        let known = scattered(200, 7);
        let order: Vec<u32> = (0..200).collect();
        let heights = Heights::new(known.iter().map(|&y| Dd::from_f64(-phi(y))));
        let mut hull = Hull::along(&known, order, heights.as_slice());
        let centroids: Vec<[f64; 2]> =
            known.iter().map(|y| [-1.0 + 2.0 * y[0] - 0.5 * y[1], 2.0 - 0.5 * y[0] + 1.5 * y[1]]).collect();
        let mut sites = scattered(500, 99);
        sites.extend([[-0.2, 0.5], [1.3, 1.2], [0.5, -0.1]]);
        let found = fitted(&mut hull, &centroids, &sites).unwrap();
        for (y, h) in sites.iter().zip(found) {
            assert!((h.to_f64() + phi(*y)).abs() < 1e-12, "{y:?}: {} {}", h.to_f64(), -phi(*y));
        }
    }

    /// Values that scatter about a quadratic function by a tenth of what it bends over a spacing:
    /// the fit scatters less.
    #[test]
    fn noise_is_smoothed() {
        let known = scattered(900, 3);
        let order: Vec<u32> = (0..900).collect();
        let noise = |k: usize| 1e-4 * ((k * k % 17) as f64 / 8.0 - 1.0);
        let heights = Heights::new(known.iter().enumerate().map(|(k, &y)| Dd::from_f64(noise(k) - phi(y))));
        let mut hull = Hull::along(&known, order, heights.as_slice());
        let centroids: Vec<[f64; 2]> =
            known.iter().map(|y| [-1.0 + 2.0 * y[0] - 0.5 * y[1], 2.0 - 0.5 * y[0] + 1.5 * y[1]]).collect();
        let inner: Vec<[f64; 2]> = scattered(400, 5).iter().map(|y| [0.1 + 0.8 * y[0], 0.1 + 0.8 * y[1]]).collect();
        let found = fitted(&mut hull, &centroids, &inner).unwrap();
        let squares: f64 = inner.iter().zip(found).map(|(y, h)| (h.to_f64() + phi(*y)).powi(2)).sum();
        let before: f64 = (0..900).map(|k| noise(k).powi(2)).sum();
        assert!((squares / 400.0).sqrt() < 0.6 * (before / 900.0).sqrt(), "{squares:e} {before:e}");
    }

    /// Too few known sites to fit: the tangent at the nearest one.
    #[test]
    fn three_known_sites() {
        let known = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        let heights = Heights::new([0.0, -0.5, -0.5].map(Dd::from_f64));
        let mut hull = Hull::along(&known, vec![0, 1, 2], heights.as_slice());
        let found = fitted(&mut hull, &[[0.2, 0.2], [0.8, 0.2], [0.2, 0.8]], &[[0.1, 0.2]]).unwrap();
        assert!((found[0].to_f64() + 0.06).abs() < 1e-15, "{:?}", found[0]);
    }
}
