//! Problems on a sphere, as files hold them.

use super::canonical::{density_noun, write_density};
use super::fields::Fields;
use super::problem_file::{AnyProblem, FileData, ProblemFile};
use crate::domain::{Density, Sphere, SphereDensity, spread_on_sphere};
use crate::exact::Heights;
use crate::problem::{Duplicates, ProblemError, SphereProblem, SphereProblemData};
use serde::Serialize;
use std::io::{self, Write};

/// The domain as problem files write it.
#[derive(Serialize)]
struct DomainText<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    center: Option<&'a [f64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius: Option<f64>,
}

impl FileData for SphereProblemData {
    type Point = [f64; 3];
    type Source = Sphere;
    type Problem = SphereProblem;
    const TAG: Option<&'static str> = Some("sphere");
    fn of_sites(sphere: Sphere, sites: Vec<[f64; 3]>) -> Self {
        SphereProblemData::new(sphere, sites)
    }
    fn set_density(&mut self, density: Density) -> Result<(), ProblemError> {
        self.density = density.try_into()?;
        Ok(())
    }
    fn spread(sphere: &Sphere, density: &Density, n: usize, seed: u64) -> Result<Vec<[f64; 3]>, ProblemError> {
        let density = SphereDensity::try_from(density.clone())?;
        sphere.check(&density)?;
        Ok(spread_on_sphere(sphere, &density, n, seed))
    }
    fn set_partial(&mut self) -> Result<(), String> {
        Err("needs a source in the plane in this version".into())
    }
    fn problem(self) -> Result<SphereProblem, ProblemError> {
        SphereProblem::new(self)
    }
    fn of(any: AnyProblem) -> Result<ProblemFile<Self>, Box<AnyProblem>> {
        match any {
            AnyProblem::Sphere(file) => Ok(file),
            other => Err(Box::new(other)),
        }
    }
    fn misfit(_: &AnyProblem) -> String {
        "this needs a sphere: {\"type\": \"sphere\"}".into()
    }
    fn noun(problem: &SphereProblem) -> String {
        format!("{}, {}", problem.sphere().noun(), density_noun(&problem.density().into()))
    }
    fn set_duplicates(&mut self, duplicates: Duplicates) {
        self.duplicates = duplicates;
    }
    fn sites_mut(&mut self) -> &mut Vec<[f64; 3]> {
        &mut self.sites
    }
    fn sites(&self) -> &[[f64; 3]] {
        &self.sites
    }
    fn patches(&self) -> usize {
        0
    }
    fn masses(&self) -> Option<&[f64]> {
        self.masses.as_deref()
    }
    fn set_masses(&mut self, masses: Option<Vec<f64>>) {
        self.masses = masses;
    }
    fn set_heights(&mut self, heights: Option<Heights>) {
        self.heights = heights;
    }
    fn set_normalize(&mut self, normalize: bool) {
        self.normalize = normalize;
    }
    /// The unit sphere is written as `{"type": "sphere"}` alone.
    fn write_source<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        let own = !self.sphere.is_unit();
        let center = self.sphere.center();
        let text =
            DomainText { kind: "sphere", center: own.then_some(&center), radius: own.then(|| self.sphere.radius()) };
        fields.value("domain", &text)?;
        write_density(fields, &(&self.density).into())
    }
    fn write_flags<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        fields.value("normalize", &self.normalize)
    }
}
