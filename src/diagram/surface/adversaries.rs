//! Adversaries of the margins of the finder and of the lists of a triangle: many sites tied at a
//! point, or on a whole triangle, up to the last bits of their heights. Whoever is highest in
//! rationals must be among those found.

use super::clip::FacetCell;
use super::finder::{Finder, Found};
use super::local::Local;
use crate::exact::Counters;
use crate::exact::big::{self, Rational};
use crate::exact::predicates::{Lifted3, Line, Meet, Row, Values, meet_exact};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }

    /// In `-1 .. 1`.
    fn real(&mut self) -> f64 {
        self.below(1 << 30) as f64 / (1u64 << 29) as f64 - 1.0
    }
}

fn value(p: &Lifted3, x: &[f64; 3]) -> Rational {
    (0..3).map(|k| big::rational(p.y[k]) * big::rational(x[k])).sum::<Rational>() + big::rational_dd(p.h)
}

/// The highest sites at a point, in rationals.
fn highest(points: &[Lifted3], x: &[f64; 3]) -> Vec<u32> {
    let values: Vec<Rational> = points.iter().map(|p| value(p, x)).collect();
    let best = values.iter().max().expect("a site").clone();
    (0..points.len() as u32).filter(|&i| values[i as usize] == best).collect()
}

/// A height at which `y` has nearly the value 0 at `x`: off by `2^-bits` of the terms at most.
fn tied(d: &mut Dice, y: [f64; 3], x: [f64; 3]) -> Lifted3 {
    let terms: f64 = (0..3).map(|k| (y[k] * x[k]).abs()).sum();
    let off = terms * 2f64.powi(-(48 + d.below(64) as i32)) * d.real();
    let exact: Rational = (0..3).map(|k| big::rational(y[k]) * big::rational(x[k])).sum();
    Lifted3 { y, h: big::nearest_dd(&(big::rational(off) - exact)).0 }
}

/// A tree, with the sites in its order.
fn tree(sites: &[Lifted3], low: [f64; 3], high: [f64; 3]) -> (Finder, Vec<Lifted3>) {
    let (mut finder, order) = Finder::new(&sites.iter().map(|s| s.y).collect::<Vec<_>>(), low, high);
    let points: Vec<Lifted3> = order.iter().map(|&i| sites[i as usize]).collect();
    finder.set(&points);
    (finder, points)
}

/// What every answer promises: if the site asked from is among those found, so are the highest;
/// else the last one found is higher.
fn promise(points: &[Lifted3], x: &[f64; 3], from: u32, found: &Found) {
    let best = highest(points, x);
    if found.sites.contains(&from) {
        assert!(best.iter().all(|b| found.sites.contains(b)), "{best:?} of {found:?} from {from} at {x:?}");
    } else {
        let last = *found.sites.last().expect("somebody higher");
        assert!(value(&points[last as usize], x) > value(&points[from as usize], x));
    }
}

#[test]
fn sites_tied_at_a_point_are_all_found() {
    let mut d = Dice(1);
    let mut found = Found::default();
    for round in 0..1500 {
        let far = [0.0, 1.0, 1e3, 1e7, 1e10][round % 5];
        let aside = [0.0, 5.0, 1e6, 1e12][round / 5 % 4];
        let spread = [1.0, 1e-3, 1e-9][round / 20 % 3];
        let x = [0; 3].map(|_| far + d.real());
        let n = 2 + d.below(40) as usize;
        let sites: Vec<Lifted3> = (0..n)
            .map(|_| {
                let y = [0; 3].map(|_| aside + spread * d.real());
                tied(&mut d, y, x)
            })
            .collect();
        let (finder, points) = tree(&sites, x.map(|c| c - 1.0), x.map(|c| c + 1.0));
        for _ in 0..4 {
            let from = d.below(n as u64) as u32;
            finder.find(&x, 0.0, from, &mut found);
            promise(&points, &x, from, &found);
            // A point that may be off: whoever is highest at any point that near is found.
            let error = 2f64.powi(-(10 + d.below(40) as i32));
            let moved = [0, 1, 2].map(|k| x[k] + error * d.real());
            let really = [0, 1, 2].map(|k| (moved[k] - x[k]).abs()).into_iter().fold(error, f64::max);
            finder.find(&moved, really, from, &mut found);
            if found.sites.contains(&from) {
                assert!(highest(&points, &x).iter().all(|b| found.sites.contains(b)));
            }
            // Far outside of the box for which the tree was made.
            let away = [0, 1, 2].map(|k| x[k] + 1e5 * d.real());
            finder.find_anywhere(&away, from, &mut found);
            promise(&points, &away, from, &found);
        }
        // Tied where the tree was not made for.
        let outside = [0; 3].map(|_| far + 1e6 * d.real());
        let sites: Vec<Lifted3> = sites.iter().map(|s| tied(&mut d, s.y, outside)).collect();
        let (finder, points) = tree(&sites, x.map(|c| c - 1.0), x.map(|c| c + 1.0));
        let from = d.below(n as u64) as u32;
        finder.find_anywhere(&outside, from, &mut found);
        promise(&points, &outside, from, &found);
    }
}

/// Sites one above the other over a triangle, each the highest on all of it or on none up to their
/// last bits.
#[test]
fn sites_tied_on_a_whole_triangle_are_all_listed() {
    let mut d = Dice(2);
    let mut found = Found::default();
    let (mut wide, mut local) = (Local::default(), Local::default());
    for round in 0..1500 {
        let far = [0.0, 1.0, 1e3, 1e7][round % 4];
        let level = far + d.real();
        let corners = [0; 3].map(|_| [far + d.real(), far + d.real(), level]);
        let aside = [0.0, 7.0, 1e5][round / 4 % 3];
        let foot = [aside + d.real(), aside + d.real()];
        let n = 2 + d.below(12) as usize;
        let mut sites: Vec<Lifted3> = (0..n)
            .map(|_| {
                let y = [foot[0], foot[1], aside + d.real()];
                tied(&mut d, y, corners[0])
            })
            .collect();
        // Some others that share the triangle with them.
        for _ in 0..d.below(20) {
            let y = [0; 3].map(|_| aside + d.real());
            let at = d.below(3) as usize;
            sites.push(tied(&mut d, y, corners[at]));
        }
        let bounds = [[far - 1.0; 3], [far + 1.0; 3]];
        let (finder, points) = tree(&sites, bounds[0], bounds[1]);
        let near = d.below(points.len() as u64) as u32;
        finder.gather(corners.iter().copied(), near, &mut found, &mut wide);
        assert!(wide.usable);
        let owners = corners.map(|c| highest(&points, &c)[0]);
        finder.narrow(&wide, &corners, owners, &mut local);
        for _ in 0..12 {
            let (s, t) = (d.below(5) as f64 / 4.0, d.below(5) as f64 / 4.0);
            let l = [s * (1.0 - t), s * t];
            let x = [0, 1, 2].map(|k| {
                corners[0][k] + (l[0] * (corners[1][k] - corners[0][k]) + l[1] * (corners[2][k] - corners[0][k]))
            });
            let best = highest(&points, &x);
            // A tie is won by one of them: rounding of the point leaves no other.
            assert!(best.iter().any(|b| wide.sites.contains(b)), "{best:?} {:?}", wide.sites);
            assert!(best.iter().any(|b| local.sites.contains(b)), "{best:?} {:?}", local.sites);
            let from = local.sites[d.below(local.sites.len() as u64) as usize];
            finder.find_in(&local, &x, 0.0, from, &mut found);
            if found.sites.contains(&from) {
                assert!(best.iter().any(|b| found.sites.contains(b)));
            } else {
                promise(&points, &x, from, &found);
            }
            // Points beyond the list's triangle are asked of the tree.
            let beyond = [0, 1, 2].map(|k| x[k] + 0.7 * d.real());
            finder.find_in(&local, &beyond, 0.0, from, &mut found);
            promise(&points, &beyond, from, &found);
        }
    }
}

/// Far from the origin with sites some ulps apart that are tied up to the last bits of their
/// heights: these are good to `2^-100` of terms that are larger than everything else by more than
/// `2^54`.
#[test]
fn heights_far_from_the_origin_are_no_better_than_their_terms() {
    let mut d = Dice(3);
    let mut found = Found::default();
    let mut others = 0;
    for round in 0..1500 {
        let (far, aside) = [(34, 40), (30, 50), (45, 20), (20, 60)][round % 4];
        let [far, aside] = [far, aside].map(|e| 2f64.powi(e));
        let x = [0; 3].map(|_| far + d.real());
        let n = 2 + d.below(12);
        let sites: Vec<Lifted3> = (0..n)
            .map(|_| {
                let y = [0; 3].map(|_| aside * (1.0 + d.below(4) as f64 * f64::EPSILON));
                let terms: f64 = (0..3).map(|k| (y[k] * x[k]).abs()).sum();
                let off = terms * 2f64.powi(-(100 + d.below(8) as i32)) * d.real();
                let exact: Rational = (0..3).map(|k| big::rational(y[k]) * big::rational(x[k])).sum();
                Lifted3 { y, h: big::nearest_dd(&(big::rational(off) - exact)).0 }
            })
            .collect();
        let (finder, points) = tree(&sites, x.map(|c| c - 1.0), x.map(|c| c + 1.0));
        for from in 0..n as u32 {
            finder.find(&x, 0.0, from, &mut found);
            promise(&points, &x, from, &found);
            others += usize::from(found.sites.len() > 1);
        }
    }
    assert!(others > 1000, "{others}");
}

/// Triangles of some ulps far from the origin: the middle of such a box is rounded to its border,
/// and beyond half of it.
#[test]
fn triangles_of_some_ulps_have_their_sites_too() {
    let mut d = Dice(4);
    let mut found = Found::default();
    let (mut wide, mut local) = (Local::default(), Local::default());
    for round in 0..1500 {
        let far = [1e6, 1e9, 3e11][round % 3];
        let ulp = f64::EPSILON * far;
        let base = [0; 3].map(|_| far + d.real());
        let corners = [0; 3].map(|_| base.map(|c| c + ulp * d.below(3) as f64));
        let at = corners[d.below(3) as usize];
        let n = 2 + d.below(6);
        let mut sites = Vec::new();
        for _ in 0..n {
            let y = [0; 3].map(|_| d.real());
            sites.push(tied(&mut d, y, at));
        }
        let (finder, points) = tree(&sites, [far - 1.0; 3], [far + 1.0; 3]);
        finder.gather(corners.iter().copied(), 0, &mut found, &mut wide);
        assert!(wide.usable);
        let owners = corners.map(|c| highest(&points, &c)[0]);
        finder.narrow(&wide, &corners, owners, &mut local);
        for x in &corners {
            let best = highest(&points, x);
            assert!(best.iter().any(|b| wide.sites.contains(b)), "{best:?} {:?}", wide.sites);
            assert!(best.iter().any(|b| local.sites.contains(b)), "{best:?} {:?}", local.sites);
        }
    }
}

/// Where walls meet at any angle, near the origin and far from it: points are as near to the true
/// ones as said.
#[test]
fn vertices_in_space_are_as_near_as_said() {
    let (mut d, mut counters) = (Dice(5), Counters::default());
    let (mut steep, mut far_off) = (0, 0);
    for round in 0..3000 {
        let far = [0.0, 1.0, 1e3, 1e8][round % 4];
        let corners = [0; 3].map(|_| [0; 3].map(|_| far + d.real()));
        // A point of the triangle at which all are tied, the second wall more or less parallel to
        // the first.
        let (s, t) = (d.below(99) as f64 / 99.0, d.below(99) as f64 / 99.0);
        let l = [1.0 - s, s * (1.0 - t), s * t];
        let x: [f64; 3] = [0, 1, 2].map(|k| (0..3).map(|c| l[c] * corners[c][k]).sum());
        let y = [0; 3].map(|_| d.real());
        let along = [0; 3].map(|_| d.real());
        let angle = 2f64.powi(-(d.below(40) as i32));
        let z = [0, 1, 2].map(|k| y[k] + along[k]);
        let w = [0, 1, 2].map(|k| y[k] - 0.7 * along[k] + angle * d.real());
        let [own, a, b] = [y, z, w].map(|y| tied(&mut d, y, x));
        let values = [&own, &a, &b].map(|site| Values::new(site, &corners));
        let mut row = |k: usize, other| Row::wall((&own, &values[0]), (other, &values[k]), &corners, &mut counters);
        let rows = [row(1, &a), row(2, &b)];
        let pairs = [
            ([Line::Wall(&a, 1), Line::Wall(&b, 2)], rows),
            ([Line::Edge(round % 3), Line::Wall(&a, 1)], [Row::edge(round % 3), rows[0]]),
        ];
        let mut cell = FacetCell::default();
        cell.enter(corners);
        for (lines, rows) in pairs {
            let Some(exact) = meet_exact(&own, lines, &corners) else { continue };
            if exact.iter().any(|l| *l < 0 || *l > 1) {
                continue;
            }
            let meet = Meet::of([&rows[0], &rows[1]], &own, || lines, &corners, &mut counters);
            let (point, error) = cell.place(&meet);
            for k in 0..3 {
                let truth: Rational = (0..3).map(|c| Rational::from(&exact[c] * &big::rational(corners[c][k]))).sum();
                let off = big::nearest_f64(&(truth - big::rational(point[k]))).abs();
                assert!(off <= error, "{off:e} {error:e} {corners:?}");
                // Each of the two terms of the bound is needed.
                steep += usize::from(off > 2f64.powi(-50) * (far + 1.0));
                far_off += usize::from(off > 4.0 * meet.error());
            }
        }
    }
    assert!(steep > 50 && far_off > 50, "{steep} {far_off}");
}
