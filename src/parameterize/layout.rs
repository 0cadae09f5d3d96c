//! The proof again, from a parameterization as it stands: for points that were rounded, and with
//! the triangles by their names.

use super::Parameterization;
use super::chart::Chart;
use super::check::prove;
use super::pipeline::apart;
use crate::domain::vector::bounds;
use crate::exact::predicates::orient2d_sign;

/// Single precision in the upper half of the unit square has steps of this size.
const LAST_PLACE: f32 = 1.0 / (1 << 24) as f32;
/// Rounds in which points are moved; more triangles than this are beyond help.
const ROUNDS: usize = 8;
const MANY: usize = 5_000;

/// Whether a layout is one to one, and what stands against it. Exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayoutProof {
    /// Triangles that are clockwise, as numbered in the parameterization, ascending.
    pub flipped: Vec<u32>,
    /// Triangles whose corners are on one line, ascending.
    pub flat: Vec<u32>,
    /// Pairs of sides of outlines that meet where they should not.
    pub crossings: usize,
    /// Whether every chart is a disk, or one with holes, and no two boxes of charts meet.
    pub apart: bool,
}

impl LayoutProof {
    /// Whether all of it holds.
    pub fn bijective(&self) -> bool {
        self.apart && self.flipped.is_empty() && self.flat.is_empty() && self.crossings == 0
    }
}

impl Parameterization {
    /// Decides whether the same triangles are laid out one to one by other points, such as these
    /// ones rounded to fewer digits: exactly, by nothing but the lists of this structure and the
    /// points. Cost: O(n log n).
    ///
    /// # Panics
    /// If there are fewer points than the corners name, or fewer charts than triangles.
    pub fn prove(&self, points: &[[f64; 2]]) -> LayoutProof {
        let mut proof = LayoutProof { apart: true, ..LayoutProof::default() };
        for (f, t) in self.corners.iter().enumerate() {
            let [a, b, c] = t.map(|v| points[v as usize]);
            match orient2d_sign(a, b, c) {
                1 => {}
                0 => proof.flat.push(f as u32),
                _ => proof.flipped.push(f as u32),
            }
        }
        let mut order: Vec<u32> = (0..self.corners.len() as u32).collect();
        order.sort_by_key(|&f| self.chart_of[f as usize]);
        let mut ends = Vec::new();
        for faces in order.chunk_by(|&f, &g| self.chart_of[f as usize] == self.chart_of[g as usize]) {
            let (chart, uv) = self.chart(faces, points);
            let one = prove(&chart, &uv);
            proof.apart &= one.disk;
            proof.crossings += one.crossings;
            ends.push(bounds(uv.iter().copied()));
        }
        proof.apart &= apart(&ends);
        proof
    }

    /// Points in single precision. Where rounding flips or flattens triangles, their points are
    /// moved by one or two units of the last place (2^-24) along the axes if this helps: in so fine
    /// a grid there is mostly a place beside the nearest one where all triangles around it are
    /// positive. Nothing is promised; [`Parameterization::prove`] says what came of it. Cost: O(n),
    /// and some hundred signs for each such triangle.
    ///
    /// # Panics
    /// If there are fewer points than the corners name.
    pub fn rounded(&self, points: &[[f64; 2]]) -> Vec<[f32; 2]> {
        let mut out: Vec<[f32; 2]> = points.iter().map(|p| p.map(|x| x as f32)).collect();
        let sign = |out: &[[f32; 2]], f: u32| {
            let [a, b, c] = self.corners[f as usize].map(|p| out[p as usize].map(f64::from));
            orient2d_sign(a, b, c)
        };
        // Rounding is monotone, so all are still in the square; so must be what moves.
        let bound = |pick: fn(f32, f32) -> f32, k: usize| out.iter().map(|p| p[k]).reduce(pick).unwrap_or(0.0);
        let (low, high) = ([0, 1].map(|k| bound(f32::min, k)), [0, 1].map(|k| bound(f32::max, k)));
        let all = 0..self.corners.len() as u32;
        let mut wrong: Vec<u32> = all.clone().filter(|&f| sign(&out, f) <= 0).collect();
        if wrong.is_empty() || wrong.len() > MANY {
            return out;
        }
        let mut around: Vec<(u32, u32)> = all.flat_map(|f| self.corners[f as usize].map(|p| (p, f))).collect();
        around.sort_unstable();
        let star = |p: u32| {
            let first = around.partition_point(|a| a.0 < p);
            around[first..].iter().take_while(move |a| a.0 == p).map(|a| a.1)
        };
        let count = |out: &[[f32; 2]], p: u32| star(p).filter(|&f| sign(out, f) <= 0).count();
        let steps = || (0..25).map(|k| [k % 5 - 2, k / 5 - 2].map(|s| s as f32 * LAST_PLACE));
        for _ in 0..ROUNDS {
            for &f in &wrong {
                for p in self.corners[f as usize] {
                    let (home, mut best) = (points[p as usize].map(|x| x as f32), out[p as usize]);
                    let mut fewest = count(&out, p);
                    for step in steps() {
                        out[p as usize] = [0, 1].map(|k| (home[k] + step[k]).clamp(low[k], high[k]));
                        let left = count(&out, p);
                        if left < fewest {
                            (fewest, best) = (left, out[p as usize]);
                        }
                    }
                    out[p as usize] = best;
                }
            }
            // Wherever a point moved, fewer are wrong around it than before.
            let stars = wrong.iter().flat_map(|&f| self.corners[f as usize]).flat_map(star);
            let mut next: Vec<u32> = stars.filter(|&f| sign(&out, f) <= 0).collect();
            next.sort_unstable();
            next.dedup();
            if next.is_empty() || next == wrong {
                break;
            }
            wrong = next;
        }
        out
    }

    /// What the proof wants to know of a chart, and its points.
    fn chart(&self, faces: &[u32], points: &[[f64; 2]]) -> (Chart, Vec<[f64; 2]>) {
        let mut used: Vec<u32> = faces.iter().flat_map(|&f| self.corners[f as usize]).collect();
        used.sort_unstable();
        used.dedup();
        let local = |v: u32| used.partition_point(|&u| u < v) as u32;
        let triangles: Vec<[u32; 3]> = faces.iter().map(|&f| self.corners[f as usize].map(local)).collect();
        let uv = used.iter().map(|&v| points[v as usize]).collect();
        (Chart { triangles, ..Chart::default() }, uv)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LayoutProof, Parameterization, ParameterizeOptions, parameterize};

    /// Two tetrahedra, one beside the other.
    #[test]
    fn other_points_are_judged_afresh() {
        let mut v = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
        v.extend(v.clone().iter().map(|p| [p[0] + 5.0, p[1], p[2]]));
        let mut t = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
        t.extend(t.clone().iter().map(|f| f.map(|v: u32| v + 4)));
        let found = parameterize(&v, &t, &ParameterizeOptions::default()).unwrap();
        let proof = found.prove(&found.points);
        assert!(found.bijective && proof.bijective(), "{proof:?}");
        // Rounded, it is still that.
        let exact = |p: &[[f32; 2]]| p.iter().map(|p| p.map(f64::from)).collect::<Vec<_>>();
        assert!(found.prove(&exact(&found.rounded(&found.points))).bijective());
        // Mirrored, all triangles run the other way.
        let mirrored: Vec<[f64; 2]> = found.points.iter().map(|p| [-p[0], p[1]]).collect();
        assert_eq!(found.prove(&mirrored).flipped, (0..8).collect::<Vec<u32>>());
        // On a line, nothing is left of them.
        let line: Vec<[f64; 2]> = found.points.iter().map(|p| [p[0], 0.0]).collect();
        assert_eq!(found.prove(&line).flat.len(), 8);
        // One chart moved onto the other: each is right, both together are not.
        let first: Vec<u32> = (0..4).flat_map(|f| found.corners[f]).collect();
        let stacked: Vec<[f64; 2]> =
            (0..found.points.len()).map(|p| found.points[if first.contains(&(p as u32)) { p } else { 0 }]).collect();
        assert!(!found.prove(&stacked).bijective());
        let n = found.points.len() / 2;
        let above: Vec<[f64; 2]> = (0..2 * n).map(|p| found.points[p % n]).collect();
        let proof = found.prove(&above);
        assert!(!proof.apart && !proof.bijective(), "{proof:?}");
        assert!(proof.flipped.is_empty() && proof.flat.is_empty() && proof.crossings == 0, "{proof:?}");
        // One corner carried across its triangle.
        let mut one = found.points.clone();
        let [a, b, c] = found.corners[0].map(|p| p as usize);
        one[a] = [0, 1].map(|k| one[b][k] + one[c][k] - one[a][k]);
        assert!(found.prove(&one).flipped.contains(&0));
    }

    /// A strip of thin triangles, not much higher than single precision can tell, along a slanted
    /// line: rounding flips some, and moving points by a unit or two puts all right.
    #[test]
    fn rounding_is_repaired_where_it_can_be() {
        let n = 40u32;
        let mut found = Parameterization::default();
        for k in 0..=n {
            let x = 0.55 + 0.4 * f64::from(k) / f64::from(n);
            let y = 0.5 + 0.377 * x;
            found.points.extend([[x, y], [x + 0.004, y + 0.004 * 0.377 + 4e-8]]);
        }
        for k in 0..n {
            let a = 2 * k;
            found.corners.extend([[a, a + 2, a + 3], [a, a + 3, a + 1]]);
        }
        found.chart_of = vec![0; found.corners.len()];
        assert!(found.prove(&found.points).bijective());
        let exact = |p: &[[f32; 2]]| p.iter().map(|p| p.map(f64::from)).collect::<Vec<_>>();
        let plain: Vec<[f32; 2]> = found.points.iter().map(|p| p.map(|x| x as f32)).collect();
        let before = found.prove(&exact(&plain));
        let rounded = found.rounded(&found.points);
        let after = found.prove(&exact(&rounded));
        let wrong = |p: &LayoutProof| p.flipped.len() + p.flat.len();
        assert!(wrong(&before) > 0 && wrong(&after) == 0, "{before:?} {after:?}");
        for (p, q) in rounded.iter().zip(&found.points) {
            assert!((0..2).all(|k| (f64::from(p[k]) - q[k]).abs() < 1e-6));
        }
    }
}
