//! What a mesh is laid into, and how.

use super::options::{ParameterizeError, ParameterizeOptions};
use super::pipeline;
use super::result::Parameterization;
use super::watch::ParameterizeProgress;
use crate::transport::Control;

/// Parameterizes a mesh. Cost: about 60 factorizations of a sparse matrix of `2 n` rows for `n`
/// vertices, O(n^1.5) each; deterministic, whatever the number of threads.
///
/// The result is proved to be one to one, or says that it is not ([`Parameterization::bijective`]).
///
/// # Errors
/// [`ParameterizeError`] naming the element that is no part of an oriented manifold, or the option
/// that does not suit.
///
/// ```
/// use brenier::parameterize::{ParameterizeOptions, parameterize};
/// // A tetrahedron: closed, so it is cut open.
/// let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
/// let t = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
/// let found = parameterize(&v, &t, &ParameterizeOptions::default()).unwrap();
/// assert!(found.bijective);
/// assert_eq!(found.charts.len(), 1);
/// ```
pub fn parameterize(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &ParameterizeOptions,
) -> Result<Parameterization, ParameterizeError> {
    pipeline::run(vertices, triangles, options, &mut |_| Control::Continue)
}

/// As [`parameterize`], with a callback between steps that may ask to stop. Then the result is the
/// layout that there is: from the first embedding on there is one. Charts that were not begun have
/// that, and say so among their misses.
///
/// # Errors
/// As [`parameterize`].
pub fn parameterize_with(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &ParameterizeOptions,
    callback: &mut dyn FnMut(&ParameterizeProgress) -> Control,
) -> Result<Parameterization, ParameterizeError> {
    pipeline::run(vertices, triangles, options, callback)
}
