//! More than 10,000 random nasty instances per run against the brute-force rational diagram, and
//! many cells through one point. Seeds are fixed; a failure prints the smallest instance it can
//! find.

mod common;

use brenier::diagram::Diagram;
use brenier::exact::Dd;
use common::check::{against_truth, label_sets, labels, minimize, truth_sets};
use common::instances::{self, FAMILIES, Instance, dice, instance, shuffle};
use common::oracle::{self, P, Q};
use rand::RngExt;

const SEED: u64 = 20261122;
const PER_FAMILY: u64 = 720;

fn family(name: &str) {
    let at = FAMILIES.iter().position(|f| *f == name).expect("a family") as u64;
    for k in 0..PER_FAMILY {
        let i = instance(SEED, at + k * FAMILIES.len() as u64);
        assert_eq!(i.family, name);
        minimize(&i, against_truth);
    }
}

macro_rules! families {
    ($($test:ident $name:literal),* $(,)?) => {
        $(#[test] fn $test() { family($name); })*

        #[test]
        fn every_family_is_run() {
            assert_eq!([$($name),*], *FAMILIES);
            assert!(PER_FAMILY * FAMILIES.len() as u64 >= 10_000);
        }
    };
}

families! {
    random "random", grid "grid", grid_of_twentieths "grid/20", cocircular "cocircular",
    concurrent "concurrent", one_ulp_off "ulp", clustered "clustered", hidden_sites "hidden",
    walls_on_the_boundary "on-boundary", duplicates "duplicates", collinear "collinear",
    lattice "lattice", rounded_circle "rounded-circle", scaled "scaled",
}

fn some(per_family: u64, f: impl Fn(u64, &Instance)) {
    for k in 0..per_family * FAMILIES.len() as u64 {
        f(k, &instance(SEED + 1, k));
    }
}

fn diagram(i: &Instance) -> Result<Diagram, String> {
    Diagram::new(&i.problem(), &i.heights()).map_err(|e| e.to_string())
}

/// Ties are broken as if `h_i` were `h_i + eps^(i+1)`. With an eps small enough for these lattices,
/// written out as a rational, the brute force must see the same neighbours and the same touched
/// sides in every cell.
#[test]
fn ties_are_broken_as_the_perturbation_says() {
    let mut tried = 0;
    for k in 0..2800 {
        let i = instance(SEED + 2, k);
        let small = ["grid", "cocircular", "lattice", "collinear", "hidden", "concurrent", "duplicates", "on-boundary"];
        if !small.contains(&i.family) || i.len() > 5 || i.polygon.iter().flatten().any(|x| (x * 8.0).fract() != 0.0) {
            continue;
        }
        tried += 1;
        minimize(&i, |i| {
            let eps = Q::from(1) >> 160u32;
            let mut power = Q::from(1);
            let raise = |h: Q| {
                power *= &eps;
                h + &power
            };
            let raised: Vec<Q> = i.exact_heights().into_iter().map(raise).collect();
            let problem = i.problem();
            let polygon = problem.frame().vertices().iter();
            let source = oracle::Source::uniform(polygon.map(|&v| oracle::exact_point(v)).collect());
            // Sites whose cell has no interior are taken out first: the perturbation would show
            // them as slivers.
            let sites = i.exact_sites();
            let plain = oracle::shape(&source, &sites, &i.exact_heights());
            let keep: Vec<usize> = (0..i.len()).filter(|&s| !plain.cells[s].is_empty()).collect();
            let pick = |v: &[Q]| keep.iter().map(|&s| v[s].clone()).collect::<Vec<Q>>();
            let kept: Vec<P> = keep.iter().map(|&s| sites[s].clone()).collect();
            let truth = oracle::shape(&source, &kept, &pick(&raised));
            let mut expected = vec![Default::default(); i.len()];
            for (&s, (near, sides)) in keep.iter().zip(truth_sets(&truth, &source.polygon)) {
                expected[s] = (near.into_iter().map(|j| keep[j]).collect(), sides);
            }
            let found = label_sets(&diagram(i)?);
            if found == expected { Ok(()) } else { Err(format!("{found:?}, explicit perturbation {expected:?}")) }
        });
    }
    assert!(tried >= 400, "only {tried} instances were small enough");
}

/// The order of the sites does not matter: without ties the labels are relabelled, with ties the
/// exact masses are.
#[test]
fn independent_of_the_order_of_the_sites() {
    some(40, |k, i| {
        let order = shuffle(&mut dice(SEED + 3, k), i.len());
        let (a, b) = (diagram(i).unwrap(), diagram(&i.permuted(&order)).unwrap());
        let (sa, sb) = (label_sets(&a), label_sets(&b));
        for (new, &old) in order.iter().enumerate() {
            // Of coinciding sites of equal height the first owns the cell: which one that is
            // depends on the order.
            if !i.has_duplicates() {
                assert_eq!(a.rational_mass(old), b.rational_mass(new), "mass of {old} in {i:?}");
            }
            if a.counters().exact_zeros == 0 && !i.has_duplicates() {
                let (near, sides) = &sb[new];
                let near = near.iter().map(|&j| order[j]).collect();
                assert_eq!(sa[old], (near, sides.clone()), "labels of {old} in {i:?}");
            }
        }
    });
}

#[test]
fn independent_of_threads() {
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let (one, four) = (pool(1), pool(4));
    let same = |i: &Instance| {
        let a = one.install(|| diagram(i).unwrap());
        let b = four.install(|| diagram(i).unwrap());
        let bits = |d: &Diagram| {
            let numbers = d.masses().iter().chain(std::iter::once(&0.0)).map(|m| m.to_bits());
            let h = d.hessian().into_iter().map(|(i, j, h)| (i, j, h.to_bits()));
            (numbers.collect::<Vec<_>>(), h.collect::<Vec<_>>(), d.cost().to_bits())
        };
        assert_eq!(bits(&a), bits(&b));
        for c in 0..i.len() {
            assert_eq!(a.labels(c), b.labels(c));
            assert_eq!(a.vertices(c), b.vertices(c));
        }
        assert_eq!(a.centroids(), b.centroids());
    };
    some(10, |_, i| same(i));
    // Large enough for the work to be split.
    let mut d = dice(SEED + 4, 0);
    for n in [3_000, 20_000] {
        let sites: Vec<[f64; 2]> =
            (0..n).map(|_| [d.random_range(-1.0..1.0), f64::from(d.random_range(-64..=64)) / 64.0]).collect();
        same(&Instance {
            family: "large",
            polygon: vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
            density: brenier::domain::Density::Constant,
            heights: instances::voronoi(&sites),
            sites,
        });
    }
}

/// The integer points of the circle of radius 5 13 17 29: 324 of them, in order of the angle.
fn circle() -> (i64, Vec<[i64; 2]>) {
    let r = 5 * 13 * 17 * 29i64;
    let mut points = Vec::new();
    for x in -r..=r {
        let y = ((r * r - x * x) as f64).sqrt().round() as i64;
        if x * x + y * y == r * r {
            points.push([x, y]);
            if y > 0 {
                points.push([x, -y]);
            }
        }
    }
    points.sort_by(|a, b| (a[1] as f64).atan2(a[0] as f64).total_cmp(&(b[1] as f64).atan2(b[0] as f64)));
    (r, points)
}

/// 324 cocircular sites with integer coordinates: every cell is a sector, all pass through the
/// centre.
#[test]
fn hundreds_of_cells_through_one_point() {
    let (r, points) = circle();
    assert_eq!(points.len(), 324);
    let n = points.len();
    for (k, centre) in [[0i64, 0], [r / 3, -r / 5], [r, 0], [r, r]].into_iter().enumerate() {
        let order = shuffle(&mut dice(SEED + 6, k as u64), n);
        let f = |x: i64| x as f64;
        let c = f(r);
        let i = Instance {
            family: "star",
            polygon: vec![[-c, -c], [c, -c], [c, c], [-c, c]],
            density: brenier::domain::Density::Constant,
            sites: order.iter().map(|&s| [f(points[s][0] + centre[0]), f(points[s][1] + centre[1])]).collect(),
            heights: Vec::new(),
        };
        let i = Instance { heights: instances::voronoi(&i.sites), ..i };
        let d = diagram(&i).unwrap();
        labels(&d, i.problem().frame()).unwrap();
        d.validate(4).unwrap();
        let total: Q = (0..n).map(|s| d.rational_mass(s)).sum();
        assert_eq!(total, 4 * r * r);
        // Each sector is bounded by the rays between neighbouring directions.
        let (source, sites, heights) = (i.source(), i.exact_sites(), i.exact_heights());
        let mut rank = vec![0; n];
        order.iter().enumerate().for_each(|(new, &s)| rank[s] = new);
        let found: Vec<(u32, u32)> = d.hessian().iter().map(|&(a, b, _)| (a.min(b), a.max(b))).collect();
        for s in 0..n {
            let (me, before, after) = (rank[s], rank[(s + n - 1) % n], rank[(s + 1) % n]);
            let mut cell = source.polygon.clone();
            for j in [before, after] {
                let a = oracle::sub(&sites[me], &sites[j]);
                cell = oracle::clip(&cell, &a, &Q::from(&heights[me] - &heights[j]));
            }
            assert_eq!(d.rational_mass(me), oracle::moment(&cell, 0, 0), "sector {s}");
            let (a, b) = (me.min(after) as u32, me.max(after) as u32);
            let outside = centre[0].abs() == r;
            assert!(outside || found.contains(&(a, b)), "sectors {s} and next are neighbours");
        }
        assert!(found.len() <= n, "nobody else is");
    }
}

/// 300 random integer planes through one point; only sites on the convex hull of the sites have a
/// cell.
#[test]
fn hundreds_of_planes_through_one_point() {
    let mut d = dice(SEED + 7, 0);
    let p = [0.25, -0.5];
    let mut sites: Vec<[f64; 2]> = Vec::new();
    while sites.len() < 300 {
        let y = [f64::from(d.random_range(-20..=20)), f64::from(d.random_range(-20..=20))];
        if !sites.contains(&y) {
            sites.push(y);
        }
    }
    let heights = sites.iter().map(|y| Dd::from_f64(-(p[0] * y[0] + p[1] * y[1]))).collect();
    let i = Instance {
        family: "planes",
        polygon: vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        density: brenier::domain::Density::Constant,
        sites,
        heights,
    };
    minimize(&i, against_truth);
}
