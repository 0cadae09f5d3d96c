//! What `map`, `interpolate`, `singular` and `alexandrov` have in common: from a solution file to
//! its map, and their reports.

use crate::args::Common;
use crate::console::table;
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::read_limit;
use crate::output::problem_line;
use crate::reports::say;
use brenier::io::{AnySolution, Loaded, SolutionFile, read_any_solution};
use brenier::transport::BrenierMap;
use serde_json::{Map, Value};
use std::path::Path;

/// A solution in the plane with its problem and its map.
pub struct Solved {
    pub loaded: Loaded,
    pub map: BrenierMap,
    /// What is to be said of it before it is used.
    pub notes: Vec<String>,
}

/// The map of a solution in the plane.
pub fn load(command: &str, path: &Path, problem: Option<&Path>, common: &Common) -> Result<Solved, Failure> {
    match documents::read(path, Want::Solution, || read_any_solution(path, read_limit(common)))? {
        AnySolution::Plane(solution) => of_plane(path, &solution, problem, common),
        other => {
            let cure = match other {
                AnySolution::Space(_) if command == "interpolate" => "; polyhedra are written with -o cells.vtu",
                _ => "",
            };
            let (file, place) = (path.display(), documents::place_of(&other));
            let what = format!("{file}: {command} works in the plane in this version, this is {place}{cure}");
            Err(Failure::new(code::USAGE, what))
        }
    }
}

pub fn of_plane(
    path: &Path,
    solution: &SolutionFile,
    problem: Option<&Path>,
    common: &Common,
) -> Result<Solved, Failure> {
    let loaded = input::of_solution(path, solution, problem, common)?;
    let fail = |e: &dyn std::fmt::Display| Failure::new(code::INPUT, format!("{}: {e}", path.display()));
    let map = BrenierMap::new(&loaded.problem, &solution.heights).map_err(|e| fail(&e))?;
    Ok(Solved { loaded, map, notes: remarks(solution.report.converged, solution.site_of_input.is_some()) })
}

/// What is to be said of every map.
pub fn remarks(converged: bool, merged: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if !converged {
        notes.push("the solution has not converged: the map is that of the masses its cells have".to_string());
    }
    if merged {
        notes
            .push("sites were merged: indices are those after merging, site_of_input of the solution maps them".into());
    }
    notes
}

/// Prints the report in the form asked for.
pub fn report(
    common: &Common,
    command: &str,
    solved: &Solved,
    rows: Vec<(&str, String)>,
    values: Map<String, Value>,
    written: &[&Path],
) -> Result<u8, Failure> {
    print(common, command, problem_line(&solved.loaded), &solved.notes, rows, values, written)
}

/// The same, given the line about the problem.
pub fn print(
    common: &Common,
    command: &str,
    problem: String,
    notes: &[String],
    rows: Vec<(&str, String)>,
    values: Map<String, Value>,
    written: &[&Path],
) -> Result<u8, Failure> {
    if common.json {
        let mut all = Map::new();
        all.insert("command".into(), command.into());
        all.insert("output".into(), written.first().map_or(String::new(), |p| p.display().to_string()).into());
        all.extend(values);
        all.insert("notes".into(), notes.to_vec().into());
        say(&format!("{}\n", Value::from(all)))?;
    } else if !common.quiet {
        let mut all = vec![("problem", problem)];
        all.extend(rows);
        all.extend(notes.iter().map(|n| ("note", n.clone())));
        all.extend(written.iter().map(|p| ("written", p.display().to_string())));
        say(&table(&all))?;
    }
    Ok(code::DONE)
}

/// Fields of a report.
pub fn values<const N: usize>(list: [(&str, Value); N]) -> Map<String, Value> {
    list.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
}
