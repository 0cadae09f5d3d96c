//! Partial transport, on polygons, meshes and images of any density: cells in balls against Green's
//! theorem on polygons clipped in rationals, the solver's diagram against the one for output, and
//! small problems solved.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::diagram::{Laguerre, PartialDiagram, PartialLaguerre, Want};
use brenier::domain::{ConvexPolygon, Density, Domain};
use brenier::exact::{Dd, Heights};
use brenier::newton::Outcome;
use brenier::problem::{Duplicates, Problem, ProblemData};
use brenier::transport::{Control, SolveOptions, certify, solve_with};
use brenier_fuzz::{disc, input, oracle, single_thread};
use libfuzzer_sys::fuzz_target;
use rug::Rational;

const ITERATIONS: usize = 60;

/// Share of what the oracle adds and subtracts that rounding may take.
const DOUBT: f64 = 1e-14;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data), data.last().copied().unwrap_or(0));
    }
);

fn run(u: &mut Unstructured<'_>, last: u8) -> Result<()> {
    let solved = u.ratio(1, 3)?;
    let mut s = input::sites(u, 8)?;
    if last >= FAR {
        far(last, &mut s);
    }
    let Some((domain, density)) = input::source(u, s.unit)? else { return Ok(()) };
    if solved { solution(u, &s, domain, density) } else { diagram(u, &s, domain, density) }
}

/// Last bytes from here on move sites far away.
const FAR: u8 = 0xe0;

/// Moves up to four sites by up to `1e15` units, so that the source sees straight lines of their
/// circles; heights as before over the distances.
fn far(last: u8, s: &mut input::Sites) {
    let by = [1e4, 1e5, 1e7, 1e9, 1e11, 1e13, 1e15, 1e6][usize::from(last >> 2 & 7)] * s.unit;
    let to = [[1.0, 0.0], [-0.6, 0.8], [0.0, -1.0], [1.0, 1.0]];
    let square = |y: &[f64; 2]| Dd::product(y[0], y[0]) + Dd::product(y[1], y[1]);
    for (k, y) in s.sites.iter_mut().enumerate().take(1 + usize::from(last & 3)) {
        let over = s.heights[k] + square(y).scale(0.5);
        *y = [0, 1].map(|a| y[a] + by * to[k][a]);
        s.heights[k] = over - square(y).scale(0.5);
    }
}

fn show(problem: &Problem, heights: Option<&Heights>) {
    if std::env::var_os("SHOW").is_some() {
        let (d, rho, y) = (problem.domain(), problem.density(), problem.sites());
        eprintln!("{d:?}\n{rho:?}\nsites {y:?}\nmasses {:?}\n{heights:?}", problem.masses());
    }
}

/// A cell as the oracle sees it.
#[derive(Default)]
struct Truth {
    cut: disc::Cut,
    /// What a mass may be wrong by: the library's own rounding.
    slack: f64,
    /// What the oracle may be wrong by, of the mass.
    doubt: f64,
    /// And of moments and arcs, over powers of `reach`.
    loose: f64,
    /// The farthest corner.
    reach: f64,
    /// All of its corners are well inside the ball.
    covered: bool,
    /// One constant density.
    even: Option<f64>,
}

/// The convex pieces of a source, each with its density.
fn pieces(problem: &Problem) -> Vec<(ConvexPolygon, brenier::domain::Law)> {
    match problem.patches() {
        None => vec![(problem.frame().clone(), problem.density().law().expect("what has no patches has one law"))],
        Some(patches) => patches
            .iter()
            .map(|p| (ConvexPolygon::new(p.corners().to_vec()).expect("a patch is a convex polygon"), p.law()))
            .collect(),
    }
}

/// All cells in their balls.
///
/// The oracle's error is a few `2^-52 L^2` times the density for each edge of each piece (at most
/// 12), `L` the distance of the farthest corner from the site: `loose` allows 1e-14 `L^2`. Masses
/// seen from afar, where that says nothing, are found in rationals.
fn truth(problem: &Problem, heights: &Heights) -> Vec<Truth> {
    let factor = problem.source_factor();
    let mut all: Vec<Truth> = (0..problem.len()).map(|_| Truth { covered: true, ..Truth::default() }).collect();
    for (k, (outline, law)) in pieces(problem).iter().enumerate() {
        for (i, cell) in oracle::polygons(outline, problem.sites(), heights.as_slice()).iter().enumerate() {
            if cell.len() < 3 {
                continue;
            }
            let y = problem.sites()[i];
            let seen = disc::seen_from(&oracle::point(y), cell);
            let reach = seen.iter().map(|z| z[0].hypot(z[1])).fold(0.0, f64::max);
            let rho = disc::Density::seen_from(y, *law, factor, reach);
            let w = weight(y, heights.get(i));
            let mut cut = disc::cut(&seen, w, &rho);
            let (area, _) = oracle::area_and_mass(cell, &Density::Constant);
            let loose = DOUBT * rho.scale * reach * reach;
            let mut doubt = loose;
            if law.is_constant && disc::is_far(&seen) {
                let part = disc::far_area(&oracle::point(y), cell, &exact_weight(y, heights.get(i)));
                cut.mass = (part * oracle::rational(law.c * factor)).to_f64();
                doubt = DOUBT * law.c * factor * area.to_f64();
            }
            let t = &mut all[i];
            t.cut.mass += cut.mass;
            t.cut.arcs += cut.arcs;
            t.cut.second += cut.second;
            (0..2).for_each(|a| t.cut.first[a] += cut.first[a]);
            t.slack += disc::slack(outline, problem.frame(), *law, factor, area.to_f64());
            t.doubt += doubt;
            t.loose += loose;
            t.reach = t.reach.max(reach);
            t.covered &= w > reach * reach * (1.0 + 1e-9);
            let value = law.is_constant.then_some(law.c * factor);
            t.even = if k == 0 { value } else { t.even.filter(|_| t.even == value) };
        }
    }
    all
}

/// `|y|^2 + 2 h`, exact until it is rounded.
fn weight(y: [f64; 2], h: Dd) -> f64 {
    exact_weight(y, h).to_f64()
}

fn exact_weight(y: [f64; 2], h: Dd) -> Rational {
    let [a, b] = oracle::point(y);
    let square = Rational::from(&a * &a) + Rational::from(&b * &b);
    square + oracle::rational_dd(h) * 2u32
}

/// Heights of balls that pass through corners, touch edges, hold everything or nothing.
fn balls(u: &mut Unstructured<'_>, s: &input::Sites, problem: &Problem) -> Result<Heights> {
    let square = |y: [f64; 2]| Dd::product(y[0], y[0]) + Dd::product(y[1], y[1]);
    let mut corners = problem.frame().vertices().to_vec();
    pieces(problem).iter().for_each(|(outline, _)| corners.extend_from_slice(outline.vertices()));
    let unit = s.unit * s.unit;
    let ball = |u: &mut Unstructured<'_>, y: [f64; 2]| -> Result<Dd> {
        let through = |v: [f64; 2]| {
            let d = [0, 1].map(|k| Dd::difference(v[k], y[k]));
            d[0] * d[0] + d[1] * d[1]
        };
        Ok(match u.int_in_range(0..=9u8)? {
            0 => Dd::ZERO,
            1 | 2 => {
                let r = f64::from(u.int_in_range(1..=12u8)?) / 2.0 * s.unit;
                Dd::product(r, r)
            }
            3 => through(corners[u.choose_index(corners.len())?]),
            4 => {
                let w = through(corners[u.choose_index(corners.len())?]);
                let by = w.scale(2f64.powi(*u.choose(&[-52, -100, -80, -30])?));
                if u.arbitrary()? { w + by } else { w - by }
            }
            5 | 6 => Dd::from_f64(f64::from(u.arbitrary::<u16>()?) / 4096.0 * unit),
            7 => Dd::from_f64(2f64.powi(-u.int_in_range(1..=120)?) * unit),
            8 => Dd::from_f64(2f64.powi(u.int_in_range(8..=40)?) * unit),
            _ => Dd::from_f64(-f64::from(u.int_in_range(0..=9u8)?) * unit),
        })
    };
    let sites = problem.sites();
    let first = ball(u, sites[0])?;
    let kind = u.int_in_range(0..=2u8)?;
    let mut heights = Vec::new();
    for (&y, &h) in sites.iter().zip(&s.heights) {
        heights.push(match kind {
            // The given diagram, shifted until the first site has its ball.
            0 => h + ((first - square(sites[0])).scale(0.5) - s.heights[0]),
            1 => (first - square(y)).scale(0.5),
            _ => (ball(u, y)? - square(y)).scale(0.5),
        });
    }
    Ok(Heights::new(heights.into_iter().map(|h| if h.is_finite() { Dd::sum(h.hi, h.lo) } else { Dd::ZERO })))
}

#[track_caller]
fn sound(values: &[f64]) {
    assert!(values.iter().all(|v| v.is_finite() && *v >= 0.0), "{values:?}");
}

#[track_caller]
fn near(a: f64, b: f64, bound: f64) {
    assert!(a == b || (a - b).abs() <= bound, "{a:e} is not {b:e}: off by {:e}, more than {bound:e}", (a - b).abs());
}

fn diagram(u: &mut Unstructured<'_>, s: &input::Sites, domain: Domain, density: Density) -> Result<()> {
    let mut data = ProblemData::new(domain, s.sites.clone()).density(density).duplicates(Duplicates::Keep);
    if u.arbitrary()? {
        data.masses = Some(vec![1e-3 * s.unit * s.unit; s.sites.len()]);
        data.partial = true;
    }
    let Ok(problem) = Problem::new(data) else { return Ok(()) };
    let heights = balls(u, s, &problem)?;
    show(&problem, Some(&heights));
    let d = PartialDiagram::new(&problem, &heights).expect("finite heights, one per site");
    d.polygons().validate(4).unwrap_or_else(|e| panic!("{e}"));
    let truth = truth(&problem, &heights);
    for (i, t) in truth.iter().enumerate() {
        cell(&d, i, t, weight(problem.sites()[i], heights.get(i)));
    }
    let slack: f64 = truth.iter().map(|t| t.slack).sum();
    sound(&[d.rest(), d.cost()]);
    assert!(d.dual_value().is_finite());
    near(d.outside().iter().sum(), d.rest(), slack);
    near(d.masses().iter().sum::<f64>() + d.rest(), measure(&problem), slack + 1e-15 * measure(&problem));
    walls(&d, &truth);
    solvers(&problem, &heights, &d, &truth);
    Ok(())
}

fn measure(problem: &Problem) -> f64 {
    let exact = |outline: &ConvexPolygon| {
        let corners: Vec<oracle::Point> = outline.vertices().iter().map(|&v| oracle::point(v)).collect();
        oracle::area_and_mass(&corners, problem.density()).1
    };
    let all = match problem.patches() {
        None => exact(problem.frame()),
        Some(patches) => patches.iter().map(|p| oracle::rational_dd(p.mass())).sum(),
    };
    (all * oracle::rational(problem.source_factor())).to_f64()
}

fn cell(d: &PartialDiagram, i: usize, t: &Truth, w: f64) {
    let (mass, outside, free, spread) = (d.masses()[i], d.outside()[i], d.free()[i], d.spreads()[i]);
    sound(&[mass, outside, free, spread]);
    let polygon = d.polygons().masses()[i];
    near(mass + outside, polygon, t.slack);
    near(mass, t.cut.mass, t.slack + t.doubt);
    if w <= 0.0 {
        assert_eq!([mass, free], [0.0; 2], "without a ball");
    } else if t.covered && t.reach > 0.0 {
        assert_eq!([outside, free], [0.0; 2], "within a ball");
        near(mass, polygon, t.slack);
    } else if t.reach > 0.0 {
        // The rate at which the mass grows. A wrong root of an edge nearly touched is off by 2^-26
        // L or so; few edges are.
        let scale = t.loose / (DOUBT * t.reach * t.reach);
        near(free, 0.5 * t.cut.arcs, 1e-6 * scale * (1.0 + t.reach / w.sqrt()));
    }
    let Some(c) = d.centroids()[i] else { return assert_eq!(mass, 0.0, "no centroid") };
    let (problem, y) = (d.polygons().problem(), d.polygons().problem().sites()[i]);
    let frame = problem.frame().vertices();
    for k in 0..2 {
        let [low, high] = frame.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], v| [l.min(v[k]), h.max(v[k])]);
        let bit = 1e-9 * problem.frame().extent().max(low.abs()).max(high.abs());
        assert!(low - bit <= c[k] && c[k] <= high + bit, "centroid {c:?} out of the frame");
    }
    if let Some(rho) = t.even {
        let z = [c[0] - y[0], c[1] - y[1]];
        let bound = 8.0 * (t.slack + t.loose) * t.reach;
        (0..2).for_each(|k| near(mass * z[k], rho * t.cut.first[k], bound));
        near(spread + mass * (z[0] * z[0] + z[1] * z[1]), rho * t.cut.second, 2.0 * bound * t.reach);
    }
    d.outline(i, 0.5).iter().for_each(|p| assert!(p[0].is_finite() && p[1].is_finite()));
    d.pieces(i, 0.5).iter().flatten().for_each(|(p, _)| assert!(p[0].is_finite() && p[1].is_finite()));
}

/// No wall is longer in the balls than without them; if all is covered they are the diagram's.
fn walls(d: &PartialDiagram, truth: &[Truth]) {
    let (own, all) = (d.walls(), d.polygons().hessian());
    assert!(own.windows(2).all(|w| (w[0].0, w[0].1) < (w[1].0, w[1].1)), "{own:?}");
    for &(i, j, h) in own {
        assert!(i < j && h > 0.0 && (h.is_finite() || touching(d.polygons().problem(), i, j)), "wall {i} {j}: {h:e}");
        let whole = all.iter().find(|w| (w.0, w.1) == (i, j)).expect("a wall of the diagram").2;
        // A density that nearly vanishes is good to units in the last place of its largest value,
        // so of affine ones only the sum is compared.
        assert!(truth[i as usize].even.is_none() || h <= whole * (1.0 + 1e-12), "wall {i} {j}: {h:e} of {whole:e}");
    }
    if truth.iter().all(|t| t.covered) {
        let positive: Vec<_> = all.into_iter().filter(|w| w.2 > 0.0).collect();
        assert_eq!(own.len(), positive.len(), "{own:?} are not {positive:?}");
        // Of sites a subnormal apart one may be beyond doubles, the other just within.
        let apart = own.iter().zip(&positive).filter(|(a, _)| !touching(d.polygons().problem(), a.0, a.1));
        apart.for_each(|(a, b)| near(a.2, b.2, 1e-12 * b.2));
    }
}

/// Sites so near to each other that length over distance is beyond all doubles.
fn touching(problem: &Problem, i: u32, j: u32) -> bool {
    let (a, b) = (problem.sites()[i as usize], problem.sites()[j as usize]);
    (a[0] - b[0]).abs().max((a[1] - b[1]).abs()) < 1e-280
}

/// What the solver sees: the same masses, a matrix symmetric to the bit, and finite heights
/// wherever it is told to raise cells.
fn solvers(problem: &Problem, heights: &Heights, d: &PartialDiagram, truth: &[Truth]) {
    let mut laguerre = PartialLaguerre::new(problem);
    let (order, n) = (laguerre.order(), problem.len());
    assert_eq!(laguerre.touching_heights().first_non_finite(), None);
    let own = Heights::new(heights.permuted(&order).as_slice().iter().copied().chain([Dd::ZERO]));
    let slack: f64 = truth.iter().map(|t| t.slack).sum();
    // Of cells without area the solver may see a sliver, good to the rounding of its corners; the
    // diagram for output takes them out.
    let sliver =
        |(outline, law): &(ConvexPolygon, _)| disc::slack(outline, problem.frame(), *law, problem.source_factor(), 0.0);
    let slivers: f64 = pieces(problem).iter().map(sliver).sum();
    for background in [0.0, 0.125, 1.0] {
        if background > 0.0 {
            let Some(mixed) = laguerre.background() else { break };
            mixed.set_share(background);
        }
        let m = laguerre.measures(&own, Want::Newton).expect("masses of any heights");
        let (mass, graph) = (m.masses(), &m.graph);
        assert_eq!([mass.len(), graph.row.len() - 1], [n + 1, n + 1]);
        sound(mass);
        let mut entries = Vec::new();
        for i in 0..=n {
            let row = graph.row[i] as usize..graph.row[i + 1] as usize;
            entries.extend(row.map(|k| (i as u32, graph.column[k], graph.weight[k].to_bits())));
        }
        let mut mirrored: Vec<_> = entries.iter().map(|&(i, j, k)| (j, i, k)).collect();
        let sites = |i: u32, j: u32| i.max(j) < n as u32 && touching(problem, order[i as usize], order[j as usize]);
        for &(i, j, k) in &entries {
            let k = f64::from_bits(k);
            assert!(k >= 0.0 && (k.is_finite() || sites(i, j)), "conductance {i} {j}: {k:e}");
        }
        entries.sort_unstable();
        mirrored.sort_unstable();
        assert_eq!(entries, mirrored, "not symmetric");
        if background == 0.0 {
            for (k, &i) in order.iter().enumerate() {
                near(mass[k], d.masses()[i as usize], truth[i as usize].slack + slivers);
            }
            near(mass[n] - laguerre.offset(), d.rest(), slack + slivers + 1e-15 * mass[n]);
        }
        let mut wanted: Vec<f64> = order.iter().map(|&i| problem.masses()[i as usize]).collect();
        wanted.push(1.0);
        if let Some(raised) = laguerre.revive().and_then(|r| r.raise_empty(&own, mass, &wanted)) {
            assert_eq!([Some(raised.len()), raised.first_non_finite()], [Some(n + 1), None], "raised to {raised:?}");
        }
    }
}

fn solution(u: &mut Unstructured<'_>, s: &input::Sites, domain: Domain, density: Density) -> Result<()> {
    // No heights tell sites a subnormal apart from each other (`newton` has its fill of them); here
    // they are one.
    let sites = s.sites.iter().map(|y| y.map(|c| if c.abs() < 1e-300 { 0.0 } else { c })).collect();
    let data = ProblemData::new(domain, sites).density(density);
    let Ok(whole) = Problem::new(data.clone()) else { return Ok(()) };
    let all = measure(&whole) / whole.source_factor();
    let mut masses = Vec::new();
    let spread = u.int_in_range(0..=2u8)?;
    for _ in 0..data.sites.len() {
        let k = u.int_in_range(1..=20u8)?;
        masses.push([1.0, f64::from(k), 2f64.powi(-i32::from(k))][spread as usize]);
    }
    let mut share = *u.choose(&[0.5, 1e-9, 1e-3, 0.1, 0.9, 0.999999, 1.0 - 1e-12, 1.0, 1.001])?;
    if let (Some(patches), true) = (whole.patches(), u.ratio(1, 3)?) {
        // Perhaps all that there is in a component.
        let some = u.int_in_range(1..=patches.len())?;
        share = patches.iter().take(some).map(|p| p.mass().to_f64()).sum::<f64>() / all;
    }
    let sum: f64 = masses.iter().sum();
    masses.iter_mut().for_each(|m| *m *= share * all / sum);
    let data = data.masses(Some(masses)).partial(true);
    let tolerance = *u.choose(&[1e-10, 1e-6, 1e-12, 1e-3])?;
    let stop_at = if u.ratio(1, 16)? { Some(u.int_in_range(0..=3usize)?) } else { None };
    let Ok(problem) = Problem::new(data) else { return Ok(()) };
    show(&problem, None);
    let options = SolveOptions::default().tolerance(tolerance).max_iterations(ITERATIONS);
    let found = solve_with(&problem, &options, &mut |progress| {
        assert!(progress.iteration <= ITERATIONS, "runs beyond the limit");
        if stop_at.is_some_and(|k| progress.iteration >= k) { Control::Stop } else { Control::Continue }
    });
    let n = problem.len();
    assert_eq!([found.heights.len(), found.weights.len(), found.masses.len(), found.centroids.len()], [n; 4]);
    assert_eq!(found.heights.first_non_finite(), None);
    assert!(found.weights.iter().all(|w| w.is_finite()));
    sound(&found.masses);
    sound(&[found.cost, found.report.rest.unwrap_or(0.0)]);
    let outcome = found.report.outcome.as_ref().expect("every run has an outcome");
    if std::env::var_os("SHOW").is_some() {
        eprintln!("tolerance {tolerance:e}: {outcome:?} after {} steps", found.report.iterations.len());
    }
    assert_eq!(found.report.converged, *outcome == Outcome::Converged);
    assert!(found.report.iterations.len() <= ITERATIONS + 1, "more iterations than allowed");
    match outcome {
        Outcome::Converged => {}
        Outcome::Interrupted => assert!(stop_at.is_some(), "nobody interrupted"),
        Outcome::TimeLimit => panic!("there was no time limit"),
        Outcome::NotConverged { why } => assert!(!why.is_empty()),
        other => panic!("{other:?}"),
    }
    // Equal totals are the balanced problem, which `newton` tests.
    let (Some(rest), Outcome::Converged) = (problem.rest(), outcome) else { return Ok(()) };
    certify(&problem, &found.heights, 4).unwrap_or_else(|e| panic!("{e}"));
    let tolerance = tolerance * (1.0 + 1e-6);
    let truth = truth(&problem, &found.heights);
    for (i, t) in truth.iter().enumerate() {
        let nu = problem.masses()[i];
        near(found.masses[i], nu, tolerance * nu + t.slack);
        near(t.cut.mass, nu, tolerance * nu + t.slack + t.doubt);
        assert!(found.weights[i] > 0.0, "a mass without a ball");
    }
    let slack: f64 = truth.iter().map(|t| t.slack).sum();
    near(found.report.rest.expect("partial"), rest, tolerance * all + slack);
    Ok(())
}
