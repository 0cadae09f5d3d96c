//! Grouping of the nodes of one level into the nodes of the next.

use super::rows::Rows;

/// Least strength of an edge that may hold an aggregate together. The strength of the edge `ij` is
/// `K_ij (1/D_i + 1/D_j)`: an edge is strong if it matters to one of its ends, so a node of tiny weights
/// belongs to its neighbours although it is nothing to them. In a planar graph of equal weights it is 1/3.
const STRENGTH: f64 = 0.2;

/// A node in no aggregate: not yet while they are formed, for good if it has no edge.
pub(super) const NONE: u32 = u32::MAX;

/// Aggregate of each node and the number of aggregates; they are numbered by first node, so that the next
/// level inherits the locality of this one. Nodes without an edge (`inverse[i] = 1 / D_i` is 0) are in none.
pub(super) fn aggregates(rows: &Rows, inverse: &[f64]) -> (Vec<u32>, usize) {
    let (of, count) = group(rows, inverse, STRENGTH);
    if count * 2 > inverse.len() {
        // Where no edge is strong the smoother alone does well and any grouping will do.
        return group(rows, inverse, 0.0);
    }
    (of, count)
}

/// [`aggregates`] with a given least strength (Vanek, Mandel, Brezina 1996): first balls of a node and its
/// strong neighbours that do not touch, then the nodes between join the ball they are bound to most, then
/// what is left forms aggregates of its own.
fn group(rows: &Rows, inverse: &[f64], least: f64) -> (Vec<u32>, usize) {
    let n = inverse.len();
    let strong = |i: usize, j: u32, weight: f32| {
        let strength = f64::from(weight) * (inverse[i] + inverse[j as usize]);
        weight > 0.0 && strength >= least
    };
    let mut of = vec![NONE; n];
    let mut count = 0;
    for i in 0..n {
        if of[i] != NONE || inverse[i] == 0.0 {
            continue;
        }
        let row = rows.row(i);
        if row.iter().any(|e| of[e.col as usize] != NONE && strong(i, e.col, e.weight)) {
            continue;
        }
        for e in row.iter().filter(|e| strong(i, e.col, e.weight)) {
            of[e.col as usize] = count;
        }
        of[i] = count;
        count += 1;
    }
    let balls = count;
    let mut joined = of.clone();
    for i in 0..n {
        if of[i] != NONE || inverse[i] == 0.0 {
            continue;
        }
        let mut best = (0.0, NONE);
        for e in rows.row(i) {
            if of[e.col as usize] != NONE && e.weight > best.0 && strong(i, e.col, e.weight) {
                best = (e.weight, of[e.col as usize]);
            }
        }
        joined[i] = best.1;
    }
    let mut of = joined;
    for i in 0..n {
        if of[i] != NONE || inverse[i] == 0.0 {
            continue;
        }
        for e in rows.row(i) {
            if of[e.col as usize] == NONE && strong(i, e.col, e.weight) {
                of[e.col as usize] = count;
            }
        }
        of[i] = count;
        count += 1;
    }
    if count > balls {
        renumber(&mut of, count);
    }
    (of, count as usize)
}

/// Renumbers the aggregates by first node.
fn renumber(of: &mut [u32], count: u32) {
    let mut number = vec![NONE; count as usize];
    let mut next = 0;
    for of in of.iter_mut().filter(|of| **of != NONE) {
        let number = &mut number[*of as usize];
        if *number == NONE {
            *number = next;
            next += 1;
        }
        *of = *number;
    }
}
