//! What `brenier parameterize` writes: the mesh with its points and the report.

use crate::args::ParameterizeArgs;
use crate::console::count;
use crate::distortion::DistortionFields;
use crate::failure::{Failure, code};
use crate::limits::peak_bytes;
use brenier::io::{
    Encoding, MeshData, SingleMesh, SurfaceFile, Texture, has_ending, write_atomically, write_gltf, write_obj_like,
    write_surface, writes_gltf,
};
use brenier::parameterize::{ChartReport, LayoutProof, Miss, Parameterization, ParameterizeOutcome};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Writes the mesh, and proves that it is one to one on the points as they are written: the doubles
/// of .obj and .ply, the single precision of .glb and .gltf.
pub fn write(path: &Path, mesh: &SurfaceFile, found: &Parameterization) -> Result<LayoutProof, Failure> {
    if writes_gltf(path) {
        // Their second axis points down from 1. The layout moved down by 1 has the same numbers up
        // to the sign, and its orientation.
        let below: Vec<[f64; 2]> = found.points.iter().map(|[u, v]| [*u, v - 1.0]).collect();
        let rounded = found.rounded(&below);
        let points: Vec<[f32; 2]> = rounded.iter().map(|[u, v]| [*u, -v]).collect();
        write_gltf(path, &SingleMesh::new(&mesh.vertices, &found.triangles, &points, &found.corners))?;
        return Ok(found.prove(&rounded.iter().map(|p| p.map(f64::from)).collect::<Vec<_>>()));
    }
    if has_ending(path, "obj") {
        write_obj_like(path, mesh, found)?;
        return Ok(found.prove(&found.points));
    }
    let data = MeshData {
        vertices: &mesh.vertices,
        triangles: &found.triangles,
        texture: Some(Texture { points: &found.points, corners: &found.corners }),
        ..MeshData::default()
    };
    write_surface(path, &data, Encoding::Binary)?;
    Ok(found.prove(&found.points))
}

/// What single precision did to a layout that is one to one in doubles.
pub fn spoiled(path: &Path, proof: &LayoutProof) -> String {
    let list = |faces: &[u32], what: &str| {
        let names: Vec<String> = faces.iter().take(3).map(u32::to_string).collect();
        let more = if faces.len() > 3 { ", ..." } else { "" };
        (!faces.is_empty()).then(|| format!("{} {what} (triangle {}{more})", faces.len(), names.join(", ")))
    };
    let crossings = (proof.crossings > 0).then(|| count(proof.crossings, "crossing") + " of outlines");
    let told: Vec<String> =
        [list(&proof.flipped, "flipped"), list(&proof.flat, "flat"), crossings].into_iter().flatten().collect();
    let told = if told.is_empty() { "charts touch".into() } else { told.join(", ") };
    format!(
        "{}: not one to one any more in its single precision: {told}; write .obj or .ply, which hold doubles",
        path.display()
    )
}

/// Charts whose warnings are told one by one.
const TOLD: usize = 3;

/// What charts have missed, with what can be done.
pub fn missed(path: &Path, mesh: &SurfaceFile, found: &Parameterization, most: Option<usize>) -> Vec<String> {
    let all: Vec<_> = found.charts.iter().flat_map(|c| c.misses.iter().map(move |m| (c, m))).collect();
    let one = |(c, m): &(&ChartReport, &Miss)| {
        let face = mesh.polygon(found.face_of[c.first as usize]);
        format!("{}: the chart of face {face} ({}) {m}", path.display(), count(c.faces, "triangle"))
    };
    let mut lines: Vec<String> = all.iter().take(TOLD).map(one).collect();
    if let Some(most) = most.filter(|m| found.charts.len() > *m) {
        let charts = found.charts.len();
        lines.insert(
            0,
            format!(
                "{}: {charts} charts, {most} will not do: closed surfaces need two, handles and parts more",
                path.display()
            ),
        );
    }
    if all.len() > TOLD {
        lines.push(format!("{}: {} more of the kind; --report has all of them", path.display(), all.len() - TOLD));
    }
    lines
}

/// A note about holes that stayed holes.
pub fn holes(found: &Parameterization) -> Option<String> {
    let holes: usize = found.charts.iter().map(|c| c.holes).sum();
    let edges = found.charts.iter().map(|c| c.hole_edges).max().unwrap_or(0);
    (holes > 0).then(|| {
        let longest = if holes == 1 { format!("of {edges} edges") } else { format!("of at most {edges} edges each") };
        format!(
            "{} {longest} stayed open without a cut to the boundary (--fill-holes 0 cuts)",
            count(holes, "small hole")
        )
    })
}

/// The report as JSON text.
pub fn report(
    args: &ParameterizeArgs,
    mesh: &SurfaceFile,
    found: &Parameterization,
    proof: &LayoutProof,
    seconds: f64,
) -> Result<String, Failure> {
    let report = Report {
        format: "brenier/parameterization",
        version: 1,
        command: "parameterize",
        mesh: args.mesh.display().to_string(),
        output: args.output.display().to_string(),
        boundary: &args.boundary,
        area_weight: args.weight(),
        vertices: mesh.vertices.len(),
        triangles: found.triangles.len(),
        points: found.points.len(),
        outcome: match found.outcome {
            ParameterizeOutcome::TimeLimit => "time limit reached",
            ParameterizeOutcome::Interrupted => "interrupted",
            _ => "done",
        },
        bijective: proof.bijective(),
        flipped: proof.flipped.len(),
        flat: proof.flat.len(),
        crossings: proof.crossings,
        // Other triangles than the input's have only the numbers with which they are written.
        distortion: DistortionFields::new(&found.distortion, |t| match args.remesh {
            true => t,
            false => found.face_of[t as usize],
        }),
        atlas: args.atlas.is_wanted().then_some(AtlasRow {
            max_stretch: args.atlas.max_stretch,
            most_charts: args.atlas.charts,
            padding: args.atlas.padding,
            texture: args.atlas.texture,
        }),
        fill: found.fill,
        charts: found.charts.iter().map(|c| chart(c, found)).collect(),
        repair: found.log.steps.iter().map(|s| s.to_string()).collect(),
        threads: rayon::current_num_threads(),
        seconds,
        peak_bytes: peak_bytes(),
    };
    serde_json::to_string(&report).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))
}

/// Writes the report.
pub fn write_report(
    path: &Path,
    args: &ParameterizeArgs,
    mesh: &SurfaceFile,
    found: &Parameterization,
    proof: &LayoutProof,
    seconds: f64,
) -> Result<(), Failure> {
    let text = report(args, mesh, found, proof, seconds)?;
    Ok(write_atomically(path, |w| writeln!(w, "{text}"))?)
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'a str,
    version: u32,
    command: &'a str,
    mesh: String,
    output: String,
    boundary: &'a str,
    area_weight: f64,
    vertices: usize,
    triangles: usize,
    points: usize,
    outcome: &'a str,
    bijective: bool,
    flipped: usize,
    flat: usize,
    crossings: usize,
    #[serde(flatten)]
    distortion: DistortionFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    atlas: Option<AtlasRow>,
    fill: f64,
    charts: Vec<ChartRow>,
    repair: Vec<String>,
    threads: usize,
    seconds: f64,
    peak_bytes: u64,
}

#[derive(Serialize)]
struct ChartRow {
    first_triangle: u32,
    triangles: usize,
    vertices: usize,
    genus: usize,
    loops: usize,
    holes: usize,
    cut_edges: usize,
    opened_edges: usize,
    tries: usize,
    stretch_50_95_99: [f64; 3],
    stretch_95: f64,
    warnings: Vec<String>,
    flipped: usize,
    flat: usize,
    crossings: usize,
    disk: bool,
    bijective: bool,
    side_bulge: f64,
    embedding_rounds: usize,
    transport_share: f64,
    area_error_embedded_transported_refined: [f64; 3],
    newton_steps: usize,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    remeshed: Option<RemeshRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<CellRow>,
}

/// What was asked of an atlas.
#[derive(Serialize)]
struct AtlasRow {
    max_stretch: Option<f64>,
    most_charts: Option<usize>,
    padding: Option<f64>,
    texture: u32,
}

#[derive(Serialize)]
struct RemeshRow {
    edges_inside: usize,
    kept_edges: usize,
    kept_triangles: usize,
    beyond_domain: usize,
    mended: usize,
    flat_in_space: usize,
    doubled_edges: usize,
    area_in_space_before_after: [f64; 2],
    folds_before_after: [usize; 2],
}

#[derive(Serialize)]
struct CellRow {
    cells: usize,
    max_relative_mass_error: [f64; 2],
    w2_squared: [f64; 2],
    max_relative_star_error: f64,
}

fn chart(c: &ChartReport, found: &Parameterization) -> ChartRow {
    ChartRow {
        first_triangle: found.face_of[c.first as usize],
        triangles: c.faces,
        vertices: c.vertices,
        genus: c.genus,
        loops: c.loops,
        holes: c.holes,
        cut_edges: c.cut_edges,
        opened_edges: c.opened_edges,
        tries: c.tries,
        stretch_50_95_99: c.stretches,
        stretch_95: c.stretch,
        warnings: c.misses.iter().map(Miss::to_string).collect(),
        flipped: c.proof.flipped,
        flat: c.proof.flat,
        crossings: c.proof.crossings,
        disk: c.proof.disk,
        bijective: c.proof.bijective(),
        side_bulge: c.bulge,
        embedding_rounds: c.rounds,
        transport_share: c.moved,
        area_error_embedded_transported_refined: c.area_errors,
        newton_steps: c.steps,
        seconds: c.seconds,
        remeshed: c.remeshed.map(|r| RemeshRow {
            edges_inside: r.edges,
            kept_edges: r.kept_edges,
            kept_triangles: r.kept_triangles,
            beyond_domain: r.beyond,
            mended: r.mended,
            flat_in_space: r.flat_in_space,
            doubled_edges: r.doubled,
            area_in_space_before_after: r.area,
            folds_before_after: r.folds,
        }),
        cells: c.cells.map(|p| CellRow {
            cells: p.cells,
            max_relative_mass_error: p.max_relative_error,
            w2_squared: p.w2_squared,
            max_relative_star_error: p.star_error,
        }),
    }
}
