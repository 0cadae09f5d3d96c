use super::{LensData, LensError, LensOptions, LensTarget, Light, Optic, Shape, design_lens, plate, relief, trace};
use crate::domain::ConvexPolygon;

/// Light from black at the lower left to white, with a dark disc.
fn picture(width: usize, height: usize) -> Light {
    let value = |k: usize| {
        let (x, y) = ((k % width) as f64 / width as f64, (k / width) as f64 / height as f64);
        if (x - 0.6).hypot(y - 0.4) < 0.2 { 0.0 } else { 0.2 + x * x + 0.5 * (1.0 - y) }
    };
    Light { width, values: (0..width * height).map(value).collect() }
}

fn data(optic: Optic, shape: Shape, target: LensTarget) -> LensData {
    let aperture = ConvexPolygon::new(
        (0..12)
            .map(|k| {
                let t = std::f64::consts::TAU * f64::from(k) / 12.0;
                [100.0 + 20.0 * t.cos(), 50.0 + 20.0 * t.sin()]
            })
            .collect(),
    );
    LensData { optic, shape, aperture: aperture.unwrap().into(), picture: picture(24, 16), target }
}

const OPTICS: [(Optic, Shape); 4] = [
    (Optic::Mirror, Shape::Bowl),
    (Optic::Mirror, Shape::Dome),
    (Optic::Lens { index: 1.5 }, Shape::Dome),
    (Optic::Lens { index: 1.49 }, Shape::Bowl),
];

/// The slope told sends light where it was asked to, by the laws for vectors.
#[test]
fn slopes_and_rays_agree() {
    for (optic, _) in OPTICS {
        for k in 0..200 {
            let (theta, phi) = (f64::from(k) / 200.0 * 0.99 * optic.limit(), f64::from(k) * 2.4);
            let wanted = [theta.sin() * phi.cos(), theta.sin() * phi.sin(), theta.cos()];
            let [p, q] = optic.slope(wanted).unwrap();
            let found = optic.deflected([-p, -q, 1.0]).unwrap();
            assert!((0..3).all(|i| (found[i] - wanted[i]).abs() < 1e-12), "{optic:?} {theta}");
        }
    }
    let beyond = 1.01 * Optic::Lens { index: 1.5 }.limit();
    assert_eq!(Optic::Lens { index: 1.5 }.slope([beyond.sin(), 0.0, beyond.cos()]), None);
}

#[test]
fn the_far_field_is_the_picture() {
    for (optic, shape) in OPTICS {
        let data = data(optic, shape, LensTarget::Angle([0.3, 0.2]));
        let design = design_lens(&data, &LensOptions::default()).unwrap();
        assert!(design.converged && design.max_relative_error <= 1e-8);
        let solid = plate(&design.surface, 2.0);
        assert!(solid.is_closed(), "{optic:?}");
        assert!(solid.vertices.iter().all(|v| v[2] >= 0.0 && v[0].hypot(v[1]) <= 20.0 + 1e-9));
        let traced = trace(&solid, optic, data.target, design.half, [24, 16]);
        let total: f64 = traced.light.values.iter().sum();
        assert!((total - traced.beam).abs() < 1e-9 * total && traced.lost == 0.0 && traced.beside == 0.0);
        // The area of a regular polygon of 12 corners.
        assert!((traced.beam - 3.0 * 400.0).abs() < 1e-9 * traced.beam);
        let wanted: f64 = design.picture.values.iter().sum();
        for (found, asked) in traced.light.values.iter().zip(&design.picture.values) {
            assert!((found / total - asked / wanted).abs() < 1e-6 / 384.0, "{optic:?} {found} {asked}");
        }
        assert!(traced.light.correlation(&design.picture) > 0.999999);
        // A wrong law would be seen: with another index the picture is not the same.
        if let Optic::Lens { index } = optic {
            let other = trace(&solid, Optic::Lens { index: index + 0.2 }, data.target, design.half, [24, 16]);
            assert!(other.light.correlation(&design.picture) < 0.9);
        }
    }
}

#[test]
fn a_screen_nearby_is_aimed_at() {
    for (shape, distance, width) in [(Shape::Dome, 150.0, 60.0), (Shape::Bowl, 300.0, 200.0)] {
        let target = LensTarget::Screen { distance, width };
        let data = data(Optic::Lens { index: 1.5 }, shape, target);
        let design = design_lens(&data, &LensOptions::default()).unwrap();
        assert!(design.converged);
        let (first, last) = (design.misses[0], *design.misses.last().unwrap());
        assert!(first > 1.0 && last < 0.1, "{shape:?} {:?}", design.misses);
        let solid = plate(&design.surface, 0.0);
        let traced = trace(&solid, data.optic, target, design.half, [24, 16]);
        let correlation = traced.light.correlation(&design.picture);
        assert!(correlation > 0.9, "{shape:?} {correlation}");
        assert!(traced.beside < 0.05 * traced.beam && traced.lost == 0.0);
    }
}

/// The smooth surface is near the one of facets and bends one way; its light is the picture, as
/// sharp as its pixels allow, within the picture's edges.
#[test]
fn the_smooth_surface_makes_the_picture() {
    // Brighter towards one corner, by three to one.
    let value = |k: usize| 1.0 + (k % 24) as f64 / 24.0 + (k / 24) as f64 / 16.0;
    for (optic, shape) in OPTICS {
        let mut data = data(optic, shape, LensTarget::Angle([0.3, 0.2]));
        data.picture = Light { width: 24, values: (0..384).map(value).collect() };
        let design = design_lens(&data, &LensOptions::default()).unwrap();
        let smooth = relief(&design, &data, None).unwrap();
        let solid = plate(&smooth, 2.0);
        assert!(solid.is_closed() && smooth.sites.len() == smooth.triangles.len());
        let traced = trace(&solid, optic, data.target, design.half, [24, 16]);
        let total: f64 = traced.light.values.iter().sum();
        assert!((total - traced.beam).abs() < 1e-9 * total, "{optic:?} {} {}", traced.beside, traced.lost);
        // Not pixel by pixel: a pixel's light stands at one place of the mesh or its neighbour's.
        // A quarter of the picture has its share.
        let quarter = |light: &Light, a: usize, b: usize| -> f64 {
            let all: f64 = light.values.iter().sum();
            let part = (0..384).filter(|k| (k % 24 / 12, k / 24 / 8) == (a, b)).map(|k| light.values[k]);
            part.sum::<f64>() / all
        };
        for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (found, wanted) = (quarter(&traced.light, a, b), quarter(&design.picture, a, b));
            assert!((found - wanted).abs() < 0.01, "{optic:?} {a} {b} {found} {wanted}");
        }
        // Near the facets: `u <= u_s <= u + s log n`, and both count from their lowest point.
        let highest = |g: &crate::transport::ConvexGraph| g.vertices.iter().map(|v| v[2]).fold(0.0, f64::max);
        assert!((highest(&smooth) - highest(&design.surface)).abs() < 0.02 * highest(&design.surface));
        for pitch in [0.0, -1.0, f64::NAN, 1e-6] {
            assert!(matches!(relief(&design, &data, Some(pitch)), Err(LensError::Target { what: "pitch", .. })));
        }
    }
}

#[test]
fn pictures_are_made_coarser_without_losing_light() {
    let fine = picture(50, 31);
    for most in [1600, 400, 37, 2] {
        let coarse = fine.reduced(most);
        let (a, b): (f64, f64) = (fine.values.iter().sum(), coarse.values.iter().sum());
        assert!((a - b).abs() < 1e-9 * a && coarse.values.len() <= most + most / 2 + 2, "{most}");
    }
    assert_eq!(fine.reduced(50 * 31), fine);
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |change: &dyn Fn(&mut LensData)| {
        let mut data = data(Optic::Lens { index: 1.5 }, Shape::Dome, LensTarget::Angle([0.3, 0.2]));
        change(&mut data);
        design_lens(&data, &LensOptions::default()).unwrap_err()
    };
    assert!(matches!(refused(&|d| d.target = LensTarget::Angle([2.0, 1.0])), LensError::TooFar { .. }));
    assert!(matches!(
        refused(&|d| d.target = LensTarget::Angle([-1.0, 1.0])),
        LensError::Target { what: "angle[0]", .. }
    ));
    assert!(matches!(refused(&|d| d.optic = Optic::Lens { index: 0.9 }), LensError::Index { .. }));
    assert!(matches!(refused(&|d| d.picture.values.fill(0.0)), LensError::Dark { lit: 0 }));
}
