//! A start for partial transport: every cell in its ball has mass, and so has what stays.
//!
//! Lemma: take weights for which no Laguerre cell is empty, and lower all of them by `s`. With `phi = min_i |x - y_i|^2 - w_i`, cell `i` in its
//! ball has mass iff `-s > min_cell_i phi`, the rest iff `-s < max phi`. On no cell is `phi` constant, so `max_i min_cell_i phi < max phi`, and
//! any `-s` between the two will do. So there is always a shift, and bisection finds one.
//!
//! Weights without empty cells: `w_i = dist(y_i, X)^2`, for which cell `i` contains the point of the domain nearest to `y_i` (equal balls, if all
//! sites are inside), mixed with the quantile start, which makes the cells solid whatever the sites are. Both are `h_i = -Phi(y_i)`
//! with convex `Phi`, so the mixture is (docs/theory/start.md). Few sites far apart are best served by the first, clusters by the second.

use super::start::quantile_start;
use crate::diagram::{Laguerre, Measures, Want};
use crate::domain::ConvexPolygon;
use crate::exact::{Dd, Heights};

/// Shares of the quantile start that are tried, the second and third times the width that the masses fill (1 for all of the domain). All
/// but the first are proved to leave no cell empty.
const SHARES: [(f64, bool); 4] = [(0.0, false), (0.25, true), (1.0, true), (1.0, false)];

/// With every mass within this factor of its target no other start is tried.
const GOOD: f64 = 0.01;

/// Bisection steps for the mass in the balls, and again for a shift that leaves no cell empty.
const STEPS: usize = 24;
const RESCUES: usize = 100;

/// The mass in the balls need not be nearer to the target than this share of the lesser of target and rest.
const CLOSE: f64 = 0.1;

/// A start for a diagram whose last site is the rest, with heights of `sites` (in the diagram's order) and last that of the rest.
///
/// `target` has one mass more than `sites`; the rest's includes an `offset`, as the diagram's does. `better` may name heights to be tried as
/// well, first. The heights are those of the trial with the least Hellinger distance between masses and target; `None` if every trial leaves some
/// cell empty, which for distinct sites is possible only by rounding. Cost: up to some dozens of diagrams.
pub fn partial_start(
    diagram: &mut dyn Laguerre,
    domain: &ConvexPolygon,
    sites: &[[f64; 2]],
    target: &[f64],
    offset: f64,
    better: Option<Heights>,
) -> Option<Heights> {
    let n = sites.len();
    let quantile = quantile_start(domain, sites, &target[..n]);
    let near: Vec<Dd> = sites.iter().map(|&y| nearest(domain, y)).collect();
    let mixed = |share: f64| {
        let terms = near.iter().zip(quantile.as_slice());
        Heights::new(terms.map(|(&a, &b)| a.times(1.0 - share) + b.times(share)))
    };
    let width = (offset / target.iter().sum::<f64>()).sqrt();
    let shares = SHARES.into_iter().map(|(share, narrow)| if narrow { share * width } else { share });
    let trials = better.into_iter().chain(shares.map(mixed));
    let mut best: Option<(f64, Heights)> = None;
    for heights in trials {
        let trial = Trial { diagram: &mut *diagram, heights, offset };
        let Some((mass, heights)) = shifted(trial, domain, sites, target) else { continue };
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

/// `(dist(y, X)^2 - |y|^2) / 2`.
fn nearest(domain: &ConvexPolygon, y: [f64; 2]) -> Dd {
    let square = Dd::product(y[0], y[0]) + Dd::product(y[1], y[1]);
    let dot = |a: [Dd; 2], b: [Dd; 2]| a[0] * b[0] + a[1] * b[1];
    let from = |p: [f64; 2], q: [f64; 2]| [Dd::difference(q[0], p[0]), Dd::difference(q[1], p[1])];
    let mut least: Option<Dd> = None;
    let mut inside = true;
    for k in 0..domain.len() {
        let (p, q) = (domain.vertex(k), domain.vertex(k + 1));
        let (e, d) = (from(p, q), from(p, y));
        inside &= (e[0] * d[1] - e[1] * d[0]).hi >= 0.0;
        let t = dot(e, d).over(dot(e, e));
        let t = if t.hi > 0.0 { if t.hi < 1.0 { t } else { Dd::from_f64(1.0) } } else { Dd::ZERO };
        let r = [d[0] - t * e[0], d[1] - t * e[1]];
        let distance = dot(r, r);
        if least.is_none_or(|l| distance < l) {
            least = Some(distance);
        }
    }
    let distance = if inside { Dd::ZERO } else { least.unwrap_or(Dd::ZERO) };
    (distance - square).scale(0.5)
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
    fn measure(&mut self, s: Dd) -> (Measures, f64) {
        let measures = self.diagram.measures(&self.at(s), Want::Newton);
        let rest = measures.mass.last().map_or(0.0, |m| m - self.offset);
        (measures, rest)
    }
}

/// The heights with that of the rest, chosen so that about the right mass lies in the balls and no cell is empty; and the masses there.
fn shifted(
    mut trial: Trial<'_>,
    domain: &ConvexPolygon,
    sites: &[[f64; 2]],
    target: &[f64],
) -> Option<(Vec<f64>, Heights)> {
    let n = sites.len();
    // Between `low`, where some ball alone covers the domain, and `high`, where every ball is empty.
    let (mut low, mut high) = (Dd::from_f64(f64::NEG_INFINITY), Dd::from_f64(f64::NEG_INFINITY));
    for (&y, &h) in sites.iter().zip(trial.heights.as_slice()) {
        let half = (Dd::product(y[0], y[0]) + Dd::product(y[1], y[1])).scale(0.5) + h;
        let away = |v: &[f64; 2]| (v[0] - y[0]).hypot(v[1] - y[1]);
        let reach = domain.vertices().iter().map(away).fold(0.0, f64::max);
        let covers = half - Dd::from_f64(0.5 * reach * reach);
        low = if covers > low { covers } else { low };
        high = if half > high { half } else { high };
    }
    let wanted = target[n] - trial.offset;
    let enough = CLOSE * wanted.min(trial.offset);
    // Half the weight of a ball that has the mean mass, undisturbed.
    let density = (trial.offset + wanted) / domain.area();
    let mut down = 0.5 * trial.offset / (n as f64 * std::f64::consts::PI * density);
    let floor = (high - low).to_f64();
    let mut s = high - Dd::from_f64(down.min(0.5 * floor));
    let (mut measures, mut rest) = trial.measure(s);
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
                covering.0 + (bare.0 - covering.0).times(if share.is_finite() { share } else { 0.5 })
            }
            (None, _) => {
                down *= 4.0;
                if down < floor { high - Dd::from_f64(down) } else { middle(low, bare.0) }
            }
            (_, None) => {
                down *= 0.25;
                high - Dd::from_f64(down)
            }
        };
        (measures, rest) = trial.measure(s);
    }
    // Larger balls, if some cell is empty; smaller ones, if nothing stays.
    let (mut covering, mut bare) = (low, high);
    for _ in 0..RESCUES {
        let stays = rest > 0.0;
        if stays && measures.mass[..n].iter().all(|&m| m > 0.0) {
            return Some((measures.mass, trial.at(s)));
        }
        if !measures.mass.iter().all(|m| m.is_finite()) || measures.hidden > 0 {
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
        (measures, rest) = trial.measure(s);
    }
    None
}

fn middle(a: Dd, b: Dd) -> Dd {
    (a + b).scale(0.5)
}

fn distance(mass: &[f64], target: &[f64]) -> f64 {
    mass.iter().zip(target).map(|(m, nu)| (m.sqrt() - nu.sqrt()).powi(2)).sum::<f64>()
}
