//! Kinks and jumps of the mass function: thousands of problems whose walls run along edges and
//! whose sites stand above faces, before the judge of `common/attained.rs`. `KINKS=n` tries `n`
//! problems of each kind.

#[path = "common/attained.rs"]
mod attained;

use attained::{Case, Either, Patch, Point, Verdict, dot, judged, mass, masses, solved, whole};
use brenier::domain::{Between, ConvexPolygon, Density, Image, PlanarMesh, Surface, SurfaceDensity};
use brenier::exact::Dd;
use brenier::io::{AnyProblem, ReadLimit, read_any_problem};
use brenier::newton::Outcome;
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::Report;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

type Rng = ChaCha8Rng;

// -------------------------------------------------------------------------------------------------
// Problems.

/// The boundary of a random union of unit cubes, its squares cut along either diagonal.
fn voxels(rng: &mut Rng) -> (Vec<Point>, Vec<[u32; 3]>) {
    let count = rng.random_range(1..=5);
    let mut cubes: Vec<[i32; 3]> = vec![[1, 1, 1]];
    while cubes.len() < count {
        let mut c = cubes[rng.random_range(0..cubes.len())];
        c[rng.random_range(0..3usize)] += if rng.random_bool(0.5) { 1 } else { -1 };
        if c.iter().all(|x| (0..3).contains(x)) && !cubes.contains(&c) {
            cubes.push(c);
        }
    }
    let (mut vertices, mut triangles): (Vec<Point>, Vec<[u32; 3]>) = (Vec::new(), Vec::new());
    for c in &cubes {
        for (axis, side) in (0..3usize).flat_map(|a| [(a, 0), (a, 1)]) {
            let mut beyond = *c;
            beyond[axis] += 2 * side - 1;
            if cubes.contains(&beyond) {
                continue;
            }
            let (b, d) = [(1, 2), (2, 0), (0, 1)][axis];
            let around = if side == 1 { [(0, 0), (1, 0), (1, 1), (0, 1)] } else { [(0, 0), (0, 1), (1, 1), (1, 0)] };
            let mut square = around.map(|(x, y)| {
                let mut p = c.map(f64::from);
                p[axis] += f64::from(side);
                p[b] += f64::from(x);
                p[d] += f64::from(y);
                vertices.iter().position(|v| *v == p).unwrap_or_else(|| {
                    vertices.push(p);
                    vertices.len() - 1
                }) as u32
            });
            if rng.random_bool(0.5) {
                square.rotate_left(1);
            }
            triangles.push([square[0], square[1], square[2]]);
            triangles.push([square[0], square[2], square[3]]);
        }
    }
    (vertices, triangles)
}

fn count(rng: &mut Rng) -> usize {
    if rng.random_bool(0.95) { rng.random_range(2..=8) } else { rng.random_range(20..=60) }
}

/// Distinct random points.
fn distinct(rng: &mut Rng, n: usize, mut draw: impl FnMut(&mut Rng) -> Point) -> Vec<Point> {
    let mut all: Vec<Point> = Vec::new();
    for _ in 0..20 * n {
        let p = draw(rng);
        if all.len() < n && !all.contains(&p) {
            all.push(p);
        }
    }
    all
}

/// Masses of several sorts; and whether heights are known that have them.
fn targets(rng: &mut Rng, patches: &[Patch], sites: &[Point]) -> (Vec<f64>, bool) {
    let n = sites.len();
    let scaled = |m: Vec<f64>| {
        let total: f64 = m.iter().sum();
        m.iter().map(|m| m / total).collect::<Vec<f64>>()
    };
    let sort = rng.random_range(0..5);
    match sort {
        0 => (vec![1.0 / n as f64; n], false),
        1 => (scaled((0..n).map(|_| f64::from(rng.random_range(1..=12))).collect()), false),
        2 => (scaled((0..n).map(|_| rng.random_range(0.01..1.0)).collect()), false),
        // Those of random heights: anywhere, or where sites are tied and one takes all.
        _ => {
            for _ in 0..20 {
                let h: Vec<Dd> = (0..n)
                    .map(|i| {
                        let y = &sites[i];
                        let near = -0.5 * dot(y, y) + 1.5 * (y[0] + y[1] + y[2]);
                        let lattice = f64::from(rng.random_range(-4..=4)) / 4.0;
                        match sort {
                            3 => Dd::from_f64(near + rng.random_range(-1.0..1.0)),
                            _ => {
                                let ties = Dd::from_f64(((near + lattice) * 2.0).round() / 2.0);
                                ties + Dd::from_f64(2f64.powi(-60) * i as f64)
                            }
                        }
                    })
                    .collect();
                if let Some(m) = masses(patches, sites, &h, 1.0).filter(|m| m.iter().all(|&m| m > 1e-3 / n as f64)) {
                    return (m, true);
                }
            }
            (vec![1.0 / n as f64; n], false)
        }
    }
}

fn on_surface(
    name: String,
    rng: &mut Rng,
    vertices: Vec<Point>,
    triangles: Vec<[u32; 3]>,
    sites: Vec<Point>,
) -> Option<Case> {
    let density = match rng.random_range(0..5) {
        0 => SurfaceDensity::Face(triangles.iter().map(|_| f64::from(rng.random_range(0..=3))).collect()),
        1 => SurfaceDensity::Vertex(vertices.iter().map(|_| f64::from(rng.random_range(0..=3))).collect()),
        _ => SurfaceDensity::Constant,
    };
    let patch = |(k, t): (usize, &[u32; 3])| Patch {
        corners: t.iter().map(|&v| vertices[v as usize]).collect(),
        rho: match &density {
            SurfaceDensity::Face(values) => vec![values[k]; 3],
            SurfaceDensity::Vertex(values) => t.iter().map(|&v| values[v as usize]).collect(),
            _ => vec![1.0; 3],
        },
    };
    let patches: Vec<Patch> = triangles.iter().enumerate().map(patch).filter(|p| mass(&whole(p)) > 0.0).collect();
    if patches.is_empty() {
        return None;
    }
    let (masses, attainable) = targets(rng, &patches, &sites);
    let mut data = SurfaceProblemData::new(Surface::new(vertices, triangles).unwrap(), sites.clone());
    data.masses = Some(masses.clone());
    data.density = density;
    let problem = Either::Surface(SurfaceProblem::new(data).unwrap_or_else(|e| panic!("{name}: {e}")));
    Some(Case { name, patches, sites, masses, problem, attainable })
}

/// Unions of cubes, sites on half-integers.
fn voxel_case(seed: u64) -> Option<Case> {
    let rng = &mut Rng::seed_from_u64(seed);
    let (vertices, triangles) = voxels(rng);
    let n = count(rng);
    let sites = distinct(rng, n, |rng| [0; 3].map(|_: i32| f64::from(rng.random_range(-2..=8)) / 2.0));
    on_surface(format!("voxels {seed}"), rng, vertices, triangles, sites)
}

/// The same sheared or stretched, sites at the mesh's own vertices and lattice points.
fn cad_case(seed: u64) -> Option<Case> {
    let rng = &mut Rng::seed_from_u64(1 << 32 | seed);
    let (mut vertices, triangles) = voxels(rng);
    let shapes = [
        [[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]],
        [[1., 1., 0.], [0., 1., 0.], [0., 0., 1.]],
        [[1., 0., 0.], [0., 1., 1.], [1., 0., 1.]],
        [[2., 0., 0.], [0., 1., 0.], [0., 0., 3.]],
    ];
    let shape = shapes[rng.random_range(0..shapes.len())];
    vertices.iter_mut().for_each(|v| *v = shape.map(|row| dot(&row, v)));
    let n = count(rng);
    let own = rng.random_bool(0.7);
    let places = vertices.clone();
    let sites = distinct(rng, n, |rng| match own || rng.random_bool(0.5) {
        true => places[rng.random_range(0..places.len())],
        false => [0; 3].map(|_: i32| f64::from(rng.random_range(0..=6))),
    });
    on_surface(format!("cad {seed}"), rng, vertices, triangles, sites)
}

const PIXELS: [f64; 8] = [0.0, 0.0, 1.0, 1.0, 10.0, 1000.0, 0.001, 3.0];

/// Images of few pixels, and meshes of the same squares; sites on half-integers.
fn plane_case(seed: u64) -> Option<Case> {
    let rng = &mut Rng::seed_from_u64(2 << 32 | seed);
    let (width, height) = (rng.random_range(1..=4usize), rng.random_range(1..=4usize));
    let values: Vec<f64> = (0..width * height).map(|_| PIXELS[rng.random_range(0..PIXELS.len())]).collect();
    if values.iter().sum::<f64>() == 0.0 {
        return None;
    }
    let n = count(rng);
    let sites = distinct(rng, n, |rng| {
        [f64::from(rng.random_range(-2..=10)) / 2.0, f64::from(rng.random_range(-2..=10)) / 2.0, 0.0]
    });
    let (w, h) = (width as f64, height as f64);
    let square = |k: usize| {
        // Rows run from the top.
        let (x, y) = ((k % width) as f64, h - 1.0 - (k / width) as f64);
        [[x, y, 0.0], [x + 1.0, y, 0.0], [x + 1.0, y + 1.0, 0.0], [x, y + 1.0, 0.0]]
    };
    let (mut patches, flat): (Vec<Patch>, Vec<[f64; 2]>) = (Vec::new(), sites.iter().map(|s| [s[0], s[1]]).collect());
    let mut data = if rng.random_bool(0.6) {
        let full = (0..values.len()).filter(|&k| values[k] > 0.0);
        patches.extend(full.map(|k| Patch { corners: square(k).to_vec(), rho: vec![values[k]; 4] }));
        let mut data = ProblemData::new(ConvexPolygon::rectangle([0.0, 0.0], [w, h]).unwrap(), flat);
        data.density = Density::Image(Image::new(width, values, [0.0, 0.0], [w, h], Between::Constant).unwrap().into());
        data
    } else {
        let at = |x: usize, y: usize| (y * (width + 1) + x) as u32;
        let vertices = (0..=height).flat_map(|y| (0..=width).map(move |x| [x as f64, y as f64])).collect();
        let (mut triangles, mut rho) = (Vec::new(), Vec::new());
        for (k, &value) in values.iter().enumerate() {
            let (x, y) = (k % width, k / width);
            let q = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            for t in [[q[0], q[1], q[2]], [q[0], q[2], q[3]]] {
                triangles.push(t);
                let affine = rng.random_bool(0.3);
                rho.push(match affine {
                    true => [0; 3].map(|_: i32| f64::from(rng.random_range(0..=3))),
                    false => [value; 3],
                });
            }
        }
        let point = |v: u32| [(v as usize % (width + 1)) as f64, (v as usize / (width + 1)) as f64, 0.0];
        let all = triangles.iter().zip(&rho);
        let all = all.map(|(t, r)| Patch { corners: t.iter().map(|&v| point(v)).collect(), rho: r.to_vec() });
        patches.extend(all.filter(|p| mass(&whole(p)) > 0.0));
        let mut data = ProblemData::new(PlanarMesh::new(vertices, triangles).unwrap(), flat);
        data.density = Density::Corner(rho.into());
        data
    };
    if patches.is_empty() {
        return None;
    }
    let (masses, attainable) = targets(rng, &patches, &sites);
    data.masses = Some(masses.clone());
    let name = format!("plane {seed}");
    let problem = Either::Plane(Problem::new(data).unwrap_or_else(|e| panic!("{name}: {e}")));
    Some(Case { name, patches, sites, masses, problem, attainable })
}

fn all_judged(from: u64, number: u64, make: fn(u64) -> Option<Case>) -> BTreeMap<Verdict, usize> {
    let number = std::env::var("KINKS").ok().and_then(|n| n.parse().ok()).unwrap_or(number);
    let judge = |seed: u64| {
        let case = make(seed)?;
        Some(judged(&case, seed.is_multiple_of(32)).map_err(|why| format!("{}: {why}", case.name)))
    };
    let verdicts: Vec<Result<Verdict, String>> = (from..from + number).into_par_iter().filter_map(judge).collect();
    let mut found = BTreeMap::new();
    let mut failures = Vec::new();
    for v in verdicts {
        match v {
            Ok(v) => *found.entry(v).or_default() += 1,
            Err(why) => failures.push(why),
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures, {found:?}:\n{}",
        failures.len(),
        failures[..failures.len().min(40)].join("\n")
    );
    eprintln!("{found:?}");
    found
}

#[test]
fn voxels_with_sites_on_half_integers_are_attained_or_disproved() {
    let found = all_judged(0, 2600, voxel_case);
    assert!(found.len() == 2, "both verdicts occur: {found:?}");
}

#[test]
fn meshes_with_sites_at_their_vertices_are_attained_or_disproved() {
    let found = all_judged(0, 1600, cad_case);
    assert!(found.len() == 2, "both verdicts occur: {found:?}");
}

/// In the plane a wall has no area: everything is attained.
#[test]
fn pixels_and_triangles_of_the_plane_are_attained() {
    let found = all_judged(0, 1200, plane_case);
    assert!(!found.contains_key(&Verdict::Disproved), "{found:?}");
}

// -------------------------------------------------------------------------------------------------
// Small inputs with their right values.

fn frozen(name: &str) -> (Vec<f64>, f64, Report) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kinks").join(name);
    let problem = match read_any_problem(&path, ReadLimit::default()).unwrap() {
        AnyProblem::Plane(file) => Either::Plane(file.problem().unwrap()),
        AnyProblem::Surface(file) => Either::Surface(file.problem().unwrap()),
        _ => panic!("{name} is in the plane or on a surface"),
    };
    let (_, weights, _, cost, report) = solved(&problem);
    (weights.iter().map(|w| w - weights[0]).collect(), cost, report)
}

fn attains(name: &str, expected: &[f64]) -> f64 {
    let (weights, cost, report) = frozen(name);
    assert!(report.converged && report.max_relative_error < 1e-12, "{name}: {:?}", report.outcome);
    for (w, e) in weights.iter().zip(expected) {
        assert!((w - e).abs() < 1e-9, "{name}: {weights:?}, not {expected:?}");
    }
    cost
}

#[test]
fn walls_along_edges_and_starts_without_a_cell_have_their_closed_forms() {
    // Walls z = 1/2; z = 1/4 and 3/4; x = 3/2.
    assert!((attains("S1_min.json", &[0.0, 1.0]) - 7.0 / 12.0).abs() < 1e-12);
    attains("cubec.json", &[0.0, 1.5, 1.5]);
    attains("K1_min.json", &[0.0, -0.75]);
    attains("S3_vox1.json", &[0.0, 4.0]);
    let (_, _, report) = frozen("S2_bar2.json");
    assert!(report.converged, "{:?}", report.outcome);
}

/// Masses over twelve decades on meshes with sites at their vertices: what a light cell lacks is
/// less than the rounding of a heavy one.
#[test]
fn light_cells_beside_heavy_ones_are_attained_or_disproved() {
    let (_, _, report) = frozen("light_cad_attained.json");
    assert!(report.converged && report.max_relative_error <= 1e-10, "{:?}", report.outcome);
    for name in ["light_cad_torn.json", "light_voxels_torn.json"] {
        let (_, _, report) = frozen(name);
        let Some(Outcome::NotConverged { why }) = &report.outcome else { panic!("{name}: {report:?}") };
        assert!(why.starts_with("these masses cannot be attained"), "{name}: {why}");
    }
}

/// Sites 0 and 1 win one square together whatever the third does: two thirds of the mass, of which
/// each should have half.
/// Damped steps shrink towards a place where a wall runs along an edge, 1/2, 1/16, 1/128, ... of
/// Newton's, and gain nothing for so long that the climb took itself to be at its end.
#[test]
fn a_climb_begins_where_damped_steps_gained_nothing() {
    let (_, _, report) = frozen("short_steps.json");
    assert!(report.converged, "{:?}", report.outcome);
}

#[test]
fn a_square_that_must_be_split_is_told_with_its_plan() {
    let (_, _, report) = frozen("tilt.json");
    let Some(Outcome::NotConverged { why }) = &report.outcome else { panic!("{report:?}") };
    assert_eq!(
        why,
        "these masses cannot be attained: faces 0, 1 lie in a bisector, as that of sites 0 and 1, and would have to be split \
         (site 0 has 0.000000 or 0.666667 there and wants 0.333333); move a site along the surface, or change the masses"
    );
    let plan = report.notes.iter().find(|n| n.starts_with("best plan")).expect("a plan");
    assert!(plan.contains("0.500000000000 to site 0, 0.500000000000 to site 1"), "{plan}");
}
