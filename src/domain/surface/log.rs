//! What a repair did.

use std::fmt;

/// What a repair did, in order; displays as one line for each.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RepairLog {
    /// The steps that changed or found something.
    pub steps: Vec<Mend>,
}

impl RepairLog {
    /// Gives faces other numbers: those of a file whose polygons were cut into triangles.
    pub fn rename_faces(&mut self, name: impl Fn(u32) -> u32) {
        for step in &mut self.steps {
            match step {
                Mend::MergedVertices(_) | Mend::DroppedVertices(_) | Mend::DoubledVertices(_) => {}
                Mend::DroppedFlat(faces) | Mend::TurnedFaces(faces) => {
                    faces.iter_mut().for_each(|f| *f = name(*f));
                    // Several triangles of one polygon are one face.
                    faces.dedup();
                }
                Mend::SplitNeighbours(pairs) | Mend::EqualFaces(pairs) | Mend::DroppedEqual(pairs) => {
                    pairs.iter_mut().for_each(|p| *p = p.map(&name));
                    pairs.dedup();
                }
            }
        }
    }
}

/// A step of a repair. Vertices and faces are those of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mend {
    /// Vertices `copy` became one with `first`, at the same place: `[copy, first]`.
    MergedVertices(Vec<[u32; 2]>),
    /// Faces that were left out because their corners lie on one line.
    DroppedFlat(Vec<u32>),
    /// Flat faces whose middle corner now divides the neighbour across from it:
    /// `[flat, neighbour]`. No point of the surface moved.
    SplitNeighbours(Vec<[u32; 2]>),
    /// Faces `copy` with the vertices of `first`, which both stay: `[copy, first]`.
    EqualFaces(Vec<[u32; 2]>),
    /// Faces `copy` that were left out for `first` with the same vertices: `[copy, first]`.
    DroppedEqual(Vec<[u32; 2]>),
    /// Vertices without faces that were left out.
    DroppedVertices(Vec<u32>),
    /// Vertices that were doubled where the surface was cut open, once for each time.
    DoubledVertices(Vec<u32>),
    /// Faces whose second and third corner were swapped.
    TurnedFaces(Vec<u32>),
}

impl Mend {
    /// Whether the triangles may not be what was meant: something that counts twice, or changed how
    /// they hang together.
    pub fn is_warning(&self) -> bool {
        matches!(self, Mend::EqualFaces(_) | Mend::DroppedEqual(_) | Mend::DoubledVertices(_) | Mend::TurnedFaces(_))
    }
}

impl fmt::Display for Mend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One element by name, the rest by number.
        let mut one = |(singular, plural): (&str, &str), first: u32, n: usize, single: &str, many: &str| match n {
            1 => write!(f, "{singular} {first} {single}"),
            2 => write!(f, "{singular} {first} and 1 more {many}"),
            _ => write!(f, "{n} {plural} {many}, the first of them {first}"),
        };
        const FACES: (&str, &str) = ("face", "faces");
        const VERTICES: (&str, &str) = ("vertex", "vertices");
        let pair = |p: &[[u32; 2]]| p.first().copied().unwrap_or([0; 2]);
        let first = |p: &[u32]| p.first().copied().unwrap_or(0);
        match self {
            Mend::MergedVertices(p) => {
                let with = format!("is at the place of vertex {} and was merged with it", pair(p)[1]);
                one(VERTICES, pair(p)[0], p.len(), &with, "were merged with others at the same place")
            }
            Mend::DroppedFlat(p) => {
                one(FACES, first(p), p.len(), "has zero area and was left out", "have zero area and were left out")
            }
            Mend::SplitNeighbours(p) => {
                let with = format!("has zero area; its middle vertex now divides face {}", pair(p)[1]);
                one(FACES, pair(p)[0], p.len(), &with, "have zero area; their middle vertices now divide neighbours")
            }
            Mend::EqualFaces(p) => {
                let with = format!("has the vertices of face {}; both count", pair(p)[1]);
                one(FACES, pair(p)[0], p.len(), &with, "have the vertices of lower ones; all count")
            }
            Mend::DroppedEqual(p) => {
                let with = format!("has the vertices of face {} and was left out", pair(p)[1]);
                one(FACES, pair(p)[0], p.len(), &with, "have the vertices of lower ones and were left out")
            }
            Mend::DroppedVertices(p) => {
                one(VERTICES, first(p), p.len(), "has no face and was left out", "have no face and were left out")
            }
            Mend::DoubledVertices(p) => {
                one(VERTICES, first(p), p.len(), "was doubled to cut the surface", "were doubled to cut the surface")
            }
            Mend::TurnedFaces(p) => one(
                FACES,
                first(p),
                p.len(),
                "was turned to agree with its neighbours",
                "were turned to agree with the rest",
            ),
        }
    }
}

impl fmt::Display for RepairLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, step) in self.steps.iter().enumerate() {
            write!(f, "{}{step}", if k == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
