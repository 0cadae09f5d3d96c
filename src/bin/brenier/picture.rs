//! `brenier plot`, and the pictures of the other commands.

use crate::args::{Common, ParameterizeArgs, PictureArgs, PlotArgs};
use crate::console::{Busy, table};
use crate::failure::{Failure, code};
use crate::heights;
use crate::reports::say;
use crate::style::{self, Format, Style, format_of};
use brenier::diagram::{Cells, Diagram, DiagramError, PartialDiagram, SpaceDiagram, SphereDiagram, SurfaceDiagram};
use brenier::domain::Density;
use brenier::exact::Heights;
use brenier::io::write_atomically;
use brenier::plot::{
    Charts, Color, Globe, Model, Pixels, Scene, SphereCharts, TooMany, Up, Values, View, level_lines, pdf_of_svg,
};
use brenier::polytope::Polyhedron;
use brenier::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem, WithSites};
use brenier::transport::BrenierMap;
use brenier::visit;
use std::io::Write;
use std::path::Path;

/// Pixels of a picture with a parameterized surface and its layout.
const BOTH: (u32, u32) = (1600, 800);

/// Pixels of the longer side of a picture, where no size is given.
const LONGER: usize = 1200;

pub fn run(args: &PlotArgs, common: &Common) -> Result<u8, Failure> {
    style::check(&args.picture, Some(&args.output), Color::Mass)?;
    let busy = Busy::new(common, "drawing");
    visit!(heights::of_file(&args.file, args.problem.as_deref(), &args.output, common)?, at => {
        fits(&at.loaded.problem, &args.picture, &args.file)?;
        let style = style::of(&args.picture, Color::Mass, &at.loaded.problem, common)?;
        at.loaded.problem.draw(&at.heights, &args.file, &args.output, style)?;
    });
    drop(busy);
    if common.json {
        let path = serde_json::Value::from(args.output.display().to_string());
        say(&format!("{{\"command\":\"plot\",\"output\":{path}}}\n"))?;
    } else if !common.quiet {
        say(&table(&[("written", args.output.display().to_string())]))?;
    }
    Ok(code::DONE)
}

/// The picture that a command draws beside its result.
pub fn beside<P: Drawn + WithSites>(
    problem: &P,
    heights: &Heights,
    (name, path): (&Path, &Path),
    (args, usual): (&PictureArgs, Color),
    common: &Common,
) -> Result<(), Failure> {
    problem.draw(heights, name, path, style::of(args, usual, problem, common)?)
}

/// Refuses flags that pictures of such a problem have no use for, before it is solved.
pub fn fits(problem: &impl Drawn, args: &PictureArgs, file: &Path) -> Result<(), Failure> {
    // The plane has one view.
    if problem.is_flat() && (args.view.is_some() || args.up.is_some()) {
        let file = file.display();
        let what = format!("{file}: is a diagram in the plane, seen from above; leave out --view and --up");
        return Err(Failure::new(code::USAGE, what));
    }
    if args.stroke.is_some() && !problem.has_borders() {
        let file = file.display();
        let what = format!("{file}: --stroke has no use, cells of a domain in pieces have no borders; leave it out");
        return Err(Failure::new(code::USAGE, what));
    }
    let (place, whole) = problem.place();
    let flags = [("--ink", args.ink.is_some(), problem.is_flat()), ("--levels", args.levels.is_some(), whole)];
    match flags.iter().find(|(_, given, fits)| *given && !fits) {
        None => Ok(()),
        Some((flag, ..)) => {
            let (file, what) = (file.display(), if *flag == "--ink" { "diagrams" } else { "whole maps" });
            let what = format!("{file}: {flag} is for {what} in the plane, this is {place}; leave it out");
            Err(Failure::new(code::USAGE, what))
        }
    }
}

/// Refuses sizes of pictures of parameterized surfaces that have none, and views of nothing.
pub fn check_charts(args: &ParameterizeArgs) -> Result<(), Failure> {
    if let (Some(path), Some(_)) = (&args.plot, args.size)
        && format_of(path) == Some(Format::Svg)
    {
        let what = format!("{}: --size is for .png; leave it out", path.display());
        return Err(Failure::new(code::USAGE, what));
    }
    if (args.view.is_some() || args.up.is_some()) && args.html.is_none() && args.plot.is_none() {
        let what = "--view and --up are of pictures and pages; name one with --plot or --html";
        return Err(Failure::new(code::USAGE, what));
    }
    Ok(())
}

/// A parameterized surface that can be drawn.
pub trait Laid {
    fn best_view(&self, up: Up) -> View;
    fn html(&self, view: View, title: &str) -> String;
    fn pixels(&self, view: View, width: usize, height: usize) -> Pixels;
    fn svg(&self, view: View) -> Result<String, TooMany>;
}

macro_rules! laid {
    ($type:ty) => {
        impl Laid for $type {
            fn best_view(&self, up: Up) -> View {
                self.best_view(up)
            }
            fn html(&self, view: View, title: &str) -> String {
                self.html(view, title)
            }
            fn pixels(&self, view: View, width: usize, height: usize) -> Pixels {
                self.pixels(view, width, height)
            }
            fn svg(&self, view: View) -> Result<String, TooMany> {
                self.svg(view)
            }
        }
    };
}

laid!(Charts<'_>);
laid!(SphereCharts<'_>);

/// Draws a parameterized surface: a picture, a page, or both.
pub fn draw_charts(args: &ParameterizeArgs, charts: &impl Laid) -> Result<(), Failure> {
    let up = style::up_of(args.up);
    let view = match args.view {
        Some([azimuth, elevation]) => View { azimuth, elevation, up },
        None => charts.best_view(up),
    };
    if let Some(path) = &args.html {
        let title = args.mesh.file_name().unwrap_or(args.mesh.as_os_str()).to_string_lossy();
        let page = charts.html(view, &title);
        write(path, |w| w.write_all(page.as_bytes()))?;
    }
    if let Some(path) = &args.plot {
        if format_of(path) == Some(Format::Png) {
            let (width, height) = args.size.unwrap_or(BOTH);
            let pixels = charts.pixels(view, width as usize, height as usize);
            write(path, |w| pixels.write_png(w))?;
        } else {
            let svg = charts.svg(view).map_err(|e| Failure::new(code::USAGE, format!("{}: {e}", path.display())))?;
            write_svg(path, &svg)?;
        }
    }
    Ok(())
}

/// What a diagram that cannot be made is to the command: heights were checked before.
pub fn unmade(e: DiagramError) -> Failure {
    if e == DiagramError::NoAreas {
        return Failure::new(code::USAGE, e.to_string());
    }
    Failure::new(code::INTERNAL, e.to_string())
}

/// A problem whose diagrams can be drawn.
pub trait Drawn {
    /// Does all of it lie in the plane?
    fn is_flat(&self) -> bool;
    /// What it is, and whether its map is that of one potential on the plane, which has levels.
    fn place(&self) -> (&'static str, bool);
    /// Are the borders of cells drawn? Pieces of one cell are not told apart from cells.
    fn has_borders(&self) -> bool {
        true
    }
    /// Can a cell be in several parts without the report saying so?
    fn may_fall_apart(&self) -> bool;
    /// Draws the diagram at some heights. `name` is what the picture is of.
    fn draw(&self, heights: &Heights, name: &Path, path: &Path, style: Style) -> Result<(), Failure>;
}

impl Drawn for Problem {
    fn is_flat(&self) -> bool {
        true
    }

    fn place(&self) -> (&'static str, bool) {
        if self.rest().is_some() { ("partial transport", false) } else { ("in the plane", true) }
    }

    /// A cell of a box or a convex polygon is convex, and pixels fill a box unless they are cut.
    fn may_fall_apart(&self) -> bool {
        self.rest().is_none() && self.patches().is_some_and(|p| p.mesh().is_some() || p.are_cut())
    }

    fn draw(&self, heights: &Heights, name: &Path, path: &Path, mut style: Style) -> Result<(), Failure> {
        take_inks(&mut style, self);
        if self.rest().is_some() {
            let diagram = PartialDiagram::new(self, heights).map_err(unmade)?;
            find_out(&mut style, &diagram, diagram.sites(), heights);
            return draw_partial(self, &diagram, name, path, &style);
        }
        let diagram = Diagram::new(self, heights).map_err(unmade)?;
        find_out(&mut style, &diagram, diagram.sites(), heights);
        if style.wanted.levels > 0 {
            style.look.lines = level_lines(&diagram, heights, style.wanted.levels);
        }
        if is_drawn(path) {
            return write_svg(path, &Scene::new(self, &diagram).with(style.look).svg(style.color));
        }
        write_model(Model::of_plane(self, &diagram), name, path, &style)
    }
}

impl Drawn for SurfaceProblem {
    fn is_flat(&self) -> bool {
        false
    }

    fn place(&self) -> (&'static str, bool) {
        ("a surface", false)
    }

    /// Reports about surfaces count them.
    fn may_fall_apart(&self) -> bool {
        false
    }

    fn draw(&self, heights: &Heights, name: &Path, path: &Path, mut style: Style) -> Result<(), Failure> {
        let diagram = SurfaceDiagram::new(self, heights).map_err(unmade)?;
        find_out(&mut style, &diagram, diagram.sites(), heights);
        write_model(Model::of_surface(self, &diagram), name, path, &style)
    }
}

/// Colours of a picture that covers the box of the domain, or of the image that is its density.
fn take_inks(style: &mut Style, problem: &Problem) {
    let place = match problem.density() {
        Density::Image(image) => (image.min(), image.max()),
        _ => problem.frame().bounds(),
    };
    style.take_inks(problem.sites(), place);
}

/// What only the diagram knows of a picture; in each cell the potential has one of these gradients.
fn find_out<const D: usize>(style: &mut Style, diagram: &impl Cells<D>, gradients: &[[f64; D]], heights: &Heights) {
    if style.wanted.potential {
        style.look.values = Some(Values::potential(gradients, diagram.centroids(), heights));
    }
    if style.wanted.slope {
        style.look.values = Some(Values::slopes(gradients));
    }
    if style.wanted.masses {
        style.look.labels = Some(diagram.masses().iter().map(|m| format!("{:.3}", m)).collect());
    }
}

impl<const D: usize> Drawn for SpaceProblem<D> {
    fn is_flat(&self) -> bool {
        D == 2
    }

    /// The potential of a torus does not close.
    fn place(&self) -> (&'static str, bool) {
        (if D == 2 { "a torus" } else { "in space" }, false)
    }

    fn has_borders(&self) -> bool {
        self.domain().parts().is_none()
    }

    /// Cells are convex, on a torus as well.
    fn may_fall_apart(&self) -> bool {
        false
    }

    fn draw(&self, heights: &Heights, name: &Path, path: &Path, mut style: Style) -> Result<(), Failure> {
        let diagram = SpaceDiagram::new(self, heights).map_err(unmade)?;
        if D == 2 {
            let (low, high) = self.domain().bounds();
            let sites: Vec<[f64; 2]> = self.sites().iter().map(|y| [y[0], y[1]]).collect();
            style.take_inks(&sites, ([low[0], low[1]], [high[0], high[1]]));
        }
        let gradients = self.metric().map(|m| self.sites().iter().map(|y| m.applied(y)).collect::<Vec<_>>());
        find_out(&mut style, &diagram, gradients.as_deref().unwrap_or(self.sites()), heights);
        write_model(Model::of_space(self, &diagram), name, path, &style)
    }
}

impl Drawn for SphereProblem {
    fn is_flat(&self) -> bool {
        false
    }

    fn place(&self) -> (&'static str, bool) {
        ("a sphere", false)
    }

    /// No report says so; the picture shows it.
    fn may_fall_apart(&self) -> bool {
        true
    }

    fn draw(&self, heights: &Heights, name: &Path, path: &Path, mut style: Style) -> Result<(), Failure> {
        let diagram = SphereDiagram::new(self, heights).map_err(unmade)?;
        find_out(&mut style, &diagram, diagram.sites(), heights);
        let globe = Globe::new(self, heights).map_err(|e| Failure::new(code::INTERNAL, e))?;
        write_model(globe.model(self, &diagram), name, path, &style)
    }
}

/// Cells in their balls; what stays is left blank.
fn draw_partial(
    problem: &Problem,
    diagram: &PartialDiagram,
    name: &Path,
    path: &Path,
    style: &Style,
) -> Result<(), Failure> {
    // Arcs of small cells need few corners.
    let corners = if diagram.len() > 5000 { 24.0 } else { 96.0 };
    let step = std::f64::consts::TAU / corners;
    if is_drawn(path) {
        let outlines: Vec<Vec<[f64; 2]>> = (0..diagram.len()).map(|i| diagram.outline(i, step)).collect();
        let scene = Scene::of_partial(problem, diagram, &outlines, step).with(style.look.clone());
        return write_svg(path, &scene.svg(style.color));
    }
    write_model(Model::of_partial(problem, diagram, step), name, path, style)
}

/// How the flags want a picture of a solved map in the plane.
pub fn of_map(map: &BrenierMap, args: &PictureArgs, name: &Path, common: &Common) -> Result<Style, Failure> {
    fits(map.problem(), args, name)?;
    let mut style = style::of(args, Color::Mass, map.problem(), common)?;
    take_inks(&mut style, map.problem());
    find_out(&mut style, map.diagram(), map.diagram().sites(), map.heights());
    if style.wanted.levels > 0 {
        style.look.lines = level_lines(map.diagram(), map.heights(), style.wanted.levels);
    }
    Ok(style)
}

/// Draws Alexandrov's surface from the side.
pub fn draw_graph(
    map: &BrenierMap,
    name: &Path,
    path: &Path,
    args: &PictureArgs,
    common: &Common,
) -> Result<(), Failure> {
    if args.levels.is_some() {
        let what = "--levels is for cells in the plane; leave it out";
        return Err(Failure::new(code::USAGE, what));
    }
    let mut style = style::of(args, Color::Mass, map.problem(), common)?;
    take_inks(&mut style, map.problem());
    find_out(&mut style, map.diagram(), map.diagram().sites(), map.heights());
    if args.up.is_none() {
        style.up = Up::Z;
    }
    write_model(Model::of_graph(map), name, path, &style)
}

/// Writes grey pixels, row by row from the top.
pub fn write_grey(path: &Path, [width, height]: [usize; 2], grey: &[u8]) -> Result<(), Failure> {
    let pixels = Pixels { width, height, rgb: grey.iter().flat_map(|&v| [v; 3]).collect() };
    write(path, |w| pixels.write_png(w))
}

/// Draws a polytope.
pub fn draw_solid(solid: &Polyhedron, name: &Path, path: &Path) -> Result<(), Failure> {
    let areas = solid.areas();
    write_model(Model::of_polyhedron(solid, &areas), name, path, &Style { up: Up::Z, ..Style::default() })
}

pub fn write_model(model: Model<'_>, name: &Path, path: &Path, style: &Style) -> Result<(), Failure> {
    let model = model.with(style.look.clone());
    let view = match style.view {
        Some([azimuth, elevation]) => View { azimuth, elevation, up: style.up },
        None => model.best_view(style.up),
    };
    match format_of(path) {
        Some(Format::Html) => {
            let title = name.file_name().unwrap_or(name.as_os_str()).to_string_lossy();
            let page = model.html(style.color, view, &title);
            write(path, |w| w.write_all(page.as_bytes()))
        }
        Some(Format::Png) => {
            let size = match style.size {
                Some((w, h)) => [w as usize, h as usize],
                None => model.furnished(style.color, style.legend, model.size(view, LONGER).into()),
            };
            let pixels = model.picture(style.color, view, size, style.legend);
            write(path, |w| pixels.write_png(w))
        }
        _ => {
            let svg = model
                .svg(style.color, view)
                .map_err(|e| Failure::new(code::USAGE, format!("{}: {e}", path.display())))?;
            write_svg(path, &svg)
        }
    }
}

/// Is a picture of this name made of paths?
pub fn is_drawn(path: &Path) -> bool {
    matches!(format_of(path), Some(Format::Svg | Format::Pdf))
}

/// Writes a picture made of paths, as .svg or as .pdf.
pub fn write_svg(path: &Path, svg: &str) -> Result<(), Failure> {
    if format_of(path) != Some(Format::Pdf) {
        return write(path, |w| w.write_all(svg.as_bytes()));
    }
    let pdf = pdf_of_svg(svg).map_err(|e| Failure::new(code::INTERNAL, format!("{}: {e}", path.display())))?;
    write(path, |w| w.write_all(&pdf))
}

fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    write_atomically(path, |mut w| content(&mut w))?;
    Ok(())
}
