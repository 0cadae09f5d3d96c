//! The climb, and what it ends with.

use super::super::linear::{self, Laplacian, LinearOptions};
use super::super::report::{IterationReport, Outcome};
use super::super::state::{Budget, NewtonOptions, NewtonState};
use super::super::step::hold;
use super::flow::{Split, ranks, split};
use super::jump::BEYOND;
use super::jump::Jump;
use super::place::{Ties, placed};
use super::search::{Ray, highest};
use crate::diagram::{Laguerre, Region, Tied, Want};
use crate::exact::{Dd, Heights};
use petgraph::unionfind::UnionFind;
use std::time::Instant;

/// Groups of sites whose masses are right to this share of the tolerance count as right.
pub(super) const FINE: f64 = 0.05;

/// Masses are good to this share of the whole, generously: a claim needs more, and is confirmed in
/// rationals ([`Jump::confirmed`]).
pub(super) const DOUBT: f64 = 1.0 / (1u64 << 36) as f64;

/// Sums of masses are right to this share of what they sum: what whole components lack below it is
/// rounding, however small their least target.
pub(super) const ROUNDING: f64 = 1.0 / (1u64 << 48) as f64;

/// Groups without walls to the others, empty cells mostly, are moved one after another; up to so
/// many count as one step.
pub(super) const SWEEP: usize = 64;

/// What a climb ended with.
pub(in crate::newton) struct Climbed {
    pub outcome: Outcome,
    pub jump: Option<Jump>,
}

pub(super) const NO_FURTHER: &str = "the dual rises no further in doubles";

/// So many steps without a gain in the worst error and the least mass are rounding where no sites
/// are tied: Newton's directions from both sides of a kink need two or three.
pub(super) const STALE: usize = 12;

/// As many as these, in so many diagrams, are rounding everywhere.
pub(super) const STALE_TRIALS: u32 = 1500;

/// Of where a climb began and its steps, have the last gained nothing: [`STALE`] of them, or
/// [`STALE_TRIALS`] diagrams in at least `least` steps? Damped steps before it do not count: they
/// are why it began. Told from what a checkpoint keeps, so that a resumed run ends where an
/// unbroken one does.
pub(super) fn stale(iterations: &[IterationReport], least: usize) -> [bool; 2] {
    let best = |some: &[IterationReport]| {
        let worse = (f64::INFINITY, 0.0f64);
        some.iter().fold(worse, |(r, m), i| (r.min(i.residual), m.max(i.min_mass_ratio)))
    };
    let since = |last: usize| {
        let Some(before) = iterations.len().checked_sub(last).filter(|&k| k > 0) else { return false };
        let (old, new) = (best(&iterations[..before]), best(&iterations[before..]));
        !(new.0 < 0.99 * old.0 || new.1 > 1.01 * old.1)
    };
    let mut trials = 0;
    let enough = iterations.iter().rev().position(|i| {
        trials += i.trials;
        trials >= STALE_TRIALS
    });
    [since(STALE), enough.is_some_and(|k| since((k + 1).max(least)))]
}

pub(super) fn stopped(why: &str) -> Climbed {
    Climbed { outcome: Outcome::NotConverged { why: why.to_string() }, jump: None }
}

/// Climbs from the state's heights. Cost: per step a few diagrams and a linear solve.
pub(in crate::newton) fn climb(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    state: &mut NewtonState,
    limits: (Budget, &NewtonOptions),
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> Climbed {
    climbed(diagram, target, state, limits, keep_going).unwrap_or_else(|outcome| Climbed { outcome, jump: None })
}

/// [`climb`].
///
/// # Errors
/// The outcome of what cannot be measured.
fn climbed(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    state: &mut NewtonState,
    (budget, options): (Budget, &NewtonOptions),
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> Result<Climbed, Outcome> {
    let ties = Ties::of(diagram);
    let total: f64 = target.iter().sum();
    let mut start = placed(diagram, &ties, &state.heights, &[])?;
    let mut since = Instant::now();
    // Everything that follows depends on the heights alone.
    state.mass_floor = 0.0;
    if state.climb == 0 {
        state.climb = state.iterations.len();
    }
    let from = state.climb.saturating_sub(1);
    // Steps of whole groups that count as one so far.
    let mut swept = 0;
    loop {
        state.heights = start.heights.clone();
        let (worst, ratio, remaining) = errors(start.measures.masses(), target, options.tolerance);
        if let Some(last) = state.iterations.last_mut() {
            (last.residual, last.min_mass_ratio, last.remaining) = (worst, ratio, remaining);
            last.seconds += since.elapsed().as_secs_f64();
        }
        since = Instant::now();
        if worst <= options.tolerance && start.regions.is_empty() {
            return Ok(Climbed { outcome: Outcome::Converged, jump: None });
        }
        let groups = Groups::of(&start, target, options.tolerance);
        let shared = (!start.regions.is_empty()).then(|| shared(&start, target, &groups, total));
        // All that a sweep moves counts as one step.
        let own = state.iterations.get(from..).unwrap_or_default();
        let [slow, lost] = stale(own, 2 + target.len().div_ceil(SWEEP));
        // Only cells too light for doubles are wrong: what is tied may be looked at.
        let still = slow && groups.wrong() <= ROUNDING * total * target.len() as f64;
        let slack = 2.0 * groups.wrong() + 1e-15 * total * target.len() as f64;
        let way = match &shared {
            Some(s) if s.violation > slack => Some(released(&start, target, s)),
            Some(_) if still => None,
            _ if groups.fine() => None,
            _ => Some(newton(&start, &groups, diagram.fixed().is_some())),
        };
        let whole = way.as_ref().is_some_and(|w| w.whole);
        let again = whole && swept > 0 && swept < SWEEP;
        if !again {
            swept = 0;
            if !keep_going(state) {
                return Ok(Climbed { outcome: Outcome::Interrupted, jump: None });
            }
            if state.iterations.len() > options.max_iterations {
                return Ok(stopped(&format!("{} iterations done", options.max_iterations)));
            }
            if budget.spent() {
                return Ok(Climbed { outcome: Outcome::TimeLimit, jump: None });
            }
            if way.is_some() && (lost || slow && ties.none()) {
                return Ok(stopped(NO_FURTHER));
            }
        }
        swept += usize::from(whole);
        let Some(Way { mut direction, slope, first, .. }) = way else {
            return top(diagram, &ties, target, state, &start, (shared, &groups), options);
        };
        hold(&mut direction, diagram.fixed());
        if !(slope.is_finite() && direction.iter().all(|d| d.is_finite())) {
            return Ok(stopped("Newton's step is not finite: some sites are too near each other for doubles"));
        }
        let ray = Ray { heights: &state.heights, direction: &direction, slope, first };
        let found = highest(diagram, &ties, target, &ray)?;
        if found.t <= 0.0 || found.heights == state.heights {
            return Ok(stopped(NO_FURTHER));
        }
        start = placed(diagram, &ties, &found.heights, &[])?;
        match state.iterations.last_mut().filter(|_| again) {
            Some(last) => last.trials += found.trials,
            None => state.iterations.push(IterationReport {
                step: found.t / first,
                trials: found.trials,
                ..IterationReport::default()
            }),
        }
    }
}

/// Where to go.
pub(super) struct Way {
    direction: Vec<f64>,
    /// The slope of the dual there, and the first step to try.
    slope: f64,
    first: f64,
    /// Does one group alone move against all others?
    whole: bool,
}

/// Largest relative error, least ratio, and how many errors exceed the tolerance.
pub(super) fn errors(mass: &[f64], target: &[f64], tolerance: f64) -> (f64, f64, u64) {
    let (mut worst, mut ratio, mut remaining) = (0.0f64, f64::INFINITY, 0);
    for (m, nu) in mass.iter().zip(target) {
        let relative = (m - nu).abs() / nu;
        (worst, ratio) = (worst.max(relative), ratio.min(m / nu));
        remaining += u64::from(relative > tolerance);
    }
    (worst, ratio, remaining)
}

/// Sites that win regions together move together.
pub(super) struct Groups {
    /// Group of each site, by first site.
    of: Vec<u32>,
    /// What each group lacks, and what is small beside its least target.
    lacks: Vec<f64>,
    fine: Vec<f64>,
    /// Its target.
    target: Vec<f64>,
}

impl Groups {
    fn of(start: &Tied, target: &[f64], tolerance: f64) -> Groups {
        let n = target.len();
        let mut sets = UnionFind::<u32>::new(n);
        for r in &start.regions {
            r.sites.windows(2).for_each(|w| _ = sets.union(w[0], w[1]));
        }
        let mut of = vec![u32::MAX; n];
        let mut name = vec![u32::MAX; n];
        let mut g = Groups { of: Vec::new(), lacks: Vec::new(), fine: Vec::new(), target: Vec::new() };
        for i in 0..n {
            let root = sets.find_mut(i as u32) as usize;
            if name[root] == u32::MAX {
                name[root] = g.lacks.len() as u32;
                g.lacks.push(0.0);
                g.fine.push(f64::INFINITY);
                g.target.push(0.0);
            }
            let k = name[root] as usize;
            of[i] = k as u32;
            g.lacks[k] += target[i] - start.measures.masses()[i];
            g.fine[k] = g.fine[k].min(FINE * tolerance * target[i]);
            g.target[k] += target[i];
        }
        g.of = of;
        g
    }

    fn fine(&self) -> bool {
        self.lacks.iter().zip(&self.fine).all(|(l, f)| l.abs() <= *f)
    }

    /// What groups lack, sums over components (of which `root` names that of each group, and
    /// `whole` has the target) taken away from each group in proportion to its target: taken alike,
    /// rounding of a heavy one would drown the light. Twice, to be rid of the rounding of the first
    /// time.
    fn balanced(&self, root: &[u32], whole: &[f64]) -> Vec<f64> {
        let mut lacks = self.lacks.clone();
        for _ in 0..2 {
            let mut excess = vec![0.0; lacks.len()];
            root.iter().zip(&lacks).for_each(|(&r, l)| excess[r as usize] += l);
            let share = |a: usize| excess[root[a] as usize] * (self.target[a] / whole[root[a] as usize]);
            (0..lacks.len()).for_each(|a| lacks[a] -= share(a));
        }
        lacks
    }

    fn wrong(&self) -> f64 {
        self.lacks.iter().map(|l| l.abs()).sum()
    }
}

/// The regions shared out, what whole groups lack being taken from all of a group's sites alike.
pub(super) fn shared(start: &Tied, target: &[f64], groups: &Groups, total: f64) -> Split {
    let lack = |i: usize| {
        let g = groups.of[i] as usize;
        target[i] - start.base[i] - groups.lacks[g] * (target[i] / groups.target[g])
    };
    let lack: Vec<f64> = (0..target.len()).map(lack).collect();
    split(&lack, &start.regions, total)
}

/// The sites that want more than there is part from the others.
pub(super) fn released(start: &Tied, target: &[f64], s: &Split) -> Way {
    let direction: Vec<f64> = s.raised.iter().map(|r| if *r { 1.0 } else { 0.0 }).collect();
    let own: f64 = (0..target.len()).filter(|&i| s.raised[i]).map(|i| target[i] - start.base[i]).sum();
    let all: f64 = start.regions.iter().filter(|r| r.sites.iter().any(|&i| s.raised[i as usize])).map(|r| r.mass).sum();
    let slope = own - all;
    let first = first_step(start, slope, |i| s.raised[i]);
    Way { direction, slope, first, whole: false }
}

/// Newton's step for a set of sites against the others; a share of the heights' range if no wall
/// lies between.
pub(super) fn first_step(start: &Tied, slope: f64, inside: impl Fn(usize) -> bool) -> f64 {
    let m = &start.measures;
    let mut across = 0.0;
    for (_, ends) in m.graph.row.windows(2).enumerate().filter(|(i, _)| inside(*i)) {
        let range = ends[0] as usize..ends[1] as usize;
        across += range.filter(|&e| !inside(m.graph.column[e] as usize)).map(|e| m.graph.weight[e]).sum::<f64>();
    }
    let h = start.heights.as_slice();
    let (low, high) = h.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, g), h| (l.min(h.hi), g.max(h.hi)));
    let range = if high > low { high - low } else { 1.0 };
    let step = slope / across;
    if step.is_finite() && step < range { step } else { range / 64.0 }
}

/// Newton's direction for the groups; where some have no walls to the others, how the worst of them
/// moves as a whole. Unless the diagram anchors it, the heaviest group stays: rounding of its mass
/// times its step would hide what the light ones gain.
pub(super) fn newton(start: &Tied, groups: &Groups, anchored: bool) -> Way {
    let m = &start.measures;
    let k = groups.lacks.len();
    let mut rows: Vec<std::collections::BTreeMap<u32, f64>> = vec![Default::default(); k];
    let mut sets = UnionFind::<u32>::new(k);
    for (i, ends) in m.graph.row.windows(2).enumerate() {
        for e in ends[0] as usize..ends[1] as usize {
            let (a, b) = (groups.of[i], groups.of[m.graph.column[e] as usize]);
            if a != b && m.graph.weight[e] > 0.0 {
                *rows[a as usize].entry(b).or_default() += m.graph.weight[e];
                sets.union(a, b);
            }
        }
    }
    let root: Vec<u32> = (0..k as u32).map(|a| sets.find_mut(a)).collect();
    let (mut lacks, mut fine, mut whole) = (vec![0.0; k], vec![f64::INFINITY; k], vec![0.0; k]);
    for (a, r) in root.iter().map(|&r| r as usize).enumerate() {
        lacks[r] += groups.lacks[a];
        fine[r] = fine[r].min(groups.fine[a]);
        whole[r] += groups.target[a];
    }
    let alone = (0..k).filter(|&r| lacks[r].abs() > fine[r].max(ROUNDING * whole[r]));
    let worst = alone.max_by(|&a, &b| (lacks[a].abs() / whole[a]).total_cmp(&(lacks[b].abs() / whole[b])));
    if let Some(r) = worst {
        let sign = lacks[r].signum();
        let inside = |i: usize| root[groups.of[i] as usize] == r as u32;
        let direction = (0..groups.of.len()).map(|i| if inside(i) { sign } else { 0.0 }).collect();
        let slope = lacks[r].abs();
        return Way { direction, slope, first: first_step(start, slope, inside), whole: true };
    }
    let mut l = Laplacian { row_ptr: vec![0], col: Vec::new(), weight: Vec::new() };
    for row in &rows {
        l.col.extend(row.keys());
        l.weight.extend(row.values());
        l.row_ptr.push(l.col.len() as u32);
    }
    let options = LinearOptions { relative_tolerance: 1e-13, enough: None, max_iterations: 300, centred: false };
    let right = groups.balanced(&root, &whole);
    let (mut step, _) = linear::solve(&l, right.clone(), &options);
    let heaviest = (0..k).max_by(|&a, &b| groups.target[a].total_cmp(&groups.target[b]));
    if let Some(still) = heaviest.filter(|_| !anchored).map(|a| step[a]) {
        step.iter_mut().for_each(|d| *d -= still);
    }
    let slope: f64 = step.iter().zip(&right).map(|(d, l)| d * l).sum();
    let direction: Vec<f64> = groups.of.iter().map(|&g| step[g as usize]).collect();
    Way { direction, slope, first: 1.0, whole: false }
}

/// At the top of the dual: heights a little aside at which every region goes to one site as a
/// whole, or the proof that there are none.
pub(super) fn top(
    diagram: &mut dyn Laguerre,
    ties: &Ties,
    target: &[f64],
    state: &mut NewtonState,
    start: &Tied,
    (shared, groups): (Option<Split>, &Groups),
    options: &NewtonOptions,
) -> Result<Climbed, Outcome> {
    let Some(shared) = shared else {
        return Ok(stopped(match ties.complete {
            true => "the dual is at its top in doubles, and masses are not right to the tolerance",
            false => {
                "the dual rises no further; walls that pass over whole triangles were not looked for, there are too many pairs"
            }
        }));
    };
    let (n, total): (usize, f64) = (target.len(), target.iter().sum());
    let least = target.iter().copied().fold(f64::INFINITY, f64::min);
    // Shares that the tolerance allows to give away.
    let small = 0.25 * options.tolerance * least / start.regions.len() as f64;
    let rank = ranks(n, &start.regions, &shared.shares, small);
    let settled =
        |r: &Region| r.sites.windows(2).all(|w| rank[w[0] as usize] != rank[w[1] as usize]) || one_highest(r, &rank);
    if start.regions.iter().all(settled) {
        let near = ties.near(&start.heights);
        let h = start.heights.as_slice();
        let size = h.iter().fold(0.0, |s: f64, h| s.max(h.hi.abs())).max(near / f64::EPSILON);
        for power in (30..=76).step_by(2) {
            let step = size * 2f64.powi(-power);
            let moved = |(h, r): (&Dd, &usize)| *h + Dd::from_f64(step * *r as f64);
            let heights = Heights::new(h.iter().zip(&rank).map(moved));
            let m = diagram.measures(&heights, Want::Newton)?;
            let (worst, ratio, remaining) = errors(m.masses(), target, options.tolerance);
            if worst <= options.tolerance {
                state.heights = heights;
                if let Some(last) = state.iterations.last_mut() {
                    (last.residual, last.min_mass_ratio, last.remaining) = (worst, ratio, remaining);
                }
                return Ok(Climbed { outcome: Outcome::Converged, jump: None });
            }
        }
    }
    // Proof: see docs/theory/kinks.md. Whole groups may exchange as much as they lack.
    let doubt = DOUBT * total + groups.wrong() * groups.lacks.len() as f64;
    let rank = ranks(n, &start.regions, &shared.shares, doubt);
    let every = || start.regions.iter().zip(&shared.shares);
    let Some(class) = every().find_map(|(r, s)| torn(r, s, &rank, doubt)) else {
        return Ok(stopped(BEYOND));
    };
    let sites: Vec<u32> = (0..n as u32).filter(|&i| rank[i as usize] == class).collect();
    let mut base: Vec<f64> = start.base.clone();
    let mut regions = Vec::new();
    for (r, s) in every() {
        if torn(r, s, &rank, doubt) == Some(class) {
            regions.push((r.clone(), s.clone()));
        } else {
            r.sites.iter().zip(s).for_each(|(&i, s)| base[i as usize] += s);
        }
    }
    let base = sites.iter().map(|&i| base[i as usize]).collect();
    let tied = (start.regions.clone(), start.base.clone());
    let jump = Jump { sites, regions, base, tied, doubt: DOUBT * total };
    Ok(Climbed { jump: Some(jump), ..stopped("these masses cannot be attained") })
}

/// The rank of sites between which a region is torn: one of them has more than `doubt` of it, and
/// another hangs on that one in a circle.
pub(super) fn torn(r: &Region, shares: &[f64], rank: &[usize], doubt: f64) -> Option<usize> {
    let of = |i: u32| rank[i as usize];
    let takers = r.sites.iter().zip(shares).filter(|(_, s)| **s > doubt);
    let with_another = |j: u32| r.sites.iter().any(|&i| i != j && of(i) == of(j));
    takers.map(|(&j, _)| j).find(|&j| with_another(j)).map(of)
}

/// Is one site of a region above all others?
pub(super) fn one_highest(r: &Region, rank: &[usize]) -> bool {
    let top = r.sites.iter().map(|&i| rank[i as usize]).max();
    r.sites.iter().filter(|&&i| Some(rank[i as usize]) == top).count() == 1
}
