//! Layouts that are not one to one, and their judges: every pair of sides and every pair of
//! triangles, in rationals.

use super::*;
use crate::exact::big::{Rational, rational};

type P = [f64; 2];
type Q = [Rational; 2];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

fn less(a: &Q, b: &Q) -> Q {
    [0, 1].map(|k| Rational::from(&a[k] - &b[k]))
}

fn cross(a: &Q, b: &Q) -> Rational {
    Rational::from(&a[0] * &b[1]) - Rational::from(&a[1] * &b[0])
}

fn dot(a: &Q, b: &Q) -> Rational {
    Rational::from(&a[0] * &b[0]) + Rational::from(&a[1] * &b[1])
}

/// Cuts the range `t` down to where `at + t slope` is between 0 and `most`.
fn narrowed([low, high]: [Rational; 2], at: &Rational, slope: &Rational, most: &Rational) -> Option<[Rational; 2]> {
    if slope.cmp0().is_eq() {
        return (at.cmp0().is_ge() && at <= most).then_some([low, high]);
    }
    let ends = [Rational::from(-at) / slope, Rational::from(most - at) / slope];
    let [a, b] = ends;
    let (first, last) = if a <= b { (a, b) } else { (b, a) };
    let range = [low.max(first), high.min(last)];
    (range[0] <= range[1]).then_some(range)
}

/// The ends of what two sides have in common: where the first one is on the line of the second and
/// between its ends.
fn common(a: P, b: P, c: P, d: P) -> Option<[Q; 2]> {
    let [a, b, c, d] = [a, b, c, d].map(|p| p.map(rational));
    let (u, e, from) = (less(&b, &a), less(&d, &c), less(&a, &c));
    let unit = [Rational::new(), Rational::from(1)];
    let on_line = narrowed(unit, &cross(&e, &from), &cross(&e, &u), &Rational::new())?;
    let between = narrowed(on_line, &dot(&e, &from), &dot(&e, &u), &dot(&e, &e))?;
    Some(between.map(|t| [0, 1].map(|k| Rational::from(&u[k] * &t) + &a[k])))
}

/// Pairs of sides that meet where they should not. Sides are longer than a point.
fn by_brute_force(p: &[P]) -> usize {
    let n = p.len();
    let at = |k: usize| p[k % n];
    let wrong = |i: usize, j: usize| match common(at(i), at(i + 1), at(j), at(j + 1)) {
        None => false,
        Some(ends) if j == i + 1 || i == 0 && j == n - 1 => {
            let shared = if j == i + 1 { at(j) } else { at(0) };
            ends.iter().any(|e| *e != shared.map(rational))
        }
        Some(_) => true,
    };
    (0..n).map(|i| (i + 1..n).filter(|&j| wrong(i, j)).count()).sum()
}

#[test]
fn simple_and_not() {
    let cases: [(&str, &[P], usize); 14] = [
        ("a square", &[[0., 0.], [1., 0.], [1., 1.], [0., 1.]], 0),
        ("a triangle", &[[0., 0.], [1., 0.], [0., 1.]], 0),
        ("a vertex on a straight side", &[[0., 0.], [0.5, 0.], [1., 0.], [1., 1.], [0., 1.]], 0),
        ("a side that runs back along its neighbour", &[[0., 0.], [3., 0.], [2., 0.], [2., 1.], [0., 1.]], 2),
        ("a spike", &[[0., 0.], [2., 0.], [2., 2.], [4., 2.], [2., 2.], [0., 2.]], 4),
        ("three points of a line", &[[0., 0.], [2., 0.], [1., 0.]], 2),
        ("there and back", &[[0., 0.], [1., 0.]], 1),
        ("a vertex that touches a side", &[[0., 0.], [1., 0.], [1., 1.], [0.5, 0.], [0., 1.]], 2),
        ("a vertex the least double above it", &[[0., 0.], [1., 0.], [1., 1.], [0.5, 5e-324], [0., 1.]], 0),
        ("a bow tie", &[[0., 0.], [1., 1.], [1., 0.], [0., 1.]], 1),
        ("touches itself in a vertex", &[[0., 0.], [2., 1.], [4., 0.], [4., 2.], [2., 1.], [0., 2.]], 4),
        ("crosses itself in a vertex", &[[0., 0.], [2., 1.], [4., 2.], [4., 0.], [2., 1.], [0., 2.]], 4),
        (
            "sides on one line, one after the other",
            &[[0., 0.], [1., 0.], [1., 2.], [2., 2.], [2., 0.], [3., 0.], [3., 3.], [0., 3.]],
            0,
        ),
        (
            "sides on one line, overlapping",
            &[[0., 0.], [2., 0.], [2., 2.], [1., 2.], [1., 0.], [3., 0.], [3., 3.], [0., 3.]],
            3,
        ),
    ];
    for (what, polygon, pairs) in cases {
        assert_eq!(crossings(&[polygon.to_vec()]), pairs, "{what}");
        // Upright, and the other way round.
        let turned: Vec<P> = polygon.iter().rev().map(|p| [p[1], -p[0]]).collect();
        assert_eq!(crossings(&[turned.to_vec()]), pairs, "{what}, turned");
    }
    // A side no longer than a point.
    assert!(crossings(&[vec![[0., 0.], [1., 0.], [1., 0.], [0., 1.]]]) > 0);
}

/// Polygons on so small a grid that vertices meet vertices and sides, and sides run along sides.
#[test]
fn crossings_are_those_of_brute_force() {
    let mut d = Dice(1);
    let (mut simple, mut not) = (0, 0);
    for round in 0..12_000u64 {
        let n = 3 + d.below(6);
        let (wide, tall) = [(3, 3), (5, 2), (2, 5), (7, 4)][round as usize % 4];
        let mut p: Vec<P> = (0..n).map(|_| [d.below(wide) as f64, d.below(tall) as f64]).collect();
        if round % 3 == 0 {
            // A vertex on another side, up to rounding and an ulp more.
            let (k, s) = (d.below(n) as usize, d.below(n) as usize);
            let (a, b, t) = (p[s], p[(s + 1) % n as usize], d.below(10) as f64 / 9.0);
            p[k] = [0, 1].map(|c| a[c] + t * (b[c] - a[c]));
            let c = d.below(2) as usize;
            p[k][c] = [p[k][c], p[k][c].next_up(), p[k][c].next_down()][d.below(3) as usize];
        }
        if (0..p.len()).any(|k| p[k] == p[(k + 1) % p.len()]) {
            continue;
        }
        let truth = by_brute_force(&p);
        assert_eq!(crossings(&[p.to_vec()]), truth, "{p:?}");
        *if truth == 0 { &mut simple } else { &mut not } += 1;
    }
    assert!(simple > 1000 && not > 5000, "{simple} {not}");
}

fn chart(triangles: &[[u32; 3]]) -> Chart {
    Chart { triangles: triangles.to_vec(), ..Chart::default() }
}

fn disk(triangles: &[[u32; 3]]) -> bool {
    let opposite = opposites(triangles);
    is_disk(triangles, &opposite, &boundary_loops(triangles, &opposite))
}

/// Two rings of `n` vertices, the inner one from `first` on.
fn annulus(first: u32, n: u32) -> Vec<[u32; 3]> {
    let (inner, outer) = (|k: u32| first + k % n, |k: u32| first + n + k % n);
    (0..n).flat_map(|k| [[inner(k), outer(k), outer(k + 1)], [inner(k), outer(k + 1), inner(k + 1)]]).collect()
}

/// Möbius's torus of seven vertices.
fn torus(first: u32) -> Vec<[u32; 3]> {
    let at = |k: u32| first + k % 7;
    (0..7).flat_map(|k| [[at(k), at(k + 1), at(k + 3)], [at(k), at(k + 3), at(k + 2)]]).collect()
}

#[test]
fn disks_and_others() {
    let two = [[0, 1, 2], [0, 2, 3]];
    assert!(disk(&[[0, 1, 2]]) && disk(&two));
    assert!(disk(&[[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]]));
    // Two triangles with a common vertex: Euler's characteristic is 1, and their sides can be
    // followed as one loop of five.
    assert!(!disk(&[[0, 1, 2], [2, 3, 4]]));
    assert!(!disk(&[[0, 1, 2], [3, 4, 5]]));
    // A ring of triangles is a disk with a hole, but not with a triangle beside it.
    let mut ring = annulus(0, 5);
    assert!(disk(&ring));
    ring.push([20, 21, 22]);
    assert!(!disk(&ring));
    // A torus with a hole has one loop, of three sides.
    let mut bag = torus(0);
    let closed = boundary_loops(&bag, &opposites(&bag));
    assert!(closed.is_empty());
    bag.pop();
    assert_eq!(boundary_loops(&bag, &opposites(&bag))[0].len(), 3);
    assert!(!disk(&bag));
    // So has a triangle with a sphere beside it.
    assert!(!disk(&[[0, 1, 2], [3, 5, 4], [3, 4, 6], [3, 6, 5], [4, 5, 6]]));
}

/// A ring laid flat has its hole inside, and none of its loops meets another.
#[test]
fn rings_are_judged_with_their_holes() {
    let n = 8;
    let ring = chart(&annulus(0, n));
    let circle = |radius: f64, turn: f64, at: P| {
        let angle = move |k: u32| std::f64::consts::TAU * (f64::from(k) + turn) / f64::from(n);
        (0..n).map(move |k| [at[0] + radius * angle(k).cos(), at[1] + radius * angle(k).sin()])
    };
    let laid = |inner: f64, turn: f64, at: P| -> Proof {
        prove(&ring, &circle(inner, turn, at).chain(circle(2.0, 0.0, [0.0; 2])).collect::<Vec<P>>())
    };
    assert!(laid(1.0, 0.0, [0.0; 2]).bijective() && laid(1.0, 0.2, [0.1, 0.1]).bijective());
    // The hole around the rest, the hole beside it, the hole across the outline.
    let out = laid(3.0, 0.0, [0.0; 2]);
    assert!(out.flipped == 16 && out.disk && !out.bijective(), "{out:?}");
    assert!(!laid(1.0, 0.0, [5.0, 0.0]).bijective());
    let across = laid(1.0, 0.0, [1.5, 0.0]);
    assert!(across.crossings > 0 && !across.bijective(), "{across:?}");
    // All triangles positive, twice around: each loop meets itself.
    let twice = |radius: f64| {
        let angle = |k: u32| std::f64::consts::TAU * 2.0 * f64::from(k) / f64::from(n);
        (0..n).map(move |k| [radius * angle(k).cos(), radius * angle(k).sin()])
    };
    let around = prove(&ring, &twice(1.0).chain(twice(2.0)).collect::<Vec<P>>());
    assert!(around.flipped + around.flat == 0 && around.crossings > 0, "{around:?}");
}

/// Beside a closed torus a triangle counts as a disk. But a closed surface is not laid flat without
/// a flip.
#[test]
fn closed_pieces_are_flipped_somewhere() {
    let mut d = Dice(7);
    let mut all = torus(3);
    all.insert(0, [0, 1, 2]);
    let chart = chart(&all);
    for _ in 0..200 {
        let uv: Vec<P> = (0..10).map(|_| [d.below(100) as f64, d.below(100) as f64]).collect();
        let proof = prove(&chart, &uv);
        assert!(!proof.bijective() && proof.flipped + proof.flat > 0);
    }
}

/// What of a convex polygon is to the left of a line, or on it.
fn left_of(polygon: &[Q], u: &Q, v: &Q) -> Vec<Q> {
    let side = |p: &Q| cross(&less(v, u), &less(p, u));
    let mut kept = Vec::new();
    for (k, p) in polygon.iter().enumerate() {
        let q = &polygon[(k + 1) % polygon.len()];
        let (s, t) = (side(p), side(q));
        if s.cmp0().is_ge() {
            kept.push(p.clone());
        }
        if s.cmp0() as i32 * t.cmp0() as i32 == -1 {
            let share = Rational::from(&s / &(Rational::from(&s - &t)));
            kept.push([0, 1].map(|k| Rational::from(&q[k] - &p[k]) * &share + &p[k]));
        }
    }
    kept
}

/// Whether all triangles turn left and any two have in common what their corners say, and nothing
/// else.
fn one_to_one(triangles: &[[u32; 3]], uv: &[P]) -> bool {
    let places: Vec<Q> = uv.iter().map(|p| p.map(rational)).collect();
    let corners = |t: &[u32; 3]| t.map(|v| places[v as usize].clone());
    let turns_left = |t: &[u32; 3]| {
        let [a, b, c] = corners(t);
        cross(&less(&b, &a), &less(&c, &a)).cmp0().is_gt()
    };
    let apart = |s: &[u32; 3], t: &[u32; 3]| {
        let [u, v, w] = corners(t);
        let mut rest = corners(s).to_vec();
        for (u, v) in [(&u, &v), (&v, &w), (&w, &u)] {
            rest = left_of(&rest, u, v);
        }
        let shared: Vec<&Q> = s.iter().filter(|v| t.contains(v)).map(|v| &places[*v as usize]).collect();
        rest.iter().all(|p| match shared[..] {
            [a] => p == a,
            [a, b] => {
                let (d, e) = (less(p, a), less(b, a));
                cross(&d, &e).cmp0().is_eq() && dot(&d, &e).cmp0().is_ge() && dot(&d, &e) <= dot(&e, &e)
            }
            _ => false,
        })
    };
    triangles.iter().all(turns_left)
        && triangles.iter().enumerate().all(|(k, s)| triangles[k + 1..].iter().all(|t| apart(s, t)))
}

/// Small disks on a small grid, sound at first, with some vertices moved: the proof is right about
/// each.
#[test]
fn layouts_are_judged_as_by_every_pair_of_triangles() {
    let fan: Vec<[u32; 3]> = (1..=6).map(|k| [0, k, k % 6 + 1]).collect();
    let around: Vec<P> = vec![[4., 4.], [8., 4.], [6., 8.], [2., 8.], [0., 4.], [2., 0.], [6., 0.]];
    let strip: Vec<[u32; 3]> =
        (0..3).flat_map(|k| [[2 * k, 2 * k + 2, 2 * k + 1], [2 * k + 1, 2 * k + 2, 2 * k + 3]]).collect();
    let along: Vec<P> = (0..8).map(|k| [f64::from(k / 2) * 2.0, f64::from(k % 2) * 2.0]).collect();
    let grid: Vec<[u32; 3]> = (0..4u32)
        .flat_map(|k| {
            let v = k % 2 + 3 * (k / 2);
            [[v, v + 1, v + 4], [v, v + 4, v + 3]]
        })
        .collect();
    let lattice: Vec<P> = (0..9).map(|k| [f64::from(k % 3) * 3.0, f64::from(k / 3) * 3.0]).collect();
    let mut d = Dice(3);
    let (mut good, mut overlapping, mut turned) = (0, 0, 0);
    let mut judge = |chart: &Chart, uv: &[P]| {
        let (proof, truth) = (prove(chart, uv), one_to_one(&chart.triangles, uv));
        assert_eq!(proof.bijective(), truth, "{proof:?} {uv:?}");
        let sign = |t: &[u32; 3]| {
            let [a, b, c] = t.map(|v| uv[v as usize]);
            ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).partial_cmp(&0.0).map(|o| o as i32)
        };
        let count = |s: i32| chart.triangles.iter().filter(|t| sign(t) == Some(s)).count();
        assert_eq!((proof.flat, proof.flipped), (count(0), count(-1)));
        let wrong = proof.flat + proof.flipped;
        good += usize::from(truth);
        turned += usize::from(wrong > 0);
        overlapping += usize::from(!truth && wrong == 0);
    };
    // A strip around most of a ring, or a little more than all of it: its ends touch or overlap.
    let long: Vec<[u32; 3]> =
        (0..8).flat_map(|k| [[2 * k, 2 * k + 2, 2 * k + 1], [2 * k + 1, 2 * k + 2, 2 * k + 3]]).collect();
    let curled = chart(&long);
    for _ in 0..400 {
        let step = (280 + d.below(140)) as f64 / 8.0;
        let at = |v: u32| {
            let (angle, r) = ((step * f64::from(v / 2)).to_radians(), if v.is_multiple_of(2) { 12.0 } else { 5.0 });
            [(r * angle.cos()).round(), (r * angle.sin()).round()]
        };
        judge(&curled, &(0..18).map(at).collect::<Vec<P>>());
    }
    for (triangles, places) in [(fan, around), (strip, along), (grid, lattice)] {
        let chart = chart(&triangles);
        for round in 0..1500 {
            let mut uv = places.clone();
            for _ in 0..round % 5 {
                let k = d.below(uv.len() as u64) as usize;
                uv[k] = [d.below(9) as f64, d.below(9) as f64];
            }
            judge(&chart, &uv);
        }
    }
    assert!(good > 300 && turned > 300 && overlapping > 100, "{good} {turned} {overlapping}");
}

/// A fan that winds about its middle twice: every triangle turns left, and they overlap.
#[test]
fn a_fan_that_winds_twice_crosses_itself() {
    let ring: [P; 8] = [[4., 0.], [0., 4.], [-4., 0.], [0., -4.], [6., 0.], [0., 6.], [-6., 0.], [0., -6.]];
    let mut uv = vec![[0.0, 0.0]];
    uv.extend(ring);
    let triangles: Vec<[u32; 3]> = (1..=8).map(|k| [0, k, k % 8 + 1]).collect();
    let proof = prove(&chart(&triangles), &uv);
    assert!(proof.disk && proof.flipped + proof.flat == 0);
    assert_eq!(proof.crossings, by_brute_force(&ring));
    assert!(proof.crossings > 0 && !one_to_one(&triangles, &uv));
}
