//! The diagram in space as one among all families.

use super::super::ladder::Invalid;
use super::super::moments::Moments;
use super::super::outlines::{NOBODY, Outlines};
use super::super::record::CellRecord;
use super::super::still::{Cells, sizes};
use super::super::wall_moments::{WallMoments, merged};
use super::shape::Shape;
use super::snapshot::SpaceDiagram;
use super::wall::Wall;
use crate::exact::Counters;

/// On a torus of the plane the face of a prism that is the cell itself.
const FLOOR: Wall = Wall::Domain(4);

impl<const D: usize> SpaceDiagram<D> {
    /// In the plane: the corners of a cell, counter-clockwise, with what each side lies on.
    fn flat(&self, shape: &Shape) -> Option<(Vec<[f64; D]>, Vec<Wall>)> {
        let skeleton = &shape.skeleton;
        let floor = skeleton.labels.iter().position(|l| *l == FLOOR)?;
        let range = skeleton.start[floor] as usize..skeleton.start[floor + 1] as usize;
        let corner = |&k: &u32| {
            let x = shape.corner(k);
            std::array::from_fn(|k| x[k])
        };
        // Seen from below it is turned.
        let points: Vec<[f64; D]> = skeleton.ring[range.clone()].iter().rev().map(corner).collect();
        let across = skeleton.across[range].iter().map(|&f| self.named(skeleton.labels[f as usize]));
        let mut walls: Vec<Wall> = across.rev().collect();
        walls.rotate_left(1);
        Some((points, walls))
    }
}

impl<const D: usize> Cells<D> for SpaceDiagram<D> {
    fn sites(&self) -> &[[f64; D]] {
        &self.sites
    }
    fn masses(&self) -> &[f64] {
        &self.masses
    }
    fn mass_errors(&self) -> &[f64] {
        &self.errors
    }
    fn centroids(&self) -> &[Option<[f64; D]>] {
        &self.centroids
    }
    fn rests(&self) -> &[[f64; D]] {
        &self.rests
    }
    fn spreads(&self) -> &[f64] {
        &self.spreads
    }
    fn cost(&self) -> f64 {
        let one = |i: usize| {
            let (mass, spread, rest) = (self.masses[i], self.spreads[i], self.rests[i]);
            let moments = self.centroids[i].map(|centroid| Moments { mass, centroid, rest, spread, off: 0.0 });
            moments.map_or(0.0, |m| self.ground.cost(&m, self.sites[i]))
        };
        (0..self.sites.len()).map(one).sum()
    }
    fn hidden(&self) -> Vec<u32> {
        (0..self.sites.len() as u32).filter(|&i| !self.is_solid(self.place[i as usize] as usize)).collect()
    }
    fn walls(&self) -> Vec<(u32, u32, f64)> {
        self.graph().hessian(&self.order).into_iter().collect()
    }
    fn each_polygon(&self, i: usize, f: &mut dyn FnMut(&[[f64; D]])) {
        let mut polygon = Vec::new();
        for shape in self.of_cell(i).iter().map(|p| &p.shape) {
            if D == 2 {
                if let Some((points, _)) = self.flat(shape) {
                    f(&points);
                }
                continue;
            }
            for face in 0..shape.skeleton.labels.len() {
                polygon.clear();
                polygon.extend(shape.skeleton.ring(face).iter().map(|&k| {
                    let x = shape.corner(k);
                    std::array::from_fn(|k| x[k])
                }));
                f(&polygon);
            }
        }
    }
    /// On a torus of the plane: each cell where its site is, so that neighbours across the seam do
    /// not meet.
    fn areas(&self, _: bool) -> Option<Outlines<D>> {
        if D != 2 {
            return None;
        }
        let mut all = Outlines { cells: vec![0], parts: vec![0], rings: vec![0], ..Outlines::default() };
        for i in 0..self.sites.len() {
            let mut area = 0.0;
            if let Some((points, walls)) = self.of_cell(i).first().and_then(|p| self.flat(&p.shape)) {
                let o = points[0];
                for pair in points[1..].windows(2) {
                    let [a, b] = [0, 1].map(|k| [pair[k][0] - o[0], pair[k][1] - o[1]]);
                    area += 0.5 * (a[0] * b[1] - a[1] * b[0]);
                }
                let first = all.vertices.len() as u32;
                all.corners.extend((first..).take(points.len()));
                all.beyond.extend(walls.iter().map(|w| match *w {
                    Wall::Site(j, _) if j as usize != i => j,
                    _ => NOBODY,
                }));
                all.vertices.extend(points);
                all.rings.push(all.corners.len());
                all.parts.push(all.rings.len() - 1);
            }
            all.cells.push(all.parts.len() - 1);
            all.areas.push(area);
        }
        Some(all)
    }
    /// On a torus of the plane; polyhedra are no polygons.
    fn records(&self) -> Option<Vec<CellRecord<[f64; D]>>> {
        if D != 2 {
            return None;
        }
        let record = |i: usize| {
            let (vertices, walls) = self.flat(&self.of_cell(i).first()?.shape)?;
            let neighbor = |w: &Wall| match *w {
                Wall::Domain(k) => -i64::from(k) - 1,
                Wall::Site(j, _) => i64::from(j),
            };
            let neighbors = walls.iter().map(neighbor).collect();
            Some(CellRecord { site: i as u32, face: None, vertices, neighbors })
        };
        Some((0..self.sites.len()).filter_map(record).collect())
    }
    /// Not where axes are periodic: there a wall lies elsewhere as seen from its two sites. Nor in
    /// a metric: derivatives are those of squared distances.
    fn wall_moments(&self) -> Option<Vec<WallMoments<D>>> {
        if self.ground.periodic.contains(&true) || self.ground.metric.is_some() {
            return None;
        }
        let mut pieces = Vec::new();
        for i in (0..self.sites.len()).filter(|&i| self.is_solid(i)) {
            for shape in self.at(i).iter().map(|p| &p.shape) {
                for (face, &label) in shape.skeleton.labels.iter().enumerate() {
                    let Wall::Site(j, shift) = label else { continue };
                    if i < j as usize && shape.face(face).mass > 0.0 {
                        let apart = self.inner.apart(&self.ground, (i as u32, j), shift);
                        let (a, b) = (self.order[i], self.order[j as usize]);
                        pieces.push(shape.wall_moments(face, [a.min(b), a.max(b)], 1.0 / apart));
                    }
                }
            }
        }
        Some(merged(pieces))
    }
    fn counters(&self) -> Counters {
        self.counters
    }
    fn validate(&self, level: u8) -> Result<(), Invalid> {
        self.check(level)
    }
    fn sizes(&self) -> [f64; D] {
        sizes(self.bounds)
    }
}
