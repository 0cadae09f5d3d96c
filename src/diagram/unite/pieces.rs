//! What is to be united: the polygons in which cells meet the pieces of a domain, as names.

/// What a vertex is, whichever piece looks, in numbers: equal names mean one point.
pub type Name = [u32; 5];

/// What a side lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The wall to some other cell.
    Wall,
    /// An edge of the domain or between its pieces. Edges of one number lie on one line.
    Edge(u32),
    /// The circle about the cell's own site.
    Arc,
}

/// A side of a piece with the vertex where it begins.
#[derive(Clone, Copy, Debug)]
pub struct Side<const D: usize> {
    /// The name of its begin.
    pub name: Name,
    /// Where that is. Of all places given for one vertex one is taken.
    pub at: [f64; D],
    /// What it lies on.
    pub line: Line,
    /// Has it no length, exactly? Then its ends are one point.
    pub short: bool,
    /// The angle of an arc; 0 for straight sides.
    pub angle: f64,
}

/// Polygons in which cells meet pieces of the domain.
#[derive(Clone, Debug, Default)]
pub struct Pieces<const D: usize> {
    /// The cell of each, ascending.
    pub owner: Vec<u32>,
    /// First side of each, and the end.
    pub start: Vec<usize>,
    /// Pieces without area, exactly: all their vertices lie on one line.
    pub thin: Vec<bool>,
    /// All sides.
    pub sides: Vec<Side<D>>,
    /// Lines on which edges may begin and end within others, ascending.
    pub seams: Vec<u32>,
}

impl<const D: usize> Pieces<D> {
    /// None yet.
    pub fn new() -> Pieces<D> {
        Pieces { start: vec![0], owner: Vec::new(), thin: Vec::new(), sides: Vec::new(), seams: Vec::new() }
    }

    /// Ends a piece, whose sides were pushed.
    pub fn end(&mut self, owner: u32, thin: bool) {
        self.owner.push(owner);
        self.thin.push(thin);
        self.start.push(self.sides.len());
    }

    /// Adds pieces that another thread found.
    pub fn append(&mut self, mut other: Pieces<D>) {
        let shift = self.sides.len();
        self.owner.append(&mut other.owner);
        self.thin.append(&mut other.thin);
        self.sides.append(&mut other.sides);
        self.start.extend(other.start[1..].iter().map(|s| s + shift));
    }

    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.owner.len()
    }

    /// The sides of a piece.
    pub fn sides_of(&self, piece: usize) -> std::ops::Range<usize> {
        self.start[piece]..self.start[piece + 1]
    }

    /// The side that follows in its piece.
    pub fn next(&self, piece: usize, side: usize) -> usize {
        let range = self.sides_of(piece);
        if side + 1 == range.end { range.start } else { side + 1 }
    }
}
