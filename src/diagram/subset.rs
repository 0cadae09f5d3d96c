//! The diagram of some sites, in the order in which they were named.

use super::graph::Graph;
use super::measures::{MeasureError, Measures, Want};
use super::seam::{Background, Laguerre, Live, Revive};
use crate::exact::Heights;

/// A live diagram with a numbering of its own, seen in that of its sites.
pub(super) struct Subset<L: Live> {
    pub inner: L,
}

/// What a live diagram measures, in the order of its sites; heights are in that, too.
pub(super) fn measures_of(inner: &mut impl Live, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
    let order = inner.order();
    let found = inner.measures(&heights.permuted(&order), want)?;
    let Some(own) = &found.mass else { return Ok(found) };
    let mut mass = vec![0.0; own.len()];
    let mut walls = Vec::new();
    for (k, &i) in order.iter().enumerate() {
        mass[i as usize] = own[k];
        for (l, weight) in found.graph.entries(k).filter(|e| e.0 as usize > k) {
            let j = order[l as usize];
            walls.push((i.min(j), i.max(j), weight));
        }
    }
    let graph = Graph::of_walls(own.len(), walls.iter());
    Ok(Measures { mass: Some(mass), graph, ..found })
}

impl<L: Live + Background + Revive> Laguerre for Subset<L> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        measures_of(&mut self.inner, heights, want)
    }

    fn width_exponent(&self) -> f64 {
        self.inner.width_exponent()
    }

    fn revive(&mut self) -> Option<&mut dyn Revive> {
        if self.inner.revive().is_some() { Some(self) } else { None }
    }

    fn background(&mut self) -> Option<&mut dyn Background> {
        if self.inner.background().is_some() { Some(self) } else { None }
    }
}

impl<L: Live + Background + Revive> Background for Subset<L> {
    fn set_share(&mut self, share: f64) {
        self.inner.set_share(share);
    }

    fn has_gaps(&self) -> bool {
        self.inner.has_gaps()
    }

    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        let own = self.own(wanted);
        Some(self.told(&self.inner.matched(&own)?))
    }
}

impl<L: Live + Background + Revive> Revive for Subset<L> {
    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        let mass = if mass.is_empty() { Vec::new() } else { self.own(mass) };
        let (heights, wanted) = (heights.permuted(&self.inner.order()), self.own(wanted));
        let raised = self.inner.raise_empty(&heights, &mass, &wanted)?;
        Some(self.told(&raised))
    }

    fn raises_well(&self) -> bool {
        self.inner.raises_well()
    }
}

impl<L: Live> Subset<L> {
    /// In the inner numbering.
    fn own(&self, values: &[f64]) -> Vec<f64> {
        self.inner.order().iter().map(|&i| values[i as usize]).collect()
    }

    /// In that of the sites.
    fn told(&self, inner: &Heights) -> Heights {
        let mut heights = Heights::zeros(inner.len());
        let order = self.inner.order();
        order.iter().enumerate().for_each(|(k, &i)| heights.set(i as usize, inner.get(k)));
        heights
    }
}
