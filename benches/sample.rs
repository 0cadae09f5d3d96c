//! The dense argmax beside the speed of the arithmetic, measured in turn on the same core.

use brenier::exact::Heights;
use brenier::sample::{Dense, Instructions, multiply_add};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use std::time::Instant;

fn instance(d: usize, n: usize, m: usize) -> (Dense, Vec<f32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(d as u64);
    let sites: Vec<f64> = (0..n * d).map(|_| rng.random_range(-1.0..1.0)).collect();
    let heights: Vec<f64> = sites.chunks(d).map(|y| -0.5 * y.iter().map(|v| v * v).sum::<f64>()).collect();
    let points = (0..m * d).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    (Dense::new(d, &sites, &Heights::from_f64(&heights)).expect("sound"), points)
}

/// Prints operations a second over those of the bare multiply-adds, on one thread: the best of several turns.
fn ratios(_: &mut Criterion) {
    let set = Instructions::widest();
    let n = 20_000;
    for d in [2, 8, 16, 32, 64, 128, 256, 512] {
        let m = (40_000 / d).max(128).next_multiple_of(64);
        let (dense, points) = instance(d, n, m);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let mut ratios = Vec::new();
        let (mut peak, mut rate) = (0.0f64, 0.0f64);
        for _ in 0..15 {
            let clock = Instant::now();
            let limit = multiply_add(set, black_box(3_000_000)) as f64 / clock.elapsed().as_secs_f64();
            let clock = Instant::now();
            black_box(pool.install(|| dense.cells_of(black_box(&points)).expect("finite")));
            let speed = 2.0 * (n * d * m) as f64 / clock.elapsed().as_secs_f64();
            ratios.push(speed / limit);
            (peak, rate) = (peak.max(limit), rate.max(speed));
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "dense argmax {}, n = {n}, d = {d}: best {:.1} of {:.1} Gflop/s = {:.0}%; median of {} pairs {:.0}%",
            set.name(),
            rate / 1e9,
            peak / 1e9,
            100.0 * rate / peak,
            ratios.len(),
            100.0 * ratios[ratios.len() / 2]
        );
    }
}

fn dense(c: &mut Criterion) {
    let mut group = c.benchmark_group("dense argmax");
    group.sample_size(10);
    for d in [8, 128] {
        let (dense, points) = instance(d, 20_000, 1024);
        group.throughput(Throughput::Elements(1024));
        group.bench_function(format!("20000 sites, d = {d}"), |b| b.iter(|| dense.cells_of(black_box(&points))));
    }
    group.finish();
}

criterion_group!(benches, ratios, dense);
criterion_main!(benches);
