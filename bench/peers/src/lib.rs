//! What the programs of `make bench` share: the sites, their file format, and a clock of CPU
//! seconds.
//!
//! Inputs are deterministic to the last bit (a counter-based generator, no library), so that two
//! machines time the same work. Files hold little-endian `f64` triples `x, y, w`, or of sites in
//! space quadruples `x, y, z, w`, read alike by the Rust programs and by `cgal_regular.cpp` and
//! `cgal_regular3.cpp`.

use nix::sys::resource::{Usage, UsageWho, getrusage};
use std::io;
use std::path::Path;
use std::time::Duration;

/// A weighted point: position and weight `w` of the power distance `|p - x|^2 - w`.
pub type Site = [f64; 3];

/// The same in space.
pub type Site3 = [f64; 4];

/// Weights of the uniform workload reach this multiple of the mean area per site (`1/n`); about 2 %
/// of the sites are then hidden, as in the early iterations of a solve.
pub const WEIGHT_SPREAD: f64 = 0.3;

/// The `k`-th number of a SplitMix64 stream as a double in `[0, 1)` with 53 random bits.
fn uniform(k: u64) -> f64 {
    const SEED: u64 = 0x6272_656e_6965_7231; // "brenier1"
    let mut z = SEED.wrapping_add((k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// `n` points uniform in the unit square with weights uniform in `[0, spread / n]`.
pub fn uniform_sites(n: usize, spread: f64) -> Vec<Site> {
    let scale = spread / n as f64;
    (0..n as u64).map(|i| [uniform(3 * i), uniform(3 * i + 1), scale * uniform(3 * i + 2)]).collect()
}

/// The `side * side` points `(i, j) / divisor` with weight 0, row by row. With divisor 1 all
/// coordinates are integers and every square is exactly cocircular; with `divisor = side` the
/// rounding of `k / side` makes ties and near-ties mix.
pub fn grid_sites(side: usize, divisor: f64) -> Vec<Site> {
    (0..side * side).map(|k| [(k % side) as f64 / divisor, (k / side) as f64 / divisor, 0.0]).collect()
}

/// `n` points uniform in the unit cube with weights uniform in `[0, spread / n^(2/3)]`.
pub fn uniform_sites3(n: usize, spread: f64) -> Vec<Site3> {
    let scale = spread * (n as f64).powf(-2.0 / 3.0);
    let site = |i: u64| {
        let [x, y, z, w] = [0, 1, 2, 3].map(|k| uniform(4 * i + k));
        [x, y, z, scale * w]
    };
    (0..n as u64).map(site).collect()
}

/// The `side^3` points `(i, j, k)` with weight 0: every cube is exactly cospherical. With rounded
/// fractions for coordinates heights are rounded, too, and that decides ties otherwise than weights
/// do: counts of tetrahedra would differ.
pub fn grid_sites3(side: usize) -> Vec<Site3> {
    let at = |k: usize| (k % side) as f64;
    (0..side * side * side).map(|k| [at(k), at(k / side), at(k / side / side), 0.0]).collect()
}

/// Writes sites as little-endian rows.
pub fn write_sites<const W: usize>(path: &Path, sites: &[[f64; W]]) -> io::Result<()> {
    let bytes: Vec<u8> = sites.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(path, bytes)
}

/// Reads what [`write_sites`] wrote; a length that is no multiple of a row is an error.
pub fn read_sites<const W: usize>(path: &Path) -> io::Result<Vec<[f64; W]>> {
    let bytes = std::fs::read(path)?;
    let (values, rest) = bytes.as_chunks::<8>();
    let (rows, more) = values.as_chunks::<W>();
    if !rest.is_empty() || !more.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: {} bytes are not rows of {W} f64", path.display(), bytes.len()),
        ));
    }
    Ok(rows.iter().map(|row| row.map(f64::from_le_bytes)).collect())
}

/// CPU seconds (user + system, all threads) that this process has used.
pub fn own_cpu_seconds() -> io::Result<f64> {
    Ok(cpu_seconds(&getrusage(UsageWho::RUSAGE_SELF)?))
}

/// CPU seconds of all children waited for, and the largest peak resident size among them in bytes.
pub fn children_usage() -> io::Result<(f64, u64)> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    // Linux counts ru_maxrss in kilobytes.
    Ok((cpu_seconds(&usage), usage.max_rss().unsigned_abs() * 1024))
}

fn cpu_seconds(usage: &Usage) -> f64 {
    let part = |seconds: i64, micros: i64| Duration::new(seconds.unsigned_abs(), micros.unsigned_abs() as u32 * 1000);
    let (user, system) = (usage.user_time(), usage.system_time());
    (part(user.tv_sec(), user.tv_usec()) + part(system.tv_sec(), system.tv_usec())).as_secs_f64()
}

/// The one line every timed program prints: CPU seconds, triangles, hidden sites.
pub fn print_timing(seconds: f64, triangles: usize, hidden: usize) {
    println!("{seconds:.6} {triangles} {hidden}");
}
