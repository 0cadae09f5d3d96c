//! Transport on surfaces: sources on triangles in space.

use super::super::certificate::{self, Certificate, Flaw};
use super::super::claim::Sure;
use super::super::family::{Family, Told};
use super::super::remarks;
use super::words::{count, scaled};
use crate::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use crate::diagram::{Cells, DiagramError, SurfaceDiagram};
use crate::exact::Heights;
use crate::newton::{BEYOND, Jump};
use crate::problem::{SurfaceProblem, Units};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A problem on a surface.
pub struct OnSurface<'p>(pub Cow<'p, SurfaceProblem>);

impl Family<3> for OnSurface<'_> {
    type Problem = SurfaceProblem;
    type Live<'l>
        = SurfaceLaguerre<'l>
    where
        Self: 'l;
    type Still = SurfaceDiagram;

    fn problem(&self) -> &SurfaceProblem {
        &self.0
    }
    fn in_units(&self, units: &Units) -> Self {
        OnSurface(scaled(&self.0, units))
    }

    fn live(&self) -> SurfaceLaguerre<'_> {
        let ground = Arc::new(SurfaceGround::new(self.0.facets(), self.0.source_factor()));
        SurfaceLaguerre::new(ground, self.sites())
    }

    /// Heights at which every cell holds the point of the surface nearest to its site
    /// ([`SurfaceLaguerre::projection_start`]).
    fn start(&self, live: &mut SurfaceLaguerre<'_>, _: &[f64], _: Option<Duration>) -> Heights {
        live.projection_start()
    }

    fn still(&self, heights: &Heights) -> Result<SurfaceDiagram, DiagramError> {
        SurfaceDiagram::new(&self.0, heights)
    }

    fn remarks(&self, walls: &[(u32, u32, f64)], still: Option<&SurfaceDiagram>, _: f64) -> Vec<String> {
        still.map_or_else(Vec::new, |_| remarks::on_surface(&self.0, walls))
    }

    fn unattainable(&self, own: &Self, units: &Units, order: &[u32], jump: &Jump, heights: &Heights) -> Told {
        match remarks::confirmed(&self.0, order, jump, heights) {
            true => remarks::told(&own.0, order, &remarks::in_own(jump, units)),
            false => (BEYOND.to_string(), Vec::new()),
        }
    }

    fn sure(&self, heights: &Heights, some: &[u32]) -> Vec<Sure> {
        certificate::sure_on_surface(&self.0, heights, some)
    }

    fn prove(
        &self,
        heights: &Heights,
        _: &SurfaceDiagram,
        certificate: &mut Certificate<3>,
    ) -> Result<(), DiagramError> {
        certificate::prove_on_surface(&self.0, heights, certificate)
    }

    fn cells_in_words(&self, still: &SurfaceDiagram) -> String {
        let (pieces, walls) = (still.all_pieces().count(), Cells::walls(still).len());
        format!("{} in cells, {} between cells", count(pieces, "polygon"), count(walls, "wall"))
    }

    fn vertices_in_words(&self) -> &'static str {
        "every vertex in exactly its cells"
    }

    fn filled_in_words(&self, certificate: &Certificate<3>) -> String {
        let named = |triangle| self.0.surface().face(triangle);
        match certificate.flaw {
            Some(Flaw::Gap { face }) => format!("face {} is not filled by its polygons", named(face)),
            Some(Flaw::Polygon { face, site }) => {
                format!("cell {site} in face {} is not what its walls say", named(face))
            }
            _ => {
                format!("{} in cells; those of every face fill it exactly", count(certificate.polygons, "polygon"))
            }
        }
    }

    fn record(&self) -> &'static str {
        "polygon"
    }
}
