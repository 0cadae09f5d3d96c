//! The plane cut along rings: a constrained Delaunay triangulation, and which rings run along its
//! edges.
//!
//! The triangulation is that of the crate `spade`. Its signs are exact for coordinates of magnitude
//! `2^-142` to `2^201`; rings are brought there by a power of two, or refused. No point is added: a
//! vertex in the middle of another ring's edge divides that edge, edges that cross are refused.

use super::error::RingError;
use super::rings::{Names, Ring};
use crate::exact::power::{exponent, scaled};
use crate::exact::predicates::orient2d_sign;
use spade::handles::FixedVertexHandle;
use spade::{ConstrainedDelaunayTriangulation, HasPosition, Point2, Triangulation};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// No triangle: the outside of the convex hull.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// A ring runs along an edge of the triangulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    /// Edge of the triangulation.
    edge: u32,
    /// Index of the ring.
    pub ring: u32,
    /// Its edge, by its place.
    pub at: u32,
    /// From the lower to the higher vertex of the edge?
    forward: bool,
}

/// Triangles of the convex hull of some rings, with the rings as edges.
#[derive(Debug)]
pub(super) struct Arrangement {
    /// Places, each once, in the order in which rings name them.
    pub places: Vec<[f64; 2]>,
    /// Triangles, counter-clockwise.
    pub triangles: Vec<[u32; 3]>,
    /// For side `k` of a triangle, from its corner `k` to the next one: the triangle beyond.
    across: Vec<[u32; 3]>,
    /// The edge of the triangulation that a side is.
    edges: Vec<[u32; 3]>,
    /// Rings along edges, by edge.
    runs: Vec<Run>,
    /// Start of each edge's runs.
    start: Vec<u32>,
}

/// A place with its number.
struct Post {
    at: Point2<f64>,
    number: u32,
}

impl HasPosition for Post {
    type Scalar = f64;
    fn position(&self) -> Point2<f64> {
        self.at
    }
}

type Triangles = ConstrainedDelaunayTriangulation<Post>;

/// The exponents within which signs are exact (Shewchuk 1997, as `spade` has them).
const EXPONENTS: [i32; 2] = [-142, 200];

impl Arrangement {
    /// Triangulates. Cost: O(n log n), for rings that do not cross; to name two edges that do, O(n)
    /// more.
    pub(super) fn new(rings: &[Ring], names: Names<'_>) -> Result<Arrangement, RingError> {
        let mut number: HashMap<[u64; 2], u32> = HashMap::new();
        let mut places = Vec::new();
        let mut lists: Vec<Vec<u32>> = Vec::with_capacity(rings.len());
        for ring in rings {
            let number_of = |p: &[f64; 2]| {
                *number.entry(p.map(f64::to_bits)).or_insert_with(|| {
                    places.push(*p);
                    places.len() as u32 - 1
                })
            };
            lists.push(ring.places.iter().map(number_of).collect());
        }
        let shift = shift_of(&places)?;
        let post = |(p, number): (&[f64; 2], u32)| {
            let [x, y] = p.map(|c| scaled(c, shift));
            Post { at: Point2::new(x, y), number }
        };
        let posts: Vec<Post> = places.iter().zip(0..).map(post).collect();
        // The crate is well kept; a panic in it would be a fault of ours all the same.
        let made = catch_unwind(AssertUnwindSafe(|| triangulated(posts, rings, &lists)));
        match made.map_err(|_| RingError::Failed)?? {
            Made::Whole(triangles, across, edges, runs) => {
                // Edges without triangles beside them there are where all places lie on a line.
                let all_edges = edges.iter().flatten().copied().chain(runs.iter().map(|r| r.edge));
                let count = all_edges.max().map_or(0, |e| e as usize + 1);
                let mut start = vec![0; count + 1];
                runs.iter().for_each(|r| start[r.edge as usize + 1] += 1);
                (0..count).for_each(|e| start[e + 1] += start[e]);
                let all = Arrangement { places, triangles, across, edges, runs, start };
                let turned = |t: &[u32; 3]| {
                    let [a, b, c] = t.map(|v| all.places[v as usize]);
                    orient2d_sign(a, b, c) <= 0
                };
                if all.triangles.iter().any(turned) { Err(RingError::Failed) } else { Ok(all) }
            }
            Made::Crossed { ring, at } => {
                let other = crossed(rings, ring, at).ok_or(RingError::Failed)?;
                let mut pair = [other, (ring, at)];
                pair.sort_unstable();
                let [first, second] = pair.map(|(r, k)| Box::new(rings[r].edge(k, names)));
                Err(RingError::Crossing { first, second })
            }
        }
    }

    /// Rings along a side of a triangle, and by how much the winding number of each grows on the
    /// way into the triangle.
    pub(super) fn runs(&self, face: u32, side: usize) -> impl Iterator<Item = (Run, i32)> + '_ {
        let edge = self.edges[face as usize][side] as usize;
        let t = &self.triangles[face as usize];
        let forward = t[side] < t[(side + 1) % 3];
        let runs = &self.runs[self.start[edge] as usize..self.start[edge + 1] as usize];
        runs.iter().map(move |r| (*r, if r.forward == forward { 1 } else { -1 }))
    }

    /// Goes through all triangles, from one to a neighbour and back, and tells what is crossed.
    /// Cost: O(triangles + runs).
    pub(super) fn walk(&self, visitor: &mut impl Visitor) -> Result<(), RingError> {
        let mut seen = vec![false; self.triangles.len()];
        // Triangles on the way, with the side through which they were entered and the next side to
        // leave by.
        let mut path: Vec<(u32, usize, usize)> = Vec::new();
        for root in 0..self.triangles.len() as u32 {
            let from = |k: &usize| self.across[root as usize][*k] == OUTSIDE;
            let Some(k) = (0..3).find(from).filter(|_| !seen[root as usize]) else { continue };
            seen[root as usize] = true;
            self.runs(root, k).for_each(|(run, d)| visitor.change(run, d));
            visitor.arrive(root)?;
            path.push((root, k, 0));
            while let Some((face, entered, next)) = path.pop() {
                if next == 3 {
                    self.runs(face, entered).for_each(|(run, d)| visitor.change(run, -d));
                    visitor.back();
                    continue;
                }
                path.push((face, entered, next + 1));
                let to = self.across[face as usize][next];
                if to == OUTSIDE || seen[to as usize] {
                    continue;
                }
                seen[to as usize] = true;
                let edge = self.edges[face as usize][next];
                let side = self.edges[to as usize].iter().position(|&e| e == edge).unwrap_or(0);
                self.runs(to, side).for_each(|(run, d)| visitor.change(run, d));
                visitor.arrive(to)?;
                path.push((to, side, 0));
            }
        }
        Ok(())
    }

    /// Edges of the triangulation along which a ring runs both ways, with the ring, each ring once.
    pub(super) fn there_and_back(&self) -> Vec<Run> {
        let mut found: Vec<Run> = Vec::new();
        for group in self.runs.chunk_by(|a, b| (a.edge, a.ring) == (b.edge, b.ring)) {
            if group.iter().any(|r| r.forward) && group.iter().any(|r| !r.forward) {
                found.push(group[0]);
            }
        }
        found.sort_unstable_by_key(|r| (r.ring, r.at));
        found.dedup_by_key(|r| r.ring);
        found
    }
}

/// Who is told of a walk.
pub(super) trait Visitor {
    /// The winding number of a ring changes.
    fn change(&mut self, run: Run, by: i32);
    /// A triangle is seen for the first time.
    fn arrive(&mut self, face: u32) -> Result<(), RingError>;
    /// The walk is back where it was.
    fn back(&mut self);
}

/// The power of two that brings all coordinates where signs are exact.
fn shift_of(places: &[[f64; 2]]) -> Result<i32, RingError> {
    let all = || places.iter().flatten().map(|c| c.abs()).filter(|c| *c > 0.0);
    let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    if most == 0.0 {
        return Ok(0);
    }
    let (low, high) = (exponent(least), exponent(most));
    let [lowest, highest] = EXPONENTS;
    if lowest <= low && high <= highest {
        return Ok(0);
    }
    let shift = highest - high;
    if low + shift < lowest { Err(RingError::Magnitudes { least, most }) } else { Ok(shift) }
}

/// What the crate makes of rings.
enum Made {
    /// Triangles, neighbours, edges, runs by edge.
    Whole(Vec<[u32; 3]>, Vec<[u32; 3]>, Vec<[u32; 3]>, Vec<Run>),
    /// An edge that crosses an edge before it.
    Crossed { ring: usize, at: usize },
}

fn triangulated(posts: Vec<Post>, rings: &[Ring], lists: &[Vec<u32>]) -> Result<Made, RingError> {
    let mut handles: Vec<Option<FixedVertexHandle>> = vec![None; posts.len()];
    let mut all = Triangles::bulk_load(posts).map_err(|_| RingError::Failed)?;
    all.vertices().for_each(|v| handles[v.data().number as usize] = Some(v.fix()));
    let mut runs = Vec::new();
    for (ring, list) in lists.iter().enumerate() {
        let edges = if rings[ring].places.len() < 2 { 0 } else { list.len() };
        for at in 0..edges {
            let ends = [list[at], list[(at + 1) % list.len()]].map(|v| handles[v as usize]);
            let [Some(from), Some(to)] = ends else { return Err(RingError::Failed) };
            let pieces = all.try_add_constraint(from, to);
            if pieces.is_empty() {
                return Ok(Made::Crossed { ring, at });
            }
            for piece in pieces {
                let edge = all.directed_edge(piece);
                let [from, to] = [edge.from(), edge.to()].map(|v| v.data().number);
                runs.push((piece, Run { edge: 0, ring: ring as u32, at: at as u32, forward: from < to }));
            }
        }
    }
    let mut runs: Vec<Run> =
        runs.into_iter().map(|(piece, run)| Run { edge: piece.as_undirected().index() as u32, ..run }).collect();
    runs.sort_unstable();
    let faces = all.num_inner_faces();
    let (mut triangles, mut across, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    [&mut triangles, &mut across, &mut edges]
        .into_iter()
        .for_each(|list: &mut Vec<[u32; 3]>| list.reserve_exact(faces));
    // The outer face is number 0.
    let number = |index: usize| if index == 0 { OUTSIDE } else { index as u32 - 1 };
    for face in all.inner_faces() {
        let sides = face.adjacent_edges();
        triangles.push(sides.map(|e| e.from().data().number));
        across.push(sides.map(|e| number(e.rev().face().index())));
        edges.push(sides.map(|e| e.as_undirected().index() as u32));
    }
    Ok(Made::Whole(triangles, across, edges, runs))
}

/// An edge that crosses edge `at` of a ring inside both, exactly; the first there is.
fn crossed(rings: &[Ring], ring: usize, at: usize) -> Option<(usize, usize)> {
    let [a, b] = rings[ring].ends(at);
    let crosses = |[c, d]: [[f64; 2]; 2]| {
        let apart = |s: i32, t: i32| s * t < 0;
        apart(orient2d_sign(a, b, c), orient2d_sign(a, b, d)) && apart(orient2d_sign(c, d, a), orient2d_sign(c, d, b))
    };
    let edges = rings.iter().enumerate().flat_map(|(r, ring)| (0..ring.places.len()).map(move |k| (r, k)));
    edges.into_iter().find(|&(r, k)| crosses(rings[r].ends(k)))
}
