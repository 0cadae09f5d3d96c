//! One of `n` indices with given probabilities, in constant time: the alias method.
//!
//! A. J. Walker (1977), with the set-up of M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991). The
//! table of `rand_distr` draws from a generator with a state; here one word of 64 bits gives index and coin.

/// Column `k` is taken whole or split between `k` and another index.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    /// Share of the column that stays, in units of `2^-64`, and where the rest goes.
    columns: Vec<(u64, u32)>,
}

impl Alias {
    /// Of masses, not all zero. Cost: O(n), 16 bytes each.
    pub fn new(masses: &[f64]) -> Alias {
        let n = masses.len();
        let total: f64 = masses.iter().sum();
        let mut share: Vec<f64> = masses.iter().map(|m| m / total * n as f64).collect();
        let mut columns: Vec<(u64, u32)> = (0..n as u32).map(|k| (u64::MAX, k)).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..n as u32).partition(|&k| share[k as usize] < 1.0);
        while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
            small.pop();
            columns[s as usize] = ((share[s as usize] * 2f64.powi(64)) as u64, l);
            share[l as usize] -= 1.0 - share[s as usize];
            if share[l as usize] < 1.0 {
                large.pop();
                small.push(l);
            }
        }
        // What is left is 1 up to rounding; but what has no mass is never drawn.
        for k in small {
            if masses[k as usize] == 0.0 {
                let heaviest = (0..n).max_by(|&a, &b| masses[a].total_cmp(&masses[b])).unwrap_or(0);
                columns[k as usize] = (0, heaviest as u32);
            }
        }
        Alias { columns }
    }

    /// The index that a random word means.
    #[inline(always)]
    pub fn index(&self, word: u64) -> usize {
        let product = u128::from(word) * self.columns.len() as u128;
        let k = (product >> 64) as usize;
        let (stays, other) = self.columns[k];
        if (product as u64) < stays || stays == u64::MAX { k } else { other as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The measure of the words that mean an index is its mass: counted exactly from the table.
    #[test]
    fn columns_add_up_to_the_masses() {
        for masses in [vec![1.0], vec![0.0, 3.0], vec![0.5, 0.0, 2.0, 1e-9, 7.0, 0.1], vec![1.0; 77]] {
            let alias = Alias::new(&masses);
            let mut found = vec![0.0; masses.len()];
            for (k, &(stays, other)) in alias.columns.iter().enumerate() {
                let share = if stays == u64::MAX { 1.0 } else { stays as f64 / 2f64.powi(64) };
                found[k] += share;
                found[other as usize] += 1.0 - share;
            }
            let total: f64 = masses.iter().sum();
            for (f, m) in found.iter().zip(&masses) {
                assert!((f / masses.len() as f64 - m / total).abs() < 1e-15, "{found:?} {masses:?}");
            }
            for word in [0, 1 << 63, u64::MAX, 0x1234_5678_9abc_def0] {
                assert!(masses[alias.index(word)] > 0.0);
            }
        }
    }
}
