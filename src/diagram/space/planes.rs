//! The planes of one cell.

use super::ground::SpaceGround;
use super::sites::Sites;
use super::wall::Wall;
use crate::domain::space::Planes;
use crate::exact::predicates::ExactRow;

/// The planes of one cell.
pub(super) struct CellPlanes<'a> {
    pub ground: &'a SpaceGround,
    pub sites: &'a Sites,
    pub cell: u32,
}

impl Planes<Wall> for CellPlanes<'_> {
    fn exact(&self, label: &Wall) -> ExactRow {
        match *label {
            Wall::Domain(face) => self.ground.exact(face, &self.ground.origin(&self.sites.y[self.cell as usize])),
            Wall::Site(j, shift) => self.sites.exact(self.ground, self.cell, j, shift),
        }
    }
    fn periodic(&self) -> [bool; 3] {
        self.ground.periodic
    }
}
