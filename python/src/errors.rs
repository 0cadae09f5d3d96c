//! Errors of the library as exceptions, with its own texts. The exceptions themselves are written
//! in Python.

use brenier::io::{IoError, system_text};
use pyo3::PyErr;
use pyo3::exceptions::PyOSError;
use pyo3::import_exception;
use std::any::Any;
use std::fmt::Display;

import_exception!(brenier._errors, BrenierError);
import_exception!(brenier._errors, FileError);
import_exception!(brenier._errors, InternalError);
import_exception!(brenier._errors, NotConverged);

/// Input that cannot be.
pub fn wrong(what: impl Display) -> PyErr {
    BrenierError::new_err(what.to_string())
}

/// What is wrong with arrays: they have no file.
pub fn in_memory(e: IoError) -> PyErr {
    wrong(e.what())
}

/// What is wrong with a file. Where the system refuses, it is the exception that Python has for
/// that.
pub fn of_file(e: IoError) -> PyErr {
    match &e {
        IoError::System { file, source, .. } => match source.raw_os_error() {
            Some(number) => PyOSError::new_err((number, system_text(source), file.display().to_string())),
            None => FileError::new_err(e.to_string()),
        },
        _ => FileError::new_err(e.to_string()),
    }
}

/// A panic of the library, which must not cross.
pub fn panicked(payload: Box<dyn Any + Send>) -> PyErr {
    let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".into());
    InternalError::new_err(format!("internal error: {text}; please report it with the input"))
}

/// A word that must be one of some.
pub fn unknown(what: &str, found: &str, known: &str) -> PyErr {
    wrong(format!("{what} is {found:?}; give {known}"))
}
