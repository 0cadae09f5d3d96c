//! The sites of a tree one after the other, the nearest first.
//!
//! A cell of which nothing is known yet excludes no branch. Walked from the root down, the nearer
//! half first, the tree would hand on all sites on one side of a plane before the first on the
//! other side, however near that is.

use super::super::tree::Tree;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Sites have this bit, branches have not.
const SITE: u32 = 1 << 31;

/// A queue of branches and sites by distance. Bits of positive doubles are ordered as these are.
#[derive(Default)]
pub(super) struct Nearest {
    queue: BinaryHeap<Reverse<(u64, u32)>>,
}

/// What has not been handed on.
pub(super) enum Left {
    Site(u32),
    Branch(u32),
}

impl Nearest {
    /// Begins anew, with all of a tree.
    pub fn begin(&mut self, tree: &Tree) {
        self.queue.clear();
        if !tree.branches.is_empty() {
            self.queue.push(Reverse((0, 0)));
        }
    }

    /// The nearest site to a point of those that are left.
    pub fn next(&mut self, tree: &Tree, y: &[[f64; 3]], to: &[f64; 3]) -> Option<u32> {
        let moved = to.map(|x| -x);
        while let Some(Reverse((_, code))) = self.queue.pop() {
            if code & SITE != 0 {
                return Some(code & !SITE);
            }
            let branch = &tree.branches[code as usize];
            if branch.second == 0 {
                for j in branch.begin..branch.end {
                    let square: f64 = y[j as usize].iter().zip(to).map(|(a, b)| (a - b) * (a - b)).sum();
                    self.queue.push(Reverse((square.to_bits(), j | SITE)));
                }
                continue;
            }
            for b in [code + 1, branch.second] {
                let apart = tree.branches[b as usize].apart(&moved);
                self.queue.push(Reverse((apart.to_bits(), b)));
            }
        }
        None
    }

    /// Hands on all that is left.
    pub fn rest(&mut self) -> impl Iterator<Item = Left> + '_ {
        let left = |code: u32| if code & SITE != 0 { Left::Site(code & !SITE) } else { Left::Branch(code) };
        self.queue.drain().map(move |Reverse((_, code))| left(code))
    }
}
