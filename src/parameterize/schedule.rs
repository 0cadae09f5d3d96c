//! In which order weights follow one another, and how long each is kept.

use super::chart::Chart;
use super::energy::Weights;
use super::measure::area_error;
use super::options::{AREAS, ParameterizeOptions};
use super::refine::Refinement;
use super::report::CROWDED;
use super::watch::Watch;

/// Angle weights of the stages of refinement, from the first; the last is one over the area weight.
const STAGES: [f64; 8] = [1.0, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];
/// The stage before which vertices are shaken, by this share of their edges.
const SHAKEN: f64 = 1e-4;
const SHAKE: f64 = 0.18;
/// Angle weight from which on the area term is taken for a square of linear functions.
const GAUSS: f64 = 1e-2;
/// Angle weights with which a boundary is set free, one after the other until areas are no worse.
const FREE: [f64; 3] = [0.03, 1e-3, 1e-5];
/// Newton steps of a free boundary's stages at most, where they take little time: strips that
/// unroll go around each other.
const STEPS_FREE: usize = 500;
/// Newton steps of each stage at most; a third of it in charts of more than `LARGE` triangles, four
/// times as many in those of up to `SMALL`.
const STEPS: usize = 30;
const LARGE: usize = 50_000;
const SMALL: usize = 5_000;
/// From this number of triangles on, where a factorization takes seconds: steps of each stage, and
/// no stage whose angles would spoil the areas that transport has found.
const HUGE: usize = 300_000;
const STEPS_HUGE: usize = 4;
/// A stage ends when a step gains less than this share; late ones and the last go on longer.
const ENOUGH: f64 = 0.03;
const ENOUGH_LATE: f64 = 1e-3;

/// Error of areas from which on a crowded chart is asked for few wrong areas instead of none that
/// is very wrong; the weights of the logarithm, which then only keeps triangles from flattening;
/// that of angles beside it; and the share a step must gain.
const WRONG: f64 = 0.3;
const BARRIERS: [f64; 2] = [1e-2, 1e-3];
const ANGLE_PER_BARRIER: f64 = 1e-2;
const ENOUGH_SHARE: f64 = 1e-4;
/// Steps for each weight at most, fewer where they take long: so many triangles times steps take
/// seconds.
const STEPS_SHARE: usize = 200;
const FACES_OF_STEPS: usize = 1_500_000;

/// The stages that a chart goes through.
pub(super) struct Course<'a> {
    chart: &'a Chart,
    /// Angle weight of the first stage and of the last one.
    first: f64,
    last: f64,
    /// Steps of a stage at most.
    most: usize,
    /// Whether areas are the aim.
    areas: bool,
}

impl<'a> Course<'a> {
    /// For a chart whose layout begins with a `spread` of the logarithms of areas.
    pub fn of(chart: &'a Chart, options: &ParameterizeOptions, spread: f64) -> Course<'a> {
        // From a start with the right areas there is no need to begin with angles.
        let first = match spread * spread {
            square if chart.triangles.len() > HUGE => square,
            square if square < STAGES[1] => STAGES[1],
            _ => STAGES[0],
        };
        let most = match chart.triangles.len() {
            n if n > HUGE => STEPS_HUGE,
            n if n > LARGE => STEPS / 3,
            n if n > SMALL => STEPS,
            _ => 4 * STEPS,
        };
        let areas = options.area_weight >= AREAS;
        Course { chart, first, last: 1.0 / options.area_weight, most, areas }
    }

    /// All stages from an angle weight on. Returns the steps taken.
    fn stages(&self, refinement: &mut Refinement<'_>, first: f64, most: usize, watch: &mut Watch<'_>) -> usize {
        let mut all = 0;
        for angle in STAGES.into_iter().filter(|&a| a > self.last && a <= first).chain([self.last]) {
            if angle == SHAKEN {
                refinement.shake(SHAKE);
            }
            let enough = if angle <= SHAKEN || angle == self.last { ENOUGH_LATE } else { ENOUGH };
            let taken = refinement.run(weights(angle), most, enough, watch);
            all += taken;
            // What has not settled here will not further down: there only angles would be lost.
            if angle <= SHAKEN && taken == most {
                break;
            }
        }
        all
    }

    /// The stages of a boundary that slides on a curve. Returns the steps taken.
    pub fn settle(&self, refinement: &mut Refinement<'_>, watch: &mut Watch<'_>) -> usize {
        let steps = self.stages(refinement, self.first, self.most, watch);
        let few = self.areas && self.chart.triangles.len() <= LARGE;
        steps + if few { self.fewest_wrong(refinement, watch) } else { 0 }
    }

    /// The stages of a free boundary, which begins where one on a curve has ended. It never ends
    /// with a larger error of areas than it began with: where it has, it begins again with less
    /// weight for angles, from where on areas change little; and if that does not help either, it
    /// ends where it began. (Not where angles are the aim.) Returns the steps taken.
    pub fn set_free(&self, free: &mut Refinement<'_>, watch: &mut Watch<'_>) -> usize {
        let (begin, error) = (free.uv.clone(), area_error(self.chart, &free.uv));
        let few = (FACES_OF_STEPS / self.chart.triangles.len().max(1)).min(STEPS_FREE);
        let most = self.most.max(few);
        let mut steps = 0;
        for first in FREE {
            steps += self.stages(free, first.max(self.last).min(self.first), most, watch);
            if !self.areas || area_error(self.chart, &free.uv) <= error {
                return steps;
            }
            free.uv.clone_from(&begin);
            // The last stage again would be the same.
            if first <= self.last || watch.has_ended() {
                break;
            }
        }
        steps
    }

    /// Where most vertices are on the boundary, a circle has no room for all triangles there:
    /// between three of its points at distance `d` there is an area of `d^3 / 2` only. The
    /// logarithm counts these most, and spoils for them what could be right. So at the end the
    /// squared error of areas takes its place, step by step. Returns the steps taken.
    fn fewest_wrong(&self, refinement: &mut Refinement<'_>, watch: &mut Watch<'_>) -> usize {
        let chart = self.chart;
        let crowded = chart.outline.len() as f64 > CROWDED * chart.points.len() as f64;
        if !crowded || area_error(chart, &refinement.uv) <= WRONG {
            return 0;
        }
        let most = (FACES_OF_STEPS / chart.triangles.len().max(1)).min(STEPS_SHARE);
        let mut taken = 0;
        for area in BARRIERS {
            let before = (refinement.uv.clone(), refinement.rim.clone(), area_error(chart, &refinement.uv));
            let angle = (ANGLE_PER_BARRIER * area).max(self.last);
            let weights = Weights { area, share: 1.0, angle, gauss: true };
            taken += refinement.run(weights, most, ENOUGH_SHARE, watch);
            if area_error(chart, &refinement.uv) >= before.2 {
                (refinement.uv, refinement.rim) = (before.0, before.1);
                break;
            }
        }
        taken
    }
}

/// Weights of a stage. Late stages begin near the wanted areas.
fn weights(angle: f64) -> Weights {
    Weights { area: 1.0, share: 0.0, angle, gauss: angle <= GAUSS }
}
