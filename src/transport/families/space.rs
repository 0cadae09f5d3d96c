//! Balanced transport in space and on tori: boxes, convex polyhedra, periodic axes.

use super::super::certificate::{self, Certificate};
use super::super::claim::{Claim, Sure};
use super::super::family::Family;
use super::words::{count, filled};
use crate::diagram::space::{SpaceDiagram, SpaceGround, SpaceLaguerre};
use crate::diagram::{Cells, DiagramError, Live};
use crate::domain::space::Metric;
use crate::exact::Heights;
use crate::problem::{SpaceProblem, Units};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A problem in space, or on a torus of the plane.
pub struct InSpace<'p, const D: usize>(pub Cow<'p, SpaceProblem<D>>);

impl<const D: usize> Family<D> for InSpace<'_, D> {
    type Live<'l>
        = SpaceLaguerre<D>
    where
        Self: 'l;
    type Still = SpaceDiagram<D>;

    fn sites(&self) -> &[[f64; D]] {
        self.0.sites()
    }
    fn bounds(&self) -> ([f64; D], [f64; D]) {
        self.0.domain().bounds()
    }
    fn masses(&self) -> &[f64] {
        self.0.masses()
    }
    fn given(&self) -> Option<&Heights> {
        self.0.heights()
    }
    fn source_factor(&self) -> f64 {
        self.0.source_factor()
    }
    fn site_of_input(&self) -> Option<&[u32]> {
        self.0.site_of_input()
    }
    fn metric(&self) -> Option<&Metric> {
        self.0.domain().metric()
    }
    fn units(&self, heights: Option<&Heights>) -> Units {
        self.0.units(heights)
    }
    fn in_units(&self, units: &Units) -> Self {
        InSpace(match &self.0 {
            Cow::Borrowed(problem) => problem.in_units(units),
            Cow::Owned(problem) => Cow::Owned(problem.in_units(units).into_owned()),
        })
    }

    fn live(&self) -> SpaceLaguerre<D> {
        let ground = SpaceGround::new(self.0.domain(), self.0.density(), self.source_factor());
        SpaceLaguerre::new(Arc::new(ground), self.sites())
    }

    /// Weights of 0 along periodic axes, quantiles along the others.
    fn start(&self, live: &mut SpaceLaguerre<D>, target: &[f64], _: Option<Duration>) -> Heights {
        live.ground().start(live.points(), target, D)
    }

    fn still(&self, heights: &Heights) -> Result<SpaceDiagram<D>, DiagramError> {
        SpaceDiagram::new(&self.0, heights)
    }

    fn remarks_on_walls(&self) -> bool {
        false
    }

    /// From the cells themselves if each of them certainly has mass.
    fn measured(&self, units: &Units, live: &mut SpaceLaguerre<D>, heights: &Heights, walls: bool) -> Option<Claim<D>> {
        let (measures, moments) = live.integrals(heights, true);
        if measures.hidden > 0 || !moments.iter().all(|m| m.mass > m.off) {
            return None;
        }
        let (order, n) = (live.order(), self.sites().len());
        let mut claim = Claim {
            masses: vec![0.0; n],
            off: vec![0.0; n],
            centroids: vec![None; n],
            walls: if walls { units.walls(measures.graph.hessian(&order)) } else { Vec::new() },
            ..Claim::default()
        };
        let mut costs = vec![0.0; n];
        for (&i, m) in order.iter().zip(&moments) {
            let (i, m) = (i as usize, m.in_own(units));
            (claim.masses[i], claim.off[i], claim.centroids[i]) = (m.mass, m.off, Some(m.centroid));
            costs[i] = live.ground().cost(&m, self.sites()[i]);
        }
        claim.cost = costs.iter().sum();
        Some(claim)
    }

    fn remarks(&self, _: &[(u32, u32, f64)], _: Option<&SpaceDiagram<D>>, _: f64) -> Vec<String> {
        Vec::new()
    }

    fn sure(&self, heights: &Heights, some: &[u32]) -> Vec<Sure> {
        certificate::sure_in_space(&self.0, heights, some)
    }

    fn prove(
        &self,
        heights: &Heights,
        still: &SpaceDiagram<D>,
        certificate: &mut Certificate<D>,
    ) -> Result<(), DiagramError> {
        certificate::prove_in_space(&self.0, heights, still, certificate);
        Ok(())
    }

    fn cells_in_words(&self, still: &SpaceDiagram<D>) -> String {
        format!("{} between cells", count(Cells::walls(still).len(), "wall"))
    }

    fn vertices_in_words(&self) -> &'static str {
        if D == 2 { "every vertex in exactly 3 cells" } else { "every vertex in exactly 4 cells" }
    }

    fn filled_in_words(&self, certificate: &Certificate<D>) -> String {
        filled(certificate)
    }
}
