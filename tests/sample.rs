//! Samples against what they are drawn from: frequencies of cells, laws inside cells, exact cells,
//! and the same bits however a run is cut.
//!
//! Seeds are fixed, so nothing here fails by chance; the bounds are those of tests at levels of
//! 1e-4 and below.

use brenier::dense::Instructions;
use brenier::diagram::{Diagram, Label, SurfaceDiagram};
use brenier::domain::{Between, ConvexPolygon, Density, Domain, Image, Law, PlanarMesh, Surface, SurfaceDensity};
use brenier::exact::predicates::{Lifted, higher_at, side_v_sign};
use brenier::exact::{Counters, Heights};
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::sample::{Method, SampleError, Sampler, SurfaceSampler};
use brenier::transport::{SolveOptions, solve};

const METHODS: [Method; 4] = [Method::Independent, Method::Alias, Method::Stratified, Method::Even];

/// Sources of every kind, with solved problems of `n` sites and masses from 1 to 3.
fn diagrams(n: usize) -> Vec<(&'static str, Diagram)> {
    let square = || ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    let vertices = vec![[0., 0.], [1., 0.], [2., 0.], [0., 1.], [1., 1.], [2., 1.], [0., 2.], [1., 2.]];
    let triangles = vec![[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [3, 4, 7], [3, 7, 6]];
    let corners: Vec<[f64; 3]> = (0..6).map(|f| [f as f64, 1.0, 3.0]).collect();
    let values: Vec<f64> = (0..15).map(|k| f64::from(k * 7 % 5)).collect();
    let image = |between| Density::Image(Image::new(5, values.clone(), [0.0; 2], [1.0; 2], between).unwrap().into());
    let mesh = || PlanarMesh::new(vertices.clone(), triangles.clone()).unwrap();
    let sources: Vec<(&str, Domain, Density)> = vec![
        ("square", square().into(), Density::Constant),
        ("disk", ConvexPolygon::disk(17).unwrap().into(), Density::Affine { g: [0.7, -0.6], c: 1.0 }),
        ("corners", mesh().into(), Density::Corner(corners.into())),
        ("faces", mesh().into(), Density::Face(vec![1.0, 2.0, 0.0, 5.0, 1.0, 1.0].into())),
        ("pixels", square().into(), image(Between::Constant)),
        ("bilinear", square().into(), image(Between::Bilinear)),
    ];
    let diagram = |(name, domain, density)| {
        let step = [0.754_877_666_246_692_7, 0.569_840_290_998_053_3];
        let sites = (1..=n).map(|k| step.map(|s| (k as f64 * s).fract())).collect();
        let mut data = ProblemData::new(domain, sites);
        data.density = density;
        data.masses = Some((0..n).map(|k| 1.0 + (k % 3) as f64).collect());
        let problem = Problem::new(data).unwrap();
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged, "{name}");
        (name, Diagram::new(&problem, &solution.heights).unwrap())
    };
    sources.into_iter().map(diagram).collect()
}

fn drawn(sampler: &Sampler<'_>, method: Method, cell: Option<usize>, n: usize) -> (Vec<[f64; 2]>, Vec<u32>) {
    let draw = sampler.draw(method, cell, 42, n as u64).unwrap();
    let (mut points, mut cells) = (vec![[0.0; 2]; n], vec![0; n]);
    draw.fill(0, &mut points, &mut cells);
    (points, cells)
}

/// Pearson's chi-square of the counts, in standard deviations of its law (many degrees of freedom).
fn chi_square(cells: &[u32], masses: &[f64]) -> f64 {
    let mut counts = vec![0.0; masses.len()];
    cells.iter().for_each(|&i| counts[i as usize] += 1.0);
    let (total, freedom): (f64, f64) = (masses.iter().sum(), masses.len() as f64 - 1.0);
    let term = |(c, m): (&f64, &f64)| {
        let expected = m / total * cells.len() as f64;
        (c - expected) * (c - expected) / expected
    };
    (counts.iter().zip(masses).map(term).sum::<f64>() - freedom) / (2.0 * freedom).sqrt()
}

#[test]
fn frequencies_are_the_masses() {
    for (name, diagram) in diagrams(150) {
        let sampler = Sampler::new(&diagram);
        for method in [Method::Independent, Method::Alias] {
            let z = chi_square(&drawn(&sampler, method, None, 300_000).1, diagram.masses());
            assert!(z.abs() < 4.0, "{name} {method:?}: {z}");
        }
        // The right number in each cell, up to less than one at each end; evenly spread points are
        // nearly as good.
        let (_, cells) = drawn(&sampler, Method::Stratified, None, 100_000);
        let (_, even) = drawn(&sampler, Method::Even, None, 100_000);
        let total: f64 = diagram.masses().iter().sum();
        for (i, m) in diagram.masses().iter().enumerate() {
            let count = |list: &[u32]| list.iter().filter(|&&j| j as usize == i).count() as f64 - m / total * 1e5;
            assert!(count(&cells).abs() < 2.0, "{name}: cell {i} {}", count(&cells));
            assert!(count(&even).abs() < 8.0, "{name}: cell {i} {}", count(&even));
        }
        assert!(cells.is_sorted(), "{name}");
    }
}

/// The test above can fail: frequencies of one source are not the masses of another.
#[test]
fn wrong_frequencies_are_seen() {
    let all = diagrams(150);
    let cells = drawn(&Sampler::new(&all[0].1), Method::Independent, None, 300_000).1;
    let mut masses = all[0].1.masses().to_vec();
    masses.iter_mut().step_by(2).for_each(|m| *m *= 1.08);
    assert!(chi_square(&cells, &masses) > 10.0);
}

#[test]
#[ignore = "a minute: 1e8 samples"]
fn frequencies_of_many_samples() {
    let (_, diagram) = diagrams(10_000).swap_remove(0);
    let sampler = Sampler::new(&diagram);
    for method in [Method::Independent, Method::Alias] {
        let draw = sampler.draw(method, None, 1, 100_000_000).unwrap();
        let (mut points, mut cells) = (vec![[0.0; 2]; 1_000_000], vec![0; 1_000_000]);
        let mut all: Vec<u32> = Vec::new();
        for k in 0..100 {
            draw.fill(k * 1_000_000, &mut points, &mut cells);
            all.extend(&cells);
        }
        let z = chi_square(&all, diagram.masses());
        println!("{method:?}: chi-square of 1e8 samples in 1e4 cells is {z:.2} standard deviations off");
        assert!(z.abs() < 4.0, "{method:?}: {z}");
    }
}

/// Mass of a convex polygon on the side `<x, g> <= t`. Midpoints of edges integrate polynomials of
/// degree two exactly.
fn mass_below(polygon: &[[f64; 2]], law: &Law, g: [f64; 2], t: f64) -> f64 {
    let height = |p: [f64; 2]| p[0] * g[0] + p[1] * g[1] - t;
    let mut kept = Vec::new();
    for (k, &p) in polygon.iter().enumerate() {
        let q = polygon[(k + 1) % polygon.len()];
        let (a, b) = (height(p), height(q));
        if a <= 0.0 {
            kept.push(p);
        }
        if (a < 0.0 && b > 0.0) || (a > 0.0 && b < 0.0) {
            kept.push([0, 1].map(|c| p[c] + a / (a - b) * (q[c] - p[c])));
        }
    }
    let rho = |p: [f64; 2], q: [f64; 2]| {
        let [x, y] = [0, 1].map(|c| 0.5 * (p[c] + q[c]) - law.o[c]);
        if law.is_constant { law.c } else { law.c + law.g[0] * x + law.g[1] * y + law.d * x * y }
    };
    (2..kept.len())
        .map(|k| {
            let (o, p, q) = (kept[0], kept[k - 1], kept[k]);
            let area = 0.5 * ((p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0]));
            area * (rho(o, p) + rho(p, q) + rho(o, q)) / 3.0
        })
        .sum()
}

/// Kolmogorov's distance between the heights of points in direction `g` and their law, times the
/// root of their number.
fn kolmogorov(diagram: &Diagram, cell: usize, points: &[[f64; 2]], g: [f64; 2]) -> f64 {
    let patches = diagram.problem().patches();
    let parts: Vec<(Vec<[f64; 2]>, Law)> = match patches {
        Some(p) => diagram.pieces(cell).into_iter().map(|q| (q.vertices, p.get(q.patch).law())).collect(),
        None => vec![(diagram.vertices(cell).to_vec(), diagram.problem().density().law().unwrap())],
    };
    let below = |t: f64| parts.iter().map(|(v, law)| mass_below(v, law, g, t)).sum::<f64>();
    let total = below(1e3);
    let mut heights: Vec<f64> = points.iter().map(|p| p[0] * g[0] + p[1] * g[1]).collect();
    heights.sort_by(f64::total_cmp);
    let n = heights.len() as f64;
    let off = heights.iter().enumerate().map(|(k, &t)| {
        let law = below(t) / total;
        (law - k as f64 / n).abs().max((law - (k + 1) as f64 / n).abs())
    });
    off.fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn conditional_laws_are_right() {
    for (name, diagram) in diagrams(12) {
        let sampler = Sampler::new(&diagram);
        for cell in [0, 5, 11] {
            for method in METHODS {
                let (points, cells) = drawn(&sampler, method, Some(cell), 8000);
                assert!(cells.iter().all(|&i| i as usize == cell));
                for g in [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [-0.8, 0.6]] {
                    let k = kolmogorov(&diagram, cell, &points, g);
                    // P(K > 2.3) is 5e-5.
                    assert!(k < 2.3, "{name} cell {cell} {method:?} {g:?}: {k}");
                }
            }
        }
        // The same of those among all samples that fall into a cell.
        for method in METHODS {
            let (points, cells) = drawn(&sampler, method, None, 60_000);
            let inside: Vec<_> = points.iter().zip(&cells).filter(|s| *s.1 == 7).map(|s| *s.0).collect();
            assert!(inside.len() > 1000);
            let k = kolmogorov(&diagram, 7, &inside, [0.6, 0.8]);
            assert!(k < 2.3, "{name} {method:?}: {k}");
        }
    }
}

/// The test above can fail: uniform points in a cell do not have an affine law.
#[test]
fn wrong_laws_are_seen() {
    let all = diagrams(12);
    let (_, disk) = &all[1];
    let mut data = ProblemData::new(ConvexPolygon::disk(17).unwrap(), disk.problem().sites().to_vec());
    data.masses = Some(disk.problem().masses().to_vec());
    let heights = Heights::zeros(12);
    let constant = Diagram::new(&Problem::new(data.clone()).unwrap(), &heights).unwrap();
    data.density = Density::Affine { g: [0.7, -0.6], c: 1.0 };
    let affine = Diagram::new(&Problem::new(data).unwrap(), &heights).unwrap();
    let cell = (0..12).max_by(|&a, &b| constant.masses()[a].total_cmp(&constant.masses()[b])).unwrap();
    let points = drawn(&Sampler::new(&constant), Method::Independent, Some(cell), 8000).0;
    assert!(kolmogorov(&affine, cell, &points, [0.7, -0.6]) > 4.0);
}

/// The highest site, lowest index first, by the exact predicate and all sites.
fn exact_cell(lifted: &[Lifted], x: [f64; 2]) -> u32 {
    let mut counters = Counters::default();
    let mut wins = |j: usize, i: usize| side_v_sign(&lifted[j], &lifted[i], x, &mut counters) > 0;
    (1..lifted.len()).fold(0, |i, j| if wins(j, i) { j } else { i }) as u32
}

fn wrong_cells(diagram: &Diagram, heights: &Heights, method: Method, n: usize) -> usize {
    let sites = diagram.problem().sites();
    let lifted: Vec<Lifted> = sites.iter().enumerate().map(|(i, &y)| Lifted::new(y, heights.get(i))).collect();
    let (points, cells) = drawn(&Sampler::new(diagram), method, None, n);
    points.iter().zip(&cells).filter(|(x, i)| exact_cell(&lifted, **x) != **i).count()
}

/// 0 wrong cells among 1e5 samples, also where cells are slivers or so far from the origin that
/// every point is rounded across walls.
#[test]
fn every_cell_is_the_exact_one() {
    let square = |at: f64, side: f64| ConvexPolygon::rectangle([at, at], [at + side, at + side]).unwrap();
    let far = 1e8;
    let random = |n: usize, at: f64, side: f64| -> Vec<[f64; 2]> {
        let step = [0.754_877_666_246_692_7, 0.569_840_290_998_053_3];
        (1..=n).map(|k| step.map(|s| at + side * (k as f64 * s).fract())).collect()
    };
    let grid: Vec<[f64; 2]> = (0..64).map(|k| [0.125 * (k % 8) as f64, 0.125 * (k / 8) as f64]).collect();
    let slivers: Vec<[f64; 2]> = (0..40).map(|k| [0.5 + 1e-13 * k as f64, 0.5]).collect();
    for (name, domain, sites, count) in [
        ("plain", square(0.0, 1.0), random(50, 0.0, 1.0), 100_000),
        ("grid", square(0.0, 1.0), grid, 20_000),
        ("far away", square(far, 1e-6), random(60, far, 1e-6), 20_000),
        ("slivers", square(0.0, 1.0), slivers, 20_000),
    ] {
        let problem = Problem::new(ProblemData::new(domain, sites)).unwrap();
        let weights = vec![0.0; problem.len()];
        let heights = Heights::from_weights(problem.sites(), &weights).0;
        let diagram = Diagram::new(&problem, &heights).unwrap();
        for method in [Method::Independent, Method::Stratified, Method::Even] {
            assert_eq!(wrong_cells(&diagram, &heights, method, count), 0, "{name} {method:?}");
        }
    }
}

#[test]
#[ignore = "minutes: 1e7 samples"]
fn no_wrong_cell_in_ten_million_samples() {
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    let step = [0.754_877_666_246_692_7, 0.569_840_290_998_053_3];
    let sites = (1..=100).map(|k| step.map(|s| (k as f64 * s).fract())).collect();
    let problem = Problem::new(ProblemData::new(square, sites)).unwrap();
    let heights = Heights::from_weights(problem.sites(), &[0.0; 100]).0;
    let diagram = Diagram::new(&problem, &heights).unwrap();
    assert_eq!(wrong_cells(&diagram, &heights, Method::Independent, 10_000_000), 0);
}

/// Threads, instruction sets and the way a run is cut do not show; the seed does. With few samples
/// a part of a stratified run reaches over many triangles, with many a triangle has many parts.
#[test]
fn runs_are_the_same_bits_however_they_are_made() {
    for (name, diagram) in diagrams(40) {
        let sampler = Sampler::new(&diagram);
        for (method, n) in METHODS.into_iter().map(|m| (m, 50_000)).chain([(Method::Stratified, 130)]) {
            let whole = drawn(&sampler, method, None, n);
            for threads in [1, 2, 3, 16] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                assert!(pool.install(|| drawn(&sampler, method, None, n)) == whole, "{name} {method:?} {threads}");
            }
            for set in Instructions::all() {
                let other = Sampler::new(&diagram).with_instructions(set);
                assert!(drawn(&other, method, None, n) == whole, "{name} {method:?} {}", set.name());
            }
            let draw = sampler.draw(method, None, 42, n as u64).unwrap();
            for cut in [1, 7, 33, 63, n * 2 / 3, 16_384, n - 1].into_iter().filter(|&cut| cut < n) {
                let (mut points, mut cells) = (vec![[0.0; 2]; n], vec![0; n]);
                draw.fill(0, &mut points[..cut], &mut cells[..cut]);
                draw.fill(cut as u64, &mut points[cut..], &mut cells[cut..]);
                assert!((&points, &cells) == (&whole.0, &whole.1), "{name} {method:?} cut at {cut}");
            }
            let other = sampler.draw(method, None, 43, n as u64).unwrap();
            let (mut points, mut cells) = (vec![[0.0; 2]; n], vec![0; n]);
            other.fill(0, &mut points, &mut cells);
            assert!(points != whole.0, "{name} {method:?}");
        }
    }
}

/// An octahedron with a density of its own in each triangle, constant, affine or vanishing, and
/// sites around it.
fn octahedron(density: SurfaceDensity) -> SurfaceDiagram {
    let v = vec![[1., 0., 0.], [-1., 0., 0.], [0., 1., 0.], [0., -1., 0.], [0., 0., 1.], [0., 0., -1.]];
    let t = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]];
    let surface = Surface::new(v, t.to_vec()).unwrap();
    let step = [0.819_172_513_396_164_4, 0.671_043_606_703_789_2, 0.549_700_477_901_960_2];
    let sites = (1..=60).map(|k| step.map(|s| 2.0 * (k as f64 * s).fract() - 1.0)).collect();
    let mut data = SurfaceProblemData::new(surface, sites);
    data.density = density;
    let problem = SurfaceProblem::new(data).unwrap();
    let heights = Heights::from_weights(problem.sites(), &vec![0.0; problem.len()]).0;
    SurfaceDiagram::new(&problem, &heights).unwrap()
}

/// Frequencies, means in each cell, exact cells, and the same bits by any way.
#[test]
fn surfaces_are_sampled() {
    let corners = (0..8).map(|f| [f64::from(f), 1.0, 0.0]).collect::<Vec<_>>();
    let faces = (0..8).map(|f| f64::from(f % 3)).collect::<Vec<_>>();
    let densities =
        [SurfaceDensity::Constant, SurfaceDensity::Corner(corners.into()), SurfaceDensity::Face(faces.into())];
    for (number, density) in densities.into_iter().enumerate() {
        let diagram = octahedron(density);
        let heights = Heights::from_weights(diagram.problem().sites(), &vec![0.0; diagram.len()]).0;
        let sampler = SurfaceSampler::new(&diagram);
        let sites = diagram.problem().sites();
        let n = 60_000;
        for method in [Method::Independent, Method::Stratified, Method::Even] {
            let draw = sampler.draw(method, None, 3, n as u64).unwrap();
            let (mut points, mut cells) = (vec![[0.0; 3]; n], vec![0; n]);
            draw.fill(0, &mut points, &mut cells);
            // On the surface |x| + |y| + |z| = 1.
            assert!(points.iter().all(|x| (x.iter().map(|c| c.abs()).sum::<f64>() - 1.0).abs() < 1e-14));
            let (hit, masses): (Vec<u32>, Vec<f64>) = {
                let alive: Vec<usize> = (0..diagram.len()).filter(|&i| diagram.masses()[i] > 0.0).collect();
                let rank = |i: &u32| alive.binary_search(&(*i as usize)).unwrap() as u32;
                (cells.iter().map(rank).collect(), alive.iter().map(|&i| diagram.masses()[i]).collect())
            };
            let z = chi_square(&hit, &masses);
            assert!(if method == Method::Independent { z.abs() < 4.0 } else { z < 1.0 }, "{number} {method:?}: {z}");
            // Exactly the highest site, the lowest of those that tie.
            let mut counters = Counters::default();
            for (x, &i) in points.iter().zip(&cells).take(5000) {
                let site = |i: usize| (&sites[i][..], heights.get(i));
                let best = (1..sites.len())
                    .fold(0, |i, j| if higher_at(site(j), site(i), x, &mut counters) > 0 { j } else { i });
                assert_eq!(best, i as usize, "{number} {method:?}");
            }
            for i in (0..diagram.len()).filter(|&i| diagram.masses()[i] > 0.02) {
                let inside: Vec<&[f64; 3]> =
                    points.iter().zip(&cells).filter(|s| *s.1 as usize == i).map(|s| s.0).collect();
                let (m, centroid) = (inside.len() as f64, diagram.centroids()[i].unwrap());
                for c in 0..3 {
                    let mean = inside.iter().map(|x| x[c]).sum::<f64>() / m;
                    let variance = inside.iter().map(|x| (x[c] - mean).powi(2)).sum::<f64>() / m;
                    let off = (mean - centroid[c]).abs() / (variance / m).sqrt();
                    assert!(off < 4.5, "{number} {method:?} cell {i}: {off} standard deviations");
                }
            }
            for set in Instructions::all() {
                let other = SurfaceSampler::new(&diagram).with_instructions(set);
                let draw = other.draw(method, None, 3, n as u64).unwrap();
                let (mut again, mut ids) = (vec![[0.0; 3]; n], vec![0; n]);
                draw.fill(0, &mut again[..999], &mut ids[..999]);
                draw.fill(999, &mut again[999..], &mut ids[999..]);
                assert!((&again, &ids) == (&points, &cells), "{number} {method:?} {}", set.name());
            }
        }
        let empty = (0..diagram.len()).find(|&i| diagram.masses()[i] == 0.0);
        if let Some(cell) = empty {
            let error = sampler.draw(Method::Independent, Some(cell), 0, 1).unwrap_err();
            assert_eq!(error, SampleError::EmptyCell { cell });
        }
    }
}

/// By alias table a site comes with its prescribed mass, whatever the mass of its cell is, and its
/// point is spread over the cell.
#[test]
fn surfaces_are_sampled_by_prescribed_masses() {
    let v = vec![[1., 0., 0.], [-1., 0., 0.], [0., 1., 0.], [0., -1., 0.], [0., 0., 1.], [0., 0., -1.]];
    let t = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]];
    let masses: Vec<f64> = (1..=6).map(f64::from).collect();
    let mut data = SurfaceProblemData::new(Surface::new(v.clone(), t.to_vec()).unwrap(), v);
    data.masses = Some(masses.clone());
    let problem = SurfaceProblem::new(data).unwrap();
    let heights = Heights::from_weights(problem.sites(), &[0.0; 6]).0;
    let diagram = SurfaceDiagram::new(&problem, &heights).unwrap();
    // By symmetry all cells have the same mass, 21 / 6.
    assert!(diagram.masses().iter().all(|m| (m - 3.5).abs() < 1e-12));
    let sampler = SurfaceSampler::new(&diagram);
    let n = 120_000;
    let draw = sampler.draw(Method::Alias, None, 11, n as u64).unwrap();
    let (mut points, mut cells) = (vec![[0.0; 3]; n], vec![0; n]);
    draw.fill(0, &mut points, &mut cells);
    let z = chi_square(&cells, &masses);
    assert!(z.abs() < 4.0, "{z}");
    assert!(chi_square(&cells, diagram.masses()) > 100.0);
    for (x, &i) in points.iter().zip(&cells) {
        let nearest = problem.sites()[i as usize].iter().zip(x).map(|(y, x)| y * x).sum::<f64>();
        assert!(x.iter().all(|c| c.abs() <= nearest + 1e-12), "{x:?} in cell {i}");
    }
    for i in 0..6 {
        let along: Vec<f64> =
            points.iter().zip(&cells).filter(|s| *s.1 == i).map(|s| s.0[i as usize / 2].abs()).collect();
        let m = along.len() as f64;
        let mean = along.iter().sum::<f64>() / m;
        let variance = along.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / m;
        let centroid = diagram.centroids()[i as usize].unwrap()[i as usize / 2].abs();
        assert!((mean - centroid).abs() < 4.5 * (variance / m).sqrt(), "cell {i}: {mean} for {centroid}");
    }
    for set in Instructions::all() {
        let other = SurfaceSampler::new(&diagram).with_instructions(set);
        let (mut again, mut ids) = (vec![[0.0; 3]; n], vec![0; n]);
        other.draw(Method::Alias, None, 11, n as u64).unwrap().fill(0, &mut again, &mut ids);
        assert!((&again, &ids) == (&points, &cells), "{}", set.name());
    }
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    let problem = Problem::new(ProblemData::new(square, vec![[0.2, 0.5], [0.5, 0.5], [0.8, 0.5]])).unwrap();
    let diagram = Diagram::new(&problem, &Heights::from_f64(&[-0.145, -9.0, -0.445])).unwrap();
    assert!(diagram.labels(1).is_empty() && matches!(diagram.labels(0)[0], Label::Domain(_)));
    let sampler = Sampler::new(&diagram);
    let error = |method, cell| sampler.draw(method, cell, 0, 1).unwrap_err();
    assert_eq!(error(Method::Independent, Some(3)), SampleError::NoCell { cell: 3, count: 3 });
    assert_eq!(error(Method::Alias, Some(1)), SampleError::EmptyCell { cell: 1 });
    assert_eq!(error(Method::Alias, None), SampleError::NotSolved { site: 1 });
    assert!(sampler.draw(Method::Independent, None, 0, 1).is_ok());
}
