//! Diagrams on surfaces against brute force in rationals.

#[path = "common/surface.rs"]
mod oracle;

use brenier::domain::{Facets, Surface, SurfaceDensity};
use oracle::{Instance, compare, compare_pieces};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

fn draw(rng: &mut impl Rng, reach: i32) -> f64 {
    f64::from(rng.random_range(-reach..=reach))
}

fn point(rng: &mut impl Rng, reach: i32) -> [f64; 3] {
    [0; 3].map(|_| draw(rng, reach))
}

/// Soups, grids bent along integer coordinates, and boxes.
fn surface(rng: &mut impl Rng) -> Option<Surface> {
    let reach = rng.random_range(1..4);
    match rng.random_range(0..3) {
        0 => {
            let vertices: Vec<[f64; 3]> = (0..rng.random_range(3..12)).map(|_| point(rng, reach)).collect();
            let count = if rng.random_bool(0.1) { 60 } else { 9 };
            let mut vertex = || rng.random_range(0..vertices.len() as u32);
            let triangles = (0..count).map(|_| [vertex(), vertex(), vertex()]).collect();
            Surface::new(vertices.clone(), triangles).ok()
        }
        1 => {
            let (columns, rows) = (rng.random_range(1..6u32), rng.random_range(1..7u32));
            let flat = rng.random_bool(0.4);
            let mut vertices = Vec::new();
            for r in 0..=rows {
                for c in 0..=columns {
                    let z = if flat { 0.0 } else { draw(rng, 1) };
                    vertices.push([f64::from(c), f64::from(r), z]);
                }
            }
            let at = |c: u32, r: u32| r * (columns + 1) + c;
            let mut triangles = Vec::new();
            for r in 0..rows {
                for c in 0..columns {
                    triangles.push([at(c, r), at(c + 1, r), at(c + 1, r + 1)]);
                    triangles.push([at(c, r), at(c + 1, r + 1), at(c, r + 1)]);
                }
            }
            Surface::new(vertices, triangles).ok()
        }
        _ => {
            let vertices = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(|b| f64::from(b * 2 * reach))).collect();
            let sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
            let triangles = sides.iter().flat_map(|s| [[s[0], s[1], s[2]], [s[0], s[2], s[3]]]).collect();
            Surface::new(vertices, triangles).ok()
        }
    }
}

fn instance(rng: &mut impl Rng) -> Option<Instance> {
    let surface = surface(rng)?;
    let faces = surface.triangles().len();
    let density = match rng.random_range(0..4) {
        0 | 1 => SurfaceDensity::Constant,
        2 => {
            SurfaceDensity::Vertex((0..surface.vertices().len()).map(|_| f64::from(rng.random_range(0..4u8))).collect())
        }
        _ => SurfaceDensity::Corner((0..faces).map(|_| [0; 3].map(|_| f64::from(rng.random_range(0..4u8)))).collect()),
    };
    let reach = rng.random_range(1..4);
    let mut sites: Vec<[f64; 3]> = Vec::new();
    for _ in 0..rng.random_range(1..=8) {
        // Often on the surface's own vertices, in a plane or on a line.
        let mut y = point(rng, reach);
        match rng.random_range(0..4) {
            0 => y = surface.vertices()[rng.random_range(0..surface.vertices().len())],
            1 => y[2] = 0.0,
            _ => {}
        }
        if !sites.contains(&y) {
            sites.push(y);
        }
    }
    let voronoi = rng.random_bool(0.5);
    let heights = sites
        .iter()
        .map(|y| {
            let w = if rng.random_bool(0.5) { 0.0 } else { draw(rng, 2) };
            if voronoi { 0.5 * (w - y.iter().map(|y| y * y).sum::<f64>()) } else { w }
        })
        .collect();
    Some(Instance { surface: Arc::new(surface), density, sites, heights })
}

#[test]
fn a_diagram_on_a_surface_is_that_of_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (mut done, mut walls, mut ties) = (0, 0, 0);
    while done < 3000 {
        let Some(instance) = instance(&mut rng) else { continue };
        if Facets::of(&instance.surface, &instance.density).is_empty() {
            continue;
        }
        let (w, t) = compare(&instance);
        (walls, ties, done) = (walls + w, ties + t, done + 1);
    }
    assert!(walls > 10_000 && ties > 10_000, "{walls} {ties}");
}

/// Polygons, labels, parts of cells, and the validity ladder.
#[test]
fn the_pieces_of_a_diagram_are_those_of_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (mut done, mut pieces, mut several) = (0, 0, 0);
    while done < 2000 {
        let Some(instance) = instance(&mut rng) else { continue };
        if Facets::of(&instance.surface, &instance.density).is_empty() {
            continue;
        }
        let (p, s) = compare_pieces(&instance);
        (pieces, several, done) = (pieces + p, several + s, done + 1);
    }
    assert!(pieces > 30_000 && several > 1000, "{pieces} {several}");
}
