//! Walls along edges, sites above faces: unions of few cubes and images of few pixels with sites on
//! half-integers are solved, which the certificate proves, or disproved, which the judge of the
//! tests confirms.

#![no_main]

// The tests use more of it.
#[allow(dead_code)]
#[path = "../../tests/common/attained.rs"]
mod attained;

use arbitrary::{Result, Unstructured};
use attained::{Case, Either, Patch, Point, Verdict, answer, mass, solved, whole};
use brenier::domain::{Between, ConvexPolygon, Density, Image, Surface, SurfaceDensity};
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::certify;
use brenier_fuzz::single_thread;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data));
    }
);

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let Some(case) = (if u.ratio(2, 3)? { cubes(u)? } else { pixels(u)? }) else { return Ok(()) };
    let (heights, _, _, _, report) = solved(&case.problem);
    let told = || {
        let Case { sites, masses, patches, .. } = &case;
        let source: Vec<_> = patches.iter().map(|p| (&p.corners, &p.rho)).collect();
        format!("source {source:?}\nsites {sites:?}\nmasses {masses:?}\n{:?}", report.outcome)
    };
    let verdict = answer(&case, &heights, &report, u.ratio(1, 4)?).unwrap_or_else(|why| panic!("{why}\n{}", told()));
    let bounds = match &case.problem {
        // In the plane a wall has no area.
        Either::Plane(_) if verdict == Verdict::Disproved => panic!("attainable: {}", told()),
        _ if verdict == Verdict::Disproved => return Ok(()),
        Either::Plane(p) => certify(p, &heights, 5).unwrap_or_else(|e| panic!("{e}\n{}", told())).max_relative_error,
        Either::Surface(p) => {
            let proof = certify(p, &heights, 5).unwrap_or_else(|e| panic!("{e}\n{}", told()));
            assert!(proof.sound(), "{:?}\n{}", proof.flaw, told());
            proof.max_relative_error
        }
    };
    assert!(bounds[0] <= bounds[1] && bounds[1] <= report.tolerance, "proved {bounds:?}\n{}", told());
    Ok(())
}

/// Different points on half-integers, and masses of which many are equal.
fn sites(u: &mut Unstructured<'_>, flat: bool) -> Result<(Vec<Point>, Vec<f64>)> {
    let (mut sites, mut masses): (Vec<Point>, Vec<f64>) = (Vec::new(), Vec::new());
    let most = *u.choose(&[1u8, 4, 12])?;
    for _ in 0..u.int_in_range(2..=7usize)? {
        let mut y = [0.0; 3];
        for c in y.iter_mut().take(if flat { 2 } else { 3 }) {
            *c = f64::from(u.int_in_range(-2..=8i8)?) / 2.0;
        }
        if !sites.contains(&y) {
            sites.push(y);
            masses.push(f64::from(u.int_in_range(1..=most)?));
        }
    }
    let total: f64 = masses.iter().sum();
    Ok((sites, masses.iter().map(|m| m / total).collect()))
}

/// The boundary of a union of at most five cubes in a row of steps, stretched along the axes, each
/// square cut along either diagonal.
fn cubes(u: &mut Unstructured<'_>) -> Result<Option<Case>> {
    let mut all = vec![[0i8; 3]];
    for _ in 0..u.int_in_range(0..=4usize)? {
        let mut c = all[u.choose_index(all.len())?];
        c[u.choose_index(3)?] += if u.ratio(1, 4)? { -1 } else { 1 };
        if !all.contains(&c) {
            all.push(c);
        }
    }
    let stretch = [0; 3].map(|_| u.choose(&[1.0, 1.0, 2.0, 3.0]).copied().unwrap_or(1.0));
    let (mut vertices, mut triangles): (Vec<Point>, Vec<[u32; 3]>) = (Vec::new(), Vec::new());
    for c in &all {
        for (axis, side) in (0..3usize).flat_map(|axis| [(axis, 0i8), (axis, 1)]) {
            let mut beyond = *c;
            beyond[axis] += 2 * side - 1;
            if all.contains(&beyond) {
                continue;
            }
            let mut around = [[0i8, 0], [1, 0], [1, 1], [0, 1]];
            if side == 0 {
                around.reverse();
            }
            let mut square = around.map(|[x, y]| {
                let mut p = *c;
                p[axis] += side;
                p[(axis + 1) % 3] += x;
                p[(axis + 2) % 3] += y;
                let p = [0, 1, 2].map(|k| f64::from(p[k]) * stretch[k]);
                let known = vertices.iter().position(|v| *v == p);
                known.unwrap_or_else(|| {
                    vertices.push(p);
                    vertices.len() - 1
                }) as u32
            });
            square.rotate_left(usize::from(u.ratio(1, 2)?));
            triangles.extend([[square[0], square[1], square[2]], [square[0], square[2], square[3]]]);
        }
    }
    let dense = u.ratio(1, 3)?;
    let values = triangles.iter().map(|_| Ok(if dense { f64::from(u.int_in_range(0..=3u8)?) } else { 1.0 }));
    let values = values.collect::<Result<Vec<f64>>>()?;
    let corners = |t: &[u32; 3]| t.iter().map(|&v| vertices[v as usize]).collect();
    let all = triangles.iter().zip(&values).map(|(t, &v)| Patch { corners: corners(t), rho: vec![v; 3] });
    let patches: Vec<Patch> = all.filter(|p| mass(&whole(p)) > 0.0).collect();
    let (sites, masses) = sites(u, false)?;
    let Ok(surface) = Surface::new(vertices, triangles) else { return Ok(None) };
    let mut data = SurfaceProblemData::new(surface, sites.clone());
    data.masses = Some(masses.clone());
    data.density = SurfaceDensity::Face(values.into());
    let Ok(problem) = SurfaceProblem::new(data) else { return Ok(None) };
    let problem = Either::Surface(problem);
    Ok(Some(Case { name: String::new(), patches, sites, masses, problem, attainable: false }))
}

/// At most four by four unit pixels, many of them empty.
fn pixels(u: &mut Unstructured<'_>) -> Result<Option<Case>> {
    let [w, h] = [u.int_in_range(1..=4usize)?, u.int_in_range(1..=4usize)?];
    let values = (0..w * h).map(|_| Ok(*u.choose(&[0.0, 0.0, 1.0, 1.0, 10.0, 1000.0, 0.001, 3.0])?));
    let values = values.collect::<Result<Vec<f64>>>()?;
    let square = |k: usize| {
        let (x, y) = ((k % w) as f64, (h - 1 - k / w) as f64);
        [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[a, b]| [x + a, y + b, 0.0]).to_vec()
    };
    let full = (0..w * h).filter(|&k| values[k] > 0.0);
    let patches: Vec<Patch> = full.map(|k| Patch { corners: square(k), rho: vec![values[k]; 4] }).collect();
    let (sites, masses) = sites(u, true)?;
    let max = [w as f64, h as f64];
    let Ok(image) = Image::new(w, values, [0.0; 2], max, Between::Constant) else { return Ok(None) };
    let frame = ConvexPolygon::rectangle([0.0; 2], max).expect("a box");
    let mut data = ProblemData::new(frame, sites.iter().map(|y| [y[0], y[1]]).collect());
    data.masses = Some(masses.clone());
    data.density = Density::Image(image.into());
    let Ok(problem) = Problem::new(data) else { return Ok(None) };
    let problem = Either::Plane(problem);
    Ok(Some(Case { name: String::new(), patches, sites, masses, problem, attainable: true }))
}
