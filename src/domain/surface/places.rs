//! Points numbered by where they are.

use std::collections::HashMap;

/// Numbers points in the order in which they come: equal coordinates get the number they got first
/// (`-0.0` equals `0.0`).
#[derive(Clone, Debug, Default)]
pub struct Places {
    numbers: HashMap<[u64; 3], u32>,
    points: Vec<[f64; 3]>,
}

impl Places {
    /// The number of a point, new or known. There must be fewer than 2^32 different ones. Cost:
    /// O(1).
    pub fn number(&mut self, point: [f64; 3]) -> u32 {
        let next = self.points.len() as u32;
        // Adding 0 turns -0 into 0.
        let number = *self.numbers.entry(point.map(|c| (c + 0.0).to_bits())).or_insert(next);
        if number == next {
            self.points.push(point);
        }
        number
    }

    /// The different points by number, each as it came first.
    pub fn into_points(self) -> Vec<[f64; 3]> {
        self.points
    }
}
