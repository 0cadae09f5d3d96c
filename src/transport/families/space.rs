//! Balanced transport in space and on tori: boxes, convex polyhedra, periodic axes.

use super::super::certificate::{self, Certificate};
use super::super::claim::{Claim, Sure};
use super::super::family::Family;
use super::words::{count, filled, scaled};
use crate::diagram::space::{SpaceDiagram, SpaceGround, SpaceLaguerre};
use crate::diagram::{Cells, DiagramError, Live};
use crate::exact::Heights;
use crate::problem::{SpaceProblem, Units};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A problem in space, or on a torus of the plane.
pub struct InSpace<'p, const D: usize>(pub Cow<'p, SpaceProblem<D>>);

impl<const D: usize> Family<D> for InSpace<'_, D> {
    type Problem = SpaceProblem<D>;
    type Live<'l>
        = SpaceLaguerre<D>
    where
        Self: 'l;
    type Still = SpaceDiagram<D>;

    fn problem(&self) -> &SpaceProblem<D> {
        &self.0
    }
    fn in_units(&self, units: &Units) -> Self {
        InSpace(scaled(&self.0, units))
    }

    fn live(&self) -> SpaceLaguerre<D> {
        let ground = SpaceGround::new(self.0.domain(), self.0.density(), self.0.source_factor());
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
