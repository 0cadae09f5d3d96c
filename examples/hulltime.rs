use brenier::{exact::Heights, hull::Hull};
use std::time::Instant;
fn main() {
    let n: usize = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(1_000_000);
    let mut s = 12345u64;
    let mut r = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / 9007199254740992.0
    };
    let sites: Vec<[f64; 2]> = (0..n).map(|_| [r(), r()]).collect();
    let w: Vec<f64> = (0..n).map(|_| 0.2 / n as f64 * r()).collect();
    let (h, _) = Heights::from_weights(&sites, &w);
    for _ in 0..3 {
        let t = Instant::now();
        let hull = Hull::build(&sites, &h);
        println!(
            "uniform {:.3} s, {:?} hidden {}",
            t.elapsed().as_secs_f64(),
            hull.counters(),
            (0..n).filter(|&i| hull.is_hidden(i)).count()
        );
    }
    let m = (n as f64).sqrt() as usize;
    for d in [1.0, 1000.0] {
        let sites: Vec<[f64; 2]> = (0..m * m).map(|k| [(k % m) as f64 / d, (k / m) as f64 / d]).collect();
        let (h, _) = Heights::from_weights(&sites, &vec![0.0; m * m]);
        let t = Instant::now();
        let hull = Hull::build(&sites, &h);
        println!("grid /{d} {:.3} s, {:?}", t.elapsed().as_secs_f64(), hull.counters());
    }
}
