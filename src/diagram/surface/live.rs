//! The diagram on a surface behind the seam to the optimization.

use super::super::jumps::{Jumps, Region, Tie, Tied};
use super::super::measures::{MeasureError, Measures, Want};
use super::super::seam::{Coarsen, Laguerre, Live, Revive, sunk};
use super::laguerre::SurfaceLaguerre;
use super::raise;
use super::ties::Ties;
use crate::exact::big::{self, Rational};
use crate::exact::{Counters, Dd, Heights};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Laguerre for SurfaceLaguerre<'_> {
    fn len(&self) -> usize {
        self.order().len()
    }

    fn measures(&mut self, heights: &Heights, _: Want) -> Result<Measures, MeasureError> {
        Ok(self.integrals(heights, false).plain)
    }

    fn revive(&mut self) -> Option<&mut dyn Revive> {
        Some(self)
    }

    fn coarsen(&self) -> Option<&dyn Coarsen> {
        Some(self)
    }

    fn would_live(&mut self, heights: &Heights, cells: &[u32]) -> bool {
        self.live_at(heights, cells)
    }

    fn jumps(&mut self) -> Option<&mut dyn Jumps> {
        Some(self)
    }
}

impl Live for SurfaceLaguerre<'_> {
    fn order(&self) -> Arc<[u32]> {
        self.order()
    }

    fn counters(&self) -> Counters {
        self.counters()
    }
}

impl Revive for SurfaceLaguerre<'_> {
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        raise::raise_empty(self, heights, mass, wanted)
    }

    /// Raising costs a diagram and does not know who else is raised there; a start on a surface has
    /// few small cells.
    fn raises_well(&self) -> bool {
        false
    }
}

impl Coarsen for SurfaceLaguerre<'_> {
    fn of_sites(&self, sites: &[u32]) -> Box<dyn Laguerre + '_> {
        Box::new(self.of(sites))
    }

    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        sunk(heights, self.depth())
    }
}

impl Jumps for SurfaceLaguerre<'_> {
    fn ties(&self) -> Option<&[Tie]> {
        let make =
            || Ties::of(&self.ground().facets, &(0..self.order().len()).map(|i| self.site(i)).collect::<Vec<_>>());
        self.known_ties(make).map(|t| &t.list[..])
    }

    fn tied(&mut self, heights: &[Rational]) -> Tied {
        let rounded = Heights::new(heights.iter().map(|h| big::nearest_dd(h).0));
        let (measures, pieces) = self.pieces(&rounded);
        let mut tied =
            Tied { base: vec![0.0; measures.masses().len()], heights: rounded, measures, regions: Vec::new() };
        self.ties();
        let known = self.known_ties(|| None);
        let mut regions: BTreeMap<Vec<u32>, BTreeMap<u32, f64>> = BTreeMap::new();
        for (cell, facet, mass) in pieces {
            let sites = known.map_or_else(|| vec![cell], |t| t.with(facet, cell, heights));
            if sites.len() == 1 {
                tied.base[cell as usize] += mass;
            } else if mass > 0.0 {
                *regions.entry(sites).or_default().entry(facet).or_default() += mass;
            }
        }
        tied.regions = regions
            .into_iter()
            .map(|(sites, facets)| Region { sites, mass: facets.values().sum(), facets: facets.into_iter().collect() })
            .collect();
        tied
    }
}
