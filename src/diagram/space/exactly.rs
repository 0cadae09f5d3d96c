//! Integrals of cells in rationals, or in fixed point with bounds, from their labels.

use super::cut::{Room, Warm};
use super::cutter::Cutter;
use super::pieces::Piece;
use super::planes::CellPlanes;
use super::prepared::Prepared;
use super::shape::Shape;
use crate::domain::space::{Enclosed, Enclosure, Homogeneous, Integrals, Planes, corners, enclosed, integrals, joints};
use crate::exact::Heights;
use crate::exact::big::{self, Rational};
use crate::problem::SpaceProblem;
use rayon::prelude::*;

impl Cutter<'_> {
    /// Where the corners of a piece of the cell at a position are, from its origin; `None` if its
    /// labels are not those of a polyhedron.
    fn joints(&self, position: u32, shape: &Shape) -> Option<Vec<Homogeneous>> {
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: position };
        let rows: Vec<_> = shape.skeleton.labels.iter().map(|l| planes.exact(l)).collect();
        joints(&shape.skeleton, &rows)
    }

    fn origin(&self, position: u32) -> [Rational; 3] {
        self.ground.origin(&self.sites.y[position as usize]).map(big::rational)
    }

    /// The corners in rationals.
    pub fn exact_corners(&self, position: u32, shape: &Shape) -> Option<Vec<[Rational; 3]>> {
        Some(corners(&self.joints(position, shape)?, &self.origin(position)))
    }

    /// Exact integrals of the density before normalization over a cell in pieces.
    pub fn exact_integrals(&self, position: u32, pieces: &[Piece]) -> Option<Integrals> {
        let mut all = Integrals::default();
        for Piece { part, shape } in pieces {
            let corners = self.exact_corners(position, shape)?;
            all += integrals(&shape.skeleton, &corners, &self.ground.exact_law(*part))?;
        }
        Some(all)
    }

    /// The same with bounds, of each piece, to about `2^-bits`; exactly where that is not known.
    pub fn enclosed_integrals(&self, position: u32, pieces: &[Piece], bits: u32) -> Option<Vec<Enclosed>> {
        let piece = |Piece { part, shape }: &Piece| {
            let joints = self.joints(position, shape)?;
            let (law, origin) = (self.ground.exact_law(*part), self.origin(position));
            match enclosed(&shape.skeleton, &joints, &origin, &law, bits) {
                Enclosure::Found(found) => Some(*found),
                Enclosure::Turned => None,
                Enclosure::Unknown => {
                    let value = integrals(&shape.skeleton, &corners(&joints, &origin), &law)?;
                    Some(Enclosed { value, ..Enclosed::default() })
                }
            }
        };
        pieces.iter().map(piece).collect()
    }
}

/// The integrals of [`Cutter::enclosed_integrals`] of some cells, without a diagram of all. An
/// entry is `None` if labels are not those of polyhedra.
pub fn enclosed_of<const D: usize>(
    problem: &SpaceProblem<D>,
    heights: &Heights,
    some: &[u32],
    bits: u32,
) -> Vec<Option<Vec<Enclosed>>> {
    let prepared = Prepared::new(problem, heights);
    let mut place = vec![0u32; prepared.order.len()];
    (0..).zip(prepared.order.iter()).for_each(|(k, &i)| place[i as usize] = k);
    let cutter = prepared.cutter();
    let one = |&i: &u32| {
        let (position, mut room) = (place[i as usize], Room::default());
        let cell = cutter.cell(position, Warm::default(), &mut room);
        let pieces = cutter.pieces(position, &cell, &mut room);
        cutter.enclosed_integrals(position, &pieces, bits)
    };
    some.par_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::SpaceDiagram;
    use super::*;
    use crate::domain::SpaceDomain;
    use crate::domain::space::PAIRS;
    use crate::problem::SpaceProblemData;

    /// Of generic cells and of those of a grid, whose edges have no length: what is told in fixed
    /// point holds the exact integrals, as near as it says, and that is near.
    #[test]
    fn fixed_point_encloses_what_rationals_tell() {
        let mut state = 11u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let generic: Vec<[f64; 3]> = (0..24).map(|_| [draw(), draw(), draw()]).collect();
        // Thirds are no doubles: corners are nearly, but not all quite, those of a grid.
        let grid: Vec<[f64; 3]> = (0..27).map(|k| [k % 3, k / 3 % 3, k / 9].map(|k| f64::from(k) / 3.0)).collect();
        let whole: Vec<[f64; 3]> = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(|k| f64::from(k) / 2.0)).collect();
        for (sites, periodic) in [(generic.clone(), true), (generic, false), (grid, true), (whole, true)] {
            let n = sites.len();
            let domain = SpaceDomain::torus([0.0; 3], [1.0; 3], [periodic; 3]).unwrap();
            let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites)).unwrap();
            let heights = Heights::from_weights(problem.sites(), &vec![0.0; n]).0;
            let diagram = SpaceDiagram::new(&problem, &heights).unwrap();
            let all: Vec<u32> = (0..n as u32).collect();
            let alone = enclosed_of(&problem, &heights, &all, 400);
            for (i, alone) in alone.into_iter().enumerate() {
                let exact = diagram.exact_integrals(i).unwrap();
                let found = diagram.enclosed_integrals(i, 400).unwrap();
                let [one] = &found[..] else { panic!("one piece") };
                assert_eq!(alone.unwrap()[0].value, one.value);
                let tiny = Rational::from(1) >> 380u32;
                assert!(one.off.iter().all(|off| *off > Rational::new() && *off < tiny));
                let within = |a: &Rational, b: &Rational, off: &Rational| {
                    assert!(Rational::from(a - b).abs() <= *off);
                };
                within(&one.value.volume, &exact.volume, &one.off[0]);
                within(&one.value.mass, &exact.mass, &one.off[1]);
                let a = &one.about;
                for k in 0..3 {
                    // About the same point.
                    let first = Rational::from(&exact.first[k]) - Rational::from(&a[k] * &exact.mass);
                    within(&one.value.first[k], &first, &one.off[2]);
                }
                for ((second, own), (k, l)) in one.value.second.iter().zip(&exact.second).zip(PAIRS) {
                    let mut moved = own.clone();
                    moved -= Rational::from(&a[k] * &exact.first[l]) + Rational::from(&a[l] * &exact.first[k]);
                    moved += Rational::from(&a[k] * &a[l]) * &exact.mass;
                    within(second, &moved, &one.off[3]);
                }
            }
        }
    }
}
