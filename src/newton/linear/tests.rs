//! Tests of the linear solver against dense solves, closed forms and itself.

use super::{Laplacian, LinearOptions, LinearReport, solve};
use crate::diagram::{Laguerre, PlaneLaguerre, Want};
use crate::domain::ConvexPolygon;
use crate::exact::Heights;
use crate::problem::{Problem, ProblemData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Laplacian on `n` nodes of the edges `(i, j, weight)`, no edge twice.
fn laplacian(n: usize, edges: &[(usize, usize, f64)]) -> Laplacian {
    let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    for &(i, j, w) in edges {
        rows[i].push((j as u32, w));
        rows[j].push((i as u32, w));
    }
    let mut l = Laplacian { row_ptr: vec![0], col: Vec::new(), weight: Vec::new() };
    for row in rows {
        l.col.extend(row.iter().map(|e| e.0));
        l.weight.extend(row.iter().map(|e| e.1));
        l.row_ptr.push(l.col.len() as u32);
    }
    l
}

/// Triangulated grid of `m` by `m` nodes, row by row: every node has up to six neighbours.
fn grid(m: usize, mut weight: impl FnMut(usize, usize) -> f64) -> Laplacian {
    let mut edges = Vec::new();
    for i in 0..m {
        for j in 0..m {
            let at = i * m + j;
            let mut push = |to: usize| edges.push((at, to, weight(at, to)));
            if j + 1 < m {
                push(at + 1);
            }
            if i + 1 < m {
                push(at + m);
            }
            if i + 1 < m && j + 1 < m {
                push(at + m + 1);
            }
        }
    }
    laplacian(m * m, &edges)
}

/// Random right-hand side.
fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| rng.random::<f64>() - 0.5).collect()
}

fn tight() -> LinearOptions<'static> {
    LinearOptions { relative_tolerance: 1e-12, enough: None, max_iterations: 300, centred: true }
}

/// Solution of a connected graph by dense Gaussian elimination of the graph itself: the oracle. It
/// works on weights only, so it is accurate for any ratio of weights.
fn dense(l: &Laplacian, b: &[f64]) -> Vec<f64> {
    let n = l.len();
    let mut k = vec![vec![0.0; n]; n];
    for (i, k) in k.iter_mut().enumerate() {
        let (col, weight) = l.row(i);
        col.iter().zip(weight).for_each(|(&j, w)| k[j as usize] = *w);
    }
    let mean = b.iter().sum::<f64>() / n as f64;
    let mut b: Vec<f64> = b.iter().map(|b| b - mean).collect();
    for v in (1..n).rev() {
        let sum: f64 = k[v][..v].iter().sum();
        for i in 0..v {
            let share = k[v][i] / sum;
            b[i] += share * b[v];
            for j in (0..v).filter(|&j| j != i) {
                k[i][j] += share * k[v][j];
            }
        }
    }
    let mut x = vec![0.0; n];
    for v in 1..n {
        let sum: f64 = k[v][..v].iter().sum();
        x[v] = (b[v] + (0..v).map(|i| k[v][i] * x[i]).sum::<f64>()) / sum;
    }
    let mean = x.iter().sum::<f64>() / n as f64;
    x.iter().map(|x| x - mean).collect()
}

/// Greatest difference over the greatest value.
fn distance(x: &[f64], y: &[f64]) -> f64 {
    let scale = y.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
    x.iter().zip(y).fold(0.0, |m: f64, (x, y)| m.max((x - y).abs())) / scale
}

/// Residual of `x` in the norm of the stopping test, computed independently of the solver.
fn residual(l: &Laplacian, b: &[f64], x: &[f64]) -> f64 {
    let mean = b.iter().sum::<f64>() / b.len() as f64;
    let (mut rest, mut all) = (0.0, 0.0);
    for i in 0..l.len() {
        let (col, weight) = l.row(i);
        let d: f64 = weight.iter().sum();
        let lx: f64 = col.iter().zip(weight).map(|(&j, w)| w * (x[i] - x[j as usize])).sum();
        rest += (b[i] - mean - lx).powi(2) / d;
        all += (b[i] - mean).powi(2) / d;
    }
    (rest / all).sqrt()
}

/// Solves and checks the report against an independent residual.
fn solve_checked(l: &Laplacian, b: &[f64], options: &LinearOptions<'_>) -> (Vec<f64>, LinearReport) {
    let (x, report) = solve(l, b.to_vec(), options);
    let rest = residual(l, b, &x);
    assert!((rest - report.relative_residual).abs() <= 1e-3 * rest + 1e-14, "{rest:e} {report:?}");
    (x, report)
}

#[test]
fn tiny_graphs() {
    let none = Laplacian { row_ptr: vec![0], col: vec![], weight: vec![] };
    assert_eq!(solve(&none, Vec::new(), &tight()).0, Vec::<f64>::new());
    assert_eq!(solve(&laplacian(1, &[]), vec![3.0], &tight()).0, vec![0.0]);
    let (x, report) = solve(&laplacian(2, &[(0, 1, 4.0)]), vec![2.0, -2.0], &tight());
    assert_eq!(x, vec![0.25, -0.25]);
    assert_eq!(report.relative_residual, 0.0);
    // The part of the right-hand side that no x can produce is projected away.
    let (x, _) = solve(&laplacian(2, &[(0, 1, 4.0)]), vec![5.0, 1.0], &tight());
    assert_eq!(x, vec![0.25, -0.25]);
}

#[test]
fn random_graphs_agree_with_dense() {
    for seed in 0..20 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n = 3 + 7 * seed as usize;
        let mut edges: Vec<_> = (1..n).map(|i| (i, rng.random_range(0..i), rng.random::<f64>() + 0.01)).collect();
        for i in 0..n {
            for j in 0..i {
                if rng.random::<f64>() < 3.0 / n as f64 && !edges.iter().any(|e| e.0 == i && e.1 == j) {
                    edges.push((i, j, rng.random::<f64>() + 0.01));
                }
            }
        }
        let l = laplacian(n, &edges);
        let b = noise(n, seed + 100);
        let (x, _) = solve_checked(&l, &b, &tight());
        assert!(distance(&x, &dense(&l, &b)) < 1e-11, "seed {seed}");
    }
}

#[test]
fn weights_over_24_decades_agree_with_dense() {
    for seed in 0..10 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let l = grid(12, |_, _| 10f64.powf(24.0 * rng.random::<f64>() - 12.0));
        let b = noise(l.len(), seed);
        let (x, report) = solve(&l, b.to_vec(), &tight());
        // Nodes with weak edges only lie far off; compare each edge's flux, which is of the size of
        // b.
        let y = dense(&l, &b);
        for i in 0..l.len() {
            let (col, weight) = l.row(i);
            for (&j, w) in col.iter().zip(weight) {
                let (flux, exact) = (w * (x[i] - x[j as usize]), w * (y[i] - y[j as usize]));
                let rounding = 1e-15 * w * (y[i].abs() + y[j as usize].abs());
                assert!((flux - exact).abs() < 1e-9 + 10.0 * rounding, "seed {seed}: {flux} {exact} {report:?}");
            }
        }
    }
}

#[test]
fn long_path_is_exact() {
    // x is known: differences are the partial sums of b over the weights.
    let n = 100_000;
    let edges: Vec<_> = (1..n).map(|i| (i - 1, i, [1.0, 1e-6, 1e6][i % 3])).collect();
    let l = laplacian(n, &edges);
    let mut b = noise(n, 1);
    let mean = b.iter().sum::<f64>() / n as f64;
    b.iter_mut().for_each(|b| *b -= mean);
    let (x, report) = solve_checked(&l, &b, &tight());
    assert_eq!(report.iterations, 0);
    let mut flux = 0.0;
    let mut y = vec![0.0; n];
    for i in 1..n {
        flux += b[i - 1];
        y[i] = y[i - 1] - flux / edges[i - 1].2;
    }
    let mean = y.iter().sum::<f64>() / n as f64;
    y.iter_mut().for_each(|y| *y -= mean);
    // Its residual is not small: rounding x of 1e10 moves the flux through an edge of 1e6 by 1.
    assert!(distance(&x, &y) < 1e-9, "{:e}", distance(&x, &y));
}

#[test]
fn long_cycle_and_star_need_no_iteration() {
    let n = 50_000;
    let mut cycle: Vec<_> = (1..n).map(|i| (i - 1, i, 1.0)).collect();
    cycle.push((n - 1, 0, 1.0));
    let star: Vec<_> = (1..n).map(|i| (0, i, 1.0 + (i % 7) as f64)).collect();
    // Nodes between two hubs: the edge between the hubs gathers the parallel ones.
    let two_hubs: Vec<_> = (2..n).flat_map(|i| [(0, i, 1.0), (1, i, 2.0)]).collect();
    for edges in [cycle, star, two_hubs] {
        let l = laplacian(n, &edges);
        let (_, report) = solve_checked(&l, &noise(n, 3), &LinearOptions { relative_tolerance: 1e-9, ..tight() });
        assert_eq!(report.iterations, 0);
        assert!(report.relative_residual < 1e-9, "{report:?}");
    }
}

#[test]
fn wheel_with_large_hub() {
    let n = 30_000;
    let mut edges: Vec<_> = (1..n).map(|i| (0, i, 1e-3)).collect();
    edges.extend((1..n).map(|i| (i, if i + 1 < n { i + 1 } else { 1 }, 1.0)));
    let l = laplacian(n, &edges);
    let (_, report) = solve_checked(&l, &noise(n, 4), &tight());
    assert!(report.relative_residual < 1e-11 && report.iterations < 60, "{report:?}");
}

#[test]
fn iterations_hardly_grow() {
    let mut counts = Vec::new();
    for m in [64, 128, 256] {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let l = grid(m, |_, _| 0.05 + rng.random::<f64>());
        let options = LinearOptions { relative_tolerance: 1e-10, enough: None, max_iterations: 100, centred: true };
        let (_, report) = solve_checked(&l, &noise(l.len(), 6), &options);
        assert!(report.relative_residual <= 1e-10, "{report:?}");
        assert!(report.levels > 1);
        counts.push(report.iterations);
    }
    assert!(counts.iter().all(|&c| c <= 25), "{counts:?}");
    assert!(counts[2] <= counts[0] + 4, "{counts:?}");
}

/// Weights vary at random, and the worst aggregates of many are worse than those of few: without a
/// bound on each the iterations were 28 at 1e5 points and 36 at 1e6.
#[test]
fn iterations_on_voronoi_diagrams_do_not_grow() {
    for n in [10_000, 100_000] {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sites: Vec<[f64; 2]> = (0..n).map(|_| [rng.random(), rng.random()]).collect();
        let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
        let heights = Heights::from_weights(&sites, &vec![0.0; n]).0;
        let problem = Problem::new(ProblemData::new(square, sites)).unwrap();
        let mut diagram = PlaneLaguerre::new(&problem);
        let heights = heights.permuted(&diagram.order());
        let graph = diagram.measures(&heights, Want::Newton).unwrap().graph;
        let l = Laplacian { row_ptr: graph.row, col: graph.column, weight: graph.weight };
        for (tolerance, most) in [(1e-3, 7), (1e-6, 12), (1e-10, 20)] {
            let options =
                LinearOptions { relative_tolerance: tolerance, enough: None, max_iterations: 100, centred: true };
            let (_, report) = solve_checked(&l, &noise(n, 2), &options);
            assert!(report.relative_residual <= tolerance && report.iterations <= most, "{n} points: {report:?}");
        }
    }
}

/// The known weak spot of plain aggregation: convergence is slow where neighbours differ at random
/// by up to twelve decades, but it does not break down. The systems of Newton's method on masses
/// over 1e12 are not like this: they take below 20 iterations.
#[test]
fn contrasts_between_nodes_over_12_decades() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let size: Vec<f64> = (0..128 * 128).map(|_| 10f64.powf(12.0 * rng.random::<f64>())).collect();
    let l = grid(128, |i, j| size[i].min(size[j]));
    let options = LinearOptions { relative_tolerance: 1e-10, enough: None, max_iterations: 300, centred: true };
    let (_, report) = solve_checked(&l, &noise(l.len(), 8), &options);
    assert!(report.relative_residual <= 1e-3, "{report:?}");
}

#[test]
fn tight_clusters_on_weak_links() {
    // 8 x 8 blocks; inside them weights are 1e12 times those between them.
    let m = 128;
    let block = |at: usize| (at / m / 16, at % m / 16);
    let l = grid(m, |i, j| if block(i) == block(j) { 1.0 } else { 1e-12 });
    // Flow from block to block only: each block's sum is of the size of the weak weights.
    let x: Vec<f64> = (0..m * m).map(|i| (block(i).0 * 3 + block(i).1 * block(i).1) as f64).collect();
    let mut b = vec![0.0; m * m];
    l.apply(&x, &mut b);
    let (y, report) = solve(&l, b.to_vec(), &tight());
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let x: Vec<f64> = x.iter().map(|x| x - mean).collect();
    assert!(distance(&y, &x) < 1e-3, "{:e} {report:?}", distance(&y, &x));
}

#[test]
fn components_are_solved_apart() {
    // Two grids, an isolated node, a pair held by a zero weight, a triangle.
    let part = grid(60, |_, _| 1.0);
    let m = part.len();
    let mut edges = Vec::new();
    for i in 0..m {
        let (col, weight) = part.row(i);
        for (&j, &w) in col.iter().zip(weight).filter(|e| (*e.0 as usize) < i) {
            edges.push((i, j as usize, w));
            edges.push((m + i, m + j as usize, 1e9 * w));
        }
    }
    edges.push((2 * m + 1, 2 * m + 2, 0.0));
    edges.extend([(2 * m + 3, 2 * m + 4, 1.0), (2 * m + 4, 2 * m + 5, 1.0), (2 * m + 5, 2 * m + 3, 1.0)]);
    let n = 2 * m + 6;
    let l = laplacian(n, &edges);
    let b = noise(n, 9);
    let (x, report) = solve(&l, b.to_vec(), &tight());
    assert!(report.relative_residual < 1e-11, "{report:?}");
    assert_eq!(x[2 * m..2 * m + 3], [0.0; 3]);
    let (first, _) = solve(&part, b[..m].to_vec(), &tight());
    assert!(distance(&x[..m], &first) < 1e-9);
    let (second, _) = solve(&part, b[m..2 * m].to_vec(), &tight());
    let second: Vec<f64> = second.iter().map(|x| x * 1e-9).collect();
    assert!(distance(&x[m..2 * m], &second) < 1e-9);
    for range in [0..m, m..2 * m, 2 * m + 3..n] {
        let scale = x[range.clone()].iter().fold(0.0, |s: f64, x| s.max(x.abs()));
        assert!(x[range].iter().sum::<f64>().abs() < 1e-9 * scale);
    }
}

#[test]
fn dense_graph_is_iterated() {
    let n = 400;
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let edges: Vec<_> = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
    let edges: Vec<_> = edges.into_iter().map(|(i, j)| (i, j, rng.random::<f64>())).collect();
    let l = laplacian(n, &edges);
    let b = noise(n, 11);
    let (x, report) = solve_checked(&l, &b, &tight());
    assert!(report.relative_residual <= 1e-12, "{report:?}");
    assert!(distance(&x, &dense(&l, &b)) < 1e-10);
}

#[test]
fn numbering_without_locality() {
    // Red nodes first, then black: every edge joins two chunks.
    let m = 150;
    let number = |i: usize, j: usize| (i * m + j) / 2 + if (i + j).is_multiple_of(2) { 0 } else { m * m / 2 };
    let mut edges = Vec::new();
    for i in 0..m {
        for j in 0..m - 1 {
            edges.push((number(i, j), number(i, j + 1), 1.0));
            edges.push((number(j, i), number(j + 1, i), 1.0));
        }
    }
    let l = laplacian(m * m, &edges);
    let (_, report) = solve_checked(&l, &noise(m * m, 12), &tight());
    assert!(report.relative_residual <= 1e-11 && report.iterations < 60, "{report:?}");
}

#[test]
fn same_bits_for_any_number_of_threads() {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    let l = grid(300, |_, _| rng.random::<f64>() + 1e-3);
    let b = noise(l.len(), 14);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("thread pool");
        let (x, report) = pool.install(|| solve(&l, b.to_vec(), &LinearOptions::default()));
        (x.into_iter().map(f64::to_bits).collect::<Vec<_>>(), report)
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}

#[test]
fn extreme_scales_and_bad_values() {
    let l = grid(40, |_, _| 1.0);
    let b = noise(l.len(), 15);
    let (x, _) = solve(&l, b.to_vec(), &tight());
    for (weight, factor) in [(1e-300, 1e-290), (1e300, 1e-10), (1e-310, 1e-310), (1e200, 1e-120)] {
        let scaled = Laplacian { weight: l.weight.iter().map(|w| w * weight).collect(), ..l.clone() };
        let b: Vec<f64> = b.iter().map(|b| b * factor).collect();
        let (y, report) = solve(&scaled, b.to_vec(), &tight());
        // 1e-310 has 13 significant bits only, so there the data themselves are rounded.
        let y: Vec<f64> = y.iter().map(|y| y / (factor / weight)).collect();
        assert!(distance(&y, &x) < 1e-3, "{weight:e} {report:?}");
    }
    let mut bad = l.clone();
    bad.weight[17] = f64::NAN;
    bad.weight[18] = -1.0;
    let mut c = b.clone();
    c[3] = f64::INFINITY;
    let (x, report) = solve(&bad, c.to_vec(), &tight());
    assert!(x.iter().all(|x| x.is_finite()) && report.relative_residual.is_finite());
    bad.col[0] = u32::MAX;
    assert_eq!(solve(&bad, b.to_vec(), &tight()).1.relative_residual, 1.0);
}

#[test]
fn unreachable_tolerance_ends() {
    let l = grid(100, |_, _| 1.0);
    let b: Vec<f64> = (0..l.len()).map(|i| i as f64).collect();
    let (_, report) = solve_checked(
        &l,
        &b,
        &LinearOptions { relative_tolerance: 0.0, enough: None, max_iterations: 100_000, centred: true },
    );
    assert!(report.relative_residual < 1e-10, "{report:?}");
    assert!(report.iterations < 400, "{report:?}");
}

/// Graphs in which all nodes are adjacent, on both sides of the bounds below which they are solved
/// directly.
#[test]
fn complete_graphs_of_any_size() {
    for n in [199, 201, 250, 299, 300, 301, 350, 600] {
        let mut edges = Vec::new();
        for i in 0..n {
            (0..i).for_each(|j| edges.push((i, j, 1.0 + ((i * 7 + j * 13) % 11) as f64)));
        }
        let l = laplacian(n, &edges);
        let (x, report) = solve(&l, noise(n, 5), &tight());
        assert_eq!(x.len(), n);
        assert!(report.relative_residual <= 1e-11, "{n}: {report:?}");
    }
}
