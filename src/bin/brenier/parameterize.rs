//! `brenier parameterize`: a mesh into the plane, area for area, without flips.

use crate::args::{Common, ParameterizeArgs};
use crate::console::{ChartBar, count, table, warn};
use crate::failure::{Failure, code};
use crate::limits::{check_memory, peak_bytes, read_limit};
use crate::reports::say;
use crate::{
    deadline, interrupt, parameterize_files as files, parameterize_sphere as sphere, parameterize_tables as tables,
    picture,
};
use brenier::io::{SurfaceFile, read_points, read_surface};
use brenier::parameterize::{
    Boundary, LayoutProof, Merge, Parameterization, ParameterizeError, ParameterizeOptions, ParameterizeOutcome,
    RemeshReport, Target, parameterize_with,
};
use brenier::plot::Charts;
use brenier::transport::Control;
use std::path::Path;
use std::time::Instant;

pub fn run(args: &ParameterizeArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    picture::check_charts(args)?;
    sphere::check_ending(args)?;
    if args.sphere {
        return sphere::run(args, common);
    }
    let boundary_file = match args.boundary.as_str() {
        "disk" | "square" | "free" => None,
        file => Some(Path::new(file)),
    };
    if let Some(file) = boundary_file.filter(|f| f.extension().is_none() && *f != Path::new("-") && !f.exists()) {
        let what = format!(
            "--boundary {}: no such shape, and no such file; use disk, square, free or a file of corners",
            file.display()
        );
        return Err(Failure::new(code::USAGE, what));
    }
    let out = [Some(&*args.output), args.report.as_deref(), args.html.as_deref(), args.plot.as_deref()];
    let mut mesh = read_surface(&args.mesh, read_limit(common))?;
    check_memory(common, &args.mesh, 0, mesh.triangles.len())?;
    let mut notes = Vec::new();
    let mut options = options(args, common, &mesh, boundary_file, &mut notes)?;
    mesh.notes.extend(notes);
    if let Some(distance) = args.merge.filter(|d| *d > 0.0) {
        let kept = tables::merge(&mut mesh, distance);
        options.seams.iter_mut().flatten().for_each(|v| *v = kept[*v as usize]);
        options.landmarks.iter_mut().for_each(|l| l.vertex = kept[l.vertex as usize]);
    }
    if args.seams_of_input() {
        options.seams = tables::seams_of_input(&args.mesh, &mesh)?;
    }
    options.time_limit = common.time_limit.map(|t| t.saturating_sub(start.elapsed()));
    let bar = ChartBar::new(common);
    interrupt::be_polite();
    let found = parameterize_with(&mesh.vertices, &mesh.triangles, &options, &mut |progress| {
        bar.show(progress);
        if interrupt::requested() { Control::Stop } else { Control::Continue }
    });
    bar.finish();
    let mut found = found.map_err(|e| of_library(&args.mesh, e, &mesh))?;
    mesh.notes.extend(files::holes(&found));
    found.log.rename_faces(|f| mesh.polygon(f));
    if args.merge.is_none_or(|d| d == 0.0) {
        mesh.notes.extend(tables::hint(&mesh, &found));
    }
    let mut warnings: Vec<String> = found.log.steps.iter().filter(|s| s.is_warning()).map(|s| s.to_string()).collect();
    deadline::be_written();
    let proof = files::write(&args.output, &mesh, &found)?;
    if found.bijective && !proof.bijective() {
        warnings.push(files::spoiled(&args.output, &proof));
    }
    warnings.extend(files::missed(&args.mesh, &mesh, &found, args.atlas.charts));
    warn(common, &warnings);
    let seconds = start.elapsed().as_secs_f64();
    if let Some(path) = &args.report {
        files::write_report(path, args, &mesh, &found, &proof, seconds)?;
    }
    if args.html.is_some() || args.plot.is_some() {
        picture::draw_charts(args, &Charts::new(&mesh.vertices, &found).judged(proof.clone()))?;
    }
    let written: Vec<&Path> = out.into_iter().flatten().collect();
    if found.outcome == ParameterizeOutcome::Interrupted {
        let what = if proof.bijective() { "one to one" } else { "not one to one" };
        let text = format!("interrupted; the best layout there was, {what}, is in {}", args.output.display());
        return Err(Failure::new(code::INTERRUPTED, text));
    }
    report(args, common, &mesh, &found, &proof, &written, seconds)?;
    if found.outcome == ParameterizeOutcome::TimeLimit {
        return Ok(code::LIMIT);
    }
    Ok(if proof.bijective() { code::DONE } else { code::NOT_CONVERGED })
}

pub fn of_library(path: &Path, e: ParameterizeError, mesh: &SurfaceFile) -> Failure {
    let e = match e {
        ParameterizeError::Surface(e) => ParameterizeError::Surface(e.with_faces(|f| mesh.polygon(f))),
        ParameterizeError::Remesh { face, why } => ParameterizeError::Remesh { face: mesh.polygon(face), why },
        other => other,
    };
    let code = match e {
        ParameterizeError::Memory { .. } => code::LIMIT,
        // What is asked for, not what is given.
        ParameterizeError::Atlas { .. } => code::USAGE,
        _ => code::INPUT,
    };
    Failure::new(code, format!("{}: {e}", path.display()))
}

/// What the flags and their files say.
fn options(
    args: &ParameterizeArgs,
    common: &Common,
    mesh: &SurfaceFile,
    boundary_file: Option<&Path>,
    notes: &mut Vec<String>,
) -> Result<ParameterizeOptions, Failure> {
    let limit = read_limit(common);
    let boundary = match (args.boundary.as_str(), boundary_file) {
        ("square", _) => Boundary::Square,
        ("free", _) => Boundary::Free,
        (_, Some(file)) => {
            let read = read_points(file, limit)?;
            notes.extend(read.notes);
            Boundary::Polygon(read.points)
        }
        _ => Boundary::Disk,
    };
    let vertices = mesh.vertices.len();
    let mut seams = Vec::new();
    if let Some(file) = args.seams.as_ref().filter(|_| !args.seams_of_input()) {
        seams = tables::seams(file, vertices, limit, notes)?;
    }
    let mut landmarks = Vec::new();
    if let Some(file) = &args.landmarks {
        landmarks = tables::landmarks(file, vertices, args.landmark_weight, limit, notes)?;
    }
    let target = match &args.density {
        None => Target::Area,
        Some(file) => tables::density(file, mesh, limit)?,
    };
    let merge = if args.merge.is_some() { Merge::Always } else { Merge::Soup };
    Ok(ParameterizeOptions::default()
        .boundary(boundary)
        .area_weight(args.weight())
        .max_stretch(args.atlas.max_stretch)
        .charts(args.atlas.charts)
        .padding(args.atlas.padding.unwrap_or(0.0))
        .texture(args.atlas.texture)
        .polygons(mesh.polygons.clone())
        .target(target)
        .seams(seams)
        .landmarks(landmarks)
        .merge(merge)
        .certify(args.certify)
        .fill_holes(args.fill_holes)
        .remesh(args.remesh))
}

fn report(
    args: &ParameterizeArgs,
    common: &Common,
    mesh: &SurfaceFile,
    found: &Parameterization,
    proof: &LayoutProof,
    written: &[&Path],
    seconds: f64,
) -> Result<(), Failure> {
    if common.json {
        let text = files::report(args, mesh, found, proof, seconds)?;
        return say(&format!("{text}\n"));
    }
    if common.quiet {
        return Ok(());
    }
    let d = &found.distortion;
    let cut: usize = found.charts.iter().map(|c| c.cut_edges).sum();
    let mut surface = format!(
        "{} and {}",
        count(mesh.vertices.len(), "vertex").replace("vertexs", "vertices"),
        count(found.triangles.len(), "triangle")
    );
    surface += &format!(" in {}", count(found.charts.len(), "chart"));
    if cut > 0 {
        surface += &format!(", {} cut", count(cut, "edge"));
    }
    let opened: usize = found.charts.iter().map(|c| c.opened_edges).sum();
    if opened > 0 {
        surface += &format!(" ({opened} of them along limbs)");
    }
    let map = if proof.bijective() {
        format!(
            "one to one: all {} positive, boundary simple, exactly on the numbers written",
            count(found.triangles.len(), "triangle")
        )
    } else {
        let (flipped, flat) = (proof.flipped.len(), proof.flat.len());
        format!(
            "not one to one: {flipped} flipped, {flat} flat, {} of the boundary",
            count(proof.crossings, "crossing")
        )
    };
    let mut rows = vec![
        ("surface", surface),
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
    if args.atlas.is_wanted() {
        rows.push(("atlas", atlas(args, mesh, found)));
    }
    if args.remesh && found.charts.iter().any(|c| c.remeshed.is_some()) {
        rows.push(("remeshed", remeshed(found)));
    }
    for cells in found.charts.iter().filter_map(|c| c.cells) {
        let [low, high] = cells.max_relative_error;
        rows.push((
            "cells",
            format!(
                "{} with the vertices' masses up to {high:.1e} (at least {low:.1e}), stars up to {:.1e}, proved in rationals",
                cells.cells,
                cells.star_error
            ),
        ));
    }
    if let Some(c) = found.charts.iter().find(|c| c.bulge > 0.0) {
        rows.push((
            "note",
            format!(
                "straight sides were bent outwards by {} of their length, as an edge inside would lie on one",
                c.bulge
            ),
        ));
    }
    rows.extend(found.log.steps.iter().filter(|s| !s.is_warning()).map(|s| ("note", s.to_string())));
    rows.extend(mesh.notes.iter().map(|n| ("note", n.clone())));
    if found.outcome == ParameterizeOutcome::TimeLimit {
        let left = found.charts.iter().filter(|c| c.stopped.is_some()).count();
        let all = count(found.charts.len(), "chart");
        let what = match (args.atlas.is_wanted(), left) {
            (true, 0) => format!("{all} so far, perhaps more than need be"),
            (true, _) => format!("{all} so far, perhaps more than need be, {left} not finished"),
            _ => format!("{left} of {all} not finished"),
        };
        rows.push(("note", format!("time limit reached: {what}; this is the best there was")));
    }
    rows.push((
        "time",
        format!("{seconds:.2} s on {}, {} MiB", count(rayon::current_num_threads(), "thread"), peak_bytes() >> 20),
    ));
    rows.extend(written.iter().map(|p| ("written", p.display().to_string())));
    say(&table(&rows))
}

/// The chart that is stretched most, and how the square is used.
fn atlas(args: &ParameterizeArgs, mesh: &SurfaceFile, found: &Parameterization) -> String {
    let worst = found.charts.iter().max_by(|a, b| a.stretches[2].total_cmp(&b.stretches[2]));
    let told = worst.map(|c| {
        let face = mesh.polygon(found.face_of[c.first as usize]);
        format!(", the one of face {face} with a stretch of {:.3} at 99 % of its area", c.stretches[2])
    });
    let texture = args.atlas.texture;
    let padding = args.atlas.padding.filter(|p| *p > 0.0);
    let padding = padding.map(|p| format!(", {p} of {texture} texels or more between them"));
    format!(
        "{}{}{}; they fill {:.0} % of the square",
        count(found.charts.len(), "chart"),
        told.unwrap_or_default(),
        padding.unwrap_or_default(),
        100.0 * found.fill
    )
}

/// What remeshing did to all charts.
fn remeshed(found: &Parameterization) -> String {
    let sum =
        |of: fn(&RemeshReport) -> usize| found.charts.iter().filter_map(|c| c.remeshed.as_ref()).map(of).sum::<usize>();
    let area = |k: usize| found.charts.iter().filter_map(|c| c.remeshed).map(|r| r.area[k]).sum::<f64>();
    let mut text = format!(
        "{} of {} inside kept, {} beyond the domain, {} mended; area in space {:.3} of what it was, folds {} (before: {})",
        sum(|r| r.kept_edges),
        count(sum(|r| r.edges), "edge"),
        sum(|r| r.beyond),
        sum(|r| r.mended),
        area(1) / area(0),
        sum(|r| r.folds[1]),
        sum(|r| r.folds[0])
    );
    let (flat, doubled) = (sum(|r| r.flat_in_space), sum(|r| r.doubled));
    if flat > 0 {
        text += &format!(", {} flat in space", count(flat, "triangle"));
    }
    if doubled > 0 {
        text += &format!(", {} with more than two triangles", count(doubled, "edge"));
    }
    text
}
