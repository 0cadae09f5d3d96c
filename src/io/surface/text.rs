//! Words and numbers of text files.

use super::super::error::{IoError, quoted};
use super::super::json::literal;
use std::borrow::Cow;
use std::path::Path;

/// Lines without comments (`#`), each with its number from 1.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    (1u64..).zip(super::super::lines::lines(bytes).map(without_comment))
}

/// As [`lines`]; a backslash at the end of a line joins it with the next one.
pub(super) fn joined_lines(bytes: &[u8]) -> impl Iterator<Item = (u64, Cow<'_, [u8]>)> {
    let mut physical = lines(bytes);
    std::iter::from_fn(move || {
        let (at, line) = physical.next()?;
        let Some(start) = line.trim_ascii_end().strip_suffix(b"\\") else { return Some((at, Cow::Borrowed(line))) };
        let mut joined = start.to_vec();
        for (_, line) in physical.by_ref() {
            joined.push(b' ');
            match line.trim_ascii_end().strip_suffix(b"\\") {
                Some(part) => joined.extend_from_slice(part),
                None => {
                    joined.extend_from_slice(line);
                    break;
                }
            }
        }
        Some((at, Cow::Owned(joined)))
    })
}

fn without_comment(line: &[u8]) -> &[u8] {
    line.iter().position(|&b| b == b'#').map_or(line, |end| &line[..end])
}

/// Words of a line.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty())
}

/// A number in text: decimals, and the exact forms of the problem files.
pub(super) fn number(path: &Path, line: u64, word: &[u8]) -> Result<f64, IoError> {
    let text = std::str::from_utf8(word).ok();
    let value = text.and_then(|t| t.parse().ok().or_else(|| literal(t).map(|l| l.0)));
    value.ok_or_else(|| {
        IoError::line(path, line, format!("{} is not a number; write numbers like 0.5 or 1e-3", shown(word)))
    })
}

/// Three coordinates at the start of `words`; the third may be missing.
pub(super) fn point<'a>(
    path: &Path,
    line: u64,
    words: impl Iterator<Item = &'a [u8]>,
    least: usize,
) -> Result<[f64; 3], IoError> {
    let (mut v, mut count) = ([0.0; 3], 0);
    for word in words.take(3) {
        v[count] = number(path, line, word)?;
        count += 1;
    }
    if count < least {
        return Err(IoError::line(path, line, format!("vertex with {count} coordinates; give x y z")));
    }
    Ok(v)
}

/// A word as errors show it.
pub(super) fn shown(word: &[u8]) -> String {
    quoted(&String::from_utf8_lossy(&word[..word.len().min(200)]))
}
