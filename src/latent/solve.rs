//! The run: stages of stars, plain points, validation, until the interval lies below the tolerance.
//!
//! With the Laplacian `L` of walls the step `g += B / (M + B) L^+ (nu - m)` over a block of `B`
//! points, after `M` others, is the recursion of a mean: where `L` is right, the error of the
//! masses is that of all points together, `theta = (n - 1) / M`, and no step size is to be chosen.
//! What the stages have found counts as the number of plain points that would be as good.

use super::codes::Codes;
use super::counts::count;
use super::draw::Use;
use super::error::{LatentError, in_time};
use super::estimate::{Estimate, laplacian};
use super::interval::{best_share, enough, enough_for_light, theta};
use super::options::{LatentOptions, LatentOutcome, LatentReport};
use super::raise::{lacking, raise};
use super::source::Source;
use super::stage::{Samples, heaviest, stage};
use super::start::start;
use super::state::LatentState;
use super::strides::Strides;
use super::units::Units;
use super::validate::{GROUPS, Validation, validate};
use super::warm::warm;
use crate::newton::linear::Laplacian;
use std::time::Instant;

/// Samples of the first stage, at least; the next ones have four times as many each.
const FIRST: u64 = 512;

/// Most samples of a stage.
const MOST: u64 = 1 << 22;

/// A block of plain points is at least this, or an eighth of what is known; where cells lacked most
/// of their mass, so many for each cell, by which that is seen, or half of what is known.
const BLOCK: u64 = 4096;
const EACH: u64 = 20;

/// Blocks that are so many times as wrong as they should be say that less is known; where they are
/// as wrong as [`FAR`] they lead back to stars, so often.
const ASTRAY: f64 = 4.0;
const AGAIN: u32 = 4;

/// A star takes as long as about so many plain points: along each of its lines all codes are
/// compared twice at two places, in doubles. Counted from the operations of both, not timed.
const STAR: f64 = 40.0;

/// A start of which `sum (m - nu)^2 / nu` is more is far away.
const FAR: f64 = 10.0;

/// Number of the first point by which the speed of a last look is measured.
const LAST: u64 = 5 << 48;

/// Points of a validation, at least.
const LEAST: u64 = 2048;

/// A last look after the time limit takes about this share of it, if it needs more points than the
/// least.
const AFTER: f64 = 0.1;

/// A part of the confidence that is not kept goes to the first look, a fifth of what is left of it
/// to each next one: in all it is what was asked for.
fn alpha(confidence: f64, look: usize) -> f64 {
    (1.0 - confidence) * 0.8 * 0.2f64.powi(look.min(60) as i32)
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatentControl {
    /// It does.
    Continue,
    /// It stops, with the best state.
    Stop,
}

/// Where a run is.
pub struct LatentProgress<'a> {
    /// What comes next: "stars", "points", "validation".
    pub next: &'static str,
    /// Samples so far.
    pub samples: u64,
    /// How many there will be, as far as can be said.
    pub needed: f64,
    /// The relative mass error that is expected now; above 1 before the first stage.
    pub expected: f64,
    /// The state.
    pub state: &'a LatentState,
}

/// What a run found.
#[derive(Clone, Debug)]
pub struct LatentSolution {
    /// The codes, with masses of sum 1.
    pub codes: Codes,
    /// Their source.
    pub source: Source,
    /// The seed of the run.
    pub seed: u64,
    /// Heights of the distinct codes, with `sum nu h = 0`: cell `i` is where `<x, y_i> + h_i` is
    /// largest.
    pub heights: Vec<f64>,
    /// The last validation, of these heights; `None` if the run was stopped before.
    pub validation: Option<Validation>,
    /// What was done.
    pub report: LatentReport,
}

/// Solves; `see` is called between steps.
///
/// # Errors
/// [`LatentError`] for options, sources and states that do not fit. Not to reach the tolerance is
/// none: the report says so.
pub fn solve_latent(
    codes: &Codes,
    source: &Source,
    options: &LatentOptions,
    see: &mut dyn FnMut(&LatentProgress<'_>) -> LatentControl,
) -> Result<LatentSolution, LatentError> {
    options.check()?;
    let mut units = Units::new(codes, source, options.seed)?;
    let clock = Instant::now();
    let (heights, rank) = start(&units, 0)?;
    let state = match &options.resume {
        None => LatentState::begin(options.seed, heights),
        Some(state) => match state.unfit(units.len(), options.seed) {
            None => state.clone(),
            Some(what) => return Err(LatentError::State(what)),
        },
    };
    units.drawer.until = options.time_limit.and_then(|t| clock.checked_add(t));
    let lines = source.has_lines();
    let mut run = Run { units, options, lines, clock, state, matrix: None, strides: None, share: 0.5 };
    run.share = best_share(codes.len(), options.tol, alpha(options.confidence, 0));
    if run.state.stages > 0 {
        in_time(run.remember())?;
    }
    let outcome = run.until(see)?;
    let validation = run.state.looks.last().filter(|_| run.is_validated(outcome)).cloned();
    let needed = (outcome != LatentOutcome::Converged).then(|| run.needed());
    let state = &run.state;
    let report = LatentReport {
        outcome,
        tol: options.tol,
        confidence: options.confidence,
        stars: state.stars,
        learned: state.plain,
        validated: state.validated,
        looks: state.looks.len() as u32,
        newton_steps: state.steps,
        needed,
        rank,
        seconds: clock.elapsed().as_secs_f64(),
        remarks: remarks(codes, source, rank, state),
    };
    let heights = run.units.heights_out(&state.heights);
    Ok(LatentSolution { codes: codes.clone(), source: source.clone(), seed: options.seed, heights, validation, report })
}

/// What people should know.
fn remarks(codes: &Codes, source: &Source, rank: usize, state: &LatentState) -> Vec<String> {
    let mut remarks = codes.remarks().to_vec();
    let (d, n) = (codes.dimension(), codes.len());
    if d <= 2 {
        remarks.push(format!("codes of {d} coordinates: brenier solve finds the exact answer, with a proof"));
    } else if d == 3 {
        remarks.push("codes of 3 coordinates: exact answers need no samples there".into());
    }
    if rank < d.min(n.saturating_sub(1)) {
        remarks.push(format!("the codes span {rank} of {d} dimensions; the others change no cell"));
    }
    let lightest = codes.masses().iter().fold(1.0f64, |m, v| m.min(*v));
    let points = state.plain.max(state.stars) as f64;
    if n > 1 && points >= 1.0 && lightest * points < 1.0 {
        remarks.push(format!(
            "the lightest code has a share of {lightest:.1e}, less than one point of those drawn: such masses count in the \
             mean, and nothing is known of each of them"
        ));
    }
    if let Source::Rows(_) = source {
        remarks
            .push("the points of the file are taken for independent ones of an unknown law; each was used once".into());
    }
    remarks
}

struct Run<'a> {
    units: Units,
    options: &'a LatentOptions,
    lines: bool,
    clock: Instant,
    state: LatentState,
    matrix: Option<Laplacian>,
    strides: Option<Strides>,
    share: f64,
}

/// What a run does next.
enum Next {
    Stage(u64),
    Points(u64),
    Look(u64),
    End(LatentOutcome),
}

impl Run<'_> {
    fn n(&self) -> f64 {
        self.units.len() as f64
    }

    fn late(&self) -> bool {
        self.options.time_limit.is_some_and(|t| self.clock.elapsed() >= t)
    }

    /// The error to be expected now.
    fn expected(&self) -> f64 {
        let known = self.state.known();
        if self.n() < 2.0 {
            return 0.0;
        }
        if known > 0.0 { self.state.factor * (self.n() - 1.0) / known } else { f64::INFINITY }
    }

    /// Points of the next validation, if there is no limit.
    fn look(&self) -> u64 {
        let alpha = alpha(self.options.confidence, self.state.looks.len());
        let v = enough(self.units.len(), self.options.tol, self.share, alpha);
        let light = enough_for_light(&self.units.masses, self.options.tol, alpha);
        (v.max(light) as u64).max(LEAST).next_multiple_of(GROUPS)
    }

    /// Points that the tolerance needs, as far as can be said.
    fn needed(&self) -> f64 {
        let tol = self.options.tol;
        self.state.factor * (self.n() - 1.0) / (self.share * tol * tol) + self.look() as f64
    }

    /// Samples that are left, for learning and for validation.
    fn left(&self) -> [u64; 2] {
        let used = self.state.learned() + self.state.validated;
        let all = self.units.drawer.most().unwrap_or(u64::MAX).min(self.options.max_points.unwrap_or(u64::MAX));
        let left = all.saturating_sub(used);
        // A quarter of all is kept for validation.
        let learn = if all == u64::MAX { u64::MAX } else { (all - all / 4).saturating_sub(self.state.learned()) };
        [learn.min(left), left]
    }

    /// Samples of the first stage, and those that make a good matrix. A star of `d` lines meets at
    /// least `d` walls: so each cell meets eight, and twice as many.
    fn enough(&self) -> [u64; 2] {
        let (n, d) = (self.units.len() as u64, self.units.dimension as u64);
        match self.lines {
            true => [FIRST.max((8 * n / d).min(n / 2)), (4 * FIRST).max((16 * n / d).min(n))],
            false => [4 * FIRST, 8 * FIRST.max(n / 4)],
        }
    }

    /// The samples of the next stage; none if there are enough.
    fn stage(&self) -> Option<u64> {
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
    fn is_near(&self) -> bool {
        let known = self.state.known();
        self.expected() <= self.share * self.options.tol.powi(2) && known >= self.state.at_least
    }

    fn next(&self) -> Next {
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
            if !self.is_near() && learn >= GROUPS && self.matrix.is_some() {
                let known = self.state.known();
                let wanting = self.strides.as_ref().is_some_and(Strides::is_wanting);
                let some = if wanting { (EACH * self.units.len() as u64).min(known as u64 / 2) } else { 0 };
                let block = BLOCK.max(known as u64 / 8).max(some).next_multiple_of(2048).min(MOST);
                return Next::Points(block.min(learn));
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
        let last = (learn < GROUPS || self.matrix.is_none()) && !self.is_near() && self.is_looked();
        if points < GROUPS || last { Next::End(outcome) } else { Next::Look(points) }
    }

    /// Has somebody looked at these very heights?
    fn is_looked(&self) -> bool {
        !self.state.looks.is_empty() && self.state.at_least > self.state.known()
    }

    fn is_validated(&self, outcome: LatentOutcome) -> bool {
        outcome == LatentOutcome::Converged || self.is_looked()
    }

    fn until(
        &mut self,
        see: &mut dyn FnMut(&LatentProgress<'_>) -> LatentControl,
    ) -> Result<LatentOutcome, LatentError> {
        loop {
            let next = self.next();
            let name = match next {
                Next::Stage(_) => "stars",
                Next::Points(_) => "points",
                Next::Look(_) | Next::End(_) => "validation",
            };
            let progress = LatentProgress {
                next: name,
                samples: self.state.learned() + self.state.validated,
                needed: self.needed(),
                expected: self.expected().sqrt(),
                state: &self.state,
            };
            let stop = see(&progress) == LatentControl::Stop;
            if let Next::End(outcome) = next {
                return Ok(outcome);
            }
            if stop {
                return Ok(LatentOutcome::Interrupted);
            }
            if self.late() {
                if !self.is_looked() {
                    self.last_look()?;
                }
                let converged = self.state.looks.last().is_some_and(|l| l.is_within(self.options.tol));
                return Ok(if converged { LatentOutcome::Converged } else { LatentOutcome::TimeLimit });
            }
            // A step whose time was over has changed nothing.
            in_time(match next {
                Next::Stage(count) => self.learn_stars(count),
                Next::Points(count) => self.learn_points(count),
                Next::Look(points) => self.validate(points),
                Next::End(_) => Ok(()),
            })?;
        }
    }

    /// A short look when the time is over: what is known is told with its error.
    fn last_look(&mut self) -> Result<(), LatentError> {
        self.units.drawer.until = None;
        let clock = Instant::now();
        count(&self.units, &self.state.heights, Use::Ask, LAST, LEAST, true)?;
        let each = clock.elapsed().as_secs_f64() / LEAST as f64;
        let room = AFTER * self.options.time_limit.unwrap_or_default().as_secs_f64() / each.max(1e-12);
        let points = self.look().min(LEAST.max(room as u64)).min(self.left()[1]);
        self.validate(points / GROUPS * GROUPS)
    }

    fn learn_stars(&mut self, count: u64) -> Result<(), LatentError> {
        let first = self.state.learned();
        let samples = Samples::of(&self.units, &self.state.heights, self.lines, first, count)?;
        if self.state.stages == 0 {
            self.begin(&samples)?;
        }
        let units = &self.units;
        let found = stage(units, &samples, self.state.heights.clone())?;
        let state = &mut self.state;
        state.stages += 1;
        state.steps += found.steps as u64;
        state.stars += count;
        state.since = state.plain;
        // Soft points have a bias of their own, so they count as no more than what they are.
        let theta = found.estimate.noise + found.left;
        let worth = (units.len() as f64 - 1.0) / theta.max(1e-300);
        state.worth = if self.lines { worth } else { worth.min(count as f64) };
        state.heights = found.heights;
        self.keep(&samples, &found.estimate);
        Ok(())
    }

    /// Warms up, where the start is far away: few cells are seen, or masses differ by much.
    fn begin(&mut self, samples: &Samples) -> Result<(), LatentError> {
        let seen = samples.say(&self.units, &self.state.heights)?;
        let empty = seen.masses.iter().filter(|m| **m == 0.0).count();
        if 4 * empty > self.units.len() || seen.distance(&self.units.masses) > FAR {
            let heights = self.state.heights.clone();
            self.state.heights = warm(&self.units, heights, samples.first, self.left()[0])?;
        }
        Ok(())
    }

    /// The matrix of a state that goes on.
    fn remember(&mut self) -> Result<(), LatentError> {
        let (samples, heights) = (self.state.matrix(), &self.state.matrix_heights);
        let estimate = samples.say(&self.units, heights)?;
        self.make(&estimate);
        Ok(())
    }

    fn make(&mut self, estimate: &Estimate) {
        let target = &self.units.masses;
        let matrix = laplacian(target.len(), &estimate.walls, heaviest(target));
        self.strides = Some(Strides::new(estimate, &matrix, target));
        self.matrix = Some(matrix);
    }

    /// Remembers a matrix of the heights as they are.
    fn keep(&mut self, samples: &Samples, estimate: &Estimate) {
        self.make(estimate);
        let state = &mut self.state;
        state.matrix_heights = state.heights.clone();
        state.matrix_samples = [samples.first, samples.count];
        state.matrix_temperature = samples.eps;
        state.refreshed = state.plain;
    }

    fn learn_points(&mut self, points: u64) -> Result<(), LatentError> {
        self.refresh()?;
        let units = &self.units;
        let counted = count(units, &self.state.heights, Use::Learn, self.state.learned(), points, false)?;
        let right: Vec<f64> =
            counted.cells.iter().zip(&units.masses).map(|(&c, nu)| nu - c as f64 / points as f64).collect();
        let Some(strides) = &self.strides else { return Ok(()) };
        // What these points say of the heights that other points have found. That is far worse than
        // it should be where the masses are too wrong for steps that take them to be linear.
        let seen = theta(&counted.cells, &units.masses, 1e-3);
        let astray = seen.interval[0] > ASTRAY * self.expected();
        let lost = astray && seen.estimate > FAR && self.state.again < AGAIN;
        let (low, mut heights) = (lacking(&counted.cells, &units.masses), self.state.heights.clone());
        if !lost && !low.is_empty() {
            raise(units, self.state.learned(), points, &mut heights, &low)?;
        }
        let state = &mut self.state;
        if astray {
            state.factor = 1.0;
            state.since = state.plain;
            state.refreshed = state.plain;
            state.worth = (units.len() as f64 - 1.0) / seen.estimate.max(seen.interval[0]);
        }
        if lost {
            // Nothing is known: the next stage begins here.
            state.again += 1;
            state.plain += points;
            state.since = state.plain;
            state.worth = 0.0;
            return Ok(());
        }
        let t = points as f64 / (state.known() + points as f64);
        state.heights = heights;
        state.heights.iter_mut().zip(strides.step(right)).for_each(|(g, d)| *g += t * d);
        state.plain += points;
        Ok(())
    }

    /// Makes the matrix anew, when there are four times as many points; from twice as many samples,
    /// while these are worth the points that might be drawn in their time, or are no good matrix.
    /// What the samples say of the masses is learned, too, for as many plain points as it is worth.
    fn refresh(&mut self) -> Result<(), LatentError> {
        let state = &self.state;
        let known = |plain: u64| state.worth + plain.saturating_sub(state.since) as f64;
        let twice = (2 * state.matrix_samples[1]).min(MOST);
        let cheap = state.worth > STAR * state.stars as f64;
        let count = if cheap { twice } else { twice.min(self.enough()[1]) };
        if known(state.plain) < 4.0 * known(state.refreshed) && self.matrix.is_some() || count > self.left()[0] / 2 {
            return Ok(());
        }
        let units = &self.units;
        let samples = Samples::of(units, &state.heights, self.lines, state.learned(), count)?;
        let seen = samples.say(units, &state.heights)?;
        // Soft shares are biased; whole points are not, and these are as good as any.
        let (masses, worth): (Vec<f64>, f64) = if self.lines {
            (seen.masses.clone(), (self.n() - 1.0) / seen.noise.max(1e-300))
        } else {
            let counted = self::count(units, &state.heights, Use::Learn, samples.first, count, false)?;
            (counted.cells.iter().map(|&c| c as f64 / count as f64).collect(), count as f64)
        };
        let right: Vec<f64> = units.masses.iter().zip(&masses).map(|(nu, m)| nu - m).collect();
        let t = worth / (self.state.known() + worth);
        self.keep(&samples, &seen);
        let Some(strides) = &self.strides else { return Ok(()) };
        let step = strides.step(right);
        let state = &mut self.state;
        state.heights.iter_mut().zip(&step).for_each(|(g, d)| *g += t * d);
        state.stars += count;
        state.worth += worth;
        Ok(())
    }

    fn validate(&mut self, points: u64) -> Result<(), LatentError> {
        let alpha = alpha(self.options.confidence, self.state.looks.len());
        let units = &self.units;
        let found = validate(units, &self.state.heights, self.matrix.as_ref(), self.state.validated, points, alpha)?;
        let state = &mut self.state;
        state.validated += points;
        let known = state.known();
        if self.units.len() > 1 && known > 0.0 {
            state.factor = (found.chi_square * known / (self.units.len() as f64 - 1.0)).clamp(1.0, 1e9);
        }
        state.at_least = 1.25 * known + 1.0;
        state.looks.push(found);
        Ok(())
    }
}
