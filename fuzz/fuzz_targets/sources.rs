//! Files that describe a source: domains in .json, .obj, .geojson and .svg, images in .png, .jpg
//! and .npy. No bytes panic; what is read is sound.

#![no_main]

use brenier::domain::{Between, Density, Domain, Patches};
use brenier::io::{AnyDomain, ReadLimit, parse_domain, parse_image};
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::Arc;

fuzz_target!(|data: &[u8]| {
    let Some((&kind, rest)) = data.split_first() else { return };
    // A reference to an absolute path would read this machine.
    if rest.windows(6).any(|w| w == b"\"path\"") {
        return;
    }
    let limit = ReadLimit { bytes: 1 << 20 };
    match kind % 7 {
        k @ (0 | 1 | 4 | 5) => {
            let ending = [(0, "json"), (1, "obj"), (4, "geojson")].iter().find(|e| e.0 == k).map_or("svg", |e| e.1);
            let name = format!("no-such-folder/d.{ending}");
            let name = Path::new(&name);
            match parse_domain(name, rest.to_vec(), limit, &[]) {
                Ok((AnyDomain::Plane(domain), _)) => sound(&domain, &Density::Constant),
                Ok((AnyDomain::Space(domain), _)) => assert!(domain.extent() > 0.0),
                Ok((AnyDomain::Torus(domain), _)) => assert!(domain.extent() > 0.0),
                Ok((AnyDomain::Sphere(sphere), _)) => assert!(sphere.radius() > 0.0),
                Ok((AnyDomain::Surface(surface), _)) => assert!(surface.flat().len() < surface.triangles().len()),
                Err(e) => assert!(e.to_string().starts_with("no-such-folder/d."), "{e}"),
            }
        }
        k => {
            let ending = ["png", "npy"].get(usize::from(k) - 2).unwrap_or(&"jpg");
            let name = format!("no-such-folder/i.{ending}");
            let name = Path::new(&name);
            let between = if kind & 64 == 0 { Between::Constant } else { Between::Bilinear };
            match parse_image(name, rest, None, between, kind & 128 != 0) {
                Ok(image) => {
                    let frame = brenier::domain::ConvexPolygon::rectangle(image.min(), image.max()).expect("a box");
                    sound(&frame.into(), &Density::Image(Arc::new(image)));
                }
                Err(e) => assert!(e.to_string().starts_with("no-such-folder/i."), "{e}"),
            }
        }
    }
});

fn sound(domain: &Domain, density: &Density) {
    if density.validate(domain).is_err() {
        return;
    }
    if let Some(patches) = Patches::of(domain, density) {
        assert!(!patches.is_empty());
        let (component, count) = patches.components();
        assert!(component.iter().all(|&c| (c as usize) < count));
        assert_eq!(patches.rims().len(), patches.len());
        assert!(patches.iter().all(|p| p.mass().hi >= 0.0 || p.mass().hi.is_nan()));
    }
}
