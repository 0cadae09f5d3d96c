//! Choice of the nodes that form the next level.

use super::rows::Rows;

/// Node `j` depends strongly on `i` if `K_ij` is at least this share of the greatest weight of `j`.
const STRONG: f32 = 0.25;

/// A node that is interpolated.
pub(super) const FINE: u32 = u32::MAX - 1;

/// A node without edges, which takes no part.
pub(super) const NONE: u32 = u32::MAX;

/// For each node its number on the next level, or [`FINE`], or [`NONE`]; and the number of nodes of the next
/// level. They keep their order, so that the next level inherits the locality of this one.
///
/// In the order of the nodes, each on which undecided nodes depend strongly is chosen and those become fine.
/// What then remains undecided depends on fine nodes only and is chosen if nothing chosen is adjacent.
pub(super) fn split(rows: &Rows) -> (Vec<u32>, usize) {
    let n = rows.len();
    let greatest = |i: usize| rows.row(i).iter().fold(0.0f32, |m, e| m.max(e.weight));
    let strong: Vec<f32> = (0..n).map(|i| STRONG * greatest(i)).collect();
    // A chosen node is marked by any number below FINE until all are counted.
    let mut number = vec![NONE; n];
    for i in 0..n {
        if number[i] != NONE || strong[i] == 0.0 {
            continue;
        }
        let mut chosen = false;
        for e in rows.row(i) {
            let j = e.col as usize;
            if number[j] == NONE && e.weight >= strong[j] && strong[j] > 0.0 {
                number[j] = FINE;
                chosen = true;
            }
        }
        if chosen {
            number[i] = 0;
        }
    }
    for i in 0..n {
        if number[i] == NONE && strong[i] > 0.0 {
            number[i] = 0;
        }
    }
    let mut count = 0;
    for number in number.iter_mut().filter(|number| **number < FINE) {
        *number = count;
        count += 1;
    }
    (number, count as usize)
}
