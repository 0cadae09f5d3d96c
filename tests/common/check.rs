//! The library's diagram held against the brute force, and against itself.

use super::instances::Instance;
use super::oracle::{self, Diagram as Truth, P, Q, approx};
use brenier::diagram::{Diagram, Label};
use brenier::domain::ConvexPolygon;
use brenier::exact::Dd;
use std::collections::{BTreeMap, BTreeSet};

/// Runs `check`; if it fails or panics, drops sites as long as it still fails, and panics with the
/// smallest instance.
pub fn minimize(instance: &Instance, check: impl Fn(&Instance) -> Result<(), String>) {
    let run = |i: &Instance| {
        let attempt = std::panic::AssertUnwindSafe(|| check(i));
        std::panic::catch_unwind(attempt).unwrap_or_else(|p| {
            let text = p.downcast_ref::<String>().cloned();
            let text = text.or(p.downcast_ref::<&str>().map(|s| s.to_string()));
            Err(format!("panicked: {}", text.unwrap_or_default()))
        })
    };
    let Err(mut why) = run(instance) else { return };
    let mut smallest = instance.clone();
    let mut k = 0;
    while k < smallest.len() && smallest.len() > 1 {
        let rest: Vec<usize> = (0..smallest.len()).filter(|&j| j != k).collect();
        let smaller = smallest.permuted(&rest);
        match run(&smaller) {
            Err(e) => (smallest, why) = (smaller, e),
            Ok(()) => k += 1,
        }
    }
    panic!("{why}\nin {smallest:?}");
}

macro_rules! ensure {
    ($condition:expr, $($what:tt)*) => {
        let holds: bool = $condition;
        if !holds {
            return Err(format!($($what)*));
        }
    };
}

/// Size of the domain and of the density on it, for error bounds.
struct Scale {
    /// Diameter, rounded up a little.
    diameter: f64,
    /// Largest density times the source factor.
    density: f64,
}

fn scale(instance: &Instance, factor: f64) -> Scale {
    let p = &instance.polygon;
    let far = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let pairs = p.iter().flat_map(|a| p.iter().map(move |b| far(a, b)));
    Scale {
        diameter: pairs.fold(0.0, f64::max),
        density: p
            .iter()
            .map(|&v| instance.density.law().unwrap().at(Dd::from_f64(v[0]), Dd::from_f64(v[1])))
            .fold(0.0, f64::max)
            * factor,
    }
}

/// One unit in the last place of `x`.
fn ulp(x: f64) -> f64 {
    x.next_up() - x
}

/// The diagram and its brute-force twin agree: exactly where the library claims exactness, else to
/// a stated bound.
pub fn against_truth(instance: &Instance) -> Result<(), String> {
    let problem = instance.problem();
    let d = Diagram::new(&problem, &instance.heights()).map_err(|e| e.to_string())?;
    let truth = instance.oracle();
    assert_eq!(truth.sum_of_masses(), truth.total, "the brute force is wrong");
    exact_numbers(&d, &truth)?;
    rounded_numbers(instance, &d, &truth, problem.source_factor())?;
    if instance.len() <= 6 {
        // Quadratic in rationals of the printed size: the small ones are enough.
        vertices(instance, &d)?;
    }
    labels(&d, problem.frame())?;
    d.validate(4).map_err(|e| format!("validate(4): {e}"))
}

fn exact_numbers(d: &Diagram, truth: &Truth) -> Result<(), String> {
    let mut sum = Q::new();
    for (i, cell) in truth.cells.iter().enumerate() {
        let mass = d.rational_mass(i);
        let (found, expected) = (approx(&mass), approx(&cell.mass));
        ensure!(mass == cell.mass, "exact mass {i}: {found}, truth {expected}");
        sum += mass;
    }
    ensure!(sum == truth.total, "exact masses do not sum to the domain's measure");
    let found: BTreeSet<(usize, usize)> = d.hessian().iter().map(|&(i, j, _)| (i as usize, j as usize)).collect();
    let expected: BTreeSet<(usize, usize)> = truth.facets.keys().copied().collect();
    ensure!(found.len() == d.hessian().len(), "a facet is listed twice");
    ensure!(found == expected, "adjacency {found:?}, truth {expected:?}");
    let hidden: Vec<u32> = (0..d.len() as u32).filter(|&i| truth.cells[i as usize].is_empty()).collect();
    ensure!(d.hidden() == hidden, "hidden {:?}, truth {hidden:?}", d.hidden());
    Ok(())
}

/// Bounds: a vertex is off by at most one ulp `u` of the diameter `D`, so a mass by at most
/// `4 D u rho` (perimeter at most `4D`) plus rounding of the sums, in all below `16 D u rho`; a
/// first moment about a cell point by `D` times that; a facet's length by `2u`, plus relative
/// rounding.
fn rounded_numbers(instance: &Instance, d: &Diagram, truth: &Truth, factor: f64) -> Result<(), String> {
    let s = scale(instance, factor);
    let u = ulp(s.diameter);
    let slack = 16.0 * s.diameter * u * s.density;
    let factor = oracle::exact(factor);
    for (i, cell) in truth.cells.iter().enumerate() {
        let expected = approx(&Q::from(&cell.mass * &factor));
        let found = d.masses()[i];
        let gap = (found - expected).abs();
        ensure!(gap <= slack + 1e-14 * expected, "mass {i}: {found}, truth {expected}");
        ensure!(found >= 0.0, "mass {i} is negative: {found}");
        let Some(c) = cell.centroid() else { continue };
        let Some(found) = d.centroids()[i] else {
            return Err(format!("no centroid {i} though the mass is {expected}"));
        };
        for k in 0..2 {
            let gap = (found[k] - approx(&c[k])).abs();
            let bound = (16.0 * u + s.diameter * slack / expected).min(s.diameter);
            ensure!(gap <= bound, "centroid {i}[{k}] off by {gap:e} > {bound:e}");
        }
    }
    for (i, j, h) in d.hessian() {
        let (i, j) = (i as usize, j as usize);
        let expected = approx(&Q::from(&truth.facets[&(i, j)] * &factor));
        let (a, b) = (instance.sites[i], instance.sites[j]);
        let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
        let bound = 8.0 * u * s.density / apart + 1e-13 * expected;
        ensure!((h - expected).abs() <= bound, "H {i},{j}: {h}, truth {expected}");
        // Below the resolution of the computed vertices (2^-100 of the diameter) a facet may have H
        // = 0.
        let visible = expected > 2f64.powi(-90) * s.diameter * s.density / apart;
        ensure!(h > 0.0 || !visible, "H {i},{j} = {h}, truth {expected:e}");
    }
    let (cost, expected) = (d.cost(), approx(&(truth.cost() * &factor)));
    let reach = reach(instance);
    let bound = slack * reach * reach + 1e-13 * expected;
    ensure!((cost - expected).abs() <= bound, "cost {cost}, truth {expected}");
    Ok(())
}

/// Largest distance between a site and a point of the domain.
fn reach(instance: &Instance) -> f64 {
    let corner = |y: &[f64; 2], v: &[f64; 2]| (y[0] - v[0]).hypot(y[1] - v[1]);
    let all = instance.sites.iter().flat_map(|y| instance.polygon.iter().map(move |v| corner(y, v)));
    all.fold(0.0, f64::max)
}

/// Exact vertices lie in the domain and in their cells, and the printed ones are within an ulp of
/// the diameter.
fn vertices(instance: &Instance, d: &Diagram) -> Result<(), String> {
    let source = instance.source();
    let (sites, heights) = (instance.exact_sites(), instance.exact_heights());
    let u = oracle::exact(ulp(scale(instance, 1.0).diameter));
    for i in 0..d.len() {
        let exact = d.rational_vertices(i);
        let printed = d.vertices(i);
        ensure!(exact.len() == printed.len(), "cell {i}: two numbers of vertices");
        ensure!(exact.len() == d.labels(i).len(), "cell {i}: vertices and labels differ in number");
        for (k, x) in exact.iter().enumerate() {
            ensure!(inside(&source.polygon, x), "vertex {k} of cell {i} is outside the domain");
            let value = |j: usize| oracle::dot(x, &sites[j]) + &heights[j];
            let mine = value(i);
            for j in 0..sites.len() {
                ensure!(value(j) <= mine, "vertex {k} of cell {i} belongs to {j}");
            }
            for c in 0..2 {
                let gap = (oracle::exact(printed[k][c]) - &x[c]).abs();
                let g = approx(&gap);
                ensure!(gap <= u, "vertex {k} of cell {i} is printed {g:e} off");
            }
        }
    }
    Ok(())
}

fn inside(polygon: &[P], x: &P) -> bool {
    (0..polygon.len()).all(|k| {
        let (a, b) = (&polygon[k], &polygon[(k + 1) % polygon.len()]);
        oracle::cross(&oracle::sub(b, a), &oracle::sub(x, a)) >= 0
    })
}

/// A vertex by what meets there: sites and domain edges, sorted.
type Corner = (Vec<usize>, Vec<u32>);

/// The labels form a simple diagram: every interior vertex is seen by exactly its three cells,
/// every boundary vertex by two, every domain vertex by one; adjacency is symmetric and listed
/// once; cells, facets and vertices satisfy Euler's formula.
pub fn labels(d: &Diagram, domain: &ConvexPolygon) -> Result<(), String> {
    let mut seen: BTreeMap<Corner, BTreeSet<usize>> = BTreeMap::new();
    let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
    let (mut visits, mut walls, mut sides, mut cells) = (0, 0, 0, 0);
    for i in 0..d.len() {
        let labels = d.labels(i);
        ensure!(labels.len() != 1, "cell {i} has a single edge");
        cells += usize::from(!labels.is_empty());
        for (k, &label) in labels.iter().enumerate() {
            let before = labels[(k + labels.len() - 1) % labels.len()];
            let (mut sites, mut lines) = (vec![i], Vec::new());
            for l in [before, label] {
                match l {
                    Label::Domain(e) => lines.push(e),
                    Label::Bisector(j) => sites.push(j as usize),
                }
            }
            sites.sort_unstable();
            lines.sort_unstable();
            ensure!(sites.windows(2).all(|w| w[0] != w[1]), "cell {i} repeats a wall at a vertex");
            visits += 1;
            let new = seen.entry((sites, lines)).or_default().insert(i);
            ensure!(new, "cell {i} visits vertex {k} twice");
            match label {
                Label::Domain(e) => {
                    sides += 1;
                    ensure!((e as usize) < domain.len(), "no domain edge {e}");
                }
                Label::Bisector(j) => {
                    walls += 1;
                    ensure!(edges.insert((i, j as usize)), "cell {i} lists neighbour {j} twice");
                }
            }
        }
    }
    for &(i, j) in &edges {
        ensure!(edges.contains(&(j, i)), "one-sided adjacency: {i} sees {j}");
    }
    let mut corners = 0;
    for ((sites, lines), cells) in &seen {
        let all: BTreeSet<usize> = sites.iter().copied().collect();
        ensure!(*cells == all, "vertex of {sites:?}, edges {lines:?}, is seen by {cells:?}");
        corners += usize::from(sites.len() == 1);
        if let [a, b] = lines[..] {
            let m = domain.len() as u32;
            ensure!(b - a == 1 || b - a == m - 1, "edges {a} and {b} do not meet");
        }
    }
    ensure!(corners == domain.len(), "{corners} domain vertices of {}", domain.len());
    // Every edge of a cell starts at one vertex.
    ensure!(visits == walls + sides, "edges and vertices differ in number");
    let (v, e) = (seen.len(), walls / 2 + sides);
    ensure!(v + cells == e + 1, "Euler: {v} vertices, {e} edges, {cells} cells");
    Ok(())
}

/// Neighbours and touched domain edges of every cell, as sets.
pub fn label_sets(d: &Diagram) -> Vec<(BTreeSet<usize>, BTreeSet<u32>)> {
    let sets = |i: usize| {
        let (mut near, mut sides) = (BTreeSet::new(), BTreeSet::new());
        for l in d.labels(i) {
            match *l {
                Label::Bisector(j) => drop(near.insert(j as usize)),
                Label::Domain(e) => drop(sides.insert(e)),
            }
        }
        (near, sides)
    };
    (0..d.len()).map(sets).collect()
}

/// The same sets from a brute-force diagram.
pub fn truth_sets(truth: &Truth, polygon: &[P]) -> Vec<(BTreeSet<usize>, BTreeSet<u32>)> {
    let mut sets = vec![(BTreeSet::new(), BTreeSet::new()); truth.cells.len()];
    for &(i, j) in truth.facets.keys() {
        sets[i].0.insert(j);
        sets[j].0.insert(i);
    }
    for (i, cell) in truth.cells.iter().enumerate() {
        for k in 0..polygon.len() {
            let (a, b) = (&polygon[k], &polygon[(k + 1) % polygon.len()]);
            let (along, vertices) = (oracle::sub(b, a), &cell.vertices);
            // The part of the cell on the line of edge k, as parameters between a (0) and b (1).
            let on = vertices.iter().filter(|x| oracle::cross(&along, &oracle::sub(x, a)) == 0);
            let at: BTreeSet<Q> = on.map(|x| oracle::dot(&along, &oracle::sub(x, a))).collect();
            let end = oracle::norm2(&along);
            let low = at.first().map(|q| q.clone().max(Q::new()));
            let high = at.last().map(|q| q.clone().min(end));
            if low < high {
                sets[i].1.insert(k as u32);
            }
        }
    }
    sets
}
