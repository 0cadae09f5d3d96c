//! The walls of a site and the lines of an image, as cells ask for them.

use super::cell::Exact;
use super::edges::{self, is_edge};
use super::sites::Sites;
use crate::domain::SphereImage;
use crate::exact::Dd;
use crate::exact::big::Integer;

/// The rows of the walls of a site and of the lines of an image, in integers.
pub(super) struct Walls<'a> {
    pub sites: &'a Sites,
    pub i: u32,
    pub image: Option<&'a SphereImage>,
}

impl Walls<'_> {
    /// The image, if the name is that of one of its lines.
    fn lines(&self, name: u32) -> Option<&SphereImage> {
        self.image.filter(|_| is_edge(name))
    }
}

impl Exact for Walls<'_> {
    fn own(&self) -> u32 {
        self.i
    }
    fn rank(&self, j: u32) -> u32 {
        self.sites.rank[j as usize]
    }
    fn precise(&self, j: u32) -> ([Dd; 3], Dd) {
        match self.lines(j) {
            Some(image) => {
                let (n, d) = edges::row(image, j);
                (n.map(Dd::from_f64), Dd::from_f64(d))
            }
            None => self.sites.precise(self.i, j),
        }
    }
    fn row(&self, j: u32) -> [Integer; 4] {
        match self.lines(j) {
            Some(image) => edges::exact(image, j),
            None => self.sites.exact(self.i, j),
        }
    }
}
