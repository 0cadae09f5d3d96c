//! Own closed forms in space and on tori, each with its derivation; cells that were measured before
//! against cells cut afresh.

use brenier::diagram::Cells;
use brenier::domain::Body;
use brenier::exact::Dd;
use brenier::internals::diagram::space::{Shift, SpaceGround, SpaceLaguerre, Wall};
use brenier::{
    Heights, SolveOptions, SpaceDensity, SpaceDiagram, SpaceDomain, SpaceProblem, SpaceProblemData, certify, solve,
};
use std::sync::Arc;

#[path = "common/random.rs"]
mod random;
use random::Random;

fn near(what: &str, found: f64, stated: f64) {
    assert!((found - stated).abs() <= 2e-12 * stated.abs().max(1.0), "{what}: {found}, stated {stated}");
}

fn torus(max: [f64; 3]) -> SpaceDomain {
    SpaceDomain::torus([0.0; 3], max, [true; 3]).unwrap()
}

fn problem(domain: SpaceDomain, sites: Vec<[f64; 3]>, masses: Option<Vec<f64>>) -> SpaceProblem {
    SpaceProblem::new(SpaceProblemData::new(domain, sites).masses(masses)).unwrap()
}

fn exactly() -> SolveOptions {
    SolveOptions::default().tolerance(1e-13)
}

fn unweighted(problem: &SpaceProblem) -> SpaceDiagram {
    let weights = vec![0.0; problem.len()];
    SpaceDiagram::new(problem, &Heights::from_weights(problem.sites(), &weights).0).unwrap()
}

/// A lattice on a torus: the areas of the faces of each cell in ascending order, with how many have
/// it; the diagonal of the second moments.
struct Lattice {
    name: &'static str,
    max: [f64; 3],
    sites: Vec<[f64; 3]>,
    areas: Vec<(usize, f64)>,
    moments: Option<[f64; 3]>,
    trace: f64,
    /// Vertices, edges and faces of the complex on the torus.
    counts: [usize; 3],
}

/// Volumes from heights of pyramids over faces: `v = sum A h / 3`. Second moments from those of
/// Conway and Sloane, `int |x|^2 = 3 G v^(5/3)`, the same along all axes where the group is cubic.
fn lattices() -> Vec<Lattice> {
    let (r2, r3) = (2f64.sqrt(), 3f64.sqrt());
    let fcc_trace = |v: f64| 3.0 * 2f64.powf(-11.0 / 3.0) * v.powf(5.0 / 3.0);
    let bcc_trace = 3.0 * 19.0 / (192.0 * 2f64.cbrt()) * 0.5f64.powf(5.0 / 3.0);
    let prism = 0.8;
    vec![
        // Rhombic dodecahedra, v = 1/4: 12 faces at distance sqrt 2 / 4 have A = 3 v / (12 h). In
        // the unit cell 1 octahedral and 2 tetrahedral holes a site are vertices; of 24 edges each
        // is in 3 cells, of 12 faces each in 2.
        Lattice {
            name: "fcc",
            max: [1.0; 3],
            sites: vec![[0.0; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]],
            areas: vec![(12, 0.25 * 3.0 / 12.0 / (r2 / 4.0))],
            moments: Some([fcc_trace(0.25) / 3.0; 3]),
            trace: fcc_trace(0.25),
            counts: [12, 32, 24],
        },
        // The same one, seen as a body-centred tetragonal lattice with sides 1, 1, sqrt 2.
        Lattice {
            name: "fcc, tetragonal",
            max: [1.0, 1.0, r2],
            sites: vec![[0.1, 0.2, 0.3], [0.6, 0.7, 0.3 + 0.5 * r2]],
            areas: vec![(12, 0.25 * r2)],
            moments: None,
            trace: fcc_trace(0.5 * r2),
            counts: [0; 3],
        },
        // Truncated octahedra with edges sqrt 2 / 4: 6 squares, 8 hexagons of area 3 sqrt 3 / 2
        // edge^2.
        Lattice {
            name: "bcc",
            max: [1.0; 3],
            sites: vec![[0.25; 3], [0.75; 3]],
            areas: vec![(6, 0.125), (8, 3.0 * r3 / 16.0)],
            moments: Some([bcc_trace / 3.0; 3]),
            trace: bcc_trace,
            counts: [12, 24, 14],
        },
        // Trapezo-rhombic dodecahedra with v = 1 / sqrt 2: all faces at distance 1/2, of one area,
        // since they are halves of rhombic dodecahedra, one turned.
        Lattice {
            name: "hcp",
            max: [1.0, r3, (8.0f64 / 3.0).sqrt()],
            sites: vec![
                [0.0, 0.0, 0.0],
                [0.5, 0.5 * r3, 0.0],
                [0.5, r3 / 6.0, 0.5 * (8.0f64 / 3.0).sqrt()],
                [0.0, 2.0 * r3 / 3.0, 0.5 * (8.0f64 / 3.0).sqrt()],
            ],
            areas: vec![(12, 0.25 * r2)],
            moments: None,
            trace: fcc_trace(0.5 * r2),
            counts: [0; 3],
        },
        // Hexagonal prisms: sides of length 1 / sqrt 3, hexagons of area sqrt 3 / 2. The hexagon
        // has int |x|^2 = 5 a^2 / (18 sqrt 3), half of it along each axis.
        Lattice {
            name: "simple hexagonal",
            max: [1.0, r3, prism],
            sites: vec![[0.1, 0.1, 0.4], [0.6, 0.1 + 0.5 * r3, 0.4]],
            areas: vec![(6, prism / r3), (2, 0.5 * r3)],
            moments: Some([
                5.0 / (36.0 * r3) * 0.75 * prism,
                5.0 / (36.0 * r3) * 0.75 * prism,
                0.5 * r3 * prism.powi(3) / 12.0,
            ]),
            trace: 5.0 / (18.0 * r3) * 0.75 * prism + 0.5 * r3 * prism.powi(3) / 12.0,
            counts: [4, 10, 8],
        },
        // Bricks.
        Lattice {
            name: "orthorhombic",
            max: [1.0, 1.5, 0.5],
            sites: vec![[0.9, 0.1, 0.4]],
            areas: vec![(2, 0.5), (2, 0.75), (2, 1.5)],
            moments: Some([1.0, 2.25, 0.25].map(|s| 0.75 * s / 12.0)),
            trace: 0.75 * 3.5 / 12.0,
            counts: [1, 3, 3],
        },
        // Sites of a square lattice on edge: square prisms of side 1 / sqrt 2.
        Lattice {
            name: "columns",
            max: [1.0; 3],
            sites: vec![[0.0, 0.0, 0.5], [0.5, 0.5, 0.5]],
            areas: vec![(2, 0.5), (4, 0.5 * r2)],
            moments: Some([0.5 * 0.5 / 12.0, 0.5 * 0.5 / 12.0, 0.5 / 12.0]),
            trace: 1.0 / 12.0,
            counts: [2, 6, 6],
        },
        // Diamond: triakis truncated tetrahedra, v = 1/8. The plane at h = sqrt 3 / 8 towards a
        // neighbour is cut by those of the other three neighbours, and by those at sqrt 2 / 4 of
        // the three next ones that are on its side: all at r = sqrt 6 / 8 from its middle, from r
        // sqrt(1/3) + h sqrt(2/3) = sqrt 2 / 4 and r sqrt(8) / 3 - h / 3 = h. So it is a regular
        // hexagon, of area 2 sqrt 3 r^2 = 3 sqrt 3 / 16, and 12 triangles have the rest.
        Lattice {
            name: "diamond",
            max: [1.0; 3],
            sites: [[0.0; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]]
                .into_iter()
                .flat_map(|y: [f64; 3]| [y, y.map(|x| x + 0.25)])
                .collect(),
            areas: vec![
                (12, (0.125 - 4.0 * (3.0 * r3 / 16.0) * (r3 / 8.0) / 3.0) / (12.0 * (r2 / 4.0) / 3.0)),
                (4, 3.0 * r3 / 16.0),
            ],
            moments: None,
            trace: 0.0,
            counts: [0; 3],
        },
    ]
}

/// Volumes, areas and second moments of cells, and how many vertices, edges and faces they share.
#[test]
fn lattices_have_their_cells() {
    for Lattice { name, max, sites, areas, moments, trace, counts } in lattices() {
        let n = sites.len();
        let volume = max.iter().product::<f64>() / n as f64;
        let problem = problem(torus(max), sites, None);
        let d = unweighted(&problem);
        for i in 0..n {
            let mut found: Vec<f64> = d.faces(i).map(|f| f.area).filter(|a| *a > 1e-9).collect();
            found.sort_by(f64::total_cmp);
            let stated: Vec<f64> = areas.iter().flat_map(|&(n, a)| vec![a; n]).collect();
            let mut stated = stated;
            stated.sort_by(f64::total_cmp);
            assert_eq!(found.len(), stated.len(), "{name}: {found:?}");
            found.iter().zip(&stated).for_each(|(a, b)| near(name, *a, *b));
            let (v, c, m) = d.body_moments(i).unwrap();
            near(name, v, volume);
            // Lattices are the same seen backwards, and diamond's cells have tetrahedral symmetry.
            (0..3).for_each(|k| near(name, c[k], problem.sites()[i][k]));
            if trace > 0.0 {
                near(name, m[0][0] + m[1][1] + m[2][2], trace);
            }
            if let Some(moments) = moments {
                (0..3).for_each(|k| near(name, m[k][k], moments[k]));
            }
        }
        let all = d.complex().unwrap();
        let own = [all.vertices.len(), all.edges.len(), all.faces.len()];
        let found = [0, 1, 2].map(|k| own[k] - all.twins[k].len());
        // Euler's characteristic of a torus.
        assert_eq!(found[0] + found[2], found[1] + n, "{name}: {found:?}");
        if counts != [0; 3] {
            assert_eq!(found, counts, "{name}");
        }
        let s = solve(&problem, &exactly());
        if trace > 0.0 {
            near(name, s.cost, n as f64 * trace / (volume * n as f64));
        }
        assert!(certify(&problem, &s.heights, 5).unwrap().total_is_domain);
    }
}

/// Two kinds of sites alternate on a cubic lattice of spacing 1. With weights that differ by `w`
/// the walls between them are `(1 + w) / 2` from the heavier ones, and those between these, at
/// `sqrt 2`, cut their edges off: lighter cells are cubes of side `1 - w`.
#[test]
fn rock_salt() {
    for w in [0.0, 0.1, 0.5] {
        let sites: Vec<[f64; 3]> = (0..8).map(|k| [0, 1, 2].map(|a| 0.5 + f64::from((k >> a) & 1))).collect();
        let light = (1.0f64 - w).powi(3);
        let masses = (0..8u32).map(|k| if k.count_ones() % 2 == 0 { light } else { 2.0 - light });
        let problem = problem(torus([2.0; 3]), sites, Some(masses.collect()));
        let s = solve(&problem, &exactly());
        near("weights", s.weights[1] - s.weights[0], w);
        let d = SpaceDiagram::new(&problem, &s.heights).unwrap();
        let faces = |i: usize| d.faces(i).filter(|f| f.area > 1e-9).count();
        assert_eq!((faces(0), faces(1)), if w > 0.0 { (6, 18) } else { (6, 6) });
        let m = d.body_moments(0).unwrap().2;
        near("moment", m[0][0], (1.0 - w).powi(5) / 12.0);
        certify(&problem, &s.heights, 5).unwrap();
    }
}

/// Sites on a grid with masses that are products: cells are products of intervals, and the cost is
/// a sum over axes of those of the line.
#[test]
fn products_of_lines() {
    let lines = [
        (vec![0.2, 0.9], vec![0.25, 0.75]),
        (vec![0.1, 0.3, 0.35], vec![0.5, 0.125, 0.375]),
        (vec![0.4, 0.7], vec![0.5, 0.5]),
    ];
    let (mut sites, mut masses) = (Vec::new(), Vec::new());
    for (i, x) in lines[0].0.iter().enumerate() {
        for (j, y) in lines[1].0.iter().enumerate() {
            for (k, z) in lines[2].0.iter().enumerate() {
                sites.push([*x, *y, *z]);
                masses.push(lines[0].1[i] * lines[1].1[j] * lines[2].1[k]);
            }
        }
    }
    let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    let problem = problem(cube, sites, Some(masses));
    let s = solve(&problem, &exactly());
    let line = |(y, nu): &(Vec<f64>, Vec<f64>)| {
        let mut at = 0.0;
        let parts = y.iter().zip(nu).map(|(y, m)| {
            let middle = at + 0.5 * m;
            at += m;
            m.powi(3) / 12.0 + m * (middle - y).powi(2)
        });
        parts.sum::<f64>()
    };
    near("cost", s.cost, lines.iter().map(line).sum());
    // The first cell: 0 to 1/4, 0 to 1/2, 0 to 1/2.
    let c = s.centroids[0].unwrap();
    [0.125, 0.25, 0.25].iter().enumerate().for_each(|(k, x)| near("centroid", c[k], *x));
}

/// A grid of 2 x 3 x 2 boxes, in which up to eight cells meet: every corner is one vertex. A ball
/// has the characteristic 1.
#[test]
fn a_grid_is_one_complex() {
    let domain = SpaceDomain::boxed([0.0; 3], [1.0, 0.75, 1.0]).unwrap();
    let at =
        |k: u32| [0.25 + 0.5 * f64::from(k % 2), 0.125 + 0.25 * f64::from(k / 2 % 3), 0.25 + 0.5 * f64::from(k / 6)];
    let all = unweighted(&problem(domain, (0..12).map(at).collect(), None)).complex().unwrap();
    assert_eq!((all.vertices.len(), all.edges.len(), all.faces.len()), (36, 75, 52));
    assert_eq!(all.vertices.len() + all.faces.len(), all.edges.len() + all.cells.len() + 1);
}

/// Walls across axes, wherever these are periodic: one site, and two that are cut in the middle.
#[test]
fn boxes_with_some_periodic_axes() {
    // One site: cut half a period away along x, by the walls along y and z.
    let domain = SpaceDomain::torus([0.0; 3], [1.0, 2.0, 1.0], [true, false, false]).unwrap();
    let one = problem(domain, vec![[0.8, 0.5, 0.25]], Some(vec![1.0]));
    let s = solve(&one, &exactly());
    near("one", s.cost, 1.0 / 12.0 + 4.0 / 12.0 + 0.25 + 1.0 / 12.0 + 0.0625);
    let c = s.centroids[0].unwrap();
    [0.8, 1.0, 0.5].iter().enumerate().for_each(|(k, x)| near("centroid", c[k], *x));
    // Two along a periodic axis: slabs with two walls, turned to where the mean distance is 0.
    let domain = SpaceDomain::torus([0.0; 3], [1.0; 3], [true, true, false]).unwrap();
    let two = problem(domain, vec![[0.125, 0.5, 0.5], [0.25, 0.5, 0.5]], Some(vec![0.25, 0.75]));
    let s = solve(&two, &exactly());
    // Centres half a period apart; the first at a, the second at a + 1/2 or a - 1/2: a shift of the
    // chain with 0.25 (a - 0.125) + 0.75 (a + 0.5 - 0.25) = 0, or with - 0.5.
    let cost = |sign: f64| {
        let a = 0.25 * 0.125 + 0.75 * (0.25 - 0.5 * sign);
        0.25 * (a - 0.125f64).powi(2) + 0.75 * (a + 0.5 * sign - 0.25f64).powi(2)
    };
    let slabs = 0.25f64.powi(3) / 12.0 + 0.75f64.powi(3) / 12.0 + 2.0 / 12.0;
    near("two", s.cost, slabs + cost(1.0).min(cost(-1.0)));
    let d = SpaceDiagram::new(&two, &s.heights).unwrap();
    let walls: Vec<Wall> = d.faces(0).filter(|f| f.area > 1e-9).map(|f| f.wall).collect();
    let to_other = walls.iter().filter(|w| matches!(w, Wall::Site(1, _))).count();
    let to_own = walls.iter().filter(|w| matches!(w, Wall::Site(0, _))).count();
    assert_eq!((to_other, to_own, walls.len()), (2, 2, 6));
}

/// `rho = x + 1/2` on the cube, cut across x where `t^2 / 2 + t / 2 = 1/2`.
#[test]
fn a_slope_cut_in_two() {
    let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    let data = SpaceProblemData::new(cube, vec![[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]])
        .density(SpaceDensity::Affine { g: [1.0, 0.0, 0.0], c: 0.5 });
    let problem = SpaceProblem::new(data).unwrap();
    let s = solve(&problem, &exactly());
    let t = 0.5 * (5f64.sqrt() - 1.0);
    // The wall 2 x (1/2) = |y_1|^2 - w_1 - |y_0|^2 + w_0.
    near("weights", s.weights[0] - s.weights[1], t - 0.5);
    let first = t.powi(3) / 3.0 + t.powi(2) / 4.0;
    near("centroid", s.centroids[0].unwrap()[0], 2.0 * first);
}

/// A tetrahedron with a site in each corner, and an octahedron with six: equal parts by symmetry.
#[test]
fn solids_by_symmetry() {
    let corner = |k: usize| [0, 1, 2].map(|a| if k == a { 1.0 } else { 0.0 });
    // Alternating corners of a cube.
    let regular = vec![[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
    let mut six: Vec<[f64; 3]> = (0..3).map(corner).collect();
    six.extend((0..3).map(|k| corner(k).map(|x: f64| -x)));
    // Of a simplex about its centroid int |x|^2 = v sum |v_a|^2 / 20; of volumes 8/3 and 4/3.
    for (corners, volume) in [(regular, 8.0 / 3.0), (six, 4.0 / 3.0)] {
        let n = corners.len();
        let domain = SpaceDomain::of_body(Body::hull(corners.clone()).unwrap());
        let all = problem(domain.clone(), corners.clone(), Some(vec![volume / n as f64; n]));
        let s = solve(&all, &exactly());
        s.weights.iter().for_each(|w| near("weight", *w, s.weights[0]));
        let along = |i: usize| -> f64 { (0..3).map(|k| s.centroids[i].unwrap()[k] * corners[i][k]).sum() };
        (0..n).for_each(|i| near("centroid", along(i), along(0)));
        let one = problem(domain, vec![[0.0; 3]], Some(vec![volume]));
        let s = solve(&one, &exactly());
        // The octahedron is 8 simplices with a corner in its middle: int x_k^2 = v / 10 each.
        let stated = if n == 4 { volume * 12.0 / 20.0 } else { volume * 3.0 / 10.0 };
        near("one site", s.cost, stated);
    }
}

/// Far from the seam a torus is the space: cells that touch neither the seam nor a wall are the
/// same in the box.
#[test]
fn far_from_the_seam() {
    let mut r = Random(77);
    let sites: Vec<[f64; 3]> = (0..400).map(|_| [r.next(), r.next(), r.next()]).collect();
    let weights: Vec<f64> = (0..400).map(|_| 0.003 * r.next()).collect();
    let heights = Heights::from_weights(&sites, &weights).0;
    let of = |periodic: bool| {
        let domain = SpaceDomain::torus([0.0; 3], [1.0; 3], [periodic; 3]).unwrap();
        SpaceDiagram::new(&problem(domain, sites.clone(), None), &heights).unwrap()
    };
    let (round, flat) = (of(true), of(false));
    let mut inner = 0;
    for i in 0..400 {
        let near_seam = round.faces(i).any(|f| matches!(f.wall, Wall::Site(_, s) if s != Shift::NONE));
        let near_wall = flat.faces(i).any(|f| matches!(f.wall, Wall::Domain(_)));
        if near_seam || near_wall {
            continue;
        }
        inner += 1;
        let walls = |d: &SpaceDiagram| d.faces(i).map(|f| f.wall).collect::<Vec<_>>();
        assert_eq!(walls(&round), walls(&flat));
        near("volume", round.masses()[i], flat.masses()[i]);
        let (a, b) = (Cells::centroids(&round)[i].unwrap(), Cells::centroids(&flat)[i].unwrap());
        (0..3).for_each(|k| near("centroid", a[k], b[k]));
    }
    assert!(inner > 60, "{inner}");
}

/// Cells that are tried with the corners that they had are those that are cut afresh, to the bit:
/// after small changes of the heights, after large ones, with cells that vanish and come back.
#[test]
fn warm_cells_are_cold_ones() {
    let mut r = Random(4);
    let torus = torus([1.0, 0.75, 1.0]);
    let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    let rows = (0..12).map(|k| {
        let t = f64::from(k) * 0.55;
        [t.cos(), t.sin(), 0.3 * (3.0 * t).sin(), 1.0]
    });
    let body = Body::of_halfspaces(rows.chain([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, -1.0, 1.0]]).collect()).unwrap();
    for domain in [torus, cube, SpaceDomain::of_body(body)] {
        let (low, high) = domain.bounds();
        let at = |r: &mut Random| [0, 1, 2].map(|k| low[k] + (high[k] - low[k]) * r.next());
        let mut sites: Vec<[f64; 3]> = (0..120).map(|_| at(&mut r)).collect();
        // A part of them on a grid, where doubles tell nothing.
        sites.extend((0..27).map(|k| {
            let place = [k % 3, k / 3 % 3, k / 9].map(f64::from);
            [0, 1, 2].map(|a| low[a] + (high[a] - low[a]) * (0.25 + 0.25 * place[a]))
        }));
        let ground = Arc::new(SpaceGround::new(&domain, &SpaceDensity::Constant, 1.0));
        let mut live = SpaceLaguerre::<3>::new(ground.clone(), &sites);
        let mut weights = vec![0.0; sites.len()];
        let mut hidden = 0;
        for round in 0..12 {
            let size = [1e-9, 1e-4, 0.02, 0.3, 1e-3, 0.0][round % 6];
            weights.iter_mut().for_each(|w| *w += size * (r.next() - 0.5));
            let heights = Heights::from_weights(live.points(), &weights).0;
            let (warm, _) = live.integrals(&heights, round % 2 == 0);
            let (cold, _) = SpaceLaguerre::<3>::new(ground.clone(), &sites).integrals(&heights, false);
            assert_eq!((&warm.mass, &warm.graph, warm.hidden), (&cold.mass, &cold.graph, cold.hidden));
            hidden += warm.hidden;
        }
        assert!(hidden > 20, "{hidden}");
    }
}

/// The same where few cells change, so that most are not looked at again: what lies beside them is
/// found.
#[test]
fn cells_beside_changed_ones_are_found() {
    let mut r = Random(11);
    let cube = SpaceDomain::boxed([0.0; 3], [1.0, 1.0, 0.5]).unwrap();
    let skew = torus([1.0, 0.75, 1.0]).with_metric(&[2.0, 1.0, 1.5, 0.25, 0.0, 0.5]).unwrap();
    let square = |y: &[f64; 3], is_skew: bool| match is_skew {
        true => 2.0 * y[0] * y[0] + y[1] * y[1] + 1.5 * y[2] * y[2] + y[0] * y[1] + 0.5 * y[1] * y[2],
        false => y.iter().map(|y| y * y).sum(),
    };
    for (domain, is_skew) in [(cube, false), (torus([1.0, 0.75, 1.0]), false), (skew, true)] {
        let (low, high) = domain.bounds();
        let at = |r: &mut Random| [0, 1, 2].map(|k| low[k] + (high[k] - low[k]) * r.next());
        let sites: Vec<[f64; 3]> = (0..300).map(|_| at(&mut r)).collect();
        let ground = Arc::new(SpaceGround::new(&domain, &SpaceDensity::Constant, 1.0));
        let mut live = SpaceLaguerre::<3>::new(ground.clone(), &sites);
        // Some cells are hidden, others about to be.
        let mut weights: Vec<f64> = (0..300).map(|_| 0.03 * (r.next() - 0.5)).collect();
        let (mut calm, mut hidden) = (0, (usize::MAX, 0));
        for round in 0..60 {
            // Some sites at a time.
            let size = [1e-6, 1e-5, 1e-4, 5e-4][round % 4];
            for w in &mut weights {
                let moved = r.next() < 0.2;
                *w += if moved { size * (r.next() - 0.5) } else { 0.0 };
            }
            let height = |(y, w): (&[f64; 3], &f64)| Dd::from_f64(0.5 * (w - square(y, is_skew)));
            let heights = Heights::new(live.points().iter().zip(&weights).map(height));
            let (warm, _) = live.integrals(&heights, false);
            calm += usize::from((1..=300 / 8).contains(&live.changed()));
            let (cold, _) = SpaceLaguerre::<3>::new(ground.clone(), &sites).integrals(&heights, false);
            assert_eq!((&warm.mass, &warm.graph, warm.hidden), (&cold.mass, &cold.graph, cold.hidden));
            hidden = (hidden.0.min(warm.hidden), hidden.1.max(warm.hidden));
        }
        assert!(calm > 15 && 0 < hidden.0 && hidden.0 < hidden.1, "{calm} {hidden:?}");
    }
}
