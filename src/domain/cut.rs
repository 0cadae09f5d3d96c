//! What is left of a pixel in a triangle, by labels.
//!
//! The triangle is cut by the four lines of the pixel, one after the other. Whether a corner lies
//! beyond a line is decided exactly: of a point of doubles by its coordinate, of a crossing by the
//! coordinate of the grid line or by an orientation.

use super::outline::Corner;
use crate::exact::Dd;
use crate::exact::big;
use crate::exact::predicates::{CutPoint, orient2d_sign};

/// On which line an edge lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// That of side `k` of the triangle.
    Triangle(u8),
    /// The lower or upper side of the pixel along an axis: all its points have that coordinate.
    Pixel { axis: u8, upper: bool },
}

/// A convex piece of a pixel: at most seven corners, counter-clockwise.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    pub corners: Vec<Corner>,
    /// The corners, rounded.
    pub vertices: Vec<[f64; 2]>,
    /// The lines of the edges.
    pub lines: Vec<Line>,
    /// Two points of each, in the direction of the edge.
    pub edges: Vec<[[f64; 2]; 2]>,
}

/// A corner and the line of the edge that begins there.
type Node = (Corner, Line);

impl Cut {
    /// The part of a pixel in a counter-clockwise triangle; `None` if it has no area.
    pub fn of(triangle: &[[f64; 2]; 3], pixel: [[f64; 2]; 2]) -> Option<Cut> {
        let mut nodes: Vec<Node> = (0..3).map(|k| (Corner::At(triangle[k]), Line::Triangle(k as u8))).collect();
        for axis in 0..2 {
            for upper in [false, true] {
                clip(&mut nodes, triangle, pixel, axis, upper);
                if nodes.is_empty() {
                    return None;
                }
            }
        }
        let edges = nodes.iter().map(|&(_, line)| ends(line, triangle, pixel)).collect();
        let corners: Vec<Corner> = nodes.iter().map(|n| n.0).collect();
        let round = |c: &Corner| match c {
            Corner::At(p) => *p,
            crossing => crossing.exact().each_ref().map(big::nearest_f64),
        };
        let vertices = corners.iter().map(round).collect();
        Some(Cut { corners, vertices, lines: nodes.iter().map(|n| n.1).collect(), edges })
    }

    /// Is it the whole pixel?
    #[cfg(test)]
    fn is_whole(&self) -> bool {
        self.lines.len() == 4 && self.lines.iter().all(|l| matches!(l, Line::Pixel { .. }))
    }

    /// The integral of a function that is bilinear on a pixel and has these values at its corners,
    /// counter-clockwise from the lower left one, to about 100 bits.
    ///
    /// In coordinates in which the pixel is the unit square, `f = r_0 + a s + b t + d s t`. On a
    /// triangle the integral is its area times the mean of `f` at the corners, less a twelfth of
    /// `d` times the products of the sides' coordinates (`diagram/plane/integrate.rs`).
    pub fn integral(&self, [low, high]: [[f64; 2]; 2], r: [f64; 4]) -> Dd {
        let size = [0, 1].map(|k| Dd::difference(high[k], low[k]));
        let place = |c: &Corner| {
            let p = match c {
                Corner::At(p) => p.map(Dd::from_f64),
                Corner::Crossing(c) => {
                    let CutPoint { ends: [u, v], axis, at } = *c;
                    let other = 1 - axis;
                    let t = Dd::difference(at, u[axis]).over(Dd::difference(v[axis], u[axis]));
                    let across = Dd::from_f64(u[other]) + t * Dd::difference(v[other], u[other]);
                    let mut p = [Dd::from_f64(at); 2];
                    p[other] = across;
                    p
                }
            };
            [0, 1].map(|k| (p[k] - Dd::from_f64(low[k])).over(size[k]))
        };
        let points: Vec<[Dd; 2]> = self.corners.iter().map(place).collect();
        let d = Dd::difference(r[2], r[1]) - Dd::difference(r[3], r[0]);
        let (a, b) = (Dd::difference(r[1], r[0]), Dd::difference(r[3], r[0]));
        let value = |p: &[Dd; 2]| Dd::from_f64(r[0]) + a * p[0] + b * p[1] + d * (p[0] * p[1]);
        let side = |p: &[Dd; 2], q: &[Dd; 2]| [q[0] - p[0], q[1] - p[1]];
        let o = &points[0];
        let mut sum = Dd::ZERO;
        for w in points[1..].windows(2) {
            let (e, f, g) = (side(o, &w[0]), side(o, &w[1]), side(&w[0], &w[1]));
            let area = (e[0] * f[1] - e[1] * f[0]).scale(0.5);
            let mean = (value(o) + value(&w[0]) + value(&w[1])).over(Dd::from_f64(3.0));
            let bend = (d * (e[0] * e[1] + f[0] * f[1] + g[0] * g[1])).over(Dd::from_f64(12.0));
            sum = sum + area * (mean - bend);
        }
        sum * size[0] * size[1]
    }

    /// The point with coordinates `u, v` in the unit square, carried onto the piece so that areas
    /// are in proportion, up to rounding.
    pub fn point(&self, u: f64, v: f64) -> [f64; 2] {
        let p = &self.vertices;
        let area = |k: usize| {
            let (e, f) = ([p[k][0] - p[0][0], p[k][1] - p[0][1]], [p[k + 1][0] - p[0][0], p[k + 1][1] - p[0][1]]);
            (e[0] * f[1] - e[1] * f[0]).max(0.0)
        };
        let total: f64 = (1..p.len() - 1).map(area).sum();
        let (mut k, mut left) = (1, u * total);
        while k + 2 < p.len() && left > area(k) {
            left -= area(k);
            k += 1;
        }
        let share = (left / area(k)).clamp(0.0, 1.0);
        let root = if share.is_finite() { share.sqrt() } else { 0.5 };
        [0, 1].map(|a| (1.0 - root) * p[0][a] + root * ((1.0 - v) * p[k][a] + v * p[k + 1][a]))
    }
}

/// Two points of a line, in the direction of the edge.
fn ends(line: Line, triangle: &[[f64; 2]; 3], [low, high]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    match line {
        Line::Triangle(k) => [triangle[k as usize], triangle[(k as usize + 1) % 3]],
        Line::Pixel { axis: 0, upper: false } => [[low[0], high[1]], low],
        Line::Pixel { axis: 0, upper: true } => [[high[0], low[1]], high],
        Line::Pixel { upper: false, .. } => [low, [high[0], low[1]]],
        Line::Pixel { upper: true, .. } => [high, [low[0], high[1]]],
    }
}

/// Keeps what lies on the inner side of a side of the pixel; nothing if that has no area.
fn clip(nodes: &mut Vec<Node>, triangle: &[[f64; 2]; 3], pixel: [[f64; 2]; 2], axis: usize, upper: bool) {
    let at = pixel[usize::from(upper)][axis];
    let line = Line::Pixel { axis: axis as u8, upper };
    let inner = |c: &Corner| if upper { -beyond(c, axis, at) } else { beyond(c, axis, at) };
    let signs: Vec<i32> = nodes.iter().map(|n| inner(&n.0)).collect();
    if signs.iter().all(|s| *s >= 0) {
        return;
    }
    let mut kept = Vec::with_capacity(nodes.len() + 1);
    // A convex polygon of positive area keeps some if and only if a corner lies strictly inside.
    if signs.iter().any(|s| *s > 0) {
        for k in 0..nodes.len() {
            let next = (k + 1) % nodes.len();
            let (corner, edge) = nodes[k];
            match (signs[k], signs[next]) {
                (1, -1) => kept.extend([(corner, edge), (crossing(edge, triangle, pixel, axis, at), line)]),
                // The corner on the line is where the polygon leaves.
                (0, -1) => kept.push((corner, line)),
                (-1, 1) => kept.push((crossing(edge, triangle, pixel, axis, at), edge)),
                (-1, _) => {}
                _ => kept.push((corner, edge)),
            }
        }
    }
    *nodes = kept;
}

/// Where an edge crosses a side of the pixel.
fn crossing(edge: Line, triangle: &[[f64; 2]; 3], pixel: [[f64; 2]; 2], axis: usize, at: f64) -> Corner {
    match edge {
        Line::Triangle(k) => {
            let [u, v] = [triangle[k as usize], triangle[(k as usize + 1) % 3]];
            let ends = if u[axis] < v[axis] { [u, v] } else { [v, u] };
            Corner::Crossing(CutPoint { ends, axis, at })
        }
        // Sides that cross are those of the other axis.
        Line::Pixel { upper, .. } => {
            let mut p = pixel[usize::from(upper)];
            p[axis] = at;
            Corner::At(p)
        }
    }
}

/// Sign of a corner's coordinate less `at`.
fn beyond(corner: &Corner, axis: usize, at: f64) -> i32 {
    let compare = |x: f64| i32::from(x > at) - i32::from(x < at);
    match corner {
        Corner::At(p) => compare(p[axis]),
        Corner::Crossing(c) if c.axis == axis => compare(c.at),
        Corner::Crossing(c) => {
            // On which side of its line lies the crossing of the two grid lines? Ends ascend along
            // the other axis: what is to the right of an upward line has the larger first
            // coordinate, what is to the right of one to the right the lower second.
            let mut grid = [at; 2];
            grid[c.axis] = c.at;
            let turn = orient2d_sign(c.ends[0], c.ends[1], grid);
            if c.axis == 0 { -turn } else { turn }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::big::Rational;

    fn exact_area(corners: &[Corner]) -> Rational {
        let p: Vec<[Rational; 2]> = corners.iter().map(Corner::exact).collect();
        let n = p.len();
        let cross = |k: usize| {
            let q = &p[(k + 1) % n];
            Rational::from(&p[k][0] * &q[1]) - Rational::from(&q[0] * &p[k][1])
        };
        (0..n).map(cross).fold(Rational::new(), |s, t| s + t) / 2u32
    }

    /// On a grid of integers, and with triangles of integers and of odd doubles: the pieces of all
    /// pixels have exactly the triangle's area, are convex, and lie in their pixels; where corners
    /// meet lines, too.
    #[test]
    fn the_pieces_of_a_triangle_are_the_triangle() {
        let mut state = 11u64;
        let mut draw = |scale: f64, n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) % n) as f64 * scale
        };
        let (mut whole, mut most) = (0, 0);
        for round in 0..300 {
            let (scale, n) = if round % 2 == 0 { (0.5, 13) } else { (0.1, 61) };
            let mut t = [0; 3].map(|_| [draw(scale, n), draw(scale, n)]);
            match orient2d_sign(t[0], t[1], t[2]) {
                0 => continue,
                s if s < 0 => t.swap(1, 2),
                _ => {}
            }
            let mut sum = Rational::new();
            for (x, y) in (0..6).flat_map(|x| (0..6).map(move |y| (f64::from(x), f64::from(y)))) {
                let pixel = [[x, y], [x + 1.0, y + 1.0]];
                let Some(cut) = Cut::of(&t, pixel) else { continue };
                let area = exact_area(&cut.corners);
                assert!(area.cmp0().is_gt(), "{t:?} {pixel:?} {cut:?}");
                // An edge of the triangle may lie along a side of the pixel.
                assert!(if area == 1 { cut.corners.len() == 4 } else { !cut.is_whole() }, "{t:?} {pixel:?}");
                whole += usize::from(cut.is_whole());
                most = most.max(cut.corners.len());
                let round = cut.integral(pixel, [1.0; 4]).to_f64();
                assert!((round - area.to_f64()).abs() <= 1e-15, "{round} {area}");
                for (k, c) in cut.corners.iter().enumerate() {
                    let p = c.exact();
                    assert!((0..2).all(|a| p[a] >= pixel[0][a] && p[a] <= pixel[1][a]));
                    // Both edges at a corner pass through it.
                    for e in [k, (k + cut.edges.len() - 1) % cut.edges.len()] {
                        let [u, v] = cut.edges[e].map(|p| p.map(big::rational));
                        let side = (v[0].clone() - &u[0]) * (p[1].clone() - &u[1])
                            - (v[1].clone() - &u[1]) * (p[0].clone() - &u[0]);
                        assert!(side.cmp0().is_eq(), "{t:?} {pixel:?} corner {k} edge {e}");
                    }
                }
                sum += area;
            }
            assert_eq!(sum, exact_area(&t.map(Corner::At)), "{t:?}");
        }
        assert!(whole > 20 && most >= 6, "{whole} {most}");
    }

    /// The integral of a bilinear function over half a pixel, by hand: `int over s + t < 1 of s t`
    /// is 1/24.
    #[test]
    fn bilinear_integrals() {
        let cut = Cut::of(&[[0.0, 0.0], [2.0, 0.0], [0.0, 4.0]], [[0.0, 0.0], [2.0, 4.0]]).unwrap();
        assert!((cut.integral([[0.0, 0.0], [2.0, 4.0]], [0.0, 0.0, 1.0, 0.0]).to_f64() - 8.0 / 24.0).abs() < 1e-16);
        let cut = Cut::of(&[[-9.0, -9.0], [9.0, -9.0], [0.0, 20.0]], [[0.0, 0.0], [1.0, 1.0]]).unwrap();
        assert!(cut.is_whole());
        assert_eq!(cut.integral([[0.0, 0.0], [1.0, 1.0]], [1.0, 2.0, 4.0, 3.0]).to_f64(), 2.5);
    }
}
