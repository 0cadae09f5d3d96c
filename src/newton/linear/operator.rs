//! A matrix with what every iteration asks of it.

use super::components::Components;
use super::laplacian::Laplacian;

/// A matrix with what every iteration asks of it.
pub(super) struct System<'a> {
    pub l: &'a Laplacian,
    pub components: Components,
    /// Inverse of the diagonal, 0 where that is 0.
    pub inverse_diagonal: Vec<f64>,
}

impl<'a> System<'a> {
    pub fn new(l: &'a Laplacian) -> Self {
        Self { l, components: Components::of(l), inverse_diagonal: inverse_diagonal(l) }
    }
}

pub(super) fn inverse_diagonal(l: &Laplacian) -> Vec<f64> {
    let mut diagonal = l.diagonal();
    diagonal.iter_mut().for_each(|d| *d = if *d > 0.0 { 1.0 / *d } else { 0.0 });
    diagonal
}
