//! `brenier minkowski` and `brenier curvature`: polytopes with given areas or curvatures.

use crate::args::Common;
use crate::console::{Busy, count, table, warn};
use crate::deadline;
use crate::failure::{Failure, code};
use crate::interrupt;
use crate::limits::{check_memory, read_limit};
use crate::picture;
use crate::polytope_args::{CurvatureArgs, MinkowskiArgs, PolytopeArgs};
use crate::reports::say;
use brenier::io::{
    Encoding, Field, MeshData, PolytopeFile, PolytopeKind, read_polytope, read_polytope_solution,
    write_polytope_solution, write_surface,
};
use brenier::polytope::{
    CurvatureOptions, CurvatureProblem, MinkowskiOptions, MinkowskiProblem, Polyhedron, PolytopeClaims,
    PolytopeOutcome, PolytopeStep, curvature, minkowski, verify_curvature, verify_minkowski,
};
use brenier::transport::Line;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// What both commands tell and write.
struct Found<'a> {
    kind: PolytopeKind,
    problem: &'a Path,
    args: &'a PolytopeArgs,
    claims: PolytopeClaims,
    solid: Polyhedron,
    /// How it ended, in words, and the exit code if it was ended before its time.
    outcome: (String, Option<u8>),
    steps: Vec<PolytopeStep>,
    notes: Vec<String>,
    /// A row of its own.
    size: (&'static str, String),
    start: Instant,
}

/// Shows how far a solve is, and ends it in time.
struct Watch {
    start: Instant,
    limit: Option<Duration>,
    busy: Busy,
    /// Why it was ended.
    why: Option<(u8, &'static str)>,
}

impl Watch {
    fn new(common: &Common, start: Instant) -> Watch {
        interrupt::be_polite();
        deadline::be_polite(None);
        Watch { start, limit: common.time_limit, busy: Busy::new(common, "solving"), why: None }
    }

    /// Whether another step may begin.
    fn goes_on(&mut self, steps: &[PolytopeStep]) -> bool {
        if let Some(last) = steps.last() {
            self.busy.say(format!("step {}, error {:.2e}", steps.len() - 1, last.residual));
        }
        if interrupt::requested() {
            self.why = Some((code::INTERRUPTED, "interrupted"));
        } else if self.limit.is_some_and(|limit| self.start.elapsed() >= limit) {
            self.why = Some((code::LIMIT, "time limit reached"));
        }
        self.why.is_none()
    }

    /// How it ended, in words, and the exit code if it was ended.
    fn ended(self, outcome: &PolytopeOutcome) -> (String, Option<u8>) {
        deadline::be_written();
        match (outcome, self.why) {
            (PolytopeOutcome::Interrupted, Some((code, why))) => (why.into(), Some(code)),
            _ => (outcome.text(), None),
        }
    }
}

fn read(path: &Path, kind: PolytopeKind, common: &Common) -> Result<PolytopeFile, Failure> {
    let file = read_polytope(path, kind, read_limit(common))?;
    check_memory(common, path, file.vectors.len(), 0)?;
    Ok(file)
}

fn refused(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::new(code::INPUT, format!("{}: {why}", path.display()))
}

pub fn run_minkowski(args: &MinkowskiArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let (path, kind) = (&args.problem, PolytopeKind::Minkowski);
    let file = read(path, kind, common)?;
    let problem = MinkowskiProblem::new(&file.vectors, &file.values, args.adjust).map_err(|e| refused(path, e))?;
    let options = MinkowskiOptions::default().tolerance(args.common.tol).max_iterations(args.common.max_iterations);
    let mut watch = Watch::new(common, start);
    let found = minkowski(&problem, &options, &mut |steps| watch.goes_on(steps));
    let mut notes = file.notes;
    merged(&mut notes, problem.directions().merged(), "normals that others repeat were merged, their areas added");
    if problem.adjusted() > 0.0 {
        let (open, most) = (problem.imbalance(), problem.adjusted());
        notes.push(format!("areas did not close by {open:.2e} of all; adjusted by at most {most:.2e}, relatively"));
    }
    let size = ("size", format!("surface {:?}, volume {:?}", found.surface, found.volume));
    finish(
        common,
        Found {
            kind,
            problem: path,
            args: &args.common,
            claims: found.claims(&problem, &file.vectors, args.common.tol),
            outcome: watch.ended(&found.outcome),
            steps: found.iterations,
            solid: found.solid,
            notes,
            size,
            start,
        },
    )
}

pub fn run_curvature(args: &CurvatureArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let (path, kind) = (&args.problem, PolytopeKind::Curvature);
    let file = read(path, kind, common)?;
    let problem = CurvatureProblem::new(&file.vectors, &file.values, args.adjust).map_err(|e| refused(path, e))?;
    let options = CurvatureOptions::default().tolerance(args.common.tol).max_iterations(args.common.max_iterations);
    let mut watch = Watch::new(common, start);
    let found = curvature(&problem, &options, &mut |steps| watch.goes_on(steps)).map_err(|e| refused(path, e))?;
    let mut notes = file.notes;
    merged(&mut notes, problem.directions().merged(), "rays that others repeat were merged, their curvatures added");
    if problem.adjusted() > 0.0 {
        notes.push(format!("curvatures were off 4 pi by {:.2e} and scaled", problem.adjusted()));
    }
    let (least, most) = found.radii.iter().fold((f64::INFINITY, 0.0f64), |(l, m), r| (l.min(*r), m.max(*r)));
    let size = ("size", format!("radii from {least:?} to {most:?}, of product 1"));
    finish(
        common,
        Found {
            kind,
            problem: path,
            args: &args.common,
            claims: found.claims(&problem, &file.vectors, args.common.tol),
            outcome: watch.ended(&found.outcome),
            steps: found.iterations,
            solid: found.solid,
            notes,
            size,
            start,
        },
    )
}

fn merged(notes: &mut Vec<String>, n: usize, what: &str) {
    if n > 0 {
        notes.push(format!("{n} {what}"));
    }
}

/// Writes the polytope.
fn write_solid(out: &Path, kind: PolytopeKind, solid: &Polyhedron) -> Result<(), Failure> {
    let of: Vec<f64> = solid.of.iter().map(|&i| f64::from(i)).collect();
    let name = if kind == PolytopeKind::Minkowski { "facet" } else { "ray" };
    let field = [Field { name, columns: 1, values: &of }];
    let holds = |ending: &str| out.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    let fields: &[Field] = if ["ply", "vtk", "vtp"].iter().any(|e| holds(e)) { &field } else { &[] };
    let faces: Vec<&[u32]> = solid.faces.iter().map(|f| &f[..]).collect();
    let mut mesh = MeshData { vertices: &solid.vertices, polygons: &faces, ..MeshData::default() };
    match kind {
        PolytopeKind::Minkowski => mesh.face_fields = fields,
        PolytopeKind::Curvature => mesh.vertex_fields = fields,
    }
    Ok(write_surface(out, &mesh, Encoding::Binary)?)
}

fn finish(common: &Common, found: Found<'_>) -> Result<u8, Failure> {
    let Found { kind, args, claims, solid, notes, .. } = &found;
    let is_json = args.output.extension().is_none_or(|e| e.eq_ignore_ascii_case("json"));
    let mut written: Vec<&Path> = vec![&args.output];
    if is_json {
        write_polytope_solution(&args.output, *kind, claims)?;
    } else {
        write_solid(&args.output, *kind, solid)?;
    }
    if let Some(path) = &args.solution {
        write_polytope_solution(path, *kind, claims)?;
        written.push(path);
    }
    if let Some(path) = &args.plot {
        picture::draw_solid(solid, found.problem, path)?;
        written.push(path);
    }
    warn(common, if common.json { notes } else { &[] });
    let (minkowski, seconds) = (*kind == PolytopeKind::Minkowski, found.start.elapsed().as_secs_f64());
    let (command, noun) = if minkowski { ("minkowski", "normal") } else { ("curvature", "ray") };
    if common.json {
        let mut report = json!({
            "command": command,
            "output": args.output.display().to_string(),
            "converged": claims.converged,
            "outcome": found.outcome.0,
            "max_relative_error": claims.max_relative_error,
            "tolerance": claims.tolerance,
            "vertices": solid.vertices.len(),
            "faces": solid.faces.len(),
            "iterations": found.steps,
            "seconds": seconds,
            "notes": notes,
        });
        let of_input = claims.of_input.as_ref().map(|list| Value::from(list.clone()));
        let (sizes, values, merged) = match kind {
            PolytopeKind::Minkowski => ("support", "areas", "facet_of_input"),
            PolytopeKind::Curvature => ("radii", "curvatures", "vertex_of_input"),
        };
        report[sizes] = claims.sizes.clone().into();
        report[values] = claims.values.clone().into();
        if let Some(volume) = claims.volume {
            report["volume"] = volume.into();
        }
        if let Some(list) = of_input {
            report[merged] = list;
        }
        say(&format!("{report}\n"))?;
    } else if !common.quiet {
        let steps = count(found.steps.len().saturating_sub(1), "Newton step");
        let error = claims.max_relative_error;
        let edges = solid.faces.iter().map(Vec::len).sum::<usize>() / 2;
        let parts = [(solid.vertices.len(), "vertices"), (edges, "edges"), (solid.faces.len(), "facets")];
        let mut rows = vec![
            ("problem", format!("{}: {}", found.problem.display(), count(claims.vectors.len(), noun))),
            (
                "result",
                format!(
                    "{} after {steps}, max relative error {error:.2e} (tolerance {:e})",
                    found.outcome.0, claims.tolerance
                ),
            ),
            ("polytope", parts.map(|(n, what)| format!("{n} {what}")).join(", ")),
            found.size.clone(),
            ("time", format!("{seconds:.2} s")),
        ];
        rows.extend(notes.iter().map(|n| ("note", n.clone())));
        rows.extend(written.iter().map(|p| ("written", p.display().to_string())));
        say(&table(&rows))?;
    }
    let ended = found.outcome.1.unwrap_or(code::NOT_CONVERGED);
    Ok(if claims.converged { code::DONE } else { ended })
}

/// `brenier check` of such a solution.
pub fn check(path: &Path, kind: PolytopeKind, common: &Common) -> Result<u8, Failure> {
    let claims = read_polytope_solution(path, kind, read_limit(common))?;
    check_memory(common, path, claims.vectors.len(), 0)?;
    let lines: Vec<Line> = match kind {
        PolytopeKind::Minkowski => verify_minkowski(&claims),
        PolytopeKind::Curvature => verify_curvature(&claims),
    };
    let verified = lines.iter().all(|l| l.pass);
    if common.json {
        let report = json!({
            "command": "check",
            "solution": path.display().to_string(),
            "verified": verified,
            "lines": lines,
        });
        say(&format!("{report}\n"))?;
    } else if !common.quiet {
        let verdict = |l: &Line| if l.pass { "PASS" } else { "FAIL" };
        let mut text: String = lines.iter().map(|l| format!("{}  {:<11} {}\n", verdict(l), l.what, l.text)).collect();
        let last = if verified { "verified" } else { "not verified" };
        let open = if verified && !claims.converged { " (it does not claim to have converged)" } else { "" };
        text.push_str(&format!("{last}: {}{open}\n", path.display()));
        say(&text)?;
    }
    Ok(if verified { code::DONE } else { code::NOT_CONVERGED })
}
