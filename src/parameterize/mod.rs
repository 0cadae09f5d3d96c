//! Layer 5: area-preserving parameterization of triangle meshes, without flips.
//!
//! A surface is repaired, cut into disks, and each disk is laid into the plane by an embedding of
//! positive weights (`embed`), moved by semi-discrete optimal transport from the even measure to
//! the vertices' areas (`transport`), and refined by Newton steps that never flip a triangle
//! (`refine`). That the result is one to one is decided exactly, on the doubles as they are written
//! (`check`). See `docs/theory/parameterization.md`.

// Indices of small matrices and of parallel lists say more than iterators over one of them.
#![allow(clippy::needless_range_loop)]

mod atlas;
mod border;
mod build;
mod chart;
mod check;
mod contact;
mod cut;
mod distort;
mod embed;
mod energy;
mod flatten;
mod ground;
mod holes;
mod layout;
mod measure;
mod morph;
mod options;
mod pack;
mod parameterization;
mod pipeline;
mod refine;
mod remesh;
mod report;
mod result;
mod rim;
mod scale;
mod schedule;
mod segment;
mod sight;
mod sphere;
mod stages;
mod stitch;
mod system;
mod transport;
mod tries;
mod watch;

pub use check::Proof;
pub use distort::{BINS, Distortion, FaceError, Histogram, Worst};
pub use layout::LayoutProof;
pub use options::{ATLAS_WEIGHT, Boundary, Landmark, Merge, ParameterizeError, ParameterizeOptions, Target};
pub use parameterization::{parameterize, parameterize_with};
pub use remesh::RemeshReport;
pub use report::{CellProof, ChartReport, Miss};
pub use result::Parameterization;
pub use sphere::{SphereMap, SphereMiss, SphereOptions, SphereProof, SphereReport, parameterize_sphere};
pub use watch::{ParameterizeOutcome, ParameterizeProgress, ParameterizeStage};
