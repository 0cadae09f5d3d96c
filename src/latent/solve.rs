//! The run: stages of stars, plain points, validation, until the interval lies below the tolerance.
//!
//! With the Laplacian `L` of walls the step `g += B / (M + B) L^+ (nu - m)` over a block of `B`
//! points, after `M` others, is the recursion of a mean: where `L` is right, the error of the
//! masses is that of all points together, `theta = (n - 1) / M`, and no step size is to be chosen.
//! What the stages have found, and points with their reflections, count as the number of
//! independent points that would be as good.

use super::codes::Codes;
use super::counts::count;
use super::draw::Use;
use super::error::{LatentError, in_time};
use super::estimate::{Estimate, laplacian};
use super::interval::theta;
use super::options::{LatentOptions, LatentOutcome, LatentReport};
use super::plan::{LEAST, MOST, Next, Run, alpha};
use super::raise::{lacking, raise};
use super::reflections::{learn, reflections};
use super::remarks::remarks;
use super::source::Source;
use super::stage::{Samples, heaviest, stage};
use super::start::start;
use super::state::{FACTOR, LatentState};
use super::strides::Strides;
use super::units::Units;
use super::validate::{GROUPS, Validation, validate};
use super::warm::warm;
use std::time::Instant;

/// What a point is worth with its reflections, of their number, before that was seen.
const GAIN: f64 = 0.75;

/// Blocks that are so many times as wrong as they should be say that less is known; where they are
/// as wrong as [`FAR`] they lead back to stars, so often.
const ASTRAY: f64 = 4.0;
const AGAIN: u32 = 4;

/// A star takes as long as about so many plain points: along each of its lines all codes are
/// compared twice at two places, in doubles. Counted from the operations of both, not timed.
const STAR: f64 = 40.0;

/// Until the next matrix three times as much is learned as is known: of this a matrix may take an
/// eighth.
const PAID: f64 = 0.375;

/// A start of which `sum (m - nu)^2 / nu` is more is far away.
const FAR: f64 = 10.0;

/// Times that cells which lack mass are raised before a matrix is made.
const RAISES: usize = 2;

/// Number of the first point by which the speed of a last look is measured.
const LAST: u64 = 5 << 48;

/// A last look after the time limit takes about this share of it, if it needs more points than the
/// least.
const AFTER: f64 = 0.1;

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
        None => LatentState::begin(options.seed, (GAIN * f64::from(reflections(&units))).max(1.0), heights),
        Some(state) => match state.unfit(units.len(), options.seed) {
            None => state.clone(),
            Some(what) => return Err(LatentError::State(what)),
        },
    };
    units.drawer.until = options.time_limit.and_then(|t| clock.checked_add(t));
    let lines = source.has_lines();
    let mut run = Run { units, options, lines, clock, state, strides: None };
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
        reflections: reflections(&run.units),
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

impl Run<'_> {
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
        // Soft points have a bias of their own, so they count as no more than what they are.
        let theta = found.estimate.noise + found.left;
        let worth = (units.len() as f64 - 1.0) / theta.max(1e-300);
        let worth = if self.lines { worth } else { worth.min(count as f64) };
        let state = &mut self.state;
        state.stages += 1;
        state.steps += found.steps as u64;
        state.stars += count;
        (state.worth, state.earned, state.heights) = (worth, 0.0, found.heights);
        self.keep(&samples, found.estimate)?;
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
        let walls = laplacian(target.len(), &estimate.walls, heaviest(target));
        self.strides = Some(Strides::new(estimate, walls, target));
    }

    /// Makes a matrix of what samples saw at the heights as they are, or a little higher where
    /// cells lack mass, and remembers it with these heights.
    fn keep(&mut self, samples: &Samples, mut seen: Estimate) -> Result<Estimate, LatentError> {
        let mut heights = self.state.heights.clone();
        for _ in 0..RAISES {
            // Samples count as so many points; of few points nothing follows.
            let worth = (self.n() - 1.0) / seen.noise.max(1e-300);
            let counts: Vec<f64> = seen.masses.iter().map(|m| m * worth).collect();
            let low = lacking(&counts, &self.units.masses);
            if low.is_empty() {
                break;
            }
            let mut higher = heights.clone();
            let raised = raise(&self.units, samples.first, samples.count, &mut higher, &low);
            let raised = raised.and_then(|()| samples.say(&self.units, &higher));
            let Some(found) = in_time(raised)? else { break };
            (heights, seen) = (higher, found);
        }
        self.make(&seen);
        let state = &mut self.state;
        state.matrix_heights = heights.clone();
        state.heights = heights;
        state.matrix_samples = [samples.first, samples.count];
        state.matrix_temperature = samples.eps;
        state.refreshed = state.known();
        Ok(seen)
    }

    fn learn_points(&mut self, points: u64) -> Result<(), LatentError> {
        self.refresh()?;
        let units = &self.units;
        let learned = learn(units, &self.state.heights, self.state.learned(), points)?;
        let right: Vec<f64> = learned.masses.iter().zip(&units.masses).map(|(m, nu)| nu - m).collect();
        let Some(strides) = &self.strides else { return Ok(()) };
        // What these points say of the heights that other points have found. That is far worse than
        // it should be where the masses are too wrong for steps that take them to be linear.
        let seen = theta(&learned.cells, &units.masses, 1e-3);
        let astray = seen.interval[0] > ASTRAY * self.expected();
        let lost = astray && seen.estimate > FAR && self.state.again < AGAIN;
        let (low, mut heights) = (lacking(&learned.cells, &units.masses), self.state.heights.clone());
        if !lost && !low.is_empty() {
            raise(units, self.state.learned(), points, &mut heights, &low)?;
        }
        let state = &mut self.state;
        state.plain += points;
        state.gain = learned.gain;
        if astray {
            state.factor = FACTOR;
            state.earned = 0.0;
            state.worth = (units.len() as f64 - 1.0) / seen.estimate.max(seen.interval[0]);
            state.refreshed = state.worth;
        }
        if lost {
            // Nothing is known: the next stage begins here.
            state.again += 1;
            state.worth = 0.0;
            return Ok(());
        }
        let worth = points as f64 * learned.gain;
        let t = worth / (state.known() + worth);
        state.heights = heights;
        state.heights.iter_mut().zip(strides.step(right)).for_each(|(g, d)| *g += t * d);
        state.earned += worth;
        Ok(())
    }

    /// Makes the matrix anew, when there are four times as many points; from twice as many samples,
    /// while these are worth the points that might be drawn in their time, or are no good matrix.
    /// What the samples say of the masses is learned, too, for as many plain points as it is worth.
    fn refresh(&mut self) -> Result<(), LatentError> {
        let state = &self.state;
        let twice = (2 * state.matrix_samples[1]).min(MOST);
        let cheap = self.price() * state.worth > STAR * state.stars as f64;
        let few = self.enough()[1];
        // A better matrix learns faster: it may cost an eighth of what will be learned by it.
        let paid = (PAID * self.price() * state.known() / STAR) as u64;
        let count = if cheap { twice } else { twice.min(few.max(paid)) };
        if state.known() < 4.0 * state.refreshed && self.strides.is_some() || count > self.left()[0] / 2 {
            return Ok(());
        }
        let units = &self.units;
        let samples = Samples::of(units, &state.heights, self.lines, state.learned(), count)?;
        let seen = samples.say(units, &state.heights)?;
        // Soft shares are biased; whole points are not, and these are as good as any.
        let counted = match self.lines {
            true => None,
            false => Some(self::count(units, &state.heights, Use::Learn, samples.first, count, false)?.cells),
        };
        let seen = self.keep(&samples, seen)?;
        let units = &self.units;
        let (worth, masses): (f64, Vec<f64>) = match counted {
            None => ((self.n() - 1.0) / seen.noise.max(1e-300), seen.masses),
            Some(cells) => (count as f64, cells.iter().map(|&c| c as f64 / count as f64).collect()),
        };
        let right: Vec<f64> = units.masses.iter().zip(&masses).map(|(nu, m)| nu - m).collect();
        let t = worth / (self.state.known() + worth);
        let Some(strides) = &self.strides else { return Ok(()) };
        let step = strides.step(right);
        let state = &mut self.state;
        state.heights.iter_mut().zip(&step).for_each(|(g, d)| *g += t * d);
        state.stars += count;
        state.worth += worth;
        state.refreshed = state.known();
        Ok(())
    }

    fn validate(&mut self, points: u64) -> Result<(), LatentError> {
        let alpha = alpha(self.options.confidence, self.state.looks.len());
        let units = &self.units;
        let walls = self.strides.as_ref().map(|s| &s.walls);
        let found = validate(units, &self.state.heights, walls, self.state.validated, points, alpha)?;
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
