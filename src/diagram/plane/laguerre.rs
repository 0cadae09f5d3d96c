//! The diagram in the plane behind the seam to the optimization.

use super::super::matched;
use super::super::measures::{Integrate, MeasureError, Measures, Want};
use super::super::moments::Moments;
use super::super::seam::{Background, Coarsen, Islands, Laguerre, Live, Revive, sunk};
use super::cells::{self, CellMeasures, Duals, Region};
use super::even::even_law;
use super::integrate::LocalDensity;
use super::islands::PlaneIslands;
use super::patched::{self, Ground};
use super::pixels::Pixels;
use super::restrict::Restriction;
use crate::domain::spread_over;
use crate::exact::{Counters, Dd, Heights};
use crate::hull::{Hull, Update};
use crate::problem::Problem;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// The diagram of sites in the plane, clipped to the convex frame of the domain and integrated over
/// the source. Sites are numbered along a Hilbert curve: see [`PlaneLaguerre::order`].
pub struct PlaneLaguerre<'a> {
    problem: Cow<'a, Problem>,
    /// The patches of the source, if it has patches.
    ground: Option<Arc<Ground>>,
    /// Share of an even background.
    background: f64,
    /// Sites of which this is the diagram, and their numbering.
    sites: Cow<'a, [[f64; 2]]>,
    order: Arc<[u32]>,
    hull: Option<Hull>,
    clipping: Counters,
    /// What was measured last at heights to start from: it is asked for again where the steps
    /// begin. Only of sources in patches, whose integrals are what costs time.
    last: Option<(Heights, Measures)>,
}

impl<'a> PlaneLaguerre<'a> {
    /// Prepares the diagram. Cost: the Hilbert order; the triangulation is built when heights are
    /// known.
    pub fn new(problem: &'a Problem) -> PlaneLaguerre<'a> {
        let order = Hull::curve(problem.sites()).into();
        let sites = Cow::Borrowed(problem.sites());
        let ground = problem.patches().map(|p| Arc::new(Ground::new(p)));
        let problem = Cow::Borrowed(problem);
        PlaneLaguerre::with(problem, ground, 0.0, (sites, order))
    }

    fn with(
        problem: Cow<'a, Problem>,
        ground: Option<Arc<Ground>>,
        background: f64,
        (sites, order): (Cow<'a, [[f64; 2]]>, Arc<[u32]>),
    ) -> PlaneLaguerre<'a> {
        let clipping = Counters::default();
        PlaneLaguerre { problem, ground, background, sites, order, hull: None, clipping, last: None }
    }

    /// Of a problem whose sites lie along a curve already, and whose patches are known.
    pub(super) fn along(problem: Problem, ground: Arc<Ground>) -> PlaneLaguerre<'a> {
        let order = (0..problem.len() as u32).collect();
        let (sites, ground) = (Cow::Owned(problem.sites().to_vec()), Some(ground));
        let problem = Cow::Owned(problem);
        PlaneLaguerre::with(problem, ground, 0.0, (sites, order))
    }

    /// The problem's index of each site of this numbering.
    pub fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    fn of(&self, sites: &[u32]) -> PlaneLaguerre<'_> {
        let sites: Vec<[f64; 2]> = sites.iter().map(|&i| self.sites[self.order[i as usize] as usize]).collect();
        let order = (0..sites.len() as u32).collect();
        let sites = Cow::Owned(sites);
        let (problem, ground, background) = (Cow::Borrowed(&*self.problem), self.ground.clone(), self.background);
        PlaneLaguerre::with(problem, ground, background, (sites, order))
    }

    /// Integrals over the cells at these heights, also of hidden sites, which have none.
    pub fn integrals(&mut self, heights: &Heights, what: Integrate) -> CellMeasures {
        let hidden = self.move_to(heights);
        let all = self.integrated(what);
        CellMeasures { hidden, counters: self.counters(), ..all }
    }

    /// Moves to these heights, and counts hidden sites.
    fn move_to(&mut self, heights: &Heights) -> usize {
        self.last = None;
        let hull = updated(&mut self.hull, &self.sites, &self.order, heights.as_slice());
        (0..hull.len()).filter(|&i| hull.is_hidden_position(i)).count()
    }

    fn integrated(&mut self, what: Integrate) -> CellMeasures {
        let Some(hull) = &self.hull else { return CellMeasures::default() };
        let all = integrals(hull, &self.problem, self.ground.as_deref(), self.background, what);
        self.clipping += all.counters;
        all
    }

    /// How the signs were decided so far.
    pub fn counters(&self) -> Counters {
        let mut counters = self.hull.as_ref().map(Hull::counters).unwrap_or_default();
        counters += self.clipping;
        counters
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

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        let clock = Instant::now();
        if let Some((_, last)) = self.last.take().filter(|(at, last)| at == heights && last.hidden == 0) {
            return Ok(last);
        }
        let hidden = self.move_to(heights);
        let hull_seconds = clock.elapsed().as_secs_f64();
        if hidden > 0 && want == Want::Feasible {
            return Ok(Measures { hidden, hull_seconds, counters: self.counters(), ..Measures::default() });
        }
        let clock = Instant::now();
        let all = self.integrated(Integrate::WALLS);
        let (mass, graph) = (Some(all.mass), all.graph);
        let cells_seconds = clock.elapsed().as_secs_f64();
        let found = Measures { mass, graph, hidden, hull_seconds, cells_seconds, counters: self.counters() };
        if want == Want::Newton && self.ground.is_some() {
            self.last = Some((heights.clone(), found.clone()));
        }
        Ok(found)
    }

    fn revive(&mut self) -> Option<&mut dyn Revive> {
        Some(self)
    }

    fn coarsen(&self) -> Option<&dyn Coarsen> {
        Some(self)
    }

    fn background(&mut self) -> Option<&mut dyn Background> {
        if self.ground.is_some() { Some(self) } else { None }
    }

    fn islands(&self) -> Option<Box<dyn Islands + '_>> {
        let ground = self.ground.as_ref().filter(|_| self.background == 0.0)?;
        let sites = self.order.iter().map(|&i| self.sites[i as usize]).collect();
        Some(Box::new(PlaneIslands::of(&self.problem, ground, sites, |problem, ground| {
            Box::new(PlaneLaguerre::along(problem, ground))
        })?))
    }
}

impl Live for PlaneLaguerre<'_> {
    fn order(&self) -> Arc<[u32]> {
        self.order()
    }

    fn counters(&self) -> Counters {
        self.counters()
    }
}

impl Revive for PlaneLaguerre<'_> {
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        // A background is everywhere in the frame.
        let ground = self.ground.as_deref().filter(|_| self.background == 0.0);
        super::raise::raise_empty(self.hull.as_mut()?, &self.problem, ground, heights, mass, wanted)
    }
}

impl Coarsen for PlaneLaguerre<'_> {
    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_> {
        Box::new(self.of(sites))
    }

    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for y in self.sites.iter() {
            low = [low[0].min(y[0]), low[1].min(y[1])];
            high = [high[0].max(y[0]), high[1].max(y[1])];
        }
        let (a, b) = self.problem.frame().bounds();
        let reach = |k: usize| a[k].abs().max(b[k].abs()) * (high[k] - low[k]);
        sunk(heights, 2.0 * (reach(0) + reach(1)))
    }

    fn interpolated(&self, known: &[u32], heights: &Heights, wanted: &[u32]) -> Option<Heights> {
        let mut coarse = self.of(known);
        let measures = coarse.integrals(heights, Integrate::MOMENTS);
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
}

impl Background for PlaneLaguerre<'_> {
    fn set_share(&mut self, share: f64) {
        (self.background, self.last) = (share, None);
    }

    fn has_gaps(&self) -> bool {
        self.ground.is_some() && self.background == 0.0
    }

    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        let patches = &self.ground.as_ref()?.patches;
        let points = |count| spread_over(patches, count, 0);
        let sites: Vec<[f64; 2]> = self.order.iter().map(|&i| self.sites[i as usize]).collect();
        Some(Heights::from_f64(&matched::heights(&sites, wanted, points)?))
    }
}

/// The triangulation moved to these heights, or built there.
pub(in crate::diagram) fn updated<'h>(
    hull: &'h mut Option<Hull>,
    sites: &[[f64; 2]],
    order: &Arc<[u32]>,
    heights: &[Dd],
) -> &'h mut Hull {
    match hull {
        Some(hull) => {
            if hull.update_positions(heights) == Update::Rebuilt {
                hull.arrange();
            }
            hull
        }
        none => {
            let hull = none.insert(Hull::along(sites, order.clone(), heights));
            hull.arrange();
            hull
        }
    }
}

/// Integrals of the source, mixed with its background, over the cells.
fn integrals(
    hull: &Hull,
    problem: &Problem,
    ground: Option<&Ground>,
    background: f64,
    what: Integrate,
) -> CellMeasures {
    let region = Region::new(problem.frame());
    let factor = problem.source_factor();
    let density = LocalDensity::new(even_law(problem), factor).within(problem.frame().outline().reach());
    let even = || cells::measure(hull, &region, &density, what);
    let Some(ground) = ground.filter(|_| background < 1.0) else { return even() };
    let own = match ground.raster() {
        Some(raster) => cells::measure(hull, &region, &Pixels::new(raster, factor), what),
        None => {
            let duals = Duals::new(hull, &region);
            let restriction = Restriction::new(hull, &duals, &ground.patches, ground.order());
            patched::measure(hull, &duals, &ground.patches, &restriction, factor, what)
        }
    };
    if background > 0.0 { patched::mixed(&own, &even(), background) } else { own }
}
