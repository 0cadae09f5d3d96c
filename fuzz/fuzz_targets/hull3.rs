//! The regular triangulation of space against all fours of sites, in integers with an epsilon
//! written out; any insertion order against the Hilbert order.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::exact::{Dd, Heights};
use brenier::hull::space::SpaceHull;
use brenier_fuzz::{input, oracle};
use libfuzzer_sys::fuzz_target;
use rug::{Integer, Rational};
use std::collections::BTreeSet;

fuzz_target!(|data: &[u8]| {
    let _ = run(&mut Unstructured::new(data));
});

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let plane = input::sites(u, 9)?;
    let n = plane.sites.len();
    let flat = u.int_in_range(0..=7u8)?;
    let mut sites = Vec::with_capacity(n);
    for (k, y) in plane.sites.iter().enumerate() {
        let z = f64::from(u.int_in_range(-3..=3i8)?) * plane.unit;
        let z = match u.int_in_range(0..=7u8)? {
            0 => input::nudged(z, u.int_in_range(-3..=3)?),
            1 => y[0] + y[1],
            _ => z,
        };
        let site = [y[0], y[1], if flat == 0 { y[0] - y[1] } else { z }];
        sites.push(if k > 0 && u.ratio(1, 12)? { sites[u.choose_index(k)?] } else { site });
    }
    let lift = |(y, h): (&[f64; 3], &Dd)| *h + Dd::product(y[2], y[2]).scale(-0.5);
    let lifted = u.ratio(3, 4)?;
    let heights: Vec<Dd> =
        if lifted { sites.iter().zip(&plane.heights).map(lift).collect() } else { plane.heights.clone() };
    let heights = Heights::new(heights);
    let hull = SpaceHull::build(&sites, &heights);
    assert_eq!(hull.validate(), Ok(()));
    against_truth(&hull, &sites, &heights);
    let mut order: Vec<u32> = (0..n as u32).collect();
    for k in (1..order.len()).rev() {
        order.swap(k, u.int_in_range(0..=k)?);
    }
    let by_position: Vec<Dd> = order.iter().map(|&i| heights.get(i as usize)).collect();
    let shuffled = SpaceHull::along(&sites, order, &by_position);
    assert_eq!(shuffled.validate(), Ok(()));
    assert_eq!(hull.tetrahedra(), shuffled.tetrahedra());
    assert_eq!(hull.outline(), shuffled.outline());
    assert_eq!(hull.hidden(), shuffled.hidden());
    assert_eq!(hull.neighbor_lists(), shuffled.neighbor_lists());
    Ok(())
}

/// Doubles are dyadic: the values times one power of two that makes them integers.
fn integers(values: &[Rational]) -> Vec<Integer> {
    let bits = values.iter().map(|v| v.denom().significant_bits() - 1).max().unwrap_or(0);
    values.iter().map(|v| Rational::from(v << bits).into_numer_denom().0).collect()
}

fn against_truth(hull: &SpaceHull, sites: &[[f64; 3]], heights: &Heights) {
    let n = sites.len();
    let y = [0, 1, 2].map(|k| integers(&sites.iter().map(|y| oracle::rational(y[k])).collect::<Vec<_>>()));
    let h = integers(&heights.as_slice().iter().map(|&h| oracle::rational_dd(h)).collect::<Vec<_>>());
    let longest = |v: &Vec<Integer>| v.iter().map(Integer::significant_bits).max().unwrap_or(0);
    let bits = y.iter().map(longest).sum::<u32>() + 8;
    let raised =
        |i: usize| (Integer::from(&h[i]) << (bits * (n as u32 + 1))) + (Integer::from(1) << (bits * (n - i) as u32));
    let h: Vec<Integer> = (0..n).map(raised).collect();
    let volume = |[a, b, c, d]: [usize; 4]| {
        let e = |i: usize, k: usize| Integer::from(&y[k][i] - &y[k][a]);
        let m = |p: usize, q: usize| e(c, p) * e(d, q) - e(d, p) * e(c, q);
        e(b, 0) * m(1, 2) - e(b, 1) * m(0, 2) + e(b, 2) * m(0, 1)
    };
    let mut all = Vec::new();
    for a in 0..n {
        for b in a + 1..n {
            for c in b + 1..n {
                for d in c + 1..n {
                    let four = [a, b, c, d];
                    let whole = volume(four);
                    let turned = whole.cmp0() as i32;
                    let clear = |e: usize| {
                        let mut height = Integer::from(&whole * &h[e]);
                        for k in 0..4 {
                            let mut at = four;
                            at[k] = e;
                            height -= volume(at) * &h[four[k]];
                        }
                        height.cmp0() as i32 * turned < 0
                    };
                    if turned != 0 && (0..n).all(|e| four.contains(&e) || clear(e)) {
                        all.push(if turned > 0 { four } else { [a, b, d, c] }.map(|k| k as u32));
                    }
                }
            }
        }
    }
    all.sort_unstable();
    assert_eq!(hull.tetrahedra(), all);
    assert_eq!(hull.dimension() == 3, !all.is_empty());
    if all.is_empty() {
        return;
    }
    for i in 0..n as u32 {
        let mut around: BTreeSet<u32> = all.iter().filter(|t| t.contains(&i)).flatten().copied().collect();
        assert_eq!(hull.is_hidden(i as usize), around.is_empty(), "site {i}");
        around.remove(&i);
        assert_eq!(hull.neighbors(i as usize), around.into_iter().collect::<Vec<_>>(), "neighbours of {i}");
    }
}
