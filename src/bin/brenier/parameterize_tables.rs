//! Tables that `brenier parameterize` reads: seams, landmarks, densities. And vertices made one
//! within a distance.

use crate::failure::{Failure, code};
use brenier::domain::surface::{open_seams, weld};
use brenier::io::{ReadLimit, SurfaceFile, read_densities, read_rows};
use brenier::parameterize::{Landmark, Parameterization, Target};
use std::path::Path;

fn wrong(file: &Path, what: String) -> Failure {
    Failure::new(code::INPUT, format!("{}: {what}", file.display()))
}

/// The vertex that a number names.
fn vertex(file: &Path, row: usize, x: f64, vertices: usize) -> Result<u32, Failure> {
    if x >= 0.0 && x.fract() == 0.0 && x < vertices as f64 {
        return Ok(x as u32);
    }
    Err(wrong(file, format!("row {}: {x} names no vertex; there are {vertices}, counted from 0", row + 1)))
}

/// Edges to cut along.
pub fn seams(
    file: &Path,
    vertices: usize,
    limit: ReadLimit,
    notes: &mut Vec<String>,
) -> Result<Vec<[u32; 2]>, Failure> {
    let families: &[&[&str]] = &[
        &["a", "b"],
        &["v0", "v1"],
        &["v1", "v2"],
        &["vertex0", "vertex1"],
        &["vertex1", "vertex2"],
        &["from", "to"],
        &["start", "end"],
        &["source", "target"],
        &["i", "j"],
    ];
    let read = read_rows(file, limit, ["from", "to"], families)?;
    notes.extend(read.notes);
    let rows = read.points;
    let edge =
        |(row, p): (usize, &[f64; 2])| Ok([vertex(file, row, p[0], vertices)?, vertex(file, row, p[1], vertices)?]);
    rows.iter().enumerate().map(edge).collect()
}

/// Edges at which the points that a mesh has already are cut.
pub fn seams_of_input(path: &Path, mesh: &SurfaceFile) -> Result<Vec<[u32; 2]>, Failure> {
    if mesh.points.corners.is_empty() {
        let what = "has no points of a plane (vt, texcoord, TEXCOORD_0), so no seams; leave out --seams input";
        return Err(wrong(path, what.into()));
    }
    Ok(mesh.point_seams())
}

/// Vertices that are drawn to places in the unit square; each to one.
pub fn landmarks(
    file: &Path,
    vertices: usize,
    weight: f64,
    limit: ReadLimit,
    notes: &mut Vec<String>,
) -> Result<Vec<Landmark>, Failure> {
    let families: &[&[&str]] = &[
        &["vertex", "x", "y"],
        &["vertex", "u", "v"],
        &["vertex", "s", "t"],
        &["id", "x", "y"],
        &["id", "u", "v"],
        &["index", "x", "y"],
        &["index", "u", "v"],
        &["i", "x", "y"],
        &["i", "u", "v"],
        &["v", "x", "y"],
    ];
    let read = read_rows(file, limit, ["vertex", "x", "y"], families)?;
    notes.extend(read.notes);
    let rows = read.points;
    let mut found: Vec<(Landmark, usize)> = Vec::with_capacity(rows.len());
    for (row, p) in rows.iter().enumerate() {
        let at = [p[1], p[2]];
        if !at.iter().all(|c| (0.0..=1.0).contains(c)) {
            let [x, y] = at;
            let what =
                format!("row {}: the place ({x}, {y}) is outside the unit square; give numbers from 0 to 1", row + 1);
            return Err(wrong(file, what));
        }
        found.push((Landmark { vertex: vertex(file, row, p[0], vertices)?, at, weight }, row));
    }
    // Side by side are the rows of one vertex.
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|&k| (found[k].0.vertex, k));
    let mut again = vec![false; found.len()];
    for w in order.windows(2) {
        let ((first, row), (second, other)) = (found[w[0]], found[w[1]]);
        if first.vertex == second.vertex {
            if first.at != second.at {
                let v = first.vertex;
                let what = format!("rows {} and {} give vertex {v} two places; keep one", row + 1, other + 1);
                return Err(wrong(file, what));
            }
            again[w[1]] = true;
        }
    }
    Ok(found.into_iter().zip(again).filter(|(_, again)| !again).map(|((landmark, _), _)| landmark).collect())
}

/// Densities wanted, one for each vertex or triangle.
pub fn density(file: &Path, mesh: &SurfaceFile, limit: ReadLimit) -> Result<Target, Failure> {
    let values = read_densities(file, limit)?;
    let (vertices, faces) = (mesh.vertices.len(), mesh.triangles.len());
    if values.len() == vertices {
        Ok(Target::Vertex(values))
    } else if values.len() == faces {
        Ok(Target::Face(values))
    } else {
        let n = values.len();
        Err(wrong(file, format!("{n} densities; give one for each of {vertices} vertices or {faces} triangles")))
    }
}

/// Makes vertices one that are within a distance of each other; returns which each one has become.
/// Triangles that close up are left to the repair.
pub fn merge(mesh: &mut SurfaceFile, distance: f64) -> Vec<u32> {
    let kept = weld(&mesh.vertices, distance);
    let mut moved: Vec<u32> = mesh.triangles.iter().flatten().copied().filter(|&v| kept[v as usize] != v).collect();
    moved.sort_unstable();
    moved.dedup();
    mesh.triangles.iter_mut().for_each(|t| *t = t.map(|v| kept[v as usize]));
    match moved.len() {
        0 => mesh.notes.push(format!("--merge {distance:e}: no two vertices are so close")),
        1 => mesh.notes.push(format!("--merge {distance:e}: 1 vertex was merged with another")),
        n => mesh.notes.push(format!("--merge {distance:e}: {n} vertices were merged with others")),
    }
    kept
}

/// Share of the extent within which seams may have been meant to be closed.
const NEAR: f64 = 1e-6;

/// Says so if most vertices on the boundary have others beside them.
pub fn hint(mesh: &SurfaceFile, found: &Parameterization) -> Option<String> {
    let used = || found.triangles.iter().flatten().map(|&v| mesh.vertices[v as usize]);
    let side = |k: usize| {
        let (low, high) = used().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v[k]), h.max(v[k])));
        high - low
    };
    let extent = (0..3).map(side).fold(0.0, f64::max);
    let open = open_seams(&mesh.vertices, &found.triangles, NEAR * extent);
    if 2 * open.near <= open.vertices {
        return None;
    }
    let flag = match open.gap {
        0.0 => "--merge".to_string(),
        gap => format!("--merge 1e{}", gap.log10().ceil()),
    };
    let (near, all) = (open.near, open.vertices);
    Some(format!("{near} of {all} vertices on the boundary have another beside them; {flag} would make them one"))
}
