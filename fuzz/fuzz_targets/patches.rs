//! Sources of patches: meshes and images under the same nasty sites as `clip`. The validity ladder
//! in the frame and in every patch, exact masses against clipping in rationals, and rounded ones
//! within their bound.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::diagram::Diagram;
use brenier::domain::{Between, ConvexPolygon, Density};
use brenier::problem::{Duplicates, Problem, ProblemData};
use brenier_fuzz::{disc, input, oracle, single_thread};
use libfuzzer_sys::fuzz_target;
use rug::Rational;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data));
    }
);

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let s = input::sites(u, 8)?;
    let (domain, density) =
        if u.arbitrary()? { input::mesh(u, s.unit)? } else { input::image(u, s.unit, Between::Constant)? };
    let Some(domain) = domain else { return Ok(()) };
    let data = ProblemData::new(domain, s.sites.clone()).density(density).duplicates(Duplicates::Keep);
    let Ok(problem) = Problem::new(data) else { return Ok(()) };
    if std::env::var_os("SHOW").is_some() {
        eprintln!("{:?}\n{:?}\nsites {:?}\n{:?}", problem.domain(), problem.density(), problem.sites(), s.heights());
    }
    let diagram = Diagram::new(&problem, &s.heights()).expect("finite heights, one per site");
    diagram.validate(4).unwrap_or_else(|e| panic!("{e}"));
    let patches = problem.patches().expect("a source of patches");
    let mut truth = vec![Rational::new(); problem.len()];
    let mut slack = vec![0.0; problem.len()];
    for patch in patches.iter() {
        let outline = ConvexPolygon::new(patch.corners().to_vec()).expect("a patch is a convex polygon");
        // The clipping is what is tested; the density is taken from the patch, which has tests of
        // its own.
        let (value, law) = (Density::Constant, patch.law());
        let density = if law.is_constant { value } else { Density::Affine { g: law.g, c: law.c } };
        let cells = oracle::cells(&outline, &density, problem.sites(), &s.heights);
        for (i, (area, mass)) in cells.into_iter().enumerate() {
            // A part without area is one of corners that are rounded.
            slack[i] += disc::slack(&outline, problem.frame(), law, problem.source_factor(), area.to_f64());
            truth[i] += if law.is_constant { mass * oracle::rational(law.c) } else { mass };
        }
    }
    for (i, mass) in truth.iter().enumerate() {
        assert_eq!(diagram.rational_mass(i), *mass, "mass of {i}");
        let expected = Rational::from(mass * oracle::rational(problem.source_factor())).to_f64();
        let gap = (diagram.masses()[i] - expected).abs();
        assert!(
            gap <= slack[i],
            "mass of {i}: {} is not {expected}, more than {:e} off",
            diagram.masses()[i],
            slack[i]
        );
    }
    let second = diagram.cost();
    assert!(second.is_finite() && second >= 0.0);
    Ok(())
}
