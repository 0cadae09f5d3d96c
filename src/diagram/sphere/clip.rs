//! One more cap: which arcs of a cell stay, and which arcs its own circle has.
//!
//! On a circle the cap of another row is one open arc, from where it is entered to where it is
//! left. So what becomes of an arc from `a` to `b` is told by the sides of its ends. In and out: it
//! ends where the cap is left. Both in: it stays, unless all that is outside lies between; then it
//! is cut in two. Both out: it goes, unless the whole cap lies between. An end on the circle of the
//! row itself is where the cap is entered or left there, which says on what side the arc begins.
//!
//! Arcs on the new circle begin where other arcs were cut off, and end where others begin now. One
//! of each makes one arc, if they are not in one place: there two old circles touch, and the arc is
//! none. In all other cases the new circle is cut by all the old ones in turn.

use super::cell::{Cell, Exact, NONE, Node, Rim, Side};
use super::edges::is_edge;
use crate::exact::Counters;
use crate::exact::big::Integer;
use crate::exact::predicates::{
    CircleRow, Crossing, ExactCrossing, Meeting, centre_side_exact, is_real_exact, orient_exact,
};

/// How a circle lies to a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    In,
    Out,
    /// The same circle: of a cap on the same side, or on the other one.
    Same(bool),
    /// And where the circle leaves the cap, if that was computed.
    Cross(Option<Crossing>),
}

/// What a cap did to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clip {
    Kept,
    Cut,
    Empty,
}

/// On which side an arc begins or ends, and whether that end lies on the circle of the row.
#[derive(Clone, Copy)]
struct End {
    inside: bool,
    tied: bool,
}

/// Room for cutting.
#[derive(Default)]
pub(super) struct Work {
    /// Signs of the nodes at the row; 2: not yet known.
    signs: Vec<i8>,
    /// Lower bounds of the values there.
    low: Vec<f64>,
    out: Vec<Side>,
    begins: Vec<u32>,
    ends: Vec<u32>,
    pub counters: Counters,
}

impl Cell {
    /// Leaves of the cell what lies in the cap of one more row.
    pub fn clip(&mut self, (j, row, length): (u32, CircleRow, f64), exact: &dyn Exact, work: &mut Work) -> Clip {
        if self.empty {
            return Clip::Empty;
        }
        work.counters.calls += 1;
        let real = row.is_real().unwrap_or_else(|| {
            work.counters.filter_failures += 1;
            is_real_exact(&exact.row(j))
        });
        if !real {
            if row.v[3] > 0.0 {
                return Clip::Kept;
            }
            return self.nothing();
        }
        let k = self.rims.len() as u32;
        let nodes = self.nodes.len();
        self.rims.push(Rim { j, row, length, void: false });
        if k == 0 {
            self.sides.push(Side { rim: k, from: NONE, to: NONE, bulge: f64::INFINITY });
            return Clip::Cut;
        }
        let sides = std::mem::take(&mut self.sides);
        let mut out = std::mem::take(&mut work.out);
        out.clear();
        work.begins.clear();
        work.ends.clear();
        work.signs.clear();
        work.signs.resize(nodes, 2);
        work.low.clear();
        work.low.resize(nodes, 0.0);
        let (mut plain, mut changed) = (true, false);
        let mut verdict = None;
        for side in &sides {
            match self.cut(*side, k, exact, work, &mut out) {
                Cut::Stays => {}
                Cut::Tied => plain = false,
                Cut::Changes { tied } => {
                    changed = true;
                    plain &= !tied;
                }
                Cut::Same(false) => verdict = Some(Clip::Empty),
                Cut::Same(true) => {
                    if self.is_farther(j, self.rims[side.rim as usize].j, exact) {
                        self.rims[side.rim as usize].void = true;
                        (changed, plain) = (true, false);
                    } else {
                        verdict = Some(Clip::Kept);
                    }
                }
            }
            if verdict.is_some() {
                break;
            }
        }
        match verdict {
            Some(Clip::Empty) => {
                work.out = sides;
                return self.nothing();
            }
            Some(_) => {
                work.out = out;
                return self.unchanged(sides, k, nodes);
            }
            None => {}
        }
        let before = out.len();
        match (&work.begins[..], &work.ends[..]) {
            (&[a], &[b]) if plain && self.are_apart(a, b) => out.push(self.side(k, a, b)),
            ([], []) if plain && !changed => {
                if self.is_outside(k, exact, work) {
                    work.out = out;
                    return self.unchanged(sides, k, nodes);
                }
                out.push(Side { rim: k, from: NONE, to: NONE, bulge: f64::INFINITY });
            }
            _ => self.own(k, exact, work, &mut out),
        }
        if !changed && out.len() == before {
            work.out = out;
            return self.unchanged(sides, k, nodes);
        }
        work.out = sides;
        self.sides = out;
        if self.sides.is_empty() { self.nothing() } else { Clip::Cut }
    }

    /// Are two nodes certainly in different places?
    fn are_apart(&self, a: u32, b: u32) -> bool {
        let [p, q] = [a, b].map(|k| &self.nodes[k as usize].at);
        let apart = (0..3).map(|k| (p.x[k] - q.x[k]).abs()).fold(0.0, f64::max);
        apart > p.off + q.off + 4.0 * f64::EPSILON
    }

    /// Of two sites with one circle and caps on one side: has the first the wall? The farther one
    /// has, of two in one place that which wins; a site has it rather than a line of an image.
    fn is_farther(&self, j: u32, other: u32, exact: &dyn Exact) -> bool {
        if is_edge(j) || is_edge(other) {
            return !is_edge(j);
        }
        let size = |j: u32| exact.row(j)[..3].iter().map(|n| Integer::from(n.abs_ref())).sum::<Integer>();
        size(j).cmp(&size(other)).then(exact.rank(other).cmp(&exact.rank(j))).is_gt()
    }

    fn nothing(&mut self) -> Clip {
        self.sides.clear();
        self.empty = true;
        Clip::Empty
    }

    fn unchanged(&mut self, sides: Vec<Side>, k: u32, nodes: usize) -> Clip {
        self.sides = sides;
        self.rims.truncate(k as usize);
        self.nodes.truncate(nodes);
        Clip::Kept
    }

    /// How the circle of a rim lies to the cap of another.
    fn relation(&self, own: u32, other: u32, exact: &dyn Exact, counters: &mut Counters) -> Relation {
        let (a, b) = (&self.rims[own as usize].row, &self.rims[other as usize].row);
        let meeting = a.leaves(b);
        if let Meeting::Cross(at) = meeting {
            return Relation::Cross(Some(at));
        }
        let side = if meeting == Meeting::Apart { b.side_of_centre(a) } else { 0 };
        if side != 0 {
            return if side > 0 { Relation::In } else { Relation::Out };
        }
        counters.filter_failures += 1;
        counters.big += 1;
        let (p, q) = (self.exact(own, exact), self.exact(other, exact));
        if ExactCrossing::of(&p, &q).is_some() {
            return Relation::Cross(None);
        }
        match centre_side_exact(&q, &p) {
            1 => Relation::In,
            -1 => Relation::Out,
            _ => {
                counters.exact_zeros += 1;
                let (n, m) = (a.normal(), b.normal());
                Relation::Same(n[0] * m[0] + n[1] * m[1] + n[2] * m[2] > 0.0)
            }
        }
    }

    /// The side of a node at a rim, -1, 0 or 1.
    fn sign(&self, node: u32, rim: u32, exact: &dyn Exact, counters: &mut Counters) -> (i8, f64) {
        let Node { from, to, at } = self.nodes[node as usize];
        if from == rim || to == rim {
            return (0, 0.0);
        }
        counters.calls += 1;
        let (value, bound) = self.rims[rim as usize].row.at(&at);
        if value > bound {
            return (1, value - bound);
        }
        if value < -bound {
            return (-1, value);
        }
        counters.filter_failures += 1;
        counters.big += 1;
        let exactly = self.exact_node(node, exact);
        let side = exactly.map_or(0, |x| x.side(&self.exact(rim, exact)));
        counters.exact_zeros += u64::from(side == 0);
        (side as i8, 0.0)
    }

    /// At a node on both circles: does that of `own` come into the cap of `other` there (1) or out
    /// of it (-1)? 0: they touch.
    fn direction(&self, node: u32, own: u32, other: u32, exact: &dyn Exact) -> i32 {
        let Node { from, to, .. } = self.nodes[node as usize];
        if (from, to) == (own, other) {
            return -1;
        }
        if (from, to) == (other, own) {
            return 1;
        }
        let exactly = self.exact_node(node, exact);
        exactly.map_or(0, |x| x.enters(&self.exact(own, exact), &self.exact(other, exact)))
    }

    /// Does the second node lie on the arc from the first to the third? The three are distinct.
    fn is_between(&self, rim: u32, [a, b, c]: [u32; 3], exact: &dyn Exact, counters: &mut Counters) -> bool {
        counters.calls += 1;
        let points = [a, b, c].map(|k| &self.nodes[k as usize].at);
        if let Some(follows) = self.rims[rim as usize].row.follows(points) {
            return follows;
        }
        counters.filter_failures += 1;
        counters.big += 1;
        let [Some(p), Some(q), Some(r)] = [a, b, c].map(|k| self.exact_node(k, exact)) else { return false };
        orient_exact(&self.exact(rim, exact), &p, &q, &r)
    }

    /// Hands on what is left of an arc in the cap of a rim.
    fn cut(&mut self, side: Side, k: u32, exact: &dyn Exact, work: &mut Work, out: &mut Vec<Side>) -> Cut {
        let c = side.rim;
        let new = |cell: &mut Cell, entered: bool, work: &mut Work| {
            let node = if entered { cell.node(k, c, exact) } else { cell.node(c, k, exact) };
            if entered {
                work.ends.push(node)
            } else {
                work.begins.push(node)
            }
            node
        };
        if side.from == NONE {
            return match self.relation(c, k, exact, &mut work.counters) {
                Relation::In => {
                    out.push(side);
                    Cut::Stays
                }
                Relation::Out => Cut::Changes { tied: false },
                Relation::Same(s) => Cut::Same(s),
                Relation::Cross(_) => {
                    let (p, q) = (new(self, true, work), new(self, false, work));
                    out.push(self.side(c, p, q));
                    Cut::Changes { tied: false }
                }
            };
        }
        let mut signs = [0; 2];
        for (sign, node) in signs.iter_mut().zip([side.from, side.to]) {
            let node = node as usize;
            if work.signs.get(node).is_none_or(|s| *s == 2) {
                let (found, low) = self.sign(node as u32, k, exact, &mut work.counters);
                work.signs.resize(work.signs.len().max(node + 1), 2);
                work.low.resize(work.signs.len(), 0.0);
                (work.signs[node], work.low[node]) = (found, low);
            }
            *sign = work.signs[node];
        }
        if signs == [1, 1] {
            let low = work.low[side.from as usize].min(work.low[side.to as usize]);
            if low > self.rims[k as usize].row.size * side.bulge {
                out.push(side);
                return Cut::Stays;
            }
        }
        let ends = [(side.from, true), (side.to, false)].map(|(node, begins)| match work.signs[node as usize] {
            1 => Some(End { inside: true, tied: false }),
            -1 => Some(End { inside: false, tied: false }),
            _ => match self.direction(node, c, k, exact) {
                0 => None,
                d => Some(End { inside: (d > 0) == begins, tied: true }),
            },
        });
        let relation = match ends {
            [Some(a), Some(b)] if a.inside != b.inside => Relation::Cross(None),
            _ => self.relation(c, k, exact, &mut work.counters),
        };
        let ([Some(a), Some(b)], Relation::Cross(leaving)) = (ends, relation) else {
            let tied = signs.contains(&0);
            return match relation {
                Relation::Same(s) => Cut::Same(s),
                Relation::Out => Cut::Changes { tied },
                _ => {
                    out.push(side);
                    if tied { Cut::Tied } else { Cut::Stays }
                }
            };
        };
        let tied = a.tied || b.tied;
        match (a.inside, b.inside) {
            (true, false) => {
                let q = new(self, false, work);
                out.push(self.side(c, side.from, q));
            }
            (false, true) => {
                let p = new(self, true, work);
                out.push(self.side(c, p, side.to));
            }
            (true, true) => {
                let q = if tied { NONE } else { self.node_at(c, k, leaving, exact) };
                if tied || !self.is_between(c, [side.from, q, side.to], exact, &mut work.counters) {
                    out.push(side);
                    return if tied { Cut::Tied } else { Cut::Stays };
                }
                let (q, p) = (new(self, false, work), new(self, true, work));
                out.push(self.side(c, side.from, q));
                out.push(self.side(c, p, side.to));
            }
            (false, false) => {
                let p = if tied { NONE } else { self.node(k, c, exact) };
                if !tied && self.is_between(c, [side.from, p, side.to], exact, &mut work.counters) {
                    let (p, q) = (new(self, true, work), new(self, false, work));
                    out.push(self.side(c, p, q));
                }
            }
        }
        Cut::Changes { tied }
    }

    /// Is no part of the circle of a rim in the cell, none of whose arcs it cuts? Else all of it
    /// is.
    fn is_outside(&self, k: u32, exact: &dyn Exact, work: &mut Work) -> bool {
        let others = (0..k).filter(|&c| !self.rims[c as usize].void);
        others.into_iter().any(|c| self.relation(k, c, exact, &mut work.counters) != Relation::In)
    }

    /// The arcs of a new circle, cut by all the others.
    fn own(&mut self, k: u32, exact: &dyn Exact, work: &mut Work, out: &mut Vec<Side>) {
        let mut own = vec![Side { rim: k, from: NONE, to: NONE, bulge: f64::INFINITY }];
        let mut left = Vec::new();
        let (begins, ends) = (std::mem::take(&mut work.begins), std::mem::take(&mut work.ends));
        for c in (0..k).filter(|&c| !self.rims[c as usize].void).collect::<Vec<_>>() {
            work.signs.clear();
            work.low.clear();
            left.clear();
            for side in &own {
                if let Cut::Same(_) = self.cut(*side, c, exact, work, &mut left) {
                    left.clear();
                    break;
                }
            }
            std::mem::swap(&mut own, &mut left);
            if own.is_empty() {
                break;
            }
        }
        (work.begins, work.ends) = (begins, ends);
        out.append(&mut own);
    }

    /// A point of a node, for cutters.
    pub fn place(&self, node: u32) -> &Crossing {
        &self.nodes[node as usize].at
    }
}

/// What becomes of an arc.
enum Cut {
    Stays,
    /// It stays, and an end of it lies on the circle.
    Tied,
    Changes {
        tied: bool,
    },
    /// It lies on the circle: of a cap on the same side, or the other.
    Same(bool),
}
