//! Vertices by name, each with one place; the ends of sides without length are one.

use super::pieces::{Name, Pieces};
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

/// The vertices of some pieces.
pub struct Nodes<const D: usize> {
    /// For every side the vertex where it begins.
    pub of_side: Vec<u32>,
    /// Where each is.
    pub places: Vec<[f64; D]>,
    /// A side that begins there: the one whose place was taken.
    pub witness: Vec<u32>,
}

impl<const D: usize> Nodes<D> {
    /// Numbers the vertices. Of those that are one point the lowest name has the place. Cost: a
    /// sort of the sides.
    pub fn of(pieces: &Pieces<D>) -> Nodes<D> {
        let mut named: Vec<(Name, u32)> = pieces.sides.iter().zip(0..).map(|(s, k)| (s.name, k)).collect();
        named.par_sort_unstable();
        let (mut of_side, mut first) = (vec![0u32; named.len()], Vec::new());
        for group in named.chunk_by(|a, b| a.0 == b.0) {
            group.iter().for_each(|&(_, s)| of_side[s as usize] = first.len() as u32);
            first.push(group[0].1);
        }
        drop(named);
        let mut sets = UnionFind::<u32>::new(first.len());
        for piece in 0..pieces.len() {
            for s in pieces.sides_of(piece).filter(|&s| pieces.sides[s].short) {
                sets.union(of_side[s], of_side[pieces.next(piece, s)]);
            }
        }
        let (mut number, mut witness) = (vec![u32::MAX; first.len()], Vec::new());
        let mut named_as = vec![0u32; first.len()];
        for (v, &side) in first.iter().enumerate() {
            let slot = &mut number[sets.find_mut(v as u32) as usize];
            if *slot == u32::MAX {
                *slot = witness.len() as u32;
                witness.push(side);
            }
            named_as[v] = *slot;
        }
        of_side.iter_mut().for_each(|v| *v = named_as[*v as usize]);
        let places = witness.iter().map(|&s| pieces.sides[s as usize].at).collect();
        Nodes { of_side, places, witness }
    }
}
