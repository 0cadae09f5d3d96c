//! What the validity ladders of all families share: defects, and levels 2 and 3 on one convex
//! domain.

use super::label::Label;

/// What is wrong with a diagram: a bug of this library, or a damaged object.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Level 1: a number is not finite, or a mass negative.
    #[error("cell {cell} has a coordinate, mass or centroid that is not a sound number")]
    Number {
        /// The cell.
        cell: usize,
    },
    /// Level 2: the labels of a cell are not those of a convex polygon's edges.
    #[error("cell {cell} has malformed labels")]
    Labels {
        /// The cell.
        cell: usize,
    },
    /// Level 2: `j` is a neighbour of `i` but not the other way round.
    #[error("cell {cell} has a wall to {other}, which has none to it")]
    OneSided {
        /// The cell with the wall.
        cell: usize,
        /// The cell without.
        other: usize,
    },
    /// Level 3: a vertex is not shared by the cells that define it.
    #[error("the vertex of cell {cell} between {before:?} and {after:?} is seen by {seen} cells, not {expected}")]
    Vertex {
        /// One of the cells.
        cell: usize,
        /// Label before the vertex.
        before: Label,
        /// Label after the vertex.
        after: Label,
        /// Cells that have the vertex.
        seen: usize,
        /// Cells that should.
        expected: usize,
    },
    /// In space, level 3: a vertex is not shared by the cells that it names.
    #[error("a vertex of cell {cell} is seen by {seen} cells, not {expected}")]
    Corner {
        /// One of the cells.
        cell: usize,
        /// Cells that have the vertex.
        seen: usize,
        /// Cells that should.
        expected: usize,
    },
    /// Level 3: vertices - edges + faces is not 1 on a connected diagram.
    #[error("Euler's relation fails: {vertices} vertices - {edges} edges + {cells} cells is not 1")]
    Euler {
        /// Distinct vertices.
        vertices: usize,
        /// Distinct edges.
        edges: usize,
        /// Cells.
        cells: usize,
    },
    /// Level 4: a vertex of cell `i` is nearer to another site.
    #[error("vertex {vertex} of cell {cell} lies on the wrong side of the bisector with {other}")]
    WrongSide {
        /// The cell.
        cell: usize,
        /// Index of the vertex in the cell.
        vertex: usize,
        /// The site that would win there.
        other: usize,
    },
    /// Level 4: a site without a cell should have one.
    #[error("site {site} has no cell, but nothing proves that it should have none")]
    Lost {
        /// The site.
        site: usize,
    },
    /// Level 4: the exact areas do not sum to the domain's.
    #[error("the exact areas of the cells do not sum to the domain's area")]
    Area,
    /// On a surface, level 3: two triangles do not see the same cells along their common edge.
    #[error("faces {} and {} do not see the same cells along edge ({}, {})", faces[0], faces[1], edge.0, edge.1)]
    Edge {
        /// The edge's vertices, ascending.
        edge: (u32, u32),
        /// The two triangles.
        faces: [u32; 2],
    },
    /// A defect in one triangle of a surface.
    #[error("in face {face} {defect}")]
    InFace {
        /// The triangle.
        face: u32,
        /// The defect.
        defect: Box<Invalid>,
    },
}

/// Level 2 for the cells of one convex domain with so many edges, among `n` sites.
pub(super) fn adjacency<'d, I: Iterator<Item = (u32, &'d [Label])>>(
    n: usize,
    edges: u32,
    cells: impl Fn() -> I,
) -> Result<(), Invalid> {
    let mut walls: Vec<(u32, u32)> = Vec::new();
    for (cell, labels) in cells() {
        let known = labels.iter().all(|l| match *l {
            Label::Domain(k) => k < edges,
            Label::Bisector(j) => (j as usize) < n && j != cell,
        });
        let mut distinct = labels.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if !known || distinct.len() != labels.len() || (1..3).contains(&labels.len()) {
            return Err(Invalid::Labels { cell: cell as usize });
        }
        walls.extend(labels.iter().filter_map(|l| match *l {
            Label::Bisector(j) => Some((cell, j)),
            Label::Domain(_) => None,
        }));
    }
    walls.sort_unstable();
    match walls.iter().find(|&&(i, j)| walls.binary_search(&(j, i)).is_err()) {
        Some(&(i, j)) => Err(Invalid::OneSided { cell: i as usize, other: j as usize }),
        None => Ok(()),
    }
}

/// Level 3 for the cells of one convex domain with so many edges.
pub(super) fn vertices_shared<'d>(edges: u32, cells: impl Iterator<Item = (u32, &'d [Label])>) -> Result<(), Invalid> {
    // A vertex is named by what defines it, whichever cell looks: the sites tied there and the
    // domain edges met there.
    type Name = ([u32; 3], [u32; 2]);
    let mut names: Vec<(Name, u32, (Label, Label))> = Vec::new();
    let (mut sides, mut count) = (0, 0);
    for (i, labels) in cells {
        count += usize::from(!labels.is_empty());
        for k in 0..labels.len() {
            let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
            let mut sites = [i, u32::MAX, u32::MAX];
            let mut walls = [u32::MAX; 2];
            let (mut s, mut w) = (1, 0);
            for l in [before, labels[k]] {
                match l {
                    Label::Bisector(j) => {
                        sites[s] = j;
                        s += 1;
                    }
                    Label::Domain(e) => {
                        walls[w] = e;
                        w += 1;
                    }
                }
            }
            if w == 2 && (walls[0] + 1) % edges != walls[1] {
                return Err(Invalid::Labels { cell: i as usize });
            }
            sites.sort_unstable();
            walls.sort_unstable();
            names.push(((sites, walls), i, (before, labels[k])));
            sides += match labels[k] {
                Label::Bisector(_) => 1,
                Label::Domain(_) => 2,
            };
        }
    }
    names.sort_unstable_by_key(|n| (n.0, n.1));
    let mut vertices = 0;
    for group in names.chunk_by(|a, b| a.0 == b.0) {
        vertices += 1;
        let expected = group[0].0.0.iter().filter(|&&s| s != u32::MAX).count();
        if group.len() != expected {
            let (cell, (before, after)) = (group[0].1 as usize, group[0].2);
            return Err(Invalid::Vertex { cell, before, after, seen: group.len(), expected });
        }
    }
    let edges = sides / 2;
    if vertices + count != edges + 1 {
        return Err(Invalid::Euler { vertices, edges, cells: count });
    }
    Ok(())
}
