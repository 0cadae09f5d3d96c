//! What `brenier parameterize` is told of an atlas.

use crate::values::{between, positive, positive_or_zero};
use clap::Args;

/// Most texels along a side.
const MOST_TEXELS: u64 = 1 << 20;
/// Most charts that can be asked for.
const MOST_CHARTS: u64 = u32::MAX as u64;

#[derive(Args, Debug)]
pub struct AtlasArgs {
    /// Make an atlas: several charts, as few as keep the stretch (the ratio of singular values) to
    /// S on 99 % of the area of each. Their boundaries are free
    #[arg(long, value_name = "S", value_parser = positive, allow_negative_numbers = true)]
    pub max_stretch: Option<f64>,
    /// Make an atlas of at most N charts that stretch as little as they can. With --max-stretch: no
    /// more than N, even if they stretch more
    #[arg(long, value_name = "N", value_parser = between::<usize>(1, MOST_CHARTS))]
    pub charts: Option<usize>,
    /// Least distance between two charts in texels, half of it to the sides of the square [default:
    /// a fiftieth of their size]
    #[arg(long, value_name = "P", value_parser = positive_or_zero)]
    pub padding: Option<f64>,
    /// Texels along each side of the square: a picture of N x N
    #[arg(long, value_name = "N", default_value = "1024", value_parser = between::<u32>(1, MOST_TEXELS))]
    pub texture: u32,
}

impl AtlasArgs {
    /// Whether there is to be one.
    pub fn is_wanted(&self) -> bool {
        self.max_stretch.is_some() || self.charts.is_some()
    }
}
