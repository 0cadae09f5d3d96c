//! The Python face of brenier: arrays in, the library called, arrays out.
//!
//! No geometry, no checking, no conversion of its own. `work` runs the library without the
//! interpreter's lock in threads of its own; `sources` and `problem` hold what is given, `runs`
//! what takes its time, `polytopes` what stands beside transport, `latent` all of high dimension,
//! `plan` what a solution file says, `methods` what is asked of a plan. What kinds of sources there
//! are is said once, in `faces`.

#![deny(unsafe_code)]

mod areas;
mod arrays;
mod errors;
mod faces;
mod latent;
mod methods;
mod plan;
mod polytopes;
mod problem;
mod results;
mod runs;
mod sources;
mod work;

use pyo3::prelude::*;

/// The compiled part of brenier.
#[pymodule]
mod _brenier {
    use super::*;

    #[pymodule_export]
    use super::latent::{Latent, load_latent, solve_latent};
    #[pymodule_export]
    use super::plan::{Plan, load};
    #[pymodule_export]
    use super::polytopes::{curvature, lens, minkowski};
    #[pymodule_export]
    use super::problem::Problem;
    #[pymodule_export]
    use super::runs::{diagram, fit, parameterize, parameterize_sphere, quantize, solve};
    #[pymodule_export]
    use super::sources::Domain;

    /// A panic, for the test that none crosses.
    #[pyfunction]
    fn _panic(py: Python<'_>, text: String) -> PyResult<()> {
        super::work::does(py, None, move || assert!(text.is_empty(), "{text}"))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        // Written in Python, so that they have attributes and can be pickled.
        let errors = module.py().import("brenier._errors")?;
        for name in ["BrenierError", "FileError", "InternalError", "NotConverged", "BrenierWarning"] {
            module.add(name, errors.getattr(name)?)?;
        }
        Ok(())
    }
}
