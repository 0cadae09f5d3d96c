//! NumPy's .npy arrays of numbers, one- or two-dimensional.
//!
//! Written by hand because the crate `npyz` multiplies the declared shape unchecked (an overflow
//! panics or wraps) and brings compression libraries in C; we need one header with three fields.
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::error::{bytes_text, quoted};
use std::io::{self, Write};

/// A dense array, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct NpyArray {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns; 1 for a one-dimensional array.
    pub columns: usize,
    /// The numbers, row after row, as doubles (integers beyond 2^53 are rounded).
    pub values: Vec<f64>,
}

/// Reads a .npy file of 8- or 4-byte floats or of integers, in C or Fortran order, either byte
/// order.
///
/// # Errors
/// What is wrong, without the file's name. The declared shape is compared with the length of
/// `bytes` before anything of that size is allocated.
pub fn parse_npy(bytes: &[u8]) -> Result<NpyArray, String> {
    let (header, body) = split(bytes)?;
    let header = Header::parse(header)?;
    let kind = Kind::of(&header.descr)?;
    let (rows, columns) = match header.shape[..] {
        [n] => (n, 1),
        [n, m] => (n, m),
        _ => {
            let found = header.shape.len();
            return Err(format!("the array has {found} dimensions; give one row per point"));
        }
    };
    let needed = rows.checked_mul(columns).and_then(|n| n.checked_mul(kind.size as u64));
    if needed != Some(body.len() as u64) {
        let size = bytes_text(bytes.len() as u64);
        return Err(format!("{rows} rows of {columns} declared, file has {size}; it is cut off or damaged"));
    }
    let (rows, columns) = (rows as usize, columns as usize); // both fit: their product is a slice's length
    let stored = body.chunks_exact(kind.size).map(|b| kind.value(b));
    let values = if header.fortran && columns > 1 {
        let mut values = vec![0.0; rows * columns];
        for (k, v) in stored.enumerate() {
            values[(k % rows) * columns + k / rows] = v;
        }
        values
    } else {
        stored.collect()
    };
    Ok(NpyArray { rows, columns, values })
}

fn split(bytes: &[u8]) -> Result<(&str, &[u8]), String> {
    let cut = || "the file ends inside the .npy header; it is cut off".to_string();
    let rest = bytes
        .strip_prefix(b"\x93NUMPY")
        .ok_or("not a .npy file (it must start with \\x93NUMPY); write it with numpy.save")?;
    let (version, rest) = rest.split_at_checked(2).ok_or_else(cut)?;
    let (length, rest) = match version[0] {
        1 => {
            let (l, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
            (u64::from(u16::from_le_bytes(*l)), rest)
        }
        2 | 3 => {
            let (l, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
            (u64::from(u32::from_le_bytes(*l)), rest)
        }
        v => {
            return Err(format!(".npy version {v} is unknown; write it with numpy.save"));
        }
    };
    let length = usize::try_from(length).map_err(|_| cut())?;
    let (header, body) = rest.split_at_checked(length).ok_or_else(cut)?;
    let header = std::str::from_utf8(header).map_err(|_| "the .npy header is not text")?;
    Ok((header, body))
}

#[derive(Debug, Default, PartialEq)]
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<u64>,
}

impl Header {
    /// Reads `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`.
    fn parse(text: &str) -> Result<Header, String> {
        let bad = || {
            let start: String = text.chars().take(200).collect();
            format!("the .npy header {} is not understood; write the array with numpy.save", quoted(start.trim()))
        };
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        let mut rest = text.trim().strip_prefix('{').ok_or_else(bad)?.trim_start();
        while !rest.starts_with('}') {
            let (key, after) = string(rest).ok_or_else(bad)?;
            let value = after.trim_start().strip_prefix(':').ok_or_else(bad)?.trim_start();
            rest = match key {
                "descr" => {
                    let (v, after) =
                        string(value).ok_or("the .npy array is not of plain numbers; save one float array")?;
                    descr = Some(v.to_string());
                    after
                }
                "fortran_order" => {
                    let known = [("True", true), ("False", false)];
                    let (after, v) = known
                        .iter()
                        .find_map(|&(name, v)| value.strip_prefix(name).map(|after| (after, v)))
                        .ok_or_else(bad)?;
                    fortran = Some(v);
                    after
                }
                "shape" => {
                    let inside = value.strip_prefix('(').ok_or_else(bad)?;
                    let (list, after) = inside.split_once(')').ok_or_else(bad)?;
                    let parts = list.split(',').map(str::trim).filter(|p| !p.is_empty());
                    let numbers: Option<Vec<u64>> = parts.map(|p| p.parse().ok()).collect();
                    shape = Some(numbers.ok_or_else(bad)?);
                    after
                }
                _ => return Err(bad()),
            }
            .trim_start();
            rest = match rest.strip_prefix(',') {
                Some(after) => after.trim_start(),
                None if rest.starts_with('}') => rest,
                None => return Err(bad()),
            };
        }
        match (descr, fortran, shape) {
            (Some(descr), Some(fortran), Some(shape)) => Ok(Header { descr, fortran, shape }),
            _ => Err(bad()),
        }
    }
}

/// A quoted string without escapes at the start of `text`, and what follows.
fn string(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// What an element is.
#[derive(Clone, Copy)]
struct Kind {
    size: usize,
    letter: u8,
    big_endian: bool,
}

impl Kind {
    fn of(descr: &str) -> Result<Kind, String> {
        let (order, letter, size) = match *descr.as_bytes() {
            [o @ (b'<' | b'>' | b'|' | b'='), l, s] => (o, l, s),
            _ => (b'?', b'?', b'?'),
        };
        match (letter, size) {
            (b'f', b'4' | b'8') | (b'i' | b'u', b'1' | b'2' | b'4' | b'8') => {
                Ok(Kind { size: usize::from(size - b'0'), letter, big_endian: order == b'>' })
            }
            _ => Err(format!("numbers of type {} are not read; save the array as float64", quoted(descr))),
        }
    }

    /// The value of one element of `self.size` bytes.
    fn value(self, bytes: &[u8]) -> f64 {
        let mut wide = [0u8; 8];
        for (k, &b) in bytes.iter().enumerate() {
            wide[if self.big_endian { bytes.len() - 1 - k } else { k }] = b;
        }
        let bits = u64::from_le_bytes(wide);
        let unused = 64 - 8 * self.size as u32;
        match self.letter {
            b'f' if self.size == 8 => f64::from_bits(bits),
            b'f' => f64::from(f32::from_bits(bits as u32)),
            b'i' => (((bits << unused) as i64) >> unused) as f64,
            _ => bits as f64,
        }
    }
}

/// The start of a .npy file, version 1.0, C order, up to the numbers. `columns` 0 means a
/// one-dimensional array.
pub(super) fn npy_header(descr: &str, rows: u64, columns: usize) -> Vec<u8> {
    match columns {
        0 => npy_header_of(descr, &[rows]),
        m => npy_header_of(descr, &[rows, m as u64]),
    }
}

/// The same of any shape.
pub(super) fn npy_header_of(descr: &str, shape: &[u64]) -> Vec<u8> {
    let shape = match shape {
        [n] => format!("({n},)"),
        more => format!("({})", more.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    };
    let dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    // The header ends in a newline and the data start at a multiple of 64 bytes.
    let length = (10 + dict.len() + 1).next_multiple_of(64) - 10;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((length as u16).to_le_bytes());
    header.extend(format!("{dict:<width$}\n", width = length - 1).bytes());
    header
}

/// Writes a .npy file of doubles, version 1.0, C order. `columns` 0 means a one-dimensional array.
///
/// # Errors
/// The writer's.
pub fn write_npy(w: &mut dyn Write, columns: usize, values: &[f64]) -> io::Result<()> {
    w.write_all(&npy_header("<f8", (values.len() / columns.max(1)) as u64, columns))?;
    let mut block = Vec::with_capacity(1 << 16);
    for chunk in values.chunks(1 << 13) {
        block.clear();
        chunk.iter().for_each(|v| block.extend(v.to_le_bytes()));
        w.write_all(&block)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, body: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(body);
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let values: Vec<f64> = (0..20_000).map(|k| 1.0 / f64::from(k + 1)).collect();
        let mut bytes = Vec::new();
        write_npy(&mut bytes, 2, &values).unwrap();
        assert_eq!((bytes.len() - 160_000) % 64, 0);
        let back = parse_npy(&bytes).unwrap();
        assert_eq!((back.rows, back.columns), (10_000, 2));
        assert_eq!(back.values, values);
    }

    #[test]
    fn fortran_order_and_other_types() {
        let body: Vec<u8> = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|v| v.to_be_bytes()).collect();
        let header = "{'descr': '>f4', 'fortran_order': True, 'shape': (3, 2)}";
        let array = parse_npy(&file(header, &body)).unwrap();
        assert_eq!(array.values, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let header = "{'shape': (2,), 'fortran_order': False, 'descr': '<i2', }";
        assert_eq!(parse_npy(&file(header, &[0xfe, 0xff, 1, 0])).unwrap().values, [-2.0, 1.0]);
    }

    #[test]
    fn hostile_headers_are_refused_in_words() {
        let shape = |s: &str| {
            let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {s}}}");
            parse_npy(&file(&header, &[0; 16])).unwrap_err()
        };
        assert_eq!(
            shape("(4294967295, 2)"),
            "4294967295 rows of 2 declared, file has 92 bytes; it is cut off or damaged"
        );
        assert!(shape("(4611686018427387904, 4)").contains("declared"));
        assert!(shape("(18446744073709551616, 4)").contains("not understood"));
        assert!(shape("(1, 1, 2)").contains("3 dimensions"));
        assert!(shape("(-1, 2)").contains("not understood"));
        let objects = "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}";
        assert!(parse_npy(&file(objects, &[0; 8])).unwrap_err().contains("float64"));
    }

    #[test]
    fn damage_never_panics() {
        let mut good = Vec::new();
        write_npy(&mut good, 2, &[0.25, 0.5, 0.75, 1.0]).unwrap();
        for n in 0..good.len() {
            assert!(parse_npy(&good[..n]).is_err());
        }
        for bit in 0..8 * good.len() {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(array) = parse_npy(&bytes) {
                assert_eq!(array.values.len(), array.rows * array.columns);
            }
        }
    }
}
