//! Codes with masses: what is transported onto. Distinct, finite, masses of sum 1.

use super::error::{LatentError, MAX_DIMENSION};
use rayon::prelude::*;

/// Largest coordinate: squares and their sums over all coordinates stay doubles.
const LARGEST: f64 = 1e140;

/// Distinct codes with positive masses of sum 1. A value of this type is sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    dimension: usize,
    rows: Vec<f64>,
    masses: Vec<f64>,
    total: f64,
    site_of_input: Option<Vec<u32>>,
    remarks: Vec<String>,
}

impl Codes {
    /// Checks rows of `dimension` coordinates each, and merges rows that are equal: their masses
    /// are added, and a remark says so. Masses are equal where none are given. Cost: O(n d log n).
    ///
    /// # Errors
    /// [`LatentError`], about the first entry that cannot be.
    pub fn new(dimension: usize, mut rows: Vec<f64>, masses: Option<Vec<f64>>) -> Result<Codes, LatentError> {
        if rows.is_empty() && dimension <= MAX_DIMENSION {
            return Err(LatentError::NoCodes);
        }
        if !(1..=MAX_DIMENSION).contains(&dimension) {
            return Err(LatentError::Dimension { dimension });
        }
        if !rows.len().is_multiple_of(dimension) {
            let expected = rows.len().next_multiple_of(dimension);
            return Err(LatentError::Length { what: "codes", found: rows.len(), expected });
        }
        let n = rows.len() / dimension;
        if n > u32::MAX as usize {
            return Err(LatentError::TooManyCodes { found: n });
        }
        check_rows("codes", dimension, &rows)?;
        // -0.0 and 0.0 are the same place.
        rows.iter_mut().for_each(|v| *v += 0.0);
        let masses = masses.unwrap_or_else(|| vec![1.0; n]);
        if masses.len() != n {
            return Err(LatentError::Length { what: "masses", found: masses.len(), expected: n });
        }
        if let Some(row) = masses.iter().position(|m| !(*m > 0.0 && m.is_finite())) {
            return Err(LatentError::Mass { row, value: masses[row] });
        }
        let total: f64 = masses.iter().sum();
        if !(1e-200..=1e200).contains(&total) {
            return Err(LatentError::Total { total });
        }
        let masses = normalized(masses);
        let mut codes = Codes { dimension, rows, masses, total, site_of_input: None, remarks: Vec::new() };
        codes.merge();
        if let Some(row) = codes.masses.iter().position(|m| *m < 1e-290) {
            return Err(LatentError::Mass { row, value: codes.masses[row] * total });
        }
        Ok(codes)
    }

    /// Makes one of each group of equal rows, in the order of the first ones.
    fn merge(&mut self) {
        let (n, d) = (self.masses.len(), self.dimension);
        let row = |i: u32| &self.rows[i as usize * d..(i as usize + 1) * d];
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.par_sort_unstable_by(|&a, &b| {
            let pairs = row(a).iter().zip(row(b));
            pairs.map(|(p, q)| p.total_cmp(q)).find(|o| o.is_ne()).unwrap_or(a.cmp(&b))
        });
        let mut groups: Vec<&[u32]> = order.chunk_by(|&a, &b| row(a) == row(b)).collect();
        if groups.len() == n {
            return;
        }
        groups.sort_unstable_by_key(|g| g[0]);
        let mut site_of_input = vec![0u32; n];
        let (mut rows, mut masses) = (Vec::new(), Vec::new());
        for group in &groups {
            group.iter().for_each(|&i| site_of_input[i as usize] = masses.len() as u32);
            rows.extend_from_slice(row(group[0]));
            masses.push(group.iter().map(|&i| self.masses[i as usize]).sum());
        }
        let many = n - groups.len();
        if let Some(first) = groups.iter().find(|g| g.len() > 1) {
            self.remarks.push(format!(
                "{many} of {n} codes are equal to another one (the first: {} and {}); they were merged, masses added",
                first[0], first[1]
            ));
        }
        (self.rows, self.masses, self.site_of_input) = (rows, normalized(masses), Some(site_of_input));
    }

    /// Coordinates of a code.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of distinct codes.
    pub fn len(&self) -> usize {
        self.masses.len()
    }

    /// Never true: there is at least one code.
    pub fn is_empty(&self) -> bool {
        self.masses.is_empty()
    }

    /// The distinct codes, row after row.
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// One code.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.dimension..(i + 1) * self.dimension]
    }

    /// Masses, of sum 1.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// Sum of the masses as they were given.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The distinct code that stands for each row given; `None` where all were distinct.
    pub fn site_of_input(&self) -> Option<&[u32]> {
        self.site_of_input.as_deref()
    }

    /// What to say of them.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

/// Masses of sum 1. A sum of `n` of them is off by `n` halves of an epsilon at most; those that are
/// that near stay as they are, so that what was normalized once, and written to a file, keeps its
/// bits.
fn normalized(mut masses: Vec<f64>) -> Vec<f64> {
    let total: f64 = masses.iter().sum();
    if (total - 1.0).abs() > masses.len() as f64 * f64::EPSILON {
        masses.iter_mut().for_each(|m| *m /= total);
    }
    masses
}

/// Refuses what is not finite or too large to be squared.
pub(super) fn check_rows(what: &'static str, dimension: usize, rows: &[f64]) -> Result<(), LatentError> {
    let Some(k) = rows.iter().position(|v| !(v.abs() <= LARGEST)) else { return Ok(()) };
    let (row, axis, value) = (k / dimension, k % dimension, rows[k]);
    Err(match value.is_finite() {
        true => LatentError::OutOfRange { what, row, axis, value },
        false => LatentError::NonFinite { what, row, axis, value },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_codes_are_one_with_a_remark() {
        let rows = vec![0.0, 1.0, 2.0, 3.0, -0.0, 1.0, 2.0, 4.0];
        let codes = Codes::new(2, rows, Some(vec![1.0, 2.0, 3.0, 4.0])).unwrap();
        assert_eq!(codes.rows(), [0.0, 1.0, 2.0, 3.0, 2.0, 4.0]);
        assert_eq!((codes.masses(), codes.total()), (&[0.4, 0.2, 0.4][..], 10.0));
        assert_eq!(codes.site_of_input(), Some(&[0, 1, 0, 2][..]));
        let told = "1 of 4 codes are equal to another one (the first: 0 and 2); they were merged, masses added";
        assert_eq!(codes.remarks(), [told]);
    }

    /// Masses of a code are the same bits, read again.
    #[test]
    fn normalized_masses_stay_as_they_are() {
        for n in (1..400u32).step_by(9) {
            let rows: Vec<f64> = (0..n).map(f64::from).collect();
            let given = (0..n).map(|k| 0.1 + f64::from(k * 7919 % 101)).collect();
            let once = Codes::new(1, rows.clone(), Some(given)).unwrap();
            let twice = Codes::new(1, rows.clone(), Some(once.masses().to_vec())).unwrap();
            assert_eq!(once.masses(), twice.masses(), "{n}");
            // Of many equal rows, too.
            let many = (0..5000).map(|k| f64::from(k % n)).collect();
            let merged = Codes::new(1, many, Some((0..5000).map(|k| 0.1 + f64::from(k % 97)).collect())).unwrap();
            let again = Codes::new(1, rows, Some(merged.masses().to_vec())).unwrap();
            assert_eq!(merged.masses(), again.masses(), "{n}");
        }
    }

    #[test]
    fn what_cannot_be_is_told() {
        let text = |d, rows: &[f64], masses: Option<&[f64]>| {
            Codes::new(d, rows.to_vec(), masses.map(<[f64]>::to_vec)).unwrap_err().to_string()
        };
        assert_eq!(text(2, &[], None), "codes is empty; at least one code is needed");
        assert_eq!(text(0, &[1.0], None), "codes have 0 coordinates; give between 1 and 4096");
        assert_eq!(text(2, &[1.0; 3], None), "codes has 3 entries; 4 are needed");
        assert_eq!(text(2, &[0.0, 1.0, 0.0, f64::NAN], None), "codes[1][1] is NaN; every number must be finite");
        assert!(text(1, &[1e200], None).contains("1e140"));
        assert_eq!(
            text(1, &[1.0, 2.0], Some(&[1.0, 0.0])),
            "masses[1] is 0; masses must be positive and finite, drop the code"
        );
        assert_eq!(text(1, &[1.0, 2.0], Some(&[1.0])), "masses has 1 entries; 2 are needed");
        assert!(text(1, &[1.0], Some(&[1e300])).contains("1e200"));
    }
}
