//! The regular triangulation against the brute-force diagram, of which it is the dual.

mod common;

use brenier::exact::{Dd, Heights};
use brenier::hull::Hull;
use common::instances::{FAMILIES, Instance, dice, instance};
use common::oracle::{self, Q, Source};
use rand::RngExt;
use std::collections::BTreeSet;

const SEED: u64 = 20261123;

fn some(per_family: u64, f: impl Fn(u64, &Instance)) {
    for k in 0..per_family * FAMILIES.len() as u64 {
        f(k, &instance(SEED, k));
    }
}

/// In a domain so large that every vertex of the diagram is inside, neighbours in the triangulation
/// are neighbours of cells. Ties: the brute force gets the perturbation `h_i + eps^(i+1)` with an
/// eps written out, far smaller than any difference between numbers of these lattices.
#[test]
fn neighbours_are_those_of_the_cells_in_the_plane() {
    let far = Q::from(1) << 40u32;
    let near = Q::from(-&far);
    let corner = |x: &Q, y: &Q| [x.clone(), y.clone()];
    let plane =
        Source::uniform(vec![corner(&near, &near), corner(&far, &near), corner(&far, &far), corner(&near, &far)]);
    let coarse = |x: &f64| (x * 16.0).fract() == 0.0;
    let mut tried = 0;
    for k in 0..2800 {
        let i = instance(SEED + 1, k);
        let small = i.sites.iter().flatten().all(coarse) && i.len() <= 6;
        if !small || !i.heights.iter().all(|h| h.lo == 0.0 && coarse(&(h.hi * 256.0)) && h.hi.abs() < 1e3) {
            continue;
        }
        tried += 1;
        let eps = Q::from(1) >> 160u32;
        let mut power = Q::from(1);
        let raise = |h: Q| {
            power *= &eps;
            h + &power
        };
        let heights: Vec<Q> = i.exact_heights().into_iter().map(raise).collect();
        let truth = oracle::shape(&plane, &i.exact_sites(), &heights);
        let hull = Hull::build(&i.sites, &i.heights());
        for s in 0..i.len() {
            assert_eq!(hull.is_hidden(s), truth.cells[s].is_empty(), "site {s} of {i:?}");
            let found: BTreeSet<usize> = hull.neighbors(s).iter().map(|&j| j as usize).collect();
            let pairs = truth.facets.keys();
            let expected: BTreeSet<usize> = pairs.filter(|p| p.0 == s || p.1 == s).map(|p| p.0 + p.1 - s).collect();
            assert_eq!(found, expected, "neighbours of {s} in {i:?}");
        }
    }
    assert!(tried >= 700, "only {tried} instances were small enough");
}

/// Moving an existing triangulation to new heights ends where a rebuild ends.
#[test]
fn update_of_the_hull_equals_the_rebuild() {
    some(60, |k, i| {
        let mut d = dice(SEED + 5, k);
        let mut hull = Hull::build(&i.sites, &i.heights());
        let size = i.heights.iter().fold(f64::MIN_POSITIVE, |m, h| m.max(h.hi.abs()));
        let mut heights = i.heights.clone();
        for round in 0..4 {
            for h in &mut heights {
                match (round, d.random_range(0..3)) {
                    (3, _) => *h = i.heights[0],
                    (2, 0) => *h = *h - Dd::from_f64(4.0 * size),
                    (_, 1) => *h = *h + Dd::from_f64(size * f64::from(d.random_range(-4..=4)) / 64.0),
                    _ => {}
                }
            }
            let h = Heights::new(heights.iter().copied());
            hull.update(&h);
            let fresh = Hull::build(&i.sites, &h);
            assert_eq!(hull.triangles(), fresh.triangles(), "round {round} of {i:?}");
            for s in 0..i.len() {
                assert_eq!(hull.is_hidden(s), fresh.is_hidden(s), "site {s}, round {round} of {i:?}");
            }
        }
    });
}
