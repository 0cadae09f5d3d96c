//! Edges of triangles: the sides that run between the same two vertices, side by side in memory.

use std::ops::Range;

/// One side of a triangle, from its corner `corner()` to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Side {
    high: u32,
    /// Three times the face plus the corner.
    half: u32,
}

impl Side {
    pub(super) fn face(self) -> u32 {
        self.half / 3
    }

    pub(super) fn corner(self) -> usize {
        (self.half % 3) as usize
    }

    /// Whether the face runs through the edge from the lower vertex to the higher one.
    pub(super) fn upwards(self, triangles: &[[u32; 3]]) -> bool {
        triangles[self.face() as usize][(self.corner() + 1) % 3] == self.high
    }

    /// Numbers (three times the face plus the corner) of the face's corners at the lower and at the
    /// higher vertex.
    pub(super) fn ends(self, triangles: &[[u32; 3]]) -> (u32, u32) {
        let next = 3 * self.face() + (self.half + 1 - 3 * self.face()) % 3;
        if self.upwards(triangles) { (self.half, next) } else { (next, self.half) }
    }
}

/// The sides of some triangles, sorted by lower vertex, higher vertex, face.
pub(super) struct Edges {
    /// Where the sides of each lower vertex begin, and their end.
    first: Vec<u32>,
    sides: Vec<Side>,
}

impl Edges {
    /// Sorts the sides of the faces that `keep` accepts; a side that returns to its vertex is no
    /// edge. There must be at most [`super::MOST_FACES`] triangles. Cost: O(n), with a logarithm of
    /// the largest number of edges at a vertex.
    pub(super) fn new(triangles: &[[u32; 3]], keep: impl Fn(u32) -> bool) -> Edges {
        let lows = triangles.iter().flatten().max().map_or(0, |&v| v as usize + 1);
        let sides_of = || {
            let kept = (0..triangles.len() as u32).filter(|&f| keep(f));
            kept.flat_map(|f| (0..3).map(move |k| (f, k))).filter_map(|(f, k)| {
                let t = triangles[f as usize];
                let (a, b) = (t[k], t[(k + 1) % 3]);
                (a != b).then(|| (a.min(b), Side { high: a.max(b), half: 3 * f + k as u32 }))
            })
        };
        // Counting sort by the lower vertex: `first[v + 1]` counts, then marks where the next side
        // of `v` goes.
        let mut first = vec![0u32; lows + 2];
        sides_of().for_each(|(low, _)| first[low as usize + 2] += 1);
        (2..first.len()).for_each(|v| first[v] += first[v - 1]);
        let mut sides = vec![Side { high: 0, half: 0 }; first.last().map_or(0, |&n| n as usize)];
        for (low, side) in sides_of() {
            let next = &mut first[low as usize + 1];
            sides[*next as usize] = side;
            *next += 1;
        }
        first.pop();
        for low in 0..lows {
            sides[range(&first, low)].sort_unstable();
        }
        Edges { first, sides }
    }

    /// Every edge `(low, high)` with its sides, in ascending order of edges; sides in ascending
    /// order of faces.
    pub(super) fn groups(&self) -> impl Iterator<Item = ((u32, u32), &[Side])> {
        (0..self.first.len() - 1).flat_map(move |low| {
            let sides = &self.sides[range(&self.first, low)];
            sides.chunk_by(|a, b| a.high == b.high).map(move |g| ((low as u32, g[0].high), g))
        })
    }

    /// The sides of an edge, if it is one.
    pub(super) fn sides(&self, a: u32, b: u32) -> &[Side] {
        let (low, high) = (a.min(b), a.max(b));
        if low as usize + 1 >= self.first.len() {
            return &[];
        }
        let sides = &self.sides[range(&self.first, low as usize)];
        let start = sides.partition_point(|s| s.high < high);
        let end = sides.partition_point(|s| s.high <= high);
        &sides[start..end]
    }
}

fn range(first: &[u32], low: usize) -> Range<usize> {
    first[low] as usize..first[low + 1] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_grouped_by_edge() {
        // A square, a face that names a vertex twice, a fin.
        let t = [[0, 1, 2], [2, 1, 3], [3, 3, 0], [2, 1, 4]];
        let edges = Edges::new(&t, |f| f != 3);
        let list: Vec<_> = edges.groups().map(|(e, g)| (e, g.iter().map(|s| s.face()).collect::<Vec<_>>())).collect();
        let expected: [((u32, u32), &[u32]); 6] =
            [((0, 1), &[0]), ((0, 2), &[0]), ((0, 3), &[2, 2]), ((1, 2), &[0, 1]), ((1, 3), &[1]), ((2, 3), &[1])];
        assert_eq!(list, expected.map(|(e, g)| (e, g.to_vec())));
        let shared = edges.groups().nth(3).unwrap().1;
        assert_eq!([shared[0].upwards(&t), shared[1].upwards(&t)], [true, false]);
        assert_eq!([shared[0].ends(&t), shared[1].ends(&t)], [(1, 2), (4, 3)]);
        assert_eq!(edges.sides(2, 1), shared);
        assert!([(0, 4), (1, 4), (4, 9), (9, 9)].iter().all(|&(a, b)| edges.sides(a, b).is_empty()));
        assert_eq!(Edges::new(&[], |_| true).groups().count(), 0);
    }
}
