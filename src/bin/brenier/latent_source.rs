//! Sources of `brenier latent`, by name or of a file of points.

use crate::failure::{Failure, code};
use brenier::io::{LatentFile, ReadLimit, SourceText, read_matrix, sha256_hex};
use brenier::latent::{LatentError, Source};
use std::path::{Path, PathBuf};

/// What is wrong, with the file that it came from.
pub fn wrong(path: &Path) -> impl Fn(LatentError) -> Failure + '_ {
    |e| match e {
        LatentError::Option(what) => Failure::new(code::USAGE, what),
        LatentError::Memory { .. } => Failure::new(code::LIMIT, e.to_string()),
        e => Failure::new(code::INPUT, format!("{}: {e}", path.display())),
    }
}

/// A source by its name, or of a file, and what to tell.
pub fn source(name: &str, d: usize, limit: ReadLimit) -> Result<(Source, SourceText, Vec<String>), Failure> {
    let usage = |e: LatentError| Failure::new(code::USAGE, format!("--source {name}: {e}"));
    let (word, rest) = name.split_once(':').map_or((name, None), |(w, r)| (w, Some(r)));
    let numbers: Option<Vec<f64>> =
        rest.map(|r| r.split(',').map(|n| n.trim().parse().ok()).collect()).unwrap_or(Some(vec![]));
    let made = match (word, numbers.as_deref()) {
        ("cube", Some([])) => Ok(Source::Cube(d)),
        ("cube", Some([low, high])) => Source::cuboid(vec![*low; d], vec![*high; d]),
        ("ball", Some([])) => Source::ball(vec![0.0; d], 1.0),
        ("ball", Some([radius])) => Source::ball(vec![0.0; d], *radius),
        ("gaussian", Some([])) => Source::gaussian(vec![0.0; d], 1.0),
        ("gaussian", Some([deviation])) => Source::gaussian(vec![0.0; d], *deviation),
        ("cube" | "ball" | "gaussian", _) => {
            let what = "use gaussian:DEVIATION, cube:LOW,HIGH or ball:RADIUS, such as gaussian:2";
            return Err(Failure::new(code::USAGE, format!("--source {name}: {what}")));
        }
        _ => {
            let path = Path::new(name);
            if path.extension().is_none() && !path.exists() {
                let what = "no such source, and no such file; use gaussian, cube, ball or a file of points";
                return Err(Failure::new(code::USAGE, format!("--source {name}: {what}")));
            }
            let (source, sha256, notes) = points(path, limit)?;
            return Ok((source, SourceText::Points { path: name.to_string(), sha256 }, notes));
        }
    };
    let source = made.map_err(usage)?;
    let text = SourceText::of(&source);
    Ok((source, text, Vec::new()))
}

/// Points of a file as a source, the SHA-256 of their numbers, and what to tell.
fn points(path: &Path, limit: ReadLimit) -> Result<(Source, String, Vec<String>), Failure> {
    let (matrix, notes) = read_matrix(path, limit, "points")?;
    let bytes: Vec<u8> = matrix.values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let source = Source::rows(matrix.columns, matrix.values).map_err(wrong(path))?;
    Ok((source, sha256_hex(&bytes), notes))
}

/// The source of a solution: as its file says, or the file of points given.
pub fn source_of(file: &LatentFile, at: &Path, given: Option<&Path>, limit: ReadLimit) -> Result<Source, Failure> {
    if let Some(source) = file.source.source(file.codes.dimension()).map_err(wrong(at))? {
        return match given {
            None => Ok(source),
            Some(_) => Err(Failure::new(code::USAGE, "--source is for solutions whose source is a file of points")),
        };
    }
    let SourceText::Points { path, sha256 } = &file.source else {
        let what = "the source is a function of another program; sample and check it there";
        return Err(Failure::new(code::INPUT, format!("{}: {what}", at.display())));
    };
    let path = given.map_or_else(|| PathBuf::from(path), Path::to_path_buf);
    let (source, found, _) = points(&path, limit)?;
    if found != *sha256 {
        let what = "is not the file of points that the solution was made of; give that with --source";
        return Err(Failure::new(code::INPUT, format!("{}: {what}", path.display())));
    }
    Ok(source)
}
