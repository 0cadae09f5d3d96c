//! `brenier lens`: the mirror or lens of flat facets whose light is a picture.

use crate::args::Common;
use crate::console::{count, table};
use crate::failure::{Failure, code};
use crate::limits::{check_memory, read_limit};
use crate::picture;
use crate::polytope_args::LensArgs;
use crate::reports::say;
use brenier::io::{Encoding, Field, MeshData, read_lens, write_surface};
use brenier::lens::{LensOptions, LensTarget, Optic, design_lens, plate, relief, trace};
use serde_json::json;
use std::path::Path;
use std::time::Instant;

pub fn run(args: &LensArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let path = &args.problem;
    let file = read_lens(path, read_limit(common))?;
    check_memory(common, path, file.data.picture.values.len().min(args.facets as usize), 0)?;
    let options = LensOptions::default().facets(args.facets as usize).tolerance(args.tol);
    let input = |e: brenier::lens::LensError| Failure::new(code::INPUT, format!("{}: {e}", path.display()));
    let design = design_lens(&file.data, &options).map_err(input)?;
    let smooth = args.smooth.map(|pitch| relief(&design, &file.data, pitch)).transpose().map_err(input)?;
    let surface = smooth.as_ref().unwrap_or(&design.surface);
    let solid = plate(surface, args.thickness);
    let size = [design.picture.width, design.picture.height()];
    // Heights are counted from the lowest point of the surface, which the plate lifts.
    let target = match file.data.target {
        LensTarget::Screen { distance, width } => LensTarget::Screen { distance: distance + args.thickness, width },
        angle => angle,
    };
    let traced = trace(&solid, file.data.optic, target, design.half, size);
    let field: Vec<f64> = surface.sites.iter().map(|&i| f64::from(design.pixels[i as usize])).collect();
    let mut all = field;
    // The foot and the sides have no pixel.
    all.resize(solid.triangles.len(), -1.0);
    let fields = [Field { name: "pixel", columns: 1, values: &all }];
    let is_ply = args.output.extension().is_some_and(|e| e.eq_ignore_ascii_case("ply"));
    let mesh = MeshData {
        vertices: &solid.vertices,
        triangles: &solid.triangles,
        face_fields: if is_ply { &fields } else { &[] },
        ..MeshData::default()
    };
    write_surface(&args.output, &mesh, Encoding::Binary)?;
    let mut written: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.preview {
        picture::write_grey(path, size, &traced.light.bytes())?;
        written.push(path);
    }
    let correlation = traced.light.correlation(&design.picture);
    let landed: f64 = traced.light.values.iter().sum::<f64>() / traced.beam;
    let highest = surface.vertices.iter().map(|v| v[2]).fold(0.0, f64::max);
    let closed = solid.is_closed();
    let seconds = start.elapsed().as_secs_f64();
    if common.json {
        let report = json!({
            "command": "lens",
            "output": args.output.display().to_string(),
            "facets": design.pixels.len(),
            "smooth": smooth.is_some(),
            "pixels": size,
            "converged": design.converged,
            "max_relative_error": design.max_relative_error,
            "misses": design.misses,
            "relief": highest,
            "steepest": design.steepest,
            "triangles": solid.triangles.len(),
            "closed": closed,
            "correlation": correlation,
            "landed": landed,
            "lost": traced.lost / traced.beam,
            "seconds": seconds,
            "notes": file.notes,
        });
        say(&format!("{report}\n"))?;
    } else if !common.quiet {
        let kind = match file.data.optic {
            Optic::Mirror => "mirror".to_string(),
            Optic::Lens { index } => format!("lens of index {index}"),
        };
        let facets = count(design.pixels.len(), "facet");
        let smoothed = if smooth.is_some() { ", made smooth" } else { "" };
        let state = if design.converged { "converged" } else { "not converged" };
        let error = design.max_relative_error;
        let mut rows = vec![
            ("problem", format!("{}: {kind}, {} x {} pixels", path.display(), size[0], size[1])),
            ("result", format!("{state}, {facets}{smoothed}, max relative error of their energies {error:.2e}")),
        ];
        if let Some(miss) = design.misses.last() {
            let aims = count(design.misses.len(), "aim");
            rows.push(("screen", format!("facets miss their pixels by {miss:.3} pixels at most, after {aims}")));
        }
        rows.extend([
            (
                "solid",
                format!(
                    "{}, {}; relief {highest:.4}, steepest slope {:.4}",
                    count(solid.triangles.len(), "triangle"),
                    if closed { "closed" } else { "not closed" },
                    design.steepest
                ),
            ),
            (
                "light",
                format!(
                    "correlation {correlation:.6} with the picture, {:.3} % of the beam falls on it",
                    100.0 * landed
                ),
            ),
            ("time", format!("{seconds:.2} s")),
        ]);
        if !design.settles() {
            let what = "facets do not settle: the light spreads too little for the width of the aperture; make the \
                        picture larger, or take the other shape";
            rows.push(("note", what.to_string()));
        }
        rows.extend(file.notes.iter().map(|n| ("note", n.clone())));
        rows.extend(written.iter().map(|p| ("written", p.display().to_string())));
        say(&table(&rows))?;
    }
    Ok(if design.converged { code::DONE } else { code::NOT_CONVERGED })
}
