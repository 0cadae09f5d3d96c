//! How far a claim that is computed in doubles may be off.
//!
//! Masses are sums over fans of triangles without cancellation, each good to `2^-40` of itself (`diagram/integrate.rs`), so a
//! mass is. To that the vertices add what they may be off, `e`, along the boundary of the cell: `e girth rho`; and a density
//! that is not constant what its own rounding does, `16 u` of its largest term on the cell's area, which is below
//! `girth^2 / 12`. Nothing here depends on the target: a cell a thousand times too large has a mass as good as any other's.
//!
//! What these bounds do not cover (on a surface barycentric coordinates of nearly parallel walls) is measured: the integrals of
//! the same heights in doubles stand beside the exact ones, and a claim may be off by twice their difference. Where the exact
//! ones are not at hand the two are the same, and so are the bits of what is written.
//!
//! A centroid is a mean of points of the cell, with weights that are off as masses are: by a share of the cell's size. The
//! cost sums `m |c - y|^2` and spreads, so it is off by what masses and centroids do to that.

use super::reach::Reach;
use crate::diagram::Cells;
use rayon::prelude::*;

/// Relative error of a fan's area.
pub(super) const FAN: f64 = 1.0 / (1u64 << 40) as f64;
/// The same of moments, which divide one such sum by another.
const MOMENT: f64 = 4.0 * FAN;
/// Sixteen units in the last place, over the share of the area in the squared girth.
const DENSITY: f64 = 16.0 * f64::EPSILON / 12.0;
/// Below this numbers lose digits for want of exponents.
const TINY: f64 = 16.0 * 5e-324;
/// Relative error of a number that is rounded to a double a few times.
pub(super) const ROUNDED: f64 = 2.0 * f64::EPSILON;

/// What claims may be off, cell by cell.
pub(super) struct Slack {
    /// Of masses.
    pub mass: Vec<f64>,
    /// Of centroids, in each coordinate.
    pub centroid: Vec<f64>,
    /// Of the cost.
    pub cost: f64,
}

impl Slack {
    /// For claims about a diagram with these exact masses and centroids.
    pub fn of<const D: usize>(
        still: &dyn Cells<D>,
        masses: &[f64],
        centroids: &[Option<[f64; D]>],
        sites: &[[f64; D]],
    ) -> Slack {
        let (blur, density) = still.blur();
        let cell = |i: usize| {
            let (exact, found) = (masses[i], still.masses()[i]);
            let measured = 2.0 * (exact - found).abs();
            let (Some(centre), Some(near)) = (centroids[i], still.centroids()[i]) else {
                return (measured + TINY, 0.0, 0.0);
            };
            let reach: Reach<D> = Reach::of(still, i);
            let mass = FAN * exact + density * (blur * reach.girth + DENSITY * reach.square) + measured + TINY;
            let apart = (0..D).map(|k| (centre[k] - near[k]).abs()).fold(0.0, f64::max);
            let share = MOMENT + 2.0 * (mass / exact).min(1.0);
            let centroid = reach.size() * share + blur + ROUNDED * reach.far() + 2.0 * apart;
            let away = (0..D).map(|k| (centre[k] - sites[i][k]).abs()).fold(0.0, f64::max);
            let d = D as f64;
            let (far, off) = (away + reach.size(), centroid);
            let cost = d * (2.0 * mass * far * far + exact * off * (2.0 * away + off));
            (mass, centroid, cost)
        };
        let all: Vec<(f64, f64, f64)> = (0..still.len()).into_par_iter().map(cell).collect();
        Slack {
            mass: all.iter().map(|c| c.0).collect(),
            centroid: all.iter().map(|c| c.1).collect(),
            cost: all.iter().map(|c| c.2).sum(),
        }
    }

    /// What a relative mass error may be off, at the worst.
    pub fn relative(&self, targets: &[f64]) -> f64 {
        self.mass.iter().zip(targets).map(|(s, nu)| s / nu).fold(0.0, f64::max)
    }
}

/// What a facet integral may be off: it is a length over the distance of two sites, times a density.
pub(super) fn wall<const D: usize>(still: &dyn Cells<D>, sites: &[[f64; D]]) -> impl Fn(u32, u32, f64) -> f64 {
    let (blur, density) = still.blur();
    // A wall may run through many patches; each vertex there counts.
    let blurred = 64.0 * blur * density;
    move |i, j, h| {
        let (a, b) = (&sites[i as usize], &sites[j as usize]);
        let apart = (0..D).map(|k| (a[k] - b[k]).abs()).fold(0.0, f64::max);
        FAN * h + if blurred > 0.0 { blurred / apart } else { 0.0 } + TINY
    }
}

/// How it is told that numbers are not proved.
pub(super) const AGAIN: &str = "computed again in floating point, not proved";
