//! Problems from arrays that are in memory already, as the faces in other languages have them: what
//! a file says of a problem, said in place. What is wrong is told in the same words.

use super::density_json::DensitySeed;
use super::domain_shapes::AnyDomain;
use super::error::IoError;
use super::json::Context;
use super::loader::Loader;
use super::problem_file::{AnyProblem, FileData, ProblemFile};
use super::problem_json::{heights_of, heights_of_weights};
use super::read::ReadLimit;
use crate::domain::Density;
use crate::map_kind;
use std::path::Path;

/// What is called so has no file. Errors are told without it ([`IoError::what`]).
const NAME: &str = "in memory";

/// Targets of a problem.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Coordinates of the sites, one site after the other.
    pub sites: Vec<f64>,
    /// Coordinates of each.
    pub columns: usize,
    /// Masses; `None`: equal, total 1.
    pub masses: Option<Vec<f64>>,
    /// Heights, and their trailing parts.
    pub heights: Option<(Vec<f64>, Option<Vec<f64>>)>,
    /// Weights, instead of heights.
    pub weights: Option<Vec<f64>>,
    /// Partial transport.
    pub partial: bool,
    /// Scale the source to the masses' total.
    pub normalize: bool,
}

/// A density as a problem file says it, `{"type": "affine", ...}`; `values` are its list, where
/// that is at hand. Paths in it are relative to the working folder.
///
/// # Errors
/// [`IoError`], as for files.
pub fn parse_density(text: &[u8], values: Option<Vec<f64>>, domain: &AnyDomain) -> Result<Density, IoError> {
    let cx = Context::new(Path::new(NAME));
    let mut raw = cx.parse(text, DensitySeed(&cx))?;
    if let Some(values) = values {
        raw = raw.with_values(values);
    }
    raw.build(domain, &mut Loader::new(Path::new(NAME), ReadLimit::default()))
}

/// The problem of a source and targets. Its identity is not told yet.
///
/// # Errors
/// Rows that are no sites of the domain's dimension; heights and weights at once, or of other
/// lengths. All else is checked when the problem is made sound.
///
/// ```
/// use brenier::internals::io::{Given, Loaded, parse_domain, problem_of_arrays};
/// use brenier::{Density, ReadLimit, problem::{Duplicates, Kind}};
/// let square = br#"{"type": "box", "min": [0, 0], "max": [1, 1]}"#.to_vec();
/// let (domain, _) = parse_domain("square.json".as_ref(), square, ReadLimit::default(), &[]).unwrap();
/// let given = Given { sites: vec![0.2, 0.5, 0.7, 0.1], columns: 2, normalize: true, ..Given::default() };
/// let Kind::Plane(file) = problem_of_arrays(domain, Density::Constant, given).unwrap() else { panic!() };
/// let loaded = Loaded::of_arrays(file, "two sites".as_ref(), Duplicates::Merge).unwrap();
/// assert_eq!(loaded.problem.sites(), [[0.2, 0.5], [0.7, 0.1]]);
/// ```
pub fn problem_of_arrays(domain: AnyDomain, density: Density, given: Given) -> Result<AnyProblem, IoError> {
    Ok(map_kind!(domain, source => file_of(source, density, given)?))
}

fn file_of<T: FileData<Point = [f64; D]>, const D: usize>(
    source: T::Source,
    density: Density,
    given: Given,
) -> Result<ProblemFile<T>, IoError> {
    let name = Path::new(NAME);
    let fail = |what: String| IoError::content(name, what);
    let Given { sites, columns, masses, heights, weights, partial, normalize } = given;
    if columns != D && !sites.is_empty() {
        let form = if D == 2 { "[x, y]" } else { "[x, y, z]" };
        return Err(fail(format!("sites[0] has {columns} coordinates, the domain has {D}; give {form}")));
    }
    // -0.0 and 0.0 are the same place; the identity is that of what a problem keeps.
    let rows = sites.as_chunks::<D>().0.iter().map(|row| row.map(|c| c + 0.0)).collect();
    drop(sites);
    let mut data = T::of_sites(source, rows);
    let problem = |source| IoError::Problem { file: name.to_path_buf(), source };
    data.set_density(density).map_err(problem)?;
    if partial {
        data.set_partial().map_err(|why| fail(format!("\"partial\" {why}; drop it")))?;
    }
    data.set_masses(masses);
    data.set_normalize(normalize);
    let mut loader = Loader::new(name, ReadLimit::default());
    data.set_heights(match (heights, weights) {
        (None, None) => None,
        (Some((hi, lo)), None) => Some(heights_of(name, hi, lo)?),
        (None, Some(weights)) => Some(heights_of_weights(&mut loader, data.given_sites(), &weights, data.metric())?),
        (Some(_), Some(_)) => return Err(fail("both heights and weights are given; drop one".into())),
    });
    Ok(ProblemFile { notes: loader.notes, ..ProblemFile::of_data(data, name) })
}
