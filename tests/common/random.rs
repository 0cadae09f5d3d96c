//! Numbers that look random and are the same on every machine.

/// A linear congruence (Knuth), of which the upper bits are taken.
pub struct Random(pub u64);

impl Random {
    /// The next one, from 0 to below 1.
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
