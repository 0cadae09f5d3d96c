//! The singular set: walls across which the map jumps by more than the sites' spacing explains,
//! chained to curves.
//!
//! `|y_i - y_j| / |c_i - c_j|` is a discrete second derivative of `u`: under refinement it stays
//! bounded where the map is continuous, and grows without bound on walls where it jumps. A wall is
//! singular if the logarithm of its ratio exceeds the median by a number of robust standard
//! deviations (1.4826 times the median absolute deviation) and by the logarithm of a factor; both
//! are options. Or a ratio is given by hand.

use super::BrenierMap;
use crate::diagram::Wall;
use crate::setters::setters;
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;
use serde::Serialize;

/// Which walls are singular.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SingularOptions {
    /// Robust standard deviations above the median of the logarithms. Default 5.
    pub deviations: f64,
    /// Least multiple of the median ratio. Default 3.
    pub factor: f64,
    /// This ratio instead of the one that the two above give.
    pub ratio: Option<f64>,
    /// Walls shorter than this share of the side of a mean cell count as points, in which more than
    /// three cells meet up to rounding. Default 1e-6.
    pub shortest: f64,
}

setters!(SingularOptions {
    deviations: value f64,
    factor: value f64,
    ratio: option f64,
    shortest: value f64,
});

impl Default for SingularOptions {
    fn default() -> SingularOptions {
        SingularOptions { deviations: 5.0, factor: 3.0, ratio: None, shortest: 1e-6 }
    }
}

/// What was compared with what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Threshold {
    /// Median of the ratios.
    pub median: f64,
    /// Robust standard deviation of their logarithms.
    pub deviation: f64,
    /// Walls with a greater ratio are singular.
    pub ratio: f64,
}

/// A singular wall.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SingularWall {
    /// Its sites, the lower index first.
    pub sites: [u32; 2],
    /// Its ends.
    pub ends: [[f64; 2]; 2],
    /// How far the map jumps across it, `|y_i - y_j|`.
    pub jump: f64,
    /// `|y_i - y_j| / |c_i - c_j|`.
    pub ratio: f64,
}

/// Where a strand ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StrandEnd {
    /// On the boundary of the domain.
    Boundary,
    /// Inside: there the jump has decayed to what is usual.
    Inside,
    /// Where three strands or more meet.
    Junction,
    /// Nowhere: the strand is closed.
    Closed,
}

/// A curve of singular walls, from one end to the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Strand {
    /// Number of its connected component, the longest first.
    pub component: u32,
    /// Points along it.
    pub points: Vec<[f64; 2]>,
    /// Kinds of the first and the last point.
    pub ends: [StrandEnd; 2],
    /// Length.
    pub length: f64,
    /// Greatest jump.
    pub jump: f64,
    /// Its walls, as indices of [`SingularSet::walls`], in order.
    pub walls: Vec<u32>,
}

/// The singular set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SingularSet {
    /// The threshold.
    pub threshold: Threshold,
    /// Walls that were looked at.
    pub looked_at: usize,
    /// Singular walls, sorted by their sites.
    pub walls: Vec<SingularWall>,
    /// The curves they form; longest component first.
    pub strands: Vec<Strand>,
    /// Number of connected components.
    pub components: usize,
}

impl SingularSet {
    /// The pairs of sites parted, for [`BrenierMap::extension`].
    pub fn torn(&self) -> Vec<[u32; 2]> {
        self.walls.iter().map(|w| w.sites).collect()
    }
}

impl BrenierMap {
    /// The singular set. In a mesh, walls are drawn across its bounding box. Cost: O(n log n).
    pub fn singular(&self, options: &SingularOptions) -> SingularSet {
        let all = self.diagram.walls();
        // In a source of patches some walls of the box carry no mass.
        let real: Option<Vec<[u32; 2]>> =
            self.problem().patches().map(|_| self.diagram.hessian().into_iter().map(|(i, j, _)| [i, j]).collect());
        let side = (self.problem().frame().area() / self.diagram.len() as f64).sqrt();
        let is_short = |w: &Wall| !(w.length() > options.shortest * side);
        let mut points = UnionFind::<u32>::new(all.nodes.len());
        all.walls.iter().filter(|w| is_short(w)).for_each(|w| {
            points.union(w.nodes[0], w.nodes[1]);
        });
        let node = |v: u32| points.find(v);
        let mut on_boundary = vec![false; all.nodes.len()];
        (0..all.nodes.len()).for_each(|v| on_boundary[node(v as u32) as usize] |= all.on_boundary[v]);
        let measured = all.walls.iter().enumerate().filter_map(|(k, w)| {
            if is_short(w) || real.as_ref().is_some_and(|r| r.binary_search(&w.sites).is_err()) {
                return None;
            }
            let (c, y) = self.moved(w.sites[0], w.sites[1])?;
            let jump = y[0].hypot(y[1]);
            let ratio = jump / c[0].hypot(c[1]);
            (ratio.is_finite() && ratio > 0.0).then_some((k, jump, ratio))
        });
        let measured: Vec<(usize, f64, f64)> = measured.collect();
        let threshold = threshold(measured.iter().map(|m| m.2), options);
        let singular: Vec<&(usize, f64, f64)> = measured.iter().filter(|m| m.2 > threshold.ratio).collect();
        let walls = singular.iter().map(|&&(k, jump, ratio)| {
            let w = &all.walls[k];
            SingularWall { sites: w.sites, ends: w.ends, jump, ratio }
        });
        let walls: Vec<SingularWall> = walls.collect();
        let nodes: Vec<[u32; 2]> = singular.iter().map(|m| all.walls[m.0].nodes.map(node)).collect();
        let (strands, components) = strands(&walls, &nodes, &all.nodes, &on_boundary);
        SingularSet { threshold, looked_at: measured.len(), walls, strands, components }
    }
}

fn threshold(ratios: impl Iterator<Item = f64>, options: &SingularOptions) -> Threshold {
    let mut logs: Vec<f64> = ratios.map(f64::ln).collect();
    if logs.is_empty() {
        return Threshold { ratio: options.ratio.unwrap_or(f64::MAX), ..Threshold::default() };
    }
    let middle = |values: &mut [f64]| {
        values.sort_unstable_by(f64::total_cmp);
        0.5 * (values[(values.len() - 1) / 2] + values[values.len() / 2])
    };
    let median = middle(&mut logs);
    let mut off: Vec<f64> = logs.iter().map(|l| (l - median).abs()).collect();
    let deviation = 1.4826 * middle(&mut off);
    let above = (options.deviations * deviation).max(options.factor.ln());
    let ratio = options.ratio.unwrap_or_else(|| (median + above).exp());
    Threshold { median: median.exp(), deviation, ratio }
}

/// Chains walls, given by their end nodes, to strands between nodes that do not have two walls;
/// then what is left is closed.
fn strands(
    walls: &[SingularWall],
    ends: &[[u32; 2]],
    places: &[[f64; 2]],
    on_boundary: &[bool],
) -> (Vec<Strand>, usize) {
    let mut used: Vec<u32> = ends.iter().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let local = |v: u32| used.partition_point(|&u| u < v);
    let mut graph: UnGraph<u32, u32> = UnGraph::with_capacity(used.len(), ends.len());
    let index: Vec<NodeIndex> = used.iter().map(|&v| graph.add_node(v)).collect();
    let mut sets = UnionFind::<u32>::new(used.len());
    for (k, [a, b]) in ends.iter().enumerate() {
        let (a, b) = (local(*a), local(*b));
        graph.add_edge(index[a], index[b], k as u32);
        sets.union(a as u32, b as u32);
    }
    let degree = |v: NodeIndex| graph.edges(v).count();
    let place = |v: NodeIndex| places[graph[v] as usize];
    let kind = |v: NodeIndex| match degree(v) {
        _ if on_boundary[graph[v] as usize] => StrandEnd::Boundary,
        1 => StrandEnd::Inside,
        2 => StrandEnd::Closed,
        _ => StrandEnd::Junction,
    };
    let passes = |v: NodeIndex| degree(v) == 2 && !on_boundary[graph[v] as usize];
    let length = |k: u32| {
        let [a, b] = walls[k as usize].ends;
        (b[0] - a[0]).hypot(b[1] - a[1])
    };
    let mut done = vec![false; walls.len()];
    let mut found: Vec<(u32, Strand)> = Vec::new();
    let mut follow = |start: NodeIndex, found: &mut Vec<(u32, Strand)>| loop {
        let mut at = start;
        let mut strand = Strand {
            component: 0,
            points: vec![place(start)],
            ends: [kind(start); 2],
            length: 0.0,
            jump: 0.0,
            walls: Vec::new(),
        };
        loop {
            // Of two walls on, the lower one: the result is a function of the input alone.
            let on = graph.edges(at).filter(|e| !done[*e.weight() as usize]).min_by_key(|e| *e.weight());
            let Some(edge) = on else { break };
            let (wall, next) = (*edge.weight(), if edge.source() == at { edge.target() } else { edge.source() });
            done[wall as usize] = true;
            strand.walls.push(wall);
            strand.points.push(place(next));
            strand.length += length(wall);
            strand.jump = strand.jump.max(walls[wall as usize].jump);
            at = next;
            if !passes(at) || at == start {
                break;
            }
        }
        if strand.walls.is_empty() {
            break;
        }
        strand.ends[1] = kind(at);
        found.push((sets.find(start.index() as u32), strand));
    };
    let (through, stops): (Vec<NodeIndex>, Vec<NodeIndex>) = graph.node_indices().partition(|&v| passes(v));
    stops.into_iter().for_each(|v| follow(v, &mut found));
    through.into_iter().for_each(|v| follow(v, &mut found));
    // Components by their length, then by the order in which they were met.
    let mut sizes: Vec<(f64, usize, u32)> = Vec::new();
    for (order, (set, strand)) in found.iter().enumerate() {
        match sizes.iter_mut().find(|s| s.2 == *set) {
            Some(size) => size.0 += strand.length,
            None => sizes.push((strand.length, order, *set)),
        }
    }
    sizes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (set, strand) in &mut found {
        strand.component = sizes.iter().position(|s| s.2 == *set).unwrap_or(0) as u32;
    }
    let mut strands: Vec<Strand> = found.into_iter().map(|f| f.1).collect();
    strands.sort_by(|a, b| a.component.cmp(&b.component).then(b.length.total_cmp(&a.length)));
    (strands, sizes.len())
}
