//! Collinear sites: the lifted hull is a planar convex chain, the cells are strips.

use crate::exact::Counters;
use crate::exact::predicates::{Lifted, above_line};

/// The sites of the upper chain in lexicographic order, which is their order along the line.
///
/// Of sites at one position the highest counts, then the one of lowest rank. Monotone chain (Andrew
/// 1979): O(n log n).
pub fn chain(points: &[Lifted], rank: &[u32], counters: &mut Counters) -> Vec<u32> {
    let key = |i: u32| (points[i as usize].x, points[i as usize].y);
    let order_of = |a: u32, b: u32| {
        let (p, q) = (key(a), key(b));
        p.0.total_cmp(&q.0).then(p.1.total_cmp(&q.1))
    };
    let mut order: Vec<u32> = (0..points.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        let (h, g) = (points[a as usize].h, points[b as usize].h);
        order_of(a, b)
            .then(h.partial_cmp(&g).unwrap_or(std::cmp::Ordering::Equal).reverse())
            .then(rank[a as usize].cmp(&rank[b as usize]))
    });
    order.dedup_by(|b, a| key(*a) == key(*b));
    let mut chain: Vec<u32> = Vec::new();
    for &c in &order {
        while let [.., a, b] = chain[..] {
            let at = |i: u32| &points[i as usize];
            let ranks = [a, c, b].map(|i| rank[i as usize]);
            if above_line([at(a), at(c), at(b)], ranks, counters) {
                break;
            }
            chain.pop();
        }
        chain.push(c);
    }
    chain
}
