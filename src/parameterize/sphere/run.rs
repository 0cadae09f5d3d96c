//! From a mesh as it is given to its map.

use super::super::build::{LEAST_SHARE, mended, scaled, wanted_areas};
use super::super::chart::{NONE, boundary_loops, ends, opposites};
use super::super::distort::{Distortion, errors};
use super::super::options::{AREAS, ParameterizeError};
use super::super::tries::{AREAS_OFF, STRETCHED};
use super::check::SphereProof;
use super::climb::climbed;
use super::energy::{flattened, solid_angle};
use super::map::{SphereMap, SphereMiss, SphereReport};
use super::options::SphereOptions;
use crate::domain::surface::repair::Mend;
use crate::domain::vector::{Vector3, area_in_space, side, unit};
use nalgebra::Matrix3;
use petgraph::unionfind::UnionFind;
use std::time::Instant;

/// Maps a closed mesh of genus 0 onto the unit sphere. Cost: about 60 factorizations of a sparse
/// matrix of `2 n` rows for `n` vertices, O(n^1.5) each; deterministic, whatever the number of
/// threads.
///
/// The result is proved to be one to one, or says that it is not ([`SphereProof::one_to_one`]).
///
/// # Errors
/// [`ParameterizeError`] naming the element that is no part of an oriented manifold, what makes the
/// surface no sphere (it is open, has handles, is in several parts), or the option that does not
/// suit.
///
/// ```
/// use brenier::parameterize::{SphereOptions, parameterize_sphere};
/// let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
/// let t = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
/// let found = parameterize_sphere(&v, &t, &SphereOptions::default()).unwrap();
/// assert!(found.proof.one_to_one());
/// assert!(found.distortion.area_error < 1e-6);
/// assert!(found.points.iter().all(|p| (p.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-12));
/// ```
pub fn parameterize_sphere(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &SphereOptions,
) -> Result<SphereMap, ParameterizeError> {
    let clock = Instant::now();
    if !(options.area_weight > 0.0 && options.area_weight.is_finite()) {
        return Err(ParameterizeError::AreaWeight { value: options.area_weight });
    }
    let repaired = mended(vertices, triangles, options.merge, false)?;
    let (mut corners, vertex_of) = (repaired.triangles, repaired.vertex_of);
    check_sphere(&corners, &vertex_of, &repaired.face_of, repaired.vertices.len())?;
    let mut places = repaired.vertices;
    scaled(&mut places)?;
    let counts = [vertices.len(), triangles.len()];
    let target = options.target.normalized();
    let wanted = wanted_areas(&places, &corners, &vertex_of, &repaired.face_of, counts, &target)?;
    let turned = volume(&places, &corners) < 0.0;
    if turned {
        corners.iter_mut().for_each(|t| t.swap(1, 2));
    }
    let share = shares(&wanted);
    let memory = || ParameterizeError::Memory { vertices: places.len() };
    let (mut at, climb) = climbed(&places, &corners, &share, options.area_weight).ok_or_else(memory)?;
    turn_towards(&mut at, &places, &corners);
    let proof = SphereProof::new(&corners, &at);
    let distortion = distortion(&places, &corners, &at, &wanted);
    let mut report = SphereReport {
        vertices: places.len(),
        levels: climb.levels,
        steps: climb.steps,
        area_errors: climb.area_errors,
        turned,
        ..SphereReport::default()
    };
    report.misses = misses(&proof, &distortion, options);
    let mut points = vec![[0.0; 3]; vertices.len()];
    vertex_of.iter().zip(&at).for_each(|(&v, p)| points[v as usize] = *p);
    for step in &repaired.log.steps {
        if let Mend::MergedVertices(pairs) = step {
            pairs.iter().for_each(|&[copy, first]| points[copy as usize] = points[first as usize]);
        }
    }
    report.seconds = clock.elapsed().as_secs_f64();
    Ok(SphereMap {
        points,
        triangles: corners.iter().map(|t| t.map(|v| vertex_of[v as usize])).collect(),
        face_of: repaired.face_of,
        distortion,
        report,
        log: repaired.log,
        proof,
    })
}

/// Refuses what is no sphere.
fn check_sphere(
    corners: &[[u32; 3]],
    vertex_of: &[u32],
    face_of: &[u32],
    vertices: usize,
) -> Result<(), ParameterizeError> {
    let opposite = opposites(corners);
    if let Some(h) = opposite.iter().position(|&o| o == NONE) {
        let (a, b) = ends(corners, h as u32);
        let edge = [a, b].map(|v| vertex_of[v as usize]);
        return Err(ParameterizeError::Open { loops: boundary_loops(corners, &opposite).len(), edge });
    }
    let mut sets = UnionFind::<u32>::new(corners.len());
    (0..).zip(&opposite).for_each(|(h, o): (u32, &u32)| {
        sets.union(h / 3, o / 3);
    });
    let roots: Vec<u32> = (0..corners.len() as u32).map(|f| sets.find_mut(f)).collect();
    if let Some(other) = roots.iter().position(|r| *r != roots[0]) {
        let mut all = roots;
        all.sort_unstable();
        all.dedup();
        return Err(ParameterizeError::Parts { count: all.len(), faces: [face_of[0], face_of[other]] });
    }
    // A closed surface has three half-edges a triangle.
    let euler = vertices as i64 - corners.len() as i64 / 2;
    if euler != 2 {
        return Err(ParameterizeError::Handles { genus: ((2 - euler).max(0) / 2) as usize });
    }
    Ok(())
}

/// Six times the volume inside.
fn volume(places: &[[f64; 3]], corners: &[[u32; 3]]) -> f64 {
    let middle = places[corners[0][0] as usize];
    let one = |t: &[u32; 3]| {
        let [a, b, c] = t.map(|v| side(middle, places[v as usize]));
        a.dot(&b.cross(&c))
    };
    corners.iter().map(one).sum()
}

/// Wanted shares, none too small to be told from nothing.
fn shares(wanted: &[f64]) -> Vec<f64> {
    let size: f64 = wanted.iter().sum();
    let least = LEAST_SHARE / wanted.len() as f64;
    let mut share: Vec<f64> = wanted.iter().map(|w| (w / size).max(least)).collect();
    let total: f64 = share.iter().sum();
    share.iter_mut().for_each(|s| *s /= total);
    share
}

/// Turns the sphere so that points lie as nearly as they can in the directions of their places from
/// the surface's middle: the rotation that makes the sum of their products largest, weighted by
/// areas (Wahba's problem, by singular values).
fn turn_towards(at: &mut [[f64; 3]], places: &[[f64; 3]], corners: &[[u32; 3]]) {
    let mut weight = vec![0.0; at.len()];
    for t in corners {
        let area = area_in_space(t.map(|v| places[v as usize]));
        t.iter().for_each(|&v| weight[v as usize] += area);
    }
    let all: f64 = weight.iter().sum();
    let middle = places.iter().zip(&weight).fold(Vector3::zeros(), |m, (p, w)| m + Vector3::from(*p) * (w / all));
    let mut sum = Matrix3::zeros();
    for ((p, q), w) in at.iter().zip(places).zip(&weight) {
        sum += unit(&(Vector3::from(*q) - middle)) * Vector3::from(*p).transpose() * (w / all);
    }
    let svd = sum.svd(true, true);
    let (Some(u), Some(v)) = (svd.u, svd.v_t) else { return };
    let mut sign = Matrix3::identity();
    sign[(2, 2)] = (u * v).determinant().signum();
    let turn = u * sign * v;
    if turn.iter().all(|x| x.is_finite()) {
        at.iter_mut().for_each(|p| *p = (turn * Vector3::from(*p)).normalize().into());
    }
}

fn distortion(places: &[[f64; 3]], corners: &[[u32; 3]], at: &[[f64; 3]], wanted: &[f64]) -> Distortion {
    let own: Vec<[[f64; 3]; 3]> = corners.iter().map(|t| t.map(|v| at[v as usize])).collect();
    let flat: Vec<[[f64; 2]; 3]> = own.iter().map(|p| flattened(*p).0).collect();
    let area: Vec<f64> = own.iter().map(|p| solid_angle(*p).abs()).collect();
    errors(places, corners, &flat, &area, wanted)
}

fn misses(proof: &SphereProof, d: &Distortion, options: &SphereOptions) -> Vec<SphereMiss> {
    if !proof.one_to_one() {
        let (flipped, flat) = (proof.flipped.len(), proof.flat.len());
        return vec![SphereMiss::NotOneToOne { flipped, flat, degree: proof.degree }];
    }
    let mut list = Vec::new();
    if options.area_weight >= AREAS && d.area_error > AREAS_OFF {
        list.push(SphereMiss::Areas { error: d.area_error });
    }
    if d.stretch[1] > STRETCHED {
        list.push(SphereMiss::Stretch { stretch: d.stretch[1] });
    }
    list
}
