//! Domains of convex parts: tetrahedra and solids against boxes, closed forms and rationals.

use brenier::diagram::Cells;
use brenier::exact::big::{self, Rational};
use brenier::transport::{self, Transport};
use brenier::{
    DomainError, Heights, Solid, Solution, SolveOptions, SpaceDensity, SpaceDiagram, SpaceDomain, SpaceProblem,
    SpaceProblemData, TetMesh, certify, solve,
};

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn point(&mut self) -> [f64; 3] {
        [self.next(), self.next(), self.next()]
    }
}

fn near(what: &str, found: f64, stated: f64, scale: f64) {
    assert!((found - stated).abs() <= 1e-12 * scale.max(1.0), "{what}: {found}, stated {stated}");
}

/// The corners of a grid of cubes in the unit cube, and each cube cut into six along the diagonal.
fn six(n: usize) -> (Vec<[f64; 3]>, Vec<[u32; 4]>) {
    let at = |p: [usize; 3]| (p[0] + (n + 1) * (p[1] + (n + 1) * p[2])) as u32;
    let count = (n + 1) * (n + 1) * (n + 1);
    let place = |k: usize| [k % (n + 1), k / (n + 1) % (n + 1), k / (n + 1) / (n + 1)];
    let vertices = (0..count).map(|k| place(k).map(|x| x as f64 / n as f64)).collect();
    let ways = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut tets = Vec::new();
    for k in (0..count).filter(|&k| place(k).iter().all(|x| *x < n)) {
        for way in ways {
            let mut p = place(k);
            let mut tet = [at(p); 4];
            for (step, axis) in way.into_iter().enumerate() {
                p[axis] += 1;
                tet[step + 1] = at(p);
            }
            tets.push(tet);
        }
    }
    (vertices, tets)
}

fn corners() -> Vec<[f64; 3]> {
    (0..8).map(|k| [0, 1, 2].map(|a| f64::from((k >> a) & 1))).collect()
}

fn five() -> TetMesh {
    TetMesh::new(corners(), vec![[0, 1, 2, 4], [3, 1, 2, 7], [5, 1, 4, 7], [6, 2, 4, 7], [1, 2, 4, 7]]).unwrap()
}

/// The surface of a box, counter-clockwise from outside, its corners numbered by their bits.
fn sides(first: u32) -> Vec<[u32; 3]> {
    let quads = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];
    quads.iter().flat_map(|q| [[q[0], q[1], q[2]], [q[0], q[2], q[3]]]).map(|t| t.map(|v| v + first)).collect()
}

fn shaken(n: usize, seed: u64) -> Vec<[f64; 3]> {
    let mut r = Random(seed);
    (0..n).map(|_| r.point()).collect()
}

fn proved<const D: usize>(problem: &impl Transport<D>, solution: &Solution<D>, tolerance: f64) {
    let c = certify(problem, &solution.heights, 5).unwrap();
    assert!(c.total_is_domain);
    assert!(c.max_relative_error[1] <= tolerance, "{:?}", c.max_relative_error);
    let [low, high] = c.w2_squared;
    assert!(low <= high && high - low <= 1e-8 * (1.0 + high), "{low} {high}");
    assert!(low - 1e-12 <= solution.cost * (1.0 + 1e-12) && solution.cost * (1.0 - 1e-12) <= high + 1e-9);
}

fn problem(domain: SpaceDomain, sites: &[[f64; 3]], density: &SpaceDensity) -> SpaceProblem {
    SpaceProblem::new(SpaceProblemData::new(domain, sites.to_vec()).density(density.clone())).unwrap()
}

/// Masses, costs, walls and heights on any of these are those of the box, also where sites lie on
/// the planes between the parts.
#[test]
fn a_cube_in_parts_is_a_cube() {
    let (vertices, tets) = six(2);
    let cube = || SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    let domains = [
        SpaceDomain::of_parts(five()).unwrap(),
        SpaceDomain::of_parts(TetMesh::new(vertices, tets).unwrap()).unwrap(),
        SpaceDomain::of_parts(Solid::new(corners(), sides(0)).unwrap()).unwrap(),
    ];
    let grid: Vec<[f64; 3]> = (0..27).map(|k| [k % 3, k / 3 % 3, k / 9].map(|x| f64::from(x) / 2.0)).collect();
    let affine = SpaceDensity::Affine { g: [1.0, 0.5, 0.0], c: 0.25 };
    let all = [(shaken(12, 1), SpaceDensity::Constant), (grid, SpaceDensity::Constant), (shaken(9, 2), affine)];
    for (sites, density) in &all {
        let options = SolveOptions::default().hessian(true).tolerance(1e-13);
        let stated = solve(&problem(cube(), sites, density), &options);
        for domain in &domains {
            let own = problem(domain.clone(), sites, density);
            let found = solve(&own, &options);
            assert!(found.report.converged);
            for i in 0..sites.len() {
                near("mass", found.masses[i], stated.masses[i], 1.0);
                near("height", found.heights.get(i).hi, stated.heights.get(i).hi, 1.0);
                let (a, b) = (found.centroids[i].unwrap(), stated.centroids[i].unwrap());
                (0..3).for_each(|k| near("centroid", a[k], b[k], 10.0));
            }
            near("cost", found.cost, stated.cost, 1.0);
            // On a grid the last bits of heights make slivers of walls that should be lines.
            let walls = |s: &Solution<3>| {
                let all = s.hessian.clone().unwrap();
                all.into_iter().filter(|w| w.2.abs() > 1e-9).collect::<Vec<_>>()
            };
            let (a, b) = (walls(&found), walls(&stated));
            assert_eq!(a.len(), b.len());
            for (x, y) in a.iter().zip(&b) {
                assert_eq!((x.0, x.1), (y.0, y.1));
                near("wall", x.2, y.2, 10.0);
            }
            proved(&own, &found, 1e-11);
        }
    }
}

/// A box with a box taken out of its corner: its volume, its centroid, and cells by halves.
fn l_shape() -> Solid {
    let outline = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0]];
    let mut vertices: Vec<[f64; 3]> = outline.iter().map(|p| [p[0], p[1], 0.0]).collect();
    vertices.extend(outline.iter().map(|p| [p[0], p[1], 1.0]));
    let mut triangles = Vec::new();
    for k in 0..6u32 {
        let next = (k + 1) % 6;
        triangles.extend([[k, next, next + 6], [k, next + 6, k + 6]]);
    }
    for t in [[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]] {
        triangles.push([t[0], t[2], t[1]]);
        triangles.push(t.map(|v| v + 6));
    }
    Solid::new(vertices, triangles).unwrap()
}

#[test]
fn an_l_is_cut_by_halves() {
    let domain = SpaceDomain::of_parts(l_shape()).unwrap();
    // By symmetry each gets an arm and half of the corner.
    let own = problem(domain.clone(), &[[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]], &SpaceDensity::Constant);
    let found = solve(&own, &SolveOptions::default().tolerance(1e-13));
    near("heights", found.heights.get(0).hi, found.heights.get(1).hi, 1.0);
    // An arm, a square about (3/2, 1/2), and a triangle with corners 0, (1, 0), (1, 1).
    let c = found.centroids[0].unwrap();
    for (k, stated) in [(1.5 + 0.5 * 2.0 / 3.0) / 1.5, (0.5 + 0.5 / 3.0) / 1.5, 0.5].into_iter().enumerate() {
        near("centroid", c[k], stated, 1.0);
    }
    proved(&own, &found, 1e-12);
    // Cells of two arms that hang together nowhere: the site beyond the corner has both.
    let own = problem(domain, &[[0.0, 0.0, 0.5], [2.0, 2.0, 0.5]], &SpaceDensity::Constant);
    let heights = Heights::from_weights(own.sites(), &[0.0, -4.0]).0;
    let d = SpaceDiagram::new(&own, &heights).unwrap();
    // The line x + y = 3 touches the two ends only.
    (1..=4).for_each(|level| d.validate(level).unwrap());
    assert_eq!(d.masses()[1], 0.0);
    let heights = Heights::from_weights(own.sites(), &[0.0, -2.0]).0;
    let d = SpaceDiagram::new(&own, &heights).unwrap();
    // Beyond x + y = 5/2 two triangles with legs 1/2 are left, of a volume of 3.
    near("two ends", d.masses()[1], 0.25 / 3.0, 1.0);
    (1..=4).for_each(|level| d.validate(level).unwrap());
}

/// A square torus of square section, genus 1, with a hollow: the volume is exact, and so is that of
/// all cells.
#[test]
fn a_ring_and_a_hollow() {
    let ring = |a: f64, z: f64| [[-a, -a, z], [a, -a, z], [a, a, z], [-a, a, z]];
    let mut vertices = Vec::new();
    [(2.0, 0.0), (1.0, 0.0), (1.0, 1.0), (2.0, 1.0)].iter().for_each(|&(a, z)| vertices.extend(ring(a, z)));
    let mut triangles = Vec::new();
    for section in 0..4u32 {
        for k in 0..4u32 {
            let (p, q) = (4 * section, 4 * ((section + 1) % 4));
            let next = (k + 1) % 4;
            triangles.extend([[p + k, q + k, q + next], [p + k, q + next, p + next]]);
        }
    }
    // The hollow: a small box, wound inwards, in the ring's side.
    let inner = vertices.len() as u32;
    vertices.extend(corners().iter().map(|c| [1.25 + 0.5 * c[0], -0.25 + 0.5 * c[1], 0.25 + 0.5 * c[2]]));
    triangles.extend(sides(inner).iter().map(|t| [t[0], t[2], t[1]]));
    let solid = Solid::new(vertices.clone(), triangles.clone()).unwrap();
    assert!(!solid.turned());
    let domain = SpaceDomain::of_parts(solid).unwrap();
    let volume = 16.0 - 4.0 - 0.125;
    let sites: Vec<[f64; 3]> = shaken(20, 5).iter().map(|p| [4.0 * p[0] - 2.0, 4.0 * p[1] - 2.0, p[2]]).collect();
    let data = SpaceProblemData::new(domain, sites).masses(vec![volume / 20.0; 20]).normalize(false);
    let own = SpaceProblem::new(data).unwrap();
    assert!((own.source_factor() - 1.0).abs() < 1e-14);
    let found = solve(&own, &SolveOptions::default());
    assert!(found.report.converged);
    proved(&own, &found, 1e-9);
    // Wound the other way, all is turned; a hollow that is wound as a solid is refused.
    let back = triangles.iter().map(|t| [t[0], t[2], t[1]]).collect();
    assert!(Solid::new(vertices.clone(), back).unwrap().turned());
    let mut wrong = triangles;
    wrong[32..].iter_mut().for_each(|t| t.swap(0, 1));
    assert!(matches!(Solid::new(vertices, wrong), Err(DomainError::WoundWrongly { face: 32 })));
}

/// Densities at vertices and of cells against sums over the tetrahedra in rationals.
#[test]
fn densities_on_tetrahedra() {
    let (vertices, tets) = six(2);
    // rho = x + 2 y at the vertices is the affine density itself.
    let values: Vec<f64> = vertices.iter().map(|v| v[0] + 2.0 * v[1]).collect();
    let mesh = TetMesh::new(vertices.clone(), tets).unwrap();
    let domain = SpaceDomain::of_parts(mesh.clone()).unwrap();
    let sites = shaken(7, 9);
    let affine = problem(domain.clone(), &sites, &SpaceDensity::Affine { g: [1.0, 2.0, 0.0], c: 0.0 });
    let vertex = problem(domain.clone(), &sites, &SpaceDensity::Vertex(values.into()));
    let options = SolveOptions::default().tolerance(1e-13);
    let (a, b) = (solve(&affine, &options), solve(&vertex, &options));
    near("cost", a.cost, b.cost, 1.0);
    for i in 0..sites.len() {
        near("height", a.heights.get(i).hi, b.heights.get(i).hi, 1.0);
    }
    proved(&vertex, &b, 1e-11);
    // A tent: one at the middle vertex, zero elsewhere. Its mass is a quarter of the volume of the
    // tetrahedra there, the sum of 24 of 1/48: 1/8.
    let tent: Vec<f64> = vertices.iter().map(|v| f64::from(u8::from(*v == [0.5; 3]))).collect();
    let data = SpaceProblemData::new(domain.clone(), sites.clone()).density(SpaceDensity::Vertex(tent.into()));
    let own = SpaceProblem::new(data.masses(vec![0.125 / 7.0; 7]).normalize(false)).unwrap();
    let found = solve(&own, &options);
    proved(&own, &found, 1e-11);
    // Cells of density 0 are no part of the domain: only the lower half is left.
    let lower = |t: &[u32; 4]| f64::from(u8::from(t.iter().all(|&v| vertices[v as usize][2] <= 0.5)));
    let cell: Vec<f64> = mesh.tets().iter().map(lower).collect();
    let own = problem(domain, &sites, &SpaceDensity::Cell(cell.into()));
    let slab = problem(SpaceDomain::boxed([0.0; 3], [1.0, 1.0, 0.5]).unwrap(), &sites, &SpaceDensity::Constant);
    let (a, b) = (solve(&own, &options), solve(&slab, &options));
    near("half", a.cost, b.cost, 1.0);
    proved(&own, &a, 1e-11);
    // Faces of all cells: those on walls twice, and the surface of the slab, also where a
    // tetrahedron without mass lies beyond.
    let area = |own: &SpaceProblem, s: &Solution<3>| {
        let d = SpaceDiagram::new(own, &s.heights).unwrap();
        (0..own.len()).flat_map(|i| d.faces(i).collect::<Vec<_>>()).map(|f| f.area).sum::<f64>()
    };
    near("area", area(&own, &a), area(&slab, &b), 10.0);
}

/// By brute force: each tetrahedron is cut by all walls in rationals.
#[test]
fn masses_by_brute_force() {
    let mut r = Random(77);
    let mut cells = 0;
    for round in 0..60 {
        let n = 2 + round % 5;
        let lattice = |r: &mut Random| [0; 3].map(|_| (r.next() * 5.0).floor() / 4.0);
        let sites: Vec<[f64; 3]> = (0..n).map(|_| if round % 2 == 0 { r.point() } else { lattice(&mut r) }).collect();
        let data = SpaceProblemData::new(SpaceDomain::of_parts(five()).unwrap(), sites);
        let own = SpaceProblem::new(data).unwrap();
        let weights: Vec<f64> = (0..own.len()).map(|_| (r.next() * 4.0).floor() / 8.0).collect();
        let heights = Heights::from_weights(own.sites(), &weights).0;
        let d = SpaceDiagram::new(&own, &heights).unwrap();
        (1..=4).for_each(|level| d.validate(level).unwrap_or_else(|e| panic!("{round} {level} {e}")));
        for i in 0..own.len() {
            let exact: Rational =
                five().tets().iter().map(|t| volume(&own, &weights, i, t.map(|v| corners()[v as usize]))).sum();
            near("mass", d.masses()[i], big::nearest_f64(&exact), 1.0);
            cells += 1;
        }
        let exact = transport::describe(&own, &heights, false, false).unwrap().solution;
        near("total", exact.masses.iter().sum::<f64>(), 1.0, 1.0);
        assert!(certify(&own, &heights, 5).unwrap().total_is_domain);
    }
    assert!(cells > 150);
}

/// The volume of a tetrahedron within the cell of a site: it is cut by each wall into tetrahedra.
fn volume(own: &SpaceProblem, weights: &[f64], i: usize, t: [[f64; 3]; 4]) -> Rational {
    let q = |x: f64| big::rational(x);
    let mut pieces = vec![t.map(|v| v.map(q))];
    for j in (0..own.len()).filter(|&j| j != i) {
        let (a, b) = (own.sites()[i], own.sites()[j]);
        // |x - a|^2 - w_a <= |x - b|^2 - w_b.
        let value = |x: &[Rational; 3]| {
            let mut sum = q(weights[i]) - q(weights[j]);
            for k in 0..3 {
                sum += (&x[k] - q(b[k])) * (&x[k] - q(b[k]));
                sum -= (&x[k] - q(a[k])) * (&x[k] - q(a[k]));
            }
            sum
        };
        pieces = pieces.into_iter().flat_map(|t| above(t, &value)).collect();
    }
    pieces.iter().map(size).sum()
}

fn size(t: &[[Rational; 3]; 4]) -> Rational {
    let [a, b, c] = [1, 2, 3].map(|k| [0, 1, 2].map(|x| Rational::from(&t[k][x] - &t[0][x])));
    let minor = |p: usize, q: usize| Rational::from(&a[p] * &b[q]) - Rational::from(&a[q] * &b[p]);
    (minor(0, 1) * &c[2] - minor(0, 2) * &c[1] + minor(1, 2) * &c[0]).abs() / 6u32
}

/// What of a tetrahedron has positive values of an affine function.
fn above(t: [[Rational; 3]; 4], value: &dyn Fn(&[Rational; 3]) -> Rational) -> Vec<[[Rational; 3]; 4]> {
    let (mut high, mut low): (Vec<_>, Vec<_>) = t.into_iter().map(|x| (value(&x), x)).partition(|p| p.0.cmp0().is_gt());
    high.sort();
    low.sort();
    let cut = |p: &(Rational, [Rational; 3]), q: &(Rational, [Rational; 3])| {
        let share = &p.0 / (p.0.clone() - &q.0);
        [0, 1, 2].map(|k| Rational::from(&q.1[k] - &p.1[k]) * &share + &p.1[k])
    };
    let x = |p: &(Rational, [Rational; 3])| p.1.clone();
    // A prism with the ends `a` and `b`.
    let prism = |a: [[Rational; 3]; 3], b: [[Rational; 3]; 3]| {
        let [a0, a1, a2] = a;
        let [b0, b1, b2] = b;
        vec![
            [a0.clone(), a1.clone(), a2.clone(), b2.clone()],
            [a0.clone(), a1.clone(), b1.clone(), b2.clone()],
            [a0, b0, b1, b2],
        ]
    };
    match (&high[..], &low[..]) {
        ([], _) => Vec::new(),
        ([a], [p, q, r]) => vec![[x(a), cut(a, p), cut(a, q), cut(a, r)]],
        ([a, b], [p, q]) => prism([x(a), cut(a, p), cut(a, q)], [x(b), cut(b, p), cut(b, q)]),
        ([a, b, c], [p]) => prism([x(a), x(b), x(c)], [cut(a, p), cut(b, p), cut(c, p)]),
        (all, _) => vec![[x(&all[0]), x(&all[1]), x(&all[2]), x(&all[3])]],
    }
}

/// What is wrong with a surface is named.
#[test]
fn flaws_of_solids_are_named() {
    let mut open = sides(0);
    open.pop();
    assert!(matches!(Solid::new(corners(), open), Err(DomainError::NotClosed { faces: 1, .. })));
    let mut twisted = sides(0);
    twisted[3].swap(0, 1);
    assert!(matches!(Solid::new(corners(), twisted), Err(DomainError::WoundBothWays { .. })));
    // Two boxes that overlap.
    let mut vertices = corners();
    vertices.extend(corners().iter().map(|c| c.map(|x| x + 0.5)));
    let mut two = sides(0);
    two.extend(sides(8));
    assert!(matches!(Solid::new(vertices, two.clone()), Err(DomainError::Crossing { .. })));
    // Two boxes apart are one domain.
    let mut vertices = corners();
    vertices.extend(corners().iter().map(|c| [c[0] + 2.0, c[1], c[2]]));
    let domain = SpaceDomain::of_parts(Solid::new(vertices, two).unwrap()).unwrap();
    let own = problem(domain, &[[0.5; 3], [2.5, 0.5, 0.5]], &SpaceDensity::Constant);
    let found = solve(&own, &SolveOptions::default().tolerance(1e-13));
    near("two cubes", found.cost, 0.25, 1.0);
    assert!(Solid::new(Vec::new(), Vec::new()).is_err());
}

/// What the clock stops is a state like any other: it may be certified, and a run that goes on from
/// it arrives.
#[test]
fn the_clock_stops_a_run_in_parts() {
    let solid = l_shape();
    for domain in [SpaceDomain::of_parts(solid).unwrap(), SpaceDomain::of_parts(five()).unwrap()] {
        let own = problem(domain, &shaken(40, 8), &SpaceDensity::Constant);
        let at_once = SolveOptions::default().time_limit(Some(std::time::Duration::ZERO));
        let stopped = solve(&own, &at_once);
        assert!(!stopped.report.converged && stopped.report.outcome == Some(brenier::Outcome::TimeLimit));
        assert!(certify(&own, &stopped.heights, 5).unwrap().total_is_domain);
        let on = SolveOptions::default().start(Some(stopped.heights));
        assert!(solve(&own, &on).report.converged);
    }
}

/// One thread or many: the same bits.
#[test]
fn threads_change_nothing() {
    let (vertices, tets) = six(3);
    let domain = SpaceDomain::of_parts(TetMesh::new(vertices, tets).unwrap()).unwrap();
    let own = problem(domain, &shaken(40, 3), &SpaceDensity::Constant);
    let with = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| solve(&own, &SolveOptions::default()))
    };
    let (one, three) = (with(1), with(3));
    assert_eq!(one.heights, three.heights);
    assert_eq!(one.masses, three.masses);
    assert_eq!(one.cost.to_bits(), three.cost.to_bits());
}

/// A curved ring, shaken: convex, hollow and saddle-shaped places. The parts that it is cut into
/// fill exactly what the divergence theorem says of its surface.
#[test]
fn a_curved_ring_is_filled_exactly() {
    let (around, across) = (14u32, 7u32);
    let mut r = Random(31);
    let mut vertices = Vec::new();
    for i in 0..around {
        for j in 0..across {
            let (u, v) = (f64::from(i) / f64::from(around), f64::from(j) / f64::from(across));
            let (u, v) = (u * std::f64::consts::TAU, v * std::f64::consts::TAU);
            let far = 1.0 + 0.4 * v.cos() + 0.02 * r.next();
            vertices.push([far * u.cos(), far * u.sin(), 0.4 * v.sin() + 0.02 * r.next()]);
        }
    }
    let at = |i: u32, j: u32| i % around * across + j % across;
    let mut triangles = Vec::new();
    for i in 0..around {
        for j in 0..across {
            triangles.push([at(i, j), at(i + 1, j), at(i + 1, j + 1)]);
            triangles.push([at(i, j), at(i + 1, j + 1), at(i, j + 1)]);
        }
    }
    let solid = Solid::new(vertices, triangles).unwrap();
    let domain = SpaceDomain::of_parts(solid).unwrap();
    let parts = domain.parts().unwrap().len();
    assert!(parts < 1500, "{parts}");
    let sites: Vec<[f64; 3]> = (0..6).map(|_| r.point().map(|x| 2.0 * x - 1.0)).collect();
    let own = problem(domain, &sites, &SpaceDensity::Constant);
    let found = solve(&own, &SolveOptions::default());
    assert!(found.report.converged);
    proved(&own, &found, 1e-9);
    let d = SpaceDiagram::new(&own, &found.heights).unwrap();
    (1..=4).for_each(|level| d.validate(level).unwrap());
}
