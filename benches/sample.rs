//! The dense argmax beside the speed of the arithmetic, and samples beside random numbers and the
//! memory they fill: each measured in turn on the same core, since the speed of a shared machine
//! changes from one second to the next.

use brenier::dense::{Dense, Instructions, multiply_add, random_words};
use brenier::diagram::Diagram;
use brenier::domain::ConvexPolygon;
use brenier::exact::Heights;
use brenier::problem::{Problem, ProblemData};
use brenier::sample::{Method, Sampler};
use brenier::transport::Locator;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

// Triangles and tables are read at random, so the size of pages counts; here as in the command.
// Limits are the command's affair.
#[allow(dead_code)]
#[path = "../src/bin/brenier/allocator.rs"]
mod allocator;

#[global_allocator]
static MEMORY: allocator::LargePages = allocator::LargePages;

/// Seconds this thread has run: on a shared machine the clock on the wall counts the work of
/// others.
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

/// Prints operations a second over those of the bare multiply-adds, on one thread: the best of
/// several turns.
fn ratios(_: &mut Criterion) {
    allocator::keep_little();
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

/// Voronoi cells of random sites in the unit square.
fn voronoi(n: usize) -> (Diagram, Heights) {
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).expect("a square");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let sites: Vec<[f64; 2]> = (0..n).map(|_| [rng.random(), rng.random()]).collect();
    let problem = Problem::new(ProblemData::new(square, sites)).expect("sound");
    let heights = Heights::from_weights(problem.sites(), &vec![0.0; n]).0;
    (Diagram::new(&problem, &heights).expect("sound"), heights)
}

/// Prints samples a second of one thread beside what bounds them: in blocks of a million, which go
/// through memory, and in blocks of 8192, which stay in the cache, as when each block is used at
/// once.
fn rates(_: &mut Criterion) {
    let n = 100_000;
    let (diagram, _) = voronoi(n);
    let sampler = Sampler::new(&diagram);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let m = 1 << 20;
    for block in [m, 1 << 13] {
        let (mut points, mut cells) = (vec![[0.0f64; 2]; block], vec![0u32; block]);
        let mut words = vec![[0u64; 32]; block / 16];
        let mut best = |name: &str, run: &mut Filler<'_>| {
            let rate = (0..15).map(|turn| {
                pool.install(|| {
                    let start = seconds();
                    for k in 0..m / block {
                        run(&mut points, &mut cells, (turn * m as u64) + (k * block) as u64);
                        black_box((&points, &cells));
                    }
                    m as f64 / (seconds() - start)
                })
            });
            let mut rates: Vec<f64> = rate.collect();
            rates.sort_by(f64::total_cmp);
            println!("{n} cells, blocks of {block}: {name}: best {:.2e}, median {:.2e} a second", rates[14], rates[7]);
        };
        for _ in 0..2 {
            best("limit, memory filled (20 bytes each)", &mut |x, i, first| {
                x.fill([first as f64; 2]);
                i.fill(first as u32);
            });
            best("limit, Philox4x32-10 (16 bytes each)", &mut |_, _, first| {
                random_words(Instructions::widest(), first, &mut words);
                black_box(&words);
            });
            let mut chacha = ChaCha8Rng::seed_from_u64(2);
            best("limit, ChaCha8 of rand_chacha (16 bytes each)", &mut |x, _, _| {
                x.iter_mut().for_each(|p| *p = [f64::from_bits(chacha.next_u64()), f64::from_bits(chacha.next_u64())]);
            });
            for method in [Method::Stratified, Method::Independent, Method::Alias, Method::Even] {
                // A run of 2^28: some 2700 a cell.
                let draw = sampler.draw(method, None, 5, 1 << 28).expect("cells with mass");
                best(&format!("{method:?}"), &mut |x, i, first| draw.fill((5 << 20) + 7 * first, x, i));
            }
            let few = sampler.draw(Method::Stratified, None, 5, 1 << 24).expect("cells with mass");
            best("Stratified, 168 a cell", &mut |x, i, first| few.fill(first % (1 << 24), x, i));
        }
    }
}

/// Point location in the plane: points anywhere, and points that follow each other.
fn location(c: &mut Criterion) {
    let mut group = c.benchmark_group("point location");
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let points: Vec<[f64; 2]> = (0..1 << 16).map(|_| [rng.random(), rng.random()]).collect();
    let mut near = points.clone();
    near.sort_by(|a, b| ((a[1] * 256.0) as u32).cmp(&((b[1] * 256.0) as u32)).then(a[0].total_cmp(&b[0])));
    let mut cells = vec![0; points.len()];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    for n in [1_000, 100_000, 1_000_000] {
        let (diagram, heights) = voronoi(n);
        let locator = Locator::new(diagram.problem().sites(), &heights).expect("sound");
        group.throughput(Throughput::Elements(points.len() as u64));
        for (name, points) in [("random", &points), ("in rows", &near)] {
            group.bench_function(format!("{n} cells, {name}"), |b| {
                b.iter(|| pool.install(|| locator.cells_of(black_box(points), &mut cells)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, ratios, rates, dense, location);
criterion_main!(benches);
