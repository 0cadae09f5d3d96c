//! What is told of a chart.

use super::check::Proof;
use super::remesh::RemeshReport;
use super::watch::ParameterizeStage;
use std::fmt;

/// With more than this share of the vertices on the boundary, more cuts are no cure.
pub(super) const CROWDED: f64 = 0.2;

/// What was done to one component.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ChartReport {
    /// Its first triangle, as numbered in the parameterization.
    pub first: u32,
    /// Number of its triangles.
    pub faces: usize,
    /// Number of its vertices, after cutting.
    pub vertices: usize,
    /// Handles before cutting.
    pub genus: usize,
    /// Boundary loops before cutting.
    pub loops: usize,
    /// Boundary loops that stayed holes.
    pub holes: usize,
    /// Edges around the longest of them.
    pub hole_edges: usize,
    /// Edges that were cut.
    pub cut_edges: usize,
    /// By how much straight sides of the boundary bend outwards, in lengths of a side: not 0 if an
    /// edge inside would lie on one.
    pub bulge: f64,
    /// Rounds of balancing weights in the first embedding.
    pub rounds: usize,
    /// Mean share of the way to the centroids of transport's cells that vertices could go.
    pub moved: f64,
    /// Error of areas (between 0 and 2) after the first embedding, after transport, after
    /// refinement.
    pub area_errors: [f64; 3],
    /// What remeshing did, if asked for.
    pub remeshed: Option<RemeshReport>,
    /// Newton steps of the refinement.
    pub steps: usize,
    /// Layouts that were tried: more than 1 if the first one missed its aim.
    pub tries: usize,
    /// Edges that were cut along limbs, after layouts that missed their aim; counted in
    /// `cut_edges`, too.
    pub opened_edges: usize,
    /// Ratio of singular values that 95 per cent of the chart's area keep to.
    pub stretch: f64,
    /// The same for 50, 95 and 99 per cent.
    pub stretches: [f64; 3],
    /// What was being done to it when somebody asked to stop.
    pub stopped: Option<ParameterizeStage>,
    /// Aims that it misses.
    pub misses: Vec<Miss>,
    /// Wall seconds.
    pub seconds: f64,
    /// Proof that it is one to one.
    pub proof: Proof,
    /// Proof of the cells' masses, if asked for.
    pub cells: Option<CellProof>,
}

/// What is proved of the Laguerre cells at the final places of the vertices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CellProof {
    /// Bounds of the largest relative error of a cell's mass, from rational numbers.
    pub max_relative_error: [f64; 2],
    /// Bounds of the squared distance `W2^2` between the even measure and the vertices with their
    /// areas.
    pub w2_squared: [f64; 2],
    /// Cells.
    pub cells: usize,
    /// Largest relative error of the area of a vertex's star, as a share of all, computed in
    /// rationals and rounded once.
    pub star_error: f64,
}

/// An aim that a chart has missed. Displays as a sentence with what can be done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Miss {
    /// It is not one to one.
    NotOneToOne {
        /// What stands against it.
        proof: Proof,
    },
    /// Areas are off although they count most.
    Areas {
        /// Sum of the errors of all shares of the chart's area, between 0 and 2.
        error: f64,
        /// Whether the boundary had a shape to keep.
        shaped: bool,
        /// Share of the chart's vertices that are on its boundary.
        on_boundary: f64,
    },
    /// Areas of a chart of an atlas are off.
    AtlasAreas {
        /// Sum of the errors of all shares of the chart's area, between 0 and 2.
        error: f64,
        /// The largest that was allowed.
        allowed: f64,
    },
    /// Somebody asked to stop.
    Stopped {
        /// What was being done.
        stage: ParameterizeStage,
    },
    /// Triangles are long and narrow.
    Stretch {
        /// Ratio of singular values that 95 per cent of the area keep to.
        stretch: f64,
    },
    /// A chart of an atlas stretches more than it may.
    Bound {
        /// Ratio of singular values that 99 per cent of the area keep to.
        stretch: f64,
        /// The largest that was allowed.
        allowed: f64,
    },
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Miss::NotOneToOne { proof } if !proof.disk => write!(f, "is no disk; repair the mesh (`--merge`)"),
            Miss::NotOneToOne { proof } => write!(
                f,
                "is not one to one: {} flipped, {} flat, {} of the boundary; cut it open (`--seams`), or divide its largest triangles",
                proof.flipped, proof.flat, proof.crossings
            ),
            Miss::Areas { error, shaped, on_boundary } => {
                write!(f, "misses its areas: L1 error {error:.2} (of 2); ")?;
                // Triangles between vertices of one convex curve are as large as the curve allows.
                if *on_boundary > CROWDED {
                    let share = 100.0 * on_boundary;
                    let free = if *shaped { "let it be free (`--boundary free`), " } else { "" };
                    write!(
                        f,
                        "{share:.0} % of its vertices are on its boundary: {free}divide its triangles in four, or cut it into flat charts (`--seams`)"
                    )
                } else if *shaped {
                    write!(
                        f,
                        "cut it open along its limbs (`--seams`), or let its boundary be free (`--boundary free`)"
                    )
                } else {
                    write!(f, "cut it open along its limbs (`--seams`)")
                }
            }
            Miss::AtlasAreas { error, allowed } => write!(
                f,
                "misses its areas: L1 error {error:.3} (of 2), more than {allowed}; give areas more weight (a higher `--area-weight`), or allow more charts (`--max-stretch`, `--charts`)"
            ),
            Miss::Bound { stretch, allowed } => write!(
                f,
                "is stretched {stretch:.3} times on a hundredth of its area, more than {allowed}; allow more charts (`--charts`)"
            ),
            Miss::Stopped { stage } => {
                write!(
                    f,
                    "was stopped at its {stage}; what there was then is written: give it more time (`--time-limit`)"
                )
            }
            Miss::Stretch { stretch } => write!(
                f,
                "is stretched {stretch:.0} times or more on a twentieth of its area; give angles more weight (a lower `--area-weight`), or cut it open (`--seams`)"
            ),
        }
    }
}
