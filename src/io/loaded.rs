//! From what was read to a sound problem, with what a solution says of where it came from.

use super::as_written::{line, sound};
use super::canonical::{own_sha256, standing_alone};
use super::error::IoError;
use super::ledger::{is_file, is_readable_again};
use super::paths::{beside, relative_path};
use super::problem_file::{FileData, ProblemFile, ProblemId};
use super::problem_json::read_problem;
use super::read::ReadLimit;
use super::solution_json::{Gradient, ProblemSource, SolutionFile};
use super::written::AsWritten;
use crate::diagram::DiagramError;
use crate::exact::{Dd, Heights};
use crate::problem::{
    Duplicates, Kind, ProblemData, Scales, SpaceProblemData, SphereProblemData, SurfaceProblemData, WithSites,
};
use crate::transport::{
    Claims, Control, Description, Line, Progress, Solution, SolveOptions, Transport, Verdict, VerifyError, describe,
    given_heights, heights_of_multiple, in_own, mass_gradient, records_in_own, site_gradient_in, solve_with, verify,
    verify_as_written,
};
use std::path::{Path, PathBuf};

/// A sound problem and what is worth telling about where it came from.
#[derive(Clone, Debug)]
pub struct Loaded<T: FileData = ProblemData> {
    /// The problem.
    pub problem: T::Problem,
    /// How a solution names it. An embedded problem leaves out the sites, and masses that are those
    /// of the sound one: that has them.
    source: ProblemSource<T>,
    /// Whether masses were left out.
    masses_left_out: bool,
    /// The file people know it by.
    pub name: PathBuf,
    /// Number of sites as given.
    pub inputs: usize,
    /// Remarks for the report.
    pub notes: Vec<String>,
    /// Remarks for standard error.
    pub warnings: Vec<String>,
    /// The problem as its file writes it, if rationals there are no doubles.
    written: Option<AsWritten<T::Problem>>,
}

/// A problem of any kind.
pub type AnyLoaded = Kind<
    Loaded,
    Loaded<SurfaceProblemData>,
    Loaded<SpaceProblemData<3>>,
    Loaded<SpaceProblemData<2>>,
    Loaded<SphereProblemData>,
>;

impl<T: FileData> Loaded<T> {
    /// A problem that came from arrays: a solution holds it. Its identity is not told yet
    /// ([`Loaded::identify`]).
    ///
    /// # Errors
    /// [`IoError::Problem`]: it is not sound.
    pub fn of_arrays(mut file: ProblemFile<T>, name: &Path, duplicates: Duplicates) -> Result<Loaded<T>, IoError> {
        file.id.sha256.clear();
        let source = embedded(&mut file);
        Loaded::sound(file, source, name, duplicates)
    }

    /// The problem of a file. `output` is where its solution will stand: paths are told relative to
    /// it.
    ///
    /// What came through a pipe nobody can read again, and what goes into a stream will stand
    /// nobody knows where: then the solution holds the problem itself.
    ///
    /// # Errors
    /// [`IoError::Problem`]: it is not sound.
    pub fn of_file(
        mut file: ProblemFile<T>,
        path: &Path,
        output: &Path,
        duplicates: Duplicates,
    ) -> Result<Loaded<T>, IoError> {
        let source = if is_readable_again(path) && is_file(output) {
            ProblemSource::File { path: relative_path(output, path), id: file.id.clone() }
        } else {
            if file.text().is_none() && file.written.is_some() {
                file.notes.push("rational numbers were rounded: a solution cannot hold them with other files".into());
            }
            file = standing_alone(file);
            embedded(&mut file)
        };
        Loaded::sound(file, source, path, duplicates)
    }

    /// The problem that `file`, called `name`, holds, as that of a solution.
    ///
    /// # Errors
    /// It is another problem than the solution's, or not sound.
    pub fn of_solution(
        file: ProblemFile<T>,
        name: &Path,
        solution: &SolutionFile<T>,
        path: &Path,
    ) -> Result<Loaded<T>, IoError> {
        let meant = solution.problem.id();
        // A problem that was embedded is recognised in a file too.
        let same = file.id == *meant || own_sha256(&file) == meant.sha256;
        if !same {
            let short = |id: &ProblemId| id.fingerprint().chars().take(4).collect::<String>();
            let (meant, found, name) = (short(meant), short(&file.id), name.display());
            let what =
                format!("belongs to problem {meant}…, but {name} is {found}…; name the right one with --problem");
            return Err(IoError::content(path, what));
        }
        // A diagram keeps duplicates; a solution has merged them.
        let kept = solution.site_of_input.is_none() && solution.heights.len() == file.data.sites().len();
        let duplicates = if kept { Duplicates::Keep } else { Duplicates::Merge };
        let mut source = solution.problem.clone();
        if let ProblemSource::Embedded(file) = &mut source {
            file.data.sites_mut().clear();
        }
        let loaded = Loaded::sound(file, source, name, duplicates)?;
        let (found, wanted) = (solution.heights.len(), loaded.problem.sites().len());
        if wanted != found {
            let sites = if wanted == 1 { "1 site".to_string() } else { format!("{wanted} sites") };
            return Err(IoError::content(path, format!("heights has {found} entries, the problem has {sites}")));
        }
        Ok(loaded)
    }

    fn sound(
        mut file: ProblemFile<T>,
        mut source: ProblemSource<T>,
        name: &Path,
        duplicates: Duplicates,
    ) -> Result<Loaded<T>, IoError> {
        file.data.set_duplicates(duplicates);
        let inputs = file.data.sites().len();
        let mut notes = std::mem::take(&mut file.notes);
        let written = file.written.take();
        let problem = file.problem()?;
        let written = written.map(|written| sound(*written, &problem, duplicates));
        if let Some(written) = &written {
            notes.insert(0, written.note());
        }
        notes.extend(problem.notes());
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
        // Where sites were merged, others than these were given.
        let mut masses_left_out = false;
        if let ProblemSource::Embedded(file) = &mut source
            && problem.site_of_input().is_none()
        {
            masses_left_out = file.data.masses().is_some();
            file.data.set_masses(None);
        }
        Ok(Loaded { problem, source, masses_left_out, name: name.to_path_buf(), inputs, notes, warnings, written })
    }

    /// Sum of the masses of all sites.
    pub fn total(&self) -> f64 {
        self.problem.masses().iter().fold(Dd::ZERO, |sum, &m| sum + Dd::from_f64(m)).to_f64()
    }

    /// Identity of the problem; it must be known ([`Loaded::identify`]).
    pub fn fingerprint(&self) -> String {
        self.source.id().fingerprint()
    }

    /// SHA-256 of a problem that came from arrays. Half a second for a million sites, so a solve
    /// begins without it.
    pub fn sha256(&self) -> Option<String> {
        match self.source() {
            ProblemSource::Embedded(file) if file.id.sha256.is_empty() => Some(own_sha256(&file)),
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
            if self.masses_left_out {
                file.data.set_masses(Some(self.problem.masses().to_vec()));
            }
        }
        source
    }

    /// The problem with sites that were found, to be kept inside the solution.
    pub fn with_sites_of(self, problem: T::Problem) -> Loaded<T> {
        let ProblemSource::Embedded(mut file) = self.source else {
            return Loaded { problem, written: None, ..self };
        };
        file.written = None;
        file.data.set_duplicates(Duplicates::Merge);
        *file.data.sites_mut() = problem.sites().to_vec();
        // Equal masses of total 1 need not be told, unless sites were merged.
        if self.masses_left_out || file.data.masses().is_some() || self.problem.site_of_input().is_some() {
            file.data.set_masses(Some(problem.masses().to_vec()));
        }
        file.id = ProblemId { sha256: own_sha256(&file), files: Vec::new() };
        file.data.sites_mut().clear();
        Loaded { problem, source: ProblemSource::Embedded(file), masses_left_out: false, written: None, ..self }
    }

    /// A solution as its file tells it, with the remarks about the problem.
    pub fn solution_file<const D: usize>(&self, solution: Solution<D>) -> SolutionFile<T>
    where
        T: FileData<Point = [f64; D]>,
    {
        let mut report = solution.report;
        report.source_factor = self.problem.source_factor();
        report.notes.splice(0..0, self.notes.iter().cloned());
        SolutionFile {
            problem: self.source(),
            heights: solution.heights,
            weights: solution.weights,
            masses: solution.masses,
            centroids: solution.centroids,
            cost: solution.cost,
            hessian: solution.hessian,
            gradient: None,
            hidden: solution.hidden,
            site_of_input: self.problem.site_of_input().map(<[u32]>::to_vec),
            cells: None,
            report,
        }
    }

    /// The derivatives of the cost of a solution by its sites and masses.
    pub fn gradient<const D: usize>(&self, file: &SolutionFile<T>) -> Gradient<[f64; D]>
    where
        T: FileData<Point = [f64; D]>,
    {
        Gradient {
            sites: site_gradient_in(
                self.problem.metric(),
                self.problem.sites(),
                self.problem.masses(),
                &file.centroids,
            ),
            masses: match file.report.rest {
                // The weights of partial transport are absolute: what stays may move.
                Some(_) => file.weights.clone(),
                None => mass_gradient(&file.weights),
            },
        }
    }

    /// The first statement of a check: which problem it is.
    pub fn line(&self) -> Line {
        problem_line(&self.name, self.source.id())
    }
}

impl<T: FileData<Point = [f64; D]>, const D: usize> Loaded<T>
where
    T::Problem: Transport<D>,
{
    /// The multiple that is solved and verified in place of the problem, if rationals in its file
    /// are no doubles.
    pub fn multiple(&self) -> Option<(&T::Problem, &Scales)> {
        self.written.as_ref()?.multiple.as_ref().map(|(problem, scales)| (problem, scales))
    }

    /// Heights that the problem's file gives; rationals, where the problem is taken as written, are
    /// rounded to double-doubles.
    pub fn given_heights(&self) -> Option<Heights> {
        match self.multiple() {
            Some((multiple, scales)) => given_heights(multiple).map(|h| scales.heights(&h)),
            None => given_heights(&self.problem),
        }
    }

    /// Heights of a state on the way of [`Loaded::solved`], as those of the problem.
    pub fn on_the_way(&self, heights: Heights) -> Heights {
        self.multiple().map_or_else(|| heights.clone(), |(_, scales)| scales.heights(&heights))
    }

    /// Solves the problem as it is written, where that can be; otherwise with its numbers rounded.
    /// A state to resume is one of such a run.
    pub fn solved(
        &self,
        mut options: SolveOptions,
        on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
    ) -> Solution<D> {
        let Some((multiple, scales)) = self.multiple() else { return solve_with(&self.problem, &options, on_progress) };
        options.start = options.start.map(|h| heights_of_multiple(multiple, scales, &h));
        in_own(solve_with(multiple, &options, on_progress), scales)
    }

    /// What there is to say of heights of the problem as it is written.
    ///
    /// # Errors
    /// As [`describe`].
    pub fn described(&self, heights: &Heights, hessian: bool, cells: bool) -> Result<Description<D>, DiagramError> {
        let Some((multiple, scales)) = self.multiple() else { return describe(&self.problem, heights, hessian, cells) };
        let inner = heights_of_multiple(multiple, scales, heights);
        let mut found = describe(multiple, &inner, hessian, cells)?;
        found.solution = Solution { heights: heights.clone(), ..in_own(found.solution, scales) };
        found.cells = found.cells.map(|cells| records_in_own(cells, scales));
        Ok(found)
    }

    /// Verifies a solution of the problem as it is written. The first lines say which problem it
    /// is, and what was done with its rationals.
    ///
    /// # Errors
    /// As [`verify`].
    pub fn verified(&self, claims: &Claims<'_, D>, level: u8) -> Result<Verdict, VerifyError> {
        let mut verdict = match self.multiple() {
            Some(multiple) => verify_as_written(multiple, self.problem.source_factor(), claims, level)?,
            None => verify(&self.problem, claims, level)?,
        };
        verdict.lines.insert(0, self.line());
        if let Some(written) = &self.written {
            verdict.lines.insert(1, line(written, &self.problem, &mut verdict.proof));
        }
        Ok(verdict)
    }
}

/// The first statement of a check: which problem it is.
pub fn problem_line(name: &Path, id: &ProblemId) -> Line {
    let short: String = id.fingerprint().chars().take(8).collect();
    let text = format!("{} is the problem it belongs to ({short}…)", name.display());
    Line { what: "problem", pass: true, text }
}

/// The file of the problem a solution belongs to, and what it is called: the file given, else the
/// one it names, else the one inside it.
///
/// # Errors
/// [`IoError`]; or that the solution does not say where its problem is.
pub fn problem_of_solution<T: FileData>(
    path: &Path,
    solution: &SolutionFile<T>,
    given: Option<&Path>,
    limit: ReadLimit,
) -> Result<(ProblemFile<T>, PathBuf), IoError> {
    match (given, &solution.problem) {
        (Some(given), _) => Ok((read_problem(given, limit)?, given.to_path_buf())),
        (None, ProblemSource::File { path: Some(name), .. }) => {
            let at = beside(path, name);
            Ok((read_problem(&at, limit)?, at))
        }
        (None, ProblemSource::File { path: None, .. }) => {
            Err(IoError::content(path, "does not say where its problem is; name it with --problem"))
        }
        (None, ProblemSource::Embedded(file)) => Ok(((**file).clone(), path.to_path_buf())),
    }
}

/// The file as a solution embeds it, without the sites: they would take the same memory twice
/// ([`Loaded::source`]).
fn embedded<T: FileData>(file: &mut ProblemFile<T>) -> ProblemSource<T> {
    let sites = std::mem::take(file.data.sites_mut());
    let source = ProblemSource::Embedded(Box::new(file.clone()));
    *file.data.sites_mut() = sites;
    source
}
