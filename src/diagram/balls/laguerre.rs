//! Cells clipped by balls: the diagram of partial transport, where some of the source stays.
//!
//! `cell_i = {x : |x - y_i|^2 - w_i least, and at most 0}`. The mass that stays behaves like one
//! more site: its "cell" is where all powers are positive, and shifting its height by `s` is the
//! same as lowering all others. So [`PartialLaguerre`] has `n + 1` sites, the last one being the
//! rest, with weights `w_i = |y_i|^2 + 2 (h_i - h_rest)`; its matrix is again a graph Laplacian,
//! and Newton's method, its damping and its linear solver are those of the balanced problem.
//! Derivation: docs/theory/partial.md.

use super::super::measures::{Integrate, MeasureError, Measures, Want};
use super::super::plane::laguerre::updated;
use super::super::plane::patched::Ground;
use super::super::seam::{Background, Laguerre, Live, Revive};
use super::enlarge::enlarged;
use super::measure;
use crate::domain::touching;
use crate::exact::{Counters, Heights};
use crate::hull::Hull;
use crate::problem::Problem;
use std::sync::Arc;
use std::time::Instant;

/// The diagram of a problem's sites and of the mass that stays, as `n + 1` sites: those of
/// [`PartialLaguerre::order`], then the rest.
///
/// The mass told for the rest is what stays plus [`PartialLaguerre::offset`], a constant: its error
/// then counts relative to all mass, however little shall stay.
pub struct PartialLaguerre<'a> {
    problem: &'a Problem,
    order: Arc<[u32]>,
    /// The patches of the source, if it has patches.
    ground: Option<Arc<Ground>>,
    /// Share of an even background.
    background: f64,
    hull: Option<Hull>,
    clipping: Counters,
    /// Masses of the polygons at the heights last measured; empty if not known.
    polygons: Vec<f64>,
    floor: f64,
    offset: f64,
}

impl<'a> PartialLaguerre<'a> {
    /// Prepares the diagram. Cost: the Hilbert order.
    pub fn new(problem: &'a Problem) -> PartialLaguerre<'a> {
        let order = Hull::curve(problem.sites()).into();
        let offset = problem.masses().iter().sum();
        PartialLaguerre {
            problem,
            order,
            ground: problem.patches().map(|p| Arc::new(Ground::new(p))),
            background: 0.0,
            hull: None,
            clipping: Counters::default(),
            polygons: Vec::new(),
            floor: 0.0,
            offset,
        }
    }

    /// The problem's index of each site of this numbering, the rest left out.
    pub fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    /// How the signs were decided so far.
    pub fn counters(&self) -> Counters {
        let mut counters = self.hull.as_ref().map(Hull::counters).unwrap_or_default();
        counters += self.clipping;
        counters
    }

    /// `(dist(y, X)^2 - |y|^2) / 2` for each site, with the source's support `X`: at these heights
    /// cell `i` contains the point of `X` nearest to `y_i`, and all balls have radius zero or reach
    /// it. Cost: O(log patches) each for sites near `X`.
    pub fn touching_heights(&self) -> Heights {
        let outline = self.problem.frame().outline();
        let height = |&i: &u32| {
            let y = self.problem.sites()[i as usize];
            let on_ground = self.ground.as_ref().and_then(|ground| ground.touching(y));
            on_ground.unwrap_or_else(|| touching(outline, y)).height
        };
        Heights::new(self.order.iter().map(height))
    }

    /// What is added to the mass of the rest wherever it is told.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Asked with [`Want::Feasible`], heights at which less than this stays are no better than
    /// those with a hidden site.
    pub fn keep_at_least(&mut self, floor: f64) {
        self.floor = floor;
    }
}

impl Laguerre for PartialLaguerre<'_> {
    fn len(&self) -> usize {
        self.order.len() + 1
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        let clock = Instant::now();
        let n = self.order.len();
        let (own, shift) = (&heights.as_slice()[..n], heights.get(n));
        let hull = updated(&mut self.hull, self.problem.sites(), &self.order, own);
        let hidden = (0..n).filter(|&i| hull.is_hidden_position(i)).count();
        let hull_seconds = clock.elapsed().as_secs_f64();
        self.polygons.clear();
        if hidden > 0 && want == Want::Feasible {
            return Ok(Measures { hidden, hull_seconds, counters: self.counters(), ..Measures::default() });
        }
        let clock = Instant::now();
        let ground = self.ground.as_deref();
        let found = measure::measure(hull, self.problem, ground, self.background, shift, Integrate::WALLS);
        let mut cells = found.cells;
        self.polygons = found.polygons;
        self.clipping += cells.counters;
        let rest = cells.mass[n];
        cells.mass[n] += self.offset;
        let cells_seconds = clock.elapsed().as_secs_f64();
        let (mut mass, mut lost) = (Some(cells.mass), hidden);
        if want == Want::Feasible && !(rest > self.floor) {
            (mass, lost) = (None, hidden + 1);
        }
        let counters = self.counters();
        Ok(Measures { mass, graph: cells.graph, hidden: lost, hull_seconds, cells_seconds, counters })
    }

    /// The rest stays at its height, so that absolute heights need no subtraction: a resumed run
    /// has the same bits.
    fn fixed(&self) -> Option<usize> {
        Some(self.order.len())
    }

    fn revive(&mut self) -> Option<&mut dyn Revive> {
        Some(self)
    }

    fn background(&mut self) -> Option<&mut dyn Background> {
        if self.ground.is_some() { Some(self) } else { None }
    }
}

impl Live for PartialLaguerre<'_> {
    fn order(&self) -> Arc<[u32]> {
        self.order()
    }

    fn counters(&self) -> Counters {
        self.counters()
    }
}

impl Revive for PartialLaguerre<'_> {
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        let n = self.order.len();
        let (own, shift) = (Heights::new(heights.as_slice()[..n].iter().copied()), heights.get(n));
        let hull = self.hull.as_mut()?;
        // Cells missed by their balls are known only if all have polygons.
        let missed = |i: &usize| mass[*i] <= 0.0 && self.polygons[*i] > 0.0;
        let known = mass.len() > n && self.polygons.len() == n;
        let missed: Vec<usize> = if known { (0..n).filter(missed).collect() } else { Vec::new() };
        // A background is everywhere in the frame.
        let ground = self.ground.as_deref().filter(|_| self.background == 0.0);
        let enlarged = enlarged(hull, self.problem, ground, shift, &missed, wanted);
        let mut raised =
            super::super::plane::raise::raise_empty(hull, self.problem, ground, &own, &self.polygons, &wanted[..n])?;
        enlarged.into_iter().for_each(|(i, h)| raised.set(i, h));
        (raised != own).then(|| Heights::new(raised.as_slice().iter().copied().chain([shift])))
    }
}

impl Background for PartialLaguerre<'_> {
    fn set_share(&mut self, share: f64) {
        self.background = share;
    }

    fn has_gaps(&self) -> bool {
        self.ground.is_some() && self.background == 0.0
    }
}
