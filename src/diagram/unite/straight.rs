//! Vertices where nothing turns: where a wall crosses an edge between triangles, or an arc does.

use super::super::outlines::NOBODY;
use super::glue::Glued;
use super::pieces::{Line, Pieces};
use super::rings::Walked;

/// What of a ring two stretches have in common that follow each other without a turn.
#[derive(Clone, Copy, PartialEq)]
enum Run {
    /// The wall to a cell: part of one line.
    Wall(u32),
    Edge(u32),
    Arc,
}

fn run<const D: usize>(glued: &Glued, pieces: &Pieces<D>, stretch: u32) -> Run {
    match (glued.beyond[stretch as usize], pieces.sides[glued.stretches[stretch as usize].side as usize].line) {
        (_, Line::Arc) => Run::Arc,
        (NOBODY, Line::Edge(number)) => Run::Edge(number),
        // A wall beyond which nobody is: no two of them are known to lie on one line.
        (NOBODY, Line::Wall) => Run::Wall(NOBODY),
        (other, _) => Run::Wall(other),
    }
}

/// For each vertex, whether it may be left out of all rings of the plane at once: it is within a
/// straight wall, edge or arc in every ring that has it, and no other ring has it. Walls are
/// straight in the plane only.
pub fn needless<const D: usize>(
    rings: &[Vec<Walked>],
    glued: &Glued,
    pieces: &Pieces<D>,
    vertices: usize,
) -> Vec<bool> {
    // How often it is seen, by whom first, and whether it turns anywhere.
    let (mut seen, mut turns) = (vec![0u8; vertices], vec![false; vertices]);
    let mut first = vec![NOBODY; vertices];
    for ring in rings {
        for (k, &(at, forward)) in ring.iter().enumerate() {
            let before = ring[if k == 0 { ring.len() - 1 } else { k - 1 }].0;
            let vertex = glued.begin(at, forward) as usize;
            let (a, b) = (run(glued, pieces, before), run(glued, pieces, at));
            let owner = glued.owner[glued.stretches[at as usize].piece as usize];
            let one_line = a == b && a != Run::Wall(NOBODY) && before != at;
            let fits = match seen[vertex] {
                0 => true,
                // The other side of the same wall.
                1 => a == Run::Wall(first[vertex]),
                _ => false,
            };
            turns[vertex] |= !(one_line && fits);
            seen[vertex] = seen[vertex].saturating_add(1);
            first[vertex] = owner;
        }
    }
    // A wall has two sides: if one of them is not seen here something else is there.
    let mut walls = vec![false; vertices];
    for &(at, forward) in rings.iter().flatten() {
        walls[glued.begin(at, forward) as usize] |= matches!(run(glued, pieces, at), Run::Wall(_));
    }
    (0..vertices).map(|v| !turns[v] && seen[v] == if walls[v] { 2 } else { 1 }).collect()
}
