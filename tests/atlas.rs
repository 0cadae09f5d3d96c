//! Atlases: charts by their stretch or number, their seams, and the room between them.

mod common;

use brenier::parameterize::{
    ATLAS_WEIGHT, Boundary, Miss, Parameterization, ParameterizeError, ParameterizeOptions, ParameterizeOutcome,
    ParameterizeProgress, parameterize, parameterize_with,
};
use brenier::transport::Control;
use common::judge::judge;
use common::shapes::{Mesh, bumps, voxels};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn atlas() -> ParameterizeOptions {
    ParameterizeOptions::default().area_weight(ATLAS_WEIGHT)
}

fn laid(mesh: &Mesh, options: &ParameterizeOptions) -> Parameterization {
    let found = parameterize(&mesh.vertices, &mesh.triangles, options).expect("a surface");
    assert_eq!(found.triangles, mesh.triangles);
    judge(&found);
    let told: Vec<_> = found.charts.iter().flat_map(|c| &c.misses).collect();
    assert!(told.is_empty(), "{told:?}");
    found
}

fn cube(parts: i32) -> Mesh {
    voxels(&[[0, 0, 0]], parts)
}

/// A cube blown up to a ball.
fn ball(parts: i32) -> Mesh {
    let mut mesh = cube(parts);
    for v in &mut mesh.vertices {
        let d = v.map(|x| x - 0.5);
        let l = d.iter().map(|x| x * x).sum::<f64>().sqrt();
        *v = d.map(|x| x / l);
    }
    mesh
}

/// An open tube of some sides and rings.
fn tube(sides: u32, rings: u32) -> Mesh {
    let mut mesh = Mesh::default();
    for k in 0..=rings {
        for s in 0..sides {
            let (sin, cos) = (f64::from(s) / f64::from(sides) * std::f64::consts::TAU).sin_cos();
            mesh.vertices.push([0.5 * cos, 0.5 * sin, 0.5 * f64::from(k)]);
        }
    }
    let at = |k: u32, s: u32| k * sides + s % sides;
    for (k, s) in (0..rings).flat_map(|k| (0..sides).map(move |s| (k, s))) {
        mesh.triangles.push([at(k, s), at(k, s + 1), at(k + 1, s)]);
        mesh.triangles.push([at(k, s + 1), at(k + 1, s + 1), at(k + 1, s)]);
    }
    mesh
}

/// Pairs of triangles that meet in an edge and lie in different charts.
fn seams(found: &Parameterization) -> Vec<[usize; 2]> {
    let mut at: BTreeMap<[u32; 2], usize> = BTreeMap::new();
    let mut list = Vec::new();
    for (f, t) in found.triangles.iter().enumerate() {
        for k in 0..3 {
            let (a, b) = (t[k], t[(k + 1) % 3]);
            if let Some(g) = at.insert([a.min(b), a.max(b)], f)
                && found.chart_of[f] != found.chart_of[g]
            {
                list.push([f, g]);
            }
        }
    }
    list
}

fn normal(mesh: &Mesh, f: usize) -> [f64; 3] {
    let [a, b, c] = mesh.triangles[f].map(|v| mesh.vertices[v as usize]);
    let (d, e) = ([0, 1, 2].map(|k| b[k] - a[k]), [0, 1, 2].map(|k| c[k] - a[k]));
    let n = [d[1] * e[2] - d[2] * e[1], d[2] * e[0] - d[0] * e[2], d[0] * e[1] - d[1] * e[0]];
    let l = n.iter().map(|x| x * x).sum::<f64>().sqrt();
    n.map(|x| x / l)
}

/// The sides of a cube unroll without stretch, three in a strip; not around a corner, where a
/// quarter of a turn is missing.
#[test]
fn a_cube_falls_apart_at_its_edges() {
    let mesh = cube(3);
    let found = laid(&mesh, &atlas().max_stretch(1.001));
    assert!((2..=6).contains(&found.charts.len()), "{}", found.charts.len());
    assert!(found.distortion.area_error < 1e-6 && found.distortion.stretch[2] < 1.001);
    for [f, g] in seams(&found) {
        let (m, n) = (normal(&mesh, f), normal(&mesh, g));
        assert!((0..3).map(|k| m[k] * n[k]).sum::<f64>() < 0.5, "a seam in a flat side: {f}, {g}");
    }
}

/// A tube is a developable annulus: two charts, and no stretch but that of its polygons.
#[test]
fn a_tube_unrolls() {
    let mesh = tube(10, 4);
    let found = laid(&mesh, &atlas().max_stretch(1.02));
    assert_eq!(found.charts.len(), 2);
    assert!(found.distortion.stretch[2] < 1.01 && found.distortion.area_error < 1e-3, "{:?}", found.distortion.stretch);
}

/// Every chart of a ball keeps to the bound, areas to a per cent; a lower bound has more charts.
#[test]
fn a_ball_keeps_to_the_bound() {
    let mesh = ball(4);
    let mut counts = Vec::new();
    for bound in [1.1, 1.4] {
        let found = laid(&mesh, &atlas().max_stretch(bound));
        let most = found.charts.iter().map(|c| c.stretches[2]).fold(0.0, f64::max);
        assert!(most <= bound, "{most}");
        assert!(found.distortion.stretch[2] <= bound && found.distortion.area_error < 1e-2);
        for c in &found.charts {
            assert!(
                c.stretches[0] <= c.stretches[1]
                    && c.stretches[1] <= c.stretches[2]
                    && (c.stretch - c.stretches[1]).abs() < 1e-9
            );
        }
        counts.push(found.charts.len());
    }
    // An equal-area map of a cap stretches by 1 / (1 - share): of the whole ball's 4 pi each chart
    // at 1.4 may have some 0.29, so that at least four are needed; twice that for good measure.
    assert!(counts[1] < counts[0] && (3..=9).contains(&counts[1]), "{counts:?}");
}

#[test]
fn the_number_of_charts_is_kept() {
    let mesh = ball(3);
    let few = laid(&mesh, &atlas().charts(3));
    let many = laid(&mesh, &atlas().charts(8));
    assert!(
        few.charts.len() <= 3 && (5..=8).contains(&many.charts.len()),
        "{} {}",
        few.charts.len(),
        many.charts.len()
    );
    assert!(many.distortion.stretch[1] < few.distortion.stretch[1]);
    // A closed surface has two at least; both at once: no more, and that they stretch is told.
    let found = parameterize(&mesh.vertices, &mesh.triangles, &atlas().charts(2).max_stretch(1.1)).unwrap();
    judge(&found);
    assert_eq!(found.charts.len(), 2);
    let told = found
        .charts
        .iter()
        .flat_map(|c| &c.misses)
        .all(|m| matches!(m, Miss::Bound { allowed, .. } if *allowed == 1.1));
    assert!(told && found.charts.iter().any(|c| !c.misses.is_empty()));
}

/// Boxes of charts are as far apart as they are to be, and half of it from the sides; what they do
/// not need they do not leave.
#[test]
fn padding_is_kept_in_texels() {
    let mut mesh = cube(2);
    mesh.append(&cube(2));
    for (padding, texture) in [(2.0, 64), (16.0, 256), (4.5, 1024)] {
        let found = laid(&mesh, &atlas().max_stretch(1.01).padding(padding).texture(texture));
        let gap = padding / f64::from(texture);
        let mut boxes = vec![[f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]; found.charts.len()];
        for (t, &c) in found.corners.iter().zip(&found.chart_of) {
            let b = &mut boxes[c as usize];
            for [x, y] in t.map(|p| found.points[p as usize]) {
                *b = [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)];
            }
        }
        let mut nearest = f64::INFINITY;
        for (k, a) in boxes.iter().enumerate() {
            let side = a[0].min(a[1]).min(1.0 - a[2]).min(1.0 - a[3]);
            assert!(side >= gap / 2.0, "{side}");
            for b in &boxes[..k] {
                let apart = (a[0] - b[2]).max(b[0] - a[2]).max(a[1] - b[3]).max(b[1] - a[3]);
                assert!(apart >= gap, "{apart} of {gap}");
                nearest = nearest.min(apart);
            }
        }
        assert!(nearest < 1.01 * gap, "{nearest} of {gap}");
        assert!(found.fill > 0.4, "{}", found.fill);
    }
    let error =
        parameterize(&mesh.vertices, &mesh.triangles, &atlas().charts(9).padding(60.0).texture(100)).unwrap_err();
    assert!(error.to_string().contains("take a larger texture or less padding"), "{error}");
}

/// Polygons stay whole, in an atlas and where a surface has to be cut open.
#[test]
fn seams_go_around_polygons() {
    // Triangles 2 k and 2 k + 1 are a square.
    let ring: Vec<[i32; 3]> = (0..9).filter(|k| *k != 4).map(|k| [k % 3, k / 3, 0]).collect();
    let mesh = voxels(&ring, 1);
    let polygons: Vec<u32> = (0..mesh.triangles.len() as u32 / 2).map(|k| 2 * k).collect();
    let diagonal = |k: usize| {
        let [a, b] = [2 * k, 2 * k + 1].map(|f| mesh.triangles[f].iter().copied().collect::<BTreeSet<u32>>());
        a.intersection(&b).count()
    };
    assert!((0..polygons.len()).all(|k| diagonal(k) == 2), "squares");
    for options in [atlas().max_stretch(1.05), ParameterizeOptions::default()] {
        let found = laid(&mesh, &options.polygons(polygons.clone()));
        for k in 0..polygons.len() {
            let points = |f: usize| found.corners[f].iter().copied().collect::<BTreeSet<u32>>();
            assert_eq!(points(2 * k).intersection(&points(2 * k + 1)).count(), 2, "square {k} is cut");
        }
    }
}

/// Surfaces of every kind become charts that are disks.
#[test]
fn surfaces_of_every_kind() {
    let eight: Vec<[i32; 3]> = (0..15).filter(|k| ![6, 8].contains(k)).map(|k| [k % 5, k / 5, 0]).collect();
    let mut mesh = voxels(&eight, 1);
    let far = bumps(4);
    mesh.append(&Mesh { vertices: far.vertices.iter().map(|p| [p[0] + 9.0, p[1], p[2]]).collect(), ..far });
    let found = laid(&mesh, &atlas().max_stretch(1.3));
    assert!(found.charts.iter().all(|c| c.proof.disk && c.genus == 0 && c.loops == 1));
    // Seams that are given are kept, too: a strip across the hill.
    let hill = bumps(6);
    let seam: Vec<[u32; 2]> = (0..6).map(|k| [3 * 7 + k, 3 * 7 + k + 1]).collect();
    let found = laid(&hill, &atlas().max_stretch(50.0).seams(seam));
    assert_eq!(found.charts.len(), 2);
    // One triangle.
    let one = Mesh { vertices: vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.]], triangles: vec![[0, 1, 2]] };
    assert_eq!(laid(&one, &atlas().max_stretch(1.1).padding(2.0)).charts.len(), 1);
}

/// Same bits for one thread and three.
#[test]
fn threads_do_not_show() {
    let mesh = ball(2);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| parameterize(&mesh.vertices, &mesh.triangles, &atlas().max_stretch(1.3)).unwrap());
        (found.points.iter().map(|q| q.map(f64::to_bits)).collect::<Vec<_>>(), found.corners, found.chart_of)
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let mesh = cube(1);
    let error = |options: ParameterizeOptions| match parameterize(&mesh.vertices, &mesh.triangles, &options) {
        Err(ParameterizeError::Atlas { why }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(error(atlas().max_stretch(1.0)), "the largest stretch is 1; give a number above 1, such as 1.2");
    assert_eq!(error(atlas().charts(0)), "there are to be 0 charts; give at least 1");
    assert!(error(atlas().charts(2).remesh(true)).starts_with("remeshing is for charts with a given boundary"));
    assert!(error(atlas().charts(2).certify(true)).starts_with("the proof of cells is for"));
    assert!(error(atlas().charts(2).boundary(Boundary::Square)).starts_with("boundaries of its charts are free"));
    assert!(error(atlas().padding(f64::NAN)).starts_with("padding is NaN of 1024 texels"));
}

/// Asked to stop at any time there are charts, one to one, and no more than at the beginning.
#[test]
fn whenever_it_is_stopped_there_are_charts() {
    let mesh = ball(4);
    let options = atlas().max_stretch(1.2);
    let whole = laid(&mesh, &options);
    let mut counts = Vec::new();
    for after in [0, 1, 3, 9, 27, 100_000] {
        let (mut calls, mut done) = (0, 0.0);
        let mut look = |p: &ParameterizeProgress| {
            assert!(p.done >= done && p.done <= 1.0 && p.charts > 0, "{p:?}");
            (calls, done) = (calls + 1, p.done);
            if calls > after { Control::Stop } else { Control::Continue }
        };
        let found = parameterize_with(&mesh.vertices, &mesh.triangles, &options, &mut look).unwrap();
        judge(&found);
        assert!(found.bijective, "{after}");
        if found.outcome == ParameterizeOutcome::Interrupted {
            assert_eq!(calls, after + 1, "nobody is asked again");
            counts.push(found.charts.len());
        } else {
            assert_eq!((found.outcome, &found.points), (ParameterizeOutcome::Done, &whole.points));
            assert!(found.charts.iter().all(|c| c.stopped.is_none()));
        }
    }
    assert!(counts.len() > 1 && counts.iter().all(|&n| n >= whole.charts.len()), "{counts:?}");
    let late = parameterize(&mesh.vertices, &mesh.triangles, &options.time_limit(Duration::ZERO)).unwrap();
    judge(&late);
    assert!(late.outcome == ParameterizeOutcome::TimeLimit && late.bijective);
    assert!(late.charts.iter().any(|c| c.misses.iter().any(|m| matches!(m, Miss::Stopped { .. }))));
}

/// Areas that an atlas promises and does not have are told; more weight mends them.
#[test]
fn areas_that_are_missed_are_told() {
    // A steep hill in one chart.
    let mut mesh = bumps(8);
    mesh.vertices.iter_mut().for_each(|p| p[2] *= 6.0);
    let error = |weight: f64| {
        let options = ParameterizeOptions::default().area_weight(weight).charts(1);
        let found = parameterize(&mesh.vertices, &mesh.triangles, &options).unwrap();
        judge(&found);
        let [c] = &found.charts[..] else { panic!("{} charts", found.charts.len()) };
        let said = c.misses.iter().find(|m| matches!(m, Miss::AtlasAreas { .. })).map(Miss::to_string);
        let off = if weight < ATLAS_WEIGHT { 0.1 } else { 0.01 };
        assert_eq!(said.is_some(), weight >= 10.0 && c.area_errors[2] > off, "{weight}: {:?}", c.area_errors);
        assert!(said.is_none_or(|s| s.contains("misses its areas: L1 error 0.") && s.contains("`--area-weight`")));
        c.area_errors[2]
    };
    let [few, usual, many] = [1.0, ATLAS_WEIGHT, 1e6].map(error);
    assert!(few > usual && usual > 0.01 && many < 0.5 * usual, "{few} {usual} {many}");
}
