//! An even triangle mesh of the aperture.

use crate::domain::Domain;
use spade::handles::FixedVertexHandle;
use spade::{ConstrainedDelaunayTriangulation, HasPosition, Point2, Triangulation};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Nodes nearer to the outline than this share of the pitch are left out: their triangles would be
/// thin.
const CLEAR: f64 = 0.5;

/// Points and triangles.
type Mesh = (Vec<[f64; 2]>, Vec<[u32; 3]>);

/// A node: where it is in pitches, and its number.
struct Node {
    at: Point2<f64>,
    number: u32,
}

impl HasPosition for Node {
    type Scalar = f64;
    fn position(&self) -> Point2<f64> {
        self.at
    }
}

/// Edges of the aperture's boundary, in no particular order or direction.
fn outline(aperture: &Domain) -> Vec<[[f64; 2]; 2]> {
    match aperture {
        Domain::Convex(polygon) => (0..polygon.len()).map(|k| polygon.outline().edge(k)).collect(),
        Domain::Mesh(mesh) => mesh.boundary(),
    }
}

/// How many nodes [`ground`] makes, about.
pub(super) fn size(aperture: &Domain, pitch: f64) -> f64 {
    let (low, high) = aperture.frame().bounds();
    let along: f64 = outline(aperture).iter().map(|[a, b]| (b[0] - a[0]).hypot(b[1] - a[1])).sum();
    (high[0] - low[0]) / pitch * ((high[1] - low[1]) / pitch) + along / pitch
}

/// Points and triangles, counter-clockwise, that fill the aperture: nodes of a square grid, and its
/// outline cut into pieces no longer than the pitch. `None` if the triangulation fails: outlines
/// whose edges come closer than rounding. Cost: O(n log n) in the nodes.
pub(super) fn ground(aperture: &Domain, pitch: f64) -> Option<Mesh> {
    let edges = outline(aperture);
    let (low, high) = aperture.frame().bounds();
    let count = [0, 1].map(|k| ((high[k] - low[k]) / pitch).ceil() as usize + 1);
    // The grid stands in the middle of the box, so that what is symmetric stays so.
    let first = [0, 1].map(|k| 0.5 * (low[k] + high[k]) - 0.5 * pitch * (count[k] - 1) as f64);
    let node = |i: usize, j: usize| [first[0] + pitch * i as f64, first[1] + pitch * j as f64];
    let mut clear = vec![true; count[0] * count[1]];
    for edge in &edges {
        let range = |k: usize| {
            let (a, b) = (edge[0][k].min(edge[1][k]), edge[0][k].max(edge[1][k]));
            let from = ((a - first[k]) / pitch - CLEAR).ceil().max(0.0) as usize;
            from..(((b - first[k]) / pitch + CLEAR).floor() as usize + 1).min(count[k])
        };
        for i in range(0) {
            // A long slanted edge is near to few nodes of its box: only those of its stretch.
            for j in near(edge, node(i, 0)[0], CLEAR * pitch, first[1], pitch, range(1)) {
                if distance(edge, node(i, j)) < CLEAR * pitch {
                    clear[i * count[1] + j] = false;
                }
            }
        }
    }
    let mut points: Vec<[f64; 2]> = Vec::new();
    for i in 0..count[0] {
        points.extend((0..count[1]).filter(|j| clear[i * count[1] + j]).map(|j| node(i, j)));
    }
    // Pieces of edges, by the numbers of their ends; corners are merged by their place.
    let mut walls: Vec<[u32; 2]> = Vec::new();
    let mut corners = std::collections::HashMap::new();
    for edge in &edges {
        let pieces = ((edge[1][0] - edge[0][0]).hypot(edge[1][1] - edge[0][1]) / pitch).ceil().max(1.0) as usize;
        let mut last = None;
        for k in 0..=pieces {
            let number = if k == 0 || k == pieces {
                let p = edge[usize::from(k == pieces)];
                *corners.entry(p.map(|c| (c + 0.0).to_bits())).or_insert_with(|| {
                    points.push(p);
                    points.len() as u32 - 1
                })
            } else {
                let t = k as f64 / pieces as f64;
                points.push([0, 1].map(|c| edge[0][c] + t * (edge[1][c] - edge[0][c])));
                points.len() as u32 - 1
            };
            walls.extend(last.map(|before| [before, number]));
            last = Some(number);
        }
    }
    // A panic in the crate would be a fault of ours; it must not end the program all the same.
    let made = catch_unwind(AssertUnwindSafe(|| inside(&points, &walls, first, pitch)));
    let triangles = made.ok()??;
    Some(used(&points, triangles))
}

/// Nodes of a column that an edge may be near to.
fn near(
    [a, b]: &[[f64; 2]; 2],
    x: f64,
    reach: f64,
    first: f64,
    pitch: f64,
    all: std::ops::Range<usize>,
) -> std::ops::Range<usize> {
    let along = b[0] - a[0];
    if along == 0.0 {
        return all;
    }
    let at = |x: f64| a[1] + (b[1] - a[1]) * ((x - a[0]) / along).clamp(0.0, 1.0);
    let (s, t) = (at(x - reach), at(x + reach));
    let from = ((s.min(t) - reach - first) / pitch).floor().max(0.0) as usize;
    let to = ((s.max(t) + reach - first) / pitch).ceil().max(0.0) as usize + 1;
    all.start.max(from)..all.end.min(to)
}

fn distance([a, b]: &[[f64; 2]; 2], p: [f64; 2]) -> f64 {
    let (u, v) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let t = ((u[0] * v[0] + u[1] * v[1]) / (u[0] * u[0] + u[1] * u[1])).clamp(0.0, 1.0);
    (v[0] - t * u[0]).hypot(v[1] - t * u[1])
}

/// Triangles inside: an odd number of walls lies between them and the outside.
fn inside(points: &[[f64; 2]], walls: &[[u32; 2]], first: [f64; 2], pitch: f64) -> Option<Vec<[u32; 3]>> {
    let nodes = points.iter().zip(0..).map(|(p, number)| {
        let [x, y] = [0, 1].map(|k| (p[k] - first[k]) / pitch);
        // Numbers below the range of the crate's exact signs are zero as far as a mesh goes.
        let [x, y] = [x, y].map(|c: f64| if c.abs() < 1e-30 { 0.0 } else { c });
        Node { at: Point2::new(x, y), number }
    });
    let mut all = ConstrainedDelaunayTriangulation::<Node>::bulk_load(nodes.collect()).ok()?;
    let mut handles: Vec<Option<FixedVertexHandle>> = vec![None; points.len()];
    all.vertices().for_each(|v| handles[v.data().number as usize] = Some(v.fix()));
    for wall in walls {
        let [Some(from), Some(to)] = wall.map(|v| handles[v as usize]) else { return None };
        if from != to && all.try_add_constraint(from, to).is_empty() {
            return None;
        }
    }
    // Breadth first from the outer face, which has number 0.
    let mut odd: Vec<Option<bool>> = vec![None; all.num_all_faces()];
    odd[0] = Some(false);
    let mut queue = VecDeque::new();
    let cross = |odd: &mut Vec<Option<bool>>, queue: &mut VecDeque<_>, from: usize, to: usize, wall: bool| {
        if odd[to].is_none() {
            odd[to] = odd[from].map(|o| o != wall);
            queue.push_back(to);
        }
    };
    for edge in all.convex_hull() {
        let to = edge.rev().face().fix().index();
        cross(&mut odd, &mut queue, 0, to, edge.is_constraint_edge());
    }
    let faces: Vec<_> = all.inner_faces().map(|f| f.fix()).collect();
    let of = |index: usize| all.face(faces[index - 1]);
    while let Some(at) = queue.pop_front() {
        for edge in of(at).adjacent_edges() {
            cross(&mut odd, &mut queue, at, edge.rev().face().fix().index(), edge.is_constraint_edge());
        }
    }
    let found = all.inner_faces().filter(|f| odd[f.fix().index()] == Some(true));
    Some(found.map(|f| f.vertices().map(|v| v.data().number)).collect())
}

/// Only the points that triangles name.
fn used(points: &[[f64; 2]], mut triangles: Vec<[u32; 3]>) -> Mesh {
    let mut number = vec![u32::MAX; points.len()];
    let mut kept = Vec::new();
    for v in triangles.iter_mut().flatten() {
        let n = &mut number[*v as usize];
        if *n == u32::MAX {
            *n = kept.len() as u32;
            kept.push(points[*v as usize]);
        }
        *v = *n;
    }
    (kept, triangles)
}

#[cfg(test)]
mod tests {
    use super::ground;
    use crate::domain::{ConvexPolygon, Domain, PlanarMesh};

    fn area(points: &[[f64; 2]], triangles: &[[u32; 3]]) -> (f64, f64) {
        let one = |t: &[u32; 3]| {
            let [a, b, c] = t.map(|v| points[v as usize]);
            0.5 * ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
        };
        let all: Vec<f64> = triangles.iter().map(one).collect();
        (all.iter().sum(), all.iter().copied().fold(f64::INFINITY, f64::min))
    }

    #[test]
    fn apertures_are_filled() {
        let disk = Domain::from(ConvexPolygon::disk(100).unwrap());
        let disk_area = disk.frame().area();
        // A square ring, and two squares that touch in a corner.
        let ring = {
            let v = [[0., 0.], [3., 0.], [3., 3.], [0., 3.], [1., 1.], [2., 1.], [2., 2.], [1., 2.]];
            let t = (0..4u32).flat_map(|k| {
                let n = (k + 1) % 4;
                [[k, n, k + 4], [n, n + 4, k + 4]]
            });
            Domain::from(PlanarMesh::new(v.to_vec(), t.collect()).unwrap())
        };
        let corner = {
            let v = [[0., 0.], [1., 0.], [1., 1.], [0., 1.], [2., 1.], [2., 2.], [1., 2.]];
            let t = [[0, 1, 2], [0, 2, 3], [2, 4, 5], [2, 5, 6]];
            Domain::from(PlanarMesh::new(v.to_vec(), t.to_vec()).unwrap())
        };
        for (domain, wanted) in [(disk, disk_area), (ring, 8.0), (corner, 2.0)] {
            for pitch in [0.5, 0.13, 0.07] {
                let (points, triangles) = ground(&domain, pitch).unwrap();
                let (found, least) = area(&points, &triangles);
                assert!((found - wanted).abs() < 1e-12 && least >= 0.0, "{pitch} {found} {wanted} {least}");
                let about = wanted / (pitch * pitch);
                assert!((points.len() as f64) < 3.0 * about + 200.0);
            }
        }
    }
}
