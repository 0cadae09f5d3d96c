//! A chart whose layout misses its aim is opened along its limbs and laid out again; and what is
//! still missed is told.
//!
//! A limb of length `l` and circumference `c` shrinks like `exp(-2 pi l / c)` on its way to the tip
//! (`docs/theory/parameterization.md`). Balanced weights undo that for lengths of some
//! circumferences; beyond that doubles do not tell its points apart, or its triangles become long
//! and narrow. A cut along the limb makes a strip of it, whose boundary takes its share of the
//! circle. Which limbs need one the failed layout says: there triangles have lost their area.

use super::build::Piece;
use super::chart::{Chart, opposites};
use super::check::{Proof, prove};
use super::cut::{NEAR, Whole};
use super::distort::{stretch, stretch_of};
use super::options::{AREAS, ATLAS_WEIGHT, ParameterizeError, ParameterizeOptions};
use super::report::{CROWDED, ChartReport, Miss};
use super::rim::Curve;
use super::stages::{Laid, laid_flat};
use super::watch::Watch;
use crate::domain::vector::{area_in_space, twice_area};

/// Layouts that are tried at most, the first one included.
const TRIES: usize = 4;
/// Charts of more triangles are tried again only if they are not one to one: each try takes as long
/// as the first.
const LARGE: usize = 50_000;
/// Triangles with less than this share of their wanted area have shrunk.
const SHRUNK: f64 = 0.3;
/// Triangles that are stretched by more are long and narrow.
const NARROW: f64 = 30.0;
/// What a cut that is not needed for one-to-one must gain to be kept: this factor of the error of
/// areas, or this one of stretch.
const GAIN: [f64; 2] = [0.8, 0.5];
/// Where areas are the aim, how far they may be off (of 2). A weight of 1000 leaves a per cent on
/// most meshes, one of 10 some per cent.
pub(super) const AREAS_OFF: f64 = 0.1;
/// The same for charts of an atlas with the weight that suits it: they are nearly flat.
const ATLAS_OFF: f64 = 0.01;
/// Stretch beyond which 5 per cent of a chart shall not go. Real meshes that suit a disk have 5 to
/// 40 at the default weight.
pub(super) const STRETCHED: f64 = 60.0;

/// How good a layout is.
#[derive(Clone, Copy, Debug)]
struct Score {
    /// Triangles that are not positive, and crossings.
    wrong: usize,
    area_error: f64,
    stretch: f64,
}

impl Score {
    fn of(chart: &Chart, laid: &Laid, proof: &Proof) -> Score {
        let wrong = proof.flipped + proof.flat + proof.crossings + usize::from(!proof.disk);
        Score { wrong, area_error: laid.report.area_errors[2], stretch: stretch_of(chart, &laid.uv) }
    }

    /// Whether another try is worth its time.
    fn suffices(&self, chart: &Chart, options: &ParameterizeOptions) -> bool {
        let areas = options.area_weight < AREAS || self.area_error <= AREAS_OFF;
        let hopeless = chart.triangles.len() > LARGE || on_boundary(chart) > CROWDED;
        self.wrong == 0 && (hopeless || areas && self.stretch <= STRETCHED)
    }

    /// Whether it is so much better that more cuts are justified.
    fn beats(&self, other: &Score) -> bool {
        if self.wrong > 0 || other.wrong > 0 {
            return self.wrong < other.wrong;
        }
        let no_worse = self.area_error <= other.area_error.max(0.1 * AREAS_OFF) && self.stretch <= other.stretch;
        let better = self.area_error < GAIN[0] * other.area_error && other.area_error > AREAS_OFF;
        let narrower = self.stretch < GAIN[1] * other.stretch;
        better && self.stretch < 1.5 * other.stretch || no_worse && narrower
    }
}

/// Lays a chart out, with more cuts where they help; the piece becomes the chart that was laid out.
/// With remeshing its triangles and what is `wanted` of them change on the way.
pub(super) fn laid_best(
    piece: &mut Piece,
    wanted: &mut [f64],
    curve: &Curve,
    options: &ParameterizeOptions,
    watch: &mut Watch<'_>,
) -> Result<(Vec<[f64; 2]>, ChartReport), ParameterizeError> {
    let own: Vec<f64> = piece.faces.iter().map(|&f| wanted[f as usize]).collect();
    let judged = |piece: &Piece, watch: &mut Watch<'_>| -> Result<(Laid, Score), ParameterizeError> {
        let laid = laid_flat(piece, &own, curve, options, watch)?;
        let chart = laid.fresh.as_ref().map_or(&piece.chart, |new| &new.chart);
        let score = Score::of(chart, &laid, &prove(chart, &laid.uv));
        Ok((laid, score))
    };
    let mut best = judged(piece, watch);
    let before = piece.cut_edges;
    let (mut tries, mut seconds, mut reach) = (1, best.as_ref().map_or(0.0, |b| b.0.report.seconds), NEAR);
    for _ in 1..TRIES {
        let cut = match &best {
            _ if watch.has_ended() => break,
            Ok((_, score)) if score.suffices(&piece.chart, options) => break,
            // Triangles have their old numbers only where they are the old ones.
            Ok((Laid { uv, fresh: None, .. }, _)) => limbs(piece, Some(uv), reach),
            Ok(_) | Err(ParameterizeError::Remesh { .. }) => limbs(piece, None, reach),
            Err(_) => break,
        };
        reach /= 2.0;
        let Some((opposite, cut)) = cut else { continue };
        tries += 1;
        let opened = piece.opened(&opposite, &cut);
        let Ok((laid, score)) = judged(&opened, watch) else { continue };
        seconds += laid.report.seconds;
        if best.as_ref().map_or(true, |(_, old)| score.beats(old)) {
            best = Ok((laid, score));
            *piece = opened;
        } else if best.as_ref().is_ok_and(|(_, old)| old.wrong == 0) {
            // Long limbs are not its trouble.
            break;
        }
    }
    let (Laid { uv, mut report, fresh }, score) = best?;
    if let Some(new) = fresh {
        piece.size = new.wanted.iter().sum();
        piece.chart = new.chart;
        piece.faces.iter().zip(new.wanted).for_each(|(&f, w)| wanted[f as usize] = w);
    }
    (report.tries, report.opened_edges) = (tries, piece.cut_edges - before);
    (report.seconds, report.stretch) = (seconds, score.stretch);
    Ok((uv, report))
}

/// Cuts towards the parts of a chart that have shrunk or are stretched, or towards all that is far
/// from the boundary if no layout says which have. `None` if nothing of them is farther from the
/// boundary than `reach` roots of their area.
fn limbs(piece: &Piece, uv: Option<&Vec<[f64; 2]>>, reach: f64) -> Option<(Vec<u32>, Vec<bool>)> {
    let chart = &piece.chart;
    let area = |f: usize| area_in_space(chart.corners_in_space(f));
    let shrunk: Vec<bool> = match uv {
        None => vec![true; chart.triangles.len()],
        Some(uv) => {
            let twice: Vec<f64> = (0..chart.triangles.len()).map(|f| twice_area(chart.corners(uv, f)).abs()).collect();
            let all: f64 = twice.iter().sum();
            let sound = |f: usize| {
                let narrow = stretch(chart.corners_in_space(f), chart.corners(uv, f));
                twice[f] >= SHRUNK * all * chart.share[f] && narrow <= NARROW
            };
            (0..twice.len()).map(|f| !sound(f)).collect()
        }
    };
    let mut tip = vec![false; chart.points.len()];
    let mut size = 0.0;
    for f in (0..shrunk.len()).filter(|&f| shrunk[f]) {
        chart.triangles[f].iter().for_each(|&v| tip[v as usize] = true);
        size += area(f);
    }
    let opposite = opposites(&chart.triangles);
    let loops: Vec<Vec<u32>> = std::iter::once(&chart.outline).chain(&piece.holes).cloned().collect();
    let holes: Vec<bool> = (0..loops.len()).map(|k| k > 0).collect();
    let Chart { points, triangles, .. } = chart;
    let whole = Whole { points, triangles, opposite: &opposite, loops: &loops, polygons: &[], holes: &holes };
    let cut = whole.limbs(&tip, reach * size.sqrt());
    cut.contains(&true).then_some((opposite, cut))
}

/// Share of a chart's vertices that are on its boundary.
fn on_boundary(chart: &Chart) -> f64 {
    chart.outline.len() as f64 / chart.points.len() as f64
}

/// What a chart has missed, by its report.
pub(super) fn misses(piece: &Piece, report: &ChartReport, options: &ParameterizeOptions) -> Vec<Miss> {
    if !report.proof.bijective() {
        return vec![Miss::NotOneToOne { proof: report.proof }];
    }
    let mut list: Vec<Miss> = report.stopped.map(|stage| Miss::Stopped { stage }).into_iter().collect();
    let error = report.area_errors[2];
    let off = if options.is_atlas() && options.area_weight >= ATLAS_WEIGHT { ATLAS_OFF } else { AREAS_OFF };
    if options.area_weight >= AREAS && !(error <= off) && options.is_atlas() {
        list.push(Miss::AtlasAreas { error, allowed: off });
    } else if options.area_weight >= AREAS && !(error <= off) {
        let shaped = options.boundary != super::Boundary::Free;
        list.push(Miss::Areas { error, shaped, on_boundary: on_boundary(&piece.chart) });
    }
    if let Some(allowed) = options.max_stretch
        && !(report.stretches[2] <= allowed)
    {
        list.push(Miss::Bound { stretch: report.stretches[2], allowed });
    } else if !(report.stretch <= STRETCHED) {
        list.push(Miss::Stretch { stretch: report.stretch });
    }
    list
}
