//! From files and flags to a sound problem.

use crate::args::{Common, ImageArgs, QuantizeArgs, SolveArgs};
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::limits::{check_memory, read_limit};
use brenier::domain::{Between, ConvexPolygon, Density, Domain, DomainError, SpaceDomain, Sphere};
use brenier::io::{
    AnyDomain, AnyLoaded, AnyProblem, FileData, IoError, Loaded, Origins, ProblemFile, ReadLimit, SolutionFile,
    TableColumns, WHOLE_SPHERE, problem_of_solution, read_any_problem, read_columns, read_domain, read_image,
    read_masses, read_solid,
};
use brenier::map_kind;
use brenier::problem::{Duplicates, ProblemError};
use std::path::{Path, PathBuf};

/// Reads the problem that the flags of `solve` describe.
pub fn of_solve(args: &SolveArgs, common: &Common) -> Result<AnyLoaded, Failure> {
    let duplicates = if args.strict { Duplicates::Refuse } else { Duplicates::Merge };
    match (&args.problem, &args.points, &args.domain) {
        (Some(path), _, _) => load_any(path, &args.output, duplicates, common),
        (None, Some(points), Some(domain)) => {
            let file = of_flags(args, points, domain, common)?;
            Ok(map_kind!(file, file => from_flags(file, points, duplicates, common)?))
        }
        // clap asks for one or the other
        _ => Err(Failure::new(code::USAGE, "give a problem file, or --domain and --points; see brenier solve --help")),
    }
}

fn from_flags<T: FileData>(
    file: ProblemFile<T>,
    points: &Path,
    duplicates: Duplicates,
    common: &Common,
) -> Result<Loaded<T>, Failure> {
    check_memory(common, points, file.data.sites().len(), file.data.patches())?;
    Ok(Loaded::of_arrays(file, points, duplicates)?)
}

/// A sound problem of a file. `output` is where its solution will stand.
pub fn from_file<T: FileData>(
    file: ProblemFile<T>,
    path: &Path,
    output: &Path,
    duplicates: Duplicates,
    common: &Common,
) -> Result<Loaded<T>, Failure> {
    check_memory(common, path, file.data.sites().len(), file.data.patches())?;
    Ok(Loaded::of_file(file, path, output, duplicates)?)
}

/// Reads a problem file of any kind. `output` is where its solution will stand: paths are told
/// relative to it.
pub fn load_any(path: &Path, output: &Path, duplicates: Duplicates, common: &Common) -> Result<AnyLoaded, Failure> {
    let file = documents::read(path, Want::Problem, || read_any_problem(path, read_limit(common)))?;
    Ok(map_kind!(file, file => from_file(file, path, output, duplicates, common)?))
}

/// The problem a solution belongs to: the file given, else the one it names, else the one inside
/// it.
pub fn of_solution<T: FileData>(
    solution_path: &Path,
    solution: &SolutionFile<T>,
    given: Option<&Path>,
    common: &Common,
) -> Result<Loaded<T>, Failure> {
    let of = given.unwrap_or(solution_path);
    let read = || problem_of_solution(solution_path, solution, given, read_limit(common));
    let (file, name) = if given.is_some() { documents::read(of, Want::Problem, read)? } else { read()? };
    check_memory(common, &name, file.data.sites().len(), file.data.patches())?;
    Ok(Loaded::of_solution(file, &name, solution, solution_path)?)
}

/// Reads or makes the problem that `quantize` begins with.
pub fn of_quantize(args: &QuantizeArgs, common: &Common) -> Result<AnyLoaded, Failure> {
    let limit = read_limit(common);
    let given = source(
        Named(&args.domain, &args.feature, args.periodic.as_deref()),
        args.density.as_deref(),
        &args.image,
        limit,
    )?;
    Ok(map_kind!(given.domain, source => {
        let file = begin(args, source, &given.density, limit, common)?;
        begun(file, given.notes, common)?
    }))
}

/// The sites that `quantize` begins with, on their source.
fn begin<T: FileData<Point = [f64; D]>, const D: usize>(
    args: &QuantizeArgs,
    source: T::Source,
    density: &Density,
    limit: ReadLimit,
    common: &Common,
) -> Result<ProblemFile<T>, Failure> {
    let mut from = Origins::default();
    name_source(&mut from, &args.domain, args.density.as_deref());
    let wrong = |e: ProblemError| IoError::Problem { file: from.of_source(&e), source: e };
    let mut file = match args.points.as_ref().or(args.fit.as_ref()) {
        Some(path) => of_points(source, path, args.columns.as_ref(), args.masses.is_none(), limit)?,
        None => {
            let n = args.sites.unwrap_or(1) as usize;
            check_memory(common, Path::new("-n"), n, 0)?;
            // Densities are checked before points are spread over them.
            let sites = T::spread(&source, density, n, args.seed).map_err(wrong)?;
            if sites.len() != n {
                // Nobody gave these sites, so what is wrong is the density.
                let name = args.density.as_deref().and_then(|d| d.strip_prefix("image:")).unwrap_or(&args.domain);
                let what =
                    format!("{name}: the density is beyond doubles on part of the source; divide it by a constant");
                return Err(Failure::new(code::INPUT, what));
            }
            ProblemFile::of_data(T::of_sites(source, sites), &args.domain)
        }
    };
    name_source(&mut file.from, &args.domain, args.density.as_deref());
    set_density(&mut file, density.clone())?;
    masses(&mut file, args.masses.as_deref(), limit)?;
    Ok(file)
}

fn begun<T: FileData>(mut file: ProblemFile<T>, notes: Vec<String>, common: &Common) -> Result<Loaded<T>, Failure> {
    file.notes.extend(notes);
    check_memory(common, &file.path, file.data.sites().len(), file.data.patches())?;
    let name = file.path.clone();
    Ok(Loaded::of_arrays(file, &name, Duplicates::Merge)?)
}

fn of_flags(args: &SolveArgs, points: &Path, domain_name: &str, common: &Common) -> Result<AnyProblem, Failure> {
    let limit = read_limit(common);
    let given = source(
        Named(domain_name, &args.feature, args.periodic.as_deref()),
        args.density.as_deref(),
        &args.image,
        limit,
    )?;
    Ok(
        map_kind!(given.domain, source => flagged(args, (points, domain_name), source, (given.density, given.notes), limit)?),
    )
}

/// The problem of `solve` by flags.
fn flagged<T: FileData<Point = [f64; D]>, const D: usize>(
    args: &SolveArgs,
    (points, domain_name): (&Path, &str),
    source: T::Source,
    (density, notes): (Density, Vec<String>),
    limit: ReadLimit,
) -> Result<ProblemFile<T>, Failure> {
    let mut file: ProblemFile<T> = of_points(source, points, args.columns.as_ref(), args.masses.is_none(), limit)?;
    masses(&mut file, args.masses.as_deref(), limit)?;
    if args.partial {
        let what = match T::TAG {
            Some("sphere") => "is a sphere",
            Some(_) => "is in space or a torus",
            None => "is a surface",
        };
        let misfit = |why| Failure::new(code::USAGE, format!("--partial {why}; {domain_name} {what}"));
        file.data.set_partial().map_err(misfit)?;
    }
    name_source(&mut file.from, domain_name, args.density.as_deref());
    set_density(&mut file, density)?;
    file.notes.extend(notes);
    Ok(file)
}

/// Domain and density are told as they were given.
fn name_source(from: &mut Origins, domain: &str, density: Option<&str>) {
    let of_file = |d: &str| d.strip_prefix("image:").map(PathBuf::from);
    let of_flag = |d: &str| of_file(d).unwrap_or_else(|| format!("--density {d}").into());
    let domain = domain.strip_prefix("solid:").unwrap_or(domain);
    let is_word = domain == "image" || domain == "square" || domain.starts_with("disk");
    from.domain = Some(if is_word { format!("--domain {domain}").into() } else { domain.into() });
    from.density = Some(density.map_or_else(|| domain.into(), of_flag));
}

fn set_density<T: FileData>(file: &mut ProblemFile<T>, density: Density) -> Result<(), Failure> {
    let wrong = |e: ProblemError| IoError::Problem { file: file.from.of_source(&e), source: e };
    Ok(file.data.set_density(density).map_err(wrong)?)
}

/// Domain and density that flags describe.
struct Given {
    domain: AnyDomain,
    density: Density,
    notes: Vec<String>,
}

/// A domain as flags name it: by a word or a file, and the features meant.
#[derive(Clone, Copy)]
struct Named<'a>(&'a str, &'a [String], Option<&'a str>);

fn source(named: Named<'_>, density: Option<&str>, flags: &ImageArgs, limit: ReadLimit) -> Result<Given, Failure> {
    let Named(name, features, _) = named;
    let usage = |what: String| Failure::new(code::USAGE, what);
    let Some(file) = density.and_then(|text| text.strip_prefix("image:")) else {
        if flags.invert || flags.bilinear {
            return Err(usage("--invert and --bilinear are for --density image:FILE".into()));
        }
        if name == "image" {
            return Err(usage("--domain image: give the image, --density image:FILE".into()));
        }
        let (domain, notes) = domain(named, limit)?;
        return Ok(Given { domain, density: self::density(density).map_err(usage)?, notes });
    };
    let between = if flags.bilinear { Between::Bilinear } else { Between::Constant };
    let image = |place| read_image(Path::new(file), limit, place, between, flags.invert);
    if name == "image" {
        if !features.is_empty() {
            return Err(usage("--feature is for a --domain in .geojson or .svg".into()));
        }
        let image = image(None)?;
        let domain = ConvexPolygon::rectangle(image.min(), image.max()).map_err(|e| usage(e.to_string()))?;
        let domain = AnyDomain::Plane(domain.into());
        return Ok(Given { domain, density: Density::Image(image.into()), notes: Vec::new() });
    }
    let (domain, notes) = domain(named, limit)?;
    let place = match &domain {
        AnyDomain::Plane(plane) => plane.frame().bounds(),
        AnyDomain::Sphere(_) => WHOLE_SPHERE,
        _ => {
            let what = "--density image:FILE needs a sphere, or a domain in the plane that is no torus";
            return Err(usage(format!("{what}; {name} is none")));
        }
    };
    let image = image(Some(place))?;
    Ok(Given { domain, density: Density::Image(image.into()), notes })
}

/// Vertices of a disk if nobody says how many: its area is that of the circle to 1e-4.
const DISK: usize = 256;

/// The words for domains, for messages.
const WORDS: &str = "square, disk, disk:N, image, cube, torus, torus3, sphere, solid:MESH, or a file (.csv, .obj, .msh, .geojson, .svg, .json, ...)";

/// A domain by its name, or from a file; and remarks.
fn domain(named: Named<'_>, limit: ReadLimit) -> Result<(AnyDomain, Vec<String>), Failure> {
    let (domain, notes) = plain_domain(named, limit)?;
    match named.2 {
        Some(axes) => Ok((glued(domain, axes, named.0)?, notes)),
        None => Ok((domain, notes)),
    }
}

/// A box with these axes periodic.
fn glued(domain: AnyDomain, axes: &str, name: &str) -> Result<AnyDomain, Failure> {
    let usage = |what: String| Failure::new(code::USAGE, what);
    let wrong = |e: DomainError| usage(e.to_string());
    let has = |axis: char| axes.contains(axis);
    let odd = axes.is_empty() || axes.chars().any(|c| !"xyz".contains(c) || axes.matches(c).count() > 1);
    if odd {
        return Err(usage(format!("--periodic {axes}: name axes, such as xy or xyz")));
    }
    let no_box = || usage(format!("--periodic {axes}: {name} is no box with these axes"));
    match domain {
        AnyDomain::Plane(Domain::Convex(p)) if !has('z') => {
            let (low, high) = p.bounds();
            let corners = p.vertices().iter().all(|v| (0..2).all(|k| v[k] == low[k] || v[k] == high[k]));
            if p.len() != 4 || !corners {
                return Err(no_box());
            }
            SpaceDomain::torus(low, high, [has('x'), has('y')]).map(AnyDomain::Torus).map_err(wrong)
        }
        AnyDomain::Torus(t) if !has('z') => {
            let (low, high) = t.bounds();
            SpaceDomain::torus(low, high, [has('x'), has('y')]).map(AnyDomain::Torus).map_err(wrong)
        }
        AnyDomain::Space(s) if s.is_box() => {
            let (low, high) = s.bounds();
            SpaceDomain::torus(low, high, [has('x'), has('y'), has('z')]).map(AnyDomain::Space).map_err(wrong)
        }
        _ => Err(no_box()),
    }
}

fn plain_domain(Named(name, features, _): Named<'_>, limit: ReadLimit) -> Result<(AnyDomain, Vec<String>), Failure> {
    let usage = |what: String| Failure::new(code::USAGE, what);
    let polygon = |p: Result<ConvexPolygon, DomainError>| {
        if !features.is_empty() {
            return Err(usage(format!("--feature is for a --domain in .geojson or .svg, not for {name}")));
        }
        p.map(|p| (AnyDomain::Plane(p.into()), Vec::new())).map_err(|e| usage(e.to_string()))
    };
    if name == "square" {
        return polygon(ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]));
    }
    if name == "disk" {
        return polygon(ConvexPolygon::disk(DISK));
    }
    if let Some(n) = name.strip_prefix("disk:") {
        let n = crate::values::whole(n).filter(|n| (3..=1_000_000).contains(n));
        let n = n.ok_or_else(|| usage(format!("--domain {name}: give a number of vertices from 3 to 1000000")))?;
        return polygon(ConvexPolygon::disk(n as usize));
    }
    let no_feature = |domain: AnyDomain| {
        if features.is_empty() {
            return Ok((domain, Vec::new()));
        }
        Err(usage(format!("--feature is for a --domain in .geojson or .svg, not for {name}")))
    };
    let unit = |periodic| SpaceDomain::torus([0.0; 3], [1.0; 3], [periodic; 3]).map(AnyDomain::Space);
    match name {
        "sphere" => return no_feature(AnyDomain::Sphere(Sphere::UNIT)),
        "cube" | "torus3" => return no_feature(unit(name == "torus3").map_err(|e| usage(e.to_string()))?),
        "torus" => {
            let square = SpaceDomain::torus([0.0; 2], [1.0; 2], [true; 2]);
            return no_feature(square.map(AnyDomain::Torus).map_err(|e| usage(e.to_string()))?);
        }
        _ => {}
    }
    if let Some(file) = name.strip_prefix("solid:") {
        if !features.is_empty() {
            return Err(usage(format!("--feature is for a --domain in .geojson or .svg, not for {name}")));
        }
        if file.is_empty() {
            return Err(usage("--domain solid: needs a mesh, for example solid:spot.obj".into()));
        }
        return Ok(read_solid(Path::new(file), limit)?);
    }
    let path = Path::new(name);
    // A word that is no file is a name that is not known.
    if name != "-" && path.extension().is_none() && path.components().count() == 1 && !path.exists() {
        return Err(usage(format!("--domain {name}: no such domain, and no such file; use {WORDS}")));
    }
    Ok(read_domain(path, limit, features)?)
}

/// Sites from a file, with the masses it has a column for, if these are looked for, and constant
/// density so far.
fn of_points<T: FileData<Point = [f64; D]>, const D: usize>(
    source: T::Source,
    path: &Path,
    columns: Option<&TableColumns>,
    with_masses: bool,
    limit: ReadLimit,
) -> Result<ProblemFile<T>, Failure> {
    let sites = read_columns::<D>(path, limit, columns.unwrap_or(&TableColumns::default()), with_masses)?;
    let mut points = sites.points;
    // -0.0 and 0.0 are the same place; the identity is that of what a problem keeps.
    points.iter_mut().flatten().for_each(|c| *c += 0.0);
    let mut file = ProblemFile::of_data(T::of_sites(source, points), path);
    file.from.masses = sites.masses.is_some().then(|| path.to_path_buf());
    file.from.sites = Some(path.to_path_buf());
    file.data.set_masses(sites.masses);
    file.notes = sites.notes;
    Ok(file)
}

/// Masses from a file of their own, if there is one.
fn masses<T: FileData>(file: &mut ProblemFile<T>, path: Option<&Path>, limit: ReadLimit) -> Result<(), Failure> {
    if let Some(path) = path {
        file.data.set_masses(Some(read_masses(path, limit)?.0));
        file.from.masses = Some(path.to_path_buf());
    }
    Ok(())
}

fn density(text: Option<&str>) -> Result<Density, String> {
    let Some(text) = text.filter(|t| *t != "constant") else {
        return Ok(Density::Constant);
    };
    let numbers: Option<Vec<f64>> = text
        .strip_prefix("affine:")
        .map(|list| list.split(',').map(|n| n.trim().parse().ok()).collect())
        .unwrap_or_default();
    match numbers.as_deref() {
        Some(&[gx, gy, c]) => Ok(Density::Affine { g: [gx, gy], c }),
        Some(&[gx, gy, gz, c]) => Ok(Density::InSpace { g: [gx, gy, gz], c }),
        _ => Err(format!(
            "--density {text}: use constant, image:FILE, or affine:GX,GY,C such as affine:1,0,0.5; in space \
             affine:GX,GY,GZ,C"
        )),
    }
}
