//! The families of sources: each all that it must bring.

mod any;
mod partial;
mod plane;
mod space;
mod sphere;
mod surface;
mod words;
