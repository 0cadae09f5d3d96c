//! The boundary of what hangs together, as rings that pass no vertex twice.

use super::glue::{Glued, NONE};

/// A stretch, and whether it is walked from its begin to its end.
pub type Walked = (u32, bool);

/// All rings of some glued pieces, by their lowest stretch. Cost: O(stretches).
///
/// At a vertex the walk turns through the pieces that hang together there, so what only touches in
/// a point stays apart. A walk that comes to a vertex again is divided there: a hole that touches
/// the outline is a hole.
pub fn rings(glued: &Glued, vertices: usize) -> Vec<Vec<Walked>> {
    let mut done = vec![false; glued.stretches.len()];
    // Where on the present walk a vertex was passed.
    let mut passed = vec![NONE; vertices];
    let mut all = Vec::new();
    for first in 0..glued.stretches.len() as u32 {
        if done[first as usize] || glued.twin[first as usize] != NONE {
            continue;
        }
        let mut walk: Vec<Walked> = Vec::new();
        let (mut at, mut forward) = (first, true);
        loop {
            done[at as usize] = true;
            let vertex = glued.begin(at, forward) as usize;
            if passed[vertex] != NONE {
                let ring = walk.split_off(passed[vertex] as usize);
                ring.iter().for_each(|&(k, f)| passed[glued.begin(k, f) as usize] = NONE);
                all.push(ring);
            }
            passed[vertex] = walk.len() as u32;
            walk.push((at, forward));
            (at, forward) = next(glued, at, forward);
            if at == first || done[at as usize] {
                break;
            }
        }
        walk.iter().for_each(|&(k, f)| passed[glued.begin(k, f) as usize] = NONE);
        all.push(walk);
    }
    all
}

/// The boundary stretch that follows: from piece to piece around the vertex where this one ends.
fn next(glued: &Glued, stretch: u32, forward: bool) -> Walked {
    let (mut at, mut forward) = (glued.step(stretch, forward), forward);
    while glued.twin[at as usize] != NONE {
        let (vertex, twin) = (glued.begin(at, forward), glued.twin[at as usize]);
        forward = glued.stretches[twin as usize].to == vertex;
        at = glued.step(twin, forward);
    }
    (at, forward)
}
