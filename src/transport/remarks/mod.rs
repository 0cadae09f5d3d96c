//! What a report remarks about a source, and about masses that no heights attain.

mod components;
mod far;
mod outside;
mod unattainable;

pub use components::{in_plane, of_partial, on_surface};
pub use far::{coarse, too_far};
pub use outside::all_outside;
pub use unattainable::{confirmed, in_own, told};
