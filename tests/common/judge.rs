//! A judge of parameterizations that shares no code with the library's.

use brenier::exact::big::{Rational, rational};
use brenier::exact::predicates::orient2d_exact;
use brenier::parameterize::Parameterization;
use std::collections::{BTreeMap, BTreeSet};

/// For each chart: every triangle is positive by big integers, the outline is loops no two sides of
/// which meet (all pairs), one of them around the others, as many as the report has holes and one,
/// and the areas sum to what is between them, in rationals.
pub fn judge(p: &Parameterization) {
    assert!(p.bijective);
    let at = |v: u32| p.points[v as usize];
    assert!(p.points.iter().flatten().all(|x| (0.0..=1.0).contains(x)));
    for chart in 0..p.charts.len() as u32 {
        let faces: Vec<[u32; 3]> =
            p.corners.iter().zip(&p.chart_of).filter(|(_, c)| **c == chart).map(|(t, _)| *t).collect();
        let mut rim: BTreeMap<u32, u32> = BTreeMap::new();
        let mut halves = BTreeSet::new();
        for t in &faces {
            assert_eq!(orient2d_exact(at(t[0]), at(t[1]), at(t[2])), 1);
            (0..3).for_each(|k| assert!(halves.insert((t[k], t[(k + 1) % 3])), "two faces wound alike"));
        }
        for &(a, b) in &halves {
            if !halves.contains(&(b, a)) {
                assert!(rim.insert(a, b).is_none(), "a vertex twice on the outline");
            }
        }
        let mut loops: Vec<Vec<u32>> = Vec::new();
        while let Some((&first, _)) = rim.first_key_value() {
            let mut around = vec![first];
            while let Some(next) = rim.remove(around.last().unwrap()).filter(|&next| next != first) {
                around.push(next);
            }
            loops.push(around);
        }
        assert_eq!(loops.len(), 1 + p.charts[chart as usize].holes, "one loop, and the holes");
        let sides: Vec<[u32; 2]> =
            loops.iter().flat_map(|l| (0..l.len()).map(|k| [l[k], l[(k + 1) % l.len()]])).collect();
        let double = |a: [f64; 2], b: [f64; 2]| rational(a[0]) * rational(b[1]) - rational(a[1]) * rational(b[0]);
        let around: Rational = sides.iter().map(|s| double(at(s[0]), at(s[1]))).sum();
        let inside: Rational =
            faces.iter().map(|t| (0..3).map(|k| double(at(t[k]), at(t[(k + 1) % 3]))).sum::<Rational>()).sum();
        assert_eq!(around, inside);
        let outer = loops.iter().filter(|l| {
            let twice: Rational = (0..l.len()).map(|k| double(at(l[k]), at(l[(k + 1) % l.len()]))).sum();
            twice.cmp0().is_gt()
        });
        assert_eq!(outer.count(), 1, "one loop around the others");
        let n = sides.len();
        for i in 0..n {
            for j in i + 1..n {
                if sides[i][1] == sides[j][0] || sides[j][1] == sides[i][0] {
                    continue;
                }
                let [a, b, c, d] = [sides[i][0], sides[i][1], sides[j][0], sides[j][1]].map(at);
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
