//! Parameterizations: surfaces of every kind, judged by a second opinion in rational arithmetic.

mod common;

use brenier::parameterize::{
    Boundary, Landmark, Merge, Parameterization, ParameterizeError, ParameterizeOptions, Target, parameterize,
};
use common::judge::judge;
use common::shapes::{Mesh, annulus, bumps, revolved, voxels};
use std::collections::BTreeMap;

fn laid(mesh: &Mesh, options: &ParameterizeOptions) -> Parameterization {
    let found = parameterize(&mesh.vertices, &mesh.triangles, options).expect("a surface");
    assert_eq!(found.triangles, mesh.triangles);
    judge(&found);
    found
}

/// Into a disk, areas as far as they go: what is not said otherwise below.
fn areas() -> ParameterizeOptions {
    ParameterizeOptions::default().boundary(Boundary::Disk).area_weight(1e7)
}

fn hemisphere() -> Mesh {
    let rings = 12;
    let profile: Vec<[f64; 2]> = (0..=rings)
        .map(|k| (k as f64 / rings as f64 * std::f64::consts::FRAC_PI_2).sin_cos())
        .map(|(s, c)| [c, s])
        .collect();
    revolved(&profile, 36)
}

/// A tube with a cap, `length` times as long as it is wide.
fn sock(length: f64, rings: usize) -> Mesh {
    let mut profile: Vec<[f64; 2]> = (0..rings).map(|k| [0.5, length * k as f64 / rings as f64]).collect();
    profile.extend([[0.5, length], [0.25, length + 0.2], [0.0, length + 0.25]]);
    revolved(&profile, 16)
}

#[test]
fn a_hemisphere_keeps_its_areas() {
    // Where nothing but areas counts, angles pay on a mesh as coarse as this one.
    let found = laid(&hemisphere(), &areas().area_weight(1e4));
    assert!(found.distortion.area_error < 5e-3, "{}", found.distortion.area_error);
    assert!(found.distortion.stretch[1] < 3.0);
    // Lambert's azimuthal map has equal areas: the ring at height z goes to the radius sqrt(1 - z)
    // of the unit disk.
    let mesh = hemisphere();
    for (t, c) in mesh.triangles.iter().zip(&found.corners) {
        for (&v, &p) in t.iter().zip(c) {
            let (z, q) = (mesh.vertices[v as usize][2], found.points[p as usize]);
            let radius = 2.0 * (q[0] - 0.5).hypot(q[1] - 0.5);
            assert!((radius - (1.0 - z).sqrt()).abs() < 0.05, "{z}: {radius}");
        }
    }
    let report = &found.charts[0];
    assert_eq!((report.genus, report.loops, report.cut_edges), (0, 1, 0));
    assert!(report.area_errors[1] < report.area_errors[0], "{:?}", report.area_errors);
}

/// Tutte's embedding shrinks a tube by a factor of about exp(2 pi) for each circumference of
/// length; here under what doubles can tell, twice over.
#[test]
fn long_limbs_do_not_vanish() {
    for (length, rings, most) in [(4.0, 20, 0.02), (12.0, 60, 0.05), (24.0, 120, 0.15)] {
        let found = laid(&sock(length, rings), &areas());
        assert!(found.distortion.area_error < most, "{length}: {}", found.distortion.area_error);
        assert!(found.charts[0].rounds > 1);
    }
}

#[test]
fn handles_and_holes_are_cut() {
    let ring: Vec<[i32; 3]> = (0..9).filter(|k| *k != 4).map(|k| [k % 3, k / 3, 0]).collect();
    let eight: Vec<[i32; 3]> = (0..15).filter(|k| ![6, 8].contains(k)).map(|k| [k % 5, k / 5, 0]).collect();
    let ball = vec![[0, 0, 0], [1, 0, 0], [0, 1, 0]];
    for (cells, genus) in [(ring, 1), (eight, 2), (ball, 0)] {
        let found = laid(&voxels(&cells, 3), &areas());
        let report = &found.charts[0];
        assert_eq!((report.genus, report.loops), (genus, 0));
        assert!(report.cut_edges > 0 && report.proof.disk);
        assert!(found.distortion.area_error < 0.1, "{genus}: {}", found.distortion.area_error);
    }
    let found = laid(&annulus(24, 5), &areas());
    assert_eq!((found.charts[0].genus, found.charts[0].loops), (0, 2));
    assert!(found.distortion.area_error < 0.03, "{}", found.distortion.area_error);
}

#[test]
fn every_shape_of_boundary() {
    let mesh = bumps(16);
    for boundary in [
        Boundary::Disk,
        Boundary::Square,
        Boundary::Polygon(vec![[0.0, 0.0], [3.0, 0.0], [4.0, 2.0], [1.0, 3.0]]),
        Boundary::Free,
    ] {
        let found = laid(&mesh, &areas().boundary(boundary.clone()));
        assert!(found.distortion.area_error < 0.02, "{boundary:?}: {}", found.distortion.area_error);
        if boundary == Boundary::Square {
            let sides = found.points.iter().filter(|p| p.iter().any(|&x| x == 0.0 || x == 1.0)).count();
            assert_eq!(sides, 64);
        }
    }
}

#[test]
fn components_share_the_square_by_area() {
    let mut mesh = hemisphere();
    let small = Mesh { vertices: mesh.vertices.iter().map(|v| v.map(|x| 0.5 * x)).collect(), ..mesh.clone() };
    mesh.append(&small);
    mesh.append(&voxels(&[[0, 0, 0]], 4));
    let found = laid(&mesh, &areas());
    assert_eq!(found.charts.len(), 3);
    assert!(found.distortion.area_error < 0.03, "{}", found.distortion.area_error);
}

#[test]
fn the_knob_trades_areas_for_angles() {
    let mesh = bumps(14);
    let with = |area_weight| laid(&mesh, &areas().area_weight(area_weight)).distortion;
    let found = [0.01, 1.0, 100.0, 1e4].map(with);
    for w in found.windows(2) {
        assert!(w[1].area_error < w[0].area_error);
        assert!(w[1].stretch_mean > w[0].stretch_mean);
    }
}

#[test]
fn densities_landmarks_and_seams() {
    let mesh = bumps(14);
    // Twice the density on one half.
    let density: Vec<f64> =
        mesh.triangles.iter().map(|t| if mesh.vertices[t[0] as usize][0] < 0.0 { 2.0 } else { 1.0 }).collect();
    let target = Target::Face(density.clone());
    let found = laid(&mesh, &areas().target(target));
    assert!(found.distortion.area_error < 0.02, "{}", found.distortion.area_error);
    // A landmark draws its vertex.
    let vertex = mesh.vertices.len() as u32 / 2;
    let landmark = Landmark { vertex, at: [0.7, 0.4], weight: 1000.0 };
    let found = laid(&mesh, &areas().landmarks(vec![landmark]));
    let corner = (0..mesh.triangles.len())
        .find_map(|f| mesh.triangles[f].iter().position(|&v| v == vertex).map(|k| found.corners[f][k]));
    let p = found.points[corner.expect("a corner") as usize];
    assert!((p[0] - 0.7).hypot(p[1] - 0.4) < 0.02, "{p:?}");
    // A seam through the middle makes two charts.
    let seams: Vec<[u32; 2]> = (0..14).map(|k| [7 * 15 + k, 7 * 15 + k + 1]).collect();
    let found = laid(&mesh, &areas().seams(seams));
    assert_eq!(found.charts.len(), 2);
}

#[test]
fn masses_of_cells_are_proved() {
    let found = laid(&bumps(10), &areas().certify(true));
    let proof = found.charts[0].cells.expect("a proof");
    assert_eq!(proof.cells, 121);
    assert!(proof.max_relative_error[1] < 1e-9 && proof.max_relative_error[0] <= proof.max_relative_error[1]);
    assert!(0.0 < proof.w2_squared[0] && proof.w2_squared[0] <= proof.w2_squared[1] && proof.w2_squared[1] < 1e-2);
}

#[test]
fn refusals_name_the_element() {
    let mesh = bumps(4);
    let error = |options: &ParameterizeOptions| {
        parameterize(&mesh.vertices, &mesh.triangles, options).expect_err("refused").to_string()
    };
    let base = areas();
    let seams = vec![[0, 1], [0, 24]];
    let text = "seam (0, 24) is no edge of the mesh; name two vertices of a triangle";
    assert_eq!(error(&base.clone().seams(seams)), text);
    let target = Target::Vertex([vec![1.0; 24], vec![0.0]].concat());
    let text = "density[24] is 0; every density must be positive and finite";
    assert_eq!(error(&base.clone().target(target)), text);
    let target = Target::Face(vec![1.0; 3]);
    assert_eq!(error(&base.clone().target(target)), "3 densities for 32 triangles; give one each");
    assert!(error(&base.clone().area_weight(f64::NAN)).starts_with("area weight is NaN"));
    let boundary = Boundary::Polygon(vec![[0.0, 0.0], [1.0, 0.0], [0.2, 0.2], [0.0, 1.0]]);
    assert!(error(&base.clone().boundary(boundary)).starts_with("the boundary polygon does not suit"));
    // A triangle has no side for each corner of a square.
    let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.]];
    let square = base.clone().boundary(Boundary::Square);
    assert!(parameterize(&v, &[[0, 1, 2]], &square).is_err());
    assert!(parameterize(&v, &[[0, 1, 2]], &base).unwrap().bijective);
    let moebius: Vec<[u32; 3]> = (0..5u32).map(|k| [k, (k + 1) % 5, (k + 2) % 5]).collect();
    let v: Vec<[f64; 3]> = (0..5).map(|k| [f64::from(k), f64::from(k * k), f64::from(k * k * k)]).collect();
    let found = parameterize(&v, &moebius, &base);
    assert!(matches!(found, Err(ParameterizeError::Surface(_))), "{found:?}");
}

#[test]
fn soups_are_merged() {
    let mesh = hemisphere();
    let vertices: Vec<[f64; 3]> = mesh.triangles.iter().flatten().map(|&v| mesh.vertices[v as usize]).collect();
    let triangles: Vec<[u32; 3]> = (0..mesh.triangles.len() as u32).map(|f| [3 * f, 3 * f + 1, 3 * f + 2]).collect();
    let found = parameterize(&vertices, &triangles, &areas()).unwrap();
    judge(&found);
    assert_eq!(found.charts.len(), 1);
    let alone = areas().merge(Merge::Never);
    let found = parameterize(&vertices, &triangles[..20], &alone).unwrap();
    assert_eq!(found.charts.len(), 20);
}

/// Same bits for one thread and three.
#[test]
fn threads_do_not_show() {
    let mesh = sock(3.0, 14);
    let with = |threads: usize, remesh: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options = areas().remesh(remesh);
        let found = pool.install(|| parameterize(&mesh.vertices, &mesh.triangles, &options).unwrap());
        let bits: Vec<_> = found.points.iter().map(|q| q.map(f64::to_bits)).collect();
        (bits, found.triangles, found.corners)
    };
    assert_eq!(with(1, false), with(3, false));
    assert_eq!(with(1, true), with(3, true));
}

/// Remeshed: judged like the others, with every vertex in use, a disk in each chart, and the
/// surface closed again along its cuts.
fn remeshed(mesh: &Mesh, options: &ParameterizeOptions) -> Parameterization {
    let options = options.clone().remesh(true);
    let found = parameterize(&mesh.vertices, &mesh.triangles, &options).expect("a surface");
    judge(&found);
    assert_eq!(found.triangles.len(), mesh.triangles.len());
    let set = |list: Vec<u32>| list.into_iter().collect::<std::collections::BTreeSet<u32>>();
    assert_eq!(set(found.triangles.concat()), set(mesh.triangles.concat()), "the same vertices");
    for chart in 0..found.charts.len() as u32 {
        let faces: Vec<[u32; 3]> =
            found.corners.iter().zip(&found.chart_of).filter(|(_, c)| **c == chart).map(|(t, _)| *t).collect();
        let side = |t: &[u32; 3], k: usize| (t[k].min(t[(k + 1) % 3]), t[k].max(t[(k + 1) % 3]));
        let edges: std::collections::BTreeSet<_> = faces.iter().flat_map(|t| (0..3).map(move |k| side(t, k))).collect();
        assert_eq!(set(faces.concat()).len() + faces.len(), edges.len() + 1, "Euler");
        let report = found.charts[chart as usize].remeshed.expect("a report");
        assert!(report.kept_edges <= report.edges && report.kept_triangles <= faces.len());
        assert_eq!((report.doubled, report.flat_in_space), (0, 0));
    }
    // One point of space for all points of a vertex, as wide a boundary as before.
    let rim = |triangles: &[[u32; 3]]| {
        let mut count: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for t in triangles {
            assert!(t[0] != t[1] && t[1] != t[2] && t[2] != t[0]);
            (0..3).for_each(|k| {
                let (a, b) = (t[k], t[(k + 1) % 3]);
                *count.entry((a.min(b), a.max(b))).or_default() += 1;
            });
        }
        assert!(count.values().all(|&c| c <= 2));
        count.into_iter().filter(|(_, c)| *c == 1).map(|(e, _)| e).collect::<Vec<_>>()
    };
    assert_eq!(rim(&found.triangles), rim(&mesh.triangles));
    found
}

#[test]
fn dual_triangles_of_every_shape() {
    let mesh = bumps(12);
    for boundary in [
        Boundary::Disk,
        Boundary::Square,
        Boundary::Polygon(vec![[0.0, 0.0], [3.0, 0.0], [4.0, 2.0], [1.0, 3.0]]),
        Boundary::Free,
    ] {
        let found = remeshed(&mesh, &areas().boundary(boundary.clone()));
        assert!(found.distortion.area_error < 0.02, "{boundary:?}: {}", found.distortion.area_error);
        let report = found.charts[0].remeshed.unwrap();
        assert!(report.kept_edges < report.edges, "{report:?}");
        // Areas kept are those of the new triangles.
        let area = |t: &[u32; 3]| {
            let [a, b, c] = t.map(|v| mesh.vertices[v as usize]);
            let (d, e) = ([0, 1, 2].map(|k| b[k] - a[k]), [0, 1, 2].map(|k| c[k] - a[k]));
            let n = [d[1] * e[2] - d[2] * e[1], d[2] * e[0] - d[0] * e[2], d[0] * e[1] - d[1] * e[0]];
            n.iter().map(|x| x * x).sum::<f64>().sqrt() / 2.0
        };
        let all: f64 = found.triangles.iter().map(area).sum();
        for (t, e) in found.triangles.iter().zip(&found.distortion.faces) {
            assert!((area(t) / all - e.share).abs() < 1e-12);
        }
        assert!((all / report.area[1] - 1.0).abs() < 1e-12);
    }
}

#[test]
fn dual_triangles_of_cut_surfaces() {
    let ring: Vec<[i32; 3]> = (0..9).filter(|k| *k != 4).map(|k| [k % 3, k / 3, 0]).collect();
    for mesh in [voxels(&ring, 3), voxels(&[[0, 0, 0], [1, 0, 0], [0, 1, 0]], 3), annulus(24, 5), sock(4.0, 20)] {
        let found = remeshed(&mesh, &areas());
        assert!(found.distortion.area_error < 0.1, "{}", found.distortion.area_error);
    }
    // Two charts, densities on triangles, a landmark.
    let mut two = hemisphere();
    let other = bumps(6);
    let place = two.vertices.len() as u32 + 24;
    two.append(&Mesh { vertices: other.vertices.iter().map(|p| [p[0] + 5.0, p[1], p[2]]).collect(), ..other });
    let density = (0..two.triangles.len()).map(|f| 1.0 + (f % 3) as f64).collect();
    let options =
        areas().target(Target::Face(density)).landmarks(vec![Landmark { vertex: place, at: [0.6, 0.5], weight: 1.0 }]);
    let found = remeshed(&two, &options);
    assert_eq!(found.charts.len(), 2);
    assert!(found.distortion.area_error < 0.1, "{}", found.distortion.area_error);
}

#[test]
fn one_triangle_is_its_own_dual() {
    let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.]];
    let options = areas().remesh(true);
    let found = parameterize(&v, &[[0, 1, 2]], &options).unwrap();
    judge(&found);
    assert_eq!(found.triangles, [[0, 1, 2]]);
}
