//! The lists of a solution file.

use super::fields::Fields;
use super::finite;
use serde::Serialize;
use std::io;
use std::io::Write;

/// A list on its way into a solution file.
pub(super) enum List<'a, P> {
    Numbers(&'a [f64]),
    Centroids(&'a [Option<P>]),
    Points(&'a [P]),
    Hessian(&'a [(u32, u32, f64)]),
    Indices(&'a [u32]),
}

/// A point of any dimension: `[f64; D]`.
pub(super) trait Point: Copy + Serialize + AsRef<[f64]> {}

impl<P: Point> List<'_, P> {
    /// Columns (0: one-dimensional) and numbers of the array in the .npz.
    pub(super) fn array(&self) -> (usize, Vec<f64>) {
        match self {
            List::Numbers(v) => (0, v.to_vec()),
            List::Centroids(v) => {
                let columns = size_of::<P>() / size_of::<f64>();
                let mut values = Vec::with_capacity(columns * v.len());
                for centroid in v.iter() {
                    match centroid {
                        Some(c) => values.extend_from_slice(c.as_ref()),
                        None => values.resize(values.len() + columns, f64::NAN),
                    }
                }
                (columns, values)
            }
            List::Points(v) => {
                let columns = size_of::<P>() / size_of::<f64>();
                (columns, v.iter().flat_map(|p| p.as_ref()).copied().collect())
            }
            List::Hessian(v) => {
                let rows = v.iter();
                let rows = rows.flat_map(|&(i, j, h)| [f64::from(i), f64::from(j), h]);
                (3, rows.collect())
            }
            List::Indices(v) => (0, v.iter().map(|&i| f64::from(i)).collect()),
        }
    }

    pub(super) fn check(&self, key: &str) -> io::Result<()> {
        match self {
            List::Numbers(v) => finite::check(key, v),
            List::Centroids(v) => finite::check(key, v),
            List::Points(v) => finite::check(key, v),
            List::Hessian(v) => finite::check(key, v),
            List::Indices(_) => Ok(()),
        }
    }

    pub(super) fn write_inline<W: Write>(&self, fields: &mut Fields<W>, key: &str) -> io::Result<()> {
        match self {
            List::Numbers(v) => fields.value(key, v),
            List::Centroids(v) => fields.value(key, v),
            List::Points(v) => fields.value(key, v),
            List::Hessian(v) => fields.value(key, v),
            List::Indices(v) => fields.value(key, v),
        }
    }
}
