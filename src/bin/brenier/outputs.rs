//! What a run is to write: every output of every command, taken from the command line as clap has
//! read it.
//!
//! A flag that names an output has the type [`Output`] and says what endings fit. Before anything
//! is read, all of them are checked and tried; from then on the library refuses to read what is to
//! be written (`brenier::io::begin`).

use crate::failure::{Failure, code};
use crate::reports;
use crate::values::Streams;
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
    /// A solid for machines that make things.
    Plate,
    /// Pixels of light.
    Photo,
    /// A polytope, or its solution.
    Solid,
    /// Cells for other programs.
    Cells,
    /// Cells on their way.
    Between,
    /// A parameterized mesh.
    Layout,
    Picture,
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
            Fit::Plate => {
                (&["stl", "obj", "ply", "off"], "solids are written as .stl, .obj, .ply or .off; choose one of these")
            }
            Fit::Photo => (&["png"], "the light is drawn as .png"),
            Fit::Solid => (
                &["obj", "ply", "off", "stl", "vtk", "vtp", "json"],
                "polytopes are written as .obj, .ply, .off, .stl, .vtk or .vtp, their solutions as .json; choose one of these",
            ),
            Fit::Cells => (
                &["geojson", "csv", "svg", "npz", "ply", "vtp", "vtk", "obj", "vtu", "tess", "stl", "vti", "npy"],
                "cells are written as .geojson, .csv, .svg, .npz, .ply, .vtp, .vtk or .obj, in space as .vtu, .tess, .npz, \
                 .stl, .obj or .ply, their voxels as .vti or .npy; choose one of these",
            ),
            Fit::Between => (
                &["json", "vtu", "npz", "stl", "obj", "ply"],
                "interpolations are written as .json, in space as .vtu, .npz, .stl, .obj or .ply; pictures are made with --plot",
            ),
            Fit::Layout => (
                &["obj", "ply", "glb", "gltf", "off", "stl"],
                "parameterized meshes are written as .obj, .ply, .glb or .gltf, with --sphere as .obj, .ply, .off or .stl; \
                 choose one of these",
            ),
            Fit::Picture => (&["svg", "pdf", "png", "html"], "pictures are .svg, .pdf, .png or .html"),
            Fit::FlatPicture => (&["png", "svg", "pdf"], "pictures are .png, .svg or .pdf; pages are made with --html"),
            Fit::Page => (&["html"], "pages are .html; pictures are made with --plot"),
        }
    }

    /// Whether a name without an ending means .json.
    fn has_one_format(self) -> bool {
        matches!(self, Fit::Solution | Fit::Sites | Fit::Report | Fit::Between)
    }
}

/// Reads an output that fits; `-` is standard output.
pub fn to(fit: Fit) -> impl TypedValueParser<Value = Output> {
    PathBufValueParser::new().map(move |path| {
        let dash = path.as_os_str() == "-";
        Output { path: if dash { "/dev/stdout".into() } else { path }, fit }
    })
}

impl Output {
    /// Refuses names under which something else would be written than they say.
    fn check_name(&self) -> Result<(), Failure> {
        let (endings, what) = self.fit.endings();
        let usage = |what: &str| Err(Failure::new(code::USAGE, format!("{}: {what}", self.path.display())));
        if self.fit == Fit::State && !io::is_file(&self.path) && self.path.starts_with("/dev") {
            return usage("a state of the solver is read again, so it goes into a file; name one");
        }
        match &*io::ending(&self.path) {
            ending if endings.contains(&ending) => Ok(()),
            "" if self.fit.has_one_format() || self.fit == Fit::State => Ok(()),
            "" if self.is_open() => {
                let list = endings.join(", ");
                usage(&format!("a stream has no ending; say its format with --format, one of {list}"))
            }
            ending if self.fit == Fit::State && !Fit::TAKEN.contains(&ending) => Ok(()),
            _ => usage(what),
        }
    }

    /// Whether its name says nothing of its format: a stream, as a rule.
    fn is_open(&self) -> bool {
        self.path.extension().is_none() && !io::is_file(&self.path)
    }

    fn role(&self) -> Role {
        if self.fit == Fit::State { Role::State } else { Role::Data }
    }
}

/// Checks and tries all outputs that a command line names. Comes before everything else.
pub fn declare(matches: &ArgMatches, format: Option<&Streams>) -> Result<(), Failure> {
    let Some((_, mut command)) = matches.subcommand() else { return Ok(()) };
    // Commands of commands.
    while let Some((_, inner)) = command.subcommand() {
        command = inner;
    }
    // Values of another type are no outputs.
    let values = |id: &clap::Id| command.try_get_many::<Output>(id.as_str()).ok().flatten().into_iter().flatten();
    let outputs: Vec<&Output> = command.ids().flat_map(values).collect();
    let inputs = inputs(command);
    once(&inputs)?;
    if let Some(format) = format {
        tell(format, &outputs, &inputs)?;
    }
    outputs.iter().try_for_each(|o| o.check_name())?;
    if outputs.iter().any(|o| io::is_standard_output(o)) {
        reports::leave_standard_output();
    }
    let named: Vec<(&Path, Role)> = outputs.iter().map(|o| (&***o, o.role())).collect();
    Ok(io::begin(&named)?)
}

/// The files that a command line reads, with the flags that name them.
fn inputs(command: &ArgMatches) -> Vec<(String, PathBuf)> {
    let of = |id: &clap::Id| -> Vec<(String, PathBuf)> {
        let flag = id.to_string();
        let paths = command.try_get_many::<PathBuf>(&flag).ok().flatten().into_iter().flatten().cloned();
        // Domains and densities may be words, too.
        let words = command.try_get_many::<String>(&flag).ok().flatten().into_iter().flatten();
        let words = words.filter(|_| ["domain", "density", "boundary"].contains(&&*flag));
        let words = words.map(|w| PathBuf::from(w.strip_prefix("image:").unwrap_or(w)));
        paths.chain(words).map(|path| (flag.clone(), path)).collect()
    };
    command.ids().flat_map(of).collect()
}

/// A stream gives what it has once.
fn once(inputs: &[(String, PathBuf)]) -> Result<(), Failure> {
    let standard =
        |path: &Path| ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|s| path == Path::new(s));
    let named: Vec<&str> = inputs.iter().filter(|i| standard(&i.1)).map(|i| &*i.0).collect();
    if let [a, b, ..] = named[..] {
        let what =
            format!("standard input is named twice, as {a} and as {b}, and can be read once; save one in a file");
        return Err(Failure::new(code::USAGE, what));
    }
    Ok(())
}

/// Says what streams hold: outputs without an ending if there are some, else inputs.
fn tell(format: &Streams, outputs: &[&Output], inputs: &[(String, PathBuf)]) -> Result<(), Failure> {
    let open: Vec<&Path> = outputs.iter().filter(|o| o.path.extension().is_none()).map(|o| &*o.path).collect();
    let from: Vec<&Path> = inputs.iter().map(|i| &*i.1).filter(|p| p.extension().is_none()).collect();
    let (input, output) = match format {
        Streams { input: None, output: Some(one) } if open.is_empty() => (Some(one), None),
        Streams { input, output } => (input.as_ref(), output.as_ref()),
    };
    for (ending, paths, what) in [(input, &from, "input"), (output, &open, "output")] {
        let Some(ending) = ending else { continue };
        if paths.is_empty() {
            let what = format!("--format {ending}: every {what} has an ending that tells its format; leave it out");
            return Err(Failure::new(code::USAGE, what));
        }
        paths.iter().for_each(|path| io::tell_ending(path, ending));
    }
    Ok(())
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
