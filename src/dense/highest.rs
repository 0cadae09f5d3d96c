//! The highest site at each of many points, in any dimension, by comparing all sites: exact, and
//! near the speed of the arithmetic.
//!
//! Three stages. In single precision, all sites; per point and lane the largest value is kept with
//! its panel and the largest of the other panels. Only sites whose value comes within twice the
//! bound of the largest can be highest: mostly the six of one group. These are compared in doubles
//! with a bound of their own, and what that leaves open exactly (`higher_at`). Ties go to the
//! lowest index, which is the perturbation `h_i + eps^(i+1)`. Which site is highest does not depend
//! on rounding, hence neither on the instruction set nor on the number of threads.

use super::sites::{Dense, DenseError, finite};
use super::stages::{BLOCK, Work};
use crate::exact::Counters;
use rayon::prelude::*;

/// Points that a thread takes at once.
const CHUNK: usize = 1024;

impl Dense {
    /// The highest site at each point, exactly; of sites that tie the lowest. Points are rows of
    /// `f64` or `f32` numbers, which mean what they are. The counters say of how many points
    /// (`calls`) how many had all sites compared in doubles (`filter_failures`), how many pairs
    /// were decided by big numbers (`big`), and how many tie (`exact_zeros`).
    ///
    /// Cost: O(n d) a point, `2 n d` operations in single precision; parallel.
    ///
    /// # Errors
    /// A number that is not finite, or not whole points.
    pub fn cells_of<T: Copy + Into<f64> + Sync>(&self, points: &[T]) -> Result<(Vec<u32>, Counters), DenseError> {
        let d = self.dimension;
        if !points.len().is_multiple_of(d) {
            let expected = points.len().next_multiple_of(d);
            return Err(DenseError::Length { what: "points", found: points.len(), expected });
        }
        let rows = CHUNK * d;
        let first = points.par_chunks(rows).enumerate().find_map_first(|(c, points)| {
            finite("points", points, d).err().map(|e| match e {
                DenseError::NonFinite { what, row, axis } => DenseError::NonFinite { what, row: c * CHUNK + row, axis },
                other => other,
            })
        });
        if let Some(error) = first {
            return Err(error);
        }
        let mut cells = vec![0; points.len() / d];
        let counters = cells
            .par_chunks_mut(CHUNK)
            .zip(points.par_chunks(rows))
            .map(|(cells, points)| {
                let mut work = Work::new(self);
                for (cells, points) in cells.chunks_mut(BLOCK).zip(points.chunks(BLOCK * d)) {
                    work.block(self, points, None, cells);
                }
                work.counters
            })
            .reduce(Counters::default, |mut a, b| {
                a += b;
                a
            });
        Ok((cells, counters))
    }

    /// The highest site at one point.
    ///
    /// # Errors
    /// As [`Dense::cells_of`].
    pub fn cell_of(&self, point: &[f64]) -> Result<u32, DenseError> {
        if point.len() != self.dimension {
            return Err(DenseError::Length { what: "point", found: point.len(), expected: self.dimension });
        }
        Ok(self.cells_of(point)?.0[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Heights;

    #[test]
    fn wrong_input_is_told() {
        let h = Heights::zeros(2);
        let text = |r: Result<Dense, DenseError>| r.unwrap_err().to_string();
        assert_eq!(text(Dense::new(0, &[], &h)), "points of 0 coordinates; give between 1 and 4096");
        assert_eq!(text(Dense::new(2, &[0.0; 3], &h)), "sites has 3 entries; 4 are needed");
        assert_eq!(text(Dense::new(2, &[], &Heights::zeros(0))), "0 sites; give between 1 and 4294967295");
        let bad = text(Dense::new(2, &[0.0, 1.0, f64::NAN, 0.0], &h));
        assert_eq!(bad, "sites[1][0] is not finite; every number must be finite");
        let dense = Dense::new(2, &[0.0; 4], &h).unwrap();
        let mut points = vec![0.0f32; 6000];
        points[4007] = f32::INFINITY;
        assert_eq!(
            dense.cells_of(&points).unwrap_err().to_string(),
            "points[2003][1] is not finite; every number must be finite"
        );
        assert_eq!(dense.cells_of(&[0.0; 3]).unwrap_err().to_string(), "points has 3 entries; 4 are needed");
        assert!(dense.cell_of(&[0.0; 4]).is_err());
        assert_eq!(dense.cells_of::<f64>(&[]).unwrap().0, Vec::<u32>::new());
    }
}
