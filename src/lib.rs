//! Exact semi-discrete optimal transport in the plane.
//!
//! A source measure (a density on a convex polygon) is transported onto weighted points, the *sites*. The cells of the
//! optimal map are Laguerre cells; finding them is the Monge–Ampère equation in Alexandrov's sense. `brenier` lifts the
//! sites by their *heights*, builds the regular triangulation with exact predicates, clips its dual to the domain,
//! integrates, and runs a damped Newton method on the heights (Kitagawa, Mérigot, Thibert 2019).
//!
//! Layers, lowest first; imports go down only:
//!
//! | layer | module | knows |
//! |---|---|---|
//! | 0 | [`exact`] | numbers and signs |
//! | 1 | [`domain`], [`problem`] | where the source lives, validation |
//! | 2 | [`hull`] | regular triangulation = lifted convex hull |
//! | 3 | [`diagram`] | Laguerre cells, their integrals, validity |
//! | 4 | [`newton`] | the dual functional, start, damping, linear solver |
//! | 5 | [`transport`] | the solved problem, its certificate |
//! | 6 | [`io`], [`plot`] | formats and pictures |
//!
//! # Conventions
//! Cost `|x-y|^2` (no 1/2). The unknowns are the heights `h_i`: `cell_i = {x : <x,y_i> + h_i maximal}`. Weights are
//! `w_i = |y_i|^2 + 2 h_i`. Results are gauged by `sum nu_i h_i = 0`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod diagram;
pub mod domain;
pub mod exact;
pub mod hull;
pub mod io;
pub mod newton;
pub mod plot;
pub mod problem;
pub mod transport;
