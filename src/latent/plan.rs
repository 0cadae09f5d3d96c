//! What a run does next, and how much of it: stars, points, validation.

use super::interval::{best_share, enough, enough_for_light};
use super::options::{LatentOptions, LatentOutcome};
use super::reflections::price;
use super::state::LatentState;
use super::strides::Strides;
use super::units::Units;
use super::validate::GROUPS;
use std::time::Instant;

/// Samples of the first stage, at least; the next ones have four times as many each.
const FIRST: u64 = 512;

/// Most samples of a stage.
pub(super) const MOST: u64 = 1 << 22;

/// A block of points is worth at least this, or an eighth of what is known; where cells lacked most
/// of their mass, so many for each cell, by which that is seen, or half of what is known. And it is
/// a multiple of so many points.
const BLOCK: f64 = 4096.0;
const EACH: f64 = 20.0;
const UNIT: u64 = 256;

/// Points of a validation, at least.
pub(super) const LEAST: u64 = 2048;

/// A part of the confidence that is not kept goes to the first look, a fifth of what is left of it
/// to each next one: in all it is what was asked for.
pub(super) fn alpha(confidence: f64, look: usize) -> f64 {
    (1.0 - confidence) * 0.8 * 0.2f64.powi(look.min(60) as i32)
}

/// A run as it stands.
pub(super) struct Run<'a> {
    pub(super) units: Units,
    pub(super) options: &'a LatentOptions,
    pub(super) lines: bool,
    pub(super) clock: Instant,
    pub(super) state: LatentState,
    pub(super) strides: Option<Strides>,
}

/// What a run does next.
pub(super) enum Next {
    Stage(u64),
    Points(u64),
    Look(u64),
    End(LatentOutcome),
}

impl Run<'_> {
    pub(super) fn n(&self) -> f64 {
        self.units.len() as f64
    }

    pub(super) fn late(&self) -> bool {
        self.options.time_limit.is_some_and(|t| self.clock.elapsed() >= t)
    }

    /// The error to be expected now.
    pub(super) fn expected(&self) -> f64 {
        let known = self.state.known();
        if self.n() < 2.0 {
            return 0.0;
        }
        if known > 0.0 { self.state.factor * (self.n() - 1.0) / known } else { f64::INFINITY }
    }

    /// What a point's worth costs to learn, of the price of a point that validates.
    pub(super) fn price(&self) -> f64 {
        price(&self.units, self.state.gain)
    }

    /// The share of the error that learning is to leave.
    pub(super) fn share(&self) -> f64 {
        best_share(self.units.len(), self.options.tol, alpha(self.options.confidence, 0), self.price())
    }

    /// Points of the next validation, if there is no limit.
    pub(super) fn look(&self) -> u64 {
        let alpha = alpha(self.options.confidence, self.state.looks.len());
        let v = enough(self.units.len(), self.options.tol, self.share(), alpha);
        let light = enough_for_light(&self.units.masses, self.options.tol, alpha);
        (v.max(light) as u64).max(LEAST).next_multiple_of(GROUPS)
    }

    /// Points that the tolerance needs, as far as can be said.
    pub(super) fn needed(&self) -> f64 {
        let tol = self.options.tol;
        self.state.factor * (self.n() - 1.0) / (self.share() * tol * tol) / self.state.gain + self.look() as f64
    }

    /// Samples that are left, for learning and for validation.
    pub(super) fn left(&self) -> [u64; 2] {
        let used = self.state.learned() + self.state.validated;
        let all = self.units.drawer.most().unwrap_or(u64::MAX).min(self.options.max_points.unwrap_or(u64::MAX));
        let left = all.saturating_sub(used);
        // A quarter of all is kept for validation.
        let learn = if all == u64::MAX { u64::MAX } else { (all - all / 4).saturating_sub(self.state.learned()) };
        [learn.min(left), left]
    }

    /// Samples of the first stage, and those that make a good matrix. A star of `d` lines meets at
    /// least `d` walls: so each cell meets eight, and twice as many.
    pub(super) fn enough(&self) -> [u64; 2] {
        let (n, d) = (self.units.len() as u64, self.units.dimension as u64);
        match self.lines {
            true => [FIRST.max((8 * n / d).min(n / 2)), (4 * FIRST).max((16 * n / d).min(n))],
            false => [4 * FIRST, 8 * FIRST.max(n / 4)],
        }
    }

    /// The samples of the next stage; none if there are enough.
    pub(super) fn stage(&self) -> Option<u64> {
        let most = self.left()[0] / 2;
        let last = self.state.matrix_samples[1];
        let [first, enough] = self.enough();
        let again = self.state.known() == 0.0;
        let wanted = if self.state.stages == 0 { first } else { (4 * last).min(enough.max(2 * last)) };
        let wanted = if again && self.state.stages > 0 { 2 * last } else { wanted };
        let done = self.state.stages > 0 && !again && (last >= enough || 2 * last > most || self.is_near());
        let count = wanted.min(most).min(MOST);
        (!done && count >= GROUPS).then_some(count)
    }

    /// Is the error to be expected small enough for a look?
    pub(super) fn is_near(&self) -> bool {
        let known = self.state.known();
        self.expected() <= self.share() * self.options.tol.powi(2) && known >= self.state.at_least
    }

    pub(super) fn next(&self) -> Next {
        let [learn, left] = self.left();
        let converged = self.state.looks.last().is_some_and(|l| l.is_within(self.options.tol));
        if converged && self.state.at_least > self.state.known() {
            return Next::End(LatentOutcome::Converged);
        }
        if self.units.len() > 1 {
            if let Some(count) = self.stage() {
                return Next::Stage(count);
            }
            // Too few points for a matrix say nothing of the heights.
            if !self.is_near() && learn >= GROUPS && self.strides.is_some() {
                let known = self.state.known();
                let wanting = self.strides.as_ref().is_some_and(Strides::is_wanting);
                let some = if wanting { (EACH * self.n()).min(0.5 * known) } else { 0.0 };
                let block = (BLOCK.max(known / 8.0).max(some) / self.state.gain) as u64;
                return Next::Points(block.next_multiple_of(UNIT).min(MOST).min(learn));
            }
        }
        let outcome = match self.options.max_points {
            Some(_) if self.units.drawer.most().is_none_or(|m| self.options.max_points.is_some_and(|p| p <= m)) => {
                LatentOutcome::PointLimit
            }
            _ => LatentOutcome::OutOfPoints,
        };
        let points = self.look().min(left) / GROUPS * GROUPS;
        // With nothing left to learn one look is the last one.
        let last = (learn < GROUPS || self.strides.is_none()) && !self.is_near() && self.is_looked();
        if points < GROUPS || last { Next::End(outcome) } else { Next::Look(points) }
    }

    /// Has somebody looked at these very heights?
    pub(super) fn is_looked(&self) -> bool {
        !self.state.looks.is_empty() && self.state.at_least > self.state.known()
    }

    pub(super) fn is_validated(&self, outcome: LatentOutcome) -> bool {
        outcome == LatentOutcome::Converged || self.is_looked()
    }
}
