//! `brenier cells`: the cells of a solution for other programs, one area a site.

use crate::args::{CellsArgs, CellsLook, Common};
use crate::console::count;
use crate::failure::{Failure, code};
use crate::heights::{self, At};
use crate::mapped::{self, values};
use crate::output::problem_line;
use crate::picture::{Drawn, unmade};
use crate::site_values;
use crate::style::up_of;
use crate::voxels::{self, Solids};
use brenier::diagram::{Cells, Outlines, SpaceDiagram, SphereDiagram, SurfaceDiagram};
use brenier::exact::Heights;
use brenier::io::{
    CellColumn, CellFile, ColumnValues, FileData, Loaded, Placed, Polyhedra, bytes_text, has_ending, write_atomically,
    write_cells, write_polyhedra, writes_cell_pieces, writes_cells, writes_polyhedra, writes_voxels,
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
    let (problem, look, out) = (&at.loaded.problem, &args.look, &*args.output);
    if let Some(told) = problem.solids(out, look, &at.heights, common)? {
        return solids(args, common, &at.loaded, told);
    }
    check_look(&args.file, out, look, problem.is_flat())?;
    let mut notes = mapped::remarks(true, problem.site_of_input().is_some());
    if at.is_unsolved() {
        notes.push("the solution has not converged: cells have the masses told here, not those asked for".into());
    }
    let columns = match &look.values {
        Some(path) => columns(path, args, common, &at.loaded, &mut notes)?,
        None => Vec::new(),
    };
    let (table, arcs) = areas(problem, &at.heights, out, look, &columns, common)?;
    report(args, common, at, &table, arcs, notes)
}

/// Cells that another command writes beside its result.
pub fn beside<T: FileData<Point = [f64; D]>, const D: usize>(
    loaded: &Loaded<T>,
    heights: &Heights,
    out: &Path,
    common: &Common,
) -> Result<(), Failure>
where
    T::Problem: Transport<D> + Drawn + Painted<D>,
{
    let (problem, look) = (&loaded.problem, CellsLook::default());
    if problem.solids(out, &look, heights, common)?.is_some() {
        return Ok(());
    }
    check_look(&loaded.name, out, &look, problem.is_flat())?;
    areas(problem, heights, out, &look, &[], common).map(drop)
}

/// How many arcs there are, whether they are written as such, and else how near their chords are.
type Arcs = (usize, bool, f64);

/// Writes cells that are areas.
fn areas<P: Transport<D> + Painted<D>, const D: usize>(
    problem: &P,
    heights: &Heights,
    out: &Path,
    look: &CellsLook,
    columns: &[CellColumn],
    common: &Common,
) -> Result<(CellTable<D>, Arcs), Failure> {
    let mut table = cells(problem, heights).map_err(unmade)?;
    let arcs = table.outlines.angles.iter().filter(|a| **a != 0.0).count();
    let tolerance = look.tolerance.unwrap_or_else(|| table.outlines.usual_tolerance());
    let is_svg = has_ending(out, "svg");
    if look.tolerance.is_some() && (is_svg || table.outlines.angles.is_empty()) {
        let why = if is_svg { "arcs are drawn as arcs" } else { "no arcs become chords here" };
        let what = format!("{}: --tolerance has no use, {why}; leave it out", out.display());
        return Err(Failure::new(code::USAGE, what));
    }
    if is_svg {
        let titles: Vec<String> = (0..table.len()).map(|i| title(&table, columns, i)).collect();
        let svg = problem.painted(out, look, heights, &table, &titles)?;
        write_atomically(out, |w| w.write_all(svg.as_bytes()))?;
    } else {
        let pieces = match writes_cell_pieces(out) {
            true => Some(flattened(cell_pieces(problem, heights).map_err(unmade)?, tolerance, out, common)?),
            false => None,
        };
        table.outlines = flattened(std::mem::take(&mut table.outlines), tolerance, out, common)?;
        let file = CellFile { table: &table, pieces: pieces.as_ref(), columns };
        write_cells(out, &file)?;
    }
    Ok((table, (arcs, is_svg, tolerance)))
}

/// Only pictures of surfaces have a view, and only solid cells are polyhedra and voxels.
fn check_look(file: &Path, out: &Path, look: &CellsLook, flat: bool) -> Result<(), Failure> {
    let (file, name) = (file.display(), out.display());
    // A mesh of areas has numbers on its faces.
    if has_ending(out, "stl") || !(writes_cells(out) || has_ending(out, "svg")) {
        let ending = brenier::io::ending(out);
        let what = format!("{name}: .{ending} holds cells in space; choose .geojson, .csv, .svg, .npz, .ply or .vtp");
        return Err(Failure::new(code::USAGE, what));
    }
    if look.voxels.is_some() || look.explode.is_some() {
        let what = format!("{file}: --voxels and --explode are for cells in space; leave them out");
        return Err(Failure::new(code::USAGE, what));
    }
    if (look.view.is_some() || look.up.is_some()) && (flat || !has_ending(out, "svg")) {
        let what = format!("{file}: --view and --up are for .svg pictures of surfaces; leave them out");
        return Err(Failure::new(code::USAGE, what));
    }
    Ok(())
}

/// Refuses what only areas have.
fn are_no_areas(look: &CellsLook, these: &str) -> Result<(), Failure> {
    if look.values.is_some() || look.view.is_some() || look.up.is_some() || look.tolerance.is_some() {
        let what = format!("--values, --view, --up and --tolerance are for cells that are areas; these are {these}");
        return Err(Failure::new(code::USAGE, what));
    }
    Ok(())
}

/// Chords for arcs, if so many may be.
fn flattened<const D: usize>(
    outlines: Outlines<D>,
    tolerance: f64,
    out: &Path,
    common: &Common,
) -> Result<Outlines<D>, Failure> {
    let corners = outlines.count(tolerance);
    if outlines.angles.is_empty() {
        return Ok(outlines);
    }
    let most = common.max_memory.map_or(MOST, |limit| limit / CORNER);
    if corners as u64 > most {
        let (out, needs) = (out.display(), bytes_text(CORNER.saturating_mul(corners as u64)));
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

/// Tells of them.
fn solids<T: FileData>(args: &CellsArgs, common: &Common, loaded: &Loaded<T>, told: Solids) -> Result<u8, Failure> {
    let (rows, more) = match told {
        Solids::Polyhedra(cells, hidden) => {
            let mut rows = vec![("cells", count(cells, "polyhedron").replace("polyhedrons", "polyhedra"))];
            if hidden > 0 {
                rows.push(("empty", format!("{} without a cell", count(hidden, "site"))));
            }
            (rows, values([("sites", (cells + hidden).into()), ("cells", cells.into()), ("hidden", hidden.into())]))
        }
        Solids::Voxels(counts, inside) => {
            let sides: Vec<String> = counts.iter().map(usize::to_string).collect();
            let all: usize = counts.iter().product();
            let shape = format!("{} ({}), {inside} in cells", count(all, "voxel"), sides.join(" x "));
            (vec![("voxels", shape)], values([("voxels", counts.into()), ("inside", inside.into())]))
        }
    };
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

/// A problem whose cells can be drawn, one path each, or are solid.
pub trait Painted<const D: usize> {
    /// Writes cells that are polyhedra, or voxels; `None`: they are areas, and those are wanted.
    fn solids(&self, _: &Path, _: &CellsLook, _: &Heights, _: &Common) -> Result<Option<Solids>, Failure> {
        Ok(None)
    }
    /// The picture as the text of an SVG file.
    fn painted(
        &self,
        out: &Path,
        look: &CellsLook,
        heights: &Heights,
        table: &CellTable<D>,
        titles: &[String],
    ) -> Result<String, Failure>;
}

impl Painted<2> for Problem {
    fn painted(
        &self,
        _: &Path,
        _: &CellsLook,
        _: &Heights,
        table: &CellTable<2>,
        titles: &[String],
    ) -> Result<String, Failure> {
        Ok(cells_svg(&table.outlines, titles))
    }
}

impl Painted<3> for SpaceProblem<3> {
    fn solids(
        &self,
        out: &Path,
        look: &CellsLook,
        heights: &Heights,
        common: &Common,
    ) -> Result<Option<Solids>, Failure> {
        let (name, usage) = (out.display(), |what: String| Err(Failure::new(code::USAGE, what)));
        are_no_areas(look, "polyhedra")?;
        if look.explode.is_some() && !["vtu", "obj", "ply", "stl"].iter().any(|e| has_ending(out, e)) {
            return usage(format!("{name}: --explode is for .vtu, .obj, .ply and .stl; leave it out"));
        }
        if writes_voxels(out) {
            return voxels::written(self, out, look.voxels.as_ref(), heights, common).map(Some);
        }
        if look.voxels.is_some() {
            return usage(format!("{name}: --voxels is for .vti and .npy; leave it out"));
        }
        if !writes_polyhedra(out) {
            return usage(format!(
                "{name}: cells in space are written as .vtu, .tess, .npz, .stl, .obj or .ply, their voxels as .vti or \
                 .npy; choose one of these"
            ));
        }
        let diagram = SpaceDiagram::new(self, heights).map_err(unmade)?;
        let weights = self.weights_of(heights);
        let (domain, placed) = (self.domain(), look.explode.map_or(Placed::Here, Placed::Apart));
        let cells = Polyhedra { diagram: &diagram, domain, masses: self.masses(), weights: &weights, placed };
        write_polyhedra(out, &cells)?;
        let hidden = diagram.hidden().len();
        Ok(Some(Solids::Polyhedra(self.len() - hidden, hidden)))
    }

    fn painted(&self, _: &Path, _: &CellsLook, _: &Heights, _: &CellTable<3>, _: &[String]) -> Result<String, Failure> {
        Err(Failure::new(code::USAGE, "cells in space are no paths"))
    }
}

impl Painted<2> for SpaceProblem<2> {
    fn solids(
        &self,
        out: &Path,
        look: &CellsLook,
        heights: &Heights,
        common: &Common,
    ) -> Result<Option<Solids>, Failure> {
        if !writes_voxels(out) {
            return Ok(None);
        }
        are_no_areas(look, "voxels")?;
        if look.explode.is_some() {
            let what = format!("{}: --explode is for cells in space; leave it out", out.display());
            return Err(Failure::new(code::USAGE, what));
        }
        voxels::written(self, out, look.voxels.as_ref(), heights, common).map(Some)
    }

    fn painted(
        &self,
        _: &Path,
        _: &CellsLook,
        _: &Heights,
        table: &CellTable<2>,
        titles: &[String],
    ) -> Result<String, Failure> {
        Ok(cells_svg(&table.outlines, titles))
    }
}

impl Painted<3> for SphereProblem {
    fn painted(
        &self,
        out: &Path,
        look: &CellsLook,
        heights: &Heights,
        _: &CellTable<3>,
        titles: &[String],
    ) -> Result<String, Failure> {
        let diagram = SphereDiagram::new(self, heights).map_err(unmade)?;
        let globe = Globe::new(self, heights).map_err(|e| Failure::new(code::INTERNAL, e))?;
        paths(&globe.model(self, &diagram), out, look, titles)
    }
}

impl Painted<3> for SurfaceProblem {
    fn painted(
        &self,
        out: &Path,
        look: &CellsLook,
        heights: &Heights,
        _: &CellTable<3>,
        titles: &[String],
    ) -> Result<String, Failure> {
        let diagram = SurfaceDiagram::new(self, heights).map_err(unmade)?;
        paths(&Model::of_surface(self, &diagram), out, look, titles)
    }
}

/// Cells in space as seen from somewhere, one path each.
fn paths(model: &Model<'_>, out: &Path, look: &CellsLook, titles: &[String]) -> Result<String, Failure> {
    let up = up_of(look.up);
    let view = match look.view {
        Some([azimuth, elevation]) => View { azimuth, elevation, up },
        None => model.best_view(up),
    };
    model.cells_svg(view, titles).map_err(|e| Failure::new(code::USAGE, format!("{}: {e}", out.display())))
}
