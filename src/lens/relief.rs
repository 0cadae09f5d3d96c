//! A smooth surface near the one of facets, for those who mill or grind it.

use super::design::{LensData, LensDesign, LensError, Shape};
use super::ground::{ground, size};
use crate::transport::ConvexGraph;
use rayon::prelude::*;

/// More nodes would be a mesh that no program opens.
const MOST: f64 = 1e7;

/// Nodes to a facet's width, unless told.
const FINE: f64 = 6.0;

/// The surface made smooth, as a mesh with about this distance between nodes, a sixth of a facet's
/// width unless told: the soft maximum of the planes of the facets
/// ([`SmoothMap`](crate::transport::SmoothMap)), whose layers along the edges are as wide as a
/// facet. It is convex (or concave) like them and its slopes lie between theirs, so light stays
/// within the picture. The picture is blurred by about a pixel; shadows by more, for their facets
/// are narrow. Each triangle names the facet under its middle.
///
/// Cost: O(log n) for each node, with the number of facets that its layer holds for a factor.
///
/// # Errors
/// [`LensError::Target`] for a pitch that is not positive, or too fine for the aperture;
/// [`LensError::Ground`] if the aperture has no mesh.
pub fn relief(design: &LensDesign, data: &LensData, pitch: Option<f64>) -> Result<ConvexGraph, LensError> {
    let map = &design.map;
    let facet = (data.aperture.frame().area() / design.pixels.len() as f64).sqrt();
    let pitch = pitch.unwrap_or(facet / FINE);
    let wrong = |must| LensError::Target { what: "pitch", value: pitch, must };
    if !(pitch > 0.0 && pitch.is_finite()) {
        return Err(wrong("a positive length"));
    }
    if size(&data.aperture, pitch) > MOST {
        return Err(wrong("larger: the mesh would have more than 10 million nodes"));
    }
    let (points, triangles) = ground(&data.aperture, pitch).ok_or(LensError::Ground)?;
    let smooth = map.smooth(map.usual_temperature()).ok_or(LensError::Ground)?;
    let sign = if data.shape == Shape::Dome { -1.0 } else { 1.0 };
    let heights: Vec<f64> = points.par_iter().map(|x| smooth.at(*x).map_or(f64::NAN, |v| sign * v.0)).collect();
    let least = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let sites = triangles.par_iter().map(|t| {
        let [a, b, c] = t.map(|v| points[v as usize]);
        map.cell_of([0, 1].map(|k| (a[k] + b[k] + c[k]) / 3.0))
    });
    let sites = sites.collect();
    let middle = design.middle;
    let vertices = points.iter().zip(heights).map(|(x, h)| [x[0] - middle[0], x[1] - middle[1], h - least]);
    Ok(ConvexGraph { vertices: vertices.collect(), triangles, sites })
}
