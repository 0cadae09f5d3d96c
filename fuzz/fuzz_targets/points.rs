//! Point files of every format: no bytes panic; what parses is no larger than the file and survives
//! being written again.

#![no_main]

use brenier::io::{parse_npy, parse_points, write_npy};
use libfuzzer_sys::fuzz_target;
use std::path::Path;

const FORMATS: [&str; 7] = ["p.csv", "p.txt", "p.npy", "p.xyz", "p.obj", "p.npz", "p.dat"];

fuzz_target!(|data: &[u8]| {
    // The first byte tells the format.
    let Some((&kind, bytes)) = data.split_first() else { return };
    let name = FORMATS[usize::from(kind) % FORMATS.len()];
    let parse = |name: &str, bytes: &[u8]| parse_points(Path::new(name), bytes.to_vec(), None);
    if name == "p.npy" {
        array(bytes);
    }
    let Ok(file) = parse(name, bytes) else { return };
    // Two numbers take two characters and two separators, the last of which may be missing; in .npy
    // two bytes (int8).
    assert!(2 * file.points.len() <= bytes.len(), "{} points in {} bytes", file.points.len(), bytes.len());
    let bits = |points: &[[f64; 2]]| -> Vec<[u64; 2]> { points.iter().map(|p| p.map(key)).collect() };
    let again = parse(name, bytes).expect("the same bytes again");
    assert_eq!((bits(&again.points), again.notes, again.sha256), (bits(&file.points), file.notes, file.sha256));
    if file.points.is_empty() {
        return;
    }
    let flat: Vec<f64> = file.points.iter().flatten().copied().collect();
    let mut npy = Vec::new();
    write_npy(&mut npy, 2, &flat).expect("writing to memory");
    assert_eq!(bits(&parse("q.npy", &npy).expect("our own .npy").points), bits(&file.points));
    if flat.iter().all(|x| x.is_finite()) {
        let lines = |before: &str, between: &str| -> String {
            file.points.iter().map(|p| format!("{before}{:?}{between}{:?}\n", p[0], p[1])).collect()
        };
        for (name, text) in [("q.csv", lines("", ",")), ("q.txt", lines("", " ")), ("q.xyz", lines("", "\t"))] {
            let again = parse(name, text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}"));
            assert_eq!(bits(&again.points), bits(&file.points), "{name}\n{text}");
        }
    }
});

/// One bit pattern for all NaN.
fn key(x: f64) -> u64 {
    if x.is_nan() { u64::MAX } else { x.to_bits() }
}

fn array(bytes: &[u8]) {
    let Ok(array) = parse_npy(bytes) else { return };
    assert_eq!(array.values.len(), array.rows * array.columns);
    assert!(array.values.len() <= bytes.len(), "{} values in {} bytes", array.values.len(), bytes.len());
    if array.columns > 0 {
        let mut again = Vec::new();
        write_npy(&mut again, array.columns, &array.values).expect("writing to memory");
        let again = parse_npy(&again).expect("our own .npy");
        assert_eq!(
            again.values.iter().map(|&x| key(x)).collect::<Vec<_>>(),
            array.values.iter().map(|&x| key(x)).collect::<Vec<_>>()
        );
    }
}
