//! Mirrors and lenses of flat facets that turn a collimated beam into a picture.
//!
//! A facet sends all of its light in one direction, which depends on its slope alone. So with the
//! slopes as sites, the energies of the pixels as masses and the aperture as source, Alexandrov's
//! surface is the mirror or lens, without approximation: `docs/theory/lens.md`.

mod design;
mod ground;
mod optics;
mod picture;
mod plate;
mod relief;
#[cfg(test)]
mod tests;
mod trace;

pub use design::{LensData, LensDesign, LensError, LensOptions, LensTarget, Shape, design_lens};
pub use optics::Optic;
pub use picture::Light;
pub use plate::{Plate, plate};
pub use relief::relief;
pub use trace::{Traced, trace};
