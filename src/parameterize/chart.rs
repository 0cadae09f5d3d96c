//! A piece of surface that is a disk: what the parameterization works on.

/// Marks a half-edge without opposite, a vertex that is not on the boundary, an unknown that there
/// is not.
pub(super) const NONE: u32 = u32::MAX;

/// An oriented triangulated disk. Half-edge `3 f + k` runs from corner `k` of face `f` to the next
/// one.
#[derive(Clone, Debug, Default)]
pub(super) struct Chart {
    /// Places of the vertices in space.
    pub points: Vec<[f64; 3]>,
    /// Corners, counter-clockwise as they shall be in the plane.
    pub triangles: Vec<[u32; 3]>,
    /// Wanted share of each triangle; positive, sum 1.
    pub share: Vec<f64>,
    /// The boundary in the direction of its triangles.
    pub outline: Vec<u32>,
    /// Position in `outline`, [`NONE`] for vertices inside and around holes.
    pub place: Vec<u32>,
    /// So many triangles at the end of the list only fill holes.
    pub filling: usize,
}

impl Chart {
    /// Wanted share of each vertex: a third of that of its triangles.
    pub fn masses(&self) -> Vec<f64> {
        let mut mass = vec![0.0; self.points.len()];
        for (t, share) in self.triangles.iter().zip(&self.share) {
            t.iter().for_each(|&v| mass[v as usize] += share / 3.0);
        }
        mass
    }

    /// Whether a vertex is on the boundary.
    pub fn is_rim(&self, v: u32) -> bool {
        self.place[v as usize] != NONE
    }

    /// Corners of a face in the plane.
    pub fn corners(&self, uv: &[[f64; 2]], face: usize) -> [[f64; 2]; 3] {
        self.triangles[face].map(|v| uv[v as usize])
    }

    /// Corners of a face in space.
    pub fn corners_in_space(&self, face: usize) -> [[f64; 3]; 3] {
        self.triangles[face].map(|v| self.points[v as usize])
    }
}

/// For every half-edge the one that runs the other way, else [`NONE`]. Every edge has at most two
/// faces, wound alike.
pub(super) fn opposites(triangles: &[[u32; 3]]) -> Vec<u32> {
    let mut keys: Vec<(u32, u32, u32)> = Vec::with_capacity(3 * triangles.len());
    for (f, t) in triangles.iter().enumerate() {
        for k in 0..3 {
            let (a, b) = (t[k], t[(k + 1) % 3]);
            keys.push((a.min(b), a.max(b), (3 * f + k) as u32));
        }
    }
    keys.sort_unstable();
    let mut opposite = vec![NONE; 3 * triangles.len()];
    for pair in keys.windows(2).filter(|w| (w[0].0, w[0].1) == (w[1].0, w[1].1)) {
        opposite[pair[0].2 as usize] = pair[1].2;
        opposite[pair[1].2 as usize] = pair[0].2;
    }
    opposite
}

/// The vertices at the two ends of a half-edge.
pub(super) fn ends(triangles: &[[u32; 3]], half: u32) -> (u32, u32) {
    let t = triangles[half as usize / 3];
    let k = half as usize % 3;
    (t[k], t[(k + 1) % 3])
}

/// Boundary loops, each in the direction of its triangles, by their lowest half-edge. Every
/// boundary vertex is on one loop, once.
pub(super) fn boundary_loops(triangles: &[[u32; 3]], opposite: &[u32]) -> Vec<Vec<u32>> {
    let vertices = triangles.iter().flatten().max().map_or(0, |&v| v as usize + 1);
    let mut next = vec![NONE; vertices];
    let rim: Vec<u32> = (0..opposite.len() as u32).filter(|&h| opposite[h as usize] == NONE).collect();
    for &h in &rim {
        let (a, b) = ends(triangles, h);
        next[a as usize] = b;
    }
    let mut loops = Vec::new();
    for &h in &rim {
        let mut v = ends(triangles, h).0;
        let mut around = Vec::new();
        while next[v as usize] != NONE {
            around.push(v);
            v = std::mem::replace(&mut next[v as usize], NONE);
        }
        if !around.is_empty() {
            loops.push(around);
        }
    }
    loops
}
