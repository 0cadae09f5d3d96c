//! The narrow seam between geometry and optimization.

use super::cells::{self, CellMeasures, Duals, Region};
use super::integrate::{LocalDensity, Moments};
use super::matched;
use super::patched::{self, Ground};
use super::restrict::Restriction;
use crate::domain::{Law, spread};
use crate::exact::{Counters, Dd, Heights};
use crate::hull::{Hull, Update};
use crate::problem::Problem;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// What a caller needs to know about a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Masses and conductances, unless some site is hidden: then only how many are.
    Feasible,
    /// Masses and conductances in any case.
    Newton,
    /// Masses, centroids and spreads, in any case.
    Moments,
    /// Masses, conductances, centroids and spreads, in any case.
    Everything,
}

/// Integrals over the cells, in the numbering of the [`Laguerre`] that made them.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Masses `m_i`; empty if [`Want::Feasible`] met a hidden site.
    pub mass: Vec<f64>,
    /// Start of each row in `column` and `conductance`; `len() + 1` entries.
    pub row: Vec<u32>,
    /// Neighbours with a facet of positive length.
    pub column: Vec<u32>,
    /// `K_ij = int_facet rho / |y_i - y_j|`, symmetric to the bit: `dm_i/dh_j = -K_ij`, and `K = 2 H`.
    pub conductance: Vec<f64>,
    /// Centroids and spreads, if wanted.
    pub moments: Vec<Moments>,
    /// Sites hidden by the others.
    pub hidden: usize,
    /// Wall seconds in the triangulation.
    pub hull_seconds: f64,
    /// Wall seconds in cells and integrals.
    pub cells_seconds: f64,
    /// How the signs were decided, since the beginning.
    pub counters: Counters,
}

/// A Laguerre diagram that can be asked for its measures at any heights. The optimization sees nothing else.
pub trait Laguerre {
    /// Number of sites.
    fn len(&self) -> usize;
    /// No sites.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Moves to these heights and integrates.
    fn measures(&mut self, heights: &Heights, want: Want) -> Measures;
    /// For the heights last measured, with the masses found there (empty if not known: then hidden sites only): heights in
    /// which every empty cell is raised until it has about the wanted mass. `None` if the diagram cannot tell how.
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights>;
    /// The diagram of these sites alone, numbered in the given order, on the same domain and source.
    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_>;
    /// Shifts a direction of heights by the constant that suits this diagram. Nothing to do where constants change nothing.
    fn anchor(&self, _direction: &mut [f64]) {}
    /// The given heights where there is one; elsewhere heights so low that the cell is empty.
    fn sunk(&self, heights: &[Option<Dd>]) -> Heights;
    /// Heights of the sites `wanted` (ascending) that go with those of the sites `known` (ascending; some of the others), at which the diagram
    /// of these has masses that suit: interpolated. `None` if the diagram cannot tell how.
    fn interpolated(&self, known: &[u32], heights: &Heights, wanted: &[u32]) -> Option<Heights> {
        let _ = (known, heights, wanted);
        None
    }
    /// Heights at which the cells have about the wanted masses, found without them: for a source with gaps, where a start in closed form
    /// leaves cells empty. `None` if the diagram cannot tell how, or that would take long. Nothing is promised of the cells there.
    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        let _ = wanted;
        None
    }
    /// When a bold step loses cells: is it better to save them ([`Laguerre::raise_empty`]) than to take a shorter one?
    fn raises_well(&self) -> bool {
        true
    }
    /// Would all of these cells have mass at other heights? Asked where [`Laguerre::raises_well`] is false, before a diagram is measured there, for
    /// cells that were lost farther on. A cheap guess: `true` if the diagram cannot tell.
    fn would_live(&mut self, _heights: &Heights, _cells: &[u32]) -> bool {
        true
    }
    /// Are there places in the frame without source? Not while a background fills them.
    fn may_have_gaps(&self) -> bool {
        false
    }
    /// Replaces this share of the source by an even density of the same mass on a convex set around it, so that every cell that shows there
    /// has mass. `false`: the diagram knows no background.
    fn set_background(&mut self, _share: f64) -> bool {
        false
    }
}

/// The diagram of sites in the plane, clipped to the convex frame of the domain and integrated over the source. Sites are numbered along
/// a Hilbert curve: see [`PlaneLaguerre::order`].
pub struct PlaneLaguerre<'a> {
    problem: &'a Problem,
    /// The patches of the source, if it has patches.
    ground: Option<Arc<Ground>>,
    /// Share of an even background.
    background: f64,
    /// Sites of which this is the diagram, and their numbering.
    sites: Cow<'a, [[f64; 2]]>,
    order: Arc<[u32]>,
    hull: Option<Hull>,
    clipping: Counters,
}

impl<'a> PlaneLaguerre<'a> {
    /// Prepares the diagram. Cost: the Hilbert order; the triangulation is built when heights are known.
    pub fn new(problem: &'a Problem) -> PlaneLaguerre<'a> {
        let order = Hull::curve(problem.sites()).into();
        let sites = Cow::Borrowed(problem.sites());
        let ground = problem.patches().map(|p| Arc::new(Ground::new(p)));
        PlaneLaguerre { problem, ground, background: 0.0, sites, order, hull: None, clipping: Counters::default() }
    }

    /// The problem's index of each site of this numbering.
    pub fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    fn of(&self, sites: &[u32]) -> PlaneLaguerre<'_> {
        let sites: Vec<[f64; 2]> = sites.iter().map(|&i| self.sites[self.order[i as usize] as usize]).collect();
        let order = (0..sites.len() as u32).collect();
        let sites = Cow::Owned(sites);
        let (problem, ground, background) = (self.problem, self.ground.clone(), self.background);
        PlaneLaguerre { problem, ground, background, sites, order, hull: None, clipping: Counters::default() }
    }

    /// The triangulation, once heights were given.
    pub fn hull(&self) -> Option<&Hull> {
        self.hull.as_ref()
    }
}

impl Laguerre for PlaneLaguerre<'_> {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Measures {
        let clock = Instant::now();
        let hull = match &mut self.hull {
            Some(hull) => {
                if hull.update_positions(heights.as_slice()) == Update::Rebuilt {
                    hull.arrange();
                }
                hull
            }
            none => {
                let hull = none.insert(Hull::along(&self.sites, self.order.clone(), heights.as_slice()));
                hull.arrange();
                hull
            }
        };
        let hidden = (0..hull.len()).filter(|&i| hull.is_hidden_position(i)).count();
        let hull_seconds = clock.elapsed().as_secs_f64();
        let mut counters = hull.counters();
        counters += self.clipping;
        if hidden > 0 && want == Want::Feasible {
            return Measures { hidden, hull_seconds, counters, ..Measures::default() };
        }
        let clock = Instant::now();
        let all = integrals(hull, self.problem, self.ground.as_deref(), self.background, want);
        self.clipping += all.counters;
        counters += all.counters;
        Measures {
            mass: all.mass,
            row: all.row,
            column: all.column,
            conductance: all.conductance,
            moments: all.moments,
            hidden,
            hull_seconds,
            cells_seconds: clock.elapsed().as_secs_f64(),
            counters,
        }
    }

    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        // A background is everywhere in the frame.
        let ground = self.ground.as_deref().filter(|_| self.background == 0.0);
        super::raise::raise_empty(self.hull.as_mut()?, self.problem, ground, heights, mass, wanted)
    }

    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_> {
        Box::new(self.of(sites))
    }

    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        let least = heights.iter().flatten().fold(f64::INFINITY, |l, h| l.min(h.hi));
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for y in self.sites.iter() {
            low = [low[0].min(y[0]), low[1].min(y[1])];
            high = [high[0].max(y[0]), high[1].max(y[1])];
        }
        let (a, b) = self.problem.frame().bounds();
        let reach = |k: usize| a[k].abs().max(b[k].abs()) * (high[k] - low[k]);
        let deep = Dd::from_f64(least - 2.0 * (reach(0) + reach(1)) - f64::MIN_POSITIVE);
        Heights::new(heights.iter().map(|h| h.unwrap_or(deep)))
    }

    fn interpolated(&self, known: &[u32], heights: &Heights, wanted: &[u32]) -> Option<Heights> {
        let mut coarse = self.of(known);
        let measures = coarse.measures(heights, Want::Moments);
        // A cell without mass has no centroid: its site will do, it hardly matters.
        let centroid = |(k, m): (usize, &Moments)| if m.mass > 0.0 { m.centroid } else { coarse.sites[k] };
        let centroids: Vec<[f64; 2]> = measures.moments.iter().enumerate().map(centroid).collect();
        let site = |&i: &u32| self.sites[self.order[i as usize] as usize];
        if self.ground.is_none() {
            let sites: Vec<[f64; 2]> = wanted.iter().map(site).collect();
            let all = Heights::new(super::fit::fitted(coarse.hull.as_mut()?, &centroids, &sites)?);
            return all.first_non_finite().is_none().then_some(all);
        }
        let found = super::prolong::interpolated(coarse.hull.as_mut()?, &centroids, wanted.iter().map(site))?;
        let mut all = Heights::new(found);
        for (k, &i) in known.iter().enumerate() {
            let at = wanted.binary_search(&i).ok()?;
            all.set(at, heights.get(k));
        }
        all.first_non_finite().is_none().then_some(all)
    }

    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        self.ground.as_ref()?;
        let points = |count| spread(self.problem.domain(), self.problem.density(), count, 0);
        let sites: Vec<[f64; 2]> = self.order.iter().map(|&i| self.sites[i as usize]).collect();
        Some(Heights::from_f64(&matched::heights(&sites, wanted, points)?))
    }

    fn may_have_gaps(&self) -> bool {
        self.ground.is_some() && self.background == 0.0
    }

    fn set_background(&mut self, share: f64) -> bool {
        self.background = share;
        self.ground.is_some()
    }
}

/// The density of a source in one polygon; of one in patches that of an even background with the same mass (before the source
/// factor).
pub fn even_law(problem: &Problem) -> Law {
    if problem.patches().is_none() {
        return problem.density().law();
    }
    let total = problem.masses().iter().sum::<f64>() + problem.rest().unwrap_or(0.0);
    Law::constant(total / problem.frame().area() / problem.source_factor())
}

/// Integrals of the source, mixed with its background, over the cells.
fn integrals(hull: &Hull, problem: &Problem, ground: Option<&Ground>, background: f64, want: Want) -> CellMeasures {
    let region = Region::new(problem.frame());
    let factor = problem.source_factor();
    let density = LocalDensity::new(even_law(problem), factor).within(problem.frame().vertices());
    let even = || cells::measure(hull, &region, &density, want);
    let Some(ground) = ground.filter(|_| background < 1.0) else { return even() };
    let duals = Duals::new(hull, &region);
    let restriction = Restriction::new(hull, &duals, &ground.patches, &ground.order);
    let own = patched::measure(hull, &duals, &ground.patches, &restriction, factor, want);
    if background > 0.0 { patched::mixed(&own, &even(), background) } else { own }
}
