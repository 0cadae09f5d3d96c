//! An image on a domain that is no box: whole pixels inside, and pieces of those that the boundary
//! may meet.
//!
//! Between two lines of the boundary nothing is cut: a pixel that no edge of the boundary comes
//! near lies inside with all of its area, or outside. Which are near is told with a margin; a pixel
//! that is near without need is divided by the triangles of the domain, which costs time and
//! changes no mass. Pieces are exact ([`Cut`]).

use super::cut::{Cut, Line};
use super::outline::Corner;
use super::{Domain, Image};
use crate::exact::big::Rational;
use crate::exact::predicates::orient2d_sign;
use petgraph::unionfind::UnionFind;
use std::sync::Arc;

/// A pixel (`row * columns + column` in the grid of patches), or a piece of one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub pixel: u32,
    /// The triangle that it lies in, and what it is; `None`: the whole pixel.
    pub cut: Option<(u32, Arc<Cut>)>,
}

/// The pieces of an image on a domain, by pixel and triangle.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pieces {
    pub all: Vec<Piece>,
    columns: u32,
}

/// Triangles counter-clockwise, those with area.
fn triangles_of(domain: &Domain) -> Vec<[[f64; 2]; 3]> {
    match domain {
        Domain::Mesh(mesh) => mesh.solid().map(|f| mesh.corners(f).0).collect(),
        Domain::Convex(polygon) => {
            let o = polygon.vertex(0);
            let fan = (1..polygon.len() - 1).map(|k| [o, polygon.vertex(k), polygon.vertex(k + 1)]);
            fan.filter(|t| orient2d_sign(t[0], t[1], t[2]) > 0).collect()
        }
    }
}

fn boundary_of(domain: &Domain) -> Vec<[[f64; 2]; 2]> {
    match domain {
        Domain::Mesh(mesh) => mesh.boundary(),
        Domain::Convex(polygon) => (0..polygon.len()).map(|k| [polygon.vertex(k), polygon.vertex(k + 1)]).collect(),
    }
}

impl Pieces {
    /// Cuts the pixels with `mass` along a domain. Cost: O(pixels that triangles or edges of the
    /// boundary meet, each as often).
    pub fn of(image: &Image, domain: &Domain, mass: impl Fn(u32) -> bool) -> Pieces {
        let [columns, rows] = image.grid();
        let grid = Grid { lines: image.lines() };
        // 0: not met, 1: near the boundary, 2: inside.
        let mut state = vec![0u8; columns * rows];
        let doubled = domain.mesh().is_some_and(|mesh| mesh.doubled().0 > 0);
        if doubled {
            // What two triangles share counts twice: pieces of each.
            state.fill(1);
        }
        for edge in boundary_of(domain) {
            grid.each_near(&edge, |pixel| state[pixel] = 1);
        }
        let mut all = Vec::new();
        for (t, triangle) in triangles_of(domain).iter().enumerate() {
            grid.each_near(triangle, |k| {
                if state[k] == 2 || !mass(k as u32) {
                    return;
                }
                let pixel = image.patch(k % columns, k / columns).0;
                let Some(cut) = Cut::of(triangle, pixel) else { return };
                let cut = match state[k] {
                    // One triangle meets it, so all of it lies inside.
                    0 => {
                        state[k] = 2;
                        None
                    }
                    _ => Some((t as u32, Arc::new(cut))),
                };
                all.push(Piece { pixel: k as u32, cut });
            });
        }
        all.sort_by_key(|p| (p.pixel, p.cut.as_ref().map(|c| c.0)));
        Pieces { all, columns: columns as u32 }
    }

    /// Which of some pieces (by index, ascending) share an edge, or part of one: sets of them, and
    /// for each its edges that it shares, as bits.
    pub fn joined(&self, names: &[u32]) -> (UnionFind<u32>, Vec<u8>) {
        let mut joined = Joined { sets: UnionFind::new(names.len()), shared: vec![0u8; names.len()] };
        let piece = |k: usize| &self.all[names[k] as usize];
        let whole = |pixel: u32| {
            let k = names.partition_point(|&n| self.all[n as usize].pixel < pixel);
            (k < names.len() && piece(k).pixel == pixel && piece(k).cut.is_none()).then_some(k as u32)
        };
        let mut sides: Vec<Side> = Vec::new();
        for k in 0..names.len() {
            let of = piece(k);
            if of.cut.is_some() {
                self.sides(k as u32, of, 0, &mut sides);
                continue;
            }
            // Whole pixels beside each other are most: nothing is written down of these.
            let (column, last) = (of.pixel % self.columns, self.columns - 1);
            let beside = [
                of.pixel.checked_sub(self.columns),
                (column < last).then_some(of.pixel + 1),
                of.pixel.checked_add(self.columns),
                (column > 0).then(|| of.pixel - 1),
            ];
            let mut known = 0;
            for (edge, pixel) in beside.into_iter().enumerate() {
                if let Some(j) = pixel.and_then(whole) {
                    known |= 1 << edge;
                    joined.sets.union(k as u32, j);
                }
            }
            joined.shared[k] |= known;
            self.sides(k as u32, of, known, &mut sides);
        }
        sides.sort_by_key(|s| (s.key, s.piece, s.edge));
        for group in sides.chunk_by(|a, b| a.key == b.key) {
            for (i, a) in group.iter().enumerate() {
                for b in group[i + 1..].iter().filter(|b| b.upper != a.upper && a.meets(b)) {
                    joined.sets.union(a.piece, b.piece);
                    joined.shared[a.piece as usize] |= 1 << a.edge;
                    joined.shared[b.piece as usize] |= 1 << b.edge;
                }
            }
        }
        (joined.sets, joined.shared)
    }

    /// The sides of a piece; of a whole pixel those that are not `known`.
    fn sides(&self, piece: u32, of: &Piece, known: u8, sides: &mut Vec<Side>) {
        let (column, row) = (of.pixel % self.columns, of.pixel / self.columns);
        // A pixel's upper side is the next one's lower side.
        let key = |axis: u8, upper: bool| {
            let place = if axis == 0 { [column + u32::from(upper), row] } else { [row + u32::from(upper), column] };
            Key::Grid(axis, place[0], place[1])
        };
        match &of.cut {
            None => {
                let all = [(1, false), (0, true), (1, true), (0, false)].into_iter().enumerate();
                for (edge, (axis, upper)) in all.filter(|(edge, _)| known >> edge & 1 == 0) {
                    sides.push(Side { key: key(axis, upper), piece, edge: edge as u8, upper, along: None });
                }
            }
            Some((_, cut)) => {
                let n = cut.corners.len();
                for (edge, line) in cut.lines.iter().enumerate() {
                    let edge_of = |key, upper, along| Side { key, piece, edge: edge as u8, upper, along };
                    sides.push(match *line {
                        Line::Pixel { axis, upper } => {
                            let other = 1 - axis as usize;
                            let [a, b] = [edge, (edge + 1) % n].map(|c| (cut.corners[c], other));
                            edge_of(
                                key(axis, upper),
                                upper,
                                Some(if coordinate(a) < coordinate(b) { [a, b] } else { [b, a] }),
                            )
                        }
                        Line::Triangle(_) => {
                            let [u, v] = cut.edges[edge].map(|p| p.map(f64::to_bits));
                            // Neighbours run along it in opposite directions, through the same
                            // pixel.
                            edge_of(Key::Edge(of.pixel, u.min(v), u.max(v)), u < v, None)
                        }
                    });
                }
            }
        }
    }
}

/// What is found of pieces that share edges.
struct Joined {
    sets: UnionFind<u32>,
    shared: Vec<u8>,
}

/// What a side lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A line of the grid across an axis, and which stretch of it.
    Grid(u8, u32, u32),
    /// An edge of a triangle in a pixel.
    Edge(u32, [u64; 2], [u64; 2]),
}

/// An edge of a piece.
struct Side {
    key: Key,
    piece: u32,
    edge: u8,
    /// On which side of the line the piece lies.
    upper: bool,
    /// Its ends, ascending, each with the axis that counts; `None`: all of the stretch.
    along: Option<[(Corner, usize); 2]>,
}

impl Side {
    /// Have they more than a point in common?
    fn meets(&self, o: &Side) -> bool {
        match (&self.along, &o.along) {
            (Some([a, b]), Some([c, d])) => coordinate(*a) < coordinate(*d) && coordinate(*c) < coordinate(*b),
            _ => true,
        }
    }
}

fn coordinate((corner, axis): (Corner, usize)) -> Rational {
    let [x, y] = corner.exact();
    if axis == 0 { x } else { y }
}

/// The lines between pixels.
struct Grid<'g> {
    lines: &'g [Vec<f64>; 2],
}

impl Grid<'_> {
    /// Calls `f` for all pixels that a convex polygon of one to three corners meets, and for some
    /// that are nearer to it than `2^-40` of the coordinates.
    fn each_near(&self, corners: &[[f64; 2]], mut f: impl FnMut(usize)) {
        let [xs, ys] = self.lines;
        let size = corners.iter().flatten().chain([&xs[0], &xs[xs.len() - 1], &ys[0], &ys[ys.len() - 1]]);
        let margin = 2f64.powi(-40) * size.fold(0.0, |m: f64, c| m.max(c.abs()));
        let range = |lines: &[f64], low: f64, high: f64| {
            let first = lines.partition_point(|l| *l < low - margin).saturating_sub(1);
            first..lines.partition_point(|l| *l <= high + margin).min(lines.len() - 1)
        };
        let least = |k: usize| corners.iter().fold(f64::INFINITY, |m, c| m.min(c[k]));
        let most = |k: usize| corners.iter().fold(f64::NEG_INFINITY, |m, c| m.max(c[k]));
        for column in range(xs, least(0), most(0)) {
            // The heights that edges have over the column.
            let [left, right] = [xs[column] - margin, xs[column + 1] + margin];
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            let mut see = |y: f64| (low, high) = (low.min(y), high.max(y));
            for (k, p) in corners.iter().enumerate() {
                if (left..=right).contains(&p[0]) {
                    see(p[1]);
                }
                let q = corners[(k + 1) % corners.len()];
                let (a, b) = if p[0] <= q[0] { (p, &q) } else { (&q, p) };
                for x in [left, right] {
                    if a[0] < x && x < b[0] {
                        let t = (x - a[0]) / (b[0] - a[0]);
                        see(a[1] * (1.0 - t) + b[1] * t);
                    }
                }
            }
            if low <= high {
                range(ys, low, high).for_each(|row| f(row * (xs.len() - 1) + column));
            }
        }
    }
}
