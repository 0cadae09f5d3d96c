//! The regular triangulation against all triples; flips against a rebuild; any insertion order
//! against the Hilbert order.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::exact::{Dd, Heights};
use brenier::hull::Hull;
use brenier_fuzz::{input, oracle};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|data: &[u8]| {
    let _ = run(&mut Unstructured::new(data));
});

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let s = input::sites(u, 9)?;
    let mut hull = Hull::build(&s.sites, &s.heights());
    against_truth(&hull, &s.sites, &s.heights);
    // Ranks belong to the sites, positions decide the order of insertion: the result must not see
    // them.
    let mut order: Vec<u32> = (0..s.sites.len() as u32).collect();
    for k in (1..order.len()).rev() {
        order.swap(k, u.int_in_range(0..=k)?);
    }
    let by_position: Vec<Dd> = order.iter().map(|&i| s.heights[i as usize]).collect();
    let mut shuffled = Hull::along(&s.sites, order.clone(), &by_position);
    same(&hull, &shuffled);
    for _ in 0..u.int_in_range(0..=3u8)? {
        let moved = input::heights(u, &s.sites, s.unit)?;
        let heights = Heights::new(moved.iter().copied());
        hull.update(&heights);
        against_truth(&hull, &s.sites, &moved);
        same(&hull, &Hull::build(&s.sites, &heights));
        let by_position: Vec<Dd> = order.iter().map(|&i| moved[i as usize]).collect();
        shuffled.update_positions(&by_position);
        same(&hull, &shuffled);
    }
    Ok(())
}

fn same(a: &Hull, b: &Hull) {
    assert_eq!(a.triangles(), b.triangles());
    let mut lines = [a.line(), b.line()];
    for line in lines.iter_mut().flatten() {
        if line.first() > line.last() {
            line.reverse();
        }
    }
    assert_eq!(lines[0], lines[1]);
    for i in 0..a.len() {
        assert_eq!(a.is_hidden(i), b.is_hidden(i));
    }
}

fn against_truth(hull: &Hull, sites: &[[f64; 2]], heights: &[Dd]) {
    let truth = oracle::Lifted::new(sites, heights);
    let n = sites.len();
    let mut edges = BTreeSet::new();
    let mut add = |a: u32, b: u32| edges.extend([(a, b), (b, a)]);
    let triangles = hull.triangles();
    match hull.line() {
        None => {
            assert_eq!(triangles, truth.triangles());
            triangles.iter().for_each(|&[a, b, c]| {
                add(a, b);
                add(b, c);
                add(c, a);
            });
        }
        Some(line) => {
            assert!(triangles.is_empty() && truth.triangles().is_empty());
            let mut chain: Vec<[u32; 2]> = line.windows(2).map(|w| [w[0].min(w[1]), w[0].max(w[1])]).collect();
            chain.sort_unstable();
            assert_eq!(chain, truth.chain());
            chain.iter().for_each(|&[a, b]| add(a, b));
            if chain.is_empty() {
                // All at one place: the highest, then the first, is seen.
                let best = (0..n).max_by(|&a, &b| {
                    let [a_h, b_h] = [a, b].map(|k| oracle::rational_dd(heights[k]));
                    a_h.cmp(&b_h).then(b.cmp(&a))
                });
                assert_eq!(line, best.map(|k| k as u32).into_iter().collect::<Vec<_>>());
            }
        }
    }
    for i in 0..n {
        let ring = hull.neighbors(i);
        let distinct: BTreeSet<u32> = ring.iter().copied().collect();
        assert_eq!(distinct.len(), ring.len(), "site {i} has a neighbour twice");
        let expected: BTreeSet<u32> = edges.range((i as u32, 0)..=(i as u32, u32::MAX)).map(|e| e.1).collect();
        assert_eq!(distinct, expected, "neighbours of {i}");
        let seen = !expected.is_empty() || hull.line().is_some_and(|l| l == [i as u32]);
        assert_eq!(hull.is_hidden(i), !seen, "site {i}");
    }
}
