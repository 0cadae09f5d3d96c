//! The validity ladder in space.
//!
//! | level | what |
//! |---|---|
//! | 1 | numbers are sound |
//! | 2 | labels are distinct, every wall is seen from both sides, each cell obeys Euler's relation |
//! | 3 | every vertex is seen by exactly the cells that it names |
//! | 4 | cut once more, from other beginnings, all cells are the same |
//!
//! Level 5 is the certificate: exact volumes that sum to exactly the domain's. A cell cut by some
//! of the sites holds the true cell, so the sum is greater than the domain unless all are right,
//! but for sets of measure zero.

use super::super::ladder::Invalid;
use super::cut::{Room, Warm};
use super::pieces::Piece;
use super::snapshot::SpaceDiagram;
use super::wall::{Shift, Wall};
use rayon::prelude::*;

/// Up to so many sites all images of all of them are tried at level 4.
const FEW: usize = 64;

/// A vertex whichever cell looks: images of sites by their periods from one of them, and faces of
/// the domain.
type Name = (Vec<(u32, [i8; 3])>, Vec<u32>);

impl<const D: usize> SpaceDiagram<D> {
    /// Climbs to a level from 1 to 4.
    pub(super) fn check(&self, level: u8) -> Result<(), Invalid> {
        match level {
            1 => self.numbers(),
            2 => self.adjacency(),
            3 => self.vertices_shared(),
            _ => self.cut_again(),
        }
    }

    fn numbers(&self) -> Result<(), Invalid> {
        for i in 0..self.sites.len() {
            let sound = |x: &f64| x.is_finite();
            let pieces = self.of_cell(i);
            let corners = pieces.iter().all(|p| p.shape.points.as_flattened().iter().all(sound));
            let centre = self.centroids[i].is_none_or(|c| c.iter().all(sound));
            let mass = self.masses[i];
            if !(corners && centre && mass.is_finite() && mass >= 0.0 && self.spreads[i] >= 0.0) {
                return Err(Invalid::Number { cell: i });
            }
        }
        Ok(())
    }

    fn adjacency(&self) -> Result<(), Invalid> {
        // Of parts of the domain, each for itself.
        let mut walls: Vec<(u32, u32, u32, Shift)> = Vec::new();
        for i in 0..self.sites.len() {
            for Piece { part, shape } in self.at(i) {
                let cell = self.order[i] as usize;
                let labels = &shape.skeleton.labels;
                let (v, f) = (shape.skeleton.corners.len(), labels.len());
                let whole = shape.skeleton.ring.len() == 3 * v && f >= 4 && 2 * f == v + 4;
                let known = labels.iter().all(|l| match *l {
                    Wall::Domain(_) => true,
                    Wall::Site(j, s) => (j as usize) < self.sites.len() && (j as usize, s) != (i, Shift::NONE),
                });
                if !(whole && known && labels.windows(2).all(|w| w[0] < w[1])) {
                    return Err(Invalid::Labels { cell });
                }
                walls.extend(labels.iter().filter_map(|l| match *l {
                    Wall::Site(j, s) => Some((*part, i as u32, j, s)),
                    Wall::Domain(_) => None,
                }));
            }
        }
        walls.sort_unstable();
        match walls.iter().find(|&&(part, i, j, s)| walls.binary_search(&(part, j, i, s.back())).is_err()) {
            Some(&(_, i, j, _)) => {
                let named = |k: u32| self.order[k as usize] as usize;
                Err(Invalid::OneSided { cell: named(i), other: named(j) })
            }
            None => Ok(()),
        }
    }

    fn vertices_shared(&self) -> Result<(), Invalid> {
        let mut names: Vec<(Name, u32)> = Vec::new();
        for i in 0..self.sites.len() {
            for shape in self.at(i).iter().map(|p| &p.shape) {
                let name = |corner: &[u32; 3]| {
                    let (mut sites, mut faces) = (vec![(i as u32, [0i8; 3])], Vec::new());
                    for &f in corner {
                        match shape.skeleton.labels[f as usize] {
                            Wall::Domain(k) => faces.push(k),
                            Wall::Site(j, s) => sites.push((j, s.periods())),
                        }
                    }
                    faces.sort_unstable();
                    (normal(&sites), faces)
                };
                names.extend(shape.skeleton.corners.iter().map(|c| (name(c), i as u32)));
            }
        }
        names.sort_unstable();
        for group in names.chunk_by(|a, b| a.0 == b.0) {
            let expected = group[0].0.0.len();
            if group.len() != expected {
                let cell = self.order[group[0].1 as usize] as usize;
                return Err(Invalid::Corner { cell, seen: group.len(), expected });
            }
        }
        Ok(())
    }

    fn cut_again(&self) -> Result<(), Invalid> {
        let cutter = self.cutter();
        let few = self.sites.len() <= FEW;
        let again = |i: usize| {
            let mut room = Room::default();
            // From other beginnings: all of them, or the neighbours backwards.
            let warm: Vec<Wall> = if few {
                let all = (0..self.sites.len() as u32).rev();
                let images = all.flat_map(|j| self.shifts.iter().map(move |&s| Wall::Site(j, s)));
                images.filter(|w| *w != Wall::Site(i as u32, Shift::NONE)).collect()
            } else {
                self.at(i).iter().flat_map(|p| p.shape.skeleton.labels.iter().rev().copied()).collect()
            };
            let cell = cutter.cell(i as u32, Warm { walls: &warm, ..Warm::default() }, &mut room);
            let pieces = cutter.pieces(i as u32, &cell, &mut room);
            let known = |p: &Piece| (p.part, p.shape.skeleton.clone());
            let same =
                pieces.len() == self.at(i).len() && pieces.iter().zip(self.at(i)).all(|(a, b)| known(a) == known(b));
            if same { Ok(()) } else { Err(self.order[i] as usize) }
        };
        let wrong = (0..self.sites.len()).into_par_iter().map(again).collect::<Result<(), usize>>();
        wrong.map_err(|cell| match self.of_cell(cell) {
            [] => Invalid::Lost { site: cell },
            _ => Invalid::Labels { cell },
        })
    }
}

/// Images by their periods from one of them: of all choices the one that sorts first.
fn normal(sites: &[(u32, [i8; 3])]) -> Vec<(u32, [i8; 3])> {
    let from = |&(_, at): &(u32, [i8; 3])| {
        let mut moved: Vec<_> = sites.iter().map(|&(j, s)| (j, [s[0] - at[0], s[1] - at[1], s[2] - at[2]])).collect();
        moved.sort_unstable();
        moved
    };
    sites.iter().map(from).min().unwrap_or_default()
}
