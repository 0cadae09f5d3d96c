//! JSON numbers and lists with the places of errors: what `serde_json` is told about our files.
//!
//! Lists are read as they stream by, so a million sites cost their own 16 MB and nothing else. A
//! [`Context`] remembers which entry is being read; errors then say `line 9: sites[4][1]: ...`.

use super::error::{IoError, quoted};
use super::rationals::Pass;
use super::read::refuse_utf16;
use super::text::{PARSER, short};
use crate::exact::big;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::path::Path;

/// Where in the document the reader is, and what it noticed.
pub(super) struct Context<'f> {
    pub(super) file: &'f Path,
    /// Numbers written as strings that are not doubles and were rounded.
    pub(super) rounded: Cell<u64>,
    place: Cell<Option<Place>>,
    /// What the list belongs to, if that needs saying: `domain.parts[2].holes[0]`.
    within: RefCell<String>,
    /// What is done with the numbers of a problem, where they are read once more.
    pub(super) pass: RefCell<Option<Pass>>,
}

/// An entry of a list: `sites[4][1]`, `masses[2]`, `density.c`.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) list: &'static str,
    pub(super) index: Option<usize>,
    pub(super) axis: Option<usize>,
}

impl Place {
    pub(super) const fn of(list: &'static str) -> Place {
        Place { list, index: None, axis: None }
    }

    /// What the numbers of this list are called.
    fn noun(&self) -> &'static str {
        match self.list {
            "masses" => "mass",
            "weights" => "weight",
            "heights" | "heights_lo" => "height",
            "density.g" | "density.c" => "coefficient",
            "density.values" => "value",
            "metric" | "cost" | "index" | "angle" | "screen" | "version" | "density.width" => "number",
            _ => "coordinate",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.list)?;
        for k in [self.index, self.axis].into_iter().flatten() {
            write!(f, "[{k}]")?;
        }
        Ok(())
    }
}

impl<'f> Context<'f> {
    pub(super) fn new(file: &'f Path) -> Context<'f> {
        let (place, within) = (Cell::new(None), RefCell::default());
        Context { file, rounded: Cell::new(0), place, within, pass: RefCell::default() }
    }

    /// The same for a file that is read once more.
    pub(super) fn passing(file: &'f Path, pass: Pass) -> Context<'f> {
        Context { pass: RefCell::new(Some(pass)), ..Context::new(file) }
    }

    /// A number as it is wanted.
    fn number(&self, take: impl FnOnce(&mut Pass, (&'static str, Option<usize>)) -> f64, plain: f64) -> f64 {
        let at = self.place.get().map_or(("none", None), |p| (p.list, p.index));
        self.pass.borrow_mut().as_mut().map_or(plain, |pass| take(pass, at))
    }

    /// What a number is that the file leaves out, as it is wanted.
    pub(super) fn usual(&self, list: &'static str, value: f64) -> f64 {
        self.at(Some(Place::of(list)));
        let value = self.number(|pass, at| pass.double(at, value), value);
        self.at(None);
        value
    }

    /// The value of a field that is no list; errors name it.
    pub(super) fn plain<'de, T, A>(&self, field: &'static str, map: &mut A) -> Result<T, A::Error>
    where
        T: Deserialize<'de>,
        A: MapAccess<'de>,
    {
        self.at(Some(Place::of(field)));
        let value = map.next_value()?;
        self.at(None);
        Ok(value)
    }

    pub(super) fn at(&self, place: Option<Place>) {
        self.place.set(place);
    }

    /// Says what the list that follows belongs to.
    pub(super) fn within(&self, what: String) {
        self.within.replace(what);
    }

    /// Parses a whole document.
    pub(super) fn parse<'a, S: DeserializeSeed<'a>>(&self, bytes: &'a [u8], seed: S) -> Result<S::Value, IoError> {
        refuse_utf16(self.file, bytes)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value)).map_err(|e| self.error(bytes, &e))
    }

    fn error(&self, bytes: &[u8], e: &serde_json::Error) -> IoError {
        let text = e.to_string();
        let what = match text.rfind(" at line ") {
            Some(k) => &text[..k],
            None => &text,
        };
        let what = &*short(what, PARSER);
        if e.is_syntax()
            && let (Some(place), Some(value)) = (self.place.get(), non_finite_token(bytes, e))
        {
            let noun = place.noun();
            let what = format!("{}{place} is {value}; every {noun} must be finite", self.within.borrow());
            return IoError::content(self.file, what);
        }
        let what = match what.strip_prefix("EOF") {
            Some(rest) => format!("the file ends{rest}; it is cut off"),
            None if e.is_syntax() => format!("{what}; not valid JSON here"),
            None => what.to_string(),
        };
        match self.place.get() {
            Some(place) if e.is_data() => {
                IoError::line(self.file, e.line() as u64, format!("{}{place}: {what}", self.within.borrow()))
            }
            _ => IoError::line(self.file, e.line() as u64, what),
        }
    }
}

/// The value of the word at the error if it is a number no double holds: `NaN`, `-Infinity`,
/// `1e999`.
fn non_finite_token(bytes: &[u8], e: &serde_json::Error) -> Option<f64> {
    let line_start = match e.line() {
        0 => return None,
        1 => 0,
        n => 1 + bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(n - 2)?.0,
    };
    let word = |b: &u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
    let at = (line_start + e.column()).min(bytes.len());
    // The reader stops on, or just behind, the letter that surprised it.
    let start = at - bytes[..at].iter().rev().take_while(|b| word(b)).count();
    let len = bytes[start..].iter().take(400).take_while(|b| word(b)).count();
    let text = std::str::from_utf8(&bytes[start..start + len]).ok()?;
    text.parse::<f64>().ok().filter(|v| !v.is_finite())
}

/// The double nearest to a literal ("1/3", "0.1", "0x1p-3", "nan", "-inf"), and whether it is
/// exactly that.
pub(super) fn literal(text: &str) -> Option<(f64, bool)> {
    literal_of(text, |_, value| value)
}

/// The same, where `take` says what is taken for a rational and the double nearest to it.
fn literal_of(text: &str, take: impl FnOnce(&big::Rational, f64) -> f64) -> Option<(f64, bool)> {
    match big::parse_rational(text) {
        Some(r) => {
            let value = big::nearest_f64(&r);
            let exact = value.is_finite() && big::rational(value) == r;
            Some((take(&r, value), exact))
        }
        // Names of values that are not numbers, and exponents beyond any double; refused later,
        // with their place.
        None => text.trim().parse::<f64>().ok().map(|v| (v, false)),
    }
}

/// Reads one number.
#[derive(Clone, Copy)]
pub(super) struct Number<'c>(pub(super) &'c Context<'c>);

impl<'de> DeserializeSeed<'de> for Number<'_> {
    type Value = f64;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<f64, D::Error> {
        d.deserialize_any(self)
    }
}

impl Visitor<'_> for Number<'_> {
    type Value = f64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a string such as \"1/3\"")
    }
    fn visit_f64<E: Error>(self, v: f64) -> Result<f64, E> {
        Ok(self.0.number(|pass, at| pass.double(at, v), v))
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<f64, E> {
        self.visit_f64(v as f64)
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<f64, E> {
        self.visit_f64(v as f64)
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<f64, E> {
        let take = |r: &big::Rational, value| self.0.number(|pass, at| pass.rational(at, r, value), value);
        let (value, exact) = literal_of(v, take)
            .ok_or_else(|| E::custom(format!("{} is not a number; write 0.5, \"1/3\" or \"0x1p-3\"", quoted(v))))?;
        self.0.rounded.set(self.0.rounded.get() + u64::from(!exact));
        Ok(value)
    }
}

/// A list in the file itself, or in another file it refers to.
pub(super) enum Source<T> {
    Inline(T),
    Elsewhere(Reference),
}

/// `{"path": "y.npy"}`, with `"array"` when the file is an .npz and `"sha256"` when the file must
/// be that very one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reference {
    pub(super) path: String,
    pub(super) array: Option<String>,
    pub(super) sha256: Option<String>,
}

/// Reads a [`Reference`] from the inside of an object.
pub(super) fn reference<'de, A: MapAccess<'de>>(place: &str, mut map: A) -> Result<Reference, A::Error> {
    let (mut path, mut array, mut sha256) = (None, None, None);
    while let Some(key) = map.next_key::<String>()? {
        let slot = match key.as_str() {
            "path" => &mut path,
            "array" => &mut array,
            "sha256" => &mut sha256,
            _ => return Err(A::Error::custom(unknown_field(&key))),
        };
        set(slot, &key, map.next_value::<String>()?)?;
    }
    let path =
        path.ok_or_else(|| A::Error::custom(format!("{place} has no \"path\"; write {{\"path\": \"points.npy\"}}")))?;
    Ok(Reference { path, array, sha256 })
}

/// Fills a field that may appear once.
pub(super) fn set<T, E: Error>(slot: &mut Option<T>, key: &str, value: T) -> Result<(), E> {
    if slot.is_some() {
        return Err(E::custom(format!("field {} appears twice; keep one", quoted(key))));
    }
    *slot = Some(value);
    Ok(())
}

pub(super) fn unknown_field(key: &str) -> String {
    format!("unknown field {}; correct its name or drop it", quoted(key))
}

/// Reads a list of numbers, here or elsewhere.
#[derive(Clone, Copy)]
pub(super) struct Scalars<'c> {
    pub(super) cx: &'c Context<'c>,
    pub(super) list: &'static str,
}

impl<'de> DeserializeSeed<'de> for Scalars<'_> {
    type Value = Source<Vec<f64>>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        self.cx.at(Some(Place::of(self.list)));
        let value = d.deserialize_any(self)?;
        self.cx.at(None);
        Ok(value)
    }
}

impl<'de> Visitor<'de> for Scalars<'_> {
    type Value = Source<Vec<f64>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers, or {\"path\": ...}")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        loop {
            self.cx.at(Some(Place { index: Some(values.len()), ..Place::of(self.list) }));
            match seq.next_element_seed(Number(self.cx))? {
                Some(v) => values.push(v),
                None => return Ok(Source::Inline(values)),
            }
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.cx.at(None);
        reference(self.list, map).map(Source::Elsewhere)
    }
}

/// Rows of two or three coordinates.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<[f64; 2]>,
    /// The third coordinates, while all rows so far had three.
    third: Vec<f64>,
    /// The first row that is not of length 2, and its length. The caller decides what that means:
    /// the domain may be of a kind that explains it.
    pub(super) misfit: Option<(usize, usize)>,
    /// Rows that are `null`, where allowed.
    pub(super) absent: Vec<usize>,
}

impl Rows {
    /// Do all rows (and there are some) have three coordinates?
    pub(super) fn in_space(&self) -> bool {
        !self.rows.is_empty() && self.third.len() == self.rows.len()
    }

    /// The rows in space; otherwise the first row that is not of length 3, and its length.
    pub(super) fn into_space(self) -> Result<Vec<[f64; 3]>, (usize, usize)> {
        if self.third.len() == self.rows.len() {
            return Ok(self.rows.iter().zip(self.third).map(|(r, z)| [r[0], r[1], z]).collect());
        }
        let first = self.third.len();
        Err(match self.misfit {
            Some((k, found)) if k == first => (k, found),
            _ => (first, 2),
        })
    }
}

/// Reads a list of coordinate pairs (or triples), here or elsewhere.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'c> {
    pub(super) cx: &'c Context<'c>,
    pub(super) list: &'static str,
    /// Whether a row may be `null`.
    pub(super) gaps: bool,
}

impl<'de> DeserializeSeed<'de> for Pairs<'_> {
    type Value = Source<Rows>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        self.cx.at(Some(Place::of(self.list)));
        let value = d.deserialize_any(self)?;
        self.cx.at(None);
        Ok(value)
    }
}

impl<'de> Visitor<'de> for Pairs<'_> {
    type Value = Source<Rows>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of [x, y], in space of [x, y, z], or {\"path\": ...}")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut out = Rows::default();
        loop {
            let index = out.rows.len();
            self.cx.at(Some(Place { index: Some(index), ..Place::of(self.list) }));
            let row = Row { of: self, index };
            match seq.next_element_seed(row)? {
                Some(Some((row, len))) => {
                    if len != 2 && out.misfit.is_none() {
                        out.misfit = Some((index, len));
                    }
                    if len == 3 && out.third.len() == index {
                        out.third.push(row[2]);
                    }
                    out.rows.push([row[0], row[1]]);
                }
                Some(None) => {
                    out.absent.push(index);
                    out.rows.push([f64::NAN; 2]);
                }
                None => return Ok(Source::Inline(out)),
            }
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.cx.at(None);
        reference(self.list, map).map(Source::Elsewhere)
    }
}

/// One row: its first three coordinates and how many there are.
struct Row<'c> {
    of: Pairs<'c>,
    index: usize,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = Option<([f64; 3], usize)>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = Option<([f64; 3], usize)>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[x, y], or [x, y, z] in space")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        if self.of.gaps {
            return Ok(None);
        }
        Err(E::invalid_type(serde::de::Unexpected::Unit, &self))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut row = [0.0; 3];
        let mut len = 0;
        loop {
            self.of.cx.at(Some(Place { list: self.of.list, index: Some(self.index), axis: Some(len) }));
            match seq.next_element_seed(Number(self.of.cx))? {
                Some(v) => {
                    if let Some(slot) = row.get_mut(len) {
                        *slot = v;
                    }
                    len += 1;
                }
                None => return Ok(Some((row, len))),
            }
        }
    }
}

/// Reads a list of triangles: three vertex numbers each, from 0.
pub(super) type Triples<'c> = Tuples<'c, 3>;

/// Reads a list of cells of a mesh: so many vertex numbers each, from 0.
#[derive(Clone, Copy)]
pub(super) struct Tuples<'c, const N: usize> {
    pub(super) cx: &'c Context<'c>,
    pub(super) list: &'static str,
}

impl<'de, const N: usize> DeserializeSeed<'de> for Tuples<'_, N>
where
    [u32; N]: Deserialize<'de>,
{
    type Value = Vec<[u32; N]>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        self.cx.at(Some(Place::of(self.list)));
        let value = d.deserialize_seq(self)?;
        self.cx.at(None);
        Ok(value)
    }
}

impl<'de, const N: usize> Visitor<'de> for Tuples<'_, N>
where
    [u32; N]: Deserialize<'de>,
{
    type Value = Vec<[u32; N]>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if N == 3 { "a list of [a, b, c]" } else { "a list of [a, b, c, d]" })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        loop {
            self.cx.at(Some(Place { index: Some(rows.len()), ..Place::of(self.list) }));
            match seq.next_element::<[u32; N]>()? {
                Some(row) => rows.push(row),
                None => return Ok(rows),
            }
        }
    }
}

/// Reads a number (`Ok`) or a row of three (`Err`).
#[derive(Clone, Copy)]
pub(super) struct NumberOrTriple<'c> {
    pub(super) cx: &'c Context<'c>,
    pub(super) list: &'static str,
    pub(super) index: usize,
}

impl<'de> DeserializeSeed<'de> for NumberOrTriple<'_> {
    type Value = Result<f64, [f64; 3]>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NumberOrTriple<'_> {
    type Value = Result<f64, [f64; 3]>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or [a, b, c]")
    }
    fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
        Number(self.cx).visit_f64(v).map(Ok)
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
        Number(self.cx).visit_u64(v).map(Ok)
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
        Number(self.cx).visit_i64(v).map(Ok)
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
        Number(self.cx).visit_str(v).map(Ok)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut row = [0.0; 3];
        let mut len = 0;
        loop {
            self.cx.at(Some(Place { list: self.list, index: Some(self.index), axis: Some(len) }));
            match seq.next_element_seed(Number(self.cx))? {
                Some(v) => {
                    if let Some(slot) = row.get_mut(len) {
                        *slot = v;
                    }
                    len += 1;
                }
                None if len == 3 => return Ok(Err(row)),
                None => return Err(A::Error::custom(format!("{len} numbers; give three for each triangle"))),
            }
        }
    }
}
