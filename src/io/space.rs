//! Problems in space and on tori, as files hold them.

use super::canonical::density_noun;
use super::fields::Fields;
use super::problem_file::{AnyProblem, FileData, ProblemFile};
use crate::domain::space::Metric;
use crate::domain::{BodyData, Density, DomainError, SpaceDensity, SpaceDomain, spread_in_space};
use crate::exact::Heights;
use crate::problem::{Duplicates, ProblemError, SpaceProblem, SpaceProblemData};
use serde::Serialize;
use std::io::{self, Write};

/// The domain as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DomainText<'a> {
    Box { min: &'a [f64], max: &'a [f64] },
    Torus { min: &'a [f64], max: &'a [f64], periodic: &'a [bool] },
    Polyhedron(BodyText<'a>),
    Tetmesh { vertices: &'a [[f64; 3]], tets: &'a [[u32; 4]] },
    Solid { vertices: &'a [[f64; 3]], triangles: &'a [[u32; 3]] },
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum BodyText<'a> {
    Vertices(&'a [[f64; 3]]),
    Halfspaces(&'a [[f64; 4]]),
}

/// The density as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DensityText<'a> {
    Constant,
    Affine { g: &'a [f64], c: f64 },
    Vertex { values: &'a [f64] },
    Cell { values: &'a [f64] },
}

/// A density of a file on such a source.
fn fitting(density: Density) -> Result<SpaceDensity, DomainError> {
    SpaceDensity::try_from(density)
}

/// The two dimensions differ in the names of their kinds only.
macro_rules! file_data {
    ($d:literal, $kind:ident, $tag:literal, $misfit:literal) => {
        impl FileData for SpaceProblemData<$d> {
            type Point = [f64; $d];
            type Source = SpaceDomain<$d>;
            type Problem = SpaceProblem<$d>;
            const TAG: Option<&'static str> = Some($tag);
            fn of_sites(domain: SpaceDomain<$d>, sites: Vec<[f64; $d]>) -> Self {
                SpaceProblemData::new(domain, sites)
            }
            fn set_density(&mut self, density: Density) -> Result<(), ProblemError> {
                if $d == 2 && matches!(density, Density::InSpace { .. }) {
                    return Err(DomainError::Slopes { found: 3, needed: 2 }.into());
                }
                if $d == 3 && matches!(density, Density::Affine { .. }) {
                    return Err(DomainError::Slopes { found: 2, needed: 3 }.into());
                }
                self.density = fitting(density)?;
                Ok(())
            }
            fn spread(
                domain: &SpaceDomain<$d>,
                density: &Density,
                n: usize,
                seed: u64,
            ) -> Result<Vec<[f64; $d]>, ProblemError> {
                let density = fitting(density.clone())?;
                density.validate(domain)?;
                Ok(spread_in_space(domain, &density, n, seed))
            }
            fn set_partial(&mut self) -> Result<(), String> {
                Err("needs a source in the plane that is no torus, in this version".into())
            }
            fn problem(self) -> Result<SpaceProblem<$d>, ProblemError> {
                SpaceProblem::new(self)
            }
            fn of(any: AnyProblem) -> Result<ProblemFile<Self>, Box<AnyProblem>> {
                match any {
                    AnyProblem::$kind(file) => Ok(file),
                    other => Err(Box::new(other)),
                }
            }
            fn misfit(_: &AnyProblem) -> String {
                $misfit.into()
            }
            fn noun(problem: &SpaceProblem<$d>) -> String {
                format!("{}, {}", problem.domain().noun(), density_noun(&problem.density().into()))
            }
            fn metric(&self) -> Option<&Metric> {
                self.domain.metric()
            }
            fn set_duplicates(&mut self, duplicates: Duplicates) {
                self.duplicates = duplicates;
            }
            fn sites_mut(&mut self) -> &mut Vec<[f64; $d]> {
                &mut self.sites
            }
            fn sites(&self) -> &[[f64; $d]] {
                &self.sites
            }
            fn given_sites(&self) -> &[[f64; $d]] {
                self.given_sites()
            }
            fn patches(&self) -> usize {
                self.domain.parts().map_or(0, |parts| parts.len())
            }
            fn masses(&self) -> Option<&[f64]> {
                self.masses.as_deref()
            }
            fn set_masses(&mut self, masses: Option<Vec<f64>>) {
                self.masses = masses;
            }
            fn set_heights(&mut self, heights: Option<Heights>) {
                self.set_given_heights(heights);
            }
            fn set_normalize(&mut self, normalize: bool) {
                self.normalize = normalize;
            }
            fn write_source<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
                write_source(fields, &self.domain, &self.density)
            }
            fn write_flags<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
                fields.value("normalize", &self.normalize)
            }
        }
    };
}
file_data!(3, Space, "space", "this needs a domain in space: a box, a polyhedron or a torus of three dimensions");
file_data!(2, Torus, "torus", "this needs a torus of the plane");

fn write_source<W: Write, const D: usize>(
    fields: &mut Fields<W>,
    domain: &SpaceDomain<D>,
    density: &SpaceDensity,
) -> io::Result<()> {
    let (min, max) = domain.bounds();
    let periodic = domain.periodic();
    let parts = domain.parts();
    let text = match (domain.body().map(|b| b.data()), parts.and_then(|p| p.tets()), parts.and_then(|p| p.solid())) {
        (Some(BodyData::Vertices(v)), ..) => DomainText::Polyhedron(BodyText::Vertices(v)),
        (Some(BodyData::Halfspaces(h)), ..) => DomainText::Polyhedron(BodyText::Halfspaces(h)),
        (_, Some(mesh), _) => DomainText::Tetmesh { vertices: mesh.vertices(), tets: mesh.tets() },
        (_, _, Some(solid)) => DomainText::Solid { vertices: solid.vertices(), triangles: solid.triangles() },
        _ if domain.is_torus() || D == 2 => DomainText::Torus { min: &min, max: &max, periodic: &periodic },
        _ => DomainText::Box { min: &min, max: &max },
    };
    fields.value("domain", &text)?;
    if let Some(metric) = domain.metric() {
        fields.value("metric", &metric.numbers(D))?;
    }
    let text = match density {
        SpaceDensity::Affine { g, c } => DensityText::Affine { g: &g[..D], c: *c },
        SpaceDensity::Vertex(values) => DensityText::Vertex { values },
        SpaceDensity::Cell(values) => DensityText::Cell { values },
        _ => DensityText::Constant,
    };
    fields.value("density", &text)
}
