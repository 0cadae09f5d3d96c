//! Bytes as tiny meshes with every kind of boundary and option, and what must hold of their
//! parameterizations.

use super::judge::judge;
use brenier::parameterize::{
    Boundary, Landmark, Merge, Parameterization, ParameterizeError, ParameterizeOptions, Target, parameterize,
};

#[derive(Clone, Debug)]
pub struct Instance {
    pub vertices: Vec<[f64; 3]>,
    pub triangles: Vec<[u32; 3]>,
    pub options: ParameterizeOptions,
}

/// A disk of one to nine triangles in space, grown from one triangle by gluing and closing corners:
/// fans, strips and what is between, mostly without a vertex inside; or, with the first byte odd,
/// any soup of up to six. `None` if there are not enough bytes.
pub fn instance(bytes: &[u8]) -> Option<Instance> {
    let mut rest = bytes.iter().copied();
    let kind = rest.next()?;
    let mut vertices: Vec<[f64; 3]> = Vec::new();
    let mut triangles: Vec<[u32; 3]> = Vec::new();
    let coordinate = |b: u8| f64::from(b & 15) - 8.0 + if b >= 0xf0 { 1e-9 } else { 0.0 };
    if kind & 1 == 0 {
        let mut outline: Vec<u32> = vec![0, 1, 2];
        let mut point = |k: u32| -> Option<[f64; 3]> {
            // Apart from each other whatever the bytes: in general position, mostly.
            let p = [rest.next()?, rest.next()?, rest.next()?].map(coordinate);
            let k = f64::from(k);
            Some([p[0] + 0.37 * k * k, p[1] + 1.3 * k, p[2] + 0.21 * k * k * k])
        };
        for k in 0..3 {
            vertices.push(point(k)?);
        }
        triangles.push([0, 1, 2]);
        for _ in 0..kind >> 1 & 7 {
            let place = usize::from(rest.next()?);
            let n = outline.len();
            let (i, close) = (place % n, place >= 128 && n > 4);
            let (a, b) = (outline[i], outline[(i + 1) % n]);
            if close {
                // Over a corner; not where the edge is there already.
                let c = outline[(i + 2) % n];
                if triangles.iter().any(|t| t.contains(&a) && t.contains(&c)) {
                    continue;
                }
                triangles.push([c, b, a]);
                outline.remove((i + 1) % n);
            } else {
                let v = vertices.len() as u32;
                let mut p = [0.0; 3];
                for x in &mut p {
                    *x = coordinate(rest.next()?);
                }
                let k = f64::from(v);
                vertices.push([p[0] + 0.37 * k * k, p[1] + 1.3 * k, p[2] + 0.21 * k * k * k]);
                triangles.push([b, a, v]);
                outline.insert(i + 1, v);
            }
        }
    } else {
        let (v, t) = (3 + kind as u32 / 2 % 5, 1 + kind as u32 / 16 % 6);
        for _ in 0..v {
            vertices.push([coordinate(rest.next()?), coordinate(rest.next()?), coordinate(rest.next()?)]);
        }
        for _ in 0..t {
            triangles.push([rest.next()?, rest.next()?, rest.next()?].map(|b| u32::from(b) % v));
        }
    }
    let [shape, more, number] = [rest.next()?, rest.next()?, rest.next()?];
    // A regular polygon, a thin one, one that is nearly straight at a corner.
    let regular = |n: u32| (0..n).map(move |k| (std::f64::consts::TAU * f64::from(k) / f64::from(n)).sin_cos());
    let boundary = match shape % 7 {
        0 | 1 => Boundary::Disk,
        2 => Boundary::Square,
        3 => Boundary::Free,
        4 => Boundary::Polygon(regular(3 + u32::from(number) % 4).map(|(s, c)| [c, s]).collect()),
        5 => Boundary::Polygon(vec![[0.0, 0.0], [1e3, 0.0], [1e3, 1e-3]]),
        _ => Boundary::Polygon(vec![[0.0, 0.0], [1.0, -(1.0 + f64::from(number)) * 1e-6], [2.0, 0.0], [1.0, 1.0]]),
    };
    let mut options = ParameterizeOptions::default().boundary(boundary);
    options.certify = more & 1 > 0;
    options.remesh = more & 2 > 0;
    options.merge = [Merge::Soup, Merge::Soup, Merge::Always, Merge::Never][usize::from(more >> 2 & 3)];
    let n = vertices.len() as u32;
    if more & 16 > 0 {
        let at = [f64::from(number & 15) / 15.0, f64::from(number >> 4) / 15.0];
        let weight = [0.0, 1.0, 1e3, 1e12][usize::from(number & 3)];
        options.landmarks.push(Landmark { vertex: u32::from(number) % n, at, weight });
    }
    if more & 32 > 0 {
        options.seams.push([triangles[0][1], triangles[0][2]]);
    }
    let density = |k: usize| [1.0, 1e-3, 1e300, 1e-300, 2.0][(k + usize::from(number)) % 5];
    match more >> 6 {
        1 => options.target = Target::Vertex((0..vertices.len()).map(|k| density(k % 2)).collect()),
        2 => options.target = Target::Face((0..triangles.len()).map(density).collect()),
        _ => {}
    }
    options.fill_holes = [None, Some(0), Some(100), None][usize::from(number & 3)];
    options.area_weight = [1e7, 1.0, 1e-3, 1e3, 1e300, 1e-300, 1e7, 1e7][usize::from(shape >> 5)];
    Some(Instance { vertices, triangles, options })
}

/// Lays it out: no panic; a result is one to one by the judge, or says that it is not and warns;
/// all its numbers are numbers. Returned is the result, or why there is none.
pub fn hold(i: &Instance) -> Result<Parameterization, ParameterizeError> {
    let found = parameterize(&i.vertices, &i.triangles, &i.options)?;
    if found.bijective {
        judge(&found);
    }
    assert!(found.points.iter().flatten().all(|x| x.is_finite()), "{i:?}");
    let d = &found.distortion;
    let numbers = [d.area_error, d.star_error, d.area_ratio[0], d.area_ratio[1]];
    assert!(numbers.iter().chain(&d.angle).all(|x| x.is_finite()), "{d:?} of {i:?}");
    assert!(d.stretch.iter().all(|x| !x.is_nan() && (x.is_finite() || !found.bijective)), "{d:?} of {i:?}");
    assert!(found.charts.iter().all(|c| c.proof.bijective() || !c.misses.is_empty()), "{i:?}");
    assert_eq!(found.triangles.len(), found.corners.len());
    Ok(found)
}
