//! The singular set where it is known by hand (docs/theory/map.md).

mod common;

use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{BrenierMap, SingularOptions, SolveOptions, StrandEnd, solve};
use common::cases;
use std::f64::consts::{PI, TAU};

fn solved(domain: ConvexPolygon, sites: Vec<[f64; 2]>, masses: Option<Vec<f64>>) -> BrenierMap {
    let problem = Problem::new(ProblemData::new(domain, sites).masses(masses)).unwrap();
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged, "{:?}", solution.report.outcome);
    BrenierMap::new(&problem, &solution.heights).unwrap()
}

/// [-1, 1] x [0, 1] onto two rectangles that have moved apart by 2 g: T = x + g sign(x_1) e_1, the
/// jump across x_1 = 0 is 2 g and the spacing.
#[test]
fn a_split_rectangle_jumps_across_its_middle() {
    let g = 0.5;
    for m in [10, 20] {
        let s = 1.0 / f64::from(m);
        let cell = |k: u32| [(f64::from(k % (2 * m)) + 0.5) * s - 1.0, (f64::from(k / (2 * m)) + 0.5) * s];
        let sites = (0..2 * m * m).map(cell).map(|c| [c[0] + g * c[0].signum(), c[1]]).collect();
        let map = solved(ConvexPolygon::rectangle([-1.0, 0.0], [1.0, 1.0]).unwrap(), sites, None);
        let set = map.singular(&SingularOptions::default());
        assert!((set.threshold.median - 1.0).abs() < 1e-6, "{:?}", set.threshold);
        assert_eq!((set.walls.len(), set.strands.len(), set.components), (m as usize, 1, 1));
        for w in &set.walls {
            assert!((w.jump - (2.0 * g + s)).abs() < 1e-12 && (w.ratio - (2.0 * g + s) / s).abs() < 1e-6);
            assert!(w.ends.iter().all(|e| e[0].abs() < 1e-9));
        }
        let strand = &set.strands[0];
        assert_eq!(strand.ends, [StrandEnd::Boundary; 2]);
        assert!((strand.length - 1.0).abs() < 1e-9 && strand.points.len() == m as usize + 1);
    }
}

/// K01, with the threshold by hand: at this resolution the jump is only twice what is usual.
#[test]
fn the_two_columns_of_k01() {
    let case = cases::shipped().into_iter().find(|c| c.id == "K01").unwrap();
    let map = BrenierMap::new(&case.problem(), &case.library_heights().0).unwrap();
    let set = map.singular(&SingularOptions::default().ratio(Some(3.0)));
    assert_eq!(set.torn(), [[2, 4], [3, 5]]);
    assert!(set.walls.iter().all(|w| w.jump == 2.0 && w.ratio == 4.0));
    assert_eq!(set.strands.len(), 1);
    assert_eq!((set.strands[0].length, set.strands[0].ends), (2.0, [StrandEnd::Boundary; 2]));
    // Without its singular walls the triangulation has two parts: two squares, two triangles each.
    let extension = map.extension(&set.torn());
    assert_eq!((extension.triangles().len(), extension.dropped()), (4, 2));
    assert_eq!([-0.1, 0.1].map(|x| extension.at([x, 0.0]).unwrap().0[0]), [-1.0, 1.0]);
}

/// Two blobs of masses 3/10 and 7/10: the singular set is the line of that quantile.
#[test]
fn unequal_blobs_are_parted_at_the_quantile() {
    let mut sites = Vec::new();
    for (x, y) in (0..10).flat_map(|x| (0..10).map(move |y| (f64::from(x), f64::from(y)))) {
        sites.push([if x < 3.0 { 0.1 * x } else { 3.0 + 0.1 * x }, 0.1 * y]);
    }
    let map = solved(ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap(), sites, None);
    let set = map.singular(&SingularOptions::default());
    assert_eq!((set.walls.len(), set.strands.len()), (10, 1));
    assert!(set.strands[0].points.iter().all(|p| (p[0] - 0.3).abs() < 1e-9));
}

/// The unit disc onto the ring a < |y| < b: T = f(r) e_r, f^2 = a^2 + r^2 (b^2 - a^2); the only
/// singular point is the centre.
#[test]
fn a_ring_tears_the_disc_in_one_point() {
    let (a, b) = (1.0f64, 2.0f64);
    let f = |r: f64| (a * a + r * r * (b * b - a * a)).sqrt();
    let (rings, around) = (16, 40);
    let mut sites = Vec::new();
    for k in 0..rings {
        // Rings of equal mass; each site in the middle of its share.
        let r = ((f64::from(k) + 0.5) / f64::from(rings)).sqrt();
        for j in 0..around {
            let angle = TAU * (f64::from(j) + 0.5 * f64::from(k % 2)) / f64::from(around);
            sites.push([f(r) * angle.cos(), f(r) * angle.sin()]);
        }
    }
    let map = solved(ConvexPolygon::disk(240).unwrap(), sites, None);
    let mut worst = 0.0f64;
    for k in 0..200 {
        let (r, angle) = (0.4 + 0.55 * f64::from(k) / 200.0, 2.4 * f64::from(k));
        let y = map.image([r * angle.cos(), r * angle.sin()]).unwrap();
        worst = worst.max((y[0].hypot(y[1]) - f(r)).abs());
        let turned = y[1].atan2(y[0]) - angle.rem_euclid(TAU);
        let turned = (turned + 3.0 * PI).rem_euclid(TAU) - PI;
        assert!(turned.abs() < 1.5 * TAU / f64::from(around), "{turned}");
    }
    assert!(worst < 0.12, "{worst}");
    // What stands out lies between the innermost cells, which all meet about the centre.
    // The stretch is f(r) / r around, and below 1.6 outwards: it exceeds 5 for r < 0.21.
    let set = map.singular(&SingularOptions::default().ratio(Some(5.0)));
    assert!(set.walls.len() >= around as usize);
    let inner = (1.0 / f64::from(rings)).sqrt();
    for w in &set.walls {
        assert!(w.ends.iter().all(|e| e[0].hypot(e[1]) < 1.1 * inner), "{w:?}");
    }
    assert!(set.strands.iter().filter(|s| s.component == 0).any(|s| s.ends.contains(&StrandEnd::Junction)));
}

/// Three blobs around the corners of a triangle: the singular set is a Y with its ends on the
/// boundary.
#[test]
fn three_blobs_tear_the_disc_in_a_y() {
    let mut sites = Vec::new();
    for blob in 0..3 {
        let turn = TAU * f64::from(blob) / 3.0 + PI / 2.0;
        for k in 0..60 {
            // Vogel's spiral fills a disc evenly.
            let (r, angle) = (0.5 * ((f64::from(k) + 0.5) / 60.0).sqrt(), 2.399963229728653 * f64::from(k));
            let (x, y) = (2.0 + r * angle.cos(), r * angle.sin());
            sites.push([x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos()]);
        }
    }
    let map = solved(ConvexPolygon::disk(120).unwrap(), sites, None);
    let set = map.singular(&SingularOptions::default());
    assert_eq!((set.components, set.strands.len()), (1, 3), "{:?}", set.threshold);
    // Exactly the walls between blobs.
    let apart = |w: &&brenier::diagram::Wall| w.sites[0] / 60 != w.sites[1] / 60;
    let between: Vec<[u32; 2]> = map.diagram().walls().walls.iter().filter(apart).map(|w| w.sites).collect();
    assert_eq!(set.torn(), between);
    for s in &set.strands {
        let mut ends = s.ends;
        ends.sort_by_key(|e| *e != StrandEnd::Boundary);
        assert_eq!(ends, [StrandEnd::Boundary, StrandEnd::Junction]);
        assert!(s.length > 0.9 && s.jump > 2.4);
        // Along one of the rays at 30, 150, 270 degrees, to about a cell.
        let ray = |k: i32| (TAU * f64::from(k) / 3.0 + PI / 6.0).sin_cos();
        let off = |p: &[f64; 2], k: i32| {
            let (sin, cos) = ray(k);
            if p[0] * cos + p[1] * sin > -0.1 { (p[1] * cos - p[0] * sin).abs() } else { 1.0 }
        };
        let best = (0..3).map(|k| s.points.iter().map(|p| off(p, k)).fold(0.0, f64::max)).fold(f64::INFINITY, f64::min);
        assert!(best < 0.13, "{best}");
    }
}

/// A connected target that is not convex: the square onto a U with a rectangular slit. The singular
/// set begins at the boundary, where the map parts the arms; from where the floor of the slit is
/// reached it forks towards the slit's corners, with chords between wall and floor as jumps, and
/// these decay: the branches end inside.
#[test]
fn a_u_tears_the_square_part_of_the_way() {
    let m = 24;
    let grid = (0..m * m).map(|k| [f64::from(k % m), f64::from(k / m)].map(|c| (c + 0.5) / 12.0 - 1.0));
    let sites: Vec<[f64; 2]> = grid.filter(|y| y[0].abs() > 0.4 || y[1] < -0.3).collect();
    let map = solved(ConvexPolygon::rectangle([-1.0, -1.0], [1.0, 1.0]).unwrap(), sites, None);
    let set = map.singular(&SingularOptions::default());
    let main: Vec<_> = set.strands.iter().filter(|s| s.component == 0).collect();
    assert_eq!((set.components, main.len()), (1, 3), "{set:?}");
    let has = |s: &brenier::transport::Strand, e: StrandEnd| s.ends.contains(&e);
    let trunk = main[0];
    assert!(has(trunk, StrandEnd::Boundary) && has(trunk, StrandEnd::Junction), "{:?}", trunk.ends);
    assert!(trunk.points.iter().all(|p| p[0].abs() < 1e-6 && p[1] > -0.3));
    assert!(trunk.points.iter().any(|p| (p[1] - 1.0).abs() < 1e-9) && trunk.jump > 0.8);
    for branch in &main[1..] {
        assert!(has(branch, StrandEnd::Inside) && has(branch, StrandEnd::Junction), "{:?}", branch.ends);
        assert!(branch.points.iter().all(|p| p[0].abs() < 0.5 && p[1].abs() < 0.5));
        assert!(branch.jump < 0.75 * trunk.jump, "{} {}", branch.jump, trunk.jump);
    }
}
