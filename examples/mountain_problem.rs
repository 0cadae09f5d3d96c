//! Writes the demo's problem: flatten a mountain so that every vertex keeps its share of the surface.
//!
//! `cargo run --example mountain_problem -- MESH.obj PROBLEM.json`
//!
//! Sites are the mesh's vertices seen from above (the mountain's y points up, so the view is onto (x, -z), which keeps its
//! triangles counter-clockwise), scaled by one factor into the unit square and centred. A vertex's mass is its share of
//! the surface area: a third of each triangle around it. The source is the uniform unit square, so the Laguerre cell of
//! a vertex becomes a piece of the square with exactly the area that belongs to it on the mountain: steep slopes, which
//! look narrow from above, get the room they have in truth.

use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What can be wrong with the mesh, in terms of the OBJ file (lines and vertices count from 1, as there).
#[derive(Debug, PartialEq)]
enum MeshError {
    /// A `v` or `f` line that is not three finite numbers or at least three vertices that exist.
    Line { line: usize, what: &'static str },
    /// No vertex or no triangle.
    Empty,
    /// Two vertices above each other would be one site.
    SamePlace { first: usize, second: usize },
    /// A vertex no triangle gives area to would get mass 0.
    NoArea { vertex: usize },
}

impl fmt::Display for MeshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MeshError::Line { line, what } => write!(f, "line {line}: {what}"),
            MeshError::Empty => write!(f, "no vertices or no faces; a triangulated surface is needed"),
            MeshError::SamePlace { first, second } => {
                write!(f, "vertices {first} and {second} coincide seen from above; keep one of them")
            }
            MeshError::NoArea { vertex } => {
                write!(f, "vertex {vertex} has no area around it; drop it")
            }
        }
    }
}

impl Error for MeshError {}

struct Mesh {
    vertices: Vec<[f64; 3]>,
    triangles: Vec<[usize; 3]>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = arguments.as_slice() else {
        return Err("usage: mountain_problem MESH.obj PROBLEM.json".into());
    };
    let text = std::fs::read_to_string(input).map_err(|e| format!("{input}: {e}"))?;
    let (sites, masses) = parse_obj(&text).and_then(|mesh| problem(&mesh)).map_err(|e| format!("{input}: {e}"))?;
    let smallest = masses.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = masses.iter().copied().fold(0.0, f64::max);
    let n = sites.len();
    write_atomically(
        Path::new(output),
        &json!({
            "format": "brenier/problem",
            "version": 1,
            "domain": {"type": "box", "min": [0, 0], "max": [1, 1]},
            "sites": sites,
            "masses": masses,
        }),
    )
    .map_err(|e| format!("{output}: {e}"))?;
    println!("{n} vertices, each with its share of the mountain's surface as mass");
    println!("masses from {:.3} to {:.3} of the mean", smallest * n as f64, largest * n as f64);
    Ok(())
}

/// Reads `v` and `f` lines; polygons become fans, everything else in the file is passed over.
fn parse_obj(text: &str) -> Result<Mesh, MeshError> {
    let mut mesh = Mesh { vertices: Vec::new(), triangles: Vec::new() };
    for (k, content) in text.lines().enumerate() {
        let wrong = |what| MeshError::Line { line: k + 1, what };
        let mut words = content.split_whitespace();
        match words.next() {
            Some("v") => {
                let mut vertex = [0.0; 3];
                for coordinate in &mut vertex {
                    *coordinate = words
                        .next()
                        .and_then(|word| word.parse().ok())
                        .filter(|value: &f64| value.is_finite())
                        .ok_or_else(|| wrong("a vertex needs three finite numbers"))?;
                }
                mesh.vertices.push(vertex);
            }
            Some("f") => {
                let polygon: Vec<usize> = words
                    .map(|word| vertex_index(word, mesh.vertices.len()))
                    .collect::<Option<_>>()
                    .ok_or_else(|| wrong("a face needs vertices defined above it"))?;
                if polygon.len() < 3 {
                    return Err(wrong("a face needs at least three vertices"));
                }
                mesh.triangles.extend(polygon[1..].windows(2).map(|edge| [polygon[0], edge[0], edge[1]]));
            }
            _ => {}
        }
    }
    if mesh.triangles.is_empty() { Err(MeshError::Empty) } else { Ok(mesh) }
}

/// The index in `v/vt/vn`, from 1; negative ones count back from the last vertex read.
fn vertex_index(word: &str, count: usize) -> Option<usize> {
    let index: i64 = word.split('/').next()?.parse().ok()?;
    let position = if index < 0 { index.checked_add_unsigned(count as u64)? } else { index - 1 };
    usize::try_from(position).ok().filter(|&position| position < count)
}

/// Sites in the unit square and masses of sum 1 up to rounding.
fn problem(mesh: &Mesh) -> Result<(Vec<[f64; 2]>, Vec<f64>), MeshError> {
    let above: Vec<[f64; 2]> = mesh.vertices.iter().map(|v| [v[0], -v[2]]).collect();
    let mut seen = BTreeMap::new();
    for (i, p) in above.iter().enumerate() {
        // Adding 0.0 makes -0.0 the same place as 0.0.
        if let Some(first) = seen.insert(p.map(|c| (c + 0.0).to_bits()), i) {
            return Err(MeshError::SamePlace { first: first + 1, second: i + 1 });
        }
    }
    let mut areas = vec![0.0; above.len()];
    for triangle in &mesh.triangles {
        let third = area(triangle.map(|i| mesh.vertices[i])) / 3.0;
        for &i in triangle {
            areas[i] += third;
        }
    }
    if let Some(i) = areas.iter().position(|&a| a <= 0.0) {
        return Err(MeshError::NoArea { vertex: i + 1 });
    }
    let total: f64 = areas.iter().sum();
    Ok((into_unit_square(&above), areas.iter().map(|a| a / total).collect()))
}

fn area([a, b, c]: [[f64; 3]; 3]) -> f64 {
    let u: [f64; 3] = std::array::from_fn(|k| b[k] - a[k]);
    let v: [f64; 3] = std::array::from_fn(|k| c[k] - a[k]);
    let normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    0.5 * normal.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// One factor for both axes, so that angles stay; the shorter side is centred.
fn into_unit_square(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let end = |k: usize, pick: fn(f64, f64) -> f64, start: f64| points.iter().fold(start, |m, p| pick(m, p[k]));
    let low = [0, 1].map(|k| end(k, f64::min, f64::INFINITY));
    let high = [0, 1].map(|k| end(k, f64::max, f64::NEG_INFINITY));
    // Positive: no two points share a place, and a face needs three of them.
    let longest = (high[0] - low[0]).max(high[1] - low[1]);
    points
        .iter()
        .map(|p| {
            [0, 1].map(|k| {
                let middle = 0.5 * (low[k] + high[k]);
                // Rounding must not push an outermost vertex out of the square.
                (0.5 + (p[k] - middle) / longest).clamp(0.0, 1.0)
            })
        })
        .collect()
}

/// Writes beside the target and renames, so that an interrupted run leaves no half a file.
fn write_atomically(path: &Path, value: &serde_json::Value) -> Result<(), Box<dyn Error>> {
    let part = path.with_extension("part");
    let mut writer = BufWriter::new(File::create(&part)?);
    serde_json::to_writer(&mut writer, value)?;
    writer.write_all(b"\n")?;
    writer.into_inner()?.sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tent_keeps_the_area_of_its_slopes() {
        // Seen from above a 2 x 1 rectangle folded along z: the right half is steep (height 3 over width 1).
        let tent = "v 0 0 0\nv 1 0 0\nv 2 3 0\nv 0 0 1\nv 1 0 1\nv 2 3 1\nf 1 4 5 2\nf 2 5 6 3\n";
        let (sites, masses) = problem(&parse_obj(tent).unwrap()).unwrap();
        assert_eq!(sites[0], [0.0, 0.75]);
        assert_eq!(sites[5], [1.0, 0.25]);
        assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        let (flat, steep) = (1.0, 10f64.sqrt());
        // Vertex 1 has both triangles of the flat square's fan, vertex 3 one of the steep one.
        assert!((masses[0] - flat / 3.0 / (flat + steep)).abs() < 1e-15);
        assert!((masses[2] - steep / 6.0 / (flat + steep)).abs() < 1e-15);
    }

    #[test]
    fn unusable_meshes_are_named() {
        let of = |text: &str| parse_obj(text).and_then(|mesh| problem(&mesh)).err();
        assert_eq!(of("v 0 0 0\n"), Some(MeshError::Empty));
        assert_eq!(of("v 0 0 nan\n"), Some(MeshError::Line { line: 1, what: "a vertex needs three finite numbers" }));
        assert_eq!(
            of("v 0 0 0\nf 1 2 3\n"),
            Some(MeshError::Line { line: 2, what: "a face needs vertices defined above it" })
        );
        let wall = "v 0 0 0\nv 0 1 0\nv 1 0 0\nf 1 2 3\n";
        assert_eq!(of(wall), Some(MeshError::SamePlace { first: 1, second: 2 }));
        let loose = "v 0 0 0\nv 1 0 0\nv 0 0 1\nv 1 0 1\nf 1 3 2\n";
        assert_eq!(of(loose), Some(MeshError::NoArea { vertex: 4 }));
    }
}
