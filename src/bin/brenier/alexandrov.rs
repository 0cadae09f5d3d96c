//! `brenier alexandrov`: the convex surface whose facets project onto the cells.

use crate::args::{AlexandrovArgs, Common};
use crate::console::count;
use crate::failure::Failure;
use crate::mapped::{self, report, values};
use crate::picture;
use brenier::io::{Encoding, Field, MeshData, has_ending, write_surface};
use std::path::Path;

pub fn run(args: &AlexandrovArgs, common: &Common) -> Result<u8, Failure> {
    crate::style::check(&args.picture, args.plot.as_deref(), brenier::plot::Color::Mass)?;
    let solved = mapped::load("alexandrov", &args.solution, args.problem.as_deref(), common)?;
    let graph = solved.map.alexandrov();
    let sites: Vec<f64> = graph.sites.iter().map(|&i| f64::from(i)).collect();
    let field = [Field { name: "site", columns: 1, values: &sites }];
    let is_obj = has_ending(&args.output, "obj");
    let mesh = MeshData {
        vertices: &graph.vertices,
        triangles: &graph.triangles,
        face_fields: if is_obj { &[] } else { &field },
        ..MeshData::default()
    };
    write_surface(&args.output, &mesh, Encoding::Binary)?;
    if let Some(path) = &args.plot {
        picture::draw_graph(&solved.map, &args.solution, path, &args.picture, common)?;
    }
    let facets = solved.map.diagram().len() - solved.map.diagram().hidden().len();
    let problem = &solved.loaded.problem;
    let masses = solved.map.diagram().masses().iter().zip(problem.masses());
    let error = masses.fold(0.0, |worst: f64, (m, nu)| worst.max((m - nu).abs() / nu));
    let rows = vec![
        (
            "surface",
            format!(
                "{} vertices, {} in {}",
                graph.vertices.len(),
                count(facets, "facet"),
                count(graph.triangles.len(), "triangle")
            ),
        ),
        ("masses", format!("those under the facets are the prescribed ones to {error:.2e}, relatively")),
    ];
    let more = values([
        ("vertices", graph.vertices.len().into()),
        ("facets", facets.into()),
        ("triangles", graph.triangles.len().into()),
        ("max_relative_error", error.into()),
    ]);
    let written: Vec<&Path> = [Some(&args.output), args.plot.as_ref()].into_iter().flatten().map(|o| &**o).collect();
    report(common, "alexandrov", &solved, rows, more, &written)
}
