//! From triangles as they are given to disks.

use super::chart::{Chart, NONE, boundary_loops, ends, opposites};
use super::cut::{Whole, opened};
use super::holes::kept;
use super::options::{Merge, ParameterizeError, ParameterizeOptions, Target};
use super::scale::to_one;
use crate::domain::surface::SurfaceError;
use crate::domain::surface::repair::{Need, RepairLog, RepairOptions, repair};
use crate::domain::vector::area_in_space;
use petgraph::unionfind::UnionFind;

/// A chart with its way back to the input.
pub(super) struct Piece {
    pub chart: Chart,
    /// Vertex of the input for each vertex.
    pub vertex_of: Vec<u32>,
    /// Number of each triangle among the repaired ones.
    pub faces: Vec<u32>,
    /// Area in space, or what is wanted instead of it.
    pub size: f64,
    pub genus: usize,
    pub loops: usize,
    /// Boundary loops that stay holes.
    pub holes: Vec<Vec<u32>>,
    /// Edges that were cut.
    pub cut_edges: usize,
}

/// All charts of a mesh, with the repaired triangles by vertices of the input.
pub(super) struct Pieces {
    pub list: Vec<Piece>,
    pub triangles: Vec<[u32; 3]>,
    pub face_of: Vec<u32>,
    pub wanted: Vec<f64>,
    pub log: RepairLog,
    /// The power of two by which places in space were multiplied.
    pub size: f64,
}

/// Shares of area below this times the mean share are raised to it: a triangle so small cannot be
/// told from a flat one.
pub(super) const LEAST_SHARE: f64 = 1e-9;

/// Repairs, divides into components, cuts.
pub(super) fn pieces(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &ParameterizeOptions,
) -> Result<Pieces, ParameterizeError> {
    let with =
        |merge_vertices| repair(vertices, triangles, RepairOptions { need: Need::Manifold, merge_vertices, cut: true });
    let repaired = match options.merge {
        Merge::Always => with(true)?,
        Merge::Never => with(false)?,
        Merge::Soup if is_soup(vertices.len(), triangles) => with(true)?,
        // A flat face whose corners are at one place goes once these are one vertex.
        Merge::Soup => match with(false) {
            Err(flat @ SurfaceError::FlatFace { .. }) => with(true).map_err(|_| flat)?,
            other => other?,
        },
    };
    let (mut corners, mut vertex_of) = (repaired.triangles, repaired.vertex_of);
    let mut points = repaired.vertices;
    let size = scaled(&mut points)?;
    let opposite = opposites(&corners);
    if !options.seams.is_empty() {
        let cut = seams(&corners, &opposite, &vertex_of, &options.seams)?;
        let (opened, from) = opened(&corners, &opposite, &cut, points.len());
        points = from.iter().map(|&v| points[v as usize]).collect();
        vertex_of = from.iter().map(|&v| vertex_of[v as usize]).collect();
        corners = opened;
    }
    let by_input: Vec<[u32; 3]> = corners.iter().map(|t| t.map(|v| vertex_of[v as usize])).collect();
    let wanted =
        wanted(&points, &corners, &vertex_of, &repaired.face_of, vertices.len(), triangles.len(), &options.target)?;
    let opposite = opposites(&corners);
    let list = components(&corners, &opposite)
        .into_iter()
        .map(|faces| piece(&points, &corners, &vertex_of, &wanted, faces, options))
        .collect();
    Ok(Pieces { list, triangles: by_input, face_of: repaired.face_of, wanted, log: repaired.log, size })
}

/// Brings the extent of all places between 1/2 and 1, exactly; returned is the factor, a power of
/// two.
fn scaled(points: &mut [[f64; 3]]) -> Result<f64, SurfaceError> {
    let along = |k: usize| {
        let (low, high) =
            points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p[k]), h.max(p[k])));
        high - low
    };
    let extent = (0..3).map(along).fold(0.0, f64::max);
    // As for every surface: what is computed from places and reported in their units are areas,
    // which have to be doubles.
    if !(1e-140..=1e140).contains(&extent) {
        return Err(SurfaceError::ExtentOutOfRange { extent });
    }
    let factor = to_one(extent);
    points.iter_mut().for_each(|p| *p = p.map(|x| x * factor));
    Ok(factor)
}

/// Whether most triangles have corners of their own.
fn is_soup(vertices: usize, triangles: &[[u32; 3]]) -> bool {
    let mut count = vec![0u32; vertices];
    for &v in triangles.iter().flatten() {
        if let Some(c) = count.get_mut(v as usize) {
            *c += 1;
        }
    }
    let alone = |t: &&[u32; 3]| t.iter().all(|&v| count.get(v as usize) == Some(&1));
    triangles.len() > 1 && 2 * triangles.iter().filter(alone).count() > triangles.len()
}

/// Half-edges of the seams.
fn seams(
    corners: &[[u32; 3]],
    opposite: &[u32],
    vertex_of: &[u32],
    edges: &[[u32; 2]],
) -> Result<Vec<bool>, ParameterizeError> {
    let mut wanted: Vec<([u32; 2], usize)> =
        edges.iter().enumerate().map(|(k, e)| ([e[0].min(e[1]), e[0].max(e[1])], k)).collect();
    wanted.sort_unstable();
    let mut found = vec![false; edges.len()];
    let mut cut = vec![false; opposite.len()];
    for (f, t) in corners.iter().enumerate() {
        for k in 0..3 {
            let (a, b) = (vertex_of[t[k] as usize], vertex_of[t[(k + 1) % 3] as usize]);
            let key = [a.min(b), a.max(b)];
            let from = wanted.partition_point(|w| w.0 < key);
            for w in wanted[from..].iter().take_while(|w| w.0 == key) {
                found[w.1] = true;
                cut[3 * f + k] = true;
            }
        }
    }
    for h in 0..cut.len() {
        if opposite[h] != NONE && cut[opposite[h] as usize] {
            cut[h] = true;
        }
    }
    match found.iter().position(|f| !f) {
        Some(k) => Err(ParameterizeError::Seam { edge: edges[k] }),
        None => Ok(cut),
    }
}

/// Wanted area of each triangle.
fn wanted(
    points: &[[f64; 3]],
    corners: &[[u32; 3]],
    vertex_of: &[u32],
    face_of: &[u32],
    vertices: usize,
    faces: usize,
    target: &Target,
) -> Result<Vec<f64>, ParameterizeError> {
    let check = |list: &[f64], wanted: usize, things: &'static str| {
        if list.len() != wanted {
            return Err(ParameterizeError::DensityCount { found: list.len(), wanted, things });
        }
        match list.iter().position(|&d| !(d > 0.0 && d.is_finite())) {
            Some(index) => Err(ParameterizeError::Density { index, value: list[index] }),
            None => Ok(()),
        }
    };
    match target {
        Target::Area => {}
        Target::Vertex(list) => check(list, vertices, "vertices")?,
        Target::Face(list) => check(list, faces, "triangles")?,
    }
    let one = |(f, t): (usize, &[u32; 3])| {
        let density = match target {
            Target::Area => 1.0,
            Target::Vertex(list) => t.iter().map(|&v| list[vertex_of[v as usize] as usize]).sum::<f64>() / 3.0,
            Target::Face(list) => list[face_of[f] as usize],
        };
        area_in_space(t.map(|v| points[v as usize])) * density
    };
    Ok(corners.iter().enumerate().map(one).collect())
}

/// Faces of each component, ascending; components by their first face.
fn components(corners: &[[u32; 3]], opposite: &[u32]) -> Vec<Vec<u32>> {
    let mut sets = UnionFind::<u32>::new(corners.len());
    for (h, &o) in opposite.iter().enumerate().filter(|(_, o)| **o != NONE) {
        sets.union(h as u32 / 3, o / 3);
    }
    let mut number = vec![NONE; corners.len()];
    let mut list: Vec<Vec<u32>> = Vec::new();
    for f in 0..corners.len() as u32 {
        let root = sets.find_mut(f) as usize;
        if number[root] == NONE {
            number[root] = list.len() as u32;
            list.push(Vec::new());
        }
        list[number[root] as usize].push(f);
    }
    list
}

fn piece(
    points: &[[f64; 3]],
    corners: &[[u32; 3]],
    vertex_of: &[u32],
    wanted: &[f64],
    faces: Vec<u32>,
    options: &ParameterizeOptions,
) -> Piece {
    // Vertices in the order of the input.
    let mut used: Vec<u32> = faces.iter().flat_map(|&f| corners[f as usize]).collect();
    used.sort_unstable();
    used.dedup();
    let local = |v: u32| used.partition_point(|&u| u < v) as u32;
    let triangles: Vec<[u32; 3]> = faces.iter().map(|&f| corners[f as usize].map(local)).collect();
    let places: Vec<[f64; 3]> = used.iter().map(|&v| points[v as usize]).collect();
    let opposite = opposites(&triangles);
    let loops = boundary_loops(&triangles, &opposite);
    let rim = opposite.iter().filter(|&&o| o == NONE).count();
    let edges = (opposite.len() + rim) / 2;
    let euler = used.len() as i64 - edges as i64 + triangles.len() as i64;
    let genus = (2 - loops.len() as i64 - euler).max(0) as usize / 2;
    let vertex_of: Vec<u32> = used.iter().map(|&v| vertex_of[v as usize]).collect();
    // Dual triangles would lie across holes.
    let edges = if options.remesh { Some(0) } else { options.fill_holes };
    let holes = kept(&places, &triangles, &vertex_of, &loops, edges);
    let cut = if genus == 0 && holes.iter().filter(|h| !**h).count() == 1 {
        vec![false; opposite.len()]
    } else {
        Whole { points: &places, triangles: &triangles, opposite: &opposite, loops: &loops, holes: &holes }.cut()
    };
    let size: f64 = faces.iter().map(|&f| wanted[f as usize]).sum();
    let least = LEAST_SHARE / faces.len() as f64;
    let mut share: Vec<f64> = faces.iter().map(|&f| (wanted[f as usize] / size).max(least)).collect();
    let total: f64 = share.iter().sum();
    share.iter_mut().for_each(|s| *s /= total);
    let chart = Chart { points: places, triangles, share, ..Chart::default() };
    let count = loops.len();
    let holes = loops.into_iter().zip(holes).filter(|(_, hole)| *hole).map(|(around, _)| around).collect();
    let whole = Piece { chart, vertex_of, faces, size, genus, loops: count, holes, cut_edges: 0 };
    whole.opened(&opposite, &cut)
}

impl Piece {
    /// The same triangles after a cut that leaves a disk with the holes that it does not meet.
    pub fn opened(&self, opposite: &[u32], cut: &[bool]) -> Piece {
        let Chart { points, triangles, share, .. } = &self.chart;
        let (triangles, from) = opened(triangles, opposite, cut, points.len());
        let points: Vec<[f64; 3]> = from.iter().map(|&v| points[v as usize]).collect();
        // A vertex that stays whole keeps its number.
        let mut met = vec![false; self.chart.points.len()];
        for h in (0..cut.len()).filter(|&h| cut[h]) {
            let (a, b) = ends(&self.chart.triangles, h as u32);
            (met[a as usize], met[b as usize]) = (true, true);
        }
        let left = self.holes.iter().filter(|around| !around.iter().any(|&v| met[v as usize]));
        let holes: Vec<Vec<u32>> = left.cloned().collect();
        let mut around_hole = vec![false; points.len()];
        holes.iter().flatten().for_each(|&v| around_hole[v as usize] = true);
        let loops = boundary_loops(&triangles, &opposites(&triangles));
        let outline = loops.into_iter().find(|l| !around_hole[l[0] as usize]).unwrap_or_default();
        let mut place = vec![NONE; points.len()];
        outline.iter().enumerate().for_each(|(k, &v)| place[v as usize] = k as u32);
        Piece {
            chart: Chart { points, triangles, share: share.clone(), outline, place, filling: 0 },
            vertex_of: from.iter().map(|&v| self.vertex_of[v as usize]).collect(),
            faces: self.faces.clone(),
            holes,
            cut_edges: self.cut_edges + cut.iter().filter(|&&c| c).count() / 2,
            ..*self
        }
    }
}
