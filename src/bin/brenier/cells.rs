//! `brenier cells`: the cells of a solution for other programs, one area a site.

use crate::args::{CellsArgs, Common};
use crate::console::count;
use crate::failure::{Failure, code};
use crate::heights::{self, At};
use crate::mapped::{self, values};
use crate::output::problem_line;
use crate::picture::{Drawn, unmade};
use crate::site_values;
use crate::style::up_of;
use brenier::diagram::{Cells, Outlines, SpaceDiagram, SphereDiagram, SurfaceDiagram};
use brenier::exact::Heights;
use brenier::io::{
    CellColumn, CellFile, ColumnValues, FileData, Loaded, bytes_text, has_ending, write_atomically, write_cells,
    write_polyhedra, writes_cell_pieces, writes_polyhedra,
};
use brenier::plot::{Globe, Model, View, cells_svg};
use brenier::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem, WithSites};
use brenier::transport::{CellTable, Transport, cell_pieces, cells};
use brenier::visit;
use std::io::Write;
use std::path::Path;

/// Bytes at the peak for each corner of a polygon that an arc becomes.
const CORNER: u64 = 200;

/// Most corners where no limit of memory is given: some gigabytes.
const MOST: u64 = 1 << 24;

/// Sites that are told one by one.
const TOLD: usize = 8;

pub fn run(args: &CellsArgs, common: &Common) -> Result<u8, Failure> {
    let any = heights::of_file(&args.file, args.problem.as_deref(), &args.output, common)?;
    visit!(any, at => written(args, common, &at))
}

/// From heights to the file.
fn written<T: FileData<Point = [f64; D]>, const D: usize>(
    args: &CellsArgs,
    common: &Common,
    at: &At<T>,
) -> Result<u8, Failure>
where
    T::Problem: Transport<D> + Drawn + Painted<D>,
{
    let problem = &at.loaded.problem;
    if let Some(count) = problem.polyhedra(args, &at.heights)? {
        return solids(args, common, &at.loaded, count);
    }
    if has_ending(&args.output, "vtu") {
        let what = format!("{}: .vtu holds cells in space; .vtp, .ply or .obj hold these", args.output.display());
        return Err(Failure::new(code::USAGE, what));
    }
    check_view(args, problem.is_flat())?;
    let mut notes = mapped::remarks(true, problem.site_of_input().is_some());
    if at.is_unsolved() {
        notes.push("the solution has not converged: cells have the masses told here, not those asked for".into());
    }
    let columns = match &args.values {
        Some(path) => columns(path, args, common, &at.loaded, &mut notes)?,
        None => Vec::new(),
    };
    let mut table = cells(problem, &at.heights).map_err(unmade)?;
    let arcs = table.outlines.angles.iter().filter(|a| **a != 0.0).count();
    let tolerance = args.tolerance.unwrap_or_else(|| table.outlines.usual_tolerance());
    let is_svg = has_ending(&args.output, "svg");
    if is_svg {
        let titles: Vec<String> = (0..table.len()).map(|i| title(&table, &columns, i)).collect();
        let svg = problem.painted(args, &at.heights, &table, &titles)?;
        write_atomically(&args.output, |w| w.write_all(svg.as_bytes()))?;
    } else {
        let pieces = match writes_cell_pieces(&args.output) {
            true => Some(flattened(cell_pieces(problem, &at.heights).map_err(unmade)?, tolerance, args, common)?),
            false => None,
        };
        table.outlines = flattened(std::mem::take(&mut table.outlines), tolerance, args, common)?;
        let file = CellFile { table: &table, pieces: pieces.as_ref(), columns: &columns };
        write_cells(&args.output, &file)?;
    }
    report(args, common, at, &table, (arcs, is_svg, tolerance), notes)
}

/// Only pictures of surfaces have a view, only arcs a tolerance.
fn check_view(args: &CellsArgs, flat: bool) -> Result<(), Failure> {
    let file = args.file.display();
    if (args.view.is_some() || args.up.is_some()) && (flat || !has_ending(&args.output, "svg")) {
        let what = format!("{file}: --view and --up are for .svg pictures of surfaces; leave them out");
        return Err(Failure::new(code::USAGE, what));
    }
    Ok(())
}

/// Chords for arcs, if so many may be.
fn flattened<const D: usize>(
    outlines: Outlines<D>,
    tolerance: f64,
    args: &CellsArgs,
    common: &Common,
) -> Result<Outlines<D>, Failure> {
    let corners = outlines.count(tolerance);
    if outlines.angles.is_empty() {
        return Ok(outlines);
    }
    let most = common.max_memory.map_or(MOST, |limit| limit / CORNER);
    if corners as u64 > most {
        let (out, needs) = (args.output.display(), bytes_text(CORNER.saturating_mul(corners as u64)));
        let what = format!(
            "{out}: arcs as chords within {tolerance:e} have {corners} corners, about {needs}; give a larger --tolerance"
        );
        return Err(Failure::new(code::LIMIT, what));
    }
    Ok(outlines.flattened(tolerance))
}

/// The columns of a file, a row for each site.
fn columns<T: FileData>(
    path: &Path,
    args: &CellsArgs,
    common: &Common,
    loaded: &Loaded<T>,
    notes: &mut Vec<String>,
) -> Result<Vec<CellColumn>, Failure> {
    let (columns, note) = site_values::of_file(path, &loaded.problem, common)?;
    notes.extend(note);
    let name = path.display();
    let words = columns.iter().filter(|c| matches!(c.values, ColumnValues::Words(_))).count();
    if words > 0 && writes_cell_pieces(&args.output) {
        let out = args.output.display();
        notes.push(format!("{name}: {} of words left out, {out} holds numbers only", count(words, "column")));
    }
    Ok(columns)
}

/// Tells of polyhedra that were written.
fn solids<T: FileData>(
    args: &CellsArgs,
    common: &Common,
    loaded: &Loaded<T>,
    (cells, hidden): (usize, usize),
) -> Result<u8, Failure> {
    let mut rows = vec![("cells", count(cells, "polyhedron").replace("polyhedrons", "polyhedra"))];
    if hidden > 0 {
        rows.push(("empty", format!("{} without a cell", count(hidden, "site"))));
    }
    let more = values([("sites", (cells + hidden).into()), ("cells", cells.into()), ("hidden", hidden.into())]);
    mapped::print(common, "cells", problem_line(loaded), &[], rows, more, &[&args.output])
}

/// What a picture says of a cell.
fn title<const D: usize>(table: &CellTable<D>, columns: &[CellColumn], i: usize) -> String {
    let mut text = format!("site {i}\nmass {}\narea {}", table.masses[i], table.outlines.areas[i]);
    for column in columns {
        text += &format!("\n{} {}", column.name, column.values.text(i));
    }
    text
}

fn report<T: FileData<Point = [f64; D]>, const D: usize>(
    args: &CellsArgs,
    common: &Common,
    at: &At<T>,
    table: &CellTable<D>,
    (arcs, is_svg, tolerance): (usize, bool, f64),
    mut notes: Vec<String>,
) -> Result<u8, Failure> {
    let all = &table.outlines;
    let parts = all.parts.len() - 1;
    let cells = (0..all.len()).filter(|&i| !all.parts_of(i).is_empty()).count();
    let holes: usize = (0..parts).map(|p| all.rings_of(p).len().saturating_sub(1)).sum();
    let closed = (0..parts).filter(|&p| all.rings_of(p).is_empty()).count();
    let total: f64 = all.areas.iter().sum();
    let mut shape = format!("{} in {}", count(cells, "cell"), count(parts, "part"));
    if D == 2 {
        shape += &format!(", {}", count(holes, "hole"));
    }
    let mut rows = vec![("cells", shape), ("area", format!("{total:?}"))];
    if arcs > 0 {
        let how = if is_svg { "as arcs".to_string() } else { format!("as chords within {tolerance:e} of them") };
        rows.push(("arcs", format!("{}, {how}", count(arcs, "arc"))));
    }
    if !table.hidden.is_empty() {
        let mut names: Vec<String> = table.hidden.iter().take(TOLD).map(u32::to_string).collect();
        if table.hidden.len() > TOLD {
            names.push("...".into());
        }
        let n = table.hidden.len();
        rows.push((
            "empty",
            format!("{} without a cell, written without area: {}", count(n, "site"), names.join(", ")),
        ));
    }
    if closed > 0 {
        let parts = count(closed, "part");
        notes.push(format!(
            "{parts} closed, without a boundary: such have no rings; .ply, .vtp and .obj have their polygons"
        ));
    }
    let lost = lost(table);
    if lost > 0 {
        notes.push(format!(
            "{} too small for doubles to tell its vertices apart, written without area",
            count(lost, "part")
        ));
    }
    let more = values([
        ("sites", table.len().into()),
        ("cells", cells.into()),
        ("parts", parts.into()),
        ("holes", holes.into()),
        ("area", total.into()),
        ("arcs", arcs.into()),
        ("tolerance", if arcs > 0 && !is_svg { tolerance.into() } else { serde_json::Value::Null }),
        ("hidden", table.hidden.clone().into()),
    ]);
    mapped::print(common, "cells", problem_line(&at.loaded), &notes, rows, more, &[&args.output])
}

/// Parts whose outline has fewer than three points that differ.
fn lost<const D: usize>(table: &CellTable<D>) -> usize {
    let all = &table.outlines;
    if !all.angles.is_empty() {
        return 0;
    }
    let first = |p: usize| all.rings_of(p).next();
    (0..all.parts.len() - 1).filter(|&p| first(p).is_some_and(|r| all.polygon(r).is_empty())).count()
}

/// A problem whose cells can be drawn, one path each.
trait Painted<const D: usize> {
    /// Writes cells that are polyhedra, and tells how many cells and hidden sites there are;
    /// `None`: they are none.
    fn polyhedra(&self, _: &CellsArgs, _: &Heights) -> Result<Option<(usize, usize)>, Failure> {
        Ok(None)
    }
    /// The picture as the text of an SVG file.
    fn painted(
        &self,
        args: &CellsArgs,
        heights: &Heights,
        table: &CellTable<D>,
        titles: &[String],
    ) -> Result<String, Failure>;
}

impl Painted<2> for Problem {
    fn painted(&self, _: &CellsArgs, _: &Heights, table: &CellTable<2>, titles: &[String]) -> Result<String, Failure> {
        Ok(cells_svg(&table.outlines, titles))
    }
}

impl Painted<3> for SpaceProblem<3> {
    fn polyhedra(&self, args: &CellsArgs, heights: &Heights) -> Result<Option<(usize, usize)>, Failure> {
        let out = args.output.display();
        if args.values.is_some() || args.view.is_some() || args.up.is_some() || args.tolerance.is_some() {
            let what = "--values, --view, --up and --tolerance are for cells that are areas; these are polyhedra";
            return Err(Failure::new(code::USAGE, what));
        }
        if !writes_polyhedra(&args.output) {
            let what = format!("{out}: cells in space are written as .vtu, .npz, .obj or .ply; choose one of these");
            return Err(Failure::new(code::USAGE, what));
        }
        let diagram = SpaceDiagram::new(self, heights).map_err(unmade)?;
        write_polyhedra(&args.output, &diagram, self.masses())?;
        let hidden = diagram.hidden().len();
        Ok(Some((self.len() - hidden, hidden)))
    }

    fn painted(&self, _: &CellsArgs, _: &Heights, _: &CellTable<3>, _: &[String]) -> Result<String, Failure> {
        Err(Failure::new(code::USAGE, "cells in space are no paths"))
    }
}

impl Painted<2> for SpaceProblem<2> {
    fn painted(&self, _: &CellsArgs, _: &Heights, table: &CellTable<2>, titles: &[String]) -> Result<String, Failure> {
        Ok(cells_svg(&table.outlines, titles))
    }
}

impl Painted<3> for SphereProblem {
    fn painted(
        &self,
        args: &CellsArgs,
        heights: &Heights,
        _: &CellTable<3>,
        titles: &[String],
    ) -> Result<String, Failure> {
        let diagram = SphereDiagram::new(self, heights).map_err(unmade)?;
        let globe = Globe::new(self, heights).map_err(|e| Failure::new(code::INTERNAL, e))?;
        paths(&globe.model(self, &diagram), args, titles)
    }
}

impl Painted<3> for SurfaceProblem {
    fn painted(
        &self,
        args: &CellsArgs,
        heights: &Heights,
        _: &CellTable<3>,
        titles: &[String],
    ) -> Result<String, Failure> {
        let diagram = SurfaceDiagram::new(self, heights).map_err(unmade)?;
        paths(&Model::of_surface(self, &diagram), args, titles)
    }
}

/// Cells in space as seen from somewhere, one path each.
fn paths(model: &Model<'_>, args: &CellsArgs, titles: &[String]) -> Result<String, Failure> {
    let up = up_of(args.up);
    let view = match args.view {
        Some([azimuth, elevation]) => View { azimuth, elevation, up },
        None => model.best_view(up),
    };
    let out = args.output.display();
    model.cells_svg(view, titles).map_err(|e| Failure::new(code::USAGE, format!("{out}: {e}")))
}
