//! Heights at which sites are tied, exactly, and what the diagram is there.
//!
//! A double-double is rarely the very height at which two sites tie. So heights nearer to a tie
//! than [`NEAR`] stand for the tie: of the sites that hang together the first keeps its height, the
//! others have theirs from the equations `h_i - h_j = c`, in rationals. Which sites are tied thus
//! follows from the heights as they are written, and a run that is stopped goes on with the same
//! ties.

use crate::diagram::{Laguerre, MeasureError, Tie, Tied, Want};
use crate::exact::big::{self, Rational};
use crate::exact::{Dd, Heights};

/// Heights this near to a tie, as a share of the greatest height or constant, are tied: far above
/// the rounding of double-doubles, far below any step.
const NEAR: f64 = 1.0 / (1u128 << 80) as f64;

/// All ties of a diagram.
pub(super) struct Ties {
    list: Vec<(Tie, Dd)>,
    greatest: f64,
    /// Can the diagram tell all of them?
    pub complete: bool,
}

impl Ties {
    pub fn of(diagram: &mut dyn Laguerre) -> Ties {
        let (list, complete) = match diagram.jumps() {
            None => (Vec::new(), true),
            Some(jumps) => match jumps.ties() {
                None => (Vec::new(), false),
                Some(ties) => (ties.iter().map(|t| (t.clone(), big::nearest_dd(&t.constant).0)).collect(), true),
            },
        };
        let greatest = list.iter().fold(0.0, |g: f64, t: &(Tie, Dd)| g.max(t.1.hi.abs()));
        Ties { list, greatest, complete }
    }

    /// Can no sites be tied, at any heights?
    pub fn none(&self) -> bool {
        self.complete && self.list.is_empty()
    }

    /// Differences of heights below this count as none.
    pub fn near(&self, heights: &Heights) -> f64 {
        NEAR * heights.as_slice().iter().fold(self.greatest, |g, h| g.max(h.hi.abs()))
    }

    /// Ties that a direction meets: at which `t`, and which. Those that are there already are left
    /// out.
    pub fn met(&self, heights: &Heights, direction: &[f64]) -> Vec<(f64, usize)> {
        let near = self.near(heights);
        let steepest = direction.iter().fold(0.0, |s: f64, d| s.max(d.abs()));
        let mut all = Vec::new();
        for (k, (tie, c)) in self.list.iter().enumerate() {
            let [i, j] = tie.sites.map(|i| i as usize);
            let rate = direction[i] - direction[j];
            let gap = (*c - (heights.get(i) - heights.get(j))).to_f64();
            if rate.abs() > 1e-14 * steepest && gap.abs() > near && gap / rate > 0.0 && (gap / rate).is_finite() {
                all.push((gap / rate, k));
            }
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all
    }

    /// The exact heights for which these stand, the ties `forced` being there whatever the heights
    /// say.
    fn exact(&self, heights: &Heights, forced: &[usize]) -> Vec<Rational> {
        let mut place = Place::new(heights);
        let near = self.near(heights);
        let gap = |heights: &Heights, k: usize| {
            let (tie, c) = &self.list[k];
            let [i, j] = tie.sites.map(|i| i as usize);
            (*c - (heights.get(i) - heights.get(j))).to_f64().abs()
        };
        let close: Vec<usize> = (0..self.list.len()).filter(|&k| gap(heights, k) <= near).collect();
        close.iter().chain(forced).for_each(|&k| place.link(&self.list[k].0));
        if !forced.is_empty() {
            // They may have brought others.
            let now = Heights::new(place.exact.iter().map(|h| big::nearest_dd(h).0));
            (0..self.list.len()).filter(|&k| gap(&now, k) <= near).for_each(|k| place.link(&self.list[k].0));
        }
        place.exact
    }
}

/// Heights that are being tied.
struct Place {
    exact: Vec<Rational>,
    /// The first of the sites that each hangs together with.
    first: Vec<u32>,
}

impl Place {
    fn new(heights: &Heights) -> Place {
        let exact = heights.as_slice().iter().map(|&h| big::rational_dd(h)).collect();
        Place { exact, first: (0..heights.len() as u32).collect() }
    }

    fn link(&mut self, tie: &Tie) {
        let [i, j] = tie.sites.map(|i| i as usize);
        if self.first[i] == self.first[j] {
            return;
        }
        let lift = Rational::from(&self.exact[j] + &tie.constant) - &self.exact[i];
        let (goes, to, lift) = match self.first[i] > self.first[j] {
            true => (self.first[i], self.first[j], lift),
            false => (self.first[j], self.first[i], -lift),
        };
        for k in 0..self.first.len() {
            if self.first[k] == goes {
                self.first[k] = to;
                self.exact[k] += &lift;
            }
        }
    }
}

/// The diagram where these heights stand.
pub(super) fn placed(
    diagram: &mut dyn Laguerre,
    ties: &Ties,
    heights: &Heights,
    forced: &[usize],
) -> Result<Tied, MeasureError> {
    if let Some(jumps) = diagram.jumps().filter(|_| ties.complete && !ties.list.is_empty()) {
        return Ok(jumps.tied(&ties.exact(heights, forced)));
    }
    let measures = diagram.measures(heights, Want::Newton)?;
    Ok(Tied { heights: heights.clone(), base: measures.masses().to_vec(), measures, regions: Vec::new() })
}
