//! What a run is to write: every output of every command, taken from the command line as clap has
//! read it.
//!
//! A flag that names an output has the type [`Output`] and says what endings fit. Before anything
//! is read, all of them are checked and tried; from then on the library refuses to read what is to
//! be written (`brenier::io::begin`).

use crate::failure::{Failure, code};
use crate::reports;
use brenier::io::{self, Role};
use clap::ArgMatches;
use clap::builder::{PathBufValueParser, TypedValueParser};
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// A file to write.
#[derive(Clone, Debug)]
pub struct Output {
    path: PathBuf,
    fit: Fit,
}

impl Deref for Output {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Output {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// What is written, and so which endings fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Solution,
    /// A solution or its points.
    Sites,
    /// Any other document.
    Report,
    /// A solver's state, under any name.
    State,
    Points,
    Samples,
    Mesh,
    /// Cells for other programs.
    Cells,
    /// A parameterized mesh.
    Layout,
    Picture,
    /// A picture in the plane, drawn as .svg only.
    Drawing,
    /// A picture of a parameterized mesh.
    FlatPicture,
    Page,
}

impl Fit {
    /// Endings of files of another kind, read or written: under them stands what a solver's state
    /// must not replace.
    const TAKEN: [&'static str; 19] = [
        "csv", "txt", "xyz", "npy", "npz", "parquet", "obj", "ply", "off", "stl", "vtk", "vtp", "glb", "gltf", "svg",
        "png", "html", "pdf", "geojson",
    ];

    /// Endings that fit, and what to say of others.
    fn endings(self) -> (&'static [&'static str], &'static str) {
        match self {
            Fit::Solution => (
                &["json", "npz"],
                "solutions are written as .json, or as arrays in one .npz; pictures are made with --plot",
            ),
            Fit::Sites => (
                &["json", "npz", "csv", "txt", "npy", "xyz", "obj"],
                "solutions are written as .json or .npz, points as .csv, .txt or .npy, on a surface also .xyz or .obj; choose \
                 one of these",
            ),
            Fit::Report => (&["json"], "reports are written as .json; pictures are made with --plot"),
            Fit::State => (
                &["json", "checkpoint"],
                "a state of the solver is no table, mesh, picture or array; give it a name that ends in .checkpoint",
            ),
            Fit::Points => (&["csv", "txt", "npy"], "points are written as .csv, .txt or .npy; choose one of these"),
            Fit::Samples => (
                &["npy", "npz", "csv", "parquet"],
                "samples are written as .npy, .npz, .csv or .parquet; choose one of these",
            ),
            Fit::Mesh => (&["obj", "ply", "vtk", "vtp"], "meshes are written as .obj, .ply, .vtk or .vtp"),
            Fit::Cells => (
                &["geojson", "csv", "svg", "npz", "ply", "vtp", "vtk", "obj", "vtu"],
                "cells are written as .geojson, .csv, .svg, .npz, .ply, .vtp, .vtk or .obj, in space as .vtu, .npz, .obj or \
                 .ply; choose one of these",
            ),
            Fit::Layout => (
                &["obj", "ply", "glb", "gltf"],
                "parameterized meshes are written as .obj, .ply, .glb or .gltf; choose one of these",
            ),
            Fit::Picture => (&["svg", "png", "html"], "pictures are .svg, .png or .html"),
            Fit::Drawing => (&["svg"], "this picture is drawn as .svg only; brenier plot makes .png and .html"),
            Fit::FlatPicture => (&["png", "svg"], "pictures are .png or .svg; pages are made with --html"),
            Fit::Page => (&["html"], "pages are .html; pictures are made with --plot"),
        }
    }

    /// Whether there is one format only, so that a name without an ending can mean nothing else.
    fn has_one_format(self) -> bool {
        matches!(self, Fit::Solution | Fit::Sites | Fit::Report)
    }
}

/// Reads an output that fits.
pub fn to(fit: Fit) -> impl TypedValueParser<Value = Output> {
    PathBufValueParser::new().map(move |path| {
        let dash = path.as_os_str() == "-" && fit.has_one_format();
        Output { path: if dash { "/dev/stdout".into() } else { path }, fit }
    })
}

impl Output {
    /// Refuses names under which something else would be written than they say.
    fn check_name(&self) -> Result<(), Failure> {
        let (endings, what) = self.fit.endings();
        let usage = |what: &str| Err(Failure::new(code::USAGE, format!("{}: {what}", self.path.display())));
        if self.path.as_os_str() == "-" {
            return usage("only solutions and reports go to standard output; name a file");
        }
        match self.path.extension() {
            Some(e) if endings.iter().any(|fit| e.eq_ignore_ascii_case(fit)) => Ok(()),
            None if self.fit.has_one_format() => Ok(()),
            Some(e) if self.fit == Fit::State && !Fit::TAKEN.iter().any(|t| e.eq_ignore_ascii_case(t)) => Ok(()),
            None if self.fit == Fit::State => Ok(()),
            _ => usage(what),
        }
    }

    fn role(&self) -> Role {
        if self.fit == Fit::State { Role::State } else { Role::Data }
    }
}

/// Checks and tries all outputs that a command line names. Comes before everything else.
pub fn declare(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((_, command)) = matches.subcommand() else { return Ok(()) };
    // Values of another type are no outputs.
    let values = |id: &clap::Id| command.try_get_many::<Output>(id.as_str()).ok().flatten().into_iter().flatten();
    let outputs: Vec<&Output> = command.ids().flat_map(values).collect();
    outputs.iter().try_for_each(|o| o.check_name())?;
    if outputs.iter().any(|o| io::is_standard_output(o)) {
        reports::leave_standard_output();
    }
    let named: Vec<(&Path, Role)> = outputs.iter().map(|o| (&***o, o.role())).collect();
    Ok(io::begin(&named)?)
}

/// The same for outputs whose names follow from others.
pub fn also(paths: &[PathBuf], role: Role) -> Result<(), Failure> {
    let named: Vec<(&Path, Role)> = paths.iter().map(|p| (p.as_path(), role)).collect();
    Ok(io::begin(&named)?)
}

/// What a run that ends early says of its files.
pub fn told() -> String {
    let names: Vec<String> = io::written().iter().map(|p| p.display().to_string()).collect();
    if names.is_empty() { "nothing was written".into() } else { format!("written so far: {}", names.join(", ")) }
}
