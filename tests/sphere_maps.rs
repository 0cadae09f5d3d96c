//! Closed surfaces on the sphere, judged by a second opinion.

mod common;

use brenier::exact::big::{Rational, rational};
use brenier::parameterize::{
    Merge, ParameterizeError, SphereMap, SphereOptions, SphereProof, Target, parameterize_sphere,
};
use common::shapes::{Mesh, voxels};
use std::collections::BTreeMap;
use std::f64::consts::PI;

fn laid(mesh: &Mesh, options: &SphereOptions) -> SphereMap {
    let found = parameterize_sphere(&mesh.vertices, &mesh.triangles, options).expect("a sphere");
    assert_eq!(found.triangles, mesh.triangles);
    judge(&found.points, &found.triangles);
    assert!(found.proof.one_to_one(), "{:?}", found.proof);
    found
}

/// Every triangle is positive in rationals, and three rays that nobody chose meet one each.
fn judge(points: &[[f64; 3]], triangles: &[[u32; 3]]) {
    let exact: Vec<[Rational; 3]> = points.iter().map(|p| p.map(rational)).collect();
    let det = |p: [&[Rational; 3]; 3]| {
        let minor = |i: usize, j: usize| Rational::from(&p[1][i] * &p[2][j]) - Rational::from(&p[1][j] * &p[2][i]);
        minor(1, 2) * &p[0][0] + minor(2, 0) * &p[0][1] + minor(0, 1) * &p[0][2]
    };
    let of = |t: &[u32; 3]| t.map(|v| &exact[v as usize]);
    assert!(triangles.iter().all(|t| det(of(t)) > 0));
    for ray in [[0.31, -0.2, 0.7], [-0.9, 0.11, 0.05], [0.123, 0.456, -0.789]] {
        let ray = ray.map(rational);
        let inside = |t: &&[u32; 3]| {
            let [a, b, c] = of(t);
            det([&ray, b, c]) > 0 && det([a, &ray, c]) > 0 && det([a, b, &ray]) > 0
        };
        assert_eq!(triangles.iter().filter(inside).count(), 1);
    }
    assert!(points.iter().all(|p| (p.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-14));
}

/// L1 error of areas, by the formula of L'Huilier for the sides.
fn area_error(found: &SphereMap, vertices: &[[f64; 3]]) -> f64 {
    let length = |a: [f64; 3], b: [f64; 3]| (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt();
    let sides = |p: &[[f64; 3]], t: &[u32; 3]| [0, 1, 2].map(|k| length(p[t[k] as usize], p[t[(k + 1) % 3] as usize]));
    let space: Vec<f64> = found
        .triangles
        .iter()
        .map(|t| {
            let [a, b, c] = sides(vertices, t);
            let s = (a + b + c) / 2.0;
            (s * (s - a) * (s - b) * (s - c)).max(0.0).sqrt()
        })
        .collect();
    let all: f64 = space.iter().sum();
    let solid = |t: &[u32; 3]| {
        let [a, b, c] = sides(&found.points, t).map(|chord| 2.0 * (chord / 2.0).min(1.0).asin());
        let s = (a + b + c) / 2.0;
        let product = (s / 2.0).tan() * ((s - a) / 2.0).tan() * ((s - b) / 2.0).tan() * ((s - c) / 2.0).tan();
        4.0 * product.max(0.0).sqrt().atan()
    };
    found.triangles.iter().zip(&space).map(|(t, a)| (solid(t) / (4.0 * PI) - a / all).abs()).sum()
}

/// An icosahedron with its triangles divided in four so many times, vertices stretched to an
/// ellipsoid.
fn ellipsoid(times: usize, axes: [f64; 3]) -> Mesh {
    let g = (1.0 + 5f64.sqrt()) / 2.0;
    let mut vertices: Vec<[f64; 3]> = Vec::new();
    for (a, b) in [(1.0, g), (1.0, -g), (-1.0, g), (-1.0, -g)] {
        vertices.extend([[0.0, a, b], [a, b, 0.0], [b, 0.0, a]]);
    }
    let dot = |p: [f64; 3], q: [f64; 3]| (0..3).map(|k| p[k] * q[k]).sum::<f64>();
    let near = |a: usize, b: usize| dot(vertices[a], vertices[b]) > 1.0;
    let mut triangles = Vec::new();
    for a in 0..12 {
        for b in a + 1..12 {
            for c in b + 1..12 {
                if near(a, b) && near(b, c) && near(a, c) {
                    let [p, q, r] = [a, b, c].map(|v| vertices[v]);
                    let cross = [0, 1, 2].map(|k| q[(k + 1) % 3] * r[(k + 2) % 3] - q[(k + 2) % 3] * r[(k + 1) % 3]);
                    let [a, b, c] = [a, b, c].map(|v| v as u32);
                    triangles.push(if dot(p, cross) > 0.0 { [a, b, c] } else { [a, c, b] });
                }
            }
        }
    }
    for _ in 0..times {
        let mut middle: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut next = Vec::new();
        for [a, b, c] in triangles {
            let mut at = |p: u32, q: u32| {
                *middle.entry((p.min(q), p.max(q))).or_insert_with(|| {
                    vertices.push([0, 1, 2].map(|k| vertices[p as usize][k] + vertices[q as usize][k]));
                    vertices.len() as u32 - 1
                })
            };
            let (x, y, z) = (at(a, b), at(b, c), at(c, a));
            next.extend([[a, x, z], [x, b, y], [z, y, c], [x, y, z]]);
        }
        triangles = next;
        for p in &mut vertices {
            let l = p.iter().map(|x| x * x).sum::<f64>().sqrt();
            *p = p.map(|x| x / l);
        }
    }
    let vertices = vertices.iter().map(|p| [0, 1, 2].map(|k| p[k] * axes[k])).collect();
    Mesh { vertices, triangles }
}

/// A ball with a neck of a tenth of its width and four times its length: a bowling pin.
fn pin() -> Mesh {
    let around = 8;
    let mut profile: Vec<[f64; 2]> = (1..8).map(|k| (PI * k as f64 / 9.0).sin_cos()).map(|(s, c)| [s, -c]).collect();
    profile.extend((1..24).map(|k| [0.1, 0.95 + k as f64 / 6.0]));
    let mut vertices = vec![[0.0, 0.0, -1.0]];
    for p in &profile {
        for j in 0..around {
            let (s, c) = (2.0 * PI * f64::from(j) / f64::from(around)).sin_cos();
            vertices.push([p[0] * c, p[0] * s, p[1]]);
        }
    }
    vertices.push([0.0, 0.0, 4.95]);
    let last = vertices.len() as u32 - 1;
    let at = |i: usize, j: i32| 1 + i as u32 * around as u32 + (j % around) as u32;
    let mut triangles = Vec::new();
    for j in 0..around {
        triangles.push([0, at(0, j + 1), at(0, j)]);
        triangles.push([last, at(profile.len() - 1, j), at(profile.len() - 1, j + 1)]);
        for i in 1..profile.len() {
            triangles.push([at(i - 1, j), at(i - 1, j + 1), at(i, j + 1)]);
            triangles.push([at(i - 1, j), at(i, j + 1), at(i, j)]);
        }
    }
    Mesh { vertices, triangles }
}

#[test]
fn a_ball_stays_what_it_is() {
    let mesh = ellipsoid(2, [1.0; 3]);
    let found = laid(&mesh, &SphereOptions::default());
    let error = area_error(&found, &mesh.vertices);
    assert!(
        error < 1e-3 && (error - found.distortion.area_error).abs() < 1e-9,
        "{error} {}",
        found.distortion.area_error
    );
    // Turned so that places lie where they are seen from the middle, as nearly as areas leave them.
    let near = |(p, q): (&[f64; 3], &[f64; 3])| (0..3).map(|k| p[k] * q[k]).sum::<f64>() > 0.9;
    assert!(found.points.iter().zip(&mesh.vertices).all(near));
    assert!(found.distortion.stretch[1] < 2.0, "{:?}", found.distortion.stretch);
}

#[test]
fn shapes_of_all_kinds_keep_their_areas() {
    for (name, mesh, most) in [
        ("cube", voxels(&[[0, 0, 0]], 4), 5e-3),
        ("needle", ellipsoid(2, [1.0, 1.0, 10.0]), 5e-3),
        ("pin", pin(), 2e-2),
        ("corner", voxels(&[[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0], [0, 0, 1]], 2), 2e-2),
    ] {
        let found = laid(&mesh, &SphereOptions::default());
        let error = area_error(&found, &mesh.vertices);
        assert!(error < most && (error - found.distortion.area_error).abs() < 1e-8, "{name}: {error}");
        assert!(found.report.misses.is_empty(), "{name}: {:?}", found.report.misses);
    }
}

#[test]
fn a_tetrahedron_and_sizes() {
    let mesh = Mesh {
        vertices: vec![[0., 0., 0.], [4., 0., 0.], [0., 1., 0.], [0., 0., 1.]],
        triangles: vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]],
    };
    let found = laid(&mesh, &SphereOptions::default());
    assert!(found.distortion.area_error < 1e-5, "{}", found.distortion.area_error);
    // Sizes do not matter, to the last bit.
    for size in [1e-100f64, 1e100].map(|s| 2f64.powf(s.log2().round())) {
        let vertices = mesh.vertices.iter().map(|p| p.map(|x| x * size)).collect();
        assert_eq!(
            laid(&Mesh { vertices, triangles: mesh.triangles.clone() }, &SphereOptions::default()).points,
            found.points
        );
    }
}

#[test]
fn densities_and_weights_are_heard() {
    let mesh = ellipsoid(2, [1.0; 3]);
    let dense: Vec<f64> = mesh.vertices.iter().map(|p| if p[2] > 0.0 { 3.0 } else { 1.0 }).collect();
    let found = laid(&mesh, &SphereOptions::default().target(Target::Vertex(dense)));
    assert!(found.distortion.area_error < 1e-2, "{}", found.distortion.area_error);
    // The upper half takes three quarters: down to the height -1/2.
    let upper = |k: usize| mesh.triangles[k].iter().all(|&v| mesh.vertices[v as usize][2] > 1e-9);
    let lowest = (0..mesh.triangles.len()).filter(|&k| upper(k)).flat_map(|k| mesh.triangles[k]);
    let lowest = lowest.map(|v| found.points[v as usize][2]).fold(f64::INFINITY, f64::min);
    assert!(lowest < -0.2, "{lowest}");
    let needle = ellipsoid(2, [1.0, 1.0, 4.0]);
    let [soft, hard] = [1.0, 1e7].map(|w| laid(&needle, &SphereOptions::default().area_weight(w)).distortion);
    assert!(soft.stretch[1] < hard.stretch[1] && soft.area_error > 10.0 * hard.area_error);
    for (wrong, target) in [
        ("3 densities for 162 vertices", Target::Vertex(vec![1.0; 3])),
        ("density[0] is 0", Target::Face(vec![0.0; 320])),
    ] {
        let options = SphereOptions::default().target(target);
        let e = parameterize_sphere(&mesh.vertices, &mesh.triangles, &options).unwrap_err();
        assert!(e.to_string().starts_with(wrong), "{e}");
    }
    let e =
        parameterize_sphere(&mesh.vertices, &mesh.triangles, &SphereOptions::default().area_weight(-1.0)).unwrap_err();
    assert_eq!(e, ParameterizeError::AreaWeight { value: -1.0 });
}

#[test]
fn what_is_no_sphere_is_refused_with_its_cure() {
    let ball = ellipsoid(1, [1.0; 3]);
    let refused =
        |mesh: &Mesh| parameterize_sphere(&mesh.vertices, &mesh.triangles, &SphereOptions::default()).unwrap_err();
    let mut open = ball.clone();
    let gone = open.triangles.pop().unwrap();
    match refused(&open) {
        ParameterizeError::Open { loops: 1, edge } => assert!(edge.iter().all(|v| gone.contains(v))),
        other => panic!("{other}"),
    }
    // A ring of eight cubes.
    let ring: Vec<[i32; 3]> = (0..3).flat_map(|i| (0..3).map(move |j| [i, j, 0])).filter(|c| *c != [1, 1, 0]).collect();
    assert_eq!(refused(&voxels(&ring, 1)), ParameterizeError::Handles { genus: 1 });
    let mut two = ball.clone();
    two.append(&ball);
    let first = ball.triangles.len() as u32;
    assert_eq!(refused(&two), ParameterizeError::Parts { count: 2, faces: [0, first] });
    // Two cubes that have one edge in common.
    let e = refused(&voxels(&[[0, 0, 0], [1, 1, 0]], 1));
    assert!(matches!(e, ParameterizeError::Surface(_)), "{e}");
    for e in [refused(&open), refused(&voxels(&ring, 1)), refused(&two)] {
        assert!(e.to_string().contains("without `--sphere`"), "{e}");
    }
    let none = parameterize_sphere(&[], &[], &SphereOptions::default());
    assert!(none.is_err());
}

/// A soup of triangles, and one that is inside out.
#[test]
fn repairs_are_those_of_the_plane() {
    let ball = ellipsoid(1, [1.0; 3]);
    let soup: Vec<[f64; 3]> = ball.triangles.iter().flatten().map(|&v| ball.vertices[v as usize]).collect();
    let alone: Vec<[u32; 3]> = (0..ball.triangles.len() as u32).map(|f| [3 * f, 3 * f + 1, 3 * f + 2]).collect();
    let found = parameterize_sphere(&soup, &alone, &SphereOptions::default()).unwrap();
    assert!(found.proof.one_to_one() && found.report.vertices == ball.vertices.len());
    assert_eq!(found.points.len(), soup.len());
    // Every copy of a vertex lies where the vertex does, so the soup's own triangles do as well.
    judge(&found.points, &alone);
    assert!(!SphereProof::new(&alone, &found.points).one_to_one(), "a soup is not closed");
    assert!(parameterize_sphere(&soup, &alone, &SphereOptions::default().merge(Merge::Never)).is_err());
    let turned: Vec<[u32; 3]> = ball.triangles.iter().map(|t| [t[0], t[2], t[1]]).collect();
    let found = parameterize_sphere(&ball.vertices, &turned, &SphereOptions::default()).unwrap();
    assert!(found.report.turned && found.proof.one_to_one());
    assert_eq!(found.triangles, ball.triangles);
}

#[test]
fn a_moved_point_is_found_out() {
    let mesh = ellipsoid(1, [1.0; 3]);
    let found = laid(&mesh, &SphereOptions::default());
    let mut points = found.points.clone();
    points[5] = points[5].map(|x| -x);
    let proof = found.prove(&points);
    let around: Vec<u32> = (0..).zip(&found.triangles).filter(|(_, t)| t.contains(&5)).map(|(f, _)| f).collect();
    assert!(!proof.one_to_one() && !proof.flipped.is_empty());
    assert!(proof.flipped.iter().chain(&proof.flat).all(|f| around.contains(f)), "{proof:?}");
    // One place for two neighbours: flat triangles between them.
    let [a, b, _] = found.triangles[7];
    let mut points = found.points.clone();
    points[a as usize] = points[b as usize];
    assert_eq!(found.prove(&points).flat.len(), 2);
}

/// The same bits for one thread and for four.
#[test]
fn threads_do_not_matter() {
    let mesh = ellipsoid(3, [1.0, 2.0, 3.0]);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        // A tenth of the work is enough to see it.
        let options = SphereOptions::default().area_weight(10.0);
        pool.install(|| parameterize_sphere(&mesh.vertices, &mesh.triangles, &options).unwrap().points)
    };
    assert_eq!(run(1), run(4));
}
