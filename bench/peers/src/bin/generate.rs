//! `generate DIRECTORY [N]`: writes the inputs of the benchmark. N (default 1,000,000, rounded down
//! to a square or a cube for the grids) sizes the triangulations; the solve always has 100,000
//! sites.

use brenier_peers::{WEIGHT_SPREAD, grid_sites, grid_sites3, uniform_sites, uniform_sites3, write_sites};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

/// Sites of the full solve.
const SOLVE_SITES: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (directory, n) = match arguments.as_slice() {
        [directory] => (Path::new(directory), 1_000_000),
        [directory, n] => (Path::new(directory), n.parse()?),
        _ => return Err("usage: generate DIRECTORY [N]".into()),
    };
    std::fs::create_dir_all(directory)?;
    let side = usize::isqrt(n);
    write_sites(&directory.join("weighted.bin"), &uniform_sites(n, WEIGHT_SPREAD))?;
    write_sites(&directory.join("unweighted.bin"), &uniform_sites(n, 0.0))?;
    write_sites(&directory.join("grid-fraction.bin"), &grid_sites(side, side as f64))?;
    write_sites(&directory.join("grid-integer.bin"), &grid_sites(side, 1.0))?;
    // The greatest cube that has no more.
    let cube = (1..).take_while(|k: &usize| k.pow(3) <= n).last().unwrap_or(1);
    write_sites(&directory.join("space-tenth.bin"), &uniform_sites3(n / 10, 0.0))?;
    write_sites(&directory.join("space-unweighted.bin"), &uniform_sites3(n, 0.0))?;
    write_sites(&directory.join("space-weighted.bin"), &uniform_sites3(n, WEIGHT_SPREAD))?;
    write_sites(&directory.join("space-grid.bin"), &grid_sites3(cube))?;
    std::fs::write(directory.join("solve.json"), solve_problem(SOLVE_SITES))?;
    Ok(())
}

/// A problem file: uniform sites in the unit square, equal masses. The coordinates print
/// shortest-round-trip.
fn solve_problem(n: usize) -> String {
    let mut text = String::from(
        "{\"format\":\"brenier/problem\",\"version\":1,\n\"domain\":{\"type\":\"box\",\"min\":[0,0],\"max\":[1,1]},\n\"sites\":[",
    );
    for (i, site) in uniform_sites(n, 0.0).iter().enumerate() {
        let separator = if i == 0 { "" } else { ",\n" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}[{:?},{:?}]", site[0], site[1]);
    }
    text.push_str("]}\n");
    text
}
