//! From the flags of pictures to how a picture is made.

use crate::args::{Common, PictureArgs, Up as Axis};
use crate::args_of_pictures::Legend;
use crate::failure::{Failure, code};
use crate::limits::read_limit;
use crate::site_values;
use brenier::io::{CellColumn, ColumnValues, ending, read_colors};
use brenier::plot::{Color, Look, Up, Values};
use brenier::problem::WithSites;
use std::path::Path;

/// What files pictures can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Svg,
    Png,
    Html,
    Pdf,
}

/// What a picture of this name is.
pub fn format_of(path: &Path) -> Option<Format> {
    match ending(path).as_str() {
        "svg" => Some(Format::Svg),
        "png" => Some(Format::Png),
        "html" => Some(Format::Html),
        "pdf" => Some(Format::Pdf),
        _ => None,
    }
}

/// How to draw.
#[derive(Clone, Debug, Default)]
pub struct Style {
    pub color: Color,
    pub look: Look,
    /// Azimuth and elevation.
    pub view: Option<[f64; 2]>,
    pub up: Up,
    pub size: Option<(u32, u32)>,
    /// Whether a legend was asked for: a .png has none else.
    pub legend: bool,
    /// A picture that colours are taken from: its width, and its pixels.
    pub ink: Option<(usize, Vec<[u8; 3]>)>,
    /// Something that only the diagram knows.
    pub wanted: Wanted,
}

/// What is to be found out of the diagram.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub potential: bool,
    pub slope: bool,
    /// Level lines.
    pub levels: usize,
    /// Masses as labels.
    pub masses: bool,
}

/// Words for what colours show.
const COLORS: &str = "mass, area, distance, cells, sites, potential, slope, or a column of --values";

fn usage(what: String) -> Failure {
    Failure::new(code::USAGE, what)
}

/// Refuses flags that the picture has no use for, before anything is read. `usual` is what colours
/// show where nobody says it.
pub fn check(args: &PictureArgs, path: Option<&Path>, usual: Color) -> Result<(), Failure> {
    let given = args.given();
    let Some(path) = path else {
        return match given.first() {
            Some(flag) => Err(usage(format!("{flag} is of pictures; name one with --plot"))),
            None => Ok(()),
        };
    };
    let format = format_of(path);
    let file = path.display();
    if args.size.is_some() && format != Some(Format::Png) {
        return Err(usage(format!("--size is for .png; {file} fits its window, leave it out")));
    }
    let drawn = matches!(format, Some(Format::Svg | Format::Pdf));
    if !drawn && let Some(flag) = given.iter().find(|flag| ["--levels", "--width"].contains(flag)) {
        let plane = if *flag == "--levels" { " in the plane" } else { "" };
        return Err(usage(format!(
            "{flag} is for .svg and .pdf{plane}; leave it out, or give {file} one of these endings"
        )));
    }
    if format == Some(Format::Html) {
        let other = ["--values", "--ink", "--stroke", "--radius", "--legend", "--title", "--label"];
        if let Some(flag) = given.iter().find(|flag| other.contains(flag)) {
            return Err(usage(format!(
                "{flag} is for .svg, .pdf and .png; leave it out, or give {file} one of these endings"
            )));
        }
        if args.color.as_deref().is_some_and(|c| ["potential", "slope"].contains(&c)) {
            return Err(usage(format!(
                "--color {} is for .svg, .pdf and .png; a page shows masses, areas, distances and cells",
                args.color.as_deref().unwrap_or_default()
            )));
        }
    }
    if args.values.is_none() {
        if let Some(word) = args.color.as_deref().filter(|c| of_word(c).is_none()) {
            return Err(usage(format!("--color {word}: use {COLORS}")));
        }
        if let Some(word) = args.label.as_deref().filter(|l| !is_known(l)) {
            return Err(usage(format!("--label {word}: use site, mass, or a column of --values")));
        }
    }
    unread(args, usual)
}

/// Refuses flags that others make idle.
fn unread(args: &PictureArgs, usual: Color) -> Result<(), Failure> {
    let word = args.color.as_deref();
    let told = word.and_then(of_word).map(|found| found.0);
    let names_column = args.label.as_deref().is_some_and(|l| !is_known(l));
    if let (Some(word), Some(_)) = (word, told)
        && args.values.is_some()
        && !names_column
    {
        return Err(usage(format!(
            "--values has no use beside --color {word}: name one of its columns, or leave it out"
        )));
    }
    if let (Some(_), Some(word)) = (&args.ink, word)
        && !matches!(told, Some(Color::Cells | Color::Sites))
    {
        return Err(usage(format!("--ink has the colours, so --color {word} cannot be seen; leave it out")));
    }
    // A file of numbers is there to be seen.
    let by_column = word.is_some() && told.is_none() || args.values.is_some() && !names_column;
    let shown = told.unwrap_or(if by_column { Color::Values } else { usual });
    if args.palette.is_some() && (args.ink.is_some() || matches!(shown, Color::Cells | Color::Sites)) {
        let what = if args.ink.is_some() { "--ink" } else { "cells and sites without numbers" };
        return Err(usage(format!("--palette is for colours of numbers, not for {what}; leave it out")));
    }
    if shown == Color::Sites {
        let given = args.given();
        if let Some(flag) = given.iter().find(|flag| ["--label", "--levels", "--stroke"].contains(flag)) {
            return Err(usage(format!("{flag} is of cells, and --color sites draws none; leave it out")));
        }
    }
    Ok(())
}

/// A word for what labels say, without --values.
fn is_known(label: &str) -> bool {
    ["site", "mass"].contains(&label)
}

/// What a word for colours means; the flag of what only the diagram knows.
fn of_word(word: &str) -> Option<(Color, Wanted)> {
    let plain = Wanted::default();
    Some(match word {
        "mass" => (Color::Mass, plain),
        "area" => (Color::Area, plain),
        "distance" => (Color::Distance, plain),
        "cells" => (Color::Cells, plain),
        "sites" => (Color::Sites, plain),
        "potential" => (Color::Values, Wanted { potential: true, ..plain }),
        "slope" => (Color::Values, Wanted { slope: true, ..plain }),
        _ => return None,
    })
}

/// How the flags want a picture; `usual` is what colours show where nobody says it.
pub fn of(args: &PictureArgs, usual: Color, problem: &impl WithSites, common: &Common) -> Result<Style, Failure> {
    let columns = match &args.values {
        Some(path) => site_values::of_file(path, problem, common)?.0,
        None => Vec::new(),
    };
    let mut look = Look::default();
    look.ramp = args.palette.map(Into::into).unwrap_or_default();
    look.legend = args.legend != Some(Legend::None);
    look.title = args.title.clone();
    (look.stroke, look.radius, look.width) = (args.stroke, args.radius, args.width);
    let (mut color, mut wanted) = (usual, Wanted::default());
    match args.color.as_deref() {
        Some(word) => match of_word(word) {
            Some(found) => (color, wanted) = found,
            None => {
                look.values = Some(numbers(word, &columns, args)?);
                color = Color::Values;
            }
        },
        // A file of numbers is there to be seen.
        None if args.label.as_deref().is_none_or(is_known) => {
            let is_number = |c: &&CellColumn| matches!(c.values, ColumnValues::Numbers(_));
            if let Some(first) = columns.iter().find(is_number) {
                look.values = Some(numbers(&first.name, &columns, args)?);
                color = Color::Values;
            } else if let Some(path) = &args.values {
                let what = format!("{}: has no column of numbers; give one, or --label", path.display());
                return Err(Failure::new(code::INPUT, what));
            }
        }
        None => {}
    }
    match args.label.as_deref() {
        None => {}
        Some("site") => look.labels = Some((0..problem.sites().len()).map(|i| i.to_string()).collect()),
        Some("mass") => wanted.masses = true,
        Some(word) => {
            let column = named(word, &columns, args, "--label")?;
            look.labels = Some((0..column.values.len()).map(|i| column.values.text(i)).collect());
        }
    }
    wanted.levels = args.levels.map_or(0, usize::from);
    let legend = args.legend == Some(Legend::Right);
    let ink = args.ink.as_deref().map(|path| read_colors(path, read_limit(common))).transpose()?;
    Ok(Style { color, look, view: args.view, up: up_of(args.up), size: args.size, legend, ink, wanted })
}

fn named<'c>(word: &str, columns: &'c [CellColumn], args: &PictureArgs, flag: &str) -> Result<&'c CellColumn, Failure> {
    columns.iter().find(|c| c.name == word).ok_or_else(|| {
        let names: Vec<&str> = columns.iter().take(8).map(|c| &*c.name).collect();
        let file = args.values.as_deref().unwrap_or(Path::new("--values")).display();
        let what = format!("{file}: has no column {word:?}, it has {}; correct {flag}", names.join(", "));
        Failure::new(code::INPUT, what)
    })
}

fn numbers(word: &str, columns: &[CellColumn], args: &PictureArgs) -> Result<Values, Failure> {
    let column = named(word, columns, args, "--color")?;
    match &column.values {
        ColumnValues::Numbers(numbers) => Ok(Values { name: column.name.clone(), numbers: numbers.clone() }),
        ColumnValues::Words(_) => {
            let file = args.values.as_deref().unwrap_or(Path::new("--values")).display();
            let what = format!("{file}: column {word:?} has words; colours show numbers, use --label for it");
            Err(Failure::new(code::INPUT, what))
        }
    }
}

impl Style {
    /// Takes the colours of sites from the picture, which covers a box.
    pub fn take_inks(&mut self, sites: &[[f64; 2]], (low, high): ([f64; 2], [f64; 2])) {
        let Some((width, pixels)) = &self.ink else { return };
        let size = [*width, pixels.len() / (*width).max(1)];
        let ink = |y: &[f64; 2]| {
            let at = |k: usize| {
                let t = (y[k] - low[k]) / (high[k] - low[k]);
                ((t * size[k] as f64) as usize).min(size[k] - 1)
            };
            pixels[(size[1] - 1 - at(1)) * width + at(0)]
        };
        self.look.inks = Some(sites.iter().map(ink).collect());
    }
}

pub fn up_of(up: Option<Axis>) -> Up {
    match up {
        None | Some(Axis::Y) => Up::Y,
        Some(Axis::X) => Up::X,
        Some(Axis::Z) => Up::Z,
    }
}
