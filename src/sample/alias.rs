//! One of `n` indices with given probabilities, in constant time: the alias method.
//!
//! A. J. Walker (1977), with the set-up of M. D. Vose, "A linear algorithm for generating random
//! numbers with a given distribution" (1991). The table of `rand_distr` draws from a generator with
//! a state; here one word of 64 bits gives index and coin, and what the coin leaves open is a
//! second random number.

use crate::dense::fetch;

/// Column `k` is taken whole or split between `k` and another index. One load, since columns are
/// read in random order.
#[derive(Clone, Copy, Debug)]
struct Column {
    /// Share of the column that stays, in units of `2^-64`.
    stays: u64,
    /// Where the rest goes: `k` itself if nothing does.
    other: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Alias {
    columns: Vec<Column>,
}

/// What a random word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    pub index: u32,
    /// Of the words that mean the same column and side of the coin, this is number `place` of
    /// `last + 1`: uniform, given the index.
    pub place: u64,
    pub last: u64,
}

impl Alias {
    /// Of masses, not all zero. Cost: O(n), 16 bytes each.
    pub fn new(masses: &[f64]) -> Alias {
        let n = masses.len();
        let total: f64 = masses.iter().sum();
        let mut share: Vec<f64> = masses.iter().map(|m| m / total * n as f64).collect();
        let mut columns: Vec<Column> = (0..n as u32).map(|k| Column { stays: u64::MAX, other: k }).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..n as u32).partition(|&k| share[k as usize] < 1.0);
        while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
            small.pop();
            columns[s as usize] = Column { stays: (share[s as usize] * 2f64.powi(64)) as u64, other: l };
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
                columns[k as usize] = Column { stays: 0, other: heaviest as u32 };
            }
        }
        Alias { columns }
    }

    /// Sends for what [`Alias::pick`] will look up.
    #[inline(always)]
    pub fn fetch(&self, word: u64) {
        fetch(&self.columns, ((u128::from(word) * self.columns.len() as u128) >> 64) as usize);
    }

    /// The index that a random word means.
    #[inline(always)]
    pub fn pick(&self, word: u64) -> Pick {
        let product = u128::from(word) * self.columns.len() as u128;
        let (k, coin) = ((product >> 64) as usize, product as u64);
        let Column { stays, other } = self.columns[k];
        // By masks: a branch on a coin is guessed wrongly half of the time, and then all that was
        // on its way from memory is waited for.
        let kept = u64::from(coin < stays).wrapping_neg();
        Pick {
            index: (k as u32 & kept as u32) | (other & !kept as u32),
            place: coin.wrapping_sub(stays & !kept),
            last: (stays.wrapping_sub(1) & kept) | (!stays & !kept),
        }
    }
}

impl Pick {
    /// The place as a number of `[0, 1]`, from the upper 53 bits of 64.
    #[inline(always)]
    pub fn share(&self) -> f64 {
        // As signed numbers: the conversion of unsigned ones branches on some processors.
        (self.place >> 11) as i64 as f64 / ((self.last >> 11) as i64 as f64 + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> Vec<Vec<f64>> {
        vec![vec![1.0], vec![0.0, 3.0], vec![0.5, 0.0, 2.0, 1e-9, 7.0, 0.1], vec![1.0; 77]]
    }

    /// The measure of the words that mean an index is its mass: counted exactly from the table.
    #[test]
    fn columns_add_up_to_the_masses() {
        for masses in tables() {
            let alias = Alias::new(&masses);
            let mut found = vec![0.0; masses.len()];
            for (k, column) in alias.columns.iter().enumerate() {
                let share = column.stays as f64 / 2f64.powi(64);
                found[k] += share;
                found[column.other as usize] += 1.0 - share;
            }
            let total: f64 = masses.iter().sum();
            for (f, m) in found.iter().zip(&masses) {
                assert!((f / masses.len() as f64 - m / total).abs() < 1e-15, "{found:?} {masses:?}");
            }
            for word in [0, 1 << 63, u64::MAX, 0x1234_5678_9abc_def0] {
                assert!(masses[alias.pick(word).index as usize] > 0.0);
            }
        }
    }

    /// What is left of a word runs through its stretch from the first to the last place.
    #[test]
    fn places_are_counted_in_each_side_of_a_column() {
        for masses in tables() {
            let alias = Alias::new(&masses);
            let n = masses.len() as u128;
            for (k, &Column { stays, other }) in alias.columns.iter().enumerate() {
                // The word whose product with n begins at or behind the column's share `coin`.
                let word = |coin: u64| (((k as u128) << 64) + u128::from(coin)).div_ceil(n) as u64;
                if stays > 0 {
                    let first = alias.pick(word(0));
                    assert_eq!((first.index as usize, first.last), (k, stays - 1));
                    assert!(u128::from(first.place) < n);
                }
                if stays < u64::MAX {
                    let first = alias.pick(word(stays));
                    assert_eq!((first.index, first.last), (other, !stays));
                    assert!(u128::from(first.place) < n && first.place <= first.last);
                    assert!((0.0..=1.0).contains(&first.share()));
                }
            }
        }
    }
}
