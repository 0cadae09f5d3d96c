//! Who asked for a layout sees how far it is, and may end it.
//!
//! There is a layout that is one to one from the first embedding on. Whatever comes after is looked
//! at between its steps, and what there is when the end comes is the result.

use crate::transport::Control;
use rayon::Yield;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is being done to a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ParameterizeStage {
    /// The surface's division into charts.
    Division,
    /// Charts that become one.
    Merging,
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
            ParameterizeStage::Division => "division into charts",
            ParameterizeStage::Merging => "merging of charts",
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
            ParameterizeStage::Division | ParameterizeStage::Merging | ParameterizeStage::Embedding => 0.0,
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

/// What work on other threads looks at: whether there is to be an end of it.
pub(super) struct Stop {
    set: AtomicBool,
    until: Option<Instant>,
}

impl Stop {
    /// Whether the end has come.
    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::Relaxed) || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// Counts down when it goes, even in a panic.
struct Ticket<'a>(&'a AtomicUsize);

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

/// How long nobody looks at most while work goes on elsewhere.
const LOOK: Duration = Duration::from_millis(50);
/// How long one waits for work elsewhere before one asks how far it is.
const WAIT: Duration = Duration::from_micros(200);

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

    /// How far the division into charts is, and how many there are.
    pub fn divides(&mut self, stage: ParameterizeStage, charts: usize, done: f64) {
        self.enters(stage);
        self.at.charts = charts;
        self.at.done = self.at.done.max(done.min(1.0));
    }

    /// Does all work of a list on all threads, in whatever order; results come in the list's.
    /// Whoever looks is asked meanwhile, and once the end has come work is told.
    pub fn on_all<A: Send, B: Send>(&mut self, list: Vec<A>, work: impl Fn(A, &Stop) -> B + Sync) -> Vec<B> {
        let stop = Stop { set: AtomicBool::new(self.has_ended()), until: self.until };
        let left = AtomicUsize::new(list.len());
        // What came before was no step of this.
        self.looked = Instant::now();
        let slots: Vec<Mutex<Option<B>>> = list.iter().map(|_| Mutex::new(None)).collect();
        rayon::in_place_scope(|scope| {
            for (a, slot) in list.into_iter().zip(&slots) {
                let (stop, left, work) = (&stop, &left, &work);
                scope.spawn(move |_| {
                    let _ticket = Ticket(left);
                    let done = work(a, stop);
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
                });
            }
            while left.load(Ordering::Acquire) > 0 {
                if rayon::yield_now() != Some(Yield::Executed) {
                    std::thread::sleep(WAIT);
                }
                if self.looked.elapsed() >= LOOK && !self.goes_on() {
                    stop.set.store(true, Ordering::Relaxed);
                }
            }
        });
        // A panic of one of them went on where the scope ended, so none is empty.
        slots.into_iter().filter_map(|s| s.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
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
