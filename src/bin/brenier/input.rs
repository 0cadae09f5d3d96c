//! From files and flags to a sound problem.

use crate::args::{Common, ImageArgs, QuantizeArgs, SolveArgs};
use crate::console::count;
use crate::failure::{Failure, code};
use crate::limits::{check_memory, read_limit};
use brenier::domain::{Between, ConvexPolygon, Density, DomainError};
use brenier::io::{
    AnyDomain, AnyProblem, FileData, IoError, ProblemFile, ProblemId, ProblemSource, ReadLimit, SolutionFile,
    TableColumns, canonical_sha256, is_file, is_readable_again, read_any_problem, read_columns, read_domain,
    read_image, read_masses, read_problem,
};
use brenier::map_kind;
use brenier::problem::{Duplicates, Kind, ProblemData, ProblemError, SurfaceProblemData, WithSites};
use std::path::{Component, Path, PathBuf};

/// A sound problem and what is worth telling about where it came from.
pub struct Loaded<T: FileData = ProblemData> {
    pub problem: T::Problem,
    /// How a solution names it. An embedded problem leaves out the sites: the sound one has them.
    source: ProblemSource<T>,
    /// The file people know it by.
    pub name: PathBuf,
    /// Number of sites as given.
    pub inputs: usize,
    /// Remarks for the report.
    pub notes: Vec<String>,
    /// Remarks for standard error.
    pub warnings: Vec<String>,
}

impl<T: FileData> Loaded<T> {
    /// Identity of the problem; it must be known ([`Loaded::identify`]).
    pub fn fingerprint(&self) -> String {
        self.source.id().fingerprint()
    }

    /// SHA-256 of a problem that came from arrays. Half a second for a million sites, so a solve
    /// begins without it.
    pub fn sha256(&self) -> Option<String> {
        match self.source() {
            ProblemSource::Embedded(file) if file.id.sha256.is_empty() => Some(canonical_sha256(&file.data)),
            _ => None,
        }
    }

    /// Takes what [`Loaded::sha256`] has found.
    pub fn identify(&mut self, sha256: Option<String>) {
        if let (ProblemSource::Embedded(file), Some(sha256)) = (&mut self.source, sha256) {
            file.id.sha256 = sha256;
        }
    }

    /// From now on a solution at `output` names the problem's file, if it has one, from there.
    pub fn tell_from(&mut self, output: &Path) {
        if let ProblemSource::File { path, .. } = &mut self.source {
            *path = relative_path(output, &self.name);
        }
    }

    /// How a solution names the problem.
    pub fn source(&self) -> ProblemSource<T> {
        let mut source = self.source.clone();
        if let ProblemSource::Embedded(file) = &mut source {
            let sites = self.problem.sites();
            // Merged sites coincide: nothing is lost.
            *file.data.sites_mut() = match self.problem.site_of_input() {
                Some(map) => map.iter().map(|&i| sites[i as usize]).collect(),
                None => sites.to_vec(),
            };
        }
        source
    }
}

/// A problem of any kind.
pub type AnyLoaded = Kind<Loaded, Loaded<SurfaceProblemData>>;

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
    mut file: ProblemFile<T>,
    points: &Path,
    duplicates: Duplicates,
    common: &Common,
) -> Result<Loaded<T>, Failure> {
    // Found later, by `Loaded::sha256`.
    file.id.sha256.clear();
    check_memory(common, points, file.data.sites().len(), file.data.patches())?;
    let source = embedded(&mut file);
    sound(file, source, points, duplicates)
}

/// A sound problem of a file. `output` is where its solution will stand: paths are told relative to
/// it.
///
/// What came through a pipe nobody can read again, and what goes into a stream will stand nobody
/// knows where: then the solution holds the problem itself.
pub fn from_file<T: FileData>(
    mut file: ProblemFile<T>,
    path: &Path,
    output: &Path,
    duplicates: Duplicates,
    common: &Common,
) -> Result<Loaded<T>, Failure> {
    check_memory(common, path, file.data.sites().len(), file.data.patches())?;
    let source = if is_readable_again(path) && is_file(output) {
        ProblemSource::File { path: relative_path(output, path), id: file.id.clone() }
    } else {
        file.id = ProblemId { sha256: canonical_sha256(&file.data), files: Vec::new() };
        embedded(&mut file)
    };
    sound(file, source, path, duplicates)
}

/// Reads a problem file of any kind. `output` is where its solution will stand: paths are told
/// relative to it.
pub fn load_any(path: &Path, output: &Path, duplicates: Duplicates, common: &Common) -> Result<AnyLoaded, Failure> {
    let file = read_any_problem(path, read_limit(common))?;
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
    let (file, name) = match (given, &solution.problem) {
        (Some(path), _) => (read_problem(path, read_limit(common))?, path.to_path_buf()),
        (None, ProblemSource::File { path: Some(p), .. }) => {
            let folder = solution_path.parent().unwrap_or(Path::new(""));
            let path = folder.join(p);
            (read_problem(&path, read_limit(common))?, path)
        }
        (None, ProblemSource::File { path: None, .. }) => {
            return Err(Failure::new(
                code::INPUT,
                format!("{}: does not say where its problem is; name it with --problem", solution_path.display()),
            ));
        }
        (None, ProblemSource::Embedded(file)) => ((**file).clone(), solution_path.to_path_buf()),
    };
    let meant = solution.problem.id();
    // A problem that was embedded is recognised in a file too.
    let same = file.id == *meant || canonical_sha256(&file.data) == meant.sha256;
    if !same {
        let short = |id: &ProblemId| id.fingerprint().chars().take(4).collect::<String>();
        return Err(Failure::new(
            code::INPUT,
            format!(
                "{}: belongs to problem {}…, but {} is {}…; name the right one with --problem",
                solution_path.display(),
                short(meant),
                name.display(),
                short(&file.id)
            ),
        ));
    }
    check_memory(common, &name, file.data.sites().len(), file.data.patches())?;
    // A diagram keeps duplicates; a solution has merged them.
    let kept = solution.site_of_input.is_none() && solution.heights.len() == file.data.sites().len();
    let duplicates = if kept { Duplicates::Keep } else { Duplicates::Merge };
    let loaded = sound(file, solution.problem.clone(), &name, duplicates)?;
    if loaded.problem.sites().len() != solution.heights.len() {
        return Err(Failure::new(
            code::INPUT,
            format!(
                "{}: heights has {} entries, the problem has {}",
                solution_path.display(),
                solution.heights.len(),
                count(loaded.problem.sites().len(), "site")
            ),
        ));
    }
    Ok(loaded)
}

/// The file as a solution embeds it, without the sites: they would take the same memory twice
/// ([`Loaded::source`]).
fn embedded<T: FileData>(file: &mut ProblemFile<T>) -> ProblemSource<T> {
    let sites = std::mem::take(file.data.sites_mut());
    let source = ProblemSource::Embedded(Box::new(file.clone()));
    *file.data.sites_mut() = sites;
    source
}

fn sound<T: FileData>(
    mut file: ProblemFile<T>,
    source: ProblemSource<T>,
    name: &Path,
    duplicates: Duplicates,
) -> Result<Loaded<T>, Failure> {
    file.data.set_duplicates(duplicates);
    let inputs = file.data.sites().len();
    let mut notes = std::mem::take(&mut file.notes);
    let problem = file.problem()?;
    let warnings: Vec<String> = problem
        .merges()
        .iter()
        .map(|m| {
            let others = match m.inputs.len() {
                2 => format!("sites {} and {} coincide", m.inputs[0], m.inputs[1]),
                n => format!("sites {}, {} and {} more coincide", m.inputs[0], m.inputs[1], n - 2),
            };
            format!("{}: {others}; merged (mass {})", name.display(), m.mass)
        })
        .collect();
    if !problem.merges().is_empty() {
        notes.push(format!(
            "{inputs} sites given, {} left after merging those that coincide; site_of_input maps them",
            problem.sites().len()
        ));
    }
    Ok(Loaded { problem, source, name: name.to_path_buf(), inputs, notes, warnings })
}

/// Reads or makes the problem that `quantize` begins with.
pub fn of_quantize(args: &QuantizeArgs, common: &Common) -> Result<AnyLoaded, Failure> {
    let limit = read_limit(common);
    let given = source(Named(&args.domain, &args.feature), args.density.as_deref(), &args.image, limit)?;
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
    let wrong = |e: ProblemError| IoError::Problem { file: PathBuf::from(&args.domain), source: e };
    let mut file = match &args.points {
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
            of_data(T::of_sites(source, sites), &args.domain)
        }
    };
    file.data.set_density(density.clone()).map_err(wrong)?;
    masses(&mut file, args.masses.as_deref(), limit)?;
    Ok(file)
}

fn begun<T: FileData>(mut file: ProblemFile<T>, notes: Vec<String>, common: &Common) -> Result<Loaded<T>, Failure> {
    file.notes.extend(notes);
    check_memory(common, &file.path, file.data.sites().len(), file.data.patches())?;
    let (source, name) = (embedded(&mut file), file.path.clone());
    sound(file, source, &name, Duplicates::Merge)
}

/// The problem with the sites that were found, to be kept inside the solution.
pub fn of_sites_found<T: FileData>(begun: Loaded<T>, problem: T::Problem) -> Loaded<T> {
    let ProblemSource::Embedded(mut file) = begun.source else { return Loaded { problem, ..begun } };
    file.data.set_duplicates(Duplicates::Merge);
    *file.data.sites_mut() = problem.sites().to_vec();
    // Equal masses of total 1 need not be told, unless sites were merged.
    if file.data.masses().is_some() || begun.problem.site_of_input().is_some() {
        file.data.set_masses(Some(problem.masses().to_vec()));
    }
    file.id = ProblemId { sha256: canonical_sha256(&file.data), files: Vec::new() };
    file.data.sites_mut().clear();
    Loaded { problem, source: ProblemSource::Embedded(file), ..begun }
}

fn of_flags(args: &SolveArgs, points: &Path, domain_name: &str, common: &Common) -> Result<AnyProblem, Failure> {
    let limit = read_limit(common);
    let given = source(Named(domain_name, &args.feature), args.density.as_deref(), &args.image, limit)?;
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
        let misfit = |why| Failure::new(code::USAGE, format!("--partial {why}; {domain_name} is a surface"));
        file.data.set_partial().map_err(misfit)?;
    }
    let wrong = |e| IoError::Problem { file: PathBuf::from(domain_name), source: e };
    file.data.set_density(density).map_err(wrong)?;
    file.notes.extend(notes);
    Ok(file)
}

/// Domain and density that flags describe.
struct Given {
    domain: AnyDomain,
    density: Density,
    notes: Vec<String>,
}

/// A domain as flags name it: by a word or a file, and the features meant.
#[derive(Clone, Copy)]
struct Named<'a>(&'a str, &'a [String]);

fn source(named: Named<'_>, density: Option<&str>, flags: &ImageArgs, limit: ReadLimit) -> Result<Given, Failure> {
    let Named(name, features) = named;
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
    let AnyDomain::Plane(plane) = &domain else {
        return Err(usage(format!("--density image:FILE needs a domain in the plane; {name} is a surface")));
    };
    let image = image(Some(plane.frame().bounds()))?;
    Ok(Given { domain, density: Density::Image(image.into()), notes })
}

/// Vertices of a disk if nobody says how many: its area is that of the circle to 1e-4.
const DISK: usize = 256;

/// The words for domains, for messages.
const WORDS: &str = "square, disk, disk:N, image, or a file (.csv, .obj, .geojson, .svg, .json, ...)";

/// A domain by its name, or from a file; and remarks.
fn domain(Named(name, features): Named<'_>, limit: ReadLimit) -> Result<(AnyDomain, Vec<String>), Failure> {
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
        let n = n.parse::<usize>().ok().filter(|n| (3..=1_000_000).contains(n));
        let n = n.ok_or_else(|| usage(format!("--domain {name}: give a number of vertices from 3 to 1000000")))?;
        return polygon(ConvexPolygon::disk(n));
    }
    let known = ["cube", "sphere"];
    if known.contains(&name) {
        return Err(usage(format!("--domain {name} is not supported by this version; use {WORDS}")));
    }
    let path = Path::new(name);
    // A word that is no file is a name that is not known.
    if path.extension().is_none() && path.components().count() == 1 && !path.exists() {
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
    let mut file = of_data(T::of_sites(source, points), path);
    file.masses_file = sites.masses.is_some().then(|| path.to_path_buf());
    file.data.set_masses(sites.masses);
    Ok(ProblemFile { notes: sites.notes, sites_file: Some(path.to_path_buf()), ..file })
}

/// A problem from arrays, known by a name; its identity is not yet told.
fn of_data<T>(data: T, name: impl Into<PathBuf>) -> ProblemFile<T> {
    let id = ProblemId { sha256: String::new(), files: Vec::new() };
    ProblemFile { path: name.into(), data, id, notes: Vec::new(), sites_file: None, masses_file: None }
}

/// Masses from a file of their own, if there is one.
fn masses<T: FileData>(file: &mut ProblemFile<T>, path: Option<&Path>, limit: ReadLimit) -> Result<(), Failure> {
    if let Some(path) = path {
        file.data.set_masses(Some(read_masses(path, limit)?.0));
        file.masses_file = Some(path.to_path_buf());
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
        _ => Err(format!("--density {text}: use constant, image:FILE, or affine:GX,GY,C such as affine:1,0,0.5")),
    }
}

/// The path of `target` as seen from the folder of `from`; `None` if it is not text.
fn relative_path(from: &Path, target: &Path) -> Option<String> {
    let folder = match from.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    let (Ok(folder), Ok(full)) = (folder.canonicalize(), target.canonicalize()) else {
        return target.to_str().map(str::to_string);
    };
    let (a, b): (Vec<_>, Vec<_>) = (folder.components().collect(), full.components().collect());
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let mut path = PathBuf::new();
    a[common..].iter().for_each(|_| path.push(Component::ParentDir));
    b[common..].iter().for_each(|c| path.push(c));
    path.to_str().map(str::to_string)
}
