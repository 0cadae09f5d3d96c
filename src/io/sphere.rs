//! Problems on a sphere, as files hold them.

use super::canonical::density_noun;
use super::fields::Fields;
use super::problem_file::{AnyProblem, FileData, ProblemFile};
use crate::domain::{Density, DomainError, SpaceDensity, Sphere, spread_on_sphere};
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

/// The density as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DensityText<'a> {
    Constant,
    Affine { g: &'a [f64; 3], c: f64 },
}

/// A density of a file on a sphere.
fn fitting(density: Density) -> Result<SpaceDensity, DomainError> {
    match density {
        Density::Constant => Ok(SpaceDensity::Constant),
        Density::InSpace { g, c } => Ok(SpaceDensity::Affine { g, c }),
        Density::Affine { .. } => Err(DomainError::Unfit {
            density: "affine\" with two slopes, \"affine",
            domain: "box\" in the plane, \"polygon",
        }),
        Density::Image(_) => Err(DomainError::Unfit { density: "image", domain: "box\" in the plane, \"polygon" }),
        other => Err(DomainError::Unfit { density: other.kind(), domain: "mesh" }),
    }
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
        self.density = fitting(density)?;
        Ok(())
    }
    fn spread(sphere: &Sphere, density: &Density, n: usize, seed: u64) -> Result<Vec<[f64; 3]>, ProblemError> {
        let density = fitting(density.clone())?;
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
        let density = match problem.density() {
            SpaceDensity::Constant => Density::Constant,
            _ => Density::InSpace { g: [0.0; 3], c: 0.0 },
        };
        format!("{}, {}", problem.sphere().noun(), density_noun(&density))
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
        let text = match &self.density {
            SpaceDensity::Affine { g, c } => DensityText::Affine { g, c: *c },
            _ => DensityText::Constant,
        };
        fields.value("density", &text)
    }
    fn write_flags<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        fields.value("normalize", &self.normalize)
    }
}
