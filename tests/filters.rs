//! Adversaries of every filter and margin: instances that are degenerate by construction, then
//! moved by an ulp or less.
//!
//! A random instance meets a filter's bound once in a million; here nearly every question does.
//! Each predicate is compared with its twin in rationals, each claim of a filter with the truth at
//! the points it speaks of. Sizes go down to where products underflow and up to where they
//! overflow.

mod common;

use brenier::diagram::Diagram;
use brenier::domain::ConvexPolygon;
use brenier::exact::big::{self, Rational};
use brenier::exact::predicates as ask;
use brenier::exact::predicates::{BoxAbout, EdgePoint, Lifted, Lifted3, Line, Meet, Row, Values};
use brenier::exact::{Counters, Dd, Heights};
use brenier::problem::{Problem, ProblemData};
use common::instances::{Dice, dice};
use rand::RngExt;

const SEED: u64 = 20261128;

/// Powers of two by which instances are scaled: products of two or three coordinates under- and
/// overflow at the ends.
const SCALES: [i32; 7] = [0, 0, -20, -357, -530, -1000, 330];

fn sign(q: &Rational) -> i32 {
    q.cmp0() as i32
}

/// A multiple of a power of two that is small for some draws and has all its bits for others.
fn coarse(d: &mut Dice) -> f64 {
    let bits = [2, 5, 20, 50][d.random_range(0..4)];
    let most = 1i64 << bits;
    d.random_range(-most..=most) as f64 / (1i64 << bits) as f64
}

fn scaled(x: f64, power: i32) -> f64 {
    // In two steps: 2^-1074 is a double, 2^-1100 times 2^60 is one too.
    x * 2f64.powi(power / 2) * 2f64.powi(power - power / 2)
}

/// Moved by some ulps, or not at all.
fn nudged(d: &mut Dice, x: f64) -> f64 {
    let mut x = x;
    for _ in 0..[0, 0, 1, 2, 7][d.random_range(0..5)] {
        x = if d.random_bool(0.5) { x.next_up() } else { x.next_down() };
    }
    x
}

/// A double-double beside a rational: the nearest, or moved in its last bits or far below them.
fn beside(d: &mut Dice, q: &Rational) -> Dd {
    let (near, _) = big::nearest_dd(q);
    match d.random_range(0..4) {
        0 => near,
        1 => Dd { hi: near.hi, lo: nudged(d, near.lo) },
        2 => Dd { hi: near.hi, lo: 0.0 },
        _ => Dd::sum(near.hi, near.lo + near.hi.abs() * 2f64.powi(-d.random_range(50..110)) * coarse(d)),
    }
}

/// Points with an offset that makes differences inexact.
fn points<const N: usize, const D: usize>(d: &mut Dice) -> [[f64; D]; N] {
    let offset = [0.0, 0.0, 3.0, 1e5, 1e12][d.random_range(0..5)];
    [[0; D]; N].map(|p| p.map(|_| offset + coarse(d)))
}

fn dot(a: &[f64], b: &[f64]) -> Rational {
    a.iter().zip(b).map(|(a, b)| big::rational(*a) * big::rational(*b)).sum()
}

/// A height that lifts `y` near the affine function `c + <g, y>`.
fn lifted(d: &mut Dice, y: [f64; 2], g: [f64; 2], c: f64) -> Lifted {
    let h = beside(d, &(dot(&y, &g) + big::rational(c)));
    Lifted::new(y, h)
}

#[test]
fn four_lifted_sites_an_ulp_from_one_plane() {
    let (mut d, mut ties, mut counters) = (dice(SEED, 1), 0, Counters::default());
    for round in 0..20_000 {
        let scale = SCALES[round % SCALES.len()];
        let y: [[f64; 2]; 4] = points(&mut d);
        let mut y = y.map(|y| y.map(|c| scaled(c, scale)));
        if round % 3 == 0 {
            // Flat quadrilaterals: the last site beside the line through the first two.
            let t = coarse(&mut d);
            y[3] = [0, 1].map(|k| nudged(&mut d, y[0][k] + t * (y[1][k] - y[0][k])));
        }
        let (g, c) = ([coarse(&mut d), coarse(&mut d)], scaled(coarse(&mut d), scale));
        let p = y.map(|y| lifted(&mut d, y, g, c));
        if !p.iter().all(|p| p.h.is_finite()) || ask::orient2d_exact(y[0], y[1], y[2]) <= 0 {
            continue;
        }
        let [a, b, c, e] = &p;
        let exact = ask::above_exact(a, b, c, e);
        assert_eq!(ask::above_sign(a, b, c, e, &mut counters), exact, "{p:?}");
        ties += usize::from(exact == 0);
        // A tie is decided as by a real perturbation of the heights in the order of ranks.
        let mut rank = [0u32, 1, 2, 3];
        rank.swap(d.random_range(0..4), d.random_range(0..4));
        let told = ask::above([a, b, c, e], || rank, &mut counters);
        if exact != 0 {
            assert_eq!(told, exact > 0);
        } else {
            assert_eq!(told, above_perturbed(&p, rank), "{p:?} {rank:?}");
        }
        let line = [a, b, e];
        if a.site() != b.site() {
            let exact = ask::above_line_exact(line[0], line[1], line[2]);
            assert_eq!(ask::above_line_sign(line[0], line[1], line[2], &mut counters), exact, "{line:?}");
        }
    }
    assert!(ties > 300, "{ties}");
}

/// Is the fourth site above the plane if heights are raised by `eps^(rank + 1)` with a rational
/// `eps` far below everything?
fn above_perturbed(p: &[Lifted; 4], rank: [u32; 4]) -> bool {
    let h: Vec<Rational> =
        (0..4).map(|k| big::rational_dd(p[k].h) + (Rational::from(1) >> (20_000 * (rank[k] + 1)))).collect();
    let y: Vec<[Rational; 2]> = p.iter().map(|p| p.site().map(big::rational)).collect();
    let row = |k: usize| [&y[k][0] - &y[3][0], &y[k][1] - &y[3][1]].map(Rational::from);
    let (a, b, c) = (row(0), row(1), row(2));
    let minor = |p: &[Rational; 2], q: &[Rational; 2]| Rational::from(&p[0] * &q[1]) - Rational::from(&p[1] * &q[0]);
    let det = minor(&b, &c) * Rational::from(&h[0] - &h[3])
        + minor(&c, &a) * Rational::from(&h[1] - &h[3])
        + minor(&a, &b) * Rational::from(&h[2] - &h[3]);
    sign(&det) < 0
}

#[test]
fn three_points_an_ulp_from_one_line_and_right_angles_an_ulp_off() {
    let (mut d, mut counters) = (dice(SEED, 2), Counters::default());
    for round in 0..40_000 {
        let scale = SCALES[round % SCALES.len()];
        let [a, b, other]: [[f64; 2]; 3] = points(&mut d);
        let t = coarse(&mut d);
        let c = [0, 1].map(|k| a[k] + t * (b[k] - a[k]));
        let [a, b, c] = [a, b, c].map(|p| p.map(|x| nudged(&mut d, scaled(x, scale))));
        assert_eq!(ask::orient2d(a, b, c, &mut counters), ask::orient2d_exact(a, b, c), "{a:?} {b:?} {c:?}");
        // p - q is a - b turned by a right angle.
        let p = other.map(|x| scaled(x, scale));
        let q = [nudged(&mut d, p[0] + (a[1] - b[1])), nudged(&mut d, p[1] - (a[0] - b[0]))];
        assert_eq!(ask::dot_sign(a, b, p, q), ask::dot_sign_exact(a, b, p, q), "{a:?} {b:?} {p:?} {q:?}");
    }
}

#[test]
fn a_wall_an_ulp_beside_a_vertex_of_the_domain() {
    let (mut d, mut counters, mut ties) = (dice(SEED, 3), Counters::default(), 0);
    for round in 0..20_000 {
        let scale = SCALES[round % SCALES.len()];
        let [i, m, v]: [[f64; 2]; 3] = points(&mut d);
        let i = i.map(|x| scaled(x, scale));
        let m = m.map(|x| scaled(x, scale));
        let v = v.map(|x| scaled(x, if round % 2 == 0 { scale / 2 } else { 0 }));
        let h = coarse(&mut d);
        let mine = Lifted::new(i, Dd::from_f64(scaled(h, scale)));
        let value = dot(&i, &v) - dot(&m, &v) + big::rational_dd(mine.h);
        let other = Lifted::new(m, beside(&mut d, &value));
        if !other.h.is_finite() {
            continue;
        }
        let exact = ask::side_v_exact(&mine, &other, v);
        assert_eq!(ask::side_v_sign(&mine, &other, v, &mut counters), exact, "{mine:?} {other:?} {v:?}");
        assert_eq!(ask::side_v(&mine, &other, v, [4, 7], &mut counters), exact >= 0);
        assert_eq!(ask::side_v(&mine, &other, v, [7, 4], &mut counters), exact > 0);
        ties += usize::from(exact == 0);
        // The same question of the point location.
        let of = |p: &Lifted| (p.site(), p.h);
        let ((a, g), (b, h)) = (of(&mine), of(&other));
        assert_eq!(ask::higher_at((&a, g), (&b, h), &v, &mut counters), exact);
        // What is said of a box holds at its corners.
        let w = [0, 1].map(|k| v[k] + scaled(coarse(&mut d), scale / 2));
        if ask::wins_on_box(&mine, &other, &BoxAbout::of(&[v, w])) {
            for corner in [v, w, [v[0], w[1]], [w[0], v[1]]] {
                assert!(ask::side_v_exact(&mine, &other, corner) > 0, "{mine:?} {other:?} {v:?} {w:?}");
            }
        }
    }
    assert!(ties > 300, "{ties}");
}

/// A box whose worst corner lies an ulp inside of the other side: the claim for the box is about
/// that corner.
#[test]
fn a_wall_an_ulp_beside_the_corner_of_a_box() {
    let (mut d, mut claims) = (dice(SEED, 4), 0);
    for round in 0..20_000 {
        let scale = SCALES[round % SCALES.len()];
        let [v, w]: [[f64; 2]; 2] = points(&mut d);
        let [i, m]: [[f64; 2]; 2] = points(&mut d);
        let [i, m] = [i, m].map(|p| p.map(|x| scaled(x, scale)));
        let corner = [0, 1].map(|k| if (i[k] > m[k]) == (v[k] < w[k]) { v[k] } else { w[k] });
        let value = dot(&i, &corner) - dot(&m, &corner);
        let size = value.to_f64().abs() + scaled(1.0, scale);
        let push = size * 2f64.powi(-d.random_range(44..56)) * coarse(&mut d);
        let other = Lifted::new(m, Dd::from_f64((value - big::rational(push)).to_f64()));
        let mine = Lifted::new(i, Dd::ZERO);
        if ask::wins_on_box(&mine, &other, &BoxAbout::of(&[v, w])) {
            claims += 1;
            assert!(ask::side_v_exact(&mine, &other, corner) > 0, "{mine:?} {other:?} {v:?} {w:?}");
        }
    }
    assert!(claims > 300, "{claims}");
}

#[test]
fn three_walls_an_ulp_from_one_point_of_an_edge() {
    let (mut d, mut counters, mut ties) = (dice(SEED, 5), Counters::default(), 0);
    for round in 0..20_000 {
        let scale = SCALES[round % SCALES.len()];
        let [p, q, i]: [[f64; 2]; 3] = points(&mut d);
        let [j, m, _]: [[f64; 2]; 3] = points(&mut d);
        let t = coarse(&mut d).abs();
        let [i, j, m] = [i, j, m].map(|y| y.map(|c| scaled(c, scale)));
        // All three are tied at a point of the edge, up to rounding.
        let x: Vec<Rational> = (0..2)
            .map(|k| big::rational(p[k]) + big::rational(t) * (big::rational(q[k]) - big::rational(p[k])))
            .collect();
        let value = |y: &[f64; 2]| -> Rational { (0..2).map(|k| Rational::from(&x[k] * &big::rational(y[k]))).sum() };
        let mine = Lifted::new(i, Dd::from_f64(scaled(coarse(&mut d), scale)));
        let top = value(&i) + big::rational_dd(mine.h);
        let others = [j, m].map(|y| Lifted::new(y, beside(&mut d, &(Rational::from(&top - &value(&y))))));
        if !others.iter().all(|o| o.h.is_finite()) {
            continue;
        }
        // The wall to `j` must cross the edge from `p`, where `i` wins.
        let ends = [p, q].map(|v| ask::side_v_exact(&mine, &others[0], v));
        let at = match ends {
            [1, -1] => EdgePoint { p, q },
            [-1, 1] => EdgePoint { p: q, q: p },
            _ => continue,
        };
        let exact = ask::side_e_exact(&mine, &others[0], &others[1], at);
        assert_eq!(ask::side_e_sign(&mine, &others[0], &others[1], at, &mut counters), exact);
        ties += usize::from(exact == 0);
        let mut rank = [0u32, 1, 2];
        rank.swap(d.random_range(0..3), d.random_range(0..3));
        let told = ask::side_e(&mine, &others[0], &others[1], at, rank, &mut counters);
        let truth = if exact != 0 { exact > 0 } else { side_e_perturbed([&mine, &others[0], &others[1]], at, rank) };
        assert_eq!(told, truth, "{mine:?} {others:?} {at:?} {rank:?}");
    }
    assert!(ties > 300, "{ties}");
}

fn side_e_perturbed(p: [&Lifted; 3], at: EdgePoint, rank: [u32; 3]) -> bool {
    let h: Vec<Rational> =
        (0..3).map(|k| big::rational_dd(p[k].h) + (Rational::from(1) >> (20_000 * (rank[k] + 1)))).collect();
    let s = |k: usize, v: [f64; 2]| dot(&p[0].site(), &v) - dot(&p[k].site(), &v) + Rational::from(&h[0] - &h[k]);
    sign(&(s(1, at.p) * s(2, at.q) - s(1, at.q) * s(2, at.p))) > 0
}

#[test]
fn nearly_tied_sites_in_any_dimension() {
    let (mut d, mut counters) = (dice(SEED, 6), Counters::default());
    for round in 0..20_000 {
        let n = 1 + round % 6;
        let scale = [0, -260, -530, -900, 400][round / 6 % 5];
        let mut row = |s: i32| -> Vec<f64> { (0..n).map(|_| scaled(coarse(&mut d), s)).collect() };
        let (a, b, x) = (row(scale), row(scale), row(scale / 3));
        let value = dot(&a, &x) - dot(&b, &x);
        let h = beside(&mut d, &value);
        if !h.is_finite() {
            continue;
        }
        let exact = ask::higher_at_exact((&a, Dd::ZERO), (&b, h), &x);
        assert_eq!(ask::higher_at((&a, Dd::ZERO), (&b, h), &x, &mut counters), exact, "{a:?} {b:?} {x:?} {h:?}");
    }
}

/// Sites in space that are all nearly tied at one point of a triangle, or along a line of it: walls
/// nearly parallel to each other and to the edges, down to the last bit.
#[test]
fn walls_an_ulp_from_parallel_or_from_one_point_of_a_triangle() {
    let (mut d, mut counters) = (dice(SEED, 7), Counters::default());
    let (mut asked, mut steep) = (0, 0);
    for round in 0..30_000 {
        let scale = [0, 0, -20, -250, -340, 150][round % 6];
        let corners: [[f64; 3]; 3] = points(&mut d);
        let corners = corners.map(|v| v.map(|c| scaled(c, scale / 2)));
        let y: [[f64; 3]; 4] = points(&mut d);
        let mut y = y.map(|y| y.map(|c| scaled(c, scale)));
        // Differences to the first site nearly proportional: walls nearly parallel.
        if round % 2 == 0 {
            let (s, t) = (coarse(&mut d), coarse(&mut d));
            let direction = [0, 1, 2].map(|k| y[1][k] - y[0][k]);
            y[2] = [0, 1, 2].map(|k| nudged(&mut d, y[0][k] + s * direction[k]));
            if round % 4 == 0 {
                y[3] = [0, 1, 2].map(|k| nudged(&mut d, y[0][k] + t * direction[k]));
            }
        }
        let l = {
            let (a, b) = (coarse(&mut d).abs(), coarse(&mut d).abs());
            [1.0 - 0.5 * a - 0.5 * b, 0.5 * a, 0.5 * b]
        };
        let x: Vec<Rational> =
            (0..3).map(|k| (0..3).map(|c| big::rational(l[c]) * big::rational(corners[c][k])).sum()).collect();
        let value = |y: &[f64; 3]| -> Rational { (0..3).map(|k| Rational::from(&x[k] * &big::rational(y[k]))).sum() };
        let own = Lifted3 { y: y[0], h: Dd::from_f64(scaled(coarse(&mut d), scale)) };
        let top = value(&y[0]) + big::rational_dd(own.h);
        let others = [1, 2, 3].map(|k| Lifted3 { y: y[k], h: beside(&mut d, &Rational::from(&top - &value(&y[k]))) });
        if !others.iter().all(|o| o.h.is_finite()) {
            continue;
        }
        let values = [&own, &others[0], &others[1], &others[2]].map(|s| Values::new(s, &corners));
        claims_hold(&own, &others, &values, &corners);
        let rows =
            [1, 2, 3].map(|k| Row::wall((&own, &values[0]), (&others[k - 1], &values[k]), &corners, &mut counters));
        rows_are_near(&own, &others, &rows, &corners);
        let ranks = [2u32, 0, 3, 1];
        let pairs = [
            ([Line::Edge(round % 3), Line::Wall(&others[1], ranks[2])], [Row::edge(round % 3), rows[1]]),
            ([Line::Wall(&others[0], ranks[1]), Line::Wall(&others[1], ranks[2])], [rows[0], rows[1]]),
        ];
        for (lines, rows_here) in pairs {
            let Some(exact) = ask::meet_exact(&own, lines, &corners) else { continue };
            let meet = Meet::of([&rows_here[0], &rows_here[1]], &own, || lines, &corners, &mut counters);
            let (i, m) = ((&own, ranks[0]), (&others[2], ranks[3]));
            let fast = meet.inside(&rows[2], i, m, || lines, &corners, &mut counters);
            let slow = ask::inside_exact(i, m, lines, &corners, &mut counters);
            assert_eq!(fast, slow, "{own:?} {others:?} {corners:?}");
            asked += 1;
            // Coordinates promise their error for points of the triangle.
            if exact.iter().all(|l| *l >= 0 && *l <= 1) {
                steep += usize::from(meet.error() > 1e-12);
                let near = ask::meet_near(&own, lines, &corners);
                for k in 0..3 {
                    let off = |l: Rational| big::nearest_f64(&(l - &exact[k])).abs();
                    assert!(off(big::rational(meet.coordinates()[k])) <= meet.error(), "{meet:?} {exact:?}");
                    assert!(!near.1.is_finite() || off(big::rational_dd(near.0[k])) <= near.1, "{near:?} {exact:?}");
                }
            }
        }
    }
    assert!(asked > 20_000 && steep > 100, "{asked} {steep}");
}

fn claims_hold(own: &Lifted3, others: &[Lifted3; 3], values: &[Values; 4], corners: &[[f64; 3]; 3]) {
    for (k, other) in others.iter().enumerate() {
        let truth = corners.iter().all(|v| ask::wall_value(own, other, v) > 0);
        assert!(truth || !values[0].above(&values[k + 1]), "{own:?} {other:?} {corners:?}");
        assert!(truth || !ask::wins_on_triangle(own, other, corners), "{own:?} {other:?} {corners:?}");
        // And with corners that are nearly tied one by one.
        for v in corners {
            let point = [*v; 3];
            let truth = ask::wall_value(own, other, v) > 0;
            let [a, b] = [own, other].map(|s| Values::new(s, &point));
            assert!(truth || !a.above(&b) && !ask::wins_on_triangle(own, other, &point), "{own:?} {other:?} {v:?}");
        }
    }
}

/// Entries are right to `4u`, or exact zeros.
fn rows_are_near(own: &Lifted3, others: &[Lifted3; 3], rows: &[Row; 3], corners: &[[f64; 3]; 3]) {
    for (other, row) in others.iter().zip(rows) {
        for (entry, v) in row.0.iter().zip(corners) {
            let exact = ask::wall_value(own, other, v);
            assert_eq!(exact.cmp0() as i32, sign(&big::rational(*entry)), "{own:?} {other:?} {v:?}");
            let off = (big::rational(*entry) - &exact).abs();
            let bound = (Rational::from(exact.abs_ref()) * 4u32) >> 53u32;
            assert!(off <= bound + (Rational::from(1) >> 1074u32), "{entry:e} {exact}");
        }
    }
}

/// Cells whose corners lie within rounding of the border of the domain, inside and outside: the
/// labels are those of the exact cells, and the proof of the areas holds.
#[test]
fn corners_of_cells_an_ulp_from_the_border() {
    let mut d = dice(SEED, 8);
    let mut at_border = 0;
    for round in 0..600 {
        let offset = [0.0, 1.0, 1e6][round % 3];
        let size = [1.0, 1e-3, 1e4][round / 3 % 3];
        let at = |x: f64, y: f64| [offset + size * x, offset + size * y];
        let domain = vec![at(0.0, 0.0), at(1.0, 0.125), at(0.875, 1.0), at(-0.25, 0.75)];
        let Ok(polygon) = ConvexPolygon::new(domain.clone()) else { continue };
        // A point of an edge, moved by some ulps across; three sites on a circle about it, tied
        // there.
        let k = round % 4;
        let (u, v) = (domain[k], domain[(k + 1) % 4]);
        let t = d.random_range(0.1..0.9);
        let corner = [0, 1].map(|c| nudged(&mut d, u[c] + t * (v[c] - u[c])));
        let mut sites = vec![];
        for m in 0..4 {
            let angle = 1.6 * f64::from(m) + d.random_range(-0.3..0.3);
            let r = size * 0.3;
            sites.push([corner[0] + r * angle.cos(), corner[1] + r * angle.sin()]);
        }
        sites.push(at(0.4, 0.5));
        let top = big::rational(0.0);
        let heights: Vec<Dd> = sites
            .iter()
            .enumerate()
            .map(|(m, y)| {
                let tied = Rational::from(&top - &dot(y, &corner));
                if m < 4 {
                    beside(&mut d, &tied)
                } else {
                    big::nearest_dd(&(tied - big::rational(0.05 * size * size))).0
                }
            })
            .collect();
        let Ok(problem) = Problem::new(ProblemData::new(polygon, sites)) else { continue };
        let diagram = Diagram::new(&problem, &Heights::new(heights.iter().copied())).expect("a diagram");
        for level in 1..=4 {
            assert_eq!(diagram.validate(level), Ok(()), "round {round}, level {level}");
        }
        at_border += 1;
    }
    assert!(at_border > 500, "{at_border}");
}

/// Two products `(1 + e) t` and `(1 + 4e) t'` with `e = 2^-52` that underflow to 4 and 3 least
/// doubles although the first is the smaller one: it is just below three and a half of them, and
/// passes that by the rounding of the difference `1 + 1.625e` that stands for its first factor.
/// (Minuend and subtrahend of that difference, its partner, and the factors of the other.)
#[test]
fn products_that_underflow_the_wrong_way() {
    let (small, large, e) = (2f64.powi(-560), 2f64.powi(-513), f64::EPSILON);
    let [a, c, t, b, s] = [1.0, -1.625 * e, 1.75 - 3.0 * e, 1.0 + 4.0 * e, 1.75 - 7.0 * e];
    let [a, c, t, b, s] = [a * small, c * small, t * large, b * small, s * large];
    assert!((a - c) * t > b * s, "computed");
    let exact = (big::rational(a) - big::rational(c)) * big::rational(t) - big::rational(b) * big::rational(s);
    assert_eq!(sign(&exact), -1, "exact");
    let mut counters = Counters::default();
    assert_eq!(ask::orient2d_exact([a, b], [s, t], [c, 0.0]), -1);
    assert_eq!(ask::orient2d([a, b], [s, t], [c, 0.0], &mut counters), -1);
    assert_eq!(ask::dot_sign([a, 0.0], [c, b], [t, s], [0.0, 0.0]), -1);
    let at = |x: f64, h: f64| Lifted::new([x, 0.0], Dd::from_f64(h));
    let (first, second, third) = (at(c, 0.0), at(a, b), at(s, t));
    assert_eq!(ask::above_line_exact(&first, &second, &third), -1);
    assert_eq!(ask::above_line_sign(&first, &second, &third, &mut counters), -1);
    let (i, j) = (Lifted::new([a, -b], Dd::ZERO), Lifted::new([c, 0.0], Dd::ZERO));
    assert_eq!(ask::side_v_sign(&i, &j, [t, s], &mut counters), -1);
    assert_eq!(ask::higher_at((&[a, -b], Dd::ZERO), (&[c, 0.0], Dd::ZERO), &[t, s], &mut counters), -1);
}

#[test]
fn points_beyond_the_range_of_expansions() {
    let mut d = dice(SEED, 9);
    for round in 0..4000 {
        let scale = [190, 250, 400, 480, 700, 960][round % 6];
        let [a, b]: [[f64; 2]; 2] = points(&mut d);
        let (s, t) = (coarse(&mut d), 0.5 + 0.25 * coarse(&mut d));
        let c = [0, 1].map(|k| t * a[k] + (1.0 - t) * b[k]);
        let [a, b, c] = [a, b, c].map(|p| p.map(|x| nudged(&mut d, scaled(x, scale))));
        let c = if round % 3 == 0 { [c[0] + scaled(s, scale - 60), c[1]] } else { c };
        let told = ask::orient2d(a, b, c, &mut Counters::default());
        assert_eq!(told, ask::orient2d_exact(a, b, c), "{a:?} {b:?} {c:?}");
    }
}

/// Sites whose values at a point are nothing but what is left of terms that cancel: double-doubles
/// disagree about the last bits of that, and so do their first halves.
#[test]
fn sites_tied_at_nothing() {
    let (mut d, mut counters, mut close) = (dice(SEED, 10), Counters::default(), 0);
    for round in 0..20_000 {
        let scale = [0, 0, -200, -505, -520, 300][round % 6];
        let mut full = || [0; 3].map(|_: i32| scaled(d.random_range(-1.0..1.0), scale));
        let (v, y) = (full(), [full(), full()]);
        let far = round % 12 > 5;
        // Unless their heights are anything, products cancel before these do.
        let y = y.map(|y| if far { y } else { [y[0], y[1], -(y[0] * v[0] + y[1] * v[1]) / v[2]] });
        let sites = y.map(|y| match far {
            false => Lifted3 { y, h: beside(&mut d, &-dot(&y, &v)) },
            true => Lifted3 { y, h: Dd::from_f64(scaled(coarse(&mut d), 2 * scale)) },
        });
        let point = [v; 3];
        let value = ask::wall_value(&sites[0], &sites[1], &v);
        let [a, b] = [0, 1].map(|k| Values::new(&sites[k], &point));
        close += usize::from(value > 0);
        assert!(value > 0 || !a.above(&b) && !ask::wins_on_triangle(&sites[0], &sites[1], &point), "{sites:?} {v:?}");
        let entry = Row::wall((&sites[0], &a), (&sites[1], &b), &point, &mut counters).0[0];
        let off = (big::rational(entry) - &value).abs();
        let bound = (Rational::from(value.abs_ref()) * 4u32) >> 53u32;
        assert!(off <= bound + (Rational::from(1) >> 1074u32), "{entry:e} {value}");
    }
    assert!(close > 2000, "{close}");
}

/// Walls whose rows or determinants lose digits to underflow: coordinates in double-double promise
/// no more than they keep.
#[test]
fn walls_at_the_lower_end_meet_where_they_are_said_to() {
    let (mut d, mut promised) = (dice(SEED, 11), 0);
    for round in 0..4000 {
        let (first, second) = [(-1020, 230), (-1000, 220), (-500, -500), (-520, -480), (-300, -300)][round % 5];
        let corners = [[0; 3]; 3].map(|v| v.map(|_| d.random_range(-1.0..1.0)));
        let mut draw = |scale: i32| scaled(d.random_range(-1.0..1.0), scale);
        let [a, b] = [first, second].map(|s| Lifted3 { y: [draw(s), draw(s), draw(s)], h: Dd::from_f64(draw(s)) });
        let own = Lifted3 { y: [0.0; 3], h: Dd::ZERO };
        let lines = [Line::Wall(&a, 1), Line::Wall(&b, 2)];
        let Some(exact) = ask::meet_exact(&own, lines, &corners) else { continue };
        let (near, error) = ask::meet_near(&own, lines, &corners);
        let promise = error.is_finite() && exact.iter().all(|l| *l >= 0 && *l <= 1);
        promised += usize::from(promise);
        for k in 0..if promise { 3 } else { 0 } {
            let off = big::nearest_f64(&(big::rational_dd(near[k]) - &exact[k])).abs();
            assert!(off <= error, "{off:e} {error:e} {a:?} {b:?} {corners:?}");
        }
    }
    assert!(promised > 20, "{promised}");
}
