//! Tests of the linear solver.
