//! How regions that several sites win together must be shared out: a flow from the sites to the
//! regions.
//!
//! With `e_i` what site `i` still lacks, `a_k` the mass of region `k` and `T_k` its sites, every
//! set `S` of sites needs `sum_{i in S} e_i <= sum_{T_k meets S} a_k`. The least cut of the network
//!
//! ```text
//! source -> i (e_i, if positive)     i -> sink (-e_i, if negative)
//! i -> k for i in T_k (any)          k -> sink (a_k)
//! ```
//!
//! finds the set that fails by most (theory/kinks.md). Masses are integers here, multiples of
//! `2^-56` of the whole, so that the flow is exact.

use crate::diagram::Region;
use petgraph::algo::ford_fulkerson;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A unit of mass, as a share of the whole.
const UNIT: f64 = 1.0 / (1u64 << 56) as f64;

/// A capacity that no flow exhausts.
const ANY: u64 = 1 << 62;

/// A flow as large as can be.
pub(super) struct Split {
    /// For every region what each of its sites takes.
    pub shares: Vec<Vec<f64>>,
    /// By how much the worst set fails.
    pub violation: f64,
    /// That set.
    pub raised: Vec<bool>,
}

/// Shares the regions out. `lack` sums to the regions' mass, up to rounding. Cost: a flow in a
/// network of sites and regions.
pub(super) fn split(lack: &[f64], regions: &[Region], total: f64) -> Split {
    let n = lack.len();
    let unit = UNIT * total;
    let whole = |x: f64| (x / unit).round().max(0.0) as u64;
    let mut net = DiGraph::<(), u64>::with_capacity(n + regions.len() + 2, n + 4 * regions.len());
    let (source, sink) = (net.add_node(()), net.add_node(()));
    let site: Vec<NodeIndex> = (0..n).map(|_| net.add_node(())).collect();
    let mut used = vec![false; n];
    regions.iter().flat_map(|r| &r.sites).for_each(|&i| used[i as usize] = true);
    let mut wanted = 0u64;
    for i in (0..n).filter(|&i| used[i]) {
        if lack[i] > 0.0 {
            wanted += whole(lack[i]);
            net.add_edge(source, site[i], whole(lack[i]));
        } else {
            net.add_edge(site[i], sink, whole(-lack[i]));
        }
    }
    let mut entries = Vec::with_capacity(regions.len());
    for region in regions {
        let node = net.add_node(());
        entries.push(region.sites.iter().map(|&i| net.add_edge(site[i as usize], node, ANY)).collect::<Vec<_>>());
        net.add_edge(node, sink, whole(region.mass));
    }
    let (most, flow) = ford_fulkerson(&net, source, sink);
    // What the source still reaches is the least cut.
    let mut reached = vec![false; net.node_count()];
    reached[source.index()] = true;
    let mut queue = vec![source];
    while let Some(at) = queue.pop() {
        for e in net.edge_indices() {
            let Some((a, b)) = net.edge_endpoints(e) else { continue };
            let (free, used) = (net[e] - flow[e.index()], flow[e.index()]);
            let next = if a == at && free > 0 {
                b
            } else if b == at && used > 0 {
                a
            } else {
                continue;
            };
            if !std::mem::replace(&mut reached[next.index()], true) {
                queue.push(next);
            }
        }
    }
    let shares = entries.iter().map(|row| row.iter().map(|e| flow[e.index()] as f64 * unit).collect()).collect();
    let raised = site.iter().map(|s| reached[s.index()]).collect();
    Split { shares, violation: wanted.saturating_sub(most) as f64 * unit, raised }
}

/// Ranks of sites: the higher takes a region whole. If site `i` is in a region of which `j` has
/// more than `least`, then `j` must not be lower than `i`: the mass of `j` depends on it. Sites
/// that thus hang on each other in circles have one rank.
pub(super) fn ranks(n: usize, regions: &[Region], shares: &[Vec<f64>], least: f64) -> Vec<usize> {
    let mut net = DiGraph::<(), ()>::with_capacity(n, n);
    let site: Vec<NodeIndex> = (0..n).map(|_| net.add_node(())).collect();
    for (region, shares) in regions.iter().zip(shares) {
        for (&j, _) in region.sites.iter().zip(shares).filter(|(_, s)| **s > least) {
            for &i in region.sites.iter().filter(|&&i| i != j) {
                net.update_edge(site[i as usize], site[j as usize], ());
            }
        }
    }
    // Components come in the reverse of a topological order: the highest first.
    let components = tarjan_scc(&net);
    let mut rank = vec![0; n];
    for (k, component) in components.iter().enumerate() {
        component.iter().for_each(|i| rank[i.index()] = components.len() - k);
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(sites: &[u32], mass: f64) -> Region {
        Region { sites: sites.to_vec(), mass, facets: Vec::new() }
    }

    #[test]
    fn a_set_that_wants_too_much_is_found() {
        let regions = [region(&[0, 1], 0.5), region(&[1, 2], 0.25)];
        let s = split(&[0.6, 0.1, 0.05], &regions, 1.0);
        assert_eq!(s.raised, [true, false, false]);
        assert!((s.violation - 0.1).abs() < 1e-15);
        let s = split(&[-0.1, 0.6, 0.25], &regions, 1.0);
        assert!((s.violation - 0.1).abs() < 1e-15 && s.raised == [false, true, true]);
    }

    #[test]
    fn ranks_put_the_taker_above_and_join_those_who_share() {
        let regions = [region(&[0, 1], 0.5), region(&[1, 2], 0.25)];
        let s = split(&[0.5, 0.125, 0.125], &regions, 1.0);
        assert_eq!(s.violation, 0.0);
        let r = ranks(3, &regions, &s.shares, 1e-9);
        assert!(r[0] > r[1] && r[1] == r[2], "{r:?}");
        let s = split(&[0.0, 0.75, 0.0], &regions, 1.0);
        let r = ranks(3, &regions, &s.shares, 1e-9);
        assert!(r[1] > r[0] && r[1] > r[2], "{r:?}");
    }
}
