//! A start for partial transport: every cell in its ball has mass, and so has what stays.
//!
//! Lemma: take weights for which no Laguerre cell is empty, and lower all of them by `s`. With
//! `phi = min_i |x - y_i|^2 - w_i`, cell `i` in its ball has mass iff `-s > min_cell_i phi`, the
//! rest iff `-s < max phi`. On no cell is `phi` constant, so `max_i min_cell_i phi < max phi`, and
//! any `-s` between the two will do. So there is always a shift, and bisection finds one.
//!
//! Nothing in this needs a convex source. Weights without empty cells: `w_i = dist(y_i, X)^2`, for
//! which cell `i` contains the point of `X` nearest to `y_i` (equal balls, if all sites are
//! inside), mixed with the quantile start, which on a convex source makes the cells solid whatever
//! the sites are. Both are `h_i = -Phi(y_i)` with convex `Phi`, so the mixture is
//! (docs/theory/start.md). Few sites far apart are best served by the first, clusters by the
//! second. Where neither will do, as for sites outside of a source with gaps, the heights of a
//! balanced problem are shifted ([`shifted_start`]).

use super::super::measures::{Measures, Want};
use super::super::plane::start::quantile_start;
use super::super::seam::Laguerre;
use crate::domain::{ConvexPolygon, touching};
use crate::exact::{Dd, Heights};

/// Shares of the quantile start that are tried, the second and third times the width that the
/// masses fill (1 for all of the domain). All but the first are proved to leave no cell empty.
const SHARES: [(f64, bool); 4] = [(0.0, false), (0.25, true), (1.0, true), (1.0, false)];

/// With every mass within this factor of its target no other start is tried.
const GOOD: f64 = 0.01;

/// Bisection steps for the mass in the balls, and again for a shift that leaves no cell empty.
const STEPS: usize = 24;
const RESCUES: usize = 100;

/// The mass in the balls need not be nearer to the target than this share of the lesser of target
/// and rest.
const CLOSE: f64 = 0.1;

/// A start for a diagram whose last site is the rest, with heights of `sites` (in the diagram's
/// order) and last that of the rest. `touching` are the heights `(dist(y_i, X)^2 - |y_i|^2) / 2`,
/// and `frame` is a convex polygon around `X`.
///
/// `target` has one mass more than `sites`; the rest's includes an `offset`, as the diagram's does.
/// `better` may name heights to be tried as well, first. The heights are those of the trial with
/// the least Hellinger distance between masses and target; `None` if every trial leaves some cell
/// empty, which for distinct sites on a convex source is possible only by rounding. Cost: up to
/// some dozens of diagrams.
pub fn partial_start(
    diagram: &mut dyn Laguerre,
    frame: &ConvexPolygon,
    sites: &[[f64; 2]],
    touching: &Heights,
    (target, offset): (&[f64], f64),
    better: Option<Heights>,
) -> Option<Heights> {
    let n = sites.len();
    let quantile = quantile_start(frame, sites, &target[..n]);
    let mixed = |share: f64| {
        let terms = touching.as_slice().iter().zip(quantile.as_slice());
        Heights::new(terms.map(|(&a, &b)| a.times(1.0 - share) + b.times(share)))
    };
    let width = (offset / target.iter().sum::<f64>()).sqrt();
    let shares = SHARES.into_iter().map(|(share, narrow)| if narrow { share * width } else { share });
    let trials = better.into_iter().chain(shares.map(mixed));
    let mut best: Option<(f64, Heights)> = None;
    for heights in trials {
        let trial = Trial { diagram: &mut *diagram, heights, offset };
        let Some((mass, heights)) = shifted(trial, frame, sites, target) else { continue };
        let distance = distance(&mass, target);
        if best.as_ref().is_none_or(|b| distance < b.0) {
            best = Some((distance, heights));
        }
        if mass.iter().zip(target).all(|(m, nu)| *m > GOOD * nu && *m < nu / GOOD) {
            break;
        }
    }
    best.map(|b| b.1)
}

/// Given heights without empty cells, shifted into a start in the same way. `None` if there is an
/// empty cell.
pub fn shifted_start(
    diagram: &mut dyn Laguerre,
    frame: &ConvexPolygon,
    sites: &[[f64; 2]],
    (target, offset): (&[f64], f64),
    heights: Heights,
) -> Option<Heights> {
    Some(shifted(Trial { diagram, heights, offset }, frame, sites, target)?.1)
}

/// One set of heights to be shifted.
struct Trial<'a> {
    diagram: &'a mut dyn Laguerre,
    heights: Heights,
    offset: f64,
}

impl Trial<'_> {
    fn at(&self, s: Dd) -> Heights {
        Heights::new(self.heights.as_slice().iter().copied().chain([s]))
    }

    /// Measures at a height of the rest, and what stays there.
    fn measure(&mut self, s: Dd) -> Option<(Measures, f64)> {
        let measures = self.diagram.measures(&self.at(s), Want::Newton).ok()?;
        let rest = measures.masses().last().map_or(0.0, |m| m - self.offset);
        Some((measures, rest))
    }
}

/// The heights with that of the rest, chosen so that about the right mass lies in the balls and no
/// cell is empty; and the masses there.
fn shifted(
    mut trial: Trial<'_>,
    frame: &ConvexPolygon,
    sites: &[[f64; 2]],
    target: &[f64],
) -> Option<(Vec<f64>, Heights)> {
    let n = sites.len();
    // Between `low`, where some ball alone covers the domain, and `high`, where every ball is
    // empty.
    let (mut low, mut high) = (Dd::from_f64(f64::NEG_INFINITY), Dd::from_f64(f64::NEG_INFINITY));
    // Where each ball covers it.
    let mut lowest = Dd::from_f64(f64::INFINITY);
    for (&y, &h) in sites.iter().zip(trial.heights.as_slice()) {
        // The ball reaches `x` if the rest is lower than `h + <x, y> - |x|^2 / 2`: the farthest
        // corner of the frame, its nearest point.
        let above = |v: &[f64; 2]| {
            let square = Dd::product(v[0], v[0]) + Dd::product(v[1], v[1]);
            (Dd::product(v[0], y[0]) + Dd::product(v[1], y[1])) - square.scale(0.5)
        };
        let least = |l: Dd, v: Dd| if v < l { v } else { l };
        let covers = h + frame.vertices().iter().map(above).fold(Dd::from_f64(f64::INFINITY), least);
        let empty = h - touching(frame.outline(), y).height;
        low = if covers > low { covers } else { low };
        lowest = if covers < lowest { covers } else { lowest };
        high = if empty > high { empty } else { high };
    }
    // Cells in a gap of the source have no mass whatever their balls.
    let gaps = trial.diagram.background().is_some_and(|background| background.has_gaps());
    if gaps && trial.measure(lowest)?.0.masses()[..n].iter().any(|&m| m <= 0.0) {
        return None;
    }
    let wanted = target[n] - trial.offset;
    let enough = CLOSE * wanted.min(trial.offset);
    // Half the weight of a ball that has the mean mass, undisturbed.
    let density = (trial.offset + wanted) / frame.area();
    let mut down = 0.5 * trial.offset / (n as f64 * std::f64::consts::PI * density);
    let floor = (high - low).to_f64();
    // Far sites have balls that grow into the domain where others have long covered it: many
    // decades are crossed in strides.
    let stride = (floor / down).powf(1.0 / 12.0).clamp(4.0, 1e30);
    let mut s = high - Dd::from_f64(down.min(0.5 * floor));
    let (mut measures, mut rest) = trial.measure(s)?;
    // Bounds with what stays there, once known.
    let (mut covering, mut bare) = ((low, None), (high, None));
    for _ in 0..STEPS {
        if (rest - wanted).abs() <= enough {
            break;
        }
        if rest < wanted {
            covering = (s, Some(rest))
        } else {
            bare = (s, Some(rest))
        }
        s = match (covering.1, bare.1) {
            (Some(less), Some(more)) => {
                // Where the chord meets what is wanted, but not too near an end.
                let share = ((wanted - less) / (more - less)).clamp(0.1, 0.9);
                let (long, short) = ((high - covering.0).to_f64(), (high - bare.0).to_f64());
                if long > 64.0 * short && short > 0.0 {
                    high - Dd::from_f64(long.sqrt() * short.sqrt())
                } else {
                    covering.0 + (bare.0 - covering.0).times(if share.is_finite() { share } else { 0.5 })
                }
            }
            (None, _) => {
                down *= stride;
                if down < floor { high - Dd::from_f64(down) } else { middle(low, bare.0) }
            }
            (_, None) => {
                down *= 0.25;
                high - Dd::from_f64(down)
            }
        };
        (measures, rest) = trial.measure(s)?;
    }
    // Larger balls, if some cell is empty; smaller ones, if nothing stays.
    let (mut covering, mut bare) = (low, high);
    for _ in 0..RESCUES {
        let stays = rest > 0.0;
        if stays && measures.masses()[..n].iter().all(|&m| m > 0.0) {
            return Some((measures.masses().to_vec(), trial.at(s)));
        }
        if !measures.masses().iter().all(|m| m.is_finite()) || measures.hidden > 0 {
            return None;
        }
        if stays {
            bare = s
        } else {
            covering = s
        }
        let gap = (bare - covering).to_f64();
        // From above at first: the smallest ball is near.
        s = if covering == low && 2.0 * down < gap { bare - Dd::from_f64(down) } else { middle(covering, bare) };
        down *= 2.0;
        (measures, rest) = trial.measure(s)?;
    }
    None
}

fn middle(a: Dd, b: Dd) -> Dd {
    (a + b).scale(0.5)
}

fn distance(mass: &[f64], target: &[f64]) -> f64 {
    mass.iter().zip(target).map(|(m, nu)| (m.sqrt() - nu.sqrt()).powi(2)).sum::<f64>()
}
