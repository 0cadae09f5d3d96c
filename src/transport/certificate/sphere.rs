//! A proof that a solution on a sphere is right: masses and a rigorous bracket for `W2^2`.
//!
//! Areas and first moments of cells are enclosed to some fifty digits from their walls in whole
//! numbers (`diagram/sphere/enclose.rs`). Each cell is at least the true one, being cut by some of
//! the sites, so if the areas sum to `4 pi` within the enclosures no site is missing anywhere, but
//! for a part of the sphere that is smaller than these. With `A` the area and `F` the first moment
//! of a cell on the unit sphere, constant density, and masses that sum to `t`, (with a density over
//! its mean of `1 + <v, u>` these are `A + <v, F>` and `F + S v`, `S` the second moments)
//!
//! ```text
//! m_i = t A / 4 pi,    C_i = int |x - y_i|^2 = m_i (r^2 + |y_i - c|^2) - 2 r <y_i - c, F> t / 4 pi,
//! lower = sum C_i - sum w_i r_i,    r_i = m_i - nu_i,    upper = lower + sum f_ij s_ij,
//! ```
//!
//! where the surplus `f_ij` of cell `i` is sent to site `j` at the slack `s_ij` of its centroid.

use super::super::claim::Sure;
use super::plan::{Transfer, charged, transfers};
use super::proved::{Certificate, Flaw};
use crate::diagram::SphereDiagram;
use crate::diagram::sphere::PAIRS;
use crate::exact::angle::{self, ERROR};
use crate::exact::big::{self, Enclosure, Integer, Rational};
use crate::exact::{Dd, Heights};
use crate::problem::SphereProblem;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Cells of one task.
const CHUNK: usize = 16;

/// What is known of a cell.
struct Cell {
    /// Mass and first moment of it on the unit sphere, and what each may be off.
    mass: Rational,
    first: [Rational; 3],
    off: Rational,
    area: Integer,
    area_off: Integer,
}

/// Masses for the area of the unit sphere that they sum to.
struct Scale {
    /// `4 pi` in units of `2^-PLACES`, off by less than `ERROR` of them.
    whole: Integer,
    total: Rational,
    /// The density over its mean is `1 + <tilt, u>`.
    tilt: Option<[Rational; 3]>,
}

impl Scale {
    fn of(problem: &SphereProblem) -> Scale {
        let total = problem.masses().iter().map(|&m| big::rational(m)).sum();
        let tilt = problem.density().law().filter(|law| law.0 != [0.0; 3]).map(|law| {
            let by = big::rational(problem.sphere().radius()) / problem.sphere().middle(&law);
            law.0.map(|g| big::rational(g) * &by)
        });
        Scale { whole: angle::pi() << 2, total, tilt }
    }

    /// A cell; `None` if it cannot be enclosed.
    fn cell(&self, diagram: &SphereDiagram, i: usize) -> Option<Cell> {
        let found = diagram.enclosed(i, self.tilt.is_some())?;
        let share = |x: &Integer| Rational::from((x.clone(), self.whole.clone())) * &self.total;
        // A quotient below 1 of numbers that are off by so many units, with room.
        let loose = Integer::from(&found.off + 2 * ERROR) * 2;
        let (mut mass, mut first) = (share(&found.area), found.first.each_ref().map(share));
        let mut off = share(&loose);
        if let Some(tilt) = &self.tilt {
            mass += tilt.iter().zip(&first).map(|(t, f)| Rational::from(t * f)).sum::<Rational>();
            for (second, (k, l)) in found.second.iter().map(share).zip(PAIRS) {
                first[k] += Rational::from(&tilt[l] * &second);
                if k != l {
                    first[l] += Rational::from(&tilt[k] * &second);
                }
            }
            off *= tilt.iter().map(|t| Rational::from(t.abs_ref())).sum::<Rational>() + 1u32;
        }
        Some(Cell { mass, first, off, area: found.area, area_off: found.off })
    }
}

/// `|y|^2 + 2 h`.
fn weight(y: &[f64; 3], h: Dd) -> Rational {
    let squares = y.iter().map(|&x| big::rational(x).square());
    big::rational_dd(h) * 2u32 + squares.sum::<Rational>()
}

/// What is kept of a cell.
struct Kept {
    mass: f64,
    centre: Option<[Dd; 3]>,
    sign: Ordering,
    /// `floor(|m - nu| 2^bits)`.
    amount: Integer,
    /// Bounds of `|m - nu| / nu`.
    relative: [f64; 2],
    /// `C`, `C - w r`, and what both may be off.
    cost: Rational,
    dual: Rational,
    off: Rational,
    area: Integer,
    area_off: Integer,
    loose: Rational,
}

fn kept(problem: &SphereProblem, heights: &Heights, i: usize, cell: Cell, bits: u32) -> Kept {
    let (y, nu) = (&problem.sites()[i], big::rational(problem.masses()[i]));
    let (c, r) = (problem.sphere().center().map(big::rational), big::rational(problem.sphere().radius()));
    let from = [0, 1, 2].map(|k| big::rational(y[k]) - &c[k]);
    let square: Rational = from.iter().map(|d| d.clone().square()).sum::<Rational>() + r.clone().square();
    let along: Rational = (0..3).map(|k| Rational::from(&from[k] * &cell.first[k])).sum();
    let cost = Rational::from(&cell.mass * &square) - along * &r * 2u32;
    let size: Rational = from.iter().map(|d| Rational::from(d.abs_ref())).sum();
    let residual = Rational::from(&cell.mass - &nu);
    let w = weight(y, heights.get(i));
    let off: Rational = &cell.off * (square + size * &r * 2u32 + Rational::from(w.abs_ref()));
    let gap = Rational::from(residual.abs_ref());
    let least = Rational::from(&gap - &cell.off);
    let least = if least.cmp0().is_gt() { least } else { Rational::new() };
    let relative = [
        big::enclose(&Rational::from(&least / &nu)).0.max(0.0),
        big::enclose(&(Rational::from(&gap + &cell.off) / &nu)).1,
    ];
    let centre = |k: usize| big::nearest_dd(&(c[k].clone() + Rational::from(&cell.first[k] / &cell.mass) * &r)).0;
    Kept {
        mass: big::nearest_f64(&cell.mass),
        centre: (cell.mass > cell.off).then(|| [0, 1, 2].map(centre)),
        sign: residual.cmp0(),
        amount: Rational::from(&gap << bits).floor().into_numer_denom().0,
        relative,
        dual: &cost - w * &residual,
        cost,
        off,
        area: cell.area,
        area_off: cell.area_off,
        loose: cell.off,
    }
}

/// Adds to a certificate what enclosed integrals prove.
pub fn prove_on_sphere(
    problem: &SphereProblem,
    heights: &Heights,
    diagram: &SphereDiagram,
    certificate: &mut Certificate<3>,
) {
    let n = problem.len();
    let scale = Scale::of(problem);
    let log = |v: f64| if v > 0.0 { v.log2().floor() as i64 } else { -1074 };
    let radius = log(problem.sphere().radius());
    let bits = (320 - (log(big::nearest_f64(&scale.total)) + 2 * radius.min(0)).min(0)).clamp(320, 8192) as u32;
    let chunk = |chunk: usize| {
        let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
        range.map(|i| scale.cell(diagram, i).map(|cell| kept(problem, heights, i, cell, bits))).collect::<Vec<_>>()
    };
    let chunks: Vec<_> = (0..n.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
    let found: Vec<Option<Kept>> = chunks.into_iter().flatten().collect();
    if let Some(site) = found.iter().position(Option::is_none) {
        certificate.flaw = Some(Flaw::Small { site: site as u32 });
        return;
    }
    let cells: Vec<Kept> = found.into_iter().flatten().collect();
    certificate.exact_cells = n;
    certificate.masses = cells.iter().map(|c| c.mass).collect();
    certificate.centroids = cells.iter().map(|c| c.centre.map(|c| c.map(|x| x.hi))).collect();
    let sum: Integer = cells.iter().map(|c| &c.area).sum();
    let loose: Integer = cells.iter().map(|c| &c.area_off).sum();
    certificate.total_is_domain = Integer::from(&sum - &scale.whole).abs() <= loose + 4 * ERROR;
    certificate.max_relative_error = [0.0; 2];
    for (i, cell) in cells.iter().enumerate() {
        let [lo, hi] = &mut certificate.max_relative_error;
        if cell.relative[0] > *lo {
            certificate.worst_site = i;
        }
        (*lo, *hi) = (lo.max(cell.relative[0]), hi.max(cell.relative[1]));
    }
    let (mut cost, mut dual, mut off) = (Enclosure::new(bits), Enclosure::new(bits), Enclosure::new(bits));
    for cell in &cells {
        cost.add(&cell.cost);
        dual.add(&cell.dual);
        off.add(&cell.off);
    }
    let off = off.bounds().1;
    let gap = plan_gap(problem, heights, diagram, &cells, bits);
    let (low, high) = cost.bounds();
    certificate.map_cost = [big::enclose(&(low - &off)).0.max(0.0), big::enclose(&(high + &off)).1];
    let (low, high) = dual.bounds();
    certificate.w2_squared = [big::enclose(&(low - &off)).0.max(0.0), big::enclose(&(high + off + gap)).1];
}

/// An upper bound for the slackness of one plan.
///
/// Centroids are rounded to `2^-100`; what they may be off is added to the slack, which is affine
/// in them with the gradient `2 (y_i - y_j)`. What is lost by moving masses in units of `2^-bits`,
/// and what masses may be off, is charged the largest cost there is.
fn plan_gap(
    problem: &SphereProblem,
    heights: &Heights,
    diagram: &SphereDiagram,
    cells: &[Kept],
    bits: u32,
) -> Rational {
    let transfers = transfers(diagram.order(), |i| (cells[i as usize].sign, &cells[i as usize].amount));
    let slack = |&(i, j, ref amount): &Transfer| {
        let (i, j) = (i as usize, j as usize);
        let (yi, yj) = (&problem.sites()[i], &problem.sites()[j]);
        let mut s = weight(yi, heights.get(i)) - weight(yj, heights.get(j));
        for (k, centre) in cells[i].centre.unwrap_or([Dd::ZERO; 3]).iter().enumerate() {
            let (own, other, c) = (big::rational(yi[k]), big::rational(yj[k]), big::rational_dd(*centre));
            let off = (Rational::from(c.abs_ref()) >> 90u32) + (Rational::from(1) >> 1060u32);
            let apart = Rational::from(&own - &other);
            // |c - z|^2 - |c - y|^2 = (y - z) (2 c - y - z).
            let sum = Rational::from(&c * 2u32) - &own - &other;
            s += Rational::from(&apart * &sum) + off * apart.abs() * 2u32;
        }
        s * (Rational::from(amount) >> bits)
    };
    let charged = charged(&transfers, bits, slack);
    let (low, high) = problem.sphere().bounds();
    let reach = |p: &[f64]| p.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let distance = big::rational(reach(&low).max(reach(&high))) + big::rational(reach(problem.sites().as_flattened()));
    let spread = big::rational(heights.as_slice().iter().map(|h| h.hi.abs()).fold(0.0, f64::max) * 2.0);
    let dearest = Rational::from(&distance * &distance) * 12u32 + spread * 4u32;
    let loose: Rational = cells.iter().map(|c| &c.loose).sum();
    let lost = (Rational::from((cells.len() as u64 + 1, 1u64)) >> bits) + loose * 2u32;
    charged + lost * dearest
}

/// Masses of some sites, rounded, each with an upper bound of its relative error.
pub fn sure_on_sphere(problem: &SphereProblem, heights: &Heights, some: &[u32]) -> Vec<Sure> {
    let Ok(diagram) = SphereDiagram::of_some(problem, heights, some) else { return Vec::new() };
    let scale = Scale::of(problem);
    let one = |&i: &u32| {
        let Some(cell) = scale.cell(&diagram, i as usize) else { return (0.0, f64::INFINITY) };
        let nu = big::rational(problem.masses()[i as usize]);
        let error = (Rational::from(&cell.mass - &nu).abs() + &cell.off) / nu;
        (big::nearest_f64(&cell.mass), big::enclose(&error).1)
    };
    some.par_iter().map(one).collect()
}
