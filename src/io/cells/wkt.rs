//! Cells as a table, their areas as well-known text (OGC 06-103r4, section 7) in the last column.

use super::columns::number;
use super::file::CellFile;
use std::fmt::Write as _;
use std::io::{self, Write};

pub(super) fn write<const D: usize>(w: &mut dyn Write, file: &CellFile<'_, D>) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(w);
    let columns = file.named();
    let axes = ["centroid_x", "centroid_y", "centroid_z"];
    let head = ["site", "mass", "area"].iter().chain(&axes[..D]).chain(&["neighbors"]).map(|s| s.to_string());
    out.write_record(head.chain(columns.iter().map(|c| c.0.clone())).chain(["wkt".to_string()])).map_err(of_writing)?;
    for i in 0..file.table.len() {
        let table = file.table;
        let mut row = vec![i.to_string(), number(table.masses[i]), number(table.outlines.areas[i])];
        match table.centroids[i] {
            Some(c) => row.extend(c.iter().map(|&x| number(x))),
            None => row.extend(std::iter::repeat_n(String::new(), D)),
        }
        let neighbors: Vec<String> = table.neighbors_of(i).iter().map(u32::to_string).collect();
        row.push(neighbors.join(" "));
        row.extend(columns.iter().map(|(_, column)| column.values.text(i)));
        row.push(text(&file.polygons(i)));
        out.write_record(row).map_err(of_writing)?;
    }
    out.flush()
}

/// What the system said.
fn of_writing(e: csv::Error) -> io::Error {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn text<const D: usize>(parts: &[Vec<Vec<[f64; D]>>]) -> String {
    let space = if D == 3 { " Z" } else { "" };
    let mut out = match parts.len() {
        0 => return format!("POLYGON{space} EMPTY"),
        1 => format!("POLYGON{space} "),
        _ => format!("MULTIPOLYGON{space} ("),
    };
    for (k, part) in parts.iter().enumerate() {
        out.push_str(if k == 0 { "(" } else { ",(" });
        for (r, ring) in part.iter().enumerate() {
            out.push_str(if r == 0 { "(" } else { ",(" });
            for (p, point) in ring.iter().chain(&ring[..1]).enumerate() {
                for (c, x) in point.iter().enumerate() {
                    let between = if c > 0 {
                        " "
                    } else if p > 0 {
                        ","
                    } else {
                        ""
                    };
                    let _ = write!(out, "{between}{x:?}"); // writing to a String cannot fail
                }
            }
            out.push(')');
        }
        out.push(')');
    }
    if parts.len() > 1 {
        out.push(')');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let triangle = |x: f64| vec![vec![[x, 0.0], [x + 1.0, 0.0], [x, 1e-9]]];
        assert_eq!(text::<2>(&[]), "POLYGON EMPTY");
        assert_eq!(text(&[triangle(0.0)]), "POLYGON ((0.0 0.0,1.0 0.0,0.0 1e-9,0.0 0.0))");
        let both = text(&[triangle(0.0), triangle(2.0)]);
        assert!(both.starts_with("MULTIPOLYGON (((0.0 0.0,") && both.ends_with(",2.0 0.0)))"), "{both}");
        let mut holed = triangle(0.0);
        holed.push(vec![[0.1, 0.1], [0.1, 0.2], [0.2, 0.1]]);
        assert!(text(&[holed]).contains("0.0 0.0),(0.1 0.1,"));
        assert_eq!(text(&[vec![vec![[0.0; 3]]]]), "POLYGON Z ((0.0 0.0 0.0,0.0 0.0 0.0))");
    }
}
