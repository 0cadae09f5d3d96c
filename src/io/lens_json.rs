//! What a lens is made for: `{"format": "brenier/lens", ...}`.

use super::density_json::read_image;
use super::domain_json::{DomainSeed, RawDomain};
use super::domain_shapes::AnyDomain;
use super::error::{IoError, quoted};
use super::header::{check_header, wrong_kind};
use super::json::{Context, set, unknown_field};
use super::loader::Loader;
use super::paths::beside;
use super::read::{ReadLimit, read_file};
use crate::domain::Between;
use crate::lens::{LensData, LensTarget, Light, Optic, Shape};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::path::Path;

const FORMAT: &str = "brenier/lens";

/// A lens file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LensFile {
    /// What is wanted.
    pub data: LensData,
    /// Remarks for the report.
    pub notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Screen {
    distance: f64,
    width: f64,
}

#[derive(Default)]
struct Raw {
    format: Option<String>,
    version: Option<u64>,
    kind: Option<String>,
    shape: Option<String>,
    index: Option<f64>,
    aperture: Option<RawDomain>,
    picture: Option<String>,
    invert: Option<bool>,
    angle: Option<[f64; 2]>,
    screen: Option<Screen>,
}

struct Seed<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Raw;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Raw;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"format\", \"version\", \"kind\", \"aperture\" and \"picture\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => set(&mut raw.format, &key, self.0.plain("format", &mut map)?)?,
                "version" => set(&mut raw.version, &key, self.0.plain("version", &mut map)?)?,
                "kind" => set(&mut raw.kind, &key, self.0.plain("kind", &mut map)?)?,
                "shape" => set(&mut raw.shape, &key, self.0.plain("shape", &mut map)?)?,
                "index" => set(&mut raw.index, &key, self.0.plain("index", &mut map)?)?,
                "aperture" => set(&mut raw.aperture, &key, map.next_value_seed(DomainSeed(self.0))?)?,
                "picture" => set(&mut raw.picture, &key, self.0.plain("picture", &mut map)?)?,
                "invert" => set(&mut raw.invert, &key, self.0.plain("invert", &mut map)?)?,
                "angle" => set(&mut raw.angle, &key, self.0.plain("angle", &mut map)?)?,
                "screen" => set(&mut raw.screen, &key, self.0.plain("screen", &mut map)?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// Reads a lens file and the picture that it names.
///
/// # Errors
/// [`IoError`] naming the file and the place.
pub fn read_lens(path: &Path, limit: ReadLimit) -> Result<LensFile, IoError> {
    let bytes = read_file(path, limit)?;
    let cx = Context::new(path);
    let raw = match cx.parse(&bytes, Seed(&cx)) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, &bytes, FORMAT).unwrap_or(e)),
    };
    check_header(path, (raw.format, raw.version), FORMAT)?;
    let fail = |what: String| IoError::content(path, what);
    let missing = |what: &str| fail(format!("\"{what}\" is missing"));
    let (optic, usual) = match (raw.kind.ok_or_else(|| missing("kind"))?.as_str(), raw.index) {
        ("mirror", None) => (Optic::Mirror, Shape::Bowl),
        ("mirror", Some(_)) => return Err(fail("a mirror has no \"index\"; drop it".into())),
        ("lens", Some(index)) => (Optic::Lens { index }, Shape::Dome),
        ("lens", None) => return Err(fail("a lens needs its \"index\", such as 1.5".into())),
        (other, _) => return Err(fail(format!("kind {} is neither \"mirror\" nor \"lens\"", quoted(other)))),
    };
    let shape = match raw.shape.as_deref() {
        None => usual,
        Some("dome") => Shape::Dome,
        Some("bowl") => Shape::Bowl,
        Some(other) => return Err(fail(format!("shape {} is neither \"dome\" nor \"bowl\"", quoted(other)))),
    };
    let target = match (raw.angle, raw.screen) {
        (Some(angle), None) => LensTarget::Angle(angle),
        (None, Some(Screen { distance, width })) => LensTarget::Screen { distance, width },
        _ => {
            return Err(fail("give either \"angle\": [width, height] or \"screen\": {\"distance\", \"width\"}".into()));
        }
    };
    let mut loader = Loader::new(path, limit);
    let aperture = match raw.aperture.ok_or_else(|| missing("aperture"))?.build(&mut loader)? {
        AnyDomain::Plane(domain) => domain,
        _ => return Err(fail("the aperture is a surface in space; give a domain in the plane".into())),
    };
    let name = raw.picture.ok_or_else(|| missing("picture"))?;
    let picture = beside(path, &name);
    let image = read_image(&picture, limit, None, Between::Constant, raw.invert.unwrap_or(false))?;
    let picture = Light { width: image.width(), values: image.values().to_vec() };
    Ok(LensFile { data: LensData { optic, shape, aperture, picture, target }, notes: loader.notes })
}
