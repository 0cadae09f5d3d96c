//! Duals of diagrams on surfaces: closed forms, topology, and honesty where there are too few
//! sites.

use brenier::diagram::SurfaceDiagram;
use brenier::domain::{Facets, Surface, SurfaceDensity, spread_on};
use brenier::exact::Heights;
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use brenier::transport::{Positions, Remesh, remesh};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The dual of the Voronoi diagram of some sites.
fn voronoi(surface: &Arc<Surface>, sites: Vec<[f64; 3]>) -> Remesh {
    let problem = SurfaceProblem::new(SurfaceProblemData::new(surface.clone(), sites)).unwrap();
    let (heights, _) = Heights::from_weights(problem.sites(), &vec![0.0; problem.len()]);
    remesh(&problem, &heights, Positions::Sites).unwrap()
}

/// Triangles, each from its lowest vertex on, sorted.
fn canonical(triangles: &[[u32; 3]]) -> Vec<[u32; 3]> {
    let turned = |t: &[u32; 3]| {
        let first = (0..3).min_by_key(|&k| t[k]).unwrap();
        [0, 1, 2].map(|k| t[(first + k) % 3])
    };
    let mut all: Vec<[u32; 3]> = triangles.iter().map(turned).collect();
    all.sort_unstable();
    all
}

fn octahedron() -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let v = vec![[1., 0., 0.], [-1., 0., 0.], [0., 1., 0.], [0., -1., 0.], [0., 0., 1.], [0., 0., -1.]];
    let t = vec![[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]];
    (v, t)
}

/// Every triangle in four, vertices put on the unit sphere.
fn finer((mut v, t): (Vec<[f64; 3]>, Vec<[u32; 3]>)) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let mut middles = BTreeMap::new();
    let mut fine = Vec::new();
    for [a, b, c] in t {
        let [ab, bc, ca] = [(a, b), (b, c), (c, a)].map(|(a, b)| {
            *middles.entry((a.min(b), a.max(b))).or_insert_with(|| {
                let m = [0, 1, 2].map(|k| v[a as usize][k] + v[b as usize][k]);
                let r = m.iter().map(|c| c * c).sum::<f64>().sqrt();
                v.push(m.map(|c| c / r));
                v.len() as u32 - 1
            })
        });
        fine.extend([[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]);
    }
    (v, fine)
}

#[test]
fn sites_at_the_vertices_of_an_octahedron_give_it_back() {
    let (v, t) = octahedron();
    for steps in 0..4 {
        let (fine, triangles) = (0..steps).fold((v.clone(), t.clone()), |mesh, _| finer(mesh));
        let mesh = voronoi(&Arc::new(Surface::new(fine, triangles).unwrap()), v.clone());
        assert_eq!(canonical(&mesh.triangles), canonical(&t), "{steps}");
        assert_eq!(mesh.vertices, v);
        assert!(mesh.defects.is_empty() && mesh.is_same() == Some(true) && mesh.topology.misoriented.is_empty());
    }
    // And a finer one, from a finer one still.
    let (v, t) = finer(finer(octahedron()));
    let (fine, triangles) = finer((v.clone(), t.clone()));
    let mesh = voronoi(&Arc::new(Surface::new(fine, triangles).unwrap()), v);
    assert_eq!(canonical(&mesh.triangles), canonical(&t));
    assert_eq!(mesh.is_same(), Some(true));
}

fn torus(columns: u32, rows: u32, thin: f64) -> Surface {
    let mut vertices = Vec::new();
    let mut triangles = Vec::new();
    let at = |c: u32, r: u32| (c % columns) * rows + r % rows;
    for c in 0..columns {
        for r in 0..rows {
            let [u, v] =
                [f64::from(c) / f64::from(columns), f64::from(r) / f64::from(rows)].map(|x| std::f64::consts::TAU * x);
            let d = 1.0 + thin * v.cos();
            vertices.push([d * u.cos(), d * u.sin(), thin * v.sin()]);
            triangles.push([at(c, r), at(c + 1, r), at(c + 1, r + 1)]);
            triangles.push([at(c, r), at(c + 1, r + 1), at(c, r + 1)]);
        }
    }
    Surface::new(vertices, triangles).unwrap()
}

#[test]
fn a_torus_needs_sites_around_its_tube() {
    let surface = Arc::new(torus(60, 24, 0.4));
    let facets = Facets::of(&surface, &SurfaceDensity::Constant);
    let mesh = voronoi(&surface, spread_on(&facets, 400, 0));
    assert_eq!(mesh.is_same(), Some(true), "{:?}", mesh.defects);
    assert!(mesh.defects.is_empty());
    assert_eq!((mesh.topology.euler(), mesh.topology.components[0].genus()), (0, Some(1)));
    assert_eq!((mesh.vertices.len(), mesh.triangles.len()), (400, 800));
    assert!(mesh.topology.misoriented.is_empty());
    // Sites along the core circle: cells are pieces of the tube, and three never meet, or where
    // they do the mesh is no torus.
    let core: Vec<[f64; 3]> = (0..12).map(|k| f64::from(k) * 0.5).map(|a| [a.cos(), a.sin(), 0.001 * a]).collect();
    let mesh = voronoi(&surface, core);
    assert_eq!(mesh.is_same(), Some(false));
    assert_eq!(mesh.defects.holes.len(), 12);
    // A few sites: the mesh says that it is something else.
    let mesh = voronoi(&surface, spread_on(&facets, 7, 0));
    assert!(mesh.is_same() == Some(false) && !mesh.defects.is_empty());
}

#[test]
fn boundaries_and_components_are_kept() {
    // A square, and another one elsewhere; a grid of sites on each: ties are cut by the
    // perturbation.
    let v: Vec<[f64; 3]> =
        [0.0, 9.0].iter().flat_map(|z| [[0., 0.], [4., 0.], [4., 4.], [0., 4.]].map(|p| [p[0], p[1], *z])).collect();
    let surface = Arc::new(Surface::new(v, vec![[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6]]).unwrap());
    let sites = |z: f64| (0..16).map(move |k| [f64::from(k % 4) + 0.5, f64::from(k / 4) + 0.5, z]);
    let mesh = voronoi(&surface, sites(0.0).chain(sites(9.0)).collect());
    assert!(mesh.defects.is_empty() && mesh.is_same() == Some(true), "{:?}", mesh.defects);
    assert_eq!((mesh.triangles.len(), mesh.topology.components.len(), mesh.topology.loops()), (36, 2, 2));
    assert!(mesh.topology.misoriented.is_empty());
    // A row of sites: walls from border to border, which is no triangulation at all.
    let mesh = voronoi(&surface, (0..4).map(|k| [f64::from(k) + 0.5, 1.0, 0.0]).collect());
    assert_eq!((mesh.triangles.len(), mesh.is_same()), (0, Some(false)));
    // The cells of the second square are parts of those of the first.
    assert_eq!((mesh.defects.parts.len(), mesh.defects.walls.len()), (4, 3));
}

/// What is no manifold is not compared.
#[test]
fn three_sheets_at_an_edge_are_not_decided() {
    let v = vec![[0., 0., 0.], [0., 0., 1.], [1., 0., 0.], [-1., 1., 0.], [-1., -1., 0.]];
    let surface = Arc::new(Surface::new(v, vec![[0, 1, 2], [0, 1, 3], [0, 1, 4]]).unwrap());
    let facets = Facets::of(&surface, &SurfaceDensity::Constant);
    let mesh = voronoi(&surface, spread_on(&facets, 20, 0));
    assert_eq!(mesh.is_same(), None);
    assert_eq!(mesh.obstacle().unwrap().to_string(), "edge (0, 1) has 3 faces; surface must be an oriented 2-manifold");
}

/// Edelsbrunner and Shah's theorem: closed balls make the same topology. On spheres, tori and
/// disks, with as many sites as it takes, and fewer.
#[test]
fn closed_balls_make_the_same_topology() {
    let mut dice = ChaCha8Rng::seed_from_u64(11);
    let (ball, t) = (0..3).fold(octahedron(), |mesh, _| finer(mesh));
    let half: Vec<[u32; 3]> = t.iter().copied().filter(|t| t.iter().all(|&k| ball[k as usize][2] >= -1e-9)).collect();
    let surfaces = [
        Surface::new(ball.clone(), t).unwrap(),
        Surface::new(ball, half).unwrap(),
        torus(24, 12, 0.5),
        torus(30, 8, 0.2),
    ];
    let (mut balls, mut same, mut neither) = (0, 0, 0);
    for surface in surfaces.map(Arc::new) {
        let facets = Facets::of(&surface, &SurfaceDensity::Constant);
        for seed in 0..18 {
            let n = dice.random_range(3..120);
            let mut sites = spread_on(&facets, n, seed);
            let noise = [0.0, 0.02, 0.3][seed as usize % 3];
            sites.iter_mut().flatten().for_each(|c| *c += noise * (dice.random::<f64>() - 0.5));
            let problem = SurfaceProblem::new(SurfaceProblemData::new(surface.clone(), sites)).unwrap();
            let weights: Vec<f64> = (0..n).map(|_| 0.1 * noise * dice.random::<f64>()).collect();
            let (heights, _) = Heights::from_weights(problem.sites(), &weights);
            let mesh = remesh(&problem, &heights, Positions::Surface).unwrap();
            let is_same = mesh.is_same().unwrap();
            assert!(is_same || !mesh.defects.is_empty(), "{n} sites, seed {seed}");
            balls += usize::from(mesh.defects.is_empty());
            same += usize::from(is_same);
            neither += usize::from(!is_same);
            SurfaceDiagram::new(&problem, &heights).unwrap().validate(3).unwrap();
        }
    }
    assert!(balls > 15 && same >= balls && neither > 10, "{balls} {same} {neither}");
}
