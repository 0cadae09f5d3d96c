//! Problem files of all kinds, and what they have in common.

use super::error::IoError;
use super::fields::Fields;
use super::read::hex;
use super::rim::Rim;
use super::written::Written;
use crate::domain::Density;
use crate::domain::space::Metric;
use crate::exact::Heights;
use crate::problem::{
    Duplicates, Kind, ProblemData, ProblemError, SpaceProblemData, SphereProblemData, SurfaceProblemData, WithSites,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::PathBuf;

/// A problem as read from a file, before it is known to be sound.
#[derive(Clone, Debug)]
pub struct ProblemFile<T = ProblemData> {
    /// The file it was read from.
    pub path: PathBuf,
    /// What it says.
    pub data: T,
    /// Its identity.
    pub id: ProblemId,
    /// Remarks for the report: rounded numbers, unused coordinates.
    pub notes: Vec<String>,
    /// Where its parts come from, if not from there.
    pub from: Origins,
    /// What it says in rationals that are no doubles.
    pub(super) written: Option<Box<Written<T>>>,
}

/// Where the parts of a problem come from: other files, or flags of a command line. What is wrong
/// with them is told under their names.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Sites.
    pub sites: Option<PathBuf>,
    /// Masses.
    pub masses: Option<PathBuf>,
    /// The domain.
    pub domain: Option<PathBuf>,
    /// The density.
    pub density: Option<PathBuf>,
}

impl Origins {
    /// Where what is wrong stands.
    pub(super) fn of(&self, error: &ProblemError) -> Option<PathBuf> {
        use ProblemError as E;
        let origin = match error {
            E::NoSites
            | E::TooManySites { .. }
            | E::NonFiniteSite { .. }
            | E::SiteOutOfRange { .. }
            | E::DuplicateSites { .. } => &self.sites,
            E::NonFiniteMass { .. }
            | E::NonPositiveMass { .. }
            | E::MassTooSmall { .. }
            | E::MassRatio { .. }
            | E::TotalOutOfRange { .. }
            | E::LengthMismatch { what: "masses", .. } => &self.masses,
            E::Domain(e) if e.is_of_density() => &self.density,
            E::Domain(_) | E::MeasureOutOfRange { .. } => &self.domain,
            _ => return None,
        };
        origin.clone()
    }

    /// Where what is wrong with domain or density stands; both are known.
    pub fn of_source(&self, error: &ProblemError) -> PathBuf {
        self.of(error).or_else(|| self.domain.clone()).unwrap_or_default()
    }
}

impl<T> ProblemFile<T> {
    /// A problem from arrays, known by a name; its identity is not yet told.
    pub fn of_data(data: T, name: impl Into<PathBuf>) -> ProblemFile<T> {
        let (id, from) = (ProblemId::default(), Origins::default());
        ProblemFile { path: name.into(), data, id, notes: Vec::new(), from, written: None }
    }
}

impl<T: FileData> ProblemFile<T> {
    /// The text of a problem with rationals that are no doubles, if it stands alone.
    pub(super) fn text(&self) -> Option<&str> {
        self.written.as_ref().and_then(|w| w.text.as_deref())
    }

    /// The sound problem.
    ///
    /// # Errors
    /// [`IoError::Problem`] naming the file that holds what is wrong.
    pub fn problem(self) -> Result<T::Problem, IoError> {
        let (path, from) = (self.path, self.from);
        let at = |e: &ProblemError| from.of(e).unwrap_or(path);
        self.data.problem().map_err(|source| IoError::Problem { file: at(&source), source })
    }
}

/// A problem file of any kind.
pub type AnyProblem = Kind<
    ProblemFile,
    ProblemFile<SurfaceProblemData>,
    ProblemFile<SpaceProblemData<3>>,
    ProblemFile<SpaceProblemData<2>>,
    ProblemFile<SphereProblemData>,
>;

/// The problem a file belongs to, by its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemId {
    /// SHA-256 of the problem file; for a problem without a file, of its canonical text
    /// ([`canonical_sha256`](super::canonical_sha256)).
    pub sha256: String,
    /// Files the problem file refers to, as it spells them, each with its SHA-256.
    pub files: Vec<(String, String)>,
}

/// Data of a problem as files hold it: of a source in the plane, or on a surface.
pub trait FileData: Clone + std::fmt::Debug + Send + Sync {
    /// A site.
    type Point: Copy + std::fmt::Debug + PartialEq + Serialize + AsRef<[f64]>;
    /// Where the source lives.
    type Source: Clone;
    /// What sound data become.
    type Problem: WithSites<Point = Self::Point> + Sync;
    /// What a solution calls the kind of a problem that stands in another file, where the number of
    /// coordinates does not tell.
    const TAG: Option<&'static str> = None;
    /// Data with the default treatment, of sites and a source with constant density.
    fn of_sites(source: Self::Source, sites: Vec<Self::Point>) -> Self;
    /// Sets the density.
    ///
    /// # Errors
    /// It is of a kind that such sources have not.
    fn set_density(&mut self, density: Density) -> Result<(), ProblemError>;
    /// Points spread over a source, for sites that nobody gave.
    ///
    /// # Errors
    /// The density is none on this source.
    fn spread(source: &Self::Source, density: &Density, n: usize, seed: u64) -> Result<Vec<Self::Point>, ProblemError>;
    /// Asks for partial transport.
    ///
    /// # Errors
    /// Sources of this kind have none.
    fn set_partial(&mut self) -> Result<(), String>;
    /// Checks the data.
    ///
    /// # Errors
    /// As the problem's constructor.
    fn problem(self) -> Result<Self::Problem, ProblemError>;
    /// A problem file of this kind.
    ///
    /// # Errors
    /// The file itself, if it is of another kind.
    fn of(any: AnyProblem) -> Result<ProblemFile<Self>, Box<AnyProblem>>;
    /// What to say of a file of another kind.
    fn misfit(other: &AnyProblem) -> String;
    /// The problem in half a line, after the number of its sites.
    fn noun(problem: &Self::Problem) -> String;
    /// Sets the treatment of duplicate sites.
    fn set_duplicates(&mut self, duplicates: Duplicates);
    /// Sites.
    fn sites(&self) -> &[Self::Point];
    /// Sites as they were given, where they are kept otherwise: heights and weights that are set
    /// belong to these.
    fn given_sites(&self) -> &[Self::Point] {
        self.sites()
    }
    /// The metric of the cost; `None`: the euclidean one.
    fn metric(&self) -> Option<&Metric> {
        None
    }
    /// The list of sites, to be changed.
    fn sites_mut(&mut self) -> &mut Vec<Self::Point>;
    /// Pieces of the source: triangles of a mesh, pixels of an image, none of a polygon with one
    /// density.
    fn patches(&self) -> usize;
    /// The edges of a source of one density in the plane.
    fn rim(&self) -> Option<Rim> {
        None
    }
    /// Masses, unless they are equal.
    fn masses(&self) -> Option<&[f64]>;
    /// Sets the masses.
    fn set_masses(&mut self, masses: Option<Vec<f64>>);
    /// Sets heights to start from.
    fn set_heights(&mut self, heights: Option<Heights>);
    /// Sets whether the source is rescaled to the masses' total.
    fn set_normalize(&mut self, normalize: bool);
    /// Writes domain and density.
    ///
    /// # Errors
    /// The writer's.
    fn write_source<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()>;
    /// Writes what stands after the lists.
    ///
    /// # Errors
    /// The writer's.
    fn write_flags<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()>;
}

impl ProblemId {
    /// One SHA-256 for the problem and the files it refers to: that of the problem file when it
    /// stands alone.
    pub fn fingerprint(&self) -> String {
        if self.files.is_empty() {
            return self.sha256.clone();
        }
        let mut hash = Sha256::new();
        hash.update(&self.sha256);
        for (_, sha256) in &self.files {
            hash.update("\n");
            hash.update(sha256);
        }
        hex(&hash.finalize())
    }
}
