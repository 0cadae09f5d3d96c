//! Enclosures that must hold what is known by other ways, and polygons that are no cells.

use super::*;
use crate::domain::Surface;
use crate::problem::SurfaceProblemData;

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

fn problem(vertices: &[[f64; 3]], triangles: &[[u32; 3]], sites: &[[f64; 3]], masses: &[f64]) -> SurfaceProblem {
    let surface = Surface::new(vertices.to_vec(), triangles.to_vec()).unwrap();
    SurfaceProblem::new(SurfaceProblemData::new(surface, sites.to_vec()).masses(masses.to_vec())).unwrap()
}

fn rational(p: i64, q: i64) -> Rational {
    Rational::from((p, q))
}

/// Between two doubles?
fn within([low, high]: [f64; 2], exact: &Rational) -> bool {
    big::rational(low) <= *exact && (high == f64::INFINITY || *exact <= big::rational(high))
}

#[test]
fn a_multiple_of_an_enclosure_holds_the_multiples_and_little_more() {
    let mut d = Dice(1);
    for _ in 0..3000 {
        let low = Integer::from(d.below(1000)) << (d.below(80) as u32);
        let high = Integer::from(&low + d.below(5));
        let r = rational(d.below(4001) as i64 - 2000, 1 + d.below(97) as i64);
        let found = Between::scaled(&r, &Between { low: low.clone(), high: high.clone() });
        let ends = [low, high].map(|x| Rational::from(x) * &r);
        let [least, most] = if r < 0 { [&ends[1], &ends[0]] } else { [&ends[0], &ends[1]] };
        assert!(found.low <= *least && *most <= found.high, "{r} {ends:?} {found:?}");
        assert!(*least < Integer::from(&found.low + 1u32) && *most > Integer::from(&found.high - 1u32));
    }
}

/// The square of an area is rational: its root lies within one unit of `2^-256`, and is met where
/// it is rational itself.
#[test]
fn areas_are_enclosed_by_one_unit() {
    let mut d = Dice(2);
    let mut irrational = 0;
    for round in 0..200 {
        let mut vertices = [[0.0; 3]; 3].map(|v| v.map(|_: f64| d.below(40) as f64 / 8.0 - 2.0));
        if round == 0 {
            vertices = [[0., 0., 0.], [4., 0., 0.], [0., 3., 0.]];
        }
        let scale = [1.0, 2f64.powi(-30), 2f64.powi(50)][round % 3];
        let vertices = vertices.map(|v| v.map(|x| x * scale));
        let Ok(surface) = Surface::new(vertices.to_vec(), vec![[0, 1, 2]]) else { continue };
        let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, vec![[0.0; 3]])).unwrap();
        let heights = Heights::zeros(1);
        let exact = Exact::new(&problem, &heights);
        let unit = exact.unit();
        let Between { low, high } = Facet::new(&exact, 0, &unit).area;
        let side = |a: usize| [0, 1, 2].map(|k| big::rational(vertices[a][k]) - big::rational(vertices[0][k]));
        let n = cross(&side(1), &side(2));
        // (2 A)^2 = |n|^2, in units of 2^(unit - 256).
        let twice = |x: &Integer| {
            let x = Rational::from(x) * 2u32;
            let shift = BITS as i32 - unit;
            if shift >= 0 { x >> shift as u32 } else { x << (-shift) as u32 }
        };
        let square = |x: Rational| Rational::from(&x * &x);
        let exact_square = dot(&n, &n);
        assert!(square(twice(&low)) <= exact_square && exact_square <= square(twice(&high)), "{vertices:?}");
        assert!(Integer::from(&high - &low) <= 1 && low > Integer::from(1) << (BITS - 3));
        irrational += usize::from(square(twice(&low)) != exact_square);
        if round == 0 {
            assert_eq!((twice(&low), unit), (Rational::from(12), 3));
        }
    }
    assert!(irrational > 100, "{irrational}");
}

/// A triangle with sides 3, 4, 5 and a wall at `x = c`.
fn split_at(c: f64) -> (SurfaceProblem, Heights) {
    let sites = [[0., 0., 0.], [2., 0., 0.]];
    let problem = problem(&[[0., 0., 0.], [4., 0., 0.], [0., 3., 0.]], &[[0, 1, 2]], &sites, &[7.0 / 16.0, 9.0 / 16.0]);
    (problem, Heights::from_f64(&[2.0 * c, 0.0]))
}

/// Its area is 6, of which 7/16 is left of `x = 1`: everything is rational, and the optimum is
/// 23/12.
#[test]
fn closed_forms_are_bracketed_sharply_at_the_optimum_and_rightly_elsewhere() {
    let optimum = rational(23, 12);
    for c in [1.0, 0.25, 0.999, 1.001, 2.0, 3.9, 5.0, 50.0, -1.0] {
        let (problem, heights) = split_at(c);
        let mut certificate = Certificate::default();
        prove_on_surface(&problem, &heights, &mut certificate).unwrap();
        assert!(certificate.sound() && certificate.total_is_domain);
        let [low, high] = certificate.w2_squared;
        assert!(within([low, high], &optimum), "{c}: {low} {high}");
        // Left of the wall the triangle is 3 (1 - x / 4) high.
        let b = big::rational(c.clamp(0.0, 4.0));
        let left = (Rational::from(&b * 3u32) - Rational::from(&b * &b) * rational(3, 8)) / 6u32;
        let error = (Rational::from(&left - &rational(7, 16)) / rational(7, 16)).abs();
        let other = (Rational::from(&left - &rational(7, 16)) / rational(9, 16)).abs();
        let worst = error.max(other);
        assert!(within(certificate.max_relative_error, &worst), "{c}: {:?} {worst}", certificate.max_relative_error);
        assert_eq!(certificate.masses[0], big::nearest_f64(&left));
        if c == 1.0 {
            assert!(certificate.max_relative_error[1] < 1e-70);
            assert!(high <= low.next_up().next_up() && within(certificate.map_cost, &optimum));
        } else {
            assert!(certificate.max_relative_error[1] - certificate.max_relative_error[0] < 1e-15);
        }
    }
}

/// Enclosures as wide as one likes: every choice of masses and cost between them has its bounds.
#[test]
fn brackets_hold_for_every_choice_within_the_enclosures() {
    // Near the origin, with sites far away: weights are large, and mass may be sent anywhere for
    // little.
    let vertices = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.]];
    let sites = [[100., 0., 0.], [101., 0., 0.], [100., 1., 0.5]];
    let nu = [0.25, 0.25, 0.5];
    let problem = problem(&vertices, &[[0, 1, 2]], &sites, &nu);
    let mut d = Dice(3);
    for round in 0..60 {
        let sign = if round % 2 == 0 { 1.0 } else { -3.0 };
        let h = [0; 3].map(|_| sign * (5000.0 + d.below(100) as f64 / 8.0));
        let heights = Heights::from_f64(&h);
        let exact = Exact::new(&problem, &heights);
        let unit = Integer::from(1) << (BITS - 10);
        let mut between = |around: u64| {
            let low = around + d.below(20);
            Between { low: Integer::from(&unit * low), high: Integer::from(&unit * (low + d.below(40))) }
        };
        let masses = [between(200), between(250), between(500)];
        let cost = between(900_000);
        let mut measure = Between::default();
        masses.iter().for_each(|m| measure.add(m));
        let first = vec![[Integer::new(), Integer::new(), Integer::new()]; 3];
        let mut certificate = Certificate::default();
        exact.conclude(&problem, &mut certificate, &masses, &first, &cost, &measure);
        // The dearest way from anywhere to anywhere: at a corner of the box.
        let value = |x: &[f64; 3], i: usize| (0..3).map(|k| x[k] * sites[i][k]).sum::<f64>() + h[i];
        let box_corners = (0..8).map(|b| [f64::from(b & 1), f64::from(b >> 1 & 1), 0.0]);
        let pairs = box_corners.flat_map(|x| (0..9).map(move |p| (x, p / 3, p % 3)));
        let slack = pairs.map(|(x, i, j)| 2.0 * (value(&x, i) - value(&x, j))).fold(0.0, f64::max);
        for choice in 0..16 {
            let pick =
                |b: &Between, k: u32| Rational::from(if choice >> k & 1 == 0 { &b.low } else { &b.high }) >> BITS;
            let m: Vec<Rational> = (0..3).map(|k| pick(&masses[k], k as u32)).collect();
            let factor = 1 / m.iter().sum::<Rational>();
            let (mut dual, mut sent) = (pick(&cost, 3) * &factor, Rational::new());
            assert!(within(certificate.map_cost, &dual));
            for (i, m) in m.iter().enumerate() {
                let r = Rational::from(m * &factor) - big::rational(nu[i]);
                let y2: f64 = sites[i].iter().map(|y| y * y).sum();
                dual -= big::rational(y2 + 2.0 * h[i]) * &r;
                let relative = Rational::from(r.abs_ref()) / big::rational(nu[i]);
                assert!(relative <= big::rational(certificate.max_relative_error[1]));
                sent += r.max(Rational::new());
            }
            let upper = Rational::from(&dual + &(sent * big::rational(slack)));
            let [low, high] = certificate.w2_squared;
            assert!(low == 0.0 || big::rational(low) <= dual, "{low} {}", dual.to_f64());
            assert!(upper <= big::rational(high), "{high} {}", upper.to_f64());
        }
    }
}

/// An error that is not zero has a lower bound that is none, up to the enclosure's width.
#[test]
fn least_errors_are_those_of_the_nearer_end() {
    let (problem, heights) = split_at(2.0);
    let exact = Exact::new(&problem, &heights);
    let unit = |p: u64| Integer::from(p) << (BITS - 10);
    let narrow = |p: u64| Between { low: unit(p), high: unit(p) };
    let first = vec![[Integer::new(), Integer::new(), Integer::new()]; 2];
    // Of 1024: 768 and 256, exactly; they shall be 448 and 576.
    let mut certificate = Certificate::default();
    exact.conclude(&problem, &mut certificate, &[narrow(768), narrow(256)], &first, &narrow(1), &narrow(1024));
    assert!(within(certificate.max_relative_error, &rational(320, 448)));
    assert!(certificate.max_relative_error[0] > 0.714);
}

fn judged(problem: &SurfaceProblem, heights: &Heights, rings: &Rings) -> Option<Flaw> {
    let mut certificate = Certificate::default();
    weigh(problem, heights, rings, &mut certificate);
    certificate.flaw
}

/// Two sites on a square of two triangles, whose wall is the line from middle to middle.
#[test]
fn polygons_that_are_not_the_cells_are_refused() {
    let vertices = [[0., 0., 0.], [2., 0., 0.], [2., 2., 0.], [0., 2., 0.]];
    let sites = [[0.5, 1., 0.], [1.5, 1., 0.]];
    let problem = problem(&vertices, &[[0, 1, 2], [0, 2, 3]], &sites, &[0.5, 0.5]);
    let heights = Heights::from_f64(&[0.875, 0.0]);
    let (sound, _) = rings(&problem, &heights);
    assert_eq!(sound.iter().map(|r| (r.0, r.1)).collect::<Vec<_>>(), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!(judged(&problem, &heights, &sound), None);
    for k in 0..4 {
        let face = sound[k].0;
        // A polygon is missing, or turned around, or goes around twice.
        let mut rings = sound.clone();
        rings.remove(k);
        assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face }));
        let mut rings = sound.clone();
        rings[k].2.reverse();
        assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face }));
        let mut rings = sound.clone();
        let again = rings[k].2.clone();
        rings[k].2.extend(again);
        assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face }));
        // A wall is missing: the polygon is too large, or has a vertex outside.
        let mut rings = sound.clone();
        rings[k].2.retain(|l| matches!(l, Label::Domain(_)));
        assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face }));
        // It is the other site's.
        let mut rings = sound.clone();
        rings[k].1 = 1 - rings[k].1;
        rings.sort_by_key(|r| (r.0, r.1));
        assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face }));
    }
    // The two exchanged: all areas are as they should be.
    let named = |labels: &[Label], j: u32| -> Vec<Label> {
        labels.iter().map(|l| if let Label::Bisector(_) = l { Label::Bisector(j) } else { *l }).collect()
    };
    let mut rings = sound.clone();
    (rings[0].2, rings[1].2) = (named(&sound[1].2, 1), named(&sound[0].2, 0));
    assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face: 0 }));
    // A whole triangle is missing.
    let rings: Rings = sound.iter().filter(|r| r.0 == 0).cloned().collect();
    assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face: 1 }));
    let rings: Rings = sound.iter().filter(|r| r.0 == 1).cloned().collect();
    assert_eq!(judged(&problem, &heights, &rings), Some(Flaw::Gap { face: 0 }));
}

/// Wrong polygons whose areas sum to that of the triangle all the same.
#[test]
fn areas_that_sum_up_by_accident_prove_nothing() {
    // Three sites side by side, so that left and right have the same area, and either two thirds of
    // what is in the middle.
    let corners = [[-3., 0., 0.], [3., 0., 0.], [0., 4., 0.]];
    let sites = [[0., 1., 0.], [-2., 1., 0.], [2., 1., 0.]];
    let problem = problem(&corners, &[[0, 1, 2]], &sites, &[0.5, 0.25, 0.25]);
    let heights = Heights::from_f64(&[0.0, -2.0, -2.0]);
    let (sound, _) = rings(&problem, &heights);
    assert_eq!((judged(&problem, &heights, &sound), sound.len()), (None, 3));
    let whole = (0..3).map(Label::Domain).collect::<Vec<_>>();
    // The middle one has everything, and what is turned around takes from it what the other one
    // has.
    let mut rings = sound.clone();
    rings[0].2 = whole.clone();
    rings[2].2.reverse();
    assert!(judged(&problem, &heights, &rings).is_some());
    // One site has everything, the others nothing: who bounds whose cell must be there.
    let mut alone = vec![(0, 0, whole)];
    assert_eq!(judged(&problem, &heights, &alone), None, "nobody else was found");
    alone[0].2 = sound[0].2.clone();
    assert!(judged(&problem, &heights, &alone).is_some());
    // Half and half: one site twice, or once around twice, instead of the other.
    let heights = Heights::from_f64(&[-100.0, 0.0, 0.0]);
    let (halves, _) = super::rings(&problem, &heights);
    assert_eq!((judged(&problem, &heights, &halves), halves.len()), (None, 2));
    let mut twice = halves.clone();
    twice[1] = twice[0].clone();
    assert!(judged(&problem, &heights, &twice).is_some());
    let mut around: Rings = vec![halves[0].clone()];
    let again = around[0].2.clone();
    around[0].2.extend(again);
    assert!(judged(&problem, &heights, &around).is_some());
    // Beside the other one that goes to and fro between two sides, too.
    let [a, b] = [halves[1].2[0], halves[1].2[1]];
    around.push((0, halves[1].1, vec![a, b, a, b]));
    assert!(judged(&problem, &heights, &around).is_some());
    // A wall that touches the triangle in a corner, to a site without a polygon.
    let heights = Heights::from_f64(&[6.0, 0.0, -100.0]);
    let mut labels: Vec<Label> = (0..3).map(Label::Domain).collect();
    assert_eq!(judged(&problem, &heights, &vec![(0, 0, labels.clone())]), None);
    labels.push(Label::Bisector(1));
    assert!(judged(&problem, &heights, &vec![(0, 0, labels)]).is_some());
}
