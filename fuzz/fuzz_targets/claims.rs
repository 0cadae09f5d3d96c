//! Small problems solved or their diagrams made: what is claimed passes `verify`, and with one
//! claim changed it does not.

#![no_main]

use arbitrary::{Result, Unstructured};

use brenier::problem::{Duplicates, Problem};
use brenier::transport::{Claims, Solution, SolveOptions, describe, solve, verify};
use brenier_fuzz::{input, single_thread};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data));
    }
);

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let s = input::sites(u, 8)?;
    let mut masses = Vec::new();
    for _ in 0..s.sites.len() {
        masses.push(f64::from(u.int_in_range(1..=20u8)?) * 2f64.powi(-i32::from(u.int_in_range(0..=20u8)?)));
    }
    let Some(problem) = input::problem(u, &s, Some(masses), Duplicates::Merge)? else { return Ok(()) };
    let steps = *u.choose(&[0, 1, 2, 100])?;
    let options = SolveOptions::default().max_iterations(steps).hessian(true);
    let right = solve(&problem, &options);
    let failures = |s: &Solution| {
        let claims = Claims { site_of_input: problem.site_of_input(), ..Claims::of(s) };
        verify(&problem, &claims, 5).unwrap_or_else(|e| panic!("{e}")).failures()
    };
    assert_eq!(failures(&right), [""; 0], "what was solved fails: {right:?}");
    // The same heights as a diagram: without gauge and history they are not those of the problem,
    // and nothing else is wrong.
    let again = describe(&problem, &right.heights, true, false).unwrap_or_else(|e| panic!("{e}")).solution;
    assert!(failures(&again).iter().all(|what| *what == "heights"), "a diagram fails: {again:?}");
    let mut wrong = right.clone();
    let line = edit(u, &problem, &mut wrong)?;
    if wrong != right {
        let found = failures(&wrong);
        assert!(found.contains(&line), "{found:?} and not {line}\n{right:?}\n{wrong:?}");
    }
    Ok(())
}

/// Changes one claim by far more than rounding; the statement that must fail.
fn edit(u: &mut Unstructured<'_>, problem: &Problem, s: &mut Solution) -> Result<&'static str> {
    let n = problem.len();
    let i = u.choose_index(n)?;
    let total: f64 = problem.masses().iter().sum();
    let size = problem.frame().extent();
    Ok(match u.int_in_range(0..=12u8)? {
        0 => {
            s.masses[i] += 0.5 * total;
            "masses"
        }
        1 => {
            s.masses[i] = *u.choose(&[f64::NAN, f64::INFINITY, -1.0])?;
            "masses"
        }
        2 => {
            s.weights[i] = (0..5).fold(s.weights[i], |w, _| w.next_up());
            "weights"
        }
        3 => {
            s.centroids[i] = match s.centroids[i] {
                // Of a cell of hardly any mass there may be none.
                Some(_) if s.masses[i] > 1e-6 * total && u.arbitrary()? => None,
                Some([x, y]) => Some([x + 8.0 * size, y]),
                None => Some(problem.frame().vertex(0)),
            };
            "centroids"
        }
        4 => {
            s.cost = 2.0 * s.cost + total * size * size;
            "cost"
        }
        5 => {
            match s.hidden.iter().position(|&k| k as usize == i) {
                Some(k) => drop(s.hidden.remove(k)),
                None => s.hidden.push(i as u32),
            }
            "cells"
        }
        6 => {
            s.hidden.push(i as u32);
            "cells"
        }
        7 => {
            let walls = s.hessian.get_or_insert_default();
            let most = walls.iter().map(|w| w.2).fold(1.0, f64::max);
            match walls.first_mut() {
                Some(wall) => wall.2 += 1e30 * most,
                None => walls.push((0, n as u32, 1.0)),
            }
            "hessian"
        }
        8 => {
            let walls = s.hessian.get_or_insert_default();
            if walls.len() > 1 {
                walls.swap(0, 1);
            }
            "hessian"
        }
        9 => {
            s.report.max_relative_error += 0.5;
            "residual"
        }
        10 => {
            s.report.source_factor *= 2.0;
            "source"
        }
        11 => {
            s.report.converged = !s.report.converged;
            "report"
        }
        _ => {
            s.report.tolerance = *u.choose(&[0.0, -1e-10, 1e300, f64::NAN])?;
            "report"
        }
    })
}
