//! A proof that a solution is right, independent of the solver: exact masses and a rigorous bracket
//! for `W2^2`.
//!
//! Everything is computed from the heights as given (exact doubles) by exact rational arithmetic;
//! no number of the solver is trusted. With `m_i` the exact masses of the source normalized by the
//! exact factor `lambda = sum nu / mu(X)`, `F_i = int_cell_i x`, and `r_i = m_i - nu_i` (so
//! `sum r = 0` exactly):
//!
//! ```text
//! weak duality, any heights:
//! lower = int |x|^2 + sum |y_i|^2 nu_i - 2 sum (<y_i, F_i> + h_i m_i - h_i nu_i)
//!
//! sending surplus f_ij from cell i to site j:
//! upper = lower + sum_ij f_ij s_ij,   s_ij = 2 (<F_i, y_i - y_j> / m_i + h_i - h_j) >= 0
//! ```
//!
//! (the second line since the cost of the plan exceeds the dual value by exactly its slackness).
//! Long sums use fixed-point enclosures.

use super::super::claim::Sure;
use super::plan::{Transfer, charged, transfers};
use super::proved::Certificate;
use crate::diagram::{Diagram, ExactMoments};
use crate::exact::big::{self, Enclosure, Integer, Rational};
use crate::exact::{Dd, Fraction, Heights};
use crate::hull::Hull;
use crate::problem::Problem;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Cells of one task.
const CHUNK: usize = 256;

/// What is kept of a cell once its exact integrals have been summed.
struct Cell {
    /// The mass in the normalized source, rounded.
    mass: f64,
    /// The centroid to [`CENTRE`] of itself; `None` for a cell without mass.
    centre: Option<[Dd; 2]>,
    /// Sign of `m - nu`.
    sign: Ordering,
    /// `floor(|m - nu| 2^bits)`.
    amount: Integer,
    /// Bounds of `|m - nu| / nu`.
    relative: [f64; 2],
}

/// Bits to which centroids are kept ([`Fraction::near_dd`]).
const CENTRE: u32 = 104;

/// Sums over cells.
struct Sums {
    /// `sum m`.
    mass: Enclosure,
    /// `sum |y|^2 nu - 2 (<y, F> + h r)`.
    dual: Enclosure,
    /// `sum w r`, by which the cost of the map exceeds the dual value: with
    /// `S_i = int_cell_i |x - y_i|^2` the one is `sum S_i` and the other `sum S_i - sum w_i r_i`.
    misplaced: Enclosure,
    /// All `m`, if there are few.
    exact: Option<Vec<Rational>>,
}

impl Sums {
    fn new(bits: u32, exact: bool) -> Sums {
        let [mass, dual, misplaced] = [0; 3].map(|_| Enclosure::new(bits));
        Sums { mass, dual, misplaced, exact: exact.then(Vec::new) }
    }

    fn merge(&mut self, other: Sums) {
        self.mass.merge(&other.mass);
        self.dual.merge(&other.dual);
        self.misplaced.merge(&other.misplaced);
        if let (Some(all), Some(part)) = (&mut self.exact, other.exact) {
            all.extend(part);
        }
    }

    fn total_is(&self, total: &Rational) -> bool {
        let (lo, hi) = self.mass.bounds();
        self.exact.as_ref().map_or(lo <= *total && *total <= hi, |masses| pairwise_sum(masses) == *total)
    }
}

/// Adds to a certificate what exact integration proves.
pub fn prove_in_plane(problem: &Problem, heights: &Heights, diagram: &Diagram, certificate: &mut Certificate<2>) {
    let n = problem.len();
    let source = source_moments(problem);
    let total = problem.masses().iter().map(|&m| big::rational(m)).sum::<Rational>();
    let lambda = Rational::from(&total / &source.mass);
    let bits = resolution(problem, &total);
    let few = n <= Certificate::<2>::EXACT_SUM;
    let chunks: Vec<(Vec<Cell>, Sums)> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut sums = Sums::new(bits, few);
            let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
            let cells = range.map(|i| weigh(problem, heights.get(i), i, diagram, &lambda, &mut sums)).collect();
            (cells, sums)
        })
        .collect();
    let mut sums = Sums::new(bits, few);
    let mut cells = Vec::with_capacity(n);
    for (part, partial) in chunks {
        sums.merge(partial);
        cells.extend(part);
    }
    certificate.exact_cells = n;
    certificate.masses = cells.iter().map(|c| c.mass).collect();
    certificate.centroids = cells.iter().map(|c| c.centre.map(|c| c.map(|x| x.hi))).collect();
    certificate.total_is_domain = sums.total_is(&total);
    certificate.summed_exactly = few;
    // Rounding outwards keeps the order, so the bounds of the largest error are the largest bounds.
    certificate.max_relative_error = [0.0; 2];
    for (i, cell) in cells.iter().enumerate() {
        let [lo, hi] = &mut certificate.max_relative_error;
        if cell.relative[0] > *lo {
            certificate.worst_site = i;
        }
        (*lo, *hi) = (lo.max(cell.relative[0]), hi.max(cell.relative[1]));
    }
    sums.dual.add(&(source.second * &lambda));
    let gap = plan_gap(problem, heights, &cells, bits);
    let (low, high) = sums.dual.bounds();
    let (less, more) = sums.misplaced.bounds();
    let cost = [Rational::from(&low + &less), Rational::from(&high + &more)];
    certificate.map_cost = [big::enclose(&cost[0]).0.max(0.0), big::enclose(&cost[1]).1];
    certificate.w2_squared[0] = big::enclose(&low).0.max(0.0);
    certificate.w2_squared[1] = big::enclose(&(high + gap)).1;
}

/// Integrates cell `i`, adds it to the sums, and keeps of it what the plan needs.
fn weigh(problem: &Problem, height: Dd, i: usize, diagram: &Diagram, lambda: &Rational, sums: &mut Sums) -> Cell {
    let integrals = diagram.exact_integrals(i);
    let mass = integrals.mass.times(lambda);
    let nu = big::rational(problem.masses()[i]);
    let y = problem.sites()[i].map(big::rational);
    let h = big::rational_dd(height);
    let residual = mass.minus(&nu);
    let square = Rational::from(&y[0] * &y[0]) + Rational::from(&y[1] * &y[1]);
    add(&mut sums.mass, &mass);
    sums.dual.add(&Rational::from(&square * &nu));
    for (y, f) in y.iter().zip(&integrals.first) {
        add(&mut sums.dual, &f.times(&(Rational::from(y * lambda) * -2)));
    }
    if residual.cmp0().is_ne() {
        add(&mut sums.dual, &residual.times(&Rational::from(&h * -2)));
        add(&mut sums.misplaced, &residual.times(&(square + h * 2u32)));
    }
    if let Some(masses) = &mut sums.exact {
        masses.push(mass.reduced());
    }
    let size = residual.abs();
    let (lo, hi) = size.over(&nu.into()).enclose();
    Cell {
        mass: mass.nearest_f64(),
        centre: mass.cmp0().is_gt().then(|| [0, 1].map(|k| integrals.first[k].over(&integrals.mass).near_dd())),
        sign: residual.cmp0(),
        amount: size.floor_shifted(sums.mass.bits()).0,
        relative: [lo, hi],
    }
}

/// Exact masses of some sites, rounded, each with an upper bound of its relative error.
pub fn sure_in_plane(problem: &Problem, heights: &Heights, some: &[u32]) -> Vec<Sure> {
    let Ok(diagram) = Diagram::new(problem, heights) else { return Vec::new() };
    let total = problem.masses().iter().map(|&m| big::rational(m)).sum::<Rational>();
    let lambda = total / source_moments(problem).mass;
    let one = |&i: &u32| {
        let mass = diagram.exact_integrals(i as usize).mass.times(&lambda);
        let nu = big::rational(problem.masses()[i as usize]);
        let error = mass.minus(&nu).abs().over(&nu.into()).enclose().1;
        (mass.nearest_f64(), error)
    };
    some.par_iter().map(one).collect()
}

fn add(sum: &mut Enclosure, term: &Fraction) {
    sum.add_ratio(term.numer(), term.denom());
}

/// Exact mass and moments of the source as given.
fn source_moments(problem: &Problem) -> ExactMoments {
    let exact = |corners: &[[f64; 2]]| corners.iter().map(|v| v.map(big::rational)).collect::<Vec<_>>();
    if let Some(law) = problem.exact_law() {
        return ExactMoments::of(&exact(problem.frame().vertices()), &law);
    }
    let Some(patches) = problem.patches() else { return ExactMoments::default() };
    let sum = |chunk: usize| {
        let mut all = ExactMoments::default();
        for k in chunk * 64..((chunk + 1) * 64).min(patches.len()) {
            let patch = patches.get(k);
            all.add(ExactMoments::of(&patch.exact_corners(), &patch.exact_law()));
        }
        all
    };
    let chunks: Vec<ExactMoments> = (0..patches.len().div_ceil(64)).into_par_iter().map(sum).collect();
    chunks.into_iter().fold(ExactMoments::default(), |mut all, part| {
        all.add(part);
        all
    })
}

/// The sum by halves, so that long denominators meet few terms.
fn pairwise_sum(terms: &[Rational]) -> Rational {
    match terms {
        [] => Rational::new(),
        [one] => one.clone(),
        _ => {
            let (a, b) = terms.split_at(terms.len() / 2);
            pairwise_sum(a) + pairwise_sum(b)
        }
    }
}

/// Fixed-point bits: 320 below the scale of `W2^2`, total mass times squared size.
fn resolution(problem: &Problem, total: &Rational) -> u32 {
    let (lo, hi) = problem.frame().bounds();
    let size = lo.iter().chain(&hi).fold(0.0f64, |m, v| m.max(v.abs()));
    let log = |v: f64| {
        if v > 0.0 { v.log2().floor() as i64 } else { -1074 }
    };
    let extent = log(problem.frame().extent()).min(log(size));
    let scale = log(big::nearest_f64(total)) + 2 * extent.min(0);
    (320 - scale.min(0)).clamp(320, 8192) as u32
}

/// An upper bound for the slackness of one plan: surplus and deficit are matched along a Hilbert
/// curve through the sites, so mass travels to near sites. A cell with a surplus has mass, so the
/// slack is a number.
///
/// Masses are moved in units of `2^-bits`; what is lost by rounding, below `n 2^-bits`, is charged
/// the largest cost there is.
///
/// Centroids are those of [`Cell::centre`]: what they may be off is added to the slack.
fn plan_gap(problem: &Problem, heights: &Heights, cells: &[Cell], bits: u32) -> Rational {
    let order = Hull::curve(problem.sites());
    let transfers = transfers(&order, |i| (cells[i as usize].sign, &cells[i as usize].amount));
    let slack = |&(i, j, ref amount): &Transfer| {
        let (i, j) = (i as usize, j as usize);
        let (yi, yj) = (problem.sites()[i].map(big::rational), problem.sites()[j].map(big::rational));
        let mut s = big::rational_dd(heights.get(i)) - big::rational_dd(heights.get(j));
        for (k, centre) in cells[i].centre.unwrap_or_default().iter().enumerate() {
            let d = Rational::from(&yi[k] - &yj[k]);
            let c = big::rational_dd(*centre);
            let off = (Rational::from(c.abs_ref()) >> (CENTRE - 1)) + (Rational::from(1) >> 1074u32);
            s += Rational::from(d.abs_ref()) * off + d * c;
        }
        s *= 2u32;
        s * (Rational::from(amount) >> bits)
    };
    let charged = charged(&transfers, bits, slack);
    // Rounding left at most one unit a site unmoved; no unit of mass costs more than the largest
    // squared distance plus slack.
    let reach = |p: &[f64; 2]| p[0].abs().max(p[1].abs());
    let domain = problem.frame().vertices().iter().map(reach).fold(0.0, f64::max);
    let sites = problem.sites().iter().map(reach).fold(0.0, f64::max);
    let distance = big::rational(domain) + big::rational(sites);
    let spread = big::rational(heights.as_slice().iter().map(|h| h.hi.abs()).fold(0.0, f64::max) * 2.0);
    let dearest = Rational::from(&distance * &distance) * 8u32 + spread * 4u32;
    let lost = Rational::from((cells.len() as u64 + 1, 1u64)) >> bits;
    charged + lost * dearest
}

#[cfg(test)]
mod tests;
