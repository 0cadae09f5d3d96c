//! Damped Newton ascent of the dual functional and the linear algebra below it.

pub mod linear;
