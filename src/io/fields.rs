//! Writing our JSON: one field per line, numbers shortest-round-trip, large lists beside the file.

use super::header::VERSION;
use serde::Serialize;
use std::io::{self, Write};

/// An object being written, field by field.
pub struct Fields<W: Write> {
    out: W,
    checked: bool,
}

impl<W: Write> Fields<W> {
    /// Opens a document.
    pub(super) fn begin(mut out: W, format: &str) -> io::Result<Fields<W>> {
        write!(out, "{{\"format\": \"{format}\",\n \"version\": {VERSION}")?;
        Ok(Fields { out, checked: true })
    }

    /// For a fingerprint, not a file: any number will do.
    pub(super) fn unchecked(self) -> Fields<W> {
        Fields { checked: false, ..self }
    }

    /// Writes one field; all of its numbers must be finite.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> io::Result<()> {
        if self.checked {
            super::finite::check(key, value)?;
        }
        write!(self.out, ",\n \"{key}\": ")?;
        serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)
    }

    /// Writes one field whose value `fill` writes itself.
    pub(super) fn nested(&mut self, key: &str, fill: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        write!(self.out, ",\n \"{key}\": ")?;
        fill(&mut self.out)
    }

    /// Closes the document.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}
