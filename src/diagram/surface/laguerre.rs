//! The live diagram on a surface: measured at one set of heights after another.

use super::super::graph::Graph;
use super::super::measures::Measures;
use super::clip::Sites3;
use super::fan::Fan;
use super::finder::{Finder, Found, lifted};
use super::ground::SurfaceGround;
use super::integrate::{Moments3, wall};
use super::ties::Ties;
use super::trace::{Neighbors, Polygon, Trace};
use super::vertex::{from_corner, in_space};
use crate::exact::predicates::Lifted3;
use crate::exact::{Counters, Heights};
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The diagram of sites in space on a surface. Sites are numbered along a k-d tree: see
/// [`SurfaceLaguerre::order`].
pub struct SurfaceLaguerre<'a> {
    ground: Arc<SurfaceGround>,
    sites: Cow<'a, [[f64; 3]]>,
    order: Arc<[u32]>,
    /// Rank of each position for ties.
    rank: Vec<u32>,
    finder: Finder,
    points: Vec<Lifted3>,
    /// Neighbours at the last heights.
    row: Vec<u32>,
    column: Vec<u32>,
    /// Facets met by each cell at the last heights without empty cells, sorted once asked for;
    /// owners of vertices at the last ones.
    tiles: Vec<(u32, u32)>,
    sorted: bool,
    owners: Vec<u32>,
    /// Sites that may be tied, once asked for.
    ties: OnceLock<Option<Ties>>,
    counters: Counters,
}

/// What a task found along its part of the curve.
#[derive(Default)]
struct Part {
    mass: Vec<(u32, f64)>,
    tiles: Vec<(u32, u32)>,
    moments: Vec<(u32, Moments3)>,
    /// Walls, `i < j`, with conductance.
    walls: Vec<(u32, u32, f64)>,
    fan: Fan,
}

/// Integrals over the cells, by position.
#[derive(Clone, Debug, Default)]
pub struct SurfaceMeasures {
    /// As for every diagram.
    pub plain: Measures,
    /// Mass, first moment, cost; if wanted.
    pub moments: Vec<Moments3>,
}

impl<'a> SurfaceLaguerre<'a> {
    /// Prepares the diagram. Cost: O(n log n).
    pub fn new(ground: Arc<SurfaceGround>, sites: impl Into<Cow<'a, [[f64; 3]]>>) -> SurfaceLaguerre<'a> {
        let sites = sites.into();
        let (low, high) = ground.facets.surface().bounds();
        let (finder, order) = Finder::new(&sites, low, high);
        SurfaceLaguerre::with(ground, sites, finder, order)
    }

    /// Of sites that are numbered as given: some of another diagram's in its order.
    fn along(ground: Arc<SurfaceGround>, sites: Vec<[f64; 3]>) -> SurfaceLaguerre<'a> {
        let (low, high) = ground.facets.surface().bounds();
        let finder = Finder::along(&sites, low, high);
        let order = (0..sites.len() as u32).collect();
        SurfaceLaguerre::with(ground, sites.into(), finder, order)
    }

    fn with(
        ground: Arc<SurfaceGround>,
        sites: Cow<'a, [[f64; 3]]>,
        finder: Finder,
        order: Vec<u32>,
    ) -> SurfaceLaguerre<'a> {
        let rank = order.clone();
        let zeros = Counters::default();
        let (points, row, column) = (Vec::new(), Vec::new(), Vec::new());
        let (tiles, owners, order) = (Vec::new(), Vec::new(), order.into());
        let sorted = false;
        SurfaceLaguerre {
            ground,
            sites,
            order,
            rank,
            finder,
            points,
            row,
            column,
            tiles,
            sorted,
            owners,
            ties: OnceLock::new(),
            counters: zeros,
        }
    }

    /// The problem's index of each site of this numbering.
    pub fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    /// How signs were decided so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Calls `visit(result, polygon)` for every polygon of the diagram at these heights; results by
    /// tasks along the curve.
    pub fn polygons<R: Send + Default>(
        &mut self,
        heights: &Heights,
        visit: impl Fn(&mut R, &SurfaceGround, &[Lifted3], Polygon<'_>) + Sync,
    ) -> Vec<R> {
        self.set_heights(heights);
        let sites = Sites3 { points: &self.points, rank: &self.rank };
        let hints = Neighbors { row: &self.row, column: &self.column };
        let ground = &*self.ground;
        let trace = Trace { facets: &ground.facets, order: &ground.order, sites, finder: &self.finder, hints };
        let (owners, asked) = trace.owners(&self.owners);
        let (parts, counters) = trace.polygons(&owners, |r, p| visit(r, ground, &self.points, p));
        self.owners = owners;
        self.counters += asked;
        self.counters += counters;
        parts
    }

    /// Cells that meet some of the facets, ascending.
    fn cells_in(&mut self, heights: &Heights, some: &[u32]) -> Vec<u32> {
        self.set_heights(heights);
        self.owners.resize(self.ground.facets.surface().vertices().len(), u32::MAX);
        let mut used: Vec<u32> = some.iter().flat_map(|&f| self.ground.facets.vertices(f)).collect();
        used.sort_unstable();
        used.dedup();
        let sites = Sites3 { points: &self.points, rank: &self.rank };
        let hints = Neighbors { row: &self.row, column: &self.column };
        let trace = Trace { facets: &self.ground.facets, order: some, sites, finder: &self.finder, hints };
        let mut found = Vec::with_capacity(used.len());
        self.counters += trace.owners_of(&used, &self.owners, |v, owner| found.push((v, owner)));
        found.iter().for_each(|&(v, owner)| self.owners[v as usize] = owner);
        let (parts, counters) = trace.polygons(&self.owners, |cells: &mut Vec<u32>, p| cells.push(p.cell));
        self.counters += counters;
        let mut cells = parts.concat();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// Moves to these heights.
    pub fn set_heights(&mut self, heights: &Heights) {
        self.points = lifted(&self.sites, &self.order, heights);
        self.finder.set(&self.points);
    }

    /// Positions of the sites whose values at a point are the highest up to a share of the greatest
    /// value there may be, for questions about ties that are near.
    pub fn nearly_highest(&self, point: &[f64; 3], share: f64) -> Vec<u32> {
        let mut found = Found::default();
        let best = self.finder.highest(point, 0, &mut found);
        self.finder.find_within(point, best, share, &mut found);
        found.sites
    }

    /// Integrals over the cells at these heights, with moments or without. Cost: O(polygons) clips
    /// and questions.
    pub fn integrals(&mut self, heights: &Heights, moments: bool) -> SurfaceMeasures {
        self.integrated(heights, moments).0
    }

    /// Masses and walls as for Newton's method, and the mass of every polygon: cell, facet, mass,
    /// along the curve.
    pub(super) fn pieces(&mut self, heights: &Heights) -> (Measures, Vec<(u32, u32, f64)>) {
        let (all, parts) = self.integrated(heights, false);
        let each = parts.iter().flat_map(|p| p.mass.iter().zip(&p.tiles));
        (all.plain, each.map(|(&(cell, mass), &(_, facet))| (cell, facet, mass)).collect())
    }

    fn integrated(&mut self, heights: &Heights, moments: bool) -> (SurfaceMeasures, Vec<Part>) {
        let clock = Instant::now();
        let parts = self.polygons(heights, |part: &mut Part, ground, points, polygon| {
            integrate(part, ground, points, polygon, moments);
        });
        let n = self.order.len();
        let mut all = SurfaceMeasures::default();
        let mut mass = vec![0.0; n];
        for part in &parts {
            part.mass.iter().for_each(|&(i, m)| mass[i as usize] += m);
        }
        if moments {
            all.moments = vec![Moments3::default(); n];
            for part in &parts {
                part.moments.iter().for_each(|&(i, m)| all.moments[i as usize] += m);
            }
        }
        let walls = parts.iter().flat_map(|p| &p.walls);
        all.plain.graph = Graph::of_walls(n, walls);
        self.remember(&all.plain.graph, &mass);
        if mass.iter().all(|&m| m > 0.0) {
            self.tiles.clear();
            parts.iter().for_each(|p| self.tiles.extend_from_slice(&p.tiles));
            self.sorted = false;
        }
        all.plain.mass = Some(mass);
        all.plain.counters = self.counters;
        all.plain.cells_seconds = clock.elapsed().as_secs_f64();
        (all, parts)
    }

    /// The ties, made once.
    pub(super) fn known_ties(&self, make: impl FnOnce() -> Option<Ties>) -> Option<&Ties> {
        self.ties.get_or_init(make).as_ref()
    }
}

impl SurfaceLaguerre<'_> {
    /// The diagram of some sites alone, numbered in the given order.
    pub(super) fn of(&self, sites: &[u32]) -> SurfaceLaguerre<'_> {
        let chosen: Vec<[f64; 3]> = sites.iter().map(|&i| self.sites[self.order[i as usize] as usize]).collect();
        SurfaceLaguerre::along(self.ground.clone(), chosen)
    }

    /// Would these cells live at other heights, as far as can be told where they and their
    /// neighbours were last?
    pub(super) fn live_at(&mut self, heights: &Heights, cells: &[u32]) -> bool {
        let mut near = cells.to_vec();
        cells.iter().for_each(|&i| near.extend_from_slice(self.neighbors(i as usize)));
        near.sort_unstable();
        near.dedup();
        if !std::mem::replace(&mut self.sorted, true) {
            self.tiles.par_sort_unstable();
        }
        let tiles = &self.tiles;
        let of = |i: u32| {
            let start = tiles.partition_point(|t| t.0 < i);
            tiles[start..].iter().take_while(move |t| t.0 == i).map(|t| t.1)
        };
        let mut facets: Vec<u32> = near.into_iter().flat_map(of).collect();
        facets.sort_unstable();
        facets.dedup();
        let there = self.cells_in(heights, &facets);
        cells.iter().all(|&i| there.binary_search(&i).is_ok())
    }

    /// By how much a height must be lowered for a cell to be empty.
    pub(super) fn depth(&self) -> f64 {
        self.finder.depth()
    }
}

impl SurfaceLaguerre<'_> {
    /// Keeps the neighbours for next time; a cell that is lost keeps those it had.
    fn remember(&mut self, found: &Graph, mass: &[f64]) {
        let (row, column) = (&found.row[..], &found.column[..]);
        let of = |row: &[u32], i: usize| row.get(i + 1).map(|&end| row[i] as usize..end as usize);
        let (mut start, mut all) = (Vec::with_capacity(row.len()), Vec::with_capacity(column.len()));
        start.push(0);
        for (i, &mass) in mass.iter().enumerate() {
            let now = of(row, i).map_or(&[][..], |r| &column[r]);
            let before = of(&self.row, i).map_or(&[][..], |r| &self.column[r]);
            all.extend_from_slice(if mass > 0.0 { now } else { before });
            start.push(all.len() as u32);
        }
        (self.row, self.column) = (start, all);
    }

    /// The neighbours a cell had when it last had some.
    pub fn neighbors(&self, position: usize) -> &[u32] {
        match self.row.get(position..position + 2) {
            Some(&[a, b]) => &self.column[a as usize..b as usize],
            _ => &[],
        }
    }
}

/// Adds what a polygon contributes.
fn integrate(part: &mut Part, ground: &SurfaceGround, points: &[Lifted3], polygon: Polygon<'_>, moments: bool) {
    let facet = ground.facet(polygon.facet);
    part.tiles.push((polygon.cell, polygon.facet));
    let fan = &mut part.fan;
    fan.set(&facet, points, &polygon);
    part.mass.push((polygon.cell, fan.mass));
    if moments {
        let (first, second) = fan.moments(&facet);
        let (o, y) = (in_space(&facet, &fan.vertices[0]), &points[polygon.cell as usize].y);
        let (u, about) = (&facet.corners[0], from_corner(&facet, &fan.vertices[0]));
        let to = [0, 1, 2].map(|k| (u[k] - y[k]) + about[k]);
        let cost = (0..3).map(|k| (2.0 * first[k] + fan.mass * to[k]) * to[k]).sum::<f64>() + second;
        let first = [0, 1, 2].map(|k| first[k] + fan.mass * o[k]);
        part.moments.push((polygon.cell, Moments3 { mass: fan.mass, first, cost }));
    }
    let vertices = &fan.vertices;
    for (k, side) in polygon.sides.iter().enumerate() {
        // Both cells see the wall; the lower one counts it.
        if let Some(j) = wall(side.label).filter(|&j| polygon.cell < j) {
            let next = if k + 1 == vertices.len() { 0 } else { k + 1 };
            let conductance = facet.conductance(side, &vertices[k], &vertices[next]);
            part.walls.push((polygon.cell, j, conductance));
        }
    }
}

impl SurfaceLaguerre<'_> {
    /// Heights of a start: lifted sites and the ground, for what builds one.
    pub fn ground(&self) -> &Arc<SurfaceGround> {
        &self.ground
    }

    /// The site at a position.
    pub fn site(&self, position: usize) -> [f64; 3] {
        self.sites[self.order[position] as usize]
    }
}
