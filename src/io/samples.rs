//! Samples to files of any length, block by block: .npy, .npz, .csv.
//!
//! Nothing but a block is in memory. An archive holds one array after the other, so its samples are made once for each array: they
//! are functions of their numbers, and making them costs less than keeping them.

use super::atomic::AtomicFile;
use super::error::IoError;
use super::npy::npy_header;
use super::zip_stream::ZipStream;
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;

/// Samples made and written at once: 24 MB with their numbers and images.
const BLOCK: usize = 1 << 19;

/// What is written of each sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// The point, `x, y`.
    Points,
    /// The number of its cell.
    Cells,
    /// The site of its cell.
    Images,
    /// All three.
    All,
}

/// Formats of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// One array: points or images n x 2 of doubles, cells n of 32-bit integers.
    Npy,
    /// The arrays `points`, `cells`, `images`.
    Npz,
    /// A line of names, then a line a sample.
    Csv,
}

impl SampleFormat {
    /// The format that a file's extension means.
    pub fn of(path: &Path) -> Option<SampleFormat> {
        match path.extension()?.to_ascii_lowercase().to_str()? {
            "npy" => Some(SampleFormat::Npy),
            "npz" => Some(SampleFormat::Npz),
            "csv" => Some(SampleFormat::Csv),
            _ => None,
        }
    }
}

/// Makes the samples with numbers from the first argument on, as many as the lists are long; `false` to stop.
pub type Make<'m> = dyn FnMut(u64, &mut [[f64; 2]], &mut [u32]) -> bool + 'm;

/// Writes `count` samples, atomically; `sites` are the images. In an archive `make` is called for each array, from number 0 again; in a .npy
/// file [`Columns::All`] means the points. Returns `false`, and writes nothing, if `make` did.
///
/// # Errors
/// [`IoError::Content`] for other extensions; the system's.
pub fn write_samples(
    path: &Path,
    count: u64,
    columns: Columns,
    sites: &[[f64; 2]],
    make: &mut Make<'_>,
) -> Result<bool, IoError> {
    let Some(format) = SampleFormat::of(path) else {
        return Err(IoError::content(path, "samples are written as .npy, .npz or .csv; choose one of these"));
    };
    let mut file = AtomicFile::create(path)?;
    let mut stopped = false;
    let mut make = |first: u64, points: &mut [[f64; 2]], cells: &mut [u32]| {
        stopped = stopped || !make(first, points, cells);
        if stopped { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    };
    let written = match format {
        SampleFormat::Npy => {
            let kind = if columns == Columns::All { Columns::Points } else { columns };
            header(kind, count, &mut file).and_then(|()| array(kind, count, sites, &mut make, &mut file))
        }
        SampleFormat::Npz => archive(columns, count, sites, &mut make, &mut file),
        SampleFormat::Csv => text(columns, count, sites, &mut make, &mut file),
    };
    if stopped {
        return Ok(false);
    }
    written.map_err(|e| IoError::system(path, "write", e))?;
    file.commit()?;
    Ok(true)
}

type Made<'m> = dyn FnMut(u64, &mut [[f64; 2]], &mut [u32]) -> io::Result<()> + 'm;

/// Block after block to `write`.
fn blocks(
    count: u64,
    make: &mut Made<'_>,
    mut write: impl FnMut(&[[f64; 2]], &[u32]) -> io::Result<()>,
) -> io::Result<()> {
    let most = BLOCK.min(usize::try_from(count).unwrap_or(BLOCK));
    let (mut points, mut cells) = (vec![[0.0; 2]; most], vec![0; most]);
    let mut first = 0;
    while first < count {
        let n = most.min(usize::try_from(count - first).unwrap_or(most));
        make(first, &mut points[..n], &mut cells[..n])?;
        write(&points[..n], &cells[..n])?;
        first += n as u64;
    }
    Ok(())
}

fn shape(kind: Columns) -> (&'static str, &'static str, usize, u64) {
    match kind {
        Columns::Cells => ("cells", "<u4", 0, 4),
        Columns::Images => ("images", "<f8", 2, 16),
        Columns::Points | Columns::All => ("points", "<f8", 2, 16),
    }
}

fn header(kind: Columns, count: u64, w: &mut dyn Write) -> io::Result<()> {
    let (_, descr, columns, _) = shape(kind);
    w.write_all(&npy_header(descr, count, columns))
}

/// The numbers of one array.
fn array(kind: Columns, count: u64, sites: &[[f64; 2]], make: &mut Made<'_>, w: &mut dyn Write) -> io::Result<()> {
    let mut bytes: Vec<u8> = Vec::new();
    blocks(count, make, |points, cells| {
        let pair = |p: [f64; 2]| {
            let [x, y] = p.map(f64::to_le_bytes);
            let mut both = [0; 16];
            both[..8].copy_from_slice(&x);
            both[8..].copy_from_slice(&y);
            both
        };
        match kind {
            Columns::Cells => {
                bytes.resize(4 * cells.len(), 0);
                bytes.as_chunks_mut::<4>().0.iter_mut().zip(cells).for_each(|(to, i)| *to = i.to_le_bytes());
            }
            Columns::Images => {
                bytes.resize(16 * cells.len(), 0);
                let to = bytes.as_chunks_mut::<16>().0.iter_mut();
                to.zip(cells).for_each(|(to, &i)| *to = pair(sites[i as usize]));
            }
            Columns::Points | Columns::All => {
                bytes.resize(16 * points.len(), 0);
                bytes.as_chunks_mut::<16>().0.iter_mut().zip(points).for_each(|(to, &p)| *to = pair(p));
            }
        }
        w.write_all(&bytes)
    })
}

fn archive(columns: Columns, count: u64, sites: &[[f64; 2]], make: &mut Made<'_>, w: &mut dyn Write) -> io::Result<()> {
    let kinds = match columns {
        Columns::All => vec![Columns::Points, Columns::Cells, Columns::Images],
        one => vec![one],
    };
    let mut zip = ZipStream::new(w);
    for kind in kinds {
        let (name, descr, width, bytes) = shape(kind);
        let size = npy_header(descr, count, width).len() as u64 + bytes * count;
        zip.add(&format!("{name}.npy"), size, |w| {
            header(kind, count, w)?;
            array(kind, count, sites, make, w)
        })?;
    }
    zip.finish().map(|_| ())
}

fn text(columns: Columns, count: u64, sites: &[[f64; 2]], make: &mut Made<'_>, w: &mut dyn Write) -> io::Result<()> {
    let names = match columns {
        Columns::Points => "x,y",
        Columns::Cells => "cell",
        Columns::Images => "image_x,image_y",
        Columns::All => "x,y,cell,image_x,image_y",
    };
    writeln!(w, "{names}")?;
    blocks(count, make, |points, cells| {
        let lines = |(points, cells): (&[[f64; 2]], &[u32])| {
            use std::fmt::Write;
            let mut text = String::new();
            for (p, &i) in points.iter().zip(cells) {
                let y = sites[i as usize];
                // Writing to a string cannot fail.
                let _ = match columns {
                    Columns::Points => writeln!(text, "{:?},{:?}", p[0], p[1]),
                    Columns::Cells => writeln!(text, "{i}"),
                    Columns::Images => writeln!(text, "{:?},{:?}", y[0], y[1]),
                    Columns::All => writeln!(text, "{:?},{:?},{i},{:?},{:?}", p[0], p[1], y[0], y[1]),
                };
            }
            text
        };
        let parts: Vec<String> = points.par_chunks(1 << 13).zip(cells.par_chunks(1 << 13)).map(lines).collect();
        parts.iter().try_for_each(|t| w.write_all(t.as_bytes()))
    })
}
