//! Exact semi-discrete optimal transport in the plane.
//!
//! A source measure (a density on a polygon, a triangulated domain or an image) is transported onto weighted points, the *sites*. The cells of the
//! optimal map are Laguerre cells; finding them is the Monge–Ampère equation in Alexandrov's sense. `brenier` lifts the
//! sites by their *heights*, builds the regular triangulation with exact predicates, clips its dual to the domain,
//! integrates, and runs a damped Newton method on the heights (Kitagawa, Mérigot, Thibert 2019).
//!
//! # Quick start
//!
//! ```
//! use brenier::domain::ConvexPolygon;
//! use brenier::problem::{Problem, ProblemData};
//! use brenier::transport::{Control, SolveOptions, certify, solve};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0])?;
//! let sites = vec![[0.1, 0.1], [0.9, 0.2], [0.5, 0.5], [0.2, 0.8], [0.8, 0.9]];
//! let mut data = ProblemData::new(square, sites);
//! data.masses = Some(vec![1.0, 1.0, 2.0, 1.0, 1.0]); // the source is scaled to the same total
//! let problem = Problem::new(data)?;
//!
//! // The callback sees every step and may stop the run.
//! let solution = solve(&problem, &SolveOptions::default());
//! assert!(solution.report.converged);
//!
//! // Proved in exact arithmetic from the heights alone, whatever the solver did.
//! let proof = certify(&problem, &solution.heights, 5)?;
//! assert!(proof.max_relative_error[1] < 1e-9);
//! let [low, high] = proof.w2_squared;
//! assert!(high - low < 1e-9 && (0.5 * (low + high) - solution.cost).abs() < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! [`problem::Problem`] validates, [`transport::solve`] solves, [`transport::certify`] proves, [`transport::BrenierMap`] is the map, [`diagram::Diagram`] gives the cells
//! at any heights, [`io`] reads and writes files. What is exact, what is rounded and what is not promised: `docs/robustness.md`.
//!
//! # Layers
//!
//! Lowest first; imports go down only:
//!
//! | layer | module | knows |
//! |---|---|---|
//! | 0 | [`exact`] | numbers and signs |
//! | 1 | [`domain`], [`problem`] | where the source lives, validation |
//! | 2 | [`hull`] | regular triangulation = lifted convex hull |
//! | 3 | [`diagram`] | Laguerre cells, their integrals, validity |
//! | 4 | [`newton`] | the dual functional, start, damping, linear solver |
//! | 5 | [`transport`], [`sample`], [`parameterize`] | the solved problem, its certificate, its map; random points and their images; meshes flattened |
//! | 6 | [`io`], [`plot`] | formats and pictures |
//!
//! # Conventions
//! Cost `|x-y|^2` (no 1/2). The unknowns are the heights `h_i`: `cell_i = {x : <x,y_i> + h_i maximal}`. Weights are
//! `w_i = |y_i|^2 + 2 h_i`. Results are gauged by `sum nu_i h_i = 0`.
// One file has some, with its proof: `sample/simd.rs` (tests/layers.rs).
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod diagram;
pub mod domain;
pub mod exact;
pub mod hull;
pub mod io;
pub mod newton;
pub mod parameterize;
pub mod plot;
pub mod problem;
pub mod sample;
pub mod transport;

/// The README's example is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
