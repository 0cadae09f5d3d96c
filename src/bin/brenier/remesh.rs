//! `brenier remesh`: a surface meshed anew, with the sites of a solution as vertices.

use crate::args::{self, Common, RemeshArgs};
use crate::console::{Busy, count, table};
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::{peak_bytes, read_limit};
use crate::reports::say;
use brenier::domain::surface::Topology;
use brenier::io::{AnySolution, Encoding, Field, MeshData, has_ending, read_any_solution, write_surface};
use brenier::transport::{Positions, Remesh, remesh};
use serde::Serialize;
use std::time::Instant;

/// Most cells told by name.
const MOST_TOLD: usize = 5;

pub fn run(args: &RemeshArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let out = &args.output;
    let read = || read_any_solution(&args.solution, read_limit(common));
    let solution = match documents::read(&args.solution, Want::Solution, read)? {
        AnySolution::Surface(solution) => solution,
        other => {
            let (file, place) = (args.solution.display(), documents::place_of(&other));
            return Err(Failure::new(code::INPUT, format!("{file}: remesh needs a surface, this is {place}")));
        }
    };
    let loaded = input::of_solution(&args.solution, &solution, args.problem.as_deref(), common)?;
    let positions = match args.positions {
        args::Positions::Surface => Positions::Surface,
        args::Positions::Centroids => Positions::Centroids,
        args::Positions::Sites => Positions::Sites,
    };
    let busy = Busy::new(common, "meshing");
    let mesh = remesh(&loaded.problem, &solution.heights, positions)
        .map_err(|e| Failure::new(code::INPUT, format!("{}: {e}", args.solution.display())))?;
    drop(busy);
    if mesh.triangles.is_empty() {
        let what = "no three cells meet anywhere, so there is no triangle; take more sites";
        return Err(Failure::new(code::INPUT, format!("{}: {what}", args.solution.display())));
    }
    let site: Vec<f64> = mesh.sites.iter().map(|&i| f64::from(i)).collect();
    let fields = [Field { name: "site", columns: 1, values: &site }];
    // An .obj holds no numbers on vertices.
    let plain = has_ending(out, "obj");
    let data = MeshData {
        vertices: &mesh.vertices,
        triangles: &mesh.triangles,
        vertex_fields: if plain { &[] } else { &fields },
        ..MeshData::default()
    };
    write_surface(out, &data, Encoding::Binary)?;
    let seconds = start.elapsed().as_secs_f64();
    if common.json {
        say(&json(args, &mesh, seconds)?)?;
    } else if !common.quiet {
        let sites = loaded.problem.len();
        let left = match sites - mesh.sites.len() {
            0 => String::new(),
            n => format!("; {} in no triangle", count(n, "site")),
        };
        say(&table(&[
            ("surface", topology_text(&mesh.surface)),
            ("mesh", format!("{}{left}", topology_text(&mesh.topology))),
            ("cells", cells_text(&mesh)),
            ("result", result_text(&mesh)),
            ("time", format!("{seconds:.2} s on {}", count(rayon::current_num_threads(), "thread"))),
            ("written", out.display().to_string()),
        ]))?;
    }
    Ok(code::DONE)
}

/// A topology in one line.
fn topology_text(t: &Topology) -> String {
    let components = count(t.components.len(), "component");
    let (v, e, f) = (t.vertices, t.edges, t.faces);
    let mut text = format!("{v} vertices - {e} edges + {f} faces = {}, {components}", t.euler());
    text.push_str(&match t.loops() {
        0 => ", closed".into(),
        n => format!(", {}", count(n, "boundary loop")),
    });
    for (n, what) in [
        (t.collapsed.len(), "faces with a vertex twice"),
        (t.equal_faces.len(), "faces with the vertices of another"),
        (t.crowded_edges.len(), "edges of more than two faces"),
        (t.pinched_vertices.len(), "pinched vertices"),
    ] {
        if n > 0 {
            text.push_str(&format!(", {what}: {n}"));
        }
    }
    let genera: Option<Vec<usize>> = t.components.iter().map(|c| c.genus()).collect();
    match genera.as_deref() {
        Some([g]) => text.push_str(&format!(", genus {g}")),
        Some(all) if all.iter().all(|g| *g == all[0]) => text.push_str(&format!(", each of genus {}", all[0])),
        Some(all) if all.len() <= MOST_TOLD => text.push_str(&format!(", of genera {all:?}")),
        Some(_) => text.push_str(", of several genera"),
        None => {}
    }
    text.push_str(match (t.one_sided.is_empty(), t.misoriented.is_empty()) {
        (false, _) => ", one-sided",
        (true, false) => ", orientable, not all faces oriented alike",
        (true, true) => ", oriented",
    });
    text
}

/// What the cells are like.
fn cells_text(mesh: &Remesh) -> String {
    let d = &mesh.defects;
    let mut told = Vec::new();
    let mut tell = |names: Vec<String>, what: &str| {
        if !names.is_empty() {
            let more = if names.len() > MOST_TOLD { ", ..." } else { "" };
            let shown = names[..names.len().min(MOST_TOLD)].join(", ");
            told.push(format!("{what}: {} ({shown}{more})", names.len()));
        }
    };
    let cells = |list: &[u32]| list.iter().map(|i| format!("site {i}")).collect::<Vec<_>>();
    tell(cells(&d.parts), "cells in more than one part");
    tell(cells(&d.holes), "cells in one part that are no disks");
    tell(cells(&d.boundary), "cells at several stretches of the boundary");
    tell(d.walls.iter().map(|w| format!("sites {} and {}", w[0], w[1])).collect(), "walls that are not one arc");
    tell(
        d.points.iter().map(|t| format!("sites {}, {} and {}", t[0], t[1], t[2])).collect(),
        "triples that meet more than once",
    );
    if told.is_empty() {
        return "all are disks, two share an arc, three a point (or nothing): the closed ball property holds".into();
    }
    format!("closed ball property fails: {}", told.join("; "))
}

fn result_text(mesh: &Remesh) -> String {
    match mesh.is_same() {
        Some(true) => "same topology as the surface: yes".into(),
        Some(false) if mesh.defects.is_empty() => "same topology as the surface: no".into(),
        Some(false) => "same topology as the surface: no; take more sites".into(),
        None => {
            let why = mesh.obstacle().map_or("it is no manifold".into(), |e| e.to_string());
            format!("same topology as the surface: not decided ({why})")
        }
    }
}

fn json(args: &RemeshArgs, mesh: &Remesh, seconds: f64) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Kind {
        vertices: usize,
        edges: usize,
        faces: usize,
        euler: i64,
        components: usize,
        boundary_loops: usize,
        /// `null` unless all components are oriented manifolds.
        genera: Option<Vec<usize>>,
        non_manifold_edges: usize,
        non_manifold_vertices: usize,
        repeated_faces: usize,
        orientable: bool,
        oriented: bool,
    }
    let kind = |t: &Topology| Kind {
        vertices: t.vertices,
        edges: t.edges,
        faces: t.faces,
        euler: t.euler(),
        components: t.components.len(),
        boundary_loops: t.loops(),
        genera: t.components.iter().map(|c| c.genus()).collect(),
        non_manifold_edges: t.crowded_edges.len(),
        non_manifold_vertices: t.pinched_vertices.len(),
        repeated_faces: t.equal_faces.len(),
        orientable: t.one_sided.is_empty(),
        oriented: t.one_sided.is_empty() && t.misoriented.is_empty(),
    };
    #[derive(Serialize)]
    struct Json<'a> {
        command: &'a str,
        output: String,
        same_topology: Option<bool>,
        closed_ball_property: bool,
        surface: Kind,
        mesh: Kind,
        cells_in_parts: &'a [u32],
        cells_with_holes: &'a [u32],
        cells_at_several_boundaries: &'a [u32],
        broken_walls: &'a [[u32; 2]],
        repeated_triples: &'a [[u32; 3]],
        threads: usize,
        seconds: f64,
        peak_bytes: u64,
    }
    let d = &mesh.defects;
    let text = serde_json::to_string(&Json {
        command: "remesh",
        output: args.output.display().to_string(),
        same_topology: mesh.is_same(),
        closed_ball_property: d.is_empty(),
        surface: kind(&mesh.surface),
        mesh: kind(&mesh.topology),
        cells_in_parts: &d.parts,
        cells_with_holes: &d.holes,
        cells_at_several_boundaries: &d.boundary,
        broken_walls: &d.walls,
        repeated_triples: &d.points,
        threads: rayon::current_num_threads(),
        seconds,
        peak_bytes: peak_bytes(),
    });
    text.map(|t| t + "\n").map_err(|e| Failure::new(code::INTERNAL, e.to_string()))
}
