//! Grouping of the nodes of one level into the nodes of the next.

use super::laplacian::Laplacian;
use super::quality::FULL;
use super::quality::{Group, QUALITY};
use super::vector::{CHUNK, in_parallel};
use rayon::prelude::*;

/// Most nodes of an aggregate while it grows.
const GROW: usize = 4;

/// Least strength `K_Gj (1/D_G + 1/D_j)` with which a node joins an aggregate, `D_G` being the
/// weight that leaves `G`.
const STRENGTH: f64 = 1.0 / QUALITY;

/// What may join an aggregate.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    /// What is strong and keeps the quality of the whole aggregate.
    Good,
    /// What is strong: then pairs have the quality; the worst of larger aggregates of 1e6 Voronoi
    /// cells had ten times that.
    Strong,
    /// Any neighbour.
    Any,
}

/// A node in no aggregate: not yet while they grow, for good if it has no edge.
pub(super) const NONE: u32 = u32::MAX;

/// Places whose nodes are grouped, from `first` on, with the aggregate of each: others are never
/// looked at.
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

/// A free neighbour of the growing aggregate.
#[derive(Clone, Copy)]
struct Near {
    /// Relative to the window.
    node: u32,
    /// Weights to the members of the aggregate, in the order in which they joined, and their sum.
    to: [f64; GROW],
    sum: f64,
}

const NOBODY: Near = Near { node: 0, to: [0.0; GROW], sum: 0.0 };

/// Free neighbours of the growing aggregate.
struct Border {
    /// Neighbours, of which so many count; the next entry is nobody.
    list: Vec<Near>,
    len: usize,
    /// Position in the list, valid if the node is found there.
    place: Vec<u32>,
}

impl Border {
    fn clear(&mut self) {
        self.len = 0;
        self.list[0] = NOBODY;
    }

    /// Adds the free neighbours of a node that joined as number `member`. Whether one is free, and
    /// whether it is in the list, is a matter of chance, so neither is a branch.
    fn extend(&mut self, l: &Laplacian, node: usize, member: usize, window: &Window) {
        let (col, weight) = l.row(window.first + node);
        if self.list.len() <= self.len + col.len() {
            self.list.resize(self.len + col.len() + 1, NOBODY);
        }
        for (&col, &weight) in col.iter().zip(weight) {
            let Some(col) = window.at(col as usize) else { continue };
            let free = window.of[col] == NONE && weight > 0.0;
            let last = self.place[col] as usize;
            let known = last < self.len && self.list[last].node == col as u32;
            let at = if known { last } else { self.len };
            // Where the node is not free this entry is made nobody's again.
            let near = &mut self.list[at];
            near.node = col as u32;
            near.to[member] += weight;
            near.sum += weight;
            self.place[col] = at as u32;
            self.len += usize::from(free && !known);
            self.list[self.len] = NOBODY;
        }
    }

    /// Takes out the node with the greatest `strength(node, weight)` above `least`.
    fn take(&mut self, least: f64, strength: impl Fn(usize, f64) -> f64) -> Option<Near> {
        let mut best = least;
        let mut at = None;
        for (k, near) in self.list[..self.len].iter().enumerate() {
            let value = strength(near.node as usize, near.sum);
            if value > best {
                best = value;
                at = Some(k);
            }
        }
        let at = at?;
        let near = self.list[at];
        self.len -= 1;
        self.list[at] = self.list[self.len];
        self.list[self.len] = NOBODY;
        self.place[self.list[at].node as usize] = at as u32;
        Some(near)
    }
}

/// The aggregate of each place.
pub(super) struct Aggregates {
    /// Numbered by first node, so that the next level inherits the locality of this one. Nodes
    /// without an edge are in none.
    pub of: Vec<u32>,
    /// Numbers of aggregates of the parts into which the places are cut, each [`Self::part`] long;
    /// none reaches into another one.
    pub counts: Vec<usize>,
    pub part: usize,
}

impl Aggregates {
    /// Their number.
    pub(super) fn count(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The first aggregate of each part.
    pub(super) fn firsts(&self) -> Vec<u32> {
        self.counts.iter().scan(0, |sum, c| Some(std::mem::replace(sum, *sum + *c as u32))).collect()
    }
}

/// Groups the nodes of a level.
///
/// They are visited in order; each free one grows an aggregate by its strongest free neighbour, up
/// to [`GROW`] nodes, as long as the [quality](Group::admits) of the aggregate stays good. A node
/// that stayed alone joins the aggregate that it is bound to most. Large levels are grouped chunk
/// by chunk, in parallel.
pub(super) fn aggregates(l: &Laplacian, inverse: &[f64]) -> Aggregates {
    // Where good aggregates are small, a level is hardly smaller than the one before: then better
    // strong ones than none.
    for (rule, share) in [(Rule::Good, 0.5), (Rule::Strong, 0.75)] {
        let few = |found: &Aggregates| found.count() as f64 <= share * l.len() as f64;
        if in_parallel(l.len()) {
            let found = by_parts(l, inverse, rule, CHUNK);
            if few(&found) {
                return found;
            }
            // The numbering knows no neighbourhood.
        }
        let found = by_parts(l, inverse, rule, l.len());
        if few(&found) {
            return found;
        }
    }
    // Where no pair is strong the smoother alone does well and any grouping will do.
    by_parts(l, inverse, Rule::Any, l.len())
}

/// Each part by itself.
fn by_parts(l: &Laplacian, inverse: &[f64], rule: Rule, part: usize) -> Aggregates {
    let mut of = vec![NONE; inverse.len()];
    let group = |(c, of): (usize, &mut [u32])| grow(l, inverse, rule, Window { first: c * part, of });
    let counts = of.par_chunks_mut(part.max(1)).with_max_len(1).enumerate().map(group).collect();
    let mut found = Aggregates { of, counts, part };
    let firsts = found.firsts();
    let shift = |(of, first): (&mut [u32], &u32)| of.iter_mut().filter(|of| **of != NONE).for_each(|of| *of += first);
    found.of.par_chunks_mut(part.max(1)).zip(&firsts).for_each(shift);
    found
}

/// [`aggregates`] within a window, by a given rule; returns their number.
fn grow(l: &Laplacian, inverse: &[f64], rule: Rule, window: Window) -> usize {
    let n = window.of.len();
    let inverse = &inverse[window.first..window.first + n];
    let least = if rule == Rule::Any { 0.0 } else { STRENGTH };
    let mut size: Vec<u32> = Vec::with_capacity(n / 3 + 1);
    let mut nodes: Vec<[u32; FULL]> = Vec::with_capacity(n / 3 + 1);
    let row = |node: usize| {
        let (col, weight) = l.row(window.first + node);
        col.iter().zip(weight).map(|(&col, &weight)| ((col as usize).wrapping_sub(window.first), weight))
    };
    let mut border = Border { list: vec![NOBODY], len: 0, place: vec![0; n] };
    for seed in 0..n {
        if window.of[seed] != NONE || inverse[seed] == 0.0 {
            continue;
        }
        let aggregate = size.len() as u32;
        let mut group = Group::of(seed, 1.0 / inverse[seed]);
        window.of[seed] = aggregate;
        border.clear();
        border.extend(l, seed, 0, &window);
        // Weight that leaves the aggregate.
        let mut outward = 1.0 / inverse[seed];
        while group.len < GROW {
            let leaving = if outward > 0.0 { 1.0 / outward } else { 0.0 };
            let strength = |j: usize, weight: f64| weight * (leaving + inverse[j]);
            let Some(near) = border.take(least, strength) else {
                break;
            };
            let j = near.node as usize;
            let diagonal = 1.0 / inverse[j];
            // Of a pair the strength is the quality.
            if rule == Rule::Good && group.len > 1 && !group.admits(&near.to, diagonal) {
                continue;
            }
            group.join(j, &near.to, diagonal);
            window.of[j] = aggregate;
            outward = (outward - 2.0 * near.sum + diagonal).max(0.0);
            if group.len < GROW {
                border.extend(l, j, group.len - 1, &window);
            }
        }
        size.push(group.len as u32);
        nodes.push(group.nodes);
    }
    // A node that is alone moves to the neighbouring aggregate with which it shares its heaviest
    // edge.
    for i in 0..n {
        if window.of[i] == NONE || size[window.of[i] as usize] != 1 {
            continue;
        }
        let admitted = |aggregate: u32| {
            let (&first, others) = nodes[aggregate as usize][..size[aggregate as usize] as usize].split_first()?;
            let mut group = Group::of(first as usize, 1.0 / inverse[first as usize]);
            for &node in others {
                group.join(node as usize, &group.weights_to(row(node as usize)), 1.0 / inverse[node as usize]);
            }
            group.admits(&group.weights_to(row(i)), 1.0 / inverse[i]).then_some(())
        };
        let mut best = (0.5 * least, NONE);
        for (col, weight) in row(i) {
            if col >= n || window.of[col] == NONE {
                continue;
            }
            let (aggregate, share) = (window.of[col], weight * inverse[i]);
            let room = (size[aggregate as usize] as usize) < FULL;
            if share > best.0 && room && (rule != Rule::Good || admitted(aggregate).is_some()) {
                best = (share, aggregate);
            }
        }
        if best.1 != NONE {
            let size_of = &mut size[best.1 as usize];
            nodes[best.1 as usize][*size_of as usize] = i as u32;
            *size_of += 1;
            size[window.of[i] as usize] = 0;
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
