//! The triangulation against its definition, by brute force in integers; and what must not matter.

use super::cell::{GHOST, NONE, split};
use super::grow::{Grow, SMALL};
use super::lifted::Shape;
use super::net::Net;
use super::sites::Sites;
use super::validate::{Fault, check};
use super::*;
use crate::exact::big::{self, Integer};
use crate::exact::predicates::{Lifted3, orient3d_sign};
use crate::exact::{Dd, Heights};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Sites over a common unit, with heights that are moved by powers of a number greater than any
/// coefficient: nothing of the library's predicates.
struct Truth {
    y: [Vec<Integer>; 3],
    h: Vec<Integer>,
}

impl Truth {
    fn new(sites: &[[f64; 3]], heights: &Heights) -> Truth {
        let n = sites.len();
        let y = [0, 1, 2].map(|k| big::common_integers(&sites.iter().map(|y| y[k]).collect::<Vec<_>>()));
        let all = heights.as_slice();
        let parts: Vec<f64> = all.iter().map(|h| h.hi).chain(all.iter().map(|h| h.lo)).collect();
        let parts = big::common_integers(&parts);
        let longest = |v: &Vec<Integer>| v.iter().map(Integer::significant_bits).max().unwrap_or(0);
        let bits = y.iter().map(longest).sum::<u32>() + 8;
        let step = |i: usize| Integer::from(1) << (bits * (n - i) as u32);
        let h = (0..n).map(|i| (Integer::from(&parts[i] + &parts[i + n]) << (bits * (n as u32 + 1))) + step(i));
        Truth { y, h: h.collect() }
    }

    /// `det[b - a; c - a; d - a]`.
    fn volume(&self, [a, b, c, d]: [usize; 4]) -> Integer {
        let e = |i: usize, k: usize| Integer::from(&self.y[k][i] - &self.y[k][a]);
        let m = |p: usize, q: usize| e(c, p) * e(d, q) - e(d, p) * e(c, q);
        e(b, 0) * m(1, 2) - e(b, 1) * m(0, 2) + e(b, 2) * m(0, 1)
    }

    /// All tetrahedra with no other site above their hyperplanes.
    fn tetrahedra(&self) -> Vec<[u32; 4]> {
        let n = self.h.len();
        let mut all = Vec::new();
        for a in 0..n {
            for b in a + 1..n {
                for c in b + 1..n {
                    for d in c + 1..n {
                        let volume = self.volume([a, b, c, d]);
                        let turned = big::sign(&volume);
                        let clear = |e: usize| {
                            let mut height = Integer::from(&volume * &self.h[e]);
                            let four = [a, b, c, d];
                            for k in 0..4 {
                                let mut at = four;
                                at[k] = e;
                                height -= self.volume(at) * &self.h[four[k]];
                            }
                            big::sign(&height) * turned < 0
                        };
                        if turned != 0 && (0..n).all(|e| [a, b, c, d].contains(&e) || clear(e)) {
                            let [c, d] = if turned > 0 { [c, d] } else { [d, c] };
                            all.push([a, b, c, d].map(|k| k as u32));
                        }
                    }
                }
            }
        }
        all.sort_unstable();
        all
    }
}

/// Sites of many degenerate kinds; heights near `-|y|^2/2`, at random, or all the same.
fn instance(rng: &mut ChaCha8Rng, n: usize) -> (Vec<[f64; 3]>, Heights) {
    let kind = rng.random_range(0..12);
    let size = [1.0, 0.05, 1e-310, 1e-120, 1e120, 1.0 + f64::EPSILON][rng.random_range(0..6)];
    let axes = |rng: &mut ChaCha8Rng, m: i32| [(); 3].map(|()| f64::from(rng.random_range(0..m)));
    let mut site = |k: usize| -> [f64; 3] {
        let y = match kind {
            0 => [(); 3].map(|()| rng.random::<f64>()),
            1 => axes(rng, 2),
            2 => axes(rng, 3),
            3 => axes(rng, 5),
            4 => {
                // On a sphere of radius 3.
                let mut v = if k.is_multiple_of(3) { [3.0, 0.0, 0.0] } else { [1.0, 2.0, 2.0] };
                v.rotate_left(rng.random_range(0..3));
                v.map(|v| if rng.random() { v } else { -v })
            }
            5 => axes(rng, 4).map(|v| 0.7 + 2f64.powi(-48) * v),
            6 => {
                // In a tilted plane, or next to it.
                let [x, y, z] = axes(rng, 4);
                [x, y, 2.0 * x - y + if rng.random_range(0..8) == 0 { z } else { 0.0 }]
            }
            7 => {
                let t = f64::from(rng.random_range(0..9));
                if rng.random_bool(0.8) { [t, -t, 2.0 * t] } else { [t, t * t, t * t * t] }
            }
            8 => {
                let t = f64::from(rng.random_range(-4..5));
                [t, t * t, t * t * t]
            }
            9 => {
                let mut v = [0.0; 3];
                v[k % 3] = f64::from(rng.random_range(-3..4));
                v
            }
            10 => axes(rng, 3).map(|v| v / 3.0),
            _ => {
                let [x, y, z] = axes(rng, 3);
                [x, y, z * 2f64.powi(-30)]
            }
        };
        y.map(|v| v * size)
    };
    let mut sites: Vec<[f64; 3]> = (0..n).map(&mut site).collect();
    if rng.random_bool(0.2) {
        for k in 1..n {
            if rng.random_bool(0.3) {
                sites[k] = sites[rng.random_range(0..k)];
            }
        }
    }
    let largest = sites.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    let spread = [0.0, 0.0, 1e-16, 0.05, 0.5, 5.0][rng.random_range(0..6)] * largest * largest;
    let weights: Vec<f64> = (0..n).map(|_| spread * f64::from(rng.random_range(0..5u8)) / 4.0).collect();
    let heights = match rng.random_range(0..8) {
        0 => Heights::from_f64(&weights),
        1 => Heights::zeros(n),
        _ => Heights::from_weights(&sites, &weights).0,
    };
    (sites, heights)
}

/// All that a hull says, in the caller's numbering.
type Said = (Vec<[u32; 4]>, Vec<[u32; 3]>, Vec<u32>, Vec<Vec<u32>>);

fn said(hull: &SpaceHull) -> Said {
    let lists = hull.neighbor_lists();
    let neighbors: Vec<Vec<u32>> = (0..hull.len()).map(|i| hull.neighbors(i)).collect();
    (0..hull.len()).for_each(|i| assert_eq!(lists.of(i), neighbors[i]));
    (hull.tetrahedra(), hull.outline(), hull.hidden(), neighbors)
}

#[test]
fn the_triangulation_is_the_regular_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut solid, mut hidden, mut many) = (0, 0, 0);
    for round in 0..4000 {
        let n = rng.random_range(1..10);
        let (sites, heights) = instance(&mut rng, n);
        let hull = SpaceHull::build(&sites, &heights);
        let told = || format!("round {round}: {sites:?} {heights:?}");
        let all = hull.tetrahedra();
        assert_eq!(all, Truth::new(&sites, &heights).tetrahedra(), "{}", told());
        assert_eq!(hull.count(), all.len());
        assert_eq!(hull.validate(), Ok(()), "{}", told());
        if hull.dimension() < 3 {
            continue;
        }
        solid += 1;
        many += usize::from(all.len() > 6);
        let (_, outline, none, neighbors) = said(&hull);
        hidden += none.len();
        for i in 0..n as u32 {
            let mut around: Vec<u32> = all.iter().filter(|t| t.contains(&i)).flatten().copied().collect();
            around.sort_unstable();
            around.dedup();
            assert_eq!(none.contains(&i), around.is_empty(), "{}", told());
            around.retain(|&j| j != i);
            assert_eq!(neighbors[i as usize], around, "{}", told());
            let (star, bounded) = hull.star(i as usize);
            assert_eq!(star, all.iter().filter(|t| t.contains(&i)).copied().collect::<Vec<_>>());
            assert_eq!(bounded, !star.is_empty() && !outline.iter().any(|f| f.contains(&i)), "{}", told());
        }
        // Facets of one tetrahedron alone.
        let facets = all.iter().flat_map(|t| cell::FACET.map(|f| f.map(|k| t[k])));
        let mut sorted: Vec<[u32; 3]> = facets
            .map(|mut f| {
                f.sort_unstable();
                f
            })
            .collect();
        sorted.sort_unstable();
        let alone = sorted.chunk_by(|a, b| a == b).filter(|c| c.len() == 1).map(|c| c[0]);
        let mut rim: Vec<[u32; 3]> =
            outline.iter().map(|&[a, b, c]| if b < c { [a, b, c] } else { [a, c, b] }).collect();
        rim.sort_unstable();
        assert_eq!(rim, alone.collect::<Vec<_>>(), "{}", told());
    }
    assert!(solid > 2000 && hidden > 1500 && many > 300, "{solid} {hidden} {many}");
}

/// Positions decide the order of insertion, slots and walks; ranks belong to the sites.
#[test]
fn the_order_of_insertion_does_not_show() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for round in 0..400 {
        let n = if round % 20 == 0 { rng.random_range(60..300) } else { rng.random_range(1..40) };
        let (sites, heights) = instance(&mut rng, n);
        let first = said(&SpaceHull::build(&sites, &heights));
        for _ in 0..2 {
            let mut order: Vec<u32> = (0..n as u32).collect();
            (1..n).for_each(|k| order.swap(k, rng.random_range(0..=k)));
            let by_position: Vec<Dd> = order.iter().map(|&i| heights.get(i as usize)).collect();
            let hull = SpaceHull::along(&sites, order, &by_position);
            assert_eq!(hull.validate(), Ok(()));
            assert_eq!(said(&hull), first, "round {round}: {sites:?} {heights:?}");
        }
    }
}

/// With sites added that are in no plane (no line) with the others, the triangulation is the cone
/// over that of the plane (line).
#[test]
fn flat_sites_have_the_neighbours_that_a_cone_over_them_has() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut met = [0; 4];
    for round in 0..3000 {
        let n = rng.random_range(1..14);
        let (mut sites, heights) = instance(&mut rng, n);
        match round % 3 {
            0 => sites.iter_mut().for_each(|y| y[round % 9 / 3] = sites_at(round)),
            1 => sites
                .iter_mut()
                .for_each(|y| (y[(round / 3 + 1) % 3], y[(round / 3 + 2) % 3]) = (y[round / 3 % 3], 0.0)),
            _ => {}
        }
        let hull = SpaceHull::build(&sites, &heights);
        let dimension = hull.dimension();
        met[dimension as usize] += 1;
        if dimension == 3 {
            continue;
        }
        let size = sites.iter().flatten().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
        let mut more = sites.clone();
        let mut raised = heights.as_slice().to_vec();
        // Until the cone is solid; each new site outside of what the others span.
        while SpaceHull::build(&more, &Heights::new(raised.iter().copied())).dimension() < 3 {
            let cone = SpaceHull::build(&more, &Heights::new(raised.iter().copied()));
            let apexes = [[3.0, 5.0, 7.0], [-7.0, 3.0, 11.0], [5.0, -13.0, 2.0]];
            let apex = apexes.into_iter().map(|a| a.map(|v| v * size)).find(|a| {
                let with: Vec<[f64; 3]> = more.iter().copied().chain([*a]).collect();
                SpaceHull::build(&with, &Heights::zeros(with.len())).dimension() > cone.dimension()
            });
            more.push(apex.expect("one of them is outside"));
            raised.push(Dd::ZERO);
        }
        let cone = SpaceHull::build(&more, &Heights::new(raised));
        for i in 0..n {
            let mut expected = cone.neighbors(i);
            expected.retain(|&j| (j as usize) < n);
            assert_eq!(hull.neighbors(i), expected, "round {round}, {i}: {sites:?} {heights:?}");
            assert_eq!(hull.is_hidden(i), cone.is_hidden(i));
        }
        assert_eq!(said(&hull).2, hull.hidden());
        assert!(hull.tetrahedra().is_empty() && hull.count() == 0);
    }
    assert!(met[..3].iter().all(|m| *m > 100), "{met:?}");
}

fn sites_at(round: usize) -> f64 {
    [0.0, 1.0, -0.3][round % 7 % 3]
}

fn draw(rng: &mut ChaCha8Rng, n: usize) -> Vec<[f64; 3]> {
    (0..n).map(|_| [(); 3].map(|()| rng.random())).collect()
}

#[test]
fn larger_triangulations_are_valid() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let uniform = draw(&mut rng, 2000);
    let grid =
        |unit: f64| (0..729).map(|k| [k % 9, k / 9 % 9, k / 81].map(|v| f64::from(v) * unit)).collect::<Vec<_>>();
    let ball: Vec<[f64; 3]> = draw(&mut rng, 1200)
        .into_iter()
        .map(|y| {
            let y = y.map(|v| v - 0.5);
            let length = y.iter().map(|v| v * v).sum::<f64>().sqrt();
            y.map(|v| v / length)
        })
        .collect();
    let moment: Vec<[f64; 3]> = (0..60).map(|k| f64::from(k) - 30.0).map(|t| [t, t * t, t * t * t]).collect();
    let clusters: Vec<[f64; 3]> =
        (0..1000).map(|k| [0.1, 0.5, 0.9].map(|c| c + 1e-7 * rng.random::<f64>() * f64::from(k % 3))).collect();
    for (kind, sites) in [uniform, grid(1.0), grid(0.1), ball, moment, clusters].into_iter().enumerate() {
        for spread in [0.0, 0.02, 0.3] {
            let weights: Vec<f64> = sites.iter().map(|_| spread * rng.random::<f64>()).collect();
            let (heights, _) = Heights::from_weights(&sites, &weights);
            let hull = SpaceHull::build(&sites, &heights);
            assert_eq!(hull.validate(), Ok(()), "{kind} {spread}");
            if spread == 0.0 {
                let doubled = {
                    let mut s = sites.clone();
                    s.sort_by(|a, b| a.partial_cmp(b).unwrap());
                    s.windows(2).filter(|w| w[0] == w[1]).count()
                };
                assert_eq!(hull.hidden().len(), doubled, "kind {kind}");
            }
            // Corners are as far in power from all four.
            for t in hull.tetrahedra().into_iter().step_by(97).filter(|_| kind == 1) {
                let x = hull.corner(t).expect("cubes have fat tetrahedra");
                let value = |i: u32| {
                    let y = sites[i as usize];
                    x[0] * y[0] + x[1] * y[1] + x[2] * y[2] + heights.get(i as usize).hi
                };
                assert!(t.iter().all(|&i| (value(i) - value(t[0])).abs() < 1e-9), "{t:?}");
            }
        }
    }
}

/// The moment curve: every two sites are neighbours.
#[test]
fn all_may_be_neighbours_of_all() {
    let sites: Vec<[f64; 3]> = (0..40).map(f64::from).map(|t| [t, t * t, t * t * t]).collect();
    let hull = SpaceHull::build(&sites, &Heights::from_weights(&sites, &[0.0; 40]).0);
    assert!((0..40).all(|i| hull.neighbors(i).len() == 39));
}

/// A site in the middle of a sphere of others, inserted last: a hole with more vertices than the
/// table of edges has room for.
#[test]
fn large_holes_are_filled() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut sites: Vec<[f64; 3]> = draw(&mut rng, 500)
        .into_iter()
        .map(|y| {
            let y = y.map(|v| v - 0.5);
            let length = y.iter().map(|v| v * v).sum::<f64>().sqrt();
            y.map(|v| v / length)
        })
        .collect();
    sites.push([0.0; 3]);
    let (heights, _) = Heights::from_weights(&sites, &[0.0; 501]);
    let points: Vec<Lifted3> = sites.iter().enumerate().map(|(i, &y)| Lifted3 { y, h: heights.get(i) }).collect();
    let rank: Vec<u32> = (0..501).collect();
    let mut first = [0, 1, 2, 3];
    if orient3d_sign(sites[0], sites[1], sites[2], sites[3]) < 0 {
        first.swap(0, 1);
    }
    let mut grow = Grow::start(Sites::new(&points, &rank), first);
    assert!((4..501).all(|p| grow.insert(p)));
    assert!(grow.rim.len() > 900 && grow.seen.len() > 4 * SMALL);
    let net = Net::of(grow);
    assert_eq!(check(&net, Sites::new(&points, &rank), &rank), Ok(()));
    let hull = SpaceHull::build(&sites, &heights);
    assert_eq!(hull.neighbors(500).len(), 500);
    assert_eq!(net.v.iter().filter(|v| !v.contains(&GHOST)).count(), hull.count());
}

/// Whatever is wrong is found.
#[test]
fn the_validator_finds_what_is_broken() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut sites = draw(&mut rng, 60);
    sites.extend((0..27).map(|k| [k % 3, k / 3 % 3, k / 9].map(|v| 0.25 * f64::from(v) + 0.1)));
    let weights: Vec<f64> = sites.iter().map(|_| 0.05 * rng.random::<f64>()).collect();
    let (heights, _) = Heights::from_weights(&sites, &weights);
    let hull = SpaceHull::build(&sites, &heights);
    let Shape::Solid(net) = &hull.shape else { panic!("solid") };
    let sites_of = Sites::new(&hull.points, &hull.rank);
    let verdict = |net: &Net| check(net, sites_of, &hull.rank);
    assert_eq!(verdict(net), Ok(()));
    assert!(!hull.hidden().is_empty());
    let count = net.v.len();
    for t in (0..count).step_by(7) {
        let broken = |change: &dyn Fn(&mut Net)| {
            let mut net = net.clone();
            change(&mut net);
            verdict(&net).expect_err("broken")
        };
        assert!(matches!(broken(&|net| net.v[t].swap(0, 1)), Fault::Sides(_) | Fault::Turned(_)));
        assert!(matches!(broken(&|net| net.v[t][2] = net.v[t][1]), Fault::Sides(_) | Fault::Turned(_)));
        assert!(matches!(broken(&|net| net.v[t][2] = 10_000), Fault::Sides(_) | Fault::Turned(_)));
        assert!(matches!(broken(&|net| net.n[t].swap(1, 3)), Fault::Sides(_)));
        assert!(matches!(broken(&|net| net.n[t][1] = NONE), Fault::Sides(_)));
        broken(&|net| {
            net.v[t][0] = net.v[(t + 1) % count].into_iter().find(|v| !net.v[t].contains(v)).unwrap_or(net.v[t][1])
        });
    }
    // A vertex called hidden, and another surface above.
    let vertex = (0..sites.len()).find(|&p| net.home[p] != NONE).unwrap();
    let mut hiding = net.clone();
    hiding.home[vertex] = NONE;
    assert_eq!(verdict(&hiding), Err(Fault::Apart));
    let moved = |p: usize, by: f64| {
        let mut points = hull.points.clone();
        points[p].h = points[p].h + Dd::from_f64(by);
        check(net, Sites::new(&points, &hull.rank), &hull.rank)
    };
    let hidden = (0..sites.len()).find(|&p| net.home[p] == NONE).unwrap();
    assert_eq!(moved(hidden, 10.0), Err(Fault::Missed(hull.rank[hidden])));
    let irregular = (0..sites.len()).filter(|&p| net.home[p] != NONE).map(|p| moved(p, 0.3));
    assert!(irregular.into_iter().all(|v| matches!(v, Err(Fault::Irregular(_)))));
    // Two flipped: the facet between two tetrahedra in convex position, taken as three about an
    // edge, needs more than a change of one; a doubled surface hangs together in two parts.
    let mut twice = net.clone();
    twice.v.extend(net.v.iter().copied());
    twice.n.extend(net.n.iter().map(|n| n.map(|side| (split(side).0 + count) as u32 * 4 + (side & 3))));
    assert!(matches!(verdict(&twice), Err(Fault::Star(_))));
    // Ties decided by other ranks.
    let grid: Vec<[f64; 3]> = (0..64).map(|k| [k % 4, k / 4 % 4, k / 16].map(f64::from)).collect();
    let (heights, _) = Heights::from_weights(&grid, &[0.0; 64]);
    let hull = SpaceHull::build(&grid, &heights);
    let Shape::Solid(net) = &hull.shape else { panic!("solid") };
    let other: Vec<u32> = hull.rank.iter().map(|r| (29 * r + 7) % 64).collect();
    let verdict = check(net, Sites::new(&hull.points, &other), &other);
    assert!(matches!(verdict, Err(Fault::Irregular(_))), "{verdict:?}");
}

#[test]
fn few_sites_and_their_dimension() {
    let build = |sites: &[[f64; 3]]| SpaceHull::build(sites, &Heights::from_weights(sites, &vec![0.0; sites.len()]).0);
    assert_eq!(build(&[]).dimension(), -1);
    let one = build(&[[1.0; 3]]);
    assert!(one.dimension() == 0 && !one.is_hidden(0) && one.neighbors(0).is_empty());
    let equal = build(&[[2.0; 3]; 5]);
    assert!(equal.dimension() == 0 && equal.hidden() == [1, 2, 3, 4]);
    let two = build(&[[0.0, 0.0, 1.0], [0.0, 0.0, 2.0]]);
    assert!(two.dimension() == 1 && two.neighbors(1) == [0]);
    let three = build(&[[0.0; 3], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    assert!(three.dimension() == 2 && three.neighbors(0) == [1, 2] && three.star(0) == (vec![], false));
    let four = build(&[[0.0; 3], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
    assert_eq!((four.dimension(), four.tetrahedra()), (3, vec![[0, 1, 3, 2]]));
    assert_eq!(four.locate([0.1; 3]), Some([0, 1, 3, 2]));
    assert_eq!(four.locate([1.0; 3]), None);
    // Of equal sites the heavier, then the first.
    let mut sites = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]];
    sites.extend(sites.clone());
    let (heights, _) = Heights::from_weights(&sites, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0, -0.1]);
    assert_eq!(SpaceHull::build(&sites, &heights).hidden(), [1, 4, 6, 7]);
}
