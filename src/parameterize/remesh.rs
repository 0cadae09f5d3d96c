//! The triangulation dual to transport's cells, in place of the input's triangles.
//!
//! It is the regular triangulation of the vertices' places with the heights that transport found:
//! an embedding there, with no vertex left out, as every cell has mass
//! (`docs/theory/parameterization.md`). Nothing of this is taken on trust: the outline and every
//! triangle are looked at, exactly.

use super::build::{LEAST_SHARE, Piece};
use super::chart::{Chart, NONE, ends, opposites};
use super::check::prove;
use super::options::{ParameterizeError, Target};
use super::transport::Cells;
use crate::domain::vector::{area_in_space, normal, side};
use crate::exact::predicates::orient2d_sign;
use crate::hull::Hull;
use std::collections::HashMap;

/// Triangles in space whose height is under this share of their longest side count as flat.
const THIN: f64 = 1e-6;
/// Rounds of mending at most.
const ROUNDS: usize = 32;

/// What a chart has become whose triangles are the dual ones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RemeshReport {
    /// Edges that are not on the chart's boundary; as many as before.
    pub edges: usize,
    /// Those of them that the chart had before.
    pub kept_edges: usize,
    /// Triangles that the chart had before.
    pub kept_triangles: usize,
    /// Edges inside whose cells have no wall in common within the domain: their dual edges lie
    /// beyond it, where the triangulation goes on to the outline, or they were mended.
    pub beyond: usize,
    /// Times that an edge was exchanged for the other diagonal of their two triangles, as one of
    /// these had no area in space, or as the edge was there twice.
    pub mended: usize,
    /// Triangles without area in space (height under a millionth of the longest side) that are
    /// left.
    pub flat_in_space: usize,
    /// Edges with more than two triangles once the cut is closed again.
    pub doubled: usize,
    /// Area in space: before and after.
    pub area: [f64; 2],
    /// Edges inside across which the surface turns by more than a right angle: before and after.
    pub folds: [usize; 2],
}

/// A chart with dual triangles.
pub(super) struct Remeshed {
    pub chart: Chart,
    /// Wanted area of each triangle.
    pub wanted: Vec<f64>,
    pub report: RemeshReport,
}

/// Replaces a chart's triangles. `wanted` are the wanted areas of the triangles it has. As many
/// triangles come as go; those that stay keep their numbers, others take one that became free, near
/// by if there is one. Cost: O(n log n).
pub(super) fn remeshed(
    piece: &Piece,
    wanted: &[f64],
    uv: &[[f64; 2]],
    cells: &Cells,
    target: &Target,
) -> Result<Remeshed, ParameterizeError> {
    let old = &piece.chart;
    let fail = |why: String| ParameterizeError::Remesh { face: piece.faces.first().copied().unwrap_or(0), why };
    let dual = Hull::build(cells.problem.sites(), &cells.heights).triangles();
    let dual = inside(dual, &old.outline, uv.len())
        .ok_or_else(|| fail("its dual triangulation leaves out a vertex or does not end at its boundary".into()))?;
    let mut mesh = Mending::new(dual, piece, uv);
    let mended = mesh.mend();
    if let Some(t) = mesh.triangles.iter().find(|t| same(t.map(|v| piece.vertex_of[v as usize]))) {
        let v = t.map(|v| piece.vertex_of[v as usize]);
        let why = format!(
            "a dual triangle has vertices {}, {}, {}, of both sides of a cut; cut elsewhere (--seams)",
            v[0], v[1], v[2]
        );
        return Err(fail(why));
    }
    let doubled = mesh.count.values().filter(|&&c| c > 2).count();
    let (triangles, kept_triangles) = placed(&old.triangles, mesh.triangles);
    let density = density(piece, wanted, target);
    let one = |t: &[u32; 3]| {
        let mean = t.iter().map(|&v| density[v as usize]).sum::<f64>() / 3.0;
        area_in_space(t.map(|v| old.points[v as usize])) * mean
    };
    let mut wanted: Vec<f64> = triangles.iter().map(one).collect();
    let size: f64 = wanted.iter().sum();
    let least = LEAST_SHARE * size / triangles.len() as f64;
    wanted.iter_mut().for_each(|w| *w = w.max(least));
    let total: f64 = wanted.iter().sum();
    let share = wanted.iter().map(|w| w / total).collect();
    let chart = Chart { triangles, share, ..old.clone() };
    let proof = prove(&chart, uv);
    if !proof.bijective() {
        let why = format!("the dual triangulation is no disk with positive triangles: {proof:?}");
        return Err(fail(why));
    }
    let (before, after) = (edges(&old.triangles), edges(&chart.triangles));
    let flat = |f: &usize| is_thin(chart.corners_in_space(*f));
    let area = |c: &Chart| (0..c.triangles.len()).map(|f| area_in_space(c.corners_in_space(f))).sum::<f64>();
    let report = RemeshReport {
        edges: after.len(),
        kept_edges: after.iter().filter(|e| before.binary_search(e).is_ok()).count(),
        kept_triangles,
        beyond: after.iter().filter(|e| cells.walls.binary_search(e).is_err()).count(),
        mended,
        flat_in_space: (0..chart.triangles.len()).filter(flat).count(),
        doubled,
        area: [area(old), area(&chart)],
        folds: [folds(old), folds(&chart)],
    };
    Ok(Remeshed { chart, wanted, report })
}

/// Triangles of a triangulation of a convex hull that lie inside an outline through hull vertices,
/// or beside them by a rounding; `None` if the outline is not made of its edges or a vertex is left
/// out.
fn inside(triangles: Vec<[u32; 3]>, outline: &[u32], vertices: usize) -> Option<Vec<[u32; 3]>> {
    let mut next = vec![NONE; vertices];
    for (k, &v) in outline.iter().enumerate() {
        next[v as usize] = outline[(k + 1) % outline.len()];
    }
    let on_outline = |a: u32, b: u32| next[a as usize] == b;
    let opposite = opposites(&triangles);
    let outside_of = |h: u32| {
        let (a, b) = ends(&triangles, h);
        !on_outline(a, b)
    };
    let mut out = vec![false; triangles.len()];
    let mut stack: Vec<u32> =
        (0..opposite.len() as u32).filter(|&h| opposite[h as usize] == NONE && outside_of(h)).map(|h| h / 3).collect();
    while let Some(f) = stack.pop() {
        if std::mem::replace(&mut out[f as usize], true) {
            continue;
        }
        let beside = (3 * f..3 * f + 3).map(|h| opposite[h as usize]).filter(|&o| o != NONE && outside_of(o));
        stack.extend(beside.map(|o| o / 3));
    }
    let kept: Vec<[u32; 3]> = triangles.iter().zip(&out).filter(|(_, out)| !**out).map(|(t, _)| *t).collect();
    let opposite = opposites(&kept);
    let rim: Vec<u32> = (0..opposite.len() as u32).filter(|&h| opposite[h as usize] == NONE).collect();
    let ring = rim.len() == outline.len()
        && rim.iter().all(|&h| {
            let (a, b) = ends(&kept, h);
            on_outline(a, b)
        });
    let mut used = vec![false; vertices];
    kept.iter().flatten().for_each(|&v| used[v as usize] = true);
    (ring && used.iter().all(|&u| u)).then_some(kept)
}

fn same([a, b, c]: [u32; 3]) -> bool {
    a == b || b == c || c == a
}

fn is_thin(corners: [[f64; 3]; 3]) -> bool {
    let longest = (0..3).map(|k| side(corners[k], corners[(k + 1) % 3]).norm()).fold(0.0, f64::max);
    !(2.0 * area_in_space(corners) > THIN * longest * longest)
}

/// Edges inside, lower vertex first, ascending.
fn edges(triangles: &[[u32; 3]]) -> Vec<(u32, u32)> {
    let opposite = opposites(triangles);
    let inner = (0..opposite.len() as u32).filter(|&h| opposite[h as usize] != NONE && h < opposite[h as usize]);
    let mut list: Vec<(u32, u32)> = inner.map(|h| ends(triangles, h)).map(|(a, b)| (a.min(b), a.max(b))).collect();
    list.sort_unstable();
    list
}

/// Edges inside across which the surface turns by more than a right angle.
fn folds(chart: &Chart) -> usize {
    let opposite = opposites(&chart.triangles);
    let normal = |f: usize| normal(chart.corners_in_space(f));
    let folded = |h: &usize| {
        let o = opposite[*h] as usize;
        opposite[*h] != NONE && *h < o && normal(h / 3).dot(&normal(o / 3)) < 0.0
    };
    (0..opposite.len()).filter(folded).count()
}

/// Density of what is wanted at each vertex of a chart.
fn density(piece: &Piece, wanted: &[f64], target: &Target) -> Vec<f64> {
    match target {
        Target::Area => vec![1.0; piece.chart.points.len()],
        Target::Vertex(list) => piece.vertex_of.iter().map(|&v| list[v as usize]).collect(),
        // New triangles lie across old ones: the mean over the star.
        Target::Face(_) => {
            let mut sum = vec![[0.0f64; 2]; piece.chart.points.len()];
            for (f, t) in piece.chart.triangles.iter().enumerate() {
                let area = area_in_space(piece.chart.corners_in_space(f));
                for &v in t {
                    sum[v as usize][0] += wanted[f];
                    sum[v as usize][1] += area;
                }
            }
            sum.iter().map(|s| s[0] / s[1]).collect()
        }
    }
}

/// New triangles at the numbers of old ones, and how many are the same.
fn placed(old: &[[u32; 3]], mut new: Vec<[u32; 3]>) -> (Vec<[u32; 3]>, usize) {
    let canonical = |t: [u32; 3]| {
        let k = (0..3).min_by_key(|&k| t[k]).unwrap_or(0);
        [t[k], t[(k + 1) % 3], t[(k + 2) % 3]]
    };
    new.iter_mut().for_each(|t| *t = canonical(*t));
    new.sort_unstable();
    let mut at: Vec<Option<[u32; 3]>> = vec![None; old.len()];
    let mut left = vec![true; new.len()];
    for (f, t) in old.iter().enumerate() {
        if let Ok(k) = new.binary_search(&canonical(*t)) {
            at[f] = Some(*t);
            left[k] = false;
        }
    }
    let kept = at.iter().flatten().count();
    // Free numbers around each vertex.
    let mut free: HashMap<u32, Vec<usize>> = HashMap::new();
    for (f, t) in old.iter().enumerate().filter(|(f, _)| at[*f].is_none()) {
        t.iter().for_each(|&v| free.entry(v).or_default().push(f));
    }
    let mut homeless = Vec::new();
    for (t, _) in new.iter().zip(&left).filter(|(_, left)| **left) {
        let near = t.iter().filter_map(|v| free.get(v)).flatten().filter(|&&f| at[f].is_none());
        let common = |f: usize| old[f].iter().filter(|v| t.contains(v)).count();
        match near.copied().max_by_key(|&f| (common(f), std::cmp::Reverse(f))) {
            Some(f) => at[f] = Some(*t),
            None => homeless.push(*t),
        }
    }
    let mut rest = homeless.into_iter();
    (at.into_iter().filter_map(|t| t.or_else(|| rest.next())).collect(), kept)
}

/// A triangulation in the plane whose edges are exchanged where the surface in space would be
/// faulty.
struct Mending<'a> {
    triangles: Vec<[u32; 3]>,
    opposite: Vec<u32>,
    /// Triangles at each edge of the surface once the cut is closed.
    count: HashMap<(u32, u32), u32>,
    piece: &'a Piece,
    uv: &'a [[f64; 2]],
}

impl<'a> Mending<'a> {
    fn new(triangles: Vec<[u32; 3]>, piece: &'a Piece, uv: &'a [[f64; 2]]) -> Mending<'a> {
        let opposite = opposites(&triangles);
        let mut all = Mending { triangles, opposite, count: HashMap::new(), piece, uv };
        for h in 0..all.opposite.len() as u32 {
            let (a, b) = ends(&all.triangles, h);
            *all.count.entry(all.names(a, b)).or_default() += 1;
        }
        all
    }

    /// An edge by the input's vertices.
    fn names(&self, a: u32, b: u32) -> (u32, u32) {
        let (a, b) = (self.piece.vertex_of[a as usize], self.piece.vertex_of[b as usize]);
        (a.min(b), a.max(b))
    }

    /// Two corners at one vertex are worse than no area.
    fn fault(&self, t: [u32; 3]) -> i64 {
        if same(t.map(|v| self.piece.vertex_of[v as usize])) {
            4
        } else if is_thin(t.map(|v| self.piece.chart.points[v as usize])) {
            2
        } else {
            0
        }
    }

    fn crowd(&self, edge: (u32, u32)) -> u32 {
        self.count.get(&edge).copied().unwrap_or(0)
    }

    /// Exchanges edges as long as faults become fewer; each exchange leaves two positive triangles,
    /// exactly. Returns the number of exchanges.
    fn mend(&mut self) -> usize {
        let mut made = 0;
        for _ in 0..ROUNDS {
            let before = made;
            for f in 0..self.triangles.len() {
                for k in 0..3 {
                    let h = (3 * f + k) as u32;
                    let (a, b) = ends(&self.triangles, h);
                    let wrong = self.fault(self.triangles[f]) > 0 || self.crowd(self.names(a, b)) > 2;
                    if wrong && self.exchange(h) {
                        made += 1;
                    }
                }
            }
            if made == before {
                break;
            }
        }
        made
    }

    /// Exchanges the edge of a half-edge for the other diagonal if that can be done and makes
    /// faults fewer.
    fn exchange(&mut self, h: u32) -> bool {
        let o = self.opposite[h as usize];
        if o == NONE {
            return false;
        }
        let (f, g) = (h as usize / 3, o as usize / 3);
        let (a, b) = ends(&self.triangles, h);
        let next = |h: u32| h - h % 3 + (h + 1) % 3;
        let (h1, o1) = (next(h), next(o));
        let (h2, o2) = (next(h1), next(o1));
        let (c, d) = (ends(&self.triangles, h2).0, ends(&self.triangles, o2).0);
        let new = [[a, d, c], [d, b, c]];
        let sign = |t: [u32; 3]| {
            let [p, q, r] = t.map(|v| self.uv[v as usize]);
            orient2d_sign(p, q, r)
        };
        if new.iter().any(|t| sign(*t) <= 0) {
            return false;
        }
        let (gone, come) = (self.names(a, b), self.names(c, d));
        let fewer = i64::from(self.crowd(gone) > 2);
        let more = i64::from(self.crowd(come) > 0 && gone != come);
        let old = self.fault(self.triangles[f]) + self.fault(self.triangles[g]);
        if more - fewer + self.fault(new[0]) + self.fault(new[1]) - old >= 0 {
            return false;
        }
        *self.count.entry(gone).or_default() -= 2;
        *self.count.entry(come).or_default() += 2;
        // [a, d, c] has the edges ad, dc, ca; [d, b, c] has db, bc, cd.
        let outer = [o1, h2, o2, h1].map(|e| self.opposite[e as usize]);
        (self.triangles[f], self.triangles[g]) = (new[0], new[1]);
        let (f, g) = (3 * f as u32, 3 * g as u32);
        for (own, other) in [f, f + 2, g, g + 1].into_iter().zip(outer) {
            self.opposite[own as usize] = other;
            if other != NONE {
                self.opposite[other as usize] = own;
            }
        }
        (self.opposite[f as usize + 1], self.opposite[g as usize + 2]) = (g + 2, f + 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::pieces;
    use super::super::rim::{Curve, Rim};
    use super::super::watch::{ParameterizeProgress, Watch};
    use super::super::{ParameterizeOptions, embed, transport};
    use super::*;
    use crate::domain::vector::twice_area;
    use crate::exact::Dd;
    use crate::transport::Control;

    /// A hill beside a plain, which transport has much to do with.
    fn hill(n: usize) -> Piece {
        let (mut vertices, mut triangles) = (Vec::new(), Vec::new());
        for j in 0..=n {
            for i in 0..=n {
                let (x, y) = (i as f64 / n as f64 - 0.4, j as f64 / n as f64 - 0.55);
                vertices.push([x, y, 1.5 * (-30.0 * (x * x + y * y)).exp()]);
                if i < n && j < n {
                    let a = (j * (n + 1) + i) as u32;
                    let (b, c, d) = (a + 1, a + n as u32 + 2, a + n as u32 + 1);
                    triangles.extend([[a, b, c], [a, c, d]]);
                }
            }
        }
        pieces(&vertices, &triangles, &ParameterizeOptions::default()).unwrap().list.remove(0)
    }

    fn solved(piece: &Piece, curve: Curve) -> (Vec<[f64; 2]>, Rim, Cells) {
        let rim = Rim::spread(&piece.chart, curve);
        let mut call = |_: &ParameterizeProgress| Control::Continue;
        let mut watch = Watch::new(None, &mut call);
        let embedding = embed::embed(&piece.chart, &rim, &mut watch).unwrap();
        let effort = transport::Effort { tolerance: 1e-8, steps: 60, needed: true };
        assert_eq!(embedding.flipped, 0);
        let cells = transport::cells(&piece.chart, &embedding.uv, &rim, effort, &mut watch).unwrap();
        (embedding.uv, rim, cells)
    }

    /// The dual vertex of three sites, rounded.
    fn dual_vertex(t: [u32; 3], uv: &[[f64; 2]], h: &[f64]) -> [f64; 2] {
        let [a, b, c] = t.map(|v| v as usize);
        let (d, e) = (side(uv[a], uv[b]), side(uv[a], uv[c]));
        let (p, q) = (h[a] - h[b], h[a] - h[c]);
        let det = d.perp(&e);
        [(p * e.y - q * d.y) / det, (d.x * q - e.x * p) / det]
    }

    /// The triangles are dual to the diagram, by a look at every site and every wall.
    #[test]
    fn triangles_are_where_three_cells_meet() {
        let piece = hill(9);
        let wanted = vec![1.0; piece.faces.len()];
        for curve in [Curve::Circle, Curve::Polygon(vec![[0., 0.], [1., 0.], [1., 1.], [0., 1.]])] {
            let (uv, rim, cells) = solved(&piece, curve);
            let new = remeshed(&piece, &wanted, &uv, &cells, &Target::Area).unwrap();
            let r = new.report;
            assert_eq!((new.chart.triangles.len(), r.mended, r.doubled, r.flat_in_space), (162, 0, 0, 0));
            assert!(r.kept_edges < r.edges && r.kept_edges > r.edges / 3, "{r:?}");
            let h: Vec<f64> = (0..uv.len()).map(|i| cells.heights.get(i).hi).collect();
            let height = |i: usize, x: [f64; 2]| x[0] * uv[i][0] + x[1] * uv[i][1] + h[i];
            let duals: Vec<[f64; 2]> = new.chart.triangles.iter().map(|t| dual_vertex(*t, &uv, &h)).collect();
            for (t, &x) in new.chart.triangles.iter().zip(&duals) {
                let own = height(t[0] as usize, x);
                let scale = 1.0 + x[0].abs() + x[1].abs();
                assert!((0..uv.len()).all(|i| height(i, x) <= own + 1e-10 * scale), "{t:?} is not regular");
            }
            // Every wall has its edge, and an edge without wall has no dual edge inside the domain.
            let domain = transport::domain(&rim).unwrap();
            let corners = domain.vertices();
            let within = |x: [f64; 2]| {
                (0..corners.len()).all(|k| {
                    let (a, b) = (corners[k], corners[(k + 1) % corners.len()]);
                    twice_area([a, b, x]) > 1e-12
                })
            };
            let opposite = opposites(&new.chart.triangles);
            let mut all = Vec::new();
            let mut checked = 0;
            for h in 0..opposite.len() as u32 {
                let (a, b) = ends(&new.chart.triangles, h);
                let pair = (a.min(b), a.max(b));
                all.push(pair);
                if opposite[h as usize] != NONE {
                    let (p, q) = (duals[h as usize / 3], duals[opposite[h as usize] as usize / 3]);
                    let long = side(p, q).norm() > 1e-9;
                    let some = (0..=20).any(|k| within([0, 1].map(|c| p[c] + (q[c] - p[c]) * f64::from(k) / 20.0)));
                    if long && some {
                        assert!(cells.walls.binary_search(&pair).is_ok(), "{pair:?}");
                        checked += 1;
                    }
                }
            }
            assert!(checked > 2 * r.edges - 60, "{checked}");
            assert!(cells.walls.iter().all(|w| all.contains(w)));
        }
    }

    /// A site whose height is lowered until its cell is empty.
    #[test]
    fn a_vertex_without_cell_is_refused() {
        let piece = hill(4);
        let (uv, _, mut cells) = solved(&piece, Curve::Circle);
        let h = cells.heights.get(12).hi;
        cells.heights.set(12, Dd::from_f64(h - 10.0));
        let found = remeshed(&piece, &vec![1.0; piece.faces.len()], &uv, &cells, &Target::Area);
        let text = found.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(
            text.starts_with("the chart of face 0 cannot be remeshed: its dual triangulation leaves out"),
            "{text}"
        );
    }

    #[test]
    fn slivers_beside_a_reflex_outline_go() {
        let all = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3]];
        assert_eq!(inside(all.clone(), &[0, 1, 2, 3], 4), Some(vec![[0, 1, 3], [1, 2, 3]]));
        // An outline of other edges, or a vertex more.
        assert_eq!(inside(all.clone(), &[0, 1, 3, 2], 4), None);
        assert_eq!(inside(all, &[0, 1, 2, 3], 5), None);
    }

    /// Two triangles over both sides of a cut, whose ends are one vertex.
    #[test]
    fn a_closed_cut_is_mended() {
        let points = vec![[0., 0., 0.], [0., 1., 0.], [0., 0., 0.], [1., 0., 0.]];
        let outline: Vec<u32> = vec![0, 1, 2, 3];
        let chart = Chart {
            points,
            triangles: vec![[0, 1, 3], [1, 2, 3]],
            share: vec![0.5; 2],
            place: outline.clone(),
            outline,
            filling: 0,
        };
        let vertex_of = vec![0, 1, 0, 3];
        let piece = Piece {
            chart,
            vertex_of,
            faces: vec![0, 1],
            size: 1.0,
            genus: 0,
            loops: 0,
            holes: Vec::new(),
            cut_edges: 2,
        };
        let uv = [[0., 0.], [1., 0.], [1., 1.], [0., 1.]];
        let mut mesh = Mending::new(vec![[0, 1, 2], [0, 2, 3]], &piece, &uv);
        assert_eq!(mesh.mend(), 1);
        assert_eq!(placed(&piece.chart.triangles, mesh.triangles.clone()), (piece.chart.triangles.clone(), 2));
        assert_eq!(mesh.opposite, opposites(&mesh.triangles));
        // Where the other diagonal would leave the quadrangle, nothing is done.
        let dart = [[0., 0.], [0.5, -1.], [1., 1.], [-1., 0.6]];
        let mut mesh = Mending::new(vec![[0, 1, 2], [0, 2, 3]], &piece, &dart);
        assert_eq!(mesh.mend(), 0);
    }
}
