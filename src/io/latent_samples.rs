//! Samples in high dimension to files, block by block.

use super::atomic::AtomicFile;
use super::error::IoError;
use super::npy::npy_header;
use super::samples::SampleFormat;
use super::zip_stream::ZipStream;
use crate::latent::Moved;
use std::io::{self, Write};
use std::path::Path;

/// Samples that are made at once: their numbers are about 16 MiB.
fn block(dimension: usize) -> u64 {
    ((1 << 20) / dimension as u64).clamp(256, 1 << 16)
}

/// Writes the arrays (`points`, `cells`, `images`) of `count` samples: all in an .npz, one in an
/// .npy or .csv. `make` gives the samples `first .. first + n`, in an archive once for each array;
/// where it gives none nothing is written, and the result is `false`.
///
/// # Errors
/// [`IoError::Content`] for other extensions; the system's.
pub fn write_latent_samples(
    path: &Path,
    count: u64,
    dimension: usize,
    arrays: &[&'static str],
    make: &mut dyn FnMut(u64, usize) -> Option<Moved>,
) -> Result<bool, IoError> {
    let mut file = AtomicFile::create(path)?;
    let mut stopped = false;
    let mut each = |w: &mut dyn Write, array: &str, text: bool| -> io::Result<()> {
        let mut first = 0;
        while first < count {
            let n = block(dimension).min(count - first) as usize;
            let Some(made) = make(first, n) else {
                stopped = true;
                return Err(io::ErrorKind::Interrupted.into());
            };
            write_block(w, array, dimension, &made, text)?;
            first += n as u64;
        }
        Ok(())
    };
    let header = |array: &str| match array {
        "cells" => npy_header("<u4", count, 0),
        _ => npy_header("<f8", count, dimension),
    };
    let written = match SampleFormat::of(path) {
        Some(SampleFormat::Npy) => file.write_all(&header(arrays[0])).and_then(|()| each(&mut file, arrays[0], false)),
        Some(SampleFormat::Csv) => each(&mut file, arrays[0], true),
        Some(SampleFormat::Npz) => archive(&mut file, arrays, (count, dimension), &header, &mut each),
        _ => {
            return Err(IoError::content(
                path,
                "latent samples are written as .npy, .npz or .csv; choose one of these",
            ));
        }
    };
    if stopped {
        return Ok(false);
    }
    written.map_err(|e| IoError::system(path, "write", e))?;
    file.commit()?;
    Ok(true)
}

fn write_block(w: &mut dyn Write, array: &str, d: usize, made: &Moved, text: bool) -> io::Result<()> {
    let rows = if array == "points" { &made.points } else { &made.images };
    let mut out = Vec::new();
    match (array, text) {
        ("cells", false) => made.cells.iter().for_each(|i| out.extend(i.to_le_bytes())),
        ("cells", true) => made.cells.iter().try_for_each(|i| writeln!(out, "{i}"))?,
        (_, false) => rows.iter().for_each(|v| out.extend(v.to_le_bytes())),
        (_, true) => rows.chunks_exact(d).try_for_each(|row| {
            let words: Vec<String> = row.iter().map(|v| format!("{v:?}")).collect();
            writeln!(out, "{}", words.join(","))
        })?,
    }
    w.write_all(&out)
}

fn archive(
    file: &mut AtomicFile,
    arrays: &[&'static str],
    (count, dimension): (u64, usize),
    header: &dyn Fn(&str) -> Vec<u8>,
    each: &mut dyn FnMut(&mut dyn Write, &str, bool) -> io::Result<()>,
) -> io::Result<()> {
    let mut zip = ZipStream::new(file);
    for array in arrays {
        let begin = header(array);
        let each_size = if *array == "cells" { 4 } else { 8 * dimension as u64 };
        zip.add(&format!("{array}.npy"), begin.len() as u64 + each_size * count, |w| {
            w.write_all(&begin)?;
            each(w, array, false)
        })?;
    }
    zip.finish().map(|_| ())
}
