//! The regular triangulation of space beside the cells of the diagram, which are cut one by one
//! with a tree of sites: two ways that have no line in common but the predicates' conventions.

use brenier::diagram::space::Wall;
use brenier::hull::space::SpaceHull;
use brenier::problem::Duplicates;
use brenier::{Heights, SpaceDiagram, SpaceDomain, SpaceProblem, SpaceProblemData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Walls of all cells in a large box are edges of the triangulation; and where a cell is bounded
/// within the box, they are all of them.
fn agree(sites: &[[f64; 3]], weights: &[f64], far: f64) -> usize {
    let domain = SpaceDomain::torus([-far; 3], [far; 3], [false; 3]).unwrap();
    let data = SpaceProblemData::new(domain, sites.to_vec()).duplicates(Duplicates::Keep);
    let problem = SpaceProblem::new(data).unwrap();
    let (heights, _) = Heights::from_weights(sites, weights);
    let diagram = SpaceDiagram::new(&problem, &heights).unwrap();
    let hull = SpaceHull::build(sites, &heights);
    assert_eq!(hull.validate(), Ok(()));
    let lists = hull.neighbor_lists();
    let mut whole = 0;
    for i in 0..sites.len() {
        let mut walls: Vec<u32> = diagram
            .faces(i)
            .filter_map(|face| match face.wall {
                Wall::Site(j, _) => Some(j),
                _ => None,
            })
            .collect();
        walls.sort_unstable();
        assert!(walls.iter().all(|j| lists.of(i).contains(j)), "{i}: {walls:?} {:?}", lists.of(i));
        if hull.is_hidden(i) {
            assert!(diagram.vertices(i).is_empty());
            continue;
        }
        let (star, bounded) = hull.star(i);
        let corners: Option<Vec<[f64; 3]>> = star.iter().map(|&t| hull.corner(t)).collect();
        let inside = |x: &[f64; 3]| x.iter().all(|v| v.abs() < 0.99 * far);
        let Some(corners) = corners.filter(|c| bounded && c.iter().all(inside)) else { continue };
        assert_eq!(walls, lists.of(i), "{i}");
        // One vertex a tetrahedron.
        let vertices = diagram.vertices(i);
        assert_eq!(vertices.len(), corners.len());
        for x in corners {
            let apart = |v: &[f64; 3]| (0..3).map(|k| (v[k] - x[k]).abs()).fold(0.0, f64::max);
            let size = x.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
            assert!(vertices.iter().any(|v| apart(v) < 1e-6 * size), "{i} {x:?}");
        }
        whole += 1;
    }
    whole
}

#[test]
fn neighbours_are_the_walls_of_cells() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut whole = 0;
    for spread in [0.0, 0.02, 0.1] {
        let sites: Vec<[f64; 3]> = (0..300).map(|_| [(); 3].map(|()| rng.random::<f64>() - 0.5)).collect();
        let weights: Vec<f64> = sites.iter().map(|_| spread * rng.random::<f64>()).collect();
        whole += agree(&sites, &weights, 1e3);
    }
    assert!(whole > 300, "{whole}");
}

/// All corners of all cubes are ties: both decide them by rank, so walls without area are the same.
#[test]
fn ties_of_grids_are_decided_alike() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut whole = 0;
    for round in 0..4 {
        let unit = [1.0, 0.1, 0.25, 1.0][round];
        let mut sites: Vec<[f64; 3]> =
            (0..125).map(|k| [k % 5, k / 5 % 5, k / 25].map(|v| (f64::from(v) - 2.0) * unit)).collect();
        (1..125).for_each(|k| sites.swap(k, rng.random_range(0..=k)));
        if round == 3 {
            sites.extend_from_within(10..20);
        }
        let weights: Vec<f64> =
            sites.iter().map(|_| if round == 2 { 0.0625 * f64::from(rng.random_range(0..3u8)) } else { 0.0 }).collect();
        whole += agree(&sites, &weights, 1e3);
    }
    assert!(whole > 80, "{whole}");
}

/// The best sites of random points, found in the tree, span tetrahedra that hold them only where
/// the cells are; and the site that wins at a corner's middle is one of its four.
#[test]
fn the_site_that_wins_near_a_corner_is_one_of_its_four() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let sites: Vec<[f64; 3]> = (0..400).map(|_| [(); 3].map(|()| rng.random())).collect();
    let weights: Vec<f64> = sites.iter().map(|_| 0.02 * rng.random::<f64>()).collect();
    let (heights, _) = Heights::from_weights(&sites, &weights);
    let domain = SpaceDomain::torus([0.0; 3], [1.0; 3], [false; 3]).unwrap();
    let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites.clone())).unwrap();
    let finder = SpaceDiagram::new(&problem, &heights).unwrap().finder();
    let hull = SpaceHull::build(&sites, &heights);
    let mut asked = 0;
    for t in hull.tetrahedra() {
        let Some(x) = hull.corner(t).filter(|x| x.iter().all(|v| (0.0..1.0).contains(v))) else { continue };
        let moved = x.map(|v| v + 1e-9 * (rng.random::<f64>() - 0.5));
        assert!(t.contains(&finder.site_of(&moved)), "{t:?} {x:?}");
        asked += 1;
    }
    assert!(asked > 1000, "{asked}");
}
