//! The clipped diagram: the validity ladder, exact areas and masses against clipping in rationals,
//! their sums against the domain's, rounded masses within their bound, corners shared by the cells
//! that meet there, order of sites irrelevant.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::diagram::{Diagram, Label};
use brenier::domain::ConvexPolygon;
use brenier::exact::Heights;
use brenier::problem::{Duplicates, Problem};
use brenier_fuzz::{input, oracle, single_thread};
use libfuzzer_sys::fuzz_target;
use rug::Rational;
use std::collections::BTreeMap;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data));
    }
);

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let s = input::sites(u, 10)?;
    let Some(problem) = input::problem(u, &s, None, Duplicates::Keep)? else { return Ok(()) };
    let heights = s.heights();
    if std::env::var_os("SHOW").is_some() {
        eprintln!(
            "domain {:?}\n{:?}\nsites {:?}\n{:?}",
            problem.frame().vertices(),
            problem.density(),
            problem.sites(),
            heights.as_slice()
        );
    }
    let diagram = Diagram::new(&problem, &heights).expect("finite heights, one per site");
    diagram.validate(4).unwrap_or_else(|e| panic!("{e}"));
    masses(&diagram, &problem, &heights);
    corners(&diagram, problem.frame());
    Ok(())
}

/// Bounds as in the library's own tests: corners are off by an ulp of the diameter `D`, the
/// perimeter is at most `4 D`.
fn masses(diagram: &Diagram, problem: &Problem, heights: &Heights) {
    let truth = oracle::cells(problem.frame(), problem.density(), problem.sites(), heights.as_slice());
    let vertices = problem.frame().vertices();
    let corners: Vec<oracle::Point> = vertices.iter().map(|&v| oracle::point(v)).collect();
    let whole = oracle::area_and_mass(&corners, problem.density());
    let mut sums = (Rational::new(), Rational::new());
    let far = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let pairs = vertices.iter().flat_map(|a| vertices.iter().map(move |b| far(a, b)));
    let diameter = pairs.fold(0.0, f64::max);
    // Corners are rounded to doubles of the size of their coordinates.
    let size = vertices.iter().flatten().fold(diameter, |m, c| m.max(c.abs()));
    let law = problem.density().law().expect("on a polygon there is one");
    let density = vertices
        .iter()
        .map(|&v| law.at(brenier::exact::Dd::from_f64(v[0]), brenier::exact::Dd::from_f64(v[1])))
        .fold(0.0, f64::max);
    let slack = 16.0 * diameter * (size.next_up() - size) * density * problem.source_factor();
    let factor = oracle::rational(problem.source_factor());
    for (i, (area, mass)) in truth.into_iter().enumerate() {
        assert_eq!(diagram.rational_area(i), area, "area of {i}");
        assert_eq!(diagram.rational_mass(i), mass, "mass of {i}");
        let expected = Rational::from(&mass * &factor).to_f64();
        let gap = (diagram.masses()[i] - expected).abs();
        assert!(gap <= slack + 1e-14 * expected, "mass of {i}: {} is not {expected}", diagram.masses()[i]);
        sums.0 += area;
        sums.1 += mass;
    }
    assert_eq!(sums, whole, "cells do not add up to the domain");
}

/// Every corner is the same point, exactly and as printed, whichever of its cells shows it.
fn corners(diagram: &Diagram, domain: &ConvexPolygon) {
    let mut seen: BTreeMap<(Vec<u32>, Vec<u32>), (Vec<usize>, oracle::Point, [f64; 2])> = BTreeMap::new();
    for i in 0..diagram.len() {
        let labels = diagram.labels(i);
        for k in 0..labels.len() {
            let (mut sites, mut edges) = (vec![i as u32], Vec::new());
            for label in [labels[(k + labels.len() - 1) % labels.len()], labels[k]] {
                match label {
                    Label::Domain(e) => edges.push(e),
                    Label::Bisector(j) => sites.push(j),
                }
            }
            sites.sort_unstable();
            edges.sort_unstable();
            let (exact, printed) = (diagram.rational_vertex(i, k), diagram.vertices(i)[k]);
            let entry = seen.entry((sites, edges)).or_insert_with(|| (Vec::new(), exact.clone(), printed));
            entry.0.push(i);
            assert_eq!(entry.1, exact, "vertex {k} of cell {i}");
            assert_eq!(entry.2, printed, "vertex {k} of cell {i} as printed");
        }
    }
    let mut outer = 0;
    for ((sites, edges), (cells, ..)) in &seen {
        assert_eq!(sites.len(), cells.len(), "{sites:?} meet at {edges:?}, seen by {cells:?}");
        assert_eq!(sites.len() + edges.len(), 3, "{sites:?} meet at {edges:?}");
        outer += usize::from(edges.len() == 2);
    }
    assert_eq!(outer, domain.len(), "corners of the domain");
}
