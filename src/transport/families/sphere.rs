//! Balanced transport on the sphere.

use super::super::certificate::{self, Certificate, Flaw};
use super::super::claim::{Claim, Sure};
use super::super::family::Family;
use super::words::{count, scaled};
use crate::diagram::{Cells, DiagramError, Live, SphereDiagram, SphereGround, SphereLaguerre};
use crate::domain::SphereDensity;
use crate::exact::Heights;
use crate::problem::{SphereProblem, Units};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A problem on a sphere.
pub struct OnSphere<'p>(pub Cow<'p, SphereProblem>);

impl Family<3> for OnSphere<'_> {
    type Problem = SphereProblem;
    type Live<'l>
        = SphereLaguerre
    where
        Self: 'l;
    type Still = SphereDiagram;

    fn problem(&self) -> &SphereProblem {
        &self.0
    }
    fn in_units(&self, units: &Units) -> Self {
        OnSphere(scaled(&self.0, units))
    }

    fn live(&self) -> SphereLaguerre {
        let ground = SphereGround::new(self.0.sphere(), self.0.density(), self.0.source_factor());
        SphereLaguerre::new(Arc::new(ground), self.sites())
    }

    /// Heights at which every cell holds the point in its site's direction
    /// ([`SphereLaguerre::start`]).
    fn start(&self, live: &mut SphereLaguerre, target: &[f64], _: Option<Duration>) -> Heights {
        live.start(target)
    }

    fn still(&self, heights: &Heights) -> Result<SphereDiagram, DiagramError> {
        SphereDiagram::new(&self.0, heights)
    }

    fn remarks_on_walls(&self) -> bool {
        false
    }

    /// From the cells themselves if each of them certainly has mass.
    fn measured(&self, units: &Units, live: &mut SphereLaguerre, heights: &Heights, walls: bool) -> Option<Claim<3>> {
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
            costs[i] = m.cost(self.sites()[i]);
        }
        claim.cost = costs.iter().sum();
        Some(claim)
    }

    fn remarks(&self, _: &[(u32, u32, f64)], _: Option<&SphereDiagram>, _: f64) -> Vec<String> {
        Vec::new()
    }

    fn sure(&self, heights: &Heights, some: &[u32]) -> Vec<Sure> {
        match Family::proves(self) {
            true => certificate::sure_on_sphere(&self.0, heights, some),
            false => Vec::new(),
        }
    }

    /// Areas and moments of cells are enclosed; what an image gives them is computed in doubles.
    fn proves(&self) -> bool {
        !matches!(self.0.density(), SphereDensity::Image(_))
    }

    fn prove(
        &self,
        heights: &Heights,
        still: &SphereDiagram,
        certificate: &mut Certificate<3>,
    ) -> Result<(), DiagramError> {
        certificate::prove_on_sphere(&self.0, heights, still, certificate);
        Ok(())
    }

    fn cells_in_words(&self, still: &SphereDiagram) -> String {
        let arcs: usize = (0..self.sites().len()).map(|i| still.arcs(i).count()).sum();
        format!("{} on {} between cells", count(arcs / 2, "arc"), count(Cells::walls(still).len(), "circle"))
    }

    fn vertices_in_words(&self) -> &'static str {
        "every arc from both of its cells; areas are those that turning along boundaries gives"
    }

    fn filled_in_words(&self, certificate: &Certificate<3>) -> String {
        if let Some(Flaw::Small { site }) = certificate.flaw {
            return format!("cell {site} is bounded by an arc that is too small to be measured");
        }
        let cells = count(certificate.cells, "cell");
        match certificate.total_is_domain {
            true => format!("the areas of {cells}, enclosed to 50 digits, sum to the sphere's"),
            false => "the areas of the cells do not sum to the sphere's".into(),
        }
    }
}
