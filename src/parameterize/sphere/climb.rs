//! From a tetrahedron on the sphere up to the whole mesh.

use super::super::chart::NONE;
use super::super::energy::Weights;
use super::super::options::AREAS;
use super::coarsen::{Level, levels};
use super::energy::{Cost, solid_angle};
use super::place::{Spoke, placed};
use super::refine::Refinement;
use rayon::prelude::*;

/// Levels of up to this many vertices are refined each; of others those that have grown by so much
/// since the last.
const SMALL: usize = 300;
const GROWTH: f64 = 1.8;
/// Weights of angles on the way, steps of each at most, and what a step must gain to go on. What is
/// wrong on a coarse level stays so: a whole limb that has found no room.
const ON_THE_WAY: [f64; 4] = [0.1, 0.01, 1e-3, 1e-4];
/// How many of them are kept, in one climb after another until all triangles are positive: the less
/// angles count, the sooner a hole is so bent that its vertex finds no place from which all of it
/// is seen, and lies on its rim.
const KEPT: [usize; 4] = [4, 3, 2, 1];
const STEPS_ON_THE_WAY: usize = 15;
const ENOUGH_ON_THE_WAY: f64 = 0.05;

/// Angle weights of the stages for the whole mesh, from the first; the last is one over the area
/// weight.
const STAGES: [f64; 8] = [1.0, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];
/// Newton steps of each stage at most, and rounds through all of them: in meshes of up to `SMALL`
/// triangles, and in larger ones.
const STEPS: [usize; 2] = [30, 10];
const ROUNDS: [usize; 2] = [3, 2];
const SMALL_MESH: usize = 20_000;
/// Error of areas that needs no further round.
const GOOD: f64 = 3e-3;
/// A stage ends when a step gains less than this share; late ones go on longer.
const ENOUGH: f64 = 0.03;
const ENOUGH_LATE: f64 = 1e-3;
/// The stage before which points are shaken, by this share of their edges.
const SHAKEN: f64 = 1e-4;
const SHAKE: f64 = 0.18;

/// What was done on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Climb {
    pub levels: usize,
    /// Newton steps of the whole mesh.
    pub steps: usize,
    /// Error of areas once the last vertices are in, and after refinement.
    pub area_errors: [f64; 2],
}

/// Points on the unit sphere for the vertices of a triangulated sphere. `None` if it is none, or if
/// memory does not suffice. Cost: about 60 factorizations of a matrix of `2 n` rows.
pub(super) fn climbed(
    points: &[[f64; 3]],
    triangles: &[[u32; 3]],
    share: &[f64],
    area_weight: f64,
) -> Option<(Vec<[f64; 3]>, Climb)> {
    let levels = levels(points, triangles, share)?;
    let first = levels.first()?;
    let mut at = Vec::new();
    for kept in KEPT {
        at = risen(&levels, points, &ON_THE_WAY[..kept])?;
        if first.triangles.iter().all(|t| solid_angle(t.map(|v| at[v as usize])) > 0.0) {
            break;
        }
    }
    let costs = (0..triangles.len()).map(|f| Cost::new(triangles[f].map(|v| points[v as usize]), share[f], false));
    let mut report = Climb { levels: levels.len(), ..Climb::default() };
    report.area_errors = [area_error(&at, first); 2];
    let mut refinement = Refinement::new(triangles, costs.collect(), at)?;
    report.steps = refined_whole(&mut refinement, first, area_weight);
    report.area_errors[1] = area_error(&refinement.points, first);
    Some((refinement.points, report))
}

/// All vertices put back, level after level, each refined by stages of these weights of angles.
fn risen(levels: &[Level], points: &[[f64; 3]], stages: &[f64]) -> Option<Vec<[f64; 3]>> {
    let mut at = vec![[0.0; 3]; points.len()];
    tetrahedron(levels.last()?, &mut at);
    let mut refined = 4;
    for (k, level) in levels.iter().enumerate().rev() {
        let cost = |f: usize| {
            let corners = level.triangles[f].map(|v| points[v as usize]);
            Cost::new(corners, level.share[f], k > 0)
        };
        let costs: Vec<Cost> = (0..level.triangles.len()).into_par_iter().map(cost).collect();
        put_back(level, &costs, &mut at);
        let n = level.triangles.len() / 2 + 2;
        if k > 0 && (n <= SMALL || n as f64 > GROWTH * refined as f64) {
            refined = n;
            on_the_way(level, costs, stages, &mut at)?;
        }
    }
    Some(at)
}

/// Corners of a regular tetrahedron for the vertices of the coarsest level.
fn tetrahedron(level: &Level, at: &mut [[f64; 3]]) {
    let r = 1.0 / 3f64.sqrt();
    let corners = [[r, r, r], [r, -r, -r], [-r, r, -r], [-r, -r, r]];
    let [a, b, c] = level.triangles[0];
    let last = level.triangles.iter().flatten().copied().find(|v| ![a, b, c].contains(v)).unwrap_or(a);
    for (v, corner) in [a, b, c, last].into_iter().zip(corners) {
        at[v as usize] = corner;
    }
}

/// Places the vertices that the next coarser level does not have.
fn put_back(level: &Level, costs: &[Cost], at: &mut [[f64; 3]]) {
    let mut number = vec![NONE; at.len()];
    (0..).zip(&level.removed).for_each(|(k, r)| number[r.vertex as usize] = k);
    let mut stars: Vec<Vec<Spoke>> = vec![Vec::new(); level.removed.len()];
    for (&corners, cost) in level.triangles.iter().zip(costs) {
        if let Some(own) = (0..3).find(|&k| number[corners[k] as usize] != NONE) {
            stars[number[corners[own] as usize] as usize].push(Spoke { corners, own, cost });
        }
    }
    let known = &*at;
    let places: Vec<[f64; 3]> =
        level.removed.par_iter().zip(&stars).map(|(hole, star)| placed(hole, known, star)).collect();
    level.removed.iter().zip(places).for_each(|(hole, p)| at[hole.vertex as usize] = p);
}

/// A few steps for the vertices of a level.
fn on_the_way(level: &Level, costs: Vec<Cost>, stages: &[f64], at: &mut [[f64; 3]]) -> Option<()> {
    let mut used: Vec<u32> = level.triangles.iter().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let mut number = vec![NONE; at.len()];
    (0..).zip(&used).for_each(|(k, &v)| number[v as usize] = k);
    let triangles: Vec<[u32; 3]> = level.triangles.iter().map(|t| t.map(|v| number[v as usize])).collect();
    let own = used.iter().map(|&v| at[v as usize]).collect();
    let mut refinement = Refinement::new(&triangles, costs, own)?;
    for &angle in stages {
        refinement.run(weights(angle), STEPS_ON_THE_WAY, ENOUGH_ON_THE_WAY);
    }
    used.iter().zip(refinement.points).for_each(|(&v, p)| at[v as usize] = p);
    Some(())
}

/// All stages for the whole mesh, again from angles where areas are the aim and not good yet: what
/// had run fast has room then. The best of all rounds is kept. Returns the steps taken.
fn refined_whole(refinement: &mut Refinement<'_>, level: &Level, area_weight: f64) -> usize {
    let large = usize::from(level.triangles.len() > SMALL_MESH);
    let rounds = if area_weight >= AREAS { ROUNDS[large] } else { 1 };
    let mut steps = 0;
    let mut best: Option<(f64, Vec<[f64; 3]>)> = None;
    for _ in 0..rounds {
        steps += one_round(refinement, STEPS[large], large > 0, area_weight);
        let error = area_error(&refinement.points, level);
        if best.as_ref().is_none_or(|b| error < b.0) {
            best = Some((error, refinement.points.clone()));
        }
        if error <= GOOD {
            break;
        }
    }
    if let Some((_, points)) = best {
        refinement.points = points;
    }
    steps
}

/// All stages once; where steps take long, none after one that has not settled.
fn one_round(refinement: &mut Refinement<'_>, most: usize, large: bool, area_weight: f64) -> usize {
    let last = 1.0 / area_weight;
    let mut steps = 0;
    for angle in STAGES.into_iter().filter(|&a| a > last).chain([last]) {
        if angle == SHAKEN {
            refinement.shake(SHAKE);
        }
        let enough = if angle <= SHAKEN { ENOUGH_LATE } else { ENOUGH };
        let taken = refinement.run(weights(angle), most, enough);
        steps += taken;
        if large && angle <= SHAKEN && taken == most {
            break;
        }
    }
    steps
}

fn weights(angle: f64) -> Weights {
    Weights { area: 1.0, share: 0.0, angle, gauss: true }
}

/// Sum of the errors of all shares of the sphere, between 0 and 2.
fn area_error(at: &[[f64; 3]], level: &Level) -> f64 {
    let solid: Vec<f64> = level.triangles.iter().map(|t| solid_angle(t.map(|v| at[v as usize])).abs()).collect();
    let all: f64 = solid.iter().sum();
    solid.iter().zip(&level.share).map(|(s, share)| (s / all - share).abs()).sum()
}
