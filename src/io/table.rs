//! Tables in text: rows of fields, of which some columns are numbers that are wanted.

use super::columns::{Wanted, choose, list, normal};
use super::ending::has_ending;
use super::error::{IoError, quoted};
use super::json::literal;
use super::lines::lines;
use super::npy::NpyArray;
use std::path::Path;

/// Columns of a table.
pub(super) struct Table {
    pub(super) array: NpyArray,
    /// The column of masses, if there is one that is wanted.
    pub(super) masses: Option<Vec<f64>>,
    /// What to tell.
    pub(super) notes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Text {
    /// Numbers separated by white space, commas or semicolons, `#` starts a comment.
    Plain,
    /// As plain; the first line may be the number of points.
    Xyz,
    /// Wavefront: lines that start with `v`.
    Obj,
}

/// A number in text: decimals, and the exact forms of the problem files.
pub(super) fn number(field: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(field).ok()?;
    text.parse().ok().or_else(|| literal(text).map(|v| v.0))
}

/// A number such as `0,5`, as some countries write it.
pub(super) fn with_decimal_comma(field: &[u8]) -> Option<f64> {
    let comma = field.iter().position(|&b| b == b',')?;
    let digit = |k: Option<usize>| k.and_then(|k| field.get(k)).is_some_and(u8::is_ascii_digit);
    if !(digit(comma.checked_sub(1)) && digit(Some(comma + 1))) || field.contains(&b'.') {
        return None;
    }
    let mut text = field.to_vec();
    text[comma] = b'.';
    std::str::from_utf8(&text).ok()?.parse().ok()
}

/// Takes rows one after another.
struct Rows<'p> {
    path: &'p Path,
    wanted: Wanted<'p>,
    /// Names in a comment above the first row.
    comment: Option<Vec<String>>,
    /// Names in a first row of their own, until the next one says how many columns there are.
    header: Option<Vec<String>>,
    /// Whether `0,5` is a number: commas separate nothing.
    commas: bool,
    /// Whether a row may begin with a name that the header does not mention. Not where a decimal
    /// comma would look the same.
    row_names: bool,
    /// A line with a decimal comma, and one with a decimal point.
    decimals: [Option<u64>; 2],
    /// Columns to read, and masses, once known.
    columns: Vec<usize>,
    mass: Option<usize>,
    width: usize,
    first_line: u64,
    /// Whether the first row is whole numbers only, and any other has one.
    whole: [bool; 2],
    named: bool,
    /// Rows of empty fields that were left out: the first line, and how many.
    empty: Option<(u64, usize)>,
    table: Table,
}

impl<'p> Rows<'p> {
    fn new(path: &'p Path, wanted: Wanted<'p>) -> Rows<'p> {
        let array = NpyArray { rows: 0, columns: 0, values: Vec::new() };
        Rows {
            path,
            wanted,
            comment: None,
            header: None,
            commas: false,
            row_names: false,
            decimals: [None; 2],
            columns: Vec::new(),
            mass: None,
            width: 0,
            first_line: 0,
            whole: [true, false],
            named: false,
            empty: None,
            table: Table { array, masses: None, notes: Vec::new() },
        }
    }

    fn number(&mut self, line: u64, field: &[u8]) -> Result<f64, IoError> {
        let (value, kind) = match number(field) {
            Some(value) => (Some(value), field.contains(&b'.').then_some(1)),
            None if self.commas => (with_decimal_comma(field), Some(0)),
            None => (None, None),
        };
        let Some(value) = value else {
            let text = quoted(&String::from_utf8_lossy(&field[..field.len().min(200)]));
            let what = format!("{text} is not a number; write numbers like 0.5 or 1e-3");
            return Err(IoError::line(self.path, line, what));
        };
        if let Some(k) = kind {
            let other = self.decimals[1 - k];
            self.decimals[k].get_or_insert(line);
            if let Some(other) = other {
                let what = format!("decimal commas and points are mixed (see line {other}); write points everywhere");
                return Err(IoError::line(self.path, line, what));
            }
        }
        Ok(value)
    }

    /// Whether a first row has names: none of its fields is a number, or it is an index beside
    /// numbered columns as pandas writes it, or all names that are wanted are there.
    fn is_header(&self, fields: &[&[u8]]) -> bool {
        let is_number = |f: &&[u8]| number(f).is_some() || self.commas && with_decimal_comma(f).is_some();
        let counts = |(k, f): (usize, &&[u8])| **f == *(k.to_string().as_bytes());
        let known: Vec<String> = fields.iter().map(|f| normal(f)).collect();
        let d = self.wanted.axes.len();
        !fields.iter().any(is_number)
            || fields.len() > 1 && fields[0].is_empty() && fields[1..].iter().enumerate().all(counts)
            || self.wanted.families.iter().any(|f| f[..d].iter().all(|name| known.iter().any(|k| k == name)))
    }

    /// More values than were meant, where each comma may be one of a number.
    fn perhaps_decimal(&self, values: usize, meant: usize) -> &'static str {
        if !self.commas && has_ending(self.path, "csv") && values > meant && values <= 2 * meant {
            " (where commas are decimal, separate columns by semicolons)"
        } else {
            ""
        }
    }

    /// Decides what the columns are, at the first row of numbers.
    fn begin(&mut self, line: u64, fields: &[&[u8]]) -> Result<(), IoError> {
        let fail = |what: String| Err(IoError::content(self.path, what));
        self.width = fields.len();
        self.first_line = line;
        let mut names = self.header.take();
        if let Some(names) = &mut names {
            // R leaves out the name of its column of row names.
            if self.row_names && names.len() + 1 == self.width {
                names.insert(0, String::new());
            }
            if names.len() != self.width {
                let (n, w) = (names.len(), self.width);
                return Err(IoError::line(
                    self.path,
                    line,
                    format!("{w} values under {n} names; give one name for each column{}", self.perhaps_decimal(w, n)),
                ));
            }
        }
        let above = self.comment.take().filter(|n| {
            names.is_none()
                && n.len() == self.width
                && self.is_header(&n.iter().map(|n| n.as_bytes()).collect::<Vec<_>>())
        });
        // A comment is prose unless it has the names that are wanted.
        let plain = |n: &Vec<String>| {
            choose(Some(n), self.width, self.wanted).ok().filter(|c| {
                let names: Vec<String> = c.columns.iter().map(|&k| normal(n[k].as_bytes())).collect();
                self.wanted.families.iter().any(|f| names.iter().zip(f.iter()).all(|(n, f)| n == f))
            })
        };
        let from_comment = above.as_ref().and_then(plain).is_some();
        let names = if from_comment { above } else { names };
        self.named = names.is_some();
        match choose(names.as_deref(), self.width, self.wanted) {
            Err(what) => return fail(what),
            Ok(choice) => {
                let path = self.path.display();
                self.table.notes.extend(choice.note.map(|note| format!("{path}: {note}")));
                let mut columns = choice.columns;
                if self.wanted.axes.is_empty() {
                    let told = without_words(&mut columns, fields, names.as_deref());
                    self.table.notes.extend(told.map(|note| format!("{path}: {note}")));
                }
                self.table.array.columns = columns.len();
                self.table.masses = choice.mass.map(|_| Vec::new());
                (self.columns, self.mass) = (columns, choice.mass);
            }
        }
        Ok(())
    }

    /// Adds a row; every row must be as long as the first.
    fn row(&mut self, line: u64, fields: &[&[u8]]) -> Result<(), IoError> {
        if self.columns.is_empty() {
            if self.header.is_none() && self.is_header(fields) {
                let text = |f: &&[u8]| String::from_utf8_lossy(&f[..f.len().min(200)]).into_owned();
                self.header = Some(fields.iter().map(text).collect());
                return Ok(());
            }
            self.begin(line, fields)?;
        }
        if fields.len() != self.width {
            let (found, width, first) = (fields.len(), self.width, self.first_line);
            let more = self.perhaps_decimal(found.max(width), found.min(width));
            let what = format!("{found} numbers, but {width} on line {first}; give the same on every line{more}");
            return Err(IoError::line(self.path, line, what));
        }
        let whole = |f: &[u8]| !f.is_empty() && f.iter().all(u8::is_ascii_digit);
        let is_first = self.table.array.rows == 0;
        for k in 0..self.columns.len() {
            let field = fields[self.columns[k]];
            let value = self.number(line, field)?;
            self.table.array.values.push(value);
            if is_first { self.whole[0] &= whole(field) } else { self.whole[1] |= whole(field) }
        }
        if let Some(k) = self.mass {
            let value = self.number(line, fields[k])?;
            self.table.masses.get_or_insert_default().push(value);
        }
        self.table.array.rows += 1;
        Ok(())
    }

    fn finish(mut self) -> Table {
        let path = self.path.display();
        if let Some((line, count)) = self.empty {
            let rows = if count == 1 { "1 row".to_string() } else { format!("{count} rows") };
            let what = format!("{rows} of empty fields, the first on line {line}, left out and not counted");
            self.table.notes.push(format!("{path}: {what}"));
        }
        if let Some(line) = self.decimals[0] {
            self.table.notes.push(format!("{path}: numbers such as that on line {line} were read with decimal commas"));
        }
        if !self.named && self.table.array.rows > 1 && self.whole == [true, false] {
            let first = self.first_line;
            let what = "has whole numbers, unlike all others; it was read as data. If it is a header, delete it";
            self.table.notes.push(format!("{path}: line {first} {what}"));
        }
        self.table
    }
}

/// Where any columns are wanted, those that begin with a word name what the others measure: they
/// are left out, and told. What stands for a missing number is no word.
fn without_words(columns: &mut Vec<usize>, fields: &[&[u8]], names: Option<&[String]>) -> Option<String> {
    let is_word = |k: &usize| {
        let text = String::from_utf8_lossy(fields[*k]).to_lowercase();
        let missing = ["na", "n/a", "nan", "null", "none", "inf", "infinity"].contains(&text.as_str());
        text.starts_with(char::is_alphabetic) && !missing && number(fields[*k]).is_none()
    };
    let (words, rest): (Vec<usize>, Vec<usize>) = columns.iter().copied().partition(is_word);
    if words.is_empty() || rest.is_empty() {
        return None;
    }
    *columns = rest;
    let name = |&k: &usize| names.map_or_else(|| (k + 1).to_string(), |n| quoted(&n[k]));
    let which = list(words.iter().map(name));
    Some(match words[..] {
        [_] => format!("column {which} has words, not numbers; it is not used"),
        _ => format!("columns {which} have words, not numbers; they are not used"),
    })
}

/// What separates the fields of a line, outside of quotes: a semicolon, a tab (unless it only
/// stands beside commas), a comma, a blank.
pub(super) fn delimiter(line: &[u8]) -> u8 {
    let mut quoted = false;
    let bare: Vec<u8> = line
        .trim_ascii()
        .iter()
        .map(|&b| {
            quoted ^= b == b'"';
            if quoted { b'"' } else { b }
        })
        .collect();
    let beside_comma = |k: usize| bare.get(k + 1) == Some(&b',') || k > 0 && bare[k - 1] == b',';
    let has = |b: u8| bare.contains(&b);
    if has(b';') {
        b';'
    } else if (0..bare.len()).any(|k| bare[k] == b'\t' && !beside_comma(k)) {
        b'\t'
    } else if has(b',') {
        b','
    } else if has(b' ') {
        b' '
    } else {
        b','
    }
}

/// The names in a comment line.
fn names_in(comment: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(comment);
    let text = text.trim_start_matches(|c: char| c == '#' || c.is_whitespace());
    let mut names: Vec<String> = Vec::new();
    // Depth of brackets: `x [m]` is one name with its unit.
    let mut depth = 0usize;
    for word in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|w| !w.is_empty()).take(1000) {
        match names.last_mut() {
            Some(last) if depth > 0 || word.starts_with(['[', '(']) => *last += &format!(" {word}"),
            _ => names.push(word.to_string()),
        }
        let count = |of: [char; 2]| word.matches(of).count();
        depth = (depth + count(['[', '('])).saturating_sub(count([']', ')']));
    }
    names
}

/// The comment directly above the first row.
fn comment_above(bytes: &[u8]) -> Option<Vec<String>> {
    let mut last = None;
    for line in lines(bytes) {
        match line.trim_ascii() {
            [] => {}
            [b'#', ..] => last = Some(line),
            _ => break,
        }
    }
    last.map(names_in)
}

/// Values separated by commas, semicolons, tabs or blanks; `#` starts a comment line.
pub(super) fn parse_csv(path: &Path, bytes: &[u8], wanted: Wanted<'_>) -> Result<Table, IoError> {
    let mut bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Lines are counted at their \n, which old Macs do not write.
    let mac: Vec<u8>;
    if !bytes.contains(&b'\n') && bytes.contains(&b'\r') {
        mac = bytes.iter().map(|&b| if b == b'\r' { b'\n' } else { b }).collect();
        bytes = &mac;
    }
    // Excel says so in a first line if another character than its own separates.
    let mut skipped = 0;
    let mut declared = None;
    if bytes.len() > 5 && bytes[..4].eq_ignore_ascii_case(b"sep=") {
        let rest = &bytes[5..];
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        if let Some(rest) = rest.strip_prefix(b"\n") {
            (declared, skipped, bytes) = (Some(bytes[4]), 1, rest);
        }
    }
    let first = lines(bytes).find(|l| !l.trim_ascii().is_empty() && l[0] != b'#').unwrap_or_default();
    let delimiter = declared.unwrap_or_else(|| delimiter(first));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut rows = Rows::new(path, wanted);
    rows.comment = comment_above(bytes);
    (rows.commas, rows.row_names) = (delimiter != b',', delimiter != b',');
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(rows.finish()),
            Err(e) => return Err(IoError::content(path, e.to_string())),
        }
        let line = record.position().map_or(0, csv::Position::line) + skipped;
        let fields: Vec<&[u8]> = record.iter().filter(|f| delimiter != b' ' || !f.is_empty()).collect();
        if fields.iter().all(|f| f.is_empty()) {
            // A blank line is no row.
            if fields.len() > 1 {
                rows.empty.get_or_insert((line, 0)).1 += 1;
            }
            continue;
        }
        rows.row(line, &fields)?;
    }
}

/// Words of lines, or the vertices of an .obj.
pub(super) fn parse_text(path: &Path, bytes: &[u8], kind: Text, wanted: Wanted<'_>) -> Result<Table, IoError> {
    let mut rows = Rows::new(path, wanted);
    if kind != Text::Obj {
        rows.comment = comment_above(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    }
    let mut declared = None;
    let mut fields: Vec<&[u8]> = Vec::new();
    for (k, line) in lines(bytes).enumerate() {
        let at = k as u64 + 1;
        let line = line.split(|&b| b == b'#').next().unwrap_or_default();
        let words =
            || line.split(|b| b.is_ascii_whitespace() || (kind != Text::Obj && *b == b';')).filter(|w| !w.is_empty());
        fields.clear();
        if kind == Text::Obj {
            let mut words = words();
            if words.next() != Some(b"v") {
                continue;
            }
            fields.extend(words.take(3)); // a weight or colour may follow
            if fields.len() < 2 {
                let what = format!("vertex with {} coordinates; give x y z", fields.len());
                return Err(IoError::line(path, at, what));
            }
        } else {
            // Where blanks separate, commas between digits are decimal ones: `1,5 2` is not three
            // numbers.
            if words().count() > 1
                && let Some(word) = words().find(|w| with_decimal_comma(w).is_some())
            {
                let text = quoted(&String::from_utf8_lossy(&word[..word.len().min(200)]));
                let what =
                    format!("{text} may be a number with a decimal comma; write points, or commas between all numbers");
                return Err(IoError::line(path, at, what));
            }
            fields.extend(words().flat_map(|w| w.split(|b| *b == b',')).filter(|w| !w.is_empty()));
        }
        if fields.is_empty() {
            continue;
        }
        if kind == Text::Xyz && fields.len() == 1 && rows.width == 0 && declared.is_none() {
            declared = Some((at, rows.number(at, fields[0])?));
            continue;
        }
        rows.row_names = !line.contains(&b',');
        rows.row(at, &fields)?;
    }
    if let Some((line, count)) = declared
        && count != rows.table.array.rows as f64
    {
        let found = rows.table.array.rows;
        let what = format!("{count} points declared, file has {found}; it is cut off");
        return Err(IoError::line(path, line, what));
    }
    Ok(rows.finish())
}
