//! Against brute force in rationals and, for many points, against all sites by the exact predicate.

use super::*;
use crate::domain::ConvexPolygon;
use crate::exact::Dd;
use crate::exact::Heights;
use crate::exact::predicates::higher_at_exact;
use rayon::prelude::*;

struct Draw(u64);

impl Draw {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn point<const D: usize>(&mut self) -> [f64; D] {
        [0; D].map(|_| self.unit())
    }
}

/// The highest site by comparing all, in rationals only; the lowest index of those that tie.
fn brute<const D: usize>(sites: &[[f64; D]], heights: &Heights, x: &[f64; D]) -> u32 {
    let site = |i: usize| (&sites[i][..], heights.get(i));
    let better = |best, i| if higher_at_exact(site(i), site(best), x) > 0 { i } else { best };
    (1..sites.len()).fold(0, better) as u32
}

/// Weights of zero: nearest sites.
fn voronoi<const D: usize>(sites: &[[f64; D]]) -> Heights {
    Heights::from_weights(sites, &vec![0.0; sites.len()]).0
}

/// Instances with sites in general and in special position, high and low.
fn instances(draw: &mut Draw) -> Vec<(&'static str, Vec<[f64; 2]>, Heights)> {
    let random: Vec<[f64; 2]> = (0..200).map(|_| draw.point()).collect();
    let grid: Vec<[f64; 2]> = (0..144).map(|k| [f64::from(k % 12), f64::from(k / 12)].map(|c| c / 8.0)).collect();
    let ring: Vec<[f64; 2]> = (0..40).map(|k| (f64::from(k) * std::f64::consts::TAU / 40.0).sin_cos().into()).collect();
    let clustered: Vec<[f64; 2]> =
        (0..200).map(|k| draw.point::<2>().map(|c| 0.5 + (c - 0.5) * 10f64.powi(-(k % 12)))).collect();
    let line: Vec<[f64; 2]> = (0..50).map(|k| [f64::from(k), 2.0 * f64::from(k)].map(|c| c / 64.0)).collect();
    let copies: Vec<[f64; 2]> = (0..60).map(|k| [f64::from(k % 5), f64::from(k % 3)].map(|c| c / 4.0)).collect();
    let wild = Heights::new((0..200).map(|_| Dd::sum(draw.unit(), 1e-20 * draw.unit())));
    let level = Heights::zeros(144);
    vec![
        ("random", random.clone(), voronoi(&random)),
        ("hidden", random, wild),
        ("grid", grid.clone(), voronoi(&grid)),
        ("one vertex", grid, level),
        ("ring", ring, Heights::zeros(40)),
        ("clustered", clustered.clone(), voronoi(&clustered)),
        ("line", line.clone(), voronoi(&line)),
        ("copies", copies.clone(), voronoi(&copies)),
        ("one", vec![[0.3, 0.7]], Heights::zeros(1)),
    ]
}

#[test]
fn every_answer_is_the_highest_site_in_rationals() {
    let mut draw = Draw(1);
    for (name, sites, heights) in instances(&mut draw) {
        let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
        let locators = [Locator::new(&sites, &heights).unwrap(), Locator::over(&square, &sites, &heights).unwrap()];
        let mut points: Vec<[f64; 2]> = (0..150).map(|_| draw.point()).collect();
        // Ties: points of the grid of walls, sites, midpoints of sites.
        points.extend((0..100).map(|_| draw.point::<2>().map(|c| (c * 32.0).round() / 16.0 - 0.25)));
        points.extend((0..40).map(|_| sites[(draw.unit() * sites.len() as f64) as usize]));
        points.extend((0..40).map(|k| {
            let y = sites[k * 7 % sites.len()];
            let z = sites[(k * 7 + 1) % sites.len()];
            [0.5 * (y[0] + z[0]), 0.5 * (y[1] + z[1])]
        }));
        // Far away, huge, tiny, zero.
        for far in [30.0, 1e8, 1e300, f64::MAX, 1e-300, f64::from_bits(1), 0.0] {
            points.extend((0..6).map(|_| draw.point::<2>().map(|c| far * (2.0 * c - 1.0).clamp(-1.0, 1.0))));
        }
        let mut cells = vec![0; points.len()];
        for locator in &locators {
            locator.cells_of(&points, &mut cells);
            for (x, &cell) in points.iter().zip(&cells) {
                assert_eq!(cell, brute(&sites, &heights, x), "{name} {x:?}");
            }
        }
        assert_eq!(locators[0].cell_of([f64::NAN, 0.0]), NOWHERE);
        assert_eq!(locators[0].cell_of([0.0, f64::INFINITY]), NOWHERE);
    }
}

#[test]
fn in_space_too() {
    let mut draw = Draw(2);
    for kind in 0..5 {
        let n = [1, 150, 150, 125, 150][kind];
        let mut sites: Vec<[f64; 3]> = (0..n).map(|_| draw.point()).collect();
        if kind == 3 {
            sites = (0..125).map(|k| [k % 5, k / 5 % 5, k / 25].map(|c| f64::from(c) / 4.0)).collect();
        } else if kind == 4 {
            // A small cloud far away: differences of large values.
            sites.iter_mut().flatten().for_each(|c| *c = 1e6 + 1e-6 * *c);
        }
        let heights = if kind == 2 { Heights::new((0..n).map(|_| Dd::from_f64(draw.unit()))) } else { voronoi(&sites) };
        let locator = SpaceLocator::new(&sites, &heights).unwrap();
        let mut points: Vec<[f64; 3]> = (0..150).map(|_| draw.point()).collect();
        points.extend((0..100).map(|_| draw.point::<3>().map(|c| (c * 8.0).round() / 8.0)));
        points.extend(sites.iter().take(50));
        for far in [1e3, 1e8, 1e300, f64::MAX, 1e-300] {
            points.extend((0..6).map(|_| draw.point::<3>().map(|c| far * (2.0 * c - 1.0))));
        }
        let mut cells = vec![0; points.len()];
        locator.cells_of(&points, &mut cells);
        for (x, &cell) in points.iter().zip(&cells) {
            assert_eq!(cell, brute(&sites, &heights, x), "kind {kind} {x:?}");
            assert_eq!(cell, locator.cell_of(*x));
        }
        assert_eq!(locator.cell_of([0.0, f64::NAN, 0.0]), NOWHERE);
    }
}

#[test]
fn wrong_arrays_are_refused() {
    let sites = [[0.0, 0.0], [1.0, f64::NAN]];
    assert_eq!(Locator::new(&[], &Heights::zeros(0)).unwrap_err(), LocatorError::NoSites);
    assert_eq!(Locator::new(&sites, &Heights::zeros(2)).unwrap_err(), LocatorError::NonFiniteSite { site: 1 });
    let error = Locator::new(&sites[..1], &Heights::zeros(2)).unwrap_err();
    assert_eq!(error.to_string(), "heights has 2 entries, sites has 1; give one per site");
    let infinite = Heights::from_f64(&[0.0, f64::INFINITY]);
    assert_eq!(Locator::new(&sites, &infinite).unwrap_err(), LocatorError::NonFiniteHeight { site: 1 });
}

/// A million points against all sites.
#[test]
#[ignore = "slow: 1e9 comparisons"]
fn a_million_points_against_all_sites() {
    let mut draw = Draw(3);
    let sites: Vec<[f64; 2]> = (0..1000).map(|_| draw.point()).collect();
    let heights = Heights::new((0..1000).map(|i| {
        let y = sites[i];
        Dd::from_f64(-0.5 * (y[0] * y[0] + y[1] * y[1]) + 1e-3 * draw.unit())
    }));
    let locator = Locator::new(&sites, &heights).unwrap();
    let points: Vec<[f64; 2]> = (0..1_000_000).map(|_| draw.point::<2>().map(|c| 1.4 * c - 0.2)).collect();
    let mut cells = vec![0; points.len()];
    let clock = std::time::Instant::now();
    locator.cells_of(&points, &mut cells);
    eprintln!("{:.3} s for a million points", clock.elapsed().as_secs_f64());
    points.par_iter().zip(&cells).for_each(|(x, &cell)| {
        let site = |i: usize| (&sites[i][..], heights.get(i));
        let better = |best: usize, i: usize| {
            if crate::exact::predicates::higher_at(site(i), site(best), x, &mut Default::default()) > 0 {
                i
            } else {
                best
            }
        };
        assert_eq!(cell as usize, (1..sites.len()).fold(0, better), "{x:?}");
    });
}
