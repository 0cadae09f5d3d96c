//! Which sites may cut a cell: a k-d tree of sites with the greatest weight of each branch.
//!
//! A site in a branch cuts a cell only if it beats the cell's site at one of its corners `v`:
//! `|v - y|^2 - W < |v - y_i|^2 - W_i`. For all sites of the branch the left side is at least the
//! squared distance from `v` to its box, less its greatest weight. Where that is greater at every
//! corner by more than all roundings, the branch is left out; so what is left holds every site that
//! cuts, and the predicates decide on those.

use crate::exact::Dd;

/// Sites of a leaf.
const LEAF: usize = 6;

/// A branch.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub low: [f64; 3],
    pub high: [f64; 3],
    /// No weight is above this.
    pub most: f64,
    pub begin: u32,
    pub end: u32,
    /// The second of two branches; the first follows this one. 0: a leaf.
    pub second: u32,
}

impl Branch {
    /// The squared distance of its box, moved, from the origin; for an order only.
    #[inline]
    pub fn apart(&self, moved: &[f64; 3]) -> f64 {
        let mut square = 0.0;
        for k in 0..3 {
            let gap = (self.low[k] + moved[k]).max(-(self.high[k] + moved[k])).max(0.0);
            square += gap * gap;
        }
        square
    }
}

/// The tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub branches: Vec<Branch>,
}

impl Tree {
    /// Of sites; also the order along its leaves, by which sites are to be numbered. Cost:
    /// O(n log n).
    pub fn new(y: &[[f64; 3]]) -> (Tree, Vec<u32>) {
        let mut order: Vec<u32> = (0..y.len() as u32).collect();
        let mut tree = Tree { branches: Vec::with_capacity(2 * y.len() / LEAF + 2) };
        if !order.is_empty() {
            let all = order.len();
            tree.grow(y, &mut order, 0..all);
        }
        (tree, order)
    }

    fn grow(&mut self, y: &[[f64; 3]], order: &mut [u32], range: std::ops::Range<usize>) {
        let part = &mut order[range.clone()];
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for &i in part.iter() {
            for k in 0..3 {
                (low[k], high[k]) = (low[k].min(y[i as usize][k]), high[k].max(y[i as usize][k]));
            }
        }
        let at = self.branches.len();
        let (begin, end) = (range.start as u32, range.end as u32);
        self.branches.push(Branch { low, high, most: f64::INFINITY, begin, end, second: 0 });
        if part.len() <= LEAF {
            part.sort_unstable();
            return;
        }
        let side = |k: usize| high[k] - low[k];
        let axis = (0..3).fold(0, |best, k| if side(k) > side(best) { k } else { best });
        let half = part.len() / 2;
        let along = |i: &u32| y[*i as usize][axis];
        part.select_nth_unstable_by(half, |a, b| along(a).total_cmp(&along(b)).then(a.cmp(b)));
        let middle = range.start + half;
        self.grow(y, order, range.start..middle);
        self.branches[at].second = self.branches.len() as u32;
        self.grow(y, order, middle..range.end);
    }

    /// Takes the weights, numbered along the leaves. Cost: O(n).
    pub fn set_weights(&mut self, w: &[Dd]) {
        for at in (0..self.branches.len()).rev() {
            let Branch { begin, end, second, .. } = self.branches[at];
            // Double-doubles are at most half an ulp above their first part.
            let above = |w: &Dd| w.hi + w.hi.abs() * f64::EPSILON;
            self.branches[at].most = match second {
                0 => w[begin as usize..end as usize].iter().map(above).fold(f64::NEG_INFINITY, f64::max),
                _ => self.branches[at + 1].most.max(self.branches[second as usize].most),
            };
        }
    }
}
