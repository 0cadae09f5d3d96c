//! Counters of the ladder: how often each stage was asked, and how often it had to pass the
//! question on.

use std::ops::AddAssign;

/// How the signs of one run were decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counters {
    /// Predicates asked.
    pub calls: u64,
    /// Questions the f64 filter could not answer.
    pub filter_failures: u64,
    /// Questions that also left the fixed-width integers and were answered by big integers.
    pub big: u64,
    /// Exact zeros, resolved by the symbolic perturbation.
    pub exact_zeros: u64,
}

impl AddAssign for Counters {
    fn add_assign(&mut self, o: Counters) {
        self.calls += o.calls;
        self.filter_failures += o.filter_failures;
        self.big += o.big;
        self.exact_zeros += o.exact_zeros;
    }
}
