//! Polygons of more than three corners, cut into triangles that cover them once.
//!
//! A polygon in space is looked at along an axis, where only signs of its doubles decide. Triangles
//! with those signs all positive add up to the winding numbers of the outline, so they are right if
//! and only if no two overlap.

use crate::domain::vector::{Vector3, side};
use crate::domain::{overlap, rounding};
use crate::exact::predicates::orient2d_sign;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::VecDeque;

/// Corners up to which a polygon is cut if a fan will not do: ears and overlaps may cost the square
/// of this.
const MOST_CORNERS: usize = 1 << 16;

/// Why a polygon is not cut.
pub(super) enum Uncut {
    /// No view shows an outline that goes around each of its points once.
    Crosses,
    /// It has more corners than are tried.
    TooLong(usize),
}

impl Uncut {
    /// In words, for polygon number `face` of a file.
    pub(super) fn text(&self, face: u32) -> String {
        match self {
            Uncut::Crosses => format!("face {face} crosses itself; correct it, or cut it into triangles"),
            Uncut::TooLong(n) => {
                format!("face {face} has {n} corners; at most {MOST_CORNERS} are cut, give it in triangles")
            }
        }
    }
}

/// Triangles of a polygon, by the numbers of its corners; `None` if those from its first corner are
/// right.
///
/// The polygon is seen along the axis from where its fan looks largest, folded or not (and if it
/// crosses itself so, along others from where at least half as much is seen): this says what is
/// inside also of one that is not plane. Where the fan from the first corner covers it once, that
/// is taken, else ears are cut off. Corners on one line give a fan without area. What crosses
/// itself by no more than a rounding error of its corners is given as a fan, too. Cost: O(n) for a
/// fan, else about O(n log n), at worst O(n^2).
pub(super) fn cut(points: &[[f64; 3]]) -> Result<Option<Vec<[u32; 3]>>, Uncut> {
    let (seen, signed) = faces(points);
    let mut axes = [0, 1, 2];
    axes.sort_by(|&a, &b| seen[b].total_cmp(&seen[a]));
    let mut flat: Vec<[f64; 2]> = Vec::with_capacity(points.len());
    // All views of a plane polygon are alike but for those from its edge, which show nothing.
    for axis in axes.into_iter().filter(|&k| seen[k] > 0.0 && seen[k] >= 0.5 * seen[axes[0]]) {
        // Both ways around: the sign of the rounded area is a guess.
        for mirrored in [signed[axis] < 0.0, signed[axis] >= 0.0] {
            let (i, j) = ((axis + 1) % 3, (axis + 2) % 3);
            flat.clear();
            flat.extend(points.iter().map(|p| if mirrored { [p[j], p[i]] } else { [p[i], p[j]] }));
            if is_fan(&flat) {
                return Ok(None);
            }
            if flat.len() <= MOST_CORNERS
                && let Some(triangles) = ears(&flat)
                && !overlapping(&flat, &triangles)
            {
                return Ok(Some(triangles));
            }
        }
    }
    if on_a_line(points) || crosses_by_rounding(points, axes[0]) {
        return Ok(None);
    }
    Err(if points.len() > MOST_CORNERS { Uncut::TooLong(points.len()) } else { Uncut::Crosses })
}

/// What is seen of the triangles from the first corner along each axis, without and with signs:
/// rounded, up to a factor.
fn faces(points: &[[f64; 3]]) -> ([f64; 3], [f64; 3]) {
    // By halves: differences of large numbers need not be numbers.
    let half = |p: &[f64; 3]| Vector3::from(*p) * 0.5 - Vector3::from(points[0]) * 0.5;
    let most = points.iter().flat_map(|p| <[f64; 3]>::from(half(p))).fold(0.0, |m: f64, c| m.max(c.abs()));
    let (mut seen, mut signed) = (Vector3::zeros(), Vector3::zeros());
    for w in points.windows(2).filter(|_| most > 0.0) {
        let twice = (half(&w[0]) / most).cross(&(half(&w[1]) / most));
        seen += twice.abs();
        signed += twice;
    }
    (seen.into(), signed.into())
}

/// Whether all corners lie on one line: they do if they do in all views.
fn on_a_line(points: &[[f64; 3]]) -> bool {
    let Some(second) = points.iter().find(|p| **p != points[0]) else { return true };
    let view = |p: &[f64; 3], k: usize| [p[k], p[(k + 1) % 3]];
    (0..3).all(|k| points.iter().all(|p| orient2d_sign(view(&points[0], k), view(second, k), view(p, k)) == 0))
}

/// Do the triangles from the first corner have area, each in an angle of its own? They do if
/// directions from there turn left all the way and stay between the first and the last, which are
/// less than a half-turn apart.
fn is_fan(p: &[[f64; 2]]) -> bool {
    let last = p[p.len() - 1];
    p[1..].windows(2).all(|w| orient2d_sign(p[0], w[0], w[1]) > 0)
        && p[2..].iter().all(|&q| orient2d_sign(p[0], p[1], q) > 0)
        && p[1..p.len() - 1].iter().all(|&q| orient2d_sign(p[0], q, last) > 0)
}

/// Corners that are left, in a circle.
struct Ring<'p> {
    p: &'p [[f64; 2]],
    before: Vec<u32>,
    after: Vec<u32>,
    /// Sign of the turn at each corner.
    turn: Vec<i32>,
    /// The corners that do not turn left.
    blunt: RTree<GeomWithData<[f64; 2], u32>>,
}

impl Ring<'_> {
    fn at(&self, v: u32) -> [f64; 2] {
        self.p[v as usize]
    }

    fn around(&self, v: u32) -> [u32; 3] {
        [self.before[v as usize], v, self.after[v as usize]]
    }

    fn turn_at(&self, v: u32) -> i32 {
        let [a, b, c] = self.around(v).map(|v| self.at(v));
        orient2d_sign(a, b, c)
    }

    /// Is there nothing between this corner and the next one, or do both its sides lie upon each
    /// other?
    fn is_idle(&self, v: u32) -> bool {
        let [a, b, c] = self.around(v).map(|v| self.at(v));
        a == b || b == c || a == c
    }

    /// A left turn whose triangle holds no other corner, neither inside nor on its sides. A corner
    /// inside means a blunt one inside: of those there the farthest from the long side is one.
    fn is_ear(&self, v: u32) -> bool {
        if self.turn[v as usize] <= 0 {
            return false;
        }
        let t = self.around(v).map(|v| self.at(v));
        let inside = |q: [f64; 2]| !t.contains(&q) && (0..3).all(|k| orient2d_sign(t[k], t[(k + 1) % 3], q) >= 0);
        !self.blunt.locate_in_envelope(AABB::from_points(&t)).any(|e| inside(*e.geom()))
    }

    /// Takes a corner out.
    fn clip(&mut self, v: u32) {
        let [a, _, c] = self.around(v);
        self.after[a as usize] = c;
        self.before[c as usize] = a;
        self.forget(v);
        for w in [a, c] {
            let (old, new) = (self.turn[w as usize], self.turn_at(w));
            self.turn[w as usize] = new;
            if old <= 0 && new > 0 {
                self.forget(w);
            } else if old > 0 && new <= 0 {
                self.blunt.insert(GeomWithData::new(self.at(w), w));
            }
        }
    }

    fn forget(&mut self, v: u32) {
        self.blunt.remove(&GeomWithData::new(self.at(v), v));
    }
}

/// Cuts ears off a polygon that runs counter-clockwise. Triangles have area, but for those that
/// close a side run through twice or a corner given twice. `None` if no ear is left. The triangles
/// may still overlap.
fn ears(p: &[[f64; 2]]) -> Option<Vec<[u32; 3]>> {
    let n = p.len() as u32;
    let mut ring = Ring {
        p,
        before: (0..n).map(|v| (v + n - 1) % n).collect(),
        after: (0..n).map(|v| (v + 1) % n).collect(),
        turn: vec![0; p.len()],
        blunt: RTree::new(),
    };
    for v in 0..n {
        ring.turn[v as usize] = ring.turn_at(v);
    }
    let blunt = (0..n).filter(|&v| ring.turn[v as usize] <= 0);
    ring.blunt = RTree::bulk_load(blunt.map(|v| GeomWithData::new(p[v as usize], v)).collect());
    let mut triangles = Vec::with_capacity(p.len() - 2);
    let mut left: Vec<u32> = (0..n).collect();
    let mut gone = vec![false; p.len()];
    while left.len() > 3 {
        let before = triangles.len();
        let mut queue: VecDeque<u32> = left.iter().copied().collect();
        while let Some(v) = queue.pop_front() {
            if gone[v as usize] || left.len() - (triangles.len() - before) <= 3 {
                continue;
            }
            if ring.is_idle(v) || ring.is_ear(v) {
                triangles.push(ring.around(v));
                gone[v as usize] = true;
                ring.clip(v);
                // What this has made an ear comes next: along a winding corridor it is the only
                // one.
                queue.push_front(ring.before[v as usize]);
                queue.push_back(ring.after[v as usize]);
            }
        }
        left.retain(|&v| !gone[v as usize]);
        if triangles.len() == before {
            return None;
        }
    }
    let rest = [left[0], left[1], left[2]];
    triangles.push(rest);
    let is_solid = |t: &[u32; 3]| orient2d_sign(ring.at(t[0]), ring.at(t[1]), ring.at(t[2])) > 0;
    (ring.turn_at(left[1]) >= 0 && triangles.iter().any(is_solid)).then_some(triangles)
}

/// Do any two of the triangles with area overlap?
fn overlapping(p: &[[f64; 2]], triangles: &[[u32; 3]]) -> bool {
    let corners = |k: u32| triangles[k as usize].map(|v| p[v as usize]);
    let solid = (0..triangles.len() as u32).filter(|&k| {
        let [a, b, c] = corners(k);
        orient2d_sign(a, b, c) > 0
    });
    let entry = |k: u32| {
        let b = AABB::from_points(&corners(k));
        GeomWithData::new(Rectangle::from_corners(b.lower(), b.upper()), k)
    };
    let tree = RTree::bulk_load(solid.clone().map(entry).collect());
    solid.into_iter().any(|k| {
        let own = corners(k);
        let near = tree.locate_in_envelope_intersecting(AABB::from_points(&own));
        near.into_iter().any(|e| e.data > k && overlap(&own, &corners(e.data)))
    })
}

/// Whether the triangles from the first corner are wrong by no more than moving the corners by a
/// rounding error each could change: those that run backwards have at most the area of a seam of
/// that width along the outline, and no two of the others overlap (which going around twice would
/// show).
fn crosses_by_rounding(points: &[[f64; 3]], axis: usize) -> bool {
    let (i, j) = ((axis + 1) % 3, (axis + 2) % 3);
    let at = |k: usize| side([points[0][i], points[0][j]], [points[k][i], points[k][j]]);
    let parts = (1..points.len() - 1).map(|k| 0.5 * at(k).perp(&at(k + 1)));
    let [forth, back] = parts.fold([0.0, 0.0], |[f, b], a: f64| if a > 0.0 { [f + a, b] } else { [f, b - a] });
    let length = |k: usize| {
        let d = at((k + 1) % points.len()) - at(k);
        d.x.hypot(d.y)
    };
    let outline: f64 = (0..points.len()).map(length).sum();
    let is_small = forth.min(back) <= rounding(points.iter().flatten().copied()) * outline;
    if !is_small || points.len() > MOST_CORNERS {
        return false;
    }
    let view = |p: &[f64; 3]| if forth < back { [p[j], p[i]] } else { [p[i], p[j]] };
    let flat: Vec<[f64; 2]> = points.iter().map(view).collect();
    let fan: Vec<[u32; 3]> = (1..points.len() as u32 - 1).map(|k| [0, k, k + 1]).collect();
    !overlapping(&flat, &fan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::big::{Rational, rational};

    fn area(p: &[[f64; 3]], t: &[[u32; 3]], axis: usize) -> Rational {
        let (i, j) = ((axis + 1) % 3, (axis + 2) % 3);
        let sum = t.iter().map(|t| {
            let [a, b, c] = t.map(|v| [i, j].map(|k| rational(p[v as usize][k])));
            let [u, v] = [b, c].map(|q| [0, 1].map(|k| q[k].clone() - &a[k]));
            (u[0].clone() * &v[1] - u[1].clone() * &v[0]).abs()
        });
        sum.fold(Rational::new(), |s, a| s + a)
    }

    /// Twice the area that the shoelace formula gives.
    fn outline(p: &[[f64; 3]], axis: usize) -> Rational {
        let (i, j) = ((axis + 1) % 3, (axis + 2) % 3);
        let n = p.len();
        let sum = (0..n).map(|k| {
            let (a, b) = (p[k], p[(k + 1) % n]);
            rational(a[i]) * rational(b[j]) - rational(a[j]) * rational(b[i])
        });
        sum.fold(Rational::new(), |s, a| s + a).abs()
    }

    fn fan(n: usize) -> Vec<[u32; 3]> {
        (1..n as u32 - 1).map(|k| [0, k, k + 1]).collect()
    }

    fn triangles(p: &[[f64; 3]]) -> Option<Vec<[u32; 3]>> {
        cut(p).ok().map(|t| t.unwrap_or_else(|| fan(p.len())))
    }

    fn in_plane(p: &[[f64; 2]]) -> Vec<[f64; 3]> {
        p.iter().map(|p| [p[0], p[1], 0.0]).collect()
    }

    #[test]
    fn polygons_are_covered_once() {
        let l = [[0., 0.], [2., 0.], [2., 1.], [1., 1.], [1., 2.], [0., 2.]];
        let spiral: Vec<[f64; 2]> = {
            let out = |k: i32, r: f64| [r * (f64::from(k) * 0.7).cos(), r * (f64::from(k) * 0.7).sin()];
            let arm = |k: i32| 1.0 + 0.3 * f64::from(k);
            (0..40).map(|k| out(k, arm(k) + 1.0)).chain((0..40).rev().map(|k| out(k, arm(k)))).collect()
        };
        let comb: Vec<[f64; 2]> = (0..50)
            .flat_map(|k| [[f64::from(k), 0.0], [f64::from(k) + 0.5, 9.0]])
            .chain([[50., 0.], [50., -1.], [0., -1.]])
            .rev()
            .collect();
        // A square with a hole, joined to it by a cut that is run through twice.
        let keyhole =
            [[0., 0.], [4., 0.], [4., 4.], [0., 4.], [0., 0.], [1., 1.], [1., 2.], [2., 2.], [2., 1.], [1., 1.]];
        // Corners on sides, and one given twice.
        let straight = [[0., 0.], [1., 0.], [2., 0.], [2., 0.], [2., 2.], [1., 2.], [0., 2.], [0., 1.]];
        for p in [&l[..], &spiral, &comb, &keyhole, &straight] {
            // From every corner, both ways round, and in planes of all directions (the shear is
            // exact).
            for start in 0..p.len() {
                let mut q = in_plane(p);
                q.rotate_left(start);
                let mut back = q.clone();
                back.reverse();
                for mut q in [q, back] {
                    let t = triangles(&q).unwrap_or_else(|| panic!("{q:?}"));
                    assert_eq!(t.len(), q.len() - 2);
                    assert_eq!(area(&q, &t, 2), outline(&q, 2), "{q:?}");
                    q.iter_mut().for_each(|v| v[2] = 4.0 * v[0] - 8.0 * v[1]);
                    let tilted = triangles(&q).unwrap();
                    assert_eq!(area(&q, &tilted, 2), outline(&q, 2), "{q:?}");
                    let turned: Vec<[f64; 3]> = q.iter().map(|v| [v[2], v[0], v[1]]).collect();
                    assert_eq!(area(&turned, &triangles(&turned).unwrap(), 0), outline(&turned, 0));
                }
            }
        }
        let t = triangles(&in_plane(&straight[..3].iter().chain(&straight[4..]).copied().collect::<Vec<_>>())).unwrap();
        let p: Vec<[f64; 2]> = straight[..3].iter().chain(&straight[4..]).copied().collect();
        assert!(t.iter().all(|t| orient2d_sign(p[t[0] as usize], p[t[1] as usize], p[t[2] as usize]) > 0));
    }

    #[test]
    fn what_crosses_itself_is_not_cut() {
        let star = |n: u32, step: u32| -> Vec<[f64; 3]> {
            let angle = |k: u32| f64::from(k * step % n) * std::f64::consts::TAU / f64::from(n);
            (0..n).map(|k| [angle(k).cos(), angle(k).sin(), 1.0]).collect()
        };
        assert!(triangles(&star(5, 2)).is_none() && triangles(&star(7, 3)).is_none());
        assert!(triangles(&star(5, 1)).is_some());
        // Going around twice turns left everywhere.
        let twice: Vec<[f64; 3]> =
            star(8, 1).into_iter().chain(star(8, 1).into_iter().map(|p| p.map(|c| 2.0 * c))).collect();
        assert!(triangles(&in_plane(&twice.iter().map(|p| [p[0], p[1]]).collect::<Vec<_>>())).is_none());
        // A bow of two equal halves looks largest from above, though its area is zero; noise does
        // not hide it.
        let noisy = [[0., 0., 0.], [1., 1., 1e-9], [1., 0., 0.], [0., 1., -1e-9]];
        assert!(triangles(&noisy).is_none());
        for bow in [[[0., 0.], [1., 1.], [1., 0.], [0., 1.]], [[0., 0.], [2., 0.], [0., 1.], [2., 3.]]] {
            assert!(triangles(&in_plane(&bow)).is_none(), "{bow:?}");
        }
    }

    #[test]
    fn bent_and_flat_polygons_have_rules() {
        // A bent quadrilateral, concave as seen from above: the cut is from its blunt corner.
        let bent = [[0., 0., 0.], [4., 0., 0.5], [1., 1., 0.], [0., 4., 0.5]];
        assert_eq!(area(&bent, &triangles(&bent).unwrap(), 2), outline(&bent, 2));
        // On one line: a fan without area.
        let line = [[0., 0., 0.], [1., 2., 3.], [2., 4., 6.], [0.5, 1., 1.5]];
        assert_eq!(triangles(&line).unwrap(), fan(4));
        assert_eq!(triangles(&[[1., 1., 1.]; 5]).unwrap(), fan(5));
        // Two corners changed places by a rounding error.
        let sliver = [[0., 0., 0.], [1., 0., 0.], [1., 1.0, 0.], [1.0f64.next_up(), 1.0f64.next_down(), 0.]];
        assert_eq!(triangles(&sliver).unwrap(), fan(4));
        // Very large and very small ones.
        for scale in [1e300, 1e-300] {
            let l = [[0., 0.], [2., 0.], [2., 1.], [1., 1.], [1., 2.], [0., 2.]].map(|p| p.map(|c: f64| c * scale));
            let p = in_plane(&l);
            assert_eq!(area(&p, &triangles(&p).unwrap(), 2), outline(&p, 2));
        }
    }
}
