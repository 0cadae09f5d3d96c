//! The narrow seam between geometry and optimization.

use super::cells::{self, Region};
use super::integrate::{LocalDensity, Moments};
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
}

/// The diagram of sites in the plane on a convex polygon. Sites are numbered along a Hilbert curve: see [`PlaneLaguerre::order`].
pub struct PlaneLaguerre<'a> {
    problem: &'a Problem,
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
        PlaneLaguerre { problem, sites, order, hull: None, clipping: Counters::default() }
    }

    /// The problem's index of each site of this numbering.
    pub fn order(&self) -> Arc<[u32]> {
        self.order.clone()
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
        let region = Region::new(self.problem.domain());
        let density = LocalDensity::new(self.problem.density(), self.problem.source_factor());
        let all = cells::measure(hull, &region, &density, want);
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
        super::raise::raise_empty(self.hull.as_mut()?, self.problem, heights, mass, wanted)
    }

    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_> {
        let sites: Vec<[f64; 2]> = sites.iter().map(|&i| self.sites[self.order[i as usize] as usize]).collect();
        let order = (0..sites.len() as u32).collect();
        let sites = Cow::Owned(sites);
        Box::new(PlaneLaguerre { problem: self.problem, sites, order, hull: None, clipping: Counters::default() })
    }

    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        let least = heights.iter().flatten().fold(f64::INFINITY, |l, h| l.min(h.hi));
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for y in self.sites.iter() {
            low = [low[0].min(y[0]), low[1].min(y[1])];
            high = [high[0].max(y[0]), high[1].max(y[1])];
        }
        let (a, b) = self.problem.domain().bounds();
        let reach = |k: usize| a[k].abs().max(b[k].abs()) * (high[k] - low[k]);
        let deep = Dd::from_f64(least - 2.0 * (reach(0) + reach(1)) - f64::MIN_POSITIVE);
        Heights::new(heights.iter().map(|h| h.unwrap_or(deep)))
    }
}
