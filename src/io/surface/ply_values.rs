//! The numbers of a .ply file, one after another, in text or binary.

use super::super::error::{IoError, quoted};
use super::super::lines::lines;
use super::text::number;
use std::path::Path;

/// Types of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    F32,
    F64,
}

impl Scalar {
    /// The type of a name, old or new style.
    pub(super) fn of(name: &[u8]) -> Option<Scalar> {
        Some(match name {
            b"char" | b"int8" => Scalar::I8,
            b"uchar" | b"uint8" => Scalar::U8,
            b"short" | b"int16" => Scalar::I16,
            b"ushort" | b"uint16" => Scalar::U16,
            b"int" | b"int32" => Scalar::I32,
            b"uint" | b"uint32" => Scalar::U32,
            b"float" | b"float32" => Scalar::F32,
            b"double" | b"float64" => Scalar::F64,
            _ => return None,
        })
    }

    /// Bytes of a binary one.
    pub(super) fn size(self) -> usize {
        match self {
            Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::F64 => 8,
        }
    }

    /// The value of `size` bytes, the lowest first; doubles hold all of them.
    fn value(self, bits: u64) -> f64 {
        match self {
            Scalar::I8 => f64::from(bits as i8),
            Scalar::U8 => f64::from(bits as u8),
            Scalar::I16 => f64::from(bits as i16),
            Scalar::U16 => f64::from(bits as u16),
            Scalar::I32 => f64::from(bits as i32),
            Scalar::U32 => f64::from(bits as u32),
            Scalar::F32 => f64::from(f32::from_bits(bits as u32)),
            Scalar::F64 => f64::from_bits(bits),
        }
    }
}

/// A place in the body of a file.
pub(super) struct Values<'a> {
    path: &'a Path,
    rest: &'a [u8],
    encoding: Encoding,
    /// The first line with numbers that were skipped, and how many.
    skipped: (u64, usize),
}

enum Encoding {
    /// Text, with the number of the line, and whether it has one for each row.
    Text {
        line: u64,
        by_line: bool,
    },
    Binary {
        big_endian: bool,
    },
}

impl<'a> Values<'a> {
    /// Text that holds so many rows. If it has as many lines, numbers at the end of a line that
    /// belong to no property are skipped; else, or if it is not told, it may be broken into lines
    /// anywhere.
    pub(super) fn text(path: &'a Path, body: &'a [u8], line: u64, rows: Option<u64>) -> Values<'a> {
        let filled = || lines(body).filter(|l| !l.trim_ascii().is_empty()).count() as u64;
        Values {
            path,
            rest: body,
            encoding: Encoding::Text { line, by_line: rows.is_some_and(|n| n == filled()) },
            skipped: (0, 0),
        }
    }

    pub(super) fn binary(path: &'a Path, body: &'a [u8], big_endian: bool) -> Values<'a> {
        Values { path, rest: body, encoding: Encoding::Binary { big_endian }, skipped: (0, 0) }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.encoding, Encoding::Text { .. })
    }

    /// Bytes left, not counting white space before the next word of a text.
    pub(super) fn rest(&self) -> usize {
        if self.is_text() { self.rest.trim_ascii_start().len() } else { self.rest.len() }
    }

    /// The next number. `place` names the element that is being read.
    #[inline]
    pub(super) fn next(&mut self, kind: Scalar, place: impl Fn() -> (String, u64)) -> Result<f64, IoError> {
        match &mut self.encoding {
            Encoding::Binary { big_endian } => {
                let Some((bytes, rest)) = self.rest.split_at_checked(kind.size()) else {
                    return Err(self.ended(place()));
                };
                self.rest = rest;
                let push = |bits: u64, &b: &u8| bits << 8 | u64::from(b);
                let bits = if *big_endian { bytes.iter().fold(0, push) } else { bytes.iter().rev().fold(0, push) };
                Ok(kind.value(bits))
            }
            Encoding::Text { line, .. } => {
                let start = self.rest.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(self.rest.len());
                let (blank, rest) = self.rest.split_at(start);
                *line += ends(blank);
                let at = *line;
                let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                let (word, rest) = rest.split_at(end);
                self.rest = rest;
                if word.is_empty() { Err(self.ended(place())) } else { number(self.path, at, word) }
            }
        }
    }

    /// Ends a row of the table.
    #[inline]
    pub(super) fn end_row(&mut self) {
        let Encoding::Text { line, by_line: true } = self.encoding else { return };
        let end = self.rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(self.rest.len());
        let (more, rest) = self.rest.split_at(end);
        if !more.trim_ascii().is_empty() {
            let (first, n) = self.skipped;
            self.skipped = (if n == 0 { line } else { first }, n + 1);
        }
        self.rest = rest;
    }

    /// The first line whose end was skipped, and how many such lines there were.
    pub(super) fn skipped(&self) -> (u64, usize) {
        self.skipped
    }

    fn ended(&self, (element, k): (String, u64)) -> IoError {
        self.error(format!("the file ends in {} {k}; it is cut off", quoted(&element)))
    }

    /// An error here.
    pub(super) fn error(&self, what: String) -> IoError {
        match self.encoding {
            Encoding::Text { line, .. } => IoError::line(self.path, line, what),
            Encoding::Binary { .. } => IoError::content(self.path, what),
        }
    }
}

/// Line ends in white space: `\n`, `\r\n` or `\r`.
fn ends(blank: &[u8]) -> u64 {
    let is_end = |k: usize| blank[k] == b'\n' || blank[k] == b'\r' && blank.get(k + 1) != Some(&b'\n');
    (0..blank.len()).filter(|&k| is_end(k)).count() as u64
}
