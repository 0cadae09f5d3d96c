//! Components of the codes: parts between which the map jumps, found without a scale.
//!
//! An edge of the graph (walls that lines have crossed, and nearest neighbours) is as long as the
//! distance of its codes over the wider of the spacings about them, the distance to the third
//! neighbour: a number that neither scale nor place of the codes changes. The edges of the least
//! spanning tree, sorted, have a gap where modes end and jumps begin. The tree is cut at the widest
//! gap, if it is a factor of at least [`GAP`] and begins above ordinary lengths; else there is one
//! component. The cut and the gap are reported, so that everybody can judge them.

use super::codes::Codes;
use super::neighbours::distance;
use petgraph::unionfind::UnionFind;

/// Least factor between the longest edge within a component and the shortest between two.
pub const GAP: f64 = 2.0;

/// Edges up to this length are ordinary: those of a cloud of independent points.
const ORDINARY: f64 = 1.0;

/// The neighbour whose distance is the spacing.
const SPACING: usize = 3;

/// Components of the codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// The component of each code; numbered in the order of their first codes.
    pub of: Vec<u32>,
    /// How many there are.
    pub count: usize,
    /// Edges of this length and above are cut; infinite where none is.
    pub cut: f64,
    /// The factor between the edges on both sides of the cut, or the widest that there is where
    /// nothing is cut.
    pub gap: f64,
}

/// Finds them.
pub(super) fn components(codes: &Codes, near: &[Vec<(u32, f64)>], walls: &[(u32, u32, f64)]) -> Components {
    let n = codes.len();
    let spacing: Vec<f64> = near
        .iter()
        .map(|list| list.get(SPACING - 1).or(list.last()).map_or(0.0, |e| e.1).max(f64::MIN_POSITIVE))
        .collect();
    let length = |i: u32, j: u32, far: f64| far / spacing[i as usize].max(spacing[j as usize]);
    let mut edges: Vec<(f64, u32, u32)> = Vec::new();
    for (i, list) in near.iter().enumerate() {
        edges.extend(list.iter().map(|&(j, far)| (length(i as u32, j, far), i as u32, j)));
    }
    edges.extend(walls.iter().map(|&(i, j, _)| (length(i, j, distance(codes, i as usize, j as usize)), i, j)));
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut joined = UnionFind::<u32>::new(n);
    let tree: Vec<(f64, u32, u32)> = edges.into_iter().filter(|e| joined.union(e.1, e.2)).collect();
    let mut gap = 1.0f64;
    let mut cut = f64::INFINITY;
    for pair in tree.windows(2) {
        let factor = pair[1].0 / pair[0].0.max(ORDINARY);
        if factor > gap {
            gap = factor;
            if factor >= GAP {
                cut = pair[1].0;
            }
        }
    }
    let mut parts = UnionFind::<u32>::new(n);
    tree.iter().filter(|e| e.0 < cut).for_each(|e| {
        parts.union(e.1, e.2);
    });
    let labels = parts.into_labeling();
    let mut names = vec![u32::MAX; n];
    let mut count = 0;
    let of = labels
        .iter()
        .map(|l| {
            if names[*l as usize] == u32::MAX {
                names[*l as usize] = count;
                count += 1;
            }
            names[*l as usize]
        })
        .collect();
    Components { of, count: count as usize, cut, gap }
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::nearest;
    use super::*;
    use crate::dense::{Stream, unit};

    fn cloud(modes: usize, each: usize, by: f64, shift: f64) -> Codes {
        let words = Stream { seed: 4, stream: 77, part: 0 };
        let rows = (0..modes * each).flat_map(|i| {
            let [a, b] = words.block(i as u64).map(unit);
            [shift + by * (4.0 * (i % modes) as f64 + a), shift + by * b]
        });
        Codes::new(2, rows.collect(), None).unwrap()
    }

    #[test]
    fn modes_are_counted_at_any_scale_and_place() {
        for (by, shift) in [(1.0, 0.0), (1e-3, 50.0), (1e5, -7.0)] {
            let codes = cloud(5, 40, by, shift);
            let near = nearest(&codes, 8, &vec![true; codes.len()]);
            let found = components(&codes, &near, &[(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0)]);
            assert_eq!(found.count, 5, "{found:?}");
            assert!(found.gap > 4.0 && (0..200).all(|i| found.of[i] == (i % 5) as u32));
        }
    }

    #[test]
    fn one_cloud_is_one_component() {
        let codes = cloud(1, 300, 1.0, 0.0);
        let near = nearest(&codes, 8, &vec![true; codes.len()]);
        let found = components(&codes, &near, &[]);
        assert_eq!((found.count, found.cut), (1, f64::INFINITY), "{}", found.gap);
        // The nearest ones are.
        let brute = (1..300).map(|j| distance(&codes, 0, j)).fold(f64::MAX, f64::min);
        assert_eq!(near[0][0].1, brute);
    }
}
