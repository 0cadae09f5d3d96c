//! Grouping of the nodes of one level into the nodes of the next.

use super::laplacian::Laplacian;
use super::vector::{CHUNK, in_parallel};
use rayon::prelude::*;

/// Most nodes of an aggregate while it grows.
const GROW: usize = 4;

/// Most nodes of an aggregate after left-over nodes joined it.
const FULL: u32 = 6;

/// Least strength `K_Gj (1/D_G + 1/D_j)` with which a node joins an aggregate. In the two-grid bound of
/// Napov and Notay (2012) the merging of `G` and `j` has the quality `2 / strength`, so what is joined has
/// a quality of at most 8, the value used there for pairs.
const STRENGTH: f64 = 0.25;

/// A node in no aggregate: not yet while they grow, for good if it has no edge.
pub(super) const NONE: u32 = u32::MAX;

/// Places whose nodes are grouped, from `first` on, with the aggregate of each: others are never looked at.
struct Window<'a> {
    first: usize,
    of: &'a mut [u32],
}

impl Window<'_> {
    /// Place relative to the window, if it lies there.
    #[inline(always)]
    fn at(&self, place: usize) -> Option<usize> {
        Some(place.wrapping_sub(self.first)).filter(|&k| k < self.of.len())
    }
}

/// Free neighbours of the growing aggregate, relative to the window.
struct Border {
    /// Nodes and their weights to the aggregate, of which so many count.
    list: Vec<(u32, f64)>,
    len: usize,
    /// Position in the list, valid if the node is found there.
    place: Vec<u32>,
}

impl Border {
    /// Adds the free neighbours of a node that joined. Whether one is free, and whether it is in the list, is a matter of chance, so neither is a
    /// branch.
    fn extend(&mut self, l: &Laplacian, node: usize, window: &Window) {
        let (col, weight) = l.row(window.first + node);
        if self.list.len() <= self.len + col.len() {
            self.list.resize(self.len + col.len() + 1, (0, 0.0));
        }
        for (&col, &weight) in col.iter().zip(weight) {
            let Some(col) = window.at(col as usize) else { continue };
            let free = window.of[col] == NONE && weight > 0.0;
            let last = self.place[col] as usize;
            let known = last < self.len && self.list[last].0 == col as u32;
            let at = if known { last } else { self.len };
            let before = if known { self.list[at].1 } else { 0.0 };
            // Where the node is not free this is overwritten, or never looked at.
            self.list[at] = (col as u32, before + weight);
            self.place[col] = at as u32;
            self.len += usize::from(free && !known);
        }
    }

    /// Takes out the node with the greatest `strength(node, weight)` above `least`.
    fn take(&mut self, least: f64, strength: impl Fn(usize, f64) -> f64) -> Option<(usize, f64)> {
        let mut best = least;
        let mut at = None;
        for (k, &(j, weight)) in self.list[..self.len].iter().enumerate() {
            let value = strength(j as usize, weight);
            if value > best {
                best = value;
                at = Some(k);
            }
        }
        let at = at?;
        let (j, weight) = self.list[at];
        self.len -= 1;
        self.list[at] = self.list[self.len];
        self.place[self.list[at].0 as usize] = at as u32;
        Some((j as usize, weight))
    }
}

/// Aggregate of each place and the number of aggregates; they are numbered by first node, so that the next
/// level inherits the locality of this one. Nodes without an edge are in none.
///
/// Nodes are visited in order; each free one grows an aggregate by its strongest free neighbour, up to
/// [`GROW`] nodes. A node that stayed alone joins the aggregate that it is bound to most. Large levels are grouped chunk by chunk,
/// in parallel.
pub(super) fn aggregates(l: &Laplacian, inverse: &[f64]) -> (Vec<u32>, usize) {
    let mut of = vec![NONE; inverse.len()];
    let few = |count: usize| count * 4 <= l.len() * 3;
    if in_parallel(l.len()) {
        let group = |(c, of): (usize, &mut [u32])| grow(l, inverse, STRENGTH, Window { first: c * CHUNK, of });
        let counts: Vec<usize> = of.par_chunks_mut(CHUNK).enumerate().map(group).collect();
        let count = counts.iter().sum();
        if few(count) {
            let starts: Vec<u32> =
                counts.iter().scan(0, |sum, c| Some(std::mem::replace(sum, *sum + *c as u32))).collect();
            let shift =
                |(of, start): (&mut [u32], &u32)| of.iter_mut().filter(|of| **of != NONE).for_each(|of| *of += start);
            of.par_chunks_mut(CHUNK).zip(&starts).for_each(shift);
            return (of, count);
        }
        // The numbering knows no neighbourhood.
        of.fill(NONE);
    }
    let count = grow(l, inverse, STRENGTH, Window { first: 0, of: &mut of });
    if few(count) {
        return (of, count);
    }
    // Where no pair is strong the smoother alone does well and any grouping will do.
    of.fill(NONE);
    let count = grow(l, inverse, 0.0, Window { first: 0, of: &mut of });
    (of, count)
}

/// [`aggregates`] within a window, with a given least strength; returns their number.
fn grow(l: &Laplacian, inverse: &[f64], least: f64, window: Window) -> usize {
    let n = window.of.len();
    let inverse = &inverse[window.first..window.first + n];
    let mut size: Vec<u32> = Vec::with_capacity(n / 3 + 1);
    let mut border = Border { list: vec![(0, 0.0)], len: 0, place: vec![0; n] };
    for seed in 0..n {
        if window.of[seed] != NONE || inverse[seed] == 0.0 {
            continue;
        }
        let aggregate = size.len() as u32;
        let mut members = 1;
        window.of[seed] = aggregate;
        border.len = 0;
        border.extend(l, seed, &window);
        // Weight that leaves the aggregate.
        let mut outward = 1.0 / inverse[seed];
        while members < GROW {
            let leaving = if outward > 0.0 { 1.0 / outward } else { 0.0 };
            let strength = |j: usize, weight: f64| weight * (leaving + inverse[j]);
            let Some((j, weight)) = border.take(least, strength) else {
                break;
            };
            window.of[j] = aggregate;
            members += 1;
            outward = (outward - 2.0 * weight + 1.0 / inverse[j]).max(0.0);
            if members < GROW {
                border.extend(l, j, &window);
            }
        }
        size.push(members as u32);
    }
    // A node that is alone moves to the neighbouring aggregate with which it shares its heaviest edge.
    for i in 0..n {
        if window.of[i] == NONE || size[window.of[i] as usize] != 1 {
            continue;
        }
        let mut best = (0.5 * least, NONE);
        let (col, weight) = l.row(window.first + i);
        for (&col, &weight) in col.iter().zip(weight) {
            let Some(aggregate) = window.at(col as usize).map(|k| window.of[k]) else { continue };
            let share = weight * inverse[i];
            if share > best.0 && size[aggregate as usize] < FULL {
                best = (share, aggregate);
            }
        }
        if best.1 != NONE {
            size[window.of[i] as usize] = 0;
            size[best.1 as usize] += 1;
            window.of[i] = best.1;
        }
    }
    renumber(window.of, &size)
}

/// Removes the empty aggregates from the numbering; returns the number of the others.
fn renumber(of: &mut [u32], size: &[u32]) -> usize {
    let mut count = 0;
    let number: Vec<u32> = size
        .iter()
        .map(|&size| {
            count += u32::from(size > 0);
            count.wrapping_sub(1)
        })
        .collect();
    for of in of.iter_mut().filter(|of| **of != NONE) {
        *of = number[*of as usize];
    }
    count as usize
}
