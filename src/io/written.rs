//! A problem as its file writes it, where the numbers there are rationals that are no doubles.
//!
//! Beside the data of rounded numbers, which all commands work with, there is either a multiple of
//! the problem that has only doubles ([`Scales`]): that is solved and verified, and what is proved
//! is proved of the problem as written. Or there is none of 53 bits: then it is known how far off
//! the numbers were when they were rounded, and so in which interval `W2^2` of the written ones
//! lies.
//!
//! # The interval
//!
//! Let `T` be the total mass, `w = W2^2 / T`, and `~` mark what is of the rounded numbers. All
//! points of the source are within `P` of some place, all sites within `Q`, so no unit of mass
//! costs more than `C = (P + Q)^2`. A plan for the rounded problem becomes one for the written
//! problem in two steps. First sites move by at most `e`: that costs at most `e (2 (P + Q) + e)`
//! more. Then what is left to be corrected of source and target, a share `t` of the mass, goes
//! anywhere: at most `t C` more. Both ways, so `|w - w~| <= e (2 (P + Q) + e) + t C`.
//!
//! Masses that were off by a relative `m` are `t = m` to be corrected. Of a source whose vertices
//! were off by at most `d`, all points that are in only one of the two domains lie within `d` of
//! its edges: that is an area of at most `sum (2 d l + pi d^2)` over edges of length `l`. And `T`
//! is off by at most `m T~`.

use super::rationals::Off;
use super::rim::Rim;
use crate::problem::{Scales, WithSites};
use crate::transport::{Family, Transport, Visit};

/// What a file says in rationals.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    /// The problem as JSON without white space, unless it refers to other files: what a solution
    /// that holds its problem holds.
    pub(super) text: Option<String>,
    /// Numbers that are no doubles.
    pub(super) count: u64,
    /// A multiple of the problem that has doubles only.
    pub(super) multiple: Option<(T, Scales)>,
    /// What it means to round them.
    pub(super) rounding: Rounding,
}

/// Why numbers are rounded, and what that does.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounding {
    pub(super) why: String,
    pub(super) off: Off,
    /// The edges of the source, where its domain was rounded and they are known.
    pub(super) rim: Option<Rim>,
}

/// What a problem without walls or heights tells: how far its points are from some place.
struct Reach;

impl<const D: usize> Visit<D> for Reach {
    /// Of the source, of the sites, and the measure of the source over its factor.
    type Output = (f64, f64, f64, f64);
    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        let (low, high) = family.problem().bounds();
        let middle: [f64; D] = std::array::from_fn(|k| 0.5 * low[k] + 0.5 * high[k]);
        let norm = |x: [f64; D]| x.iter().map(|c| c * c).sum::<f64>().sqrt();
        let source = norm(std::array::from_fn(|k| high[k] - middle[k]));
        let sites = family.sites().iter().map(|y| norm(std::array::from_fn(|k| y[k] - middle[k])));
        let total: f64 = family.masses().iter().sum();
        (source, sites.fold(0.0, f64::max), total, total / family.problem().source_factor())
    }
}

/// Room for the rounding of what is computed here in doubles.
const ROOM: f64 = 1.0 + 1e-9;

impl Rounding {
    /// Bounds of `W2^2` of the numbers as they are written, from those of the rounded ones; or why
    /// there are none.
    pub(super) fn bounds<const D: usize>(
        &self,
        problem: &impl Transport<D>,
        [low, high]: [f64; 2],
    ) -> Result<[f64; 2], &'static str> {
        let off = &self.off;
        if off.other {
            return Err("what rounding a density, a half-space or the corners of an image does is not bounded");
        }
        let (source, sites, total, measure) = problem.visit(Reach);
        let (moved, shifted) = (off.sites * (D as f64).sqrt(), off.domain * (D as f64).sqrt());
        let apart = source + shifted + sites + moved;
        let mut share = off.masses;
        if off.domain > 0.0 {
            let rim = self.rim.ok_or("what rounding the vertices of such a domain does is not bounded")?;
            let area = 2.0 * shifted * rim.length + std::f64::consts::PI * shifted * shifted * rim.edges as f64;
            share += area * (rim.density.0 + rim.density.1 * shifted) / measure;
        }
        let each = moved * (2.0 * apart + moved) + share * apart * apart;
        let most = ROOM * (total * (1.0 + off.masses) * each + off.masses * high);
        Ok([(low - most).next_down().max(0.0), (high + most).next_up()])
    }

    /// A bound of the largest relative mass error against the masses as they are written, from that
    /// against the rounded ones; the source is scaled to their total.
    pub(super) fn residual(&self, high: f64) -> f64 {
        let m = self.off.masses;
        // Masses and their total are off by at most so much, each way.
        let ratio = (1.0 + m) / (1.0 - m);
        ROOM * ((1.0 + high) * ratio * ratio - 1.0).max(high) + 4.0 * f64::EPSILON
    }

    /// The same from below.
    pub(super) fn least(&self, low: f64) -> f64 {
        let m = self.off.masses;
        let ratio = (1.0 - m) / (1.0 + m);
        ((1.0 + low) * ratio * ratio - 1.0 - 4.0 * f64::EPSILON).clamp(0.0, low)
    }

    /// By how much numbers are off, in words.
    pub(super) fn in_words(&self) -> String {
        let off = &self.off;
        let lists = [(off.sites, "sites by at most"), (off.domain, "the domain by at most")];
        let mut words: Vec<String> =
            lists.iter().filter(|l| l.0 > 0.0).map(|(by, what)| format!("{what} {by:.1e}")).collect();
        if off.masses > 0.0 {
            words.push(format!("masses by at most a relative {:.1e}", off.masses));
        }
        if off.other {
            words.push("others".into());
        }
        words.join(", ")
    }
}

/// A problem as its file writes it, sound.
#[derive(Clone, Debug)]
pub(super) struct AsWritten<P> {
    pub(super) count: u64,
    pub(super) multiple: Option<(P, Scales)>,
    pub(super) rounding: Rounding,
}

impl<P> AsWritten<P> {
    /// What is done with its numbers, in words.
    pub(super) fn note(&self) -> String {
        let (numbers, each) = match self.count {
            1 => ("1 number written as a string is no double".to_string(), "it"),
            n => (format!("{n} numbers written as strings are not doubles"), "each"),
        };
        match (&self.multiple, &*self.rounding.why) {
            (Some((_, scales)), _) => {
                format!("{numbers}; the problem is taken as written, since {} all are", scales_in_words(scales))
            }
            (None, "") => format!("{numbers}; {each} was rounded once"),
            (None, why) => format!("{numbers}; {each} was rounded once, since {why}"),
        }
    }
}

/// `with lengths times 3 and masses times 5`.
pub(super) fn scales_in_words(scales: &Scales) -> String {
    let of = |what: &str, by: String| (by != "1").then(|| format!("{what} times {by}"));
    let words = [of("lengths", scales.of_lengths().to_string()), of("masses", scales.of_masses().to_string())];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() { "with the density in other units".into() } else { format!("with {}", words.join(" and ")) }
}
