//! Which problem a solution belongs to.

use super::fields::Fields;
use super::problem_file::{AnyProblem, FileData, ProblemFile, ProblemId};
use super::read::{hex, sha256_hex};
use super::rim::Rim;
use crate::domain::planar::Polygon;
use crate::domain::{Between, Density, Domain, DomainError, Facets, Surface, SurfaceDensity, spread, spread_on};
use crate::exact::Heights;
use crate::problem::{Duplicates, Problem, ProblemData, ProblemError, SurfaceProblem, SurfaceProblemData};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::sync::Arc;

/// The domain as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DomainText<'a, P: Serialize> {
    Polygon {
        vertices: &'a [P],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        holes: &'a [Vec<P>],
    },
    Multipolygon {
        parts: Vec<PartText<'a, P>>,
    },
    Mesh {
        vertices: &'a [P],
        triangles: &'a [[u32; 3]],
    },
}

/// A part of a multipolygon as problem files write it.
#[derive(Serialize)]
struct PartText<'a, P: Serialize> {
    vertices: &'a [P],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    holes: &'a [Vec<P>],
}

/// The density as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DensityText<'a> {
    Constant,
    Affine { g: &'a [f64], c: f64 },
    Vertex { values: &'a [f64] },
    Face { values: &'a [f64] },
    Cell { values: &'a [f64] },
    Corner { values: &'a [[f64; 3]] },
    Image { width: usize, values: &'a [f64], min: [f64; 2], max: [f64; 2], interpolation: &'static str },
}

impl FileData for ProblemData {
    type Point = [f64; 2];
    type Source = Domain;
    type Problem = Problem;
    fn of_sites(domain: Domain, sites: Vec<[f64; 2]>) -> ProblemData {
        ProblemData::new(domain, sites)
    }
    fn set_density(&mut self, density: Density) -> Result<(), ProblemError> {
        self.density = density;
        Ok(())
    }
    fn spread(domain: &Domain, density: &Density, n: usize, seed: u64) -> Result<Vec<[f64; 2]>, ProblemError> {
        density.validate(domain)?;
        Ok(spread(domain, density, n, seed))
    }
    fn set_partial(&mut self) -> Result<(), String> {
        self.partial = true;
        Ok(())
    }
    fn problem(self) -> Result<Problem, ProblemError> {
        Problem::new(self)
    }
    fn of(any: AnyProblem) -> Result<ProblemFile, Box<AnyProblem>> {
        match any {
            AnyProblem::Plane(file) => Ok(file),
            other => Err(Box::new(other)),
        }
    }
    fn misfit(_: &AnyProblem) -> String {
        "the domain is a surface; this needs one in the plane".into()
    }
    fn noun(problem: &Problem) -> String {
        let domain = match problem.domain() {
            Domain::Convex(polygon) => format!("a convex polygon of {} vertices", polygon.len()),
            Domain::Mesh(mesh) => match mesh.polygons() {
                None => format!("a mesh of {}", triangles(mesh.triangles().len())),
                Some(parts) => polygon_noun(parts),
            },
        };
        format!("{domain}, {}", density_noun(problem.density()))
    }
    fn set_duplicates(&mut self, duplicates: Duplicates) {
        self.duplicates = duplicates;
    }
    fn sites_mut(&mut self) -> &mut Vec<[f64; 2]> {
        &mut self.sites
    }
    fn sites(&self) -> &[[f64; 2]] {
        &self.sites
    }
    fn patches(&self) -> usize {
        match (&self.domain, &self.density) {
            (Domain::Mesh(mesh), Density::Image(image)) => mesh.triangles().len() + image.values().len(),
            (Domain::Mesh(mesh), _) => mesh.triangles().len(),
            (Domain::Convex(_), Density::Image(image)) => image.values().len(),
            _ => 0,
        }
    }
    fn rim(&self) -> Option<Rim> {
        rim(&self.domain, &self.density)
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
    fn write_source<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        let text = match &self.domain {
            Domain::Convex(polygon) => DomainText::Polygon { vertices: polygon.vertices(), holes: &[] },
            Domain::Mesh(mesh) => match mesh.polygons() {
                None => DomainText::Mesh { vertices: mesh.vertices(), triangles: mesh.triangles() },
                Some([one]) => DomainText::Polygon { vertices: &one.outer, holes: &one.holes },
                Some(parts) => {
                    let parts = parts.iter().map(|p| PartText { vertices: &p.outer, holes: &p.holes });
                    DomainText::Multipolygon { parts: parts.collect() }
                }
            },
        };
        fields.value("domain", &text)?;
        write_density(fields, &self.density)
    }
    /// `"partial": true` is written, or nothing: the text of a balanced problem is what it always
    /// was.
    fn write_flags<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        fields.value("normalize", &self.normalize)?;
        if self.partial { fields.value("partial", &true) } else { Ok(()) }
    }
}

impl FileData for SurfaceProblemData {
    type Point = [f64; 3];
    type Source = Arc<Surface>;
    type Problem = SurfaceProblem;
    fn of_sites(surface: Arc<Surface>, sites: Vec<[f64; 3]>) -> SurfaceProblemData {
        SurfaceProblemData::new(surface, sites)
    }
    fn set_density(&mut self, density: Density) -> Result<(), ProblemError> {
        self.density = density.try_into()?;
        Ok(())
    }
    fn spread(surface: &Arc<Surface>, density: &Density, n: usize, seed: u64) -> Result<Vec<[f64; 3]>, ProblemError> {
        let density = SurfaceDensity::try_from(density.clone())?;
        density.validate(surface)?;
        let facets = Facets::of(surface, &density);
        if facets.is_empty() {
            return Err(DomainError::ZeroDensity.into());
        }
        Ok(spread_on(&facets, n, seed))
    }
    fn set_partial(&mut self) -> Result<(), String> {
        Err("needs a source in the plane in this version".into())
    }
    fn problem(self) -> Result<SurfaceProblem, ProblemError> {
        SurfaceProblem::new(self)
    }
    fn of(any: AnyProblem) -> Result<ProblemFile<SurfaceProblemData>, Box<AnyProblem>> {
        match any {
            AnyProblem::Surface(file) => Ok(file),
            other => Err(Box::new(other)),
        }
    }
    fn misfit(_: &AnyProblem) -> String {
        "the domain lies in the plane; this needs a surface in space".into()
    }
    fn noun(problem: &SurfaceProblem) -> String {
        let faces = triangles(problem.surface().triangles().len());
        format!("a surface of {faces}, {}", density_noun(&problem.density().clone().into()))
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
        self.surface.triangles().len()
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
    fn write_source<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        let (vertices, triangles) = (self.surface.vertices(), self.surface.triangles());
        fields.value("domain", &DomainText::Mesh { vertices, triangles })?;
        write_density(fields, &self.density.clone().into())
    }
    fn write_flags<W: Write>(&self, fields: &mut Fields<W>) -> io::Result<()> {
        fields.value("normalize", &self.normalize)
    }
}

/// The edges of a domain with one density. (A mesh is the sum of its triangles.)
fn rim(domain: &Domain, density: &Density) -> Option<Rim> {
    let (g, c) = match *density {
        Density::Constant => ([0.0; 2], 1.0),
        Density::Affine { g, c } => (g, c),
        _ => return None,
    };
    let mut rim = Rim { length: 0.0, edges: 0, density: (0.0, g[0].abs() + g[1].abs()) };
    let mut ring = |ring: &mut dyn Iterator<Item = [f64; 2]>| {
        let ring: Vec<[f64; 2]> = ring.collect();
        for (k, v) in ring.iter().enumerate() {
            let next = ring[(k + 1) % ring.len()];
            rim.length += (next[0] - v[0]).hypot(next[1] - v[1]);
            rim.edges += 1;
            rim.density.0 = rim.density.0.max((g[0] * v[0] + g[1] * v[1] + c).abs());
        }
    };
    match domain {
        Domain::Convex(polygon) => ring(&mut polygon.vertices().iter().copied()),
        Domain::Mesh(mesh) => match mesh.polygons() {
            Some(parts) => parts
                .iter()
                .for_each(|p| std::iter::once(&p.outer).chain(&p.holes).for_each(|r| ring(&mut r.iter().copied()))),
            None => {
                let corner = |&v: &u32| mesh.vertices()[v as usize];
                mesh.triangles().iter().for_each(|t| ring(&mut t.iter().map(corner)));
            }
        },
    }
    Some(rim)
}

fn polygon_noun(parts: &[Polygon]) -> String {
    let counted = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let holes = match parts.iter().map(|p| p.holes.len()).sum() {
        0 => String::new(),
        n => format!(" and {}", counted(n, "hole")),
    };
    let vertices: usize = parts.iter().map(Polygon::vertices).sum();
    match parts.len() {
        1 => format!("a polygon of {vertices} vertices{holes}"),
        n => format!("{} of {vertices} vertices{holes}", counted(n, "polygon")),
    }
}

fn triangles(n: usize) -> String {
    if n == 1 { "1 triangle".into() } else { format!("{n} triangles") }
}

pub(super) fn density_noun(density: &Density) -> String {
    match density {
        Density::Vertex(_) => "density per vertex".into(),
        Density::Face(_) => "density per face".into(),
        Density::Cell(_) => "density per cell".into(),
        Density::Corner(_) => "density per corner".into(),
        Density::Image(image) => format!("density by an image of {} x {} pixels", image.width(), image.height()),
        other => format!("{} density", other.kind()),
    }
}

pub(super) fn write_density<W: Write>(fields: &mut Fields<W>, density: &Density) -> io::Result<()> {
    let text = match density {
        Density::Constant => DensityText::Constant,
        Density::Affine { g, c } => DensityText::Affine { g, c: *c },
        Density::InSpace { g, c } => DensityText::Affine { g, c: *c },
        Density::Vertex(values) => DensityText::Vertex { values },
        Density::Face(values) => DensityText::Face { values },
        Density::Cell(values) => DensityText::Cell { values },
        Density::Corner(values) => DensityText::Corner { values },
        Density::Image(image) => DensityText::Image {
            width: image.width(),
            values: image.values(),
            min: image.min(),
            max: image.max(),
            interpolation: match image.between() {
                Between::Constant => "constant",
                Between::Bilinear => "bilinear",
            },
        },
    };
    fields.value("density", &text)
}

/// Writes a problem in the one canonical way: fields in the order of the format, the domain as a
/// counter-clockwise polygon, every list inline.
pub(super) fn write_canonical<W: Write>(w: W, data: &impl FileData) -> io::Result<()> {
    write_fields(Fields::begin(w, "brenier/problem")?, data)
}

fn write_fields<W: Write>(mut fields: Fields<W>, data: &impl FileData) -> io::Result<()> {
    data.write_source(&mut fields)?;
    fields.value("sites", data.sites())?;
    if let Some(masses) = data.masses() {
        fields.value("masses", masses)?;
    }
    data.write_flags(&mut fields)?;
    fields.end()
}

/// SHA-256 of the canonical text of a problem, for problems that come from arrays. Heights to start
/// from are not part of it: they change the way, not the result.
pub fn canonical_sha256(data: &impl FileData) -> String {
    struct Hasher(Sha256);
    impl Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Sha256::new());
    // Neither hashing nor encoding numbers can fail; a NaN is written as null.
    let fields = Fields::begin(&mut hasher, "brenier/problem");
    let written = fields.and_then(|fields| write_fields(fields.unchecked(), data));
    debug_assert!(written.is_ok());
    hex(&hasher.0.finalize())
}

/// SHA-256 of a problem itself, wherever it stands: of its canonical text, or of what a solution
/// holds where that has rationals that are no doubles.
pub(super) fn own_sha256<T: FileData>(file: &ProblemFile<T>) -> String {
    match file.text() {
        Some(text) => sha256_hex(text.as_bytes()),
        None => canonical_sha256(&file.data),
    }
}

/// A problem for those who cannot read its file, with an identity of its own. Rationals that are no
/// doubles stay if no other file is needed to read them.
pub fn standing_alone<T: FileData>(mut file: ProblemFile<T>) -> ProblemFile<T> {
    if file.text().is_none() {
        file.written = None;
    }
    file.id = ProblemId { sha256: own_sha256(&file), files: Vec::new() };
    file
}

/// What stands in a file of a problem that stands alone: its canonical text, or its text where that
/// has rationals that are no doubles.
///
/// # Errors
/// A number that is not finite, which no file holds.
pub fn own_bytes<T: FileData>(file: &ProblemFile<T>) -> io::Result<Vec<u8>> {
    match file.text() {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => canonical_bytes(&file.data),
    }
}

/// The canonical text of a problem: a problem file that stands alone, without heights to start
/// from.
///
/// # Errors
/// A number that is not finite, which no file holds.
pub fn canonical_bytes(data: &impl FileData) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_canonical(&mut bytes, data)?;
    Ok(bytes)
}
