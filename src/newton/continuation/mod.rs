//! Starts by way of easier problems: coarser ones, and others with an even background.

mod background;
mod layers;

pub(super) use background::{bridged, descend, faded};
pub(super) use layers::{COARSEST, COARSEST_WITH_GAPS, FAR_OFF, layered};
