//! The ladder of sizes: a problem times a power of two is the same problem, so its solution is the
//! same to the bit, from one end of what is promised to the other; and what no double holds is
//! refused in words.

use brenier::diagram::Diagram;
use brenier::domain::{Between, ConvexPolygon, Density, Domain, Image, PlanarMesh, Surface, SurfaceDensity};
use brenier::exact::power::scaled;
use brenier::exact::predicates::higher_at_exact;
use brenier::exact::{Dd, Heights};
use brenier::newton::Outcome;
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::{Claims, Solution, SolveOptions, SpaceLocator, certify, solve, verify};
use std::process::Command;
use std::sync::Arc;

/// Sizes of the domain, of masses and of densities, as powers of two: 2^464 is about 5e139, 2^664
/// about 1e200.
const LENGTHS: [i32; 10] = [-464, -380, -300, -150, -65, 40, 150, 300, 400, 464];
const MASSES: [i32; 6] = [-660, -330, -70, 70, 330, 660];
const DENSITIES: [i32; 6] = [-920, -500, -70, 70, 500, 920];

const SITES: [[f64; 2]; 5] = [[0.3, 0.4], [0.7, 0.6], [0.2, 0.8], [0.9, 0.15], [0.55, 0.35]];
const SHARES: [f64; 5] = [0.1, 0.3, 0.2, 0.25, 0.15];

/// A source in the plane, its lengths times `2^length` and its densities times `2^density`.
fn source(kind: usize, length: i32, density: i32) -> (Domain, Density) {
    let at = |p: [f64; 2]| p.map(|x| scaled(x, length));
    let values = [1.0, 2.0, 0.5, 1.5].map(|v| scaled(v, density));
    let square = || vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].into_iter().map(at).collect::<Vec<_>>();
    let mesh = || PlanarMesh::new(square(), vec![[0, 1, 2], [0, 2, 3]]).unwrap();
    let image =
        |between| Density::Image(Arc::new(Image::new(2, values.to_vec(), [0.0; 2], at([1.0; 2]), between).unwrap()));
    let frame = || Domain::Convex(ConvexPolygon::new(square()).unwrap());
    match kind {
        0 => (frame(), Density::Affine { g: [1.0, 0.5].map(|g| scaled(g, density - length)), c: values[2] }),
        1 => (mesh().into(), Density::Vertex(values.into())),
        2 => (mesh().into(), Density::Face(values[..2].into())),
        3 => (frame(), image(Between::Constant)),
        _ => (frame(), image(Between::Bilinear)),
    }
}

fn flat(kind: usize, [length, mass, density]: [i32; 3]) -> Problem {
    let (domain, law) = source(kind, length, density);
    let mut data = ProblemData::new(domain, SITES.iter().map(|y| y.map(|x| scaled(x, length))).collect());
    (data.density, data.masses) = (law, Some(SHARES.iter().map(|m| scaled(*m, mass)).collect()));
    Problem::new(data).unwrap()
}

fn surface([length, mass, density]: [i32; 3]) -> SurfaceProblem {
    let at = |p: &[f64; 3]| p.map(|x| scaled(x, length));
    let vertices = [[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.3]].iter().map(at).collect();
    let sites = SITES.iter().zip([0.1, 0.2, 0.0, -0.2, 0.5]).map(|(y, z)| at(&[y[0], y[1], z])).collect();
    let mut data = SurfaceProblemData::new(Surface::new(vertices, vec![[0, 1, 2], [0, 2, 3]]).unwrap(), sites);
    data.density = SurfaceDensity::Face([1.0, 2.0].map(|v| scaled(v, density)).into());
    data.masses = Some(SHARES.iter().map(|m| scaled(*m, mass)).collect());
    SurfaceProblem::new(data).unwrap()
}

fn options() -> SolveOptions {
    SolveOptions::default().hessian(true)
}

/// `found` is `plain` in other units, to the bit.
fn assert_image<const D: usize>(found: &Solution<D>, plain: &Solution<D>, [length, mass]: [i32; 2], what: &str) {
    assert!(found.report.converged && plain.report.converged, "{what}: {:?}", found.report.outcome);
    let times = |e: i32| move |x: &f64| scaled(*x, e);
    assert_eq!(found.masses, plain.masses.iter().map(times(mass)).collect::<Vec<_>>(), "{what}");
    let centroids: Vec<_> = plain.centroids.iter().map(|c| c.map(|c| c.map(|x| scaled(x, length)))).collect();
    assert_eq!(found.centroids, centroids, "{what}");
    assert_eq!(found.heights.hi(), plain.heights.hi().iter().map(times(2 * length)).collect::<Vec<_>>(), "{what}");
    assert_eq!(found.weights, plain.weights.iter().map(times(2 * length)).collect::<Vec<_>>(), "{what}");
    assert_eq!(found.cost, scaled(plain.cost, 2 * length + mass), "{what}");
    let walls: Option<Vec<_>> =
        plain.hessian.as_ref().map(|w| w.iter().map(|w| (w.0, w.1, scaled(w.2, mass - 2 * length))).collect());
    assert_eq!(found.hessian, walls, "{what}");
    assert_eq!(found.report.max_relative_error, plain.report.max_relative_error, "{what}");
}

fn ladder() -> impl Iterator<Item = [i32; 3]> {
    let lengths = LENGTHS.into_iter().map(|e| [e, 0, 0]);
    let masses = MASSES.into_iter().map(|e| [0, e, 0]);
    let densities = DENSITIES.into_iter().map(|e| [0, 0, e]);
    lengths.chain(masses).chain(densities).chain([[-300, 0, 560], [300, 0, -560], [-150, 330, 500]])
}

#[test]
fn flat_sources_of_any_size() {
    for kind in 0..5 {
        let plain = solve(&flat(kind, [0; 3]), &options());
        for size in ladder() {
            let problem = flat(kind, size);
            let what = format!("kind {kind}, sizes {size:?}");
            let found = solve(&problem, &options());
            assert_image(&found, &plain, [size[0], size[1]], &what);
            // What is proved has nothing of the solver.
            let proof = certify(&problem, &found.heights, 5).unwrap();
            assert!(proof.total_is_domain && proof.max_relative_error[1] < 1e-9, "{what}: {proof:?}");
            let [low, high] = proof.map_cost;
            assert!(low * (1.0 - 1e-12) <= found.cost && found.cost <= high * (1.0 + 1e-12), "{what}");
        }
    }
}

#[test]
fn surfaces_of_any_size() {
    let plain = solve(&surface([0; 3]), &options());
    for size in ladder() {
        let problem = surface(size);
        let what = format!("sizes {size:?}");
        let found = solve(&problem, &options());
        assert_image(&found, &plain, [size[0], size[1]], &what);
        let proof = certify(&problem, &found.heights, 5).unwrap();
        assert!(proof.sound() && proof.max_relative_error[1] < 1e-9, "{what}: {proof:?}");
        let [low, high] = proof.map_cost;
        assert!(low * (1.0 - 1e-12) <= found.cost && found.cost <= high * (1.0 + 1e-12), "{what}");
    }
}

/// Of partial transport masses are measures: here density makes them ordinary, or everything is
/// scaled.
#[test]
fn partial_transport_of_any_size() {
    let problem = |length: i32, density: i32| {
        let (domain, law) = source(4, length, density);
        let mut data = ProblemData::new(domain, SITES.iter().map(|y| y.map(|x| scaled(x, length))).collect());
        let mass = |m: &f64| scaled(0.5 * m, 2 * length + density);
        (data.density, data.masses, data.partial) = (law, Some(SHARES.iter().map(mass).collect()), true);
        Problem::new(data).unwrap()
    };
    let plain = solve(&problem(0, 0), &options());
    for (length, density) in
        [(-464, 928), (-300, 600), (-100, 0), (-70, 0), (70, 0), (100, 0), (300, -600), (464, -928)]
    {
        let found = solve(&problem(length, density), &options());
        let mass = 2 * length + density;
        assert_image(&found, &plain, [length, mass], &format!("lengths 2^{length}, densities 2^{density}"));
        assert_eq!(found.report.rest, plain.report.rest.map(|m| scaled(m, mass)));
    }
}

/// One axis times a power of two, sites divided by it: `<x, y>` and so every cell is the same.
#[test]
fn boxes_of_any_shape() {
    let problem = |e: i32| {
        let domain = ConvexPolygon::rectangle([0.0; 2], [scaled(1.0, e), scaled(1.0, -e)]).unwrap();
        let sites = SITES.iter().map(|y| [scaled(y[0], -e), scaled(y[1], e)]).collect();
        let mut data = ProblemData::new(domain, sites);
        data.masses = Some(SHARES.to_vec());
        Problem::new(data).unwrap()
    };
    let plain = solve(&problem(0), &options());
    for e in [20, 60, 200, 300, 464, -300, -464] {
        let found = solve(&problem(e), &options());
        assert!(found.report.converged, "{e}");
        let pairs = found.masses.iter().zip(&plain.masses);
        assert!(pairs.map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max) < 1e-10, "{e}");
        let apart = |(a, b): (&Option<[f64; 2]>, &Option<[f64; 2]>)| {
            let (a, b) = (a.unwrap(), b.unwrap());
            (scaled(a[0], -e) - b[0]).abs().max((scaled(a[1], e) - b[1]).abs())
        };
        assert!(found.centroids.iter().zip(&plain.centroids).map(apart).fold(0.0, f64::max) < 1e-12, "{e}");
        assert!(certify(&problem(e), &found.heights, 4).is_ok());
        let claims = Claims::of(&found);
        assert!(verify(&problem(e), &claims, 5).unwrap().verified(), "{e}");
        // A coordinate along the short axis is verified as well as one along the long one.
        for k in 0..2 {
            let mut wrong = found.clone();
            wrong.centroids[2].as_mut().unwrap()[k] *= 1.0 + 1e-9;
            assert_eq!(verify(&problem(e), &Claims::of(&wrong), 5).unwrap().failures(), ["centroids"], "{e} {k}");
        }
    }
    // Sites inside: walls of 1e6 and of 1e-6 side by side.
    let domain = ConvexPolygon::rectangle([0.0; 2], [1e6, 1e-6]).unwrap();
    let sites = SITES.iter().map(|y| [1e6 * y[0], 1e-6 * y[1]]).collect();
    let inside = Problem::new(ProblemData::new(domain, sites)).unwrap();
    let found = solve(&inside, &options());
    assert!(found.report.converged, "{:?}", found.report.outcome);
}

/// Densities are doubles where their derivatives are none: bilinear on a box so thin that `1e241`
/// over its pixel overflows twice.
#[test]
fn thin_images() {
    for thin in [0.5, 1e-60, 1e-140] {
        let domain = ConvexPolygon::rectangle([0.0; 2], [1.0, thin]).unwrap();
        let values = vec![1e241, 3.0, 3.0, 1e241];
        let image = Image::new(2, values, [0.0; 2], [1.0, thin], Between::Bilinear).unwrap();
        let mut data = ProblemData::new(domain, vec![[0.3, 0.4 * thin], [0.7, 0.4 * thin]]);
        (data.density, data.heights) = (Density::Image(Arc::new(image)), Some(Heights::from_f64(&[0.2, 0.0])));
        let problem = Problem::new(data).unwrap();
        let d = Diagram::new(&problem, problem.heights().unwrap()).unwrap();
        // The wall is x = 1/2, and on it the mean density is that of the source: 1 over the area.
        assert!(d.masses().iter().all(|m| (m - 0.5).abs() < 1e-15), "{thin:e}: {:?}", d.masses());
        let walls = d.hessian();
        assert!(walls.len() == 1 && (walls[0].2 - 1.25).abs() < 1e-14, "{thin:e}: {walls:?}");
        let centroids: Vec<f64> = d.centroids().iter().map(|c| c.unwrap()[1] / thin).collect();
        // Pixels are white at the upper left and the lower right.
        assert!((centroids[0] + centroids[1] - 1.0).abs() < 1e-14 && centroids[0] > 0.6, "{thin:e}: {centroids:?}");
    }
}

/// Squares of exactly the sizes that are promised, though the square of the double next to 1e140 is
/// more than 1e280.
#[test]
fn squares_at_both_ends() {
    for side in [1e140, 1e-140] {
        let domain = ConvexPolygon::rectangle([0.0; 2], [side; 2]).unwrap();
        let problem = Problem::new(ProblemData::new(domain, SITES.map(|y| y.map(|x| x * side)).to_vec())).unwrap();
        let found = solve(&problem, &options());
        assert!(found.report.converged && verify(&problem, &Claims::of(&found), 5).unwrap().verified(), "{side:e}");
    }
}

/// Heights of double-double cannot hold cells of sites near and far at once: that is said, with the
/// distance that will do, and that distance does, with the same cells.
#[test]
fn sites_too_far_for_double_doubles() {
    let mut told = 0;
    for partial in [false, true] {
        let problem = |far: f64| {
            let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
            let mut sites = SITES.to_vec();
            sites[1] = [0.6 * far, -0.8 * far];
            let mut data = ProblemData::new(square, sites);
            (data.masses, data.partial) = (Some(SHARES.iter().map(|m| 0.4 * m).collect()), partial);
            Problem::new(data).unwrap()
        };
        let solved = |far: f64| solve(&problem(far), &options());
        let [near, nearer] = [solved(1e17), solved(1e12)];
        assert!(near.report.converged && nearer.report.converged);
        for (a, b) in near.centroids.iter().zip(&nearer.centroids) {
            let (a, b) = (a.unwrap(), b.unwrap());
            assert!((a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-9, "{partial} {a:?} {b:?}");
        }
        for far in [1e40, 1e80, 1e139] {
            let found = solved(far);
            // Now and then a height that can be held will do.
            if let Some(Outcome::NotConverged { why }) = &found.report.outcome {
                let words = [
                    "site 1 lies ",
                    "times the source's extent away",
                    "; bring it to within 1e17 in the same direction",
                ];
                assert!(words.iter().all(|w| why.contains(w)), "{partial} {far:e}: {why}");
                told += 1;
            }
            assert!(verify(&problem(far), &Claims::of(&found), 5).unwrap().verified(), "{partial} {far:e}");
        }
    }
    assert!(told > 2, "{told}");
}

/// A ball about a far site has nearly a straight edge in the domain: at 2^30 and beyond, its cell
/// is a half plane's.
#[test]
fn far_balls_are_half_planes() {
    for e in [10, 20, 30] {
        let domain = ConvexPolygon::rectangle([0.0; 2], [1.0, 1.0]).unwrap();
        let mut data = ProblemData::new(domain, vec![[scaled(1.0, e), 0.5]]);
        (data.masses, data.partial) = (Some(vec![0.25]), true);
        let problem = Problem::new(data).unwrap();
        let found = solve(&problem, &options());
        assert!(found.report.converged, "{e}: {:?}", found.report.outcome);
        assert!((found.masses[0] - 0.25).abs() < 1e-12, "{e}");
        let c = found.centroids[0].unwrap();
        assert!((c[0] - 0.875).abs() < 0.2 * scaled(1.0, -e) + 1e-12 && (c[1] - 0.5).abs() < 1e-12, "{e}: {c:?}");
    }
}

struct Draw(u64);

impl Draw {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    /// A number of any size: zero, small integers, subnormals, the largest doubles.
    fn any(&mut self, most: i32) -> f64 {
        let sign = if self.word().is_multiple_of(2) { 1.0 } else { -1.0 };
        let digits = 1.0 + self.word() as f64 / f64::from(1u32 << 31);
        sign * match self.word() % 6 {
            0 => 0.0,
            1 => (self.word() % 5) as f64,
            2 => scaled(digits, (self.word() % 40) as i32 - 20),
            3 => scaled(digits, -1060 - (self.word() % 14) as i32),
            _ => scaled(digits, (self.word() % (1074 + most) as u64) as i32 - 1074),
        }
    }
}

/// Point location in space against rationals, magnitudes of all kinds mixed.
#[test]
fn cells_in_space_of_any_magnitude() {
    let mut draw = Draw(7);
    for round in 0..250 {
        let n = 1 + (draw.word() % 30) as usize;
        // What problems may be, and what is beyond them.
        let most = if round % 2 == 0 { 464 } else { 1022 };
        let sites: Vec<[f64; 3]> = (0..n).map(|_| [0; 3].map(|_| draw.any(most))).collect();
        let flat = round % 3 == 0;
        let heights = Heights::new((0..n).map(|_| Dd::from_f64(if flat { 0.0 } else { draw.any(990) })));
        let locator = SpaceLocator::new(&sites, &heights).unwrap();
        for _ in 0..40 {
            let x = [0; 3].map(|_| draw.any(1022));
            let site = |i: usize| (&sites[i][..], heights.get(i));
            let best = (1..n).fold(0, |best, i| if higher_at_exact(site(i), site(best), &x) > 0 { i } else { best });
            assert_eq!(locator.cell_of(x) as usize, best, "round {round}: {x:?} {sites:?}");
        }
    }
}

/// The point and sites that were found: a product of coordinates overflows where the value does
/// not.
#[test]
fn a_product_that_overflows() {
    let mut sites = vec![[0.0; 3]; 9];
    (sites[6], sites[7]) = ([0.0, 1e130, 0.0], [0.0, 0.0, 1.0]);
    let locator = SpaceLocator::new(&sites, &Heights::zeros(9)).unwrap();
    assert_eq!(locator.cell_of([0.0, -1e308, 1.0]), 7);
}

/// Diagrams on a surface whose sites are very near each other and whose heights are of any size: in
/// rationals the pieces fill every triangle.
#[test]
fn surfaces_with_heights_of_any_magnitude() {
    let mut draw = Draw(3);
    let vertices: Vec<[f64; 3]> =
        (0..9).map(|k| [f64::from(k / 3) / 2.0, f64::from(k % 3) / 2.0, 0.1 * f64::from(k * k % 7)]).collect();
    let triangles = vec![[0, 3, 4], [0, 4, 1], [1, 4, 2], [2, 4, 5], [3, 6, 7], [3, 7, 4], [4, 7, 8], [4, 8, 5]];
    let surface = Arc::new(Surface::new(vertices, triangles).unwrap());
    for round in 0..150 {
        let n = 2 + (draw.word() % 12) as usize;
        let spread = [1e-12, 1.0, 1e-100, 1e100][round % 4];
        let place = |draw: &mut Draw| 0.5 + spread * (draw.word() as f64 / f64::from(1u32 << 31) - 0.5);
        let mut sites: Vec<[f64; 3]> = (0..n).map(|_| [0; 3].map(|_| place(&mut draw))).collect();
        if spread == 1e-100 {
            sites.iter_mut().flatten().for_each(|x| *x = draw.any(0));
        }
        let mut data = SurfaceProblemData::new(surface.clone(), sites);
        let size = [0, 0, 990, 400][round / 4 % 4];
        data.heights = Some(Heights::new((0..n).map(|_| Dd::from_f64(draw.any(size)))));
        let Ok(problem) = SurfaceProblem::new(data) else { continue };
        let proof = certify(&problem, problem.heights().unwrap(), 5).unwrap();
        assert!(proof.sound(), "round {round}: {proof:?}\n{:?}\n{:?}", problem.sites(), problem.heights());
    }
}

/// The binary at both ends: `solve`, then `check`; and refusals where results would be no doubles,
/// with nothing written.
#[test]
fn the_command_line_at_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_brenier"));
        let mut command = output;
        let output = command.current_dir(folder.path()).args(args.split_whitespace()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let write = |fields: String| {
        let text = format!("{{\"format\": \"brenier/problem\", \"version\": 1, {fields}}}");
        std::fs::write(folder.path().join("p.json"), text).unwrap();
    };
    for e in ["139", "80", "-85", "-139"] {
        write(format!(
            "\"domain\": {{\"type\": \"box\", \"min\": [0, 0], \"max\": [1e{e}, 1e{e}]}}, \"sites\": [[0.3e{e}, 0.4e{e}], [0.7e{e}, 0.6e{e}]]"
        ));
        assert_eq!(run("solve p.json -o s.json"), (0, String::new()), "{e}");
        assert_eq!(run("check s.json").0, 0, "{e}");
        let text = std::fs::read_to_string(folder.path().join("s.json")).unwrap();
        assert!(!text.contains("null"), "{e}");
        std::fs::remove_file(folder.path().join("s.json")).unwrap();
    }
    let square =
        "\"domain\": {\"type\": \"box\", \"min\": [0, 0], \"max\": [1, 1]}, \"sites\": [[0.5, 0.5], [0.2, 0.3]]";
    let refusals = [
        ("\"masses\": [1, 1e-310]", "where doubles lose digits; rescale the masses or drop the site"),
        ("\"masses\": [1, 1e-300]", "is less than 1e-290 of their sum"),
        ("\"heights\": [0, 1e308]", "heights[1] = 1e308 exceeds 1e300 in absolute value"),
        (
            "\"density\": {\"type\": \"image\", \"width\": 2, \"values\": [5e-324, 5e-324, 5e-324, 5e-324]}",
            "must lie between 1e-280 and 1e280, rescale",
        ),
    ];
    for (field, words) in refusals {
        write(format!("{square}, {field}"));
        let (code, text) = run("solve p.json -o s.json");
        assert!(code == 3 && text.contains(words), "{field}: {code} {text}");
        assert!(!folder.path().join("s.json").exists());
    }
    // Costs of 1e200 (1e100)^2.
    write("\"domain\": {\"type\": \"box\", \"min\": [0, 0], \"max\": [1e100, 1e100]}, \"sites\": [[1, 1]], \"masses\": [1e200]".into());
    let (code, text) = run("solve p.json -o s.json");
    assert!(code == 3 && text.contains("would leave the range of doubles; rescale one of them"), "{code} {text}");
}
