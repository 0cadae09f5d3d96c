//! Balanced transport in the plane: sources on convex polygons, meshes and images.

use super::super::certificate::{self, Certificate};
use super::super::claim::{Claim, Sure};
use super::super::family::Family;
use super::super::remarks;
use super::words::{area_in_words, facets_in_words, scaled};
use crate::diagram::{Diagram, DiagramError, Integrate, PlaneLaguerre, quantile_start};
use crate::exact::Heights;
use crate::problem::{Problem, Units};
use rayon::prelude::*;
use std::borrow::Cow;
use std::time::Duration;

/// Cells whose costs are summed up in one go.
const PART: usize = 8192;

/// A balanced problem of the plane.
pub struct Plane<'p>(pub Cow<'p, Problem>);

impl Family<2> for Plane<'_> {
    type Problem = Problem;
    type Live<'l>
        = PlaneLaguerre<'l>
    where
        Self: 'l;
    type Still = Diagram;

    fn problem(&self) -> &Problem {
        &self.0
    }
    fn in_units(&self, units: &Units) -> Self {
        Plane(scaled(&self.0, units))
    }

    fn live(&self) -> PlaneLaguerre<'_> {
        PlaneLaguerre::new(&self.0)
    }

    /// The quantile start.
    fn start(&self, live: &mut PlaneLaguerre<'_>, target: &[f64], _: Option<Duration>) -> Heights {
        let order = live.order();
        let sites: Vec<[f64; 2]> = order.iter().map(|&i| self.sites()[i as usize]).collect();
        quantile_start(&self.0.around(), &sites, target)
    }

    fn still(&self, heights: &Heights) -> Result<Diagram, DiagramError> {
        Diagram::new(&self.0, heights)
    }

    /// Of a source in patches the walls tell whether the cells hang together.
    fn remarks_on_walls(&self) -> bool {
        self.0.patches().is_some()
    }

    /// From the cells themselves if each of them certainly has mass. Else it is decided exactly
    /// which sites have none.
    fn measured(
        &self,
        units: &Units,
        live: &mut PlaneLaguerre<'_>,
        heights: &Heights,
        walls: bool,
    ) -> Option<Claim<2>> {
        let measures = live.integrals(heights, Integrate { walls, moments: true });
        if measures.hidden > 0 || !measures.moments.iter().all(|m| m.mass > m.off) {
            return None;
        }
        let (order, n) = (live.order(), self.sites().len());
        let mut place = vec![0u32; n];
        (0..).zip(order.iter()).for_each(|(k, &i)| place[i as usize] = k);
        let cell = |i: usize| measures.moments[place[i] as usize].in_own(units);
        // Summed part by part: the same bits for any number of threads.
        let part = |part: usize| -> f64 {
            (part * PART..((part + 1) * PART).min(n)).map(|i| cell(i).cost(self.sites()[i])).sum()
        };
        let parts: Vec<f64> = (0..n.div_ceil(PART)).into_par_iter().map(part).collect();
        Some(Claim {
            masses: (0..n).into_par_iter().map(|i| cell(i).mass).collect(),
            off: (0..n).into_par_iter().map(|i| cell(i).off).collect(),
            centroids: (0..n).into_par_iter().map(|i| Some(cell(i).centroid)).collect(),
            cost: parts.iter().sum(),
            walls: if walls { units.walls(measures.graph.hessian(&order)) } else { Vec::new() },
            ..Claim::default()
        })
    }

    fn remarks(&self, walls: &[(u32, u32, f64)], _: Option<&Diagram>, _: f64) -> Vec<String> {
        let mut notes = remarks::in_plane(&self.0, walls);
        notes.extend(remarks::all_outside(&self.0));
        notes
    }

    fn sure(&self, heights: &Heights, some: &[u32]) -> Vec<Sure> {
        certificate::sure_in_plane(&self.0, heights, some)
    }

    fn prove(&self, heights: &Heights, still: &Diagram, certificate: &mut Certificate<2>) -> Result<(), DiagramError> {
        certificate::prove_in_plane(&self.0, heights, still, certificate);
        Ok(())
    }

    fn cells_in_words(&self, still: &Diagram) -> String {
        facets_in_words(still)
    }

    fn filled_in_words(&self, certificate: &Certificate<2>) -> String {
        area_in_words(certificate)
    }
}
