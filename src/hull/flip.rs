//! Repair after a change of heights: flips until every edge is locally regular, then the hidden sites are offered again.
//!
//! Why the result is the rebuild's: when every edge is locally regular the lifted surface is convex, so the triangulation is
//! the regular one of its own vertices (Delaunay's lemma); when moreover no hidden site lies above it, it is the regular one of all
//! sites, which is unique after the perturbation. Why it ends: each flip raises the lifted surface. Flips can get stuck on
//! an edge whose quadrilateral is not convex and whose reflex vertex still has other neighbours; then the caller rebuilds.

use super::insert::{Builder, Face, Inserted};
use super::mesh::{GHOST, NONE, Triangle, join, next, previous, split};

use crate::exact::predicates::{Lifted, orient2d};

/// Flips could not finish; rebuild.
#[derive(Debug)]
pub struct Stuck;

/// Repairs a triangulation for changed heights. `corner` is kept up to date, `NONE` for hidden sites.
///
/// Cost: one predicate an edge, plus a constant a flip.
pub fn repair(builder: &mut Builder, points: &[Lifted], rank: &[u32], corner: &mut [u32]) -> Result<(), Stuck> {
    let hidden: Vec<u32> = (0..points.len() as u32).filter(|&i| corner[i as usize] == NONE).collect();
    builder.fit(points);
    let mut queue = irregular_edges(builder, points, rank);
    while !queue.is_empty() {
        let mut blocked = false;
        let mut flipped = false;
        while let Some(edge) = queue.pop() {
            match flip(builder, points, rank, corner, edge, &mut queue) {
                Flip::Regular => {}
                Flip::Done => flipped = true,
                Flip::Blocked => blocked = true,
            }
        }
        if blocked {
            // Blocked edges may have been freed by later flips; look again as long as something moves.
            queue = irregular_edges(builder, points, rank);
            if !queue.is_empty() && !flipped {
                return Err(Stuck);
            }
        }
    }
    offer(builder, points, rank, corner, &hidden);
    Ok(())
}

/// Offers hidden sites to a regular triangulation. Sites hidden on the way lie below the final hull: it only rises.
fn offer(builder: &mut Builder, points: &[Lifted], rank: &[u32], corner: &mut [u32], hidden: &[u32]) {
    hidden.iter().for_each(|&i| enter(builder, points, rank, corner, i));
}

/// Offers one hidden site. The planes must fit the heights.
pub fn enter(builder: &mut Builder, points: &[Lifted], rank: &[u32], corner: &mut [u32], i: u32) {
    aim(builder, corner, i as usize);
    let inserted = builder.insert(points, rank, i);
    if inserted == Inserted::Hidden {
        return;
    }
    if let Inserted::Hiding(covered) = inserted {
        covered.iter().for_each(|&v| corner[v as usize] = NONE);
    }
    for k in 0..builder.fresh.len() {
        let t = builder.fresh[k] as usize;
        set_corners(builder, corner, t);
    }
}

/// Sets the start of the next walk: at a visible site next to `position` along the curve, or where the last walk ended (queries
/// come in the order of the curve), or anywhere.
pub fn aim(builder: &mut Builder, corner: &[u32], position: usize) {
    let beside = [position.checked_sub(1), Some(position + 1)].into_iter().flatten();
    let beside = beside.filter_map(|k| corner.get(k)).find(|&&c| c != NONE);
    let dead = || builder.mesh.triangles.get(builder.hint).is_none_or(Triangle::is_dead);
    if let Some(&c) = beside {
        builder.hint = split(c).0;
    } else if dead() {
        builder.hint = corner.iter().find(|&&c| c != NONE).map_or(0, |&c| split(c).0);
    }
}

fn set_corners(builder: &Builder, corner: &mut [u32], t: usize) {
    for k in 0..3 {
        let v = builder.mesh.triangles[t].v[k];
        if v != GHOST {
            corner[v as usize] = join(t, k);
        }
    }
}

/// All edges that are not locally regular.
fn irregular_edges(builder: &mut Builder, points: &[Lifted], rank: &[u32]) -> Vec<u32> {
    let mut edges = Vec::new();
    for t in 0..builder.mesh.triangles.len() {
        let triangle = builder.mesh.triangles[t];
        if triangle.is_dead() {
            continue;
        }
        for k in 0..3 {
            if split(triangle.n[k]).0 > t && irregular(builder, points, rank, t, triangle.n[k]) {
                edges.push(join(t, k));
            }
        }
    }
    edges
}

/// Is the vertex across the edge above triangle `t`?
#[inline(always)]
fn irregular(builder: &mut Builder, points: &[Lifted], rank: &[u32], t: usize, twin: u32) -> bool {
    let (s, j) = split(twin);
    let d = builder.mesh.triangles[s].v[j];
    // The ghost lies below every plane; and a triangle never rises above the ghost triangle on its own edge.
    if d == GHOST || builder.mesh.triangles[t].v.contains(&GHOST) && builder.mesh.triangles[s].ghost().is_none() {
        return false;
    }
    builder.conflict(points, rank, t, d)
}

enum Flip {
    Regular,
    Done,
    Blocked,
}

fn flip(
    builder: &mut Builder,
    points: &[Lifted],
    rank: &[u32],
    corner: &mut [u32],
    edge: u32,
    queue: &mut Vec<u32>,
) -> Flip {
    let (t, k) = split(edge);
    let triangle = builder.mesh.triangles[t];
    if triangle.is_dead() {
        return Flip::Regular;
    }
    let twin = triangle.n[k];
    if !irregular(builder, points, rank, t, twin) {
        return Flip::Regular;
    }
    let (s, j) = split(twin);
    let other = builder.mesh.triangles[s];
    // t = (a, b, c) at k, s = (d, c, b) at j.
    let (a, b, c, d) = (triangle.v[k], triangle.v[next(k)], triangle.v[previous(k)], other.v[j]);
    if [a, b, c, d].contains(&GHOST) {
        return Flip::Blocked; // a collinear stretch of the hull's boundary sinks: left to the rebuild
    }
    let at = |i: u32| points[i as usize].site();
    if orient2d(at(a), at(b), at(d), &mut builder.counters) <= 0 {
        // Reflex (or straight) at b: remove b if a, c, d are all its neighbours.
        return remove(builder, points, corner, [t, next(k)], b, queue);
    }
    if orient2d(at(a), at(d), at(c), &mut builder.counters) <= 0 {
        return remove(builder, points, corner, [t, previous(k)], c, queue);
    }
    let extent = builder.extent;
    let mesh = &mut builder.mesh;
    let (ab, ca) = (triangle.n[previous(k)], triangle.n[next(k)]);
    let (bd, dc) = (other.n[next(j)], other.n[previous(j)]);
    mesh.triangles[t] = Triangle { v: [a, b, d], n: [bd, join(s, 2), ab] };
    mesh.triangles[s] = Triangle { v: [a, d, c], n: [dc, ca, join(t, 1)] };
    builder.faces[t] = Face::of([a, b, d], points, &extent);
    builder.faces[s] = Face::of([a, d, c], points, &extent);
    mesh.glue(join(t, 0), bd);
    mesh.glue(join(t, 2), ab);
    mesh.glue(join(s, 0), dc);
    mesh.glue(join(s, 1), ca);
    queue.extend([join(t, 0), join(t, 2), join(s, 0), join(s, 1)]);
    set_corners(builder, corner, t);
    set_corners(builder, corner, s);
    Flip::Done
}

/// Removes vertex `v` at corner `[t, k]` if exactly three triangles, none of them a ghost, meet there.
fn remove(
    builder: &mut Builder,
    points: &[Lifted],
    corner: &mut [u32],
    at: [usize; 2],
    v: u32,
    queue: &mut Vec<u32>,
) -> Flip {
    let extent = builder.extent;
    let mesh = &mut builder.mesh;
    let first = join(at[0], at[1]);
    let (second, third) = (mesh.turn(first), mesh.turn(mesh.turn(first)));
    if mesh.turn(third) != first {
        return Flip::Blocked;
    }
    let corners = [first, second, third].map(split);
    if corners.iter().any(|&(t, _)| mesh.triangles[t].ghost().is_some()) {
        return Flip::Blocked;
    }
    let outer = corners.map(|(t, k)| mesh.triangles[t].n[k]);
    let rim = corners.map(|(t, k)| mesh.triangles[t].v[next(k)]);
    // Corner m spans rim[m] -> rim[m+1]; in the merged triangle that edge lies opposite rim[m+2].
    let t = corners[0].0;
    mesh.triangles[t] = Triangle { v: rim, n: [outer[1], outer[2], outer[0]] };
    builder.faces[t] = Face::of(rim, points, &extent);
    for k in 0..3 {
        mesh.glue(join(t, k), outer[next(k)]);
    }
    for &(dead, _) in &corners[1..] {
        mesh.triangles[dead] = Triangle::DEAD;
        mesh.free.push(dead as u32);
    }
    corner[v as usize] = NONE;
    queue.extend([join(t, 0), join(t, 1), join(t, 2)]);
    set_corners(builder, corner, t);
    Flip::Done
}
