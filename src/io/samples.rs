//! Samples to files of any length, block by block: .npy, .npz, .csv, and .parquet
//! (`samples_parquet.rs`).
//!
//! Nothing but a block is in memory. An archive holds one array after the other, so its samples are
//! made once for each array: they are functions of their numbers, and making them costs less than
//! keeping them.

use super::atomic::AtomicFile;
use super::ending::ending;
use super::error::IoError;
use super::npy::npy_header;
use super::sample_blocks::Columns;
use super::sample_blocks::Made;
use super::sample_blocks::Make;
use super::sample_blocks::blocks;
use super::sample_blocks::names;
use super::zip_stream::ZipStream;
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;

/// Formats of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// One array: points or images n x 2 of doubles (on a surface n x 3), cells n of 32-bit
    /// integers.
    Npy,
    /// The arrays `points`, `cells`, `images`.
    Npz,
    /// A line of names, then a line a sample.
    Csv,
    /// Columns `x, y, cell, image_x, image_y`, a row group a block. Only if the crate was built
    /// with its feature `parquet`.
    Parquet,
}

impl SampleFormat {
    /// The format that a file's extension means.
    pub fn of(path: &Path) -> Option<SampleFormat> {
        match ending(path).as_str() {
            "npy" => Some(SampleFormat::Npy),
            "npz" => Some(SampleFormat::Npz),
            "csv" => Some(SampleFormat::Csv),
            "parquet" => Some(SampleFormat::Parquet),
            _ => None,
        }
    }

    /// Can this build write it?
    pub fn is_built(self) -> bool {
        self != SampleFormat::Parquet || cfg!(feature = "parquet")
    }
}

/// Writes `count` samples, atomically; `sites` are the images. In an archive `make` is called for
/// each array, from number 0 again; in a .npy file [`Columns::All`] means the points. Returns
/// `false`, and writes nothing, if `make` did.
///
/// # Errors
/// [`IoError::Content`] for other extensions and for what this build cannot write; the system's.
pub fn write_samples<const D: usize>(
    path: &Path,
    count: u64,
    columns: Columns,
    sites: &[[f64; D]],
    make: &mut Make<'_, D>,
) -> Result<bool, IoError> {
    let Some(format) = SampleFormat::of(path) else {
        return Err(IoError::content(path, "samples are written as .npy, .npz, .csv or .parquet; choose one of these"));
    };
    if !format.is_built() {
        return Err(IoError::content(path, NOT_BUILT));
    }
    let mut file = AtomicFile::create(path)?;
    let mut stopped = false;
    let mut make = |first: u64, points: &mut [[f64; D]], cells: &mut [u32]| {
        stopped = stopped || !make(first, points, cells);
        if stopped { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    };
    let written = match format {
        SampleFormat::Npy => {
            let kind = if columns == Columns::All { Columns::Points } else { columns };
            header(kind, D, count, &mut file).and_then(|()| array(kind, count, sites, &mut make, &mut file))
        }
        SampleFormat::Npz => archive(columns, count, sites, &mut make, &mut file),
        SampleFormat::Csv => text(columns, count, sites, &mut make, &mut file),
        #[cfg(feature = "parquet")]
        SampleFormat::Parquet => super::samples_parquet::write(columns, count, sites, &mut make, &mut file),
        #[cfg(not(feature = "parquet"))]
        SampleFormat::Parquet => Err(io::Error::other(NOT_BUILT)),
    };
    if stopped {
        return Ok(false);
    }
    written.map_err(|e| IoError::system(path, "write", e))?;
    file.commit()?;
    Ok(true)
}

/// What is said where a file would be .parquet and the feature is off.
pub const NOT_BUILT: &str =
    "this build does not write .parquet; build brenier with --features parquet, or write .npz or .csv";

fn shape(kind: Columns, dimension: usize) -> (&'static str, &'static str, usize, u64) {
    match kind {
        Columns::Cells => ("cells", "<u4", 0, 4),
        Columns::Images => ("images", "<f8", dimension, 8 * dimension as u64),
        Columns::Points | Columns::All => ("points", "<f8", dimension, 8 * dimension as u64),
    }
}

fn header(kind: Columns, dimension: usize, count: u64, w: &mut dyn Write) -> io::Result<()> {
    let (_, descr, columns, _) = shape(kind, dimension);
    w.write_all(&npy_header(descr, count, columns))
}

/// The numbers of one array.
fn array<const D: usize>(
    kind: Columns,
    count: u64,
    sites: &[[f64; D]],
    make: &mut Made<'_, D>,
    w: &mut dyn Write,
) -> io::Result<()> {
    let mut bytes: Vec<u8> = Vec::new();
    blocks(count, make, |points, cells| {
        let put = |to: &mut [u8], p: &[f64; D]| {
            to.as_chunks_mut::<8>().0.iter_mut().zip(p).for_each(|(to, c)| *to = c.to_le_bytes());
        };
        match kind {
            Columns::Cells => {
                bytes.resize(4 * cells.len(), 0);
                bytes.as_chunks_mut::<4>().0.iter_mut().zip(cells).for_each(|(to, i)| *to = i.to_le_bytes());
            }
            Columns::Images => {
                bytes.resize(8 * D * cells.len(), 0);
                bytes.chunks_exact_mut(8 * D).zip(cells).for_each(|(to, &i)| put(to, &sites[i as usize]));
            }
            Columns::Points | Columns::All => {
                bytes.resize(8 * D * points.len(), 0);
                bytes.chunks_exact_mut(8 * D).zip(points).for_each(|(to, p)| put(to, p));
            }
        }
        w.write_all(&bytes)
    })
}

fn archive<const D: usize>(
    columns: Columns,
    count: u64,
    sites: &[[f64; D]],
    make: &mut Made<'_, D>,
    w: &mut dyn Write,
) -> io::Result<()> {
    let kinds = match columns {
        Columns::All => vec![Columns::Points, Columns::Cells, Columns::Images],
        one => vec![one],
    };
    let mut zip = ZipStream::new(w);
    for kind in kinds {
        let (name, descr, width, bytes) = shape(kind, D);
        let size = npy_header(descr, count, width).len() as u64 + bytes * count;
        zip.add(&format!("{name}.npy"), size, |w| {
            header(kind, D, count, w)?;
            array(kind, count, sites, make, w)
        })?;
    }
    zip.finish().map(|_| ())
}

fn text<const D: usize>(
    columns: Columns,
    count: u64,
    sites: &[[f64; D]],
    make: &mut Made<'_, D>,
    w: &mut dyn Write,
) -> io::Result<()> {
    writeln!(w, "{}", names(columns, D).join(","))?;
    blocks(count, make, |points, cells| {
        let lines = |(points, cells): (&[[f64; D]], &[u32])| {
            use std::fmt::Write;
            let mut text = String::new();
            // Writing to a string cannot fail.
            let row = |text: &mut String, p: &[f64; D]| {
                for (k, c) in p.iter().enumerate() {
                    let _ = write!(text, "{}{c:?}", if k == 0 { "" } else { "," });
                }
            };
            for (p, &i) in points.iter().zip(cells) {
                let y = &sites[i as usize];
                match columns {
                    Columns::Points => row(&mut text, p),
                    Columns::Images => row(&mut text, y),
                    Columns::Cells => {
                        let _ = write!(text, "{i}");
                    }
                    Columns::All => {
                        row(&mut text, p);
                        let _ = write!(text, ",{i},");
                        row(&mut text, y);
                    }
                }
                text.push('\n');
            }
            text
        };
        let parts: Vec<String> = points.par_chunks(1 << 13).zip(cells.par_chunks(1 << 13)).map(lines).collect();
        parts.iter().try_for_each(|t| w.write_all(t.as_bytes()))
    })
}
