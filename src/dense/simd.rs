//! The inner loop of the dense argmax for each instruction set, and loops compiled for the widest
//! one: the only file of the library with `unsafe`.
//!
//! # Why nothing here is undefined
//! Three things need `unsafe`.
//!
//! 1. *Loads and stores of vectors.* Each one goes through [`slice`]-checked references: a load of
//!    `L` floats takes its pointer from a subslice of exactly `L` floats, which Rust has checked to
//!    exist, and uses the unaligned form of the instruction. Same for stores. So each touches only
//!    memory that a live reference of the right kind covers.
//! 2. *Calls of functions compiled for instructions that the processor may lack.* They are made
//!    only in `match` arms on [`Set`]. A value of [`Instructions`] is made only by
//!    [`Instructions::all`], which asks the processor (`is_x86_feature_detected!`) for every
//!    feature named in the `target_feature` of the function that the arm calls; the field is
//!    private and features do not go away.
//!
//! 3. *A hint to the cache* ([`fetch`]), which changes nothing that a program can see. The entry it
//!    names is a live reference.
//!
//! Arithmetic intrinsics are safe inside such functions. No pointer leaves this file, nothing is
//! transmuted.

// Lanes and registers are numbered: an index says which.
#![allow(clippy::needless_range_loop)]
#![allow(unsafe_code)]

/// Points in a tile.
pub(crate) const POINTS: usize = 4;
/// Sites in a panel.
pub(crate) const SITES: usize = 96;
/// Running maxima kept for each point: one for each residue class of sites.
pub(crate) const LANES: usize = 16;
/// Sites of a panel that share a lane.
pub(crate) const GROUP: usize = SITES / LANES;

/// What a point has seen so far, lane by lane: the largest value, the largest one of another panel,
/// and the panel of the largest.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Best {
    pub best: [f32; LANES],
    pub second: [f32; LANES],
    pub panel: [u32; LANES],
}

impl Best {
    /// Nothing seen.
    pub const NONE: Best =
        Best { best: [f32::NEG_INFINITY; LANES], second: [f32::NEG_INFINITY; LANES], panel: [0; LANES] };
}

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

/// One panel of sites against tiles of points.
pub(crate) struct Panel<'a> {
    /// Coordinate after coordinate, of [`SITES`] sites each.
    pub sites: &'a [f32],
    pub heights: &'a [f32; SITES],
    pub number: u32,
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

/// Tiles with their points, factor and maxima.
fn each_tile<'a>(
    tiles: &'a [f32],
    scales: &'a [f32],
    best: &'a mut [Best],
) -> impl Iterator<Item = (&'a [[f32; POINTS]], f32, &'a mut [Best; POINTS])> {
    let coordinates = tiles.as_chunks::<POINTS>().0;
    let each = (coordinates.len() / scales.len().max(1)).max(1);
    let points = best.as_chunks_mut::<POINTS>().0.iter_mut();
    coordinates.chunks_exact(each).zip(scales).zip(points).map(|((x, &s), b)| (x, s, b))
}

/// Without vector instructions beyond those that every processor of the kind has. Products are
/// rounded before they are added, which the bound of `dense.rs` allows for.
fn raise_scalar(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
    const W: usize = 4;
    let sites = panel.sites.as_chunks::<SITES>().0;
    for (x, scale, best) in each_tile(tiles, scales, best) {
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
                        let lane = part * W + l;
                        if value > b.best[lane] {
                            b.second[lane] = b.second[lane].max(b.best[lane]);
                            (b.best[lane], b.panel[lane]) = (value, panel.number);
                        } else {
                            b.second[lane] = b.second[lane].max(value);
                        }
                    }
                }
            }
        }
    }
}

/// Work whose loops the compiler makes vectors of. `run` must be `#[inline(always)]`, and what it
/// calls too: only then is it compiled for the instructions of its caller. (A closure cannot be
/// marked so, and a large one is not inlined.)
pub(crate) trait Task {
    type Output;
    fn run(self) -> Self::Output;
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

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Best, GROUP, POINTS, Panel, SITES, Task, each_tile};
    use std::arch::x86_64::*;

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn load16(from: &[f32]) -> __m512 {
        let from = &from[..16];
        // SAFETY: `from` has 16 floats, by 1 above.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn store16(to: &mut [f32; 16], v: __m512) {
        // SAFETY: `to` has 16 floats, by 1 above.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), v) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn load8(from: &[f32]) -> __m256 {
        let from = &from[..8];
        // SAFETY: `from` has 8 floats, by 1 above.
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn store8(to: &mut [f32], v: __m256) {
        let to = &mut to[..8];
        // SAFETY: `to` has 8 floats, by 1 above.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), v) }
    }

    /// 4 points by 6 vectors of 16 sites: 24 sums, 6 vectors of sites and one of a point in 32
    /// registers.
    #[target_feature(enable = "avx512f,avx512dq")]
    pub(crate) fn raise_avx512(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
        let sites = panel.sites.as_chunks::<SITES>().0;
        let number = _mm512_set1_epi32(panel.number as i32);
        for (x, scale, best) in each_tile(tiles, scales, best) {
            let scale = _mm512_set1_ps(scale);
            let mut h = [scale; GROUP];
            for v in 0..GROUP {
                h[v] = _mm512_mul_ps(scale, load16(&panel.heights[16 * v..]));
            }
            let mut sum = [h; POINTS];
            for (x, y) in x.iter().zip(sites) {
                let mut sites = [scale; GROUP];
                for v in 0..GROUP {
                    sites[v] = load16(&y[16 * v..]);
                }
                for p in 0..POINTS {
                    let x = _mm512_set1_ps(x[p]);
                    for v in 0..GROUP {
                        sum[p][v] = _mm512_fmadd_ps(x, sites[v], sum[p][v]);
                    }
                }
            }
            for p in 0..POINTS {
                let b = &mut best[p];
                let mut value = sum[p][0];
                for v in 1..GROUP {
                    value = _mm512_max_ps(value, sum[p][v]);
                }
                let old = load16(&b.best);
                let second = _mm512_max_ps(load16(&b.second), _mm512_min_ps(old, value));
                let above = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(value, old);
                store16(&mut b.second, second);
                store16(&mut b.best, _mm512_max_ps(old, value));
                let panel = &mut b.panel[..16];
                // SAFETY: `panel` has 16 integers of 32 bits, by 1 above.
                unsafe { _mm512_mask_storeu_epi32(panel.as_mut_ptr().cast(), above, number) }
            }
        }
    }

    /// 2 points by 6 vectors of 8 sites: 12 sums, 2 vectors of points and one of sites in 16
    /// registers.
    #[target_feature(enable = "avx2,fma")]
    pub(crate) fn raise_avx2(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
        const AT_ONCE: usize = 2;
        let sites = panel.sites.as_chunks::<SITES>().0;
        let number = _mm256_castsi256_ps(_mm256_set1_epi32(panel.number as i32));
        for (x, scale, best) in each_tile(tiles, scales, best) {
            let scale = _mm256_set1_ps(scale);
            for part in 0..2 {
                let from = 8 * GROUP * part;
                let mut h = [scale; GROUP];
                for v in 0..GROUP {
                    h[v] = _mm256_mul_ps(scale, load8(&panel.heights[from + 8 * v..]));
                }
                for first in [0, AT_ONCE] {
                    let mut sum = [h; AT_ONCE];
                    for (x, y) in x.iter().zip(sites) {
                        let x = [_mm256_set1_ps(x[first]), _mm256_set1_ps(x[first + 1])];
                        for v in 0..GROUP {
                            let y = load8(&y[from + 8 * v..]);
                            for p in 0..AT_ONCE {
                                sum[p][v] = _mm256_fmadd_ps(x[p], y, sum[p][v]);
                            }
                        }
                    }
                    for p in 0..AT_ONCE {
                        let b = &mut best[first + p];
                        let mut value = sum[p][0];
                        for v in 1..GROUP {
                            value = _mm256_max_ps(value, sum[p][v]);
                        }
                        let old = load8(&b.best[8 * part..]);
                        let second = _mm256_max_ps(load8(&b.second[8 * part..]), _mm256_min_ps(old, value));
                        let above = _mm256_cmp_ps::<_CMP_GT_OQ>(value, old);
                        store8(&mut b.second[8 * part..], second);
                        store8(&mut b.best[8 * part..], _mm256_max_ps(old, value));
                        let panel = &mut b.panel[8 * part..8 * part + 8];
                        let (above, number) = (_mm256_castps_si256(above), _mm256_castps_si256(number));
                        // SAFETY: `panel` has 8 integers of 32 bits, by 1 above.
                        unsafe { _mm256_maskstore_epi32(panel.as_mut_ptr().cast(), above, number) }
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    pub(crate) fn with_avx512<T: Task>(task: T) -> T::Output {
        task.run()
    }

    #[target_feature(enable = "avx2")]
    pub(crate) fn with_avx2<T: Task>(task: T) -> T::Output {
        task.run()
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    pub(crate) fn spin_avx512(rounds: u64) -> u64 {
        let (x, y) = (_mm512_set1_ps(std::hint::black_box(0.999)), _mm512_set1_ps(std::hint::black_box(1e-3)));
        let mut sum = [y; 12];
        for _ in 0..rounds {
            for s in &mut sum {
                *s = _mm512_fmadd_ps(*s, x, y);
            }
        }
        let mut total = y;
        for s in sum {
            total = _mm512_add_ps(total, s);
        }
        std::hint::black_box(_mm512_reduce_add_ps(total));
        16
    }

    #[target_feature(enable = "avx2,fma")]
    pub(crate) fn spin_avx2(rounds: u64) -> u64 {
        let (x, y) = (_mm256_set1_ps(std::hint::black_box(0.999)), _mm256_set1_ps(std::hint::black_box(1e-3)));
        let mut sum = [y; 12];
        for _ in 0..rounds {
            for s in &mut sum {
                *s = _mm256_fmadd_ps(*s, x, y);
            }
        }
        let mut total = y;
        for s in sum {
            total = _mm256_add_ps(total, s);
        }
        std::hint::black_box(_mm256_cvtss_f32(total));
        8
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use super::{Best, GROUP, LANES, POINTS, Panel, SITES, each_tile};
    use std::arch::aarch64::*;

    #[inline]
    #[target_feature(enable = "neon")]
    fn load4(from: &[f32]) -> float32x4_t {
        let from = &from[..4];
        // SAFETY: `from` has 4 floats, by 1 above.
        unsafe { vld1q_f32(from.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "neon")]
    fn store4(to: &mut [f32], v: float32x4_t) {
        let to = &mut to[..4];
        // SAFETY: `to` has 4 floats, by 1 above.
        unsafe { vst1q_f32(to.as_mut_ptr(), v) }
    }

    /// 4 points by 6 vectors of 4 sites: 24 sums, 6 vectors of sites and one of points in 32
    /// registers.
    #[target_feature(enable = "neon")]
    pub(crate) fn raise_neon(panel: &Panel<'_>, tiles: &[f32], scales: &[f32], best: &mut [Best]) {
        const W: usize = 4;
        let sites = panel.sites.as_chunks::<SITES>().0;
        let number = vdupq_n_u32(panel.number);
        for (x, scale, best) in each_tile(tiles, scales, best) {
            for part in 0..LANES / W {
                let at = part * GROUP * W;
                let mut h = [vdupq_n_f32(scale); GROUP];
                for v in 0..GROUP {
                    h[v] = vmulq_f32(h[v], load4(&panel.heights[at + v * W..]));
                }
                let mut sum = [h; POINTS];
                for (x, y) in x.iter().zip(sites) {
                    let y = &y[at..at + GROUP * W];
                    let mut sites = [h[0]; GROUP];
                    for v in 0..GROUP {
                        sites[v] = load4(&y[v * W..]);
                    }
                    for p in 0..POINTS {
                        for v in 0..GROUP {
                            sum[p][v] = vfmaq_n_f32(sum[p][v], sites[v], x[p]);
                        }
                    }
                }
                for p in 0..POINTS {
                    let b = &mut best[p];
                    let mut value = sum[p][0];
                    for v in 1..GROUP {
                        value = vmaxq_f32(value, sum[p][v]);
                    }
                    let old = load4(&b.best[W * part..]);
                    let second = vmaxq_f32(load4(&b.second[W * part..]), vminq_f32(old, value));
                    let above = vcgtq_f32(value, old);
                    store4(&mut b.second[W * part..], second);
                    store4(&mut b.best[W * part..], vmaxq_f32(old, value));
                    let panel = &mut b.panel[W * part..W * part + W];
                    // SAFETY: `panel` has 4 integers of 32 bits, by 1 above.
                    unsafe {
                        let before = vld1q_u32(panel.as_ptr());
                        vst1q_u32(panel.as_mut_ptr(), vbslq_u32(above, number, before));
                    }
                }
            }
        }
    }
}
