//! Arrays in and out. What comes in is copied; what goes out shows the library's own memory,
//! read-only.

use crate::errors::wrong;
use numpy::ndarray::{ArrayView, Dimension, IntoDimension};
use numpy::{Element, PyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyAny;

pub type Floats1<'py> = Bound<'py, PyArray1<f64>>;
pub type Floats2<'py> = Bound<'py, PyArray2<f64>>;
pub type Ints1<'py> = Bound<'py, PyArray1<i64>>;
pub type Ints2<'py> = Bound<'py, PyArray2<i64>>;

/// The numbers of an array.
pub fn numbers(array: &PyReadonlyArray1<'_, f64>) -> PyResult<Vec<f64>> {
    Ok(array.as_slice()?.to_vec())
}

/// Rows of so many numbers, from anything that Python takes for an array; `name` is what messages
/// call it.
pub fn rows<const D: usize>(x: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<[f64; D]>> {
    let helper = x.py().import("brenier._arrays")?.getattr("rows")?;
    let array: PyReadonlyArray2<'_, f64> = helper.call1((x, name, D))?.extract()?;
    Ok(array.as_slice()?.as_chunks::<D>().0.to_vec())
}

/// One number each, from anything that Python takes for an array.
pub fn vector(x: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<f64>> {
    let helper = x.py().import("brenier._arrays")?.getattr("vector")?;
    numbers(&helper.call1((x, name))?.extract()?)
}

/// Rows of indices, each checked to be one.
pub fn index_rows<const D: usize>(array: &PyReadonlyArray2<'_, i64>, name: &str) -> PyResult<Vec<[u32; D]>> {
    let mut rows = Vec::new();
    for (k, row) in array.as_slice()?.as_chunks::<D>().0.iter().enumerate() {
        let mut out = [0u32; D];
        for (axis, (to, &from)) in out.iter_mut().zip(row).enumerate() {
            let name = || wrong(format!("{name}[{k}][{axis}] is {from}; give indices from 0 to 4294967295"));
            *to = u32::try_from(from).map_err(|_| name())?;
        }
        rows.push(out);
    }
    Ok(rows)
}

fn locked<'py, T: Element, N: Dimension>(array: Bound<'py, PyArray<T, N>>) -> PyResult<Bound<'py, PyArray<T, N>>> {
    array.call_method1("setflags", (false,))?;
    Ok(array)
}

/// Shows memory that `owner` holds, without a copy.
#[allow(unsafe_code)]
pub fn shown<'py, I: IntoDimension>(
    owner: &Bound<'py, PyAny>,
    shape: I,
    values: &[f64],
) -> PyResult<Bound<'py, PyArray<f64, I::Dim>>> {
    let view = ArrayView::from_shape(shape.into_dimension(), values).map_err(|e| wrong(e.to_string()))?;
    // SAFETY: every caller passes memory of a frozen object that is never changed nor moved once it
    // is there, and that object as the owner, which the array keeps alive. The array is made
    // read-only before anybody sees it.
    let array = unsafe { PyArray::borrow_from_array(&view, owner.clone()) };
    locked(array)
}

/// New numbers.
pub fn made(py: Python<'_>, values: Vec<f64>) -> PyResult<Floats1<'_>> {
    locked(PyArray1::from_vec(py, values))
}

/// New rows.
pub fn made_rows<const D: usize>(py: Python<'_>, rows: Vec<[f64; D]>) -> PyResult<Floats2<'_>> {
    let n = rows.len();
    locked(PyArray1::from_vec(py, rows.into_flattened()).reshape([n, D])?)
}

/// New indices.
pub fn made_indices(py: Python<'_>, values: impl IntoIterator<Item = u32>) -> PyResult<Ints1<'_>> {
    locked(PyArray1::from_vec(py, values.into_iter().map(i64::from).collect()))
}

/// New rows of indices.
pub fn made_index_rows<'py, const D: usize>(py: Python<'py>, rows: &[[u32; D]]) -> PyResult<Ints2<'py>> {
    let flat = rows.as_flattened().iter().map(|&v| i64::from(v)).collect();
    locked(PyArray1::from_vec(py, flat).reshape([rows.len(), D])?)
}

/// Points that may be missing: then NaN.
pub fn filled<const D: usize>(rows: &[Option<[f64; D]>]) -> Vec<[f64; D]> {
    rows.iter().map(|row| row.unwrap_or([f64::NAN; D])).collect()
}
