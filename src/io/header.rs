//! What every document of ours begins with: its format and version. A document of another kind is
//! told from them, with the command that takes it.

use super::document::read_document;
use super::error::{IoError, quoted};
use super::json::Context;
use super::read::ReadLimit;
use super::text::Name;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;
use std::path::Path;

/// `format` and `version` of a document, found leniently.
#[derive(Default)]
struct Header {
    format: Option<String>,
    version: Option<u64>,
    /// As GeoJSON has it.
    kind: Option<String>,
}

impl<'de> Visitor<'de> for &mut Header {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"format\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => self.format = Some(map.next_value()?),
                "version" => self.version = Some(map.next_value()?),
                "type" => self.kind = map.next_value::<serde_json::Value>()?.as_str().map(str::to_string),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The newest version of the formats this program reads and writes.
pub(super) const VERSION: u64 = 1;

/// Types of GeoJSON that are areas or hold them.
const GEOJSON: [&str; 5] = ["FeatureCollection", "Feature", "Polygon", "MultiPolygon", "GeometryCollection"];

/// What to say of a document of another kind.
fn other_kind(file: &Path, found: &str, wanted: &str) -> String {
    let name = Name(file);
    match (found, wanted) {
        ("brenier/problem", "a domain") => {
            format!("is a problem, which has a domain and sites; solve it: brenier solve {name} -o solution.json")
        }
        ("brenier/problem", "brenier/solution") => {
            format!("is a problem, not a solution; solve it first: brenier solve {name} -o solution.json")
        }
        ("brenier/solution", "brenier/problem") => {
            "is a solution, not a problem; check, plot, cells and map take it, solve takes the problem it names".into()
        }
        ("brenier/checkpoint", _) => {
            format!("is the state of a solver; go on from it: brenier solve PROBLEM -o solution.json --resume {name}")
        }
        (_, "brenier/checkpoint") => {
            format!("format is {}, not the state of a solver; to start from a solution use --start", quoted(found))
        }
        _ => format!("format is {}, expected {}; give a file of that format", quoted(found), quoted(wanted)),
    }
}

/// Whether a document that could not be read is simply of another kind or newer: then that is the
/// news, not the first field we do not know. Fields found before any syntax error count.
pub(super) fn wrong_kind(file: &Path, bytes: &[u8], format: &str) -> Option<IoError> {
    let mut header = Header::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let _ = (&mut reader).deserialize_map(&mut header); // what was found before an error is what we want
    if let Some(found) = header.format.filter(|f| f != format) {
        return Some(IoError::content(file, other_kind(file, &found, format)));
    }
    if header.kind.as_deref().is_some_and(|kind| GEOJSON.contains(&kind)) {
        let name = Name(file);
        let what = format!("is GeoJSON, which tells a domain; give it so: solve --domain {name} --points points.csv");
        return Some(IoError::content(file, what));
    }
    let version = header.version?;
    (version > VERSION).then(|| {
        let what = format!("version {version} is newer than this program ({VERSION}); use a newer brenier");
        IoError::content(file, what)
    })
}

/// What a document says its format is.
///
/// # Errors
/// The system's, and if the file is not a JSON object.
pub fn document_format(path: &Path, limit: ReadLimit) -> Result<Option<String>, IoError> {
    let bytes = read_document(path, limit)?;
    let mut header = Header::default();
    let cx = Context::new(path);
    cx.parse(&bytes, HeaderSeed(&mut header))?;
    Ok(header.format)
}

struct HeaderSeed<'h>(&'h mut Header);

impl<'de> DeserializeSeed<'de> for HeaderSeed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self.0)
    }
}

/// Checks the two fields every document must have.
pub(super) fn check_header(file: &Path, found: (Option<String>, Option<u64>), format: &str) -> Result<(), IoError> {
    match found {
        (Some(f), Some(VERSION)) if f == format => Ok(()),
        (None, _) => Err(IoError::content(
            file,
            format!("\"format\" is missing; the file must say \"format\": {}", quoted(format)),
        )),
        (_, None) => Err(IoError::content(file, "\"version\" is missing; the file must say \"version\": 1")),
        (Some(f), Some(_)) if f != format => Err(IoError::content(file, other_kind(file, &f, format))),
        (_, Some(v)) if v > VERSION => Err(IoError::content(
            file,
            format!("version {v} is newer than this program ({VERSION}); use a newer brenier"),
        )),
        (_, Some(v)) => {
            Err(IoError::content(file, format!("version {v} does not exist; the file must say \"version\": 1")))
        }
    }
}
