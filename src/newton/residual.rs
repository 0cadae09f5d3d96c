//! How far masses are from their targets, in the senses that steps are measured by.

use crate::exact::Dd;
use rayon::prelude::*;

/// Residual of a state in the two senses used.
pub(super) struct Residual {
    pub relative: f64,
    pub weighted: f64,
    pub min_mass: f64,
    pub min_ratio: f64,
    pub remaining: u64,
}

/// Masses that were not measured (an empty list) are as far off as can be.
pub(super) fn residual(mass: &[f64], target: &[f64], tolerance: f64) -> Residual {
    if mass.len() != target.len() {
        let (relative, remaining) = (f64::INFINITY, target.len() as u64);
        return Residual { relative, weighted: relative, min_mass: 0.0, min_ratio: 0.0, remaining };
    }
    let part = |(mass, target): (&[f64], &[f64])| {
        let mut r =
            Residual { relative: 0.0, weighted: 0.0, min_mass: f64::INFINITY, min_ratio: f64::INFINITY, remaining: 0 };
        for (&m, &nu) in mass.iter().zip(target) {
            let d = m - nu;
            let relative = d.abs() / nu;
            r.relative = r.relative.max(relative);
            r.remaining += u64::from(relative > tolerance);
            r.min_mass = r.min_mass.min(m);
            r.min_ratio = r.min_ratio.min(m / nu);
            r.weighted += (relative - 0.5 * tolerance).max(0.0).powi(2) * nu;
        }
        r
    };
    let joined = |a: Residual, b: Residual| Residual {
        relative: a.relative.max(b.relative),
        weighted: a.weighted + b.weighted,
        min_mass: a.min_mass.min(b.min_mass),
        min_ratio: a.min_ratio.min(b.min_ratio),
        remaining: a.remaining + b.remaining,
    };
    let r = by_parts(mass, target, part).into_iter().reduce(joined).unwrap_or_else(|| part((&[], &[])));
    Residual { weighted: r.weighted.sqrt(), ..r }
}

/// Cells that are summed up in one go, by one thread.
const PART: usize = 8192;

/// What `f` makes of each part of two lists of equal length, in order: parts do not depend on the
/// number of threads, so neither do sums of them.
fn by_parts<T: Send>(a: &[f64], b: &[f64], f: impl Fn((&[f64], &[f64])) -> T + Sync + Send) -> Vec<T> {
    a.par_chunks(PART).zip(b.par_chunks(PART)).map(f).collect()
}

/// How wide a cell is by its mass: `m^p`, with one over the dimension of the cells for `p`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Width {
    /// The exponent `p`.
    pub exponent: f64,
}

impl Width {
    /// The width.
    pub fn of(self, mass: f64) -> f64 {
        if self.exponent == 0.5 { mass.sqrt() } else { mass.powf(self.exponent) }
    }

    /// `(w(nu) - w(m)) / w'(m) = (m^(1-p) nu^p - m) / p`: what Newton's method for the width wants
    /// of the mass.
    fn newton(self, m: f64, nu: f64) -> f64 {
        let p = self.exponent;
        if p == 0.5 { 2.0 * ((m * nu).sqrt() - m) } else { (m.powf(1.0 - p) * nu.powf(p) - m) / p }
    }
}

/// `(sum (w(m_i) - w(nu_i))^2)^(1/2)`: a cell counts by the error of its width. In the plane, where
/// that is the root of the mass, this is the Hellinger distance.
pub(super) fn distance_of_widths(mass: &[f64], target: &[f64], width: Width) -> f64 {
    let part = |(mass, target): (&[f64], &[f64])| -> f64 {
        mass.iter().zip(target).map(|(m, nu)| (width.of(*m) - width.of(*nu)).powi(2)).sum()
    };
    by_parts(mass, target, part).into_iter().sum::<f64>().sqrt()
}

/// Right-hand side of Newton's method for the widths instead of the masses.
///
/// A cell that shrinks among fixed neighbours has width proportional to its height above its
/// vanishing point, and mass proportional to a power of it (in the plane the square): Newton on the
/// mass halves the width in each step, and overshoots as soon as it must grow from little; on the
/// width it arrives in one.
pub(super) fn by_width(mass: &[f64], target: &[f64], width: Width) -> Vec<f64> {
    balanced(mass.par_iter().zip(target).map(|(&m, &nu)| width.newton(m, nu)).collect(), target)
}

/// Makes the sum zero by taking the excess from every cell in proportion to its target: relative
/// errors of tiny cells, which a uniform correction would drown, stay what they are. Twice, to be
/// rid of the rounding of the first time.
pub(super) fn balanced(mut right: Vec<f64>, target: &[f64]) -> Vec<f64> {
    let plus = |s: Dd, r: &f64| s + Dd::from_f64(*r);
    let sum = |v: &[f64]| {
        let parts: Vec<Dd> = v.par_chunks(PART).map(|part| part.iter().fold(Dd::ZERO, plus)).collect();
        parts.into_iter().fold(Dd::ZERO, |s, part| s + part)
    };
    let total = sum(target);
    for _ in 0..2 {
        let excess = sum(&right).over(total).to_f64();
        right.par_iter_mut().zip(target).for_each(|(r, nu)| *r -= excess * nu);
    }
    right
}

pub(super) fn smallest(target: &[f64]) -> f64 {
    target.iter().copied().fold(f64::INFINITY, f64::min)
}
