//! Linear solver on Laplacians of Voronoi diagrams: weight of an edge of the Delaunay triangulation
//! is the length of the dual edge over its own, as in a Newton step on a uniform density.

use brenier::newton::linear::{Laplacian, LinearOptions, solve};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use delaunator::{EMPTY, Point, triangulate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

/// Random points of the unit square along a Hilbert curve.
fn points(n: usize, seed: u64) -> Vec<Point> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut points: Vec<Point> = (0..n).map(|_| Point { x: rng.random(), y: rng.random() }).collect();
    points.sort_by_cached_key(|p| hilbert((p.x * 65535.0) as u32, (p.y * 65535.0) as u32));
    points
}

/// Index along the Hilbert curve of order 16.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut index = 0;
    let mut s = 1 << 15;
    while s > 0 {
        let (rx, ry) = (u32::from(x & s > 0), u32::from(y & s > 0));
        index += s * s * ((3 * rx) ^ ry);
        if ry == 0 {
            if rx == 1 {
                (x, y) = (65535 - x, 65535 - y);
            }
            std::mem::swap(&mut x, &mut y);
        }
        s /= 2;
    }
    index
}

/// Laplacian of the Voronoi diagram of the points; edges of the convex hull get no weight.
fn voronoi_laplacian(points: &[Point]) -> Laplacian {
    let triangulation = triangulate(points);
    let corner = |e: usize| &points[triangulation.triangles[e]];
    let centres: Vec<(f64, f64)> = (0..triangulation.triangles.len() / 3)
        .map(|t| circumcentre(corner(3 * t), corner(3 * t + 1), corner(3 * t + 2)))
        .collect();
    let mut edges = Vec::with_capacity(triangulation.halfedges.len());
    for (e, &twin) in triangulation.halfedges.iter().enumerate() {
        if twin == EMPTY {
            continue;
        }
        let (a, b) = (centres[e / 3], centres[twin / 3]);
        let from = triangulation.triangles[e];
        let to = triangulation.triangles[twin];
        let length = (points[from].x - points[to].x).hypot(points[from].y - points[to].y);
        edges.push((from as u32, to as u32, (a.0 - b.0).hypot(a.1 - b.1) / length));
    }
    edges.sort_unstable_by_key(|e| (e.0, e.1));
    let mut row_ptr = vec![0u32; points.len() + 1];
    for e in &edges {
        row_ptr[e.0 as usize + 1] += 1;
    }
    for i in 0..points.len() {
        row_ptr[i + 1] += row_ptr[i];
    }
    Laplacian { row_ptr, col: edges.iter().map(|e| e.1).collect(), weight: edges.iter().map(|e| e.2).collect() }
}

/// Centre of the circle through three points.
fn circumcentre(a: &Point, b: &Point, c: &Point) -> (f64, f64) {
    let (bx, by, cx, cy) = (b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y);
    let (b2, c2) = (bx * bx + by * by, cx * cx + cy * cy);
    let d = 2.0 * (bx * cy - by * cx);
    (a.x + (cy * b2 - by * c2) / d, a.y + (bx * c2 - cx * b2) / d)
}

fn linear(c: &mut Criterion) {
    let mut group = c.benchmark_group("linear");
    group.sample_size(10);
    for n in [10_000, 100_000] {
        let l = voronoi_laplacian(&points(n, 1));
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let b: Vec<f64> = (0..n).map(|_| rng.random::<f64>() - 0.5).collect();
        for relative_tolerance in [1e-3, 1e-10] {
            let options = LinearOptions { relative_tolerance, enough: None, max_iterations: 200, centred: true };
            let id = BenchmarkId::new(format!("voronoi {n}"), relative_tolerance);
            group.bench_with_input(id, &options, |bench, options| {
                bench.iter(|| solve(black_box(&l), b.clone(), options))
            });
        }
    }
    group.finish();
}

criterion_group!(benches, linear);
criterion_main!(benches);
