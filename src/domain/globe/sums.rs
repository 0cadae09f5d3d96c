//! What a part of an image holds.

/// What a block holds, on the unit sphere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Mass.
    pub mass: f64,
    /// Centroid; the origin if there is no mass.
    pub mean: [f64; 3],
    /// `int |x - mean|^2 rho`.
    pub spread: f64,
    /// The greatest value.
    pub most: f64,
    /// The least one.
    pub least: f64,
}

impl Sums {
    /// Of two blocks: parallel axes, no cancellation.
    pub fn with(&self, other: &Sums) -> Sums {
        let (most, least) = (self.most.max(other.most), self.least.min(other.least));
        let mass = self.mass + other.mass;
        if !(other.mass > 0.0) || !(self.mass > 0.0) {
            let of = if self.mass > 0.0 { self } else { other };
            return Sums { most, least, ..*of };
        }
        let apart = [0, 1, 2].map(|k| other.mean[k] - self.mean[k]);
        let share = other.mass / mass;
        let square: f64 = apart.iter().map(|d| d * d).sum();
        let mean = [0, 1, 2].map(|k| self.mean[k] + share * apart[k]);
        Sums { mass, mean, spread: self.spread + other.spread + self.mass * share * square, most, least }
    }

    /// The one value everywhere in it, if there is one.
    pub fn value(&self) -> Option<f64> {
        (self.most == self.least).then_some(self.most)
    }
}
