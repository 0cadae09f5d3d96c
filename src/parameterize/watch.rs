//! Who asked for a layout sees how far it is, and may end it.
//!
//! There is a layout that is one to one from the first embedding on. Whatever comes after is looked
//! at between its steps, and what there is when the end comes is the result.

use crate::transport::Control;
use std::fmt;
use std::time::{Duration, Instant};

/// What is being done to a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ParameterizeStage {
    /// Its first embedding.
    #[default]
    Embedding,
    /// Transport, and the way to where it leads.
    Transport,
    /// Newton steps.
    Refinement,
    /// Newton steps with a free boundary.
    FreeBoundary,
}

impl fmt::Display for ParameterizeStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParameterizeStage::Embedding => "first embedding",
            ParameterizeStage::Transport => "transport",
            ParameterizeStage::Refinement => "refinement",
            ParameterizeStage::FreeBoundary => "free boundary",
        })
    }
}

impl ParameterizeStage {
    /// Share of a chart's time before it, roughly.
    fn begins(self) -> f64 {
        match self {
            ParameterizeStage::Embedding => 0.0,
            ParameterizeStage::Transport => 0.1,
            ParameterizeStage::Refinement => 0.2,
            ParameterizeStage::FreeBoundary => 0.5,
        }
    }
}

/// How far a layout is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ParameterizeProgress {
    /// The chart that is being laid out, from 0.
    pub chart: usize,
    /// Charts.
    pub charts: usize,
    /// What is being done to it.
    pub stage: ParameterizeStage,
    /// Steps of that so far.
    pub steps: usize,
    /// Share of all the work that is done, roughly.
    pub done: f64,
}

/// Why a layout ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterizeOutcome {
    /// All was done.
    #[default]
    Done,
    /// The time was over.
    TimeLimit,
    /// The callback asked to stop.
    Interrupted,
}

/// The one who looks, and the clock.
pub(super) struct Watch<'a> {
    call: &'a mut dyn FnMut(&ParameterizeProgress) -> Control,
    until: Option<Instant>,
    /// When somebody looked last.
    looked: Instant,
    at: ParameterizeProgress,
    /// Triangles of charts that are done, of the one now, of all.
    faces: [usize; 3],
    outcome: ParameterizeOutcome,
}

impl<'a> Watch<'a> {
    pub fn new(limit: Option<Duration>, call: &'a mut dyn FnMut(&ParameterizeProgress) -> Control) -> Watch<'a> {
        let looked = Instant::now();
        let until = limit.and_then(|t| looked.checked_add(t));
        Watch { call, until, looked, at: Default::default(), faces: [0; 3], outcome: Default::default() }
    }

    /// What there is to do.
    pub fn expects(&mut self, charts: usize, faces: usize) {
        self.at.charts = charts;
        self.faces[2] = faces;
    }

    /// The next chart begins.
    pub fn next(&mut self, chart: usize, faces: usize) {
        self.faces[0] += self.faces[1];
        self.faces[1] = faces;
        (self.at.chart, self.at.stage) = (chart, ParameterizeStage::default());
    }

    /// What is being done now.
    pub fn enters(&mut self, stage: ParameterizeStage) {
        if !self.has_ended() {
            (self.at.stage, self.at.steps) = (stage, 0);
        }
    }

    /// Called between two steps: whether there is time for the next one, which is taken to last as
    /// long as the last one did.
    pub fn goes_on(&mut self) -> bool {
        if self.has_ended() {
            return false;
        }
        let now = Instant::now();
        let step = now.duration_since(std::mem::replace(&mut self.looked, now));
        self.at.steps += 1;
        let begins = self.at.stage.begins();
        let inside = begins + 0.1 * (1.0 - 0.95f64.powi(self.at.steps as i32)) * (1.0 + 2.0 * begins);
        let faces = self.faces[0] as f64 + inside.min(1.0) * self.faces[1] as f64;
        self.at.done = self.at.done.max(faces / self.faces[2].max(1) as f64);
        if (self.call)(&self.at) == Control::Stop {
            self.outcome = ParameterizeOutcome::Interrupted;
        } else if self.until.is_some_and(|until| now + step >= until) {
            self.outcome = ParameterizeOutcome::TimeLimit;
        }
        !self.has_ended()
    }

    /// Whether the end has come.
    pub fn has_ended(&self) -> bool {
        self.outcome != ParameterizeOutcome::Done
    }

    /// What the end has come upon.
    pub fn stopped(&self) -> Option<ParameterizeStage> {
        self.has_ended().then_some(self.at.stage)
    }

    pub fn outcome(&self) -> ParameterizeOutcome {
        self.outcome
    }
}
