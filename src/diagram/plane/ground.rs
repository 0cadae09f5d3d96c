//! What vertices and edges of the domain and its patches are called, whichever patch looks.

use super::super::label::Label;
use super::super::unite::{Line, Name};
use super::seams::{Edge, seams};
use crate::domain::surface::Places;
use crate::domain::{Outline, Patches};
use crate::problem::Problem;
use std::collections::HashMap;

/// The corners and edges of all patches, by number; of a convex polygon it is the one patch.
pub struct Corners {
    /// First corner of each patch, and the end.
    start: Vec<usize>,
    /// What each corner is called.
    names: Vec<u32>,
    /// The line of the edge that begins there.
    lines: Vec<u32>,
    /// Of an edge that lies along others: the one that stands for all of them, and whether it runs
    /// the same way.
    along: HashMap<Edge, (Edge, bool)>,
    /// Lines with such edges, ascending.
    pub seams: Vec<u32>,
}

impl Corners {
    /// Those of a problem. Cost: O(corners), in hash tables.
    pub fn of(problem: &Problem) -> Corners {
        match problem.patches() {
            Some(patches) => Corners::of_patches(patches),
            None => {
                let n = problem.frame().len() as u32;
                let (names, start) = ((0..n).collect::<Vec<u32>>(), vec![0, n as usize]);
                Corners { start, lines: names.clone(), names, along: HashMap::new(), seams: Vec::new() }
            }
        }
    }

    fn of_patches(patches: &Patches) -> Corners {
        let mut places = Places::default();
        let mut all =
            Corners { start: vec![0], names: Vec::new(), lines: Vec::new(), along: HashMap::new(), seams: Vec::new() };
        for patch in patches.iter() {
            all.names.extend(patch.corners().iter().map(|v| places.number([v[0], v[1], 0.0])));
            all.start.push(all.names.len());
        }
        let places: Vec<[f64; 2]> = places.into_points().into_iter().map(|p| [p[0], p[1]]).collect();
        let edges = all.edges();
        // Edges of pixels are parts of the lines of a grid; others may lie along each other.
        let grid = patches.mesh().is_none();
        let line_of = |a: u32, b: u32| {
            let (p, q) = (places[a as usize], places[b as usize]);
            let axis = (0..2).find(|&k| grid && p[k] == q[k]);
            axis.map_or((2, u64::from(a.min(b)), a.max(b)), |k| (k, p[k].to_bits(), 0))
        };
        let (mut numbers, mut sides) = (HashMap::with_capacity(edges.len()), HashMap::<Edge, u32>::new());
        for &(a, b) in &edges {
            let (next, line) = (numbers.len() as u32, line_of(a, b));
            numbers.entry(line).or_insert(next);
            if line.0 == 2 {
                *sides.entry((a.min(b), a.max(b))).or_insert(0) += 1;
            }
        }
        let mut alone: Vec<Edge> = sides.iter().filter(|e| *e.1 == 1).map(|e| *e.0).collect();
        alone.sort_unstable();
        for group in seams(&places, &alone) {
            let first = group[0];
            let way = |e: &Edge| [0, 1].map(|k| places[e.1 as usize][k] - places[e.0 as usize][k]);
            let number = numbers[&line_of(first.0, first.1)];
            for e in group {
                let (u, v) = (way(&first), way(&e));
                all.along.insert(e, (first, u[0] * v[0] + u[1] * v[1] > 0.0));
                numbers.insert(line_of(e.0, e.1), number);
            }
            all.seams.push(number);
        }
        all.seams.sort_unstable();
        all.lines = edges.iter().map(|&(a, b)| numbers[&line_of(a, b)]).collect();
        all
    }

    /// The edges of all patches, in their direction.
    fn edges(&self) -> Vec<Edge> {
        let ring = |w: &[usize]| {
            let names = &self.names[w[0]..w[1]];
            (0..names.len()).map(|k| (names[k], names[(k + 1) % names.len()])).collect::<Vec<_>>()
        };
        self.start.windows(2).flat_map(ring).collect()
    }

    fn corner(&self, patch: usize, k: u32) -> usize {
        let n = self.start[patch + 1] - self.start[patch];
        self.start[patch] + k as usize % n
    }

    /// What an edge of a patch lies on.
    pub fn line(&self, patch: usize, label: Label) -> Line {
        match label {
            Label::Bisector(_) => Line::Wall,
            Label::Domain(k) => Line::Edge(self.lines[self.corner(patch, k)]),
        }
    }

    /// The two ends by which all call an edge of a patch, and whether the patch runs through it
    /// from the first to the second.
    pub fn edge(&self, patch: usize, k: u32) -> (Edge, bool) {
        let (a, b) = (self.names[self.corner(patch, k)], self.names[self.corner(patch, k + 1)]);
        let (edge, upwards) = ((a.min(b), a.max(b)), a < b);
        match self.along.get(&edge) {
            Some(&(first, same)) => (first, same == upwards),
            None => (edge, upwards),
        }
    }

    /// What the vertex of cell `i` in a patch between two labels is called.
    pub fn vertex(&self, patch: usize, i: u32, before: Label, after: Label) -> Name {
        match (before, after) {
            (Label::Domain(_), Label::Domain(k)) => [0, self.names[self.corner(patch, k)], 0, 0, 0],
            (Label::Domain(k), Label::Bisector(j)) | (Label::Bisector(j), Label::Domain(k)) => {
                let (a, b) = self.edge(patch, k).0;
                [1, a, b, i.min(j), i.max(j)]
            }
            (Label::Bisector(j), Label::Bisector(l)) => {
                let mut sites = [i, j, l];
                sites.sort_unstable();
                [2, sites[0], sites[1], sites[2], 0]
            }
        }
    }
}

/// The polygon of a patch, or the domain where there are none.
pub fn outline_of<R>(problem: &Problem, patch: usize, f: impl FnOnce(Outline<'_>) -> R) -> R {
    match problem.patches() {
        Some(patches) => f(Outline(patches.get(patch).corners())),
        None => f(problem.frame().outline()),
    }
}
