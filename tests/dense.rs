//! The dense argmax against integers: the same site for every instruction set, every number of
//! threads, and the exact one.

use brenier::dense::{Dense, Instructions};
use brenier::exact::{Counters, Dd, Heights};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// An instance in whole multiples of `2^-20` (heights `2^-40`), so that integers decide it.
struct Whole {
    dimension: usize,
    sites: Vec<i64>,
    heights: Vec<i64>,
    points: Vec<i64>,
}

impl Whole {
    fn random(dimension: usize, n: usize, m: usize, size: i64, seed: u64) -> Whole {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut list = |k: usize| -> Vec<i64> { (0..k).map(|_| rng.random_range(-size..=size)).collect() };
        let (sites, points) = (list(n * dimension), list(m * dimension));
        // Cells of the nearest site, with some noise.
        let square = |y: &[i64]| y.iter().map(|&v| v * v).sum::<i64>() / 2;
        let heights = sites.chunks(dimension).map(|y| rng.random_range(-size..=size) - square(y)).collect();
        Whole { dimension, sites, heights, points }
    }

    fn dense(&self) -> Dense {
        let sites = scaled(&self.sites, 20);
        let heights = Heights::new(self.heights.iter().map(|&h| {
            // 63 bits: the high ones and the rest.
            let high = (h >> 30) << 30;
            Dd::sum(high as f64 * 2f64.powi(-40), (h - high) as f64 * 2f64.powi(-40))
        }));
        Dense::new(self.dimension, &sites, &heights).unwrap()
    }

    /// The lowest of the highest sites.
    fn cells(&self) -> Vec<u32> {
        let d = self.dimension;
        let highest = |x: &[i64]| {
            let value = |i: usize| {
                let y = &self.sites[i * d..(i + 1) * d];
                i128::from(self.heights[i])
                    + x.iter().zip(y).map(|(&a, &b)| i128::from(a) * i128::from(b)).sum::<i128>()
            };
            (0..self.heights.len()).max_by_key(|&i| (value(i), std::cmp::Reverse(i))).unwrap() as u32
        };
        self.points.chunks(d).map(highest).collect()
    }
}

fn scaled(values: &[i64], bits: i32) -> Vec<f64> {
    values.iter().map(|&v| v as f64 * 2f64.powi(-bits)).collect()
}

/// What every instruction set says, if they agree.
fn by_all(dense: &Dense, points: &[f64]) -> (Vec<u32>, Counters) {
    let mut all = Instructions::all().into_iter().map(|set| {
        let (cells, counters) = dense.clone().with_instructions(set).cells_of(points).unwrap();
        (set, cells, counters)
    });
    let (_, first, counters) = all.next().unwrap();
    for (set, cells, _) in all {
        assert!(cells == first, "{}", set.name());
    }
    (first, counters)
}

#[test]
fn every_instruction_set_finds_the_exact_cell() {
    for (d, n, m, size) in [
        (1, 1, 10, 1 << 20),
        (1, 100, 1000, 1 << 20),
        (2, 47, 3000, 1 << 20),
        (3, 48, 3000, 1 << 22),
        (5, 49, 1000, 1 << 16),
        (8, 700, 2000, 1 << 20),
        (17, 97, 1000, 1 << 20),
        (64, 1000, 300, 1 << 20),
        (128, 200, 300, 1 << 18),
        (512, 150, 200, 1 << 18),
        (4096, 50, 20, 1 << 10),
    ] {
        let whole = Whole::random(d, n, m, size, (d * n) as u64);
        let (found, _) = by_all(&whole.dense(), &scaled(&whole.points, 20));
        assert_eq!(found, whole.cells(), "d = {d}, n = {n}");
    }
}

/// Points and sites on a small grid tie all the time: the lowest index wins, as if heights were
/// `h_i + eps^(i+1)`.
#[test]
fn ties_go_to_the_lowest_index() {
    for (d, n, size) in [(2, 300, 4), (3, 500, 2), (8, 400, 1)] {
        let mut whole = Whole::random(d, n, 2000, size, 7);
        // Voronoi cells of the grid: every third site is on the bisectors of others.
        whole.heights = whole.sites.chunks(d).map(|y| -y.iter().map(|v| v * v).sum::<i64>() / 2).collect();
        let (found, counters) = by_all(&whole.dense(), &scaled(&whole.points, 20));
        assert_eq!(found, whole.cells(), "d = {d}");
        assert!(counters.exact_zeros > 500 && counters.big == 0, "{counters:?}");
    }
}

/// Far from the origin, or with differences in the last places, single precision decides nothing
/// and the answer is the same.
#[test]
fn what_floats_cannot_tell_is_told() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let base: Vec<i64> = (0..6).map(|_| rng.random_range(1 << 29..1 << 30)).collect();
    let near = |rng: &mut ChaCha8Rng, count: usize| -> Vec<i64> {
        (0..count * 6).map(|k| base[k % 6] + rng.random_range(-50i64..=50)).collect()
    };
    let (sites, points) = (near(&mut rng, 200), near(&mut rng, 500));
    let square = |y: &[i64]| y.iter().map(|&v| i128::from(v) * i128::from(v)).sum::<i128>() / 2;
    let least = sites.chunks(6).map(square).min().unwrap();
    let heights = sites.chunks(6).map(|y| (least - square(y)) as i64).collect();
    let whole = Whole { dimension: 6, sites, heights, points };
    let (found, counters) = by_all(&whole.dense(), &scaled(&whole.points, 20));
    assert_eq!(found, whole.cells());
    assert!(counters.filter_failures > 400, "{counters:?}");
    // Doubles of any size; the answer can be told by eye.
    let dense = Dense::new(2, &[1e300, 0.0, -1e300, 0.0, 0.0, 1e-300], &Heights::zeros(3)).unwrap();
    let points = [1e200, 0.0, -1e-200, 1e300, 0.0, 1e-300, 0.0, -1.0, 1e-300, 1e300];
    assert_eq!(by_all(&dense, &points).0, [0, 1, 2, 0, 0]);
    // Heights that differ in their tails only.
    let heights = Heights::new([0.0, 1e-40, 0.0].map(|lo| Dd { hi: 1.0, lo }));
    let dense = Dense::new(3, &[0.25; 9], &heights).unwrap();
    assert_eq!(by_all(&dense, &[0.5, 1e10, -3.0]).0, [1]);
}

#[test]
fn floats_mean_the_same_doubles_and_threads_do_not_matter() {
    let whole = Whole::random(24, 500, 5000, 1 << 20, 11);
    let dense = whole.dense();
    let points = scaled(&whole.points, 20);
    let (cells, _) = dense.cells_of(&points).unwrap();
    for threads in [1, 3, 16] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| dense.cells_of(&points).unwrap().0) == cells);
    }
    let floats: Vec<f32> = points.iter().map(|&v| v as f32).collect();
    let doubles: Vec<f64> = floats.iter().map(|&v| f64::from(v)).collect();
    assert!(dense.cells_of(&floats).unwrap().0 == dense.cells_of(&doubles).unwrap().0);
    assert_eq!(dense.cell_of(&points[..24]).unwrap(), cells[0]);
}

/// 0 wrong in 1e5 points among 200 sites.
#[test]
fn no_wrong_cell_in_many() {
    let whole = Whole::random(4, 200, 100_000, 1 << 20, 5);
    let (found, counters) = by_all(&whole.dense(), &scaled(&whole.points, 20));
    assert!(found == whole.cells());
    assert!(counters.filter_failures < 2000, "the fast path decides: {counters:?}");
}

/// The same of 1e7 points.
#[test]
#[ignore = "minutes"]
fn no_wrong_cell_in_ten_million() {
    for seed in 0..10 {
        let whole = Whole::random(3, 100, 1_000_000, 1 << 20, seed);
        let (found, _) = by_all(&whole.dense(), &scaled(&whole.points, 20));
        assert!(found == whole.cells());
    }
}
