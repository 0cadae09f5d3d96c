//! A judge of parameterizations that shares no code with the library's.

use brenier::exact::big::{Rational, rational};
use brenier::exact::predicates::orient2d_exact;
use brenier::parameterize::Parameterization;
use std::collections::{BTreeMap, BTreeSet};

/// For each chart: every triangle is positive by big integers, the outline is one loop no two
/// sides of which meet (all pairs), and the areas sum to that of the outline, in rationals.
pub fn judge(p: &Parameterization) {
    assert!(p.bijective);
    let at = |v: u32| p.points[v as usize];
    assert!(p.points.iter().flatten().all(|x| (0.0..=1.0).contains(x)));
    for chart in 0..p.charts.len() as u32 {
        let faces: Vec<[u32; 3]> =
            p.corners.iter().zip(&p.chart_of).filter(|(_, c)| **c == chart).map(|(t, _)| *t).collect();
        let mut rim: BTreeMap<u32, u32> = BTreeMap::new();
        let mut sides = BTreeSet::new();
        for t in &faces {
            assert_eq!(orient2d_exact(at(t[0]), at(t[1]), at(t[2])), 1);
            (0..3).for_each(|k| assert!(sides.insert((t[k], t[(k + 1) % 3])), "two faces wound alike"));
        }
        for &(a, b) in &sides {
            if !sides.contains(&(b, a)) {
                assert!(rim.insert(a, b).is_none(), "a vertex twice on the outline");
            }
        }
        let first = *rim.keys().next().expect("a boundary");
        let mut outline = vec![first];
        while rim[outline.last().unwrap()] != first {
            outline.push(rim[outline.last().unwrap()]);
        }
        assert_eq!(outline.len(), rim.len(), "one loop");
        let double = |a: [f64; 2], b: [f64; 2]| rational(a[0]) * rational(b[1]) - rational(a[1]) * rational(b[0]);
        let around: Rational =
            (0..outline.len()).map(|k| double(at(outline[k]), at(outline[(k + 1) % outline.len()]))).sum();
        let inside: Rational =
            faces.iter().map(|t| (0..3).map(|k| double(at(t[k]), at(t[(k + 1) % 3]))).sum::<Rational>()).sum();
        assert_eq!(around, inside);
        let n = outline.len();
        for i in 0..n {
            for j in i + 2..n {
                if i == 0 && j == n - 1 {
                    continue;
                }
                let [a, b, c, d] = [i, i + 1, j, j + 1].map(|k| at(outline[k % n]));
                let apart = (0..2).any(|k| a[k].max(b[k]) < c[k].min(d[k]) || c[k].max(d[k]) < a[k].min(b[k]));
                if apart {
                    continue;
                }
                let o = [
                    orient2d_exact(a, b, c),
                    orient2d_exact(a, b, d),
                    orient2d_exact(c, d, a),
                    orient2d_exact(c, d, b),
                ];
                assert!(o[0] * o[1] > 0 || o[2] * o[3] > 0, "sides {i} and {j} meet");
            }
        }
    }
}
