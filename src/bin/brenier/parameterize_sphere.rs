//! `brenier parameterize --sphere`: a closed mesh onto the unit sphere.

use crate::args::{Common, ParameterizeArgs};
use crate::console::{count, table, warn};
use crate::distortion::DistortionFields;
use crate::failure::{Failure, code};
use crate::limits::{check_memory, peak_bytes, read_limit};
use crate::parameterize::of_library;
use crate::reports::say;
use crate::{parameterize_tables as tables, picture};
use brenier::io::{Encoding, MeshData, SurfaceFile, has_ending, read_surface, write_atomically, write_surface};
use brenier::parameterize::{
    Merge, ParameterizeError, SphereMap, SphereMiss, SphereOptions, SphereProof, Target, parameterize_sphere,
};
use brenier::plot::SphereCharts;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Endings of meshes on the sphere only, and of layouts only.
const SPHERE_ONLY: [&str; 2] = ["off", "stl"];
const LAYOUT_ONLY: [&str; 2] = ["glb", "gltf"];

/// Refuses endings that hold no texture coordinates, or not the numbers that are proved.
pub fn check_ending(args: &ParameterizeArgs) -> Result<(), Failure> {
    let what = match args.sphere {
        false if SPHERE_ONLY.iter().any(|e| has_ending(&args.output, e)) => {
            "such a file has no place for points of the plane; write .obj, .ply, .glb or .gltf"
        }
        true if LAYOUT_ONLY.iter().any(|e| has_ending(&args.output, e)) => {
            "meshes on the sphere are written as .obj, .ply, .off or .stl; choose one of these"
        }
        _ => return Ok(()),
    };
    Err(Failure::new(code::USAGE, format!("{}: {what}", args.output.display())))
}

/// The weight that is given, or the usual one on a sphere.
fn weight(args: &ParameterizeArgs) -> f64 {
    args.area_weight.unwrap_or(SphereOptions::default().area_weight)
}

pub fn run(args: &ParameterizeArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let mut mesh = read_surface(&args.mesh, read_limit(common))?;
    check_memory(common, &args.mesh, 0, mesh.triangles.len())?;
    let target = match &args.density {
        None => Target::Area,
        Some(file) => tables::density(file, &mesh, read_limit(common))?,
    };
    let kept = args.merge.filter(|d| *d > 0.0).map(|distance| tables::merge(&mut mesh, distance));
    let merge = if args.merge.is_some() { Merge::Always } else { Merge::Soup };
    let options = SphereOptions::default().area_weight(weight(args)).target(target).merge(merge);
    let mut found = match parameterize_sphere(&mesh.vertices, &mesh.triangles, &options) {
        Err(ParameterizeError::Parts { count, faces }) => {
            let faces = faces.map(|f| mesh.polygon(f));
            return Err(of_library(&args.mesh, ParameterizeError::Parts { count, faces }, &mesh));
        }
        found => found.map_err(|e| of_library(&args.mesh, e, &mesh))?,
    };
    // Vertices that were made one with others lie where these do.
    for (v, &other) in kept.iter().flatten().enumerate() {
        found.points[v] = found.points[other as usize];
    }
    found.log.rename_faces(|f| mesh.polygon(f));
    if found.report.turned {
        mesh.notes.push("the mesh was inside out (its volume is negative); its triangles were turned".into());
    }
    let mut warnings: Vec<String> = found.log.steps.iter().filter(|s| s.is_warning()).map(|s| s.to_string()).collect();
    let proof = write(&args.output, &found)?;
    let file = args.mesh.display();
    if found.proof.one_to_one() && !proof.one_to_one() {
        let (flipped, flat) = (proof.flipped.len(), proof.flat.len());
        let out = args.output.display();
        warnings.push(format!(
            "{out}: not one to one any more in its single precision: {flipped} flipped, {flat} flat; write .obj, .ply or .off, which hold doubles"
        ));
    }
    warnings.extend(found.report.misses.iter().map(|m| format!("{file}: the map {m}")));
    warn(common, &warnings);
    let seconds = start.elapsed().as_secs_f64();
    if let Some(path) = &args.report {
        let text = report(args, &mesh, &found, &proof, seconds)?;
        write_atomically(path, |w| writeln!(w, "{text}"))?;
    }
    if args.html.is_some() || args.plot.is_some() {
        picture::draw_charts(args, &SphereCharts::new(&mesh.vertices, &found).judged(proof.clone()))?;
    }
    if common.json {
        let text = report(args, &mesh, &found, &proof, seconds)?;
        say(&format!("{text}\n"))?;
    } else if !common.quiet {
        say(&table(&rows(args, &mesh, &found, &proof, seconds)))?;
    }
    Ok(if proof.one_to_one() { code::DONE } else { code::NOT_CONVERGED })
}

/// Writes the triangles on the sphere, and proves that they are one to one on the points as they
/// are written: the doubles of .obj, .ply and .off, the single precision of .stl.
fn write(path: &Path, found: &SphereMap) -> Result<SphereProof, Failure> {
    let data = MeshData { vertices: &found.points, triangles: &found.triangles, ..MeshData::default() };
    write_surface(path, &data, Encoding::Binary)?;
    if has_ending(path, "stl") {
        let single: Vec<[f64; 3]> = found.points.iter().map(|p| p.map(|x| f64::from(x as f32))).collect();
        return Ok(found.prove(&single));
    }
    Ok(found.proof.clone())
}

fn rows(
    args: &ParameterizeArgs,
    mesh: &SurfaceFile,
    found: &SphereMap,
    proof: &SphereProof,
    seconds: f64,
) -> Vec<(&'static str, String)> {
    let (d, n) = (&found.distortion, found.triangles.len());
    let map = if proof.one_to_one() {
        format!(
            "one to one: all {} positive, the sphere covered once, exactly on the numbers written",
            count(n, "triangle")
        )
    } else {
        let degree = proof.degree.map_or("unknown".into(), |d| d.to_string());
        format!("not one to one: {} flipped, {} flat, degree {degree}", proof.flipped.len(), proof.flat.len())
    };
    let vertices = count(found.report.vertices, "vertex").replace("vertexs", "vertices");
    let mut rows = vec![
        ("surface", format!("{vertices} and {}, genus 0", count(n, "triangle"))),
        ("map", map),
        (
            "areas",
            format!(
                "L1 error {:.2e} (of 2), vertex stars {:.2e}, ratios {:.3} to {:.3}",
                d.area_error, d.star_error, d.area_ratio[0], d.area_ratio[1]
            ),
        ),
        (
            "angles",
            format!(
                "stretch {:.2}, {:.2}, {:.2} at 50, 95, 99 % of the area; errors {:.1}, {:.1}, {:.1} degrees",
                d.stretch[0], d.stretch[1], d.stretch[2], d.angle[0], d.angle[1], d.angle[2]
            ),
        ),
    ];
    rows.extend(found.log.steps.iter().filter(|s| !s.is_warning()).map(|s| ("note", s.to_string())));
    rows.extend(mesh.notes.iter().map(|n| ("note", n.clone())));
    let threads = count(rayon::current_num_threads(), "thread");
    rows.push(("time", format!("{seconds:.2} s on {threads}, {} MiB", peak_bytes() >> 20)));
    let out = [Some(&args.output), args.report.as_ref(), args.html.as_ref(), args.plot.as_ref()];
    rows.extend(out.into_iter().flatten().map(|p| ("written", p.display().to_string())));
    rows
}

/// The report as JSON text.
fn report(
    args: &ParameterizeArgs,
    mesh: &SurfaceFile,
    found: &SphereMap,
    proof: &SphereProof,
    seconds: f64,
) -> Result<String, Failure> {
    let r = &found.report;
    let report = Report {
        format: "brenier/sphere-map",
        version: 1,
        command: "parameterize",
        mesh: args.mesh.display().to_string(),
        output: args.output.display().to_string(),
        area_weight: weight(args),
        vertices: mesh.vertices.len(),
        placed: r.vertices,
        triangles: found.triangles.len(),
        bijective: proof.one_to_one(),
        flipped: proof.flipped.len(),
        flat: proof.flat.len(),
        degree: proof.degree,
        distortion: DistortionFields::new(&found.distortion, |t| found.face_of[t as usize]),
        levels: r.levels,
        newton_steps: r.steps,
        area_error_placed_refined: r.area_errors,
        turned: r.turned,
        warnings: r.misses.iter().map(SphereMiss::to_string).collect(),
        repair: found.log.steps.iter().map(|s| s.to_string()).collect(),
        threads: rayon::current_num_threads(),
        seconds,
        peak_bytes: peak_bytes(),
    };
    serde_json::to_string(&report).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'a str,
    version: u32,
    command: &'a str,
    mesh: String,
    output: String,
    area_weight: f64,
    vertices: usize,
    placed: usize,
    triangles: usize,
    bijective: bool,
    flipped: usize,
    flat: usize,
    degree: Option<i64>,
    #[serde(flatten)]
    distortion: DistortionFields<'a>,
    levels: usize,
    newton_steps: usize,
    area_error_placed_refined: [f64; 2],
    turned: bool,
    warnings: Vec<String>,
    repair: Vec<String>,
    threads: usize,
    seconds: f64,
    peak_bytes: u64,
}
