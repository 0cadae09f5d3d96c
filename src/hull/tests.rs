//! The triangulation against its definition, by brute force with exact signs.

use super::lifted::Grain;
use super::lifted::Shape;
use super::mesh::next;
use super::mesh::previous;
use super::mesh::{NONE, split};
use super::*;
use crate::exact::Counters;
use crate::exact::Dd;
use crate::exact::Heights;
use crate::exact::predicates::Lifted;
use crate::exact::predicates::orient2d;
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

/// A hidden site on the diagonals of its neighbours is taken out of the mesh like any other:
/// nothing is built anew.
#[test]
fn a_hidden_site_where_diagonals_cross_is_removed() {
    let cross = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
    let lattice: Vec<[f64; 2]> =
        (0..25).map(|k| [f64::from((k + 12) % 25 % 5), f64::from((k + 12) % 25 / 5)]).collect();
    for sites in [cross, lattice] {
        let (mut heights, _) = Heights::from_weights(&sites, &vec![0.0; sites.len()]);
        let mut hull = Hull::build(&sites, &heights);
        assert!(!hull.is_hidden(0));
        heights.set(0, Dd::from_f64(heights.get(0).hi - 10.0));
        assert_eq!(hull.update(&heights), Update::Flipped);
        assert!(hull.is_hidden(0) && hull.triangles() == Hull::build(&sites, &heights).triangles());
    }
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

/// The same hull in parts of a few sites, repaired in regions of a few slots.
fn in_parts(sites: &[[f64; 2]], heights: &Heights, order: Vec<u32>, grain: Grain) -> Hull {
    let heights: Vec<Dd> = order.iter().map(|&i| heights.get(i as usize)).collect();
    Hull::shared(sites, order.into(), &heights, grain)
}

const ONE_PART: Grain = Grain { part: usize::MAX, region: usize::MAX };

/// Triangulation, hidden sites and rings, in the caller's numbering; and that the half-edges of the
/// mesh belong together.
fn shape_of(hull: &Hull) -> (Vec<[u32; 3]>, Vec<bool>, Vec<Vec<u32>>) {
    if let Shape::Plane(net) = &hull.shape {
        let triangles = &net.mesh.triangles;
        let live = triangles.iter().filter(|t| !t.is_dead()).count();
        assert_eq!(live + net.mesh.spare.len(), triangles.len(), "every slot is used or spare");
        for (t, triangle) in triangles.iter().enumerate().filter(|(_, t)| !t.is_dead()) {
            for k in 0..3 {
                let (s, j) = split(triangle.n[k]);
                assert_eq!(triangles[s].n[j], mesh::join(t, k), "two sides of an edge");
                assert_eq!(triangles[s].v[next(j)], triangle.v[previous(k)]);
                assert_eq!(triangles[s].v[previous(j)], triangle.v[next(k)]);
            }
        }
        for (i, &code) in net.corner.iter().enumerate().filter(|(_, c)| **c != NONE) {
            let (t, k) = split(code);
            assert!(!triangles[t].is_dead() && triangles[t].v[k] as usize == i, "a corner at its site");
        }
    }
    let ring = |i: usize| {
        let mut ring = hull.neighbors(i);
        if hull.line().is_none() {
            let least = (0..ring.len()).min_by_key(|&k| ring[k]).unwrap_or(0);
            ring.rotate_left(least);
        }
        ring
    };
    let n = hull.len();
    (hull.triangles(), (0..n).map(|i| hull.is_hidden(i)).collect(), (0..n).map(ring).collect())
}

/// Families made to hurt joins: ties across cuts, collinear sides, hidden sites, clusters, outlines
/// with straight stretches.
fn hostile(rng: &mut ChaCha8Rng, n: usize) -> (Vec<[f64; 2]>, Heights) {
    let kind = rng.random_range(0..12);
    let grid = rng.random_range(1..12);
    let tiny = 2f64.powi(-rng.random_range(3..60));
    let mut site = |k: usize| -> [f64; 2] {
        let mut cell = |m: i32| f64::from(rng.random_range(0..m));
        match kind {
            0 => [rng.random(), rng.random()],
            1 => [cell(grid), cell(grid)],
            2 => [cell(2), cell(40)],
            3 => [cell(40) * tiny, cell(3)],
            4 => [cell(3) + cell(8) * tiny, cell(3) + cell(8) * tiny],
            5 => {
                let t = 0.1 * k as f64;
                [t.cos(), t.sin()]
            }
            6 => [cell(grid), 2.0 * cell(2)],
            7 => [cell(40), if k.is_multiple_of(7) { 1.0 } else { 0.0 }],
            8 => [k as f64, (k * k) as f64],
            9 => [cell(20) / 10.0, cell(20) / 10.0 + tiny * cell(3)],
            10 => [[-1.0, 0.0, 1.0][k % 3] * tiny.recip(), cell(4)],
            _ => [cell(30) - 15.0, (cell(3) - 1.0) * (cell(30) - 15.0)],
        }
    };
    let sites: Vec<[f64; 2]> = (0..n).map(&mut site).collect();
    let size = sites.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    let spread = [0.0, 0.0, 1e-3, 0.1, 1.0, 100.0][rng.random_range(0..6)] * size * size;
    let weights: Vec<f64> = (0..n).map(|_| spread * f64::from(rng.random_range(0..9u8)) / 8.0).collect();
    if rng.random_bool(0.2) {
        // Not lifted at all: heights that decide nothing, or that hide nearly everything.
        return (sites, Heights::from_f64(&weights));
    }
    let (heights, _) = Heights::from_weights(&sites, &weights);
    (sites, heights)
}

fn joined_equals_inserted(seed: u64, rounds: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for round in 0..rounds {
        let n = if rng.random_bool(0.9) { rng.random_range(1..60) } else { rng.random_range(60..400) };
        let (sites, heights) = if rng.random_bool(0.3) { instance(&mut rng, n) } else { hostile(&mut rng, n) };
        let order = match rng.random_range(0..4) {
            0 => {
                let mut order: Vec<u32> = (0..n as u32).collect();
                let axis = rng.random_range(0..2);
                order.sort_by(|&a, &b| sites[a as usize][axis].total_cmp(&sites[b as usize][axis]));
                order
            }
            1 => {
                let mut order = Hull::curve(&sites);
                order.reverse();
                order
            }
            _ => Hull::curve(&sites),
        };
        let grain = Grain { part: rng.random_range(1..20), region: rng.random_range(1..80) };
        let mut hull = in_parts(&sites, &heights, order.clone(), grain);
        let told = || format!("round {round} of {seed}: {grain:?} {order:?} {sites:?} {heights:?}");
        assert_eq!(shape_of(&hull), shape_of(&in_parts(&sites, &heights, order.clone(), ONE_PART)), "{}", told());
        if rng.random_bool(0.5) {
            hull.arrange();
        }
        let size = heights.as_slice().iter().fold(f64::MIN_POSITIVE, |m, h| m.max(h.hi.abs()));
        let mut moved = heights.as_slice().to_vec();
        for _ in 0..rng.random_range(0..4) {
            let scale = size * 10f64.powi(rng.random_range(-6..1));
            let share = rng.random_range(0.0..1.0);
            for h in &mut moved {
                if rng.random_bool(share) {
                    *h = *h + Dd::from_f64(scale * f64::from(rng.random_range(-4..=4)) / 4.0);
                }
            }
            let moved = Heights::new(moved.iter().copied());
            hull.update(&moved);
            let fresh = in_parts(&sites, &moved, order.clone(), ONE_PART);
            assert_eq!(shape_of(&hull), shape_of(&fresh), "moved to {moved:?}, {}", told());
        }
    }
}

#[test]
fn parts_make_the_same_triangulation() {
    joined_equals_inserted(4, 3000);
}

/// `cargo test --release --lib many_parts -- --ignored`
#[test]
#[ignore = "minutes"]
fn many_parts_make_the_same_triangulation() {
    (100..120).for_each(|seed| joined_equals_inserted(seed, 5000));
}

#[test]
fn threads_do_not_show() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for n in [300, 3000] {
        for _ in 0..6 {
            let (sites, heights) = hostile(&mut rng, n);
            let moved = heights.as_slice().iter().map(|&h| h + Dd::from_f64(0.01 * rng.random::<f64>()));
            let moved = Heights::new(moved.collect::<Vec<_>>());
            let grain = Grain { part: 32, region: 128 };
            let run = || {
                let mut hull = in_parts(&sites, &heights, Hull::curve(&sites), grain);
                let built = format!("{:?}", hull.shape);
                let update = hull.update(&moved);
                (built, update, format!("{:?}", hull.shape))
            };
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                pool.install(run)
            };
            let one = with(1);
            assert!([2, 3, 8].into_iter().all(|threads| with(threads) == one), "slots, counters and all: {sites:?}");
        }
    }
}
