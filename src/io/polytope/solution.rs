//! Solutions: what was asked for, what was found, and the doubles that say it exactly.

use super::super::atomic::write_atomically;
use super::super::error::IoError;
use super::super::fields::Fields;
use super::super::header::{check_header, document_format, wrong_kind};
use super::super::json::{Context, Pairs, Rows, Scalars, Source, set};
use super::super::read::{ReadLimit, read_file};
use super::read::PolytopeKind;
use crate::exact::Dd;
use crate::polytope::PolytopeClaims;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;
use std::path::Path;

impl PolytopeKind {
    fn solution_format(self) -> &'static str {
        match self {
            PolytopeKind::Minkowski => "brenier/minkowski-solution",
            PolytopeKind::Curvature => "brenier/curvature-solution",
        }
    }

    /// Names of the lists of sizes and of the exact numbers, and of the merged ones.
    fn names(self) -> [&'static str; 4] {
        match self {
            PolytopeKind::Minkowski => ["support", "offsets", "offsets_lo", "facet_of_input"],
            PolytopeKind::Curvature => ["radii", "divisors", "divisors_lo", "vertex_of_input"],
        }
    }
}

/// Writes a solution, atomically.
///
/// # Errors
/// The system's; a number that is not finite.
pub fn write_polytope_solution(path: &Path, kind: PolytopeKind, record: &PolytopeClaims) -> Result<(), IoError> {
    let [vectors, values] = kind.lists();
    let [sizes, exact, exact_lo, of_input] = kind.names();
    write_atomically(path, |w| {
        let mut fields = Fields::begin(w, kind.solution_format())?;
        fields.value("converged", &record.converged)?;
        fields.value("max_relative_error", &record.max_relative_error)?;
        fields.value("tolerance", &record.tolerance)?;
        if let Some(volume) = record.volume {
            fields.value("volume", &volume)?;
        }
        fields.value(vectors, &record.vectors)?;
        fields.value("prescribed", &record.prescribed)?;
        fields.value(sizes, &record.sizes)?;
        fields.value(exact, &record.exact.iter().map(|s| s.hi).collect::<Vec<_>>())?;
        fields.value(exact_lo, &record.exact.iter().map(|s| s.lo).collect::<Vec<_>>())?;
        fields.value(values, &record.values)?;
        if let Some(list) = &record.of_input {
            fields.value(of_input, list)?;
        }
        fields.end()
    })
}

/// Whose solution a file is, if it is one of these.
///
/// # Errors
/// The system's.
pub fn polytope_solution_kind(path: &Path, limit: ReadLimit) -> Result<Option<PolytopeKind>, IoError> {
    // A stream can be read once only.
    if !path.is_file() {
        return Ok(None);
    }
    let format = match document_format(path, limit) {
        Ok(format) => format,
        Err(IoError::System { file, doing, source }) => return Err(IoError::System { file, doing, source }),
        // Whoever reads it says what is wrong.
        Err(_) => None,
    };
    let kinds = [PolytopeKind::Minkowski, PolytopeKind::Curvature];
    Ok(kinds.into_iter().find(|k| format.as_deref() == Some(k.solution_format())))
}

#[derive(Default)]
struct Raw {
    format: Option<String>,
    version: Option<u64>,
    vectors: Option<Source<Rows>>,
    lists: [Option<Source<Vec<f64>>>; 5],
    max_relative_error: Option<f64>,
    tolerance: Option<f64>,
    volume: Option<f64>,
    converged: Option<bool>,
}

struct Seed<'c> {
    cx: &'c Context<'c>,
    kind: PolytopeKind,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Raw;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
        d.deserialize_map(self)
    }
}

impl Seed<'_> {
    /// In the order of [`Raw::lists`].
    fn list_names(&self) -> [&'static str; 5] {
        let ([_, values], [sizes, exact, exact_lo, _]) = (self.kind.lists(), self.kind.names());
        ["prescribed", sizes, exact, exact_lo, values]
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Raw;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a solution")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let cx = self.cx;
        let [vectors, _] = self.kind.lists();
        let names = self.list_names();
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<String>()? {
            if key == vectors {
                let seed = Pairs { cx, list: vectors, gaps: false };
                set(&mut raw.vectors, &key, map.next_value_seed(seed)?)?;
            } else if let Some(k) = names.iter().position(|n| *n == key) {
                let seed = Scalars { cx, list: names[k] };
                set(&mut raw.lists[k], &key, map.next_value_seed(seed)?)?;
            } else {
                match key.as_str() {
                    "format" => set(&mut raw.format, &key, map.next_value()?)?,
                    "version" => set(&mut raw.version, &key, map.next_value()?)?,
                    "max_relative_error" => set(&mut raw.max_relative_error, &key, map.next_value()?)?,
                    "tolerance" => set(&mut raw.tolerance, &key, map.next_value()?)?,
                    "volume" => set(&mut raw.volume, &key, map.next_value()?)?,
                    "converged" => set(&mut raw.converged, &key, map.next_value()?)?,
                    // What else a file says is not looked at.
                    _ => drop(map.next_value::<IgnoredAny>()?),
                }
            }
        }
        Ok(raw)
    }
}

/// Reads a solution.
///
/// # Errors
/// [`IoError`] naming the file and the place.
pub fn read_polytope_solution(path: &Path, kind: PolytopeKind, limit: ReadLimit) -> Result<PolytopeClaims, IoError> {
    let bytes = read_file(path, limit)?;
    let cx = Context::new(path);
    let seed = Seed { cx: &cx, kind };
    let names = seed.list_names();
    let raw = match cx.parse(&bytes, seed) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, &bytes, kind.solution_format()).unwrap_or(e)),
    };
    check_header(path, (raw.format, raw.version), kind.solution_format())?;
    let missing = |what: &str| IoError::content(path, format!("\"{what}\" is missing"));
    let [vectors_name, _] = kind.lists();
    let Some(Source::Inline(rows)) = raw.vectors else { return Err(missing(vectors_name)) };
    let vectors = rows.into_space().map_err(|(k, found)| {
        IoError::content(path, format!("{vectors_name}[{k}] has {found} coordinates; give [x, y, z]"))
    })?;
    let mut lists: [Vec<f64>; 5] = Default::default();
    for ((list, source), name) in lists.iter_mut().zip(raw.lists).zip(names) {
        let Some(Source::Inline(values)) = source else { return Err(missing(name)) };
        if values.len() != vectors.len() {
            let what =
                format!("{name} has {} entries, {vectors_name} has {}; give one each", values.len(), vectors.len());
            return Err(IoError::content(path, what));
        }
        *list = values;
    }
    let [prescribed, sizes, exact, exact_lo, values] = lists;
    Ok(PolytopeClaims {
        vectors,
        prescribed,
        sizes,
        exact: exact.iter().zip(exact_lo).map(|(hi, lo)| Dd::sum(*hi, lo)).collect(),
        values,
        max_relative_error: raw.max_relative_error.ok_or_else(|| missing("max_relative_error"))?,
        tolerance: raw.tolerance.ok_or_else(|| missing("tolerance"))?,
        volume: raw.volume,
        converged: raw.converged.ok_or_else(|| missing("converged"))?,
        of_input: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        let record = PolytopeClaims {
            vectors: vec![[1.0, 2.0, 1.0 / 3.0], [0.0, -1.0, 5e-9]],
            prescribed: vec![1.0, 2.0],
            sizes: vec![0.1, 0.2],
            exact: vec![Dd::sum(0.1, 1e-19), Dd::sum(0.2, -3e-20)],
            values: vec![1.0, 2.0000000000000004],
            max_relative_error: 2e-16,
            tolerance: 1e-12,
            volume: Some(0.75),
            converged: true,
            of_input: None,
        };
        for kind in [PolytopeKind::Minkowski, PolytopeKind::Curvature] {
            write_polytope_solution(&path, kind, &record).unwrap();
            assert_eq!(polytope_solution_kind(&path, ReadLimit::default()).unwrap(), Some(kind));
            assert_eq!(read_polytope_solution(&path, kind, ReadLimit::default()).unwrap(), record);
        }
        let text = std::fs::read_to_string(&path).unwrap().replace("\"radii\": [0.1,", "\"radii\": [");
        std::fs::write(&path, text).unwrap();
        let e = read_polytope_solution(&path, PolytopeKind::Curvature, ReadLimit::default()).unwrap_err();
        assert!(e.to_string().ends_with("radii has 1 entries, directions has 2; give one each"), "{e}");
    }
}
