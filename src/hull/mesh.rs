//! The triangulation as half-edges: 24 bytes a triangle, a ghost vertex at infinity closing the
//! outside.

use rayon::prelude::*;
use std::ops::Range;

/// The ghost vertex: in the lifted picture the point infinitely far below, so that every hull edge
/// `ab` of the sites bounds one ghost triangle `(a, b, GHOST)` whose inside is the outside of the
/// hull.
pub const GHOST: u32 = u32::MAX;

/// No half-edge: the site is hidden.
pub const NONE: u32 = u32::MAX;

/// Slots to a task.
const CHUNK: usize = 4096;

/// A triangle. Edge `k` lies opposite vertex `k` and runs from `v[k+1]` to `v[k+2]`; `n[k]` is the
/// half-edge on its other side. A half-edge is coded `4 t + k`.
#[derive(Clone, Copy, Debug)]
pub struct Triangle {
    /// Vertices, counter-clockwise. A dead triangle has `v[0] == v[1]`.
    pub v: [u32; 3],
    /// Opposite half-edges.
    pub n: [u32; 3],
}

impl Triangle {
    /// Index of the ghost vertex, if this is a ghost triangle.
    #[inline(always)]
    pub fn ghost(&self) -> Option<usize> {
        match self.v {
            [GHOST, _, _] => Some(0),
            [_, GHOST, _] => Some(1),
            [_, _, GHOST] => Some(2),
            _ => None,
        }
    }

    /// A slot on the free list.
    #[inline(always)]
    pub fn is_dead(&self) -> bool {
        self.v[0] == self.v[1]
    }

    /// A slot to be put on the free list.
    pub const DEAD: Triangle = Triangle { v: [0; 3], n: [NONE; 3] };
}

/// `k + 1` modulo 3.
#[inline(always)]
pub fn next(k: usize) -> usize {
    if k == 2 { 0 } else { k + 1 }
}

/// `k + 2` modulo 3.
#[inline(always)]
pub fn previous(k: usize) -> usize {
    if k == 0 { 2 } else { k - 1 }
}

/// Triangle and edge of a half-edge.
#[inline(always)]
pub fn split(code: u32) -> (usize, usize) {
    ((code >> 2) as usize, (code & 3) as usize)
}

/// Half-edge of a triangle and edge.
#[inline(always)]
pub fn join(t: usize, k: usize) -> u32 {
    (t as u32) << 2 | k as u32
}

/// Slots that hold no triangle.
#[derive(Clone, Debug, Default)]
pub struct Spare {
    /// Slots of triangles that are gone.
    free: Vec<u32>,
    /// Slots that were never used.
    unused: Vec<Range<u32>>,
}

impl Spare {
    /// A stretch of unused slots.
    pub fn of(slots: Range<usize>) -> Spare {
        let slots = slots.start as u32..slots.end as u32;
        Spare { free: Vec::new(), unused: Vec::from([slots]) }
    }

    /// Takes a slot, the last one given back first.
    #[inline(always)]
    pub fn take(&mut self) -> Option<u32> {
        self.free.pop().or_else(|| self.take_unused())
    }

    fn take_unused(&mut self) -> Option<u32> {
        while let Some(range) = self.unused.last_mut() {
            if let Some(slot) = range.next() {
                return Some(slot);
            }
            self.unused.pop();
        }
        None
    }

    /// Gives a slot back.
    #[inline(always)]
    pub fn give(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// Takes over the slots of another stretch.
    pub fn append(&mut self, mut other: Spare) {
        self.free.append(&mut other.free);
        self.unused.append(&mut other.unused);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.free.len() + self.unused.iter().map(|r| r.len()).sum::<usize>()
    }
}

/// All triangles, by slot.
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    /// All slots.
    pub triangles: Vec<Triangle>,
    /// Those without a triangle.
    pub spare: Spare,
}

impl Mesh {
    /// Makes room for so many more triangles.
    pub fn reserve(&mut self, triangles: usize) {
        let start = self.triangles.len();
        let missing = triangles.saturating_sub(self.spare.len());
        if missing > 0 {
            self.triangles.resize(start + missing, Triangle::DEAD);
            self.spare.append(Spare::of(start..start + missing));
        }
    }

    /// Renumbers the triangles by their least vertex and drops the dead ones. Vertices are numbered
    /// along a space-filling curve but triangles by the history of insertion: whoever visits them
    /// all waits for memory, before this. Cost: O(n).
    pub fn arrange(&mut self, vertices: usize) {
        let least = |t: &Triangle| if t.is_dead() { NONE } else { t.v[0].min(t.v[1]).min(t.v[2]) };
        let least: Vec<u32> = self.triangles.par_iter().with_min_len(CHUNK).map(least).collect();
        let mut start = vec![0u32; vertices + 1];
        least.iter().filter(|&&v| v != NONE).for_each(|&v| start[v as usize + 1] += 1);
        (0..vertices).for_each(|k| start[k + 1] += start[k]);
        let mut number = vec![NONE; self.triangles.len()];
        let mut source = vec![0u32; self.triangles.len() - self.spare.len()];
        for (t, &v) in least.iter().enumerate().filter(|(_, v)| **v != NONE) {
            let slot = &mut start[v as usize];
            number[t] = *slot;
            source[*slot as usize] = t as u32;
            *slot += 1;
        }
        let moved = |&t: &u32| {
            let triangle = &self.triangles[t as usize];
            Triangle { v: triangle.v, n: triangle.n.map(|code| number[split(code).0] << 2 | code & 3) }
        };
        let arranged = source.par_iter().with_min_len(CHUNK).map(moved).collect();
        self.triangles = arranged;
        self.spare = Spare::default();
    }

    /// One half-edge per vertex that has a triangle: the code of a triangle corner at the vertex;
    /// `NONE` for the others.
    pub fn corners(&self, vertices: usize) -> Vec<u32> {
        let mut corner = vec![NONE; vertices];
        for (t, triangle) in self.triangles.iter().enumerate() {
            if triangle.is_dead() {
                continue;
            }
            for k in 0..3 {
                if triangle.v[k] != GHOST {
                    corner[triangle.v[k] as usize] = join(t, k);
                }
            }
        }
        corner
    }

    /// The corner after `corner`, counter-clockwise around the same vertex.
    #[inline(always)]
    pub fn turn(&self, corner: u32) -> u32 {
        let (t, k) = split(corner);
        let (t, k) = split(self.triangles[t].n[next(k)]);
        join(t, next(k))
    }

    /// Corners around the vertex of `corner`, counter-clockwise, once around.
    #[inline]
    pub fn around(&self, corner: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(corner), move |&c| Some(self.turn(c)).filter(|&c| c != corner))
    }
}
