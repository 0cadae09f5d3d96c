//! Memory.

use crate::args::{Command, Common};
use crate::failure::{Failure, code};
use brenier::io::{ReadLimit, bytes_text};
use std::path::Path;
use std::sync::OnceLock;

/// Bytes at the peak of a command, for each site and for each patch of its source (triangle,
/// pixel). Measured by `bench/limits.py` (docs/performance.md) and rounded down, so that what fits
/// is not refused.
#[derive(Clone, Copy, Debug)]
struct Needs {
    site: u64,
    patch: u64,
}

/// What a command needs.
fn needs_of(command: &Command) -> Needs {
    match command {
        // Triangulation, rows of the matrix, two states of heights and masses; patches with their
        // order and their meetings.
        Command::Solve(_) | Command::Quantize(_) => Needs { site: 500, patch: 200 },
        // The file of the solution, the diagram with its labels and vertices, exact masses.
        Command::Check(_) => Needs { site: 1200, patch: 250 },
        // Cells in triangles.
        Command::Sample(_) => Needs { site: 1800, patch: 700 },
        Command::Plot(_) => Needs { site: 1100, patch: 250 },
        // Charts, the transport in the plane, factors of the Newton steps.
        Command::Parameterize(_) => Needs { site: 0, patch: 2000 },
        Command::Diagram(_) => Needs { site: 500, patch: 200 },
        // Sides of the pieces by name, glued and as rings.
        Command::Cells(_) => Needs { site: 1500, patch: 900 },
        // A hull with its planes, corners in double-doubles, the factor of a step.
        Command::Minkowski(_) | Command::Curvature(_) => Needs { site: 2500, patch: 0 },
        Command::Lens(_) => Needs { site: 1000, patch: 0 },
        _ => Needs { site: 1000, patch: 250 },
    }
}

static NEEDS: OnceLock<Needs> = OnceLock::new();

/// Remembers which command this is.
pub fn begin(command: &Command) {
    let _ = NEEDS.set(needs_of(command));
}

/// How large a file may be read.
pub fn read_limit(common: &Common) -> ReadLimit {
    match common.max_memory {
        Some(bytes) => ReadLimit { bytes },
        None => ReadLimit::default(),
    }
}

/// Refuses input for which the command would need more memory than it may have, before anything of
/// that size is allocated. What needs more than most is stopped when it does (`allocator.rs`).
pub fn check_memory(common: &Common, file: &Path, sites: usize, patches: usize) -> Result<(), Failure> {
    let (Some(limit), Some(of)) = (common.max_memory, NEEDS.get()) else { return Ok(()) };
    let needs = (sites as u64).saturating_mul(of.site).saturating_add((patches as u64).saturating_mul(of.patch));
    if needs <= limit {
        return Ok(());
    }
    let (needs, limit) = (bytes_text(needs), bytes_text(limit));
    Err(Failure::new(
        code::LIMIT,
        format!("{}: needs about {needs}, limit {limit}; raise --max-memory if that is meant", file.display()),
    ))
}

/// Peak resident memory of this process in bytes, 0 where the system does not tell.
pub fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let number = line.and_then(|l| l.trim().strip_suffix("kB"));
    number.and_then(|n| n.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
