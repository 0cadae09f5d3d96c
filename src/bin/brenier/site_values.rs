//! Columns of a table that has a row for each site.

use crate::args::Common;
use crate::console::count;
use crate::failure::{Failure, code};
use crate::limits::read_limit;
use brenier::io::{CellColumn, read_values};
use brenier::problem::WithSites;
use std::path::Path;

/// The columns of a file, a row for each site of a problem; of sites that were merged the row of
/// the first, which the note says.
pub fn of_file(
    path: &Path,
    problem: &impl WithSites,
    common: &Common,
) -> Result<(Vec<CellColumn>, Option<String>), Failure> {
    let file = read_values(path, read_limit(common))?;
    let (n, name) = (problem.sites().len(), path.display());
    let mut columns = file.columns;
    match problem.site_of_input() {
        _ if file.rows == n => Ok((columns, None)),
        Some(map) if file.rows == map.len() => {
            let first = |i: u32| map.iter().position(|&j| j == i).unwrap_or(0);
            let rows: Vec<usize> = (0..n as u32).map(first).collect();
            columns.iter_mut().for_each(|c| c.values = c.values.select(&rows));
            Ok((columns, Some(format!("{name}: of sites that were merged the row of the first is told"))))
        }
        _ => {
            let (rows, sites) = (count(file.rows, "row"), count(n, "site"));
            let what = format!("{name}: has {rows}, the problem has {sites}; give one row for each site");
            Err(Failure::new(code::INPUT, what))
        }
    }
}
