//! Sums that do not depend on the order: numbers in fixed point.
//!
//! A share of a star, at most 1, counts in units of 2^-40, so 2^24 of them fit into 64 bits. Values
//! count in units of 2^-60 in 128 bits: in the units of a prepared problem they are at most some
//! thousands, so that 2^50 of them fit. Each is rounded once, to half a unit, whatever the order;
//! the sum of integers is exact. So a sum is a function of what is added alone.

const SHARE: f64 = (1u64 << 40) as f64;
const VALUE: f64 = (1u64 << 60) as f64;

/// A share of `[0, 1]`.
#[inline]
pub(super) fn share(v: f64) -> u64 {
    (v * SHARE + 0.5) as u64
}

/// What a sum of shares is.
pub(super) fn of_shares(sum: u64) -> f64 {
    sum as f64 / SHARE
}

/// A value. What is beyond the range is the end of the range; NaN is 0.
#[inline]
pub(super) fn value(v: f64) -> i128 {
    (v * VALUE).round() as i128
}

/// What a sum of values is.
pub(super) fn of_values(sum: i128) -> f64 {
    sum as f64 / VALUE
}

/// The sum of two lists, in the first one.
pub(super) fn merged(mut a: Vec<u64>, b: Vec<u64>) -> Vec<u64> {
    if a.is_empty() {
        return b;
    }
    a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
    a
}
