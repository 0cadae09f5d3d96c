//! Triangulation, cells and whole solves in the plane, as functions of n.

#[path = "../tests/common/hard.rs"]
mod hard;

use brenier::diagram::Diagram;
use brenier::exact::Heights;
use brenier::hull::Hull;
use brenier::transport::{SolveOptions, solve};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn triangulation(c: &mut Criterion) {
    let mut group = c.benchmark_group("regular triangulation");
    group.sample_size(10);
    for n in [10_000, 100_000, 1_000_000] {
        let problem = hard::problem("uniform", n);
        let weights: Vec<f64> = (0..n).map(|k| 0.2 / n as f64 * ((k * 7919) % 1000) as f64 / 1000.0).collect();
        let (heights, _) = Heights::from_weights(problem.sites(), &weights);
        group.bench_function(format!("uniform {n}"), |b| b.iter(|| Hull::build(black_box(problem.sites()), &heights)));
    }
    let grid: Vec<[f64; 2]> = (0..1_000_000).map(|k| [(k % 1000) as f64 / 1e3, (k / 1000) as f64 / 1e3]).collect();
    let (heights, _) = Heights::from_weights(&grid, &vec![0.0; grid.len()]);
    group.bench_function("grid 1000x1000", |b| b.iter(|| Hull::build(black_box(&grid), &heights)));
    group.finish();
}

fn repair(c: &mut Criterion) {
    let mut group = c.benchmark_group("height change");
    group.sample_size(10);
    let n = 100_000;
    let problem = hard::problem("uniform", n);
    let (from, _) = Heights::from_weights(problem.sites(), &vec![0.0; n]);
    let weights: Vec<f64> = (0..n).map(|k| 0.05 / n as f64 * ((k * 7919) % 1000) as f64 / 1000.0).collect();
    let (to, _) = Heights::from_weights(problem.sites(), &weights);
    let mut hull = Hull::build(problem.sites(), &from);
    group.bench_function("flips there and back 100000", |b| {
        b.iter(|| {
            hull.update(black_box(&to));
            hull.update(black_box(&from))
        })
    });
    group.bench_function("rebuild twice 100000", |b| {
        b.iter(|| (Hull::build(problem.sites(), &to), Hull::build(problem.sites(), &from)))
    });
    group.finish();
}

fn diagram(c: &mut Criterion) {
    let mut group = c.benchmark_group("diagram");
    group.sample_size(10);
    let problem = hard::problem("uniform", 100_000);
    let (heights, _) = Heights::from_weights(problem.sites(), &vec![0.0; problem.len()]);
    group.bench_function("uniform 100000", |b| b.iter(|| Diagram::new(black_box(&problem), &heights)));
    group.finish();
}

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve to 1e-10");
    group.sample_size(10);
    for kind in ["uniform", "gauss"] {
        for n in [10_000, 100_000] {
            let problem = hard::problem(kind, n);
            group.bench_function(format!("{kind} {n}"), |b| {
                b.iter(|| solve(black_box(&problem), &SolveOptions::default()))
            });
        }
    }
    group.finish();
}

criterion_group!(benches, triangulation, repair, diagram, whole);
criterion_main!(benches);
