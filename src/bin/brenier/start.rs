//! `solve --start`: an old solution to start from.

use crate::args::{Common, SolveArgs};
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::limits::read_limit;
use brenier::exact::Heights;
use brenier::io::{AnySolution, FileData, Loaded, SolutionFile, problem_of_solution, read_any_solution};
use brenier::problem::{Kind, ProblemData, SpaceProblemData, SphereProblemData, SurfaceProblemData, WithSites};
use brenier::transport::carried;
use std::path::Path;

/// Heights to start from, and what is to be said of them.
pub struct Begin {
    pub heights: Option<Heights>,
    pub notes: Vec<String>,
}

/// The start that a command line names, for a problem that is read.
pub fn of_args<T: FileData<Point = [f64; D]> + Kinds, const D: usize>(
    args: &SolveArgs,
    loaded: &Loaded<T>,
    common: &Common,
) -> Result<Begin, Failure> {
    let Some(path) = &args.start else { return Ok(Begin { heights: None, notes: Vec::new() }) };
    let old = T::of_any(documents::read(path, Want::Solution, || read_any_solution(path, read_limit(common)))?)
        .map_err(|what| {
            Failure::new(
                code::INPUT,
                format!("{}: {what}; give the solution of a problem like this one", path.display()),
            )
        })?;
    Ok(begin(path, &old, loaded, common))
}

/// Kinds of solutions.
pub trait Kinds: FileData {
    /// The solution, if it is of this kind.
    fn of_any(any: AnySolution) -> Result<SolutionFile<Self>, String>;
}

/// Where a solution lives that is wanted elsewhere.
fn elsewhere(any: &AnySolution, here: &str) -> String {
    let there = match any {
        Kind::Plane(_) => "in the plane",
        Kind::Surface(_) => "on a surface",
        Kind::Space(_) => "in space",
        Kind::Torus(_) => "on a torus",
        Kind::Sphere(_) => "on a sphere",
    };
    format!("is the solution of a problem {there}, this one lies {here}")
}

macro_rules! kinds {
    ($data:ty, $kind:ident, $here:literal) => {
        impl Kinds for $data {
            fn of_any(any: AnySolution) -> Result<SolutionFile<Self>, String> {
                if let Kind::$kind(solution) = any { Ok(solution) } else { Err(elsewhere(&any, $here)) }
            }
        }
    };
}

kinds!(ProblemData, Plane, "in the plane");
kinds!(SurfaceProblemData, Surface, "on a surface");
kinds!(SpaceProblemData<3>, Space, "in space");
kinds!(SpaceProblemData<2>, Torus, "on a torus");
kinds!(SphereProblemData, Sphere, "on a sphere");

/// Heights of an old solution, or its weights, carried to the sites of this problem.
///
/// Where the old sites are known (the solution holds its problem, or names a file that is there),
/// heights are carried along with the sites; where they are not, its own lists tell: `w - 2 h` is
/// `|y|^2` of the sites that it was solved for, so if that fits these sites they have not moved.
fn begin<T: FileData<Point = [f64; D]>, const D: usize>(
    path: &Path,
    old: &SolutionFile<T>,
    loaded: &Loaded<T>,
    common: &Common,
) -> Begin {
    let name = path.display();
    let dropped = |why: String| Begin { heights: None, notes: vec![format!("start: afresh, {name} {why}")] };
    let (sites, masses) = (loaded.problem.sites(), loaded.problem.masses());
    let (had, has) = (old.heights.len(), sites.len());
    if had != has {
        return dropped(format!("has {had} heights, and there are {has} sites"));
    }
    let told = |heights, what: &str| Begin { heights: Some(heights), notes: vec![format!("start: {name}, {what}")] };
    let before = problem_of_solution(path, old, None, read_limit(common)).ok().and_then(|(file, problem)| {
        let before = Loaded::of_solution(file, &problem, old, path).ok()?;
        Some(before.problem.sites().to_vec())
    });
    if let Some(before) = before {
        if before == sites {
            return told(old.heights.clone(), "its heights, since no site has moved");
        }
        let periods = std::array::from_fn(|k| loaded.problem.period(k));
        let heights = carried(&old.heights, &old.centroids, &before, sites, masses, periods);
        return told(heights, "its heights carried along with the sites, which have moved");
    }
    let own = |i: usize| old.weights[i] - 2.0 * old.heights.get(i).hi;
    let metric = loaded.problem.metric();
    let square = |i: usize| match metric {
        Some(metric) => metric.nearest_square(&sites[i]),
        None => sites[i].iter().map(|c| c * c).sum::<f64>(),
    };
    // A weight is rounded to a double.
    let fits = |i: usize| (own(i) - square(i)).abs() <= 8.0 * f64::EPSILON * (old.weights[i].abs() + square(i));
    if (0..has).all(fits) {
        return told(old.heights.clone(), "its heights, since no site has moved");
    }
    let (heights, _) = match metric {
        Some(metric) => metric.heights_of(sites, &old.weights),
        None => Heights::from_weights(sites, &old.weights),
    };
    told(heights, "its weights, since sites have moved and the old ones are not to be had")
}
