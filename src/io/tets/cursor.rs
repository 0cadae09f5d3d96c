//! Words of a text, or numbers of fixed size, one after the other.

use super::super::error::{IoError, quoted};
use std::path::Path;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coding {
    Text,
    LittleEndian,
    BigEndian,
}

/// A place in a file.
pub(super) struct Cursor<'b> {
    path: &'b Path,
    bytes: &'b [u8],
    at: usize,
    line: u64,
    pub coding: Coding,
    /// Starts a comment, to the end of its line.
    pub comment: Option<u8>,
}

impl<'b> Cursor<'b> {
    pub fn new(path: &'b Path, bytes: &'b [u8]) -> Cursor<'b> {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Cursor { path, bytes, at, line: 1, coding: Coding::Text, comment: None }
    }

    /// What is wrong here.
    pub fn error(&self, what: impl Into<String>) -> IoError {
        match self.coding {
            Coding::Text => IoError::line(self.path, self.line, what),
            _ => IoError::content(self.path, format!("byte {}: {}", self.at, what.into())),
        }
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn step(&mut self) {
        let b = self.bytes[self.at];
        let next = self.bytes.get(self.at + 1);
        self.line += u64::from(b == b'\n' || b == b'\r' && next != Some(&b'\n'));
        self.at += 1;
    }

    fn skip_blank(&mut self) {
        while let Some(&b) = self.bytes.get(self.at) {
            if Some(b) == self.comment {
                while self.bytes.get(self.at).is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
                    self.at += 1;
                }
            } else if b.is_ascii_whitespace() || b == b'\r' {
                self.step();
            } else {
                return;
            }
        }
    }

    /// The next word, which stays.
    pub fn peek(&mut self) -> Option<&'b [u8]> {
        self.skip_blank();
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    }

    /// The next word.
    pub fn word(&mut self) -> Option<&'b [u8]> {
        let word = self.peek()?;
        self.at += word.len();
        Some(word)
    }

    fn needed(&mut self, what: &str) -> Result<&'b str, IoError> {
        let Some(word) = self.word() else { return Err(self.error(format!("the file ends before {what}"))) };
        let text = std::str::from_utf8(&word[..word.len().min(200)]);
        text.map_err(|_| self.error(format!("{what} is no text; is the file binary?")))
    }

    /// Passes over the end of a line.
    pub fn end_line(&mut self) {
        while let Some(&b) = self.bytes.get(self.at) {
            self.step();
            if b == b'\n' {
                return;
            }
        }
    }

    fn take<const N: usize>(&mut self, what: &str) -> Result<[u8; N], IoError> {
        match self.bytes[self.at..].first_chunk::<N>() {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => Err(self.error(format!("the file ends before {what}"))),
        }
    }

    /// A whole number of four bytes.
    pub fn int(&mut self, what: &str) -> Result<i64, IoError> {
        match self.coding {
            Coding::Text => self.whole(what),
            Coding::LittleEndian => Ok(i32::from_le_bytes(self.take(what)?).into()),
            Coding::BigEndian => Ok(i32::from_be_bytes(self.take(what)?).into()),
        }
    }

    /// A whole number of eight bytes.
    pub fn long(&mut self, what: &str) -> Result<i64, IoError> {
        match self.coding {
            Coding::Text => self.whole(what),
            Coding::LittleEndian => Ok(i64::from_le_bytes(self.take(what)?)),
            Coding::BigEndian => Ok(i64::from_be_bytes(self.take(what)?)),
        }
    }

    /// A double.
    pub fn real(&mut self, what: &str) -> Result<f64, IoError> {
        match self.coding {
            Coding::Text => {
                let word = self.needed(what)?;
                // Fortran writes 1.0D-3.
                let parsed = word.parse().or_else(|_| word.replace(['d', 'D'], "e").parse());
                parsed.map_err(|_| self.error(format!("{what} is {}, no number", quoted(word))))
            }
            Coding::LittleEndian => Ok(f64::from_le_bytes(self.take(what)?)),
            Coding::BigEndian => Ok(f64::from_be_bytes(self.take(what)?)),
        }
    }

    fn whole(&mut self, what: &str) -> Result<i64, IoError> {
        let word = self.needed(what)?;
        word.parse().map_err(|_| self.error(format!("{what} is {}, no whole number", quoted(word))))
    }

    /// A number of things each of which takes at least `least` bytes; as bytes four or eight wide.
    pub fn count(&mut self, what: &str, wide: bool, least: usize) -> Result<usize, IoError> {
        let n = if wide { self.long(what)? } else { self.int(what)? };
        match usize::try_from(n) {
            Ok(n) if n.saturating_mul(least) <= self.left().saturating_add(least) => Ok(n),
            _ => Err(self.error(format!("{what} is {n}, but the file has only {} bytes more", self.left()))),
        }
    }

    /// Passes over everything up to and with a text.
    pub fn skip_past(&mut self, text: &[u8]) -> bool {
        match self.bytes[self.at..].windows(text.len()).position(|w| w == text) {
            Some(k) => {
                for _ in 0..k + text.len() {
                    self.step();
                }
                true
            }
            None => false,
        }
    }
}
