//! Which arc follows which along the boundary of a cell.

use super::cell::{Cell, Exact, NONE, Node, Side};

/// For each of these sides of a cell the one that begins where it ends, each once.
///
/// A node has one name where three cells meet. Where more do, ends may have different names of one
/// point: two names are one point if it lies on all their circles, and the first leaves the cap of
/// the second there, both decided exactly. Where a cell touches itself, two sides end and begin at
/// one point, and either way of joining them bounds the cell.
pub(super) fn next(cell: &Cell, sides: &[&Side], exact: &dyn Exact) -> Vec<u32> {
    let mut taken = vec![false; sides.len()];
    let mut next: Vec<u32> = (0..sides.len() as u32).collect();
    let name = |node: u32| (cell.nodes[node as usize].from, cell.nodes[node as usize].to);
    let open: Vec<usize> = (0..sides.len()).filter(|&s| sides[s].from != NONE).collect();
    let mut left = Vec::new();
    for &s in &open {
        match open.iter().find(|&&t| !taken[t] && name(sides[t].from) == name(sides[s].to)) {
            Some(&t) => {
                taken[t] = true;
                next[s] = t as u32;
            }
            None => left.push(s),
        }
    }
    for s in left {
        let found = open.iter().find(|&&t| !taken[t] && are_one(cell, sides[s].to, sides[t].from, exact));
        // There is one; a ring that does not close would be drawn with a chord.
        let rest = || open.iter().find(|&&t| !taken[t]);
        if let Some(&t) = found.or_else(rest) {
            taken[t] = true;
            next[s] = t as u32;
        }
    }
    next
}

/// Are two nodes one point?
fn are_one(cell: &Cell, a: u32, b: u32, exact: &dyn Exact) -> bool {
    let (p, q) = (&cell.nodes[a as usize], &cell.nodes[b as usize]);
    let apart = (0..3).map(|k| (p.at.x[k] - q.at.x[k]).powi(2)).sum::<f64>().sqrt();
    if apart > 2.0 * (p.at.off + q.at.off) + 1e-12 {
        return false;
    }
    let Node { from, to, .. } = *q;
    let Some(x) = cell.exact_node(a, exact) else { return false };
    let (f, t) = (cell.exact(from, exact), cell.exact(to, exact));
    x.side(&f) == 0 && x.side(&t) == 0 && x.enters(&f, &t) < 0
}
