//! The brute-force diagram itself, against numbers worked out by hand. It is the judge of the other
//! tests.

mod common;

use common::expr::evaluate;
use common::oracle::{self, P, Q, Source, clip, diagram, frac, int, moment, newton_step};

fn p(x: i64, y: i64) -> P {
    [int(x), int(y)]
}

fn square() -> Vec<P> {
    vec![p(0, 0), p(1, 0), p(1, 1), p(0, 1)]
}

/// On `[0,a] x [0,b]` the moments are `a^(p+1) b^(q+1) / ((p+1)(q+1))`.
#[test]
fn moments_of_boxes() {
    let (a, b) = (3, 2);
    let rectangle = [p(0, 0), p(a, 0), p(a, b), p(0, b)];
    for i in 0..4u32 {
        for j in 0..4u32 {
            let expected = frac(a.pow(i + 1) * b.pow(j + 1), i64::from((i + 1) * (j + 1)));
            assert_eq!(moment(&rectangle, i, j), expected);
            // Green's sum does not care where the origin is; a box not touching it is a difference
            // of boxes.
            let shifted = [p(1, 1), p(a, 1), p(a, b), p(1, b)];
            let part = |x: i64, k: u32| frac(x.pow(k + 1) - 1, i64::from(k + 1));
            assert_eq!(moment(&shifted, i, j), part(a, i) * part(b, j));
        }
    }
}

/// On the unit simplex `int x^p y^q = p! q! / (p+q+2)!`.
#[test]
fn moments_of_the_simplex() {
    let triangle = [p(0, 0), p(1, 0), p(0, 1)];
    let factorial = |n: i64| (1..=n).product::<i64>();
    for i in 0..4 {
        for j in 0..4 {
            let expected = frac(factorial(i) * factorial(j), factorial(i + j + 2));
            assert_eq!(moment(&triangle, i as u32, j as u32), expected);
        }
    }
}

#[test]
fn clipping_keeps_corners_on_the_line_and_drops_slivers() {
    let diagonal = clip(&square(), &p(-1, 1), &int(0)); // y >= x
    assert_eq!(diagonal, vec![p(0, 0), p(1, 1), p(0, 1)]);
    assert!(clip(&square(), &p(1, 0), &int(-1)).is_empty(), "x >= 1 has no interior");
    assert_eq!(clip(&square(), &p(1, 0), &int(0)), square());
    let half = clip(&square(), &p(-2, 0), &int(1)); // x <= 1/2
    assert_eq!(moment(&half, 0, 0), frac(1, 2));
}

/// Three coinciding walls: the squeezed cell is empty, the outer two share the whole facet.
#[test]
fn squeezed_cell_is_empty() {
    let sites = [p(0, 0), p(1, 0), p(2, 0)];
    let weights = [int(1), int(0), int(-1)];
    let source = Source::uniform(square());
    let h = oracle::heights_of_weights(&sites, &weights);
    // Walls: 2x = 1 + w0 - w1 = 2, 2x = 3 + w1 - w2 = 4: x = 1 and x = 2.
    let d = diagram(&source, &sites, &h);
    assert_eq!(d.cells[0].mass, 1);
    let h = [int(0), frac(-1, 2), int(-1)]; // all walls at x = 1/2
    let d = diagram(&source, &sites, &h);
    assert!(d.cells[1].is_empty());
    assert_eq!(d.adjacency(), vec![(0, 2)]);
    assert_eq!(d.facets[&(0, 2)], frac(1, 4));
    assert_eq!(d.sum_of_masses(), d.total);
}

#[test]
fn coinciding_sites_follow_the_tie_rule() {
    let sites = [p(0, 0), p(1, 1), p(0, 0), p(1, 1)];
    let source = Source::uniform(square());
    let d = diagram(&source, &sites, &[int(1), int(0), int(1), int(0)]);
    let masses: Vec<&Q> = d.cells.iter().map(|c| &c.mass).collect();
    assert_eq!(masses, [&frac(1, 2), &frac(1, 2), &int(0), &int(0)]);
    let d = diagram(&source, &sites, &[int(1), int(0), int(1), frac(1, 1024)]);
    assert!(d.cells[1].is_empty() && !d.cells[3].is_empty());
    assert_eq!(d.adjacency(), vec![(0, 3)]);
}

/// A Hessian entry is half the derivative of a mass: for walls that only translate, a central
/// difference is exact up to terms of second order, and for a wall of constant length exact.
#[test]
fn facets_are_derivatives() {
    let source = Source::uniform(square());
    let sites = [p(0, 0), p(2, 0)];
    let mass = |d: i64| diagram(&source, &sites, &[frac(1, 1), frac(d, 100)]).cells[1].mass.clone();
    let d = diagram(&source, &sites, &[int(1), int(0)]);
    assert_eq!((mass(1) - mass(-1)) * 50, Q::from(&d.facets[&(0, 1)] * 2));
}

#[test]
fn newton_step_of_a_linear_problem_is_exact() {
    let source = Source::uniform(square());
    let sites = [p(0, 0), p(1, 0), p(3, 0)];
    let nu = [frac(1, 2), frac(1, 4), frac(1, 4)];
    let start = [int(0), frac(-1, 4), frac(-5, 4)]; // walls 1/4 and 1/2
    let next = newton_step(&diagram(&source, &sites, &start), &start, &nu);
    assert_eq!(next, [int(0), frac(-1, 2), int(-2)]); // walls 1/2 and 3/4
}

#[test]
fn expressions() {
    let exact = |t: &str| {
        let v = evaluate(t);
        assert!(v.exact, "{t}");
        v.value
    };
    assert_eq!(exact("1/2-1/3*3"), frac(-1, 2));
    assert_eq!(exact("-(2^-3+1)*8"), int(-9));
    assert_eq!(exact("0.125"), frac(1, 8));
    let near = |t: &str, value: Q| {
        let v = evaluate(t);
        assert!(!v.exact, "{t}");
        let gap = (v.value - value).abs();
        assert!(gap << 200u32 < 1, "{t}");
    };
    near("sqrt(2)*sqrt(2)", int(2));
    near("cos(pi/3)", frac(1, 2));
    near("100+3*cos(6*pi/3)", int(103));
    near("sin(pi/5)^2+cos(pi/5)^2", int(1));
    near("4*cos(2*pi/5)", int(-1) + evaluate("sqrt(5)").value);
    near("sin(7*pi/6)", frac(-1, 2));
}
