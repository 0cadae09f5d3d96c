//! The loops by instruction set: plain Rust, and calls of those made for one set.

// Lanes and registers are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "aarch64")]
use super::arm;
use super::panel::{BLOCKS, Best, GROUP, LANES, POINTS, Panel, REFLECTIONS, SITES, Task, each_tile};
#[cfg(target_arch = "x86_64")]
use super::x86;

/// A set of vector instructions that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Scalar,
}

impl Instructions {
    /// All sets that this processor has, the widest first; the last one is plain Rust and always
    /// there.
    pub fn all() -> Vec<Instructions> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                all.push(Instructions(Set::Avx512));
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Instructions(Set::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            all.push(Instructions(Set::Neon));
        }
        all.push(Instructions(Set::Scalar));
        all
    }

    /// The widest set.
    pub fn widest() -> Instructions {
        Instructions::all()[0]
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2+fma",
            #[cfg(target_arch = "aarch64")]
            Set::Neon => "neon",
            Set::Scalar => "scalar",
        }
    }

    /// Sites that lane `lane` of a panel stands for: a vector of `w` floats holds `w` sites that
    /// follow each other, six vectors are worked on together, and their lanes share a maximum.
    pub(crate) fn group(self, lane: usize) -> [usize; GROUP] {
        let w = match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => 16,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => 8,
            #[cfg(target_arch = "aarch64")]
            Set::Neon => 4,
            Set::Scalar => 4,
        };
        std::array::from_fn(|v| lane / w * GROUP * w + v * w + lane % w)
    }
}

/// `heights * scale + <point, site>` for every point of every tile and every site of the panel,
/// into `best`, one entry a point.
///
/// A tile has its coordinates one after the other, of [`POINTS`] points each, and a factor for the
/// heights.
pub(crate) fn raise(set: Instructions, panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
    let dimension = panel.sites.len() / SITES;
    assert!(tiles.len() == dimension * best.len() && best.len() == POINTS * scales.len(), "tiles and their points");
    match set.0 {
        // SAFETY: the processor has the features, by 2 above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::raise_avx512(panel, tiles, scales, best) },
        // SAFETY: the same.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::raise_avx2(panel, tiles, scales, best) },
        // SAFETY: the same.
        #[cfg(target_arch = "aarch64")]
        Set::Neon => unsafe { arm::raise_neon(panel, tiles, scales, best) },
        Set::Scalar => raise_scalar(panel, tiles, scales, best),
    }
}

/// The same for every point and its reflections: block `b` of the coordinates, which ends at
/// `ends[b]`, has the other sign in those whose number has the bit `b`. [`REFLECTIONS`] entries a
/// point: the products are summed once for all of them.
pub(crate) fn reflect(
    set: Instructions,
    panel: &Panel<'_>,
    (tiles, ends): (&[f32], &[usize; BLOCKS]),
    scales: &[f32],
    best: &mut [Best],
) {
    let dimension = panel.sites.len() / SITES;
    let points = POINTS * scales.len();
    assert!(tiles.len() == dimension * points && best.len() == REFLECTIONS * points, "tiles and their points");
    assert!(ends.is_sorted() && ends[BLOCKS - 1] == dimension, "blocks of coordinates");
    match set.0 {
        // SAFETY: the processor has the features, by 2 above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::reflect_avx512(panel, (tiles, ends), scales, best) },
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => widely(set, Reflect::<8> { panel, tiles, ends, scales, best }),
        #[cfg(target_arch = "aarch64")]
        Set::Neon => widely(set, Reflect::<4> { panel, tiles, ends, scales, best }),
        Set::Scalar => widely(set, Reflect::<4> { panel, tiles, ends, scales, best }),
    }
}

/// [`reflect`] in vectors of `W` sites, as the compiler makes them.
struct Reflect<'a, const W: usize> {
    panel: &'a Panel<'a>,
    tiles: &'a [f32],
    ends: &'a [usize; BLOCKS],
    scales: &'a [f32],
    best: &'a mut [Best],
}

impl<const W: usize> Task for Reflect<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let sites = self.panel.sites.as_chunks::<SITES>().0;
        for (x, scale, best) in each_tile::<{ POINTS * REFLECTIONS }>(self.tiles, self.scales, self.best) {
            for p in 0..POINTS {
                for part in 0..LANES / W {
                    let mut most = [[f32::NEG_INFINITY; W]; REFLECTIONS];
                    for v in 0..GROUP {
                        let at = (part * GROUP + v) * W;
                        let mut sum = [[0.0f32; W]; BLOCKS];
                        let mut begin = 0;
                        for b in 0..BLOCKS {
                            for (x, y) in x[begin..self.ends[b]].iter().zip(&sites[begin..self.ends[b]]) {
                                for l in 0..W {
                                    sum[b][l] += x[p] * y[at + l];
                                }
                            }
                            begin = self.ends[b];
                        }
                        let heights = &self.panel.heights[at..at + W];
                        for q in 0..REFLECTIONS {
                            let sign = |b: usize| if q >> b & 1 == 0 { 1.0f32 } else { -1.0 };
                            let most = &mut most[q];
                            for l in 0..W {
                                let front = (scale * heights[l] + sign(0) * sum[0][l]) + sign(1) * sum[1][l];
                                let value = front + (sign(2) * sum[2][l] + sign(3) * sum[3][l]);
                                most[l] = if value > most[l] { value } else { most[l] };
                            }
                        }
                    }
                    for q in 0..REFLECTIONS {
                        let best = &mut best[REFLECTIONS * p + q];
                        for l in 0..W {
                            best.meet(part * W + l, most[q][l], self.panel.number);
                        }
                    }
                }
            }
        }
    }
}

/// Without vector instructions beyond those that every processor of the kind has. Products are
/// rounded before they are added, which the bound of `dense.rs` allows for.
fn raise_scalar(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
    const W: usize = 4;
    let sites = panel.sites.as_chunks::<SITES>().0;
    for (x, scale, best) in each_tile::<POINTS>(tiles, scales, best) {
        for part in 0..LANES / W {
            for pair in 0..POINTS / 2 {
                let at = part * GROUP * W;
                let mut sum = [[[0.0f32; W]; GROUP]; 2];
                for row in &mut sum {
                    for v in 0..GROUP {
                        for l in 0..W {
                            row[v][l] = scale * panel.heights[at + v * W + l];
                        }
                    }
                }
                for (x, y) in x.iter().zip(sites) {
                    for (p, row) in sum.iter_mut().enumerate() {
                        for v in 0..GROUP {
                            for l in 0..W {
                                row[v][l] += x[2 * pair + p] * y[at + v * W + l];
                            }
                        }
                    }
                }
                for (p, row) in sum.iter().enumerate() {
                    let b = &mut best[2 * pair + p];
                    for l in 0..W {
                        let value = row.iter().fold(f32::NEG_INFINITY, |m, v| if v[l] > m { v[l] } else { m });
                        b.meet(part * W + l, value, panel.number);
                    }
                }
            }
        }
    }
}

/// Runs the task compiled for the given instructions. Rust joins no product and sum into one
/// rounding by itself, so results are the same bits for all.
#[inline(always)]
pub(crate) fn widely<T: Task>(set: Instructions, task: T) -> T::Output {
    match set.0 {
        // SAFETY: the processor has the features, by 2 above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::with_avx512(task) },
        // SAFETY: the same.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::with_avx2(task) },
        #[cfg(target_arch = "aarch64")]
        Set::Neon => task.run(),
        Set::Scalar => task.run(),
    }
}

/// Sends for an entry of a list, so that it is near when it is needed; does nothing where there is
/// none.
#[inline(always)]
pub(crate) fn fetch<T>(list: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(entry) = list.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which every processor of this kind knows and which reads nothing; the
        // entry exists besides.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(entry).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (list, at);
}

/// Multiplies and adds `rounds` times on twelve independent vectors that stay in registers, and
/// returns the number of floating-point operations done: timed, the limit of this core, beside
/// which the argmax is to be seen.
pub fn multiply_add(set: Instructions, rounds: u64) -> u64 {
    let width = match set.0 {
        // SAFETY: the processor has the features, by 2 above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::spin_avx512(rounds) },
        // SAFETY: the same.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::spin_avx2(rounds) },
        #[cfg(target_arch = "aarch64")]
        Set::Neon => spin_scalar(rounds),
        Set::Scalar => spin_scalar(rounds),
    };
    2 * 12 * width * rounds
}

fn spin_scalar(rounds: u64) -> u64 {
    let (x, y) = (std::hint::black_box([0.999f32; 4]), std::hint::black_box([1e-3f32; 4]));
    let mut sum = [[1.0f32; 4]; 12];
    for _ in 0..rounds {
        for row in &mut sum {
            for l in 0..4 {
                row[l] = row[l] * x[l] + y[l];
            }
        }
    }
    std::hint::black_box(sum);
    4
}
