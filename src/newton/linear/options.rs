//! When to stop, and what was done.

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearOptions<'a> {
    /// Stop when the residual is at most this times the right-hand side, both measured in the norm
    /// `|r| = (sum_i r_i^2 / D_ii)^(1/2)`. In this norm a cell counts by its own scale: the Newton
    /// update of a lone cell would be `r_i / D_ii`, and the energy of that update `r_i^2 / D_ii`,
    /// so cells of tiny mass are not drowned by large ones as in the Euclidean norm. 1e-12 can be
    /// reached on graphs of ordinary weights.
    pub relative_tolerance: f64,
    /// Stop as well when `|r_i|` is at most this factor times this entry for every `i` (length
    /// `n`): what a Newton step that shall make every cell right to a given accuracy needs, and
    /// often earlier than the norm can tell.
    pub enough: Option<(f64, &'a [f64])>,
    /// Most iterations of conjugate gradients in all.
    pub max_iterations: usize,
    /// Shift the result to zero sum over each component. Where its entries span many decades that
    /// costs the small ones their digits; a caller that subtracts an entry of its own can do
    /// without.
    pub centred: bool,
}

impl Default for LinearOptions<'_> {
    /// Tolerance 1e-10, 200 iterations.
    fn default() -> Self {
        Self { relative_tolerance: 1e-10, enough: None, max_iterations: 200, centred: true }
    }
}

/// What a solve did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearReport {
    /// Iterations of conjugate gradients in all, 0 for a direct solve.
    pub iterations: usize,
    /// Norm of `b - L x` over that of `b`, computed from the returned `x`; 0 if `b` is 0.
    pub relative_residual: f64,
    /// Levels of the multigrid hierarchy, 1 for a direct solve, 0 if there was nothing to solve.
    pub levels: usize,
}

/// When to stop, absolutely: at this norm; or when every entry is at most the factor times its
/// bound.
pub(super) struct Stop<'a> {
    pub norm: f64,
    pub enough: Option<(f64, &'a [f64])>,
}

impl Stop<'_> {
    pub fn holds(&self, norm: f64, r: &[f64]) -> bool {
        let small = |(factor, each): (f64, &[f64])| r.iter().zip(each).all(|(r, each)| r.abs() <= factor * each);
        norm <= self.norm || self.enough.is_some_and(small)
    }
}

/// A graph that remains after elimination and has at most this many nodes is solved directly.
pub(super) const DIRECT_ROWS: usize = 1500;
