//! Diagrams on small soups of triangles with small coordinates equal brute force in rationals.
#![no_main]

// The tests use more of it.
#[allow(dead_code)]
#[path = "../../tests/common/surface.rs"]
mod oracle;

use brenier::domain::{Facets, Surface, SurfaceDensity};
use libfuzzer_sys::fuzz_target;
use oracle::{Instance, compare};
use std::sync::Arc;

/// A byte as a small number; now and then one with many digits.
fn number(byte: u8) -> f64 {
    let small = f64::from((byte & 15) as i8 - 8);
    if byte & 0xf0 == 0xf0 { small * 0.1 + 1e-9 } else { small }
}

fuzz_target!(|data: &[u8]| {
    let [kind, v, t, n, rest @ ..] = data else { return };
    let (v, t, n) = (3 + usize::from(v % 6), 1 + usize::from(t % 6), 1 + usize::from(n % 7));
    if rest.len() < 3 * v + 3 * t + 4 * n {
        return;
    }
    let (vertices, rest) = rest.split_at(3 * v);
    let (triangles, rest) = rest.split_at(3 * t);
    let (sites, rest) = rest.split_at(4 * n);
    let point = |b: &[u8]| [number(b[0]), number(b[1]), number(b[2])];
    let vertices: Vec<[f64; 3]> = vertices.chunks(3).map(point).collect();
    let corner = |b: u8| u32::from(b) % v as u32;
    let triangles: Vec<[u32; 3]> = triangles.chunks(3).map(|b| [corner(b[0]), corner(b[1]), corner(b[2])]).collect();
    let Ok(surface) = Surface::new(vertices, triangles) else { return };
    let mut distinct: Vec<[f64; 3]> = Vec::new();
    let mut heights = Vec::new();
    for b in sites.chunks(4) {
        let y = point(b);
        if !distinct.contains(&y) {
            let voronoi = -0.5 * y.iter().map(|y| y * y).sum::<f64>();
            heights.push(if kind & 1 == 0 {
                number(b[3])
            } else {
                voronoi + if kind & 2 == 0 { 0.0 } else { number(b[3]) }
            });
            distinct.push(y);
        }
    }
    let density = match kind >> 2 & 3 {
        1 if rest.len() >= v => SurfaceDensity::Vertex(rest[..v].iter().map(|b| f64::from(b & 3)).collect()),
        2 if rest.len() >= 3 * t => SurfaceDensity::Corner(
            rest[..3 * t].chunks(3).map(|b| [b[0], b[1], b[2]].map(|b| f64::from(b & 3))).collect(),
        ),
        _ => SurfaceDensity::Constant,
    };
    let surface = Arc::new(surface);
    if Facets::of(&surface, &density).is_empty() {
        return;
    }
    compare(&Instance { surface, density, sites: distinct, heights });
});
