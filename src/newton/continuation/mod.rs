//! Starts by way of easier problems: coarser ones, others with an even background, and parts of the
//! source one by one.

mod background;
mod islands;
mod layers;
mod portions;

pub(super) use background::{bridged, descend, faded};
pub(super) use islands::apart;
pub(super) use layers::{COARSEST, COARSEST_WITH_GAPS, FAR_OFF, layered};
