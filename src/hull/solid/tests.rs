use super::{Flat, Rings, SolidHull};
use crate::exact::predicates::{Pole, pole_side_exact};
use crate::exact::{Counters, Dd};
use std::collections::BTreeSet;

fn poles(points: &[[f64; 3]]) -> Vec<Pole> {
    points.iter().map(|&n| Pole { n, s: Dd::from_f64(1.0) }).collect()
}

fn rings_of(rows: &[Pole]) -> (SolidHull, Rings) {
    let hull = SolidHull::new(rows).unwrap();
    let rings = Rings::new(rows, &hull, &mut Counters::default());
    (hull, rings)
}

/// Facets as sets of all points in their planes, by looking at every three points in integers.
fn by_force(rows: &[Pole]) -> BTreeSet<Vec<usize>> {
    let n = rows.len();
    let mut all = BTreeSet::new();
    for a in 0..n {
        for b in a + 1..n {
            for c in b + 1..n {
                let sides: Vec<i32> =
                    (0..n).map(|d| pole_side_exact([&rows[a], &rows[b], &rows[c], &rows[d]])).collect();
                let one_sided = sides.iter().all(|&s| s >= 0) || sides.iter().all(|&s| s <= 0);
                if one_sided && sides.iter().any(|&s| s != 0) {
                    all.insert((0..n).filter(|&d| sides[d] == 0).collect());
                }
            }
        }
    }
    all
}

/// The hull agrees with all facets and all edges found by force.
fn check(rows: &[Pole]) {
    let (hull, rings) = rings_of(rows);
    let n = rows.len();
    let forced = by_force(rows);
    let in_plane = |t: &[u32; 3]| -> Vec<usize> {
        let at = t.map(|k| &rows[k as usize]);
        (0..n).filter(|&d| pole_side_exact([at[0], at[1], at[2], &rows[d]]) == 0).collect()
    };
    let found: Vec<Vec<usize>> = rings.planes.iter().map(in_plane).collect();
    assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), forced);
    assert_eq!(found.len(), forced.len(), "each facet once");
    // Every point lies under every triangle, and neighbours know each other.
    for (f, face) in hull.faces.iter().enumerate() {
        let at = face.map(|k| &rows[k as usize]);
        assert!(rows.iter().all(|d| pole_side_exact([at[0], at[1], at[2], d]) >= 0));
        for k in 0..3 {
            let g = hull.across[f][k] as usize;
            assert!((0..3).any(|e| hull.across[g][e] as usize == f
                && hull.faces[g][e] == face[(k + 1) % 3]
                && hull.faces[g][(e + 1) % 3] == face[k]));
        }
    }
    // A corner is a point on three facets or more; both facets of an edge contain its ends.
    let (mut corners, mut edges) = (0, 0);
    for i in 0..n {
        let facets = forced.iter().filter(|f| f.contains(&i)).count();
        // Doubles of a point stand for each other.
        let double = (0..i).chain(i + 1..n).any(|j| {
            (0..3).all(|k| rows[i].n[k] * rows[j].s.hi == rows[j].n[k] * rows[i].s.hi) && rings.degree(i) == 0
        });
        if !double {
            assert_eq!(rings.degree(i), if facets > 2 { facets } else { 0 }, "point {i} of {n}");
        }
        corners += usize::from(rings.degree(i) > 0);
        edges += rings.degree(i);
        let ring: Vec<(u32, u32)> = rings.ring(i).collect();
        for (k, &(j, after)) in ring.iter().enumerate() {
            let before = ring[(k + ring.len() - 1) % ring.len()].1;
            for f in [before, after] {
                assert!(found[f as usize].contains(&i) && found[f as usize].contains(&(j as usize)));
            }
            assert!(rings.ring(j as usize).any(|r| r.0 as usize == i));
        }
    }
    assert_eq!(corners + rings.planes.len(), edges / 2 + 2, "Euler");
}

fn draws(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 33
    }
}

#[test]
fn small_lattices_as_by_force() {
    for seed in 0..60 {
        let mut draw = draws(seed);
        let n = 5 + (draw() % 14) as usize;
        let side = 2 + draw() % 3;
        let rows: Vec<Pole> = (0..n)
            .map(|_| {
                let n = [(); 3].map(|()| (draw() % (2 * side + 1)) as f64 - side as f64);
                Pole { n, s: Dd::from_f64(1.0 + (draw() % 2) as f64) }
            })
            .collect();
        match SolidHull::new(&rows) {
            Ok(_) => check(&rows),
            Err(Flat { spanning }) => assert!(by_force(&rows).is_empty() && spanning.len() < 4),
        }
    }
}

#[test]
fn points_of_a_ball_as_by_force() {
    for seed in 0..6 {
        let mut draw = draws(seed);
        let mut next = || draw() as f64 / (1u64 << 30) as f64 - 1.0;
        let rows: Vec<Pole> = (0..22)
            .map(|_| {
                let n = [next(), next(), next()];
                let length = n.iter().map(|x| x * x).sum::<f64>().sqrt();
                Pole { n, s: Dd::from_f64(length * (1.0 + 0.1 * next())) }
            })
            .collect();
        check(&rows);
    }
}

#[test]
fn a_cube_has_six_facets_and_inner_points_none() {
    let mut points = Vec::new();
    for k in 0..27 {
        points.push([(k % 3) as f64 - 1.0, (k / 3 % 3) as f64 - 1.0, (k / 9) as f64 - 1.0]);
    }
    let rows = poles(&points);
    let (_, rings) = rings_of(&rows);
    assert_eq!(rings.planes.len(), 6);
    for (i, p) in points.iter().enumerate() {
        let corner = p.iter().all(|x| *x != 0.0);
        assert_eq!(rings.degree(i), if corner { 3 } else { 0 });
        assert!(
            rings.ring(i).all(|(j, _)| points[j as usize].iter().all(|x| *x != 0.0)),
            "edges go from corner to corner"
        );
    }
}

#[test]
fn flat_points_are_told() {
    let line: Vec<[f64; 3]> = (0..5).map(|k| [k as f64, 2.0 * k as f64, 1.0]).collect();
    assert_eq!(SolidHull::new(&poles(&line)).unwrap_err().spanning.len(), 2);
    let plane: Vec<[f64; 3]> = (0..9).map(|k| [(k % 3) as f64, (k / 3) as f64, (k % 3 + k / 3) as f64]).collect();
    assert_eq!(SolidHull::new(&poles(&plane)).unwrap_err().spanning.len(), 3);
    assert_eq!(SolidHull::new(&poles(&[[1.0; 3]; 7])).unwrap_err().spanning.len(), 1);
    assert_eq!(SolidHull::new(&[]).unwrap_err().spanning.len(), 0);
}

/// Many points on a sphere: Euler's count, and all are corners.
#[test]
fn a_thousand_points_of_a_sphere() {
    let mut draw = draws(3);
    let mut next = || draw() as f64 / (1u64 << 30) as f64 - 1.0;
    let rows: Vec<Pole> = (0..1000)
        .map(|_| {
            let n = [next(), next(), next()];
            let square: f64 = n.iter().map(|x| x * x).sum();
            Pole { n, s: Dd::from_f64(square.sqrt()) }
        })
        .collect();
    let (hull, rings) = rings_of(&rows);
    assert_eq!(hull.faces.len(), 1996);
    assert_eq!(rings.planes.len(), 1996);
    assert!((0..1000).all(|i| rings.degree(i) > 2));
}
