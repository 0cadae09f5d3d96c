//! Rings with corners on a small grid: what brute force says of them is what they are found to be,
//! and what is made covers it once.

#![no_main]

#[path = "../../tests/common/rings.rs"]
#[allow(dead_code)]
mod rings;

use brenier::domain::Domain;
use brenier::domain::planar::{Polygon, planar_domain};
use libfuzzer_sys::fuzz_target;
use rings::{Expected, Part, Place, cross, cross_anywhere, expected};

fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let side = [3, 4, 8, 16][usize::from(kind % 4)];
    let unit = [1.0, 0.1, 2f64.powi(-340), 2f64.powi(330)][usize::from(kind / 4 % 4)];
    // A byte with its highest bit set begins a ring, with the next one a part.
    let mut parts: Vec<Part> = Vec::new();
    for &b in bytes.iter().take(24) {
        let place: Place = [i64::from(b) % side, i64::from(b) / 16 % 8 % side];
        if b >= 128 || parts.is_empty() {
            if b >= 192 || parts.is_empty() {
                parts.push(Part::default());
            } else {
                parts.last_mut().expect("there is one").holes.push(Vec::new());
            }
        }
        let part = parts.last_mut().expect("there is one");
        part.holes.last_mut().unwrap_or(&mut part.outer).push(place);
    }
    if parts.is_empty() || parts.iter().flat_map(|p| p.rings()).any(|r| r.len() < 3) {
        return;
    }
    let ring = |r: &Vec<Place>| r.iter().map(|p| p.map(|c| c as f64 * unit)).collect();
    let polygon = |p: &Part| Polygon { outer: ring(&p.outer), holes: p.holes.iter().map(ring).collect() };
    let polygons: Vec<Polygon> = parts.iter().map(polygon).collect();
    let made = planar_domain(&polygons, &|k| Some(format!("part {k}")));
    // Tenths are no doubles: there, three places in a row need not be.
    if kind / 4 % 4 == 1 {
        if let Ok((Domain::Mesh(mesh), _)) = &made {
            let again = planar_domain(mesh.polygons().expect("kept"), &|_| None).expect("sound").0;
            assert_eq!(again.mesh(), Some(&**mesh));
        }
        return;
    }
    if made.is_err() && cross_anywhere(&parts) {
        return;
    }
    match expected(&parts) {
        Expected::Sound(area, _, _) => {
            let place = |v: [f64; 2]| v.map(|c| (c / unit) as i64);
            let (domain, _) = made.expect("sound");
            let found: i64 = match &domain {
                Domain::Convex(p) => {
                    let v: Vec<Place> = p.vertices().iter().map(|v| place(*v)).collect();
                    (1..v.len() - 1).map(|k| cross(v[0], v[k], v[k + 1])).sum()
                }
                Domain::Mesh(mesh) => {
                    let t = |f: usize| mesh.corners(f).0.map(place);
                    (0..mesh.triangles().len()).map(t).map(|t| cross(t[0], t[1], t[2])).sum()
                }
            };
            assert_eq!(found, area, "{parts:?}");
        }
        _ => assert!(made.is_err(), "{parts:?}"),
    }
});
