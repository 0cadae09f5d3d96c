//! Cells of solids and of tetrahedra as bodies: no faces inside, every edge used by two faces, and
//! volumes by the divergence theorem.

use brenier::diagram::space::{SpaceBody, Wall};
use brenier::{
    Heights, Solid, SolveOptions, SpaceDiagram, SpaceDomain, SpaceProblem, SpaceProblemData, TetMesh, solve,
};
use std::collections::HashMap;

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn within(&mut self, low: [f64; 3], high: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|k| low[k] + self.next() * (high[k] - low[k]))
    }
}

/// The surface of a union of unit cubes at these whole places.
fn cubes(places: &[[i32; 3]]) -> Solid {
    let mut numbers: HashMap<[i32; 3], u32> = HashMap::new();
    let (mut vertices, mut triangles) = (Vec::new(), Vec::new());
    for p in places {
        for axis in 0..3 {
            for up in [false, true] {
                let mut beside = *p;
                beside[axis] += if up { 1 } else { -1 };
                if places.contains(&beside) {
                    continue;
                }
                let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
                let ring = [[0, 0], [1, 0], [1, 1], [0, 1]].map(|[u, v]| {
                    let mut x = *p;
                    x[axis] += i32::from(up);
                    x[a] += u;
                    x[b] += v;
                    *numbers.entry(x).or_insert_with(|| {
                        vertices.push(x.map(f64::from));
                        vertices.len() as u32 - 1
                    })
                });
                let ring = if up { ring } else { [ring[0], ring[3], ring[2], ring[1]] };
                triangles.extend([[ring[0], ring[1], ring[2]], [ring[0], ring[2], ring[3]]]);
            }
        }
    }
    Solid::new(vertices, triangles).unwrap()
}

fn volume(body: &SpaceBody) -> f64 {
    let mut sum = 0.0;
    for face in &body.faces {
        let at = |k: usize| body.vertices[face.vertices[k] as usize];
        for k in 1..face.vertices.len() - 1 {
            let [a, b, c] = [at(0), at(k), at(k + 1)];
            sum += a[0] * (b[1] * c[2] - b[2] * c[1])
                + a[1] * (b[2] * c[0] - b[0] * c[2])
                + a[2] * (b[0] * c[1] - b[1] * c[0]);
        }
    }
    sum / 6.0
}

/// Every edge is used once in either direction; so the faces are closed.
fn closed(body: &SpaceBody) {
    let mut used: HashMap<(u32, u32), i32> = HashMap::new();
    for face in &body.faces {
        let ring = &face.vertices;
        for k in 0..ring.len() {
            *used.entry((ring[k], ring[(k + 1) % ring.len()])).or_default() += 1;
        }
    }
    for (&(a, b), &n) in &used {
        assert!(n == 1 && used.get(&(b, a)) == Some(&1), "edge {a} {b}: {n} times, back {:?}", used.get(&(b, a)));
    }
}

/// Bodies of all cells, proved closed and to fill the domain.
fn bodies(domain: SpaceDomain, sites: Vec<[f64; 3]>, solved: bool) -> Vec<Vec<SpaceBody>> {
    let n = sites.len();
    let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites)).unwrap();
    // Masses sum to one.
    let whole = 1.0 / problem.source_factor();
    let heights = match solved {
        true => solve(&problem, &SolveOptions::default()).heights,
        false => Heights::from_weights(problem.sites(), &vec![0.0; n]).0,
    };
    let diagram = SpaceDiagram::new(&problem, &heights).unwrap();
    let all: Vec<Vec<SpaceBody>> = (0..n).map(|i| diagram.bodies(i)).collect();
    let mut sum = 0.0;
    for (i, bodies) in all.iter().enumerate() {
        bodies.iter().for_each(closed);
        let own: f64 = bodies.iter().map(volume).sum();
        let told: f64 = bodies.iter().map(|b| b.volume).sum();
        let stated = diagram.body_moments(i).map_or(0.0, |m| m.0);
        assert!((own - stated).abs() < 1e-12 && (told - stated).abs() < 1e-12, "cell {i}: {own} {told} {stated}");
        for face in bodies.iter().flat_map(|b| &b.faces) {
            assert!(face.area > 0.0 && !matches!(face.wall, Wall::Site(j, _) if j as usize == i));
        }
        sum += own;
    }
    assert!((sum - whole).abs() < 1e-12 * (1.0 + whole), "{sum} {whole}");
    all
}

/// A box as a solid has the cells of the box: the same number of faces and vertices.
#[test]
fn a_cube_has_the_cells_of_the_box() {
    let mut r = Random(1);
    for n in [1, 2, 9, 40] {
        let sites: Vec<[f64; 3]> = (0..n).map(|_| r.within([0.0; 3], [2.0, 1.0, 1.0])).collect();
        let solid = SpaceDomain::of_parts(cubes(&[[0, 0, 0], [1, 0, 0]])).unwrap();
        let boxed = SpaceDomain::boxed([0.0; 3], [2.0, 1.0, 1.0]).unwrap();
        let (a, b) = (bodies(solid, sites.clone(), true), bodies(boxed, sites, true));
        for (a, b) in a.iter().zip(&b) {
            let count = |c: &[SpaceBody]| (c.len(), c[0].faces.len(), c[0].vertices.len());
            assert_eq!(count(a), count(b));
        }
    }
}

/// Bends, holes, hollows, and sites on the planes between parts.
#[test]
fn crooked_solids_have_closed_cells() {
    let mut r = Random(2);
    let mut ring: Vec<[i32; 3]> = (0..9).map(|k| [k % 3, k / 3, 0]).filter(|p| *p != [1, 1, 0]).collect();
    let bend = vec![[0, 0, 0], [1, 0, 0], [0, 1, 0]];
    let hollow: Vec<[i32; 3]> = (0..27).map(|k| [k % 3, k / 3 % 3, k / 9]).filter(|p| *p != [1, 1, 1]).collect();
    for places in [&bend, &ring, &hollow] {
        for n in [1, 3, 12] {
            let sites = (0..n).map(|_| r.within([0.0; 3], [3.0; 3])).collect();
            let all = bodies(SpaceDomain::of_parts(cubes(places)).unwrap(), sites, n > 1);
            assert!(n > 1 || all[0].len() == 1);
        }
        let grid = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(|k| 0.5 + f64::from(k))).collect();
        bodies(SpaceDomain::of_parts(cubes(places)).unwrap(), grid, false);
    }
    // A ring lies on its side as well.
    ring.iter_mut().for_each(|p| p.swap(0, 2));
    bodies(SpaceDomain::of_parts(cubes(&ring)).unwrap(), vec![[0.2, 0.3, 0.4], [0.7, 2.0, 2.0]], true);
}

/// The two arms of a U belong to one site, what joins them to the other one.
#[test]
fn a_cell_in_two_is_two_bodies() {
    let u = [[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0], [2, 1, 0]];
    let sites = vec![[1.5, 2.25, 0.5], [1.5, 0.25, 0.5]];
    let all = bodies(SpaceDomain::of_parts(cubes(&u)).unwrap(), sites, false);
    // The wall is y = 5/4.
    assert_eq!([all[0].len(), all[1].len()], [2, 1]);
    for arm in &all[0] {
        assert!((arm.volume - 0.75).abs() < 1e-13 && arm.faces.len() == 6 && arm.vertices.len() == 8);
    }
    assert!((all[1][0].volume - 3.5).abs() < 1e-13);
    // The planes of a U: left, right and below, the wall, three inside, and before and behind.
    let planes = |body: &SpaceBody| {
        let mut all: Vec<[i64; 4]> = Vec::new();
        for face in &body.faces {
            let x = body.vertices[face.vertices[0] as usize];
            let d: f64 = (0..3).map(|k| face.normal[k] * x[k]).sum();
            all.push([face.normal[0], face.normal[1], face.normal[2], d].map(|v| (v * 1e6).round() as i64));
        }
        all.sort_unstable();
        all.dedup();
        all.len()
    };
    assert_eq!(planes(&all[1][0]), 9);
}

/// Tetrahedra of a cube: cells are those of the box again.
#[test]
fn tetrahedra_have_no_faces_inside_of_cells() {
    let corners = (0..8).map(|k| [0, 1, 2].map(|a| f64::from((k >> a) & 1))).collect();
    let mesh = TetMesh::new(corners, vec![[0, 1, 2, 4], [3, 1, 2, 7], [5, 1, 4, 7], [6, 2, 4, 7], [1, 2, 4, 7]]);
    let mut r = Random(3);
    let sites: Vec<[f64; 3]> = (0..20).map(|_| r.within([0.0; 3], [1.0; 3])).collect();
    let a = bodies(SpaceDomain::of_parts(mesh.unwrap()).unwrap(), sites.clone(), true);
    let b = bodies(SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap(), sites, true);
    assert!(a.iter().zip(&b).all(|(a, b)| a.len() == 1 && a[0].faces.len() == b[0].faces.len()));
}
