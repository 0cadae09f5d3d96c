//! Boxes by what they meet.

use crate::exact::power::{exponent, scaled};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// A box: its lower and upper corner.
pub(super) type Bounds = ([f64; 3], [f64; 3]);

/// The box around points.
pub(super) fn around<'a>(points: impl IntoIterator<Item = &'a [f64; 3]>) -> Bounds {
    points.into_iter().fold(([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]), |(low, high), p| {
        ([0, 1, 2].map(|k| low[k].min(p[k])), [0, 1, 2].map(|k| high[k].max(p[k])))
    })
}

/// The middle of a box, with few digits.
pub(super) fn round_centre((low, high): &Bounds) -> [f64; 3] {
    let unit = unit_of((low, high));
    [0, 1, 2].map(|k| {
        let middle = low[k] + 0.5 * (high[k] - low[k]);
        let rounded = (middle / unit).round() * unit;
        if (low[k]..high[k]).contains(&rounded) { rounded } else { middle }
    })
}

/// A power of two that is small beside a box.
pub(super) fn unit_of((low, high): (&[f64; 3], &[f64; 3])) -> f64 {
    let extent = (0..3).map(|k| high[k] - low[k]).fold(0.0, f64::max);
    scaled(1.0, exponent(extent) - 8)
}

/// Numbered boxes.
#[derive(Clone, Debug)]
pub(super) struct Boxes(RTree<GeomWithData<Rectangle<[f64; 3]>, u32>>);

impl Boxes {
    /// Cost: O(n log n).
    pub fn new(boxes: impl Iterator<Item = (Bounds, u32)>) -> Boxes {
        let one = |((low, high), k)| GeomWithData::new(Rectangle::from_corners(low, high), k);
        Boxes(RTree::bulk_load(boxes.map(one).collect()))
    }

    /// The numbers of those that meet a closed box, ascending.
    pub fn meeting(&self, (low, high): Bounds, found: &mut Vec<u32>) {
        found.clear();
        let about = AABB::from_corners(low, high);
        found.extend(self.0.locate_in_envelope_intersecting(about).map(|b| b.data));
        found.sort_unstable();
    }
}
