//! Pixels of a sphere in blocks of blocks, with what each holds.
//!
//! A block is a rectangle of pixels; it is halved across its longer side until it has one value, so
//! a sea of one value is one block. Sums are kept of blocks of more than a few pixels.

use super::pixels::Pixels;
use super::sums::Sums;

/// A rectangle of pixels: columns from the west, rows from the south, each from the first one to
/// before the last one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Columns.
    pub columns: [u32; 2],
    /// Rows.
    pub rows: [u32; 2],
    node: u32,
}

/// No node: sums are made when they are asked for.
const NONE: u32 = u32::MAX;

/// Blocks of so many pixels or fewer have no nodes below them.
const FEW: u64 = 16;

#[derive(Clone, Debug)]
struct Node {
    sums: Sums,
    /// The node of the second half; that of the first follows this one. 0: none.
    second: u32,
}

/// The blocks of an image.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    roots: Vec<Block>,
    nodes: Vec<Node>,
}

impl Block {
    /// Is it one pixel (or a part of a wide one)?
    pub fn is_pixel(&self) -> bool {
        self.size() == 1
    }

    fn size(&self) -> u64 {
        u64::from(self.columns[1] - self.columns[0]) * u64::from(self.rows[1] - self.rows[0])
    }

    /// Is it halved by a meridian? And the number of the line.
    pub fn middle(&self) -> (bool, u32) {
        let [columns, rows] = [self.columns, self.rows].map(|[a, b]| b - a);
        let across = columns >= rows;
        let [a, b] = if across { self.columns } else { self.rows };
        (across, a + (b - a) / 2)
    }

    /// The two halves, with nodes to be found.
    fn split(&self) -> [Block; 2] {
        let (across, line) = self.middle();
        let (mut first, mut second) = (Block { node: NONE, ..*self }, Block { node: NONE, ..*self });
        if across {
            (first.columns[1], second.columns[0]) = (line, line);
        } else {
            (first.rows[1], second.rows[0]) = (line, line);
        }
        [first, second]
    }
}

impl Blocks {
    /// Of an image.
    pub fn of(pixels: &Pixels) -> Blocks {
        let [columns, rows] = pixels.grid();
        let step = pixels.sector();
        let mut blocks = Blocks::default();
        let mut first = 0;
        while first < columns {
            let last = (first + step).min(columns);
            let root = Block { columns: [first, last], rows: [0, rows], node: blocks.nodes.len() as u32 };
            blocks.grow(pixels, &root);
            blocks.roots.push(root);
            first = last;
        }
        blocks
    }

    fn grow(&mut self, pixels: &Pixels, block: &Block) -> Sums {
        let at = self.nodes.len();
        if block.size() <= FEW {
            let sums = made(pixels, block);
            self.nodes.push(Node { sums, second: 0 });
            return sums;
        }
        self.nodes.push(Node { sums: Sums::default(), second: 0 });
        let [first, second] = block.split();
        let a = self.grow(pixels, &first);
        let begin = self.nodes.len() as u32;
        let sums = a.with(&self.grow(pixels, &second));
        self.nodes[at] = Node { sums, second: begin };
        if sums.value().is_some() {
            // Nobody asks for its halves.
            self.nodes.truncate(at + 1);
            self.nodes[at].second = 0;
        }
        sums
    }

    /// All of them together are the image.
    pub fn roots(&self) -> impl Iterator<Item = Block> + '_ {
        self.roots.iter().copied()
    }

    /// What a block holds.
    pub fn sums(&self, pixels: &Pixels, block: &Block) -> Sums {
        match self.nodes.get(block.node as usize) {
            Some(node) => node.sums,
            None => made(pixels, block),
        }
    }

    /// The halves of a block.
    pub fn halves(&self, block: &Block) -> [Block; 2] {
        let [mut first, mut second] = block.split();
        if let Some(node) = self.nodes.get(block.node as usize).filter(|n| n.second != 0) {
            (first.node, second.node) = (block.node + 1, node.second);
        }
        [first, second]
    }
}

/// The sums of a block from its pixels.
fn made(pixels: &Pixels, block: &Block) -> Sums {
    let rows = block.rows[0]..block.rows[1];
    let all = rows.flat_map(|row| (block.columns[0]..block.columns[1]).map(move |column| (column, row)));
    all.map(|(column, row)| pixels.sums_of(column, row)).reduce(|a, b| a.with(&b)).unwrap_or_default()
}
