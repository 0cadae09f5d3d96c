//! Archives of arrays: what is written is read; damaged or hostile ones give an error or an array
//! that was written, never more than they hold; arrays of every kind of number, order and shape are
//! what an own reading finds.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::io::{NpzReader, NpzWriter, parse_npy, parse_points};
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|data: &[u8]| {
    let Some((&kind, rest)) = data.split_first() else { return };
    let u = &mut Unstructured::new(rest);
    let _ = match kind % 3 {
        0 => archive(u),
        1 => array(u),
        _ => {
            any(rest);
            Ok(())
        }
    };
});

/// One bit pattern for all NaN.
fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect()
}

/// No bytes panic or make room for more than they hold.
fn any(bytes: &[u8]) {
    if let Ok(npz) = NpzReader::new(bytes.to_vec()) {
        let names: Vec<String> = npz.names().map(str::to_string).collect();
        // Each has a record of 46 bytes and its name in the directory.
        assert!(names.iter().map(|n| 46 + n.len()).sum::<usize>() <= bytes.len());
        for name in names.iter().take(20) {
            if let Ok(array) = npz.array(name) {
                assert!(array.values.len() == array.rows * array.columns && array.values.len() <= bytes.len());
            }
        }
    }
    for array in [None, Some("sites")] {
        if let Ok(file) = parse_points(Path::new("p.npz"), bytes.to_vec(), array) {
            assert!(2 * file.points.len() <= bytes.len());
        }
    }
}

const NAMES: [&str; 5] = ["heights", "sites", "masses", "", "a/b"];

/// Some arrays written, then perhaps a field overwritten or the end cut off.
fn archive(u: &mut Unstructured<'_>) -> Result<()> {
    let mut written: Vec<(&str, usize, Vec<f64>)> = Vec::new();
    for _ in 0..u.int_in_range(0..=3usize)? {
        let (name, columns, rows) = (*u.choose(&NAMES)?, u.int_in_range(0..=3usize)?, u.int_in_range(0..=4usize)?);
        if written.iter().all(|w| w.0 != name) {
            let values = (0..rows * columns.max(1)).map(|_| Ok(f64::from_bits(u.arbitrary()?)));
            written.push((name, columns, values.collect::<Result<_>>()?));
        }
    }
    let mut out = NpzWriter::new(Vec::new());
    written.iter().for_each(|(name, columns, values)| out.add(name, *columns, values).expect("memory"));
    let mut bytes = out.finish().expect("memory");
    let edits = u.int_in_range(0..=3usize)?;
    for _ in 0..edits {
        // From the end, where the directory is.
        let at = (bytes.len() - 1).saturating_sub(usize::from(u.arbitrary::<u16>()?));
        let any: u32 = u.arbitrary()?;
        let value = *u.choose(&[0, 1, 0xffff, u32::MAX, 1 << 31, bytes.len() as u32, any])?;
        let width = (*u.choose(&[1usize, 2, 4])?).min(bytes.len() - at);
        bytes[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    }
    if edits > 0 && u.ratio(1, 4)? {
        bytes.truncate(u.int_in_range(0..=bytes.len())?);
    }
    any(&bytes);
    let npz = match NpzReader::new(bytes) {
        Ok(npz) => npz,
        Err(e) => {
            assert!(edits > 0, "{e}");
            return Ok(());
        }
    };
    let known = |found: &[f64]| written.iter().any(|w| bits(&w.2) == bits(found));
    for name in npz.names() {
        // The checksum stands by the data.
        match npz.array(name) {
            Ok(array) => assert!(known(&array.values), "{name}: {:?} of {written:?}", array.values),
            Err(e) => assert!(edits > 0, "{e}"),
        }
    }
    if edits == 0 {
        let names: Vec<&str> = written.iter().map(|w| w.0).collect();
        assert_eq!(npz.names().collect::<Vec<_>>(), names);
        for (name, columns, values) in &written {
            let array = npz.array(name).expect("as written");
            assert_eq!((array.columns, bits(&array.values)), ((*columns).max(1), bits(values)));
        }
    }
    Ok(())
}

/// An array with a header made here, its shape perhaps a lie.
fn array(u: &mut Unstructured<'_>) -> Result<()> {
    let (kind, size) = *u.choose(&[
        ("f", 8),
        ("f", 4),
        ("i", 1),
        ("i", 2),
        ("i", 4),
        ("i", 8),
        ("u", 1),
        ("u", 2),
        ("u", 4),
        ("u", 8),
    ])?;
    let (big, fortran, flat) = (u.arbitrary::<bool>()?, u.arbitrary::<bool>()?, u.ratio(1, 4)?);
    let (rows, columns) = (u.int_in_range(0..=5usize)?, if flat { 1 } else { u.int_in_range(0..=4usize)? });
    let mut body = Vec::new();
    let mut stored = Vec::new();
    for _ in 0..rows * columns {
        let raw = u.arbitrary::<u64>()?.to_le_bytes();
        let mut b = raw[..size].to_vec();
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(&b);
        let negative = kind == "i" && b[size - 1] >= 128;
        wide[size..].fill(if negative { 255 } else { 0 });
        stored.push(match (kind, size) {
            ("f", 8) => f64::from_le_bytes(wide),
            ("f", _) => f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            ("i", _) => i64::from_le_bytes(wide) as f64,
            _ => u64::from_le_bytes(wide) as f64,
        });
        if big {
            b.reverse();
        }
        body.extend(b);
    }
    let values: Vec<f64> = if fortran {
        (0..rows * columns).map(|k| stored[(k % columns) * rows + k / columns]).collect()
    } else {
        stored
    };
    let hostile = [u64::MAX, 1 << 63, 1 << 32, 1 << 61, 0, 1, 2, 3];
    let lie = u.ratio(1, 3)?;
    let shape = if lie { [*u.choose(&hostile)?, *u.choose(&hostile)?] } else { [rows as u64, columns as u64] };
    let shape = if flat { format!("({},)", shape[0]) } else { format!("({}, {})", shape[0], shape[1]) };
    let mark = if size == 1 {
        "|"
    } else if big {
        ">"
    } else {
        "<"
    };
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{mark}{kind}{size}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let version = u.int_in_range(1..=3u8)?;
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    let length = header.len() as u32;
    bytes.extend(if version == 1 { (length as u16).to_le_bytes().to_vec() } else { length.to_le_bytes().to_vec() });
    bytes.extend(header.bytes());
    bytes.extend(&body);
    match parse_npy(&bytes) {
        Ok(found) => {
            assert_eq!(found.values.len(), rows * columns, "{header}");
            assert_eq!(found.rows * found.columns, rows * columns, "{header}");
            if !lie {
                assert_eq!(
                    (found.rows, found.columns, bits(&found.values)),
                    (rows, columns, bits(&values)),
                    "{header}"
                );
            }
        }
        Err(e) => assert!(lie, "{e}\n{header}"),
    }
    Ok(())
}
