//! The diagram of some sites, in the order in which they were named.

use super::graph::Graph;
use super::measures::{MeasureError, Measures, Want};
use super::seam::{Laguerre, Live};
use crate::exact::Heights;

/// A live diagram with a numbering of its own, seen in that of its sites.
pub(super) struct Subset<L: Live> {
    pub inner: L,
}

impl<L: Live> Laguerre for Subset<L> {
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
}
