//! Exact semi-discrete optimal transport for the squared distance.
//!
//! A source measure (a density on a polygon, a mesh with holes, an image, a surface, a solid in
//! space, a torus, the sphere) is transported onto weighted points, the *sites*. The cells of the
//! optimal map are Laguerre cells, a power diagram; finding them is the Monge–Ampère equation in
//! Alexandrov's sense. The sites are lifted by their *heights*, the regular triangulation is built
//! with exact predicates, its dual is clipped to the domain and integrated, and a damped Newton
//! method on the heights gives every cell its mass (Kitagawa, Mérigot, Thibert 2019).
//!
#![doc = concat!("<div style=\"max-width:18em\">", include_str!("../docs/img/guide/diagram.svg"), "</div>")]
//!
//! # What for
//!
//! | to | see |
//! |---|---|
//! | give cells of a source the masses you ask for | [`solve`], [`Problem`], [`SurfaceProblem`], [`SpaceProblem`], [`SphereProblem`] |
//! | prove that a solution is right, and enclose W2 | [`certify`], [`verify`] |
//! | get the cells at given heights or weights | [`describe`], [`Diagram`], [`SurfaceDiagram`], [`PartialDiagram`], [`SpaceDiagram`], [`SphereDiagram`] |
//! | get the cells as polygons with holes, neighbours and areas | [`cells()`] |
//! | send points through the map, follow it, find its jumps | [`BrenierMap`], [`SpaceLocator`] |
//! | transport onto codes of many coordinates, with estimated errors | [`solve_latent`], [`LatentMap`] |
//! | draw random points, cell by cell | [`Sampler`], [`SurfaceSampler`] |
//! | place points where they represent a source best (blue noise, stippling) | [`quantize`] |
//! | lay a mesh into the plane, areas kept, no triangle turned over | [`parameterize()`] |
//! | lay a closed mesh onto the sphere, likewise | [`parameterize::parameterize_sphere`](mod@parameterize) |
//! | mesh a surface anew | [`remesh`] |
//! | read and write files | [`read_any_problem`], [`read_any_solution`], [`write_solution`] |
//!
//! # Recipes
//!
//! A polygon:
//!
//! ```
//! use brenier::{ConvexPolygon, Problem, ProblemData, SolveOptions, certify, solve};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0])?;
//! let sites = vec![[0.1, 0.1], [0.9, 0.2], [0.5, 0.5], [0.2, 0.8], [0.8, 0.9]];
//! // The source is scaled to the total of the masses.
//! let data = ProblemData::new(square, sites).masses(vec![1.0, 1.0, 2.0, 1.0, 1.0]);
//! let problem = Problem::new(data)?;
//! let solution = solve(&problem, &SolveOptions::default());
//! assert!(solution.report.converged);
//!
//! // Proved in exact arithmetic from the heights alone, whatever the solver did.
//! let proof = certify(&problem, &solution.heights, 5)?;
//! let [low, high] = proof.w2_squared;
//! assert!(proof.max_relative_error[1] < 1e-9 && high - low < 1e-9);
//! assert!((0.5 * (low + high) - solution.cost).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! An image, and the points that represent it best:
//!
//! ```
//! use brenier::{Between, ConvexPolygon, Density, Image, Problem, ProblemData, QuantizeOptions, quantize};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (low, high) = ([0.0, 0.0], [2.0, 1.0]);
//! let pixels = Image::new(2, vec![1.0, 3.0], low, high, Between::Constant)?;
//! let sites = (0..8).map(|k| [0.2 + 0.2 * f64::from(k), 0.5]).collect();
//! let data = ProblemData::new(ConvexPolygon::rectangle(low, high)?, sites).density(Density::Image(pixels.into()));
//! let found = quantize(&Problem::new(data)?, &QuantizeOptions::default());
//! // A quarter of the mass lies in the left pixel.
//! assert_eq!(found.problem.sites().iter().filter(|y| y[0] < 1.0).count(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! A surface in space:
//!
//! ```
//! use brenier::{SolveOptions, Surface, SurfaceProblem, SurfaceProblemData, solve};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let corners = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
//! let tetrahedron = Surface::new(corners.clone(), vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])?;
//! let problem = SurfaceProblem::new(SurfaceProblemData::new(tetrahedron, corners))?;
//! let solution = solve(&problem, &SolveOptions::default());
//! assert!(solution.masses.iter().all(|m| (m - 0.25).abs() < 1e-9));
//! # Ok(())
//! # }
//! ```
//!
//! One topic a file on a page each: `examples/`.
//!
//! # Errors, and untrusted input
//!
//! What cannot be is refused by typed errors that name the place and the cure: [`ProblemError`],
//! [`DomainError`], [`IoError`]. A solve that does not converge is no error: its [`Solution`]
//! carries the best state, and its [`Report::outcome`] says why. Readers treat files as hostile: a
//! size is believed only when the file is long enough to hold it, and nothing panics. What is
//! exact, what is rounded, and what is not promised: `docs/robustness.md`.
//!
//! # Cost
//!
//! With `n` sites a solve takes about ten Newton steps of O(n) each, a proof O(n) rational
//! integrals, memory some hundred bytes a site. All cores are used (rayon's global pool), and no
//! bit depends on how many there are. Figures: `docs/performance.md`.
//!
//! # Conventions
//!
//! Cost `|x-y|^2` (no 1/2). The unknowns are the heights `h_i`:
//! `cell_i = {x : <x,y_i> + h_i maximal}`. Weights are `w_i = |y_i|^2 + 2 h_i`. Results are gauged
//! by `sum nu_i h_i = 0`.
//!
//! # Features and versions
//!
//! `parquet`: samples as .parquet, too. The least version of Rust is 1.89. Names at the root follow
//! semantic versions; what [`internals`] has may change in any release.
// One folder has some, with its proof: `dense/simd` (tests/layers.rs).
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[doc(hidden)]
pub mod dense;
#[doc(hidden)]
pub mod diagram;
#[doc(hidden)]
pub mod domain;
#[doc(hidden)]
pub mod exact;
#[doc(hidden)]
pub mod hull;
#[doc(hidden)]
pub mod io;
#[doc(hidden)]
pub mod latent;
#[doc(hidden)]
pub mod lens;
#[doc(hidden)]
pub mod newton;
#[doc(hidden)]
pub mod parameterize;
#[doc(hidden)]
pub mod plot;
#[doc(hidden)]
pub mod polytope;
#[doc(hidden)]
pub mod problem;
#[doc(hidden)]
pub mod sample;
mod setters;
#[doc(hidden)]
pub mod transport;

/// The rooms of the library, lowest first; imports go down only. **Anything here may change in any
/// release.**
///
/// | layer | module | knows |
/// |---|---|---|
/// | 0 | [`exact`] | numbers and signs |
/// | 1 | [`domain`], [`problem`] | where the source lives, validation |
/// | 1 | [`dense`] | the highest of many sites in any dimension, random words |
/// | 2 | [`hull`] | regular triangulation = lifted convex hull |
/// | 3 | [`diagram`] | Laguerre cells, their integrals, validity |
/// | 4 | [`newton`] | the dual functional, damping, linear solver |
/// | 5 | [`transport`], [`sample`], [`parameterize`](mod@parameterize), [`latent`] | the solved problem, its certificate, its map; random points; meshes flattened; high dimension by samples |
/// | 6 | [`io`], [`plot`] | formats and pictures |
pub mod internals {
    #[doc(inline)]
    pub use crate::{
        dense, diagram, domain, exact, hull, io, latent, lens, newton, parameterize, plot, polytope, problem, sample,
        transport,
    };
}

pub use diagram::{
    CellRecord, Cells, Diagram, DiagramError, Label, Outlines, PartialDiagram, SpaceDiagram, SphereDiagram,
    SurfaceDiagram,
};
pub use domain::{
    Between, Body, ConvexPolygon, Density, Domain, DomainError, Image, PlanarMesh, Solid, SpaceDensity, SpaceDomain,
    Sphere, SphereDensity, Surface, SurfaceDensity, TetMesh,
};
pub use exact::{Heights, NotRational, Ratio};
pub use io::{
    IoError, ProblemFile, ReadLimit, SolutionFile, read_any_problem, read_any_solution, read_problem, read_solution,
    write_solution,
};
pub use latent::{
    Codes, Extension, LatentMap, LatentOptions, LatentOutcome, LatentSolution, Source, Validation, solve_latent,
};
pub use newton::Outcome;
pub use parameterize::{Boundary, Parameterization, ParameterizeError, ParameterizeOptions, parameterize};
pub use problem::{
    Duplicates, Kind, Problem, ProblemData, ProblemError, SpaceProblem, SpaceProblemData, SphereProblem,
    SphereProblemData, SurfaceProblem, SurfaceProblemData,
};
pub use sample::{Draw, Method, SampleError, Sampler, SurfaceSampler};
pub use transport::{
    BrenierMap, CellTable, Certificate, CertifyError, Claims, Control, Description, Locator, Progress, Quantization,
    QuantizeOptions, QuantizeOutcome, Remesh, Report, SingularOptions, Solution, SolveOptions, SolverState,
    SpaceLocator, Transport, Verdict, VerifyError, cells, certify, describe, quantize, quantize_with, remesh, solve,
    solve_with, verify,
};

/// The README's example is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
