//! A triangulation at rest, and how single sites enter it.

use super::corners::Corners;
use super::insert::Inserted;
use super::mesh::{Mesh, NONE, split};
use super::part::{Face, Part, Sites, Stretch, Work};
use super::plane::Extent;
use crate::exact::Dd;
use rayon::prelude::*;

/// The triangles, a corner at each site, and what is needed to go on working.
#[derive(Clone, Debug)]
pub struct Net {
    /// The triangles.
    pub mesh: Mesh,
    /// By position a triangle corner at the site, `NONE` if it is hidden.
    pub corner: Vec<u32>,
    /// By slot. Kept only while sites are inserted: it is more than half of the memory, and void as
    /// soon as the heights change.
    pub faces: Vec<Face>,
    /// What the planes' bounds hold for.
    pub extent: Extent,
    /// Counters, and where the next walk starts; the slots to be had are with the mesh.
    pub work: Work,
}

impl Net {
    /// Of triangles just built.
    pub fn new(mesh: Mesh, work: Work, vertices: usize) -> Net {
        let corner = mesh.corners(vertices);
        Net { mesh, corner, faces: Vec::new(), extent: Extent::default(), work }
    }

    /// Does something to the triangulation as one part.
    pub fn with<R>(&mut self, sites: Sites<'_>, f: impl FnOnce(&mut Part<'_>, &mut Corners<'_>) -> R) -> R {
        let mut work = std::mem::take(&mut self.work);
        work.spare = std::mem::take(&mut self.mesh.spare);
        let (triangles, faces) = (&mut self.mesh.triangles[..], &mut self.faces[..]);
        let mut part = Part { mesh: Stretch { sites, triangles, faces, base: 0, extent: self.extent }, work };
        let result = f(&mut part, &mut Corners::of(0, &mut self.corner));
        self.work = part.work;
        self.mesh.spare = std::mem::take(&mut self.work.spare);
        result
    }

    /// Planes for the present heights, with bounds that hold for all within the extent.
    fn fit(&mut self, sites: Sites<'_>, extent: Extent) {
        let triangles = self.mesh.triangles.par_iter().with_min_len(4096);
        triangles.map(|t| Face::of(t.v, sites.points, &extent)).collect_into_vec(&mut self.faces);
        self.extent = extent;
    }

    /// Renumbers the triangle slots along the curve.
    pub fn arrange(&mut self) {
        self.mesh.arrange(self.corner.len());
        self.work.hint = 0;
        self.corner = self.mesh.corners(self.corner.len());
    }

    /// Offers one hidden site. Cost: a walk and an insertion, and O(n) for the first of a row,
    /// which [`Net::settle`] ends.
    pub fn enter(&mut self, sites: Sites<'_>, i: u32) {
        if self.faces.is_empty() {
            self.fit(sites, Extent::of(sites.points));
        }
        let height: Dd = sites.at(i).h;
        if !self.extent.covers(height) {
            self.fit(sites, self.extent.raised(height));
        }
        // A new vertex adds two triangles.
        self.mesh.reserve(2);
        self.faces.resize(self.mesh.triangles.len(), Face::UNKNOWN);
        self.aim(i as usize);
        self.with(sites, |part, corners| {
            let inserted = part.insert(i);
            if inserted == Inserted::Hidden {
                return;
            }
            if let Inserted::Hiding(covered) = inserted {
                covered.iter().for_each(|&v| corners.set(v, NONE));
            }
            part.work.fresh.iter().for_each(|&t| part.set_corners(corners, t as usize));
        });
    }

    /// Frees what [`Net::enter`] works with.
    pub fn settle(&mut self) {
        self.faces = Vec::new();
    }

    /// Sets the start of the next walk: at a visible site next to `position` along the curve, or
    /// where the last walk ended (queries come in the order of the curve), or anywhere.
    pub fn aim(&mut self, position: usize) {
        if let Some(c) = self.beside(position) {
            self.work.hint = split(c).0;
        } else if self.mesh.triangles.get(self.work.hint).is_none_or(|t| t.is_dead()) {
            self.work.hint = self.anywhere();
        }
    }

    /// A corner at a visible site next to `position` along the curve.
    pub fn beside(&self, position: usize) -> Option<u32> {
        let beside = [position.checked_sub(1), Some(position + 1)].into_iter().flatten();
        beside.filter_map(|k| self.corner.get(k)).copied().find(|&c| c != NONE)
    }

    /// The slot of some triangle.
    pub fn anywhere(&self) -> usize {
        self.corner.iter().find(|&&c| c != NONE).map_or(0, |&c| split(c).0)
    }
}
