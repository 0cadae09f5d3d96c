//! Vertices within sides: where a piece of one cell ends within a side of another one, that side
//! gets the vertex, too.
//!
//! This happens in two ways. A cell may touch a triangle in a segment only; then its piece there
//! has no area, and all the vertices of such pieces one beside the other lie on one line. And where
//! meshes do not match, an edge has its neighbours' vertices within. In both cases all vertices of
//! a line are put into their order along it, by exact coordinates, and every side on it is divided
//! at those within.

use super::nodes::Nodes;
use super::pieces::{Line, Pieces};
use crate::exact::big::Rational;
use petgraph::unionfind::UnionFind;
use std::collections::{BTreeMap, HashMap};

/// Exact coordinates of the begin of a side.
pub type Exact<'e, const D: usize> = &'e dyn Fn(usize) -> [Rational; D];

/// Vertices along lines.
#[derive(Default)]
pub struct Refinement {
    /// The place of each vertex on its line, by line.
    lines: Vec<Vec<u32>>,
    place: Vec<HashMap<u32, u32>>,
    /// Lines by the ends of sides, and by number.
    by_ends: HashMap<(u32, u32), u32>,
    by_number: BTreeMap<u32, u32>,
}

impl Refinement {
    /// Looks for them. Cost: O(sides) where there is nothing to divide; else rationals for each
    /// vertex of such a line.
    pub fn of<const D: usize>(pieces: &Pieces<D>, nodes: &Nodes<D>, exact: Exact<'_, D>) -> Refinement {
        let mut all = Refinement::default();
        all.along_thin_pieces(pieces, nodes, exact);
        all.along_seams(pieces, nodes, exact);
        all
    }

    fn along_thin_pieces<const D: usize>(&mut self, pieces: &Pieces<D>, nodes: &Nodes<D>, exact: Exact<'_, D>) {
        let thin: Vec<usize> = (0..pieces.len()).filter(|&p| pieces.thin[p]).collect();
        // Those with a side in common lie on one line.
        let mut sets = UnionFind::<u32>::new(thin.len());
        let mut first: HashMap<(u32, u32), u32> = HashMap::new();
        for (t, &p) in thin.iter().enumerate() {
            for ends in ends_of(pieces, nodes, p) {
                let other = *first.entry(ends).or_insert(t as u32);
                sets.union(other, t as u32);
            }
        }
        let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        thin.iter().enumerate().for_each(|(t, &p)| groups.entry(sets.find(t as u32)).or_default().push(p));
        for group in groups.into_values() {
            let sides = group.iter().flat_map(|&p| pieces.sides_of(p));
            let line = self.line(sides, nodes, exact);
            for ends in group.iter().flat_map(|&p| ends_of(pieces, nodes, p)) {
                self.by_ends.insert(ends, line);
            }
        }
    }

    fn along_seams<const D: usize>(&mut self, pieces: &Pieces<D>, nodes: &Nodes<D>, exact: Exact<'_, D>) {
        if pieces.seams.is_empty() {
            return;
        }
        let mut sides: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for p in 0..pieces.len() {
            for s in pieces.sides_of(p) {
                if let Line::Edge(number) = pieces.sides[s].line
                    && pieces.seams.binary_search(&number).is_ok()
                {
                    sides.entry(number).or_default().extend([s, pieces.next(p, s)]);
                }
            }
        }
        for (number, sides) in sides {
            let line = self.line(sides.into_iter(), nodes, exact);
            self.by_number.insert(number, line);
        }
    }

    /// A line through the begins of some sides, in their order along it.
    fn line<const D: usize>(
        &mut self,
        sides: impl Iterator<Item = usize>,
        nodes: &Nodes<D>,
        exact: Exact<'_, D>,
    ) -> u32 {
        let mut found: Vec<u32> = sides.map(|s| nodes.of_side[s]).collect();
        found.sort_unstable();
        found.dedup();
        let places: Vec<[Rational; D]> = found.iter().map(|&v| exact(nodes.witness[v as usize] as usize)).collect();
        let minus = |a: &[Rational; D], k: usize| Rational::from(&a[k] - &places[0][k]);
        // Along the way to the vertex that is farthest away along an axis.
        let size = |a: &[Rational; D]| (0..D).map(|k| minus(a, k).abs()).max();
        let far = places.iter().max_by_key(|a| size(a));
        let along = |a: &[Rational; D]| -> Rational {
            far.map_or_else(Rational::new, |far| (0..D).map(|k| minus(a, k) * minus(far, k)).sum())
        };
        let mut order: Vec<(Rational, u32)> = places.iter().zip(&found).map(|(a, &v)| (along(a), v)).collect();
        order.sort();
        let order: Vec<u32> = order.into_iter().map(|o| o.1).collect();
        self.place.push(order.iter().zip(0..).map(|(&v, k)| (v, k)).collect());
        self.lines.push(order);
        self.lines.len() as u32 - 1
    }

    /// Vertices within a side, in its direction.
    pub fn within(&self, from: u32, to: u32, on: Line, mut tell: impl FnMut(u32)) {
        let by_number = match on {
            Line::Edge(number) => self.by_number.get(&number),
            _ => None,
        };
        let Some(&line) = self.by_ends.get(&key(from, to)).or(by_number) else { return };
        let place = &self.place[line as usize];
        let (Some(&a), Some(&b)) = (place.get(&from), place.get(&to)) else { return };
        let order = &self.lines[line as usize];
        if a < b {
            order[a as usize + 1..b as usize].iter().for_each(|&v| tell(v));
        } else {
            order[b as usize + 1..a as usize].iter().rev().for_each(|&v| tell(v));
        }
    }
}

/// The ends of the sides with length of a piece, the lower first.
fn ends_of<const D: usize>(pieces: &Pieces<D>, nodes: &Nodes<D>, piece: usize) -> impl Iterator<Item = (u32, u32)> {
    let ends = move |s: usize| key(nodes.of_side[s], nodes.of_side[pieces.next(piece, s)]);
    pieces.sides_of(piece).map(ends).filter(|(a, b)| a != b)
}

fn key(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}
