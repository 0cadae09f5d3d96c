//! How far a right claim may be from the truth.
//!
//! A claim is right if it is the truth up to the rounding of one sum: masses and costs are sums
//! over fans of triangles without cancellation, each good to `2^-40` of itself
//! (`diagram/plane/integrate.rs`), so they are; a centroid is a mean of points of its cell, so it
//! is off by such a share of the cell's size, and by the rounding of its coordinates. Nothing here
//! depends on the target: a cell a thousand times too large has a mass as good as any other's. And
//! nothing depends on where the source lies or how thin it is: the truth is exact, so a false claim
//! about a needle is told from a right one as well as anywhere.
//!
//! Doubles may do worse than that: a cell may be thinner than the rounding of its vertices, a
//! density may vanish in it, on a surface walls may be nearly parallel. What is written is then
//! what doubles make of it, and no false claim. So a claim is let pass, too, if it is what the same
//! heights give in doubles *here*, to the last bits: writers compute the same bits from the same
//! labels. No wider band is let pass around either number; and how far the claims are from the
//! truth is told.

use super::reach::Reach;
use crate::diagram::Cells;
use rayon::prelude::*;

/// How it is told that numbers are not proved.
pub(super) const AGAIN: &str = "computed again in floating point, not proved";
/// Relative error of a fan's area.
pub(super) const FAN: f64 = 1.0 / (1u64 << 40) as f64;
/// The same of moments, which divide one such sum by another.
const MOMENT: f64 = 4.0 * FAN;
/// Below this numbers lose digits for want of exponents.
const TINY: f64 = 16.0 * 5e-324;
/// Relative error of a number that is rounded to a double a few times.
pub(super) const ROUNDED: f64 = 2.0 * f64::EPSILON;

/// What claims may be off the truth, cell by cell.
pub(super) struct Slack<const D: usize> {
    /// Of masses.
    pub mass: Vec<f64>,
    /// Of centroids, in each coordinate.
    pub centroid: Vec<[f64; D]>,
    /// What doubles make masses miss.
    missed: Vec<f64>,
}

impl<const D: usize> Slack<D> {
    /// For claims about a diagram with these exact masses.
    pub fn of(still: &dyn Cells<D>, masses: &[f64]) -> Slack<D> {
        let centroid = |i: usize| {
            let reach: Reach<D> = Reach::of(still, i);
            let along = |k: usize| MOMENT * reach.side(k) + ROUNDED * reach.far(k);
            if masses[i] > 0.0 { std::array::from_fn(along) } else { [0.0; D] }
        };
        Slack {
            mass: masses.iter().map(|m| FAN * m + TINY).collect(),
            centroid: (0..still.len()).into_par_iter().map(centroid).collect(),
            missed: masses.iter().zip(still.masses()).map(|(m, found)| (m - found).abs()).collect(),
        }
    }

    /// What a relative mass error may be off, at the worst.
    pub fn relative(&self, targets: &[f64]) -> f64 {
        let off = self.mass.iter().zip(&self.missed).map(|(s, missed)| s + missed);
        off.zip(targets).map(|(s, nu)| s / nu).fold(0.0, f64::max)
    }
}

/// What a cost may be off the truth: it is a sum of such integrals, none of them negative. Where it
/// is summed up in doubles the sum over `cells` rounds, too.
pub(super) fn cost(truth: f64, cells: usize) -> [f64; 2] {
    let sum = f64::EPSILON * (8.0 + (cells as f64).sqrt());
    [(MOMENT + sum) * truth + TINY, sum * truth + TINY]
}

/// What a facet integral may be off: it is a length over the distance of two sites, times a
/// density. A facet of no length may have what the vertices at its ends are off.
pub(super) fn wall<const D: usize>(still: &dyn Cells<D>, sites: &[[f64; D]]) -> impl Fn(u32, u32, f64) -> f64 {
    let (blur, density) = still.blur();
    // A wall may run through many patches; each vertex there counts.
    let blurred = 64.0 * blur * density;
    move |i, j, h| {
        if h > 0.0 || blurred == 0.0 {
            return FAN * h + TINY;
        }
        let (a, b) = (&sites[i as usize], &sites[j as usize]);
        let apart = (0..D).map(|k| (a[k] - b[k]).abs()).fold(0.0, f64::max);
        blurred / apart + TINY
    }
}
