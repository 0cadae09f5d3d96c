//! What vertices and edges of the domain and its patches are called, whichever patch looks.

use super::super::label::Label;
use super::super::unite::{Line, Name};
use super::seams::{Edge, seams};
use crate::domain::{Corner, Outline, Patches};
use crate::exact::big::{self, Rational};
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

/// Numbers of corners, by their exact coordinates.
#[derive(Default)]
struct Named {
    rounded: Vec<[f64; 2]>,
    /// By coordinates that are doubles.
    points: HashMap<[u64; 2], u32>,
    /// By others.
    crossings: HashMap<[Rational; 2], u32>,
    exact: HashMap<u32, [Rational; 2]>,
}

impl Named {
    fn number(&mut self, corner: Corner) -> u32 {
        let next = self.rounded.len() as u32;
        let (place, exact) = match corner {
            Corner::At(p) => (p, None),
            Corner::Crossing(_) => {
                let exact = corner.exact();
                let rounded = exact.each_ref().map(big::nearest_f64);
                let is_double = rounded.map(big::rational) == exact;
                (rounded, (!is_double).then_some(exact))
            }
        };
        let number = match &exact {
            // Adding 0 turns -0 into 0.
            None => *self.points.entry(place.map(|c| (c + 0.0).to_bits())).or_insert(next),
            Some(exact) => *self.crossings.entry(exact.clone()).or_insert(next),
        };
        if number == next {
            self.rounded.push(place);
            self.exact.extend(exact.map(|e| (next, e)));
        }
        number
    }

    fn exact(&self, number: u32) -> [Rational; 2] {
        self.exact.get(&number).cloned().unwrap_or_else(|| self.rounded[number as usize].map(big::rational))
    }
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
        let mut places = Named::default();
        let mut all =
            Corners { start: vec![0], names: Vec::new(), lines: Vec::new(), along: HashMap::new(), seams: Vec::new() };
        // Edges of pixels are parts of the lines of a grid; others may lie along each other.
        let grid = patches.mesh().is_none();
        let mut on = Vec::new();
        for patch in patches.iter() {
            let outline = patch.outline();
            for k in 0..outline.len() {
                all.names.push(places.number(outline.corner(k)));
                let [p, q] = outline.edge(k);
                let axis = (0..2).find(|&k| grid && p[k] == q[k]);
                on.push(axis.map_or_else(
                    || {
                        let [a, b] = [p, q].map(|p| places.number(Corner::At(p)));
                        (2, u64::from(a.min(b)), a.max(b))
                    },
                    |k| (k, (p[k] + 0.0).to_bits(), 0),
                ));
            }
            all.start.push(all.names.len());
        }
        let edges = all.edges();
        let (mut numbers, mut sides) = (HashMap::new(), HashMap::<Edge, (u32, usize)>::new());
        for (k, (&(a, b), &line)) in edges.iter().zip(&on).enumerate() {
            let next = numbers.len() as u32;
            numbers.entry(line).or_insert(next);
            // Whole pixels match, whatever lies beside them.
            if line.0 == 2 || patches.are_cut() {
                sides.entry((a.min(b), a.max(b))).or_insert((0, k)).0 += 1;
            }
        }
        let mut alone: Vec<Edge> = sides.iter().filter(|e| e.1.0 == 1).map(|e| *e.0).collect();
        alone.sort_unstable();
        for group in seams(&places.rounded, &|v| places.exact(v), &alone) {
            let first = group[0];
            let way = |e: &Edge| {
                let [a, b] = [e.0, e.1].map(|v| places.exact(v));
                [0, 1].map(|k| Rational::from(&b[k] - &a[k]))
            };
            let (u, number) = (way(&first), numbers[&on[sides[&first].1]]);
            for e in group {
                let v = way(&e);
                let same = (Rational::from(&u[0] * &v[0]) + Rational::from(&u[1] * &v[1])).cmp0().is_gt();
                all.along.insert(e, (first, same));
                numbers.insert(on[sides[&e].1], number);
            }
            all.seams.push(number);
        }
        all.seams.sort_unstable();
        all.seams.dedup();
        all.lines = on.iter().map(|line| numbers[line]).collect();
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
        Some(patches) => f(patches.get(patch).outline()),
        None => f(problem.frame().outline()),
    }
}
