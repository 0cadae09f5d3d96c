use brenier::{domain::ConvexPolygon, problem::*, transport::*};
fn main() {
    let n: usize = std::env::args().nth(2).and_then(|s| s.parse().ok()).unwrap_or(100_000);
    let kind = std::env::args().nth(1).unwrap_or("uniform".into());
    let mut s = 88172645463325252u64;
    let mut r = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / 9007199254740992.0
    };
    let mut g = |r: &mut dyn FnMut() -> f64| {
        let (a, b) = (r().max(1e-300), r());
        ((-2.0 * a.ln()).sqrt() * (b * 6.283185307179586).cos(), (-2.0 * a.ln()).sqrt() * (b * 6.283185307179586).sin())
    };
    let mut masses = None;
    let mut dom = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    let sites: Vec<[f64; 2]> = match kind.as_str() {
        "gauss" => (0..n)
            .map(|_| {
                let (a, b) = g(&mut r);
                [0.02 * a, 0.02 * b]
            })
            .collect(),
        "line" => (0..n)
            .map(|_| {
                let t = r();
                [t, 0.3 + 0.5 * t]
            })
            .collect(),
        "hline" => (0..n).map(|_| [r(), 0.5]).collect(),
        "circle" => (0..n)
            .map(|_| {
                let t = 6.283185307179586 * r();
                [0.5 + 0.4 * t.cos(), 0.5 + 0.4 * t.sin()]
            })
            .collect(),
        "outside" => (0..n).map(|_| [1000.0 + r(), 1000.0 + r()]).collect(),
        "small" => (0..n).map(|_| [1e-6 * r(), 1e-6 * r()]).collect(),
        "large" => (0..n).map(|_| [1e6 * r(), 1e6 * r()]).collect(),
        "clusters" => {
            let c: Vec<[f64; 2]> = (0..50).map(|_| [r(), r()]).collect();
            (0..n)
                .map(|k| {
                    let (a, b) = g(&mut r);
                    [c[k % 50][0] + 0.005 * a, c[k % 50][1] + 0.005 * b]
                })
                .collect()
        }
        "grid" => {
            let m = (n as f64).sqrt() as usize;
            (0..m * m).map(|k| [(k % m) as f64 / m as f64, (k / m) as f64 / m as f64]).collect()
        }
        "mountain" | "uniform" | "masses" | "disk" => (0..n).map(|_| [r(), r()]).collect(),
        _ => panic!(),
    };
    if kind == "masses" {
        masses = Some((0..n).map(|_| 10f64.powf(-12.0 * r())).collect());
    }
    if kind == "disk" {
        dom = ConvexPolygon::disk(200).unwrap();
    }
    let mut data = ProblemData::new(dom, sites);
    data.masses = masses;
    let p = Problem::new(data).unwrap();
    let sol = solve(&p, &SolveOptions { max_iterations: 60, ..Default::default() }, &mut |q| {
        let l = q.last;
        println!(
            "{:3} res {:.2e} min {:.1e} t {:.4} trials {} hull {:.3} cells {:.3} lin {:.3} ({}) rem {}",
            q.iteration,
            l.residual,
            l.min_mass_ratio,
            l.step,
            l.trials,
            l.hull,
            l.cells,
            l.linear,
            l.linear_iterations,
            l.remaining
        );
        Control::Continue
    });
    println!(
        "{kind} {:?} steps {} err {:.2e} cost {} {:.3}s {:?}",
        sol.report.outcome,
        sol.report.iterations.len() - 1,
        sol.report.max_relative_error,
        sol.cost,
        sol.report.seconds,
        sol.report.predicates
    );
}
