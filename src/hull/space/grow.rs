//! A triangulation while sites are inserted.

use super::cell::{Cells, DEAD, FACET, GHOST, NONE, ghost, join, split};
use super::face::{Bound, Extent, Face, Seen};
use super::sites::Sites;
use crate::exact::Counters;
use crate::exact::predicates::Lifted3;

/// A tetrahedron with its hyperplane: one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Cell {
    /// The hyperplane; nothing of a ghost.
    pub face: Face,
    /// Corners.
    pub v: [u32; 4],
    /// Sides opposite its sides.
    pub n: [u32; 4],
}

/// What a search knows of a tetrahedron, and the bound of its hyperplane, in one half word. Marks
/// are taken away when the search is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(u16);

impl State {
    const INSIDE: u16 = 1;
    const OUTSIDE: u16 = 2;

    #[inline(always)]
    pub fn of(bound: Bound) -> State {
        State(bound.0 << 2)
    }

    #[inline(always)]
    pub fn bound(self) -> Bound {
        Bound(self.0 >> 2)
    }

    #[inline(always)]
    pub fn is_inside(self) -> bool {
        self.0 & State::INSIDE != 0
    }

    #[inline(always)]
    pub fn is_outside(self) -> bool {
        self.0 & State::OUTSIDE != 0
    }

    #[inline(always)]
    pub fn mark(&mut self, inside: bool) {
        self.0 |= if inside { State::INSIDE } else { State::OUTSIDE };
    }

    #[inline(always)]
    pub fn clear(&mut self) {
        self.0 &= !3;
    }
}

/// A facet of the hole that an insertion digs.
#[derive(Clone, Copy, Debug)]
pub struct Rim {
    /// The corners of the tetrahedron that will fill it, the new site among them.
    pub v: [u32; 4],
    /// The vertices of its facet by their numbers in the hole, in the order of [`FACET`].
    pub at: [u32; 3],
    /// The side across it that stays.
    pub beyond: u32,
    /// Which corner the new site is.
    pub apex: u8,
}

/// Vertices on a rim up to which edges are matched in a table.
pub const SMALL: usize = 64;

/// The triangulation, and tools to insert.
#[derive(Debug)]
pub struct Grow<'a> {
    pub sites: Sites<'a>,
    pub extent: Extent,
    pub cells: Vec<Cell>,
    pub states: Vec<State>,
    /// Slots to be had.
    pub spare: Vec<u32>,
    /// Where the next walk starts.
    pub hint: u32,
    pub counters: Counters,
    /// Tetrahedra below the new site.
    pub(super) dug: Vec<u32>,
    pub(super) rim: Vec<Rim>,
    /// The slots that fill the hole.
    pub(super) fresh: Vec<u32>,
    /// Vertices of the rim as seen from the new site.
    pub(super) seen: Vec<Seen>,
    /// By position, the number of a vertex of the rim above `base`.
    pub(super) number: Vec<u32>,
    pub(super) base: u32,
    /// By the numbers of both ends of an edge of the rim, the new side on it.
    pub(super) table: Box<[u32; SMALL * SMALL]>,
    /// The same of large holes.
    pub(super) edges: Vec<(u64, u32)>,
}

impl Cells for Grow<'_> {
    #[inline(always)]
    fn corners(&self, t: usize) -> [u32; 4] {
        self.cells[t].v
    }

    #[inline(always)]
    fn across(&self, t: usize) -> [u32; 4] {
        self.cells[t].n
    }
}

impl<'a> Grow<'a> {
    /// Starts from one tetrahedron, turned positively.
    pub fn start(sites: Sites<'a>, first: [u32; 4]) -> Grow<'a> {
        let n = sites.points.len();
        // Uniform sites have 6.8 tetrahedra each.
        let room = 7 * n + n / 4 + 64;
        let mut grow = Grow {
            sites,
            extent: Extent::of(sites.points),
            cells: Vec::with_capacity(room),
            states: Vec::with_capacity(room),
            spare: Vec::new(),
            hint: 0,
            counters: Counters::default(),
            dug: Vec::new(),
            rim: Vec::new(),
            fresh: Vec::new(),
            seen: Vec::new(),
            number: vec![0; n],
            base: 1,
            table: Box::new([NONE; SMALL * SMALL]),
            edges: Vec::new(),
        };
        // The ghost on the facet opposite corner k has two other corners swapped.
        let mut all = vec![first];
        for (k, facet) in FACET.iter().enumerate() {
            let mut v = first;
            v[k] = GHOST;
            v.swap(facet[0], facet[1]);
            all.push(v);
        }
        for &v in &all {
            let n = [0, 1, 2, 3].map(|k| opposite(&all, &v, k));
            let (face, bound) = grow.face(v);
            grow.cells.push(Cell { face, v, n });
            grow.states.push(State::of(bound));
        }
        grow
    }

    /// The hyperplane of a tetrahedron, and its bound.
    fn face(&self, v: [u32; 4]) -> (Face, Bound) {
        if ghost(&v).is_some() {
            return (Face::default(), Bound::NONE);
        }
        let p = self.sites.at(v[0]);
        let [a, b, c] = [1, 2, 3].map(|k| Seen::from(p, self.sites.at(v[k])));
        Face::through(p, &a, &b, &c, &self.extent)
    }

    /// Is `p`, the lifted `q`, above tetrahedron `t`?
    #[inline(always)]
    pub fn conflict(&mut self, t: usize, p: u32, q: &Lifted3) -> bool {
        self.counters.calls += 1;
        match self.cells[t].face.below(q, self.states[t].bound()) {
            Some(below) => below,
            None => self.conflict_exact(t, p, q),
        }
    }

    #[inline(never)]
    fn conflict_exact(&mut self, t: usize, p: u32, q: &Lifted3) -> bool {
        let Cell { v, n, .. } = self.cells[t];
        let Some(k) = ghost(&v) else { return self.sites.over(v, p, &mut self.counters) };
        match self.sites.side(&v, k, &q.y, &mut self.counters) {
            // The hyperplane of the tetrahedron inside may tell.
            0 => self.conflict(split(n[k]).0, p, q),
            s => s > 0,
        }
    }

    /// A slot for a new tetrahedron.
    #[inline(always)]
    pub(super) fn slot(&mut self) -> u32 {
        self.spare.pop().unwrap_or_else(|| {
            self.cells.push(Cell { face: Face::default(), v: DEAD, n: [NONE; 4] });
            self.states.push(State::of(Bound::NONE));
            self.cells.len() as u32 - 1
        })
    }
}

/// The side opposite the side of `v` opposite its corner `k`, among tetrahedra of which any two
/// have a facet in common.
fn opposite(all: &[[u32; 4]], v: &[u32; 4], k: usize) -> u32 {
    let facet = FACET[k].map(|j| v[j]);
    for (t, other) in all.iter().enumerate() {
        if other != v && facet.iter().all(|a| other.contains(a)) {
            let j = other.iter().position(|b| !facet.contains(b)).unwrap_or(0);
            return join(t as u32, j);
        }
    }
    NONE
}
