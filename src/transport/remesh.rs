//! Remeshing: the dual of a diagram on a surface as a mesh, with an honest report of its topology.
//!
//! The regular triangulation restricted to the surface has the topology of the surface if every
//! cell is small enough to be a disk, every wall an arc, and so on (the closed ball property,
//! [`BallDefects`]). That is checked, and the mesh itself is looked at: two compact surfaces are
//! homeomorphic if and only if their components agree in Euler's characteristic, number of boundary
//! loops and orientability. Whether triangles intersect is not asked.

use crate::diagram::{BallDefects, DiagramError, SurfaceDiagram};
use crate::domain::surface::{SurfaceError, Topology};
use crate::exact::Heights;
use crate::problem::SurfaceProblem;

/// Where the vertices of a remesh are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Positions {
    /// At the point of each cell that is nearest to its centroid: on the surface, whatever the
    /// sites are.
    #[default]
    Surface,
    /// At the centroids of the cells.
    Centroids,
    /// At the sites.
    Sites,
}

/// A remeshed surface.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Remesh {
    /// Vertices: those of the sites that are in triangles, ascending.
    pub vertices: Vec<[f64; 3]>,
    /// The site of each vertex.
    pub sites: Vec<u32>,
    /// Triangles, turning as those of the surface where they arise.
    pub triangles: Vec<[u32; 3]>,
    /// What the mesh is like.
    pub topology: Topology,
    /// What the surface is like, of the triangles that carry mass.
    pub surface: Topology,
    /// Where the closed ball property fails. Where it does not, the mesh is homeomorphic to a
    /// surface that is a manifold.
    pub defects: BallDefects,
}

impl Remesh {
    /// Is the mesh homeomorphic to the surface? `None` if the surface is no manifold: then it is
    /// not decided.
    pub fn is_same(&self) -> Option<bool> {
        let manifold = |t: &Topology| t.components.iter().all(|c| c.manifold) && t.collapsed.is_empty();
        if !manifold(&self.surface) {
            return None;
        }
        let kinds = |t: &Topology| {
            let mut all: Vec<_> = t.components.iter().map(|c| (c.euler(), c.loops, c.orientable)).collect();
            all.sort_unstable();
            all
        };
        // Two triangles with the same vertices make a sphere, but no mesh.
        let is_mesh = manifold(&self.topology) && self.topology.equal_faces.is_empty();
        Some(is_mesh && kinds(&self.topology) == kinds(&self.surface))
    }

    /// Why the surface is no manifold, if it is none.
    pub fn obstacle(&self) -> Option<SurfaceError> {
        let of_manifolds =
            |e: &SurfaceError| matches!(e, SurfaceError::OneSided { .. } | SurfaceError::Misoriented { .. });
        self.surface.obstacle().filter(|e| !of_manifolds(e))
    }
}

/// Remeshes the surface by the dual of the diagram at these heights. Cost: that of the diagram.
///
/// # Errors
/// Heights that are not finite or not one per site.
///
/// ```
/// use brenier::{Heights, Surface, SurfaceProblem, SurfaceProblemData, remesh};
/// use brenier::transport::Positions;
/// // A cube of side 2, and sites beyond its corners: by symmetry, cells meet three by three, or
/// // four by four in the middles of faces.
/// let v: Vec<[f64; 3]> = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(|b| f64::from(2 * b - 1))).collect();
/// let sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
/// let t = sides.iter().flat_map(|s| [[s[0], s[1], s[2]], [s[0], s[2], s[3]]]).collect();
/// let problem = SurfaceProblem::new(SurfaceProblemData::new(Surface::new(v.clone(), t).unwrap(), v)).unwrap();
/// let mesh = remesh(&problem, &Heights::zeros(8), Positions::Sites).unwrap();
/// assert_eq!((mesh.vertices.len(), mesh.triangles.len()), (8, 12));
/// assert_eq!(mesh.is_same(), Some(true));
/// ```
pub fn remesh(problem: &SurfaceProblem, heights: &Heights, positions: Positions) -> Result<Remesh, DiagramError> {
    let diagram = SurfaceDiagram::new(problem, heights)?;
    let dual = diagram.dual();
    let mut used = vec![false; diagram.len()];
    dual.triangles.iter().flatten().for_each(|&i| used[i as usize] = true);
    let sites: Vec<u32> = (0..diagram.len() as u32).filter(|&i| used[i as usize]).collect();
    let mut number = vec![u32::MAX; diagram.len()];
    sites.iter().enumerate().for_each(|(k, &i)| number[i as usize] = k as u32);
    let triangles: Vec<[u32; 3]> = dual.triangles.iter().map(|t| t.map(|i| number[i as usize])).collect();
    let centroid = |i: usize| diagram.centroids()[i].unwrap_or(problem.sites()[i]);
    let all: Vec<[f64; 3]> = match positions {
        Positions::Sites => problem.sites().to_vec(),
        Positions::Centroids => (0..diagram.len()).map(centroid).collect(),
        Positions::Surface => diagram.nearest_in_cells(&(0..diagram.len()).map(centroid).collect::<Vec<_>>()),
    };
    let vertices: Vec<[f64; 3]> = sites.iter().map(|&i| all[i as usize]).collect();
    let facets = problem.facets();
    let carrying: Vec<[u32; 3]> = (0..facets.len() as u32).map(|f| facets.vertices(f)).collect();
    Ok(Remesh {
        topology: Topology::new(&vertices, &triangles),
        surface: Topology::new(problem.surface().vertices(), &carrying),
        vertices,
        sites,
        triangles,
        defects: dual.defects,
    })
}
