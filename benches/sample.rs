//! The dense argmax beside the speed of the arithmetic, and samples beside random numbers and the memory they fill: each measured in
//! turn on the same core, since the speed of a shared machine changes from one second to the next.

#[allow(dead_code, unused_imports)]
#[path = "../src/sample/philox.rs"]
mod philox;
#[allow(dead_code, unused_imports)]
#[path = "../src/sample/simd.rs"]
mod simd;

use brenier::diagram::Diagram;
use brenier::domain::ConvexPolygon;
use brenier::exact::Heights;
use brenier::problem::{Problem, ProblemData};
use brenier::sample::{Dense, Instructions, Method, Sampler, multiply_add};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

/// Seconds this thread has run: on a shared machine the clock on the wall counts the work of others.
fn seconds() -> f64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, which `t` is.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as f64 + 1e-9 * t.tv_nsec as f64
}

fn instance(d: usize, n: usize, m: usize) -> (Dense, Vec<f32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(d as u64);
    let sites: Vec<f64> = (0..n * d).map(|_| rng.random_range(-1.0..1.0)).collect();
    let heights: Vec<f64> = sites.chunks(d).map(|y| -0.5 * y.iter().map(|v| v * v).sum::<f64>()).collect();
    let points = (0..m * d).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    (Dense::new(d, &sites, &Heights::from_f64(&heights)).expect("sound"), points)
}

/// Fills points and cells, differently in each turn.
type Filler<'a> = dyn FnMut(&mut [[f64; 2]], &mut [u32], u64) + Send + 'a;

/// Prints operations a second over those of the bare multiply-adds, on one thread: the best of several turns.
fn ratios(_: &mut Criterion) {
    let set = Instructions::widest();
    let n = 20_000;
    for d in [2usize, 8, 16, 32, 64, 128, 256, 512] {
        let m: usize = (8_000 / d).max(128).next_multiple_of(64);
        let (dense, points) = instance(d, n, m);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let mut ratios = Vec::new();
        let (mut peak, mut rate) = (0.0f64, 0.0f64);
        for _ in 0..15 {
            let (limit, speed) = pool.install(|| {
                let start = seconds();
                let done = multiply_add(set, black_box(300_000)) as f64;
                let middle = seconds();
                black_box(dense.cells_of(black_box(&points)).expect("finite"));
                (done / (middle - start), 2.0 * (n * d * m) as f64 / (seconds() - middle))
            });
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

/// Prints samples a second of one thread, in blocks of a million that are used again, beside what bounds them.
fn rates(_: &mut Criterion) {
    let n = 100_000;
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).expect("a square");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let sites: Vec<[f64; 2]> = (0..n).map(|_| [rng.random(), rng.random()]).collect();
    let problem = Problem::new(ProblemData::new(square, sites)).expect("sound");
    let heights = Heights::from_weights(problem.sites(), &vec![0.0; n]).0;
    let diagram = Diagram::new(&problem, &heights).expect("sound");
    let sampler = Sampler::new(&diagram);
    let m = 1 << 20;
    let (mut points, mut cells) = (vec![[0.0f64; 2]; m], vec![0u32; m]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut best = |name: &str, run: &mut Filler<'_>| {
        let rate = (0..9).map(|turn| {
            pool.install(|| {
                let start = seconds();
                run(&mut points, &mut cells, turn);
                black_box((&points, &cells));
                m as f64 / (seconds() - start)
            })
        });
        let mut rates: Vec<f64> = rate.collect();
        rates.sort_by(f64::total_cmp);
        println!("samples in {n} cells: {name}: best {:.2e}, median {:.2e} a second", rates[8], rates[4]);
    };
    for _ in 0..2 {
        best("limit, memory filled (20 bytes each)", &mut |x, i, turn| {
            x.fill([turn as f64; 2]);
            i.fill(turn as u32);
        });
        best("limit, Philox4x32-10 (16 bytes each)", &mut |x, _, turn| {
            simd_philox(x, turn);
        });
        let mut chacha = ChaCha8Rng::seed_from_u64(2);
        best("limit, ChaCha8 of rand_chacha (16 bytes each)", &mut |x, _, _| {
            x.iter_mut().for_each(|p| *p = [f64::from_bits(chacha.next_u64()), f64::from_bits(chacha.next_u64())]);
        });
        for method in [Method::Stratified, Method::Independent, Method::Alias, Method::Even] {
            // A run of 2^28: some 2700 a cell.
            let draw = sampler.draw(method, None, 5, 1 << 28).expect("cells with mass");
            best(&format!("{method:?}"), &mut |x, i, turn| {
                draw.fill((20 * turn + 1) << 20, x, i);
            });
        }
    }
}

fn simd_philox(x: &mut [[f64; 2]], turn: u64) {
    let set = simd::Instructions::widest();
    simd::widely(set, || {
        for (c, x) in x.as_chunks_mut::<{ philox::LANES }>().0.iter_mut().enumerate() {
            let words = philox::blocks(7, 1, 0, (turn << 32) + (c * philox::LANES) as u64);
            for (l, x) in x.iter_mut().enumerate() {
                *x = [f64::from_bits(words[0][l]), f64::from_bits(words[1][l])];
            }
        }
    });
}

criterion_group!(benches, ratios, rates, dense);
criterion_main!(benches);
