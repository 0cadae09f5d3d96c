//! Vertices that lie closer together than a given distance become one, where that is asked for.

use super::edges::Edges;
use std::collections::HashMap;

/// Points in cubes as large as a distance: what is closer lies in the same cube or beside it.
struct Grid<'p> {
    points: &'p [[f64; 3]],
    distance: f64,
    cubes: HashMap<[u64; 3], Vec<u32>>,
}

impl<'p> Grid<'p> {
    fn new(points: &'p [[f64; 3]], distance: f64) -> Grid<'p> {
        Grid { points, distance, cubes: HashMap::new() }
    }

    /// The cube beside that of a point. Beyond 2^53 cubes only equal numbers are near, and their
    /// cubes are equal, too.
    fn cube(&self, p: [f64; 3], beside: [f64; 3]) -> [u64; 3] {
        let number = |k: usize| if self.distance > 0.0 { (p[k] / self.distance).floor() + beside[k] } else { p[k] };
        [0, 1, 2].map(|k| (number(k) + 0.0).to_bits())
    }

    fn insert(&mut self, v: u32) {
        self.cubes.entry(self.cube(self.points[v as usize], [0.0; 3])).or_default().push(v);
    }

    /// The nearest other point within the distance, the lowest of those equally near; and how far
    /// it is.
    fn nearest(&self, v: u32) -> Option<(u32, f64)> {
        let p = self.points[v as usize];
        let gap = |w: u32| {
            let q = self.points[w as usize];
            (p[0] - q[0]).hypot(p[1] - q[1]).hypot(p[2] - q[2])
        };
        let reach: &[f64] = if self.distance > 0.0 { &[0.0, -1.0, 1.0] } else { &[0.0] };
        let cubes = reach.iter().flat_map(|&x| reach.iter().flat_map(move |&y| reach.iter().map(move |&z| [x, y, z])));
        let near = cubes.filter_map(|b| self.cubes.get(&self.cube(p, b))).flatten();
        let near = near.filter(|w| **w != v).map(|&w| (w, gap(w))).filter(|(_, d)| *d <= self.distance);
        near.min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
    }
}

/// For every vertex the one it becomes: the nearest of those before it that stay and are within the
/// distance, else itself. So no vertex moves farther than that, and chains do not close up.
/// Vertices that are not finite stay. Cost: expected O(n).
///
/// ```
/// use brenier::domain::surface::weld;
/// let line = [[0.0; 3], [0.75, 0.0, 0.0], [1.5, 0.0, 0.0], [0.0; 3]];
/// assert_eq!(weld(&line, 1.0), [0, 0, 2, 0]);
/// assert_eq!(weld(&line, 0.0), [0, 1, 2, 0]);
/// ```
pub fn weld(vertices: &[[f64; 3]], distance: f64) -> Vec<u32> {
    let mut grid = Grid::new(vertices, distance);
    let one = |v: u32| {
        let kept = grid.nearest(v).map_or(v, |(w, _)| w);
        if kept == v {
            grid.insert(v);
        }
        kept
    };
    (0..vertices.len() as u32).map(one).collect()
}

/// Vertices on the boundary of triangles that have another such vertex near.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OpenSeams {
    /// Vertices on the boundary.
    pub vertices: usize,
    /// Those with another one within the distance.
    pub near: usize,
    /// The largest distance to the nearest one of these.
    pub gap: f64,
}

/// Counts the vertices on boundaries that another is near to: seams that were meant to be closed.
/// Cost: expected O(n), unless many vertices are near each other.
pub fn open_seams(vertices: &[[f64; 3]], triangles: &[[u32; 3]], distance: f64) -> OpenSeams {
    let edges = Edges::new(triangles, |_| true);
    let mut rim: Vec<u32> = edges.groups().filter(|(_, s)| s.len() == 1).flat_map(|((a, b), _)| [a, b]).collect();
    rim.sort_unstable();
    rim.dedup();
    let mut grid = Grid::new(vertices, distance);
    rim.iter().for_each(|&v| grid.insert(v));
    let gaps = rim.iter().filter_map(|&v| grid.nearest(v)).map(|(_, d)| d);
    let (near, gap) = gaps.fold((0, 0.0), |(n, most): (usize, f64), d| (n + 1, most.max(d)));
    OpenSeams { vertices: rim.len(), near, gap }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_by_brute_force() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
        };
        let points: Vec<[f64; 3]> = (0..400).map(|_| [next(), next(), 0.1 * next()]).collect();
        for distance in [0.0, 0.01, 0.05, 3.0] {
            let kept = weld(&points, distance);
            for v in 0..points.len() {
                let gap = |w: usize| crate::domain::vector::side(points[v], points[w]).norm();
                let w = kept[v] as usize;
                assert!(w <= v && kept[w] as usize == w && gap(w) <= distance * 1.000001);
                if w == v {
                    assert!((0..v).all(|u| kept[u] as usize != u || gap(u) > distance * 0.999999));
                }
            }
        }
    }

    #[test]
    fn open_seams_are_counted() {
        // Two triangles of a square, apart by a little.
        let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [1., 1e-8, 0.], [1e-8, 1., 0.], [1., 1., 0.]];
        let found = open_seams(&v, &[[0, 1, 2], [3, 5, 4]], 1e-6);
        assert_eq!((found.vertices, found.near), (6, 4));
        assert_eq!(found.gap, 1e-8);
        assert_eq!(open_seams(&v, &[[0, 1, 2], [3, 5, 4]], 1e-9).near, 0);
    }
}
