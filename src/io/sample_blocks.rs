//! Blocks of samples, and what their columns are called.

use std::io;

/// What is written of each sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// The point, `x, y`, on a surface `x, y, z`.
    Points,
    /// The number of its cell.
    Cells,
    /// The site of its cell.
    Images,
    /// All three.
    All,
}

/// Makes the samples with numbers from the first argument on, as many as the lists are long;
/// `false` to stop.
pub type Make<'m, const D: usize> = dyn FnMut(u64, &mut [[f64; D]], &mut [u32]) -> bool + 'm;

pub(super) type Made<'m, const D: usize> = dyn FnMut(u64, &mut [[f64; D]], &mut [u32]) -> io::Result<()> + 'm;

/// Names of coordinates.
pub(super) const AXES: [&str; 3] = ["x", "y", "z"];

/// Block after block to `write`.
pub(super) fn blocks<const D: usize>(
    count: u64,
    make: &mut Made<'_, D>,
    mut write: impl FnMut(&[[f64; D]], &[u32]) -> io::Result<()>,
) -> io::Result<()> {
    let most = BLOCK.min(usize::try_from(count).unwrap_or(BLOCK));
    let (mut points, mut cells) = (vec![[0.0; D]; most], vec![0; most]);
    let mut first = 0;
    while first < count {
        let n = most.min(usize::try_from(count - first).unwrap_or(most));
        make(first, &mut points[..n], &mut cells[..n])?;
        write(&points[..n], &cells[..n])?;
        first += n as u64;
    }
    Ok(())
}

/// Names of the columns of a table.
pub(super) fn names(columns: Columns, dimension: usize) -> Vec<String> {
    let axes = &AXES[..dimension];
    let points = || axes.iter().map(|a| a.to_string());
    let images = || axes.iter().map(|a| format!("image_{a}"));
    let cell = || std::iter::once("cell".to_string());
    match columns {
        Columns::Points => points().collect(),
        Columns::Cells => cell().collect(),
        Columns::Images => images().collect(),
        Columns::All => points().chain(cell()).chain(images()).collect(),
    }
}

/// Samples made and written at once: 24 MB with their numbers and images.
pub(super) const BLOCK: usize = 1 << 19;
