//! From rings to a domain: a convex polygon where it is one, else triangles with exactly the given
//! boundary.

use super::arrangement::Arrangement;
use super::error::RingError;
use super::inside::inside;
use super::rings::{Names, Polygon, Ring, rings_of};
use crate::domain::{ConvexPolygon, Domain, DomainError, PlanarMesh};
use std::sync::Arc;

/// The domain that is the union of some polygons, and remarks. One convex ring gives
/// [`Domain::Convex`]; all else a mesh, whose triangles have exactly the given boundary and
/// vertices, so that masses are those of the polygon.
///
/// Rings may have either sense, touch themselves and each other in points and along edges, and run
/// back on themselves. Parts may touch or lie apart. Everything is decided exactly. `name` says
/// what a part is called in messages. Cost: O(n log n).
///
/// # Errors
/// [`DomainError::Rings`] names the two edges that cross, the ring that goes around twice, the hole
/// outside its ring, the parts that overlap; rings without area, if there are no others, are
/// [`DomainError::ZeroArea`].
///
/// ```
/// use brenier::domain::planar::{Polygon, planar_domain};
/// let outer = vec![[0., 0.], [4., 0.], [4., 4.], [2., 1.], [0., 4.]];
/// let hole = vec![[1., 1.], [1.5, 0.5], [1., 0.5]];
/// let (domain, _) = planar_domain(&[Polygon { outer, holes: vec![hole] }], &|_| None).unwrap();
/// assert_eq!(domain.mesh().unwrap().vertices().len(), 8);
/// let bow = Polygon { outer: vec![[0., 0.], [2., 2.], [2., 0.], [0., 1.]], holes: vec![] };
/// let error = planar_domain(&[bow], &|_| None).unwrap_err().to_string();
/// assert!(error.contains("edge 0 of the outer ring ([0.0, 0.0] to [2.0, 2.0]) crosses edge 2"), "{error}");
/// ```
pub fn planar_domain(
    parts: &[Polygon],
    name: &dyn Fn(usize) -> Option<String>,
) -> Result<(Domain, Vec<String>), DomainError> {
    if let [Polygon { outer, holes }] = parts
        && holes.is_empty()
    {
        match ConvexPolygon::new(outer.clone()) {
            Err(DomainError::Reflex { .. } | DomainError::NotSimple { .. }) => {}
            convex => return Ok((convex?.into(), Vec::new())),
        }
    }
    let (rings, repeated) = rings_of(parts, name)?;
    let all = Arrangement::new(&rings, name)?;
    let (faces, solid) = inside(&all, &rings, name)?;
    if faces.is_empty() {
        return Err(DomainError::ZeroArea);
    }
    let mut notes = Vec::new();
    match repeated {
        0 => {}
        1 => notes.push("1 vertex that repeated the one before was left out".to_string()),
        n => notes.push(format!("{n} vertices that repeated the ones before were left out")),
    }
    notes.extend(remarks(&all, &rings, &solid, name));
    let parts = kept(&rings, &solid);
    if let [Polygon { outer, holes }] = &parts[..]
        && holes.is_empty()
        && let Ok(convex) = ConvexPolygon::new(outer.clone())
    {
        // What is written of it is read as that.
        return Ok((convex.into(), notes));
    }
    if solid.contains(&false) {
        // Their vertices would still be corners of triangles, which those who read what is kept
        // would not find.
        return Ok((planar_domain(&parts, name)?.0, notes));
    }
    let (vertices, triangles) = used(&all, &faces);
    let mesh = PlanarMesh::of_polygons(vertices, triangles, parts.into())?;
    Ok((Domain::Mesh(Arc::new(mesh)), notes))
}

/// What to say of rings without area, and of those that run back on themselves.
fn remarks(all: &Arrangement, rings: &[Ring], solid: &[bool], names: Names<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let flat: Vec<&Ring> = rings.iter().zip(solid).filter(|(_, s)| !**s).map(|(r, _)| r).collect();
    match flat[..] {
        [] => {}
        [one] => notes.push(format!("{} has zero area and was left out", one.name(names))),
        [first, ref rest @ ..] => {
            notes.push(format!("{} and {} more rings have zero area and were left out", first.name(names), rest.len()));
        }
    }
    let back: Vec<String> = all
        .there_and_back()
        .iter()
        .filter(|r| solid[r.ring as usize])
        .map(|r| rings[r.ring as usize].edge(r.at as usize, names).to_string())
        .collect();
    match &back[..] {
        [] => {}
        [one] => notes.push(format!("{one} is run there and back (a spike or a bridge), which adds no area")),
        [first, rest @ ..] => notes.push(format!(
            "{first} and edges of {} more rings are run there and back (spikes or bridges), which adds no area",
            rest.len()
        )),
    }
    notes
}

/// The triangles inside, and the vertices that they use, in the order of the rings.
fn used(all: &Arrangement, faces: &[u32]) -> (Vec<[f64; 2]>, Vec<[u32; 3]>) {
    let mut is_used = vec![false; all.places.len()];
    faces.iter().flat_map(|&f| all.triangles[f as usize]).for_each(|v| is_used[v as usize] = true);
    let mut number = vec![u32::MAX; all.places.len()];
    let mut vertices = Vec::new();
    for (k, place) in all.places.iter().enumerate().filter(|(k, _)| is_used[*k]) {
        number[k] = vertices.len() as u32;
        vertices.push(*place);
    }
    let triangles = faces.iter().map(|&f| all.triangles[f as usize].map(|v| number[v as usize])).collect();
    (vertices, triangles)
}

/// The rings with area, as parts.
fn kept(rings: &[Ring], solid: &[bool]) -> Vec<Polygon> {
    let mut parts: Vec<Polygon> = Vec::new();
    for (ring, _) in rings.iter().zip(solid).filter(|(_, solid)| **solid) {
        match ring.hole {
            None => parts.push(Polygon { outer: ring.places.clone(), holes: Vec::new() }),
            // A hole lies in its outer ring, which then has area and came before.
            Some(_) => parts.last_mut().into_iter().for_each(|p| p.holes.push(ring.places.clone())),
        }
    }
    parts
}

impl From<RingError> for DomainError {
    fn from(e: RingError) -> DomainError {
        DomainError::Rings(Box::new(e))
    }
}
