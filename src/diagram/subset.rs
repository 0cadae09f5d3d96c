//! The diagram of some sites, in the order in which they were named.

use super::graph::Graph;
use super::measures::{MeasureError, Measures, Want};
use super::seam::{Background, Laguerre, Live};
use crate::exact::Heights;

/// A live diagram with a numbering of its own, seen in that of its sites.
pub(super) struct Subset<L: Live> {
    pub inner: L,
}

impl<L: Live + Background> Laguerre for Subset<L> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Result<Measures, MeasureError> {
        let order = self.inner.order();
        let found = self.inner.measures(&heights.permuted(&order), want)?;
        let Some(inner) = &found.mass else { return Ok(found) };
        let mut mass = vec![0.0; inner.len()];
        let mut walls = Vec::new();
        for (k, &i) in order.iter().enumerate() {
            mass[i as usize] = inner[k];
            for (l, weight) in found.graph.entries(k).filter(|e| e.0 as usize > k) {
                let j = order[l as usize];
                walls.push((i.min(j), i.max(j), weight));
            }
        }
        let graph = Graph::of_walls(inner.len(), walls.iter());
        Ok(Measures { mass: Some(mass), graph, ..found })
    }

    fn width_exponent(&self) -> f64 {
        self.inner.width_exponent()
    }

    fn background(&mut self) -> Option<&mut dyn Background> {
        if self.inner.background().is_some() { Some(self) } else { None }
    }
}

impl<L: Live + Background> Background for Subset<L> {
    fn set_share(&mut self, share: f64) {
        self.inner.set_share(share);
    }

    fn has_gaps(&self) -> bool {
        self.inner.has_gaps()
    }

    fn matched(&self, wanted: &[f64]) -> Option<Heights> {
        let order = self.inner.order();
        let own: Vec<f64> = order.iter().map(|&i| wanted[i as usize]).collect();
        let found = self.inner.matched(&own)?;
        let mut heights = Heights::zeros(order.len());
        order.iter().enumerate().for_each(|(k, &i)| heights.set(i as usize, found.get(k)));
        Some(heights)
    }
}
