//! The triangulation against its definition, by brute force with exact signs.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Every triangle of sites with no other site above its plane (after the perturbation).
fn brute_force(sites: &[[f64; 2]], heights: &Heights) -> Vec<[u32; 3]> {
    let n = sites.len();
    let p: Vec<Lifted> = (0..n).map(|i| Lifted::new(sites[i], heights.get(i))).collect();
    let mut counters = Counters::default();
    let mut all = Vec::new();
    for a in 0..n {
        for b in 0..n {
            for c in 0..n {
                if !(a < b && a < c && b != c) || orient2d(sites[a], sites[b], sites[c], &mut counters) <= 0 {
                    continue;
                }
                let clear = (0..n).all(|d| {
                    let ranks = || [a, b, c, d].map(|k| k as u32);
                    [a, b, c].contains(&d)
                        || !crate::exact::predicates::above([&p[a], &p[b], &p[c], &p[d]], ranks, &mut counters)
                });
                if clear {
                    all.push([a as u32, b as u32, c as u32]);
                }
            }
        }
    }
    all.sort_unstable();
    all
}

/// Sites of many degenerate kinds, heights near `-|y|^2/2` so that many sites are visible.
pub fn instance(rng: &mut ChaCha8Rng, n: usize) -> (Vec<[f64; 2]>, Heights) {
    let kind = rng.random_range(0..8);
    let mut site = |k: usize| -> [f64; 2] {
        match kind {
            0 => [rng.random(), rng.random()],
            1 => [rng.random_range(0..4) as f64, rng.random_range(0..4) as f64],
            2 => [rng.random_range(0..5) as f64 / 20.0, rng.random_range(0..5) as f64 / 20.0],
            3 => {
                let c = [[3.0, 4.0], [4.0, 3.0], [5.0, 0.0], [0.0, 5.0]][k % 4];
                let s = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]][(k / 4) % 4];
                [c[0] * s[0], c[1] * s[1]]
            }
            4 => [
                0.1 + 2f64.powi(-48) * rng.random_range(0..4) as f64,
                0.7 + 2f64.powi(-48) * rng.random_range(0..4) as f64,
            ],
            5 => {
                let t = rng.random_range(0..12) as f64;
                if rng.random_bool(0.8) { [t, 2.0 * t] } else { [t, t * t] }
            }
            6 => {
                let e = f64::from_bits(0.5f64.to_bits() + rng.random_range(0..3));
                [e * rng.random_range(0..3) as f64, e * rng.random_range(0..3) as f64]
            }
            _ => [1e-310 * rng.random_range(0..50) as f64, 1e-310 * rng.random_range(0..50) as f64],
        }
    };
    let sites: Vec<[f64; 2]> = (0..n).map(&mut site).collect();
    let spread = [0.0, 0.0, 0.01, 1.0][rng.random_range(0..4)];
    let weights: Vec<f64> = (0..n).map(|_| spread * f64::from(rng.random_range(0..5u8)) / 4.0).collect();
    let (heights, _) = Heights::from_weights(&sites, &weights);
    (sites, heights)
}

#[test]
fn the_triangulation_is_the_regular_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for round in 0..4000 {
        let n = rng.random_range(1..10);
        let (sites, heights) = instance(&mut rng, n);
        let hull = Hull::build(&sites, &heights);
        assert_eq!(hull.triangles(), brute_force(&sites, &heights), "round {round}: {sites:?} {heights:?}");
    }
}

#[test]
fn an_update_equals_the_rebuild() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut flipped = 0;
    for round in 0..1500 {
        let n = rng.random_range(3..40);
        let (sites, heights) = instance(&mut rng, n);
        let mut hull = Hull::build(&sites, &heights);
        for _ in 0..3 {
            let scale = 10f64.powi(rng.random_range(-6..1));
            let moved = Heights::new(heights.as_slice().iter().map(|&h| h + Dd::from_f64(scale * rng.random::<f64>())));
            flipped += u32::from(hull.update(&moved) == Update::Flipped);
            assert_eq!(hull.triangles(), Hull::build(&sites, &moved).triangles(), "round {round}");
            assert_eq!(
                (0..n).map(|i| hull.is_hidden(i)).collect::<Vec<_>>(),
                (0..n).map(|i| Hull::build(&sites, &moved).is_hidden(i)).collect::<Vec<_>>()
            );
        }
    }
    assert!(flipped > 1000, "flips do the work: {flipped}");
}

#[test]
fn larger_instances_update_like_a_rebuild() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let sites: Vec<[f64; 2]> = (0..3000).map(|_| [rng.random(), rng.random()]).collect();
    let (mut heights, _) = Heights::from_weights(&sites, &vec![0.0; 3000]);
    let mut hull = Hull::build(&sites, &heights);
    for scale in [1e-6, 1e-5, 1e-4, 1e-3] {
        heights = Heights::new(heights.as_slice().iter().map(|&h| h + Dd::from_f64(scale * rng.random::<f64>())));
        hull.update(&heights);
        assert!(hull.triangles() == Hull::build(&sites, &heights).triangles());
    }
}
