//! Polygons of any shape against brute force on a grid: what is refused, and that what is made is
//! exactly what was given.

mod common;

use brenier::domain::planar::{Polygon, RingError, planar_domain};
use brenier::domain::{Domain, DomainError};
use common::rings::{Expected, Part, Place, SCALE, cross, cross_anywhere, expected};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn polygon(part: &Part, unit: f64) -> Polygon {
    let ring = |r: &Vec<Place>| r.iter().map(|p| p.map(|c| c as f64 * unit)).collect();
    Polygon { outer: ring(&part.outer), holes: part.holes.iter().map(ring).collect() }
}

/// The triangles of a domain, counter-clockwise, in units of the grid.
fn triangles(domain: &Domain, unit: f64) -> Vec<[Place; 3]> {
    let place = |v: [f64; 2]| v.map(|c| (c / unit) as i64);
    match domain {
        Domain::Convex(p) => {
            let v = p.vertices();
            (1..v.len() - 1)
                .map(|k| [v[0], v[k], v[k + 1]].map(place))
                .filter(|t| cross(t[0], t[1], t[2]) > 0)
                .collect()
        }
        Domain::Mesh(mesh) => (0..mesh.triangles().len()).map(|f| mesh.corners(f).0.map(place)).collect(),
    }
}

/// Compares with brute force; says what was expected.
fn check(parts: &[Part], unit: f64) -> Expected {
    let polygons: Vec<Polygon> = parts.iter().map(|p| polygon(p, unit)).collect();
    let made = planar_domain(&polygons, &|k| Some(format!("part {k}")));
    let expected = expected(parts);
    match (&expected, &made) {
        (Expected::Crossing, Err(DomainError::Rings(e))) => {
            let RingError::Crossing { first, second } = &**e else { panic!("{e} {parts:?}") };
            // Named truly: the edges are those of the rings, and they cross.
            for edge in [first, second] {
                let part: usize = edge.ring.part.as_ref().unwrap()[5..].parse().unwrap();
                let ring = edge.ring.hole.map_or(&parts[part].outer, |h| &parts[part].holes[h]);
                let at = |k: usize| ring[k % ring.len()].map(|c| c as f64 * unit);
                assert_eq!(at(edge.edge), edge.from, "{parts:?}");
            }
            let whole = |p: [f64; 2]| p.map(|c| (c / unit) as i64);
            let [a, b, c, d] = [first.from, first.to, second.from, second.to].map(whole);
            assert!(cross(a, b, c).signum() * cross(a, b, d).signum() < 0, "{parts:?}");
        }
        (Expected::Sound(..) | Expected::Nothing, Err(_)) if cross_anywhere(parts) => {}
        (Expected::Crossing, Err(DomainError::NotSimple { .. })) => panic!("the polygon is not convex: {parts:?}"),
        (Expected::Contradiction, Err(DomainError::Rings(e))) => {
            let told = matches!(
                **e,
                RingError::Twisted { .. }
                    | RingError::HoleOutside { .. }
                    | RingError::HolesOverlap { .. }
                    | RingError::PartsOverlap { .. }
            );
            assert!(told, "{e} {parts:?}");
        }
        (Expected::Nothing, Err(DomainError::ZeroArea | DomainError::TooFewVertices { .. })) => {}
        (Expected::Sound(area, inside, outside), Ok((domain, _))) => {
            let triangles = triangles(domain, unit);
            let sum: i64 = triangles.iter().map(|t| cross(t[0], t[1], t[2])).sum();
            assert_eq!(sum, *area, "{parts:?}");
            let holds = |p: &Place| {
                let t = |t: &&[Place; 3]| {
                    let [a, b, c] = t.map(|q| q.map(|c| c * SCALE));
                    [[a, b], [b, c], [c, a]].iter().all(|&[u, v]| {
                        i128::from(v[0] - u[0]) * i128::from(p[1] - u[1])
                            >= i128::from(v[1] - u[1]) * i128::from(p[0] - u[0])
                    })
                };
                triangles.iter().filter(t).count()
            };
            // A place may lie on an edge between two triangles.
            assert!(inside.iter().all(|p| (1..=2).contains(&holds(p))), "{parts:?}");
            assert!(outside.iter().all(|p| holds(p) == 0), "{parts:?}");
            if let Domain::Mesh(mesh) = domain {
                assert!(mesh.triangles().iter().flatten().all(|&v| (v as usize) < mesh.vertices().len()));
                let again = planar_domain(mesh.polygons().unwrap(), &|_| None).unwrap().0;
                assert_eq!(again, *domain, "what was kept makes the same domain");
            }
        }
        _ => panic!("{expected:?}, but {made:?}: {parts:?}"),
    }
    expected
}

fn ring(rng: &mut ChaCha8Rng, side: i64) -> Vec<Place> {
    let n = rng.random_range(3..=7);
    (0..n).map(|_| [rng.random_range(0..=side), rng.random_range(0..=side)]).collect()
}

#[test]
fn random_rings_are_what_brute_force_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut count = [0; 4];
    for round in 0..12_000 {
        let side = [2, 3, 4, 8][round % 4];
        let unit = [1.0, 2f64.powi(-300), 2f64.powi(250), 0.5][round / 4 % 4];
        let mut parts = vec![Part { outer: ring(&mut rng, side), holes: Vec::new() }];
        for _ in 0..[0, 0, 1, 2][round / 16 % 4] {
            // A small ring in it, perhaps, as a hole or as a part.
            let small = ring(&mut rng, side.min(3));
            if rng.random_bool(0.6) {
                parts[0].holes.push(small);
            } else {
                parts.push(Part { outer: small, holes: Vec::new() });
            }
        }
        count[match check(&parts, unit) {
            Expected::Crossing => 0,
            Expected::Contradiction => 1,
            Expected::Nothing => 2,
            Expected::Sound(..) => 3,
        }] += 1;
    }
    assert!(count.iter().all(|c| *c > 200), "{count:?}");
}

/// A grid of squares, some taken: parts share corners and edges, and holes touch their rings and
/// each other in corners.
#[test]
fn squares_that_touch_are_ordinary() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let square = |x: i64, y: i64| vec![[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
    let mut sound = 0;
    for _ in 0..400 {
        let mut parts = Vec::new();
        let frame = vec![[0, 0], [5, 0], [5, 5], [0, 5]];
        let taken: Vec<(i64, i64)> =
            (0..5).flat_map(|x| (0..5).map(move |y| (x, y))).filter(|_| rng.random_bool(0.4)).collect();
        if rng.random_bool(0.5) {
            // Holes may share whole edges.
            let mut holes: Vec<Vec<Place>> = taken.iter().map(|&(x, y)| square(x, y)).collect();
            holes.iter_mut().for_each(|h| {
                if rng.random_bool(0.5) {
                    h.reverse()
                }
            });
            parts.push(Part { outer: frame, holes });
            // And parts may lie in them.
            parts.extend(taken.iter().take(3).map(|&(x, y)| Part { outer: square(x, y), holes: Vec::new() }));
        } else {
            parts.extend(taken.iter().map(|&(x, y)| Part { outer: square(x, y), holes: Vec::new() }));
        }
        if parts.is_empty() {
            continue;
        }
        assert!(matches!(check(&parts, 1.0), Expected::Sound(..) | Expected::Nothing));
        sound += 1;
    }
    assert!(sound > 390);
}

fn one(outer: &[Place], holes: &[&[Place]]) -> Part {
    Part { outer: outer.to_vec(), holes: holes.iter().map(|h| h.to_vec()).collect() }
}

/// Shapes by name: what is sound, what is refused, and in which words.
#[test]
fn shapes_by_name() {
    let frame: &[Place] = &[[0, 0], [8, 0], [8, 8], [0, 8]];
    let text = |parts: &[Part]| {
        check(parts, 1.0);
        let polygons: Vec<Polygon> = parts.iter().map(|p| polygon(p, 1.0)).collect();
        let name = |k: usize| (parts.len() > 1).then(|| format!("part {k}"));
        match planar_domain(&polygons, &name) {
            Ok((_, notes)) => notes.join("; "),
            Err(e) => e.to_string(),
        }
    };
    // A spike outwards, one inwards, and a bridge to a hole.
    let spike = [[0, 0], [4, 0], [4, 4], [6, 6], [4, 4], [0, 4]];
    assert_eq!(
        text(&[one(&spike, &[])]),
        "edge 2 of the outer ring ([4.0, 4.0] to [6.0, 6.0]) is run there and back (a spike or a bridge), which adds no area"
    );
    let keyhole = [[0, 0], [8, 0], [8, 8], [0, 8], [0, 0], [2, 2], [2, 4], [4, 4], [4, 2], [2, 2]];
    assert!(text(&[one(&keyhole, &[])]).contains("a bridge"));
    // A corner that touches an edge, and two that touch each other.
    let touch = [[0, 0], [8, 0], [8, 8], [4, 0], [0, 8]];
    assert_eq!(text(&[one(&touch, &[])]), "");
    let pinched = [[0, 0], [4, 4], [8, 0], [8, 8], [4, 4], [0, 8]];
    assert_eq!(text(&[one(&pinched, &[])]), "");
    let twisted = text(&[one(&[[0, 0], [4, 4], [8, 8], [8, 0], [4, 4], [0, 8]], &[])]);
    assert!(twisted.starts_with("the outer ring crosses itself or goes around twice, as seen at edge"), "{twisted}");
    assert_eq!(
        text(&[one(frame, &[&[[2, 2], [3, 2], [3, 3]], &[[6, 6], [12, 6], [6, 7]]])]),
        "edge 1 of the outer ring ([8.0, 0.0] to [8.0, 8.0]) crosses edge 0 of hole 1 ([6.0, 6.0] to [12.0, 6.0]); rings \
         may touch, but not cross"
    );
    let outside = text(&[one(frame, &[&[[10, 0], [11, 0], [11, 1]]])]);
    assert!(outside.starts_with("hole 0 reaches outside its outer ring, as seen at edge"), "{outside}");
    let overlap = text(&[one(frame, &[&[[1, 1], [4, 1], [4, 4], [1, 4]], &[[2, 2], [3, 2], [3, 3]]])]);
    assert!(overlap.starts_with("hole 0 and hole 1 overlap, as seen at"), "{overlap}");
    let nested = text(&[one(frame, &[]), one(&[[2, 2], [3, 2], [3, 3]], &[])]);
    assert!(nested.starts_with("the outer ring of part 0 and the outer ring of part 1 overlap"), "{nested}");
    let twice = text(&[one(&[[0, 0], [4, 0], [4, 4], [0, 0], [4, 0], [4, 4]], &[])]);
    assert!(twice.contains("crosses") || twice.contains("fold"), "{twice}");
    assert_eq!(
        text(&[one(frame, &[&[[1, 1], [2, 2], [3, 3]]])]),
        "hole 0 has zero area and was left out; ".trim_end_matches("; ")
    );
    let flat = text(&[one(frame, &[]), one(&[[20, 0], [21, 0], [22, 0]], &[])]);
    assert_eq!(flat, "the outer ring of part 1 has zero area and was left out");
    let closed = [[0, 0], [8, 0], [4, 4], [4, 4], [8, 8], [0, 8], [0, 0]];
    assert_eq!(text(&[one(&closed, &[])]), "1 vertex that repeated the one before was left out");
    let error = planar_domain(&[Polygon { outer: vec![[0.0; 2]; 2], holes: vec![vec![]] }], &|_| None).unwrap_err();
    assert_eq!(error.to_string(), "the outer ring has 2 vertices; a ring needs at least 3");
    let nan = Polygon { outer: vec![[0.0, 0.0], [1.0, f64::NAN], [0.0, 1.0]], holes: vec![vec![[0.0; 2]; 3]] };
    let error = planar_domain(&[nan], &|_| None).unwrap_err().to_string();
    assert_eq!(error, "vertex 1 of the outer ring has coordinate 1 = NaN; every coordinate must be finite");
    let wide = vec![[0.0, 0.0], [1e60, 0.0], [1e-60, 1e-60], [0.0, 1e60]];
    let error = planar_domain(&[Polygon { outer: wide, holes: vec![] }], &|_| None).unwrap_err().to_string();
    assert!(error.starts_with("coordinates go from 1e-60 to 1e60 in magnitude"), "{error}");
}

/// Corners an ulp from an edge: on which side they lie is decided exactly, so that a hole there is
/// sound or crosses.
#[test]
fn an_ulp_decides() {
    let outer = vec![[0.0, 0.0], [3.0, 1.0], [3.0, 4.0], [1.0, 2.0], [0.0, 4.0]];
    // Over x = 0.9 the lower edge is at 0.3 less 2^-55 or so: the double 0.3 lies above, the next
    // one below.
    let hole = |y: f64| vec![[0.9, y], [1.2, 1.0], [0.7, 1.0]];
    let make = |y: f64| planar_domain(&[Polygon { outer: outer.clone(), holes: vec![hole(y)] }], &|_| None);
    let exact = |y: f64| {
        use brenier::exact::predicates::orient2d_sign;
        orient2d_sign(outer[0], outer[1], [0.9, y])
    };
    let (mut sound, mut crossing) = (0, 0);
    let mut y = 0.3 - 8.0 * f64::EPSILON;
    while y < 0.3 + 8.0 * f64::EPSILON {
        match make(y) {
            Ok(_) => sound += usize::from(exact(y) >= 0),
            Err(_) => crossing += usize::from(exact(y) < 0),
        }
        assert_eq!(make(y).is_ok(), exact(y) >= 0, "{y}");
        y = y.next_up();
    }
    assert!(sound > 5 && crossing > 5);
}

/// A long polygon: 40,000 corners on a spiral strip, in a second or so.
#[test]
fn a_long_spiral() {
    let n = 20_000;
    let arm = |r: f64| {
        (0..n).map(move |k| {
            let t = k as f64 * 1e-3 * std::f64::consts::TAU;
            [(r + t) * t.cos(), (r + t) * t.sin()]
        })
    };
    let back: Vec<[f64; 2]> = arm(3.0).collect();
    let outer: Vec<[f64; 2]> = arm(1.0).chain(back.into_iter().rev()).collect();
    let shoelace: f64 = 0.5
        * (0..outer.len())
            .map(|k| {
                let (a, b) = (outer[k], outer[(k + 1) % outer.len()]);
                a[0] * b[1] - a[1] * b[0]
            })
            .sum::<f64>();
    let (domain, notes) = planar_domain(&[Polygon { outer, holes: vec![] }], &|_| None).unwrap();
    let mesh = domain.mesh().unwrap();
    assert_eq!((mesh.vertices().len(), mesh.triangles().len()), (2 * n, 2 * n - 2));
    let area = |f: usize| {
        let t = mesh.corners(f).0;
        0.5 * ((t[1][0] - t[0][0]) * (t[2][1] - t[0][1]) - (t[1][1] - t[0][1]) * (t[2][0] - t[0][0]))
    };
    let sum: f64 = (0..mesh.triangles().len()).map(area).sum();
    assert!((sum - shoelace.abs()).abs() < 1e-8 * sum && notes.is_empty(), "{sum} {shoelace}");
}
