//! A proof that a solution in space or on a torus is right: exact masses and a rigorous bracket for
//! `W2^2`.
//!
//! Cells are taken as lists of labels; their corners, volumes and moments are computed anew from
//! the heights as given, in rationals. Each is at least the true cell, being cut by some of the
//! sites, so if the volumes sum to exactly the domain's no site is missing anywhere, but for sets
//! of measure zero. This holds on a torus as well: there the cells are lifted to space, and their
//! images tile it.
//!
//! With `m_i` the exact masses of the source normalized by the exact factor, `C_i` the integral of
//! `|x - y_i|^2` over cell `i` (on a torus that is the squared distance to the nearest image, since
//! the site's own images bound its cell), `w` the weights and `r_i = m_i - nu_i`,
//!
//! ```text
//! lower = sum C_i - sum w_i r_i,        upper = lower + sum f_ij s_ij,
//! s_ij  = (|c_i - y_j|^2 - w_j) - (|c_i - y_i|^2 - w_i) >= 0,
//! ```
//!
//! where the surplus `f_ij` of cell `i`, whose centroid is `c_i`, is sent to any image of site `j`.
//! Surplus and deficit are matched along the order of the k-d tree, so mass travels to near sites.

use super::super::claim::Sure;
use super::plan::{Transfer, charged, transfers};
use super::proved::Certificate;
use crate::diagram::SpaceDiagram;
use crate::diagram::space::enclosed_of;
use crate::domain::space::{Enclosed, Metric, PAIRS};
use crate::exact::big::{self, Enclosure, Integer, Rational};
use crate::exact::{Dd, Heights};
use crate::problem::SpaceProblem;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Cells of one task.
const CHUNK: usize = 64;

/// What is kept of a cell.
struct Cell<const D: usize> {
    mass: f64,
    centre: Option<[Dd; D]>,
    sign: Ordering,
    /// What `|m - nu|` surely is, in units of `2^-bits`, rounded down.
    amount: Integer,
    /// Bounds of `|m - nu| / nu`.
    relative: [f64; 2],
}

struct Sums {
    volume: Enclosure,
    /// `sum C - sum w r`.
    dual: Enclosure,
    /// `sum C`.
    cost: Enclosure,
    /// By how much amounts may be too small, beside rounding.
    doubt: Enclosure,
    /// All volumes, if there are few.
    exact: Option<Vec<Rational>>,
    /// Every cell is a convex polyhedron.
    sound: bool,
}

impl Sums {
    fn new(bits: u32, exact: bool) -> Sums {
        let [volume, dual, cost, doubt] = [0; 4].map(|_| Enclosure::new(bits));
        Sums { volume, dual, cost, doubt, exact: exact.then(Vec::new), sound: true }
    }

    fn merge(&mut self, other: Sums) {
        self.volume.merge(&other.volume);
        self.dual.merge(&other.dual);
        self.cost.merge(&other.cost);
        self.doubt.merge(&other.doubt);
        self.sound &= other.sound;
        if let (Some(all), Some(part)) = (&mut self.exact, other.exact) {
            all.extend(part);
        }
    }
}

fn sum_of(terms: &[Rational]) -> Rational {
    match terms {
        [] => Rational::new(),
        [one] => one.clone(),
        _ => {
            let (a, b) = terms.split_at(terms.len() / 2);
            sum_of(a) + sum_of(b)
        }
    }
}

/// `|y|^2 + 2 h`, in a metric `y' M y + 2 h`.
fn weight<const D: usize>(y: &[f64; D], h: Dd, metric: Option<&Metric>) -> Rational {
    let mut w = big::rational_dd(h) * 2u32;
    if let Some(metric) = metric {
        return w + metric.square(y);
    }
    for &x in y {
        let x = big::rational(x);
        w += Rational::from(&x * &x);
    }
    w
}

/// Fixed-point bits: 320 below the scale of the cost and of the volume.
fn resolution<const D: usize>(problem: &SpaceProblem<D>, total: &Rational) -> u32 {
    let log = |v: f64| if v > 0.0 { v.log2().floor() as i64 } else { -1074 };
    let extent = log(problem.domain().extent());
    let scale = (log(big::nearest_f64(total)) + 2 * extent.min(0)).min(3 * extent);
    (320 - scale.min(0)).clamp(320, 8192) as u32
}

/// Adds to a certificate what exact integration proves.
pub fn prove_in_space<const D: usize>(
    problem: &SpaceProblem<D>,
    heights: &Heights,
    diagram: &SpaceDiagram<D>,
    certificate: &mut Certificate<D>,
) {
    let n = problem.len();
    let (volume, measure) = problem.exact_volume_and_measure();
    let total: Rational = problem.masses().iter().map(|&m| big::rational(m)).sum();
    let lambda = Rational::from(&total / &measure);
    let bits = resolution(problem, &total);
    let few = n.max(diagram.pieces()) <= Certificate::<D>::EXACT_SUM;
    let chunk = |chunk: usize| {
        let mut sums = Sums::new(bits, few);
        let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
        let cells: Vec<Cell<D>> = range.map(|i| weigh(problem, heights, i, diagram, &lambda, &mut sums)).collect();
        (cells, sums)
    };
    let chunks: Vec<_> = (0..n.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
    let (mut sums, mut cells) = (Sums::new(bits, few), Vec::with_capacity(n));
    for (part, partial) in chunks {
        sums.merge(partial);
        cells.extend(part);
    }
    certificate.exact_cells = n;
    certificate.masses = cells.iter().map(|c| c.mass).collect();
    certificate.centroids = cells.iter().map(|c| c.centre.map(|c| c.map(|x| x.hi))).collect();
    let (low, high) = sums.volume.bounds();
    let fills = sums.exact.as_ref().map_or(low <= volume && volume <= high, |v| sum_of(v) == volume);
    certificate.total_is_domain = fills && sums.sound;
    certificate.summed_exactly = few;
    certificate.max_relative_error = [0.0; 2];
    for (i, cell) in cells.iter().enumerate() {
        let [lo, hi] = &mut certificate.max_relative_error;
        if cell.relative[0] > *lo {
            certificate.worst_site = i;
        }
        (*lo, *hi) = (lo.max(cell.relative[0]), hi.max(cell.relative[1]));
    }
    let gap = plan_gap(problem, heights, diagram, (&cells, &sums.doubt.bounds().1), bits);
    let (low, high) = sums.dual.bounds();
    let cost = sums.cost.bounds();
    certificate.map_cost = [big::enclose(&cost.0).0.max(0.0), big::enclose(&cost.1).1];
    certificate.w2_squared = [big::enclose(&low).0.max(0.0), big::enclose(&(high + gap)).1];
}

fn weigh<const D: usize>(
    problem: &SpaceProblem<D>,
    heights: &Heights,
    i: usize,
    diagram: &SpaceDiagram<D>,
    lambda: &Rational,
    sums: &mut Sums,
) -> Cell<D> {
    let (found, bits) = (whole_of(diagram, i, sums), sums.dual.bits());
    sums.sound &= found.is_some();
    let found = found.unwrap_or_default();
    let (y, metric) = (&problem.sites()[i], problem.domain().metric());
    let (mut volume, mut mass, mut cost) = (Between::default(), Between::default(), Between::default());
    let mut first: [Rational; D] = std::array::from_fn(|_| Rational::new());
    for piece in &found {
        let [off_volume, off_mass, off_first, off_second] = &piece.off;
        volume.add(&piece.value.volume, off_volume);
        mass.add(&piece.value.mass, off_mass);
        // int |x - y|^2 = int (x - a)^2 + 2 <a - y, int x - a> + |a - y|^2 m.
        for (k, &y) in y.iter().enumerate() {
            let a = &piece.about[k];
            let d: Rational = a - big::rational(y);
            let square = Rational::from(&d * &d);
            let value = Rational::from(&d * &piece.value.first[k]) * 2u32 + Rational::from(&square * &piece.value.mass);
            let off = Rational::from(d.abs_ref()) * off_first * 2u32 + square * off_mass + off_second;
            if metric.is_none() {
                cost.add(&(value + &piece.value.second[k]), &off);
            }
            first[k] += Rational::from(a * &piece.value.mass) + &piece.value.first[k];
        }
    }
    if let Some(metric) = metric {
        found.iter().for_each(|piece| in_metric(metric, y, piece, &mut cost));
    }
    let centre = mass.value.cmp0().is_gt().then(|| first.map(|f| big::nearest_dd(&(f / &mass.value)).0));
    mass.scale(lambda);
    cost.scale(lambda);
    let nu = big::rational(problem.masses()[i]);
    let residual = Rational::from(&mass.value - &nu);
    sums.cost.add_between(&cost.low(), &cost.high());
    let w = weight(y, heights.get(i), metric);
    let dual = Between {
        off: Rational::from(w.abs_ref()) * &mass.off + &cost.off,
        value: Rational::from(&cost.value - &(w * &residual)),
    };
    sums.dual.add_between(&dual.low(), &dual.high());
    let size = Between { value: Rational::from(residual.abs_ref()), off: mass.off };
    let (low, high) = (size.low(), size.high());
    // Which of the two it has is not told where both may be: then nothing is moved.
    let surely = low.cmp0().is_gt();
    let cell = Cell {
        mass: big::nearest_f64(&mass.value),
        centre,
        sign: if surely { residual.cmp0() } else { Ordering::Equal },
        amount: if surely { Rational::from(&low << bits).floor().into_numer_denom().0 } else { Integer::new() },
        relative: [big::enclose(&Rational::from(&low / &nu)).0.max(0.0), big::enclose(&Rational::from(&high / &nu)).1],
    };
    if size.off.cmp0().is_ne() {
        sums.doubt.add(&(size.off * 2u32));
    }
    sums.volume.add_between(&volume.low(), &volume.high());
    if let Some(all) = &mut sums.exact {
        all.push(volume.value);
    }
    cell
}

/// Adds `int (x - y)' M (x - y)` over a piece.
fn in_metric<const D: usize>(metric: &Metric, y: &[f64; D], piece: &Enclosed, cost: &mut Between) {
    let [_, off_mass, off_first, off_second] = &piece.off;
    let d = [0, 1, 2].map(|k| y.get(k).map_or_else(Rational::new, |&y| &piece.about[k] - big::rational(y)));
    let (first, md) = (&piece.value.first, metric.times(&d));
    for (k, md) in md.iter().enumerate() {
        // Twice <d, M int x> + d'M d m.
        cost.value += Rational::from(md * &first[k]) * 2u32 + Rational::from(md * &d[k]) * &piece.value.mass;
        cost.off += Rational::from(md.abs_ref()) * off_first * 2u32 + Rational::from(md * &d[k]).abs() * off_mass;
    }
    for (second, (k, l)) in piece.value.second.iter().zip(PAIRS) {
        if k >= D || l >= D {
            continue;
        }
        let m = big::rational(metric.rows()[k][l]) * if k == l { 1u32 } else { 2u32 };
        cost.value += Rational::from(&m * second);
        cost.off += m.abs() * off_second;
    }
}

/// A number, and by how much it may be off.
#[derive(Default)]
struct Between {
    value: Rational,
    off: Rational,
}

impl Between {
    fn add(&mut self, value: &Rational, off: &Rational) {
        self.value += value;
        self.off += off;
    }

    fn scale(&mut self, by: &Rational) {
        self.value *= by;
        self.off *= by;
    }

    fn low(&self) -> Rational {
        Rational::from(&self.value - &self.off)
    }

    fn high(&self) -> Rational {
        Rational::from(&self.value + &self.off)
    }
}

/// The integrals of a cell, by piece: exactly if all volumes are summed so, else in fixed point, a
/// little finer than sums are. `None` if its pieces are no convex polyhedra.
fn whole_of<const D: usize>(diagram: &SpaceDiagram<D>, i: usize, sums: &Sums) -> Option<Vec<Enclosed>> {
    match &sums.exact {
        Some(_) => Some(vec![Enclosed { value: diagram.exact_integrals(i)?, ..Enclosed::default() }]),
        None => diagram.enclosed_integrals(i, sums.dual.bits() + FINER),
    }
}

/// Binary digits of a cell beyond those of sums over cells.
const FINER: u32 = 40;

/// An upper bound for the slackness of one plan.
///
/// Centroids are rounded to `2^-100`; what they may be off is added to the slack, which is affine
/// in them with the gradient `2 (y_i - y_j)`. What is lost by moving masses in units of `2^-bits`
/// is charged the largest cost there is.
fn plan_gap<const D: usize>(
    problem: &SpaceProblem<D>,
    heights: &Heights,
    diagram: &SpaceDiagram<D>,
    (cells, doubt): (&[Cell<D>], &Rational),
    bits: u32,
) -> Rational {
    let order = diagram.order();
    let transfers = transfers(order, |i| (cells[i as usize].sign, &cells[i as usize].amount));
    let metric = problem.domain().metric();
    let (low, high) = problem.domain().bounds();
    let periodic = problem.domain().periodic();
    let slack = |&(i, j, ref amount): &Transfer| {
        let (i, j) = (i as usize, j as usize);
        let (yi, yj) = (&problem.sites()[i], &problem.sites()[j]);
        let mut s = weight(yi, heights.get(i), metric) - weight(yj, heights.get(j), metric);
        let [mut way, mut sums] = [(); 2].map(|()| [(); 3].map(|()| Rational::new()));
        let mut off_all = Rational::new();
        for (k, centre) in cells[i].centre.unwrap_or([Dd::ZERO; D]).iter().enumerate() {
            let period = big::rational(high[k]) - big::rational(low[k]);
            let turns = match periodic[k] {
                true => ((centre.hi - yj[k]) / (high[k] - low[k])).round(),
                false => 0.0,
            };
            let image = big::rational(yj[k]) + period * big::rational(turns);
            let (own, c) = (big::rational(yi[k]), big::rational_dd(*centre));
            let off = (Rational::from(c.abs_ref()) >> 100u32) + (Rational::from(1) >> 1070u32);
            let apart = Rational::from(&own - &image);
            // |c - z|^2 - |c - y|^2 = (y - z) (2 c - y - z).
            let sum = Rational::from(&c * 2u32) - &own - &image;
            if metric.is_none() {
                s += Rational::from(&apart * &sum) + off * apart.abs() * 2u32;
                continue;
            }
            (way[k], sums[k]) = (apart, sum);
            off_all += off;
        }
        // (y - z)' M (2 c - y - z).
        for (along, sum) in metric.iter().flat_map(|m| m.times(&way)).zip(&sums) {
            s += Rational::from(&along * sum) + &off_all * along.abs() * 2u32;
        }
        s * (Rational::from(amount) >> bits)
    };
    let charged = charged(&transfers, bits, slack);
    let reach = |p: &[f64]| p.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let distance = big::rational(reach(&low).max(reach(&high))) + big::rational(reach(problem.sites().as_flattened()));
    let spread = big::rational(heights.as_slice().iter().map(|h| h.hi.abs()).fold(0.0, f64::max) * 2.0);
    // No square is greater in a metric than its trace times that.
    let trace = metric.map_or(1.0, |m| (0..3).map(|k| m.rows()[k][k]).sum::<f64>() * 1.01);
    let dearest = Rational::from(&distance * &distance) * (4 * D as u32) * big::rational(trace) + spread * 4u32;
    let lost = (Rational::from((cells.len() as u64 + 1, 1u64)) >> bits) + doubt;
    charged + lost * dearest
}

/// Exact masses of some sites, rounded, each with an upper bound of its relative error.
pub fn sure_in_space<const D: usize>(problem: &SpaceProblem<D>, heights: &Heights, some: &[u32]) -> Vec<Sure> {
    let total: Rational = problem.masses().iter().map(|&m| big::rational(m)).sum();
    let bits = resolution(problem, &total) + FINER;
    let lambda = total / problem.exact_measure();
    let one = |(&i, pieces): (&u32, Option<Vec<Enclosed>>)| {
        let mut mass = Between::default();
        pieces.iter().flatten().for_each(|p| mass.add(&p.value.mass, &p.off[1]));
        mass.scale(&lambda);
        let nu = big::rational(problem.masses()[i as usize]);
        let error = (Rational::from(&mass.value - &nu).abs() + &mass.off) / nu;
        (big::nearest_f64(&mass.value), big::enclose(&error).1)
    };
    some.iter().zip(enclosed_of(problem, heights, some, bits)).map(one).collect()
}
