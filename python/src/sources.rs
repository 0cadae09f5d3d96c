//! Where a source lives, and its density.

use crate::arrays::{Floats1, index_rows, made, numbers};
use crate::errors::{in_memory, of_file, unknown, wrong};
use crate::work::does;
use brenier::domain::{Between, ConvexPolygon, Density, Image, PlanarMesh, Surface};
use brenier::io::{AnyDomain, ReadLimit, image_of_pixels, parse_density, parse_domain, read_domain, read_image};
use brenier::map_kind;
use brenier::problem::Kind;
use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// A domain, the density it brings along, and remarks.
#[pyclass(frozen, module = "brenier._brenier")]
pub struct Domain {
    pub domain: AnyDomain,
    pub density: Density,
    pub notes: Vec<String>,
}

type Corner = Option<[f64; 2]>;

fn corner(list: Option<Vec<f64>>, name: &str) -> PyResult<Corner> {
    let fit = |list: Vec<f64>| {
        <[f64; 2]>::try_from(list).map_err(|l| wrong(format!("{name} has {} numbers; give [x, y]", l.len())))
    };
    list.map(fit).transpose()
}

fn between(name: &str) -> PyResult<Between> {
    match name {
        "constant" => Ok(Between::Constant),
        "bilinear" => Ok(Between::Bilinear),
        _ => Err(unknown("interpolation", name, "\"constant\" or \"bilinear\"")),
    }
}

/// The rectangle of an image, with its density.
fn of_image(image: Image) -> PyResult<Domain> {
    let domain = ConvexPolygon::rectangle(image.min(), image.max()).map_err(wrong)?;
    Ok(Domain { domain: Kind::Plane(domain.into()), density: Density::Image(image.into()), notes: Vec::new() })
}

/// Both corners of a rectangle, or none.
fn place(min: Option<Vec<f64>>, max: Option<Vec<f64>>) -> PyResult<Option<([f64; 2], [f64; 2])>> {
    match (corner(min, "image.min")?, corner(max, "image.max")?) {
        (None, None) => Ok(None),
        (Some(min), Some(max)) => Ok(Some((min, max))),
        _ => Err(wrong("image.min and image.max belong together; give both, or neither")),
    }
}

#[pymethods]
impl Domain {
    /// A domain as problem files say it.
    #[staticmethod]
    fn parse(py: Python<'_>, text: String) -> PyResult<Domain> {
        // The name tells the format, and is left out of messages.
        let read = || parse_domain(Path::new("domain.json"), text.into_bytes(), ReadLimit::default(), &[]);
        let (domain, notes) = does(py, None, read)?.map_err(in_memory)?;
        Ok(Domain { domain, density: Density::Constant, notes })
    }

    /// `features`: only these of a .geojson or .svg; all if there are none.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, features: Vec<String>) -> PyResult<Domain> {
        let read = move || read_domain(&path, ReadLimit::default(), &features);
        let (domain, notes) = does(py, None, read)?.map_err(of_file)?;
        Ok(Domain { domain, density: Density::Constant, notes })
    }

    #[staticmethod]
    fn disk(vertices: i64) -> PyResult<Domain> {
        let n = usize::try_from(vertices).ok().filter(|n| (3..=1_000_000).contains(n));
        let n = n.ok_or_else(|| wrong(format!("a disk of {vertices} vertices: give a number from 3 to 1000000")))?;
        let domain = ConvexPolygon::disk(n).map_err(wrong)?;
        Ok(Domain { domain: Kind::Plane(domain.into()), density: Density::Constant, notes: Vec::new() })
    }

    /// In the plane, or in space: as many as the vertices have coordinates.
    #[staticmethod]
    fn mesh(
        py: Python<'_>,
        vertices: PyReadonlyArray2<'_, f64>,
        triangles: PyReadonlyArray2<'_, i64>,
    ) -> PyResult<Domain> {
        let triangles = index_rows::<3>(&triangles, "domain.triangles")?;
        let columns = vertices.shape()[1];
        let flat = vertices.as_slice()?.to_vec();
        let mesh = move || match columns {
            2 => PlanarMesh::new(flat.as_chunks().0.to_vec(), triangles)
                .map(|mesh| Kind::Plane(mesh.into()))
                .map_err(|e| e.to_string()),
            _ => Surface::new(flat.as_chunks().0.to_vec(), triangles)
                .map(|surface| Kind::Surface(surface.into()))
                .map_err(|e| e.to_string()),
        };
        let domain = does(py, None, mesh)?.map_err(wrong)?;
        Ok(Domain { domain, density: Density::Constant, notes: Vec::new() })
    }

    #[staticmethod]
    fn image(
        values: PyReadonlyArray2<'_, f64>,
        min: Option<Vec<f64>>,
        max: Option<Vec<f64>>,
        interpolation: &str,
        invert: bool,
    ) -> PyResult<Domain> {
        let (width, pixels) = (values.shape()[1], values.as_slice()?.to_vec());
        let (place, between) = (place(min, max)?, between(interpolation)?);
        of_image(image_of_pixels(Path::new("image"), width, pixels, place, between, invert).map_err(in_memory)?)
    }

    #[staticmethod]
    fn read_image(
        py: Python<'_>,
        path: PathBuf,
        min: Option<Vec<f64>>,
        max: Option<Vec<f64>>,
        interpolation: &str,
        invert: bool,
    ) -> PyResult<Domain> {
        let (place, between) = (place(min, max)?, between(interpolation)?);
        let read = move || read_image(&path, ReadLimit::default(), place, between, invert);
        of_image(does(py, None, read)?.map_err(of_file)?)
    }

    /// With the cost `(x - y)' M (x - y)`.
    fn with_metric(&self, metric: Vec<f64>) -> PyResult<Domain> {
        let domain = match copied(&self.domain) {
            Kind::Space(space) => Kind::Space(space.with_metric(&metric).map_err(wrong)?),
            Kind::Torus(torus) => Kind::Torus(torus.with_metric(&metric).map_err(wrong)?),
            _ => return Err(wrong("metric needs a box or a polyhedron in space, or a torus; drop it")),
        };
        Ok(Domain { domain, density: self.density.clone(), notes: self.notes.clone() })
    }

    #[getter]
    fn dimension(&self) -> usize {
        match &self.domain {
            Kind::Plane(_) | Kind::Torus(_) => 2,
            Kind::Surface(_) | Kind::Space(_) | Kind::Sphere(_) => 3,
        }
    }

    #[getter]
    fn bounds<'py>(&self, py: Python<'py>) -> PyResult<(Floats1<'py>, Floats1<'py>)> {
        let (low, high) = match &self.domain {
            Kind::Plane(domain) => {
                let (low, high) = domain.frame().bounds();
                (low.to_vec(), high.to_vec())
            }
            Kind::Surface(surface) => {
                let (low, high) = surface.bounds();
                (low.to_vec(), high.to_vec())
            }
            Kind::Space(domain) => {
                let (low, high) = domain.bounds();
                (low.to_vec(), high.to_vec())
            }
            Kind::Torus(domain) => {
                let (low, high) = domain.bounds();
                (low.to_vec(), high.to_vec())
            }
            Kind::Sphere(sphere) => {
                let (low, high) = sphere.bounds();
                (low.to_vec(), high.to_vec())
            }
        };
        Ok((made(py, low)?, made(py, high)?))
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// What a problem takes as its density.
#[derive(FromPyObject)]
pub enum DensityArg<'py> {
    Text(String),
    Of(PyRef<'py, Domain>),
}

/// The density that was given, on a domain; else the domain's own.
pub fn density(
    domain: &Domain,
    given: Option<DensityArg<'_>>,
    values: Option<PyReadonlyArray1<'_, f64>>,
) -> PyResult<Density> {
    match given {
        None => Ok(domain.density.clone()),
        Some(DensityArg::Of(other)) => Ok(other.density.clone()),
        Some(DensityArg::Text(text)) => {
            let values = values.as_ref().map(numbers).transpose()?;
            parse_density(text.as_bytes(), values, &domain.domain).map_err(in_memory)
        }
    }
}

/// A domain of the same kind, for a problem of its own.
// One kind is a few numbers, the others are shared.
#[allow(clippy::clone_on_copy)]
pub fn copied(domain: &AnyDomain) -> AnyDomain {
    map_kind!(domain, d => d.clone())
}
