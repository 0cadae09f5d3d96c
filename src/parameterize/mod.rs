//! Layer 5: area-preserving parameterization of triangle meshes, without flips.

mod chart;
mod embed;
mod energy;
mod path;
mod refine;
mod rim;
mod system;
mod transport;

use chart::{Chart, NONE};

/// Trial.
pub fn trial(points: Vec<[f64; 3]>, triangles: Vec<[u32; 3]>) -> Vec<[f64; 2]> {
    let opposite = chart::opposites(&triangles);
    let loops = chart::boundary_loops(&triangles, &opposite);
    let outline = loops[0].clone();
    let mut place = vec![NONE; points.len()];
    outline.iter().enumerate().for_each(|(k, &v)| place[v as usize] = k as u32);
    let mut share: Vec<f64> = triangles.iter().map(|t| chart::area3(t.map(|v| points[v as usize]))).collect();
    let total: f64 = share.iter().sum();
    share.iter_mut().for_each(|s| *s = (*s / total).max(1e-14));
    let chart = Chart { points, triangles, share, outline, place };
    let clock = std::time::Instant::now();
    let mut rim = rim::Rim::spread(&chart, rim::Curve::Circle);
    let start = embed::embed(&chart, &rim).expect("memory");
    eprintln!("embed {:.2}s flips {} rounds {}", clock.elapsed().as_secs_f64(), start.flipped, start.rounds);
    let mut uv = start.uv;
    if std::env::var("BR_NOOT").is_err() {
        for _ in 0..2 {
            let Some(cells) = transport::cells(&chart, &uv, &rim, 1e-3, 60) else { eprintln!("no cells"); break };
            eprintln!("cells {:.2}s err {:.1e} its {} cost {:.3e}", clock.elapsed().as_secs_f64(), cells.max_relative_error, cells.iterations, cells.cost);
            let share = path::towards(&chart, &mut uv, &mut rim, &cells.centroids);
            eprintln!("moved share {share:.3}");
        }
    }
    let mut refinement = refine::Refinement::new(&chart, uv, Some(rim)).expect("memory");
    eprintln!("L1 {:.4}", refinement.error());
    for angle in [1.0, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-7] {
        let steps = refinement.run(energy::Weights { area: 1.0, angle }, 30, 1e-3);
        eprintln!("angle {angle:e}: {:.2}s steps {} energy {:.4e} L1 {:.5}", clock.elapsed().as_secs_f64(), steps.taken, steps.energy, refinement.error());
    }
    refinement.uv
}
