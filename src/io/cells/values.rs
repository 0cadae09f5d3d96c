//! Tables with a row for each site: any columns, with their names.

use super::super::ending::ending;
use super::super::error::{IoError, quoted};
use super::super::foreign;
use super::super::lines::lines;
use super::super::npy::{NpyArray, parse_npy};
use super::super::npz::NpzReader;
use super::super::read::{ReadLimit, read_file, refuse_utf16};
use super::super::table::{delimiter, number, with_decimal_comma};
use super::columns::{CellColumn, ColumnValues};
use std::path::Path;

/// The columns of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueFile {
    /// All of them, with different names.
    pub columns: Vec<CellColumn>,
    /// Number of rows.
    pub rows: usize,
}

/// Reads all columns: of a .csv or .txt, by the names in its first line (without these they are
/// `value_1`, `value_2`, ..), those that hold numbers as numbers (what is missing is NaN); all
/// arrays of an .npz, or a .npy.
///
/// # Errors
/// [`IoError`] naming the file and, for text, the line.
pub fn read_values(path: &Path, limit: ReadLimit) -> Result<ValueFile, IoError> {
    let bytes = read_file(path, limit)?;
    let content = |what: String| IoError::content(path, what);
    let ending = ending(path);
    let mut columns = match ending.as_str() {
        "csv" | "txt" => {
            refuse_utf16(path, &bytes)?;
            foreign::decoded(path, || of_text(path, &bytes))?
        }
        "npy" => of_array("value", &parse_npy(&bytes).map_err(content)?),
        "npz" => {
            let npz = NpzReader::new(bytes).map_err(content)?;
            let names: Vec<String> = npz.names().map(str::to_string).collect();
            let mut columns = Vec::new();
            for name in names {
                columns.append(&mut of_array(&name, &npz.array(&name).map_err(content)?));
            }
            columns
        }
        other => {
            let ending = quoted(&format!(".{other}"));
            return Err(content(format!("files ending in {ending} hold no values here; use .csv, .txt, .npy or .npz")));
        }
    };
    let Some(rows) = columns.first().map(|c| c.values.len()) else {
        return Err(content("has no columns; give one row for each site".into()));
    };
    if let Some(other) = columns.iter().find(|c| c.values.len() != rows) {
        let (first, name, found) = (quoted(&columns[0].name), quoted(&other.name), other.values.len());
        return Err(content(format!("{first} has {rows} rows, {name} has {found}; give one for each site in all")));
    }
    distinguish(&mut columns);
    Ok(ValueFile { columns, rows })
}

/// Columns of one name get numbers behind it.
fn distinguish(columns: &mut [CellColumn]) {
    let mut seen = std::collections::BTreeSet::new();
    for column in columns {
        let mut name = column.name.clone();
        let mut k = 2;
        while !seen.insert(name.clone()) {
            name = format!("{}_{k}", column.name);
            k += 1;
        }
        column.name = name;
    }
}

fn of_array(name: &str, array: &NpyArray) -> Vec<CellColumn> {
    let column = |k: usize| {
        let rows = array.values.chunks_exact(array.columns.max(1));
        let values = ColumnValues::Numbers(rows.map(|r| r[k]).collect());
        CellColumn { name: if array.columns == 1 { name.into() } else { format!("{name}_{k}") }, values }
    };
    (0..array.columns).map(column).collect()
}

fn of_text(path: &Path, bytes: &[u8]) -> Result<Vec<CellColumn>, IoError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = lines(bytes).find(|l| !l.trim_ascii().is_empty() && l[0] != b'#').unwrap_or_default();
    let delimiter = delimiter(first);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let value = |field: &[u8]| number(field).or_else(|| with_decimal_comma(field).filter(|_| delimiter != b','));
    let (mut names, mut rows): (Option<Vec<String>>, Vec<Vec<String>>) = (None, Vec::new());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| IoError::content(path, e.to_string()))? {
        let fields: Vec<&[u8]> = record.iter().filter(|f| delimiter != b' ' || !f.is_empty()).collect();
        if fields.iter().all(|f| f.is_empty()) {
            continue;
        }
        let text = |f: &&[u8]| String::from_utf8_lossy(f).into_owned();
        if names.is_none() {
            let is_head = fields.iter().any(|f| !f.is_empty() && value(f).is_none());
            let plain = || (1..=fields.len()).map(|k| format!("value_{k}")).collect();
            let given = || {
                let named = |(k, f): (usize, &&[u8])| if f.is_empty() { format!("value_{}", k + 1) } else { text(f) };
                fields.iter().enumerate().map(named).collect()
            };
            names = Some(if is_head { given() } else { plain() });
            rows.resize(fields.len(), Vec::new());
            if is_head {
                continue;
            }
        }
        if fields.len() != rows.len() {
            let line = record.position().map_or(0, csv::Position::line);
            let what = format!("{} values under {} names; give one for each column", fields.len(), rows.len());
            return Err(IoError::line(path, line, what));
        }
        rows.iter_mut().zip(&fields).for_each(|(column, f)| column.push(text(f)));
    }
    let column = |(name, words): (String, Vec<String>)| {
        let numbers: Option<Vec<f64>> =
            words.iter().map(|w| if w.is_empty() { Some(f64::NAN) } else { value(w.as_bytes()) }).collect();
        let values = numbers.map_or(ColumnValues::Words(words), ColumnValues::Numbers);
        CellColumn { name, values }
    };
    Ok(names.unwrap_or_default().into_iter().zip(rows).map(column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<ValueFile, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let error = |e: IoError| e.to_string().rsplit('/').next().unwrap().to_string();
        read_values(&folder.path().join(name), ReadLimit::default()).map_err(error)
    }

    #[test]
    fn columns_keep_their_names_and_kinds() {
        let words = |list: &[&str]| ColumnValues::Words(list.iter().map(|w| w.to_string()).collect());
        for text in
            ["town,people,people\nBern,1,2\n\"Uri, old\",3,4.5\n", "town;people;people\nBern;1;2\nUri, old;3;4,5\n"]
        {
            let file = read("a.csv", text).unwrap();
            let names: Vec<&str> = file.columns.iter().map(|c| c.name.as_str()).collect();
            assert_eq!((file.rows, &names[..]), (2, &["town", "people", "people_2"][..]));
            assert_eq!(file.columns[0].values, words(&["Bern", "Uri, old"]));
            assert_eq!(file.columns[2].values, ColumnValues::Numbers(vec![2.0, 4.5]));
        }
        let file = read("a.txt", "# none\n1 2\n3 4\n").unwrap();
        assert_eq!((file.columns[1].name.as_str(), file.columns[1].values.text(0)), ("value_2", "2".to_string()));
        let file = read("a.csv", "a,b\n1,\n,x\n").unwrap();
        assert_eq!((file.columns[0].values.text(1), file.columns[1].values.text(0)), (String::new(), String::new()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(
            read("a.csv", "a,b\n1,2\n3\n").unwrap_err(),
            "a.csv: line 3: 1 values under 2 names; give one for each column"
        );
        assert_eq!(read("a.csv", "").unwrap_err(), "a.csv: has no columns; give one row for each site");
        assert!(read("a.png", "").unwrap_err().contains("use .csv, .txt, .npy or .npz"));
        assert!(read("a.npz", "").unwrap_err().contains("not an .npz file"));
    }
}
