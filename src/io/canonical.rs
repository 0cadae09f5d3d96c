//! Which problem a solution belongs to.

use super::fields::Fields;
use super::read::hex;
use crate::domain::{Between, Density, Domain};
use crate::problem::ProblemData;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// The problem a file belongs to, by its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemId {
    /// SHA-256 of the problem file; for a problem without a file, of its canonical text ([`canonical_sha256`]).
    pub sha256: String,
    /// Files the problem file refers to, as it spells them, each with its SHA-256.
    pub files: Vec<(String, String)>,
}

impl ProblemId {
    /// One SHA-256 for the problem and the files it refers to: that of the problem file when it stands alone.
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

/// The domain as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DomainText<'a> {
    Polygon { vertices: &'a [[f64; 2]] },
    Mesh { vertices: &'a [[f64; 2]], triangles: &'a [[u32; 3]] },
}

/// The density as problem files write it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum DensityText<'a> {
    Constant,
    Affine { g: [f64; 2], c: f64 },
    Vertex { values: &'a [f64] },
    Face { values: &'a [f64] },
    Corner { values: &'a [[f64; 3]] },
    Image { width: usize, values: &'a [f64], min: [f64; 2], max: [f64; 2], interpolation: &'static str },
}

/// Writes the parts of a problem that are not lists of sites.
pub(super) fn write_source<W: Write>(fields: &mut Fields<W>, domain: &Domain, density: &Density) -> io::Result<()> {
    let text = match domain {
        Domain::Convex(polygon) => DomainText::Polygon { vertices: polygon.vertices() },
        Domain::Mesh(mesh) => DomainText::Mesh { vertices: mesh.vertices(), triangles: mesh.triangles() },
    };
    fields.value("domain", &text)?;
    let text = match density {
        Density::Constant => DensityText::Constant,
        Density::Affine { g, c } => DensityText::Affine { g: *g, c: *c },
        Density::Vertex(values) => DensityText::Vertex { values },
        Density::Face(values) => DensityText::Face { values },
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

/// Writes `"partial": true`, or nothing: the text of a balanced problem is what it always was.
pub(super) fn write_partial<W: Write>(fields: &mut Fields<W>, data: &ProblemData) -> io::Result<()> {
    if data.partial { fields.value("partial", &true) } else { Ok(()) }
}

/// Writes a problem in the one canonical way: fields in the order of the format, the domain as a counter-clockwise
/// polygon, every list inline.
pub(super) fn write_canonical<W: Write>(w: W, data: &ProblemData) -> io::Result<()> {
    let mut fields = Fields::begin(w, "brenier/problem")?;
    write_source(&mut fields, &data.domain, &data.density)?;
    fields.value("sites", &data.sites)?;
    if let Some(masses) = &data.masses {
        fields.value("masses", masses)?;
    }
    fields.value("normalize", &data.normalize)?;
    write_partial(&mut fields, data)?;
    fields.end()
}

/// SHA-256 of the canonical text of a problem, for problems that come from arrays. Heights to start from are not part
/// of it: they change the way, not the result.
pub fn canonical_sha256(data: &ProblemData) -> String {
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
    let written = write_canonical(&mut hasher, data);
    debug_assert!(written.is_ok());
    hex(&hasher.0.finalize())
}
