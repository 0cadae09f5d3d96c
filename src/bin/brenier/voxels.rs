//! Labels of voxels: which cell in space, or on a torus, each is in.

use crate::args::Common;
use crate::failure::{Failure, code};
use crate::values::Counts;
use brenier::diagram::space::SpaceFinder;
use brenier::exact::Heights;
use brenier::io::{Voxels, bytes_text, write_voxels};
use brenier::problem::SpaceProblem;
use std::path::Path;

/// What was written of cells in space.
pub enum Solids {
    /// So many cells, and sites without one.
    Polyhedra(usize, usize),
    /// So many voxels along each axis, and how many of all are in cells.
    Voxels(Vec<usize>, usize),
}

/// Voxels along the longest axis where no number is given.
const USUAL: u32 = 64;

/// Bytes at the peak for each: its label, and that in the file.
const VOXEL: u64 = 8;

/// No grid has more where no limit of memory is given.
const MOST: u64 = 1 << 31;

/// One number for each axis: along the others as many as make voxels about cubes.
fn counts<const D: usize>(given: Option<&Counts>, sides: [f64; D]) -> Result<[usize; D], String> {
    let list = given.map_or(&[USUAL][..], |c| &c.0);
    if let Ok(all) = <[u32; D]>::try_from(list) {
        return Ok(all.map(|n| n as usize));
    }
    let &[n] = list else {
        let wanted = if D == 2 { "128x64" } else { "128x128x64" };
        return Err(format!("--voxels has {} numbers; give one, or {D} such as {wanted}", list.len()));
    };
    let longest = sides.iter().fold(0.0, |m: f64, s| m.max(*s));
    Ok(sides.map(|s| (f64::from(n) * (s / longest)).round().max(1.0) as usize))
}

/// Writes the labels of the voxels of a problem's domain.
pub fn written<const D: usize>(
    problem: &SpaceProblem<D>,
    out: &Path,
    given: Option<&Counts>,
    heights: &Heights,
    common: &Common,
) -> Result<Solids, Failure> {
    let (low, high) = problem.domain().bounds();
    let sides = std::array::from_fn(|k| high[k] - low[k]);
    let counts = counts(given, sides).map_err(|e| Failure::new(code::USAGE, format!("{}: {e}", out.display())))?;
    let all = counts.iter().fold(1u64, |all, &n| all.saturating_mul(n as u64));
    if all > common.max_memory.map_or(MOST, |limit| limit / VOXEL) || problem.len() > i32::MAX as usize {
        let needs = bytes_text(all.saturating_mul(VOXEL));
        let what = format!("{}: {all} voxels need about {needs}; give smaller --voxels", out.display());
        return Err(Failure::new(code::LIMIT, what));
    }
    let voxels = Voxels::new(problem.domain(), &SpaceFinder::new(problem, heights), counts);
    write_voxels(out, &voxels)?;
    let inside = voxels.labels.iter().filter(|l| **l >= 0).count();
    Ok(Solids::Voxels(counts.to_vec(), inside))
}
