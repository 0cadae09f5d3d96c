//! Files that are read as problems or solutions, and what to do with those that are neither.

use crate::failure::{Failure, code};
use brenier::io::{AnySolution, IoError, ending};
use std::path::Path;

/// What a command wants to read.
#[derive(Clone, Copy, PartialEq)]
pub enum Want {
    /// A problem, to be solved.
    Problem,
    /// A solution, or a problem with heights.
    Solution,
}

/// Reads a document, unless its name says that it is something else. Of a stream that is known only
/// once it is read.
pub fn read<T>(path: &Path, want: Want, read: impl FnOnce() -> Result<T, IoError>) -> Result<T, Failure> {
    // A file that is not there is not there, whatever it is called.
    if path.exists() {
        refuse_others(path, want)?;
    }
    read().or_else(|e| {
        // A stream with nothing in it is nothing.
        let something = !e.to_string().contains("the file ends");
        if something && matches!(e, IoError::Line { .. } | IoError::Content { .. }) {
            refuse_others(path, want)?;
        }
        Err(e.into())
    })
}

/// What a file is, by its ending, and how it is given to a solve.
fn refuse_others(path: &Path, want: Want) -> Result<(), Failure> {
    let file = path.display();
    let flags = |flags: &str| format!("brenier solve {flags} -o solution.json");
    let (what, command) = match &*ending(path) {
        "csv" | "txt" | "dat" | "xyz" | "npy" => ("a table", flags(&format!("--domain square --points {file}"))),
        "obj" | "ply" | "off" | "stl" => ("a mesh", flags(&format!("--domain {file} --points points.csv"))),
        "geojson" | "svg" => ("a domain", flags(&format!("--domain {file} --points points.csv"))),
        "png" | "jpg" | "jpeg" => {
            ("a picture", flags(&format!("--domain image --density image:{file} --points points.csv")))
        }
        _ => return Ok(()),
    };
    let text = match want {
        Want::Problem => format!("{file}: is {what}, not a problem; give it by flags: {command}"),
        Want::Solution => format!("{file}: is {what}, not a solution; solve first: {command}"),
    };
    Err(Failure::new(code::INPUT, text))
}

/// Where the source of a solution lies, as messages say it.
pub fn place_of(solution: &AnySolution) -> &'static str {
    match solution {
        AnySolution::Plane(_) => "in the plane",
        AnySolution::Surface(_) => "a surface",
        AnySolution::Space(_) => "in space",
        AnySolution::Torus(_) => "a torus",
        AnySolution::Sphere(_) => "a sphere",
    }
}
