//! What may be wrong with the rings of a polygon, and how rings and edges are called.

use std::fmt;

/// Which ring: of which part, and the outer one or which hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingName {
    /// What the part is called; `None` if there is one only.
    pub part: Option<String>,
    /// Which hole, from 0; `None`: the outer ring.
    pub hole: Option<usize>,
}

impl fmt::Display for RingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hole {
            None => f.write_str("the outer ring")?,
            Some(hole) => write!(f, "hole {hole}")?,
        }
        match &self.part {
            None => Ok(()),
            Some(part) => write!(f, " of {part}"),
        }
    }
}

/// Which edge of a ring, and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeName {
    /// Its ring.
    pub ring: RingName,
    /// The vertex of the ring, as given, from which the edge goes to the next one.
    pub edge: usize,
    /// That vertex.
    pub from: [f64; 2],
    /// The next one.
    pub to: [f64; 2],
}

impl fmt::Display for EdgeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EdgeName { ring, edge, from, to } = self;
        write!(f, "edge {edge} of {ring} ({from:?} to {to:?})")
    }
}

/// What is wrong with the rings of a polygon.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RingError {
    /// No rings at all.
    #[error("there are no rings; give at least one")]
    NoRings,
    /// Fewer than three vertices.
    #[error("{ring} has {found} vertices; a ring needs at least 3")]
    TooFewVertices {
        /// The ring.
        ring: RingName,
        /// Number of vertices given.
        found: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("vertex {vertex} of {ring} has coordinate {axis} = {value}; every coordinate must be finite")]
    NonFinite {
        /// The ring.
        ring: RingName,
        /// The vertex as given.
        vertex: usize,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// Two edges cross inside both of them.
    #[error("{first} crosses {second}; rings may touch, but not cross")]
    Crossing {
        /// One of them.
        first: Box<EdgeName>,
        /// The other one.
        second: Box<EdgeName>,
    },
    /// A ring goes around some place twice, or around two places in opposite senses: it crosses
    /// itself at a vertex.
    #[error("{ring} crosses itself or goes around twice, as seen at {at}; give each piece a ring of its own")]
    Twisted {
        /// The ring.
        ring: RingName,
        /// An edge beyond which that is so.
        at: Box<EdgeName>,
    },
    /// A hole where its outer ring is not.
    #[error("{hole} reaches outside its outer ring, as seen at {at}; a hole lies inside it")]
    HoleOutside {
        /// The hole.
        hole: RingName,
        /// An edge beyond which that is so.
        at: Box<EdgeName>,
    },
    /// Two holes of one part overlap.
    #[error("{first} and {second} overlap, as seen at {at}; unite them")]
    HolesOverlap {
        /// One hole.
        first: RingName,
        /// Another one.
        second: RingName,
        /// An edge beyond which they do.
        at: Box<EdgeName>,
    },
    /// Two parts overlap.
    #[error("{first} and {second} overlap, as seen at {at}; parts may touch, but every point belongs to one only")]
    PartsOverlap {
        /// Outer ring of one.
        first: RingName,
        /// Outer ring of another.
        second: RingName,
        /// An edge beyond which they do.
        at: Box<EdgeName>,
    },
    /// Coordinates of too different magnitudes for exact signs.
    #[error(
        "coordinates go from {least:e} to {most:e} in magnitude; a polygon that is not convex may have them 1e103 apart, \
         move or round it"
    )]
    Magnitudes {
        /// The least that is not zero.
        least: f64,
        /// The largest.
        most: f64,
    },
    /// The triangulation failed: not a fault of the rings.
    #[error("the rings could not be triangulated; please report it with the input, and give a mesh instead")]
    Failed,
}
