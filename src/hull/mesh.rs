//! The triangulation as half-edges: 24 bytes a triangle, a ghost vertex at infinity closing the outside.

/// The ghost vertex: in the lifted picture the point infinitely far below, so that every hull edge `ab` of the sites bounds
/// one ghost triangle `(a, b, GHOST)` whose inside is the outside of the hull.
pub const GHOST: u32 = u32::MAX;

/// No half-edge: the site is hidden.
pub const NONE: u32 = u32::MAX;

/// A triangle. Edge `k` lies opposite vertex `k` and runs from `v[k+1]` to `v[k+2]`; `n[k]` is the half-edge on its other
/// side. A half-edge is coded `4 t + k`.
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

/// Triangles with a free list.
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    /// All slots.
    pub triangles: Vec<Triangle>,
    /// Dead slots.
    pub free: Vec<u32>,
}

impl Mesh {
    /// Makes `a` and `b` the two sides of one edge.
    #[inline(always)]
    pub fn glue(&mut self, a: u32, b: u32) {
        let ((s, j), (t, k)) = (split(a), split(b));
        self.triangles[s].n[j] = b;
        self.triangles[t].n[k] = a;
    }

    /// A slot for a new triangle.
    #[inline(always)]
    pub fn slot(&mut self) -> usize {
        match self.free.pop() {
            Some(t) => t as usize,
            None => {
                self.triangles.push(Triangle::DEAD);
                self.triangles.len() - 1
            }
        }
    }

    /// Renumbers the triangles by their least vertex and drops the dead ones. Vertices are numbered along a space-filling curve but
    /// triangles by the history of insertion: whoever visits them all waits for memory, before this. Cost: O(n).
    pub fn arrange(&mut self, vertices: usize) {
        let live = |t: &Triangle| !t.is_dead();
        let least = |t: &Triangle| t.v.iter().copied().fold(GHOST, u32::min) as usize;
        let mut start = vec![0u32; vertices + 1];
        self.triangles.iter().filter(|t| live(t)).for_each(|t| start[least(t) + 1] += 1);
        (0..vertices).for_each(|k| start[k + 1] += start[k]);
        let mut number = vec![NONE; self.triangles.len()];
        for (t, number) in self.triangles.iter().zip(&mut number).filter(|(t, _)| live(t)) {
            let slot = &mut start[least(t)];
            *number = *slot;
            *slot += 1;
        }
        let mut arranged = vec![Triangle::DEAD; self.triangles.len() - self.free.len()];
        for (triangle, &place) in self.triangles.iter().zip(&number).filter(|(t, _)| live(t)) {
            let n = triangle.n.map(|code| number[split(code).0] << 2 | code & 3);
            arranged[place as usize] = Triangle { n, ..*triangle };
        }
        self.triangles = arranged;
        self.free.clear();
    }

    /// One half-edge per vertex that has a triangle: the code of a triangle corner at the vertex; `NONE` for the others.
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
