//! The walls of a diagram as the edges of a graph: which walls end in one point is decided exactly.

use super::super::label::Label;
use super::snapshot::Diagram;
use petgraph::unionfind::UnionFind;
use std::collections::HashMap;

/// A wall of positive length between two cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wall {
    /// The sites, the lower index first.
    pub sites: [u32; 2],
    /// Its ends, counter-clockwise around the cell of the first site.
    pub ends: [[f64; 2]; 2],
    /// Numbers of its ends: walls have an end of one number if they meet there.
    pub nodes: [u32; 2],
}

impl Wall {
    /// Length.
    pub fn length(&self) -> f64 {
        let [a, b] = self.ends;
        (b[0] - a[0]).hypot(b[1] - a[1])
    }
}

/// Walls and the points where they end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Walls {
    /// Walls, sorted by their sites.
    pub walls: Vec<Wall>,
    /// Where each node lies.
    pub nodes: Vec<[f64; 2]>,
    /// Whether a node lies on the boundary of the domain (of a mesh: of its bounding box).
    pub on_boundary: Vec<bool>,
}

impl Diagram {
    /// The walls on the convex domain, or on the bounding box of a mesh. Cost: O(walls).
    ///
    /// Where more than three cells meet in a point the perturbation has opened walls of no length
    /// between them; these are recognised exactly, are no walls here, and tell which vertices are
    /// one node.
    pub fn walls(&self) -> Walls {
        let n = self.len() as u32;
        let code = |label: &Label| match *label {
            Label::Bisector(j) => j,
            Label::Domain(k) => n + k,
        };
        // A vertex is named by its three labels: sites, and domain edges numbered after them.
        let mut number: HashMap<[u32; 3], u32> = HashMap::new();
        let (mut places, mut on_boundary) = (Vec::new(), Vec::new());
        let (mut walls, mut points) = (Vec::new(), Vec::new());
        for i in 0..n {
            let (labels, vertices) = (self.labels(i as usize), self.vertices(i as usize));
            let count = labels.len();
            let mut node = |k: usize| {
                let mut name = [i, code(&labels[(k + count - 1) % count]), code(&labels[k])];
                name.sort_unstable();
                *number.entry(name).or_insert_with(|| {
                    places.push(vertices[k]);
                    on_boundary.push(name[2] >= n);
                    places.len() as u32 - 1
                })
            };
            for (k, label) in labels.iter().enumerate() {
                let next = (k + 1) % count;
                let nodes = [node(k), node(next)];
                match *label {
                    Label::Bisector(j) if j < i => {}
                    _ if self.is_point(i as usize, k) => points.push(nodes),
                    Label::Bisector(j) => {
                        walls.push(Wall { sites: [i, j], ends: [vertices[k], vertices[next]], nodes });
                    }
                    Label::Domain(_) => {}
                }
            }
        }
        // Nodes that are one point get one number, that of the first.
        let mut sets = UnionFind::<u32>::new(places.len());
        points.iter().for_each(|&[a, b]| {
            sets.union(a, b);
        });
        let (mut first, mut names) = (vec![u32::MAX; places.len()], vec![0; places.len()]);
        let mut all = Walls::default();
        for v in 0..places.len() {
            let set = sets.find(v as u32) as usize;
            if first[set] == u32::MAX {
                first[set] = all.nodes.len() as u32;
                all.nodes.push(places[v]);
                all.on_boundary.push(false);
            }
            names[v] = first[set];
            all.on_boundary[first[set] as usize] |= on_boundary[v];
        }
        walls.sort_by_key(|w| w.sites);
        walls.iter_mut().for_each(|w| w.nodes = w.nodes.map(|v| names[v as usize]));
        all.walls = walls;
        all
    }
}
