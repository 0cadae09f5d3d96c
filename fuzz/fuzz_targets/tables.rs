//! Tables with names: whatever the order of the columns, the separator and the line ends, each
//! coordinate is that of its name.

#![no_main]

use brenier::io::parse_points;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

const NAMES: [[&str; 2]; 6] = [
    ["x", "y"],
    [" X ", "Y"],
    ["lon", "lat"],
    ["Longitude [deg]", "Latitude [deg]"],
    ["Points:0", "Points:1"],
    ["u", "v"],
];

fuzz_target!(|data: &[u8]| {
    let Some((&[names, order, form, more], rest)) = data.split_first_chunk::<4>() else { return };
    let names = NAMES[usize::from(names) % NAMES.len()];
    let separator = [",", ";", "\t"][usize::from(form % 3)];
    let end = ["\n", "\r\n", "\r"][usize::from(form / 3 % 3)];
    let quote = if form & 0x80 == 0 { "" } else { "\"" };
    let comma = separator != "," && form & 0x40 != 0;
    // Other columns before, between and behind.
    let others = ["id", "", "city", "7", "mass"];
    let mut columns: Vec<(String, Option<usize>)> = vec![(names[0].into(), Some(0)), (names[1].into(), Some(1))];
    for k in 0..usize::from(more % 4) {
        let name = others[(usize::from(more / 4) + k) % others.len()];
        let at = usize::from(order.rotate_left(k as u32)) % (columns.len() + 1);
        columns.insert(at, (name.into(), None));
    }
    if order & 1 == 1 {
        columns.reverse();
    }
    let points: Vec<[f64; 2]> = rest
        .chunks_exact(2)
        .map(|b| [f64::from(b[0] as i8) / 16.0 + 0.5 / 16.0, f64::from(b[1] as i8) / 16.0 + 0.5 / 16.0])
        .collect();
    let line = |cell: &dyn Fn(&(String, Option<usize>)) -> String| {
        columns.iter().map(|c| format!("{quote}{}{quote}", cell(c))).collect::<Vec<_>>().join(separator) + end
    };
    let mut text = line(&|c| c.0.clone());
    for p in &points {
        text += &line(&|c| match c.1 {
            Some(k) if comma => format!("{:?}", p[k]).replace('.', ","),
            Some(k) => format!("{:?}", p[k]),
            None => "n/a".into(),
        });
    }
    let found = parse_points(Path::new("t.csv"), text.into_bytes(), None);
    assert_eq!(found.map(|f| f.points).map_err(|e| e.to_string()), Ok(points));
});
