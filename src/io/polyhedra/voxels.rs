//! Which cell each voxel of a grid is in: .vti for viewers and solvers on grids, .npy for programs.
//!
//! A voxel has the site that wins at its middle, decided exactly; outside of the domain -1. In .npy
//! `labels[i, j, k]` is the voxel `i` along x, `j` along y and `k` along z.

use super::super::atomic::write_atomically;
use super::super::ending::ending;
use super::super::error::IoError;
use super::super::npy::npy_header_of;
use super::appended::Appended;
use crate::diagram::space::SpaceFinder;
use crate::domain::SpaceDomain;
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;

/// Labels on a grid over the bounding box of a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Voxels<const D: usize = 3> {
    /// The lower corner of the box.
    pub low: [f64; D],
    /// Sides of a voxel.
    pub side: [f64; D],
    /// Number of voxels along each axis.
    pub counts: [usize; D],
    /// Their sites, x first; -1 outside of the domain.
    pub labels: Vec<i32>,
}

/// Whether [`write_voxels`] writes files of this name.
pub fn writes_voxels(path: &Path) -> bool {
    matches!(&*ending(path), "vti" | "npy")
}

impl<const D: usize> Voxels<D> {
    /// Labels all voxels, on all threads. Cost: a search each.
    pub fn new(domain: &SpaceDomain<D>, finder: &SpaceFinder, counts: [usize; D]) -> Voxels<D> {
        let (low, high) = domain.bounds();
        let side = std::array::from_fn(|k| (high[k] - low[k]) / counts[k] as f64);
        let middle = |k: usize, at: usize| low[k] + (high[k] - low[k]) * ((at as f64 + 0.5) / counts[k] as f64);
        let rows: usize = counts[1..].iter().product();
        let row = |row: usize| {
            let mut x = [0.0; D];
            let mut rest = row;
            for k in 1..D {
                x[k] = middle(k, rest % counts[k]);
                rest /= counts[k];
            }
            let label = |i: usize| {
                let mut x = x;
                x[0] = middle(0, i);
                if finder.holds(&x) { finder.site_of(&x) as i32 } else { -1 }
            };
            (0..counts[0]).map(label).collect::<Vec<i32>>()
        };
        let labels = (0..rows).into_par_iter().flat_map_iter(row).collect();
        Voxels { low, side, counts, labels }
    }

    fn vti(&self, w: &mut dyn Write) -> io::Result<()> {
        // Flat ones are one voxel high.
        let at = |k: usize| (self.counts.get(k).copied().unwrap_or(1), self.low.get(k).copied().unwrap_or(0.0));
        let least = self.side.iter().fold(f64::INFINITY, |m: f64, s| m.min(*s));
        let [x, y, z] = [0, 1, 2].map(|k| self.side.get(k).copied().unwrap_or(least));
        let [nx, ny, nz] = [0, 1, 2].map(|k| at(k).0);
        let [a, b, c] = [0, 1, 2].map(|k| at(k).1);
        let mut arrays = Appended::default();
        let labels = arrays.short("site", &self.labels);
        let extent = format!("0 {nx} 0 {ny} 0 {nz}");
        let place = format!(" Origin=\"{a:?} {b:?} {c:?}\" Spacing=\"{x:?} {y:?} {z:?}\"");
        Appended::begin(w, "ImageData", &format!(" WholeExtent=\"{extent}\"{place}"))?;
        writeln!(w, "<Piece Extent=\"{extent}\">\n<CellData Scalars=\"site\">\n{labels}</CellData>\n</Piece>")?;
        arrays.end(w, "ImageData")
    }

    /// The last axis runs first.
    fn npy(&self, w: &mut dyn Write) -> io::Result<()> {
        w.write_all(&npy_header_of("<i4", &self.counts.map(|n| n as u64)))?;
        let [nx, ny, nz] = [0, 1, 2].map(|k| self.counts.get(k).copied().unwrap_or(1));
        let mut block = Vec::with_capacity(4 * ny * nz);
        for i in 0..nx {
            block.clear();
            for j in 0..ny {
                for k in 0..nz {
                    block.extend(self.labels[i + nx * (j + ny * k)].to_le_bytes());
                }
            }
            w.write_all(&block)?;
        }
        Ok(())
    }
}

/// Writes labels as .vti or .npy, atomically.
///
/// # Errors
/// [`IoError::Content`] for other endings; the system's.
pub fn write_voxels<const D: usize>(path: &Path, voxels: &Voxels<D>) -> Result<(), IoError> {
    match &*ending(path) {
        "vti" => write_atomically(path, |w| voxels.vti(w)),
        "npy" => write_atomically(path, |w| voxels.npy(w)),
        _ => Err(IoError::content(path, "voxels are written as .vti or .npy")),
    }
}
