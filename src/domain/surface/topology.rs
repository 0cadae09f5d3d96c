//! How the faces of a triangle soup hang together.

use super::edges::{Edges, Side};
use super::{Places, SurfaceError, components};
use petgraph::unionfind::UnionFind;
use std::collections::VecDeque;

/// An edge and all its faces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedEdge {
    /// Its vertices, ascending.
    pub edge: (u32, u32),
    /// Its faces, ascending.
    pub faces: Vec<u32>,
}

/// Faces connected by shared edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its lowest face.
    pub first: u32,
    /// Number of its faces.
    pub faces: usize,
    /// Number of its edges.
    pub edges: usize,
    /// Number of its vertices.
    pub vertices: usize,
    /// Number of its boundary loops; 0 if it is closed.
    pub loops: usize,
    /// Whether at most two faces meet at each edge, and the faces at each vertex form one fan.
    pub manifold: bool,
    /// Whether its faces can be wound such that neighbours agree (across edges of two faces).
    pub orientable: bool,
}

impl Component {
    /// Euler's characteristic, vertices - edges + faces.
    pub fn euler(&self) -> i64 {
        self.vertices as i64 - self.edges as i64 + self.faces as i64
    }

    /// Number of handles, if it is an orientable manifold.
    pub fn genus(&self) -> Option<usize> {
        let twice = 2 - self.loops as i64 - self.euler();
        (self.manifold && self.orientable).then_some((twice / 2) as usize)
    }
}

/// A report on triangles. Vertices and faces are numbered from 0, as given; vertices are the same
/// if their numbers are.
///
/// Faces that name a vertex twice are listed in `collapsed` and count nowhere else. Flat faces with
/// three vertices count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// Vertices that faces name.
    pub vertices: usize,
    /// Edges.
    pub edges: usize,
    /// Faces.
    pub faces: usize,
    /// Components, by their lowest face.
    pub components: Vec<Component>,
    /// Vertices without faces, ascending.
    pub isolated: Vec<u32>,
    /// Vertices whose coordinates equal those of a lower one (`-0.0` equals `0.0`), with the lowest
    /// such: `[copy, first]`.
    pub equal_vertices: Vec<[u32; 2]>,
    /// Faces that name a vertex twice.
    pub collapsed: Vec<u32>,
    /// Faces with the vertices of a lower one in any order, with the lowest such: `[copy, first]`.
    pub equal_faces: Vec<[u32; 2]>,
    /// Edges with more than two faces.
    pub crowded_edges: Vec<SharedEdge>,
    /// Vertices whose faces form more than one fan, and how many.
    pub pinched_vertices: Vec<(u32, usize)>,
    /// Edges through which their two faces run in the same direction.
    pub misoriented: Vec<SharedEdge>,
    /// For each one-sided part an edge where going around leads to a contradiction.
    pub one_sided: Vec<SharedEdge>,
}

impl Topology {
    /// Looks at all faces. Corners that name no vertex are as good as a vertex of their own. At
    /// most [`u32::MAX`]` / 3` faces are looked at. Cost: O(n log n), about 100 bytes a face.
    pub fn new(vertices: &[[f64; 3]], triangles: &[[u32; 3]]) -> Topology {
        let triangles = &triangles[..triangles.len().min(super::MOST_FACES)];
        if let Some(near) = Renamed::of(vertices.len(), triangles) {
            return near.named_back(Topology::new(vertices, &near.triangles));
        }
        let collapsed = collapsed(triangles);
        let whole = |f: u32| collapsed.binary_search(&f).is_err();
        let edges = Edges::new(triangles, whole);
        let mut report = Topology {
            faces: triangles.len() - collapsed.len(),
            equal_vertices: equal_vertices(vertices),
            equal_faces: equal_faces(triangles, whole),
            ..Topology::default()
        };
        report.look_at_edges(triangles, &edges);
        report.look_at_components(triangles, &edges, whole);
        let highest = triangles.iter().flatten().max().map_or(0, |&v| v as usize + 1);
        let mut used = vec![false; vertices.len().max(highest)];
        triangles.iter().flatten().for_each(|&v| used[v as usize] = true);
        report.vertices = used.iter().filter(|&&u| u).count();
        report.isolated = (0..vertices.len() as u32).filter(|&v| !used[v as usize]).collect();
        report.collapsed = collapsed;
        report
    }

    fn look_at_edges(&mut self, triangles: &[[u32; 3]], edges: &Edges) {
        for (edge, sides) in edges.groups() {
            self.edges += 1;
            if sides.len() > 2 {
                self.crowded_edges.push(shared(edge, sides));
            }
            if let [a, b] = sides
                && a.upwards(triangles) == b.upwards(triangles)
            {
                self.misoriented.push(shared(edge, sides));
            }
        }
        self.one_sided = Winding::new(triangles, edges).one_sided;
    }

    fn look_at_components(&mut self, triangles: &[[u32; 3]], edges: &Edges, whole: impl Fn(u32) -> bool) {
        let (component, count) = components(triangles, edges, &whole);
        let blank = Component { first: 0, faces: 0, edges: 0, vertices: 0, loops: 0, manifold: true, orientable: true };
        let mut list = vec![blank; count];
        let of = |f: u32| component[f as usize] as usize;
        let mut order: Vec<u32> = (0..triangles.len() as u32).filter(|&f| whole(f)).collect();
        order.sort_by_key(|&f| component[f as usize]);
        // Faces come component by component, so a vertex is new to one if it was seen in another
        // one last.
        let highest = triangles.iter().flatten().max().map_or(0, |&v| v as usize + 1);
        let mut seen = vec![u32::MAX; highest];
        for &f in order.iter().rev() {
            let c = &mut list[of(f)];
            c.first = f;
            c.faces += 1;
            for v in triangles[f as usize] {
                let last = std::mem::replace(&mut seen[v as usize], component[f as usize]);
                c.vertices += usize::from(last != component[f as usize]);
            }
        }
        edges.groups().for_each(|(_, sides)| list[of(sides[0].face())].edges += 1);
        let fans = fans(triangles, edges, |_| true);
        for face in loops(triangles, edges, &fans) {
            list[of(face)].loops += 1;
        }
        self.pinched_vertices = pinched(triangles, &fans, whole);
        let mut bad = vec![false; highest];
        self.pinched_vertices.iter().for_each(|&(v, _)| bad[v as usize] = true);
        for (f, t) in triangles.iter().enumerate().filter(|(f, _)| component[*f] != u32::MAX) {
            list[of(f as u32)].manifold &= t.iter().all(|&v| !bad[v as usize]);
        }
        self.crowded_edges.iter().for_each(|e| list[of(e.faces[0])].manifold = false);
        self.one_sided.iter().for_each(|e| list[of(e.faces[0])].orientable = false);
        self.components = list;
    }

    /// Euler's characteristic, vertices - edges + faces; of the faces that count.
    pub fn euler(&self) -> i64 {
        self.vertices as i64 - self.edges as i64 + self.faces as i64
    }

    /// Number of boundary loops.
    pub fn loops(&self) -> usize {
        self.components.iter().map(|c| c.loops).sum()
    }

    /// Why this is no oriented 2-manifold: its first crowded edge, pinched vertex, one-sided part
    /// or pair of faces that disagree.
    pub fn obstacle(&self) -> Option<SurfaceError> {
        let two = |e: &SharedEdge| [e.faces[0], e.faces[1]];
        if let Some(e) = self.crowded_edges.first() {
            return Some(SurfaceError::CrowdedEdge { edge: e.edge, faces: e.faces.len() });
        }
        if let Some(&(vertex, fans)) = self.pinched_vertices.first() {
            return Some(SurfaceError::PinchedVertex { vertex, fans });
        }
        if let Some(e) = self.one_sided.first() {
            return Some(SurfaceError::OneSided { edge: e.edge, faces: two(e) });
        }
        self.misoriented.first().map(|e| SurfaceError::Misoriented { edge: e.edge, faces: two(e) })
    }
}

/// Triangles that name vertices far beyond those there are, with these numbered from there on:
/// lists by vertex stay short.
struct Renamed {
    vertices: u32,
    /// The names beyond the vertices, ascending.
    names: Vec<u32>,
    triangles: Vec<[u32; 3]>,
}

impl Renamed {
    /// `None` if no name is so far that it matters.
    fn of(vertices: usize, triangles: &[[u32; 3]]) -> Option<Renamed> {
        let vertices = u32::try_from(vertices).ok()?;
        let highest = triangles.as_flattened().iter().copied().max()?;
        if (highest as usize) < vertices as usize + 3 * triangles.len() {
            return None;
        }
        let mut names: Vec<u32> = triangles.as_flattened().iter().copied().filter(|&v| v >= vertices).collect();
        names.sort_unstable();
        names.dedup();
        let near = |v: u32| if v < vertices { v } else { vertices + names.partition_point(|&n| n < v) as u32 };
        let triangles = triangles.iter().map(|t| t.map(near)).collect();
        Some(Renamed { vertices, names, triangles })
    }

    fn named_back(&self, mut report: Topology) -> Topology {
        let name = |v: u32| v.checked_sub(self.vertices).map_or(v, |k| self.names[k as usize]);
        let lists = [&mut report.crowded_edges, &mut report.misoriented, &mut report.one_sided];
        lists.into_iter().flatten().for_each(|e| e.edge = (name(e.edge.0), name(e.edge.1)));
        report.pinched_vertices.iter_mut().for_each(|p| p.0 = name(p.0));
        report
    }
}

fn shared(edge: (u32, u32), sides: &[Side]) -> SharedEdge {
    SharedEdge { edge, faces: sides.iter().map(|s| s.face()).collect() }
}

/// Faces that name a vertex twice, ascending.
pub(super) fn collapsed(triangles: &[[u32; 3]]) -> Vec<u32> {
    let twice = |t: &[u32; 3]| t[0] == t[1] || t[1] == t[2] || t[2] == t[0];
    triangles.iter().enumerate().filter(|(_, t)| twice(t)).map(|(f, _)| f as u32).collect()
}

/// Vertices at the place of a lower one: `[copy, first]`. Coordinates that are not finite equal
/// nothing.
pub(super) fn equal_vertices(vertices: &[[f64; 3]]) -> Vec<[u32; 2]> {
    let mut places = Places::default();
    let mut first = Vec::new();
    let mut equal = Vec::new();
    for (v, p) in vertices.iter().enumerate().take(u32::MAX as usize) {
        if p.iter().all(|c| c.is_finite()) {
            let number = places.number(*p) as usize;
            match first.get(number) {
                Some(&f) => equal.push([v as u32, f]),
                None => first.push(v as u32),
            }
        }
    }
    equal
}

/// Faces with the vertices of a lower one: `[copy, first]`, ascending.
pub(super) fn equal_faces(triangles: &[[u32; 3]], whole: impl Fn(u32) -> bool) -> Vec<[u32; 2]> {
    let sorted = |f: u32| {
        let mut t = triangles[f as usize];
        t.sort_unstable();
        (t, f)
    };
    let mut keys: Vec<_> = (0..triangles.len() as u32).filter(|&f| whole(f)).map(sorted).collect();
    keys.sort_unstable();
    let copies = keys.chunk_by(|a, b| a.0 == b.0).flat_map(|g| g[1..].iter().map(|c| [c.1, g[0].1]));
    let mut equal: Vec<[u32; 2]> = copies.collect();
    equal.sort_unstable();
    equal
}

/// Corners (three times the face plus the corner) of one vertex that are connected by edges with
/// `joins`.
pub(super) fn fans(triangles: &[[u32; 3]], edges: &Edges, joins: impl Fn(&[Side]) -> bool) -> UnionFind<u32> {
    let mut fans = UnionFind::new(3 * triangles.len());
    for (_, sides) in edges.groups().filter(|(_, sides)| joins(sides)) {
        let first = sides[0].ends(triangles);
        for s in &sides[1..] {
            let (low, high) = s.ends(triangles);
            fans.union(first.0, low);
            fans.union(first.1, high);
        }
    }
    fans
}

/// Vertices with more than one fan, ascending, and how many.
fn pinched(triangles: &[[u32; 3]], fans: &UnionFind<u32>, whole: impl Fn(u32) -> bool) -> Vec<(u32, usize)> {
    let highest = triangles.iter().flatten().max().map_or(0, |&v| v as usize + 1);
    let mut count = vec![0usize; highest];
    for f in (0..triangles.len() as u32).filter(|&f| whole(f)) {
        for k in 0..3 {
            let half = 3 * f + k;
            // One corner of each fan stands for it.
            count[triangles[f as usize][k as usize] as usize] += usize::from(fans.find(half) == half);
        }
    }
    count.iter().enumerate().filter(|(_, n)| **n > 1).map(|(v, &n)| (v as u32, n)).collect()
}

/// A face of each boundary loop. Boundary edges that end in the same fan belong together.
fn loops(triangles: &[[u32; 3]], edges: &Edges, fans: &UnionFind<u32>) -> Vec<u32> {
    let boundary: Vec<Side> = edges.groups().filter(|(_, sides)| sides.len() == 1).map(|(_, sides)| sides[0]).collect();
    let mut sets = UnionFind::<u32>::new(boundary.len());
    let mut ends: Vec<(u32, u32)> = Vec::with_capacity(2 * boundary.len());
    for (k, side) in boundary.iter().enumerate() {
        let (low, high) = side.ends(triangles);
        ends.extend([(fans.find(low), k as u32), (fans.find(high), k as u32)]);
    }
    ends.sort_unstable();
    for pair in ends.windows(2).filter(|w| w[0].0 == w[1].0) {
        sets.union(pair[0].1, pair[1].1);
    }
    (0..boundary.len() as u32).filter(|&k| sets.find(k) == k).map(|k| boundary[k as usize].face()).collect()
}

/// Which faces have to be turned so that neighbours across edges of two faces agree.
pub(super) struct Winding {
    /// Faces to turn: in each connected part the fewer ones, in a draw not its lowest face.
    pub(super) turned: Vec<u32>,
    /// For each part that cannot be oriented, an edge where it shows.
    pub(super) one_sided: Vec<SharedEdge>,
}

impl Winding {
    pub(super) fn new(triangles: &[[u32; 3]], edges: &Edges) -> Winding {
        // The face across each side, and whether it runs through the edge in the same direction.
        let mut across = vec![(u32::MAX, false); 3 * triangles.len()];
        let slot = |s: &Side| 3 * s.face() as usize + s.corner();
        for (_, sides) in edges.groups() {
            if let [a, b] = sides {
                let alike = a.upwards(triangles) == b.upwards(triangles);
                across[slot(a)] = (b.face(), alike);
                across[slot(b)] = (a.face(), alike);
            }
        }
        let mut winding = Winding { turned: Vec::new(), one_sided: Vec::new() };
        let mut turn: Vec<Option<bool>> = vec![None; triangles.len()];
        let mut queue = VecDeque::new();
        for start in 0..triangles.len() as u32 {
            if turn[start as usize].is_some() || across[3 * start as usize..][..3].iter().all(|a| a.0 == u32::MAX) {
                continue;
            }
            turn[start as usize] = Some(false);
            queue.push_back(start);
            let mut part = Vec::new();
            let mut witness = None;
            while let Some(f) = queue.pop_front() {
                part.push(f);
                let mine = turn[f as usize] == Some(true);
                for k in 0..3 {
                    let (g, alike) = across[3 * f as usize + k];
                    if g == u32::MAX {
                        continue;
                    }
                    match turn[g as usize] {
                        None => {
                            turn[g as usize] = Some(mine != alike);
                            queue.push_back(g);
                        }
                        Some(other) if other != (mine != alike) && witness.is_none() => {
                            let t = triangles[f as usize];
                            let (a, b) = (t[k], t[(k + 1) % 3]);
                            let edge = (a.min(b), a.max(b));
                            witness = Some(SharedEdge { edge, faces: vec![f.min(g), f.max(g)] });
                        }
                        Some(_) => {}
                    }
                }
            }
            let is_turned = |f: &u32| turn[*f as usize] == Some(true);
            let fewer = 2 * part.iter().filter(|f| is_turned(f)).count() <= part.len();
            winding.turned.extend(part.iter().filter(|f| is_turned(f) == fewer));
            winding.one_sided.extend(witness);
        }
        winding.turned.sort_unstable();
        winding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of `n` x `m` squares with opposite sides glued as asked (`flip`: upside down).
    fn band(n: u32, m: u32, around: bool, flip: bool) -> Vec<[u32; 3]> {
        let at = |i: u32, j: u32| {
            let (i, j) = if around && i == n { (0, if flip { m - j } else { j }) } else { (i, j) };
            i * (m + 1) + j
        };
        let squares = (0..n).flat_map(|i| (0..m).map(move |j| (i, j)));
        squares
            .flat_map(|(i, j)| [[at(i, j), at(i + 1, j), at(i + 1, j + 1)], [at(i, j), at(i + 1, j + 1), at(i, j + 1)]])
            .collect()
    }

    fn report(triangles: &[[u32; 3]]) -> Topology {
        let n = triangles.iter().flatten().max().unwrap() + 1;
        let v: Vec<[f64; 3]> = (0..n).map(|k| [f64::from(k), 0.0, 0.0]).collect();
        Topology::new(&v, triangles)
    }

    #[test]
    fn disks_cylinders_and_moebius_strips() {
        let of = |t: &[[u32; 3]]| {
            let r = report(t);
            let c = &r.components[0];
            (r.euler(), r.loops(), c.manifold, c.orientable, c.genus(), r.components.len())
        };
        assert_eq!(of(&band(5, 2, false, false)), (1, 1, true, true, Some(0), 1));
        assert_eq!(of(&band(5, 2, true, false)), (0, 2, true, true, Some(0), 1));
        assert_eq!(of(&band(5, 2, true, true)), (0, 1, true, false, None, 1));
        let sphere = [[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]];
        assert_eq!(of(&sphere), (2, 0, true, true, Some(0), 1));
        // Seven vertices suffice for a torus.
        let torus: Vec<[u32; 3]> =
            (0..7).flat_map(|i| [[i, (i + 1) % 7, (i + 3) % 7], [i, (i + 3) % 7, (i + 2) % 7]]).collect();
        assert_eq!(of(&torus), (0, 0, true, true, Some(1), 1));
    }

    #[test]
    fn elements_are_named() {
        let r = report(&[[0, 1, 2], [0, 3, 1], [1, 0, 4], [2, 5, 6], [2, 0, 1], [3, 3, 1], [0, 3, 7]]);
        let edge = |edge, faces: &[u32]| SharedEdge { edge, faces: faces.to_vec() };
        assert_eq!(r.crowded_edges, [edge((0, 1), &[0, 1, 2, 4])]);
        assert_eq!(r.pinched_vertices, [(2, 2)]);
        assert_eq!(r.equal_faces, [[4, 0]]);
        assert_eq!(r.collapsed, [5]);
        assert_eq!(r.misoriented, [edge((0, 2), &[0, 4]), edge((0, 3), &[1, 6]), edge((1, 2), &[0, 4])]);
        assert_eq!((r.faces, r.components.len(), r.components[1].first), (6, 2, 3));
        assert_eq!(r.obstacle(), Some(SurfaceError::CrowdedEdge { edge: (0, 1), faces: 4 }));
        let v = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-0.0, 0.0, 0.0], [f64::NAN; 3], [f64::NAN; 3]];
        let r = Topology::new(&v, &[[0, 1, 2]]);
        assert_eq!((r.isolated, r.equal_vertices, r.vertices), (vec![3, 4, 5], vec![[3, 0]], 3));
    }

    #[test]
    fn the_fewer_faces_are_turned() {
        let mut t = band(4, 1, true, false);
        t[2].swap(0, 1);
        let edges = Edges::new(&t, |_| true);
        let winding = Winding::new(&t, &edges);
        assert_eq!((winding.turned, winding.one_sided.len()), (vec![2], 0));
        let r = report(&t);
        let e = &r.misoriented[0];
        let (a, b) = (e.faces[0], e.faces[1]);
        let text = r.obstacle().unwrap().to_string();
        assert_eq!(
            text,
            format!(
                "faces {a} and {b} orient edge ({}, {}) alike; neighbours must run through it in opposite directions",
                e.edge.0, e.edge.1
            )
        );
        let moebius = report(&band(5, 1, true, true));
        assert_eq!(moebius.one_sided.len(), 1);
        assert!(moebius.obstacle().unwrap().to_string().starts_with("surface is one-sided"));
    }
}
