//! The density of a problem file, and images.

use super::domain_shapes::AnyDomain;
use super::error::{IoError, quoted};
use super::image::decode;
use super::json::{Context, Number, Place, Reference, Scalars, Source, set, unknown_field};
use super::loader::Loader;
use super::read::{ReadLimit, read_file};
use crate::domain::{Between, Density, Image};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::path::Path;

/// The density as it stands in the file.
#[derive(Default)]
pub(super) struct RawDensity {
    kind: Option<String>,
    g: Option<Vec<f64>>,
    c: Option<f64>,
    values: Option<Values>,
    path: Option<String>,
    min: Option<Vec<f64>>,
    max: Option<Vec<f64>>,
    width: Option<u64>,
    interpolation: Option<String>,
    invert: Option<bool>,
}

/// Numbers one by one, or three for each triangle.
enum Values {
    Flat(Source<Vec<f64>>),
    Corners(Vec<[f64; 3]>),
}

pub(super) struct DensitySeed<'c>(pub(super) &'c Context<'c>);

impl<'de> DeserializeSeed<'de> for DensitySeed<'_> {
    type Value = RawDensity;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawDensity, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DensitySeed<'_> {
    type Value = RawDensity;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a density such as {\"type\": \"constant\"}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawDensity, A::Error> {
        let cx = self.0;
        let mut raw = RawDensity::default();
        while let Some(key) = map.next_key::<String>()? {
            let corner = |map: &mut A, list| -> Result<Vec<f64>, A::Error> {
                match map.next_value_seed(Scalars { cx, list })? {
                    Source::Inline(g) => Ok(g),
                    Source::Elsewhere(_) => Err(A::Error::custom(format!("{list} must be two numbers"))),
                }
            };
            match key.as_str() {
                "type" => set(&mut raw.kind, &key, cx.plain("density.type", &mut map)?)?,
                "g" => set(&mut raw.g, &key, corner(&mut map, "density.g")?)?,
                "min" => set(&mut raw.min, &key, corner(&mut map, "density.min")?)?,
                "max" => set(&mut raw.max, &key, corner(&mut map, "density.max")?)?,
                "c" => {
                    cx.at(Some(Place::of("density.c")));
                    set(&mut raw.c, &key, map.next_value_seed(Number(cx))?)?;
                    cx.at(None);
                }
                "values" => {
                    let values = map.next_value_seed(CornerValues(Scalars { cx, list: "density.values" }))?;
                    set(&mut raw.values, &key, values)?;
                }
                "path" => set(&mut raw.path, &key, cx.plain("density.path", &mut map)?)?,
                "width" => set(&mut raw.width, &key, cx.plain("density.width", &mut map)?)?,
                "interpolation" => set(&mut raw.interpolation, &key, cx.plain("density.interpolation", &mut map)?)?,
                "invert" => set(&mut raw.invert, &key, cx.plain("density.invert", &mut map)?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// Reads numbers, or rows of three of them, here or elsewhere.
struct CornerValues<'c>(Scalars<'c>);

impl<'de> DeserializeSeed<'de> for CornerValues<'_> {
    type Value = Values;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Values, D::Error> {
        self.0.cx.at(Some(Place::of(self.0.list)));
        let values = d.deserialize_any(self)?;
        Ok(values)
    }
}

impl<'de> Visitor<'de> for CornerValues<'_> {
    type Value = Values;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers, a list of [a, b, c] for each triangle, or {\"path\": ...}")
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
        let Scalars { cx, list } = self.0;
        let (mut flat, mut rows) = (Vec::new(), Vec::new());
        loop {
            let index = flat.len() + rows.len();
            cx.at(Some(Place { index: Some(index), ..Place::of(list) }));
            match seq.next_element_seed(super::json::NumberOrTriple { cx, list, index })? {
                Some(Ok(v)) if rows.is_empty() => flat.push(v),
                Some(Err(row)) if flat.is_empty() => rows.push(row),
                Some(_) => return Err(A::Error::custom("numbers and lists are mixed; give one kind")),
                None => break,
            }
        }
        cx.at(None);
        Ok(if rows.is_empty() { Values::Flat(Source::Inline(flat)) } else { Values::Corners(rows) })
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Values, A::Error> {
        self.0.cx.at(None);
        Ok(Values::Flat(Source::Elsewhere(super::json::reference(self.0.list, map)?)))
    }
}

impl RawDensity {
    /// Are its values turned over?
    pub(super) fn turns_values(&self) -> bool {
        self.invert == Some(true)
    }

    /// Is it constant on pixels, or between them?
    pub(super) fn is_image(&self) -> bool {
        self.kind.as_deref() == Some("image")
    }

    /// With a list of values that is at hand.
    pub(super) fn with_values(self, values: Vec<f64>) -> RawDensity {
        RawDensity { values: Some(Values::Flat(Source::Inline(values))), ..self }
    }

    pub(super) fn build(self, domain: &AnyDomain, loader: &mut Loader<'_>) -> Result<Density, IoError> {
        let file = loader.file;
        let fail = |what: String| IoError::content(file, format!("density: {what}"));
        let kinds = "\"constant\", \"affine\", \"vertex\", \"face\", \"cell\", \"corner\" or \"image\"";
        let kind = self.kind.as_deref().ok_or_else(|| fail(format!("\"type\" is missing; use {kinds}")))?;
        let allowed: &[&str] = match kind {
            "constant" => &[],
            "affine" => &["g", "c"],
            "vertex" | "face" | "cell" | "corner" => &["values"],
            "image" => &["path", "values", "width", "min", "max", "interpolation", "invert"],
            _ => return Err(fail(format!("unknown type {}; use {kinds}", quoted(kind)))),
        };
        let given = [
            ("g", self.g.is_some()),
            ("c", self.c.is_some()),
            ("values", self.values.is_some()),
            ("path", self.path.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("width", self.width.is_some()),
            ("interpolation", self.interpolation.is_some()),
            ("invert", self.invert.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(name, given)| *given && !allowed.contains(name)) {
            return Err(fail(format!("type \"{kind}\" has no field \"{name}\"; drop it")));
        }
        let in_space = matches!(domain, AnyDomain::Space(_) | AnyDomain::Sphere(_));
        match kind {
            "constant" => Ok(Density::Constant),
            "affine" => match (self.g.as_deref(), self.c) {
                (Some(&[a, b]), c) if !in_space => Ok(Density::Affine { g: [a, b], c: c.unwrap_or(0.0) }),
                (Some(&[a, b, d]), c) if in_space => Ok(Density::InSpace { g: [a, b, d], c: c.unwrap_or(0.0) }),
                (Some(g), _) => {
                    let (n, form) = if in_space { (3, "[gx, gy, gz]") } else { (2, "[gx, gy]") };
                    Err(fail(format!("g has {} coordinates, the domain has {n}; give {form}", g.len())))
                }
                (None, _) => Err(fail("an affine density needs \"g\": [gx, gy]".into())),
            },
            "image" => match domain {
                AnyDomain::Plane(domain) => self.image(domain.frame().bounds(), loader),
                AnyDomain::Sphere(_) => self.image(WHOLE_SPHERE, loader),
                _ => Err(fail("type \"image\" needs a sphere, or a domain in the plane that is no torus".into())),
            },
            _ => {
                let values = self.values.ok_or_else(|| fail(format!("type \"{kind}\" needs \"values\"")))?;
                let flat = match values {
                    Values::Corners(rows) if kind == "corner" => return Ok(Density::Corner(rows.into())),
                    Values::Corners(_) => {
                        return Err(fail(format!("type \"{kind}\" needs one number each, not lists")));
                    }
                    Values::Flat(source) => loader.scalars(source, "values")?.0,
                };
                match kind {
                    "vertex" => Ok(Density::Vertex(flat.into())),
                    "face" => Ok(Density::Face(flat.into())),
                    "cell" => Ok(Density::Cell(flat.into())),
                    _ => {
                        let (rows, rest) = flat.as_chunks::<3>();
                        if !rest.is_empty() {
                            let n = flat.len();
                            return Err(fail(format!(
                                "{n} values are not three for each triangle; give [a, b, c] each"
                            )));
                        }
                        Ok(Density::Corner(rows.to_vec().into()))
                    }
                }
            }
        }
    }

    fn image(self, (lo, hi): ([f64; 2], [f64; 2]), loader: &mut Loader<'_>) -> Result<Density, IoError> {
        let file = loader.file;
        let fail = |what: String| IoError::content(file, format!("density: {what}"));
        let between = match self.interpolation.as_deref() {
            None | Some("constant") => Between::Constant,
            Some("bilinear") => Between::Bilinear,
            Some(other) => {
                return Err(fail(format!("unknown interpolation {}; use \"constant\" or \"bilinear\"", quoted(other))));
            }
        };
        let corner = |given: Option<Vec<f64>>, name: &str, default: [f64; 2]| match given.as_deref() {
            None => Ok(default),
            Some(&[x, y]) => Ok([x, y]),
            Some(list) => Err(fail(format!("{name} has {} coordinates; give [x, y]", list.len()))),
        };
        let (min, max) = (corner(self.min, "min", lo)?, corner(self.max, "max", hi)?);
        let (owner, width, mut values) = match (self.path, self.values) {
            (Some(path), None) if self.width.is_none() => {
                let (path, bytes) = loader.load(Reference { path, ..Reference::default() })?;
                let (width, values) = decode(&path, &bytes, loader.limit())?;
                (path, width, values)
            }
            (None, Some(Values::Flat(source))) => {
                let width = self.width.ok_or_else(|| fail("\"values\" of an image need their \"width\"".into()))?;
                let (values, _) = loader.scalars(source, "values")?;
                (file.to_path_buf(), usize::try_from(width).unwrap_or(usize::MAX), values)
            }
            _ => return Err(fail("an image needs \"path\", or \"values\" (numbers) with \"width\"".into())),
        };
        if self.invert == Some(true) {
            invert(&owner, &mut values)?;
        }
        let image = Image::new(width, values, min, max, between)
            .map_err(|e| IoError::Problem { file: owner, source: e.into() })?;
        Ok(Density::Image(image.into()))
    }
}

/// Where an image on a sphere lies unless something else is said: longitudes and latitudes in
/// degrees.
pub const WHOLE_SPHERE: ([f64; 2], [f64; 2]) = ([-180.0, -90.0], [180.0, 90.0]);

/// Dark becomes dense: `1 - v`, for values up to 1.
fn invert(file: &Path, values: &mut [f64]) -> Result<(), IoError> {
    if let Some(v) = values.iter().find(|v| !(**v <= 1.0)) {
        let what = format!("has a pixel of {v}; only images with values from 0 to 1 can be inverted, scale it");
        return Err(IoError::content(file, what));
    }
    values.iter_mut().for_each(|v| *v = 1.0 - *v);
    Ok(())
}

/// Reads an image as a density on the rectangle from `min` to `max`; `None`: pixels are squares,
/// the height is 1, and the lower left corner is the origin. With `inverted`, dark pixels are the
/// dense ones: `1 - v`.
///
/// # Errors
/// [`IoError`] for files that are no images, and for densities that are negative.
pub fn read_image(
    path: &Path,
    limit: ReadLimit,
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
) -> Result<Image, IoError> {
    image_of(path, &read_file(path, limit)?, place, between, inverted, limit)
}

/// As [`read_image`] for bytes already in memory; the name tells the format.
///
/// # Errors
/// As [`read_image`].
pub fn parse_image(
    path: &Path,
    bytes: &[u8],
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
) -> Result<Image, IoError> {
    image_of(path, bytes, place, between, inverted, ReadLimit::default())
}

fn image_of(
    path: &Path,
    bytes: &[u8],
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
    limit: ReadLimit,
) -> Result<Image, IoError> {
    let (width, values) = decode(path, bytes, limit)?;
    image_of_pixels(path, width, values, place, between, inverted)
}

/// As [`read_image`] for pixels already in memory, row by row from the top; `path` names them in
/// errors.
///
/// # Errors
/// As [`read_image`].
pub fn image_of_pixels(
    path: &Path,
    width: usize,
    mut values: Vec<f64>,
    place: Option<([f64; 2], [f64; 2])>,
    between: Between,
    inverted: bool,
) -> Result<Image, IoError> {
    if inverted {
        invert(path, &mut values)?;
    }
    let height = values.len().checked_div(width).unwrap_or(0);
    let (min, max) = place.unwrap_or(([0.0; 2], [width as f64 / height as f64, 1.0]));
    Image::new(width, values, min, max, between)
        .map_err(|e| IoError::Problem { file: path.to_path_buf(), source: e.into() })
}
